//! `mynah skill new`: a skill to start from.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

use crate::Misuse;

pub fn new(name: &str, dir: &Path) -> anyhow::Result<ExitCode> {
    let text = mynah_skill::starter(name).map_err(Misuse)?;
    let file = format!("{name}.toml");
    let path = if dir == Path::new(".") { file.into() } else { dir.join(file) };
    // A file that is there is somebody's work.
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
    println!("{} is written; now: mynah skill try {}", path.display(), path.display());
    Ok(ExitCode::SUCCESS)
}
