//! Alarms and reminders: at a time of day, once or again and again; kept over a restart.
//!
//! They are due by the clock on the wall, so that seven o'clock stays seven o'clock when summer time begins. Times of that clock
//! are held as if they were UTC.

use std::time::Duration;

use mynah_intent::{Recurrence, SaidDateTime, SaidTime};
use mynah_skill::{AlarmKind, Due};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, Time, UtcOffset};

use crate::moment::Moment;

/// The most alarms and reminders at once.
pub(crate) const MOST: usize = 100;
/// The clock on the wall may be set: it is looked at this often while something is to come.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// An alarm or a reminder that is to come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Alarm {
    pub(crate) kind: AlarmKind,
    /// What is to be remembered.
    pub(crate) about: Option<String>,
    /// When it is due, by the clock on the wall.
    pub(crate) at: OffsetDateTime,
    /// Again and again, since it was said.
    pub(crate) every: Option<(Recurrence, OffsetDateTime)>,
}

/// An alarm as it is kept over a restart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedAlarm {
    /// Alarm or reminder.
    pub kind: AlarmKind,
    /// What is to be remembered.
    pub about: Option<String>,
    /// When it is due: seconds from 1970-01-01 00:00 of the clock at the speaker's place, by that clock.
    pub at_local_s: i64,
    /// Again and again.
    pub every: Option<Recurrence>,
    /// When that was said, as `at_local_s`.
    pub said_local_s: i64,
}

/// Why an alarm was not set or found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AlarmRefusal {
    Past,
    NoSuchDay,
    TooMany,
    None(AlarmKind),
    NoSuch(AlarmKind),
    Several(Vec<Alarm>),
}

/// What is to come.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Alarms {
    /// In the order in which they are due.
    waiting: Vec<Alarm>,
}

impl Alarms {
    /// Sets one, and gives it. `morning`: a time that may be in either half of the day is in the morning.
    ///
    /// # Errors
    /// Nothing was set.
    pub(crate) fn set(
        &mut self,
        kind: AlarmKind,
        due: &Due,
        morning: bool,
        about: Option<&str>,
        now: Moment,
    ) -> Result<&Alarm, AlarmRefusal> {
        if self.waiting.len() >= MOST {
            return Err(AlarmRefusal::TooMany);
        }
        let now = local(now.wall);
        let early = |time: SaidTime| {
            if time.either_half && time.hour < 12 { SaidTime::exact(time.hour, time.minute) } else { time }
        };
        // People get up in the morning: tomorrow at six is six in the morning for an alarm, and the evening for all else.
        let (at, every) = match *due {
            Due::Once(SaidDateTime::At { date, time }) => {
                let is_early = morning || kind == AlarmKind::Alarm && date.is_some();
                let time = if is_early { early(time) } else { time };
                let at = SaidDateTime::At { date, time }.resolve(now).ok_or(AlarmRefusal::NoSuchDay)?;
                (at, None)
            }
            Due::Once(said) => (said.resolve(now).ok_or(AlarmRefusal::NoSuchDay)?, None),
            Due::Every(mut every) => {
                if morning || kind == AlarmKind::Alarm {
                    every.at = every.at.map(early);
                }
                let next = every.next_after(now, now).ok_or(AlarmRefusal::NoSuchDay)?;
                (next, Some((every, now)))
            }
        };
        if at <= now {
            return Err(AlarmRefusal::Past);
        }
        let about = about.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(self.insert(Alarm { kind, about, at, every }))
    }

    /// Takes out the one at that time or with these words, or the only one of its kind.
    ///
    /// # Errors
    /// Nothing was taken out.
    pub(crate) fn cancel(
        &mut self,
        kind: AlarmKind,
        at: Option<SaidTime>,
        about: Option<&str>,
    ) -> Result<Alarm, AlarmRefusal> {
        let fits = |alarm: &Alarm| {
            alarm.kind == kind
                && at.is_none_or(|at| is_at(at, alarm.at.time()))
                && about.is_none_or(|about| alarm.about.as_deref().is_some_and(|own| has_words(own, about)))
        };
        let found: Vec<usize> = (0..self.waiting.len()).filter(|i| fits(&self.waiting[*i])).collect();
        match *found {
            [one] => Ok(self.waiting.remove(one)),
            [] if self.of(kind).next().is_none() => Err(AlarmRefusal::None(kind)),
            [] => Err(AlarmRefusal::NoSuch(kind)),
            _ => Err(AlarmRefusal::Several(found.iter().map(|i| self.waiting[*i].clone()).collect())),
        }
    }

    /// Takes out all of a kind, and tells how many there were.
    pub(crate) fn cancel_all(&mut self, kind: AlarmKind) -> usize {
        let before = self.waiting.len();
        self.waiting.retain(|alarm| alarm.kind != kind);
        before - self.waiting.len()
    }

    /// Those of a kind, the next one first.
    pub(crate) fn of(&self, kind: AlarmKind) -> impl Iterator<Item = &Alarm> {
        self.waiting.iter().filter(move |alarm| alarm.kind == kind)
    }

