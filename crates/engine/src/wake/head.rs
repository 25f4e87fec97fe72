//! A wake word that was trained by itself: a small network on what the shipped encoder makes of the sound.
//!
//! The encoder stays as it is and serves all words; a head looks at its activations now and at some steps before, in one
//! hidden layer:
//!
//! hidden = max(0, W · [x(t), x(t − stride), …, x(t − (taps − 1) · stride)] + b),  score = sigmoid(v · hidden + c)
//!
//! A file of a head is the line `mynah-head 1`, a TOML description, a zero byte, and the weights as little-endian 32-bit
//! floats: W (row by row: inputs × hidden, this step's activations first), b, v, c.

use std::path::Path;
use std::sync::Arc;

use mynah_assistant::ports::ModelError;
use serde::{Deserialize, Serialize};

use super::network::{Dense, Network, Ring, TILE};
use super::{Confirmation, Word, faults_of};
use crate::runtime::read_file;

const MAGIC: &[u8] = b"mynah-head 1\n";
const MOST_TAPS: usize = 16;
const MOST_STRIDE: usize = 32;
const MOST_HIDDEN: usize = 256;
const MOST_CHANNELS: usize = 4096;

/// A wake word with a network of its own on top of a [`WakeModel`](super::WakeModel)'s encoder.
#[derive(Clone, Debug)]
pub struct Head {
    word: Word,
    /// How it was made, for a person to read.
    made: String,
    /// [`Network::fingerprint`] of its encoder.
    encoder: u64,
    shape: Shape,
    /// As in the file.
    weights: Weights,
    hidden: Dense,
}

/// What a head looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shape {
    /// Activations of a step.
    pub(super) channels: usize,
    /// So many steps,
    pub(super) taps: usize,
    /// each so many after the one before.
    pub(super) stride: usize,
    /// Hidden values.
    pub(super) hidden: usize,
}

/// The numbers of a head, as described above.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Weights {
    pub(super) hidden: Vec<f32>,
    pub(super) bias: Vec<f32>,
    pub(super) out: Vec<f32>,
    pub(super) out_bias: f32,
}

/// The activations that a head looks back on.
#[derive(Clone, Debug)]
pub(super) struct HeadPast {
    ring: Ring,
    seen: Vec<f32>,
    hidden: Vec<f32>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    id: Arc<str>,
    phrase: Arc<str>,
    threshold: f32,
    patience: u32,
    refractory_ms: u32,
    made: String,
    /// Hexadecimal.
    encoder: String,
    confirmation: Confirmation,
    shape: Shape,
}

impl Head {
    /// Reads a head's file.
    ///
    /// # Errors
    /// [`ModelError::Unusable`] names the file, what is wrong with it, and the remedy.
    pub fn open(file: &Path) -> Result<Self, ModelError> {
        let bytes = read_file(file, "train it again: mynah wake train \"the phrase\"")?;
        Self::from_bytes(&file.display().to_string(), &bytes)
    }

