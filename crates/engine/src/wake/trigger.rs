//! From scores to detections.

use mynah_assistant::ports::Detection;
use mynah_audio::Samples;

use super::Word;

/// Decides when the chosen words were heard, one model step after the other.
///
/// A word fires when `patience` consecutive steps reach its threshold, and is then deaf for its refractory time.
/// When several fire in one step, the surest wins and the others are taken for its echoes: they are deaf too.
#[derive(Clone, Debug)]
pub(super) struct Trigger {
    words: Vec<Armed>,
    step: Samples,
}

#[derive(Clone, Debug)]
struct Armed {
    word: Word,
    refractory_steps: u32,
    hits: u32,
    best: f32,
    deaf: u32,
}

impl Trigger {
    /// `step` is how much audio each score stands for.
    pub(super) fn new(words: Vec<Word>, step: Samples) -> Self {
        let words = words
            .into_iter()
            .map(|word| {
                let refractory = Samples::from_millis(u64::from(word.refractory_ms)).0.div_ceil(step.0);
                let refractory_steps = u32::try_from(refractory).unwrap_or(u32::MAX);
                Armed { word, refractory_steps, hits: 0, best: 0.0, deaf: 0 }
            })
            .collect();
        Trigger { words, step }
    }

    /// What is listened for.
    pub(super) fn words(&self) -> impl Iterator<Item = &Word> {
        self.words.iter().map(|armed| &armed.word)
    }

    /// Takes the scores of one step, indexed by [`Word::index`].
    pub(super) fn step(&mut self, scores: &[f32]) -> Option<Detection> {
        let mut heard: Option<Detection> = None;
        for armed in &mut self.words {
            let score = scores[armed.word.index];
            if armed.deaf > 0 {
                armed.deaf -= 1;
                continue;
            }
            if score < armed.word.threshold {
                (armed.hits, armed.best) = (0, 0.0);
                continue;
            }
            armed.hits += 1;
            armed.best = armed.best.max(score);
            if armed.hits < armed.word.patience {
                continue;
            }
            if heard.as_ref().is_none_or(|other| armed.best > other.score) {
                heard = Some(Detection { word: armed.word.id.clone(), score: armed.best });
            }
            (armed.hits, armed.best, armed.deaf) = (0, 0.0, armed.refractory_steps);
        }
        heard
    }

    /// The shortest time that enough steps take.
    pub(super) fn delay(&self) -> Samples {
        let patience = self.words.iter().map(|armed| armed.word.patience).min().unwrap_or(1);
        Samples(self.step.0 * u64::from(patience))
    }

    pub(super) fn reset(&mut self) {
        for armed in &mut self.words {
            (armed.hits, armed.best, armed.deaf) = (0, 0.0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use expect_test::{Expect, expect};

    use super::*;
    use crate::wake::Confirmation;

    /// One digit per 20 ms step and word: the score in tenths. Words: a needs 5 tenths twice, b 7 tenths once; both are deaf for 60 ms.
    #[track_caller]
    fn check(a: &str, b: &str, expected: Expect) {
        let word = |id: &str, index, threshold, patience| Word {
            id: id.into(),
            phrase: id.into(),
            index,
            threshold,
            patience,
            refractory_ms: 60,
            confirmation: Confirmation::default(),
        };
        let mut trigger =
            Trigger::new(vec![word("a", 0, 0.5, 2), word("b", 1, 0.7, 1)], Samples::from_millis(20));
        let mut heard = String::new();
        let tenths = |digit: char| digit.to_digit(10).unwrap() as f32 / 10.0;
        for (step, (a, b)) in a.chars().zip(b.chars()).enumerate() {
            if let Some(detection) = trigger.step(&[tenths(a), tenths(b)]) {
                write!(heard, "{}@{step} {} ", detection.word, detection.score).unwrap();
            }
        }
        expected.assert_eq(heard.trim_end());
    }

    #[test]
    fn fires_after_patience_and_is_then_deaf() {
        check("0005000500", "0000000000", expect![""]);
        check("0005600000", "0000000000", expect!["a@4 0.6"]);
        check("0009600000", "0000000000", expect!["a@4 0.9"]);
        // Deaf for three steps, then it needs its patience again.
        check("5555555555", "0000000000", expect!["a@1 0.5 a@6 0.5"]);
        check("0000000000", "0088888800", expect!["b@2 0.8 b@6 0.8"]);
    }

    #[test]
    fn the_surest_of_two_wins() {
        check("0560000000", "0080000000", expect!["b@2 0.8"]);
        check("0990000000", "0080000000", expect!["a@2 0.9"]);
        // The loser is deaf too.
        check("0990000000", "0088000000", expect!["a@2 0.9"]);
    }
}
