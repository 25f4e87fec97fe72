//! Text → meaning.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::compile::{self, Compiled};
use crate::fold::{Token, tokens_as};
use crate::graph::Vocabulary;
use crate::matching::{Captured, Match, Matcher, Open};
use crate::near::Sounds;
use crate::program::{Filled, FoldedId, Input};
use crate::{Fault, Intent, IntentSpec, Reading, Slot, Spec, Value, WordGraph, grammar};

/// The longest text that is looked at, in words.
const MOST_WORDS: usize = 100;
/// The same where each letter is one.
const MOST_LETTERS: usize = 500;
/// The most matches of one text that are compared.
const MOST_RANKED: usize = 200;
/// The most readings of one text.
const MOST_READINGS: usize = 8;
/// What a skipped word takes from the confidence.
const SKIPPED_WORD: f32 = 0.005;
/// What a word in a wildcard takes from the confidence.
const FREE_WORD: f32 = 0.01;
/// The least confidence of a text that matched.
const LEAST_CONFIDENCE: f32 = 0.5;

/// What is known beside the words: the speaker's room, the last device.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context(pub BTreeMap<String, String>);

/// A compiled [`Spec`]. Clones share everything.
#[derive(Clone)]
pub struct Recognizer {
    inner: Arc<Inner>,
}

struct Inner {
    spec: Spec,
    compiled: Compiled,
    /// Skip words as they are compared.
    skips: Vec<Vec<FoldedId>>,
    /// The same for the sentences that are taken by letter.
    skips_by_letter: Vec<Vec<FoldedId>>,
    /// What joins two values, as it is compared.
    ands: Vec<Vec<FoldedId>>,
    /// The words of each joint.
    joints: Vec<Vec<String>>,
    /// Words that a group asks for, as they are compared.
    keywords: Vec<Vec<String>>,
    graph: OnceLock<Arc<WordGraph>>,
    sounds: OnceLock<Sounds>,
}

impl std::fmt::Debug for Recognizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recognizer")
            .field("intents", &self.inner.spec.intents.len())
            .field("sentences", &self.inner.compiled.accepts.len())
            .finish_non_exhaustive()
    }
}

impl Recognizer {
    /// Compiles the sentences of all intents.
    ///
    /// # Errors
    /// Every fault of the spec at once: faulty templates, unknown rules and lists, rules in a circle,
    /// sentences that expand beyond measure. Time and memory are bounded whatever the spec says.
    pub fn compile(spec: Spec) -> Result<Recognizer, Vec<Fault>> {
        Ok(Recognizer::of(compile::compile(&spec)?, spec))
    }

    /// What [`compile`](Self::compile) makes of a spec, quicker where that differs from the one that this was compiled from in values of
    /// lists only, as when a device gets a name: what does not depend on them is shared, the word graph's nets too.
    ///
    /// # Errors
    /// As there.
    pub fn recompile(&self, spec: Spec) -> Result<Recognizer, Vec<Fault>> {
        let before = &*self.inner;
        let graph = before.graph.get();
        let vocabulary = match graph {
            Some(graph) => Vocabulary::of(graph),
            None => before.compiled.vocabulary.clone(),
        };
        let Some(compiled) = compile::recompile(&spec, (&before.spec, &before.compiled), vocabulary) else {
            return Recognizer::compile(spec);
        };
        let mut recognizer = Recognizer::of(compiled?, spec);
        if let Some(inner) = Arc::get_mut(&mut recognizer.inner) {
            let phrases = inner.skips.iter().chain(&inner.ands).flatten();
            inner.compiled.forget_words(&phrases.copied().collect::<Vec<_>>());
            if let Some(graph) = graph {
                let graph = grammar::graph(&inner.compiled, &inner.spec, Some((graph, &before.compiled)));
                inner.graph = OnceLock::from(Arc::new(graph));
            }
        }
        Ok(recognizer)
    }

    fn of(mut compiled: Compiled, spec: Spec) -> Recognizer {
        let skipped = [&*spec.skip_words, &*spec.fillers].concat();
        let skips = folded(&skipped, &mut compiled);
        let ands = folded(&spec.several.and, &mut compiled);
        let by_letter = compiled.by_letter.as_mut();
        let skips_by_letter = by_letter.map(|compiled| folded(&skipped, compiled)).unwrap_or_default();
        let words = |phrase: &String| {
            tokens_as(phrase, compiled.folding).into_iter().map(|token| token.text).collect::<Vec<String>>()
        };
        let joints = spec.several.joints.iter().map(words).filter(|words| !words.is_empty()).collect();
        let word = |word: &String| Some(tokens_as(word, compiled.folding).into_iter().next()?.text);
        let keywords = spec
            .intents
            .iter()
            .map(|intent| intent.required_keywords.iter().filter_map(word).collect())
            .collect();
        let graph = OnceLock::new();
        let sounds = OnceLock::new();
        let inner = Inner { spec, compiled, skips, skips_by_letter, ands, joints, keywords, graph, sounds };
        Recognizer { inner: Arc::new(inner) }
    }

