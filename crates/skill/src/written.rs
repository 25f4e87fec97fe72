//! Values as skill files write them.

use std::time::Duration;

use mynah_intent::{Frequency, Recurrence, SaidDate, SaidTime, Value, Weekdays, Which};

/// "10 minutes", "1 hour 30 minutes", "90s"; a bare number is seconds.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let mut seconds = 0.0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let letters = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        seconds += number
            * match &rest[..letters] {
                "" | "s" | "sec" | "second" | "seconds" => 1.0,
                "m" | "min" | "minute" | "minutes" => 60.0,
                "h" | "hour" | "hours" => 3600.0,
                "d" | "day" | "days" => 86400.0,
                _ => return None,
            };
        rest = rest[letters..].trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        rest = rest.strip_prefix("and ").unwrap_or(rest);
    }
    Duration::try_from_secs_f64(seconds).ok().filter(|d| !d.is_zero())
}

/// `07:00`, `19:30`.
pub(crate) fn parse_time(text: &str) -> Option<SaidTime> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then(|| SaidTime::exact(hour, minute))
}

/// `today`, `today+1`, `friday`, as [`SaidDate`] writes them.
pub(crate) fn parse_day(text: &str) -> Option<SaidDate> {
    if let Some(days) = text.strip_prefix("today") {
        return if days.is_empty() {
            Some(SaidDate::InDays(0))
        } else {
            days.parse().ok().map(SaidDate::InDays)
        };
    }
    let (which, name) = match text.split_once(' ') {
        Some(("next", name)) => (Which::NextWeek, name),
        Some(("this", name)) => (Which::This, name),
        _ => (Which::Coming, text),
    };
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let weekday = (1..).zip(names).find(|(_, weekday)| *weekday == name)?.0;
    Some(SaidDate::Weekday { weekday, which })
}

/// `FREQ=DAILY`, `FREQ=WEEKLY;BYDAY=SA,SU`: of the rules of RFC 5545 those that an alarm needs.
pub(crate) fn parse_rule(text: &str) -> Option<Recurrence> {
    let (mut frequency, mut weekdays, mut interval) = (None, Weekdays::default(), 1);
    for part in text.split(';') {
        match part.split_once('=')? {
            ("FREQ", "DAILY") => frequency = Some(Frequency::Daily),
            ("FREQ", "WEEKLY") => frequency = Some(Frequency::Weekly),
            ("INTERVAL", n) => interval = n.parse().ok()?,
            ("BYDAY", days) => {
                for day in days.split(',') {
                    let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
                    let day = (1..).zip(names).find(|(_, name)| *name == day)?.0;
                    weekdays = weekdays.and(Weekdays::one(day));
                }
            }
            _ => return None,
        }
    }
    Some(Recurrence { frequency: frequency?, interval, weekdays, month_day: None, at: None })
}

pub(crate) fn plain_value(value: &toml::Value) -> Option<Value> {
    match value {
        toml::Value::String(s) => Some(Value::Text(s.clone())),
        #[expect(clippy::cast_precision_loss, reason = "values in skills are small")]
        toml::Value::Integer(n) => Some(Value::Number(*n as f64)),
        toml::Value::Float(n) => Some(Value::Number(*n)),
        toml::Value::Boolean(b) => Some(Value::Text(if *b { "on" } else { "off" }.into())),
        _ => None,
    }
}

/// A number, whole or not.
pub(crate) fn number(value: &toml::Value) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "values of devices are small")]
    value.as_float().or_else(|| value.as_integer().map(|n| n as f64))
}

/// A value as a test writes it.
pub(crate) fn same_value(found: &Value, wanted: &toml::Value, now: time::OffsetDateTime) -> bool {
    match found {
        Value::Text(text) => wanted.as_str() == Some(text),
        Value::AnyOf(texts) => wanted.as_array().is_some_and(|wanted| {
            wanted.iter().map(toml::Value::as_str).eq(texts.iter().map(|t| Some(&**t)))
        }),
        Value::Number(n) | Value::Percentage(n) | Value::Temperature(n) => {
            number(wanted).is_some_and(|w| (w - n).abs() < 1e-9)
        }
        Value::Duration(d) => {
            let wanted = match wanted {
                toml::Value::String(text) => parse_duration(text),
                other => number(other).and_then(|n| Duration::try_from_secs_f64(n).ok()),
            };
            wanted == Some(*d)
        }
        Value::Ordinal(n) => number(wanted).is_some_and(|w| (w - f64::from(*n)).abs() < 1e-9),
        // As it is written at the time of the test, or as it was said.
        other => wanted.as_str().is_some_and(|w| w == other.written(now) || w == other.to_string()),
    }
}
