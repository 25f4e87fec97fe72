//! What an intent comes down to.

use std::time::Duration;

use mynah_home::{Capability, DeviceId, State};
use mynah_intent::Intent;
use serde::{Deserialize, Serialize};

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
}

/// One thing to do. Every slot is filled in and every permission checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Bring a capability to a state, then read it back.
    Set { device: DeviceId, capability: Capability, to: State },
    /// Change a number by so much, in its unit, then read it back.
    Adjust { device: DeviceId, capability: Capability, by: f64 },
    /// Read a state.
    Read { device: DeviceId, capability: Capability },
    /// A request of the skill's own.
    Http(HttpCall),
    /// A message of the skill's own.
    Mqtt(MqttMessage),
    /// Something that the assistant does itself.
    Local(Local),
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

/// What the assistant does itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Local {
    /// Start a timer.
    TimerStart { length: Duration, name: Option<String> },
    /// Cancel the timer of that name, or the only one.
    TimerCancel { name: Option<String> },
    /// How long is left?
    TimerRemaining { name: Option<String> },
    /// Speech volume in percent.
    VolumeSet { percent: f64 },
    /// Change the speech volume by so many percent.
    VolumeAdjust { by: f64 },
    /// Tell the time of day.
    TellTime,
    /// Tell the date.
    TellDate,
    /// Put an item on a list.
    ListAdd { list: String, item: String },
    /// Read a list out.
    ListRead { list: String },
    /// Empty a list.
    ListClear { list: String },
    /// Say what can be said.
    Help { topic: Option<String> },
    /// Stop what is going on: speech, a ringing timer, a question.
    Cancel,
}