    /// Reads a head; `name` is what a fault calls it.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, ModelError> {
        read(bytes).map_err(|why| {
            ModelError::Unusable(format!(
                "wake word file {name} {why}; train it again: mynah wake train \"the phrase\""
            ))
        })
    }

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Word { id, phrase, threshold, patience, refractory_ms, confirmation, .. } = self.word.clone();
        let (made, encoder) = (self.made.clone(), format!("{:016x}", self.encoder));
        let shape = self.shape;
        let description = Description {
            id,
            phrase,
            threshold,
            patience,
            refractory_ms,
            made,
            encoder,
            confirmation,
            shape,
        };
        let mut bytes = MAGIC.to_vec();
        // Numbers and texts alone: there is nothing that TOML could not say.
        bytes.extend(toml::to_string(&description).unwrap_or_default().into_bytes());
        bytes.push(0);
        bytes.extend(self.weights.iter().flat_map(f32::to_le_bytes));
        bytes
    }

    /// The word, with the settings that were measured.
    pub fn word(&self) -> &Word {
        &self.word
    }

    /// How it was made: `"412 recordings, seed 1"`.
    pub fn made(&self) -> &str {
        &self.made
    }

    /// The head of a training. The word's index is set by the model that takes the head.
    pub(super) fn new(
        word: Word,
        made: String,
        network: &Network,
        shape: Shape,
        weights: Weights,
    ) -> Result<Self, String> {
        Self::checked(word, made, network.fingerprint(), shape, weights)
    }

    fn checked(
        word: Word,
        made: String,
        encoder: u64,
        shape: Shape,
        weights: Weights,
    ) -> Result<Self, String> {
        let mut faults = faults_of(&word);
        if word.id.is_empty() || word.phrase.is_empty() {
            faults.push("has no phrase".into());
        }
        if !weights.iter().all(f32::is_finite) {
            faults.push("has a weight that is not a number".into());
        }
        let hidden = Dense::new(&weights.hidden, &weights.bias);
        match hidden {
            Some(hidden) if faults.is_empty() => Ok(Head { word, made, encoder, shape, weights, hidden }),
            _ => Err(faults.join(", ")),
        }
    }

    /// Why it cannot be used with this network.
    pub(super) fn misfit(&self, network: &Network) -> Option<String> {
        let same = self.encoder == network.fingerprint() && self.shape.channels == network.channels();
        (!same).then(|| {
            let phrase = &self.word.phrase;
            format!("wake word \"{phrase}\" was trained for another encoder; train it again: mynah wake train {phrase:?}")
        })
    }

    /// Steps before this one that a score depends on, beside those of the encoder.
    pub(super) fn memory(&self) -> usize {
        self.shape.memory()
    }

    pub(super) fn past(&self) -> HeadPast {
        HeadPast {
            ring: Ring::new(self.memory() + 1, self.shape.channels),
            seen: vec![0.0; self.shape.inputs()],
            hidden: vec![0.0; self.shape.hidden.next_multiple_of(TILE)],
        }
    }

    /// Takes the activations of a step; gives the score, 0 to 1.
    pub(super) fn step(&self, activations: &[f32], past: &mut HeadPast) -> f32 {
        let Shape { channels, stride, hidden, .. } = self.shape;
        past.ring.push(activations);
        for (tap, seen) in past.seen.chunks_exact_mut(channels).enumerate() {
            seen.copy_from_slice(past.ring.row(tap * stride, channels));
        }
        self.hidden.apply(&past.seen, &mut past.hidden);
        let sum: f32 = past.hidden[..hidden].iter().zip(&self.weights.out).map(|(h, w)| h.max(0.0) * w).sum();
        1.0 / (1.0 + (-sum - self.weights.out_bias).exp())
    }
}

impl HeadPast {
    pub(super) fn clear(&mut self) {
        self.ring.clear();
    }
}

impl Shape {
    pub(super) fn inputs(self) -> usize {
        self.channels * self.taps
    }

    pub(super) fn memory(self) -> usize {
        (self.taps - 1) * self.stride
    }

    fn faults(self) -> Vec<String> {
        let Shape { channels, taps, stride, hidden } = self;
        [
            ("channels", channels, MOST_CHANNELS),
            ("taps", taps, MOST_TAPS),
            ("stride", stride, MOST_STRIDE),
            ("hidden", hidden, MOST_HIDDEN),
        ]
        .into_iter()
        .filter(|(_, value, most)| !(1..=*most).contains(value))
        .map(|(what, value, most)| format!("has {what} = {value}, where 1 to {most} are possible"))
        .collect()
    }
}

impl Weights {
    fn iter(&self) -> impl Iterator<Item = f32> {
        let Weights { hidden, bias, out, out_bias } = self;
        hidden.iter().chain(bias).chain(out).chain([out_bias]).copied()
    }

    fn split(mut all: Vec<f32>, shape: Shape) -> Option<Weights> {
        let Shape { hidden, .. } = shape;
        let first = shape.inputs() * hidden;
        if all.len() != first + 2 * hidden + 1 {
            return None;
        }
        let out_bias = all.pop()?;
        let out = all.split_off(first + hidden);
        let bias = all.split_off(first);
        Some(Weights { hidden: all, bias, out, out_bias })
    }
}

