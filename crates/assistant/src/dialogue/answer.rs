//! Answers to our own questions: yes or no, a PIN, one of several.

use std::collections::BTreeMap;
use std::sync::Arc;

use mynah_intent::{IntentSpec, Origin, Recognizer, Sentence, Spec, WordGraph};
use mynah_skill::{Answers, Language};
use serde::{Deserialize, Serialize};

use crate::wording::AnswerWords;

/// What kind of answer a question waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expects {
    /// Yes or no.
    YesNo,
    /// Digits. They are a secret.
    Pin,
    /// One or several of these: "the kitchen lamp", "the bedroom one", "the second", "both".
    Which(Vec<String>),
    /// One of these, as a skill has them.
    Answer(Box<Answers>),
}

impl Expects {
    /// All that may be said in answer, for the recogniser: the installed skills are not spoken to here.
    pub fn graph(&self, language: Language) -> Arc<WordGraph> {
        let words = AnswerWords::of(language);
        match self {
            Expects::YesNo => graph_of([words.yes, words.no].concat()),
            Expects::Pin => pin_graph(words),
            Expects::Which(names) => which_graph(names, words),
            Expects::Answer(answers) => answers.graph(words.no),
        }
    }
}

/// Four to eight digits, or a refusal.
fn pin_graph(words: &AnswerWords) -> Arc<WordGraph> {
    let sentence = |template: String| Sentence { template, origin: Origin::default() };
    let digits = |n: usize| sentence(vec!["<digit>"; n].join(" "));
    let mut sentences: Vec<Sentence> = (4..=8).map(digits).collect();
    sentences.extend(words.no.iter().map(|no| sentence((*no).to_owned())));
    let intent = IntentSpec { name: "pin".to_owned(), sentences, ..IntentSpec::default() };
    let digit = sentence(format!("({})", words.digits.concat().join("|")));
    let spec = Spec {
        language: words.tag.to_owned(),
        rules: BTreeMap::from([("digit".to_owned(), digit)]),
        intents: vec![intent],
        ..Spec::default()
    };
    match Recognizer::compile(spec) {
        Ok(recognizer) => recognizer.graph().clone(),
        // The spec is ours and stands above; were it faulty, nothing could be answered and nothing would be done.
        Err(_) => graph_of(words.no),
    }
}

