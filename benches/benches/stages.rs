//! What each stage of the way of the data costs, on one core: `cargo bench -p mynah-benches --bench stages`.
//!
//! Benches in the group `audio` work on the first recording of the demo (`assets/demo/01-…`), filled up with silence to whole
//! seconds. Their throughput counts seconds of audio: `400 elem/s` is 400 times as fast as a person speaks, and its inverse,
//! 1/400, is the real-time factor (the share of a core that the stage takes all day). Those in `text` are for one sentence on
//! the shipped skills and the demo home. `whisper` decodes the recording as a whole, encoder included and no work done
//! ahead: what counts is the time. It is left out when whisper-tiny.en is not fetched. The wake word runs on the runtime that this machine has
//! (`ORT_DYLIB_PATH=` for tract).
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may panic")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mynah_assistant::ports::{Cancel, Detection, Hints, ModelError, SpeechProb, Vad, WakeWord};
use mynah_assistant::{Listener, ListenerSettings, TurnIds};
use mynah_audio::{
    Channel, FRAME_SAMPLES, Frame, Framer, LevelMeter, LogMel, Resampler, SAMPLE_RATE, SamplePos, Samples,
    resample,
};
use mynah_engine::vad::Earshot;
use mynah_engine::wake::{WakeModel, WordConfig};
use mynah_engine::whisper::{GrammarTranscriber, WhisperConfig, WhisperModel};
use mynah_home::Home;
use mynah_host::audio::{Heard, Input, InputSpec, Source, Stop};
use mynah_host::models::ModelStore;
use mynah_host::runtime::wall_clock;
use mynah_intent::{List, ListEntry, Spec, Value};
use mynah_skill::{Catalog, Situation};

/// A microphone at 48 kHz hands over so many samples at a time.
const BUFFER: usize = 480;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The first recording of the demo.
fn recording() -> Vec<f32> {
    let file = root().join("assets/demo/01-kitchen-lamp-on.flac");
    let spec = InputSpec { source: Source::File(file), channel: Channel::Mix, realtime: false };
    let mut input = Input::open(&spec, Stop::default()).unwrap();
    let mut samples = Vec::new();
    loop {
        match input.hear() {
            Heard::Frame(frame) => samples.extend(frame.samples()),
            Heard::End(_) => return samples,
            _ => {}
        }
    }
}

fn frames(samples: &[f32]) -> Vec<Frame> {
    let mut frames = Vec::new();
    Framer::new().push(SamplePos::default(), samples, &mut |frame| frames.push(frame));
    frames
}

/// A model that costs nothing.
struct Nothing;

impl WakeWord for Nothing {
    fn push(&mut self, _: &Frame) -> Result<Option<Detection>, ModelError> {
        Ok(None)
    }
    fn delay(&self) -> Samples {
        Samples(0)
    }
    fn reset(&mut self) {}
}

impl Vad for Nothing {
    fn push(&mut self, _: &Frame) -> Result<SpeechProb, ModelError> {
        Ok(SpeechProb(0.0))
    }
    fn delay(&self) -> Samples {
        Samples(0)
    }
    fn reset(&mut self) {}
}

fn audio(criterion: &mut Criterion) {
    let mut samples = recording();
    let seconds = samples.len().div_ceil(SAMPLE_RATE as usize);
    samples.resize(seconds * SAMPLE_RATE as usize, 0.0);
    let frames = frames(&samples);
    let mut group = criterion.benchmark_group("audio");
    group.throughput(Throughput::Elements(seconds as u64));

    let at_48k = resample(SAMPLE_RATE, 48_000, &samples).unwrap();
    let mut resampler = Resampler::new(48_000, SAMPLE_RATE).unwrap();
    group.bench_function("resampling 48 to 16 kHz", |bencher| {
        bencher.iter(|| {
            at_48k.chunks(BUFFER).for_each(|buffer| resampler.push(buffer, &mut |out| _ = black_box(out)));
        });
    });
    group.bench_function("framing", |bencher| {
        bencher.iter(|| {
            let mut framer = Framer::new();
            // Not a multiple of a frame, so that each is put together from two.
            for (at, piece) in samples.chunks(FRAME_SAMPLES - 1).enumerate() {
                let pos = SamplePos((at * (FRAME_SAMPLES - 1)) as u64);
                framer.push(pos, piece, &mut |frame| _ = black_box(frame));
            }
        });
    });
    let mut meter = LevelMeter::new();
    group.bench_function("level meter", |bencher| {
        bencher.iter(|| frames.iter().for_each(|frame| _ = black_box(meter.push(frame))));
    });
    let mut mel = LogMel::new();
    group.bench_function("log-mel", |bencher| {
        bencher.iter(|| frames.iter().for_each(|frame| _ = black_box(mel.push(frame.samples()))));
    });
    let mut vad = Earshot::new();
    group.bench_function("voice activity (earshot)", |bencher| {
        bencher.iter(|| frames.iter().for_each(|frame| _ = black_box(vad.push(frame).unwrap())));
    });
    let words = ["computer", "jarvis"].map(WordConfig::new);
    let mut wake = WakeModel::builtin().unwrap().stream_awake(&words).unwrap();
    group.bench_function("wake word, two words, log-mel included", |bencher| {
        bencher.iter(|| frames.iter().for_each(|frame| _ = black_box(wake.push(frame).unwrap())));
    });
    let mut listener = Listener::new(
        ListenerSettings::default(),
        vec![Box::new(Nothing)],
        Box::new(Nothing),
        TurnIds::default(),
    );
    let mut out = Vec::new();
    let mut pos = SamplePos::default();
    group.bench_function("Listener without its models", |bencher| {
        bencher.iter(|| {
            for frame in &frames {
                // Positions follow one another from round to round: a gap would be another path.
                let frame = Frame::new(pos, *frame.samples());
                pos = frame.end();
                listener.push(&frame, &mut out).unwrap();
                black_box(&mut out).clear();
            }
        });
    });
    group.finish();
}

