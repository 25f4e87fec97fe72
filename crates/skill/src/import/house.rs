//! The house of the corpus' tests as a home.toml.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use mynah_home::{Capability, Kind, plain_name};
use mynah_intent::hassil::Thing;

use super::LeftOut;

/// The kind of device that a domain of Home Assistant is.
pub(super) fn kind_of(domain: &str) -> Option<Kind> {
    Some(match domain {
        "light" => Kind::Light,
        "switch" => Kind::Switch,
        "fan" => Kind::Fan,
        "cover" => Kind::Cover,
        "lock" => Kind::Lock,
        "climate" => Kind::Climate,
        "sensor" | "binary_sensor" => Kind::Sensor,
        "media_player" => Kind::Media,
        "vacuum" => Kind::Vacuum,
        "weather" => Kind::Weather,
        _ => return None,
    })
}

/// What a sensor tells, by its device class.
pub(super) fn told_by(device_class: &str) -> Option<Capability> {
    Some(match device_class {
        "temperature" => Capability::Temperature,
        "humidity" => Capability::Humidity,
        "battery" => Capability::Battery,
        "door" | "window" | "opening" | "garage_door" => Capability::Contact,
        "motion" | "occupancy" | "presence" => Capability::Motion,
        _ => return None,
    })
}

/// Writes it; what a house here cannot have is told.
pub(super) fn write(things: &[Thing], left_out: &mut Vec<LeftOut>) -> String {
    let mut text = "# The house that the tests of Home Assistant's sentences are made for.\n".to_owned();
    let of = |kind: &'static str| things.iter().filter(move |thing| thing.kind == kind);
    let named = |kind: &'static str, id: &str| {
        of(kind).find(|thing| thing.id == id).map(|thing| thing.names[0].clone())
    };
    for area in of("areas") {
        let _ = write!(text, "\n[[area]]\nid = {}\n{}", quoted(&area.id), names(area));
        if let Some(floor) = area.within.as_ref().and_then(|id| named("floors", id)) {
            let _ = writeln!(text, "floor = {}", quoted(&floor));
        }
    }
    let (mut ids, mut known) = (BTreeSet::new(), BTreeSet::new());
    for thing in of("entities") {
        let mut leave_out = |why: String| {
            let (intent, text) = (String::new(), format!("{} ({})", thing.names[0], thing.id));
            left_out.push(LeftOut { what: "device", why, intent, text });
        };
        let (domain, rest) = thing.id.split_once('.').unwrap_or((&thing.id, ""));
        let Some(kind) = kind_of(domain) else {
            leave_out(format!("no kind of device here is a {domain}"));
            continue;
        };
        let class = thing.attributes.get("device_class").map_or("", String::as_str);
        let capabilities: &[Capability] = match (kind, told_by(class)) {
            (Kind::Light, _) => &[Capability::Power, Capability::Brightness, Capability::Color],
            (Kind::Fan, _) => &[Capability::Power, Capability::Speed],
            (Kind::Media, _) => &[
                Capability::Power,
                Capability::Volume,
                Capability::Playback,
                Capability::Step,
                Capability::Media,
            ],
            (Kind::Sensor, Some(told)) => &[told],
            (Kind::Sensor, None) => {
                leave_out(format!("nothing here is measured by a sensor of the class {class:?}"));
                continue;
            }
            _ => kind.usual_capabilities(),
        };
        let place = (thing.within.clone(), plain_name(&thing.names[0]));
        let id = format!("{kind}.{rest}");
        if !known.insert(place) || !ids.insert(id.clone()) {
            leave_out("another device of that room has its name".to_owned());
            continue;
        }
        let _ = write!(text, "\n[[device]]\nid = {}\n{}kind = \"{kind}\"\n", quoted(&id), names(thing));
        if let Some(area) = thing.within.as_ref().and_then(|id| named("areas", id)) {
            let _ = writeln!(text, "area = {}", quoted(&area));
        }
        let capabilities: Vec<String> = capabilities.iter().map(|c| format!("\"{}\"", c.name())).collect();
        let _ = writeln!(text, "capabilities = [{}]", capabilities.join(", "));
    }
    // Sentences about rooms are tested in rooms that have nothing.
    let mut more = 0;
    for area in of("areas") {
        for kind in [Kind::Light, Kind::Fan, Kind::Cover, Kind::Lock] {
            more += 1;
            let area = quoted(&area.names[0]);
            let _ = write!(text, "\n[[device]]\nname = \"spare {more}\"\nkind = \"{kind}\"\narea = {area}\n");
            if kind == Kind::Light {
                text.push_str("capabilities = [\"power\", \"brightness\", \"color\"]\n");
            }
        }
    }
    text
}

/// A text as TOML has it.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn names(thing: &Thing) -> String {
    let mut text = format!("name = {}\n", quoted(&thing.names[0]));
    let mut known = BTreeSet::from([plain_name(&thing.names[0])]);
    let others = thing.names[1..].iter().filter(|name| known.insert(plain_name(name)));
    let others: Vec<String> = others.map(|name| quoted(name)).collect();
    if !others.is_empty() {
        let _ = writeln!(text, "aliases = [{}]", others.join(", "));
    }
    text
}
