//! How many spoken orders does a recogniser get right? On the recordings of the speech-to-intent benchmark
//! (`commands/coffee`), clean and mixed with kitchen noise, and how many other recordings does it refuse?
//!
//! Right means: the intent and every slot. Noise is mixed as the benchmark does it: a stretch of the recording's length
//! from a random place, scaled so that the loudest 2048 samples of the speech have the given ratio in energy to the
//! loudest 2048 of the noise. Places are drawn from a generator seeded with the recording's number and `--seed`.
//!
//! Sound is decoded by `ffmpeg`. Times are wall time from the end of the sound to the answer; the factor is all work on a recording by its length.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use mynah_assistant::ports::Hints;
use mynah_benches::hearing::HearingArgs;
use mynah_benches::recordings::{Part, coffee, decode, orders, shipped, some};
use mynah_engine::together::Answered;
use mynah_intent::{Context, Recognizer, Value};
use mynah_measure::{Draw, Interval, Quantiles, wilson};
use serde_json::json;

#[derive(Parser)]
#[command(about = "Accuracy of Whisper inside the grammar on spoken orders and on other speech")]
struct Args {
    /// The folder of recordings (`commands/coffee`, `noise/kitchen`, `speech`).
    #[arg(long, env = "MYNAH_DATA", default_value = "../shared/data")]
    data: PathBuf,
    #[command(flatten)]
    hearing: HearingArgs,
    /// Signal-to-noise ratios in dB, and `clean`.
    #[arg(long, value_delimiter = ',', default_value = "clean,6")]
    snr: Vec<String>,
    /// The part of the orders: thresholds were tuned on the first 60 (their names are random), figures are of the others.
    #[arg(long, value_enum, default_value = "test")]
    part: Part,
    /// Gives the recogniser the silence or noise around the speech too. Without this each recording is cut, after the
    /// noise is mixed in, to where speech lies in the clean one: finding that is the endpointing's work, not measured here.
    #[arg(long)]
    untrimmed: bool,
    /// So many recordings of each set only.
    #[arg(long)]
    limit: Option<usize>,
    /// So many other recordings of each kind that must be refused; and the orders themselves, by the skills of a house.
    #[arg(long, default_value_t = 0)]
    others: usize,
    /// Where noise begins depends on it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Writes one JSON object for each recording here.
    #[arg(long)]
    dump: Option<PathBuf>,
    /// Prints JSON in place of the table.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "accuracy: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// One recording and what is said in it; `None` when it must be refused.
struct Case {
    path: PathBuf,
    /// Slot → value.
    slots: Option<BTreeMap<String, String>>,
}

#[derive(Default)]
struct Tally {
    right: usize,
    refused: usize,
    all: usize,
    /// Milliseconds.
    times: Vec<f64>,
    steps: usize,
    /// Answered by the quick one of two.
    quick: usize,
    /// Seconds of work on seconds of sound.
    work: f64,
    heard: f64,
    seconds: f64,
}

fn run(args: &Args) -> anyhow::Result<()> {
    let folder = args.data.join("commands/coffee");
    if !folder.is_dir() {
        writeln!(std::io::stdout(), "skipped: no data ({} is not there)", folder.display())?;
        return Ok(());
    }
    let catalog = coffee()?;
    let hints = Hints { graph: catalog.graph().clone(), wake_phrase: None };
    let shipped = shipped()?;
    let of_house = Hints { graph: shipped.graph().clone(), wake_phrase: None };
    let mut hearing = args.hearing.load("en")?;
    let mut dump = args.dump.as_ref().map(std::fs::File::create).transpose()?;

    let noise = decode(&args.data.join("noise/kitchen/kitchen.ogg"))?;
    let mut orders = orders(&folder, args.part)?;
    orders.truncate(args.limit.unwrap_or(usize::MAX));
    let mut conditions: Vec<(String, Option<f32>, Vec<Case>, &Hints)> = Vec::new();
    for snr in &args.snr {
        let db = if snr == "clean" {
            None
        } else {
            Some(snr.parse::<f32>().context("--snr takes numbers and `clean`")?)
        };
        let name = if db.is_some() { format!("{snr} dB kitchen") } else { "clean".to_owned() };
        let cases =
            orders.iter().map(|o| Case { path: o.path.clone(), slots: Some(o.slots.clone()) }).collect();
        conditions.push((name, db, cases, &hints));
    }
    if args.others > 0 {
        for (set, pattern) in
            [("librispeech", "speech/librispeech"), ("speech commands", "speech/speech_commands")]
        {
            let mut draw = Draw::new(args.seed, &[set]);
            let paths = some(&args.data.join(pattern), args.others, &mut draw)?;
            let cases = paths.into_iter().map(|path| Case { path, slots: None }).collect();
            conditions.push((format!("other speech: {set}"), None, cases, &hints));
        }
        // The same people, and sentences much like orders to a house.
        let cases = orders.iter().map(|order| Case { path: order.path.clone(), slots: None }).collect();
        conditions.push(("other speech: orders, to a house".to_owned(), None, cases, &of_house));
    }
    let mut report = Vec::new();
    for (name, db, cases, hints) in &conditions {
        let mut tally = Tally::default();
        for (number, case) in cases.iter().enumerate() {
            let mut samples = decode(&case.path)?;
            samples.truncate(12 * 16_000);
            // The extent of the speech is that of the clean recording.
            let extent = if args.untrimmed { 0..samples.len() } else { args.hearing.extent(&samples) };
            if let Some(db) = db {
                mix(
                    &mut samples,
                    &noise,
                    *db,
                    args.seed.wrapping_mul(0x9e37_79b9).wrapping_add(number as u64),
                );
            }
            let heard = hearing.hear(&samples[extent.clone()], hints)?;
            let hypothesis = &heard.hypothesis;
            let understood = meaning(catalog.recognizer(), &hypothesis.text);
            let right = case.slots.as_ref().is_some_and(|slots| understood.as_ref() == Some(slots));
            tally.all += 1;
            tally.right += usize::from(right);
            tally.refused += usize::from(!hypothesis.accepted);
            tally.times.push(heard.ms);
            tally.work += heard.work_ms / 1000.0;
            tally.heard += (extent.len() as f64) / 16_000.0;
            tally.quick += usize::from(heard.answered == Some(Answered::Quick));
            tally.steps += heard.steps;
            tally.seconds += samples.len() as f64 / 16_000.0;
            if let Some(dump) = &mut dump {
                let readings: Vec<_> = heard
                    .readings
                    .iter()
                    .take(6)
                    .map(|(text, score)| {
                        let ok = case
                            .slots
                            .as_ref()
                            .is_some_and(|s| meaning(catalog.recognizer(), text).as_ref() == Some(s));
                        json!({"text": text, "score": score, "right": ok})
                    })
                    .collect();
                let evidence = heard.evidence.map(
                    |e| json!({"regret": e.regret, "lead": e.lead, "whole": e.whole, "is_free": e.is_free}),
                );
                let line = json!({
                    "set": name, "file": case.path.file_stem().map(|s| s.to_string_lossy()), "right": right,
                    "order": case.slots.is_some(), "accepted": hypothesis.accepted, "confidence": hypothesis.confidence, "evidence": evidence,
                    "quick": heard.answered == Some(Answered::Quick),
                    "ms": heard.ms, "steps": heard.steps, "seconds": samples.len() as f64 / 16_000.0, "readings": readings,
                });
                writeln!(dump, "{line}")?;
            }
        }
        report.push((name.clone(), tally));
    }
    print(&report, args)
}

fn print(report: &[(String, Tally)], args: &Args) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    // Each ratio counts as much as any other, as the field reports it.
    let in_noise: Vec<&Tally> =
        report.iter().filter(|(name, _)| name.contains("dB")).map(|(_, t)| t).collect();
    let mean = in_noise.iter().map(|t| t.right as f64 / t.all.max(1) as f64).sum::<f64>()
        / in_noise.len().max(1) as f64;
    let mean = (in_noise.len() > 1).then_some(mean);
    if args.json {
        let rows: Vec<_> = report
            .iter()
            .map(|(name, t)| {
                let Interval { low, high } = wilson(t.right as u64, t.all as u64);
                let times = Quantiles::of(&t.times);
                json!({
                    "set": name, "n": t.all, "right": t.right, "right_low": low, "right_high": high, "refused": t.refused,
                    "p50_ms": times.p50, "p95_ms": times.p95,
                    "steps": t.steps as f64 / t.all.max(1) as f64, "quick": t.quick, "real_time_factor": t.work / t.heard, "seconds": t.seconds,
                })
            })
            .collect();
        let result = json!({
            "rows": rows, "mean_in_noise": mean, "seed": args.seed, "part": format!("{:?}", args.part).to_lowercase(),
            "recogniser": format!("{:?}", args.hearing),
        });
        return Ok(writeln!(out, "{result}")?);
    }
    writeln!(
        out,
        "{:<34} {:>4}  {:>7}  {:<13}  {:>7}  {:>7}  {:>7}  {:>5}  {:>5}  {:>6}",
        "", "n", "right", "95 % interval", "refused", "p50 ms", "p95 ms", "steps", "quick", "factor"
    )?;
    for (name, t) in report {
        let Interval { low, high } = wilson(t.right as u64, t.all as u64);
        let times = Quantiles::of(&t.times);
        let share = |n: usize| 100.0 * n as f64 / t.all.max(1) as f64;
        let (right, interval) = if name.starts_with("other") {
            ("–".to_owned(), String::new())
        } else {
            (format!("{:.1} %", share(t.right)), format!("{:.1}–{:.1}", 100.0 * low, 100.0 * high))
        };
        writeln!(
            out,
            "{name:<34} {:>4}  {right:>7}  {interval:<13}  {:>5.1} %  {:>7.0}  {:>7.0}  {:>5.1}  {:>3.0} %  {:>6.3}",
            t.all,
            share(t.refused),
            times.p50,
            times.p95,
            t.steps as f64 / t.all.max(1) as f64,
            share(t.quick),
            t.work / t.heard.max(0.01)
        )?;
    }
    if let Some(mean) = mean {
        let name = format!("mean of the {} ratios", in_noise.len());
        writeln!(out, "{name:<34} {:>4}  {:>5.1} %", "", 100.0 * mean)?;
    }
    Ok(())
}

