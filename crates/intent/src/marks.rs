//! What the words of a path through a word graph are for.

use std::ops::Range;

use crate::automaton::{Mark, Symbol};
use crate::graph::{Label, WordGraph};
use crate::hash::QuickMap;
use crate::walk::{Event, Place, of_mark};

/// How many ways to get to one place are kept.
const MOST_WAYS: usize = 8;

/// What the words of a path are for: the marks of one way through the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Marks {
    /// The commands, in the order of the words.
    pub commands: Vec<MarkedCommand>,
    /// The priors of this way, in nats.
    pub cost: f32,
}

/// One command of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedCommand {
    /// The intents that have such a sentence, by their places in [`Spec::intents`](crate::Spec::intents).
    pub intents: Vec<usize>,
    /// The slots that its words fill.
    pub slots: Vec<MarkedSlot>,
}

/// A slot, and the words that fill it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedSlot {
    /// Its name. Further values of a slot have a number, `device.2`.
    pub name: String,
    /// The list that permits the words.
    pub list: String,
    /// Whether that list is a wildcard.
    pub is_free: bool,
    /// Which words of the path.
    pub words: Range<usize>,
}

/// One step of a way: where it led, and what happened there.
struct Node {
    before: Option<u32>,
    happened: Happened,
    cost: u16,
}

#[derive(Clone, Copy)]
enum Happened {
    Word,
    /// A word with values in it.
    Fills(u32),
    Event(Event),
}

impl WordGraph {
    /// What the words of a path are for, in each way that the graph has for them, the likeliest first. Empty when the graph does not have the
    /// path, or it does not end where a sentence may. At most eight ways are followed to each place.
    pub fn marks(&self, path: &[Label]) -> Vec<Marks> {
        let mut nodes = vec![Node { before: None, happened: Happened::Word, cost: 0 }];
        let mut ways: Vec<(Place, u32)> = vec![(Place::around(self.around.start(0)), 0)];
        for label in path {
            self.go_on(&mut ways, &mut nodes);
            let mut next = Vec::new();
            for &(place, node) in &ways {
                for (symbol, to) in self.arcs_of(place) {
                    let (happened, more) = match (symbol, label) {
                        (Symbol::Word(id, mark), Label::Word(word)) if id == *word => match mark {
                            Mark::Fills(fills) => (Happened::Fills(fills), 0),
                            mark => (Happened::Word, of_mark(mark)),
                        },
                        (Symbol::AnyWord, _) => (Happened::Word, 0),
                        _ => continue,
                    };
                    let cost = nodes[node as usize].cost.saturating_add(more);
                    nodes.push(Node { before: Some(node), happened, cost });
                    next.push((place.moved(to), nodes.len() as u32 - 1));
                }
            }
            ways = next;
        }
        self.go_on(&mut ways, &mut nodes);
        ways.retain(|(place, _)| self.may_end(*place));
        ways.sort_by_key(|&(_, node)| nodes[node as usize].cost);
        let mut found: Vec<Marks> = Vec::new();
        for (_, node) in ways {
            let marks = self.marks_of(node, &nodes, path);
            if !found.iter().any(|other| other.commands == marks.commands) {
                found.push(marks);
            }
        }
        found
    }

    /// The words that wildcards took, by the likeliest marks of a path whose words are `words`. Nothing when none did.
    pub fn free_text(&self, path: &[Label], words: &[&str]) -> Option<String> {
        let marks = self.marks(path).into_iter().next()?;
        let slots = marks.commands.iter().flat_map(|command| &command.slots).filter(|slot| slot.is_free);
        let free: Vec<&str> =
            slots.filter_map(|slot| words.get(slot.words.clone())).flatten().copied().collect();
        (!free.is_empty()).then(|| free.join(" "))
    }

