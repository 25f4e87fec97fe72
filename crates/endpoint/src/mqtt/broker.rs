//! The connection to the broker: one for the house, kept up by a task.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mynah_skill::{Failure, FailureKind};
use rumqttc::{
    AsyncClient, ConnectReturnCode, ConnectionError, Event, EventLoop, LastWill, MqttOptions, NetworkOptions,
    Outgoing, Packet, QoS, SubscribeFilter, SubscribeReasonCode, Transport,
};
use serde_json::Value;
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use crate::faults::Faults;
use crate::keys::Keys;
use crate::spec::failure;
use crate::template::{Picked, pick};

/// The pause before the second attempt to reach the broker; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// How long an order waits for the attempt that it causes while the broker is down.
const GRACE: Duration = Duration::from_millis(600);
/// Messages of one device are short, but those of a gateway may not be.
const LONGEST_PACKET: usize = 1024 * 1024;
/// Where Debian, Red Hat and Alpine keep the certificates of the system.
const SYSTEM_CERTIFICATES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// `[mqtt]` of home.toml.
pub(crate) struct BrokerSettings {
    options: MqttOptions,
    status_topic: String,
    /// For messages, without a password.
    address: String,
}

impl BrokerSettings {
    pub(crate) fn read(mut keys: Keys<'_>, faults: &mut Faults<'_>) -> Option<BrokerSettings> {
        let url = keys.required_text("broker", faults);
        let url = url.and_then(|url| match reqwest::Url::parse(url) {
            Ok(url) if ["mqtt", "mqtts"].contains(&url.scheme()) && url.has_host() => Some(url),
            _ => {
                let help = "such as mqtt://192.168.1.10:1883, or mqtts:// for TLS".to_owned();
                faults.add(&keys.at("broker"), "this is no address of a broker", Some(help));
                None
            }
        });
        let username = keys.text("username", faults);
        let password = keys.text("password", faults);
        if password.is_some() && username.is_none() {
            faults.add(&keys.at("password"), "a password needs a `username`", None);
        }
        let client_id = keys.text("client_id", faults).map(str::to_owned);
        if client_id.as_deref() == Some("") {
            faults.add(&keys.at("client_id"), "`client_id` is empty", Some("leave it out to get one".into()));
        }
        let status_topic = keys.text("status_topic", faults).unwrap_or("mynah/status").to_owned();
        check_topic(&status_topic, &keys.at("status_topic"), faults);
        let ca = keys.text("ca", faults);
        let transport = match url.as_ref().map(reqwest::Url::scheme) {
            Some("mqtts") => read_certificates(ca).map_or_else(
                |message| {
                    faults.add(&keys.at("ca"), message, Some("ca = \"/path/to/ca.pem\"".into()));
                    None
                },
                |pem| Some(Transport::tls(pem, None, None)),
            ),
            _ => Some(Transport::tcp()),
        };
        keys.finish(faults);
        let url = url?;
        let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
        let port = url.port().unwrap_or(if url.scheme() == "mqtts" { 8883 } else { 1883 });
        let address = format!("{}:{port}", url.host_str()?);
        let id = client_id.filter(|id| !id.is_empty()).unwrap_or_else(|| {
            // Two clients of one id throw each other out.
            format!("mynah-{:08x}", RandomState::new().hash_one(port) as u32)
        });
        let mut options = MqttOptions::new(id, host, port);
        options
            .set_keep_alive(Duration::from_secs(15))
            // With a clean session nothing that was sent while the broker was away is done later.
            .set_clean_session(true)
            .set_max_packet_size(LONGEST_PACKET, LONGEST_PACKET)
            .set_last_will(LastWill::new(&status_topic, "offline", QoS::AtLeastOnce, true))
            .set_transport(transport?);
        if let Some(username) = username {
            options.set_credentials(username, password.unwrap_or_default());
        }
        Some(BrokerSettings { options, status_topic, address })
    }
}

/// A fault when messages cannot be published to it.
pub(crate) fn check_topic(topic: &str, path: &[String], faults: &mut Faults<'_>) {
    if let Err(message) = valid_topic(topic) {
        faults.add(path, message, None);
    }
}

fn valid_topic(topic: &str) -> Result<(), String> {
    if topic.is_empty() {
        return Err("a topic cannot be empty".to_owned());
    }
    if topic.contains(['+', '#', '\0']) {
        return Err(format!("the topic `{topic}` has a wildcard, but must name one thing"));
    }
    Ok(())
}

fn read_certificates(ca: Option<&str>) -> Result<Vec<u8>, String> {
    let path = match ca {
        Some(path) => path,
        None => SYSTEM_CERTIFICATES
            .into_iter()
            .find(|path| std::path::Path::new(path).exists())
            .ok_or_else(|| "the certificates of the system were not found".to_owned())?,
    };
    let pem = std::fs::read(path).map_err(|e| format!("{path}: {e}"))?;
    if !pem.windows(27).any(|window| window == b"-----BEGIN CERTIFICATE-----") {
        return Err(format!("{path} holds no certificates in PEM form"));
    }
    Ok(pem)
}

