//! What is said of devices and skills, in the languages other than English: every sentence, and no word of another language in it.

use std::collections::BTreeMap;
use std::time::Duration;

use expect_test::{Expect, expect};
use mynah_home::{Capability, DeviceId, Home, Kind, State};
use mynah_intent::{Intent, List, Slot, Value};
use mynah_skill::{
    Action, AlarmKind, Answers, BadValue, Catalog, Failure, FailureKind, HttpCall, Language, Local,
    MqttMessage, Outcome, Plan, Refusal, Reply, Risk, Situation,
};
use time::OffsetDateTime;

fn home() -> Home {
    Home::parse("home_zh.toml", include_str!("../../../intents/home_zh.toml"))
        .unwrap_or_else(|f| panic!("{f:#?}"))
}

const LAMP: &str = "light.厨房灯";
const BED: &str = "light.卧室灯";

fn plan(template: &str, actions: Vec<Action>) -> Plan {
    let room = Slot { value: Value::Text("厨房".into()), said: "厨房".into(), list: "area".into() };
    Plan {
        language: Language::Mandarin,
        skill: "lights".into(),
        intent: Intent { name: "test".into(), slots: BTreeMap::from([("area".to_owned(), room)]) },
        risk: Risk::Low,
        actions,
        reply: template.into(),
        parts: Vec::new(),
    }
}

/// Nothing is said in Latin letters.
fn assert_mandarin(said: &str) {
    assert!(!said.is_empty() && !said.chars().any(|c| c.is_ascii_alphabetic()), "{said:?}");
    assert!(said.ends_with(['。', '？']) || !said.contains(['.', '?', ',', ' ']), "{said:?}");
}

fn reply(template: &str, actions: Vec<Action>, outcomes: &[Outcome]) -> Reply {
    let reply = plan(template, actions).reply(&home(), outcomes);
    assert_mandarin(&reply.speech);
    reply
}

fn set(device: &str, capability: Capability, to: impl Into<State>) -> Action {
    Action::Set { device: device.into(), capability, to: to.into() }
}

/// States of every kind that a capability may have.
fn states(capability: Capability) -> Vec<State> {
    if let Some((from, to)) = capability.range() {
        let (from, to) = (f64::from(from), f64::from(to));
        return vec![from.into(), ((from + to) / 2.0).into(), to.into()];
    }
    if let Some(texts) = capability.texts() {
        return texts.iter().map(|(text, _)| State::Text((*text).to_owned())).collect();
    }
    match capability {
        Capability::Color => mynah_home::Color::names().chain(["#123456"]).map(State::from).collect(),
        Capability::Mode => ["heat", "cool", "auto", "eco", "off"].map(State::from).into(),
        Capability::Condition => ["cloudy", "sunny", "rainy"].map(State::from).into(),
        Capability::Source | Capability::Media => vec!["音乐".into()],
        _ => vec![true.into(), false.into()],
    }
}

fn failed(kind: FailureKind) -> Outcome {
    Outcome::Failed(Failure { kind, message: "ECONNREFUSED".into() })
}

const FAILURES: [FailureKind; 6] = [
    FailureKind::Unreachable,
    FailureKind::Refused,
    FailureKind::Garbled,
    FailureKind::Misconfigured,
    FailureKind::Unsupported,
    FailureKind::NotTried,
];

fn own_actions() -> Vec<Local> {
    let (list, item, kind) = (|| "shopping".to_owned(), || "牛奶".to_owned(), AlarmKind::Alarm);
    let due = mynah_skill::Due::Once(mynah_intent::SaidDateTime::In(Duration::from_secs(60)));
    vec![
        Local::TimerStart { length: Duration::from_secs(60), name: None },
        Local::TimerCancel { name: None },
        Local::TimerRemaining { name: None },
        Local::AlarmSet { kind, due, morning: false, about: None },
        Local::AlarmCancel { kind, at: None, about: None },
        Local::AlarmCancelAll { kind: AlarmKind::Reminder },
        Local::AlarmList { kind },
        Local::Snooze { length: Duration::from_secs(60) },
        Local::VolumeSet { percent: 30.0 },
        Local::VolumeAdjust { by: -10.0 },
        Local::TellTime,
        Local::TellDate,
        Local::ListAdd { list: list(), item: item() },
        Local::ListRemove { list: list(), item: item() },
        Local::ListRead { list: list() },
        Local::ListClear { list: list() },
        Local::Help { topic: None },
        Local::Say { text: "你好".into() },
        Local::Undo,
        Local::Cancel,
    ]
}

