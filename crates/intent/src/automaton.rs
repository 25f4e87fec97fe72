//! Finite automata over the symbols of a graph: subset construction and minimisation.

use crate::hash::{QuickMap, QuickSet};
use crate::word::WordId;

/// What an arc of a [`Net`] takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Symbol {
    /// A word, and what it marks.
    Word(WordId, Mark),
    /// Any word.
    AnyWord,
    /// What a list takes, into a slot.
    List { list: u32, slot: u32 },
    /// A whole sentence, from one of the starts of the sentences on. With a wildcard in it or without: it may lead to other places.
    Sentence { start: u32, is_free: bool },
}

/// What a word tells beside itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Mark {
    Nothing,
    /// It begins a phrase that may stand around any sentence.
    Skip,
    /// It begins what joins two commands.
    Joint,
    /// It begins a command behind a joint, unless it may begin a value there.
    Begins,
    /// It ends a slot whose value is a part of it: a place in the fills of the graph.
    Fills(u32),
}

impl Symbol {
    pub(crate) fn word(id: WordId) -> Symbol {
        Symbol::Word(id, Mark::Nothing)
    }
}

/// An automaton with empty arcs in which a symbol may lead to many states.
#[derive(Clone, Debug)]
pub(crate) struct Nfa {
    states: Vec<NfaState>,
}

#[derive(Clone, Debug, Default)]
struct NfaState {
    arcs: Vec<(Symbol, u32)>,
    empty: Vec<u32>,
    accepts: Vec<u32>,
}

impl Nfa {
    /// An automaton of one state, the start.
    pub(crate) fn new() -> Nfa {
        Nfa { states: vec![NfaState::default()] }
    }

    pub(crate) fn start(&self) -> u32 {
        0
    }

    pub(crate) fn add_state(&mut self) -> u32 {
        self.states.push(NfaState::default());
        (self.states.len() - 1) as u32
    }

    pub(crate) fn add_arc(&mut self, from: u32, symbol: Symbol, to: u32) {
        self.states[from as usize].arcs.push((symbol, to));
    }

    pub(crate) fn add_empty(&mut self, from: u32, to: u32) {
        self.states[from as usize].empty.push(to);
    }

    /// What ends here.
    pub(crate) fn accept(&mut self, state: u32, what: u32) {
        self.states[state as usize].accepts.push(what);
    }

    /// The least deterministic automaton for the same, or, where that has more than `most_arcs` arcs, one that is not
    /// deterministic. It has these starts.
    pub(crate) fn net(&self, starts: &[u32], most_arcs: usize) -> Net {
        let mut rows = self.determinise(starts, most_arcs).unwrap_or_else(|| self.without_empty(starts));
        rows.trim();
        rows.minimise()
    }

    /// Subset construction. Nothing when there would be more than `most_arcs` arcs or states; the work is bounded to a few times that.
    fn determinise(&self, starts: &[u32], most_arcs: usize) -> Option<Rows> {
        let mut ids: QuickMap<Box<[u32]>, u32> = QuickMap::default();
        let mut subsets: Vec<Box<[u32]>> = Vec::new();
        let mut rows: Vec<Row> = Vec::new();
        let mut closing = Closing { seen: vec![0; self.states.len()], round: 0 };
        let mut accepts = AcceptSets::default();
        let (mut arcs_so_far, mut work) = (0, 0_usize);
        let mut id_of = |subset: Box<[u32]>, subsets: &mut Vec<Box<[u32]>>| {
            *ids.entry(subset).or_insert_with_key(|subset| {
                subsets.push(subset.clone());
                (subsets.len() - 1) as u32
            })
        };
        let start_ids = starts
            .iter()
            .map(|&start| id_of(self.closure(vec![start], &mut closing), &mut subsets))
            .collect();
        let mut out: Vec<(Symbol, u32)> = Vec::new();
        while let Some(subset) = subsets.get(rows.len()) {
            out.clear();
            let mut ends = Vec::new();
            for &state in &**subset {
                let state = &self.states[state as usize];
                ends.extend_from_slice(&state.accepts);
                out.extend_from_slice(&state.arcs);
            }
            out.sort_unstable();
            out.dedup();
            let mut arcs = Vec::new();
            for group in out.chunk_by(|a, b| a.0 == b.0) {
                let targets = group.iter().map(|arc| arc.1).collect();
                let subset = self.closure(targets, &mut closing);
                work += subset.len();
                arcs.push((group[0].0, id_of(subset, &mut subsets)));
            }
            arcs_so_far += arcs.len();
            if arcs_so_far > most_arcs || subsets.len() > most_arcs || work / 8 > most_arcs {
                return None;
            }
            rows.push(Row { arcs, end: accepts.id(ends) });
        }
        Some(Rows { rows, starts: start_ids, accepts: accepts.sets })
    }

