//! Doing a plan: its actions on the wires, those of different devices side by side.

use std::collections::BTreeSet;

use mynah_skill::{Action, Failure, FailureKind, Outcome, Plan};
use tokio::task::JoinSet;

use super::Wires;

/// One outcome for each action, in order. A panic in an endpoint fails that action alone.
pub(super) async fn execute(wires: Wires, plan: Plan) -> Vec<Outcome> {
    let endpoints = match wires {
        Wires::House(endpoints) => endpoints,
        Wires::Recorded(outcomes) => return outcomes,
    };
    let mut outcomes: Vec<Outcome> = plan.actions.iter().map(|_| panicked()).collect();
    let side_by_side = independent(&plan.actions);
    let mut tasks = JoinSet::new();
    let mut done = |finished: Result<(usize, Outcome), tokio::task::JoinError>| {
        if let Ok((index, outcome)) = finished {
            outcomes[index] = outcome;
        }
    };
    for (index, action) in plan.actions.into_iter().enumerate() {
        let endpoints = endpoints.clone();
        tasks.spawn(async move { (index, endpoints.execute(&action).await) });
        if !side_by_side && let Some(finished) = tasks.join_next().await {
            done(finished);
        }
    }
    while let Some(finished) = tasks.join_next().await {
        done(finished);
    }
    outcomes
}

/// Whether the order does not matter: each action is for another device.
fn independent(actions: &[Action]) -> bool {
    let mut devices = BTreeSet::new();
    actions.iter().all(|action| match action {
        Action::Set { device, .. } | Action::Adjust { device, .. } | Action::Read { device, .. } => {
            devices.insert(device)
        }
        Action::Http(_) | Action::Mqtt(_) | Action::Local(_) => false,
    })
}

fn panicked() -> Outcome {
    Outcome::Failed(Failure {
        kind: FailureKind::Unreachable,
        message: "the endpoint panicked; its log says where".into(),
    })
}
