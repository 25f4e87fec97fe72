//! `mynah skill format`: one layout for skill files.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use mynah_skill::skill_texts;
use serde_json::json;

use super::super::show_json;
use crate::cli::Common;
use crate::report::faults;

pub fn format(common: &Common, paths: &[PathBuf], check: bool) -> anyhow::Result<ExitCode> {
    let (texts, mut found) = skill_texts(paths);
    let mut laid_out = Vec::new();
    for (file, text) in texts {
        match mynah_skill::format(&file, &text) {
            Ok(new) if new != text => laid_out.push((file, new)),
            Ok(_) => {}
            Err(faults) => found.extend(faults),
        }
    }
    if !check {
        for (file, text) in &laid_out {
            // In place of the old one at once: a file that is half written would be half a skill.
            let fresh = format!("{file}.new");
            std::fs::write(&fresh, text)
                .and_then(|()| std::fs::set_permissions(&fresh, std::fs::metadata(file)?.permissions()))
                .and_then(|()| std::fs::rename(&fresh, file))
                .with_context(|| format!("cannot write {file}"))?;
        }
    }
    let files: Vec<&String> = laid_out.iter().map(|(file, _)| file).collect();
    match (common.json, check) {
        (true, _) => show_json(&json!({ "files": files, "written": !check }))?,
        (false, true) => files.iter().for_each(|file| println!("{file} would be laid out otherwise")),
        (false, false) => files.iter().for_each(|file| println!("{file}")),
    }
    if !found.is_empty() {
        return Err(faults(found).into());
    }
    Ok(if check && !files.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
