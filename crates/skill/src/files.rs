//! The texts of skill files.

use std::path::{Path, PathBuf};

use mynah_intent::{Fault, Origin};

use crate::manifest::Manifest;

/// The largest file, in bytes: many times the largest that anybody writes or imports.
const LARGEST: u64 = 4_000_000;

/// The texts of skill files, and of those in folders (all `*.toml` below them but `home.toml`), as `(file name, text)` in the order of
/// their names; and what could not be read.
#[must_use]
pub fn skill_texts<P: AsRef<Path>>(paths: &[P]) -> (Vec<(String, String)>, Vec<Fault>) {
    let mut files = Vec::new();
    let mut faults = Vec::new();
    for path in paths {
        collect(path.as_ref(), &mut files, &mut faults);
    }
    files.sort();
    files.dedup();
    let mut texts = Vec::new();
    for path in files {
        // Before it is read: it may be a film with the wrong name.
        if let Ok(size) = std::fs::metadata(&path).map(|file| file.len())
            && size > LARGEST
        {
            faults.push(file_fault(&path, &format!("has {size} bytes; {LARGEST} are the most: split it")));
            continue;
        }
        match std::fs::read(&path).map(String::from_utf8) {
            Ok(Ok(text)) => texts.push((path.display().to_string(), text)),
            Ok(Err(_)) => faults.push(file_fault(&path, "is not UTF-8 text")),
            Err(e) => faults.push(file_fault(&path, &format!("cannot be read: {e}"))),
        }
    }
    (texts, faults)
}

/// With the skills that these extend, where they are among the installed ones.
pub fn with_bases(texts: &[(String, String)], installed: &[(String, String)]) -> Vec<(String, String)> {
    let read = |(file, text): &(String, String)| Manifest::parse(file, text).0;
    let given: Vec<Manifest> = texts.iter().filter_map(read).collect();
    let is_base = |(file, text): &&(String, String)| {
        let wanted = |name: &str| given.iter().any(|s| s.extends.as_ref().is_some_and(|e| e.text == name));
        let is_given = |name: &str| given.iter().any(|s| s.name.text == name);
        Manifest::parse(file, text).0.is_some_and(|s| wanted(&s.name.text) && !is_given(&s.name.text))
    };
    texts.iter().chain(installed.iter().filter(is_base).filter(|_| !given.is_empty())).cloned().collect()
}

fn collect(path: &Path, files: &mut Vec<PathBuf>, faults: &mut Vec<Fault>) {
    if !path.is_dir() {
        files.push(path.to_owned());
        return;
    }
    match std::fs::read_dir(path) {
        Ok(entries) => {
            for entry in entries.flatten().map(|e| e.path()) {
                let is_skill = entry.extension().is_some_and(|e| e == "toml")
                    && entry.file_name().is_some_and(|n| n != "home.toml");
                if is_skill || entry.is_dir() {
                    collect(&entry, files, faults);
                }
            }
        }
        Err(e) => faults.push(file_fault(path, &format!("cannot be read: {e}"))),
    }
}

fn file_fault(path: &Path, what: &str) -> Fault {
    let file = path.display().to_string();
    Fault { message: format!("{file} {what}"), origin: Origin { file: file.into(), span: 0..0 }, help: None }
}
