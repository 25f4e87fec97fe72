//! A skill's TOML file, read and checked as far as it can be without the house.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use mynah_home::{Entry, Fields, Home, Text, did_you_mean, read_toml_leniently};
use mynah_intent::{Fault, Fractions, List, ListEntry, NumberKind, Origin, Sentence, Value};

use crate::Risk;
use crate::action::{ActionTemplate, Verb};
use crate::lists::is_device_list;
use crate::permission::{Permissions, glob};
use crate::template::Template;
use crate::trial::SkillTest;

/// One skill.
#[derive(Clone, Debug)]
pub(crate) struct Manifest {
    pub(crate) file: Arc<str>,
    pub(crate) name: Text,
    /// The skill that this one adds to.
    pub(crate) extends: Option<Text>,
    /// Lists and scenes that came from there.
    pub(crate) inherited: BTreeSet<String>,
    pub(crate) language: String,
    pub(crate) summary: String,
    pub(crate) permissions: Permissions,
    pub(crate) permission_spans: Vec<(String, Range<usize>)>,
    pub(crate) rules: BTreeMap<String, Sentence>,
    pub(crate) lists: BTreeMap<String, (List, Range<usize>)>,
    pub(crate) scenes: BTreeMap<String, Scene>,
    pub(crate) intents: Vec<IntentEntry>,
    pub(crate) refuse: Vec<SkillTest>,
}

/// One `[[intent]]`.
#[derive(Clone, Debug)]
pub(crate) struct IntentEntry {
    pub(crate) name: Text,
    pub(crate) sentences: Vec<Sentence>,
    pub(crate) slots: BTreeMap<String, Value>,
    pub(crate) requires_context: BTreeMap<String, Vec<String>>,
    pub(crate) excludes_context: BTreeMap<String, Vec<String>>,
    /// Patterns on device ids: the sentences are there only in a house that has such a device.
    pub(crate) needs: Vec<String>,
    pub(crate) risk: Risk,
    pub(crate) actions: Vec<ActionTemplate>,
    /// Its actions and answers are those of the skill that this one extends.
    pub(crate) inherits: bool,
    /// The first that fits is taken.
    pub(crate) reply: Vec<ReplyVariant>,
    pub(crate) tests: Vec<SkillTest>,
}

/// One entry of `reply`.
#[derive(Clone, Debug)]
pub(crate) struct ReplyVariant {
    /// Slots that must have been filled, with one of these values; with any, when there are none.
    pub(crate) when: BTreeMap<String, Vec<toml::Value>>,
    /// Wordings of the same.
    pub(crate) say: Vec<(Template, Range<usize>)>,
    pub(crate) span: Range<usize>,
}

/// One of `[scenes]`.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) span: Range<usize>,
    pub(crate) actions: Vec<ActionTemplate>,
}

impl IntentEntry {
    /// Has the house what it needs?
    pub(crate) fn has_its_needs(&self, home: &Home) -> bool {
        let has = |need: &String| home.devices().iter().any(|d| glob(need, d.id.as_str()));
        self.needs.is_empty() || self.needs.iter().any(has)
    }

    /// Does one of its actions read the capability of that name?
    pub(crate) fn reads(&self, name: &str) -> bool {
        let reads =
            |a: &ActionTemplate| matches!(a.verb, Verb::Read { capability, .. } if capability.name() == name);
        self.actions.iter().any(reads)
    }
}

/// Holes of a reply that no slot fills.
pub(crate) const REPLY_WORDS: [&str; 5] = ["targets", "state", "value", "is", "said"];

impl Manifest {
    /// Reads a manifest, and tells every fault in it; `file` is its name there. What is faulty is left out of the manifest, so that
    /// the rest can be looked at too. There is none when the text is not TOML.
    pub(crate) fn parse(file: &str, text: &str) -> (Option<Manifest>, Vec<Fault>) {
        let (manifest, faults) = read_toml_leniently(file, text, read_manifest);
        (manifest, faults.into_iter().map(from_home).collect())
    }

