//! The `do` entries of a manifest: actions whose slots are still open.

mod read;

use std::ops::Range;
use std::time::Duration;

use mynah_home::Capability;
use mynah_intent::List;

use crate::permission::Permissions;
use crate::plan::AlarmKind;
use crate::template::Template;

/// One entry of `do`.
#[derive(Clone, Debug)]
pub(crate) struct ActionTemplate {
    pub(crate) verb: Verb,
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Debug)]
pub(crate) enum Verb {
    Set {
        capability: Capability,
        to: Argument,
        on: Vec<Target>,
    },
    Adjust {
        capability: Capability,
        by: Argument,
        on: Vec<Target>,
    },
    Read {
        capability: Capability,
        on: Vec<Target>,
    },
    Http {
        method: String,
        url: Template,
        json: Option<serde_json::Value>,
    },
    Mqtt {
        topic: Template,
        payload: Payload,
        retain: bool,
    },
    TimerStart {
        length: Argument,
        name: Option<Template>,
    },
    TimerCancel {
        name: Option<Template>,
    },
    TimerRemaining {
        name: Option<Template>,
    },
    AlarmSet {
        kind: AlarmKind,
        at: Template,
        morning: Argument,
        about: Option<Template>,
    },
    AlarmCancel {
        kind: AlarmKind,
        at: Option<Template>,
        about: Option<Template>,
    },
    AlarmCancelAll {
        kind: AlarmKind,
    },
    AlarmList {
        kind: AlarmKind,
    },
    Snooze {
        length: Argument,
    },
    VolumeSet {
        to: Argument,
    },
    VolumeAdjust {
        by: Argument,
    },
    TellTime,
    TellDate,
    ListAdd {
        list: Template,
        item: Template,
    },
    ListRemove {
        list: Template,
        item: Template,
    },
    ListRead {
        list: Template,
    },
    ListClear {
        list: Template,
    },
    Help {
        topic: Option<Template>,
    },
    Undo,
    Cancel,
    Say {
        text: Template,
    },
    /// Asks for a slot that was not said, before anything is done.
    Ask {
        text: Template,
        slot: String,
        answers: AskedFor,
    },
    /// What follows is done after this, and only when all went well so far. Nothing: at once.
    Wait {
        length: Option<Argument>,
    },
    /// One of `[scenes]`.
    Scene {
        name: Template,
    },
}

impl Verb {
    /// Does it do the same, to the devices that are named?
    pub(crate) fn does_the_same_as(&self, other: &Verb) -> bool {
        let named = |on: &[Target]| {
            on.iter().all(|target| matches!(target, Target::Named | Target::Nearby | Target::One))
        };
        match (self, other) {
            (Verb::Set { capability: a, to: x, on: n }, Verb::Set { capability: b, to: y, on: m })
            | (Verb::Adjust { capability: a, by: x, on: n }, Verb::Adjust { capability: b, by: y, on: m }) => {
                a == b && x == y && named(n) && named(m)
            }
            (Verb::Read { capability: a, on: n }, Verb::Read { capability: b, on: m }) => {
                a == b && named(n) && named(m)
            }
            _ => false,
        }
    }
}

/// What may be answered to a question.
#[derive(Clone, Debug)]
pub(crate) enum AskedFor {
    /// The values of the list that the sentences have for the slot, or else of the list of its name.
    Slot,
    /// The values of this list.
    List(String),
    /// These.
    Own(List),
}

/// The longest `delay`. Who wants to be reminded of something later starts a timer.
pub(crate) const LONGEST_DELAY: Duration = Duration::from_secs(600);

/// A value, or a text with slots that becomes one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Argument {
    Bool(bool),
    Number(f64),
    Text(Template),
}

/// What an MQTT payload is made of: a text, or a table that becomes JSON.
#[derive(Clone, Debug)]
pub(crate) enum Payload {
    Text(Template),
    Json(serde_json::Value),
}

/// One entry of `on`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// `{targets}`: the devices that were named; else those of the room that was named; else all that the skill may reach.
    Named,
    /// `{nearby}`: as `{targets}`, but where neither device nor room was named, those in the room of the speaker, if it has any and
    /// nobody said `{all}`.
    Nearby,
    /// `{target}`: one device: the one that was named; else the only one of the room that was named, or of the speaker's, or of all.
    One,
    /// `{slot}`: the device of that slot.
    Slot(String),
    /// A pattern on device ids.
    Pattern(String),
}

impl ActionTemplate {
    /// Is it done by the assistant itself, at once, whatever stands before it?
    pub(crate) fn is_at_once(&self) -> bool {
        !matches!(
            self.verb,
            Verb::Set { .. }
                | Verb::Adjust { .. }
                | Verb::Read { .. }
                | Verb::Http { .. }
                | Verb::Mqtt { .. }
                | Verb::Wait { .. }
                | Verb::Scene { .. }
                | Verb::Ask { .. }
        )
    }

    /// What it changes; nothing for what it only reads, or does without a device.
    pub(crate) fn sets(&self) -> Option<&[Target]> {
        match &self.verb {
            Verb::Set { on, .. } | Verb::Adjust { on, .. } => Some(on),
            _ => None,
        }
    }

    /// The slot that it asks the person for.
    pub(crate) fn asks_for(&self) -> Option<&String> {
        match &self.verb {
            Verb::Ask { slot, .. } => Some(slot),
            _ => None,
        }
    }

