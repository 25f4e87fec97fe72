//! Two recognisers over one graph: the quick one answers what it is sure of, the exact one the rest.

use mynah_assistant::ports::{Cancel, Hints, Hypothesis, ModelError, Partial, Transcriber};
use mynah_audio::{Frame, SamplePos};

use crate::ctc::{CommandTranscriber, Heard};

/// When the quick recogniser's answer goes without asking the exact one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sure {
    /// Its confidence is at least this.
    pub confidence: f32,
    /// Stopping within a sentence is less likely by this, in nats.
    pub whole: f32,
}

impl Default for Sure {
    fn default() -> Self {
        Sure { confidence: 0.985, whole: 0.0 }
    }
}

impl Sure {
    /// Whether what was heard is sure enough.
    pub fn is(&self, heard: &Heard) -> bool {
        heard.hypothesis.accepted
            && heard.hypothesis.confidence >= self.confidence
            && heard.evidence.is_some_and(|evidence| evidence.whole >= self.whole)
    }
}

/// Who gave the answer of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// The quick one, alone.
    Quick,
    /// The exact one, which was asked.
    Exact,
}

/// The [`Transcriber`] port over a [`CommandTranscriber`] and another that is slower and hears better.
///
/// What the quick one is not [`Sure`] of goes to the exact one, from the first pause on; its answer counts, also when it refuses.
pub struct Together {
    quick: CommandTranscriber,
    exact: Box<dyn Transcriber>,
    sure: Sure,
    answered: Answered,
}

impl Together {
    /// Of the two, which must know the same language.
    pub fn new(quick: CommandTranscriber, exact: Box<dyn Transcriber>, sure: Sure) -> Self {
        Together { quick, exact, sure, answered: Answered::Exact }
    }

    /// Who gave the last answer.
    pub fn answered(&self) -> Answered {
        self.answered
    }
}

/// The quick one alone ends a turn when it is this sure.
const ENDS: f32 = 0.995;

impl Transcriber for Together {
    fn warm_up(&mut self) -> Result<(), ModelError> {
        self.quick.warm_up()?;
        self.exact.warm_up()
    }

    fn begin(&mut self, hints: &Hints) {
        self.quick.begin(hints);
        self.exact.begin(hints);
    }

    fn push(&mut self, frame: &Frame) -> Result<Option<Partial>, ModelError> {
        // The one must not miss what the other fails at.
        let quick = self.quick.push(frame);
        self.exact.push(frame)?;
        quick
    }

    fn pause(&mut self, cancel: &Cancel) -> Result<Option<Partial>, ModelError> {
        let heard = self.quick.heard_at_pause()?;
        // A turn that ends too soon loses words; Whisper hears better whether more is to come.
        match self.sure.is(&heard) && heard.hypothesis.confidence >= ENDS {
            true => Ok(heard.partial().map(|partial| Partial { complete: true, ..partial })),
            false => self.exact.pause(cancel),
        }
    }

    fn finish(&mut self, speech_end: SamplePos, cancel: &Cancel) -> Result<Hypothesis, ModelError> {
        let heard = self.quick.heard(speech_end)?;
        if self.sure.is(&heard) {
            self.answered = Answered::Quick;
            return Ok(heard.hypothesis);
        }
        self.answered = Answered::Exact;
        self.exact.finish(speech_end, cancel)
    }
}
