//! `tests/<language>/*.yaml` → [`Tests`].

use std::collections::BTreeMap;

use super::yaml::{Node, Yaml};
use super::{File, Map, Reader};
use crate::{Fault, List, ListEntry, Origin, Reading, Value};

/// What a language of the corpus tests, and the house that the tests are made for.
#[derive(Clone, Debug, Default)]
pub struct Tests {
    /// The lists `name`, `area` and `floor`.
    pub lists: BTreeMap<String, List>,
    /// What the house is made of: floors, areas and entities.
    pub things: Vec<Thing>,
    /// In the order of the files.
    pub cases: Vec<Case>,
}

/// Something of the house that the tests are made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// `entities`, `areas` or `floors`.
    pub kind: &'static str,
    /// `light.bedroom_lamp`, `bedroom`, `first_floor`.
    pub id: String,
    /// What it may be called; at least one.
    pub names: Vec<String>,
    /// The area of an entity, the floor of an area: its id.
    pub within: Option<String>,
    /// What else is known of an entity, with its domain.
    pub attributes: BTreeMap<String, String>,
}

/// A sentence, and what it means.
#[derive(Clone, Debug)]
pub struct Case {
    /// Where it stands.
    pub origin: Origin,
    /// What is said.
    pub say: String,
    /// The intent.
    pub intent: String,
    /// What each slot is filled with; any one of the values.
    pub slots: BTreeMap<String, Vec<Value>>,
    /// What is known when it is said, and what is known after it; if empty, what is known after it is not looked at.
    pub context: BTreeMap<String, String>,
}

/// What a reading has otherwise than a test.
#[derive(Clone, Debug, PartialEq)]
pub enum Difference {
    /// Nothing was recognised.
    NoReading,
    /// Another intent.
    Intent(String),
    /// A slot that the test does not have, that has another value, or that was not filled.
    Slot(String),
    /// The context after it.
    Context(BTreeMap<String, String>),
}

impl Case {
    /// Whether a reading is what the test states: the same intent, the same slots and, if the test states a
    /// context, the same context.
    ///
    /// # Errors
    /// The first difference.
    pub fn judge(&self, reading: Option<&Reading>) -> Result<(), Difference> {
        let reading = reading.ok_or(Difference::NoReading)?;
        if reading.intent.name != self.intent {
            return Err(Difference::Intent(reading.intent.name.clone()));
        }
        for (name, slot) in &reading.intent.slots {
            let stated = self.slots.get(name).map_or(&[][..], Vec::as_slice);
            if !stated.iter().any(|stated| is_same(&slot.value, stated)) {
                return Err(Difference::Slot(name.clone()));
            }
        }
        if let Some(name) = self.slots.keys().find(|name| !reading.intent.slots.contains_key(*name)) {
            return Err(Difference::Slot(name.clone()));
        }
        if !self.context.is_empty() && reading.context != self.context {
            return Err(Difference::Context(reading.context.clone()));
        }
        Ok(())
    }
}

/// Numbers are compared as numbers: the corpus does not tell a percentage from a count.
fn is_same(found: &Value, stated: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::Number(n) | Value::Percentage(n) | Value::Temperature(n) => Some(*n),
        _ => None,
    };
    match (found, stated) {
        (Value::AnyOf(texts), Value::Text(text)) => texts.contains(text),
        _ => match (number(found), number(stated)) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-9,
            _ => found == stated,
        },
    }
}

