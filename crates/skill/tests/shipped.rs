//! The skills that ship, on the demo home.

use std::path::Path;

use expect_test::{Expect, expect};
use mynah_home::Home;
use mynah_skill::{Catalog, Situation, TestResult};

fn intents() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../intents"))
}

fn shipped() -> (Catalog, Home) {
    let home = Home::load(&intents().join("home.toml")).unwrap_or_else(|f| panic!("{f:#?}"));
    let catalog = Catalog::load(&[intents().join("en")], &home).unwrap_or_else(|f| panic!("{f:#?}"));
    (catalog, home)
}

fn check(said: &[&str], expected: Expect) {
    let (catalog, home) = shipped();
    let here = Situation { area: None, now: time::OffsetDateTime::UNIX_EPOCH };
    let mut text = String::new();
    for said in said {
        let found = match catalog.understand(said, &here).first().map(|r| catalog.plan(r, &home, &here)) {
            None => "-".to_owned(),
            Some(Ok(plan)) => plan.actions.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            Some(Err(refusal)) => format!("refused: {refusal}"),
        };
        text.push_str(&format!("{said}: {found}\n"));
    }
    expected.assert_eq(&text);
}

#[test]
fn every_test_of_every_skill_passes() {
    let (catalog, home) = shipped();
    let reports = catalog.test(&home);
    let bad: Vec<String> = reports
        .iter()
        .filter(|r| r.result != TestResult::Passed)
        .map(|r| format!("{}: {}: {:?}", r.skill, r.say, r.result))
        .collect();
    assert!(bad.is_empty(), "{} of {}:\n{}", bad.len(), reports.len(), bad.join("\n"));
    assert!(reports.len() > 100, "only {} tests", reports.len());
}

