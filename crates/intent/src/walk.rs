//! A way through a word graph in which each word leads to one state.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::ops::Deref;
use std::sync::Arc as Shared;

use crate::automaton::{Mark, Net, Symbol};
use crate::graph::{Label, Start, WordGraph, written_word, written_words};
use crate::hash::QuickMap;

/// A state of a [`Walk`]. Numbers are given in the order of first visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(pub u32);

/// A step from one state to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arc {
    /// What it takes.
    pub label: Label,
    /// Where it leads.
    pub to: StateId,
    /// What it costs, in nats: 0 for nearly all. See [`Walk`].
    pub cost: f32,
}

/// What rare things cost, in hundredths of a nat: one of the fillers around a sentence, another command, another value of a
/// list, a wildcard.
const SKIP: u16 = 50;
const JOINT: u16 = 100;
const AND: u16 = 50;
const WILDCARD: u16 = 100;
/// Readings that are this much dearer than another of the same words are all alike.
const MOST_BEHIND: u16 = 800;
/// After so many words, a sample takes the shortest way to an end.
const SAMPLE_WORDS: usize = 32;

/// A [`WordGraph`] as a deterministic automaton without empty arcs: in a state, each word leads to one state at most.
///
/// An arc for a word goes before [`Label::AnyWord`] in the same state; its target allows for the word having been part of a wildcard. Every
/// state can reach a final one, so that a search never runs into a dead end.
///
/// States are made when their arcs are first asked for, and kept (subset construction on demand): a search sees a few hundred of the many
/// that there are. A state is the set of places of the graph where its words may have led, each with what it costs more than the
/// cheapest. The costs are priors: who speaks to a house rarely says fillers, joins commands, lists things or dictates; arcs that begin such parts cost
/// up to one nat each, as early as it is clear that they do.
#[derive(Clone, Debug)]
pub struct Walk<G = Shared<WordGraph>> {
    graph: G,
    states: Vec<State>,
    ids: QuickMap<Shared<[(Place, u16)]>, StateId>,
    arcs: usize,
}

#[derive(Clone, Debug)]
struct State {
    places: Shared<[(Place, u16)]>,
    end: Option<u16>,
    /// In another command, behind a joint, and in nothing else.
    is_another: bool,
    arcs: Option<Box<[Arc]>>,
}

impl<G: Deref<Target = WordGraph>> Walk<G> {
    /// At the start of a graph.
    pub fn new(graph: G) -> Walk<G> {
        let mut walk = Walk { graph, states: Vec::new(), ids: QuickMap::default(), arcs: 0 };
        walk.state(vec![(Place::around(walk.graph.around.start(0)), 0)]);
        walk
    }

    /// The graph.
    pub fn graph(&self) -> &G {
        &self.graph
    }

    /// Where every sentence begins.
    pub fn start(&self) -> StateId {
        StateId(0)
    }

    /// The arcs of a state, sorted by label; empty for a state that is not of this walk.
    pub fn arcs(&mut self, state: StateId) -> &[Arc] {
        let index = state.0 as usize;
        if self.states.get(index).is_some_and(|state| state.arcs.is_none()) {
            let arcs = self.expand(index);
            self.arcs += arcs.len();
            self.states[index].arcs = Some(arcs);
        }
        self.states.get(index).and_then(|state| state.arcs.as_deref()).unwrap_or_default()
    }

    /// Whether a sentence may end here.
    pub fn is_final(&self, state: StateId) -> bool {
        self.states.get(state.0 as usize).is_some_and(|state| state.end.is_some())
    }

    /// What it costs to end here, in nats; nothing where a sentence may not end.
    pub fn end_cost(&self, state: StateId) -> Option<f32> {
        self.states.get(state.0 as usize).and_then(|state| state.end).map(nats)
    }

    /// Whether a state is in another command, behind a joint, and in nothing else. Not told any more where it has ended.
    pub fn is_another_command(&self, state: StateId) -> bool {
        self.states.get(state.0 as usize).is_some_and(|state| state.is_another)
    }

