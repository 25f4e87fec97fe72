//! Times, dates and repetitions as they were said. What they come to is known when the time of saying is.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Date, Duration, Month, OffsetDateTime, Time, Weekday};

/// A time of day as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SaidTime {
    /// 0 to 23; 1 to 12 when it may be in either half of the day.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// "Seven" may be in either half of the day, "seven in the evening" and "19:00" may not.
    pub either_half: bool,
}

impl SaidTime {
    /// A time that is in one half of the day only. `hour` is 0 to 23.
    pub const fn exact(hour: u8, minute: u8) -> SaidTime {
        SaidTime { hour, minute, either_half: false }
    }

    /// A time on a clock face. `hour` is 1 to 12.
    pub const fn either(hour: u8, minute: u8) -> SaidTime {
        SaidTime { hour, minute, either_half: true }
    }

    /// The time that people mean on a day that they name: seven to eleven are in the morning, twelve is noon, and one to
    /// six are in the afternoon.
    pub fn usual(self) -> Time {
        let afternoon = self.either_half && (1..=6).contains(&self.hour);
        self.at_hour(if afternoon { self.hour + 12 } else { self.hour })
    }

    /// The first such time after `now`.
    pub fn next_after(self, now: OffsetDateTime) -> OffsetDateTime {
        let days = [now.date(), now.date().saturating_add(Duration::DAY)];
        let at = |day| self.halves().map(move |time| now.replace_date(day).replace_time(time));
        let times = days.into_iter().flat_map(at);
        let mut times: Vec<OffsetDateTime> = times.filter(|time| *time > now).collect();
        times.sort_unstable();
        times.first().copied().unwrap_or(now)
    }

    /// On a day that was named. Of two halves of today, the one that is still to come.
    fn on(self, day: Date, now: OffsetDateTime) -> OffsetDateTime {
        let at = |time| now.replace_date(day).replace_time(time);
        let mut halves: Vec<OffsetDateTime> = self.halves().map(at).collect();
        halves.sort_unstable();
        let to_come = halves.into_iter().find(|time| *time > now).filter(|_| day == now.date());
        to_come.unwrap_or_else(|| at(self.usual()))
    }

    fn halves(self) -> impl Iterator<Item = Time> {
        let other = self.either_half.then(|| self.at_hour((self.hour + 12) % 24));
        std::iter::once(self.at_hour(self.hour)).chain(other)
    }

    fn at_hour(self, hour: u8) -> Time {
        Time::from_hms(hour.min(23), self.minute.min(59), 0).unwrap_or(Time::MIDNIGHT)
    }
}

/// `07:30`, or `07:30|19:30` when it may be either.
impl fmt::Display for SaidTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hour, minute, .. } = self;
        write!(f, "{hour:02}:{minute:02}")?;
        if self.either_half { write!(f, "|{:02}:{minute:02}", (hour + 12) % 24) } else { Ok(()) }
    }
}

/// A day as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SaidDate {
    /// So many days from today: "today" is 0, "yesterday" is -1.
    InDays(i32),
    /// A day of the week. Monday is 1, Sunday is 7.
    Weekday {
        /// 1 to 7.
        weekday: u8,
        /// Which one.
        which: Which,
    },
    /// A day of a month. What was not said is so that the day is the next one, today included.
    Day {
        /// Four digits.
        year: Option<i32>,
        /// 1 to 12.
        month: Option<u8>,
        /// 1 to 31.
        day: u8,
    },
}

/// Which of the days of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// "Friday": the first after today.
    Coming,
    /// "This Friday": the first, today included.
    This,
    /// "Next Friday": the one in the week after this. Weeks begin on Monday.
    NextWeek,
}

