//! openWakeWord's models as they are: mel spectrogram → speech embedding → one small head a word.
//!
//! Streaming follows openWakeWord 0.6 (`openwakeword/utils.py`, `AudioFeatures`; `model.py`, `Model.predict`), so that
//! scores, and thresholds found elsewhere, carry over: every 1,280 samples (80 ms) give 8 mel frames, computed with
//! the 480 samples before; the embedding sees the last 76 frames, a head the last 16 embeddings (or as many as it
//! says). Scores agree with it once the 2.1 s of initial state have passed; openWakeWord starts from random
//! embeddings, this from the embeddings of a fixed noise.

use std::path::Path;
use std::sync::Arc;

use mynah_assistant::ports::{Detection, ModelError, WakeWord};
use mynah_audio::{FRAME_SAMPLES, Frame, Samples};
use ort::value::Tensor;

use super::trigger::Trigger;
use super::{Word, WordConfig, chosen};
use crate::runtime::{FLOAT, Model, Port, Wanted, zeros};

/// New samples a step.
const STEP: usize = 1280;
const STEP_FRAMES: usize = STEP / FRAME_SAMPLES;
/// Samples before them that the mel spectrogram needs.
const CONTEXT: usize = 480;
/// Mel frames that a step adds, and their bands.
const NEW_FRAMES: usize = 8;
const BANDS: usize = 32;
/// Mel frames that the embedding sees.
const WINDOW: usize = 76;
const EMBEDDING: usize = 96;
/// Embeddings that a head may ask for at most; openWakeWord keeps as many.
const LONGEST: usize = 120;
/// Steps after a start whose scores openWakeWord takes for nothing.
const SETTLING: u32 = 5;
const REMEDY: &str = "take the ONNX files of an openWakeWord release (melspectrogram.onnx, embedding_model.onnx and one file a word)";

/// openWakeWord's shared features and any number of words, shared by its streams.
#[derive(Clone)]
pub struct OpenWakeWordModel {
    shared: Arc<Shared>,
}

struct Shared {
    mel: Model,
    embedding: Model,
    heads: Vec<Head>,
    words: Vec<Word>,
    /// Embeddings of a fixed noise, which a stream starts from.
    initial: Vec<f32>,
}

struct Head {
    model: Model,
    /// Embeddings that it sees.
    length: usize,
}

impl OpenWakeWordModel {
    /// Loads `melspectrogram.onnx` and `embedding_model.onnx` from `features` and one head a word. A word's id is the
    /// file's name without version: `hey_jarvis_v0.1.onnx` is `hey_jarvis`; its threshold is 0.5, as in openWakeWord.
    ///
    /// # Errors
    /// [`ModelError::Unusable`] names the file, what is wrong with it, and the remedy. Some heads (`hey_jarvis`) have
    /// branches and need ONNX Runtime.
    pub fn open(features: &Path, heads: &[impl AsRef<Path>]) -> Result<Self, ModelError> {
        let size = |n: usize| Some(n as u64);
        let mel = Model::open(
            &features.join("melspectrogram.onnx"),
            &Wanted {
                inputs: &[Port { name: None, element: FLOAT, dims: &[None, None] }],
                outputs: &[Port { name: None, element: FLOAT, dims: &[None, None, None, size(BANDS)] }],
                pins: &[&[1, (CONTEXT + STEP) as u64]],
                remedy: REMEDY,
                ..Wanted::default()
            },
        )?;
        let embedding = Model::open(
            &features.join("embedding_model.onnx"),
            &Wanted {
                inputs: &[Port {
                    name: None,
                    element: FLOAT,
                    dims: &[None, size(WINDOW), size(BANDS), size(1)],
                }],
                outputs: &[Port { name: None, element: FLOAT, dims: &[None, None, None, size(EMBEDDING)] }],
                pins: &[&[1, WINDOW as u64, BANDS as u64, 1]],
                remedy: REMEDY,
                ..Wanted::default()
            },
        )?;
        let (heads, words) = heads
            .iter()
            .enumerate()
            .map(|(index, path)| open_head(index, path.as_ref()))
            .collect::<Result<(Vec<_>, Vec<_>), _>>()?;
        let mut shared = Shared { mel, embedding, heads, words, initial: Vec::new() };
        shared.initial = embeddings_of_noise(&shared)?;
        Ok(OpenWakeWordModel { shared: Arc::new(shared) })
    }

