//! The acoustic model: sound → how likely each token is, row by row.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use mynah_assistant::ports::ModelError;
use mynah_audio::{FRAME_SAMPLES, LogMel, MEL_BANDS};
use ort::value::Tensor;
use serde::Deserialize;

use super::mean::{MeanConfig, RunningMean};
use super::tokens::{TokenKind, TokenList};
use crate::runtime::{FLOAT, Model, Port, Wanted, description, interface, read_file, zeros};

const REMEDY: &str =
    "train it again (models/training), or leave `recognition.command` out to use the built-in one";

const BUILTIN_NETWORK: &[u8] = include_bytes!("../../../../models/command/mynah-command.onnx");
const BUILTIN_DESCRIPTION: &[u8] = include_bytes!("../../../../models/command/mynah-command.toml");

/// The TOML file beside a network.
#[derive(Clone, Debug, Deserialize)]
struct Description {
    language: String,
    kind: TokenKind,
    tokens: Vec<String>,
    frames_per_step: usize,
    rows_per_step: usize,
    delay_frames: usize,
    ahead_frames: usize,
    seed_frames: f32,
    mean: Vec<f32>,
    loudness: f32,
    scale: f32,
    log_prior: Vec<f32>,
}

/// A streaming CTC network, shared by its streams.
///
/// ONNX: inputs `features` float [1, F, 40], F consecutive [`LogMel`] frames less their [running mean](super::mean), and `state_0`, `state_1`, … (zeros at
/// first); outputs `log_probs` float [1, R, T], natural logarithms for T tokens in R rows, and `next_state_0`, …. A TOML file of the same name
/// beside it describes tokens, sizes, delay, mean and priors.
#[derive(Clone)]
pub struct AcousticModel {
    shared: Arc<Shared>,
}

struct Shared {
    model: Model,
    file: String,
    description: Description,
    tokens: Arc<TokenList>,
    mean: MeanConfig,
    states: Vec<Vec<usize>>,
}

impl AcousticModel {
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

    /// The network that ships inside this binary (models/command), for English. It is loaded once and then shared.
    ///
    /// # Errors
    /// [`ModelError::Unusable`] when no runtime can be used.
    pub fn builtin() -> Result<Self, ModelError> {
        static LOADED: Mutex<Option<AcousticModel>> = Mutex::new(None);
        // Others wait: loading it twice at once would take as long.
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = &*loaded {
            return Ok(model.clone());
        }
        let model = Self::from_bytes(
            "mynah-command.onnx (built in)",
            BUILTIN_NETWORK,
            "mynah-command.toml (built in)",
            BUILTIN_DESCRIPTION,
        )?;
        Ok(loaded.insert(model).clone())
    }

    fn from_bytes(onnx: &str, network: &[u8], sidecar: &str, description: &[u8]) -> Result<Self, ModelError> {
        let (description, tokens, mean) = read_description(sidecar, description)?;
        let unusable = |what: String| ModelError::Unusable(format!("model file {onnx} {what}; {REMEDY}"));
        // The states are as many and as large as the network has them.
        let found = interface(network).map_err(|what| unusable(what.to_owned()))?;
        let mut states: Vec<Vec<Option<u64>>> = Vec::new();
        while let Some(state) =
            found.inputs.iter().find(|port| port.name == format!("state_{}", states.len()))
        {
            states.push(state.dims.clone());
        }
        let fixed: Option<Vec<Vec<usize>>> = states
            .iter()
            .map(|dims| {
                dims.iter().map(|dim| dim.filter(|size| *size > 0).map(|size| size as usize)).collect()
            })
            .collect();
        let fixed = fixed.ok_or_else(|| unusable("leaves the shape of a state open".to_owned()))?;
        let names: Vec<(String, String)> =
            (0..states.len()).map(|n| (format!("state_{n}"), format!("next_state_{n}"))).collect();
        let size = |n: usize| Some(n as u64);
        let features = [size(1), size(description.frames_per_step), size(MEL_BANDS)];
        let log_probs = [size(1), size(description.rows_per_step), size(tokens.len())];
        let mut inputs = vec![Port { name: Some("features"), element: FLOAT, dims: &features }];
        let mut outputs = vec![Port { name: Some("log_probs"), element: FLOAT, dims: &log_probs }];
        for ((name, next), dims) in names.iter().zip(&states) {
            inputs.push(Port { name: Some(name), element: FLOAT, dims });
            outputs.push(Port { name: Some(next), element: FLOAT, dims });
        }
        let wanted = Wanted { inputs: &inputs, outputs: &outputs, remedy: REMEDY, ..Wanted::default() };
        let model = Model::from_bytes(onnx, network, &wanted)?;
        let tokens = Arc::new(tokens);
        let shared = Shared { model, file: onnx.to_owned(), description, tokens, mean, states: fixed };
        Ok(AcousticModel { shared: Arc::new(shared) })
    }

