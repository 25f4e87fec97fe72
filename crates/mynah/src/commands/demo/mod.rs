//! `mynah demo`: recorded turns through the whole pipeline, on a demo house with a real broker.

mod judge;
pub mod turns;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use anyhow::Context;
use mynah_assistant::TurnIds;
use mynah_audio::Channel;
use mynah_endpoint::demo::{DemoHouse, DemoOptions, Fail};
use mynah_home::Home;
use mynah_host::audio::{Input, InputSpec, Source, Stop};
use mynah_host::events::{Line, Summary};
use mynah_host::runtime::{self, InputSource, Options, Pace, Wires};

use super::{show, stop_on_ctrl_c};
use crate::Misuse;
use crate::cli::{Common, Demo, EventFormat};
use crate::config::Config;
use crate::report::faults;
use crate::setup::{self, Household};
use crate::timeline::table;
use judge::Judge;
use turns::{Recordings, Turn};

pub async fn demo(common: &Common, args: Demo) -> anyhow::Result<ExitCode> {
    let house = DemoHouse::start(DemoOptions::default()).await?;
    let home = Home::parse("the demo house", &house.home_toml()).map_err(faults)?;
    let mut config = Config::load(common)?;
    config.home = None;
    if args.house {
        return serve(&house).await;
    }
    let household = Household::with(config, home)?;
    let pace = if args.fast { Pace::LockStep } else { Pace::Live };
    if args.mic {
        return microphone(common, &household, &args).await;
    }
    let turns = turns::load(&folder(args.turns.as_deref())?)?;
    let outcome = play(common, &household, &house, turns, pace, &args.output, true).await?;
    let right = outcome.judge.right();
    if !common.json {
        println!("\n{}", outcome.judge.table());
        println!("{}", table(&outcome.summary));
        println!(
            "“endpoint” is the silence waited for after the last word; “decode” what is left of recognition after it."
        );
    }
    Ok(if right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What came of playing recordings.
pub struct Played {
    pub summary: Summary,
    pub judge: Judge,
}

/// Plays the turns on the demo house. `shown`: what happens is printed, with JSON as `mynah run` has it.
pub async fn play(
    common: &Common,
    household: &Household,
    house: &DemoHouse,
    turns: Vec<Turn>,
    pace: Pace,
    output: &str,
    shown: bool,
) -> anyhow::Result<Played> {
    for turn in &turns {
        if let Some(device) = &turn.expect.fails {
            let device = household.home.find(device, None);
            let device = device.one().with_context(|| format!("{}: no such device", turn.file))?;
            house.fail(&device.id, Fail::AcceptButIgnore).await;
        }
    }
    let (starts, began) = channel::<usize>();
    let recordings = Recordings::load(&turns, pace, starts)?;
    let ids = TurnIds::default();
    let hearing = household.hearing(Box::new(recordings), &ids)?;
    let player = setup::player(output, pace == Pace::Live)?;
    let speech = setup::speech(&household.config)?;
    let wires = Wires::House(Arc::new(household.endpoints()?));
    let answering = household.answering(wires, player, Some(speech), &ids, false)?;
    let (stopped, interrupt) = stop_on_ctrl_c(None);
    let mut judge = Judge::new(turns, household.home.clone());
    let summary = runtime::run(hearing, answering, pace, Options::default(), stopped, &mut |line: &Line| {
        for began in began.try_iter() {
            let header = judge.begin(began, house);
            if shown && !common.json {
                print!("{header}");
            }
        }
        judge.take(line);
        if shown {
            show(line, if common.json { EventFormat::Json } else { EventFormat::Text });
        }
        // A line that cannot be shown now will not be shown later.
        let _ = io::stdout().flush();
    })
    .await;
    interrupt.abort();
    for began in began.try_iter() {
        judge.begin(began, house);
    }
    judge.end(house);
    Ok(Played { summary, judge })
}

async fn microphone(common: &Common, household: &Household, args: &Demo) -> anyhow::Result<ExitCode> {
    let source = Source::Device(household.config.audio.input.clone());
    let halt = Stop::default();
    let spec = InputSpec { source, channel: Channel::Mix, realtime: true };
    let input = Input::open(&spec, halt.clone())?;
    let ids = TurnIds::default();
    let hearing = household.hearing(Box::new(InputSource::new(input)), &ids)?;
    let output = if args.output == "none" { "default" } else { &args.output };
    let player = setup::player(output, true).or_else(|error| {
        eprintln!("mynah: {error}; answers are shown only");
        setup::player("none", true)
    })?;
    let wires = Wires::House(Arc::new(household.endpoints()?));
    let speech = setup::speech(&household.config)?;
    let answering = household.answering(wires, player, Some(speech), &ids, false)?;
    println!("Say “computer, turn on the kitchen lamp”, or “jarvis, what can I say”. Ctrl-C ends it.");
    let (stopped, interrupt) = stop_on_ctrl_c(Some(halt));
    let format = if common.json { EventFormat::Json } else { EventFormat::Text };
    let options = Options::default();
    runtime::run(hearing, answering, Pace::Live, options, stopped, &mut |line| show(line, format)).await;
    interrupt.abort();
    Ok(ExitCode::SUCCESS)
}

async fn serve(house: &DemoHouse) -> anyhow::Result<ExitCode> {
    let dir = std::env::temp_dir().join(format!("mynah-demo-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    let path = dir.join("home.toml");
    std::fs::write(&path, house.home_toml())?;
    println!("The demo house is served until Ctrl-C. In another terminal:\n");
    println!("    mynah --home {} say \"turn on the kitchen lamp\"", path.display());
    println!("    mynah --home {} home list", path.display());
    tokio::signal::ctrl_c().await?;
    tokio::time::sleep(Duration::ZERO).await;
    std::fs::remove_dir_all(&dir)?;
    Ok(ExitCode::SUCCESS)
}

/// The recordings: where they were asked for, in the current folder's `assets/demo`, or in the source tree that we were built from.
pub fn folder(wanted: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(wanted) = wanted {
        return Ok(wanted.to_owned());
    }
    let built_from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/demo");
    let found =
        [PathBuf::from("assets/demo"), built_from].into_iter().find(|dir| dir.join("turns.toml").is_file());
    found.ok_or_else(|| {
        Misuse("the recordings (assets/demo) are not here; name their folder with --turns".into()).into()
    })
}
