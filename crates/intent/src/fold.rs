//! Making texts comparable: words in lower case, without punctuation and accents.

use std::ops::Range;

use crate::tag::primary_subtag;

/// A word of a text as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// In lower case, without accents and apostrophes.
    pub(crate) text: String,
    /// Bytes of the original text.
    pub(crate) span: Range<usize>,
}

/// Splits a text into words. Numbers part from letters (`5min` is two words), `%`, `°` and other signs stand
/// alone, as Chinese characters do, hyphens part words, and `-5` keeps its sign where it begins a word.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    tokens_as(text, Folding::default())
}

/// How a text is parted into words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Folding {
    /// An apostrophe parts words: `d'une`.
    pub(crate) elides: bool,
    /// Each letter is a word of its own: nothing tells where words end.
    pub(crate) by_letter: bool,
}

impl Folding {
    /// That of a language by its BCP 47 tag.
    pub(crate) fn of(language: &str) -> Folding {
        let primary = primary_subtag(language).to_ascii_lowercase();
        Folding { elides: matches!(primary.as_str(), "fr" | "it" | "ca" | "oc"), by_letter: false }
    }

    /// Whether a character is a word by itself.
    pub(crate) fn is_alone(self, c: char) -> bool {
        is_spaceless(c) || self.by_letter && !c.is_whitespace() && classify(c, ' ', ' ', &[]) == Class::Letter
    }

    /// Whether a word ends with this character.
    pub(crate) fn ends_with(self, c: char) -> bool {
        self.elides && matches!(c, '\'' | '\u{2019}')
    }
}

/// As [`tokens`], in the way of a language.
pub(crate) fn tokens_as(text: &str, folding: Folding) -> Vec<Token> {
    let chars: Vec<(usize, char)> = text.char_indices().map(|(at, c)| (at, ascii_digit(c))).collect();
    let at = |i: usize| chars.get(i).map_or(' ', |&(_, c)| c);
    let mut tokens: Vec<Token> = Vec::new();
    let mut class_before = Class::Separator;
    for (i, &(start, c)) in chars.iter().enumerate() {
        let end = chars.get(i + 1).map_or(text.len(), |&(next, _)| next);
        let before = if i == 0 { ' ' } else { at(i - 1) };
        let class = match classify(c, before, at(i + 1), &chars[i..]) {
            Class::Letter if folding.by_letter => Class::Sign,
            Class::Nothing if folding.ends_with(c) => Class::Separator,
            class => class,
        };
        match class {
            Class::Separator => {}
            Class::Nothing => {
                // An apostrophe in a word: the word goes on.
                if let Some(token) = tokens.last_mut()
                    && token.span.end == start
                {
                    token.span.end = end;
                }
                continue;
            }
            Class::Letter | Class::Digit if class == class_before => {
                if let Some(token) = tokens.last_mut() {
                    fold_char(c, &mut token.text);
                    token.span.end = end;
                }
            }
            Class::Letter | Class::Digit | Class::Sign => {
                let mut token = Token { text: String::new(), span: start..end };
                fold_char(c, &mut token.text);
                // A combining mark on its own folds to nothing.
                if token.text.is_empty() {
                    continue;
                }
                tokens.push(token);
            }
        }
        class_before = class;
    }
    tokens
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Letter,
    /// Digits and what stands inside a number.
    Digit,
    /// A word of its own.
    Sign,
    Separator,
    /// Left out, without parting words.
    Nothing,
}

fn classify(c: char, before: char, after: char, rest: &[(usize, char)]) -> Class {
    let between_digits = before.is_ascii_digit() && after.is_ascii_digit();
    match c {
        '0'..='9' => Class::Digit,
        // "1,000": three digits and no more.
        ',' if between_digits && is_thousands(rest) => Class::Nothing,
        '.' | ',' | ':' | '/' if between_digits => Class::Digit,
        '-' | '\u{2212}' if after.is_ascii_digit() && before.is_whitespace() => Class::Digit,
        '\'' | '\u{2018}' | '\u{2019}' | '\u{2bc}' | '`' | '\u{ad}' | '\u{200b}'..='\u{200d}' => {
            Class::Nothing
        }
        '%' | '°' | '+' | '&' | '$' | '€' | '£' => Class::Sign,
        _ if c.is_whitespace() || c.is_control() || c.is_ascii() && !c.is_ascii_alphanumeric() => {
            Class::Separator
        }
        _ if is_punctuation(c) => Class::Separator,
        _ if is_spaceless(c) => Class::Sign,
        _ => Class::Letter,
    }
}

/// A decimal digit of another script as the one that means the same, `२` → `2`; other characters as they are.
fn ascii_digit(c: char) -> char {
    // Arabic, Persian, Devanagari, Bengali, Gurmukhi, Gujarati, Odia, Tamil, Telugu, Kannada, Malayalam, Thai, full width.
    const ZEROS: [u32; 13] =
        [0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xff10];
    if (c as u32) < ZEROS[0] {
        return c;
    }
    let value = ZEROS.iter().find_map(|zero| (c as u32).checked_sub(*zero).filter(|value| *value < 10));
    value.and_then(|value| char::from_digit(value, 10)).unwrap_or(c)
}

/// Whether `rest`, which starts at a comma, is a comma and exactly three digits.
fn is_thousands(rest: &[(usize, char)]) -> bool {
    let digits = rest[1..].iter().take_while(|(_, c)| c.is_ascii_digit()).count();
    digits == 3
}