impl SaidDate {
    /// The day that is meant at `now`. Nothing for a day that there is not, such as the thirtieth of February.
    pub fn resolve(self, now: OffsetDateTime) -> Option<Date> {
        let today = now.date();
        match self {
            SaidDate::InDays(days) => today.checked_add(Duration::days(days.into())),
            SaidDate::Weekday { weekday, which } => {
                let ahead =
                    (i64::from(weekday) - i64::from(today.weekday().number_from_monday())).rem_euclid(7);
                let ahead = match which {
                    Which::This => ahead,
                    Which::Coming if ahead == 0 => 7,
                    Which::Coming => ahead,
                    Which::NextWeek => {
                        7 + i64::from(weekday) - i64::from(today.weekday().number_from_monday())
                    }
                };
                today.checked_add(Duration::days(ahead))
            }
            SaidDate::Day { year, month, day } => {
                let months = match month {
                    Some(month) => vec![month],
                    None => (1..=12).collect(),
                };
                // Eight years have every day, the 29th of February included.
                let years = year.map_or(today.year()..=today.year() + 8, |year| year..=year);
                let days = years.flat_map(|year| {
                    let date =
                        move |month| Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok();
                    months.iter().copied().filter_map(date).collect::<Vec<_>>()
                });
                let mut days = days;
                days.find(|date| year.is_some() || *date >= today)
            }
        }
    }
}

/// `today+1`, `friday`, `next friday`, `2026-05-03`, or with dashes for what was not said: `--05-03`, `---03`.
impl fmt::Display for SaidDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SaidDate::InDays(0) => f.write_str("today"),
            SaidDate::InDays(days) => write!(f, "today{days:+}"),
            SaidDate::Weekday { weekday, which } => {
                let name = weekday_of(*weekday).to_string().to_lowercase();
                match which {
                    Which::Coming => f.write_str(&name),
                    Which::This => write!(f, "this {name}"),
                    Which::NextWeek => write!(f, "next {name}"),
                }
            }
            SaidDate::Day { year: Some(year), month, day } => {
                write!(f, "{year}-{:02}-{day:02}", month.unwrap_or(1))
            }
            SaidDate::Day { year: None, month: Some(month), day } => write!(f, "--{month:02}-{day:02}"),
            SaidDate::Day { year: None, month: None, day } => write!(f, "---{day:02}"),
        }
    }
}

/// A point in time as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SaidDateTime {
    /// "In ten minutes".
    In(std::time::Duration),
    /// "At seven", "tomorrow evening", "friday at six".
    At {
        /// No day: the next such time.
        date: Option<SaidDate>,
        /// The time. A part of the day has one: morning 8:00, afternoon 15:00, evening 18:00, night 21:00.
        time: SaidTime,
    },
}

impl SaidDateTime {
    /// The point in time that is meant at `now`, in its offset. It lies in the past when a past one was said ("yesterday at
    /// six"). Nothing for a day that there is not.
    pub fn resolve(self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        match self {
            SaidDateTime::In(span) => now.checked_add(Duration::try_from(span).ok()?),
            SaidDateTime::At { date: None, time } => Some(time.next_after(now)),
            SaidDateTime::At { date: Some(date), time } => Some(time.on(date.resolve(now)?, now)),
        }
    }
}

/// `now+600s`, `18:00`, `today+1 18:00`.
impl fmt::Display for SaidDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SaidDateTime::In(span) => write!(f, "now+{}s", span.as_secs_f64()),
            SaidDateTime::At { date: None, time } => time.fmt(f),
            SaidDateTime::At { date: Some(date), time } => write!(f, "{date} {time}"),
        }
    }
}

/// Something that comes again: "every weekday at seven". The terms are those of RFC 5545.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Recurrence {
    /// The unit that is counted.
    pub frequency: Frequency,
    /// Every so many of them, at least 1: "every other day" is 2.
    pub interval: u16,
    /// The days of the week; none: any.
    pub weekdays: Weekdays,
    /// The day of the month, 1 to 31.
    pub month_day: Option<u8>,
    /// The time of day; none for "every ten minutes", or when it was not said.
    pub at: Option<SaidTime>,
}

/// What a recurrence counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Frequency {
    Minutely,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A set of days of the week: bit 0 is Monday, bit 6 is Sunday.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Weekdays(pub u8);

impl Weekdays {
    /// Monday to Friday.
    pub const WORKING: Weekdays = Weekdays(0b001_1111);
    /// Saturday and Sunday.
    pub const WEEKEND: Weekdays = Weekdays(0b110_0000);

    /// One day, 1 (Monday) to 7 (Sunday).
    pub const fn one(weekday: u8) -> Weekdays {
        Weekdays(1 << ((weekday + 6) % 7))
    }

    /// The days of both.
    pub const fn and(self, other: Weekdays) -> Weekdays {
        Weekdays(self.0 | other.0)
    }

