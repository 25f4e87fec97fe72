//! The word graph: all that may be said, for recognisers to search.

use std::collections::HashMap;
use std::sync::Arc as Shared;

use crate::automaton::{Net, Nfa, Symbol};
use crate::fold::is_punctuation;
use crate::hash::QuickSet;
use crate::word::{Word, WordId};

/// What an arc takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// One word.
    Word(WordId),
    /// One word for which the state has no arc of its own. Wildcards are made of these.
    AnyWord,
}

/// All that may be said, as nets that call one another: what stands around sentences, the sentences of all intents, and each list once.
///
/// The arcs carry marks: which list begins and into which slot, which intents end, what joins two commands. Each net is deterministic and as
/// small as it can be. What may be said where is a path through them with at most two returns to come, and a word may lead to several such
/// places: "turn on the kitchen …" goes on with a room or with a device. A recogniser goes through the graph by a [`Walk`], in which a word leads to
/// one state, and [`marks`](WordGraph::marks) tells what the words of a path are for.
///
/// A list that changes (a device gets a name) is one net to make again: see [`Recognizer::recompile`](crate::Recognizer::recompile).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WordGraph {
    pub(crate) words: Vec<Word>,
    /// Texts and spellings → words, those whose text it is first.
    pub(crate) written: HashMap<String, Vec<WordId>>,
    /// Around the sentences.
    pub(crate) around: Shared<Net>,
    /// It accepts [`accepted`]s.
    pub(crate) sentences: Shared<Net>,
    /// Between two values of a list.
    pub(crate) ands: Shared<Net>,
    pub(crate) lists: Vec<GraphList>,
    /// The names of the slots.
    pub(crate) slots: Vec<String>,
    /// What a word fills that has a value in it, `{area}s`: slots and lists.
    pub(crate) fills: Vec<Vec<(u32, u32)>>,
    /// The words that begin values of which several may be said: no command begins so behind a joint.
    pub(crate) values: QuickSet<WordId>,
    /// What may be said around sentences, and is no part of a wildcard's words at its ends.
    pub(crate) skips: Vec<Vec<Label>>,
    /// A slot that is filled twice has the last value, in place of both.
    pub(crate) last_counts: bool,
}

/// A list of the graph.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GraphList {
    pub(crate) name: String,
    pub(crate) net: Shared<Net>,
    pub(crate) is_several: bool,
    pub(crate) is_wildcard: bool,
}

/// What a net of sentences accepts: an intent, and whether a wildcard lies behind.
pub(crate) fn accepted(intent: usize, is_free: bool) -> u32 {
    (intent as u32) << 1 | u32::from(is_free)
}

/// Where the sentences are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// At the beginning.
    First,
    /// Behind what joins two commands.
    Again,
}

impl WordGraph {
    /// The graph of these sentences and no others, for tests and for choosing among an n-best list.
    ///
    /// Words are what stands between white space, in lower case and without punctuation.
    pub fn from_sentences(sentences: &[&str]) -> WordGraph {
        let mut vocabulary = Vocabulary::default();
        let mut nfa = Nfa::new();
        for sentence in sentences {
            let mut state = nfa.start();
            for word in written_words(sentence) {
                let to = nfa.add_state();
                nfa.add_arc(state, Symbol::word(vocabulary.id(&word)), to);
                state = to;
            }
            nfa.accept(state, accepted(0, false));
        }
        let mut around = Nfa::new();
        let end = around.add_state();
        around.add_arc(around.start(), Symbol::Sentence { start: Start::First as u32, is_free: false }, end);
        around.accept(end, 0);
        WordGraph {
            around: around.net(&[0], usize::MAX).into(),
            // A trie determinises to no more states than it has.
            sentences: nfa.net(&[0], usize::MAX).into(),
            ..WordGraph::default()
        }
        .with_words(vocabulary.words)
    }

