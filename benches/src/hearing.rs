//! The recognisers, as the benches run them: a recording in, what was heard and how long that took out.

use std::ops::Range;
use std::path::PathBuf;
use std::time::Instant;

use mynah_assistant::ports::{Cancel, Hints, Hypothesis, Transcriber};
use mynah_audio::{Frame, SamplePos};
use mynah_engine::ctc::{AcousticModel, CommandConfig, CommandTranscriber, Evidence};
use mynah_engine::together::{Answered, Sure, Together};
use mynah_engine::whisper::search::SearchConfig;
use mynah_engine::whisper::{GrammarTranscriber, WhisperConfig, speech};

use crate::recordings::whisper;

/// Which recogniser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[expect(missing_docs, reason = "their names say it")]
pub enum Which {
    Whisper,
    Command,
    Both,
}

/// The recogniser of a bench, by its command line.
#[derive(clap::Args, Clone, Debug)]
pub struct HearingArgs {
    /// The recogniser.
    #[arg(long, value_enum, default_value = "whisper")]
    recogniser: Which,
    /// Whisper: a model of the store, or a ggml file.
    #[arg(long, default_value = "whisper-tiny.en")]
    model: String,
    /// The command recogniser's ONNX file.
    #[arg(long)]
    command: Option<PathBuf>,
    /// Overrides Whisper's bonus for each word, in nats.
    #[arg(long)]
    bonus: Option<f32>,
    /// Overrides Whisper's margin, in nats.
    #[arg(long)]
    margin: Option<f32>,
    /// Overrides Whisper's most decoder steps.
    #[arg(long)]
    steps: Option<usize>,
    /// Overrides the command recogniser's scale of the priors.
    #[arg(long)]
    prior_scale: Option<f32>,
    /// Overrides the command recogniser's beam, in nats.
    #[arg(long)]
    beam: Option<f32>,
    /// Overrides the price of a token in a wildcard, in nats.
    #[arg(long)]
    wildcard_token: Option<f32>,
    /// Overrides how sure the command recogniser must be to answer without Whisper.
    #[arg(long)]
    sure: Option<f32>,
}

/// What was heard in a recording.
pub struct Heard {
    /// The answer.
    pub hypothesis: Hypothesis,
    /// Texts and scores of the readings.
    pub readings: Vec<(String, f32)>,
    /// Of the command recogniser alone.
    pub evidence: Option<Evidence>,
    /// Who answered, where there are two.
    pub answered: Option<Answered>,
    /// From the end of the sound to the answer: the command recogniser works while it comes in, Whisper does not.
    pub ms: f64,
    /// All work on the recording.
    pub work_ms: f64,
    /// Steps of Whisper's decoder.
    pub steps: usize,
}

/// A recogniser with all its settings.
pub enum Hearing {
    /// Whisper inside the grammar.
    Whisper(Box<GrammarTranscriber>),
    /// The command recogniser.
    Command(Box<CommandTranscriber>),
    /// The two together.
    Both(Box<Together>),
}

impl HearingArgs {
    /// The part of a recording that is to be heard, by where its speech lies: what hears as the ears do has a little of what is around it.
    pub fn extent(&self, samples: &[f32]) -> Range<usize> {
        const AROUND: usize = 16_000 * 3 / 10;
        let of_speech = speech(samples);
        match self.recogniser {
            Which::Whisper => of_speech,
            Which::Command | Which::Both => {
                of_speech.start.saturating_sub(AROUND)..(of_speech.end + AROUND).min(samples.len())
            }
        }
    }

