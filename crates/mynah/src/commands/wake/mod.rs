//! `mynah wake`: any phrase as a wake word, and whose voice counts.

mod enroll;
mod file;
mod nearness;
mod train;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use mynah_engine::wake::FEWEST_PHONES;
use mynah_pronounce::{Pronouncer, Pronunciation, Source};
use mynah_skill::pronouncer;
use serde_json::json;

use self::nearness::{Near, Neighbours};
use super::show_json;
use crate::Misuse;
use crate::cli::{Common, Wake};
use crate::config::{Config, Wake as WakeConfig, place};
use crate::setup::{catalog, home_or_demo};
use crate::wake::{head_file, id};

/// From so many sounds on a phrase is heard nearly as well as it can be.
const GOOD: usize = 8;
/// More words than this nobody says before each command.
const MOST_WORDS: usize = 6;

pub fn wake(common: &Common, command: &Wake) -> anyhow::Result<ExitCode> {
    match command {
        Wake::Add { phrase, dry_run } => add(common, &tidy(phrase), *dry_run),
        Wake::Train(args) => train::train(common, &tidy(&args.phrase), args),
        Wake::Remove { phrase } => remove(common, &tidy(phrase)),
        Wake::Enroll(args) => enroll::enroll(common, args),
    }
}

/// Small letters and one space between words, whether they came as one argument or as several.
fn tidy(phrase: &[String]) -> String {
    let words: Vec<String> =
        phrase.iter().flat_map(|part| part.split_whitespace()).map(str::to_lowercase).collect();
    words.join(" ")
}

