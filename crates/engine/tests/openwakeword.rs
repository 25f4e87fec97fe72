//! openWakeWord's own models, against openWakeWord's own streaming by ONNX Runtime in Python.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[macro_use]
mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{data, frames, model, recording};
use mynah_assistant::ports::{ModelError, WakeWord as _};
use mynah_engine::runtime::{BackendKind, backend};
use mynah_engine::wake::{OpenWakeWordModel, WordConfig};

/// The scores of each step by `openwakeword_reference.py`; `None` where Python has not what it needs.
fn reference(features: &Path, audio: &Path, heads: &[PathBuf]) -> Option<Vec<Vec<f32>>> {
    let python = std::env::var_os("MYNAH_PYTHON").unwrap_or_else(|| "python3".into());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openwakeword_reference.py");
    let output = Command::new(python).arg(script).arg(features).arg(audio).args(heads).output().ok()?;
    if !output.status.success() {
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
        return None;
    }
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Clips of a word one after the other, with a second of quiet between, as 16-bit values.
fn clips(word: &str, count: usize) -> Option<Vec<f32>> {
    let mut files: Vec<_> = std::fs::read_dir(data(&format!("wake/{word}"))?)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut audio = vec![0.0; 16_000];
    for file in files.iter().take(count) {
        audio.extend(recording(file));
        audio.extend([0.0; 16_000]);
    }
    Some(audio)
}

fn save(audio: &[f32], to: &Path) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut wav = hound::WavWriter::create(to, spec).unwrap();
    for sample in audio {
        wav.write_sample((sample * 32768.0).round() as i16).unwrap();
    }
    wav.finalize().unwrap();
}

#[test]
fn scores_are_those_of_openwakeword() {
    let (Some(folder), Some(mut audio)) = (data("models/openwakeword"), clips("alexa", 4)) else {
        skip!("no data")
    };
    audio.extend(clips("jarvis", 3).unwrap());
    // hey_jarvis has branches, which only ONNX Runtime can run.
    let mut heads = vec![folder.join("alexa_v0.1.onnx"), folder.join("hey_rhasspy_v0.1.onnx")];
    if backend().unwrap().kind == BackendKind::OnnxRuntime {
        heads.push(folder.join("hey_jarvis_v0.1.onnx"));
    }
    let model = OpenWakeWordModel::open(&folder, &heads).unwrap();
    let words: Vec<_> = model.words().iter().map(|word| WordConfig::new(&*word.id)).collect();
    assert_eq!(words[..2], ["alexa", "hey_rhasspy"].map(WordConfig::new));
    let mut stream = model.stream(&words).unwrap();
    let (mut scores, mut heard) = (Vec::new(), Vec::new());
    for (index, frame) in frames(&audio).enumerate() {
        heard.extend(stream.push(&frame).unwrap());
        if index % 8 == 7 {
            scores.push(stream.scores().to_vec());
        }
    }
    assert!(heard.iter().any(|detection| &*detection.word == "alexa"), "{heard:?}");

    let temporary = tempfile::tempdir().unwrap();
    let wav = temporary.path().join("a.wav");
    save(&audio, &wav);
    let Some(reference) = reference(&folder, &wav, &heads) else {
        skip!("no Python with numpy, soundfile and onnxruntime")
    };
    assert_eq!(scores.len(), reference.len());
    let differences = scores.iter().flatten().zip(reference.iter().flatten()).map(|(a, b)| (a - b).abs());
    let largest = differences.fold(0.0, f32::max);
    let best = reference.iter().flatten().copied().fold(0.0, f32::max);
    eprintln!(
        "{}: largest difference {largest:e} over {} steps, best score {best}",
        backend().unwrap(),
        scores.len()
    );
    assert!(largest <= 1e-3 && best > 0.9, "{largest} {best}");
}

#[test]
fn a_stream_begins_afresh_after_a_reset() {
    let (Some(folder), Some(audio)) = (data("models/openwakeword"), clips("alexa", 2)) else {
        skip!("no data")
    };
    let model = OpenWakeWordModel::open(&folder, &[folder.join("alexa_v0.1.onnx")]).unwrap();
    let mut stream = model.stream(&[WordConfig::new("alexa")]).unwrap();
    let mut scores = || {
        let mut all = Vec::new();
        for frame in frames(&audio) {
            stream.push(&frame).unwrap();
            all.push(stream.scores()[0]);
        }
        stream.reset();
        all
    };
    assert_eq!(scores(), scores());
}

#[test]
fn unusable_models_are_named() {
    let no_heads: [PathBuf; 0] = [];
    let Err(ModelError::Unusable(what)) = OpenWakeWordModel::open(Path::new("/nowhere"), &no_heads) else {
        panic!("accepted")
    };
    assert!(what.contains("/nowhere/melspectrogram.onnx is missing"), "{what}");

    let Some(folder) = data("models/openwakeword") else { skip!("no data") };
    let Err(ModelError::Unusable(what)) = OpenWakeWordModel::open(&folder, &[model("wake")]) else {
        panic!("accepted")
    };
    assert!(what.contains("wake.onnx has 2 inputs"), "{what}");
    let jarvis = OpenWakeWordModel::open(&folder, &[folder.join("hey_jarvis_v0.1.onnx")]);
    match (backend().unwrap().kind, jarvis) {
        (BackendKind::OnnxRuntime, Ok(_)) => {}
        (BackendKind::Tract, Err(ModelError::Unusable(what))) => {
            assert!(what.contains("hey_jarvis_v0.1.onnx") && what.contains("needs ONNX Runtime"), "{what}");
        }
        (kind, result) => panic!("{kind:?}: {:?}", result.err()),
    }
}
