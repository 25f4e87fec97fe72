//! Why an intent is not carried out, said so that the speaker knows what to do.

use mynah_home::{Capability, DeviceId, Kind};
use mynah_intent::List;
use serde::{Deserialize, Serialize};

/// Why there is no plan. Its text is [`said`](Refusal::said) in English.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "refusal")]
pub enum Refusal {
    /// A slot names nothing in this house.
    Unresolved {
        /// What was said.
        said: String,
    },
    /// A slot names several devices: ask which.
    Ambiguous {
        /// What they are called.
        names: Vec<String>,
        /// The same as devices, to choose from.
        #[serde(default)]
        devices: Vec<DeviceId>,
        /// The words that may mean each of them; empty when none were said.
        #[serde(default)]
        said: String,
    },
    /// The skill asks for what was not said.
    Asks {
        /// What is asked.
        question: String,
        /// The slot that the answer fills.
        slot: String,
        /// The list of its values; empty when the question has its own answers.
        #[serde(default)]
        list: String,
        /// What may be answered.
        answers: Box<Answers>,
    },
    /// The skill may not reach that.
    NotPermitted {
        /// The skill.
        skill: String,
        /// A device, an address or a topic.
        what: String,
    },
    /// The device is there but cannot do this.
    NotCapable {
        /// What it is called.
        device: String,
        /// What it lacks.
        capability: Capability,
        /// To be set, or only read.
        set: bool,
    },
    /// The device is in another room than the one that was said.
    NotInArea {
        /// What it is called.
        device: String,
        /// The rooms that were said.
        areas: Vec<String>,
    },
    /// What the action needs was not said: the skill has a sentence too many, or a slot too few.
    SlotMissing {
        /// The slot.
        slot: String,
    },
    /// No device that this could be done on.
    NothingThere {
        /// The room that was said.
        room: Option<String>,
    },
    /// All that could do it was left out.
    NothingElse,
    /// Something is left out of devices that were named.
    ExceptOfNamed,
    /// "It", when nothing was spoken of.
    NoReferent {
        /// What was said.
        said: String,
    },
    /// No device of the kind that this is for.
    NoneOfKind {
        /// What it is for.
        kinds: Vec<Kind>,
        /// The room that was said.
        room: Option<String>,
    },
    /// The value is not one that can be set.
    BadValue {
        /// What is wrong with it.
        value: BadValue,
    },
    /// More devices at once than an intent of this risk may touch.
    TooMany {
        /// How many.
        count: usize,
        /// How many it may be.
        most: usize,
    },
    /// Not understood surely enough for what may go wrong.
    TooUnsure {
        /// How sure, 0 to 1.
        confidence: f32,
    },
    /// The intent was read by another catalog than this one.
    UnknownIntent,
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BadValue {
    /// No state of that capability, or beyond its limits.
    State {
        /// What was to be set.
        capability: Capability,
        /// To what.
        found: String,
    },
    /// No number.
    NoNumber,
    /// No span of time, or none at all.
    NoSpan,
    /// No time.
    NoTime,
    /// A time, but not one of the day.
    NoTimeOfDay,
    /// A delay that is better a timer.
    TooLongToWait,
}

impl std::error::Error for Refusal {}

/// What may be answered to a question of a skill: one value of a list, in a language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answers {
    /// As a BCP 47 tag.
    pub language: String,
    /// The values.
    pub values: List,
}
