//! `sentences/<language>/*.yaml` → [`Spec`].

use std::collections::BTreeMap;

use super::yaml::{Node, Yaml};
use super::{File, Map, Reader};
use crate::{Fault, Fractions, IntentSpec, List, ListEntry, NumberKind, Sentence, Spec, Value, Written};

pub(super) fn read(files: &[File<'_>]) -> Result<Spec, Vec<Fault>> {
    let mut reader = Reader::default();
    // Home Assistant calls for the device that was said, whatever else a sentence could mean.
    let mut spec = Spec { lenient: true, best_slot: Some("name".to_owned()), ..Spec::default() };
    for file in files {
        if let Some(node) = reader.file(file) {
            reader.sentences(&node, &mut spec);
        }
    }
    if !reader.faults.is_empty() {
        return Err(reader.faults);
    }
    // Of readings that are alike, the one of the intent that was met first: hassil keeps the groups of an intent
    // together, whichever files they are in.
    let mut place = BTreeMap::new();
    for intent in &spec.intents {
        let next = place.len();
        place.entry(intent.name.clone()).or_insert(next);
    }
    spec.intents.sort_by_key(|intent| place[&intent.name]);
    Ok(spec)
}

/// What a file of sentences may have.
const KEYS: [&str; 5] = ["intents", "lists", "expansion_rules", "skip_words", "responses"];

impl Reader {
    fn sentences(&mut self, node: &Node, spec: &mut Spec) {
        let Some(file) = self.map(node, "the file") else { return };
        if !KEYS.iter().any(|key| file.get(key).is_some()) {
            let message = format!("no file of sentences: it has none of `{}`", KEYS.join("`, `"));
            self.fault(node, message, "give files as `sentences/<language>/*.yaml` has them");
            return;
        }
        if let Some(language) = self.required_text(&file, "language") {
            if spec.language.is_empty() {
                spec.language = language;
            } else if spec.language != language {
                let message = format!("a file of `{language}` among those of `{}`", spec.language);
                self.fault(file.get("language").unwrap_or(node), message, "read one language at a time");
            }
        }
        if let Some(settings) = file.get("settings").and_then(|node| self.map(node, "`settings`")) {
            let ignores = settings.get("ignore_whitespace").map(|node| &node.value);
            spec.ignores_spaces |= matches!(ignores, Some(Yaml::Bool(true)));
        }
        for (name, body) in self.entries(&file, "expansion_rules") {
            if let Some(rule) = self.sentence(body, &format!("rule <{name}>"))
                && spec.rules.insert(name.clone(), rule).is_some()
            {
                self.fault(body, format!("rule <{name}> twice"), "remove one of them");
            }
        }
        for (name, body) in self.entries(&file, "lists") {
            if let Some(list) = self.list(name, body)
                && spec.lists.insert(name.clone(), list).is_some()
            {
                self.fault(body, format!("list {{{name}}} twice"), "remove one of them");
            }
        }
        spec.skip_words.extend(self.texts(&file, "skip_words").into_iter().map(|(word, _)| word));
        for (name, intent) in self.entries(&file, "intents") {
            let Some(intent) = self.map(intent, &format!("intent `{name}`")) else { continue };
            if intent.get("data").is_none() {
                self.fault(intent.node, format!("intent `{name}` has no `data`"), "add its sentences");
            }
            for group in self.items(&intent, "data") {
                if let Some(group) = self.map(group, &format!("a group of `{name}`")) {
                    let group = self.group(name, &group);
                    spec.intents.extend(group);
                }
            }
        }
    }

    fn group(&mut self, name: &str, map: &Map<'_>) -> Option<IntentSpec> {
        if map.get("sentences").is_none() {
            self.fault(map.node, format!("a group of `{name}` has no `sentences`"), "add them");
            return None;
        }
        let mut group = IntentSpec { name: name.to_owned(), ..IntentSpec::default() };
        let mut known = std::collections::HashSet::new();
        for (template, node) in self.texts(map, "sentences") {
            // The corpus has some twice; it means nothing.
            if known.insert(template.clone()) {
                group.sentences.push(Sentence { template, origin: node.origin.clone() });
            }
        }
        if group.sentences.is_empty() {
            return None;
        }
        for (name, body) in self.entries(map, "expansion_rules") {
            if let Some(rule) = self.sentence(body, &format!("rule <{name}>")) {
                group.rules.insert(name.clone(), rule);
            }
        }
        for (name, body) in self.entries(map, "lists") {
            if let Some(list) = self.list(name, body) {
                group.lists.insert(name.clone(), list);
            }
        }
        for (slot, node) in self.entries(map, "slots") {
            if let Some(value) = self.value(node) {
                group.slots.insert(slot.clone(), value);
            }
        }
        (group.requires_context, group.context_slots) = self.conditions(map, "requires_context");
        group.excludes_context = self.conditions(map, "excludes_context").0;
        group.required_keywords =
            self.texts(map, "required_keywords").into_iter().map(|(word, _)| word).collect();
        group.response = map.get("response").and_then(|node| self.text(node, "`response`"));
        group.metadata = self.scalars(map, "metadata");
        Some(group)
    }

    /// `domain: light`, `domain: [light, fan]`, `area: { slot: true }`, `area: { value: kitchen, slot: preferred_area }`:
    /// permitted values by key (none: any), and slots by key.
    fn conditions(
        &mut self,
        map: &Map<'_>,
        key: &str,
    ) -> (BTreeMap<String, Vec<String>>, BTreeMap<String, String>) {
        let mut permitted = BTreeMap::new();
        let mut slots = BTreeMap::new();
        for (name, node) in self.entries(map, key) {
            let mut value = Some(node);
            if let Yaml::Map(entries) = &node.value {
                let inner = Map { entries, node };
                value = inner.get("value");
                match inner.get("slot").map(|slot| &slot.value) {
                    Some(Yaml::Bool(true)) => {
                        slots.insert(name.clone(), name.clone());
                    }
                    Some(Yaml::Text(slot)) => {
                        slots.insert(name.clone(), slot.clone());
                    }
                    _ => {}
                }
            }
            let values = match value.map(|node| (node, &node.value)) {
                None | Some((_, Yaml::Null)) => Vec::new(),
                Some((_, Yaml::List(items))) => {
                    items.iter().filter_map(|item| self.text(item, "a value")).collect()
                }
                Some((node, _)) => self.text(node, &format!("`{name}`")).into_iter().collect(),
            };
            permitted.insert(name.clone(), values);
        }
        (permitted, slots)
    }

    fn sentence(&mut self, node: &Node, what: &str) -> Option<Sentence> {
        let template = self.text(node, what)?;
        Some(Sentence { template, origin: node.origin.clone() })
    }

    fn list(&mut self, name: &str, node: &Node) -> Option<List> {
        let map = self.map(node, &format!("list {{{name}}}"))?;
        if map.get("values").is_some() {
            let values = self.items(&map, "values").iter();
            return Some(List::Text(values.filter_map(|value| self.entry(name, value)).collect()));
        }
        if let Some(range) = map.get("range") {
            let range = self.map(range, "`range`")?;
            return self.range(&range);
        }
        match map.get("wildcard").map(|node| &node.value) {
            Some(Yaml::Bool(true)) => Some(List::Wildcard),
            _ => {
                let help = "a list has `values`, a `range` or `wildcard: true`";
                self.fault(node, format!("list {{{name}}} has no values"), help);
                None
            }
        }
    }

    fn entry(&mut self, list: &str, node: &Node) -> Option<ListEntry> {
        let Yaml::Map(entries) = &node.value else {
            let said = self.text(node, &format!("a value of {{{list}}}"))?;
            return Some(ListEntry::new(said.clone(), Value::Text(said)));
        };
        let map = Map { entries, node };
        let said = self.required_text(&map, "in")?;
        let value = match map.get("out") {
            Some(out) => self.value(out),
            None => None,
        };
        let value = value.unwrap_or_else(|| Value::Text(said.clone()));
        let context = self.scalars(&map, "context");
        let metadata = self.scalars(&map, "metadata");
        Some(ListEntry { said, value, context, metadata })
    }

    fn range(&mut self, map: &Map<'_>) -> Option<List> {
        let from = self.integer(map, "from", None);
        let to = self.integer(map, "to", None);
        let step = self.integer(map, "step", Some(1));
        let kind = self.one_of(
            map,
            "type",
            &[
                ("number", NumberKind::Number),
                ("percentage", NumberKind::Percentage),
                ("temperature", NumberKind::Temperature),
            ],
        );
        let fractions =
            self.one_of(map, "fractions", &[("halves", Fractions::Halves), ("tenths", Fractions::Tenths)]);
        let multiplier = match map.get("multiplier").map(|node| (node, &node.value)) {
            None | Some((_, Yaml::Null)) => None,
            Some((_, Yaml::Number(number, _))) if number.is_finite() => Some(*number),
            Some((node, other)) => {
                self.fault(node, format!("`multiplier` is {}, not a number", other.kind()), "write a number");
                None
            }
        };
        let mut may = |key: &str| match map.get(key).map(|node| (node, &node.value)) {
            None | Some((_, Yaml::Null | Yaml::Bool(true))) => true,
            Some((_, Yaml::Bool(false))) => false,
            Some((node, other)) => {
                let message = format!("`{key}` is {}, not true or false", other.kind());
                self.fault(node, message, "leave it out: numbers are taken as digits and in words");
                true
            }
        };
        let written = match (may("digits"), may("words")) {
            (true, true) => Written::Either,
            (true, false) => Written::Digits,
            (false, true) => Written::Words,
            (false, false) => {
                self.fault(map.node, "a range of neither digits nor words", "permit one of them");
                Written::Either
            }
        };
        Some(List::Range {
            from: from?,
            to: to?,
            step: step?,
            kind: kind.unwrap_or(NumberKind::Number),
            fractions: fractions.unwrap_or_default(),
            multiplier,
            written,
        })
    }

    fn integer(&mut self, map: &Map<'_>, key: &str, default: Option<i32>) -> Option<i32> {
        match map.get(key).map(|node| (node, &node.value)) {
            None if default.is_some() => default,
            None => {
                self.fault(map.node, format!("`{key}` is missing"), "a range has `from` and `to`");
                None
            }
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and in bounds")]
            Some((_, Yaml::Number(number, _))) if number.fract() == 0.0 && number.abs() < 1e9 => {
                Some(*number as i32)
            }
            Some((node, other)) => {
                let message = format!("`{key}` is {}, not a whole number", other.kind());
                self.fault(node, message, "write a whole number below 1,000,000,000");
                None
            }
        }
    }

    fn one_of<T: Copy>(&mut self, map: &Map<'_>, key: &str, known: &[(&str, T)]) -> Option<T> {
        let node = map.get(key)?;
        let text = self.text(node, &format!("`{key}`"))?;
        let found = known.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<String> = known.iter().map(|(name, _)| format!("`{name}`")).collect();
            self.fault(node, format!("`{key}` is `{text}`"), &format!("it is {}", names.join(" or ")));
        }
        found
    }
}
