//! All skills of a house, compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use mynah_home::{AreaId, Home};
use mynah_intent::{Context, Fault, Origin, Reading, Recognizer, Sentence, WordGraph};
use time::OffsetDateTime;

use crate::action::Verb;
use crate::compile::compile;
use crate::extend::extend;
use crate::files::{skill_texts, with_bases};
use crate::help::SkillHelp;
use crate::language::Language;
use crate::manifest::{IntentEntry, Manifest};
use crate::places;
use crate::refer;
use crate::wording;

/// What is known when something is said.
#[derive(Clone, Debug)]
pub struct Situation {
    /// The room of the speaker.
    pub area: Option<AreaId>,
    /// The time there.
    pub now: OffsetDateTime,
}

/// All skills of a house, compiled into one recognizer.
///
/// It holds the names of the [`Home`] that it was loaded with: see [`for_home`](Catalog::for_home) for when that changes.
#[derive(Clone, Debug)]
pub struct Catalog {
    pub(crate) skills: Vec<Manifest>,
    /// For each intent of the spec: its skill and its place there.
    pub(crate) entries: Vec<(usize, usize)>,
    recognizer: Recognizer,
}

impl Catalog {
    /// Loads skills from files and folders (all `*.toml` below them but `home.toml`).
    ///
    /// # Errors
    /// Every fault of every file at once.
    pub fn load<P: AsRef<Path>>(paths: &[P], home: &Home) -> Result<Catalog, Vec<Fault>> {
        let (texts, faults) = skill_texts(paths);
        match Catalog::parse(&texts, home) {
            Ok(catalog) if faults.is_empty() => Ok(catalog),
            Ok(_) => Err(faults),
            Err(more) => Err(faults.into_iter().chain(more).collect()),
        }
    }

    /// Compiles skills from `(file name, text)`.
    ///
    /// # Errors
    /// Every fault of every text at once.
    pub fn parse(texts: &[(String, String)], home: &Home) -> Result<Catalog, Vec<Fault>> {
        match Catalog::parse_leniently(texts, home) {
            (Some(catalog), faults) if faults.is_empty() => Ok(catalog),
            (_, faults) => Err(faults),
        }
    }

    /// The same, in a language: of each skill the translation to it, where the skill itself is in another.
    ///
    /// # Errors
    /// Every fault of every text at once, and each skill that is not in that language.
    pub fn parse_in(texts: &[(String, String)], home: &Home, language: &str) -> Result<Catalog, Vec<Fault>> {
        match Catalog::parse_leniently_in(texts, home, Some(language)) {
            (Some(catalog), faults) if faults.is_empty() => Ok(catalog),
            (_, faults) => Err(faults),
        }
    }

    /// Compiles skills beside others that are installed. Of those, the ones in another language and those that one of `texts` replaces
    /// by having its name are left out. Without a language, it is that of the first of `texts`.
    ///
    /// # Errors
    /// Every fault of every text at once.
    pub fn parse_beside(
        texts: &[(String, String)],
        installed: &[(String, String)],
        home: &Home,
        language: Option<&str>,
    ) -> Result<Catalog, Vec<Fault>> {
        let parse = |texts: &[(String, String)]| match Catalog::parse_leniently_in(texts, home, language) {
            (Some(catalog), faults) if faults.is_empty() => Ok(catalog),
            (_, faults) => Err(faults),
        };
        let with_bases = with_bases(texts, installed);
        let alone = parse(&with_bases)?;
        let all: Vec<_> = with_bases.into_iter().chain(alone.companions(installed)).collect();
        parse(&all)
    }

