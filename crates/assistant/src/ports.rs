//! What the assistant needs from models. `mynah-engine` implements these.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mynah_audio::{Frame, SamplePos, Samples};
use mynah_intent::WordGraph;
use serde::{Deserialize, Serialize};

/// A model failed. Named by what the caller does next.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ModelError {
    /// The model file or its description is missing, damaged or of the wrong kind: the owner must act.
    #[error("{0}")]
    Unusable(String),
    /// This input could not be worked on; the next may be.
    #[error("{0}")]
    Failed(String),
    /// The work was cancelled, as asked.
    #[error("cancelled")]
    Cancelled,
}

/// A wake word was heard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// Which word, by its id: `computer`.
    pub word: Arc<str>,
    /// 0 to 1.
    pub score: f32,
}

/// Hears wake words in a stream of frames. One stream per value; `reset` is cheap.
pub trait WakeWord: Send {
    /// Takes 10 ms. At most one detection per call: the surest.
    fn push(&mut self, frame: &Frame) -> Result<Option<Detection>, ModelError>;
    /// How long after the end of a word its detection comes at the earliest.
    fn delay(&self) -> Samples;
    /// Forgets what was heard.
    fn reset(&mut self);
}

/// Probability that a frame is speech, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct SpeechProb(pub f32);

/// Scores frames for speech. Deciding where speech ends is the Listener's.
pub trait Vad: Send {
    /// Takes 10 ms.
    fn push(&mut self, frame: &Frame) -> Result<SpeechProb, ModelError>;
    /// How much later than the frame its score is.
    fn delay(&self) -> Samples;
    /// Forgets what was heard.
    fn reset(&mut self);
}

/// What may be said in this turn.
#[derive(Clone, Debug)]
pub struct Hints {
    /// All sentences of the installed skills and the names of the home.
    pub graph: Arc<WordGraph>,
    /// The wake phrase that may stand at the start of the audio, in lower case: `computer`. Recognisers skip it.
    pub wake_phrase: Option<Arc<str>>,
}

/// Asks a long piece of work to stop. Clones share the flag.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked for.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a recogniser makes of the words so far. There is none when it made out no words that may be said here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Partial {
    /// The words; none after the wake phrase alone.
    pub text: String,
    /// 0 to 1: that they are a whole sentence, and the right one. The surer the speaker stopped in the middle of a phrase,
    /// the nearer to 0: 0.01 holds the turn open long ([`Hint::MidPhrase`](crate::Hint::MidPhrase)).
    pub confidence: f32,
    /// The grammar is in a final state with a clear margin: the turn may end here.
    pub complete: bool,
}

/// One reading of an utterance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    /// The words, as the templates have them.
    pub text: String,
    /// Natural logarithm, per token; comparable within one utterance only.
    pub score: f32,
}

/// What a recogniser heard. No match is a value, not an error: `text` is empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hypothesis {
    /// The best reading, as the templates have it.
    pub text: String,
    /// 0 to 1, calibrated: the share of such hypotheses that are right.
    pub confidence: f32,
    /// False when the recogniser thinks that nothing of the grammar was said.
    pub accepted: bool,
    /// All readings, the best first.
    pub n_best: Vec<Alternative>,
    /// The words of the best reading that no template has: those that its wildcards took ("oat milk" of "add oat milk to the list").
    pub free_text: Option<String>,
    /// There were no words to hear: the sound was silent, or too short for one.
    #[serde(default)]
    pub silent: bool,
}

/// Audio → words. Fed while the person speaks.
pub trait Transcriber: Send {
    /// Called once before the first turn, when there is time: loads what takes long.
    fn warm_up(&mut self) -> Result<(), ModelError> {
        Ok(())
    }
    /// Starts a turn; what was left of another is dropped.
    fn begin(&mut self, hints: &Hints);
    /// Takes 10 ms.
    fn push(&mut self, frame: &Frame) -> Result<Option<Partial>, ModelError>;
    /// The person paused: works ahead on what was heard, so that [`finish`](Self::finish) is quick if nothing follows.
    fn pause(&mut self, cancel: &Cancel) -> Result<Option<Partial>, ModelError>;
    /// The turn ended; `speech_end` is where its speech did.
    fn finish(&mut self, speech_end: SamplePos, cancel: &Cancel) -> Result<Hypothesis, ModelError>;
}

/// Text → sound.
pub trait Speech: Send {
    /// The rate of the samples that `speak` gives, in Hz.
    fn sample_rate(&self) -> u32;
    /// Speaks `text` into `sink` piece by piece as it is made (mono, −1..1), until done or the sink breaks off.
    fn speak(
        &mut self,
        text: &str,
        sink: &mut dyn FnMut(&[f32]) -> ControlFlow<()>,
    ) -> Result<(), ModelError>;
}
