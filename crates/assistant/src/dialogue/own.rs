//! What the assistant does itself: timers, alarms, time and date, volume, lists, help.

use std::time::Duration;

use mynah_skill::{Failure, FailureKind, Local, Outcome};
use serde::{Deserialize, Serialize};

use super::phrases::Language;
use super::understanding::Understanding;
use crate::alarms::{Alarm, Alarms, SavedAlarm};
use crate::lists::{Added, Lists};
use crate::mandarin;
use crate::moment::Moment;
use crate::timers::{SavedTimer, Timer, TimerRefusal, Timers};
use crate::words::{and_list, spoken_date, spoken_length, spoken_time};

/// What outlives a run. Each item was asked for by the household; nothing is noted of its own accord.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// The timers that run.
    pub timers: Vec<SavedTimer>,
    /// The alarms and reminders that are to come.
    pub alarms: Vec<SavedAlarm>,
    /// Shopping list and others.
    pub lists: Lists,
    /// Speech volume in percent.
    pub volume: f64,
}

impl Default for Kept {
    fn default() -> Self {
        Kept { timers: Vec::new(), alarms: Vec::new(), lists: Lists::default(), volume: 60.0 }
    }
}

/// What an action of our own asks of the dialogue beside its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Nothing,
    /// State that outlives the run has changed.
    Changed,
    /// The same, and the volume is another.
    VolumeChanged,
    /// All that goes on is to stop.
    Stop,
    /// What rings is to ring again after so long.
    Snooze(Duration),
}

/// All of our own that an action can change, as it was.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    timers: Timers,
    alarms: Alarms,
    lists: Lists,
    volume: f64,
}

/// The state of the actions of our own.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) timers: Timers,
    pub(super) alarms: Alarms,
    lists: Lists,
    pub(super) volume: f64,
}

impl Own {
    pub(super) fn new(kept: &Kept, now: Moment) -> Self {
        let volume = if kept.volume.is_finite() { kept.volume.clamp(0.0, 100.0) } else { 60.0 };
        let (timers, alarms) = (Timers::restore(&kept.timers, now), Alarms::restore(&kept.alarms));
        Own { timers, alarms, lists: kept.lists.clone(), volume }
    }

    pub(super) fn kept(&self, now: Moment) -> Kept {
        Kept {
            timers: self.timers.save(now),
            alarms: self.alarms.save(),
            lists: self.lists.clone(),
            volume: self.volume,
        }
    }

    pub(super) fn memory(&self) -> Memory {
        Memory {
            timers: self.timers.clone(),
            alarms: self.alarms.clone(),
            lists: self.lists.clone(),
            volume: self.volume,
        }
    }

    /// Everything as it was, and what there is to tell. A timer or an alarm that is over meanwhile stays over.
    pub(super) fn restore(&mut self, memory: Memory, now: Moment) -> (Outcome, Effect) {
        let Memory { mut timers, mut alarms, lists, volume } = memory;
        timers.take_due(now);
        alarms.take_due(now);
        let alarms_differ = std::mem::replace(&mut self.alarms, alarms) != self.alarms;
        let timers_differ = std::mem::replace(&mut self.timers, timers) != self.timers;
        let lists_differ = std::mem::replace(&mut self.lists, lists) != self.lists;
        let volume_differs = std::mem::replace(&mut self.volume, volume) != self.volume;
        let mut said = Vec::new();
        if timers_differ {
            said.push("The timers are as they were.".to_owned());
        }
        if alarms_differ {
            said.push("The alarms and reminders are as they were.".to_owned());
        }
        if lists_differ {
            said.push("The lists are as they were.".to_owned());
        }
        if volume_differs {
            said.push(format!("The volume is at {} percent.", volume.round()));
        }
        (done(said.join(" ")), if volume_differs { Effect::VolumeChanged } else { Effect::Changed })
    }

