//! Words of which nobody knows how they are said.

use std::ops::Range;

use mynah_intent::{Fault, Sentence};

use super::warning;
use crate::manifest::Manifest;

/// Warns of words in sentences and rules that can be said in several ways or in none. Whisper writes what it hears as people write
/// it; for `r2d2` or `#` that may be anything, so the search inside the grammar would miss it.
pub(super) fn check(skill: &Manifest, warnings: &mut Vec<Fault>) {
    let sentences = skill.intents.iter().flat_map(|intent| &intent.sentences).chain(skill.rules.values());
    let sentences = sentences.filter(|sentence| sentence.origin.file == skill.file);
    for sentence in sentences {
        for (word, at) in plain_words(sentence) {
            let digits = word.chars().any(|c| c.is_ascii_digit());
            let letters = word.chars().any(char::is_alphabetic);
            let sign = word
                .chars()
                .find(|&c| !(c.is_alphanumeric() || "'\u{2019}-.,:?!%°".contains(c) || !c.is_ascii()));
            let message = match (sign, digits && letters) {
                (Some(sign), _) => format!("`{word}`: nobody knows how `{sign}` is said"),
                (None, true) => format!("`{word}` mixes letters and digits: nobody knows how it is said"),
                (None, false) => continue,
            };
            let help = "write it as it is spoken, in words: `r two d two`, `and`";
            warnings.push(warning(skill, at, message, Some(help.into())));
        }
    }
}

/// The words of a template outside of lists and rules, each with its place.
fn plain_words(sentence: &Sentence) -> Vec<(&str, Range<usize>)> {
    let template = sentence.template.as_str();
    let start = sentence.origin.span.start;
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
