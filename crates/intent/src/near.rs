//! Texts that recognisers wrote a little wrong: "turn on the lamb".
//!
//! A word that no template has is taken for one that sounds like it, and two words for one that was parted. Words are compared
//! by a rough code of their consonants and by their letters. A number is never guessed, nor a negation passed over.

use std::collections::HashMap;

use crate::fold::tokens;
use crate::language::Language;
use crate::program::FoldedWords;
use crate::{Context, Reading, Recognizer};

/// The most words that are taken for others.
const MOST_CHANGES: usize = 2;
/// The most words that one may be taken for.
const MOST_CANDIDATES: usize = 4;
/// The most texts that are tried.
const MOST_TEXTS: usize = 8;
/// The least likeness of the letters (normalised Levenshtein), of words that sound alike and of those that nearly do.
const LEAST_ALIKE: (f64, f64) = (0.4, 0.66);
/// The confidence of a text with one word that was changed not at all, and what each further change takes from it. It stays
/// below what a risky intent asks for.
const CONFIDENCE: f32 = 0.78;
const PER_CHANGE: f32 = 0.1;
/// What letters that differ take from it, at most.
const PER_LETTERS: f32 = 0.2;
/// A reading with less has words that could be anything: there is nothing to hold a guess to.
const LEAST_LITERAL: f32 = 0.985;
/// Two guesses so near to each other are none.
const CLEAR: f32 = 0.02;
/// Words that turn a sentence around.
const NEGATIONS: [&str; 14] = [
    "not", "no", "never", "dont", "doesnt", "didnt", "wont", "cant", "isnt", "arent", "wasnt", "without",
    "nobody", "nothing",
];

/// The words of the templates by how they sound.
#[derive(Default)]
pub(crate) struct Sounds {
    /// Each with its code.
    words: Vec<(Box<str>, String)>,
    /// Code, or a code with one letter left out → places in `words`.
    places: HashMap<String, Vec<usize>>,
}

impl Sounds {
    pub(crate) fn new(folded: &FoldedWords, language: &dyn Language) -> Sounds {
        let mut sounds = Sounds::default();
        for word in folded.words().filter(|word| may_be_meant(word, language)) {
            let code = code(word);
            for key in shorter(&code).chain([code.clone()]) {
                let places = sounds.places.entry(key).or_default();
                if places.last() != Some(&sounds.words.len()) {
                    places.push(sounds.words.len());
                }
            }
            sounds.words.push((word.into(), code));
        }
        sounds
    }

    /// The words that sound the same, and unless `is_exact` those that nearly do: the likest first, with their likeness.
    fn near(&self, word: &str, is_exact: bool) -> Vec<(&str, f64)> {
        let own = code(word);
        let nearly = shorter(&own).filter(|_| !is_exact);
        let keys = std::iter::once(own.clone()).chain(nearly);
        let mut places: Vec<usize> =
            keys.filter_map(|key| self.places.get(&key)).flatten().copied().collect();
        places.sort_unstable();
        places.dedup();
        let mut found: Vec<(&str, f64)> = Vec::new();
        for (known, code) in places.into_iter().map(|place| &self.words[place]) {
            let is_same = *code == own;
            let is_far = known.len().abs_diff(word.len()) > 3;
            if (is_exact && !is_same) || is_far || **known == *word {
                continue;
            }
            let like = strsim::normalized_levenshtein(word, known);
            if like >= if is_same { LEAST_ALIKE.0 } else { LEAST_ALIKE.1 } {
                found.push((known, like));
            }
        }
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        found.truncate(MOST_CANDIDATES);
        found
    }
}

impl Recognizer {
    /// What a text may mean of which a word or two are not quite what was said: as [`commands`](Recognizer::commands), with a
    /// confidence below 0.8. For texts that are understood as they are, and for those of which more is unknown, it is empty.
    ///
    /// Words in wildcards are never guessed, and when two guesses are near to each other there is none.
    pub fn near(&self, text: &str, context: &Context) -> Vec<Vec<Reading>> {
        let words: Vec<String> = tokens(text).into_iter().map(|token| token.text).collect();
        if words.len() < 2 || words.len() > 20 {
            return Vec::new();
        }
        let is_known = |word: &String| self.is_known(word) || word.bytes().any(|b| b.is_ascii_digit());
        let unknown: Vec<usize> = (0..words.len()).filter(|index| !is_known(&words[*index])).collect();
        let is_negation = |index: &usize| NEGATIONS.contains(&words[*index].as_str());
        if unknown.len() > MOST_CHANGES || unknown.iter().any(is_negation) {
            return Vec::new();
        }
        let mut best: Option<(f32, Vec<Vec<Reading>>)> = None;
        let mut is_clear = true;
        for (changed, confidence) in self.changes(&words, &unknown) {
            if best.as_ref().is_some_and(|(least, _)| confidence + CLEAR < *least) {
                break;
            }
            let mut commands = self.commands(&changed.join(" "), context);
            commands
                .iter_mut()
                .for_each(|readings| readings.retain(|reading| reading.confidence >= LEAST_LITERAL));
            if commands.is_empty() || commands.iter().any(Vec::is_empty) {
                continue;
            }
            for reading in commands.iter_mut().flatten() {
                reading.confidence *= confidence;
            }
            match &best {
                None => best = Some((confidence, commands)),
                Some((_, known)) => is_clear &= same(known, &commands),
            }
        }
        best.filter(|_| is_clear).map(|(_, commands)| commands).unwrap_or_default()
    }

