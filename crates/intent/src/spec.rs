//! What a recognizer is compiled from.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use crate::Value;

/// Where a text came from: for errors with file, line and caret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// Byte range of the text in that file.
    pub span: Range<usize>,
}

/// One fault in a spec. All faults are reported together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// Where.
    pub origin: Origin,
    /// What is wrong.
    pub message: String,
    /// What to do about it, such as a near name.
    pub help: Option<String>,
}

/// A sentence template and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// The template, `turn (on|off) [the] {name}`.
    pub template: String,
    /// Where it stands.
    pub origin: Origin,
}

/// Everything that one recognizer knows.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    /// BCP 47 language, `en`.
    pub language: String,
    /// `<rule>` bodies that every intent may use.
    pub rules: BTreeMap<String, Sentence>,
    /// `{list}`s that every intent may use.
    pub lists: BTreeMap<String, List>,
    /// Words that may stand anywhere without changing the meaning ("please").
    pub skip_words: Vec<String>,
    /// The intents.
    pub intents: Vec<IntentSpec>,
}

/// One intent (or one group of sentences of it).
#[derive(Clone, Debug, Default)]
pub struct IntentSpec {
    /// `light.power`. Several groups may share a name.
    pub name: String,
    /// The sentences.
    pub sentences: Vec<Sentence>,
    /// Rules of this group; they shadow the global ones.
    pub rules: BTreeMap<String, Sentence>,
    /// Lists of this group; they shadow the global ones.
    pub lists: BTreeMap<String, List>,
    /// Slots that the group fills without the sentence saying them.
    pub slots: BTreeMap<String, Value>,
    /// Keys of the context that fill the slot of their name when the sentence does not say it:
    /// `area` makes the speaker's room the default. Without that context, the slot stays empty.
    pub context_slots: BTreeSet<String>,
    /// Context that must hold: key → permitted values (empty: any value).
    pub requires_context: BTreeMap<String, Vec<String>>,
    /// Context that must not hold.
    pub excludes_context: BTreeMap<String, Vec<String>>,
}

/// The values that a slot may take.
#[derive(Clone, Debug, PartialEq)]
pub enum List {
    /// Words with their meaning.
    Text(Vec<ListEntry>),
    /// Numbers from `from` to `to` by `step`, said as digits or words.
    Range {
        /// Least value.
        from: i32,
        /// Greatest value.
        to: i32,
        /// Step, at least 1.
        step: i32,
        /// What the number is.
        kind: NumberKind,
    },
    /// A span of time: "ten minutes", "an hour and a half", "1 hour 20 minutes".
    Duration,
    /// A value of several words, such as a date.
    Value(ValueKind),
    /// Any words. Recognisers search freely inside it.
    Wildcard,
}

/// What a value of several words is. Each kind is a [`Value`] of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueKind {
    /// "Third", "21st", "last".
    Ordinal,
    /// "Two litres", "half a pound".
    Amount,
    /// "Seven", "half past six", "7:30 pm", "noon".
    Time,
    /// "Tomorrow", "next friday", "the third of may".
    Date,
    /// "Tomorrow evening", "friday at six", "in ten minutes", and a time by itself.
    DateTime,
    /// "Every weekday at seven", "every other day", "on mondays".
    Recurrence,
}

impl ValueKind {
    /// Every kind.
    pub const ALL: [ValueKind; 6] = [
        ValueKind::Ordinal,
        ValueKind::Amount,
        ValueKind::Time,
        ValueKind::Date,
        ValueKind::DateTime,
        ValueKind::Recurrence,
    ];

    /// The name of a list of such values, `datetime`.
    pub fn name(self) -> &'static str {
        match self {
            ValueKind::Ordinal => "ordinal",
            ValueKind::Amount => "amount",
            ValueKind::Time => "time",
            ValueKind::Date => "date",
            ValueKind::DateTime => "datetime",
            ValueKind::Recurrence => "recurrence",
        }
    }
}

/// What the numbers of a range are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberKind {
    /// [`Value::Number`].
    Number,
    /// [`Value::Percentage`]; "percent" and "%" are taken with it.
    Percentage,
    /// [`Value::Temperature`]; "degrees" and "°" are taken with it. With step 1, halves are values too: 20.5.
    Temperature,
}

/// One value of a text list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListEntry {
    /// What is said: a template without lists, `[main] (light|lamp)`.
    pub said: String,
    /// What it means.
    pub value: Value,
    /// Context that this entry brings (`domain` → `light`).
    pub context: BTreeMap<String, String>,
}