    /// How many arcs were made so far: who goes through all that may be said should start afresh now and then.
    pub fn arcs_made(&self) -> usize {
        self.arcs
    }

    /// Where a word leads, written as a recogniser writes it: its text or one of its spellings, in any case.
    /// When two words of the state may be written so, the one whose text it is goes first.
    pub fn step(&mut self, state: StateId, word: &str) -> Option<StateId> {
        self.steps(state, &written_word(word)).into_iter().next()
    }

    /// Every state that a word may lead to; more than one only if two words are written alike.
    pub(crate) fn steps(&mut self, state: StateId, word: &str) -> Vec<StateId> {
        let ids = self.graph.words_written(word).to_vec();
        let arcs = self.arcs(state);
        let find = |label: Label| {
            arcs.binary_search_by_key(&label, |arc| arc.label).ok().map(|index| arcs[index].to)
        };
        let mut to: Vec<StateId> = ids.into_iter().filter_map(|id| find(Label::Word(id))).collect();
        if to.is_empty() {
            to.extend(find(Label::AnyWord));
        }
        to
    }

    /// The words of a sentence. `choose(n)` picks a number below `n` (what is above counts as the last). A graph without sentences
    /// gives none.
    pub fn sample(&mut self, mut choose: impl FnMut(usize) -> usize) -> Vec<Label> {
        let mut path = Vec::new();
        let mut state = self.start();
        while path.len() < SAMPLE_WORDS {
            let may_end = usize::from(self.is_final(state));
            let arcs = self.arcs(state);
            let ways = arcs.len() + may_end;
            if ways == 0 {
                return path;
            }
            let Some(index) = choose(ways).min(ways - 1).checked_sub(may_end) else { return path };
            path.push(arcs[index].label);
            state = arcs[index].to;
        }
        path.extend(self.shortest_end(state));
        path
    }

    /// The fewest words from a state to an end.
    fn shortest_end(&mut self, from: StateId) -> Vec<Label> {
        let mut before: HashMap<StateId, (StateId, Label)> = HashMap::new();
        let mut queue = VecDeque::from([from]);
        while let Some(state) = queue.pop_front() {
            if self.is_final(state) {
                let mut path = Vec::new();
                let mut at = state;
                while at != from {
                    let (earlier, label) = before[&at];
                    path.push(label);
                    at = earlier;
                }
                path.reverse();
                return path;
            }
            for arc in self.arcs(state) {
                if arc.to != from && !before.contains_key(&arc.to) {
                    before.insert(arc.to, (state, arc.label));
                    queue.push_back(arc.to);
                }
            }
        }
        Vec::new()
    }

    fn expand(&mut self, state: usize) -> Box<[Arc]> {
        let mut out: Vec<(Label, Place, u16)> = Vec::new();
        for &(place, cost) in &*self.states[state].places {
            for (symbol, to) in self.graph.arcs_of(place) {
                let place = place.moved(to);
                match symbol {
                    Symbol::Word(word, mark) => out.push((Label::Word(word), place, cost + of_mark(mark))),
                    Symbol::AnyWord => out.push((Label::AnyWord, place, cost)),
                    _ => {}
                }
            }
        }
        out.sort_unstable();
        let any = out.partition_point(|(label, ..)| *label != Label::AnyWord);
        let (named, any) = out.split_at(any);
        let places = |group: &[(Label, Place, u16)]| -> Vec<(Place, u16)> {
            group.iter().map(|&(_, place, cost)| (place, cost)).collect()
        };
        let of_any = places(any);
        let mut arcs = Vec::new();
        for group in named.chunk_by(|a, b| a.0 == b.0).chain(Some(any).filter(|any| !any.is_empty())) {
            let mut targets = places(group);
            if group[0].0 != Label::AnyWord {
                targets.extend(&of_any);
            }
            let cost = targets.iter().map(|(_, cost)| *cost).min().unwrap_or_default();
            targets.iter_mut().for_each(|(_, own)| *own = (*own - cost).min(MOST_BEHIND));
            arcs.push(Arc { label: group[0].0, to: self.state(targets), cost: nats(cost) });
        }
        arcs.into()
    }

