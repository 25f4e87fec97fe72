//! Timers: several at once, by name, told and ended; and kept over a restart.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::moment::Moment;
use crate::wording::english::length::{singular, spoken_length};

/// The longest timer.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);
/// The most timers at once.
pub(crate) const MOST: usize = 20;

/// A running timer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Timer {
    /// `pizza`.
    pub(crate) name: Option<String>,
    /// What it was set to.
    pub(crate) length: Duration,
    /// When it is over, in time since the start of the run. Zero when it was over before.
    pub(crate) ends: Duration,
}

impl Timer {
    /// How long it still runs.
    pub(crate) fn remaining(&self, now: Moment) -> Duration {
        self.ends.saturating_sub(now.since_start)
    }

    fn is_called(&self, name: &str) -> bool {
        let own = self.name.as_deref().map(plain);
        let length = plain(&spoken_length(self.length));
        let name = plain(name);
        own.as_deref() == Some(&*name) || self.name.is_none() && length == name
    }
}

/// Names are compared without case, article, the word "timer" and plural: "the 10 minutes timer" is "10 minute".
fn plain(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    let words = words.map(str::to_lowercase).filter(|w| !matches!(&**w, "the" | "my" | "timer" | "and"));
    singular(&words.collect::<Vec<_>>().join(" "))
}

/// A timer as it is kept over a restart: its end is a time of day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedTimer {
    /// `pizza`.
    pub name: Option<String>,
    /// What it was set to.
    pub length: Duration,
    /// When it is over, in milliseconds since 1970-01-01 00:00 UTC.
    pub ends_unix_ms: i64,
}

/// Why a timer was not set, ended or found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TimerRefusal {
    /// Of no length.
    Empty,
    /// Longer than a week.
    TooLong,
    /// There are too many.
    TooMany,
    /// None runs.
    None,
    /// None of that name runs.
    NoSuch {
        /// As it was said.
        name: String,
    },
    /// It is not clear which.
    Several(Vec<Timer>),
}

/// The timers that run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Timers {
    /// In the order of their ends.
    running: Vec<Timer>,
}

impl Timers {
    /// Starts a timer.
    ///
    /// # Errors
    /// Nothing was started.
    pub(crate) fn start(
        &mut self,
        length: Duration,
        name: Option<&str>,
        now: Moment,
    ) -> Result<&Timer, TimerRefusal> {
        if length.is_zero() {
            return Err(TimerRefusal::Empty);
        }
        if length > LONGEST {
            return Err(TimerRefusal::TooLong);
        }
        if self.running.len() >= MOST {
            return Err(TimerRefusal::TooMany);
        }
        let name = name.map(|n| n.trim().to_owned()).filter(|n| !plain(n).is_empty());
        Ok(self.insert(Timer { name, length, ends: now.since_start + length }))
    }

    /// Ends the timer of that name, or the only one.
    ///
    /// # Errors
    /// Nothing was ended.
    pub(crate) fn cancel(&mut self, name: Option<&str>) -> Result<Timer, TimerRefusal> {
        let index = self.find(name)?;
        Ok(self.running.remove(index))
    }

    /// Finds the timer of that name, or the only one.
    ///
    /// # Errors
    /// It is not there, or it is not clear which is meant.
    pub(crate) fn get(&self, name: Option<&str>) -> Result<&Timer, TimerRefusal> {
        self.find(name).map(|index| &self.running[index])
    }

    /// The timers that run, the next to end first.
    pub(crate) fn running(&self) -> &[Timer] {
        &self.running
    }

    /// Takes out those that are over.
    pub(crate) fn take_due(&mut self, now: Moment) -> Vec<Timer> {
        let due = self.running.partition_point(|t| t.ends <= now.since_start);
        self.running.drain(..due).collect()
    }

    /// When the next is over, in time since the start of the run.
    pub(crate) fn next_end(&self) -> Option<Duration> {
        self.running.first().map(|t| t.ends)
    }

    /// The timers as they are kept over a restart.
    pub(crate) fn save(&self, now: Moment) -> Vec<SavedTimer> {
        let wall = unix_ms(now.wall);
        let saved = |t: &Timer| SavedTimer {
            name: t.name.clone(),
            length: t.length,
            ends_unix_ms: wall
                .saturating_add(i64::try_from(t.remaining(now).as_millis()).unwrap_or(i64::MAX)),
        };
        self.running.iter().map(saved).collect()
    }

