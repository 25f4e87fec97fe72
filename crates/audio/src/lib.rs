//! Sound as Mynah's stages see it: 10 ms frames of 16 kHz mono, each stamped with its position.
//!
//! There is no device, thread, file or clock here. Time is counted in samples ([`SamplePos`]),
//! so that every stage gives the same output for the same input, however it is delivered.
#![forbid(unsafe_code)]

pub mod align;
mod channels;
mod cue;
mod draw;
mod frame;
mod framer;
mod intake;
mod level;
mod mel;
pub mod mix;
mod resample;
mod room;

pub use channels::{Channel, MAX_CHANNELS, Mixer};
pub use cue::{CUE_RATE, Cue, cue};
pub use draw::Draw;
pub use frame::{FRAME_SAMPLES, Frame, SAMPLE_RATE, SamplePos, Samples};
pub use framer::{Framer, Gap};
pub use intake::{Intake, Piece};
pub use level::{Level, LevelMeter, LevelProblem};
pub use mel::{LogMel, MEL_BANDS, MEL_WINDOW};
pub use resample::{RATES, Resampler, resample};
pub use room::{Room, convolve};

/// A form of sound that Mynah does not take: the caller chooses another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The rate, in Hz, is outside [`RATES`].
    #[error("a sample rate of {0} Hz is not supported: 8,000 to 192,000 Hz are")]
    Rate(u32),
    /// So many channels.
    #[error("{0} channels are not supported: 1 to {MAX_CHANNELS} are")]
    Channels(u16),
    /// There is no such channel, counted from 1.
    #[error("channel {wanted} was chosen, but there are {channels}")]
    NoSuchChannel {
        /// What was chosen.
        wanted: u16,
        /// How many there are.
        channels: u16,
    },
}