    /// Takes out those that are due; those that come again are set anew.
    pub(crate) fn take_due(&mut self, now: Moment) -> Vec<Alarm> {
        let wall = local(now.wall);
        let due = self.waiting.partition_point(|alarm| alarm.at <= wall);
        let due: Vec<Alarm> = self.waiting.drain(..due).collect();
        for alarm in &due {
            if let Some((every, said)) = alarm.every
                && let Some(at) = every.next_after(said, wall)
            {
                self.insert(Alarm { at, ..alarm.clone() });
            }
        }
        due
    }

    /// When to look at the clock, in time since the start of the run.
    pub(crate) fn next_look(&self, now: Moment) -> Option<Duration> {
        let left = self.waiting.first()?.at - local(now.wall);
        let left = Duration::try_from(left).unwrap_or(Duration::ZERO);
        Some(now.since_start + left.min(LOOK_EVERY))
    }

    /// As they are kept over a restart.
    pub(crate) fn save(&self) -> Vec<SavedAlarm> {
        let saved = |alarm: &Alarm| SavedAlarm {
            kind: alarm.kind,
            about: alarm.about.clone(),
            at_local_s: alarm.at.unix_timestamp(),
            every: alarm.every.map(|(every, _)| every),
            said_local_s: alarm.every.map_or(alarm.at, |(_, said)| said).unix_timestamp(),
        };
        self.waiting.iter().map(saved).collect()
    }

    /// Goes on with what was saved. What was due meanwhile is due at once.
    pub(crate) fn restore(saved: &[SavedAlarm]) -> Alarms {
        let mut alarms = Alarms::default();
        let time = |seconds| OffsetDateTime::from_unix_timestamp(seconds).ok();
        for alarm in saved.iter().take(MOST) {
            let (Some(at), Some(said)) = (time(alarm.at_local_s), time(alarm.said_local_s)) else { continue };
            let every = alarm.every.map(|every| (every, said));
            alarms.insert(Alarm { kind: alarm.kind, about: alarm.about.clone(), at, every });
        }
        alarms
    }

    fn insert(&mut self, alarm: Alarm) -> &Alarm {
        let index = self.waiting.partition_point(|other| other.at <= alarm.at);
        self.waiting.insert(index, alarm);
        &self.waiting[index]
    }
}

/// The clock on the wall, as if it were UTC.
pub(crate) fn local(wall: OffsetDateTime) -> OffsetDateTime {
    wall.replace_offset(UtcOffset::UTC)
}

/// Is that time of day the one that was said, in either half when it was not said which?
fn is_at(said: SaidTime, time: Time) -> bool {
    let hours_fit =
        if said.either_half { said.hour % 12 == time.hour() % 12 } else { said.hour == time.hour() };
    hours_fit && said.minute == time.minute()
}

