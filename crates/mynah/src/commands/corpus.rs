//! `mynah bench intent --hassil DIR`: the recogniser on Home Assistant's sentences, beside hassil itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::OnceLock;
use std::time::Instant;

use anyhow::Context as _;
use mynah_intent::hassil::{self, Case, Tests};
use mynah_intent::{Context, List, ListEntry, Recognizer, Value};
use mynah_measure::Quantiles;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::idle::resident;
use super::intents::{as_files, languages, read, with_names};
use super::show_json;
use crate::Misuse;
use crate::cli::{Common, IntentBench};
use crate::report::faults;

/// Every sentence is timed so often, and the median counts: what else runs on the machine hits another one each time.
const ROUNDS: usize = 5;
/// The large house.
const DEVICES: usize = 2000;
const AREAS: usize = 100;
/// Of so many misses hassil gets one: it takes long over each.
const ONE_MISS_OF: usize = 4;
/// In place of the last word of a sentence, it makes it one that nothing says.
const STRANGE: &str = "zebra";
/// Runs hassil over the same sentences.
const REFERENCE: &str = include_str!("../../../../benches/hassil/reference.py");

/// What it must reach.
const TIMES_FASTER: f64 = 300.0;
const P99_MS: f64 = 1.0;
const LARGE_HOUSE_P99_MS: f64 = 2.0;
const LOAD_MS: f64 = 50.0;
const LOAD_ALL_MS: f64 = 1000.0;
const MEMORY_MB: f64 = 20.0;

/// Milliseconds a sentence.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Times {
    mean: f64,
    p50: f64,
    p95: f64,
    p99: f64,
    n: usize,
}

