//! Reading a manifest, but for its lists.

use std::collections::{BTreeMap, BTreeSet};

use mynah_home::{Entry, Fields, Text, did_you_mean};
use mynah_intent::{List, Value};

use super::lists::read_list;
use super::translation::read_translations;
use super::wording::{read_reply, read_sentences};
use super::{IntentEntry, Manifest, Scene, sentence};
use crate::Risk;
use crate::action::ActionTemplate;
use crate::lists::is_of_house;
use crate::permission::Permissions;
use crate::skill_test::SkillTest;
use crate::written::plain_value;

pub(super) fn read_manifest(top: Fields<'_, '_>) -> Manifest {
    let file = top.file();
    let mut manifest = Manifest {
        file: file.clone(),
        name: Text { text: String::new(), span: 0..0 },
        extends: None,
        inherited: BTreeSet::new(),
        language: "en".into(),
        summary: String::new(),
        skip_words: Vec::new(),
        permissions: Permissions::default(),
        permission_spans: Vec::new(),
        rules: BTreeMap::new(),
        lists: BTreeMap::new(),
        scenes: BTreeMap::new(),
        intents: Vec::new(),
        refuse: Vec::new(),
        translations: BTreeMap::new(),
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
            manifest.skip_words = skill.texts("skip_words").into_iter().map(|t| t.text).collect();
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
            if is_of_house(&entry.key) {
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
    if let Some(translations) = top.table("translations") {
        manifest.translations = read_translations(&translations);
    }
    if manifest.intents.is_empty() && !top.has("intent") {
        top.fault(0..0, "this skill has no intent", Some("add: [[intent]] with name and sentences".into()));
    }
    top.finish();
    manifest
}

fn read_intent(fields: Fields<'_, '_>) -> Option<IntentEntry> {
    let name = fields.required_text("name");
    let sentences = read_sentences(&fields);
    let slots = fields
        .table("slots")
        .map(|t| t.entries().into_iter().map(|e| (e.key.clone(), value(&e))).collect())
        .unwrap_or_default();
    let mut context_slots = BTreeMap::new();
    let requires_context = read_context(&fields, "requires_context", &mut context_slots);
    let excludes_context = read_context(&fields, "excludes_context", &mut BTreeMap::new());
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
        context_slots,
        excludes_context,
        needs,
        risk,
        actions,
        inherits: false,
        reply,
        tests,
    })
}

/// `key = "value"` or `key = ["one", "other"]`; `true` means any value. `key = { slot = true }` is any value, too, and fills the slot of
/// that name, which is noted in `slots`.
fn read_context(
    fields: &Fields<'_, '_>,
    key: &'static str,
    slots: &mut BTreeMap<String, String>,
) -> BTreeMap<String, Vec<String>> {
    let mut context = BTreeMap::new();
    let Some(table) = fields.table(key) else {
        return context;
    };
    for entry in table.entries() {
        if entry.table.is_some() {
            let Entry { key, table: Some(inner), .. } = entry else { continue };
            if inner.boolean("slot") == Some(true) {
                slots.insert(key.clone(), key.clone());
            }
            inner.finish();
            context.insert(key, Vec::new());
            continue;
        }
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

fn value(entry: &Entry<'_, '_>) -> Value {
    let plain = entry.plain();
    plain_value(&plain).unwrap_or_else(|| Value::Text(plain.to_string()))
}
