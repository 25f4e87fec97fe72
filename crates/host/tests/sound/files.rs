//! Files and pipes.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use expect_test::{Expect, expect};
use mynah_audio::{Channel, Samples};
use mynah_host::audio::{AudioError, Heard, Input, InputSpec, Source, Stop};

use super::{All, listen, sine, spec, tone, tool};

fn open(path: &Path) -> Result<Input, AudioError> {
    Input::open(&spec(Source::File(path.into())), Stop::default())
}

fn pipe(bytes: Vec<u8>) -> Result<All, AudioError> {
    Input::from_pipe(std::io::Cursor::new(bytes), &spec(Source::Stdin), Stop::default()).map(listen)
}

/// A WAV of `seconds` of 440 Hz in every channel.
fn wav(path: &Path, bits: u16, channels: u16, rate: u32, seconds: f32) -> PathBuf {
    let float = bits == 0;
    let form = hound::WavSpec {
        channels,
        sample_rate: rate,
        bits_per_sample: if float { 32 } else { bits },
        sample_format: if float { hound::SampleFormat::Float } else { hound::SampleFormat::Int },
    };
    let mut writer = hound::WavWriter::create(path, form).unwrap();
    for sample in sine(440.0, rate, seconds) {
        for _ in 0..channels {
            if float {
                writer.write_sample(sample).unwrap();
            } else {
                writer
                    .write_sample((f64::from(sample) * f64::from((1u64 << (bits - 1)) as u32)).round() as i32)
                    .unwrap();
            }
        }
    }
    writer.finalize().unwrap();
    path.to_owned()
}

/// A second of 440 Hz at half of full scale, whatever it came as.
fn assert_is_the_tone(all: &All, what: &str, tolerance: f64) {
    assert_eq!(all.gaps, 0, "{what}");
    assert_eq!(all.summary.fault, None, "{what}");
    assert!(all.frames.len().abs_diff(100) <= 6, "{what}: {} frames", all.frames.len());
    let level = tone(&all.samples()[1600..14_400], 440.0);
    assert!((level - 0.5).abs() < tolerance, "{what}: the tone's level is {level}");
}

#[test]
fn wav_of_any_kind() {
    let dir = tempfile::tempdir().unwrap();
    for bits in [8, 16, 24, 32, 0] {
        for (channels, rate) in [(1, 16_000), (2, 44_100), (6, 48_000), (8, 8_000), (1, 192_000)] {
            let path = wav(&dir.path().join("tone.wav"), bits, channels, rate, 1.0);
            let what = format!("{bits} bits, {channels} channels, {rate} Hz");
            let all = listen(open(&path).unwrap_or_else(|error| panic!("{what}: {error}")));
            assert_eq!(all.frames.len(), 100, "{what}");
            assert_is_the_tone(&all, &what, if bits == 8 { 5e-3 } else { 1e-3 });
        }
    }
}

#[test]
fn flac_vorbis_and_mp3_but_not_opus() {
    let dir = tempfile::tempdir().unwrap();
    let source = wav(&dir.path().join("tone.wav"), 16, 2, 44_100, 1.0);
    for name in ["tone.flac", "tone.ogg", "tone.mp3", "tone.opus"] {
        let path = dir.path().join(name);
        let args = ["-v", "error", "-i", source.to_str().unwrap(), path.to_str().unwrap()];
        if tool("ffmpeg", &args).is_none() {
            return;
        }
        if name == "tone.opus" {
            let error = open(&path).err().expect("Opus is not supported").to_string();
            let error = error.replace(dir.path().to_str().unwrap(), "");
            expect!["/tone.opus: this is Opus, which is not supported; WAV, FLAC, OGG/Vorbis and MP3 can be read. Convert it: ffmpeg -i /tone.opus sound.wav"]
                .assert_eq(&error);
            continue;
        }
        assert_is_the_tone(&listen(open(&path).unwrap()), name, 0.03);
        // The same from a pipe, where nothing can be sought.
        let all = pipe(std::fs::read(&path).unwrap());
        if name != "tone.mp3" || all.is_ok() {
            assert_is_the_tone(&all.unwrap(), &format!("{name} through a pipe"), 0.03);
        }
    }
}