fn every_action() -> Vec<Action> {
    let device = || DeviceId::from(LAMP);
    let mut actions = Vec::new();
    for capability in Capability::ALL {
        for state in states(capability) {
            actions.push(Action::Set { device: device(), capability, to: state });
        }
        actions.push(Action::Read { device: device(), capability });
        if capability.range().is_some() {
            actions.extend([-10.0, 10.0].map(|by| Action::Adjust { device: device(), capability, by }));
        }
    }
    let call = HttpCall { method: "GET".into(), url: "http://coffee.local/on".into(), json: None };
    actions.push(Action::Http(call));
    actions.push(Action::Mqtt(MqttMessage { topic: "a".into(), payload: "b".into(), retain: false }));
    actions.extend(own_actions().into_iter().map(Action::Local));
    actions
}

/// Every action with every outcome, and every action as a question.
#[test]
fn no_answer_has_a_word_of_another_language() {
    let mut count = 0;
    for action in every_action() {
        let mut outcomes: Vec<Outcome> = FAILURES.map(failed).into();
        if let Action::Local(_) = action {
            // Its own failures come in the language.
            let own = |kind| Outcome::Failed(Failure { kind, message: "没有计时器。".into() });
            outcomes = vec![own(FailureKind::Refused), failed(FailureKind::Unsupported)];
        }
        outcomes.extend([Outcome::Unconfirmed { read: None }, Outcome::Done { said: None }]);
        if let Some((_, capability)) = action.device_and_capability() {
            for state in states(capability) {
                outcomes.push(Outcome::Confirmed { state: state.clone() });
                outcomes.push(Outcome::Read { state: state.clone() });
                outcomes.push(Outcome::Unconfirmed { read: Some(state) });
            }
        }
        for outcome in outcomes {
            for template in ["", "{targets}{state}", "{area}是{value}"] {
                reply(template, vec![action.clone()], std::slice::from_ref(&outcome));
                count += 1;
            }
        }
        assert_mandarin(&plan("", vec![action]).describe(&home()));
    }
    assert!(count > 1_000, "{count}");
}

fn check(cases: &[(&str, Vec<Action>, Vec<Outcome>)], expected: Expect) {
    let lines = cases.iter().map(|(template, actions, outcomes)| {
        let reply = reply(template, actions.clone(), outcomes);
        format!("{} {}\n", if reply.ok { "+" } else { "-" }, reply.speech)
    });
    expected.assert_eq(&lines.collect::<String>());
}

