//! A device that home.toml describes, by HTTP.

use std::collections::BTreeMap;
use std::time::Duration;

use mynah_home::{Capability, DeviceId, State};
use mynah_skill::{Failure, FailureKind};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Method, Url};
use serde_json::Value;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::client::{Client, Request};
use crate::codec::Codec;
use crate::faults::Faults;
use crate::keys::Keys;
use crate::spec::{Ability, Changes, Endpoint, Mark, Pending, Report, failure};
use crate::template::{Picked, Template, fill_path, pick};

/// Time of one try, unless `timeout_ms` says otherwise.
const TIMEOUT: Duration = Duration::from_millis(1500);

/// One device, by HTTP.
pub(crate) struct HttpDevice {
    device: DeviceId,
    client: Client,
    abilities: Vec<Ability>,
    wires: BTreeMap<Capability, Wire>,
    /// How often it is asked for changes.
    watch_every: Option<Duration>,
}

struct Wire {
    codec: Codec,
    set: Option<Call>,
    get: Option<(Call, Option<String>)>,
}

/// A request with places for the value.
struct Call {
    method: Method,
    /// Of the device; the path is added as it stands.
    base: String,
    path: String,
    headers: HeaderMap,
    body: Option<(&'static str, Template)>,
    idempotency: Option<HeaderName>,
    each: Duration,
}

impl Call {
    fn fill(&self, value: &Value) -> Result<Request, Failure> {
        let address = format!("{}{}", self.base, fill_path(&self.path, value));
        let url = Url::parse(&address).map_err(|e| {
            failure(FailureKind::Misconfigured, format!("`url` and `path` make no address: {e}"))
        })?;
        Ok(Request {
            method: self.method.clone(),
            url,
            headers: self.headers.clone(),
            body: self.body.as_ref().map(|(content_type, template)| (*content_type, template.render(value))),
            idempotency: self.idempotency.clone(),
            each: self.each,
        })
    }
}

impl HttpDevice {
    /// Reads `[device.http]`.
    pub(crate) fn read(device: &DeviceId, mut keys: Keys<'_>, faults: &mut Faults<'_>) -> Option<HttpDevice> {
        let base = keys.required_text("url", faults).map(|url| {
            match Url::parse(url) {
                Ok(parsed) if !["http", "https"].contains(&parsed.scheme()) || !parsed.has_host() => {
                    faults.add(&keys.at("url"), "an address starts with http:// or https://", None);
                }
                Ok(parsed) if parsed.password().is_some() => {
                    let help = "write headers = { Authorization = \"Basic ${A_NAME}\" }".to_owned();
                    faults.add(&keys.at("url"), "a password does not belong into an address", Some(help));
                }
                Ok(_) => {}
                Err(e) => faults.add(
                    &keys.at("url"),
                    format!("this is no address: {e}"),
                    Some("such as http://192.168.1.20".into()),
                ),
            }
            url.trim_end_matches('/').to_owned()
        });
        let common = Common {
            base: base.unwrap_or_default(),
            headers: read_headers(&mut keys, faults),
            each: keys.millis("timeout_ms", faults).unwrap_or(TIMEOUT),
        };
        let watch_every = keys.millis("watch_every_ms", faults);
        let ca = keys.text("ca", faults).map_or_else(Vec::new, |path| match read_certificates(path) {
            Ok(certificates) => certificates,
            Err(message) => {
                faults.add(&keys.at("ca"), message, None);
                Vec::new()
            }
        });
        let mut abilities = Vec::new();
        let mut wires = BTreeMap::new();
        for capability in Capability::ALL {
            let Some(table) = keys.table(capability.name(), faults) else { continue };
            let (wire, ability) = common.read_wire(capability, table, faults);
            abilities.push(ability);
            wires.insert(capability, wire);
        }
        let path = keys.path().to_vec();
        keys.finish(faults);
        match Client::for_devices(ca) {
            Ok(client) => Some(HttpDevice { device: device.clone(), client, abilities, wires, watch_every }),
            Err(message) => {
                faults.add(&path, message, None);
                None
            }
        }
    }

