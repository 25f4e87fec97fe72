//! Our own wake-word stream, on small models with the interface of the real one (tests/models/make.py).
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::fs;
use std::path::Path;

use common::{frames, golden_signal, model, noise, silence};
use expect_test::{Expect, expect};
use mynah_assistant::ports::{ModelError, WakeWord as _};
use mynah_audio::Samples;
use mynah_engine::runtime::{BackendKind, backend};
use mynah_engine::wake::{MynahWake, WakeModel, WordConfig};

fn open(name: &str) -> WakeModel {
    WakeModel::open(&model(name)).unwrap()
}

/// "word@ms" of each detection; ms is the end of the frame that was pushed.
fn heard(stream: &mut MynahWake, audio: &[f32]) -> String {
    let detections = frames(audio).filter_map(|frame| {
        let detection = stream.push(&frame).unwrap()?;
        Some(format!("{}@{}", detection.word, frame.end().as_millis()))
    });
    detections.collect::<Vec<_>>().join(" ")
}

fn scores(stream: &mut MynahWake, audio: &[f32]) -> Vec<f32> {
    let mut all = Vec::new();
    for (index, frame) in frames(audio).enumerate() {
        stream.push(&frame).unwrap();
        if index % 2 == 1 {
            all.extend_from_slice(stream.scores());
        }
    }
    all
}

/// The scores of a step are those of ONNX Runtime in Python on the features of models/training.
#[track_caller]
fn agrees(stream: &mut MynahWake, audio: &[f32], golden: &serde_json::Value) {
    let golden = golden.as_array().unwrap().iter().flat_map(|step| step.as_array().unwrap());
    let golden: Vec<f64> = golden.map(|score| score.as_f64().unwrap()).collect();
    for pass in ["fresh", "after a reset"] {
        let scores = scores(stream, audio);
        assert_eq!(scores.len(), golden.len());
        for (at, (&score, golden)) in scores.iter().zip(&golden).enumerate() {
            assert!((f64::from(score) - golden).abs() < 1e-4, "{pass}, value {at}: {score}, {golden} is due");
        }
        stream.reset();
    }
}

fn golden(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn scores_are_those_of_onnx_runtime_on_the_features_of_training() {
    let mut stream = open("wake").stream(&[WordConfig::new("loud"), WordConfig::new("memory")]).unwrap();
    agrees(&mut stream, &golden_signal(4000), &golden(&model("golden").with_extension("json"))["scores"]);
}

#[test]
fn the_built_in_network_gives_the_scores_that_it_was_exported_with() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/wake/golden.json");
    let model = WakeModel::builtin().unwrap();
    let golden = golden(&path);
    let words: Vec<_> = model.words().iter().map(|word| WordConfig::new(&*word.id)).collect();
    for word in ["computer", "jarvis"] {
        assert!(words.contains(&WordConfig::new(word)), "{words:?}");
    }
    let mut stream = model.stream_awake(&words).unwrap();
    agrees(&mut stream, &golden_signal(4000), &golden["scores"]);
    agrees(&mut stream, &golden_signal(32_000), &golden["long_scores"]);
}

/// Noise that comes and goes over a background, of which nothing is louder than a step above it for seconds.
fn bursts() -> Vec<f32> {
    let mut audio = Vec::new();
    for (ms, level) in [
        (6_000, 0.002),
        (500, 0.1),
        (4_000, 0.002),
        (120, 0.02),
        (90, 0.002),
        (700, 0.3),
        (9_000, 0.02),
        (20, 0.4),
        (2_500, 0.002),
    ] {
        audio.extend(noise(ms, level));
    }
    audio
}

#[test]
fn a_network_that_slept_scores_to_the_bit_as_one_that_did_not() {
    let model = WakeModel::builtin().unwrap();
    let words = [WordConfig::new("computer")];
    let (mut awake, mut gated) = (model.stream_awake(&words).unwrap(), model.stream(&words).unwrap());
    let audio = bursts();
    for pass in 0..2 {
        let (mut slept, mut woke) = (0, 0);
        for (index, frame) in frames(&audio).enumerate() {
            let was = gated.is_awake();
            awake.push(&frame).unwrap();
            gated.push(&frame).unwrap();
            if index % 2 == 0 {
                continue;
            }
            woke += usize::from(gated.is_awake() && !was);
            if gated.is_awake() {
                assert_eq!(gated.scores(), awake.scores(), "pass {pass}, at {} ms", frame.end().as_millis());
            } else {
                slept += 1;
                assert!(gated.scores().iter().all(|score| *score == 0.0));
            }
        }
        assert!(slept > 300 && woke >= 3, "it slept {slept} steps and woke {woke} times");
        awake.reset();
        gated.reset();
    }
}

