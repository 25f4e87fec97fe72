//! What the assistant says in English: times, dates and lengths as people say them, and what it does itself.

pub(crate) mod length;

use std::time::Duration;

use mynah_intent::{Frequency, Recurrence, Weekdays};
use mynah_skill::AlarmKind;
use time::{Date, Month, OffsetDateTime, Time, Weekday};

use super::{AnswerWords, Phrase};
use crate::alarms::{self, Alarm, AlarmRefusal, local};
use crate::moment::Moment;
use crate::timers::{self, Timer, TimerRefusal};
use length::{and_list, singular, spoken_length};

/// Who rings later than this says for when it was.
const LATE: time::Duration = time::Duration::minutes(2);

pub(super) fn say(phrase: &Phrase<'_>) -> String {
    match phrase {
        Phrase::HearingFailed => "Sorry, something went wrong with my hearing.".into(),
        Phrase::Leave => "All right, I leave it.".into(),
        Phrase::NotUnderstood => "Sorry, I did not get that.".into(),
        Phrase::Shall(what) => format!("Shall I {what}?"),
        Phrase::ShallEither(one, other) => format!("Shall I {one}, or {other}?"),
        Phrase::WhatPin(what) => format!("What is the PIN to {what}?"),
        Phrase::NoPin => "That needs a PIN, and none is set.".into(),
        Phrase::PinLocked => "There were too many wrong PINs. Please wait a while.".into(),
        Phrase::PinAgain => "Please say the PIN again.".into(),
        Phrase::WrongPin => "That PIN is wrong.".into(),
        Phrase::StillNot => "I still did not get that, so I leave it.".into(),
        Phrase::YesOrNo(question) => format!("Please say yes or no. {question}"),
        Phrase::DidNothing(why) => format!("{why} So I did nothing."),
        Phrase::CannotTakeBack(what) => format!("I cannot take this back: {what}."),
        Phrase::NothingToTakeBack => "There is nothing to take back.".into(),
        Phrase::NotKept => "But I cannot write it down: when I restart it is forgotten.".into(),
        Phrase::TimerSet(timer) => {
            let name = timer.name.as_ref().map_or_else(String::new, |name| format!("{name} "));
            format!("The {name}timer is set for {}.", spoken_length(timer.length))
        }
        Phrase::TimerCancelled(timer) => format!("The {} is cancelled.", spoken_timer(timer)),
        Phrase::TimersLeft(timers) => {
            let left = |(timer, left): &(&Timer, Duration)| {
                format!("{} left on the {}", spoken_length(*left), spoken_timer(timer))
            };
            format!("{}.", and_list(&timers.iter().map(left).collect::<Vec<_>>()))
        }
        Phrase::TimersOver(timers) => {
            let is = if timers.len() == 1 { "is" } else { "are" };
            capital(&format!("{} {is} over.", and_list(&the_timers(timers))))
        }
        Phrase::TimerRefused(refusal) => match refusal {
            TimerRefusal::Empty => "A timer needs a length.".into(),
            TimerRefusal::TooLong => "A timer can be a week long at most.".into(),
            TimerRefusal::TooMany => {
                format!("There are {} timers already. Cancel one first.", timers::MOST)
            }
            TimerRefusal::None => "There is no timer running.".into(),
            TimerRefusal::NoSuch { name } => format!("There is no {name} timer."),
            TimerRefusal::Several(timers) => {
                let names = and_list(&the_timers(timers));
                format!("There are {} timers: {names}. Say which one.", timers.len())
            }
        },
        Phrase::TimersRestored => "The timers are as they were.".into(),
        Phrase::AlarmSet(alarm, now) => {
            format!("The {} is set for {}.", alarm.kind.name(), when_and_what(alarm, *now))
        }
        Phrase::AlarmCancelled(alarm, now) => {
            format!("The {} for {} is cancelled.", alarm.kind.name(), when_and_what(alarm, *now))
        }
        Phrase::AlarmsCancelled(kind, count) => match count {
            0 => format!("There is no {}.", kind.name()),
            1 => format!("The only {} is cancelled.", kind.name()),
            n => format!("All {n} {}s are cancelled.", kind.name()),
        },
        Phrase::Alarms(kind, alarms, now) => {
            let all: Vec<String> = alarms.iter().map(|alarm| when_and_what(alarm, *now)).collect();
            match all.as_slice() {
                [] => format!("There is no {}.", kind.name()),
                [one] => format!("There is one {}: {one}.", kind.name()),
                _ => format!("There are {} {}s: {}.", all.len(), kind.name(), and_list(&all)),
            }
        }
        Phrase::AlarmIsDue(alarm, now) => announcement(alarm, *now),
        Phrase::AlarmRefused(refusal, now) => match refusal {
            AlarmRefusal::Past => "That time is over.".into(),
            AlarmRefusal::NoSuchDay => "There is no such day.".into(),
            AlarmRefusal::TooMany => format!("There are {} already. Cancel one first.", alarms::MOST),
            AlarmRefusal::None(kind) => format!("There is no {}.", kind.name()),
            AlarmRefusal::NoSuch(kind) => format!("There is no such {}.", kind.name()),
            AlarmRefusal::Several(alarms) => {
                let all: Vec<String> = alarms.iter().map(|alarm| when_and_what(alarm, *now)).collect();
                format!("There are several: {}. Say which one.", and_list(&all))
            }
        },
        Phrase::AlarmsRestored => "The alarms and reminders are as they were.".into(),
        Phrase::NothingRings => "Nothing rings.".into(),
        Phrase::RingingIsOff => "It is off.".into(),
        Phrase::RingsAgainIn(length) => format!("I ring again in {}.", spoken_length(*length)),
        Phrase::Volume(percent) => format!("The volume is at {} percent.", percent.round()),
        Phrase::NoVolume => "That is no volume.".into(),
        Phrase::Time(time) => format!("It is {}.", spoken_time(*time)),
        Phrase::Date(date) => format!("Today is {}.", spoken_date(*date)),
        Phrase::Added(item, list) => format!("I put {item} on the {list} list."),
        Phrase::AddedBefore(item, list) => format!("There is {item} on the {list} list already."),
        Phrase::ListFull(list) => format!("The {list} list is full."),
        Phrase::Removed(item, list) => format!("I took {item} off the {list} list."),
        Phrase::NotOnList(item, list) => format!("There is no {item} on the {list} list."),
        Phrase::List(list, items) => match items.len() {
            0 => format!("The {list} list is empty."),
            1 => format!("There is one thing on the {list} list: {}.", items[0]),
            n => format!("There are {n} things on the {list} list: {}.", and_list(items)),
        },
        Phrase::ListEmptied(list) => format!("The {list} list is empty now."),
        Phrase::ListWasEmpty(list) => format!("The {list} list was empty."),
        Phrase::ListsRestored => "The lists are as they were.".into(),
    }
}

