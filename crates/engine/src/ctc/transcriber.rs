//! The [`Transcriber`] port over the acoustic model and the search.

use std::sync::Arc;

use mynah_assistant::ports::{Alternative, Cancel, Hints, Hypothesis, ModelError, Partial, Transcriber};
use mynah_audio::{FRAME_SAMPLES, Frame, SamplePos, Samples};
use mynah_pronounce::Pronouncer;

use super::confidence::Evidence;
use super::decode::{DecodeConfig, Decoder, Found, Reading};
use super::lexicon::Lexicon;
use super::model::{AcousticModel, AcousticStream};

/// How [`CommandTranscriber`] works.
#[derive(Clone, Debug)]
pub struct CommandConfig {
    /// The search.
    pub decode: DecodeConfig,
    /// a: scores are log p − a · log prior. Networks of this kind like the blank too much, and with it short sentences; a tames that: of 300 spoken orders
    /// 92.1 % in noise are right with 0.7, 93.3 with 0.8, 91.7 with 0.95.
    pub prior_scale: f32,
    /// Refuses readings when the likeliest tokens had more than theirs by this, in nats a token. 2 % of right orders have more.
    pub reject_above: f32,
    /// Readings that go into [`Hypothesis::n_best`] at most.
    pub n_best: usize,
    /// How words are said in this house.
    pub pronouncer: Arc<Pronouncer>,
}

impl Default for CommandConfig {
    fn default() -> Self {
        CommandConfig {
            decode: DecodeConfig::default(),
            prior_scale: 0.8,
            reject_above: 2.1,
            n_best: 5,
            pronouncer: Arc::new(Pronouncer::english()),
        }
    }
}

/// Kept after the end of speech: the last consonant is quiet.
const TAIL: Samples = Samples::from_millis(200);
/// The longest utterance.
const MOST: usize = 30 * 16_000;
/// Whole sentences looked at: of many, some differ in a word that means nothing.
const READINGS: usize = 20;

/// A turn may end early when the best reading is this sure.
const SURE: f32 = 0.9;

/// What was said up to some moment.
#[derive(Clone, Debug)]
pub struct Heard {
    /// As the assistant takes it.
    pub hypothesis: Hypothesis,
    /// What speaks for its text; nothing when no whole sentence was heard.
    pub evidence: Option<Evidence>,
    /// The words of the best way that ends within a sentence, unless it is refused as well.
    pub unfinished: Option<String>,
}

/// How much a nat of the lead over stopping within a sentence is worth: the rows are not as independent as their sum takes them to be.
const WHOLE: f32 = 0.5;

impl Heard {
    /// What it says of a speaker who pauses.
    pub fn partial(self) -> Option<Partial> {
        let Heard { hypothesis, evidence, unfinished } = self;
        let whole = evidence.map_or(f32::NEG_INFINITY, |evidence| evidence.whole);
        match (evidence, unfinished) {
            (Some(_), _) if whole >= 0.0 => Some(Partial {
                confidence: hypothesis.confidence,
                complete: hypothesis.accepted && hypothesis.confidence >= SURE,
                text: hypothesis.text,
            }),
            (_, Some(text)) => {
                Some(Partial { text, confidence: 1.0 / (1.0 + (-WHOLE * whole).exp()), complete: false })
            }
            _ => None,
        }
    }
}

/// Hears the sentences of a word graph, but for wildcards. One turn at a time; `begin` starts the next.
pub struct CommandTranscriber {
    model: AcousticModel,
    config: CommandConfig,
    stream: AcousticStream,
    lexicon: Option<Lexicon>,
    decoder: Option<Decoder>,
    start: Option<SamplePos>,
    /// Samples that were taken.
    taken: usize,
    /// The scores of all rows so far, row-major.
    scores: Vec<f32>,
    /// What was worked out at the last pause, and how many samples it has heard.
    ahead: Option<(usize, Heard)>,
    rows: Vec<f32>,
}

