//! What every wire is: the one trait behind [`Endpoints`](crate::Endpoints).

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use mynah_home::{Capability, DeviceId, State};
use mynah_skill::Failure;
use tokio::sync::broadcast;
use tokio::time::Instant;

/// A future of a wire.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One device on one wire.
///
/// The spec that each of them keeps:
/// - Every method ends by the instant that it is given, whatever the device does.
/// - [`send`](Self::send) never does a thing twice that is not the same when done twice.
/// - A state comes from the device itself; what was sent is never taken for what is.
/// - What a failure means: `Unreachable`, nothing answered; `Refused`, it answered no; `Garbled`, its answer was not
///   what home.toml describes; `Misconfigured`, home.toml has to change.
/// - No secret in a message or a log.
pub trait Endpoint: Send + Sync + 'static {
    /// What of the device is reached here, and how.
    fn abilities(&self) -> &[Ability];

    /// Tells the device to bring a capability to a state, and returns when it has accepted that.
    /// `to` has passed [`Capability::accept`].
    fn send<'a>(
        &'a self,
        capability: Capability,
        to: &'a State,
        by: Instant,
    ) -> Pending<'a, Result<Mark, Failure>>;

    /// The device's own state. With a mark, only what the device said after it counts.
    fn read_back(
        &self,
        capability: Capability,
        after: Option<Mark>,
        by: Instant,
    ) -> Pending<'_, Result<Report, Failure>>;

    /// Tells of changes as long as it is polled; ends at once where the wire has nothing to tell by itself.
    fn watch<'a>(&'a self, changes: &'a Changes) -> Pending<'a, ()>;

    /// Does the device answer?
    fn health(&self, by: Instant) -> Pending<'_, Result<(), Failure>>;
}

/// One capability of a device on one wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ability {
    /// Which.
    pub capability: Capability,
    /// Can it be set?
    pub settable: bool,
    /// Can it be read?
    pub readable: bool,
    /// Must it be asked again and again, because the device says nothing by itself?
    pub polled: bool,
    /// How long the device may take to be in the wanted state, when it is not the usual time.
    pub confirm_within: Option<Duration>,
}

/// A place in what a device has said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(pub u64);

/// What a device said of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The state.
    pub state: State,
    /// Where in what it has said.
    pub mark: Mark,
}

/// A state that a device told of.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Who.
    pub device: DeviceId,
    /// What.
    pub capability: Capability,
    /// Its state now.
    pub state: State,
}

/// Where endpoints tell of changes. A state that is already known is not told again.
#[derive(Debug)]
pub struct Changes {
    told: std::sync::Mutex<std::collections::BTreeMap<(DeviceId, Capability), State>>,
    sender: broadcast::Sender<Change>,
}

impl Changes {
    pub(crate) fn new() -> Self {
        Self { told: std::sync::Mutex::default(), sender: broadcast::Sender::new(256) }
    }

    /// The changes from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.sender.subscribe()
    }

    /// Tells of a state.
    pub fn tell(&self, device: &DeviceId, capability: Capability, state: &State) {
        let mut told = self.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let known = told.insert((device.clone(), capability), state.clone());
        if known.as_ref() != Some(state) {
            // An error here means that nobody listens.
            let _ = self.sender.send(Change { device: device.clone(), capability, state: state.clone() });
        }
    }
}

/// Does a device answer?
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    /// Who.
    pub device: DeviceId,
    /// Over which wire: `http`, `mqtt`.
    pub wire: &'static str,
    /// What is wrong, if anything.
    pub failure: Option<Failure>,
}

pub(crate) fn failure(kind: mynah_skill::FailureKind, message: impl Into<String>) -> Failure {
    Failure { kind, message: message.into() }
}
