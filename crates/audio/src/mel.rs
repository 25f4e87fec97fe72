//! Log-mel features, computed as the training code does.

use std::f64::consts::TAU;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use crate::{FRAME_SAMPLES, SAMPLE_RATE, Samples};

/// Values of one feature frame.
pub const MEL_BANDS: usize = 40;
/// Samples that one feature frame looks at: 25 ms.
pub const MEL_WINDOW: usize = 400;

const FFT: usize = 512;
const BINS: usize = FFT / 2 + 1;
const LOW_HZ: f64 = 60.0;
const HIGH_HZ: f64 = 7600.0;
const FLOOR: f32 = 1e-8;

/// 16 kHz frames → log-mel features, one for each frame of 10 ms.
///
/// Feature `t` covers the 400 samples that end with frame `t`; before the stream stand zeros. They are weighted by a
/// periodic Hann window and padded with zeros to 512; the power |X|² of 257 bins is summed by 40 triangles, equally
/// spaced from 60 to 7,600 Hz on HTK's mel scale (2595 log₁₀(1 + f/700)), of peak 1, linear in Hz between their
/// corners, taken at the centre of each bin. The value is ln(energy + 1e-8). `models/training` has the same in Python.
pub struct LogMel {
    fft: Arc<dyn RealToComplex<f32>>,
    hann: Box<[f32; MEL_WINDOW]>,
    triangles: Vec<Triangle>,
    window: Box<[f32; MEL_WINDOW]>,
    padded: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
    power: Box<[f32; BINS]>,
    features: [f32; MEL_BANDS],
}

/// The bins that a band hears, from `first` on.
struct Triangle {
    first: usize,
    weights: Vec<f32>,
}

impl Default for LogMel {
    fn default() -> Self {
        Self::new()
    }
}

impl LogMel {
    /// At the start of a stream. Allocates; nothing else here does.
    pub fn new() -> Self {
        let fft = RealFftPlanner::<f32>::new().plan_fft_forward(FFT);
        let hann = std::array::from_fn(|n| (0.5 - 0.5 * (TAU * n as f64 / MEL_WINDOW as f64).cos()) as f32);
        LogMel {
            hann: Box::new(hann),
            triangles: triangles(),
            window: Box::new([0.0; MEL_WINDOW]),
            padded: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: Box::new([0.0; BINS]),
            features: [0.0; MEL_BANDS],
            fft,
        }
    }

    /// The feature that ends with this frame. Does not allocate.
    pub fn push(&mut self, frame: &[f32; FRAME_SAMPLES]) -> &[f32; MEL_BANDS] {
        self.window.copy_within(FRAME_SAMPLES.., 0);
        self.window[MEL_WINDOW - FRAME_SAMPLES..].copy_from_slice(frame);
        for ((padded, sample), weight) in self.padded.iter_mut().zip(self.window.iter()).zip(self.hann.iter())
        {
            *padded = sample * weight;
        }
        // The transform uses its input as scratch space.
        self.padded[MEL_WINDOW..].fill(0.0);
        let done = self.fft.process_with_scratch(&mut self.padded, &mut self.spectrum, &mut self.scratch);
        debug_assert!(done.is_ok(), "the buffers are the planner's own");
        for (power, bin) in self.power.iter_mut().zip(&self.spectrum) {
            *power = bin.norm_sqr();
        }
        for (feature, triangle) in self.features.iter_mut().zip(&self.triangles) {
            let bins = &self.power[triangle.first..];
            let energy: f32 = bins.iter().zip(&triangle.weights).map(|(power, weight)| power * weight).sum();
            *feature = (energy + FLOOR).ln();
        }
        &self.features
    }

    /// How much later than its frame a feature comes: not at all.
    pub fn delay(&self) -> Samples {
        Samples(0)
    }

    /// Back to the start of a stream.
    pub fn reset(&mut self) {
        self.window.fill(0.0);
    }
}

fn triangles() -> Vec<Triangle> {
    let mel = |hz: f64| 2595.0 * (1.0 + hz / 700.0).log10();
    let (low, high) = (mel(LOW_HZ), mel(HIGH_HZ));
    let corner = |n: usize| {
        let mel = low + (high - low) * n as f64 / (MEL_BANDS + 1) as f64;
        700.0 * (10f64.powf(mel / 2595.0) - 1.0)
    };
    (0..MEL_BANDS)
        .map(|band| {
            let (left, centre, right) = (corner(band), corner(band + 1), corner(band + 2));
            let weight = |bin: usize| {
                let hz = bin as f64 * f64::from(SAMPLE_RATE) / FFT as f64;
                ((hz - left) / (centre - left)).min((right - hz) / (right - centre)).max(0.0) as f32
            };
            let first = (0..BINS).find(|&bin| weight(bin) > 0.0).unwrap_or(0);
            let weights = (first..BINS).map(weight).take_while(|weight| *weight > 0.0).collect();
            Triangle { first, weights }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Golden {
        first_samples: Vec<f32>,
        frames: Vec<Vec<f32>>,
    }

    /// The signal that `golden_mel.json` describes.
    fn golden_signal(len: usize) -> Vec<f32> {
        let mut state = 12345u32;
        (0..len)
            .map(|n| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let noise = f64::from(state) / 2f64.powi(31) - 1.0;
                let turn = TAU * n as f64 / 16000.0;
                let tones = 0.30 * (220.0 * turn).sin()
                    + 0.20 * (1000.0 * turn + 1.0).sin()
                    + 0.10 * (3500.0 * turn + 2.0).sin();
                (tones + 0.05 * noise) as f32
            })
            .collect()
    }

    #[test]
    fn agrees_with_the_training_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/training/golden_mel.json");
        let golden: Golden = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let signal = golden_signal(golden.frames.len() * FRAME_SAMPLES);
        for (ours, theirs) in signal.iter().zip(&golden.first_samples) {
            assert!((ours - theirs).abs() < 1e-6, "the signal itself: {ours} {theirs}");
        }
        let mut mel = LogMel::new();
        // Twice, so that a reset is seen to forget.
        for _ in 0..2 {
            let (frames, rest) = signal.as_chunks::<FRAME_SAMPLES>();
            assert!(rest.is_empty());
            for (t, (frame, expected)) in frames.iter().zip(&golden.frames).enumerate() {
                for (band, (ours, theirs)) in mel.push(frame).iter().zip(expected).enumerate() {
                    assert!((ours - theirs).abs() < 1e-3, "frame {t} band {band}: {ours}, not {theirs}");
                }
            }
            mel.reset();
        }
    }

    #[test]
    fn silence_is_the_floor() {
        let features = *LogMel::new().push(&[0.0; FRAME_SAMPLES]);
        assert!(features.iter().all(|value| (value - FLOOR.ln()).abs() < 1e-6));
    }
}
