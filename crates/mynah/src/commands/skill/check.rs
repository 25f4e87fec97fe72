//! `mynah skill check`: the checker of skills, as a compiler's front end.

use std::path::PathBuf;
use std::process::ExitCode;

use miette::Severity;
use mynah_home::Home;
use mynah_skill::{Findings, skill_texts};
use serde_json::json;

use super::super::show_json;
use crate::cli::Common;
use crate::config::Config;
use crate::report::{Fault, count, render_as};
use crate::setup::{home_or_demo, installed};
use crate::shipped;

pub fn check(common: &Common, paths: &[PathBuf], strict: bool) -> anyhow::Result<ExitCode> {
    let config = Config::load(common)?;
    let (texts, unread) = if paths.is_empty() { installed(&config)? } else { skill_texts(paths) };
    let beside = if paths.is_empty() { Vec::new() } else { installed(&config)?.0 };
    let mut errors: Vec<Fault> = unread.into_iter().map(Into::into).collect();
    let (home, house_known) = match home_or_demo(&config) {
        Ok(home) => (home, true),
        Err(faults) => {
            errors.extend(faults.0);
            // What does not depend on the house is looked at all the same.
            (Home::parse("", "").map_err(crate::report::faults)?, false)
        }
    };
    let found = Findings::of(&texts, &beside, &home);
    errors.extend(found.errors.into_iter().map(Fault::from));
    let warnings: Vec<Fault> = match house_known {
        true => found.warnings.into_iter().map(Fault::from).collect(),
        false => Vec::new(),
    };
    let grammar = found.catalog.map(|catalog| catalog.graph().clone());
    if common.json {
        let grammar = grammar.map(|g| json!({ "states": g.state_count(), "arcs": g.arc_count() }));
        let located = |faults: &[Fault]| faults.iter().map(located).collect::<Vec<_>>();
        show_json(
            &json!({ "errors": located(&errors), "warnings": located(&warnings), "grammar": grammar }),
        )?;
    } else {
        eprint!("{}", render_as(Severity::Error, &errors, &shipped::source));
        eprint!("{}", render_as(Severity::Warning, &warnings, &shipped::source));
        println!(
            "{}: {}, {}",
            count(texts.len(), "skill"),
            count(errors.len(), "error"),
            count(warnings.len(), "warning")
        );
        if let Some(grammar) = grammar.filter(|_| errors.is_empty()) {
            let with = if beside.is_empty() { "" } else { " with the installed skills" };
            println!(
                "the grammar{with} has {} states and {} arcs",
                grammar.state_count(),
                grammar.arc_count()
            );
        }
    }
    let failed = !errors.is_empty() || (strict && !warnings.is_empty());
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A fault with its line and column, both from 1, as editors want them.
fn located(fault: &Fault) -> serde_json::Value {
    let text = shipped::source(&fault.file).unwrap_or_default();
    let before = text.get(..fault.span.start).unwrap_or_default();
    let mut value = json!(fault);
    value["line"] = json!(before.matches('\n').count() + 1);
    value["column"] = json!(before.chars().rev().take_while(|c| *c != '\n').count() + 1);
    value
}
