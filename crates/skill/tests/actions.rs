//! Actions in order, delays, scenes, words, and answers that depend on what was said.

use expect_test::{Expect, expect};
use mynah_home::Home;
use mynah_skill::{Action, Catalog, Failure, FailureKind, Outcome, Situation, TestResult, answered};

fn home() -> Home {
    Home::parse("home.toml", include_str!("house.toml")).unwrap_or_else(|f| panic!("{f:?}"))
}

const SKILL: &str = r#"
[skill]
name = "evening"
[permissions]
devices = ["light.*", "plug.*"]
mqtt = ["blink"]

[lists]
scene = ["movie", { in = "(reading|book)", out = "reading" }]
size = ["small", "large"]

[scenes]
movie = [
  { set = "power", to = "off", on = "plug.*" },
  { delay = "2 seconds" },
  { set = "brightness", to = 10, on = "light.*" },
]
reading = [{ set = "power", to = "on", on = "light.kitchen_lamp" }]

[[intent]]
name = "scene"
sentences = ["make it {scene} time"]
do = [{ scene = "{scene}" }]
[[intent.test]]
say = "make it movie time"
does = [{ scene = "movie" }]
[[intent.test]]
say = "make it book time"
does = [{ device = "kitchen lamp", power = "on" }]

[[intent]]
name = "blink"
sentences = ["blink [after {duration}]"]
slots = { pause = 3 }
do = [
  { say = "Here it comes" },
  { sequence = [
    { mqtt = { topic = "blink", payload = "1" } },
    { delay = "{pause}" },
    { mqtt = { topic = "blink", payload = "0" } },
    { set = "power", to = "on", on = "light.kitchen_lamp" },
  ] },
]
[[intent.test]]
say = "blink"
reply = "Here it comes."
does = [
  { say = "Here it comes" },
  { mqtt = { topic = "blink", payload = "1" } },
  { delay = 3 },
  { mqtt = { topic = "blink", payload = "0" } },
  { device = "kitchen lamp", power = "on" },
]

[[intent]]
name = "wait"
sentences = ["light after {duration}"]
do = [{ delay = "{duration}" }, { set = "power", to = "on", on = "light.kitchen_lamp" }]
[[intent.test]]
say = "light after one minute"
does = [{ delay = 60 }, { device = "kitchen lamp", power = "on" }]
[[intent.test]]
say = "light after an hour"
refuse = true

[[intent]]
name = "coffee"
sentences = ["coffee [{size}] [for {number}]"]
do = [{ mqtt = { topic = "blink", payload = "c" } }]
reply = [
  { when = { size = "large", number = [2, 3] }, say = "A bucket for {number}" },
  { when = { size = true }, say = ["A {size} one", "One {size} coffee"] },
  "Coffee",
]
[[intent.test]]
say = "coffee large for two"
reply = "A bucket for two."
[[intent.test]]
say = "coffee large for four"
reply = "A large one."
[[intent.test]]
say = "coffee"
reply = "Coffee."
"#;