    /// Does one action, at once and wholly.
    pub(super) fn act(&mut self, action: &Local, mind: &dyn Understanding, now: Moment) -> (Outcome, Effect) {
        let (outcome, effect) = self.act_plainly(action, mind, now);
        let language = Language::of(mind.language());
        let outcome = match outcome {
            Outcome::Done { said: Some(said) } if language == Language::Mandarin => {
                Outcome::Done { said: Some(self.in_mandarin(action, said, now)) }
            }
            Outcome::Failed(failure) if language == Language::Mandarin => {
                Outcome::Failed(Failure { message: "抱歉，这个我做不到。".to_owned(), ..failure })
            }
            outcome => outcome,
        };
        (outcome, effect)
    }

    /// What there is to tell of an action that was done; `said` where the words are the author's.
    fn in_mandarin(&self, action: &Local, said: String, now: Moment) -> String {
        let wall = crate::alarms::local(now.wall);
        match action {
            Local::TimerStart { length, name } => {
                let name = name.as_deref().unwrap_or_default();
                format!("{name}计时器设好了，{}。", mandarin::spoken_length(*length))
            }
            Local::TimerCancel { .. } => "计时器取消了。".to_owned(),
            Local::TimerRemaining { name } => {
                let all = self.timers.running().iter();
                let all = all.filter(|timer| name.is_none() || timer.name == *name);
                let left = |timer: &Timer| {
                    let left = timer.remaining(now).as_millis().div_ceil(1000);
                    let left = Duration::from_secs(u64::try_from(left).unwrap_or(u64::MAX));
                    format!("{}还剩{}", timer_name(timer, Language::Mandarin), mandarin::spoken_length(left))
                };
                let all: Vec<String> = all.map(left).collect();
                if all.is_empty() {
                    "没有计时器。".to_owned()
                } else {
                    format!("{}。", all.join("，"))
                }
            }
            Local::AlarmCancelAll { kind } => format!("{}取消了。", mandarin::kind(*kind)),
            Local::AlarmList { kind } => {
                let all: Vec<String> =
                    self.alarms.of(*kind).map(|alarm| mandarin::alarm(alarm, wall)).collect();
                match all.len() {
                    0 => format!("没有{}。", mandarin::kind(*kind)),
                    n => format!("有{n}个{}：{}。", mandarin::kind(*kind), mandarin::and_list(&all)),
                }
            }
            Local::Snooze { length } => format!("{}以后再叫你。", mandarin::spoken_length(*length)),
            Local::VolumeSet { .. } | Local::VolumeAdjust { .. } => {
                format!("音量是百分之{}。", self.volume.round())
            }
            Local::TellTime => format!("现在是{}。", mandarin::spoken_time(now.wall.time())),
            Local::TellDate => format!("今天是{}。", mandarin::spoken_date(now.wall.date())),
            Local::ListAdd { item, .. } => format!("{item}已经在清单上了。"),
            Local::ListRemove { item, .. } => format!("{item}已经从清单上去掉了。"),
            Local::ListRead { list } => match self.lists.items(list) {
                [] => "清单是空的。".to_owned(),
                items => format!("清单上有{}。", mandarin::and_list(items)),
            },
            Local::ListClear { .. } => "清单清空了。".to_owned(),
            // Said in the language already.
            Local::AlarmSet { .. } | Local::AlarmCancel { .. } => said,
            Local::Say { .. } | Local::Help { .. } | Local::Undo | Local::Cancel => said,
        }
    }