    /// The tokens of a row.
    pub fn tokens(&self) -> &Arc<TokenList> {
        &self.shared.tokens
    }

    /// BCP 47 language of the speech, `en`.
    pub fn language(&self) -> &str {
        &self.shared.description.language
    }

    /// For each token the natural logarithm of how often a row has it.
    pub fn log_prior(&self) -> &[f32] {
        &self.shared.description.log_prior
    }

    /// Samples of sound that a row stands for.
    pub fn row_samples(&self) -> usize {
        let Description { frames_per_step, rows_per_step, .. } = &self.shared.description;
        FRAME_SAMPLES * frames_per_step / rows_per_step
    }

    /// A fresh stream.
    ///
    /// # Errors
    /// [`ModelError`] when the runtime has no memory for it.
    pub fn stream(&self) -> Result<AcousticStream, ModelError> {
        let description = &self.shared.description;
        Ok(AcousticStream {
            mel: LogMel::new(),
            mean: RunningMean::new(self.shared.mean.clone()),
            step: Vec::with_capacity(description.frames_per_step * MEL_BANDS),
            input: zeros(&[1, description.frames_per_step, MEL_BANDS])?,
            states: self.shared.states.iter().map(|shape| zeros(shape)).collect::<Result<_, _>>()?,
            early: self.early_rows(),
            model: self.clone(),
        })
    }

    /// The first rows stand for what was before the sound.
    fn early_rows(&self) -> usize {
        let Description { frames_per_step, rows_per_step, delay_frames, .. } = &self.shared.description;
        delay_frames * rows_per_step / frames_per_step
    }
}

/// One stream of [`AcousticModel`].
pub struct AcousticStream {
    model: AcousticModel,
    mel: LogMel,
    mean: RunningMean,
    /// Frames for the next step.
    step: Vec<f32>,
    input: Tensor<f32>,
    states: Vec<Tensor<f32>>,
    /// So many rows are still to be left out.
    early: usize,
}

impl AcousticStream {
    /// Takes 10 ms; adds the rows that are due to `rows`, row-major. Row `i` of a stream is about the
    /// [`row_samples`](AcousticModel::row_samples) that begin at `i` times as many.
    ///
    /// # Errors
    /// [`ModelError::Failed`] when the sound or what the network gives is not a number; the stream has then been reset and goes on.
    pub fn push(&mut self, samples: &[f32; FRAME_SAMPLES], rows: &mut Vec<f32>) -> Result<(), ModelError> {
        let mel = *self.mel.push(samples);
        if mel.iter().any(|band| !band.is_finite()) {
            self.reset();
            return Err(ModelError::Failed(format!("{}: the sound is not a number", self.model.shared.file)));
        }
        match self.mean.push(&mel) {
            Some(frame) => self.take(&frame, rows),
            None => Ok(()),
        }
    }

    /// The rows of what was pushed and has none yet, as if the sound ended here. What is pushed later is not changed by it.
    ///
    /// # Errors
    /// See [`push`](Self::push).
    pub fn rest(&mut self) -> Result<Vec<f32>, ModelError> {
        let description = &self.model.shared.description;
        let (mean, step, early) = (self.mean.clone(), self.step.clone(), self.early);
        let states: Vec<Vec<f32>> =
            self.states.iter_mut().map(|state| state.extract_tensor_mut().1.to_vec()).collect();
        let per_row = description.frames_per_step / description.rows_per_step;
        let waiting = self.step.len() / MEL_BANDS + self.mean.waiting() + description.delay_frames;
        let due = (waiting / per_row).saturating_sub(early) * self.model.tokens().len();
        let mut rows = Vec::new();
        let mut result = Ok(());
        while result.is_ok() && rows.len() < due {
            // The mean of all that was heard is what a network takes for nothing.
            let frame = self.mean.next().unwrap_or([0.0; MEL_BANDS]);
            result = self.take(&frame, &mut rows);
        }
        result?;
        rows.truncate(due);
        (self.mean, self.step, self.early) = (mean, step, early);
        for (state, kept) in self.states.iter_mut().zip(states) {
            state.extract_tensor_mut().1.copy_from_slice(&kept);
        }
        Ok(rows)
    }

