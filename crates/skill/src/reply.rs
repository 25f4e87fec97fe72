//! What is said when a plan was carried out: what was read back, never what was hoped.

use mynah_home::{Capability, Color, DeviceId, Home, State};
use mynah_intent::{Slot, Value};

use crate::outcome::{Failure, FailureKind, Outcome, Reply};
use crate::plan::{Action, Local, Plan};
use crate::planner::sentence;
use crate::template::Template;

/// Named one by one up to here; counted above.
const MOST_NAMED: usize = 3;

impl Plan {
    /// What would be said if every action went as hoped: for those who try a skill.
    #[must_use]
    pub fn hoped(&self, home: &Home) -> Reply {
        let outcomes: Vec<Outcome> = self.actions.iter().map(as_hoped).collect();
        self.reply(home, &outcomes)
    }

    /// What to say when `outcomes` came of the plan's actions, one each and in order. A missing one counts as not confirmed.
    ///
    /// What was confirmed or read is told by the reply of the intent; what was not confirmed or failed is told with the
    /// device and the reason. In the reply, `{targets}` are the devices, `{state}` what was read back with its verb ("is on",
    /// "are closed"), `{is}` the verb alone, `{value}` a value that was read, `{said}` what the assistant has to tell, and
    /// `{slot}` the words of a slot.
    #[must_use]
    pub fn reply(&self, home: &Home, outcomes: &[Outcome]) -> Reply {
        if !self.parts.is_empty() {
            return self.reply_of_parts(home, outcomes);
        }
        let unknown = Outcome::Unconfirmed { read: None };
        let mut good: Vec<Told<'_>> = Vec::new();
        let mut said: Vec<&str> = Vec::new();
        let mut bad: Vec<Complaint> = Vec::new();
        let mut done = 0;
        for (i, action) in self.actions.iter().enumerate() {
            if let Action::Wait { .. } = action {
                continue;
            }
            let outcome = outcomes.get(i).unwrap_or(&unknown);
            match (outcome, action.device_and_capability()) {
                (Outcome::Confirmed { state } | Outcome::Read { state }, Some((device, capability))) => {
                    good.push(Told { device, capability, state });
                }
                (Outcome::Confirmed { .. } | Outcome::Read { .. }, None) => done += 1,
                (Outcome::Done { said: told }, _) => {
                    done += 1;
                    said.extend(told.as_deref());
                }
                (Outcome::Unconfirmed { read }, _) => {
                    Complaint::add(&mut bad, not_confirmed(action, read.as_ref(), home));
                }
                (Outcome::Failed(failure), _) => {
                    Complaint::add(&mut bad, not_done(action, failure, home));
                }
            }
        }
        let good_part = self.good_part(home, &good, &said, done, bad.is_empty());
        let ok = bad.is_empty();
        let mut sentences = Vec::new();
        let mut complaints: Vec<String> = bad.iter().map(Complaint::text).collect();
        if !good_part.is_empty() || ok {
            let joins = complaints.first().is_some_and(|c| !c.contains(", but "));
            sentences.push(if joins {
                format!("{}, but {}", good_part.trim_end_matches('.'), complaints.remove(0))
            } else {
                good_part
            });
        }
        sentences.append(&mut complaints);
        let speech = sentences.iter().map(|s| sentence(s)).collect::<Vec<_>>().join(" ");
        Reply { speech, ok }
    }

