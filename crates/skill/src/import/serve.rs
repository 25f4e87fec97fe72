//! What the intents of Home Assistant come down to here.

use std::collections::{BTreeMap, BTreeSet};

use mynah_home::Kind;
use mynah_intent::{IntentSpec, Value, primary_subtag};

use super::house::{kind_of, told_by};

/// What is to become of a group of sentences.
pub(super) enum Served {
    /// Its action, as it stands in a skill, and its risk.
    Does { action: String, risk: &'static str },
    /// It is understood, and answered so.
    Not(String),
    /// It speaks of names that no house here has.
    Nameless(String),
}

/// A group of sentences, and what it speaks of.
pub(super) struct Group<'a> {
    pub(super) intent: &'a IntentSpec,
    /// Slots that its sentences or itself fill.
    pub(super) slots: BTreeSet<String>,
    /// Is one of them a name of a device?
    pub(super) has_name: bool,
    /// The domain of Home Assistant that its file is for.
    pub(super) domain: &'a str,
}

impl Group<'_> {
    /// The kinds that its names are of: one, or any that can be switched.
    pub(super) fn kind(&self) -> Option<Option<Kind>> {
        let fixed = match self.intent.slots.get("domain") {
            Some(Value::Text(domain)) => Some(domain.as_str()),
            _ => None,
        };
        let required = self.intent.requires_context.get("domain").map_or(&[][..], Vec::as_slice);
        match (fixed, required) {
            (Some(domain), _) => kind_of(domain).map(Some),
            (None, [domain]) => kind_of(domain).map(Some),
            (None, []) if self.domain == "homeassistant" => Some(None),
            (None, []) => kind_of(self.domain).map(Some),
            (None, several) => {
                let kinds: BTreeSet<Kind> = several.iter().filter_map(|domain| kind_of(domain)).collect();
                let first = kinds.first()?;
                Some((kinds.len() == 1).then_some(*first))
            }
        }
    }

    /// The list that stands for `{name}`.
    pub(super) fn names(&self) -> &'static str {
        self.kind().flatten().map_or("device", Kind::name)
    }

    pub(super) fn serve(&self) -> Served {
        let name = self.intent.name.as_str();
        if let Some(action) = self.own(name) {
            return Served::Does { action, risk: "low" };
        }
        let Some(kind) = self.kind() else {
            let why = format!("no house here has what Home Assistant calls {}", self.domain);
            return if self.has_name { Served::Nameless(why) } else { Served::Not(why) };
        };
        let has_class = self.slots.contains("device_class") && name != "HassGetState";
        if has_class && !self.has_name {
            return Served::Not("devices of a kind are not told apart by their class here".to_owned());
        }
        let has = |slot: &str| self.slots.contains(slot);
        let set = |capability: &str, to: &str| Some(format!("set = \"{capability}\", to = {to}"));
        let read = |capability: &str| Some(format!("read = \"{capability}\""));
        let (what, one) = match (name, kind) {
            (
                "HassTurnOn" | "HassTurnOff",
                None | Some(Kind::Light | Kind::Switch | Kind::Fan | Kind::Media),
            ) => (set("power", if name == "HassTurnOn" { "\"on\"" } else { "\"off\"" }), false),
            ("HassTurnOn" | "HassTurnOff", Some(Kind::Cover)) => {
                (set("position", if name == "HassTurnOn" { "100" } else { "0" }), false)
            }
            ("HassTurnOn", Some(Kind::Lock)) => (set("lock", "\"locked\""), false),
            ("HassTurnOff", Some(Kind::Lock)) => (set("lock", "\"unlocked\""), false),
            ("HassLightSet", Some(Kind::Light)) if has("brightness") => {
                (set("brightness", "\"{brightness}\""), false)
            }
            ("HassLightSet", Some(Kind::Light)) if has("color") => (set("color", "\"{color}\""), false),
            ("HassSetPosition", Some(Kind::Cover)) if has("position") => {
                (set("position", "\"{position}\""), false)
            }
            ("HassClimateSetTemperature", Some(Kind::Climate)) if has("temperature") => {
                (set("target_temperature", "\"{temperature}\""), false)
            }
            ("HassClimateGetTemperature", Some(Kind::Climate)) => (read("temperature"), false),
            ("HassSetVolume", Some(Kind::Media)) if has("volume_level") => {
                (set("volume", "\"{volume_level}\""), true)
            }
            ("HassMediaNext", Some(Kind::Media)) => (set("step", "\"next\""), true),
            ("HassMediaPrevious", Some(Kind::Media)) => (set("step", "\"previous\""), true),
            ("HassMediaPause", Some(Kind::Media)) => (set("playback", "\"paused\""), true),
            ("HassMediaUnpause", Some(Kind::Media)) => (set("playback", "\"playing\""), true),
            ("HassMediaSearchAndPlay", Some(Kind::Media)) if has("search_query") => {
                (set("media", "\"{search_query}\""), true)
            }
            ("HassVacuumStart", Some(Kind::Vacuum)) => (set("cleaning", "\"cleaning\""), false),
            ("HassVacuumReturnToBase", Some(Kind::Vacuum)) => (set("cleaning", "\"docked\""), false),
            ("HassGetWeather", Some(Kind::Weather)) => (read("condition"), true),
            ("HassGetState", kind) if self.has_name => (self.tells(kind).and_then(read), false),
            _ => (None, false),
        };
        let pattern = kind.map(|kind| format!("{kind}.*"));
        let on = match (self.has_name, one, pattern) {
            (true, ..) => Some("{name}".to_owned()),
            (false, true, _) => Some("{target}".to_owned()),
            (false, false, pattern) => pattern,
        };
        let unlocks = (name, kind) == ("HassTurnOff", Some(Kind::Lock));
        match what.zip(on) {
            Some((what, on)) => Served::Does {
                action: format!("{{ {what}, on = \"{on}\" }}"),
                risk: if unlocks { "pin" } else { "low" },
            },
            None => Served::Not("nothing here does or tells that".to_owned()),
        }
    }

    /// What a device that was named is asked for.
    fn tells(&self, kind: Option<Kind>) -> Option<&'static str> {
        Some(match kind {
            None | Some(Kind::Light | Kind::Switch | Kind::Fan) => "power",
            Some(Kind::Lock) => "lock",
            Some(Kind::Cover) => "position",
            Some(Kind::Sensor) => {
                let fixed = match self.intent.slots.get("device_class") {
                    Some(Value::Text(class)) => Some(class),
                    _ => self.intent.requires_context.get("device_class").and_then(|all| all.first()),
                };
                told_by(fixed?)?.name()
            }
            _ => return None,
        })
    }

    /// What the assistant does itself.
    fn own(&self, name: &str) -> Option<String> {
        let only = |known: &[&str]| self.slots.iter().all(|slot| known.contains(&slot.as_str()));
        let named = if self.slots.contains("name") { ", name = \"{name}\"" } else { "" };
        Some(match name {
            "HassStartTimer" if only(&["hours", "minutes", "seconds", "name"]) => {
                let parts = ["hours", "minutes", "seconds"].into_iter();
                let parts = parts.filter(|slot| self.slots.contains(*slot));
                let parts: Vec<String> = parts.map(|slot| format!("{{{slot}}} {slot}")).collect();
                (!parts.is_empty())
                    .then(|| format!("{{ timer = \"start\", length = \"{}\"{named} }}", parts.join(" ")))?
            }
            "HassCancelTimer" if only(&["name"]) => format!("{{ timer = \"cancel\"{named} }}"),
            "HassTimerStatus" if only(&["name"]) => format!("{{ timer = \"remaining\"{named} }}"),
            "HassGetCurrentTime" => "{ tell = \"time\" }".to_owned(),
            "HassGetCurrentDate" => "{ tell = \"date\" }".to_owned(),
            "HassNevermind" => "{ cancel = true }".to_owned(),
            "HassShoppingListAddItem" if only(&["item"]) => {
                "{ list = \"add\", name = \"shopping\", item = \"{item}\" }".to_owned()
            }
            "HassShoppingListCompleteItem" if only(&["item"]) => {
                "{ list = \"remove\", name = \"shopping\", item = \"{item}\" }".to_owned()
            }
            _ => return None,
        })
    }
}

/// What is said where nothing serves an order.
pub(super) fn unserved(language: &str) -> &'static str {
    let known: BTreeMap<&str, &str> = BTreeMap::from([
        ("de", "Das kann hier nichts."),
        ("es", "Aquí nada puede hacer eso."),
        ("fr", "Rien ici ne sait faire cela."),
        ("it", "Qui niente sa farlo."),
        ("nl", "Niets hier kan dat."),
        ("zh", "这里没有设备能做到。"),
    ]);
    known.get(primary_subtag(language)).copied().unwrap_or("Nothing here can do that.")
}
