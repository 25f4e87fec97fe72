//! What an utterance means.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Recurrence, SaidDate, SaidDateTime, SaidTime};

/// The value of a slot, typed by the list that it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// The `out` value of a text list, or what a wildcard heard.
    Text(String),
    /// Any of these: a slot that names several kinds at once.
    AnyOf(Vec<String>),
    /// A number without a unit.
    Number(f64),
    /// 0 to 100.
    Percentage(f64),
    /// Degrees in the unit of the household.
    Temperature(f64),
    /// A span of time, "an hour and a half".
    Duration(Duration),
    /// "The third" is 3, "the last" is -1.
    Ordinal(i32),
    /// "Two litres".
    Amount {
        /// How many.
        number: f64,
        /// Of what, by its symbol or its English name: `l`, `kg`, `bottle`.
        unit: String,
    },
    /// A time of day, "half past six".
    Time(SaidTime),
    /// A day, "next friday".
    Date(SaidDate),
    /// A point in time, "tomorrow evening".
    DateTime(SaidDateTime),
    /// Something that comes again, "every weekday at seven".
    Recurrence(Recurrence),
}

impl Value {
    /// The value without its type, as a program wants it: a number, seconds, `19:00`, `2026-05-03`, RFC 3339 or a rule of
    /// RFC 5545. A day that there is not stays as it was said: `--02-30`.
    pub fn written(&self, now: OffsetDateTime) -> String {
        match self {
            Value::Time(time) => {
                let time = if time.either_half { time.next_after(now).time() } else { time.usual() };
                format!("{:02}:{:02}", time.hour(), time.minute())
            }
            Value::Date(date) => date.resolve(now).map_or_else(|| date.to_string(), |date| date.to_string()),
            Value::DateTime(said) => said.resolve(now).map_or_else(|| said.to_string(), rfc3339),
            other => other.to_string(),
        }
    }
}

impl Value {
    /// The value in words, as people say it: "half past six" may come out as "six thirty". Said so, it is understood as the
    /// same value. `language` is a BCP 47 tag. Nothing for a text, and for what cannot be said in a few words.
    pub fn spoken(&self, language: &str) -> Option<String> {
        crate::language::language(language).speak(self)
    }
}

/// As [`Value::written`], without knowing the time: what depends on it stays as it was said, `today+1 18:00`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => f.write_str(text),
            Value::AnyOf(texts) => f.write_str(&texts.join(",")),
            Value::Number(n) | Value::Percentage(n) | Value::Temperature(n) => n.fmt(f),
            Value::Duration(span) => span.as_secs_f64().fmt(f),
            Value::Ordinal(n) => n.fmt(f),
            Value::Amount { number, unit } => write!(f, "{number} {unit}"),
            Value::Time(time) => time.fmt(f),
            Value::Date(date) => date.fmt(f),
            Value::DateTime(said) => said.fmt(f),
            Value::Recurrence(recurrence) => recurrence.fmt(f),
        }
    }
}

fn rfc3339(at: OffsetDateTime) -> String {
    let (hours, minutes, _) = at.offset().as_hms();
    let sign = if at.offset().is_negative() { '-' } else { '+' };
    let (date, time) = (at.date(), at.time());
    let offset = format!("{sign}{:02}:{:02}", hours.abs(), minutes.abs());
    format!("{date}T{:02}:{:02}:{:02}{offset}", time.hour(), time.minute(), time.second())
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
    /// The context that was given, with what the values of lists brought along.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub context: BTreeMap<String, String>,
}
