//! The demo home for tests, and short names for what happens in it.
#![allow(dead_code, reason = "each test file uses its part")]

use std::time::Duration;

use mynah_endpoint::demo::{DemoError, DemoHouse, DemoOptions};
use mynah_endpoint::{Endpoints, Settings};
use mynah_home::{Capability, DeviceId, Home, State};
use mynah_skill::{Action, Failure, FailureKind, Outcome};

pub(crate) struct House {
    pub(crate) demo: DemoHouse,
    pub(crate) endpoints: Endpoints,
}

impl House {
    /// Waits until the endpoints know that a device is away, or there.
    pub(crate) async fn knows(&self, device: &DeviceId, away: bool) {
        let knowing = async {
            loop {
                let health = self.endpoints.health().await;
                let found = health.iter().find(|health| health.device == *device).expect("it has a wire");
                let says_away =
                    matches!(&found.failure, Some(failed) if failed.kind == FailureKind::Unreachable);
                // A hanging HTTP device is not away, and does not say so in time either.
                if says_away == away || found.wire == "http" {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), knowing).await.expect("the endpoints come to know it");
    }
}

/// None, with the reason printed, where there is no mosquitto.
pub(crate) async fn demo() -> Option<DemoHouse> {
    match DemoHouse::start(DemoOptions { travel: Duration::from_millis(200) }).await {
        Ok(demo) => Some(demo),
        Err(DemoError::NoMosquitto) => {
            eprintln!("skipped: mosquitto is not installed");
            None
        }
        Err(e) => panic!("{e}"),
    }
}

pub(crate) async fn house() -> Option<House> {
    let demo = demo().await?;
    let endpoints = connect(&demo.home_toml(), quick());
    Some(House { demo, endpoints })
}

/// Shorter waits than in a real house.
pub(crate) fn quick() -> Settings {
    let mut settings = Settings::default();
    settings.confirm_within = Duration::from_millis(400);
    settings
}

pub(crate) fn connect(home: &str, settings: Settings) -> Endpoints {
    let home = Home::parse("home.toml", home).expect("a good file");
    Endpoints::connect(&home, settings).expect("good wires")
}

pub(crate) fn device(id: &str) -> DeviceId {
    DeviceId(id.into())
}

/// `light.kitchen_lamp power on`, `light.kitchen_lamp brightness +20`, `climate.thermostat temperature ?`.
pub(crate) fn action(text: &str) -> Action {
    let [id, capability, to] = text.splitn(3, ' ').collect::<Vec<_>>()[..] else { panic!("{text}") };
    let device = device(id);
    let capability = Capability::from_name(capability).expect("a capability");
    match (to, to.strip_prefix('+').map(str::parse)) {
        ("?", _) => Action::Read { device, capability },
        (_, Some(Ok(by))) => Action::Adjust { device, capability, by },
        _ => Action::Set {
            device,
            capability,
            to: capability.parse_state(to).unwrap_or(State::Text(to.to_owned())),
        },
    }
}

pub(crate) fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Confirmed { state } => format!("confirmed {state}"),
        Outcome::Unconfirmed { read: Some(state) } => format!("unconfirmed, read {state}"),
        Outcome::Unconfirmed { read: None } => "unconfirmed, nothing read".to_owned(),
        Outcome::Read { state } => format!("read {state}"),
        Outcome::Done { said } => format!("done {said:?}"),
        Outcome::Failed(failed) => failure(failed),
    }
}

pub(crate) fn failure(failed: &Failure) -> String {
    let kind = format!("{:?}", failed.kind).to_lowercase();
    // Ports differ from run to run.
    let words: Vec<String> = failed.message.split(' ').map(without_port).collect();
    format!("{kind}: {}", words.join(" "))
}

fn without_port(word: &str) -> String {
    match word.split_once("127.0.0.1:") {
        Some((before, after)) => {
            format!("{before}HOST{}", after.trim_start_matches(|c: char| c.is_ascii_digit()))
        }
        None => word.to_owned(),
    }
}
