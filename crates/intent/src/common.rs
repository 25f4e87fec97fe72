//! What two graphs have in common: sentences that two intents accept, and sentences that sound alike.

use std::collections::{HashMap, HashSet};

use crate::graph::{Label, WordGraph};
use crate::walk::{StateId, Walk};
use crate::word::{Word, WordId};

/// How many sentences of both are shown to the caller before the search gives up.
const MOST_SHOWN: usize = 64;
/// How many arcs are looked at.
const MOST_WORK: usize = 2_000_000;
/// What stands for a word that may be any.
const ANY_WORD: &str = "something";

impl WordGraph {
    /// The shortest pair of a sentence of this graph and one of `other` that are alike word by word, and that `fits` agrees
    /// to. Two words are alike when they share one of their `keys`, such as a spelling or a pronunciation; the word of a wildcard
    /// is like every word.
    ///
    /// The product of the two graphs is searched breadth first, so that the first pair found is one of the fewest words. Each
    /// pair of states is entered once with the same words on both sides and once with different ones. The search is
    /// bounded: after 64 pairs that do not fit, or two million arcs, the answer is that there is none.
    pub fn common(
        &self,
        other: &WordGraph,
        keys: &dyn Fn(&Word) -> Vec<String>,
        fits: &mut dyn FnMut(&str, &str) -> bool,
    ) -> Option<(String, String)> {
        let mut ids = HashMap::new();
        let (left, right) = (interned(self, keys, &mut ids), interned(other, keys, &mut ids));
        let mut search = Search { ways: Vec::new(), seen: HashSet::new() };
        let (mut here, mut there) = (Walk::new(self), Walk::new(other));
        search.enter(Way {
            at: (here.start(), there.start()),
            differs: false,
            before: None,
            words: Pair::Nothing,
        });
        let (mut next, mut shown, mut work) = (0, 0, 0);
        while let Some(&way) = search.ways.get(next) {
            if here.is_final(way.at.0) && there.is_final(way.at.1) && way.before.is_some() {
                let pair = (search.text(next, self, other, true), search.text(next, self, other, false));
                if fits(&pair.0, &pair.1) {
                    return Some(pair);
                }
                shown += 1;
            }
            let (ours, theirs) = (here.arcs(way.at.0), there.arcs(way.at.1));
            work += 1 + ours.len() + theirs.len();
            if shown == MOST_SHOWN || work > MOST_WORK {
                return None;
            }
            let mut by_key: HashMap<u32, Vec<(WordId, StateId)>> = HashMap::new();
            let mut their_any = None;
            for arc in theirs {
                match arc.label {
                    Label::AnyWord => their_any = Some(arc.to),
                    Label::Word(word) => {
                        for &key in &right[word.0 as usize] {
                            by_key.entry(key).or_default().push((word, arc.to));
                        }
                    }
                }
            }
            let mut taken = HashSet::new();
            let mut our_any = None;
            let mut enter = |words: Pair, differs: bool, to: (StateId, StateId)| {
                search.enter(Way { at: to, differs: way.differs || differs, before: Some(next), words });
            };
            for arc in ours {
                let Label::Word(word) = arc.label else {
                    our_any = Some(arc.to);
                    continue;
                };
                let mut met = false;
                for key in &left[word.0 as usize] {
                    for &(their_word, to) in by_key.get(key).into_iter().flatten() {
                        met = true;
                        taken.insert(their_word);
                        let differs = self.word(word).text != other.word(their_word).text;
                        enter(Pair::Both(word, their_word), differs, (arc.to, to));
                    }
                }
                if let Some(to) = their_any.filter(|_| !met) {
                    enter(Pair::Ours(word), false, (arc.to, to));
                }
            }
            if let Some(from_any) = our_any {
                for arc in theirs {
                    match arc.label {
                        Label::Word(word) if !taken.contains(&word) => {
                            enter(Pair::Theirs(word), false, (from_any, arc.to));
                        }
                        Label::Word(_) => {}
                        Label::AnyWord => enter(Pair::Any, false, (from_any, arc.to)),
                    }
                }
            }
            next += 1;
        }
        None
    }
}

/// The words of one step, on both sides.
#[derive(Clone, Copy, Debug)]
enum Pair {
    Nothing,
    Both(WordId, WordId),
    /// A wildcard of the other graph takes our word.
    Ours(WordId),
    /// A wildcard of ours takes the word of the other.
    Theirs(WordId),
    Any,
}

#[derive(Clone, Copy, Debug)]
struct Way {
    at: (StateId, StateId),
    /// Whether the words so far are not the same on both sides.
    differs: bool,
    /// The way that this one continues.
    before: Option<usize>,
    words: Pair,
}

struct Search {
    ways: Vec<Way>,
    seen: HashSet<(StateId, StateId, bool)>,
}

impl Search {
    fn enter(&mut self, way: Way) {
        if self.seen.insert((way.at.0, way.at.1, way.differs)) {
            self.ways.push(way);
        }
    }

    fn text(&self, end: usize, ours: &WordGraph, theirs: &WordGraph, our_side: bool) -> String {
        let mut words = Vec::new();
        let mut at = Some(end);
        while let Some(way) = at.map(|index| self.ways[index]) {
            let word = match (way.words, our_side) {
                (Pair::Nothing, _) => None,
                (Pair::Any, _) => Some(ANY_WORD),
                (Pair::Both(word, _), true) | (Pair::Ours(word), _) => Some(ours.word(word).text.as_str()),
                (Pair::Both(_, word), false) | (Pair::Theirs(word), _) => {
                    Some(theirs.word(word).text.as_str())
                }
            };
            words.extend(word);
            at = way.before;
        }
        words.reverse();
        words.join(" ")
    }
}

fn interned(
    graph: &WordGraph,
    keys: &dyn Fn(&Word) -> Vec<String>,
    ids: &mut HashMap<String, u32>,
) -> Vec<Vec<u32>> {
    let mut id = |key: String| {
        let fresh = ids.len() as u32;
        *ids.entry(key).or_insert(fresh)
    };
    graph.words().iter().map(|word| keys(word).into_iter().map(&mut id).collect()).collect()
}
