//! Sentences that two intents accept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mynah_intent::{Context, Fault, IntentSpec, Reading, Recognizer, Spec, Word, WordGraph};

use super::warning;
use crate::catalog::Catalog;
use crate::refer::without_references;

/// Two readings whose confidence differs by less are on a par: no wildcard, no skipped word tells them apart.
const ON_A_PAR: f32 = 0.005;
/// Words that no template has.
const NONSENSE: [&str; 3] = ["qzxw", "qzxw vkpf", "qzxw vkpf jrgh"];

impl Catalog {
    /// The word graph of each intent by itself, without skip words.
    pub(super) fn graphs(&self) -> Vec<Arc<WordGraph>> {
        let spec = self.recognizer().spec();
        let graph = |(index, intent): (usize, &IntentSpec)| {
            let alone = self.alone(index, intent.clone());
            // What compiles together compiles alone.
            Recognizer::compile(alone).map(|r| r.graph().clone()).unwrap_or_default()
        };
        spec.intents.iter().enumerate().map(graph).collect()
    }

    /// A spec of one intent, which stands at `index`.
    pub(super) fn alone(&self, index: usize, mut intent: IntentSpec) -> Spec {
        intent.lists.values_mut().for_each(without_references);
        let spec = self.recognizer().spec();
        let mentioned = self
            .entry(index)
            .map(|(skill, entry)| skill.mentions(&entry.sentences).lists)
            .unwrap_or_default();
        let lists = spec.lists.iter().filter(|(name, _)| mentioned.contains(*name));
        Spec {
            language: spec.language.clone(),
            rules: spec.rules.clone(),
            lists: lists.map(|(name, list)| (name.clone(), list.clone())).collect(),
            intents: vec![intent],
            ..Spec::default()
        }
    }

    /// Of each two intents that accept the same sentence, the shortest such sentence. Where wildcards tell them apart, nothing
    /// collides: the one that has fewer is taken. Only intents of files that are `mine` are compared with the others.
    pub(super) fn collisions(&self, graphs: &[Arc<WordGraph>], mine: &dyn Fn(&str) -> bool) -> Vec<Fault> {
        let intents = &self.recognizer().spec().intents;
        let is_mine = |index: usize| self.entry(index).is_some_and(|(skill, _)| mine(&skill.file));
        let is_mine: Vec<bool> = (0..intents.len()).map(is_mine).collect();
        let mut warnings = Vec::new();
        for later in 0..intents.len() {
            for earlier in 0..later {
                let (a, b) = (&intents[earlier], &intents[later]);
                let to_compare = a.name != b.name && (is_mine[earlier] || is_mine[later]);
                let Some(context) = to_compare.then(|| common_context(a, b)).flatten() else {
                    continue;
                };
                let mut readings = None;
                let keys = |word: &Word| {
                    word.spellings.iter().chain([&word.text]).map(|w| w.to_lowercase()).collect()
                };
                let found = graphs[earlier].common(&graphs[later], &keys, &mut |text, _| {
                    let all = self.recognizer().recognize(text, &context);
                    readings = on_a_par(&all, earlier, later);
                    readings.is_some()
                });
                if let Some(((text, _), (taken, other))) = found.zip(readings) {
                    warnings.extend(self.collision(&text, &taken, &other, earlier, later));
                }
            }
        }
        warnings
    }

    fn collision(
        &self,
        text: &str,
        taken: &Reading,
        other: &Reading,
        earlier: usize,
        later: usize,
    ) -> Vec<Fault> {
        let sentence = |reading: &Reading| {
            let intent = self.recognizer().spec().intents.get(reading.spec)?;
            intent.sentences.get(reading.sentence).map(|s| s.origin.span.clone())
        };
        let mut faults = Vec::new();
        // Both files are told, when they are two: the reader may have written either.
        for (at, rival) in [(later, earlier), (earlier, later)] {
            let (Some((skill, intent)), Some((other_skill, other_intent))) =
                (self.entry(at), self.entry(rival))
            else {
                continue;
            };
            let of_file = match skill.file == other_skill.file {
                true => String::new(),
                false => format!(" of {}", other_skill.file),
            };
            let message = format!(
                "\u{201c}{text}\u{201d} is a sentence of `{}` and of `{}`{of_file}",
                intent.name, other_intent.name
            );
            let help = format!("`{}` is taken now: make one of them more special", taken.intent.name);
            let reading = if taken.spec == at { taken } else { other };
            let span = sentence(reading).unwrap_or_else(|| intent.name.span.clone());
            faults.push(warning(skill, span, message, Some(help)));
            if of_file.is_empty() {
                break;
            }
        }
        faults
    }

    /// Sentences that take any words: whatever nobody else understands ends there, and nothing is ever refused.
    pub(super) fn greedy(&self) -> Vec<Fault> {
        let mut told = BTreeSet::new();
        let mut warnings = Vec::new();
        let intents = &self.recognizer().spec().intents;
        for (index, intent) in intents.iter().enumerate() {
            let context = common_context(intent, intent).unwrap_or_default();
            let readings = NONSENSE.iter().flat_map(|text| self.recognizer().recognize(text, &context));
            for reading in readings.filter(|r| r.spec == index) {
                let Some((skill, _)) = self.entry(index).filter(|_| told.insert((index, reading.sentence)))
                else {
                    continue;
                };
                let Some(sentence) = intent.sentences.get(reading.sentence) else { continue };
                let message =
                    format!("this sentence of `{}` takes anything: no sentence is ever refused", intent.name);
                let help = "put words beside the wildcard that nobody else says, or give it a list of values";
                warnings.push(warning(skill, sentence.origin.span.clone(), message, Some(help.into())));
            }
        }
        warnings
    }
}

/// The best readings by the two intents, the one that is taken first, when they are on a par and one of them is the best of all.
fn on_a_par(readings: &[Reading], earlier: usize, later: usize) -> Option<(Reading, Reading)> {
    let first = readings.first().filter(|r| r.spec == earlier || r.spec == later)?;
    let rival = if first.spec == earlier { later } else { earlier };
    let other = readings.iter().find(|r| r.spec == rival)?;
    (first.confidence - other.confidence < ON_A_PAR).then(|| (first.clone(), other.clone()))
}

/// A context in which both intents may be meant; none when their contexts exclude each other.
fn common_context(a: &IntentSpec, b: &IntentSpec) -> Option<Context> {
    let mut context: BTreeMap<String, String> = BTreeMap::new();
    for key in a.requires_context.keys().chain(b.requires_context.keys()) {
        let permitted: Vec<&Vec<String>> =
            [a, b].iter().filter_map(|i| i.requires_context.get(key)).filter(|v| !v.is_empty()).collect();
        let excluded = |value: &String| {
            let values = [a, b].into_iter().filter_map(|i| i.excludes_context.get(key));
            values.into_iter().any(|values| values.is_empty() || values.contains(value))
        };
        let any = vec!["kitchen".to_owned()];
        let candidates = permitted.first().map_or(&any, |values| *values);
        let value = candidates
            .iter()
            .find(|value| permitted.iter().all(|p| p.contains(value)) && !excluded(value))?;
        context.insert(key.clone(), value.clone());
    }
    Some(Context(context))
}
