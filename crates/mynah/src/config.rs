//! `mynah.toml`: where things are, and how the ears are set.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use mynah_engine::wake::speaker;
use mynah_host::models::ModelStore;
use mynah_intent::primary_subtag;
use serde::Deserialize;

use crate::Misuse;
use crate::cli::Common;

/// The configuration. Every key is optional; a key that is not known is an error that names it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// home.toml, relative to this file.
    pub home: Option<PathBuf>,
    /// Skill files or folders, relative to this file. Empty: the skills that ship with Mynah.
    pub skills: Vec<PathBuf>,
    /// The language that is spoken, `en` or `zh`. Without it, that of the skills.
    pub language: Option<String>,
    /// The room that the speaker stands in: the default for "the lamp".
    pub area: Option<String>,
    /// Microphone and speaker.
    pub audio: Audio,
    /// Wake words.
    pub wake: Wake,
    /// Voice activity detection.
    pub vad: Vad,
    /// Speech recognition.
    pub recognition: Recognition,
    /// Answers.
    pub speech: Speech,
    /// Four or more digits asked for before a risky action. Better: the variable MYNAH_PIN.
    pub pin: Option<String>,
    /// What the household has agreed to. Nothing, unless it is said here.
    pub consent: Consent,
    /// Folder of the state that lasts (lists, timers).
    pub state: Option<PathBuf>,
}

/// `[audio]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audio {
    /// Microphone by name or part of it.
    pub input: Option<String>,
    /// The one channel to listen to, from 1. Default: the mean of all.
    pub channel: Option<u16>,
    /// Speaker by name, `default`, a WAV file, or `none`.
    pub output: Option<String>,
    /// Percent.
    pub volume: Option<f32>,
}

/// `[wake]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wake {
    /// Words of the shipped model, and those that `mynah wake train` made heads for.
    pub words: Vec<String>,
    /// Any other phrases, heard by their sounds; `mynah wake add` writes them.
    pub phrases: Vec<String>,
    /// Whether the command recogniser looks once more at what the shipped model takes for a word. It does when it is there.
    pub confirm: bool,
    /// Other thresholds, by word.
    pub threshold: BTreeMap<String, f32>,
    /// openWakeWord models.
    pub openwakeword: Option<OpenWakeWord>,
    /// Whose voice counts.
    pub speakers: Speakers,
}

impl Default for Wake {
    fn default() -> Self {
        Wake {
            words: vec!["computer".into(), "jarvis".into()],
            phrases: Vec::new(),
            confirm: true,
            threshold: BTreeMap::new(),
            openwakeword: None,
            speakers: Speakers::default(),
        }
    }
}

/// `[wake.speakers]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Speakers {
    /// Whether a word for which somebody enrolled (`mynah wake enroll`) counts in an enrolled voice alone.
    pub require: bool,
    /// How similar a voice must be, above 0 and below 1; higher refuses more, of strangers and of the household.
    pub least: f32,
}

impl Default for Speakers {
    fn default() -> Self {
        Speakers { require: false, least: speaker::LEAST }
    }
}

/// `[wake.openwakeword]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenWakeWord {
    /// Folder with melspectrogram.onnx and embedding_model.onnx.
    pub features: PathBuf,
    /// Heads by the word they hear: `{ hey_jarvis = "hey_jarvis_v0.1.onnx" }`.
    pub words: BTreeMap<String, PathBuf>,
}

/// `[vad]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Vad {
    /// Silero's ONNX file, used in place of the built-in detector.
    pub silero: Option<PathBuf>,
}

/// `[recognition]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recognition {
    /// Whisper: id of a fetched model, or a ggml file; `none` leaves it out.
    pub model: String,
    /// The quick recogniser, which answers what it is sure of: `builtin` (English), `none`, or an ONNX file with its TOML file beside it.
    pub command: String,
    /// Threads of the recogniser. One leaves the machine quick for everything else.
    pub threads: usize,
    /// How long the recogniser is waited for after the last word, in seconds; then the turn ends with an apology.
    pub limit_s: u16,
}

impl Default for Recognition {
    fn default() -> Self {
        Recognition { model: "whisper-tiny.en".into(), command: "builtin".into(), threads: 1, limit_s: 10 }
    }
}

/// `[speech]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Speech {
    /// `espeak` or `piper`.
    pub engine: SpeechEngine,
    /// espeak-ng's voice, or the id or file of a Piper voice.
    pub voice: Option<String>,
    /// Words a minute (espeak-ng).
    pub rate: u32,
}

impl Default for Speech {
    fn default() -> Self {
        Speech { engine: SpeechEngine::Espeak, voice: None, rate: 165 }
    }
}

/// Which engine speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpeechEngine {
    Espeak,
    Piper,
}

