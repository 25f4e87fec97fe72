//! A skill that asks the person for what was not said: "How large?"

use std::collections::BTreeMap;
use std::sync::Arc;

use mynah_intent::{
    Context, IntentSpec, List, ListEntry, Reading, Recognizer, Sentence, Slot, Spec, Value, WordGraph,
};

use crate::refusal::Refusal;

/// An answer and the words around it that change nothing, in English: "I'd like a large one, please".
const ANSWER: &str = "[i want|i'd like|make it|just] [the|a|an|some] {answer} [one] [please]";

/// All that may be said in answer to a question with these answers, for recognisers. `leave` are the words that leave it.
#[must_use]
pub fn answers_graph(answers: &[String], leave: &[&str]) -> Arc<WordGraph> {
    let recognizer = recognizer(answers, leave);
    let graph = recognizer.map(|recognizer| recognizer.graph().clone());
    graph.unwrap_or_else(|| Arc::new(WordGraph::from_sentences(leave)))
}

/// Which of the answers was given: its place, and its words.
#[must_use]
pub fn which_answer(answers: &[String], text: &str) -> Option<(usize, String)> {
    let readings = recognizer(answers, &[])?.recognize(text, &Context::default());
    let slot = readings.first()?.intent.slots.get("answer")?;
    match slot.value {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place that was put there"
        )]
        Value::Number(place) => Some((place as usize, slot.said.clone())),
        _ => None,
    }
}

/// A reading in which an answer, as [`which_answer`] finds it, fills the slot that `refusal` asks for. Nothing for another refusal.
#[must_use]
pub fn answered(reading: &Reading, refusal: &Refusal, (place, said): (usize, String)) -> Option<Reading> {
    let Refusal::Asks { slot, list, values, .. } = refusal else { return None };
    let value = values.get(place)?.clone();
    let mut answered = reading.clone();
    answered.intent.slots.insert(slot.clone(), Slot { value, said, list: list.clone() });
    Some(answered)
}

fn recognizer(answers: &[String], leave: &[&str]) -> Option<Recognizer> {
    let sentence = |template: &str| Sentence { template: template.to_owned(), origin: Default::default() };
    #[expect(clippy::cast_precision_loss, reason = "there are few")]
    let entry = |(place, said): (usize, &String)| ListEntry::new(said.clone(), Value::Number(place as f64));
    let list = List::Text(answers.iter().enumerate().map(entry).collect());
    let intent = |name: &str, sentences: Vec<Sentence>| IntentSpec {
        name: name.to_owned(),
        sentences,
        ..IntentSpec::default()
    };
    let mut intents = vec![intent("answer", vec![sentence(ANSWER)])];
    if !leave.is_empty() {
        intents.push(intent("leave", leave.iter().map(|said| sentence(said)).collect()));
    }
    let spec = Spec {
        language: "en".to_owned(),
        lists: BTreeMap::from([("answer".to_owned(), list)]),
        intents,
        ..Spec::default()
    };
    // What is no template was told when the skill was loaded.
    Recognizer::compile(spec).ok()
}
