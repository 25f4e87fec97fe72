//! What the dialogue asks of the installed skills and the house.

use std::sync::Arc;

use mynah_home::{Capability, DeviceId, Home, State};
use mynah_intent::Reading;
use mynah_skill::{Action, Catalog, Outcome, Plan, Refusal, Reply, Situation};

use super::phrases::Language;
use crate::mandarin;
use crate::words::and_list;

/// Told one by one up to here; counted above.
const MOST_NAMED: usize = 3;

/// Words → readings → plan → reply. [`House`] does it with the installed skills.
pub trait Understanding: Send {
    /// What a text may mean, the best reading first.
    fn understand(&self, text: &str, situation: &Situation) -> Vec<Reading>;
    /// The commands of a text, each with what it may mean; none when any part of it is not understood.
    fn commands(&self, text: &str, situation: &Situation) -> Vec<Vec<Reading>> {
        let readings = self.understand(text, situation);
        if readings.is_empty() { Vec::new() } else { vec![readings] }
    }
    /// A reading in which "it", "them" and "the other one" are devices that were spoken of before.
    fn refer(&self, reading: Reading, _recent: &[DeviceId]) -> Reading {
        reading
    }
    /// What a reading comes down to in this house.
    ///
    /// # Errors
    /// It is not done, and why.
    fn plan(&self, reading: &Reading, situation: &Situation) -> Result<Plan, Refusal>;
    /// What is said when the plan was carried out.
    fn reply(&self, plan: &Plan, outcomes: &[Outcome]) -> Reply;
    /// What the plan would do, after "Shall I": `unlock the front door`.
    fn describe(&self, plan: &Plan) -> String;
    /// Why there is no plan, made to be spoken.
    fn refusal(&self, refusal: &Refusal) -> String {
        refusal.to_string()
    }
    /// The language that is spoken, as a BCP 47 tag.
    fn language(&self) -> &str {
        "en"
    }
    /// What can be said.
    fn help(&self, topic: Option<&str>) -> String;
}

/// The installed skills and the house that they speak of.
#[derive(Clone, Debug)]
pub struct House {
    /// The skills.
    pub catalog: Arc<Catalog>,
    /// The devices.
    pub home: Arc<Home>,
}

impl House {
    fn speaks_mandarin(&self) -> bool {
        Language::of(self.language()) == Language::Mandarin
    }
}

impl Understanding for House {
    fn understand(&self, text: &str, situation: &Situation) -> Vec<Reading> {
        self.catalog.understand(text, situation)
    }

    fn commands(&self, text: &str, situation: &Situation) -> Vec<Vec<Reading>> {
        self.catalog.commands(text, situation)
    }

    fn refer(&self, reading: Reading, recent: &[DeviceId]) -> Reading {
        mynah_skill::refer(&reading, recent, &self.home)
    }

    fn plan(&self, reading: &Reading, situation: &Situation) -> Result<Plan, Refusal> {
        self.catalog.plan(reading, &self.home, situation)
    }

    fn reply(&self, plan: &Plan, outcomes: &[Outcome]) -> Reply {
        plan.reply(&self.home, outcomes)
    }

    fn describe(&self, plan: &Plan) -> String {
        let is_wait = |action: &&Action| matches!(action, Action::Wait { .. });
        let actions = plan.actions.iter().filter(|action| !is_wait(action));
        if self.speaks_mandarin() {
            let mut wishes: Vec<String> =
                actions.map(|action| mandarin::wish(action, &plan.skill, &self.home)).collect();
            wishes.dedup();
            return mandarin::and_list(&wishes);
        }
        let mut wishes: Vec<String> = actions.map(|action| wish(action, plan, &self.home)).collect();
        wishes.dedup();
        if wishes.len() > MOST_NAMED {
            let more = wishes.len() - MOST_NAMED;
            wishes.truncate(MOST_NAMED);
            wishes.push(format!("do {more} more things"));
        }
        and_list(&wishes)
    }

    fn refusal(&self, refusal: &Refusal) -> String {
        if self.speaks_mandarin() { mandarin::refusal(refusal) } else { refusal.to_string() }
    }

    fn language(&self) -> &str {
        &self.catalog.recognizer().spec().language
    }

    fn help(&self, topic: Option<&str>) -> String {
        self.catalog.help(topic)
    }
}

/// One action as an order: `turn off the kettle`.
fn wish(action: &Action, plan: &Plan, home: &Home) -> String {
    let name = |id: &DeviceId| {
        let name = home.device(id).map_or_else(|| id.to_string(), |device| device.name.clone());
        format!("the {name}")
    };
    match action {
        Action::Set { device, capability, to } => {
            let name = name(device);
            match (capability, to) {
                (Capability::Power, to) => format!("turn {to} {name}"),
                (Capability::Lock, State::Bool(true)) => format!("lock {name}"),
                (Capability::Lock, _) => format!("unlock {name}"),
                (Capability::Position, State::Number(n)) if *n <= 0.0 => format!("close {name}"),
                (Capability::Position, State::Number(n)) if *n >= 100.0 => format!("open {name}"),
                (Capability::Step, to) => format!("go to the {to} on {name}"),
                (Capability::Media, to) => format!("play {to} on {name}"),
                (_, State::Number(_)) => {
                    format!("set {name} to {to} {}", capability.unit()).trim_end().to_owned()
                }
                (_, to) => format!("set {name} to {to}"),
            }
        }
        Action::Adjust { device, by, .. } if *by < 0.0 => format!("turn down {}", name(device)),
        Action::Adjust { device, .. } => format!("turn up {}", name(device)),
        Action::Read { device, .. } => format!("ask {}", name(device)),
        Action::Http(_) | Action::Mqtt(_) => format!("do what the skill {} says", plan.skill),
        Action::Local(local) => local.to_string(),
        Action::Wait { .. } => action.to_string(),
    }
}
