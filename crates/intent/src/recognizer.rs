//! Text → meaning.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::compile::{self, Compiled};
use crate::fold::tokens;
use crate::matching::{Captured, Match, Matcher};
use crate::near::Sounds;
use crate::program::{FoldedId, Input};
use crate::{Fault, Intent, IntentSpec, Reading, Slot, Spec, Value, WordGraph, grammar};

/// The longest text that is looked at, in words.
const MOST_WORDS: usize = 100;
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
    /// What joins two values, as it is compared.
    ands: Vec<Vec<FoldedId>>,
    /// The words of each joint.
    joints: Vec<Vec<String>>,
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
        let mut compiled = compile::compile(&spec)?;
        let words =
            |phrase: &String| tokens(phrase).into_iter().map(|token| token.text).collect::<Vec<String>>();
        let joints = spec.several.joints.iter().map(words).filter(|words| !words.is_empty()).collect();
        let mut folded = |phrases: &[String]| -> Vec<Vec<FoldedId>> {
            let ids = |phrase| {
                words(phrase).iter().map(|word| compiled.folded.add(word, compiled.language)).collect()
            };
            phrases.iter().map(ids).filter(|phrase: &Vec<FoldedId>| !phrase.is_empty()).collect()
        };
        let skips = [folded(&spec.skip_words), folded(&spec.fillers)].concat();
        let ands = folded(&spec.several.and);
        let inner =
            Inner { spec, compiled, skips, ands, joints, graph: OnceLock::new(), sounds: OnceLock::new() };
        Ok(Recognizer { inner: Arc::new(inner) })
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
        let tokens = tokens(text);
        if tokens.is_empty() || tokens.len() > MOST_WORDS {
            return Vec::new();
        }
        let compiled = &inner.compiled;
        let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
        let ids = words.iter().map(|word| compiled.folded.find(word, compiled.language)).collect();
        let input = Input { tokens: &tokens, words, ids };
        let mut readings: Vec<Reading> = Vec::new();
        for found in Matcher::new(compiled, &inner.skips, &inner.ands, &input).run() {
            let (spec, sentence) = compiled.accepts[found.accept as usize];
            let intent = &inner.spec.intents[spec];
            if !permits(intent, context, &found, compiled) {
                continue;
            }
            let meaning = Intent {
                name: intent.name.clone(),
                slots: slots(intent, &found, context, compiled, &input, text),
            };
            let same = |reading: &Reading| {
                let (a, b) = (&reading.intent, &meaning);
                a.name == b.name
                    && a.slots.len() == b.slots.len()
                    && a.slots.iter().zip(&b.slots).all(|(a, b)| a.0 == b.0 && a.1.value == b.1.value)
            };
            if readings.iter().any(same) {
                continue;
            }
            let less = SKIPPED_WORD * found.skipped as f32 + FREE_WORD * found.free as f32;
            readings.push(Reading {
                intent: meaning,
                confidence: (1.0 - less).max(LEAST_CONFIDENCE),
                spec,
                sentence,
                context: brought_context(context, &found, compiled),
            });
            if readings.len() == MOST_READINGS {
                break;
            }
        }
        readings
    }

    /// All that may be said, whatever the context. A sentence of it is recognised, in a context that permits it.
    ///
    /// Made when first asked for, which takes tens of milliseconds for a house with its skills. See
    /// [`WordGraph::coverage`] for what many wildcards do to it.
    pub fn graph(&self) -> &Arc<WordGraph> {
        let inner = &*self.inner;
        inner.graph.get_or_init(|| Arc::new(grammar::graph(&inner.compiled, &inner.spec)))
    }

    /// What this was compiled from.
    pub fn spec(&self) -> &Spec {
        &self.inner.spec
    }
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
    intent: &IntentSpec,
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
        let slot =
            Slot { value: list.value(capture.filled, said), said: said.to_owned(), list: list.name.clone() };
        let name = &compiled.slots[capture.slot as usize];
        // "The lamp and the spot": further values of a slot have a number.
        let before = said_before(&found.captures, index);
        slots.insert(if before == 0 { name.clone() } else { format!("{name}.{}", before + 1) }, slot);
    }
    slots
}

/// How many values a slot has before the capture at `index`.
fn said_before(captures: &[Captured], index: usize) -> usize {
    captures[..index].iter().filter(|capture| capture.slot == captures[index].slot).count()
}
