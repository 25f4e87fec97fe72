//! "And in the kitchen too", "what about the fan": what was asked for just before, once more.

use mynah_home::{Home, Resolution};
use mynah_intent::{Reading, Slot, Value};

use crate::catalog::Catalog;
use crate::lists::is_device_list;
use crate::manifest::{IntentEntry, Manifest};
use crate::refer::words::{OTHER, is_reference, is_room};

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
