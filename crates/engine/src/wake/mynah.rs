//! Our own streaming wake-word network.
//!
//! ONNX: inputs `mel` float [1, 2, 40] (two consecutive 10 ms frames of [`LogMel`]) and `state` float [1, S] (zeros at
//! first); outputs `scores` float [1, W] (one sigmoid a word) and `next_state` float [1, S]. A TOML file of the same
//! name beside it says what the scores stand for.
//!
//! Networks of the structure that `models/training` makes run here, and sleep while the room is quiet; any other runs on
//! the ONNX runtime, always.

use std::path::Path;
use std::sync::Arc;

use mynah_assistant::ports::{Detection, ModelError, WakeWord};
use mynah_audio::{Frame, LogMel, Samples};
use ort::value::Tensor;
use serde::Deserialize;

use super::gate::Gated;
use super::head::Head;
use super::network::{INPUTS, Network};
use super::trigger::Trigger;
use super::{Confirmation, Word, WordConfig, chosen, faults_of};
use crate::runtime::{Checked, FLOAT, Model, Port, Wanted, description, read_file, zeros};

const BANDS: usize = 40;
const STEP_FRAMES: usize = INPUTS / BANDS;
pub(super) const STEP: Samples = Samples::from_millis(10 * STEP_FRAMES as u64);
const REMEDY: &str = "train it again (models/training), or leave `wake.model` out to use the built-in one";

const BUILTIN_NETWORK: &[u8] = include_bytes!("../../../../models/wake/mynah-wake.onnx");
const BUILTIN_DESCRIPTION: &[u8] = include_bytes!("../../../../models/wake/mynah-wake.toml");

/// A wake-word network, shared by its streams.
#[derive(Clone)]
pub struct WakeModel {
    shared: Arc<Shared>,
}

struct Shared {
    name: String,
    version: String,
    words: Vec<Word>,
    file: String,
    /// Heads of words that the network does not know itself; their scores come after its own.
    heads: Vec<Arc<Head>>,
    /// Of the network and the heads.
    scores: usize,
    runner: Runner,
}

/// What runs the network.
enum Runner {
    Own(Arc<Network>),
    Onnx { model: Model, state: usize },
}

/// The TOML file beside the network.
#[derive(Deserialize)]
struct Description {
    name: String,
    version: String,
    sample_rate: u32,
    step_frames: usize,
    mel_bands: usize,
    state: usize,
    word: Vec<DescribedWord>,
}

#[derive(Clone, Deserialize)]
struct DescribedWord {
    id: Arc<str>,
    phrase: Arc<str>,
    index: usize,
    threshold: f32,
    patience: u32,
    refractory_ms: u32,
    #[serde(default)]
    confirmation: Confirmation,
}

impl WakeModel {
    /// Loads `model.onnx` and the `model.toml` beside it.
    ///
    /// # Errors
    /// [`ModelError::Unusable`] names the file, what is wrong with it, and the remedy.
    pub fn open(onnx: &Path) -> Result<Self, ModelError> {
        let sidecar = onnx.with_extension("toml");
        let network = read_file(onnx, REMEDY)?;
        let description = read_file(&sidecar, REMEDY)?;
        Self::from_bytes(&onnx.display().to_string(), &network, &sidecar.display().to_string(), &description)
    }

    /// The network that ships inside this binary (models/wake).
    ///
    /// # Errors
    /// [`ModelError::Unusable`] when no runtime can be used.
    pub fn builtin() -> Result<Self, ModelError> {
        Self::from_bytes(
            "mynah-wake.onnx (built in)",
            BUILTIN_NETWORK,
            "mynah-wake.toml (built in)",
            BUILTIN_DESCRIPTION,
        )
    }

    fn from_bytes(onnx: &str, network: &[u8], sidecar: &str, description: &[u8]) -> Result<Self, ModelError> {
        let description = read_description(sidecar, description)?;
        let scores = description.word.iter().map(|word| word.index + 1).max().unwrap_or_default();
        let size = |n: usize| Some(n as u64);
        let state_dims = [size(1), size(description.state)];
        let wanted = Wanted {
            inputs: &[
                Port { name: Some("mel"), element: FLOAT, dims: &[size(1), size(STEP_FRAMES), size(BANDS)] },
                Port { name: Some("state"), element: FLOAT, dims: &state_dims },
            ],
            outputs: &[
                Port { name: Some("scores"), element: FLOAT, dims: &[size(1), None] },
                Port { name: Some("next_state"), element: FLOAT, dims: &state_dims },
            ],
            remedy: REMEDY,
            ..Wanted::default()
        };
        let model = Checked::new(onnx, network, &wanted)?;
        let given = model.dims(2).get(1).copied().flatten().map_or(scores, |given| given as usize);
        if given < scores {
            return Err(ModelError::Unusable(format!(
                "model file {onnx} gives {given} scores, but {sidecar} names score {}; {REMEDY}",
                scores - 1
            )));
        }
        let Description { name, version, state, word: words, .. } = description;
        let words = words.into_iter().map(Word::from).collect();
        let runner = match Network::read(network).filter(|network| network.scores() == given) {
            Some(network) => Runner::Own(Arc::new(network)),
            None => Runner::Onnx { model: model.load()?, state },
        };
        let file = onnx.to_owned();
        let heads = Vec::new();
        Ok(WakeModel {
            shared: Arc::new(Shared { name, version, words, file, heads, scores: given, runner }),
        })
    }