    async fn get(&self, capability: Capability, by: Instant) -> Result<State, Failure> {
        let wire = self.wire(capability)?;
        let Some((call, at)) = &wire.get else {
            return Err(failure(FailureKind::Unsupported, format!("{capability} cannot be read here")));
        };
        let answer = self.client.exchange(&call.fill(&Value::Null)?, by).await?;
        let garbled = |message: String| failure(FailureKind::Garbled, message);
        let value = match pick(&answer.body, at.as_deref()).map_err(garbled)? {
            Picked::Value(value) => value,
            Picked::Absent(message) => return Err(garbled(message)),
        };
        wire.codec
            .decode(&value)
            .map_err(|expected| garbled(format!("expected {expected} for {capability}, got {value}")))
    }

    fn wire(&self, capability: Capability) -> Result<&Wire, Failure> {
        self.wires
            .get(&capability)
            .ok_or_else(|| failure(FailureKind::Misconfigured, format!("no wire for {capability}")))
    }
}

impl Endpoint for HttpDevice {
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
            let Some(call) = &wire.set else {
                return Err(failure(FailureKind::Unsupported, format!("{capability} can only be read here")));
            };
            let request = call.fill(&wire.codec.encode(to)?)?;
            self.client.exchange(&request, by).await?;
            Ok(Mark::default())
        })
    }

    fn read_back(
        &self,
        capability: Capability,
        _after: Option<Mark>,
        by: Instant,
    ) -> Pending<'_, Result<Report, Failure>> {
        // Every answer is newer than what was sent before it was asked for.
        Box::pin(async move {
            self.get(capability, by).await.map(|state| Report { state, mark: Mark::default() })
        })
    }

    fn watch<'a>(&'a self, changes: &'a Changes) -> Pending<'a, ()> {
        Box::pin(async move {
            let Some(every) = self.watch_every else { return };
            let mut ticks = interval(every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                for (&capability, wire) in &self.wires {
                    if wire.get.is_none() {
                        continue;
                    }
                    // A device that does not answer has no state to tell; its health says so.
                    if let Ok(state) = self.get(capability, Instant::now() + TIMEOUT).await {
                        changes.tell(&self.device, capability, &state);
                    }
                }
            }
        })
    }

    fn health(&self, by: Instant) -> Pending<'_, Result<(), Failure>> {
        Box::pin(async move {
            match self.wires.iter().find(|(_, wire)| wire.get.is_some()) {
                Some((&capability, _)) => self.get(capability, by).await.map(|_| ()),
                None => Ok(()),
            }
        })
    }
}

/// What all requests of a device share.
struct Common {
    base: String,
    headers: HeaderMap,
    each: Duration,
}

impl Common {
    fn read_wire(
        &self,
        capability: Capability,
        mut keys: Keys<'_>,
        faults: &mut Faults<'_>,
    ) -> (Wire, Ability) {
        let codec = Codec::read(capability, &mut keys, faults);
        let set = keys.table("set", faults).map(|mut set| {
            if !capability.is_writable() {
                faults.add(set.path(), format!("{capability} can only be read"), None);
            }
            let call = self.read_call(&mut set, Method::PUT, true, faults);
            let filled =
                call.path.contains("{value}") || call.body.as_ref().is_some_and(|(_, body)| body.has_place());
            if !filled {
                faults.add(
                    set.path(),
                    "the value is nowhere in this request",
                    Some("write \"{value}\" into `path`, `json` or `text`".into()),
                );
            }
            set.finish(faults);
            call
        });
        let get = keys.table("get", faults).map(|mut get| {
            if !capability.is_readable() {
                faults.add(get.path(), format!("{capability} can only be set"), None);
            }
            let call = self.read_call(&mut get, Method::GET, false, faults);
            let at = read_pointer(&mut get, faults);
            get.finish(faults);
            (call, at)
        });
        if set.is_none() && get.is_none() {
            faults.add(keys.path(), "neither `set` nor `get` is here", None);
        }
        let ability = Ability {
            capability,
            settable: set.is_some(),
            readable: get.is_some(),
            polled: true,
            confirm_within: keys.millis("confirm_ms", faults),
        };
        keys.finish(faults);
        (Wire { codec, set, get }, ability)
    }

