//! Pieces of words and spaces → words. `light[s]` is two pieces and two words.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use crate::fold::{Folding, Token, tokens_as};
use crate::graph::{Vocabulary, written_word};
use crate::hash::{QuickMap, QuickSet};
use crate::language::Language;
use crate::program::{Capture, CompiledList, FoldedWords, Program, ProgramArc, Step, Values};
use crate::word::WordId;

/// The most ways to join a word of parts, `(a|b)(c|d)…`.
const MOST_JOINS: usize = 10_000;

/// A template with its rules written out: pieces of words, and spaces.
pub(crate) struct Pieces<'a> {
    /// It starts in state 0 and ends in state 1.
    pub(crate) edges: Vec<Vec<(Edge, u32)>>,
    pub(crate) made: usize,
    /// How many lists it calls.
    pub(crate) calls: usize,
    /// Calls of lists that are written out because they are part of a word.
    pub(crate) inlined: &'a BTreeSet<usize>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Edge {
    Empty,
    Space,
    Piece(WrittenId),
    Call { call: usize, list: u32, slot: u32 },
    Capture(Capture),
}

impl Pieces<'_> {
    pub(crate) fn new(inlined: &BTreeSet<usize>) -> Pieces<'_> {
        Pieces { edges: vec![Vec::new(), Vec::new()], made: 0, calls: 0, inlined }
    }

    pub(crate) fn state(&mut self) -> u32 {
        self.edges.push(Vec::new());
        (self.edges.len() - 1) as u32
    }

    pub(crate) fn edge(&mut self, from: u32, edge: Edge, to: u32) {
        self.made += 1;
        self.edges[from as usize].push((edge, to));
    }

    /// A state after a space, where a word begins.
    pub(crate) fn spaced(&mut self, from: u32) -> u32 {
        let to = self.state();
        self.edge(from, Edge::Space, to);
        to
    }

    /// Adds the pieces and spaces of a text.
    pub(crate) fn text(&mut self, text: &str, from: u32, to: u32, writing: &mut Writing) {
        let mut state = from;
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let folding = writing.folding;
            let is_space = first.is_whitespace();
            let is_alone = folding.is_alone(first);
            let ends_at = |(at, c): &(usize, char)| {
                *at > 0
                    && (is_alone
                        || c.is_whitespace() != is_space
                        || folding.is_alone(*c)
                        || rest[..*at].ends_with(|c| folding.ends_with(c)))
            };
            let length = rest.char_indices().find(ends_at).map_or(rest.len(), |(at, _)| at);
            let piece = &rest[..length];
            rest = &rest[length..];
            let next = if rest.is_empty() { to } else { self.state() };
            if is_space {
                self.edge(state, Edge::Space, next);
            } else {
                // What is a word by itself needs no space on either side.
                let start = if is_alone { self.spaced(state) } else { state };
                if is_alone || piece.ends_with(|c| folding.ends_with(c)) {
                    let end = self.state();
                    self.edge(start, Edge::Piece(writing.id(piece)), end);
                    self.edge(end, Edge::Space, next);
                } else {
                    self.edge(start, Edge::Piece(writing.id(piece)), next);
                }
            }
            state = next;
        }
        if text.is_empty() {
            self.edge(from, Edge::Empty, to);
        }
    }
}

/// A piece of a word, or a word, as a template writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct WrittenId(u32);

/// Everything that templates write, and what it is as words.
pub(crate) struct Writing {
    language: &'static dyn Language,
    pub(crate) folding: Folding,
    pub(crate) folded: FoldedWords,
    pub(crate) vocabulary: Vocabulary,
    texts: Vec<Rc<str>>,
    ids: HashMap<Rc<str>, WrittenId>,
    joined: QuickMap<(WrittenId, WrittenId), WrittenId>,
    words: QuickMap<WrittenId, Rc<Words>>,
}

/// What stands between two spaces, as words: usually one, but `up-to-date` is three.
struct Words {
    parts: Vec<Step>,
    /// All in one, for recognisers that write it so.
    whole: Option<WordId>,
}

impl Writing {
    const NOTHING: WrittenId = WrittenId(0);

    pub(crate) fn new(language: &'static dyn Language, folding: Folding) -> Writing {
        Writing::with(language, folding, FoldedWords::default(), Vocabulary::default())
    }