    fn good_part(
        &self,
        home: &Home,
        good: &[Told<'_>],
        said: &[&str],
        done: usize,
        all_good: bool,
    ) -> String {
        let template = Template::parse(&self.reply);
        let asks_for = |word: &str| template.holes().any(|h| h == word);
        if good.is_empty() && done == 0 {
            // An intent that does nothing has its reply and no more.
            return if self.actions.is_empty() {
                self.fill(&template, home, good, said)
            } else {
                String::new()
            };
        }
        // What the assistant has to tell goes before what the author expected.
        if !said.is_empty() && !asks_for("said") {
            return said.join(" ");
        }
        if good.is_empty() {
            let text = self.fill(&template, home, good, said);
            return if text.is_empty() { "Done".into() } else { text };
        }
        let states_differ =
            good.iter().any(|t| phrase(t.capability, t.state) != phrase(good[0].capability, good[0].state));
        let devices_differ = good.iter().any(|t| t.device != good[0].device);
        // The author's words fit when they speak of what was read back, or when all went well and nothing differs.
        let told = |hole: &str| good.iter().any(|t| t.capability.name() == hole);
        let all_told = template
            .holes()
            .all(|h| self.intent.slots.contains_key(h) || Capability::from_name(h).is_none() || told(h));
        let fits = !template.is_empty()
            && all_told
            && !(asks_for("value") && (devices_differ || states_differ))
            && (asks_for("targets") || all_good)
            && !(states_differ && asks_for("state"));
        if fits { self.fill(&template, home, good, said) } else { by_state(home, good) }
    }

    fn fill(&self, template: &Template, home: &Home, good: &[Told<'_>], said: &[&str]) -> String {
        let devices = distinct(good);
        let several = devices.len() > 1;
        let filled = template.fill(|hole| {
            Some(match hole {
                "targets" => names(home, &devices),
                "is" => if several { "are" } else { "is" }.to_owned(),
                "state" if !good.is_empty() => {
                    let told = &good[0];
                    phrase(told.capability, told.state).with_verb(several)
                }
                "value" if !good.is_empty() => value_text(good[0].capability, good[0].state),
                "said" => said.join(" "),
                name => match self.intent.slots.get(name) {
                    Some(slot) => slot_words(slot, home),
                    None => {
                        let told = good.iter().find(|t| t.capability.name() == name)?;
                        value_text(told.capability, told.state)
                    }
                },
            })
        });
        filled.unwrap_or_default()
    }
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

/// A state that was read back.
struct Told<'a> {
    device: &'a DeviceId,
    capability: Capability,
    state: &'a State,
}

/// "is on", split where the verb is.
#[derive(PartialEq)]
struct Phrase {
    one: &'static str,
    several: &'static str,
    rest: String,
}

impl Phrase {
    fn with_verb(&self, several: bool) -> String {
        format!("{} {}", if several { self.several } else { self.one }, self.rest)
    }
}

fn phrase(capability: Capability, state: &State) -> Phrase {
    let value = value_text(capability, state);
    let is = |rest: String| Phrase { one: "is", several: "are", rest };
    match (capability, state) {
        (Capability::Temperature | Capability::Humidity, _) => {
            Phrase { one: "measures", several: "measure", rest: value }
        }
        (Capability::TargetTemperature, _) => is(format!("set to {value}")),
        (Capability::Position, State::Number(n)) if *n > 0.5 && *n < 99.5 => is(format!("{value} open")),
        (Capability::Brightness | Capability::ColorTemperature | Capability::Volume, _) => {
            is(format!("at {value}"))
        }
        (Capability::Mode, _) => is(format!("in {value} mode")),
        (Capability::Speed, State::Number(n)) if *n <= 0.5 => is("off".into()),
        (Capability::Speed, _) => is(format!("at {value}")),
        (Capability::Source, _) => is(format!("on {value}")),
        (Capability::Media, _) => is(format!("playing {value}")),
        (Capability::Motion, _) => Phrase { one: "sees", several: "see", rest: value },
        (Capability::Battery, _) => {
            Phrase { one: "has", several: "have", rest: format!("{value} of charge") }
        }
        (Capability::RainChance, _) => {
            Phrase { one: "expects", several: "expect", rest: format!("rain with {value}") }
        }
        _ => is(value),
    }
}

/// A value in words: "on", "closed", "21.5 degrees", "warm white".
fn value_text(capability: Capability, state: &State) -> String {
    let state = capability.accept(state).unwrap_or_else(|_| state.clone());
    match (capability, &state) {
        (Capability::Lock, State::Bool(locked)) => if *locked { "locked" } else { "unlocked" }.into(),
        (Capability::Mute, State::Bool(muted)) => if *muted { "muted" } else { "not muted" }.into(),
        (Capability::Contact, State::Bool(open)) => if *open { "open" } else { "closed" }.into(),
        (Capability::Motion, State::Bool(seen)) => if *seen { "motion" } else { "no motion" }.into(),
        (Capability::Cleaning, State::Text(text)) if text == "returning" => "on its way home".into(),
        (Capability::Position, State::Number(n)) if *n <= 0.5 => "closed".into(),
        (Capability::Position, State::Number(n)) if *n >= 99.5 => "open".into(),
        (_, State::Number(n)) => {
            let decimals = matches!(capability, Capability::Temperature | Capability::TargetTemperature);
            let n = if decimals { (n * 10.0).round() / 10.0 } else { n.round() };
            capability.amount(n)
        }
        (Capability::Color, State::Text(text)) => match Color::parse(text).and_then(Color::name) {
            Some(name) => name.into(),
            None => format!("the color {text}"),
        },
        (_, state) => state.to_string(),
    }
}

/// "the kitchen lamp is on and the bedroom lamp is off": devices of one state together.
fn by_state(home: &Home, good: &[Told<'_>]) -> String {
    let mut groups: Vec<(Phrase, Vec<&DeviceId>)> = Vec::new();
    for told in good {
        let phrase = phrase(told.capability, told.state);
        match groups.iter_mut().find(|(p, _)| *p == phrase) {
            Some((_, devices)) if !devices.contains(&told.device) => devices.push(told.device),
            Some(_) => {}
            None => groups.push((phrase, vec![told.device])),
        }
    }
    let parts: Vec<String> = groups
        .iter()
        .map(|(p, devices)| format!("{} {}", names(home, devices), p.with_verb(devices.len() > 1)))
        .collect();
    and_list(&parts)
}

fn distinct<'a>(good: &[Told<'a>]) -> Vec<&'a DeviceId> {
    let mut devices = Vec::new();
    for told in good {
        if !devices.contains(&told.device) {
            devices.push(told.device);
        }
    }
    devices
}

