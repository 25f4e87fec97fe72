//! Requests with time limits and bounded retries.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mynah_skill::{Failure, FailureKind};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Method, StatusCode, Url, redirect};
use tokio::time::{Instant, sleep, timeout_at};

use crate::spec::failure;
use crate::template::shortened;

/// How often one request is tried at most.
const TRIES: u32 = 3;
/// The pause before the second try; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(60);
/// No state of a device is longer.
const LONGEST_ANSWER: usize = 64 * 1024;

/// A request, ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    /// Content type and body.
    pub(crate) body: Option<(&'static str, String)>,
    /// The header that makes the server do a repeated request only once.
    pub(crate) idempotency: Option<HeaderName>,
    /// Time of one try.
    pub(crate) each: Duration,
}

/// An answer of 200 to 299.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) content_type: String,
    pub(crate) body: Vec<u8>,
}

/// A connection pool.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    inner: reqwest::Client,
}

impl Client {
    /// For devices of the house: no proxy, and certificates of `ca` besides those of the system.
    pub(crate) fn for_devices(ca: Vec<Certificate>) -> Result<Client, String> {
        Self::build(reqwest::Client::builder().no_proxy().tls_certs_merge(ca))
    }

    /// For the requests that skills make themselves.
    pub(crate) fn for_skills() -> Result<Client, String> {
        Self::build(reqwest::Client::builder())
    }

    fn build(builder: reqwest::ClientBuilder) -> Result<Client, String> {
        // A redirect could carry a secret header to another host.
        let builder = builder
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(Duration::from_millis(1000))
            .pool_idle_timeout(Duration::from_secs(20))
            .tcp_nodelay(true)
            .user_agent(concat!("mynah/", env!("CARGO_PKG_VERSION")));
        builder
            .build()
            .map(|inner| Client { inner })
            .map_err(|e| format!("cannot prepare HTTP: {}", root_cause(&e)))
    }

    /// Sends a request and waits for its answer until `by`. Repeats it when nothing came or the server says "later", and
    /// when repeating does no harm: the method is idempotent, there is an idempotency key, or there was no connection.
    pub(crate) async fn exchange(&self, request: &Request, by: Instant) -> Result<Answer, Failure> {
        let mut headers = request.headers.clone();
        if let Some(name) = &request.idempotency {
            headers.insert(name.clone(), unique());
        }
        let mut pause = FIRST_PAUSE;
        let mut tries = 1;
        loop {
            let failed = match self.attempt(request, headers.clone(), by).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            let harmless = request.method.is_idempotent() || request.idempotency.is_some() || !failed.sent;
            if !failed.passing || !harmless || tries == TRIES || Instant::now() + pause >= by {
                return Err(failed.failure);
            }
            tracing::debug!(method = %request.method, tries, why = %failed.failure, "trying again");
            sleep(pause).await;
            pause *= 2;
            tries += 1;
        }
    }

    async fn attempt(&self, request: &Request, headers: HeaderMap, by: Instant) -> Result<Answer, Failed> {
        let mut builder = self.inner.request(request.method.clone(), request.url.clone()).headers(headers);
        if let Some((content_type, body)) = &request.body {
            builder = builder.header(reqwest::header::CONTENT_TYPE, *content_type).body(body.clone());
        }
        let until = by.min(Instant::now() + request.each);
        let exchange = async {
            let mut response = builder.send().await?;
            let status = response.status();
            let content_type = response.headers().get(reqwest::header::CONTENT_TYPE);
            let content_type =
                content_type.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
            let mut body = Vec::new();
            while let Some(part) = response.chunk().await? {
                body.extend_from_slice(&part);
                if body.len() > LONGEST_ANSWER {
                    break;
                }
            }
            Ok::<_, reqwest::Error>((status, content_type, body))
        };
        match timeout_at(until, exchange).await {
            Err(_) => Err(Failed::passing(FailureKind::Unreachable, "no answer in time".to_owned())),
            Ok(Err(e)) => Err(Failed::of(&e)),
            Ok(Ok((_, _, body))) if body.len() > LONGEST_ANSWER => Err(Failed::lasting(
                FailureKind::Garbled,
                format!("an answer of more than {LONGEST_ANSWER} bytes, expected a short one"),
            )),
            Ok(Ok((status, content_type, body))) if status.is_success() => Ok(Answer { content_type, body }),
            Ok(Ok((status, _, body))) => Err(Failed::by_status(status, &body)),
        }
    }
}

/// A failed try.
struct Failed {
    failure: Failure,
    /// Another try may succeed.
    passing: bool,
    /// The server may have received the request.
    sent: bool,
}

impl Failed {
    fn passing(kind: FailureKind, message: String) -> Self {
        Self { failure: failure(kind, message), passing: true, sent: true }
    }

    fn lasting(kind: FailureKind, message: String) -> Self {
        Self { failure: failure(kind, message), passing: false, sent: true }
    }

    fn of(error: &reqwest::Error) -> Self {
        let cause = root_cause(error);
        if cause.contains("certificate") {
            let message = format!(
                "its certificate is not trusted ({cause}); name the file of its authority: ca = \"…\""
            );
            return Self::lasting(FailureKind::Misconfigured, message);
        }
        if error.is_connect() {
            return Self {
                sent: false,
                ..Self::passing(FailureKind::Unreachable, format!("no connection: {cause}"))
            };
        }
        if error.is_timeout() {
            return Self::passing(FailureKind::Unreachable, "no answer in time".to_owned());
        }
        if error.is_builder() {
            return Self::lasting(
                FailureKind::Misconfigured,
                format!("no request can be made of it: {cause}"),
            );
        }
        if is_parse_error(error) {
            return Self::lasting(FailureKind::Garbled, format!("expected an HTTP answer: {cause}"));
        }
        Self::passing(FailureKind::Unreachable, format!("the connection broke: {cause}"))
    }

    fn by_status(status: StatusCode, body: &[u8]) -> Self {
        let said = String::from_utf8_lossy(body);
        let said = if said.trim().is_empty() { String::new() } else { format!(": {}", shortened(&said)) };
        let message = format!("it answered {status}{said}");
        match status.as_u16() {
            300..=399 => Self::lasting(
                FailureKind::Misconfigured,
                format!("{message}; write the address that it redirects to"),
            ),
            401 | 403 | 407 => Self::lasting(
                FailureKind::Misconfigured,
                format!("{message}; its password or token is not accepted"),
            ),
            404 | 405 | 410 => Self::lasting(
                FailureKind::Misconfigured,
                format!("{message}; check `url`, `path` and `method`"),
            ),
            429 => Self::passing(FailureKind::Refused, message),
            502..=504 => Self::passing(FailureKind::Unreachable, message),
            _ => Self::lasting(FailureKind::Refused, message),
        }
    }
}

/// The innermost error: "Connection refused" and not "error sending request for url (…)", whose URL may hold a secret.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if std::ptr::addr_eq(cause, error) { "the request failed".to_owned() } else { cause.to_string() }
}

fn is_parse_error(error: &reqwest::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        // hyper's parse errors say "invalid HTTP version parsed" and the like; their type is not ours to name.
        let text = inner.to_string();
        if text.starts_with("invalid HTTP")
            || text.contains("parsed")
            || text.contains("message head is too large")
        {
            return true;
        }
        cause = inner.source();
    }
    false
}

/// A key that no other request has.
fn unique() -> HeaderValue {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let [high, low] = [0, 1].map(|salt| RandomState::new().hash_one((count, salt)));
    HeaderValue::from_str(&format!("mynah-{high:016x}{low:016x}"))
        .unwrap_or(HeaderValue::from_static("mynah"))
}
