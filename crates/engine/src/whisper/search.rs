//! The search: which sentences of the graph does the model believe in?
//!
//! A node is a prefix of tokens with all the ways the graph can read it. The search goes on with the node that lags
//! least behind the best node of the same length: clean speech makes one straight dive, noise makes it look around.
//! Nodes that lag more than [`SearchConfig::margin`] are dropped, so what is left in the end is every reading worth
//! a look, with true probabilities.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use mynah_assistant::ports::{Cancel, ModelError};
use mynah_intent::StateId;

use super::lexicon::{Ending, Free, Lexicon, Place, Trie, log_add};
use super::vocabulary::Token;

mod said;
use said::{SaidWord, Words, begins_again};

/// A model that says what comes next. Whisper's decoder, or a table in a test.
pub trait NextToken {
    /// Writes the natural logarithm of the probability of each next token after `prefix`: of the text tokens, and of
    /// the end of the text at its number; the last of `out` is the end or the last text token, whichever is higher.
    fn after(&mut self, prefix: &[Token], out: &mut Vec<f32>) -> Result<(), ModelError>;
}

/// How to search.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchConfig {
    /// Added for each word of the graph, in nats; free words and fillers have none. Without it noise makes the search
    /// stop early.
    pub word_bonus: f32,
    /// How far a prefix may lag behind the best of its length, in nats.
    pub margin: f32,
    /// Once there is a reading: prefixes are not followed that would stay this far behind it even if the model were sure
    /// of all that they have left to say, in nats. In quiet rooms they are many of those within the margin.
    pub lead: f32,
    /// Prefixes are given up when the model's own next tokens were likelier by more than this in sum, in nats: what they
    /// lead to would be refused. Speech that is not of the graph ends the search early by it.
    pub max_regret: f32,
    /// Decoder steps at most.
    pub max_steps: usize,
    /// Decoder steps at most without a better reading, once there is one.
    pub patience: usize,
    /// Tokens of a sentence at most.
    pub max_tokens: usize,
}

impl Default for SearchConfig {
    fn default() -> Self {
        SearchConfig {
            word_bonus: 1.5,
            margin: 7.0,
            lead: 4.0,
            max_regret: f32::INFINITY,
            max_steps: 144,
            patience: 48,
            max_tokens: 64,
        }
    }
}

/// One finished reading.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The words as the templates have them, without the wake phrase.
    pub text: String,
    /// Those of them that wildcards took, if any did.
    pub free: Option<String>,
    /// Logarithm of its probability, over all ways of writing it.
    pub score: f32,
    /// Tokens of its likeliest way of writing, the end counted.
    pub tokens: usize,
    /// Those tokens, without the end.
    pub path: Vec<Token>,
    /// How many of them are of the first command.
    pub first: usize,
    /// Words of the graph, the wake phrase counted as one; free words and fillers do not count.
    pub words: usize,
    /// How much likelier the model's own next tokens were, summed over its likeliest way of writing; 0 or more.
    pub regret: f32,
    /// What its words add to the score: a bonus for each, less what the graph asks for rare ones.
    pub bonus: f32,
    /// What ranks readings: `score` and `bonus`.
    pub rank: f32,
}

/// The words up to some place where no sentence of the graph ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Unfinished {
    /// The words as the templates have them, without the wake phrase.
    pub text: String,
    /// As that of [`Reading`], with a stop or a comma in place of the end.
    pub rank: f32,
    /// As that of [`Reading`], per token.
    pub regret: f32,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The best first. Empty when no sentence could be finished.
    pub readings: Vec<Reading>,
    /// Where the model would rather stop than go on, in the middle of a sentence.
    pub unfinished: Option<Unfinished>,
    /// Decoder steps that it took.
    pub steps: usize,
    /// Of these, until the best reading was found.
    pub steps_to_best: usize,
    /// There was nothing to search for: no speech in the sound.
    pub is_silent: bool,
}

