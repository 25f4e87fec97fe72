//! `[translations]`: the words of a skill in other languages, beside the ones that it is written in.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use mynah_home::{Fields, Text, did_you_mean};
use mynah_intent::{Fault, List, Origin, Sentence, primary_subtag};

use super::lists::read_list;
use super::wording::{read_reply, read_sentences};
use super::{Manifest, ReplyVariant, sentence};
use crate::action::{AskedFor, Verb};
use crate::lists::is_of_house;
use crate::skill_test::SkillTest;
use crate::template::Template;

/// A skill in another language.
#[derive(Clone, Debug, Default)]
pub(crate) struct Translation {
    span: Range<usize>,
    summary: Option<String>,
    skip_words: Vec<String>,
    rules: BTreeMap<String, Sentence>,
    lists: BTreeMap<String, (List, Range<usize>)>,
    /// The texts of `say`, each with its own words for it.
    says: BTreeMap<String, Text>,
    intents: Vec<Translated>,
    refuse: Vec<SkillTest>,
}

/// An intent in another language. What it does is the same.
#[derive(Clone, Debug)]
struct Translated {
    name: Text,
    sentences: Vec<Sentence>,
    reply: Vec<ReplyVariant>,
    /// Its questions, by the slot that they ask for.
    asks: BTreeMap<String, Question>,
    tests: Vec<SkillTest>,
}

/// A question in another language.
#[derive(Clone, Debug)]
struct Question {
    text: String,
    /// Its own answers, where the question has some.
    answers: Option<AskedFor>,
}

/// Reads `[translations]`.
pub(super) fn read_translations(all: &Fields<'_, '_>) -> BTreeMap<String, Translation> {
    let mut translations = BTreeMap::new();
    for entry in all.entries() {
        match entry.table {
            Some(table) => {
                translations.insert(entry.key, read_translation(table));
            }
            None => {
                let help = format!("write: [[translations.{}.intent]] with name and sentences", entry.key);
                all.fault(entry.span(), format!("`{}` is no translation", entry.key), Some(help));
            }
        }
    }
    translations
}

fn read_translation(fields: Fields<'_, '_>) -> Translation {
    let file = fields.file();
    let mut translation = Translation {
        span: fields.span(),
        summary: fields.text("summary").map(|text| text.text),
        skip_words: fields.texts("skip_words").into_iter().map(|text| text.text).collect(),
        ..Translation::default()
    };
    if let Some(rules) = fields.table("rules") {
        for entry in rules.entries() {
            match entry.text {
                Some(text) => {
                    translation.rules.insert(entry.key, sentence(&file, text));
                }
                None => {
                    rules.fault(entry.span(), format!("the rule `{}` must be a string", entry.key), None);
                }
            }
        }
    }
    if let Some(lists) = fields.table("lists") {
        for entry in lists.entries() {
            if is_of_house(&entry.key) {
                let message = format!("the list `{}` is made of the house", entry.key);
                lists.fault(entry.key_span.clone(), message, Some("give yours another name".into()));
            }
            let (key, span) = (entry.key.clone(), entry.key_span.clone());
            let list = read_list(&lists, entry).unwrap_or(List::Text(Vec::new()));
            translation.lists.insert(key, (list, span));
        }
    }
    if let Some(says) = fields.table("says") {
        for entry in says.entries() {
            match entry.text {
                Some(text) => {
                    translation.says.insert(entry.key, text);
                }
                None => says.fault(entry.span(), "what is said must be a string", None),
            }
        }
    }
    for intent in fields.tables("intent") {
        let name = intent.required_text("name");
        let sentences = read_sentences(&intent);
        let reply = read_reply(&intent);
        let asks = intent.table("asks").map(|asks| read_questions(&asks)).unwrap_or_default();
        let tests = intent.tables("test").into_iter().filter_map(|t| SkillTest::read(t, false)).collect();
        intent.finish();
        translation.intents.extend(name.map(|name| Translated { name, sentences, reply, asks, tests }));
    }
    let refuse = fields.tables("refuse").into_iter();
    translation.refuse = refuse.filter_map(|t| SkillTest::read(t, true)).collect();
    fields.finish();
    translation
}

/// `{ size = "Wie groß?" }`, or with answers of its own `{ size = { ask = "Wie groß?", answers = ["klein"] } }`.
fn read_questions(asks: &Fields<'_, '_>) -> BTreeMap<String, Question> {
    let mut questions = BTreeMap::new();
    for entry in asks.entries() {
        let span = entry.span();
        let question = match (entry.text, entry.table) {
            (Some(text), _) => Some(Question { text: text.text, answers: None }),
            (None, Some(table)) => {
                let text = table.required_text("ask");
                let answers = table.entry("answers").map(|entry| AskedFor::read(&table, entry));
                table.finish();
                text.map(|text| Question { text: text.text, answers })
            }
            (None, None) => {
                let help = "write \"…\" or { ask = \"…\", answers = [\"…\"] }";
                asks.fault(span, "this is no question", Some(help.into()));
                None
            }
        };
        questions.extend(question.map(|question| (entry.key, question)));
    }
    questions
}

