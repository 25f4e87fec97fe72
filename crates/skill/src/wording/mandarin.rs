//! Answers and refusals in Mandarin.
//!
//! What devices and skills have as their own names (a mode, a source, a station) is said as it is; all words that are ours are translated.

mod terms;

use mynah_home::{Capability, Color, Kind, State};
use mynah_intent::Value;

use super::{MOST_NAMED, Wording, rounded};
use crate::help::SkillHelp;
use crate::outcome::FailureKind;
use crate::plan::{Action, AlarmKind, Local};
use crate::refusal::{BadValue, Refusal};
use terms::{COLORS, DOINGS, MODES, WEATHER, capability_name, kind_name};

pub(super) struct Mandarin;

impl Wording for Mandarin {
    fn and_list(&self, parts: &[String]) -> String {
        match parts {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{}和{last}", first.join("、")),
        }
    }

    fn clauses(&self, parts: &[String]) -> String {
        parts.join("，")
    }

    fn sentence(&self, text: &str) -> String {
        let text = text.trim();
        match text.chars().last() {
            None | Some('.' | '!' | '?' | '。' | '！' | '？') => text.to_owned(),
            Some(_) => format!("{text}。"),
        }
    }

    fn one_after_the_other(&self, sentences: &[String]) -> String {
        sentences.concat()
    }

    fn name(&self, name: &str) -> String {
        name.to_owned()
    }

    fn name_in(&self, name: &str, room: &str) -> String {
        format!("{room}的{name}")
    }

    fn count(&self, count: usize, kind: Option<Kind>) -> String {
        format!("{count}个{}", kind.map_or("设备", kind_name))
    }

