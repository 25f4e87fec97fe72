//! How sure is a guess at what was heard a little wrong (`Recognizer::near`)? Fits the weights of its confidence, and says what comes of them on
//! sentences that they were not fitted to.
//!
//! ```text
//! cargo run --release --workspace --bin near -- --everyday ../shared/data/text/everyday
//! ```
//!
//! Right guesses come of sentences that the shipped skills understand, those of their tests and those sampled from the word graph, with
//! simulated errors of recognisers: homophones, dropped endings, consonants and vowels for others like them, parted words. A guess is right when
//! it means what the sentence meant. Wrong ones come of the same, and of what people say to assistants about other things (CLINC150, validation;
//! SLURP, development). Half of the sentences are for fitting, half for the figures.
#![allow(clippy::print_stdout, reason = "its figures")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Parser;
use mynah_home::Home;
use mynah_intent::{Context, Evidence, Reading, Recognizer, Value};
use mynah_skill::Catalog;
use serde_json::Value as Json;

/// Fits the confidence of guesses at what was heard a little wrong.
#[derive(Parser)]
struct Args {
    /// The folder of `clinc-val.json` and `slurp-devel.json`.
    #[arg(long, default_value = "../shared/data/text/everyday")]
    everyday: PathBuf,
    /// Sentences with errors.
    #[arg(long, default_value_t = 20_000)]
    sentences: usize,
    /// Of all that is drawn.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What sounds alike, or nearly, and is written otherwise.
const HOMOPHONES: [(&str, &str); 34] = [
    ("lamp", "lamb"),
    ("light", "lite"),
    ("lights", "lites"),
    ("off", "of"),
    ("the", "a"),
    ("dim", "dime"),
    ("brighter", "writer"),
    ("blind", "blinde"),
    ("blinds", "blend"),
    ("close", "clothes"),
    ("raise", "rays"),
    ("lower", "lour"),
    ("kitchen", "kitten"),
    ("bedroom", "bathroom"),
    ("hall", "haul"),
    ("fan", "van"),
    ("plug", "block"),
    ("timer", "timber"),
    ("alarm", "alarmed"),
    ("volume", "volumes"),
    ("louder", "lauder"),
    ("quieter", "quiet her"),
    ("play", "plate"),
    ("pause", "paws"),
    ("weather", "whether"),
    ("vacuum", "vacume"),
    ("heater", "hitter"),
    ("lock", "lark"),
    ("door", "doer"),
    ("garage", "garbage"),
    ("scene", "seen"),
    ("next", "necks"),
    ("slide", "slight"),
    ("stop", "stopped"),
];

/// Draws alike each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

/// A guess, and whether it is right.
struct Example {
    evidence: Evidence,
    is_right: bool,
    is_of_everyday: bool,
    for_fitting: bool,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let intents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../intents");
    let home = Home::load(&intents.join("home.toml")).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let catalog =
        Catalog::load(&[intents.join("en")], &home).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let recognizer = catalog.recognizer();
    let mut chance = Chance(args.seed);

    let said: Vec<String> = catalog.help_about("").into_iter().flat_map(|help| help.sentences).collect();
    anyhow::ensure!(!said.is_empty(), "the skills have no tests");
    let mut examples = Vec::new();
    let (mut wrong_words, mut unguessed) = (0, 0);
    while wrong_words < args.sentences {
        let sentence = match chance.below(2) {
            0 => said[chance.below(said.len())].clone(),
            _ => recognizer.graph().sample("milk", |n| chance.below(n)),
        };
        let Some(meant) = meaning(&recognizer.commands(&sentence, &Context::default())) else { continue };
        if sentence.split(' ').count() > 14 {
            continue;
        }
        let heard = misheard(&sentence, &mut chance);
        if !recognizer.commands(&heard, &Context::default()).is_empty() {
            continue;
        }
        wrong_words += 1;
        let Some((evidence, commands)) = recognizer.guess(&heard, &Context::default()) else {
            unguessed += 1;
            continue;
        };
        let is_right = meaning(&commands).is_some_and(|guess| guess == meant);
        examples.push(Example {
            evidence,
            is_right,
            is_of_everyday: false,
            for_fitting: is_for_fitting(&sentence),
        });
    }
    let others = everyday(&args.everyday)?;
    let mut of_others = [0, 0];
    for sentence in &others {
        let for_fitting = is_for_fitting(sentence);
        of_others[usize::from(for_fitting)] += 1;
        if let Some(evidence) = guess(recognizer, sentence) {
            examples.push(Example { evidence, is_right: false, is_of_everyday: true, for_fitting });
        }
    }

