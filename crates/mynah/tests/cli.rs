//! The command line without models: exit codes (0 done, 1 failed, 2 wrong usage or configuration), what is printed,
//! and what is said about files that are wrong.
#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use std::path::Path;

use common::{Place, Ran, UNREACHABLE_LAMP};
use expect_test::{Expect, expect};
use hound::{SampleFormat, WavSpec, WavWriter};

/// The example that explains skills to their authors.
const LIGHTS: &str = r#"
[skill]
name = "lights"
language = "en"
summary = "Switch, dim and colour the lamps"

[permissions]                 # reaching anything else is refused when the skill loads and again when it acts
devices = ["light.*"]

[rules]
turn = "(turn|switch|put)"

[[intent]]
name = "light.power"
sentences = ["<turn> {state} [the] {device:light}", "<turn> [the] {device:light} {state}", "<turn> {state} [all] [the] lights [in [the] {area}]"]
risk = "low"                  # low, confirm, pin: sets the least confidence, the most targets, and what is asked back
do = [{ set = "power", to = "{state}", on = "{targets}" }]
reply = "{targets} {state}"

[[intent.test]]
say = "switch off the lamp in the bedroom"
does = [{ device = "bedroom lamp", power = "off" }]
"#;

/// The exit code, and the output as a person reads it.
fn check(arguments: &str, expect: Expect) {
    let Ran { code, out, err } = Place::new().mynah(arguments);
    expect.assert_eq(&format!("{out}{err}= {}\n", code.unwrap()));
}

