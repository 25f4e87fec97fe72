//! The recipe of `models/letters/english.bin`: graphones by expectation and maximisation, their n-grams by Kneser and Ney, pruned by entropy.
//!
//! `cargo run --release -p mynah-pronounce --example letters -- [FILE]` trains, measures on words kept aside, and writes FILE.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for those who work on Mynah")]

use std::collections::{BTreeMap, BTreeSet, HashMap};

use mynah_pronounce::letters::{self, LEAST_BACK_OFF, Model, NONE, STEP};
use mynah_pronounce::{Phone, dictionary};

/// A pair of a letter and up to two phones.
type Graphone = (u8, u8, u8);
const PHONES: u8 = Phone::ALL.len() as u8;

fn setting(name: &str, default: f64) -> f64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

fn main() {
    let order = setting("ORDER", 6.0) as usize;
    let threshold = setting("PRUNE", 2.5e-6);
    let mut parts: [Vec<(String, Vec<Vec<Phone>>)>; 3] = Default::default();
    for (word, said) in dictionary::words().filter(|(word, _)| word.bytes().all(|b| b.is_ascii_lowercase())) {
        parts[part(&word)].push((word, said));
    }
    let [train, tune, test] = parts;
    println!("words: {} to train on, {} to tune on, {} to test with", train.len(), tune.len(), test.len());
    // The first one alone: with all of them the errors stay and the file grows.
    let examples = train.iter().filter_map(|(word, said)| Some((word.as_bytes(), said.first()?)));
    let examples: Vec<(&[u8], Vec<u8>)> =
        examples.map(|(word, said)| (word, said.iter().map(|phone| *phone as u8).collect())).collect();
    let (graphones, sequences) = align(&examples);
    println!(
        "graphones: {}, {} of {} pronunciations aligned",
        graphones.len(),
        sequences.len(),
        examples.len()
    );
    let bytes = pack(order, &graphones, &ngrams(&sequences, order, graphones.len() + 1, threshold));
    println!("size: {} bytes", bytes.len());
    let model = Model::new(&bytes).unwrap();
    for (name, words) in [("tune", &tune), ("test", &test)] {
        measure(name, &model, words);
    }
    if let Some(path) = std::env::args().nth(1) {
        std::fs::write(path, bytes).unwrap();
    }
}

/// Which part a word belongs to, by its letters alone: 0 to train on (nine tenths), 1 to tune on, 2 to test with. A plural or possessive goes with its word, so
/// that none is tested that was all but trained on.
fn part(word: &str) -> usize {
    let stem =
        word.strip_suffix("es").or_else(|| word.strip_suffix('s')).unwrap_or(word).trim_end_matches('e');
    let hash = stem
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
    match (hash >> 32) % 20 {
        0 => 1,
        1 => 2,
        _ => 0,
    }
}

fn measure(name: &str, model: &Model<'_>, words: &[(String, Vec<Vec<Phone>>)]) {
    let started = std::time::Instant::now();
    let (mut wrong, mut among_three, mut errors, mut length) = (0, 0, 0, 0);
    let (mut clear, mut clear_wrong) = (0, 0);
    for (word, said) in words {
        let guesses = model.guess(word, 3);
        let best = guesses.first().map_or(&[][..], |guess| &guess.phones);
        let nearest = said.iter().min_by_key(|truth| edits(best, truth)).unwrap();
        errors += edits(best, nearest);
        length += nearest.len();
        wrong += usize::from(best != nearest.as_slice());
        let is_clear = guesses.get(1).is_none_or(|second| second.cost > guesses[0].cost + letters::CLEAR);
        clear += usize::from(is_clear);
        clear_wrong += usize::from(is_clear && best != nearest.as_slice());
        among_three += usize::from(guesses.iter().any(|guess| said.contains(&guess.phones)));
    }
    let count = words.len() as f64;
    println!(
        "{name}: {} words, {:.2} % of words wrong, {:.2} % of phones, {:.2} % not among the best three, {:.0} µs a word",
        words.len(),
        100.0 * wrong as f64 / count,
        100.0 * errors as f64 / length as f64,
        100.0 - 100.0 * among_three as f64 / count,
        started.elapsed().as_secs_f64() * 1e6 / count
    );
    println!(
        "{name}: {:.1} % have a clear guess, of which {:.2} % are wrong",
        100.0 * clear as f64 / count,
        100.0 * clear_wrong as f64 / clear as f64
    );
}

