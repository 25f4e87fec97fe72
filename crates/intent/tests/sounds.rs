//! The words of a graph can be said.

#![allow(clippy::unwrap_used, reason = "a test")]

use mynah_intent::{IntentSpec, List, NumberKind, Origin, Recognizer, Sentence, Spec, ValueKind};
use mynah_pronounce::{Pronouncer, Source};

fn recognizer(templates: &[&str]) -> Recognizer {
    let sentence = |template: &&str| Sentence { template: (*template).to_owned(), origin: Origin::default() };
    let spec = Spec {
        language: "en".to_owned(),
        lists: [
            ("brightness".to_owned(), List::range(0, 100, NumberKind::Percentage)),
            ("when".to_owned(), List::Value(ValueKind::DateTime)),
        ]
        .into(),
        intents: vec![IntentSpec {
            name: "x".to_owned(),
            sentences: templates.iter().map(sentence).collect(),
            ..IntentSpec::default()
        }],
        ..Spec::default()
    };
    Recognizer::compile(spec).unwrap()
}

#[test]
fn each_word_can_be_said_and_its_spellings_are_said_alike() {
    let english = Pronouncer::english();
    let recognizer = recognizer(&["dim the lamp to {brightness}", "what's on {when}"]);
    let mut with_spellings = 0;
    for word in recognizer.graph().words() {
        let said = word.pronunciations(&english).unwrap();
        assert_ne!(said[0].source, Source::Guess, "{}: {}", word.text, said[0]);
        for spelling in &word.spellings {
            with_spellings += 1;
            let also = english.word(spelling).unwrap();
            assert!(
                also.iter().any(|way| said.iter().any(|own| own.phones == way.phones)),
                "{word:?}: {said:?} {also:?}"
            );
        }
    }
    assert!(with_spellings > 100, "{with_spellings}");
}

#[test]
fn a_word_that_nobody_can_say_is_told() {
    let recognizer = recognizer(&["light the 灯"]);
    let mut english = Pronouncer::english();
    let lamp = || recognizer.graph().words().iter().find(|word| word.text == "灯").unwrap();
    assert!(lamp().pronunciations(&english).is_err());
    english.respell("灯", "dung").unwrap();
    assert_eq!(lamp().pronunciations(&english).unwrap()[0].to_string(), "D AH NG");
}
