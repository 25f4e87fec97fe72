//! `mynah skill check`: every fault of skills, and what is no fault but most likely no intention.

mod alike;
mod collisions;
mod size;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use mynah_home::{Home, Kind, did_you_mean};
use mynah_intent::{Fault, List, Origin, redundant};

use crate::action::Verb;
use crate::catalog::Catalog;
use crate::files::with_bases;
use crate::manifest::Manifest;
use crate::permission::Permissions;
use crate::sounds::pronouncer;

/// What was found out about skills.
#[derive(Clone, Debug)]
pub struct Findings {
    /// What keeps the skills from being loaded.
    pub errors: Vec<Fault>,
    /// What most likely is not meant.
    pub warnings: Vec<Fault>,
    /// The skills; without what is faulty in them. None when hardly anything could be read.
    pub catalog: Option<Catalog>,
}

impl Findings {
    /// Looks through skills, given as `(file name, text)`, beside others that are installed with them. All that is wrong is told at
    /// once: a fault in one place hides nothing in another. Only what concerns `texts` is told.
    ///
    /// Of the skills in `beside`, those in another language, and those that one of `texts` replaces by having its name, do not count; when
    /// they have faults, none of them does.
    #[must_use]
    pub fn of(texts: &[(String, String)], beside: &[(String, String)], home: &Home) -> Findings {
        let with_bases = with_bases(texts, beside);
        let (alone, mut errors) = Catalog::parse_leniently(&with_bases, home);
        let beside = alone.as_ref().map(|catalog| catalog.companions(beside)).unwrap_or_default();
        let mut catalog = alone;
        if !beside.is_empty() && Catalog::parse(&beside, home).is_ok() {
            let all: Vec<_> = with_bases.iter().cloned().chain(beside).collect();
            let (together, found) = Catalog::parse_leniently(&all, home);
            errors.extend(found.into_iter().filter(|f| !errors.contains(f)).collect::<Vec<_>>());
            catalog = together.or(catalog);
        }
        // A translation is looked at by itself, as it would be loaded.
        let manifests = || texts.iter().filter_map(|(file, text)| Manifest::parse(file, text).0);
        let languages: BTreeSet<String> =
            manifests().flat_map(|skill| skill.languages().map(str::to_owned).collect::<Vec<_>>()).collect();
        let in_languages = languages.iter().map(|language| {
            let is_in = |(file, text): &&(String, String)| {
                Manifest::parse(file, text).0.is_some_and(|skill| skill.in_language(language).is_some())
            };
            let texts: Vec<_> = texts.iter().filter(is_in).cloned().collect();
            Catalog::parse_leniently_in(&texts, home, Some(language))
        });
        let in_languages: Vec<_> = in_languages.collect();
        for (_, found) in &in_languages {
            errors.extend(found.iter().filter(|f| !errors.contains(f)).cloned().collect::<Vec<_>>());
        }
        let faulty: BTreeSet<&str> = errors.iter().map(|fault| &*fault.origin.file).collect();
        let mine = |file: &str| texts.iter().any(|(name, _)| name == file);
        let mut warnings =
            catalog.as_ref().map(|catalog| catalog.doubts(home, &faulty, &mine)).unwrap_or_default();
        for catalog in in_languages.iter().filter_map(|(catalog, _)| catalog.as_ref()) {
            let doubts = catalog.doubts(home, &faulty, &mine);
            warnings.extend(doubts.into_iter().filter(|f| !warnings.contains(f)).collect::<Vec<_>>());
        }
        warnings.extend(manifests().flat_map(|skill| skill.untranslated()));
        let place = |fault: &Fault| texts.iter().position(|(file, _)| **file == *fault.origin.file);
        warnings.retain(|fault| place(fault).is_some());
        warnings.sort_by_key(|fault| (place(fault), fault.origin.span.start));
        Findings { errors, warnings, catalog }
    }
}

