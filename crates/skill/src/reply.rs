//! What is said when a plan was carried out: what was read back, never what was hoped.

mod complaint;
mod hoped;

use mynah_home::{Capability, DeviceId, Home, State};
use mynah_intent::{Slot, Value};

use crate::outcome::{Outcome, Reply};
use crate::plan::{Action, Plan, PlanPart};
use crate::template::Template;
use crate::wording::{self, MOST_NAMED, Wording};
use complaint::Complaint;

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
        let mut bad: Vec<Complaint<'_>> = Vec::new();
        let words = wording::of(self.language);
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
                    Complaint::not_confirmed(action, read.as_ref(), home, words).add_to(&mut bad);
                }
                (Outcome::Failed(failure), _) => {
                    Complaint::not_done(action, failure, home, words).add_to(&mut bad);
                }
            }
        }
        let good_part = self.good_part(home, &good, &said, done, bad.is_empty());
        let ok = bad.is_empty();
        let mut sentences = Vec::new();
        let mut complaints: Vec<String> = bad.iter().map(|complaint| complaint.text(words)).collect();
        if !good_part.is_empty() || ok {
            let joined = complaints.first().and_then(|complaint| words.but(&good_part, complaint));
            if joined.is_some() {
                complaints.remove(0);
            }
            sentences.push(joined.unwrap_or(good_part));
        }
        sentences.append(&mut complaints);
        let sentences: Vec<String> = sentences.iter().map(|s| words.sentence(s)).collect();
        Reply { speech: words.one_after_the_other(&sentences), ok }
    }

    /// What is said of several commands: of each what would be said of it alone.
    pub(crate) fn reply_of_parts(&self, home: &Home, outcomes: &[Outcome]) -> Reply {
        let (mut actions, mut outcomes) = (self.actions.as_slice(), outcomes);
        let (mut speeches, mut ok) = (Vec::new(), true);
        for PlanPart { skill, intent, actions: count, reply } in &self.parts {
            let (own, rest) = actions.split_at(*count.min(&actions.len()));
            let (came, more) = outcomes.split_at(*count.min(&outcomes.len()));
            (actions, outcomes) = (rest, more);
            let plan = Plan {
                language: self.language,
                skill: skill.clone(),
                intent: intent.clone(),
                risk: self.risk,
                actions: own.to_vec(),
                reply: reply.clone(),
                parts: Vec::new(),
            };
            let said = plan.reply(home, came);
            ok &= said.ok;
            if !said.speech.is_empty() {
                speeches.push(said.speech);
            }
        }
        Reply { speech: wording::of(self.language).one_after_the_other(&speeches), ok }
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
            return self.all_said(said);
        }
        if good.is_empty() {
            let text = self.fill(&template, home, good, said);
            return if text.is_empty() { wording::of(self.language).done().into() } else { text };
        }
        let words = wording::of(self.language);
        let state_of = |told: &Told<'_>| words.state(told.capability, told.state, false);
        let states_differ = good.iter().any(|told| state_of(told) != state_of(&good[0]));
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
        if fits { self.fill(&template, home, good, said) } else { by_state(home, good, words) }
    }

    fn all_said(&self, said: &[&str]) -> String {
        let said: Vec<String> = said.iter().map(|said| (*said).to_owned()).collect();
        wording::of(self.language).one_after_the_other(&said)
    }

    fn fill(&self, template: &Template, home: &Home, good: &[Told<'_>], said: &[&str]) -> String {
        let (devices, words) = (distinct(good), wording::of(self.language));
        let several = devices.len() > 1;
        let filled = template.fill(|hole| {
            Some(match hole {
                "targets" => names(home, &devices, words),
                "is" => words.is(several).to_owned(),
                "state" if !good.is_empty() => {
                    let told = &good[0];
                    words.state(told.capability, told.state, several)
                }
                "value" if !good.is_empty() => words.value(good[0].capability, good[0].state),
                "said" => self.all_said(said),
                name => match self.intent.slots.get(name) {
                    Some(slot) => slot_words(slot, home, words),
                    None => {
                        let told = good.iter().find(|t| t.capability.name() == name)?;
                        words.value(told.capability, told.state)
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
fn by_state(home: &Home, good: &[Told<'_>], words: &dyn Wording) -> String {
    let mut groups: Vec<(&Told<'_>, String, Vec<&DeviceId>)> = Vec::new();
    for told in good {
        let state = words.state(told.capability, told.state, false);
        match groups.iter_mut().find(|(_, other, _)| *other == state) {
            Some((.., devices)) if !devices.contains(&told.device) => devices.push(told.device),
            Some(_) => {}
            None => groups.push((told, state, vec![told.device])),
        }
    }
    let part = |(told, _, devices): &(&Told<'_>, String, Vec<&DeviceId>)| {
        words.with_state(&names(home, devices, words), devices.len() > 1, told.capability, told.state)
    };
    words.clauses(&groups.iter().map(part).collect::<Vec<_>>())
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

fn names(home: &Home, devices: &[&DeviceId], words: &dyn Wording) -> String {
    if devices.len() > MOST_NAMED {
        let mut kinds = devices.iter().filter_map(|id| home.device(id)).map(|d| d.kind);
        let first = kinds.next();
        return words.count(devices.len(), first.filter(|k| kinds.all(|other| other == *k)));
    }
    let names: Vec<String> = devices.iter().map(|id| device_name(home, id, words)).collect();
    words.and_list(&names)
}

impl Plan {
    /// What it would do, after "Shall I": `unlock the front door`.
    #[must_use]
    pub fn describe(&self, home: &Home) -> String {
        let words = wording::of(self.language);
        let is_wait = |action: &&Action| matches!(action, Action::Wait { .. });
        let name = |id: &DeviceId| device_name(home, id, words);
        let actions = self.actions.iter().filter(|action| !is_wait(action));
        let named = actions.map(|action| (action, action.device().map(name).unwrap_or_default()));
        words.orders(&named.collect::<Vec<_>>(), &self.skill)
    }
}

pub(crate) fn device_name(home: &Home, id: &DeviceId, words: &dyn Wording) -> String {
    home.device(id).map_or_else(|| id.to_string(), |d| words.name(&d.name))
}

/// The words of a slot as an answer says them: devices and rooms with their article.
fn slot_words(slot: &Slot, home: &Home, words: &dyn Wording) -> String {
    if let Value::Text(value) = &slot.value {
        if let Some(device) = home.device(&value.as_str().into()) {
            return words.name(&device.name);
        }
        if let Some(area) =
            home.area(&value.as_str().into()).filter(|_| slot.list == "area" || slot.list.is_empty())
        {
            return words.name(&area.name);
        }
    }
    if slot.said.is_empty() { words.slot(&slot.value) } else { slot.said.clone() }
}
