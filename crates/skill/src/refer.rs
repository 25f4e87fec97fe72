//! What "it", "them", "the other one" and "in here" mean, and which of several was meant.

use mynah_home::{AreaId, Device, DeviceId, Home};
use mynah_intent::{IntentSpec, List, ListEntry, Origin, Reading, Sentence, Slot, Value};

use crate::lists::{self, is_device_list};
use crate::permission::Permissions;
use crate::refusal::Refusal;

/// Words for devices that were spoken of before. In every device list, so there are few.
const IT: [&str; 1] = ["it"];
const THEM: [&str; 1] = ["them"];
const OTHER: [&str; 1] = ["other one"];

/// Their entries in a device list.
pub(crate) fn entries(language: &str) -> Vec<ListEntry> {
    let words = if language.starts_with("en") { [&IT[..], &THEM, &OTHER].concat() } else { Vec::new() };
    words.into_iter().map(|word| ListEntry::new(word, Value::Text(word.to_owned()))).collect()
}

/// Is the value of a slot such a word?
pub(crate) fn is_reference(value: &str) -> bool {
    [&IT[..], &THEM, &OTHER].concat().contains(&value)
}

/// Words for the room of the speaker, among the rooms.
const HERE: [&str; 2] = ["here", "this room"];

/// Their entries in the list of rooms.
pub(crate) fn here(language: &str) -> impl Iterator<Item = ListEntry> {
    let words = if language.starts_with("en") { &HERE[..] } else { &[] };
    words.iter().map(|word| ListEntry::new(*word, Value::Text(HERE[0].to_owned())))
}

/// Does a slot say the room of a speaker who is nobody knows where?
pub(crate) fn is_here(slot: &Slot) -> bool {
    slot.list == "area" && matches!(&slot.value, Value::Text(value) if value == HERE[0])
}

/// Puts the room of the speaker, where it is known, in the place of "here".
pub(crate) fn locate(readings: &mut [Reading], area: Option<&AreaId>) {
    let Some(area) = area else { return };
    for slot in readings.iter_mut().flat_map(|reading| reading.intent.slots.values_mut()) {
        if is_here(slot) {
            slot.value = Value::Text(area.to_string());
        }
    }
}

/// A reading in which "it", "them" and "the other one" are the devices that they mean, after `recent` ones were spoken of.
///
/// "It" is the one device, "them" are all, "the other one" is the one other device of the kind, in the same room if there is
/// one. What nobody can mean stays, and is refused by [`Catalog::plan`](crate::Catalog::plan).
#[must_use]
pub fn refer(reading: &Reading, recent: &[DeviceId], home: &Home) -> Reading {
    let mut referred = reading.clone();
    for (name, slot) in &reading.intent.slots {
        let Value::Text(value) = &slot.value else { continue };
        if !is_device_list(&slot.list) {
            continue;
        }
        let meant = match value.as_str() {
            it if IT.contains(&it) => recent.get(..1).filter(|_| recent.len() == 1).map(<[_]>::to_vec),
            them if THEM.contains(&them) => (!recent.is_empty()).then(|| recent.to_vec()),
            other if OTHER.contains(&other) => the_other(recent, home).map(|id| vec![id]),
            _ => continue,
        };
        if let Some(meant) = meant {
            fill(&mut referred, name, slot, &meant);
        }
    }
    referred
}

/// A reading in which the devices that were chosen stand for what `refusal` found to be several. Nothing for another refusal.
#[must_use]
pub fn chosen(reading: &Reading, refusal: &Refusal, devices: &[DeviceId]) -> Option<Reading> {
    let Refusal::Ambiguous { said, .. } = refusal else {
        return None;
    };
    let mut chosen = reading.clone();
    let slot = reading.intent.slots.iter().find(|(_, slot)| !said.is_empty() && slot.said == *said);
    match slot {
        Some((name, slot)) => fill(&mut chosen, name, slot, devices),
        // "Turn on the light": no slot says which.
        None => {
            let slot =
                Slot { value: Value::Text(String::new()), said: String::new(), list: "device".to_owned() };
            fill(&mut chosen, "device", &slot, devices);
        }
    }
    Some(chosen)
}

/// The intent of "and in the kitchen too": what was asked for just before, somewhere else or of another device. It is of no skill.
const TOO: &str = "too";

