//! The JSON Schema of skill files, for editors.
//!
//! The manifest is read by hand, so that every fault has its place and its remedy; there is no type that a schema could be derived from.
//! The names that may grow (capabilities, kinds of devices) are taken from the code, and the tests hold the rest to what is read.

use mynah_home::{Capability, Kind};
use serde_json::{Map, Value, json};

/// The schema (draft 07, which the TOML language servers know) as a file, with a line end.
#[must_use]
pub fn schema() -> String {
    let mut text = serde_json::to_string_pretty(&document()).unwrap_or_default();
    text.push('\n');
    text
}

fn document() -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A skill of Mynah",
        "description": "What is said, what is meant, what is done, what is answered, what it may reach, and its tests",
        "type": "object",
        "required": ["skill", "intent"],
        "additionalProperties": false,
        "properties": {
            "skill": table(&["name"], json!({
                "name": text("Its own among all skills"),
                "language": text("BCP 47 tag of the sentences; `en` without it"),
                "summary": text("What it is for, as \"what can I say\" tells it"),
                "version": text("For people"),
                "skip_words": texts("Words that may stand anywhere without changing the meaning, such as \"please\""),
                "extends": text("The skill that this one adds to"),
            })),
            "permissions": table(&[], json!({
                "devices": texts("Patterns on device ids, `light.*`; anything else is refused"),
                "http": texts("Patterns on addresses, `http://coffee.local/*`"),
                "mqtt": texts("Topic filters, `coffee/#`"),
            })),
            "rules": {
                "type": "object",
                "description": "Parts of sentences, used as <name>",
                "additionalProperties": text("A template"),
            },
            "lists": {
                "type": "object",
                "description": "Values of {name}, beside the lists that are always there",
                "additionalProperties": { "$ref": "#/definitions/list" },
            },
            "scenes": {
                "type": "object",
                "description": "Actions that intents do by name: { scene = \"movie\" }",
                "additionalProperties": { "type": "array", "items": { "$ref": "#/definitions/action" } },
            },
            "intent": { "type": "array", "items": { "$ref": "#/definitions/intent" }, "minItems": 1 },
            "translations": {
                "type": "object",
                "description": "The words of this skill in other languages, by BCP 47 tag",
                "additionalProperties": { "$ref": "#/definitions/translation" },
            },
            "refuse": {
                "type": "array",
                "description": "What this skill must not understand",
                "items": { "$ref": "#/definitions/test" },
            },
        },
        "definitions": {
            "intent": table(&["name", "sentences"], json!({
                "name": text("`light.power`"),
                "sentences": texts("Templates: (a|b), [a], (a;b), <rule>, {list}, {list:slot}"),
                "slots": { "type": "object", "description": "Slots that are filled without being said" },
                "risk": {
                    "enum": ["low", "confirm", "pin"],
                    "description": "`confirm`: done after a yes; `pin`: after the PIN",
                },
                "needs": texts("Only in a house that has such a device, `tv.*`"),
                "requires_context": context("Context that must hold, such as `area`, the room of the speaker"),
                "excludes_context": context("Context that must not hold"),
                "do": { "type": "array", "items": { "$ref": "#/definitions/action" } },
                "reply": { "$ref": "#/definitions/reply" },
                "test": { "type": "array", "items": { "$ref": "#/definitions/test" } },
            })),
            "reply": {
                    "description": "What is answered: the first whose slots were all said",
                    "oneOf": [
                        { "type": "string" },
                        { "type": "array", "items": { "oneOf": [
                            { "type": "string" },
                            table(&["say"], json!({
                                "when": { "type": "object", "description": "Values that slots must have; true for any" },
                                "say": texts("One wording or several, which take turns"),
                            })),
                        ] } },
                    ],
                },
            "translation": table(&[], json!({
                "summary": text("What it is for"),
                "skip_words": texts("Words that may stand anywhere without changing the meaning"),
                "rules": { "type": "object", "additionalProperties": text("A template") },
                "lists": { "type": "object", "additionalProperties": { "$ref": "#/definitions/list" } },
                "says": {
                    "type": "object",
                    "description": "What `say` actions say, by their own texts",
                    "additionalProperties": text("The same in this language"),
                },
                "intent": { "type": "array", "items": table(&["name", "sentences"], json!({
                    "name": text("An intent of this skill"),
                    "sentences": texts("Templates"),
                    "reply": { "$ref": "#/definitions/reply" },
                    "asks": {
                        "type": "object",
                        "description": "Questions, by the slot that they ask for",
                        "additionalProperties": { "oneOf": [
                            { "type": "string" },
                            table(&["ask"], json!({ "ask": text("A question"), "answers": { "$ref": "#/definitions/answers" } })),
                        ] },
                    },
                    "test": { "type": "array", "items": { "$ref": "#/definitions/test" } },
                })) },
                "refuse": { "type": "array", "items": { "$ref": "#/definitions/test" } },
            })),
            "list": { "oneOf": [
                {
                    "type": "array",
                    "minItems": 1,
                    "items": { "oneOf": [
                        { "type": "string" },
                        table(&["in"], json!({
                            "in": text("What is said: a template"),
                            "out": { "description": "What is meant", "type": ["string", "number", "boolean"] },
                            "context": { "type": "object", "additionalProperties": { "type": "string" } },
                        })),
                    ] },
                },
                table(&["from", "to"], json!({
                    "from": { "type": "integer" },
                    "to": { "type": "integer" },
                    "step": { "type": "integer", "minimum": 1 },
                    "type": { "enum": ["number", "percentage", "temperature"] },
                    "fractions": { "enum": ["none", "halves", "tenths"] },
                    "multiplier": { "type": "number" },
                    "digits": { "type": "boolean", "description": "false: not as digits, \"20\"" },
                    "words": { "type": "boolean", "description": "false: not in words, \"twenty\"" },
                })),
                table(&["wildcard"], json!({ "wildcard": { "const": true, "description": "Any words" } })),
                table(&["duration"], json!({ "duration": { "const": true, "description": "A span of time" } })),
            ] },
            "answers": {
                "description": "What may be answered to a question; without it, the values of the slot's list",
                "oneOf": [text("A list, such as {duration}"), { "$ref": "#/definitions/list" }],
            },
            "argument": { "type": ["string", "number", "boolean"] },
            "action": { "oneOf": actions() },
            "test": table(&["say"], json!({
                "say": text("A sentence"),
                "area": text("The room of the speaker"),
                "intent": text("Another intent than the one that it stands in"),
                "slots": { "type": "object", "description": "Values that the slots must have" },
                "does": {
                    "type": "array",
                    "items": { "anyOf": [
                        { "$ref": "#/definitions/change" },
                        { "$ref": "#/definitions/action" },
                    ] },
                },
                "reply": text("The answer when all goes as hoped"),
                "asks": text("What is asked back"),
                "answer": texts("What is answered to it, and to the questions that follow"),
                "refuse": { "type": "boolean", "description": "Not understood by this skill, or refused" },
            })),
            "change": change(),
        },
    })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn texts(description: &str) -> Value {
    json!({
        "description": description,
        "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }],
    })
}