impl CommandTranscriber {
    /// A recogniser with a stream of its own over shared weights.
    ///
    /// # Errors
    /// [`ModelError`] when the runtime has no memory for it.
    pub fn new(model: &AcousticModel, config: CommandConfig) -> Result<Self, ModelError> {
        Ok(CommandTranscriber {
            stream: model.stream()?,
            model: model.clone(),
            config,
            lexicon: None,
            decoder: None,
            start: None,
            taken: 0,
            scores: Vec::new(),
            ahead: None,
            rows: Vec::new(),
        })
    }

    /// Recognises a whole recording of 16 kHz mono sound.
    ///
    /// # Errors
    /// See [`Transcriber::finish`].
    pub fn recognize(&mut self, samples: &[f32], hints: &Hints) -> Result<Hypothesis, ModelError> {
        let found = self.readings(samples, hints)?;
        Ok(self.hypothesis(&found))
    }

    /// The search's raw result for a whole recording: every reading with its score. For tuning and benches.
    ///
    /// # Errors
    /// See [`Transcriber::finish`].
    pub fn readings(&mut self, samples: &[f32], hints: &Hints) -> Result<Found, ModelError> {
        self.begin(hints);
        for frame in Frame::all(SamplePos(0), &samples[..samples.len().min(MOST)]) {
            self.take(frame.samples())?;
        }
        self.readings_so_far()
    }

    /// The evidence for the best of what was found in this turn.
    pub fn evidence(&self, found: &Found) -> Option<Evidence> {
        Evidence::of(found, self.lexicon.as_ref()?.graph())
    }

    /// What a search's result says, as the assistant takes it.
    pub fn hypothesis(&self, found: &Found) -> Hypothesis {
        let Some((best, evidence)) = found.readings.first().zip(self.evidence(found)) else {
            return Hypothesis { silent: found.free_tokens == 0, ..Hypothesis::default() };
        };
        let n_best = found.readings.iter().take(self.config.n_best).map(|reading| Alternative {
            text: reading.text.clone(),
            score: reading.score / best.tokens.max(1) as f32,
        });
        Hypothesis {
            text: best.text.clone(),
            confidence: evidence.confidence(),
            accepted: evidence.regret <= self.config.reject_above && !evidence.is_free,
            n_best: n_best.collect(),
            free_text: None,
            silent: found.free_tokens == 0,
        }
    }

    /// What was said up to a pause.
    ///
    /// # Errors
    /// See [`Transcriber::pause`].
    pub fn heard_at_pause(&mut self) -> Result<Heard, ModelError> {
        let found = self.readings_so_far()?;
        let heard = self.heard_in(&found);
        self.ahead = Some((self.taken, heard.clone()));
        Ok(heard)
    }

    /// What was said in the turn.
    ///
    /// # Errors
    /// See [`Transcriber::finish`].
    pub fn heard(&mut self, speech_end: SamplePos) -> Result<Heard, ModelError> {
        let start = self.start.unwrap_or_default();
        let spoken = speech_end.since(start).0 as usize;
        if let Some((until, heard)) = self.ahead.take()
            && until >= spoken
        {
            return Ok(heard);
        }
        let needed = (speech_end + TAIL).since(start).0 as usize;
        let rows = self.scores.len() / self.model.tokens().len();
        let found = match rows * self.model.row_samples() >= needed {
            true => self.found_at(needed),
            false => self.readings_so_far()?,
        };
        Ok(self.heard_in(&found))
    }

    fn heard_in(&self, found: &Found) -> Heard {
        let is_heard = |reading: &&Reading| {
            let regret = (found.free - reading.score) / reading.tokens.max(1) as f32;
            !reading.path.is_empty() && regret <= self.config.reject_above
        };
        let unfinished = found.unfinished.as_ref().filter(is_heard);
        Heard {
            evidence: self.evidence(found),
            hypothesis: self.hypothesis(found),
            unfinished: unfinished.map(|reading| reading.text.clone()),
        }
    }

