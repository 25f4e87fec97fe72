//! Taking back the last plan: what was read before it is restored, and what cannot be is said.

use mynah_home::{Capability, DeviceId, State};
use mynah_skill::{Action, Outcome, Plan};

use super::own::Memory;

/// A state that was read before a plan changed it.
pub type StateBefore = (DeviceId, Capability, State);

/// The last plan that changed something.
#[derive(Debug)]
pub(super) struct Undoable {
    plan: Plan,
    /// Its actions on a wire that did not fail.
    changed: Vec<Action>,
    before: Vec<StateBefore>,
    /// What of our own it changed, as it was.
    pub(super) own: Option<Memory>,
}

impl Undoable {
    /// None when the plan changed nothing.
    pub(super) fn of(
        plan: &Plan,
        outcomes: &[Outcome],
        before: Vec<StateBefore>,
        own: Option<Memory>,
    ) -> Option<Undoable> {
        let done = plan.actions.iter().zip(outcomes).filter(|(action, outcome)| {
            !matches!(action, Action::Read { .. } | Action::Wait { .. } | Action::Local(_))
                && !matches!(outcome, Outcome::Failed(_))
        });
        let changed: Vec<Action> = done.map(|(action, _)| action.clone()).collect();
        let something = own.is_some() || !changed.is_empty();
        something.then(|| Undoable { plan: plan.clone(), changed, before, own })
    }

    /// The orders that restore what was read before, and what cannot be taken back, as a plan to describe.
    pub(super) fn restore(&self) -> (Vec<Action>, Option<Plan>) {
        let mut orders: Vec<Action> = Vec::new();
        let mut lost = Vec::new();
        for action in &self.changed {
            match self.restoring(action) {
                Some(order) if !orders.contains(&order) => orders.push(order),
                Some(_) => {}
                None => lost.push(action.clone()),
            }
        }
        let lost = (!lost.is_empty()).then(|| Plan { actions: lost, ..self.plan.clone() });
        (orders, lost)
    }

    fn restoring(&self, action: &Action) -> Option<Action> {
        let (device, capability) = action.device_and_capability()?;
        let was = |capability| {
            let same = |(d, c, _): &&StateBefore| d == device && *c == capability;
            self.before.iter().find(same).map(|(_, _, state)| state.clone())
        };
        // What was off is turned off again; how bright it would have been does not matter.
        let (capability, to) = match was(Capability::Power) {
            Some(off @ State::Bool(false)) => (Capability::Power, off),
            _ => (capability, was(capability)?),
        };
        (!lets_in(device, capability, &to)).then(|| Action::Set { device: device.clone(), capability, to })
    }
}

/// Undoing must not be a way around the PIN: it opens and unlocks nothing that lets people in.
fn lets_in(device: &DeviceId, capability: Capability, to: &State) -> bool {
    match (capability, to) {
        (Capability::Lock, to) => *to != State::Bool(true),
        (Capability::Position, State::Number(open)) => device.as_str().starts_with("door.") && *open > 0.5,
        _ => false,
    }
}
