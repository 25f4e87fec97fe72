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

/// The ways to say one device, without articles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpokenNames {
    /// Name and room both: `kitchen lamp`, `lamp in kitchen`, and every alias.
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
    let words: Vec<String> = text
        .split(|c: char| c.is_whitespace() || (c.is_ascii_punctuation() && c != '\''))
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect();
    let bare: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|w| !ARTICLES.contains(w))
        .collect();
    if bare.is_empty() {
        words.join(" ")
    } else {
        bare.join(" ")
    }
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
            if names.full.contains(&wanted) {
                full.push(device);
            } else if names.short.contains(&wanted) {
                short.push(device);
            }
        }
        let named = if full.is_empty() { short } else { full };
        if named.len() > 1 && area.is_some() {
            let here: Vec<&Device> = named
                .iter()
                .copied()
                .filter(|d| d.area.as_ref() == area)
                .collect();
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
        self.areas()
            .iter()
            .find(|a| area_names(a).any(|name| name == wanted))
    }

    /// All the ways to say a device: its name, aliases and `say_as`; with its room before or after (`lamp in kitchen`); and without the room.
    #[must_use]
    pub fn spoken_names(&self, device: &Device) -> SpokenNames {
        let mut names = SpokenNames::default();
        let rooms: Vec<String> = device
            .area
            .as_ref()
            .and_then(|id| self.area(id))
            .map(|a| area_names(a).collect())
            .unwrap_or_default();
        let own = std::iter::once(&device.name)
            .chain(&device.aliases)
            .chain(&device.say_as);
        for name in own.map(|n| plain_name(n)).filter(|n| !n.is_empty()) {
            let short = rooms.iter().find_map(|room| without_room(&name, room));
            for room in &rooms {
                names
                    .full
                    .push(format!("{} in {room}", short.as_deref().unwrap_or(&name)));
                if let Some(short) = &short {
                    names.full.push(format!("{room} {short}"));
                } else {
                    names.full.push(format!("{room} {name}"));
                }
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
}

fn area_names(area: &Area) -> impl Iterator<Item = String> + '_ {
    std::iter::once(&area.name)
        .chain(&area.aliases)
        .map(|n| plain_name(n))
        .filter(|n| !n.is_empty())
}

/// `kitchen lamp` without `kitchen` is `lamp`; `fan in living room` without `living room` is `fan`.
fn without_room(name: &str, room: &str) -> Option<String> {
    let rest = name
        .strip_prefix(room)
        .and_then(|rest| rest.strip_prefix(' '))
        .or_else(|| {
            name.strip_suffix(room)
                .and_then(|rest| rest.strip_suffix(" in "))
        })?;
    (!rest.is_empty()).then(|| rest.to_owned())
}
