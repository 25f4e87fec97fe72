//! The search: rows of token scores → the sentences of a word graph, frame by frame.
//!
//! A way through the graph is in a state of the [`Walk`](mynah_intent::Walk) and in a node of the trie of the words that may begin there; by the rules of
//! connectionist temporal classification (Graves et al. 2006) it says the node's token again, a blank, or the token of a node below, and two
//! equal tokens in a row have a blank between them. Where a word ends, the way goes on at the root of the next state's trie. In each node the best way is
//! kept, at each root the best few that said other words, so that the n-best list has whole sentences that differ early.
//!
//! What stands in a wildcard is not known as words. There the way takes the likeliest tokens, each at a price, so that it is told when a
//! sentence with a wildcard fits better than all that are known.

use std::collections::HashMap;
use std::sync::Arc;

use mynah_intent::{Label, StateId};

use super::lexicon::{Ending, Lexicon, Trie};
use super::tokens::Token;

/// How [`Decoder`] searches.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodeConfig {
    /// Ways that are so much worse than the best are given up, in nats.
    pub beam: f32,
    /// With more nodes in the beam than this, it becomes narrower.
    pub most_active: usize,
    /// What each token in a wildcard costs, in nats: what the words of the graph may be behind the likeliest tokens before a wildcard is likelier.
    pub wildcard_token: f32,
}

impl Default for DecodeConfig {
    fn default() -> Self {
        DecodeConfig { beam: 24.0, most_active: 4000, wildcard_token: 1.0 }
    }
}

/// One sentence that may have been said.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The words, as the templates have them, and `…` for those that a wildcard took.
    pub text: String,
    /// The same as a path of the graph.
    pub path: Vec<Label>,
    /// Sum of its tokens' scores and its priors, in nats.
    pub score: f32,
    /// How many tokens its words have, without those of wildcards.
    pub tokens: usize,
}

impl Reading {
    /// Whether a wildcard took some of the words.
    pub fn is_free(&self) -> bool {
        self.path.contains(&Label::AnyWord)
    }
}

/// What the rows so far say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Whole sentences, the best first.
    pub readings: Vec<Reading>,
    /// The best way that ends within a sentence, or within a word.
    pub unfinished: Option<Reading>,
    /// The score of the likeliest tokens, whatever the graph permits.
    pub free: f32,
    /// How many tokens these are.
    pub free_tokens: usize,
}

/// The best ways at a root that said other words each.
const MOST_ENTRIES: usize = 5;
const NOTHING: f32 = f32::NEG_INFINITY;
/// What is read for the words of a wildcard.
const FREE: &str = "…";

/// A way at the root of a trie.
#[derive(Clone, Copy, Debug)]
struct Entry {
    score: f32,
    /// Its words so far.
    said: u32,
    /// The token that it came from without a blank.
    last: Option<Token>,
}

/// The best few, the best first.
#[derive(Clone, Copy, Debug)]
struct Entries {
    all: [Entry; MOST_ENTRIES],
    count: u8,
}

impl Entries {
    const NONE: Entries =
        Entries { all: [Entry { score: NOTHING, said: 0, last: None }; MOST_ENTRIES], count: 0 };

    fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.all[..usize::from(self.count)].iter()
    }

    fn best(&self) -> f32 {
        self.all[0].score
    }

    fn add(&mut self, entry: Entry) {
        let mut count = usize::from(self.count);
        if count == MOST_ENTRIES && entry.score <= self.all[count - 1].score {
            return;
        }
        let same = |other: &Entry| other.said == entry.said && other.last == entry.last;
        if let Some(at) = self.all[..count].iter().position(same) {
            if self.all[at].score >= entry.score {
                return;
            }
            self.all[at..count].rotate_left(1);
            count -= 1;
        }
        let at = self.all[..count].iter().position(|other| other.score < entry.score).unwrap_or(count);
        let kept = count.min(MOST_ENTRIES - 1);
        self.all.copy_within(at..kept, at + 1);
        self.all[at] = entry;
        self.count = (kept + 1) as u8;
    }
}

/// The best way in a node: just after its token, and after a blank.
#[derive(Clone, Copy, Debug)]
struct Cell {
    token: Way,
    blank: Way,
}

/// A way within a word: its score, and with which entries it began the word.
#[derive(Clone, Copy, Debug)]
struct Way {
    score: f32,
    from: u32,
}

