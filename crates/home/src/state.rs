//! Capabilities and their states, in fixed units.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something that a device can do or tell. The variant fixes the unit of its [`State`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// On or off.
    Power,
    /// Percent of full brightness.
    Brightness,
    /// A named or `#rrggbb` colour.
    Color,
    /// Kelvin.
    ColorTemperature,
    /// Percent open: 0 is closed.
    Position,
    /// Wanted temperature in °C.
    TargetTemperature,
    /// Measured temperature in °C. Read only.
    Temperature,
    /// Measured relative humidity in percent. Read only.
    Humidity,
    /// Percent.
    Volume,
    /// Locked or not.
    Lock,
    /// A mode by name: `heat`, `eco`.
    Mode,
}

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
