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
/// The least likeness of the letters (normalised Levenshtein), of words that sound alike and of others.
const LEAST_ALIKE: (f64, f64) = (0.4, 0.66);
/// A guess is never surer than this, whatever its evidence is: below what a risky intent asks for.
const MOST_SURE: f32 = 0.79;
/// What is less sure is no guess. So chosen that of sentences about other things less than one in 200 is accepted.
const LEAST_SURE: f32 = 0.5;
/// A reading with less has words that could be anything: there is nothing to hold a guess to.
const LEAST_LITERAL: f32 = 0.985;
/// What tells apart guesses that are right from wrong ones, and how much: the weights of [`Evidence::features`] in a logistic regression,
/// fitted by `cargo run --release --workspace --bin near` to sentences of the shipped skills with simulated errors and to sentences about
/// other things. ARCHITECTURE.md has its figures.
const WEIGHTS: [f32; Evidence::FEATURES] = [2.242, 1.258, -0.091, 0.205, 0.338, 6.021, 0.504];
/// The gap to a rival counts up to this.
const MOST_GAP: f32 = 0.5;
/// Two guesses so near to each other are none.
const CLEAR: f32 = 0.005;
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
    /// Code → places in `words`.
    places: HashMap<String, Vec<usize>>,
}

impl Sounds {
    pub(crate) fn new(folded: &FoldedWords, language: &dyn Language) -> Sounds {
        let mut sounds = Sounds::default();
        for word in folded.words().filter(|word| may_be_meant(word, language)) {
            let code = code(word);
            sounds.places.entry(code.clone()).or_default().push(sounds.words.len());
            sounds.words.push((word.into(), code));
        }
        sounds
    }

    /// The words that sound the same, and unless `is_exact` those that are written much alike: the likest first.
    fn near(&self, word: &str, is_exact: bool) -> Vec<Like<'_>> {
        let own = code(word);
        let same = self.places.get(&own).map_or(&[][..], Vec::as_slice);
        let others = if is_exact { 0..0 } else { 0..self.words.len() };
        let mut found: Vec<Like<'_>> = Vec::new();
        for (known, code) in same.iter().copied().chain(others).map(|place| &self.words[place]) {
            let is_same_sound = *code == own;
            let is_seen = found.iter().any(|like| like.word == &**known);
            if known.len().abs_diff(word.len()) > 3 || **known == *word || is_seen {
                continue;
            }
            let letters = strsim::normalized_levenshtein(word, known);
            if letters >= if is_same_sound { LEAST_ALIKE.0 } else { LEAST_ALIKE.1 } {
                found.push(Like { word: known, letters, is_same_sound });
            }
        }
        found.sort_by(|a, b| b.letters.total_cmp(&a.letters).then(a.word.cmp(b.word)));
        found.truncate(MOST_CANDIDATES);
        found
    }
}

/// A word that sounds like another.
struct Like<'a> {
    word: &'a str,
    /// The likeness of their letters, 0 to 1.
    letters: f64,
    is_same_sound: bool,
}

impl Recognizer {
    /// What a text may mean of which a word or two are not quite what was said: as [`commands`](Recognizer::commands), with a
    /// confidence below 0.8 that is calibrated: of guesses with 0.7, seven of ten are right. For texts that are understood as they are, and for
    /// those of which more is unknown, it is empty.
    ///
    /// Words in wildcards are never guessed, and when two guesses are near to each other there is none.
    pub fn near(&self, text: &str, context: &Context) -> Vec<Vec<Reading>> {
        let Some((evidence, mut commands)) = self.guess(text, context) else { return Vec::new() };
        let confidence = evidence.confidence();
        if confidence < LEAST_SURE {
            return Vec::new();
        }
        for reading in commands.iter_mut().flatten() {
            reading.confidence *= confidence.min(MOST_SURE);
        }
        commands
    }

