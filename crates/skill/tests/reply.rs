//! What is said: natural English, and nothing but what was read back.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use mynah_home::{Capability, Home, State};
use mynah_intent::{Intent, Slot, Value};
use mynah_skill::{
    Action, Failure, FailureKind, HttpCall, Language, Local, MqttMessage, Outcome, Plan, Risk,
};

fn home() -> Home {
    Home::parse("home.toml", include_str!("house.toml")).unwrap_or_else(|f| panic!("{f:?}"))
}

fn slot(value: Value, said: &str, list: &str) -> Slot {
    Slot { value, said: said.into(), list: list.into() }
}

fn speech(template: &str, actions: Vec<Action>, outcomes: &[Outcome]) -> String {
    let slots = BTreeMap::from([
        ("area".to_owned(), slot(Value::Text("living_room".into()), "living room", "area")),
        (
            "duration".to_owned(),
            slot(Value::Duration(std::time::Duration::from_secs(600)), "ten minutes", "duration"),
        ),
        ("percentage".to_owned(), slot(Value::Percentage(30.0), "", "percentage")),
        ("light".to_owned(), slot(Value::Text("light.kitchen_lamp".into()), "lamp in kitchen", "device")),
    ]);
    let intent = Intent { name: "test".into(), slots };
    let plan = Plan {
        language: Language::English,
        skill: "test".into(),
        intent,
        risk: Risk::Low,
        actions,
        reply: template.into(),
        parts: Vec::new(),
    };
    let reply = plan.reply(&home(), outcomes);
    format!("{} {}", if reply.ok { "+" } else { "-" }, reply.speech)
}

fn check(template: &str, cases: &[(Vec<Action>, Vec<Outcome>)], expected: Expect) {
    let lines: Vec<String> =
        cases.iter().map(|(actions, outcomes)| speech(template, actions.clone(), outcomes)).collect();
    expected.assert_eq(&lines.join("\n"));
}

fn set(device: &str, capability: Capability, to: impl Into<State>) -> Action {
    Action::Set { device: device.into(), capability, to: to.into() }
}

fn confirmed(state: impl Into<State>) -> Outcome {
    Outcome::Confirmed { state: state.into() }
}

fn read(state: impl Into<State>) -> Outcome {
    Outcome::Read { state: state.into() }
}

fn unconfirmed(read: Option<State>) -> Outcome {
    Outcome::Unconfirmed { read }
}

fn failed(kind: FailureKind) -> Outcome {
    Outcome::Failed(Failure { kind, message: "ECONNREFUSED".into() })
}

const LAMP: &str = "light.kitchen_lamp";
const BED: &str = "light.bedroom_lamp";
const FAN: &str = "plug.fan";
const BLIND: &str = "cover.living_room_blind";
const HEATER: &str = "climate.bob_s_heater";

