//! Whisper with its real weights on real people, where both are on this machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mynah_assistant::ports::{Cancel, Hints, ModelError, Transcriber};
use mynah_audio::{FRAME_SAMPLES, Frame, SamplePos, Samples};
use mynah_engine::whisper::{GrammarTranscriber, WhisperConfig, WhisperModel, speech};
use mynah_intent::WordGraph;
use symphonia::core::formats::TrackType;

/// The cached model, as `mynah models fetch whisper-tiny.en` leaves it.
fn model() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let folder = set("MYNAH_MODELS").or_else(|| {
        let cache = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")))?;
        Some(cache.join("mynah/models"))
    })?;
    let path = folder.join("ggml-tiny.en.bin");
    if path.is_file() {
        return Some(path);
    }
    eprintln!("skipped: no model (mynah models fetch whisper-tiny.en)");
    None
}

fn recording(name: &str) -> Option<Vec<f32>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let data = std::env::var_os("MYNAH_DATA").map_or(root.join("../shared/data"), PathBuf::from);
    let path = data.join("commands/coffee").join(format!("{name}.flac"));
    if !path.is_file() {
        eprintln!("skipped: no data");
        return None;
    }
    Some(decode(&path))
}

fn decode(path: &Path) -> Vec<f32> {
    let file = std::fs::File::open(path).expect("readable");
    let source = symphonia::core::io::MediaSourceStream::new(Box::new(file), Default::default());
    let mut format = symphonia::default::get_probe()
        .probe(&Default::default(), source, Default::default(), Default::default())
        .expect("a sound file");
    let track = format.default_track(TrackType::Audio).expect("a track");
    let parameters = track.codec_params.as_ref().and_then(|p| p.audio()).expect("sound").clone();
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(&parameters, &Default::default())
        .expect("a known codec");
    let mut samples = Vec::new();
    while let Some(packet) = format.next_packet().expect("a whole file") {
        let buffer = decoder.decode(&packet).expect("a whole file");
        let mut piece = Vec::new();
        buffer.copy_to_vec_interleaved::<f32>(&mut piece);
        samples.extend(piece);
    }
    samples
}

const ORDERS: [&str; 6] = [
    "can i have a light roast twelve ounce coffee",
    "can i have a dark roast twelve ounce coffee",
    "can i have a light roast sixteen ounce coffee",
    "make me a drip coffee",
    "make me a house coffee",
    "make me a drip coffee with milk",
];

fn hints() -> Hints {
    Hints { graph: Arc::new(WordGraph::from_sentences(&ORDERS)), wake_phrase: None }
}

fn transcriber() -> Option<GrammarTranscriber> {
    let model = WhisperModel::load(&model()?).expect("a good model");
    Some(GrammarTranscriber::new(&model, WhisperConfig::default()).expect("memory for it"))
}

fn frames(samples: &[f32]) -> impl Iterator<Item = Frame> {
    let (frames, _) = samples.as_chunks::<FRAME_SAMPLES>();
    (0..).zip(frames).map(|(i, samples)| Frame::new(SamplePos(1000 + i * FRAME_SAMPLES as u64), *samples))
}

#[test]
fn people_are_understood_and_others_are_refused() {
    let (Some(mut transcriber), Some(samples)) =
        (transcriber(), recording("0075d273-51bb-47cb-b323-4437bd0de029"))
    else {
        return;
    };
    let cancel = Cancel::default();
    let heard = transcriber.recognize(&samples, &hints(), &cancel).expect("it works");
    assert_eq!(heard.text, ORDERS[0]);
    assert!(heard.accepted && heard.confidence > 0.8, "{heard:?}");

    let lights = WordGraph::from_sentences(&["turn on the lamp", "what time is it", "stop"]);
    let hints = Hints { graph: Arc::new(lights), wake_phrase: None };
    let heard = transcriber.recognize(&samples, &hints, &cancel).expect("it works");
    assert!(!heard.accepted && heard.confidence < 0.3, "{heard:?}");
}

#[test]
fn what_was_worked_out_at_a_pause_is_the_answer_and_later_words_change_it() {
    let (Some(mut transcriber), Some(samples)) =
        (transcriber(), recording("0075d273-51bb-47cb-b323-4437bd0de029"))
    else {
        return;
    };
    let cancel = Cancel::default();
    let whole = transcriber.recognize(&samples, &hints(), &cancel).expect("it works");
    transcriber.begin(&hints());
    let mut end = SamplePos(0);
    let spoken = speech(&samples);
    let middle = (spoken.start + spoken.end) / 2 / FRAME_SAMPLES;
    for (i, frame) in frames(&samples).enumerate() {
        transcriber.push(&frame).expect("it works");
        end = frame.end();
        // Pauses: one in the middle of the sentence, one at its end.
        if i == middle {
            let partial = transcriber.pause(&cancel).expect("it works").expect("some words");
            assert!(whole.text.starts_with(&partial.text) && partial.text != whole.text, "{partial:?}");
            assert!(
                !partial.complete && partial.confidence < 0.5,
                "half a sentence is not complete: {partial:?}"
            );
        }
    }
    let partial = transcriber.pause(&cancel).expect("it works").expect("a reading");
    assert!(partial.complete && partial.text == whole.text, "{partial:?}");
    // The answer is there already: cancelling the work does not matter any more.
    cancel.cancel();
    assert_eq!(transcriber.finish(end, &cancel).expect("already done"), whole);
    transcriber.begin(&hints());
    for frame in frames(&samples) {
        transcriber.push(&frame).expect("it works");
    }
    assert!(matches!(transcriber.finish(end - Samples(3200), &cancel), Err(ModelError::Cancelled)));
}

#[test]
fn nothing_said_is_no_reading() {
    let Some(mut transcriber) = transcriber() else { return };
    let cancel = Cancel::default();
    transcriber.begin(&hints());
    assert_eq!(transcriber.finish(SamplePos(0), &cancel).expect("it works").text, "");
    let heard = transcriber.recognize(&[0.0; 16_000], &hints(), &cancel).expect("it works");
    assert!(!heard.accepted, "{heard:?}");
}

#[test]
fn a_bad_model_file_says_what_is_wrong_and_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ggml-tiny.en.bin");
    let load = |path: &Path| match WhisperModel::load(path) {
        Err(ModelError::Unusable(why)) => why,
        other => panic!("{other:?}"),
    };
    assert!(load(&path).contains("it is not there. `mynah models fetch whisper-tiny.en`"), "{}", load(&path));
    std::fs::write(&path, "<html>").expect("written");
    assert!(load(&path).contains("cut short"), "{}", load(&path));
    std::fs::write(&path, [0x55; 4096]).expect("written");
    assert!(load(&path).contains("not a ggml model"), "{}", load(&path));
    if let Some(good) = model() {
        let bytes = std::fs::read(good).expect("readable");
        for cut in [100, 20_000, 2_000_000, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..cut]).expect("written");
            assert!(load(&path).contains("cut short"), "{cut}: {}", load(&path));
        }
    }
}
