use expect_test::{Expect, expect};
use mynah_intent::{List, WordGraph};
use proptest::prelude::*;

use super::super::prior::{PriorConfig, discount};
use super::super::vocabulary::{Vocabulary, tests::small};
use super::*;
use crate::fixtures;

/// A model that hears a text: each next token of it is likely, all others are equally unlikely.
struct Hears {
    tokens: Vec<Token>,
    vocabulary: Arc<Vocabulary>,
}

impl Hears {
    fn new(text: &str) -> Self {
        let vocabulary = Arc::new(small());
        let mut tokens = vocabulary.encode(text).expect("bytes cover all");
        tokens.push(vocabulary.end());
        Hears { tokens, vocabulary }
    }
}

impl NextToken for Hears {
    fn after(&mut self, prefix: &[Token], out: &mut Vec<f32>) -> Result<(), ModelError> {
        let end = self.vocabulary.end();
        out.clear();
        out.resize(end as usize + 1, (0.1f32 / end as f32).ln());
        // Goes on with what was heard wherever the prefix is, as Whisper does after a word that it would not have said.
        let next = self.tokens.get(prefix.len()).copied().unwrap_or(end);
        out[next as usize] = 0.9f32.ln();
        Ok(())
    }
}

fn lexicon(graph: WordGraph, wake: Option<&str>) -> Lexicon {
    Lexicon::new(Arc::new(graph), Arc::new(small()), wake.map(Into::into))
}

/// The `best` readings of `heard` in a graph.
fn check_in(graph: WordGraph, wake: Option<&str>, heard: &str, best: usize, expected: Expect) {
    let config = SearchConfig { margin: 30.0, lead: 30.0, patience: 96, ..SearchConfig::default() };
    let found = search(&mut Hears::new(heard), &mut lexicon(graph, wake), &config, &Cancel::default());
    let texts: Vec<_> = found.expect("not cancelled").readings.into_iter().map(|r| r.text).collect();
    expected.assert_eq(&texts[..texts.len().min(best)].join(" | "));
}

fn check(sentences: &[&str], heard: &str, expected: Expect) {
    check_in(WordGraph::from_sentences(sentences), None, heard, 2, expected);
}

#[test]
fn only_what_the_graph_has_is_heard() {
    let lights = ["turn on the lamp", "turn off the lamp", "turn on the lights", "stop"];
    check(&lights, " Turn on the lamp.", expect!["turn on the lamp | turn off the lamp"]);
    check(&lights, " Turn off the lamp", expect!["turn off the lamp | turn on the lamp"]);
    check(&lights, " Turn off the lump.", expect!["turn off the lamp | turn on the lamp"]);
    check(&lights, " turn on the lights!", expect!["turn on the lights | turn on the lamp"]);
    check(&lights, " Stop.", expect!["stop"]);
    check(&[], " Stop.", expect![""]);
}

#[test]
fn where_the_speaker_stopped_is_told() {
    let check = |heard: &str, expected: Expect| {
        let graph = WordGraph::from_sentences(&["turn on the lamp", "turn on the lamp in the hall", "stop"]);
        let config = SearchConfig { margin: 30.0, lead: 30.0, ..SearchConfig::default() };
        let found = search(&mut Hears::new(heard), &mut lexicon(graph, None), &config, &Cancel::default());
        let found = found.expect("not cancelled");
        let best = found.readings.first();
        expected.assert_eq(&match found.unfinished {
            Some(stopped) if best.is_none_or(|best| stopped.rank > best.rank) => {
                format!("{} …", stopped.text)
            }
            _ => best.map(|best| best.text.clone()).unwrap_or_default(),
        });
    };
    check(" Turn on the lamp.", expect!["turn on the lamp"]);
    check(" Turn on the", expect!["turn on the …"]);
    check(" Turn on the,", expect!["turn on the …"]);
    check(" Turn on the lamp in", expect!["turn on the lamp in …"]);
    check(" Turn on the lamp in the hall.", expect!["turn on the lamp in the hall"]);
}

#[test]
fn who_says_something_else_did_not_stop() {
    let regret = |heard: &str| {
        let graph = WordGraph::from_sentences(&["turn on the lamp", "turn on the lamp in the hall"]);
        let found = search(
            &mut Hears::new(heard),
            &mut lexicon(graph, None),
            &SearchConfig { margin: 30.0, lead: 30.0, ..SearchConfig::default() },
            &Cancel::default(),
        );
        found.expect("not cancelled").unfinished.map(|stopped| stopped.regret)
    };
    assert!(regret(" Turn on the,").is_some_and(|regret| regret < 0.1));
    assert!(regret(" When will it rain?").is_some_and(|regret| regret > 2.0));
}

