use expect_test::{Expect, expect};
use mynah_intent::{List, WordGraph};
use mynah_pronounce::{Phone, Pronouncer};
use proptest::prelude::*;

use super::super::tokens::{TokenKind, TokenList};
use super::*;
use crate::fixtures;

fn tokens() -> Arc<TokenList> {
    let names: Vec<String> =
        std::iter::once("<blank>").chain(Phone::ALL.map(Phone::name)).map(ToOwned::to_owned).collect();
    Arc::new(TokenList::new(TokenKind::Phones, &names).expect("the phones"))
}

fn lexicon(graph: WordGraph, wake: Option<&str>) -> Lexicon {
    Lexicon::new(Arc::new(graph), tokens(), Arc::new(Pronouncer::english()), wake.map(Into::into))
}

/// Rows of a network that heard these words: each token for two rows, likely by `sure`, and a blank between.
fn rows(text: &str, sure: f32) -> Vec<Vec<f32>> {
    let tokens = tokens();
    let row = |token: Token| {
        let mut row = vec![((1.0 - sure) / (tokens.len() - 1) as f32).ln(); tokens.len()];
        row[usize::from(token)] = sure.ln();
        row
    };
    let mut rows = vec![row(tokens.blank()); 4];
    for token in tokens.forms(text, &Pronouncer::english()).first().expect("it can be said") {
        rows.extend([row(*token), row(*token), row(tokens.blank())]);
    }
    rows.extend(vec![row(tokens.blank()); 4]);
    rows
}

fn hear(lexicon: &mut Lexicon, heard: &str) -> Found {
    let config = DecodeConfig { beam: 60.0, ..DecodeConfig::default() };
    let mut decoder = Decoder::new(config, lexicon);
    rows(heard, 0.9).iter().for_each(|row| decoder.push(row, lexicon));
    decoder.found(10, lexicon)
}

/// The `best` readings of `heard` in a graph.
fn check_in(graph: WordGraph, wake: Option<&str>, heard: &str, best: usize, expected: Expect) {
    let found = hear(&mut lexicon(graph, wake), heard);
    let texts: Vec<_> = found.readings.into_iter().map(|r| r.text).collect();
    expected.assert_eq(&texts[..texts.len().min(best)].join(" | "));
}

fn check(sentences: &[&str], heard: &str, expected: Expect) {
    check_in(WordGraph::from_sentences(sentences), None, heard, 2, expected);
}

#[test]
fn only_what_the_graph_has_is_heard() {
    let lights = ["turn on the lamp", "turn off the lamp", "turn on the lights", "stop"];
    check(&lights, "turn on the lamp", expect!["turn on the lamp | turn off the lamp"]);
    check(&lights, "turn off the lump", expect!["turn off the lamp | turn on the lamp"]);
    check(&lights, "turn on the lights", expect!["turn on the lights | turn on the lamp"]);
    check(&lights, "stop", expect!["stop | turn on the lamp"]);
    check(&[], "stop", expect![""]);
}

#[test]
fn equal_sounds_in_a_row_need_a_pause_between_them() {
    // D D, and P P across a word that could end before.
    check(&["a bad day", "a bay", "a bad way"], "a bad day", expect!["a bad day | a bad way"]);
    check(&["stop playing", "stop laying"], "stop playing", expect!["stop playing | stop laying"]);
    check(&["stop playing", "stop laying"], "stop laying", expect!["stop laying | stop playing"]);
}

#[test]
fn a_word_that_goes_on_is_not_the_shorter_one() {
    let sentences = ["turn on the light", "turn on the lights", "turn on the lighthouse"];
    check(&sentences, "turn on the light", expect!["turn on the light | turn on the lights"]);
    check(&sentences, "turn on the lights", expect!["turn on the lights | turn on the light"]);
    check(&sentences, "turn on the lighthouse", expect!["turn on the lighthouse | turn on the lights"]);
}

#[test]
fn what_is_said_in_two_ways_is_one_sentence() {
    check(&["either lamp", "the lamp"], "either lamp", expect!["either lamp | the lamp"]);
}

#[test]
fn the_wake_phrase_in_front_is_skipped() {
    let graph = || WordGraph::from_sentences(&["turn on the lamp", "stop"]);
    check_in(graph(), Some("computer"), "computer turn on the lamp", 1, expect!["turn on the lamp"]);
    check_in(graph(), Some("computer"), "turn on the lamp", 1, expect!["turn on the lamp"]);
    check_in(graph(), Some("computer"), "computer stop", 1, expect!["stop"]);
    check_in(graph(), Some("hey computer"), "hey computer stop", 1, expect!["stop"]);
}

