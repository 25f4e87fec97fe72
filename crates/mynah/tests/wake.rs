//! `mynah wake`: a phrase is typed, written into mynah.toml, and listened for.
#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{Place, UNREACHABLE_LAMP, named, spoken, there_is};
use expect_test::{Expect, expect};
use hound::{WavReader, WavWriter};

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
    // What sounds like it changes with the skills that ship.
    let out: String = ran
        .out
        .lines()
        .filter(|line| !line.contains(" apart from"))
        .map(|line| format!("{line}\n"))
        .collect();
    expected.assert_eq(&format!("{out}{}= {}\n{changed}", ran.err, ran.code.unwrap()));
}

#[test]
fn a_phrase_is_judged_and_written() {
    check(
        "# mine\n[wake]\nwords = [] # none\n",
        &["add", "hey mynah"],
        expect![[r#"
        "hey mynah" has 6 sounds: HH EY M AY N AH, or HH EY M IH N AH
          No dictionary has it, so how it is said is guessed. Spell it as it sounds if that is wrong ("mynah": "minor").
          That is short: 8 sounds or more are missed less often, and less often heard where nobody said them.
          So it will be heard now and then when people say that.
        mynah.toml has it now; `mynah run` listens for it.
        = 0
        # mine
        [wake]
        words = [] # none
        phrases = ["hey mynah"]
    "#]],
    );
    check(
        "",
        &["add", "okay", "big", "grey", "elephant"],
        expect![[r#"
        "okay big grey elephant" has 16 sounds: OW K EY B IH G G R EY EH L AH F AH N T
        mynah.toml has it now; `mynah run` listens for it.
        = 0
        [wake]
        phrases = ["okay big grey elephant"]
    "#]],
    );
    check(
        "",
        &["add", "hey mynah", "--dry-run"],
        expect![[r#"
        "hey mynah" has 6 sounds: HH EY M AY N AH, or HH EY M IH N AH
          No dictionary has it, so how it is said is guessed. Spell it as it sounds if that is wrong ("mynah": "minor").
          That is short: 8 sounds or more are missed less often, and less often heard where nobody said them.
          So it will be heard now and then when people say that.
        Nothing was written.
        = 0
        unchanged
    "#]],
    );
    check(
        "[wake]\nphrases = [\"hey mynah\", \"dear house\"]\n",
        &["remove", "hey", "mynah"],
        expect![[r#"
            mynah.toml does without "hey mynah" now.
            = 0
            [wake]
            phrases = ["dear house"]
        "#]],
    );
}

#[test]
fn a_word_of_the_network_is_taken_out() {
    check(
        "[wake]\nwords = [\"computer\", \"jarvis\"] # ours\n",
        &["remove", "jarvis"],
        expect![[r#"
            mynah.toml does without "jarvis" now.
            = 0
            [wake]
            words = ["computer"] # ours
        "#]],
    );
}

#[test]
fn what_need_not_or_cannot_be_trained_is_refused() {
    check(
        "",
        &["train", "hi"],
        expect![[r#"
        mynah: "hi" is too short for a wake phrase: it has 2 sounds (HH AY), 5 are the least and 8 are good. Try "hello hi"
        = 2
        unchanged
    "#]],
    );
    check(
        "",
        &["train", "snowboy"],
        expect![[r#"
        mynah: the shipped network knows "snowboy" and hears it better than its sounds alone: write words = ["snowboy"] under [wake] in mynah.toml
        = 2
        unchanged
    "#]],
    );
}

#[test]
fn what_cannot_be_a_wake_phrase_is_refused_with_a_remedy() {
    check(
        "",
        &["add", "hi"],
        expect![[r#"
        mynah: "hi" is too short for a wake phrase: it has 2 sounds (HH AY), 5 are the least and 8 are good. Try "hello hi"
        = 2
        unchanged
    "#]],
    );
    check(
        "",
        &["add", "嘿"],
        expect![[r#"
        mynah: "嘿" cannot be a wake phrase: `嘿` in `嘿` is no letter of English. Write it in English letters, as it sounds
        = 2
        unchanged
    "#]],
    );
    check(
        "",
        &["add", "..."],
        expect![[r#"
        mynah: "..." cannot be a wake phrase: there is nothing to say in `...`. Write it in English letters, as it sounds
        = 2
        unchanged
    "#]],
    );
    check(
        "",
        &["add", "one two three four five six seven"],
        expect![[r#"
        mynah: "one two three four five six seven" is too long: a wake phrase has 6 words at most
        = 2
        unchanged
    "#]],
    );
    check(
        "[wake]\nphrases = [\"Hey Mynah\"]\n",
        &["add", "hey  mynah"],
        expect![[r#"
        mynah: "hey mynah" is a wake phrase already
        = 2
        unchanged
    "#]],
    );
    check(
        "",
        &["add", "computer"],
        expect![[r#"
        mynah: "computer" is a wake word already, and the shipped network hears it better than its sounds alone
        = 2
        unchanged
    "#]],
    );
    check(
        "",
        &["add", "smart mirror"],
        expect![[r#"
        mynah: the shipped network knows "smart mirror" and hears it better than its sounds alone: write words = ["smart_mirror"] under [wake] in mynah.toml
        = 2
        unchanged
    "#]],
    );
    check(
        "",
        &["remove", "hey mynah"],
        expect![[r#"
        mynah: "hey mynah" is no wake phrase of mynah.toml; listened for are computer, jarvis
        = 2
        unchanged
    "#]],
    );
    check(
        "[wake]\nphrases = 3\n",
        &["add", "hey mynah"],
        expect![[r#"
        mynah: mynah.toml: TOML parse error at line 2, column 11
          |
        2 | phrases = 3
          |           ^
        invalid type: integer `3`, expected a sequence

        = 2
        unchanged
    "#]],
    );
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
    place.mynah_fed("run --config mynah.toml --input -", &[0; 3200]).ends(2).complains(&["\"hi\"", "\"嘿\""]);
}

/// A second of a quiet room before and after a WAV: `x.wav`.
fn quietly(place: &Place, wav: &[u8]) {
    let mut said = WavReader::new(wav).unwrap();
    let mut padded = WavWriter::create(place.path("x.wav"), said.spec()).unwrap();
    let second = said.spec().sample_rate as usize;
    let room = || std::iter::repeat_n(0i16, second);
    for sample in room().chain(said.samples().map(Result::unwrap).collect::<Vec<i16>>()).chain(room()) {
        padded.write_sample(sample).unwrap();
    }
    padded.finalize().unwrap();
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
        quietly(&place, &spoken(text));
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
