//! What "it", "them", "the other one", "in here" and "there too" mean, and which of several was meant.

use mynah_home::{AreaId, Device, DeviceId, Home, Resolution};
use mynah_intent::{IntentSpec, List, ListEntry, Origin, Reading, Sentence, Slot, Value};

use crate::catalog::Catalog;
use crate::lists::{self, is_device_list};
use crate::manifest::{IntentEntry, Manifest};
use crate::permission::Permissions;
use crate::refusal::Refusal;

/// What the words mean; it is their value in a list.
const IT: &str = "it";
const THEM: &str = "them";
const OTHER: &str = "other one";
const HERE: &str = "here";
const THERE: &str = "there";

/// The words of a language. Those for devices are in every device list, so there are few.
struct Words {
    devices: &'static [(&'static str, &'static str)],
    rooms: &'static [(&'static str, &'static str)],
    /// "In the kitchen too", "what about the lamp": templates of {area}, {device} and {there}.
    too: &'static [&'static str],
}

const ENGLISH: Words = Words {
    devices: &[("it", IT), ("them", THEM), ("other one", OTHER)],
    rooms: &[("here", HERE), ("this room", HERE), ("there", THERE), ("that room", THERE)],
    too: &[
        "[and] in [the|my|our] {area} (too|as well)",
        "[and] [the|my|our] {device} (too|as well)",
        "[and] [the|my|our] {device} [in] {there} (too|as well)",
        "[and] {there} (too|as well)",
        "[and] (what|how) about [in] [the|my|our] {area}",
        "[and] (what|how) about [the|my|our] {device} [[in] {there}]",
    ],
};

const MANDARIN: Words = Words {
    devices: &[("它", IT), ("它们", THEM), ("另一个", OTHER), ("另外一个", OTHER)],
    rooms: &[("这里", HERE), ("这儿", HERE), ("那里", THERE), ("那儿", THERE)],
    too: &[
        "[还有] {area} [里] (也要|也一样|也是|呢)",
        "[还有] {device} (也要|也一样|也是|呢)",
        "[还有] {there} [的] {device} (也要|也一样|也是)",
    ],
};

impl Words {
    fn of(language: &str) -> Option<&'static Words> {
        match language.split(['-', '_']).next() {
            Some("en") => Some(&ENGLISH),
            Some("zh") => Some(&MANDARIN),
            _ => None,
        }
    }
}

fn list_of(words: &[(&str, &str)]) -> Vec<ListEntry> {
    words.iter().map(|(said, meant)| ListEntry::new(*said, Value::Text((*meant).to_owned()))).collect()
}

/// Is the value of a slot such a word?
pub(crate) fn is_reference(value: &str) -> bool {
    [IT, THEM, OTHER].contains(&value)
}

/// The words for the room of the speaker and the one that was spoken of, among the rooms.
pub(crate) fn rooms(language: &str) -> Vec<ListEntry> {
    list_of(Words::of(language).map_or(&[], |words| words.rooms))
}

/// Does a slot say the room of a speaker who is nobody knows where?
pub(crate) fn is_here(slot: &Slot) -> bool {
    slot.list == "area" && matches!(&slot.value, Value::Text(value) if value == HERE)
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

impl Catalog {
    /// What was asked for `before`, of the rooms or devices that "in the kitchen too" names. Nothing when that would ask for more than was said: a device
    /// is not taken for a room, nor a room for a device. A device that another skill is for is that skill's, with its permissions and its risk.
    #[must_use]
    pub fn too_after(&self, before: &Reading, too: &Reading, home: &Home) -> Option<Reading> {
        let named = |is: fn(&Slot) -> bool| -> Vec<&Slot> {
            too.intent.slots.values().filter(|slot| is(slot)).collect()
        };
        let (rooms, devices) = (named(is_room), named(|slot| is_device_list(&slot.list)));
        let is_place = |slot: &Slot| matches!(slot.list.as_str(), "area" | "floor");
        let mut reading = Reading { confidence: too.confidence, ..before.clone() };
        if !devices.is_empty() {
            let (name, slot) = before.intent.slots.iter().find(|(_, slot)| is_device_list(&slot.list))?;
            let (name, list) = (name.split('.').next().unwrap_or(name).to_owned(), slot.list.clone());
            let list = match self.other_skill_for(before, &devices, home) {
                None => list,
                Some((spec, intent)) => {
                    (reading.spec, reading.sentence, reading.intent.name) = (spec, 0, intent);
                    "device".to_owned()
                }
            };
            // "The bedroom lamp" is where it is; "the lamp" is in the room that was said before.
            let is_one = |slot: &&Slot| matches!(&slot.value, Value::Text(value) if value == OTHER || home.device(&value.as_str().into()).is_some());
            let keeps_place = rooms.is_empty() && !devices.iter().all(is_one);
            reading
                .intent
                .slots
                .retain(|_, slot| !is_device_list(&slot.list) && (keeps_place || !is_place(slot)));
            put(&mut reading, &name, &list, &devices);
        } else if before.intent.slots.values().any(|slot| is_device_list(&slot.list)) {
            return None;
        }
        if !rooms.is_empty() {
            let known = before.intent.slots.iter().find(|(_, slot)| is_place(slot));
            let name = known.map_or("area", |(name, _)| name.split('.').next().unwrap_or(name)).to_owned();
            reading.intent.slots.retain(|_, slot| !is_place(slot));
            put(&mut reading, &name, "area", &rooms);
        }
        Some(reading)
    }

    /// The intent of another skill that does the same as `before` did, to devices that the skill of that one is not for.
    fn other_skill_for(&self, before: &Reading, devices: &[&Slot], home: &Home) -> Option<(usize, String)> {
        let (skill, entry) = self.entry(before.spec)?;
        let is_for = |skill: &Manifest, slot: &&Slot| {
            let Value::Text(value) = &slot.value else { return false };
            let found = match (home.device(&value.as_str().into()), home.find(value, None)) {
                (Some(device), _) | (None, Resolution::One(device)) => vec![device],
                (None, Resolution::Many(devices)) => devices,
                (None, Resolution::None) => return is_reference(value),
            };
            found.into_iter().any(|device| skill.permissions.device(device))
        };
        if devices.iter().all(|slot| is_for(skill, slot)) {
            return None;
        }
        let does_the_same = |other: &IntentEntry| {
            other.actions.len() == entry.actions.len()
                && other.actions.iter().zip(&entry.actions).all(|(a, b)| a.verb.does_the_same_as(&b.verb))
        };
        (0..self.entries.len()).find_map(|spec| {
            let (skill, other) = self.entry(spec)?;
            let is_it = does_the_same(other) && devices.iter().all(|slot| is_for(skill, slot));
            is_it.then(|| (spec, other.name.text.clone()))
        })
    }
}

fn put(reading: &mut Reading, name: &str, list: &str, slots: &[&Slot]) {
    for (index, slot) in slots.iter().enumerate() {
        let name = if index == 0 { name.to_owned() } else { format!("{name}.{}", index + 1) };
        reading.intent.slots.insert(name, Slot { list: list.to_owned(), ..(*slot).clone() });
    }
}

fn is_room(slot: &Slot) -> bool {
    matches!(slot.list.as_str(), "area" | "there")
}

/// Does a slot say the room that was spoken of?
pub(crate) fn is_there(slot: &Slot) -> bool {
    is_room(slot) && matches!(&slot.value, Value::Text(value) if value == THERE)
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
