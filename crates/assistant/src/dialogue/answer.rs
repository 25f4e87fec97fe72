//! Answers to our own questions: yes or no, and a PIN.

use std::collections::BTreeMap;
use std::sync::Arc;

use mynah_intent::{IntentSpec, Origin, Recognizer, Sentence, Spec, WordGraph};
use serde::{Deserialize, Serialize};

/// What kind of answer a question waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expects {
    /// Yes or no.
    YesNo,
    /// Digits. They are a secret.
    Pin,
}

const YES: [&str; 14] = [
    "yes",
    "yes please",
    "yeah",
    "yep",
    "yup",
    "sure",
    "okay",
    "ok",
    "go ahead",
    "do it",
    "please do",
    "of course",
    "confirm",
    "correct",
];
const NO: [&str; 11] = [
    "no",
    "no thanks",
    "no thank you",
    "nope",
    "don't",
    "do not",
    "stop",
    "cancel",
    "never mind",
    "forget it",
    "leave it",
];
const DIGITS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

impl Expects {
    /// All that may be said in answer, for the recogniser: the installed skills are not spoken to here.
    pub fn graph(self) -> Arc<WordGraph> {
        match self {
            Expects::YesNo => Arc::new(WordGraph::from_sentences(&[&YES[..], &NO[..]].concat())),
            Expects::Pin => pin_graph(),
        }
    }
}

/// Four to eight digits, or a refusal.
fn pin_graph() -> Arc<WordGraph> {
    let sentence = |template: String| Sentence { template, origin: Origin::default() };
    let digits = |n: usize| sentence(vec!["<digit>"; n].join(" "));
    let mut sentences: Vec<Sentence> = (4..=8).map(digits).collect();
    sentences.extend(NO.iter().map(|no| sentence((*no).to_owned())));
    let intent = IntentSpec { name: "pin".to_owned(), sentences, ..IntentSpec::default() };
    let spec = Spec {
        language: "en".to_owned(),
        rules: BTreeMap::from([("digit".to_owned(), sentence(format!("(oh|{})", DIGITS.join("|"))))]),
        intents: vec![intent],
        ..Spec::default()
    };
    match Recognizer::compile(spec) {
        Ok(recognizer) => recognizer.graph().clone(),
        // The spec is ours and stands above; were it faulty, nothing could be answered and nothing would be done.
        Err(_) => Arc::new(WordGraph::from_sentences(&NO)),
    }
}

/// Yes or no, when it is clearly one of them.
pub(super) fn yes_or_no(text: &str) -> Option<bool> {
    let text = words(text).join(" ");
    let is = |answers: &[&str]| answers.iter().any(|answer| words(answer).join(" ") == text);
    if is(&YES) {
        Some(true)
    } else if is(&NO) {
        Some(false)
    } else {
        None
    }
}

/// The digits that were said, as words or figures; nothing when anything else was said too.
pub(super) fn digits(text: &str) -> Option<String> {
    let mut digits = String::new();
    for word in words(text) {
        if word.chars().all(|c| c.is_ascii_digit()) {
            digits.push_str(&word);
        } else if word == "oh" {
            digits.push('0');
        } else {
            let value = DIGITS.iter().position(|digit| *digit == word)?;
            digits.push(char::from(b'0' + value as u8));
        }
    }
    (!digits.is_empty()).then_some(digits)
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’');
    words.filter(|w| !w.is_empty()).map(|w| w.to_lowercase().replace('’', "'")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        for (text, wanted) in [
            ("Yes.", Some(true)),
            ("yes, please", Some(true)),
            ("Don’t!", Some(false)),
            ("never mind", Some(false)),
            ("yes but not now", None),
            ("", None),
        ] {
            assert_eq!(yes_or_no(text), wanted, "{text}");
        }
        for (text, wanted) in [
            ("one two three four", Some("1234")),
            ("1 2 3 4", Some("1234")),
            ("12 oh 4", Some("1204")),
            ("one two or three", None),
            ("", None),
        ] {
            assert_eq!(digits(text).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn what_may_be_answered_can_be_heard() {
        assert!(Expects::YesNo.graph().accepts("yes please"));
        assert!(Expects::YesNo.graph().accepts("never mind"));
        assert!(!Expects::YesNo.graph().accepts("turn on the lamp"));
        let pin = Expects::Pin.graph();
        assert!(pin.accepts("one two three four"));
        assert!(pin.accepts("one two three four five six seven eight"));
        assert!(pin.accepts("one oh three four"));
        assert!(pin.accepts("cancel"));
        assert!(!pin.accepts("one two three"));
    }
}