pub(super) const ANSWERS: AnswerWords = AnswerWords {
    tag: "en",
    yes: &[
        "yes",
        "yes please",
        "yeah",
        "yep",
        "yup",
        "sure",
        "okay",
        "ok",
        "go ahead",
        "do it",
        "please do",
        "of course",
        "confirm",
        "correct",
    ],
    no: &[
        "no",
        "no thanks",
        "no thank you",
        "nope",
        "don't",
        "do not",
        "stop",
        "cancel",
        "never mind",
        "forget it",
        "leave it",
    ],
    all: &["all", "all of them", "all of those", "every one", "everything"],
    both: &["both", "both of them"],
    places: &["first", "second", "third", "fourth", "fifth"],
    last: "last",
    and: &["and", "or"],
    idle: &["the", "one", "please", "i", "mean", "meant", "in", "that", "my"],
    digits: [
        &["zero", "oh"],
        &["one"],
        &["two"],
        &["three"],
        &["four"],
        &["five"],
        &["six"],
        &["seven"],
        &["eight"],
        &["nine"],
    ],
    by_words: &["the {} one", "in the {}", "the {}", "{}"],
    by_place: &["the {} one", "the {}"],
};

/// With a capital letter and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let text = capital(text.trim());
    if text.is_empty() || text.ends_with(['.', '!', '?', '。']) { text } else { format!("{text}.") }
}

