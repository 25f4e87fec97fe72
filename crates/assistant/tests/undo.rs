//! Taking back: what was read before is restored, and what cannot be is said.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use expect_test::{Expect, expect};
use mynah_assistant::dialogue::{Command, Dialogue, DialogueSettings, Event, House, Kept, StateBefore};
use mynah_assistant::{Moment, TurnIds};
use mynah_home::{Capability, DeviceId, Home, State};
use mynah_skill::{Action, Catalog, Failure, FailureKind, Outcome};
use time::macros::datetime;

const NOW: Moment = Moment { since_start: Duration::ZERO, wall: datetime!(2026-11-21 09:20 UTC) };

/// A house whose devices keep their states; those that are not in it do not answer.
struct Devices(BTreeMap<(DeviceId, Capability), State>);

impl Devices {
    fn before(&self, actions: &[Action]) -> Vec<StateBefore> {
        let of = |action: &Action| action.device().cloned();
        let devices: Vec<DeviceId> = actions.iter().filter_map(of).collect();
        let known = self.0.iter().filter(|((device, _), _)| devices.contains(device));
        known.map(|((device, capability), state)| (device.clone(), *capability, state.clone())).collect()
    }

    fn act(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Set { device, capability, .. } if !capability.is_readable() => {
                let _ = device;
                Outcome::Done { said: None }
            }
            Action::Set { device, capability, to } => match self.0.get_mut(&(device.clone(), *capability)) {
                Some(state) => {
                    *state = to.clone();
                    Outcome::Confirmed { state: to.clone() }
                }
                None => {
                    let (kind, message) = (FailureKind::Unreachable, String::new());
                    Outcome::Failed(Failure { kind, message })
                }
            },
            _ => Outcome::Done { said: None },
        }
    }
}

fn check(states: &[(&str, Capability, State)], said: &[&str], expect: Expect) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let demo = std::fs::read_to_string(root.join("intents/home.toml")).expect("the demo home");
    let text = format!("{demo}\n{}", include_str!("../../skill/tests/more.toml"));
    let home = Home::parse("home.toml", &text).expect("a good home");
    let catalog = Catalog::load(&[root.join("intents/en")], &home).expect("good skills");
    let house = House { catalog: Arc::new(catalog), home: Arc::new(home) };
    let ids = TurnIds::default();
    let settings = DialogueSettings { pin: Some("1234".into()), ..DialogueSettings::default() };
    let mut dialogue = Dialogue::new(settings, Box::new(house), &Kept::default(), ids.clone(), NOW);
    let states = states.iter().map(|(device, c, state)| ((DeviceId::from(*device), *c), state.clone()));
    let mut devices = Devices(states.collect());
    let mut log = String::new();
    for line in said {
        let _ = writeln!(log, "{line}");
        let mut events = vec![Event::Text { turn: ids.allocate(), text: (*line).to_owned() }];
        while let Some(event) = events.pop() {
            dialogue.handle(event, NOW);
            while let Some(command) = dialogue.poll_action() {
                match command {
                    Command::Execute { turn, plan } => {
                        let actions: Vec<String> = plan.actions.iter().map(Action::to_string).collect();
                        let _ = writeln!(log, "  do {}", actions.join("; "));
                        let states = devices.before(&plan.actions);
                        let outcomes = plan.actions.iter().map(|action| devices.act(action)).collect();
                        events.push(Event::Outcomes { turn, outcomes });
                        events.push(Event::Before { turn, states });
                    }
                    Command::Speak { turn, reply } => {
                        let _ = writeln!(log, "  say {}", reply.speech);
                        events.insert(0, Event::SpeechDone { turn });
                    }
                    _ => {}
                }
            }
        }
    }
    expect.assert_eq(&log);
}

const LAMP: &str = "light.kitchen_lamp";

