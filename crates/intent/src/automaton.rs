//! Finite automata over words: subset construction and minimisation.

use std::ops::Range;

use crate::graph::Label;
use crate::hash::QuickMap;

/// The automaton would be larger than was permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

/// An automaton with empty arcs in which a word may lead to many states.
#[derive(Clone, Debug)]
pub(crate) struct Nfa {
    states: Vec<NfaState>,
    /// See [`set_shut`](Self::set_shut).
    shut: Range<u32>,
}

#[derive(Clone, Debug, Default)]
struct NfaState {
    arcs: Vec<(Label, u32)>,
    empty: Vec<u32>,
    is_final: bool,
}

impl Nfa {
    /// An automaton of one state, the start.
    pub(crate) fn new() -> Nfa {
        Nfa { states: vec![NfaState::default()], shut: 0..0 }
    }

    pub(crate) fn start(&self) -> u32 {
        0
    }

    pub(crate) fn len(&self) -> usize {
        self.states.len()
    }

    pub(crate) fn add_state(&mut self) -> u32 {
        self.states.push(NfaState::default());
        (self.states.len() - 1) as u32
    }

    pub(crate) fn add_arc(&mut self, from: u32, label: Label, to: u32) {
        self.states[from as usize].arcs.push((label, to));
    }

    pub(crate) fn add_empty(&mut self, from: u32, to: u32) {
        self.states[from as usize].empty.push(to);
    }

    pub(crate) fn set_final(&mut self, state: u32) {
        self.states[state as usize].is_final = true;
    }

    /// States that no word leads to while a wildcard may be open. What follows them is large, and would be made once more for
    /// each such wildcard.
    pub(crate) fn set_shut(&mut self, states: Range<u32>) {
        self.shut = states;
    }

    /// Subset construction. An arc for any word also counts for every word that the state names; with
    /// `first_end` it does not, so that a wildcard ends with the first word that may follow it.
    ///
    /// # Errors
    /// When there would be more than `most_arcs` arcs or states. The work is bounded to a few times that, too:
    /// wildcards side by side can make large subsets.
    pub(crate) fn determinise(&self, most_arcs: usize, first_end: bool) -> Result<Dfa, TooLarge> {
        let mut ids: QuickMap<Box<[u32]>, u32> = QuickMap::default();
        let mut subsets: Vec<Box<[u32]>> = Vec::new();
        let mut rows: Vec<Row> = Vec::new();
        let mut seen = vec![u32::MAX; self.states.len()];
        let mut round = 0;
        let mut arcs_so_far = 0;
        let mut work: usize = 0;

        let first = self.closure(vec![0], &mut seen, &mut round);
        ids.insert(first.clone(), 0);
        subsets.push(first);
        let mut next = 0;
        let mut out: Vec<(Label, u32)> = Vec::new();
        while next < subsets.len() {
            out.clear();
            let mut is_final = false;
            for &state in &*subsets[next] {
                let state = &self.states[state as usize];
                is_final |= state.is_final;
                out.extend_from_slice(&state.arcs);
            }
            out.sort_unstable();
            out.dedup();
            let any = out.partition_point(|(label, _)| *label != Label::AnyWord);
            let (named, any) = out.split_at(any);
            let also = if first_end { &[][..] } else { any };
            let mut arcs = Vec::new();
            let mut groups: Vec<(Label, Vec<u32>)> = named
                .chunk_by(|a, b| a.0 == b.0)
                .map(|group| (group[0].0, group.iter().chain(also).map(|arc| arc.1).collect()))
                .collect();
            if !any.is_empty() {
                groups.push((Label::AnyWord, any.iter().map(|arc| arc.1).collect()));
            }
            for (label, mut targets) in groups {
                if !any.is_empty() {
                    targets.retain(|to| !self.shut.contains(to));
                }
                let subset = self.closure(targets, &mut seen, &mut round);
                work += subset.len();
                let id = match ids.get(&subset) {
                    Some(&id) => id,
                    None => {
                        let id = subsets.len() as u32;
                        ids.insert(subset.clone(), id);
                        subsets.push(subset);
                        id
                    }
                };
                arcs.push((label, id));
            }
            arcs_so_far += arcs.len();
            if arcs_so_far > most_arcs || subsets.len() > most_arcs || work / 8 > most_arcs {
                return Err(TooLarge);
            }
            rows.push(Row { arcs, is_final });
            next += 1;
        }
        Ok(Dfa { rows })
    }

    /// The states that `states` reach by empty arcs, without those that have nothing but empty arcs; sorted.
    fn closure(&self, mut states: Vec<u32>, seen: &mut [u32], round: &mut u32) -> Box<[u32]> {
        *round += 1;
        states.retain(|&state| std::mem::replace(&mut seen[state as usize], *round) != *round);
        let mut at = 0;
        while at < states.len() {
            for &to in &self.states[states[at] as usize].empty {
                if std::mem::replace(&mut seen[to as usize], *round) != *round {
                    states.push(to);
                }
            }
            at += 1;
        }
        states.retain(|&state| {
            let state = &self.states[state as usize];
            state.is_final || !state.arcs.is_empty()
        });
        states.sort_unstable();
        states.into_boxed_slice()
    }
}

/// One state of a deterministic automaton.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Row {
    /// Sorted by label.
    pub(crate) arcs: Vec<(Label, u32)>,
    pub(crate) is_final: bool,
}

/// A deterministic automaton; it starts in state 0.
#[derive(Clone, Debug)]
pub(crate) struct Dfa {
    rows: Vec<Row>,
}

impl Dfa {
    /// The least automaton for the same sentences: states that reach no end are gone, states that agree on
    /// what may follow are one. Numbered in order of first visit, breadth first, so that equal automata are equal.
    pub(crate) fn minimise(mut self) -> Vec<Row> {
        self.trim();
        let class = self.classes();
        let mut number = vec![u32::MAX; self.rows.len()];
        let mut order = vec![0_usize];
        number[class[0] as usize] = 0;
        let mut rows: Vec<Row> = Vec::new();
        while let Some(&state) = order.get(rows.len()) {
            let mut row = self.rows[state].clone();
            for (_, to) in &mut row.arcs {
                let of_class = &mut number[class[*to as usize] as usize];
                if *of_class == u32::MAX {
                    *of_class = order.len() as u32;
                    order.push(*to as usize);
                }
                *to = *of_class;
            }
            rows.push(row);
        }
        rows
    }

    /// Takes out the arcs to states that reach no end.
    fn trim(&mut self) {
        let mut before = vec![Vec::new(); self.rows.len()];
        for (state, row) in self.rows.iter().enumerate() {
            for &(_, to) in &row.arcs {
                before[to as usize].push(state);
            }
        }
        let mut lives: Vec<bool> = self.rows.iter().map(|row| row.is_final).collect();
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

    /// For each state its class of equals, by refining until nothing changes (Moore).
    fn classes(&self) -> Vec<u32> {
        let mut class: Vec<u32> = self.rows.iter().map(|row| u32::from(row.is_final)).collect();
        let mut count = 0;
        loop {
            let mut ids: QuickMap<(u32, Vec<(Label, u32)>), u32> = QuickMap::default();
            let next: Vec<u32> = self
                .rows
                .iter()
                .enumerate()
                .map(|(state, row)| {
                    let arcs = row.arcs.iter().map(|&(label, to)| (label, class[to as usize])).collect();
                    let fresh = ids.len() as u32;
                    *ids.entry((class[state], arcs)).or_insert(fresh)
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
