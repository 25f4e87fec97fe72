//! The word graph: all that may be said, for recognisers to search.

use std::collections::{BTreeSet, HashMap, VecDeque};

use crate::automaton::{Nfa, TooLarge};
use crate::fold::is_punctuation;

/// A state of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(pub u32);

/// A word of the graph's vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordId(pub u32);

/// A word: how it is read back as text, and how a recogniser may write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word as the templates have it, in lower case: `eight`, `what's`, `twenty-one`.
    pub text: String,
    /// Other ways that a recogniser may write it: `8`, `whats`, `21`. Without `text` itself.
    ///
    /// A spelling that starts with a letter or a digit stands after a space; one that starts with
    /// anything else (`%`, `°`) is attached to the word before it.
    pub spellings: Vec<String>,
    /// No sentence has it, only what may be said around sentences: `please`, `thanks`. That it was said tells nothing.
    pub is_filler: bool,
}

/// What an arc takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// One word.
    Word(WordId),
    /// One word for which the state has no arc of its own. Wildcards are made of these.
    AnyWord,
}

/// A step from one state to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arc {
    /// What it takes.
    pub label: Label,
    /// Where it leads.
    pub to: StateId,
}

/// A deterministic, minimal graph without empty arcs: in a state, each word leads to one state at most.
///
/// An arc for a word goes before [`Label::AnyWord`] in the same state; its target allows for the word having
/// been part of a wildcard. Every state can reach a final one, so that a search never runs into a dead end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WordGraph {
    words: Vec<Word>,
    /// `arcs[first[s]..first[s + 1]]` are the arcs of state `s`, sorted by label.
    first: Vec<u32>,
    arcs: Vec<Arc>,
    finals: Vec<bool>,
    /// Texts and spellings → words, those whose text it is first.
    written: HashMap<String, Vec<WordId>>,
    coverage: Coverage,
}

/// How much of what may be said a graph holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Coverage {
    /// All of it.
    #[default]
    Whole,
    /// Many wildcards made the whole too large. In this graph a wildcard ends with the first word that may follow
    /// it: "add salt to taste to the list" is not found, because "to" ends the item.
    FirstEnd,
    /// Even that is too large; the graph is empty.
    Nothing,
}