impl Way {
    const NONE: Way = Way { score: NOTHING, from: 0 };
}

impl Cell {
    const NONE: Cell = Cell { token: Way::NONE, blank: Way::NONE };

    fn best(&self) -> f32 {
        self.token.score.max(self.blank.score)
    }
}

fn relax(cells: &mut [Cell], live: &mut Vec<u32>, node: u32, is_blank: bool, way: Way) {
    let cell = &mut cells[node as usize];
    if cell.best() == NOTHING && way.score > NOTHING {
        live.push(node);
    }
    let kept = if is_blank { &mut cell.blank } else { &mut cell.token };
    if way.score > kept.score {
        *kept = way;
    }
}

/// One state of the walk that some way is or was in.
#[derive(Clone, Debug)]
struct Block {
    state: StateId,
    trie: Arc<Trie>,
    root: Entries,
    cells: Vec<Cell>,
    /// Nodes whose cell has a way.
    live: Vec<u32>,
    /// Where a wildcard leads, what that costs, and the way in it.
    wildcard: Option<(StateId, f32)>,
    free: Way,
    /// The same for the row that is being worked out.
    next_free: Way,
    next_root: Entries,
    next_cells: Vec<Cell>,
    next_live: Vec<u32>,
}

/// A word, and what stood before it.
#[derive(Clone, Copy, Debug)]
struct Said {
    before: u32,
    word: Option<Label>,
    tokens: u32,
}

/// A search under way. A clone goes on by itself.
#[derive(Clone, Debug)]
pub struct Decoder {
    config: DecodeConfig,
    blank: Token,
    blocks: Vec<Block>,
    places: HashMap<StateId, usize>,
    /// With which entries words were begun.
    begun: Vec<Entries>,
    said: Vec<Said>,
    known: HashMap<(u32, Label), u32>,
    best: f32,
    beam: f32,
    free: f32,
    free_last: Token,
    free_tokens: usize,
}

impl Decoder {
    /// At the start of the graph of `lexicon`, to which all later calls belong.
    pub fn new(config: DecodeConfig, lexicon: &mut Lexicon) -> Self {
        let blank = lexicon.tokens().blank();
        let mut decoder = Decoder {
            beam: config.beam,
            config,
            blank,
            blocks: Vec::new(),
            places: HashMap::new(),
            begun: Vec::new(),
            said: vec![Said { before: 0, word: None, tokens: 0 }],
            known: HashMap::new(),
            best: 0.0,
            free: 0.0,
            free_last: blank,
            free_tokens: 0,
        };
        let start = decoder.block(lexicon.walk().start(), lexicon);
        decoder.blocks[start].root.add(Entry { score: 0.0, said: 0, last: None });
        decoder
    }

    /// Takes the scores of all tokens in one row.
    pub fn push(&mut self, scores: &[f32], lexicon: &mut Lexicon) {
        let free = self.go_freely(scores);
        let least = self.best - self.beam;
        let mut best = NOTHING;
        let mut live = 0;
        for at in 0..self.blocks.len() {
            let of_block = self.advance(at, scores, free, least);
            best = best.max(of_block);
            live += self.blocks[at].next_live.len();
        }
        let least = best - self.beam;
        for at in 0..self.blocks.len() {
            self.end_words(at, least, lexicon);
        }
        for block in &mut self.blocks {
            for &node in &block.live {
                block.cells[node as usize] = Cell::NONE;
            }
            block.live.clear();
            std::mem::swap(&mut block.live, &mut block.next_live);
            std::mem::swap(&mut block.cells, &mut block.next_cells);
            block.free = std::mem::replace(&mut block.next_free, Way::NONE);
            block.root = std::mem::replace(&mut block.next_root, Entries::NONE);
        }
        self.best = best;
        self.beam = match live > self.config.most_active {
            true => (self.beam * 0.8).max(4.0),
            false => (self.beam * 1.1).min(self.config.beam),
        };
    }

