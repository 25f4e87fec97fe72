//! The recognisers that the configuration names: a quick one that is built in, and Whisper, which was fetched.

use std::path::PathBuf;
use std::sync::Arc;

use mynah_assistant::ports::{Cancel, Hints, Hypothesis, ModelError, Transcriber};
use mynah_audio::{Frame, SAMPLE_RATE, SamplePos};
use mynah_engine::ctc::{AcousticModel, CommandConfig, CommandTranscriber, TokenKind};
use mynah_engine::together::{Sure, Together};
use mynah_engine::whisper::{GrammarTranscriber, WhisperConfig, WhisperModel};
use mynah_home::Home;
use mynah_host::runtime::Loading;
use mynah_skill::pronouncer;

use crate::Misuse;
use crate::config::{Config, Recognition, model_file};

/// Which recognisers there are. At least one.
pub struct Recognisers {
    quick: Option<Quick>,
    exact: Option<PathBuf>,
    /// Why there is no exact one although one is configured.
    lacking: Option<String>,
}

enum Quick {
    Builtin,
    File(PathBuf),
}

impl Quick {
    fn of(config: &Config) -> Option<Quick> {
        match config.recognition.command.as_str() {
            "none" => None,
            "builtin" => Some(Quick::Builtin),
            file => Some(Quick::File(file.into())),
        }
    }

    fn load(&self) -> Result<AcousticModel, ModelError> {
        match self {
            Quick::Builtin => AcousticModel::builtin(),
            Quick::File(file) => AcousticModel::open(file),
        }
    }
}

impl Recognisers {
    /// Those that are configured. Their files are looked at, not loaded.
    pub fn of(config: &Config) -> anyhow::Result<Recognisers> {
        let model = &config.recognition.model;
        let speaks = |quick: &Quick| !matches!(quick, Quick::Builtin) || config.speaks("en");
        let quick = Quick::of(config).filter(speaks);
        let (exact, lacking) = match (model.as_str(), &quick) {
            ("none", _) => (None, None),
            (model, quick) => match model_file(model) {
                Ok(file) => {
                    WhisperModel::check(&file)?;
                    (Some(file), None)
                }
                // A model that somebody asked for must be there.
                Err(missing) if quick.is_some() && model == Recognition::default().model => {
                    (None, Some(format!("{missing:#}")))
                }
                Err(missing) => return Err(missing),
            },
        };
        if quick.is_none() && exact.is_none() {
            return Err(Misuse(
                "there is no recogniser: [recognition] model names one for this language, and command = \"builtin\" knows English".into(),
            )
            .into());
        }
        Ok(Recognisers { quick, exact, lacking })
    }

    /// What a person should know who starts the assistant: what is not heard, and the remedy.
    pub fn warning(&self) -> Option<String> {
        let what =
            "free words (\"add … to the list\", \"remind me to …\") are not understood, and less in noise";
        match (&self.exact, &self.lacking) {
            (Some(_), _) => None,
            (None, Some(missing)) => Some(format!("only the built-in recogniser is used: {what}. {missing}")),
            (None, None) => Some(format!("only the command recogniser is used: {what}")),
        }
    }

    /// Their names, for a list of what is in use.
    pub fn describe(&self) -> String {
        let quick = self.quick.as_ref().map(|quick| match quick {
            Quick::Builtin => "command recogniser (built in)".to_owned(),
            Quick::File(file) => format!("command recogniser {}", file.display()),
        });
        let exact = self.exact.as_ref().map(|file| file.display().to_string());
        quick.into_iter().chain(exact).collect::<Vec<_>>().join(", then ")
    }

    /// Loads them.
    pub fn load(&self, config: &Config, home: &Home) -> anyhow::Result<Box<dyn Transcriber>> {
        let quick = self.quick.as_ref().map(|quick| self.quick(quick, config, home)).transpose()?;
        let exact = self.exact.as_ref().map(|file| whisper(file, config)).transpose()?;
        Ok(match (quick, exact) {
            (Some(quick), Some(exact)) => Box::new(Together::new(quick, Box::new(exact), Sure::default())),
            (Some(quick), None) => Box::new(quick),
            (None, Some(exact)) => Box::new(exact),
            (None, None) => unreachable!("`of` gives none without any"),
        })
    }

    /// Loads them while the ears listen already.
    pub fn loading(self, config: &Config, home: &Arc<Home>) -> Box<dyn Transcriber> {
        let (config, home) = (config.clone(), home.clone());
        Box::new(Loading::new(move || {
            self.load(&config, &home).map_err(|error| {
                error.downcast().unwrap_or_else(|error| ModelError::Failed(format!("{error:#}")))
            })
        }))
    }

    fn quick(&self, quick: &Quick, config: &Config, home: &Home) -> anyhow::Result<CommandTranscriber> {
        let model = quick.load()?;
        if !config.speaks(model.language()) {
            return Err(Misuse(format!(
                "the command recogniser knows {:?}, not {:?}; [recognition] command = \"none\" leaves it out",
                model.language(),
                config.language()
            ))
            .into());
        }
        let settings = CommandConfig { pronouncer: Arc::new(pronouncer(home)), ..CommandConfig::default() };
        Ok(CommandTranscriber::new(&model, settings)?)
    }
}

fn whisper(file: &std::path::Path, config: &Config) -> anyhow::Result<GrammarTranscriber> {
    let settings = WhisperConfig {
        language: config.language().to_owned(),
        threads: config.recognition.threads.max(1),
        ..WhisperConfig::default()
    };
    Ok(GrammarTranscriber::new(&WhisperModel::load(file)?, settings)?)
}

/// The acoustic model of the quick recogniser, when it hears English phones: wake words are told apart by it.
pub fn phones(config: &Config) -> anyhow::Result<Option<AcousticModel>> {
    let Some(quick) = Quick::of(config) else { return Ok(None) };
    let model = quick.load()?;
    let fits = model.language() == "en" && model.tokens().kind() == TokenKind::Phones;
    Ok(fits.then_some(model))
}

/// Silence before a recording: one that begins with its first word leaves the recogniser no time to hear what is regular in it.
const LEAD: usize = SAMPLE_RATE as usize * 3 / 10;

/// What is said in a whole recording of 16 kHz mono sound.
pub fn whole(
    transcriber: &mut dyn Transcriber,
    samples: &[f32],
    hints: &Hints,
) -> Result<Hypothesis, ModelError> {
    transcriber.begin(hints);
    let mut end = SamplePos(0);
    for frame in Frame::all(end, &[&[0.0; LEAD], samples].concat()) {
        end = frame.end();
        transcriber.push(&frame)?;
    }
    transcriber.pause(&Cancel::default())?;
    transcriber.finish(end, &Cancel::default())
}
