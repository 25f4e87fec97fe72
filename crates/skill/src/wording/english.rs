//! Answers and refusals in English.

use mynah_home::{Capability, Color, Kind, State};
use mynah_intent::Value;

use super::{MOST_NAMED, Wording, capitalized, rounded};
use crate::help::SkillHelp;
use crate::outcome::FailureKind;
use crate::plan::{Action, Local};
use crate::refusal::{BadValue, Refusal};

pub(super) struct English;

impl Wording for English {
    fn and_list(&self, parts: &[String]) -> String {
        list(parts, "and")
    }

    fn sentence(&self, text: &str) -> String {
        let text = capitalized(text.trim());
        match text.chars().last() {
            None | Some('.' | '!' | '?' | '。' | '！' | '？') => text,
            // Authors write other languages, too: Chinese and Japanese have their own full stop.
            Some('\u{2e80}'..='\u{9fff}') => format!("{text}。"),
            Some(_) => format!("{text}."),
        }
    }

    fn one_after_the_other(&self, sentences: &[String]) -> String {
        sentences.join(" ")
    }

    /// With its article, unless it brings one or is somebody's.
    fn name(&self, name: &str) -> String {
        let first = name.split_whitespace().next().unwrap_or_default().to_lowercase();
        let has_one = ["the", "my", "our"].contains(&first.as_str())
            || first.ends_with("'s")
            || first.ends_with("\u{2019}s");
        if has_one { name.to_owned() } else { format!("the {name}") }
    }

    fn name_in(&self, name: &str, room: &str) -> String {
        format!("{} in {}", self.name(name), self.name(room))
    }

    fn count(&self, count: usize, kind: Option<Kind>) -> String {
        format!("{count} {}", kind.map_or("devices", |kind| kind.spoken().1))
    }