pub(super) fn read(files: &[File<'_>]) -> Result<Tests, Vec<Fault>> {
    let mut reader = Reader::default();
    let mut tests = Tests::default();
    for kind in ["name", "area", "floor"] {
        tests.lists.insert(kind.to_owned(), List::Text(Vec::new()));
    }
    for file in files {
        let name = file.name.rsplit(['/', '\\']).next().unwrap_or_default();
        let Some(node) = reader.file(file) else { continue };
        match name {
            "_fixtures.yaml" => reader.fixtures(&node, &mut tests),
            // Sentences that hassil is known to get wrong; they are tested all the same.
            "_test_failures.yaml" => {}
            _ => reader.cases(&node, &mut tests),
        }
    }
    if reader.faults.is_empty() { Ok(tests) } else { Err(reader.faults) }
}

impl Reader {
    fn fixtures(&mut self, node: &Node, tests: &mut Tests) {
        let Some(file) = self.map(node, "the file") else { return };
        if ["entities", "areas", "floors"].iter().all(|key| file.get(key).is_none()) {
            self.fault(
                node,
                "no fixtures: it has no `entities`",
                "give the fixtures of the language's tests",
            );
        }
        for (key, list) in [("areas", "area"), ("floors", "floor")] {
            let mut entries = Vec::new();
            for item in self.items(&file, key) {
                let Some(map) = self.map(item, &format!("an item of `{key}`")) else { continue };
                let names = self.names(&map);
                entries.extend(names.iter().map(|name| entry(name, BTreeMap::new())));
                tests.things.extend(self.thing(key, &map, names, BTreeMap::new()));
            }
            tests.lists.insert(list.to_owned(), List::Text(entries));
        }
        let mut entries = Vec::new();
        for item in self.items(&file, "entities") {
            let Some(map) = self.map(item, "an item of `entities`") else { continue };
            let mut context = self.scalars(&map, "attributes");
            if let Some(id) = self.required_text(&map, "id") {
                let domain = id.split('.').next().unwrap_or_default().to_owned();
                context.entry("domain".to_owned()).or_insert(domain);
            }
            let names = self.names(&map);
            entries.extend(names.iter().map(|name| entry(name, context.clone())));
            tests.things.extend(self.thing("entities", &map, names, context));
        }
        tests.lists.insert("name".to_owned(), List::Text(entries));
    }

    fn thing(
        &mut self,
        kind: &'static str,
        map: &Map<'_>,
        names: Vec<String>,
        attributes: BTreeMap<String, String>,
    ) -> Option<Thing> {
        let within = map.get(if kind == "entities" { "area" } else { "floor" });
        let within = within.and_then(|node| self.text(node, "where it is"));
        let id = map.get("id").and_then(|node| self.text(node, "`id`"));
        let id = id.or_else(|| names.first().cloned())?;
        (!names.is_empty()).then_some(Thing { kind, id, names, within, attributes })
    }

    /// What a thing may be called: its name is a template, and each of its sentences is a name.
    fn names(&mut self, map: &Map<'_>) -> Vec<String> {
        let Some(name) = self.required_text(map, "name") else { return Vec::new() };
        match crate::template::sentences(&name, MOST_NAMES) {
            Some(names) => names,
            None => {
                let message = format!("`{name}` is no name");
                self.fault(map.get("name").unwrap_or(map.node), message, "write words, (a|b) and [c] only");
                Vec::new()
            }
        }
    }

    fn cases(&mut self, node: &Node, tests: &mut Tests) {
        let Some(file) = self.map(node, "the file") else { return };
        if file.get("tests").is_none() {
            let help = "give files as `tests/<language>/*.yaml` has them";
            self.fault(node, "no file of tests: it has no `tests`", help);
            return;
        }
        for test in self.items(&file, "tests") {
            let Some(test) = self.map(test, "a test") else { continue };
            let Some(intent) = test.get("intent") else {
                self.fault(test.node, "`intent` is missing", "say what the sentences mean");
                continue;
            };
            let Some(intent) = self.map(intent, "`intent`") else { continue };
            let Some(name) = self.required_text(&intent, "name") else { continue };
            let mut slots = BTreeMap::new();
            for (slot, node) in self.entries(&intent, "slots") {
                let values = match &node.value {
                    Yaml::List(items) => items.iter().filter_map(|item| self.value(item)).collect(),
                    _ => self.value(node).into_iter().collect(),
                };
                slots.insert(slot.clone(), values);
            }
            let context = self.scalars(&intent, "context");
            for (say, node) in self.texts(&test, "sentences") {
                let (intent, slots, context) = (name.clone(), slots.clone(), context.clone());
                tests.cases.push(Case { origin: node.origin.clone(), say, intent, slots, context });
            }
        }
    }
}

/// The most names of one thing.
const MOST_NAMES: usize = 1000;

fn entry(name: &str, context: BTreeMap<String, String>) -> ListEntry {
    let value = Value::Text(name.to_owned());
    ListEntry { context, ..ListEntry::new(crate::template::escaped(name), value) }
}
