//! The JSON Schema that is committed for editors: the one that the code makes, and one that agrees with what is read.

use std::path::Path;

use mynah_home::{Capability, Home};
use mynah_skill::{Catalog, schema};
use serde_json::{Value, json};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../intents/skill.schema.json");

/// With UPDATE_EXPECT=1 it is written anew.
#[test]
fn the_committed_schema_is_up_to_date() {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(FILE, schema()).expect("a file that can be written");
    }
    let committed = std::fs::read_to_string(FILE).expect("intents/skill.schema.json");
    assert!(committed == schema(), "UPDATE_EXPECT=1 cargo test -p mynah-skill --test schema");
}

#[test]
fn the_skills_that_ship_are_valid() {
    let schema = document();
    let mut count = 0;
    for folder in ["../../intents/en", "../../intents/zh"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let Ok(files) = std::fs::read_dir(folder) else { continue };
        for path in files.map(|file| file.expect("a file").path()) {
            let text = std::fs::read_to_string(&path).expect("a text");
            assert_eq!(faults(&schema, &text), Vec::<String>::new(), "{}", path.display());
            count += 1;
        }
    }
    assert!(count >= 10, "{count}");
    for text in [include_str!("design.toml"), &mynah_skill::starter("coffee").expect("a name")] {
        assert_eq!(faults(&schema, text), Vec::<String>::new());
    }
}

const SKILL: &str = r#"
[skill]
name = "a"
[permissions]
devices = ["light.*"]
http = ["http://a.local/*"]
mqtt = ["a"]
[lists]
size = ["small", { in = "large", out = "big" }]
level = { from = 1, to = 5, step = 1, type = "number" }
[rules]
turn = "turn"
[scenes]
night = [{ set = "power", to = "off", on = "light.*" }]
small = []
big = []
[[intent]]
name = "a"
sentences = ["<turn> {size} {level} {light}"]
risk = "low"
do = [ACTION]
reply = ["x", { when = { size = "small" }, say = ["y", "z"] }]
test = [{ say = "turn small one kitchen lamp", slots = { level = 1 } }]
[[refuse]]
say = "no"
"#;

/// Each line is an action; the schema and the reader agree on whether it is one.
#[test]
fn the_schema_takes_what_is_read() {
    let schema = document();
    let home = Home::parse("home.toml", include_str!("house.toml")).expect("a house");
    let read = |text: &str| Catalog::parse(&[("a.toml".into(), text.into())], &home).is_ok();
    let mut actions: Vec<String> = GOOD.lines().map(str::to_owned).collect();
    for capability in Capability::ALL {
        let name = capability.name();
        actions.push(format!("{{ read = \"{name}\" }}"));
        actions.push(format!("{{ adjust = \"{name}\", by = 1 }}"));
        actions.push(format!("{{ set = \"{name}\", to = \"{{size}}\" }}"));
    }
    actions.extend(BAD.lines().map(str::to_owned));
    let mut good = 0;
    for action in actions.iter().map(|a| a.trim()).filter(|a| !a.is_empty()) {
        let text = SKILL.replace("ACTION", action);
        let found = faults(&schema, &text);
        assert_eq!(found.is_empty(), read(&text), "{action}: {found:?}");
        good += usize::from(found.is_empty());
    }
    assert!(good > GOOD.lines().count());
    // Keys that are not known, wherever they stand.
    for (key, place) in [
        ("[skill]", "nam = 1"),
        ("[permissions]", "x = []"),
        ("[[intent]]", "sentence = []"),
        ("[[refuse]]", "said = 1"),
    ] {
        let text = SKILL.replace("ACTION", "").replace(key, &format!("{key}\n{place}"));
        assert!(!read(&text) && !faults(&schema, &text).is_empty(), "{place}");
    }
}

const GOOD: &str = r#"
    { set = "power", to = "on" }
    { set = "power", to = true, on = "light.*" }
    { set = "brightness", to = 30, on = ["{light}"] }
    { adjust = "brightness", by = -20, on = "{targets}" }
    { http = { url = "http://a.local/" } }
    { http = { method = "POST", url = "http://a.local/{size}", json = { a = [1, "{size}"] } } }
    { mqtt = { topic = "a", payload = "x", retain = true } }
    { mqtt = { topic = "a", payload = { x = 1 } } }
    { timer = "start", length = "10 minutes", name = "{size}" }
    { timer = "cancel" }
    { timer = "remaining", name = "{size}" }
    { alarm = "set", at = "07:00", morning = true }
    { alarm = "set", at = "{size} {level}", morning = "{size}" }
    { alarm = "cancel", at = "{size}" }
    { alarm = "cancel_all" }
    { alarm = "list" }
    { alarm = "snooze", length = "9 minutes" }
    { reminder = "set", at = "{size}", about = "{level}" }
    { reminder = "cancel", about = "{size}" }
    { reminder = "list" }
    { undo = true }
    { volume = "set", to = 10 }
    { volume = "adjust", by = "{level}" }
    { tell = "time" }
    { list = "add", name = "shopping", item = "{size}" }
    { list = "remove", name = "shopping", item = "{size}" }
    { list = "clear", name = "shopping" }
    { say = "hello {size}" }
    { ask = "How large?", slot = "size" }
    { ask = "How many?", slot = "level" }
    { ask = "How long?", slot = "length", answers = "{duration}" }
    { ask = "How many?", slot = "cups", answers = { from = 1, to = 4 } }
    { ask = "Where to?", slot = "area" }
    { scene = "night" }
    { scene = "{size}" }
    { delay = "5 seconds" }
    { delay = 5 }, { set = "power", to = "on" }
    { sequence = [{ set = "power", to = "on" }, { delay = 3 }, { http = { url = "http://a.local/" } }] }
    { help = true }
    { help = "{size}" }
    { cancel = true }