    /// The names of lists and rules that a text of this skill mentions, through rules.
    pub(crate) fn mentions(&self, sentences: &[Sentence]) -> Mentions {
        let mut found = Mentions::default();
        for sentence in sentences {
            self.follow(&sentence.template, &mut found);
        }
        found
    }

    fn follow(&self, template: &str, found: &mut Mentions) {
        for inner in enclosed(template, '{', '}') {
            let (list, slot) = inner.split_once(':').unwrap_or((inner, inner));
            found.lists.insert(list.trim().to_owned());
            found.slots.insert(slot.trim().to_owned(), list.trim().to_owned());
        }
        for rule in enclosed(template, '<', '>') {
            let rule = rule.trim();
            if found.rules.insert(rule.to_owned())
                && let Some(body) = self.rules.get(rule)
            {
                self.follow(&body.template, found);
            }
        }
    }
}

/// What sentences mention.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mentions {
    pub(crate) lists: BTreeSet<String>,
    pub(crate) rules: BTreeSet<String>,
    /// Slot → its list.
    pub(crate) slots: BTreeMap<String, String>,
}

pub(crate) fn from_home(fault: mynah_home::Fault) -> Fault {
    Fault { origin: Origin { file: fault.file, span: fault.span }, message: fault.message, help: fault.help }
}

fn enclosed(text: &str, open: char, close: char) -> impl Iterator<Item = &str> {
    text.split(open).skip(1).filter_map(move |part| part.split_once(close).map(|(inner, _)| inner))
}

fn read_manifest(top: Fields<'_, '_>) -> Manifest {
    let file = top.file();
    let mut manifest = Manifest {
        file: file.clone(),
        name: Text { text: String::new(), span: 0..0 },
        extends: None,
        inherited: BTreeSet::new(),
        language: "en".into(),
        summary: String::new(),
        permissions: Permissions::default(),
        permission_spans: Vec::new(),
        rules: BTreeMap::new(),
        lists: BTreeMap::new(),
        scenes: BTreeMap::new(),
        intents: Vec::new(),
        refuse: Vec::new(),
    };
    match top.table("skill") {
        Some(skill) => {
            if let Some(name) = skill.required_text("name") {
                manifest.name = name;
            }
            manifest.extends = skill.text("extends");
            if let Some(language) = skill.text("language") {
                manifest.language = language.text;
            }
            manifest.summary = skill.text("summary").map(|t| t.text).unwrap_or_default();
            let _version = skill.text("version");
            skill.finish();
        }
        None if !top.has("skill") => {
            top.fault(0..0, "`[skill]` is missing", Some("begin with: [skill] and name = \"…\"".into()));
        }
        None => {}
    }
    if let Some(permissions) = top.table("permissions") {
        let mut texts = |key| -> Vec<String> {
            let texts = permissions.texts(key);
            manifest.permission_spans.extend(texts.iter().map(|t| (t.text.clone(), t.span.clone())));
            texts.into_iter().map(|t| t.text).collect()
        };
        manifest.permissions =
            Permissions { devices: texts("devices"), http: texts("http"), mqtt: texts("mqtt") };
        permissions.finish();
    }
    if let Some(rules) = top.table("rules") {
        for entry in rules.entries() {
            match entry.text {
                Some(text) => {
                    manifest.rules.insert(entry.key, sentence(&file, text));
                }
                None => {
                    rules.fault(entry.span(), format!("the rule `{}` must be a string", entry.key), None);
                    // It is there: that sentences use it is no second fault.
                    let text = Text { text: entry.key.clone(), span: entry.key_span.clone() };
                    manifest.rules.insert(entry.key, sentence(&file, text));
                }
            }
        }
    }
    if let Some(lists) = top.table("lists") {
        for entry in lists.entries() {
            if is_device_list(&entry.key) || entry.key == "area" {
                let message = format!("the list `{}` is made of the house", entry.key);
                lists.fault(entry.key_span.clone(), message, Some("give yours another name".into()));
            }
            let span = entry.key_span.clone();
            let key = entry.key.clone();
            // A faulty one is there all the same: that sentences use it is no second fault.
            let list = read_list(&lists, entry).unwrap_or(List::Text(Vec::new()));
            manifest.lists.insert(key, (list, span));
        }
    }
    if let Some(scenes) = top.table("scenes") {
        for entry in scenes.entries() {
            let entries = entry.values(&scenes).map(|values| values.into_iter().filter_map(|v| v.table));
            let Some(entries) = entries else {
                let help = Some("write: [{ set = \"power\", to = \"off\", on = \"light.*\" }]".into());
                scenes.fault(
                    entry.span(),
                    format!("the scene `{}` must be an array of actions", entry.key),
                    help,
                );
                continue;
            };
            let actions = ActionTemplate::read_all(entries.collect());
            manifest.scenes.insert(entry.key, Scene { span: entry.key_span, actions });
        }
    }
    for fields in top.tables("intent") {
        manifest.intents.extend(read_intent(fields));
    }
    for fields in top.tables("refuse") {
        manifest.refuse.extend(SkillTest::read(fields, true));
    }
    if manifest.intents.is_empty() && !top.has("intent") {
        top.fault(0..0, "this skill has no intent", Some("add: [[intent]] with name and sentences".into()));
    }
    top.finish();
    manifest
}

