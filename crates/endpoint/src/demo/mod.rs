//! The demo home that `mynah demo` runs: a real broker and simulated devices that keep real state.
//!
//! | device | wire | can |
//! | --- | --- | --- |
//! | kitchen lamp | HTTP, JSON | power, brightness, color |
//! | fan (living room) | HTTP, by address | power |
//! | thermostat (hallway) | HTTP, JSON | target temperature, temperature |
//! | bedroom lamp | MQTT, JSON | power, brightness, color |
//! | living room blind | MQTT, plain numbers | position; it takes its time to move |
//!
//! Each can be told to fail. Its description, with the real ports filled in, is [`DemoHouse::home_toml`].

mod broker;
mod http;
mod model;
mod mqtt;

use std::collections::BTreeMap;
use std::time::Duration;

use mynah_home::{Capability, DeviceId, State};
use tokio::task::JoinSet;

use broker::Mosquitto;
use model::Models;

/// The shipped description of this home, with places for the addresses.
const HOME_TOML: &str = include_str!("../../../../intents/home.toml");

/// What a simulated device does wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fail {
    /// Nothing.
    #[default]
    None,
    /// HTTP: every answer is "500 Internal Server Error". MQTT knows no such answer: as [`Fail::AcceptButIgnore`].
    Answer500,
    /// It takes every request and never answers.
    Hang,
    /// Its answers and messages are not of its protocol.
    Garbage,
    /// It takes every order, says thanks, and stays as it is.
    AcceptButIgnore,
    /// It cannot be reached: nothing listens at its address, or it has left the broker without a word.
    Offline,
}

/// How the demo home starts.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// How long the blind moves from closed to open.
    pub travel: Duration,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self { travel: Duration::from_millis(800) }
    }
}

/// Why the demo home does not start.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A program is missing.
    #[error("mosquitto, the MQTT broker, is not installed: sudo apt-get install mosquitto")]
    NoMosquitto,
    /// The broker ended or does not answer.
    #[error("mosquitto does not start: {0}")]
    Broker(String),
    /// The system does not permit it.
    #[error("the demo home cannot start: {0}")]
    Io(#[from] std::io::Error),
    /// A simulated device does not come up.
    #[error("the demo home's {0} did not come up")]
    Device(String),
}

/// The running demo home. Dropping it ends the broker and the devices.
#[derive(Debug)]
pub struct DemoHouse {
    devices: Models,
    addresses: BTreeMap<&'static str, String>,
    mosquitto: Mosquitto,
    /// Ends the devices when it is dropped.
    _tasks: JoinSet<()>,
}

impl DemoHouse {
    /// Starts the broker and all devices on free ports of the loopback interface, and waits until they are there.
    ///
    /// # Errors
    /// mosquitto is missing, or something does not start within some seconds.
    pub async fn start(options: DemoOptions) -> Result<DemoHouse, DemoError> {
        let mosquitto = Mosquitto::start().await?;
        let mut tasks = JoinSet::new();
        let mut devices = Models::new();
        let mut addresses = BTreeMap::from([("MYNAH_DEMO_BROKER", mosquitto.address())]);
        for (variable, kind) in [
            ("MYNAH_DEMO_KITCHEN_LAMP", http::Kind::Lamp),
            ("MYNAH_DEMO_FAN", http::Kind::Plug),
            ("MYNAH_DEMO_THERMOSTAT", http::Kind::Thermostat),
        ] {
            let model = kind.model();
            addresses.insert(variable, http::start(kind, model.clone(), &mut tasks).await?);
            devices.insert(model.id.clone(), model);
        }
        for kind in [mqtt::Kind::Lamp, mqtt::Kind::Blind { travel: options.travel }] {
            let model = kind.model();
            tasks.spawn(mqtt::run(kind, model.clone(), mosquitto.port()));
            devices.insert(model.id.clone(), model);
        }
        for model in devices.values() {
            if !model.settled(Fail::None, Duration::from_secs(10)).await {
                return Err(DemoError::Device(model.name.to_owned()));
            }
        }
        Ok(DemoHouse { devices, addresses, mosquitto, _tasks: tasks })
    }

    /// The `home.toml` of this home, with the real addresses.
    #[must_use]
    pub fn home_toml(&self) -> String {
        let mut text = HOME_TOML.to_owned();
        for (variable, address) in &self.addresses {
            text = text.replace(&format!("${{{variable}}}"), address);
        }
        text
    }

    /// The variables of the environment that the shipped `intents/home.toml` asks for: `host:port` each.
    #[must_use]
    pub fn environment(&self) -> &BTreeMap<&'static str, String> {
        &self.addresses
    }

    /// The devices, by id.
    pub fn devices(&self) -> impl Iterator<Item = &DeviceId> {
        self.devices.keys()
    }

    /// The real state of a device, whatever it says of itself. Empty when there is no such device.
    #[must_use]
    pub fn state(&self, device: &DeviceId) -> BTreeMap<Capability, State> {
        self.devices.get(device).map(|model| model.states()).unwrap_or_default()
    }

    /// Makes a device fail, or work again; returns when it does.
    pub async fn fail(&self, device: &DeviceId, fail: Fail) {
        if let Some(model) = self.devices.get(device) {
            model.fail(fail);
            if !model.settled(fail, Duration::from_secs(10)).await {
                tracing::warn!(device = %device.0, ?fail, "did not come to it");
            }
        }
    }

    /// How many orders and questions have come to a device, whether it took them or not.
    #[must_use]
    pub fn requests(&self, device: &DeviceId) -> usize {
        self.devices.get(device).map_or(0, |model| model.requests())
    }

    /// Ends the broker at once, as a power cut does.
    ///
    /// # Errors
    /// The system does not permit it.
    pub async fn stop_broker(&mut self) -> Result<(), DemoError> {
        self.mosquitto.stop().await
    }

    /// Starts the broker again, on the same port, and waits until it answers.
    ///
    /// # Errors
    /// It does not start.
    pub async fn restart_broker(&mut self) -> Result<(), DemoError> {
        self.mosquitto.restart().await
    }

    /// `host:port` of the broker.
    #[must_use]
    pub fn broker_address(&self) -> String {
        self.mosquitto.address()
    }
}
