//! What differs from language to language: how numbers and spans of time are said.

mod english;
mod plain;

use std::time::Duration;

use crate::automaton::Nfa;
use crate::graph::{Label, Vocabulary};

/// Numbers and spans of time in one language. All words are folded as [`crate::fold`] does.
///
/// What the graph methods say, the reading methods read: the tests hold every language to it.
pub(crate) trait Language: Send + Sync {
    /// The digits of a word that is a number by itself, `eight` → `8`.
    fn digits(&self, word: &str) -> Option<&'static str>;

    /// Every number that begins at the first word: how many words it takes, and its value.
    fn numbers(&self, words: &[&str]) -> Vec<(usize, f64)>;

    /// Every way to say a whole number in words, the usual one first. Empty when only digits are known.
    fn spell(&self, value: i32) -> Vec<String>;

    /// Words after a whole number that make it a half more.
    fn halves(&self) -> &'static [&'static str];

    /// Shares that are said without a number: "half" is 50.
    fn shares(&self) -> &'static [(&'static str, f64)];

    /// Words after a percentage. The first is the usual one.
    fn percent(&self) -> &'static [&'static str];

    /// Words after a temperature. The first is the usual one.
    fn degrees(&self) -> &'static [&'static str];

    /// Every span of time that begins at the first word: how many words it takes, and its length.
    fn durations(&self, words: &[&str]) -> Vec<(usize, Duration)>;

    /// Adds the usual ways to say a span of time between two states.
    fn say_durations(&self, phrases: &mut Phrases<'_>, from: u32, to: u32);
}

/// The language of a BCP 47 tag; digits alone where the language is not known.
pub(crate) fn language(tag: &str) -> &'static dyn Language {
    match tag.split(['-', '_']).next() {
        Some(primary) if primary.eq_ignore_ascii_case("en") => &english::English,
        _ => &plain::Plain,
    }
}

/// Adds phrases to an automaton over the words of a graph.
pub(crate) struct Phrases<'a> {
    pub(crate) nfa: &'a mut Nfa,
    pub(crate) vocabulary: &'a mut Vocabulary,
    pub(crate) language: &'a dyn Language,
}

impl Phrases<'_> {
    /// Says the words of `phrase`, one after the other.
    pub(crate) fn say(&mut self, phrase: &str, from: u32, to: u32) {
        let mut words = phrase.split(' ').peekable();
        let mut state = from;
        while let Some(word) = words.next() {
            let next = if words.peek().is_some() { self.nfa.add_state() } else { to };
            let label = Label::Word(self.vocabulary.id(word));
            self.nfa.add_arc(state, label, next);
            state = next;
        }
    }

    /// Says a whole number in every way, and as one word for recognisers that write digits: as the one word
    /// that it is ("eight", "twenty-one"), else in digits ("105").
    pub(crate) fn number(&mut self, value: i32, from: u32, to: u32) {
        let ways = self.language.spell(value);
        let mut has_one_word = false;
        for way in &ways {
            self.say(way, from, to);
            has_one_word |= !way.contains(' ');
        }
        if has_one_word {
            return;
        }
        let hyphenated =
            (21..=99).contains(&value).then(|| ways.first()).flatten().map(|way| way.replace(' ', "-"));
        self.say(&hyphenated.unwrap_or_else(|| value.to_string()), from, to);
    }

    /// Says every whole number from `least` to `most`, as [`number`](Self::number).
    pub(crate) fn numbers(&mut self, values: impl IntoIterator<Item = i32>, from: u32, to: u32) {
        for value in values {
            self.number(value, from, to);
        }
    }
}

impl Phrases<'_> {
    /// Says every number between whole ones from `least` to `most`: "twenty point five", "20.5".
    pub(crate) fn halves(&mut self, least: i32, most: i32, from: u32, to: u32) {
        let whole = self.nfa.add_state();
        for value in least..=most {
            let half = f64::from(value) + if value < 0 { -0.5 } else { 0.5 };
            if (f64::from(least)..=f64::from(most)).contains(&half) {
                self.number(value, from, whole);
                self.say(&half.to_string(), from, to);
            }
        }
        for words in self.language.halves() {
            self.say(words, whole, to);
        }
    }
}

/// How else a word of a graph may be written: "eight" as "8", "what's" as "whats".
pub(crate) fn spellings(word: &str, language: &dyn Language) -> Vec<String> {
    let mut spellings = Vec::new();
    let tokens = crate::fold::tokens(word);
    let folded: String = tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join("-");
    let parts: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
    for (length, value) in language.numbers(&parts) {
        if length == parts.len() && (0.0..1e9).contains(&value) && value.fract() == 0.0 {
            spellings.push(value.to_string());
            if value < 100.0
                && let Some(way) = language.spell(value as i32).first()
            {
                spellings.push(way.replace(' ', "-"));
            }
        }
    }
    if language.percent().contains(&word) {
        spellings.push("%".to_owned());
    }
    if language.degrees().contains(&word) {
        spellings.push("°".to_owned());
    }
    if parts.len() == 1 {
        spellings.push(folded);
    }
    spellings.retain(|spelling| spelling != word);
    spellings.sort();
    spellings.dedup();
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_graph_have_the_spellings_of_recognisers() {
        let check = |word: &str, expected: &[&str]| {
            assert_eq!(spellings(word, language("en-GB")), expected, "{word}");
        };
        check("eight", &["8"]);
        check("8", &["eight"]);
        check("twenty-one", &["21"]);
        check("105", &[]);
        check("percent", &["%"]);
        check("degrees", &["°"]);
        check("what's", &["whats"]);
        check("café", &["cafe"]);
        check("lamp", &[]);
        check("a", &[]);
    }
}
