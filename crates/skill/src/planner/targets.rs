//! What the house has of what was said: the devices and rooms that an action is about.

use std::collections::BTreeSet;

use mynah_home::{Area, Capability, Device, DeviceId, Resolution};
use mynah_intent::{List, Slot, Value};

use super::{Planner, missing, unresolved};
use crate::action::Target;
use crate::language::Language;
use crate::lists::{ALL, EXCEPTION, is_device_list};
use crate::permission::{glob, kinds_of};
use crate::refer::words::{is_here, is_reference, is_there};
use crate::refusal::Refusal;
use crate::wording;

impl<'a> Planner<'a> {
    /// The devices that an action touches. Never more than what was named. `values` are the slots that its value is made of.
    pub(super) fn targets(
        &self,
        on: &[Target],
        capability: Capability,
        set: bool,
        values: &[&str],
    ) -> Result<Vec<DeviceId>, Refusal> {
        let areas = self.said_areas()?;
        let areas = areas.as_slice();
        let mut devices: Vec<&Device> = Vec::new();
        let mut is_named = false;
        for target in on {
            match target {
                Target::Named | Target::Nearby | Target::One => {
                    let mut named =
                        self.intent.slots.iter().filter(|(n, s)| self.names_device(n, s, values)).peekable();
                    if named.peek().is_none() {
                        let able = self.able_in(areas, capability, None)?;
                        let is_one = *target == Target::One || self.is_somewhere();
                        devices.extend(match target {
                            _ if is_one => vec![self.the_one(able)?],
                            Target::Nearby if areas.is_empty() => self.nearby(able),
                            _ => able,
                        });
                    }
                    for (_, slot) in named {
                        is_named = true;
                        devices.push(self.device(slot, areas, capability, set)?);
                    }
                }
                Target::Slot(name) => {
                    self.intent.slots.get(name).ok_or_else(|| missing(name.clone()))?;
                    // "The lamp and the spot" fill `light` and `light.2`.
                    let is_it = |slot: &str| slot.split_once('.').map_or(slot, |(slot, _)| slot) == name;
                    for (_, slot) in self.intent.slots.iter().filter(|(slot, _)| is_it(slot)) {
                        is_named = true;
                        devices.push(self.device(slot, areas, capability, set)?);
                    }
                }
                Target::Pattern(pattern) => {
                    let able = self.able_in(areas, capability, Some(pattern))?;
                    devices.extend(if self.is_somewhere() { vec![self.the_one(able)?] } else { able });
                }
            }
        }
        let mut seen = BTreeSet::new();
        devices.retain(|d| seen.insert(&d.id));
        self.leave_out(&mut devices, is_named)?;
        Ok(devices.into_iter().map(|d| d.id.clone()).collect())
    }

    /// Takes out what the sentence excepts.
    fn leave_out(&self, devices: &mut Vec<&Device>, is_named: bool) -> Result<(), Refusal> {
        let mut exceptions = self.intent.slots.values().filter(|slot| slot.list == EXCEPTION).peekable();
        if exceptions.peek().is_none() {
            return Ok(());
        }
        if is_named {
            return Err(Refusal::ExceptOfNamed);
        }
        for slot in exceptions {
            let Value::Text(value) = &slot.value else { return Err(unresolved(said(slot))) };
            match self.home.area(&value.as_str().into()) {
                Some(area) => devices.retain(|d| d.area.as_ref() != Some(&area.id)),
                None => {
                    let id = match self.home.device(&value.as_str().into()) {
                        Some(device) => &device.id,
                        None => match self.home.find(value, self.situation.area.as_ref()) {
                            Resolution::One(device) => &device.id,
                            Resolution::Many(devices) => return Err(self.ambiguous(&devices, "")),
                            Resolution::None => return Err(unresolved(said(slot))),
                        },
                    };
                    devices.retain(|d| d.id != *id);
                }
            }
        }
        if devices.is_empty() { Err(Refusal::NothingElse) } else { Ok(()) }
    }

