//! What is sent, with places for the value: `{ on = "{value}" }`, `"{value}"`, `/relay/0?turn={value}`.

use std::fmt::Write as _;

use mynah_home::Color;
use serde_json::Value;

/// A body or a payload with places in it.
///
/// Places are `{value}` and, for colours, `{r}`, `{g}`, `{b}` (0 to 255).
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Template {
    /// Rendered as JSON: a string that is one place and nothing else becomes the value with its type,
    /// a place within a longer string its text. Filling it in cannot break the JSON.
    Json(Value),
    /// Rendered as it stands.
    Text(String),
}

const PLACES: [&str; 4] = ["{value}", "{r}", "{g}", "{b}"];

impl Template {
    /// A text; one that is a JSON object or array is filled in as JSON.
    ///
    /// # Errors
    /// It looks like JSON and is none, so that a value could break it further.
    pub(crate) fn text(text: &str) -> Result<Template, String> {
        if !text.starts_with(['{', '[']) || PLACES.iter().any(|place| text.starts_with(place)) {
            return Ok(Template::Text(text.to_owned()));
        }
        serde_json::from_str(text)
            .map(Template::Json)
            .map_err(|e| format!("this looks like JSON and is none: {e}"))
    }

    /// With the value filled in.
    pub(crate) fn render(&self, value: &Value) -> String {
        match self {
            Template::Json(json) => fill_json(json, value).to_string(),
            Template::Text(text) => fill_text(text, value, str::to_owned),
        }
    }

    /// Is there a place in it?
    pub(crate) fn has_place(&self) -> bool {
        let text = match self {
            Template::Json(json) => json.to_string(),
            Template::Text(text) => text.clone(),
        };
        PLACES.iter().any(|place| text.contains(place))
    }
}

/// A path with the value filled in, percent-encoded.
pub(crate) fn fill_path(path: &str, value: &Value) -> String {
    fill_text(path, value, |text| {
        let mut encoded = String::with_capacity(text.len());
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                // Writing to a String cannot fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
        encoded
    })
}

fn fill_json(template: &Value, value: &Value) -> Value {
    match template {
        Value::String(text) => {
            place(text, value).unwrap_or_else(|| Value::String(fill_text(text, value, str::to_owned)))
        }
        Value::Array(list) => list.iter().map(|inner| fill_json(inner, value)).collect(),
        Value::Object(map) => map.iter().map(|(key, inner)| (key.clone(), fill_json(inner, value))).collect(),
        other => other.clone(),
    }
}

/// What belongs at a place.
fn place(name: &str, value: &Value) -> Option<Value> {
    let color = || value.as_str().and_then(Color::parse);
    match name {
        "{value}" => Some(value.clone()),
        "{r}" => color().map(|color| color.red.into()),
        "{g}" => color().map(|color| color.green.into()),
        "{b}" => color().map(|color| color.blue.into()),
        _ => None,
    }
}

/// Fills every place in one pass, so that a value that looks like a place stays as it is.
fn fill_text(template: &str, value: &Value, escape: impl Fn(&str) -> String) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    'text: while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        for name in PLACES {
            if let (true, Some(value)) = (rest.starts_with(name), place(name, value)) {
                filled.push_str(&escape(&plain(&value)));
                rest = &rest[name.len()..];
                continue 'text;
            }
        }
        filled.push('{');
        rest = &rest[1..];
    }
    filled.push_str(rest);
    filled
}

/// A value in running text: `on` and `off`, numbers, strings without quotes.
fn plain(value: &Value) -> String {
    match value {
        Value::Bool(true) => "on".to_owned(),
        Value::Bool(false) => "off".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What an answer holds at a place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Picked {
    Value(Value),
    /// It is JSON, but has nothing there. Holds what to say about it.
    Absent(String),
}

/// The value that an answer holds: at a JSON pointer, or the whole; text that is no JSON counts as a string.
///
/// # Errors
/// What was expected and what was there.
pub(crate) fn pick(answer: &[u8], at: Option<&str>) -> Result<Picked, String> {
    let text =
        std::str::from_utf8(answer).map_err(|_| "expected text, got bytes that are not UTF-8".to_owned())?;
    match (serde_json::from_str::<Value>(text), at) {
        (Ok(json @ (Value::Object(_) | Value::Array(_))), Some(at)) => Ok(match json.pointer(at) {
            Some(value) => Picked::Value(value.clone()),
            None => Picked::Absent(format!("expected a value at {at}, got {}", shortened(text))),
        }),
        (_, Some(at)) if !at.is_empty() => {
            Err(format!("expected JSON with a value at {at}, got {}", shortened(text)))
        }
        (Ok(json), _) => Ok(Picked::Value(json)),
        (Err(_), _) => Ok(Picked::Value(Value::String(text.trim().to_owned()))),
    }
}

/// The start of what a device said, on one line, for a message.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 80;
    let line: String = text.chars().take(MOST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let more = if text.chars().count() > MOST { "…" } else { "" };
    format!("`{}{more}`", line.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn json() -> impl Strategy<Value = Value> {
        let text = prop_oneof![Just("{value}".to_owned()), Just("a {value} {r}".to_owned()), ".*"];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            text.prop_map(Value::from)
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(".*", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    /// The same keys and lengths everywhere.
    fn same_shape(a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::Array(a), Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_shape(a, b))
            }
            (Value::Object(a), Value::Object(b)) => {
                a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same_shape(a, b)))
            }
            (Value::Array(_) | Value::Object(_), _) | (_, Value::Array(_) | Value::Object(_)) => false,
            _ => true,
        }
    }

    proptest! {
        #[test]
        fn a_value_never_breaks_json(template in json(), value in ".*") {
            let rendered = Template::Json(template.clone()).render(&Value::from(value));
            let read: Value = serde_json::from_str(&rendered).expect("JSON");
            prop_assert!(same_shape(&template, &read), "{template} became {read}");
        }

        #[test]
        fn a_payload_written_as_json_stays_json(value in ".*") {
            let template = Template::text(r#"{"mode": "{value}", "note": "to {value}!"}"#).unwrap();
            let read: Value = serde_json::from_str(&template.render(&Value::from(value.as_str()))).expect("JSON");
            prop_assert_eq!(read, serde_json::json!({ "mode": value, "note": format!("to {value}!") }));
        }

        #[test]
        fn a_value_stays_in_its_segment_of_the_path(value in ".*") {
            let filled = fill_path("/a/{value}/b", &Value::from(value));
            prop_assert_eq!(filled.split('/').count(), 4);
            prop_assert!(!filled.contains(['?', '#', ' ', '\r', '\n']));
        }

        #[test]
        fn any_answer_is_picked_apart_without_a_panic(answer: Vec<u8>, at in proptest::option::of("(/[a-z0-9~]{0,3}){0,3}")) {
            let _ = pick(&answer, at.as_deref());
        }
    }
}