/// Levenshtein's distance.
fn edits(a: &[Phone], b: &[Phone]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let best = (diagonal + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], best);
        }
    }
    row[b.len()]
}

/// Which graphones there are, and the words as their numbers, 0 at both ends.
fn align(examples: &[(&[u8], Vec<u8>)]) -> (Vec<Graphone>, Vec<Vec<u8>>) {
    const MOST: usize = 250;
    let mut weights = vec![0.0; slots()];
    for letter in b'a'..=b'z' {
        weights[slot((letter, NONE, NONE))] = 0.1;
        for first in 0..PHONES {
            weights[slot((letter, first, NONE))] = 1.0;
            for second in 0..PHONES {
                weights[slot((letter, first, second))] = 0.01;
            }
        }
    }
    for _ in 0..8 {
        let mut sums = vec![0.0; slots()];
        for (word, phones) in examples {
            expect(word, phones, &weights, &mut sums);
        }
        let total: f64 = sums.iter().sum();
        weights = sums.into_iter().map(|sum| sum / total).collect();
    }
    // The rare ones are abbreviations and mistakes; what needs them is left out.
    let mut counts: HashMap<Graphone, usize> = HashMap::new();
    for way in examples.iter().filter_map(|(word, phones)| likeliest(word, phones, &weights)) {
        way.into_iter().for_each(|graphone| *counts.entry(graphone).or_default() += 1);
    }
    let mut graphones: Vec<(Graphone, usize)> = counts.into_iter().collect();
    graphones.sort_by_key(|(graphone, count)| (std::cmp::Reverse(*count), *graphone));
    graphones.truncate(MOST);
    let mut graphones: Vec<Graphone> = graphones.into_iter().map(|(graphone, _)| graphone).collect();
    graphones.sort_unstable();
    let mut kept = vec![0.0; slots()];
    for graphone in &graphones {
        kept[slot(*graphone)] = weights[slot(*graphone)];
    }
    let number: HashMap<Graphone, u8> = graphones.iter().copied().zip(1..).collect();
    let sequences = examples.iter().filter_map(|(word, phones)| likeliest(word, phones, &kept));
    let sequences = sequences.map(|way| {
        let inner = way.iter().map(|graphone| number[graphone]);
        std::iter::once(0).chain(inner).chain([0]).collect()
    });
    let sequences = sequences.collect();
    (graphones, sequences)
}

fn slots() -> usize {
    26 * 40 * 40
}

fn slot((letter, first, second): Graphone) -> usize {
    let phone = |phone: u8| usize::from(phone.min(PHONES));
    (usize::from(letter - b'a') * 40 + phone(first)) * 40 + phone(second)
}

/// The graphone of a letter that takes `taken` phones from a place on.
fn graphone(letter: u8, phones: &[u8], from: usize, taken: usize) -> Graphone {
    let phone = |at: usize| if at < taken { phones[from + at] } else { NONE };
    (letter, phone(0), phone(1))
}

/// Adds to `sums` how often each graphone is expected in a word.
fn expect(word: &[u8], phones: &[u8], weights: &[f64], sums: &mut [f64]) {
    let width = phones.len() + 1;
    let mut before = vec![0.0; (word.len() + 1) * width];
    let mut behind = before.clone();
    before[0] = 1.0;
    for (i, letter) in word.iter().enumerate() {
        for j in 0..width {
            for taken in 0..=2.min(phones.len() - j) {
                before[(i + 1) * width + j + taken] +=
                    before[i * width + j] * weights[slot(graphone(*letter, phones, j, taken))];
            }
        }
    }
    behind[word.len() * width + phones.len()] = 1.0;
    let total = before[word.len() * width + phones.len()];
    if total <= 0.0 {
        return;
    }
    for (i, letter) in word.iter().enumerate().rev() {
        for j in 0..width {
            for taken in 0..=2.min(phones.len() - j) {
                let at = slot(graphone(*letter, phones, j, taken));
                let way = weights[at] * behind[(i + 1) * width + j + taken];
                behind[i * width + j] += way;
                sums[at] += before[i * width + j] * way / total;
            }
        }
    }
}

