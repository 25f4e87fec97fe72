//! Runs a text through the compiled sentences.
//!
//! All sentences advance together, word by word, as the states of one automaton. In each state only the few
//! cheapest ways to get there are kept, so that the time grows with the length of the text and not with the
//! number of its readings.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use crate::compile::Compiled;
use crate::hash::{QuickHasher, QuickMap};
use crate::program::{Filled, FoldedId, Input, ProgramArc, Step, Values};
use crate::{IntentSpec, ListEntry};

/// How many ways to get to one state are kept.
const MOST_WAYS: usize = 8;
/// After so many steps the search gives up: a bound that real skills stay far away from.
const MOST_STEPS: usize = 2_000_000;

/// What a wildcard costs, before anything else counts.
const WILDCARD: u32 = 10_000_000;
/// What a word in a wildcard costs.
const WILDCARD_WORD: u32 = 10_000;
/// What a skipped word costs: less than in a wildcard.
const SKIPPED_WORD: u32 = 6_000;
/// What a slot costs: of two readings, the one of fewer parts.
const SLOT: u32 = 128;
/// What a word outside of slots costs: "bedroom lamp" is the lamp of that name before it is a lamp in the bedroom.
const LITERAL_WORD: u32 = 1;

/// One way through a sentence, or the whole text.
pub(crate) struct Match {
    /// Index in [`Compiled::accepts`].
    pub(crate) accept: u32,
    /// In the order of the text.
    pub(crate) captures: Vec<Captured>,
    /// Words that were skipped.
    pub(crate) skipped: u32,
    /// Words in wildcards.
    pub(crate) free: u32,
    /// The less, the more literal.
    pub(crate) cost: u32,
}

/// Which groups of sentences may be meant.
pub(crate) struct Open<'a> {
    /// The groups.
    pub(crate) intents: &'a [IntentSpec],
    /// By group; empty: each of them.
    pub(crate) groups: Vec<bool>,
}

impl Open<'_> {
    fn group(&self, owner: u32) -> bool {
        self.groups.is_empty() || self.groups.get(owner as usize).copied().unwrap_or(true)
    }

    /// Whether an entry of a list may be said in a sentence of this group: what it brings along does not contradict
    /// the context that the group asks for.
    fn entry(&self, owner: u32, entry: &ListEntry) -> bool {
        let Some(intent) = self.intents.get(owner as usize) else { return true };
        entry.context.is_empty()
            || intent.requires_context.iter().all(|(key, values)| {
                entry.context.get(key).is_none_or(|value| values.is_empty() || values.contains(value))
            }) && !intent.excludes_context.iter().any(|(key, values)| {
                entry.context.get(key).is_some_and(|value| values.is_empty() || values.contains(value))
            })
    }
}

/// A filled slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Captured {
    pub(crate) slot: u32,
    pub(crate) list: u32,
    pub(crate) filled: Filled,
    /// The first word.
    pub(crate) from: usize,
    /// The word after the last.
    pub(crate) to: usize,
}

impl Compiled {
    /// The entry of a text list that a slot was filled with.
    pub(crate) fn entry(&self, list: u32, filled: Filled) -> Option<&ListEntry> {
        match (&self.lists[list as usize].values, filled) {
            (Values::Text { entries, .. }, Filled::Entry(entry)) => entries.get(entry as usize),
            _ => None,
        }
    }
}

/// A way to a state.
#[derive(Clone, Copy, Debug)]
struct Way {
    state: u32,
    cost: u32,
    /// Words that were skipped.
    skipped: u32,
    /// Words in wildcards.
    free: u32,
    /// 1 + the place of the last capture; 0 for none.
    last: u32,
    /// Of all captures: two ways that filled the same are one.
    fingerprint: u64,
}

/// What a list takes from some position on: where each ends, and what it means.
type Found = Rc<[(usize, Filled)]>;

pub(crate) struct Matcher<'a> {
    compiled: &'a Compiled,
    input: &'a Input<'a>,
    /// By position: the lengths of the skip phrases that begin there.
    skips: Vec<Vec<usize>>,
    /// By position: the lengths of the phrases that join two values there.
    ands: Vec<Vec<usize>>,
    /// The place after the last word that no template has.
    after_strange: usize,
    /// By position: what is reached there.
    ways: Vec<Vec<Way>>,
    /// Each with the one before it, as [`Way::last`] has it.
    captures: Vec<(Captured, u32)>,
    /// What lists take, by list and position.
    found: QuickMap<(u32, usize), Found>,
    open: &'a Open<'a>,
    steps: usize,
}

