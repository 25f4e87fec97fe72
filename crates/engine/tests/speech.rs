//! Speech by espeak-ng and, where a voice is there, by Piper.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[macro_use]
mod common;

use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use common::model;
use mynah_assistant::ports::{ModelError, Speech};
use mynah_engine::runtime::{BackendKind, backend};
use mynah_engine::speech::{Espeak, EspeakConfig, Piper, PiperConfig};

fn installed() -> bool {
    Command::new("espeak-ng").arg("--version").output().is_ok()
}

fn spoken(voice: &mut dyn Speech, text: &str) -> Vec<Vec<f32>> {
    let mut pieces = Vec::new();
    let spoken = voice.speak(text, &mut |samples| {
        pieces.push(samples.to_vec());
        ControlFlow::Continue(())
    });
    spoken.unwrap();
    pieces
}

fn seconds(voice: &dyn Speech, pieces: &[Vec<f32>]) -> f32 {
    pieces.iter().map(Vec::len).sum::<usize>() as f32 / voice.sample_rate() as f32
}

fn length(voice: &mut dyn Speech, text: &str) -> f32 {
    let pieces = spoken(voice, text);
    seconds(voice, &pieces)
}

fn loudest(pieces: &[Vec<f32>]) -> f32 {
    pieces.iter().flatten().fold(0.0, |loudest, sample| loudest.max(sample.abs()))
}

#[test]
fn espeak_speaks_as_long_as_the_text_is() {
    if !installed() {
        skip!("no espeak-ng");
    }
    let mut voice = Espeak::new(&EspeakConfig::default()).unwrap();
    assert_eq!(voice.sample_rate(), 22_050);
    let short = spoken(&mut voice, "The lamp is on.");
    let long = spoken(
        &mut voice,
        "The lamp in the kitchen is on, and the blind in the bedroom is half open. It is seven o'clock in the morning.",
    );
    assert!((0.5..2.5).contains(&seconds(&voice, &short)), "{}", seconds(&voice, &short));
    assert!(seconds(&voice, &long) > 3.0 * seconds(&voice, &short));
    assert!(loudest(&short) > 0.1 && loudest(&long) <= 1.0);
    // It comes piece by piece.
    assert!(long.len() > 3 && short[0].len() < 8192);
    assert!(spoken(&mut voice, " \n\t").is_empty());
}

#[test]
fn text_is_only_text() {
    if !installed() {
        skip!("no espeak-ng");
    }
    let mut voice = Espeak::new(&EspeakConfig::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("made");
    for text in [
        format!("-w {}", file.display()),
        format!("$(touch {0}); `touch {0}`", file.display()),
        "--help".into(),
        "a\0b".into(),
    ] {
        assert!(length(&mut voice, &text) > 0.2, "{text}");
    }
    assert!(!file.exists());
    // Not the phoneme notation of espeak-ng, which would be silent about most of it.
    assert!(length(&mut voice, "[[_ _ _]] brackets") > 0.4);
}

#[test]
fn the_sink_can_break_off() {
    if !installed() {
        skip!("no espeak-ng");
    }
    let mut voice = Espeak::new(&EspeakConfig::default()).unwrap();
    let mut pieces = 0;
    let text = "A long answer that nobody wants to hear to its end. ".repeat(200);
    voice
        .speak(&text, &mut |_| {
            pieces += 1;
            ControlFlow::Break(())
        })
        .unwrap();
    assert_eq!(pieces, 1);
    assert!(length(&mut voice, "And on it goes.") > 0.4);
}

#[test]
fn a_voice_that_is_not_there_is_told() {
    if !installed() {
        skip!("no espeak-ng");
    }
    let config = EspeakConfig { voice: "xx-none".into(), ..EspeakConfig::default() };
    let error = Espeak::new(&config).unwrap_err();
    assert!(
        matches!(&error, ModelError::Unusable(what) if what.contains("voice does not exist") && what.contains("--voices")),
        "{error}"
    );
    let error = Espeak::new(&EspeakConfig { rate: 0, ..EspeakConfig::default() }).unwrap_err();
    assert!(matches!(&error, ModelError::Unusable(what) if what.contains("80 to 450")), "{error}");
}

#[test]
fn unusable_piper_voices_are_named() {
    let error = |onnx: &Path| match Piper::open(onnx, &PiperConfig::default()) {
        Err(ModelError::Unusable(what)) => what,
        _ => panic!("accepted"),
    };
    assert!(error(Path::new("/nowhere/joe.onnx")).contains("/nowhere/joe.onnx is missing"));
    let folder = tempfile::tempdir().unwrap();
    let onnx = folder.path().join("joe.onnx");
    std::fs::copy(model("wake"), &onnx).unwrap();
    assert!(error(&onnx).contains("joe.onnx.json is missing"));
    let json = folder.path().join("joe.onnx.json");
    std::fs::write(&json, "{}").unwrap();
    assert!(error(&onnx).contains("joe.onnx.json is not the description of a Piper voice: missing field"));
    let description = r#"{"audio": {"sample_rate": 22050}, "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.6, "length_scale": 1, "noise_w": 0.8}, "phoneme_id_map": {"_": [0], "^": [1], "$": [2]}}"#;
    std::fs::write(&json, description).unwrap();
    assert!(error(&onnx).contains("joe.onnx has 2 inputs (`mel`, `state`), 3 are due"));
}

/// Needs a voice: MYNAH_PIPER_VOICE names its `.onnx`.
#[test]
fn piper_speaks_sentence_by_sentence() {
    let Some(onnx) = std::env::var_os("MYNAH_PIPER_VOICE") else { skip!("no MYNAH_PIPER_VOICE") };
    let mut voice = match (backend().unwrap().kind, Piper::open(Path::new(&onnx), &PiperConfig::default())) {
        (BackendKind::OnnxRuntime, Ok(voice)) => voice,
        (BackendKind::Tract, Err(ModelError::Unusable(what))) => {
            return assert!(what.contains("needs ONNX Runtime"), "{what}");
        }
        (kind, result) => panic!("{kind:?}: {:?}", result.err()),
    };
    let pieces = spoken(&mut voice, "The lamp is on. The blind is half open, and it is 21.5 degrees.");
    // Sentence, pause, sentence.
    assert_eq!(pieces.len(), 3);
    assert!((0.5..3.0).contains(&seconds(&voice, &pieces[..1])));
    assert!((1.5..8.0).contains(&seconds(&voice, &pieces[2..])));
    assert!(loudest(&pieces) > 0.1);
}
