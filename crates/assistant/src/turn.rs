//! One turn: its identity and its audio.

use mynah_audio::SamplePos;
use serde::{Deserialize, Serialize};

/// Identifies one turn within a run; counts from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TurnId(pub u64);

/// The audio of one turn: from just after the wake word to the end of speech.
#[derive(Clone, Debug, PartialEq)]
pub struct Utterance {
    /// The turn.
    pub turn: TurnId,
    /// Position of the first sample in the stream.
    pub start: SamplePos,
    /// 16 kHz mono.
    pub samples: Vec<f32>,
}