#[test]
fn channels_can_be_chosen() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("two.wav");
    let form = hound::WavSpec {
        channels: 2,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&path, form).unwrap();
    for _ in 0..1600 {
        writer.write_sample(8192i16).unwrap();
        writer.write_sample(-16384i16).unwrap();
    }
    writer.finalize().unwrap();
    let first = |channel| {
        let spec = InputSpec { source: Source::File(path.clone()), channel, realtime: false };
        Input::open(&spec, Stop::default()).map(|input| listen(input).samples()[0])
    };
    assert_eq!(first(Channel::Mix), Ok(-0.125));
    assert_eq!(first(Channel::One(1)), Ok(0.25));
    assert_eq!(first(Channel::One(2)), Ok(-0.5));
    let error = first(Channel::One(3)).unwrap_err().to_string();
    assert!(error.ends_with("two.wav: channel 3 was chosen, but there are 2"), "{error}");
}

/// Opens what `make` made of a good WAV; says the error, or the length and the fault at the end.
fn check(name: &str, make: impl FnOnce(&Path), expected: Expect) {
    let dir = tempfile::tempdir().unwrap();
    let path = wav(&dir.path().join(name), 16, 1, 16_000, 1.0);
    make(&path);
    let said = match open(&path) {
        Err(error) => error.to_string(),
        Ok(input) => {
            let all = listen(input);
            let fault = all.summary.fault.map_or("all well".into(), |fault| fault.to_string());
            format!("{} ms; {fault}", all.summary.end.as_millis())
        }
    };
    expected.assert_eq(&said.replace(dir.path().to_str().unwrap(), ""));
}

fn rewrite(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).unwrap();
    change(&mut bytes);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn bad_files_are_told_and_what_is_there_is_given() {
    check("good.wav", |_| {}, expect!["1000 ms; all well"]);
    check(
        "cut.wav",
        // 44 bytes of header, half a second, and half a sample.
        |path| rewrite(path, |bytes| bytes.truncate(44 + 16_000 + 1)),
        expect!["500 ms; /cut.wav: it is cut off: 0.50 s of 1.00 s are there"],
    );
    check(
        "unfinished.wav",
        |path| {
            rewrite(path, |bytes| {
                bytes[4..8].copy_from_slice(&[36, 0, 0, 0]);
                bytes[40..44].copy_from_slice(&[0; 4]);
            });
        },
        expect!["1000 ms; /unfinished.wav: its header was never finished; 1.00 s of sound were found"],
    );
    check(
        "from_a_pipe.wav",
        |path| {
            rewrite(path, |bytes| {
                bytes[4..8].copy_from_slice(&0x7FFF_F024u32.to_le_bytes());
                bytes[40..44].copy_from_slice(&0x7FFF_F000u32.to_le_bytes());
            });
        },
        expect!["1000 ms; all well"],
    );
    check(
        "none.wav",
        |path| drop(wav(path, 16, 1, 16_000, 0.0)),
        expect!["/none.wav: it holds no sound: 0 samples"],
    );
    check("empty.wav", |path| rewrite(path, Vec::clear), expect!["/empty.wav: the file is empty"]);
    check(
        "gone.wav",
        |path| std::fs::remove_file(path).unwrap(),
        expect!["/gone.wav: there is no such file"],
    );
    check(
        "folder.wav",
        |path| {
            std::fs::remove_file(path).unwrap();
            std::fs::create_dir(path).unwrap();
        },
        expect!["/folder.wav: this is a folder; give a sound file in it"],
    );
    check(
        "text.wav",
        |path| std::fs::write(path, "no sound, only words\n".repeat(2000)).unwrap(),
        expect![
            "/text.wav: this is not a sound file of a known format; WAV, FLAC, OGG/Vorbis and MP3 can be read. Convert it: ffmpeg -i /text.wav sound.wav"
        ],
    );
    check(
        "stub.wav",
        |path| rewrite(path, |bytes| bytes.truncate(30)),
        expect!["/stub.wav: its WAV header is damaged or cut off; there is no sound to be read"],
    );
    check(
        "slow.wav",
        |path| drop(wav(path, 16, 1, 4_000, 1.0)),
        expect!["/slow.wav: a sample rate of 4000 Hz is not supported: 8,000 to 192,000 Hz are"],
    );
}

