//! Tokens of a model: bytes ↔ numbers, and text → tokens by byte-pair encoding.

use std::collections::HashMap;

/// A token's number in the model's vocabulary.
pub type Token = u32;

/// The text tokens of a model, in the order of their merges, and the token that ends a text.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    bytes: Vec<Box<[u8]>>,
    ids: HashMap<Box<[u8]>, Token>,
    end: Token,
}

impl Vocabulary {
    /// A vocabulary of these text tokens, numbered from 0. `end` is the number of the token that ends a text.
    /// Empty entries stand for tokens that are not text.
    pub fn new(tokens: Vec<Box<[u8]>>, end: Token) -> Self {
        let mut ids = HashMap::with_capacity(tokens.len());
        for (id, token) in (0..).zip(&tokens) {
            if !token.is_empty() {
                ids.entry(token.clone()).or_insert(id);
            }
        }
        Vocabulary { bytes: tokens, ids, end }
    }

    /// How many tokens are text; their numbers are below this.
    pub fn text_tokens(&self) -> usize {
        self.bytes.len()
    }

    /// The token that ends a text.
    pub fn end(&self) -> Token {
        self.end
    }

    /// The bytes of a text token; empty for any other. A token may hold part of a character.
    pub fn bytes(&self, token: Token) -> &[u8] {
        self.bytes.get(token as usize).map_or(&[], |bytes| bytes)
    }

    /// The token of exactly these bytes.
    pub fn token(&self, bytes: &[u8]) -> Option<Token> {
        self.ids.get(bytes).copied()
    }

    /// The tokens that the model was trained to write `text` with: GPT-2's splitting into words, then merges in the
    /// order of their rank. A token's number is the rank of the merge that makes it, so no list of merges is needed.
    /// `None` when a byte of the text is not in the vocabulary.
    pub fn encode(&self, text: &str) -> Option<Vec<Token>> {
        let mut tokens = Vec::new();
        for piece in pieces(text) {
            self.merge(piece.as_bytes(), &mut tokens)?;
        }
        Some(tokens)
    }

    fn merge(&self, piece: &[u8], out: &mut Vec<Token>) -> Option<()> {
        // Ends of the parts; the first part begins at 0.
        let mut ends: Vec<usize> = (1..=piece.len()).collect();
        loop {
            let mut best: Option<(Token, usize)> = None;
            for i in 0..ends.len().saturating_sub(1) {
                let from = if i == 0 { 0 } else { ends[i - 1] };
                if let Some(rank) = self.token(&piece[from..ends[i + 1]])
                    && best.is_none_or(|(least, _)| rank < least)
                {
                    best = Some((rank, i));
                }
            }
            let Some((_, i)) = best else { break };
            ends.remove(i);
        }
        let mut from = 0;
        for to in ends {
            out.push(self.token(&piece[from..to])?);
            from = to;
        }
        Some(())
    }
}

/// GPT-2's pattern: `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
fn pieces(text: &str) -> Vec<&str> {
    #[derive(PartialEq, Clone, Copy)]
    enum Kind {
        Letter,
        Digit,
        Space,
        Other,
    }
    fn kind(c: char) -> Kind {
        if c.is_alphabetic() {
            Kind::Letter
        } else if c.is_numeric() {
            Kind::Digit
        } else if c.is_whitespace() {
            Kind::Space
        } else {
            Kind::Other
        }
    }
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let suffix = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"].into_iter().find(|s| rest.starts_with(s));
        let length = if let Some(suffix) = suffix {
            suffix.len()
        } else {
            let lead = usize::from(first == ' ');
            match rest[lead..].chars().next().map(kind) {
                Some(run) if run != Kind::Space => {
                    lead + rest[lead..]
                        .chars()
                        .take_while(|&c| kind(c) == run)
                        .map(char::len_utf8)
                        .sum::<usize>()
                }
                _ => {
                    let blank: Vec<usize> =
                        rest.chars().take_while(|&c| kind(c) == Kind::Space).map(char::len_utf8).collect();
                    let all: usize = blank.iter().sum();
                    // The last blank belongs to the word that follows.
                    match blank.last() {
                        Some(last) if all < rest.len() && blank.len() > 1 => all - last,
                        _ => all,
                    }
                }
            }
        };
        let (piece, after) = rest.split_at(length.max(first.len_utf8()));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

#[cfg(test)]
pub(crate) mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// Bytes and a few merges: enough to write small sentences.
    pub(crate) fn small() -> Vocabulary {
        let mut tokens: Vec<Box<[u8]>> = (0..=255u8).map(|b| vec![b].into_boxed_slice()).collect();
        for merge in [
            " t", "ur", " tur", " turn", " l", "am", " lam", " lamp", " o", " on", " of", " off", "Tur",
            " T", " Tur", " Turn",
        ] {
            tokens.push(merge.as_bytes().into());
        }
        let end = tokens.len() as Token;
        Vocabulary::new(tokens, end)
    }

    fn check(text: &str, expected: Expect) {
        let vocabulary = small();
        let tokens = vocabulary.encode(text).expect("bytes cover all");
        let parts: Vec<_> =
            tokens.iter().map(|&t| String::from_utf8_lossy(vocabulary.bytes(t)).into_owned()).collect();
        expected.assert_eq(&parts.join("|"));
    }

    #[test]
    fn words_are_merged_by_rank() {
        check(" Turn off the lamp", expect![" Turn| off| t|h|e| lamp"]);
        check("I'd like  8%", expect![[r#"I|'|d| l|i|k|e| | |8|%"#]]);
        check("", expect![[""]]);
    }

    proptest::proptest! {
        #[test]
        fn tokens_spell_the_text(text in "\\PC{0,40}") {
            let vocabulary = small();
            let tokens = vocabulary.encode(&text).expect("bytes cover all");
            let bytes: Vec<u8> = tokens.iter().flat_map(|&t| vocabulary.bytes(t).to_vec()).collect();
            proptest::prop_assert_eq!(bytes, text.as_bytes());
        }
    }
}