/// Each by its name or by the words that tell it apart, by its place, or all.
fn which_graph(names: &[String], words: &AnswerWords) -> Arc<WordGraph> {
    let fixed = [words.all, words.both, words.no].concat();
    let mut sentences: Vec<String> = fixed.iter().map(|said| (*said).to_owned()).collect();
    let fill = |ways: &[&str], with: &str| -> Vec<String> {
        ways.iter().map(|way| way.replace("{}", with)).collect()
    };
    sentences.extend(fill(words.by_place, words.last));
    for (name, place) in names.iter().zip(words.places) {
        sentences.extend(fill(words.by_place, place));
        let told = parts(name);
        let bare = told.iter().position(|word| !words.idle.contains(&word.as_str())).unwrap_or_default();
        sentences.extend([name.clone(), told[bare..].join(" ")]);
    }
    for own in names.iter().map(|name| own_words(name, names, words).join(" ")).filter(|own| !own.is_empty())
    {
        sentences.extend(fill(words.by_words, &own));
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.sort();
    sentences.dedup();
    graph_of(&sentences)
}

/// Of these sentences and no others.
fn graph_of<S: AsRef<str>>(sentences: impl IntoIterator<Item = S>) -> Arc<WordGraph> {
    let sentences: Vec<String> =
        sentences.into_iter().map(|sentence| parts(sentence.as_ref()).join(" ")).collect();
    Arc::new(WordGraph::from_sentences(&sentences.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// The words of a name that not all of the names have.
fn own_words(name: &str, names: &[String], words: &AnswerWords) -> Vec<String> {
    let is_shared = |word: &String| names.iter().all(|other| parts(other).contains(word));
    parts(name).into_iter().filter(|word| !is_shared(word) && !words.idle.contains(&word.as_str())).collect()
}

/// Which of the names were said: their places. Nothing when that is not clear.
pub(super) fn which(text: &str, names: &[String], language: Language) -> Option<Vec<usize>> {
    let words = AnswerWords::of(language);
    let is = |answers: &[&str]| {
        let plain = |text: &str| -> Vec<String> {
            parts(text).into_iter().filter(|word| word != "please" && word != "请").collect()
        };
        answers.iter().any(|answer| plain(answer) == plain(text))
    };
    if is(words.all) || names.len() == 2 && is(words.both) {
        return Some((0..names.len()).collect());
    }
    let mut chosen = Vec::new();
    for part in split(&parts(text), words.and) {
        let meant: Vec<String> =
            part.iter().filter(|word| !words.idle.contains(&word.as_str())).cloned().collect();
        if meant.is_empty() {
            return None;
        }
        let place = if meant == parts(words.last) {
            Some(names.len() - 1)
        } else {
            words.places.iter().position(|place| parts(place) == meant).filter(|index| *index < names.len())
        };
        let fits = |name: &&String| meant.iter().all(|word| parts(name).contains(word));
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

/// The words between any of these.
fn split(said: &[String], between: &[&str]) -> Vec<Vec<String>> {
    let between: Vec<Vec<String>> = between.iter().map(|word| parts(word)).collect();
    let (mut all, mut part, mut rest) = (Vec::new(), Vec::new(), said);
    while let [first, more @ ..] = rest {
        rest = match between.iter().find(|word| rest.starts_with(word)) {
            Some(word) => {
                all.push(std::mem::take(&mut part));
                &rest[word.len()..]
            }
            None => {
                part.push(first.clone());
                more
            }
        };
    }
    all.push(part);
    all
}

/// Yes or no, when it is clearly one of them.
pub(super) fn yes_or_no(text: &str, language: Language) -> Option<bool> {
    let (words, text) = (AnswerWords::of(language), parts(text));
    let is = |answers: &[&str]| answers.iter().any(|answer| parts(answer) == text);
    if is(words.yes) {
        Some(true)
    } else if is(words.no) {
        Some(false)
    } else {
        None
    }
}

/// The digits that were said, as words or figures; nothing when anything else was said too.
pub(super) fn digits(text: &str, language: Language) -> Option<String> {
    let names = AnswerWords::of(language).digits;
    let mut digits = String::new();
    for word in parts(text) {
        if word.chars().all(|c| c.is_ascii_digit()) {
            digits.push_str(&word);
        } else {
            let value = names.iter().position(|names| names.contains(&word.as_str()))?;
            digits.push(char::from(b'0' + value as u8));
        }
    }
    (!digits.is_empty()).then_some(digits)
}

/// The words of a text; in Chinese, which has no spaces, its letters.
fn parts(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut goes_on = false;
    for c in text.chars() {
        let alone = matches!(c, '\u{3007}' | '\u{3400}'..='\u{9fff}');
        if !c.is_alphanumeric() && c != '\'' && c != '’' && !alone {
            goes_on = false;
            continue;
        }
        if !goes_on || alone {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase().map(|c| if c == '’' { '\'' } else { c }));
        }
        goes_on = !alone;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN: Language = Language::English;
    const ZH: Language = Language::Mandarin;

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
            assert_eq!(yes_or_no(text, EN), wanted, "{text}");
        }
        for (text, wanted) in [
            ("one two three four", Some("1234")),
            ("1 2 3 4", Some("1234")),
            ("12 oh 4", Some("1204")),
            ("one two or three", None),
            ("", None),
        ] {
            assert_eq!(digits(text, EN).as_deref(), wanted, "{text}");
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
            assert_eq!(which(text, &names, EN), wanted, "{text}");
        }
        assert_eq!(which("both", &names[..2], EN), Some(vec![0, 1]));
        let graph = Expects::Which(names.to_vec()).graph(EN);
        for text in ["the bedroom one", "the second one", "all of them", "the left lamp", "never mind"] {
            assert!(graph.accepts(text), "{text}");
        }
    }

    #[test]
    fn what_may_be_answered_can_be_heard() {
        assert!(Expects::YesNo.graph(EN).accepts("yes please"));
        assert!(Expects::YesNo.graph(EN).accepts("never mind"));
        assert!(!Expects::YesNo.graph(EN).accepts("turn on the lamp"));
        let pin = Expects::Pin.graph(EN);
        assert!(pin.accepts("one two three four"));
        assert!(pin.accepts("one two three four five six seven eight"));
        assert!(pin.accepts("one oh three four"));
        assert!(pin.accepts("cancel"));
        assert!(!pin.accepts("one two three"));
    }

    #[test]
    fn answers_in_mandarin() {
        for (text, wanted) in [("好的。", Some(true)), ("不要", Some(false)), ("算了吧", None)] {
            assert_eq!(yes_or_no(text, ZH), wanted, "{text}");
        }
        for (text, wanted) in
            [("一二三四", Some("1234")), ("幺〇九", Some("109")), ("1 2 三", Some("123")), ("一二那", None)]
        {
            assert_eq!(digits(text, ZH).as_deref(), wanted, "{text}");
        }
        let names = ["厨房灯", "卧室灯", "客厅的台灯"].map(str::to_owned);
        for (text, wanted) in [
            ("卧室的", Some(vec![1])),
            ("卧室的那个。", Some(vec![1])),
            ("请开客厅的", None),
            ("我要客厅的", Some(vec![2])),
            ("第二个", Some(vec![1])),
            ("最后一个", Some(vec![2])),
            ("第四个", None),
            ("厨房灯和客厅的", Some(vec![0, 2])),
            ("都要", Some(vec![0, 1, 2])),
            ("全部", Some(vec![0, 1, 2])),
            ("两个都要", None),
            ("灯", None),
            ("", None),
        ] {
            assert_eq!(which(text, &names, ZH), wanted, "{text}");
        }
        assert_eq!(which("两个都要", &names[..2], ZH), Some(vec![0, 1]));
        // A recogniser writes what it hears letter by letter.
        let accepts = |graph: &WordGraph, text: &str| graph.accepts(&parts(text).join(" "));
        let graph = Expects::Which(names.to_vec()).graph(ZH);
        for text in ["卧室的", "卧室的那个", "第二个", "都要", "厨房灯", "算了"] {
            assert!(accepts(&graph, text), "{text}");
        }
        let pin = Expects::Pin.graph(ZH);
        assert!(accepts(&pin, "一二三四") && accepts(&pin, "取消") && !accepts(&pin, "一二三"));
        assert!(accepts(&Expects::YesNo.graph(ZH), "好的"));
    }
}
