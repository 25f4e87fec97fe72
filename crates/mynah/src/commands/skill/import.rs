//! `mynah skill import`: Home Assistant's sentences as skills.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use mynah_intent::hassil;
use mynah_skill::{Import, ImportReport};
use serde_json::json;

use super::super::intents::{as_files, read};
use super::super::show_json;
use crate::Misuse;
use crate::cli::Common;
use crate::report::{count, faults};

/// What was left out and why.
const REPORT: &str = "import.txt";

pub fn import(common: &Common, corpus: &Path, language: &str, out: &Path) -> anyhow::Result<ExitCode> {
    let sentences = read(&corpus.join("sentences").join(language))?;
    let tests = read(&corpus.join("tests").join(language))?;
    let spec = hassil::sentences(&as_files(&sentences)).map_err(faults)?;
    let tests = hassil::tests(&as_files(&tests)).map_err(faults)?;
    let Import { skills, home, report } = mynah_skill::import(&spec, &tests).map_err(faults)?;
    // A folder that is there may hold somebody's work.
    if out.exists() {
        return Err(Misuse(format!("{} is there already; --out takes a new folder", out.display())).into());
    }
    std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let texts = skills.iter().map(|(file, text)| (file.as_str(), text.clone()));
    let texts = texts.chain([("home.toml", home), (REPORT, in_words(&report))]);
    for (file, text) in texts {
        let path = out.join(file);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if common.json {
        show_json(&json!({ "skills": skills.len(), "report": report }))?;
    } else {
        println!(
            "{language}: {} with {} of {} sentences and {} of {} tests",
            count(skills.len(), "skill"),
            report.sentences_imported,
            report.sentences,
            report.tests_imported,
            report.tests
        );
        if report.sentences_unserved > 0 {
            println!(
                "understood, but not served by anything here: {}",
                count(report.sentences_unserved, "sentence")
            );
        }
        println!("{} says what was left out and why; now:", out.join(REPORT).display());
        let dir = out.display();
        println!("mynah --home {dir}/home.toml skill test {dir}");
    }
    Ok(ExitCode::SUCCESS)
}

/// One line for each thing that was left out, below its reason.
fn in_words(report: &ImportReport) -> String {
    let mut text = String::new();
    let mut last = None;
    for item in &report.left_out {
        let reason = (item.what, item.why.as_str());
        if last != Some(reason) {
            let blank = if last.is_some() { "\n" } else { "" };
            let what = match item.what {
                "unserved" => "understood, but not served",
                what => what,
            };
            let _ = writeln!(text, "{blank}{what}: {}", item.why);
            last = Some(reason);
        }
        let _ = writeln!(text, "  {} {}", item.intent, item.text);
    }
    text
}