/// Its sentences. None where there is nothing to speak of.
pub(crate) fn too(language: &str, home: &Home) -> Option<IntentSpec> {
    if !language.starts_with("en") || home.devices().is_empty() {
        return None;
    }
    let all = Permissions { devices: vec!["*".to_owned()], ..Permissions::default() };
    let sentence =
        |what: &str| Sentence { template: format!("[and] {what} (too|as well)"), origin: Origin::default() };
    Some(IntentSpec {
        name: TOO.to_owned(),
        sentences: vec![sentence("in [the|my|our] {area}"), sentence("[the|my|our] {device}")],
        lists: lists::of_devices("device", &all, home)
            .map(|list| ("device".to_owned(), list))
            .into_iter()
            .collect(),
        ..IntentSpec::default()
    })
}

/// Whether a reading is "and in the kitchen too", which says nothing without what was asked for before.
#[must_use]
pub fn is_too(reading: &Reading) -> bool {
    reading.intent.name == TOO
}

/// What was asked for `before`, of the rooms or devices that "in the kitchen too" names. Nothing when that would ask for more than was said: a device is
/// not taken for a room, nor a room for a device.
#[must_use]
pub fn too_after(before: &Reading, too: &Reading) -> Option<Reading> {
    let is_area = too.intent.slots.values().any(|slot| slot.list == "area");
    let is_place = |slot: &Slot| matches!(slot.list.as_str(), "area" | "floor");
    let is_same = |slot: &Slot| if is_area { is_place(slot) } else { is_device_list(&slot.list) };
    let is_other = |slot: &Slot| is_area && is_device_list(&slot.list);
    if before.intent.slots.values().any(is_other) {
        return None;
    }
    let known = before.intent.slots.iter().find(|(_, slot)| is_same(slot));
    let (name, list) = match known {
        Some((name, slot)) => (name.split('.').next().unwrap_or(name).to_owned(), slot.list.clone()),
        None if is_area => ("area".to_owned(), "area".to_owned()),
        None => return None,
    };
    let list = if is_area { "area".to_owned() } else { list };
    let mut reading = Reading { confidence: too.confidence, ..before.clone() };
    reading.intent.slots.retain(|_, slot| !is_same(slot));
    for (index, slot) in too.intent.slots.values().enumerate() {
        let name = if index == 0 { name.clone() } else { format!("{name}.{}", index + 1) };
        reading.intent.slots.insert(name, Slot { list: list.clone(), ..slot.clone() });
    }
    Some(reading)
}

/// Puts devices into a slot and, when there are several, into those with numbers.
fn fill(reading: &mut Reading, name: &str, slot: &Slot, devices: &[DeviceId]) {
    for (index, id) in devices.iter().enumerate() {
        let name = if index == 0 { name.to_owned() } else { format!("{name}.and.{}", index + 1) };
        let value = Value::Text(id.to_string());
        reading.intent.slots.insert(name, Slot { value, ..slot.clone() });
    }
}

/// The one other device of the kind.
fn the_other(recent: &[DeviceId], home: &Home) -> Option<DeviceId> {
    let [recent] = recent else { return None };
    let recent = home.device(recent)?;
    let others: Vec<&Device> =
        home.devices().iter().filter(|d| d.kind == recent.kind && d.id != recent.id).collect();
    let here: Vec<&Device> = others.iter().copied().filter(|d| d.area == recent.area).collect();
    match if here.is_empty() { others } else { here }.as_slice() {
        [one] => Some(one.id.clone()),
        _ => None,
    }
}

/// Without them: whose device it is tells their sentences apart.
pub(crate) fn without_references(list: &mut List) {
    if let List::Text(entries) = list {
        entries.retain(|entry| !is_reference(&entry.said));
    }
}

/// With what a device list says for devices that were spoken of before.
pub(crate) fn with_references(list: List, language: &str) -> List {
    match list {
        List::Text(mut known) if !known.is_empty() => {
            let has = |entry: &ListEntry| known.iter().any(|other| other.said == entry.said);
            let more: Vec<ListEntry> = entries(language).into_iter().filter(|entry| !has(entry)).collect();
            known.extend(more);
            List::Text(known)
        }
        list => list,
    }
}