#[test]
fn a_cut_flac_gives_what_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let source = wav(&dir.path().join("tone.wav"), 16, 1, 16_000, 4.0);
    let path = dir.path().join("tone.flac");
    if tool("ffmpeg", &["-v", "error", "-i", source.to_str().unwrap(), path.to_str().unwrap()]).is_none() {
        return;
    }
    rewrite(&path, |bytes| bytes.truncate(bytes.len() / 2));
    let all = listen(open(&path).unwrap());
    let ms = all.summary.end.as_millis();
    assert!((1000..3500).contains(&ms), "{ms} ms of a file cut in the middle");
    assert!(matches!(all.summary.fault, Some(AudioError::Damaged { .. })), "{:?}", all.summary.fault);
}

#[test]
fn stdin_takes_raw_samples_and_wav() {
    let raw: Vec<u8> =
        sine(440.0, 16_000, 1.0).iter().flat_map(|s| ((s * 32768.0) as i16).to_le_bytes()).collect();
    assert_is_the_tone(&pipe(raw.clone()).unwrap(), "raw", 1e-3);

    let mut odd = raw.clone();
    odd.push(7);
    let all = pipe(odd).unwrap();
    assert_eq!(all.frames.len(), 100);
    assert!(matches!(all.summary.fault, Some(AudioError::Damaged { .. })));

    let dir = tempfile::tempdir().unwrap();
    let path = wav(&dir.path().join("tone.wav"), 24, 2, 48_000, 1.0);
    let mut bytes = std::fs::read(&path).unwrap();
    assert_is_the_tone(&pipe(bytes.clone()).unwrap(), "WAV", 1e-3);
    // As a program writes it that does not know how long it will be.
    let data = bytes.windows(4).position(|tag| tag == b"data").unwrap();
    bytes[4..8].fill(0xFF);
    bytes[data + 4..data + 8].fill(0xFF);
    assert_is_the_tone(&pipe(bytes.clone()).unwrap(), "endless WAV", 1e-3);
    assert_eq!(pipe(bytes.clone()).unwrap().frames.len(), 100, "not one frame of padding");
    bytes[4..8].fill(0);
    bytes[data + 4..data + 8].fill(0);
    assert_is_the_tone(&pipe(bytes).unwrap(), "WAV with zeros for sizes", 1e-3);

    assert_eq!(pipe(vec![]).err().unwrap().to_string(), "-: no sound came through the pipe");
}

#[test]
fn realtime_is_never_early() {
    let dir = tempfile::tempdir().unwrap();
    let path = wav(&dir.path().join("tone.wav"), 16, 1, 48_000, 0.3);
    let spec = InputSpec { source: Source::File(path), channel: Channel::Mix, realtime: true };
    let mut input = Input::open(&spec, Stop::default()).unwrap();
    let began = Instant::now();
    let mut heard = 0;
    while let Heard::Frame(frame) = input.hear() {
        // The clock starts with the first frame, which comes when it would have been spoken.
        assert!(
            began.elapsed() >= Samples(frame.end().0).as_duration(),
            "{} ms is early",
            frame.end().as_millis()
        );
        heard += 1;
    }
    assert_eq!(heard, 30);
}

#[test]
fn stopping_ends_a_pipe_that_gives_nothing() {
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(&[0; 640]).unwrap();
    let stop = Stop::default();
    let mut input = Input::from_pipe(reader, &spec(Source::Stdin), stop.clone()).unwrap();
    assert!(matches!(input.hear(), Heard::Frame(_)));
    let stopper = std::thread::spawn(move || stop.stop());
    let end = std::iter::repeat_with(|| input.hear()).find(|heard| matches!(heard, Heard::End(_)));
    assert!(end.is_some());
    stopper.join().unwrap();
    // The writer is kept open until here: it was not its end that was heard.
    drop(writer);
}