#[test]
fn what_devices_did() {
    let confirmed = |state: State| Outcome::Confirmed { state };
    let both = |capability, to: State| vec![set(LAMP, capability, to.clone()), set(BED, capability, to)];
    let read = |capability| vec![Action::Read { device: "climate.恒温器".into(), capability }];
    let all: Vec<Action> =
        [LAMP, BED, "light.甲", "light.乙"].map(|lamp| set(lamp, Capability::Power, true)).into();
    check(
        &[
            ("", vec![set(LAMP, Capability::Power, true)], vec![confirmed(true.into())]),
            ("", both(Capability::Power, false.into()), vec![confirmed(false.into()); 2]),
            ("", both(Capability::Power, true.into()), vec![confirmed(true.into()), confirmed(false.into())]),
            ("", all, vec![confirmed(true.into()); 4]),
            ("好的", vec![set(LAMP, Capability::Brightness, 30.0)], vec![confirmed(30.0.into())]),
            ("", vec![set(LAMP, Capability::Brightness, 30.0)], vec![confirmed(29.8.into())]),
            (
                "{targets}{state}了",
                vec![set(LAMP, Capability::Color, "blue")],
                vec![confirmed("#0000ff".into())],
            ),
            ("", read(Capability::Temperature), vec![Outcome::Read { state: 20.54.into() }]),
            ("", read(Capability::Temperature), vec![Outcome::Read { state: (-3.0).into() }]),
            (
                "",
                both(Capability::Power, true.into()),
                vec![confirmed(true.into()), failed(FailureKind::Unreachable)],
            ),
            ("", both(Capability::Power, true.into()), vec![failed(FailureKind::Unreachable); 2]),
            ("", both(Capability::Power, true.into()), vec![Outcome::Unconfirmed { read: None }; 2]),
            (
                "",
                vec![set(LAMP, Capability::Brightness, 30.0)],
                vec![Outcome::Unconfirmed { read: Some(80.0.into()) }],
            ),
            ("", vec![set(LAMP, Capability::Power, true)], vec![failed(FailureKind::Refused)]),
            ("", vec![set(LAMP, Capability::Power, true)], vec![failed(FailureKind::NotTried)]),
            ("", vec![set(LAMP, Capability::Power, true)], vec![failed(FailureKind::Misconfigured)]),
            ("", read(Capability::Humidity), vec![failed(FailureKind::Garbled)]),
            ("", read(Capability::Humidity), vec![failed(FailureKind::Unsupported)]),
            (
                "",
                vec![Action::Mqtt(MqttMessage { topic: "a".into(), payload: "b".into(), retain: false })],
                vec![failed(FailureKind::Unreachable)],
            ),
        ],
        expect![[r#"
            + 厨房灯开着。
            + 厨房灯和卧室灯都关着。
            + 厨房灯开着，卧室灯关着。
            + 4个灯都开着。
            + 好的。
            + 厨房灯亮度是百分之30。
            + 厨房灯是蓝色了。
            + 恒温器测到20.5度。
            + 恒温器测到零下3度。
            - 厨房灯开着，但是我连不上卧室灯。
            - 我连不上厨房灯和卧室灯。
            - 我让厨房灯和卧室灯打开，但是它们没有确认。
            - 我让厨房灯调到百分之30，但是它现在亮度是百分之80。
            - 厨房灯不肯打开。
            - 我没有让厨房灯打开。
            - 厨房灯没有设置好。
            - 我看不懂恒温器的回答。
            - 我没有办法问恒温器。
            - 我连不上消息服务。
        "#]],
    );
}

fn refusals() -> Vec<Refusal> {
    let capability = Capability::Brightness;
    let name = || "厨房灯".to_owned();
    let bad = |value| Refusal::BadValue { value };
    let answers = Answers { language: "zh".into(), values: List::Duration };
    let mut all = vec![
        Refusal::Unresolved { said: "凉亭".into() },
        Refusal::NoReferent { said: "它".into() },
        Refusal::Asks {
            question: "泡多久？".into(),
            slot: "length".into(),
            list: "duration".into(),
            answers: Box::new(answers),
        },
        Refusal::NotPermitted { skill: "lights".into(), what: "http://a.b/c".into() },
        Refusal::NotInArea { device: name(), areas: vec!["卧室".into(), "客厅".into()] },
        Refusal::SlotMissing { slot: "length".into() },
        Refusal::NothingThere { room: None },
        Refusal::NothingThere { room: Some("卧室".into()) },
        Refusal::NothingElse,
        Refusal::ExceptOfNamed,
        Refusal::NoneOfKind { kinds: vec![Kind::Tv, Kind::Plug], room: None },
        bad(BadValue::State { capability, found: "130".into() }),
        bad(BadValue::State { capability: Capability::Power, found: "purple".into() }),
        bad(BadValue::NoNumber),
        bad(BadValue::NoSpan),
        bad(BadValue::NoTime),
        bad(BadValue::NoTimeOfDay),
        bad(BadValue::TooLongToWait),
        Refusal::TooMany { count: 5, most: 3 },
        Refusal::TooUnsure { confidence: 0.1 },
        Refusal::UnknownIntent,
        Refusal::NotCapable { device: name(), capability, set: true },
    ];
    let names = ["厨房灯", "卧室灯", "客厅的台灯", "走廊的灯"].map(str::to_owned);
    for count in 2..=4 {
        all.push(Refusal::Ambiguous {
            names: names[..count].into(),
            devices: Vec::new(),
            said: String::new(),
        });
    }
    all
}

#[test]
fn refusals_and_questions() {
    let said = |refusal: &Refusal| {
        let said = refusal.said(Language::Mandarin);
        assert_mandarin(&said);
        said + "\n"
    };
    expect![[r#"
        我不知道什么是凉亭。
        我不知道你说的它是什么。
        泡多久？
        这个技能没有权限这样做。
        厨房灯不在卧室或者客厅。
        我还不知道要怎么做，请说得完整一点。
        这里没有能这样做的设备。
        卧室没有能这样做的设备。
        没有别的设备能这样做。
        只有说全部的时候，我才能除去其中的一些。
        这里没有我能控制的电视或者插座。
        亮度只能从百分之0到百分之100。
        开关不能这样设置。
        这不是一个数字。
        这不是一段时间。
        这不是一个时间。
        这不是几点几分。
        这要等太久了，可以用计时器。
        那一次要动5个设备，太多了，请说一个。
        我不确定有没有听懂，请再说一遍。
        这个我已经不会了。
        厨房灯不能调亮度。
        你说的是哪一个：厨房灯还是卧室灯？
        你说的是哪一个：厨房灯还是卧室灯还是客厅的台灯？
        你说的是哪一个：厨房灯、卧室灯，还是另外2个里的一个？
    "#]]
    .assert_eq(&refusals().iter().map(said).collect::<String>());
    for capability in Capability::ALL {
        for set in [true, false] {
            said(&Refusal::NotCapable { device: "灯".into(), capability, set });
        }
        said(&Refusal::BadValue { value: BadValue::State { capability, found: "x".into() } });
    }
    for kind in Kind::ALL {
        said(&Refusal::NoneOfKind { kinds: vec![kind], room: None });
    }
}

/// What the planner refuses itself, in the words of the language.
#[test]
fn what_the_house_lacks() {
    let home = home();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../intents/zh");
    let catalog = Catalog::load(&[folder], &home).unwrap_or_else(|f| panic!("{f:#?}"));
    let here = Situation { area: None, now: OffsetDateTime::UNIX_EPOCH };
    let lines = ["打开灯", "打开走廊的灯", "把恒温器调到九十度", "把厨房灯调到百分之三十"].map(|text| {
        let plan = catalog.understand(text, &here).first().map(|reading| catalog.plan(reading, &home, &here));
        let said = match plan {
            None => "没有听懂".to_owned(),
            Some(Err(refusal)) => refusal.said(Language::Mandarin),
            Some(Ok(plan)) => plan.describe(&home),
        };
        assert_mandarin(&said);
        format!("{text}：{said}\n")
    });
    expect![[r#"
        打开灯：把厨房灯打开，并且把卧室灯打开
        打开走廊的灯：走廊没有我能控制的灯。
        把恒温器调到九十度：没有听懂
        把厨房灯调到百分之三十：把厨房灯调到百分之30
    "#]]
    .assert_eq(&lines.concat());
    let help = [None, Some("灯"), Some("飞船")].map(|topic| {
        let said = catalog.help(topic);
        assert_mandarin(&said);
        said + "\n"
    });
    expect![[r#"
        我会：闹钟和提醒；调温度，问温度；时间和日期；开关窗帘和百叶窗；开关灯，调亮度和颜色；开关插座和开关；定时器；音量。比如你可以说：“设一个早上七点的闹钟”、“把温度调到二十一度”、“现在几点了”。
        开关灯，调亮度和颜色。你可以说：“打开厨房灯”、“把卧室灯调到百分之三十”、“把卧室灯调暗一点”、“把厨房的灯调亮一些”。
        关于飞船，我什么都不知道。
    "#]].assert_eq(&help.concat());
}

/// A language that is not spoken is answered in English.
#[test]
fn languages() {
    let found = ["en", "en-GB", "zh", "zh-TW", "zh_CN", "de", ""].map(Language::of);
    expect!["[English, English, Mandarin, Mandarin, Mandarin, English, English]"]
        .assert_eq(&format!("{found:?}"));
}
