//! The skills that ship, in the demo home, from typed words to the reply.

mod mandarin;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use expect_test::{Expect, expect};
use mynah_assistant::dialogue::{Command, Dialogue, DialogueSettings, Event, Expects, House, Kept};
use mynah_assistant::ports::{Alternative, Detection, Hypothesis};
use mynah_assistant::{EndReason, Heard, Moment, TurnIds};
use mynah_audio::SamplePos;
use mynah_home::{Home, State};
use mynah_intent::{List, ListEntry, Value};
use mynah_skill::{Action, Answers, Catalog, Language, Outcome};
use time::macros::datetime;

const NOW: Moment = Moment { since_start: Duration::ZERO, wall: datetime!(2026-11-21 09:20 UTC) };

/// The shipped English skills in the demo home.
fn dialogue(ids: &TurnIds) -> Dialogue {
    shipped("intents/home.toml", "intents/en", ids)
}

/// Shipped skills in a shipped home.
fn shipped(home: &str, skills: &str, ids: &TurnIds) -> Dialogue {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let home = Home::load(&root.join(home)).expect("the demo home has no faults");
    let catalog = Catalog::load(&[root.join(skills)], &home).expect("the shipped skills have no faults");
    dialogue_of(catalog, home, ids)
}

fn dialogue_of(catalog: Catalog, home: Home, ids: &TurnIds) -> Dialogue {
    let house = House { catalog: Arc::new(catalog), home: Arc::new(home) };
    Dialogue::new(DialogueSettings::default(), Box::new(house), &Kept::default(), ids.clone(), NOW)
}

/// Types each line; devices do as they are told.
fn check(lines: &[&str], expect: Expect) {
    let ids = TurnIds::default();
    let dialogue = dialogue(&ids);
    check_with(dialogue, &ids, lines, expect);
}

fn check_with(mut dialogue: Dialogue, ids: &TurnIds, lines: &[&str], expect: Expect) {
    let mut log = String::new();
    for line in lines {
        let _ = writeln!(log, "{line}");
        let mut events = vec![Event::Text { turn: ids.allocate(), text: (*line).to_owned() }];
        while let Some(event) = events.pop() {
            dialogue.handle(event, NOW);
            while let Some(command) = dialogue.poll_action() {
                match command {
                    Command::Execute { turn, plan } => {
                        let actions: Vec<String> = plan.actions.iter().map(Action::to_string).collect();
                        let _ = writeln!(log, "  do {}", actions.join("; "));
                        let done = |action: &Action| match action {
                            Action::Set { to, .. } => Outcome::Confirmed { state: to.clone() },
                            _ => Outcome::Read { state: State::Bool(true) },
                        };
                        let outcomes = plan.actions.iter().map(done).collect();
                        events.push(Event::Outcomes { turn, outcomes });
                    }
                    Command::Speak { turn, reply } => {
                        let _ = writeln!(log, "  say {}", reply.speech);
                        events.push(Event::SpeechDone { turn });
                    }
                    _ => {}
                }
            }
        }
    }
    expect.assert_eq(&log);
}

/// How many actions are carried out when `text` is heard that surely.
fn heard(text: &str, confidence: f32) -> usize {
    heard_as(Hypothesis { text: text.into(), confidence, accepted: true, ..Hypothesis::default() })
}

fn heard_as(hypothesis: Hypothesis) -> usize {
    let ids = TurnIds::default();
    let mut dialogue = dialogue(&ids);
    let turn = ids.allocate();
    let at = SamplePos(0);
    let detection = Detection { word: "computer".into(), score: 1.0 };
    dialogue.handle(Event::Heard(Heard::Wake { turn, at, detection, from: at }), NOW);
    let end = Heard::SpeechEnd { turn, at, speech_end: at, reason: EndReason::Silence };
    dialogue.handle(Event::Heard(end), NOW);
    dialogue.handle(Event::Hypothesis { turn, hypothesis }, NOW);
    let mut actions = 0;
    while let Some(command) = dialogue.poll_action() {
        if let Command::Execute { plan, .. } = command {
            actions += plan.actions.len();
        }
    }
    actions
}

