//! Text → plan or refusal, on a small house. Nothing is ever touched that was not named.

use expect_test::{Expect, expect};
use mynah_home::{AreaId, Home};
use mynah_skill::{Action, Catalog, Plan, Refusal, Situation};
use proptest::prelude::*;

const SKILL: &str = r#"
[skill]
name = "all"

[permissions]
devices = ["light.*", "cover.*", "plug.*", "lock.*", "climate.*"]
http = ["http://coffee.local/*"]
mqtt = ["coffee/+/brew"]

[rules]
lamps = "(lamps|lights)"

[lists]
size = ["small", "large"]
drink = { wildcard = true }
favourite = [{ in = "favourite", out = "Bob's heater" }, { in = "old favourite", out = "the gramophone" }, { in = "forbidden", out = "fan" }]

[[intent]]
name = "power"
sentences = ["turn {state} [the] {device}", "turn {state} [the] {device:first} and [the] {device:second}", "turn {state} [all] [the] <lamps> [in the {area}]", "turn {state} the {device} of the {area}"]
do = [{ set = "power", to = "{state}", on = "{targets}" }]

[[intent]]
name = "light.only"
sentences = ["(light|dark) [in the {area}]"]
do = [{ set = "power", to = "off", on = "light.*" }]

[[intent]]
name = "brightness"
sentences = ["dim [the] {light} to {percentage}", "dim [the] {light} by {percentage:less}"]
do = [{ set = "brightness", to = "{percentage}", on = "{light}" }]

[[intent]]
name = "heat"
sentences = ["heat to {temperature}", "heat [the] {favourite} to {temperature}"]
do = [{ set = "target_temperature", to = "{temperature}", on = "{targets}" }]

[[intent]]
name = "favourite"
sentences = ["warm [the] {favourite}"]
do = [{ adjust = "target_temperature", by = 2, on = "{favourite}" }]

[[intent]]
name = "lock"
sentences = ["lock [the] {lock}"]
risk = "pin"
do = [{ set = "lock", to = "locked", on = "{targets}" }]

[[intent]]
name = "everything"
sentences = ["switch everything off"]
risk = "confirm"
do = [{ set = "power", to = "off", on = "{targets}" }]

[[intent]]
name = "coffee"
sentences = ["brew {number} {size} coffee", "brew {drink}"]
do = [
  { http = { method = "post", url = "http://coffee.local/brew?size={size}", json = { cups = "{number}", note = "a {size} one" } } },
  { mqtt = { topic = "coffee/{size}/brew", payload = '{"cups": {number}}', retain = true } },
]

[[intent]]
name = "thing"
sentences = ["kill {drink}"]
do = [{ set = "power", to = "off", on = "{targets}" }]

[[intent]]
name = "tea"
sentences = ["serve {drink}"]
do = [
  { http = { url = "http://coffee.local/serve/{drink}" } },
  { mqtt = { topic = "coffee/{drink}/brew", payload = "1" } },
]
"#;

fn house() -> (Catalog, Home) {
    let home = Home::parse("home.toml", include_str!("house.toml")).unwrap_or_else(|f| panic!("{f:?}"));
    let catalog =
        Catalog::parse(&[("all.toml".into(), SKILL.into())], &home).unwrap_or_else(|f| panic!("{f:#?}"));
    (catalog, home)
}

fn situation(area: Option<&str>) -> Situation {
    Situation { area: area.map(AreaId::from), now: time::OffsetDateTime::UNIX_EPOCH }
}

fn plan(catalog: &Catalog, home: &Home, said: &str, area: Option<&str>) -> Option<Result<Plan, Refusal>> {
    let situation = situation(area);
    let readings = catalog.understand(said, &situation);
    readings.first().map(|r| catalog.plan(r, home, &situation))
}

fn check(said: &[&str], area: Option<&str>, expected: Expect) {
    let (catalog, home) = house();
    let mut text = String::new();
    for said in said {
        let found = match plan(&catalog, &home, said, area) {
            None => "not understood".into(),
            Some(Ok(plan)) => plan.actions.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            Some(Err(refusal)) => format!("refused: {refusal}"),
        };
        text.push_str(&format!("{said}\n    {found}\n"));
    }
    expected.assert_eq(&text);
}

