//! States in words: "is on", "are at 30 percent".

use mynah_home::{Capability, Color, DeviceId, Home, State};

use crate::wording::the;

/// "is on", split where the verb is.
#[derive(PartialEq)]
pub(super) struct Phrase {
    one: &'static str,
    several: &'static str,
    rest: String,
}

impl Phrase {
    pub(super) fn with_verb(&self, several: bool) -> String {
        format!("{} {}", if several { self.several } else { self.one }, self.rest)
    }
}

pub(super) fn phrase(capability: Capability, state: &State) -> Phrase {
    let value = value_text(capability, state);
    let is = |rest: String| Phrase { one: "is", several: "are", rest };
    match (capability, state) {
        (Capability::Temperature | Capability::Humidity, _) => {
            Phrase { one: "measures", several: "measure", rest: value }
        }
        (Capability::TargetTemperature, _) => is(format!("set to {value}")),
        (Capability::Position, State::Number(n)) if *n > 0.5 && *n < 99.5 => is(format!("{value} open")),
        (Capability::Brightness | Capability::ColorTemperature | Capability::Volume, _) => {
            is(format!("at {value}"))
        }
        (Capability::Mode, _) => is(format!("in {value} mode")),
        (Capability::Speed, State::Number(n)) if *n <= 0.5 => is("off".into()),
        (Capability::Speed, _) => is(format!("at {value}")),
        (Capability::Source, _) => is(format!("on {value}")),
        (Capability::Media, _) => is(format!("playing {value}")),
        (Capability::Motion, _) => Phrase { one: "sees", several: "see", rest: value },
        (Capability::Battery, _) => {
            Phrase { one: "has", several: "have", rest: format!("{value} of charge") }
        }
        (Capability::RainChance, _) => {
            Phrase { one: "expects", several: "expect", rest: format!("rain with {value}") }
        }
        _ => is(value),
    }
}

/// A value in words: "on", "closed", "21.5 degrees", "warm white".
pub(super) fn value_text(capability: Capability, state: &State) -> String {
    let state = capability.accept(state).unwrap_or_else(|_| state.clone());
    match (capability, &state) {
        (Capability::Lock, State::Bool(locked)) => if *locked { "locked" } else { "unlocked" }.into(),
        (Capability::Mute, State::Bool(muted)) => if *muted { "muted" } else { "not muted" }.into(),
        (Capability::Contact, State::Bool(open)) => if *open { "open" } else { "closed" }.into(),
        (Capability::Motion, State::Bool(seen)) => if *seen { "motion" } else { "no motion" }.into(),
        (Capability::Cleaning, State::Text(text)) if text == "returning" => "on its way home".into(),
        (Capability::Position, State::Number(n)) if *n <= 0.5 => "closed".into(),
        (Capability::Position, State::Number(n)) if *n >= 99.5 => "open".into(),
        (_, State::Number(n)) => {
            let decimals = matches!(capability, Capability::Temperature | Capability::TargetTemperature);
            let n = if decimals { (n * 10.0).round() / 10.0 } else { n.round() };
            capability.amount(n)
        }
        (Capability::Color, State::Text(text)) => match Color::parse(text).and_then(Color::name) {
            Some(name) => name.into(),
            None => format!("the color {text}"),
        },
        (_, state) => state.to_string(),
    }
}

pub(super) fn device_name(home: &Home, id: &DeviceId) -> String {
    home.device(id).map_or_else(|| id.to_string(), |d| the(&d.name))
}
