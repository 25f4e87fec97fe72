//! `home.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use crate::{
    Area, AreaId, Capability, Device, DeviceId, Fault, Fields, Home, Kind, Text, did_you_mean, plain_name,
    read_toml,
};

/// The largest file, in bytes: of as many devices as there may be, each with all its wires.
const LARGEST: u64 = 8_000_000;
/// The most devices: five times those of the largest house that must be quick. Their names in all the shipped skills take 300 MB and a
/// second of one desktop core; of 50,000 devices, 1.5 GB and 9 s, which is more than a small board has.
const MOST_DEVICES: usize = 10_000;
/// The most areas. Each may be said wherever a sentence has `{area}`.
const MOST_AREAS: usize = 2_000;

impl Home {
    /// Reads a `home.toml`.
    ///
    /// # Errors
    /// The file cannot be read, or all that is wrong in it.
    pub fn load(path: &Path) -> Result<Home, Vec<Fault>> {
        let file = path.display().to_string();
        // Before it is read: it may be a film with the wrong name.
        if let Ok(size) = std::fs::metadata(path).map(|file| file.len())
            && size > LARGEST
        {
            return Err(vec![too_large(&file, size)]);
        }
        match std::fs::read_to_string(path) {
            Ok(text) => Home::parse(&file, &text),
            Err(e) => {
                let message = format!("cannot read {file}: {e}");
                Err(vec![Fault { file: file.into(), span: 0..0, message, help: None }])
            }
        }
    }

    /// Reads the text of a `home.toml`; `file` is its name in faults. It may have 8 MB, 10,000 devices and 2,000 areas.
    ///
    /// # Errors
    /// All that is wrong in it.
    pub fn parse(file: &str, text: &str) -> Result<Home, Vec<Fault>> {
        if text.len() as u64 > LARGEST {
            return Err(vec![too_large(file, text.len() as u64)]);
        }
        read_toml(file, text, |top| {
            for (key, most) in [("area", MOST_AREAS), ("device", MOST_DEVICES)] {
                let count = top.count(key);
                if count > most {
                    let message = format!("{file} has {count} {key}s; {most} are the most");
                    top.fault(top.span_of(key), message, Some("leave out what nobody speaks to".to_owned()));
                    // What is wrong with each of them matters no more.
                    return Home::new(Vec::new(), Vec::new(), toml::Table::new(), file, "");
                }
            }
            let areas = read_areas(&top);
            let devices = read_devices(&top, &areas);
            let settings = top.other_tables();
            top.finish_with_other_tables();
            Home::new(areas, devices, settings, file, text)
        })
    }
}

fn too_large(file: &str, size: u64) -> Fault {
    let message = format!("{file} has {size} bytes; {LARGEST} are the most");
    let help = Some("is it the right file? Devices that nobody speaks to need not be in it".to_owned());
    Fault { file: file.into(), span: 0..0, message, help }
}

fn read_areas(top: &Fields<'_, '_>) -> Vec<Area> {
    let mut areas = Vec::new();
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    for fields in top.tables("area") {
        let name = fields.required_text("name");
        let id = fields.text("id");
        let aliases = fields.texts("aliases");
        let floor = fields.text("floor").map(|t| t.text);
        if let Some(name) = name {
            for said in std::iter::once(&name).chain(&aliases) {
                if let Some(other) = taken.insert(plain_name(&said.text), name.text.clone()) {
                    fields.fault(
                        said.span.clone(),
                        format!("the area `{other}` is already called `{said}`"),
                        Some("give each area names of its own".into()),
                    );
                }
            }
            let id = id.map_or_else(|| snake_case(&name.text), |t| t.text);
            areas.push(Area {
                id: AreaId(id.into()),
                name: name.text,
                aliases: aliases.into_iter().map(|t| t.text).collect(),
                floor,
            });
        }
        fields.finish();
    }
    areas
}