    /// Adds where the ways go on to without a word.
    fn go_on(&self, ways: &mut Vec<(Place, u32)>, nodes: &mut Vec<Node>) {
        let mut kept: QuickMap<Place, usize> = QuickMap::default();
        let mut all = std::mem::take(ways);
        all.sort_by_key(|&(_, node)| nodes[node as usize].cost);
        let mut at = 0;
        while let Some(&(place, node)) = all.get(at) {
            at += 1;
            let count = kept.entry(place).or_default();
            *count += 1;
            if *count > MOST_WAYS {
                continue;
            }
            ways.push((place, node));
            let cost = nodes[node as usize].cost;
            self.goes_on(place, |to, event, more| {
                let cost = cost.saturating_add(more);
                nodes.push(Node { before: Some(node), happened: Happened::Event(event), cost });
                all.push((to, nodes.len() as u32 - 1));
            });
        }
    }

    fn marks_of(&self, node: u32, nodes: &[Node], path: &[Label]) -> Marks {
        let cost = f32::from(nodes[node as usize].cost) / 100.0;
        let mut steps = Vec::new();
        let mut at = node;
        while let Some(before) = nodes[at as usize].before {
            steps.push(nodes[at as usize].happened);
            at = before;
        }
        let mut commands: Vec<MarkedCommand> = Vec::new();
        let mut command = MarkedCommand { intents: Vec::new(), slots: Vec::new() };
        let (mut word, mut from, mut filled) = (0, 0, (0, 0));
        for step in steps.into_iter().rev() {
            match step {
                Happened::Word => word += 1,
                Happened::Fills(fills) => {
                    word += 1;
                    for &(slot, list) in self.fills.get(fills as usize).into_iter().flatten() {
                        self.fill(&mut command, (slot, list), word - 1..word, path);
                    }
                }
                Happened::Event(Event::Begins) => {}
                Happened::Event(Event::Enters { list, slot }) => (from, filled) = (word, (slot, list)),
                Happened::Event(Event::Resumes) => from = word,
                Happened::Event(Event::Leaves | Event::Pauses) => {
                    self.fill(&mut command, filled, from..word, path);
                }
                Happened::Event(Event::Ends { state, is_free }) => {
                    let ends = self.sentences.accepts(state).iter();
                    let intents =
                        ends.filter(|end| (**end & 1 == 1) == is_free).map(|end| (end >> 1) as usize);
                    command.intents = intents.collect();
                    let next = MarkedCommand { intents: Vec::new(), slots: Vec::new() };
                    commands.push(std::mem::replace(&mut command, next));
                }
            }
        }
        Marks { commands, cost }
    }

    fn fill(
        &self,
        command: &mut MarkedCommand,
        (slot, list): (u32, u32),
        words: Range<usize>,
        path: &[Label],
    ) {
        let (Some(name), Some(list)) = (self.slots.get(slot as usize), self.lists.get(list as usize)) else {
            return;
        };
        let is_other = |other: &MarkedSlot| other.name != *name && !is_further(&other.name, name);
        let before = command.slots.iter().filter(|other| !is_other(other)).count();
        if self.last_counts {
            command.slots.retain(|other| other.name != *name);
        }
        let name = match before {
            0 => name.clone(),
            _ if self.last_counts => name.clone(),
            _ => format!("{name}.{}", before + 1),
        };
        let words = if list.is_wildcard { self.without_skips(words, path) } else { words };
        let slot = MarkedSlot { name, list: list.name.clone(), is_free: list.is_wildcard, words };
        command.slots.push(slot);
    }
}

impl WordGraph {
    /// Without what may be said around sentences: "milk please" is milk, though "please" may be an item.
    fn without_skips(&self, mut words: Range<usize>, path: &[Label]) -> Range<usize> {
        loop {
            let said = &path[words.clone()];
            let is_part = |skip: &&Vec<Label>| skip.len() < said.len();
            let begins = self.skips.iter().filter(is_part).find(|skip| said.starts_with(skip));
            let ends = self.skips.iter().filter(is_part).find(|skip| said.ends_with(skip));
            match (begins, ends) {
                (Some(skip), _) => words.start += skip.len(),
                (None, Some(skip)) => words.end -= skip.len(),
                (None, None) => return words,
            }
        }
    }
}

/// Whether `numbered` is a further value of a slot, `device.2` of `device`.
fn is_further(numbered: &str, name: &str) -> bool {
    let number = numbered.strip_prefix(name).and_then(|rest| rest.strip_prefix('.'));
    number.is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
}
