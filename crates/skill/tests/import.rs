//! A language of Home Assistant's corpus as skills.
#![allow(clippy::print_stdout, reason = "a test says what it skipped and what it measured")]

use std::path::{Path, PathBuf};

use expect_test::expect;
use mynah_home::Home;
use mynah_intent::hassil::{self, File};
use mynah_skill::{Catalog, Import, TestResult, import};

/// A small corpus: names, rooms, floors and the room of the speaker, own values, a word that may be skipped, and what no house here has.
const LIGHTS: &str = r#"
language: "en"
intents:
  HassTurnOn:
    data:
      - sentences: ["<turn> on [the] {name} [<in_area>]"]
        requires_context: { domain: light }
      - sentences: ["<turn> on [all] [the] lights <in_area>", "<turn> on [all] [the] lights (on|of) [the] {floor}"]
        slots: { domain: light }
      - sentences: ["<turn> on [the] lights [here]"]
        slots: { domain: light }
        requires_context: { area: { slot: true } }
  HassLightSet:
    data:
      - sentences: ["set [the] {name} to {brightness}[([ ]%)| percent]", "set [the] {name} to {level:brightness}"]
        requires_context: { domain: light }
"#;
const OTHERS: &str = r#"
language: "en"
lists:
  brightness: { range: { type: percentage, from: 0, to: 100 } }
  level: { values: [{ in: "<most>", out: 100 }] }
expansion_rules:
  turn: "(turn|switch)"
  in_area: "in [the] {area}"
  most: "(max|maximum)"
skip_words: ["kindly"]
intents:
  HassBroadcast:
    data: [{ sentences: ["tell everybody {message}"] }]
"#;
const SCENES: &str = r#"
language: "en"
intents:
  HassTurnOn:
    data: [{ sentences: ["start [the] scene {name}"], requires_context: { domain: scene } }]
"#;
const HOUSE: &str = r#"
language: "en"
floors: [{ name: "First Floor", id: first }]
areas: [{ name: Kitchen, id: kitchen_id, floor: first }, { name: Garage, id: garage }]
entities:
  - { name: "Kitchen Lamp", id: light.kitchen_lamp, area: kitchen_id, state: "off" }
  - { name: "Party", id: scene.party, state: "off" }
"#;
const TESTS: &str = r#"
language: "en"
tests:
  - sentences: ["kindly turn on the kitchen lamp"]
    intent: { name: HassTurnOn, slots: { name: "Kitchen Lamp" } }
  - sentences: ["turn on all the lights in the kitchen"]
    intent: { name: HassTurnOn, slots: { area: Kitchen, domain: light } }
  - sentences: ["switch on the lights on the first floor"]
    intent: { name: HassTurnOn, slots: { floor: "First Floor", domain: light } }
  - sentences: ["switch on the lights"]
    intent: { name: HassTurnOn, context: { area: Garage }, slots: { area: Garage, domain: light } }
  - sentences: ["set the kitchen lamp to 50%", "set kitchen lamp to 50 percent"]
    intent: { name: HassLightSet, slots: { name: "Kitchen Lamp", brightness: 50 } }
  - sentences: ["set the kitchen lamp to maximum"]
    intent: { name: HassLightSet, slots: { name: "Kitchen Lamp", brightness: 100 } }
  - sentences: ["start the scene party"]
    intent: { name: HassTurnOn, slots: { name: Party } }
"#;

fn imported(sentences: &[(String, Vec<u8>)], tests: &[(String, Vec<u8>)]) -> Import {
    let spec = hassil::sentences(&files(sentences)).expect("sentences");
    import(&spec, &hassil::tests(&files(tests)).expect("tests")).expect("skills")
}

fn files(all: &[(String, Vec<u8>)]) -> Vec<File<'_>> {
    all.iter().map(|(name, bytes)| File { name, bytes }).collect()
}

/// The skills load, and each of their tests passes in the house that comes with them.
fn all_pass(import: &Import) {
    let home = Home::parse("home.toml", &import.home).expect("a house");
    let catalog = Catalog::parse(&import.skills, &home).expect("skills");
    let reports = catalog.test(&home);
    assert_eq!(reports.len(), import.report.tests_imported);
    let bad: Vec<_> = reports.iter().filter(|report| report.result != TestResult::Passed).collect();
    assert!(bad.is_empty(), "{bad:?}");
}

#[test]
fn a_small_corpus() {
    let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    let sentences = [
        file("_common.yaml", OTHERS),
        file("light_HassTurnOn.yaml", LIGHTS),
        file("scene_HassTurnOn.yaml", SCENES),
    ];
    let import = imported(&sentences, &[file("_fixtures.yaml", HOUSE), file("tests.yaml", TESTS)]);
    all_pass(&import);
    let lights = &import.skills.iter().find(|(file, _)| file == "ha-light.toml").expect("lights").1;
    expect![[r#"
        # From Home Assistant's sentences, https://github.com/home-assistant/intents (CC BY 4.0).
        [skill]
        name = "ha-light"
        language = "en"
        summary = "Home Assistant's sentences: light"
        skip_words = ["kindly"]
    "#]]
    .assert_eq(lights.split_inclusive('\n').take(6).collect::<String>().as_str());
    let left_out = import.report.left_out.iter();
    let left_out: Vec<String> =
        left_out.map(|l| format!("{}: {} {}: {}", l.what, l.intent, l.text, l.why)).collect();
    expect![[r#"
        device:  Party (scene.party): no kind of device here is a scene
        sentence: HassTurnOn start [the] scene {name}: no house here has what Home Assistant calls scene
        sentence: HassBroadcast tell everybody {message}: there is no list {message}
        test: HassTurnOn start the scene party: is not understood"#]]
    .assert_eq(&left_out.join("\n"));
}

fn folder(path: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(path).expect("a folder");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    files
        .into_iter()
        .map(|path| (path.display().to_string(), std::fs::read(&path).expect("a file")))
        .collect()
}

#[test]
fn languages_of_the_corpus() {
    let data = std::env::var_os("MYNAH_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let corpus = data.join("text/ha-intents");
    if !corpus.is_dir() {
        println!("skipped: no data");
        return;
    }
    for (language, least) in [("en", 0.87), ("de", 0.91)] {
        let of = |kind: &str| folder(&corpus.join(kind).join(language));
        let import = imported(&of("sentences"), &of("tests"));
        all_pass(&import);
        let share = import.report.tests_imported as f64 / import.report.tests as f64;
        println!("{language}: {} of {} tests", import.report.tests_imported, import.report.tests);
        assert!(share >= least, "{language}: {share}");
    }
}