    /// Whether a folded word stands in any template, or is a number.
    pub(crate) fn is_known(&self, word: &str) -> bool {
        let compiled = &self.inner.compiled;
        compiled.folded.find(word, compiled.language).is_some()
            || !compiled.language.numbers(&[word]).is_empty()
    }

    /// The words of all templates by how they sound, made when first asked for.
    pub(crate) fn sounds(&self) -> &Sounds {
        let compiled = &self.inner.compiled;
        self.inner.sounds.get_or_init(|| Sounds::new(&compiled.folded, compiled.language))
    }

    /// The words of each phrase that joins two commands.
    pub(crate) fn joint_words(&self) -> &[Vec<String>] {
        &self.inner.joints
    }

    /// How a text may be read, the best first; at most a few. Each differs from the others in intent or slots,
    /// so that the second is the rival of the first. Empty when nothing matches.
    ///
    /// Fewer wildcards are better, then fewer skipped words and shorter wildcards, then fewer slots, then longer
    /// names, then the order of the spec. Texts of more than 100 words match nothing.
    pub fn recognize(&self, text: &str, context: &Context) -> Vec<Reading> {
        let inner = &*self.inner;
        let tokens = tokens_as(text, inner.compiled.folding);
        if tokens.is_empty() || tokens.len() > MOST_WORDS {
            return Vec::new();
        }
        let mut found = inner.read_all(text, &tokens, context, true);
        // What free words alone make sense of may be two numbers: "8.30" in "the 8.30 timer".
        if inner.spec.lenient
            && found.iter().all(|(rank, _)| rank.wildcards > 0)
            && let Some((parted, by_letter)) = inner.parted(text, &tokens)
        {
            let tokens = tokens_as(&parted, inner.compiled.folding);
            found.extend(inner.read_all(&parted, &tokens, context, by_letter));
        }
        found.sort_by_key(|(rank, _)| *rank);
        let mut readings: Vec<Reading> = Vec::new();
        for (_, reading) in found {
            let same = |other: &Reading| {
                let (a, b) = (&other.intent, &reading.intent);
                a.name == b.name
                    && a.slots.len() == b.slots.len()
                    && a.slots.iter().zip(&b.slots).all(|(a, b)| a.0 == b.0 && a.1.value == b.1.value)
            };
            if !readings.iter().any(same) {
                readings.push(reading);
            }
            if readings.len() == MOST_READINGS {
                break;
            }
        }
        readings
    }

    /// All that may be said, whatever the context. A sentence of it is recognised, in a context that permits it.
    ///
    /// Made when first asked for, which takes tens of milliseconds for a house with its skills.
    pub fn graph(&self) -> &Arc<WordGraph> {
        let inner = &*self.inner;
        inner.graph.get_or_init(|| Arc::new(grammar::graph(&inner.compiled, &inner.spec, None)))
    }

    /// What this was compiled from.
    pub fn spec(&self) -> &Spec {
        &self.inner.spec
    }
}

/// What decides between readings, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// Whether the slot that counts most is not filled from a list, and how many letters fill it.
    lacks_best_slot: bool,
    best_slot: std::cmp::Reverse<usize>,
    /// As hassil has it: wildcards, then letters outside of slots, then the order of the spec. Before the order, the
    /// group goes first that asks for more of the context: "Ventil zu machen" is meant for valves.
    wildcards: usize,
    letters: std::cmp::Reverse<usize>,
    asked: std::cmp::Reverse<usize>,
    place: (usize, usize),
    cost: u32,
    /// Names that are written otherwise than they were said.
    otherwise: usize,
    accept: (usize, usize),
}

