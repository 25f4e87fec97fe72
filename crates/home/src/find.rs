//! From a spoken name to devices.

use std::collections::HashMap;

use crate::{Area, AreaId, Device, DeviceId, Home};

/// What a spoken name stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolution<'h> {
    /// One device.
    One(&'h Device),
    /// Several: ask which.
    Many(Vec<&'h Device>),
    /// Nothing in this house. Never a reason to take more.
    None,
}

impl<'h> Resolution<'h> {
    /// The device, when it is one.
    #[must_use]
    pub fn one(&self) -> Option<&'h Device> {
        match self {
            Resolution::One(device) => Some(device),
            Resolution::Many(_) | Resolution::None => None,
        }
    }

    fn of(mut devices: Vec<&'h Device>) -> Resolution<'h> {
        match devices.len() {
            0 => Resolution::None,
            1 => Resolution::One(devices.remove(0)),
            _ => Resolution::Many(devices),
        }
    }
}

/// The ways to say one device, in lower case and without an article in front.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpokenNames {
    /// Name and room both: `kitchen lamp`, `lamp in the kitchen`, and every alias.
    pub full: Vec<String>,
    /// Without the room: `lamp`. Several devices may share it.
    pub short: Vec<String>,
}

const ARTICLES: [&str; 5] = ["the", "a", "an", "my", "our"];

/// Lower case, words only, without articles: the form in which names are compared.
///
/// A name that is nothing but articles keeps them.
#[must_use]
pub fn plain_name(text: &str) -> String {
    let words = words(text);
    let bare: Vec<&str> = words.iter().map(String::as_str).filter(|w| !ARTICLES.contains(w)).collect();
    if bare.is_empty() { words.join(" ") } else { bare.join(" ") }
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '\''))
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Lower case, words only, without the articles in front: `The lamp by the window` is `lamp by the window`.
fn spoken_name(text: &str) -> String {
    let words = words(text);
    let front = words.iter().take_while(|w| ARTICLES.contains(&w.as_str())).count();
    if front == words.len() { words.join(" ") } else { words[front..].join(" ") }
}

impl Home {
    /// The device that a spoken name means: `the kitchen lamp`, `lamp in the kitchen`, or `the lamp` where there is one
    /// lamp only, or one in `area`, the room of the speaker.
    ///
    /// Only devices that the name names are ever in the answer.
    #[must_use]
    pub fn find(&self, spoken: &str, area: Option<&AreaId>) -> Resolution<'_> {
        self.find_among(spoken, area, |_| true)
    }

    /// As [`Home::find`], among the devices that `permitted` lets through.
    pub fn find_among(
        &self,
        spoken: &str,
        area: Option<&AreaId>,
        permitted: impl Fn(&Device) -> bool,
    ) -> Resolution<'_> {
        let wanted = plain_name(spoken);
        if wanted.is_empty() {
            return Resolution::None;
        }
        let mut full = Vec::new();
        let mut short = Vec::new();
        for &(index, is_full) in self.names.by_plain.get(&wanted).into_iter().flatten() {
            let Some(device) = self.devices().get(index).filter(|d| permitted(d)) else { continue };
            if is_full { full.push(device) } else { short.push(device) }
        }
        let named = if full.is_empty() { short } else { full };
        if named.len() > 1 && area.is_some() {
            let here: Vec<&Device> = named.iter().copied().filter(|d| d.area.as_ref() == area).collect();
            if !here.is_empty() {
                return Resolution::of(here);
            }
        }
        Resolution::of(named)
    }

    /// The room that a spoken name means.
    #[must_use]
    pub fn find_area(&self, spoken: &str) -> Option<&Area> {
        let wanted = plain_name(spoken);
        self.areas().iter().find(|a| area_names(a).iter().any(|name| plain_name(name) == wanted))
    }

    /// All the ways to say a device of this house: its name, aliases and `say_as`; with its room before or after
    /// (`lamp in the kitchen`); and without the room. None for a device of another house.
    #[must_use]
    pub fn spoken_names(&self, device: &DeviceId) -> Option<&SpokenNames> {
        self.names.spoken.get(self.index(device)?)
    }

    /// All the ways to say a room, in lower case and without an article in front.
    #[must_use]
    pub fn spoken_area_names(&self, area: &Area) -> Vec<String> {
        area_names(area)
    }
}

/// The names of all devices, worked out once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// Beside the devices.
    spoken: Vec<SpokenNames>,
    /// [`plain_name`] → devices, and whether it is a full name of them.
    by_plain: HashMap<String, Vec<(usize, bool)>>,
}

impl Names {
    pub(crate) fn of(areas: &[Area], devices: &[Device]) -> Names {
        let rooms: HashMap<&AreaId, Vec<String>> = areas.iter().map(|a| (&a.id, area_names(a))).collect();
        let mut names = Names::default();
        for (index, device) in devices.iter().enumerate() {
            let rooms = device.area.as_ref().and_then(|id| rooms.get(id)).map_or(&[][..], Vec::as_slice);
            let spoken = spoken_names(device, rooms);
            for (list, is_full) in [(&spoken.full, true), (&spoken.short, false)] {
                for name in list {
                    let devices = names.by_plain.entry(plain_name(name)).or_default();
                    if devices.last().is_none_or(|(last, _)| *last != index) {
                        devices.push((index, is_full));
                    }
                }
            }
            names.spoken.push(spoken);
        }
        names
    }
}

fn spoken_names(device: &Device, rooms: &[String]) -> SpokenNames {
    let mut names = SpokenNames::default();
    let own = std::iter::once(&device.name).chain(&device.aliases).chain(&device.say_as);
    for name in own.map(|n| spoken_name(n)).filter(|n| !n.is_empty()) {
        let short = rooms.iter().find_map(|room| without_room(&name, room));
        let thing = short.as_deref().unwrap_or(&name);
        for room in rooms {
            names.full.push(format!("{thing} in the {room}"));
            names.full.push(format!("{room} {thing}"));
        }
        names.full.push(name);
        names.short.extend(short);
    }
    for list in [&mut names.full, &mut names.short] {
        list.sort();
        list.dedup();
    }
    names
}

fn area_names(area: &Area) -> Vec<String> {
    let names = std::iter::once(&area.name).chain(&area.aliases);
    names.map(|n| spoken_name(n)).filter(|n| !n.is_empty()).collect()
}

/// `kitchen lamp` without `kitchen` is `lamp`; `fan in the living room` without `living room` is `fan`.
fn without_room(name: &str, room: &str) -> Option<String> {
    let before = name.strip_prefix(room).and_then(|rest| rest.strip_prefix(' '));
    let after = || {
        let rest = name.strip_suffix(room)?;
        rest.strip_suffix(" in the ").or_else(|| rest.strip_suffix(" in "))
    };
    let rest = before.or_else(after)?;
    (!rest.is_empty()).then(|| rest.to_owned())
}