/// The state of the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// The first attempt goes on.
    Connecting,
    /// Connected and subscribed.
    Up,
    /// Not connected; attempts go on.
    Down {
        /// Counts the failed attempts.
        attempt: u64,
        why: String,
    },
}

/// What was heard on a topic at a place in its messages.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    /// The last value, or what was wrong with the last message.
    pub(crate) last: Option<Result<Value, String>>,
    /// Counts what was said; a message that the broker had kept and tells again does not count again.
    pub(crate) count: u64,
}

/// One place in the messages of a topic.
struct Place {
    at: Option<String>,
    heard: watch::Sender<Heard>,
}

/// The topics to listen to, gathered before the connection is made.
#[derive(Default)]
pub(crate) struct Topics {
    places: BTreeMap<String, Vec<Place>>,
}

impl Topics {
    /// Listens to `topic`; `at` points into its JSON.
    pub(crate) fn listen(&mut self, topic: &str, at: Option<&str>) -> watch::Receiver<Heard> {
        let heard = watch::Sender::new(Heard::default());
        let receiver = heard.subscribe();
        self.places.entry(topic.to_owned()).or_default().push(Place { at: at.map(str::to_owned), heard });
        receiver
    }
}

/// The connection to the broker.
pub(crate) struct Broker {
    client: AsyncClient,
    address: String,
    status_topic: String,
    link: watch::Sender<Link>,
    /// Changes with every message.
    heard: watch::Sender<u64>,
    wake: Notify,
    /// Those who wait for their messages to be sent, in order. Its lock also orders publishing and the end of a connection.
    queued: Mutex<VecDeque<oneshot::Sender<()>>>,
}

impl Broker {
    /// Makes the connection and keeps it up by one of `tasks`. Returns at once.
    pub(crate) fn connect(settings: BrokerSettings, topics: Topics, tasks: &mut JoinSet<()>) -> Arc<Broker> {
        // Room for the messages between two polls; a full queue is an error of the order that meets it.
        let (client, mut events) = AsyncClient::new(settings.options, 128);
        let mut network = NetworkOptions::new();
        network.set_tcp_nodelay(true);
        network.set_connection_timeout(3);
        events.set_network_options(network);
        let broker = Arc::new(Broker {
            client,
            address: settings.address,
            status_topic: settings.status_topic,
            link: watch::Sender::new(Link::Connecting),
            heard: watch::Sender::new(0),
            wake: Notify::new(),
            queued: Mutex::default(),
        });
        tasks.spawn(broker.clone().run(events, topics));
        broker
    }

