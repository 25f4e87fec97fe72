//! `mynah recognize`: text → intent and slots.

use std::process::ExitCode;

use super::show_json;
use crate::cli::{Common, Recognize};
use crate::setup::Household;
use crate::timeline::slots_text;

pub fn recognize(common: &Common, args: &Recognize) -> anyhow::Result<ExitCode> {
    let household = Household::load_or_demo(common)?;
    let readings = household.catalog.understand(&args.text.join(" "), &household.situation());
    if common.json {
        show_json(&readings)?;
    } else {
        for (index, reading) in readings.iter().take(2).enumerate() {
            let place = if index == 0 { "best" } else { "next" };
            let slots = slots_text(&reading.intent.slots);
            println!("{place}  {:.2}  {}{slots}", reading.confidence, reading.intent.name);
        }
    }
    if readings.is_empty() {
        eprintln!("mynah: no installed skill means this");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
