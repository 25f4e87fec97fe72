//! Running the tests that skills bring with them.

use std::ops::Range;

use mynah_home::{AreaId, DeviceId, Home, Resolution, State, Text};
use mynah_intent::{Intent, Reading, Value};

use crate::ask::answered;
use crate::catalog::{Catalog, Situation};
use crate::manifest::{IntentEntry, Manifest};
use crate::plan::Action;
use crate::planner::fill_without_slots;
use crate::refusal::Refusal;
use crate::skill_test::{Change, Expected, SkillTest};
use crate::written::{number, same_value};

/// What came of one test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestReport {
    /// The skill.
    pub skill: String,
    /// The intent; empty for a `[[refuse]]`.
    pub intent: String,
    /// What was said.
    pub say: String,
    /// The file of the skill.
    pub file: std::sync::Arc<str>,
    /// Where the sentence stands in it.
    pub span: Range<usize>,
    /// Passed or not.
    pub result: TestResult,
}

/// Passed or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestResult {
    /// As the test says.
    Passed,
    /// Otherwise; each line tells one difference.
    Failed(Vec<String>),
    /// Not run: this house has not what the test speaks of.
    Skipped(String),
}

impl Catalog {
    /// Runs the tests of all skills against the house that the catalog was loaded with. Nothing is sent:
    /// for the replies, every action goes as hoped. A test that speaks of a device that is not in the house is skipped.
    #[must_use]
    pub fn test(&self, home: &Home) -> Vec<TestReport> {
        let mut reports = Vec::new();
        for skill in &self.skills {
            let of_intents = skill.intents.iter().flat_map(|i| i.tests.iter().map(move |t| (Some(i), t)));
            for (intent, test) in of_intents.chain(skill.refuse.iter().map(|t| (None, t))) {
                let result = match self.try_one(skill, intent, test, home) {
                    Ok(differences) if differences.is_empty() => TestResult::Passed,
                    Ok(differences) => TestResult::Failed(differences),
                    Err(missing) => TestResult::Skipped(missing),
                };
                reports.push(TestReport {
                    skill: skill.name.text.clone(),
                    intent: intent.map(|i| i.name.text.clone()).unwrap_or_default(),
                    say: test.say.text.clone(),
                    file: skill.file.clone(),
                    span: test.say.span.clone(),
                    result,
                });
            }
        }
        reports
    }

    /// The differences, or what the house lacks.
    fn try_one(
        &self,
        skill: &Manifest,
        intent: Option<&IntentEntry>,
        test: &SkillTest,
        home: &Home,
    ) -> Result<Vec<String>, String> {
        if let Some(intent) = intent.filter(|intent| !intent.has_its_needs(home)) {
            return Err(format!("no device is {}", intent.needs.join(" or ")));
        }
        let area = match &test.area {
            None => None,
            Some(name) => {
                let found = home.find_area(name).map(|a| a.id.clone());
                Some(
                    found
                        .or_else(|| home.area(&AreaId::from(name.as_str())).map(|a| a.id.clone()))
                        .ok_or_else(|| format!("no area {name}"))?,
                )
            }
        };
        // Tests do not depend on the time of the day on which they run.
        let situation = Situation { area, now: time::OffsetDateTime::UNIX_EPOCH };
        let mut wanted = None;
        if let Some(does) = &test.does {
            let mut actions = Vec::new();
            for expected in does {
                match expected {
                    Expected::Other(template) => actions.extend(
                        fill_without_slots(template, skill, home, &situation).map_err(|r| r.to_string())?,
                    ),
                    Expected::Device { name, change } => actions.push(expected_change(name, change, home)?),
                }
            }
            wanted = Some(actions);
        }
        let commands = self.commands(&test.say.text, &situation);
        let readings = commands.first().map_or(&[][..], Vec::as_slice);
        let of_this_skill = |r: &&Reading| self.entry(r.spec).is_some_and(|(s, _)| s.name == skill.name);
        if test.refuse {
            // Another skill may have its own answer to it.
            return Ok(
                match readings.iter().find(of_this_skill).map(|r| (r, self.plan(r, home, &situation))) {
                    Some((reading, Ok(plan))) => vec![format!(
                        "should be refused, but is {}",
                        describe(&reading.intent, &plan.actions)
                    )],
                    _ => Vec::new(),
                },
            );
        }
        let name = test.intent.as_deref().or(intent.map(|i| i.name.text.as_str())).unwrap_or_default();
        let Some(reading) = readings.first() else {
            return Ok(vec!["is not understood".into()]);
        };
        let mut differences = Vec::new();
        if reading.intent.name != name {
            differences.push(format!("is understood as {}, not as {name}", reading.intent.name));
            return Ok(differences);
        }
        let reading = &match self.ask_and_answer(test, reading, home, &situation) {
            Ok(Some(answered)) => answered,
            Ok(None) => return Ok(differences),
            Err(difference) => return Ok(vec![difference]),
        };
        for (slot, wanted) in &test.slots {
            match reading.intent.slots.get(slot) {
                Some(found) if same_value(&found.value, wanted, situation.now) => {}
                Some(found) => {
                    differences
                        .push(format!("the slot {slot} is {}, not {wanted}", value_text(&found.value)));
                }
                None => differences.push(format!("the slot {slot} is not filled")),
            }
        }
        // What is tested is the best reading, though another of the same confidence might be taken.
        let plan = match commands.as_slice() {
            [_] => self.plan(reading, home, &situation),
            several => self.plan_all(several, home, &situation),
        };
        match plan {
            Err(refusal) => differences.push(format!("is refused: {refusal}")),
            Ok(plan) => {
                if let Some(wanted) = wanted {
                    let (mut wanted, mut found) = (texts(&wanted), texts(&plan.actions));
                    wanted.sort();
                    found.sort();
                    if wanted != found {
                        differences.push(format!("does {}, not {}", list(&found), list(&wanted)));
                    }
                }
                if let Some(wanted) = &test.reply {
                    let found = plan.hoped(home).speech;
                    if found != *wanted {
                        differences
                            .push(format!("answers \u{201c}{found}\u{201d}, not \u{201c}{wanted}\u{201d}"));
                    }
                }
            }
        }
        Ok(differences)
    }
}

