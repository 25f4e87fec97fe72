//! Answers to our own questions: yes or no, and a PIN.

use std::collections::BTreeMap;
use std::sync::Arc;

use mynah_intent::{IntentSpec, Origin, Recognizer, Sentence, Spec, WordGraph};
use mynah_skill::answers_graph;
use serde::{Deserialize, Serialize};

use crate::words::SMALL;

/// What kind of answer a question waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expects {
    /// Yes or no.
    YesNo,
    /// Digits. They are a secret.
    Pin,
    /// One or several of these: "the kitchen lamp", "the bedroom one", "the second", "both".
    Which(Vec<String>),
    /// One of these, as a skill has them: templates.
    Answer(Vec<String>),
}

const YES: [&str; 19] = [
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
    "是",
    "是的",
    "好",
    "好的",
    "可以",
];
const NO: [&str; 16] = [
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
    "不",
    "不是",
    "不要",
    "不用",
    "取消",
];
impl Expects {
    /// All that may be said in answer, for the recogniser: the installed skills are not spoken to here.
    pub fn graph(&self) -> Arc<WordGraph> {
        match self {
            Expects::YesNo => Arc::new(WordGraph::from_sentences(&[&YES[..], &NO[..]].concat())),
            Expects::Pin => pin_graph(),
            Expects::Which(names) => which_graph(names),
            Expects::Answer(answers) => answers_graph(answers, &NO),
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
        rules: BTreeMap::from([("digit".to_owned(), sentence(format!("(oh|{})", SMALL[..10].join("|"))))]),
        intents: vec![intent],
        ..Spec::default()
    };
    match Recognizer::compile(spec) {
        Ok(recognizer) => recognizer.graph().clone(),
        // The spec is ours and stands above; were it faulty, nothing could be answered and nothing would be done.
        Err(_) => Arc::new(WordGraph::from_sentences(&NO)),
    }
}

/// 幺 is said for the 1 of a number.
const MANDARIN_DIGITS: [char; 12] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九', '〇', '幺'];

const PLACES: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];
const ALL: [&str; 7] =
    ["both", "both of them", "all", "all of them", "all of those", "every one", "everything"];
/// Words of an answer that tell nothing apart.
const IDLE: [&str; 9] = ["the", "one", "please", "i", "mean", "meant", "in", "that", "my"];

/// Each by its name or by the words that tell it apart, by its place, or all.
fn which_graph(names: &[String]) -> Arc<WordGraph> {
    let mut sentences: Vec<String> = ALL.iter().chain(&NO).map(|said| (*said).to_owned()).collect();
    sentences.extend(["the last one".to_owned(), "the last".to_owned()]);
    for (name, place) in names.iter().zip(PLACES) {
        sentences.extend([format!("the {place} one"), format!("the {place}")]);
        sentences.extend([name.clone(), words(name)[1..].join(" ")]);
    }
    for own in names.iter().map(|name| own_words(name, names).join(" ")).filter(|own| !own.is_empty()) {
        sentences.extend([format!("the {own} one"), format!("in the {own}"), format!("the {own}"), own]);
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.sort();
    sentences.dedup();
    Arc::new(WordGraph::from_sentences(&sentences.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// The words of a name that not all of the names have.
fn own_words(name: &str, names: &[String]) -> Vec<String> {
    let is_shared = |word: &String| names.iter().all(|other| words(other).contains(word));
    words(name).into_iter().filter(|word| !is_shared(word) && !IDLE.contains(&word.as_str())).collect()
}

/// Which of the names were said: their places. Nothing when that is not clear.
pub(super) fn which(text: &str, names: &[String]) -> Option<Vec<usize>> {
    let said = words(text);
    let all = said.iter().filter(|word| *word != "please").cloned().collect::<Vec<_>>().join(" ");
    if ALL.contains(&all.as_str()) && (!all.starts_with("both") || names.len() == 2) {
        return Some((0..names.len()).collect());
    }
    let mut chosen = Vec::new();
    for part in said.split(|word| word == "and" || word == "or") {
        let meant: Vec<&String> = part.iter().filter(|word| !IDLE.contains(&word.as_str())).collect();
        let place = match meant.as_slice() {
            [] => return None,
            [last] if *last == "last" => Some(names.len() - 1),
            [place] => PLACES.iter().position(|known| known == place).filter(|index| *index < names.len()),
            _ => None,
        };
        let fits = |name: &&String| meant.iter().all(|word| words(name).contains(word));
        let fitting: Vec<usize> =
            names.iter().enumerate().filter(|(_, name)| fits(name)).map(|(index, _)| index).collect();
        match (fitting.as_slice(), place) {
            ([one], _) => chosen.push(*one),
            ([], Some(place)) => chosen.push(place),
            _ => return None,
        }
    }
    chosen.dedup();
    Some(chosen)
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
        } else if word.chars().all(|c| MANDARIN_DIGITS.contains(&c)) {
            let value = |c| MANDARIN_DIGITS.iter().position(|digit| *digit == c).unwrap_or_default() % 10;
            digits.extend(word.chars().map(|c| char::from(b'0' + value(c) as u8)));
        } else {
            let value = SMALL[..10].iter().position(|digit| *digit == word)?;
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
            ("好的。", Some(true)),
            ("不要", Some(false)),
            ("yes but not now", None),
            ("", None),
        ] {
            assert_eq!(yes_or_no(text), wanted, "{text}");
        }
        for (text, wanted) in [
            ("one two three four", Some("1234")),
            ("1 2 3 4", Some("1234")),
            ("12 oh 4", Some("1204")),
            ("一二三四", Some("1234")),
            ("幺〇九", Some("109")),
            ("one two or three", None),
            ("", None),
        ] {
            assert_eq!(digits(text).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn one_of_several_is_chosen() {
        let names = ["the lamp in the kitchen", "the bedroom lamp", "the left lamp"].map(str::to_owned);
        for (text, wanted) in [
            ("the bedroom one", Some(vec![1])),
            ("Bedroom.", Some(vec![1])),
            ("the one in the kitchen, please", Some(vec![0])),
            ("left", Some(vec![2])),
            ("the second one", Some(vec![1])),
            ("the last one", Some(vec![2])),
            ("the left lamp and the bedroom one", Some(vec![2, 1])),
            ("all of them", Some(vec![0, 1, 2])),
            ("both", None),
            ("the lamp", None),
            ("the garden one", None),
            ("the fourth one", None),
            ("", None),
        ] {
            assert_eq!(which(text, &names), wanted, "{text}");
        }
        assert_eq!(which("both", &names[..2]), Some(vec![0, 1]));
        let graph = Expects::Which(names.to_vec()).graph();
        for text in ["the bedroom one", "the second one", "all of them", "the left lamp", "never mind"] {
            assert!(graph.accepts(text), "{text}");
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
