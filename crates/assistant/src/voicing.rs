//! Frames → "the person speaks here": the VAD's score together with the level.
//!
//! A VAD alone takes a television or a song for speech, and level alone takes a kettle. A frame
//! counts as voiced when its smoothed score is high (with hysteresis) and its level stands out of the
//! background of the last seconds. Who said the wake word also showed how loud they speak: what is far
//! softer is somebody else. And while they speak, their loudest sounds stand at one level: voice that does not come near it
//! for long is a television, or noise that the VAD takes for speech.

use std::collections::VecDeque;

use mynah_audio::{FRAME_SAMPLES, Frame, Samples};

use crate::ports::SpeechProb;

/// Weight of the newest score; a time constant of about 25 ms.
const SCORE_WEIGHT: f32 = 0.35;
/// Smoothed score at which speech begins in a quiet room, and the most that is asked for in a noisy one.
const SCORE_QUIET: f32 = 0.5;
const SCORE_NOISY: f32 = 0.75;
/// How far speech scores above what four fifths of the background do.
const ABOVE_BACKGROUND_SCORE: f32 = 0.1;
/// Once it speaks, a voice may score this much lower.
const SCORE_HYSTERESIS: f32 = 0.15;
/// How far speech stands above the floor, in dB.
const ABOVE_FLOOR_DB: f32 = 6.0;
/// How far it stands above four fifths of what sounded before the wake word, in dB.
const ABOVE_BACKGROUND_DB: f32 = 4.0;
/// Once it speaks, a voice may sink this much lower, in dB.
const HYSTERESIS_DB: f32 = 3.0;
/// No threshold is lower than this, in dB of full scale: digital silence has no floor.
const LEAST_DB: f32 = -62.0;
/// Levels younger than this may be the wake word itself; they are not background yet. In frames.
const RECENT: usize = 120;
/// How much background is remembered, in frames.
const MEMORY: usize = 500;

/// How much softer than the wake word the rest of a command may be, in dB. Who knows nothing of the background still
/// does not take what is softer than `always_db` for the same person; no background makes what is louder than
/// `never_db` another's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Softer {
    always_db: f32,
    never_db: f32,
}

impl Softer {
    /// In a turn of that age. A television beside the speaker could keep a turn open for long, so with time only what is
    /// nearly as loud keeps it open.
    pub(crate) fn at_age(age: Samples) -> Softer {
        let strict = ((age.as_millis() as f32 - 4_000.0) / 3_000.0).clamp(0.0, 1.0);
        Softer { always_db: -24.0 + 15.0 * strict, never_db: -9.0 + 3.0 * strict }
    }
}

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    /// No speech.
    None,
    /// Speech, it seems, though it may be another's, or noise.
    Faint,
    /// Speech as loud as the speaker's.
    Clear,
}

/// How far below the speaker's loudest tenth a clear voice may lie, in dB: in 98 of 100 spoken orders it comes back within
/// 1.4 s.
const CLEAR_DB: f32 = 4.0;
/// Whatever lies this far above the background before the wake word is clear, in dB.
const CLEAR_ABOVE_BACKGROUND_DB: f32 = 12.0;
/// Frames in a row (others count back) that make a voice clear: a vowel, not a click.
const CLEAR_RUN: u32 = 4;

/// Tells voiced frames in one stream. Needs no more than the frames in order.
#[derive(Debug)]
pub(crate) struct Voicing {
    score: f32,
    voiced: bool,
    /// Mean power of the newest three frames.
    powers: [f32; 3],
    /// Levels in dB and smoothed scores of the newest 1.2 s.
    recent: VecDeque<(f32, f32)>,
    levels: Histogram,
    scores: Histogram,
    /// Frames by which the VAD lags.
    lag: usize,
    /// Level of the voice that spoke the wake word, in dB.
    voice: Option<f32>,
    /// What four fifths of the background before the wake word stayed below, in dB.
    before: Option<f32>,
    /// Score at which speech begins here.
    score_on: f32,
    /// Levels of the voiced frames of the turn.
    spoken: Histogram,
    /// Leaky count of loud voiced frames, at most [`CLEAR_RUN`].
    loud: u32,
}

impl Voicing {
    /// For a VAD whose score comes `delay` late.
    pub(crate) fn new(delay: Samples) -> Self {
        Voicing {
            score: 0.0,
            voiced: false,
            powers: [0.0; 3],
            recent: VecDeque::with_capacity(RECENT + 1),
            levels: Histogram::new(),
            scores: Histogram::new(),
            lag: (delay.0 as usize / FRAME_SAMPLES).min(RECENT - 1),
            voice: None,
            before: None,
            score_on: SCORE_QUIET,
            spoken: Histogram::new(),
            loud: 0,
        }
    }

