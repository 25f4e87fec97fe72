//! An intent and the house → a plan.

use std::collections::BTreeSet;
use std::time::Duration;

use mynah_home::{Area, Capability, Device, DeviceId, Home, Resolution, State};
use mynah_intent::{Intent, List, Reading, SaidDateTime, SaidTime, Slot, Value};

use crate::action::{
    ActionTemplate, Argument, LONGEST_DELAY, Payload, Target, Verb, parse_day, parse_duration, parse_rule,
    parse_time,
};
use crate::catalog::{Catalog, Situation};
use crate::lists::is_device_list;
use crate::manifest::{IntentEntry, Manifest, REPLY_WORDS};
use crate::permission::{glob, kinds_of};
use crate::plan::{Action, Due, HttpCall, Local, MqttMessage, Plan, Risk};
use crate::refer::is_reference;
use crate::refusal::Refusal;
use crate::reply::the;
use crate::several::EXCEPTION;
use crate::template::Template;
use crate::trial::same_value;

impl Risk {
    /// The least confidence that an intent of this risk is done with, 0 to 1.
    #[must_use]
    pub fn least_confidence(self) -> f32 {
        match self {
            Risk::Low => 0.5,
            Risk::Confirm => 0.8,
            Risk::Pin => 0.95,
        }
    }

    /// The most devices that one utterance of this risk may touch.
    #[must_use]
    pub fn most_targets(self) -> usize {
        match self {
            Risk::Low => usize::MAX,
            Risk::Confirm => 3,
            Risk::Pin => 1,
        }
    }
}

impl Catalog {
    /// What a reading comes down to in this house.
    ///
    /// A slot that was said and means nothing here is refused; it never enlarges what is touched.
    ///
    /// # Errors
    /// Why it is not done, made to be spoken.
    pub fn plan(&self, reading: &Reading, home: &Home, situation: &Situation) -> Result<Plan, Refusal> {
        let (skill, entry) = self.entry(reading.spec).ok_or(Refusal::UnknownIntent)?;
        if reading.confidence < entry.risk.least_confidence() {
            return Err(Refusal::TooUnsure { confidence: reading.confidence });
        }
        let planner = Planner { skill, intent: &reading.intent, home, situation };
        let mut actions = Vec::new();
        let mut lacking = None;
        let templates = planner.with_scenes(&entry.actions)?;
        let several = templates.len() > 1;
        for template in templates {
            match planner.fill(template, &mut actions) {
                // "Good night" locks the doors of a house that has locks.
                Err(refusal @ (Refusal::NoneOfKind { .. } | Refusal::NothingThere { .. }))
                    if several && template.is_for_what_there_is() =>
                {
                    lacking = lacking.or(Some(refusal));
                }
                filled => filled?,
            }
        }
        if let (true, Some(refusal)) = (actions.is_empty(), lacking) {
            return Err(refusal);
        }
        check_count(entry.risk, &actions)?;
        Ok(Plan {
            skill: skill.name.text.clone(),
            intent: reading.intent.clone(),
            risk: entry.risk,
            actions,
            reply: planner.reply(entry),
            parts: Vec::new(),
        })
    }
}

struct Planner<'a> {
    skill: &'a Manifest,
    intent: &'a Intent,
    home: &'a Home,
    situation: &'a Situation,
}