/// After so many words, a sample takes the shortest way to an end.
const SAMPLE_WORDS: usize = 32;

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
                let label = Label::Word(vocabulary.id(&word));
                nfa.add_arc(state, label, to);
                state = to;
            }
            nfa.set_final(state);
        }
        // A trie determinises to no more states than it has.
        WordGraph::build(&nfa, vocabulary, usize::MAX)
    }

    /// Determinises and minimises `nfa`, whose labels are of `vocabulary`.
    pub(crate) fn build(nfa: &Nfa, vocabulary: Vocabulary, most_arcs: usize) -> WordGraph {
        let mut coverage = Coverage::Whole;
        let dfa = nfa.determinise(most_arcs, false).or_else(|TooLarge| {
            coverage = Coverage::FirstEnd;
            nfa.determinise(most_arcs, true)
        });
        let Ok(dfa) = dfa else {
            return WordGraph::too_large();
        };
        let rows = dfa.minimise();
        let mut graph = WordGraph { coverage, words: vocabulary.words, ..WordGraph::default() };
        graph.first.push(0);
        for row in rows {
            graph.arcs.extend(row.arcs.iter().map(|&(label, to)| Arc { label, to: StateId(to) }));
            graph.first.push(graph.arcs.len() as u32);
            graph.finals.push(row.is_final);
        }
        for (index, word) in graph.words.iter().enumerate() {
            let id = WordId(index as u32);
            graph.written.entry(word.text.clone()).or_default().insert(0, id);
            for spelling in &word.spellings {
                graph.written.entry(spelling.clone()).or_default().push(id);
            }
        }
        graph
    }

    /// In place of a graph that would be too large: it has no sentences.
    pub(crate) fn too_large() -> WordGraph {
        WordGraph { coverage: Coverage::Nothing, ..WordGraph::from_sentences(&[]) }
    }

    /// How much of what may be said is in it.
    pub fn coverage(&self) -> Coverage {
        self.coverage
    }

    /// Where every sentence begins.
    pub fn start(&self) -> StateId {
        StateId(0)
    }

    /// The arcs of a state, sorted by label; empty for a state that is not of this graph.
    pub fn arcs(&self, state: StateId) -> &[Arc] {
        let s = state.0 as usize;
        match (self.first.get(s), self.first.get(s + 1)) {
            (Some(&from), Some(&to)) => &self.arcs[from as usize..to as usize],
            _ => &[],
        }
    }

    /// Whether a sentence may end here.
    pub fn is_final(&self, state: StateId) -> bool {
        self.finals.get(state.0 as usize).copied().unwrap_or(false)
    }

    /// A word of the vocabulary.
    ///
    /// # Panics
    /// When `id` is not of this graph.
    pub fn word(&self, id: WordId) -> &Word {
        &self.words[id.0 as usize]
    }

    /// The vocabulary; a word's place is its [`WordId`].
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// How many states there are.
    pub fn state_count(&self) -> usize {
        self.finals.len()
    }

    /// How many arcs there are.
    pub fn arc_count(&self) -> usize {
        self.arcs.len()
    }

    /// Where a word leads, written as a recogniser writes it: its text or one of its spellings, in any case.
    /// When two words of the state may be written so, the one whose text it is goes first.
    pub fn step(&self, state: StateId, word: &str) -> Option<StateId> {
        self.steps(state, &written_word(word)).into_iter().next()
    }

    /// Whether the graph has this sentence, in any case and with any punctuation.
    pub fn accepts(&self, text: &str) -> bool {
        let mut states = BTreeSet::from([self.start()]);
        for word in written_words(text) {
            states = states.into_iter().flat_map(|state| self.steps(state, &word)).collect();
        }
        states.into_iter().any(|state| self.is_final(state))
    }

    /// A sentence of the graph. `choose(n)` picks a number below `n` (what is above counts as the last);
    /// `any_word` stands where any word may. A graph without sentences gives an empty text.
    pub fn sample(&self, any_word: &str, mut choose: impl FnMut(usize) -> usize) -> String {
        let mut text = String::new();
        let mut state = self.start();
        let mut distances = None;
        for length in 0.. {
            let arcs = self.arcs(state);
            let may_end = usize::from(self.is_final(state));
            let arc = if length < SAMPLE_WORDS {
                let ways = arcs.len() + may_end;
                if ways == 0 {
                    break;
                }
                match choose(ways).min(ways - 1).checked_sub(may_end) {
                    Some(index) => arcs[index],
                    None => break,
                }
            } else {
                let distances = distances.get_or_insert_with(|| self.distances_to_end());
                match arcs.iter().min_by_key(|arc| distances[arc.to.0 as usize]) {
                    Some(&arc) if may_end == 0 => arc,
                    _ => break,
                }
            };
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(match arc.label {
                Label::Word(id) => &self.word(id).text,
                Label::AnyWord => any_word,
            });
            state = arc.to;
        }
        text
    }

    /// Every state that a word may lead to; more than one only if two words are written alike.
    fn steps(&self, state: StateId, word: &str) -> Vec<StateId> {
        let arcs = self.arcs(state);
        let find = |label: Label| {
            arcs.binary_search_by_key(&label, |arc| arc.label).ok().map(|index| arcs[index].to)
        };
        let ids = self.written.get(word).map_or(&[][..], Vec::as_slice);
        let mut to: Vec<StateId> = ids.iter().filter_map(|&id| find(Label::Word(id))).collect();
        if to.is_empty() {
            to.extend(find(Label::AnyWord));
        }
        to
    }

    /// For each state, the number of words to the nearest end.
    fn distances_to_end(&self) -> Vec<u32> {
        let mut before = vec![Vec::new(); self.state_count()];
        for state in 0..self.state_count() {
            for arc in self.arcs(StateId(state as u32)) {
                before[arc.to.0 as usize].push(state);
            }
        }
        let mut distance = vec![u32::MAX; self.state_count()];
        let mut queue = VecDeque::new();
        for (state, _) in self.finals.iter().enumerate().filter(|(_, end)| **end) {
            distance[state] = 0;
            queue.push_back(state);
        }
        while let Some(state) = queue.pop_front() {
            for &from in &before[state] {
                if distance[from] == u32::MAX {
                    distance[from] = distance[state] + 1;
                    queue.push_back(from);
                }
            }
        }
        distance
    }
}

/// The words of a graph while it is being built.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vocabulary {
    pub(crate) words: Vec<Word>,
    ids: HashMap<String, WordId>,
}

impl Vocabulary {
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
    let keeps = |c: char| c.is_alphanumeric() || matches!(c, '%' | '°') || is_mark(c);
    let bare = word.trim_start_matches(|c: char| !keeps(c));
    let before = &word[..word.len() - bare.len()];
    let is_negative = before.ends_with(['-', '\u{2212}']) && bare.starts_with(|c: char| c.is_ascii_digit());
    let bare = bare.trim_end_matches(|c: char| !keeps(c)).replace('’', "'").to_lowercase();
    if is_negative { format!("-{bare}") } else { bare }
}

/// Vowel signs and the like, which are not alphanumeric but belong to their word.
fn is_mark(c: char) -> bool {
    !c.is_ascii() && !c.is_whitespace() && !c.is_control() && !is_punctuation(c)
}

/// The words of a text as recognisers write it. `%` and `°` are words of their own.
fn written_words(text: &str) -> impl Iterator<Item = String> {
    text.replace('%', " % ")
        .replace('°', " ° ")
        .split_whitespace()
        .map(written_word)
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .into_iter()
}