    fn is(&self, _several: bool) -> &'static str {
        "是"
    }

    fn state(&self, capability: Capability, state: &State, _several: bool) -> String {
        let value = self.value(capability, state);
        match (capability, state) {
            (Capability::Brightness, _) => format!("亮度是{value}"),
            (Capability::ColorTemperature, _) => format!("色温是{value}"),
            (Capability::Color, _) => format!("是{value}"),
            (Capability::Position, State::Number(n)) if *n > 0.5 && *n < 99.5 => format!("开到{value}"),
            (Capability::TargetTemperature, _) => format!("设为{value}"),
            (Capability::Temperature, _) => format!("测到{value}"),
            (Capability::Humidity, _) => format!("测到湿度{value}"),
            (Capability::Volume, _) => format!("音量是{value}"),
            (Capability::Mode, _) => format!("是{value}模式"),
            (Capability::Speed, State::Number(n)) if *n <= 0.5 => "关着".into(),
            (Capability::Speed, _) => format!("风速是{value}"),
            (Capability::Source, _) => format!("在用{value}"),
            (Capability::Media, _) => format!("在播放{value}"),
            (Capability::Battery, _) => format!("还有{value}的电"),
            (Capability::Condition, _) => format!("报告{value}"),
            (Capability::RainChance, _) => format!("报告下雨的可能是{value}"),
            _ => value,
        }
    }

    fn value(&self, capability: Capability, state: &State) -> String {
        let state = capability.accept(state).unwrap_or_else(|_| state.clone());
        match (capability, &state) {
            (Capability::Lock, State::Bool(locked)) => if *locked { "锁着" } else { "没有锁" }.into(),
            (Capability::Mute, State::Bool(muted)) => if *muted { "静音了" } else { "没有静音" }.into(),
            (Capability::Motion, State::Bool(seen)) => {
                if *seen { "发现有动静" } else { "没有发现动静" }.into()
            }
            (_, State::Bool(on)) => if *on { "开着" } else { "关着" }.into(),
            (Capability::Position, State::Number(n)) if *n <= 0.5 => "关着".into(),
            (Capability::Position, State::Number(n)) if *n >= 99.5 => "开着".into(),
            (_, State::Number(n)) => amount(capability, rounded(capability, *n)),
            (Capability::Color, State::Text(text)) => match Color::parse(text).and_then(Color::name) {
                Some(name) => own_word(&COLORS, name),
                None => "另一种颜色".into(),
            },
            (Capability::Mode, State::Text(text)) => own_word(&MODES, text),
            (Capability::Condition, State::Text(text)) => own_word(&WEATHER, text),
            (_, State::Text(text)) => own_word(&DOINGS, text),
        }
    }

    fn with_state(&self, who: &str, several: bool, capability: Capability, state: &State) -> String {
        let all = if several { "都" } else { "" };
        format!("{who}{all}{}", self.state(capability, state, several))
    }

    fn slot(&self, value: &Value) -> String {
        match value {
            Value::Text(text) => match text.as_str() {
                "on" => "开".into(),
                "off" => "关".into(),
                color => own_word(&COLORS, color),
            },
            Value::AnyOf(texts) => texts.join("或者"),
            Value::Number(n) => n.to_string(),
            Value::Percentage(n) => format!("百分之{n}"),
            Value::Temperature(n) => format!("{n}度"),
            Value::Duration(d) => format!("{}秒", d.as_secs()),
            Value::Ordinal(n) => format!("第{n}"),
            other => other.to_string(),
        }
    }

    fn done(&self) -> &'static str {
        "好了"
    }

    fn but(&self, good: &str, bad: &str) -> Option<String> {
        (!bad.contains("但是")).then(|| format!("{}，但是{bad}", good.trim_end_matches(['.', '。'])))
    }

    fn what(&self, action: &Action) -> String {
        match action {
            Action::Http(_) => "网络服务",
            Action::Mqtt(_) => "消息服务",
            Action::Wait { .. } => "时钟",
            Action::Local(local) => match local {
                Local::TimerStart { .. } | Local::TimerCancel { .. } | Local::TimerRemaining { .. } => {
                    "计时器"
                }
                Local::AlarmSet { .. }
                | Local::AlarmCancel { .. }
                | Local::AlarmCancelAll { .. }
                | Local::AlarmList { .. }
                | Local::Snooze { .. } => "闹钟",
                Local::VolumeSet { .. } | Local::VolumeAdjust { .. } => "音量",
                Local::TellTime | Local::TellDate => "时钟",
                Local::ListAdd { .. }
                | Local::ListRemove { .. }
                | Local::ListRead { .. }
                | Local::ListClear { .. } => "清单",
                Local::Say { .. } => "我的声音",
                Local::Help { .. } => "帮助",
                Local::Undo => "撤销",
                Local::Cancel => "取消",
            },
            Action::Set { device, .. } | Action::Adjust { device, .. } | Action::Read { device, .. } => {
                device.as_str()
            }
        }
        .to_owned()
    }

    fn not_confirmed(&self, who: &[String], action: &Action, read: Option<&State>) -> String {
        let (they, who) = (if who.len() > 1 { "它们" } else { "它" }, self.and_list(who));
        let Some((_, capability)) = action.device_and_capability() else {
            return format!("我发给{who}了，但是没有得到确认");
        };
        let Some(order) = order(action) else { return format!("{who}没有回答") };
        match read {
            None => format!("我让{who}{order}，但是{they}没有确认"),
            Some(state) => {
                format!("我让{who}{order}，但是{they}现在{}", self.state(capability, state, false))
            }
        }
    }

    fn not_done(&self, who: &[String], action: &Action, why: FailureKind) -> String {
        let who = self.and_list(who);
        match (why, order(action)) {
            (FailureKind::NotTried, Some(order)) => format!("我没有让{who}{order}"),
            (FailureKind::NotTried, None) => format!("我没有问{who}"),
            (FailureKind::Unreachable, _) => format!("我连不上{who}"),
            (FailureKind::Refused, Some(order)) => format!("{who}不肯{order}"),
            (FailureKind::Refused, None) => format!("{who}不肯回答"),
            (FailureKind::Garbled, _) => format!("我看不懂{who}的回答"),
            (FailureKind::Misconfigured, _) => format!("{who}没有设置好"),
            (FailureKind::Unsupported, Some(_)) => format!("我没有办法控制{who}"),
            (FailureKind::Unsupported, None) => format!("我没有办法问{who}"),
        }
    }

    fn not_done_here(&self, what: &str, why: FailureKind) -> String {
        match why {
            FailureKind::Unsupported => format!("我在这里用不了{what}"),
            _ => "没有成功".into(),
        }
    }

    fn refusal(&self, refusal: &Refusal) -> String {
        let place = |room: &Option<String>| room.clone().unwrap_or_else(|| "这里".to_owned());
        match refusal {
            Refusal::Unresolved { said } => format!("我不知道什么是{said}。"),
            Refusal::NoReferent { said } => format!("我不知道你说的{said}是什么。"),
            Refusal::Ambiguous { names, .. } => match names.as_slice() {
                [first, second, _, _, ..] => {
                    format!("你说的是哪一个：{first}、{second}，还是另外{}个里的一个？", names.len() - 2)
                }
                names => format!("你说的是哪一个：{}？", names.join("还是")),
            },
            Refusal::Asks { question, .. } => question.clone(),
            Refusal::NotPermitted { .. } => "这个技能没有权限这样做。".into(),
            Refusal::NotCapable { device, capability, set } => {
                format!("{device}{}。", cannot(*capability, *set))
            }
            Refusal::NotInArea { device, areas } => format!("{device}不在{}。", areas.join("或者")),
            Refusal::SlotMissing { .. } => "我还不知道要怎么做，请说得完整一点。".into(),
            Refusal::NothingThere { room } => format!("{}没有能这样做的设备。", place(room)),
            Refusal::NothingElse => "没有别的设备能这样做。".into(),
            Refusal::ExceptOfNamed => "只有说全部的时候，我才能除去其中的一些。".into(),
            Refusal::NoneOfKind { kinds, room } => {
                let kinds: Vec<&str> = kinds.iter().map(|kind| kind_name(*kind)).collect();
                format!("{}没有我能控制的{}。", place(room), kinds.join("或者"))
            }
            Refusal::BadValue { value } => match value {
                BadValue::State { capability, .. } => match capability.range() {
                    Some((from, to)) => {
                        let (from, to) =
                            (amount(*capability, f64::from(from)), amount(*capability, f64::from(to)));
                        format!("{}只能从{from}到{to}。", capability_name(*capability))
                    }
                    None => format!("{}不能这样设置。", capability_name(*capability)),
                },
                BadValue::NoNumber => "这不是一个数字。".into(),
                BadValue::NoSpan => "这不是一段时间。".into(),
                BadValue::NoTime => "这不是一个时间。".into(),
                BadValue::NoTimeOfDay => "这不是几点几分。".into(),
                BadValue::TooLongToWait => "这要等太久了，可以用计时器。".into(),
            },
            Refusal::TooMany { count, .. } => format!("那一次要动{count}个设备，太多了，请说一个。"),
            Refusal::TooUnsure { .. } => "我不确定有没有听懂，请再说一遍。".into(),
            Refusal::UnknownIntent => "这个我已经不会了。".into(),
        }
    }

    fn orders(&self, actions: &[(&Action, String)], _skill: &str) -> String {
        let mut orders: Vec<String> =
            actions.iter().map(|(action, name)| self.order_of(action, name)).collect();
        orders.dedup();
        if orders.len() > MOST_NAMED {
            let more = orders.len() - MOST_NAMED;
            orders.truncate(MOST_NAMED);
            return format!("{}，再做另外{more}件事", orders.join("、"));
        }
        match orders.as_slice() {
            [first @ .., last] if !first.is_empty() => format!("{}，并且{last}", first.join("，")),
            orders => orders.concat(),
        }
    }

    fn help_about(&self, topic: &str, help: Option<&SkillHelp>) -> String {
        let Some(help) = help else { return format!("关于{topic}，我什么都不知道。") };
        let few = &help.sentences[..help.sentences.len().min(4)];
        let summary = match help.summary.trim_end_matches(['.', '。']) {
            "" => String::new(),
            summary => format!("{summary}。"),
        };
        match (summary.is_empty(), few.is_empty()) {
            (true, true) => "我说不出它能做什么。".into(),
            (_, true) => summary,
            (_, false) => format!("{summary}你可以说：{}。", quoted(few)),
        }
    }

    fn help(&self, topics: &[SkillHelp]) -> String {
        // A skill's name may be in another language; its summary is written to be told.
        let summaries: Vec<&str> = topics
            .iter()
            .map(|help| help.summary.trim_end_matches(['.', '。']))
            .filter(|summary| !summary.is_empty())
            .collect();
        let examples: Vec<String> =
            topics.iter().filter_map(|help| help.sentences.first().cloned()).take(3).collect();
        match (topics.is_empty(), summaries.is_empty(), examples.is_empty()) {
            (true, ..) => "还没有安装技能。".into(),
            (_, false, true) => format!("我会：{}。", summaries.join("；")),
            (_, false, false) => {
                format!("我会：{}。比如你可以说：{}。", summaries.join("；"), quoted(&examples))
            }
            (_, true, false) => format!("比如你可以说：{}。", quoted(&examples)),
            (_, true, true) => "我说不出我会什么。".into(),
        }
    }

    fn answer(&self) -> &'static str {
        "[我要|我想要|要|就|来] [一个|一杯|一份] {answer} [的] [那个] [吧|就好|谢谢]"
    }
}