/// Characters of scripts without spaces, each of which is a word, because nothing tells where longer ones end: Thai,
/// Lao, Burmese, Khmer, Japanese, Chinese.
fn is_spaceless(c: char) -> bool {
    matches!(c, '\u{e01}'..='\u{e4e}' | '\u{e80}'..='\u{ecf}' | '\u{1000}'..='\u{103f}' | '\u{1780}'..='\u{17d3}'
        | '\u{3041}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}')
}

/// Punctuation outside ASCII.
pub(crate) fn is_punctuation(c: char) -> bool {
    matches!(c, '\u{a1}' | '\u{ab}' | '\u{b7}' | '\u{bb}' | '\u{bf}' | '\u{60c}' | '\u{61b}' | '\u{61f}' | '\u{964}'
        | '\u{2010}'..='\u{205e}' | '\u{3000}'..='\u{3006}' | '\u{3008}'..='\u{303f}' | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff1f}')
}

/// The Devanagari letters without the nukta, from U+0958 on.
const NUKTA: [char; 8] = ['क', 'ख', 'ग', 'ज', 'ड', 'ढ', 'फ', 'य'];

/// Appends `c` in lower case and without its accent.
fn fold_char(c: char, out: &mut String) {
    match c {
        ',' => out.push('.'),
        '\u{2212}' => out.push('-'),
        _ if c.is_ascii() => out.push(c.to_ascii_lowercase()),
        _ => {
            for lower in c.to_lowercase() {
                match lower {
                    '\u{300}'..='\u{36f}' => {}
                    // What is written with a nukta or without it, in one character or two; both marks of a nasal.
                    '\u{93c}' | '\u{9bc}' | '\u{abc}' => {}
                    '\u{958}'..='\u{95f}' => out.push(NUKTA[lower as usize - 0x958]),
                    '\u{9dc}' => out.push('\u{9a1}'),
                    '\u{9dd}' => out.push('\u{9a2}'),
                    '\u{9df}' => out.push('\u{9af}'),
                    '\u{901}' => out.push('\u{902}'),
                    // Vowel signs of Kannada and Malayalam, in one character or in several.
                    '\u{cc0}' => out.push_str("\u{cbf}\u{cd5}"),
                    '\u{cc7}' => out.push_str("\u{cc6}\u{cd5}"),
                    '\u{cc8}' => out.push_str("\u{cc6}\u{cd6}"),
                    '\u{cca}' => out.push_str("\u{cc6}\u{cc2}"),
                    '\u{ccb}' => out.push_str("\u{cc6}\u{cc2}\u{cd5}"),
                    '\u{d4a}' => out.push_str("\u{d46}\u{d3e}"),
                    '\u{d4b}' => out.push_str("\u{d47}\u{d3e}"),
                    '\u{d4c}' => out.push_str("\u{d46}\u{d57}"),
                    // Malayalam letters without a vowel, in one character or, as of old, in three; joiners tell nothing else.
                    '\u{d7a}' => out.push_str("\u{d23}\u{d4d}"),
                    '\u{d7b}' => out.push_str("\u{d28}\u{d4d}"),
                    '\u{d7c}' => out.push_str("\u{d30}\u{d4d}"),
                    '\u{d7d}' => out.push_str("\u{d32}\u{d4d}"),
                    '\u{d7e}' => out.push_str("\u{d33}\u{d4d}"),
                    // Arabic letters that Persian and Urdu write otherwise.
                    'ي' | 'ى' => out.push('ی'),
                    'ك' => out.push('ک'),
                    'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => out.push('a'),
                    'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => out.push('c'),
                    'ď' | 'đ' => out.push('d'),
                    'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => out.push('e'),
                    'ĝ' | 'ğ' | 'ġ' | 'ģ' => out.push('g'),
                    'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ǐ' => out.push('i'),
                    'ĺ' | 'ļ' | 'ľ' | 'ł' => out.push('l'),
                    'ñ' | 'ń' | 'ņ' | 'ň' => out.push('n'),
                    'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ǒ' => out.push('o'),
                    'ŕ' | 'ř' => out.push('r'),
                    'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => out.push('s'),
                    'ţ' | 'ť' | 'ț' => out.push('t'),
                    'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ǔ' => out.push('u'),
                    'ý' | 'ÿ' => out.push('y'),
                    'ź' | 'ż' | 'ž' => out.push('z'),
                    'ß' => out.push_str("ss"),
                    'æ' => out.push_str("ae"),
                    'œ' => out.push_str("oe"),
                    other => out.push(other),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let folded: Vec<String> = tokens(text).into_iter().map(|token| token.text).collect();
        assert_eq!(folded.join("|"), expected, "{text:?}");
        for token in tokens(text) {
            assert!(text.get(token.span.clone()).is_some(), "{text:?} {token:?}");
        }
    }

    #[test]
    fn words_are_compared_without_case_punctuation_and_accents() {
        check("Turn ON, the Café-lamp!", "turn|on|the|cafe|lamp");
        check("what's what’s", "whats|whats");
        check("  ...  ", "");
        check("e\u{301}tude STRASSE straße", "etude|strasse|strasse");
        check("सड़क सड\u{93c}क पाँच पांच", "सडक|सडक|पांच|पांच");
    }

    #[test]
    fn numbers_part_from_letters_and_signs() {
        check("5min 20% 21.5°C 1,000 1,5 tv2", "5|min|20|%|21.5|°|c|1000|1.5|tv|2");
        check("-5 to 7-8 at 7:30", "-5|to|7|8|at|7:30");
        check("20. 1, 2", "20|1|2");
        check("२१.५ ২১ ۲۱% ２１", "21.5|21|21|%|21");
        check("把灯调到50%，七点半", "把|灯|调|到|50|%|七|点|半");
    }
}
