//! What is no plain word: numbers, signs, abbreviations, endings, and words made of others.

use crate::letters::MOST_LETTERS;
use crate::phone::Phone;
use crate::pronunciation::{Pronunciation, Source, Unpronounceable, distinct, joined};
use crate::{dictionary, letters, number};

/// The most characters of a word; with more it is a mistake or an attack.
const MOST_CHARACTERS: usize = 64;
/// The most guesses.
const GUESSES: usize = 3;

/// Abbreviations that are said as other words; ways are parted by `|`.
const ABBREVIATIONS: [(&str, &str); 23] = [
    ("approx", "approximately"),
    ("cm", "centimeters|centimeter"),
    ("dr", "doctor|drive"),
    ("etc", "et cetera"),
    ("ft", "feet|foot"),
    ("hr", "hour"),
    ("hrs", "hours"),
    ("hvac", "h vac"),
    ("kg", "kilograms|kilogram|kilos"),
    ("km", "kilometers|kilometer"),
    ("kwh", "kilowatt hours"),
    ("lb", "pound|pounds"),
    ("lbs", "pounds"),
    ("min", "minutes|minute"),
    ("mins", "minutes"),
    ("ml", "milliliters|milliliter"),
    ("mm", "millimeters|millimeter"),
    ("mrs", "missus"),
    ("oz", "ounces|ounce"),
    ("sec", "seconds|second"),
    ("secs", "seconds"),
    ("st", "street|saint"),
    ("vs", "versus"),
];

/// Words that are said letter by letter as well, or only so; the dictionary has them as a word or not at all.
const SPELLED: [&str; 14] =
    ["aa", "ac", "ai", "cd", "eu", "ev", "hdmi", "iot", "ip", "ir", "led", "uhd", "url", "uv"];

/// Signs that are words.
const SIGNS: [(char, &str); 4] = [('%', "percent"), ('\u{b0}', "degrees"), ('&', "and"), ('+', "plus")];

/// The ways to say a word; `household` knows its own ways for a part of it, in lower case.
pub(crate) fn word(
    word: &str,
    household: &dyn Fn(&str) -> Option<Vec<Pronunciation>>,
) -> Result<Vec<Pronunciation>, Unpronounceable> {
    if word.chars().nth(MOST_CHARACTERS).is_some() {
        return Err(Unpronounceable::TooLong(word.chars().take(12).collect()));
    }
    let plain = plain(word)?;
    if !plain.chars().any(|c| c.is_ascii_alphanumeric() || SIGNS.iter().any(|(sign, _)| *sign == c)) {
        return Err(Unpronounceable::Nothing(word.to_owned()));
    }
    // "A." is the letter, and "am." a word at the end of a sentence.
    let bare = plain.trim_matches(['.', '-', ':']);
    // The dictionary has some numbers in words, with mistakes: of its twenty-one the last sounds like "awn".
    let is_number = bare.split_once('-').is_some_and(|(tens, _)| number::is_ten(tens));
    for whole in [plain.as_str(), bare].into_iter().filter(|_| !is_number) {
        let known = abbreviation(whole).unwrap_or_else(|| ways(dictionary::look_up(whole)));
        if !known.is_empty() {
            return Ok(known);
        }
    }
    let mut parts: Vec<Vec<Pronunciation>> = Vec::new();
    if plain.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        parts.push(of_text("minus"));
    }
    let mut after_number = false;
    for part in parted(bare) {
        let first = part.chars().next().unwrap_or_default();
        let is_number = first.is_ascii_digit();
        let said = if is_number {
            said_number(part)
        } else if let Some((_, name)) = SIGNS.iter().find(|(sign, _)| *sign == first) {
            of_text(name)
        } else if after_number && matches!(part, "am" | "pm") {
            vec![spelled(part)]
        } else if part.len() > MOST_LETTERS {
            return Err(Unpronounceable::TooLong(part.chars().take(12).collect()));
        } else {
            household(part).unwrap_or_else(|| of_letters(part, household))
        };
        parts.push(said);
        after_number = is_number;
    }
    let all = joined(&parts);
    if all.is_empty() { Err(Unpronounceable::Nothing(word.to_owned())) } else { Ok(all) }
}

