//! Several things at once, exceptions, and how people ask, with the skills that ship.

use std::path::Path;

use expect_test::{Expect, expect};
use mynah_home::Home;
use mynah_skill::{Catalog, Outcome, Situation};

fn shipped() -> (Catalog, Home) {
    let intents = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../intents"));
    let home = Home::load(&intents.join("home.toml")).unwrap_or_else(|f| panic!("{f:#?}"));
    let catalog = Catalog::load(&[intents.join("en")], &home).unwrap_or_else(|f| panic!("{f:#?}"));
    (catalog, home)
}

/// Each line is a text; the answer has its actions, and `!` when recognisers could not hear it.
fn check(texts: &str, expected: Expect) {
    let (catalog, home) = shipped();
    let here = Situation { area: None, now: time::OffsetDateTime::UNIX_EPOCH };
    let mut answer = String::new();
    for text in texts.lines().map(str::trim).filter(|text| !text.is_empty()) {
        let commands = catalog.commands(text, &here);
        let found = match catalog.plan_all(&commands, &home, &here) {
            _ if commands.is_empty() => "-".to_owned(),
            Ok(plan) => plan.actions.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            Err(refusal) => format!("refused: {refusal}"),
        };
        let heard = if commands.is_empty() || catalog.graph().accepts(text) { "" } else { " !" };
        answer += &format!("{text}: {found}{heard}\n");
    }
    expected.assert_eq(&answer);
}