    /// The state of these places and all that they go on to without a word.
    fn state(&mut self, mut places: Vec<(Place, u16)>) -> StateId {
        let mut at = 0;
        let mut best: QuickMap<Place, u16> = QuickMap::default();
        while let Some(&(place, cost)) = places.get(at) {
            at += 1;
            if best.get(&place).is_some_and(|known| *known <= cost) {
                continue;
            }
            best.insert(place, cost);
            self.graph.goes_on(place, |to, _, more| places.push((to, (cost + more).min(MOST_BEHIND))));
        }
        let graph = &*self.graph;
        let end = best.iter().filter(|(place, _)| graph.may_end(**place)).map(|(_, cost)| *cost).min();
        let mut places: Vec<(Place, u16)> =
            best.into_iter().filter(|(place, _)| graph.may_end(*place) || graph.has_words(*place)).collect();
        places.sort_unstable();
        let places: Shared<[(Place, u16)]> = places.into();
        if let Some(&id) = self.ids.get(&places) {
            return id;
        }
        let id = StateId(self.states.len() as u32);
        self.ids.insert(Shared::clone(&places), id);
        let mut inside = places.iter().filter(|(place, _)| place.caller != NONE).peekable();
        let is_another =
            inside.peek().is_some() && inside.all(|(place, _)| self.graph.is_behind_joint(*place));
        self.states.push(State { places, end, is_another, arcs: None });
        id
    }
}

fn nats(hundredths: u16) -> f32 {
    f32::from(hundredths) / 100.0
}

pub(crate) fn of_mark(mark: Mark) -> u16 {
    match mark {
        Mark::Nothing | Mark::Begins | Mark::Fills(_) => 0,
        Mark::Skip => SKIP,
        Mark::Joint => JOINT,
    }
}

const NONE: u32 = u32::MAX;
/// Set in the state of a place between two values of a list.
const BETWEEN: u32 = 1 << 31;

/// A place in the nets of a graph: a state of one of them, and where to return to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    /// Where sentences were called from, a state around them; none outside of sentences.
    caller: u32,
    /// The list that it is in, and the state of the sentences to return to; none outside of lists.
    list: u32,
    after: u32,
    state: u32,
}

/// What happens where a path goes on without a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A command begins.
    Begins,
    /// One ends, in this state of the sentences, with a wildcard in it or without.
    Ends { state: u32, is_free: bool },
    /// A value begins.
    Enters { list: u32, slot: u32 },
    /// It ends.
    Leaves,
    /// It ends and another may come.
    Pauses,
    /// Another begins.
    Resumes,
}

impl Place {
    pub(crate) fn around(state: u32) -> Place {
        Place { caller: NONE, list: NONE, after: NONE, state }
    }

    /// Another state of the same net.
    pub(crate) fn moved(self, state: u32) -> Place {
        Place { state, ..self }
    }
}