fn add(common: &Common, phrase: &str, dry_run: bool) -> anyhow::Result<ExitCode> {
    let config = Config::load(common)?;
    let home = home_or_demo(&config)?;
    let english = pronouncer(&home);
    let ways = sayable(phrase, &english)?;
    known(&config, phrase)?;

    let skills = catalog(&config, &home)?;
    let neighbours = Neighbours::new(&skills, &english);
    let near = neighbours.nearest(&ways);
    let better = better(phrase, &ways, near.first(), &neighbours, &english);
    let path = match dry_run {
        true => None,
        false => Some(edit(common, |text| file::with(text, phrase))?),
    };
    let sounds = ways.iter().map(|way| way.phones.len()).min().unwrap_or_default();
    let guessed = ways.iter().any(|way| way.source == Source::Guess);
    if common.json {
        show_json(&json!({
            "phrase": phrase,
            "id": id(phrase),
            "said": ways.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "guessed": guessed,
            "sounds": sounds,
            "near": near,
            "better": better,
            "file": path,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    println!("\"{phrase}\" has {sounds} sounds: {}", join(ways.iter().map(ToString::to_string), ", or "));
    if guessed {
        println!(
            "  No dictionary has it, so how it is said is guessed. Spell it as it sounds if that is wrong (\"mynah\": \"minor\")."
        );
    }
    if sounds < GOOD {
        println!(
            "  That is short: {GOOD} sounds or more are missed less often, and less often heard where nobody said them."
        );
    }
    for Near { text, apart, skill } in &near {
        let whose = if *skill { "a sentence of your skills" } else { "everyday speech" };
        println!("  {apart:.1} sounds apart from \"{text}\" in {whose}");
    }
    if near.first().is_some_and(|near| near.apart < 0.25 * sounds as f32) {
        println!("  So it will be heard now and then when people say that.");
    }
    if !better.is_empty() {
        let better = better.iter().map(|(phrase, sounds, apart)| {
            format!("\"{phrase}\" ({sounds} sounds, {apart:.1} apart from the nearest)")
        });
        println!("Better: {}", join(better, ", "));
    }
    match path {
        Some(path) => println!("{} has it now; `mynah run` listens for it.", path.display()),
        None => println!("Nothing was written."),
    }
    Ok(ExitCode::SUCCESS)
}

fn join(texts: impl Iterator<Item = String>, between: &str) -> String {
    texts.collect::<Vec<_>>().join(between)
}

/// How the phrase is said, when it can be a wake word.
fn sayable(phrase: &str, english: &Pronouncer) -> anyhow::Result<Vec<Pronunciation>> {
    let ways = english.text(phrase).map_err(|why| {
        Misuse(format!(
            "\"{phrase}\" cannot be a wake phrase: {why}. Write it in English letters, as it sounds"
        ))
    })?;
    let sounds = ways.iter().map(|way| way.phones.len()).min().unwrap_or_default();
    if sounds < FEWEST_PHONES {
        return Err(Misuse(format!(
            "\"{phrase}\" is too short for a wake phrase: it has {sounds} sounds ({}), {FEWEST_PHONES} are the least and {GOOD} are good. Try \"hello {phrase}\"",
            join(ways.iter().map(ToString::to_string), ", or "),
        ))
        .into());
    }
    if phrase.split(' ').count() > MOST_WORDS {
        return Err(Misuse(format!(
            "\"{phrase}\" is too long: a wake phrase has {MOST_WORDS} words at most"
        ))
        .into());
    }
    Ok(ways)
}

/// A phrase that is listened for already cannot be added.
fn known(config: &Config, phrase: &str) -> anyhow::Result<()> {
    if config.wake.phrases.iter().any(|other| id(other) == id(phrase)) {
        return Err(Misuse(format!("\"{phrase}\" is a wake phrase already")).into());
    }
    if config.wake.words.iter().any(|word| *word == id(phrase)) {
        return Err(Misuse(format!(
            "\"{phrase}\" is a wake word already, and the shipped network hears it better than its sounds alone"
        ))
        .into());
    }
    unshipped(phrase)
}

/// What ships already need not be made.
fn unshipped(phrase: &str) -> anyhow::Result<()> {
    let shipped = mynah_engine::wake::WakeModel::builtin()?;
    if let Some(word) = shipped.words().iter().find(|word| *word.id == *id(phrase)) {
        return Err(Misuse(format!(
            "the shipped network knows \"{phrase}\" and hears it better than its sounds alone: write words = [\"{}\"] under [wake] in mynah.toml",
            word.id
        ))
        .into());
    }
    Ok(())
}

/// Phrases like this one that are longer, and as far from what people say: phrase, sounds, sounds apart from the nearest.
fn better(
    phrase: &str,
    ways: &[Pronunciation],
    nearest: Option<&Near>,
    neighbours: &Neighbours,
    english: &Pronouncer,
) -> Vec<(String, usize, f32)> {
    const CALLS: [&str; 4] = ["hey", "okay", "hello", "listen"];
    let shortest = |ways: &[Pronunciation]| ways.iter().map(|way| way.phones.len()).min().unwrap_or_default();
    let apart = |near: Option<&Near>| near.map_or(f32::INFINITY, |near| near.apart);
    let (sounds, now) = (shortest(ways), apart(nearest));
    if sounds >= GOOD && now >= 0.25 * sounds as f32 {
        return Vec::new();
    }
    let name = CALLS.iter().find_map(|call| phrase.strip_prefix(call)?.strip_prefix(' ')).unwrap_or(phrase);
    let mut found: Vec<(String, usize, f32)> = CALLS
        .iter()
        .map(|call| format!("{call} {name}"))
        .filter_map(|other| {
            let ways = english.text(&other).ok()?;
            let (longer, further) = (shortest(&ways), apart(neighbours.nearest(&ways).first()));
            (longer > sounds && further >= now).then_some((other, longer, further))
        })
        .collect();
    found.sort_by(|a, b| b.2.total_cmp(&a.2).then(b.1.cmp(&a.1)));
    found.truncate(2);
    found
}

fn remove(common: &Common, phrase: &str) -> anyhow::Result<ExitCode> {
    let config = Config::load(common)?;
    let all = crate::wake::listening(&config);
    let known = config.wake.phrases.iter().chain(&config.wake.words);
    if !known.into_iter().any(|other| id(other) == id(phrase)) {
        return Err(
            Misuse(format!("\"{phrase}\" is no wake phrase of mynah.toml; listened for are {all}")).into()
        );
    }
    let path = edit(common, |text| file::without(text, phrase, &WakeConfig::default().words))?;
    let head = head_file(&config, &id(phrase));
    if head.is_file() {
        std::fs::remove_file(&head).with_context(|| format!("cannot remove {}", head.display()))?;
    }
    match common.json {
        true => show_json(&json!({ "phrase": phrase, "file": path }))?,
        false => println!("{} does without \"{phrase}\" now.", path.display()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Changes mynah.toml, and keeps the comments in it. Gives where it is.
fn edit(common: &Common, change: impl Fn(&str) -> Result<String, String>) -> anyhow::Result<PathBuf> {
    let path = Config::find(common)?.unwrap_or_else(|| place(common));
    let read = |path: &Path| match path.exists() {
        true => std::fs::read_to_string(path),
        false => Ok(String::new()),
    };
    let text = read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let changed = change(&text).map_err(|why| Misuse(format!("{}: {why}", path.display())))?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    std::fs::write(&path, changed).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}
