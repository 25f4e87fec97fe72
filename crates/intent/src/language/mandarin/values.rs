//! Mandarin times, dates, recurrences, spans of time and amounts.

use std::sync::OnceLock;

use crate::Value;
use crate::language::rules::make::{self, DayPart, number};
use crate::language::rules::{Part, Rule, Rules};
use crate::language::units_of;
use crate::when::{Frequency, Recurrence, SaidDate, SaidDateTime, SaidTime, Weekdays, Which};

use super::ways;

/// The rules, made once.
pub(super) fn rules() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| Rules::new(TABLE, true))
}

const TABLE: &[Rule] = &[
    ("ordinal", "{1..100th}", make::same),
    ("ordinal", "(最后|最後)", |_| Part::Number(-1.0)),
    // Spans of time
    ("hours", "{1..48}[个|個](小时|小時|钟头|鐘頭)", |p| make::span(p, 3600.0, 0.0)),
    ("minutes", "{1..99}(分|分钟|分鐘)", |p| make::span(p, 60.0, 0.0)),
    ("seconds", "{1..99}(秒|秒钟|秒鐘)", |p| make::span(p, 1.0, 0.0)),
    ("minutes_on", "{minutes}", make::same),
    ("minutes_on", "{minutes}{seconds}", sum),
    ("minutes_on", "{1..99}分半[钟|鐘]", |p| make::span(p, 60.0, 30.0)),
    ("duration", "{hours}", make::same),
    ("duration", "{hours}[零|又]{minutes_on}", sum),
    ("duration", "{hours}{seconds}", sum),
    ("duration", "{minutes_on}", make::same),
    ("duration", "{seconds}", make::same),
    ("duration", "{1..48}[个|個](小时|小時)半", |p| make::span(p, 3600.0, 1800.0)),
    ("duration", "{1..48}(个|個)半(小时|小時|钟头|鐘頭)", |p| make::span(p, 3600.0, 1800.0)),
    ("duration", "半[个|個](小时|小時|钟头|鐘頭)", |_| make::span(&[], 0.0, 1800.0)),
    ("duration", "半分(钟|鐘)", |_| make::span(&[], 0.0, 30.0)),
    ("duration", "{1..3}刻(钟|鐘)", |p| make::span(p, 900.0, 0.0)),
    ("duration", "{1..99}天", |p| make::span(p, 86_400.0, 0.0)),
    ("duration", "{1..52}[个|個](星期|礼拜|禮拜|周|週)", |p| make::span(p, 604_800.0, 0.0)),
    // Parts of the day
    ("part", "(早上|早晨|上午|清晨|凌晨)", |_| DayPart::Morning.part()),
    ("part", "中午", |_| DayPart::Noon.part()),
    ("part", "下午", |_| DayPart::Afternoon.part()),
    ("part", "(傍晚|晚上)", |_| DayPart::Evening.part()),
    ("part", "(夜里|夜裡|半夜|深夜)", |_| DayPart::Night.part()),
    // Times of day
    ("hour", "{0..24}(点|點)", make::same),
    ("hour", "{0..24}(时|時)", make::same),
    ("face", "{hour}[钟|鐘|整]", |p| make::clock(number(p, 0), 0)),
    ("face", "{hour}半", |p| make::clock(number(p, 0), 30)),
    ("face", "{hour}一刻", |p| make::clock(number(p, 0), 15)),
    ("face", "{hour}三刻", |p| make::clock(number(p, 0), 45)),
    ("face", "{hour}{10..59}[分]", |p| make::clock(number(p, 0), number(p, 1))),
    ("face", "{hour}{1..9}分", |p| make::clock(number(p, 0), number(p, 1))),
    ("face", "{hour}零{1..9}[分]", |p| make::clock(number(p, 0), number(p, 1))),
    ("face", "差{1..29}分[钟|鐘]{hour}", |p| make::before(number(p, 1), number(p, 0))),
    ("face", "差一刻{hour}", |p| make::before(number(p, 0), 15)),
    ("face", "{hour}差{1..29}分", |p| make::before(number(p, 0), number(p, 1))),
    ("face", "{clock}", make::same),
    ("time", "{face}", make::same),
    ("time", "{part}[的]{face}", make::time_in_part),
    ("time", "(中午|正午)", |_| make::exact(12, 0)),
    ("time", "(午夜|零点|零點)", |_| make::exact(0, 0)),
    // Days
    ("day_of_week", "一", |_| make::days(Weekdays::one(1))),
    ("day_of_week", "二", |_| make::days(Weekdays::one(2))),
    ("day_of_week", "三", |_| make::days(Weekdays::one(3))),
    ("day_of_week", "四", |_| make::days(Weekdays::one(4))),
    ("day_of_week", "五", |_| make::days(Weekdays::one(5))),
    ("day_of_week", "六", |_| make::days(Weekdays::one(6))),
    ("day_of_week", "(日|天)", |_| make::days(Weekdays::one(7))),
    ("weekday", "(星期|周|週|礼拜|禮拜){day_of_week}", make::same),
    ("year", "{2000..2099}年", make::same),
    ("year", "二零{0..9}{0..9}年", |p| Part::Number(2000.0 + f64::from(10 * number(p, 0) + number(p, 1)))),
    ("month_day", "{1..31}(号|號|日)", make::same),
    ("date", "(今天|今日)", |_| make::in_days(0)),
    ("date", "(明天|明日)", |_| make::in_days(1)),
    ("date", "(后天|後天)", |_| make::in_days(2)),
    ("date", "大(后天|後天)", |_| make::in_days(3)),
    ("date", "(昨天|昨日)", |_| make::in_days(-1)),
    ("date", "前天", |_| make::in_days(-2)),
    ("date", "大前天", |_| make::in_days(-3)),
    ("date", "{1..99}天[以|之](后|後)", |p| make::in_days(number(p, 0))),
    ("date", "{weekday}", |p| make::weekday(p, Which::Coming)),
    ("date", "(这|這|本)[个|個]{weekday}", |p| make::weekday(p, Which::This)),
    ("date", "下[个|個]{weekday}", |p| make::weekday(p, Which::NextWeek)),
    ("date", "[这|這|本][个|個](周末|週末)", |_| {
        make::weekday(&[make::days(Weekdays::one(6))], Which::This)
    }),
    ("date", "下[个|個](周末|週末)", |_| {
        make::weekday(&[make::days(Weekdays::one(6))], Which::NextWeek)
    }),
    ("date", "{month_day}", |p| make::day(0, 0, number(p, 0))),
    ("date", "{1..12}月{month_day}", |p| make::day(0, number(p, 0), number(p, 1))),
    ("date", "{year}{1..12}月{month_day}", |p| make::day(number(p, 0), number(p, 1), number(p, 2))),
    // Points in time
    ("datetime", "{time}", make::moment),
    ("datetime", "{date}[的]{time}", make::moment),
    ("datetime", "{date}[的]{part}", make::moment_in_part),
    ("datetime", "{this_part}[的][{face}]", make::today_in_part),
    ("datetime", "明早[的][{face}]", |p| {
        make::moment_in_part(&with(p, &[make::in_days(1), DayPart::Morning.part()]))
    }),
    ("datetime", "明晚[的][{face}]", |p| {
        make::moment_in_part(&with(p, &[make::in_days(1), DayPart::Evening.part()]))
    }),
    ("datetime", "{duration}[以|之](后|後)", make::moment),
    ("datetime", "过{duration}", make::moment),
    ("this_part", "今晚", |_| DayPart::Evening.part()),
    ("this_part", "今早", |_| DayPart::Morning.part()),
    // Recurrences
    ("every", "(每天|天天|每日)", |_| make::every(Frequency::Daily, 1)),
    ("every", "(每隔一天|隔天|每两天|每兩天)", |_| make::every(Frequency::Daily, 2)),
    ("every", "每{3..30}天", |p| make::every(Frequency::Daily, number(p, 0))),
    ("every", "[每[个|個]]工作日", |_| make::weekly(&[make::days(Weekdays::WORKING)], 1)),
    ("every", "每[个|個](周末|週末)", |_| make::weekly(&[make::days(Weekdays::WEEKEND)], 1)),
    ("every", "每[个|個]{weekday}", |p| make::weekly(p, 1)),
    ("every", "每[个|個]{weekday}(和|跟|、){weekday}", |p| make::weekly(&[make::both_days(p)], 1)),
    ("every", "(每隔一|每两|隔)[个|個]{weekday}", |p| make::weekly(p, 2)),
    ("every", "每[个|個](周|週|星期|礼拜|禮拜)", |_| make::every(Frequency::Weekly, 1)),
    ("every", "每[个|個]月", |_| make::every(Frequency::Monthly, 1)),
    ("every", "每[个|個]月{month_day}", |p| make::monthly(number(p, 0))),
    ("every", "每年", |_| make::every(Frequency::Yearly, 1)),
    ("recurrence", "{every}", make::same),
    ("recurrence", "{every}[的]{time}", make::every_at),
    ("recurrence", "{every}[的]{part}", make::every_at),
    ("recurrence", "每[个|個]{part}[{face}]", make::daily_at),
    ("recurrence", "每晚[{face}]", |p| make::daily_at(&with(p, &[DayPart::Evening.part()]))),
    ("recurrence", "每[个|個](小时|小時|钟头|鐘頭)", |_| make::every(Frequency::Hourly, 1)),
    ("recurrence", "每{2..48}[个|個](小时|小時|钟头|鐘頭)", |p| {
        make::every(Frequency::Hourly, number(p, 0))
    }),
    ("recurrence", "每分(钟|鐘)", |_| make::every(Frequency::Minutely, 1)),
    ("recurrence", "每{2..99}分(钟|鐘)", |p| make::every(Frequency::Minutely, number(p, 0))),
    ("recurrence", "每半[个|個](小时|小時)", |_| make::every(Frequency::Minutely, 30)),
    // Amounts
    ("unit", "(升|公升)", |_| Part::Unit("l")),
    ("unit", "毫升", |_| Part::Unit("ml")),
    ("unit", "克", |_| Part::Unit("g")),
    ("unit", "(公斤|千克)", |_| Part::Unit("kg")),
    ("unit", "杯", |_| Part::Unit("cup")),
    ("unit", "(米|公尺)", |_| Part::Unit("m")),
    ("unit", "(厘米|公分)", |_| Part::Unit("cm")),
    ("unit", "公里", |_| Part::Unit("km")),
    ("unit", "瓶", |_| Part::Unit("bottle")),
    ("unit", "罐", |_| Part::Unit("can")),
    ("unit", "(块|塊|个|個|件)", |_| Part::Unit("piece")),
    ("unit", "片", |_| Part::Unit("slice")),
    ("unit", "包", |_| Part::Unit("pack")),
    ("unit", "袋", |_| Part::Unit("bag")),
    ("unit", "(盒|箱)", |_| Part::Unit("box")),
    ("unit", "打", |_| Part::Unit("dozen")),
    ("amount", "{1..1000}{unit}", |p| make::amount(p, 0.0)),
    ("amount", "{1..20}{unit}半", |p| make::amount(p, 0.5)),
    ("amount", "半{unit}", |p| make::amount(p, 0.5)),
];

