//! One module a command.

pub mod bench;
pub mod demo;
pub mod devices;
pub mod doctor;
pub mod home;
pub mod models;
pub mod recognize;
pub mod replay;
pub mod run;
pub mod say;
pub mod skill;
pub mod transcribe;

use mynah_host::events::Line;

use crate::cli::EventFormat;
use crate::timeline;

/// Prints one line of a run.
pub fn show(line: &Line, format: EventFormat) {
    match format {
        EventFormat::Text => print!("{}", timeline::render(line)),
        EventFormat::Json => match serde_json::to_string(line) {
            Ok(json) => println!("{json}"),
            Err(error) => eprintln!("mynah: an event could not be written as JSON: {error}"),
        },
    }
}

/// Prints a value as JSON.
pub fn show_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}