    /// With words that are known already.
    pub(crate) fn with(
        language: &'static dyn Language,
        folding: Folding,
        folded: FoldedWords,
        vocabulary: Vocabulary,
    ) -> Writing {
        let mut writing = Writing {
            language,
            folding,
            folded,
            vocabulary,
            texts: Vec::new(),
            ids: HashMap::new(),
            joined: QuickMap::default(),
            words: QuickMap::default(),
        };
        writing.id("");
        writing
    }

    fn id(&mut self, text: &str) -> WrittenId {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = WrittenId(self.texts.len() as u32);
        let text: Rc<str> = text.into();
        self.texts.push(Rc::clone(&text));
        self.ids.insert(text, id);
        id
    }

    fn join(&mut self, word: WrittenId, piece: WrittenId) -> WrittenId {
        if word == Writing::NOTHING {
            return piece;
        }
        if let Some(&id) = self.joined.get(&(word, piece)) {
            return id;
        }
        let text = format!("{}{}", self.texts[word.0 as usize], self.texts[piece.0 as usize]);
        let id = self.id(&text);
        self.joined.insert((word, piece), id);
        id
    }

    fn words(&mut self, written: WrittenId) -> Rc<Words> {
        if let Some(words) = self.words.get(&written) {
            return Rc::clone(words);
        }
        let text = Rc::clone(&self.texts[written.0 as usize]);
        let tokens = tokens_as(&text, self.folding);
        let mut parts = Vec::new();
        for token in &tokens {
            let shown = shown(&text[token.span.clone()], std::slice::from_ref(token), self.folding);
            let shown = self.vocabulary.id(&shown.unwrap_or_else(|| token.text.clone()));
            parts.push(Step::Word { folded: self.folded.add(&token.text, self.language), shown });
        }
        let is_plain = |text: &String| text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '\''));
        let whole = shown(&text, &tokens, self.folding).filter(|text| tokens.len() > 1 && is_plain(text));
        let whole = whole.map(|text| self.vocabulary.id(&text));
        let words = Rc::new(Words { parts, whole });
        self.words.insert(written, Rc::clone(&words));
        words
    }

    /// Whether it says nothing: punctuation by itself is no word.
    fn is_blank(&mut self, written: WrittenId) -> bool {
        written == Writing::NOTHING || self.words(written).parts.is_empty()
    }
}

/// How a graph writes these tokens, if what it writes is read back as they are.
fn shown(written: &str, parts: &[Token], folding: Folding) -> Option<String> {
    let shown = written_word(written);
    let again = tokens_as(&shown, folding);
    let is_same = again.len() == parts.len() && again.iter().zip(parts).all(|(a, b)| a.text == b.text);
    is_same.then_some(shown)
}

/// Why pieces could not be joined to words.
pub(crate) enum JoinFault {
    /// These calls of lists are part of a word: write them out.
    Inline(BTreeSet<usize>),
    /// Nothing need be said.
    Empty,
    /// Too many words.
    TooMany,
}

/// Joins pieces to words and adds them to a program, which accepts them as `accept`.
///
/// # Errors
/// The program then has a part of them.
pub(crate) fn join_words(
    pieces: &Pieces<'_>,
    lists: &[Arc<CompiledList>],
    writing: &mut Writing,
    accept: u32,
    is_lenient: bool,
    program: &mut Program,
) -> Result<(), JoinFault> {
    let start = (0, None);
    let mut joiner = Joiner {
        lists,
        writing,
        program,
        edges: &pieces.edges,
        states: QuickMap::from_iter([(start, 0)]),
        todo: vec![(start, 0)],
        captures: vec![Vec::new()],
        accept,
        is_lenient,
        end: None,
        inline: BTreeSet::new(),
    };
    let mut seen = QuickSet::default();
    while let Some((boundary, state)) = joiner.todo.pop() {
        seen.clear();
        joiner.words_from(boundary, state, &mut seen)?;
    }
    if joiner.inline.is_empty() { Ok(()) } else { Err(JoinFault::Inline(joiner.inline)) }
}

/// A place where a word begins: a state of the pieces, and the call that ended just there without a space.
type Boundary = (u32, Option<usize>);

/// A place in a word: the state, the word so far, what it captured, the call just before.
type Place = (u32, WrittenId, usize, Option<usize>);

