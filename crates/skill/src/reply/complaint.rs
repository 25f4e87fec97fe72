//! What was not done or not confirmed, in words.

use mynah_home::{Capability, Home, State};

use super::phrase::{device_name, phrase, value_text};
use crate::outcome::{Failure, FailureKind};
use crate::plan::{Action, Local};
use crate::wording::and_list;

/// Where the subjects go in a text that several may share.
const SUBJECT: char = '\u{0}';

/// What was not done or not confirmed, and by whom.
pub(super) struct Complaint {
    subjects: Vec<String>,
    one: String,
    several: String,
}

impl Complaint {
    fn new(subject: String, one: String) -> Complaint {
        Complaint { subjects: vec![subject], several: one.clone(), one }
    }

    /// With another wording for several subjects.
    fn or_several(self, several: String) -> Complaint {
        Complaint { several, ..self }
    }

    /// Subjects with the same complaint are told together.
    pub(super) fn add(all: &mut Vec<Complaint>, complaint: Complaint) {
        match all.iter_mut().find(|c| c.one == complaint.one) {
            Some(same) => {
                for subject in complaint.subjects {
                    if !same.subjects.contains(&subject) {
                        same.subjects.push(subject);
                    }
                }
            }
            None => all.push(complaint),
        }
    }

    pub(super) fn text(&self) -> String {
        let text = if self.subjects.len() > 1 { &self.several } else { &self.one };
        text.replace(SUBJECT, &and_list(&self.subjects))
    }
}

pub(super) fn not_confirmed(action: &Action, read: Option<&State>, home: &Home) -> Complaint {
    let Some((device, capability)) = action.device_and_capability() else {
        return Complaint::new(
            subject_of(action),
            format!("I sent that to {SUBJECT}, but it was not confirmed"),
        );
    };
    let complaint = |one| Complaint::new(device_name(home, device), one);
    let Some(wish) = wish(action) else { return complaint(format!("{SUBJECT} did not answer")) };
    let told = format!("I told {SUBJECT} {wish}, but");
    match read {
        None => {
            complaint(format!("{told} it did not confirm")).or_several(format!("{told} they did not confirm"))
        }
        Some(state) => {
            let phrase = phrase(capability, state);
            let several = format!("{told} they say that they {}", phrase.with_verb(true));
            complaint(format!("{told} it says that it {}", phrase.with_verb(false))).or_several(several)
        }
    }
}

pub(super) fn not_done(action: &Action, failure: &Failure, home: &Home) -> Complaint {
    if let Action::Local(local) = action {
        let text = match failure.kind {
            FailureKind::Unsupported => format!("I cannot use {SUBJECT} here"),
            _ if failure.message.is_empty() => "that did not work".into(),
            _ => failure.message.clone(),
        };
        return Complaint::new(local_name(local).into(), text);
    }
    let complaint = |one| {
        Complaint::new(action.device().map_or_else(|| subject_of(action), |id| device_name(home, id)), one)
    };
    match (failure.kind, wish(action)) {
        (FailureKind::NotTried, Some(wish)) => complaint(format!("I did not tell {SUBJECT} {wish}")),
        (FailureKind::NotTried, None) => complaint(format!("I did not ask {SUBJECT}")),
        (FailureKind::Unreachable, _) => complaint(format!("I could not reach {SUBJECT}")),
        (FailureKind::Refused, Some(wish)) => complaint(format!("{SUBJECT} refused {wish}")),
        (FailureKind::Refused, None) => complaint(format!("{SUBJECT} refused to answer")),
        (FailureKind::Garbled, _) => complaint(format!("I could not understand the answer of {SUBJECT}")),
        (FailureKind::Misconfigured, _) => complaint(format!("{SUBJECT} is not set up correctly"))
            .or_several(format!("{SUBJECT} are not set up correctly")),
        (FailureKind::Unsupported, Some(_)) => complaint(format!("I have no way to control {SUBJECT}")),
        (FailureKind::Unsupported, None) => complaint(format!("I have no way to ask {SUBJECT}")),
    }
}

/// "to turn on": what a device was told.
fn wish(action: &Action) -> Option<String> {
    match action {
        Action::Set { capability, to, .. } => Some(match (capability, to) {
            (Capability::Power, to) => format!("to turn {to}"),
            (Capability::Lock, State::Bool(true)) => "to lock".into(),
            (Capability::Lock, _) => "to unlock".into(),
            (Capability::Color, to) => format!("to turn {}", value_text(Capability::Color, to)),
            (Capability::Mode, to) => format!("to go into {to} mode"),
            (Capability::Speed, State::Number(n)) if *n <= 0.5 => "to stop".into(),
            (Capability::Source, to) => format!("to change to {to}"),
            (Capability::Media, to) => format!("to play {to}"),
            (Capability::Mute, State::Bool(muted)) => {
                if *muted { "to be mute" } else { "to be heard" }.into()
            }
            (Capability::Step, to) => format!("to go to the {to}"),
            (Capability::Playback, State::Text(text)) => match text.as_str() {
                "playing" => "to play".into(),
                "paused" => "to pause".into(),
                _ => "to stop".into(),
            },
            (Capability::Cleaning, State::Text(text)) => match text.as_str() {
                "cleaning" => "to clean".into(),
                "paused" => "to pause".into(),
                _ => "to go home".into(),
            },
            (Capability::Position, State::Number(n)) if *n <= 0.5 => "to close".into(),
            (Capability::Position, State::Number(n)) if *n >= 99.5 => "to open".into(),
            (capability, to) => format!("to go to {}", value_text(*capability, to)),
        }),
        Action::Adjust { capability, by, .. } => {
            let direction = if *by < 0.0 { "down" } else { "up" };
            Some(format!("to go {direction} by {}", capability.amount(by.abs())))
        }
        _ => None,
    }
}

fn subject_of(action: &Action) -> String {
    match action {
        Action::Http(call) => call.url.split('/').nth(2).unwrap_or("the service").to_owned(),
        Action::Mqtt(_) => "the message broker".into(),
        Action::Wait { .. } => "the clock".into(),
        Action::Local(local) => local_name(local).into(),
        Action::Set { device, .. } | Action::Adjust { device, .. } | Action::Read { device, .. } => {
            device.to_string()
        }
    }
}

fn local_name(local: &Local) -> &'static str {
    match local {
        Local::TimerStart { .. } | Local::TimerCancel { .. } | Local::TimerRemaining { .. } => "timers",
        Local::AlarmSet { .. }
        | Local::AlarmCancel { .. }
        | Local::AlarmCancelAll { .. }
        | Local::AlarmList { .. }
        | Local::Snooze { .. } => "alarms",
        Local::VolumeSet { .. } | Local::VolumeAdjust { .. } => "the volume",
        Local::TellTime | Local::TellDate => "the clock",
        Local::ListAdd { .. }
        | Local::ListRemove { .. }
        | Local::ListRead { .. }
        | Local::ListClear { .. } => "lists",
        Local::Say { .. } => "my voice",
        Local::Help { .. } => "the help",
        Local::Undo => "undo",
        Local::Cancel => "cancel",
    }
}
