//! All devices of the house, by whatever wire.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mynah_home::{Capability, DeviceId, Fault, Home, State, did_you_mean};
use mynah_skill::{Action, Failure, FailureKind, HttpCall, Outcome};
use tokio::sync::{Mutex, broadcast};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use crate::faults::Faults;
use crate::http::{Client, HttpDevice, Request};
use crate::keys::Keys;
use crate::mqtt::{Broker, BrokerSettings, Described, Topics};
use crate::secret::expand;
use crate::spec::{Ability, Change, Changes, Endpoint, Health, failure};
use crate::{Mark, Settings};

/// The wires that a device can have.
const WIRES: [&str; 2] = ["http", "mqtt"];
/// Between the first and the second look at a device that has to be asked; it doubles up to [`LONGEST_LOOK`].
const FIRST_LOOK: Duration = Duration::from_millis(20);
const LONGEST_LOOK: Duration = Duration::from_millis(160);
/// A text that a server answers to a skill is told when it is no longer than this.
const LONGEST_SAID: usize = 300;

/// The devices of a house, ready to be switched. Dropping it closes the wires.
pub struct Endpoints {
    settings: Settings,
    routes: BTreeMap<(DeviceId, Capability), Route>,
    /// Each endpoint once.
    all: Vec<(DeviceId, &'static str, Arc<dyn Endpoint>)>,
    /// One order at a time for each device, so that two do not mix.
    turns: BTreeMap<DeviceId, Arc<Mutex<()>>>,
    /// Devices of the house without any wire.
    unwired: Vec<DeviceId>,
    changes: Arc<Changes>,
    broker: Option<Arc<Broker>>,
    web: Client,
    tasks: JoinSet<()>,
}

/// The way to one capability of a device.
#[derive(Clone)]
struct Route {
    endpoint: Arc<dyn Endpoint>,
    ability: Ability,
}

impl Endpoints {
    /// Reads the wire tables of the house and opens the wires. It does not wait for any device or broker:
    /// those that are away now are served when they come. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// All that is wrong in the wire tables, each with its place in home.toml.
    pub fn connect(home: &Home, settings: Settings) -> Result<Endpoints, Vec<Fault>> {
        let mut faults = Faults::new(home);
        let house = expand(home.endpoint_settings(), &[], settings.environment(), &mut faults);
        for name in house.keys().filter(|name| *name != "mqtt") {
            faults.add(
                std::slice::from_ref(name),
                format!("no wire is called `{name}`"),
                did_you_mean(name, ["mqtt"]),
            );
        }
        let broker = house.get("mqtt").and_then(toml::Value::as_table);
        let broker = broker.and_then(|table| BrokerSettings::read(Keys::new(table, &["mqtt"]), &mut faults));

        let mut topics = Topics::default();
        let mut by_http = Vec::new();
        let mut by_mqtt = Vec::new();
        let mut unwired = Vec::new();
        for device in home.devices() {
            faults.about(Some(&device.id));
            if device.endpoint.is_empty() {
                unwired.push(device.id.clone());
                continue;
            }
            let tables = expand(&device.endpoint, &[], settings.environment(), &mut faults);
            let mut served: BTreeMap<Capability, &str> = BTreeMap::new();
            for (wire, value) in &tables {
                let table = value.as_table();
                let abilities = match (wire.as_str(), table) {
                    ("http", Some(table)) => {
                        match HttpDevice::read(&device.id, Keys::new(table, &["http"]), &mut faults) {
                            Some(found) => {
                                let abilities = found.abilities().to_vec();
                                by_http.push((device.id.clone(), found));
                                abilities
                            }
                            None => continue,
                        }
                    }
                    ("mqtt", Some(table)) => {
                        if !house.contains_key("mqtt") {
                            faults.add(
                                &["mqtt".into()],
                                "this house has no broker",
                                Some("add: [mqtt] with broker = \"mqtt://…\"".into()),
                            );
                        }
                        let found = Described::read(Keys::new(table, &["mqtt"]), &mut topics, &mut faults);
                        let abilities = found.abilities().to_vec();
                        by_mqtt.push((device.id.clone(), found));
                        abilities
                    }
                    _ => {
                        faults.add(
                            std::slice::from_ref(wire),
                            format!("no wire is called `{wire}`"),
                            did_you_mean(wire, WIRES),
                        );
                        continue;
                    }
                };
                for Ability { capability, .. } in abilities {
                    let path = [wire.clone(), capability.name().to_owned()];
                    if let Some(other) = served.insert(capability, wire) {
                        faults.add(&path, format!("{capability} is already reached by `{other}`"), None);
                    }
                    if !device.capabilities.contains(&capability) {
                        let help = format!("add \"{}\" to its `capabilities`", capability.name());
                        faults.add(
                            &path,
                            format!("this device is not said to have {capability}"),
                            Some(help),
                        );
                    }
                }
            }
            for capability in device.capabilities.iter().filter(|capability| !served.contains_key(capability))
            {
                // When a wire is wrong as a whole, this would only repeat it.
                if let (Some(wire), false) =
                    (tables.keys().find(|wire| WIRES.contains(&wire.as_str())), served.is_empty())
                {
                    let help = format!("add: [device.{wire}.{}]", capability.name());
                    faults.add(
                        std::slice::from_ref(wire),
                        format!("nothing says how its {capability} is reached"),
                        Some(help),
                    );
                }
            }
        }
        faults.about(None);
        let web = Client::for_skills().map_err(|message| faults.add(&[], message, None)).ok();
        let found = faults.into_found();
        let (Some(web), true) = (web, found.is_empty()) else { return Err(found) };

        let mut tasks = JoinSet::new();
        let broker = broker.map(|settings| Broker::connect(settings, topics, &mut tasks));
        let mut all: Vec<(DeviceId, &'static str, Arc<dyn Endpoint>)> = Vec::new();
        for (device, found) in by_http {
            all.push((device, "http", Arc::new(found)));
        }
        if let Some(broker) = &broker {
            for (device, found) in by_mqtt {
                all.push((device.clone(), "mqtt", Arc::new(found.on(device, broker.clone()))));
            }
        }
        let changes = Arc::new(Changes::new());
        let mut routes = BTreeMap::new();
        let mut turns = BTreeMap::new();
        for (device, _, endpoint) in &all {
            for ability in endpoint.abilities() {
                let route = Route { endpoint: endpoint.clone(), ability: ability.clone() };
                routes.insert((device.clone(), ability.capability), route);
            }
            turns.entry(device.clone()).or_insert_with(Arc::default);
            let (endpoint, changes) = (endpoint.clone(), changes.clone());
            tasks.spawn(async move { endpoint.watch(&changes).await });
        }
        Ok(Endpoints { settings, routes, all, turns, unwired, changes, broker, web, tasks })
    }

    /// Does one action, and tells what came of it. It ends in bounded time, whatever the device does.
    ///
    /// After a set the device's own state is read back: [`Outcome::Confirmed`] means that the device says so.
    /// What the assistant does itself ([`Action::Local`]) is not done here.
    pub async fn execute(&self, action: &Action) -> Outcome {
        let outcome = match action {
            Action::Set { device, capability, to } => self.set(device, *capability, to).await,
            Action::Adjust { device, capability, by } => self.adjust(device, *capability, *by).await,
            Action::Read { device, capability } => {
                self.get(device, *capability).await.map(|state| Outcome::Read { state })
            }
            Action::Http(call) => self.call(call).await,
            Action::Mqtt(message) => match &self.broker {
                Some(broker) => {
                    let sent = broker
                        .publish(&message.topic, message.payload.clone(), message.retain, self.send_by())
                        .await;
                    sent.map(|()| Outcome::Done { said: None })
                }
                None => Err(failure(FailureKind::Misconfigured, "home.toml names no MQTT broker")),
            },
            Action::Local(_) | Action::Wait { .. } => {
                Err(failure(FailureKind::Unsupported, "the assistant does this itself"))
            }
        };
        outcome.unwrap_or_else(Outcome::Failed)
    }

    /// The state of a capability, from the device itself.
    ///
    /// # Errors
    /// The device did not tell it.
    pub async fn get(&self, device: &DeviceId, capability: Capability) -> Result<State, Failure> {
        let route = self.route(device, capability)?;
        if !route.ability.readable {
            return Err(named(
                device,
                failure(FailureKind::Unsupported, format!("{capability} cannot be read")),
            ));
        }
        let by = self.send_by();
        let report = within(by, route.endpoint.read_back(capability, None, by)).await;
        report
            .map(|report| self.told(device, capability, report.state))
            .map_err(|failure| named(device, failure))
    }

    /// Asks every device at once whether it answers.
    pub async fn health(&self) -> Vec<Health> {
        let by = self.send_by();
        let mut asked = JoinSet::new();
        for (i, (device, wire, endpoint)) in self.all.iter().enumerate() {
            let (device, wire, endpoint) = (device.clone(), *wire, endpoint.clone());
            asked.spawn(async move {
                let failure = within(by, endpoint.health(by)).await.err();
                (i, Health { device, wire, failure })
            });
        }
        let mut answers = asked.join_all().await;
        answers.sort_by_key(|(i, _)| *i);
        answers.into_iter().map(|(_, health)| health).collect()
    }

    /// The changes of states from now on, as devices tell of them. A receiver that lags behind loses the oldest.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Closes the wires; the broker is told that this was no accident.
    pub async fn shutdown(mut self) {
        if let Some(broker) = &self.broker {
            broker.close(Instant::now() + Duration::from_millis(500)).await;
        }
        self.tasks.shutdown().await;
    }

    async fn set(&self, device: &DeviceId, capability: Capability, to: &State) -> Result<Outcome, Failure> {
        let route = self.route(device, capability)?;
        let _turn = self.turn(device).await?;
        self.set_now(device, &route, to).await.map_err(|failure| named(device, failure))
    }

    async fn adjust(
        &self,
        device: &DeviceId,
        capability: Capability,
        change: f64,
    ) -> Result<Outcome, Failure> {
        let route = self.route(device, capability)?;
        let (Some((from, to)), true) = (capability.range(), change.is_finite()) else {
            return Err(named(
                device,
                failure(FailureKind::Unsupported, format!("{capability} cannot be changed by {change}")),
            ));
        };
        let _turn = self.turn(device).await?;
        let wanted = match self.get(device, capability).await? {
            State::Number(now) => State::Number((now + change).clamp(f64::from(from), f64::from(to))),
            other => {
                return Err(named(
                    device,
                    failure(FailureKind::Garbled, format!("expected a number for {capability}, got {other}")),
                ));
            }
        };
        self.set_now(device, &route, &wanted).await.map_err(|failure| named(device, failure))
    }

    async fn set_now(&self, device: &DeviceId, route: &Route, to: &State) -> Result<Outcome, Failure> {
        let Ability { capability, settable, readable, confirm_within, .. } = route.ability;
        if !settable {
            return Err(failure(FailureKind::Unsupported, format!("{capability} can only be read")));
        }
        let to = capability.accept(to).map_err(|bad| failure(FailureKind::Refused, bad.to_string()))?;
        let by = self.send_by();
        let mark = within(by, route.endpoint.send(capability, &to, by)).await?;
        if !readable {
            return Ok(Outcome::Done { said: None });
        }
        let by = Instant::now() + confirm_within.unwrap_or(self.settings.confirm_within);
        self.confirm(device, route, &to, mark, by).await
    }

    /// Looks at the device until it says that it is in the wanted state, or until `by`.
    async fn confirm(
        &self,
        device: &DeviceId,
        route: &Route,
        to: &State,
        mut mark: Mark,
        by: Instant,
    ) -> Result<Outcome, Failure> {
        let capability = route.ability.capability;
        let mut last = None;
        let mut pause = FIRST_LOOK;
        while let Ok(report) = timeout_at(by, route.endpoint.read_back(capability, Some(mark), by)).await {
            match report {
                Ok(report) => {
                    mark = report.mark;
                    let state = self.told(device, capability, report.state);
                    if state.matches(to, capability) {
                        return Ok(Outcome::Confirmed { state });
                    }
                    last = Some(Ok(state));
                }
                // A later failure says nothing about a state that was read before.
                Err(failure) if !matches!(last, Some(Ok(_))) || failure.kind == FailureKind::Garbled => {
                    last = Some(Err(failure));
                }
                Err(_) => {}
            }
            if route.ability.polled || matches!(last, Some(Err(_))) {
                if Instant::now() + pause >= by {
                    break;
                }
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_LOOK);
            }
        }
        match last {
            Some(Ok(state)) => Ok(Outcome::Unconfirmed { read: Some(state) }),
            Some(Err(failure)) if failure.kind == FailureKind::Garbled => Err(failure),
            Some(Err(failure)) => {
                tracing::debug!(device = %device.0, %failure, "not read back");
                Ok(Outcome::Unconfirmed { read: None })
            }
            None => Ok(Outcome::Unconfirmed { read: None }),
        }
    }

