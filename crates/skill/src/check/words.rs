//! Words of which nobody knows how they are said.

use std::ops::Range;

use mynah_intent::{Fault, List};
use mynah_pronounce::{Pronouncer, Source};

use super::warning;
use crate::manifest::Manifest;

const IN_WORDS: &str = "write it as it is spoken, in words: `r two d two`, `and`";

/// Warns of words in sentences, rules and lists that can be said in several ways or in none. Whisper writes what it hears as people write
/// it; for `r2d2` or `#` that may be anything, so the search inside the grammar would miss it. Of English words also those that no dictionary has
/// and whose letters leave it open: a recogniser of sounds goes by a guess then. What of a sentence `is_word`, and no part of one (`light[s]`), is known to the caller.
pub(super) fn check(
    skill: &Manifest,
    english: &Pronouncer,
    is_word: &dyn Fn(&str) -> bool,
    warnings: &mut Vec<Fault>,
) {
    let is_english = skill.language.starts_with("en");
    let sentences = skill.intents.iter().flat_map(|intent| &intent.sentences).chain(skill.rules.values());
    let sentences = sentences.filter(|sentence| sentence.origin.file == skill.file);
    for sentence in sentences {
        for (word, at) in plain_words(&sentence.template, sentence.origin.span.start) {
            let doubt = unsaid(word, is_english.then_some(english)).or_else(|| {
                let lower = word.to_lowercase();
                (is_english && is_word(&lower)).then(|| guessed(&lower, english)).flatten()
            });
            if let Some((message, help)) = doubt {
                warnings.push(warning(skill, at, message, Some(help)));
            }
        }
    }
    for (list, span) in
        skill.lists.iter().filter(|(name, _)| !skill.inherited.contains(*name)).map(|(_, list)| list)
    {
        let List::Text(entries) = list else { continue };
        for (word, _) in entries.iter().flat_map(|entry| plain_words(&entry.said, 0)) {
            if let Some((message, help)) = unsaid(word, is_english.then_some(english)) {
                warnings.push(warning(skill, span.clone(), message, Some(help)));
            }
        }
    }
}

/// Why a word cannot be said, and what to do.
fn unsaid(word: &str, english: Option<&Pronouncer>) -> Option<(String, String)> {
    let digits = word.chars().any(|c| c.is_ascii_digit());
    let letters = word.chars().any(char::is_alphabetic);
    let sign =
        word.chars().find(|&c| !(c.is_alphanumeric() || "'\u{2019}-.,:?!%°".contains(c) || !c.is_ascii()));
    let message = match (sign, digits && letters) {
        (Some(sign), _) => format!("`{word}`: nobody knows how `{sign}` is said"),
        (None, true) => format!("`{word}` mixes letters and digits: nobody knows how it is said"),
        (None, false) => {
            let is_word = word.chars().any(char::is_alphanumeric);
            let why = english.filter(|_| is_word)?.word(word).err()?;
            format!("{why}, so it has no pronunciation")
        }
    };
    Some((message, IN_WORDS.into()))
}

/// How an English word may be said that no dictionary has; none when that is clear from its letters.
fn guessed(word: &str, english: &Pronouncer) -> Option<(String, String)> {
    let said = english.word(word).ok()?;
    let [first, second, ..] = said.as_slice() else { return None };
    if first.source != Source::Guess || second.source != Source::Guess {
        return None;
    }
    let message = format!("`{word}` is in no dictionary, and may be said {first} or {second}");
    let help = "when it is spelled right, put one beside it that tells: `(ecobee|eeko bee)`";
    Some((message, help.into()))
}

/// The words of a template outside of lists and rules, each with its place in the file, where the template begins at `start`.
fn plain_words(template: &str, start: usize) -> Vec<(&str, Range<usize>)> {
    let mut words = Vec::new();
    let mut from = None;
    let mut inside = None;
    for (at, c) in template.char_indices().chain([(template.len(), ' ')]) {
        let is_plain = match (inside, c) {
            (None, '{') => {
                inside = Some('}');
                false
            }
            (None, '<') => {
                inside = Some('>');
                false
            }
            (Some(close), c) => {
                if c == close {
                    inside = None;
                }
                false
            }
            (None, c) => !c.is_whitespace() && !"()[]|;\\".contains(c),
        };
        match (from, is_plain) {
            (None, true) => from = Some(at),
            (Some(begin), false) => {
                words.push((&template[begin..at], start + begin..start + at));
                from = None;
            }
            _ => {}
        }
    }
    words
}