/// `pizza timer`, `10 minute timer`.
pub(crate) fn spoken_timer(timer: &Timer) -> String {
    match &timer.name {
        Some(name) => format!("{name} timer"),
        None => format!("{} timer", singular(&spoken_length(timer.length))),
    }
}

fn the_timers(timers: &[Timer]) -> Vec<String> {
    timers.iter().map(|timer| format!("the {}", spoken_timer(timer))).collect()
}

/// `tomorrow at seven o'clock in the morning`, `every weekday at …: take the bins out`.
pub(crate) fn when_and_what(alarm: &Alarm, now: Moment) -> String {
    let when = match &alarm.every {
        None => spoken_day_and_time(alarm.at, local(now.wall)),
        Some((every, _)) => spoken_recurrence(every, alarm.at),
    };
    match &alarm.about {
        Some(about) => format!("{when}: {about}"),
        None => when,
    }
}

/// What is said when an alarm is due.
fn announcement(alarm: &Alarm, now: Moment) -> String {
    let wall = local(now.wall);
    let time = format!("It is {}.", spoken_time(wall.time()));
    let said = match (&alarm.about, alarm.kind) {
        (Some(about), _) => format!("Remember: {about}."),
        (None, AlarmKind::Alarm) => time,
        (None, AlarmKind::Reminder) => format!("{time} You wanted to be reminded."),
    };
    if wall - alarm.at > LATE {
        return format!("{said} That was for {}.", spoken_day_and_time(alarm.at, wall));
    }
    said
}

fn spoken_recurrence(every: &Recurrence, next: OffsetDateTime) -> String {
    let unit = match every.frequency {
        Frequency::Minutely => "minute",
        Frequency::Hourly => "hour",
        Frequency::Daily => "day",
        Frequency::Weekly => "week",
        Frequency::Monthly => "month",
        Frequency::Yearly => "year",
    };
    let often = match every.interval {
        0 | 1 => format!("every {unit}"),
        2 => format!("every other {unit}"),
        n => format!("every {n} {unit}s"),
    };
    let names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let days: Vec<&str> =
        every.weekdays.iter().filter_map(|day| names.get(usize::from(day) - 1).copied()).collect();
    let often = match every.weekdays {
        Weekdays::WORKING if every.interval <= 1 => "every weekday".to_owned(),
        days_of if days_of == Weekdays::default() || days.len() == 7 => often,
        _ if every.interval <= 1 => format!("every {}", and_list(&days)),
        _ => format!("{often} on {}", and_list(&days)),
    };
    match every.frequency {
        Frequency::Minutely | Frequency::Hourly => often,
        _ => format!("{often} at {}", spoken_time_of_day(next.time())),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The names of the numbers from 0 to 19.
const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 6] = ["", "", "twenty", "thirty", "forty", "fifty"];
const ORDINALS: [&str; 31] = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
    "twenty-first",
    "twenty-second",
    "twenty-third",
    "twenty-fourth",
    "twenty-fifth",
    "twenty-sixth",
    "twenty-seventh",
    "twenty-eighth",
    "twenty-ninth",
    "thirtieth",
    "thirty-first",
];

/// `twenty past nine`, `nine o'clock`, `midnight`.
fn spoken_time(time: Time) -> String {
    let (hour, minute) = (time.hour(), time.minute());
    let name = |hour: u8| match hour % 12 {
        0 => "twelve",
        hour => SMALL[usize::from(hour)],
    };
    let (this, next) = (name(hour), name(hour + 1));
    match minute {
        0 if hour == 0 => "midnight".to_owned(),
        0 if hour == 12 => "noon".to_owned(),
        0 => format!("{this} o'clock"),
        15 => format!("quarter past {this}"),
        30 => format!("half past {this}"),
        45 => format!("quarter to {next}"),
        m if m % 5 == 0 && m < 30 => format!("{} past {this}", small_number(m)),
        m if m % 5 == 0 => format!("{} to {next}", small_number(60 - m)),
        m if m < 10 => format!("{this} oh {}", small_number(m)),
        m => format!("{this} {}", small_number(m)),
    }
}

