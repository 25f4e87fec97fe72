//! What an intent comes down to.

mod show;

use std::fmt;
use std::time::Duration;

use mynah_home::{Capability, DeviceId, State};
use mynah_intent::{Intent, Recurrence, SaidDateTime, SaidTime};
use serde::{Deserialize, Serialize};

use crate::language::Language;

/// What may go wrong when an intent was misheard. It sets the least confidence and what is asked back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// Done at once.
    #[default]
    Low,
    /// Done after a spoken yes.
    Confirm,
    /// Done after the PIN.
    Pin,
}

impl Risk {
    /// The least confidence that an intent of this risk is done with, 0 to 1.
    #[must_use]
    pub fn least_confidence(self) -> f32 {
        match self {
            Risk::Low => 0.5,
            Risk::Confirm => 0.8,
            Risk::Pin => 0.95,
        }
    }

    /// The most devices that one utterance of this risk may touch.
    #[must_use]
    pub fn most_targets(self) -> usize {
        match self {
            Risk::Low => usize::MAX,
            Risk::Confirm => 3,
            Risk::Pin => 1,
        }
    }
}

/// One intent, resolved against the house and ready to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The language that it is answered in.
    #[serde(default, skip_serializing_if = "Language::is_default")]
    pub language: Language,
    /// The skill that answers for it.
    pub skill: String,
    /// What was understood.
    pub intent: Intent,
    /// What may go wrong.
    pub risk: Risk,
    /// What is done, in order. One [`Outcome`](crate::Outcome) each.
    pub actions: Vec<Action>,
    /// Reply template of the intent.
    pub reply: String,
    /// Of several commands in one utterance, each; then the intent and the reply are those of the first. Empty for one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PlanPart>,
}

/// One command of a [`Plan`] of several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanPart {
    /// The skill that answers for it.
    pub skill: String,
    /// What was understood.
    pub intent: Intent,
    /// How many of the plan's actions are its own.
    pub actions: usize,
    /// Reply template of the intent.
    pub reply: String,
}

impl Plan {
    /// One plan that does all of these, in order. Its risk is the greatest of theirs. Nothing when there are none.
    #[must_use]
    pub fn together(plans: Vec<Plan>) -> Option<Plan> {
        let mut plans = plans.into_iter();
        let first = plans.next()?;
        let mut parts = Vec::new();
        let together = plans.fold(first, |mut all, plan| {
            if parts.is_empty() {
                parts.push(all.part());
            }
            parts.push(plan.part());
            all.risk = all.risk.max(plan.risk);
            all.actions.extend(plan.actions);
            all
        });
        Some(Plan { parts, ..together })
    }

    fn part(&self) -> PlanPart {
        let Plan { skill, intent, actions, reply, .. } = self;
        PlanPart {
            skill: skill.clone(),
            intent: intent.clone(),
            actions: actions.len(),
            reply: reply.clone(),
        }
    }
}

/// One thing to do. Every slot is filled in and every permission checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Bring a capability to a state, then read it back.
    Set {
        /// Where.
        device: DeviceId,
        /// What.
        capability: Capability,
        /// The wanted state, in the form that [`Capability::accept`] gives.
        to: State,
    },
    /// Change a number by so much, in its unit, then read it back.
    Adjust {
        /// Where.
        device: DeviceId,
        /// What.
        capability: Capability,
        /// By how much, in its unit.
        by: f64,
    },
    /// Read a state.
    Read {
        /// Where.
        device: DeviceId,
        /// What.
        capability: Capability,
    },
    /// A request of the skill's own.
    Http(HttpCall),
    /// A message of the skill's own.
    Mqtt(MqttMessage),
    /// Something that the assistant does itself.
    Local(Local),
    /// What follows is done so much later, and only when all that stands before was confirmed or done.
    Wait {
        /// How long. Zero: at once.
        length: Duration,
    },
}

impl Action {
    /// The device that it is about.
    #[must_use]
    pub fn device(&self) -> Option<&DeviceId> {
        self.device_and_capability().map(|(device, _)| device)
    }

