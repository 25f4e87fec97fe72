//! The word graph as tokens: what may be said next in each state.

use std::collections::HashMap;
use std::sync::Arc;

use mynah_intent::{Label, StateId, Walk, WordGraph, WordId};
use mynah_pronounce::Pronouncer;

use super::tokens::{Token, TokenList};
use crate::trie;

/// What a finished word of a reading is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ending {
    /// A word of the graph, and what it costs there, in nats.
    Word(WordId, f32),
    /// The wake phrase, which is no part of the command.
    Wake,
}

/// What the words that may begin in one state sound like, and where they lead.
pub(super) type Trie = trie::Trie<Token, (StateId, Ending)>;

type Forms = Arc<[Box<[Token]>]>;

/// A lexicon that has seen so many arcs of its graph starts afresh: some tens of megabytes.
const MOST_ARCS: usize = 400_000;

/// Tokens of the words of one graph, made when a search first comes to a state, then kept.
#[derive(Debug)]
pub struct Lexicon {
    walk: Walk,
    tokens: Arc<TokenList>,
    pronouncer: Arc<Pronouncer>,
    wake_phrase: Option<Arc<str>>,
    tries: HashMap<StateId, Arc<Trie>>,
    /// By the text of the word, so that they serve the next graph as well.
    forms: HashMap<String, Forms>,
}

impl Lexicon {
    /// The tokens of `graph`. With a wake phrase, sentences may have it in front.
    pub fn new(
        graph: Arc<WordGraph>,
        tokens: Arc<TokenList>,
        pronouncer: Arc<Pronouncer>,
        wake_phrase: Option<Arc<str>>,
    ) -> Self {
        let (tries, forms) = (HashMap::new(), HashMap::new());
        Lexicon { walk: Walk::new(graph), tokens, pronouncer, wake_phrase, tries, forms }
    }

    /// From now on of this graph, and with this wake phrase. What is known of words is kept.
    pub fn follow(&mut self, graph: &Arc<WordGraph>, wake_phrase: Option<&Arc<str>>) {
        let is_full = self.walk.arcs_made() > MOST_ARCS;
        if is_full || !Arc::ptr_eq(self.walk.graph(), graph) || self.wake_phrase.as_ref() != wake_phrase {
            self.walk = Walk::new(graph.clone());
            self.wake_phrase = wake_phrase.cloned();
            self.tries.clear();
        }
    }

    /// The graph.
    pub fn graph(&self) -> &Arc<WordGraph> {
        self.walk.graph()
    }

    /// The tokens.
    pub fn tokens(&self) -> &Arc<TokenList> {
        &self.tokens
    }

    pub(super) fn walk(&self) -> &Walk {
        &self.walk
    }

    /// The words that may begin in a state. Words that cannot be said are not among them.
    pub(super) fn trie(&mut self, state: StateId) -> Arc<Trie> {
        if let Some(trie) = self.tries.get(&state) {
            return trie.clone();
        }
        let mut sequences = Vec::new();
        for arc in self.walk.arcs(state).to_vec() {
            if let Label::Word(word) = arc.label {
                let ending = (arc.to, Ending::Word(word, arc.cost));
                sequences.extend(self.word(word).iter().map(|form| (form.clone(), ending)));
            }
        }
        let start = self.walk.start();
        if state == start
            && let Some(wake) = &self.wake_phrase
        {
            let forms = self.tokens.forms(wake, &self.pronouncer);
            sequences.extend(forms.into_iter().map(|form| (form, (start, Ending::Wake))));
        }
        let trie = Arc::new(Trie::build(sequences));
        self.tries.insert(state, trie.clone());
        trie
    }

    /// Where the words of a wildcard lead, and what they cost, if a state may have some.
    pub(super) fn wildcard(&mut self, state: StateId) -> Option<(StateId, f32)> {
        // The last of all labels.
        let last = self.walk.arcs(state).last();
        last.filter(|arc| arc.label == Label::AnyWord).map(|arc| (arc.to, arc.cost))
    }

    fn word(&mut self, id: WordId) -> Forms {
        let graph = self.walk.graph().clone();
        let word = graph.word(id);
        if let Some(forms) = self.forms.get(&word.text) {
            return forms.clone();
        }
        let texts = std::iter::once(&word.text).chain(&word.spellings);
        let forms: Forms = texts
            .map(|text| self.tokens.forms(text, &self.pronouncer))
            .find(|forms| !forms.is_empty())
            .unwrap_or_default()
            .into();
        self.forms.insert(word.text.clone(), forms.clone());
        forms
    }
}
