//! Skills: TOML manifests → [`Catalog`]; an intent and the house → a [`Plan`] of [`Action`]s; outcomes → a [`Reply`].
//!
//! Pure but for reading files. Nothing here sends anything.
#![forbid(unsafe_code)]

mod action;
mod catalog;
mod check;
mod lists;
mod manifest;
mod outcome;
mod permission;
mod plan;
mod planner;
mod refusal;
mod reply;
mod template;
mod trial;

pub use catalog::{Catalog, Situation};
pub use outcome::{Failure, FailureKind, Outcome, Reply};
pub use plan::{Action, HttpCall, Local, MqttMessage, Plan, Risk};
pub use refusal::Refusal;
pub use trial::{TestReport, TestResult};
