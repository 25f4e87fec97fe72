//! `mynah doctor`: everything that must be right, one line each, with the remedy.

use std::process::ExitCode;

use mynah_endpoint::Endpoints;
use mynah_engine::wake::WakeModel;
use mynah_host::audio::{Direction, list_devices};
use mynah_host::models::{ModelStore, State};
use owo_colors::{OwoColorize, Stream};
use serde::Serialize;

use super::show_json;
use crate::cli::Common;
use crate::config::{Config, state_folder};
use crate::recogniser::Recognisers;
use crate::setup::{self, Household};
use crate::wake;

#[derive(Serialize)]
struct Finding {
    what: &'static str,
    good: bool,
    /// The assistant works without it.
    optional: bool,
    says: String,
}

pub async fn doctor(common: &Common) -> anyhow::Result<ExitCode> {
    let config = Config::load(common)?;
    let mut findings = Vec::new();
    let mut add = |what, optional, result: Result<String, String>| {
        let (good, says) = match result {
            Ok(says) => (true, says),
            Err(says) => (false, says),
        };
        findings.push(Finding { what, good, optional, says });
    };
    add("microphone", true, sound_device(Direction::Input));
    add("loudspeaker", true, sound_device(Direction::Output));
    let backend = mynah_engine::runtime::backend();
    add("ONNX", false, backend.map(ToString::to_string).map_err(|e| e.to_string()));
    let wake = WakeModel::builtin().map_err(|e| e.to_string());
    add("wake words", false, wake.map(|model| format!("{}: {}", model.name(), wake::listening(&config))));
    if config.wake.speakers.require {
        add("voices", false, wake::household(&config).map_err(|e| format!("{e:#}")));
    }
    match Recognisers::of(&config) {
        Ok(recognisers) => {
            add("recogniser", false, Ok(recognisers.describe()));
            if let Some(warning) = recognisers.warning() {
                add("recogniser", true, Err(warning));
            }
        }
        Err(error) => add("recogniser", false, Err(error.to_string())),
    }
    add("speech", true, setup::speech(&config).map(|_| "ready".into()).map_err(|e| e.to_string()));
    let household = Household::load(common);
    match &household {
        Ok(household) => {
            let skills = household.catalog.summaries().count();
            add("home", false, Ok(format!("{} devices, {skills} skills", household.home.devices().len())));
            match household.endpoints() {
                Ok(endpoints) => add("devices", true, reach(endpoints).await),
                Err(error) => add("devices", false, Err(error.to_string())),
            }
        }
        Err(error) => add("home", false, Err(error.to_string())),
    }
    let store = ModelStore::open();
    let damaged: Vec<&str> = store
        .list()
        .filter(|(_, state)| *state == State::Damaged)
        .map(|(entry, _)| entry.id.as_str())
        .collect();
    let cache = store.folder().display().to_string();
    add(
        "model cache",
        true,
        if damaged.is_empty() {
            Ok(cache)
        } else {
            Err(format!("damaged, fetch again: {}", damaged.join(", ")))
        },
    );
    let state = state_folder(&config);
    let writable = std::fs::create_dir_all(&state).map(|()| state.display().to_string());
    add("state folder", false, writable.map_err(|e| format!("{}: {e}", state.display())));

    let broken = findings.iter().any(|finding| !finding.good && !finding.optional);
    if common.json {
        show_json(&findings)?;
    } else {
        for finding in &findings {
            let mark = match (finding.good, finding.optional) {
                (true, _) => "✓".if_supports_color(Stream::Stdout, |t| t.green()).to_string(),
                (false, true) => "!".if_supports_color(Stream::Stdout, |t| t.yellow()).to_string(),
                (false, false) => "✗".if_supports_color(Stream::Stdout, |t| t.red()).to_string(),
            };
            println!("{mark} {:<14} {}", finding.what, finding.says.trim());
        }
    }
    Ok(if broken { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn sound_device(direction: Direction) -> Result<String, String> {
    let devices = list_devices();
    let mut of_kind = devices.iter().filter(|device| device.direction == direction);
    let default = of_kind.clone().find(|device| device.default).or_else(|| of_kind.next());
    default.map(|device| device.name.clone()).ok_or_else(|| "none on this machine".into())
}

async fn reach(endpoints: Endpoints) -> Result<String, String> {
    let health = endpoints.health().await;
    let silent: Vec<String> = health
        .iter()
        .filter_map(|h| h.failure.as_ref().map(|failure| format!("{} ({}): {failure}", h.device, h.wire)))
        .collect();
    endpoints.shutdown().await;
    if silent.is_empty() { Ok(format!("{} answer", health.len())) } else { Err(silent.join("; ")) }
}
