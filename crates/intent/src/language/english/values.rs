//! English times, dates, recurrences and amounts.

use std::sync::OnceLock;

use crate::Value;
use crate::language::rules::make::{self, DayPart, number};
use crate::language::rules::{Part, Rule, Rules};
use crate::language::{Language, units_of};
use crate::when::{Frequency, Recurrence, SaidDate, SaidDateTime, SaidTime, Weekdays, Which};

use super::English;

/// The rules, made once.
pub(super) fn rules() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| Rules::new(TABLE, false))
}

const TABLE: &[Rule] = &[
    ("ordinal", "{1..100th}", make::same),
    ("ordinal", "last", |_| Part::Number(-1.0)),
    // Parts of the day
    ("half", "(am|a m)", |_| DayPart::Morning.part()),
    ("half", "(pm|p m)", |_| DayPart::Afternoon.part()),
    ("half", "in the morning", |_| DayPart::Morning.part()),
    ("half", "in the afternoon", |_| DayPart::Afternoon.part()),
    ("half", "in the evening", |_| DayPart::Evening.part()),
    ("half", "at night", |_| DayPart::Night.part()),
    ("part", "morning", |_| DayPart::Morning.part()),
    ("part", "(noon|lunchtime)", |_| DayPart::Noon.part()),
    ("part", "afternoon", |_| DayPart::Afternoon.part()),
    ("part", "evening", |_| DayPart::Evening.part()),
    ("part", "night", |_| DayPart::Night.part()),
    // Times of day
    ("past", "[a] quarter (past|after)", |_| Part::Number(15.0)),
    ("past", "half past", |_| Part::Number(30.0)),
    ("past", "half", |_| Part::Number(30.0)),
    ("past", "{1..29} [minutes] (past|after)", make::same),
    ("to", "[a] quarter (to|before|til|till|of)", |_| Part::Number(15.0)),
    ("to", "{1..29} [minutes] (to|before|til|till)", make::same),
    ("face", "{1..12} [o'clock]", |p| make::clock(number(p, 0), 0)),
    ("face", "{1..12} {10..59}", |p| make::clock(number(p, 0), number(p, 1))),
    ("face", "{1..12} oh {1..9}", |p| make::clock(number(p, 0), number(p, 1))),
    ("face", "{past} {1..12}", |p| make::clock(number(p, 1), number(p, 0))),
    ("face", "{to} {1..12}", |p| make::before(number(p, 1), number(p, 0))),
    ("face", "{clock}", make::same),
    ("time", "{face}", make::same),
    ("time", "{face} {half}", make::time_in_part),
    ("time", "{13..23} {10..59}", |p| make::clock(number(p, 0), number(p, 1))),
    ("time", "{13..23} oh {1..9}", |p| make::clock(number(p, 0), number(p, 1))),
    ("time", "{13..23} (hundred [hours]|o'clock|hours)", |p| make::clock(number(p, 0), 0)),
    ("time", "[twelve] (noon|midday)", |_| make::exact(12, 0)),
    ("time", "[twelve] midnight", |_| make::exact(0, 0)),
    // Days
    ("weekday", "monday", |_| make::days(Weekdays::one(1))),
    ("weekday", "tuesday", |_| make::days(Weekdays::one(2))),
    ("weekday", "wednesday", |_| make::days(Weekdays::one(3))),
    ("weekday", "thursday", |_| make::days(Weekdays::one(4))),
    ("weekday", "friday", |_| make::days(Weekdays::one(5))),
    ("weekday", "saturday", |_| make::days(Weekdays::one(6))),
    ("weekday", "sunday", |_| make::days(Weekdays::one(7))),
    ("weekdays", "mondays", |_| make::days(Weekdays::one(1))),
    ("weekdays", "tuesdays", |_| make::days(Weekdays::one(2))),
    ("weekdays", "wednesdays", |_| make::days(Weekdays::one(3))),
    ("weekdays", "thursdays", |_| make::days(Weekdays::one(4))),
    ("weekdays", "fridays", |_| make::days(Weekdays::one(5))),
    ("weekdays", "saturdays", |_| make::days(Weekdays::one(6))),
    ("weekdays", "sundays", |_| make::days(Weekdays::one(7))),
    ("weekdays", "weekdays", |_| make::days(Weekdays::WORKING)),
    ("weekdays", "(work days|working days|workdays)", |_| make::days(Weekdays::WORKING)),
    ("weekdays", "weekends", |_| make::days(Weekdays::WEEKEND)),
    ("month", "january", |_| Part::Number(1.0)),
    ("month", "february", |_| Part::Number(2.0)),
    ("month", "march", |_| Part::Number(3.0)),
    ("month", "april", |_| Part::Number(4.0)),
    ("month", "may", |_| Part::Number(5.0)),
    ("month", "june", |_| Part::Number(6.0)),
    ("month", "july", |_| Part::Number(7.0)),
    ("month", "august", |_| Part::Number(8.0)),
    ("month", "september", |_| Part::Number(9.0)),
    ("month", "october", |_| Part::Number(10.0)),
    ("month", "november", |_| Part::Number(11.0)),
    ("month", "december", |_| Part::Number(12.0)),
    ("year", "{2000..2099}", make::same),
    ("year", "twenty {10..99}", |p| Part::Number(2000.0 + f64::from(number(p, 0)))),
    ("date", "today", |_| make::in_days(0)),
    ("date", "tomorrow", |_| make::in_days(1)),
    ("date", "the day after tomorrow", |_| make::in_days(2)),
    ("date", "yesterday", |_| make::in_days(-1)),
    ("date", "the day before yesterday", |_| make::in_days(-2)),
    ("date", "in {2..99} days", |p| make::in_days(number(p, 0))),
    ("date", "in a week", |_| make::in_days(7)),
    ("date", "in {2..52} weeks", |p| make::in_days(7 * number(p, 0))),
    ("date", "{2..99} days from (now|today)", |p| make::in_days(number(p, 0))),
    ("date", "(a|one) week from (now|today)", |_| make::in_days(7)),
    ("date", "[on] {weekday}", |p| make::weekday(p, Which::Coming)),
    ("date", "[on] this [coming] {weekday}", |p| make::weekday(p, Which::This)),
    ("date", "[on] next {weekday}", |p| make::weekday(p, Which::NextWeek)),
    ("date", "(this|on the|at the) weekend", |_| make::weekday(&[make::days(Weekdays::one(6))], Which::This)),
    ("date", "next weekend", |_| make::weekday(&[make::days(Weekdays::one(6))], Which::NextWeek)),
    ("date", "[on] the {1..31th}", |p| make::day(0, 0, number(p, 0))),
    ("date", "[on] [the] {1..31th} [of] {month}", |p| make::day(0, number(p, 1), number(p, 0))),
    ("date", "[on] [the] {1..31th} [of] {month} {year}", |p| {
        make::day(number(p, 2), number(p, 1), number(p, 0))
    }),
    ("date", "[on] {month} [the] {1..31th}", |p| make::day(0, number(p, 0), number(p, 1))),
    ("date", "[on] {month} {1..31}", |p| make::day(0, number(p, 0), number(p, 1))),
    ("date", "[on] {month} [the] {1..31th} {year}", |p| make::day(number(p, 2), number(p, 0), number(p, 1))),
    ("date", "[on] {month} {1..31} {2000..2099}", |p| make::day(number(p, 2), number(p, 0), number(p, 1))),
    ("date", "[on] christmas [day]", |_| make::day(0, 12, 25)),
    ("date", "[on] christmas eve", |_| make::day(0, 12, 24)),
    ("date", "[on] new year's eve", |_| make::day(0, 12, 31)),
    ("date", "[on] new year's day", |_| make::day(0, 1, 1)),
    // Points in time
    ("datetime", "[at] {time}", make::moment),
    ("datetime", "{date} [at] {time}", make::moment),
    ("datetime", "[at] {time} {date}", make::moment),
    ("datetime", "{date} [at] {part} [at {face}]", make::moment_in_part),
    ("datetime", "[at] {face} {date} {part}", make::moment_in_part),
    ("datetime", "{date} in the {part} [at {face}]", make::moment_in_part),
    ("datetime", "this {part} [at {face}]", make::today_in_part),
    ("datetime", "[at] {face} this {part}", make::today_in_part),
    ("datetime", "in the {part} [at {face}]", make::moment_in_part),
    ("datetime", "{tonight} [at {face}]", make::today_in_part),
    ("datetime", "[at] {face} {tonight}", make::today_in_part),
    ("datetime", "in {duration}", make::moment),
    ("datetime", "{duration} from now", make::moment),
    ("tonight", "tonight", |_| DayPart::Night.part()),
    // Recurrences
    ("every", "(every|each) day", |_| make::every(Frequency::Daily, 1)),
    ("every", "daily", |_| make::every(Frequency::Daily, 1)),
    ("every", "every other day", |_| make::every(Frequency::Daily, 2)),
    ("every", "every second day", |_| make::every(Frequency::Daily, 2)),
    ("every", "every {2..30} days", |p| make::every(Frequency::Daily, number(p, 0))),
    ("every", "(every|each) (weekday|working day|workday|week day)", |_| {
        make::weekly(&[make::days(Weekdays::WORKING)], 1)
    }),
    ("every", "(every|each) weekend", |_| make::weekly(&[make::days(Weekdays::WEEKEND)], 1)),
    ("every", "(every|each|on) {weekday_list}", |p| make::weekly(p, 1)),
    ("every", "[on] {weekdays}", |p| make::weekly(p, 1)),
    ("every", "[on] {weekdays} and {weekdays}", |p| make::weekly(&[make::both_days(p)], 1)),
    ("every", "every (other|second) {weekday}", |p| make::weekly(p, 2)),
    ("every", "every week [on {weekday}]", |p| make::weekly(p, 1)),
    ("every", "weekly", |_| make::every(Frequency::Weekly, 1)),
    ("every", "every (other|second) week", |_| make::every(Frequency::Weekly, 2)),
    ("every", "every {2..52} weeks", |p| make::every(Frequency::Weekly, number(p, 0))),
    ("every", "every month", |_| make::every(Frequency::Monthly, 1)),
    ("every", "monthly", |_| make::every(Frequency::Monthly, 1)),
    ("every", "every month on the {1..31th}", |p| make::monthly(number(p, 0))),
    ("every", "on the {1..31th} of (every|each) month", |p| make::monthly(number(p, 0))),
    ("every", "(every year|yearly|annually)", |_| make::every(Frequency::Yearly, 1)),
    ("weekday_list", "{weekday}", make::same),
    ("weekday_list", "{weekday} and {weekday}", make::both_days),
    ("recurrence", "{every}", make::same),
    ("recurrence", "{every} [at] {time}", make::every_at),
    ("recurrence", "[at] {time} {every}", make::every_at),
    ("recurrence", "{every} in the {part} [at {face}]", make::every_at),
    ("recurrence", "(every|each) {part} [at {face}]", make::daily_at),
    ("recurrence", "[at] {face} (every|each) {part}", make::daily_at),
    ("recurrence", "(every hour|hourly)", |_| make::every(Frequency::Hourly, 1)),
    ("recurrence", "every other hour", |_| make::every(Frequency::Hourly, 2)),
    ("recurrence", "every {2..48} hours", |p| make::every(Frequency::Hourly, number(p, 0))),
    ("recurrence", "every minute", |_| make::every(Frequency::Minutely, 1)),
    ("recurrence", "every {2..99} minutes", |p| make::every(Frequency::Minutely, number(p, 0))),
    ("recurrence", "every half hour", |_| make::every(Frequency::Minutely, 30)),
    ("recurrence", "every half an hour", |_| make::every(Frequency::Minutely, 30)),
    // Amounts
    ("unit", "(l|liter|liters|litre|litres)", |_| Part::Unit("l")),
    ("unit", "(ml|milliliter|milliliters|millilitre|millilitres)", |_| Part::Unit("ml")),
    ("unit", "(g|gram|grams)", |_| Part::Unit("g")),
    ("unit", "(kg|kilo|kilos|kilogram|kilograms)", |_| Part::Unit("kg")),
    ("unit", "(lb|lbs|pound|pounds)", |_| Part::Unit("lb")),
    ("unit", "(oz|ounce|ounces)", |_| Part::Unit("oz")),
    ("unit", "(cup|cups)", |_| Part::Unit("cup")),
    ("unit", "(tablespoon|tablespoons)", |_| Part::Unit("tbsp")),
    ("unit", "(teaspoon|teaspoons)", |_| Part::Unit("tsp")),
    ("unit", "(pint|pints)", |_| Part::Unit("pt")),
    ("unit", "(gallon|gallons)", |_| Part::Unit("gal")),
    ("unit", "(mm|millimeter|millimeters|millimetre|millimetres)", |_| Part::Unit("mm")),
    ("unit", "(cm|centimeter|centimeters|centimetre|centimetres)", |_| Part::Unit("cm")),
    ("unit", "(m|meter|meters|metre|metres)", |_| Part::Unit("m")),
    ("unit", "(km|kilometer|kilometers|kilometre|kilometres)", |_| Part::Unit("km")),
    ("unit", "(mile|miles)", |_| Part::Unit("mi")),
    ("unit", "(inch|inches)", |_| Part::Unit("in")),
    ("unit", "(foot|feet)", |_| Part::Unit("ft")),
    ("unit", "(bottle|bottles)", |_| Part::Unit("bottle")),
    ("unit", "(can|cans)", |_| Part::Unit("can")),
    ("unit", "(piece|pieces)", |_| Part::Unit("piece")),
    ("unit", "(slice|slices)", |_| Part::Unit("slice")),
    ("unit", "(pack|packs|package|packages)", |_| Part::Unit("pack")),
    ("unit", "(bag|bags)", |_| Part::Unit("bag")),
    ("unit", "(box|boxes)", |_| Part::Unit("box")),
    ("unit", "dozen", |_| Part::Unit("dozen")),
    ("amount", "{1..1000} {unit}", |p| make::amount(p, 0.0)),
    ("amount", "{1..20} and a half {unit}", |p| make::amount(p, 0.5)),
    ("amount", "{1..20} {unit} and a half", |p| make::amount(p, 0.5)),
    ("amount", "(a|an) {unit}", |p| make::amount(p, 1.0)),
    ("amount", "(a|an) {unit} and a half", |p| make::amount(p, 1.5)),
    ("amount", "half (a|an) {unit}", |p| make::amount(p, 0.5)),
    ("amount", "[a] half {unit}", |p| make::amount(p, 0.5)),
    ("amount", "a quarter [of] (a|an) {unit}", |p| make::amount(p, 0.25)),
];

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
/// Units of amounts whose name is not their symbol: one, and several.
const UNITS: [(&str, &str, &str); 16] = [
    ("l", "liter", "liters"),
    ("ml", "milliliter", "milliliters"),
    ("g", "gram", "grams"),
    ("kg", "kilogram", "kilograms"),
    ("lb", "pound", "pounds"),
    ("oz", "ounce", "ounces"),
    ("tbsp", "tablespoon", "tablespoons"),
    ("tsp", "teaspoon", "teaspoons"),
    ("pt", "pint", "pints"),
    ("gal", "gallon", "gallons"),
    ("cm", "centimeter", "centimeters"),
    ("m", "meter", "meters"),
    ("km", "kilometer", "kilometers"),
    ("mi", "mile", "miles"),
    ("ft", "foot", "feet"),
    ("box", "box", "boxes"),
];

