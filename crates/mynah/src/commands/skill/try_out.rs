//! `mynah skill try`: sentences in, what they mean and would do out.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use mynah_intent::Reading;
use mynah_skill::{Plan, Refusal, answered};
use serde_json::json;

use crate::cli::Common;
use crate::config::Config;
use crate::setup::{self, Household, home_or_demo};
use crate::timeline::slots_text;
use crate::watched::Watched;

/// Reads sentences from the terminal, or one a line from a pipe, until there are no more. A file that is saved meanwhile counts from the
/// next sentence on.
pub fn try_out(common: &Common, paths: &[PathBuf], area: Option<&str>) -> anyhow::Result<ExitCode> {
    let config = Config::load(common)?;
    let watched_paths = paths.iter().chain(&config.skills).chain(&config.home).cloned().collect();
    let mut watched = Watched::new(watched_paths);
    let mut household = load(common, paths, area)?;
    let asks = std::io::stdin().is_terminal() && !common.json;
    if asks {
        println!("Type a sentence, and see what it means. An empty line or Ctrl-D ends it.");
    }
    let mut understood_all = true;
    let mut asked = None;
    let mut lines = std::io::stdin().lock().lines();
    loop {
        if asks {
            print!("> ");
            std::io::stdout().flush()?;
        }
        let Some(line) = lines.next().transpose()? else { break };
        let text = line.trim();
        if text.is_empty() {
            if asks {
                break;
            }
            continue;
        }
        // Two looks: the file was saved before the sentence was typed.
        if watched.changed() || watched.changed() {
            match load(common, paths, area) {
                Ok(fresh) => household = fresh,
                Err(error) => eprintln!("{error:#}\nthe version before goes on"),
            }
        }
        understood_all &= show(common, &household, text, &mut asked);
    }
    Ok(if understood_all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The installed skills, and those of `paths` in place of or beside them.
fn load(common: &Common, paths: &[PathBuf], area: Option<&str>) -> anyhow::Result<Household> {
    let mut config = Config::load(common)?;
    config.area = area.map(str::to_owned).or(config.area);
    let home = home_or_demo(&config)?;
    let catalog = setup::catalog_beside(paths, &config, &home)?;
    Household::assemble(config, home, catalog)
}

/// A reading of which the skill wants to know more, and its question.
type Asked = (Reading, Refusal);

/// Shows one sentence, or what comes of an answer. False when nothing would come of it.
fn show(common: &Common, household: &Household, text: &str, asked: &mut Option<Asked>) -> bool {
    let situation = household.situation();
    let after = asked.take().and_then(|(reading, asks)| answered(&reading, &asks, text));
    let readings = match after {
        Some(reading) => vec![reading],
        None => household.catalog.understand(text, &situation),
    };
    let plan = readings.first().map(|best| household.catalog.plan(best, &household.home, &situation));
    if let (Some(best), Some(Err(asks @ Refusal::Asks { .. }))) = (readings.first(), &plan) {
        *asked = Some((best.clone(), asks.clone()));
    }
    let understood = matches!(plan, Some(Ok(_) | Err(Refusal::Asks { .. })));
    if common.json {
        let (done, refused) = match &plan {
            Some(Ok(plan)) => (Some(plan), None),
            Some(Err(refusal)) => (None, Some(refusal.to_string())),
            None => (None, None),
        };
        let reply = done.map(|plan| plan.hoped(&household.home).speech);
        println!(
            "{}",
            json!({ "text": text, "readings": readings, "plan": done, "refused": refused, "reply": reply })
        );
        return understood;
    }
    match readings.split_first() {
        None => println!("  not understood"),
        Some((best, rivals)) => {
            print_best(household, best, plan);
            match rivals.first() {
                Some(second) => println!("  second  {}", in_short(second)),
                None => println!("  second  nothing else"),
            }
        }
    }
    understood
}

fn print_best(household: &Household, best: &Reading, plan: Option<Result<Plan, Refusal>>) {
    println!("  {}  {:.2}", best.intent.name, best.confidence);
    for (name, slot) in &best.intent.slots {
        let value = slots_text(&[(name.clone(), slot.clone())].into());
        let said = if slot.said.is_empty() { String::new() } else { format!("   “{}”", slot.said) };
        println!("    {}{said}", value.trim());
    }
    match plan {
        None => {}
        Some(Err(Refusal::Asks { question, answers, .. })) => {
            println!("  asks    “{question}”");
            println!("  answer  {}", answers.shown());
        }
        Some(Err(refusal)) => println!("  refused {refusal}"),
        Some(Ok(plan)) => {
            for action in &plan.actions {
                println!("  does    {action}");
            }
            println!("  says    “{}” (when all goes well)", plan.hoped(&household.home).speech);
        }
    }
}

fn in_short(reading: &Reading) -> String {
    format!("{}  {:.2}{}", reading.intent.name, reading.confidence, slots_text(&reading.intent.slots))
}