    /// What the audio is that the score is about (`delay` before this frame). `own` is how much softer than the wake word
    /// its speaker may go on.
    pub(crate) fn push(&mut self, frame: &Frame, prob: SpeechProb, own: Softer) -> Voice {
        let power = frame.samples().iter().map(|s| s * s).sum::<f32>() / FRAME_SAMPLES as f32;
        // A microphone that sends NaN is silent, and a score that is NaN says nothing.
        let power = if power.is_finite() { power } else { 0.0 };
        let prob = if prob.0.is_finite() { prob.0.clamp(0.0, 1.0) } else { 0.0 };
        self.powers.rotate_left(1);
        self.powers[2] = power;
        let level = 10.0 * (self.powers.iter().sum::<f32>() / 3.0 + 1e-10).log10();
        self.score += SCORE_WEIGHT * (prob - self.score);
        self.recent.push_back((level, self.score));
        if self.recent.len() > RECENT
            && let Some((level, score)) = self.recent.pop_front()
        {
            self.levels.push((level + 100.0) / 100.0);
            self.scores.push(score);
        }
        let (level, _) = self.recent[self.recent.len().saturating_sub(1 + self.lag)];

        let floor = self.levels.percentile(20).map(decibels);
        let mut threshold = floor.map_or(LEAST_DB, |floor| floor + ABOVE_FLOOR_DB);
        if let Some(before) = self.before {
            threshold = threshold.max(before + ABOVE_BACKGROUND_DB);
        }
        if let Some(voice) = self.voice {
            threshold = threshold.clamp(voice + own.always_db, voice + own.never_db);
        }
        threshold = threshold.max(LEAST_DB);
        self.voiced = if self.voiced {
            self.score >= self.score_on - SCORE_HYSTERESIS && level >= threshold - HYSTERESIS_DB
        } else {
            self.score >= self.score_on && level >= threshold
        };
        self.loud = if self.voiced && level >= self.clear_db() {
            (self.loud + 1).min(CLEAR_RUN)
        } else {
            self.loud.saturating_sub(1)
        };
        if self.voiced {
            self.spoken.push((level + 100.0) / 100.0);
        }
        match self.voiced {
            true if self.loud == CLEAR_RUN => Voice::Clear,
            true => Voice::Faint,
            false => Voice::None,
        }
    }

    /// The level of a clear voice: all is, where there is no background.
    fn clear_db(&self) -> f32 {
        let speaker = self.spoken.percentile(90).map(decibels).or(self.voice);
        match (speaker, self.before) {
            (Some(speaker), Some(before)) => (speaker - CLEAR_DB).min(before + CLEAR_ABOVE_BACKGROUND_DB),
            _ => f32::NEG_INFINITY,
        }
    }

    /// A turn opens here: what sounded before is its background.
    pub(crate) fn learn_background(&mut self) {
        self.before = self.levels.percentile(80).map(decibels);
        let usual = self.scores.percentile(80).unwrap_or_default();
        self.score_on = (usual + ABOVE_BACKGROUND_SCORE).clamp(SCORE_QUIET, SCORE_NOISY);
        self.spoken = Histogram::new();
    }

    /// A wake word ends about here: how loud its speaker is.
    pub(crate) fn learn_voice(&mut self) {
        let mut levels: Vec<f32> = self.recent.iter().map(|(level, _)| *level).collect();
        levels.sort_by(f32::total_cmp);
        self.voice = levels.get(levels.len() * 9 / 10).copied();
    }

    /// The stream goes on elsewhere (a gap, or we spoke). The room is the same, so its background is kept.
    pub(crate) fn reset(&mut self) {
        self.score = 0.0;
        self.voiced = false;
        self.powers = [0.0; 3];
        self.loud = 0;
        self.recent.clear();
    }
}

/// From the histogram's 0..1.
fn decibels(share: f32) -> f32 {
    share * 100.0 - 100.0
}

/// A histogram of the last seconds of values from 0 to 1, in hundredths.
#[derive(Debug)]
struct Histogram {
    counts: [u16; 101],
    values: VecDeque<u8>,
}

impl Histogram {
    fn new() -> Self {
        Histogram { counts: [0; 101], values: VecDeque::with_capacity(MEMORY + 1) }
    }

    fn push(&mut self, value: f32) {
        let step = (value * 100.0).clamp(0.0, 100.0) as u8;
        self.counts[usize::from(step)] += 1;
        self.values.push_back(step);
        if self.values.len() > MEMORY
            && let Some(old) = self.values.pop_front()
        {
            self.counts[usize::from(old)] -= 1;
        }
    }

    /// The value that `percent` of the frames stay below; nothing before half a second is known.
    fn percentile(&self, percent: usize) -> Option<f32> {
        if self.values.len() < 50 {
            return None;
        }
        let wanted = self.values.len() * percent / 100;
        let mut seen = 0;
        for (step, count) in self.counts.iter().enumerate() {
            seen += usize::from(*count);
            if seen > wanted {
                return Some(step as f32 / 100.0);
            }
        }
        None
    }
}
