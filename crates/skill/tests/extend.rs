//! A skill that adds to another one.

use expect_test::expect;
use mynah_home::Home;
use mynah_skill::{Catalog, Findings, TestResult};

fn home() -> Home {
    Home::parse("home.toml", include_str!("house.toml")).unwrap_or_else(|f| panic!("{f:?}"))
}

const MINE: &str = r#"
[skill]
name = "mine"
extends = "lights"
[[intent]]
name = "light.power"
sentences = ["let <the> {device:light} be {state}"]
[[intent.test]]
say = "let the kitchen lamp be off"
does = [{ device = "kitchen lamp", power = "off" }]
reply = "The kitchen lamp is off."
[[intent]]
name = "mine.hello"
sentences = ["hello lamp"]
reply = "hello"
test = [{ say = "hello lamp", reply = "Hello." }]
"#;

const BASE: &str = r#"
[skill]
name = "lights"
[permissions]
devices = ["light.*"]
[rules]
the = "[the|my]"
[[intent]]
name = "light.power"
sentences = ["turn {state} <the> {device:light}"]
risk = "confirm"
do = [{ set = "power", to = "{state}", on = "{light}" }]
reply = "{targets} {state}"
test = [{ say = "turn on the kitchen lamp" }]
"#;

fn texts(texts: &[(&str, &str)]) -> Vec<(String, String)> {
    texts.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn it_does_and_answers_the_same() {
    let home = home();
    let catalog = Catalog::parse(&texts(&[("mine.toml", MINE), ("lights.toml", BASE)]), &home)
        .unwrap_or_else(|f| panic!("{f:#?}"));
    for report in catalog.test(&home) {
        assert_eq!(report.result, TestResult::Passed, "{}", report.say);
    }
    assert_eq!(catalog.check(&home), []);
    let here = mynah_skill::Situation { area: None, now: time::OffsetDateTime::UNIX_EPOCH };
    let reading = catalog.understand("let the kitchen lamp be on", &here).remove(0);
    let plan = catalog.plan(&reading, &home, &here).expect("a plan");
    assert_eq!((plan.risk, plan.skill.as_str()), (mynah_skill::Risk::Confirm, "mine"));
}

/// An author checks the own file alone; the installed skill is found.
#[test]
fn it_is_checked_beside_the_installed_ones() {
    let found = Findings::of(&texts(&[("mine.toml", MINE)]), &texts(&[("lights.toml", BASE)]), &home());
    assert_eq!((found.errors, found.warnings), (Vec::new(), Vec::new()));
}

#[test]
fn mistakes() {
    let mine = MINE.replace("be {state}", "be on");
    let more =
        "[skill]\nname = \"more\"\nextends = \"mine\"\n[[intent]]\nname = \"x\"\nsentences = [\"x\"]\n";
    let lost = "[skill]\nname = \"lost\"\nextends = \"light\"\n[[intent]]\nname = \"y\"\nsentences = [\"y <the> z\"]\n";
    let all = texts(&[("mine.toml", &mine), ("lights.toml", BASE), ("more.toml", more), ("lost.toml", lost)]);
    let faults = Catalog::parse(&all, &home()).expect_err("faults");
    let lines =
        faults.iter().map(|f| format!("{}: {f}; {}\n", f.origin.file, f.help.as_deref().unwrap_or("-")));
    expect![[r#"
        mine.toml: `light.power` of lights needs the slot `state`, which no sentence here fills; known here: light
        more.toml: `mine` itself extends another skill; known here: lights
        lost.toml: no skill `light` is installed beside this one; did you mean `lights`?
        lost.toml: there is no rule <the>; -
    "#]].assert_eq(&lines.collect::<String>());
}
