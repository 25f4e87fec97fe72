//! Small grammars for the tests of the two searches.

use std::collections::BTreeMap;

use mynah_intent::{IntentSpec, List, ListEntry, Sentence, Spec, Value, WordGraph};

/// The graph of these templates and lists; words that may be left out anywhere are in `skip_words`.
pub(crate) fn graph(templates: &[&str], lists: &[(&str, List)], skip_words: &[&str]) -> WordGraph {
    let sentence =
        |template: &&str| Sentence { template: (*template).to_owned(), origin: Default::default() };
    let spec = Spec {
        language: "en".to_owned(),
        lists: lists
            .iter()
            .map(|(name, list)| ((*name).to_owned(), list.clone()))
            .collect::<BTreeMap<_, _>>(),
        skip_words: skip_words.iter().map(|word| (*word).to_owned()).collect(),
        intents: vec![IntentSpec {
            name: "do".to_owned(),
            sentences: templates.iter().map(sentence).collect(),
            ..IntentSpec::default()
        }],
        ..Spec::default()
    };
    (**mynah_intent::Recognizer::compile(spec).expect("no faults").graph()).clone()
}

/// Things that are said as they are called.
pub(crate) fn list(said: &[&str]) -> List {
    List::Text(said.iter().map(|said| ListEntry::new(*said, Value::Text((*said).to_owned()))).collect())
}