    /// Back to the start of a stream.
    pub fn reset(&mut self) {
        self.mel.reset();
        self.mean.reset();
        self.step.clear();
        self.states.iter_mut().for_each(|state| state.extract_tensor_mut().1.fill(0.0));
        self.early = self.model.early_rows();
    }

    fn take(&mut self, frame: &[f32; MEL_BANDS], rows: &mut Vec<f32>) -> Result<(), ModelError> {
        let Shared { model, description, tokens, states: shapes, .. } = &*self.model.shared;
        self.step.extend_from_slice(frame);
        if self.step.len() < description.frames_per_step * MEL_BANDS {
            return Ok(());
        }
        self.input.extract_tensor_mut().1.copy_from_slice(&self.step);
        self.step.clear();
        let mut step = vec![0.0; description.rows_per_step * tokens.len()];
        let inputs = std::iter::once(&self.input).chain(&self.states).map(Into::into);
        let states = model.run(inputs, |outputs| {
            outputs.copy_finite(0, &mut step)?;
            let mut states = Vec::with_capacity(shapes.len());
            for (index, shape) in shapes.iter().enumerate() {
                states.push(outputs.take_finite(index + 1, shape.iter().product())?);
            }
            Ok(states)
        });
        match states {
            Ok(states) => self.states = states,
            Err(error) => {
                self.reset();
                return Err(error);
            }
        }
        let early = self.early.min(description.rows_per_step);
        self.early -= early;
        rows.extend_from_slice(&step[early * tokens.len()..]);
        Ok(())
    }
}

fn read_description(file: &str, bytes: &[u8]) -> Result<(Description, TokenList, MeanConfig), ModelError> {
    let unusable = |what: String| ModelError::Unusable(format!("{file}: {what}; {REMEDY}"));
    let description: Description = description(bytes).map_err(unusable)?;
    let tokens = TokenList::new(description.kind, &description.tokens).map_err(unusable)?;
    let mut faults = Vec::new();
    let Description { frames_per_step, rows_per_step, delay_frames, ahead_frames, seed_frames, .. } =
        description;
    if rows_per_step == 0 || frames_per_step == 0 || frames_per_step % rows_per_step != 0 {
        faults.push(format!("{frames_per_step} frames cannot be {rows_per_step} rows"));
    } else if delay_frames % (frames_per_step / rows_per_step) != 0 {
        faults.push(format!("delay_frames is {delay_frames}, which is no number of rows"));
    }
    if frames_per_step.max(delay_frames).max(ahead_frames) > 300 {
        faults.push("frames_per_step, delay_frames and ahead_frames are 300 (3 s) at most".into());
    }
    if description.log_prior.len() != tokens.len() {
        faults.push(format!(
            "log_prior has {} values for {} tokens",
            description.log_prior.len(),
            tokens.len()
        ));
    }
    let numbers = description.mean.iter().chain(&description.log_prior);
    if !numbers.chain([&description.loudness, &seed_frames]).all(|value| value.is_finite())
        || seed_frames < 0.0
    {
        faults.push("mean, log_prior, loudness and seed_frames must be numbers".into());
    }
    if !(description.scale.is_finite() && description.scale > 0.0) {
        faults.push("scale must be more than 0".into());
    }
    let mean: Result<[f32; MEL_BANDS], _> = description.mean.clone().try_into();
    match mean {
        Ok(mean) if faults.is_empty() => {
            let Description { loudness, scale, .. } = description;
            let mean = MeanConfig { ahead: ahead_frames, seed: seed_frames, mean, loudness, scale };
            Ok((description, tokens, mean))
        }
        mean => {
            if mean.is_err() {
                faults.push(format!("mean has {} values, {MEL_BANDS} are due", description.mean.len()));
            }
            Err(unusable(faults.join("; ")))
        }
    }
}

#[cfg(fuzzing)]
pub(crate) fn fuzzed(bytes: &[u8]) {
    if let Ok((_, tokens, _)) = read_description("fuzz", bytes) {
        let _ = tokens.forms("turn on the lamp", &mynah_pronounce::Pronouncer::english());
    }
}