    /// The words of the heads.
    pub fn words(&self) -> &[Word] {
        &self.shared.words
    }

    /// A stream that listens for these words; heads of other words cost nothing.
    ///
    /// # Errors
    /// [`ModelError::Unusable`] with every fault of `words`: none, unknown, twice, settings out of range.
    pub fn stream(&self, words: &[WordConfig]) -> Result<OpenWakeWord, ModelError> {
        let words = chosen("openWakeWord", &self.shared.words, words)?;
        let mut heads = Vec::new();
        for word in &words {
            heads.push((word.index, zeros(&[1, self.shared.heads[word.index].length, EMBEDDING])?));
        }
        Ok(OpenWakeWord {
            features: Features::new(&self.shared)?,
            heads,
            scores: vec![0.0; self.shared.heads.len()],
            settling: SETTLING,
            trigger: Trigger::new(words, Samples(STEP as u64)),
            model: self.shared.clone(),
        })
    }
}

fn open_head(index: usize, path: &Path) -> Result<(Head, Word), ModelError> {
    let model = Model::open(
        path,
        &Wanted {
            inputs: &[Port { name: None, element: FLOAT, dims: &[Some(1), None, Some(EMBEDDING as u64)] }],
            outputs: &[Port { name: None, element: FLOAT, dims: &[None, Some(1)] }],
            remedy: REMEDY,
            ..Wanted::default()
        },
    )?;
    let length = model.dims(0)[1].map_or(0, |length| length as usize);
    if length == 0 || length > LONGEST {
        return Err(ModelError::Unusable(format!(
            "model file {} asks for {length} embeddings, 1 to {LONGEST} are due; {REMEDY}",
            path.display()
        )));
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let id = match stem.rsplit_once("_v") {
        Some((id, version)) if version.starts_with(|c: char| c.is_ascii_digit()) => id,
        _ => &stem,
    };
    let word = Word {
        id: id.into(),
        phrase: id.replace('_', " ").to_lowercase().into(),
        index,
        threshold: 0.5,
        patience: 1,
        refractory_ms: 2000,
        confirmation: super::Confirmation::default(),
    };
    Ok((Head { model, length }, word))
}

/// One stream of [`OpenWakeWordModel`].
pub struct OpenWakeWord {
    model: Arc<Shared>,
    features: Features,
    /// The heads of the chosen words, by index, and their inputs.
    heads: Vec<(usize, Tensor<f32>)>,
    /// By head; those that are not chosen stay 0.
    scores: Vec<f32>,
    settling: u32,
    trigger: Trigger,
}

impl OpenWakeWord {
    /// The scores of the last 80 ms step, in the order of the heads.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }

    fn step(&mut self) -> Result<Option<Detection>, ModelError> {
        self.features.step(&self.model)?;
        for (index, input) in &mut self.heads {
            let head = &self.model.heads[*index];
            let embeddings = &self.features.embeddings;
            input
                .extract_tensor_mut()
                .1
                .copy_from_slice(&embeddings[embeddings.len() - head.length * EMBEDDING..]);
            let score = std::slice::from_mut(&mut self.scores[*index]);
            head.model.run([(&*input).into()], |outputs| outputs.copy_finite(0, score))?;
        }
        if self.settling > 0 {
            self.settling -= 1;
            self.scores.fill(0.0);
        }
        Ok(self.trigger.step(&self.scores))
    }
}

impl WakeWord for OpenWakeWord {
    /// # Errors
    /// [`ModelError::Failed`] when a network gives no numbers; the stream has then been reset and goes on.
    fn push(&mut self, frame: &Frame) -> Result<Option<Detection>, ModelError> {
        if !self.features.push(frame.samples()) {
            return Ok(None);
        }
        self.step().inspect_err(|_| self.reset())
    }

    /// A step and the patience of the quickest word.
    fn delay(&self) -> Samples {
        self.trigger.delay()
    }

    fn reset(&mut self) {
        self.features.reset(&self.model.initial);
        self.scores.fill(0.0);
        self.settling = SETTLING;
        self.trigger.reset();
    }
}

/// Audio → embeddings.
struct Features {
    /// Context, then the frames of this step, at the scale of 16-bit samples.
    samples: Tensor<f32>,
    /// Frames of this step.
    frames: usize,
    /// The last [`WINDOW`] mel frames, the oldest first.
    window: Tensor<f32>,
    new: [f32; NEW_FRAMES * BANDS],
    /// The last [`LONGEST`] embeddings, the oldest first.
    embeddings: Vec<f32>,
    embedding: [f32; EMBEDDING],
}

impl Features {
    fn new(shared: &Shared) -> Result<Self, ModelError> {
        let mut features = Features {
            samples: zeros(&[1, CONTEXT + STEP])?,
            frames: 0,
            window: zeros(&[1, WINDOW, BANDS, 1])?,
            new: [0.0; NEW_FRAMES * BANDS],
            embeddings: vec![0.0; LONGEST * EMBEDDING],
            embedding: [0.0; EMBEDDING],
        };
        features.reset(&shared.initial);
        Ok(features)
    }

    /// Takes 10 ms; true when they complete a step.
    fn push(&mut self, frame: &[f32; FRAME_SAMPLES]) -> bool {
        let samples = self.samples.extract_tensor_mut().1;
        for (to, &from) in samples[CONTEXT + self.frames * FRAME_SAMPLES..].iter_mut().zip(frame) {
            // What openWakeWord gets are 16-bit samples.
            *to = (from * 32768.0).round().clamp(-32768.0, 32767.0);
        }
        self.frames = (self.frames + 1) % STEP_FRAMES;
        self.frames == 0
    }

    fn step(&mut self, shared: &Shared) -> Result<(), ModelError> {
        shared.mel.run([(&self.samples).into()], |outputs| outputs.copy_finite(0, &mut self.new))?;
        self.samples.extract_tensor_mut().1.copy_within(STEP.., 0);
        let window = self.window.extract_tensor_mut().1;
        window.copy_within(self.new.len().., 0);
        let kept = window.len() - self.new.len();
        for (to, &decibel) in window[kept..].iter_mut().zip(&self.new) {
            // openWakeWord's scaling to the range that the embedding was trained with.
            *to = decibel / 10.0 + 2.0;
        }
        shared
            .embedding
            .run([(&self.window).into()], |outputs| outputs.copy_finite(0, &mut self.embedding))?;
        self.embeddings.copy_within(EMBEDDING.., 0);
        let kept = self.embeddings.len() - EMBEDDING;
        self.embeddings[kept..].copy_from_slice(&self.embedding);
        Ok(())
    }

    /// `initial` may be empty: zeros.
    fn reset(&mut self, initial: &[f32]) {
        self.frames = 0;
        self.samples.extract_tensor_mut().1.fill(0.0);
        self.window.extract_tensor_mut().1.fill(1.0);
        match initial.is_empty() {
            true => self.embeddings.fill(0.0),
            false => self.embeddings.copy_from_slice(initial),
        }
    }
}

/// What a stream starts from: the embeddings of white noise of ±1000 (16-bit), as in openWakeWord, but always the same.
fn embeddings_of_noise(shared: &Shared) -> Result<Vec<f32>, ModelError> {
    let longest = shared.heads.iter().map(|head| head.length).max().unwrap_or_default();
    let mut features = Features::new(shared)?;
    let mut state = 12345u32;
    for _ in 0..WINDOW.div_ceil(NEW_FRAMES) + longest {
        let mut complete = false;
        while !complete {
            complete = features.push(&std::array::from_fn(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state as f32 / u32::MAX as f32 - 0.5) * (2000.0 / 32768.0)
            }));
        }
        features.step(shared)?;
    }
    Ok(features.embeddings)
}
