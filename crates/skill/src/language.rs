//! The languages that answers are given in.

use mynah_intent::primary_subtag;
use serde::{Deserialize, Serialize};

/// A language that answers are given in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English, and whatever is not spoken here.
    #[default]
    English,
    /// Mandarin in simplified characters.
    Mandarin,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 2] = [Language::English, Language::Mandarin];

    /// By its BCP 47 tag; English for those that are not spoken.
    #[must_use]
    pub fn of(tag: &str) -> Language {
        match primary_subtag(tag) {
            "zh" => Language::Mandarin,
            _ => Language::English,
        }
    }

    /// For what need not be written down.
    pub(crate) fn is_default(&self) -> bool {
        *self == Language::default()
    }
}
