//! `mynah skill check` and `mynah skill test`.

use std::path::PathBuf;
use std::process::ExitCode;

use mynah_skill::TestResult;
use serde_json::json;

use super::show_json;
use crate::cli::{Common, Skill};
use crate::report::{Fault, Faults, render};
use crate::setup::Household;
use crate::shipped;

pub fn skill(common: &Common, command: &Skill) -> anyhow::Result<ExitCode> {
    match command {
        Skill::Check { paths } => check(common, paths),
        Skill::Test { paths } => test(common, paths),
    }
}

fn check(common: &Common, paths: &[PathBuf]) -> anyhow::Result<ExitCode> {
    match household(common, paths) {
        Ok(_) if common.json => show_json(&json!({ "faults": [] }))?,
        Ok(household) => {
            let graph = household.catalog.graph();
            println!(
                "{} skills, no fault; the grammar has {} states and {} arcs",
                household.catalog.summaries().count(),
                graph.state_count(),
                graph.arc_count()
            );
        }
        Err(error) => {
            let Faults(found) = error.downcast()?;
            match common.json {
                true => show_json(&json!({ "faults": found }))?,
                false => eprint!("{}", render(&found, &shipped::source)),
            }
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn test(common: &Common, paths: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let household = household(common, paths)?;
    let (mut passed, mut skipped) = (0, 0);
    let mut failures = Vec::new();
    for report in household.catalog.test(&household.home) {
        match report.result {
            TestResult::Passed => passed += 1,
            TestResult::Failed(differences) => failures.push(Fault {
                file: report.file.to_string(),
                span: report.span,
                message: format!("{}: {:?} did otherwise", report.skill, report.say),
                help: Some(differences.join("\n")),
            }),
            TestResult::Skipped(missing) => {
                skipped += 1;
                eprintln!("skipped: {:?}: {missing}", report.say);
            }
        }
    }
    let failed = failures.len();
    if common.json {
        show_json(&json!({ "passed": passed, "failed": failed, "skipped": skipped, "failures": failures }))?;
    } else {
        if failed > 0 {
            eprint!("{}", render(&failures, &shipped::source));
        }
        println!("{passed} passed, {failed} failed, {skipped} skipped");
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The household with the skills in `paths`, or with those that are installed.
fn household(common: &Common, paths: &[PathBuf]) -> anyhow::Result<Household> {
    let mut common = common.clone();
    if !paths.is_empty() {
        common.skills = paths.to_vec();
    }
    Household::load_or_demo(&common)
}
