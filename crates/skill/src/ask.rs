//! A skill that asks the person for what was not said: "How large?"

use std::collections::BTreeMap;
use std::sync::Arc;

use mynah_intent::{
    Context, IntentSpec, List, NumberKind, Reading, Recognizer, Sentence, Slot, Spec, WordGraph,
};

use crate::language::Language;
use crate::refusal::{Answers, Refusal};
use crate::wording;

impl Answers {
    /// All that may be said in answer, for recognisers. `leave` are the words that leave it unanswered.
    #[must_use]
    pub fn graph(&self, leave: &[&str]) -> Arc<WordGraph> {
        let graph = self.recognizer(leave).map(|recognizer| recognizer.graph().clone());
        graph.unwrap_or_else(|| Arc::new(WordGraph::from_sentences(leave)))
    }

    /// The value that an answer gives, and its words. Nothing when it is no answer.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Slot> {
        let mut readings = self.recognizer(&[])?.recognize(text, &Context::default());
        if readings.is_empty() { None } else { readings.swap_remove(0).intent.slots.remove("answer") }
    }

    /// What may be answered, for the screen: `small, (large|big)`, `a number from 1 to 8`.
    #[must_use]
    pub fn shown(&self) -> String {
        match &self.values {
            List::Text(entries) => {
                entries.iter().map(|entry| entry.said.as_str()).collect::<Vec<_>>().join(", ")
            }
            List::Range { from, to, kind, .. } => {
                let kind = match kind {
                    NumberKind::Number => "a number",
                    NumberKind::Percentage => "a percentage",
                    NumberKind::Temperature => "a temperature",
                };
                format!("{kind} from {from} to {to}")
            }
            List::Duration => "a span of time".to_owned(),
            List::Value(kind) => format!("a value of the kind {}", kind.name()),
            List::Wildcard => "any words".to_owned(),
        }
    }

    fn recognizer(&self, leave: &[&str]) -> Option<Recognizer> {
        let sentence =
            |template: &str| Sentence { template: template.to_owned(), origin: Default::default() };
        let intent = |name: &str, sentences: Vec<Sentence>| IntentSpec {
            name: name.to_owned(),
            sentences,
            ..IntentSpec::default()
        };
        let around = wording::of(Language::of(&self.language)).answer();
        let mut intents = vec![intent("answer", vec![sentence(around)])];
        if !leave.is_empty() {
            intents.push(intent("leave", leave.iter().map(|said| sentence(said)).collect()));
        }
        let spec = Spec {
            language: self.language.clone(),
            lists: BTreeMap::from([("answer".to_owned(), self.values.clone())]),
            intents,
            ..Spec::default()
        };
        // What is no template was told when the skill was loaded.
        Recognizer::compile(spec).ok()
    }
}

/// A reading in which an answer fills the slot that `refusal` asks for. Nothing for another refusal, and for what is no answer.
#[must_use]
pub fn answered(reading: &Reading, refusal: &Refusal, answer: &str) -> Option<Reading> {
    let Refusal::Asks { slot, list, answers, .. } = refusal else { return None };
    let Slot { value, said, .. } = answers.find(answer)?;
    let mut answered = reading.clone();
    answered.intent.slots.insert(slot.clone(), Slot { value, said, list: list.clone() });
    Some(answered)
}
