//! Any phrase as a wake word, by its phones alone.
//!
//! There is no network that was trained for it: the acoustic model of the command recogniser hears everything that stands out of the room, and
//! [`PhraseScorer`] says how well the phrase fits. That misses more than a trained network at as many false alarms (`benches/wake/README.md`), the less the
//! longer the phrase. While the room is quiet this costs the level of each frame.

use std::collections::VecDeque;
use std::sync::Arc;

use mynah_assistant::ports::{Detection, ModelError, Vad as _, WakeWord};
use mynah_audio::{Frame, Samples};
use mynah_pronounce::Pronouncer;

use super::phones::Phones;
use super::phrase::PhraseScorer;
use super::{Confirmation, Word};
use crate::ctc::AcousticModel;
use crate::vad::Earshot;

/// A phrase to listen for.
#[derive(Clone, Debug, PartialEq)]
pub struct Phrase {
    /// What events call it.
    pub id: Arc<str>,
    /// What is said.
    pub text: Arc<str>,
    /// Least score that counts, above 0 and at most 1; 0.5 is meant for everyone.
    pub threshold: f32,
}

/// Sounds that a phrase must have: shorter ones are in everything that people say.
pub const FEWEST_PHONES: usize = 5;

/// A phrase that was said has this score per phone or more, in nats, when it has [`FEWEST_PHONES`]; and with each further
/// one so much less is enough, down to the lowest.
const LEAST: f32 = -0.20;
const LESS: f32 = 0.045;
const LOWEST: f32 = -0.60;
/// Slope of the score, per nat and phone.
const SLOPE: f32 = 6.0;
/// What the acoustic model hears of the time before the sound that wakes it.
const BEFORE: Samples = Samples::from_millis(600);
/// A frame stands out of the room when it is louder than the background by this, in decibels.
const OUT: f32 = 8.0;
/// The background rises so fast, in decibels a frame: 3 dB a second.
const RISE: f32 = 0.03;
/// The acoustic model stays awake so long after the last frame that stood out, in frames.
const AWAKE: u32 = 60;
/// A look ahead is taken so often while a phrase is under way, in frames.
const CHECK: u32 = 4;
/// Of so many last frames
const VOICED_OF: usize = 60;
/// this share must be speech.
const VOICED: f32 = 0.4;
/// After a phrase was heard it is deaf so long, in frames.
const DEAF: u32 = 100;

/// Listens for phrases by their phones.
pub struct PhraseWake {
    phrases: Vec<Listened>,
    phones: Phones,
    vad: Earshot,
    voiced: VecDeque<bool>,
    background: Option<f32>,
    awake: u32,
    since_check: u32,
    rows: Vec<f32>,
    scores: Vec<f32>,
}

struct Listened {
    phrase: Phrase,
    scorer: PhraseScorer,
    /// The score that is as good as not.
    even: f32,
    /// The best of this frame.
    best: f32,
    deaf: u32,
}

impl PhraseWake {
    /// Listens for `phrases` in the rows of `phones`, said as `pronouncer` says them.
    ///
    /// # Errors
    /// [`ModelError::Unusable`] with every phrase that cannot be said, is too short, or has a threshold out of range.
    pub fn new(
        phones: &AcousticModel,
        phrases: &[Phrase],
        pronouncer: &Pronouncer,
    ) -> Result<Self, ModelError> {
        let mut faults = Vec::new();
        let mut listened = Vec::new();
        for phrase in phrases {
            let Phrase { text, threshold, .. } = phrase;
            if !(*threshold > 0.0 && *threshold <= 1.0) {
                faults.push(format!("threshold {threshold} of \"{text}\" is not above 0 and at most 1"));
            }
            match PhraseScorer::new(phones, text, pronouncer) {
                None => faults.push(format!("wake phrase \"{text}\" cannot be pronounced")),
                Some(scorer) if scorer.tokens() < FEWEST_PHONES => faults.push(format!(
                    "wake phrase \"{text}\" has {} sounds, {FEWEST_PHONES} are the least",
                    scorer.tokens()
                )),
                Some(scorer) => {
                    let more = scorer.tokens() - FEWEST_PHONES;
                    let even = (LEAST - LESS * more as f32).max(LOWEST);
                    listened.push(Listened {
                        phrase: phrase.clone(),
                        scorer,
                        even,
                        best: f32::NEG_INFINITY,
                        deaf: 0,
                    });
                }
            }
        }
        if !faults.is_empty() {
            return Err(ModelError::Unusable(faults.join("; ")));
        }
        let scores = vec![0.0; listened.len()];
        Ok(PhraseWake {
            phrases: listened,
            phones: Phones::new(phones, BEFORE)?,
            vad: Earshot::new(),
            voiced: VecDeque::with_capacity(VOICED_OF),
            background: None,
            awake: 0,
            since_check: 0,
            rows: Vec::new(),
            scores,
        })
    }