/// Faults of one file, as they are found.
struct Notes<'a> {
    file: &'a Arc<str>,
    faults: &'a mut Vec<Fault>,
}

impl Notes<'_> {
    fn fault(&mut self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        let origin = Origin { file: self.file.clone(), span };
        self.faults.push(Fault { origin, message: message.into(), help });
    }
}

/// What can only be seen when rules, permissions and intents are all read, those of an extended skill too.
pub(crate) fn check_intents(manifest: &Manifest, faults: &mut Vec<Fault>) {
    let mut top = Notes { file: &manifest.file, faults };
    // Without sentences, which is told, nothing fills the slots.
    for intent in manifest.intents.iter().filter(|intent| !intent.sentences.is_empty()) {
        let mentions = manifest.mentions(&intent.sentences);
        let slots: BTreeSet<&str> =
            mentions.slots.keys().chain(intent.slots.keys()).map(String::as_str).collect();
        if intent.inherits {
            // Its places are in the other file, where it was looked at; but the sentences are these.
            for hole in intent.actions.iter().flat_map(ActionTemplate::holes) {
                if !slots.contains(hole.as_str()) {
                    let base = manifest.extends.as_ref().map_or("", |text| text.text.as_str());
                    let message = format!(
                        "`{}` of {base} needs the slot `{hole}`, which no sentence here fills",
                        intent.name
                    );
                    top.fault(intent.name.span.clone(), message, did_you_mean(&hole, slots.iter().copied()));
                }
            }
            continue;
        }
        for action in &intent.actions {
            for hole in action.holes().into_iter().filter(|h| !slots.contains(h.as_str())) {
                let help = did_you_mean(&hole, slots.iter().copied());
                top.fault(
                    action.span.clone(),
                    format!("no sentence of `{}` fills the slot `{hole}`", intent.name),
                    help,
                );
            }
            if let Some((message, help)) = action.beyond(&manifest.permissions) {
                top.fault(action.span.clone(), message, Some(help));
            }
        }
        for variant in &intent.reply {
            let unknown = |slot: &str, words: &[&'static str]| {
                let help = did_you_mean(slot, slots.iter().copied().chain(words.iter().copied()));
                (format!("no sentence of `{}` fills the slot `{slot}`", intent.name), help)
            };
            for slot in variant.when.keys().filter(|slot| !slots.contains(slot.as_str())) {
                let (message, help) = unknown(slot, &[]);
                top.fault(variant.span.clone(), message, help);
            }
            let known = |h: &str| slots.contains(h) || REPLY_WORDS.contains(&h) || intent.reads(h);
            for (reply, span) in &variant.say {
                for hole in reply.holes().filter(|h| !known(h)) {
                    let (message, help) = unknown(hole, &REPLY_WORDS);
                    top.fault(span.clone(), message, help);
                }
            }
        }
        check_order(&intent.actions, &mut top);
        check_scenes_of(manifest, intent, &mentions, &mut top);
    }
    let own = manifest.scenes.iter().filter(|(name, _)| !manifest.inherited.contains(*name));
    for (name, scene) in own {
        for action in &scene.actions {
            if let Verb::Scene { .. } = action.verb {
                top.fault(action.span.clone(), "a scene in a scene", Some("write its actions out".into()));
            } else if let Some(hole) = action.holes().first() {
                let help = Some("an intent that needs it does that itself, beside the scene".into());
                top.fault(action.span.clone(), format!("the scene `{name}` has no slot `{hole}`"), help);
            }
            if let Some((message, help)) = action.beyond(&manifest.permissions) {
                top.fault(action.span.clone(), message, Some(help));
            }
        }
        check_order(&scene.actions, &mut top);
    }
}

