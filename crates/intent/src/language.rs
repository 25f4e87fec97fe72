//! What differs from language to language: how numbers and spans of time are said.

mod english;
mod mandarin;
mod plain;
pub(crate) mod rules;
mod spelled;

use std::time::Duration;

use crate::automaton::{Nfa, Symbol};
use crate::graph::Vocabulary;
use crate::tag::primary_subtag;
use crate::{Fractions, NumberKind, Value, Written};
use rules::Rules;

/// The numbers of a range.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    pub(crate) from: i32,
    pub(crate) to: i32,
    /// At least 1.
    pub(crate) step: i32,
    pub(crate) kind: NumberKind,
    pub(crate) fractions: Fractions,
    pub(crate) multiplier: Option<f64>,
    pub(crate) written: Written,
}

impl Numbers {
    /// The whole numbers.
    pub(crate) fn whole(&self) -> impl Iterator<Item = i32> + use<> {
        (self.from..=self.to).step_by(self.step.unsigned_abs() as usize)
    }
}

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

    /// Whether words stand without spaces, so that each character counts as one.
    fn is_spaceless(&self) -> bool {
        false
    }

    /// Words after a whole number that make it a half more.
    fn halves(&self) -> &'static [&'static str];

    /// Shares that are said without a number: "half" is 50.
    fn shares(&self) -> &'static [(&'static str, f64)];

    /// Words after a percentage. The first is the usual one.
    fn percent(&self) -> &'static [&'static str];

    /// Words before a percentage.
    fn percent_before(&self) -> &'static [&'static str] {
        &[]
    }

    /// Words after a temperature. The first is the usual one.
    fn degrees(&self) -> &'static [&'static str];

    /// Every ordinal that begins at the first word: how many words it takes, and its number.
    fn ordinals(&self, _words: &[&str]) -> Vec<(usize, i32)> {
        Vec::new()
    }

    /// The usual way to say an ordinal in words.
    fn spell_ordinal(&self, _value: i32) -> Option<String> {
        None
    }

    /// How an ordinal is written with digits, `21st`.
    fn ordinal_digits(&self, _value: i32) -> Option<String> {
        None
    }

    /// How times, dates and other values of several words are said. None: they are not, in this language.
    fn rules(&self) -> Option<&'static Rules> {
        None
    }

    /// The usual way to say a value, which is read back as the same. Nothing for what is not said in words, such as a text,
    /// or in this language.
    fn speak(&self, _value: &Value) -> Option<String> {
        None
    }

    /// Every span of time that begins at the first word: how many words it takes, and its length.
    fn durations(&self, words: &[&str]) -> Vec<(usize, Duration)>;

    /// Adds the usual ways to say a span of time between two states.
    fn say_durations(&self, phrases: &mut Phrases<'_>, from: u32, to: u32);
}

/// The language of a BCP 47 tag; digits alone where the language is not known.
pub(crate) fn language(tag: &str) -> &'static dyn Language {
    match primary_subtag(tag) {
        primary if primary.eq_ignore_ascii_case("en") => &english::English,
        primary if primary.eq_ignore_ascii_case("zh") => &mandarin::Mandarin,
        primary if primary.eq_ignore_ascii_case("sr") => {
            let is_latin = tag.split(['-', '_']).any(|part| part.eq_ignore_ascii_case("latn"));
            if is_latin { spelled::spelled("hr").map_or(&plain::Plain, |s| s) } else { &spelled::SERBIAN }
        }
        primary => spelled::spelled(primary).map_or(&plain::Plain, |spelled| spelled),
    }
}

/// The parts of a span of time, the longest unit first: how many, and the seconds of the unit. Nothing for parts of a second.
fn units_of(span: Duration) -> Option<Vec<(i32, u32)>> {
    let mut left = (span.subsec_nanos() == 0 && !span.is_zero()).then_some(span.as_secs())?;
    let mut parts = Vec::new();
    for unit in [86_400, 3600, 60, 1] {
        let count = i32::try_from(left / u64::from(unit)).ok()?;
        left %= u64::from(unit);
        if count > 0 {
            parts.push((count, unit));
        }
    }
    Some(parts)
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
            let symbol = Symbol::word(self.vocabulary.id(word));
            self.nfa.add_arc(state, symbol, next);
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
        let hyphenated = hyphenated.filter(|_| !self.language.is_spaceless());
        self.say(&hyphenated.unwrap_or_else(|| value.to_string()), from, to);
    }

    /// Says an ordinal in words, and as one word for recognisers that write "21st".
    pub(crate) fn ordinal(&mut self, value: i32, from: u32, to: u32) {
        if let Some(way) = self.language.spell_ordinal(value) {
            self.say(&way, from, to);
            if way.contains(' ') && !self.language.is_spaceless() {
                self.say(&way.replace(' ', "-"), from, to);
            }
        }
    }

    /// Says every whole number from `least` to `most`, as [`number`](Self::number).
    pub(crate) fn numbers(&mut self, values: impl IntoIterator<Item = i32>, from: u32, to: u32) {
        for value in values {
            self.number(value, from, to);
        }
    }
}

impl Phrases<'_> {
    /// Says the numbers of a range, as it permits them to be written.
    pub(crate) fn range(&mut self, numbers: &Numbers, from: u32, to: u32) {
        let has_halves = numbers.step == 1 && numbers.fractions != Fractions::None;
        if numbers.written == Written::Either {
            self.numbers(numbers.whole(), from, to);
            if has_halves {
                self.halves(numbers.from, numbers.to, from, to);
            }
            return;
        }
        let whole = self.nfa.add_state();
        for value in numbers.whole() {
            let ways = match numbers.written {
                Written::Digits => vec![value.to_string()],
                _ => self.language.spell(value),
            };
            let half = f64::from(value) + if value < 0 { -0.5 } else { 0.5 };
            let has_half = has_halves && numbers.contains(half);
            for way in &ways {
                self.say(way, from, to);
                if has_half && numbers.written == Written::Words {
                    self.say(way, from, whole);
                }
            }
            if has_half && numbers.written == Written::Digits {
                self.say(&half.to_string(), from, to);
            }
        }
        if numbers.written == Written::Words {
            for words in self.language.halves() {
                self.say(words, whole, to);
            }
        }
    }

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
                && !language.is_spaceless()
                && let Some(way) = language.spell(value as i32).first()
            {
                spellings.push(way.replace(' ', "-"));
            }
        }
    }
    for (length, value) in language.ordinals(&parts) {
        if length == parts.len() {
            spellings.extend(language.ordinal_digits(value));
        }
    }
    // "a.m." loses its last full stop where words are compared.
    if let "am" | "pm" = word {
        let half = &word[..1];
        spellings.extend([format!("{half}.m."), format!("{half}.m")]);
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