    /// The same model with more words: heads that were trained on its encoder. A head takes the place of one for the same word.
    ///
    /// # Errors
    /// [`ModelError::Unusable`] with every head that belongs to another encoder or whose word is one of the network's own.
    pub fn with_heads(&self, heads: impl IntoIterator<Item = Head>) -> Result<WakeModel, ModelError> {
        let Shared { name, version, words, file, heads: known, .. } = &*self.shared;
        let network = self.network()?;
        let (mut words, mut known, mut faults) = (words.clone(), known.clone(), Vec::new());
        for head in heads {
            let mut word = head.word().clone();
            faults.extend(head.misfit(network));
            match words.iter_mut().find(|other| other.id == word.id) {
                None => {
                    word.index = network.scores() + known.len();
                    words.push(word);
                    known.push(Arc::new(head));
                }
                Some(same) if same.index >= network.scores() => {
                    word.index = same.index;
                    known[word.index - network.scores()] = Arc::new(head);
                    *same = word;
                }
                Some(_) => faults.push(format!("the network knows wake word `{}` itself", word.id)),
            }
        }
        if !faults.is_empty() {
            return Err(ModelError::Unusable(faults.join("; ")));
        }
        let scores = network.scores() + known.len();
        let runner = Runner::Own(network.clone());
        let (name, version, file) = (name.clone(), version.clone(), file.clone());
        Ok(WakeModel {
            shared: Arc::new(Shared { name, version, words, file, heads: known, scores, runner }),
        })
    }

    /// The network, when it is one that heads can be trained for.
    pub(super) fn network(&self) -> Result<&Arc<Network>, ModelError> {
        match &self.shared.runner {
            Runner::Own(network) => Ok(network),
            Runner::Onnx { .. } => Err(ModelError::Unusable(format!(
                "model file {} has another structure than the built-in one, so no head fits it; {REMEDY}",
                self.shared.file
            ))),
        }
    }

    /// The name and version of the network: `mynah-wake 1`.
    pub fn name(&self) -> String {
        format!("{} {}", self.shared.name, self.shared.version)
    }

    /// The words that the network knows.
    pub fn words(&self) -> &[Word] {
        &self.shared.words
    }

    /// A stream that listens for these words.
    ///
    /// # Errors
    /// [`ModelError::Unusable`] with every fault of `words`: none, unknown, twice, settings out of range.
    pub fn stream(&self, words: &[WordConfig]) -> Result<MynahWake, ModelError> {
        self.streaming(words, false)
    }

    /// The same without sleep in a quiet room: every step has its scores. For measurements; what is heard is the same.
    ///
    /// # Errors
    /// As [`stream`](Self::stream).
    pub fn stream_awake(&self, words: &[WordConfig]) -> Result<MynahWake, ModelError> {
        self.streaming(words, true)
    }

    fn streaming(&self, words: &[WordConfig], awake: bool) -> Result<MynahWake, ModelError> {
        let words = chosen(&self.shared.file, &self.shared.words, words)?;
        let running = match &self.shared.runner {
            Runner::Own(network) => {
                // Heads of words that nobody listens for rest.
                let first = network.scores();
                let heads = (first..).zip(self.shared.heads.iter().cloned());
                let heads: Vec<_> =
                    heads.filter(|(score, _)| words.iter().any(|word| word.index == *score)).collect();
                Running::Own(Box::new(Gated::new(network.clone(), &heads, awake)))
            }
            Runner::Onnx { state, .. } => {
                Running::Onnx { input: zeros(&[1, STEP_FRAMES, BANDS])?, state: zeros(&[1, *state])? }
            }
        };
        Ok(MynahWake {
            mel: LogMel::new(),
            frames: 0,
            step: [0.0; INPUTS],
            running,
            scores: vec![0.0; self.shared.scores],
            trigger: Trigger::new(words, STEP),
            model: self.shared.clone(),
        })
    }
}

