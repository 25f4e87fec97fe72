//! What a recognizer is compiled from.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

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
    /// Templates are read as hassil reads them. A list may stand right beside letters, with or without a space; a
    /// sentence may fill a slot twice, and the last counts; a part that may be empty is taken when it is not; what
    /// no sentence uses may be faulty.
    pub lenient: bool,
    /// White space means nothing: what a wildcard hears is told without it (Chinese).
    pub ignores_spaces: bool,
    /// The slot that counts most: of two readings, the one goes first that fills it from a list, then the one that
    /// fills it with more letters. Home Assistant has `name` there, so that a device goes before a room.
    pub best_slot: Option<String>,
    /// The same for texts alone: what recognisers rarely write, and a graph need not have ("um").
    pub fillers: Vec<String>,
    /// How several things are asked for in one sentence.
    pub several: Several,
    /// The intents.
    pub intents: Vec<IntentSpec>,
}

/// How several things are asked for in one sentence. By default they are not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Several {
    /// What joins two commands: "and", "and then". See [`Recognizer::commands`](crate::Recognizer::commands).
    pub joints: Vec<String>,
    /// What joins two values of one list: "and", "and the".
    pub and: Vec<String>,
    /// The lists of which several values may be said at one place. The second fills `slot.2`, the third `slot.3`.
    pub lists: BTreeSet<String>,
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
    /// Keys of the context, each with the slot that it fills when the sentence does not: `area` → `area` makes the
    /// speaker's room the default. Without that context, the slot stays empty.
    pub context_slots: BTreeMap<String, String>,
    /// Context that must hold: key → permitted values (empty: any value).
    pub requires_context: BTreeMap<String, Vec<String>>,
    /// Context that must not hold.
    pub excludes_context: BTreeMap<String, Vec<String>>,
    /// If there are any, a sentence must have one of these words to be of this group.
    pub required_keywords: Vec<String>,
    /// The key of what is answered.
    pub response: Option<String>,
    /// What the author wants to find again beside a reading (by [`Reading::spec`](crate::Reading::spec)).
    pub metadata: BTreeMap<String, String>,
}

/// The values that a slot may take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
        /// What may stand between two whole numbers of the range.
        fractions: Fractions,
        /// What a said number is multiplied by.
        multiplier: Option<f64>,
        /// How its numbers may be written in a text.
        written: Written,
    },
    /// A span of time: "ten minutes", "an hour and a half", "1 hour 20 minutes".
    Duration,
    /// A value of several words, such as a date.
    Value(ValueKind),
    /// Any words. Recognisers search freely inside it.
    Wildcard,
}

/// What a value of several words is. Each kind is a [`Value`] of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

impl List {
    /// Every whole number from `from` to `to`; of temperatures halves, too.
    pub fn range(from: i32, to: i32, kind: NumberKind) -> List {
        let fractions = if kind == NumberKind::Temperature { Fractions::Halves } else { Fractions::None };
        List::Range { from, to, step: 1, kind, fractions, multiplier: None, written: Written::Either }
    }
}

impl ListEntry {
    /// A value that brings nothing along.
    pub fn new(said: impl Into<String>, value: Value) -> ListEntry {
        ListEntry { said: said.into(), value, context: BTreeMap::new(), metadata: BTreeMap::new() }
    }
}

/// What the numbers of a range are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberKind {
    /// [`Value::Number`].
    Number,
    /// [`Value::Percentage`]; "percent" and "%" are taken with it.
    Percentage,
    /// [`Value::Temperature`]; "degrees" and "°" are taken with it.
    Temperature,
}

/// How a number is written in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Written {
    /// "20" or "twenty".
    #[default]
    Either,
    /// "20" alone.
    Digits,
    /// "Twenty" alone.
    Words,
}

/// Parts of a whole number that a range knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fractions {
    /// Whole numbers only.
    #[default]
    None,
    /// 20.5 after 20.
    Halves,
    /// 20.1 to 20.9 after 20.
    Tenths,
}

impl Fractions {
    /// How many equal parts there are between two whole numbers.
    pub(crate) fn parts(self) -> i32 {
        match self {
            Fractions::None => 1,
            Fractions::Halves => 2,
            Fractions::Tenths => 10,
        }
    }
}

/// One value of a text list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListEntry {
    /// What is said: a template without lists, `[main] (light|lamp)`.
    pub said: String,
    /// What it means.
    pub value: Value,
    /// Context that this entry brings (`domain` → `light`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub context: BTreeMap<String, String>,
    /// What the author wants to find again beside the slot.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}
