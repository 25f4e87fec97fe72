//! Training a [`Head`]: a wake word of the household's own, on the machine of the household.
//!
//! The shipped encoder hears examples of the phrase and of everything else in rooms, noise and at levels that are drawn
//! ([`scenes`](self)), and a small network learns to tell them apart from its activations. What was kept aside says at which
//! score the word counts as heard. Sound in, head out: there is no file, device or clock here, and the same input
//! gives the same head on any number of cores.

mod learn;
mod scenes;

use std::ops::ControlFlow;

use mynah_assistant::ports::ModelError;

use self::learn::learn;
use self::scenes::{Stage, Theme};
use super::head::Shape;
use super::mynah::WakeModel;
use super::{Confirmation, Head, Word};

/// One recording, 16 kHz mono.
#[derive(Clone, Debug)]
pub struct Example {
    /// The sound: the phrase alone, or speech without it.
    pub samples: Vec<f32>,
    /// How often it is drawn, beside the others: 1 is usual.
    pub weight: f32,
    /// Not learned from: thresholds and figures come from it.
    pub aside: bool,
}

/// What is to be learned.
#[derive(Clone, Debug, Default)]
pub struct Lesson {
    /// What configuration and events call the word: `hey_mynah`.
    pub id: String,
    /// What is said.
    pub phrase: String,
    /// Recordings of the phrase.
    pub positives: Vec<Example>,
    /// Recordings of anything else that is said: near misses of a few syllables, or minutes of speech.
    pub negatives: Vec<Example>,
    /// Recordings of noise; noise that is made up is heard besides.
    pub noises: Vec<Vec<f32>>,
    /// How it was made, for the head's file.
    pub made: String,
    /// Everything that is drawn depends on it.
    pub seed: u64,
    /// How much is learned from.
    pub effort: Effort,
}

/// How much is learned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Scenes of 3.2 s with the phrase, and as many and a half without it.
    pub scenes: usize,
    /// How often all of them are gone through.
    pub rounds: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Effort { scenes: 2000, rounds: 16 }
    }
}

/// A head, and what its threshold was chosen by.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The head.
    pub head: Head,
    /// Share of the scenes with the phrase, made of recordings kept aside, in which it is missed by the head alone.
    pub missed: f32,
    /// Alarms of the head alone in what was kept aside of the negatives,
    pub alarms: usize,
    /// which are so many hours.
    pub hours: f32,
}

/// Why there is no head.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// It was told to stop.
    #[error("stopped")]
    Stopped,
    /// There is too little to learn from.
    #[error("{0}")]
    TooLittle(String),
    /// The model cannot be trained on, or the word cannot be.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// Steps that are looked at, and hidden values: on "athena" one step instead of six missed twice as many (models/wake/CARD.md).
const TAPS: usize = 6;
const STRIDE: usize = 6;
const HIDDEN: usize = 32;
/// A word fires when so many steps reach the threshold.
const PATIENCE: u32 = 2;
const REFRACTORY_MS: u32 = 1000;
/// In what is kept aside no alarm is allowed within so many hours.
const ALARM_EVERY_HOURS: f32 = 2.0;
/// Thresholds are above the scores of what was kept aside by so much,
const MARGIN: f32 = 0.02;
/// and within these: what was kept aside is little.
const LOWEST: f32 = 0.5;
const HIGHEST: f32 = 0.95;
/// Fewest recordings of each kind, to learn from and kept aside.
const FEWEST: usize = 4;
/// Scenes of the phrase that the threshold is measured on.
const ASIDE_SCENES: usize = 300;

/// Trains a head on the encoder of `model`. `progress` is told the share that is done, 0 to 1, and may stop it.
///
/// # Errors
/// [`TrainError`] says what the caller can do about it.
pub fn train(
    model: &WakeModel,
    lesson: &Lesson,
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Trained, TrainError> {
    enough(lesson)?;
    let network = model.network()?;
    let mut told = |part: (f32, f32), share: f32| match progress(part.0 + part.1 * share) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(TrainError::Stopped),
    };
    let stage = Stage::new(network, lesson, false);
    let Effort { scenes, rounds } = lesson.effort;
    let with = stage.perform(Theme::Phrase, scenes, &mut |share| told((0.0, 0.15), share))?;
    let without = stage.perform(Theme::Else, scenes + scenes / 2, &mut |share| told((0.15, 0.2), share))?;
    let shape = Shape { channels: network.channels(), taps: TAPS, stride: STRIDE, hidden: HIDDEN };
    let weights = learn(shape, &with, &without, rounds, lesson.seed, &mut |share| told((0.35, 0.55), share))?;
    let word = Word {
        id: lesson.id.as_str().into(),
        phrase: lesson.phrase.as_str().into(),
        index: 0,
        threshold: LOWEST,
        patience: PATIENCE,
        refractory_ms: REFRACTORY_MS,
        confirmation: Confirmation { candidate: 0.1, threshold: 0.6 },
    };
    let make = |word: Word| {
        Head::new(word, lesson.made.clone(), network, shape, weights.clone()).map_err(ModelError::Unusable)
    };
    let head = make(word.clone())?;

    let stage = Stage::new(network, lesson, true);
    let peaks = stage.alarms(&head, &mut |share| told((0.9, 0.05), share))?;
    let allowed = (peaks.hours / ALARM_EVERY_HOURS) as usize;
    let next = peaks.scores.get(allowed).copied().unwrap_or_default();
    let threshold = (next + MARGIN).clamp(LOWEST, HIGHEST);
    let aside = stage.perform(Theme::Phrase, ASIDE_SCENES, &mut |share| told((0.95, 0.05), share))?;
    let heard = aside.iter().filter(|scene| scene.best(&head, PATIENCE) >= threshold).count();
    Ok(Trained {
        head: make(Word { threshold, ..word })?,
        missed: 1.0 - heard as f32 / aside.len() as f32,
        alarms: peaks.scores.iter().filter(|score| **score >= threshold).count(),
        hours: peaks.hours,
    })
}

