//! `mynah recognize`: text → intent and slots, of each command in it.

use std::process::ExitCode;

use super::show_json;
use crate::cli::{Common, Recognize};
use crate::setup::Household;
use crate::timeline::slots_text;

pub fn recognize(common: &Common, args: &Recognize) -> anyhow::Result<ExitCode> {
    let household = Household::load_or_demo(common)?;
    let commands = household.catalog.commands(&args.text.join(" "), &household.situation());
    if common.json {
        // One list of readings; each says of which command it is, where there are several.
        let mut all = Vec::new();
        for (index, readings) in commands.iter().enumerate() {
            for reading in readings {
                let mut shown = serde_json::to_value(reading)?;
                if let (Some(fields), true) = (shown.as_object_mut(), commands.len() > 1) {
                    fields.insert("command".to_owned(), (index + 1).into());
                }
                all.push(shown);
            }
        }
        show_json(&all)?;
    } else {
        for (index, readings) in commands.iter().enumerate() {
            let number = if commands.len() > 1 { format!("{}  ", index + 1) } else { String::new() };
            for (place, reading) in ["best", "next"].into_iter().zip(readings) {
                let slots = slots_text(&reading.intent.slots);
                println!("{number}{place}  {:.2}  {}{slots}", reading.confidence, reading.intent.name);
            }
        }
    }
    if commands.is_empty() {
        eprintln!("mynah: no installed skill means this");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