    fn act_plainly(&mut self, action: &Local, mind: &dyn Understanding, now: Moment) -> (Outcome, Effect) {
        match action {
            Local::TimerStart { length, name } => match self.timers.start(*length, name.as_deref(), now) {
                Ok(timer) => {
                    let length = spoken_length(timer.length);
                    let said = match &timer.name {
                        Some(name) => format!("The {name} timer is set for {length}."),
                        None => format!("The timer is set for {length}."),
                    };
                    (done(said), Effect::Changed)
                }
                Err(refusal) => refused(&refusal),
            },
            Local::TimerCancel { name } => match self.timers.cancel(name.as_deref()) {
                Ok(timer) => (done(format!("The {} is cancelled.", timer.spoken())), Effect::Changed),
                Err(refusal) => refused(&refusal),
            },
            Local::TimerRemaining { name } => self.remaining(name.as_deref(), now),
            Local::AlarmSet { kind, due, morning, about } => {
                match self.alarms.set(*kind, due, *morning, about.as_deref(), now) {
                    Ok(alarm) => {
                        let said = match Language::of(mind.language()) {
                            Language::English => {
                                format!("The {} is set for {}.", kind.name(), alarm.spoken(now))
                            }
                            Language::Mandarin => {
                                let when = mandarin::alarm(alarm, crate::alarms::local(now.wall));
                                format!("{}设好了，{when}。", mandarin::kind(*kind))
                            }
                        };
                        (done(said), Effect::Changed)
                    }
                    Err(refusal) => refused(&refusal),
                }
            }
            Local::AlarmCancel { kind, at, about } => {
                match self.alarms.cancel(*kind, *at, about.as_deref(), now) {
                    Ok(alarm) => {
                        let said = match Language::of(mind.language()) {
                            Language::English => {
                                format!("The {} for {} is cancelled.", kind.name(), alarm.spoken(now))
                            }
                            Language::Mandarin => {
                                let when = mandarin::alarm(&alarm, crate::alarms::local(now.wall));
                                format!("{when}的{}取消了。", mandarin::kind(*kind))
                            }
                        };
                        (done(said), Effect::Changed)
                    }
                    Err(refusal) => refused(&refusal),
                }
            }
            Local::AlarmCancelAll { kind } => match self.alarms.cancel_all(*kind) {
                0 => (done(format!("There is no {}.", kind.name())), Effect::Nothing),
                1 => (done(format!("The only {} is cancelled.", kind.name())), Effect::Changed),
                n => (done(format!("All {n} {}s are cancelled.", kind.name())), Effect::Changed),
            },
            Local::AlarmList { kind } => {
                let all: Vec<String> = self.alarms.of(*kind).map(|alarm| alarm.spoken(now)).collect();
                let said = match all.as_slice() {
                    [] => format!("There is no {}.", kind.name()),
                    [one] => format!("There is one {}: {one}.", kind.name()),
                    _ => format!("There are {} {}s: {}.", all.len(), kind.name(), and_list(&all)),
                };
                (done(said), Effect::Nothing)
            }
            Local::Snooze { length } => {
                (done(format!("I ring again in {}.", spoken_length(*length))), Effect::Snooze(*length))
            }
            Local::VolumeSet { percent } => self.set_volume(*percent),
            Local::VolumeAdjust { by } => self.set_volume(self.volume + by),
            Local::TellTime => (done(format!("It is {}.", spoken_time(now.wall.time()))), Effect::Nothing),
            Local::TellDate => (done(format!("Today is {}.", spoken_date(now.wall.date()))), Effect::Nothing),
            Local::ListAdd { list, item } => match self.lists.add(list, item) {
                Added::New => (done(format!("I put {item} on the {list} list.")), Effect::Changed),
                Added::Already => {
                    (done(format!("There is {item} on the {list} list already.")), Effect::Nothing)
                }
                Added::Full => {
                    (failed(FailureKind::Refused, format!("The {list} list is full.")), Effect::Nothing)
                }
            },
            Local::ListRemove { list, item } => match self.lists.remove(list, item) {
                Some(item) => (done(format!("I took {item} off the {list} list.")), Effect::Changed),
                None => (
                    failed(FailureKind::Refused, format!("There is no {item} on the {list} list.")),
                    Effect::Nothing,
                ),
            },
            Local::ListRead { list } => {
                let items = self.lists.items(list);
                let said = match items.len() {
                    0 => format!("The {list} list is empty."),
                    1 => format!("There is one thing on the {list} list: {}.", items[0]),
                    n => format!("There are {n} things on the {list} list: {}.", and_list(items)),
                };
                (done(said), Effect::Nothing)
            }
            Local::ListClear { list } => match self.lists.clear(list) {
                0 => (done(format!("The {list} list was empty.")), Effect::Nothing),
                _ => (done(format!("The {list} list is empty now.")), Effect::Changed),
            },
            Local::Say { text } => (done(capital_sentence(text)), Effect::Nothing),
            Local::Help { topic } => (done(mind.help(topic.as_deref())), Effect::Nothing),
            Local::Cancel => (Outcome::Done { said: None }, Effect::Stop),
            // The dialogue takes back what there is to take back before it comes here.
            Local::Undo => {
                (failed(FailureKind::Refused, "There is nothing to take back.".to_owned()), Effect::Nothing)
            }
        }
    }