#[test]
fn a_sentence_becomes_an_intent() {
    check(
        "recognize turn on the kitchen lamp",
        expect![[r#"
            best  1.00  light.power  light=light.kitchen_lamp  state=on
            = 0
        "#]],
    );
    check(
        "recognize sing a song about whales",
        expect![[r#"
            mynah: no installed skill means this
            = 1
        "#]],
    );
    let several =
        Place::new().mynah("recognize turn on the kitchen lamp and set a timer for ten minutes").ends(0);
    let best: Vec<&str> = several.out.lines().filter(|line| line.contains("best")).collect();
    assert!(matches!(best[..], [a, b] if a.starts_with("1  best") && b.starts_with("2  best")), "{best:?}");
    let readings =
        Place::new().mynah("recognize --json dim the bedroom lamp to thirty percent").ends(0).json();
    assert_eq!(readings[0]["intent"]["name"], "light.brightness");
    assert_eq!(readings[0]["intent"]["slots"]["percentage"]["value"]["percentage"], 30.0);
}

#[test]
fn a_sentence_becomes_a_plan() {
    check(
        "say --dry-run turn on the kitchen lamp",
        expect![[r#"
            light.power (lights)
              light.kitchen_lamp power = on
            = 0
        "#]],
    );
    check(
        "say --dry-run sing a song about whales",
        expect![[r#"
            mynah: no installed skill means this
            = 1
        "#]],
    );
    let plan = Place::new().mynah("say --dry-run --json turn on the kitchen lamp").ends(0).json();
    assert_eq!(
        plan["actions"],
        serde_json::json!([{ "set": { "device": "light.kitchen_lamp", "capability": "power", "to": true } }])
    );
}

/// Invariant: what cannot be resolved never enlarges the target.
#[test]
fn a_place_that_is_not_there_switches_nothing() {
    let ran = Place::new().mynah("say --dry-run turn off the lamp in the gazebo").ends(1);
    assert!(!ran.out.contains("power"), "{}", ran.out);
}

#[test]
fn a_sentence_for_a_device_that_is_away_fails_and_says_so() {
    let place = Place::new();
    place.write("home.toml", UNREACHABLE_LAMP);
    let ran = place.mynah("--home home.toml say turn on the kitchen lamp").ends(1);
    assert_eq!(ran.out, "I could not reach the kitchen lamp.\n");
    place.mynah("--home home.toml home get kitchen_lamp").ends(1);
}

#[test]
fn wrong_usage_ends_with_2() {
    let place = Place::new();
    for arguments in ["", "sing", "run --sing", "run --realtime", "say", "replay", "completions klingon"] {
        place.mynah(arguments).ends(2);
    }
    for arguments in ["--help", "--version", "run --help", "models list", "completions bash"] {
        place.mynah(arguments).ends(0);
    }
}

#[test]
fn completions_know_every_command() {
    let script = Place::new().mynah("completions bash").ends(0).out;
    for command in
        ["run", "demo", "say", "recognize", "transcribe", "skill", "models", "home", "replay", "doctor"]
    {
        assert!(
            script.contains(&format!("mynah__{command}"))
                || script.contains(&format!("mynah__subcmd__{command}")),
            "{command}"
        );
    }
}

#[test]
fn who_closes_the_pipe_has_read_enough() {
    let place = Place::new();
    let mut child = place.command().args(["completions", "bash"]).spawn().unwrap();
    drop(child.stdout.take());
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    let mut child =
        place.command().args(["say", "--dry-run", "--json", "turn on the kitchen lamp"]).spawn().unwrap();
    drop(child.stdout.take());
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
}

#[test]
fn without_a_house_there_is_a_remedy() {
    let place = Place::new();
    place.mynah("run").ends(2).complains(&["no home.toml", "--demo-house", "README.md"]);
    place.mynah("say turn on the lamp").ends(2).complains(&["no home.toml"]);
    place.mynah("home list --home nowhere.toml").ends(2).complains(&["nowhere.toml"]);
    place
        .mynah("recognize hello --config nowhere.toml")
        .ends(2)
        .complains(&["nowhere.toml: there is no such"]);
}

#[test]
fn faults_of_the_house_have_file_line_and_remedy() {
    let place = Place::new();
    let text = UNREACHABLE_LAMP.replace("\"light\"", "\"lihgt\"").replace("[\"power\"]", "[\"pwoer\"]");
    place.write("home.toml", text);
    place.mynah("home list --home home.toml").ends(2).complains(&[
        "home.toml:7:9",
        "no kind of device is called `lihgt`",
        "did you mean `light`?",
        "did you mean `power`?",
        "2 faults",
    ]);
}

#[test]
fn faults_of_the_configuration_have_file_and_line() {
    let place = Place::new();
    place.write("mynah.toml", "area = \"kitchen\"\n[wake]\nwrods = [\"computer\"]\n");
    place.mynah("recognize hello --config mynah.toml").ends(2).complains(&[
        "mynah.toml",
        "line 3",
        "unknown field `wrods`",
        "`words`",
    ]);
    place.write("mynah.toml", "area = \"gazebo\"\n");
    place.mynah("recognize hello --config mynah.toml").ends(2).complains(&["\"gazebo\"", "kitchen"]);
    place.write("mynah.toml", "area = \n");
    place.mynah("recognize hello --config mynah.toml").ends(2).complains(&["mynah.toml", "line 1"]);
}

#[test]
fn a_wake_word_that_no_model_knows_is_wrong_configuration() {
    let place = Place::new();
    place.write("home.toml", UNREACHABLE_LAMP);
    place.write("mynah.toml", "[wake]\nwords = [\"computr\"]\n");
    silence(&place.path("x.wav"), 16_000);
    place
        .mynah("run --config mynah.toml --home home.toml --input x.wav")
        .ends(2)
        .complains(&["`computr` is not known", "`computer`"]);
}

#[test]
fn a_model_that_is_missing_or_cut_short_is_wrong_configuration() {
    let place = Place::new();
    place.write("home.toml", UNREACHABLE_LAMP);
    place.write("mynah.toml", "[recognition]\nmodel = \"x.bin\"\n");
    silence(&place.path("x.wav"), 16_000);
    let run = "run --config mynah.toml --home home.toml --input x.wav";
    place.mynah(run).ends(2).complains(&["no model \"x.bin\"", "whisper-tiny.en"]);
    // The magic number of ggml, and nothing after it; then something else altogether.
    place.write("x.bin", 0x6767_6d6c_u32.to_le_bytes());
    place.mynah(run).ends(2).complains(&["x.bin", "mynah models fetch"]);
    place.write("x.bin", "this is no model");
    place.mynah(run).ends(2).complains(&["x.bin"]);
    // The default model, with an empty cache: what is built in serves, unless that is not wanted either.
    place
        .mynah("run --home home.toml --input x.wav")
        .ends(0)
        .complains(&["only the built-in recogniser is used", "mynah models fetch whisper-tiny.en"]);
    place.write("mynah.toml", "[recognition]\ncommand = \"none\"\n");
    place.mynah(run).ends(2).complains(&["mynah models fetch whisper-tiny.en"]);
    place.write("mynah.toml", "[recognition]\nmodel = \"none\"\ncommand = \"none\"\n");
    place.mynah(run).ends(2).complains(&["there is no recogniser"]);
    place.write("mynah.toml", "[recognition]\ncommand = \"x.onnx\"\nmodel = \"none\"\n");
    place.mynah("transcribe --config mynah.toml x.wav").ends(2).complains(&["x.onnx", "is missing"]);
}

#[test]
fn faults_of_a_skill_have_file_line_caret_and_remedy() {
    let place = Place::new();
    place.write(
        "lights.toml",
        LIGHTS.replace("set = \"power\"", "set = \"pwoer\"").replace("{targets} {state}", "{targets} {stat}"),
    );
    place.mynah("skill check lights.toml").ends(1).complains(&[
        "[lights.toml:17:16]",
        "no capability is called `pwoer`",
        "did you mean `power`?",
        "─────",
        "did you mean `state`?",
        "\u{d7}",
    ]);
    let found = place.mynah("skill check --json lights.toml").ends(1).json();
    assert_eq!(found["errors"].as_array().unwrap().len(), 2);
    assert_eq!(found["errors"][0]["file"], "lights.toml");
    assert_eq!((&found["errors"][0]["line"], &found["errors"][0]["column"]), (&17.into(), &16.into()));
    // Anything else that needs the skill cannot be done.
    place.mynah("--skills lights.toml recognize hello").ends(2).complains(&["pwoer"]);
    place.mynah("skill check nowhere.toml").ends(1).complains(&["nowhere.toml"]);
}

#[test]
fn the_skills_that_ship_pass_their_tests() {
    let place = Place::new();
    let report = place.mynah("skill test --json").ends(0).json();
    assert!(report["passed"].as_u64().unwrap() >= 112, "{report}");
    // Skipped are those about devices that the demo house has not.
    assert_eq!(report["failed"], 0);
    place.mynah("skill check").ends(0);
}

#[test]
fn the_example_skill_passes_and_a_wrong_expectation_does_not() {
    let place = Place::new();
    place.write("lights.toml", LIGHTS);
    place.mynah("skill check lights.toml").ends(0);
    let report = place.mynah("skill test --json lights.toml").ends(0).json();
    assert_eq!(report["passed"], 1);
    place.write("lights.toml", LIGHTS.replace("power = \"off\"", "power = \"on\""));
    place
        .mynah("skill test lights.toml")
        .ends(1)
        .complains(&["lights.toml:21", "switch off the lamp in the bedroom"]);
}

/// What is doubtful is told and does no harm, unless somebody asks for it.
#[test]
fn warnings_fail_only_when_strict() {
    let place = Place::new();
    place.write("lights.toml", LIGHTS.replace("(turn|switch|put)", "(turn|switch|put|turn)"));
    let ran = place.mynah("skill check lights.toml").ends(0);
    let ran =
        ran.complains(&["[lights.toml:11:26]", "`turn` stands in these alternatives twice", "leave it out"]);
    assert!(ran.out.contains("1 skill: 0 errors, 1 warning"), "{}", ran.out);
    let found = place.mynah("skill check --strict --json lights.toml").ends(1).json();
    assert_eq!(
        (found["errors"].as_array().unwrap().len(), found["warnings"].as_array().unwrap().len()),
        (0, 1)
    );
}

/// The path that the README shows: new, check, test, try, format.
#[test]
fn a_new_skill_is_ready_to_be_changed() {
    let place = Place::new();
    place.mynah("skill new good-coffee").ends(0);
    for command in ["check --strict", "test", "format --check"] {
        place.mynah(&format!("skill {command} good-coffee.toml")).ends(0);
    }
    place.mynah("skill new good-coffee").ends(1).complains(&["good-coffee.toml"]);
    place.mynah("skill new Coffee").ends(2).complains(&["small letters"]);

    let ran = place
        .mynah_fed("skill try good-coffee.toml", b"try the big good coffee\n\nturn on the kitchen lamp\n")
        .ends(0);
    expect![[r#"
        :
          good-coffee.try  1.00
            size=large   “big”
          says    “The big good coffee works.” (when all goes well)
          second  nothing else
          light.power  1.00
            light=light.kitchen_lamp   “kitchen lamp”
            state=on   “on”
          does    light.kitchen_lamp power = on
          says    “The kitchen lamp is on.” (when all goes well)
          second  nothing else
    "#]]
    .assert_eq(&format!(":\n{}", ran.out));
    let ran = place.mynah_fed("skill try --json good-coffee.toml", b"sing\n").ends(1);
    assert_eq!(
        ran.json(),
        serde_json::json!({ "text": "sing", "readings": [], "plan": null, "refused": null, "reply": null })
    );

    let text = std::fs::read_to_string(place.path("good-coffee.toml")).unwrap();
    place.write("good-coffee.toml", text.replace("language = ", "language   =   "));
    assert_eq!(
        place.mynah("skill format --check good-coffee.toml").ends(1).out,
        "good-coffee.toml would be laid out otherwise\n"
    );
    place.mynah("skill format good-coffee.toml").ends(0);
    assert_eq!(std::fs::read_to_string(place.path("good-coffee.toml")).unwrap(), text);
    place.write("bad.toml", "a = [\n");
    place.mynah("skill format bad.toml").ends(2).complains(&["this is not TOML"]);
}

#[test]
fn skills_tell_what_can_be_said() {
    let place = Place::new();
    let ran = place.mynah("help lights").ends(0);
    assert!(ran.out.starts_with("lights: Switch, dim and colour the lamps\n"), "{}", ran.out);
    assert!(ran.out.contains("    turn on the kitchen lamp\n"), "{}", ran.out);
    place.mynah("help the weather on mars").ends(1).complains(&["no skill is about", "lights"]);
    assert!(place.mynah("help skill check").ends(0).out.contains("--strict"));
    let ran = place.mynah("help").ends(0);
    assert!(ran.out.contains("Usage: mynah") && ran.out.contains("You can ask me about"), "{}", ran.out);
}

#[test]
fn only_recorded_turns_can_be_replayed() {
    let place = Place::new();
    silence(&place.path("x.wav"), 16_000);
    place.mynah("replay x.wav").ends(1).complains(&["x.wav: it holds no decisions", "--record"]);
    place.write("x.txt", "hello");
    place.mynah("replay x.txt").ends(1).complains(&["x.txt"]);
    place.mynah("replay nowhere.wav").ends(1).complains(&["nowhere.wav"]);
}

/// The input is opened before the models are loaded: what is wrong with it is known without them.
#[test]
fn input_that_is_no_sound_is_refused_in_words() {
    let place = Place::new();
    place.write("home.toml", UNREACHABLE_LAMP);
    place.write("text.wav", "Dear diary");
    place.write("nothing.wav", "");
    silence(&place.path("empty.wav"), 0);
    for (file, words) in [
        ("nowhere.wav", "nowhere.wav: there is no such file"),
        ("text.wav", "text.wav: this is not a sound file"),
        ("nothing.wav", "nothing.wav: "),
        ("empty.wav", "empty.wav: it holds no sound: 0 samples"),
    ] {
        let ran = place.mynah(&format!("run --home home.toml --input {file}")).ends(1).complains(&[words]);
        assert_eq!(ran.err.lines().count(), 1, "one line, no noise of libraries:\n{}", ran.err);
    }
}

/// `samples` of silence, 16 kHz mono.
fn silence(path: &Path, samples: usize) {
    let spec =
        WavSpec { channels: 1, sample_rate: 16_000, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut wav = WavWriter::create(path, spec).unwrap();
    for _ in 0..samples {
        wav.write_sample(0i16).unwrap();
    }
    wav.finalize().unwrap();
}

#[test]
fn another_language() {
    check(
        "--language zh recognize 打开厨房灯",
        expect![[r#"
        best  1.00  light.power  light=light.厨房灯  onoff=on
        next  1.00  light.power  area=厨房  onoff=on
        = 0
    "#]],
    );
    check(
        "--language fr recognize allume",
        expect![[r#"
        mynah: no skills ship in `fr`, but in en, zh; --skills takes your own
        = 2
    "#]],
    );
    let place = Place::new();
    place.write("coffee.toml", "[skill]\nname = \"coffee\"\n[[intent]]\nname = \"coffee.brew\"\nsentences = [\"brew\"]\nreply = \"yes\"\n\
        [translations.de]\n[[translations.de.intent]]\nname = \"coffee.brew\"\nsentences = [\"mach Kaffee\"]\nreply = \"ja\"\n");
    let ran = place.mynah("--skills coffee.toml --language de recognize mach Kaffee").ends(0);
    assert!(ran.out.contains("coffee.brew"), "{}", ran.out);
    place
        .mynah("--skills coffee.toml --language fr recognize café")
        .ends(2)
        .complains(&["coffee.toml", "translations.fr"]);
}

#[test]
fn a_skill_asks_and_is_answered() {
    let place = Place::new();
    place.write("coffee.toml", "[skill]\nname = \"coffee\"\n[permissions]\nmqtt = [\"c\"]\n[lists]\nsize = [\"small\", \"large\"]\n\
        [[intent]]\nname = \"coffee.brew\"\nsentences = [\"brew [a {size}] coffee\"]\n\
        do = [{ ask = \"How large?\", slot = \"size\" }, { mqtt = { topic = \"c\", payload = \"{size}\" } }]\nreply = \"{size}\"\n");
    let ran = place.mynah_fed("skill try coffee.toml", b"brew coffee\na large one\n").ends(0);
    expect![[r#"
        :
          coffee.brew  1.00
          asks    “How large?”
          answer  small, large
          second  nothing else
          coffee.brew  1.00
            size=large   “large”
          does    publish c large
          says    “Large.” (when all goes well)
          second  nothing else
    "#]]
    .assert_eq(&format!(":\n{}", ran.out));
}

#[test]
fn a_corpus_becomes_skills() {
    let place = Place::new();
    let folder = |name: &str| std::fs::create_dir_all(place.path(name)).unwrap();
    folder("ha/sentences/en");
    folder("ha/tests/en");
    place.write(
        "ha/sentences/en/light_HassTurnOn.yaml",
        "language: en\nintents:\n  HassTurnOn:\n    data:\n      - sentences: ['turn on [the] {name}']\n        requires_context: { domain: light }\n  HassBroadcast:\n    data:\n      - sentences: ['tell all']\n",
    );
    place.write(
        "ha/tests/en/_fixtures.yaml",
        "language: en\nareas: []\nentities:\n  - { name: Lamp, id: light.lamp }\n  - { name: Anna, id: person.anna }\n",
    );
    place.write(
        "ha/tests/en/light_HassTurnOn.yaml",
        "language: en\ntests:\n  - sentences: [turn on the lamp]\n    intent: { name: HassTurnOn, slots: { name: Lamp } }\n",
    );
    let ran = place.mynah("skill import --hassil ha --lang en --out skills").ends(0);
    expect![[r#"
        en: 1 skill with 2 of 2 sentences and 1 of 1 tests
        understood, but not served by anything here: 1 sentence
        skills/import.txt says what was left out and why; now:
        mynah --home skills/home.toml skill test skills
    "#]]
    .assert_eq(&ran.out);
    assert_eq!(
        place.mynah("--home skills/home.toml skill test skills").ends(0).out,
        "1 passed, 0 failed, 0 skipped\n"
    );
    expect![[r#"
        device: no kind of device here is a person
           Anna (person.anna)

        understood, but not served: nothing here does or tells that
          HassBroadcast tell all
    "#]]
    .assert_eq(&std::fs::read_to_string(place.path("skills/import.txt")).unwrap());
    place.mynah("skill import --hassil ha --lang en --out skills").ends(2).complains(&["there already"]);
    place.mynah("skill import --hassil ha --lang xx --out other").ends(2).complains(&["xx"]);
}