fn read(bytes: &[u8]) -> Result<Head, String> {
    let rest = bytes.strip_prefix(MAGIC).ok_or("is no head of a wake word")?;
    let end = rest.iter().position(|byte| *byte == 0).ok_or("ends within its description")?;
    let text = std::str::from_utf8(&rest[..end]).map_err(|_| "has a description that is not text")?;
    let Description { id, phrase, threshold, patience, refractory_ms, made, encoder, confirmation, shape } =
        toml::from_str(text).map_err(|error| format!("has a bad description: {}", error.message()))?;
    let encoder =
        u64::from_str_radix(&encoder, 16).map_err(|_| "does not say which encoder it belongs to")?;
    let faults = shape.faults();
    if !faults.is_empty() {
        return Err(faults.join(", "));
    }
    let (numbers, odd) = rest[end + 1..].as_chunks::<4>();
    let numbers: Vec<f32> = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let found = numbers.len();
    let weights = Weights::split(numbers, shape).filter(|_| odd.is_empty()).ok_or_else(|| {
        let due = (shape.inputs() + 2) * shape.hidden + 1;
        format!("has {found} weights and {} bytes, where its shape asks for {due} weights", odd.len())
    })?;
    let word = Word { id, phrase, index: 0, threshold, patience, refractory_ms, confirmation };
    Head::checked(word, made, encoder, shape, weights)
}

