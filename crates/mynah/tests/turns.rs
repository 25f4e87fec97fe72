//! Spoken turns through the real binary: a synthetic voice, the real models, and a demo house with a real broker.
#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{Place, UNREACHABLE_LAMP, course, named, spoken, there_is};
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

const LAMP_ON: &str = "computer, turn on the kitchen lamp";
const WHOLE_TURN: [&str; 9] =
    ["wake", "speech_start", "speech_end", "hypothesis", "intent", "plan", "outcome", "reply", "summary"];

/// A place with models and a voice, or what is missing, in print.
fn ready() -> Option<Place> {
    if !there_is("espeak-ng", "--version") {
        return None;
    }
    let place = Place::new().with_models();
    if place.is_none() {
        eprintln!("skipped: whisper-tiny.en is not fetched: mynah models fetch whisper-tiny.en");
    }
    place
}

/// The same, and the demo house can be served.
fn ready_for_the_house() -> Option<Place> {
    if !there_is("mosquitto", "-h") { None } else { ready() }
}

#[test]
fn a_turn_from_wake_word_to_reply() {
    let Some(place) = ready_for_the_house() else { return };
    place.write("x.wav", spoken(LAMP_ON));
    let events = place.mynah("run --demo-house --input x.wav --events json").ends(0).events();
    assert_eq!(course(&events), WHOLE_TURN);
    let times: Vec<u64> = events.iter().map(|event| event["at_ms"].as_u64().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
    for event in &events[..events.len() - 1] {
        assert_eq!(event["turn"], 1, "{event}");
    }
    assert_eq!(named(&events, "hypothesis")[0]["text"], "turn on the kitchen lamp");
    assert_eq!(named(&events, "intent")[0]["name"], "light.power");
    assert_eq!(named(&events, "outcome")[0]["outcome"], "confirmed");
    assert_eq!(named(&events, "outcome")[0]["state"], true);
    assert_eq!(named(&events, "reply")[0]["ok"], true);
    let summary = events.last().unwrap();
    assert_eq!(
        (&summary["turns"], &summary["done"], &summary["dropped_blocks"]),
        (&1.into(), &1.into(), &0.into())
    );

    let text = place.mynah("run --demo-house --input x.wav").ends(0).out;
    for words in [
        "wake",
        "“turn on the kitchen lamp”",
        "light.power",
        "the device confirms: on",
        "“The kitchen lamp is on.”",
    ] {
        assert!(text.contains(words), "no {words} in:\n{text}");
    }
    assert!(text.ends_with("1 turns: 1 done, 0 refused, 0 failed, 0 empty\n"), "{text}");

    // Nobody agreed to keep anything: nothing is there but the recording itself.
    let kept: Vec<String> = place.files().into_iter().filter(|file| !file.contains("pulse")).collect();
    assert_eq!(kept, ["work/x.wav"]);
}

#[test]
fn without_whisper_all_is_served_but_free_words() {
    if !there_is("espeak-ng", "--version") || !there_is("mosquitto", "-h") {
        return;
    }
    // Nothing is fetched here.
    let place = Place::new();
    place.write("x.wav", spoken(LAMP_ON));
    let run = place.mynah("run --demo-house --input x.wav --events json").ends(0);
    let events = run.complains(&["only the built-in recogniser is used", "free words"]).events();
    assert_eq!(named(&events, "hypothesis")[0]["text"], "turn on the kitchen lamp");
    assert_eq!(named(&events, "outcome")[0]["outcome"], "confirmed");
    place.write("x.wav", spoken("computer, put oat milk on my shopping list"));
    let events = place.mynah("run --demo-house --input x.wav --events json").ends(0).events();
    assert_eq!(named(&events, "hypothesis")[0]["accepted"], false);
    assert!(named(&events, "outcome").is_empty(), "{events:?}");
}

#[test]
fn a_turn_through_a_pipe_is_the_same() {
    let Some(place) = ready_for_the_house() else { return };
    let wav = spoken(LAMP_ON);
    let piped = place.mynah_fed("run --demo-house --input - --events json", &wav).ends(0).events();
    assert_eq!(course(&piped), WHOLE_TURN);
    assert_eq!(named(&piped, "outcome")[0]["outcome"], "confirmed");
}

#[test]
fn a_recorded_turn_is_decided_the_same_again() {
    let Some(place) = ready_for_the_house() else { return };
    place.write("x.wav", spoken(LAMP_ON));
    place.mynah("run --demo-house --input x.wav --record turns").ends(0);
    let kept: Vec<String> = place.files().into_iter().filter(|file| file.contains("turns/")).collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    let file = kept[0].strip_prefix("work/").unwrap();
    let text = place.mynah(&format!("replay {file}")).ends(0).out;
    assert!(text.contains("the same decisions"), "{text}");
    assert!(text.contains("replied \"The kitchen lamp is on.\""), "{text}");
    let report = place.mynah(&format!("replay --json {file}")).ends(0).json();
    assert_eq!(report["same"], true);
    // It is a WAV like any other.
    assert_eq!(WavReader::open(place.path(file)).unwrap().spec().sample_rate, 16_000);

    // With skills that know no lamps it is decided otherwise, and the exit code says so.
    place.write("song.toml", "[skill]\nname = \"song\"\nlanguage = \"en\"\nsummary = \"Songs\"\n[[intent]]\nname = \"song.sing\"\nsentences = [\"sing a song\"]\ndo = [{ help = true }]\n");
    let ran = place.mynah(&format!("--skills song.toml replay {file}")).ends(1);
    assert!(ran.out.contains("decided otherwise now"), "{}{}", ran.out, ran.err);
}

#[test]
fn a_folder_that_cannot_be_recorded_into_is_named() {
    let Some(place) = ready() else { return };
    place.write("home.toml", UNREACHABLE_LAMP);
    place.write("x.wav", spoken(LAMP_ON));
    let ran = place.mynah("run --home home.toml --input x.wav --record x.wav/turns").ends(1);
    ran.complains(&["cannot record into x.wav/turns"]);
}

#[test]
fn a_device_that_is_away_is_not_said_to_be_on() {
    let Some(place) = ready() else { return };
    place.write("home.toml", UNREACHABLE_LAMP);
    place.write("x.wav", spoken(LAMP_ON));
    let events = place.mynah("run --home home.toml --input x.wav --events json").ends(0).events();
    assert_eq!(course(&events), WHOLE_TURN);
    let outcome = named(&events, "outcome")[0];
    assert_eq!((&outcome["outcome"], &outcome["kind"]), (&"failed".into(), &"unreachable".into()));
    let reply = named(&events, "reply")[0];
    assert_eq!(reply["ok"], false);
    assert_eq!(reply["speech"], "I could not reach the kitchen lamp.");
    let summary = events.last().unwrap();
    assert_eq!((&summary["failed"], &summary["done"]), (&1.into(), &0.into()));
}

#[test]
fn what_no_skill_knows_is_not_done() {
    let Some(place) = ready() else { return };
    place.write("home.toml", UNREACHABLE_LAMP);
    place.write("x.wav", spoken("computer, sing me a song about the whales in winter"));
    let events = place.mynah("run --home home.toml --input x.wav --events json").ends(0).events();
    assert!(named(&events, "plan").is_empty() && named(&events, "outcome").is_empty(), "{events:#?}");
    assert_eq!(named(&events, "reply")[0]["ok"], false);
    assert_eq!(events.last().unwrap()["refused"], 1);
}

#[test]
fn two_turns_in_one_file() {
    let Some(place) = ready_for_the_house() else { return };
    let (first, rate) = samples(&spoken(LAMP_ON));
    let (second, _) = samples(&spoken("computer, turn off the kitchen lamp"));
    let pause = vec![0i16; 2 * rate as usize];
    write_wav(&place, "x.wav", rate, &[first, pause, second].concat());
    let events = place.mynah("run --demo-house --input x.wav --events json").ends(0).events();
    let turns = [&WHOLE_TURN[..8], &WHOLE_TURN].concat();
    assert_eq!(course(&events), turns);
    let states: Vec<_> = named(&events, "outcome").iter().map(|outcome| outcome["state"].clone()).collect();
    assert_eq!(states, [true, false]);
    assert_eq!(events.last().unwrap()["done"], 2);
}

#[test]
fn of_a_file_that_is_cut_off_what_is_there_is_heard() {
    let Some(place) = ready() else { return };
    place.write("home.toml", UNREACHABLE_LAMP);
    let mut wav = spoken(LAMP_ON);
    // The header still promises the three seconds of silence that end it.
    let (mut sound, rate) = samples(&wav);
    let heard = wav.len();
    sound.extend(vec![0; 3 * rate as usize]);
    write_wav(&place, "x.wav", rate, &sound);
    wav = std::fs::read(place.path("x.wav")).unwrap();
    place.write("x.wav", &wav[..heard]);
    let events = place.mynah("run --home home.toml --input x.wav --events json").ends(1).events();
    let error = named(&events, "error")[0];
    assert_eq!(error["stage"], "input");
    assert!(error["message"].as_str().unwrap().contains("x.wav: it is cut off: 2.3"), "{error}");
    assert_eq!(named(&events, "hypothesis")[0]["text"], "turn on the kitchen lamp");
}

#[test]
fn sound_of_every_shape_is_heard() {
    let Some(place) = ready() else { return };
    place.write("home.toml", UNREACHABLE_LAMP);
    let (sound, rate) = samples(&spoken(LAMP_ON));
    let spec = |channels, bits_per_sample, sample_format| WavSpec {
        channels,
        sample_rate: rate,
        bits_per_sample,
        sample_format,
    };
    for spec in
        [spec(1, 24, SampleFormat::Int), spec(2, 32, SampleFormat::Float), spec(6, 16, SampleFormat::Int)]
    {
        let mut wav = WavWriter::create(place.path("x.wav"), spec).unwrap();
        for sample in sound.iter().flat_map(|sample| vec![*sample; spec.channels.into()]) {
            match (spec.sample_format, spec.bits_per_sample) {
                (SampleFormat::Float, _) => wav.write_sample(f32::from(sample) / 32_768.0).unwrap(),
                (SampleFormat::Int, bits) => wav.write_sample(i32::from(sample) << (bits - 16)).unwrap(),
            }
        }
        wav.finalize().unwrap();
        let events = place.mynah("run --home home.toml --input x.wav --events json").ends(0).events();
        let heard = named(&events, "hypothesis");
        assert_eq!(heard.len(), 1, "{spec:?}");
        assert_eq!(heard[0]["text"], "turn on the kitchen lamp", "{spec:?}");
    }
}

/// The samples of a WAV, and its rate.
fn samples(wav: &[u8]) -> (Vec<i16>, u32) {
    // espeak-ng writes to a file: the header is right.
    let mut reader = WavReader::new(wav).unwrap();
    let rate = reader.spec().sample_rate;
    (reader.samples().map(Result::unwrap).collect(), rate)
}

fn write_wav(place: &Place, name: &str, rate: u32, samples: &[i16]) {
    let spec =
        WavSpec { channels: 1, sample_rate: rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut wav = WavWriter::create(place.path(name), spec).unwrap();
    for sample in samples {
        wav.write_sample(*sample).unwrap();
    }
    wav.finalize().unwrap();
}

#[test]
fn a_recording_that_begins_with_its_first_word_loses_none() {
    if !there_is("espeak-ng", "--version") {
        return;
    }
    let place = Place::new();
    let order = "dim the bedroom lamp to thirty percent and close the living room blind";
    place.write("x.wav", spoken(order));
    let heard = place.mynah("transcribe x.wav --json").ends(0).out;
    assert!(heard.contains("dim the bedroom lamp to thirty per"), "{heard}");
}