#[test]
fn a_word_is_heard_however_it_is_written() {
    check(&["an eight ounce latte"], " An 8-ounce latte.", expect!["an eight ounce latte"]);
    check(&["fifty percent"], " 50%", expect!["fifty percent"]);
    check(&["a large dark mocha"], " A large, dark mocha.", expect!["a large dark mocha"]);
    check(&["call anna"], " Call Anna.", expect!["call anna"]);
}

#[test]
fn the_wake_phrase_in_front_is_skipped() {
    let graph = || WordGraph::from_sentences(&["turn on the lamp", "stop"]);
    for heard in [
        " Computer, turn on the lamp.",
        " Computer. Turn on the lamp.",
        " Turn on the lamp.",
        "Computer turn on the lamp",
    ] {
        check_in(graph(), Some("computer"), heard, 1, expect!["turn on the lamp"]);
    }
    check_in(graph(), Some("computer"), " Computer.", 1, expect!["stop"]);
}

#[test]
fn wildcards_are_free_inside_and_fixed_around() {
    let graph = || fixtures::graph(&["add {item} to the list"], &[("item", List::Wildcard)], &[]);
    let best = |heard: &str| {
        let config = SearchConfig::default();
        let found = search(&mut Hears::new(heard), &mut lexicon(graph(), None), &config, &Cancel::default());
        found.expect("not cancelled").readings.first().map(|r| r.text.clone()).unwrap_or_default()
    };
    assert_eq!(best(" Add oat lamp to the list."), "add oat lamp to the list");
    assert_eq!(best(" Add Turnip to the list."), "add turnip to the list");
}

#[test]
fn an_order_is_not_said_twice() {
    assert!(begins_again("turn on the lamp and turn on the lamp"));
    assert!(begins_again("turn on the lamp in the hall and turn on the"));
    assert!(begins_again("give me a small dark roast coffee and get me a small dark roast coffee"));
    assert!(begins_again("turn off the lamp and the fan and the fan"));
    assert!(!begins_again("turn off the lamp and the fan and the heater"));
    assert!(!begins_again("turn on the lamp and turn on the fan"));
    assert!(!begins_again("turn on the lamp"));
    assert!(!begins_again("no no no"));
    assert!(!begins_again(""));
}

#[test]
fn politeness_earns_nothing() {
    let graph = fixtures::graph(&["stop it"], &[], &["please"]);
    let config = SearchConfig { margin: 30.0, lead: 30.0, patience: 96, ..SearchConfig::default() };
    let mut hears = Hears::new(" Stop it please.");
    let found =
        search(&mut hears, &mut lexicon(graph, None), &config, &Cancel::default()).expect("not cancelled");
    let words: Vec<_> = found.readings.iter().take(2).map(|r| (r.text.as_str(), r.words)).collect();
    assert_eq!(words, [("stop it please", 2), ("stop it", 2)]);
}

#[test]
fn what_a_wildcard_ends_with_is_not_said_again() {
    let graph = fixtures::graph(&["note {item}"], &[("item", List::Wildcard)], &[]);
    // Rather ends than goes on, but would begin again.
    struct Loops(Hears);
    impl NextToken for Loops {
        fn after(&mut self, prefix: &[Token], out: &mut Vec<f32>) -> Result<(), ModelError> {
            let length = self.0.tokens.len() - 1;
            self.0.after(&prefix[..prefix.len() % length], out)?;
            if !prefix.is_empty() && prefix.len().is_multiple_of(length) {
                out[self.0.tokens[0] as usize] = 0.2f32.ln();
                out[self.0.vocabulary.end() as usize] = 0.7f32.ln();
            }
            Ok(())
        }
    }
    let mut loops = Loops(Hears::new(" note oat lamp"));
    let found = search(&mut loops, &mut lexicon(graph, None), &SearchConfig::default(), &Cancel::default());
    let texts: Vec<_> = found.expect("not cancelled").readings.into_iter().map(|r| r.text).collect();
    assert_eq!(texts.first().map(String::as_str), Some("note oat lamp"));
    assert!(texts.iter().all(|text| !text.contains("lamp note")), "{texts:?}");
}

#[test]
fn a_cancelled_search_says_so() {
    let cancel = Cancel::default();
    cancel.cancel();
    let graph = WordGraph::from_sentences(&["stop"]);
    let found =
        search(&mut Hears::new(" Stop."), &mut lexicon(graph, None), &SearchConfig::default(), &cancel);
    assert!(matches!(found, Err(ModelError::Cancelled)));
}

/// A model that believes whatever it likes, and the same after each prefix.
struct Believes {
    scores: Vec<f32>,
}

impl NextToken for Believes {
    fn after(&mut self, _prefix: &[Token], out: &mut Vec<f32>) -> Result<(), ModelError> {
        let sum: f32 = self.scores.iter().map(|x| x.exp()).sum();
        out.clear();
        out.extend(self.scores.iter().map(|x| x - sum.ln()));
        Ok(())
    }
}

