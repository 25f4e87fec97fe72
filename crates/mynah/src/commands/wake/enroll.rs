//! `mynah wake enroll`: the voices of the household.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use mynah_assistant::consent::{Consent, Purpose};
use mynah_assistant::ports::WakeWord;
use mynah_audio::{Channel, FRAME_SAMPLES, Frame, SamplePos, Samples};
use mynah_engine::wake::speaker::{CLIPS, Clip, SpeakerModel, Voice};
use mynah_host::audio::{Heard, Input, InputSpec, Source, Stop};
use mynah_host::runtime::wall_clock;
use mynah_host::voices::VoicesFile;
use serde_json::json;
use time::OffsetDateTime;

use super::tidy;
use crate::Misuse;
use crate::cli::{Common, Enroll};
use crate::commands::show_json;
use crate::config::{Config, state_folder};
use crate::setup::home_or_demo;
use crate::wake;

/// A file is heard between stretches of a silent room of this length: a clip may begin and end with its word.
const ROOM: Samples = Samples::from_millis(1_000);
/// A person who was asked to speak is waited for so long,
const WAIT: Samples = Samples::from_millis(12_000);
/// and asked so often in all.
const TRIES: usize = 10;
/// The longest name of a person, in letters.
const LONGEST_NAME: usize = 40;

