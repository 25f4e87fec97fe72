//! Between a state in our units and its form on a wire: `values`, `scale`, `offset`, `step`.

use mynah_home::{Capability, Color, State};
use mynah_skill::{Failure, FailureKind};
use serde_json::Value;

use crate::faults::Faults;
use crate::keys::Keys;
use crate::spec::failure;

/// How one capability stands on the wire.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Codec {
    capability: Capability,
    /// Ours and theirs, where the author has listed them. Of several theirs for one of ours the first is sent.
    values: Vec<(State, Value)>,
    /// Theirs = ours × scale + offset.
    scale: f64,
    offset: f64,
    /// Theirs is a multiple of it.
    step: Option<f64>,
}

impl Codec {
    /// Values as they are, in our units.
    fn plain(capability: Capability) -> Self {
        Self { capability, values: Vec::new(), scale: 1.0, offset: 0.0, step: None }
    }

    pub(crate) fn read(capability: Capability, keys: &mut Keys<'_>, faults: &mut Faults<'_>) -> Self {
        let mut values = Vec::new();
        if let Some(table) = keys.table("values", faults) {
            if capability.range().is_some() {
                faults.add(
                    table.path(),
                    format!("{capability} is a number, which has no `values`"),
                    Some("use `scale` and `offset`".into()),
                );
                return Self::plain(capability);
            }
            for (ours, theirs) in table.entries() {
                let path = table.at(ours);
                match (capability.parse_state(ours), serde_json::to_value(theirs)) {
                    (Ok(state), Ok(value)) if is_plain(&value) => values.push((state, value)),
                    (Ok(state), Ok(Value::Array(all))) if !all.is_empty() && all.iter().all(is_plain) => {
                        values.extend(all.into_iter().map(|value| (state.clone(), value)));
                    }
                    (Err(bad), _) => faults.add(&path, bad.to_string(), None),
                    _ => {
                        let help = "write 3, \"on\", or [1, 2] when it has several for one of ours";
                        faults.add(&path, "a value is a string, a number, true or false", Some(help.into()));
                    }
                }
            }
            if values.is_empty() && table.entries().next().is_none() {
                faults.add(table.path(), "`values` is empty", None);
            }
        }
        let mut numeric = |key: &'static str, faults: &mut Faults<'_>| {
            let number = keys.number(key, faults)?;
            if capability.range().is_none() {
                faults.add(
                    &keys.at(key),
                    format!("{capability} is no number, which `{key}` is for"),
                    Some("use `values`".into()),
                );
                return None;
            }
            Some(number)
        };
        let scale = numeric("scale", faults);
        let offset = numeric("offset", faults);
        let step = numeric("step", faults);
        for (key, number) in [("scale", scale), ("step", step)] {
            if number.is_some_and(|n| n.abs() < 1e-9 || (key == "step" && n < 0.0)) {
                faults.add(&keys.at(key), format!("`{key}` must be greater than 0"), None);
            }
        }
        Self { capability, values, scale: scale.unwrap_or(1.0), offset: offset.unwrap_or(0.0), step }
    }

    /// The wire's form of a state that has passed [`Capability::accept`].
    pub(crate) fn encode(&self, state: &State) -> Result<Value, Failure> {
        if !self.values.is_empty() {
            let found = self.values.iter().find(|(ours, _)| ours == state);
            return found.map(|(_, theirs)| theirs.clone()).ok_or_else(|| {
                let known: Vec<String> = self.values.iter().map(|(ours, _)| ours.to_string()).collect();
                failure(
                    FailureKind::Refused,
                    format!("{} can be {} here, not {state}", self.capability, known.join(", ")),
                )
            });
        }
        Ok(match state {
            State::Bool(on) => Value::Bool(*on),
            State::Number(number) => {
                let mut theirs = number * self.scale + self.offset;
                if let Some(step) = self.step {
                    theirs = (theirs / step).round() * step;
                }
                json_number(theirs)
            }
            State::Text(text) => match (self.capability, Color::parse(text)) {
                (Capability::Color, Some(color)) => Value::String(color.hex()),
                _ => Value::String(text.clone()),
            },
        })
    }

    /// Our form of what the wire says; the error says what was expected instead.
    pub(crate) fn decode(&self, theirs: &Value) -> Result<State, String> {
        if !self.values.is_empty() {
            let found = self.values.iter().find(|(_, value)| same(value, theirs));
            return found.map(|(ours, _)| ours.clone()).ok_or_else(|| self.expected());
        }
        let state = match theirs {
            Value::Bool(on) => State::Bool(*on),
            Value::Number(number) => State::Number(number.as_f64().ok_or_else(|| self.expected())?),
            Value::String(text) => State::Text(text.clone()),
            Value::Array(_) | Value::Object(_) if self.capability == Capability::Color => {
                State::Text(channels(theirs).ok_or_else(|| self.expected())?.hex())
            }
            _ => return Err(self.expected()),
        };
        let ours = match (self.capability.range(), state) {
            (Some(_), State::Number(number)) => State::Number(self.unscale(number)),
            (Some(_), State::Text(text)) => match text.trim().parse::<f64>() {
                Ok(number) => State::Number(self.unscale(number)),
                Err(_) => State::Text(text),
            },
            (_, state) => state,
        };
        self.capability.accept(&ours).map_err(|_| self.expected())
    }

    fn unscale(&self, theirs: f64) -> f64 {
        let ours = (theirs - self.offset) / self.scale;
        if self.scale == 1.0 && self.offset == 0.0 {
            return ours;
        }
        // 127 of 255 is told as 50 percent, not as 49.80392156862745.
        let fine = matches!(self.capability, Capability::Temperature | Capability::TargetTemperature);
        if fine { (ours * 10.0).round() / 10.0 } else { ours.round() }
    }

