//! Simulated devices at the broker: real clients that keep their state, tell it, and leave a last will.

use std::sync::Arc;
use std::time::Duration;

use mynah_home::{Capability, Color, State};
use rumqttc::{AsyncClient, Event, LastWill, MqttOptions, NetworkOptions, Packet, QoS};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, sleep_until};

use super::Fail;
use super::model::Model;

/// The blind moves in so many steps.
const STEPS: f64 = 10.0;

/// What the device is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Lamp,
    Blind {
        /// From closed to open.
        travel: Duration,
    },
}

impl Kind {
    pub(super) fn model(self) -> Arc<Model> {
        match self {
            Kind::Lamp => Model::new(
                "light.bedroom_lamp",
                "bedroom lamp",
                [
                    (Capability::Power, false.into()),
                    (Capability::Brightness, 100.0.into()),
                    (Capability::Color, "warm white".into()),
                ],
            ),
            Kind::Blind { .. } => Model::new(
                "cover.living_room_blind",
                "living room blind",
                [(Capability::Position, 0.0.into())],
            ),
        }
    }

    fn topics(self) -> Topics {
        match self {
            Kind::Lamp => Topics {
                id: "demo-bedroom-lamp",
                set: "demo/bedroom_lamp/set",
                state: "demo/bedroom_lamp",
                availability: "demo/bedroom_lamp/availability",
            },
            Kind::Blind { .. } => Topics {
                id: "demo-living-room-blind",
                set: "demo/living_room_blind/position/set",
                state: "demo/living_room_blind/position",
                availability: "demo/living_room_blind/availability",
            },
        }
    }
}

struct Topics {
    id: &'static str,
    set: &'static str,
    state: &'static str,
    availability: &'static str,
}

/// What comes from the connection.
enum Incoming {
    Connected,
    Lost,
    Subscribed,
    Order(Vec<u8>),
}

/// A connection; dropping it cuts the wire, so that the broker publishes the last will.
struct Connection {
    client: AsyncClient,
    incoming: mpsc::UnboundedReceiver<Incoming>,
    task: AbortHandle,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn connect(topics: &Topics, port: u16) -> Connection {
    let mut options = MqttOptions::new(topics.id, "127.0.0.1", port);
    options.set_keep_alive(Duration::from_secs(5));
    options.set_last_will(LastWill::new(topics.availability, "offline", QoS::AtLeastOnce, true));
    let (client, mut events) = AsyncClient::new(options, 64);
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    events.set_network_options(network);
    let (sender, incoming) = mpsc::unbounded_channel();
    let task = tokio::spawn(async move {
        loop {
            let told = match events.poll().await {
                Ok(Event::Incoming(Packet::ConnAck(_))) => sender.send(Incoming::Connected),
                Ok(Event::Incoming(Packet::SubAck(_))) => sender.send(Incoming::Subscribed),
                Ok(Event::Incoming(Packet::Publish(order))) => {
                    sender.send(Incoming::Order(order.payload.to_vec()))
                }
                Ok(_) => continue,
                Err(_) => {
                    let told = sender.send(Incoming::Lost);
                    sleep(Duration::from_millis(100)).await;
                    told
                }
            };
            if told.is_err() {
                return;
            }
        }
    });
    Connection { client, incoming, task: task.abort_handle() }
}

/// The life of a device.
pub(super) async fn run(kind: Kind, model: Arc<Model>, port: u16) {
    let topics = kind.topics();
    let mut wanted = model.wanted();
    let mut device = Device { kind, model: model.clone(), topics, target: None, step_at: Instant::now() };
    loop {
        let mut connection = connect(&device.topics, port);
        let mut ready = false;
        while model.failing() != Fail::Offline {
            if ready {
                model.settle(Some(model.failing()));
            }
            tokio::select! {
                incoming = connection.incoming.recv() => match incoming {
                    Some(Incoming::Connected) => device.greet(&connection.client),
                    Some(Incoming::Subscribed) => ready = true,
                    Some(Incoming::Lost) => {
                        ready = false;
                        model.settle(None);
                    }
                    Some(Incoming::Order(payload)) => device.obey(&payload, &connection.client),
                    None => break,
                },
                () = sleep_until(device.step_at), if device.target.is_some() => device.step(&connection.client),
                changed = wanted.changed() => match changed {
                    // What it told while it failed must not stay with the broker.
                    Ok(()) if ready && model.failing() == Fail::None => device.tell(&connection.client),
                    Ok(()) => {}
                    Err(_) => return,
                },
            }
        }
        drop(connection);
        model.settle(Some(Fail::Offline));
        if wanted.wait_for(|fail| *fail != Fail::Offline).await.is_err() {
            return;
        }
    }
}

struct Device {
    kind: Kind,
    model: Arc<Model>,
    topics: Topics,
    /// Where the blind goes.
    target: Option<f64>,
    step_at: Instant,
}

impl Device {
    fn greet(&self, client: &AsyncClient) {
        self.publish(client, self.topics.availability, "online".to_owned());
        self.tell(client);
        if client.try_subscribe(self.topics.set, QoS::AtLeastOnce).is_err() {
            tracing::warn!(topic = self.topics.set, "cannot subscribe");
        }
    }

