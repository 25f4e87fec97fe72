//! `mynah bench`: figures. Times are of this machine: compare ratios, not machines.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use mynah_assistant::ports::{Cancel, Hints, WakeWord};
use mynah_audio::{FRAME_SAMPLES, Frame, SamplePos, Samples};
use mynah_endpoint::demo::{DemoHouse, DemoOptions};
use mynah_engine::wake::{WakeModel, WordConfig};
use mynah_home::Home;
use mynah_host::events::Quantiles;
use mynah_host::runtime::Pace;
use serde_json::json;

use super::demo::{folder, play, turns};
use super::idle::idle;
use super::show_json;
use super::transcribe::{frames, read};
use crate::block_on;
use crate::cli::{Bench, Common};
use crate::config::Config;
use crate::report::faults;
use crate::setup::{Household, grammar_transcriber};
use crate::timeline::table;

pub fn bench(common: &Common, what: Bench) -> anyhow::Result<ExitCode> {
    match what {
        Bench::Wake { positives, negatives, word } => wake(common, positives.as_deref(), &negatives, &word),
        Bench::Idle { seconds, run } => block_on(idle(common, seconds, run)),
        Bench::Asr { files } => asr(common, &files),
        Bench::Intent(args) => match &args.hassil {
            Some(corpus) => super::corpus::bench(common, corpus, &args),
            None => intent(common, args.count),
        },
        Bench::Turn { turns } => block_on(turn(common, turns)),
    }
}

