//! Why an intent is not carried out, said so that the speaker knows what to do.

use mynah_home::Capability;
use mynah_home::DeviceId;
use mynah_intent::Value;
use serde::{Deserialize, Serialize};

/// Why there is no plan. Its text is made to be spoken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "refusal")]
pub enum Refusal {
    /// A slot names nothing in this house.
    #[error("I don't know anything called {said}.")]
    Unresolved {
        /// What was said.
        said: String,
    },
    /// A slot names several devices: ask which.
    #[error("Which one do you mean: {}?", or_list(names))]
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
    #[error("{question}")]
    Asks {
        /// What is asked.
        question: String,
        /// The slot that the answer fills.
        slot: String,
        /// The list of its values; empty when the question has its own answers.
        #[serde(default)]
        list: String,
        /// What may be answered: templates.
        answers: Vec<String>,
        /// What each of them means.
        values: Vec<Value>,
    },
    /// The skill may not reach that.
    #[error("The skill {skill} may not reach {what}.")]
    NotPermitted {
        /// The skill.
        skill: String,
        /// A device, an address or a topic.
        what: String,
    },
    /// The device is there but cannot do this.
    #[error("{device} {}.", cannot(*.capability, *.set))]
    NotCapable {
        /// What it is called, with its article.
        device: String,
        /// What it lacks.
        capability: Capability,
        /// To be set, or only read.
        set: bool,
    },
    /// The device is in another room than the one that was said.
    #[error("{device} is not in {area}.")]
    NotInArea {
        /// What it is called, with its article.
        device: String,
        /// The room that was said, with its article.
        area: String,
    },
    /// What the action needs was not said: the skill has a sentence too many, or a slot too few.
    #[error("I need to know the {slot} for that.")]
    SlotMissing {
        /// The slot.
        slot: String,
    },
    /// No device that this could be done on.
    #[error("There is nothing {place} that can do that.")]
    NothingThere {
        /// `in the kitchen`, `here`.
        place: String,
    },
    /// No device of the kind that this is for.
    #[error("There is no {kind} {place} that I can reach.")]
    NoneOfKind {
        /// `TV`, `lock`.
        kind: String,
        /// `in the kitchen`, `here`.
        place: String,
    },
    /// The value is not one that can be set.
    #[error("{message}")]
    BadValue {
        /// A sentence.
        message: String,
    },
    /// More devices at once than an intent of this risk may touch.
    #[error("That would be {count} things at once. Please name one.")]
    TooMany {
        /// How many.
        count: usize,
        /// How many it may be.
        most: usize,
    },
    /// Not understood surely enough for what may go wrong.
    #[error("I am not sure that I understood. Please say it again.")]
    TooUnsure {
        /// How sure, 0 to 1.
        confidence: f32,
    },
    /// The intent was read by another catalog than this one.
    #[error("I no longer know how to do that.")]
    UnknownIntent,
}

fn or_list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        // Nobody remembers more, and the room is what is asked for.
        [first, second, _, _, ..] => format!("{first}, {second}, or one of {} others", names.len() - 2),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn cannot(capability: Capability, set: bool) -> String {
    let text = match (capability, set) {
        (Capability::Power, true) => "cannot be turned on or off",
        (Capability::Power, false) => "does not tell whether it is on",
        (Capability::Brightness, true) => "cannot be dimmed",
        (Capability::Color, true) => "cannot change its color",
        (Capability::Position, true) => "cannot be opened or closed",
        (Capability::Position, false) => "does not tell whether it is open",
        (Capability::TargetTemperature, true) => "cannot be set to a temperature",
        (Capability::Lock, true) => "cannot be locked or unlocked",
        (Capability::Lock, false) => "does not tell whether it is locked",
        (Capability::Mode, true) => "has no modes",
        (Capability::Playback, true) => "cannot play, pause or stop",
        (Capability::Playback, false) => "does not tell what it does",
        (Capability::Step, _) => "has no next or previous",
        (Capability::Media, true) => "cannot play that",
        (Capability::Media, false) => "does not tell what it plays",
        (Capability::Mute, true) => "cannot be muted",
        (Capability::Cleaning, true) => "cannot be started or stopped",
        (Capability::Cleaning, false) => "does not tell what it does",
        (Capability::Contact, _) => "does not tell whether it is open",
        (Capability::Motion, _) => "does not tell whether something moves",
        (Capability::Condition, _) => "does not tell the weather",
        (capability, true) => return format!("cannot change its {capability}"),
        (capability, false) => return format!("does not tell its {capability}"),
    };
    text.to_owned()
}
