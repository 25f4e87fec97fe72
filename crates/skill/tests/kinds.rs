//! One device of a kind, whatever there is of a kind, and what is said when there is none.

use expect_test::{Expect, expect};
use mynah_home::{AreaId, Home, State};
use mynah_skill::{Catalog, Outcome, Situation};

const HOUSE: &str = r#"
[[area]]
name = "living room"
[[area]]
name = "bedroom"

[[device]]
name = "living room tv"
kind = "tv"
area = "living room"
[[device]]
name = "bedroom tv"
kind = "tv"
area = "bedroom"
[[device]]
name = "lamp"
kind = "light"
[[device]]
name = "weather"
kind = "weather"
"#;

const SKILL: &str = r#"
[skill]
name = "all"

[permissions]
devices = ["tv.*", "light.*", "lock.*", "weather.*"]

[[intent]]
name = "pause"
sentences = ["switch off the screen [in the {area}]"]
do = [{ set = "power", to = "off", on = "{target}" }]

[[intent]]
name = "night"
sentences = ["good night"]
do = [{ set = "power", to = "off", on = "light.*" }, { set = "lock", to = "locked", on = "lock.*" }]

[[intent]]
name = "doors"
sentences = ["lock up [in the {area}]"]
do = [{ set = "lock", to = "locked", on = "lock.*" }]

[[intent]]
name = "weather"
sentences = ["the weather"]
do = [{ read = "condition", on = "weather.*" }, { read = "temperature", on = "weather.*" }]
reply = "it is {condition} at {temperature}"
"#;

fn house() -> (Catalog, Home) {
    let home = Home::parse("home.toml", HOUSE).unwrap_or_else(|f| panic!("{f:?}"));
    let catalog =
        Catalog::parse(&[("all.toml".into(), SKILL.into())], &home).unwrap_or_else(|f| panic!("{f:#?}"));
    (catalog, home)
}

fn check(said: &[(&str, Option<&str>)], expected: Expect) {
    let (catalog, home) = house();
    let mut text = String::new();
    for (said, area) in said {
        let here = Situation { area: area.map(AreaId::from), now: time::OffsetDateTime::UNIX_EPOCH };
        let found = match catalog.plan(&catalog.understand(said, &here)[0], &home, &here) {
            Ok(plan) => plan.actions.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            Err(refusal) => refusal.to_string(),
        };
        text.push_str(&format!("{said}: {found}\n"));
    }
    expected.assert_eq(&text);
}

#[test]
fn one_is_meant() {
    check(
        &[
            ("switch off the screen", None),
            ("switch off the screen", Some("bedroom")),
            ("switch off the screen in the living room", Some("bedroom")),
        ],
        expect![[r#"
            switch off the screen: Which one do you mean: the living room tv, the bedroom tv or the lamp?
            switch off the screen: tv.bedroom_tv power = off
            switch off the screen in the living room: tv.living_room_tv power = off
        "#]],
    );
}

#[test]
fn what_the_house_has_of_it() {
    check(
        &[("good night", None), ("lock up", None), ("lock up in the bedroom", None)],
        expect![[r#"
            good night: light.lamp power = off
            lock up: There is no lock here that I can reach.
            lock up in the bedroom: There is no lock in the bedroom that I can reach.
        "#]],
    );
}

#[test]
fn several_values_in_one_answer() {
    let (catalog, home) = house();
    let here = Situation { area: None, now: time::OffsetDateTime::UNIX_EPOCH };
    let plan = catalog.plan(&catalog.understand("the weather", &here)[0], &home, &here).expect("a plan");
    let read = |state: State| Outcome::Read { state };
    let all = plan.reply(&home, &[read("cloudy".into()), read(12.0.into())]);
    assert_eq!(all.speech, "It is cloudy at 12 degrees.");
    let half = plan.reply(&home, &[read("cloudy".into()), Outcome::Unconfirmed { read: None }]);
    assert_eq!(half.speech, "The weather is cloudy, but the weather did not answer.");
}