/// See [`Language::speak`].
pub(super) fn speak(value: &Value) -> Option<String> {
    match value {
        Value::Text(_) | Value::AnyOf(_) => None,
        Value::Number(n) => number_words(*n),
        Value::Percentage(n) => Some(format!("{} percent", number_words(*n)?)),
        Value::Temperature(n) => Some(format!("{} degrees", number_words(*n)?)),
        Value::Duration(span) => {
            let names = |unit| match unit {
                86_400 => "day",
                3600 => "hour",
                60 => "minute",
                _ => "second",
            };
            let part = |(count, unit): (i32, u32)| {
                let plural = if count == 1 { "" } else { "s" };
                Some(format!("{} {}{plural}", number_words(count.into())?, names(unit)))
            };
            let parts = units_of(*span)?.into_iter().map(part).collect::<Option<Vec<_>>>()?;
            Some(parts.join(" and "))
        }
        Value::Ordinal(-1) => Some("last".to_owned()),
        Value::Ordinal(n) => English.spell_ordinal(*n),
        Value::Amount { number, unit } => {
            let names = UNITS.iter().find(|(symbol, ..)| symbol == unit);
            let one = names.map_or(unit.as_str(), |(_, one, _)| one);
            let many = names.map_or_else(|| format!("{unit}s"), |(.., many)| (*many).to_owned());
            let many = if one == "dozen" { one.to_owned() } else { many };
            let whole = number_words(number.trunc())?;
            match (number.trunc() as i32, number.fract()) {
                (0, 0.5) => Some(format!("half a {one}")),
                (1, 0.0) => Some(format!("one {one}")),
                (2.., 0.0) => Some(format!("{whole} {many}")),
                (1.., 0.5) => Some(format!("{whole} and a half {many}")),
                _ => None,
            }
        }
        Value::Time(time) => time_words(*time),
        Value::Date(date) => date_words(*date),
        Value::DateTime(SaidDateTime::In(span)) => Some(format!("in {}", speak(&Value::Duration(*span))?)),
        Value::DateTime(SaidDateTime::At { date: None, time }) => Some(format!("at {}", time_words(*time)?)),
        Value::DateTime(SaidDateTime::At { date: Some(date), time }) => {
            Some(format!("{} at {}", date_words(*date)?, time_words(*time)?))
        }
        Value::Recurrence(recurrence) => recurrence_words(recurrence),
    }
}