fn table(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "required": required, "additionalProperties": false, "properties": properties })
}

fn context(description: &str) -> Value {
    json!({
        "type": "object",
        "description": description,
        "additionalProperties": { "oneOf": [
            { "type": "string" },
            { "type": "array", "items": { "type": "string" } },
            { "const": true, "description": "Any value" },
            table(&["slot"], json!({
                "slot": { "const": true, "description": "Any value, which fills the slot of that name" },
            })),
        ] },
    })
}

fn capability(fits: impl Fn(Capability) -> bool) -> Value {
    let names: Vec<&str> = Capability::ALL.into_iter().filter(|c| fits(*c)).map(Capability::name).collect();
    json!({ "enum": names })
}

/// The entries of `do`: each has one key that says what it is.
fn actions() -> Vec<Value> {
    let argument = || json!({ "$ref": "#/definitions/argument" });
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    let on = || {
        texts(&format!(
            "`{{targets}}` (without it), `{{nearby}}`, `{{target}}`, a slot, or a pattern on device ids; kinds are {}",
            kinds.join(", ")
        ))
    };
    let one_of = |names: &[&str]| json!({ "enum": names });
    vec![
        table(
            &["set", "to"],
            json!({ "set": capability(Capability::is_writable), "to": argument(), "on": on() }),
        ),
        table(
            &["adjust", "by"],
            json!({ "adjust": capability(|c| c.is_writable() && c.range().is_some()), "by": argument(), "on": on() }),
        ),
        table(&["read"], json!({ "read": capability(Capability::is_readable), "on": on() })),
        table(
            &["http"],
            json!({ "http": table(&["url"], json!({
            "method": one_of(&["GET", "POST", "PUT", "PATCH", "DELETE"]),
            "url": { "type": "string", "pattern": "^https?://" },
            "json": {},
        })) }),
        ),
        table(
            &["mqtt"],
            json!({ "mqtt": table(&["topic", "payload"], json!({
            "topic": { "type": "string" },
            "payload": { "description": "A text; anything else becomes JSON" },
            "retain": { "type": "boolean" },
        })) }),
        ),
        table(
            &["timer", "length"],
            json!({ "timer": one_of(&["start"]), "length": argument(), "name": text("A name or a slot") }),
        ),
        table(
            &["timer"],
            json!({ "timer": one_of(&["cancel", "remaining"]), "name": text("A name or a slot") }),
        ),
        table(
            &["alarm", "at"],
            json!({
                "alarm": one_of(&["set"]),
                "at": text("`07:00`, or slots of days, times, spans and recurrences"),
                "morning": { "type": ["boolean", "string"] },
                "about": text("A slot"),
            }),
        ),
        table(
            &["alarm"],
            json!({ "alarm": one_of(&["cancel"]), "at": text("A slot"), "about": text("A slot") }),
        ),
        table(&["alarm"], json!({ "alarm": one_of(&["cancel_all", "list"]) })),
        table(&["alarm", "length"], json!({ "alarm": one_of(&["snooze"]), "length": argument() })),
        table(
            &["reminder", "at"],
            json!({
                "reminder": one_of(&["set"]),
                "at": text("`07:00`, or slots of days, times, spans and recurrences"),
                "morning": { "type": ["boolean", "string"] },
                "about": text("What is to be remembered"),
            }),
        ),
        table(
            &["reminder"],
            json!({ "reminder": one_of(&["cancel"]), "at": text("A slot"), "about": text("A slot") }),
        ),
        table(&["reminder"], json!({ "reminder": one_of(&["cancel_all", "list"]) })),
        table(&["volume", "to"], json!({ "volume": one_of(&["set"]), "to": argument() })),
        table(&["volume", "by"], json!({ "volume": one_of(&["adjust"]), "by": argument() })),
        table(&["tell"], json!({ "tell": one_of(&["time", "date"]) })),
        table(
            &["list", "name", "item"],
            json!({ "list": one_of(&["add", "remove"]), "name": text("The list"), "item": text("A slot") }),
        ),
        table(&["list", "name"], json!({ "list": one_of(&["read", "clear"]), "name": text("The list") })),
        table(&["say"], json!({ "say": text("What the assistant says before the reply") })),
        table(
            &["ask", "slot"],
            json!({
                "ask": text("A question, asked before anything is done when the slot was not said"),
                "slot": text("The slot that the answer fills"),
                "answers": { "$ref": "#/definitions/answers" },
            }),
        ),
        table(&["scene"], json!({ "scene": text("One of [scenes], or a slot that names one") })),
        table(&["delay"], json!({ "delay": argument() })),
        table(
            &["sequence"],
            json!({ "sequence": {
            "description": "One after the other, up to the first that does not work",
            "type": "array",
            "items": { "$ref": "#/definitions/action" },
        } }),
        ),
        table(&["help"], json!({ "help": { "type": ["string", "boolean"] } })),
        table(&["undo"], json!({ "undo": { "const": true } })),
        table(&["cancel"], json!({ "cancel": { "const": true } })),
    ]
}

/// What a test expects of a device: one capability and its state, or a read or a change.
fn change() -> Value {
    let mut states = Map::new();
    states.insert("device".into(), text("A name or an id"));
    for capability in Capability::ALL {
        states.insert(capability.name().into(), json!({ "$ref": "#/definitions/argument" }));
    }
    let device = || text("A name or an id");
    json!({ "oneOf": [
        {
            "type": "object",
            "required": ["device"],
            "additionalProperties": false,
            "minProperties": 2,
            "maxProperties": 2,
            "properties": states,
        },
        table(&["device", "read"], json!({ "device": device(), "read": capability(|_| true) })),
        table(
            &["device", "adjust", "by"],
            json!({ "device": device(), "adjust": capability(|_| true), "by": { "type": "number" } }),
        ),
    ] })
}
