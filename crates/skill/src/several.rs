//! Several commands at once, and exceptions: "turn off all the lights except the kitchen and close the blinds".

use std::collections::{BTreeMap, BTreeSet};

use mynah_home::Home;
use mynah_intent::{Context, Intent, List, ListEntry, Reading, Sentence, Several, Value};
use serde::{Deserialize, Serialize};

use crate::action::Target;
use crate::catalog::{Catalog, Situation};
use crate::lists;
use crate::manifest::{IntentEntry, Manifest};
use crate::outcome::{Outcome, Reply};
use crate::permission::Permissions;
use crate::plan::{Plan, Risk};
use crate::refusal::Refusal;

/// The list of what may be left out, and its slot.
pub(crate) const EXCEPTION: &str = "except";
/// What goes behind a sentence that speaks of all.
const EXCEPT: &str = " [(except [for]|but) [the|my|our] {except}]";

/// One command of a [`Plan`] of several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanPart {
    /// The skill that answers for it.
    pub skill: String,
    /// What was understood.
    pub intent: Intent,
    /// How many of the plan's actions are its own.
    pub actions: usize,
    /// Reply template of the intent.
    pub reply: String,
}

impl Plan {
    /// One plan that does all of these, in order. Its risk is the greatest of theirs. Nothing when there are none.
    #[must_use]
    pub fn together(plans: Vec<Plan>) -> Option<Plan> {
        let mut plans = plans.into_iter();
        let first = plans.next()?;
        let mut parts = Vec::new();
        let together = plans.fold(first, |mut all, plan| {
            if parts.is_empty() {
                parts.push(all.part());
            }
            parts.push(plan.part());
            all.risk = all.risk.max(plan.risk);
            all.actions.extend(plan.actions);
            all
        });
        Some(Plan { parts, ..together })
    }

    fn part(&self) -> PlanPart {
        let Plan { skill, intent, actions, reply, .. } = self;
        PlanPart {
            skill: skill.clone(),
            intent: intent.clone(),
            actions: actions.len(),
            reply: reply.clone(),
        }
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
}

impl Catalog {
    /// The commands of an utterance, each with what it may mean, the best reading first. Empty when any part of it is not
    /// understood. What was heard a little wrong ("turn on the lamb") has a confidence below 0.8, and is never risky.
    #[must_use]
    pub fn commands(&self, text: &str, situation: &Situation) -> Vec<Vec<Reading>> {
        let context = self.context(situation);
        let commands = self.recognizer().commands(text, &context);
        if !commands.is_empty() || !self.recognizer().spec().language.starts_with("en") {
            return commands;
        }
        let orders = order_of_request(text);
        let found = orders.iter().map(|order| self.recognizer().commands(order, &context));
        let found = found.into_iter().find(|commands| !commands.is_empty());
        found.unwrap_or_else(|| self.near(text, &context))
    }

    /// What a text that was heard a little wrong may mean. Nothing that is risky.
    fn near(&self, text: &str, context: &Context) -> Vec<Vec<Reading>> {
        let mut commands = self.recognizer().near(text, context);
        let is_harmless =
            |reading: &Reading| self.entry(reading.spec).is_some_and(|(_, entry)| entry.risk == Risk::Low);
        commands.iter_mut().for_each(|readings| readings.retain(is_harmless));
        if commands.iter().any(Vec::is_empty) { Vec::new() } else { commands }
    }

    /// What commands come down to together. Of readings that fit a command equally well, one that this house can do is meant.
    ///
    /// # Errors
    /// When any of them is not done, nothing is.
    pub fn plan_all(
        &self,
        commands: &[Vec<Reading>],
        home: &Home,
        situation: &Situation,
    ) -> Result<Plan, Refusal> {
        let plans = commands.iter().map(|readings| {
            let best = readings.first().map_or(0.0, |reading| reading.confidence);
            let equal = readings.iter().take_while(|reading| reading.confidence >= best);
            let mut plans = equal.map(|reading| self.plan(reading, home, situation)).collect::<Vec<_>>();
            let chosen = plans.iter().position(Result::is_ok).unwrap_or(0);
            if plans.is_empty() { Err(Refusal::UnknownIntent) } else { plans.swap_remove(chosen) }
        });
        Plan::together(plans.collect::<Result<_, _>>()?).ok_or(Refusal::UnknownIntent)
    }
}

/// "Would you mind turning off the light" as an order, in each way to write the verb: turn, turne, tur.
fn order_of_request(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let bare = |word: &str| word.trim_end_matches([',', '.', '?']).to_lowercase();
    let is_mind = |pair: &[&str]| bare(pair[0]) == "you" && bare(pair[1]) == "mind";
    let Some(at) = words.windows(2).position(is_mind).map(|you| you + 2) else {
        return Vec::new();
    };
    let Some(stem) = words.get(at).and_then(|verb| bare(verb).strip_suffix("ing").map(str::to_owned)) else {
        return Vec::new();
    };
    let mut verbs = vec![stem.clone(), format!("{stem}e")];
    let mut end = stem.chars().rev();
    if let (Some(last), Some(before)) = (end.next(), end.next())
        && last == before
    {
        verbs.push(stem[..stem.len() - last.len_utf8()].to_owned());
    }
    verbs.iter().map(|verb| format!("{verb} {}", words[at + 1..].join(" "))).collect()
}

/// How several things are asked for at once in a language.
pub(crate) fn several(language: &str) -> Several {
    let (joints, and): (&[&str], &[&str]) = match language.split(['-', '_']).next() {
        Some("en") => (&["and", "and then", "then", "and also"], &["and", "and the", "and my", "and our"]),
        Some("zh") => (&["然后", "并且", "再"], &["和", "跟"]),
        _ => (&[], &[]),
    };
    let owned = |phrases: &[&str]| phrases.iter().map(|phrase| (*phrase).to_owned()).collect();
    let of_house =
        ["area", "device", EXCEPTION].into_iter().chain(mynah_home::Kind::ALL.map(mynah_home::Kind::name));
    Several {
        joints: owned(joints),
        and: owned(and),
        lists: of_house.map(str::to_owned).collect::<BTreeSet<_>>(),
    }
}

/// The sentences of an intent, with room for an exception behind those that speak of all: "… except the kitchen".
pub(crate) fn with_exceptions(skill: &Manifest, intent: &IntentEntry) -> Vec<Sentence> {
    let is_all = |target: &Target| matches!(target, Target::Named | Target::Pattern(_));
    let speaks_of_all =
        intent.actions.iter().any(|action| action.sets().is_some_and(|on| on.iter().any(is_all)));
    if !speaks_of_all || !skill.language.starts_with("en") {
        return intent.sentences.clone();
    }
    let extend = |sentence: &Sentence| {
        let lists = skill.mentions(std::slice::from_ref(sentence)).lists;
        // A wildcard would take the exception for its own words, and who names devices names what is meant.
        let is_fixed = |list: &String| {
            lists::is_device_list(list)
                || matches!(skill.lists.get(list), Some((List::Wildcard | List::Text(_), _)))
        };
        match lists.iter().any(is_fixed) {
            true => sentence.clone(),
            false => Sentence {
                template: format!("{}{EXCEPT}", sentence.template),
                origin: sentence.origin.clone(),
            },
        }
    };
    intent.sentences.iter().map(extend).collect()
}

/// What may be left out: devices and rooms. Leaving out what a skill does not touch changes nothing.
pub(crate) fn exceptions(home: &Home) -> List {
    let all = Permissions { devices: vec!["*".to_owned()], ..Permissions::default() };
    let mut entries = match lists::of_devices("device", &all, home) {
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
