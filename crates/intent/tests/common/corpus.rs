//! Home Assistant's corpus, where it is on this machine.

use std::path::{Path, PathBuf};

use mynah_intent::Recognizer;
use mynah_intent::hassil::{self, File, Tests};

/// A language of the corpus.
pub(crate) struct Corpus {
    pub(crate) language: String,
    #[allow(dead_code, reason = "not every test that reads the corpus runs its tests")]
    pub(crate) tests: Tests,
    /// Its sentences, with the lists of its tests.
    pub(crate) recognizer: Recognizer,
}

/// All languages, in the order of their tags, each loaded when it is come to; None, and said so, without the data.
pub(crate) fn languages() -> Option<impl Iterator<Item = Corpus>> {
    let data = std::env::var_os("MYNAH_DATA").map(PathBuf::from);
    let data = data.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let corpus = data.join("text/ha-intents");
    let Ok(languages) = std::fs::read_dir(corpus.join("tests")) else {
        eprintln!("skipped: no data");
        return None;
    };
    let mut languages: Vec<String> =
        languages.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    languages.sort();
    Some(languages.into_iter().map(move |language| load(&corpus, language)))
}

fn load(corpus: &Path, language: String) -> Corpus {
    let read = |kind: &str| {
        let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(corpus.join(kind).join(&language))
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
    let mut spec = hassil::sentences(&files).unwrap_or_else(|faults| panic!("{language}: {faults:#?}"));
    let files: Vec<File<'_>> = tests.iter().map(|(name, bytes)| File { name, bytes }).collect();
    let tests = hassil::tests(&files).unwrap_or_else(|faults| panic!("{language}: {faults:#?}"));
    spec.lists.extend(tests.lists.clone());
    let recognizer = Recognizer::compile(spec).unwrap_or_else(|faults| panic!("{language}: {faults:#?}"));
    Corpus { language, tests, recognizer }
}