impl Inner {
    /// The groups that may be meant, as far as the words and the context tell before matching.
    fn open(&self, tokens: &[Token], context: &Context) -> Open<'_> {
        let intents = &self.spec.intents;
        let contradicts = |intent: &IntentSpec| {
            let required = intent.requires_context.iter();
            let mut excluded = intent.excludes_context.iter();
            let is_one_of = |key: &String, values: &Vec<String>| {
                context.0.get(key).map(|value| values.is_empty() || values.contains(value))
            };
            required.map(|(key, values)| is_one_of(key, values)).any(|held| held == Some(false))
                || excluded.any(|(key, values)| is_one_of(key, values) == Some(true))
        };
        let lacks_keyword = |words: &Vec<String>| {
            !words.is_empty() && !tokens.iter().any(|token| words.contains(&token.text))
        };
        let closed = |(intent, words)| lacks_keyword(words) || !context.0.is_empty() && contradicts(intent);
        let groups: Vec<bool> = intents.iter().zip(&self.keywords).map(|group| !closed(group)).collect();
        let all = groups.iter().all(|open| *open);
        Open { intents, groups: if all { Vec::new() } else { groups } }
    }

    /// All readings of a text; if asked for, of those sentences too that are taken by letter.
    fn read_all(
        &self,
        text: &str,
        tokens: &[Token],
        context: &Context,
        by_letter: bool,
    ) -> Vec<(Rank, Reading)> {
        let open = self.open(tokens, context);
        let mut found = self.read(&self.compiled, &self.skips, text, tokens, context, &open);
        if by_letter && let Some(by_letter) = &self.compiled.by_letter {
            let tokens = tokens_as(text, by_letter.folding);
            if tokens.len() <= MOST_LETTERS {
                found.extend(self.read(by_letter, &self.skips_by_letter, text, &tokens, context, &open));
            }
        }
        found
    }

    /// The text with spaces in words that no template has, where both parts are words: `woonkamergordijnen` is
    /// `woonkamer gordijnen`, `1.15` is `1 15`. Also whether that is another text by letter. Nothing if there is no such word.
    fn parted(&self, text: &str, tokens: &[Token]) -> Option<(String, bool)> {
        let is_known = |word: &str| {
            let mut parts = tokens_as(word, self.compiled.folding).into_iter();
            let first = parts.next();
            let known =
                |token: Token| self.compiled.folded.find(&token.text, self.compiled.language).is_some();
            first.is_some_and(known) && parts.next().is_none()
        };
        let mut parted = String::new();
        let (mut done, mut by_letter) = (0, false);
        for token in tokens {
            let word = text.get(token.span.clone())?;
            if word.starts_with(|c: char| c.is_ascii_digit()) {
                if let Some(at) = word.find(['.', ':']) {
                    parted.push_str(text.get(done..token.span.start + at)?);
                    parted.push(' ');
                    done = token.span.start + at + 1;
                    by_letter = true;
                }
            } else if self.compiled.folded.find(&token.text, self.compiled.language).is_none() {
                let mut places = word.char_indices().map(|(at, _)| at).rev();
                let is_place = |at: &usize| *at >= 2 && is_known(&word[..*at]) && is_known(&word[*at..]);
                if let Some(at) = places.find(is_place) {
                    parted.push_str(text.get(done..token.span.start + at)?);
                    parted.push(' ');
                    done = token.span.start + at;
                }
            }
        }
        if done == 0 {
            return None;
        }
        parted.push_str(text.get(done..)?);
        Some((parted, by_letter))
    }

    /// All readings of a text by some of the sentences.
    fn read(
        &self,
        compiled: &Compiled,
        skips: &[Vec<FoldedId>],
        text: &str,
        tokens: &[Token],
        context: &Context,
        open: &Open<'_>,
    ) -> Vec<(Rank, Reading)> {
        let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
        let ids = words.iter().map(|word| compiled.folded.find(word, compiled.language)).collect();
        let input = Input { tokens, words, ids };
        let ands = if compiled.folding.by_letter { &[][..] } else { &self.ands };
        let mut readings = Vec::new();
        for found in Matcher::new(compiled, skips, ands, &input, open).run() {
            let (spec, sentence) = compiled.accepts[found.accept as usize];
            let intent = &self.spec.intents[spec];
            if !permits(intent, context, &found, compiled) {
                continue;
            }
            let rank = self.rank(&found, compiled, &input, text);
            let meaning = Intent {
                name: intent.name.clone(),
                slots: slots((&self.spec, intent), &found, context, compiled, &input, text),
            };
            let less = SKIPPED_WORD * found.skipped as f32 + FREE_WORD * found.free as f32;
            let reading = Reading {
                intent: meaning,
                confidence: (1.0 - less).max(LEAST_CONFIDENCE),
                spec,
                sentence,
                context: brought_context(context, &found, compiled),
            };
            readings.push((rank, reading));
            // Ways of many sentences; what is far behind the best is no rival.
            if readings.len() == MOST_RANKED {
                break;
            }
        }
        readings
    }

    fn rank(&self, found: &Match, compiled: &Compiled, input: &Input<'_>, text: &str) -> Rank {
        use std::cmp::Reverse;
        let accept = compiled.accepts[found.accept as usize];
        let said = |from: usize, to: usize| {
            text.get(input.tokens[from].span.start..input.tokens[to - 1].span.end).unwrap_or_default()
        };
        let mut otherwise = 0;
        for capture in &found.captures {
            if let Some(entry) = compiled.entry(capture.list, capture.filled) {
                let said = said(capture.from, capture.to).to_lowercase();
                otherwise += usize::from(entry.said.to_lowercase() != said);
            }
        }
        let (mut lacks_best_slot, mut best_slot) = (false, Reverse(0));
        let (mut wildcards, mut letters, mut asked, mut place) = (0, Reverse(0), Reverse(0), (0, 0));
        if let Some(best) = &self.spec.best_slot {
            let is_free = |filled: Filled| matches!(filled, Filled::Words);
            lacks_best_slot = true;
            let chars = |token: &Token| text[token.span.clone()].chars().count();
            let mut captured = 0;
            for capture in &found.captures {
                let length = said(capture.from, capture.to).chars().count();
                captured += input.tokens[capture.from..capture.to].iter().map(chars).sum::<usize>();
                wildcards += usize::from(is_free(capture.filled));
                if compiled.slots[capture.slot as usize] == *best && !is_free(capture.filled) {
                    lacks_best_slot = false;
                    best_slot = Reverse(length);
                }
            }
            let all: usize = input.tokens.iter().map(chars).sum();
            letters = Reverse(all.saturating_sub(captured));
            asked = Reverse(self.spec.intents[accept.0].requires_context.len());
            place = accept;
        }
        let cost = found.cost;
        Rank { lacks_best_slot, best_slot, wildcards, letters, asked, place, cost, otherwise, accept }
    }
}

