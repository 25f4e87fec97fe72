//! The same in Mandarin.

use expect_test::{Expect, expect};
use mynah_assistant::TurnIds;
use mynah_home::Home;
use mynah_skill::Catalog;

use super::{check_with, dialogue_of, shipped};

/// Types each line to the shipped Mandarin skills in their demo home.
fn check(lines: &[&str], expect: Expect) {
    let ids = TurnIds::default();
    check_with(shipped("intents/home_zh.toml", "intents/zh", &ids), &ids, lines, expect);
}

#[test]
fn questions_complaints_and_references_in_mandarin() {
    check(
        &[
            "打开灯",
            "打开厨房灯",
            "把它关掉",
            "卧室灯也要",
            "打开另一个",
            "取消计时器",
            "设一个十分钟的计时器",
            "设一个五分钟的计时器",
            "取消计时器",
            "打开走廊的灯",
            "你会做什么",
            "窗帘怎么用",
            "打开卧室灯",
            "撤销",
            "撤销",
            "算了",
        ],
        expect![[r#"
            打开灯
              do light.厨房灯 power = on; light.卧室灯 power = on
              say 好的。
            打开厨房灯
              do light.厨房灯 power = on
              say 好的。
            把它关掉
              do light.厨房灯 power = off
              say 好的。
            卧室灯也要
              do light.卧室灯 power = off
              say 好的。
            打开另一个
              do light.厨房灯 power = on
              say 好的。
            取消计时器
              say 没有计时器。
            设一个十分钟的计时器
              say 计时器设好了，10分钟。
            设一个五分钟的计时器
              say 计时器设好了，5分钟。
            取消计时器
              say 有2个计时器：5分钟的计时器和10分钟的计时器。请说是哪一个。
            打开走廊的灯
              say 走廊没有我能控制的灯。
            你会做什么
              say 我会：闹钟和提醒；调温度，问温度；时间和日期；开关窗帘和百叶窗；开关灯，调亮度和颜色；开关插座和开关；定时器；音量。比如你可以说：“设一个早上七点的闹钟”、“把温度调到二十一度”、“现在几点了”。
            窗帘怎么用
              say 开关窗帘和百叶窗。你可以说：“打开客厅窗帘”、“关上客厅的窗帘”、“把客厅窗帘开到百分之五十”、“客厅窗帘开着吗”。
            打开卧室灯
              do light.卧室灯 power = on
              say 好的。
            撤销
              say 这个没办法撤销：把卧室灯打开。
            撤销
              say 没有可以撤销的。
            算了
              say 好的。
        "#]],
    );
}

const TEA: &str = r#"
[skill]
name = "tea"
language = "zh"
[permissions]
mqtt = ["tea"]
devices = ["light.*"]
[lists]
kind = [{ in = "绿茶", out = "green" }, { in = "红茶", out = "black" }]
[[intent]]
name = "tea.brew"
sentences = ["泡 [一杯] 茶"]
risk = "confirm"
do = [
  { ask = "什么茶？", slot = "kind" },
  { ask = "泡多久？", slot = "length", answers = "{duration}" },
  { mqtt = { topic = "tea", payload = "{kind} {length}" } },
]
reply = "好的"
[[intent.test]]
say = "泡茶"
[[intent]]
name = "light.on"
sentences = ["打开 {device}"]
do = [{ set = "power", to = "on", on = "{targets}" }]
[[intent.test]]
say = "打开台灯"
"#;

/// A question of a skill, a confirmation, and "which one?", all answered in Mandarin.
#[test]
fn questions_are_answered_in_mandarin() {
    let room = |name: &str| {
        format!(
            "[[area]]\nname = \"{name}\"\n[[device]]\nid = \"light.{name}\"\nname = \"台灯\"\nkind = \"light\"\narea = \"{name}\"\n"
        )
    };
    let home = Home::parse("home.toml", &(room("卧室") + &room("厨房"))).expect("a home");
    let catalog = Catalog::parse(&[("tea.toml".into(), TEA.into())], &home).expect("a skill");
    let ids = TurnIds::default();
    let dialogue = dialogue_of(catalog, home, &ids);
    check_with(
        dialogue,
        &ids,
        &[
            "泡一杯茶",
            "我要红茶",
            "三分钟吧",
            "好的",
            "泡茶",
            "绿茶",
            "一分半钟",
            "不要",
            "打开台灯",
            "厨房的",
            "打开台灯",
            "两个都要",
            "打开台灯",
            "算了",
        ],
        expect![[r#"
            泡一杯茶
              say 什么茶？
            我要红茶
              say 泡多久？
            三分钟吧
              say 要做这个技能要做的事吗？
            好的
              do publish tea black 180
              say 好的。
            泡茶
              say 什么茶？
            绿茶
              say 泡多久？
            一分半钟
              say 要做这个技能要做的事吗？
            不要
              say 好的，那就算了。
            打开台灯
              say 你说的是哪一个：卧室的台灯还是厨房的台灯？
            厨房的
              do light.厨房 power = on
              say 台灯开着。
            打开台灯
              say 你说的是哪一个：卧室的台灯还是厨房的台灯？
            两个都要
              do light.卧室 power = on; light.厨房 power = on
              say 台灯和台灯都开着。
            打开台灯
              say 你说的是哪一个：卧室的台灯还是厨房的台灯？
            算了
              say 好的，那就算了。
        "#]],
    );
}

#[test]
fn in_mandarin() {
    check(
        &[
            "现在几点",
            "今天几号",
            "请打开厨房灯",
            "设一个十分钟的计时器",
            "计时器还剩多久",
            "取消计时器",
            "明天早上七点叫我起床",
            "我有哪些闹钟",
            "音量调到百分之三十",
            "打开空调",
        ],
        expect![[r#"
            现在几点
              say 现在是上午9点20分。
            今天几号
              say 今天是11月21日，星期六。
            请打开厨房灯
              do light.厨房灯 power = on
              say 好的。
            设一个十分钟的计时器
              say 计时器设好了，10分钟。
            计时器还剩多久
              say 10分钟的计时器还剩10分钟。
            取消计时器
              say 10分钟的计时器取消了。
            明天早上七点叫我起床
              say 闹钟设好了，明天上午7点。
            我有哪些闹钟
              say 有1个闹钟：明天上午7点。
            音量调到百分之三十
              say 音量是百分之30。
            打开空调
        "#]],
    );
}
