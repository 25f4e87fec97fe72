//! Doing a plan: its actions on the wires, those of different devices side by side.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use mynah_assistant::dialogue::StateBefore;
use mynah_endpoint::Endpoints;
use mynah_home::Capability;
use mynah_skill::{Action, Failure, FailureKind, Outcome, Plan};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Wires;

/// How long a device has to tell its state before it is changed. One on the same network needs a few milliseconds, and one
/// that spoke by MQTT before needs none.
const GLANCE: Duration = Duration::from_millis(100);

/// One outcome for each action, in order. A panic in an endpoint fails that action alone.
pub(super) async fn execute(wires: Wires, plan: Plan) -> Vec<Outcome> {
    let endpoints = match wires {
        Wires::House(endpoints) => endpoints,
        Wires::Recorded(outcomes) => return outcomes,
    };
    let mut outcomes: Vec<Outcome> = plan.actions.iter().map(|_| panicked()).collect();
    let mut from = 0;
    while from < plan.actions.len() {
        // Up to the next wait: what follows it is done when all before it went well.
        let rest = &plan.actions[from..];
        let length =
            rest.iter().position(|action| matches!(action, Action::Wait { .. })).unwrap_or(rest.len());
        side_by_side(&endpoints, &rest[..length], &mut outcomes[from..from + length]).await;
        from += length;
        let Some(Action::Wait { length }) = plan.actions.get(from) else { break };
        if !outcomes[..from].iter().all(went_well) {
            outcomes[from..].fill(not_tried());
            break;
        }
        tokio::time::sleep(*length).await;
        outcomes[from] = Outcome::Done { said: None };
        from += 1;
    }
    outcomes
}

/// Does actions at the same time when their order does not matter, else one after the other.
async fn side_by_side(endpoints: &Arc<Endpoints>, actions: &[Action], outcomes: &mut [Outcome]) {
    let independent = independent(actions);
    let mut tasks = JoinSet::new();
    let mut done = |finished: Result<(usize, Outcome), tokio::task::JoinError>| {
        if let Ok((index, outcome)) = finished {
            outcomes[index] = outcome;
        }
    };
    for (index, action) in actions.iter().cloned().enumerate() {
        let endpoints = endpoints.clone();
        tasks.spawn(async move { (index, endpoints.execute(&action).await) });
        if !independent && let Some(finished) = tasks.join_next().await {
            done(finished);
        }
    }
    while let Some(finished) = tasks.join_next().await {
        done(finished);
    }
}

fn went_well(outcome: &Outcome) -> bool {
    !matches!(outcome, Outcome::Failed(_) | Outcome::Unconfirmed { .. })
}

fn not_tried() -> Outcome {
    Outcome::Failed(Failure {
        kind: FailureKind::NotTried,
        message: "what was to be done before did not work".into(),
    })
}

/// The states that the plan is about to change, so that it can be taken back; and whether its devices are on, because
/// dimming a lamp turns it on. What is not told within [`GLANCE`] is not waited for.
pub(super) async fn states_before(wires: &Wires, plan: &Plan) -> Vec<StateBefore> {
    let Wires::House(endpoints) = wires else { return Vec::new() };
    let mut wanted = BTreeSet::new();
    for action in &plan.actions {
        if let Action::Set { device, capability, .. } | Action::Adjust { device, capability, .. } = action {
            wanted.extend([*capability, Capability::Power].map(|capability| (device.clone(), capability)));
        }
    }
    let mut tasks = JoinSet::new();
    for (device, capability) in wanted.into_iter().filter(|(_, capability)| capability.is_readable()) {
        let endpoints = endpoints.clone();
        tasks.spawn(async move {
            let state = timeout(GLANCE, endpoints.get(&device, capability)).await.ok()?.ok()?;
            Some((device, capability, state))
        });
    }
    let mut states = Vec::new();
    while let Some(read) = tasks.join_next().await {
        states.extend(read.ok().flatten());
    }
    states
}

/// Whether the order does not matter: each action is for another device.
fn independent(actions: &[Action]) -> bool {
    let mut devices = BTreeSet::new();
    actions.iter().all(|action| match action {
        Action::Set { device, .. } | Action::Adjust { device, .. } | Action::Read { device, .. } => {
            devices.insert(device)
        }
        Action::Http(_) | Action::Mqtt(_) | Action::Local(_) | Action::Wait { .. } => false,
    })
}

fn panicked() -> Outcome {
    Outcome::Failed(Failure {
        kind: FailureKind::Unreachable,
        message: "the endpoint panicked; its log says where".into(),
    })
}
