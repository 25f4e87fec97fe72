//! Piper's voices: natural speech from a VITS network, phonemes by espeak-ng.
//!
//! A voice is two files, `<voice>.onnx` and `<voice>.onnx.json`. The network draws random numbers and makes tensors
//! whose size depends on what it computes, so it needs ONNX Runtime.

use std::collections::HashMap;
use std::io::Read as _;
use std::ops::ControlFlow;
use std::path::Path;

use mynah_assistant::ports::{ModelError, Speech};
use ort::session::SessionInputValue;
use ort::value::Tensor;
use serde::Deserialize;

use super::{end, espeak_ng, plain};
use crate::runtime::{FLOAT, INT64, Model, Port, Wanted, failed, read_file};

const REMEDY: &str =
    "fetch both files of the voice again (`mynah models list` shows the voices), or speak with espeak-ng";
/// Silence between two sentences, in seconds; Piper's own default.
const PAUSE: f32 = 0.2;

/// How a Piper voice speaks.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PiperConfig {
    /// Duration of each sound: above 1 is slower. As the voice has it when left out.
    pub length_scale: Option<f32>,
    /// Which speaker of a voice with several.
    pub speaker: u32,
}

/// The parts of `<voice>.onnx.json` that matter here.
#[derive(Deserialize)]
struct Voice {
    audio: Audio,
    espeak: EspeakVoice,
    inference: Inference,
    phoneme_id_map: HashMap<String, Vec<i64>>,
    #[serde(default)]
    phoneme_type: Option<String>,
    #[serde(default)]
    num_speakers: u32,
}

#[derive(Deserialize)]
struct Audio {
    sample_rate: u32,
}

#[derive(Deserialize)]
struct EspeakVoice {
    voice: String,
}

#[derive(Deserialize)]
struct Inference {
    noise_scale: f32,
    length_scale: f32,
    noise_w: f32,
}

/// Speaks with a Piper voice, sentence by sentence, so that the first is heard while the next is made.
pub struct Piper {
    model: Model,
    sample_rate: u32,
    espeak_voice: String,
    scales: [f32; 3],
    ids: HashMap<char, Vec<i64>>,
    /// Where the voice has several speakers.
    speaker: Option<i64>,
}

impl Piper {
    /// Loads a voice, given its `.onnx`.
    ///
    /// # Errors
    /// [`ModelError::Unusable`] names the file, what is wrong with it (with tract: that it needs ONNX Runtime), and the remedy.
    pub fn open(onnx: &Path, config: &PiperConfig) -> Result<Self, ModelError> {
        let mut json = onnx.as_os_str().to_owned();
        json.push(".json");
        let json = Path::new(&json);
        let unusable = |what: String| ModelError::Unusable(format!("{} {what}; {REMEDY}", json.display()));
        let network = read_file(onnx, REMEDY)?;
        let voice: Voice = serde_json::from_slice(&read_file(json, REMEDY)?)
            .map_err(|error| unusable(format!("is not the description of a Piper voice: {error}")))?;
        if voice.phoneme_type.as_deref().is_some_and(|kind| kind != "espeak") {
            return Err(unusable("does not take the phonemes of espeak-ng".into()));
        }
        let ids: HashMap<char, Vec<i64>> = voice
            .phoneme_id_map
            .into_iter()
            .filter_map(|(phoneme, ids)| Some((only(&phoneme)?, ids)))
            .collect();
        if ['_', '^', '$'].iter().any(|mark| !ids.contains_key(mark)) {
            return Err(unusable("has no numbers for `_`, `^` and `$`".into()));
        }
        let several = voice.num_speakers > 1;
        if config.speaker > 0 && config.speaker >= voice.num_speakers.max(1) {
            return Err(unusable(format!(
                "has {} speakers, there is no speaker {}",
                voice.num_speakers.max(1),
                config.speaker
            )));
        }
        let mut inputs = vec![
            Port { name: Some("input"), element: INT64, dims: &[None, None] },
            Port { name: Some("input_lengths"), element: INT64, dims: &[None] },
            Port { name: Some("scales"), element: FLOAT, dims: &[Some(3)] },
        ];
        if several {
            inputs.push(Port { name: Some("sid"), element: INT64, dims: &[None] });
        }
        let model = Model::from_bytes(
            &onnx.display().to_string(),
            &network,
            &Wanted {
                inputs: &inputs,
                outputs: &[Port { name: Some("output"), element: FLOAT, dims: &[None, None, None, None] }],
                pins: &[],
                remedy: REMEDY,
                needs_onnx_runtime: true,
            },
        )?;
        let Inference { noise_scale, length_scale, noise_w } = voice.inference;
        Ok(Piper {
            model,
            sample_rate: voice.audio.sample_rate,
            espeak_voice: voice.espeak.voice,
            scales: [noise_scale, config.length_scale.unwrap_or(length_scale), noise_w],
            ids,
            speaker: several.then(|| i64::from(config.speaker)),
        })
    }

