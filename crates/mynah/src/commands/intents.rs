//! `mynah intents conformance`: Home Assistant's tests of their sentences, on our recogniser.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use mynah_intent::hassil::{self, Case, Difference, Tests};
use mynah_intent::{Context, Reading, Recognizer, Spec, Value};
use mynah_measure::Quantiles;
use serde_json::{Map, json};

use crate::Misuse;
use crate::cli::{Common, Conformance, Intents};
use crate::report::faults;

pub fn intents(common: &Common, command: &Intents) -> anyhow::Result<ExitCode> {
    match command {
        Intents::Conformance(args) => conformance(common, args),
    }
}

/// How one language did.
struct Figures {
    passed: usize,
    total: usize,
    /// Reading and compiling.
    load: Duration,
    /// Of each sentence.
    times: Vec<Duration>,
}

fn conformance(common: &Common, args: &Conformance) -> anyhow::Result<ExitCode> {
    let mut all = Figures { passed: 0, total: 0, load: Duration::ZERO, times: Vec::new() };
    let mut by_language = Map::new();
    for language in languages(&args.hassil, &args.lang)? {
        let figures = one_language(&args.hassil, &language, common.json)?;
        if !common.json {
            println!("{language}: {}", summary(&figures));
        }
        by_language.insert(language, figures_json(&figures));
        all.passed += figures.passed;
        all.total += figures.total;
        all.load += figures.load;
        all.times.extend(figures.times);
    }
    if common.json {
        let mut line = figures_json(&all);
        line["languages"] = by_language.into();
        println!("{line}");
    } else if by_language.len() > 1 {
        println!("all: {}", summary(&all));
    }
    Ok(if all.passed == all.total { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The languages that were asked for; `all` are those that have sentences.
pub fn languages(corpus: &Path, asked: &[String]) -> anyhow::Result<BTreeSet<String>> {
    let folder = corpus.join("sentences");
    let entries = std::fs::read_dir(&folder).map_err(|error| {
        Misuse(format!("{}: {error}; --hassil takes a folder with `sentences` and `tests`", folder.display()))
    })?;
    let mut known = BTreeSet::new();
    for entry in entries {
        let entry = entry.with_context(|| folder.display().to_string())?;
        if entry.path().is_dir() {
            known.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    if asked.iter().any(|language| language == "all") {
        return Ok(known);
    }
    if let Some(missing) = asked.iter().find(|language| !known.contains(*language)) {
        let known = known.into_iter().collect::<Vec<_>>().join(", ");
        return Err(Misuse(format!("{} has no `{missing}`; it has {known}", folder.display())).into());
    }
    Ok(asked.iter().cloned().collect())
}

fn one_language(corpus: &Path, language: &str, is_json: bool) -> anyhow::Result<Figures> {
    let sentences = read(&corpus.join("sentences").join(language))?;
    let tests = read(&corpus.join("tests").join(language))?;
    let start = Instant::now();
    let spec = hassil::sentences(&as_files(&sentences)).map_err(faults)?;
    let mut load = start.elapsed();
    let tests = hassil::tests(&as_files(&tests)).map_err(faults)?;
    let start = Instant::now();
    let recognizer = Recognizer::compile(with_names(spec, &tests)).map_err(faults)?;
    load += start.elapsed();
    let mut figures = Figures { passed: 0, total: tests.cases.len(), load, times: Vec::new() };
    for case in &tests.cases {
        let context = Context(case.context.clone());
        let start = Instant::now();
        let readings = recognizer.recognize(&case.say, &context);
        figures.times.push(start.elapsed());
        match case.judge(readings.first()) {
            Ok(()) => figures.passed += 1,
            Err(difference) if is_json => {
                println!("{}", failure_json(language, case, &difference, readings.first()));
            }
            Err(difference) => println!("{}", failure(case, &difference, readings.first())),
        }
    }
    Ok(figures)
}

/// The spec with the names of the house that the tests are made for.
pub fn with_names(mut spec: Spec, tests: &Tests) -> Spec {
    spec.lists.extend(tests.lists.clone());
    spec
}

/// The YAML files of a folder by name.
pub fn read(folder: &Path) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| Misuse(format!("{}: {error}", folder.display())))?;
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in entries {
        paths.push(entry.with_context(|| folder.display().to_string())?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"));
    paths.sort();
    if paths.is_empty() {
        return Err(Misuse(format!("{} has no YAML file", folder.display())).into());
    }
    let mut files = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        files.push((name.clone(), std::fs::read(&path).with_context(|| name)?));
    }
    Ok(files)
}

/// Files as the corpus reader takes them.
pub fn as_files(files: &[(String, Vec<u8>)]) -> Vec<hassil::File<'_>> {
    files.iter().map(|(name, bytes)| hassil::File { name, bytes }).collect()
}

fn failure(case: &Case, difference: &Difference, reading: Option<&Reading>) -> String {
    let why = match difference {
        Difference::NoReading => "nothing is recognised".to_owned(),
        Difference::Intent(name) => format!("{name}, not {}", case.intent),
        Difference::Slot(slot) => {
            let found = reading.and_then(|reading| reading.intent.slots.get(slot));
            match found {
                Some(slot_found) => format!("slot {slot} is {}", slot_found.value),
                None => format!("slot {slot} is not filled"),
            }
        }
        Difference::Context(_) => "another context".to_owned(),
    };
    format!("{}: {:?}: {why}", case.origin.file, case.say)
}

fn failure_json(
    language: &str,
    case: &Case,
    difference: &Difference,
    reading: Option<&Reading>,
) -> serde_json::Value {
    let values = |values: &Vec<Value>| match values.as_slice() {
        [value] => plain(value),
        values => values.iter().map(plain).collect(),
    };
    let slots: Map<String, _> =
        case.slots.iter().map(|(name, stated)| (name.clone(), values(stated))).collect();
    let found = reading.map(|reading| {
        let slots = reading.intent.slots.iter().map(|(name, slot)| (name.clone(), plain(&slot.value)));
        let slots: Map<String, _> = slots.collect();
        json!({ "intent": reading.intent.name, "slots": slots, "context": reading.context })
    });
    json!({
        "language": language,
        "file": &*case.origin.file,
        "span": case.origin.span,
        "sentence": case.say,
        "passed": false,
        "expected": { "intent": case.intent, "slots": slots, "context": case.context },
        "found": found,
        "difference": match difference {
            Difference::NoReading => "no reading".to_owned(),
            Difference::Intent(_) => "intent".to_owned(),
            Difference::Slot(slot) => format!("slot {slot}"),
            Difference::Context(_) => "context".to_owned(),
        },
    })
}

fn plain(value: &Value) -> serde_json::Value {
    match value {
        Value::Number(n) | Value::Percentage(n) | Value::Temperature(n) => json!(n),
        Value::AnyOf(texts) => json!(texts),
        other => json!(other.to_string()),
    }
}

fn figures_json(figures: &Figures) -> serde_json::Value {
    let micros = |span: Duration| (span.as_secs_f64() * 1e7).round() / 10.0;
    json!({
        "passed": figures.passed,
        "total": figures.total,
        "load_ms": micros(figures.load) / 1e3,
        "mean_us": micros(mean(&figures.times)),
        "p99_us": (p99_us(&figures.times) * 10.0).round() / 10.0,
    })
}

fn summary(figures: &Figures) -> String {
    format!(
        "{} of {}; loaded in {:.1} ms, {:.0} µs a sentence, p99 {:.0} µs",
        figures.passed,
        figures.total,
        figures.load.as_secs_f64() * 1e3,
        mean(&figures.times).as_secs_f64() * 1e6,
        p99_us(&figures.times),
    )
}

fn mean(times: &[Duration]) -> Duration {
    let count = u32::try_from(times.len()).unwrap_or(u32::MAX).max(1);
    times.iter().sum::<Duration>() / count
}

/// The time that 99 of 100 sentences stay within, in microseconds.
fn p99_us(times: &[Duration]) -> f64 {
    Quantiles::of(&times.iter().map(|time| time.as_secs_f64() * 1e6).collect::<Vec<_>>()).p99
}
