//! `mynah bench wake`: what is heard is the same each time, programs may misbehave, and words end where people hear them end.
#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Place, Ran};
use expect_test::{Expect, expect};
use hound::{SampleFormat, WavSpec, WavWriter};
use serde_json::Value;
use tempfile::TempDir;

/// Two recordings that no engine takes for a word, half a second of tone in two seconds; and one of silence.
fn recordings() -> TempDir {
    let dir = TempDir::new().unwrap();
    let spec =
        WavSpec { channels: 1, sample_rate: 16_000, bits_per_sample: 16, sample_format: SampleFormat::Int };
    for (name, pitch) in [
        ("computer/a.wav", 300.0),
        ("computer/b.wav", 500.0),
        ("computer/still.wav", 0.0),
        ("noise/n.wav", 90.0),
    ] {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut writer = WavWriter::create(path, spec).unwrap();
        for n in 0..32_000 {
            let sounds = (8000..16_000).contains(&n) || name.starts_with("noise");
            let sample =
                if sounds { (f64::from(n) * pitch / 16_000.0 * std::f64::consts::TAU).sin() } else { 0.0 };
            writer.write_sample((sample * 8000.0) as i16).unwrap();
        }
        writer.finalize().unwrap();
    }
    dir
}

fn bench(dir: &TempDir, more: &[&str]) -> Ran {
    let positives = dir.path().display().to_string();
    let mut arguments = vec!["bench", "wake", "--positives", &positives, "--word", "computer"];
    arguments.extend(more);
    Place::new().mynah_args(&arguments, b"")
}

