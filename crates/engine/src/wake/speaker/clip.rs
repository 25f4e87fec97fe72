//! Whether a recording of a wake word is good enough to enrol a voice with.

use std::fmt;

use mynah_assistant::ports::ModelError;
use mynah_audio::{FRAME_SAMPLES, Frame, Samples};

use super::{Embedding, Heard, SpeakerModel};

/// Full scale counts as clipped from here on.
const FULL: f32 = 0.995;
/// Samples at full scale in a word that a loud voice may have by chance.
const CLIPPED: usize = 24;
/// A word must be as loud as this, in dBFS,
const QUIET: f32 = -45.0;
/// and stand so far above the room, in decibels.
const ABOVE_ROOM: f32 = 12.0;
/// Below this a room counts as silent, in dBFS.
const SILENT: f32 = -90.0;

/// One recording of a wake word, as its detection found it.
#[derive(Clone, Debug)]
pub struct Clip {
    /// The voice in it.
    pub voice: Heard,
    /// Level of the word's loudest tenth of frames, in dBFS.
    pub word_dbfs: f32,
    /// Level of the quietest tenth of frames around it, in dBFS.
    pub room_dbfs: f32,
    /// Samples at full scale.
    pub clipped: usize,
}

/// Why a clip is not good enough, and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Flaw {
    /// So many samples are at full scale.
    Clipped(usize),
    /// The word has this level, in dBFS.
    Quiet(f32),
    /// The word stands only so far above the room, in decibels.
    Noisy(f32),
    /// It is another clip once more.
    Copy,
    /// It sounds like another voice than the other clips: this similarity.
    Unlike(f32),
}

/// Clips count as of one voice from this similarity on: less than is due later, since there is less to compare with.
const AGREE: f32 = 0.3;
/// The voices of two takes of a word are never so much alike, as a cosine.
const SAME: f32 = 0.999;

impl Clip {
    /// How long before a detection the room is looked at.
    pub const SPAN: Samples = Samples::from_millis(3_000);

    /// Of what was heard up to the detection, the oldest frame first.
    ///
    /// # Errors
    /// As [`SpeakerModel::listen`].
    pub fn new(model: &SpeakerModel, heard: &[Frame]) -> Result<Clip, ModelError> {
        let voice = model.listen(heard.iter())?;
        let of_word = heard.len().saturating_sub(SpeakerModel::SPAN.0 as usize / FRAME_SAMPLES);
        let mut word: Vec<f32> = heard[of_word..].iter().map(dbfs).collect();
        let mut room: Vec<f32> = heard.iter().map(dbfs).collect();
        word.sort_by(|a, b| b.total_cmp(a));
        room.sort_by(f32::total_cmp);
        let tenth = |levels: &[f32]| levels.get(levels.len() / 10).copied().unwrap_or(SILENT);
        let clipped =
            heard[of_word..].iter().flat_map(mynah_audio::Frame::samples).filter(|s| s.abs() >= FULL);
        Ok(Clip { voice, word_dbfs: tenth(&word), room_dbfs: tenth(&room), clipped: clipped.count() })
    }

    /// What is wrong with it, the gravest first; `others` are good ones that came before it.
    pub fn flaw(&self, others: &[Clip]) -> Option<Flaw> {
        let above = self.word_dbfs - self.room_dbfs;
        if self.clipped > CLIPPED {
            Some(Flaw::Clipped(self.clipped))
        } else if self.word_dbfs < QUIET {
            Some(Flaw::Quiet(self.word_dbfs))
        } else if above < ABOVE_ROOM {
            Some(Flaw::Noisy(above))
        } else {
            others
                .iter()
                .any(|other| other.voice.embedding.cosine(&self.voice.embedding) > SAME)
                .then_some(Flaw::Copy)
        }
    }

    /// The clips that are of one voice: the least alike is taken out until each is similar enough to those that are left. Gives the
    /// places of those that stay, and why others do not.
    pub fn agreeing(model: &SpeakerModel, clips: &[Clip]) -> (Vec<usize>, Vec<(usize, Flaw)>) {
        let mut stay: Vec<usize> = (0..clips.len()).collect();
        let mut out = Vec::new();
        while stay.len() > 1 {
            let similarity = |one: &usize| {
                let others =
                    stay.iter().filter(|other| *other != one).map(|other| &clips[*other].voice.embedding);
                let between = Embedding::between(others);
                between.map_or(0.0, |between| model.similarity(&between, &clips[*one].voice))
            };
            let similarities: Vec<f32> = stay.iter().map(similarity).collect();
            let least = similarities.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1));
            let Some((place, &similarity)) = least.filter(|(_, similarity)| **similarity < AGREE) else {
                break;
            };
            out.push((stay.remove(place), Flaw::Unlike(similarity)));
        }
        (stay, out)
    }
}

/// Root mean square in dB, where a full-scale square wave is 0.
fn dbfs(frame: &Frame) -> f32 {
    let samples = frame.samples();
    let power = samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32;
    (10.0 * (power + 1e-12).log10()).max(SILENT)
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::Clipped(samples) => write!(
                f,
                "the sound clips ({samples} samples at full scale): lower the gain of the microphone, or speak from further away"
            ),
            Flaw::Quiet(dbfs) => write!(
                f,
                "it is too quiet ({dbfs:.0} dBFS, {QUIET:.0} is due): come nearer, or raise the gain of the microphone"
            ),
            Flaw::Noisy(above) => write!(
                f,
                "the word stands only {above:.0} dB above the room ({ABOVE_ROOM:.0} are due): wait for a quiet moment, or come nearer"
            ),
            Flaw::Copy => {
                write!(f, "it is the same recording as another: each clip must be a take of its own")
            }
            Flaw::Unlike(similarity) => write!(
                f,
                "it sounds like another voice than the other clips (similarity {similarity:.2}, {AGREE:.2} is due): let one person say it, in a quiet moment"
            ),
        }
    }
}
