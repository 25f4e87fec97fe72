//! Playback where there is no device.

use std::time::Duration;

use mynah_audio::{CUE_RATE, Cue, cue};
use mynah_host::audio::{AudioError, OutputSpec, Player};

use super::{sine, tone};

#[test]
fn sounds_of_any_rate_go_into_one_wav() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("answers.wav");
    let mut player = Player::open(OutputSpec::Wav(path.clone()), false).unwrap();
    let mut speech = player.begin(22_050).unwrap();
    for piece in sine(1000.0, 22_050, 1.0).chunks(777) {
        assert!(speech.play(piece).unwrap().is_continue());
    }
    assert!(speech.finish().unwrap().is_continue());
    // The file is whole after every sound, not only when the player is gone.
    assert_eq!(hound::WavReader::open(&path).unwrap().duration(), 24_000);
    player.control().set_volume(50);
    assert!(player.play(CUE_RATE, &sine(1000.0, CUE_RATE, 1.0)).unwrap().is_continue());
    player.drain().unwrap();
    assert_eq!(player.control().remaining(), Duration::ZERO);

    let wav = hound::WavReader::open(&path).unwrap();
    assert_eq!((wav.spec().sample_rate, wav.spec().channels, wav.duration()), (24_000, 1, 48_000));
    let samples: Vec<f32> = wav.into_samples::<i16>().map(|s| f32::from(s.unwrap()) / 32768.0).collect();
    // `tone` thinks in 16 kHz.
    let level = |part: &[f32]| tone(part, 1000.0 * 16.0 / 24.0);
    assert!((level(&samples[2400..21_600]) - 0.5).abs() < 0.005);
    assert!(
        (level(&samples[26_400..45_600]) - 0.0625).abs() < 0.005,
        "half the volume is an eighth of the amplitude"
    );
}

#[test]
fn what_was_begun_before_a_stop_is_ended_by_it() {
    let mut player = Player::open(OutputSpec::Null, true).unwrap();
    let control = player.control();
    let mut speech = player.begin(16_000).unwrap();
    assert!(speech.play(&[0.1; 16_000 * 60]).unwrap().is_continue());
    let left = control.remaining();
    assert!(left > Duration::from_secs(1) && left <= Duration::from_secs(60), "{left:?} of a minute");
    assert!(control.playing_until().is_some());
    control.stop();
    assert_eq!(control.remaining(), Duration::ZERO);
    assert!(speech.play(&[0.1; 160]).unwrap().is_break());
    assert!(speech.finish().unwrap().is_break());
    // The next sound is not concerned.
    assert!(player.play(CUE_RATE, &cue(Cue::Done)).unwrap().is_continue());
    assert!(!control.remaining().is_zero());
    player.drain().unwrap();
}

#[test]
fn a_path_that_cannot_be_written_is_told() {
    let error = Player::open(OutputSpec::Wav("/nowhere/at/all.wav".into()), false).err().unwrap();
    assert!(matches!(error, AudioError::Unreadable { .. }));
    assert!(error.to_string().starts_with("/nowhere/at/all.wav: it cannot be written"), "{error}");
}