struct Joiner<'a> {
    lists: &'a [Arc<CompiledList>],
    writing: &'a mut Writing,
    program: &'a mut Program,
    edges: &'a [Vec<(Edge, u32)>],
    /// States of the program by place.
    states: QuickMap<Boundary, u32>,
    todo: Vec<(Boundary, u32)>,
    /// What words captured. The first is nothing.
    captures: Vec<Vec<Capture>>,
    accept: u32,
    /// See [`Spec::lenient`](crate::Spec::lenient).
    is_lenient: bool,
    end: Option<u32>,
    inline: BTreeSet<usize>,
}

impl Joiner<'_> {
    /// Finds all words that begin at a boundary, which is `state` of the program.
    fn words_from(
        &mut self,
        (place, glued): Boundary,
        state: u32,
        seen: &mut QuickSet<Place>,
    ) -> Result<(), JoinFault> {
        let mut todo: Vec<Place> = vec![(place, Writing::NOTHING, 0, glued)];
        let edges = self.edges;
        while let Some(here) = todo.pop() {
            if !seen.insert(here) {
                continue;
            }
            if seen.len() > MOST_JOINS {
                return Err(JoinFault::TooMany);
            }
            let (place, word, captures, glued) = here;
            let is_blank = self.writing.is_blank(word);
            if place == 1 {
                if !is_blank {
                    let to = self.end();
                    self.word(word, captures, state, to);
                } else if state != 0 {
                    self.program.states[state as usize].accepts.push(self.accept);
                } else if !self.is_lenient {
                    return Err(JoinFault::Empty);
                }
            }
            for &(edge, to) in &edges[place as usize] {
                match edge {
                    Edge::Empty => todo.push((to, word, captures, glued)),
                    Edge::Capture(capture) => {
                        let mut captures = self.captures[captures].clone();
                        captures.push(capture);
                        self.captures.push(captures);
                        todo.push((to, word, self.captures.len() - 1, glued));
                    }
                    Edge::Space if is_blank => todo.push((to, Writing::NOTHING, captures, None)),
                    Edge::Space => {
                        let to = self.boundary((to, None));
                        self.word(word, captures, state, to);
                    }
                    Edge::Piece(piece) => {
                        // A list is followed by letters without a space.
                        if let Some(call) = glued
                            && !self.writing.is_blank(piece)
                        {
                            self.inline.insert(call);
                        }
                        todo.push((to, self.writing.join(word, piece), captures, None));
                    }
                    Edge::Call { call, list, slot } => {
                        let is_text = match self.lists[list as usize].values {
                            Values::Text { .. } => true,
                            Values::Wildcard => self.is_lenient,
                            _ => false,
                        };
                        let mut from = state;
                        if !is_blank {
                            if is_text {
                                self.inline.insert(call);
                                continue;
                            }
                            // Numbers part from letters by themselves.
                            from = self.program.add_state();
                            self.word(word, captures, state, from);
                        }
                        if let (Some(before), true) = (glued, is_text) {
                            self.inline.extend([before, call]);
                        }
                        let to = self.boundary((to, is_text.then_some(call)));
                        self.arc(from, Step::List { list, slot }, 0, to);
                    }
                }
            }
        }
        Ok(())
    }

    fn boundary(&mut self, boundary: Boundary) -> u32 {
        if let Some(&state) = self.states.get(&boundary) {
            return state;
        }
        let state = self.program.add_state();
        self.states.insert(boundary, state);
        self.todo.push((boundary, state));
        state
    }

    /// The state in which the sentence ends with a word.
    fn end(&mut self) -> u32 {
        if let Some(state) = self.end {
            return state;
        }
        let state = self.program.add_state();
        self.program.states[state as usize].accepts.push(self.accept);
        self.end = Some(state);
        state
    }

    fn word(&mut self, written: WrittenId, captures: usize, from: u32, to: u32) {
        let words = self.writing.words(written);
        let mut state = from;
        for (index, &step) in words.parts.iter().enumerate() {
            let is_last = index + 1 == words.parts.len();
            let next = if is_last { to } else { self.program.add_state() };
            self.arc(state, step, if is_last { captures } else { 0 }, next);
            state = next;
        }
        if let Some(shown) = words.whole {
            self.arc(from, Step::Joined { shown }, 0, to);
        }
    }

    fn arc(&mut self, from: u32, step: Step, captures: usize, to: u32) {
        let captures = if captures == 0 {
            0
        } else {
            self.program.captures.push(self.captures[captures].clone());
            self.program.captures.len() as u32
        };
        self.program.states[from as usize].arcs.push(ProgramArc { step, to, captures });
    }
}
