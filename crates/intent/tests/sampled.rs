//! A sentence that is made from a template is read as what it was made from.
#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "common/corpus.rs"]
mod corpus;
#[path = "common/sample.rs"]
mod sample;

use corpus::Corpus;

#[test]
fn of_the_corpus() {
    let Some(languages) = corpus::languages() else { return };
    let (mut all, mut failed) = (0, Vec::new());
    for Corpus { language, recognizer, .. } in languages {
        let (total, unread) = sample::unread(&recognizer, if language == "en" { 3 } else { 1 });
        all += total;
        failed.extend(unread.into_iter().map(|line| format!("{language} {line}")));
    }
    assert!(all > 9000, "only {all} sentences");
    assert!(failed.is_empty(), "{} of {all}\n{}", failed.len(), failed.join("\n"));
}
