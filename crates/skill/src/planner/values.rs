//! The values of an action, made of what was said.

use std::time::Duration;

use mynah_home::{Capability, State};
use mynah_intent::{SaidDateTime, SaidTime, Value};

use super::{Planner, bad, missing};
use crate::action::Argument;
use crate::plan::Due;
use crate::refusal::{BadValue, Refusal};
use crate::template::Template;
use crate::written::{parse_day, parse_duration, parse_rule, parse_time};

impl Planner<'_> {
    pub(super) fn state(&self, capability: Capability, to: &Argument) -> Result<State, Refusal> {
        let raw = match to {
            Argument::Bool(b) => State::Bool(*b),
            Argument::Number(n) => State::Number(*n),
            Argument::Text(text) => {
                match text.only_hole().and_then(|slot| self.intent.slots.get(slot)).map(|s| &s.value) {
                    Some(Value::Number(n) | Value::Percentage(n) | Value::Temperature(n)) => {
                        State::Number(*n)
                    }
                    _ => State::Text(self.text(text)?),
                }
            }
        };
        accept(capability, &raw)
    }

    pub(super) fn number(&self, argument: &Argument) -> Result<f64, Refusal> {
        let number = match argument {
            Argument::Number(n) => Some(*n),
            Argument::Bool(_) => None,
            Argument::Text(text) => self.text(text)?.trim().parse().ok().filter(|n: &f64| n.is_finite()),
        };
        number.ok_or(bad(BadValue::NoNumber))
    }

    pub(super) fn duration(&self, argument: &Argument) -> Result<Duration, Refusal> {
        let length = match argument {
            Argument::Number(seconds) => Duration::try_from_secs_f64(*seconds).ok(),
            Argument::Bool(_) => None,
            Argument::Text(text) => {
                match text.only_hole().and_then(|slot| self.intent.slots.get(slot)).map(|s| &s.value) {
                    Some(Value::Duration(d)) => Some(*d),
                    // "{hours} h {minutes} m": what was not said counts nothing.
                    _ if text.holes().count() > 1 => {
                        let zero = |slot: &str| self.slot_text(slot).or(Some("0".into()));
                        parse_duration(&text.fill(zero).map_err(missing)?)
                    }
                    _ => parse_duration(&self.text(text)?),
                }
            }
        };
        length.filter(|d| !d.is_zero()).ok_or(bad(BadValue::NoSpan))
    }

    /// The time that the slots of it come to, as far as they were said: "tomorrow" and "at seven" are one.
    pub(super) fn due(&self, at: &Template) -> Result<Due, Refusal> {
        let (mut day, mut hour, mut due) = (None, None, None);
        for slot in at.holes().filter_map(|hole| self.intent.slots.get(hole)) {
            match &slot.value {
                Value::Time(time) => hour = Some(*time),
                Value::Date(date) => day = Some(*date),
                Value::DateTime(said) => due = Some(Due::Once(*said)),
                Value::Duration(span) => due = Some(Due::Once(SaidDateTime::In(*span))),
                Value::Recurrence(every) => due = Some(Due::Every(*every)),
                Value::Text(text) => match (parse_day(text), parse_rule(text)) {
                    (Some(date), _) => day = Some(date),
                    (None, Some(every)) => due = Some(Due::Every(every)),
                    (None, None) => {}
                },
                _ => {}
            }
        }
        if let (Some(Due::Every(every)), Some(_)) = (&mut due, hour) {
            every.at = hour;
        }
        if at.holes().next().is_none() {
            hour = parse_time(&at.to_string());
        }
        // A day without a time: when people begin it.
        let hour = hour.or(day.map(|_| SaidTime::exact(9, 0)));
        due.or(hour.map(|time| Due::Once(SaidDateTime::At { date: day, time }))).ok_or(bad(BadValue::NoTime))
    }

    pub(super) fn json(&self, json: &serde_json::Value) -> Result<serde_json::Value, Refusal> {
        Ok(match json {
            serde_json::Value::String(text) => {
                let template = Template::parse(text);
                match template.only_hole().and_then(|slot| self.intent.slots.get(slot)).map(|s| &s.value) {
                    Some(Value::Number(n) | Value::Percentage(n) | Value::Temperature(n)) => json_number(*n),
                    Some(Value::Duration(d)) => json_number(d.as_secs_f64()),
                    Some(Value::Ordinal(n)) => json_number(f64::from(*n)),
                    Some(Value::AnyOf(texts)) => serde_json::json!(texts),
                    _ => serde_json::Value::String(self.text(&template)?),
                }
            }
            serde_json::Value::Array(values) => {
                values.iter().map(|v| self.json(v)).collect::<Result<_, _>>()?
            }
            serde_json::Value::Object(map) => {
                let filled = map.iter().map(|(k, v)| Ok((k.clone(), self.json(v)?)));
                serde_json::Value::Object(filled.collect::<Result<_, Refusal>>()?)
            }
            other => other.clone(),
        })
    }

    pub(super) fn text(&self, template: &Template) -> Result<String, Refusal> {
        template.fill(|slot| self.slot_text(slot)).map_err(missing)
    }

    /// None when a slot in it was not said.
    pub(super) fn optional(&self, template: Option<&Template>) -> Option<String> {
        template.and_then(|t| self.text(t).ok())
    }

    pub(super) fn slot_text(&self, slot: &str) -> Option<String> {
        self.intent.slots.get(slot).map(|s| s.value.written(self.situation.now))
    }
}

/// The state in the form of a capability.
pub(super) fn accept(capability: Capability, state: &State) -> Result<State, Refusal> {
    let refused = |_| bad(BadValue::State { capability, found: state.to_string() });
    capability.accept(state).map_err(refused)
}

/// As a number of JSON; whole numbers without a fraction.
fn json_number(n: f64) -> serde_json::Value {
    #[expect(clippy::cast_possible_truncation, reason = "the guard says that it is whole and small")]
    if n.fract() == 0.0 && n.abs() < 1e15 { (n as i64).into() } else { n.into() }
}

/// RFC 3986: everything but the unreserved characters.
pub(super) fn percent_encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