    fn speak_sentence(&self, sentence: &str) -> Result<Vec<f32>, ModelError> {
        let mut phonemes = String::new();
        for (clause, mark) in clauses(sentence) {
            if !phonemes.is_empty() {
                phonemes.push(' ');
            }
            phonemes.push_str(&phonemes_of(clause, &self.espeak_voice)?);
            phonemes.extend(mark);
        }
        let ids = numbered(&phonemes, &self.ids);
        let count = ids.len();
        let tensor = |shape: &[usize], values: Vec<i64>| {
            Tensor::from_array((shape, values)).map_err(|error| failed(&error))
        };
        let input = tensor(&[1, count], ids)?;
        let length = tensor(&[1], vec![count as i64])?;
        let scales = Tensor::from_array(([3], self.scales.to_vec())).map_err(|error| failed(&error))?;
        let mut inputs: Vec<SessionInputValue<'_>> = vec![input.into(), length.into(), scales.into()];
        if let Some(speaker) = self.speaker {
            inputs.push(tensor(&[1], vec![speaker])?.into());
        }
        self.model.run(inputs, |outputs| {
            let samples = outputs.floats(0)?;
            match samples.iter().all(|sample| sample.is_finite()) {
                true => Ok(samples.iter().map(|sample| sample.clamp(-1.0, 1.0)).collect()),
                false => Err(ModelError::Failed("the voice gave no sound".into())),
            }
        })
    }
}