impl<'a> Matcher<'a> {
    pub(crate) fn new(
        compiled: &'a Compiled,
        skip_phrases: &[Vec<FoldedId>],
        and_phrases: &[Vec<FoldedId>],
        input: &'a Input<'a>,
        open: &'a Open<'a>,
    ) -> Matcher<'a> {
        let phrases_at = |phrases: &[Vec<FoldedId>], at: usize| -> Vec<usize> {
            let ids = &input.ids[at..];
            let is_here = |phrase: &&Vec<FoldedId>| {
                ids.len() >= phrase.len() && phrase.iter().zip(ids).all(|(a, b)| Some(*a) == *b)
            };
            phrases.iter().filter(is_here).map(Vec::len).collect()
        };
        let skips = (0..input.words.len()).map(|at| phrases_at(skip_phrases, at)).collect();
        let ands = (0..input.words.len()).map(|at| phrases_at(and_phrases, at)).collect();
        let ways = vec![Vec::new(); input.words.len() + 1];
        let (captures, found) = (Vec::new(), QuickMap::default());
        let after_strange = input.ids.iter().rposition(Option::is_none).map_or(0, |last| last + 1);
        Matcher { compiled, skips, ands, after_strange, input, ways, captures, found, open, steps: 0 }
    }

    /// All matches, the best first.
    pub(crate) fn run(mut self) -> Vec<Match> {
        let length = self.input.words.len();
        self.ways[0].push(Way { state: 0, cost: 0, skipped: 0, free: 0, last: 0, fingerprint: 0 });
        for position in 0..length {
            for way in self.take_best(position) {
                for &words in &self.skips[position] {
                    let skipped = words as u32;
                    let way = Way {
                        cost: way.cost + SKIPPED_WORD * skipped,
                        skipped: way.skipped + skipped,
                        ..way
                    };
                    self.ways[position + words].push(way);
                }
                self.advance(way, position);
                if self.steps > MOST_STEPS {
                    return Vec::new();
                }
            }
        }
        let ends = self.take_best(length);
        let mut found: Vec<(u32, u32, Way)> = Vec::new();
        for way in ends {
            let accepts = &self.compiled.sentences.states[way.state as usize].accepts;
            found.extend(accepts.iter().map(|&accept| (way.cost, accept, way)));
        }
        found.sort_by_key(|&(cost, accept, _)| (cost, accept));
        let matches = found.into_iter().map(|(cost, accept, way)| Match {
            cost,
            accept,
            captures: self.captures_of(way.last),
            skipped: way.skipped,
            free: way.free,
        });
        matches.collect()
    }

    /// The cheapest ways to each state at a position.
    fn take_best(&mut self, position: usize) -> Vec<Way> {
        let mut ways = std::mem::take(&mut self.ways[position]);
        ways.sort_by_key(|way| (way.state, way.cost));
        let mut best: Vec<Way> = Vec::with_capacity(ways.len());
        for way in ways {
            let same_state = best.iter().rev().take_while(|kept| kept.state == way.state);
            let mut count = 0;
            let mut is_known = false;
            for kept in same_state {
                count += 1;
                is_known |= kept.fingerprint == way.fingerprint;
            }
            if count < MOST_WAYS && !is_known {
                best.push(way);
            }
        }
        best
    }

    /// Whether a position is not within a word, where each letter is a token.
    fn begins_word(&self, position: usize) -> bool {
        !self.compiled.folding.by_letter || self.input.is_between_words(position)
    }

    /// Whether words begin or end with a skip phrase: "milk please" is milk, though "please" may be an item.
    fn is_padded(&self, from: usize, to: usize) -> bool {
        let begins = self.skips[from].iter().any(|&length| from + length < to);
        begins || (from + 1..to).any(|at| self.skips[at].iter().any(|&length| at + length == to))
    }

    fn advance(&mut self, way: Way, position: usize) {
        let compiled = self.compiled;
        self.steps += 1;
        if let Some(id) = self.input.ids[position] {
            for arc in compiled.sentences.word_arcs(way.state, id) {
                if self.open.group(compiled.owners[arc.to as usize]) {
                    self.take_word(way, arc, position);
                }
            }
        }
        // Arcs of one list stand together.
        let mut at_hand: Option<(u32, Found)> = None;
        for arc in compiled.sentences.list_arcs(way.state) {
            let Step::List { list, slot } = arc.step else {
                continue;
            };
            let owner = compiled.owners[arc.to as usize];
            if let Values::Wildcard = compiled.lists[list as usize].values {
                if !self.open.group(owner) || !self.begins_word(position) {
                    continue;
                }
                for end in position + 1..=self.input.words.len() {
                    if !self.goes_on(end, arc.to) || self.is_padded(position, end) {
                        continue;
                    }
                    let words = (end - position) as u32;
                    let way = Way {
                        cost: way.cost + WILDCARD + WILDCARD_WORD * words,
                        free: way.free + words,
                        ..way
                    };
                    self.fill(
                        way,
                        arc.to,
                        Captured { slot, list, filled: Filled::Words, from: position, to: end },
                    );
                }
                continue;
            }
            let found = match &at_hand {
                Some((of, found)) if *of == list => found,
                _ => &at_hand.insert((list, self.found(list, position))).1,
            };
            if found.is_empty() || !self.open.group(owner) {
                continue;
            }
            let is_several = compiled.lists[list as usize].is_several;
            for &(end, filled) in Rc::clone(found).iter() {
                if !is_several && !self.goes_on(end, arc.to)
                    || compiled.entry(list, filled).is_some_and(|entry| !self.open.entry(owner, entry))
                {
                    continue;
                }
                let way = Way { cost: way.cost + SLOT, ..way };
                let filled = Captured { slot, list, filled, from: position, to: end };
                let way = self.fill(way, arc.to, filled);
                if is_several {
                    self.more(way, arc.to, filled);
                }
            }
        }
    }

    /// After a value of a list, "and" another of the same, for the same slot.
    fn more(&mut self, way: Way, state: u32, before: Captured) {
        for index in 0..self.ands.get(before.to).map_or(0, Vec::len) {
            let words = self.ands[before.to][index];
            let from = before.to + words;
            if from >= self.input.words.len() || self.steps > MOST_STEPS {
                continue;
            }
            for &(to, filled) in self.found(before.list, from).iter() {
                let way = Way { cost: way.cost + SLOT + LITERAL_WORD * words as u32, ..way };
                let captured = Captured { filled, from, to, ..before };
                let way = self.fill(way, state, captured);
                self.more(way, state, captured);
            }
        }
    }

    fn take_word(&mut self, way: Way, arc: &ProgramArc, position: usize) {
        let next = position + 1;
        self.steps += 1;
        if !self.goes_on(next, arc.to) {
            return;
        }
        let captures = arc
            .captures
            .checked_sub(1)
            .map_or(&[][..], |index| &self.compiled.sentences.captures[index as usize]);
        let mut way = way;
        for capture in captures {
            let filled = Filled::Entry(capture.entry);
            let captured =
                Captured { slot: capture.slot, list: capture.list, filled, from: position, to: next };
            way = self.capture(Way { cost: way.cost + SLOT, ..way }, captured);
        }
        self.ways[next].push(Way { state: arc.to, cost: way.cost + LITERAL_WORD, ..way });
    }

    /// Whether a sentence may go on from a state at a position, as far as a look tells.
    fn goes_on(&self, position: usize, state: u32) -> bool {
        let signs = &self.compiled.signs;
        match self.input.ids.get(position) {
            None => signs.accepts(state),
            Some(_) if position < self.after_strange && !signs.is_open(state) => false,
            Some(word) => signs.takes(state, *word) || !self.skips[position].is_empty(),
        }
    }

    fn fill(&mut self, way: Way, state: u32, captured: Captured) -> Way {
        self.steps += 1;
        let way = self.capture(way, captured);
        if self.goes_on(captured.to, state) {
            self.ways[captured.to].push(Way { state, ..way });
        }
        way
    }

    fn capture(&mut self, way: Way, captured: Captured) -> Way {
        let mut hasher = QuickHasher::default();
        (way.fingerprint, captured.slot, captured.list).hash(&mut hasher);
        match captured.filled {
            Filled::Entry(entry) => (0, entry).hash(&mut hasher),
            Filled::Number(value) => (1, value.to_bits()).hash(&mut hasher),
            Filled::Duration(span) => (2, span).hash(&mut hasher),
            Filled::Said(part) => (4, part).hash(&mut hasher),
            Filled::Words => (3, captured.from, captured.to).hash(&mut hasher),
        }
        self.captures.push((captured, way.last));
        Way { last: self.captures.len() as u32, fingerprint: hasher.finish(), ..way }
    }

    fn found(&mut self, list: u32, position: usize) -> Found {
        let (compiled, input) = (self.compiled, self.input);
        let find = || compiled.lists[list as usize].find(input, position, compiled.language).into();
        Rc::clone(self.found.entry((list, position)).or_insert_with(find))
    }

    fn captures_of(&self, mut last: u32) -> Vec<Captured> {
        let mut captures = Vec::new();
        while let Some(index) = last.checked_sub(1) {
            let (captured, before) = self.captures[index as usize];
            captures.push(captured);
            last = before;
        }
        captures.reverse();
        captures
    }
}