impl Catalog {
    /// The reading with the answers of the test, or the difference. Nothing when the test ends with the question.
    fn ask_and_answer(
        &self,
        test: &SkillTest,
        reading: &Reading,
        home: &Home,
        situation: &Situation,
    ) -> Result<Option<Reading>, String> {
        let mut reading = reading.clone();
        if test.asks.is_none() && test.answers.is_empty() {
            return Ok(Some(reading));
        }
        let mut plan = self.plan(&reading, home, situation);
        if let Some(wanted) = &test.asks {
            match &plan {
                Err(Refusal::Asks { question, .. }) if question == wanted => {}
                Err(refusal) => {
                    return Err(format!("asks \u{201c}{refusal}\u{201d}, not \u{201c}{wanted}\u{201d}"));
                }
                Ok(_) => return Err(format!("does not ask \u{201c}{wanted}\u{201d}")),
            }
        }
        for answer in &test.answers {
            let after = match &plan {
                Err(asks @ Refusal::Asks { .. }) => answered(&reading, asks, answer),
                _ => return Err(format!("asks nothing that \u{201c}{answer}\u{201d} answers")),
            };
            reading = after.ok_or_else(|| format!("\u{201c}{answer}\u{201d} is no answer"))?;
            plan = self.plan(&reading, home, situation);
        }
        Ok((!test.answers.is_empty()).then_some(reading))
    }
}

fn expected_change(name: &Text, change: &Change, home: &Home) -> Result<Action, String> {
    let device = match home.device(&DeviceId::from(name.text.as_str())) {
        Some(device) => device.id.clone(),
        None => match home.find(&name.text, None) {
            Resolution::One(device) => device.id.clone(),
            Resolution::Many(_) | Resolution::None => return Err(format!("no device {name}")),
        },
    };
    Ok(match change {
        Change::Set(capability, to) => {
            let raw = match to {
                toml::Value::Boolean(on) => State::Bool(*on),
                toml::Value::String(text) => State::Text(text.clone()),
                other => State::Number(number(other).unwrap_or(f64::NAN)),
            };
            Action::Set { device, capability: *capability, to: capability.accept(&raw).unwrap_or(raw) }
        }
        Change::Adjust(capability, by) => Action::Adjust { device, capability: *capability, by: *by },
        Change::Read(capability) => Action::Read { device, capability: *capability },
    })
}

/// Without the "then" between the steps of a sequence: a test tells what is done.
fn texts(actions: &[Action]) -> Vec<String> {
    let is_then = |action: &&Action| matches!(action, Action::Wait { length } if length.is_zero());
    actions.iter().filter(|action| !is_then(action)).map(ToString::to_string).collect()
}

fn list(texts: &[String]) -> String {
    if texts.is_empty() { "nothing".into() } else { texts.join("; ") }
}

fn describe(intent: &Intent, actions: &[Action]) -> String {
    format!("understood as {} and does {}", intent.name, list(&texts(actions)))
}

fn value_text(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("\"{text}\""),
        Value::AnyOf(texts) => format!("{texts:?}"),
        Value::Number(n) | Value::Percentage(n) | Value::Temperature(n) => n.to_string(),
        Value::Duration(d) => format!("{} s", d.as_secs_f64()),
        other => other.to_string(),
    }
}