    /// Publishes at QoS 1 and waits until the broker has it.
    pub(crate) async fn publish(
        &self,
        topic: &str,
        payload: String,
        retain: bool,
        by: Instant,
    ) -> Result<(), Failure> {
        valid_topic(topic).map_err(|message| failure(FailureKind::Misconfigured, message))?;
        self.up(by).await?;
        let acknowledged = self.enqueue(topic, payload, retain, true)?;
        match timeout_at(by, acknowledged).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(self.unreachable("the connection broke")),
            Err(_) => Err(self.unreachable("it did not acknowledge the message")),
        }
    }

    /// Waits until the broker is connected: for the first attempt, or for one more when it is down.
    pub(crate) async fn up(&self, by: Instant) -> Result<(), Failure> {
        let mut link = self.link.subscribe();
        let seen = link.borrow_and_update().clone();
        let by = match &seen {
            Link::Up => return Ok(()),
            Link::Connecting => by,
            Link::Down { .. } => {
                self.wake.notify_one();
                by.min(Instant::now() + GRACE)
            }
        };
        let changed = timeout_at(by, link.wait_for(|link| *link != seen)).await;
        match (changed.map(|result| result.map(|link| link.clone())), seen) {
            (Ok(Ok(Link::Up)), _) => Ok(()),
            (Ok(Ok(Link::Down { why, .. })), _) | (_, Link::Down { why, .. }) => Err(self.unreachable(&why)),
            _ => Err(self.unreachable("no answer in time")),
        }
    }

    /// What is wrong with the connection, at this moment.
    pub(crate) fn trouble(&self) -> Option<Failure> {
        match &*self.link.borrow() {
            Link::Up => None,
            Link::Connecting => Some(self.unreachable("connecting")),
            Link::Down { why, .. } => Some(self.unreachable(why)),
        }
    }

    /// Changes with every message.
    pub(crate) fn heard(&self) -> watch::Receiver<u64> {
        self.heard.subscribe()
    }

    /// Says goodbye, so that the status topic tells that this was no accident, and waits until it is said.
    pub(crate) async fn close(&self, by: Instant) {
        if self.trouble().is_some() {
            return;
        }
        let mut link = self.link.subscribe();
        // When one of these fails, the last will tells it to those who listen.
        let _ = self.publish(&self.status_topic, "offline".to_owned(), true, by).await;
        let _ = self.client.try_disconnect();
        let _ = timeout_at(by, link.wait_for(|link| *link != Link::Up)).await;
    }

    fn unreachable(&self, why: &str) -> Failure {
        failure(FailureKind::Unreachable, format!("MQTT broker {}: {why}", self.address))
    }

    fn lock_queued(&self) -> MutexGuard<'_, VecDeque<oneshot::Sender<()>>> {
        self.queued.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enqueue(
        &self,
        topic: &str,
        payload: String,
        retain: bool,
        only_when_up: bool,
    ) -> Result<oneshot::Receiver<()>, Failure> {
        let mut queued = self.lock_queued();
        if let (true, Some(trouble)) = (only_when_up, self.trouble()) {
            return Err(trouble);
        }
        let (sender, receiver) = oneshot::channel();
        self.client
            .try_publish(topic, QoS::AtLeastOnce, retain, payload)
            .map_err(|_| self.unreachable("too many messages wait to be sent"))?;
        queued.push_back(sender);
        Ok(receiver)
    }

    async fn run(self: Arc<Self>, mut events: EventLoop, topics: Topics) {
        let mut unacknowledged: HashMap<u16, oneshot::Sender<()>> = HashMap::new();
        let mut pause = FIRST_PAUSE;
        let mut attempt = 0;
        loop {
            match events.poll().await {
                Ok(Event::Incoming(Packet::ConnAck(_))) => {
                    tracing::info!(broker = %self.address, "connected");
                    pause = FIRST_PAUSE;
                    self.greet(&topics);
                }
                Ok(Event::Incoming(Packet::SubAck(answer))) => {
                    for (topic, code) in topics.places.keys().zip(&answer.return_codes) {
                        if *code == SubscribeReasonCode::Failure {
                            tracing::warn!(topic, "the broker does not let us listen to this topic");
                        }
                    }
                    self.link.send_replace(Link::Up);
                }
                Ok(Event::Incoming(Packet::Publish(message))) => {
                    topics.hear(&message.topic, &message.payload, message.retain);
                    self.heard.send_modify(|count| *count += 1);
                }
                Ok(Event::Outgoing(Outgoing::Publish(id))) => {
                    if let Some(waiting) = self.lock_queued().pop_front() {
                        unacknowledged.insert(id, waiting);
                    }
                }
                Ok(Event::Incoming(Packet::PubAck(answer))) => {
                    if let Some(waiting) = unacknowledged.remove(&answer.pkid) {
                        // An error means that the order has not waited so long.
                        let _ = waiting.send(());
                    }
                }
                Ok(Event::Outgoing(Outgoing::Disconnect)) => {
                    self.link.send_replace(Link::Down { attempt, why: "closed".to_owned() });
                    return;
                }
                Ok(_) => {}
                Err(error) => {
                    attempt += 1;
                    let why = explain(&error);
                    tracing::warn!(broker = %self.address, why, attempt, "not connected");
                    {
                        // What waits now must not be sent when the broker is back: nobody wants the lamp then.
                        let mut queued = self.lock_queued();
                        self.link.send_replace(Link::Down { attempt, why });
                        queued.clear();
                        events.clean();
                    }
                    unacknowledged.clear();
                    tokio::select! {
                        () = sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
                        () = self.wake.notified() => {}
                    }
                }
            }
        }
    }

    /// After every connection: we are here, and listen.
    fn greet(&self, topics: &Topics) {
        let online = self.enqueue(&self.status_topic, "online".to_owned(), true, false);
        let filters: Vec<SubscribeFilter> =
            topics.places.keys().map(|topic| SubscribeFilter::new(topic.clone(), QoS::AtLeastOnce)).collect();
        let listening = if filters.is_empty() {
            self.link.send_replace(Link::Up);
            Ok(())
        } else {
            self.client.try_subscribe_many(filters)
        };
        if online.is_err() || listening.is_err() {
            tracing::error!(broker = %self.address, "the queue to the broker is full");
        }
    }
}

impl Topics {
    fn hear(&self, topic: &str, payload: &[u8], kept: bool) {
        for place in self.places.get(topic).into_iter().flatten() {
            let last = match pick(payload, place.at.as_deref()) {
                Ok(Picked::Value(value)) => Ok(value),
                // Some devices tell one thing at a time on one topic.
                Ok(Picked::Absent(_)) => continue,
                Err(message) => Err(message),
            };
            place.heard.send_modify(|heard| {
                if !kept || heard.count == 0 {
                    heard.count += 1;
                }
                heard.last = Some(last);
            });
        }
    }
}

fn explain(error: &ConnectionError) -> String {
    match error {
        ConnectionError::Io(e) if e.kind() == std::io::ErrorKind::ConnectionRefused => {
            "connection refused".to_owned()
        }
        ConnectionError::Io(e) => e.to_string(),
        ConnectionError::NetworkTimeout | ConnectionError::FlushTimeout => "no answer in time".to_owned(),
        ConnectionError::ConnectionRefused(
            ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized,
        ) => "it does not accept the user name and password".to_owned(),
        ConnectionError::MqttState(_) => "the connection broke".to_owned(),
        other => other.to_string(),
    }
}
