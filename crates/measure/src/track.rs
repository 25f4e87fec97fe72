//! What an engine left of what it heard.

use std::collections::VecDeque;

use mynah_audio::Samples;

/// An engine was this sure of a word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Samples of the stream that had been heard by then.
    pub at: u64,
    /// 0 to 1.
    pub score: f32,
}

/// All that an engine made of one word in one stream, in order; scores that no threshold would reach are left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Track {
    /// In the order of time.
    pub hits: Vec<Hit>,
    /// The word is not heard again sooner than this.
    pub gap: Samples,
}

impl Track {
    /// The hits at which the word would be heard with this threshold, exactly as a decision by steps would have it: the first
    /// that reaches it, then the first that does after the gap.
    pub fn heard(&self, threshold: f32) -> impl Iterator<Item = &Hit> {
        let mut deaf_until = 0;
        self.hits.iter().filter(move |hit| {
            let heard = hit.score >= threshold && hit.at >= deaf_until;
            if heard {
                // Two lines of a program at the same place are one detection even without a gap.
                deaf_until = hit.at + self.gap.0.max(1);
            }
            heard
        })
    }
}

/// Scores by steps → the score that the last few steps all reached. A decision that waits for several steps in a row is
/// a decision on this.
#[derive(Clone, Debug)]
pub struct Held {
    recent: VecDeque<f32>,
    patience: usize,
}

impl Held {
    /// For decisions that wait for `patience` steps, at least one.
    pub fn new(patience: u32) -> Held {
        let patience = patience.max(1) as usize;
        Held { recent: VecDeque::with_capacity(patience), patience }
    }

    /// Takes a step's score; 0 until there have been enough steps.
    pub fn push(&mut self, score: f32) -> f32 {
        if self.recent.len() == self.patience {
            self.recent.pop_front();
        }
        self.recent.push_back(score);
        match self.recent.len() == self.patience {
            true => self.recent.iter().copied().fold(f32::INFINITY, f32::min),
            false => 0.0,
        }
    }

    /// Back to the start of a stream.
    pub fn reset(&mut self) {
        self.recent.clear();
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    /// One digit a step of one sample: the score in tenths.
    fn track(digits: &str, patience: u32, gap: u64) -> Track {
        let mut held = Held::new(patience);
        let hits = digits.chars().enumerate().map(|(n, c)| Hit {
            at: n as u64 + 1,
            score: held.push(c.to_digit(10).unwrap_or_default() as f32 / 10.0),
        });
        Track { hits: hits.collect(), gap: Samples(gap) }
    }

    fn check(digits: &str, patience: u32, gap: u64, threshold: f32, expected: Expect) {
        let track = track(digits, patience, gap);
        let heard: Vec<String> = track.heard(threshold).map(|hit| hit.at.to_string()).collect();
        expected.assert_eq(&heard.join(" "));
    }

    #[test]
    fn a_word_is_heard_once_in_a_while() {
        check("0050050005", 1, 0, 0.5, expect!["3 6 10"]);
        check("0050050005", 1, 4, 0.5, expect!["3 10"]);
        check("0050050005", 1, 4, 0.6, expect![""]);
        check("0055000550", 2, 1, 0.5, expect!["4 9"]);
        check("0565000550", 3, 1, 0.5, expect!["4"]);
    }

    /// The decision of the engines (`mynah_engine::wake`, `Trigger`), written down once more: `patience` steps in a row,
    /// then deaf, then the patience again.
    fn trigger(digits: &str, patience: u32, deaf_steps: u32, threshold: f32) -> Vec<u64> {
        let (mut hits, mut deaf, mut heard) = (0, 0, Vec::new());
        for (n, c) in digits.chars().enumerate() {
            let score = c.to_digit(10).unwrap_or_default() as f32 / 10.0;
            if deaf > 0 {
                deaf -= 1;
                continue;
            }
            hits = if score < threshold { 0 } else { hits + 1 };
            if hits == patience {
                heard.push(n as u64 + 1);
                (hits, deaf) = (0, deaf_steps);
            }
        }
        heard
    }

    proptest! {
        #[test]
        fn it_decides_as_the_engines_do(digits in "[0-9]{0,60}", patience in 1u32..4, deaf in 0u32..6, tenths in 1u32..10) {
            let threshold = tenths as f32 / 10.0;
            let track = track(&digits, patience, u64::from(deaf + patience));
            let heard: Vec<u64> = track.heard(threshold).map(|hit| hit.at).collect();
            prop_assert_eq!(heard, trigger(&digits, patience, deaf, threshold));
        }
    }
}
