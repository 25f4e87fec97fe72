//! From a spoken name to devices.

use crate::{Area, AreaId, Device, Home};

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
        for device in self.devices().iter().filter(|d| permitted(d)) {
            let names = self.spoken_names(device);
            let is_among = |list: &[String]| list.iter().any(|n| plain_name(n) == wanted);
            if is_among(&names.full) {
                full.push(device);
            } else if is_among(&names.short) {
                short.push(device);
            }
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

    /// All the ways to say a device: its name, aliases and `say_as`; with its room before or after
    /// (`lamp in the kitchen`); and without the room.
    #[must_use]
    pub fn spoken_names(&self, device: &Device) -> SpokenNames {
        let mut names = SpokenNames::default();
        let area = device.area.as_ref().and_then(|id| self.area(id));
        let rooms = area.map(area_names).unwrap_or_default();
        let own = std::iter::once(&device.name).chain(&device.aliases).chain(&device.say_as);
        for name in own.map(|n| spoken_name(n)).filter(|n| !n.is_empty()) {
            let short = rooms.iter().find_map(|room| without_room(&name, room));
            let thing = short.as_deref().unwrap_or(&name);
            for room in &rooms {
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

    /// All the ways to say a room, in lower case and without an article in front.
    #[must_use]
    pub fn spoken_area_names(&self, area: &Area) -> Vec<String> {
        area_names(area)
    }
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
