//! Why an intent is not carried out, said so that the speaker knows what to do.

use mynah_home::Capability;
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
    #[error("{device} has no {capability} that I can {}.", if *.set { "set" } else { "read" })]
    NotCapable {
        /// What it is called, with its article.
        device: String,
        /// What it lacks.
        capability: Capability,
        /// To be set, or only read.
        set: bool,
    },
    /// No device that this could be done on.
    #[error("There is nothing {place} that I could do that with.")]
    NothingThere {
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
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