    fn take(&mut self, frame: &[f32; FRAME_SAMPLES]) -> Result<(), ModelError> {
        self.rows.clear();
        self.stream.push(frame, &mut self.rows)?;
        self.taken += FRAME_SAMPLES;
        let from = self.scores.len();
        Self::score(&self.rows, &self.model, &self.config, &mut self.scores);
        if let (Some(decoder), Some(lexicon)) = (&mut self.decoder, &mut self.lexicon) {
            let tokens = self.model.tokens().len();
            self.scores[from..].chunks_exact(tokens).for_each(|row| decoder.push(row, lexicon));
        }
        Ok(())
    }

    fn score(rows: &[f32], model: &AcousticModel, config: &CommandConfig, scores: &mut Vec<f32>) {
        for row in rows.chunks_exact(model.tokens().len()) {
            let of = |(log_p, log_prior): (&f32, &f32)| log_p - config.prior_scale * log_prior;
            scores.extend(row.iter().zip(model.log_prior()).map(of));
        }
    }

    /// The search's raw result for what was pushed in this turn, as if the sound ended here.
    ///
    /// # Errors
    /// See [`Transcriber::pause`].
    pub fn readings_so_far(&mut self) -> Result<Found, ModelError> {
        let rest = self.stream.rest()?;
        let mut scores = Vec::new();
        Self::score(&rest, &self.model, &self.config, &mut scores);
        let (Some(decoder), Some(lexicon)) = (&self.decoder, &mut self.lexicon) else {
            return Ok(Found::default());
        };
        let mut decoder = decoder.clone();
        scores.chunks_exact(self.model.tokens().len()).for_each(|row| decoder.push(row, lexicon));
        Ok(decoder.found(READINGS, lexicon))
    }

    /// As if the sound had ended after so many samples, of which there were more.
    fn found_at(&mut self, samples: usize) -> Found {
        let Some(lexicon) = &mut self.lexicon else { return Found::default() };
        let tokens = self.model.tokens().len();
        let rows = samples.div_ceil(self.model.row_samples());
        let mut decoder = Decoder::new(self.config.decode.clone(), lexicon);
        self.scores.chunks_exact(tokens).take(rows).for_each(|row| decoder.push(row, lexicon));
        decoder.found(READINGS, lexicon)
    }
}

impl Transcriber for CommandTranscriber {
    fn begin(&mut self, hints: &Hints) {
        let lexicon = self.lexicon.get_or_insert_with(|| {
            let (tokens, pronouncer) = (self.model.tokens().clone(), self.config.pronouncer.clone());
            Lexicon::new(hints.graph.clone(), tokens, pronouncer, hints.wake_phrase.clone())
        });
        lexicon.follow(&hints.graph, hints.wake_phrase.as_ref());
        self.decoder = Some(Decoder::new(self.config.decode.clone(), lexicon));
        self.stream.reset();
        self.start = None;
        self.taken = 0;
        self.scores.clear();
        self.ahead = None;
    }

    fn push(&mut self, frame: &Frame) -> Result<Option<Partial>, ModelError> {
        let start = *self.start.get_or_insert(frame.pos());
        let at = frame.pos().since(start).0 as usize;
        // A gap in the sound stays a gap; what comes twice is heard once.
        while self.taken < at.min(MOST) {
            self.take(&[0.0; FRAME_SAMPLES])?;
        }
        if self.taken == at && at < MOST {
            self.take(frame.samples())?;
        }
        Ok(None)
    }

    fn pause(&mut self, _cancel: &Cancel) -> Result<Option<Partial>, ModelError> {
        Ok(self.heard_at_pause()?.partial())
    }

    fn finish(&mut self, speech_end: SamplePos, _cancel: &Cancel) -> Result<Hypothesis, ModelError> {
        Ok(self.heard(speech_end)?.hypothesis)
    }
}
