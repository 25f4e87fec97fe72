//! Recordings: where they are, which of them, and what is in them.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use mynah_audio::SAMPLE_RATE;
use sha2::{Digest, Sha256};

use crate::Misuse;
use crate::commands::transcribe;

/// What is taken for a recording, by the end of its name.
const KINDS: [&str; 7] = ["wav", "flac", "ogg", "mp3", "opus", "m4a", "webm"];
/// Those that ffmpeg must decode.
const FOREIGN: [&str; 3] = ["opus", "m4a", "webm"];

/// A file, and what a manifest calls it: its place in the folder that was given, with that folder's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recording {
    pub name: String,
    pub path: PathBuf,
}

/// What is in one.
pub struct Sound {
    /// Mono at 16 kHz.
    pub samples: Vec<f32>,
    /// Of the file.
    pub sha256: String,
}

/// The names of `--only`: other recordings are left out. Extensions do not count.
#[derive(Debug, Default)]
pub struct Only(Option<HashSet<PathBuf>>);

impl Only {
    pub fn open(file: Option<&Path>) -> anyhow::Result<Only> {
        let Some(file) = file else { return Ok(Only(None)) };
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let names: HashSet<PathBuf> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| Path::new(line).with_extension(""))
            .collect();
        if names.is_empty() {
            return Err(Misuse(format!("{} names no recordings", file.display())).into());
        }
        Ok(Only(Some(names)))
    }

    /// Whether a line is the end of this path.
    pub fn takes(&self, path: &Path) -> bool {
        let Some(names) = &self.0 else { return true };
        let path = path.with_extension("");
        let parts: Vec<_> = path.components().collect();
        (0..parts.len()).any(|from| names.contains(&parts[from..].iter().collect::<PathBuf>()))
    }
}

/// The recordings below `dir`, in the order of their names.
pub fn find(dir: &Path, only: &Only) -> anyhow::Result<Vec<Recording>> {
    let whole = dir.canonicalize().with_context(|| format!("cannot read {}", dir.display()))?;
    let above = whole.parent().unwrap_or(&whole);
    let mut found = Vec::new();
    let mut folders = vec![whole.clone()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().with_context(|| format!("cannot read {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if KINDS.contains(&extension(&path).as_str()) && only.takes(&path) {
                let name = path.strip_prefix(above).unwrap_or(&path).to_string_lossy().into_owned();
                found.push(Recording { name, path });
            }
        }
    }
    found.sort();
    Ok(found)
}

fn extension(path: &Path) -> String {
    path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase()
}

/// Reads one. What Mynah does not decode itself, ffmpeg does.
pub fn read(path: &Path) -> anyhow::Result<Sound> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let sha256 = hex(&bytes);
    if !FOREIGN.contains(&extension(path).as_str())
        && let Ok((samples, _)) = transcribe::read(path)
    {
        return Ok(Sound { samples, sha256 });
    }
    let rate = SAMPLE_RATE.to_string();
    let out = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(path)
        .args(["-f", "f32le", "-ac", "1", "-ar", &rate, "-"])
        .output()
        .context("this kind of recording is decoded by ffmpeg, which could not be started; install it: sudo apt install ffmpeg")?;
    if !out.status.success() {
        let why = String::from_utf8_lossy(&out.stderr);
        anyhow::bail!(
            "{}: ffmpeg: {}",
            path.display(),
            why.lines().next().unwrap_or("cannot decode it").trim()
        );
    }
    let samples = out.stdout.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    Ok(Sound { samples, sha256 })
}

/// The SHA-256 of bytes.
pub fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_takes_what_its_lines_end_with() {
        let list = |lines: &str| {
            let file = tempfile::NamedTempFile::new().unwrap_or_else(|e| panic!("{e}"));
            fs::write(file.path(), lines).unwrap_or_else(|e| panic!("{e}"));
            Only::open(Some(file.path()))
        };
        let only = list("# the test part\ncomputer/a.flac\n\nb\n").unwrap_or_else(|e| panic!("{e}"));
        let takes = |path: &str| only.takes(Path::new(path));
        assert!(takes("/data/wake/computer/a.wav") && takes("x/b.opus"));
        assert!(!takes("/data/wake/jarvis/a.wav") && !takes("computer/c.wav") && !takes("x/ab.wav"));
        assert!(list("# nothing\n").is_err());
        assert!(Only::default().takes(Path::new("anything")));
    }
}