impl<'a> Planner<'a> {
    fn fill(&self, template: &ActionTemplate, actions: &mut Vec<Action>) -> Result<(), Refusal> {
        match &template.verb {
            Verb::Set { capability, to, on } => {
                let to = self.state(*capability, to)?;
                for device in self.targets(on, *capability, true)? {
                    actions.push(Action::Set { device, capability: *capability, to: to.clone() });
                }
            }
            Verb::Adjust { capability, by, on } => {
                let by = self.number(by)?;
                for device in self.targets(on, *capability, true)? {
                    actions.push(Action::Adjust { device, capability: *capability, by });
                }
            }
            Verb::Read { capability, on } => {
                for device in self.targets(on, *capability, false)? {
                    actions.push(Action::Read { device, capability: *capability });
                }
            }
            Verb::Http { method, url, json } => {
                let url =
                    url.fill(|slot| self.slot_text(slot).map(|t| percent_encode(&t))).map_err(missing)?;
                if !self.skill.permissions.http(&url) {
                    return Err(self.not_permitted(url));
                }
                let json = json.as_ref().map(|json| self.json(json)).transpose()?;
                actions.push(Action::Http(HttpCall { method: method.clone(), url, json }));
            }
            Verb::Mqtt { topic, payload, retain } => {
                let topic = self.text(topic)?;
                if !self.skill.permissions.mqtt(&topic) {
                    return Err(self.not_permitted(topic));
                }
                let payload = match payload {
                    Payload::Text(text) => self.text(text)?,
                    Payload::Json(json) => self.json(json)?.to_string(),
                };
                actions.push(Action::Mqtt(MqttMessage { topic, payload, retain: *retain }));
            }
            Verb::Wait { length: None } => actions.push(Action::Wait { length: Duration::ZERO }),
            Verb::Wait { length: Some(length) } => {
                let length = self.duration(length)?;
                if length > LONGEST_DELAY {
                    let message = "That is too long to wait for. A timer can do that.".into();
                    return Err(Refusal::BadValue { message });
                }
                actions.push(Action::Wait { length });
            }
            Verb::Scene { .. } => {
                for template in self.with_scenes(std::slice::from_ref(template))? {
                    self.fill(template, actions)?;
                }
            }
            verb => actions.push(Action::Local(self.local(verb)?)),
        }
        Ok(())
    }

