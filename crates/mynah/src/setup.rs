//! From the configuration to the parts of a run.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use mynah_assistant::dialogue::{Dialogue, DialogueSettings, House, Kept};
use mynah_assistant::ports::{Speech, Vad};
use mynah_assistant::{Listener, ListenerSettings, Moment, TurnIds};
use mynah_endpoint::{Endpoints, Settings};
use mynah_engine::speech::{Espeak, EspeakConfig, Piper, PiperConfig};
use mynah_engine::vad::{Earshot, SileroModel};
use mynah_home::{AreaId, Home};
use mynah_host::audio::{AudioError, OutputSpec, Player};
use mynah_host::runtime::{Answering, Hearing, Keep, Source, Wires, wall_clock};
use mynah_host::state::StateFile;
use mynah_intent::WordGraph;
use mynah_skill::{Catalog, Situation, skill_texts};
use sha2::{Digest, Sha256};

use crate::Misuse;
use crate::cli::Common;
use crate::config::{Config, SpeechEngine, model_file, state_folder};
use crate::recogniser::Recognisers;
use crate::report::{Faults, faults};
use crate::shipped;
use crate::wake;

/// The configuration, the house and the skills that fit it.
pub struct Household {
    pub config: Config,
    pub home: Arc<Home>,
    pub catalog: Arc<Catalog>,
    pub area: Option<AreaId>,
}

impl Household {
    /// The house that is configured.
    pub fn load(common: &Common) -> anyhow::Result<Household> {
        let config = Config::load(common)?;
        let Some(path) = config.home.clone() else {
            return Err(Misuse(
                "no home.toml: looked for --home, `home` in mynah.toml, ~/.config/mynah and /etc/mynah. \
                 `--demo-house` or `mynah demo --house` serves a house to try things on; README.md shows how to describe your own"
                    .into(),
            )
            .into());
        };
        let home = Home::load(&path).map_err(faults)?;
        Self::with(config, home)
    }

    /// The house that is configured, or the names of the demo house: enough to understand sentences.
    pub fn load_or_demo(common: &Common) -> anyhow::Result<Household> {
        let config = Config::load(common)?;
        let home = home_or_demo(&config)?;
        Self::with(config, home)
    }

    /// The configured skills, with this house.
    pub fn with(config: Config, home: Home) -> anyhow::Result<Household> {
        let catalog = catalog(&config, &home)?;
        Self::assemble(config, home, catalog)
    }

    /// A household of parts that were loaded already.
    pub fn assemble(config: Config, home: Home, catalog: Catalog) -> anyhow::Result<Household> {
        let area = match &config.area {
            None => None,
            Some(name) => match home.find_area(name) {
                Some(area) => Some(area.id.clone()),
                None => {
                    let known: Vec<&str> = home.areas().iter().map(|a| a.name.as_str()).collect();
                    return Err(Misuse(format!(
                        "area {name:?} is not a room of this house; there is: {}",
                        known.join(", ")
                    ))
                    .into());
                }
            },
        };
        Ok(Household { config, home: Arc::new(home), catalog: Arc::new(catalog), area })
    }

    /// What is known beside the words.
    pub fn situation(&self) -> Situation {
        Situation { area: self.area.clone(), now: wall_clock() }
    }

    /// Opens the wires to the devices.
    pub fn endpoints(&self) -> anyhow::Result<Endpoints> {
        Ok(Endpoints::connect(&self.home, Settings::default()).map_err(faults)?)
    }

    /// Wake words, endpointing and the recogniser over `source`.
    pub fn hearing(&self, source: Box<dyn Source>, ids: &TurnIds) -> anyhow::Result<Hearing> {
        let (wake, phrases) = wake::engines(&self.config, Some(&self.home))?;
        let recognisers = Recognisers::of(&self.config)?;
        if let Some(warning) = recognisers.warning() {
            eprintln!("mynah: {warning}");
        }
        let listener = Listener::new(ListenerSettings::default(), wake, vad(&self.config)?, ids.clone());
        Ok(Hearing {
            source,
            listener,
            phrases,
            transcriber: recognisers.loading(&self.config, &self.home),
            graph: self.graph(),
        })
    }

    /// All that may be said.
    pub fn graph(&self) -> Arc<WordGraph> {
        self.catalog.graph().clone()
    }

