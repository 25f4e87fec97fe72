//! `mynah bench`: figures. Times are of this machine: compare ratios, not machines.

pub mod wake;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use mynah_assistant::ports::Hints;
use mynah_audio::Samples;
use mynah_endpoint::demo::{DemoHouse, DemoOptions};
use mynah_home::Home;
use mynah_host::runtime::Pace;
use mynah_measure::{Draw, Quantiles};
use serde_json::json;

use super::demo::{folder, play, turns};
use super::idle::idle;
use super::show_json;
use super::transcribe::read;
use crate::block_on;
use crate::cli::{Bench, Common};
use crate::config::Config;
use crate::recogniser::{Recognisers, whole};
use crate::report::faults;
use crate::setup::Household;
use crate::timeline::table;

pub fn bench(common: &Common, what: Bench) -> anyhow::Result<ExitCode> {
    match what {
        Bench::Wake(args) => wake::wake(common, &args),
        Bench::Idle { seconds, run } => block_on(idle(common, seconds, run)),
        Bench::Asr { files } => asr(common, &files),
        Bench::Intent(args) => match &args.hassil {
            Some(corpus) => super::corpus::bench(common, corpus, &args),
            None => intent(common, args.count),
        },
        Bench::Turn { turns } => block_on(turn(common, turns)),
    }
}

/// Recognition time of recordings.
fn asr(common: &Common, files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let household = Household::load_or_demo(common)?;
    let mut transcriber = Recognisers::of(&household.config)?.load(&household.config, &household.home)?;
    transcriber.warm_up()?;
    let hints = Hints { graph: household.graph(), wake_phrase: None };
    let (mut times, mut factors) = (Vec::new(), Vec::new());
    for file in files {
        let (samples, _) = read(file)?;
        let seconds = Samples(samples.len() as u64).as_duration().as_secs_f64();
        let before = Instant::now();
        let heard = whole(&mut *transcriber, &samples, &hints)?;
        let took = before.elapsed().as_secs_f64();
        times.push(took * 1000.0);
        factors.push(took / seconds.max(0.01));
        if !common.json {
            println!("{:>7.0} ms for {seconds:>5.1} s  {}", took * 1000.0, heard.text);
        }
    }
    let (times, factors) = (Quantiles::of(&times), Quantiles::of(&factors));
    match common.json {
        true => show_json(&json!({ "ms": times, "real_time_factor": factors }))?,
        false => println!(
            "p50 {:.0} ms, p95 {:.0} ms; real-time factor {:.3} (p50)",
            times.p50, times.p95, factors.p50
        ),
    }
    Ok(ExitCode::SUCCESS)
}

/// Text to intent, over sentences that the grammar allows, and as many that it does not.
fn intent(common: &Common, count: usize) -> anyhow::Result<ExitCode> {
    let household = Household::load_or_demo(common)?;
    let graph = household.graph();
    let situation = household.situation();
    let mut draw = Draw::new(1, &["sentences"]);
    let sentences: Vec<String> = (0..count).map(|_| graph.sample("milk", |n| draw.index(n))).collect();
    let time = |texts: &[String]| {
        let mut found = 0;
        let times: Vec<f64> = texts
            .iter()
            .map(|text| {
                let before = Instant::now();
                found += usize::from(!household.catalog.understand(text, &situation).is_empty());
                before.elapsed().as_secs_f64() * 1000.0
            })
            .collect();
        (Quantiles::of(&times), found)
    };
    let (hits, found) = time(&sentences);
    let strange: Vec<String> = sentences.iter().map(|text| format!("{text} zebra crossing")).collect();
    let (misses, mistaken) = time(&strange);
    let report = json!({
        "sentences": sentences.len(), "found": found, "hit_ms": hits,
        "strange": strange.len(), "accepted": mistaken, "miss_ms": misses,
    });
    if common.json {
        show_json(&report)?;
    } else {
        println!(
            "{} sentences, {found} understood: p50 {:.3} ms, p95 {:.3}, p99 {:.3}",
            sentences.len(),
            hits.p50,
            hits.p95,
            hits.p99
        );
        println!(
            "{} with strange words, {mistaken} taken: p50 {:.3} ms, p95 {:.3}, p99 {:.3}",
            strange.len(),
            misses.p50,
            misses.p95,
            misses.p99
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Whole turns on the demo house, in real time.
async fn turn(common: &Common, wanted: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let house = DemoHouse::start(DemoOptions::default()).await?;
    let home = Home::parse("the demo house", &house.home_toml()).map_err(faults)?;
    let household = Household::with(Config { home: None, ..Config::load(common)? }, home)?;
    let turns = turns::load(&folder(wanted.as_deref())?)?;
    let played = play(common, &household, &house, turns, Pace::Live, "none", false).await?;
    match common.json {
        true => show_json(&json!({ "right": played.judge.right(), "stages": played.summary.stages }))?,
        false => println!("{}\n{}", played.judge.table(), table(&played.summary)),
    }
    Ok(if played.judge.right() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