#[test]
fn words_fire_by_threshold_patience_and_refractory_time() {
    #[track_caller]
    fn check(words: &[WordConfig], expected: Expect) {
        let mut audio = silence(500);
        audio.extend(noise(100, 0.3));
        audio.extend(silence(400));
        audio.extend(noise(20, 0.3));
        audio.extend(silence(80));
        audio.extend(noise(1000, 0.3));
        expected.assert_eq(&heard(&mut open("wake").stream(words).unwrap(), &audio));
    }
    let loud = WordConfig::new("loud");
    // Two steps, that is 40 ms, and 400 ms of silence after each.
    check(std::slice::from_ref(&loud), expect!["loud@540 loud@1040 loud@1480 loud@1920"]);
    check(&[WordConfig { patience: Some(5), ..loud.clone() }], expect!["loud@600 loud@1200 loud@1700"]);
    check(
        &[WordConfig { refractory_ms: Some(0), patience: Some(10), ..loud.clone() }],
        expect!["loud@1300 loud@1500 loud@1700 loud@1900 loud@2100"],
    );
    check(&[WordConfig { threshold: Some(1.0), ..loud }], expect![""]);
    check(&[WordConfig::new("memory")], expect!["memory@1280 memory@1740"]);
}

#[test]
fn streams_of_one_model_are_private() {
    let model = open("wake");
    let stream = || model.stream(&[WordConfig::new("memory")]).unwrap();
    let (mut alone, mut one, mut other) = (stream(), stream(), stream());
    let audio = noise(300, 0.2);
    let expected = scores(&mut alone, &audio);
    let mut got = Vec::new();
    for (index, (frame, silent)) in frames(&audio).zip(frames(&silence(300))).enumerate() {
        one.push(&frame).unwrap();
        other.push(&silent).unwrap();
        if index % 2 == 1 {
            got.extend_from_slice(one.scores());
        }
    }
    assert_eq!(got, expected);
}

#[test]
fn a_score_that_is_no_number_is_an_error_and_the_stream_goes_on() {
    let mut stream = open("not-a-number")
        .stream(&[WordConfig { refractory_ms: Some(0), ..WordConfig::new("always") }])
        .unwrap();
    assert_eq!(heard(&mut stream, &silence(60)), "always@20 always@40 always@60");
    let errors: Vec<_> = frames(&noise(40, 0.5)).filter_map(|frame| stream.push(&frame).err()).collect();
    assert_eq!(errors.len(), 2);
    assert!(
        matches!(&errors[0], ModelError::Failed(what) if what.contains("not-a-number.onnx") && what.contains("scores")),
        "{errors:?}"
    );
    assert_eq!(heard(&mut stream, &silence(60)), "always@20 always@40 always@60");
}

#[test]
fn sound_that_is_no_number_is_an_error_and_the_stream_goes_on() {
    let model = open("wake");
    let mut stream = model.stream(&[WordConfig::new("loud")]).unwrap();
    let mut audio = noise(40, 0.1);
    audio[200] = f32::NAN;
    let errors = frames(&audio).filter(|frame| stream.push(frame).is_err()).count();
    assert_eq!(errors, 1);
    stream.reset();
    let after = scores(&mut stream, &golden_signal(4000));
    assert_eq!(after, scores(&mut model.stream(&[WordConfig::new("loud")]).unwrap(), &golden_signal(4000)));
}

#[test]
fn delay_is_the_patience_of_the_quickest_word() {
    let model = open("wake");
    assert_eq!(model.stream(&[WordConfig::new("memory")]).unwrap().delay(), Samples::from_millis(60));
    assert_eq!(
        model.stream(&[WordConfig::new("memory"), WordConfig::new("loud")]).unwrap().delay(),
        Samples::from_millis(40)
    );
}

#[test]
fn a_bad_choice_of_words_is_told_at_once() {
    #[track_caller]
    fn check(words: &[WordConfig], expected: Expect) {
        let Err(ModelError::Unusable(what)) = open("wake").stream(words) else { panic!("accepted") };
        expected.assert_eq(&what.replace(model("wake").to_str().unwrap(), "wake.onnx"));
    }
    check(&[], expect!["no wake word is chosen; wake.onnx knows `loud`, `memory`"]);
    check(
        &[
            WordConfig::new("lout"),
            WordConfig { threshold: Some(f32::NAN), patience: Some(0), ..WordConfig::new("loud") },
            WordConfig::new("loud"),
        ],
        expect![
            "wake word `lout` is not known; wake.onnx knows `loud`, `memory`; threshold NaN of wake word `loud` is not above 0 and at most 1; patience of wake word `loud` is 0, at least 1 is due; wake word `loud` is chosen twice"
        ],
    );
}