    /// The texts to try, the likest first.
    fn changes(&self, words: &[String], unknown: &[usize]) -> Vec<(Vec<String>, f32)> {
        let sounds = self.sounds();
        let sure = |changes: usize, likes: f64| {
            let differ = 1.0 - (likes / changes.max(1) as f64) as f32;
            CONFIDENCE - PER_CHANGE * changes.saturating_sub(1) as f32 - PER_LETTERS * differ
        };
        let with = |changes: &[(usize, &str)]| {
            let mut words = words.to_vec();
            for (index, word) in changes {
                words[*index] = (*word).to_owned();
            }
            words
        };
        let mut texts: Vec<(Vec<String>, f32)> = Vec::new();
        match unknown {
            // All words are known, but one stands for another that sounds the same: "turn of the light".
            [] => {
                for (index, word) in words.iter().enumerate() {
                    let alike = sounds.near(word, true).into_iter();
                    texts.extend(alike.map(|(other, like)| (with(&[(index, other)]), sure(1, like))));
                }
            }
            [one] => {
                let near = sounds.near(&words[*one], false);
                texts.extend(near.into_iter().map(|(word, like)| (with(&[(*one, word)]), sure(1, like))));
            }
            [one, two] => {
                for (first, like) in sounds.near(&words[*one], false) {
                    let near = sounds.near(&words[*two], false).into_iter();
                    texts.extend(near.map(|(second, likes)| {
                        (with(&[(*one, first), (*two, second)]), sure(2, like + likes))
                    }));
                }
            }
            _ => {}
        }
        // "Bed room".
        for index in 0..words.len().saturating_sub(1) {
            let whole = format!("{}{}", words[index], words[index + 1]);
            if unknown.iter().all(|at| (index..=index + 1).contains(at)) && self.is_known(&whole) {
                let mut joined = words.to_vec();
                joined.splice(index..=index + 1, [whole]);
                texts.push((joined, CONFIDENCE));
            }
        }
        texts.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        texts.truncate(MOST_TEXTS);
        texts
    }
}

fn same(a: &[Vec<Reading>], b: &[Vec<Reading>]) -> bool {
    let key = |reading: &Reading| {
        let slots = reading.intent.slots.iter().map(|(name, slot)| (name.clone(), slot.value.clone()));
        (reading.intent.name.clone(), slots.collect::<Vec<_>>())
    };
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.first().map(key) == b.first().map(key))
}

/// Short words and numbers are not guessed.
fn may_be_meant(word: &str, language: &dyn Language) -> bool {
    word.chars().count() >= 3 && word.chars().all(char::is_alphabetic) && language.numbers(&[word]).is_empty()
}

/// A rough code of how an English word sounds, and of others how they are written: consonants, voiced and voiceless alike, and
/// whether it begins with a vowel.
fn code(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let at = |index: usize| letters.get(index).copied().unwrap_or(' ');
    let mut code = String::new();
    let mut index = 0;
    while index < letters.len() {
        let (sound, length) = match (at(index), at(index + 1)) {
            ('p', 'h') => ('f', 2),
            ('g', 'h') => (if index == 0 { 'k' } else { ' ' }, 2),
            ('k', 'n') | ('g', 'n') if index == 0 => ('n', 2),
            ('w', 'r') if index == 0 => ('r', 2),
            ('m', 'b') if index + 2 == letters.len() => ('m', 2),
            ('c', 'k') => ('k', 2),
            ('s', 'h') | ('c', 'h') => ('c', 2),
            ('t', 'h') => ('t', 2),
            ('d', 'g') => ('c', 2),
            ('c', 'e' | 'i' | 'y') => ('s', 1),
            ('c' | 'q' | 'g' | 'k', _) => ('k', 1),
            ('x', _) => ('k', 1),
            ('b' | 'p', _) => ('p', 1),
            ('d' | 't', _) => ('t', 1),
            ('v' | 'f', _) => ('f', 1),
            ('z' | 's', _) => ('s', 1),
            ('j', _) => ('c', 1),
            ('a' | 'e' | 'i' | 'o' | 'u', _) => (if index == 0 { 'a' } else { ' ' }, 1),
            ('h' | 'w' | 'y', _) => (if index == 0 { at(index) } else { ' ' }, 1),
            (other, _) => (other, 1),
        };
        if sound != ' ' && !code.ends_with(sound) {
            code.push(sound);
        }
        index += length;
    }
    code
}

/// A code with one letter left out, but for the first: who begins otherwise is another word. Two letters are the least: one
/// is shared by too many words.
fn shorter(code: &str) -> impl Iterator<Item = String> {
    let letters: Vec<char> = code.chars().collect();
    let places = if letters.len() < 3 { 0..0 } else { 1..letters.len() };
    places.map(move |out| {
        letters.iter().enumerate().filter(|(index, _)| *index != out).map(|(_, letter)| letter).collect()
    })
}
