//! Positions, durations and frames at 16 kHz.

use std::ops::{Add, AddAssign, Sub};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The one sample rate inside Mynah, in Hz.
pub const SAMPLE_RATE: u32 = 16_000;
/// Samples in a [`Frame`]: 10 ms.
pub const FRAME_SAMPLES: usize = 160;

/// A position in the 16 kHz stream, counted in samples from its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SamplePos(pub u64);

/// A duration in samples at 16 kHz.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Samples(pub u64);

impl SamplePos {
    /// The position in milliseconds from the start of the stream, rounded down.
    pub const fn as_millis(self) -> u64 {
        self.0 * 1000 / SAMPLE_RATE as u64
    }

    /// The duration since `earlier`, or zero when `earlier` is later.
    pub const fn since(self, earlier: SamplePos) -> Samples {
        Samples(self.0.saturating_sub(earlier.0))
    }
}

impl Samples {
    /// `ms` milliseconds.
    pub const fn from_millis(ms: u64) -> Self {
        Samples(ms * SAMPLE_RATE as u64 / 1000)
    }

    /// The duration in milliseconds, rounded down.
    pub const fn as_millis(self) -> u64 {
        self.0 * 1000 / SAMPLE_RATE as u64
    }

    /// The duration as wall time would measure it.
    pub const fn as_duration(self) -> Duration {
        Duration::from_nanos(self.0 * 62_500)
    }
}

impl Add<Samples> for SamplePos {
    type Output = SamplePos;
    fn add(self, by: Samples) -> SamplePos {
        SamplePos(self.0 + by.0)
    }
}

impl AddAssign<Samples> for SamplePos {
    fn add_assign(&mut self, by: Samples) {
        self.0 += by.0;
    }
}

impl Sub<Samples> for SamplePos {
    type Output = SamplePos;
    /// Saturates at the start of the stream.
    fn sub(self, by: Samples) -> SamplePos {
        SamplePos(self.0.saturating_sub(by.0))
    }
}

impl Add for Samples {
    type Output = Samples;
    fn add(self, other: Samples) -> Samples {
        Samples(self.0 + other.0)
    }
}

/// 10 ms of 16 kHz mono, nominally in −1..1. Cloning shares the samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    pos: SamplePos,
    samples: Arc<[f32; FRAME_SAMPLES]>,
}

impl Frame {
    /// A frame whose first sample stands at `pos`.
    pub fn new(pos: SamplePos, samples: [f32; FRAME_SAMPLES]) -> Self {
        Frame { pos, samples: Arc::new(samples) }
    }

    /// The frames of `samples`, the first at `pos`; the last is filled up with silence.
    ///
    /// ```
    /// # use mynah_audio::{Frame, SamplePos, Samples};
    /// let frames: Vec<Frame> = Frame::all(SamplePos(100), &[0.5; 200]).collect();
    /// assert_eq!(frames[1].pos(), SamplePos(260));
    /// assert_eq!(frames[1].samples()[39..41], [0.5, 0.0]);
    /// assert_eq!(frames.len(), 2);
    /// ```
    pub fn all(pos: SamplePos, samples: &[f32]) -> impl Iterator<Item = Frame> {
        samples.chunks(FRAME_SAMPLES).zip((pos.0..).step_by(FRAME_SAMPLES)).map(|(heard, at)| {
            let mut samples = [0.0; FRAME_SAMPLES];
            samples[..heard.len()].copy_from_slice(heard);
            Frame::new(SamplePos(at), samples)
        })
    }

    /// Position of the first sample.
    pub fn pos(&self) -> SamplePos {
        self.pos
    }

    /// Position just after the last sample.
    pub fn end(&self) -> SamplePos {
        self.pos + Samples(FRAME_SAMPLES as u64)
    }

    /// The samples.
    pub fn samples(&self) -> &[f32; FRAME_SAMPLES] {
        &self.samples
    }
}