#[test]
fn all_confirmed() {
    check(
        "{targets} {state}",
        &[
            (vec![set(LAMP, Capability::Power, true)], vec![confirmed(true)]),
            (
                vec![set(LAMP, Capability::Power, false), set(BED, Capability::Power, false)],
                vec![confirmed(false), confirmed(false)],
            ),
            (vec![set(BED, Capability::Brightness, 30.0)], vec![confirmed(29.8)]),
            (vec![set(BED, Capability::Color, "blue")], vec![confirmed("#0000ff")]),
            (vec![set(BED, Capability::Color, "#123456")], vec![confirmed("#123456")]),
            (vec![set(BED, Capability::ColorTemperature, 2700.0)], vec![confirmed(2702.7)]),
            (vec![set(BLIND, Capability::Position, 0.0)], vec![confirmed(0.0)]),
            (vec![set(BLIND, Capability::Position, 50.0)], vec![confirmed(50.0)]),
            (vec![set(BLIND, Capability::Position, 100.0)], vec![confirmed(99.6)]),
            (vec![set(HEATER, Capability::TargetTemperature, 21.5)], vec![confirmed(21.5)]),
            (vec![set(HEATER, Capability::Mode, "eco")], vec![confirmed("eco")]),
            (vec![set("lock.front_door", Capability::Lock, true)], vec![confirmed(true)]),
            (
                vec![Action::Read { device: HEATER.into(), capability: Capability::Temperature }],
                vec![read(20.54)],
            ),
            (
                vec![Action::Read { device: HEATER.into(), capability: Capability::Temperature }],
                vec![read(1.0)],
            ),
            (
                vec![
                    set(LAMP, Capability::Power, true),
                    set(BED, Capability::Power, true),
                    set("light.spot", Capability::Power, true),
                    set("light.kitchen_spot", Capability::Power, true),
                ],
                vec![confirmed(true), confirmed(true), confirmed(true), confirmed(true)],
            ),
        ],
        expect![[r#"
            + The kitchen lamp is on.
            + The kitchen lamp and the bedroom lamp are off.
            + The bedroom lamp is at 30 percent.
            + The bedroom lamp is blue.
            + The bedroom lamp is the color #123456.
            + The bedroom lamp is at 2703 kelvin.
            + The living room blind is closed.
            + The living room blind is 50 percent open.
            + The living room blind is open.
            + Bob's heater is set to 21.5 degrees.
            + Bob's heater is in eco mode.
            + The front door is locked.
            + Bob's heater measures 20.5 degrees.
            + Bob's heater measures 1 degree.
            + 4 lights are on."#]],
    );
}

#[test]
fn in_the_authors_words() {
    check(
        "{targets} {is} now {percentage} bright",
        &[(vec![set(BED, Capability::Brightness, 30.0)], vec![confirmed(30.0)])],
        expect!["+ The bedroom lamp is now 30 percent bright."],
    );
    check(
        "it is {value} in {area}",
        &[(
            vec![Action::Read { device: HEATER.into(), capability: Capability::Temperature }],
            vec![read(20.5)],
        )],
        expect!["+ It is 20.5 degrees in the living room."],
    );
    check(
        "timer set for {duration}",
        &[(
            vec![Action::Local(Local::TimerStart {
                length: std::time::Duration::from_secs(600),
                name: None,
            })],
            vec![Outcome::Done { said: None }],
        )],
        expect!["+ Timer set for ten minutes."],
    );
    check("{light} will do", &[(vec![], vec![])], expect!["+ The kitchen lamp will do."]);
    check(
        "timer cancelled",
        &[(
            vec![Action::Local(Local::TimerCancel { name: None })],
            vec![Outcome::Done { said: Some("No timer is running".into()) }],
        )],
        expect!["+ No timer is running."],
    );
    check(
        "",
        &[(
            vec![Action::Local(Local::TellTime)],
            vec![Outcome::Done { said: Some("it is ten past four".into()) }],
        )],
        expect!["+ It is ten past four."],
    );
    check(
        "",
        &[(vec![Action::Local(Local::Cancel)], vec![Outcome::Done { said: None }])],
        expect!["+ Done."],
    );
    // Two different values do not fit into a sentence that has room for one.
    check(
        "it is {value}",
        &[(
            vec![
                Action::Read { device: HEATER.into(), capability: Capability::Temperature },
                Action::Read { device: LAMP.into(), capability: Capability::Power },
            ],
            vec![read(20.5), read(false)],
        )],
        expect!["+ Bob's heater measures 20.5 degrees and the kitchen lamp is off."],
    );
}

#[test]
fn not_confirmed() {
    check(
        "{targets} {state}",
        &[
            (vec![set(FAN, Capability::Power, true)], vec![unconfirmed(None)]),
            (vec![set(FAN, Capability::Power, true)], vec![unconfirmed(Some(false.into()))]),
            (vec![set(BED, Capability::Brightness, 30.0)], vec![unconfirmed(Some(80.0.into()))]),
            (vec![set(BED, Capability::Color, "blue")], vec![unconfirmed(None)]),
            (vec![set(BLIND, Capability::Position, 0.0)], vec![unconfirmed(Some(35.0.into()))]),
            (vec![set(BLIND, Capability::Position, 50.0)], vec![unconfirmed(None)]),
            (vec![set(HEATER, Capability::TargetTemperature, 21.0)], vec![unconfirmed(None)]),
            (vec![set(HEATER, Capability::Mode, "eco")], vec![unconfirmed(None)]),
            (vec![set("lock.front_door", Capability::Lock, true)], vec![unconfirmed(Some(false.into()))]),
            (
                vec![Action::Adjust { device: BED.into(), capability: Capability::Brightness, by: -20.0 }],
                vec![unconfirmed(None)],
            ),
            (
                vec![Action::Adjust {
                    device: HEATER.into(),
                    capability: Capability::TargetTemperature,
                    by: 1.0,
                }],
                vec![unconfirmed(None)],
            ),
            (
                vec![set(LAMP, Capability::Power, true), set(BED, Capability::Power, true)],
                vec![unconfirmed(None), unconfirmed(None)],
            ),
            // The plan was cut short: what has no outcome is not confirmed.
            (
                vec![set(LAMP, Capability::Power, true), set(BED, Capability::Power, true)],
                vec![confirmed(true)],
            ),
            (
                vec![Action::Mqtt(MqttMessage { topic: "a".into(), payload: "b".into(), retain: false })],
                vec![unconfirmed(None)],
            ),
        ],
        expect![[r#"
            - I told the fan to turn on, but it did not confirm.
            - I told the fan to turn on, but it says that it is off.
            - I told the bedroom lamp to go to 30 percent, but it says that it is at 80 percent.
            - I told the bedroom lamp to turn blue, but it did not confirm.
            - I told the living room blind to close, but it says that it is 35 percent open.
            - I told the living room blind to go to 50 percent, but it did not confirm.
            - I told Bob's heater to go to 21 degrees, but it did not confirm.
            - I told Bob's heater to go into eco mode, but it did not confirm.
            - I told the front door to lock, but it says that it is unlocked.
            - I told the bedroom lamp to go down by 20 percent, but it did not confirm.
            - I told Bob's heater to go up by 1 degree, but it did not confirm.
            - I told the kitchen lamp and the bedroom lamp to turn on, but they did not confirm.
            - The kitchen lamp is on. I told the bedroom lamp to turn on, but it did not confirm.
            - I sent that to the message broker, but it was not confirmed."#]],
    );
}

#[test]
fn not_done() {
    let lamp = || vec![set(LAMP, Capability::Power, true)];
    check(
        "{targets} {state}",
        &[
            (lamp(), vec![failed(FailureKind::Unreachable)]),
            (lamp(), vec![failed(FailureKind::Refused)]),
            (lamp(), vec![failed(FailureKind::Garbled)]),
            (lamp(), vec![failed(FailureKind::Misconfigured)]),
            (lamp(), vec![failed(FailureKind::Unsupported)]),
            (
                vec![Action::Read { device: HEATER.into(), capability: Capability::Temperature }],
                vec![failed(FailureKind::Refused)],
            ),
            (
                vec![Action::Read { device: HEATER.into(), capability: Capability::Temperature }],
                vec![failed(FailureKind::Unsupported)],
            ),
            (
                vec![set(LAMP, Capability::Power, true), set(BED, Capability::Power, true)],
                vec![failed(FailureKind::Unreachable), failed(FailureKind::Unreachable)],
            ),
            (
                vec![Action::Http(HttpCall {
                    method: "GET".into(),
                    url: "http://coffee.local/brew".into(),
                    json: None,
                })],
                vec![failed(FailureKind::Unreachable)],
            ),
            (
                vec![Action::Mqtt(MqttMessage { topic: "a".into(), payload: "b".into(), retain: false })],
                vec![failed(FailureKind::Unreachable)],
            ),
            (vec![Action::Local(Local::TellTime)], vec![failed(FailureKind::Unsupported)]),
            (
                vec![Action::Local(Local::ListAdd { list: "shopping".into(), item: "x".into() })],
                vec![Outcome::Failed(Failure {
                    kind: FailureKind::Refused,
                    message: "the list is full".into(),
                })],
            ),
        ],
        expect![[r#"
            - I could not reach the kitchen lamp.
            - The kitchen lamp refused to turn on.
            - I could not understand the answer of the kitchen lamp.
            - The kitchen lamp is not set up correctly.
            - I have no way to control the kitchen lamp.
            - Bob's heater refused to answer.
            - I have no way to ask Bob's heater.
            - I could not reach the kitchen lamp and the bedroom lamp.
            - I could not reach coffee.local.
            - I could not reach the message broker.
            - I cannot use the clock here.
            - The list is full."#]],
    );
}

#[test]
fn some_of_it() {
    let two = || vec![set(LAMP, Capability::Power, false), set(BED, Capability::Power, false)];
    let three = || {
        vec![
            set(LAMP, Capability::Power, false),
            set(BED, Capability::Power, false),
            set(FAN, Capability::Power, false),
        ]
    };
    check(
        "{targets} {state}",
        &[
            (two(), vec![confirmed(false), failed(FailureKind::Unreachable)]),
            (two(), vec![failed(FailureKind::Refused), confirmed(false)]),
            (three(), vec![confirmed(false), unconfirmed(None), failed(FailureKind::Unreachable)]),
            (three(), vec![confirmed(false), confirmed(false), unconfirmed(Some(true.into()))]),
            (three(), vec![read(false), read(true), read(false)]),
        ],
        expect![[r#"
            - The kitchen lamp is off, but I could not reach the bedroom lamp.
            - The bedroom lamp is off, but the kitchen lamp refused to turn off.
            - The kitchen lamp is off. I told the bedroom lamp to turn off, but it did not confirm. I could not reach the fan.
            - The kitchen lamp and the bedroom lamp are off. I told the fan to turn off, but it says that it is on.
            + The kitchen lamp and the fan are off and the bedroom lamp is on."#]],
    );
    // Words that do not name the devices would claim too much.
    check(
        "good night",
        &[
            (two(), vec![confirmed(false), confirmed(false)]),
            (two(), vec![confirmed(false), failed(FailureKind::Unreachable)]),
        ],
        expect![[r#"
        + Good night.
        - The kitchen lamp is off, but I could not reach the bedroom lamp."#]],
    );
}