/// "Mum" is in "call mum".
fn has_words(own: &str, wanted: &str) -> bool {
    let words = |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_lowercase).collect() };
    let (own, wanted) = (words(own), words(wanted));
    !wanted.is_empty() && own.windows(wanted.len()).any(|part| part == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mynah_intent::{Frequency, SaidDate, Weekdays, Which};
    use mynah_skill::Language;

    use crate::wording::Phrase;
    use crate::wording::english::when_and_what;

    fn refusal(refusal: &AlarmRefusal) -> String {
        Phrase::AlarmRefused(refusal, NOW).said(Language::English)
    }

    fn announcement(alarm: &Alarm, now: Moment) -> String {
        Phrase::AlarmIsDue(alarm, now).said(Language::English)
    }
    use time::macros::datetime;

    /// A Saturday, 14:30 in Berlin.
    const NOW: Moment = Moment { since_start: Duration::ZERO, wall: datetime!(2026-11-21 14:30 +1) };

    fn at(date: Option<SaidDate>, time: SaidTime) -> Due {
        Due::Once(SaidDateTime::At { date, time })
    }

    fn weekdays_at(time: SaidTime) -> Due {
        Due::Every(Recurrence {
            frequency: Frequency::Weekly,
            interval: 1,
            weekdays: Weekdays::WORKING,
            month_day: None,
            at: Some(time),
        })
    }

    fn later(wall: OffsetDateTime) -> Moment {
        Moment { since_start: Duration::ZERO, wall }
    }

    #[test]
    fn when_they_are() {
        let tomorrow = Some(SaidDate::InDays(1));
        let friday = Some(SaidDate::Weekday { weekday: 5, which: Which::Coming });
        let six = SaidTime::either(6, 0);
        for (kind, due, morning, wanted) in [
            (AlarmKind::Alarm, at(None, six), false, "today at six o'clock in the evening"),
            (AlarmKind::Alarm, at(None, six), true, "tomorrow at six o'clock in the morning"),
            (AlarmKind::Alarm, at(tomorrow, six), false, "tomorrow at six o'clock in the morning"),
            (AlarmKind::Reminder, at(tomorrow, six), false, "tomorrow at six o'clock in the evening"),
            (AlarmKind::Reminder, at(friday, SaidTime::exact(12, 0)), false, "on Friday at noon"),
            (
                AlarmKind::Reminder,
                Due::Once(SaidDateTime::In(Duration::from_secs(600))),
                false,
                "today at twenty to three in the afternoon",
            ),
            (AlarmKind::Alarm, weekdays_at(six), false, "every weekday at six o'clock in the morning"),
        ] {
            let mut alarms = Alarms::default();
            let alarm = alarms.set(kind, &due, morning, None, NOW).unwrap();
            assert_eq!(when_and_what(alarm, NOW), wanted);
        }
    }

    #[test]
    fn what_comes_again_is_set_anew_and_a_restart_loses_nothing() {
        let mut alarms = Alarms::default();
        alarms.set(AlarmKind::Alarm, &weekdays_at(SaidTime::either(7, 0)), false, None, NOW).unwrap();
        alarms
            .set(AlarmKind::Reminder, &at(None, SaidTime::exact(18, 0)), false, Some("call mum"), NOW)
            .unwrap();
        let json = serde_json::to_string(&alarms.save()).unwrap();
        let mut alarms = Alarms::restore(&serde_json::from_str::<Vec<_>>(&json).unwrap());
        assert_eq!(alarms.take_due(later(datetime!(2026-11-21 17:59:59 +1))), []);
        let due = alarms.take_due(later(datetime!(2026-11-21 19:00 +1)));
        let said: Vec<String> =
            due.iter().map(|a| announcement(a, later(datetime!(2026-11-21 19:00 +1)))).collect();
        assert_eq!(said, ["Remember: call mum. That was for today at six o'clock in the evening."]);
        // Monday, and again on Tuesday.
        for day in [datetime!(2026-11-23 07:00 +1), datetime!(2026-11-24 07:00 +1)] {
            let due = alarms.take_due(later(day));
            assert_eq!(
                due.iter().map(|a| announcement(a, later(day))).collect::<Vec<_>>(),
                ["It is seven o'clock."]
            );
            assert_eq!(alarms.take_due(later(day)), []);
        }
    }

    #[test]
    fn summer_time_leaves_seven_at_seven() {
        let saturday = later(datetime!(2027-03-27 20:00 +1));
        let mut alarms = Alarms::default();
        alarms.set(AlarmKind::Alarm, &at(None, SaidTime::either(7, 0)), true, None, saturday).unwrap();
        assert_eq!(alarms.take_due(later(datetime!(2027-03-28 06:59 +2))).len(), 0);
        assert_eq!(alarms.take_due(later(datetime!(2027-03-28 07:00 +2))).len(), 1);
    }

    #[test]
    fn which_one() {
        let mut alarms = Alarms::default();
        let kind = AlarmKind::Alarm;
        assert_eq!(alarms.cancel(kind, None, None), Err(AlarmRefusal::None(kind)));
        alarms.set(kind, &at(None, SaidTime::either(7, 0)), true, None, NOW).unwrap();
        alarms.set(kind, &at(None, SaidTime::either(9, 30)), true, None, NOW).unwrap();
        alarms
            .set(AlarmKind::Reminder, &at(None, SaidTime::exact(12, 0)), false, Some("call mum"), NOW)
            .unwrap();
        assert_eq!(
            refusal(&alarms.cancel(kind, None, None).unwrap_err()),
            "There are several: tomorrow at seven o'clock in the morning and tomorrow at half past nine in the morning. Say which one."
        );
        let eight = SaidTime::either(8, 0);
        assert_eq!(refusal(&alarms.cancel(kind, Some(eight), None).unwrap_err()), "There is no such alarm.");
        assert!(alarms.cancel(kind, Some(SaidTime::either(7, 0)), None).is_ok());
        assert!(alarms.cancel(kind, None, None).is_ok());
        assert!(alarms.cancel(AlarmKind::Reminder, None, Some("Mum")).is_ok());
    }

    #[test]
    fn what_is_no_alarm() {
        let mut alarms = Alarms::default();
        let yesterday = at(Some(SaidDate::InDays(-1)), SaidTime::exact(9, 0));
        assert_eq!(
            alarms.set(AlarmKind::Alarm, &yesterday, false, None, NOW).unwrap_err(),
            AlarmRefusal::Past
        );
        let no_day = at(Some(SaidDate::Day { year: None, month: Some(2), day: 30 }), SaidTime::exact(9, 0));
        assert_eq!(
            alarms.set(AlarmKind::Alarm, &no_day, false, None, NOW).unwrap_err(),
            AlarmRefusal::NoSuchDay
        );
    }

    #[test]
    fn the_clock_is_looked_at_now_and_then() {
        let mut alarms = Alarms::default();
        assert_eq!(alarms.next_look(NOW), None);
        alarms
            .set(AlarmKind::Alarm, &Due::Once(SaidDateTime::In(Duration::from_secs(3600))), false, None, NOW)
            .unwrap();
        assert_eq!(alarms.next_look(NOW), Some(Duration::from_secs(60)));
        assert_eq!(alarms.next_look(later(datetime!(2026-11-21 15:29:50 +1))), Some(Duration::from_secs(10)));
    }
}