    fn is(&self, several: bool) -> &'static str {
        if several { "are" } else { "is" }
    }

    fn state(&self, capability: Capability, state: &State, several: bool) -> String {
        let value = self.value(capability, state);
        let verb =
            |one: &str, more: &str, rest: String| format!("{} {rest}", if several { more } else { one });
        let is = |rest: String| verb("is", "are", rest);
        match (capability, state) {
            (Capability::Temperature | Capability::Humidity, _) => verb("measures", "measure", value),
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
            (Capability::Motion, _) => verb("sees", "see", value),
            (Capability::Battery, _) => verb("has", "have", format!("{value} of charge")),
            (Capability::RainChance, _) => verb("expects", "expect", format!("rain with {value}")),
            _ => is(value),
        }
    }

    fn value(&self, capability: Capability, state: &State) -> String {
        let state = capability.accept(state).unwrap_or_else(|_| state.clone());
        match (capability, &state) {
            (Capability::Lock, State::Bool(locked)) => if *locked { "locked" } else { "unlocked" }.into(),
            (Capability::Mute, State::Bool(muted)) => if *muted { "muted" } else { "not muted" }.into(),
            (Capability::Contact, State::Bool(open)) => if *open { "open" } else { "closed" }.into(),
            (Capability::Motion, State::Bool(seen)) => if *seen { "motion" } else { "no motion" }.into(),
            (Capability::Cleaning, State::Text(text)) if text == "returning" => "on its way home".into(),
            (Capability::Position, State::Number(n)) if *n <= 0.5 => "closed".into(),
            (Capability::Position, State::Number(n)) if *n >= 99.5 => "open".into(),
            (_, State::Number(n)) => capability.amount(rounded(capability, *n)),
            (Capability::Color, State::Text(text)) => match Color::parse(text).and_then(Color::name) {
                Some(name) => name.into(),
                None => format!("the color {text}"),
            },
            (_, state) => state.to_string(),
        }
    }

    fn with_state(&self, who: &str, several: bool, capability: Capability, state: &State) -> String {
        format!("{who} {}", self.state(capability, state, several))
    }

    fn slot(&self, value: &Value) -> String {
        match value {
            Value::Text(text) => text.clone(),
            Value::AnyOf(texts) => texts.join(" or "),
            Value::Number(n) => n.to_string(),
            Value::Percentage(n) => format!("{n} percent"),
            Value::Temperature(n) => format!("{n} degrees"),
            Value::Duration(d) => format!("{} seconds", d.as_secs()),
            other => other.to_string(),
        }
    }

    fn done(&self) -> &'static str {
        "Done"
    }

    fn but(&self, good: &str, bad: &str) -> Option<String> {
        (!bad.contains(", but ")).then(|| format!("{}, but {bad}", good.trim_end_matches('.')))
    }

    fn what(&self, action: &Action) -> String {
        match action {
            Action::Http(call) => call.url.split('/').nth(2).unwrap_or("the service"),
            Action::Mqtt(_) => "the message broker",
            Action::Wait { .. } => "the clock",
            Action::Local(local) => match local {
                Local::TimerStart { .. } | Local::TimerCancel { .. } | Local::TimerRemaining { .. } => {
                    "timers"
                }
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
            },
            Action::Set { device, .. } | Action::Adjust { device, .. } | Action::Read { device, .. } => {
                device.as_str()
            }
        }
        .to_owned()
    }

    fn not_confirmed(&self, who: &[String], action: &Action, read: Option<&State>) -> String {
        let (several, who) = (who.len() > 1, self.and_list(who));
        let Some((_, capability)) = action.device_and_capability() else {
            return format!("I sent that to {who}, but it was not confirmed");
        };
        let Some(order) = order(action) else { return format!("{who} did not answer") };
        let they = if several { "they" } else { "it" };
        match read {
            None => format!("I told {who} {order}, but {they} did not confirm"),
            Some(state) => {
                let state = self.state(capability, state, several);
                let say = if several { "say" } else { "says" };
                format!("I told {who} {order}, but {they} {say} that {they} {state}")
            }
        }
    }

    fn not_done(&self, who: &[String], action: &Action, why: FailureKind) -> String {
        let (is, who) = (self.is(who.len() > 1), self.and_list(who));
        match (why, order(action)) {
            (FailureKind::NotTried, Some(order)) => format!("I did not tell {who} {order}"),
            (FailureKind::NotTried, None) => format!("I did not ask {who}"),
            (FailureKind::Unreachable, _) => format!("I could not reach {who}"),
            (FailureKind::Refused, Some(order)) => format!("{who} refused {order}"),
            (FailureKind::Refused, None) => format!("{who} refused to answer"),
            (FailureKind::Garbled, _) => format!("I could not understand the answer of {who}"),
            (FailureKind::Misconfigured, _) => format!("{who} {is} not set up correctly"),
            (FailureKind::Unsupported, Some(_)) => format!("I have no way to control {who}"),
            (FailureKind::Unsupported, None) => format!("I have no way to ask {who}"),
        }
    }

    fn not_done_here(&self, what: &str, why: FailureKind) -> String {
        match why {
            FailureKind::Unsupported => format!("I cannot use {what} here"),
            _ => "that did not work".into(),
        }
    }

    fn refusal(&self, refusal: &Refusal) -> String {
        let place = |room: &Option<String>| {
            room.as_ref().map_or_else(|| "here".to_owned(), |room| format!("in {}", self.name(room)))
        };
        match refusal {
            Refusal::Unresolved { said } => format!("I don't know anything called {said}."),
            Refusal::NoReferent { said } => format!("I don't know what you mean by {said}."),
            Refusal::Ambiguous { names, .. } => format!("Which one do you mean: {}?", few(names)),
            Refusal::Asks { question, .. } => question.clone(),
            Refusal::NotPermitted { skill, what } => format!("The skill {skill} may not reach {what}."),
            Refusal::NotCapable { device, capability, set } => {
                capitalized(&format!("{} {}.", self.name(device), cannot(*capability, *set)))
            }
            Refusal::NotInArea { device, areas } => {
                let areas: Vec<String> = areas.iter().map(|area| self.name(area)).collect();
                capitalized(&format!("{} is not in {}.", self.name(device), areas.join(" or ")))
            }
            Refusal::SlotMissing { slot } => format!("I need to know the {slot} for that."),
            Refusal::NothingThere { room } => format!("There is nothing {} that can do that.", place(room)),
            Refusal::NothingElse => "There is nothing else that can do that.".into(),
            Refusal::ExceptOfNamed => "I can leave something out only of all.".into(),
            Refusal::NoneOfKind { kinds, room } => {
                let kinds: Vec<&str> = kinds.iter().map(|kind| kind.spoken().0).collect();
                format!("There is no {} {} that I can reach.", kinds.join(" or "), place(room))
            }
            Refusal::BadValue { value } => match value {
                BadValue::State { capability, found } => {
                    match capability.accept(&State::Text(found.clone())) {
                        Err(bad) => self.sentence(&format!("the {bad}").replace('`', "")),
                        Ok(_) => "That cannot be set.".into(),
                    }
                }
                BadValue::NoNumber => "That is no number.".into(),
                BadValue::NoSpan => "That is no span of time.".into(),
                BadValue::NoTime => "That is no time.".into(),
                BadValue::NoTimeOfDay => "That is no time of day.".into(),
                BadValue::TooLongToWait => "That is too long to wait for. A timer can do that.".into(),
            },
            Refusal::TooMany { count, .. } => {
                format!("That would be {count} things at once. Please name one.")
            }
            Refusal::TooUnsure { .. } => "I am not sure that I understood. Please say it again.".into(),
            Refusal::UnknownIntent => "I no longer know how to do that.".into(),
        }
    }

    fn orders(&self, actions: &[(&Action, String)], skill: &str) -> String {
        let mut orders: Vec<String> =
            actions.iter().map(|(action, name)| self.order_of(action, name, skill)).collect();
        orders.dedup();
        if orders.len() > MOST_NAMED {
            let more = orders.len() - MOST_NAMED;
            orders.truncate(MOST_NAMED);
            orders.push(format!("do {more} more things"));
        }
        self.and_list(&orders)
    }

    fn help_about(&self, topic: &str, help: Option<&SkillHelp>) -> String {
        let Some(help) = help else { return format!("I know nothing about {topic}.") };
        let summary = match help.summary.trim_end_matches('.') {
            "" => "I cannot tell what that is for",
            summary => summary,
        };
        let few = &help.sentences[..help.sentences.len().min(4)];
        if few.is_empty() {
            format!("{summary}.")
        } else {
            format!("{summary}. You can say: {}.", quoted(few))
        }
    }

    fn help(&self, topics: &[SkillHelp]) -> String {
        let names: Vec<String> = topics.iter().map(|help| help.skill.clone()).collect();
        let examples: Vec<String> =
            topics.iter().filter_map(|help| help.sentences.first().cloned()).take(3).collect();
        match (names.is_empty(), examples.is_empty()) {
            (true, _) => "No skills are installed.".into(),
            (false, true) => format!("You can ask me about {}.", self.and_list(&names)),
            (false, false) => {
                format!("You can ask me about {}. For example: {}.", self.and_list(&names), quoted(&examples))
            }
        }
    }

    fn answer(&self) -> &'static str {
        "[i want|i'd like|make it|just] [for|at|in] [the|a|an|some] {answer} [one] [please]"
    }
}

