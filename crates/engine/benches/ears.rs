//! What the stages that run all the time cost for each 10 ms, on the runtime that this machine has (`ORT_DYLIB_PATH=`
//! for tract); 100 µs are 1 % of a core.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may panic")]

use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use mynah_assistant::ports::{Speech as _, Vad, WakeWord};
use mynah_audio::{FRAME_SAMPLES, Frame, LogMel, SamplePos};
use mynah_engine::ctc::AcousticModel;
use mynah_engine::runtime::backend;
use mynah_engine::speech::{Espeak, EspeakConfig};
use mynah_engine::vad::{Earshot, SileroModel};
use mynah_engine::wake::{OpenWakeWordModel, WakeModel, WordConfig};

/// One second of a sound that swells like speech.
fn second() -> Vec<Frame> {
    let mut state = 12345u32;
    let mut sample = |n: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let t = n as f32 / 16_000.0;
        (t * 4.0 * std::f32::consts::PI).sin().abs()
            * ((t * 1200.0).sin() * 0.2 + state as f32 / u32::MAX as f32 * 0.1)
    };
    (0..100)
        .map(|at| {
            let start = at * FRAME_SAMPLES;
            Frame::new(SamplePos(start as u64), std::array::from_fn(|n| sample(start + n)))
        })
        .collect()
}

/// Times 1 s: a hundred pushes.
fn bench(criterion: &mut Criterion, name: &str, mut push: impl FnMut(&Frame)) {
    let frames = second();
    criterion.bench_function(&format!("{name}, 1 s, {}", backend().unwrap()), |bencher| {
        bencher.iter(|| frames.iter().for_each(&mut push));
    });
}

fn bench_wake(criterion: &mut Criterion, name: &str, mut stream: impl WakeWord) {
    bench(criterion, name, |frame| {
        black_box(stream.push(frame).unwrap());
    });
}

fn bench_vad(criterion: &mut Criterion, name: &str, mut vad: impl Vad) {
    bench(criterion, name, |frame| {
        black_box(vad.push(frame).unwrap());
    });
}

fn data(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("MYNAH_DATA")
        .map_or(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    Some(root.join(path)).filter(|path| path.exists())
}

fn ears(criterion: &mut Criterion) {
    let mut mel = LogMel::new();
    bench(criterion, "log-mel", |frame| {
        black_box(mel.push(frame.samples()));
    });
    if let Ok(model) = WakeModel::builtin() {
        let words: Vec<_> = ["computer", "jarvis"].map(WordConfig::new).into();
        bench_wake(criterion, "log-mel and wake word", model.stream(&words).unwrap());
    }
    if let Ok(model) = AcousticModel::builtin() {
        let mut stream = model.stream().unwrap();
        let mut rows = Vec::new();
        bench(criterion, "network of the command recogniser", |frame| {
            rows.clear();
            stream.push(black_box(frame.samples()), &mut rows).unwrap();
        });
    }
    bench_vad(criterion, "earshot", Earshot::new());
    if let Some(Ok(model)) =
        data("models/silero/silero_vad_16k_op15.onnx").map(|file| SileroModel::open(&file))
    {
        bench_vad(criterion, "silero", model.stream().unwrap());
    }
    if let Some(folder) = data("models/openwakeword") {
        let model = OpenWakeWordModel::open(&folder, &[folder.join("alexa_v0.1.onnx")]).unwrap();
        bench_wake(criterion, "openWakeWord", model.stream(&[WordConfig::new("alexa")]).unwrap());
    }
    if let Ok(mut voice) = Espeak::new(&EspeakConfig::default()) {
        let text = "The lamp in the kitchen is on, and the blind in the bedroom is half open.";
        criterion.bench_function("espeak-ng, first sound", |bencher| {
            bencher.iter_batched(
                || (),
                |()| voice.speak(text, &mut |_| ControlFlow::Break(())).unwrap(),
                BatchSize::PerIteration,
            );
        });
        criterion.bench_function("espeak-ng, whole sentence", |bencher| {
            bencher.iter_batched(
                || (),
                |()| voice.speak(text, &mut |_| ControlFlow::Continue(())).unwrap(),
                BatchSize::PerIteration,
            );
        });
    }
}

criterion_group!(benches, ears);
criterion_main!(benches);