    /// Loads it, for a BCP 47 language.
    ///
    /// # Errors
    /// When a model is missing or unusable.
    pub fn load(&self, language: &str) -> anyhow::Result<Hearing> {
        let exact = || -> anyhow::Result<GrammarTranscriber> {
            let defaults = SearchConfig::default();
            let search = SearchConfig {
                word_bonus: self.bonus.unwrap_or(defaults.word_bonus),
                margin: self.margin.unwrap_or(defaults.margin),
                max_steps: self.steps.unwrap_or(defaults.max_steps),
                ..defaults
            };
            let config = WhisperConfig { search, language: language.to_owned(), ..WhisperConfig::default() };
            Ok(GrammarTranscriber::new(&whisper(&self.model)?, config)?)
        };
        let quick = || -> anyhow::Result<CommandTranscriber> {
            let model = match &self.command {
                Some(file) => AcousticModel::open(file)?,
                None => AcousticModel::builtin()?,
            };
            let mut config = CommandConfig::default();
            config.prior_scale = self.prior_scale.unwrap_or(config.prior_scale);
            config.decode.beam = self.beam.unwrap_or(config.decode.beam);
            config.decode.wildcard_token = self.wildcard_token.unwrap_or(config.decode.wildcard_token);
            Ok(CommandTranscriber::new(&model, config)?)
        };
        Ok(match self.recogniser {
            Which::Whisper => Hearing::Whisper(Box::new(exact()?)),
            Which::Command => Hearing::Command(Box::new(quick()?)),
            Which::Both => {
                let defaults = Sure::default();
                let sure = Sure { confidence: self.sure.unwrap_or(defaults.confidence), ..defaults };
                Hearing::Both(Box::new(Together::new(quick()?, Box::new(exact()?), sure)))
            }
        })
    }
}

impl Hearing {
    /// To be fed as the ears do.
    pub fn into_transcriber(self) -> Box<dyn Transcriber> {
        match self {
            Hearing::Whisper(whisper) => whisper,
            Hearing::Command(command) => command,
            Hearing::Both(both) => both,
        }
    }

    /// Recognises 16 kHz mono sound in which speech is all that there is but for the silence or noise around it.
    ///
    /// # Errors
    /// When a model fails.
    pub fn hear(&mut self, samples: &[f32], hints: &Hints) -> anyhow::Result<Heard> {
        let cancel = Cancel::default();
        match self {
            Hearing::Whisper(whisper) => {
                let start = Instant::now();
                let found = whisper.readings(samples, hints, &cancel)?;
                let ms = start.elapsed().as_secs_f64() * 1000.0;
                let hypothesis = whisper.hypothesis(&found);
                let readings = found.readings.iter().map(|r| (r.text.clone(), r.rank)).collect();
                Ok(Heard {
                    hypothesis,
                    readings,
                    evidence: None,
                    answered: None,
                    ms,
                    work_ms: ms,
                    steps: found.steps,
                })
            }
            Hearing::Command(command) => {
                let begin = Instant::now();
                stream(&mut **command, samples, hints)?;
                let start = Instant::now();
                let found = command.readings_so_far()?;
                let evidence = command.evidence(&found);
                let hypothesis = command.hypothesis(&found);
                let ms = start.elapsed().as_secs_f64() * 1000.0;
                let readings = found.readings.iter().map(|r| (r.text.clone(), r.score)).collect();
                Ok(Heard {
                    hypothesis,
                    readings,
                    evidence,
                    answered: None,
                    ms,
                    work_ms: begin.elapsed().as_secs_f64() * 1000.0,
                    steps: 0,
                })
            }
            Hearing::Both(both) => {
                let begin = Instant::now();
                let end = stream(&mut **both, samples, hints)?;
                let start = Instant::now();
                both.pause(&cancel)?;
                let hypothesis = both.finish(end, &cancel)?;
                let ms = start.elapsed().as_secs_f64() * 1000.0;
                let readings = hypothesis.n_best.iter().map(|r| (r.text.clone(), r.score)).collect();
                let answered = Some(both.answered());
                let work_ms = begin.elapsed().as_secs_f64() * 1000.0;
                Ok(Heard { hypothesis, readings, evidence: None, answered, ms, work_ms, steps: 0 })
            }
        }
    }
}

/// Feeds a recording, as the ears do. Gives its end.
fn stream(to: &mut dyn Transcriber, samples: &[f32], hints: &Hints) -> anyhow::Result<SamplePos> {
    to.begin(hints);
    let mut end = SamplePos(0);
    for frame in Frame::all(end, samples) {
        end = frame.end();
        to.push(&frame)?;
    }
    Ok(end)
}
