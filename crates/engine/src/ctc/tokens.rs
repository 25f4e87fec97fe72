//! The tokens of an acoustic model: how a word is made of them.

use std::collections::HashMap;

use mynah_pronounce::{Phone, Pronouncer};

/// A token's place in the model's list.
pub type Token = u16;

/// Of what kind a model's tokens are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// ARPAbet phones without stress, `AE`.
    Phones,
    /// Letters, and `|` or a space between words.
    Characters,
    /// Pieces of words; what begins a word has `▁` in front.
    WordPieces,
}

/// The tokens of a model, one of which is the blank.
#[derive(Clone, Debug)]
pub struct TokenList {
    kind: TokenKind,
    count: usize,
    blank: Token,
    places: HashMap<String, Token>,
    /// Characters: what stands between words.
    gap: Option<Token>,
    is_upper: bool,
    longest: usize,
}

/// What blanks are called.
const BLANKS: [&str; 6] = ["<blank>", "<blk>", "<b>", "[PAD]", "<pad>", "<eps>"];
/// The most ways of saying or writing a word that are searched.
const MOST_FORMS: usize = 6;

impl TokenList {
    /// `tokens` in the order of the model's outputs.
    ///
    /// # Errors
    /// Says what does not match: no blank, a token twice, a phone that is none.
    pub fn new(kind: TokenKind, tokens: &[String]) -> Result<Self, String> {
        if tokens.len() > usize::from(Token::MAX) {
            return Err(format!("has {} tokens, {} at most can be used", tokens.len(), Token::MAX));
        }
        let mut places = HashMap::new();
        for (place, token) in (0..).zip(tokens) {
            if places.insert(token.clone(), place).is_some() {
                return Err(format!("has token `{token}` twice"));
            }
        }
        let blank = BLANKS.iter().find_map(|blank| places.remove(*blank));
        let Some(blank) = blank else {
            return Err(format!("has no blank among its tokens (one of {})", BLANKS.join(", ")));
        };
        if kind == TokenKind::Phones {
            let missing: Vec<_> =
                Phone::ALL.iter().map(|p| p.name()).filter(|p| !places.contains_key(*p)).collect();
            if !missing.is_empty() {
                return Err(format!("lacks the phones {}", missing.join(", ")));
            }
        }
        let letters = |upper: bool| {
            let is = |c: char| if upper { c.is_uppercase() } else { c.is_lowercase() };
            places.keys().filter(|token| token.chars().any(is)).count()
        };
        Ok(TokenList {
            kind,
            count: tokens.len(),
            blank,
            gap: ["|", " ", "▁", "<space>"].iter().find_map(|gap| places.get(*gap).copied()),
            is_upper: letters(true) > letters(false),
            longest: places.keys().map(|token| token.chars().count()).max().unwrap_or(0),
            places,
        })
    }

    /// How many there are, the blank among them.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no token but the blank.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The blank.
    pub fn blank(&self) -> Token {
        self.blank
    }

    /// Of what kind they are.
    pub fn kind(&self) -> TokenKind {
        self.kind
    }

    /// All the ways of one or more words, the likeliest first; none when they cannot be made of these tokens.
    pub fn forms(&self, text: &str, pronouncer: &Pronouncer) -> Vec<Box<[Token]>> {
        match self.kind {
            TokenKind::Phones => {
                let ways = pronouncer.text(text).unwrap_or_default();
                let mut forms: Vec<Box<[Token]>> = Vec::new();
                for way in ways.into_iter().take(MOST_FORMS) {
                    let form: Option<Box<[Token]>> =
                        way.phones.iter().map(|phone| self.places.get(phone.name()).copied()).collect();
                    forms.extend(form.filter(|form| !forms.contains(form)));
                }
                forms
            }
            TokenKind::Characters => self.written(text).into_iter().collect(),
            TokenKind::WordPieces => self.pieces(text).into_iter().collect(),
        }
    }

    fn cased(&self, text: &str) -> String {
        if self.is_upper { text.to_uppercase() } else { text.to_lowercase() }
    }

