//! What is said of devices and skills. One file a language: who adds one implements [`Wording`] and names it in [`Language`].

mod english;
mod mandarin;

use std::fmt;

use mynah_home::{Capability, Kind, State};
use mynah_intent::Value;

use crate::help::SkillHelp;
use crate::language::Language;
use crate::outcome::FailureKind;
use crate::plan::Action;
use crate::refusal::Refusal;

/// The parts of answers in a language.
pub(crate) fn of(language: Language) -> &'static dyn Wording {
    match language {
        Language::English => &english::English,
        Language::Mandarin => &mandarin::Mandarin,
    }
}

impl Refusal {
    /// Why it is not done, so that the speaker knows what to do.
    #[must_use]
    pub fn said(&self, language: Language) -> String {
        of(language).refusal(self)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said(Language::English))
    }
}

/// How many devices a sentence names; more are counted.
pub(crate) const MOST_NAMED: usize = 3;

/// The parts of answers and refusals in one language. `who` are devices with their article, as [`name`](Wording::name) gives them.
pub(crate) trait Wording: Sync {
    /// `a, b and c`.
    fn and_list(&self, parts: &[String]) -> String;
    /// Clauses in one sentence.
    fn clauses(&self, parts: &[String]) -> String {
        self.and_list(parts)
    }
    /// With what begins and ends a sentence.
    fn sentence(&self, text: &str) -> String;
    /// Whole sentences, one after the other.
    fn one_after_the_other(&self, sentences: &[String]) -> String;
    /// A device or a room, with its article: `the kitchen lamp`.
    fn name(&self, name: &str) -> String;
    /// A device by its room: `the lamp in the kitchen`.
    fn name_in(&self, name: &str, room: &str) -> String;
    /// So many devices of a kind: `5 lights`; of several kinds, without one.
    fn count(&self, count: usize, kind: Option<Kind>) -> String;
    /// `is`, `are`.
    fn is(&self, several: bool) -> &'static str;
    /// A state behind its device: `is on`, `are at 30 percent`.
    fn state(&self, capability: Capability, state: &State, several: bool) -> String;
    /// A state by itself: `on`, `21.5 degrees`.
    fn value(&self, capability: Capability, state: &State) -> String;
    /// Who is in a state.
    fn with_state(&self, who: &str, several: bool, capability: Capability, state: &State) -> String;
    /// The value of a slot that was not said.
    fn slot(&self, value: &Value) -> String;
    /// That all is done, where there is nothing else to tell.
    fn done(&self) -> &'static str;
    /// What went well and what did not, in one sentence; nothing where that is better said in two.
    fn but(&self, good: &str, bad: &str) -> Option<String>;
    /// What is not a device and may fail: `the message broker`.
    fn what(&self, action: &Action) -> String;
    /// Sent, but not confirmed; `read` is what was read back instead.
    fn not_confirmed(&self, who: &[String], action: &Action, read: Option<&State>) -> String;
    /// Not done, by a device or on a wire.
    fn not_done(&self, who: &[String], action: &Action, why: FailureKind) -> String;
    /// Something of the assistant's own that is not there, and something that failed without a word.
    fn not_done_here(&self, what: &str, why: FailureKind) -> String;
    /// Why there is no plan.
    fn refusal(&self, refusal: &Refusal) -> String;
    /// Actions as orders, after "Shall I": `unlock the front door`. `name` gives the name of the device.
    fn orders(&self, actions: &[(&Action, String)], skill: &str) -> String;
    /// What can be said about a topic; nothing is known of it without help.
    fn help_about(&self, topic: &str, help: Option<&SkillHelp>) -> String;
    /// What can be said at all.
    fn help(&self, topics: &[SkillHelp]) -> String;
    /// An answer and the words around it that change nothing: a template of `{answer}`.
    fn answer(&self) -> &'static str;
}

pub(crate) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// A number as it is read: tenths of degrees, else whole, and never -0.
fn rounded(capability: Capability, number: f64) -> f64 {
    let has_tenths = matches!(capability, Capability::Temperature | Capability::TargetTemperature);
    (if has_tenths { (number * 10.0).round() / 10.0 } else { number.round() }) + 0.0
}