    let weights = fit(examples.iter().filter(|example| example.for_fitting));
    println!("const WEIGHTS: [f32; Evidence::FEATURES] = {weights:.3?};");
    println!("{unguessed} of {wrong_words} sentences with errors have no guess at all.");
    for (name, of) in [("as compiled", None), ("as fitted", Some(weights))] {
        let sure = |evidence: &Evidence| match of {
            None => evidence.confidence(),
            Some(weights) => logistic(&weights, &evidence.features()),
        };
        println!("\nOn sentences that nothing was fitted to, with the weights {name}:");
        let test: Vec<&Example> = examples.iter().filter(|example| !example.for_fitting).collect();
        println!("  confidence   guesses   right");
        for tenth in 0..10 {
            let inside = |example: &&&Example| ((sure(&example.evidence) * 10.0) as usize).min(9) == tenth;
            let bin: Vec<_> = test.iter().filter(inside).collect();
            let right = bin.iter().filter(|example| example.is_right).count();
            println!(
                "  0.{tenth} to {:.1}   {:7}   {:5.1} %",
                (tenth as f32 + 1.0) / 10.0,
                bin.len(),
                100.0 * right as f32 / bin.len().max(1) as f32
            );
        }
        println!(
            "  at least   right guesses accepted   wrong ones among them   of {} about other things",
            of_others[0]
        );
        for least in [0.3, 0.4, 0.5, 0.6, 0.7, 0.8] {
            let taken = |example: &&&Example| sure(&example.evidence) >= least;
            let count = |f: &dyn Fn(&Example) -> bool| test.iter().filter(taken).filter(|e| f(e)).count();
            let all_right = test.iter().filter(|example| example.is_right).count();
            let right = count(&|example| example.is_right);
            let wrong = count(&|example| !example.is_right && !example.is_of_everyday);
            let others = count(&|example| example.is_of_everyday);
            println!(
                "  {least:.1}        {right:6} of {all_right} ({:.1} %)    {wrong:6} ({:.1} %)           {others} ({:.2} %)",
                100.0 * right as f32 / all_right.max(1) as f32,
                100.0 * wrong as f32 / (right + wrong).max(1) as f32,
                100.0 * others as f32 / of_others[0].max(1) as f32,
            );
        }
    }
    Ok(())
}

fn guess(recognizer: &Recognizer, sentence: &str) -> Option<Evidence> {
    let context = Context::default();
    let is_understood = !recognizer.commands(sentence, &context).is_empty();
    if is_understood { None } else { recognizer.guess(sentence, &context).map(|(evidence, _)| evidence) }
}

/// Half of all sentences, the same each time.
fn is_for_fitting(sentence: &str) -> bool {
    sentence.bytes().fold(7_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte))) >> 7 & 1
        == 0
}

/// Intents with the values of their slots.
type Meaning = Vec<(String, BTreeMap<String, Value>)>;

fn meaning(commands: &[Vec<Reading>]) -> Option<Meaning> {
    let first = |readings: &Vec<Reading>| {
        let intent = &readings.first()?.intent;
        let values = intent.slots.iter().map(|(name, slot)| (name.clone(), slot.value.clone()));
        Some((intent.name.clone(), values.collect()))
    };
    let meaning: Meaning = commands.iter().map(first).collect::<Option<_>>()?;
    (!meaning.is_empty()).then_some(meaning)
}

