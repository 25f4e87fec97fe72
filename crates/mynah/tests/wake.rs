//! `mynah wake`: a phrase is typed, written into mynah.toml, and listened for.
#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{Place, UNREACHABLE_LAMP, named, spoken, there_is};
use expect_test::{Expect, expect};

/// The file as it is after the command, and what was said.
#[track_caller]
fn check(file: &str, arguments: &[&str], expected: Expect) {
    let place = Place::new();
    let path = place.write("mynah.toml", file);
    let arguments: Vec<&str> = ["--config", "mynah.toml", "wake"].iter().chain(arguments).copied().collect();
    let ran = place.mynah_args(&arguments, b"");
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    let after = std::fs::read_to_string(path).unwrap();
    let changed = if after == file { "unchanged\n".to_owned() } else { after };
    expected.assert_eq(&format!("{}{}= {}\n{changed}", ran.out, ran.err, ran.code.unwrap()));
}

#[test]
fn a_phrase_is_judged_and_written() {
    check("# mine\n[wake]\nwords = [] # none\n", &["add", "hey mynah"], expect![[r#""#]]);
    check("", &["add", "okay", "big", "grey", "elephant"], expect![[r#""#]]);
    check("", &["add", "hey mynah", "--dry-run"], expect![[r#""#]]);
    check(
        "[wake]\nphrases = [\"hey mynah\", \"dear house\"]\n",
        &["remove", "hey", "mynah"],
        expect![[r#""#]],
    );
}

#[test]
fn what_cannot_be_a_wake_phrase_is_refused_with_a_remedy() {
    check("", &["add", "hi"], expect![[r#""#]]);
    check("", &["add", "嘿"], expect![[r#""#]]);
    check("", &["add", "..."], expect![[r#""#]]);
    check("", &["add", "one two three four five six seven"], expect![[r#""#]]);
    check("[wake]\nphrases = [\"Hey Mynah\"]\n", &["add", "hey  mynah"], expect![[r#""#]]);
    check("", &["add", "computer"], expect![[r#""#]]);
    check("", &["add", "smart mirror"], expect![[r#""#]]);
    check("", &["remove", "hey mynah"], expect![[r#""#]]);
    check("[wake]\nphrases = 3\n", &["add", "hey mynah"], expect![[r#""#]]);
}

#[test]
fn a_configuration_is_made_where_there_is_none() {
    let place = Place::new();
    let ran = place.mynah_args(&["wake", "add", "dear little house", "--json"], b"").ends(0);
    let file = ran.json()["file"].as_str().unwrap().to_owned();
    assert!(file.ends_with("config/mynah/mynah.toml"), "{file}");
    assert_eq!(std::fs::read_to_string(file).unwrap(), "[wake]\nphrases = [\"dear little house\"]\n");
    place.mynah_args(&["wake", "add", "dear little house"], b"").ends(2).complains(&["already"]);
}

#[test]
fn a_phrase_that_cannot_be_heard_stops_a_run_at_once() {
    let place = Place::new();
    place.write("home.toml", UNREACHABLE_LAMP);
    place.write("mynah.toml", "home = \"home.toml\"\n[wake]\nphrases = [\"hi\", \"嘿\"]\n");
    place.write("x.wav", b"");
    place.mynah("run --config mynah.toml --input x.wav").ends(2).complains(&["\"hi\"", "\"嘿\""]);
}

#[test]
fn a_typed_phrase_is_heard() {
    if !there_is("espeak-ng", "--version") {
        return;
    }
    let place = Place::new();
    place.write("home.toml", UNREACHABLE_LAMP);
    place.write("mynah.toml", "home = \"home.toml\"\n[wake]\nwords = []\n[recognition]\nmodel = \"none\"\n");
    place.mynah("wake add okay big elephant --config mynah.toml").ends(0);
    let heard = |text: &str| {
        place.write("x.wav", spoken(text));
        let ran = place.mynah("run --config mynah.toml --input x.wav --events json").ends(0);
        let events = ran.events();
        named(&events, "wake")
            .iter()
            .map(|wake| wake["word"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(heard("okay big elephant. what time is it?"), ["okay_big_elephant"]);
    assert!(heard("the elephant was okay, but too big for the house. what time is it?").is_empty());
}