/// What the assistant does itself, it does at once: behind a delay it would not be done when the author thinks.
fn check_order(actions: &[ActionTemplate], top: &mut Notes<'_>) {
    let waits = |action: &ActionTemplate| matches!(action.verb, Verb::Wait { .. });
    let behind = actions.iter().skip_while(|action| !waits(action)).filter(|action| action.is_at_once());
    for action in behind {
        let message = "this is done at once, whatever stands before it";
        let help = "only devices, http and mqtt wait for what stands before them: put it first";
        top.fault(action.span.clone(), message, Some(help.into()));
    }
}

/// Scenes that an intent asks for and that are not there: by name, or by a value of the list behind a slot.
fn check_scenes_of(manifest: &Manifest, intent: &IntentEntry, mentions: &Mentions, top: &mut Notes<'_>) {
    let known = || manifest.scenes.keys().map(String::as_str);
    for action in &intent.actions {
        let Verb::Scene { name } = &action.verb else { continue };
        let mut wanted: Vec<String> = Vec::new();
        match name.only_hole() {
            None if name.holes().next().is_none() => wanted.push(name.to_string()),
            None => {}
            Some(slot) => {
                let list = mentions.slots.get(slot).and_then(|list| manifest.lists.get(list));
                if let Some((List::Text(entries), _)) = list {
                    wanted.extend(entries.iter().map(|entry| entry.value.to_string()));
                }
                wanted.extend(intent.slots.get(slot).map(ToString::to_string));
            }
        }
        wanted.dedup();
        for name in wanted.iter().filter(|name| !manifest.scenes.contains_key(*name)) {
            let help =
                did_you_mean(name, known()).or(Some(format!("add it to [scenes]: {name} = [{{ … }}]")));
            top.fault(action.span.clone(), format!("no scene is called `{name}`"), help);
        }
    }
}

fn read_intent(fields: Fields<'_, '_>) -> Option<IntentEntry> {
    let file = fields.file();
    let name = fields.required_text("name");
    let sentences: Vec<Sentence> =
        fields.texts("sentences").into_iter().map(|t| sentence(&file, t)).collect();
    if sentences.is_empty() {
        fields.fault(
            fields.span_of("sentences"),
            "an intent needs sentences",
            Some("add: sentences = [\"…\"]".into()),
        );
    }
    let slots = fields
        .table("slots")
        .map(|t| t.entries().into_iter().map(|e| (e.key.clone(), value(&e))).collect())
        .unwrap_or_default();
    let requires_context = read_context(&fields, "requires_context");
    let excludes_context = read_context(&fields, "excludes_context");
    let needs = fields.texts("needs").into_iter().map(|t| t.text).collect();
    let risk = match fields.text("risk") {
        None => Risk::Low,
        Some(text) => match text.text.as_str() {
            "low" => Risk::Low,
            "confirm" => Risk::Confirm,
            "pin" => Risk::Pin,
            other => {
                fields.fault(
                    text.span.clone(),
                    format!("there is no risk `{other}`"),
                    did_you_mean(other, ["low", "confirm", "pin"]),
                );
                Risk::Low
            }
        },
    };
    let actions = ActionTemplate::read_all(fields.tables("do"));
    let reply = read_reply(&fields);
    let tests = fields.tables("test").into_iter().filter_map(|t| SkillTest::read(t, false)).collect();
    fields.finish();
    Some(IntentEntry {
        name: name?,
        sentences,
        slots,
        requires_context,
        excludes_context,
        needs,
        risk,
        actions,
        inherits: false,
        reply,
        tests,
    })
}

