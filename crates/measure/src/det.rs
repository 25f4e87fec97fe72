//! Misses against false alarms.

use crate::{Quantiles, Rate, Share, Track};

/// A detection where a word was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// 0 to 1.
    pub score: f32,
    /// Audio time from the end of the word, in milliseconds; negative when the word was still being said.
    pub delay_ms: f64,
    /// What the engine computed before it said so, in milliseconds; 0 when that is not known.
    pub compute_ms: f64,
}

/// One recording of a word, heard under one condition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trial {
    /// What came in the word's time, in order.
    pub answers: Vec<Answer>,
    /// The first answer that the engine gave by its own setting.
    pub own: Option<Answer>,
}

impl Trial {
    /// The highest threshold at which the word would be heard; 0 when at none.
    pub fn score(&self) -> f32 {
        self.answers.iter().map(|answer| answer.score).fold(0.0, f32::max)
    }

    /// The first answer with this threshold; without one, by the engine's own setting.
    pub fn answer(&self, threshold: Option<f32>) -> Option<Answer> {
        match threshold {
            Some(threshold) => self.answers.iter().find(|answer| answer.score >= threshold).copied(),
            None => self.own,
        }
    }
}

/// What was heard of a word where it was not said.
#[derive(Clone, Debug, Default)]
pub struct Alarms {
    /// One a stream.
    pub tracks: Vec<Track>,
    /// Of all streams together.
    pub hours: f64,
    /// Detections by the engine's own setting.
    pub own: u64,
}

impl Alarms {
    /// How many there are with this threshold; without one, by the engine's own setting.
    pub fn count(&self, threshold: Option<f32>) -> u64 {
        match threshold {
            Some(threshold) => self.tracks.iter().map(|track| track.heard(threshold).count() as u64).sum(),
            None => self.own,
        }
    }

    /// The same as a rate.
    pub fn rate(&self, threshold: Option<f32>) -> Rate {
        Rate::new(self.count(threshold), self.hours)
    }

    /// Both together.
    pub fn with(mut self, other: &Alarms) -> Alarms {
        self.tracks.extend(other.tracks.iter().cloned());
        self.hours += other.hours;
        self.own += other.own;
        self
    }
}

/// The lowest score that a threshold is set to.
pub const FLOOR: f32 = 0.05;

/// The thresholds that are looked at: from [`FLOOR`] to 0.9999, evenly in the logarithm of the odds, which is how the
/// scores of a sigmoid lie.
pub fn thresholds() -> Vec<f32> {
    let odds = |p: f64| (p / (1.0 - p)).ln();
    let (low, high) = (odds(f64::from(FLOOR)), odds(0.9999));
    (0..=400)
        .map(|n| 1.0 / (1.0 + (-(low + (high - low) * f64::from(n) / 400.0)).exp()))
        .map(|p| p as f32)
        .collect()
}

/// A curve: for rising thresholds, what is missed and how many false alarms there are.
#[derive(Clone, Debug, PartialEq)]
pub struct Det {
    /// Rising thresholds.
    pub points: Vec<DetPoint>,
    /// Recordings that could be missed.
    pub of: u64,
    /// Behind the false alarms.
    pub hours: f64,
}

/// A point of [`Det`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DetPoint {
    /// The score that counts.
    pub threshold: f32,
    /// Recordings missed.
    pub missed: u64,
    /// False alarms.
    pub alarms: u64,
}

impl Det {
    /// Points that say the same as their neighbours are left out.
    pub fn new(trials: &[Trial], alarms: &Alarms) -> Det {
        let scores: Vec<f32> = trials.iter().map(Trial::score).collect();
        let all: Vec<DetPoint> = thresholds()
            .into_iter()
            .map(|threshold| DetPoint {
                threshold,
                missed: scores.iter().filter(|score| **score < threshold).count() as u64,
                alarms: alarms.count(Some(threshold)),
            })
            .collect();
        let says = |point: &DetPoint| (point.missed, point.alarms);
        let points = (0..all.len())
            .filter(|&n| {
                let alike =
                    |other: Option<&DetPoint>| other.is_some_and(|other| says(other) == says(&all[n]));
                !(alike(n.checked_sub(1).and_then(|n| all.get(n))) && alike(all.get(n + 1)))
            })
            .map(|n| all[n])
            .collect();
        Det { points, of: trials.len() as u64, hours: alarms.hours }
    }
}

/// Where an engine may be set to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OperatingPoint {
    /// The score that counts; the engine's own setting when None.
    pub threshold: Option<f32>,
}

impl OperatingPoint {
    /// The lowest threshold from which on there are at most `per_hour` false alarms; None when even the highest has more.
    /// Where so few are less than one in the hours that were heard, it is the lowest without any.
    pub fn at_most(per_hour: f64, alarms: &Alarms) -> Option<OperatingPoint> {
        let most = per_hour * alarms.hours;
        let mut lowest = None;
        for threshold in thresholds().into_iter().rev() {
            // The next threshold may have fewer again, since the gap after an alarm swallows others.
            if alarms.count(Some(threshold)) as f64 > most {
                break;
            }
            lowest = Some(threshold);
        }
        lowest.map(|threshold| OperatingPoint { threshold: Some(threshold) })
    }