    /// The same skills for a house that is furnished otherwise, or with other names. Where the rooms and kinds of devices are the same, it takes
    /// milliseconds: sentences and their part of the word graph are shared.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn for_home(&self, home: &Home) -> Result<Catalog, Vec<Fault>> {
        let (spec, entries) = compile(&self.skills, home);
        let recognizer = self.recognizer.recompile(spec)?;
        Ok(Catalog { skills: self.skills.clone(), entries, recognizer })
    }

    /// Every fault of every text, and a catalog of what is without one. What is faulty in one stage is left out of the next, so
    /// that all stages are gone through: the file, its manifest, all manifests together, the sentences.
    pub(crate) fn parse_leniently(texts: &[(String, String)], home: &Home) -> (Option<Catalog>, Vec<Fault>) {
        Catalog::parse_leniently_in(texts, home, None)
    }

    /// The same, in a language. Without one, it is that of the first skill.
    pub(crate) fn parse_leniently_in(
        texts: &[(String, String)],
        home: &Home,
        language: Option<&str>,
    ) -> (Option<Catalog>, Vec<Fault>) {
        let mut skills = Vec::new();
        let mut faults = Vec::new();
        for (file, text) in texts {
            let (manifest, found) = Manifest::parse(file, text);
            skills.extend(manifest);
            faults.extend(found);
        }
        let first = skills.first().map_or_else(|| "en".to_owned(), |skill: &Manifest| skill.language.clone());
        for skill in &mut skills {
            match skill.in_language(language.unwrap_or(&first)) {
                Some(translated) => *skill = translated,
                None => {
                    // Without a wish, that two languages do not go together is told below.
                    let Some(language) = language else { continue };
                    faults.push(Fault {
                        origin: Origin { file: skill.file.clone(), span: skill.name.span.clone() },
                        message: format!(
                            "the skill `{}` is in `{}`, not in `{language}`",
                            skill.name, skill.language
                        ),
                        help: Some(format!("add [translations.{language}], or load it without")),
                    });
                    // That is its only fault.
                    skill.intents.clear();
                    skill.translations.clear();
                    skill.language = language.to_owned();
                }
            }
        }
        extend(&mut skills, &mut faults);
        for skill in &skills {
            // What is missing from a skill that extends one that is not there would be told again and again.
            let complete =
                skill.extends.as_ref().is_none_or(|base| skills.iter().any(|s| s.name.text == base.text));
            if complete {
                skill.check(&mut faults);
            }
        }
        check_together(&skills, &mut faults);
        let read = skills.clone();
        let catalog = loop {
            let (spec, entries) = compile(&skills, home);
            match Recognizer::compile(spec) {
                Ok(recognizer) => break Some(Catalog { skills, entries, recognizer }),
                Err(found) => {
                    let goes_on = leave_out(&mut skills, &found);
                    for fault in found {
                        // A rule of a skill is compiled with each of its intents: its fault is one.
                        if !faults.contains(&fault) {
                            faults.push(fault);
                        }
                    }
                    if !goes_on {
                        break None;
                    }
                }
            }
        };
        places::correct(&mut faults, &read, texts);
        let place = |fault: &Fault| texts.iter().position(|(file, _)| **file == *fault.origin.file);
        faults.sort_by_key(|fault| (place(fault), fault.origin.span.start));
        (catalog, faults)
    }

    /// What an utterance may mean, the best reading first. Empty when no skill is spoken to.
    #[must_use]
    pub fn understand(&self, text: &str, situation: &Situation) -> Vec<Reading> {
        let mut readings = self.recognizer.recognize(text, &self.context(situation));
        refer::locate(&mut readings, situation.area.as_ref());
        readings
    }

    pub(crate) fn context(&self, situation: &Situation) -> Context {
        let area = situation.area.iter().map(|area| ("area".to_owned(), area.to_string()));
        Context(area.collect())
    }

    /// The compiled sentences of all skills.
    #[must_use]
    pub fn recognizer(&self) -> &Recognizer {
        &self.recognizer
    }

    /// All that may be said, for recognisers to search.
    #[must_use]
    pub fn graph(&self) -> &Arc<WordGraph> {
        self.recognizer.graph()
    }

    /// The names of the skills and what each is for.
    pub fn summaries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.skills.iter().map(|s| (s.name.text.as_str(), s.summary.as_str()))
    }

    /// What can be said: of a skill that `topic` names, or of all. Made of the skills' summaries and their tests' sentences.
    #[must_use]
    pub fn help(&self, topic: Option<&str>) -> String {
        let words = wording::of(Language::of(&self.recognizer.spec().language));
        if let Some(topic) = topic.filter(|t| !t.trim().is_empty()) {
            return words.help_about(topic, self.help_about(topic).first());
        }
        // "Cancel", "undo" and "help" are no topics of their own.
        let is_topic = |s: &&Manifest| {
            s.intents
                .iter()
                .flat_map(|i| &i.actions)
                .any(|a| !matches!(a.verb, Verb::Cancel | Verb::Undo | Verb::Help { .. }))
        };
        let topics: Vec<SkillHelp> = self.skills.iter().filter(is_topic).map(SkillHelp::of).collect();
        words.help(&topics)
    }

    /// What the skills tell of themselves that a topic names, by their name first, else by their summary or a sentence; all of them for an
    /// empty one.
    #[must_use]
    pub fn help_about(&self, topic: &str) -> Vec<SkillHelp> {
        let wanted = topic.trim().to_lowercase();
        let all = || self.skills.iter().map(SkillHelp::of);
        if wanted.is_empty() {
            return all().collect();
        }
        // "lights" is the skill "light", and the other way round.
        let stem = wanted.strip_suffix('s').filter(|stem| !stem.is_empty()).unwrap_or(&wanted);
        let has = |text: &str| text.to_lowercase().contains(stem);
        let by = [
            &|help: &SkillHelp| has(&help.skill),
            &|help: &SkillHelp| has(&help.summary),
            &|help: &SkillHelp| help.sentences.iter().any(|s| has(s)),
        ] as [&dyn Fn(&SkillHelp) -> bool; 3];
        by.iter()
            .map(|by| all().filter(by).collect::<Vec<_>>())
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }

    pub(crate) fn entry(&self, spec: usize) -> Option<(&Manifest, &IntentEntry)> {
        let &(skill, intent) = self.entries.get(spec)?;
        let skill = self.skills.get(skill)?;
        Some((skill, skill.intents.get(intent)?))
    }
}