impl Catalog {
    /// Looks for what a skill author would want to know: rules, lists, alternatives and permissions that nothing needs, intents without a
    /// test, list values that mean two things, words that cannot be said, a sentence that takes anything, a grammar that is too large, and
    /// sentences that two intents accept or that sound alike, of each pair the shortest.
    #[must_use]
    pub fn check(&self, home: &Home) -> Vec<Fault> {
        self.doubts(home, &BTreeSet::new(), &|_| true)
    }

    /// The same, for the files that are `mine`. Of what may be used in the parts of a file that have faults, nothing is said for the
    /// `faulty` ones.
    fn doubts(&self, home: &Home, faulty: &BTreeSet<&str>, mine: &dyn Fn(&str) -> bool) -> Vec<Fault> {
        let mut warnings = Vec::new();
        let english = pronouncer(home);
        let vocabulary: BTreeSet<&str> =
            self.recognizer().graph().words().iter().map(|word| word.text.as_str()).collect();
        let is_word = |text: &str| vocabulary.contains(text);
        for skill in self.skills.iter().filter(|skill| mine(&skill.file)) {
            if !faulty.contains(&*skill.file) {
                check_unused(skill, &mut warnings);
                check_scenes(skill, &mut warnings);
                check_permissions(skill, &mut warnings);
            }
            check_lists(skill, &mut warnings);
            check_devices(skill, home, &mut warnings);
            words::check(skill, &english, &is_word, &mut warnings);
            for intent in skill.intents.iter().filter(|i| i.tests.is_empty()) {
                let message = format!("no test says what `{}` does", intent.name);
                let help = Some("add: [[intent.test]] with say and does".into());
                warnings.push(warning(skill, intent.name.span.clone(), message, help));
            }
        }
        warnings.extend(redundant(self.recognizer().spec()));
        warnings.extend(self.greedy());
        let graphs = self.graphs();
        warnings.extend(self.collisions(&graphs, mine));
        warnings.extend(self.alike(&graphs, &english, mine));
        warnings.extend(self.too_large(&graphs));
        warnings
    }

    /// Those of `texts` that can be loaded beside these skills: of the same language, and not a version of one of these.
    pub(crate) fn companions(&self, texts: &[(String, String)]) -> Vec<(String, String)> {
        let fits = |(file, text): &&(String, String)| {
            let (Some(other), _) = Manifest::parse(file, text) else { return false };
            self.skills.iter().all(|s| {
                s.name.text != other.name.text
                    && *s.file != **file
                    && other.in_language(&s.language).is_some()
            })
        };
        texts.iter().filter(fits).cloned().collect()
    }
}

/// List values that are said alike and mean different things, or stand there twice.
fn check_lists(skill: &Manifest, warnings: &mut Vec<Fault>) {
    for (name, (list, span)) in skill.lists.iter().filter(|(name, _)| !skill.inherited.contains(*name)) {
        let List::Text(entries) = list else { continue };
        let mut said: BTreeMap<String, &mynah_intent::Value> = BTreeMap::new();
        for entry in entries {
            let words = entry.said.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
            let Some(earlier) = said.insert(words, &entry.value) else { continue };
            let message = match *earlier == entry.value {
                true => format!("`{}` stands twice in the list `{name}`", entry.said),
                false => {
                    format!("`{}` means two things in the list `{name}`: the first is taken", entry.said)
                }
            };
            warnings.push(warning(skill, span.clone(), message, Some("leave one of them out".into())));
        }
    }
}

fn check_unused(skill: &Manifest, warnings: &mut Vec<Fault>) {
    let mentions: Vec<_> = skill.intents.iter().map(|i| skill.mentions(&i.sentences)).collect();
    for (name, rule) in skill.rules.iter().filter(|(_, rule)| rule.origin.file == skill.file) {
        if !mentions.iter().any(|m| m.rules.contains(name)) {
            warnings.push(warning(
                skill,
                rule.origin.span.clone(),
                format!("no sentence uses the rule `{name}`"),
                None,
            ));
        }
    }
    for (name, (_, span)) in skill.lists.iter().filter(|(name, _)| !skill.inherited.contains(*name)) {
        if !mentions.iter().any(|m| m.lists.contains(name)) {
            warnings.push(warning(skill, span.clone(), format!("no sentence uses the list `{name}`"), None));
        }
    }
}