/// Two spans, one after the other.
fn sum(parts: &[Part]) -> Part {
    let spans = parts.iter().map(|part| match part {
        Part::Span(span) => *span,
        _ => std::time::Duration::ZERO,
    });
    Part::Span(spans.sum())
}

fn with(parts: &[Part], more: &[Part]) -> Vec<Part> {
    [parts, more].concat()
}

const WEEKDAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
const UNITS: [(&str, &str); 15] = [
    ("l", "升"),
    ("ml", "毫升"),
    ("g", "克"),
    ("kg", "公斤"),
    ("cup", "杯"),
    ("m", "米"),
    ("cm", "厘米"),
    ("km", "公里"),
    ("bottle", "瓶"),
    ("can", "罐"),
    ("piece", "个"),
    ("slice", "片"),
    ("pack", "包"),
    ("bag", "袋"),
    ("box", "盒"),
];

/// See [`Language::speak`](crate::language::Language::speak).
pub(super) fn speak(value: &Value) -> Option<String> {
    match value {
        Value::Text(_) | Value::AnyOf(_) => None,
        Value::Number(n) => number_words(*n, "负"),
        Value::Percentage(n) => Some(format!("百分之{}", number_words(*n, "负")?)),
        Value::Temperature(n) => Some(format!("{}度", number_words(*n, "零下")?)),
        Value::Duration(span) => {
            let parts = units_of(*span)?;
            // A day stands by itself.
            if parts.len() > 1 && parts[0].1 == 86_400 {
                return None;
            }
            let part = |(count, unit): (i32, u32)| {
                let (most, name) = match unit {
                    86_400 => (99, "天"),
                    3600 => (48, "小时"),
                    60 => (99, "分钟"),
                    _ => (99, "秒"),
                };
                (count <= most).then_some(())?;
                Some(format!("{}{name}", number_words(count.into(), "")?))
            };
            parts.into_iter().map(part).collect()
        }
        Value::Ordinal(-1) => Some("最后".to_owned()),
        Value::Ordinal(n) => {
            (1..=100).contains(n).then(|| Some(format!("第{}", number_words((*n).into(), "")?)))?
        }
        Value::Amount { number, unit } => {
            let (_, unit) = UNITS.iter().find(|(symbol, _)| symbol == unit)?;
            match (number.trunc() as i32, number.fract()) {
                (0, 0.5) => Some(format!("半{unit}")),
                (1..=1000, 0.0) => Some(format!("{}{unit}", number_words(*number, "")?)),
                (1..=20, 0.5) => Some(format!("{}{unit}半", number_words(number.trunc(), "")?)),
                _ => None,
            }
        }
        Value::Time(time) => time_words(*time),
        Value::Date(date) => date_words(*date),
        Value::DateTime(SaidDateTime::In(span)) => Some(format!("{}后", speak(&Value::Duration(*span))?)),
        Value::DateTime(SaidDateTime::At { date, time }) => {
            Some(format!("{}{}", date.map_or(Some(String::new()), date_words)?, time_words(*time)?))
        }
        Value::Recurrence(recurrence) => recurrence_words(recurrence),
    }
}

