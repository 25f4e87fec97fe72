//! A language of Home Assistant's corpus → skills.
//!
//! Each sentence is tried by itself: what the templates of skills, which are stricter, do not take is left out and told, and so is each
//! test that does not hold. What remains loads, and its tests pass.

mod draft;
mod house;
mod serve;

use std::collections::BTreeMap;

use mynah_home::Home;
use mynah_intent::hassil::{Case, Tests};
use mynah_intent::{Fault, Reading, Spec, Value};
use time::OffsetDateTime;

use crate::catalog::{Catalog, Situation};
use crate::manifest::from_home;
use crate::trial::TestResult;
use draft::{Draft, DraftTest};

/// What came of an import.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// The skills: file name and text.
    pub skills: Vec<(String, String)>,
    /// The house in which their tests hold, as `home.toml`.
    pub home: String,
    /// What was done, and what could not be.
    pub report: ImportReport,
}

/// How much was imported, and what was not.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct ImportReport {
    /// Templates of the corpus.
    pub sentences: usize,
    /// Of them, those that are in the skills.
    pub sentences_imported: usize,
    /// Of those, the ones that are understood and answered with "nothing here can do that".
    pub sentences_unserved: usize,
    /// Tests of the corpus.
    pub tests: usize,
    /// Of them, those that are in the skills, where they pass.
    pub tests_imported: usize,
    /// What is not in the skills, or is not served, each with the reason; in the order of the reasons.
    pub left_out: Vec<LeftOut>,
}

/// Something that is not in the skills as it is in the corpus.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct LeftOut {
    /// `device`, `sentence`, `test`, or `unserved` for a sentence that is there but does nothing.
    pub what: &'static str,
    /// Why.
    pub why: String,
    /// The intent; empty for a device.
    pub intent: String,
    /// As it stands in the corpus.
    pub text: String,
}

/// Brings a language of the corpus into skills, one for each kind of device.
///
/// # Errors
/// The skills that came of it do not load.
pub fn import(spec: &Spec, tests: &Tests) -> Result<Import, Vec<Fault>> {
    let mut report = ImportReport {
        sentences: spec.intents.iter().map(|intent| intent.sentences.len()).sum(),
        tests: tests.cases.len(),
        ..ImportReport::default()
    };
    let house = house::write(&tests.things, &mut report.left_out);
    let home = Home::parse("home.toml", &house)
        .map_err(|faults| faults.into_iter().map(from_home).collect::<Vec<_>>())?;
    let mut drafts = draft::of(spec, &mut report.left_out);
    let catalog = settle(&mut drafts, &home, &mut report)?;
    for case in &tests.cases {
        if let Err(why) = take_case(&mut drafts, case, &catalog, &home) {
            let (intent, text) = (case.intent.clone(), case.say.clone());
            report.left_out.push(LeftOut { what: "test", why, intent, text });
        }
    }
    // As they are run: what a sentence means also depends on what may be joined by "and".
    for found in settle(&mut drafts, &home, &mut report)?.test(&home) {
        let why = match found.result {
            TestResult::Passed => continue,
            TestResult::Failed(differences) => differences.join("; "),
            TestResult::Skipped(missing) => missing,
        };
        let of = drafts.iter_mut().filter(|draft| draft.name == found.skill);
        let intents = of.flat_map(|draft| &mut draft.intents).filter(|intent| intent.name == found.intent);
        for intent in intents {
            intent.tests.retain(|test| test.say != found.say);
        }
        report.left_out.push(LeftOut { what: "test", why, intent: found.intent, text: found.say });
    }
    let skills = draft::texts(&drafts);
    Catalog::parse(&skills, &home)?;
    let intents = || drafts.iter().flat_map(|draft| &draft.intents);
    report.sentences_imported = intents().map(|intent| intent.sentences.len()).sum();
    report.sentences_unserved =
        intents().filter(|intent| intent.unserved.is_some()).map(|intent| intent.sentences.len()).sum();
    report.tests_imported = intents().map(|intent| intent.tests.len()).sum();
    for intent in intents() {
        let Some(why) = &intent.unserved else { continue };
        report.left_out.extend(intent.sentences.iter().map(|sentence| LeftOut {
            what: "unserved",
            why: why.clone(),
            intent: intent.name.clone(),
            text: sentence.original.clone(),
        }));
    }
    report.left_out.sort();
    Ok(Import { skills, home: house, report })
}

