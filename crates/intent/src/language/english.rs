//! English numbers and spans of time.

mod values;

use std::time::Duration;

use super::plain::{digits, span};
use super::rules::Rules;
use super::{Language, Phrases};
use crate::Value;

/// English.
#[derive(Debug)]
pub(crate) struct English;

const UNITS: [(&str, &str); 20] = [
    ("zero", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
    ("thirteen", "13"),
    ("fourteen", "14"),
    ("fifteen", "15"),
    ("sixteen", "16"),
    ("seventeen", "17"),
    ("eighteen", "18"),
    ("nineteen", "19"),
];

const TENS: [(&str, &str); 8] = [
    ("twenty", "20"),
    ("thirty", "30"),
    ("forty", "40"),
    ("fifty", "50"),
    ("sixty", "60"),
    ("seventy", "70"),
    ("eighty", "80"),
    ("ninety", "90"),
];

const ORDINALS: [&str; 19] = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
];

fn ordinal_suffix(value: i32) -> &'static str {
    match (value % 100, value % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

/// Units of time with their seconds, the longest first: singular, plural, short forms.
const SPANS: [(f64, &str, &str, &[&str]); 5] = [
    (604_800.0, "week", "weeks", &[]),
    (86_400.0, "day", "days", &["d"]),
    (3600.0, "hour", "hours", &["h", "hr", "hrs"]),
    (60.0, "minute", "minutes", &["m", "min", "mins"]),
    (1.0, "second", "seconds", &["s", "sec", "secs"]),
];

impl Language for English {
    fn digits(&self, word: &str) -> Option<&'static str> {
        UNITS.iter().chain(&TENS).find(|(text, _)| *text == word).map(|(_, digits)| *digits)
    }

    fn numbers(&self, words: &[&str]) -> Vec<(usize, f64)> {
        if let Some((&"minus" | &"negative", rest)) = words.split_first() {
            return positive(rest).into_iter().map(|(length, value)| (length + 1, -value)).collect();
        }
        positive(words)
    }

    fn spell(&self, value: i32) -> Vec<String> {
        if value < 0 {
            return match value.checked_neg() {
                Some(positive) => self.spell(positive).iter().map(|way| format!("minus {way}")).collect(),
                None => Vec::new(),
            };
        }
        spell(value as u32)
    }

    fn halves(&self) -> &'static [&'static str] {
        &["point five", "and a half"]
    }

    fn shares(&self) -> &'static [(&'static str, f64)] {
        &[("half", 50.0), ("a quarter", 25.0), ("one quarter", 25.0), ("three quarters", 75.0)]
    }

    fn percent(&self) -> &'static [&'static str] {
        &["percent", "%", "per cent"]
    }

    fn degrees(&self) -> &'static [&'static str] {
        &["degrees", "°", "degree"]
    }

    fn ordinals(&self, words: &[&str]) -> Vec<(usize, i32)> {
        let mut found: Vec<(usize, i32)> = Vec::new();
        // "21st" is two words: digits part from letters.
        if let Some(value) =
            digits(words).filter(|value| value.fract() == 0.0 && (1.0..1000.0).contains(value))
            && words.get(1) == Some(&ordinal_suffix(value as i32))
        {
            found.push((2, value as i32));
        }
        let ordinal = |word: Option<&&str>| word.and_then(|word| ORDINALS.iter().position(|o| o == word));
        if let Some(index) = ordinal(words.first()) {
            found.push((1, index as i32 + 1));
        }
        let round =
            |word: &str| TENS.iter().position(|(ten, _)| word.strip_suffix("ieth") == ten.strip_suffix('y'));
        let tens = |index: usize| index as i32 * 10 + 20;
        if let Some(index) = words.first().and_then(|word| round(word)) {
            found.push((1, tens(index)));
        }
        if let Some(index) = words.first().and_then(|word| TENS.iter().position(|(ten, _)| ten == word))
            && let Some(unit @ 0..=8) = ordinal(words.get(1))
        {
            found.push((2, tens(index) + unit as i32 + 1));
        }
        if let ["hundredth", ..] = words {
            found.push((1, 100));
        }
        found
    }

    fn spell_ordinal(&self, value: i32) -> Option<String> {
        match value {
            1..=19 => Some(ORDINALS[value as usize - 1].to_owned()),
            20..=99 => {
                let ten = TENS[value as usize / 10 - 2].0;
                Some(match value % 10 {
                    0 => format!("{}ieth", &ten[..ten.len() - 1]),
                    unit => format!("{ten} {}", ORDINALS[unit as usize - 1]),
                })
            }
            100 => Some("hundredth".to_owned()),
            _ => None,
        }
    }

    fn ordinal_digits(&self, value: i32) -> Option<String> {
        Some(format!("{value}{}", ordinal_suffix(value)))
    }

    fn rules(&self) -> Option<&'static Rules> {
        Some(values::rules())
    }

    fn speak(&self, value: &Value) -> Option<String> {
        values::speak(value)
    }

    fn durations(&self, words: &[&str]) -> Vec<(usize, Duration)> {
        let mut found = Vec::new();
        parts(words, 0, 0.0, f64::INFINITY, &mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn say_durations(&self, phrases: &mut Phrases<'_>, from: u32, to: u32) {
        for unit in ["hours", "minutes"] {
            phrases.say(&format!("a couple of {unit}"), from, to);
        }
        phrases.say("half an hour", from, to);
        phrases.say("half a minute", from, to);
        phrases.say("a quarter of an hour", from, to);
        phrases.say("three quarters of an hour", from, to);
        // After an hour, minutes may follow; after a minute, seconds.
        let minutes = phrases.nfa.add_state();
        let seconds = phrases.nfa.add_state();
        for (unit, least, after) in
            [("hour", from, Some(minutes)), ("minute", minutes, Some(seconds)), ("second", seconds, None)]
        {
            let mut starts = vec![from];
            if least != from {
                // "an hour [and] twenty minutes": once it said "and", it must go on.
                let shorter = phrases.nfa.add_state();
                phrases.nfa.add_empty(least, shorter);
                phrases.say("and", least, shorter);
                starts.push(shorter);
            }
            let plural = format!("{unit}s");
            let many = phrases.nfa.add_state();
            let one = phrases.nfa.add_state();
            for start in starts {
                phrases.numbers(2..=if unit == "hour" { 48 } else { 99 }, start, many);
                phrases.number(1, start, one);
                phrases.say(if unit == "hour" { "an" } else { "a" }, start, one);
            }
            let and_a_half = phrases.nfa.add_state();
            phrases.say("and a half", many, and_a_half);
            phrases.say(&plural, and_a_half, to);
            let said = phrases.nfa.add_state();
            phrases.say(&plural, many, said);
            phrases.say(unit, one, said);
            phrases.nfa.add_empty(said, to);
            if let Some(after) = after {
                phrases.numbers(1..=59, said, to);
                phrases.say("and a half", said, to);
                phrases.say("and a quarter", said, to);
                phrases.nfa.add_empty(said, after);
            }
        }
    }
}

/// Numbers from zero on, with halves and decimals.
fn positive(words: &[&str]) -> Vec<(usize, f64)> {
    let mut found: Vec<(usize, f64)> = Vec::new();
    if words.first() == Some(&"half") {
        found.push((1, 0.5));
    }
    for (length, value) in whole(words) {
        found.push((length, value));
        let rest = &words[length..];
        if rest.starts_with(&["and", "a", "half"]) {
            found.push((length + 3, value + 0.5));
        }
        if rest.first() == Some(&"point") {
            // "twenty one point five": digits one by one.
            let mut text = format!("{value}.");
            for (taken, word) in rest[1..].iter().take(6).enumerate() {
                let is_digit = |digit: &str| digit.len() == 1 && digit.bytes().all(|b| b.is_ascii_digit());
                match English.digits(word).or(Some(word)).filter(|digit| is_digit(digit)) {
                    Some(digit) => text.push_str(digit),
                    None => break,
                }
                if let Ok(value) = text.parse() {
                    found.push((length + 2 + taken, value));
                }
            }
        }
    }
    found
}

/// Numbers from zero on: "twenty one", "a hundred and five", "two thousand", "21".
fn whole(words: &[&str]) -> Vec<(usize, f64)> {
    let mut found: Vec<(usize, f64)> = digits(words).into_iter().map(|value| (1, value)).collect();
    let heads = below_thousand(words);
    found.extend(heads.iter().map(|&(length, value)| (length, f64::from(value))));
    for (length, head) in heads {
        if head == 0 || words.get(length) != Some(&"thousand") {
            continue;
        }
        let head = head * 1000;
        found.push((length + 1, f64::from(head)));
        for (more, value) in after_and(&words[length + 1..], below_thousand) {
            if value > 0 {
                found.push((length + 1 + more, f64::from(head + value)));
            }
        }
    }
    found
}

/// "a hundred", "two hundred and five", "twenty one". "a" by itself is no number, but it is one before
/// "hundred" and "thousand".
fn below_thousand(words: &[&str]) -> Vec<(usize, u32)> {
    let mut found = below_hundred(words);
    let is_one = words.first() == Some(&"a");
    let mut heads = found.clone();
    if is_one {
        if words.get(1) == Some(&"thousand") {
            found.push((1, 1));
        }
        heads.push((1, 1));
    }
    for (length, head) in heads {
        if !(1..20).contains(&head) || words.get(length) != Some(&"hundred") {
            continue;
        }
        found.push((length + 1, head * 100));
        for (more, value) in after_and(&words[length + 1..], below_hundred) {
            if value > 0 {
                found.push((length + 1 + more, head * 100 + value));
            }
        }
    }
    found
}

/// What `read` finds here or after an "and".
fn after_and(words: &[&str], read: fn(&[&str]) -> Vec<(usize, u32)>) -> Vec<(usize, u32)> {
    match words.split_first() {
        Some((&"and", rest)) => read(rest).into_iter().map(|(length, value)| (length + 1, value)).collect(),
        _ => read(words),
    }
}

/// "seven", "twenty", "twenty one".
fn below_hundred(words: &[&str]) -> Vec<(usize, u32)> {
    let place = |table: &[(&str, &str)], word: Option<&&str>| {
        let word = word?;
        table.iter().position(|(text, _)| text == word).map(|index| index as u32)
    };
    if let Some(unit) = place(&UNITS, words.first()) {
        return vec![(1, unit)];
    }
    let Some(ten) = place(&TENS, words.first()) else {
        return Vec::new();
    };
    let tens = ten * 10 + 20;
    let mut found = vec![(1, tens)];
    if let Some(unit @ 1..=9) = place(&UNITS, words.get(1)) {
        found.push((2, tens + unit));
    }
    found
}

fn spell(value: u32) -> Vec<String> {
    match value {
        0..=19 => vec![UNITS[value as usize].0.to_owned()],
        20..=99 => {
            let ten = TENS[value as usize / 10 - 2].0;
            match value % 10 {
                0 => vec![ten.to_owned()],
                unit => vec![format!("{ten} {}", UNITS[unit as usize].0)],
            }
        }
        100..=999 => {
            let mut heads = vec![format!("{} hundred", UNITS[value as usize / 100].0)];
            if value / 100 == 1 {
                heads.push("a hundred".to_owned());
            }
            with_rest(&heads, value % 100)
        }
        1000..=999_999 => {
            let mut heads: Vec<String> =
                spell(value / 1000).iter().take(1).map(|head| format!("{head} thousand")).collect();
            if value / 1000 == 1 {
                heads.push("a thousand".to_owned());
            }
            with_rest(&heads, value % 1000)
        }
        _ => Vec::new(),
    }
}

/// "one hundred" and 5 → "one hundred five", "one hundred and five".
fn with_rest(heads: &[String], rest: u32) -> Vec<String> {
    if rest == 0 {
        return heads.to_vec();
    }
    let tail = spell(rest).swap_remove(0);
    let and = if rest < 100 { &["", "and "][..] } else { &[""] };
    heads
        .iter()
        .flat_map(|head| and.iter().map(|and| format!("{head} {and}{tail}")).collect::<Vec<_>>())
        .collect()
}

/// Reads parts of a span, each of a shorter unit than the one before: "an hour", "and", "twenty minutes".
fn parts(words: &[&str], at: usize, total: f64, shorter_than: f64, found: &mut Vec<(usize, Duration)>) {
    for (length, seconds, unit) in part(&words[at..]) {
        if unit >= shorter_than {
            continue;
        }
        let (end, total) = (at + length, total + seconds);
        if let Some(span) = span(total) {
            found.push((end, span));
        }
        // "one minute thirty", "an hour twenty": the next unit, unsaid. Halves were the end of it.
        if unit <= 3600.0 && unit > 1.0 && total % unit == 0.0 {
            for (more, value) in whole(&words[end..]) {
                if (1.0..60.0).contains(&value) && value.fract() == 0.0 {
                    found.extend(span(total + value * unit / 60.0).map(|span| (end + more, span)));
                }
            }
        }
        parts(words, end, total, unit, found);
        if words.get(end) == Some(&"and") {
            parts(words, end + 1, total, unit, found);
        }
    }
}

/// Reads one part: how many words it takes, its seconds, and those of its unit.
fn part(words: &[&str]) -> Vec<(usize, f64, f64)> {
    let unit_at = |at: usize| {
        let word = words.get(at)?;
        SPANS
            .iter()
            .find(|(_, one, many, short)| one == word || many == word || short.contains(word))
            .map(|span| span.0)
    };
    let article = |at: usize| matches!(words.get(at), Some(&("a" | "an")));
    let mut found = Vec::new();
    let mut add = |at: usize, count: f64| {
        // "two and a half minutes", "ten minutes", "an hour and a half"
        if let Some(unit) = unit_at(at) {
            found.push((at + 1, count * unit, unit));
            if count.fract() == 0.0 && words[at + 1..].starts_with(&["and", "a", "half"]) {
                found.push((at + 4, (count + 0.5) * unit, unit));
            }
            if count.fract() == 0.0 && words[at + 1..].starts_with(&["and", "a", "quarter"]) {
                found.push((at + 4, (count + 0.25) * unit, unit));
            }
        }
    };
    for (length, count) in positive(words) {
        if count >= 0.0 {
            add(length, count);
        }
    }
    if article(0) {
        add(1, 1.0);
    }
    if words.starts_with(&["a", "couple", "of"]) {
        add(3, 2.0);
    }
    // "half an hour", "a quarter of an hour", "three quarters of an hour"
    let shares: [(&[&str], f64); 5] = [
        (&["half"], 0.5),
        (&["a", "half"], 0.5),
        (&["a", "quarter", "of"], 0.25),
        (&["quarter", "of"], 0.25),
        (&["three", "quarters", "of"], 0.75),
    ];
    for (share, count) in shares {
        if words.starts_with(share)
            && article(share.len())
            && let Some(unit) = unit_at(share.len() + 1)
        {
            found.push((share.len() + 2, count * unit, unit));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        crate::fold::tokens(text).into_iter().map(|token| token.text).collect()
    }

    /// The longest reading, if it takes the whole text.
    fn whole_text<T: Copy>(text: &str, read: impl Fn(&[&str]) -> Vec<(usize, T)>) -> Option<T> {
        let words = words(text);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        read(&words).into_iter().find(|(length, _)| *length == words.len()).map(|(_, value)| value)
    }

    #[test]
    fn numbers_are_read_as_people_say_them() {
        let check = |text: &str, value: Option<f64>| {
            assert_eq!(whole_text(text, |w| English.numbers(w)), value, "{text}");
        };
        check("21", Some(21.0));
        check("twenty one", Some(21.0));
        check("Twenty-One", Some(21.0));
        check("a hundred", Some(100.0));
        check("one hundred and five", Some(105.0));
        check("two thousand three hundred and four", Some(2304.0));
        check("a thousand and one", Some(1001.0));
        check("half", Some(0.5));
        check("two and a half", Some(2.5));
        check("twenty one point five", Some(21.5));
        check("minus five", Some(-5.0));
        check("-5", Some(-5.0));
        check("1,500", Some(1500.0));
        check("a", None);
        check("twenty eleven", None);
        check("hundred", None);
        check("1.2.3", None);
    }

    #[test]
    fn every_number_is_read_back_from_its_words() {
        for value in (-120..2200).chain([9_999, 20_000, 123_456, 999_999]) {
            for way in English.spell(value) {
                assert_eq!(whole_text(&way, |w| English.numbers(w)), Some(f64::from(value)), "{way}");
            }
        }
    }

    #[test]
    fn spans_of_time_are_read_as_people_say_them() {
        let check = |text: &str, seconds: Option<u64>| {
            assert_eq!(
                whole_text(text, |w| English.durations(w)),
                seconds.map(Duration::from_secs),
                "{text}"
            );
        };
        check("ten minutes", Some(600));
        check("90 seconds", Some(90));
        check("an hour and a half", Some(5400));
        check("one hour and a half", Some(5400));
        check("1 hour 20 minutes", Some(4800));
        check("an hour and twenty minutes", Some(4800));
        check("one minute thirty", Some(90));
        check("an hour twenty", Some(4800));
        check("two hours fifteen", Some(8100));
        check("an hour and a quarter", Some(4500));
        check("a couple of minutes", Some(120));
        check("thirty seconds five", None);
        check("a quarter of an hour", Some(900));
        check("an hour, five minutes and ten seconds", Some(3910));
        check("two and a half minutes", Some(150));
        check("half an hour", Some(1800));
        check("a half hour", None);
        check("three quarters of an hour", Some(2700));
        check("1.5 hours", Some(5400));
        check("1h20m", Some(4800));
        check("5min", Some(300));
        check("two days", Some(172_800));
        check("ten", None);
        check("minutes", None);
        check("five minutes an hour", None);
        check("minus five minutes", None);
    }
}
