//! `mynah help`: what can be said, and how commands are used.

use std::process::ExitCode;

use clap::CommandFactory;
use serde_json::json;

use super::show_json;
use crate::cli::{Cli, Common};
use crate::setup::Household;

/// About a command when `topic` is one, else what the skills tell of themselves: the same that is answered to "what can I say".
pub fn help(common: &Common, topic: &[String]) -> anyhow::Result<ExitCode> {
    let mut usage = Cli::command();
    usage.build();
    if topic.is_empty() {
        usage.print_help()?;
    } else {
        let mut command = Some(&mut usage);
        for word in topic {
            command = command.and_then(|command| command.find_subcommand_mut(word));
        }
        if let Some(command) = command {
            command.print_help()?;
            return Ok(ExitCode::SUCCESS);
        }
    }
    let household = Household::load_or_demo(common)?;
    let topic = topic.join(" ");
    let found = household.catalog.help_about(&topic);
    match (common.json, topic.is_empty()) {
        (true, _) => show_json(&json!({ "skills": found }))?,
        (false, true) => println!("\nWhat can be said: {}", household.catalog.help(None)),
        (false, false) => {
            for skill in &found {
                println!("{}: {}", skill.skill, skill.summary);
                skill.sentences.iter().for_each(|sentence| println!("    {sentence}"));
            }
        }
    }
    if found.is_empty() {
        let names: Vec<&str> = household.catalog.summaries().map(|(name, _)| name).collect();
        eprintln!("mynah: no skill is about {topic:?}; there are: {}", names.join(", "));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
