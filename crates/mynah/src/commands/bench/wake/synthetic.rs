//! Speech that nobody recorded: sentences in espeak-ng's voices, made while they are heard and then forgotten.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use mynah_audio::FRAME_SAMPLES;
use mynah_engine::speech::EspeakConfig;
use mynah_measure::{Draw, Room, convolve, mix};
use serde::Serialize;

use crate::Misuse;
use crate::voices::{self, ACCENTS, SPEAKERS};

/// Sentences that one voice says in one go.
const SENTENCES: usize = 16;

/// What may be said, and by whom.
pub struct Script {
    pub sentences: Vec<String>,
    /// Sentences that hold a wake word.
    pub left_out: usize,
    accents: Vec<String>,
    seed: u64,
}

/// Speech of one voice.
pub struct Speech {
    /// Whole frames.
    pub samples: Vec<f32>,
    pub how: How,
}

/// How it was made.
#[derive(Clone, Debug, Serialize)]
pub struct How {
    /// Counted from 0; with the seed, it decides everything else.
    pub synthetic: u64,
    pub accent: String,
    pub voice: String,
    pub words_a_minute: u32,
    pub pitch: u32,
    pub peak_dbfs: f32,
    pub room: Option<Room>,
    /// By their numbers among the sentences in the order of the alphabet.
    pub sentences: Vec<usize>,
}

impl Script {
    /// Reads the sentences of text files (one a line) and JSON files (every string of two words or more), or of folders of
    /// them, and leaves out those that hold one of `phrases`.
    pub fn open(
        paths: &[PathBuf],
        accents: &[String],
        phrases: &[String],
        seed: u64,
    ) -> anyhow::Result<Script> {
        let mut all = BTreeSet::new();
        for path in paths {
            read(path, &mut all).with_context(|| format!("cannot read {}", path.display()))?;
        }
        let folded: Vec<String> = phrases.iter().map(|phrase| fold(phrase)).collect();
        let before = all.len();
        all.retain(|sentence| {
            let sentence = fold(sentence);
            // Within words too: "computers" sounds like the wake word all the same.
            !folded.iter().any(|phrase| sentence.contains(phrase))
        });
        let left_out = before - all.len();
        if all.is_empty() {
            return Err(Misuse(
                "--synthetic-hours needs sentences: --text FILE|DIR (.txt: one a line, .json)".into(),
            )
            .into());
        }
        let accents = match accents.is_empty() {
            true => ACCENTS.map(str::to_owned).to_vec(),
            false => accents.to_vec(),
        };
        Ok(Script { sentences: all.into_iter().collect(), left_out, accents, seed })
    }

    /// The `n`-th stretch of speech: about a minute.
    pub fn speak(&self, n: u64) -> anyhow::Result<Speech> {
        let mut draw = Draw::new(self.seed, &["synthetic", &n.to_string()]);
        let (accent, voice) = voices::voice(&self.accents, &SPEAKERS, &mut draw);
        let (words_a_minute, pitch) = (draw.between(130.0, 220.0) as u32, draw.between(15.0, 85.0) as u32);
        let peak_dbfs = draw.between(-30.0, -3.0) as f32;
        let in_room = draw.index(2) == 1;
        let sentences: Vec<usize> = (0..SENTENCES).map(|_| draw.index(self.sentences.len())).collect();
        let text: Vec<&str> = sentences.iter().map(|n| self.sentences[*n].trim_end_matches('.')).collect();
        let how = EspeakConfig { voice: voice.clone(), rate: words_a_minute, pitch };
        let mut samples = voices::speak(&text.join(". "), &how)?;
        let room = in_room.then(|| Room::draw(&mut draw));
        if let Some(room) = &room {
            samples = convolve(&samples, &room.response());
        }
        mix::set_peak(&mut samples, peak_dbfs);
        let hum = mix::gain(-66f32.min(peak_dbfs - 51.0));
        samples.truncate(samples.len() / FRAME_SAMPLES * FRAME_SAMPLES);
        samples.iter_mut().for_each(|sample| *sample += draw.noise(hum));
        let how = How { synthetic: n, accent, voice, words_a_minute, pitch, peak_dbfs, room, sentences };
        Ok(Speech { samples, how })
    }
}

fn read(path: &Path, all: &mut BTreeSet<String>) -> anyhow::Result<()> {
    if path.is_dir() {
        for entry in path.read_dir()? {
            let inner = entry?.path();
            if inner.is_dir() || inner.extension().is_some_and(|e| e == "txt" || e == "json") {
                read(&inner, all)?;
            }
        }
        return Ok(());
    }
    let text = fs::read_to_string(path)?;
    if path.extension().is_some_and(|e| e == "json") {
        strings(&serde_json::from_str(&text)?, all);
    } else {
        all.extend(text.lines().map(|line| line.trim().to_owned()).filter(|line| is_sentence(line)));
    }
    Ok(())
}

/// Every sentence in a JSON value; under the key `text` alone where an object has one.
fn strings(value: &serde_json::Value, all: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::String(text) if is_sentence(text) => {
            all.insert(text.trim().to_owned());
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| strings(value, all)),
        serde_json::Value::Object(fields) => match fields.get("text") {
            Some(text) => strings(text, all),
            None => fields.values().for_each(|value| strings(value, all)),
        },
        _ => {}
    }
}

/// Labels are one word, texts are longer than a voice should read in one go.
fn is_sentence(text: &str) -> bool {
    (2..=40).contains(&text.split_whitespace().count())
}

/// Letters and single spaces, in lower case.
fn fold(text: &str) -> String {
    let letters: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    letters.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_come_out_of_any_json() {
        let mut all = BTreeSet::new();
        let json = r#"[{"text": "what is it", "tagged": "what is [x : it]"}, ["tell me more", "out_of_scope"], {"a": ["go on"]}]"#;
        strings(&serde_json::from_str(json).unwrap_or_default(), &mut all);
        assert_eq!(all.into_iter().collect::<Vec<_>>(), ["go on", "tell me more", "what is it"]);
    }

    #[test]
    fn wake_words_are_found_in_any_writing() {
        assert!(fold("My  Smart-Mirror's light").contains(&fold("smart mirror")));
        assert!(!fold("a smart idea").contains(&fold("smart mirror")));
    }
}