    /// The same states, without the empty arcs.
    fn without_empty(&self, starts: &[u32]) -> Rows {
        let mut closing = Closing { seen: vec![0; self.states.len()], round: 0 };
        let mut accepts = AcceptSets::default();
        let rows = (0..self.states.len() as u32).map(|state| {
            let mut row = Row::default();
            let mut ends = Vec::new();
            for &at in &*self.closure(vec![state], &mut closing) {
                let at = &self.states[at as usize];
                row.arcs.extend_from_slice(&at.arcs);
                ends.extend_from_slice(&at.accepts);
            }
            row.arcs.sort_unstable();
            row.arcs.dedup();
            Row { end: accepts.id(ends), ..row }
        });
        let rows = rows.collect();
        Rows { rows, starts: starts.to_vec(), accepts: accepts.sets }
    }

    /// The states that `states` reach by empty arcs, without those that have nothing but empty arcs; sorted.
    fn closure(&self, mut states: Vec<u32>, closing: &mut Closing) -> Box<[u32]> {
        closing.round += 1;
        let mut is_new =
            |state: u32| std::mem::replace(&mut closing.seen[state as usize], closing.round) != closing.round;
        states.retain(|&state| is_new(state));
        let mut at = 0;
        while at < states.len() {
            for &to in &self.states[states[at] as usize].empty {
                if is_new(to) {
                    states.push(to);
                }
            }
            at += 1;
        }
        states.retain(|&state| {
            let state = &self.states[state as usize];
            !state.accepts.is_empty() || !state.arcs.is_empty()
        });
        states.sort_unstable();
        states.into_boxed_slice()
    }
}

/// In which round a state was seen last.
struct Closing {
    seen: Vec<u32>,
    round: u32,
}

/// Sets of what ends in a state; the first is the empty one.
#[derive(Debug)]
struct AcceptSets {
    sets: Vec<Box<[u32]>>,
    ids: QuickMap<Box<[u32]>, u32>,
}

impl Default for AcceptSets {
    fn default() -> Self {
        AcceptSets { sets: vec![Box::default()], ids: QuickMap::from_iter([(Box::default(), 0)]) }
    }
}

impl AcceptSets {
    fn id(&mut self, mut set: Vec<u32>) -> u32 {
        set.sort_unstable();
        set.dedup();
        *self.ids.entry(set.into_boxed_slice()).or_insert_with_key(|set| {
            self.sets.push(set.clone());
            (self.sets.len() - 1) as u32
        })
    }
}

/// One state of an automaton without empty arcs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Row {
    /// Sorted.
    arcs: Vec<(Symbol, u32)>,
    /// Which set ends here.
    end: u32,
}

struct Rows {
    rows: Vec<Row>,
    starts: Vec<u32>,
    accepts: Vec<Box<[u32]>>,
}

impl Rows {
    /// Takes out the arcs to states that reach no end.
    fn trim(&mut self) {
        let mut before = vec![Vec::new(); self.rows.len()];
        for (state, row) in self.rows.iter().enumerate() {
            for &(_, to) in &row.arcs {
                before[to as usize].push(state);
            }
        }
        let mut lives: Vec<bool> = self.rows.iter().map(|row| row.end != 0).collect();
        let mut todo: Vec<usize> = (0..lives.len()).filter(|&state| lives[state]).collect();
        while let Some(state) = todo.pop() {
            for &from in &before[state] {
                if !std::mem::replace(&mut lives[from], true) {
                    todo.push(from);
                }
            }
        }
        for row in &mut self.rows {
            row.arcs.retain(|&(_, to)| lives[to as usize]);
        }
    }

    /// States that agree on what may follow are one. Numbered in order of first visit, breadth first from the starts, so that equal automata
    /// are equal.
    fn minimise(mut self) -> Net {
        let class = self.order().map_or_else(|| self.classes(), |order| self.classes_by(&order));
        let mut number = vec![u32::MAX; self.rows.len()];
        let mut order: Vec<u32> = Vec::new();
        let mut visit = |state: u32, order: &mut Vec<u32>| {
            let of_class = &mut number[class[state as usize] as usize];
            if *of_class == u32::MAX {
                *of_class = order.len() as u32;
                order.push(state);
            }
            *of_class
        };
        let mut net = Net { accepts: std::mem::take(&mut self.accepts), ..Net::default() };
        net.starts = self.starts.iter().map(|&start| visit(start, &mut order)).collect();
        net.first.push(0);
        let mut at = 0;
        while let Some(&state) = order.get(at) {
            let row = &self.rows[state as usize];
            let mut arcs: Vec<(Symbol, u32)> =
                row.arcs.iter().map(|&(symbol, to)| (symbol, visit(to, &mut order))).collect();
            arcs.dedup();
            net.arcs.extend(arcs);
            net.first.push(net.arcs.len() as u32);
            net.ends.push(row.end);
            at += 1;
        }
        net
    }

