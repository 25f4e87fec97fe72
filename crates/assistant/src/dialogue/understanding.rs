//! What the dialogue asks of the installed skills and the house.

use std::sync::Arc;

use mynah_home::{DeviceId, Home};
use mynah_intent::Reading;
use mynah_skill::{Catalog, Language, Outcome, Plan, Refusal, Reply, Situation};

/// Words → readings → plan → reply. [`House`] does it with the installed skills.
pub trait Understanding: Send {
    /// What a text may mean, the best reading first.
    fn understand(&self, text: &str, situation: &Situation) -> Vec<Reading>;
    /// The commands of a text, each with what it may mean; none when any part of it is not understood.
    fn commands(&self, text: &str, situation: &Situation) -> Vec<Vec<Reading>> {
        let readings = self.understand(text, situation);
        if readings.is_empty() { Vec::new() } else { vec![readings] }
    }
    /// A reading in which "it", "them", "the other one" and "there" are what was spoken of before.
    fn refer(&self, reading: Reading, _recent: &[DeviceId]) -> Reading {
        reading
    }
    /// What was asked for before, of the rooms or devices that "in the kitchen too" names. Nothing when it cannot mean that.
    fn too_after(&self, _before: &Reading, _too: &Reading) -> Option<Reading> {
        None
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

    fn too_after(&self, before: &Reading, too: &Reading) -> Option<Reading> {
        self.catalog.too_after(before, too, &self.home)
    }

    fn plan(&self, reading: &Reading, situation: &Situation) -> Result<Plan, Refusal> {
        self.catalog.plan(reading, &self.home, situation)
    }

    fn reply(&self, plan: &Plan, outcomes: &[Outcome]) -> Reply {
        plan.reply(&self.home, outcomes)
    }

    fn describe(&self, plan: &Plan) -> String {
        plan.describe(&self.home)
    }

    fn refusal(&self, refusal: &Refusal) -> String {
        refusal.said(Language::of(self.language()))
    }

    fn language(&self) -> &str {
        &self.catalog.recognizer().spec().language
    }

    fn help(&self, topic: Option<&str>) -> String {
        self.catalog.help(topic)
    }
}
