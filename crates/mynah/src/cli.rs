//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use mynah_measure::Condition;

/// An open voice assistant for smart speakers that runs on your own machine.
#[derive(Debug, Parser)]
#[command(name = "mynah", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// Where the assistant finds what it needs. Each overrides mynah.toml.
#[derive(Clone, Debug, Default, Args)]
pub struct Common {
    /// Configuration file [default: $MYNAH_CONFIG, then mynah.toml in the XDG configuration folder, then /etc/mynah]
    #[arg(long, global = true, value_name = "FILE", env = "MYNAH_CONFIG")]
    pub config: Option<PathBuf>,
    /// The devices of the house
    #[arg(long, global = true, value_name = "FILE")]
    pub home: Option<PathBuf>,
    /// Skill files or folders of them; replaces the skills that ship with Mynah
    #[arg(long, global = true, value_name = "FILE|DIR")]
    pub skills: Vec<PathBuf>,
    /// The language that is spoken, such as `zh` [default: `language` in mynah.toml, then en]
    #[arg(long, global = true, value_name = "TAG")]
    pub language: Option<String>,
    /// Print JSON for scripts
    #[arg(long, global = true)]
    pub json: bool,
    /// Log more: -v for information, -vv for every decision (or set RUST_LOG)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Listen, understand, do, verify, answer
    Run(Run),
    /// Play recorded turns through the whole pipeline, on a demo house with a real broker
    Demo(Demo),
    /// Do what a sentence says: everything after the recogniser
    Say(Say),
    /// Words of recordings that hold a command without a wake word
    Transcribe(Transcribe),
    /// Intent and slots of a text, with the runner-up
    Recognize(Recognize),
    /// Write, check, test and try skills
    #[command(subcommand)]
    Skill(Skill),
    /// Home Assistant's sentences: how well they are understood here
    #[command(subcommand)]
    Intents(Intents),
    /// List, fetch, verify and import model weights
    #[command(subcommand)]
    Models(Models),
    /// Any phrase as a wake word
    #[command(subcommand)]
    Wake(Wake),
    /// Look at the house and switch it by hand
    #[command(subcommand)]
    Home(Home),
    /// Microphones and speakers of this machine
    Devices,
    /// Measure wake word, recognition, meaning or whole turns
    #[command(subcommand)]
    Bench(Bench),
    /// Decide a recorded turn again and show where its time went
    Replay(Replay),
    /// Look at everything that must be right, and say what to do about what is not
    Doctor,
    /// What can be said: of all skills, or about a topic (`mynah help lights`); or how a command is used (`mynah help run`)
    Help {
        /// A topic or a command
        topic: Vec<String>,
    },
    /// Completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Debug, Args)]
pub struct Run {
    /// Audio file (WAV, FLAC, OGG, MP3) in place of the microphone; `-` reads WAV, or 16 kHz mono 16-bit PCM, from standard input
    #[arg(long, value_name = "FILE|-")]
    pub input: Option<PathBuf>,
    /// Take the input at the speed at which it was spoken, not as fast as possible
    #[arg(long, requires = "input")]
    pub realtime: bool,
    /// Microphone by name or part of it
    #[arg(long, value_name = "NAME", conflicts_with = "input")]
    pub device: Option<String>,
    /// Where replies are heard: `default`, a device's name, a WAV file, or `none` [default: none with --input]
    #[arg(long, value_name = "DEVICE|FILE|none")]
    pub output: Option<String>,
    /// What is printed: a timeline for people, or one JSON object a line
    #[arg(long, value_enum, default_value_t = EventFormat::Text)]
    pub events: EventFormat,
    /// Write one file a turn, audio included, into this folder
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// Serve the demo house while running
    #[arg(long, conflicts_with = "home")]
    pub demo_house: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EventFormat {
    /// A timeline
    Text,
    /// One object a line; the last is a summary
    Json,
    /// Nothing
    None,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// Listen to the microphone instead of the recordings
    #[arg(long)]
    pub mic: bool,
    /// Only serve the demo house, and say where its home.toml is
    #[arg(long, conflicts_with = "mic")]
    pub house: bool,
    /// Folder with the recordings and their turns.toml
    #[arg(long, value_name = "DIR")]
    pub turns: Option<PathBuf>,
    /// Where replies are heard: `default`, a device's name, a WAV file, or `none`
    #[arg(long, value_name = "DEVICE|FILE|none", default_value = "none")]
    pub output: String,
    /// As fast as possible instead of in real time
    #[arg(long)]
    pub fast: bool,
}

#[derive(Debug, Args)]
pub struct Say {
    /// The sentence
    #[arg(required = true, num_args = 1..)]
    pub text: Vec<String>,
    /// Print the plan and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The room of the speaker
    #[arg(long)]
    pub area: Option<String>,
}

#[derive(Debug, Args)]
pub struct Transcribe {
    /// Recordings
    #[arg(required = true, num_args = 1.., value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Add the meaning of the words
    #[arg(long)]
    pub intents: bool,
}

#[derive(Debug, Args)]
pub struct Recognize {
    /// The text
    #[arg(required = true, num_args = 1..)]
    pub text: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub enum Skill {
    /// Report every fault of skill files, and what looks doubtful, beside the skills that are installed
    Check {
        /// Skill files or folders [default: the installed skills]
        paths: Vec<PathBuf>,
        /// What looks doubtful fails too
        #[arg(long)]
        strict: bool,
    },
    /// Run the tests that stand in the skill files
    Test {
        /// Skill files or folders [default: the installed skills]
        paths: Vec<PathBuf>,
        /// Run them again each time one of the files is saved
        #[arg(long)]
        watch: bool,
    },
    /// Type sentences and see what they mean, what they do, and what else they could mean
    Try {
        /// Skill files or folders, beside those that are installed
        paths: Vec<PathBuf>,
        /// The room of the speaker
        #[arg(long)]
        area: Option<String>,
    },
    /// Write a skill to start from: NAME.toml
    New {
        /// Its name: small letters, `-` and `_`
        name: String,
        /// Folder that it is written to
        #[arg(long, value_name = "DIR", default_value = ".")]
        dir: PathBuf,
    },
    /// Lay skill files out in the one way; comments stay
    Format {
        /// Skill files or folders
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// Change nothing, and fail when a file is laid out otherwise
        #[arg(long)]
        check: bool,
    },
    /// Bring a language of Home Assistant's sentences into skills, with their tests and the house that these are made for
    Import {
        /// The corpus: a folder with `sentences` and `tests`
        #[arg(long, value_name = "DIR")]
        hassil: PathBuf,
        /// The language: a folder below `sentences`
        #[arg(long)]
        lang: String,
        /// Folder that the skills, home.toml and import.txt are written to; it must not be there yet
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Print the JSON Schema of skill files, for editors
    Schema,
}

#[derive(Debug, Subcommand)]
pub enum Intents {
    /// Run the tests of Home Assistant's sentences: the same intent, slots and context for every sentence. With --json one
    /// line for each failure; the last line sums up
    Conformance(Conformance),
}

#[derive(Debug, Args)]
pub struct Conformance {
    /// Folder of the corpus, with `sentences/<language>` and `tests/<language>`
    #[arg(long, value_name = "DIR")]
    pub hassil: PathBuf,
    /// Languages, or `all`
    #[arg(long, value_name = "LANGUAGE", value_delimiter = ',', default_value = "all")]
    pub lang: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub enum Models {
    /// What there is, and what is here
    List,
    /// Fetch a model into the cache of this user
    Fetch {
        /// Its id, as `mynah models list` has it
        #[arg(required = true)]
        ids: Vec<String>,
    },
    /// Compare the files that are here with their hashes
    Verify {
        /// Ids [default: all that are here]
        ids: Vec<String>,
    },
    /// Take over a Whisper model in CTranslate2's format, as Home Assistant's add-on stores it
    Import {
        /// Folder with model.bin
        dir: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub enum Wake {
    /// Listen for a phrase from now on: tells what it may be mistaken for and writes it into mynah.toml
    Add {
        /// The phrase, such as `hey mynah`
        #[arg(required = true, num_args = 1..)]
        phrase: Vec<String>,
        /// Tell what there is to tell and write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Make a detector of its own for a phrase, better than its sounds alone: minutes of two cores, nothing leaves the machine
    Train(WakeTrain),
    /// Listen for it no more
    Remove {
        /// The phrase, or a word of the shipped network
        #[arg(required = true, num_args = 1..)]
        phrase: Vec<String>,
    },
    /// Learn a voice from three sayings of a wake word, so that the word counts in the voices of the household alone; without a name: who enrolled
    Enroll(Enroll),
}

#[derive(Debug, Args)]
pub struct Enroll {
    /// Whose voice
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// The wake word [default: the first that is listened for]
    #[arg(long, requires = "name", conflicts_with = "forget")]
    pub word: Option<String>,
    /// Recordings of it in place of the microphone, three or more
    #[arg(long, num_args = 1.., value_name = "FILE", requires = "name", conflicts_with = "forget")]
    pub from: Vec<PathBuf>,
    /// Microphone by name or part of it
    #[arg(long, value_name = "NAME", requires = "name", conflicts_with_all = ["from", "forget"])]
    pub device: Option<String>,
    /// Keep the recordings, too: else only what tells the voice apart
    #[arg(long, requires = "name", conflicts_with = "forget")]
    pub keep: bool,
    /// Delete all that is kept of this person
    #[arg(long, requires = "name")]
    pub forget: bool,
}

#[derive(Debug, Args)]
pub struct WakeTrain {
    /// The phrase, such as `hey mynah`
    #[arg(required = true, num_args = 1..)]
    pub phrase: Vec<String>,
    /// Folders of recordings of the phrase, one a file: the best there is to learn from
    #[arg(long, value_name = "DIR")]
    pub from: Vec<PathBuf>,
    /// Folders of recordings without it: speech, television, anything
    #[arg(long, value_name = "DIR")]
    pub negatives: Vec<PathBuf>,
    /// Folders of noise to mix in
    #[arg(long, value_name = "DIR")]
    pub noise: Vec<PathBuf>,
    /// Recordings of the phrase in espeak-ng's voices; 0: only those of --from
    #[arg(long, default_value_t = 400, value_name = "N")]
    pub voices: usize,
    /// Takes only the recordings that this file names, one a line, as `athena/04fd.opus`
    #[arg(long, value_name = "FILE")]
    pub only: Option<PathBuf>,
    /// Learns nothing from the recordings that this file names: they set the threshold [default: every fifth]
    #[arg(long, value_name = "FILE")]
    pub aside: Option<PathBuf>,
    /// What is drawn depends on it
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Scenes with the phrase that are learned from; more take longer
    #[arg(long, default_value_t = 2000, value_name = "N")]
    pub scenes: usize,
    /// Writes the head to this file, and leaves mynah.toml as it is
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Home {
    /// Devices, rooms and what each can do
    List,
    /// State of a device
    Get {
        /// Its id or name
        device: String,
        /// One capability [default: all]
        capability: Option<String>,
    },
    /// Bring a device to a state and read it back
    Set {
        /// Its id or name
        device: String,
        /// `power`, `brightness`, …
        capability: String,
        /// `on`, `30`, `blue`, …
        value: String,
    },
}

#[derive(Debug, Args)]
pub struct BenchWake {
    /// Folder with one folder of recordings per word, each named like the word
    #[arg(long, value_name = "DIR")]
    pub positives: Option<PathBuf>,
    /// Folders of recordings without a wake word: speech, noise, music; each folder in them is a source of its own
    #[arg(long, value_name = "DIR")]
    pub negatives: Vec<PathBuf>,
    /// Words to listen for [default: those of the configuration]
    #[arg(long)]
    pub word: Vec<String>,
    /// Takes only the recordings that this file names, one a line, as `computer/04fd.flac`
    #[arg(long, value_name = "FILE")]
    pub only: Option<PathBuf>,
    /// How positives are heard: `clean`, `10dB` (of noise below the speech), `room`, `-35dBFS`, or several joined by `+`
    /// [default: clean,room; with --noise also 10dB and room+10dB]
    #[arg(long, value_name = "CONDITION", value_delimiter = ',', allow_hyphen_values = true)]
    pub condition: Vec<Condition>,
    /// Folders of noise to mix in
    #[arg(long, value_name = "DIR")]
    pub noise: Vec<PathBuf>,
    /// Folder of room responses [default: simulated rooms]
    #[arg(long, value_name = "DIR")]
    pub responses: Option<PathBuf>,
    /// What is drawn depends on it
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// A word counts as missed when it is not heard so many milliseconds after its end
    #[arg(long, default_value_t = 1000, value_name = "MS")]
    pub latest_ms: u64,
    /// Also measures the words as phrases that were typed: by their sounds alone
    #[arg(long)]
    pub typed: bool,
    /// Also measures openWakeWord's models in this folder: the features, and the heads of the words
    #[arg(long, value_name = "DIR")]
    pub openwakeword: Option<PathBuf>,
    /// Also measures a program that takes PCM and writes detections (benches/wake/README.md says how)
    #[arg(long, value_name = "COMMAND")]
    pub program: Vec<String>,
    /// How long a program may take no sound, or not say that it is ready
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    pub program_timeout: u64,
    /// Leaves Mynah's own network out
    #[arg(long)]
    pub without_own: bool,
    /// False alarms on so many hours of speech in espeak-ng's voices, made while it is heard
    #[arg(long, default_value_t = 0.0, value_name = "HOURS")]
    pub synthetic_hours: f64,
    /// What they say: text files with a sentence a line, JSON files, or folders of them
    #[arg(long, value_name = "FILE|DIR")]
    pub text: Vec<PathBuf>,
    /// Voices of espeak-ng [default: eight accents of English]
    #[arg(long, value_name = "VOICE", value_delimiter = ',')]
    pub voices: Vec<String>,
    /// Writes all figures as JSON
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Writes all figures as a page with plots
    #[arg(long, value_name = "FILE.html")]
    pub page: Option<PathBuf>,
    /// Writes what exactly was heard: every recording, its noise, room and level, with hashes
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
}

impl BenchWake {
    /// Those that were chosen, or those that the recordings allow.
    pub fn conditions(&self) -> Vec<Condition> {
        let all =
            ["clean", "10dB", "room", "room+10dB"].map(|text| text.parse::<Condition>().unwrap_or_default());
        match self.condition.is_empty() {
            false => self.condition.clone(),
            true => all.into_iter().filter(|c| c.snr_db.is_none() || !self.noise.is_empty()).collect(),
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum Bench {
    /// Wake words: cost of a step and, with recordings, misses against false alarms and the delay, engines side by side
    Wake(Box<BenchWake>),
    /// What listening costs while nobody speaks: processor time by thread, and memory
    Idle {
        /// How long to measure, after some seconds of settling
        #[arg(long, default_value_t = 60, value_name = "N")]
        seconds: u64,
        #[command(flatten)]
        run: Run,
    },
    /// Recognition time of recordings
    Asr {
        /// Recordings of commands
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Text to intent, over the sentences of the installed skills or of Home Assistant
    Intent(IntentBench),
    /// Whole turns, from the end of speech to dispatch, on the demo house
    Turn {
        /// Folder with recordings and their turns.toml
        #[arg(long, value_name = "DIR")]
        turns: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub struct IntentBench {
    /// Sentences of the installed skills to time
    #[arg(long, default_value_t = 10_000)]
    pub count: usize,
    /// Folder of Home Assistant's sentences and tests: times, time to load and memory on them
    #[arg(long, value_name = "DIR")]
    pub hassil: Option<PathBuf>,
    /// Their language
    #[arg(long, value_name = "LANGUAGE", default_value = "en", requires = "hassil")]
    pub lang: String,
    /// A Python that has hassil 3.0.1, to compare with
    #[arg(long, value_name = "PYTHON", requires = "hassil")]
    pub python: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Replay {
    /// Files that `mynah run --record` wrote
    #[arg(required = true, value_name = "TURN")]
    pub files: Vec<PathBuf>,
}
