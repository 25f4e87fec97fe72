//! How loud the input is, and what is wrong with it.

use std::fmt;

use crate::{FRAME_SAMPLES, Frame, Samples};

/// Full scale counts as clipped from here on: converters of few bits stop a step short of 1.
const CLIPPED: f32 = 0.995;
/// The stretch that one judgement looks at.
const WINDOW: Samples = Samples::from_millis(1000);
/// Share of clipped samples in a window from which on speech is distorted.
const CLIPPING_SHARE: f32 = 0.005;
/// A mean beyond this is a fault of the microphone, not sound.
const DC_LIMIT: f32 = 0.05;
/// Real converters are never this long at exactly zero.
const ZEROS: Samples = Samples::from_millis(3000);
/// A problem that was absent this long is reported again when it comes back.
const REARM: Samples = Samples::from_millis(30_000);

/// Figures of a stretch of sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// Root mean square in dB, where a full-scale square wave is 0; −120 for silence.
    pub rms_dbfs: f32,
    /// Greatest absolute value.
    pub peak: f32,
    /// Share of samples at full scale, 0 to 1.
    pub clipped: f32,
    /// Mean.
    pub dc: f32,
}

/// Something is wrong with the input, and a person should act.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LevelProblem {
    /// Every sample of this stretch was exactly zero.
    Zeros(Samples),
    /// This share of a second was at full scale.
    Clipping(f32),
    /// The mean of a second was this far from zero.
    DcOffset(f32),
}

impl fmt::Display for LevelProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LevelProblem::Zeros(how_long) => write!(
                f,
                "the microphone gives only zeros (for {} s): it may be muted, or another input is meant",
                how_long.as_millis() / 1000
            ),
            LevelProblem::Clipping(share) => {
                write!(
                    f,
                    "the sound clips ({:.1} % of the samples): lower the gain of the microphone",
                    share * 100.0
                )
            }
            LevelProblem::DcOffset(dc) => {
                write!(
                    f,
                    "the sound has an offset of {:.0} % of full scale: the microphone or its converter is faulty",
                    dc * 100.0
                )
            }
        }
    }
}

/// Watches the level, a second at a time. Each problem is told when it begins, and again only after half a minute
/// without it.
#[derive(Clone, Debug, Default)]
pub struct LevelMeter {
    now: Sums,
    all: Sums,
    last: Option<Level>,
    zeros: u64,
    told_zeros: bool,
    /// Samples since the problem was last seen; None when it never was.
    clipping: Option<u64>,
    offset: Option<u64>,
}

impl LevelMeter {
    /// Nothing heard yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes 10 ms; tells a problem when it begins.
    pub fn push(&mut self, frame: &Frame) -> Option<LevelProblem> {
        self.now.add(frame.samples());
        if frame.samples().iter().all(|sample| *sample == 0.0) {
            self.zeros += FRAME_SAMPLES as u64;
        } else {
            self.zeros = 0;
            self.told_zeros = false;
        }
        if self.zeros >= ZEROS.0 && !self.told_zeros {
            self.told_zeros = true;
            return Some(LevelProblem::Zeros(Samples(self.zeros)));
        }
        if self.now.samples < WINDOW.0 {
            return None;
        }
        let level = self.now.level();
        self.all.merge(&self.now);
        self.now = Sums::default();
        self.last = Some(level);
        let clips = begins(&mut self.clipping, level.clipped > CLIPPING_SHARE);
        let leans = begins(&mut self.offset, level.dc.abs() > DC_LIMIT);
        match (clips, leans) {
            (true, _) => Some(LevelProblem::Clipping(level.clipped)),
            (_, true) => Some(LevelProblem::DcOffset(level.dc)),
            _ => None,
        }
    }

    /// The last full second.
    pub fn last_second(&self) -> Option<Level> {
        self.last
    }

    /// All that was heard; None before the first frame.
    pub fn total(&self) -> Option<Level> {
        let mut all = self.all.clone();
        all.merge(&self.now);
        (all.samples > 0).then(|| all.level())
    }
}

