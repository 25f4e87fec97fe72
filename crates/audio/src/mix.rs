//! Levels, and noise at a given ratio.

use crate::FRAME_SAMPLES;

/// Root mean square; 0 for nothing.
pub fn rms(samples: &[f32]) -> f32 {
    let sum: f64 = samples.iter().map(|s| f64::from(*s).powi(2)).sum();
    (sum / samples.len().max(1) as f64).sqrt() as f32
}

/// The level of speech: RMS of the 10 ms frames within 30 dB of the loudest, so that silence around it does not count.
pub fn speech_rms(samples: &[f32]) -> f32 {
    let powers: Vec<f32> = samples.chunks_exact(FRAME_SAMPLES).map(|frame| rms(frame).powi(2)).collect();
    let loudest = powers.iter().copied().fold(0.0, f32::max);
    let (sum, n) = powers
        .iter()
        .filter(|power| **power >= loudest * 1e-3)
        .fold((0.0, 0), |(sum, n), p| (sum + p, n + 1));
    (sum / n.max(1) as f32).sqrt()
}

/// The factor from decibels.
pub fn gain(decibels: f32) -> f32 {
    10f32.powf(decibels / 20.0)
}

/// Adds `noise`, from its sample `from` and again from its start where it ends, so that it lies `snr_db` below
/// `speech_rms`. Its level is that of the stretch that is heard. Gives the factor; 0, and nothing is added, when the noise
/// is silent.
pub fn add_noise(samples: &mut [f32], noise: &[f32], from: usize, speech_rms: f32, snr_db: f32) -> f32 {
    if noise.is_empty() {
        return 0.0;
    }
    let heard = |n: usize| noise[(from + n) % noise.len()];
    let sum: f64 = (0..samples.len()).map(|n| f64::from(heard(n)).powi(2)).sum();
    let level = (sum / samples.len().max(1) as f64).sqrt() as f32;
    if level <= 1e-7 {
        return 0.0;
    }
    let factor = speech_rms * gain(-snr_db) / level;
    for (n, sample) in samples.iter_mut().enumerate() {
        *sample += heard(n) * factor;
    }
    factor
}

/// Scales so that the loudest sample is at `dbfs`. Gives the factor; 1 for silence.
pub fn set_peak(samples: &mut [f32], dbfs: f32) -> f32 {
    let peak = samples.iter().fold(0f32, |peak, s| peak.max(s.abs()));
    if peak <= 0.0 {
        return 1.0;
    }
    let factor = gain(dbfs) / peak;
    samples.iter_mut().for_each(|sample| *sample *= factor);
    factor
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Draw;

    fn noise(seed: u64, len: usize, rms: f32) -> Vec<f32> {
        let mut draw = Draw::new(seed, &[]);
        (0..len).map(|_| draw.noise(rms)).collect()
    }

    #[test]
    fn silence_around_speech_does_not_count() {
        let mut speech = noise(1, 8000, 0.1);
        let alone = speech_rms(&speech);
        speech.extend(vec![0.0; 16_000]);
        assert!((speech_rms(&speech) - alone).abs() < 1e-4);
        assert_eq!(speech_rms(&[]), 0.0);
    }

    #[test]
    fn silent_noise_adds_nothing() {
        let mut samples = noise(1, 1600, 0.1);
        let before = samples.clone();
        assert_eq!(add_noise(&mut samples, &[0.0; 100], 0, 0.1, 10.0), 0.0);
        assert_eq!(add_noise(&mut samples, &[], 0, 0.1, 10.0), 0.0);
        assert_eq!(samples, before);
        assert_eq!(set_peak(&mut [0.0; 4], -3.0), 1.0);
    }

    proptest! {
        #[test]
        fn the_ratio_is_as_asked(snr in -5f32..30.0, from in 0usize..50_000, length in 100usize..20_000, seed: u64) {
            let speech = noise(seed, 16_000, 0.1);
            let mut mixed = speech.clone();
            add_noise(&mut mixed, &noise(seed ^ 1, length, 0.02), from, speech_rms(&speech), snr);
            let added: Vec<f32> = mixed.iter().zip(&speech).map(|(m, s)| m - s).collect();
            let ratio = 20.0 * (speech_rms(&speech) / rms(&added)).log10();
            prop_assert!((ratio - snr).abs() < 0.05, "{ratio} for {snr}");
        }

        #[test]
        fn the_peak_is_as_asked(dbfs in -40f32..0.0, seed: u64) {
            let mut samples = noise(seed, 1000, 0.05);
            set_peak(&mut samples, dbfs);
            let peak = samples.iter().fold(0f32, |peak, s| peak.max(s.abs()));
            prop_assert!((20.0 * peak.log10() - dbfs).abs() < 0.01);
        }
    }
}