#[test]
fn where_the_speaker_stopped_is_told() {
    let check = |heard: &str, expected: Expect| {
        let graph = WordGraph::from_sentences(&["turn on the lamp", "turn on the lamp in the hall", "stop"]);
        let found = hear(&mut lexicon(graph, None), heard);
        let best = found.readings.first();
        expected.assert_eq(&match found.unfinished {
            Some(stopped) if best.is_none_or(|best| stopped.score > best.score) => {
                format!("{} …", stopped.text)
            }
            _ => best.map(|best| best.text.clone()).unwrap_or_default(),
        });
    };
    check("turn on the lamp", expect!["turn on the lamp"]);
    check("turn on the", expect!["turn on the …"]);
    check("turn on the lamp in", expect!["turn on the lamp in …"]);
    check("turn on the lamp in the hall", expect!["turn on the lamp in the hall"]);
}

/// A wildcard between and behind words.
fn notes() -> WordGraph {
    let templates = ["note {item}", "add {item} to the list", "turn on the lamp", "what is on the list"];
    fixtures::graph(&templates, &[("item", List::Wildcard)], &[])
}

#[test]
fn where_a_wildcard_has_words_is_told_and_what_is_known_goes_before() {
    check_in(notes(), None, "note call the plumber", 1, expect!["note …"]);
    check_in(notes(), None, "add brown sugar to the list", 1, expect!["add … to the list"]);
    check_in(notes(), None, "turn on the lamp", 1, expect!["turn on the lamp"]);
    check_in(notes(), None, "what is on the list", 1, expect!["what is on the list"]);
}

#[test]
fn silence_has_no_words() {
    let graph = WordGraph::from_sentences(&["stop"]);
    let mut lexicon = lexicon(graph, None);
    let mut decoder = Decoder::new(DecodeConfig::default(), &mut lexicon);
    let tokens = tokens();
    let mut row = vec![-9.0; tokens.len()];
    row[0] = -0.01;
    for _ in 0..200 {
        decoder.push(&row, &mut lexicon);
    }
    let found = decoder.found(3, &lexicon);
    assert_eq!(found.readings, []);
    assert_eq!(found.free_tokens, 0);
}

/// A house of some rooms and things, in which words begin alike.
fn house() -> WordGraph {
    let names = ["lamp", "lamp shade", "lamb", "kitchen light", "kitchen lights", "bad door", "door"];
    let lists = [
        ("name", fixtures::list(&names)),
        ("level", fixtures::list(&["two", "ten", "twenty", "twenty two"])),
    ];
    let templates = [
        "(turn|switch) (on|off) [the] {name}",
        "set [the] {name} to {level}",
        "(open|close) the {name} [please]",
    ];
    fixtures::graph(&templates, &lists, &[])
}

proptest! {
    /// Whatever the graph can say is heard, when it is said clearly.
    #[test]
    fn a_sentence_is_heard_as_itself(numbers in proptest::collection::vec(any::<usize>(), 12)) {
        let graph = house();
        let mut numbers = numbers.into_iter();
        let text = graph.sample("", |n| numbers.next().unwrap_or(0) % n.max(1));
        let mut lexicon = lexicon(graph, None);
        let found = hear(&mut lexicon, &text);
        let best = found.readings.first().map(|reading| reading.text.clone());
        prop_assert_eq!(best, Some(text));
        // Nothing is likelier than the likeliest tokens.
        prop_assert!(found.readings.iter().all(|reading| reading.score <= found.free + 1e-2));
    }

    /// Any scores give sentences of the graph, and no two alike.
    #[test]
    fn noise_gives_sentences_of_the_graph(seed in any::<u64>(), length in 1usize..60) {
        let graph = house();
        let mut lexicon = lexicon(graph.clone(), None);
        let mut decoder = Decoder::new(DecodeConfig::default(), &mut lexicon);
        let mut state = seed;
        for _ in 0..length {
            let row: Vec<f32> = (0..40).map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                -((state >> 40) as f32 / 2f32.powi(21))
            }).collect();
            decoder.push(&row, &mut lexicon);
        }
        let found = decoder.found(10, &lexicon);
        for (at, reading) in found.readings.iter().enumerate() {
            prop_assert!(graph.accepts(&reading.text), "{}", reading.text);
            prop_assert!(found.readings[..at].iter().all(|other| other.text != reading.text && other.score >= reading.score));
        }
    }
}