    /// Up to `most` sentences.
    pub fn found(&self, most: usize, lexicon: &Lexicon) -> Found {
        let mut ended: Vec<(f32, u32)> = Vec::new();
        let mut unfinished: Option<(f32, u32)> = None;
        let mut stops = |score: f32, said: u32| {
            if unfinished.is_none_or(|(best, _)| score > best) {
                unfinished = Some((score, said));
            }
        };
        for block in &self.blocks {
            let cost = lexicon.walk().end_cost(block.state);
            for entry in block.root.iter() {
                match cost {
                    Some(cost) => ended.push((entry.score - cost, entry.said)),
                    None => stops(entry.score, entry.said),
                }
            }
            for &node in &block.live {
                // A word that has ended is counted where it led.
                if !block.trie.ends(node).is_empty() {
                    continue;
                }
                let cell = &block.cells[node as usize];
                let way = if cell.token.score > cell.blank.score { cell.token } else { cell.blank };
                stops(way.score, self.begun[way.from as usize].all[0].said);
            }
        }
        ended.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut readings: Vec<Reading> = Vec::new();
        let mut seen = Vec::new();
        for (score, said) in ended {
            if readings.len() == most {
                break;
            }
            if said == 0 || seen.contains(&said) {
                continue;
            }
            seen.push(said);
            let reading = self.reading(score, said, lexicon);
            if readings.iter().all(|other| other.text != reading.text) {
                readings.push(reading);
            }
        }
        Found {
            readings,
            unfinished: unfinished.map(|(score, said)| self.reading(score, said, lexicon)),
            free: self.free,
            free_tokens: self.free_tokens,
        }
    }

    fn reading(&self, score: f32, said: u32, lexicon: &Lexicon) -> Reading {
        let mut path = Vec::new();
        let mut at = said;
        while let Some(word) = self.said[at as usize].word {
            path.push(word);
            at = self.said[at as usize].before;
        }
        path.reverse();
        let text = lexicon.graph().text(&path, FREE);
        Reading { text, path, score, tokens: self.said[said as usize].tokens as usize }
    }

    /// Gives what a way in a wildcard gets for this row, and whether it has a new token there.
    fn go_freely(&mut self, scores: &[f32]) -> (f32, bool) {
        let (token, score) =
            (0..).zip(scores).fold(
                (self.blank, NOTHING),
                |best, (token, &score)| {
                    if score > best.1 { (token, score) } else { best }
                },
            );
        let is_new = token != self.blank && token != self.free_last;
        self.free += score;
        self.free_tokens += usize::from(is_new);
        self.free_last = token;
        let price = if is_new { self.config.wildcard_token } else { 0.0 };
        (score - price, is_new)
    }

    /// One row within the words of a block. Gives the best score.
    fn advance(&mut self, at: usize, scores: &[f32], free: (f32, bool), least: f32) -> f32 {
        let score_of = |token: Token| scores.get(usize::from(token)).copied().unwrap_or(NOTHING);
        let of_blank = score_of(self.blank);
        let Block {
            trie,
            root,
            cells,
            live,
            wildcard,
            free: within,
            next_root,
            next_cells,
            next_live,
            next_free,
            ..
        } = &mut self.blocks[at];
        let mut best = NOTHING;
        if within.score >= least {
            *next_free = Way { score: within.score + free.0, ..*within };
            best = next_free.score;
        }
        if root.best() >= least {
            for entry in root.iter() {
                next_root.add(Entry { score: entry.score + of_blank, last: None, ..*entry });
            }
            best = best.max(root.best() + of_blank);
            // Nearly always all entries may begin a word; only those that came from its first token without a blank may not.
            let mut all = None;
            for &(token, node) in trie.next(0) {
                let score = score_of(token);
                if root.best() + score < least {
                    continue;
                }
                let from = if root.iter().any(|entry| entry.last == Some(token)) {
                    let mut others = Entries::NONE;
                    root.iter()
                        .filter(|entry| entry.last != Some(token))
                        .for_each(|entry| others.add(*entry));
                    self.begun.push(others);
                    self.begun.len() as u32 - 1
                } else {
                    *all.get_or_insert_with(|| {
                        self.begun.push(*root);
                        self.begun.len() as u32 - 1
                    })
                };
                let score = self.begun[from as usize].best() + score;
                relax(next_cells, next_live, node, false, Way { score, from });
                best = best.max(score);
            }
            let score = root.best() + free.0;
            if wildcard.is_some() && free.1 && score > next_free.score {
                let from = *all.get_or_insert_with(|| {
                    self.begun.push(*root);
                    self.begun.len() as u32 - 1
                });
                *next_free = Way { score, from };
                best = best.max(score);
            }
        }
        for &node in live.iter() {
            let cell = cells[node as usize];
            if cell.best() < least {
                continue;
            }
            let own = trie.token(node).unwrap_or(self.blank);
            let again = Way { score: cell.token.score + score_of(own), ..cell.token };
            relax(next_cells, next_live, node, false, again);
            let better = if cell.token.score > cell.blank.score { cell.token } else { cell.blank };
            let paused = Way { score: better.score + of_blank, ..better };
            best = best.max(again.score).max(paused.score);
            let below = trie.next(node);
            if below.is_empty() {
                continue;
            }
            relax(next_cells, next_live, node, true, paused);
            for &(token, node) in below {
                let way = if token == own { cell.blank } else { better };
                let way = Way { score: way.score + score_of(token), ..way };
                if way.score >= least {
                    relax(next_cells, next_live, node, false, way);
                    best = best.max(way.score);
                }
            }
        }
        best
    }