/// The sentence with a word or two that were heard wrong.
fn misheard(sentence: &str, chance: &mut Chance) -> String {
    let mut words: Vec<String> = sentence.split(' ').map(str::to_owned).collect();
    for _ in 0..if chance.below(5) == 0 { 2 } else { 1 } {
        let at = chance.below(words.len());
        words[at] = misheard_word(&words[at], chance);
    }
    words.join(" ")
}

fn misheard_word(word: &str, chance: &mut Chance) -> String {
    if let Some((_, other)) = HOMOPHONES.iter().find(|(said, _)| *said == word)
        && chance.below(2) == 0
    {
        return (*other).to_owned();
    }
    let mut letters: Vec<char> = word.chars().collect();
    if letters.len() < 3 || !letters.iter().all(char::is_ascii_lowercase) {
        return word.to_owned();
    }
    let like = |c: char| {
        ["bp", "dt", "gk", "vf", "zs", "mn", "lr", "aeiou", "cs", "wv"].into_iter().find(|g| g.contains(c))
    };
    match chance.below(6) {
        0 => drop(letters.pop()),
        1 => letters.push(['s', 'd', 't', 'e'][chance.below(4)]),
        2 => drop(letters.remove(1 + chance.below(letters.len() - 1))),
        3 if letters.len() >= 6 => letters.insert(3 + chance.below(letters.len() - 5), ' '),
        _ => {
            let at = chance.below(letters.len());
            if let Some(group) = like(letters[at]) {
                let group: Vec<char> = group.chars().collect();
                letters[at] = group[chance.below(group.len())];
            }
        }
    }
    letters.into_iter().collect()
}

/// What people say about things that the shipped skills do not serve.
fn everyday(folder: &Path) -> anyhow::Result<Vec<String>> {
    let read = |file: &str| -> anyhow::Result<Json> {
        let path = folder.join(file);
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        Ok(serde_json::from_str(&text)?)
    };
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let mut all = Vec::new();
    for split in read("clinc-val.json")?.as_object().into_iter().flat_map(|splits| splits.values()) {
        all.extend(split.as_array().into_iter().flatten().map(|pair| (text(&pair[1]), text(&pair[0]))));
    }
    for item in read("slurp-devel.json")?.as_array().into_iter().flatten() {
        all.push((format!("{}.", text(&item["scenario"])), text(&item["text"])));
    }
    let served = [
        "timer",
        "time",
        "date",
        "change_volume",
        "cancel",
        "shopping_list",
        "shopping_list_update",
        "smart_home",
        "what_can_i_ask_you",
        "todo_list",
        "todo_list_update",
        "weather",
        "play_music",
        "next_song",
        "what_song",
        "goodbye",
        "reminder",
        "reminder_update",
        "alarm",
        "iot.",
        "audio.",
        "datetime.",
        "lists.",
        "weather.",
        "play.",
        "music.",
        "alarm.",
    ];
    Ok(all.into_iter().filter(|(label, _)| !served.contains(&label.as_str())).map(|(_, said)| said).collect())
}

type Weights = [f32; Evidence::FEATURES];

fn logistic(weights: &Weights, features: &Weights) -> f32 {
    let sum: f32 = weights.iter().zip(features).map(|(weight, feature)| weight * feature).sum();
    1.0 / (1.0 + (-sum).exp())
}

/// Logistic regression by gradient descent, with a little decay.
fn fit<'a>(examples: impl Iterator<Item = &'a Example>) -> Weights {
    let examples: Vec<(Weights, f32)> =
        examples.map(|e| (e.evidence.features(), f32::from(u8::from(e.is_right)))).collect();
    let mut weights = [0.0_f32; Evidence::FEATURES];
    for _ in 0..4000 {
        let mut slope = weights.map(|weight| 1e-4 * weight);
        for (features, right) in &examples {
            let error = logistic(&weights, features) - right;
            for (slope, feature) in slope.iter_mut().zip(features) {
                *slope += error * feature / examples.len() as f32;
            }
        }
        for (weight, slope) in weights.iter_mut().zip(slope) {
            *weight -= 2.0 * slope;
        }
    }
    weights
}
