//! Whole numbers below a thousand in the words of languages of which no more is known here than these words.
//!
//! What is read does not depend on the spaces between words: recognisers part `zwei hundert` and `vingt-et-un` as they like.

mod tables;

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use super::plain::Plain;
use super::{Language, Phrases};
use crate::fold::{Folding, tokens_as};
pub(super) use tables::SERBIAN;

/// A language by its number words.
pub(crate) struct Spelled {
    /// BCP 47, without a region.
    tag: &'static str,
    style: Style,
    /// 0 to 19, or 0 to 99.
    units: &'static str,
    /// 20, 30, … 90, or 20, 40, 60, 80.
    tens: &'static str,
    /// 100, 200, … 900.
    hundreds: &'static str,
    /// What may stand between a hundred and the rest: before up to twenty and whole tens, before others, and what else is said.
    joints: &'static [&'static str],
    words: OnceLock<Words>,
}

/// How tens and units are put together.
#[derive(Clone, Copy)]
enum Style {
    /// Tens, this, units: `vinte e um`.
    TensFirst(&'static str),
    /// The same, with one or the other between.
    TensFirstOr(&'static str, &'static str),
    /// Units, this, tens: `einundzwanzig`.
    UnitsFirst(&'static str),
    /// As [`TensFirst`](Self::TensFirst), but in the twenties with the second: `vint-i-un`, `trenta-un`.
    Twenties(&'static str, &'static str, &'static str),
    /// Scores, this, 1 to 19: `hogeita hamaika` is 31.
    Scores(&'static str),
    /// `ventuno`, `ventidue`: the tens lose their last letter before a vowel.
    Italian,
    /// `soixante et onze`, `quatre-vingt-dix`.
    French,
    /// Each number has a word of its own, `इक्कीस`.
    Each,
}

/// The tables, ready to be read. Texts are folded and have no spaces.
#[derive(Default)]
struct Words {
    /// Below a hundred, by the first letter.
    below: HashMap<char, Vec<(String, u32)>>,
    /// 100, 200, …, by the first letter.
    hundreds: HashMap<char, Vec<(String, u32)>>,
    joints: Vec<String>,
    /// The longest text, in bytes.
    longest: usize,
}

/// The language of a primary tag.
pub(super) fn spelled(primary: &str) -> Option<&'static Spelled> {
    let has_tag = |language: &&Spelled| language.tag.split('|').any(|tag| tag.eq_ignore_ascii_case(primary));
    tables::LANGUAGES.iter().find(has_tag)
}

/// The ways in an entry of a table: by itself, and before more.
struct Entry {
    alone: Vec<&'static str>,
    before: Vec<&'static str>,
}

fn entry(table: &'static str, place: u32) -> Entry {
    let entry = table.split(' ').nth(place as usize).unwrap_or_default();
    let (alone, before) = entry.split_once('/').unwrap_or((entry, entry));
    Entry { alone: alone.split('|').collect(), before: before.split('|').collect() }
}

impl Spelled {
    const fn new(
        tag: &'static str,
        style: Style,
        units: &'static str,
        tens: &'static str,
        hundreds: &'static str,
        joints: &'static [&'static str],
    ) -> Spelled {
        Spelled { tag, style, units, tens, hundreds, joints, words: OnceLock::new() }
    }

    fn words(&self) -> &Words {
        self.words.get_or_init(|| {
            let mut words = Words::default();
            for value in 0..100 {
                for way in self.ways(value) {
                    add(&mut words.below, self.squeezed(&way), value);
                }
            }
            for hundred in 1..=9 {
                let Entry { alone, before } = entry(self.hundreds, hundred - 1);
                for way in alone.into_iter().chain(before) {
                    add(&mut words.hundreds, self.squeezed(&spaced(way)), hundred * 100);
                }
            }
            words.joints = self.joints.iter().map(|joint| self.squeezed(joint)).collect();
            words.joints.sort();
            words.joints.dedup();
            let longest = |texts: &HashMap<char, Vec<(String, u32)>>| {
                texts.values().flatten().map(|(text, _)| text.len()).max().unwrap_or_default()
            };
            let joint = words.joints.iter().map(String::len).max().unwrap_or_default();
            words.longest = longest(&words.below) + joint + longest(&words.hundreds);
            words
        })
    }

    /// As it is compared: folded, and without spaces.
    fn squeezed(&self, text: &str) -> String {
        let folding = Folding::of(self.tag.split('|').next().unwrap_or_default());
        tokens_as(text, folding).into_iter().map(|token| token.text).collect()
    }

    /// Every way to say a number below a hundred, the usual one first.
    fn ways(&self, value: u32) -> Vec<String> {
        let said = |ways: Vec<&str>| ways.into_iter().map(spaced).collect();
        if value < 20 || matches!(self.style, Style::Each) {
            return said(entry(self.units, value).alone);
        }
        if let Style::Scores(between) = self.style {
            let (score, rest) = (entry(self.tens, value / 20 - 1), value % 20);
            let units = || entry(self.units, rest).alone.into_iter();
            return match rest {
                0 => said(score.alone),
                _ => score
                    .before
                    .iter()
                    .flat_map(|score| units().map(move |unit| spaced(&format!("{score}{between}{unit}"))))
                    .collect(),
            };
        }
        let (ten, unit) = (value / 10, value % 10);
        if let Style::French = self.style
            && ten >= 7
            && value != 80
        {
            let (tens, below) =
                if ten >= 8 { ("quatre vingt", value - 80) } else { ("soixante", value - 60) };
            let and = if value == 71 { "et " } else { "" };
            let units = entry(self.units, below).alone.into_iter();
            return units.map(|unit| spaced(&format!("{tens} {and}{unit}"))).collect();
        }
        let tens = entry(self.tens, ten - 2);
        if unit == 0 {
            return said(tens.alone);
        }
        let mut ways = Vec::new();
        for tens in tens.before {
            for units in entry(self.units, unit).before {
                let mut with = |between: &str| ways.push(format!("{tens}{between}{units}"));
                match self.style {
                    Style::TensFirst(between) => with(between),
                    Style::TensFirstOr(between, or) => {
                        with(between);
                        with(or);
                    }
                    Style::Twenties(twenty, between, _) if ten == 2 => {
                        ways.push(format!("{twenty}{between}{units}"));
                    }
                    Style::Twenties(_, _, between) => with(between),
                    Style::UnitsFirst(between) => ways.push(format!("{units}{between}{tens}")),
                    Style::Italian if units.starts_with(['u', 'o']) => {
                        ways.push(format!("{}{units}", &tens[..tens.len() - 1]));
                    }
                    Style::Italian => ways.push(format!("{tens}{units}")),
                    Style::French if unit == 1 => with(" et "),
                    Style::French => with(" "),
                    Style::Scores(_) | Style::Each => {}
                }
            }
        }
        ways.iter().map(|way| spaced(way)).collect()
    }

    /// The usual way to say a number below a thousand.
    fn usual(&self, value: u32) -> Option<String> {
        let (hundred, rest) = (value / 100, value % 100);
        let below = || self.ways(rest).into_iter().next();
        if hundred == 0 {
            return below();
        }
        let hundreds = entry(self.hundreds, hundred - 1);
        if rest == 0 {
            return hundreds.alone.first().map(|way| spaced(way));
        }
        let is_simple = rest <= 20 || rest % 10 == 0;
        let joint = self.joints.get(usize::from(!is_simple)).or(self.joints.first())?;
        Some(format!("{}{joint}{}", spaced(hundreds.before.first()?), below()?))
    }
}

fn spaced(way: &str) -> String {
    way.replace('-', " ")
}

fn add(texts: &mut HashMap<char, Vec<(String, u32)>>, text: String, value: u32) {
    if let Some(first) = text.chars().next() {
        let known = texts.entry(first).or_default();
        if !known.iter().any(|(other, _)| *other == text) {
            known.push((text, value));
        }
    }
}

/// The entries that a text begins with.
fn beginning<'a>(
    texts: &'a HashMap<char, Vec<(String, u32)>>,
    text: &'a str,
) -> impl Iterator<Item = (usize, u32)> + 'a {
    let known = text.chars().next().and_then(|first| texts.get(&first)).into_iter().flatten();
    known.filter(|(entry, _)| text.starts_with(entry.as_str())).map(|(entry, value)| (entry.len(), *value))
}