"#;

const BAD: &str = r#"
    { set = "power" }
    { sett = "power", to = "on" }
    { set = "power", to = "on", too = 1 }
    { http = { uri = "http://a.local/" } }
    { http = { method = "BREW", url = "http://a.local/" } }
    { mqtt = { topic = "a" } }
    { timer = "start" }
    { timer = "strat", length = "3 minutes" }
    { volume = "adjust", to = 10 }
    { tell = "weather" }
    { say = 3 }
    { ask = "How large?" }
    { ask = "How large?", slot = "size", answers = 3 }
    { ask = "How large?", slot = "size", answers = [] }
    { delay = ["5"] }
    { sequence = { set = "power", to = "on" } }
    { list = "add", name = "shopping" }
    {}
"#;

fn document() -> Value {
    serde_json::from_str(&schema()).expect("JSON")
}

/// What the schema has against a file.
fn faults(schema: &Value, text: &str) -> Vec<String> {
    let table: toml::Table = text.parse().expect("TOML");
    let mut found = Vec::new();
    validate(schema, schema, &json!(table), "", &mut found);
    found
}

/// As much of JSON Schema as ours uses; a word that is not known here fails the test.
fn validate(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let ok = |schema: &Value| {
        let mut found = Vec::new();
        validate(root, schema, value, at, &mut found);
        found.is_empty()
    };
    let mut tell = |good: bool, what: String| {
        if !good {
            found.push(format!("{at}: {what}"));
        }
    };
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut inside = Vec::new();
    for (word, rule) in schema.as_object().expect("a schema") {
        match word.as_str() {
            "$schema" | "title" | "description" | "definitions" => {}
            "$ref" => {
                let name =
                    rule.as_str().and_then(|r| r.strip_prefix("#/definitions/")).expect("a definition");
                tell(ok(&root["definitions"][name]), format!("is no {name}"));
            }
            "type" => {
                let wanted = if rule.is_array() { list(rule) } else { vec![rule.clone()] };
                let is = |wanted: &Value| match wanted.as_str() {
                    Some("object") => value.is_object(),
                    Some("array") => value.is_array(),
                    Some("string") => value.is_string(),
                    Some("integer") => value.is_i64(),
                    Some("number") => value.is_number(),
                    Some("boolean") => value.is_boolean(),
                    other => panic!("{other:?}"),
                };
                tell(wanted.iter().any(is), format!("is not {rule}"));
            }
            "enum" => tell(list(rule).contains(value), format!("is none of {rule}")),
            "const" => tell(rule == value, format!("is not {rule}")),
            "minimum" => tell(value.as_f64() >= rule.as_f64(), format!("is less than {rule}")),
            "minItems" => tell(
                value.as_array().is_some_and(|v| v.len() as u64 >= rule.as_u64().unwrap_or(0)),
                "has too few".into(),
            ),
            "minProperties" => tell(
                value.as_object().is_some_and(|v| v.len() as u64 >= rule.as_u64().unwrap_or(0)),
                "has too few".into(),
            ),
            "maxProperties" => tell(
                value.as_object().is_some_and(|v| v.len() as u64 <= rule.as_u64().unwrap_or(0)),
                "has too many".into(),
            ),
            "pattern" => {
                assert_eq!(rule, "^https?://");
                let text = value.as_str().unwrap_or_default();
                tell(text.starts_with("http://") || text.starts_with("https://"), format!("is not {rule}"));
            }
            "required" => {
                for key in list(rule) {
                    tell(value.get(key.as_str().unwrap_or_default()).is_some(), format!("lacks {key}"));
                }
            }
            "oneOf" => {
                let fit = list(rule).iter().filter(|schema| ok(schema)).count();
                tell(fit == 1, format!("fits {fit} of the alternatives"));
            }
            "anyOf" => tell(list(rule).iter().any(ok), "fits no alternative".into()),
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    validate(root, rule, item, &format!("{at}/{index}"), &mut inside);
                }
            }
            "properties" => {
                for (key, schema) in rule.as_object().expect("properties") {
                    if let Some(item) = value.get(key) {
                        validate(root, schema, item, &format!("{at}/{key}"), &mut inside);
                    }
                }
            }
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object);
                let others = value.as_object().into_iter().flatten();
                for (key, item) in
                    others.filter(|(key, _)| known.is_none_or(|known| !known.contains_key(*key)))
                {
                    match rule {
                        Value::Bool(false) => tell(false, format!("has {key}")),
                        rule => validate(root, rule, item, &format!("{at}/{key}"), &mut inside),
                    }
                }
            }
            other => panic!("the word {other} of JSON Schema is not known here"),
        }
    }
    found.append(&mut inside);
}
