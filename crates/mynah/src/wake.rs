//! The configured wake words.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use mynah_assistant::ports::WakeWord;
use mynah_engine::ctc::AcousticModel;
use mynah_engine::wake::speaker::{SpeakerModel, SpeakerWake};
use mynah_engine::wake::{Head, OpenWakeWordModel, Phrase, PhraseWake, WakeModel, WordConfig};
use mynah_home::Home;
use mynah_host::voices::{Enrolled, VoicesFile};
use mynah_pronounce::Pronouncer;
use mynah_skill::pronouncer;

use crate::Misuse;
use crate::config::{Config, data_folder, state_folder};
use crate::recogniser::phones;

type WakeEngines = Vec<Box<dyn WakeWord>>;
type Phrases = BTreeMap<String, Arc<str>>;

/// What listens for the configured wake words, and how each is said. The names in `home` may be said in ways of their own.
pub fn engines(config: &Config, home: Option<&Home>) -> anyhow::Result<(WakeEngines, Phrases)> {
    let mut engines = WakeEngines::new();
    let mut phrases = Phrases::new();
    let threshold = |id: &str| config.wake.threshold.get(id).copied();
    let wanted = |id: &str| WordConfig { threshold: threshold(id), ..WordConfig::new(id) };
    if !config.wake.words.is_empty() {
        let model = model(config, &config.wake.words)?;
        let words: Vec<WordConfig> = config.wake.words.iter().map(|id| wanted(id)).collect();
        engines.push(match confirming(config)? {
            Some(phones) => Box::new(model.confirmed(&words, &phones)?),
            None => Box::new(model.stream(&words)?),
        });
        phrases.extend(model.words().iter().map(|word| (word.id.to_string(), word.phrase.clone())));
    }
    if !config.wake.phrases.is_empty() {
        let typed: Vec<Phrase> = config
            .wake
            .phrases
            .iter()
            .map(|text| {
                let id = id(text);
                Phrase { threshold: threshold(&id).unwrap_or(0.5), id: id.into(), text: text.as_str().into() }
            })
            .collect();
        // Without the command recogniser, the built-in one serves them alone.
        let phones = phones(config)?.map_or_else(AcousticModel::builtin, Ok)?;
        let pronouncer = home.map_or_else(Pronouncer::english, pronouncer);
        engines.push(Box::new(PhraseWake::new(&phones, &typed, &pronouncer)?));
        phrases.extend(typed.into_iter().map(|phrase| (phrase.id.to_string(), phrase.text)));
    }
    if let Some(open) = &config.wake.openwakeword {
        let heads: Vec<&PathBuf> = open.words.values().collect();
        let model = OpenWakeWordModel::open(&open.features, &heads)?;
        let words: Vec<WordConfig> = model.words().iter().map(|word| wanted(&word.id)).collect();
        engines.push(Box::new(model.stream(&words)?));
        phrases.extend(model.words().iter().map(|word| (word.id.to_string(), word.phrase.clone())));
    }
    if engines.is_empty() {
        return Err(Misuse("no wake word is configured: [wake] words = [\"computer\"]".into()).into());
    }
    Ok((guarded(engines, config)?, phrases))
}

/// Lets the household alone wake the assistant, where that is asked for.
fn guarded(engines: WakeEngines, config: &Config) -> anyhow::Result<WakeEngines> {
    if !config.wake.speakers.require {
        return Ok(engines);
    }
    let model = SpeakerModel::builtin()?;
    let enrolled = enrolled(config, &model)?;
    let anyone: Vec<String> =
        ids(config).into_iter().filter(|id| enrolled.voices.iter().all(|voice| voice.word != *id)).collect();
    if !anyone.is_empty() {
        let words = anyone.join(", ");
        tracing::warn!(
            "nobody is enrolled for {words}: anyone is heard (mynah wake enroll NAME --word {})",
            anyone[0]
        );
    }
    let least = config.wake.speakers.least;
    let guard = |first| -> anyhow::Result<Box<dyn WakeWord>> {
        Ok(Box::new(SpeakerWake::new(first, &model, &enrolled.voices, least)?))
    };
    engines.into_iter().map(guard).collect()
}

/// Who enrolled, with voices that `model` can compare.
pub fn enrolled(config: &Config, model: &SpeakerModel) -> anyhow::Result<Enrolled> {
    let file = VoicesFile::in_folder(&state_folder(config));
    let enrolled = file.load().context("the voices of the household")?;
    if !enrolled.voices.is_empty() && enrolled.model != model.name() {
        return Err(Misuse(format!(
            "{} was made with {}, which this version cannot compare with its {}: delete it, and enrol again (mynah wake enroll NAME)",
            file.path().display(),
            enrolled.model,
            model.name()
        ))
        .into());
    }
    Ok(enrolled)
}

/// Who enrolled for what, for a person to read.
pub fn household(config: &Config) -> anyhow::Result<String> {
    let voices = enrolled(config, &SpeakerModel::builtin()?)?.voices;
    if voices.is_empty() {
        return Ok("nobody enrolled, so anyone is heard: mynah wake enroll NAME".to_owned());
    }
    let all: Vec<String> = voices.iter().map(|voice| format!("{} ({})", voice.name, voice.word)).collect();
    Ok(all.join(", "))
}

/// The shipped network, with the heads of those of `words` that were trained on this machine.
pub fn model(config: &Config, words: &[String]) -> anyhow::Result<WakeModel> {
    let shipped = WakeModel::builtin()?;
    let trained = words.iter().filter(|id| shipped.words().iter().all(|word| *word.id != ***id));
    let files = trained.map(|id| head_file(config, id)).filter(|file| file.is_file());
    let heads = files.map(|file| Head::open(&file)).collect::<Result<Vec<Head>, _>>()?;
    Ok(if heads.is_empty() { shipped } else { shipped.with_heads(heads)? })
}

/// Where the head of a word lies that was trained on this machine.
pub fn head_file(config: &Config, id: &str) -> PathBuf {
    data_folder(config).join("wake").join(format!("{id}.head"))
}

/// What looks once more at the words of the shipped model, if anything does.
pub fn confirming(config: &Config) -> anyhow::Result<Option<AcousticModel>> {
    if config.wake.confirm { phones(config) } else { Ok(None) }
}

/// What events and `[wake.threshold]` call a phrase: `hey_mynah`.
pub fn id(phrase: &str) -> String {
    let words: Vec<String> = phrase.split_whitespace().map(str::to_lowercase).collect();
    words.join("_")
}

/// All that is listened for, for a person to read.
pub fn listening(config: &Config) -> String {
    let wake = &config.wake;
    let open = wake.openwakeword.iter().flat_map(|open| open.words.keys());
    let all: Vec<&str> = wake.words.iter().chain(&wake.phrases).chain(open).map(String::as_str).collect();
    all.join(", ")
}

/// The same, as events and `[wake.threshold]` call it.
pub fn ids(config: &Config) -> Vec<String> {
    let wake = &config.wake;
    let open = wake.openwakeword.iter().flat_map(|open| open.words.keys());
    wake.words
        .iter()
        .cloned()
        .chain(wake.phrases.iter().map(|phrase| id(phrase)))
        .chain(open.cloned())
        .collect()
}