    /// With the actions of scenes in the place of the scenes. There are no scenes in scenes.
    fn with_scenes<'t>(&self, templates: &'t [ActionTemplate]) -> Result<Vec<&'t ActionTemplate>, Refusal>
    where
        'a: 't,
    {
        let mut all = Vec::new();
        for template in templates {
            let Verb::Scene { name } = &template.verb else {
                all.push(template);
                continue;
            };
            let name = self.text(name)?;
            let Some(scene) = self.skill.scenes.get(&name) else {
                return Err(unresolved(name));
            };
            all.extend(scene.actions.iter().filter(|action| !matches!(action.verb, Verb::Scene { .. })));
        }
        Ok(all)
    }

    fn local(&self, verb: &Verb) -> Result<Local, Refusal> {
        Ok(match verb {
            Verb::TimerStart { length, name } => {
                Local::TimerStart { length: self.duration(length)?, name: self.optional(name.as_ref()) }
            }
            Verb::TimerCancel { name } => Local::TimerCancel { name: self.optional(name.as_ref()) },
            Verb::TimerRemaining { name } => Local::TimerRemaining { name: self.optional(name.as_ref()) },
            Verb::AlarmSet { kind, at, morning, about } => Local::AlarmSet {
                kind: *kind,
                due: self.due(at)?,
                morning: match morning {
                    Argument::Text(slot) => self.text(slot).is_ok(),
                    Argument::Bool(morning) => *morning,
                    Argument::Number(_) => false,
                },
                about: self.optional(about.as_ref()),
            },
            Verb::AlarmCancel { kind, at, about } => {
                let said =
                    at.as_ref().filter(|at| at.holes().any(|hole| self.intent.slots.contains_key(hole)));
                let at = said.map(|at| self.due(at)).transpose()?;
                let at = match at {
                    Some(Due::Once(SaidDateTime::At { date: None, time })) => Some(time),
                    Some(_) => return Err(Refusal::BadValue { message: "That is no time of day.".into() }),
                    None => None,
                };
                Local::AlarmCancel { kind: *kind, at, about: self.optional(about.as_ref()) }
            }
            Verb::AlarmCancelAll { kind } => Local::AlarmCancelAll { kind: *kind },
            Verb::AlarmList { kind } => Local::AlarmList { kind: *kind },
            Verb::Snooze { length } => Local::Snooze { length: self.duration(length)? },
            Verb::VolumeSet { to } => {
                let percent = self.number(to)?;
                Capability::Volume.accept(&State::Number(percent)).map_err(|e| Refusal::BadValue {
                    message: sentence(&format!("the {e}").replace('`', "")),
                })?;
                Local::VolumeSet { percent }
            }
            Verb::VolumeAdjust { by } => Local::VolumeAdjust { by: self.number(by)? },
            Verb::TellTime => Local::TellTime,
            Verb::TellDate => Local::TellDate,
            Verb::ListAdd { list, item } => Local::ListAdd { list: self.text(list)?, item: self.text(item)? },
            Verb::ListRemove { list, item } => {
                Local::ListRemove { list: self.text(list)?, item: self.text(item)? }
            }
            Verb::ListRead { list } => Local::ListRead { list: self.text(list)? },
            Verb::ListClear { list } => Local::ListClear { list: self.text(list)? },
            Verb::Help { topic } => Local::Help { topic: self.optional(topic.as_ref()) },
            Verb::Say { text } => Local::Say { text: self.text(text)? },
            Verb::Undo => Local::Undo,
            // The verbs of devices and wires are filled in before this is called.
            Verb::Cancel
            | Verb::Wait { .. }
            | Verb::Scene { .. }
            | Verb::Set { .. }
            | Verb::Adjust { .. }
            | Verb::Read { .. }
            | Verb::Http { .. }
            | Verb::Mqtt { .. } => Local::Cancel,
        })
    }

    /// The devices that an action touches. Never more than what was named.
    fn targets(&self, on: &[Target], capability: Capability, set: bool) -> Result<Vec<DeviceId>, Refusal> {
        let areas = self.said_areas()?;
        let areas = areas.as_slice();
        let mut devices: Vec<&Device> = Vec::new();
        let mut is_named = false;
        for target in on {
            match target {
                Target::Named | Target::One => {
                    let mut named =
                        self.intent.slots.iter().filter(|(n, s)| self.names_device(n, s)).peekable();
                    if named.peek().is_none() {
                        let able = self.able_in(areas, capability, None)?;
                        devices.extend(if *target == Target::One { vec![self.the_one(able)?] } else { able });
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
                    devices.extend(self.able_in(areas, capability, Some(pattern))?);
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
            let message = "I can leave something out only of all.".to_owned();
            return Err(Refusal::BadValue { message });
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
        if devices.is_empty() { Err(Refusal::NothingThere { place: "else".to_owned() }) } else { Ok(()) }
    }

    /// Does the slot say what is meant, so that it must resolve? Those of the device lists do, and those of the skill's own
    /// lists that name devices or take any word: `{thing}` in "turn off {thing}" is never a reason to turn off all.
    fn names_device(&self, name: &str, slot: &Slot) -> bool {
        if is_device_list(&slot.list) || (slot.list.is_empty() && is_device_list(name)) {
            return true;
        }
        match self.skill.lists.get(&slot.list) {
            Some((List::Wildcard, _)) => true,
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

    /// The rooms that were said; refused when there is no such room.
    fn said_areas(&self) -> Result<Vec<&'a Area>, Refusal> {
        let is_area = |(name, slot): &(&String, &Slot)| {
            slot.list == "area" || (slot.list.is_empty() && name.as_str() == "area")
        };
        let area = |(_, slot): (&String, &Slot)| {
            let Value::Text(id) = &slot.value else {
                return Err(unresolved(slot.said.clone()));
            };
            let found =
                self.home.areas().iter().find(|a| a.id.as_str() == id).or_else(|| self.home.find_area(id));
            found.ok_or_else(|| unresolved(said(slot)))
        };
        self.intent.slots.iter().filter(is_area).map(area).collect()
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
        let place = area.map_or_else(|| "here".to_owned(), |a| format!("in {}", the(&a.name)));
        match pattern.map_or_else(|| self.skill.permissions.kinds(), |p| kinds_of([p])) {
            Some(kinds) if unable.is_empty() => Err(Refusal::NoneOfKind { kind: kinds, place }),
            _ => Err(Refusal::NothingThere { place }),
        }
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
                false => Refusal::NotCapable { device: capitalized(&the(&device.name)), capability, set },
            });
        }
        if !is_in(device, areas) {
            let area = areas.iter().map(|a| the(&a.name)).collect::<Vec<_>>().join(" or ");
            return Err(Refusal::NotInArea { device: capitalized(&the(&device.name)), area });
        }
        if !device.capabilities.contains(&capability) {
            return Err(Refusal::NotCapable { device: capitalized(&the(&device.name)), capability, set });
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
            Resolution::None if is_reference(value) => {
                Err(Refusal::BadValue { message: format!("I don't know what you mean by {}.", said(slot)) })
            }
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
        match room {
            Some(room) => format!("{} in {}", the(&device.name), the(&room.name)),
            None => the(&device.name),
        }
    }

    fn state(&self, capability: Capability, to: &Argument) -> Result<State, Refusal> {
        let raw = match to {
            Argument::Bool(b) => State::Bool(*b),
            Argument::Number(n) => State::Number(*n),
            Argument::Text(text) => {
                match text.only_hole().and_then(|slot| self.intent.slots.get(slot)).map(|s| &s.value) {
                    Some(Value::Number(n) | Value::Percentage(n) | Value::Temperature(n)) => {
                        State::Number(*n)
                    }
                    _ => State::Text(self.text(text)?),
                }
            }
        };
        capability
            .accept(&raw)
            .map_err(|e| Refusal::BadValue { message: sentence(&format!("the {e}").replace('`', "")) })
    }

    fn number(&self, argument: &Argument) -> Result<f64, Refusal> {
        let number = match argument {
            Argument::Number(n) => Some(*n),
            Argument::Bool(_) => None,
            Argument::Text(text) => self.text(text)?.trim().parse().ok().filter(|n: &f64| n.is_finite()),
        };
        number.ok_or_else(|| Refusal::BadValue { message: "That is no number.".into() })
    }

    fn duration(&self, argument: &Argument) -> Result<Duration, Refusal> {
        let length = match argument {
            Argument::Number(seconds) => Duration::try_from_secs_f64(*seconds).ok(),
            Argument::Bool(_) => None,
            Argument::Text(text) => {
                match text.only_hole().and_then(|slot| self.intent.slots.get(slot)).map(|s| &s.value) {
                    Some(Value::Duration(d)) => Some(*d),
                    _ => parse_duration(&self.text(text)?),
                }
            }
        };
        length
            .filter(|d| !d.is_zero())
            .ok_or_else(|| Refusal::BadValue { message: "That is no span of time.".into() })
    }

    /// The time that the slots of it come to, as far as they were said: "tomorrow" and "at seven" are one.
    fn due(&self, at: &Template) -> Result<Due, Refusal> {
        let (mut day, mut hour, mut due) = (None, None, None);
        for slot in at.holes().filter_map(|hole| self.intent.slots.get(hole)) {
            match &slot.value {
                Value::Time(time) => hour = Some(*time),
                Value::Date(date) => day = Some(*date),
                Value::DateTime(said) => due = Some(Due::Once(*said)),
                Value::Duration(span) => due = Some(Due::Once(SaidDateTime::In(*span))),
                Value::Recurrence(every) => due = Some(Due::Every(*every)),
                Value::Text(text) => match (parse_day(text), parse_rule(text)) {
                    (Some(date), _) => day = Some(date),
                    (None, Some(every)) => due = Some(Due::Every(every)),
                    (None, None) => {}
                },
                _ => {}
            }
        }
        if let (Some(Due::Every(every)), Some(_)) = (&mut due, hour) {
            every.at = hour;
        }
        if at.holes().next().is_none() {
            hour = parse_time(&at.to_string());
        }
        // A day without a time: when people begin it.
        let hour = hour.or(day.map(|_| SaidTime::exact(9, 0)));
        due.or(hour.map(|time| Due::Once(SaidDateTime::At { date: day, time })))
            .ok_or_else(|| Refusal::BadValue { message: "That is no time.".into() })
    }

    fn json(&self, json: &serde_json::Value) -> Result<serde_json::Value, Refusal> {
        Ok(match json {
            serde_json::Value::String(text) => {
                let template = Template::parse(text);
                match template.only_hole().and_then(|slot| self.intent.slots.get(slot)).map(|s| &s.value) {
                    Some(Value::Number(n) | Value::Percentage(n) | Value::Temperature(n)) => json_number(*n),
                    Some(Value::Duration(d)) => json_number(d.as_secs_f64()),
                    Some(Value::Ordinal(n)) => json_number(f64::from(*n)),
                    Some(Value::AnyOf(texts)) => serde_json::json!(texts),
                    _ => serde_json::Value::String(self.text(&template)?),
                }
            }
            serde_json::Value::Array(values) => {
                values.iter().map(|v| self.json(v)).collect::<Result<_, _>>()?
            }
            serde_json::Value::Object(map) => {
                let filled = map.iter().map(|(k, v)| Ok((k.clone(), self.json(v)?)));
                serde_json::Value::Object(filled.collect::<Result<_, Refusal>>()?)
            }
            other => other.clone(),
        })
    }

    fn text(&self, template: &Template) -> Result<String, Refusal> {
        template.fill(|slot| self.slot_text(slot)).map_err(missing)
    }

    /// None when a slot in it was not said.
    fn optional(&self, template: Option<&Template>) -> Option<String> {
        template.and_then(|t| self.text(t).ok())
    }

    fn slot_text(&self, slot: &str) -> Option<String> {
        self.intent.slots.get(slot).map(|s| s.value.written(self.situation.now))
    }

    /// The first variant that fits: whose slots were all said, and whose conditions hold. Else nothing: then the reply tells the states.
    /// Of several wordings the time chooses one, so that a replay says the same.
    fn reply(&self, entry: &IntentEntry) -> String {
        let filled = |t: &Template| {
            t.holes().all(|h| REPLY_WORDS.contains(&h) || self.intent.slots.contains_key(h) || entry.reads(h))
        };
        let holds = |(slot, values): (&String, &Vec<toml::Value>)| {
            let slot = self.intent.slots.get(slot);
            slot.is_some_and(|s| {
                values.is_empty() || values.iter().any(|v| same_value(&s.value, v, self.situation.now))
            })
        };
        for variant in entry.reply.iter().filter(|variant| variant.when.iter().all(holds)) {
            let wordings: Vec<&Template> = variant.say.iter().map(|(t, _)| t).filter(|t| filled(t)).collect();
            let turn =
                usize::try_from(self.situation.now.unix_timestamp().unsigned_abs()).unwrap_or_default();
            if let Some(wording) = wordings.get(turn.checked_rem(wordings.len()).unwrap_or_default()) {
                return wording.to_string();
            }
        }
        String::new()
    }

    fn not_permitted(&self, what: String) -> Refusal {
        Refusal::NotPermitted { skill: self.skill.name.text.clone(), what }
    }
}

/// The actions of an entry without slots, such as one that a test expects.
pub(crate) fn fill_without_slots(
    template: &ActionTemplate,
    skill: &Manifest,
    home: &Home,
    situation: &Situation,
) -> Result<Vec<Action>, Refusal> {
    let intent = Intent { name: String::new(), slots: std::collections::BTreeMap::new() };
    let mut actions = Vec::new();
    Planner { skill, intent: &intent, home, situation }.fill(template, &mut actions)?;
    Ok(actions)
}

/// Whether a device is in one of the rooms; of no rooms, in all.
fn is_in(device: &Device, areas: &[&Area]) -> bool {
    areas.is_empty() || areas.iter().any(|area| device.area.as_ref() == Some(&area.id))
}

fn check_count(risk: Risk, actions: &[Action]) -> Result<(), Refusal> {
    let mut ids: Vec<&DeviceId> = actions.iter().filter_map(Action::device).collect();
    ids.sort();
    ids.dedup();
    let most = risk.most_targets();
    if ids.len() > most {
        return Err(Refusal::TooMany { count: ids.len(), most });
    }
    Ok(())
}

fn unresolved(said: String) -> Refusal {
    Refusal::Unresolved { said }
}

fn missing(slot: String) -> Refusal {
    Refusal::SlotMissing { slot: slot.replace('_', " ") }
}

/// The words that filled a slot, or its value when the sentence did not say it.
fn said(slot: &Slot) -> String {
    match (&slot.value, slot.said.is_empty()) {
        (Value::Text(text), true) => text.clone(),
        _ => slot.said.clone(),
    }
}

/// As a number of JSON; whole numbers without a fraction.
fn json_number(n: f64) -> serde_json::Value {
    #[expect(clippy::cast_possible_truncation, reason = "the guard says that it is whole and small")]
    if n.fract() == 0.0 && n.abs() < 1e15 { (n as i64).into() } else { n.into() }
}

/// RFC 3986: everything but the unreserved characters.
fn percent_encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// With a capital letter and a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let text = capitalized(text.trim());
    match text.chars().last() {
        None | Some('.' | '!' | '?' | '。' | '！' | '？') => text,
        // Chinese and Japanese have their own.
        Some('\u{2e80}'..='\u{9fff}') => format!("{text}。"),
        Some(_) => format!("{text}."),
    }
}

pub(crate) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