#[test]
fn another_reading_of_what_was_heard_is_taken_when_the_best_means_nothing() {
    let other = |text: &str| Alternative { text: text.into(), score: 0.0 };
    let heard = |n_best: &[&str]| {
        let n_best = n_best.iter().map(|text| other(text)).collect::<Vec<_>>();
        let text = n_best[0].text.clone();
        heard_as(Hypothesis { text, confidence: 0.9, accepted: true, n_best, ..Hypothesis::default() })
    };
    assert_eq!(heard(&["during the kitchen camp", "turn on the kitchen lamp"]), 1);
    assert_eq!(heard(&["during the kitchen camp", "tune in"]), 0);
    // Several lamps at once take a surer ear.
    assert_eq!(heard(&["during the nights", "turn on the lights"]), 0);
}

#[test]
fn several_devices_at_once_take_a_surer_ear_than_one() {
    assert_eq!(heard("turn on the kitchen lamp", 0.61), 1);
    assert_eq!(heard("turn on the lights", 0.61), 0);
    assert_eq!(heard("turn on the lights", 0.9), 2);
}

#[test]
fn devices() {
    check(
        &["turn on the kitchen lamp", "turn off the lamp in the gazebo", "turn the kitchen lamp to eleventy"],
        expect![[r#"
            turn on the kitchen lamp
              do light.kitchen_lamp power = on
              say The kitchen lamp is on.
            turn off the lamp in the gazebo
            turn the kitchen lamp to eleventy
        "#]],
    );
}

/// All or nothing, in order, and told in order.
#[test]
fn several_commands() {
    check(
        &[
            "turn off the kitchen lamp and close the blind",
            "turn off the kitchen lamp, set a timer for ten minutes and close the blind",
            "turn off the lights and set a timer for ten minutes",
            "turn off the kitchen lamp and turn on the lamp",
            "turn off the kitchen lamp and fly to the moon",
        ],
        expect![[r#"
            turn off the kitchen lamp and close the blind
              do light.kitchen_lamp power = off; cover.living_room_blind position = 0
              say The kitchen lamp is off. The living room blind is closed.
            turn off the kitchen lamp, set a timer for ten minutes and close the blind
              do light.kitchen_lamp power = off; cover.living_room_blind position = 0
              say The kitchen lamp is off. The timer is set for 10 minutes. The living room blind is closed.
            turn off the lights and set a timer for ten minutes
              do light.kitchen_lamp power = off; light.bedroom_lamp power = off
              say The kitchen lamp and the bedroom lamp are off. The timer is set for 10 minutes.
            turn off the kitchen lamp and turn on the lamp
              say Which one do you mean: the kitchen lamp or the bedroom lamp?
            turn off the kitchen lamp and fly to the moon
        "#]],
    );
}

#[test]
fn which_one_takes_an_answer() {
    check(
        &[
            "turn on the lamp",
            "the bedroom one",
            "dim the lamp to 20 percent",
            "both",
            "turn on the light and what time is it",
            "the garden one",
            "the second one",
            "turn on the lamp",
            "never mind",
            "turn on the lamp",
            "turn on the fan",
        ],
        expect![[r#"
            turn on the lamp
              say Which one do you mean: the kitchen lamp or the bedroom lamp?
            the bedroom one
              do light.bedroom_lamp power = on
              say The bedroom lamp is on.
            dim the lamp to 20 percent
              say Which one do you mean: the kitchen lamp or the bedroom lamp?
            both
              do light.kitchen_lamp brightness = 20; light.bedroom_lamp brightness = 20
              say The kitchen lamp and the bedroom lamp are at 20 percent.
            turn on the light and what time is it
              say Which one do you mean: the kitchen lamp or the bedroom lamp?
            the garden one
            the second one
            turn on the lamp
              say Which one do you mean: the kitchen lamp or the bedroom lamp?
            never mind
              say All right, I leave it.
            turn on the lamp
              say Which one do you mean: the kitchen lamp or the bedroom lamp?
            turn on the fan
              do plug.fan power = on
              say The fan is on.
        "#]],
    );
}

#[test]
fn what_was_spoken_of_is_it() {
    check(
        &[
            "turn it on",
            "turn on the kitchen lamp",
            "dim it to 20 percent",
            "turn on the other one",
            "turn it off",
            "turn on the fan",
            "turn it off",
            "dim it",
            "turn on the kitchen lamp and the bedroom lamp",
            "turn it off",
            "turn them off",
            "make them blue",
            "close the blind",
            "open it and turn off the kitchen lamp",
        ],
        expect![[r#"
            turn it on
              say I don't know what you mean by it.
            turn on the kitchen lamp
              do light.kitchen_lamp power = on
              say The kitchen lamp is on.
            dim it to 20 percent
              do light.kitchen_lamp brightness = 20
              say The kitchen lamp is at 20 percent.
            turn on the other one
              do light.bedroom_lamp power = on
              say The bedroom lamp is on.
            turn it off
              do light.bedroom_lamp power = off
              say The bedroom lamp is off.
            turn on the fan
              do plug.fan power = on
              say The fan is on.
            turn it off
              do plug.fan power = off
              say The fan is off.
            dim it
              say The fan cannot be dimmed.
            turn on the kitchen lamp and the bedroom lamp
              do light.kitchen_lamp power = on; light.bedroom_lamp power = on
              say The kitchen lamp and the bedroom lamp are on.
            turn it off
              say I don't know what you mean by it.
            turn them off
              do light.kitchen_lamp power = off; light.bedroom_lamp power = off
              say The kitchen lamp and the bedroom lamp are off.
            make them blue
              do light.kitchen_lamp color = blue; light.bedroom_lamp color = blue
              say The kitchen lamp and the bedroom lamp are blue.
            close the blind
              do cover.living_room_blind position = 0
              say The living room blind is closed.
            open it and turn off the kitchen lamp
              do cover.living_room_blind position = 100; light.kitchen_lamp power = off
              say The living room blind is open. The kitchen lamp is off.
        "#]],
    );
}

#[test]
fn what_was_asked_for_is_done_elsewhere_too() {
    check(
        &[
            "in the kitchen too",
            "turn on the lights in the kitchen",
            "and in the bedroom too",
            "turn off the lights in the bedroom",
            "in the kitchen as well",
            "turn on the kitchen lamp",
            "in the bedroom too",
            "the bedroom lamp too",
            "turn off the kitchen lamp and the bedroom lamp too",
            "what time is it",
            "the fan too",
        ],
        expect![[r#"
            in the kitchen too
            turn on the lights in the kitchen
              do light.kitchen_lamp power = on
              say The kitchen lamp is on.
            and in the bedroom too
              do light.bedroom_lamp power = on
              say The bedroom lamp is on.
            turn off the lights in the bedroom
              do light.bedroom_lamp power = off
              say The bedroom lamp is off.
            in the kitchen as well
              do light.kitchen_lamp power = off
              say The kitchen lamp is off.
            turn on the kitchen lamp
              do light.kitchen_lamp power = on
              say The kitchen lamp is on.
            in the bedroom too
            the bedroom lamp too
              do light.bedroom_lamp power = on
              say The bedroom lamp is on.
            turn off the kitchen lamp and the bedroom lamp too
              do light.kitchen_lamp power = off; light.bedroom_lamp power = off
              say The kitchen lamp is off. The bedroom lamp is off.
            what time is it
              say It is twenty past nine.
            the fan too
        "#]],
    );
}

/// Of devices and rooms that were spoken of, in another skill too, with its own permissions.
#[test]
fn there_too_and_the_other_one() {
    check(
        &[
            "turn on the lights in there",
            "turn on the kitchen lamp",
            "turn off the lights in there",
            "the other one too",
            "turn on the fan and the kitchen lamp too",
            "how warm is it in the bedroom",
            "what about the living room",
            "turn on the lights in the kitchen",
            "what about the bedroom",
            "and the kitchen lamp too",
            "turn on the kitchen lamp and dim it to 20 percent",
            "turn on the bedroom lamp and the lamp there too",
            "turn on the fan and there too",
            "how about the front door",
        ],
        expect![[r#"
            turn on the lights in there
              say I don't know what you mean by there.
            turn on the kitchen lamp
              do light.kitchen_lamp power = on
              say The kitchen lamp is on.
            turn off the lights in there
              do light.kitchen_lamp power = off
              say The kitchen lamp is off.
            the other one too
            turn on the fan and the kitchen lamp too
              do plug.fan power = on; light.kitchen_lamp power = on
              say The fan is on. The kitchen lamp is on.
            how warm is it in the bedroom
              say There is no thermostat or sensor in the bedroom that I can reach.
            what about the living room
              say There is no thermostat or sensor in the living room that I can reach.
            turn on the lights in the kitchen
              do light.kitchen_lamp power = on
              say The kitchen lamp is on.
            what about the bedroom
              do light.bedroom_lamp power = on
              say The bedroom lamp is on.
            and the kitchen lamp too
            turn on the kitchen lamp and dim it to 20 percent
              do light.kitchen_lamp power = on; light.kitchen_lamp brightness = 20
              say The kitchen lamp is on. The kitchen lamp is at 20 percent.
            turn on the bedroom lamp and the lamp there too
              do light.bedroom_lamp power = on; light.bedroom_lamp power = on
              say The bedroom lamp is on. The bedroom lamp is on.
            turn on the fan and there too
            how about the front door
        "#]],
    );
    check(
        &["there too", "what about the kitchen", "the other one too"],
        expect![[r#"
        there too
        what about the kitchen
        the other one too
    "#]],
    );
}

const TWO_ROOMS: &str = r#"
[[area]]
name = "kitchen"
[[area]]
name = "bedroom"
[[device]]
name = "kitchen fan"
kind = "plug"
area = "kitchen"
[[device]]
name = "bedroom fan"
kind = "plug"
area = "bedroom"
[[device]]
name = "kitchen lamp"
kind = "light"
area = "kitchen"
[[device]]
name = "bedroom lamp"
kind = "light"
area = "bedroom"
"#;

#[test]
fn the_lamp_there_too() {
    let home = Home::parse("home.toml", TWO_ROOMS).expect("a home");
    let intents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../intents/en");
    let catalog = Catalog::load(&[intents], &home).expect("the shipped skills have no faults");
    let ids = TurnIds::default();
    let dialogue = dialogue_of(catalog, home, &ids);
    check_with(
        dialogue,
        &ids,
        &[
            "turn on the fan in the kitchen and the lamp there too",
            "turn off the kitchen fan",
            "and the lamp there too",
            "the other one too",
            "turn on the lights in the kitchen",
            "turn off the bedroom fan",
            "turn on the lights in there",
            "what about the kitchen",
            "is the kitchen fan on",
            "what about the lamp there",
            "what about the kitchen lamp",
        ],
        expect![[r#"
            turn on the fan in the kitchen and the lamp there too
              do plug.kitchen_fan power = on; light.kitchen_lamp power = on
              say The kitchen fan is on. The kitchen lamp is on.
            turn off the kitchen fan
              do plug.kitchen_fan power = off
              say The kitchen fan is off.
            and the lamp there too
              do light.kitchen_lamp power = off
              say The kitchen lamp is off.
            the other one too
              do light.bedroom_lamp power = off
              say The bedroom lamp is off.
            turn on the lights in the kitchen
              do light.kitchen_lamp power = on
              say The kitchen lamp is on.
            turn off the bedroom fan
              do plug.bedroom_fan power = off
              say The bedroom fan is off.
            turn on the lights in there
              do light.bedroom_lamp power = on
              say The bedroom lamp is on.
            what about the kitchen
              do light.kitchen_lamp power = on
              say The kitchen lamp is on.
            is the kitchen fan on
              do read plug.kitchen_fan power
              say The kitchen fan is on.
            what about the lamp there
              do read light.kitchen_lamp power
              say The kitchen lamp is on.
            what about the kitchen lamp
              do read light.kitchen_lamp power
              say The kitchen lamp is on.
        "#]],
    );
}

#[test]
fn our_own_actions() {
    check(
        &[
            "what time is it",
            "set a timer for ten minutes",
            "set a pizza timer for an hour and a half",
            "how much time is left on the pizza timer",
            "cancel the pizza timer",
            "set the volume to 40 percent",
            "add milk to the shopping list",
            "what is on the shopping list",
            "stop",
        ],
        expect![[r#"
            what time is it
              say It is twenty past nine.
            set a timer for ten minutes
              say The timer is set for 10 minutes.
            set a pizza timer for an hour and a half
              say The pizza timer is set for 1 hour and 30 minutes.
            how much time is left on the pizza timer
              say 1 hour and 30 minutes left on the pizza timer.
            cancel the pizza timer
              say The pizza timer is cancelled.
            set the volume to 40 percent
              say The volume is at 40 percent.
            add milk to the shopping list
              say I put milk on the shopping list.
            what is on the shopping list
              say There is one thing on the shopping list: milk.
            stop
              say Okay.
        "#]],
    );
}

#[test]
fn a_risky_one_is_asked_back() {
    check(
        &[
            "add milk to the shopping list",
            "clear the shopping list",
            "no",
            "what is on the shopping list",
            "clear the shopping list",
            "yes",
            "what is on the shopping list",
        ],
        expect![[r#"
            add milk to the shopping list
              say I put milk on the shopping list.
            clear the shopping list
              say Shall I clear the shopping list?
            no
              say All right, I leave it.
            what is on the shopping list
              say There is one thing on the shopping list: milk.
            clear the shopping list
              say Shall I clear the shopping list?
            yes
              say The shopping list is empty now.
            what is on the shopping list
              say The shopping list is empty.
        "#]],
    );
}

const COFFEE: &str = r#"
[skill]
name = "coffee"
[permissions]
mqtt = ["coffee"]
[lists]
size = ["small", { in = "(large|big)", out = "large" }]
[[intent]]
name = "coffee.brew"
sentences = ["make [me] [a|an] [{size}] coffee"]
do = [
  { ask = "How large?", slot = "size" },
  { ask = "With milk in your {size} coffee?", slot = "milk", answers = [{ in = "(yes|with milk)", out = "white" }, { in = "(no|black)", out = "black" }] },
  { mqtt = { topic = "coffee", payload = "{size} {milk}" } },
]
reply = "A {size} one is on its way"
[[intent.test]]
say = "make me a coffee"
asks = "How large?"
answer = ["a big one, please", "no"]
slots = { size = "large" }
"#;

#[test]
fn a_skill_asks_for_what_was_not_said() {
    let talk = |lines: &[&str], expect: Expect| {
        let ids = TurnIds::default();
        let catalog = Catalog::parse(&[("coffee.toml".into(), COFFEE.into())], &Home::default());
        let dialogue = dialogue_of(catalog.expect("a skill"), Home::default(), &ids);
        check_with(dialogue, &ids, lines, expect);
    };
    talk(
        &["make a coffee", "a big one, please", "black", "make a small coffee", "no"],
        expect![[r#"
            make a coffee
              say How large?
            a big one, please
              say With milk in your large coffee?
            black
              do publish coffee large black
              say A big one is on its way.
            make a small coffee
              say With milk in your small coffee?
            no
              do publish coffee small black
              say A small one is on its way.
        "#]],
    );
    // What is no answer is asked again once; another order takes the place of the question; "never mind" leaves it.
    talk(
        &["make a coffee", "purple", "make a coffee", "never mind", "make a coffee", "make a small coffee"],
        expect![[r#"
            make a coffee
              say How large?
            purple
            make a coffee
              say How large?
            never mind
              say All right, I leave it.
            make a coffee
              say How large?
            make a small coffee
              say With milk in your small coffee?
        "#]],
    );
    let entry = |said: &str| ListEntry::new(said, Value::Text(said.to_owned()));
    let values = List::Text(vec![entry("small"), entry("(large|big)")]);
    let heard = Expects::Answer(Box::new(Answers { language: "en".into(), values })).graph(Language::English);
    for text in ["small", "a big one please", "never mind"] {
        assert!(heard.accepts(text), "{text}");
    }
    assert!(!heard.accepts("make a coffee"));
}
