//! A device that home.toml describes, by MQTT.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mynah_home::{Capability, DeviceId, State};
use mynah_skill::{Failure, FailureKind};
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::broker::{Broker, Heard, Topics, check_topic};
use crate::codec::Codec;
use crate::faults::Faults;
use crate::http::read_pointer;
use crate::keys::Keys;
use crate::spec::{Ability, Changes, Endpoint, Mark, Pending, Report, failure};
use crate::template::Template;

/// How long a device has to speak by itself before it is asked.
const BEFORE_ASKING: Duration = Duration::from_millis(250);

/// One device, by MQTT.
pub(crate) struct MqttDevice {
    device: DeviceId,
    broker: Arc<Broker>,
    abilities: Vec<Ability>,
    wires: BTreeMap<Capability, Wire>,
    availability: Option<Availability>,
}

/// The tables of a device, before there is a connection.
pub(crate) struct Described {
    abilities: Vec<Ability>,
    wires: BTreeMap<Capability, Wire>,
    availability: Option<Availability>,
}

struct Wire {
    codec: Codec,
    set: Option<Message>,
    get: Option<Get>,
}

/// A message with places for the value.
struct Message {
    topic: String,
    payload: Template,
    retain: bool,
}

struct Get {
    topic: String,
    heard: watch::Receiver<Heard>,
    /// Makes the device tell its state.
    ask: Option<Message>,
}

/// Where the broker tells of a device that went away (its last will).
struct Availability {
    heard: watch::Receiver<Heard>,
    online: String,
    offline: String,
}

impl Availability {
    fn says(&self) -> Option<bool> {
        let heard = self.heard.borrow();
        let value = heard.last.as_ref()?.as_ref().ok()?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if text == self.online { Some(true) } else { (text == self.offline).then_some(false) }
    }
}

impl Described {
    /// Reads `[device.mqtt]`.
    pub(crate) fn read(mut keys: Keys<'_>, topics: &mut Topics, faults: &mut Faults<'_>) -> Described {
        let availability = keys.table("availability", faults).map(|mut table| {
            let topic = table.required_text("topic", faults).unwrap_or("-");
            check_topic(topic, &table.at("topic"), faults);
            let at = read_pointer(&mut table, faults);
            let availability = Availability {
                heard: topics.listen(topic, at.as_deref()),
                online: table.text("online", faults).unwrap_or("online").to_owned(),
                offline: table.text("offline", faults).unwrap_or("offline").to_owned(),
            };
            table.finish(faults);
            availability
        });
        let mut abilities = Vec::new();
        let mut wires = BTreeMap::new();
        for capability in Capability::ALL {
            let Some(table) = keys.table(capability.name(), faults) else { continue };
            let (wire, ability) = read_wire(capability, table, topics, faults);
            abilities.push(ability);
            wires.insert(capability, wire);
        }
        keys.finish(faults);
        Described { abilities, wires, availability }
    }

    pub(crate) fn abilities(&self) -> &[Ability] {
        &self.abilities
    }

    pub(crate) fn on(self, device: DeviceId, broker: Arc<Broker>) -> MqttDevice {
        MqttDevice {
            device,
            broker,
            abilities: self.abilities,
            wires: self.wires,
            availability: self.availability,
        }
    }
}

fn read_wire(
    capability: Capability,
    mut keys: Keys<'_>,
    topics: &mut Topics,
    faults: &mut Faults<'_>,
) -> (Wire, Ability) {
    let codec = Codec::read(capability, &mut keys, faults);
    let set = keys.table("set", faults).map(|mut set| {
        if !capability.is_writable() {
            faults.add(set.path(), format!("{capability} can only be read"), None);
        }
        let message = read_message(&mut set, faults);
        if !message.payload.has_place() {
            faults.add(
                set.path(),
                "the value is nowhere in this message",
                Some("write \"{value}\" into `payload` or `json`".into()),
            );
        }
        set.finish(faults);
        message
    });
    let get = keys.table("get", faults).map(|mut get| {
        if !capability.is_readable() {
            faults.add(get.path(), format!("{capability} can only be set"), None);
        }
        let topic = get.required_text("topic", faults).unwrap_or("-").to_owned();
        check_topic(&topic, &get.at("topic"), faults);
        let at = read_pointer(&mut get, faults);
        let ask = get.table("ask", faults).map(|mut ask| {
            let message = read_message(&mut ask, faults);
            ask.finish(faults);
            message
        });
        let heard = topics.listen(&topic, at.as_deref());
        get.finish(faults);
        Get { topic, heard, ask }
    });
    if set.is_none() && get.is_none() {
        faults.add(keys.path(), "neither `set` nor `get` is here", None);
    }
    let ability = Ability {
        capability,
        settable: set.is_some(),
        readable: get.is_some(),
        polled: false,
        confirm_within: keys.millis("confirm_ms", faults),
    };
    keys.finish(faults);
    (Wire { codec, set, get }, ability)
}