    /// The device and the capability that it is about.
    #[must_use]
    pub fn device_and_capability(&self) -> Option<(&DeviceId, Capability)> {
        match self {
            Action::Set { device, capability, .. }
            | Action::Adjust { device, capability, .. }
            | Action::Read { device, capability } => Some((device, *capability)),
            Action::Http(_) | Action::Mqtt(_) | Action::Local(_) | Action::Wait { .. } => None,
        }
    }
}

/// A request that a skill makes itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HttpCall {
    /// `GET`, `POST`, …
    pub method: String,
    /// With its scheme.
    pub url: String,
    /// Body, if any.
    pub json: Option<serde_json::Value>,
}

/// A message that a skill publishes itself, at QoS 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MqttMessage {
    /// The topic.
    pub topic: String,
    /// The payload, as sent.
    pub payload: String,
    /// Kept by the broker.
    pub retain: bool,
}

/// What makes itself heard at a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// Rings until it is stopped.
    Alarm,
    /// Says what is to be remembered.
    Reminder,
}

impl AlarmKind {
    /// `alarm`, `reminder`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            AlarmKind::Alarm => "alarm",
            AlarmKind::Reminder => "reminder",
        }
    }
}

/// When an alarm is due, as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// Once.
    Once(SaidDateTime),
    /// Again and again.
    Every(Recurrence),
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Due::Once(at) => at.fmt(f),
            Due::Every(every) => every.fmt(f),
        }
    }
}

/// What the assistant does itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Local {
    /// Start a timer.
    TimerStart {
        /// How long.
        length: Duration,
        /// What it is called: `pasta`.
        name: Option<String>,
    },
    /// Cancel the timer of that name, or the only one.
    TimerCancel {
        /// What it is called.
        name: Option<String>,
    },
    /// How long is left?
    TimerRemaining {
        /// What it is called.
        name: Option<String>,
    },
    /// Set an alarm or a reminder.
    AlarmSet {
        /// Which of the two.
        kind: AlarmKind,
        /// When.
        due: Due,
        /// A time that may be in either half of the day is in the morning.
        morning: bool,
        /// What is to be remembered.
        about: Option<String>,
    },
    /// Cancel the one at that time or with these words, or the only one.
    AlarmCancel {
        /// Which of the two.
        kind: AlarmKind,
        /// At that time.
        at: Option<SaidTime>,
        /// With these words.
        about: Option<String>,
    },
    /// Cancel all of a kind.
    AlarmCancelAll {
        /// Which of the two.
        kind: AlarmKind,
    },
    /// Tell those of a kind.
    AlarmList {
        /// Which of the two.
        kind: AlarmKind,
    },
    /// Silence what rings, and let it ring again.
    Snooze {
        /// After so long.
        length: Duration,
    },
    /// Speech volume in percent.
    VolumeSet {
        /// 0 to 100.
        percent: f64,
    },
    /// Change the speech volume by so many percent.
    VolumeAdjust {
        /// Percent, down when negative.
        by: f64,
    },
    /// Tell the time of day.
    TellTime,
    /// Tell the date.
    TellDate,
    /// Put an item on a list.
    ListAdd {
        /// The list: `shopping`.
        list: String,
        /// What is put on it.
        item: String,
    },
    /// Take an item off a list.
    ListRemove {
        /// The list: `shopping`.
        list: String,
        /// What is taken off it.
        item: String,
    },
    /// Read a list out.
    ListRead {
        /// The list.
        list: String,
    },
    /// Empty a list.
    ListClear {
        /// The list.
        list: String,
    },
    /// Say something.
    Say {
        /// What.
        text: String,
    },
    /// Say what can be said.
    Help {
        /// A skill, or what it is about.
        topic: Option<String>,
    },
    /// Take back the last plan that changed something.
    Undo,
    /// Stop what is going on: speech, a ringing timer, a question.
    Cancel,
}
