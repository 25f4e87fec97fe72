//! What is regular in the features of a speaker, a room and a microphone, taken off while the sound comes in.

use std::collections::VecDeque;

use mynah_audio::MEL_BANDS;

/// How [`RunningMean`] works; a model's description has the figures that it was trained with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MeanConfig {
    /// A: so many later frames are in a frame's mean.
    pub(crate) ahead: usize,
    /// k: the mean of other people's speech counts as so many of the loudest frames.
    pub(crate) seed: f32,
    /// m₀: that mean, of speech whose loudest frame has the loudness L₀.
    pub(crate) mean: [f32; MEL_BANDS],
    /// L₀.
    pub(crate) loudness: f32,
    /// What the difference is divided by.
    pub(crate) scale: f32,
}

/// Takes a mean off each log-mel frame in which a frame counts by the square root of its energy: speech counts, the noise between hardly does.
///
/// With x the log-mel, L(t) = ln Σ exp x(t), M(t) the greatest L up to frame t + A, and w(s) = exp(½(L(s) − M(t))), frame t less its mean is
/// x(t) − (Σ w(s)·x(s) + k·(m₀ + M(t) − L₀)) / (Σ w(s) + k), the sums over all s up to t + A. A gain moves x and the mean alike: the result is the
/// same at any level. `models/training` has the same in Python.
#[derive(Clone, Debug)]
pub(crate) struct RunningMean {
    config: MeanConfig,
    /// Σ w·x and Σ w, relative to `loudest`.
    sums: [f64; MEL_BANDS],
    weight: f64,
    loudest: f64,
    waiting: VecDeque<[f32; MEL_BANDS]>,
}

impl RunningMean {
    pub(crate) fn new(config: MeanConfig) -> Self {
        let waiting = VecDeque::with_capacity(config.ahead + 1);
        RunningMean { config, sums: [0.0; MEL_BANDS], weight: 0.0, loudest: f64::NEG_INFINITY, waiting }
    }

    /// The frame of `ahead` frames ago, once there is one.
    pub(crate) fn push(&mut self, frame: &[f32; MEL_BANDS]) -> Option<[f32; MEL_BANDS]> {
        let loudness = frame.iter().map(|&x| f64::from(x).exp()).sum::<f64>().ln();
        if loudness > self.loudest {
            let fade = (0.5 * (self.loudest - loudness)).exp();
            self.sums.iter_mut().for_each(|sum| *sum *= fade);
            self.weight *= fade;
            self.loudest = loudness;
        }
        let weight = (0.5 * (loudness - self.loudest)).exp();
        for (sum, &x) in self.sums.iter_mut().zip(frame) {
            *sum += weight * f64::from(x);
        }
        self.weight += weight;
        self.waiting.push_back(*frame);
        if self.waiting.len() > self.config.ahead { self.next() } else { None }
    }

    /// The next of the last frames, when no more come.
    pub(crate) fn next(&mut self) -> Option<[f32; MEL_BANDS]> {
        let frame = self.waiting.pop_front()?;
        let MeanConfig { seed, mean, loudness, scale, .. } = &self.config;
        let seed = f64::from(*seed);
        let lift = self.loudest - f64::from(*loudness);
        Some(std::array::from_fn(|band| {
            let all = self.sums[band] + seed * (f64::from(mean[band]) + lift);
            ((f64::from(frame[band]) - all / (self.weight + seed)) / f64::from(*scale)) as f32
        }))
    }

    /// How many frames were pushed and not given yet.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Back to the start of a stream.
    pub(crate) fn reset(&mut self) {
        *self = RunningMean::new(self.config.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(ahead: usize) -> MeanConfig {
        MeanConfig { ahead, seed: 20.0, mean: [-4.0; MEL_BANDS], loudness: 0.0, scale: 2.0 }
    }

    fn run(ahead: usize, frames: &[[f32; MEL_BANDS]]) -> Vec<[f32; MEL_BANDS]> {
        let mut mean = RunningMean::new(config(ahead));
        let mut out: Vec<_> = frames.iter().filter_map(|frame| mean.push(frame)).collect();
        out.extend(std::iter::from_fn(|| mean.next()));
        out
    }

    /// Frames of a sound that swells and fades.
    fn sound() -> Vec<[f32; MEL_BANDS]> {
        (0..60).map(|t| std::array::from_fn(|band| ((t * 7 + band * 3) % 23) as f32 / 3.0 - 9.0)).collect()
    }

    #[test]
    fn it_is_the_formula() {
        let frames = sound();
        for ahead in [0, 10] {
            let out = run(ahead, &frames);
            assert_eq!(out.len(), frames.len());
            for (t, given) in out.iter().enumerate() {
                let heard = &frames[..(t + ahead + 1).min(frames.len())];
                let loudness = |frame: &[f32; MEL_BANDS]| frame.iter().map(|x| x.exp()).sum::<f32>().ln();
                let loudest = heard.iter().map(loudness).fold(f32::NEG_INFINITY, f32::max);
                let weight = |frame: &[f32; MEL_BANDS]| (0.5 * (loudness(frame) - loudest)).exp();
                let weights: f32 = heard.iter().map(weight).sum();
                for band in 0..MEL_BANDS {
                    let sum: f32 = heard.iter().map(|frame| weight(frame) * frame[band]).sum();
                    let mean = (sum + 20.0 * (-4.0 + loudest)) / (weights + 20.0);
                    let due = (frames[t][band] - mean) / 2.0;
                    assert!((given[band] - due).abs() < 1e-3, "frame {t} band {band}: {} {due}", given[band]);
                }
            }
        }
    }

    #[test]
    fn a_gain_changes_nothing() {
        let louder: Vec<_> = sound().into_iter().map(|frame| frame.map(|x| x + 3.5)).collect();
        for (quiet, loud) in run(10, &sound()).iter().zip(run(10, &louder)) {
            for (a, b) in quiet.iter().zip(loud) {
                assert!((a - b).abs() < 1e-4, "{a} {b}");
            }
        }
    }
}