#[test]
fn a_lamp_is_as_it_was() {
    check(
        &[
            (LAMP, Capability::Power, false.into()),
            (LAMP, Capability::Brightness, 80.0.into()),
            ("light.bedroom_lamp", Capability::Power, true.into()),
            ("light.bedroom_lamp", Capability::Brightness, 70.0.into()),
        ],
        &[
            "undo that",
            "turn on the kitchen lamp",
            "undo that",
            "undo that",
            "dim the lights to twenty percent",
            "what time is it",
            "undo that",
            "turn off the bedroom lamp",
            "put it back the way it was",
        ],
        expect![[r#"
            undo that
              say There is nothing to take back.
            turn on the kitchen lamp
              do light.kitchen_lamp power = on
              say The kitchen lamp is on.
            undo that
              do light.kitchen_lamp power = off
              say The kitchen lamp is off.
            undo that
              say There is nothing to take back.
            dim the lights to twenty percent
              do light.kitchen_lamp brightness = 20; light.bedroom_lamp brightness = 20
              say The kitchen lamp and the bedroom lamp are at 20 percent.
            what time is it
              say It is twenty past nine.
            undo that
              do light.kitchen_lamp power = off; light.bedroom_lamp brightness = 70
              say The kitchen lamp is off and the bedroom lamp is at 70 percent.
            turn off the bedroom lamp
              do light.bedroom_lamp power = off
              say The bedroom lamp is off.
            put it back the way it was
              do light.bedroom_lamp power = on
              say The bedroom lamp is on.
        "#]],
    );
}

#[test]
fn what_cannot_be_taken_back_is_said() {
    check(
        &[
            (LAMP, Capability::Power, true.into()),
            ("lock.front_door", Capability::Lock, false.into()),
            ("lock.back_door", Capability::Lock, true.into()),
        ],
        &[
            "next song",
            "undo that",
            "lock the doors",
            "undo that",
            "turn on the fan",
            "undo that",
            "unlock the front door",
            "1 2 3 4",
            "undo that",
        ],
        expect![[r#"
            next song
              do media.kitchen_speaker step = next
              say Next one.
            undo that
              say I cannot take this back: go to the next on the kitchen speaker.
            lock the doors
              do lock.front_door lock = locked; lock.back_door lock = locked
              say The front door and the back door are locked.
            undo that
              do lock.back_door lock = locked
              say The back door is locked. I cannot take this back: lock the front door.
            turn on the fan
              do plug.fan power = on
              say I could not reach the fan.
            undo that
              say There is nothing to take back.
            unlock the front door
              say What is the PIN to unlock the front door?
            1 2 3 4
              do lock.front_door lock = unlocked
              say The front door is unlocked.
            undo that
              do lock.front_door lock = locked
              say The front door is locked.
        "#]],
    );
}

#[test]
fn lists_timers_and_the_volume() {
    check(
        &[],
        &[
            "add milk to the shopping list",
            "undo that",
            "what is on the shopping list",
            "add milk to the shopping list",
            "clear the shopping list",
            "yes",
            "undo that",
            "what is on the shopping list",
            "set a timer for ten minutes",
            "undo that",
            "how much time is left",
            "set the volume to ten percent",
            "undo that",
        ],
        expect![[r#"
            add milk to the shopping list
              say I put milk on the shopping list.
            undo that
              say The lists are as they were.
            what is on the shopping list
              say The shopping list is empty.
            add milk to the shopping list
              say I put milk on the shopping list.
            clear the shopping list
              say Shall I clear the shopping list?
            yes
              say The shopping list is empty now.
            undo that
              say The lists are as they were.
            what is on the shopping list
              say There is one thing on the shopping list: milk.
            set a timer for ten minutes
              say The timer is set for 10 minutes.
            undo that
              say The timers are as they were.
            how much time is left
              say There is no timer running.
            set the volume to ten percent
              say The volume is at 10 percent.
            undo that
              say The volume is at 60 percent.
        "#]],
    );
}
