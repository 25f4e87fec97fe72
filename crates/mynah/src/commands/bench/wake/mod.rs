//! `mynah bench wake`: misses against false alarms, delay and cost of wake-word engines, side by side.

mod cost;
mod engines;
mod manifest;
mod program;
pub mod recordings;
mod synthetic;
mod tally;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use mynah_audio::{FRAME_SAMPLES, Samples};
use mynah_engine::ctc::AcousticModel;
use mynah_engine::wake::{Phrase, WordConfig};
use mynah_measure::report::{self, Kind, Negatives, Positives};
use mynah_measure::{Condition, Draw, Report, Room, Scene, Surroundings, align, mix, page};
use serde_json::json;

use self::engines::{Ear, machine};
use self::manifest::Manifest;
use self::program::Program;
use self::recordings::{Only, Recording, Sound, find, hex, read};
use self::synthetic::Script;
use self::tally::{Meaning, Tally};
use crate::Misuse;
use crate::cli::{BenchWake, Common};
use crate::commands::show_json;
use crate::config::Config;
use crate::recogniser::phones;
use crate::wake::confirming;

/// Between two negatives of a source.
const PAUSE: Samples = Samples::from_millis(300);
/// Negatives of a source are heard in streams of about this length.
const STREAM: Samples = Samples::from_millis(60_000);
/// So many rooms are simulated and shared by all recordings.
const ROOMS: u64 = 24;

const NOTES: [&str; 5] = [
    "Every engine heard the same streams, 16 bit at 16 kHz; a recording's noise, room and level depend on the seed and its own hash alone.",
    "Shares have Wilson's 95 % interval, rates the exact Poisson (Garwood) interval. Recordings of one voice resemble each other, which intervals do not know: with few voices they are too narrow.",
    "A threshold that is chosen on the negatives on which it is judged flatters; “as set” is the engine's own setting.",
    "The delay counts from the end of the word, found by energy in the recording before noise or room, to the end of the sound that the engine had taken when it decided, plus what it computed on that. Resampling, ring buffers and threads of a product are not in it.",
    "Synthetic negatives are voices of espeak-ng: plentiful, but easier than people, the more so for a network that was trained on such voices.",
];

/// All that a run has.
struct Run<'a> {
    args: &'a BenchWake,
    words: Vec<String>,
    ears: Vec<Box<dyn Ear>>,
    tally: Tally,
    manifest: Manifest,
    report: Report,
    /// What went wrong with an engine, which was then left out.
    failures: Vec<String>,
}

pub fn wake(common: &Common, args: &BenchWake) -> anyhow::Result<ExitCode> {
    let config = Config::load(common)?;
    let words = if args.word.is_empty() { config.wake.words.clone() } else { args.word.clone() };
    let ears = open_ears(args, &config, &words)?;
    let mut run = Run {
        args,
        words,
        ears,
        tally: Tally::default(),
        manifest: Manifest::default(),
        report: Report {
            format: 1,
            program: format!("mynah {}", env!("CARGO_PKG_VERSION")),
            command: command_line(),
            machine: machine(),
            seed: args.seed,
            latest_ms: args.latest_ms,
            ..Report::default()
        },
        failures: Vec::new(),
    };
    let only = Only::open(args.only.as_deref())?;
    if let Some(dir) = &args.positives {
        run.positives(dir, &only)?;
    }
    for dir in &args.negatives {
        run.negatives(dir, &only)?;
    }
    if args.synthetic_hours > 0.0 {
        run.synthetic()?;
    }
    run.finish(common)
}