impl Language for Spelled {
    fn digits(&self, _word: &str) -> Option<&'static str> {
        None
    }

    fn is_spaceless(&self) -> bool {
        matches!(self.tag, "ja" | "th")
    }

    fn numbers(&self, words: &[&str]) -> Vec<(usize, f64)> {
        let mut found = Plain.numbers(words);
        let known = self.words();
        let begins = |first| known.below.contains_key(&first) || known.hundreds.contains_key(&first);
        if !words.first().and_then(|word| word.chars().next()).is_some_and(begins) {
            return found;
        }
        let (mut text, mut ends) = (String::new(), Vec::new());
        for word in words {
            text.push_str(word);
            ends.push(text.len());
            if text.len() > known.longest {
                break;
            }
        }
        let mut add = |length: usize, value: u32| {
            if let Ok(last) = ends.binary_search(&length) {
                let number = (last + 1, f64::from(value));
                if !found.contains(&number) {
                    found.push(number);
                }
            }
        };
        beginning(&known.below, &text).for_each(|(length, value)| add(length, value));
        for (length, hundreds) in beginning(&known.hundreds, &text) {
            add(length, hundreds);
            for joint in &known.joints {
                let Some(rest) = text[length..].strip_prefix(joint.as_str()) else { continue };
                for (more, value) in beginning(&known.below, rest).filter(|(_, value)| *value > 0) {
                    add(length + joint.len() + more, hundreds + value);
                }
            }
        }
        found
    }

    fn spell(&self, value: i32) -> Vec<String> {
        let value = u32::try_from(value).ok().filter(|value| *value < 1000);
        let usual = value.and_then(|value| self.usual(value)).map(|way| way.to_lowercase());
        match self.is_spaceless() {
            true => usual.map(|way| way.chars().map(String::from).collect::<Vec<_>>().join(" ")),
            false => usual,
        }
        .into_iter()
        .collect()
    }

    fn halves(&self) -> &'static [&'static str] {
        Plain.halves()
    }

    fn shares(&self) -> &'static [(&'static str, f64)] {
        Plain.shares()
    }

    fn percent(&self) -> &'static [&'static str] {
        Plain.percent()
    }

    fn degrees(&self) -> &'static [&'static str] {
        Plain.degrees()
    }

    fn durations(&self, words: &[&str]) -> Vec<(usize, Duration)> {
        Plain.durations(words)
    }

    fn say_durations(&self, phrases: &mut Phrases<'_>, from: u32, to: u32) {
        Plain.say_durations(phrases, from, to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_the_words_of_their_language() {
        let check = |tag: &str, said: &str, value: f64| {
            let language = crate::language::language(tag);
            let words: Vec<String> =
                tokens_as(said, Folding::of(tag)).into_iter().map(|token| token.text).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let found = language.numbers(&words);
            assert!(found.contains(&(words.len(), value)), "{tag} {said}: {found:?}");
        };
        check("fr", "une", 1.0);
        check("fr", "vingt et un", 21.0);
        check("fr-CA", "soixante et onze", 71.0);
        check("fr", "soixante-dix", 70.0);
        check("fr", "quatre-vingts", 80.0);
        check("fr", "quatre-vingt-dix-neuf", 99.0);
        check("de", "Einundzwanzig", 21.0);
        check("de-CH", "dreissig", 30.0);
        check("nl", "tweeëntwintig", 22.0);
        check("es", "veintidós", 22.0);
        check("es", "treinta y una", 31.0);
        check("it", "ventotto", 28.0);
        check("ca", "vint-i-una", 21.0);
        check("pt-BR", "vinte e duas", 22.0);
        check("da", "femogtyve", 25.0);
        check("bg", "пет", 5.0);
        check("ru", "сорок два", 42.0);
        check("fi", "kolmekymmentäviisi", 35.0);
        check("hu", "huszonöt", 25.0);
        check("sl", "petindvajset", 25.0);
        check("sr", "пет", 5.0);
        check("sr-Latn", "dvadeset pet", 25.0);
        check("ro", "douăzeci și cinci", 25.0);
        check("tr", "on bir", 11.0);
        check("de", "zweihundertfünfunddreißig", 235.0);
        check("de", "zwei Hundert fünf und dreißig", 235.0);
        check("de", "hundertundeins", 101.0);
        check("es", "ciento una", 101.0);
        check("es", "quinientas treinta y tres", 533.0);
        check("fr", "deux cents", 200.0);
        check("fr", "trois cent quatre-vingt-onze", 391.0);
        check("pt", "cento e vinte e três", 123.0);
        check("ru", "девятьсот сорок одна", 941.0);
        check("id", "dua ratus empat puluh lima", 245.0);
        check("it", "centotto", 108.0);
        check("da", "tohundrede og femogtyve", 225.0);
        check("hr", "dvjesto trideset i pet", 235.0);
        check("hi", "इक्कीस", 21.0);
        check("hi", "पांच सौ पैंसठ", 565.0);
        check("bn", "একশো পঁচিশ", 125.0);
        check("bn", "নব্বই", 90.0);
        check("ur", "ننانوے", 99.0);
        check("ur", "تین سو پینتالیس", 345.0);
        check("mr", "एकशे एक", 101.0);
        check("gu", "બસો પચાસ", 250.0);
        check("ne", "पैंतालीस", 45.0);
        check("fa", "سیصد و چهل و پنج", 345.0);
        check("te", "రెండు వందల నలభై ఐదు", 245.0);
        check("ka", "ორმოცდათერთმეტი", 51.0);
        check("eu", "hirurogeita hamabost", 75.0);
        check("ga", "trí chéad daichead a cúig", 345.0);
        check("th", "สองร้อยยี่สิบเอ็ด", 221.0);
        check("ja", "三百四十五", 345.0);
        check("bn", "২১", 21.0);
        check("kn", "ಇಪ್ಪತ್ತೊಂದು", 21.0);
        check("kn", "ಇಪ್ಪತ್ತ\u{cc6}\u{cc2}ಂದು", 21.0);
        check("kn", "ಮೂರು ನೂರು ಇಪ್ಪತ್ತೊಂದು", 321.0);
        check("ml", "ഇരുപത്തി ഒൻപത്", 29.0);
        check("ml", "ഇരുപത്തിയഞ്ച്", 25.0);
        check("ml", "ഒന്\u{200d}പത്", 9.0);
        check("ml", "നൂറ്റി ഒന്ന്", 101.0);
        check("mn", "хорин нэг", 21.0);
        check("mn", "гурван зуун дөчин таван", 345.0);
        check("sv", "hundra", 100.0);
    }

    #[test]
    fn every_language_has_all_numbers_below_a_thousand() {
        for language in tables::LANGUAGES.iter().chain([&SERBIAN]) {
            let mut all = HashMap::new();
            for value in 0..100 {
                for way in language.ways(value) {
                    assert!(!way.trim().is_empty(), "{} {value}", language.tag);
                    let way = language.squeezed(&way);
                    let other = all.insert(way.clone(), value);
                    assert!(other.is_none_or(|other| other == value), "{} {way}", language.tag);
                }
            }
            for value in 0..1000 {
                let [said] = language.spell(value).try_into().unwrap_or_default();
                let folding = Folding::of(language.tag);
                let words: Vec<String> =
                    tokens_as(&said, folding).into_iter().map(|token| token.text).collect();
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                let found = language.numbers(&words);
                let whole: Vec<f64> =
                    found.iter().filter(|(length, _)| *length == words.len()).map(|(_, v)| *v).collect();
                assert_eq!(whole, [f64::from(value)], "{} {said:?}", language.tag);
            }
        }
    }
}