impl English {
    /// One action as an order: `turn off the kettle`.
    fn order_of(&self, action: &Action, name: &str, skill: &str) -> String {
        match action {
            Action::Set { capability, to, .. } => match (capability, to) {
                (Capability::Power, to) => format!("turn {to} {name}"),
                (Capability::Lock, State::Bool(true)) => format!("lock {name}"),
                (Capability::Lock, _) => format!("unlock {name}"),
                (Capability::Position, State::Number(n)) if *n <= 0.0 => format!("close {name}"),
                (Capability::Position, State::Number(n)) if *n >= 100.0 => format!("open {name}"),
                (Capability::Step, to) => format!("go to the {to} on {name}"),
                (Capability::Media, to) => format!("play {to} on {name}"),
                (_, State::Number(_)) => {
                    format!("set {name} to {to} {}", capability.unit()).trim_end().to_owned()
                }
                (_, to) => format!("set {name} to {to}"),
            },
            Action::Adjust { by, .. } if *by < 0.0 => format!("turn down {name}"),
            Action::Adjust { .. } => format!("turn up {name}"),
            Action::Read { .. } => format!("ask {name}"),
            Action::Http(_) | Action::Mqtt(_) => format!("do what the skill {skill} says"),
            Action::Local(local) => local.to_string(),
            Action::Wait { .. } => action.to_string(),
        }
    }
}

