//! What is said when a plan was carried out: what was read back, never what was hoped.

mod complaint;
mod hoped;
mod phrase;

use mynah_home::{Capability, DeviceId, Home, State};
use mynah_intent::{Slot, Value};

use crate::outcome::{Outcome, Reply};
use crate::plan::{Action, Plan, PlanPart};
use crate::template::Template;
use crate::wording::{and_list, sentence, the};
use complaint::{Complaint, not_confirmed, not_done};
use phrase::{Phrase, device_name, phrase, value_text};

/// Named one by one up to here; counted above.
const MOST_NAMED: usize = 3;

impl Plan {
    /// What to say when `outcomes` came of the plan's actions, one each and in order. A missing one counts as not confirmed.
    ///
    /// What was confirmed or read is told by the reply of the intent; what was not confirmed or failed is told with the
    /// device and the reason. In the reply, `{targets}` are the devices, `{state}` what was read back with its verb ("is on",
    /// "are closed"), `{is}` the verb alone, `{value}` a value that was read, `{said}` what the assistant has to tell, and
    /// `{slot}` the words of a slot.
    #[must_use]
    pub fn reply(&self, home: &Home, outcomes: &[Outcome]) -> Reply {
        if !self.parts.is_empty() {
            return self.reply_of_parts(home, outcomes);
        }
        let unknown = Outcome::Unconfirmed { read: None };
        let mut good: Vec<Told<'_>> = Vec::new();
        let mut said: Vec<&str> = Vec::new();
        let mut bad: Vec<Complaint> = Vec::new();
        let mut done = 0;
        for (i, action) in self.actions.iter().enumerate() {
            if let Action::Wait { .. } = action {
                continue;
            }
            let outcome = outcomes.get(i).unwrap_or(&unknown);
            match (outcome, action.device_and_capability()) {
                (Outcome::Confirmed { state } | Outcome::Read { state }, Some((device, capability))) => {
                    good.push(Told { device, capability, state });
                }
                (Outcome::Confirmed { .. } | Outcome::Read { .. }, None) => done += 1,
                (Outcome::Done { said: told }, _) => {
                    done += 1;
                    said.extend(told.as_deref());
                }
                (Outcome::Unconfirmed { read }, _) => {
                    Complaint::add(&mut bad, not_confirmed(action, read.as_ref(), home));
                }
                (Outcome::Failed(failure), _) => {
                    Complaint::add(&mut bad, not_done(action, failure, home));
                }
            }
        }
        let good_part = self.good_part(home, &good, &said, done, bad.is_empty());
        let ok = bad.is_empty();
        let mut sentences = Vec::new();
        let mut complaints: Vec<String> = bad.iter().map(Complaint::text).collect();
        if !good_part.is_empty() || ok {
            let joins = complaints.first().is_some_and(|c| !c.contains(", but "));
            sentences.push(if joins {
                format!("{}, but {}", good_part.trim_end_matches('.'), complaints.remove(0))
            } else {
                good_part
            });
        }
        sentences.append(&mut complaints);
        let speech = sentences.iter().map(|s| sentence(s)).collect::<Vec<_>>().join(" ");
        Reply { speech, ok }
    }

    /// What is said of several commands: of each what would be said of it alone.
    pub(crate) fn reply_of_parts(&self, home: &Home, outcomes: &[Outcome]) -> Reply {
        let (mut actions, mut outcomes) = (self.actions.as_slice(), outcomes);
        let mut all = Reply { speech: String::new(), ok: true };
        for PlanPart { skill, intent, actions: count, reply } in &self.parts {
            let (own, rest) = actions.split_at(*count.min(&actions.len()));
            let (came, more) = outcomes.split_at(*count.min(&outcomes.len()));
            (actions, outcomes) = (rest, more);
            let plan = Plan {
                skill: skill.clone(),
                intent: intent.clone(),
                risk: self.risk,
                actions: own.to_vec(),
                reply: reply.clone(),
                parts: Vec::new(),
            };
            let said = plan.reply(home, came);
            all.ok &= said.ok;
            if !all.speech.is_empty() && !said.speech.is_empty() {
                all.speech.push(' ');
            }
            all.speech += &said.speech;
        }
        all
    }