    /// Of everything that decisions depend on beside the audio: skills, home, models, thresholds.
    pub fn configuration_hash(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(env!("CARGO_PKG_VERSION"));
        hash.update(format!("{:?}", self.config.wake));
        hash.update(format!("{:?}", self.config.recognition));
        hash.update(format!("{:?}", self.home.devices()));
        for (skill, summary) in self.catalog.summaries() {
            hash.update(skill);
            hash.update(summary);
        }
        let graph = self.catalog.graph();
        hash.update(format!("{} {}", graph.state_count(), graph.arc_count()));
        hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The dialogue, with what it needs to answer. `keep`: state is loaded, and written when it changes.
    pub fn answering(
        &self,
        wires: Wires,
        player: Player,
        speech: Option<Box<dyn Speech>>,
        ids: &TurnIds,
        keep: bool,
    ) -> anyhow::Result<Answering> {
        let file = StateFile::in_folder(&state_folder(&self.config));
        let mut kept = match keep {
            true => file.load().context("the state of the last run")?,
            false => Kept::default(),
        };
        if let Some(volume) = self.config.audio.volume {
            kept.volume = f64::from(volume);
        }
        player.control().set_volume(kept.volume.clamp(0.0, 100.0) as u8);
        let settings = DialogueSettings {
            area: self.area.clone(),
            pin: self.config.pin.clone(),
            recognition_limit: Duration::from_secs(self.config.recognition.limit_s.max(1).into()),
            ..DialogueSettings::default()
        };
        let mind = House { catalog: self.catalog.clone(), home: self.home.clone() };
        let now = Moment { since_start: Duration::ZERO, wall: wall_clock() };
        let dialogue = Dialogue::new(settings, Box::new(mind), &kept, ids.clone(), now);
        let keep: Keep = match keep {
            true => Box::new(move |kept| file.save(kept).map_err(|e| format!("state was not kept: {e}"))),
            false => Box::new(|_| Ok(())),
        };
        Ok(Answering { dialogue, wires, player, speech, keep })
    }
}

/// The configured house, or that of the demo.
pub fn home_or_demo(config: &Config) -> Result<Home, Faults> {
    match &config.home {
        Some(path) => Home::load(path).map_err(faults),
        None if config.speaks("zh") => Home::parse(shipped::HOME_ZH.0, shipped::HOME_ZH.1).map_err(faults),
        None => Home::parse(shipped::HOME_NAME, shipped::HOME).map_err(faults),
    }
}

/// The configured skills, or those that ship, in the configured language.
pub fn catalog(config: &Config, home: &Home) -> anyhow::Result<Catalog> {
    let (texts, unread) = installed(config)?;
    let loaded = match &config.language {
        Some(language) => Catalog::parse_in(&texts, home, language),
        None => Catalog::parse(&texts, home),
    };
    match loaded {
        Ok(catalog) if unread.is_empty() => Ok(catalog),
        Ok(_) => Err(faults(unread).into()),
        Err(found) => Err(faults(unread.into_iter().chain(found).collect()).into()),
    }
}

/// The skills in `paths`, and the installed ones that they do not replace.
pub fn catalog_beside(paths: &[PathBuf], config: &Config, home: &Home) -> anyhow::Result<Catalog> {
    let (texts, unread) = skill_texts(paths);
    if !unread.is_empty() {
        return Err(faults(unread).into());
    }
    let language = config.language.as_deref();
    Ok(Catalog::parse_beside(&texts, &installed(config)?.0, home, language).map_err(faults)?)
}

/// Skill files, name and text, and what could not be read.
type Texts = (Vec<(String, String)>, Vec<mynah_intent::Fault>);

/// The texts of the configured skills, or of those that ship in the configured language; and what could not be read.
pub fn installed(config: &Config) -> anyhow::Result<Texts> {
    if !config.skills.is_empty() {
        return Ok(skill_texts(&config.skills));
    }
    let language = config.language();
    let skills = shipped::skills(language).ok_or_else(|| {
        let known: Vec<&str> = shipped::languages().collect();
        Misuse(format!(
            "no skills ship in `{language}`, but in {}; --skills takes your own",
            known.join(", ")
        ))
    })?;
    Ok((skills, Vec::new()))
}

/// The configured voice activity detector.
pub fn vad(config: &Config) -> anyhow::Result<Box<dyn Vad>> {
    Ok(match &config.vad.silero {
        Some(path) => Box::new(SileroModel::open(path)?.stream()?),
        None => Box::new(Earshot::new()),
    })
}

/// espeak-ng's voice for the configured language.
fn voice_of(config: &Config) -> String {
    match config.language.as_deref() {
        None | Some("en") => EspeakConfig::default().voice,
        Some(_) if config.speaks("zh") => "cmn".to_owned(),
        Some(language) => language.to_lowercase().replace('_', "-"),
    }
}

/// The configured voice.
pub fn speech(config: &Config) -> anyhow::Result<Box<dyn Speech>> {
    let speech = &config.speech;
    Ok(match speech.engine {
        SpeechEngine::Espeak => {
            let voice = speech.voice.clone().unwrap_or_else(|| voice_of(config));
            Box::new(Espeak::new(&EspeakConfig { voice, rate: speech.rate, ..EspeakConfig::default() })?)
        }
        SpeechEngine::Piper => {
            let voice = speech.voice.as_deref().unwrap_or("piper-en_US-joe-medium");
            Box::new(Piper::open(&model_file(voice)?, &PiperConfig::default())?)
        }
    })
}

/// Where replies go: a device, `default`, a WAV file, or `none`.
pub fn output(wanted: &str) -> OutputSpec {
    match wanted {
        "none" => OutputSpec::Null,
        "default" => OutputSpec::Device(None),
        wav if wav.to_lowercase().ends_with(".wav") => OutputSpec::Wav(wav.into()),
        name => OutputSpec::Device(Some(name.to_owned())),
    }
}

/// Opens it.
pub fn player(wanted: &str, realtime: bool) -> Result<Player, AudioError> {
    Player::open(output(wanted), realtime)
}
