//! Whose voice it is: enrolled voices, strangers, clips that are not good enough.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{frames as framed, golden_signal};
use std::f32::consts::TAU;

use mynah_assistant::ports::{Detection, ModelError, WakeWord};
use mynah_audio::{Frame, Samples};
use mynah_engine::wake::speaker::{Clip, Embedding, Flaw, LEAST, SpeakerModel, SpeakerWake, Voice};
use proptest::prelude::*;
use serde::Deserialize;

fn frames(samples: &[f32]) -> Vec<Frame> {
    framed(samples).collect()
}

fn cosine(a: &Embedding, b: &Embedding) -> f32 {
    let (a, b): (Vec<f32>, Vec<f32>) = (a.clone().into(), b.clone().into());
    a.iter().zip(&b).map(|(a, b)| a * b).sum()
}

/// Half a second of quiet, then as much of a voice: harmonics of `pitch` in Hz, loudest around two formants that move.
fn said(pitch: f32, tract: f32, take: f32) -> Vec<f32> {
    let mut seed = 1u32;
    let mut noise = move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed as f32 / u32::MAX as f32 - 0.5
    };
    (0..17_600)
        .map(|n| {
            let t = n as f32 / 16_000.0;
            let course = (t - 0.5).max(0.0);
            let formants = [tract * (400.0 + 600.0 * course), tract * (1_900.0 - 1_200.0 * course)];
            let harmonic = |k: usize| {
                let hz = pitch * k as f32 * (1.0 + 0.01 * take);
                let gain: f32 = formants.iter().map(|f| (-((hz - f) / 180.0).powi(2)).exp()).sum();
                gain * (TAU * hz * t + take * k as f32).sin()
            };
            let voice: f32 = (1..40).map(harmonic).sum();
            0.0005 * noise() + if t < 0.5 { 0.0 } else { 0.1 * voice }
        })
        .collect()
}

#[derive(Deserialize)]
struct Golden {
    length: usize,
    embedding: Vec<f32>,
}

#[test]
fn agrees_with_the_training_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/speaker/golden.json");
    let golden: Golden = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let signal = golden_signal(golden.length);
    let model = SpeakerModel::builtin().unwrap();
    let ours: Vec<f32> = model.listen(frames(&signal).iter()).unwrap().embedding.into();
    for (ours, theirs) in ours.iter().zip(&golden.embedding) {
        assert!((ours - theirs).abs() < 2e-3, "{ours}, not {theirs}");
    }
}