/// The engines that were asked for.
fn open_ears(args: &BenchWake, config: &Config, words: &[String]) -> anyhow::Result<Vec<Box<dyn Ear>>> {
    let mut ears: Vec<Box<dyn Ear>> = Vec::new();
    let configs: Vec<WordConfig> = words
        .iter()
        .map(|id| WordConfig { threshold: config.wake.threshold.get(id).copied(), ..WordConfig::new(id) })
        .collect();
    if !args.without_own {
        let model = crate::wake::model(config, words)?;
        match confirming(config)? {
            // What thresholds are set to is then about both stages together.
            Some(phones) => {
                let as_made: Vec<WordConfig> = words.iter().map(WordConfig::new).collect();
                ears.push(engines::own(&model, &as_made)?);
                ears.push(engines::confirmed(&model, &configs, &phones)?);
            }
            None => ears.push(engines::own(&model, &configs)?),
        }
    }
    if args.typed {
        let phrase = |id: &String| Phrase {
            id: id.as_str().into(),
            text: id.replace('_', " ").into(),
            threshold: config.wake.threshold.get(id).copied().unwrap_or(0.5),
        };
        let phones = phones(config)?.map_or_else(AcousticModel::builtin, Ok)?;
        ears.push(engines::typed(&words.iter().map(phrase).collect::<Vec<_>>(), &phones)?);
    }
    if let Some(dir) = &args.openwakeword {
        match engines::open_wake_word(dir, &configs)? {
            Some(ear) => ears.push(ear),
            None => {
                let words = words.join(", ");
                return Err(Misuse(format!("{} has no head for {words}", dir.display())).into());
            }
        }
    }
    for command in &args.program {
        ears.push(Box::new(Program::start(command, Duration::from_secs(args.program_timeout))?));
    }
    match ears.is_empty() {
        true => Err(Misuse("nothing is measured: --openwakeword DIR or --program COMMAND".into()).into()),
        false => Ok(ears),
    }
}

/// As it was given, with the last part of each path alone: where things lie on a machine is nobody's business.
fn command_line() -> String {
    let short = |argument: String| match argument.contains(char::is_whitespace) {
        true => format!("'{argument}'"),
        false => argument.rsplit_once('/').map_or(argument.clone(), |(_, last)| last.to_owned()),
    };
    std::env::args().map(short).collect::<Vec<_>>().join(" ")
}

