//! The command recogniser that ships: its network, and the port over it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::{frames, golden_signal, noise, silence};
use expect_test::{Expect, expect};
use mynah_assistant::ports::{Cancel, Hints, ModelError, Speech as _, Transcriber as _};
use mynah_audio::{Frame, SAMPLE_RATE, SamplePos, resample};
use mynah_engine::ctc::{AcousticModel, CommandConfig, CommandTranscriber};
use mynah_engine::speech::{Espeak, EspeakConfig};
use mynah_intent::WordGraph;

fn shipped(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/command").join(file)
}

/// All rows of a sound.
fn rows(sound: &[f32]) -> Vec<f32> {
    let mut stream = AcousticModel::builtin().unwrap().stream().unwrap();
    let mut rows = Vec::new();
    frames(sound).for_each(|frame| stream.push(frame.samples(), &mut rows).unwrap());
    rows.extend(stream.rest().unwrap());
    rows
}

fn hints(sentences: &[&str]) -> Hints {
    Hints { graph: Arc::new(WordGraph::from_sentences(sentences)), wake_phrase: Some("computer".into()) }
}

fn transcriber() -> CommandTranscriber {
    CommandTranscriber::new(&AcousticModel::builtin().unwrap(), CommandConfig::default()).unwrap()
}

/// Said by a synthetic voice, with a little noise around it.
fn said(text: &str) -> Vec<f32> {
    let mut voice = Espeak::new(&EspeakConfig::default()).unwrap();
    let mut samples = Vec::new();
    voice
        .speak(text, &mut |piece| {
            samples.extend_from_slice(piece);
            ControlFlow::Continue(())
        })
        .unwrap();
    let said = resample(voice.sample_rate(), SAMPLE_RATE, &samples).unwrap();
    let around = noise(400, 1e-3);
    [&around[..], &said, &around].concat()
}

/// Rows by which the network is late: `delay_frames` of its description.
const EARLY: usize = 3;

const SENTENCES: [&str; 5] = [
    "turn on the kitchen light",
    "turn off the kitchen light",
    "turn on the bedroom light",
    "set a timer for ten minutes",
    "what time is it",
];

#[test]
fn the_rows_are_those_of_onnx_runtime_on_the_features_of_training() {
    let golden: serde_json::Value =
        serde_json::from_slice(&fs::read(shipped("golden.json")).unwrap()).unwrap();
    let tokens = AcousticModel::builtin().unwrap().tokens().len();
    let swelling = |(n, x): (usize, f32)| {
        (f64::from(x) * (std::f64::consts::TAU * 1.7 * n as f64 / 16_000.0).sin().powi(2)) as f32
    };
    let sound: Vec<f32> = golden_signal(48_000).into_iter().enumerate().map(swelling).collect();
    let rows = rows(&sound);
    assert_eq!(rows.len(), tokens * 100);
    let due = golden["log_probs"].as_object().unwrap();
    assert!(due.len() > 5);
    for (row, due) in due {
        // Python's rows begin with those of what was before the sound.
        let Some(row) = row.parse::<usize>().unwrap().checked_sub(EARLY) else { continue };
        for (token, due) in due.as_array().unwrap().iter().enumerate() {
            let (given, due) = (f64::from(rows[row * tokens + token]), due.as_f64().unwrap());
            assert!((given - due).abs() < 2e-3, "row {row}, token {token}: {given}, {due} is due");
        }
    }
}

#[test]
fn asking_for_the_rest_changes_nothing() {
    let sound = noise(1000, 0.1);
    let mut stream = AcousticModel::builtin().unwrap().stream().unwrap();
    let mut broken = Vec::new();
    for (at, frame) in frames(&sound).enumerate() {
        stream.push(frame.samples(), &mut broken).unwrap();
        if at % 7 == 0 {
            // What is given now and what is still due are a row for each 30 ms.
            let tokens = AcousticModel::builtin().unwrap().tokens().len();
            assert_eq!((broken.len() + stream.rest().unwrap().len()) / tokens, (at + 1) / 3);
        }
    }
    broken.extend(stream.rest().unwrap());
    assert_eq!(broken, rows(&sound));
}

#[test]
fn sentences_are_heard_with_and_without_the_wake_word() {
    let mut transcriber = transcriber();
    let hints = hints(&SENTENCES);
    for sentence in SENTENCES {
        let heard = transcriber.recognize(&said(sentence), &hints).unwrap();
        assert_eq!((heard.text.as_str(), heard.accepted), (sentence, true));
        let heard = transcriber.recognize(&said(&format!("computer, {sentence}")), &hints).unwrap();
        assert_eq!((heard.text.as_str(), heard.accepted), (sentence, true));
    }
    let other = transcriber.recognize(&said("my grandmother bakes wonderful apple pies"), &hints).unwrap();
    assert!(!other.accepted, "{other:?}");
}

#[test]
fn what_follows_the_speech_counts_for_nothing() {
    let mut transcriber = transcriber();
    let order = said("turn off the kitchen light");
    let end = SamplePos(order.len() as u64);
    let both = [order, said("my grandmother bakes wonderful apple pies")].concat();
    transcriber.begin(&hints(&SENTENCES));
    frames(&both).for_each(|frame| assert!(transcriber.push(&frame).unwrap().is_none()));
    let heard = transcriber.finish(end, &Cancel::default()).unwrap();
    assert_eq!((heard.text.as_str(), heard.accepted), ("turn off the kitchen light", true));
}