fn number_words(value: f64) -> Option<String> {
    if value.fract() != 0.0 {
        let sign = if value < 0.0 { "minus " } else { "" };
        let digits = format!("{}", value.abs().fract());
        let digits: Option<Vec<String>> =
            digits.strip_prefix("0.")?.chars().map(|c| number_words(c.to_digit(10)?.into())).collect();
        let digits = digits.filter(|digits| digits.len() <= 6)?;
        return Some(format!("{sign}{} point {}", number_words(value.abs().trunc())?, digits.join(" ")));
    }
    if value.abs() >= 1e6 {
        return None;
    }
    English.spell(value as i32).into_iter().next()
}

fn time_words(SaidTime { hour, minute, either_half }: SaidTime) -> Option<String> {
    match (hour, minute) {
        (0, 0) => return Some("midnight".to_owned()),
        (12, 0) if !either_half => return Some("noon".to_owned()),
        _ => {}
    }
    let face = number_words(f64::from((hour + 11) % 12 + 1))?;
    let words = match minute {
        0 if either_half => format!("{face} o'clock"),
        0 => face,
        1..=9 => format!("{face} oh {}", number_words(minute.into())?),
        _ => format!("{face} {}", number_words(minute.into())?),
    };
    Some(match either_half {
        true => words,
        false => format!("{words} {}", if hour < 12 { "am" } else { "pm" }),
    })
}

