//! What the dialogue is told, and what it wants done.

use mynah_audio::Cue;
use mynah_intent::Reading;
use mynah_skill::{Language, Outcome, Plan, Refusal, Reply};
use serde::{Deserialize, Serialize};

use super::{Expects, Kept, StateBefore};
use crate::listener::Heard;
use crate::ports::{Hypothesis, Partial};
use crate::turn::TurnId;

/// Something happened.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "said above, or the name says it")]
pub enum Event {
    /// From the [`Listener`](crate::Listener).
    Heard(Heard),
    /// What the recogniser makes of the words so far. Shown, never acted on.
    Partial { turn: TurnId, partial: Partial },
    /// What was heard in a turn whose speech had ended.
    Hypothesis { turn: TurnId, hypothesis: Hypothesis },
    /// The recogniser failed on that turn.
    RecognitionFailed { turn: TurnId, message: String },
    /// Typed. `turn` comes from the [`TurnIds`](crate::TurnIds) that the Listener shares.
    Text { turn: TurnId, text: String },
    /// The states that the plan of [`Command::Execute`] is about to change, as far as they could be read: for taking it back.
    Before { turn: TurnId, states: Vec<StateBefore> },
    /// What came of [`Command::Execute`]: one for each action of its plan, in order.
    Outcomes { turn: TurnId, outcomes: Vec<Outcome> },
    /// What came of [`Command::Keep`]: whether it will be there after a restart.
    Kept { safe: bool },
    /// The speech of [`Command::Speak`] is over, was stopped, or could not be made.
    SpeechDone { turn: Option<TurnId> },
    /// The moment of [`Dialogue::poll_timeout`](super::Dialogue::poll_timeout) has come.
    Timeout,
}

/// Something to be done by the host, in order.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "said above, or the name says it")]
pub enum Command {
    /// Play a cue. [`Cue::Wake`] sounds while the person may begin to speak: it does not mute the ears; the others do.
    Cue(Cue),
    /// Do these actions, all of them on a wire, and answer with [`Event::Outcomes`].
    Execute { turn: TurnId, plan: Plan },
    /// Say it, with the ears muted, then answer with [`Event::SpeechDone`]. No turn: a timer is over.
    Speak { turn: Option<TurnId>, reply: Reply },
    /// Fall silent. `SpeechDone` follows all the same.
    StopSpeaking,
    /// Open that turn without a wake word, to hear such an answer in that language. What is said to [`Expects::Pin`] is a secret: it is
    /// neither shown nor written down.
    Listen { turn: TurnId, expects: Expects, language: Language },
    /// Nobody waits for the recognition of that turn any more.
    CancelRecognition { turn: TurnId },
    /// Speech volume in percent.
    SetVolume { percent: f64 },
    /// Timers, lists or the volume changed: write this down for the next start, and answer with
    /// [`Event::Kept`]. The household asked for each of them.
    Keep(Kept),
    /// A decision, for event lines and the record of the turn.
    Report { turn: TurnId, decision: Decision },
}

/// One decision of the dialogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
#[expect(missing_docs, reason = "said above, or the name says it")]
pub enum Decision {
    /// What the words mean, and what else they could mean.
    Understood { reading: Reading, rivals: Vec<Reading> },
    /// What is to be done.
    Planned { plan: Plan },
    /// The plan waits for an answer, which is heard in turn `answer`.
    Asked { expects: Expects, speech: String, answer: TurnId },
    /// What came of the plan, one for each of its actions.
    Outcomes { outcomes: Vec<Outcome> },
    /// Nothing is done.
    Refused { because: Because },
    /// What is said.
    Replied { reply: Reply },
}

/// Why nothing is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "snake_case")]
#[expect(missing_docs, reason = "said above, or the name says it")]
pub enum Because {
    /// The turn was open, but nothing was said.
    NothingSaid,
    /// The recogniser thinks that nothing of the grammar was said.
    NotUnderstood { confidence: f32 },
    /// No installed skill means this.
    NoReading { text: String },
    /// Understood, but not surely enough for what may go wrong.
    TooUnsure { confidence: f32, least: f32 },
    /// The skill or the house does not allow it.
    Refusal { refusal: Refusal },
    /// It needs a PIN, and none is set.
    NoPin,
    /// The PIN was wrong.
    WrongPin,
    /// The PIN was wrong too often; for some time none is taken.
    PinLocked,
    /// The answer was no.
    Declined,
    /// There was no answer that could be used.
    NoAnswer,
    /// The recogniser failed, or did not answer in time.
    RecognitionFailed { message: String },
    /// The turn was broken off, or another came in its place.
    Abandoned,
}

/// How the words came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Voice,
    Typed,
}
