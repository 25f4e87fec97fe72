//! Sounds and files for the tests.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(dead_code, reason = "each test file uses its part")]

use std::path::PathBuf;

use mynah_audio::{FRAME_SAMPLES, Frame, SamplePos};

/// The whole frames of a sound.
pub(crate) fn frames(audio: &[f32]) -> impl Iterator<Item = Frame> {
    audio
        .as_chunks()
        .0
        .iter()
        .enumerate()
        .map(|(index, samples)| Frame::new(SamplePos((index * FRAME_SAMPLES) as u64), *samples))
}

/// A small model of tests/models.
pub(crate) fn model(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/models").join(name).with_extension("onnx")
}

/// Where other people's data lies, if it does.
pub(crate) fn data(path: &str) -> Option<PathBuf> {
    let root = match std::env::var_os("MYNAH_DATA") {
        Some(root) => root.into(),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
    };
    let path = root.join(path);
    path.exists().then_some(path)
}

/// Skips the test, and says so.
#[allow(unused_macros, reason = "each test file uses its part")]
macro_rules! skip {
    ($($why:tt)*) => {{
        eprintln!("skipped: {}", format_args!($($why)*));
        return;
    }};
}

pub(crate) fn silence(ms: usize) -> Vec<f32> {
    vec![0.0; ms * 16]
}

/// White noise, always the same.
pub(crate) fn noise(ms: usize, amplitude: f32) -> Vec<f32> {
    lcg().take(ms * 16).map(|value| value as f32 * amplitude).collect()
}

/// The signal x(n) of models/training/golden_mel.json.
pub(crate) fn golden_signal(length: usize) -> Vec<f32> {
    let wave = |n: f64, hz: f64, phase: f64| (std::f64::consts::TAU * hz * n / 16_000.0 + phase).sin();
    lcg()
        .take(length)
        .enumerate()
        .map(|(n, noise)| {
            let n = n as f64;
            (0.30 * wave(n, 220.0, 0.0)
                + 0.20 * wave(n, 1000.0, 1.0)
                + 0.10 * wave(n, 3500.0, 2.0)
                + 0.05 * noise) as f32
        })
        .collect()
}

/// −1..1, by the generator of models/training (`golden_signal`).
fn lcg() -> impl Iterator<Item = f64> {
    let mut state = 12345u32;
    std::iter::from_fn(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Some(f64::from(state) / 2f64.powi(31) - 1.0)
    })
}

/// A recording as 16 kHz mono.
pub(crate) fn recording(path: &std::path::Path) -> Vec<f32> {
    use symphonia::core::codecs::audio::AudioDecoderOptions;
    use symphonia::core::formats::probe::Hint;
    use symphonia::core::formats::{FormatOptions, TrackType};
    use symphonia::core::io::MediaSourceStream;
    use symphonia::core::meta::MetadataOptions;

    let file = MediaSourceStream::new(Box::new(std::fs::File::open(path).unwrap()), Default::default());
    let mut format = symphonia::default::get_probe()
        .probe(&Hint::new(), file, FormatOptions::default(), MetadataOptions::default())
        .unwrap();
    let track = format.default_track(TrackType::Audio).unwrap();
    let parameters = track.codec_params.as_ref().unwrap().audio().unwrap().clone();
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(&parameters, &AudioDecoderOptions::default())
        .unwrap();
    let mut samples = Vec::new();
    let mut some = Vec::new();
    while let Some(packet) = format.next_packet().unwrap() {
        decoder.decode(&packet).unwrap().copy_to_vec_interleaved::<f32>(&mut some);
        samples.append(&mut some);
    }
    samples
}
