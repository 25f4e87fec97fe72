//! The acoustic model of the command recogniser on call: it sleeps, and hears the last seconds when it is woken.

use std::collections::VecDeque;

use mynah_assistant::ports::ModelError;
use mynah_audio::{FRAME_SAMPLES, Frame, Samples};

use crate::ctc::{AcousticModel, AcousticStream};

/// Then it starts afresh with the last seconds, so that what a room does for hours is forgotten.
const MOST: Samples = Samples::from_millis(8_000);

/// A stream that sleeps, and a ring of the last sound.
pub(super) struct Phones {
    stream: AcousticStream,
    ring: VecDeque<Frame>,
    kept: usize,
    /// Frames at the end of the ring that the stream has not heard.
    unheard: usize,
    tokens: usize,
    /// Frames that it heard since it was woken; 0 while it sleeps.
    heard: usize,
    rows: Vec<f32>,
}

impl Phones {
    /// Asleep. When it is woken, it hears as much as `before` of what came before.
    pub(super) fn new(model: &AcousticModel, before: Samples) -> Result<Self, ModelError> {
        let kept = (before.0 as usize).div_ceil(FRAME_SAMPLES).max(1);
        Ok(Phones {
            stream: model.stream()?,
            ring: VecDeque::with_capacity(kept),
            kept,
            unheard: 0,
            tokens: model.tokens().len(),
            heard: 0,
            rows: Vec::new(),
        })
    }

    /// Keeps a frame.
    pub(super) fn push(&mut self, frame: &Frame) {
        if self.ring.len() == self.kept {
            self.ring.pop_front();
        }
        self.ring.push_back(frame.clone());
        self.unheard = (self.unheard + 1).min(self.kept);
    }

    /// Whether the next [`hear`](Self::hear) is a start.
    pub(super) fn is_asleep(&self) -> bool {
        self.heard == 0
    }

    pub(super) fn sleep(&mut self) {
        self.heard = 0;
    }

    /// Hears what is new, or all that is kept when it slept; gives the rows.
    pub(super) fn hear(&mut self, mut take: impl FnMut(&[f32])) -> Result<(), ModelError> {
        if self.is_asleep() {
            self.stream.reset();
            self.unheard = self.ring.len();
        }
        self.heard += self.unheard;
        for frame in self.ring.range(self.ring.len() - self.unheard..) {
            self.rows.clear();
            self.stream.push(frame.samples(), &mut self.rows)?;
            self.rows.chunks_exact(self.tokens).for_each(&mut take);
        }
        self.unheard = 0;
        if self.heard * FRAME_SAMPLES > MOST.0 as usize {
            self.sleep();
        }
        Ok(())
    }

    /// The rows of the last sound, as if it ended here.
    pub(super) fn rest(&mut self) -> Result<Vec<f32>, ModelError> {
        self.stream.rest()
    }

    pub(super) fn reset(&mut self) {
        self.ring.clear();
        (self.unheard, self.heard) = (0, 0);
    }
}