    fn remaining(&self, name: Option<&str>, now: Moment) -> (Outcome, Effect) {
        let told = |timer: &Timer| {
            // A second that has begun is counted: nobody is told of a timer with nothing left.
            let left = timer.remaining(now).as_millis().div_ceil(1000);
            let left = Duration::from_secs(u64::try_from(left).unwrap_or(u64::MAX));
            format!("{} left on the {}", spoken_length(left), timer.spoken())
        };
        match self.timers.get(name) {
            Ok(timer) => (done(format!("{}.", told(timer))), Effect::Nothing),
            // Telling of all is harmless where ending one is not.
            Err(TimerRefusal::Several { .. }) if name.is_none() => {
                let all: Vec<String> = self.timers.running().iter().map(told).collect();
                (done(format!("{}.", and_list(&all))), Effect::Nothing)
            }
            // Who asks is answered; who gives an order that cannot be followed is refused.
            Err(refusal) => (done(refusal.to_string()), Effect::Nothing),
        }
    }

    fn set_volume(&mut self, percent: f64) -> (Outcome, Effect) {
        if !percent.is_finite() {
            return (failed(FailureKind::Refused, "That is no volume.".to_owned()), Effect::Nothing);
        }
        self.volume = percent.clamp(0.0, 100.0);
        (done(format!("The volume is at {} percent.", self.volume.round())), Effect::VolumeChanged)
    }
}

/// A timer as it is spoken of, with its article.
pub(super) fn timer_name(timer: &Timer, language: Language) -> String {
    match (language, &timer.name) {
        (Language::English, _) => format!("the {}", timer.spoken()),
        (Language::Mandarin, Some(name)) => format!("{name}计时器"),
        (Language::Mandarin, None) => format!("{}的计时器", mandarin::spoken_length(timer.length)),
    }
}

pub(super) fn and_list_in(items: &[String], language: Language) -> String {
    match language {
        Language::English => and_list(items),
        Language::Mandarin => mandarin::and_list(items),
    }
}

/// What is said when an alarm is due.
pub(super) fn announcement(alarm: &Alarm, language: Language, now: Moment) -> String {
    match (language, &alarm.about) {
        (Language::English, _) => alarm.announcement(now),
        (Language::Mandarin, Some(about)) => format!("记得{about}。"),
        (Language::Mandarin, None) => format!("现在是{}。", mandarin::spoken_time(now.wall.time())),
    }
}

fn done(said: String) -> Outcome {
    Outcome::Done { said: Some(said) }
}

/// As an answer: with a capital letter and a full stop.
fn capital_sentence(text: &str) -> String {
    let text = super::capital(text.trim());
    if text.is_empty() || text.ends_with(['.', '!', '?', '。']) { text } else { format!("{text}.") }
}

fn failed(kind: FailureKind, message: String) -> Outcome {
    Outcome::Failed(Failure { kind, message })
}

fn refused(refusal: &dyn std::error::Error) -> (Outcome, Effect) {
    (failed(FailureKind::Refused, refusal.to_string()), Effect::Nothing)
}