/// Scenes that no intent asks for. One that a slot chooses may be any.
fn check_scenes(skill: &Manifest, warnings: &mut Vec<Fault>) {
    let actions = || skill.intents.iter().flat_map(|intent| &intent.actions);
    for (name, scene) in skill.scenes.iter().filter(|(name, _)| !skill.inherited.contains(*name)) {
        let asks = |action: &crate::action::ActionTemplate| match &action.verb {
            Verb::Scene { name: wanted } => wanted.holes().next().is_some() || wanted.to_string() == *name,
            _ => false,
        };
        if !actions().any(asks) {
            let message = format!("no intent asks for the scene `{name}`");
            warnings.push(warning(skill, scene.span.clone(), message, None));
        }
    }
}

/// Permissions that no action needs.
fn check_permissions(skill: &Manifest, warnings: &mut Vec<Fault>) {
    let of_scenes = || skill.scenes.values().flat_map(|scene| &scene.actions);
    let verbs = || skill.intents.iter().flat_map(|i| &i.actions).chain(of_scenes()).map(|a| &a.verb);
    let sample = |t: &crate::template::Template| t.fill(|_| Some("x".into())).unwrap_or_default();
    let only = |http: &[String], mqtt: &[String]| Permissions {
        devices: Vec::new(),
        http: http.to_vec(),
        mqtt: mqtt.to_vec(),
    };
    let mut unused = |pattern: &str, message: String| {
        let help = Some("take it out: a skill should be able to reach no more than it needs".into());
        warnings.push(warning(skill, permission_span(skill, pattern), message, help));
    };
    // Those of a skill that this one extends are that one's.
    let own = |patterns: &[String]| -> Vec<String> {
        patterns.iter().filter(|p| skill.permission_spans.iter().any(|(own, _)| own == *p)).cloned().collect()
    };
    for pattern in &own(&skill.permissions.devices) {
        if !verbs().any(|v| matches!(v, Verb::Set { .. } | Verb::Adjust { .. } | Verb::Read { .. })) {
            unused(pattern, format!("nothing here does anything with `{pattern}`"));
        }
    }
    for pattern in &own(&skill.permissions.http) {
        let permissions = only(std::slice::from_ref(pattern), &[]);
        if !verbs().any(|v| matches!(v, Verb::Http { url, .. } if permissions.http(&sample(url)))) {
            unused(pattern, format!("no action needs the permission `{pattern}`"));
        }
    }
    for pattern in &own(&skill.permissions.mqtt) {
        let permissions = only(&[], std::slice::from_ref(pattern));
        if !verbs().any(|v| matches!(v, Verb::Mqtt { topic, .. } if permissions.mqtt(&sample(topic)))) {
            unused(pattern, format!("no action needs the permission `{pattern}`"));
        }
    }
}

/// Permissions for devices that are not there.
fn check_devices(skill: &Manifest, home: &Home, warnings: &mut Vec<Fault>) {
    for pattern in &skill.permissions.devices {
        let kind = pattern.split_once('.').map_or(pattern.as_str(), |(kind, _)| kind);
        let (message, help) = if !kind.contains('*') && Kind::from_name(kind).is_none() {
            let help = did_you_mean(kind, Kind::ALL.iter().map(|k| k.name()));
            (format!("no kind of device is called `{kind}`"), help)
        } else if !pattern.contains('*') && home.device(&pattern.as_str().into()).is_none() {
            let help = did_you_mean(pattern, home.devices().iter().map(|d| d.id.as_str()));
            (format!("no device of this house is `{pattern}`"), help)
        } else {
            continue;
        };
        warnings.push(warning(skill, permission_span(skill, pattern), message, help));
    }
}

fn permission_span(skill: &Manifest, pattern: &str) -> Range<usize> {
    let mut spans = skill.permission_spans.iter();
    spans.find(|(p, _)| p == pattern).map(|(_, span)| span.clone()).unwrap_or_default()
}

fn warning(skill: &Manifest, span: Range<usize>, message: String, help: Option<String>) -> Fault {
    Fault { origin: Origin { file: skill.file.clone(), span }, message, help }
}