#[test]
fn commands_are_joined() {
    check(
        "turn off the lights and close the blinds
        turn off the kitchen lamp and set a timer for ten minutes
        turn on the fan, then what time is it
        turn off the lights and close the blind and set the heating to twenty degrees
        add milk to the shopping list and turn off the fan
        put eggs and butter on the shopping list
        we need to buy milk and turn off the lights
        set a timer for one hour and twenty minutes
        turn off the lights and flurb the blinds
        turn off the lights and
        and turn off the lights
        turn off the lights and the weather is nice
        turn off the lamp in the gazebo and close the blinds",
        expect![[r#"
            turn off the lights and close the blinds: light.kitchen_lamp power = off; light.bedroom_lamp power = off; cover.living_room_blind position = 0
            turn off the kitchen lamp and set a timer for ten minutes: light.kitchen_lamp power = off; timer for 600 s
            turn on the fan, then what time is it: plug.fan power = on; tell the time
            turn off the lights and close the blind and set the heating to twenty degrees: light.kitchen_lamp power = off; light.bedroom_lamp power = off; cover.living_room_blind position = 0; climate.thermostat target_temperature = 20
            add milk to the shopping list and turn off the fan: add "milk" to the shopping list; plug.fan power = off !
            put eggs and butter on the shopping list: add "eggs and butter" to the shopping list
            we need to buy milk and turn off the lights: add "milk" to the shopping list; light.kitchen_lamp power = off; light.bedroom_lamp power = off
            set a timer for one hour and twenty minutes: timer for 4800 s
            turn off the lights and flurb the blinds: -
            turn off the lights and: -
            and turn off the lights: -
            turn off the lights and the weather is nice: -
            turn off the lamp in the gazebo and close the blinds: -
        "#]],
    );
}

#[test]
fn verbs_and_values_are_shared() {
    check(
        "turn off the kitchen lamp and the bedroom lamp
        dim the kitchen lamp and the bedroom lamp to 20 percent
        dim the kitchen lamp to 20 percent and the bedroom lamp
        turn off the kitchen lamp and the fan
        turn the kitchen lamp and the fan off
        turn on the lights in the kitchen and the bedroom
        turn off the lights in the kitchen and in the bedroom
        turn off the kitchen lamp and the gazebo lamp
        dim the kitchen lamp and the fan to 20 percent",
        expect![[r#"
            turn off the kitchen lamp and the bedroom lamp: light.kitchen_lamp power = off; light.bedroom_lamp power = off
            dim the kitchen lamp and the bedroom lamp to 20 percent: light.kitchen_lamp brightness = 20; light.bedroom_lamp brightness = 20
            dim the kitchen lamp to 20 percent and the bedroom lamp: light.kitchen_lamp brightness = 20; light.bedroom_lamp brightness = 20 !
            turn off the kitchen lamp and the fan: light.kitchen_lamp power = off; plug.fan power = off !
            turn the kitchen lamp and the fan off: light.kitchen_lamp power = off; plug.fan power = off !
            turn on the lights in the kitchen and the bedroom: light.kitchen_lamp power = on; light.bedroom_lamp power = on
            turn off the lights in the kitchen and in the bedroom: light.kitchen_lamp power = off; light.bedroom_lamp power = off
            turn off the kitchen lamp and the gazebo lamp: -
            dim the kitchen lamp and the fan to 20 percent: -
        "#]],
    );
}

#[test]
fn exceptions() {
    check(
        "turn off all the lights except the kitchen
        turn off all lights but the bedroom lamp
        turn all the lights off except the kitchen lamp and the bedroom lamp
        turn off everything but the fan
        turn everything off except for the bedroom
        turn off the kitchen lamp except the bedroom lamp
        turn off all the lights except the gazebo
        turn off all the lights except the kitchen and close the blinds",
        expect![[r#"
            turn off all the lights except the kitchen: light.bedroom_lamp power = off
            turn off all lights but the bedroom lamp: light.kitchen_lamp power = off
            turn all the lights off except the kitchen lamp and the bedroom lamp: refused: There is nothing else that can do that.
            turn off everything but the fan: light.kitchen_lamp power = off; light.bedroom_lamp power = off
            turn everything off except for the bedroom: light.kitchen_lamp power = off
            turn off the kitchen lamp except the bedroom lamp: -
            turn off all the lights except the gazebo: -
            turn off all the lights except the kitchen and close the blinds: light.bedroom_lamp power = off; cover.living_room_blind position = 0
        "#]],
    );
}

#[test]
fn politeness_and_fillers() {
    check(
        "um, turn on the kitchen lamp
        could you please turn on the kitchen lamp
        I'd like you to turn on the kitchen lamp
        I would like you to uh turn off the fan please
        would you mind turning on the kitchen lamp
        would you mind dimming the kitchen lamp, please
        do you mind closing the blinds
        please go ahead and turn on the fan for me
        would you be so kind and set a timer for ten minutes",
        expect![[r#"
            um, turn on the kitchen lamp: light.kitchen_lamp power = on !
            could you please turn on the kitchen lamp: light.kitchen_lamp power = on
            I'd like you to turn on the kitchen lamp: light.kitchen_lamp power = on
            I would like you to uh turn off the fan please: plug.fan power = off !
            would you mind turning on the kitchen lamp: light.kitchen_lamp power = on !
            would you mind dimming the kitchen lamp, please: light.kitchen_lamp brightness -20 !
            do you mind closing the blinds: cover.living_room_blind position = 0 !
            please go ahead and turn on the fan for me: plug.fan power = on !
            would you be so kind and set a timer for ten minutes: timer for 600 s !
        "#]],
    );
}

#[test]
fn heard_a_little_wrong() {
    check(
        "turn on the kitchen lamb
        turn of the kitchen lamp
        tern on the kitchin lamp
        turn on the bed room lamp
        close the living room blynd
        set a timer for tan minutes
        dim the bedroom lamp to twenny percent
        don't turn on the kitchen lamb
        turn on the garden lamb
        clear the shopping lest
        turn off the kitchen lamb and close the blinds
        the lamb is tasty",
        expect![[r#"
            turn on the kitchen lamb: light.kitchen_lamp power = on !
            turn of the kitchen lamp: light.kitchen_lamp power = off !
            tern on the kitchin lamp: light.kitchen_lamp power = on !
            turn on the bed room lamp: light.bedroom_lamp power = on !
            close the living room blynd: cover.living_room_blind position = 0 !
            set a timer for tan minutes: -
            dim the bedroom lamp to twenny percent: -
            don't turn on the kitchen lamb: -
            turn on the garden lamb: -
            clear the shopping lest: -
            turn off the kitchen lamb and close the blinds: light.kitchen_lamp power = off; cover.living_room_blind position = 0 !
            the lamb is tasty: -
        "#]],
    );
}

#[test]
fn the_reply_tells_of_all() {
    let (catalog, home) = shipped();
    let here = Situation { area: None, now: time::OffsetDateTime::UNIX_EPOCH };
    let commands = catalog.commands("turn off the kitchen lamp and close the blind", &here);
    let plan = catalog.plan_all(&commands, &home, &here).expect("a plan");
    let confirmed = |state: mynah_home::State| Outcome::Confirmed { state };
    let reply = plan.reply(&home, &[confirmed(false.into()), confirmed(mynah_home::State::Number(0.0))]);
    assert_eq!(reply.speech, "The kitchen lamp is off. The living room blind is closed.");
    assert!(reply.ok);
    let reply = plan.reply(&home, &[confirmed(false.into())]);
    assert_eq!(
        reply.speech,
        "The kitchen lamp is off. I told the living room blind to close, but it did not confirm."
    );
    assert!(!reply.ok);
}

#[test]
fn what_may_be_heard_is_understood() {
    let (catalog, _) = shipped();
    let here = Situation { area: None, now: time::OffsetDateTime::UNIX_EPOCH };
    let mut state: u64 = 11;
    let mut several = 0;
    for _ in 0..3000 {
        let text = catalog.graph().sample("milk", |n| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap_or_default() % n.max(1)
        });
        if text.matches(" and ").count() + text.matches(" then ").count() > 4 {
            continue;
        }
        let commands = catalog.commands(&text, &here);
        assert!(!commands.is_empty(), "not understood: {text}");
        several += usize::from(commands.len() > 1);
    }
    assert!(several > 100, "only {several} had several commands");
}
