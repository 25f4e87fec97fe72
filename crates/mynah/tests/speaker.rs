//! `mynah wake enroll`: voices are learned from recordings, listened for, and forgotten.
#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use common::{Place, UNREACHABLE_LAMP, named, there_is};
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

/// A recording of a word in a quiet room: a WAV of that voice of espeak-ng, with half a second of quiet before and after.
fn said(place: &Place, file: &str, voice: &str, words_a_minute: u32, text: &str) {
    let raw = place.path("raw.wav");
    let rate = words_a_minute.to_string();
    let ran = Command::new("espeak-ng").args(["-v", voice, "-s", &rate, "-w"]).arg(&raw).arg(text).status();
    assert!(ran.unwrap().success());
    let mut said = WavReader::open(&raw).unwrap();
    let room = said.spec().sample_rate as usize / 2;
    let samples: Vec<i16> = said.samples().map(Result::unwrap).collect();
    let mut seed = 1u32;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 28) as i16 - 8
    };
    let mut padded = WavWriter::create(place.path(file), said.spec()).unwrap();
    for sample in std::iter::repeat_n(0, room).chain(samples).chain(std::iter::repeat_n(0, 2 * room)) {
        padded.write_sample(sample / 2 + noise()).unwrap();
    }
    padded.finalize().unwrap();
}

fn place() -> Option<Place> {
    there_is("espeak-ng", "--version").then(|| {
        let place = Place::new();
        place.write("home.toml", UNREACHABLE_LAMP);
        place.write("mynah.toml", CONFIG);
        place
    })
}

const CONFIG: &str =
    "home = \"home.toml\"\n[wake]\nwords = [\"computer\"]\n[recognition]\nmodel = \"none\"\n";
const ANNA: &str = "en-us+f2";
const BOB: &str = "en-us+m7";

