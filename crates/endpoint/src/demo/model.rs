//! What a simulated device is, whatever its wire.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mynah_home::{Capability, DeviceId, State};
use tokio::sync::watch;

use super::Fail;

pub(super) type Models = BTreeMap<DeviceId, Arc<Model>>;

/// The real state of a device, and what it does wrong.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) id: DeviceId,
    pub(super) name: &'static str,
    states: Mutex<BTreeMap<Capability, State>>,
    wanted: watch::Sender<Fail>,
    /// What it does now; none until it is there.
    settled: watch::Sender<Option<Fail>>,
    requests: AtomicUsize,
}

impl Model {
    pub(super) fn new(
        id: &str,
        name: &'static str,
        states: impl IntoIterator<Item = (Capability, State)>,
    ) -> Arc<Model> {
        Arc::new(Model {
            id: DeviceId(id.into()),
            name,
            states: Mutex::new(states.into_iter().collect()),
            wanted: watch::Sender::new(Fail::None),
            settled: watch::Sender::new(None),
            requests: AtomicUsize::new(0),
        })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Capability, State>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn states(&self) -> BTreeMap<Capability, State> {
        self.lock().clone()
    }

    pub(super) fn number(&self, capability: Capability) -> f64 {
        match self.lock().get(&capability) {
            Some(State::Number(number)) => *number,
            _ => 0.0,
        }
    }

    pub(super) fn is_on(&self) -> bool {
        self.lock().get(&Capability::Power) == Some(&State::Bool(true))
    }

    pub(super) fn text(&self, capability: Capability) -> String {
        self.lock().get(&capability).map(ToString::to_string).unwrap_or_default()
    }

    /// Takes an order; false when the device cannot be in such a state. A device that ignores its orders says true.
    pub(super) fn set(&self, capability: Capability, to: &State) -> bool {
        let Ok(state) = capability.accept(to) else { return false };
        if matches!(self.failing(), Fail::None) {
            self.lock().insert(capability, state);
        }
        true
    }

    pub(super) fn fail(&self, fail: Fail) {
        self.wanted.send_replace(fail);
    }

    pub(super) fn failing(&self) -> Fail {
        *self.wanted.borrow()
    }

    /// What the device shall do wrong.
    pub(super) fn wanted(&self) -> watch::Receiver<Fail> {
        self.wanted.subscribe()
    }

    /// The device does this now.
    pub(super) fn settle(&self, fail: Option<Fail>) {
        self.settled.send_replace(fail);
    }

    /// Waits until it does this; false when it does not come to it.
    pub(super) async fn settled(&self, fail: Fail, within: Duration) -> bool {
        let mut settled = self.settled.subscribe();
        matches!(tokio::time::timeout(within, settled.wait_for(|now| *now == Some(fail))).await, Ok(Ok(_)))
    }

    pub(super) fn count(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}
