//! `mynah bench idle`: what the assistant costs while nobody speaks, as the kernel counts it.

use std::collections::BTreeMap;
use std::fs;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mynah_host::audio::Stop;
use serde::Serialize;
use tokio::sync::watch;

use super::run::listen;
use super::show_json;
use crate::cli::{Common, EventFormat, Run};

/// What is loaded in the background is there by then, and the ears know the room.
const SETTLING: Duration = Duration::from_secs(8);

/// Shares of one core in percent, and memory in megabytes.
#[derive(Debug, Serialize)]
struct Cost {
    seconds: f64,
    core_percent: f64,
    /// By the name of the thread; the names of several are added up.
    threads: BTreeMap<String, f64>,
    resident_mb: f64,
    /// Of which this process has its share alone: pages of the program that others use too count in part.
    proportional_mb: f64,
    /// Resident before the recogniser's weights were loaded, armed already.
    unloaded_mb: f64,
    /// Turns that began meanwhile: with any, this was not idleness.
    turns: u64,
}

/// Nanoseconds on a processor, by thread and its name.
type Times = BTreeMap<u64, (String, u64)>;

/// Runs as `mynah run` does, and counts.
pub async fn idle(common: &Common, seconds: u64, run: Run) -> anyhow::Result<ExitCode> {
    let measured = Arc::new(Mutex::new(None));
    let result = measured.clone();
    let quiet = Run { events: EventFormat::None, ..run };
    let ran = listen(&Common { json: false, ..common.clone() }, quiet, move |halt| {
        let unloaded = resident();
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(async move {
            tokio::time::sleep(SETTLING).await;
            let (before, start) = (times(), Instant::now());
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            let cost = cost(&before, &times(), start.elapsed(), unloaded);
            if let Ok(mut measured) = measured.lock() {
                *measured = Some(cost);
            }
            end(&halt, &stop);
            std::future::pending::<()>().await;
        });
        (stopped, task)
    })
    .await?;
    let cost = result.lock().ok().and_then(|mut cost| cost.take());
    let Some(cost) = cost else {
        anyhow::bail!("the input ended before it was measured");
    };
    let cost = Cost { turns: ran.summary.turns, ..cost };
    if common.json {
        show_json(&cost)?;
        return Ok(ExitCode::SUCCESS);
    }
    println!("{:.2} % of a core over {:.0} s", cost.core_percent, cost.seconds);
    let mut threads: Vec<_> = cost.threads.iter().filter(|(_, share)| **share >= 0.005).collect();
    threads.sort_by(|a, b| b.1.total_cmp(a.1));
    for (name, share) in threads {
        println!("  {share:>6.2} %  {name}");
    }
    println!(
        "{:.0} MB resident ({:.0} MB its own share); {:.0} MB before the recogniser was loaded",
        cost.resident_mb, cost.proportional_mb, cost.unloaded_mb
    );
    if cost.turns > 0 {
        println!("{} turns began meanwhile: this was not idleness", cost.turns);
    }
    Ok(ExitCode::SUCCESS)
}

fn end(halt: &Stop, stop: &watch::Sender<bool>) {
    halt.stop();
    // The run may have ended by itself.
    let _ = stop.send(true);
}

fn cost(before: &Times, after: &Times, took: Duration, unloaded_mb: f64) -> Cost {
    let mut threads = BTreeMap::new();
    for (id, (name, time)) in after {
        let since = time - before.get(id).map_or(0, |(_, before)| *before).min(*time);
        *threads.entry(name.clone()).or_default() += since as f64 / took.as_nanos() as f64 * 100.0;
    }
    Cost {
        seconds: took.as_secs_f64(),
        core_percent: threads.values().sum(),
        threads,
        resident_mb: resident(),
        proportional_mb: megabytes("/proc/self/smaps_rollup", "Pss:"),
        unloaded_mb,
        turns: 0,
    }
}

/// Of the threads of this process. Empty where there is no /proc.
fn times() -> Times {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let of = |task: fs::DirEntry| {
        let name = fs::read_to_string(task.path().join("comm")).ok()?.trim().to_owned();
        let ran = fs::read_to_string(task.path().join("schedstat")).ok()?;
        let id = task.file_name().to_str()?.parse().ok()?;
        Some((id, (name, ran.split_whitespace().next()?.parse().ok()?)))
    };
    tasks.filter_map(of).collect()
}

/// What of this process is in memory, in megabytes; 0 where there is no /proc.
pub fn resident() -> f64 {
    megabytes("/proc/self/status", "VmRSS:")
}

/// A line in kB of one of the kernel's tables; 0 where there is none.
fn megabytes(file: &str, line: &str) -> f64 {
    let text = fs::read_to_string(file).unwrap_or_default();
    let value = text
        .lines()
        .find_map(|l| l.strip_prefix(line)?.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    value.unwrap_or_default() / 1024.0
}