    fn good_part(
        &self,
        home: &Home,
        good: &[Told<'_>],
        said: &[&str],
        done: usize,
        all_good: bool,
    ) -> String {
        let template = Template::parse(&self.reply);
        let asks_for = |word: &str| template.holes().any(|h| h == word);
        if good.is_empty() && done == 0 {
            // An intent that does nothing has its reply and no more.
            return if self.actions.is_empty() {
                self.fill(&template, home, good, said)
            } else {
                String::new()
            };
        }
        // What the assistant has to tell goes before what the author expected.
        if !said.is_empty() && !asks_for("said") {
            return said.join(" ");
        }
        if good.is_empty() {
            let text = self.fill(&template, home, good, said);
            return if text.is_empty() { "Done".into() } else { text };
        }
        let states_differ =
            good.iter().any(|t| phrase(t.capability, t.state) != phrase(good[0].capability, good[0].state));
        let devices_differ = good.iter().any(|t| t.device != good[0].device);
        // The author's words fit when they speak of what was read back, or when all went well and nothing differs.
        let told = |hole: &str| good.iter().any(|t| t.capability.name() == hole);
        let all_told = template
            .holes()
            .all(|h| self.intent.slots.contains_key(h) || Capability::from_name(h).is_none() || told(h));
        let fits = !template.is_empty()
            && all_told
            && !(asks_for("value") && (devices_differ || states_differ))
            && (asks_for("targets") || all_good)
            && !(states_differ && asks_for("state"));
        if fits { self.fill(&template, home, good, said) } else { by_state(home, good) }
    }

    fn fill(&self, template: &Template, home: &Home, good: &[Told<'_>], said: &[&str]) -> String {
        let devices = distinct(good);
        let several = devices.len() > 1;
        let filled = template.fill(|hole| {
            Some(match hole {
                "targets" => names(home, &devices),
                "is" => if several { "are" } else { "is" }.to_owned(),
                "state" if !good.is_empty() => {
                    let told = &good[0];
                    phrase(told.capability, told.state).with_verb(several)
                }
                "value" if !good.is_empty() => value_text(good[0].capability, good[0].state),
                "said" => said.join(" "),
                name => match self.intent.slots.get(name) {
                    Some(slot) => slot_words(slot, home),
                    None => {
                        let told = good.iter().find(|t| t.capability.name() == name)?;
                        value_text(told.capability, told.state)
                    }
                },
            })
        });
        filled.unwrap_or_default()
    }
}

/// A state that was read back.
struct Told<'a> {
    device: &'a DeviceId,
    capability: Capability,
    state: &'a State,
}

/// "the kitchen lamp is on and the bedroom lamp is off": devices of one state together.
fn by_state(home: &Home, good: &[Told<'_>]) -> String {
    let mut groups: Vec<(Phrase, Vec<&DeviceId>)> = Vec::new();
    for told in good {
        let phrase = phrase(told.capability, told.state);
        match groups.iter_mut().find(|(p, _)| *p == phrase) {
            Some((_, devices)) if !devices.contains(&told.device) => devices.push(told.device),
            Some(_) => {}
            None => groups.push((phrase, vec![told.device])),
        }
    }
    let parts: Vec<String> = groups
        .iter()
        .map(|(p, devices)| format!("{} {}", names(home, devices), p.with_verb(devices.len() > 1)))
        .collect();
    and_list(&parts)
}

fn distinct<'a>(good: &[Told<'a>]) -> Vec<&'a DeviceId> {
    let mut devices = Vec::new();
    for told in good {
        if !devices.contains(&told.device) {
            devices.push(told.device);
        }
    }
    devices
}

fn names(home: &Home, devices: &[&DeviceId]) -> String {
    if devices.len() > MOST_NAMED {
        let mut kinds = devices.iter().filter_map(|id| home.device(id)).map(|d| d.kind);
        let first = kinds.next();
        let what = first.filter(|k| kinds.all(|other| other == *k)).map_or("devices", |k| k.spoken().1);
        return format!("{} {what}", devices.len());
    }
    let names: Vec<String> = devices.iter().map(|id| device_name(home, id)).collect();
    and_list(&names)
}

/// The words of a slot as an answer says them: devices and rooms with their article.
fn slot_words(slot: &Slot, home: &Home) -> String {
    if let Value::Text(value) = &slot.value {
        if let Some(device) = home.device(&value.as_str().into()) {
            return the(&device.name);
        }
        if let Some(area) =
            home.area(&value.as_str().into()).filter(|_| slot.list == "area" || slot.list.is_empty())
        {
            return the(&area.name);
        }
    }
    match &slot.value {
        _ if !slot.said.is_empty() => slot.said.clone(),
        Value::Text(text) => text.clone(),
        Value::AnyOf(texts) => texts.join(" or "),
        Value::Number(n) => n.to_string(),
        Value::Percentage(n) => format!("{n} percent"),
        Value::Temperature(n) => format!("{n} degrees"),
        Value::Duration(d) => format!("{} seconds", d.as_secs()),
        other => other.to_string(),
    }
}
