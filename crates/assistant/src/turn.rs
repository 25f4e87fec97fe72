//! One turn: its identity and its audio.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mynah_audio::SamplePos;
use serde::{Deserialize, Serialize};

/// Identifies one turn within a run; counts from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TurnId(pub u64);

/// Gives out turn numbers, from 1. Clones count together, so that spoken and typed turns never share one.
#[derive(Clone, Debug, Default)]
pub struct TurnIds(Arc<AtomicU64>);

impl TurnIds {
    /// The next number.
    pub fn allocate(&self) -> TurnId {
        TurnId(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// The audio of one turn: from the pre-roll to the end of speech.
#[derive(Clone, Debug, PartialEq)]
pub struct Utterance {
    /// The turn.
    pub turn: TurnId,
    /// Position of the first sample in the stream.
    pub start: SamplePos,
    /// 16 kHz mono.
    pub samples: Vec<f32>,
}
