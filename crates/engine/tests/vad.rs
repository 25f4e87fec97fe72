//! Voice activity on real speech and on silence.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[macro_use]
mod common;

use common::{data, frames, model, noise, recording, silence};
use mynah_assistant::ports::{ModelError, Vad};
use mynah_engine::runtime::{BackendKind, backend};
use mynah_engine::vad::{Earshot, SileroModel};

/// A recorded word with a second of quiet before and after; where it is loud.
fn spoken() -> Option<(Vec<f32>, usize)> {
    let word = recording(&data("wake/alexa")?.join("10.flac"));
    let loudest = (0..word.len() / 160).max_by_key(|frame| {
        let energy: f32 = word[frame * 160..][..160].iter().map(|sample| sample * sample).sum();
        (energy * 1e6) as u64
    })?;
    let mut audio = silence(1000);
    audio.extend(&word);
    audio.extend(silence(1000));
    Some((audio, 100 + loudest))
}

fn scores(vad: &mut dyn Vad, audio: &[f32]) -> Vec<f32> {
    frames(audio).map(|frame| vad.push(&frame).unwrap().0).collect()
}

#[track_caller]
fn hears_speech_and_no_silence(vad: &mut dyn Vad) {
    let quiet = scores(vad, &silence(2000));
    assert!(quiet.iter().all(|score| *score < 0.5), "{quiet:?}");
    vad.reset();
    let Some((audio, loudest)) = spoken() else { skip!("no data") };
    let first = scores(vad, &audio);
    let delay = vad.delay().0.div_ceil(160) as usize;
    assert!(first[loudest..=loudest + delay].iter().any(|score| *score > 0.5), "{first:?}");
    assert!(first[..90].iter().all(|score| *score < 0.5), "{first:?}");
    vad.reset();
    assert_eq!(scores(vad, &audio), first);
}

#[test]
fn earshot_hears_speech_and_no_silence() {
    hears_speech_and_no_silence(&mut Earshot::new());
}

#[test]
fn earshot_survives_what_is_no_sound() {
    let mut vad = Earshot::new();
    let mut audio = noise(100, 1e9);
    audio[50] = f32::NAN;
    audio[500] = f32::INFINITY;
    for frame in frames(&audio) {
        vad.push(&frame).unwrap();
    }
    vad.reset();
    hears_speech_and_no_silence(&mut vad);
}

#[test]
fn silero_hears_speech_and_no_silence() {
    let Some(file) = data("models/silero/silero_vad_16k_op15.onnx") else { skip!("no data") };
    match (backend().unwrap().kind, SileroModel::open(&file)) {
        (BackendKind::OnnxRuntime, Ok(model)) => hears_speech_and_no_silence(&mut model.stream().unwrap()),
        (BackendKind::Tract, Err(ModelError::Unusable(what))) => {
            assert!(
                what.contains("silero_vad_16k_op15.onnx") && what.contains("needs ONNX Runtime"),
                "{what}"
            );
        }
        (kind, result) => panic!("{kind:?}: {:?}", result.err()),
    }
}

#[test]
fn another_model_is_not_silero() {
    let Err(ModelError::Unusable(what)) = SileroModel::open(&model("wake")) else { panic!("accepted") };
    assert!(what.contains("wake.onnx has 2 inputs (`mel`, `state`), 3 are due"), "{what}");
}