    async fn call(&self, call: &HttpCall) -> Result<Outcome, Failure> {
        let misconfigured = |message: String| failure(FailureKind::Misconfigured, message);
        let method = call.method.to_ascii_uppercase();
        let method = method.parse().map_err(|_| misconfigured(format!("no method is called `{method}`")))?;
        let url = reqwest::Url::parse(&call.url)
            .map_err(|e| misconfigured(format!("`{}` is no address: {e}", call.url)))?;
        if !["http", "https"].contains(&url.scheme()) {
            return Err(misconfigured("an address starts with http:// or https://".to_owned()));
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        let request = Request {
            method,
            url,
            headers: reqwest::header::HeaderMap::new(),
            body: call.json.as_ref().map(|json| ("application/json", json.to_string())),
            idempotency: None,
            each: self.settings.send_within,
        };
        let answer = self.web.exchange(&request, self.send_by()).await;
        let answer = answer.map_err(|failed| failure(failed.kind, format!("{host}: {}", failed.message)))?;
        let text =
            String::from_utf8(answer.body).ok().filter(|_| answer.content_type.starts_with("text/plain"));
        let said = text
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty() && text.len() <= LONGEST_SAID);
        Ok(Outcome::Done { said })
    }

    fn route(&self, device: &DeviceId, capability: Capability) -> Result<Route, Failure> {
        if let Some(route) = self.routes.get(&(device.clone(), capability)) {
            return Ok(route.clone());
        }
        let message = if self.unwired.contains(device) {
            "home.toml does not say how it is reached".to_owned()
        } else if self.turns.contains_key(device) {
            format!("it has no {capability}")
        } else {
            "it is not in home.toml".to_owned()
        };
        Err(named(device, failure(FailureKind::Misconfigured, message)))
    }