/// The likeliest way to part the phones among the letters.
fn likeliest(word: &[u8], phones: &[u8], weights: &[f64]) -> Option<Vec<Graphone>> {
    let width = phones.len() + 1;
    let mut best = vec![(0.0, 0); (word.len() + 1) * width];
    best[0].0 = 1.0;
    for (i, letter) in word.iter().enumerate() {
        for j in 0..width {
            for taken in 0..=2.min(phones.len() - j) {
                let way = best[i * width + j].0 * weights[slot(graphone(*letter, phones, j, taken))];
                let known = &mut best[(i + 1) * width + j + taken];
                if way > known.0 {
                    *known = (way, taken);
                }
            }
        }
    }
    let mut j = phones.len();
    if best[word.len() * width + j].0 <= 0.0 {
        return None;
    }
    let mut way = Vec::new();
    for (i, letter) in word.iter().enumerate().rev() {
        let taken = best[(i + 1) * width + j].1;
        j -= taken;
        way.push(graphone(*letter, phones, j, taken));
    }
    way.reverse();
    Some(way)
}

/// An n-gram: its cost and that of backing off from it.
#[derive(Clone, Copy, Default)]
struct Gram {
    chance: f64,
    back_off: f64,
}

/// By the alphabet, so that sums come out the same each time.
type Grams = BTreeMap<Vec<u8>, Gram>;

/// The n-grams of each length from 1 to `order`, smoothed by modified interpolated Kneser-Ney (Chen and Goodman 1999) and pruned by what they
/// add to the entropy (Stolcke 1998).
fn ngrams(sequences: &[Vec<u8>], order: usize, tokens: usize, threshold: f64) -> Vec<Grams> {
    let mut raw: Vec<BTreeMap<&[u8], u32>> = vec![BTreeMap::new(); order];
    for sequence in sequences {
        for length in 1..=order {
            for gram in sequence.windows(length) {
                *raw[length - 1].entry(gram).or_default() += 1;
            }
        }
    }
    // In how many contexts an n-gram stands; at the beginning of a word, where there is one context only, how often.
    let mut counts = raw.clone();
    for length in 1..order {
        let mut contexts: HashMap<&[u8], u32> = HashMap::new();
        raw[length].keys().for_each(|longer| *contexts.entry(&longer[1..]).or_default() += 1);
        for (gram, count) in &mut counts[length - 1] {
            if let Some(of_contexts) = contexts.get(gram).filter(|_| gram[0] != 0 || length == 1) {
                *count = *of_contexts;
            }
        }
    }
    let mut all: Vec<Grams> = Vec::new();
    let mut full: Vec<Grams> = Vec::new();
    for length in 1..=order {
        let counts = &counts[length - 1];
        let with = |n: u32| counts.values().filter(|count| **count == n).count() as f64;
        let (one, two, three, four) = (with(1), with(2), with(3), with(4));
        let y = one / (one + 2.0 * two).max(1.0);
        let discounts = [
            0.0,
            1.0 - 2.0 * y * two / one.max(1.0),
            2.0 - 3.0 * y * three / two.max(1.0),
            3.0 - 4.0 * y * four / three.max(1.0),
        ];
        let discount = |count: u32| discounts[count.min(3) as usize].clamp(0.0, f64::from(count) - 0.01);
        let mut sums: HashMap<&[u8], (f64, f64)> = HashMap::new();
        for (gram, count) in counts {
            let sum = sums.entry(&gram[..length - 1]).or_default();
            sum.0 += f64::from(*count);
            sum.1 += discount(*count);
        }
        let mut grams = Grams::new();
        for (gram, count) in counts {
            let (sum, left) = sums[&gram[..length - 1]];
            let shorter = if length == 1 { 1.0 / tokens as f64 } else { full[length - 2][&gram[1..]].chance };
            let chance = (f64::from(*count) - discount(*count) + left * shorter) / sum;
            grams.insert(gram.to_vec(), Gram { chance, back_off: 1.0 });
        }
        if length == 1 {
            for token in 0..tokens {
                grams.entry(vec![token as u8]).or_insert(Gram { chance: 1e-7, back_off: 1.0 });
            }
        }
        full.push(grams.clone());
        all.push(grams);
    }
    let total: f64 = raw[0].values().map(|count| f64::from(*count)).sum();
    for length in (2..=order).rev() {
        let contexts: BTreeSet<Vec<u8>> = all
            .get(length)
            .into_iter()
            .flat_map(|longer| longer.keys().map(|gram| gram[..length].to_vec()))
            .collect();
        let (shorter, longer) = all.split_at_mut(length - 1);
        let shorter = &shorter[length - 2];
        let sums = context_sums(&longer[0], shorter);
        longer[0].retain(|gram, own| {
            if contexts.contains(gram) {
                return true;
            }
            let (known, backed) = sums[&gram[..length - 1]];
            let back_off = ((1.0 - known).max(1e-9) / (1.0 - backed).max(1e-9)).min(1.0);
            let other = (back_off + own.chance) * shorter[&gram[1..]].chance;
            let share = f64::from(raw[length - 1][gram.as_slice()]) / total;
            share * (own.chance / other).ln() > threshold
        });
    }
    for length in 2..=order {
        let mut sums: BTreeMap<Vec<u8>, (f64, f64)> = BTreeMap::new();
        for (gram, own) in &all[length - 1] {
            let sum = sums.entry(gram[..length - 1].to_vec()).or_default();
            sum.0 += own.chance;
            sum.1 += chance(&all[..length - 1], &gram[1..]);
        }
        for (context, (known, backed)) in sums {
            if let Some(gram) = all[length - 2].get_mut(&context) {
                gram.back_off = (1.0 - known).max(1e-6) / (1.0 - backed).max(1e-6);
            }
        }
    }
    for (length, grams) in (1..).zip(&all) {
        println!("{length}-grams: {} of {}", grams.len(), raw[length - 1].len());
    }
    all
}