    /// The words of a block that have just ended go on where they lead.
    fn end_words(&mut self, at: usize, least: f32, lexicon: &mut Lexicon) {
        let Block { wildcard, next_free, .. } = self.blocks[at];
        if let Some((state, cost)) = wildcard
            && next_free.score >= least
        {
            self.go_on(
                next_free,
                state,
                cost,
                least,
                lexicon,
                |decoder, before| {
                    // However many words it takes.
                    match decoder.said[before as usize].word {
                        Some(Label::AnyWord) => before,
                        _ => decoder.say(before, Label::AnyWord, 0),
                    }
                },
                None,
            );
        }
        let trie = self.blocks[at].trie.clone();
        for index in 0..self.blocks[at].next_live.len() {
            let node = self.blocks[at].next_live[index];
            let way = self.blocks[at].next_cells[node as usize].token;
            if way.score < least || trie.ends(node).is_empty() {
                continue;
            }
            for &(state, ending) in trie.ends(node) {
                let last = trie.token(node);
                match ending {
                    Ending::Word(word, cost) => {
                        let say = |decoder: &mut Decoder, before| {
                            decoder.say(before, Label::Word(word), trie.depth(node))
                        };
                        self.go_on(way, state, cost, least, lexicon, say, last);
                    }
                    Ending::Wake => self.go_on(way, state, 0.0, least, lexicon, |_, before| before, last),
                }
            }
        }
    }

    /// A way that has ended a word goes on in another state, with all entries that it began the word with.
    #[allow(clippy::too_many_arguments, reason = "they are one step of the search")]
    fn go_on(
        &mut self,
        way: Way,
        state: StateId,
        cost: f32,
        least: f32,
        lexicon: &mut Lexicon,
        say: impl Fn(&mut Decoder, u32) -> u32,
        last: Option<Token>,
    ) {
        let to = self.block(state, lexicon);
        let entries = self.begun[way.from as usize];
        for entry in entries.iter() {
            let score = way.score - (entries.best() - entry.score) - cost;
            if score < least {
                break;
            }
            let said = say(self, entry.said);
            self.blocks[to].next_root.add(Entry { score, said, last });
        }
    }

    fn say(&mut self, before: u32, word: Label, tokens: u16) -> u32 {
        let Decoder { said, known, .. } = self;
        *known.entry((before, word)).or_insert_with(|| {
            let tokens = said[before as usize].tokens + u32::from(tokens);
            said.push(Said { before, word: Some(word), tokens });
            said.len() as u32 - 1
        })
    }

    fn block(&mut self, state: StateId, lexicon: &mut Lexicon) -> usize {
        if let Some(&at) = self.places.get(&state) {
            return at;
        }
        let trie = lexicon.trie(state);
        let cells = vec![Cell::NONE; trie.len()];
        self.blocks.push(Block {
            state,
            trie,
            root: Entries::NONE,
            wildcard: lexicon.wildcard(state),
            free: Way::NONE,
            next_free: Way::NONE,
            next_cells: cells.clone(),
            cells,
            live: Vec::new(),
            next_root: Entries::NONE,
            next_live: Vec::new(),
        });
        self.places.insert(state, self.blocks.len() - 1);
        self.blocks.len() - 1
    }
}

#[cfg(test)]
mod tests;