/// `"text"`, or an array of texts and of `{ when = { slot = "value" }, say = "text" }`, where `say` may be several.
fn read_reply(fields: &Fields<'_, '_>) -> Vec<ReplyVariant> {
    let template = |t: Text| (Template::parse(&t.text), t.span);
    let plain =
        |t: Text| ReplyVariant { when: BTreeMap::new(), span: t.span.clone(), say: vec![template(t)] };
    let Some(entry) = fields.entry("reply") else { return Vec::new() };
    if let Some(text) = entry.text {
        return vec![plain(text)];
    }
    let Some(values) = entry.values(fields) else {
        fields.fault(entry.span(), "`reply` must be a text or an array of texts", None);
        return Vec::new();
    };
    let mut variants = Vec::new();
    for value in values {
        let span = value.span();
        match (value.text, value.table) {
            (Some(text), _) => variants.push(plain(text)),
            (None, Some(table)) => {
                let when = table.table("when").map(|when| when.entries()).unwrap_or_default();
                let when = when.into_iter().map(|entry| {
                    let values = match entry.plain() {
                        toml::Value::Boolean(true) => Vec::new(),
                        toml::Value::Array(values) => values,
                        value => vec![value],
                    };
                    (entry.key, values)
                });
                let when = when.collect();
                let say: Vec<_> = table.texts("say").into_iter().map(template).collect();
                if say.is_empty() {
                    table.fault(table.span(), "`say` is missing", Some("add: say = \"…\"".into()));
                }
                table.finish();
                variants.push(ReplyVariant { when, say, span });
            }
            (None, None) => {
                let help = Some("write \"…\" or { when = { slot = \"value\" }, say = \"…\" }".into());
                fields.fault(span, "this is no answer", help);
            }
        }
    }
    variants
}

/// `key = "value"` or `key = ["one", "other"]`; `true` means any value.
fn read_context(fields: &Fields<'_, '_>, key: &'static str) -> BTreeMap<String, Vec<String>> {
    let mut context = BTreeMap::new();
    let Some(table) = fields.table(key) else {
        return context;
    };
    for entry in table.entries() {
        let values = match entry.plain() {
            toml::Value::String(value) => vec![value],
            toml::Value::Boolean(true) => Vec::new(),
            toml::Value::Array(values) if values.iter().all(toml::Value::is_str) => {
                values.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
            }
            _ => {
                table.fault(
                    entry.span(),
                    format!("`{}` must be a string, an array of strings, or true for any value", entry.key),
                    None,
                );
                continue;
            }
        };
        context.insert(entry.key, values);
    }
    context
}

