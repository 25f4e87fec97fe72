//! Typed values: how people say them, what they mean, and that our own words for them are understood.

use expect_test::{Expect, expect};
use mynah_intent::{
    Context, Frequency, IntentSpec, List, NumberKind, Origin, Recognizer, Recurrence, SaidDate, SaidDateTime,
    SaidTime, Sentence, Spec, Value, ValueKind, Weekdays, Which,
};
use proptest::prelude::*;
use time::OffsetDateTime;

/// Saturday, the 21st of November 2026, 14:30.
const NOW: OffsetDateTime = time::macros::datetime!(2026-11-21 14:30 +1);

/// Takes one value of a list and nothing else.
fn only(language: &str, name: &str, list: List) -> Recognizer {
    let sentence = Sentence { template: format!("{{{name}}}"), origin: Origin::default() };
    let intent = IntentSpec { name: "it".into(), sentences: vec![sentence], ..IntentSpec::default() };
    let spec = Spec {
        language: language.into(),
        lists: [(name.to_owned(), list)].into(),
        intents: vec![intent],
        ..Spec::default()
    };
    Recognizer::compile(spec).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn of(language: &str, kind: ValueKind) -> Recognizer {
    only(language, kind.name(), List::Value(kind))
}

fn values(recognizer: &Recognizer, text: &str) -> Vec<Value> {
    let readings = recognizer.recognize(text, &Context::default());
    readings
        .into_iter()
        .flat_map(|reading| reading.intent.slots.into_values())
        .map(|slot| slot.value)
        .collect()
}

/// For each text: as it was said, what it comes to, and `!` when recognisers could not hear it.
fn check(language: &str, kind: ValueKind, texts: &str, expected: Expect) {
    let recognizer = of(language, kind);
    let mut answer = String::new();
    for text in texts.lines().map(str::trim).filter(|text| !text.is_empty()) {
        let found: Vec<String> = values(&recognizer, text)
            .iter()
            .map(|value| match (value.to_string(), value.written(NOW)) {
                (said, written) if said == written => said,
                (said, written) => format!("{said} = {written}"),
            })
            .collect();
        let is_heard = language != "en" || recognizer.graph().accepts(text);
        let heard = if !found.is_empty() && !is_heard { " !" } else { "" };
        answer +=
            &format!("{text}: {}{heard}\n", if found.is_empty() { "-".into() } else { found.join(", ") });
    }
    expected.assert_eq(&answer);
}

#[test]
fn english_times() {
    check(
        "en",
        ValueKind::Time,
        "seven
        seven o'clock
        7:30
        7:30 pm
        7:30 p.m.
        seven thirty a.m.
        seven oh five
        half past six
        half six
        quarter to nine
        a quarter past one
        ten to one
        twenty five minutes past three in the afternoon
        noon
        midnight
        12 pm
        twelve am
        19:45
        07:00
        nineteen thirty
        nine at night
        twenty five past
        thirteen
        25:00
        seven sixty",
        expect![[r#"
            seven: 07:00|19:00 = 19:00
            seven o'clock: 07:00|19:00 = 19:00
            7:30: 07:30|19:30 = 19:30
            7:30 pm: 19:30
            7:30 p.m.: 19:30
            seven thirty a.m.: 07:30
            seven oh five: 07:05|19:05 = 19:05
            half past six: 06:30|18:30 = 18:30
            half six: 06:30|18:30 = 18:30
            quarter to nine: 08:45|20:45 = 20:45
            a quarter past one: 01:15|13:15 = 01:15
            ten to one: 12:50|00:50 = 00:50
            twenty five minutes past three in the afternoon: 15:25
            noon: 12:00
            midnight: 00:00
            12 pm: 12:00
            twelve am: 00:00
            19:45: 19:45
            07:00: 07:00 !
            nineteen thirty: 19:30
            nine at night: 21:00
            twenty five past: -
            thirteen: -
            25:00: -
            seven sixty: -
        "#]],
    );
}

#[test]
fn english_dates() {
    check(
        "en",
        ValueKind::Date,
        "today
        tomorrow
        the day after tomorrow
        friday
        on saturday
        this saturday
        next friday
        the third of may
        May 3rd
        may the twenty-first
        march twelfth two thousand twenty eight
        december 24 2027
        the 31st
        in three days
        in a week
        christmas eve
        the thirtieth of february
        the thirty second of may
        next",
        expect![[r#"
            today: today = 2026-11-21
            tomorrow: today+1 = 2026-11-22
            the day after tomorrow: today+2 = 2026-11-23
            friday: friday = 2026-11-27
            on saturday: saturday = 2026-11-28
            this saturday: this saturday = 2026-11-21
            next friday: next friday = 2026-11-27
            the third of may: --05-03 = 2027-05-03
            May 3rd: --05-03 = 2027-05-03
            may the twenty-first: --05-21 = 2027-05-21
            march twelfth two thousand twenty eight: 2028-03-12
            december 24 2027: 2027-12-24
            the 31st: ---31 = 2026-12-31
            in three days: today+3 = 2026-11-24
            in a week: today+7 = 2026-11-28
            christmas eve: --12-24 = 2026-12-24
            the thirtieth of february: --02-30
            the thirty second of may: -
            next: -
        "#]],
    );
}

#[test]
fn english_points_in_time() {
    check(
        "en",
        ValueKind::DateTime,
        "tomorrow evening
        friday at six
        at seven
        seven tomorrow morning
        tomorrow at half past seven
        tomorrow morning at nine
        tonight
        tonight at eight
        this afternoon
        in the morning
        in ten minutes
        in an hour and a half
        half an hour from now
        on the third of may at noon
        six pm on monday
        next friday evening at quarter to nine",
        expect![[r#"
            tomorrow evening: today+1 18:00 = 2026-11-22T18:00:00+01:00
            friday at six: friday 06:00|18:00 = 2026-11-27T18:00:00+01:00
            at seven: 07:00|19:00 = 2026-11-21T19:00:00+01:00
            seven tomorrow morning: today+1 07:00 = 2026-11-22T07:00:00+01:00
            tomorrow at half past seven: today+1 07:30|19:30 = 2026-11-22T07:30:00+01:00
            tomorrow morning at nine: today+1 09:00 = 2026-11-22T09:00:00+01:00
            tonight: today 21:00 = 2026-11-21T21:00:00+01:00
            tonight at eight: today 20:00 = 2026-11-21T20:00:00+01:00
            this afternoon: today 15:00 = 2026-11-21T15:00:00+01:00
            in the morning: 08:00 = 2026-11-22T08:00:00+01:00
            in ten minutes: now+600s = 2026-11-21T14:40:00+01:00
            in an hour and a half: now+5400s = 2026-11-21T16:00:00+01:00
            half an hour from now: now+1800s = 2026-11-21T15:00:00+01:00
            on the third of may at noon: --05-03 12:00 = 2027-05-03T12:00:00+01:00
            six pm on monday: monday 18:00 = 2026-11-23T18:00:00+01:00
            next friday evening at quarter to nine: next friday 20:45 = 2026-11-27T20:45:00+01:00
        "#]],
    );
}

#[test]
fn english_recurrences() {
    check(
        "en",
        ValueKind::Recurrence,
        "every weekday at seven
        every day
        daily at noon
        every other day
        on mondays
        every tuesday and thursday at half past six
        weekdays at seven am
        every other friday
        every morning
        every evening at eight
        at seven every weekday
        every ten minutes
        every hour
        every two weeks
        every month on the first
        on the fifteenth of every month at nine
        every",
        expect![[r#"
            every weekday at seven: FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=7;BYMINUTE=0
            every day: FREQ=DAILY
            daily at noon: FREQ=DAILY;BYHOUR=12;BYMINUTE=0
            every other day: FREQ=DAILY;INTERVAL=2
            on mondays: FREQ=WEEKLY;BYDAY=MO
            every tuesday and thursday at half past six: FREQ=WEEKLY;BYDAY=TU,TH;BYHOUR=18;BYMINUTE=30
            weekdays at seven am: FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=7;BYMINUTE=0
            every other friday: FREQ=WEEKLY;INTERVAL=2;BYDAY=FR
            every morning: FREQ=DAILY;BYHOUR=8;BYMINUTE=0
            every evening at eight: FREQ=DAILY;BYHOUR=20;BYMINUTE=0
            at seven every weekday: FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=7;BYMINUTE=0
            every ten minutes: FREQ=MINUTELY;INTERVAL=10
            every hour: FREQ=HOURLY
            every two weeks: FREQ=WEEKLY;INTERVAL=2
            every month on the first: FREQ=MONTHLY;BYMONTHDAY=1
            on the fifteenth of every month at nine: FREQ=MONTHLY;BYMONTHDAY=15;BYHOUR=9;BYMINUTE=0
            every: -
        "#]],
    );
}

#[test]
fn english_ordinals_and_amounts() {
    check(
        "en",
        ValueKind::Ordinal,
        "first\n21st\ntwenty-first\nthe last\nlast\n99th\nhundredth\n11st",
        expect![[r#"
        first: 1
        21st: 21
        twenty-first: 21
        the last: -
        last: -1
        99th: 99
        hundredth: 100
        11st: -
    "#]],
    );
    check(
        "en",
        ValueKind::Amount,
        "two liters
        500 grams
        half a pound
        a dozen
        two and a half cups
        a kilo and a half
        ten",
        expect![[r#"
            two liters: 2 l
            500 grams: 500 g
            half a pound: 0.5 lb
            a dozen: 1 dozen
            two and a half cups: 2.5 cup
            a kilo and a half: 1.5 kg
            ten: -
        "#]],
    );
}

#[test]
fn mandarin() {
    check(
        "zh",
        ValueKind::Time,
        "七点\n七点半\n7点30分\n下午三点一刻\n晚上十点零五分\n差五分八点\n两点\n中午\n十九点三十分\n七",
        expect![[r#"
        七点: 07:00|19:00 = 19:00
        七点半: 07:30|19:30 = 19:30
        7点30分: 07:30|19:30 = 19:30
        下午三点一刻: 15:15
        晚上十点零五分: 22:05
        差五分八点: 07:55|19:55 = 19:55
        两点: 02:00|14:00 = 02:00
        中午: 12:00
        十九点三十分: 19:30
        七: -
    "#]],
    );
    check(
        "zh",
        ValueKind::Date,
        "今天\n明天\n大后天\n星期五\n这周六\n下个礼拜一\n五月三号\n二零二七年五月三日\n2027年5月3日\n三天后\n二月三十号",
        expect![[r#"
            今天: today = 2026-11-21
            明天: today+1 = 2026-11-22
            大后天: today+3 = 2026-11-24
            星期五: friday = 2026-11-27
            这周六: this saturday = 2026-11-21
            下个礼拜一: next monday = 2026-11-23
            五月三号: --05-03 = 2027-05-03
            二零二七年五月三日: 2027-05-03
            2027年5月3日: 2027-05-03
            三天后: today+3 = 2026-11-24
            二月三十号: --02-30
        "#]],
    );
    check(
        "zh",
        ValueKind::DateTime,
        "明天晚上\n明天晚上八点\n明早七点半\n今晚\n周五下午六点\n十分钟后\n过半个小时\n后天早上",
        expect![[r#"
        明天晚上: today+1 18:00 = 2026-11-22T18:00:00+01:00
        明天晚上八点: today+1 20:00 = 2026-11-22T20:00:00+01:00
        明早七点半: today+1 07:30 = 2026-11-22T07:30:00+01:00
        今晚: today 18:00 = 2026-11-21T18:00:00+01:00
        周五下午六点: friday 18:00 = 2026-11-27T18:00:00+01:00
        十分钟后: now+600s = 2026-11-21T14:40:00+01:00
        过半个小时: now+1800s = 2026-11-21T15:00:00+01:00
        后天早上: today+2 08:00 = 2026-11-23T08:00:00+01:00
    "#]],
    );
    check(
        "zh",
        ValueKind::Recurrence,
        "每个工作日早上七点\n每天\n每天晚上十点半\n每隔一天\n每周一和周三下午三点\n每个周末\n每晚九点\n每十分钟\n每个月一号",
        expect![[r#"
            每个工作日早上七点: FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=7;BYMINUTE=0
            每天: FREQ=DAILY
            每天晚上十点半: FREQ=DAILY;BYHOUR=22;BYMINUTE=30
            每隔一天: FREQ=DAILY;INTERVAL=2
            每周一和周三下午三点: FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=15;BYMINUTE=0
            每个周末: FREQ=WEEKLY;BYDAY=SA,SU
            每晚九点: FREQ=DAILY;BYHOUR=21;BYMINUTE=0
            每十分钟: FREQ=MINUTELY;INTERVAL=10
            每个月一号: FREQ=MONTHLY;BYMONTHDAY=1
        "#]],
    );
    check(
        "zh",
        ValueKind::Ordinal,
        "第一\n第二十一\n最后",
        expect![[r#"
        第一: 1
        第二十一: 21
        最后: -1
    "#]],
    );
    check(
        "zh",
        ValueKind::Amount,
        "两升\n五百克\n半公斤\n一公斤半\n三瓶",
        expect![[r#"
        两升: 2 l
        五百克: 500 g
        半公斤: 0.5 kg
        一公斤半: 1.5 kg
        三瓶: 3 bottle
    "#]],
    );
    let check = |list: List, text: &str, expected: &[Value]| {
        assert_eq!(values(&only("zh", "it", list), text), expected, "{text}");
    };
    let percentage = List::range(0, 100, NumberKind::Percentage);
    let temperature = List::range(-20, 50, NumberKind::Temperature);
    for text in ["百分之五十", "50%", "一半", "五十"] {
        check(percentage.clone(), text, &[Value::Percentage(50.0)]);
    }
    check(percentage, "百分之百", &[Value::Percentage(100.0)]);
    check(temperature.clone(), "二十六度", &[Value::Temperature(26.0)]);
    check(temperature.clone(), "二十六点五度", &[Value::Temperature(26.5)]);
    check(temperature, "零下五度", &[Value::Temperature(-5.0)]);
    let minutes = |minutes: u64| [Value::Duration(std::time::Duration::from_secs(60 * minutes))];
    check(List::Duration, "一个半小时", &minutes(90));
    check(List::Duration, "三十分钟", &minutes(30));
    check(List::Duration, "半个小时", &minutes(30));
    check(List::Duration, "两小时三十分钟", &minutes(150));
    check(List::Duration, "一刻钟", &minutes(15));
    check(List::Duration, "两天", &minutes(2880));
    let seconds = |seconds| [Value::Duration(std::time::Duration::from_secs(seconds))];
    check(List::Duration, "一分半", &seconds(90));
    check(List::Duration, "九十秒", &seconds(90));
}

/// A language of which nothing is known has no such values, and says so by not matching.
#[test]
fn other_languages_have_none() {
    assert_eq!(values(&of("xx", ValueKind::Time), "7:30"), []);
    assert_eq!(Value::Time(SaidTime::either(7, 0)).spoken("xx"), None);
}

fn time_of_day() -> impl Strategy<Value = SaidTime> {
    let exact = (0..24_u8, 0..60_u8).prop_map(|(hour, minute)| SaidTime::exact(hour, minute));
    prop_oneof![exact, (1..=12_u8, 0..60_u8).prop_map(|(hour, minute)| SaidTime::either(hour, minute))]
}

fn date() -> impl Strategy<Value = SaidDate> {
    let which = prop::sample::select(vec![Which::Coming, Which::This, Which::NextWeek]);
    let days = (prop::option::of(2000..2100), 1..=12_u8, 1..=31_u8);
    prop_oneof![
        (-2..100_i32).prop_map(SaidDate::InDays),
        (1..=7_u8, which).prop_map(|(weekday, which)| SaidDate::Weekday { weekday, which }),
        days.prop_map(|(year, month, day)| SaidDate::Day { year, month: Some(month), day }),
        (1..=31_u8).prop_map(|day| SaidDate::Day { year: None, month: None, day }),
    ]
}

fn recurrence() -> impl Strategy<Value = Recurrence> {
    let it = |frequency, interval, weekdays, month_day, at| Recurrence {
        frequency,
        interval,
        weekdays,
        month_day,
        at,
    };
    let none = Weekdays::default();
    let at = || prop::option::of(time_of_day());
    let days = prop_oneof![
        (1..=7_u8).prop_map(Weekdays::one),
        (1..=7_u8, 1..=7_u8).prop_map(|(a, b)| Weekdays::one(a).and(Weekdays::one(b))),
        Just(Weekdays::WORKING),
        Just(Weekdays::WEEKEND),
    ];
    prop_oneof![
        (2..100_u16).prop_map(move |n| it(Frequency::Minutely, n, none, None, None)),
        (1..48_u16).prop_map(move |n| it(Frequency::Hourly, n, none, None, None)),
        (1..30_u16, at()).prop_map(move |(n, at)| it(Frequency::Daily, n, none, None, at)),
        (days, at()).prop_map(move |(days, at)| it(Frequency::Weekly, 1, days, None, at)),
        (1..=31_u8, at()).prop_map(move |(day, at)| it(Frequency::Monthly, 1, none, Some(day), at)),
    ]
}

fn value() -> impl Strategy<Value = (ValueKind, Value)> {
    let span = (1..100_000_u64).prop_map(std::time::Duration::from_secs);
    let moment = prop_oneof![
        span.prop_map(SaidDateTime::In),
        (prop::option::of(date()), time_of_day()).prop_map(|(date, time)| SaidDateTime::At { date, time }),
    ];
    let units = prop::sample::select(vec!["l", "g", "kg", "cup", "bottle", "box", "m"]);
    let amount = (1..40_u32, units)
        .prop_map(|(n, unit)| Value::Amount { number: f64::from(n) / 2.0, unit: unit.into() });
    prop_oneof![
        (1..=100).prop_map(|n| (ValueKind::Ordinal, Value::Ordinal(n))),
        amount.prop_map(|amount| (ValueKind::Amount, amount)),
        time_of_day().prop_map(|time| (ValueKind::Time, Value::Time(time))),
        date().prop_map(|date| (ValueKind::Date, Value::Date(date))),
        moment.prop_map(|said| (ValueKind::DateTime, Value::DateTime(said))),
        recurrence().prop_map(|it| (ValueKind::Recurrence, Value::Recurrence(it))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_we_say_is_understood_as_what_we_meant((kind, value) in value()) {
        for language in ["en", "zh"] {
            if let Some(said) = value.spoken(language) {
                let found = values(&of(language, kind), &said);
                prop_assert!(found.contains(&value), "{said:?} is {found:?}, not {value:?}");
            } else {
                // Only Mandarin has spans that take more than a few words.
                prop_assert!(language == "zh", "{value:?} cannot be said");
            }
        }
    }
}

/// All that recognisers may hear is understood, and the graphs stay small.
#[test]
fn what_may_be_heard_is_understood() {
    let mut state = 7_u64;
    let mut sizes = String::new();
    for (language, kind) in ["en", "zh"].into_iter().flat_map(|l| ValueKind::ALL.map(|kind| (l, kind))) {
        let recognizer = of(language, kind);
        let graph = recognizer.graph();
        sizes += &format!(
            "{language} {}: {} states, {} arcs\n",
            kind.name(),
            graph.state_count(),
            graph.arc_count()
        );
        for _ in 0..500 {
            let text = graph.sample("", |n| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as usize % n.max(1)
            });
            assert!(!values(&recognizer, &text).is_empty(), "{language} {}: {text:?}", kind.name());
        }
    }
    expect![[r#"
        en ordinal: 9 states, 121 arcs
        en amount: 26 states, 1882 arcs
        en time: 28 states, 691 arcs
        en date: 58 states, 1357 arcs
        en datetime: 333 states, 16211 arcs
        en recurrence: 130 states, 4669 arcs
        zh ordinal: 13 states, 28 arcs
        zh amount: 32 states, 1359 arcs
        zh time: 47 states, 1586 arcs
        zh date: 48 states, 475 arcs
        zh datetime: 179 states, 5437 arcs
        zh recurrence: 101 states, 4285 arcs
    "#]]
    .assert_eq(&sizes);
}
