//! What can only be seen when all of a manifest is read.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use mynah_home::{Home, did_you_mean};
use mynah_intent::{Fault, List, Origin};

use super::{IntentEntry, Manifest, Mentions, REPLY_WORDS};
use crate::action::{ActionTemplate, AskedFor, Verb};

impl Manifest {
    /// What can only be seen when rules, permissions and intents are all read, those of an extended skill too.
    pub(crate) fn check(&self, faults: &mut Vec<Fault>) {
        self.check_translations(faults);
        let mut top = Notes { file: &self.file, faults };
        // Without sentences, which is told, nothing fills the slots.
        for intent in self.intents.iter().filter(|intent| !intent.sentences.is_empty()) {
            let mentions = self.mentions(&intent.sentences);
            let slots: BTreeSet<&str> = mentions
                .slots
                .keys()
                .chain(intent.slots.keys())
                .chain(intent.context_slots.values())
                .chain(intent.actions.iter().filter_map(ActionTemplate::asks_for))
                .map(String::as_str)
                .collect();
            if intent.inherits {
                // Its places are in the other file, where it was looked at; but the sentences are these.
                for hole in intent.actions.iter().flat_map(ActionTemplate::holes) {
                    if !slots.contains(hole.as_str()) {
                        let base = self.extends.as_ref().map_or("", |text| text.text.as_str());
                        let message = format!(
                            "`{}` of {base} needs the slot `{hole}`, which no sentence here fills",
                            intent.name
                        );
                        top.fault(
                            intent.name.span.clone(),
                            message,
                            did_you_mean(&hole, slots.iter().copied()),
                        );
                    }
                }
                continue;
            }
            for action in &intent.actions {
                for hole in action.holes().into_iter().filter(|h| !slots.contains(h.as_str())) {
                    let help = did_you_mean(&hole, slots.iter().copied());
                    top.fault(
                        action.span.clone(),
                        format!("no sentence of `{}` fills the slot `{hole}`", intent.name),
                        help,
                    );
                }
                if let Some((message, help)) = action.beyond(&self.permissions) {
                    top.fault(action.span.clone(), message, Some(help));
                }
                check_answers(self, intent, action, &mut top);
            }
            for variant in &intent.reply {
                let unknown = |slot: &str, words: &[&'static str]| {
                    let help = did_you_mean(slot, slots.iter().copied().chain(words.iter().copied()));
                    (format!("no sentence of `{}` fills the slot `{slot}`", intent.name), help)
                };
                for slot in variant.when.keys().filter(|slot| !slots.contains(slot.as_str())) {
                    let (message, help) = unknown(slot, &[]);
                    top.fault(variant.span.clone(), message, help);
                }
                let known = |h: &str| slots.contains(h) || REPLY_WORDS.contains(&h) || intent.reads(h);
                for (reply, span) in &variant.say {
                    for hole in reply.holes().filter(|h| !known(h)) {
                        let (message, help) = unknown(hole, &REPLY_WORDS);
                        top.fault(span.clone(), message, help);
                    }
                }
            }
            check_order(&intent.actions, &mut top);
            check_scenes_of(self, intent, &mentions, &mut top);
        }
        let own = self.scenes.iter().filter(|(name, _)| !self.inherited.contains(*name));
        for (name, scene) in own {
            for action in &scene.actions {
                if let Verb::Scene { .. } = action.verb {
                    top.fault(
                        action.span.clone(),
                        "a scene in a scene",
                        Some("write its actions out".into()),
                    );
                } else if let Some(hole) = action.holes().first() {
                    let help = Some("an intent that needs it does that itself, beside the scene".into());
                    top.fault(action.span.clone(), format!("the scene `{name}` has no slot `{hole}`"), help);
                }
                if let Some((message, help)) = action.beyond(&self.permissions) {
                    top.fault(action.span.clone(), message, Some(help));
                }
            }
            check_order(&scene.actions, &mut top);
        }
    }
}

/// Whether it is known what may be answered to a question.
fn check_answers(manifest: &Manifest, intent: &IntentEntry, action: &ActionTemplate, top: &mut Notes<'_>) {
    let Verb::Ask { slot, answers, .. } = &action.verb else { return };
    let list = manifest.list_asked_for(intent, slot, answers);
    let values = match answers {
        AskedFor::Own(values) => Some(values.clone()),
        AskedFor::Slot | AskedFor::List(_) => manifest.list(&list, &Home::default()),
    };
    match values {
        Some(List::Wildcard) => {
            let message = format!("any words would be an answer for `{slot}`");
            top.fault(action.span.clone(), message, Some("add answers = [\"…\"]".to_owned()));
        }
        Some(_) => {}
        None => {
            let help = format!("add answers = [\"…\"] or answers = \"{{duration}}\", or a list `{list}`");
            let message = format!("nobody knows what may be answered for `{slot}`");
            top.fault(action.span.clone(), message, Some(help));
        }
    }
}

/// What the assistant does itself, it does at once: behind a delay it would not be done when the author thinks.
fn check_order(actions: &[ActionTemplate], top: &mut Notes<'_>) {
    let waits = |action: &ActionTemplate| matches!(action.verb, Verb::Wait { .. });
    let behind = actions.iter().skip_while(|action| !waits(action)).filter(|action| action.is_at_once());
    for action in behind {
        let message = "this is done at once, whatever stands before it";
        let help = "only devices, http and mqtt wait for what stands before them: put it first";
        top.fault(action.span.clone(), message, Some(help.into()));
    }
}

/// Scenes that an intent asks for and that are not there: by name, or by a value of the list behind a slot.
fn check_scenes_of(manifest: &Manifest, intent: &IntentEntry, mentions: &Mentions, top: &mut Notes<'_>) {
    let known = || manifest.scenes.keys().map(String::as_str);
    for action in &intent.actions {
        let Verb::Scene { name } = &action.verb else { continue };
        let mut wanted: Vec<String> = Vec::new();
        match name.only_hole() {
            None if name.holes().next().is_none() => wanted.push(name.to_string()),
            None => {}
            Some(slot) => {
                let list = mentions.slots.get(slot).and_then(|list| manifest.lists.get(list));
                if let Some((List::Text(entries), _)) = list {
                    wanted.extend(entries.iter().map(|entry| entry.value.to_string()));
                }
                wanted.extend(intent.slots.get(slot).map(ToString::to_string));
            }
        }
        wanted.dedup();
        for name in wanted.iter().filter(|name| !manifest.scenes.contains_key(*name)) {
            let help =
                did_you_mean(name, known()).or(Some(format!("add it to [scenes]: {name} = [{{ … }}]")));
            top.fault(action.span.clone(), format!("no scene is called `{name}`"), help);
        }
    }
}

/// Faults of one file, as they are found.
struct Notes<'a> {
    file: &'a Arc<str>,
    faults: &'a mut Vec<Fault>,
}

impl Notes<'_> {
    fn fault(&mut self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        let origin = Origin { file: self.file.clone(), span };
        self.faults.push(Fault { origin, message: message.into(), help });
    }
}