/// Notes whether a problem is `present` in this window, and says whether it begins.
fn begins(since: &mut Option<u64>, present: bool) -> bool {
    let fresh = since.is_none_or(|quiet| quiet >= REARM.0);
    match (present, &since) {
        (true, _) => *since = Some(0),
        (false, Some(quiet)) => *since = Some(quiet + WINDOW.0),
        (false, None) => {}
    }
    present && fresh
}

#[derive(Clone, Debug, Default)]
struct Sums {
    samples: u64,
    sum: f64,
    squares: f64,
    peak: f32,
    clipped: u64,
}

impl Sums {
    fn add(&mut self, samples: &[f32]) {
        self.samples += samples.len() as u64;
        for &sample in samples {
            self.sum += f64::from(sample);
            self.squares += f64::from(sample) * f64::from(sample);
            self.peak = self.peak.max(sample.abs());
            self.clipped += u64::from(sample.abs() >= CLIPPED);
        }
    }

    fn merge(&mut self, other: &Sums) {
        self.samples += other.samples;
        self.sum += other.sum;
        self.squares += other.squares;
        self.peak = self.peak.max(other.peak);
        self.clipped += other.clipped;
    }

    fn level(&self) -> Level {
        let n = self.samples.max(1) as f64;
        Level {
            rms_dbfs: (10.0 * (self.squares / n).max(1e-12).log10()) as f32,
            peak: self.peak,
            clipped: (self.clipped as f64 / n) as f32,
            dc: (self.sum / n) as f32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SamplePos;
    use expect_test::{Expect, expect};

    /// Feeds `seconds` of `signal` (sample number → value) and lists what is told, with the time in ms.
    fn check(seconds: u64, signal: impl Fn(u64) -> f32, expected: Expect) {
        let mut meter = LevelMeter::new();
        let mut told = String::new();
        for t in 0..seconds * 100 {
            let frame = Frame::new(SamplePos(t * 160), std::array::from_fn(|n| signal(t * 160 + n as u64)));
            if let Some(problem) = meter.push(&frame) {
                told += &format!("{} ms: {problem}\n", frame.end().as_millis());
            }
        }
        let level = meter.total().unwrap();
        told += &format!("{:.1} dBFS, peak {:.2}", level.rms_dbfs, level.peak);
        expected.assert_eq(&told);
    }

    fn sine(n: u64) -> f32 {
        (n as f32 * 0.1).sin()
    }

    #[test]
    fn tells_each_problem_once() {
        check(4, |n| 0.1 * sine(n), expect!["-23.0 dBFS, peak 0.10"]);
        check(
            8,
            |_| 0.0,
            expect![[r#"
                3000 ms: the microphone gives only zeros (for 3 s): it may be muted, or another input is meant
                -120.0 dBFS, peak 0.00"#]],
        );
        check(
            4,
            |n| (2.0 * sine(n)).clamp(-1.0, 1.0),
            expect![[r#"
                1000 ms: the sound clips (66.8 % of the samples): lower the gain of the microphone
                -1.1 dBFS, peak 1.00"#]],
        );
        check(
            4,
            |n| 0.2 + 0.1 * sine(n),
            expect![[r#"
                1000 ms: the sound has an offset of 20 % of full scale: the microphone or its converter is faulty
                -13.5 dBFS, peak 0.30"#]],
        );
    }

    #[test]
    fn tells_again_after_a_good_while() {
        let loud_at = |second: u64| {
            move |n: u64| {
                if [0, second].contains(&(n / 16000)) { 1.0 } else { 0.1 * sine(n) }
            }
        };
        let count = |signal: &dyn Fn(u64) -> f32| {
            let mut meter = LevelMeter::new();
            (0..6000u64)
                .filter(|t| {
                    let frame =
                        Frame::new(SamplePos(t * 160), std::array::from_fn(|n| signal(t * 160 + n as u64)));
                    matches!(meter.push(&frame), Some(LevelProblem::Clipping(_)))
                })
                .count()
        };
        assert_eq!(count(&loud_at(20)), 1);
        assert_eq!(count(&loud_at(40)), 2);
    }
}
