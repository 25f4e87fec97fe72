//! What the assistant does itself: timers, alarms, time and date, volume, lists, help.

use std::time::Duration;

use mynah_skill::{Failure, FailureKind, Language, Local, Outcome};
use serde::{Deserialize, Serialize};

use super::understanding::Understanding;
use crate::alarms::{Alarms, SavedAlarm};
use crate::lists::{Added, Lists};
use crate::moment::Moment;
use crate::timers::{SavedTimer, Timer, TimerRefusal, Timers};
use crate::wording::{Phrase, sentence, sentences};

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
    pub(super) fn restore(&mut self, memory: Memory, language: Language, now: Moment) -> (Outcome, Effect) {
        let Memory { mut timers, mut alarms, lists, volume } = memory;
        timers.take_due(now);
        alarms.take_due(now);
        let alarms_differ = std::mem::replace(&mut self.alarms, alarms) != self.alarms;
        let timers_differ = std::mem::replace(&mut self.timers, timers) != self.timers;
        let lists_differ = std::mem::replace(&mut self.lists, lists) != self.lists;
        let volume_differs = std::mem::replace(&mut self.volume, volume) != self.volume;
        let changes = [
            timers_differ.then_some(Phrase::TimersRestored),
            alarms_differ.then_some(Phrase::AlarmsRestored),
            lists_differ.then_some(Phrase::ListsRestored),
            volume_differs.then_some(Phrase::Volume(volume)),
        ];
        let said: Vec<String> = changes.iter().flatten().map(|change| change.said(language)).collect();
        let effect = if volume_differs { Effect::VolumeChanged } else { Effect::Changed };
        (Outcome::Done { said: Some(sentences(&said, language)) }, effect)
    }

    /// Does one action, at once and wholly.
    pub(super) fn act(&mut self, action: &Local, mind: &dyn Understanding, now: Moment) -> (Outcome, Effect) {
        let language = Language::of(mind.language());
        let done = |phrase: Phrase<'_>| Outcome::Done { said: Some(phrase.said(language)) };
        let failed = |phrase: Phrase<'_>| {
            Outcome::Failed(Failure { kind: FailureKind::Refused, message: phrase.said(language) })
        };
        match action {
            Local::TimerStart { length, name } => match self.timers.start(*length, name.as_deref(), now) {
                Ok(timer) => (done(Phrase::TimerSet(timer)), Effect::Changed),
                Err(refusal) => (failed(Phrase::TimerRefused(&refusal)), Effect::Nothing),
            },
            Local::TimerCancel { name } => match self.timers.cancel(name.as_deref()) {
                Ok(timer) => (done(Phrase::TimerCancelled(&timer)), Effect::Changed),
                Err(refusal) => (failed(Phrase::TimerRefused(&refusal)), Effect::Nothing),
            },
            Local::TimerRemaining { name } => {
                let left = |timer| (timer, time_left(timer, now));
                let said = match self.timers.get(name.as_deref()) {
                    Ok(timer) => done(Phrase::TimersLeft(&[left(timer)])),
                    // Telling of all is harmless where ending one is not.
                    Err(TimerRefusal::Several(_)) if name.is_none() => {
                        let all: Vec<_> = self.timers.running().iter().map(left).collect();
                        done(Phrase::TimersLeft(&all))
                    }
                    // Who asks is answered; who gives an order that cannot be followed is refused.
                    Err(refusal) => done(Phrase::TimerRefused(&refusal)),
                };
                (said, Effect::Nothing)
            }
            Local::AlarmSet { kind, due, morning, about } => {
                match self.alarms.set(*kind, due, *morning, about.as_deref(), now) {
                    Ok(alarm) => (done(Phrase::AlarmSet(alarm, now)), Effect::Changed),
                    Err(refusal) => (failed(Phrase::AlarmRefused(&refusal, now)), Effect::Nothing),
                }
            }
            Local::AlarmCancel { kind, at, about } => {
                match self.alarms.cancel(*kind, *at, about.as_deref()) {
                    Ok(alarm) => (done(Phrase::AlarmCancelled(&alarm, now)), Effect::Changed),
                    Err(refusal) => (failed(Phrase::AlarmRefused(&refusal, now)), Effect::Nothing),
                }
            }
            Local::AlarmCancelAll { kind } => {
                let count = self.alarms.cancel_all(*kind);
                let effect = if count == 0 { Effect::Nothing } else { Effect::Changed };
                (done(Phrase::AlarmsCancelled(*kind, count)), effect)
            }
            Local::AlarmList { kind } => {
                let all: Vec<_> = self.alarms.of(*kind).collect();
                (done(Phrase::Alarms(*kind, &all, now)), Effect::Nothing)
            }
            Local::Snooze { length } => (done(Phrase::RingsAgainIn(*length)), Effect::Snooze(*length)),
            Local::VolumeSet { percent: volume } | Local::VolumeAdjust { by: volume } => {
                let is_change = matches!(action, Local::VolumeAdjust { .. });
                let volume = if is_change { self.volume + volume } else { *volume };
                if !volume.is_finite() {
                    return (failed(Phrase::NoVolume), Effect::Nothing);
                }
                self.volume = volume.clamp(0.0, 100.0);
                (done(Phrase::Volume(self.volume)), Effect::VolumeChanged)
            }
            Local::TellTime => (done(Phrase::Time(now.wall.time())), Effect::Nothing),
            Local::TellDate => (done(Phrase::Date(now.wall.date())), Effect::Nothing),
            Local::ListAdd { list, item } => match self.lists.add(list, item) {
                Added::New => (done(Phrase::Added(item, list)), Effect::Changed),
                Added::Already => (done(Phrase::AddedBefore(item, list)), Effect::Nothing),
                Added::Full => (failed(Phrase::ListFull(list)), Effect::Nothing),
            },
            Local::ListRemove { list, item } => match self.lists.remove(list, item) {
                Some(item) => (done(Phrase::Removed(&item, list)), Effect::Changed),
                None => (failed(Phrase::NotOnList(item, list)), Effect::Nothing),
            },
            Local::ListRead { list } => (done(Phrase::List(list, self.lists.items(list))), Effect::Nothing),
            Local::ListClear { list } => match self.lists.clear(list) {
                0 => (done(Phrase::ListWasEmpty(list)), Effect::Nothing),
                _ => (done(Phrase::ListEmptied(list)), Effect::Changed),
            },
            Local::Say { text } => (Outcome::Done { said: Some(sentence(text, language)) }, Effect::Nothing),
            Local::Help { topic } => {
                (Outcome::Done { said: Some(mind.help(topic.as_deref())) }, Effect::Nothing)
            }
            Local::Cancel => (Outcome::Done { said: None }, Effect::Stop),
            // The dialogue takes back what there is to take back before it comes here.
            Local::Undo => (failed(Phrase::NothingToTakeBack), Effect::Nothing),
        }
    }
}

/// A second that has begun is counted: nobody is told of a timer with nothing left.
fn time_left(timer: &Timer, now: Moment) -> Duration {
    let left = timer.remaining(now).as_millis().div_ceil(1000);
    Duration::from_secs(u64::try_from(left).unwrap_or(u64::MAX))
}
