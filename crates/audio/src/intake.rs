//! The way of sound into Mynah: a device's or file's interleaved blocks → frames.

use crate::{Channel, FormatError, Frame, Framer, Gap, Mixer, Resampler, SAMPLE_RATE, SamplePos, Samples};

/// What [`Intake`] gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// The next 10 ms.
    Frame(Frame),
    /// Samples are missing before the next frame; whoever keeps state about the sound should reset it.
    Gap(Gap),
}

/// Interleaved blocks at the input's own rate, stamped with their position at that rate → mono frames at 16 kHz.
/// Down-mix, resampler and framer in one; a gap in the positions resets them and is passed on.
pub struct Intake {
    rate: u32,
    mixer: Mixer,
    resampler: Resampler,
    framer: Framer,
    mono: Vec<f32>,
    /// Position in the 16 kHz stream of the input's position 0.
    origin: SamplePos,
    /// Where the next block should stand, at the input's rate.
    expected: u64,
    /// Where the resampler's next sample stands in the 16 kHz stream.
    next: SamplePos,
}

impl Intake {
    /// For an input of `rate` Hz and `channels` whose first sample is to stand at `origin`.
    pub fn new(rate: u32, channels: u16, choice: Channel, origin: SamplePos) -> Result<Self, FormatError> {
        Ok(Intake {
            rate,
            mixer: Mixer::new(channels, choice)?,
            resampler: Resampler::new(rate, SAMPLE_RATE)?,
            framer: Framer::new(),
            mono: Vec::new(),
            origin,
            expected: 0,
            next: origin,
        })
    }

    /// How much later than the microphone's block its frame comes at most: block and filter of the resampler, and
    /// the framing.
    pub fn delay(&self) -> Samples {
        let block = (self.resampler.block() as u64 * u64::from(SAMPLE_RATE)).div_ceil(u64::from(self.rate));
        Samples(block + self.resampler.delay() as u64 + crate::FRAME_SAMPLES as u64)
    }

    /// Takes a block whose first sample of each channel stands at `pos`, counted at the input's rate from its start.
    /// Allocates nothing but the frames, once it has seen the longest block.
    pub fn push(&mut self, pos: u64, interleaved: &[f32], sink: &mut dyn FnMut(Piece)) {
        if pos != self.expected {
            self.resampler.reset();
            self.next = self.origin + Samples((pos * u64::from(SAMPLE_RATE)).div_ceil(u64::from(self.rate)));
        }
        self.mono.clear();
        self.mixer.mix(interleaved, &mut self.mono);
        self.expected = pos + self.mono.len() as u64;
        let (framer, next) = (&mut self.framer, &mut self.next);
        self.resampler.push(&self.mono, &mut |samples| frame(framer, next, samples, sink));
    }

    /// The end of the input: gives what the resampler held back and the last frame, filled up with silence.
    pub fn finish(&mut self, sink: &mut dyn FnMut(Piece)) {
        let (framer, next) = (&mut self.framer, &mut self.next);
        self.resampler.finish(&mut |samples| frame(framer, next, samples, sink));
        if let Some(last) = self.framer.finish() {
            sink(Piece::Frame(last));
        }
    }

    /// Position in the 16 kHz stream just after the last sample that was given to the framer.
    pub fn pos(&self) -> SamplePos {
        self.next
    }
}

fn frame(framer: &mut Framer, next: &mut SamplePos, samples: &[f32], sink: &mut dyn FnMut(Piece)) {
    // The gap comes before the frames, so frames wait for the framer's answer.
    let pos = *next;
    *next += Samples(samples.len() as u64);
    if let Some(gap) = framer.gap_before(pos) {
        sink(Piece::Gap(gap));
    }
    framer.push(pos, samples, &mut |frame| sink(Piece::Frame(frame)));
}