#[test]
fn targets() {
    check(
        &[
            "turn on the kitchen lamp",
            "turn on the lamp in the bedroom",
            "turn on the fan",
            "turn on the kitchen lamp and the fan",
            "turn on the kitchen lamp and the kitchen lamp",
            "turn off the lights",
            "turn off all the lights in the bedroom",
            "turn off the lights in the living room",
            "turn off the lights in the cellar",
            "turn off the lights in the gazebo",
            "turn off the lamp in the gazebo",
            "turn on the living room blind",
            "turn on the living room blind and the fan",
            "turn on the fan of the kitchen",
            "turn on the fan of the living room",
            "turn on the spot of the kitchen",
            "dark",
            "dark in the kitchen",
            "dark in the living room",
        ],
        None,
        expect![[r#"
            turn on the kitchen lamp
                light.kitchen_lamp power = on
            turn on the lamp in the bedroom
                light.bedroom_lamp power = on
            turn on the fan
                plug.fan power = on
            turn on the kitchen lamp and the fan
                light.kitchen_lamp power = on; plug.fan power = on
            turn on the kitchen lamp and the kitchen lamp
                light.kitchen_lamp power = on
            turn off the lights
                light.kitchen_lamp power = off; light.bedroom_lamp power = off; light.spot power = off; light.kitchen_spot power = off; plug.fan power = off
            turn off all the lights in the bedroom
                light.bedroom_lamp power = off; light.spot power = off
            turn off the lights in the living room
                plug.fan power = off
            turn off the lights in the cellar
                refused: There is nothing in the cellar that can do that.
            turn off the lights in the gazebo
                not understood
            turn off the lamp in the gazebo
                not understood
            turn on the living room blind
                refused: The living room blind cannot be turned on or off.
            turn on the living room blind and the fan
                refused: The living room blind cannot be turned on or off.
            turn on the fan of the kitchen
                refused: The fan is not in the kitchen.
            turn on the fan of the living room
                plug.fan power = on
            turn on the spot of the kitchen
                light.kitchen_spot power = on
            dark
                light.kitchen_lamp power = off; light.bedroom_lamp power = off; light.spot power = off; light.kitchen_spot power = off
            dark in the kitchen
                light.kitchen_lamp power = off; light.kitchen_spot power = off
            dark in the living room
                refused: There is no light in the living room that I can reach.
        "#]],
    );
}

#[test]
fn one_of_several() {
    check(
        &["turn on the lamp", "turn on the spot", "turn on the spot in the kitchen"],
        None,
        expect![[r#"
        turn on the lamp
            refused: Which one do you mean: the kitchen lamp or the bedroom lamp?
        turn on the spot
            refused: Which one do you mean: the spot in the bedroom or the spot in the kitchen?
        turn on the spot in the kitchen
            light.kitchen_spot power = on
    "#]],
    );
    check(
        &["turn on the lamp", "turn on the spot", "dim the spot to ten percent"],
        Some("bedroom"),
        expect![[r#"
        turn on the lamp
            light.bedroom_lamp power = on
        turn on the spot
            light.spot power = on
        dim the spot to ten percent
            light.spot brightness = 10
    "#]],
    );
    check(
        &["turn on the lamp", "turn on the spot"],
        Some("living_room"),
        expect![[r#"
        turn on the lamp
            refused: Which one do you mean: the kitchen lamp or the bedroom lamp?
        turn on the spot
            refused: Which one do you mean: the spot in the bedroom or the spot in the kitchen?
    "#]],
    );
}

#[test]
fn values() {
    check(
        &[
            "dim the bedroom lamp to 30 percent",
            "dim the bedroom lamp by 30 percent",
            "dim the kitchen lamp to 30 percent",
            "heat to 21 degrees",
            "heat to ninety degrees",
            "heat the favourite to 20",
            "heat the old favourite to 20",
            "warm the favourite",
            "warm the old favourite",
            "warm the forbidden",
            "brew 2 large coffee",
            "brew ../../etc/passwd",
            "serve earl grey & milk",
            "serve a/b",
            "kill the fan",
            "kill bill",
        ],
        None,
        expect![[r#"
            dim the bedroom lamp to 30 percent
                light.bedroom_lamp brightness = 30
            dim the bedroom lamp by 30 percent
                refused: I need to know the percentage for that.
            dim the kitchen lamp to 30 percent
                refused: The kitchen lamp cannot be dimmed.
            heat to 21 degrees
                climate.bob_s_heater target_temperature = 21
            heat to ninety degrees
                refused: The target temperature goes from 5 to 35 degrees, not 90.
            heat the favourite to 20
                climate.bob_s_heater target_temperature = 20
            heat the old favourite to 20
                refused: I don't know anything called old favourite.
            warm the favourite
                climate.bob_s_heater target_temperature +2
            warm the old favourite
                refused: I don't know anything called old favourite.
            warm the forbidden
                refused: The fan cannot be set to a temperature.
            brew 2 large coffee
                POST http://coffee.local/brew?size=large {"cups":2,"note":"a large one"}; publish coffee/large/brew {"cups": 2} (retained)
            brew ../../etc/passwd
                refused: I need to know the size for that.
            serve earl grey & milk
                GET http://coffee.local/serve/earl%20grey%20%26%20milk; publish coffee/earl grey & milk/brew 1
            serve a/b
                refused: The skill all may not reach coffee/a/b/brew.
            kill the fan
                plug.fan power = off
            kill bill
                refused: I don't know anything called bill.
        "#]],
    );
}

#[test]
fn risk() {
    check(
        &["lock the front door", "switch everything off"],
        None,
        expect![[r#"
        lock the front door
            lock.front_door lock = locked
        switch everything off
            refused: That would be 5 things at once. Please name one.
    "#]],
    );
    let (catalog, home) = house();
    let here = situation(None);
    let mut reading = catalog.understand("lock the front door", &here).remove(0);
    reading.confidence = 0.9;
    let refusal = catalog.plan(&reading, &home, &here).expect_err("not sure enough for a lock");
    assert_eq!(refusal, Refusal::TooUnsure { confidence: 0.9 });
    reading.spec = 999;
    reading.confidence = 1.0;
    assert_eq!(catalog.plan(&reading, &home, &here), Err(Refusal::UnknownIntent));
}

#[test]
fn permissions_hold_when_it_acts() {
    let (catalog, home) = house();
    let here = situation(None);
    let mut reading = catalog.understand("turn on the kitchen lamp", &here).remove(0);
    // A reading from elsewhere: another house, a recording, a bug.
    let slot = reading.intent.slots.get_mut("device").expect("a device");
    slot.value = mynah_intent::Value::Text("sensor.secret".into());
    assert!(matches!(catalog.plan(&reading, &home, &here), Err(Refusal::Unresolved { .. })));
    let home = Home::parse(
        "home.toml",
        "[[device]]\nname = \"secret\"\nkind = \"sensor\"\ncapabilities = [\"power\"]\n",
    )
    .expect("a home");
    assert!(matches!(catalog.plan(&reading, &home, &here), Err(Refusal::NotPermitted { .. })));
}

#[test]
fn plans_and_refusals_can_be_kept() {
    let (catalog, home) = house();
    let kept = plan(&catalog, &home, "brew 2 large coffee", None).expect("understood").expect("a plan");
    let text = serde_json::to_string(&kept).expect("JSON");
    assert_eq!(serde_json::from_str::<Plan>(&text).expect("a plan"), kept);
    let kept = plan(&catalog, &home, "turn on the lamp", None).expect("understood").expect_err("a refusal");
    let text = serde_json::to_string(&kept).expect("JSON");
    assert_eq!(serde_json::from_str::<Refusal>(&text).expect("a refusal"), kept);
}

fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "the", "lamp", "kitchen", "bedroom", "in", "of", "and", "fan", "spot", "lights", "all", "gazebo",
        "living", "room", "blind", "cellar",
    ]);
    prop::collection::vec(word, 1..7).prop_map(|w| format!("turn on {}", w.join(" ")))
}

proptest! {
    /// Never widen: a plan touches no more devices than slots name, unless no slot names one; and where a room was said,
    /// nothing outside it.
    #[test]
    fn nothing_is_touched_that_was_not_named(said in words(), area in prop::option::of(prop::sample::select(vec!["kitchen", "bedroom", "cellar"]))) {
        thread_local!(static HOUSE: (Catalog, Home) = house());
        HOUSE.with(|(catalog, home)| {
            let Some(Ok(plan)) = plan(catalog, home, &said, area) else { return Ok(()) };
            let named = plan.intent.slots.values().filter(|s| s.list == "device").count();
            let devices: Vec<_> = plan.actions.iter().filter_map(Action::device).collect();
            if named > 0 {
                prop_assert!(devices.len() <= named, "{said}: {devices:?}");
            }
            if let Some(slot) = plan.intent.slots.get("area") {
                let mynah_intent::Value::Text(id) = &slot.value else { panic!("an area is text") };
                for device in devices {
                    let room = home.device(device).and_then(|d| d.area.clone());
                    prop_assert_eq!(room.as_ref().map(AreaId::as_str), Some(id.as_str()), "{}", said);
                }
            }
            Ok(())
        })?;
    }
}
