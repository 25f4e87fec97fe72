//! Any bytes as a file of Home Assistant's sentences, and as one of their tests. It loads, or its faults lie within it; what loads
//! compiles, or its faults lie within it; what compiles hears its own text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mynah_intent::hassil::{self, File};
use mynah_intent::{Context, Fault, List, ListEntry, Recognizer, Value};

fuzz_target!(|bytes: &[u8]| {
    let within = |faults: Vec<Fault>| {
        assert!(!faults.is_empty());
        for fault in faults {
            let span = fault.origin.span;
            assert!(span.start <= span.end && span.end <= bytes.len(), "{} {span:?}", fault.message);
        }
    };
    let files = ["_fixtures.yaml", "tests.yaml"].map(|name| File { name, bytes });
    for file in files {
        match hassil::tests(&[file]) {
            Ok(tests) => tests.cases.iter().for_each(|case| assert!(case.judge(None).is_err())),
            Err(faults) => within(faults),
        }
    }
    let mut spec = match hassil::sentences(&[File { name: "sentences.yaml", bytes }]) {
        Ok(spec) => spec,
        Err(faults) => return within(faults),
    };
    for kind in ["name", "area", "floor"] {
        let entry = ListEntry::new("kitchen", Value::Text("kitchen".into()));
        spec.lists.entry(kind.to_owned()).or_insert(List::Text(vec![entry]));
    }
    let sentences: Vec<String> =
        spec.intents.iter().flat_map(|intent| &intent.sentences).map(|it| it.template.clone()).collect();
    match Recognizer::compile(spec) {
        Ok(recognizer) => {
            for sentence in sentences.iter().take(20) {
                recognizer.recognize(sentence, &Context::default());
            }
        }
        Err(faults) => within(faults),
    }
});