    fn obey(&mut self, payload: &[u8], client: &AsyncClient) {
        self.model.count();
        match self.model.failing() {
            Fail::Hang => return,
            Fail::Garbage => {
                self.publish(client, self.topics.state, "\u{1}%%% {\"state\":".to_owned());
                return;
            }
            Fail::None | Fail::Answer500 | Fail::AcceptButIgnore | Fail::Offline => {}
        }
        match self.kind {
            Kind::Lamp => self.obey_as_lamp(payload),
            Kind::Blind { .. } => {
                let text = String::from_utf8_lossy(payload);
                let target = text.trim().parse::<f64>().ok().filter(|target| (0.0..=100.0).contains(target));
                if let (Some(target), Fail::None) = (target, self.model.failing()) {
                    self.target = Some(target);
                    self.step_at = Instant::now() + self.step_time();
                }
            }
        }
        self.tell(client);
    }

    fn obey_as_lamp(&self, payload: &[u8]) {
        let Ok(order) = serde_json::from_slice::<Value>(payload) else { return };
        match order.get("state").and_then(Value::as_str) {
            Some("ON") => self.model.set(Capability::Power, &true.into()),
            Some("OFF") => self.model.set(Capability::Power, &false.into()),
            _ => false,
        };
        if let Some(level) = order.get("brightness").and_then(Value::as_u64).filter(|level| *level <= 254) {
            self.model.set(Capability::Brightness, &(level as f64 / 2.54).into());
        }
        if let Some(color) = order.get("color") {
            let channel = |name| color.get(name).and_then(Value::as_u64).and_then(|n| u8::try_from(n).ok());
            if let (Some(red), Some(green), Some(blue)) = (channel("r"), channel("g"), channel("b")) {
                self.model.set(Capability::Color, &State::Text(Color { red, green, blue }.hex()));
            }
        }
    }

    fn step_time(&self) -> Duration {
        match self.kind {
            Kind::Blind { travel } => travel.div_f64(STEPS),
            Kind::Lamp => Duration::ZERO,
        }
    }

    fn step(&mut self, client: &AsyncClient) {
        let Some(target) = self.target else { return };
        let now = self.model.number(Capability::Position);
        let way = (target - now).clamp(-100.0 / STEPS, 100.0 / STEPS);
        self.model.set(Capability::Position, &State::Number(now + way));
        if (now + way - target).abs() < 1e-9 || self.model.failing() != Fail::None {
            self.target = None;
        }
        self.step_at += self.step_time();
        self.tell(client);
    }

    fn tell(&self, client: &AsyncClient) {
        let payload = match self.kind {
            Kind::Lamp => {
                let color = Color::parse(&self.model.text(Capability::Color));
                json!({
                    "state": if self.model.is_on() { "ON" } else { "OFF" },
                    "brightness": (self.model.number(Capability::Brightness) * 2.54).round() as i64,
                    "color": color.map(|c| json!({ "r": c.red, "g": c.green, "b": c.blue })),
                })
                .to_string()
            }
            Kind::Blind { .. } => self.model.number(Capability::Position).round().to_string(),
        };
        self.publish(client, self.topics.state, payload);
    }

    fn publish(&self, client: &AsyncClient, topic: &str, payload: String) {
        if client.try_publish(topic, QoS::AtLeastOnce, true, payload).is_err() {
            tracing::warn!(topic, "cannot publish");
        }
    }
}