/// Reads any bytes as a head.
#[cfg(fuzzing)]
pub(crate) fn fuzzed(bytes: &[u8]) {
    if let Ok(head) = Head::from_bytes("fuzzed", bytes) {
        let again = Head::from_bytes("fuzzed", &head.to_bytes());
        assert!(again.is_ok_and(|again| again.weights == head.weights && again.word == head.word));
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use mynah_assistant::ports::WakeWord as _;
    use mynah_audio::{Draw, FRAME_SAMPLES, Frame, SamplePos};

    use super::*;
    use crate::wake::{WakeModel, WordConfig};

    fn word() -> Word {
        Word {
            id: "hey_mynah".into(),
            phrase: "hey mynah".into(),
            index: 0,
            threshold: 0.5,
            patience: 2,
            refractory_ms: 1000,
            confirmation: Confirmation::default(),
        }
    }

    /// A head with weights that mean nothing, for this encoder.
    fn head(encoder: u64, shape: Shape) -> Head {
        let mut draw = Draw::new(1, &["head"]);
        let mut some = |n: usize| (0..n).map(|_| draw.noise(0.1)).collect::<Vec<f32>>();
        let (hidden, bias, out) =
            (some(shape.inputs() * shape.hidden), some(shape.hidden), some(shape.hidden));
        let weights = Weights { hidden, bias, out, out_bias: 0.1 };
        Head::checked(word(), "nothing".into(), encoder, shape, weights).unwrap_or_else(|why| panic!("{why}"))
    }

    const SMALL: Shape = Shape { channels: 3, taps: 2, stride: 2, hidden: 2 };

    #[track_caller]
    fn check(bytes: &[u8], expected: Expect) {
        let shown = match Head::from_bytes("my.head", bytes) {
            Ok(head) => format!("{} {:?}", head.word().id, head.shape),
            Err(error) => error.to_string(),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn a_file_that_is_no_head_says_so() {
        let bytes = head(7, SMALL).to_bytes();
        let changed = |from: &str, to: &str| {
            let end = bytes.iter().position(|byte| *byte == 0).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes[..end]).replace(from, to);
            [text.as_bytes(), &bytes[end..]].concat()
        };
        check(&bytes, expect!["hey_mynah Shape { channels: 3, taps: 2, stride: 2, hidden: 2 }"]);
        check(
            b"",
            expect![[
                r#"wake word file my.head is no head of a wake word; train it again: mynah wake train "the phrase""#
            ]],
        );
        check(
            &bytes[..60],
            expect![[
                r#"wake word file my.head ends within its description; train it again: mynah wake train "the phrase""#
            ]],
        );
        check(
            &bytes[..bytes.len() - 3],
            expect![[
                r#"wake word file my.head has 16 weights and 1 bytes, where its shape asks for 17 weights; train it again: mynah wake train "the phrase""#
            ]],
        );
        check(
            &changed("hidden = 2", "hidden = 0"),
            expect![[
                r#"wake word file my.head has hidden = 0, where 1 to 256 are possible; train it again: mynah wake train "the phrase""#
            ]],
        );
        check(
            &changed("taps = 2", "taps = 99"),
            expect![[
                r#"wake word file my.head has taps = 99, where 1 to 16 are possible; train it again: mynah wake train "the phrase""#
            ]],
        );
        check(
            &changed("0000000000000007", "mine"),
            expect![[
                r#"wake word file my.head does not say which encoder it belongs to; train it again: mynah wake train "the phrase""#
            ]],
        );
        check(
            &changed("threshold = 0.5", "threshold = 2.5"),
            expect![[
                r#"wake word file my.head threshold 2.5 of wake word `hey_mynah` is not above 0 and at most 1, threshold of both stages 2.5 of wake word `hey_mynah` is not above 0 and at most 1; train it again: mynah wake train "the phrase""#
            ]],
        );
        let unknown = Head::from_bytes("my.head", &changed("patience = 2", "patients = 2"));
        assert!(unknown.is_err_and(|error| error.to_string().contains("unknown field `patients`")));
        let mut bad = bytes.clone();
        let last = bad.len() - 4;
        bad[last..].copy_from_slice(&f32::NAN.to_le_bytes());
        check(
            &bad,
            expect![[
                r#"wake word file my.head has a weight that is not a number; train it again: mynah wake train "the phrase""#
            ]],
        );
    }

    #[test]
    fn a_head_of_another_encoder_is_refused() {
        let model = WakeModel::builtin().unwrap_or_else(|error| panic!("{error}"));
        let error = model.with_heads([head(7, SMALL)]).err().map(|error| error.to_string());
        expect![[r#"wake word "hey mynah" was trained for another encoder; train it again: mynah wake train "hey mynah""#]].assert_eq(&error.unwrap_or_default());
    }

    /// Speech, a quiet room, speech: in the second the network wakes from sleep.
    fn scene() -> Vec<f32> {
        let mut draw = Draw::new(5, &["scene"]);
        (0..16_000 * 14)
            .map(|n| draw.noise(if (48_000..192_000).contains(&n) { 1e-4 } else { 0.05 }))
            .collect()
    }

    #[test]
    fn sleep_changes_no_score_of_a_head() {
        let model = WakeModel::builtin().unwrap_or_else(|error| panic!("{error}"));
        let network = model.network().unwrap_or_else(|error| panic!("{error}"));
        let shape = Shape { channels: network.channels(), taps: 4, stride: 5, hidden: 8 };
        let model =
            model.with_heads([head(network.fingerprint(), shape)]).unwrap_or_else(|error| panic!("{error}"));
        let words = [WordConfig::new("hey_mynah")];
        let mut streams = [model.stream(&words), model.stream_awake(&words)]
            .map(|stream| stream.unwrap_or_else(|error| panic!("{error}")));
        let (mut slept, mut same) = (0, 0);
        for (n, samples) in scene().as_chunks::<FRAME_SAMPLES>().0.iter().enumerate() {
            let frame = Frame::new(SamplePos((n * FRAME_SAMPLES) as u64), *samples);
            for stream in &mut streams {
                stream.push(&frame).unwrap_or_else(|error| panic!("{error}"));
            }
            let [first, second] = &streams;
            match first.is_awake() {
                true => {
                    same += 1;
                    assert_eq!(first.scores().last(), second.scores().last(), "frame {n}");
                }
                false => slept += 1,
            }
        }
        assert!(slept > 100 && same > 300, "{slept} {same}");
    }
}
