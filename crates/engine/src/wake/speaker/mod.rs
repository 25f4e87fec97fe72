//! Whose voice said the wake word: a second opinion that lets the household alone wake the assistant.
//!
//! Someone enrols by saying a wake word three times. Statistics of its sounds make of the 1.2 s before a detection an
//! [`Embedding`], a direction that depends on the voice more than on anything else; what is kept of a person are those
//! of the three clips, no sound. A word counts when its direction is close enough to that of somebody who enrolled for it.
//!
//! One second of speech tells voices apart far worse than a password does: `models/speaker/CARD.md` says how often
//! the household is refused and strangers pass. It keeps the television out, not a thief.

mod clip;
mod statistics;

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use mynah_assistant::ports::{Detection, ModelError, WakeWord};
use mynah_audio::{FRAME_SAMPLES, Frame, LogMel, MEL_WINDOW, Samples};
use serde::{Deserialize, Serialize};

pub use self::clip::{Clip, Flaw};
use self::statistics::{BANDS, EMBEDDING, FRAMES, Similarity, Statistics};

/// Clips that enrol a voice.
pub const CLIPS: usize = 3;
/// The similarity from which on a voice counts as another, unless a higher or lower one is asked for.
pub const LEAST: f32 = 0.5;

/// Frames that the features of the first one need of the past.
const LEAD: usize = (MEL_WINDOW - FRAME_SAMPLES).div_ceil(FRAME_SAMPLES);
/// What silence has, in natural log of energy.
const SILENCE: f32 = -18.420_68;

const NUMBERS: &[u8] = include_bytes!("../../../../../models/speaker/mynah-speaker.bin");
const DESCRIPTION: &str = include_str!("../../../../../models/speaker/mynah-speaker.toml");

/// Tells voices apart. Cheap to clone.
#[derive(Clone)]
pub struct SpeakerModel {
    shared: Arc<Shared>,
}

struct Shared {
    statistics: Statistics,
    name: String,
    similarity: Similarity,
}

/// Which way a voice points: [`EMBEDDING`](self) numbers, together of length 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<f32>", into = "Vec<f32>")]
pub struct Embedding(Vec<f32>);

/// A voice that was just heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// Which way it points.
    pub embedding: Embedding,
    /// How far its loudest frame stands above the room, in natural log of energy, 0 to 8: in noise voices are alike.
    pub clarity: f32,
}

/// What is kept of somebody who enrolled for a word. It has no sound in it, but it is about a person all the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voice {
    /// The person.
    pub name: String,
    /// The id of the word that was said: `computer`.
    pub word: String,
    /// When, in seconds since 1970-01-01 00:00 UTC.
    pub enrolled_unix_s: i64,
    /// One a clip; at least one.
    pub clips: Vec<Embedding>,
}

impl SpeakerModel {
    /// How much sound before a detection an embedding depends on.
    pub const SPAN: Samples = Samples(((FRAMES + LEAD) * FRAME_SAMPLES) as u64);

    /// The model that ships inside this binary (models/speaker).
    ///
    /// # Errors
    /// [`ModelError::Unusable`] when it is damaged.
    pub fn builtin() -> Result<Self, ModelError> {
        Self::from_bytes(NUMBERS, DESCRIPTION)
    }

    fn from_bytes(numbers: &[u8], description: &str) -> Result<Self, ModelError> {
        let (statistics, described) = Statistics::read(numbers, description)?;
        let name = format!("{} {}", described.name, described.version);
        let similarity = described.similarity;
        Ok(SpeakerModel { shared: Arc::new(Shared { statistics, name, similarity }) })
    }

    /// The name and version of the model: `mynah-speaker 0.1.0`. Embeddings of another are not comparable.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// The voice in the last [`SPAN`](Self::SPAN) of `heard`, the oldest frame first; what is missing counts as silence. Takes milliseconds.
    ///
    /// # Errors
    /// [`ModelError::Failed`] when the sound is silent, or not a number.
    pub fn listen<'a>(&self, heard: impl DoubleEndedIterator<Item = &'a Frame>) -> Result<Heard, ModelError> {
        let mut last: Vec<&Frame> = heard.rev().take(FRAMES + LEAD).collect();
        last.reverse();
        let mut mel = vec![[SILENCE; BANDS]; (FRAMES + LEAD).saturating_sub(last.len())];
        let mut features = LogMel::new();
        mel.extend(last.into_iter().map(|frame| *features.push(frame.samples())));
        let (direction, clarity) = self.shared.statistics.embed(&mel[LEAD..]);
        match Embedding::try_from(direction) {
            Ok(embedding) if clarity > 0.0 => Ok(Heard { embedding, clarity }),
            _ => Err(ModelError::Failed(
                "there is no voice in what was heard: it is silent, or damaged".into(),
            )),
        }
    }

    /// How surely `heard` is that voice, 0 to 1. From [`LEAST`] on it counts as it.
    pub fn similarity(&self, voice: &Embedding, heard: &Heard) -> f32 {
        self.shared.similarity.of(voice.cosine(&heard.embedding), heard.clarity)
    }
}

