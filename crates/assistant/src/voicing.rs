//! Frames → "the person speaks here": the VAD's score together with the level.
//!
//! A VAD alone takes a television or a song for speech, and level alone takes a kettle. A frame
//! counts as voiced when its smoothed score is high (with hysteresis) and its level stands out of the
//! background of the last seconds. Who said the wake word also showed how loud they speak: what is far
//! softer is somebody else.

use std::collections::VecDeque;

use mynah_audio::{FRAME_SAMPLES, Frame, Samples};

use crate::ports::SpeechProb;

/// Weight of the newest score; a time constant of about 25 ms.
const SCORE_WEIGHT: f32 = 0.35;
/// Smoothed score at which speech begins, and below which it ends.
const SCORE_ON: f32 = 0.5;
const SCORE_OFF: f32 = 0.35;
/// How far speech stands above the floor, in dB.
const ABOVE_FLOOR_DB: f32 = 6.0;
/// How far it stands above the middle of what sounded before the wake word, in dB.
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
        Softer { always_db: -24.0 + 15.0 * strict, never_db: -12.0 + 6.0 * strict }
    }
}

/// Tells voiced frames in one stream. Needs no more than the frames in order.
#[derive(Debug)]
pub(crate) struct Voicing {
    score: f32,
    voiced: bool,
    /// Mean power of the newest three frames.
    powers: [f32; 3],
    /// Levels of the newest 1.2 s, in dB.
    recent: VecDeque<f32>,
    background: Background,
    /// Frames by which the VAD lags.
    lag: usize,
    /// Level of the voice that spoke the wake word, in dB.
    voice: Option<f32>,
    /// Median of the background before the wake word, in dB.
    before: Option<f32>,
}

impl Voicing {
    /// For a VAD whose score comes `delay` late.
    pub(crate) fn new(delay: Samples) -> Self {
        Voicing {
            score: 0.0,
            voiced: false,
            powers: [0.0; 3],
            recent: VecDeque::with_capacity(RECENT + 1),
            background: Background::new(),
            lag: (delay.0 as usize / FRAME_SAMPLES).min(RECENT - 1),
            voice: None,
            before: None,
        }
    }

    /// Whether the audio that the score is about (`delay` before this frame) is voiced. `own` is how
    /// much softer than the wake word its speaker may go on.
    pub(crate) fn push(&mut self, frame: &Frame, prob: SpeechProb, own: Softer) -> bool {
        let power = frame.samples().iter().map(|s| s * s).sum::<f32>() / FRAME_SAMPLES as f32;
        // A microphone that sends NaN is silent, and a score that is NaN says nothing.
        let power = if power.is_finite() { power } else { 0.0 };
        let prob = if prob.0.is_finite() { prob.0.clamp(0.0, 1.0) } else { 0.0 };
        self.powers.rotate_left(1);
        self.powers[2] = power;
        let level = 10.0 * (self.powers.iter().sum::<f32>() / 3.0 + 1e-10).log10();
        self.recent.push_back(level);
        if self.recent.len() > RECENT {
            if let Some(old) = self.recent.pop_front() {
                self.background.push(old);
            }
        }
        let level = self.recent[self.recent.len().saturating_sub(1 + self.lag)];

        self.score += SCORE_WEIGHT * (prob - self.score);
        let mut threshold = self.background.percentile(20).map_or(LEAST_DB, |floor| floor + ABOVE_FLOOR_DB);
        if let Some(before) = self.before {
            threshold = threshold.max(before + ABOVE_BACKGROUND_DB);
        }
        if let Some(voice) = self.voice {
            threshold = threshold.clamp(voice + own.always_db, voice + own.never_db);
        }
        threshold = threshold.max(LEAST_DB);
        self.voiced = if self.voiced {
            self.score >= SCORE_OFF && level >= threshold - HYSTERESIS_DB
        } else {
            self.score >= SCORE_ON && level >= threshold
        };
        self.voiced
    }

    /// A wake word ends about here: how loud its speaker is, and what sounded before.
    pub(crate) fn learn_voice(&mut self) {
        let mut levels: Vec<f32> = self.recent.iter().copied().collect();
        levels.sort_by(f32::total_cmp);
        self.voice = levels.get(levels.len() * 9 / 10).copied();
        self.before = self.background.percentile(50);
    }

    /// The stream goes on elsewhere (a gap, or we spoke). The room is the same, so its background is kept.
    pub(crate) fn reset(&mut self) {
        self.score = 0.0;
        self.voiced = false;
        self.powers = [0.0; 3];
        self.recent.clear();
    }
}

/// A histogram of the levels of the last seconds, in steps of 1 dB from −100 to 0.
#[derive(Debug)]
struct Background {
    counts: [u16; 101],
    levels: VecDeque<u8>,
}

impl Background {
    fn new() -> Self {
        Background { counts: [0; 101], levels: VecDeque::with_capacity(MEMORY + 1) }
    }

    fn push(&mut self, db: f32) {
        let step = (db + 100.0).clamp(0.0, 100.0) as u8;
        self.counts[step as usize] += 1;
        self.levels.push_back(step);
        if self.levels.len() > MEMORY {
            if let Some(old) = self.levels.pop_front() {
                self.counts[old as usize] -= 1;
            }
        }
    }

    /// The level that `percent` of the frames stay below, in dB; nothing before half a second is known.
    fn percentile(&self, percent: usize) -> Option<f32> {
        if self.levels.len() < 50 {
            return None;
        }
        let wanted = self.levels.len() * percent / 100;
        let mut seen = 0;
        for (step, count) in self.counts.iter().enumerate() {
            seen += *count as usize;
            if seen > wanted {
                return Some(step as f32 - 100.0);
            }
        }
        None
    }
}