fn read_devices(top: &Fields<'_, '_>, areas: &[Area]) -> Vec<Device> {
    let mut devices = Vec::new();
    let mut ids = BTreeSet::new();
    let mut names: BTreeMap<(Option<AreaId>, String), String> = BTreeMap::new();
    for fields in top.tables("device") {
        let id = fields.text("id");
        let name = fields.required_text("name");
        let aliases = fields.texts("aliases");
        let say_as = fields.texts("say_as");
        let area = fields.text("area").and_then(|t| known_area(&fields, &t, areas));
        let kind = read_kind(&fields);
        let capabilities = read_capabilities(&fields, kind);
        let endpoint = fields.other_tables();
        if let (Some(name), Some(kind)) = (name, kind) {
            for said in std::iter::once(&name).chain(&aliases) {
                let plain = plain_name(&said.text);
                match names.get(&(area.clone(), plain.clone())) {
                    Some(other) if *other == name.text && said != &name => {}
                    Some(other) => {
                        let place = area
                            .as_ref()
                            .map_or_else(|| "without an area".to_owned(), |a| format!("in the area `{a}`"));
                        fields.fault(
                            said.span.clone(),
                            format!("two devices {place} are called `{said}`: this one and `{other}`"),
                            Some("rename one, or put it into another area".into()),
                        );
                    }
                    None => {
                        names.insert((area.clone(), plain), name.text.clone());
                    }
                }
            }
            if plain_name(&name.text).is_empty() {
                fields.fault(
                    name.span.clone(),
                    format!("nobody can say `{name}`"),
                    Some("a name needs words".into()),
                );
            }
            if let Some(id) = id.as_ref().filter(|id| !id.text.starts_with(&format!("{kind}."))) {
                let help = Some(format!("skills reach devices by ids such as \"{kind}.*\""));
                fields.fault(id.span.clone(), format!("the id of a {kind} begins with `{kind}.`"), help);
            }
            let id_span = id.as_ref().map_or_else(|| name.span.clone(), |t| t.span.clone());
            let id = id.map_or_else(|| format!("{kind}.{}", snake_case(&name.text)), |t| t.text);
            if !ids.insert(id.clone()) {
                fields.fault(
                    id_span,
                    format!("two devices have the id `{id}`"),
                    Some("give one of them an `id` of its own".into()),
                );
            }
            let texts = |list: Vec<Text>| list.into_iter().map(|t| t.text).collect();
            devices.push(Device {
                id: DeviceId(id.into()),
                name: name.text,
                aliases: texts(aliases),
                say_as: texts(say_as),
                area,
                kind,
                capabilities,
                endpoint,
            });
        }
        fields.finish_with_other_tables();
    }
    devices
}

/// An area may be named by its id or by its name.
fn known_area(fields: &Fields<'_, '_>, text: &Text, areas: &[Area]) -> Option<AreaId> {
    let found = areas.iter().find(|a| a.id.as_str() == text.text || a.name == text.text).or_else(|| {
        let plain = plain_name(&text.text);
        areas.iter().find(|a| plain_name(&a.name) == plain)
    });
    if found.is_none() {
        let help = if areas.is_empty() {
            Some(format!("add: [[area]] with name = \"{text}\""))
        } else {
            did_you_mean(&text.text, areas.iter().map(|a| a.name.as_str()))
        };
        fields.fault(text.span.clone(), format!("no area is called `{text}`"), help);
    }
    found.map(|a| a.id.clone())
}

fn read_kind(fields: &Fields<'_, '_>) -> Option<Kind> {
    let text = fields.required_text("kind")?;
    let kind = Kind::from_name(&text.text);
    if kind.is_none() {
        let help = did_you_mean(&text.text, Kind::ALL.iter().map(|k| k.name()));
        fields.fault(text.span, format!("no kind of device is called `{}`", text.text), help);
    }
    kind
}

fn read_capabilities(fields: &Fields<'_, '_>, kind: Option<Kind>) -> BTreeSet<Capability> {
    let mut capabilities = BTreeSet::new();
    for text in fields.texts("capabilities") {
        match Capability::from_name(&text.text) {
            Some(capability) => {
                capabilities.insert(capability);
            }
            None => {
                let help = did_you_mean(&text.text, Capability::ALL.iter().map(|c| c.name()));
                fields.fault(text.span, format!("no capability is called `{}`", text.text), help);
            }
        }
    }
    if !fields.has("capabilities") {
        let usual = kind.map_or(&[][..], Kind::usual_capabilities);
        if let (Some(kind), true) = (kind, usual.is_empty()) {
            fields.fault(
                fields.span(),
                format!("a device of kind `{kind}` must say what it can do"),
                Some("add: capabilities = [\"…\"]".into()),
            );
        }
        capabilities.extend(usual);
    }
    capabilities
}

/// `Living room (big)` → `living_room_big`.
fn snake_case(name: &str) -> String {
    let words: Vec<String> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    words.join("_")
}

/// The place of a value of the file: of the device of that index, or of the top table. As deep as the path exists.
pub(crate) fn locate(source: &str, device: Option<usize>, path: &[&str]) -> Range<usize> {
    let (top, _) = DeTable::parse_recoverable(source);
    let mut span = 0..0;
    let mut table = top.get_ref();
    if let Some(index) = device {
        let devices = table.get("device").and_then(|d| d.get_ref().as_array());
        let Some(found) = devices.and_then(|d| d.get(index)) else {
            return span;
        };
        let DeValue::Table(inner) = found.get_ref() else {
            return span;
        };
        span = found.span();
        table = inner;
    }
    for (depth, key) in path.iter().enumerate() {
        let Some((name, value)) = table.iter().find(|(k, _)| k.get_ref() == key) else {
            break;
        };
        span = if depth + 1 == path.len() { value.span() } else { name.span() };
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => break,
        }
    }
    span
}
