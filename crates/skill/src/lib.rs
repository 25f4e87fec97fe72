//! Skills: TOML manifests → [`Catalog`]; an intent and the house → a [`Plan`] of [`Action`]s; outcomes → a [`Reply`].
//!
//! Pure but for reading files. Nothing here sends anything.
#![forbid(unsafe_code)]

mod outcome;
mod plan;

pub use outcome::{Failure, FailureKind, Outcome, Reply};
pub use plan::{Action, HttpCall, Local, MqttMessage, Plan, Risk};