#[test]
fn the_household_wakes_it_and_a_stranger_does_not() {
    let Some(place) = place() else { return };
    for (n, rate) in [150, 165, 180].into_iter().enumerate() {
        said(&place, &format!("anna{n}.wav"), ANNA, rate, "computer");
    }
    said(&place, "anna.wav", ANNA, 172, "computer. what time is it?");
    said(&place, "bob.wav", BOB, 172, "computer. what time is it?");
    let words = |file: &str| {
        let ran = place.mynah(&format!("run --config mynah.toml --input {file} --events json")).ends(0);
        named(&ran.events(), "wake").len()
    };
    assert_eq!((words("anna.wav"), words("bob.wav")), (1, 1), "anyone is heard at first");

    let ran =
        place.mynah("wake enroll Anna --from anna0.wav anna1.wav anna2.wav --config mynah.toml").ends(0);
    for due in [
        "anna is enrolled for \"computer\" with 3 clips",
        "no sound is in it",
        "--forget \"anna\"",
        "require = true",
    ] {
        assert!(ran.out.contains(due), "no {due:?} in {}", ran.out);
    }
    let kept: Vec<String> = place.files().into_iter().filter(|file| file.contains("state")).collect();
    assert_eq!(kept, ["home/state/mynah/voices.json"]);
    assert_eq!((words("anna.wav"), words("bob.wav")), (1, 1), "nothing changes until it is asked for");

    place.write("mynah.toml", format!("{CONFIG}[wake.speakers]\nrequire = true\n"));
    assert_eq!((words("anna.wav"), words("bob.wav")), (1, 0));
    let listed = place.mynah("wake enroll --config mynah.toml --json").ends(0).json();
    assert_eq!(
        (&listed["voices"][0]["name"], &listed["voices"][0]["word"]),
        (&"anna".into(), &"computer".into())
    );
    assert_eq!(listed["required"], true);

    // Recordings are kept where that is said, and go with the rest.
    let again = place
        .mynah("wake enroll anna --keep --json --from anna0.wav anna1.wav anna2.wav --config mynah.toml")
        .ends(0)
        .json();
    assert_eq!(again["replaced"], true);
    let folder = std::path::PathBuf::from(again["recordings"].as_str().unwrap());
    let recording = folder.join("computer-3.wav");
    assert_eq!(std::fs::metadata(&recording).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(WavReader::open(&recording).unwrap().spec().sample_rate, 16_000);
    place.mynah("wake enroll --forget anna --config mynah.toml").ends(0);
    assert!(!place.files().iter().any(|file| file.contains("voices")), "{:?}", place.files());
    place.mynah("wake enroll --forget anna --config mynah.toml").ends(2).complains(&["anna is not enrolled"]);
    assert_eq!(words("bob.wav"), 1, "with nobody enrolled, anyone is heard");
}

#[test]
fn clips_that_will_not_do_are_all_told_and_nothing_is_kept() {
    let Some(place) = place() else { return };
    said(&place, "good.wav", ANNA, 160, "computer");
    said(&place, "other.wav", ANNA, 160, "good morning");
    let samples: Vec<i16> =
        WavReader::open(place.path("good.wav")).unwrap().samples().map(Result::unwrap).collect();
    let spec = WavReader::open(place.path("good.wav")).unwrap().spec();
    let spec = WavSpec { sample_format: SampleFormat::Int, ..spec };
    let write = |file: &str, gain: f32| {
        let mut wav = WavWriter::create(place.path(file), spec).unwrap();
        for sample in &samples {
            wav.write_sample((f32::from(*sample) * gain).clamp(-32_768.0, 32_767.0) as i16).unwrap();
        }
        wav.finalize().unwrap();
    };
    write("quiet.wav", 0.012);
    write("loud.wav", 30.0);
    place
        .mynah("wake enroll anna --from good.wav other.wav good.wav quiet.wav loud.wav --config mynah.toml")
        .ends(2)
        .complains(&[
            "3 good clips of \"computer\" are needed, and 1 were found",
            "other.wav: \"computer\" is not heard in it",
            "good.wav: it is the same recording as another",
            "quiet.wav: ",
            "loud.wav: the sound clips",
        ]);
    assert!(!place.files().iter().any(|file| file.contains("voices")));

    let refused = |arguments: &str, due: &str| {
        place.mynah(&format!("wake enroll --config mynah.toml {arguments}")).ends(2).complains(&[due]);
    };
    refused("anna --word jarvis --from good.wav", "\"jarvis\" is not listened for; there is computer");
    refused("../anna --from good.wav", "cannot be a name");
    place
        .mynah("wake enroll anna --from nothing.wav --config mynah.toml")
        .ends(1)
        .complains(&["nothing.wav"]);
    place.write("mynah.toml", format!("{CONFIG}[wake.speakers]\nrequire = true\nleast = 1.5\n"));
    place.mynah("run --config mynah.toml --input good.wav").ends(2).complains(&["least similarity of 1.5"]);
}

#[test]
fn voices_of_another_version_or_a_damaged_file_are_not_overlooked() {
    let Some(place) = place() else { return };
    said(&place, "x.wav", BOB, 160, "computer");
    let state = place.path("state");
    std::fs::create_dir(&state).unwrap();
    place.write("mynah.toml", format!("state = \"state\"\n{CONFIG}[wake.speakers]\nrequire = true\n"));
    let clip = vec![1.0; 64];
    let old = serde_json::json!({ "model": "other 9", "voices": [{ "name": "bob", "word": "computer", "enrolled_unix_s": 0, "clips": [clip] }] });
    for (file, due) in [(old.to_string(), "was made with other 9"), ("{".to_owned(), "move it away")] {
        std::fs::write(state.join("voices.json"), file).unwrap();
        let ran = place.mynah("run --config mynah.toml --input x.wav").complains(&[due]);
        assert_ne!(ran.code, Some(0));
        place.mynah("wake enroll anna --from x.wav --config mynah.toml").complains(&[due]);
    }
}