/// `[consent]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Consent {
    /// Turns may be written to the folder given by `--record`.
    pub recordings: bool,
}

/// The configuration cannot be used. The text has the file, the line and a caret.
#[derive(Debug)]
pub struct BadConfig(String);

impl std::error::Error for BadConfig {}

impl std::fmt::Display for BadConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Config {
    /// Reads the file that `common` names, or the first that exists where Mynah looks, or none;
    /// then lets the command line override it. Paths in the file count from its folder.
    pub fn load(common: &Common) -> anyhow::Result<Config> {
        let mut config = match Self::find(common)? {
            Some(path) => Self::read(&path)?,
            None => Config::default(),
        };
        if let Some(home) = &common.home {
            config.home = Some(home.clone());
        } else if config.home.is_none() {
            config.home = folders().map(|dir| dir.join("home.toml")).find(|path| path.is_file());
        }
        if !common.skills.is_empty() {
            config.skills = common.skills.clone();
        }
        if let Some(language) = &common.language {
            config.language = Some(language.clone());
        }
        // The small model knows English alone.
        if !config.speaks("en") && config.recognition.model == Recognition::default().model {
            config.recognition.model = "whisper-base".to_owned();
        }
        if let Some(pin) = std::env::var_os("MYNAH_PIN") {
            config.pin = Some(pin.to_string_lossy().into_owned());
        }
        Ok(config)
    }

    /// BCP 47 tag of the language that is spoken.
    pub fn language(&self) -> &str {
        self.language.as_deref().unwrap_or("en")
    }

    /// Is that the language that is spoken, in one of its forms (`zh-TW`)?
    pub fn speaks(&self, language: &str) -> bool {
        primary_subtag(self.language()) == language
    }

    /// The file that [`load`](Self::load) would read.
    pub fn find(common: &Common) -> anyhow::Result<Option<PathBuf>> {
        if let Some(path) = &common.config {
            if !path.is_file() {
                return Err(
                    BadConfig(format!("{}: there is no such configuration file", path.display())).into()
                );
            }
            return Ok(Some(path.clone()));
        }
        Ok(folders().map(|dir| dir.join("mynah.toml")).find(|path| path.is_file()))
    }

    fn read(path: &Path) -> anyhow::Result<Config> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut config: Config =
            toml::from_str(&text).map_err(|error| BadConfig(format!("{}: {error}", path.display())))?;
        let base = path.parent().unwrap_or(Path::new("."));
        let absolute = |path: &mut PathBuf| *path = base.join(&*path);
        config.home.iter_mut().for_each(absolute);
        config.skills.iter_mut().for_each(absolute);
        config.state.iter_mut().for_each(absolute);
        config.vad.silero.iter_mut().for_each(absolute);
        if let Some(open) = &mut config.wake.openwakeword {
            absolute(&mut open.features);
            open.words.values_mut().for_each(absolute);
        }
        Ok(config)
    }
}

/// Where a configuration is written that is not there yet: the file of the command line, or `mynah.toml` in the XDG configuration folder.
pub fn place(common: &Common) -> PathBuf {
    let of_user = || folders().next().unwrap_or_else(|| "/etc/mynah".into()).join("mynah.toml");
    common.config.clone().unwrap_or_else(of_user)
}

/// Where configuration is looked for, in order: the XDG configuration folder, then /etc.
fn folders() -> impl Iterator<Item = PathBuf> {
    xdg("XDG_CONFIG_HOME", ".config").into_iter().chain([PathBuf::from("/etc/mynah")])
}

/// Where state that lasts is kept: the configured folder, the XDG state folder, or /var/lib/mynah.
pub fn state_folder(config: &Config) -> PathBuf {
    if let Some(state) = &config.state {
        return state.clone();
    }
    xdg("XDG_STATE_HOME", ".local/state").unwrap_or_else(|| PathBuf::from("/var/lib/mynah"))
}

/// Where what was made for this household is kept (heads of wake words): the configured state folder, the XDG data folder,
/// or /var/lib/mynah.
pub fn data_folder(config: &Config) -> PathBuf {
    let own = || xdg("XDG_DATA_HOME", ".local/share");
    config.state.clone().or_else(own).unwrap_or_else(|| PathBuf::from("/var/lib/mynah"))
}

/// Mynah's part of an XDG folder: of the variable, or of its default below the home folder.
fn xdg(variable: &str, default: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(default)));
    folder.map(|folder| folder.join("mynah"))
}

/// The file of a model that the configuration names: by the id of a fetched one, or by its path.
pub fn model_file(name: &str) -> anyhow::Result<PathBuf> {
    let path = Path::new(name);
    if path.is_file() {
        return Ok(path.to_owned());
    }
    ModelStore::open().path(name).map_err(|error| Misuse(error.to_string()).into())
}