impl Run<'_> {
    /// Every engine hears a stream; it means what it says. Gives the hash of the samples.
    fn hear(&mut self, samples: &mut [f32], meaning: Meaning) -> String {
        let mut bytes = Vec::with_capacity(samples.len() * 2);
        for sample in samples.iter_mut() {
            let rounded = (*sample * 32768.0).round().clamp(-32768.0, 32767.0);
            bytes.extend((rounded as i16).to_le_bytes());
            *sample = rounded / 32768.0;
        }
        let stream = self.tally.push(meaning);
        let failures = &mut self.failures;
        self.ears.retain_mut(|ear| match ear.hear(stream, samples) {
            Ok(()) => true,
            Err(error) => {
                failures.push(format!("{error:#}"));
                false
            }
        });
        hex(&bytes)
    }

    fn positives(&mut self, dir: &Path, only: &Only) -> anyhow::Result<()> {
        let conditions = self.args.conditions();
        let noises = self.noises(&conditions)?;
        let rooms = self.rooms(&conditions)?;
        for (word_number, word) in self.words.clone().iter().enumerate() {
            let (mut heard, mut left_out) = (0, 0);
            let files = find(&dir.join(word), only)?;
            let bar = bar(files.len() as u64, &format!("recordings of {word}"));
            for file in files {
                bar.inc(1);
                let Ok(sound) = read(&file.path) else {
                    left_out += 1;
                    continue;
                };
                let Some(place) = align::word(&sound.samples) else {
                    left_out += 1;
                    continue;
                };
                heard += 1;
                for condition in &conditions {
                    self.positive(word_number, &file, &sound, place.clone(), condition, &noises, &rooms);
                }
            }
            bar.finish_and_clear();
            self.report.positives.push(Positives { word: word.clone(), recordings: heard, left_out });
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "they belong together here alone")]
    fn positive(
        &mut self,
        word: usize,
        file: &Recording,
        sound: &Sound,
        place: std::ops::Range<usize>,
        condition: &Condition,
        noises: &[(Recording, Sound)],
        rooms: &[(serde_json::Value, Vec<f32>)],
    ) {
        let mut draw = Draw::new(self.args.seed, &[&sound.sha256, &condition.to_string()]);
        let mut line = json!({
            "recording": file.name, "sha256": sound.sha256, "word": self.words[word], "condition": condition,
        });
        let mut around = Surroundings::default();
        if condition.snr_db.is_some()
            && let Some((file, noise)) = draw.choose(noises)
        {
            let from = draw.index(noise.samples.len());
            around.noise = (&noise.samples, from);
            line["noise"] = json!({ "recording": file.name, "sha256": noise.sha256, "from_sample": from });
        }
        if condition.room
            && let Some((how, response)) = draw.choose(rooms)
        {
            around.response = response;
            line["room"] = how.clone();
        }
        let mut scene = Scene::new(&sound.samples, place, condition, &around, &mut draw);
        let window = scene.window(Samples::from_millis(self.args.latest_ms));
        line["word_samples"] = json!([scene.word.start, scene.word.end]);
        line["word_in_recording_ms"] = json!(
            [scene.word.start, scene.word.end].map(|at| (at as u64).saturating_sub(Scene::LEAD.0) / 16)
        );
        line["noise_factor"] = json!(scene.noise_factor);
        line["gain"] = json!(scene.gain);
        let meaning = Meaning::Positive { word, condition: *condition, window, end: scene.word.end };
        line["stream_sha256"] = json!(self.hear(&mut scene.samples, meaning));
        self.manifest.push(line);
    }

    /// Noise that conditions ask for.
    fn noises(&self, conditions: &[Condition]) -> anyhow::Result<Vec<(Recording, Sound)>> {
        if conditions.iter().all(|condition| condition.snr_db.is_none()) {
            return Ok(Vec::new());
        }
        let mut noises = Vec::new();
        for dir in &self.args.noise {
            for file in find(dir, &Only::default())? {
                let sound = read(&file.path)?;
                if sound.samples.iter().any(|sample| sample.abs() > 1e-4) {
                    noises.push((file, sound));
                }
            }
        }
        match noises.is_empty() {
            true => Err(Misuse(
                "a condition with noise (such as 10dB) needs recordings of noise: --noise DIR".into(),
            )
            .into()),
            false => Ok(noises),
        }
    }

    /// Rooms that conditions ask for: recorded responses, or simulated ones.
    fn rooms(&self, conditions: &[Condition]) -> anyhow::Result<Vec<(serde_json::Value, Vec<f32>)>> {
        if !conditions.iter().any(|condition| condition.room) {
            return Ok(Vec::new());
        }
        let Some(dir) = &self.args.responses else {
            let room = |n: u64| Room::draw(&mut Draw::new(self.args.seed, &["room", &n.to_string()]));
            return Ok((0..ROOMS).map(room).map(|room| (json!(room), room.response())).collect());
        };
        let mut rooms = Vec::new();
        for file in find(dir, &Only::default())? {
            let sound = read(&file.path)?;
            let loudest = |(_, a): &(usize, &f32), (_, b): &(usize, &f32)| a.abs().total_cmp(&b.abs());
            // The direct sound comes first, so that a word stays where it is.
            let direct = sound.samples.iter().enumerate().max_by(loudest).map_or(0, |(n, _)| n);
            rooms.push((
                json!({ "recording": file.name, "sha256": sound.sha256 }),
                sound.samples[direct..].to_vec(),
            ));
        }
        match rooms.is_empty() {
            true => Err(Misuse(format!("{} holds no room responses", dir.display())).into()),
            false => Ok(rooms),
        }
    }

    /// Each folder in `dir` is a source; files of its own are one too.
    fn negatives(&mut self, dir: &Path, only: &Only) -> anyhow::Result<()> {
        let files = find(dir, only)?;
        let source_of = |file: &Recording| -> String {
            let parts: Vec<&str> = file.name.split('/').collect();
            match parts.len() {
                0..=2 => parts[0].to_owned(),
                _ => parts[1].to_owned(),
            }
        };
        let mut sources: Vec<(String, Vec<Recording>)> = Vec::new();
        for file in files {
            let source = source_of(&file);
            match sources.iter_mut().find(|(name, _)| *name == source) {
                Some((_, files)) => files.push(file),
                None => sources.push((source, vec![file])),
            }
        }
        for (name, files) in sources {
            let source = self.tally.source(&name, Kind::Real);
            let (mut recordings, mut left_out, mut samples, mut heard) = (0, 0, Vec::new(), 0u64);
            let bar = bar(files.len() as u64, &name);
            for file in files {
                bar.inc(1);
                let Ok(sound) = read(&file.path) else {
                    left_out += 1;
                    continue;
                };
                recordings += 1;
                heard += sound.samples.len() as u64;
                self.manifest.push(json!({ "negative": file.name, "sha256": sound.sha256 }));
                samples.extend(&sound.samples);
                samples.extend(std::iter::repeat_n(0.0, PAUSE.0 as usize));
                if samples.len() as u64 >= STREAM.0 {
                    self.negative(source, std::mem::take(&mut samples));
                }
            }
            self.negative(source, samples);
            bar.finish_and_clear();
            let hours = hours(heard);
            self.tally.add_hours(source, hours);
            self.report.negatives.push(Negatives { name, kind: Kind::Real, recordings, hours, left_out });
        }
        Ok(())
    }

    fn negative(&mut self, source: usize, mut samples: Vec<f32>) {
        if samples.is_empty() {
            return;
        }
        samples.resize(samples.len().next_multiple_of(FRAME_SAMPLES), 0.0);
        let mut draw = Draw::new(self.args.seed, &["hum"]);
        let hum = mix::gain(-66.0);
        samples.iter_mut().for_each(|sample| *sample += draw.noise(hum));
        let _ = self.hear(&mut samples, Meaning::Negative { source });
    }

    /// Speech made while it is heard, a stretch ahead.
    fn synthetic(&mut self) -> anyhow::Result<()> {
        let phrases: Vec<String> = self.words.iter().map(|word| word.replace('_', " ")).collect();
        let script = Script::open(&self.args.text, &self.args.voices, &phrases, self.args.seed)?;
        let due = (self.args.synthetic_hours * 3600.0 * 16_000.0) as u64;
        let bar = bar((self.args.synthetic_hours * 60.0).ceil() as u64, "minutes of synthetic speech");
        let mut by_accent: Vec<(String, u64, u64)> = Vec::new();
        std::thread::scope(|scope| -> anyhow::Result<()> {
            let (sender, spoken) = sync_channel(2);
            let speaker = &script;
            scope.spawn(move || {
                // Ends when nobody listens any more.
                for n in 0.. {
                    let speech = speaker.speak(n);
                    let over = speech.is_err();
                    if sender.send(speech).is_err() || over {
                        return;
                    }
                }
            });
            let mut heard = 0;
            for speech in spoken {
                let mut speech = speech?;
                if speech.samples.is_empty() {
                    continue;
                }
                let length = speech.samples.len() as u64;
                heard += length;
                let name = format!("espeak-ng {}", speech.how.accent);
                let source = self.tally.source(&name, Kind::Synthetic);
                self.tally.add_hours(source, hours(length));
                let sha256 = self.hear(&mut speech.samples, Meaning::Negative { source });
                let mut line = json!(speech.how);
                line["stream_sha256"] = json!(sha256);
                self.manifest.push(line);
                let sentences = speech.how.sentences.len() as u64;
                match by_accent.iter_mut().find(|(other, ..)| *other == name) {
                    Some((_, samples, count)) => (*samples, *count) = (*samples + length, *count + sentences),
                    None => by_accent.push((name, length, sentences)),
                }
                bar.set_position(heard / (16_000 * 60));
                if heard >= due {
                    break;
                }
            }
            Ok(())
        })?;
        bar.finish_and_clear();
        by_accent.sort();
        let negatives = by_accent.into_iter().map(|(name, samples, recordings)| Negatives {
            name,
            kind: Kind::Synthetic,
            recordings,
            hours: hours(samples),
            left_out: 0,
        });
        self.report.negatives.extend(negatives);
        self.report.notes.push(format!(
            "Synthetic speech: {} different sentences, each stretch of 16 in another voice, tempo, pitch and level, every other one in a simulated room; {} sentences that hold a wake word are not said.",
            script.sentences.len(),
            script.left_out
        ));
        Ok(())
    }

    /// Counts and shows.
    fn finish(mut self, common: &Common) -> anyhow::Result<ExitCode> {
        for mut ear in std::mem::take(&mut self.ears) {
            match ear.finish() {
                Ok((told, cost)) => {
                    let engine = self.tally.engine(ear.name(), &ear.words(), &self.words, &told, cost);
                    self.report.engines.push(engine);
                }
                Err(error) => self.failures.push(format!("{error:#}")),
            }
        }
        if !self.tally.is_empty() {
            self.report.notes.splice(0..0, NOTES.map(str::to_owned));
        }
        self.report.notes.extend(self.failures.iter().map(|failure| format!("Left out: {failure}")));
        let args = self.args;
        let write = |file: &PathBuf, text: String| {
            fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
        };
        if let Some(file) = &args.manifest {
            write(file, self.manifest.lines())?;
        }
        if let Some(file) = &args.page {
            write(file, page::page(&self.report))?;
        }
        if let Some(file) = &args.report {
            write(file, serde_json::to_string_pretty(&self.report)? + "\n")?;
        }
        match common.json {
            true => show_json(&self.report)?,
            false => print!("{}", report::table(&self.report)),
        }
        for failure in &self.failures {
            eprintln!("mynah: {failure}");
        }
        Ok(if self.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn hours(samples: u64) -> f64 {
    samples as f64 / 16_000.0 / 3600.0
}

/// Drawn only where someone looks.
fn bar(length: u64, what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos} of {len}, {eta} left");
    let bar = ProgressBar::new(length).with_message(what.to_owned());
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
