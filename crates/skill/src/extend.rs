//! `extends`: a skill that adds to another one, without a change to its file.

use mynah_home::did_you_mean;
use mynah_intent::{Fault, Origin};

use crate::manifest::{IntentEntry, Manifest};

/// Gives each skill that extends another what it takes over: rules, lists, scenes and permissions; and, to an intent of the same name that
/// does nothing by itself, what that one does and answers, and whatever it asks for.
pub(crate) fn extend(skills: &mut [Manifest], faults: &mut Vec<Fault>) {
    for index in 0..skills.len() {
        let Some(wanted) = skills[index].extends.clone() else { continue };
        let is_base = |skill: &&Manifest| skill.name.text == wanted.text && skill.extends.is_none();
        match skills.iter().find(is_base).cloned() {
            Some(base) => skills[index].take_over(&base),
            None => {
                let others = skills.iter().filter(|skill| skill.extends.is_none());
                let help = did_you_mean(&wanted.text, others.map(|skill| skill.name.text.as_str()));
                let message = match skills.iter().any(|skill| skill.name.text == wanted.text) {
                    true => format!("`{wanted}` itself extends another skill"),
                    false => format!("no skill `{wanted}` is installed beside this one"),
                };
                let origin = Origin { file: skills[index].file.clone(), span: wanted.span.clone() };
                faults.push(Fault { origin, message, help });
            }
        }
    }
}

impl Manifest {
    fn take_over(&mut self, base: &Manifest) {
        for (name, rule) in &base.rules {
            self.rules.entry(name.clone()).or_insert_with(|| rule.clone());
        }
        for (name, list) in &base.lists {
            if !self.lists.contains_key(name) {
                self.inherited.insert(name.clone());
                self.lists.insert(name.clone(), list.clone());
            }
        }
        for (name, scene) in &base.scenes {
            if !self.scenes.contains_key(name) {
                self.inherited.insert(name.clone());
                self.scenes.insert(name.clone(), scene.clone());
            }
        }
        let mut takes_actions = false;
        for intent in &mut self.intents {
            let same = base.intents.iter().find(|other| other.name.text == intent.name.text);
            if let Some(other) = same.filter(|_| intent.actions.is_empty() && intent.reply.is_empty()) {
                intent.inherit(other);
                takes_actions = true;
            }
        }
        if takes_actions {
            for (own, others) in [
                (&mut self.permissions.devices, &base.permissions.devices),
                (&mut self.permissions.http, &base.permissions.http),
                (&mut self.permissions.mqtt, &base.permissions.mqtt),
            ] {
                own.extend(
                    others.iter().filter(|pattern| !own.contains(pattern)).cloned().collect::<Vec<_>>(),
                );
            }
        }
    }
}

impl IntentEntry {
    /// Never less careful than the other: the greater risk of both holds, and what the other needs is needed here.
    fn inherit(&mut self, other: &IntentEntry) {
        self.inherits = true;
        self.actions.clone_from(&other.actions);
        self.reply.clone_from(&other.reply);
        self.risk = self.risk.max(other.risk);
        for (slot, value) in &other.slots {
            self.slots.entry(slot.clone()).or_insert_with(|| value.clone());
        }
        for (key, values) in &other.requires_context {
            self.requires_context.entry(key.clone()).or_insert_with(|| values.clone());
        }
        for (key, values) in &other.excludes_context {
            self.excludes_context.entry(key.clone()).or_insert_with(|| values.clone());
        }
        for (key, slot) in &other.context_slots {
            self.context_slots.entry(key.clone()).or_insert_with(|| slot.clone());
        }
        if self.needs.is_empty() {
            self.needs.clone_from(&other.needs);
        }
    }
}