fn names(home: &Home, devices: &[&DeviceId]) -> String {
    if devices.len() > MOST_NAMED {
        let mut kinds = devices.iter().filter_map(|id| home.device(id)).map(|d| d.kind);
        let first = kinds.next();
        let what = first.filter(|k| kinds.all(|other| other == *k)).map_or("devices", |k| k.spoken().1);
        return format!("{} {what}", devices.len());
    }
    let names: Vec<String> = devices.iter().map(|id| device_name(home, id)).collect();
    and_list(&names)
}

fn device_name(home: &Home, id: &DeviceId) -> String {
    home.device(id).map_or_else(|| id.to_string(), |d| the(&d.name))
}

/// A name with its article, unless it brings one or is somebody's.
pub(crate) fn the(name: &str) -> String {
    let first = name.split_whitespace().next().unwrap_or_default().to_lowercase();
    let has_one = ["the", "my", "our"].contains(&first.as_str())
        || first.ends_with("'s")
        || first.ends_with("\u{2019}s");
    if has_one { name.to_owned() } else { format!("the {name}") }
}

pub(crate) fn and_list(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The words of a slot as an answer says them: devices and rooms with their article.
fn slot_words(slot: &Slot, home: &Home) -> String {
    if let Value::Text(value) = &slot.value {
        if let Some(device) = home.device(&value.as_str().into()) {
            return the(&device.name);
        }
        if let Some(area) =
            home.area(&value.as_str().into()).filter(|_| slot.list == "area" || slot.list.is_empty())
        {
            return the(&area.name);
        }
    }
    match &slot.value {
        _ if !slot.said.is_empty() => slot.said.clone(),
        Value::Text(text) => text.clone(),
        Value::AnyOf(texts) => texts.join(" or "),
        Value::Number(n) => n.to_string(),
        Value::Percentage(n) => format!("{n} percent"),
        Value::Temperature(n) => format!("{n} degrees"),
        Value::Duration(d) => format!("{} seconds", d.as_secs()),
        other => other.to_string(),
    }
}

/// Where the subjects go in a text that several may share.
const SUBJECT: char = '\u{0}';

/// What was not done or not confirmed, and by whom.
struct Complaint {
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
    fn add(all: &mut Vec<Complaint>, complaint: Complaint) {
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

    fn text(&self) -> String {
        let text = if self.subjects.len() > 1 { &self.several } else { &self.one };
        text.replace(SUBJECT, &and_list(&self.subjects))
    }
}

fn not_confirmed(action: &Action, read: Option<&State>, home: &Home) -> Complaint {
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

fn not_done(action: &Action, failure: &Failure, home: &Home) -> Complaint {
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

/// What an action would bring if all went well.
fn as_hoped(action: &Action) -> Outcome {
    match action {
        Action::Set { capability, .. } if !capability.is_readable() => Outcome::Done { said: None },
        Action::Set { to, .. } => Outcome::Confirmed { state: to.clone() },
        Action::Adjust { capability, by, .. } => {
            let middle = capability.range().map_or(0.0, |(from, to)| f64::from(from + to) / 2.0);
            Outcome::Confirmed { state: State::Number(middle + by) }
        }
        Action::Read { capability, .. } => Outcome::Read {
            state: match capability {
                Capability::Power | Capability::Lock => State::Bool(true),
                Capability::Mute | Capability::Contact | Capability::Motion => State::Bool(false),
                Capability::Color => State::Text("white".into()),
                Capability::Mode => State::Text("auto".into()),
                Capability::Playback => State::Text("playing".into()),
                Capability::Source | Capability::Media => State::Text("radio".into()),
                Capability::Cleaning => State::Text("docked".into()),
                Capability::Condition => State::Text("cloudy".into()),
                Capability::RainChance => State::Number(40.0),
                Capability::Temperature | Capability::TargetTemperature => State::Number(21.0),
                _ => State::Number(50.0),
            },
        },
        Action::Local(Local::Say { text }) => Outcome::Done { said: Some(sentence(text)) },
        Action::Http(_) | Action::Mqtt(_) | Action::Local(_) | Action::Wait { .. } => {
            Outcome::Done { said: None }
        }
    }
}
