//! What the household has agreed to. Nothing, unless it is on record here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What audio or words may be kept or sent for. Consent to one says nothing about another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Turns are written to files: audio, words and decisions.
    KeepTurns,
    /// Words of turns are written to the log.
    LogWords,
    /// Recordings of the wake word are kept to learn a voice.
    EnrolVoice,
}

impl Purpose {
    /// What is agreed to, as a sentence goes on after "may".
    pub fn describe(self) -> &'static str {
        match self {
            Purpose::KeepTurns => "keep the audio, words and decisions of turns as files",
            Purpose::LogWords => "write what was said to the log",
            Purpose::EnrolVoice => "keep recordings of the wake word to learn a voice",
        }
    }
}

/// When and how consent was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Seconds since 1970-01-01 00:00 UTC.
    pub unix_s: i64,
    /// How it was said: `mynah.toml`, `--record`.
    pub by: String,
}

/// The consents on record, by purpose. Written down as it stands, to show what was agreed to and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Consent {
    given: BTreeMap<Purpose, Given>,
}

/// Consent for the purpose is on record. Whoever keeps or sends something asks for one: there is no other way to get it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permit {
    purpose: Purpose,
}

impl Permit {
    /// What for.
    pub fn purpose(self) -> Purpose {
        self.purpose
    }
}

/// Nobody agreed to that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no consent on record to {}", purpose.describe())]
pub struct Withheld {
    /// What for.
    pub purpose: Purpose,
}

impl Consent {
    /// Puts consent for one purpose on record. Given again, it keeps its first date.
    pub fn give(&mut self, purpose: Purpose, wall: OffsetDateTime, by: &str) {
        let given = Given { unix_s: wall.unix_timestamp(), by: by.to_owned() };
        self.given.entry(purpose).or_insert(given);
    }

    /// Takes it back. What was kept under it is the owner's to delete.
    pub fn withdraw(&mut self, purpose: Purpose) {
        self.given.remove(&purpose);
    }

    /// Leave to act for that purpose now.
    ///
    /// # Errors
    /// Nobody agreed to that.
    pub fn permit(&self, purpose: Purpose) -> Result<Permit, Withheld> {
        if self.given.contains_key(&purpose) { Ok(Permit { purpose }) } else { Err(Withheld { purpose }) }
    }

    /// When and how it was given.
    pub fn given(&self, purpose: Purpose) -> Option<&Given> {
        self.given.get(&purpose)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn nothing_is_agreed_to_until_it_is_said() {
        let mut consent = Consent::default();
        assert!(consent.permit(Purpose::KeepTurns).is_err());
        consent.give(Purpose::KeepTurns, datetime!(2026-11-21 09:20 UTC), "--record");
        assert_eq!(consent.permit(Purpose::KeepTurns).unwrap().purpose(), Purpose::KeepTurns);
        assert_eq!(
            consent.permit(Purpose::LogWords).unwrap_err().to_string(),
            "there is no consent on record to write what was said to the log"
        );
        let json = serde_json::to_string(&consent).unwrap();
        assert_eq!(json, r#"{"keep_turns":{"unix_s":1795252800,"by":"--record"}}"#);
        let mut again: Consent = serde_json::from_str(&json).unwrap();
        assert_eq!(again, consent);
        again.withdraw(Purpose::KeepTurns);
        assert!(again.permit(Purpose::KeepTurns).is_err());
    }
}