/// Takes out the sentences and rules that have a fault, and the sentences that use such a rule. False when there was nothing to
/// take out.
fn leave_out(skills: &mut [Manifest], faults: &[Fault]) -> bool {
    let is_faulty = |sentence: &Sentence| {
        let (origin, inside) = (&sentence.origin, &sentence.origin.span);
        faults.iter().any(|f| {
            f.origin.file == origin.file
                && f.origin.span.start >= inside.start
                && f.origin.span.end <= inside.end
        })
    };
    let mut changed = false;
    for skill in skills {
        let bad: BTreeSet<String> =
            skill.rules.iter().filter(|(_, rule)| is_faulty(rule)).map(|(name, _)| name.clone()).collect();
        let mut intents = std::mem::take(&mut skill.intents);
        for sentences in intents.iter_mut().map(|intent| &mut intent.sentences) {
            let before = sentences.len();
            sentences.retain(|sentence| {
                let used = skill.mentions(std::slice::from_ref(sentence)).rules;
                !is_faulty(sentence) && used.is_disjoint(&bad)
            });
            changed |= sentences.len() != before;
        }
        skill.intents = intents;
        changed |= !bad.is_empty();
        skill.rules.retain(|name, _| !bad.contains(name));
    }
    changed
}

fn check_together(skills: &[Manifest], faults: &mut Vec<Fault>) {
    let mut names: BTreeMap<&str, &Manifest> = BTreeMap::new();
    let mut fault = |skill: &Manifest, span: Range<usize>, message: String, help: &str| {
        faults.push(Fault {
            origin: Origin { file: skill.file.clone(), span },
            message,
            help: Some(help.into()),
        });
    };
    // One without a name has that fault already.
    for skill in skills.iter().filter(|skill| !skill.name.text.is_empty()) {
        if let Some(other) = names.insert(&skill.name.text, skill) {
            let message = format!("the skill `{}` is already in {}", skill.name, other.file);
            fault(skill, skill.name.span.clone(), message, "give each skill a name of its own");
        }
        if let Some(first) = skills.first().filter(|s| s.language != skill.language) {
            let message = format!(
                "this skill is in `{}`, but {} is in `{}`",
                skill.language, first.file, first.language
            );
            fault(skill, skill.name.span.clone(), message, "load the skills of one language together");
        }
    }
}
