//! Devices and rooms.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Capability;

/// `light.kitchen_lamp`: the kind, a dot, and a name of the owner's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DeviceId(pub Arc<str>);

/// `kitchen`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AreaId(pub Arc<str>);

impl DeviceId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AreaId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for DeviceId {
    fn from(id: &str) -> Self {
        DeviceId(id.into())
    }
}

impl From<&str> for AreaId {
    fn from(id: &str) -> Self {
        AreaId(id.into())
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for AreaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a device is, for sentences that name a kind ("the lights").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Light,
    Plug,
    Switch,
    Cover,
    Climate,
    Sensor,
    Fan,
    Lock,
    /// What plays sound: a speaker, a radio.
    Media,
    Tv,
    Vacuum,
    /// What lets people in when it opens: a garage door, a gate. A blind is a cover, and a door that is only locked is a lock.
    Door,
    /// What shows slides.
    Presentation,
    /// Where the weather is known: a service, a station.
    Weather,
    Other,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 15] = [
        Kind::Light,
        Kind::Plug,
        Kind::Switch,
        Kind::Cover,
        Kind::Climate,
        Kind::Sensor,
        Kind::Fan,
        Kind::Lock,
        Kind::Media,
        Kind::Tv,
        Kind::Vacuum,
        Kind::Door,
        Kind::Presentation,
        Kind::Weather,
        Kind::Other,
    ];

    /// As files have it: `light`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Light => "light",
            Kind::Plug => "plug",
            Kind::Switch => "switch",
            Kind::Cover => "cover",
            Kind::Climate => "climate",
            Kind::Sensor => "sensor",
            Kind::Fan => "fan",
            Kind::Lock => "lock",
            Kind::Media => "media",
            Kind::Tv => "tv",
            Kind::Vacuum => "vacuum",
            Kind::Door => "door",
            Kind::Presentation => "presentation",
            Kind::Weather => "weather",
            Kind::Other => "other",
        }
    }

    /// How people call one of them, and several.
    #[must_use]
    pub fn spoken(self) -> (&'static str, &'static str) {
        match self {
            Kind::Light => ("light", "lights"),
            Kind::Plug => ("plug", "plugs"),
            Kind::Switch => ("switch", "switches"),
            Kind::Cover => ("blind", "blinds"),
            Kind::Climate => ("thermostat", "thermostats"),
            Kind::Sensor => ("sensor", "sensors"),
            Kind::Fan => ("fan", "fans"),
            Kind::Lock => ("lock", "locks"),
            Kind::Media => ("music player", "music players"),
            Kind::Tv => ("TV", "TVs"),
            Kind::Vacuum => ("vacuum cleaner", "vacuum cleaners"),
            Kind::Door => ("garage door or gate", "garage doors and gates"),
            Kind::Presentation => ("presentation", "presentations"),
            Kind::Weather => ("weather service", "weather services"),
            Kind::Other => ("device", "devices"),
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|k| k.name() == name)
    }

    /// What a device of this kind can do when its owner does not say; empty when nothing can be assumed.
    #[must_use]
    pub fn usual_capabilities(self) -> &'static [Capability] {
        match self {
            Kind::Light | Kind::Plug | Kind::Switch | Kind::Fan | Kind::Tv => &[Capability::Power],
            Kind::Cover | Kind::Door => &[Capability::Position],
            Kind::Climate => &[Capability::TargetTemperature, Capability::Temperature],
            Kind::Lock => &[Capability::Lock],
            Kind::Vacuum => &[Capability::Cleaning],
            Kind::Presentation => &[Capability::Step],
            Kind::Weather => &[Capability::Condition, Capability::Temperature],
            Kind::Sensor | Kind::Media | Kind::Other => &[],
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One room, or another part of the house that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// Its identity.
    pub id: AreaId,
    /// How people call it: `living room`.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// The floor, by name.
    pub floor: Option<String>,
}

/// One device of the house.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// Its identity.
    pub id: DeviceId,
    /// How people call it: `kitchen lamp`.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// How the name is pronounced or may be heard, when spelling does not tell.
    pub say_as: Vec<String>,
    /// The room.
    pub area: Option<AreaId>,
    /// What it is.
    pub kind: Kind,
    /// What it can do.
    pub capabilities: BTreeSet<Capability>,
    /// How it is reached, for the endpoint crate: the tables `http`, `mqtt`, … of home.toml.
    pub endpoint: toml::Table,
}