    /// How surely each phrase was heard at the last frame, 0 to 1.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }

    /// The phrases as words of a network, with the settings that they are listened for with.
    pub fn words(&self) -> Vec<Word> {
        let word = |(index, listened): (usize, &Listened)| Word {
            id: listened.phrase.id.clone(),
            phrase: listened.phrase.text.clone(),
            index,
            threshold: listened.phrase.threshold,
            patience: 1,
            refractory_ms: 10 * DEAF,
            confirmation: Confirmation::default(),
        };
        self.phrases.iter().enumerate().map(word).collect()
    }

    /// Whether the last frame stood out of the room, or one shortly before it.
    pub fn is_awake(&self) -> bool {
        self.awake > 0
    }

    /// Follows the background; whether this frame stands out of it.
    fn stands_out(&mut self, frame: &Frame) -> bool {
        let energy: f32 = frame.samples().iter().map(|sample| sample * sample).sum();
        let level = 10.0 * (energy / frame.samples().len() as f32 + 1e-9).log10();
        let background = self.background.map_or(level, |background| (background + RISE).min(level));
        self.background = Some(background);
        level > background + OUT
    }

    fn is_speech(&self) -> bool {
        let voiced = self.voiced.iter().filter(|voiced| **voiced).count();
        voiced as f32 >= VOICED * VOICED_OF as f32
    }
}

impl Listened {
    fn score(&self) -> f32 {
        1.0 / (1.0 + (-SLOPE * (self.best - self.even)).exp())
    }
}

impl WakeWord for PhraseWake {
    /// # Errors
    /// [`ModelError::Failed`] when the sound or what the network gives is not a number; it has then been reset and goes on.
    fn push(&mut self, frame: &Frame) -> Result<Option<Detection>, ModelError> {
        self.scores.fill(0.0);
        for phrase in &mut self.phrases {
            phrase.best = f32::NEG_INFINITY;
            phrase.deaf = phrase.deaf.saturating_sub(1);
        }
        self.phones.push(frame);
        self.awake = if self.stands_out(frame) { AWAKE } else { self.awake.saturating_sub(1) };
        if self.awake == 0 {
            self.phones.sleep();
            return Ok(None);
        }
        if self.voiced.len() == VOICED_OF {
            self.voiced.pop_front();
        }
        self.voiced.push_back(self.vad.push(frame)?.0 >= 0.5);
        if self.phones.is_asleep() {
            self.phrases.iter_mut().for_each(|phrase| phrase.scorer.reset());
        }
        let phrases = &mut self.phrases;
        let heard = self.phones.hear(|row| {
            for Listened { scorer, best, .. } in phrases.iter_mut() {
                *best = best.max(scorer.push(row));
            }
        });
        heard.inspect_err(|_| self.reset())?;
        self.since_check += 1;
        // What is under way may end in the rows that are not quite due.
        let may = |phrase: &Listened| phrase.deaf == 0 && phrase.scorer.at_most() >= phrase.even;
        if self.since_check >= CHECK && self.phrases.iter().any(may) {
            self.since_check = 0;
            self.rows = self.phones.rest().inspect_err(|_| self.reset())?;
            for Listened { scorer, best, .. } in &mut self.phrases {
                *best = best.max(scorer.ahead(&self.rows));
            }
        }
        if !self.is_speech() {
            return Ok(None);
        }
        let mut heard: Option<Detection> = None;
        for (listened, score) in
            self.phrases.iter().zip(&mut self.scores).filter(|(listened, _)| listened.deaf == 0)
        {
            *score = listened.score();
            if *score >= listened.phrase.threshold && heard.as_ref().is_none_or(|other| *score > other.score)
            {
                heard = Some(Detection { word: listened.phrase.id.clone(), score: *score });
            }
        }
        if heard.is_some() {
            self.phrases.iter_mut().for_each(|phrase| phrase.deaf = DEAF);
        }
        Ok(heard)
    }

    fn delay(&self) -> Samples {
        Samples::from_millis(10)
    }

    fn reset(&mut self) {
        self.phones.reset();
        self.vad.reset();
        self.voiced.clear();
        (self.background, self.awake, self.since_check) = (None, 0, 0);
        self.scores.fill(0.0);
        for Listened { scorer, best, deaf, .. } in &mut self.phrases {
            scorer.reset();
            (*best, *deaf) = (f32::NEG_INFINITY, 0);
        }
    }
}