fn list(parts: &[String], word: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

fn few(names: &[String]) -> String {
    match names {
        // Nobody remembers more, and the room is what is asked for.
        [first, second, _, _, ..] => format!("{first}, {second}, or one of {} others", names.len() - 2),
        names => list(names, "or"),
    }
}

fn quoted(sentences: &[String]) -> String {
    sentences.iter().map(|s| format!("\u{201c}{s}\u{201d}")).collect::<Vec<_>>().join(", ")
}

/// "to turn on": what a device was told. Nothing when it was only asked.
fn order(action: &Action) -> Option<String> {
    match action {
        Action::Set { capability, to, .. } => Some(match (capability, to) {
            (Capability::Power, to) => format!("to turn {to}"),
            (Capability::Lock, State::Bool(true)) => "to lock".into(),
            (Capability::Lock, _) => "to unlock".into(),
            (Capability::Color, to) => format!("to turn {}", English.value(Capability::Color, to)),
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
            (capability, to) => format!("to go to {}", English.value(*capability, to)),
        }),
        Action::Adjust { capability, by, .. } => {
            let direction = if *by < 0.0 { "down" } else { "up" };
            Some(format!("to go {direction} by {}", capability.amount(by.abs())))
        }
        _ => None,
    }
}

fn cannot(capability: Capability, set: bool) -> String {
    let text = match (capability, set) {
        (Capability::Power, true) => "cannot be turned on or off",
        (Capability::Power, false) => "does not tell whether it is on",
        (Capability::Brightness, true) => "cannot be dimmed",
        (Capability::Color, true) => "cannot change its color",
        (Capability::Position, true) => "cannot be opened or closed",
        (Capability::Position, false) => "does not tell whether it is open",
        (Capability::TargetTemperature, true) => "cannot be set to a temperature",
        (Capability::Lock, true) => "cannot be locked or unlocked",
        (Capability::Lock, false) => "does not tell whether it is locked",
        (Capability::Mode, true) => "has no modes",
        (Capability::Playback, true) => "cannot play, pause or stop",
        (Capability::Playback, false) => "does not tell what it does",
        (Capability::Step, _) => "has no next or previous",
        (Capability::Media, true) => "cannot play that",
        (Capability::Media, false) => "does not tell what it plays",
        (Capability::Mute, true) => "cannot be muted",
        (Capability::Cleaning, true) => "cannot be started or stopped",
        (Capability::Cleaning, false) => "does not tell what it does",
        (Capability::Contact, _) => "does not tell whether it is open",
        (Capability::Motion, _) => "does not tell whether something moves",
        (Capability::Condition, _) => "does not tell the weather",
        (capability, true) => return format!("cannot change its {capability}"),
        (capability, false) => return format!("does not tell its {capability}"),
    };
    text.to_owned()
}
