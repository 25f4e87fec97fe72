//! What the assistant says of its own, and the words that it takes for an answer. One file a language: who adds one writes its `say` and its
//! [`AnswerWords`], and names them here; the compiler tells what is missing. What is said of devices is worded by `mynah_skill`.

pub(crate) mod english;
mod mandarin;

use std::time::Duration;

use mynah_skill::{AlarmKind, Language};
use time::{Date, Time};

use crate::alarms::{Alarm, AlarmRefusal};
use crate::moment::Moment;
use crate::timers::{Timer, TimerRefusal};

/// Something that the assistant says.
#[derive(Clone, Debug)]
pub(crate) enum Phrase<'a> {
    HearingFailed,
    Leave,
    NotUnderstood,
    /// Before what a plan would do.
    Shall(&'a str),
    /// Before what either of two plans would do.
    ShallEither(&'a str, &'a str),
    WhatPin(&'a str),
    NoPin,
    PinLocked,
    PinAgain,
    WrongPin,
    StillNot,
    /// Before the question.
    YesOrNo(&'a str),
    /// After why one of several commands is not done.
    DidNothing(&'a str),
    CannotTakeBack(&'a str),
    NothingToTakeBack,
    NotKept,
    TimerSet(&'a Timer),
    TimerCancelled(&'a Timer),
    /// How long each still runs.
    TimersLeft(&'a [(&'a Timer, Duration)]),
    TimersOver(&'a [Timer]),
    TimerRefused(&'a TimerRefusal),
    TimersRestored,
    AlarmSet(&'a Alarm, Moment),
    AlarmCancelled(&'a Alarm, Moment),
    /// How many there were.
    AlarmsCancelled(AlarmKind, usize),
    Alarms(AlarmKind, &'a [&'a Alarm], Moment),
    AlarmIsDue(&'a Alarm, Moment),
    AlarmRefused(&'a AlarmRefusal, Moment),
    AlarmsRestored,
    NothingRings,
    RingingIsOff,
    RingsAgainIn(Duration),
    /// In percent.
    Volume(f64),
    NoVolume,
    Time(Time),
    Date(Date),
    /// An item, and the list.
    Added(&'a str, &'a str),
    AddedBefore(&'a str, &'a str),
    ListFull(&'a str),
    Removed(&'a str, &'a str),
    NotOnList(&'a str, &'a str),
    List(&'a str, &'a [String]),
    ListEmptied(&'a str),
    ListWasEmpty(&'a str),
    ListsRestored,
}

impl Phrase<'_> {
    pub(crate) fn said(&self, language: Language) -> String {
        match language {
            Language::English => english::say(self),
            Language::Mandarin => mandarin::say(self),
        }
    }
}

/// A text as an answer, one sentence or several.
pub(crate) fn sentence(text: &str, language: Language) -> String {
    match language {
        Language::English => english::sentence(text),
        Language::Mandarin => mandarin::sentence(text),
    }
}

/// Sentences one after the other; what is empty is left out.
pub(crate) fn sentences(said: &[String], language: Language) -> String {
    let said: Vec<&str> = said.iter().map(String::as_str).filter(|said| !said.is_empty()).collect();
    match language {
        Language::English => said.join(" "),
        Language::Mandarin => said.concat(),
    }
}

/// The words of answers to the assistant's own questions. In a language without spaces each letter counts as a word.
#[derive(Debug)]
pub(crate) struct AnswerWords {
    /// The BCP 47 tag under which numbers are read.
    pub(crate) tag: &'static str,
    pub(crate) yes: &'static [&'static str],
    pub(crate) no: &'static [&'static str],
    /// All of several.
    pub(crate) all: &'static [&'static str],
    /// All, of two.
    pub(crate) both: &'static [&'static str],
    /// The first, the second, …
    pub(crate) places: &'static [&'static str],
    /// The last of them.
    pub(crate) last: &'static str,
    /// Between two that are chosen.
    pub(crate) and: &'static [&'static str],
    /// What tells nothing apart.
    pub(crate) idle: &'static [&'static str],
    /// The digits from 0 to 9, each with all its words.
    pub(crate) digits: [&'static [&'static str]; 10],
    /// Ways to say one of several by words of its own, `{}`; and the place, `{}`.
    pub(crate) by_words: &'static [&'static str],
    pub(crate) by_place: &'static [&'static str],
}

impl AnswerWords {
    pub(crate) fn of(language: Language) -> &'static AnswerWords {
        match language {
            Language::English => &english::ANSWERS,
            Language::Mandarin => &mandarin::ANSWERS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use mynah_intent::{Frequency, Recurrence, SaidDateTime, SaidTime, Weekdays};
    use mynah_skill::Due;
    use time::macros::{datetime, time};

    const NOW: Moment = Moment { since_start: Duration::ZERO, wall: datetime!(2026-11-21 09:20 UTC) };

    fn alarms() -> Vec<Alarm> {
        let mut alarms = crate::alarms::Alarms::default();
        let every = |frequency, interval, weekdays| {
            let at = Some(SaidTime::exact(7, 0));
            Due::Every(Recurrence { frequency, interval, weekdays, month_day: None, at })
        };
        let once = Due::Once(SaidDateTime::In(Duration::from_secs(600)));
        for (kind, due, about) in [
            (AlarmKind::Alarm, once, None),
            (AlarmKind::Alarm, every(Frequency::Weekly, 1, Weekdays::WORKING), None),
            (AlarmKind::Alarm, every(Frequency::Weekly, 1, Weekdays::one(1).and(Weekdays::one(3))), None),
            (AlarmKind::Reminder, every(Frequency::Daily, 2, Weekdays::default()), Some("浇花")),
            (AlarmKind::Reminder, once, None),
        ] {
            alarms.set(kind, &due, false, about, NOW).unwrap();
        }
        [AlarmKind::Alarm, AlarmKind::Reminder].iter().flat_map(|kind| alarms.of(*kind).cloned()).collect()
    }

    /// Every phrase, a line each.
    fn all_said(language: Language) -> Vec<String> {
        let timer = |name: Option<&str>, seconds| Timer {
            name: name.map(str::to_owned),
            length: Duration::from_secs(seconds),
            ends: Duration::from_secs(seconds),
        };
        let timers = [timer(Some("面条"), 480), timer(None, 90)];
        let left = [(&timers[0], Duration::from_secs(400)), (&timers[1], Duration::from_secs(3))];
        let (alarms, late) = (alarms(), Moment { wall: datetime!(2026-11-22 09:20 UTC), ..NOW });
        let refs: Vec<&Alarm> = alarms.iter().collect();
        let items = ["牛奶".to_owned(), "面包".to_owned()];
        let alarm_refusals = [
            AlarmRefusal::Past,
            AlarmRefusal::NoSuchDay,
            AlarmRefusal::TooMany,
            AlarmRefusal::None(AlarmKind::Alarm),
            AlarmRefusal::NoSuch(AlarmKind::Reminder),
            AlarmRefusal::Several(alarms[..2].to_vec()),
        ];
        let timer_refusals = [
            TimerRefusal::Empty,
            TimerRefusal::TooLong,
            TimerRefusal::TooMany,
            TimerRefusal::None,
            TimerRefusal::NoSuch { name: "茶".into() },
            TimerRefusal::Several(timers.to_vec()),
        ];
        let mut phrases = vec![
            Phrase::HearingFailed,
            Phrase::Leave,
            Phrase::NotUnderstood,
            Phrase::Shall("把门锁上"),
            Phrase::ShallEither("把门锁上", "开灯"),
            Phrase::WhatPin("把门锁上"),
            Phrase::NoPin,
            Phrase::PinLocked,
            Phrase::PinAgain,
            Phrase::WrongPin,
            Phrase::StillNot,
            Phrase::YesOrNo("要把门锁上吗？"),
            Phrase::DidNothing("我不知道什么是凉亭。"),
            Phrase::CannotTakeBack("把门锁上"),
            Phrase::NothingToTakeBack,
            Phrase::NotKept,
            Phrase::TimerSet(&timers[0]),
            Phrase::TimerCancelled(&timers[1]),
            Phrase::TimersLeft(&left),
            Phrase::TimersOver(&timers),
            Phrase::TimersRestored,
            Phrase::AlarmSet(&alarms[0], NOW),
            Phrase::AlarmCancelled(&alarms[3], NOW),
            Phrase::AlarmsCancelled(AlarmKind::Alarm, 0),
            Phrase::AlarmsCancelled(AlarmKind::Reminder, 2),
            Phrase::Alarms(AlarmKind::Alarm, &[], NOW),
            Phrase::Alarms(AlarmKind::Alarm, &refs, NOW),
            Phrase::AlarmsRestored,
            Phrase::NothingRings,
            Phrase::RingingIsOff,
            Phrase::RingsAgainIn(Duration::from_secs(540)),
            Phrase::Volume(30.0),
            Phrase::NoVolume,
            Phrase::Time(time!(9:20)),
            Phrase::Date(NOW.wall.date()),
            Phrase::Added("牛奶", "shopping"),
            Phrase::AddedBefore("牛奶", "购物"),
            Phrase::ListFull("购物清单"),
            Phrase::Removed("牛奶", "购物"),
            Phrase::NotOnList("牛奶", "购物"),
            Phrase::List("购物", &[]),
            Phrase::List("购物", &items),
            Phrase::ListEmptied("购物"),
            Phrase::ListWasEmpty("购物"),
            Phrase::ListsRestored,
        ];
        phrases.extend(alarms.iter().map(|alarm| Phrase::AlarmIsDue(alarm, late)));
        phrases.extend(alarm_refusals.iter().map(|refusal| Phrase::AlarmRefused(refusal, NOW)));
        phrases.extend(timer_refusals.iter().map(Phrase::TimerRefused));
        phrases.iter().map(|phrase| phrase.said(language)).collect()
    }

    #[test]
    fn no_phrase_has_a_word_of_another_language() {
        let all = all_said(Language::Mandarin);
        for said in &all {
            let is_latin = said.chars().any(|c| c.is_ascii_alphabetic() || c == ' ');
            assert!(said.ends_with(['。', '？']) && !is_latin, "{said}");
        }
        expect![[r#"
            抱歉，我的听力出了问题。
            好的，那就算了。
            抱歉，我没听懂。
            要把门锁上吗？
            要把门锁上，还是开灯？
            要把门锁上，请说密码。
            这需要密码，但还没有设置密码。
            密码错误次数太多，请稍后再试。
            请再说一遍密码。
            密码不对。
            我还是没听懂，那就算了。
            请说是或者不是。要把门锁上吗？
            我不知道什么是凉亭。所以我什么都没做。
            这个没办法撤销：把门锁上。
            没有可以撤销的。
            但是我没办法保存，重启以后就会忘记。
            面条计时器设好了，8分钟。
            1分钟30秒的计时器取消了。
            面条计时器还剩6分钟40秒，1分钟30秒的计时器还剩3秒。
            面条计时器和1分钟30秒的计时器到时间了。
            计时器恢复原样了。
            闹钟设好了，今天上午9点半。
            今天上午9点半的提醒取消了。
            没有闹钟。
            2个提醒取消了。
            没有闹钟。
            有5个闹钟：今天上午9点半、每个工作日上午7点、每周一、周三上午7点、今天上午9点半和每两天上午7点：浇花。
            闹钟和提醒恢复原样了。
            现在没有东西在响。
            已经关了。
            9分钟以后再叫你。
            音量是百分之30。
            这不是音量。
            现在是上午9点20分。
            今天是11月21日，星期六。
            牛奶加到清单上了。
            牛奶已经在购物清单上了。
            购物清单满了。
            牛奶从购物清单上去掉了。
            购物清单上没有牛奶。
            购物清单是空的。
            购物清单上有牛奶和面包。
            购物清单清空了。
            购物清单本来就是空的。
            清单恢复原样了。
            现在是上午9点20分。本来是昨天上午9点半的。
            现在是上午9点20分。
            现在是上午9点20分。
            现在是上午9点20分。你要我提醒你的。本来是昨天上午9点半的。
            记得浇花。本来是今天上午7点的。
            那个时间已经过了。
            没有这一天。
            已经有100个了，请先取消一个。
            没有闹钟。
            没有这个提醒。
            有好几个：今天上午9点半和每个工作日上午7点。请说是哪一个。
            计时器要有时长。
            计时器最长一个星期。
            已经有20个计时器了，请先取消一个。
            没有计时器。
            没有茶计时器。
            有2个计时器：面条计时器和1分钟30秒的计时器。请说是哪一个。
        "#]].assert_eq(&(all.join("\n") + "\n"));
    }
}
