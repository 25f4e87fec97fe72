//! The built-in voice activity detector: the crate `earshot`, whose weights are part of it.

use mynah_assistant::ports::{ModelError, SpeechProb, Vad};
use mynah_audio::{Frame, Samples};

use super::blocks::Blocks;

/// earshot's block: 16 ms.
const BLOCK: usize = 256;

/// Scores 16 ms blocks with earshot; needs no file. Above 0.5 is mostly speech.
///
/// Each frame gets the score of the last whole block, which ended less than 16 ms before the frame did.
pub struct Earshot {
    detector: Box<::earshot::Detector>,
    blocks: Blocks<BLOCK>,
    score: f32,
}

impl Earshot {
    /// A fresh stream.
    pub fn new() -> Self {
        Earshot { detector: ::earshot::Detector::default_boxed(), blocks: Blocks::new(), score: 0.0 }
    }
}

impl Default for Earshot {
    fn default() -> Self {
        Self::new()
    }
}

impl Vad for Earshot {
    /// # Errors
    /// [`ModelError::Failed`] when the score is not a number; the stream has then been reset and goes on.
    fn push(&mut self, frame: &Frame) -> Result<SpeechProb, ModelError> {
        let Self { detector, blocks, score } = self;
        blocks.push(frame.samples(), |block| *score = detector.predict_f32(block));
        if !self.score.is_finite() {
            self.reset();
            return Err(ModelError::Failed("voice activity: the score is not a number".into()));
        }
        Ok(SpeechProb(self.score.clamp(0.0, 1.0)))
    }

    fn delay(&self) -> Samples {
        self.blocks.delay()
    }

    fn reset(&mut self) {
        self.detector.reset();
        self.blocks.reset();
        self.score = 0.0;
    }
}
