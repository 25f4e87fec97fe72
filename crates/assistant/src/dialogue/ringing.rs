//! Timers and alarms that are over: they ring until somebody stops them.

use std::time::Duration;

use mynah_audio::Cue;
use mynah_intent::SaidDateTime;
use mynah_skill::{AlarmKind, Due, Language, Local, Reply};

use super::{Command, Dialogue, Utter};
use crate::alarms::Alarm;
use crate::moment::Moment;
use crate::timers::Timer;
use crate::wording::{Phrase, sentences};

/// From one ringing of a timer to the next. Between them a wake word can be heard.
const RING_EVERY: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Ringing {
    timers: Vec<Timer>,
    alarms: Vec<Alarm>,
    pub(super) next: Duration,
    until: Duration,
    announced: bool,
}

impl Dialogue {
    /// What is due begins to ring, or rings on.
    pub(super) fn begin_to_ring(&mut self, now: Moment) {
        let time = now.since_start;
        let (over, due) = (self.own.timers.take_due(now), self.own.alarms.take_due(now));
        if !over.is_empty() || !due.is_empty() {
            // Who is reminded need not be woken.
            let rings = !over.is_empty() || due.iter().any(|alarm| alarm.kind == AlarmKind::Alarm);
            let (next, until) = (time, time + if rings { self.settings.ring_limit } else { Duration::ZERO });
            let ringing = self.ringing.get_or_insert_with(|| Ringing {
                timers: Vec::new(),
                alarms: Vec::new(),
                next,
                until,
                announced: false,
            });
            ringing.timers.extend(over);
            ringing.alarms.extend(due);
            ringing.until = ringing.until.max(until);
            ringing.announced = false;
            self.keep(now);
        }
    }

    pub(super) fn ring(&mut self, now: Moment) {
        let time = now.since_start;
        let Some(ringing) = self.ringing.as_mut().filter(|ringing| ringing.next <= time) else {
            return;
        };
        if ringing.announced && ringing.until <= time {
            self.ringing = None;
            return;
        }
        ringing.next = time + RING_EVERY;
        self.commands.push_back(Command::Cue(Cue::Timer));
        if !std::mem::replace(&mut ringing.announced, true) {
            let timers = (!ringing.timers.is_empty()).then_some(Phrase::TimersOver(&ringing.timers));
            let alarms = ringing.alarms.iter().map(|alarm| Phrase::AlarmIsDue(alarm, now));
            let language = Language::of(self.mind.language());
            let said: Vec<String> = alarms.chain(timers).map(|phrase| phrase.said(language)).collect();
            let speech = sentences(&said, language);
            self.to_say.push_back(Utter::Speech {
                turn: None,
                reply: Reply { speech, ok: true },
                question: None,
            });
            self.utter(now);
        }
    }

    /// What rings falls silent and rings again later. False when nothing rings.
    pub(super) fn snooze(&mut self, length: Duration, now: Moment) -> bool {
        let Some(ringing) = self.ringing.take() else { return false };
        for timer in ringing.timers {
            // There are not more of them than there were.
            let _ = self.own.timers.start(length, timer.name.as_deref(), now);
        }
        let due = Due::Once(SaidDateTime::In(length));
        for alarm in ringing.alarms {
            let _ = self.own.alarms.set(alarm.kind, &due, false, alarm.about.as_deref(), now);
        }
        true
    }

    /// "Turn off the alarm" means the one that rings, and not the one of tomorrow.
    pub(super) fn silences(&self, local: &Local) -> bool {
        let Some(ringing) = &self.ringing else { return false };
        match local {
            Local::AlarmCancel { at: None, about: None, .. } => !ringing.alarms.is_empty(),
            Local::TimerCancel { name: None } => !ringing.timers.is_empty(),
            _ => false,
        }
    }
}
