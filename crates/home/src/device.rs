//! Devices and rooms.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Capability;

/// `light.kitchen_lamp`: the kind, a dot, and a name of the owner's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DeviceId(pub Arc<str>);

/// `kitchen`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AreaId(pub Arc<str>);

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
    Media,
    Vacuum,
    Other,
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
