//! An intent and the house → a plan.

mod targets;
mod values;

use std::time::Duration;

use mynah_home::{Capability, DeviceId, Home, State};
use mynah_intent::{Intent, List, Reading, SaidDateTime};

use crate::action::{ActionTemplate, Argument, AskedFor, LONGEST_DELAY, Payload, Verb};

use crate::catalog::{Catalog, Situation};
use crate::language::Language;
use crate::manifest::{IntentEntry, Manifest, REPLY_WORDS};
use crate::plan::{Action, Due, HttpCall, Local, MqttMessage, Plan, Risk};
use crate::refusal::{Answers, BadValue, Refusal};
use crate::template::Template;
use crate::written::same_value;
use values::percent_encode;

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
        // Whoever is asked decides before anything is done.
        for template in &templates {
            planner.ask(template, entry)?;
        }
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
            language: Language::of(&skill.language),
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
                let slots = to.slots();
                let to = self.state(*capability, to)?;
                for device in self.targets(on, *capability, true, &slots)? {
                    actions.push(Action::Set { device, capability: *capability, to: to.clone() });
                }
            }
            Verb::Adjust { capability, by, on } => {
                let slots = by.slots();
                let by = self.number(by)?;
                for device in self.targets(on, *capability, true, &slots)? {
                    actions.push(Action::Adjust { device, capability: *capability, by });
                }
            }
            Verb::Read { capability, on } => {
                for device in self.targets(on, *capability, false, &[])? {
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
                    return Err(bad(BadValue::TooLongToWait));
                }
                actions.push(Action::Wait { length });
            }
            // It was asked before.
            Verb::Ask { .. } => {}
            Verb::Scene { .. } => {
                for template in self.with_scenes(std::slice::from_ref(template))? {
                    self.fill(template, actions)?;
                }
            }
            verb => actions.push(Action::Local(self.local(verb)?)),
        }
        Ok(())
    }

    /// Refuses with a question when the slot that it is about was not said.
    fn ask(&self, template: &ActionTemplate, entry: &IntentEntry) -> Result<(), Refusal> {
        let Verb::Ask { text, slot, answers } = &template.verb else { return Ok(()) };
        if self.intent.slots.contains_key(slot) {
            return Ok(());
        }
        let (list, values) = match answers {
            AskedFor::Own(answers) => {
                let list = if self.skill.lists.contains_key(slot) { slot.clone() } else { String::new() };
                (list, answers.clone())
            }
            AskedFor::Slot | AskedFor::List(_) => {
                let name = self.skill.list_asked_for(entry, slot, answers);
                let values = self.skill.list(&name, self.home);
                (name, values.unwrap_or(List::Text(Vec::new())))
            }
        };
        let answers = Box::new(Answers { language: self.skill.language.clone(), values });
        Err(Refusal::Asks { question: self.text(text)?, slot: slot.clone(), list, answers })
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
                    Some(_) => return Err(bad(BadValue::NoTimeOfDay)),
                    None => None,
                };
                Local::AlarmCancel { kind: *kind, at, about: self.optional(about.as_ref()) }
            }
            Verb::AlarmCancelAll { kind } => Local::AlarmCancelAll { kind: *kind },
            Verb::AlarmList { kind } => Local::AlarmList { kind: *kind },
            Verb::Snooze { length } => Local::Snooze { length: self.duration(length)? },
            Verb::VolumeSet { to } => {
                let percent = self.number(to)?;
                values::accept(Capability::Volume, &State::Number(percent))?;
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
            | Verb::Ask { .. }
            | Verb::Set { .. }
            | Verb::Adjust { .. }
            | Verb::Read { .. }
            | Verb::Http { .. }
            | Verb::Mqtt { .. } => Local::Cancel,
        })
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

fn bad(value: BadValue) -> Refusal {
    Refusal::BadValue { value }
}

fn missing(slot: String) -> Refusal {
    Refusal::SlotMissing { slot: slot.replace('_', " ") }
}
