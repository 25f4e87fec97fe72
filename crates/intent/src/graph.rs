//! The word graph: all that may be said, for recognisers to search.

/// A state of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(pub u32);

/// A word of the graph's vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordId(pub u32);

/// A word: how it is read back as text, and how a recogniser may write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word as the templates have it, in lower case: `eight`.
    pub text: String,
    /// Other ways that a recogniser may write it: `8`. Without `text` itself.
    pub spellings: Vec<String>,
}

/// What an arc takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// One word.
    Word(WordId),
    /// One word, whichever it is. Wildcards are a loop of these.
    AnyWord,
}

/// A step from one state to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arc {
    /// What it takes.
    pub label: Label,
    /// Where it leads.
    pub to: StateId,
}

/// A deterministic graph without empty arcs: in a state, each word leads to one state at most.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WordGraph {
    words: Vec<Word>,
    /// `arcs[first[s]..first[s + 1]]` are the arcs of state `s`, sorted by label.
    first: Vec<u32>,
    arcs: Vec<Arc>,
    finals: Vec<bool>,
}