    /// The states, each behind those that its arcs lead to. Nothing when there are circles.
    fn order(&self) -> Option<Vec<u32>> {
        #[derive(Clone, Copy, PartialEq)]
        enum Colour {
            New,
            Open,
            Done,
        }
        let mut colour = vec![Colour::New; self.rows.len()];
        let mut order = Vec::with_capacity(self.rows.len());
        for root in 0..self.rows.len() as u32 {
            let mut todo = vec![(root, 0)];
            while let Some((state, next)) = todo.pop() {
                let seen = &mut colour[state as usize];
                if next == 0 {
                    match *seen {
                        Colour::Done => continue,
                        Colour::Open => return None,
                        Colour::New => *seen = Colour::Open,
                    }
                }
                match self.rows[state as usize].arcs.get(next) {
                    Some(&(_, to)) => todo.extend([(state, next + 1), (to, 0)]),
                    None => {
                        *seen = Colour::Done;
                        order.push(state);
                    }
                }
            }
        }
        Some(order)
    }

    /// For each state its class of equals, in one pass: those that its arcs lead to have theirs already.
    fn classes_by(&self, order: &[u32]) -> Vec<u32> {
        let mut class = vec![0; self.rows.len()];
        let mut ids: QuickMap<Row, u32> = QuickMap::default();
        for &state in order {
            let row = &self.rows[state as usize];
            let arcs = row.arcs.iter().map(|&(symbol, to)| (symbol, class[to as usize])).collect();
            let fresh = ids.len() as u32;
            class[state as usize] = *ids.entry(Row { arcs, end: row.end }).or_insert(fresh);
        }
        class
    }

    /// The same where there are circles, by refining until nothing changes (Moore).
    fn classes(&self) -> Vec<u32> {
        let mut class: Vec<u32> = self.rows.iter().map(|row| row.end).collect();
        let mut count = class.iter().collect::<QuickSet<_>>().len();
        loop {
            let mut ids: QuickMap<(u32, Row), u32> = QuickMap::default();
            let next: Vec<u32> = self
                .rows
                .iter()
                .enumerate()
                .map(|(state, row)| {
                    let arcs = row.arcs.iter().map(|&(symbol, to)| (symbol, class[to as usize])).collect();
                    let fresh = ids.len() as u32;
                    *ids.entry((class[state], Row { arcs, end: row.end })).or_insert(fresh)
                })
                .collect();
            let settled = ids.len() == count;
            count = ids.len();
            class = next;
            if settled {
                return class;
            }
        }
    }
}

/// A part of a graph: an automaton without empty arcs and without dead ends, as small as it can be.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Net {
    /// `arcs[first[s]..first[s + 1]]` are the arcs of state `s`, sorted.
    first: Vec<u32>,
    arcs: Vec<(Symbol, u32)>,
    /// By state, which of `accepts` ends there.
    ends: Vec<u32>,
    accepts: Vec<Box<[u32]>>,
    starts: Vec<u32>,
}

impl Net {
    /// Where it begins.
    pub(crate) fn start(&self, which: usize) -> u32 {
        self.starts.get(which).copied().unwrap_or(u32::MAX)
    }

    /// Sorted; empty for a state that there is not.
    pub(crate) fn arcs(&self, state: u32) -> &[(Symbol, u32)] {
        let s = state as usize;
        match (self.first.get(s), s.checked_add(1).and_then(|next| self.first.get(next))) {
            (Some(&from), Some(&to)) => &self.arcs[from as usize..to as usize],
            _ => &[],
        }
    }

    /// What ends here, if anything does.
    pub(crate) fn accepts(&self, state: u32) -> &[u32] {
        self.ends.get(state as usize).map_or(&[], |&end| &self.accepts[end as usize])
    }

    pub(crate) fn all_arcs(&self) -> &[(Symbol, u32)] {
        &self.arcs
    }

    pub(crate) fn state_count(&self) -> usize {
        self.ends.len()
    }

    /// Whether it says nothing at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.arcs.is_empty()
    }
}
