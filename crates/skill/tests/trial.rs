//! The tests inside skills: what they find.

use expect_test::expect;
use mynah_home::Home;
use mynah_skill::{Catalog, TestResult};

fn home() -> Home {
    Home::parse("home.toml", include_str!("house.toml")).unwrap_or_else(|f| panic!("{f:?}"))
}

const SKILL: &str = r#"
[skill]
name = "lamps"

[permissions]
devices = ["light.*"]

[[intent]]
name = "power"
sentences = ["turn {state} [the] {device}", "turn {state} [the] {device} for {duration}"]
do = [{ set = "power", to = "{state}", on = "{targets}" }]
reply = "{targets} {state}"
test = [
  { say = "turn on the kitchen lamp", does = [{ device = "kitchen lamp", power = "on" }], reply = "The kitchen lamp is on." },
  { say = "turn on the lamp", area = "kitchen", does = [{ device = "light.kitchen_lamp", power = true }] },
  { say = "turn on the lamp for ten minutes", area = "bedroom", slots = { state = "on", duration = "10 min" } },
  { say = "turn on the spot", refuse = true },
  # From here on, all are wrong.
  { say = "turn on the kitchen lamp", does = [{ device = "kitchen lamp", power = "off" }] },
  { say = "turn on the kitchen lamp", does = [] },
  { say = "turn on the kitchen lamp", intent = "brightness" },
  { say = "turn on the kitchen lamp for ten minutes", slots = { state = "off", duration = 601, color = "red" }, reply = "Yes." },
  { say = "turn on the kitchen lamp", refuse = true },
  { say = "turn on the spot", does = [{ device = "kitchen lamp", power = "on" }] },
  { say = "boil the kettle" },
  # And these cannot be run here.
  { say = "turn on the kitchen lamp", does = [{ device = "gazebo lamp", power = "on" }] },
  { say = "turn on the kitchen lamp", area = "gazebo" },
]

[[intent]]
name = "brightness"
sentences = ["dim [the] {light} by {percentage}"]
do = [{ adjust = "brightness", by = "-{percentage}", on = "{light}" }]
reply = "{light} {state}"
[[intent.test]]
say = "dim the bedroom lamp by ten percent"
does = [{ device = "bedroom lamp", adjust = "brightness", by = -10 }]
reply = "The bedroom lamp is at 40 percent."

[[refuse]]
say = "turn on the fan"
[[refuse]]
say = "turn off the kitchen lamp"
"#;

#[test]
fn what_tests_find() {
    let home = home();
    let catalog =
        Catalog::parse(&[("lamps.toml".into(), SKILL.into())], &home).unwrap_or_else(|f| panic!("{f:#?}"));
    let mut text = String::new();
    for report in catalog.test(&home) {
        assert_eq!(&SKILL[report.span.clone()], report.say);
        let result = match report.result {
            TestResult::Passed => "passed".to_owned(),
            TestResult::Failed(differences) => format!("FAILED {}", differences.join("\n    ")),
            TestResult::Skipped(why) => format!("skipped: {why}"),
        };
        text.push_str(&format!("{} | {}: {result}\n", report.intent, report.say));
    }
    expect![[r#"
        power | turn on the kitchen lamp: passed
        power | turn on the lamp: passed
        power | turn on the lamp for ten minutes: passed
        power | turn on the spot: passed
        power | turn on the kitchen lamp: FAILED does light.kitchen_lamp power = on, not light.kitchen_lamp power = off
        power | turn on the kitchen lamp: FAILED does light.kitchen_lamp power = on, not nothing
        power | turn on the kitchen lamp: FAILED is understood as power, not as brightness
        power | turn on the kitchen lamp for ten minutes: FAILED the slot color is not filled
            the slot duration is 600 s, not 601
            the slot state is "on", not "off"
            answers “The kitchen lamp is on.”, not “Yes.”
        power | turn on the kitchen lamp: FAILED should be refused, but is understood as power and does light.kitchen_lamp power = on
        power | turn on the spot: FAILED is refused: Which one do you mean: the spot in the bedroom or the spot in the kitchen?
        power | boil the kettle: FAILED is not understood
        power | turn on the kitchen lamp: skipped: no device gazebo lamp
        power | turn on the kitchen lamp: skipped: no area gazebo
        brightness | dim the bedroom lamp by ten percent: passed
         | turn on the fan: passed
         | turn off the kitchen lamp: FAILED should be refused, but is understood as power and does light.kitchen_lamp power = off
    "#]].assert_eq(&text);
}

/// The manifest in the documentation of the crate is one that loads.
#[test]
fn the_documented_manifest_loads() {
    let source = include_str!("../src/lib.rs");
    let block = source
        .split("//! ```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("//! ```\n").next())
        .expect("an example");
    let text: String = block.lines().map(|line| line.trim_start_matches("//!").to_owned() + "\n").collect();
    let catalog =
        Catalog::parse(&[("lamps.toml".into(), text)], &home()).unwrap_or_else(|f| panic!("{f:#?}"));
    assert_eq!(catalog.summaries().collect::<Vec<_>>(), [("lamps", "Switch the lamps")]);
}