    /// With this vocabulary.
    pub(crate) fn with_words(mut self, words: Vec<Word>) -> WordGraph {
        self.written.clear();
        for (index, word) in words.iter().enumerate() {
            let id = WordId(index as u32);
            self.written.entry(word.text.clone()).or_default().insert(0, id);
            for spelling in &word.spellings {
                self.written.entry(spelling.clone()).or_default().push(id);
            }
        }
        self.words = words;
        self
    }

    /// A word of the vocabulary.
    ///
    /// # Panics
    /// When `id` is not of this graph.
    pub fn word(&self, id: WordId) -> &Word {
        &self.words[id.0 as usize]
    }

    /// The vocabulary; a word's place is its [`WordId`]. It may have words that no sentence has any more.
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// How many states all nets have together.
    pub fn state_count(&self) -> usize {
        self.nets().map(Net::state_count).sum()
    }

    /// How many arcs all nets have together.
    pub fn arc_count(&self) -> usize {
        self.nets().map(|net| net.all_arcs().len()).sum()
    }

    /// The lists, and how many arcs each has.
    pub fn lists(&self) -> impl Iterator<Item = (&str, usize)> {
        self.lists.iter().map(|list| (list.name.as_str(), list.net.all_arcs().len()))
    }

    pub(crate) fn nets(&self) -> impl Iterator<Item = &Net> {
        let lists = self.lists.iter().map(|list| &*list.net);
        [&*self.around, &*self.sentences, &*self.ands].into_iter().chain(lists)
    }

    /// A path as text, with `any_word` where any word may stand.
    pub fn text(&self, path: &[Label], any_word: &str) -> String {
        let word = |label: &Label| match label {
            Label::Word(id) => self.word(*id).text.as_str(),
            Label::AnyWord => any_word,
        };
        path.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    /// Words that may be written so, those whose text it is first.
    pub(crate) fn words_written(&self, word: &str) -> &[WordId] {
        self.written.get(word).map_or(&[], Vec::as_slice)
    }
}

/// The words of a graph while it is being built.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vocabulary {
    pub(crate) words: Vec<Word>,
    ids: HashMap<String, WordId>,
}

impl Vocabulary {
    /// The words of a graph, for another that goes on with them.
    pub(crate) fn of(graph: &WordGraph) -> Vocabulary {
        let ids = (0..).zip(&graph.words).map(|(id, word)| (word.text.clone(), WordId(id))).collect();
        Vocabulary { words: graph.words.clone(), ids }
    }

    /// The id of a word by its text, if it is known.
    pub(crate) fn find(&self, text: &str) -> Option<WordId> {
        self.ids.get(text).copied()
    }

    /// The id of a word by its text, new or known.
    pub(crate) fn id(&mut self, text: &str) -> WordId {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = WordId(self.words.len() as u32);
        self.words.push(Word { text: text.to_owned(), spellings: Vec::new(), is_filler: false });
        self.ids.insert(text.to_owned(), id);
        id
    }
}

/// A word as recognisers write it, made comparable: lower case, without punctuation around it. A number keeps
/// its minus.
pub(crate) fn written_word(word: &str) -> String {
    let keeps = |c: char| c.is_alphanumeric() || matches!(c, '%' | '°') || is_vowel_sign(c);
    let bare = word.trim_start_matches(|c: char| !keeps(c));
    let before = &word[..word.len() - bare.len()];
    let is_negative = before.ends_with(['-', '\u{2212}']) && bare.starts_with(|c: char| c.is_ascii_digit());
    let bare = bare.trim_end_matches(|c: char| !keeps(c)).replace('’', "'").to_lowercase();
    if is_negative { format!("-{bare}") } else { bare }
}

/// Vowel signs and the like, which are not alphanumeric but belong to their word.
fn is_vowel_sign(c: char) -> bool {
    !c.is_ascii() && !c.is_whitespace() && !c.is_control() && !is_punctuation(c)
}

/// The words of a text as recognisers write it. `%` and `°` are words of their own.
pub(crate) fn written_words(text: &str) -> impl Iterator<Item = String> {
    text.replace('%', " % ")
        .replace('°', " ° ")
        .split_whitespace()
        .map(written_word)
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .into_iter()
}