    fn read_call(
        &self,
        keys: &mut Keys<'_>,
        usual: Method,
        with_body: bool,
        faults: &mut Faults<'_>,
    ) -> Call {
        let method = keys.text("method", faults).map(str::to_ascii_uppercase);
        let method = method.map_or(Some(usual), |name| {
            let known = [Method::GET, Method::PUT, Method::POST, Method::PATCH, Method::DELETE];
            let found = known.iter().find(|method| method.as_str() == name).cloned();
            if found.is_none() {
                let help = mynah_home::did_you_mean(&name, known.iter().map(Method::as_str));
                faults.add(&keys.at("method"), format!("no method is called `{name}`"), help);
            }
            found
        });
        let path = keys.text("path", faults).unwrap_or_default().to_owned();
        if !path.is_empty() && !path.starts_with(['/', '?']) {
            faults.add(&keys.at("path"), "a path starts with `/`", Some(format!("write \"/{path}\"")));
        }
        let mut headers = self.headers.clone();
        headers.extend(read_headers(keys, faults));
        let body = if with_body { read_body(keys, faults) } else { None };
        let idempotency = keys.text("idempotency_key", faults).and_then(|name| {
            let header = HeaderName::try_from(name).ok();
            if header.is_none() {
                faults.add(
                    &keys.at("idempotency_key"),
                    format!("`{name}` cannot be the name of a header"),
                    None,
                );
            }
            header
        });
        Call {
            method: method.unwrap_or(Method::GET),
            base: self.base.clone(),
            path,
            headers,
            body,
            idempotency,
            each: self.each,
        }
    }
}

/// `json = …` or `text = "…"`.
fn read_body(keys: &mut Keys<'_>, faults: &mut Faults<'_>) -> Option<(&'static str, Template)> {
    let json = keys.value("json").and_then(|value| match serde_json::to_value(value) {
        Ok(value) => Some(("application/json", Template::Json(value))),
        Err(e) => {
            faults.add(&keys.at("json"), format!("this is no JSON: {e}"), None);
            None
        }
    });
    let text = keys.text("text", faults).and_then(|text| match Template::text(text) {
        Ok(template @ Template::Json(_)) => Some(("application/json", template)),
        Ok(template) => Some(("text/plain; charset=utf-8", template)),
        Err(message) => {
            faults.add(&keys.at("text"), message, Some("write it as json = { … }".into()));
            None
        }
    });
    if json.is_some() && text.is_some() {
        faults.add(&keys.at("text"), "a request has one body: `json` or `text`", None);
    }
    json.or(text)
}

/// `at = "/a/b"`.
pub(crate) fn read_pointer(keys: &mut Keys<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let at = keys.text("at", faults)?;
    if !at.is_empty() && !at.starts_with('/') {
        faults.add(
            &keys.at("at"),
            "a JSON pointer starts with `/`",
            Some(format!("write \"/{}\"", at.replace('.', "/"))),
        );
    }
    Some(at.to_owned())
}

fn read_headers(keys: &mut Keys<'_>, faults: &mut Faults<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let Some(table) = keys.table("headers", faults) else { return headers };
    for (name, value) in table.entries() {
        let header = HeaderName::try_from(name).ok();
        let text = value.as_str().and_then(|text| HeaderValue::from_str(text).ok());
        match (header, text) {
            (Some(name), Some(mut value)) => {
                value.set_sensitive(true);
                headers.insert(name, value);
            }
            _ => faults.add(&table.at(name), format!("`{name}` is no header with a text of one line"), None),
        }
    }
    headers
}

fn read_certificates(path: &str) -> Result<Vec<Certificate>, String> {
    let pem = std::fs::read(path).map_err(|e| format!("{path}: {e}"))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(format!("{path} holds no certificates in PEM form")),
    }
}
