//! `mynah say`: a typed sentence, everything after the recogniser.

use std::process::ExitCode;
use std::sync::Arc;

use mynah_assistant::TurnIds;
use mynah_host::events::Event;
use mynah_host::runtime::{self, Wires};
use serde_json::json;

use super::{show, show_json};
use crate::Misuse;
use crate::cli::{Common, EventFormat, Say};
use crate::setup::{self, Household};

pub async fn say(common: &Common, args: Say) -> anyhow::Result<ExitCode> {
    let mut household =
        if args.dry_run { Household::load_or_demo(common)? } else { Household::load(common)? };
    if let Some(name) = &args.area {
        let area = household.home.find_area(name).map(|area| area.id.clone());
        household.area =
            Some(area.ok_or_else(|| Misuse(format!("no room of this house is called {name:?}")))?);
    }
    let text = args.text.join(" ");
    if args.dry_run {
        return dry_run(common, &household, &text);
    }
    let ids = TurnIds::default();
    let player = setup::player("none", false)?;
    let wires = Wires::House(Arc::new(household.endpoints()?));
    let answering = household.answering(wires, player, None, &ids, true)?;
    let format = if common.json { EventFormat::Json } else { EventFormat::Text };
    let mut spoken = String::new();
    let summary = runtime::say(text, ids.allocate(), answering, &mut |line| match (&line.event, format) {
        (_, EventFormat::Json) => show(line, format),
        (Event::Reply { speech, .. }, _) => spoken.clone_from(speech),
        (Event::Error { stage, message }, _) => eprintln!("mynah: {stage}: {message}"),
        (Event::Intent { name: None, refused: Some(why), .. }, _) => eprintln!("mynah: {why}"),
        _ => {}
    })
    .await;
    if format == EventFormat::Text && !spoken.is_empty() {
        println!("{spoken}");
    }
    Ok(if summary.done > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn dry_run(common: &Common, household: &Household, text: &str) -> anyhow::Result<ExitCode> {
    let situation = household.situation();
    let commands = household.catalog.commands(text, &situation);
    let Some(best) = commands.first().and_then(|readings| readings.first()) else {
        eprintln!("mynah: no installed skill means this");
        return Ok(ExitCode::FAILURE);
    };
    match household.catalog.plan_all(&commands, &household.home, &situation) {
        Ok(plan) if common.json => show_json(&plan)?,
        Ok(plan) => {
            println!("{} ({})", plan.intent.name, plan.skill);
            for action in &plan.actions {
                println!("  {action}");
            }
        }
        Err(refusal) => {
            match common.json {
                true => show_json(&json!({ "intent": best.intent, "refused": refusal.to_string() }))?,
                false => println!("{}: {refusal}", best.intent.name),
            }
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}