impl Manifest {
    /// The skill in that language: itself, or its translation. None when it is in neither.
    ///
    /// Lists that the translation does not have are those of the skill; intents that it does not have are not there.
    pub(crate) fn in_language(&self, language: &str) -> Option<Manifest> {
        if primary_subtag(&self.language) == primary_subtag(language) {
            return Some(self.clone());
        }
        let translation =
            self.translations.get(language).or_else(|| self.translations.get(primary_subtag(language)))?;
        let mut skill = self.clone();
        skill.language = language.to_owned();
        skill.translations = BTreeMap::new();
        skill.summary = translation.summary.clone().unwrap_or_default();
        skill.skip_words.clone_from(&translation.skip_words);
        skill.rules.clone_from(&translation.rules);
        // What is not translated may well not be needed there.
        skill
            .inherited
            .extend(self.lists.keys().filter(|name| !translation.lists.contains_key(*name)).cloned());
        skill.lists.extend(translation.lists.clone());
        skill.refuse.clone_from(&translation.refuse);
        skill.intents.retain_mut(|intent| {
            let found = translation.intents.iter().find(|other| other.name.text == intent.name.text);
            let Some(translated) = found else { return false };
            intent.sentences.clone_from(&translated.sentences);
            intent.reply.clone_from(&translated.reply);
            intent.tests.clone_from(&translated.tests);
            for action in &mut intent.actions {
                if let Verb::Ask { text, slot, answers } = &mut action.verb
                    && let Some(question) = translated.asks.get(slot)
                {
                    *text = Template::parse(&question.text);
                    if let Some(own) = &question.answers {
                        *answers = own.clone();
                    }
                }
            }
            true
        });
        let scenes = skill.scenes.values_mut().flat_map(|scene| &mut scene.actions);
        for action in skill.intents.iter_mut().flat_map(|intent| &mut intent.actions).chain(scenes) {
            if let Verb::Say { text } = &mut action.verb
                && let Some(said) = translation.says.get(&text.to_string())
            {
                *text = Template::parse(&said.text);
            }
        }
        Some(skill)
    }

    /// The languages that it has translations to.
    pub(crate) fn languages(&self) -> impl Iterator<Item = &str> {
        self.translations.keys().map(String::as_str)
    }

    /// Translations of what is not there.
    pub(super) fn check_translations(&self, faults: &mut Vec<Fault>) {
        for translated in self.translations.values().flat_map(|translation| &translation.intents) {
            let known = || self.intents.iter().map(|intent| intent.name.text.as_str());
            if !known().any(|name| name == translated.name.text) {
                let origin = Origin { file: self.file.clone(), span: translated.name.span.clone() };
                let help = did_you_mean(&translated.name.text, known());
                let message = format!("this skill has no intent `{}` to translate", translated.name);
                faults.push(Fault { origin, message, help });
            }
        }
        let own: BTreeSet<String> = self.says().collect();
        for (text, said) in self.translations.values().flat_map(|translation| &translation.says) {
            if !own.contains(text) {
                let origin = Origin { file: self.file.clone(), span: said.span.clone() };
                let help = did_you_mean(text, own.iter().map(String::as_str));
                faults.push(Fault { origin, message: format!("this skill never says `{text}`"), help });
            }
        }
    }

    /// The texts of its `say` actions.
    fn says(&self) -> impl Iterator<Item = String> {
        let scenes = self.scenes.values().flat_map(|scene| &scene.actions);
        let actions = self.intents.iter().flat_map(|intent| &intent.actions).chain(scenes);
        actions.filter_map(|action| match &action.verb {
            Verb::Say { text } => Some(text.to_string()),
            _ => None,
        })
    }

    /// What each translation lacks.
    pub(crate) fn untranslated(&self) -> Vec<Fault> {
        let mut missing = Vec::new();
        let mut note = |span: Range<usize>, message: String, help: String| {
            let origin = Origin { file: self.file.clone(), span };
            missing.push(Fault { origin, message, help: Some(help) });
        };
        for (language, translation) in &self.translations {
            for intent in &self.intents {
                let name = &intent.name;
                let found = translation.intents.iter().find(|other| other.name.text == name.text);
                let Some(found) = found else {
                    let help = format!("add: [[translations.{language}.intent]] with name = \"{name}\"");
                    note(name.span.clone(), format!("`{name}` has no sentences in `{language}`"), help);
                    continue;
                };
                if found.reply.is_empty() && !intent.reply.is_empty() {
                    let message = format!("`{name}` has no answer in `{language}`");
                    note(found.name.span.clone(), message, "add: reply = \"…\"".to_owned());
                }
                for action in &intent.actions {
                    let Verb::Ask { slot, answers, .. } = &action.verb else { continue };
                    let question = found.asks.get(slot);
                    let has_own = matches!(answers, AskedFor::Own(_));
                    let (what, help) = match (question, has_own) {
                        (None, false) => ("question for", format!("add: asks = {{ {slot} = \"…\" }}")),
                        (Some(Question { answers: None, .. }) | None, true) => (
                            if question.is_some() { "answers for" } else { "question for" },
                            format!("add: asks = {{ {slot} = {{ ask = \"…\", answers = [\"…\"] }} }}"),
                        ),
                        (Some(_), _) => continue,
                    };
                    let verb = if question.is_some() { "are" } else { "is" };
                    let message = format!("the {what} `{slot}` of `{name}` {verb} not in `{language}`");
                    note(found.name.span.clone(), message, help);
                }
            }
            let own = self.lists.iter().filter(|(name, (list, _))| {
                matches!(list, List::Text(_)) && !translation.lists.contains_key(*name)
            });
            for (name, (_, span)) in own {
                let help = format!("add it to [translations.{language}.lists]");
                note(span.clone(), format!("the list `{name}` has no words in `{language}`"), help);
            }
            let unsaid: BTreeSet<String> =
                self.says().filter(|text| !translation.says.contains_key(text)).collect();
            for text in unsaid {
                let help = format!("add to [translations.{language}.says]: \"{text}\" = \"…\"");
                note(translation.span.clone(), format!("`{text}` has no words in `{language}`"), help);
            }
            if translation.summary.is_none() && !self.summary.is_empty() {
                let help = format!("add summary = \"…\" to [translations.{language}]");
                note(translation.span.clone(), format!("there is no summary in `{language}`"), help);
            }
        }
        missing
    }
}
