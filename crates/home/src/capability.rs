//! Capabilities, and the units and limits of their states.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Color, State};

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
    /// Percent of full speed, of a fan.
    Speed,
    /// What a player does: `playing`, `paused` or `stopped`.
    Playback,
    /// A push of a button: to the `next` or the `previous` song, channel or slide. Write only.
    Step,
    /// What is shown or heard, by the name of the input or the app: `hdmi 1`.
    Source,
    /// What is played, by name: a station, a story.
    Media,
    /// Silenced or not.
    Mute,
    /// What a vacuum cleaner does: `cleaning`, `paused`, `docked`; it also tells `returning` and `idle`.
    Cleaning,
    /// Whether a door or a window is open, as its sensor says. Read only.
    Contact,
    /// Whether something moves. Read only.
    Motion,
    /// Percent of charge left. Read only.
    Battery,
    /// The weather, in words: `cloudy`. Read only.
    Condition,
    /// How likely rain is, in percent. Read only.
    RainChance,
}

/// A value that a capability cannot have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadState {
    /// Not of its type at all.
    #[error("{capability} must be {wanted}, not `{found}`")]
    Type {
        /// What was to be set or read.
        capability: Capability,
        /// What it can be.
        wanted: &'static str,
        /// What it was.
        found: String,
    },
    /// A number beyond what any device can have.
    #[error("{capability} goes from {from} to {}, not {found}", capability.amount(f64::from(*to)))]
    Range {
        /// What was to be set or read.
        capability: Capability,
        /// Least value.
        from: i32,
        /// Greatest value.
        to: i32,
        /// What it was.
        found: String,
    },
}

impl Capability {
    /// All of them.
    pub const ALL: [Capability; 23] = [
        Capability::Power,
        Capability::Brightness,
        Capability::Color,
        Capability::ColorTemperature,
        Capability::Position,
        Capability::TargetTemperature,
        Capability::Temperature,
        Capability::Humidity,
        Capability::Volume,
        Capability::Lock,
        Capability::Mode,
        Capability::Speed,
        Capability::Playback,
        Capability::Step,
        Capability::Source,
        Capability::Media,
        Capability::Mute,
        Capability::Cleaning,
        Capability::Contact,
        Capability::Motion,
        Capability::Battery,
        Capability::Condition,
        Capability::RainChance,
    ];

