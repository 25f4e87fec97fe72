//! Times, dates and lengths as people say them, in English.

use std::time::Duration;

use time::{Date, Month, OffsetDateTime, Time, Weekday};

/// The names of the numbers from 0 to 19.
pub(crate) const SMALL: [&str; 20] = [
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
pub(crate) fn spoken_time(time: Time) -> String {
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
pub(crate) fn spoken_time_of_day(time: Time) -> String {
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
pub(crate) fn spoken_day_and_time(at: OffsetDateTime, now: OffsetDateTime) -> String {
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
pub(crate) fn spoken_date(date: Date) -> String {
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

/// `1 hour and 20 minutes`, to the second.
pub(crate) fn spoken_length(length: Duration) -> String {
    let seconds = length.as_secs();
    let parts = [(seconds / 3600, "hour"), (seconds / 60 % 60, "minute"), (seconds % 60, "second")];
    let said: Vec<String> = parts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, unit)| if *n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") })
        .collect();
    if said.is_empty() { "0 seconds".to_owned() } else { and_list(&said) }
}

/// `a, b and c`.
pub(crate) fn and_list<S: AsRef<str>>(items: &[S]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
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