fn number_words(value: f64, minus: &str) -> Option<String> {
    if value < 0.0 {
        return Some(format!("{minus}{}", number_words(-value, minus)?));
    }
    let whole = (value < 1e8).then(|| ways(value as u64).into_iter().next())??;
    if value.fract() == 0.0 {
        return Some(whole);
    }
    let digits = value.fract().to_string();
    let digits: Option<String> =
        digits.strip_prefix("0.")?.chars().map(|c| number_words(c.to_digit(10)?.into(), "")).collect();
    digits.filter(|digits| digits.chars().count() <= 6).map(|digits| format!("{whole}点{digits}"))
}

fn time_words(SaidTime { hour, minute, either_half }: SaidTime) -> Option<String> {
    if (hour, minute, either_half) == (12, 0, false) {
        return Some("中午".to_owned());
    }
    let part = match hour {
        _ if either_half => "",
        0..=11 => "早上",
        12..=17 => "下午",
        _ => "晚上",
    };
    let face = match hour {
        0 => 12,
        hour if hour > 12 => hour - 12,
        hour => hour,
    };
    let face = if face == 2 { "两".to_owned() } else { number_words(face.into(), "")? };
    let minute = match minute {
        0 => String::new(),
        1..=9 => format!("零{}分", number_words(minute.into(), "")?),
        _ => format!("{}分", number_words(minute.into(), "")?),
    };
    Some(format!("{part}{face}点{minute}"))
}

