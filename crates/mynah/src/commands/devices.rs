//! `mynah devices`: microphones and loudspeakers.

use std::process::ExitCode;

use mynah_host::audio::{Direction, list_devices};

use super::show_json;
use crate::cli::Common;

pub fn devices(common: &Common) -> anyhow::Result<ExitCode> {
    let devices = list_devices();
    if common.json {
        show_json(&devices)?;
        return Ok(ExitCode::SUCCESS);
    }
    for (direction, title) in [(Direction::Input, "microphones"), (Direction::Output, "loudspeakers")] {
        println!("{title}:");
        let mut any = false;
        for device in devices.iter().filter(|device| device.direction == direction) {
            any = true;
            let mark = if device.default { "*" } else { " " };
            let rate = device.rate.map_or_else(|| "? Hz".into(), |rate| format!("{rate} Hz"));
            let channels = device.channels.map_or_else(|| "?".into(), |n| n.to_string());
            println!("  {mark} {}  ({}, {rate}, {channels} channels)", device.name, device.id);
        }
        if !any {
            println!("    none");
        }
    }
    println!("* is used when none is named");
    Ok(ExitCode::SUCCESS)
}