impl Mandarin {
    /// One action as an order: `把厨房灯打开`.
    fn order_of(&self, action: &Action, name: &str) -> String {
        match (action, order(action)) {
            (Action::Set { capability: Capability::Lock, to, .. }, _) if *to != State::Bool(true) => {
                format!("把{name}的锁打开")
            }
            (
                Action::Set {
                    capability:
                        Capability::Mode
                        | Capability::Source
                        | Capability::Media
                        | Capability::Playback
                        | Capability::Cleaning
                        | Capability::Step
                        | Capability::Mute,
                    ..
                },
                Some(order),
            ) => format!("让{name}{order}"),
            (_, Some(order)) => format!("把{name}{order}"),
            (Action::Read { .. }, None) => format!("查看{name}"),
            (Action::Local(local), None) => own_order(local),
            (_, None) => "做这个技能要做的事".into(),
        }
    }
}

/// What the assistant is to do itself.
fn own_order(local: &Local) -> String {
    let kind_of = |kind: &AlarmKind| match kind {
        AlarmKind::Alarm => "闹钟",
        AlarmKind::Reminder => "提醒",
    };
    match local {
        Local::TimerStart { .. } => "设一个计时器".into(),
        Local::TimerCancel { .. } => "取消计时器".into(),
        Local::TimerRemaining { .. } => "看看计时器".into(),
        Local::AlarmSet { kind, .. } => format!("设一个{}", kind_of(kind)),
        Local::AlarmCancel { kind, .. } => format!("取消{}", kind_of(kind)),
        Local::AlarmCancelAll { kind } => format!("取消所有{}", kind_of(kind)),
        Local::AlarmList { kind } => format!("看看{}", kind_of(kind)),
        Local::Snooze { .. } => "过一会儿再叫".into(),
        Local::VolumeSet { percent } => format!("把音量调到百分之{percent}"),
        Local::VolumeAdjust { by } => if *by < 0.0 { "把音量调低" } else { "把音量调高" }.into(),
        Local::TellTime => "报时间".into(),
        Local::TellDate => "报日期".into(),
        Local::ListAdd { item, .. } => format!("把{item}加到清单上"),
        Local::ListRemove { item, .. } => format!("把{item}从清单上去掉"),
        Local::ListRead { .. } => "念清单".into(),
        Local::ListClear { .. } => "清空清单".into(),
        Local::Say { text } => format!("说“{text}”"),
        Local::Help { .. } => "说说我会什么".into(),
        Local::Undo => "撤销".into(),
        Local::Cancel => "取消".into(),
    }
}