fn date_words(date: SaidDate) -> Option<String> {
    Some(match date {
        SaidDate::InDays(days @ -3..=3) => {
            ["大前天", "前天", "昨天", "今天", "明天", "后天", "大后天"][(days + 3) as usize].to_owned()
        }
        SaidDate::InDays(days @ 4..=99) => format!("{}天后", number_words(days.into(), "")?),
        SaidDate::InDays(_) => return None,
        SaidDate::Weekday { weekday, which } => {
            let day = WEEKDAYS.get(usize::from(weekday).wrapping_sub(1))?;
            match which {
                Which::Coming => format!("星期{day}"),
                Which::This => format!("这个星期{day}"),
                Which::NextWeek => format!("下个星期{day}"),
            }
        }
        SaidDate::Day { year, month, day } => {
            let day = format!("{}号", number_words(day.into(), "")?);
            let month =
                month.map(|month| number_words(month.into(), "")).map(|month| Some(format!("{}月", month?)));
            match (year, month) {
                (None, None) => day,
                (None, Some(month)) => format!("{}{day}", month?),
                (Some(year @ 2000..=2099), Some(month)) => format!("{year}年{}{day}", month?),
                _ => return None,
            }
        }
    })
}

fn recurrence_words(it: &Recurrence) -> Option<String> {
    let days: Vec<String> = it
        .weekdays
        .iter()
        .filter_map(|day| Some(format!("星期{}", WEEKDAYS.get(usize::from(day) - 1)?)))
        .collect();
    let interval = number_words(it.interval.into(), "")?;
    let words = match (it.frequency, it.weekdays, days.as_slice(), it.month_day, it.interval) {
        (Frequency::Monthly, _, [], Some(day), 1) => format!("每个月{}号", number_words(day.into(), "")?),
        (Frequency::Minutely, _, [], None, 1) => "每分钟".to_owned(),
        (Frequency::Minutely, _, [], None, 2..=99) => format!("每{interval}分钟"),
        (Frequency::Hourly, _, [], None, 1) => "每个小时".to_owned(),
        (Frequency::Hourly, _, [], None, 2..=48) => format!("每{interval}个小时"),
        (Frequency::Daily, _, [], None, 1) => "每天".to_owned(),
        (Frequency::Daily, _, [], None, 2) => "每隔一天".to_owned(),
        (Frequency::Daily, _, [], None, 3..=30) => format!("每{interval}天"),
        (Frequency::Weekly, _, [], None, 1) => "每个星期".to_owned(),
        (Frequency::Monthly, _, [], None, 1) => "每个月".to_owned(),
        (Frequency::Yearly, _, [], None, 1) => "每年".to_owned(),
        (Frequency::Weekly, Weekdays::WORKING, _, None, 1) => "每个工作日".to_owned(),
        (Frequency::Weekly, Weekdays::WEEKEND, _, None, 1) => "每个周末".to_owned(),
        (Frequency::Weekly, _, [day], None, 1) => format!("每个{day}"),
        (Frequency::Weekly, _, [first, second], None, 1) => format!("每个{first}和{second}"),
        (Frequency::Weekly, _, [day], None, 2) => format!("每隔一个{day}"),
        _ => return None,
    };
    match it.at {
        None => Some(words),
        // These have no time of day.
        Some(_) if matches!(it.frequency, Frequency::Minutely | Frequency::Hourly) => None,
        Some(at) => Some(format!("{words}{}", time_words(at)?)),
    }
}
