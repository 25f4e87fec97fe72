//! What an engine hears of one recording.

use std::ops::Range;

use mynah_audio::{FRAME_SAMPLES, Samples};

use crate::mix::{add_noise, gain, rms, set_peak, speech_rms};
use crate::{Condition, Draw, convolve};

/// A quiet room hums at this level, in dBFS; digital silence exists in no room.
const HUM_DBFS: f32 = -66.0;
/// Under a recording whose peak is set, so many decibels below that.
const HUM_BELOW_PEAK: f32 = 51.0;

/// What surrounds a recording, as far as the condition asks for it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Surroundings<'a> {
    /// Noise, and the sample from which it is heard.
    pub noise: (&'a [f32], usize),
    /// The room's impulse response; the direct sound at its start.
    pub response: &'a [f32],
}

/// One recording under one condition: a stream that begins in a quiet (or noisy) room.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Whole frames.
    pub samples: Vec<f32>,
    /// Where the word lies in them.
    pub word: Range<usize>,
    /// What the noise was multiplied with; 0 without noise.
    pub noise_factor: f32,
    /// What everything was multiplied with.
    pub gain: f32,
}

impl Scene {
    /// The room is heard so long before the recording begins.
    pub const LEAD: Samples = Samples::from_millis(1500);
    /// And so long after it.
    pub const TAIL: Samples = Samples::from_millis(1500);

    /// `word` is where the word lies in `recording`. The noise goes on all the while; its ratio is to the speech as it
    /// arrives through the room, and a room leaves the speech as loud as it was.
    pub fn new(
        recording: &[f32],
        word: Range<usize>,
        condition: &Condition,
        around: &Surroundings<'_>,
        draw: &mut Draw,
    ) -> Scene {
        let lead = Scene::LEAD.0 as usize;
        let length = (lead + recording.len() + Scene::TAIL.0 as usize).next_multiple_of(FRAME_SAMPLES);
        let mut samples = vec![0.0; length];
        samples[lead..lead + recording.len()].copy_from_slice(recording);
        let level = speech_rms(recording);
        if condition.room && !around.response.is_empty() {
            samples = convolve(&samples, around.response);
            let factor = level / speech_rms(&samples).max(1e-9);
            samples.iter_mut().for_each(|sample| *sample *= factor);
        }
        let mut noise_factor = 0.0;
        if let Some(snr) = condition.snr_db {
            let (noise, from) = around.noise;
            noise_factor = add_noise(&mut samples, noise, from, level, snr);
        }
        let mut factor = 1.0;
        let mut hum = HUM_DBFS;
        if let Some(peak) = condition.peak_dbfs {
            factor = set_peak(&mut samples, peak);
            hum = hum.min(peak - HUM_BELOW_PEAK);
        }
        let hum = gain(hum);
        samples.iter_mut().for_each(|sample| *sample += draw.noise(hum));
        Scene { samples, word: word.start + lead..word.end + lead, noise_factor, gain: factor }
    }

    /// The stretch in which a detection counts: from 100 ms into the word until `latest` after its end. What comes
    /// earlier was not caused by the word.
    pub fn window(&self, latest: Samples) -> Range<usize> {
        let start = (self.word.start + Samples::from_millis(100).0 as usize).min(self.word.end);
        start..self.word.end + latest.0 as usize
    }

    /// RMS of everything, for tests and manifests.
    pub fn level(&self) -> f32 {
        rms(&self.samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording() -> Vec<f32> {
        let mut draw = Draw::new(1, &["recording"]);
        (0..16_000).map(|n| if (4000..12_000).contains(&n) { draw.noise(0.1) } else { 0.0 }).collect()
    }

    fn scene(condition: &str, around: &Surroundings<'_>) -> Scene {
        let condition = condition.parse().unwrap_or_default();
        Scene::new(&recording(), 4000..12_000, &condition, around, &mut Draw::new(1, &["hum"]))
    }

    #[test]
    fn the_word_is_where_it_says() {
        let clean = scene("clean", &Surroundings::default());
        assert_eq!(clean.samples.len() % FRAME_SAMPLES, 0);
        let (before, word) = (&clean.samples[..clean.word.start], &clean.samples[clean.word.clone()]);
        assert!(rms(before) < 0.001 && rms(word) > 0.09);
        assert!(rms(&clean.samples[clean.word.end..]) < 0.001);
        assert_eq!(
            clean.window(Samples::from_millis(1000)),
            clean.word.start + 1600..clean.word.end + 16_000
        );
    }

    #[test]
    fn a_condition_does_what_it_says() {
        let mut draw = Draw::new(2, &["noise"]);
        let noise: Vec<f32> = (0..5000).map(|_| draw.noise(0.01)).collect();
        let response = [1.0, 0.0, 0.0, 0.5];
        let around = Surroundings { noise: (&noise, 123), response: &response };
        let level = speech_rms(&recording());

        let noisy = scene("10dB", &around);
        let ratio = level / rms(&noisy.samples[..noisy.word.start]);
        assert!((20.0 * ratio.log10() - 10.0).abs() < 0.3);

        let room = scene("room", &around);
        assert!((speech_rms(&room.samples) / level - 1.0).abs() < 0.02, "as loud as before");

        let soft = scene("-35dBFS", &around);
        let peak = soft.samples.iter().fold(0f32, |peak, s| peak.max(s.abs()));
        assert!((20.0 * peak.log10() + 35.0).abs() < 0.1);
        assert!(rms(&soft.samples[..soft.word.start]) < 1e-4, "the hum is softer too");
        assert!((soft.gain * 0.1 * 3f32.sqrt() - gain(-35.0)).abs() < 1e-3);
    }

    #[test]
    fn the_same_draw_gives_the_same_stream() {
        let around = Surroundings::default();
        assert_eq!(scene("clean", &around), scene("clean", &around));
    }
}