    /// Letter by letter, and what stands between words behind it.
    fn written(&self, text: &str) -> Option<Box<[Token]>> {
        let mut tokens = Vec::new();
        for word in self.cased(text).split_whitespace() {
            for letter in word.chars().filter(|c| c.is_alphanumeric() || *c == '\'') {
                tokens.push(*self.places.get(letter.encode_utf8(&mut [0; 4]) as &str)?);
            }
            tokens.extend(self.gap);
        }
        let is_word = tokens.iter().any(|token| Some(*token) != self.gap);
        is_word.then(|| tokens.into())
    }

    /// In the fewest pieces, the longer one first where there is a choice.
    fn pieces(&self, text: &str) -> Option<Box<[Token]>> {
        let mut tokens = Vec::new();
        for word in self.cased(text).split_whitespace() {
            let spelled: Vec<char> = std::iter::once('▁')
                .chain(word.chars().filter(|c| c.is_alphanumeric() || *c == '\''))
                .collect();
            if spelled.len() == 1 {
                return None;
            }
            // fewest[i]: the pieces that the text from i on needs, and how long the first is.
            let mut fewest: Vec<Option<(usize, usize)>> = vec![None; spelled.len() + 1];
            fewest[spelled.len()] = Some((0, 0));
            for from in (0..spelled.len()).rev() {
                for length in (1..=self.longest.min(spelled.len() - from)).rev() {
                    let piece: String = spelled[from..from + length].iter().collect();
                    if self.places.contains_key(&piece)
                        && let Some((rest, _)) = fewest[from + length]
                        && fewest[from].is_none_or(|(count, _)| rest + 1 < count)
                    {
                        fewest[from] = Some((rest + 1, length));
                    }
                }
            }
            let mut at = 0;
            while at < spelled.len() {
                let (_, length) = fewest[at]?;
                let piece: String = spelled[at..at + length].iter().collect();
                tokens.push(*self.places.get(&piece)?);
                at += length;
            }
        }
        (!tokens.is_empty()).then(|| tokens.into())
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(kind: TokenKind, tokens: &[&str], text: &str, expected: Expect) {
        let tokens: Vec<String> = tokens.iter().map(ToString::to_string).collect();
        let list = TokenList::new(kind, &tokens).expect("a list of tokens");
        let shown = |form: Box<[Token]>| {
            form.iter().map(|&token| tokens[usize::from(token)].as_str()).collect::<Vec<_>>().join(" ")
        };
        let forms = list.forms(text, &Pronouncer::english());
        expected.assert_eq(&forms.into_iter().map(shown).collect::<Vec<_>>().join(", "));
    }

    #[test]
    fn a_word_in_tokens_of_every_kind() {
        let phones: Vec<&str> =
            std::iter::once("<blank>").chain(Phone::ALL.iter().map(|p| p.name())).collect();
        check(TokenKind::Phones, &phones, "either", expect!["IY DH ER, AY DH ER"]);
        check(TokenKind::Phones, &phones, "view glass", expect!["V Y UW G L AE S"]);
        check(TokenKind::Phones, &phones, "灯", expect![""]);
        let letters = ["<pad>", "|", "A", "E", "H", "L", "M", "P", "T", "'"];
        check(TokenKind::Characters, &letters, "the lamp", expect!["T H E | L A M P |"]);
        check(TokenKind::Characters, &letters, "lights", expect![""]);
        let pieces = ["▁", "▁t", "▁the", "h", "e", "la", "mp", "▁lam", "p", "s", "<blk>"];
        check(TokenKind::WordPieces, &pieces, "the lamps", expect!["▁the ▁lam p s"]);
        check(TokenKind::WordPieces, &pieces, "zoo", expect![""]);
    }

    #[test]
    fn lists_that_do_not_match_are_told() {
        let check = |kind, tokens: &[&str], expected: Expect| {
            let tokens: Vec<String> = tokens.iter().map(ToString::to_string).collect();
            expected.assert_eq(&TokenList::new(kind, &tokens).expect_err("it does not match"));
        };
        check(
            TokenKind::Characters,
            &["a", "b"],
            expect!["has no blank among its tokens (one of <blank>, <blk>, <b>, [PAD], <pad>, <eps>)"],
        );
        check(TokenKind::Characters, &["<blk>", "a", "a"], expect!["has token `a` twice"]);
        let most: Vec<&str> =
            std::iter::once("<blank>").chain(Phone::ALL[2..].iter().map(|p| p.name())).collect();
        check(TokenKind::Phones, &most, expect!["lacks the phones AA, AE"]);
    }
}
