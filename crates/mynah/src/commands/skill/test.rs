//! `mynah skill test`: the tests that stand in skill files.

use std::path::PathBuf;
use std::process::ExitCode;

use mynah_skill::TestResult;
use serde_json::json;

use super::super::show_json;
use super::household;
use crate::cli::Common;
use crate::config::Config;
use crate::report::{Fault, render};
use crate::shipped;
use crate::watched::Watched;

/// Runs them once. Fails when one of them does, or when a file has faults.
pub fn test(common: &Common, paths: &[PathBuf]) -> anyhow::Result<ExitCode> {
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

/// Runs them each time a file is saved, until Ctrl-C.
pub fn watch(common: &Common, paths: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let config = Config::load(common)?;
    let skills = if paths.is_empty() { config.skills.clone() } else { paths.to_vec() };
    let mut watched = Watched::new(skills.into_iter().chain(config.home).collect());
    loop {
        if let Err(error) = test(common, paths) {
            eprintln!("mynah: {error:#}");
        }
        if !common.json {
            println!("waiting for a file to be saved; Ctrl-C ends it");
        }
        watched.wait();
    }
}