/// In lower case, without accents and what stands around words; `Err` when there is something in it that cannot be said.
fn plain(word: &str) -> Result<String, Unpronounceable> {
    let mut plain = String::new();
    for c in word.trim().chars().flat_map(char::to_lowercase) {
        let letters = match c {
            '\u{2019}' | '\u{2018}' | '`' => "'",
            '\u{2010}'..='\u{2014}' | '_' | '/' => "-",
            'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
            'æ' => "ae",
            'ç' | 'ć' | 'č' => "c",
            'ď' | 'đ' => "d",
            'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
            'ğ' => "g",
            'ì'..='ï' | 'ī' | 'ı' => "i",
            'ł' => "l",
            'ñ' | 'ń' | 'ň' => "n",
            'ò'..='ö' | 'ø' | 'ō' | 'ő' => "o",
            'œ' => "oe",
            'ř' => "r",
            'ß' => "ss",
            'ś' | 'ş' | 'š' | 'ș' => "s",
            'ţ' | 'ť' | 'ț' => "t",
            'ù'..='ü' | 'ū' | 'ů' | 'ű' => "u",
            'ý' | 'ÿ' => "y",
            'ź' | 'ż' | 'ž' => "z",
            // An accent by itself.
            '\u{300}'..='\u{36f}' => "",
            ',' | ';' | '!' | '?' | '"' | '(' | ')' | '\u{201c}' | '\u{201d}' | '\u{ad}' => "",
            'a'..='z' | '0'..='9' | '\'' | '-' | '.' | ':' => {
                plain.push(c);
                continue;
            }
            _ if SIGNS.iter().any(|(sign, _)| *sign == c) => {
                plain.push(c);
                continue;
            }
            _ if c.is_alphanumeric() => return Err(Unpronounceable::Script(word.to_owned(), c)),
            _ => return Err(Unpronounceable::Sign(word.to_owned(), c)),
        };
        plain.push_str(letters);
    }
    Ok(plain)
}

/// Rows of letters, numbers and signs; `-` and `.` part them, but for that of `21.5`.
fn parted(plain: &str) -> Vec<&str> {
    #[derive(PartialEq, Clone, Copy)]
    enum Kind {
        Letters,
        Number,
        Sign,
        Gap,
    }
    let bytes = plain.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let kind = |at: usize, c: char| match c {
        'a'..='z' | '\'' => Kind::Letters,
        '0'..='9' => Kind::Number,
        '.' | ':' if at > 0 && digit(at - 1) && digit(at + 1) => Kind::Number,
        '.' | ':' | '-' => Kind::Gap,
        _ => Kind::Sign,
    };
    let mut parts: Vec<&str> = Vec::new();
    let mut last = Kind::Gap;
    let mut from = 0;
    for (at, c) in plain.char_indices() {
        let own = kind(at, c);
        // `4th`, `1st`: the ending belongs to the number.
        let rest = &plain[at..];
        let is_ending = last == Kind::Number
            && ["st", "nd", "rd", "th"].iter().any(|ending| {
                rest.strip_prefix(ending)
                    .is_some_and(|behind| !behind.starts_with(|c: char| c.is_ascii_lowercase()))
            });
        let is_second =
            at > from && last == Kind::Number && matches!(&plain[at - 1..at], "s" | "n" | "r" | "t");
        let own = if is_ending || is_second { Kind::Number } else { own };
        if (own != last || own == Kind::Sign) && at > from {
            parts.extend((last != Kind::Gap).then(|| &plain[from..at]));
            from = at;
        }
        last = own;
    }
    parts.extend((last != Kind::Gap && from < plain.len()).then(|| &plain[from..]));
    parts
}

/// Digits, with a point, a colon or the ending of an ordinal.
fn said_number(text: &str) -> Vec<Pronunciation> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let all = if digits.len() < text.len() {
        number::ordinal(&digits.replace(['.', ':'], ""))
    } else if let Some((hour, minute)) = digits.split_once(':') {
        let minute = minute.replace([':', '.'], "");
        let behind = match minute.as_str() {
            "00" => vec![vec!["o'clock".to_owned()], Vec::new()],
            _ if minute.starts_with('0') => number::cardinal(&minute[1..])
                .into_iter()
                .map(|way| [vec!["oh".to_owned()], way].concat())
                .collect(),
            _ => number::cardinal(&minute),
        };
        let hours = number::cardinal(&hour.replace('.', ""));
        hours
            .iter()
            .flat_map(|hour| behind.iter().map(move |way| [hour.clone(), way.clone()].concat()))
            .collect()
    } else {
        let mut parts = digits.split('.');
        let mut ways = number::cardinal(parts.next().unwrap_or_default());
        for decimals in parts {
            let one_by_one = decimals.chars().flat_map(|c| number::cardinal(&c.to_string()).concat());
            let behind: Vec<String> = std::iter::once("point".to_owned()).chain(one_by_one).collect();
            ways.iter_mut().for_each(|way| way.extend(behind.iter().cloned()));
        }
        ways
    };
    let ways = all.iter().map(|words| {
        let parts: Vec<_> = words.iter().map(|word| ways(dictionary::look_up(word))).collect();
        joined(&parts).into_iter().map(|way| Pronunciation { source: Source::Rule, ..way }).collect()
    });
    by_turns(&ways.collect::<Vec<_>>())
}

/// The first way of each, then the second of each.
fn by_turns(all: &[Vec<Pronunciation>]) -> Vec<Pronunciation> {
    let longest = all.iter().map(Vec::len).max().unwrap_or_default();
    distinct((0..longest).flat_map(|place| all.iter().filter_map(move |ways| ways.get(place).cloned())))
}

