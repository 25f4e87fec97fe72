//! Times, lengths and what the assistant does itself, as they are said in Mandarin.

use std::time::Duration;

use mynah_home::{Capability, DeviceId, Home, State};
use mynah_skill::{Action, AlarmKind, Local, Refusal};
use time::{Date, OffsetDateTime, Time};

use crate::alarms::Alarm;

/// `上午9点20分`, `晚上9点`, `中午12点半`.
pub(crate) fn spoken_time(time: Time) -> String {
    let part = match time.hour() {
        0..=5 => "凌晨",
        6..=11 => "上午",
        12 => "中午",
        13..=17 => "下午",
        _ => "晚上",
    };
    let hour = match time.hour() {
        hour @ 13.. => hour - 12,
        hour => hour,
    };
    match time.minute() {
        0 => format!("{part}{hour}点"),
        30 => format!("{part}{hour}点半"),
        minute => format!("{part}{hour}点{minute}分"),
    }
}

/// `11月21日，星期六`.
pub(crate) fn spoken_date(date: Date) -> String {
    let weekday =
        ["日", "一", "二", "三", "四", "五", "六"][usize::from(date.weekday().number_days_from_sunday())];
    format!("{}月{}日，星期{weekday}", u8::from(date.month()), date.day())
}

/// `1小时20分钟`, to the second.
pub(crate) fn spoken_length(length: Duration) -> String {
    let seconds = length.as_secs();
    let parts = [(seconds / 3600, "小时"), (seconds / 60 % 60, "分钟"), (seconds % 60, "秒")];
    let said: String = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}")).collect();
    if said.is_empty() { "0秒".to_owned() } else { said }
}

/// `明天上午9点半`. Both by the same clock.
pub(crate) fn spoken_day_and_time(at: OffsetDateTime, now: OffsetDateTime) -> String {
    let time = spoken_time(at.time());
    match (at.date() - now.date()).whole_days() {
        -1 => format!("昨天{time}"),
        0 => format!("今天{time}"),
        1 => format!("明天{time}"),
        2 => format!("后天{time}"),
        _ => format!("{}，{time}", spoken_date(at.date())),
    }
}

/// `甲、乙和丙`.
pub(crate) fn and_list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{}和{last}", first.join("、")),
    }
}

/// `闹钟`, `提醒`.
pub(crate) fn kind(kind: AlarmKind) -> &'static str {
    match kind {
        AlarmKind::Alarm => "闹钟",
        AlarmKind::Reminder => "提醒",
    }
}

/// When an alarm is due, and what it is about.
pub(crate) fn alarm(alarm: &Alarm, now: OffsetDateTime) -> String {
    let next = spoken_day_and_time(alarm.at, now);
    let when = if alarm.every.is_some() { format!("重复，下一次是{next}") } else { next };
    alarm.about.as_ref().map_or(when.clone(), |about| format!("{when}：{about}"))
}

/// One action as an order: `把厨房灯打开`.
pub(crate) fn wish(action: &Action, skill: &str, home: &Home) -> String {
    let name = |id: &DeviceId| home.device(id).map_or_else(|| id.to_string(), |device| device.name.clone());
    match action {
        Action::Set { device, capability, to } => {
            let name = name(device);
            match (capability, to) {
                (Capability::Power, State::Bool(true)) => format!("把{name}打开"),
                (Capability::Power, _) => format!("把{name}关掉"),
                (Capability::Lock, State::Bool(true)) => format!("把{name}锁上"),
                (Capability::Lock, _) => format!("把{name}的锁打开"),
                (Capability::Position, State::Number(n)) if *n <= 0.0 => format!("把{name}关上"),
                (Capability::Position, State::Number(n)) if *n >= 100.0 => format!("把{name}打开"),
                (Capability::TargetTemperature, to) => format!("把{name}设为{to}度"),
                (_, State::Number(n)) if capability.unit() == "percent" => format!("把{name}设为百分之{n}"),
                (_, to) => format!("把{name}设为{to}"),
            }
        }
        Action::Adjust { device, by, .. } if *by < 0.0 => format!("把{}调低", name(device)),
        Action::Adjust { device, .. } => format!("把{}调高", name(device)),
        Action::Read { device, .. } => format!("查看{}", name(device)),
        Action::Local(Local::ListClear { .. }) => "清空清单".to_owned(),
        Action::Local(Local::AlarmCancelAll { kind: of }) => format!("取消所有{}", kind(*of)),
        Action::Http(_) | Action::Mqtt(_) | Action::Local(_) | Action::Wait { .. } => {
            format!("执行技能{skill}")
        }
    }
}

/// Why there is no plan.
pub(crate) fn refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Unresolved { said } => format!("我不知道什么是{said}。"),
        Refusal::Ambiguous { names, .. } => {
            let names: Vec<&str> = names.iter().map(|name| name.trim_start_matches("the ")).collect();
            format!("你说的是哪一个：{}？", names.join("还是"))
        }
        Refusal::Asks { question, .. } => question.clone(),
        Refusal::NotCapable { device, .. } => {
            format!("{}做不到。", device.trim_start_matches("The ").trim_start_matches("the "))
        }
        Refusal::NoneOfKind { .. } | Refusal::NothingThere { .. } => "这里没有可以控制的设备。".to_owned(),
        Refusal::TooMany { count, .. } => format!("一次要动{count}个设备，太多了。"),
        _ => "抱歉，这个我做不到。".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use time::macros::{date, datetime, time};

    #[test]
    fn times_dates_and_lengths() {
        let times = [time!(0:05), time!(9:20), time!(12:30), time!(13:00), time!(21:45)].map(spoken_time);
        expect!["凌晨0点5分 上午9点20分 中午12点半 下午1点 晚上9点45分"].assert_eq(&times.join(" "));
        expect!["11月21日，星期六"].assert_eq(&spoken_date(date!(2026 - 11 - 21)));
        let lengths = [0, 90, 600, 4800, 7325].map(|s| spoken_length(Duration::from_secs(s)));
        expect!["0秒 1分钟30秒 10分钟 1小时20分钟 2小时2分钟5秒"].assert_eq(&lengths.join(" "));
        let now = datetime!(2026-11-21 09:20 UTC);
        let days = [0, 1, 2, 3].map(|days| spoken_day_and_time(now + time::Duration::days(days), now));
        expect!["今天上午9点20分 明天上午9点20分 后天上午9点20分 11月24日，星期二，上午9点20分"]
            .assert_eq(&days.join(" "));
        expect!["甲、乙和丙"].assert_eq(&and_list(&["甲", "乙", "丙"].map(str::to_owned)));
    }
}
