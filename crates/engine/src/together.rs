//! Two recognisers over one graph: the quick one answers what it is sure of, the exact one the rest.

use mynah_assistant::ports::{Cancel, Hints, Hypothesis, ModelError, Partial, Transcriber};
use mynah_audio::{Frame, SamplePos};

use crate::ctc::{CommandTranscriber, Evidence};

/// When the quick recogniser's answer goes without asking the exact one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sure {
    /// The likeliest tokens had at most this much more, in nats a token.
    pub regret: f32,
    /// The best reading with another meaning has at least this much less, in nats.
    pub lead: f32,
    /// So has stopping within a sentence.
    pub whole: f32,
}

impl Default for Sure {
    fn default() -> Self {
        Sure { regret: 0.5, lead: 6.0, whole: 3.0 }
    }
}

impl Sure {
    /// Whether this evidence is enough.
    pub fn is(&self, evidence: &Evidence) -> bool {
        evidence.regret <= self.regret && evidence.lead >= self.lead && evidence.whole >= self.whole
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

    /// The quick one's answer for the sound so far, if it is sure of it.
    fn quickly(&self, heard: Option<(Evidence, Hypothesis)>) -> Option<Hypothesis> {
        heard.filter(|(evidence, _)| self.sure.is(evidence)).map(|(_, hypothesis)| hypothesis)
    }
}

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
        match self.quickly(heard) {
            Some(sure) => Ok(Some(Partial { text: sure.text, confidence: sure.confidence, complete: true })),
            None => self.exact.pause(cancel),
        }
    }

    fn finish(&mut self, speech_end: SamplePos, cancel: &Cancel) -> Result<Hypothesis, ModelError> {
        let heard = self.quick.heard(speech_end)?;
        if let Some(sure) = self.quickly(heard) {
            self.answered = Answered::Quick;
            return Ok(sure);
        }
        self.answered = Answered::Exact;
        self.exact.finish(speech_end, cancel)
    }
}