/// `["one", { in = "two", out = "2" }]`, `{ from = 0, to = 10, step = 2, type = "percentage" }`, `{ wildcard = true }` or `{ duration = true }`.
fn read_list(lists: &Fields<'_, '_>, entry: Entry<'_, '_>) -> Option<List> {
    let span = entry.span();
    if let Some(table) = entry.table {
        let list = if table.has("wildcard") {
            table.boolean("wildcard").map(|_| List::Wildcard)
        } else if table.has("duration") {
            table.boolean("duration").map(|_| List::Duration)
        } else {
            read_range(&table)
        };
        table.finish();
        return list;
    }
    let Some(values) = entry.values(lists) else {
        let help = Some("write [\"one\", \"two\"], { from = 0, to = 100 } or { wildcard = true }".into());
        lists.fault(span, format!("the list `{}` must be an array or a table", entry.key), help);
        return None;
    };
    let mut entries = Vec::new();
    let mut is_empty = true;
    for item in values {
        is_empty = false;
        match (item.text, item.table) {
            (Some(text), _) if is_template(lists, &text) => {
                entries.push(ListEntry::new(text.text.clone(), Value::Text(text.text)));
            }
            (Some(_), _) => {}
            (None, Some(table)) => {
                let said = table.required_text("in");
                let value = table
                    .plain("out")
                    .and_then(|v| plain_value(&v))
                    .or_else(|| said.as_ref().map(|t| Value::Text(t.text.clone())));
                let context = table
                    .table("context")
                    .map(|c| c.entries().into_iter().filter_map(|e| Some((e.key, e.text?.text))).collect());
                table.finish();
                if let (Some(said), Some(value)) = (said.filter(|said| is_template(lists, said)), value) {
                    let context = context.unwrap_or_default();
                    entries.push(ListEntry { context, ..ListEntry::new(said.text, value) });
                }
            }
            (None, None) => {
                lists.fault(item.key_span, "a value must be a string or a table with `in` and `out`", None);
            }
        }
    }
    if is_empty {
        lists.fault(span, format!("the list `{}` has no values", entry.key), None);
    }
    Some(List::Text(entries))
}

/// Whether a value can be read as a template; its faults are told here, where its place is known.
fn is_template(fields: &Fields<'_, '_>, said: &Text) -> bool {
    let read = mynah_intent::mentions(&sentence(&fields.file(), said.clone()));
    for fault in read.as_ref().err().into_iter().flatten() {
        fields.fault(fault.origin.span.clone(), fault.message.clone(), fault.help.clone());
    }
    read.is_ok()
}

fn read_range(table: &Fields<'_, '_>) -> Option<List> {
    for key in ["from", "to"] {
        if !table.has(key) {
            table.fault(
                table.span(),
                format!("`{key}` is missing"),
                Some("a list is an array, { from = 0, to = 100 } or { wildcard = true }".into()),
            );
        }
    }
    let (from, to) = (table.integer("from"), table.integer("to"));
    let step = if table.has("step") { table.integer("step") } else { Some(1) };
    let kind = match table.text("type") {
        None => NumberKind::Number,
        Some(text) => match text.text.as_str() {
            "number" => NumberKind::Number,
            "percentage" => NumberKind::Percentage,
            "temperature" => NumberKind::Temperature,
            other => {
                let help = did_you_mean(other, ["number", "percentage", "temperature"]);
                table.fault(text.span.clone(), format!("there is no type of number `{other}`"), help);
                NumberKind::Number
            }
        },
    };
    let (from, to, step) = (from?, to?, step?);
    if from > to {
        table.fault(
            table.span_of("from"),
            format!("the range goes from {from} down to {to}"),
            Some("swap `from` and `to`".into()),
        );
        return None;
    }
    if step < 1 {
        table.fault(table.span_of("step"), "`step` must be at least 1", None);
        return None;
    }
    let halves = kind == NumberKind::Temperature && step == 1;
    let fractions = if halves { Fractions::Halves } else { Fractions::None };
    Some(List::Range { from, to, step, kind, fractions, multiplier: None })
}

fn sentence(file: &Arc<str>, text: Text) -> Sentence {
    Sentence { template: text.text, origin: Origin { file: file.clone(), span: text.span } }
}

fn value(entry: &Entry<'_, '_>) -> Value {
    let plain = entry.plain();
    plain_value(&plain).unwrap_or_else(|| Value::Text(plain.to_string()))
}

fn plain_value(value: &toml::Value) -> Option<Value> {
    match value {
        toml::Value::String(s) => Some(Value::Text(s.clone())),
        #[expect(clippy::cast_precision_loss, reason = "values in skills are small")]
        toml::Value::Integer(n) => Some(Value::Number(*n as f64)),
        toml::Value::Float(n) => Some(Value::Number(*n)),
        toml::Value::Boolean(b) => Some(Value::Text(if *b { "on" } else { "off" }.into())),
        _ => None,
    }
}