/// One way to read a prefix.
#[derive(Clone, Debug)]
struct Way {
    state: StateId,
    place: Place,
    /// Node in the trie of `state`; 0 between words.
    node: u32,
    /// The last word is free and may go on.
    open: bool,
    /// A comma was just written.
    comma: bool,
    /// The last finished word, in `Search::words`.
    last: Option<u32>,
    /// Of all finished words; ways that said the same have the same.
    history: u64,
    count: u16,
    /// Of all finished words, in nats: see [`mynah_intent::Walk`].
    cost: f32,
    /// Tokens of the first command, once another has begun.
    first: Option<usize>,
}

impl Way {
    /// This way one word on, between words again. Words that a wildcard would take too earn no bonus: a model that has
    /// begun to repeat itself would earn it without end. Nor do words of a second command, or that lead back to where a word
    /// before led, for the same reason (with a bonus, one command in ten was heard twice), nor fillers: noise would be full
    /// of "thank you".
    fn said(&self, word: &SaidWord, earns: bool, cost: f32) -> Way {
        let mut hash = DefaultHasher::new();
        (self.history, word).hash(&mut hash);
        let (count, cost) = (self.count + u16::from(earns), self.cost + cost);
        Way { node: 0, open: false, comma: false, history: hash.finish(), count, cost, ..self.clone() }
    }

    /// What its words add to a score.
    fn bonus(&self, word_bonus: f32) -> f32 {
        word_bonus * f32::from(self.count) - self.cost
    }
}

struct Prefix {
    parent: Option<u32>,
    token: Token,
    depth: usize,
    score: f32,
    regret: f32,
    rank: f32,
    ways: Vec<Way>,
}

/// The best finished reading.
#[derive(Clone, Copy, PartialEq)]
struct Finished {
    rank: f32,
    tokens: usize,
    words: usize,
}

/// A prefix may yet say so many words more than the best reading has.
const MORE_WORDS: f32 = 2.0;

/// Ways to read one prefix at most; more than a handful means that words share their spelling throughout.
const MAX_WAYS: usize = 24;

/// A token of a free word may lag behind the likeliest by so much, in nats: among all words that there are, the second
/// best is rarely worth a step.
const FREE_MARGIN: f32 = 1.0;

/// Tokens of free words that are less likely than this, in nats, are not looked at.
const LEAST_FREE: f32 = -12.0;

/// Searches the sentences of `lexicon` under `model`.
pub fn search(
    model: &mut dyn NextToken,
    lexicon: &mut Lexicon,
    config: &SearchConfig,
    cancel: &Cancel,
) -> Result<Found, ModelError> {
    Search::new(lexicon, config).run(model, cancel)
}

struct Search<'a> {
    lexicon: &'a mut Lexicon,
    config: &'a SearchConfig,
    prefixes: Vec<Prefix>,
    open: Vec<u32>,
    words: Words,
    /// Rank of the best prefix of each length.
    best_at: Vec<f32>,
    /// Length of the prefix that is being expanded.
    depth: usize,
    finished: Option<Finished>,
    readings: BTreeMap<String, Reading>,
    unfinished: Option<Unfinished>,
    /// Rank of the best prefix that said the same words: what comes after them does not depend on their spelling.
    said: HashMap<u64, f32>,
    free: Arc<[Free]>,
}

impl<'a> Search<'a> {
    fn new(lexicon: &'a mut Lexicon, config: &'a SearchConfig) -> Self {
        let start = lexicon.walk().start();
        let free = lexicon.free();
        let way = Way {
            state: start,
            place: Place::First,
            node: 0,
            open: false,
            comma: false,
            last: None,
            history: 0,
            count: 0,
            cost: 0.0,
            first: None,
        };
        let root =
            Prefix { parent: None, token: 0, depth: 0, score: 0.0, regret: 0.0, rank: 0.0, ways: vec![way] };
        Search {
            lexicon,
            config,
            prefixes: vec![root],
            open: vec![0],
            words: Words::default(),
            best_at: vec![0.0],
            depth: 0,
            finished: None,
            readings: BTreeMap::new(),
            unfinished: None,
            said: HashMap::new(),
            free,
        }
    }

