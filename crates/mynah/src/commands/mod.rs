//! One module a command.

pub mod bench;
pub mod corpus;
pub mod demo;
pub mod devices;
pub mod doctor;
pub mod help;
pub mod home;
pub mod idle;
pub mod intents;
pub mod models;
pub mod recognize;
pub mod reload;
pub mod replay;
pub mod run;
pub mod say;
pub mod skill;
pub mod transcribe;
pub mod wake;

use mynah_host::audio::Stop;
use mynah_host::events::Line;
use tokio::sync::watch;
use tokio::task::JoinHandle;

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
        EventFormat::None => {}
    }
}

/// Ctrl-C ends the input, if there is one to end, and then the run. Abort the task when the run is over.
pub fn stop_on_ctrl_c(input: Option<Stop>) -> (watch::Receiver<bool>, JoinHandle<()>) {
    let (stop, stopped) = watch::channel(false);
    let task = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            if let Some(input) = input {
                input.stop();
            }
            // The run may have ended by itself.
            let _ = stop.send(true);
        }
        std::future::pending::<()>().await;
    });
    (stopped, task)
}

/// Prints a value as JSON.
pub fn show_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}
