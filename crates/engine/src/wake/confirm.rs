//! The second stage: what the network takes for a word is looked at once more, phone by phone.
//!
//! The first stage listens all the time, with a threshold so low that it misses hardly anything: most of what it finds is
//! no wake word. Only then the acoustic model of the command recogniser hears the last seconds of sound, and
//! what follows as long as the first stage stays interested. The sum of the two decides:
//!
//! logit(score) = logit(first) + [`PHONES`] · (score of the phrase per phone − [`USUAL`])
//!
//! where *first* is the highest score of the first stage and the phrase may have ended at any time since shortly before.
//! While there is no candidate this costs a ring of frames.

use std::collections::VecDeque;

use mynah_assistant::ports::{Detection, ModelError, WakeWord};
use mynah_audio::{Frame, Samples};
use mynah_pronounce::Pronouncer;

use super::mynah::{MynahWake, STEP, WakeModel};
use super::phones::Phones;
use super::phrase::PhraseScorer;
use super::{Word, WordConfig};
use crate::ctc::AcousticModel;

/// How much a nat per phone counts beside the first stage's log-odds.
const PHONES: f32 = 2.0;
/// What a word lacks of the free loop that may as well have been said as not, in nats per phone.
const USUAL: f32 = -1.5;
/// Log-odds beyond this say no more: 0.9975 and its opposite.
const SURE: f32 = 6.0;
/// What the acoustic model hears of the time before a candidate.
const BEFORE: Samples = Samples::from_millis(1_500);
/// The phrase may have ended so long ago.
const ENDED: Samples = Samples::from_millis(360);
/// A candidate is looked at so long after the first stage last found it,
const HOLD: u32 = steps(260);
/// and so often.
const CHECK: u32 = steps(40);

const fn steps(ms: u64) -> u32 {
    (Samples::from_millis(ms).0 / STEP.0) as u32
}

/// One stream of a [`WakeModel`] whose words are confirmed by their phones.
///
/// When the acoustic model fails, the first stage decides alone, as it would without it, until the next
/// [`reset`](WakeWord::reset).
pub struct ConfirmedWake {
    first: MynahWake,
    words: Vec<Candidate>,
    phones: Phones,
    /// [`ENDED`] in rows.
    ends: usize,
    since_check: u32,
    scores: Vec<f32>,
    failed: bool,
}

/// What the two stages found at the last look at a word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// The highest score of the first stage, 0 to 1.
    pub first: f32,
    /// How well the phrase fits the sound, in nats a phone, at most 0.
    pub phones: f32,
}

impl Evidence {
    /// Both together, 0 to 1.
    pub fn score(&self) -> f32 {
        let first = (self.first / (1.0 - self.first)).ln().clamp(-SURE, SURE);
        1.0 / (1.0 + (-first - PHONES * (self.phones - USUAL)).exp())
    }
}

/// A word, and how far it is from being heard.
struct Candidate {
    word: Word,
    scorer: PhraseScorer,
    /// Scores of the phrase in the last rows.
    recent: VecDeque<f32>,
    /// The best score of the first stage.
    peak: f32,
    /// Steps for which it is still looked at, and for which it is deaf.
    left: u32,
    deaf: u32,
    evidence: Option<Evidence>,
}

impl WakeModel {
    /// A stream that listens for these words and has them confirmed by `phones`. Thresholds are of both stages together
    /// ([`Confirmation::threshold`](super::Confirmation::threshold)).
    ///
    /// # Errors
    /// As [`stream`](Self::stream), and when a word cannot be made of the tokens of `phones`.
    pub fn confirmed(
        &self,
        words: &[WordConfig],
        phones: &AcousticModel,
    ) -> Result<ConfirmedWake, ModelError> {
        let pronouncer = Pronouncer::english();
        let as_made = |config: &WordConfig| WordConfig { threshold: None, ..config.clone() };
        let first = self.stream(&words.iter().map(as_made).collect::<Vec<_>>())?;
        let mut candidates = Vec::new();
        for (mut word, config) in first.words().cloned().zip(words) {
            word.threshold = config.threshold.unwrap_or(word.confirmation.threshold);
            fit(&word)?;
            let scorer = PhraseScorer::new(phones, &word.phrase, &pronouncer).ok_or_else(|| {
                let Word { id, phrase, .. } = &word;
                ModelError::Unusable(format!(
                    "wake word `{id}` cannot be confirmed: the command recogniser has no sounds for \"{phrase}\"; [wake] confirm = false"
                ))
            })?;
            candidates.push(Candidate::new(word, scorer));
        }
        Ok(ConfirmedWake {
            scores: vec![0.0; first.scores().len()],
            first,
            words: candidates,
            phones: Phones::new(phones, BEFORE)?,
            ends: ENDED.0 as usize / phones.row_samples(),
            since_check: 0,
            failed: false,
        })
    }
}