    /// Does the slot say what is meant, so that it must resolve? Those of the device lists do, and those of the skill's own
    /// lists that name devices or take any word, unless that word is what the device is set to: `{thing}` in "turn off {thing}" is never a reason to turn off all.
    fn names_device(&self, name: &str, slot: &Slot, values: &[&str]) -> bool {
        if is_device_list(&slot.list) || (slot.list.is_empty() && is_device_list(name)) {
            return true;
        }
        match self.skill.lists.get(&slot.list) {
            Some((List::Wildcard, _)) => !values.contains(&name),
            Some((List::Text(entries), _)) => entries.iter().any(|e| match &e.value {
                Value::Text(text) => {
                    self.home.device(&text.as_str().into()).is_some()
                        || self.home.find(text, None) != Resolution::None
                }
                _ => false,
            }),
            _ => false,
        }
    }

    /// Whether "in here" was said by somebody who is nobody knows where: one device at most is meant.
    fn is_somewhere(&self) -> bool {
        self.intent.slots.values().any(is_here)
    }

    /// The rooms that were said; of a floor, its rooms; of both, the rooms that are on the floor. Refused when there is none.
    fn said_areas(&self) -> Result<Vec<&'a Area>, Refusal> {
        let (mut rooms, mut floors): (Vec<&Area>, Vec<(&String, &Slot)>) = (Vec::new(), Vec::new());
        for (name, slot) in &self.intent.slots {
            let list = if slot.list.is_empty() { name.as_str() } else { slot.list.as_str() };
            match (list, &slot.value) {
                _ if is_here(slot) => {}
                _ if is_there(slot) => return Err(Refusal::NoReferent { said: said(slot) }),
                ("area", Value::Text(id)) => {
                    let by_id = self.home.areas().iter().find(|area| area.id.as_str() == id);
                    rooms.push(
                        by_id.or_else(|| self.home.find_area(id)).ok_or_else(|| unresolved(said(slot)))?,
                    );
                }
                ("floor", Value::Text(floor)) => floors.push((floor, slot)),
                ("area" | "floor", _) => return Err(unresolved(said(slot))),
                _ => {}
            }
        }
        let Some((_, first)) = floors.first() else { return Ok(rooms) };
        if rooms.is_empty() {
            rooms.extend(self.home.areas());
        }
        rooms.retain(|area| floors.iter().any(|(floor, _)| area.floor.as_ref() == Some(*floor)));
        if rooms.is_empty() { Err(unresolved(said(first))) } else { Ok(rooms) }
    }

    /// As [`able`](Self::able), in each of the rooms that were said.
    fn able_in(
        &self,
        areas: &[&Area],
        capability: Capability,
        pattern: Option<&str>,
    ) -> Result<Vec<&'a Device>, Refusal> {
        if areas.is_empty() {
            return self.able(None, capability, pattern);
        }
        let devices = areas.iter().map(|area| self.able(Some(area), capability, pattern));
        Ok(devices.collect::<Result<Vec<_>, _>>()?.concat())
    }

    /// The permitted devices of the room, or of the house when no room was said, that can do it and fit the pattern.
    fn able(
        &self,
        area: Option<&Area>,
        capability: Capability,
        pattern: Option<&str>,
    ) -> Result<Vec<&'a Device>, Refusal> {
        let permitted = |d: &&Device| {
            self.skill.permissions.device(d)
                && area.is_none_or(|a| d.area.as_ref() == Some(&a.id))
                && pattern.is_none_or(|p| glob(p, d.id.as_str()))
        };
        let (able, unable): (Vec<&Device>, Vec<&Device>) =
            self.home.devices().iter().filter(permitted).partition(|d| d.capabilities.contains(&capability));
        if !able.is_empty() {
            return Ok(able);
        }
        let room = area.map(|area| area.name.clone());
        match pattern.map_or_else(|| self.skill.permissions.kinds(), |p| kinds_of([p])) {
            Some(kinds) if unable.is_empty() => Err(Refusal::NoneOfKind { kinds, room }),
            _ => Err(Refusal::NothingThere { room }),
        }
    }

    /// Of all devices that could be meant, those in the room of the speaker, if there are any; all when the sentence says so, or
    /// excepts some.
    fn nearby(&self, devices: Vec<&'a Device>) -> Vec<&'a Device> {
        let is_of_house =
            |(name, slot): (&String, &Slot)| name == ALL || slot.list == ALL || slot.list == EXCEPTION;
        if self.situation.area.is_none() || self.intent.slots.iter().any(is_of_house) {
            return devices;
        }
        let area = self.situation.area.as_ref();
        let here: Vec<&Device> = devices.iter().copied().filter(|d| d.area.as_ref() == area).collect();
        if here.is_empty() { devices } else { here }
    }

    /// Of several devices that could be meant, the one in the room of the speaker; else it has to be asked.
    fn the_one(&self, devices: Vec<&'a Device>) -> Result<&'a Device, Refusal> {
        let area = self.situation.area.as_ref();
        let here: Vec<&Device> =
            devices.iter().copied().filter(|d| area.is_some() && d.area.as_ref() == area).collect();
        match if here.is_empty() { devices } else { here }.as_slice() {
            [one] => Ok(one),
            several => Err(self.ambiguous(several, "")),
        }
    }

    /// The one device that a slot names.
    fn device(
        &self,
        slot: &Slot,
        areas: &[&Area],
        capability: Capability,
        set: bool,
    ) -> Result<&'a Device, Refusal> {
        let Value::Text(value) = &slot.value else {
            return Err(unresolved(said(slot)));
        };
        let by_id = self.home.device(&DeviceId(value.as_str().into()));
        let device = match by_id {
            Some(device) => device,
            None => self.device_by_name(value, slot, areas)?,
        };
        if !self.skill.permissions.device(device) {
            // "Dim it", of a fan.
            return Err(match device.capabilities.contains(&capability) {
                true => self.not_permitted(device.name.clone()),
                false => Refusal::NotCapable { device: device.name.clone(), capability, set },
            });
        }
        if !is_in(device, areas) {
            let areas = areas.iter().map(|area| area.name.clone()).collect();
            return Err(Refusal::NotInArea { device: device.name.clone(), areas });
        }
        if !device.capabilities.contains(&capability) {
            return Err(Refusal::NotCapable { device: device.name.clone(), capability, set });
        }
        Ok(device)
    }

    /// A way of saying that several devices share, or that an author's own list gave.
    fn device_by_name(&self, value: &str, slot: &Slot, areas: &[&Area]) -> Result<&'a Device, Refusal> {
        let kind = mynah_home::Kind::from_name(&slot.list);
        let permitted = |d: &Device| {
            let right_kind = kind.is_none_or(|k| d.kind == k);
            right_kind && self.skill.permissions.device(d) && is_in(d, areas)
        };
        let room = match areas {
            [] => self.situation.area.as_ref(),
            [area] => Some(&area.id),
            _ => None,
        };
        match self.home.find_among(value, room, permitted) {
            Resolution::One(device) => Ok(device),
            Resolution::Many(devices) => Err(self.ambiguous(&devices, &slot.said)),
            Resolution::None if is_reference(value) => Err(Refusal::NoReferent { said: said(slot) }),
            Resolution::None => Err(unresolved(said(slot))),
        }
    }

    fn ambiguous(&self, devices: &[&Device], said: &str) -> Refusal {
        Refusal::Ambiguous {
            names: devices.iter().map(|d| self.full_name(d)).collect(),
            devices: devices.iter().map(|d| d.id.clone()).collect(),
            said: said.to_owned(),
        }
    }

    /// Its name, with the room when the name alone does not tell it.
    fn full_name(&self, device: &Device) -> String {
        let room = device
            .area
            .as_ref()
            .and_then(|id| self.home.area(id))
            .filter(|a| !device.name.to_lowercase().contains(&a.name.to_lowercase()));
        let words = wording::of(Language::of(&self.skill.language));
        match room {
            Some(room) => words.name_in(&device.name, &room.name),
            None => words.name(&device.name),
        }
    }
}

/// Whether a device is in one of the rooms; of no rooms, in all.
fn is_in(device: &Device, areas: &[&Area]) -> bool {
    areas.is_empty() || areas.iter().any(|area| device.area.as_ref() == Some(&area.id))
}

/// The words that filled a slot, or its value when the sentence did not say it.
fn said(slot: &Slot) -> String {
    match (&slot.value, slot.said.is_empty()) {
        (Value::Text(text), true) => text.clone(),
        _ => slot.said.clone(),
    }
}