    /// Waits until no other order is on its way to the device.
    async fn turn(&self, device: &DeviceId) -> Result<tokio::sync::OwnedMutexGuard<()>, Failure> {
        let turn = self.turns.get(device).cloned().unwrap_or_default();
        let by = Instant::now() + self.settings.send_within + self.settings.confirm_within;
        timeout_at(by, turn.lock_owned()).await.map_err(|_| {
            named(device, failure(FailureKind::Unreachable, "it is still busy with an earlier order"))
        })
    }

    fn told(&self, device: &DeviceId, capability: Capability, state: State) -> State {
        self.changes.tell(device, capability, &state);
        state
    }

    fn send_by(&self) -> Instant {
        Instant::now() + self.settings.send_within
    }
}

impl std::fmt::Debug for Endpoints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoints")
            .field("settings", &self.settings)
            .field("reached", &self.routes.keys())
            .finish_non_exhaustive()
    }
}

/// Holds a wire to its time.
async fn within<T>(by: Instant, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    // A little more than the wire itself has, so that its own, better message wins.
    match timeout_at(by + Duration::from_millis(50), work).await {
        Ok(result) => result,
        Err(_) => Err(failure(FailureKind::Unreachable, "no answer in time")),
    }
}

fn named(device: &DeviceId, failed: Failure) -> Failure {
    failure(failed.kind, format!("{}: {}", device.0, failed.message))
}
