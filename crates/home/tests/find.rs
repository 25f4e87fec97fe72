//! From a spoken name to devices.

use expect_test::{Expect, expect};
use mynah_home::{AreaId, Home, Resolution, plain_name};
use proptest::prelude::*;

const HOME: &str = r#"
[[area]]
name = "kitchen"
[[area]]
name = "bedroom"
aliases = ["master bedroom"]
[[area]]
name = "living room"

[[device]]
name = "kitchen lamp"
kind = "light"
area = "kitchen"
[[device]]
name = "Bedroom Lamp"
kind = "light"
area = "bedroom"
[[device]]
name = "fan"
kind = "plug"
area = "living room"
[[device]]
name = "lamp by the window"
aliases = ["window lamp"]
kind = "light"
area = "living room"
[[device]]
name = "spot"
kind = "light"
area = "kitchen"
[[device]]
name = "spot"
id = "light.bedroom_spot"
kind = "light"
area = "bedroom"
[[device]]
name = "Bob's heater"
kind = "climate"
"#;

fn home() -> Home {
    Home::parse("home.toml", HOME).expect("a good home")
}

fn check(said: &[&str], area: Option<&str>, expected: Expect) {
    let home = home();
    let mut text = String::new();
    for said in said {
        let found = match home.find(said, area.map(AreaId::from).as_ref()) {
            Resolution::One(d) => d.id.to_string(),
            Resolution::Many(many) => {
                format!("which? {}", many.iter().map(|d| d.id.as_str()).collect::<Vec<_>>().join(", "))
            }
            Resolution::None => "nothing".into(),
        };
        text.push_str(&format!("{said}: {found}\n"));
    }
    expected.assert_eq(&text);
}

#[test]
fn names() {
    check(
        &[
            "kitchen lamp",
            "the lamp in the kitchen",
            "The Lamp in the Master Bedroom",
            "master bedroom lamp",
            "fan",
            "living room fan",
            "the fan in the living room",
            "lamp by the window",
            "window lamp in the living room",
            "living room window lamp",
            "bob's heater",
            "lamp",
            "spot",
            "the spot in the kitchen",
            "lamp in the gazebo",
            "fan in the kitchen",
            "kitchen",
            "lamps",
            "the",
            "",
        ],
        None,
        expect![[r#"
            kitchen lamp: light.kitchen_lamp
            the lamp in the kitchen: light.kitchen_lamp
            The Lamp in the Master Bedroom: light.bedroom_lamp
            master bedroom lamp: light.bedroom_lamp
            fan: plug.fan
            living room fan: plug.fan
            the fan in the living room: plug.fan
            lamp by the window: light.lamp_by_the_window
            window lamp in the living room: light.lamp_by_the_window
            living room window lamp: light.lamp_by_the_window
            bob's heater: climate.bob_s_heater
            lamp: which? light.kitchen_lamp, light.bedroom_lamp
            spot: which? light.spot, light.bedroom_spot
            the spot in the kitchen: light.spot
            lamp in the gazebo: nothing
            fan in the kitchen: nothing
            kitchen: nothing
            lamps: nothing
            the: nothing
            : nothing
        "#]],
    );
}

#[test]
fn the_room_of_the_speaker_decides() {
    check(
        &["the lamp", "spot", "kitchen lamp", "fan"],
        Some("bedroom"),
        expect![[r#"
        the lamp: light.bedroom_lamp
        spot: light.bedroom_spot
        kitchen lamp: light.kitchen_lamp
        fan: plug.fan
    "#]],
    );
    check(
        &["the lamp", "spot"],
        Some("living_room"),
        expect![[r#"
        the lamp: which? light.kitchen_lamp, light.bedroom_lamp
        spot: which? light.spot, light.bedroom_spot
    "#]],
    );
}

proptest! {
    /// Never widen: every device in an answer has every word that was said in one of its names, and a room, where it is
    /// said, is its own.
    #[test]
    fn an_answer_holds_only_what_was_named(words in prop::collection::vec(
        prop::sample::select(vec!["the", "lamp", "kitchen", "bedroom", "in", "fan", "living", "room", "spot", "gazebo", "window", "by", "off"]), 0..6),
        area in prop::option::of(prop::sample::select(vec!["kitchen", "bedroom", "living_room", "nowhere"])))
    {
        let home = home();
        let said = words.join(" ");
        let found = match home.find(&said, area.map(AreaId::from).as_ref()) {
            Resolution::One(d) => vec![d],
            Resolution::Many(many) => many,
            Resolution::None => vec![],
        };
        for device in found {
            let names = home.spoken_names(&device.id).expect("a device of this house");
            let all: Vec<String> = names.full.iter().chain(&names.short).map(|n| plain_name(n)).collect();
            prop_assert!(all.contains(&plain_name(&said)), "{said} is no name of {}", device.id);
        }
    }
}
