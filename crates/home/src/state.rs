//! The state of a capability.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Capability, Color};

/// The state of one capability.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum State {
    /// On, locked, open.
    Bool(bool),
    /// In the unit of the capability.
    Number(f64),
    /// A colour or a mode.
    Text(String),
}

impl State {
    /// Is a state that was read back the one that was wanted? Devices round: a lamp keeps brightness in
    /// 254 steps, a thermostat in half or whole Fahrenheit degrees, so each capability has its tolerance.
    ///
    /// ```
    /// use mynah_home::{Capability, State};
    /// assert!(State::Number(29.8).matches(&State::Number(30.0), Capability::Brightness));
    /// assert!(State::Text("#0000ff".into()).matches(&State::Text("blue".into()), Capability::Color));
    /// assert!(!State::Bool(false).matches(&State::Bool(true), Capability::Power));
    /// ```
    #[must_use]
    pub fn matches(&self, wanted: &State, capability: Capability) -> bool {
        let (Ok(read), Ok(wanted)) = (capability.accept(self), capability.accept(wanted)) else {
            return false;
        };
        match (read, wanted) {
            (State::Number(read), State::Number(wanted)) => (read - wanted).abs() <= capability.tolerance(),
            (State::Text(read), State::Text(wanted)) if capability == Capability::Color => {
                match (Color::parse(&read), Color::parse(&wanted)) {
                    // Lamps that think in hue and saturation give back a near colour.
                    (Some(read), Some(wanted)) => read.distance(wanted) <= 8,
                    _ => false,
                }
            }
            // A vacuum cleaner that is on its way home does what it was told.
            (State::Text(read), State::Text(wanted)) if capability == Capability::Cleaning => {
                read == wanted || (read == "returning" && wanted == "docked")
            }
            (read, wanted) => read == wanted,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            State::Bool(true) => f.write_str("on"),
            State::Bool(false) => f.write_str("off"),
            State::Number(n) => write!(f, "{n}"),
            State::Text(t) => f.write_str(t),
        }
    }
}

impl From<bool> for State {
    fn from(on: bool) -> Self {
        State::Bool(on)
    }
}

impl From<f64> for State {
    fn from(number: f64) -> Self {
        State::Number(number)
    }
}

impl From<&str> for State {
    fn from(text: &str) -> Self {
        State::Text(text.to_owned())
    }
}
