//! A small home to test with.
#![allow(dead_code, reason = "each test file uses its own part")]

use mynah_intent::{
    Context, IntentSpec, List, ListEntry, NumberKind, Origin, Reading, Recognizer, Sentence, Spec, Value,
};

pub(crate) fn sentence(template: &str) -> Sentence {
    Sentence {
        template: template.to_owned(),
        origin: Origin { file: "test".into(), span: 0..template.len() },
    }
}

/// `("kitchen lamp", "lamp.kitchen")`
pub(crate) fn text_list(entries: &[(&str, &str)]) -> List {
    let entry = |(said, value): &(&str, &str)| ListEntry::new(*said, Value::Text((*value).to_owned()));
    List::Text(entries.iter().map(entry).collect())
}

pub(crate) fn range(from: i32, to: i32, kind: NumberKind) -> List {
    List::range(from, to, kind)
}

pub(crate) fn intent(name: &str, sentences: &[&str]) -> IntentSpec {
    IntentSpec {
        name: name.to_owned(),
        sentences: sentences.iter().map(|s| sentence(s)).collect(),
        ..IntentSpec::default()
    }
}

/// The global part of the home: rules, lists and skip words, without intents.
pub(crate) fn house() -> Spec {
    let lists = [
        (
            "device",
            text_list(&[
                ("[main] (light|lamp)", "lamp.main"),
                ("kitchen lamp", "lamp.kitchen"),
                ("bedroom lamp", "lamp.bedroom"),
                ("lamp two", "lamp.2"),
                ("café light[s]", "lamp.cafe"),
                ("X-Box", "xbox"),
            ]),
        ),
        (
            "area",
            text_list(&[("kitchen", "kitchen"), ("bedroom", "bedroom"), ("living room", "living_room")]),
        ),
        ("state", text_list(&[("on", "on"), ("off", "off")])),
        ("percent", range(0, 100, NumberKind::Percentage)),
        ("degrees", range(5, 30, NumberKind::Temperature)),
        ("frost", range(-30, 5, NumberKind::Temperature)),
        ("channel", range(1, 250, NumberKind::Number)),
        ("time", List::Duration),
        ("item", List::Wildcard),
        ("list", text_list(&[("shopping", "shopping"), ("to-do", "todo")])),
    ];
    Spec {
        language: "en".to_owned(),
        rules: [("turn", "(turn|switch)"), ("the", "[the|my]"), ("in_area", "in <the> {area}")]
            .map(|(name, body)| (name.to_owned(), sentence(body)))
            .into(),
        lists: lists.map(|(name, list)| (name.to_owned(), list)).into(),
        skip_words: ["please", "um", "could you", "hey"].map(str::to_owned).into(),
        intents: Vec::new(),
        ..Spec::default()
    }
}

pub(crate) fn home() -> Spec {
    let mut spec = house();
    let mut here = intent("light.here", &["<turn> {state} the light[s]"]);
    here.requires_context.insert("area".to_owned(), Vec::new());
    spec.intents = vec![
        intent("light.power", &["<turn> {state} <the> {device}", "<turn> <the> {device} {state}"]),
        intent("light.area", &["<turn> {state} [all] [the] light[s] <in_area>"]),
        intent(
            "light.dim",
            &["(dim|set) <the> {device} to {percent}", "set (<in_area>;[the] brightness;to {percent})"],
        ),
        intent("climate.set", &["set [the] (temperature|heating) to {degrees}"]),
        intent("tv.channel", &["[<turn> to] channel {channel}"]),
        intent("timer.start", &["(set|start) [a|the] timer for {time}", "[set|start] [a] {time} timer"]),
        intent("list.add", &["add {item} to [the|my] {list} list"]),
        intent("lock", &["(un|)lock the door"]),
        intent("state.ask", &["what's <in_area>", "what is <in_area>", "is it 20% or up-to-date"]),
        here,
    ];
    spec
}

pub(crate) fn compile(spec: Spec) -> Recognizer {
    Recognizer::compile(spec).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

pub(crate) fn context(pairs: &[(&str, &str)]) -> Context {
    Context(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
}

pub(crate) fn show(reading: &Reading) -> String {
    let value = |value: &Value| match value {
        Value::Text(text) => text.clone(),
        Value::AnyOf(texts) => texts.join(" or "),
        Value::Number(n) => n.to_string(),
        Value::Percentage(n) => format!("{n}%"),
        Value::Temperature(n) => format!("{n}°"),
        Value::Duration(span) => format!("{span:?}"),
        other => other.to_string(),
    };
    let mut text = reading.intent.name.clone();
    for (name, slot) in &reading.intent.slots {
        text += &format!(" {name}={} ({:?})", value(&slot.value), slot.said);
    }
    if reading.confidence < 1.0 {
        text += &format!(" {:.2}", reading.confidence);
    }
    text
}

/// A small generator of numbers below `n`, the same for the same seed.
pub(crate) fn choices(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |n| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as usize) % n.max(1)
    }
}