    /// Every hole that a slot must fill.
    pub(crate) fn holes(&self) -> Vec<String> {
        let mut holes = Vec::new();
        let mut text = |t: &Template| holes.extend(t.holes().map(str::to_owned));
        let mut targets = Vec::new();
        match &self.verb {
            Verb::Set { to: argument, on, .. } | Verb::Adjust { by: argument, on, .. } => {
                if let Argument::Text(t) = argument {
                    text(t);
                }
                targets.extend(on);
            }
            Verb::Read { on, .. } => targets.extend(on),
            Verb::Http { url, json, .. } => {
                text(url);
                json.iter().for_each(|json| json_texts(json, &mut text));
            }
            Verb::Mqtt { topic, payload, .. } => {
                text(topic);
                match payload {
                    Payload::Text(t) => text(t),
                    Payload::Json(json) => json_texts(json, &mut text),
                }
            }
            Verb::TimerStart { length: argument, name } => {
                if let Argument::Text(t) = argument {
                    text(t);
                }
                name.iter().for_each(text);
            }
            Verb::TimerCancel { name } | Verb::TimerRemaining { name } | Verb::Help { topic: name } => {
                name.iter().for_each(text);
            }
            Verb::AlarmSet { at, about, morning, .. } => {
                text(at);
                if let Argument::Text(t) = morning {
                    text(t);
                }
                about.iter().for_each(text);
            }
            Verb::AlarmCancel { at, about, .. } => at.iter().chain(about).for_each(text),
            Verb::Snooze { length: Argument::Text(t) } => text(t),
            Verb::Snooze { .. } | Verb::AlarmCancelAll { .. } | Verb::AlarmList { .. } => {}
            Verb::VolumeSet { to: Argument::Text(t) } | Verb::VolumeAdjust { by: Argument::Text(t) } => {
                text(t);
            }
            Verb::VolumeSet { .. } | Verb::VolumeAdjust { .. } => {}
            Verb::ListAdd { list, item } | Verb::ListRemove { list, item } => {
                text(list);
                text(item);
            }
            Verb::ListRead { list } | Verb::ListClear { list } => text(list),
            Verb::Say { text: t } | Verb::Scene { name: t } | Verb::Ask { text: t, .. } => text(t),
            Verb::Wait { length: Some(Argument::Text(t)) } => text(t),
            Verb::TellTime | Verb::TellDate | Verb::Undo | Verb::Cancel | Verb::Wait { .. } => {}
        }
        holes.extend(targets.into_iter().filter_map(|t| match t {
            Target::Slot(name) => Some(name.clone()),
            Target::Named | Target::Nearby | Target::One | Target::Pattern(_) => None,
        }));
        holes
    }

    /// Is it for whatever the house has of a kind, which the speaker did not name?
    pub(crate) fn is_for_what_there_is(&self) -> bool {
        let on = match &self.verb {
            Verb::Set { on, .. } | Verb::Adjust { on, .. } | Verb::Read { on, .. } => on,
            _ => return false,
        };
        on.iter().all(|target| matches!(target, Target::Pattern(_)))
    }

    /// What the permissions do not allow, whatever the slots will be.
    pub(crate) fn beyond(&self, permissions: &Permissions) -> Option<(String, String)> {
        match &self.verb {
            Verb::Http { url, .. } => {
                // Until the slots are known, a hole stands for a harmless word.
                let sample = url.fill(|_| Some("x".into())).unwrap_or_default();
                let host_is_fixed = url
                    .prefix()
                    .split_once("://")
                    .is_some_and(|(_, rest)| rest.contains('/') || url.holes().next().is_none());
                if !host_is_fixed {
                    return Some((
                        format!("the host of `{url}` is not fixed"),
                        "write scheme and host out, and a slash, before the first slot".into(),
                    ));
                }
                (!permissions.http(&sample)).then(|| {
                    (
                        format!("the permissions do not allow `{url}`"),
                        "add it to `http` in [permissions]".into(),
                    )
                })
            }
            Verb::Mqtt { topic, .. } => {
                let sample = topic.fill(|_| Some("x".into())).unwrap_or_default();
                (!permissions.mqtt(&sample)).then(|| {
                    (
                        format!("the permissions do not allow the topic `{topic}`"),
                        "add it to `mqtt` in [permissions]".into(),
                    )
                })
            }
            Verb::Set { .. } | Verb::Adjust { .. } | Verb::Read { .. } if permissions.devices.is_empty() => {
                Some((
                    "the permissions allow no device".into(),
                    "add: devices = [\"light.*\"] to [permissions]".into(),
                ))
            }
            _ => None,
        }
    }
}

impl Argument {
    /// The slots that it is made of.
    pub(crate) fn slots(&self) -> Vec<&str> {
        match self {
            Argument::Text(text) => text.holes().collect(),
            Argument::Bool(_) | Argument::Number(_) => Vec::new(),
        }
    }

    /// The state, when no slot is open in it.
    pub(crate) fn fixed(&self) -> Option<mynah_home::State> {
        match self {
            Argument::Bool(b) => Some((*b).into()),
            Argument::Number(n) => Some((*n).into()),
            Argument::Text(t) if t.holes().next().is_none() => Some(t.to_string().as_str().into()),
            Argument::Text(_) => None,
        }
    }
}

fn json_texts(value: &serde_json::Value, text: &mut impl FnMut(&Template)) {
    match value {
        serde_json::Value::String(s) => text(&Template::parse(s)),
        serde_json::Value::Array(a) => a.iter().for_each(|v| json_texts(v, text)),
        serde_json::Value::Object(o) => o.values().for_each(|v| json_texts(v, text)),
        _ => {}
    }
}