/// What a device was told: `打开`. Nothing when it was only asked.
fn order(action: &Action) -> Option<String> {
    match action {
        Action::Set { capability, to, .. } => Some(match (capability, to) {
            (Capability::Power, State::Bool(true)) => "打开".into(),
            (Capability::Power, _) => "关掉".into(),
            (Capability::Lock, State::Bool(true)) => "锁上".into(),
            (Capability::Lock, _) => "开锁".into(),
            (Capability::Color, to) => format!("变成{}", Mandarin.value(Capability::Color, to)),
            (Capability::Mode, to) => format!("换到{}模式", Mandarin.value(Capability::Mode, to)),
            (Capability::Speed, State::Number(n)) if *n <= 0.5 => "停下".into(),
            (Capability::Source, to) => format!("换到{to}"),
            (Capability::Media, to) => format!("播放{to}"),
            (Capability::Mute, State::Bool(true)) => "静音".into(),
            (Capability::Mute, _) => "取消静音".into(),
            (Capability::Step, to) => format!("换到{}", Mandarin.value(Capability::Step, to)),
            (Capability::Playback, State::Text(text)) => match text.as_str() {
                "playing" => "开始播放".into(),
                "paused" => "暂停".into(),
                _ => "停止播放".into(),
            },
            (Capability::Cleaning, State::Text(text)) => match text.as_str() {
                "cleaning" => "开始打扫".into(),
                "paused" => "暂停".into(),
                _ => "回去充电".into(),
            },
            (Capability::Position, State::Number(n)) if *n <= 0.5 => "关上".into(),
            (Capability::Position, State::Number(n)) if *n >= 99.5 => "打开".into(),
            (capability, to) => format!("调到{}", Mandarin.value(*capability, to)),
        }),
        Action::Adjust { capability, by, .. } => {
            let direction = if *by < 0.0 { "调低" } else { "调高" };
            Some(format!("{direction}{}", amount(*capability, rounded(*capability, by.abs()))))
        }
        _ => None,
    }
}