    /// Whether it has that day.
    pub fn contains(self, weekday: Weekday) -> bool {
        self.0 >> weekday.number_days_from_monday() & 1 == 1
    }

    /// The days, 1 (Monday) to 7 (Sunday).
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (1..=7).filter(move |day| self.0 >> (day - 1) & 1 == 1)
    }
}

impl Recurrence {
    /// As a rule of RFC 5545: `FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=7;BYMINUTE=0`.
    pub fn rrule(&self) -> String {
        let frequency = match self.frequency {
            Frequency::Minutely => "MINUTELY",
            Frequency::Hourly => "HOURLY",
            Frequency::Daily => "DAILY",
            Frequency::Weekly => "WEEKLY",
            Frequency::Monthly => "MONTHLY",
            Frequency::Yearly => "YEARLY",
        };
        let mut rule = format!("FREQ={frequency}");
        if self.interval > 1 {
            rule += &format!(";INTERVAL={}", self.interval);
        }
        let days: Vec<&str> = self
            .weekdays
            .iter()
            .map(|day| ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][usize::from(day) - 1])
            .collect();
        if !days.is_empty() {
            rule += &format!(";BYDAY={}", days.join(","));
        }
        if let Some(day) = self.month_day {
            rule += &format!(";BYMONTHDAY={day}");
        }
        if let Some(at) = self.at {
            let time = at.usual();
            rule += &format!(";BYHOUR={};BYMINUTE={}", time.hour(), time.minute());
        }
        rule
    }

    /// The first time after `now` of a recurrence that was said at `said_at`; every second day counts from the first.
    ///
    /// Without a time of day it is the time of saying. Nothing when there is none within ten years.
    pub fn next_after(&self, said_at: OffsetDateTime, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let interval = i64::from(self.interval.max(1));
        let step = match self.frequency {
            Frequency::Minutely => Duration::MINUTE,
            Frequency::Hourly => Duration::HOUR,
            _ => return self.next_day_after(said_at, now, interval),
        };
        let step = step * i32::from(self.interval.max(1));
        let gone = (now - said_at).max(Duration::ZERO);
        let times = gone.whole_seconds() / step.whole_seconds() + 1;
        said_at.checked_add(Duration::seconds(times * step.whole_seconds()))
    }

    fn next_day_after(
        &self,
        said_at: OffsetDateTime,
        now: OffsetDateTime,
        interval: i64,
    ) -> Option<OffsetDateTime> {
        let time = self.at.map_or(said_at.time(), SaidTime::usual);
        let first = (0..=400).find_map(|days| {
            let at = said_at.checked_add(Duration::days(days))?.replace_time(time);
            (at > said_at && self.has(at.date(), said_at.date())).then_some(at)
        })?;
        let from = first.max(now.replace_time(time)).date();
        (0..=3660).find_map(|days| {
            let day = from.checked_add(Duration::days(days))?;
            let counted = match self.frequency {
                Frequency::Weekly => (monday(day) - monday(first.date())).whole_weeks(),
                Frequency::Monthly => months(day) - months(first.date()),
                Frequency::Yearly => i64::from(day.year() - first.year()),
                _ => (day - first.date()).whole_days(),
            };
            let at = first.replace_date(day);
            (at > now && counted % interval == 0 && self.has(day, said_at.date())).then_some(at)
        })
    }

    /// Whether a day is one of its days, but for the interval.
    fn has(&self, day: Date, said_on: Date) -> bool {
        let any_weekday = self.weekdays == Weekdays::default();
        match self.frequency {
            Frequency::Weekly if any_weekday => day.weekday() == said_on.weekday(),
            Frequency::Monthly => day.day() == self.month_day.unwrap_or(said_on.day()),
            Frequency::Yearly => (day.month(), day.day()) == (said_on.month(), said_on.day()),
            _ => any_weekday || self.weekdays.contains(day.weekday()),
        }
    }
}

/// As its [`rrule`](Recurrence::rrule).
impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rrule())
    }
}

fn monday(day: Date) -> Date {
    day - Duration::days(day.weekday().number_days_from_monday().into())
}

fn months(day: Date) -> i64 {
    i64::from(day.year()) * 12 + i64::from(u8::from(day.month()))
}