impl Speech for Piper {
    fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// # Errors
    /// [`ModelError::Failed`] when the network or espeak-ng fails; [`ModelError::Unusable`] when espeak-ng is not installed.
    fn speak(
        &mut self,
        text: &str,
        sink: &mut dyn FnMut(&[f32]) -> ControlFlow<()>,
    ) -> Result<(), ModelError> {
        let text = plain(text);
        let pause = vec![0.0; (self.sample_rate as f32 * PAUSE) as usize];
        for (index, sentence) in sentences(&text).enumerate() {
            let sound = self.speak_sentence(sentence)?;
            if index > 0 && sink(&pause).is_break() || sink(&sound).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// The phonemes of a clause in the International Phonetic Alphabet.
fn phonemes_of(clause: &str, voice: &str) -> Result<String, ModelError> {
    let mut child = espeak_ng(&["-q", "--ipa", &format!("-v{voice}")], clause)?;
    let (mut phonemes, mut message) = (String::new(), String::new());
    let read = child.stdout.take().map_or(Ok(0), |mut out| out.read_to_string(&mut phonemes));
    if let Some(mut stderr) = child.stderr.take() {
        // Without it the exit status alone must do.
        let _ = stderr.read_to_string(&mut message);
    }
    match (read, child.wait()) {
        (Ok(_), Ok(status)) if status.success() => Ok(without_language_marks(&phonemes)),
        (Err(error), _) | (_, Err(error)) => {
            end(&mut child);
            Err(ModelError::Failed(format!("espeak-ng: {error}")))
        }
        (_, Ok(status)) => {
            let message = message.lines().next().unwrap_or_default().trim();
            Err(ModelError::Failed(format!("espeak-ng ended with {status}: {message}")))
        }
    }
}

/// Lines joined, and without the marks of words in another language, as in `(en)lˈaɪt(de)`.
fn without_language_marks(phonemes: &str) -> String {
    let mut joined = String::new();
    for line in phonemes.lines() {
        if !joined.is_empty() {
            joined.push(' ');
        }
        let mut inside = false;
        for c in line.trim().chars() {
            match c {
                '(' => inside = true,
                ')' => inside = false,
                c if !inside => joined.push(c),
                _ => {}
            }
        }
    }
    joined
}

/// Numbers of the phonemes, with the mark for "nothing" between them, as the networks were trained. What a voice has
/// no number for is left out.
fn numbered(phonemes: &str, ids: &HashMap<char, Vec<i64>>) -> Vec<i64> {
    let of = |mark| ids.get(&mark).map_or(&[][..], Vec::as_slice);
    let mut numbers = of('^').to_vec();
    numbers.extend(of('_'));
    for phoneme in phonemes.chars() {
        let known = of(phoneme);
        if !known.is_empty() {
            numbers.extend(known);
            numbers.extend(of('_'));
        }
    }
    numbers.extend(of('$'));
    numbers
}

/// The sentences of a text, each with its final mark.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    split_after(text, |c| matches!(c, '.' | '!' | '?' | '。' | '！' | '？'))
        .map(str::trim)
        .filter(|s| s.chars().any(char::is_alphanumeric))
}

/// The clauses of a sentence and the marks after them, which make the voice rise and fall.
fn clauses(sentence: &str) -> impl Iterator<Item = (&str, Option<char>)> {
    let is_mark = |c: char| matches!(c, '.' | ',' | ';' | ':' | '!' | '?');
    split_after(sentence, is_mark)
        .map(move |clause| {
            (clause.trim().trim_end_matches(is_mark), clause.trim().chars().last().filter(|&c| is_mark(c)))
        })
        .filter(|(clause, _)| clause.chars().any(char::is_alphanumeric))
}

/// Splits after marks at the end of a word: not in `21.5` or `12:30`.
fn split_after(text: &str, is_mark: impl Fn(char) -> bool) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut marked = false;
        let at = rest.char_indices().find_map(|(at, c)| {
            let ends = marked && c.is_whitespace();
            marked = is_mark(c);
            ends.then_some(at)
        });
        let (part, tail) = rest.split_at(at.unwrap_or(rest.len()));
        rest = tail;
        Some(part)
    })
}

/// The character of a text of one.
fn only(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Expect) {
        let shown: Vec<String> = sentences(text)
            .map(|sentence| {
                clauses(sentence)
                    .map(|(clause, mark)| format!("{clause}<{}>", mark.map_or(String::new(), String::from)))
                    .collect()
            })
            .collect();
        expected.assert_eq(&shown.join(" | "));
    }

    #[test]
    fn texts_are_cut_at_sentences_and_clauses() {
        check("The lamp is on.", expect!["The lamp is on<.>"]);
        check(
            "Done! It is 21.5 degrees, at 12:30; warm",
            expect!["Done<!> | It is 21.5 degrees<,>at 12:30<;>warm<>"],
        );
        check("Really?! ... - Yes", expect!["Really<!> | - Yes<>"]);
        check(" \t ", expect![""]);
    }

    #[test]
    fn phonemes_become_numbers_with_nothing_between() {
        let ids =
            [('_', vec![0]), ('^', vec![1]), ('$', vec![2]), ('a', vec![14]), ('b', vec![15, 16])].into();
        assert_eq!(numbered("aXb", &ids), [1, 0, 14, 0, 15, 16, 0, 2]);
        assert_eq!(without_language_marks("ˈan (en)lˈaɪt(de)\nbˈe\n"), "ˈan lˈaɪt bˈe");
    }
}