/// The chance of the last graphone behind the others, with backing off.
fn chance(all: &[Grams], gram: &[u8]) -> f64 {
    if let Some(known) = all[gram.len() - 1].get(gram) {
        return known.chance;
    }
    let context = all.get(gram.len().wrapping_sub(2)).and_then(|grams| grams.get(&gram[..gram.len() - 1]));
    context.map_or(1.0, |context| context.back_off) * chance(all, &gram[1..])
}

/// Of each context how much its n-grams take of all chances, and how much they would take if they were backed off.
fn context_sums(grams: &Grams, shorter: &Grams) -> BTreeMap<Vec<u8>, (f64, f64)> {
    let mut sums: BTreeMap<Vec<u8>, (f64, f64)> = BTreeMap::new();
    for (gram, own) in grams {
        let sum = sums.entry(gram[..gram.len() - 1].to_vec()).or_default();
        sum.0 += own.chance;
        sum.1 += shorter.get(&gram[1..]).map_or(0.0, |gram| gram.chance);
    }
    sums
}

fn pack(order: usize, graphones: &[Graphone], all: &[Grams]) -> Vec<u8> {
    let mut bytes = vec![order as u8, graphones.len() as u8 + 1, 0, NONE, NONE];
    bytes.extend(graphones.iter().flat_map(|(letter, first, second)| [*letter, *first, *second]));
    bytes.extend(all.iter().flat_map(|grams| (grams.len() as u32).to_le_bytes()));
    let step = |cost: f64| (cost / f64::from(STEP)).round().clamp(0.0, 255.0) as u8;
    let sorted = |grams: &Grams| {
        let mut keys: Vec<Vec<u8>> = grams.keys().cloned().collect();
        keys.sort();
        keys
    };
    for (level, grams) in all.iter().enumerate() {
        let children = all.get(level + 1).map(sorted);
        let mut child = 0;
        for gram in sorted(grams) {
            let own = grams[&gram];
            bytes.extend([gram[level], step(-own.chance.ln())]);
            if let Some(children) = &children {
                bytes.push(step(-own.back_off.ln() - f64::from(LEAST_BACK_OFF)));
                bytes.extend(&(child as u32).to_le_bytes()[..3]);
                while children.get(child).is_some_and(|longer| longer.starts_with(&gram)) {
                    child += 1;
                }
            }
        }
        if children.is_some() {
            bytes.extend([0, 0, 0]);
            bytes.extend(&(child as u32).to_le_bytes()[..3]);
        }
    }
    bytes
}
