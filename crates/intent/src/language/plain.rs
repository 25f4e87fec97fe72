//! A language of which nothing is known: digits and signs.

use std::time::Duration;

use super::{Language, Phrases};

/// Digits, `%`, `°`; spans of time as `1 h 20 min`.
#[derive(Debug)]
pub(crate) struct Plain;

impl Language for Plain {
    fn digits(&self, _word: &str) -> Option<&'static str> {
        None
    }

    fn numbers(&self, words: &[&str]) -> Vec<(usize, f64)> {
        digits(words).into_iter().map(|value| (1, value)).collect()
    }

    fn spell(&self, _value: i32) -> Vec<String> {
        Vec::new()
    }

    fn halves(&self) -> &'static [&'static str] {
        &[]
    }

    fn shares(&self) -> &'static [(&'static str, f64)] {
        &[]
    }

    fn percent(&self) -> &'static [&'static str] {
        &["%"]
    }

    fn degrees(&self) -> &'static [&'static str] {
        &["°"]
    }

    fn durations(&self, words: &[&str]) -> Vec<(usize, Duration)> {
        let mut found = Vec::new();
        let mut total = Duration::ZERO;
        let mut last_unit = f64::INFINITY;
        let mut at = 0;
        while let (Some(value), Some(unit)) = (digits(&words[at..]), words.get(at + 1)) {
            let seconds = match *unit {
                "h" => 3600.0,
                "min" | "m" => 60.0,
                "s" | "sec" => 1.0,
                _ => break,
            };
            let Some(part) = span(value * seconds) else {
                break;
            };
            if seconds >= last_unit {
                break;
            }
            last_unit = seconds;
            total += part;
            at += 2;
            found.push((at, total));
        }
        found
    }

    fn say_durations(&self, phrases: &mut Phrases<'_>, from: u32, to: u32) {
        let number = phrases.nfa.add_state();
        phrases.numbers(1..=99, from, number);
        for unit in ["h", "min", "s"] {
            phrases.say(unit, number, to);
        }
    }
}

/// The number that the first word writes in digits, `21`, `-5` or `21.5`.
pub(super) fn digits(words: &[&str]) -> Option<f64> {
    let word = *words.first()?;
    let is_number = word.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-')) && word.len() <= 12;
    if is_number { word.parse().ok() } else { None }
}

/// A span of so many seconds, up to some hundred years.
pub(super) fn span(seconds: f64) -> Option<Duration> {
    (0.0..=4e9).contains(&seconds).then(|| Duration::from_millis((seconds * 1000.0).round() as u64))
}