    fn run(mut self, model: &mut dyn NextToken, cancel: &Cancel) -> Result<Found, ModelError> {
        let mut steps = 0;
        let mut log_probs = Vec::new();
        let mut tokens = Vec::new();
        let mut steps_to_best = 0;
        while steps < self.config.max_steps {
            if self.finished.is_some() && steps - steps_to_best >= self.config.patience {
                break;
            }
            let Some(at) = self.next_prefix() else { break };
            if cancel.is_cancelled() {
                return Err(ModelError::Cancelled);
            }
            self.tokens_of(at, &mut tokens);
            model.after(&tokens, &mut log_probs)?;
            steps += 1;
            let best = self.finished;
            self.expand(at, &log_probs);
            if self.finished != best {
                steps_to_best = steps;
            }
        }
        let mut readings: Vec<Reading> = self.readings.into_values().collect();
        readings.sort_by(|a, b| b.rank.total_cmp(&a.rank));
        Ok(Found { readings, unfinished: self.unfinished, steps, steps_to_best, is_silent: false })
    }

    /// How far a prefix lags behind the best of its length, or behind the best reading when that is shorter.
    fn lag(&self, depth: usize, rank: f32) -> f32 {
        let mut best = self.best_at.get(depth).copied().unwrap_or(rank);
        if let Some(finished) = self.finished
            && depth >= finished.tokens
        {
            best = best.max(finished.rank);
        }
        best - rank
    }

