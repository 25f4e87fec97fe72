//! A sentence that is made from a template is read as what it was made from.
#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "common/sample.rs"]
mod sample;

use std::path::{Path, PathBuf};

use mynah_intent::Recognizer;
use mynah_intent::hassil::{self, File};

#[test]
fn of_the_corpus() {
    let data = std::env::var_os("MYNAH_DATA").map(PathBuf::from);
    let data = data.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let corpus = data.join("text/ha-intents");
    if !corpus.exists() {
        eprintln!("skipped: no data");
        return;
    }
    let languages = std::fs::read_dir(corpus.join("sentences")).unwrap();
    let mut languages: Vec<String> =
        languages.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    languages.sort();
    let (mut all, mut failed) = (0, Vec::new());
    for language in &languages {
        let read = |kind: &str| {
            let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(corpus.join(kind).join(language))
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
                .map(|path| (path.display().to_string(), std::fs::read(path).unwrap()))
                .collect();
            files.sort();
            files
        };
        let (sentences, tests) = (read("sentences"), read("tests"));
        let files: Vec<File<'_>> = sentences.iter().map(|(name, bytes)| File { name, bytes }).collect();
        let mut spec = hassil::sentences(&files).unwrap();
        let files: Vec<File<'_>> = tests.iter().map(|(name, bytes)| File { name, bytes }).collect();
        spec.lists.extend(hassil::tests(&files).unwrap().lists);
        let recognizer = Recognizer::compile(spec).unwrap_or_else(|faults| panic!("{language}: {faults:#?}"));
        let (total, unread) = sample::unread(&recognizer, if language == "en" { 3 } else { 1 });
        all += total;
        failed.extend(unread.into_iter().map(|line| format!("{language} {line}")));
    }
    assert!(all > 9000, "only {all} sentences");
    assert!(failed.is_empty(), "{} of {all}\n{}", failed.len(), failed.join("\n"));
}