/// A word of letters and apostrophes.
fn of_letters(word: &str, household: &dyn Fn(&str) -> Option<Vec<Pronunciation>>) -> Vec<Pronunciation> {
    let known = abbreviation(word).unwrap_or_else(|| ways(dictionary::look_up(word)));
    if !known.is_empty() {
        return known;
    }
    if let Some(said) = with_ending(word, household) {
        return said;
    }
    let bare = word.replace('\'', "");
    let known = ways(dictionary::look_up(&bare));
    if bare.is_empty() || !known.is_empty() {
        return known;
    }
    // "oclock", as recognisers fold it.
    let with_apostrophe = |at: usize| dictionary::look_up(&format!("{}'{}", &bare[..at], &bare[at..]));
    if let Some(known) = (1..bare.len()).rev().map(with_apostrophe).find(|known| !known.is_empty()) {
        return ways(known).into_iter().map(|way| Pronunciation { source: Source::Rule, ..way }).collect();
    }
    if !bare.bytes().any(|b| b"aeiouy".contains(&b)) {
        return vec![spelled(&bare)];
    }
    let mut guesses = letters::english().guess(&bare, GUESSES);
    let best = guesses.first().map_or(0.0, |guess| guess.cost);
    guesses.retain(|guess| guess.cost <= best + letters::CLEAR);
    let guess = |guess: letters::Guess| Pronunciation { phones: guess.phones, source: Source::Guess };
    distinct(
        guesses
            .into_iter()
            .map(guess)
            .chain(std::iter::once(spelled(&bare)).take(usize::from(bare.len() < 4))),
    )
}

/// A word with an ending behind one that is known: lamp's, lamps', tvs, echo'll.
fn with_ending(
    word: &str,
    household: &dyn Fn(&str) -> Option<Vec<Pronunciation>>,
) -> Option<Vec<Pronunciation>> {
    use Phone::{AH, D, ER, L, V};
    let (stem, ending) = match word.rsplit_once('\'') {
        Some((stem, ending)) if !stem.is_empty() => (stem, ending),
        _ => (word.strip_suffix('s').filter(|stem| stem.len() > 1)?, "s"),
    };
    let is_apart = stem.len() + ending.len() < word.len();
    let own = || household(stem).or_else(|| is_apart.then(|| of_letters(stem, household)));
    let known = abbreviation(stem).unwrap_or_else(|| ways(dictionary::look_up(stem)));
    let mut said = if known.is_empty() { own()? } else { household(stem).unwrap_or(known) };
    for way in &mut said {
        let last = *way.phones.last()?;
        let sounds: Vec<Phone> = match ending {
            "s" => plural(last),
            "" => Vec::new(),
            "ll" => vec![AH, L],
            "d" if matches!(last, D | Phone::T) => vec![AH, D],
            "d" => vec![D],
            "ve" => vec![V],
            "re" => vec![ER],
            _ => return None,
        };
        way.phones.extend(sounds);
        way.source = way.source.max(Source::Rule);
    }
    Some(distinct(said))
}

/// The sound of an s at the end, behind a sound.
fn plural(last: Phone) -> Vec<Phone> {
    use Phone::{CH, F, IH, JH, K, P, S, SH, T, TH, Z, ZH};
    match last {
        S | Z | SH | ZH | CH | JH => vec![IH, Z],
        P | T | K | F | TH => vec![S],
        _ => vec![Z],
    }
}

/// What an abbreviation stands for, and what the dictionary says of it.
fn abbreviation(word: &str) -> Option<Vec<Pronunciation>> {
    let in_full = ABBREVIATIONS.iter().find(|(short, _)| *short == word).map(|(_, full)| *full);
    let is_spelled = SPELLED.contains(&word);
    if in_full.is_none() && !is_spelled {
        return None;
    }
    let in_full: Vec<_> = in_full.into_iter().flat_map(|full| full.split('|')).map(of_text).collect();
    let in_full = by_turns(&in_full).into_iter();
    let by_letters = is_spelled.then(|| spelled(word));
    Some(distinct(in_full.chain(by_letters).chain(ways(dictionary::look_up(word)))))
}

/// Words and single letters, by rule.
fn of_text(text: &str) -> Vec<Pronunciation> {
    let parts: Vec<_> = text
        .split(' ')
        .map(|word| if word.len() == 1 { vec![spelled(word)] } else { of_letters(word, &|_| None) })
        .collect();
    joined(&parts)
        .into_iter()
        .map(|way| Pronunciation { source: way.source.max(Source::Rule), ..way })
        .collect()
}

/// Letter by letter.
fn spelled(word: &str) -> Pronunciation {
    let letter = |c: char| dictionary::look_up(&format!("{c}.")).into_iter().next().unwrap_or_default();
    Pronunciation { phones: word.chars().flat_map(letter).collect(), source: Source::Rule }
}

fn ways(said: Vec<Vec<Phone>>) -> Vec<Pronunciation> {
    distinct(said.into_iter().map(|phones| Pronunciation { phones, source: Source::Dictionary }))
}