#[test]
fn an_unusable_model_is_named_with_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(model("wake")).unwrap();
    let toml = fs::read_to_string(model("wake").with_extension("toml")).unwrap();
    let file = folder.path().join("w.onnx");
    let sidecar = folder.path().join("w.toml");
    let check = |onnx: Option<&[u8]>, toml: Option<&str>, expected: Expect| {
        for (path, content) in [(&file, onnx), (&sidecar, toml.map(str::as_bytes))] {
            match content {
                Some(content) => fs::write(path, content).unwrap(),
                None => drop(fs::remove_file(path)),
            }
        }
        let Err(ModelError::Unusable(what)) = WakeModel::open(&file) else { panic!("accepted") };
        let what = what.replace(folder.path().to_str().unwrap(), "");
        let remedy = "; train it again (models/training), or leave `wake.model` out to use the built-in one";
        expected.assert_eq(what.strip_suffix(remedy).unwrap_or(&what));
        assert!(what.contains(remedy) || what.contains("install its shared library"), "no remedy: {what}");
    };
    let of = |name: &str| fs::read(model(name)).unwrap();

    check(None, Some(&toml), expect!["model file /w.onnx is missing"]);
    check(Some(b""), Some(&toml), expect!["model file /w.onnx is empty"]);
    check(
        Some(b"<!DOCTYPE html>\n<title>404 Not Found</title>\n"),
        Some(&toml),
        expect!["model file /w.onnx is not an ONNX model"],
    );
    check(
        Some(&whole[..whole.len() / 2]),
        Some(&toml),
        expect!["model file /w.onnx is truncated or not an ONNX model"],
    );
    check(
        Some(&of("other-kind")),
        Some(&toml),
        expect!["model file /w.onnx has 1 inputs (`x`), 2 are due: it is a model of another kind"],
    );
    check(
        Some(&of("three-frames")),
        Some(&toml),
        expect!["model file /w.onnx has input `mel` of shape [1, 3, 40], [1, 2, 40] is due"],
    );
    check(
        Some(&whole),
        Some(&toml.replace("state = 8", "state = 9")),
        expect!["model file /w.onnx has input `state` of shape [1, 8], [1, 9] is due"],
    );
    check(
        Some(&whole),
        Some(&toml.replace("index = 1", "index = 2")),
        expect!["model file /w.onnx gives 2 scores, but /w.toml names score 2"],
    );
    check(Some(&whole), None, expect!["model file /w.toml is missing"]);
    check(
        Some(&whole),
        Some(&toml.replace("patience = 3", "patience = many")),
        expect!["/w.toml: line 21: string values must be quoted, expected literal string"],
    );
    check(
        Some(&whole),
        Some(&toml.replace("= 16000", "= 8000").replace("0.9", "1.5").replace("loud", "memory")),
        expect![
            "/w.toml: sample_rate is 8000, 16000 is due; wake word `memory` stands twice; threshold 1.5 of wake word `memory` is not above 0 and at most 1"
        ],
    );
    if backend().unwrap().kind == BackendKind::Tract {
        check(
            Some(&of("branches")),
            Some(&toml),
            expect![
                "model file /w.onnx has branches (the operator `If`), which tract cannot run: it needs ONNX Runtime 1.24 or later (install its shared library, or name it in ORT_DYLIB_PATH)"
            ],
        );
    } else {
        fs::write(&file, of("branches")).unwrap();
        fs::write(&sidecar, &toml).unwrap();
        WakeModel::open(Path::new(&file)).unwrap();
    }
}

#[test]
fn a_model_cut_anywhere_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(model("wake")).unwrap();
    let file = folder.path().join("w.onnx");
    fs::copy(model("wake").with_extension("toml"), folder.path().join("w.toml")).unwrap();
    for end in (0..whole.len()).step_by(97) {
        fs::write(&file, &whole[..end]).unwrap();
        assert!(matches!(WakeModel::open(&file), Err(ModelError::Unusable(_))), "the first {end} bytes");
    }
}

#[test]
fn the_runtime_is_started_once_whoever_asks() {
    let answers: Vec<_> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..8).map(|_| scope.spawn(|| backend().unwrap())).collect();
        asking.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| std::ptr::eq(*answer, answers[0])));
    let backend = answers[0];
    assert!(backend.version.starts_with(|c: char| c.is_ascii_digit()), "{backend}");
    assert_eq!(backend.library.is_some(), backend.kind == BackendKind::OnnxRuntime);
}
