//! What the assistant says in Mandarin, in simplified characters.

use std::time::Duration;

use mynah_intent::{Frequency, Recurrence, Weekdays};
use mynah_skill::AlarmKind;
use time::{Date, OffsetDateTime, Time};

use super::{AnswerWords, Phrase};
use crate::alarms::{self, Alarm, AlarmRefusal, local};
use crate::moment::Moment;
use crate::timers::{self, Timer, TimerRefusal};

/// Who rings later than this says for when it was.
const LATE: time::Duration = time::Duration::minutes(2);

pub(super) fn say(phrase: &Phrase<'_>) -> String {
    match phrase {
        Phrase::HearingFailed => "抱歉，我的听力出了问题。".into(),
        Phrase::Leave => "好的，那就算了。".into(),
        Phrase::NotUnderstood => "抱歉，我没听懂。".into(),
        Phrase::Shall(what) => format!("要{what}吗？"),
        Phrase::ShallEither(one, other) => format!("要{one}，还是{other}？"),
        Phrase::WhatPin(what) => format!("要{what}，请说密码。"),
        Phrase::NoPin => "这需要密码，但还没有设置密码。".into(),
        Phrase::PinLocked => "密码错误次数太多，请稍后再试。".into(),
        Phrase::PinAgain => "请再说一遍密码。".into(),
        Phrase::WrongPin => "密码不对。".into(),
        Phrase::StillNot => "我还是没听懂，那就算了。".into(),
        Phrase::YesOrNo(question) => format!("请说是或者不是。{question}"),
        Phrase::DidNothing(why) => format!("{why}所以我什么都没做。"),
        Phrase::CannotTakeBack(what) => format!("这个没办法撤销：{what}。"),
        Phrase::NothingToTakeBack => "没有可以撤销的。".into(),
        Phrase::NotKept => "但是我没办法保存，重启以后就会忘记。".into(),
        Phrase::TimerSet(timer) => {
            let name = timer.name.as_deref().unwrap_or_default();
            format!("{name}计时器设好了，{}。", spoken_length(timer.length))
        }
        Phrase::TimerCancelled(timer) => format!("{}取消了。", spoken_timer(timer)),
        Phrase::TimersLeft(timers) => {
            let left = |(timer, left): &(&Timer, Duration)| {
                format!("{}还剩{}", spoken_timer(timer), spoken_length(*left))
            };
            format!("{}。", timers.iter().map(left).collect::<Vec<_>>().join("，"))
        }
        Phrase::TimersOver(timers) => format!("{}到时间了。", spoken_timers(timers)),
        Phrase::TimerRefused(refusal) => match refusal {
            TimerRefusal::Empty => "计时器要有时长。".into(),
            TimerRefusal::TooLong => "计时器最长一个星期。".into(),
            TimerRefusal::TooMany => format!("已经有{}个计时器了，请先取消一个。", timers::MOST),
            TimerRefusal::None => "没有计时器。".into(),
            TimerRefusal::NoSuch { name } => format!("没有{name}计时器。"),
            TimerRefusal::Several(timers) => {
                format!("有{}个计时器：{}。请说是哪一个。", timers.len(), spoken_timers(timers))
            }
        },
        Phrase::TimersRestored => "计时器恢复原样了。".into(),
        Phrase::AlarmSet(alarm, now) => {
            format!("{}设好了，{}。", kind_name(alarm.kind), when_and_what(alarm, *now))
        }
        Phrase::AlarmCancelled(alarm, now) => {
            format!("{}的{}取消了。", when_and_what(alarm, *now), kind_name(alarm.kind))
        }
        Phrase::AlarmsCancelled(kind, 0) => format!("没有{}。", kind_name(*kind)),
        Phrase::AlarmsCancelled(kind, n) => format!("{n}个{}取消了。", kind_name(*kind)),
        Phrase::Alarms(kind, [], _) => format!("没有{}。", kind_name(*kind)),
        Phrase::Alarms(kind, alarms, now) => {
            let all: Vec<String> = alarms.iter().map(|alarm| when_and_what(alarm, *now)).collect();
            format!("有{}个{}：{}。", all.len(), kind_name(*kind), and_list(&all))
        }
        Phrase::AlarmIsDue(alarm, now) => announcement(alarm, *now),
        Phrase::AlarmRefused(refusal, now) => match refusal {
            AlarmRefusal::Past => "那个时间已经过了。".into(),
            AlarmRefusal::NoSuchDay => "没有这一天。".into(),
            AlarmRefusal::TooMany => format!("已经有{}个了，请先取消一个。", alarms::MOST),
            AlarmRefusal::None(kind) => format!("没有{}。", kind_name(*kind)),
            AlarmRefusal::NoSuch(kind) => format!("没有这个{}。", kind_name(*kind)),
            AlarmRefusal::Several(alarms) => {
                let all: Vec<String> = alarms.iter().map(|alarm| when_and_what(alarm, *now)).collect();
                format!("有好几个：{}。请说是哪一个。", and_list(&all))
            }
        },
        Phrase::AlarmsRestored => "闹钟和提醒恢复原样了。".into(),
        Phrase::NothingRings => "现在没有东西在响。".into(),
        Phrase::RingingIsOff => "已经关了。".into(),
        Phrase::RingsAgainIn(length) => format!("{}以后再叫你。", spoken_length(*length)),
        Phrase::Volume(percent) => format!("音量是百分之{}。", percent.round()),
        Phrase::NoVolume => "这不是音量。".into(),
        Phrase::Time(time) => format!("现在是{}。", spoken_time(*time)),
        Phrase::Date(date) => format!("今天是{}。", spoken_date(*date)),
        Phrase::Added(item, list) => format!("{item}加到{}上了。", list_name(list)),
        Phrase::AddedBefore(item, list) => format!("{item}已经在{}上了。", list_name(list)),
        Phrase::ListFull(list) => format!("{}满了。", list_name(list)),
        Phrase::Removed(item, list) => format!("{item}从{}上去掉了。", list_name(list)),
        Phrase::NotOnList(item, list) => format!("{}上没有{item}。", list_name(list)),
        Phrase::List(list, []) => format!("{}是空的。", list_name(list)),
        Phrase::List(list, items) => format!("{}上有{}。", list_name(list), and_list(items)),
        Phrase::ListEmptied(list) => format!("{}清空了。", list_name(list)),
        Phrase::ListWasEmpty(list) => format!("{}本来就是空的。", list_name(list)),
        Phrase::ListsRestored => "清单恢复原样了。".into(),
    }
}