    /// What can stand on the wire, for a message.
    pub(crate) fn expected(&self) -> String {
        if !self.values.is_empty() {
            let theirs: Vec<String> = self.values.iter().map(|(_, value)| value.to_string()).collect();
            return theirs.join(" or ");
        }
        match (self.capability, self.capability.range()) {
            (_, Some((from, to))) => {
                let ends = [from, to].map(|end| f64::from(end) * self.scale + self.offset);
                format!("a number from {} to {}", ends[0].min(ends[1]), ends[0].max(ends[1]))
            }
            (Capability::Power, None) => "true or false, \"on\" or \"off\", 1 or 0".to_owned(),
            (Capability::Lock, None) => "true or false, \"locked\" or \"unlocked\"".to_owned(),
            (capability, None) if capability.texts().is_some() => {
                let texts = capability.texts().unwrap_or_default();
                texts.iter().map(|(text, _)| format!("\"{text}\"")).collect::<Vec<_>>().join(" or ")
            }
            (Capability::Mute, None) => "true or false, \"muted\" or \"unmuted\"".to_owned(),
            (Capability::Contact, None) => "true or false, \"open\" or \"closed\"".to_owned(),
            (Capability::Motion, None) => "true or false, \"motion\" or \"none\"".to_owned(),
            (Capability::Color, None) => "a colour: \"#rrggbb\", [r, g, b] or {r, g, b}".to_owned(),
            (_, None) => "a string".to_owned(),
        }
    }
}

/// A string, a number, true or false.
fn is_plain(value: &Value) -> bool {
    !value.is_array() && !value.is_object() && !value.is_null()
}

/// Whole numbers without a fraction, as devices write them.
fn json_number(number: f64) -> Value {
    // Multiples of a step come out as 0.30000000000000004.
    let number = (number * 1e6).round() / 1e6;
    if number.fract() == 0.0 && number.abs() < 9e15 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

/// `"1"` of a plain MQTT payload is the `1` that the author wrote.
fn same(written: &Value, read: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    written == read
        || text(written) == text(read)
        || matches!((written.as_f64(), read.as_f64()), (Some(a), Some(b)) if a == b)
}

/// A colour as `[r, g, b]` or `{"r": …, "g": …, "b": …}`.
fn channels(value: &Value) -> Option<Color> {
    let channel = |value: Option<&Value>| {
        value?.as_f64().filter(|n| (0.0..=255.0).contains(n)).map(|n| n.round() as u8)
    };
    match value {
        Value::Array(list) if list.len() == 3 => Some(Color {
            red: channel(list.first())?,
            green: channel(list.get(1))?,
            blue: channel(list.get(2))?,
        }),
        Value::Object(map) => Some(Color {
            red: channel(map.get("r"))?,
            green: channel(map.get("g"))?,
            blue: channel(map.get("b"))?,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn codec(capability: Capability, scale: f64, offset: f64, step: Option<f64>) -> Codec {
        Codec { scale, offset, step, ..Codec::plain(capability) }
    }

    #[test]
    fn several_of_theirs_are_one_of_ours() {
        let text = "values = { clear = [0, 1], cloudy = [2, 3], foggy = 45 }";
        let table: toml::Table = text.parse().unwrap();
        let home = mynah_home::Home::parse("home.toml", "").unwrap();
        let mut faults = Faults::new(&home);
        let codec = Codec::read(Capability::Condition, &mut Keys::new(&table, &[]), &mut faults);
        assert!(faults.into_found().is_empty());
        for (theirs, ours) in [(0, "clear"), (3, "cloudy"), (45, "foggy")] {
            assert_eq!(codec.decode(&Value::from(theirs)), Ok(State::from(ours)));
        }
        assert!(codec.decode(&Value::from(4)).is_err());
        assert_eq!(codec.encode(&State::from("cloudy")).unwrap(), Value::from(2));
    }

    proptest! {
        /// What a device says back about a value that it was sent counts as that value, at any scale that keeps percents apart.
        #[test]
        fn a_number_comes_back(percent in 0.0..=100.0f64, scale in 1.0..300.0f64, negative: bool, offset in -500.0..500.0f64, stepped: bool) {
            let scale = if negative { -scale } else { scale };
            let codec = codec(Capability::Brightness, scale, offset, stepped.then_some(1.0));
            let wanted = State::Number(percent);
            let theirs = codec.encode(&wanted).unwrap();
            prop_assert_eq!(theirs.is_i64() || theirs.is_u64(), stepped || theirs.as_f64().unwrap().fract() == 0.0);
            if let Ok(read) = codec.decode(&theirs) {
                prop_assert!(read.matches(&wanted, Capability::Brightness), "{percent} became {theirs}, then {read:?}");
            } else {
                // Rounded to a step beyond the end.
                prop_assert!(stepped && !(0.5..=99.5).contains(&percent), "{percent} became {theirs}");
            }
        }

        /// Whatever a device answers, it is a state of the capability or a fault with a message.
        #[test]
        fn any_answer_is_a_state_or_a_message(text in ".*", number: f64, flag: bool, which in 0..Capability::ALL.len()) {
            let capability = Capability::ALL[which];
            for theirs in [Value::String(text.clone()), Value::from(number), Value::Bool(flag), Value::Null, Value::from(vec![number; 3])] {
                match Codec::plain(capability).decode(&theirs) {
                    Ok(state) => prop_assert_eq!(capability.accept(&state), Ok(state)),
                    Err(expected) => prop_assert!(!expected.is_empty()),
                }
            }
        }
    }
}
