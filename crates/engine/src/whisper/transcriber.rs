//! The [`Transcriber`] port over Whisper and a word graph.

use std::sync::Arc;

use mynah_assistant::ports::{Alternative, Cancel, Hints, Hypothesis, ModelError, Partial, Transcriber};
use mynah_audio::{Frame, SamplePos, Samples};
use mynah_intent::primary_subtag;

use super::confidence::Evidence;
use super::lexicon::Lexicon;
use super::model::{Session, WhisperModel};
use super::prior::{PriorConfig, discount};
use super::search::{Found, SearchConfig, search};
use super::trim;

/// How [`GrammarTranscriber`] works.
#[derive(Clone, Debug, PartialEq)]
pub struct WhisperConfig {
    /// BCP 47 language of the sentences, `en`. An English-only model knows no other.
    pub language: String,
    /// Threads. More than one pays on an idle machine only: as many as there are cores on a busy one can take ten
    /// times as long.
    pub threads: usize,
    /// The search.
    pub search: SearchConfig,
    /// What is taken off readings that are close.
    pub prior: PriorConfig,
    /// Refuses readings when the model's own next tokens were likelier than theirs by more than this, in nats per token.
    /// What is said in the grammar has 0.1, in loud noise up to 1.3; other speech has 1.9 and more.
    pub reject_above: f32,
    /// Refuses readings that the model finds less likely, by more than this in nats, than that the speaker stopped in the middle
    /// of a sentence: words that nobody said would complete it. Of 500 right orders, clean and in loud noise, none had more
    /// than 10.8; of orders that were broken off half have more than 14.
    pub reject_completed_above: f32,
    /// Readings that go into [`Hypothesis::n_best`] at most.
    pub n_best: usize,
}

impl Default for WhisperConfig {
    fn default() -> Self {
        WhisperConfig {
            language: "en".into(),
            threads: 1,
            search: SearchConfig::default(),
            prior: PriorConfig::default(),
            reject_above: 1.3,
            reject_completed_above: 11.0,
            n_best: 5,
        }
    }
}

/// Sound that is shorter has no word in it.
const LEAST: usize = 16_000 / 5;
/// Kept after the end of speech: the last consonant is quiet.
const TAIL: Samples = Samples::from_millis(200);
/// Whisper hears 30 s at most.
const MOST: usize = 30 * 16_000;
/// A turn may end early when the best reading leads by this much, in nats.
const CLEAR_LEAD: f32 = 3.0;
/// and is at least this sure.
const CLEAR_CONFIDENCE: f32 = 0.9;
/// The same reading at two pauses is a whole sentence when it is at least this sure.
const LIKELY: f32 = 0.5;

/// Hears the sentences of a word graph. One turn at a time; `begin` starts the next.
#[derive(Debug)]
pub struct GrammarTranscriber {
    session: Session,
    /// The model that has heard two seconds of silence.
    silent: Session,
    model: WhisperModel,
    config: WhisperConfig,
    lexicon: Option<Lexicon>,
    start: Option<SamplePos>,
    samples: Vec<f32>,
    /// What was worked out at the last pause, and how many samples it has heard.
    ahead: Option<(usize, Hypothesis)>,
    /// What was said up to the pause before.
    before: Option<String>,
}

impl GrammarTranscriber {
    /// A recogniser with working memory of its own over shared weights.
    ///
    /// # Errors
    /// [`ModelError`] when whisper.cpp has no memory for it, or the language is unknown.
    pub fn new(model: &WhisperModel, config: WhisperConfig) -> Result<Self, ModelError> {
        if !model.is_multilingual() && primary_subtag(&config.language) != "en" {
            return Err(ModelError::Unusable(format!(
                "whisper model {} knows English only, not \"{}\". `mynah models fetch whisper-base` gets one that does",
                model.path().display(),
                config.language
            )));
        }
        let session = model.session(&config.language, config.threads)?;
        let mut silent = model.session(&config.language, config.threads)?;
        silent.encode(&[0.0; 2 * 16_000])?;
        Ok(GrammarTranscriber {
            session,
            silent,
            model: model.clone(),
            config,
            lexicon: None,
            start: None,
            samples: Vec::new(),
            ahead: None,
            before: None,
        })
    }

    /// Recognises a whole recording of 16 kHz mono sound.
    ///
    /// # Errors
    /// See [`Transcriber::finish`].
    pub fn recognize(
        &mut self,
        samples: &[f32],
        hints: &Hints,
        cancel: &Cancel,
    ) -> Result<Hypothesis, ModelError> {
        self.begin(hints);
        self.samples.extend_from_slice(&samples[..samples.len().min(MOST)]);
        self.decode(self.samples.len(), cancel)
    }

    /// The search's raw result for a whole recording: every reading with its score. For tuning and benches.
    ///
    /// # Errors
    /// See [`Transcriber::finish`].
    pub fn readings(&mut self, samples: &[f32], hints: &Hints, cancel: &Cancel) -> Result<Found, ModelError> {
        self.begin(hints);
        self.samples.extend_from_slice(&samples[..samples.len().min(MOST)]);
        self.find(self.samples.len(), cancel)
    }