impl Embedding {
    fn cosine(&self, other: &Embedding) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum()
    }

    /// Between several: the direction of their sum. None of no embeddings, and of those that cancel out.
    pub fn between<'a>(all: impl IntoIterator<Item = &'a Embedding>) -> Option<Embedding> {
        let mut sum = vec![0.0; EMBEDDING];
        for Embedding(one) in all {
            sum.iter_mut().zip(one).for_each(|(sum, value)| *sum += value);
        }
        Embedding::try_from(sum).ok()
    }
}

/// Numbers that are no direction: too few or too many, not finite, or all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoDirection;

impl fmt::Display for NoDirection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a voice is {EMBEDDING} numbers that are not all zero")
    }
}

impl TryFrom<Vec<f32>> for Embedding {
    type Error = NoDirection;

    fn try_from(mut values: Vec<f32>) -> Result<Self, NoDirection> {
        let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
        if values.len() != EMBEDDING || !length.is_finite() || length < 1e-6 {
            return Err(NoDirection);
        }
        values.iter_mut().for_each(|value| *value /= length);
        Ok(Embedding(values))
    }
}

impl From<Embedding> for Vec<f32> {
    fn from(embedding: Embedding) -> Self {
        embedding.0
    }
}

/// Wake words that count only in an enrolled voice. A word for which nobody enrolled is heard from anyone.
pub struct SpeakerWake {
    first: Box<dyn WakeWord>,
    model: SpeakerModel,
    /// Word, person and direction.
    voices: Vec<(String, String, Embedding)>,
    least: f32,
    heard: VecDeque<Frame>,
}

impl SpeakerWake {
    /// What `first` hears counts when its voice is as similar as `least` (above 0 and below 1; [`LEAST`] is meant for everyone)
    /// to one of `voices`.
    ///
    /// # Errors
    /// [`ModelError::Unusable`] when `least` is out of range, or a voice has no clips.
    pub fn new(
        first: Box<dyn WakeWord>,
        model: &SpeakerModel,
        voices: &[Voice],
        least: f32,
    ) -> Result<Self, ModelError> {
        if !(least > 0.0 && least < 1.0) {
            return Err(ModelError::Unusable(format!(
                "a least similarity of {least} is not above 0 and below 1"
            )));
        }
        let direction = |voice: &Voice| match Embedding::between(&voice.clips) {
            Some(direction) => Ok((voice.word.clone(), voice.name.clone(), direction)),
            None => Err(ModelError::Unusable(format!(
                "nothing is kept of the voice of {}: enrol again (mynah wake enroll {})",
                voice.name, voice.name
            ))),
        };
        let voices = voices.iter().map(direction).collect::<Result<_, _>>()?;
        let heard = VecDeque::with_capacity(FRAMES + LEAD);
        Ok(SpeakerWake { first, model: model.clone(), voices, least, heard })
    }

    /// Whether the word was said by somebody who may.
    fn admits(&self, detection: &Detection) -> bool {
        let mut enrolled = self.voices.iter().filter(|(word, ..)| **word == *detection.word).peekable();
        if enrolled.peek().is_none() {
            return true;
        }
        let word = &detection.word;
        let heard = match self.model.listen(self.heard.iter()) {
            Ok(heard) => heard,
            Err(error) => {
                tracing::warn!("{word} was heard, but not by whom: {error}");
                return false;
            }
        };
        let similar = enrolled.map(|(_, name, voice)| (self.model.similarity(voice, &heard), name));
        let Some((similarity, name)) = similar.max_by(|a, b| a.0.total_cmp(&b.0)) else { return true };
        let admitted = similarity >= self.least;
        let verdict = if admitted { "said by" } else { "in no voice that is enrolled; the nearest is" };
        tracing::info!("{word} {verdict} {name} (similarity {similarity:.2}, {:.2} is due)", self.least);
        admitted
    }
}

impl WakeWord for SpeakerWake {
    fn push(&mut self, frame: &Frame) -> Result<Option<Detection>, ModelError> {
        if self.heard.len() == FRAMES + LEAD {
            self.heard.pop_front();
        }
        self.heard.push_back(frame.clone());
        let detection = self.first.push(frame)?;
        Ok(detection.filter(|detection| self.admits(detection)))
    }

    fn delay(&self) -> Samples {
        self.first.delay()
    }

    fn reset(&mut self) {
        self.first.reset();
        self.heard.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_model_is_refused() {
        let read = |numbers: &[u8], text: &str| SpeakerModel::from_bytes(numbers, text).map(|_| ());
        assert!(read(NUMBERS, DESCRIPTION).is_ok());
        for (numbers, text) in [
            (&NUMBERS[..NUMBERS.len() - 2], DESCRIPTION.to_owned()),
            (&NUMBERS[..NUMBERS.len() - 1], DESCRIPTION.to_owned()),
            (&NUMBERS[1..], DESCRIPTION.to_owned()),
            (NUMBERS, DESCRIPTION.replace("frames = ", "frames = 1")),
            (NUMBERS, DESCRIPTION.replace("gaussians = ", "gaussians = 1")),
            (NUMBERS, DESCRIPTION.replace("cosine = ", "cosine = -")),
            (NUMBERS, String::new()),
        ] {
            assert!(matches!(read(numbers, &text), Err(ModelError::Unusable(_))));
        }
    }
}