/// A program that says it is ready, then does this.
fn ready_then(script: &str) -> String {
    format!(r#"sh -c 'echo "{{\"ready\": \"x 1\", \"words\": [\"computer\"]}}"; {script}'"#)
}

/// What is said about a program, without its own text.
fn check(program: &str, expected: Expect) {
    let dir = recordings();
    let ran = bench(
        &dir,
        &["--without-own", "--condition", "clean", "--program-timeout", "2", "--program", program],
    );
    // How much sound the pipe took before depends on who is quicker.
    let err = ran.err.replace(program, "…");
    let err: String =
        err.lines().map(|line| format!("{}\n", line.split(" (it had taken").next().unwrap())).collect();
    expected.assert_eq(&format!("{}= {}\n", err, ran.code.unwrap()));
}

#[test]
fn a_program_that_listens_and_says_nothing_misses_everything() {
    let dir = recordings();
    let quiet = ready_then("cat > /dev/null");
    let ran = bench(&dir, &["--without-own", "--condition", "clean", "--program", &quiet, "--json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let missed = &report["engines"][0]["words"][0]["settings"][0]["conditions"][0]["missed"];
    assert_eq!((missed["count"].as_u64(), missed["of"].as_u64()), (Some(2), Some(2)));
    assert_eq!(report["positives"][0]["left_out"], 1, "the silent one");
}

#[test]
fn programs_may_die_hang_or_talk_rubbish() {
    check(
        "false",
        expect![[r#"
            mynah: program `…` ended before it was ready: exit status: 1
            = 1
        "#]],
    );
    check(
        &ready_then("echo I am tired >&2; exit 3"),
        expect![[r#"
            mynah: program `…` ended while it was given sound: exit status: 3; its last words: I am tired
            = 1
        "#]],
    );
    check(
        &ready_then("sleep 60"),
        expect![[r#"
            mynah: program `…` has taken no sound for 2 s
            = 1
        "#]],
    );
    check(
        &ready_then("cat > /dev/null; sleep 60"),
        expect![[r#"
            mynah: program `…` did not end within 2 s of the end of sound
            = 1
        "#]],
    );
    check(
        &ready_then("echo 37 percent loaded; cat > /dev/null"),
        expect![[r#"
            mynah: program `…`, line 2: {"word": …, "at_ms": …, "score": …} is due, but invalid type: integer `37`, expected struct Said at line 1 column 2; it wrote `37 percent loaded`
            = 1
        "#]],
    );
    check(
        "sleep 60",
        expect![[r#"
            mynah: program `…` did not say that it is ready within 2 s
            = 1
        "#]],
    );
    check(
        "echo hello",
        expect![[r#"
            mynah: program `…`, line 1: the first line should be {"ready": NAME, "words": […]}, but expected value at line 1 column 1; it wrote `hello`
            = 1
        "#]],
    );
}

#[test]
fn detections_of_a_program_are_counted() {
    let dir = recordings();
    // The first word ends 1.5 s + 1 s into the stream; the second stream begins 6 s (1.5 + 2 + 1.5 and a second between) later.
    let said = ready_then(
        r#"cat > /dev/null; echo "{\"word\":\"computer\",\"at_ms\":2600}"; echo "{\"word\":\"computer\",\"at_ms\":7000}""#,
    );
    let ran = bench(&dir, &["--without-own", "--condition", "clean", "--program", &said, "--json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let heard = &report["engines"][0]["words"][0]["settings"][0]["conditions"][0];
    assert_eq!(heard["missed"]["count"], 1, "the second came before its word");
    let delay = heard["delay_ms"]["p50"].as_f64().unwrap();
    assert!((80.0..=110.0).contains(&delay), "{delay}");
}

#[test]
fn the_same_seed_gives_the_same_streams() {
    let dir = recordings();
    let manifest = |name: &str, seed: &str| {
        let file = dir.path().join(name);
        let noise = dir.path().join("noise").display().to_string();
        let place = file.display().to_string();
        let ran = bench(&dir, &["--noise", &noise, "--seed", seed, "--manifest", &place]);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        fs::read_to_string(file).unwrap()
    };
    let first = manifest("one", "1");
    assert_eq!(first.lines().count(), 2 * 4, "two recordings, four conditions");
    assert!(first.contains("from_sample") && first.contains("rt60"));
    assert_eq!(first, manifest("again", "1"));
    assert_ne!(first, manifest("other", "2"));
}

#[test]
fn what_is_missing_is_said() {
    let dir = recordings();
    let ran = bench(&dir, &["--condition", "10dB"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("--noise"), "{}", ran.err);
    let ran = bench(&dir, &["--condition", "loud"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("`loud` is no condition"), "{}", ran.err);
}

/// Against 30 recordings whose ends were read off spectrograms (`benches/wake/word-ends.json`).
#[test]
fn words_end_where_people_see_them_end() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let data = std::env::var_os("MYNAH_DATA").map_or_else(|| root.join("../shared/data"), PathBuf::from);
    if !data.join("wake").is_dir() {
        eprintln!("skipped: no data");
        return;
    }
    let labels: Value =
        serde_json::from_str(&fs::read_to_string(root.join("benches/wake/word-ends.json")).unwrap()).unwrap();
    let labels = labels["ends_ms"].as_object().unwrap();
    let dir = TempDir::new().unwrap();
    let (only, manifest) = (dir.path().join("only"), dir.path().join("manifest"));
    fs::write(&only, labels.keys().map(|name| format!("{name}\n")).collect::<String>()).unwrap();
    let path = |path: &Path| path.display().to_string();
    let (wake, only, place) = (path(&data.join("wake")), path(&only), path(&manifest));
    let mut arguments = vec![
        "bench",
        "wake",
        "--positives",
        &wake,
        "--only",
        &only,
        "--manifest",
        &place,
        "--condition",
        "clean",
    ];
    for word in ["computer", "jarvis", "alexa", "smart_mirror", "snowboy", "view_glass"] {
        arguments.extend(["--word", word]);
    }
    let ran = Place::new().mynah_args(&arguments, b"");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let mut errors: Vec<i64> = fs::read_to_string(manifest)
        .unwrap()
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            let name = line["recording"].as_str().unwrap().to_owned();
            line["word_in_recording_ms"][1].as_i64().unwrap() - labels[&name].as_i64().unwrap()
        })
        .collect();
    assert_eq!(errors.len(), labels.len());
    errors.sort_unstable();
    assert!(errors[15].abs() <= 15, "they are neither early nor late: {errors:?}");
    let mut sizes: Vec<i64> = errors.iter().map(|error| error.abs()).collect();
    sizes.sort_unstable();
    assert!(sizes[15] <= 25 && sizes[27] <= 80, "{sizes:?}");
}