/// Cost of a step; with recordings, misses and false alarms.
fn wake(
    common: &Common,
    positives: Option<&Path>,
    negatives: &[PathBuf],
    words: &[String],
) -> anyhow::Result<ExitCode> {
    let config = Config::load(common)?;
    let words = if words.is_empty() { config.wake.words.clone() } else { words.to_vec() };
    let model = WakeModel::builtin()?;
    let configs: Vec<WordConfig> = words
        .iter()
        .map(|id| WordConfig { threshold: config.wake.threshold.get(id).copied(), ..WordConfig::new(id) })
        .collect();
    let mut stream = model.stream(&configs)?;
    // The network sleeps over steady noise; its cost is that of a room in which something sounds.
    let cost = step_cost(&mut model.stream_awake(&configs)?)?;
    let asleep = step_cost(&mut stream)?;
    let share = |cost: &Quantiles| cost.p50 / 20.0 * 100.0;
    let mut report = json!({
        "step_ms": 20, "cost_ms": cost, "core_percent": share(&cost),
        "asleep_ms": asleep, "asleep_core_percent": share(&asleep), "words": {}
    });
    if !common.json {
        println!(
            "a step of 20 ms: p50 {:.3} ms, p95 {:.3}, p99 {:.3}; {:.2} % of a core, {:.2} % while the room is quiet",
            cost.p50,
            cost.p95,
            cost.p99,
            share(&cost),
            share(&asleep)
        );
    }
    for word in positives.into_iter().flat_map(|_| &words) {
        let Some(dir) = positives.map(|dir| dir.join(word)) else { continue };
        let (mut heard, mut missed) = (0, Vec::new());
        for file in sound_files(&dir)? {
            let Ok((frames, _)) = frames(&file) else { continue };
            match detections(&mut stream, &frames)?.into_iter().find(|(id, _)| id == word) {
                Some(_) => heard += 1,
                None => missed.push(file),
            }
        }
        let n = heard + missed.len();
        let miss = missed.len() as f64 / n.max(1) as f64;
        let (low, high) = wilson(missed.len(), n);
        if !common.json {
            println!(
                "{word}: {} of {n} missed, {:.1} % ({:.1} to {:.1})",
                missed.len(),
                miss * 100.0,
                low * 100.0,
                high * 100.0
            );
        }
        report["words"][word] = json!({ "n": n, "missed": missed, "miss": miss, "interval": [low, high] });
    }
    if !negatives.is_empty() {
        let (mut samples, mut unread) = (0u64, 0);
        let mut alarms: Vec<(String, PathBuf, u64)> = Vec::new();
        for dir in negatives {
            for file in sound_files(dir)? {
                let Ok((frames, _)) = frames(&file) else {
                    unread += 1;
                    continue;
                };
                samples += (frames.len() * FRAME_SAMPLES) as u64;
                for (word, at) in detections(&mut stream, &frames)? {
                    alarms.push((word, file.clone(), at.as_millis()));
                }
            }
        }
        let hours = Samples(samples).as_duration().as_secs_f64() / 3600.0;
        for word in &words {
            let n = alarms.iter().filter(|(id, ..)| id == word).count();
            if !common.json {
                println!(
                    "{word}: {n} false alarms in {hours:.2} h, {:.2} an hour",
                    n as f64 / hours.max(1e-9)
                );
            }
        }
        if unread > 0 && !common.json {
            println!("{unread} files could not be read (WAV, FLAC, OGG/Vorbis and MP3 can)");
        }
        report["negatives"] = json!({ "hours": hours, "unread": unread, "alarms": alarms });
    }
    if common.json {
        show_json(&report)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Milliseconds per network step (two frames), over 20 s of soft noise.
fn step_cost(stream: &mut dyn WakeWord) -> anyhow::Result<Quantiles> {
    let mut noise = 1u32;
    let mut costs = Vec::new();
    let mut pos = SamplePos::default();
    for _ in 0..1000 {
        let pair = [(); 2].map(|()| {
            let samples = std::array::from_fn(|_| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (noise >> 8) as f32 / (1 << 24) as f32 * 0.02 - 0.01
            });
            let frame = Frame::new(pos, samples);
            pos = frame.end();
            frame
        });
        let before = Instant::now();
        for frame in &pair {
            stream.push(frame)?;
        }
        costs.push(before.elapsed().as_secs_f64() * 1000.0);
    }
    stream.reset();
    Ok(Quantiles::of(&costs))
}

/// What is heard in a recording and the second of silence after it, each detection with its place.
fn detections(stream: &mut dyn WakeWord, frames: &[Frame]) -> anyhow::Result<Vec<(String, SamplePos)>> {
    stream.reset();
    let mut found = Vec::new();
    let mut pos = SamplePos::default();
    let silence = Frame::new(pos, [0.0; FRAME_SAMPLES]);
    for frame in frames.iter().chain(std::iter::repeat_n(&silence, 100)) {
        let frame = Frame::new(pos, *frame.samples());
        pos = frame.end();
        if let Some(detection) = stream.push(&frame)? {
            found.push((detection.word.to_string(), pos));
        }
    }
    Ok(found)
}

/// Recognition time of recordings.
fn asr(common: &Common, files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let household = Household::load_or_demo(common)?;
    let mut transcriber = grammar_transcriber(&household.config)?;
    let hints = Hints { graph: household.graph(), wake_phrase: None };
    let (mut times, mut factors) = (Vec::new(), Vec::new());
    for file in files {
        let (samples, _) = read(file)?;
        let seconds = Samples(samples.len() as u64).as_duration().as_secs_f64();
        let before = Instant::now();
        let heard = transcriber.recognize(&samples, &hints, &Cancel::default())?;
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
    let mut seed = 1u64;
    let mut choose = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % n.max(1)
    };
    let sentences: Vec<String> = (0..count).map(|_| graph.sample("milk", &mut choose)).collect();
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

/// Sound files below `dir`, in order.
fn sound_files(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().with_context(|| format!("cannot read {}", folder.display()))? {
            let path = entry?.path();
            let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
            if path.is_dir() {
                folders.push(path);
            } else if ["wav", "flac", "ogg", "mp3", "opus"].contains(&extension.as_str()) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Wilson's 95 % interval of a share (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927).
fn wilson(k: usize, n: usize) -> (f64, f64) {
    if n == 0 {
        return (0.0, 1.0);
    }
    let (n, z) = (n as f64, 1.96);
    let p = k as f64 / n;
    let centre = p + z * z / (2.0 * n);
    let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    (((centre - spread) / scale).max(0.0), (centre + spread) / scale)
}