/// One stream of [`WakeModel`].
pub struct MynahWake {
    model: Arc<Shared>,
    mel: LogMel,
    /// Frames that stand in `step`.
    frames: usize,
    step: [f32; INPUTS],
    running: Running,
    scores: Vec<f32>,
    trigger: Trigger,
}

/// What a stream keeps for its runner.
enum Running {
    Own(Box<Gated>),
    Onnx { input: Tensor<f32>, state: Tensor<f32> },
}

impl MynahWake {
    /// The scores of the last step, one per score of the network; they change with each second frame. Zeros while it sleeps.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }

    /// The words that are listened for.
    pub(super) fn words(&self) -> impl Iterator<Item = &Word> {
        self.trigger.words()
    }

    /// Whether the last frame made a step full.
    pub(super) fn is_at_step(&self) -> bool {
        self.frames == 0
    }

    /// Whether the network ran on the last step; it sleeps while the room is quiet.
    pub fn is_awake(&self) -> bool {
        match &self.running {
            Running::Own(gated) => gated.is_awake(),
            Running::Onnx { .. } => true,
        }
    }

    /// Runs the network on `step`.
    fn step(&mut self) -> Result<Option<Detection>, ModelError> {
        let Self { model, step, running, scores, trigger, .. } = self;
        match (&model.runner, running) {
            (Runner::Onnx { model, state: size }, Running::Onnx { input, state }) => {
                input.extract_tensor_mut().1.copy_from_slice(step);
                *state = model.run([(&*input).into(), (&*state).into()], |outputs| {
                    outputs.copy_finite(0, scores)?;
                    outputs.take_finite(1, *size)
                })?;
            }
            (_, Running::Own(gated)) => gated.step(step, scores),
            (Runner::Own(_), Running::Onnx { .. }) => unreachable!("a stream is made for its model's runner"),
        }
        Ok(trigger.step(scores))
    }
}

impl WakeWord for MynahWake {
    /// # Errors
    /// [`ModelError::Failed`] when the network gives no numbers; the stream has then been reset and goes on.
    fn push(&mut self, frame: &Frame) -> Result<Option<Detection>, ModelError> {
        let bands = *self.mel.push(frame.samples());
        if bands.iter().any(|band| !band.is_finite()) {
            // Seen here, because a sigmoid may make a number of it again.
            self.reset();
            return Err(ModelError::Failed("wake word: the sound is not a number".into()));
        }
        self.step[self.frames * BANDS..][..BANDS].copy_from_slice(&bands);
        self.frames = (self.frames + 1) % STEP_FRAMES;
        if self.frames != 0 {
            return Ok(None);
        }
        self.step().inspect_err(|_| self.reset())
    }

    fn delay(&self) -> Samples {
        self.trigger.delay()
    }

    fn reset(&mut self) {
        self.mel.reset();
        self.frames = 0;
        match &mut self.running {
            Running::Own(gated) => gated.reset(),
            Running::Onnx { state, .. } => state.extract_tensor_mut().1.fill(0.0),
        }
        self.scores.fill(0.0);
        self.trigger.reset();
    }
}

fn read_description(file: &str, bytes: &[u8]) -> Result<Description, ModelError> {
    let unusable = |what: String| ModelError::Unusable(format!("{file}: {what}; {REMEDY}"));
    let description: Description = description(bytes).map_err(unusable)?;
    let mut faults = Vec::new();
    let mut due = |what: &str, have: usize, due: usize| {
        if have != due {
            faults.push(format!("{what} is {have}, {due} is due"));
        }
    };
    due("sample_rate", description.sample_rate as usize, mynah_audio::SAMPLE_RATE as usize);
    due("step_frames", description.step_frames, STEP_FRAMES);
    due("mel_bands", description.mel_bands, BANDS);
    if description.state == 0 {
        faults.push("state is 0".into());
    }
    if description.word.is_empty() {
        faults.push("there is no [[word]]".into());
    }
    for (at, word) in description.word.iter().enumerate() {
        if description.word[..at].iter().any(|other| other.id == word.id) {
            faults.push(format!("wake word `{}` stands twice", word.id));
        }
        if word.index > u8::MAX.into() {
            faults.push(format!("index {} of wake word `{}` is too large", word.index, word.id));
        }
        faults.extend(faults_of(&Word::from(word.clone())));
    }
    match faults.is_empty() {
        true => Ok(description),
        false => Err(unusable(faults.join("; "))),
    }
}

impl From<DescribedWord> for Word {
    fn from(described: DescribedWord) -> Self {
        let DescribedWord { id, phrase, index, threshold, patience, refractory_ms, confirmation } = described;
        Word { id, phrase, index, threshold, patience, refractory_ms, confirmation }
    }
}