fn weekday_of(number: u8) -> Weekday {
    Weekday::Monday.nth_next((number + 6) % 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Saturday, the 21st of November 2026, 14:30.
    const NOW: OffsetDateTime = time::macros::datetime!(2026-11-21 14:30 +1);

    #[test]
    fn a_time_is_the_next_one_and_on_a_named_day_the_usual_one() {
        let check = |time: SaidTime, next: &str, usual: &str| {
            assert_eq!(time.next_after(NOW).to_string(), format!("{next}:00.0 +01:00:00"), "{time}");
            assert_eq!(time.usual().to_string(), format!("{usual}:00.0"), "{time}");
        };
        check(SaidTime::either(7, 0), "2026-11-21 19:00", "7:00");
        check(SaidTime::either(2, 30), "2026-11-22 2:30", "14:30");
        check(SaidTime::either(12, 15), "2026-11-22 0:15", "12:15");
        check(SaidTime::exact(7, 0), "2026-11-22 7:00", "7:00");
        check(SaidTime::exact(14, 31), "2026-11-21 14:31", "14:31");
    }

    #[test]
    fn days_are_found_on_the_calendar() {
        let check = |date: SaidDate, expected: Option<&str>| {
            assert_eq!(date.resolve(NOW).map(|d| d.to_string()).as_deref(), expected, "{date}");
        };
        let weekday = |weekday, which| SaidDate::Weekday { weekday, which };
        let day = |year, month, day| SaidDate::Day { year, month, day };
        check(SaidDate::InDays(1), Some("2026-11-22"));
        check(weekday(5, Which::Coming), Some("2026-11-27"));
        check(weekday(6, Which::Coming), Some("2026-11-28"));
        check(weekday(6, Which::This), Some("2026-11-21"));
        check(weekday(5, Which::NextWeek), Some("2026-11-27"));
        check(weekday(7, Which::NextWeek), Some("2026-11-29"));
        check(day(None, Some(5), 3), Some("2027-05-03"));
        check(day(None, Some(11), 21), Some("2026-11-21"));
        check(day(None, None, 20), Some("2026-12-20"));
        check(day(None, None, 31), Some("2026-12-31"));
        check(day(None, Some(2), 29), Some("2028-02-29"));
        check(day(None, Some(2), 30), None);
        check(day(Some(2026), Some(1), 2), Some("2026-01-02"));
    }

    #[test]
    fn recurrences_come_again() {
        let every = |frequency, interval, weekdays, month_day, at| Recurrence {
            frequency,
            interval,
            weekdays,
            month_day,
            at,
        };
        let check = |what: Recurrence, expected: [&str; 3]| {
            let mut at = NOW;
            for expected in expected {
                at = what.next_after(NOW, at).expect("it comes again");
                assert_eq!(at.to_string(), format!("{expected}:00.0 +01:00:00"), "{what}");
            }
        };
        let seven = Some(SaidTime::either(7, 0));
        let any = Weekdays::default();
        let working = every(Frequency::Weekly, 1, Weekdays::WORKING, None, seven);
        assert_eq!(working.rrule(), "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=7;BYMINUTE=0");
        check(working, ["2026-11-23 7:00", "2026-11-24 7:00", "2026-11-25 7:00"]);
        check(
            every(Frequency::Daily, 2, any, None, seven),
            ["2026-11-22 7:00", "2026-11-24 7:00", "2026-11-26 7:00"],
        );
        check(
            every(Frequency::Weekly, 2, Weekdays::one(1), None, seven),
            ["2026-11-23 7:00", "2026-12-07 7:00", "2026-12-21 7:00"],
        );
        check(
            every(Frequency::Minutely, 10, any, None, None),
            ["2026-11-21 14:40", "2026-11-21 14:50", "2026-11-21 15:00"],
        );
        check(
            every(Frequency::Monthly, 1, any, Some(31), seven),
            ["2026-12-31 7:00", "2027-01-31 7:00", "2027-03-31 7:00"],
        );
        check(
            every(Frequency::Daily, 1, any, None, Some(SaidTime::exact(18, 0))),
            ["2026-11-21 18:00", "2026-11-22 18:00", "2026-11-23 18:00"],
        );
    }
}