/// `half past nine in the morning`, `noon`.
fn spoken_time_of_day(time: Time) -> String {
    let part = match (time.hour(), time.minute()) {
        (0 | 12, 0) => return spoken_time(time),
        (0..=4, _) => "at night",
        (5..=11, _) => "in the morning",
        (12..=17, _) => "in the afternoon",
        (18..=21, _) => "in the evening",
        _ => "at night",
    };
    format!("{} {part}", spoken_time(time))
}

/// `tomorrow at half past nine in the morning`, `on Friday at noon`, `on Saturday, the …, at …`. Both by the same clock.
fn spoken_day_and_time(at: OffsetDateTime, now: OffsetDateTime) -> String {
    let time = spoken_time_of_day(at.time());
    match (at.date() - now.date()).whole_days() {
        -1 => format!("yesterday at {time}"),
        0 => format!("today at {time}"),
        1 => format!("tomorrow at {time}"),
        2..=6 => format!("on {} at {time}", at.weekday()),
        _ => format!("on {}, at {time}", spoken_date(at.date())),
    }
}

/// `Saturday, the twenty-first of November`.
fn spoken_date(date: Date) -> String {
    let weekday = match date.weekday() {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    };
    let month = match date.month() {
        Month::January => "January",
        Month::February => "February",
        Month::March => "March",
        Month::April => "April",
        Month::May => "May",
        Month::June => "June",
        Month::July => "July",
        Month::August => "August",
        Month::September => "September",
        Month::October => "October",
        Month::November => "November",
        Month::December => "December",
    };
    let day = ORDINALS[usize::from(date.day()) - 1];
    format!("{weekday}, the {day} of {month}")
}

/// 0 to 59.
fn small_number(n: u8) -> String {
    match n {
        0..20 => SMALL[usize::from(n)].to_owned(),
        n if n % 10 == 0 => TENS[usize::from(n / 10) % 6].to_owned(),
        n => format!("{}-{}", TENS[usize::from(n / 10) % 6], SMALL[usize::from(n % 10)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use time::macros::{date, time};

    #[test]
    fn times() {
        let times = [
            time!(0:00),
            time!(9:00),
            time!(9:03),
            time!(9:05),
            time!(9:15),
            time!(9:20),
            time!(9:23),
            time!(9:30),
            time!(9:35),
            time!(11:45),
            time!(12:00),
            time!(12:55),
            time!(21:20),
            time!(23:59),
        ];
        let said: Vec<String> = times.map(spoken_time).into();
        expect!["midnight, nine o'clock, nine oh three, five past nine, quarter past nine, twenty past nine, nine twenty-three, half past nine, twenty-five to ten, quarter to twelve, noon, five to one, twenty past nine, eleven fifty-nine"].assert_eq(&said.join(", "));
    }

    #[test]
    fn every_minute_of_the_day_can_be_said() {
        for minute in 0..24 * 60u16 {
            let time = Time::from_hms((minute / 60) as u8, (minute % 60) as u8, 0).unwrap();
            assert!(!spoken_time(time).is_empty());
        }
    }

    #[test]
    fn dates() {
        let said = [date!(2026 - 11 - 21), date!(2024 - 02 - 29), date!(2027 - 01 - 01)].map(spoken_date);
        expect!["Saturday, the twenty-first of November; Thursday, the twenty-ninth of February; Friday, the first of January"].assert_eq(&said.join("; "));
    }

    #[test]
    fn lengths() {
        let said = [0, 1, 59, 60, 90, 600, 3600, 4800, 7325].map(|s| spoken_length(Duration::from_secs(s)));
        expect!["0 seconds, 1 second, 59 seconds, 1 minute, 1 minute and 30 seconds, 10 minutes, 1 hour, 1 hour and 20 minutes, 2 hours, 2 minutes and 5 seconds"].assert_eq(&said.join(", "));
    }
}
