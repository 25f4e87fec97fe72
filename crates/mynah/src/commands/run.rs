//! `mynah run`: the assistant.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use mynah_assistant::TurnIds;
use mynah_assistant::consent::{Consent, Permit, Purpose};
use mynah_assistant::record::TurnRecord;
use mynah_audio::Channel;
use mynah_endpoint::demo::{DemoHouse, DemoOptions};
use mynah_home::Home;
use mynah_host::audio::{Input, InputSpec, Source, Stop};
use mynah_host::events::{Event, Summary};
use mynah_host::runtime::{self, InputSource, Options, Pace, Recording, Wires, wall_clock};
use mynah_host::turn_file;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{reload, show, stop_on_ctrl_c};
use crate::cli::{Common, EventFormat, Run};
use crate::config::Config;
use crate::report::faults;
use crate::setup::{self, Household};
use crate::wake;

pub async fn run(common: &Common, args: Run) -> anyhow::Result<ExitCode> {
    let ran = listen(common, args, |halt| stop_on_ctrl_c(Some(halt))).await?;
    Ok(if ran.faulty { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What a run came to.
pub struct Ran {
    pub summary: Summary,
    /// The ears failed, or the file did.
    pub faulty: bool,
}

/// Listens until the input ends or `stop` says so; it is called when the ears are about to listen.
pub async fn listen(
    common: &Common,
    args: Run,
    stop: impl FnOnce(Stop) -> (watch::Receiver<bool>, JoinHandle<()>),
) -> anyhow::Result<Ran> {
    let demo = match args.demo_house {
        true => Some(DemoHouse::start(DemoOptions::default()).await?),
        false => None,
    };
    let mut household = match &demo {
        Some(demo) => {
            let home = Home::parse("the demo house", &demo.home_toml()).map_err(faults)?;
            Household::with(Config::load(common)?, home)?
        }
        None => Household::load(common)?,
    };
    if args.device.is_some() {
        household.config.audio.input = args.device.clone();
    }
    let from_file = args.input.is_some();
    let pace = if from_file && !args.realtime { Pace::LockStep } else { Pace::Live };
    let source = match &args.input {
        Some(path) => Source::parse(&path.to_string_lossy()),
        None => Source::Device(household.config.audio.input.clone()),
    };
    let channel = household.config.audio.channel.map_or(Channel::Mix, Channel::One);
    // Opened before the models are loaded: what is wrong with it is known at once.
    let halt = Stop::default();
    let input = Input::open(&InputSpec { source, channel, realtime: args.realtime }, halt.clone())?;

    let wanted = args.output.clone().or_else(|| household.config.audio.output.clone());
    let wanted = wanted.unwrap_or_else(|| if from_file { "none".into() } else { "default".into() });
    let player = setup::player(&wanted, pace == Pace::Live)?;
    let speech = match wanted.as_str() {
        "none" => None,
        _ => Some(setup::speech(&household.config)?),
    };
    let ids = TurnIds::default();
    let hearing = household.hearing(Box::new(InputSource::new(input)), &ids)?;
    let endpoints = Arc::new(household.endpoints()?);
    // What a recording asks for is no wish of the household: nothing of it is kept.
    let answering = household.answering(Wires::House(endpoints), player, speech, &ids, !from_file)?;
    let recording = match &args.record {
        Some(dir) => Some(recording(dir, &household)?),
        None => None,
    };

    let format = if common.json { EventFormat::Json } else { args.events };
    if format == EventFormat::Text && !from_file {
        println!("Listening for {}. Ctrl-C ends it.", wake::listening(&household.config));
    }
    let (stopped, interrupt) = stop(halt);
    let mut faulty = 0;
    // A recording that is decided as fast as possible is decided by what was there when it began.
    let reloads = (pace == Pace::Live).then(|| reload::watch(&household, demo.is_none()));
    let options = Options { recording, reloads, ..Options::default() };
    let summary = runtime::run(hearing, answering, pace, options, stopped, &mut |line| {
        let Event::Error { stage, .. } = &line.event else { return show(line, format) };
        // A microphone may come back; a file does not.
        faulty += usize::from(stage == "ears" || (from_file && stage == "input"));
        show(line, format);
    })
    .await;
    interrupt.abort();
    if format == EventFormat::Text {
        println!(
            "\n{} turns: {} done, {} refused, {} failed, {} empty",
            summary.turns, summary.done, summary.refused, summary.failed, summary.empty
        );
    }
    Ok(Ran { summary, faulty: faulty > 0 })
}

/// Writes turns into `dir`. Asking for it by hand, or in mynah.toml, is the consent; without it there is no permit.
fn recording(dir: &Path, household: &Household) -> anyhow::Result<Recording> {
    let mut consent = Consent::default();
    let by = if household.config.consent.recordings { "mynah.toml" } else { "--record" };
    consent.give(Purpose::KeepTurns, wall_clock(), by);
    let permit = consent.permit(Purpose::KeepTurns)?;
    std::fs::create_dir_all(dir).with_context(|| format!("cannot record into {}", dir.display()))?;
    let dir = dir.to_owned();
    let stamp = wall_clock().unix_timestamp();
    Ok(Recording {
        configuration: household.configuration_hash(),
        write: Box::new(move |record, audio| keep(&dir, stamp, permit, record, audio)),
    })
}

fn keep(dir: &Path, stamp: i64, _permit: Permit, record: &TurnRecord, audio: &[f32]) -> Result<(), String> {
    let path = dir.join(format!("turn-{stamp}-{:04}.wav", record.turn.0));
    turn_file::write(&path, audio, record).map_err(|error| format!("the turn was not recorded: {error}"))
}
