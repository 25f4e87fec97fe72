//! Silero VAD (version 5 and later), 16 kHz ONNX. Its branches (`If`) need ONNX Runtime; tract cannot run it.

use std::path::Path;
use std::sync::Arc;

use mynah_assistant::ports::{ModelError, SpeechProb, Vad};
use mynah_audio::{Frame, SAMPLE_RATE, Samples};
use ort::value::Tensor;

use super::blocks::Blocks;
use crate::runtime::{FLOAT, INT64, Model, Port, Wanted, failed, zeros};

/// New samples a step: 32 ms.
const BLOCK: usize = 512;
/// Samples of the step before that stand in front of them.
const CONTEXT: usize = 64;
const STATE: [usize; 3] = [2, 1, 128];
const REMEDY: &str = "fetch silero_vad_16k_op15.onnx again, or use the built-in voice activity detector";

/// Silero's network, shared by its streams.
#[derive(Clone)]
pub struct SileroModel {
    model: Arc<Model>,
}

impl SileroModel {
    /// Loads the 16 kHz model of Silero VAD.
    ///
    /// # Errors
    /// [`ModelError::Unusable`] names the file, what is wrong with it (with tract: that it needs ONNX Runtime), and the remedy.
    pub fn open(onnx: &Path) -> Result<Self, ModelError> {
        let model = Model::open(
            onnx,
            &Wanted {
                inputs: &[
                    Port { name: Some("input"), element: FLOAT, dims: &[None, None] },
                    Port { name: Some("state"), element: FLOAT, dims: &[Some(2), None, Some(128)] },
                    Port { name: Some("sr"), element: INT64, dims: &[] },
                ],
                outputs: &[
                    Port { name: Some("output"), element: FLOAT, dims: &[None, Some(1)] },
                    Port { name: Some("stateN"), element: FLOAT, dims: &[None, None, None] },
                ],
                remedy: REMEDY,
                ..Wanted::default()
            },
        )?;
        Ok(SileroModel { model: Arc::new(model) })
    }

    /// A fresh stream.
    pub fn stream(&self) -> Result<Silero, ModelError> {
        Ok(Silero {
            model: self.model.clone(),
            blocks: Blocks::new(),
            input: zeros(&[1, CONTEXT + BLOCK])?,
            state: zeros(&STATE)?,
            next_state: vec![0.0; STATE.iter().product()],
            rate: Tensor::from_array(((), vec![i64::from(SAMPLE_RATE)])).map_err(|error| failed(&error))?,
            score: 0.0,
        })
    }
}

/// One stream of [`SileroModel`]. Each frame gets the score of the last whole 32 ms block.
pub struct Silero {
    model: Arc<Model>,
    blocks: Blocks<BLOCK>,
    input: Tensor<f32>,
    state: Tensor<f32>,
    next_state: Vec<f32>,
    rate: Tensor<i64>,
    score: f32,
}

impl Vad for Silero {
    /// # Errors
    /// [`ModelError::Failed`] when the network gives no numbers; the stream has then been reset and goes on.
    fn push(&mut self, frame: &Frame) -> Result<SpeechProb, ModelError> {
        let Self { model, blocks, input, state, next_state, rate, score } = self;
        let mut result = Ok(());
        blocks.push(frame.samples(), |block| {
            let samples = input.extract_tensor_mut().1;
            samples.copy_within(BLOCK.., 0);
            samples[CONTEXT..].copy_from_slice(block);
            result = model.run([(&*input).into(), (&*state).into(), (&*rate).into()], |outputs| {
                outputs.copy_finite(0, std::slice::from_mut(score))?;
                outputs.copy_finite(1, next_state)
            });
            state.extract_tensor_mut().1.copy_from_slice(next_state);
        });
        result.inspect_err(|_| self.reset())?;
        Ok(SpeechProb(self.score.clamp(0.0, 1.0)))
    }

    fn delay(&self) -> Samples {
        self.blocks.delay()
    }

    fn reset(&mut self) {
        self.blocks.reset();
        self.input.extract_tensor_mut().1.fill(0.0);
        self.state.extract_tensor_mut().1.fill(0.0);
        self.score = 0.0;
    }
}
