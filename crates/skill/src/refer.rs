//! What "it", "them", "the other one", "in here" and "there too" mean, and which of several was meant.

pub(crate) mod words;

use mynah_home::{AreaId, Device, DeviceId, Home};
use mynah_intent::{IntentSpec, List, ListEntry, Origin, Reading, Sentence, Slot, Value};

use crate::lists::{self, is_device_list};
use crate::permission::Permissions;
use crate::refusal::Refusal;
use words::{IT, OTHER, THEM, THERE, Words, is_here, is_reference, is_there, list_of};

/// Puts the room of the speaker, where it is known, in the place of "here".
pub(crate) fn locate(readings: &mut [Reading], area: Option<&AreaId>) {
    let Some(area) = area else { return };
    for slot in readings.iter_mut().flat_map(|reading| reading.intent.slots.values_mut()) {
        if is_here(slot) {
            slot.value = Value::Text(area.to_string());
        }
    }
}

/// A reading in which "it", "them", "the other one" and "there" are the devices and the room that they mean, after `recent` ones were spoken of.
///
/// "It" is the one device, "them" are all, "the other one" is the one other device of the kind, in the same room if there is
/// one; "there" is the room of all of them. What nobody can mean stays, and is refused by [`Catalog::plan`](crate::Catalog::plan).
#[must_use]
pub fn refer(reading: &Reading, recent: &[DeviceId], home: &Home) -> Reading {
    let mut referred = reading.clone();
    for (name, slot) in &reading.intent.slots {
        let Value::Text(value) = &slot.value else { continue };
        if let (Some(area), true) = (room_of(recent, home), is_there(slot)) {
            let value = Value::Text(area.to_string());
            referred.intent.slots.insert(name.clone(), Slot { value, ..slot.clone() });
        }
        if !is_device_list(&slot.list) {
            continue;
        }
        let meant = match value.as_str() {
            IT => recent.get(..1).filter(|_| recent.len() == 1).map(<[_]>::to_vec),
            THEM => (!recent.is_empty()).then(|| recent.to_vec()),
            OTHER => the_other(recent, home).map(|id| vec![id]),
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
    let words = Words::of(language).filter(|_| !home.devices().is_empty())?;
    let all = Permissions { devices: vec!["*".to_owned()], ..Permissions::default() };
    let sentence = |template: &&str| Sentence { template: (*template).to_owned(), origin: Origin::default() };
    let there: Vec<_> = words.rooms.iter().copied().filter(|(_, meant)| *meant == THERE).collect();
    let devices = with_references(lists::of_devices("device", &all, home)?, language);
    Some(IntentSpec {
        name: TOO.to_owned(),
        sentences: words.too.iter().map(sentence).collect(),
        lists: [("device", devices), ("there", List::Text(list_of(&there)))]
            .map(|(name, list)| (name.to_owned(), list))
            .into(),
        ..IntentSpec::default()
    })
}

/// Whether a reading is "and in the kitchen too", which says nothing without what was asked for before.
#[must_use]
pub fn is_too(reading: &Reading) -> bool {
    reading.intent.name == TOO
}

/// The room that all of these devices are in.
fn room_of<'a>(devices: &[DeviceId], home: &'a Home) -> Option<&'a AreaId> {
    let mut rooms = devices.iter().map(|id| home.device(id).and_then(|device| device.area.as_ref()));
    let first = rooms.next()??;
    rooms.all(|room| room == Some(first)).then_some(first)
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
        entries.retain(|entry| !matches!(&entry.value, Value::Text(value) if is_reference(value)));
    }
}

/// With what a device list says for devices that were spoken of before.
pub(crate) fn with_references(list: List, language: &str) -> List {
    match list {
        List::Text(mut known) if !known.is_empty() => {
            let has = |entry: &ListEntry| known.iter().any(|other| other.said == entry.said);
            let entries = list_of(Words::of(language).map_or(&[], |words| words.devices));
            let more: Vec<ListEntry> = entries.into_iter().filter(|entry| !has(entry)).collect();
            known.extend(more);
            List::Text(known)
        }
        list => list,
    }
}