fn date_words(date: SaidDate) -> Option<String> {
    Some(match date {
        SaidDate::InDays(0) => "today".to_owned(),
        SaidDate::InDays(1) => "tomorrow".to_owned(),
        SaidDate::InDays(-1) => "yesterday".to_owned(),
        SaidDate::InDays(-2) => "the day before yesterday".to_owned(),
        SaidDate::InDays(days @ 2..=99) => format!("in {} days", number_words(days.into())?),
        SaidDate::InDays(_) => return None,
        SaidDate::Weekday { weekday, which } => {
            let name = weekday_name(weekday)?;
            match which {
                Which::Coming => name.to_owned(),
                Which::This => format!("this {name}"),
                Which::NextWeek => format!("next {name}"),
            }
        }
        SaidDate::Day { year, month, day } => {
            let day = format!("the {}", English.spell_ordinal(day.into())?);
            match (month.and_then(|month| MONTHS.get(usize::from(month).wrapping_sub(1))), year) {
                (None, None) => day,
                (None, Some(_)) => return None,
                (Some(month), None) => format!("{day} of {month}"),
                (Some(month), Some(year @ 2000..=2099)) => {
                    format!("{day} of {month} {}", number_words(year.into())?)
                }
                _ => return None,
            }
        }
    })
}