#[test]
fn what_is_done_in_order() {
    let home = home();
    let catalog =
        Catalog::parse(&[("a.toml".into(), SKILL.into())], &home).unwrap_or_else(|f| panic!("{f:#?}"));
    for report in catalog.test(&home) {
        assert_eq!(report.result, TestResult::Passed, "{}", report.say);
    }
    assert_eq!(catalog.check(&home), []);
    let plan = |text: &str, seconds: i64| {
        let now = time::OffsetDateTime::from_unix_timestamp(seconds).expect("a time");
        let here = Situation { area: None, now };
        let reading = catalog.understand(text, &here).remove(0);
        catalog.plan(&reading, &home, &here)
    };
    let texts = |actions: &[Action]| actions.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    expect![[r#"
        say "Here it comes"
        then
        publish blink 1
        wait 3 s
        publish blink 0
        then
        light.kitchen_lamp power = on"#]]
    .assert_eq(&texts(&plan("blink", 0).expect("a plan").actions));
    expect![[r#"
        plug.fan power = off
        wait 2 s
        light.bedroom_lamp brightness = 10
        light.spot brightness = 10
        light.kitchen_spot brightness = 10"#]]
    .assert_eq(&texts(&plan("make it movie time", 0).expect("a plan").actions));
    // The wording turns with the time, which a replay has too.
    let said = |seconds| plan("coffee small", seconds).expect("a plan").hoped(&home).speech;
    assert_eq!([said(0), said(1), said(2)], ["A small one.", "One small coffee.", "A small one."]);
    // What was not tried is told.
    let plan = plan("make it movie time", 0).expect("a plan");
    let failed = |kind| Outcome::Failed(Failure { kind, message: String::new() });
    let outcomes: Vec<Outcome> = plan
        .actions
        .iter()
        .enumerate()
        .map(|(i, _)| failed(if i == 0 { FailureKind::Unreachable } else { FailureKind::NotTried }))
        .collect();
    expect!["I could not reach the fan. I did not tell the bedroom lamp and the spot to go to 10 percent."]
        .assert_eq(&plan.reply(&home, &outcomes).speech);
}

fn faults(body: &str, expected: Expect) {
    let text = format!("[skill]\nname = \"a\"\n[permissions]\ndevices = [\"light.*\"]\n{body}");
    let found = Catalog::parse(&[("a.toml".into(), text.clone())], &home()).expect_err("faults");
    let lines = found.iter().map(|f| {
        let help = f.help.as_deref().map(|help| format!("; {help}")).unwrap_or_default();
        format!("`{}`: {f}{help}\n", &text[f.origin.span.clone()])
    });
    expected.assert_eq(&lines.collect::<String>());
}

#[test]
fn mistakes() {
    faults(
        r#"
[lists]
scene = ["movie", "party"]
[scenes]
movie = [{ scene = "movie" }, { set = "power", to = "{state}", on = "light.*" }, { mqtt = { topic = "x", payload = "" } }]
other = "no"
[[intent]]
name = "a"
sentences = ["{scene} time"]
do = [{ scene = "{scene}" }, { scene = "movies" }, { delay = "soon" }, { delay = "1 hour" }, { delay = 2 }, { tell = "time" }]
reply = [{ when = { scen = "movie" }, say = "x" }, { when = { scene = true } }, 3]
[[intent]]
name = "b"
sentences = ["b"]
do = [{ sequence = [{ sequence = [] }] }, { say = "" }]
"#,
        expect![[r#"
            `{ scene = "movie" }`: a scene in a scene; write its actions out
            `{ set = "power", to = "{state}", on = "light.*" }`: the scene `movie` has no slot `state`; an intent that needs it does that itself, beside the scene
            `{ mqtt = { topic = "x", payload = "" } }`: the permissions do not allow the topic `x`; add it to `mqtt` in [permissions]
            `"no"`: the scene `other` must be an array of actions; write: [{ set = "power", to = "off", on = "light.*" }]
            `{ scene = "{scene}" }`: no scene is called `party`; known here: movie
            `{ scene = "movies" }`: no scene is called `movies`; did you mean `movie`?
            `"soon"`: this is no span of time; write "5 seconds" or "{duration}"; for a later time, start a timer
            `"1 hour"`: a delay is 10 minutes at most; write "5 seconds" or "{duration}"; for a later time, start a timer
            `{ tell = "time" }`: this is done at once, whatever stands before it; only devices, http and mqtt wait for what stands before them: put it first
            `{ when = { scen = "movie" }, say = "x" }`: no sentence of `a` fills the slot `scen`; did you mean `scene`?
            `{ when = { scene = true } }`: `say` is missing; add: say = "…"
            `3`: this is no answer; write "…" or { when = { slot = "value" }, say = "…" }
            `[]`: a sequence inside a sequence; write its steps out in the outer one
            `""`: `say` is empty
        "#]],
    );
}

#[test]
fn questions() {
    let skill = |action: &str, test: &str| {
        format!(
            r#"
[skill]
name = "coffee"
[permissions]
mqtt = ["coffee"]
[lists]
size = ["small", {{ in = "(large|big)", out = "large" }}]
cups = {{ from = 1, to = 4 }}
[[intent]]
name = "brew"
sentences = ["make [a] [{{size}}] coffee"]
do = [{{ mqtt = {{ topic = "coffee", payload = "{{size}}" }} }}, {action}]
[[intent.test]]
say = "make coffee"
{test}
"#
        )
    };
    let check = |action: &str, test: &str, expect: Expect| {
        let found = match Catalog::parse(&[("coffee.toml".into(), skill(action, test))], &home()) {
            Err(faults) => {
                faults.iter().map(|f| format!("{f} ({})", f.help.as_deref().unwrap_or("-"))).collect()
            }
            Ok(catalog) => {
                catalog.test(&home()).into_iter().map(|r| format!("{:?}", r.result)).collect::<Vec<_>>()
            }
        };
        expect.assert_eq(&found.join("\n"));
    };
    let ask = r#"{ ask = "How large?", slot = "size" }"#;
    check(ask, r#"asks = "How large?""#, expect!["Passed"]);
    check(
        ask,
        r#"answer = "a big one"
slots = { size = "large" }
does = [{ mqtt = { topic = "coffee", payload = "large" } }]"#,
        expect!["Passed"],
    );
    check(ask, r#"answer = "purple""#, expect![[r#"Failed(["“purple” is no answer"])"#]]);
    check(
        ask,
        r#"answer = ["small", "small"]"#,
        expect![[r#"Failed(["asks nothing that “small” answers"])"#]],
    );
    check(ask, r#"asks = "Which one?""#, expect![[r#"Failed(["asks “How large?”, not “Which one?”"])"#]]);
    check(ask, "", expect![[r#"Failed(["is refused: How large?"])"#]]);
    check(
        r#"{ ask = "How many?", slot = "cup" }"#,
        "",
        expect![[
            r#"nobody knows what may be answered for `cup` (add answers = ["…"] or answers = "{duration}", or a list `cup`)"#
        ]],
    );
    check(
        r#"{ ask = "How many?", slot = "cups", answers = { wildcard = true } }"#,
        "",
        expect![[r#"any words would be an answer for `cups` (add answers = ["…"])"#]],
    );
    check(
        r#"{ ask = "How many?", slot = "cups", answers = ["(one"] }"#,
        "",
        expect!["`(` is not closed (add `)`)"],
    );
    check(
        r#"{ ask = "How many?", slots = "cups" }"#,
        "",
        expect![[r#"
        `slot` is missing (add: slot = "…")
        unknown key `slots` (did you mean `slot`?)"#]],
    );
}

/// What is asked for need not be one of a few texts.
#[test]
fn answers_of_every_kind() {
    let check = |slot: &str, answers: &[&str], expected: Expect| {
        let text = format!(
            r#"
[skill]
name = "oven"
[permissions]
mqtt = ["oven"]
[lists]
heat = {{ from = 50, to = 250, step = 10, type = "temperature" }}
[[intent]]
name = "oven.start"
sentences = ["start the oven [for {{duration:length}}] [at {{heat}}]"]
do = [{{ ask = "Tell me?", {slot} }}, {{ mqtt = {{ topic = "oven", payload = {{ value = "{{{name}}}" }} }} }}]
[[intent.test]]
say = "start the oven"
asks = "Tell me?"
"#,
            name = slot.split('"').nth(1).unwrap_or_default(),
        );
        let catalog = Catalog::parse(&[("oven.toml".into(), text)], &home()).expect("no faults");
        let here = Situation { area: None, now: time::OffsetDateTime::UNIX_EPOCH };
        let reading = &catalog.understand("start the oven", &here)[0];
        let asks = catalog.plan(reading, &home(), &here).expect_err("a question");
        let mut lines = String::new();
        for answer in answers {
            let plan = answered(reading, &asks, answer).map(|r| catalog.plan(&r, &home(), &here));
            let does = match plan {
                None => "no answer".to_owned(),
                Some(Err(refusal)) => refusal.to_string(),
                Some(Ok(plan)) => plan.actions.iter().map(ToString::to_string).collect(),
            };
            lines += &format!("{answer}: {does}\n");
        }
        expected.assert_eq(&lines);
    };
    check(
        r#"slot = "length""#,
        &["ten minutes", "for an hour and a half", "make it 90 seconds, please", "soon"],
        expect![[r#"
        ten minutes: publish oven {"value":600}
        for an hour and a half: publish oven {"value":5400}
        make it 90 seconds, please: publish oven {"value":90}
        soon: no answer
    "#]],
    );
    check(
        r#"slot = "heat""#,
        &["180 degrees", "two hundred", "20", "185"],
        expect![[r#"
        180 degrees: publish oven {"value":180}
        two hundred: publish oven {"value":200}
        20: no answer
        185: no answer
    "#]],
    );
    check(
        r#"slot = "share", answers = "{percentage}""#,
        &["fifty percent", "120 percent"],
        expect![[r#"
        fifty percent: publish oven {"value":50}
        120 percent: no answer
    "#]],
    );
    check(
        r#"slot = "when", answers = "{time}""#,
        &["half past six", "at noon", "red"],
        expect![[r#"
        half past six: publish oven {"value":"06:30"}
        at noon: publish oven {"value":"12:00"}
        red: no answer
    "#]],
    );
    check(
        r#"slot = "count", answers = { from = 1, to = 4 }"#,
        &["three", "just one", "five"],
        expect![[r#"
        three: publish oven {"value":3}
        just one: publish oven {"value":1}
        five: no answer
    "#]],
    );
    check(
        r#"slot = "area""#,
        &["the kitchen", "in the living room", "the moon"],
        expect![[r#"
        the kitchen: publish oven {"value":"kitchen"}
        in the living room: publish oven {"value":"living_room"}
        the moon: no answer
    "#]],
    );
}