fn read_message(keys: &mut Keys<'_>, faults: &mut Faults<'_>) -> Message {
    let topic = keys.required_text("topic", faults).unwrap_or("-").to_owned();
    check_topic(&topic, &keys.at("topic"), faults);
    let json = keys
        .value("json")
        .map(|value| serde_json::to_value(value).map(Template::Json).map_err(|e| e.to_string()));
    let payload = keys.text("payload", faults).map(Template::text);
    if json.is_some() && payload.is_some() {
        faults.add(&keys.at("payload"), "a message has one content: `json` or `payload`", None);
    }
    let payload =
        json.or(payload).unwrap_or_else(|| Ok(Template::Text(String::new()))).unwrap_or_else(|message| {
            faults.add(&keys.at("payload"), message, Some("write it as json = { … }".into()));
            Template::Text("{value}".to_owned())
        });
    let retain = keys.flag("retain", faults).unwrap_or(false);
    Message { topic, payload, retain }
}

impl MqttDevice {
    fn wire(&self, capability: Capability) -> Result<&Wire, Failure> {
        self.wires
            .get(&capability)
            .ok_or_else(|| failure(FailureKind::Misconfigured, format!("no wire for {capability}")))
    }

    fn present(&self) -> Result<(), Failure> {
        match self.availability.as_ref().and_then(Availability::says) {
            Some(false) => Err(failure(FailureKind::Unreachable, "it is offline")),
            _ => Ok(()),
        }
    }

    async fn publish(&self, message: &Message, value: &Value, by: Instant) -> Result<(), Failure> {
        self.broker.publish(&message.topic, message.payload.render(value), message.retain, by).await
    }
}

impl Wire {
    fn decode(&self, topic: &str, last: &Result<Value, String>) -> Result<State, Failure> {
        let garbled = |message: &str| failure(FailureKind::Garbled, format!("on {topic}: {message}"));
        let value = last.as_ref().map_err(|message| garbled(message))?;
        self.codec.decode(value).map_err(|expected| garbled(&format!("expected {expected}, got {value}")))
    }
}

impl Endpoint for MqttDevice {
    fn abilities(&self) -> &[Ability] {
        &self.abilities
    }

    fn send<'a>(
        &'a self,
        capability: Capability,
        to: &'a State,
        by: Instant,
    ) -> Pending<'a, Result<Mark, Failure>> {
        Box::pin(async move {
            let wire = self.wire(capability)?;
            let Some(message) = &wire.set else {
                return Err(failure(FailureKind::Unsupported, format!("{capability} can only be read here")));
            };
            let value = wire.codec.encode(to)?;
            self.broker.up(by).await?;
            self.present()?;
            let before = wire.get.as_ref().map_or_else(Heard::default, |get| get.heard.borrow().clone());
            self.publish(message, &value, by).await?;
            // A device that is there and has said that it is in the wanted state need not say so again.
            let online = self.availability.as_ref().and_then(Availability::says) == Some(true);
            let last = wire
                .get
                .as_ref()
                .zip(before.last.as_ref())
                .and_then(|(get, last)| wire.decode(&get.topic, last).ok());
            let already = last.is_some_and(|state| state.matches(to, capability));
            Ok(Mark(if online && already { 0 } else { before.count }))
        })
    }

    fn read_back(
        &self,
        capability: Capability,
        after: Option<Mark>,
        by: Instant,
    ) -> Pending<'_, Result<Report, Failure>> {
        Box::pin(async move {
            let wire = self.wire(capability)?;
            let Some(get) = &wire.get else {
                return Err(failure(FailureKind::Unsupported, format!("{capability} cannot be read here")));
            };
            self.broker.up(by).await?;
            self.present()?;
            let after = after.unwrap_or_default();
            let mut heard = get.heard.clone();
            let mut wait =
                async |by: Instant| match timeout_at(by, heard.wait_for(|heard| heard.count > after.0)).await
                {
                    Ok(Ok(heard)) => {
                        heard.last.as_ref().map(|last| (wire.decode(&get.topic, last), heard.count))
                    }
                    _ => None,
                };
            let mut said = wait(by.min(Instant::now() + BEFORE_ASKING)).await;
            if let (None, Some(ask)) = (&said, &get.ask) {
                self.publish(ask, &Value::Null, by).await?;
            }
            if said.is_none() {
                said = wait(by).await;
            }
            self.present()?;
            match said {
                Some((state, count)) => state.map(|state| Report { state, mark: Mark(count) }),
                None => Err(failure(FailureKind::Unreachable, format!("nothing was said on {}", get.topic))),
            }
        })
    }

    fn watch<'a>(&'a self, changes: &'a Changes) -> Pending<'a, ()> {
        Box::pin(async move {
            let mut any = self.broker.heard();
            loop {
                for (&capability, wire) in &self.wires {
                    let Some(get) = &wire.get else { continue };
                    let last = get.heard.borrow().last.clone();
                    if let Some(Ok(state)) = last.map(|last| wire.decode(&get.topic, &last)) {
                        changes.tell(&self.device, capability, &state);
                    }
                }
                if any.changed().await.is_err() {
                    return;
                }
            }
        })
    }

    fn health(&self, by: Instant) -> Pending<'_, Result<(), Failure>> {
        Box::pin(async move {
            self.broker.up(by).await?;
            self.present()
        })
    }
}
