//! The last seconds of audio, so that a turn can begin before its detection.

use std::collections::VecDeque;

use mynah_audio::{FRAME_SAMPLES, Frame, SamplePos, Samples};

/// A ring of the newest frames. Cloning a frame shares its samples, so this holds each once.
#[derive(Debug)]
pub(crate) struct PreRoll {
    frames: VecDeque<Frame>,
    capacity: usize,
}

impl PreRoll {
    /// Holds at least `length` of audio.
    pub(crate) fn new(length: Samples) -> Self {
        let capacity = (length.0 as usize).div_ceil(FRAME_SAMPLES).max(1);
        PreRoll { frames: VecDeque::with_capacity(capacity), capacity }
    }

    /// Takes the next frame and lets go of the oldest.
    pub(crate) fn push(&mut self, frame: &Frame) {
        if self.frames.len() == self.capacity {
            self.frames.pop_front();
        }
        self.frames.push_back(frame.clone());
    }

    /// The frames that end after `from`, the oldest first.
    pub(crate) fn since(&self, from: SamplePos) -> impl Iterator<Item = &Frame> {
        self.frames.iter().filter(move |f| f.end() > from)
    }

    /// Forgets all audio: what follows does not join on to it.
    pub(crate) fn clear(&mut self) {
        self.frames.clear();
    }
}