    /// Takes the open prefix that lags least; among equals the longest.
    fn next_prefix(&mut self) -> Option<u32> {
        let key = |&i: &u32| {
            let prefix = &self.prefixes[i as usize];
            (self.lag(prefix.depth, prefix.rank), std::cmp::Reverse(prefix.depth))
        };
        let (place, lag) = self
            .open
            .iter()
            .enumerate()
            .map(|(place, i)| (place, key(i)))
            .min_by(|(_, a), (_, b)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
            .map(|(place, (lag, _))| (place, lag))?;
        (lag <= self.config.margin).then(|| self.open.swap_remove(place))
    }

    /// Whether a prefix cannot come within [`SearchConfig::lead`] of the best reading: its score can only fall, and its
    /// words will hardly be more than those of the reading.
    fn is_beaten(&self, score: f32, rank: f32) -> bool {
        let bonus = self.config.word_bonus;
        self.finished.is_some_and(|best| {
            let reach = (score + bonus * best.words as f32).max(rank + bonus * MORE_WORDS);
            reach < best.rank - self.config.lead
        })
    }

    fn tokens_of(&self, at: u32, out: &mut Vec<Token>) {
        out.clear();
        let mut prefix = &self.prefixes[at as usize];
        while let Some(parent) = prefix.parent {
            out.push(prefix.token);
            prefix = &self.prefixes[parent as usize];
        }
        out.reverse();
    }

    fn expand(&mut self, at: u32, log_probs: &[f32]) {
        let (depth, score, regret, ways) = {
            let prefix = &mut self.prefixes[at as usize];
            (prefix.depth, prefix.score, prefix.regret, std::mem::take(&mut prefix.ways))
        };
        self.depth = depth;
        let of = |token: Token| log_probs.get(token as usize).copied().unwrap_or(f32::NEG_INFINITY);
        let top = log_probs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let end = self.lexicon.end_score(log_probs);
        // A token below this cannot be within the margin even if it ends a word.
        let floor = top.min(0.0) - 4.0 * self.config.margin;
        let wordy: Vec<(Token, Free, f32)> = (0..)
            .zip(self.free.iter().zip(log_probs))
            .filter(|(_, (kind, log_prob))| **kind != Free::No && **log_prob > floor.max(LEAST_FREE))
            .map(|(token, (&kind, &log_prob))| (token, kind, log_prob))
            .collect();
        let mut next: BTreeMap<Token, Vec<Way>> = BTreeMap::new();
        let mut finished: Vec<String> = Vec::new();
        for way in &ways {
            if way.node == 0 {
                if !way.comma && way.last.is_some() {
                    if self.lexicon.walk().is_final(way.state) {
                        // Several ways through the graph may have said the same.
                        let text = self.words.text(way.last, self.lexicon.graph());
                        if !finished.contains(&text) {
                            finished.push(text.clone());
                            self.finish(text, way, score + end, regret + (top - end).max(0.0), at);
                        }
                    } else {
                        let stop = self.lexicon.comma.map_or(end, |comma| log_add(end, of(comma)));
                        let regret = (regret + (top - stop).max(0.0)) / (depth + 1) as f32;
                        self.stop(way, score + stop, regret);
                    }
                }
                self.free_words(way, &wordy, end, &mut next);
                if let Some(comma) = self.lexicon.comma
                    && !way.comma
                    && way.last.is_some()
                {
                    push(&mut next, comma, Way { comma: true, open: false, ..way.clone() });
                }
            }
            let trie = self.lexicon.trie(way.state, way.place);
            for &(token, node) in trie.next(way.node) {
                if of(token) > floor {
                    self.step(way, &trie, node, token, &mut next);
                }
            }
        }
        if depth + 1 >= self.config.max_tokens {
            return;
        }
        let child = |token: Token, ways: &[Way], word_bonus: f32| {
            let bonus = ways.iter().map(|way| way.bonus(word_bonus)).fold(f32::NEG_INFINITY, f32::max);
            let score = score + of(token);
            (score, score + bonus)
        };
        for (&token, ways) in &next {
            let (_, rank) = child(token, ways, self.config.word_bonus);
            if self.best_at.len() <= depth + 1 {
                self.best_at.push(rank);
            }
            self.best_at[depth + 1] = self.best_at[depth + 1].max(rank);
        }
        for (token, mut ways) in next {
            let (score, rank) = child(token, &ways, self.config.word_bonus);
            let regret = regret + (top - of(token)).max(0.0);
            let is_hopeless = regret > self.config.max_regret;
            if is_hopeless || self.lag(depth + 1, rank) > self.config.margin || self.is_beaten(score, rank) {
                continue;
            }
            ways.retain(|way| way.node != 0 || way.comma || self.leads(way, score));
            if !ways.is_empty() {
                self.open.push(self.prefixes.len() as u32);
                self.prefixes.push(Prefix {
                    parent: Some(at),
                    token,
                    depth: depth + 1,
                    score,
                    regret,
                    rank,
                    ways,
                });
            }
        }
    }

    /// Whether no other prefix said the same words with a better score; if so, this one is noted.
    fn leads(&mut self, way: &Way, score: f32) -> bool {
        let best = self.said.entry(way.history).or_insert(f32::NEG_INFINITY);
        let leads = score > *best;
        *best = best.max(score);
        leads
    }

    fn step(
        &mut self,
        way: &Way,
        trie: &Trie,
        node: u32,
        token: Token,
        next: &mut BTreeMap<Token, Vec<Way>>,
    ) {
        if !trie.next(node).is_empty() {
            push(next, token, Way { node, open: false, comma: false, ..way.clone() });
        }
        for &(to, ending) in trie.ends(node) {
            let (word, place, is_filler, cost) = match ending {
                Ending::Word(word, cost) => {
                    (SaidWord::Known(word), Place::Later, self.lexicon.graph().word(word).is_filler, cost)
                }
                Ending::Wake => (SaidWord::Wake, Place::First, false, 0.0),
            };
            let first =
                way.first.or_else(|| self.lexicon.walk().is_another_command(to).then_some(self.depth));
            let earns = !is_filler
                && first.is_none()
                && self.lexicon.any_word(way.state).is_none()
                && !self.words.led_to(way.last, to);
            let said = way.said(&word, earns, cost);
            let last = Some(self.words.say(way.last, word, to));
            push(next, token, Way { state: to, place, last, first, ..said });
        }
    }

    /// Words that are not of the graph, where a wildcard permits them; `wordy` are the tokens that may be part of one,
    /// and `end` is what the end of the text would score.
    fn free_words(
        &mut self,
        way: &Way,
        wordy: &[(Token, Free, f32)],
        end: f32,
        next: &mut BTreeMap<Token, Vec<Way>>,
    ) {
        let begins =
            if way.comma && way.place == Place::First { None } else { self.lexicon.any_word(way.state) };
        let may_follow = |kind: Free| match kind {
            Free::Begins => begins.is_some(),
            Free::Continues => way.open,
            Free::No => false,
        };
        let fitting = wordy.iter().filter(|(_, kind, _)| may_follow(*kind));
        // Where the sentence may end, the end is one more choice: else a model that repeats itself would go on and on.
        let may_end = !way.comma && self.lexicon.walk().is_final(way.state);
        let end = if may_end { end } else { f32::NEG_INFINITY };
        let likeliest = fitting.clone().map(|(.., log_prob)| *log_prob).fold(end, f32::max);
        for &(token, kind, log_prob) in fitting {
            if log_prob < likeliest - FREE_MARGIN {
                continue;
            }
            match (kind, begins) {
                (Free::Begins, Some((to, cost))) => {
                    let word = SaidWord::Free(self.lexicon.vocabulary().bytes(token).to_vec());
                    let said = way.said(&word, false, cost);
                    let last = Some(self.words.say(way.last, word, to));
                    push(next, token, Way { state: to, place: Place::Later, open: true, last, ..said });
                }
                (Free::Continues, _) if way.open => {
                    let Some((before, bytes)) = self.words.free(way.last) else { continue };
                    let bytes = [bytes, self.lexicon.vocabulary().bytes(token)].concat();
                    // Another history than that of the shorter word.
                    let history = way.said(&SaidWord::Free(bytes.clone()), false, 0.0).history;
                    let last = Some(self.words.say(before, SaidWord::Free(bytes), way.state));
                    push(next, token, Way { last, history, ..way.clone() });
                }
                _ => {}
            }
        }
    }

    fn finish(&mut self, text: String, way: &Way, score: f32, regret: f32, at: u32) {
        if text.is_empty() || !score.is_finite() || begins_again(&text) {
            return;
        }
        let mut path = Vec::new();
        self.tokens_of(at, &mut path);
        let tokens = path.len() + 1;
        let first = way.first.unwrap_or(path.len());
        let words = usize::from(way.count);
        let bonus = way.bonus(self.config.word_bonus);
        let rank = match self.readings.get_mut(&text) {
            Some(reading) => {
                if score + bonus > reading.rank {
                    (reading.tokens, reading.words, reading.regret) = (tokens, words, regret);
                    (reading.path, reading.first, reading.bonus) = (path, first, bonus);
                }
                reading.score = log_add(reading.score, score);
                reading.rank = reading.score + reading.bonus;
                reading.rank
            }
            None => {
                let free = self.words.free_text(way.last, self.lexicon.graph());
                let rank = score + bonus;
                let reading = Reading {
                    text: text.clone(),
                    free,
                    score,
                    tokens,
                    path,
                    first,
                    words,
                    regret,
                    bonus,
                    rank,
                };
                self.readings.insert(text, reading);
                rank
            }
        };
        if self.finished.is_none_or(|best| rank > best.rank) {
            self.finished = Some(Finished { rank, tokens, words });
            let open = std::mem::take(&mut self.open);
            let is_beaten = |&i: &u32| {
                let prefix = &self.prefixes[i as usize];
                self.is_beaten(prefix.score, prefix.rank)
            };
            self.open = open.into_iter().filter(|i| !is_beaten(i)).collect();
        }
    }

    /// Notes a place where the speaker may have stopped, though no sentence ends there.
    fn stop(&mut self, way: &Way, score: f32, regret: f32) {
        let rank = score + way.bonus(self.config.word_bonus);
        if self.unfinished.as_ref().is_none_or(|best| rank > best.rank) {
            let text = self.words.text(way.last, self.lexicon.graph());
            self.unfinished = Some(Unfinished { text, rank, regret });
        }
    }
}

fn push(next: &mut BTreeMap<Token, Vec<Way>>, token: Token, way: Way) {
    let ways = next.entry(token).or_default();
    if ways.len() < MAX_WAYS {
        ways.push(way);
    }
}

#[cfg(test)]
mod tests;