fn house() -> (Home, Catalog) {
    let home = Home::load(&root().join("intents/home.toml")).unwrap();
    let catalog = Catalog::load(&[root().join("intents/en")], &home).unwrap();
    (home, catalog)
}

fn text(criterion: &mut Criterion) {
    let (home, catalog) = house();
    let situation = Situation { area: None, now: wall_clock() };
    let mut group = criterion.benchmark_group("text");
    for (name, sentence, known) in [
        ("to intent, a short one", "turn on the kitchen lamp", true),
        ("to intent, with a number", "set the bedroom lamp to thirty five percent", true),
        ("to intent, free text", "add two cartons of oat milk to the shopping list", true),
        ("to intent, none", "sing me a song about the whales in winter", false),
    ] {
        assert_eq!(!catalog.understand(sentence, &situation).is_empty(), known, "{sentence}");
        group.bench_with_input(BenchmarkId::from_parameter(name), sentence, |bencher, sentence| {
            bencher.iter(|| catalog.understand(black_box(sentence), &situation));
        });
    }
    let readings = catalog.understand("turn off all the lights", &situation);
    group.bench_function("intent to plan, all the lights", |bencher| {
        bencher.iter(|| catalog.plan(black_box(&readings[0]), &home, &situation).unwrap());
    });
    group.bench_function("skill files to recognizer and word graph", |bencher| {
        bencher.iter(|| Catalog::load(&[root().join("intents/en")], &home).unwrap().graph().state_count());
    });
    let recognizer = catalog.recognizer();
    recognizer.graph();
    for (name, names) in
        [("one more name to recognizer and word graph", 1), ("the same, ten thousand", 10_000)]
    {
        let spec = with_names(recognizer.spec(), names);
        assert!(recognizer.recompile(spec.clone()).unwrap().graph().accepts("turn on the purple lamp"));
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || spec.clone(),
                |spec| recognizer.recompile(spec).unwrap().graph().state_count(),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

/// With so many more names for devices, in every list that has the kitchen lamp.
fn with_names(spec: &Spec, names: usize) -> Spec {
    let mut spec = spec.clone();
    let lists =
        spec.intents.iter_mut().flat_map(|intent| intent.lists.values_mut()).chain(spec.lists.values_mut());
    for list in lists {
        if let List::Text(entries) = list
            && entries.iter().any(|entry| entry.said == "kitchen lamp")
        {
            entries.push(ListEntry::new("purple lamp", Value::Text("purple".to_owned())));
            entries.extend((1..names).map(|name| {
                let said = format!("{} {} lamp {name}", COLOURS[name % 7], PLACES[name / 7 % 5]);
                ListEntry::new(said, Value::Text(format!("lamp_{name}")))
            }));
        }
    }
    spec
}

const COLOURS: [&str; 7] = ["red", "green", "blue", "white", "black", "yellow", "brown"];
const PLACES: [&str; 5] = ["corner", "ceiling", "garden", "floor", "wall"];

fn whisper(criterion: &mut Criterion) {
    let Ok(file) = ModelStore::open().path("whisper-tiny.en") else {
        eprintln!("skipped: whisper-tiny.en is not fetched");
        return;
    };
    let samples = recording();
    let (_, catalog) = house();
    let model = WhisperModel::load(&file).unwrap();
    let mut transcriber = GrammarTranscriber::new(&model, WhisperConfig::default()).unwrap();
    let hints = Hints { graph: catalog.graph().clone(), wake_phrase: Some("computer".into()) };
    let heard = transcriber.recognize(&samples, &hints, &Cancel::default()).unwrap();
    assert_eq!(heard.text, "turn on the kitchen lamp");
    let mut group = criterion.benchmark_group("whisper");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    group.bench_function("tiny.en in the grammar, whole recording", |bencher| {
        bencher.iter(|| transcriber.recognize(&samples, &hints, &Cancel::default()).unwrap());
    });
    group.finish();
}

criterion_group!(benches, audio, text, whisper);
criterion_main!(benches);
