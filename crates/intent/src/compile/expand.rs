//! Templates → pieces: writes rules out, with a bound on everything.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{Compiler, Scope, Template};
use crate::Origin;
use crate::join::{Edge, JoinFault, Pieces, join_words};
use crate::program::{Capture, Program};
use crate::template::{Kind, Node, part};

/// The most pieces that one sentence may expand to, with its rules.
const MOST_PIECES: usize = 50_000;
/// How deeply groups and rules may be nested together.
const DEEPEST: usize = 200;
/// The most items of a permutation: `n` items have 2ⁿ orders to keep apart.
const MOST_ITEMS: usize = 8;

/// How a sentence was added.
pub(super) enum Added {
    /// As it is.
    Whole,
    /// Not at all: its lists stand right beside letters, so that words must be taken by letter.
    ByLetter,
}

/// A sentence is given up; its fault is told already.
pub(super) struct GivenUp;

impl Compiler<'_> {
    /// Adds what a template takes to a program, accepting it as `accept`.
    pub(super) fn add(
        &mut self,
        template: &Template,
        scope: Scope,
        accept: u32,
        program: &mut Program,
    ) -> Result<Added, GivenUp> {
        let is_lenient = self.spec.lenient;
        let by_letter = is_lenient && !self.writing.folding.by_letter;
        let mut inlined = BTreeSet::new();
        loop {
            let mut pieces = Pieces::new(&inlined);
            let mut walk = Walk { scope, origin: &template.origin, depth: 0, rules: Vec::new() };
            let before = self.faults.len();
            self.expand(&template.node, 0, 1, &mut pieces, &mut walk)?;
            if self.faults.len() > before {
                return Err(GivenUp);
            }
            let before = program.mark();
            match join_words(&pieces, &self.out.lists, &mut self.writing, accept, is_lenient, program) {
                Ok(()) => return Ok(Added::Whole),
                Err(JoinFault::Inline(_) | JoinFault::TooMany) if by_letter => {
                    program.undo(before);
                    return Ok(Added::ByLetter);
                }
                Err(JoinFault::Inline(calls)) => {
                    program.undo(before);
                    inlined.extend(calls);
                }
                Err(JoinFault::Empty) => {
                    let help = Some("something must have to be said".to_owned());
                    self.fault(template.origin.clone(), "it takes an empty sentence".into(), help);
                    return Err(GivenUp);
                }
                Err(JoinFault::TooMany) => {
                    let message = "too many words are joined of parts".to_owned();
                    self.fault(
                        template.origin.clone(),
                        message,
                        Some("put spaces between the groups".into()),
                    );
                    return Err(GivenUp);
                }
            }
        }
    }

    /// Adds the pieces of `node` between two states. Gives the slots that it may fill.
    fn expand(
        &mut self,
        node: &Node,
        from: u32,
        to: u32,
        pieces: &mut Pieces<'_>,
        walk: &mut Walk<'_>,
    ) -> Result<Vec<u32>, GivenUp> {
        walk.depth += 1;
        let is_too_large = pieces.made > MOST_PIECES || self.left == 0 || walk.depth > DEEPEST;
        if is_too_large {
            let message = match walk.depth > DEEPEST {
                true => format!("groups and rules are nested more than {DEEPEST} deep"),
                false => format!("it expands to more than {MOST_PIECES} pieces"),
            };
            let help = Some("split it into several sentences, or use a list".to_owned());
            self.fault_at(walk.origin, &node.span, message, help);
            return Err(GivenUp);
        }
        self.left -= 1;
        pieces.made += 1;
        let mut slots = Vec::new();
        match &node.kind {
            Kind::Text(text) => pieces.text(text, from, to, &mut self.writing),
            Kind::Optional(inner) => {
                pieces.edge(from, Edge::Empty, to);
                slots = self.expand(inner, from, to, pieces, walk)?;
            }
            Kind::Alternatives(branches) => {
                for branch in branches {
                    slots.extend(self.expand(branch, from, to, pieces, walk)?);
                }
                slots.sort_unstable();
                slots.dedup();
            }
            Kind::Sequence(items) => {
                let mut state = from;
                for (index, item) in items.iter().enumerate() {
                    let next = if index + 1 == items.len() { to } else { pieces.state() };
                    let filled = self.expand(item, state, next, pieces, walk)?;
                    self.both(&mut slots, filled, walk.origin, &item.span);
                    state = next;
                }
                if items.is_empty() {
                    pieces.edge(from, Edge::Empty, to);
                }
            }
            Kind::Permutation(items) => slots = self.permute(items, (from, to), node, pieces, walk)?,
            Kind::Rule(name) => {
                let Some(rule) = self.rule(walk.scope, name) else {
                    self.unknown(walk.scope, part(walk.origin, &node.span), &node.kind);
                    walk.depth -= 1;
                    return Ok(slots);
                };
                if walk.rules.contains(name) {
                    let path = walk.rules.iter().skip_while(|rule| *rule != name).chain([name]);
                    let path = path.map(|rule| format!("<{rule}>")).collect::<Vec<_>>().join(" → ");
                    let help = Some("a rule cannot be part of itself".to_owned());
                    self.fault_at(walk.origin, &node.span, format!("rules in a circle: {path}"), help);
                    return Err(GivenUp);
                }
                // A faulty rule is told already; the sentence goes without.
                let Some(rule) = rule else {
                    return Err(GivenUp);
                };
                walk.rules.push(name.clone());
                let mut inner = Walk {
                    scope: walk.scope,
                    origin: &rule.origin,
                    depth: walk.depth,
                    rules: std::mem::take(&mut walk.rules),
                };
                let filled = self.expand(&rule.node, from, to, pieces, &mut inner);
                walk.rules = inner.rules;
                walk.rules.pop();
                slots = filled?;
            }
            Kind::List { list, slot } => {
                let faults = self.faults.len();
                let found = self.list(walk.scope, list);
                // The values of a list have no places: their faults are told where it is first used.
                for fault in self.faults[faults..].iter_mut().filter(|fault| fault.origin.file.is_empty()) {
                    fault.origin = part(walk.origin, &node.span);
                }
                let Some(id) = found else {
                    self.unknown(walk.scope, part(walk.origin, &node.span), &node.kind);
                    walk.depth -= 1;
                    return Ok(slots);
                };
                let fresh = self.out.slots.len() as u32;
                let slot = *self.slot_ids.entry(slot.clone()).or_insert_with(|| {
                    self.out.slots.push(slot.clone());
                    fresh
                });
                slots.push(slot);
                let call = pieces.calls;
                pieces.calls += 1;
                if pieces.inlined.contains(&call) {
                    self.out.inlined.insert(id);
                    let entries = self.entry_nodes[id as usize].clone();
                    for (entry, template) in entries.iter().enumerate() {
                        let said = pieces.state();
                        let mut inner = Walk {
                            scope: walk.scope,
                            origin: walk.origin,
                            depth: walk.depth,
                            rules: Vec::new(),
                        };
                        self.expand(&template.node, from, said, pieces, &mut inner)?;
                        pieces.edge(said, Edge::Capture(Capture { slot, list: id, entry: entry as u32 }), to);
                    }
                } else if self.writing.folding.by_letter {
                    let start = pieces.spaced(from);
                    let end = pieces.state();
                    pieces.edge(start, Edge::Call { call, list: id, slot }, end);
                    pieces.edge(end, Edge::Space, to);
                } else {
                    pieces.edge(from, Edge::Call { call, list: id, slot }, to);
                }
            }
        }
        walk.depth -= 1;
        Ok(slots)
    }

    /// All items in any order, with spaces between.
    fn permute(
        &mut self,
        items: &[Node],
        (from, to): (u32, u32),
        node: &Node,
        pieces: &mut Pieces<'_>,
        walk: &mut Walk<'_>,
    ) -> Result<Vec<u32>, GivenUp> {
        if items.len() > MOST_ITEMS {
            let message = format!("a permutation of {} items", items.len());
            self.fault_at(walk.origin, &node.span, message, Some(format!("{MOST_ITEMS} are the most")));
            return Err(GivenUp);
        }
        let all = (1_usize << items.len()) - 1;
        // One state for each set of items that were said.
        let said: Vec<u32> = (0..=all)
            .map(|set| {
                if set == 0 {
                    from
                } else if set == all {
                    to
                } else {
                    pieces.state()
                }
            })
            .collect();
        let mut slots = Vec::new();
        for set in 0..all {
            for (index, item) in items.iter().enumerate().filter(|(index, _)| set >> index & 1 == 0) {
                let start = pieces.state();
                let end = pieces.state();
                pieces.edge(said[set], if set == 0 { Edge::Empty } else { Edge::Space }, start);
                let filled = self.expand(item, start, end, pieces, walk)?;
                pieces.edge(end, Edge::Empty, said[set | 1 << index]);
                if set == 0 {
                    self.both(&mut slots, filled, walk.origin, &item.span);
                }
            }
        }
        Ok(slots)
    }

    /// Adds to the slots of one part of a sentence those of the next.
    fn both(&mut self, slots: &mut Vec<u32>, more: Vec<u32>, origin: &Origin, span: &Range<usize>) {
        for slot in more {
            if self.spec.lenient {
                if !slots.contains(&slot) {
                    slots.push(slot);
                }
            } else if slots.contains(&slot) {
                let message =
                    format!("slot `{}` is filled twice in one sentence", self.out.slots[slot as usize]);
                self.fault_at(
                    origin,
                    span,
                    message,
                    Some("name one of them otherwise: `{list:slot}`".into()),
                );
            } else {
                slots.push(slot);
            }
        }
    }
}

/// Where an expansion stands.
struct Walk<'a> {
    scope: Scope,
    /// Of the template that is being expanded.
    origin: &'a Origin,
    depth: usize,
    /// Rules that are being expanded, the outermost first.
    rules: Vec<String>,
}