impl WordGraph {
    /// Calls `go` with all that a place goes on to without a word, what happens there and what it costs.
    pub(crate) fn goes_on(&self, place: Place, mut go: impl FnMut(Place, Event, u16)) {
        if place.caller == NONE {
            for (symbol, _) in self.around.arcs(place.state) {
                if let Symbol::Sentence { start, .. } = symbol {
                    let state = self.sentences.start(*start as usize);
                    go(Place { caller: place.state, state, ..place }, Event::Begins, 0);
                }
            }
        } else if place.list == NONE {
            // Lists stand behind the words.
            for (symbol, to) in self.sentences.arcs(place.state).iter().rev() {
                let Symbol::List { list, slot } = *symbol else { break };
                let Some(called) = self.lists.get(list as usize) else { continue };
                let cost = if called.is_wildcard { WILDCARD } else { 0 };
                let inside = Place { list, after: *to, state: called.net.start(0), ..place };
                go(inside, Event::Enters { list, slot }, cost);
            }
            let ends = self.sentences.accepts(place.state);
            for is_free in [false, true] {
                if !ends.iter().any(|end| (end & 1 == 1) == is_free) {
                    continue;
                }
                for (symbol, to) in self.around.arcs(place.caller) {
                    if matches!(symbol, Symbol::Sentence { is_free: free, .. } if *free == is_free) {
                        go(Place::around(*to), Event::Ends { state: place.state, is_free }, 0);
                    }
                }
            }
        } else if place.state & BETWEEN == 0 {
            let list = &self.lists[place.list as usize];
            if !list.net.accepts(place.state).is_empty() {
                go(Place { list: NONE, after: NONE, state: place.after, ..place }, Event::Leaves, 0);
                if list.is_several && !self.ands.is_empty() {
                    go(Place { state: self.ands.start(0) | BETWEEN, ..place }, Event::Pauses, AND);
                }
            }
        } else if !self.ands.accepts(place.state & !BETWEEN).is_empty() {
            let state = self.lists[place.list as usize].net.start(0);
            go(Place { state, ..place }, Event::Resumes, 0);
        }
    }

    fn is_behind_joint(&self, place: Place) -> bool {
        let again = Start::Again as u32;
        let calls = |symbol: &Symbol| matches!(symbol, Symbol::Sentence { start, .. } if *start == again);
        self.around.arcs(place.caller).iter().any(|(symbol, _)| calls(symbol))
    }

    /// The arcs of a place, with those that take no word.
    pub(crate) fn arcs_of(&self, place: Place) -> impl Iterator<Item = (Symbol, u32)> {
        let (net, state, between) = self.net_of(place);
        let is_value = |symbol: Symbol| matches!(symbol, Symbol::Word(word, Mark::Begins) if self.values.contains(&word));
        let arcs = net.arcs(state).iter().filter(move |(symbol, _)| !is_value(*symbol));
        arcs.map(move |&(symbol, to)| (symbol, to | between))
    }

    fn net_of(&self, place: Place) -> (&Net, u32, u32) {
        match place {
            Place { caller: NONE, state, .. } => (&self.around, state, 0),
            Place { list: NONE, state, .. } => (&self.sentences, state, 0),
            Place { state, .. } if state & BETWEEN != 0 => (&self.ands, state & !BETWEEN, BETWEEN),
            Place { list, state, .. } => (&self.lists[list as usize].net, state, 0),
        }
    }

    fn has_words(&self, place: Place) -> bool {
        let mut arcs = self.arcs_of(place);
        arcs.any(|(symbol, _)| matches!(symbol, Symbol::Word(..) | Symbol::AnyWord))
    }

    /// Whether an utterance may end in a place.
    pub(crate) fn may_end(&self, place: Place) -> bool {
        place.caller == NONE && !self.around.accepts(place.state).is_empty()
    }
}

impl WordGraph {
    /// Whether the graph has this sentence, in any case and with any punctuation.
    pub fn accepts(&self, text: &str) -> bool {
        let mut walk = Walk::new(self);
        let mut states = BTreeSet::from([walk.start()]);
        for word in written_words(text) {
            states = states.into_iter().flat_map(|state| walk.steps(state, &word)).collect();
        }
        states.into_iter().any(|state| walk.is_final(state))
    }

    /// A sentence of the graph. `choose(n)` picks a number below `n` (what is above counts as the last);
    /// `any_word` stands where any word may. A graph without sentences gives an empty text.
    pub fn sample(&self, any_word: &str, choose: impl FnMut(usize) -> usize) -> String {
        self.text(&Walk::new(self).sample(choose), any_word)
    }
}
