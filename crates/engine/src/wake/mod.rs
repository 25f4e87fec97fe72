//! Wake words: our own streaming model and openWakeWord's, behind [`WakeWord`](mynah_assistant::ports::WakeWord).

mod confirm;
mod gate;
mod head;
mod mynah;
mod network;
mod openwakeword;
mod phones;
mod phrase;
pub mod speaker;
pub mod training;
mod trigger;
mod typed;

use std::sync::Arc;

use mynah_assistant::ports::ModelError;
use serde::{Deserialize, Serialize};

pub use confirm::{ConfirmedWake, Evidence};
pub use head::Head;
pub use mynah::{MynahWake, WakeModel};
pub use openwakeword::{OpenWakeWord, OpenWakeWordModel};
pub use phrase::PhraseScorer;
pub use typed::{FEWEST_PHONES, Phrase, PhraseWake};

#[cfg(fuzzing)]
pub(crate) use head::fuzzed;

/// A word that a model knows, with the settings that its makers measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// What configuration and events call it: `computer`.
    pub id: Arc<str>,
    /// What is said, in lower case: `hey jarvis`.
    pub phrase: Arc<str>,
    /// Which of the model's scores is its own.
    pub index: usize,
    /// Least score that counts, 0 to 1.
    pub threshold: f32,
    /// Consecutive steps that must reach the threshold; at least 1.
    pub patience: u32,
    /// How long the word stays silent after it was heard, in milliseconds.
    pub refractory_ms: u32,
    /// How a second stage decides.
    pub confirmation: Confirmation,
}

/// When a word counts as heard that a [second stage](ConfirmedWake) looks at.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// The network's score from which on there is a second look, above 0 and at most 1.
    pub candidate: f32,
    /// Least score of both stages that counts, above 0 and at most 1.
    pub threshold: f32,
}

impl Default for Confirmation {
    fn default() -> Self {
        Confirmation { candidate: 0.1, threshold: 0.5 }
    }
}

/// A word to listen for; what is left out is as the model has it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordConfig {
    /// [`Word::id`].
    pub id: String,
    /// Overrides [`Word::threshold`].
    pub threshold: Option<f32>,
    /// Overrides [`Word::patience`].
    pub patience: Option<u32>,
    /// Overrides [`Word::refractory_ms`].
    pub refractory_ms: Option<u32>,
}

impl WordConfig {
    /// The word with the model's own settings.
    pub fn new(id: impl Into<String>) -> Self {
        WordConfig { id: id.into(), ..Self::default() }
    }
}

/// The words to listen for, as configured; every fault at once.
fn chosen(model: &str, known: &[Word], wanted: &[WordConfig]) -> Result<Vec<Word>, ModelError> {
    let ids = || known.iter().map(|word| format!("`{}`", word.id)).collect::<Vec<_>>().join(", ");
    let mut faults = Vec::new();
    let mut words: Vec<Word> = Vec::new();
    if wanted.is_empty() {
        faults.push(format!("no wake word is chosen; {model} knows {}", ids()));
    }
    for config in wanted {
        let id = &config.id;
        let Some(word) = known.iter().find(|word| *word.id == **id) else {
            faults.push(format!("wake word `{id}` is not known; {model} knows {}", ids()));
            continue;
        };
        if words.iter().any(|other| other.id == word.id) {
            faults.push(format!("wake word `{id}` is chosen twice"));
        }
        let word = Word {
            threshold: config.threshold.unwrap_or(word.threshold),
            patience: config.patience.unwrap_or(word.patience),
            refractory_ms: config.refractory_ms.unwrap_or(word.refractory_ms),
            ..word.clone()
        };
        faults.extend(faults_of(&word));
        words.push(word);
    }
    match faults.is_empty() {
        true => Ok(words),
        false => Err(ModelError::Unusable(faults.join("; "))),
    }
}

/// Settings with which a word would never or always be heard.
fn faults_of(word: &Word) -> Vec<String> {
    let mut faults = Vec::new();
    let Confirmation { candidate, threshold } = word.confirmation;
    for (what, value) in
        [("threshold", word.threshold), ("candidate", candidate), ("threshold of both stages", threshold)]
    {
        if !(value > 0.0 && value <= 1.0) {
            faults.push(format!("{what} {value} of wake word `{}` is not above 0 and at most 1", word.id));
        }
    }
    if word.patience == 0 {
        faults.push(format!("patience of wake word `{}` is 0, at least 1 is due", word.id));
    }
    faults
}
