//! What an intent comes down to.

use std::fmt;
use std::time::Duration;

use mynah_home::{Capability, DeviceId, State};
use mynah_intent::{Intent, Recurrence, SaidDateTime, SaidTime};
use serde::{Deserialize, Serialize};

use crate::several::PlanPart;

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

/// One intent, resolved against the house and ready to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
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

/// One line, for dry runs and tests: `light.kitchen_lamp power = on`.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Set { device, capability: Capability::Lock, to: State::Bool(locked) } => {
                write!(f, "{device} lock = {}", if *locked { "locked" } else { "unlocked" })
            }
            Action::Set { device, capability: Capability::Mute, to: State::Bool(muted) } => {
                write!(f, "{device} mute = {}", if *muted { "muted" } else { "unmuted" })
            }
            Action::Set { device, capability, to } => write!(f, "{device} {} = {to}", capability.name()),
            Action::Adjust { device, capability, by } => write!(f, "{device} {} {by:+}", capability.name()),
            Action::Read { device, capability } => write!(f, "read {device} {}", capability.name()),
            Action::Http(HttpCall { method, url, json }) => {
                write!(f, "{method} {url}")?;
                json.as_ref().map_or(Ok(()), |json| write!(f, " {json}"))
            }
            Action::Mqtt(MqttMessage { topic, payload, retain }) => {
                write!(f, "publish {topic} {payload}")?;
                if *retain { f.write_str(" (retained)") } else { Ok(()) }
            }
            Action::Local(local) => local.fmt(f),
            Action::Wait { length } if length.is_zero() => f.write_str("then"),
            Action::Wait { length } => write!(f, "wait {} s", length.as_secs_f64()),
        }
    }
}

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |f: &mut fmt::Formatter<'_>, what: &str, name: &Option<String>| match name {
            Some(name) => write!(f, "{what} \"{name}\""),
            None => f.write_str(what),
        };
        match self {
            Local::TimerStart { length, name } => {
                named(f, "timer", name)?;
                write!(f, " for {} s", length.as_secs_f64())
            }
            Local::TimerCancel { name } => named(f, "cancel timer", name),
            Local::TimerRemaining { name } => named(f, "time left on timer", name),
            Local::AlarmSet { kind, due, morning, about } => {
                named(f, kind.name(), about)?;
                write!(f, " at {due}")?;
                if *morning { f.write_str(" in the morning") } else { Ok(()) }
            }
            Local::AlarmCancel { kind, at, about } => {
                write!(f, "cancel ")?;
                named(f, kind.name(), about)?;
                at.map_or(Ok(()), |at| write!(f, " at {at}"))
            }
            Local::AlarmCancelAll { kind } => write!(f, "cancel all {}s", kind.name()),
            Local::AlarmList { kind } => write!(f, "tell the {}s", kind.name()),
            Local::Snooze { length } => write!(f, "snooze for {} s", length.as_secs_f64()),
            Local::VolumeSet { percent } => write!(f, "volume = {percent}"),
            Local::VolumeAdjust { by } => write!(f, "volume {by:+}"),
            Local::TellTime => f.write_str("tell the time"),
            Local::TellDate => f.write_str("tell the date"),
            Local::ListAdd { list, item } => write!(f, "add \"{item}\" to the {list} list"),
            Local::ListRemove { list, item } => write!(f, "take \"{item}\" off the {list} list"),
            Local::ListRead { list } => write!(f, "read the {list} list"),
            Local::ListClear { list } => write!(f, "clear the {list} list"),
            Local::Say { text } => write!(f, "say \"{text}\""),
            Local::Help { topic } => named(f, "help", topic),
            Local::Undo => f.write_str("undo"),
            Local::Cancel => f.write_str("cancel"),
        }
    }
}