impl Times {
    fn of(values: &[f64]) -> Times {
        let Quantiles { n, p50, p95, p99 } = Quantiles::of(values);
        Times { mean: values.iter().sum::<f64>() / n.max(1) as f64, p50, p95, p99, n }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct HitsAndMisses {
    hits: Times,
    misses: Times,
}

#[derive(Debug, Serialize)]
struct Report {
    language: String,
    mynah: HitsAndMisses,
    #[serde(skip_serializing_if = "Option::is_none")]
    hassil: Option<HitsAndMisses>,
    /// Means of hassil by means of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    times_faster: Option<Faster>,
    large_house: LargeHouse,
    load_ms: f64,
    /// Of all languages together.
    load_all_ms: f64,
    languages: usize,
    /// Resident growth while one language is held, compiled.
    memory_mb: f64,
}

#[derive(Debug, Serialize)]
struct Faster {
    hits: f64,
    misses: f64,
}

#[derive(Debug, Serialize)]
struct LargeHouse {
    devices: usize,
    areas: usize,
    times: Times,
    /// Sentences that are the intent of their test with the new names, of those that were tried.
    understood: usize,
    tried: usize,
}

pub fn bench(common: &Common, corpus: &Path, args: &IntentBench) -> anyhow::Result<ExitCode> {
    let all = languages(corpus, &["all".to_owned()])?;
    languages(corpus, std::slice::from_ref(&args.lang))?;
    // The memory first: what was freed before would be used again, and not be seen.
    let before = resident();
    let (recognizer, tests) = load(corpus, &args.lang)?;
    let memory_mb = (resident() - before).max(0.0);
    let load_ms = loading(corpus, &args.lang)?;
    let mut load_all_ms = 0.0;
    for language in &all {
        load_all_ms += if *language == args.lang { load_ms } else { loading(corpus, language)? };
    }
    let hits: Vec<(&str, Context)> = asked(&tests.cases).collect();
    let strange: Vec<(String, Context)> = asked(&tests.cases)
        .map(|(text, context)| (missed(text), context))
        .filter(|(text, context)| recognizer.recognize(text, context).is_empty())
        .collect();
    let misses: Vec<(&str, Context)> = strange.iter().map(|(text, c)| (text.as_str(), c.clone())).collect();
    let mynah = HitsAndMisses { hits: time(&recognizer, &hits), misses: time(&recognizer, &misses) };
    let large_house = large_house(corpus, &args.lang, &tests)?;
    let hassil = match &args.python {
        Some(python) => Some(reference(python, corpus, &args.lang, misses.iter().step_by(ONE_MISS_OF))?),
        None => None,
    };
    let times_faster = hassil.as_ref().map(|hassil| Faster {
        hits: hassil.hits.mean / mynah.hits.mean,
        misses: hassil.misses.mean / mynah.misses.mean,
    });
    let report = Report {
        language: args.lang.clone(),
        mynah,
        hassil,
        times_faster,
        large_house,
        load_ms,
        load_all_ms,
        languages: all.len(),
        memory_mb,
    };
    let goals = goals(&report);
    let all_met = goals.iter().all(|goal| goal.met);
    if common.json {
        let mut value = serde_json::to_value(&report)?;
        value["goals"] = json!(goals);
        show_json(&value)?;
    } else {
        print!("{}", table(&report, &goals));
    }
    Ok(if all_met { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A sentence that is none, of as many words.
fn missed(text: &str) -> String {
    let before = text.trim_end().rsplit_once(' ').map_or(text, |(before, _)| before);
    format!("{before} {STRANGE}")
}

fn asked(cases: &[Case]) -> impl Iterator<Item = (&str, Context)> {
    cases.iter().map(|case| (case.say.as_str(), Context(case.context.clone())))
}

/// A language with the names of the house that its tests are made for.
fn load(corpus: &Path, language: &str) -> anyhow::Result<(Recognizer, Tests)> {
    let tests = read(&corpus.join("tests").join(language))?;
    let tests = hassil::tests(&as_files(&tests)).map_err(faults)?;
    let sentences = read(&corpus.join("sentences").join(language))?;
    let spec = hassil::sentences(&as_files(&sentences)).map_err(faults)?;
    Ok((Recognizer::compile(with_names(spec, &tests)).map_err(faults)?, tests))
}

/// Milliseconds of the processor from the files of the sentences to a recognizer, the median of some.
fn loading(corpus: &Path, language: &str) -> anyhow::Result<f64> {
    let tests = read(&corpus.join("tests").join(language))?;
    let tests = hassil::tests(&as_files(&tests)).map_err(faults)?;
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = worked();
        let sentences = read(&corpus.join("sentences").join(language))?;
        let spec = hassil::sentences(&as_files(&sentences)).map_err(faults)?;
        let recognizer = Recognizer::compile(with_names(spec, &tests)).map_err(faults)?;
        times.push(worked() - start);
        drop(recognizer);
    }
    Ok(median(&mut times))
}

/// Milliseconds that this thread has been on a processor, as the kernel counts them; by the clock where it does not. What takes
/// many milliseconds is interrupted on a busy machine.
fn worked() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    // The count is brought up to date when the thread yields.
    std::thread::yield_now();
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = counted.and_then(|counts| counts.split(' ').next()?.parse::<f64>().ok());
    nanos.map_or_else(|| START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3, |nanos| nanos / 1e6)
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Each text in turn, all of them again and again.
fn time(recognizer: &Recognizer, texts: &[(&str, Context)]) -> Times {
    let mut times = vec![Vec::with_capacity(ROUNDS); texts.len()];
    for _ in 0..ROUNDS {
        for ((text, context), times) in texts.iter().zip(&mut times) {
            let start = Instant::now();
            std::hint::black_box(recognizer.recognize(std::hint::black_box(text), context));
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    Times::of(&times.iter_mut().map(|times| median(times)).collect::<Vec<f64>>())
}

/// The same sentences in a house of many devices: each name that is said is one of the new names, of the same kind of device.
fn large_house(corpus: &Path, language: &str, tests: &Tests) -> anyhow::Result<LargeHouse> {
    let entries = |list: &str| match tests.lists.get(list) {
        Some(List::Text(entries)) => entries.clone(),
        _ => Vec::new(),
    };
    let (names, areas) = (entries("name"), entries("area"));
    if names.is_empty() || areas.is_empty() {
        return Err(
            Misuse(format!("the tests of `{language}` have no names to make a large house of")).into()
        );
    }
    // Names that share their words with others, as the names of a house do: "Küche 7", "Küche 7 Licht 3".
    let many_areas: Vec<ListEntry> = (0..AREAS).map(|n| numbered(&areas[n % areas.len()], n, None)).collect();
    let many_names: Vec<ListEntry> =
        (0..DEVICES).map(|n| numbered(&names[n % names.len()], n, Some(&many_areas[n % AREAS]))).collect();
    let mut cases = Vec::new();
    for (index, case) in tests.cases.iter().enumerate() {
        let mut case = case.clone();
        for (slot, old, new) in [("name", &names, &many_names), ("area", &areas, &many_areas)] {
            let Some(Value::Text(value)) = case.slots.get(slot).and_then(|values| values.first()) else {
                continue;
            };
            let Some(place) = old.iter().position(|entry| text(entry) == *value) else { continue };
            // Whichever of those that were made of this one.
            let made = (new.len() - place).div_ceil(old.len());
            let entry = &new[place + index % made * old.len()];
            let Some(say) = replaced(&case.say, value, &text(entry)) else { continue };
            (case.say, case.slots) = (say, BTreeMap::from([(slot.to_owned(), Vec::new())]));
        }
        if case.say != tests.cases[index].say {
            cases.push(case);
        }
    }
    let sentences = read(&corpus.join("sentences").join(language))?;
    let mut spec = with_names(hassil::sentences(&as_files(&sentences)).map_err(faults)?, tests);
    spec.lists.insert("name".to_owned(), List::Text(many_names));
    spec.lists.insert("area".to_owned(), List::Text(many_areas));
    let recognizer = Recognizer::compile(spec).map_err(faults)?;
    let is_right = |case: &&Case| {
        let readings = recognizer.recognize(&case.say, &Context(case.context.clone()));
        readings.first().is_some_and(|reading| reading.intent.name == case.intent)
    };
    let understood = cases.iter().filter(is_right).count();
    let texts: Vec<(&str, Context)> = asked(&cases).collect();
    let times = time(&recognizer, &texts);
    Ok(LargeHouse { devices: DEVICES, areas: AREAS, times, understood, tried: cases.len() })
}

fn text(entry: &ListEntry) -> String {
    entry.value.to_string()
}

/// Another entry of the same context, with a number, and in a room.
fn numbered(entry: &ListEntry, number: usize, area: Option<&ListEntry>) -> ListEntry {
    let room = area.map(|area| format!("{} ", text(area))).unwrap_or_default();
    let name = format!("{room}{} {}", text(entry), number + 1);
    ListEntry { said: name.clone(), value: Value::Text(name), ..entry.clone() }
}

/// The text with the first place of `old`, in any case, as `new`. Nothing when it is not said so.
fn replaced(text: &str, old: &str, new: &str) -> Option<String> {
    let at = text.char_indices().map(|(at, _)| at).find(|&at| {
        text.get(at..at + old.len()).is_some_and(|part| part.to_lowercase() == old.to_lowercase())
    })?;
    Some(format!("{}{new}{}", &text[..at], &text[at + old.len()..]))
}

/// hassil, on the same sentences.
fn reference<'a>(
    python: &Path,
    corpus: &Path,
    language: &str,
    misses: impl Iterator<Item = &'a (&'a str, Context)>,
) -> anyhow::Result<HitsAndMisses> {
    let shown = python.display();
    eprintln!("hassil takes a while over {language} …");
    let line =
        |(text, context): &(&str, Context)| format!("{}\n", json!({ "text": text, "context": context.0 }));
    let lines: String = misses.map(line).collect();
    // The program by its argument, the misses by its input.
    let mut child = Command::new(python)
        .args(["-c", REFERENCE])
        .arg(corpus)
        .args([language, "--times"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| {
            Misuse(format!("{shown}: {error}; --python takes a Python that has hassil 3.0.1"))
        })?;
    if let Some(mut input) = child.stdin.take() {
        // A Python that has no hassil does not read on; how it ends tells more than the broken pipe.
        let _ = input.write_all(lines.as_bytes());
    }
    let output = child.wait_with_output().with_context(|| shown.to_string())?;
    if !output.status.success() {
        return Err(Misuse(format!("{shown} has no hassil: `{shown} -m pip install hassil==3.0.1`")).into());
    }
    serde_json::from_slice(&output.stdout).with_context(|| format!("what {shown} printed"))
}

#[derive(Debug, Serialize)]
struct Goal {
    goal: String,
    figure: f64,
    met: bool,
}

fn goals(report: &Report) -> Vec<Goal> {
    let Report { mynah: HitsAndMisses { hits, misses }, language, .. } = report;
    let most = |goal: String, figure: f64, most: f64| Goal { goal, figure, met: figure <= most };
    let mut goals = Vec::new();
    if let Some(faster) = &report.times_faster {
        let goal = format!("hits {TIMES_FASTER} times as fast as hassil's");
        goals.push(Goal { goal, figure: faster.hits, met: faster.hits >= TIMES_FASTER });
    }
    goals.extend([
        most(format!("p99 of hits within {P99_MS} ms"), hits.p99, P99_MS),
        most("mean of misses within that of hits, ms".into(), misses.mean, hits.mean),
        most("p99 of misses within that of hits, ms".into(), misses.p99, hits.p99),
        most(
            format!("p99 in the large house within {LARGE_HOUSE_P99_MS} ms"),
            report.large_house.times.p99,
            LARGE_HOUSE_P99_MS,
        ),
        most(format!("{language} loads within {LOAD_MS} ms"), report.load_ms, LOAD_MS),
        most(
            format!("{} languages load within {LOAD_ALL_MS} ms", report.languages),
            report.load_all_ms,
            LOAD_ALL_MS,
        ),
        most(format!("{language} takes at most {MEMORY_MB} MB"), report.memory_mb, MEMORY_MB),
    ]);
    goals
}

fn table(report: &Report, goals: &[Goal]) -> String {
    let mut out =
        format!("{:<26}{:>10}{:>10}{:>10}{:>10}{:>8}\n", "ms a sentence", "mean", "p50", "p95", "p99", "n");
    let mut row = |what: &str, times: &Times| {
        let Times { mean, p50, p95, p99, n } = times;
        let _ = writeln!(out, "{what:<26}{mean:>10.4}{p50:>10.4}{p95:>10.4}{p99:>10.4}{n:>8}");
    };
    row("Mynah, hits", &report.mynah.hits);
    row("Mynah, misses", &report.mynah.misses);
    if let Some(hassil) = &report.hassil {
        row("hassil, hits", &hassil.hits);
        row("hassil, misses", &hassil.misses);
    }
    let house = &report.large_house;
    row(&format!("{} devices, {} areas", house.devices, house.areas), &house.times);
    let _ = writeln!(out, "({} of {} understood in the large house)\n", house.understood, house.tried);
    if let Some(faster) = &report.times_faster {
        let _ = writeln!(out, "{:.0} times as fast on hits, {:.0} on misses\n", faster.hits, faster.misses);
    }
    for Goal { goal, figure, met } in goals {
        let _ = writeln!(out, "{:<7}{figure:>10.3}  {goal}", if *met { "met" } else { "missed" });
    }
    out
}
