//! A skill's TOML file, read and checked as far as it can be without the house.

mod check;
mod lists;
mod read;
mod translation;
mod wording;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use mynah_home::{Home, Text, read_toml_leniently};
use mynah_intent::{Fault, List, Origin, Sentence, Value};

use crate::Risk;
use crate::action::{ActionTemplate, AskedFor, Verb};
use crate::lists::{of_devices, of_every_skill};
use crate::permission::{Permissions, glob};
use crate::skill_test::SkillTest;
use crate::template::Template;
pub(crate) use lists::read_list;
use translation::Translation;

/// One skill.
#[derive(Clone, Debug)]
pub(crate) struct Manifest {
    pub(crate) file: Arc<str>,
    pub(crate) name: Text,
    /// The skill that this one adds to.
    pub(crate) extends: Option<Text>,
    /// Lists and scenes that came from there.
    pub(crate) inherited: BTreeSet<String>,
    pub(crate) language: String,
    pub(crate) summary: String,
    /// Words that may stand anywhere, beside those that the language has anyway.
    pub(crate) skip_words: Vec<String>,
    pub(crate) permissions: Permissions,
    pub(crate) permission_spans: Vec<(String, Range<usize>)>,
    pub(crate) rules: BTreeMap<String, Sentence>,
    pub(crate) lists: BTreeMap<String, (List, Range<usize>)>,
    pub(crate) scenes: BTreeMap<String, Scene>,
    pub(crate) intents: Vec<IntentEntry>,
    pub(crate) refuse: Vec<SkillTest>,
    /// By language.
    pub(crate) translations: BTreeMap<String, Translation>,
}

/// One `[[intent]]`.
#[derive(Clone, Debug)]
pub(crate) struct IntentEntry {
    pub(crate) name: Text,
    pub(crate) sentences: Vec<Sentence>,
    pub(crate) slots: BTreeMap<String, Value>,
    pub(crate) requires_context: BTreeMap<String, Vec<String>>,
    /// Keys of the context, each with the slot that it fills when the sentence does not.
    pub(crate) context_slots: BTreeMap<String, String>,
    pub(crate) excludes_context: BTreeMap<String, Vec<String>>,
    /// Patterns on device ids: the sentences are there only in a house that has such a device.
    pub(crate) needs: Vec<String>,
    pub(crate) risk: Risk,
    pub(crate) actions: Vec<ActionTemplate>,
    /// Its actions and answers are those of the skill that this one extends.
    pub(crate) inherits: bool,
    /// The first that fits is taken.
    pub(crate) reply: Vec<ReplyVariant>,
    pub(crate) tests: Vec<SkillTest>,
}

/// One entry of `reply`.
#[derive(Clone, Debug)]
pub(crate) struct ReplyVariant {
    /// Slots that must have been filled, with one of these values; with any, when there are none.
    pub(crate) when: BTreeMap<String, Vec<toml::Value>>,
    /// Wordings of the same.
    pub(crate) say: Vec<(Template, Range<usize>)>,
    pub(crate) span: Range<usize>,
}

/// One of `[scenes]`.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) span: Range<usize>,
    pub(crate) actions: Vec<ActionTemplate>,
}

impl IntentEntry {
    /// Has the house what it needs?
    pub(crate) fn has_its_needs(&self, home: &Home) -> bool {
        let has = |need: &String| home.devices().iter().any(|d| glob(need, d.id.as_str()));
        self.needs.is_empty() || self.needs.iter().any(has)
    }

    /// Does one of its actions read the capability of that name?
    pub(crate) fn reads(&self, name: &str) -> bool {
        let reads =
            |a: &ActionTemplate| matches!(a.verb, Verb::Read { capability, .. } if capability.name() == name);
        self.actions.iter().any(reads)
    }
}

/// Holes of a reply that no slot fills.
pub(crate) const REPLY_WORDS: [&str; 5] = ["targets", "state", "value", "is", "said"];

impl Manifest {
    /// Reads a manifest, and tells every fault in it; `file` is its name there. What is faulty is left out of the manifest, so that
    /// the rest can be looked at too. There is none when the text is not TOML.
    pub(crate) fn parse(file: &str, text: &str) -> (Option<Manifest>, Vec<Fault>) {
        let (manifest, faults) = read_toml_leniently(file, text, read::read_manifest);
        (manifest, faults.into_iter().map(from_home).collect())
    }

    /// The names of lists and rules that a text of this skill mentions, through rules.
    pub(crate) fn mentions(&self, sentences: &[Sentence]) -> Mentions {
        let mut found = Mentions::default();
        for sentence in sentences {
            self.follow(&sentence.template, &mut found);
        }
        found
    }

    /// The list of that name as the skill knows it: its own, one that every skill has, or one of its devices.
    pub(crate) fn list(&self, name: &str, home: &Home) -> Option<List> {
        let own = self.lists.get(name).map(|(list, _)| list.clone());
        own.or_else(|| of_devices(name, &self.permissions, home))
            .or_else(|| of_every_skill(home, &self.language).remove(name))
    }

    /// The list that a question takes its answers from.
    pub(crate) fn list_asked_for(&self, intent: &IntentEntry, slot: &str, answers: &AskedFor) -> String {
        match answers {
            AskedFor::List(list) => list.clone(),
            AskedFor::Slot | AskedFor::Own(_) => {
                let said = self.mentions(&intent.sentences).slots.remove(slot);
                said.unwrap_or_else(|| slot.to_owned())
            }
        }
    }

    fn follow(&self, template: &str, found: &mut Mentions) {
        for inner in enclosed(template, '{', '}') {
            let (list, slot) = inner.split_once(':').unwrap_or((inner, inner));
            found.lists.insert(list.trim().to_owned());
            found.slots.insert(slot.trim().to_owned(), list.trim().to_owned());
        }
        for rule in enclosed(template, '<', '>') {
            let rule = rule.trim();
            if found.rules.insert(rule.to_owned())
                && let Some(body) = self.rules.get(rule)
            {
                self.follow(&body.template, found);
            }
        }
    }
}

/// What sentences mention.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mentions {
    pub(crate) lists: BTreeSet<String>,
    pub(crate) rules: BTreeSet<String>,
    /// Slot → its list.
    pub(crate) slots: BTreeMap<String, String>,
}

pub(crate) fn from_home(fault: mynah_home::Fault) -> Fault {
    Fault { origin: Origin { file: fault.file, span: fault.span }, message: fault.message, help: fault.help }
}

fn enclosed(text: &str, open: char, close: char) -> impl Iterator<Item = &str> {
    text.split(open).skip(1).filter_map(move |part| part.split_once(close).map(|(inner, _)| inner))
}

fn sentence(file: &Arc<str>, text: Text) -> Sentence {
    Sentence { template: text.text, origin: Origin { file: file.clone(), span: text.span } }
}