/// A number with its unit: `百分之30`, `21.5度`, `2700开`.
fn amount(capability: Capability, n: f64) -> String {
    match capability.unit() {
        "percent" => format!("百分之{n}"),
        "degrees" if n < 0.0 => format!("零下{}度", n.abs()),
        "degrees" => format!("{n}度"),
        "kelvin" => format!("{n}开"),
        _ => n.to_string(),
    }
}

fn quoted(sentences: &[String]) -> String {
    sentences.iter().map(|s| format!("“{s}”")).collect::<Vec<_>>().join("、")
}

/// The word for one of ours; another is a name, and said as it is.
fn own_word(words: &[(&str, &str)], text: &str) -> String {
    words.iter().find(|(own, _)| *own == text).map_or(text, |(_, word)| word).to_owned()
}

fn cannot(capability: Capability, set: bool) -> String {
    let text = match (capability, set) {
        (Capability::Power, true) => "不能开关",
        (Capability::Brightness, true) => "不能调亮度",
        (Capability::Color, true) => "不能换颜色",
        (Capability::Position, true) => "不能打开或者关上",
        (Capability::TargetTemperature, true) => "不能设温度",
        (Capability::Lock, true) => "不能上锁或者开锁",
        (Capability::Mode, true) => "没有模式",
        (Capability::Playback, true) => "不能播放",
        (Capability::Step, _) => "没有上一个和下一个",
        (Capability::Media, true) => "播放不了这个",
        (Capability::Mute, true) => "不能静音",
        (Capability::Cleaning, true) => "不能打扫",
        (Capability::Power, false) => "不会说自己开没开",
        (Capability::Lock, false) => "不会说自己锁没锁",
        (Capability::Position | Capability::Contact, false) => "不会说自己开没开",
        (capability, true) => return format!("不能调{}", capability_name(capability)),
        (capability, false) => return format!("不会说{}", capability_name(capability)),
    };
    text.to_owned()
}
