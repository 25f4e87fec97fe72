//! The lists that every skill may use: `device`, one for each kind, `area`, and the values that people say.

use std::collections::{BTreeMap, BTreeSet};

use mynah_home::{Color, DeviceId, Home, Kind, plain_name};
use mynah_intent::{List, ListEntry, NumberKind, Value, ValueKind, primary_subtag};

use crate::permission::Permissions;
use crate::refer::words::rooms;

/// The list of what may be left out, and its slot.
pub(crate) const EXCEPTION: &str = "except";

/// The list of words for the whole house, and its slot.
pub(crate) const ALL: &str = "all";

/// Is this the list of the devices, or of those of one kind?
pub(crate) fn is_device_list(name: &str) -> bool {
    name == "device" || Kind::from_name(name).is_some()
}

/// Is this a list that is made of the house?
pub(crate) fn is_of_house(name: &str) -> bool {
    is_device_list(name) || matches!(name, "area" | "floor")
}

/// Lists that are the same in every skill; the device lists of every skill shadow the ones here.
pub(crate) fn of_every_skill(home: &Home, language: &str) -> BTreeMap<String, List> {
    let range = List::range;
    let text = |entries: Vec<(&str, &str)>| {
        List::Text(entries.into_iter().map(|(said, value)| entry(said, value)).collect())
    };
    let mut lists: BTreeMap<String, List> = [
        ("state", text(vec![("on", "on"), ("off", "off")])),
        ("color", text(Color::names().map(|name| (name, name)).collect())),
        ("percentage", range(0, 100, NumberKind::Percentage)),
        ("temperature", range(-40, 100, NumberKind::Temperature)),
        ("number", range(0, 1000, NumberKind::Number)),
        ("integer", range(0, 1000, NumberKind::Number)),
        ("duration", List::Duration),
        (ALL, all(language)),
        ("area", areas(home, language)),
        ("floor", floors(home)),
    ]
    .into_iter()
    .map(|(name, list)| (name.to_owned(), list))
    .collect();
    lists.extend(ValueKind::ALL.map(|kind| (kind.name().to_owned(), List::Value(kind))));
    // Known by name, so that a near miss is told; each skill has its own instead.
    for name in Kind::ALL.iter().map(|k| k.name()).chain(["device"]) {
        lists.insert(name.to_owned(), List::Text(Vec::new()));
    }
    lists
}

/// The list of that name made of the devices that a skill may reach, if it is such a list.
///
/// A way of saying that means one device has its id as value; one that several devices share ("lamp" in two rooms) has itself
/// as value, and is resolved when it is said, by the room of the speaker or by asking.
pub(crate) fn of_devices(name: &str, permissions: &Permissions, home: &Home) -> Option<List> {
    if !is_device_list(name) {
        return None;
    }
    let kind = Kind::from_name(name);
    let mut full: BTreeMap<String, Vec<&DeviceId>> = BTreeMap::new();
    let mut short: BTreeMap<String, Vec<&DeviceId>> = BTreeMap::new();
    for device in home.devices().iter().filter(|d| permissions.device(d) && kind.is_none_or(|k| d.kind == k))
    {
        let Some(names) = home.spoken_names(&device.id) else { continue };
        for (map, said) in names.full.iter().map(|n| (true, n)).chain(names.short.iter().map(|n| (false, n)))
        {
            let map = if map { &mut full } else { &mut short };
            let ids = map.entry(said.clone()).or_default();
            if !ids.contains(&&device.id) {
                ids.push(&device.id);
            }
        }
    }
    // A whole name goes before a shared short one: a device called "lamp" is the lamp.
    short.retain(|said, _| !full.contains_key(said));
    full.append(&mut short);
    let entries = full.into_iter().map(|(said, ids)| {
        let value = match ids.as_slice() {
            [one] => one.to_string(),
            _ => plain_name(&said),
        };
        entry(&said, &value)
    });
    Some(List::Text(entries.collect()))
}

/// Words that mean those of the whole house, wherever the speaker is: see [`Target::Nearby`](crate::action::Target::Nearby).
fn all(language: &str) -> List {
    let said: &[&str] = match primary_subtag(language) {
        "en" => &["all", "every one of", "everywhere", "in the [whole|entire] house"],
        "zh" => &["所有", "全部", "全屋", "家里"],
        _ => &[],
    };
    List::Text(said.iter().map(|said| ListEntry::new(*said, Value::Text(ALL.to_owned()))).collect())
}

fn areas(home: &Home, language: &str) -> List {
    let names = home
        .areas()
        .iter()
        .flat_map(|a| home.spoken_area_names(a).into_iter().map(|said| entry(&said, a.id.as_str())));
    List::Text(names.chain(rooms(language)).collect())
}

/// Each floor by its name, which is its value.
fn floors(home: &Home) -> List {
    let names: BTreeSet<&str> = home.areas().iter().filter_map(|area| area.floor.as_deref()).collect();
    List::Text(names.into_iter().map(|name| entry(&plain_name(name), name)).collect())
}

fn entry(said: &str, value: &str) -> ListEntry {
    // People drop the article inside a name: "lamp in kitchen".
    let said =
        said.split(' ').map(|word| if word == "the" { "[the]" } else { word }).collect::<Vec<_>>().join(" ");
    ListEntry::new(said, Value::Text(value.to_owned()))
}

/// What may be left out: devices and rooms. Leaving out what a skill does not touch changes nothing.
pub(crate) fn exceptions(home: &Home) -> List {
    let all = Permissions { devices: vec!["*".to_owned()], ..Permissions::default() };
    let mut entries = match of_devices("device", &all, home) {
        Some(List::Text(entries)) => entries,
        _ => Vec::new(),
    };
    let known: BTreeSet<String> = entries.iter().map(|entry| entry.said.clone()).collect();
    for area in home.areas() {
        for name in home.spoken_area_names(area) {
            let ways = [
                name.clone(),
                format!("{name} (lights|lamps|one|ones)"),
                format!("(lights|lamps|one|ones) in [the] {name}"),
                format!("in [the] {name}"),
            ];
            let value = || Value::Text(area.id.to_string());
            let ways = ways.into_iter().filter(|said| !known.contains(said));
            entries.extend(ways.map(|said| ListEntry {
                said,
                value: value(),
                context: BTreeMap::new(),
                metadata: BTreeMap::new(),
            }));
        }
    }
    List::Text(entries)
}
