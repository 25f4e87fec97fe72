//! Actions in a few words.

use std::fmt;

use mynah_home::{Capability, State};

use super::{Action, HttpCall, Local, MqttMessage};

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