fn recurrence_words(it: &Recurrence) -> Option<String> {
    let days: Vec<&str> = it.weekdays.iter().filter_map(weekday_name).collect();
    let (one, many, most) = match it.frequency {
        Frequency::Minutely => ("minute", "minutes", 99),
        Frequency::Hourly => ("hour", "hours", 48),
        Frequency::Daily => ("day", "days", 30),
        Frequency::Weekly => ("week", "weeks", 52),
        Frequency::Monthly => ("month", "months", 1),
        Frequency::Yearly => ("year", "years", 1),
    };
    let words = match (it.weekdays, days.as_slice(), it.month_day, it.interval) {
        (_, [], Some(day), 1) => format!("every month on the {}", English.spell_ordinal(day.into())?),
        (_, [], None, 1) => format!("every {one}"),
        (_, [], None, interval) if interval <= most => {
            format!("every {} {many}", number_words(interval.into())?)
        }
        (Weekdays::WORKING, _, None, 1) => "every weekday".to_owned(),
        (Weekdays::WEEKEND, _, None, 1) => "every weekend".to_owned(),
        (_, [day], None, 1) => format!("every {day}"),
        (_, [first, second], None, 1) => format!("every {first} and {second}"),
        (_, [day], None, 2) => format!("every other {day}"),
        _ => return None,
    };
    match it.at {
        None => Some(words),
        // These have no time of day.
        Some(_) if matches!(it.frequency, Frequency::Minutely | Frequency::Hourly) => None,
        Some(at) => Some(format!("{words} at {}", time_words(at)?)),
    }
}

fn weekday_name(weekday: u8) -> Option<&'static str> {
    WEEKDAYS.get(usize::from(weekday).wrapping_sub(1)).copied()
}
