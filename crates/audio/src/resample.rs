//! Any rate → 16 kHz, and ours → the loudspeaker's.

use std::ops::RangeInclusive;

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _, WindowFunction};

use crate::FormatError;

/// The rates that are taken, in Hz.
pub const RATES: RangeInclusive<u32> = 8_000..=192_000;

/// Length of the anti-alias filter, in milliseconds of the lower rate. 20 ms of 16 kHz (320 points,
/// Blackman-Harris squared) reach full attenuation at 8 kHz and −6 dB at 7.66 kHz, above the highest mel band.
const FILTER_MS: u32 = 20;

/// Mono from one rate to another, streaming, by FFT. The output stands where the input did: its sample `k` is the
/// input at `k / to` seconds, since the filter's delay is cut off at the start and made up for at the end.
///
/// A rate that shares few factors with the other has a long [`block`](Self::block): 44.1 → 16 kHz takes 882 samples
/// at a time, 44.101 → 16 kHz a whole second.
pub struct Resampler {
    from: u32,
    to: u32,
    /// None when the rates are equal.
    fft: Option<Fft<f32>>,
    pending: Vec<f32>,
    block_out: Vec<f32>,
    /// Filter delay that is still to be cut off, in output samples.
    cut: usize,
    taken: u64,
    given: u64,
}

impl Resampler {
    /// Both rates in Hz, within [`RATES`].
    pub fn new(from: u32, to: u32) -> Result<Self, FormatError> {
        if let Some(&bad) = [from, to].iter().find(|rate| !RATES.contains(rate)) {
            return Err(FormatError::Rate(bad));
        }
        let fft = if from == to {
            None
        } else {
            let low = from.min(to);
            let filter =
                (u64::from(low) * u64::from(FILTER_MS) / 1000 * u64::from(from) / u64::from(low)) as usize;
            let fft = Fft::new_custom(
                from as usize,
                to as usize,
                filter,
                1,
                1,
                WindowFunction::BlackmanHarris2,
                FixedSync::Both,
            );
            Some(fft.map_err(|_| FormatError::Rate(from))?)
        };
        let (block_in, block_out) =
            fft.as_ref().map_or((0, 0), |f| (f.input_frames_next(), f.output_frames_next()));
        let mut resampler = Resampler {
            from,
            to,
            fft,
            pending: Vec::with_capacity(block_in),
            block_out: vec![0.0; block_out],
            cut: 0,
            taken: 0,
            given: 0,
        };
        resampler.reset();
        Ok(resampler)
    }

    /// Input samples that are worked on together; 1 when the rates are equal.
    pub fn block(&self) -> usize {
        self.fft.as_ref().map_or(1, rubato::Resampler::input_frames_next)
    }

    /// How many output samples the output stays behind the input, beyond filling a block. Only the time of delivery
    /// is later: positions are made up for.
    pub fn delay(&self) -> usize {
        self.fft.as_ref().map_or(0, rubato::Resampler::output_delay)
    }

    /// The rate of the output, in Hz.
    pub fn to(&self) -> u32 {
        self.to
    }

    /// Takes samples and hands on what is ready. Does not allocate.
    pub fn push(&mut self, mut input: &[f32], sink: &mut dyn FnMut(&[f32])) {
        self.taken += input.len() as u64;
        if self.fft.is_none() {
            self.given += input.len() as u64;
            return sink(input);
        }
        let block = self.block();
        while !input.is_empty() {
            let (now, later) = input.split_at(input.len().min(block - self.pending.len()));
            self.pending.extend_from_slice(now);
            input = later;
            if self.pending.len() == block {
                self.work(u64::MAX, sink);
            }
        }
    }

    /// Hands on the rest, as if silence followed, and starts afresh. In all, `taken × to / from` samples were given,
    /// rounded up.
    pub fn finish(&mut self, sink: &mut dyn FnMut(&[f32])) {
        let total = (self.taken * u64::from(self.to)).div_ceil(u64::from(self.from));
        while self.given < total && self.fft.is_some() {
            let block = self.block();
            self.pending.resize(block, 0.0);
            self.work(total, sink);
        }
        self.reset();
    }

    /// Forgets what was heard: the next sample is the first.
    pub fn reset(&mut self) {
        if let Some(fft) = &mut self.fft {
            fft.reset();
        }
        self.pending.clear();
        self.cut = self.delay();
        self.taken = 0;
        self.given = 0;
    }

    /// Works on the full block, never giving more than `total` samples in all.
    fn work(&mut self, total: u64, sink: &mut dyn FnMut(&[f32])) {
        let Some(fft) = &mut self.fft else { return };
        let (len_in, len_out) = (self.pending.len(), self.block_out.len());
        let done = InterleavedSlice::new(&self.pending[..], 1, len_in)
            .and_then(|input| {
                InterleavedSlice::new_mut(&mut self.block_out[..], 1, len_out).map(|out| (input, out))
            })
            .is_ok_and(|(input, mut out)| fft.process_into_buffer(&input, &mut out, None).is_ok());
        debug_assert!(done, "the blocks have the sizes that the resampler asked for");
        self.pending.clear();
        let cut = self.cut.min(self.block_out.len());
        self.cut -= cut;
        let ready = &self.block_out[cut..];
        let ready = &ready[..ready.len().min((total - self.given) as usize)];
        self.given += ready.len() as u64;
        if !ready.is_empty() {
            sink(ready);
        }
    }
}

/// Resamples a whole clip. Allocates.
pub fn resample(from: u32, to: u32, samples: &[f32]) -> Result<Vec<f32>, FormatError> {
    let mut resampler = Resampler::new(from, to)?;
    let mut out = Vec::with_capacity((samples.len() as u64 * u64::from(to) / u64::from(from)) as usize + 1);
    resampler.push(samples, &mut |piece| out.extend_from_slice(piece));
    resampler.finish(&mut |piece| out.extend_from_slice(piece));
    Ok(out)
}