    fn find(&mut self, length: usize, cancel: &Cancel) -> Result<Found, ModelError> {
        let Some(lexicon) = &mut self.lexicon else { return Ok(Found::default()) };
        let heard = &self.samples[..length.min(self.samples.len())];
        let heard = &heard[trim::speech(heard)];
        if heard.len() < LEAST {
            return Ok(Found { is_silent: true, ..Found::default() });
        }
        if cancel.is_cancelled() {
            return Err(ModelError::Cancelled);
        }
        self.session.encode(heard)?;
        // Nobody says more than six tokens a second (the quickest of 310 people: 5.1); a model that repeats itself does. What
        // the model likes this little in sum would be refused even if it had as many.
        let most = 6.0 + 6.0 * heard.len() as f32 / 16_000.0;
        let config = SearchConfig {
            max_tokens: self.config.search.max_tokens.min(most as usize),
            max_regret: self.config.search.max_regret.min(self.config.reject_above * most),
            ..self.config.search.clone()
        };
        let mut found = search(&mut self.session, lexicon, &config, cancel)?;
        discount(&mut found, &mut self.silent, lexicon, &self.config.prior, cancel)?;
        Ok(found)
    }

    fn decode(&mut self, length: usize, cancel: &Cancel) -> Result<Hypothesis, ModelError> {
        let found = self.find(length, cancel)?;
        Ok(self.hypothesis(&found))
    }

    /// What a search's result says about the words so far. Where the model would rather stop within a sentence than say any
    /// whole one, the speaker is in the middle of it.
    /// Speech that is not of the graph stops nowhere in particular.
    fn partial(&self, found: &Found, hypothesis: &Hypothesis) -> Option<Partial> {
        let best = Evidence::of(found);
        let whole = best.map_or(f32::NEG_INFINITY, |(_, evidence)| evidence.whole);
        match (best, &found.unfinished) {
            (Some((best, evidence)), _) if whole >= 0.0 => Some(Partial {
                text: best.text.clone(),
                confidence: hypothesis.confidence,
                complete: hypothesis.accepted
                    && evidence.lead.min(whole) >= CLEAR_LEAD
                    && hypothesis.confidence >= CLEAR_CONFIDENCE,
            }),
            // Of the two, the probability that a logarithm of the odds tells.
            (_, Some(unfinished)) if unfinished.regret <= self.config.reject_above => Some(Partial {
                text: unfinished.text.clone(),
                confidence: 1.0 / (1.0 + (-whole).exp()),
                complete: false,
            }),
            _ => None,
        }
    }

    /// What a search's result says, as the assistant takes it.
    pub fn hypothesis(&self, found: &Found) -> Hypothesis {
        let Some((best, evidence)) = Evidence::of(found) else {
            return Hypothesis { silent: found.is_silent, ..Hypothesis::default() };
        };
        Hypothesis {
            text: best.text.clone(),
            confidence: evidence.confidence(),
            accepted: evidence.regret <= self.config.reject_above
                && -evidence.whole <= self.config.reject_completed_above,
            n_best: found
                .readings
                .iter()
                .take(self.config.n_best)
                .map(|r| Alternative { text: r.text.clone(), score: r.rank / best.tokens.max(1) as f32 })
                .collect(),
            free_text: best.free.clone(),
            silent: false,
        }
    }
}

impl Transcriber for GrammarTranscriber {
    fn begin(&mut self, hints: &Hints) {
        let same = self.lexicon.as_ref().is_some_and(|lexicon| {
            !lexicon.is_full()
                && Arc::ptr_eq(lexicon.graph(), &hints.graph)
                && lexicon.wake_phrase() == hints.wake_phrase.as_ref()
        });
        if !same {
            let vocabulary = self.model.vocabulary().clone();
            self.lexicon = Some(Lexicon::new(hints.graph.clone(), vocabulary, hints.wake_phrase.clone()));
        }
        self.start = None;
        self.samples.clear();
        self.ahead = None;
        self.before = None;
    }

    fn push(&mut self, frame: &Frame) -> Result<Option<Partial>, ModelError> {
        let start = *self.start.get_or_insert(frame.pos());
        let at = frame.pos().since(start).0 as usize;
        if at < MOST {
            // A gap in the sound stays a gap; what comes twice is heard once.
            self.samples.resize(at, 0.0);
            self.samples.extend_from_slice(frame.samples());
        }
        Ok(None)
    }

    fn pause(&mut self, cancel: &Cancel) -> Result<Option<Partial>, ModelError> {
        let length = self.samples.len();
        let found = self.find(length, cancel)?;
        let hypothesis = self.hypothesis(&found);
        let mut partial = self.partial(&found, &hypothesis);
        if let Some(partial) = &mut partial {
            // What sounded since the pause before was no word: the sentence is as whole as it was then.
            partial.complete |= hypothesis.accepted
                && partial.confidence >= LIKELY
                && self.before.as_ref() == Some(&partial.text);
            self.before = Some(partial.text.clone());
        }
        self.ahead = Some((length, hypothesis));
        Ok(partial)
    }

    fn finish(&mut self, speech_end: SamplePos, cancel: &Cancel) -> Result<Hypothesis, ModelError> {
        let start = self.start.unwrap_or_default();
        let spoken = speech_end.since(start).0 as usize;
        if let Some((heard, hypothesis)) = self.ahead.take()
            && heard >= spoken
        {
            return Ok(hypothesis);
        }
        let length = (speech_end + TAIL).since(start).0 as usize;
        self.decode(length, cancel)
    }
}