#[test]
fn a_whole_sentence_is_told_at_a_pause_and_an_unfinished_one_too() {
    let mut transcriber = transcriber();
    let mut pause = |text: &str| {
        transcriber.begin(&hints(&SENTENCES));
        frames(&said(text)).for_each(|frame| assert!(transcriber.push(&frame).unwrap().is_none()));
        let partial = transcriber.pause(&Cancel::default()).unwrap().unwrap();
        (partial.complete, partial.confidence > 0.5)
    };
    assert_eq!(pause("set a timer for ten minutes"), (true, true));
    assert_eq!(pause("set a timer for"), (false, false));
}

#[test]
fn no_sound_is_too_strange() {
    let mut transcriber = transcriber();
    let hints = hints(&SENTENCES);
    let clipped: Vec<f32> = said("what time is it").iter().map(|x| (x * 50.0).clamp(-1.0, 1.0)).collect();
    for (name, sound) in [
        ("empty", Vec::new()),
        ("one sample", vec![0.5]),
        ("silence", silence(2000)),
        ("offset", vec![0.9; 16_000]),
        ("loud noise", noise(2000, 1.0)),
        ("very quiet noise", noise(2000, 1e-6)),
    ] {
        let heard = transcriber.recognize(&sound, &hints).unwrap();
        assert!(!heard.accepted, "{name}: {heard:?}");
    }
    let heard = transcriber.recognize(&clipped, &hints).unwrap();
    assert_eq!(heard.text, "what time is it");
    // What is no number is told, and the next turn is heard.
    transcriber.begin(&hints);
    let error = transcriber.push(&Frame::new(SamplePos(0), [f32::NAN; 160])).unwrap_err();
    assert!(
        matches!(&error, ModelError::Failed(what) if what.contains("the sound is not a number")),
        "{error}"
    );
    assert_eq!(transcriber.recognize(&said("what time is it"), &hints).unwrap().text, "what time is it");
}

/// What is told of the shipped model when `from` in its description is `to`.
fn check(from: &str, to: &str, expected: Expect) {
    let folder = tempfile::tempdir().unwrap();
    let description = fs::read_to_string(shipped("mynah-command.toml")).unwrap();
    assert!(description.contains(from), "{from}");
    fs::copy(shipped("mynah-command.onnx"), folder.path().join("m.onnx")).unwrap();
    fs::write(folder.path().join("m.toml"), description.replacen(from, to, 1)).unwrap();
    let told = match AcousticModel::open(&folder.path().join("m.onnx")) {
        Ok(_) => "nothing".to_owned(),
        Err(error) => error.to_string().replace(&folder.path().display().to_string(), "DIR"),
    };
    expected.assert_eq(&told);
}

#[test]
fn descriptions_that_do_not_fit_are_told() {
    check(
        "scale = ",
        "scale = -",
        expect![
            "DIR/m.toml: scale must be more than 0; train it again (models/training), or leave `recognition.command` out to use the built-in one"
        ],
    );
    check(
        "rows_per_step = 4",
        "rows_per_step = 5",
        expect![
            "DIR/m.toml: 12 frames cannot be 5 rows; train it again (models/training), or leave `recognition.command` out to use the built-in one"
        ],
    );
    check(
        "rows_per_step = 4",
        "rows_per_step = 3",
        expect![
            "DIR/m.toml: delay_frames is 9, which is no number of rows; train it again (models/training), or leave `recognition.command` out to use the built-in one"
        ],
    );
    check(
        "\"AA\", ",
        "",
        expect![
            "DIR/m.toml: lacks the phones AA; train it again (models/training), or leave `recognition.command` out to use the built-in one"
        ],
    );
    check(
        "\"AA\"",
        "\"AE\"",
        expect![
            "DIR/m.toml: has token `AE` twice; train it again (models/training), or leave `recognition.command` out to use the built-in one"
        ],
    );
    check(
        "\"<blank>\"",
        "\"nothing\"",
        expect![
            "DIR/m.toml: has no blank among its tokens (one of <blank>, <blk>, <b>, [PAD], <pad>, <eps>); train it again (models/training), or leave `recognition.command` out to use the built-in one"
        ],
    );
    check(
        "mean = [",
        "mean = [1.0, ",
        expect![
            "DIR/m.toml: mean has 41 values, 40 are due; train it again (models/training), or leave `recognition.command` out to use the built-in one"
        ],
    );
    check(
        "log_prior = [",
        "log_prior = [1.0, ",
        expect![
            "DIR/m.toml: log_prior has 41 values for 40 tokens; train it again (models/training), or leave `recognition.command` out to use the built-in one"
        ],
    );
    check(
        "delay_frames = 9",
        "delay_frames = 8",
        expect![
            "DIR/m.toml: delay_frames is 8, which is no number of rows; train it again (models/training), or leave `recognition.command` out to use the built-in one"
        ],
    );
    check(
        "kind = \"phones\"",
        "kind = \"notes\"",
        expect![
            "DIR/m.toml: line 3: unknown variant `notes`, expected one of `phones`, `characters`, `word_pieces`; train it again (models/training), or leave `recognition.command` out to use the built-in one"
        ],
    );
}

#[test]
fn other_models_are_told() {
    let told = |file: &str| match AcousticModel::open(&common::model(file)) {
        Ok(_) => "nothing".to_owned(),
        Err(error) => error.to_string().rsplit('/').next().unwrap().to_owned(),
    };
    expect!["training), or leave `recognition.command` out to use the built-in one"].assert_eq(&told("wake"));
    expect!["training), or leave `recognition.command` out to use the built-in one"]
        .assert_eq(&told("no-such-model"));
}