pub(super) const ANSWERS: AnswerWords = AnswerWords {
    tag: "zh",
    yes: &[
        "是",
        "是的",
        "好",
        "好的",
        "好吧",
        "可以",
        "行",
        "对",
        "对的",
        "要",
        "要的",
        "嗯",
        "没问题",
        "确定",
    ],
    no: &["不", "不是", "不要", "不用", "不行", "不用了", "不要了", "取消", "算了", "别", "停"],
    all: &["都要", "全部", "全都要", "所有", "所有的", "都"],
    both: &["两个", "两个都要", "两个都"],
    places: &["第一", "第二", "第三", "第四", "第五"],
    last: "最后",
    and: &["和", "跟", "还有"],
    idle: &["的", "那", "个", "请", "我", "说", "要", "是", "在", "里", "一"],
    digits: [
        &["零", "〇"],
        &["一", "幺"],
        &["二", "两"],
        &["三"],
        &["四"],
        &["五"],
        &["六"],
        &["七"],
        &["八"],
        &["九"],
    ],
    by_words: &["{}的", "{}的那个", "{}那个", "{}"],
    by_place: &["{}个", "{}"],
};

/// With a full stop.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '!', '?', '。', '！', '？']) {
        text.to_owned()
    } else {
        format!("{text}。")
    }
}