/// The slots of what was understood.
fn meaning(recognizer: &Recognizer, text: &str) -> Option<BTreeMap<String, String>> {
    let reading = recognizer.recognize(text, &Context::default()).into_iter().next()?;
    let slots = reading.intent.slots.into_iter().map(|(name, slot)| match slot.value {
        Value::Text(text) => (name, text),
        other => (name, format!("{other:?}")),
    });
    Some(slots.collect())
}

fn mix(speech: &mut [f32], noise: &[f32], db: f32, seed: u64) {
    let mut draw = seed;
    let room = noise.len().saturating_sub(speech.len());
    let from = if room == 0 { 0 } else { (random(&mut draw) % room as u64) as usize };
    let noise = &noise[from..(from + speech.len()).min(noise.len())];
    let scale = (loudest(speech) / (loudest(noise) * 10f32.powf(db / 10.0))).sqrt();
    for (s, n) in speech.iter_mut().zip(noise) {
        *s += scale * n;
    }
    let peak = speech.iter().fold(1e-9f32, |peak, s| peak.max(s.abs()));
    for s in speech {
        *s /= 2.0 * peak;
    }
}

/// Energy of the loudest 2048 samples.
fn loudest(samples: &[f32]) -> f32 {
    samples.chunks_exact(2048).map(|c| c.iter().map(|x| x * x).sum::<f32>()).fold(1e-9, f32::max)
}

/// SplitMix64, as it was drawn from when the figures in the models' README were measured.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