    /// What is missed there, and how soon the rest is heard: audio time, then with the computing.
    pub fn on(&self, trials: &[Trial]) -> (Share, Quantiles, Quantiles) {
        let answers: Vec<Answer> = trials.iter().filter_map(|trial| trial.answer(self.threshold)).collect();
        let missed = trials.len() - answers.len();
        let audio: Vec<f64> = answers.iter().map(|answer| answer.delay_ms).collect();
        let all: Vec<f64> = answers.iter().map(|answer| answer.delay_ms + answer.compute_ms).collect();
        (Share::new(missed as u64, trials.len() as u64), Quantiles::of(&audio), Quantiles::of(&all))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use mynah_audio::Samples;
    use proptest::prelude::*;

    use super::*;
    use crate::Hit;

    fn trials(scores: &[f32]) -> Vec<Trial> {
        let answer = |score| Answer { score, delay_ms: f64::from(score) * 100.0, compute_ms: 1.0 };
        scores
            .iter()
            .map(|&score| Trial { answers: vec![answer(score / 2.0), answer(score)], own: None })
            .collect()
    }

    /// A second apart, each by itself.
    fn alarms(scores: &[f32], hours: f64) -> Alarms {
        let hits = scores.iter().zip(1..).map(|(&score, n)| Hit { at: n * 16_000, score });
        Alarms { tracks: vec![Track { hits: hits.collect(), gap: Samples(8000) }], hours, own: 0 }
    }

    /// Where at most so many an hour are allowed: threshold, alarms, misses.
    fn check(positives: &[f32], negatives: &[f32], hours: f64, per_hour: f64, expected: Expect) {
        let alarms = alarms(negatives, hours);
        let text = match OperatingPoint::at_most(per_hour, &alarms) {
            Some(point) => {
                let (missed, audio, all) = point.on(&trials(positives));
                let rate = alarms.rate(point.threshold);
                format!(
                    "{:.2}: {} alarms, {} of {} missed, {:.0} ms, {:.0} ms",
                    point.threshold.unwrap_or_default(),
                    rate.count,
                    missed.count,
                    missed.of,
                    audio.p50,
                    all.p50
                )
            }
            None => "none".into(),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn operating_points() {
        let (said, not_said) = ([0.95, 0.9, 0.8, 0.4], [0.3, 0.5, 0.7, 0.85]);
        check(&said, &not_said, 2.0, 2.0, expect!["0.05: 4 alarms, 0 of 4 missed, 40 ms, 41 ms"]);
        check(&said, &not_said, 2.0, 1.0, expect!["0.50: 2 alarms, 1 of 4 missed, 90 ms, 91 ms"]);
        check(&said, &not_said, 2.0, 0.5, expect!["0.70: 1 alarms, 1 of 4 missed, 90 ms, 91 ms"]);
        // Less than one alarm in two hours: none at all.
        check(&said, &not_said, 2.0, 0.1, expect!["0.85: 0 alarms, 2 of 4 missed, 90 ms, 91 ms"]);
        check(&said, &[], 2.0, 0.1, expect!["0.05: 0 alarms, 0 of 4 missed, 40 ms, 41 ms"]);
        check(&said, &[1.0], 2.0, 0.1, expect!["none"]);
        check(&[], &not_said, 2.0, 0.5, expect!["0.70: 1 alarms, 0 of 0 missed, 0 ms, 0 ms"]);
    }

    #[test]
    fn a_curve_keeps_its_corners_only() {
        let det = Det::new(&trials(&[0.9, 0.6]), &alarms(&[0.7], 2.0));
        let points: Vec<String> =
            det.points.iter().map(|p| format!("{:.2}: {} {}", p.threshold, p.missed, p.alarms)).collect();
        expect!["0.05: 0 1, 0.60: 0 1, 0.61: 1 1, 0.69: 1 1, 0.70: 1 0, 0.90: 1 0, 0.90: 2 0, 1.00: 2 0"]
            .assert_eq(&points.join(", "));
    }

    proptest! {
        #[test]
        fn a_higher_threshold_misses_more_and_is_alarmed_less(
            positives in prop::collection::vec(0f32..1.0, 0..30),
            negatives in prop::collection::vec(0f32..1.0, 0..30),
        ) {
            let det = Det::new(&trials(&positives), &alarms(&negatives, 1.0));
            for pair in det.points.windows(2) {
                prop_assert!(pair[0].missed <= pair[1].missed);
                prop_assert!(pair[0].alarms >= pair[1].alarms);
            }
        }

        #[test]
        fn an_operating_point_keeps_its_word(
            negatives in prop::collection::vec(0f32..1.0, 0..30), hours in 0.5f64..5.0, per_hour in 0.05f64..5.0,
        ) {
            let alarms = alarms(&negatives, hours);
            let point = OperatingPoint::at_most(per_hour, &alarms);
            prop_assert!(point.is_none_or(|point| alarms.rate(point.threshold).per_hour <= per_hour));
        }
    }
}
