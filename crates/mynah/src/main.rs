//! `mynah`: the command line.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "printing is what a command line is for")]
#![allow(missing_docs, reason = "a program, not a library")]
#![allow(unreachable_pub, reason = "the modules of a program have no outside")]

mod cli;
mod commands;
mod config;
mod recogniser;
mod report;
mod setup;
mod shipped;
mod timeline;
mod voices;
mod wake;
mod watched;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use cli::{Cli, Command};
use mynah_assistant::ports::ModelError;

/// Wrong usage or configuration: exit code 2.
#[derive(Debug)]
pub struct Misuse(pub String);

impl std::error::Error for Misuse {}

impl std::fmt::Display for Misuse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    log(cli.common.verbose);
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !nobody_reads(panic.payload()) {
            report(panic);
        }
    }));
    match catch_unwind(AssertUnwindSafe(|| command(cli))) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => {
            eprintln!("mynah: {error:#}");
            ExitCode::from(if is_misuse(&error) { 2 } else { 1 })
        }
        Err(panic) if nobody_reads(&*panic) => ExitCode::SUCCESS,
        Err(panic) => resume_unwind(panic),
    }
}

/// Whether another configuration, not another try, is the remedy.
fn is_misuse(error: &anyhow::Error) -> bool {
    let unusable = matches!(error.downcast_ref(), Some(ModelError::Unusable(_)));
    unusable || error.is::<Misuse>() || error.is::<report::Faults>() || error.is::<config::BadConfig>()
}

/// `mynah … | head`: who closes the pipe has read enough. `print!` panics then, and everything that was started
/// (the demo house's broker) is ended on the way out.
fn nobody_reads(panic: &dyn Any) -> bool {
    let message = panic.downcast_ref::<String>();
    message.is_some_and(|message| message.starts_with("failed printing to stdout: Broken pipe"))
}

fn command(cli: Cli) -> anyhow::Result<ExitCode> {
    let common = &cli.common;
    match cli.command {
        Command::Run(args) => block_on(commands::run::run(common, args)),
        Command::Demo(args) => block_on(commands::demo::demo(common, args)),
        Command::Say(args) => block_on(commands::say::say(common, args)),
        Command::Transcribe(args) => commands::transcribe::transcribe(common, &args),
        Command::Recognize(args) => commands::recognize::recognize(common, &args),
        Command::Skill(args) => commands::skill::skill(common, &args),
        Command::Intents(args) => commands::intents::intents(common, &args),
        Command::Models(args) => commands::models::models(common, &args),
        Command::Home(args) => block_on(commands::home::home(common, args)),
        Command::Wake(args) => commands::wake::wake(common, &args),
        Command::Devices => commands::devices::devices(common),
        Command::Bench(args) => commands::bench::bench(common, args),
        Command::Replay(args) => block_on(commands::replay::replay(common, args)),
        Command::Doctor => block_on(commands::doctor::doctor(common)),
        Command::Help { topic } => commands::help::help(common, &topic),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "mynah", &mut script);
            print!("{}", String::from_utf8_lossy(&script));
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Runs `future` on a runtime of two threads: the loop, and the wires beside it.
pub fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(future)
}

fn log(verbose: u8) {
    let level = match verbose {
        0 => "warn",
        1 => "info",
        _ => "debug",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| {
        tracing_subscriber::EnvFilter::new(format!("{level},ort=warn,tract=warn,symphonia=off"))
    });
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
