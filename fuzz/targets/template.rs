//! Any text as a sentence template: the first line is a rule, the second an entry of a list, the rest sentences.
//! Compiling ends, in bounded time and memory, with a recognizer or with faults that lie within the text.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use mynah_intent::{Context, IntentSpec, List, ListEntry, Origin, Recognizer, Sentence, Spec, Value};

fuzz_target!(|text: &str| {
    let sentence = |template: &str| {
        let from = template.as_ptr() as usize - text.as_ptr() as usize;
        let origin = Origin { file: "fuzz".into(), span: from..from + template.len() };
        Sentence { template: template.to_owned(), origin }
    };
    let mut lines = text.lines();
    let rules = lines.next().map(|line| ("rule".to_owned(), sentence(line)));
    let entry = lines.next().unwrap_or("lamp").to_owned();
    let name = List::Text(vec![ListEntry::new(entry, Value::Text("name".into()))]);
    let spec = Spec {
        language: "en".into(),
        rules: rules.into_iter().collect(),
        lists: BTreeMap::from([("name".to_owned(), name), ("free".to_owned(), List::Wildcard)]),
        skip_words: vec!["please".into()],
        intents: vec![IntentSpec {
            name: "fuzz".into(),
            sentences: lines.map(sentence).collect(),
            ..IntentSpec::default()
        }],
        lenient: text.len() % 2 == 1,
        ..Spec::default()
    };
    match Recognizer::compile(spec) {
        Ok(recognizer) => {
            recognizer.recognize(text, &Context::default());
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                let span = fault.origin.span;
                assert!(span.start <= span.end && span.end <= text.len(), "{} {span:?}", fault.message);
                assert!(!fault.message.is_empty());
            }
        }
    }
});
