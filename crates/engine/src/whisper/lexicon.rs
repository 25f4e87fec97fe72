//! The word graph as tokens: what the model may write next in each state.

use std::collections::HashMap;
use std::sync::Arc;

use mynah_intent::{Label, StateId, Walk, WordGraph, WordId};

use super::vocabulary::{Token, Vocabulary};
use crate::trie;

/// What a recogniser may write for a word that templates spell otherwise, beside the word's own spellings.
const WRITTEN: &[(&str, &str)] = &[
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
    ("twenty", "20"),
    ("thirty", "30"),
    ("forty", "40"),
    ("fifty", "50"),
    ("sixty", "60"),
    ("seventy", "70"),
    ("eighty", "80"),
    ("ninety", "90"),
    ("hundred", "100"),
    ("percent", "%"),
    ("degrees", "°"),
    ("ounce", "oz"),
    ("ounces", "oz"),
    ("okay", "ok"),
    ("ok", "okay"),
    ("iced", "ice"),
    ("colour", "color"),
    ("color", "colour"),
    ("grey", "gray"),
    ("gray", "grey"),
    ("television", "tv"),
    ("tv", "television"),
    ("am", "a.m"),
    ("am", "a.m."),
    ("am", "AM"),
    ("pm", "p.m"),
    ("pm", "p.m."),
    ("pm", "PM"),
];

/// A lexicon that has seen so many arcs of its graph starts afresh: some tens of megabytes.
const MOST_ARCS: usize = 400_000;

/// What a finished word of a reading is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ending {
    /// A word of the graph, and what it costs there, in nats.
    Word(WordId, f32),
    /// The wake phrase, which is no part of the command.
    Wake,
}

/// Next tokens of the words that may begin in one state.
pub(crate) type Trie = trie::Trie<Token, (StateId, Ending)>;

/// All the ways of writing a word, as tokens.
type Forms = Arc<[Box<[Token]>]>;

/// Where in a sentence a word stands, which decides how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// First of all.
    First,
    /// After other words.
    Later,
}

/// Tokens of the words of one graph, made when a search first comes to a state, then kept.
#[derive(Debug)]
pub struct Lexicon {
    walk: Walk,
    vocabulary: Arc<Vocabulary>,
    wake_phrase: Option<Arc<str>>,
    tries: HashMap<(StateId, Place), Arc<Trie>>,
    /// Tokens of each word by place, as the same word stands in many states.
    forms: HashMap<(WordId, Place), Forms>,
    pub(crate) comma: Option<Token>,
    /// Tokens that end a sentence as well as the end of the text does.
    stops: Vec<Token>,
    /// For each text token: how it may stand in a free word.
    free: Arc<[Free]>,
}

/// How a token may stand in a word that is not of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Free {
    /// Never: punctuation and the like.
    No,
    /// It begins a word.
    Begins,
    /// It goes on with one.
    Continues,
}

impl Lexicon {
    /// The tokens of `graph`. With a wake phrase, sentences may have it in front.
    pub fn new(graph: Arc<WordGraph>, vocabulary: Arc<Vocabulary>, wake_phrase: Option<Arc<str>>) -> Self {
        let stops = [".", "?", "!", "..."].iter().filter_map(|s| vocabulary.token(s.as_bytes())).collect();
        let free = (0..vocabulary.text_tokens() as Token).map(|t| free(vocabulary.bytes(t))).collect();
        let comma = vocabulary.token(b",");
        Lexicon {
            walk: Walk::new(graph),
            vocabulary,
            wake_phrase,
            tries: HashMap::new(),
            forms: HashMap::new(),
            comma,
            stops,
            free,
        }
    }

    /// The graph.
    pub fn graph(&self) -> &Arc<WordGraph> {
        self.walk.graph()
    }

    /// The states of the graph.
    pub(crate) fn walk(&self) -> &Walk {
        &self.walk
    }

    /// Whether so much of the graph has been seen that the memory is better used afresh.
    pub fn is_full(&self) -> bool {
        self.walk.arcs_made() > MOST_ARCS
    }

    /// The wake phrase that sentences may have in front.
    pub fn wake_phrase(&self) -> Option<&Arc<str>> {
        self.wake_phrase.as_ref()
    }