impl ConfirmedWake {
    /// How surely each word was heard at this step, by both stages; one per score of the network. Zeros when there was no look.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }

    /// What was found at this step's look at a word, if there was one; the word by its place among those listened for.
    pub fn evidence(&self, word: usize) -> Option<Evidence> {
        self.words.get(word)?.evidence
    }

    /// After a step of the first stage.
    fn step(&mut self) -> Result<Option<Detection>, ModelError> {
        self.scores.fill(0.0);
        let mut any = false;
        for candidate in &mut self.words {
            any |= candidate.step(self.first.scores()[candidate.word.index]);
        }
        if !any {
            self.phones.sleep();
            return Ok(None);
        }
        self.since_check += 1;
        if self.phones.is_asleep() {
            self.words.iter_mut().for_each(Candidate::start);
            self.since_check = CHECK;
        }
        let (words, ends) = (&mut self.words, self.ends);
        self.phones.hear(|row| words.iter_mut().for_each(|candidate| candidate.push(row, ends)))?;
        if self.since_check < CHECK {
            return Ok(None);
        }
        self.since_check = 0;
        let rest = self.phones.rest()?;
        let mut heard: Option<Detection> = None;
        for candidate in words.iter_mut().filter(|candidate| candidate.left > 0 && candidate.deaf == 0) {
            let evidence = candidate.look(&rest);
            let score = evidence.score();
            self.scores[candidate.word.index] = score;
            if score >= candidate.word.threshold && heard.as_ref().is_none_or(|other| score > other.score) {
                heard = Some(Detection { word: candidate.word.id.clone(), score });
            }
        }
        if heard.is_some() {
            // Others are taken for its echoes.
            words.iter_mut().for_each(Candidate::rest);
        }
        Ok(heard)
    }
}

impl WakeWord for ConfirmedWake {
    /// # Errors
    /// [`ModelError::Failed`] when the first stage's network gives no numbers; the stream has then been reset and goes on.
    fn push(&mut self, frame: &Frame) -> Result<Option<Detection>, ModelError> {
        self.phones.push(frame);
        let alone = self.first.push(frame).inspect_err(|_| self.reset())?;
        if self.failed || !self.first.is_at_step() {
            return Ok(alone.filter(|_| self.failed));
        }
        self.step().or_else(|error| {
            tracing::warn!("wake words are not confirmed any more: {error}");
            self.failed = true;
            self.scores.fill(0.0);
            Ok(alone)
        })
    }

    fn delay(&self) -> Samples {
        STEP
    }

    fn reset(&mut self) {
        self.first.reset();
        self.phones.reset();
        self.words.iter_mut().for_each(Candidate::reset);
        self.scores.fill(0.0);
        self.failed = false;
    }
}

impl Candidate {
    fn new(word: Word, scorer: PhraseScorer) -> Self {
        Candidate { word, scorer, recent: VecDeque::new(), peak: 0.0, left: 0, deaf: 0, evidence: None }
    }

    /// Takes a score of the first stage. Whether the word is to be looked at.
    fn step(&mut self, first: f32) -> bool {
        self.evidence = None;
        self.deaf = self.deaf.saturating_sub(1);
        self.left = self.left.saturating_sub(1);
        if self.deaf == 0 && first >= self.word.confirmation.candidate {
            self.left = HOLD;
            self.peak = self.peak.max(first);
        }
        if self.left == 0 {
            self.peak = 0.0;
        }
        self.left > 0
    }

    /// The acoustic model begins to listen.
    fn start(&mut self) {
        self.scorer.reset();
        self.recent.clear();
    }

