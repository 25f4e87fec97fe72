//! What came of a plan, and what is said about it.

use mynah_home::State;
use serde::{Deserialize, Serialize};

/// What came of one action. It tells what was read back, never what was hoped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// The device says that it is in the wanted state.
    Confirmed {
        /// What was read back.
        state: State,
    },
    /// Sent and accepted, but the device did not say so within its time, or says otherwise.
    Unconfirmed {
        /// What was read back instead, if anything.
        read: Option<State>,
    },
    /// The state that was asked for.
    Read {
        /// What was read.
        state: State,
    },
    /// Done by the assistant itself, or sent where nothing can be read back; `said` is what there is to tell.
    Done {
        /// What there is to tell.
        said: Option<String>,
    },
    /// Not done.
    Failed(Failure),
}

/// Why an action was not done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What the caller can do about it.
    pub kind: FailureKind,
    /// For the log and the screen.
    pub message: String,
}

/// What the caller can do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// Not reached or no answer: later may work.
    Unreachable,
    /// It answered that it will not, or cannot now.
    Refused,
    /// It answered something that is not its protocol.
    Garbled,
    /// home.toml or the skill must be changed.
    Misconfigured,
    /// Nothing serves such an action here.
    Unsupported,
    /// It was to be done after something that did not work.
    NotTried,
}

/// What is said and shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// For the ear.
    pub speech: String,
    /// False when something was not done or not confirmed.
    pub ok: bool,
}