    /// Goes on with timers that were saved. Those that were over meanwhile are due at once.
    pub(crate) fn restore(saved: &[SavedTimer], now: Moment) -> Timers {
        let wall = unix_ms(now.wall);
        let mut timers = Timers::default();
        for timer in saved.iter().take(MOST) {
            let left = u64::try_from(timer.ends_unix_ms.saturating_sub(wall)).unwrap_or(0);
            // A clock that was set back must not make a timer longer than it was.
            let left = Duration::from_millis(left).min(timer.length).min(LONGEST);
            timers.insert(Timer {
                name: timer.name.clone(),
                length: timer.length,
                ends: now.since_start + left,
            });
        }
        timers
    }

    fn insert(&mut self, timer: Timer) -> &Timer {
        let index = self.running.partition_point(|t| t.ends <= timer.ends);
        self.running.insert(index, timer);
        &self.running[index]
    }

    fn find(&self, name: Option<&str>) -> Result<usize, TimerRefusal> {
        let matches: Vec<usize> = (0..self.running.len())
            .filter(|i| name.is_none_or(|name| self.running[*i].is_called(name)))
            .collect();
        match (&*matches, name) {
            ([one], _) => Ok(*one),
            ([], Some(name)) if !self.running.is_empty() => {
                Err(TimerRefusal::NoSuch { name: name.to_owned() })
            }
            ([], _) => Err(TimerRefusal::None),
            (several, _) => {
                Err(TimerRefusal::Several(several.iter().map(|i| self.running[*i].clone()).collect()))
            }
        }
    }
}

fn unix_ms(wall: OffsetDateTime) -> i64 {
    i64::try_from(wall.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mynah_skill::Language;

    use crate::wording::Phrase;
    use crate::wording::english::spoken_timer;

    fn said(refusal: &TimerRefusal) -> String {
        Phrase::TimerRefused(refusal).said(Language::English)
    }
    use time::macros::datetime;

    fn at(seconds: u64) -> Moment {
        let since_start = Duration::from_secs(seconds);
        Moment { since_start, wall: datetime!(2026-11-21 09:20 UTC) + since_start }
    }

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn several_by_name() {
        let mut timers = Timers::default();
        assert_eq!(timers.get(None), Err(TimerRefusal::None));
        timers.start(10 * MINUTE, Some("pizza"), at(0)).unwrap();
        timers.start(3 * MINUTE, None, at(0)).unwrap();
        assert_eq!(timers.get(Some("Pizza")).unwrap().remaining(at(60)), 9 * MINUTE);
        assert_eq!(spoken_timer(timers.get(Some("the 3 minutes timer")).unwrap()), "3 minute timer");
        assert_eq!(
            said(&timers.get(None).unwrap_err()),
            "There are 2 timers: the 3 minute timer and the pizza timer. Say which one."
        );
        assert_eq!(said(&timers.cancel(Some("tea")).unwrap_err()), "There is no tea timer.");
        timers.cancel(Some("pizza")).unwrap();
        assert_eq!(timers.cancel(None).unwrap().length, 3 * MINUTE);
        assert_eq!(timers.next_end(), None);
    }

    #[test]
    fn over_in_the_order_of_their_ends() {
        let mut timers = Timers::default();
        for (length, name) in [(30, "c"), (10, "a"), (20, "b")] {
            timers.start(Duration::from_secs(length), Some(name), at(0)).unwrap();
        }
        assert_eq!(timers.take_due(at(9)), vec![]);
        let over: Vec<_> = timers.take_due(at(20)).into_iter().filter_map(|t| t.name).collect();
        assert_eq!(over, ["a", "b"]);
        assert_eq!(timers.next_end(), Some(Duration::from_secs(30)));
    }

    #[test]
    fn a_restart_loses_no_timer() {
        let mut timers = Timers::default();
        timers.start(10 * MINUTE, Some("pizza"), at(0)).unwrap();
        timers.start(MINUTE, None, at(0)).unwrap();
        let json = serde_json::to_string(&timers.save(at(30))).unwrap();
        // The machine was off for four minutes, and its monotonic clock starts anew.
        let now = Moment { since_start: Duration::from_secs(2), wall: at(270).wall };
        let mut timers = Timers::restore(&serde_json::from_str::<Vec<_>>(&json).unwrap(), now);
        assert_eq!(timers.take_due(now).len(), 1);
        assert_eq!(timers.get(Some("pizza")).unwrap().remaining(now), Duration::from_secs(330));
    }

    #[test]
    fn what_is_no_timer() {
        let mut timers = Timers::default();
        assert_eq!(timers.start(Duration::ZERO, None, at(0)).unwrap_err(), TimerRefusal::Empty);
        assert_eq!(timers.start(Duration::MAX, None, at(0)).unwrap_err(), TimerRefusal::TooLong);
        for _ in 0..MOST {
            timers.start(MINUTE, None, at(0)).unwrap();
        }
        assert_eq!(timers.start(MINUTE, None, at(0)).unwrap_err(), TimerRefusal::TooMany);
    }
}