fn enough(lesson: &Lesson) -> Result<(), TrainError> {
    let count =
        |examples: &[Example], aside| examples.iter().filter(|example| example.aside == aside).count();
    for (what, examples) in [("of the phrase", &lesson.positives), ("without it", &lesson.negatives)] {
        for (aside, why) in [(false, "to learn from"), (true, "to keep aside")] {
            let found = count(examples, aside);
            if found < FEWEST {
                return Err(TrainError::TooLittle(format!(
                    "there are {found} recordings {what} {why}, {FEWEST} are the least"
                )));
            }
        }
    }
    let spoken = lesson.positives.iter().chain(&lesson.negatives).map(|example| &example.samples);
    match spoken.chain(&lesson.noises).all(|samples| samples.iter().all(|sample| sample.is_finite())) {
        false => Err(TrainError::TooLittle("a recording holds what is not a number".into())),
        true => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use mynah_audio::Draw;

    use super::*;

    /// A voice of sorts: tones with overtones, one after another, at a pitch of its own.
    fn said(tones: &[f64], draw: &mut Draw) -> Vec<f32> {
        let pitch = draw.between(0.9, 1.1);
        let mut samples = vec![0.0; 2400];
        for tone in tones {
            samples.extend((0..2400).map(|n| {
                let turn = std::f64::consts::TAU * tone * pitch * f64::from(n) / 16_000.0;
                (0.2 * turn.sin() + 0.1 * (2.0 * turn).sin()) as f32 + draw.noise(0.002)
            }));
        }
        samples.extend(vec![0.0; 2400]);
        samples
    }

    /// "Low, high, middle" is the phrase; the same tones in any other order are not.
    fn lesson() -> Lesson {
        let mut draw = Draw::new(1, &["lesson"]);
        let mut examples = |count: usize, orders: &[[f64; 3]]| -> Vec<Example> {
            let example = |n: usize| {
                let tones = orders[n % orders.len()];
                Example { samples: said(&tones, &mut draw), weight: 1.0, aside: n.is_multiple_of(5) }
            };
            (0..count).map(example).collect()
        };
        let (low, middle, high) = (300.0, 700.0, 1500.0);
        Lesson {
            id: "three_tones".into(),
            phrase: "three tones".into(),
            positives: examples(30, &[[low, high, middle]]),
            negatives: examples(
                60,
                &[
                    [low, middle, high],
                    [high, low, middle],
                    [middle, high, low],
                    [high, middle, low],
                    [low, low, high],
                ],
            ),
            made: "tones".into(),
            seed: 3,
            effort: Effort { scenes: 128, rounds: 12 },
            ..Lesson::default()
        }
    }

    fn builtin() -> WakeModel {
        WakeModel::builtin().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn a_phrase_is_learned_and_the_same_each_time() {
        let learn = |lesson: &Lesson| {
            train(&builtin(), lesson, &mut |_| ControlFlow::Continue(()))
                .unwrap_or_else(|error| panic!("{error}"))
        };
        let lesson = lesson();
        let trained = learn(&lesson);
        assert!(trained.missed < 0.2, "{trained:?}");
        assert_eq!(trained.alarms, 0);
        assert!(builtin().with_heads([trained.head.clone()]).is_ok());
        assert_eq!(learn(&lesson).head.to_bytes(), trained.head.to_bytes());
    }

    #[test]
    fn training_stops_when_told() {
        let mut shares = Vec::new();
        let stopped = train(&builtin(), &lesson(), &mut |share| {
            shares.push(share);
            if share > 0.1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(matches!(stopped, Err(TrainError::Stopped)));
        assert!(shares.is_sorted());
    }

    #[test]
    fn too_little_and_what_is_no_sound_is_refused() {
        let refused = |change: &dyn Fn(&mut Lesson)| {
            let mut lesson = lesson();
            change(&mut lesson);
            match train(&builtin(), &lesson, &mut |_| ControlFlow::Continue(())) {
                Err(TrainError::TooLittle(why)) => why,
                other => panic!("{other:?}"),
            }
        };
        let few = refused(&|lesson| lesson.positives.truncate(9));
        expect_test::expect!["there are 2 recordings of the phrase to keep aside, 4 are the least"]
            .assert_eq(&few);
        let bad = refused(&|lesson| lesson.negatives[3].samples[7] = f32::NAN);
        expect_test::expect!["a recording holds what is not a number"].assert_eq(&bad);
        // One sample is no recording that one could learn from, but no reason to panic either.
        let mut short = lesson();
        short.positives.iter_mut().for_each(|example| example.samples.truncate(1));
        short.effort = Effort { scenes: 64, rounds: 1 };
        assert!(train(&builtin(), &short, &mut |_| ControlFlow::Continue(())).is_ok());
    }
}