    /// As files have it: `target_temperature`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Capability::Power => "power",
            Capability::Brightness => "brightness",
            Capability::Color => "color",
            Capability::ColorTemperature => "color_temperature",
            Capability::Position => "position",
            Capability::TargetTemperature => "target_temperature",
            Capability::Temperature => "temperature",
            Capability::Humidity => "humidity",
            Capability::Volume => "volume",
            Capability::Lock => "lock",
            Capability::Mode => "mode",
            Capability::Speed => "speed",
            Capability::Playback => "playback",
            Capability::Step => "step",
            Capability::Source => "source",
            Capability::Media => "media",
            Capability::Mute => "mute",
            Capability::Cleaning => "cleaning",
            Capability::Contact => "contact",
            Capability::Motion => "motion",
            Capability::Battery => "battery",
            Capability::Condition => "condition",
            Capability::RainChance => "rain_chance",
        }
    }

    /// The capability of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Capability> {
        Capability::ALL.into_iter().find(|c| c.name() == name)
    }

    /// The unit as it is said after a number; empty when there is none.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Capability::TargetTemperature | Capability::Temperature => "degrees",
            Capability::ColorTemperature => "kelvin",
            _ if self.range().is_some() => "percent",
            _ => "",
        }
    }

    /// A number with its unit as it is said: `30 percent`, `1 degree`.
    ///
    /// ```
    /// # use mynah_home::Capability;
    /// assert_eq!(Capability::Temperature.amount(-0.5), "-0.5 degrees");
    /// ```
    #[must_use]
    pub fn amount(self, number: f64) -> String {
        let unit = if number == 1.0 { self.unit().trim_end_matches('s') } else { self.unit() };
        // Not "-0".
        let number = number + 0.0;
        if unit.is_empty() { number.to_string() } else { format!("{number} {unit}") }
    }

    /// Can it be set, or only read?
    #[must_use]
    pub fn is_writable(self) -> bool {
        use Capability::{Battery, Condition, Contact, Humidity, Motion, RainChance, Temperature};
        !matches!(self, Temperature | Humidity | Contact | Motion | Battery | Condition | RainChance)
    }

    /// Is there a state to read, or does setting it only push a button?
    #[must_use]
    pub fn is_readable(self) -> bool {
        self != Capability::Step
    }

    /// The only texts that it can be, each with the other words that devices and people have for it; none when it is no text,
    /// or any text.
    #[must_use]
    pub fn texts(self) -> Option<&'static [(&'static str, &'static [&'static str])]> {
        Some(match self {
            Capability::Playback => &[
                ("playing", &["play", "on", "buffering"]),
                ("paused", &["pause"]),
                ("stopped", &["stop", "idle", "off", "standby", "none"]),
            ],
            Capability::Step => &[("next", &["forward"]), ("previous", &["back", "backward"])],
            Capability::Cleaning => &[
                ("cleaning", &["clean", "start", "on"]),
                ("paused", &["pause", "stopped", "stop"]),
                ("docked", &["dock", "charging", "home", "off"]),
                ("returning", &["return"]),
                ("idle", &[]),
            ],
            _ => return None,
        })
    }

    /// Least and greatest number, in its unit; none when it is no number.
    #[must_use]
    pub fn range(self) -> Option<(i32, i32)> {
        match self {
            Capability::Brightness
            | Capability::Position
            | Capability::Humidity
            | Capability::Volume
            | Capability::Speed
            | Capability::Battery
            | Capability::RainChance => Some((0, 100)),
            Capability::TargetTemperature => Some((5, 35)),
            Capability::Temperature => Some((-60, 150)),
            Capability::ColorTemperature => Some((1000, 12000)),
            _ => None,
        }
    }

    /// How far a number that is read back may be from the wanted one, in its unit.
    #[must_use]
    pub fn tolerance(self) -> f64 {
        match self {
            Capability::TargetTemperature => 0.3,
            Capability::Temperature => 0.05,
            // One mired, the step of most lamps, is 42 K at 6,500 K.
            Capability::ColorTemperature => 50.0,
            _ => 1.0,
        }
    }

    /// The state that a text means: `on`, `OFF`, `30 %`, `21.5`, `warm white`, `closed`.
    ///
    /// # Errors
    /// The text is no such state, or beyond the limits.
    pub fn parse_state(self, text: &str) -> Result<State, BadState> {
        self.accept(&State::Text(text.to_owned()))
    }

    /// A state of any form brought to the form of this capability: `1` and `"ON"` are on, `"30"` is 30, `#0000FF` is blue.
    ///
    /// # Errors
    /// It is no such state, or beyond the limits.
    pub fn accept(self, state: &State) -> Result<State, BadState> {
        match self {
            Capability::Power => {
                self.boolean(state, "on or off", &["on", "true", "1"], &["off", "false", "0"])
            }
            Capability::Lock => self.boolean(
                state,
                "locked or unlocked",
                &["locked", "lock", "on", "true", "1"],
                &["unlocked", "unlock", "off", "false", "0"],
            ),
            Capability::Mute => self.boolean(
                state,
                "muted or not",
                &["muted", "mute", "on", "true", "1"],
                &["unmuted", "unmute", "not muted", "off", "false", "0"],
            ),
            Capability::Contact => self.boolean(
                state,
                "open or closed",
                &["open", "opened", "on", "true", "1"],
                &["closed", "close", "shut", "off", "false", "0"],
            ),
            Capability::Motion => self.boolean(
                state,
                "motion or none",
                &["motion", "detected", "on", "true", "1"],
                &["none", "clear", "no motion", "off", "false", "0"],
            ),
            Capability::Mode => self.any_text(state, "the name of a mode"),
            Capability::Source => self.any_text(state, "the name of a source"),
            Capability::Media => self.any_text(state, "the name of something to play"),
            Capability::Condition => self.any_text(state, "the weather in words"),
            Capability::Playback => self.one_text(state, "playing, paused or stopped"),
            Capability::Step => self.one_text(state, "next or previous"),
            Capability::Cleaning => self.one_text(state, "cleaning, paused, docked, returning or idle"),
            Capability::Color => match state {
                State::Text(text) => {
                    let color = Color::parse(text)
                        .ok_or_else(|| self.bad_type("the name of a color or #rrggbb", state))?;
                    Ok(State::Text(color.to_string()))
                }
                _ => Err(self.bad_type("the name of a color or #rrggbb", state)),
            },
            _ => self.number(state),
        }
    }

    fn any_text(self, state: &State, wanted: &'static str) -> Result<State, BadState> {
        match state {
            State::Text(text) if !text.trim().is_empty() => Ok(State::Text(text.trim().to_lowercase())),
            _ => Err(self.bad_type(wanted, state)),
        }
    }

    /// One of [`Capability::texts`].
    fn one_text(self, state: &State, wanted: &'static str) -> Result<State, BadState> {
        let State::Text(text) = state else { return Err(self.bad_type(wanted, state)) };
        let text = text.trim().to_lowercase();
        let is = |(name, others): &&(&str, &[&str])| *name == text || others.contains(&text.as_str());
        match self.texts().unwrap_or_default().iter().find(is) {
            Some((name, _)) => Ok(State::Text((*name).to_owned())),
            None => Err(self.bad_type(wanted, state)),
        }
    }

    fn boolean(
        self,
        state: &State,
        wanted: &'static str,
        yes: &[&str],
        no: &[&str],
    ) -> Result<State, BadState> {
        let on = match state {
            State::Bool(on) => Some(*on),
            State::Number(n) => {
                [(1.0, true), (0.0, false)].into_iter().find(|(value, _)| value == n).map(|(_, on)| on)
            }
            State::Text(text) => {
                let text = text.trim().to_lowercase();
                let is = |words: &[&str]| words.contains(&text.as_str());
                if is(yes) { Some(true) } else { is(no).then_some(false) }
            }
        };
        on.map(State::Bool).ok_or_else(|| self.bad_type(wanted, state))
    }

    fn number(self, state: &State) -> Result<State, BadState> {
        let number = match state {
            State::Number(n) => Some(*n),
            State::Bool(_) => None,
            State::Text(text) => {
                let text = text.trim().to_lowercase();
                match (self, text.as_str()) {
                    (Capability::Position, "open") => Some(100.0),
                    (Capability::Position, "closed" | "close") => Some(0.0),
                    _ => {
                        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
                        let unit = text[digits.len()..].trim();
                        let units = ["", "%", "percent", "°", "°c", "c", "degrees", "k", "kelvin"];
                        if units.contains(&unit) { digits.parse().ok() } else { None }
                    }
                }
            }
        };
        let number = number.filter(|n| n.is_finite()).ok_or_else(|| self.bad_type("a number", state))?;
        match self.range() {
            Some((from, to)) if number < f64::from(from) || number > f64::from(to) => {
                Err(BadState::Range { capability: self, from, to, found: number.to_string() })
            }
            _ => Ok(State::Number(number)),
        }
    }

    fn bad_type(self, wanted: &'static str, found: &State) -> BadState {
        BadState::Type { capability: self, wanted, found: found.to_string() }
    }
}

/// As people say it: `color temperature`.
impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name().replace('_', " "))
    }
}