/// `上午9点20分`, `晚上9点`, `中午12点半`.
fn spoken_time(time: Time) -> String {
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
fn spoken_date(date: Date) -> String {
    let weekday =
        ["日", "一", "二", "三", "四", "五", "六"][usize::from(date.weekday().number_days_from_sunday())];
    format!("{}月{}日，星期{weekday}", u8::from(date.month()), date.day())
}

/// `1小时20分钟`, to the second.
fn spoken_length(length: Duration) -> String {
    let seconds = length.as_secs();
    let parts = [(seconds / 3600, "小时"), (seconds / 60 % 60, "分钟"), (seconds % 60, "秒")];
    let said: String = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}")).collect();
    if said.is_empty() { "0秒".to_owned() } else { said }
}

/// `明天上午9点半`. Both by the same clock.
fn spoken_day_and_time(at: OffsetDateTime, now: OffsetDateTime) -> String {
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
fn and_list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{}和{last}", first.join("、")),
    }
}

/// `闹钟`, `提醒`.
fn kind_name(kind: AlarmKind) -> &'static str {
    match kind {
        AlarmKind::Alarm => "闹钟",
        AlarmKind::Reminder => "提醒",
    }
}

/// When an alarm is due, and what it is about: `每个工作日上午7点：倒垃圾`.
fn when_and_what(alarm: &Alarm, now: Moment) -> String {
    let when = match &alarm.every {
        None => spoken_day_and_time(alarm.at, local(now.wall)),
        Some((every, _)) => spoken_recurrence(every, alarm.at),
    };
    match &alarm.about {
        Some(about) => format!("{when}：{about}"),
        None => when,
    }
}

fn spoken_recurrence(every: &Recurrence, next: OffsetDateTime) -> String {
    let n = match every.interval {
        0 | 1 => String::new(),
        2 => "两".to_owned(),
        n => n.to_string(),
    };
    let often = match (every.frequency, n.as_str()) {
        (Frequency::Minutely, n) => format!("每{n}分钟"),
        (Frequency::Hourly, n) => format!("每{n}小时"),
        (Frequency::Daily, n) => format!("每{n}天"),
        (Frequency::Weekly, n) => format!("每{n}周"),
        (Frequency::Monthly, n) => format!("每{n}个月"),
        (Frequency::Yearly, n) => format!("每{n}年"),
    };
    let names = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
    let days: Vec<&str> =
        every.weekdays.iter().filter_map(|day| names.get(usize::from(day) - 1).copied()).collect();
    let often = match every.weekdays {
        Weekdays::WORKING if n.is_empty() => "每个工作日".to_owned(),
        days_of if days_of == Weekdays::default() || days.len() == 7 => often,
        _ if n.is_empty() => format!("每{}", days.join("、")),
        _ => format!("{often}的{}", days.join("、")),
    };
    match every.frequency {
        Frequency::Minutely | Frequency::Hourly => often,
        _ => format!("{often}{}", spoken_time(next.time())),
    }
}

/// What is said when an alarm is due.
fn announcement(alarm: &Alarm, now: Moment) -> String {
    let wall = local(now.wall);
    let time = format!("现在是{}。", spoken_time(wall.time()));
    let said = match (&alarm.about, alarm.kind) {
        (Some(about), _) => format!("记得{about}。"),
        (None, AlarmKind::Alarm) => time,
        (None, AlarmKind::Reminder) => format!("{time}你要我提醒你的。"),
    };
    if wall - alarm.at > LATE {
        return format!("{said}本来是{}的。", spoken_day_and_time(alarm.at, wall));
    }
    said
}

/// `面条计时器`, `10分钟的计时器`.
fn spoken_timer(timer: &Timer) -> String {
    match &timer.name {
        Some(name) => format!("{name}计时器"),
        None => format!("{}的计时器", spoken_length(timer.length)),
    }
}

fn spoken_timers(timers: &[Timer]) -> String {
    and_list(&timers.iter().map(spoken_timer).collect::<Vec<_>>())
}

/// `购物清单`. A name in another script was given for the sake of the skill, not of the ear.
fn list_name(list: &str) -> String {
    let name = list.trim_end_matches("清单");
    if name.chars().any(|c| c.is_ascii_alphabetic()) { "清单".to_owned() } else { format!("{name}清单") }
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