pub fn enroll(common: &Common, args: &Enroll) -> anyhow::Result<ExitCode> {
    let config = Config::load(common)?;
    let file = VoicesFile::in_folder(&state_folder(&config));
    let Some(name) = args.name.as_deref() else { return list(common, &config, &file) };
    let name = &named(name)?;
    if args.forget {
        return forget(common, &file, name);
    }
    let word = word(&config, args.word.as_deref())?;
    let model = SpeakerModel::builtin()?;
    // Before anyone speaks: a file that cannot be read or was made by another network.
    let mut enrolled = wake::enrolled(&config, &model)?;
    let mut ears = Ears::new(&config, &word, &model)?;
    let good = match args.from.is_empty() {
        false => from_files(&mut ears, &args.from, common.json)?,
        true => from_microphone(&mut ears, &config, args.device.as_deref(), common.json)?,
    };

    let clips = good.iter().map(|take| take.clip.voice.embedding.clone()).collect();
    let voice = Voice {
        name: name.clone(),
        word: word.id.clone(),
        enrolled_unix_s: wall_clock().unix_timestamp(),
        clips,
    };
    enrolled.model = model.name().to_owned();
    let replaced = enrolled.put(voice);
    let kept = match args.keep {
        true => Some(keep(&file, name, &word.id, &good)?),
        false => None,
    };
    file.save(&enrolled).with_context(|| format!("cannot write {}", file.path().display()))?;

    let required = config.wake.speakers.require;
    if common.json {
        show_json(&json!({
            "name": name,
            "word": word.id,
            "clips": good.len(),
            "replaced": replaced,
            "file": file.path(),
            "recordings": kept,
            "required": required,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let again = if replaced { " again, in place of the voice that was kept before" } else { "" };
    println!("{name} is enrolled for \"{}\" with {} clips{again}.", word.phrase, good.len());
    println!("What tells the voice apart is kept in {}; no sound is in it.", file.path().display());
    match kept {
        Some(folder) => println!("The recordings are kept in {}, as --keep asked for.", folder.display()),
        None => println!("The recordings are not kept."),
    }
    println!("`mynah wake enroll --forget \"{name}\"` deletes all of it.");
    if !required {
        println!(
            "Nothing changes yet: with `require = true` under [wake.speakers] in mynah.toml, \"{}\" counts in an enrolled voice alone.",
            word.phrase
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// A name that may stand in a path.
fn named(name: &str) -> anyhow::Result<String> {
    let name = tidy(&[name.to_owned()]);
    let fits = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '\'');
    if name.is_empty() || name.chars().count() > LONGEST_NAME || !name.chars().all(fits) {
        let why = "a name has letters, digits, spaces, - and ' alone, and";
        return Err(Misuse(format!("{name:?} cannot be a name: {why} at most {LONGEST_NAME} of them")).into());
    }
    Ok(name)
}

/// A word that is listened for.
struct Word {
    id: String,
    phrase: String,
}

/// The word that was asked for, or the first that is listened for.
fn word(config: &Config, wanted: Option<&str>) -> anyhow::Result<Word> {
    let all = wake::ids(config);
    let id = match wanted {
        Some(wanted) => wake::id(wanted),
        None => all.first().cloned().unwrap_or_default(),
    };
    if !all.contains(&id) {
        let listening = wake::listening(config);
        return Err(Misuse(format!(
            "\"{}\" is not listened for; there is {listening} (`mynah wake add` adds a phrase)",
            wanted.unwrap_or_default()
        ))
        .into());
    }
    Ok(Word { phrase: id.replace('_', " "), id })
}

/// Hears the word, and takes a clip each time.
struct Ears<'m> {
    engines: Vec<Box<dyn WakeWord>>,
    model: &'m SpeakerModel,
    word: String,
    phrase: String,
    heard: VecDeque<Frame>,
}

/// A clip, and its sound.
struct Take {
    clip: Clip,
    samples: Vec<f32>,
}

impl<'m> Ears<'m> {
    fn new(config: &Config, word: &Word, model: &'m SpeakerModel) -> anyhow::Result<Self> {
        // Whoever enrols is not asked whether they are enrolled.
        let mut config = config.clone();
        config.wake.speakers.require = false;
        let (engines, phrases) = wake::engines(&config, Some(&home_or_demo(&config)?))?;
        let phrase = phrases.get(&word.id).map_or(word.phrase.clone(), ToString::to_string);
        Ok(Ears { engines, model, word: word.id.clone(), phrase, heard: VecDeque::new() })
    }

    /// Takes 10 ms. The clip, when the word was said just now.
    fn push(&mut self, frame: &Frame) -> anyhow::Result<Option<Result<Take, String>>> {
        const MOST: usize = Clip::SPAN.0 as usize / FRAME_SAMPLES;
        if self.heard.len() == MOST {
            self.heard.pop_front();
        }
        self.heard.push_back(frame.clone());
        let mut detected = false;
        for engine in &mut self.engines {
            detected |= engine.push(frame)?.is_some_and(|detection| *detection.word == *self.word);
        }
        if !detected {
            return Ok(None);
        }
        let heard = self.heard.make_contiguous();
        let span = SpeakerModel::SPAN.0 as usize / FRAME_SAMPLES;
        let samples = heard[heard.len().saturating_sub(span)..].iter().flat_map(|f| *f.samples()).collect();
        let clip = Clip::new(self.model, heard).map_err(|error| error.to_string());
        Ok(Some(clip.map(|clip| Take { clip, samples })))
    }

    fn reset(&mut self) {
        self.engines.iter_mut().for_each(|engine| engine.reset());
        self.heard.clear();
    }
}

/// Good clips of one voice: [`CLIPS`] or more. Each fault is told.
fn from_files(ears: &mut Ears<'_>, files: &[PathBuf], quiet: bool) -> anyhow::Result<Vec<Take>> {
    let mut takes: Vec<(String, Take)> = Vec::new();
    let mut faults: Vec<String> = Vec::new();
    for file in files {
        let name = file.display().to_string();
        let found = hear_file(ears, file, &mut faults)?;
        if found.is_empty() {
            faults.push(format!(
                "{name}: \"{}\" is not heard in it: say it clearly, with nothing before it",
                ears.phrase
            ));
        }
        for take in found {
            let others: Vec<Clip> = takes.iter().map(|(_, take)| take.clip.clone()).collect();
            match take.map_err(|why| format!("{name}: {why}")) {
                Err(fault) => faults.push(fault),
                Ok(take) => match take.clip.flaw(&others) {
                    Some(flaw) => faults.push(format!("{name}: {flaw}")),
                    None => takes.push((name.clone(), take)),
                },
            }
        }
    }
    let clips: Vec<Clip> = takes.iter().map(|(_, take)| take.clip.clone()).collect();
    let (stay, out) = Clip::agreeing(ears.model, &clips);
    faults.extend(out.iter().map(|(place, flaw)| format!("{}: {flaw}", takes[*place].0)));
    if stay.len() < CLIPS {
        let count = stay.len();
        let faults: String = faults.iter().map(|fault| format!("\n  {fault}")).collect();
        return Err(Misuse(format!(
            "{CLIPS} good clips of \"{}\" are needed, and {count} were found{faults}",
            ears.phrase
        ))
        .into());
    }
    if !quiet {
        for fault in &faults {
            println!("left out: {fault}");
        }
    }
    let mut place = 0..;
    takes.retain(|_| place.next().is_some_and(|place| stay.contains(&place)));
    Ok(takes.into_iter().map(|(_, take)| take).collect())
}

fn hear_file(
    ears: &mut Ears<'_>,
    file: &Path,
    faults: &mut Vec<String>,
) -> anyhow::Result<Vec<Result<Take, String>>> {
    let spec = InputSpec { source: Source::File(file.to_owned()), channel: Channel::Mix, realtime: false };
    let mut input = Input::open(&spec, Stop::default())?;
    ears.reset();
    let mut found = Vec::new();
    let mut end = SamplePos(0);
    let mut push = |samples: [f32; FRAME_SAMPLES], found: &mut Vec<_>| -> anyhow::Result<()> {
        let frame = Frame::new(end, samples);
        end = frame.end();
        found.extend(ears.push(&frame)?);
        Ok(())
    };
    let room = ROOM.0 as usize / FRAME_SAMPLES;
    for _ in 0..room {
        push([0.0; FRAME_SAMPLES], &mut found)?;
    }
    loop {
        match input.hear() {
            Heard::Frame(frame) => push(*frame.samples(), &mut found)?,
            Heard::End(summary) => {
                faults.extend(summary.fault.map(|fault| fault.to_string()));
                break;
            }
            Heard::Gap(_) | Heard::Problem(_) | Heard::Lost { .. } | Heard::Restored { .. } => {}
        }
    }
    for _ in 0..room {
        push([0.0; FRAME_SAMPLES], &mut found)?;
    }
    Ok(found)
}

/// Asks for the word until [`CLIPS`] good clips of one voice are there.
fn from_microphone(
    ears: &mut Ears<'_>,
    config: &Config,
    device: Option<&str>,
    quiet: bool,
) -> anyhow::Result<Vec<Take>> {
    let device = device.map(str::to_owned).or_else(|| config.audio.input.clone());
    let channel = config.audio.channel.map_or(Channel::Mix, Channel::One);
    let spec = InputSpec { source: Source::Device(device), channel, realtime: false };
    let mut input = Input::open(&spec, Stop::default())?;
    let say = |text: String| if quiet { eprintln!("{text}") } else { println!("{text}") };
    say(format!(
        "Listening on {}. Speak from where you usually do; Ctrl-C ends it, and nothing is kept then.",
        input.name()
    ));
    let mut takes: Vec<Take> = Vec::new();
    let mut agreed = 0;
    for _ in 0..TRIES {
        say(format!("Say \"{}\" ({} of {CLIPS}).", ears.phrase, agreed + 1));
        let Some(take) = hear_word(ears, &mut input, &say)? else {
            say(format!("  \"{}\" was not heard: come nearer, or say it more clearly.", ears.phrase));
            continue;
        };
        let others: Vec<Clip> = takes.iter().map(|take| take.clip.clone()).collect();
        match take.map(|take| (take.clip.flaw(&others), take)) {
            Err(why) => say(format!("  Once more: {why}.")),
            Ok((Some(flaw), _)) => say(format!("  Once more: {flaw}.")),
            Ok((None, take)) => {
                say("  Heard.".to_owned());
                takes.push(take);
            }
        }
        let clips: Vec<Clip> = takes.iter().map(|take| take.clip.clone()).collect();
        let (stay, out) = Clip::agreeing(ears.model, &clips);
        agreed = stay.len();
        if agreed >= CLIPS {
            let mut place = 0..;
            takes.retain(|_| place.next().is_some_and(|place| stay.contains(&place)));
            return Ok(takes);
        }
        if let Some((_, flaw)) = out.last().filter(|(place, _)| place + 1 == takes.len()) {
            say(format!("  But {flaw}."));
        }
    }
    anyhow::bail!(
        "{agreed} good clips in {TRIES} tries, {CLIPS} are needed: nothing was kept. `mynah devices` shows the microphones"
    )
}

/// Waits for the word. Nothing when it was not said.
fn hear_word(
    ears: &mut Ears<'_>,
    input: &mut Input,
    say: &impl Fn(String),
) -> anyhow::Result<Option<Result<Take, String>>> {
    let mut began = None;
    loop {
        match input.hear() {
            Heard::Frame(frame) => {
                if let Some(take) = ears.push(&frame)? {
                    return Ok(Some(take));
                }
                if frame.end().since(*began.get_or_insert(frame.pos())) >= WAIT {
                    return Ok(None);
                }
            }
            Heard::Gap(_) => ears.reset(),
            Heard::Problem(problem) => say(format!("  {problem}")),
            Heard::Lost { device, why } => say(format!("  the microphone {device} is gone ({why})")),
            Heard::Restored { device, .. } => say(format!("  the microphone {device} is back")),
            Heard::End(_) => anyhow::bail!("the microphone gives nothing more: nothing was kept"),
        }
    }
}

/// Recordings are kept where that is asked for by hand: that is the consent.
fn keep(file: &VoicesFile, name: &str, word: &str, takes: &[Take]) -> anyhow::Result<PathBuf> {
    let mut consent = Consent::default();
    consent.give(Purpose::EnrolVoice, wall_clock(), "--keep");
    let permit = consent.permit(Purpose::EnrolVoice)?;
    let clips: Vec<Vec<f32>> = takes.iter().map(|take| take.samples.clone()).collect();
    file.keep(permit, name, word, &clips).context("the recordings cannot be kept")
}

fn forget(common: &Common, file: &VoicesFile, name: &str) -> anyhow::Result<ExitCode> {
    if !file.forget(name).context("the voices of the household")? {
        let enrolled = file.load()?;
        let mut known: Vec<&str> = enrolled.voices.iter().map(|voice| &*voice.name).collect();
        known.dedup();
        let known =
            if known.is_empty() { "nobody is".to_owned() } else { format!("there is {}", known.join(", ")) };
        return Err(Misuse(format!("{name} is not enrolled; {known}")).into());
    }
    match common.json {
        true => show_json(&json!({ "forgotten": name, "file": file.path() }))?,
        false => println!("Nothing is kept of {name} any more."),
    }
    Ok(ExitCode::SUCCESS)
}

fn list(common: &Common, config: &Config, file: &VoicesFile) -> anyhow::Result<ExitCode> {
    let enrolled = file.load().context("the voices of the household")?;
    let required = config.wake.speakers.require;
    let day = |voice: &Voice| {
        let at = OffsetDateTime::from_unix_timestamp(voice.enrolled_unix_s);
        at.map(|at| at.date().to_string()).unwrap_or_default()
    };
    if common.json {
        let voices: Vec<_> = enrolled
            .voices
            .iter()
            .map(|voice| json!({ "name": voice.name, "word": voice.word, "clips": voice.clips.len(), "enrolled": day(voice) }))
            .collect();
        show_json(&json!({ "voices": voices, "required": required, "file": file.path() }))?;
        return Ok(ExitCode::SUCCESS);
    }
    for voice in &enrolled.voices {
        println!(
            "{}: \"{}\", {} clips, {}",
            voice.name,
            voice.word.replace('_', " "),
            voice.clips.len(),
            day(voice)
        );
    }
    match (enrolled.voices.is_empty(), required) {
        (true, _) => {
            println!("Nobody is enrolled. `mynah wake enroll NAME` asks for a wake word three times.");
        }
        (false, true) => println!("These words count in these voices alone ([wake.speakers] in mynah.toml)."),
        (false, false) => println!(
            "Anyone is heard all the same: `require = true` under [wake.speakers] in mynah.toml changes that."
        ),
    }
    Ok(ExitCode::SUCCESS)
}