    /// The vocabulary.
    pub fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.vocabulary
    }

    /// Of the logarithms after some prefix: that the text ends, or a full stop, question or exclamation mark follows.
    pub(crate) fn end_score(&self, log_probs: &[f32]) -> f32 {
        let of = |token: Token| log_probs.get(token as usize).copied().unwrap_or(f32::NEG_INFINITY);
        self.stops.iter().fold(of(self.vocabulary.end()), |sum, &stop| log_add(sum, of(stop)))
    }

    pub(crate) fn free(&self) -> Arc<[Free]> {
        self.free.clone()
    }

    /// Where the free words that may begin in a state lead, if it has any.
    pub(crate) fn any_word(&mut self, state: StateId) -> Option<(StateId, f32)> {
        // The last of all labels.
        let last = self.walk.arcs(state).last();
        last.filter(|arc| arc.label == Label::AnyWord).map(|arc| (arc.to, arc.cost))
    }

    /// The tokens of the words that may begin in a state.
    pub(crate) fn trie(&mut self, state: StateId, place: Place) -> Arc<Trie> {
        if let Some(trie) = self.tries.get(&(state, place)) {
            return trie.clone();
        }
        let mut sequences = Vec::new();
        for arc in self.walk.arcs(state).to_vec() {
            if let Label::Word(word) = arc.label {
                let ending = (arc.to, Ending::Word(word, arc.cost));
                sequences.extend(self.forms(word, place).iter().map(|tokens| (tokens.clone(), ending)));
            }
        }
        let start = self.walk.start();
        if place == Place::First
            && state == start
            && let Some(wake) = self.wake_phrase.clone()
        {
            let capital = capitalised(&wake);
            for lead in [" ", ""] {
                for stop in ["", ",", ".", "!", "?"] {
                    for phrase in [&capital, &*wake] {
                        if let Some(tokens) = self.vocabulary.encode(&format!("{lead}{phrase}{stop}")) {
                            sequences.push((tokens.into(), (start, Ending::Wake)));
                        }
                    }
                }
            }
        }
        let trie = Arc::new(Trie::build(sequences));
        self.tries.insert((state, place), trie.clone());
        trie
    }

    /// All that the model may write for a word in a place.
    fn forms(&mut self, id: WordId, place: Place) -> Forms {
        if let Some(forms) = self.forms.get(&(id, place)) {
            return forms.clone();
        }
        let word = self.walk.graph().word(id);
        let mut spellings: Vec<&str> = vec![&word.text];
        spellings.extend(word.spellings.iter().map(String::as_str));
        spellings.extend(WRITTEN.iter().filter(|(text, _)| *text == word.text).map(|(_, written)| *written));
        let mut texts: Vec<String> = Vec::new();
        for spelling in spellings {
            let capital = capitalised(spelling);
            match place {
                Place::First => {
                    texts.push(format!(" {capital}"));
                    texts.push(format!(" {spelling}"));
                    texts.push(capital);
                }
                Place::Later => {
                    texts.push(format!(" {spelling}"));
                    if spelling.starts_with(char::is_alphabetic) {
                        texts.push(format!(" {capital}"));
                        // "8-ounce", and names in one word, "bed|room".
                        texts.push(format!("-{spelling}"));
                    }
                    texts.push(spelling.to_owned());
                }
            }
        }
        let mut forms: Vec<Box<[Token]>> = texts
            .iter()
            .filter_map(|t| self.vocabulary.encode(t))
            .filter(|t| !t.is_empty())
            .map(Into::into)
            .collect();
        forms.sort();
        forms.dedup();
        let forms: Forms = forms.into();
        self.forms.insert((id, place), forms.clone());
        forms
    }
}

/// The text with its first letter in upper case.
fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

fn free(bytes: &[u8]) -> Free {
    let (begins, rest) = match bytes {
        [b' ', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let wordy = |b: &u8| b.is_ascii_alphanumeric() || *b >= 0x80 || matches!(b, b'\'' | b'-' | b'&' | b'%');
    match (begins, !rest.is_empty() && rest.iter().all(wordy)) {
        (_, false) => Free::No,
        (true, true) => Free::Begins,
        (false, true) => Free::Continues,
    }
}

/// ln(eᵃ + eᵇ).
pub(crate) fn log_add(a: f32, b: f32) -> f32 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    if low == f32::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}
