//! `mynah models`: weights.

use std::path::Path;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use mynah_host::models::{ModelStore, Progress, State};
use serde_json::json;

use super::show_json;
use crate::cli::{Common, Models};

pub fn models(common: &Common, command: &Models) -> anyhow::Result<ExitCode> {
    let store = ModelStore::open();
    match command {
        Models::List => list(common, &store),
        Models::Fetch { ids } => fetch(common, &store, ids),
        Models::Verify { ids } => verify(common, &store, ids),
        Models::Import { dir } => import(common, &store, dir),
    }
}

fn list(common: &Common, store: &ModelStore) -> anyhow::Result<ExitCode> {
    let here = |state: State| match state {
        State::Embedded => "built in",
        State::Present => "here",
        State::Absent => "not fetched",
        State::Damaged => "damaged: fetch it again",
    };
    if common.json {
        let all = store.list().map(|(entry, state)| json!({ "model": entry, "state": here(state) }));
        show_json(&all.collect::<Vec<_>>())?;
        return Ok(ExitCode::SUCCESS);
    }
    for (entry, state) in store.list() {
        let size = format!("{:.1} MB", entry.size() as f64 / 1e6);
        println!("{:<26} {:<12} {size:>9}  {:<12} {}", entry.id, here(state), entry.licence, entry.summary);
    }
    println!("in {}", store.folder().display());
    Ok(ExitCode::SUCCESS)
}

fn fetch(common: &Common, store: &ModelStore, ids: &[String]) -> anyhow::Result<ExitCode> {
    for id in ids {
        let mut bar: Option<ProgressBar> = None;
        let path = store.fetch(id, &mut |progress| show_progress(id, progress, &mut bar))?;
        if let Some(bar) = bar.take() {
            bar.finish_and_clear();
        }
        match common.json {
            true => show_json(&json!({ "id": id, "file": path }))?,
            false => println!("{id}: {}", path.display()),
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn show_progress(id: &str, progress: Progress, bar: &mut Option<ProgressBar>) {
    match progress {
        Progress::Trying { source } => eprintln!("{id}: asking {source}"),
        Progress::PassedOver { source, why } => eprintln!("{id}: {source} passed over: {why}"),
        Progress::Converting { file } => eprintln!("{id}: making {file}"),
        Progress::Verifying { file } => eprintln!("{id}: checking {file}"),
        Progress::Downloading { done, total, .. } => {
            let bar = bar.get_or_insert_with(|| {
                let style =
                    ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
                ProgressBar::no_length().with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
            });
            if let Some(total) = total {
                bar.set_length(total);
            }
            bar.set_position(done);
        }
    }
}

fn verify(common: &Common, store: &ModelStore, ids: &[String]) -> anyhow::Result<ExitCode> {
    let here = store.list().filter(|(_, state)| matches!(state, State::Present | State::Damaged));
    let ids = if ids.is_empty() { here.map(|(entry, _)| entry.id.clone()).collect() } else { ids.to_vec() };
    let mut damaged = Vec::new();
    for id in &ids {
        match store.verify(id) {
            Ok(()) if !common.json => println!("{id}: good"),
            Ok(()) => {}
            Err(error) => {
                eprintln!("mynah: {error}");
                damaged.push(id);
            }
        }
    }
    if common.json {
        show_json(&json!({ "verified": ids, "damaged": damaged }))?;
    }
    Ok(if damaged.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn import(common: &Common, store: &ModelStore, dir: &Path) -> anyhow::Result<ExitCode> {
    let (path, known) = store.import(dir)?;
    let id = known.map(|entry| entry.id.as_str());
    match (common.json, id) {
        (true, _) => show_json(&json!({ "id": id, "file": path }))?,
        (false, Some(id)) => println!("{id}: {}", path.display()),
        (false, None) => {
            println!("{0}; use it with: [recognition] model = {0:?}", path.display().to_string());
        }
    }
    Ok(ExitCode::SUCCESS)
}