#[test]
fn among_close_readings_the_less_expected_wins() {
    let graph = WordGraph::from_sentences(&["iced lamp", "iced oat"]);
    let lexicon = lexicon(graph, None);
    let reading = |text: &str, rank: f32| Reading {
        text: text.into(),
        score: rank,
        tokens: 0,
        path: small().encode(&format!(" {text}")).expect("bytes cover all"),
        first: usize::MAX,
        free: None,
        bonus: 0.0,
        words: 2,
        regret: 0.0,
        rank,
    };
    let check = |second: f32| {
        let readings = vec![reading("iced lamp", -1.0), reading("iced oat", second)];
        let mut found = Found { readings, ..Found::default() };
        let config = PriorConfig { weight: 0.5, within: 4.0, most: 4 };
        discount(&mut found, &mut Hears::new(" iced lamp"), &lexicon, &config, &Cancel::default())
            .expect("works");
        (found.readings[0].text.clone(), found.steps > 0)
    };
    assert_eq!(check(-2.0), ("iced oat".to_owned(), true), "silence says lamp, too");
    assert_eq!(check(-6.0), ("iced lamp".to_owned(), false), "far behind");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever the model believes: readings are sentences of the graph, in order, the same each time; and when nothing
    /// is cut off, no sentence's plain writing beats the answer.
    #[test]
    fn no_sentence_beats_the_answer(seed in proptest::collection::vec(-4.0f32..4.0, 64)) {
        let sentences = ["turn on the lamp", "turn off the lamp", "turn off", "lamp on", "on", "eight lamp"];
        let graph = WordGraph::from_sentences(&sentences);
        let vocabulary = small();
        let width = vocabulary.end() as usize + 1;
        let scores = (0..width).map(|t| seed[t * 7 % 64]).collect();
        let mut model = Believes { scores };
        let config = SearchConfig {
            margin: 1e6, lead: 1e6, max_regret: 1e6, max_steps: 20_000, patience: 20_000, max_tokens: 24, word_bonus: 1.0,
        };
        let mut lexicon = lexicon(graph.clone(), None);
        let found = search(&mut model, &mut lexicon, &config, &Cancel::default()).expect("not cancelled");
        let again = search(&mut model, &mut lexicon, &config, &Cancel::default()).expect("not cancelled");
        prop_assert_eq!(&found, &again);
        // What is given up early could not have been the answer: no way of writing beats that of the answer, and what is
        // within the regret that is borne is found.
        let full = SearchConfig { word_bonus: 0.0, ..config.clone() };
        let sparing = SearchConfig { lead: 0.0, ..full.clone() };
        let all = search(&mut model, &mut lexicon, &full, &Cancel::default()).expect("not cancelled");
        let spared = search(&mut model, &mut lexicon, &sparing, &Cancel::default()).expect("not cancelled");
        prop_assert!(spared.steps <= all.steps);
        let mut score = |path: &[Token]| {
            let mut log_probs = Vec::new();
            model.after(&[], &mut log_probs).expect("a table");
            path.iter().map(|&token| log_probs[token as usize]).sum::<f32>()
        };
        let best = spared.readings.iter().map(|r| score(&r.path)).fold(f32::NEG_INFINITY, f32::max);
        for reading in &all.readings {
            prop_assert!(score(&reading.path) <= best + 1e-3, "{}", reading.text);
        }
        if let Some(answer) = all.readings.first() {
            let strict = SearchConfig { max_regret: answer.regret + 1e-3, ..full };
            let kept = search(&mut model, &mut lexicon, &strict, &Cancel::default()).expect("not cancelled");
            prop_assert!(kept.steps <= all.steps);
            prop_assert!(kept.readings.iter().any(|r| r.text == answer.text && r.path == answer.path));
        }
        prop_assert!(found.readings.windows(2).all(|w| w[0].rank >= w[1].rank));
        for reading in &found.readings {
            prop_assert!(graph.accepts(&reading.text), "{}", reading.text);
            prop_assert!(reading.regret >= 0.0);
        }
        let best = found.readings.first().map_or(f32::NEG_INFINITY, |r| r.rank);
        let mut log_probs = Vec::new();
        for sentence in sentences {
            let mut prefix = Vec::new();
            let mut rank = sentence.split(' ').count() as f32;
            for (i, word) in sentence.split(' ').enumerate() {
                let text = if i == 0 { format!(" {}{}", word[..1].to_uppercase(), &word[1..]) } else { format!(" {word}") };
                for token in vocabulary.encode(&text).expect("bytes cover all") {
                    model.after(&prefix, &mut log_probs).expect("a table");
                    rank += log_probs[token as usize];
                    prefix.push(token);
                }
            }
            model.after(&prefix, &mut log_probs).expect("a table");
            rank += log_probs[vocabulary.end() as usize];
            prop_assert!(rank <= best + 1e-3, "{sentence}: {rank} against {best}");
        }
    }
}