/// Leaves out what has a fault, until nothing has.
fn settle(drafts: &mut Vec<Draft>, home: &Home, report: &mut ImportReport) -> Result<Catalog, Vec<Fault>> {
    loop {
        drafts.retain_mut(|draft| {
            draft.intents.retain(|intent| !intent.sentences.is_empty());
            !draft.intents.is_empty()
        });
        let texts = draft::texts(drafts);
        let (catalog, faults) = Catalog::parse_leniently(&texts, home);
        match catalog {
            Some(catalog) if faults.is_empty() => return Ok(catalog),
            _ => {}
        }
        let mut changed = false;
        for fault in &faults {
            let of_file = texts.iter().position(|(file, _)| **file == *fault.origin.file);
            let Some(at) = of_file else { continue };
            let line = texts[at].1[..fault.origin.span.start.min(texts[at].1.len())].matches('\n').count();
            changed |= drafts[at].leave_out(line, &fault.message, &mut report.left_out);
        }
        if !changed {
            return Err(faults);
        }
    }
}

/// Puts a test into the skill that understands it as the corpus does.
fn take_case(drafts: &mut [Draft], case: &Case, catalog: &Catalog, home: &Home) -> Result<(), String> {
    let area = case.context.get("area");
    let area_id = area.map(|name| home.find_area(name).map(|area| area.id.clone()));
    if area_id == Some(None) {
        return Err(format!("no area {}", area.map_or("", String::as_str)));
    }
    let situation = Situation { area: area_id.flatten(), now: OffsetDateTime::UNIX_EPOCH };
    let readings = catalog.understand(&case.say, &situation);
    let reading = readings.first().ok_or("is not understood")?;
    if reading.intent.name != case.intent {
        return Err(format!("is understood as {}", reading.intent.name));
    }
    let slots = same_slots(case, reading, home)?;
    catalog.plan(reading, home, &situation).map_err(|refusal| format!("is refused: {refusal}"))?;
    let &(skill, intent) = catalog.entries.get(reading.spec).ok_or("is of no skill")?;
    let test = DraftTest { say: case.say.clone(), area: area.cloned(), slots };
    drafts[skill].intents[intent].tests.push(test);
    Ok(())
}

/// The slots of a reading, when they are those of the test.
fn same_slots(case: &Case, reading: &Reading, home: &Home) -> Result<BTreeMap<String, toml::Value>, String> {
    if let Some(missing) = case.slots.keys().find(|slot| !reading.intent.slots.contains_key(*slot)) {
        return Err(format!("the slot {missing} is not filled"));
    }
    let mut slots = BTreeMap::new();
    for (name, slot) in &reading.intent.slots {
        let stated = case.slots.get(name).ok_or_else(|| format!("the slot {name} is filled"))?;
        if !stated.iter().any(|stated| is_same(&slot.value, stated, home)) {
            return Err(format!("the slot {name} is {}", slot.value));
        }
        let value = match &slot.value {
            Value::Text(text) => Some(toml::Value::String(text.clone())),
            Value::Number(n) | Value::Percentage(n) | Value::Temperature(n) => Some(toml::Value::Float(*n)),
            _ => None,
        };
        slots.extend(value.map(|value| (name.clone(), value)));
    }
    Ok(slots)
}

/// Devices and rooms are known by their ids here and by their names there.
fn is_same(found: &Value, stated: &Value, home: &Home) -> bool {
    let number = |value: &Value| match value {
        Value::Number(n) | Value::Percentage(n) | Value::Temperature(n) => Some(*n),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    };
    if let (Some(a), Some(b)) = (number(found), number(stated)) {
        return (a - b).abs() < 1e-9;
    }
    let (Value::Text(found), Value::Text(stated)) = (found, stated) else { return found == stated };
    let same = |name: &str| name.to_lowercase() == stated.to_lowercase();
    let device = home.device(&found.as_str().into());
    let area = home.area(&found.as_str().into());
    same(found)
        || device.is_some_and(|device| same(&device.name) || device.aliases.iter().any(|name| same(name)))
        || area.is_some_and(|area| same(&area.name) || area.aliases.iter().any(|name| same(name)))
}