/// How people say it, and how a recogniser writes it.
#[test]
fn phrases() {
    check(
        &[
            "Turn on the kitchen lamp.",
            "turn the kitchen lamp on please",
            "could you turn on the kitchen light",
            "can you turn the lights on in the kitchen",
            "switch off the light in the bedroom",
            "lights off",
            "all lights off",
            "kitchen lights on",
            "put the lights on",
            "turn on the light",
            "turn the lights off in the living room",
            "lights on in the bedroom",
            "dim the lights",
            "dim the lights to 20%",
            "set kitchen lamp to 40",
            "set the kitchen lamp to fifty percent brightness",
            "bedroom lamp 30 percent",
            "turn the bedroom lamp down to ten percent",
            "bedroom lamp to maximum",
            "make it blue",
            "make the lights in the bedroom red",
            "turn the bedroom light purple",
            "set the bedroom lamp color to green",
            "change the kitchen lamp to warm white",
            "make the lamp in the bedroom warm white",
            "is the light on in the kitchen",
            "is the bedroom lamp on",
            "are the lights on",
            "are the lights in the bedroom off",
            "turn on the fan",
            "fan off",
            "turn the fan in the lounge on",
            "start the fan",
            "is the fan running",
            "close the blind",
            "close the blinds",
            "open the blinds in the living room",
            "put the blind down",
            "pull the living room blind up",
            "raise the blind",
            "lower the blind to 30 percent",
            "open the blind half way",
            "set the blind to fifty percent",
            "blind to 20 percent",
            "is the blind open",
            "close the curtains",
            "set the temperature to 21",
            "set the temperature to twenty one degrees",
            "set the thermostat to 20 degrees",
            "turn the heating up",
            "turn up the heating by two degrees",
            "turn the heating down to 18",
            "set the heating to 19 degrees in the hallway",
            "it's cold",
            "i'm too warm",
            "make it warmer",
            "how warm is it",
            "how cold is it in the hallway",
            "what's the temperature in the hallway",
            "what is the temperature inside",
            "what is the hallway temperature",
            "what is the thermostat set to",
            "set a timer for 10 minutes",
            "set a ten minute timer",
            "set timer for five minutes",
            "start a timer for thirty seconds",
            "timer 5 minutes",
            "set a timer for an hour and a half",
            "set a timer for two and a half minutes",
            "set a pasta timer for 8 minutes",
            "set an eight minute pasta timer",
            "set a timer for 8 minutes for the pasta",
            "cancel timer",
            "cancel my pasta timer",
            "stop the timer",
            "how much time is left",
            "how long is left on the pasta timer",
            "how much time is left on my timer",
            "what time is it",
            "what's the time",
            "what's the time please",
            "what's the date today",
            "what is today's date",
            "what day is it",
            "volume up",
            "turn it up",
            "turn up the volume",
            "turn the volume down a little",
            "set volume to 50 percent",
            "volume fifty",
            "volume to 5",
            "mute",
            "be quiet",
            "stop",
            "never mind",
            "cancel",
            "forget it",
            "add milk to the shopping list",
            "put eggs and butter on the shopping list",
            "add milk to my list",
            "we need to buy toilet paper",
            "what's on my shopping list",
            "read me my shopping list",
            "clear my shopping list",
            "help",
            "what can I say",
            "what can you do",
            "how do I use timers",
            "set the volume to a hundred percent",
            "set the volume to one hundred percent",
            "set the volume to 11",
            "set the heating to twenty-one degrees",
            "turn on the kitchen-lamp",
            "Turn on, the kitchen lamp!",
            "turn the lights down",
            "lower the blinds",
            "raise the blinds halfway",
            "open blinds",
            "open the blind fully",
            "close the blind completely",
            "set bedroom lamp to blue",
            "set the bedroom lamp brightness to 30 percent",
            "switch the kitchen lamp and the bedroom lamp on",
            "how long left on timer",
            "how long left",
            "what's left on the timer",
            "how much longer on the pasta timer",
            "please turn on the kitchen lamp thank you",
            "hey turn the fan on",
            "turn on the fan in living room",
            "the fan on",
            "turn fan on",
            "kitchen light on",
            "make the kitchen lamp 50 percent",
            "dim the kitchen light to half",
            "set a timer for one hour and twenty minutes",
            "set a timer for 1 hour 20 minutes",
            "set a timer for half an hour",
            "set a half hour timer",
            "set a timer for a minute",
            "set a timer for 90 seconds",
            "start the timer for 5 minutes",
            "tell me the time please",
            "what's today's date",
            "what is the day today",
            "what day of the week is it",
            "louder please",
            "a bit louder",
            "turn yourself down",
            "turn the sound down",
            "increase the volume by 20 percent",
            "turn the volume up by ten percent",
            "turn the volume down to 20 percent",
            "put milk on the list",
            "add milk and eggs to shopping list",
            "what's on the list",
            "what can I ask you",
            "what skills do you have",
            "help me with timers",
            "quiet",
            "shut up",
            "okay stop",
            "stop it please",
            "turn the thermostat to twenty",
            "set thermostat to 20 degrees",
            "lower the temperature",
            "raise the temperature to 22",
            "increase the temperature by one degree",
            "how hot is it",
            "what temperature is the hallway",
            "what's the temperature",
            "warm up the hallway",
            "turn off the lamp in the gazebo",
            "play some music",
            "who is the president of france",
            "the kitchen lamp is nice",
            "turn on",
            "turn the",
            "lamp",
            "i turned on the kitchen lamp yesterday",
            "don't turn on the kitchen lamp",
            "can you tell me the time",
            "what can you do with lights",
            "make it two degrees warmer",
            "please just turn on the fan will you",
        ],
        expect![[r#"
            Turn on the kitchen lamp.: light.kitchen_lamp power = on
            turn the kitchen lamp on please: light.kitchen_lamp power = on
            could you turn on the kitchen light: light.kitchen_lamp power = on
            can you turn the lights on in the kitchen: light.kitchen_lamp power = on
            switch off the light in the bedroom: light.bedroom_lamp power = off
            lights off: light.kitchen_lamp power = off; light.bedroom_lamp power = off
            all lights off: light.kitchen_lamp power = off; light.bedroom_lamp power = off
            kitchen lights on: light.kitchen_lamp power = on
            put the lights on: light.kitchen_lamp power = on; light.bedroom_lamp power = on
            turn on the light: refused: Which one do you mean: the kitchen lamp or the bedroom lamp?
            turn the lights off in the living room: refused: There is nothing in the living room that can do that.
            lights on in the bedroom: light.bedroom_lamp power = on
            dim the lights: light.kitchen_lamp brightness -20; light.bedroom_lamp brightness -20
            dim the lights to 20%: light.kitchen_lamp brightness = 20; light.bedroom_lamp brightness = 20
            set kitchen lamp to 40: light.kitchen_lamp brightness = 40
            set the kitchen lamp to fifty percent brightness: light.kitchen_lamp brightness = 50
            bedroom lamp 30 percent: light.bedroom_lamp brightness = 30
            turn the bedroom lamp down to ten percent: light.bedroom_lamp brightness = 10
            bedroom lamp to maximum: light.bedroom_lamp brightness = 100
            make it blue: -
            make the lights in the bedroom red: light.bedroom_lamp color = red
            turn the bedroom light purple: light.bedroom_lamp color = purple
            set the bedroom lamp color to green: light.bedroom_lamp color = green
            change the kitchen lamp to warm white: light.kitchen_lamp color = warm white
            make the lamp in the bedroom warm white: light.bedroom_lamp color = warm white
            is the light on in the kitchen: read light.kitchen_lamp power
            is the bedroom lamp on: read light.bedroom_lamp power
            are the lights on: read light.kitchen_lamp power; read light.bedroom_lamp power
            are the lights in the bedroom off: read light.bedroom_lamp power
            turn on the fan: plug.fan power = on
            fan off: plug.fan power = off
            turn the fan in the lounge on: plug.fan power = on
            start the fan: plug.fan power = on
            is the fan running: read plug.fan power
            close the blind: cover.living_room_blind position = 0
            close the blinds: cover.living_room_blind position = 0
            open the blinds in the living room: cover.living_room_blind position = 100
            put the blind down: cover.living_room_blind position = 0
            pull the living room blind up: cover.living_room_blind position = 100
            raise the blind: cover.living_room_blind position = 100
            lower the blind to 30 percent: cover.living_room_blind position = 30
            open the blind half way: cover.living_room_blind position = 50
            set the blind to fifty percent: cover.living_room_blind position = 50
            blind to 20 percent: cover.living_room_blind position = 20
            is the blind open: read cover.living_room_blind position
            close the curtains: cover.living_room_blind position = 0
            set the temperature to 21: climate.thermostat target_temperature = 21
            set the temperature to twenty one degrees: climate.thermostat target_temperature = 21
            set the thermostat to 20 degrees: climate.thermostat target_temperature = 20
            turn the heating up: climate.thermostat target_temperature +1
            turn up the heating by two degrees: climate.thermostat target_temperature +2
            turn the heating down to 18: climate.thermostat target_temperature = 18
            set the heating to 19 degrees in the hallway: climate.thermostat target_temperature = 19
            it's cold: climate.thermostat target_temperature +1
            i'm too warm: climate.thermostat target_temperature -1
            make it warmer: climate.thermostat target_temperature +1
            how warm is it: read climate.thermostat temperature
            how cold is it in the hallway: read climate.thermostat temperature
            what's the temperature in the hallway: read climate.thermostat temperature
            what is the temperature inside: read climate.thermostat temperature
            what is the hallway temperature: read climate.thermostat temperature
            what is the thermostat set to: read climate.thermostat target_temperature
            set a timer for 10 minutes: timer for 600 s
            set a ten minute timer: timer for 600 s
            set timer for five minutes: timer for 300 s
            start a timer for thirty seconds: timer for 30 s
            timer 5 minutes: timer for 300 s
            set a timer for an hour and a half: timer for 5400 s
            set a timer for two and a half minutes: timer for 150 s
            set a pasta timer for 8 minutes: timer "pasta" for 480 s
            set an eight minute pasta timer: timer "pasta" for 480 s
            set a timer for 8 minutes for the pasta: timer "pasta" for 480 s
            cancel timer: cancel timer
            cancel my pasta timer: cancel timer "pasta"
            stop the timer: cancel timer
            how much time is left: time left on timer
            how long is left on the pasta timer: time left on timer "pasta"
            how much time is left on my timer: time left on timer
            what time is it: tell the time
            what's the time: tell the time
            what's the time please: tell the time
            what's the date today: tell the date
            what is today's date: tell the date
            what day is it: tell the date
            volume up: volume +10
            turn it up: volume +10
            turn up the volume: volume +10
            turn the volume down a little: volume -10
            set volume to 50 percent: volume = 50
            volume fifty: volume = 50
            volume to 5: volume = 5
            mute: volume = 0
            be quiet: cancel
            stop: cancel
            never mind: cancel
            cancel: cancel
            forget it: cancel
            add milk to the shopping list: add "milk" to the shopping list
            put eggs and butter on the shopping list: add "eggs and butter" to the shopping list
            add milk to my list: add "milk" to the shopping list
            we need to buy toilet paper: add "toilet paper" to the shopping list
            what's on my shopping list: read the shopping list
            read me my shopping list: read the shopping list
            clear my shopping list: clear the shopping list
            help: help
            what can I say: help
            what can you do: help
            how do I use timers: help "timers"
            set the volume to a hundred percent: volume = 100
            set the volume to one hundred percent: volume = 100
            set the volume to 11: volume = 11
            set the heating to twenty-one degrees: climate.thermostat target_temperature = 21
            turn on the kitchen-lamp: light.kitchen_lamp power = on
            Turn on, the kitchen lamp!: light.kitchen_lamp power = on
            turn the lights down: light.kitchen_lamp brightness -20; light.bedroom_lamp brightness -20
            lower the blinds: cover.living_room_blind position = 0
            raise the blinds halfway: cover.living_room_blind position = 50
            open blinds: cover.living_room_blind position = 100
            open the blind fully: cover.living_room_blind position = 100
            close the blind completely: cover.living_room_blind position = 0
            set bedroom lamp to blue: light.bedroom_lamp color = blue
            set the bedroom lamp brightness to 30 percent: light.bedroom_lamp brightness = 30
            switch the kitchen lamp and the bedroom lamp on: light.kitchen_lamp power = on; light.bedroom_lamp power = on
            how long left on timer: time left on timer
            how long left: time left on timer
            what's left on the timer: time left on timer
            how much longer on the pasta timer: time left on timer "pasta"
            please turn on the kitchen lamp thank you: light.kitchen_lamp power = on
            hey turn the fan on: plug.fan power = on
            turn on the fan in living room: plug.fan power = on
            the fan on: plug.fan power = on
            turn fan on: plug.fan power = on
            kitchen light on: light.kitchen_lamp power = on
            make the kitchen lamp 50 percent: light.kitchen_lamp brightness = 50
            dim the kitchen light to half: light.kitchen_lamp brightness = 50
            set a timer for one hour and twenty minutes: timer for 4800 s
            set a timer for 1 hour 20 minutes: timer for 4800 s
            set a timer for half an hour: timer for 1800 s
            set a half hour timer: timer for 1800 s
            set a timer for a minute: timer for 60 s
            set a timer for 90 seconds: timer for 90 s
            start the timer for 5 minutes: timer for 300 s
            tell me the time please: tell the time
            what's today's date: tell the date
            what is the day today: tell the date
            what day of the week is it: tell the date
            louder please: volume +10
            a bit louder: volume +10
            turn yourself down: volume -10
            turn the sound down: volume -10
            increase the volume by 20 percent: volume +20
            turn the volume up by ten percent: volume +10
            turn the volume down to 20 percent: volume = 20
            put milk on the list: add "milk" to the shopping list
            add milk and eggs to shopping list: add "milk and eggs" to the shopping list
            what's on the list: read the shopping list
            what can I ask you: help
            what skills do you have: help
            help me with timers: help "timers"
            quiet: cancel
            shut up: cancel
            okay stop: cancel
            stop it please: cancel
            turn the thermostat to twenty: climate.thermostat target_temperature = 20
            set thermostat to 20 degrees: climate.thermostat target_temperature = 20
            lower the temperature: climate.thermostat target_temperature -1
            raise the temperature to 22: climate.thermostat target_temperature = 22
            increase the temperature by one degree: climate.thermostat target_temperature +1
            how hot is it: read climate.thermostat temperature
            what temperature is the hallway: read climate.thermostat temperature
            what's the temperature: read climate.thermostat temperature
            warm up the hallway: climate.thermostat target_temperature +1
            turn off the lamp in the gazebo: -
            play some music: -
            who is the president of france: -
            the kitchen lamp is nice: -
            turn on: -
            turn the: -
            lamp: -
            i turned on the kitchen lamp yesterday: -
            don't turn on the kitchen lamp: -
            can you tell me the time: tell the time
            what can you do with lights: help "lights"
            make it two degrees warmer: climate.thermostat target_temperature +2
            please just turn on the fan will you: plug.fan power = on
        "#]],
    );
}

#[test]
fn no_warnings() {
    let (catalog, home) = shipped();
    let warnings: Vec<String> =
        catalog.check(&home).iter().map(|w| format!("{}: {w}", w.origin.file)).collect();
    assert_eq!(warnings, Vec::<String>::new());
}

/// The example of the design, word for word, on the demo home.
#[test]
fn the_design_example_passes_its_own_test() {
    let (_, home) = shipped();
    let text = include_str!("design.toml").to_owned();
    let catalog = Catalog::parse(&[("lights.toml".into(), text)], &home).unwrap_or_else(|f| panic!("{f:#?}"));
    let reports = catalog.test(&home);
    assert_eq!(reports.iter().map(|r| &r.result).collect::<Vec<_>>(), [&TestResult::Passed]);
    let here = Situation { area: None, now: time::OffsetDateTime::UNIX_EPOCH };
    let reading = catalog.understand("turn off all the lights in the kitchen", &here).remove(0);
    let plan = catalog.plan(&reading, &home, &here).expect("a plan");
    let said = plan.reply(&home, &[mynah_skill::Outcome::Confirmed { state: false.into() }]);
    assert_eq!((said.speech.as_str(), said.ok), ("The kitchen lamp is off.", true));
}

/// What the recognisers may hear is what is understood: a sentence drawn from the word graph has a reading, and a reading
/// has a plan or a refusal that can be spoken.
#[test]
fn what_may_be_heard_is_understood() {
    let (catalog, home) = shipped();
    let here = Situation { area: None, now: time::OffsetDateTime::UNIX_EPOCH };
    let mut state: u64 = 7;
    for _ in 0..3000 {
        let text = catalog.graph().sample("milk", |n| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap_or_default() % n.max(1)
        });
        let readings = catalog.understand(&text, &here);
        let reading = readings.first().unwrap_or_else(|| panic!("not understood: {text}"));
        if let Err(refusal) = catalog.plan(reading, &home, &here) {
            let spoken = refusal.to_string();
            assert!(spoken.ends_with(['.', '?']) && !spoken.contains('`'), "{text}: {spoken}");
            assert!(
                !matches!(
                    refusal,
                    mynah_skill::Refusal::NotPermitted { .. } | mynah_skill::Refusal::SlotMissing { .. }
                ),
                "{text}: {spoken}"
            );
        }
    }
}