    fn push(&mut self, row: &[f32], ends: usize) {
        if self.recent.len() == ends {
            self.recent.pop_front();
        }
        self.recent.push_back(self.scorer.push(row));
    }

    /// `rest`: the rows that are not quite due yet.
    fn look(&mut self, rest: &[f32]) -> Evidence {
        let phones = self.recent.iter().copied().fold(self.scorer.ahead(rest), f32::max);
        *self.evidence.insert(Evidence { first: self.peak, phones })
    }

    /// The word was heard: deaf for a while.
    fn rest(&mut self) {
        (self.left, self.peak) = (0, 0.0);
        self.deaf = steps(self.word.refractory_ms.into()).max(1);
    }

    fn reset(&mut self) {
        (self.left, self.peak, self.deaf, self.evidence) = (0, 0.0, 0, None);
    }
}

fn fit(word: &Word) -> Result<(), ModelError> {
    let faults = super::faults_of(word);
    if faults.is_empty() { Ok(()) } else { Err(ModelError::Unusable(faults.join("; "))) }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;
    use crate::wake::Confirmation;

    fn candidate() -> Candidate {
        let word = Word {
            id: "a".into(),
            phrase: "a".into(),
            index: 0,
            threshold: 0.5,
            patience: 2,
            refractory_ms: 60,
            confirmation: Confirmation { candidate: 0.2, threshold: 0.5 },
        };
        Candidate::new(word, PhraseScorer::toy("ab"))
    }

    /// First scores in tenths, a digit a step → the peak in tenths while the word is looked at, `.` while it is not.
    #[track_caller]
    fn check(first: &str, heard_at: Option<usize>, expected: Expect) {
        let mut candidate = candidate();
        let shown = first.chars().enumerate().map(|(step, digit)| {
            let first = digit.to_digit(10).unwrap_or_default() as f32 / 10.0;
            let looked_at = candidate.step(first);
            if heard_at == Some(step) {
                candidate.rest();
            }
            if looked_at { char::from(b'0' + (candidate.peak * 10.0).round() as u8) } else { '.' }
        });
        expected.assert_eq(&shown.collect::<String>());
    }

    #[test]
    fn a_word_is_looked_at_while_the_first_stage_is_interested() {
        check("000100000000", None, expect!["............"]);
        check("00250000000000000000", None, expect!["..25555555555555...."]);
        // Again before it is over.
        check("0030000000020000000000000000", None, expect!["..3333333333333333333333...."]);
        // It was heard at the fourth step, and is then deaf for three.
        check("0099999999000000000000000", Some(3), expect!["..90..9999999999999999..."]);
    }

    #[test]
    fn the_phrase_may_have_ended_a_little_ago() {
        let mut candidate = candidate();
        candidate.step(0.4);
        let said = PhraseScorer::toy_rows("-ab---c");
        for row in said.chunks_exact(4) {
            candidate.push(row, 5);
        }
        assert!(candidate.look(&[]).phones > -0.01);
        // What is not quite due counts too.
        assert!(candidate.look(&PhraseScorer::toy_rows("ab")).phones > -0.01);
        candidate.push(&PhraseScorer::toy_rows("c"), 5);
        assert!(candidate.look(&[]).phones < -1.0);
        assert!(candidate.look(&PhraseScorer::toy_rows("ab")).phones > -0.01);
    }

    proptest! {
        /// Both count, and a word that fits as well as usual has the first stage's own score.
        #[test]
        fn the_sum_rises_with_both(first in 0.0f32..=1.0, more in 0.0f32..=1.0, phones in -9.0f32..=0.0, better in 0.0f32..=9.0) {
            let score = |first: f32, phones: f32| Evidence { first, phones }.score();
            let now = score(first, phones);
            prop_assert!((0.0..=1.0).contains(&now));
            prop_assert!(score((first + more).min(1.0), phones) >= now);
            prop_assert!(score(first, (phones + better).min(0.0)) >= now);
            prop_assert_eq!(score(first, f32::NEG_INFINITY), 0.0);
            if (0.01..0.99).contains(&first) {
                prop_assert!((score(first, USUAL) - first).abs() < 1e-4);
            }
        }
    }
}
