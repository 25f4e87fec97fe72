//! Mandarin numbers and spans of time. Each character is a word: 三十 is two.

mod values;

use std::time::Duration;

use super::plain::digits;
use super::rules::{Part, Rules, characters};
use super::{Language, Phrases};
use crate::Value;

/// Mandarin, in simplified or traditional characters.
#[derive(Debug)]
pub(crate) struct Mandarin;

const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
/// The greatest number that is read.
const MOST: u64 = 99_999_999;

impl Language for Mandarin {
    fn digits(&self, word: &str) -> Option<&'static str> {
        let digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        let mut characters = word.chars();
        let digit = characters.next().filter(|_| characters.next().is_none())?;
        DIGITS.iter().position(|known| *known == digit).map(|index| digits[index])
    }

    fn numbers(&self, words: &[&str]) -> Vec<(usize, f64)> {
        let (characters, ends) = characters(words);
        let mut found = Vec::new();
        let (mut sign, mut at) = (1.0, 0);
        match characters.as_slice() {
            ["负" | "負", ..] => (sign, at) = (-1.0, 1),
            ["零", "下", ..] => (sign, at) = (-1.0, 2),
            _ => {}
        }
        // "摄氏三十度": the scale goes before the number, too.
        if characters[at..].starts_with(&["摄", "氏"]) || characters[at..].starts_with(&["攝", "氏"]) {
            at += 2;
            if characters[at..].starts_with(&["零", "下"]) {
                (sign, at) = (-1.0, at + 2);
            }
        }
        for (length, value) in positive(&characters[at..]) {
            found.extend(ends[at + length].map(|end| (end, sign * value)));
        }
        found
    }

    fn spell(&self, value: i32) -> Vec<String> {
        let ways = ways(u64::from(value.unsigned_abs()));
        let signs: &[&str] = if value < 0 { &["零下", "负"] } else { &[""] };
        let spaced = |text: String| text.chars().map(String::from).collect::<Vec<_>>().join(" ");
        signs.iter().flat_map(|sign| ways.iter().map(move |way| spaced(format!("{sign}{way}")))).collect()
    }

    fn is_spaceless(&self) -> bool {
        true
    }

    fn halves(&self) -> &'static [&'static str] {
        &["点 五"]
    }

    fn shares(&self) -> &'static [(&'static str, f64)] {
        &[("一 半", 50.0), ("百 分 之 百", 100.0), ("四 分 之 一", 25.0), ("四 分 之 三", 75.0)]
    }

    fn percent(&self) -> &'static [&'static str] {
        &["%"]
    }

    fn percent_before(&self) -> &'static [&'static str] {
        &["百 分 之"]
    }

    fn degrees(&self) -> &'static [&'static str] {
        &["度", "°", "摄 氏 度"]
    }

    fn ordinals(&self, words: &[&str]) -> Vec<(usize, i32)> {
        match words.split_first() {
            Some((&"第", rest)) => {
                let whole =
                    self.numbers(rest).into_iter().filter(|(_, value)| value.fract() == 0.0 && *value > 0.0);
                whole.map(|(length, value)| (length + 1, value as i32)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn spell_ordinal(&self, value: i32) -> Option<String> {
        self.spell(value).first().map(|number| format!("第 {number}"))
    }

    fn rules(&self) -> Option<&'static Rules> {
        Some(values::rules())
    }

    fn speak(&self, value: &Value) -> Option<String> {
        values::speak(value)
    }

    fn durations(&self, words: &[&str]) -> Vec<(usize, Duration)> {
        let spans = values::rules().read("duration", words, self).into_iter();
        let span = |(length, part)| match part {
            Part::Span(span) => Some((length, span)),
            _ => None,
        };
        spans.filter_map(span).collect()
    }

    fn say_durations(&self, phrases: &mut Phrases<'_>, from: u32, to: u32) {
        values::rules().say("duration", phrases, from, to);
    }
}

/// Numbers from zero on that begin at the first character: 三十五, 二十一点五, 两, 35, 半.
fn positive(characters: &[&str]) -> Vec<(usize, f64)> {
    let mut found: Vec<(usize, f64)> = whole(characters);
    found.extend(digits(characters).map(|value| (1, value)));
    if characters.first() == Some(&"半") {
        found.push((1, 0.5));
    }
    for (length, value) in found.clone() {
        let rest = &characters[length..];
        if value.fract() == 0.0 && matches!(rest.first(), Some(&("点" | "點"))) {
            let mut text = format!("{value}.");
            for (taken, character) in rest[1..].iter().take(6).enumerate() {
                let Some(digit) = Mandarin.digits(character) else { break };
                text.push_str(digit);
                found.extend(text.parse().ok().map(|value| (length + 2 + taken, value)));
            }
        }
    }
    found
}

/// Whole numbers in characters: those whose usual spellings are what stands there.
fn whole(characters: &[&str]) -> Vec<(usize, f64)> {
    let mut found = Vec::new();
    let mut text = String::new();
    // 千万 multiplies what came before; 百 and 十 stand in a group of four digits.
    let (mut total, mut group, mut digit): (u64, u64, Option<u64>) = (0, 0, None);
    let mut last_unit = 0;
    for (index, character) in characters.iter().enumerate() {
        let Some(c) = character.chars().next() else { break };
        let c = match c {
            '〇' => '零',
            '两' | '兩' | '俩' => '二',
            '萬' => '万',
            other => other,
        };
        if let Some(value) = DIGITS.iter().position(|known| *known == c) {
            digit = Some(value as u64);
        } else {
            let unit = match c {
                '十' => 10,
                '百' => 100,
                '千' => 1000,
                '万' => 10_000,
                _ => break,
            };
            if unit == 10_000 {
                total = (group + digit.unwrap_or(0)) * unit;
                group = 0;
            } else {
                group += digit.unwrap_or(u64::from(unit == 10)) * unit;
            }
            (digit, last_unit) = (None, unit);
        }
        text.push(c);
        let sum = total + group + digit.unwrap_or(0);
        // "一百二" is 120.
        let short = total + group + digit.unwrap_or(0) * last_unit / 10;
        for value in [sum, short] {
            if value <= MOST
                && ways(value).iter().any(|way| way.replace('两', "二") == text)
                && !found.contains(&(index + 1, value as f64))
            {
                found.push((index + 1, value as f64));
            }
        }
        if text.chars().count() > 16 {
            break;
        }
    }
    found
}

/// Every way to say a number, the usual one first.
pub(super) fn ways(value: u64) -> Vec<String> {
    if value == 2 {
        return vec!["二".to_owned(), "两".to_owned()];
    }
    let usual = spell(value, true);
    let mut ways = vec![usual];
    // "一百二": the last unit is left out.
    if (100..10_000).contains(&value) {
        let last = if value.is_multiple_of(100) { 100 } else { 10 };
        let (digit, above) = (value / last % 10, value / (last * 10) % 10);
        if value.is_multiple_of(last) && digit > 0 && above > 0 {
            let mut short = ways[0].clone();
            short.pop();
            ways.push(short);
        }
    }
    if ways[0].starts_with("二百") || ways[0].starts_with("二千") {
        ways.push(ways[0].replacen('二', "两", 1));
    }
    ways
}

/// `is_first`: nothing stands before it, so that 十 needs no 一.
fn spell(value: u64, is_first: bool) -> String {
    if value >= 10_000 {
        let rest = value % 10_000;
        let zero = if rest > 0 && rest < 1000 { "零" } else { "" };
        let rest = if rest > 0 { spell(rest, false) } else { String::new() };
        return format!("{}万{zero}{rest}", spell(value / 10_000, is_first));
    }
    if value < 10 {
        return DIGITS[value as usize].to_string();
    }
    let mut text = String::new();
    let mut is_zero_open = false;
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = value / unit % 10;
        if digit == 0 {
            is_zero_open = !text.is_empty();
            continue;
        }
        if std::mem::take(&mut is_zero_open) {
            text.push('零');
        }
        if !(unit == 10 && digit == 1 && text.is_empty() && is_first) {
            text.push(DIGITS[digit as usize]);
        }
        text.push_str(name);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<f64> {
        let mut buffer = [0; 4];
        let words: Vec<String> = text.chars().map(|c| c.encode_utf8(&mut buffer).to_owned()).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        Mandarin
            .numbers(&words)
            .into_iter()
            .find(|(length, _)| *length == words.len())
            .map(|(_, value)| value)
    }

    #[test]
    fn numbers_are_read_as_people_say_them() {
        let check = |text: &str, value: Option<f64>| assert_eq!(number(text), value, "{text}");
        check("三十", Some(30.0));
        check("二十一", Some(21.0));
        check("十五", Some(15.0));
        check("两百", Some(200.0));
        check("二百五十", Some(250.0));
        check("一百零五", Some(105.0));
        check("一百二", Some(120.0));
        check("一千零一", Some(1001.0));
        check("三万二千", Some(32_000.0));
        check("二十一点五", Some(21.5));
        check("零下五", Some(-5.0));
        check("半", Some(0.5));
        check("两", Some(2.0));
        check("三二", None);
        check("百", None);
        check("一百五十零", None);
        assert_eq!(Mandarin.numbers(&["三十", "度"]), [(1, 30.0)]);
    }

    #[test]
    fn every_number_is_read_back_from_its_characters() {
        for value in (-60..3300).chain([9_999, 10_000, 10_010, 20_304, 123_456, 999_999]) {
            for way in Mandarin.spell(value) {
                assert_eq!(number(&way.replace(' ', "")), Some(f64::from(value)), "{way}");
            }
        }
    }
}