    /// The guess of [`near`](Recognizer::near), however unsure, and what speaks for it: for fitting its confidence.
    pub fn guess(&self, text: &str, context: &Context) -> Option<(Evidence, Vec<Vec<Reading>>)> {
        let words: Vec<String> = tokens(text).into_iter().map(|token| token.text).collect();
        if words.len() < 2 || words.len() > 20 {
            return None;
        }
        let is_known = |word: &String| self.is_known(word) || word.bytes().any(|b| b.is_ascii_digit());
        let unknown: Vec<usize> = (0..words.len()).filter(|index| !is_known(&words[*index])).collect();
        let is_negation = |index: &usize| NEGATIONS.contains(&words[*index].as_str());
        if unknown.len() > MOST_CHANGES || unknown.iter().any(is_negation) {
            return None;
        }
        let mut best: Option<(Evidence, Vec<Vec<Reading>>)> = None;
        for (changed, evidence) in self.changes(&words, &unknown) {
            if let Some((first, _)) = &best
                && evidence.cost() - first.cost() >= first.gap
            {
                break;
            }
            let mut commands = self.commands(&changed.join(" "), context);
            commands
                .iter_mut()
                .for_each(|readings| readings.retain(|reading| reading.confidence >= LEAST_LITERAL));
            if commands.is_empty() || commands.iter().any(Vec::is_empty) {
                continue;
            }
            match &mut best {
                None => best = Some((evidence, commands)),
                Some((first, known)) if !same(known, &commands) => {
                    first.gap = first.gap.min(evidence.cost() - first.cost());
                }
                Some(_) => {}
            }
        }
        best.filter(|(evidence, _)| evidence.gap >= CLEAR)
    }

    /// The texts to try, the likest first.
    fn changes(&self, words: &[String], unknown: &[usize]) -> Vec<(Vec<String>, Evidence)> {
        let sounds = self.sounds();
        let with = |changes: &[(usize, &Like<'_>)]| {
            let mut words = words.to_vec();
            for (index, like) in changes {
                words[*index] = like.word.to_owned();
            }
            let likes: Vec<&Like<'_>> = changes.iter().map(|(_, like)| *like).collect();
            let evidence = Evidence {
                changes: likes.len(),
                differ: 1.0 - likes.iter().map(|like| like.letters as f32).sum::<f32>() / likes.len() as f32,
                sounds_other: likes.iter().any(|like| !like.is_same_sound),
                words: words.len(),
                gap: MOST_GAP,
                all_known: unknown.is_empty(),
            };
            (words, evidence)
        };
        let mut texts: Vec<(Vec<String>, Evidence)> = Vec::new();
        match unknown {
            // All words are known, but one stands for another that sounds the same: "turn of the light".
            [] => {
                for (index, word) in words.iter().enumerate() {
                    texts.extend(sounds.near(word, true).iter().map(|like| with(&[(index, like)])));
                }
            }
            [one] => texts.extend(sounds.near(&words[*one], false).iter().map(|like| with(&[(*one, like)]))),
            [one, two] => {
                let seconds = sounds.near(&words[*two], false);
                for first in &sounds.near(&words[*one], false) {
                    texts.extend(seconds.iter().map(|second| with(&[(*one, first), (*two, second)])));
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
                let evidence = Evidence {
                    changes: 1,
                    differ: 0.0,
                    sounds_other: false,
                    words: joined.len(),
                    gap: MOST_GAP,
                    all_known: unknown.is_empty(),
                };
                texts.push((joined, evidence));
            }
        }
        texts.sort_by(|a, b| a.1.cost().total_cmp(&b.1.cost()).then_with(|| a.0.cmp(&b.0)));
        texts.truncate(MOST_TEXTS);
        texts
    }
}

/// What speaks for a guess at what was heard, and against it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// How many words were taken for others.
    pub changes: usize,
    /// How much of their letters differs, 0 to 1.
    pub differ: f32,
    /// One of them does not sound quite the same.
    pub sounds_other: bool,
    /// How many words the sentence has.
    pub words: usize,
    /// How much more another guess of another meaning changes, 0 to 0.5.
    pub gap: f32,
    /// Each word is one of the templates, and was taken for another all the same.
    pub all_known: bool,
}

impl Evidence {
    /// How many [`features`](Self::features) there are.
    pub const FEATURES: usize = 7;

    /// As numbers, the first of which is 1.
    pub fn features(&self) -> [f32; Evidence::FEATURES] {
        let one = |is: bool| f32::from(u8::from(is));
        [
            1.0,
            self.changes as f32 - 1.0,
            self.differ,
            one(self.sounds_other),
            1.0 / self.words.max(1) as f32,
            self.gap,
            one(self.all_known),
        ]
    }

    /// The share of guesses with this evidence that are right, 0 to 1.
    pub fn confidence(&self) -> f32 {
        let sum: f32 = self.features().iter().zip(WEIGHTS).map(|(feature, weight)| feature * weight).sum();
        1.0 / (1.0 + (-sum).exp())
    }

    /// How much was changed: what orders guesses.
    fn cost(&self) -> f32 {
        0.5 * self.changes.saturating_sub(1) as f32 + self.differ
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
