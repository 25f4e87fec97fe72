//! Manifests and the house → what the recognizer is compiled from.

use std::collections::{BTreeMap, BTreeSet};

use mynah_home::Home;
use mynah_intent::{IntentSpec, List, Sentence, Several, Spec, primary_subtag};

use crate::action::Target;
use crate::lists::{self, EXCEPTION};
use crate::manifest::{IntentEntry, Manifest};
use crate::refer::{self, with_references};

/// What goes behind a sentence that speaks of all.
const EXCEPT: &str = " [(except [for]|but) [the|my|our] {except}]";

/// What people say beside what they mean. In English.
const SKIP_WORDS: [&str; 14] = [
    "please",
    "could you",
    "can you",
    "would you",
    "will you",
    "kindly",
    "just",
    "hey",
    "okay",
    "ok",
    "thank you",
    "thanks",
    "i'd like you to",
    "i want you to",
];

/// The same in Mandarin.
const MANDARIN_SKIP_WORDS: [&str; 5] = ["请", "麻烦你", "帮我", "给我", "谢谢"];

/// The same, where it is typed or transcribed freely.
const FILLERS: [&str; 22] = [
    "um",
    "umm",
    "uh",
    "uhm",
    "er",
    "erm",
    "hmm",
    "well",
    "so",
    "now",
    "right now",
    "for me",
    "quickly",
    "could you just",
    "go ahead and",
    "i would like you to",
    "i need you to",
    "would you be so kind and",
    "be so kind and",
    "be so good and",
    "do me a favor and",
    "do me a favour and",
];

pub(crate) fn compile(skills: &[Manifest], home: &Home) -> (Spec, Vec<(usize, usize)>) {
    let language = skills.first().map_or_else(|| "en".into(), |s| s.language.clone());
    let (skip_words, fillers): (&[&str], &[&str]) = match primary_subtag(&language) {
        "en" => (&SKIP_WORDS, &FILLERS),
        "zh" => (&MANDARIN_SKIP_WORDS, &[]),
        _ => (&[], &[]),
    };
    let several = several(&language);
    let mut spec = Spec {
        lists: lists::of_every_skill(home, &language),
        language,
        several,
        skip_words: skip_words.iter().map(|&w| w.to_owned()).collect(),
        fillers: fillers.iter().map(|&w| w.to_owned()).collect(),
        ..Spec::default()
    };
    for word in skills.iter().flat_map(|skill| &skill.skip_words) {
        if !spec.skip_words.contains(word) {
            spec.skip_words.push(word.clone());
        }
    }
    let mut entries = Vec::new();
    for (s, skill) in skills.iter().enumerate() {
        let mut lists: BTreeMap<String, List> =
            skill.lists.iter().map(|(n, (l, _))| (n.clone(), l.clone())).collect();
        let said =
            |(_, intent): &(usize, &IntentEntry)| !intent.sentences.is_empty() && intent.has_its_needs(home);
        for (i, intent) in skill.intents.iter().enumerate().filter(said) {
            let mentions = skill.mentions(&intent.sentences);
            for name in &mentions.lists {
                if !lists.contains_key(name) {
                    let devices = lists::of_devices(name, &skill.permissions, home);
                    lists.extend(devices.map(|l| (name.clone(), with_references(l, &skill.language))));
                }
            }
            let used: BTreeSet<&String> = mentions.rules.iter().collect();
            let sentences = with_exceptions(skill, intent);
            let has_exception =
                sentences.iter().zip(&intent.sentences).any(|(a, b)| a.template != b.template);
            if has_exception && !lists.contains_key(EXCEPTION) {
                lists.insert(EXCEPTION.to_owned(), lists::exceptions(home));
            }
            let exception = has_exception.then(|| EXCEPTION.to_owned());
            spec.intents.push(IntentSpec {
                name: intent.name.text.clone(),
                sentences,
                rules: skill
                    .rules
                    .iter()
                    .filter(|(name, _)| used.contains(name))
                    .map(|(n, r)| (n.clone(), r.clone()))
                    .collect(),
                lists: mentions
                    .lists
                    .iter()
                    .chain(&exception)
                    .filter_map(|name| Some((name.clone(), lists.get(name)?.clone())))
                    .collect(),
                slots: intent.slots.clone(),
                requires_context: intent.requires_context.clone(),
                context_slots: intent.context_slots.clone(),
                excludes_context: intent.excludes_context.clone(),
                ..IntentSpec::default()
            });
            entries.push((s, i));
        }
    }
    // Behind all others: it has no entry.
    if !skills.is_empty() {
        spec.intents.extend(refer::too(&spec.language, home));
    }
    (spec, entries)
}

/// How several things are asked for at once in a language.
fn several(language: &str) -> Several {
    let (joints, and): (&[&str], &[&str]) = match primary_subtag(language) {
        "en" => (
            &["and", "and then", "then", "and also"],
            &["and", "and the", "and my", "and our", "and in", "and in the"],
        ),
        "zh" => (&["然后", "并且", "再"], &["和", "跟"]),
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
fn with_exceptions(skill: &Manifest, intent: &IntentEntry) -> Vec<Sentence> {
    let is_all = |target: &Target| matches!(target, Target::Named | Target::Nearby | Target::Pattern(_));
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
