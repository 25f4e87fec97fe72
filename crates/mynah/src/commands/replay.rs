//! `mynah replay`: a recorded turn is decided again.

use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use mynah_assistant::TurnIds;
use mynah_assistant::dialogue::Decision;
use mynah_assistant::record::TurnRecord;
use mynah_audio::{FRAME_SAMPLES, Frame, SamplePos, Samples};
use mynah_host::events::Event;
use mynah_host::runtime::{self, Options, Pace, Recording, Sound, Source, Wires};
use mynah_host::turn_file;
use mynah_skill::{Action, Outcome};
use serde_json::json;
use tokio::sync::watch;

use super::show_json;
use crate::cli::{Common, Replay};
use crate::setup::{self, Household};

pub async fn replay(common: &Common, args: Replay) -> anyhow::Result<ExitCode> {
    let household = Household::load_or_demo(common)?;
    let mut differs = false;
    for file in &args.files {
        let (samples, record): (Vec<f32>, TurnRecord) = turn_file::read(file)?;
        record.check_version()?;
        let again = decide(&household, &samples, &record).await?;
        let difference = match &again {
            Some(again) => record.diff(again),
            None => Some("- a turn\n+ nothing was heard\n".into()),
        };
        differs |= difference.is_some();
        let other_configuration = household.configuration_hash() != record.configuration;
        if common.json {
            show_json(&json!({
                "file": file,
                "same": difference.is_none(),
                "difference": difference,
                "other_configuration": other_configuration,
                "decisions": record.decisions(),
                "stages_ms": { "then": record.stages_ms, "now": again.map(|again| again.stages_ms) },
            }))?;
            continue;
        }
        println!("{}", file.display());
        for decision in record.decisions() {
            println!("    {decision}");
        }
        println!("  {:<12} {:>9} {:>9}", "ms", "then", "now");
        for (stage, then) in &record.stages_ms {
            let now = again.as_ref().and_then(|again| again.stages_ms.get(stage));
            let now = now.map_or_else(|| "-".into(), |ms| format!("{ms:.1}"));
            println!("  {stage:<12} {then:>9.1} {now:>9}");
        }
        match difference {
            None => println!("  the same decisions"),
            Some(difference) => {
                println!("  decided otherwise now:\n{difference}");
                if other_configuration {
                    println!("  (the configuration, the skills or the home are not those of the record)");
                }
            }
        }
    }
    Ok(if differs { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Runs the ears and the dialogue on the recorded audio; the devices answer as they did.
async fn decide(
    household: &Household,
    samples: &[f32],
    record: &TurnRecord,
) -> anyhow::Result<Option<TurnRecord>> {
    let ids = TurnIds::default();
    // So that the turn has the number that it had.
    for _ in 1..record.turn.0 {
        ids.allocate();
    }
    let start = record.audio_start.unwrap_or_default();
    let source = Recorded { samples: samples.to_vec(), start, next: 0 };
    let hearing = household.hearing(Box::new(source), &ids)?;
    let wires = Wires::Recorded(wire_outcomes(record));
    let player = setup::player("none", false)?;
    let answering = household.answering(wires, player, None, &ids, false)?;
    let kept: Arc<Mutex<Option<TurnRecord>>> = Arc::default();
    let keep = kept.clone();
    let recording = Recording {
        configuration: record.configuration.clone(),
        write: Box::new(move |record, _| {
            keep.lock().map_err(|_| "the replay broke off".to_owned())?.get_or_insert_with(|| record.clone());
            Ok(())
        }),
    };
    let replay = Some((record.wall(), record.hints.clone()));
    let options = Options { recording: Some(recording), replay, ..Options::default() };
    let (_never, stopped) = watch::channel(false);
    runtime::run(hearing, answering, Pace::LockStep, options, stopped, &mut |line| {
        if let Event::Error { stage, message } = &line.event {
            eprintln!("mynah: {stage}: {message}");
        }
    })
    .await;
    Ok(kept.lock().ok().and_then(|mut kept| kept.take()))
}

/// The outcomes of the actions on a wire: those of our own are decided again.
fn wire_outcomes(record: &TurnRecord) -> Vec<Outcome> {
    let plan = record.decided.iter().find_map(|decision| match decision {
        Decision::Planned { plan } => Some(plan),
        _ => None,
    });
    let actions = plan.map_or(&[][..], |plan| &plan.actions);
    let both = actions.iter().zip(record.outcomes());
    both.filter(|(action, _)| !matches!(action, Action::Local(_)))
        .map(|(_, outcome)| outcome.clone())
        .collect()
}

/// The audio of the record, at its old positions.
struct Recorded {
    samples: Vec<f32>,
    start: SamplePos,
    next: usize,
}

impl Source for Recorded {
    fn next(&mut self) -> Sound {
        let at = self.next * FRAME_SAMPLES;
        let Some(samples) = self.samples.get(at..).and_then(|rest| rest.first_chunk::<FRAME_SAMPLES>())
        else {
            return Sound::End { dropped: 0 };
        };
        self.next += 1;
        Sound::Frame(Frame::new(self.start + Samples(at as u64), *samples))
    }
}
