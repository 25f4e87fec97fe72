//! What an utterance means.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The value of a slot, typed by the list that it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// The `out` value of a text list, or what a wildcard heard.
    Text(String),
    /// A number without a unit.
    Number(f64),
    /// 0 to 100.
    Percentage(f64),
    /// Degrees in the unit of the household.
    Temperature(f64),
    /// A span of time, "an hour and a half".
    Duration(Duration),
}

/// One filled slot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// What it means.
    pub value: Value,
    /// The words that filled it; empty when the sentence did not say it (a fixed slot).
    pub said: String,
    /// The list that permitted it.
    pub list: String,
}

/// The meaning of one utterance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// Name of the intent, `light.power`.
    pub name: String,
    /// Filled slots by name.
    pub slots: BTreeMap<String, Slot>,
}

/// One way to read a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// What it means.
    pub intent: Intent,
    /// 0 to 1: how literally the text was matched. 1 is word for word.
    pub confidence: f32,
    /// Index of the intent in [`Spec::intents`](crate::Spec::intents).
    pub spec: usize,
    /// Index of the sentence in that intent's sentences.
    pub sentence: usize,
}