/// Phrases as they are compared.
fn folded(phrases: &[String], compiled: &mut Compiled) -> Vec<Vec<FoldedId>> {
    let phrases = phrases.iter().map(|phrase| {
        let tokens = tokens_as(phrase, compiled.folding);
        tokens.iter().map(|token| compiled.folded.add(&token.text, compiled.language)).collect()
    });
    phrases.filter(|phrase: &Vec<FoldedId>| !phrase.is_empty()).collect()
}

/// The context with what the said values bring.
fn brought_context(context: &Context, found: &Match, compiled: &Compiled) -> BTreeMap<String, String> {
    let mut all = context.0.clone();
    for capture in &found.captures {
        if let Some(entry) = compiled.entry(capture.list, capture.filled) {
            all.extend(entry.context.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
    }
    all
}

/// Whether the context, with what the said values bring, is the one that the intent asks for.
fn permits(intent: &IntentSpec, context: &Context, found: &Match, compiled: &Compiled) -> bool {
    if intent.requires_context.is_empty() && intent.excludes_context.is_empty() {
        return true;
    }
    let brought = |key: &str| {
        let entries =
            found.captures.iter().rev().filter_map(|capture| compiled.entry(capture.list, capture.filled));
        let mut values = entries.filter_map(|entry| entry.context.get(key));
        values.next().or_else(|| context.0.get(key))
    };
    let holds = |key: &str, values: &[String]| {
        brought(key).is_some_and(|value| values.is_empty() || values.contains(value))
    };
    intent.requires_context.iter().all(|(key, values)| holds(key, values))
        && !intent.excludes_context.iter().any(|(key, values)| holds(key, values))
}

fn slots(
    (spec, intent): (&Spec, &IntentSpec),
    found: &Match,
    context: &Context,
    compiled: &Compiled,
    input: &Input<'_>,
    text: &str,
) -> BTreeMap<String, Slot> {
    let fixed = |value: &Value| Slot { value: value.clone(), said: String::new(), list: String::new() };
    let mut slots: BTreeMap<String, Slot> =
        intent.slots.iter().map(|(name, value)| (name.clone(), fixed(value))).collect();
    for (key, slot) in &intent.context_slots {
        if let Some(value) = context.0.get(key) {
            slots.insert(slot.clone(), fixed(&Value::Text(value.clone())));
        }
    }
    for (index, capture) in found.captures.iter().enumerate() {
        let list = &compiled.lists[capture.list as usize];
        let span = input.tokens[capture.from].span.start..input.tokens[capture.to - 1].span.end;
        let said = text.get(span).unwrap_or_default();
        let value = match spec.ignores_spaces && capture.filled == Filled::Words {
            true => Value::Text(said.split_whitespace().collect()),
            false => list.value(capture.filled, said),
        };
        let slot = Slot { value, said: said.to_owned(), list: list.name.clone() };
        let name = &compiled.slots[capture.slot as usize];
        // "The lamp and the spot": further values of a slot have a number.
        let before = if spec.lenient { 0 } else { said_before(&found.captures, index) };
        slots.insert(if before == 0 { name.clone() } else { format!("{name}.{}", before + 1) }, slot);
    }
    slots
}

/// How many values a slot has before the capture at `index`.
fn said_before(captures: &[Captured], index: usize) -> usize {
    captures[..index].iter().filter(|capture| capture.slot == captures[index].slot).count()
}
