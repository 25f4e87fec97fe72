//! What a run tells the outside: one [`Line`] per event, the interface of `mynah run --events json`.
//!
//! Each line has `event`, `at_ms` (milliseconds of audio time since the start of the input) and, where it
//! belongs to one, `turn` (from 1). The other fields are those of the variant. The last line is `summary`.

use std::collections::BTreeMap;

use mynah_assistant::TurnId;
use mynah_assistant::ports::Alternative;
use mynah_intent::Slot;
use mynah_measure::Quantiles;
use mynah_skill::{Action, Outcome, Risk};
use serde::Serialize;

/// One event, as a line of JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
    /// The turn that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<TurnId>,
    /// Audio time in milliseconds.
    pub at_ms: u64,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A wake word was heard: a turn begins.
    Wake {
        /// The word's id.
        word: String,
        /// 0 to 1.
        score: f32,
    },
    /// Speech after the wake word.
    SpeechStart,
    /// The turn's speech is over.
    SpeechEnd {
        /// Where the last speech was, in milliseconds of audio time.
        speech_end_ms: u64,
        /// `silence`, `complete` (the sentence was whole), `too_long`, `no_speech`, `gap`, …
        reason: String,
    },
    /// What the recogniser makes of the words so far.
    Partial {
        /// The words.
        text: String,
        /// 0 to 1.
        confidence: f32,
        /// The sentence is whole: the turn may end.
        complete: bool,
    },
    /// What was heard.
    Hypothesis {
        /// The words; empty when nothing of the grammar was said.
        text: String,
        /// 0 to 1.
        confidence: f32,
        /// False: refused by the recogniser.
        accepted: bool,
        /// Best first.
        n_best: Vec<Alternative>,
        /// The words that wildcards took, if any did.
        #[serde(skip_serializing_if = "Option::is_none")]
        free_text: Option<String>,
        /// Wall time from the end of the turn to this, in milliseconds.
        decode_ms: f64,
    },
    /// What it means.
    Intent {
        /// Name of the intent; `null` when nothing that is installed means this.
        name: Option<String>,
        /// Slots by name.
        slots: BTreeMap<String, Slot>,
        /// 0 to 1.
        confidence: f32,
        /// Why it was refused, when it was.
        #[serde(skip_serializing_if = "Option::is_none")]
        refused: Option<String>,
    },
    /// What is to be done.
    Plan {
        /// The skill that answers for it.
        skill: String,
        /// What may go wrong.
        risk: Risk,
        /// In order.
        actions: Vec<Action>,
        /// Wall time from the hypothesis to the plan, in milliseconds.
        match_ms: f64,
    },
    /// What came of one action.
    Outcome {
        /// Index of the action in the plan.
        action: usize,
        /// What was read back.
        #[serde(flatten)]
        outcome: Outcome,
        /// Wall time from the plan to the answer, in milliseconds.
        dispatch_ms: f64,
    },
    /// What is said.
    Reply {
        /// For the ear.
        speech: String,
        /// False when something was not done or not confirmed.
        ok: bool,
    },
    /// A skill file or home.toml was saved.
    Reload {
        /// True: what it says is understood from the next turn on. False: it has faults, and the old version goes on.
        ok: bool,
        /// What is installed now, or every fault with file, line and remedy.
        message: String,
    },
    /// Something is wrong; the ears go on unless the run ends here.
    Error {
        /// `input`, `wake`, `recognition`, `endpoint`, `speech`, `record`, `state`; `ears`: the run ends.
        stage: String,
        /// What is wrong, and what to do.
        message: String,
    },
    /// The last line.
    Summary(Summary),
}

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Turns that began with a wake word or a question.
    pub turns: u64,
    /// Turns in which everything was done and confirmed.
    pub done: u64,
    /// Turns that were refused: not understood, or not possible.
    pub refused: u64,
    /// Turns in which something failed or was not confirmed.
    pub failed: u64,
    /// Turns in which nothing was said.
    pub empty: u64,
    /// Audio time in milliseconds.
    pub audio_ms: u64,
    /// Blocks of audio that were lost because the ears fell behind.
    pub dropped_blocks: u64,
    /// Where the time went, by stage.
    pub stages: BTreeMap<String, Quantiles>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_flat_object() {
        let line = Line {
            event: Event::Wake { word: "computer".into(), score: 0.5 },
            turn: Some(TurnId(3)),
            at_ms: 1200,
        };
        assert_eq!(
            serde_json::to_string(&line).unwrap(),
            r#"{"event":"wake","word":"computer","score":0.5,"turn":3,"at_ms":1200}"#
        );
    }
}