/// Hears `computer` at the end of what it is given, and any other word before that.
struct Heard(u64, &'static str);

impl WakeWord for Heard {
    fn push(&mut self, frame: &Frame) -> Result<Option<Detection>, ModelError> {
        Ok((frame.end().0 == self.0).then(|| Detection { word: self.1.into(), score: 0.9 }))
    }

    fn delay(&self) -> Samples {
        Samples(0)
    }

    fn reset(&mut self) {}
}

fn voice(model: &SpeakerModel, name: &str, pitch: f32, tract: f32) -> Voice {
    let clip =
        |take: u8| model.listen(frames(&said(pitch, tract, f32::from(take))).iter()).unwrap().embedding;
    Voice {
        name: name.into(),
        word: "computer".into(),
        enrolled_unix_s: 0,
        clips: (0..3).map(clip).collect(),
    }
}

/// Whether `word`, said in that voice, wakes a house where anna and bob enrolled for `computer`.
fn wakes(word: &'static str, sound: &[f32]) -> bool {
    let model = SpeakerModel::builtin().unwrap();
    let voices = [voice(&model, "anna", 210.0, 1.15), voice(&model, "bob", 105.0, 0.92)];
    let frames = frames(sound);
    let first = Box::new(Heard(frames.last().unwrap().end().0, word));
    let mut wake = SpeakerWake::new(first, &model, &voices, LEAST).unwrap();
    let mut woken = false;
    for _ in 0..2 {
        let heard: Vec<_> = frames.iter().filter_map(|frame| wake.push(frame).unwrap()).collect();
        woken = !heard.is_empty();
        wake.reset();
    }
    woken
}

#[test]
fn a_word_counts_in_an_enrolled_voice_alone() {
    assert!(wakes("computer", &said(210.0, 1.15, 5.0)));
    assert!(wakes("computer", &said(105.0, 0.92, 5.0)));
    let buzz: Vec<f32> = (0..17_600).map(|n| if n % 40 == 0 { 0.3 } else { 0.0 }).collect();
    assert!(!wakes("computer", &buzz));
    assert!(!wakes("computer", &[0.0; 17_600]), "silence is nobody's voice");
    // Nobody enrolled for it.
    assert!(wakes("jarvis", &buzz));
}

#[test]
fn loudness_says_nothing() {
    let model = SpeakerModel::builtin().unwrap();
    let of = |gain: f32| {
        let quieter: Vec<f32> = said(150.0, 1.0, 0.0).iter().map(|sample| sample * gain).collect();
        model.listen(frames(&quieter).iter()).unwrap().embedding
    };
    assert!(cosine(&of(1.0), &of(0.3)) > 0.99);
}

#[test]
fn what_is_wrong_with_a_clip() {
    let model = SpeakerModel::builtin().unwrap();
    let clip = |samples: &[f32]| Clip::new(&model, &frames(samples)).unwrap();
    let flaw = |samples: &[f32], others: &[Clip]| clip(samples).flaw(others).map(|flaw| flaw.to_string());
    let good = said(150.0, 1.0, 0.0);
    assert_eq!(flaw(&good, &[]), None);
    assert_eq!(flaw(&said(150.0, 1.0, 3.0), &[clip(&good)]), None);
    let louder: Vec<f32> = good.iter().map(|sample| (sample * 40.0).clamp(-1.0, 1.0)).collect();
    let quieter: Vec<f32> = good.iter().map(|sample| sample * 0.01).collect();
    let room: Vec<f32> =
        good.iter().zip(said(90.0, 1.3, 1.0).iter().rev()).map(|(a, b)| a + 0.7 * b).collect();
    for (samples, others, due) in [
        (&louder, vec![], "clips"),
        (&quieter, vec![], "too quiet"),
        (&room, vec![], "above the room"),
        (&good, vec![clip(&good)], "same recording"),
    ] {
        let flaw = flaw(samples, &others).unwrap_or_default();
        assert!(flaw.contains(due), "{due}: {flaw:?}");
    }
}

#[test]
fn of_several_clips_those_of_one_voice_stay() {
    let model = SpeakerModel::builtin().unwrap();
    let clip = |samples: &[f32]| Clip::new(&model, &frames(samples)).unwrap();
    let buzz: Vec<f32> = (0..17_600).map(|n| if n % 40 == 0 { 0.3 } else { 0.0 }).collect();
    let takes = [
        clip(&buzz),
        clip(&said(150.0, 1.0, 0.0)),
        clip(&said(150.0, 1.0, 2.0)),
        clip(&said(150.0, 1.0, 4.0)),
    ];
    let (stay, out) = Clip::agreeing(&model, &takes);
    assert_eq!(stay, [1, 2, 3]);
    assert!(matches!(out[..], [(0, Flaw::Unlike(similarity))] if similarity < LEAST), "{out:?}");
    assert_eq!(Clip::agreeing(&model, &[]).0.len(), 0);
}

#[test]
fn what_is_kept_of_a_voice_is_read_back_and_checked() {
    let model = SpeakerModel::builtin().unwrap();
    let anna = voice(&model, "anna", 210.0, 1.15);
    let json = serde_json::to_string(&anna).unwrap();
    assert_eq!(serde_json::from_str::<Voice>(&json).unwrap().name, "anna");
    let Voice { clips, .. } = serde_json::from_str(&json).unwrap();
    assert!(clips.iter().zip(&anna.clips).all(|(read, kept)| cosine(read, kept) > 0.9999));
    assert!(serde_json::from_str::<Embedding>("[1.0, 2.0]").is_err());
    assert!(Embedding::try_from(vec![0.0; 64]).is_err());
    assert!(Embedding::try_from(vec![f32::NAN; 64]).is_err());
    let nobody = Voice { clips: vec![], ..anna };
    let first = || Box::new(Heard(0, "computer"));
    assert!(SpeakerWake::new(first(), &model, &[nobody], LEAST).is_err());
    for least in [0.0, 1.0, f32::NAN] {
        assert!(SpeakerWake::new(first(), &model, &[], least).is_err(), "{least}");
    }
}

proptest! {
    #[test]
    fn no_sound_makes_it_panic(samples in prop::collection::vec(prop_oneof![Just(f32::NAN), Just(f32::INFINITY), Just(0.0), -2.0f32..2.0], 0..4_000)) {
        let model = SpeakerModel::builtin().unwrap();
        let heard = frames(&samples);
        if let Ok(heard) = model.listen(heard.iter()) {
            let similarity = model.similarity(&heard.embedding, &heard);
            prop_assert!((0.0..=1.0).contains(&similarity));
        }
        if let Ok(clip) = Clip::new(&model, &heard) {
            let _ = clip.flaw(std::slice::from_ref(&clip));
        }
    }
}
