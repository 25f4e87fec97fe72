//! Text → meaning, through the public face.

mod common;

use common::{compile, context, home, house, intent, sentence, show, text_list};
use expect_test::{Expect, expect};
use mynah_intent::{Context, ListEntry, Recognizer, Value};

/// Each line is a text; the answer has its readings.
fn check_in(recognizer: &Recognizer, context: &Context, texts: &str, expected: Expect) {
    let mut answer = String::new();
    for text in texts.lines().map(str::trim).filter(|text| !text.is_empty()) {
        let readings = recognizer.recognize(text, context);
        let readings: Vec<String> = readings.iter().map(show).collect();
        let readings = if readings.is_empty() { "-".to_owned() } else { readings.join(" | ") };
        answer += &format!("{text}: {readings}\n");
    }
    expected.assert_eq(&answer);
}

fn check(texts: &str, expected: Expect) {
    check_in(&compile(home()), &Context::default(), texts, expected);
}

#[test]
fn names_and_states() {
    check(
        "turn on the kitchen lamp
        Switch the KITCHEN lamp off!
        turn on lamp
        turn on main light
        turn on lamp 2
        turn off the cafe lights
        turn on the x-box
        turn on the x box
        turn on the gazebo
        turn on
        turn
        lamp kitchen turn on",
        expect![[r#"
            turn on the kitchen lamp: light.power device=lamp.kitchen ("kitchen lamp") state=on ("on")
            Switch the KITCHEN lamp off!: light.power device=lamp.kitchen ("KITCHEN lamp") state=off ("off")
            turn on lamp: light.power device=lamp.main ("lamp") state=on ("on")
            turn on main light: light.power device=lamp.main ("main light") state=on ("on")
            turn on lamp 2: light.power device=lamp.2 ("lamp 2") state=on ("on")
            turn off the cafe lights: light.power device=lamp.cafe ("cafe lights") state=off ("off")
            turn on the x-box: light.power device=xbox ("x-box") state=on ("on")
            turn on the x box: light.power device=xbox ("x box") state=on ("on")
            turn on the gazebo: -
            turn on: -
            turn: -
            lamp kitchen turn on: -
        "#]],
    );
}

#[test]
fn skip_words_stand_anywhere() {
    check(
        "please turn on the kitchen lamp
        could you please turn um on the kitchen lamp please
        please
        please please please
        add milk please to the shopping list",
        expect![[r#"
            please turn on the kitchen lamp: light.power device=lamp.kitchen ("kitchen lamp") state=on ("on") 1.00
            could you please turn um on the kitchen lamp please: light.power device=lamp.kitchen ("kitchen lamp") state=on ("on") 0.98
            please: -
            please please please: -
            add milk please to the shopping list: list.add item=milk ("milk") list=shopping ("shopping") 0.99
        "#]],
    );
}

#[test]
fn numbers_in_words_and_digits() {
    check(
        "set the kitchen lamp to 21%
        set the kitchen lamp to twenty one percent
        set the kitchen lamp to twenty-one
        set the kitchen lamp to half
        set the kitchen lamp to a hundred percent
        set the kitchen lamp to a hundred and one percent
        set the kitchen lamp to 20.5 percent
        set the temperature to 21°
        set heating to twenty one degrees
        set the temperature to 4 degrees
        set the temperature to 20.5°
        set the temperature to twenty and a half degrees
        set the temperature to twenty point five
        set the temperature to twenty point four
        set the temperature to 30.5
        channel one hundred and five
        switch to channel 105
        channel 251",
        expect![[r#"
            set the kitchen lamp to 21%: light.dim device=lamp.kitchen ("kitchen lamp") percent=21% ("21%")
            set the kitchen lamp to twenty one percent: light.dim device=lamp.kitchen ("kitchen lamp") percent=21% ("twenty one percent")
            set the kitchen lamp to twenty-one: light.dim device=lamp.kitchen ("kitchen lamp") percent=21% ("twenty-one")
            set the kitchen lamp to half: light.dim device=lamp.kitchen ("kitchen lamp") percent=50% ("half")
            set the kitchen lamp to a hundred percent: light.dim device=lamp.kitchen ("kitchen lamp") percent=100% ("a hundred percent")
            set the kitchen lamp to a hundred and one percent: -
            set the kitchen lamp to 20.5 percent: -
            set the temperature to 21°: climate.set degrees=21° ("21°")
            set heating to twenty one degrees: climate.set degrees=21° ("twenty one degrees")
            set the temperature to 4 degrees: -
            set the temperature to 20.5°: climate.set degrees=20.5° ("20.5°")
            set the temperature to twenty and a half degrees: climate.set degrees=20.5° ("twenty and a half degrees")
            set the temperature to twenty point five: climate.set degrees=20.5° ("twenty point five")
            set the temperature to twenty point four: -
            set the temperature to 30.5: -
            channel one hundred and five: tv.channel channel=105 ("one hundred and five")
            switch to channel 105: tv.channel channel=105 ("105")
            channel 251: -
        "#]],
    );
}

#[test]
fn spans_of_time() {
    check(
        "set a timer for an hour and a half
        start timer for 1 hour 20 minutes
        set a timer for 90 seconds
        two and a half minutes timer
        ten minute timer
        set a 5min timer
        set a timer for ten
        timer",
        expect![[r#"
            set a timer for an hour and a half: timer.start time=5400s ("an hour and a half")
            start timer for 1 hour 20 minutes: timer.start time=4800s ("1 hour 20 minutes")
            set a timer for 90 seconds: timer.start time=90s ("90 seconds")
            two and a half minutes timer: timer.start time=150s ("two and a half minutes")
            ten minute timer: timer.start time=600s ("ten minute")
            set a 5min timer: timer.start time=300s ("5min")
            set a timer for ten: -
            timer: -
        "#]],
    );
}

#[test]
fn wildcards_take_what_is_left() {
    check(
        "add oat milk to the shopping list
        Add Oat-Milk, and Eggs to my to do list.
        add salt to taste to the shopping list
        add to the shopping list
        add milk to the wishing list",
        expect![[r#"
            add oat milk to the shopping list: list.add item=oat milk ("oat milk") list=shopping ("shopping") 0.98
            Add Oat-Milk, and Eggs to my to do list.: list.add item=Oat-Milk, and Eggs ("Oat-Milk, and Eggs") list=todo ("to do") 0.96
            add salt to taste to the shopping list: list.add item=salt to taste ("salt to taste") list=shopping ("shopping") 0.97
            add to the shopping list: -
            add milk to the wishing list: -
        "#]],
    );
}

#[test]
fn words_of_parts_and_any_order() {
    check(
        "lock the door
        unlock the door
        un lock the door
        turn on the lights in the kitchen
        turn off all the light in my living room
        turn off the lightsin the kitchen
        set in the kitchen the brightness to 20 percent
        set brightness to 20 in kitchen
        set to 20 % brightness in the kitchen
        set brightness to 20
        what's in the kitchen
        whats in the kitchen
        what’s in kitchen?
        is it 20 % or up to date
        is it 20% or up-to-date",
        expect![[r#"
            lock the door: lock
            unlock the door: lock
            un lock the door: -
            turn on the lights in the kitchen: light.area area=kitchen ("kitchen") state=on ("on")
            turn off all the light in my living room: light.area area=living_room ("living room") state=off ("off")
            turn off the lightsin the kitchen: -
            set in the kitchen the brightness to 20 percent: light.dim area=kitchen ("kitchen") percent=20% ("20 percent")
            set brightness to 20 in kitchen: light.dim area=kitchen ("kitchen") percent=20% ("20")
            set to 20 % brightness in the kitchen: light.dim area=kitchen ("kitchen") percent=20% ("20 %")
            set brightness to 20: -
            what's in the kitchen: state.ask area=kitchen ("kitchen")
            whats in the kitchen: state.ask area=kitchen ("kitchen")
            what’s in kitchen?: state.ask area=kitchen ("kitchen")
            is it 20 % or up to date: state.ask
            is it 20% or up-to-date: state.ask
        "#]],
    );
}

#[test]
fn context_permits_and_forbids() {
    let recognizer = compile(home());
    let texts = "turn on the lights";
    check_in(
        &recognizer,
        &Context::default(),
        texts,
        expect![[r#"
        turn on the lights: -
    "#]],
    );
    check_in(
        &recognizer,
        &context(&[("area", "kitchen")]),
        texts,
        expect![[r#"
            turn on the lights: light.here state=on ("on")
        "#]],
    );

    // The room of the speaker, unless the sentence says another.
    let mut spec = house();
    let mut lights = intent("lights", &["turn {state} the lights [<in_area>]"]);
    lights.context_slots.insert("area".to_owned(), "area".to_owned());
    spec.intents = vec![lights];
    let recognizer = compile(spec);
    let texts = "turn off the lights\nturn off the lights in the bedroom";
    check_in(
        &recognizer,
        &Context::default(),
        texts,
        expect![[r#"
        turn off the lights: lights state=off ("off")
        turn off the lights in the bedroom: lights area=bedroom ("bedroom") state=off ("off")
    "#]],
    );
    check_in(
        &recognizer,
        &context(&[("area", "kitchen")]),
        texts,
        expect![[r#"
        turn off the lights: lights area=kitchen ("") state=off ("off")
        turn off the lights in the bedroom: lights area=bedroom ("bedroom") state=off ("off")
    "#]],
    );

    let entry = |said: &str, domain: &str| ListEntry {
        said: said.to_owned(),
        value: Value::Text(domain.to_owned() + ".spot"),
        context: [("domain".to_owned(), domain.to_owned())].into(),
        metadata: Default::default(),
    };
    let mut spec = house();
    spec.lists.insert(
        "name".to_owned(),
        mynah_intent::List::Text(vec![entry("spot", "light"), entry("spot", "fan")]),
    );
    let mut lights = intent("lights", &["turn on {name}"]);
    lights.requires_context.insert("domain".to_owned(), vec!["light".to_owned(), "lamp".to_owned()]);
    lights.slots.insert("power".to_owned(), Value::Text("on".to_owned()));
    let mut others = intent("others", &["turn on {name}"]);
    others.excludes_context.insert("domain".to_owned(), vec!["light".to_owned()]);
    let mut nowhere = intent("nowhere", &["turn on {name}"]);
    nowhere.excludes_context.insert("domain".to_owned(), Vec::new());
    spec.intents = vec![others, lights, nowhere];
    check_in(
        &compile(spec),
        &Context::default(),
        "turn on spot",
        expect![[r#"
            turn on spot: others name=fan.spot ("spot") | lights name=light.spot ("spot") power=on ("")
        "#]],
    );
}

#[test]
fn the_most_literal_reading_is_the_best() {
    let mut spec = house();
    spec.intents = vec![
        intent("play", &["play {item}"]),
        intent("play.list", &["play {item} from {list:playlist}"]),
        intent("play.radio", &["play [the] radio"]),
        intent("in.area", &["light {area} lamp"]),
        intent("device", &["light {device}"]),
    ];
    check_in(
        &compile(spec),
        &Context::default(),
        "play the radio
        play the radio from shopping
        play jazz please
        light bedroom lamp",
        expect![[r#"
            play the radio: play.radio | play item=the radio ("the radio") 0.98
            play the radio from shopping: play.list item=the radio ("the radio") playlist=shopping ("shopping") 0.98 | play item=the radio from shopping ("the radio from shopping") 0.96
            play jazz please: play item=jazz ("jazz") 0.99
            light bedroom lamp: device device=lamp.bedroom ("bedroom lamp") | in.area area=bedroom ("bedroom")
        "#]],
    );
}

#[test]
fn lists_and_rules_of_a_group_shadow_the_global_ones() {
    let mut spec = house();
    let mut own = intent("own", &["go {area} <end>"]);
    own.lists.insert("area".to_owned(), text_list(&[("attic", "attic")]));
    own.rules.insert("end".to_owned(), sentence("now"));
    spec.intents = vec![own, intent("all", &["go {area}"])];
    check_in(
        &compile(spec),
        &Context::default(),
        "go attic now\ngo attic\ngo kitchen\ngo kitchen now",
        expect![[r#"
            go attic now: own area=attic ("attic")
            go attic: -
            go kitchen: all area=kitchen ("kitchen")
            go kitchen now: -
        "#]],
    );
}

#[test]
fn lists_join_with_letters() {
    let mut spec = house();
    spec.intents = vec![
        intent("suffix", &["{area}'s lamp", "ask {area}[n]"]),
        intent("prefix", &["re{state}"]),
        intent("unit", &["{channel}th floor", "wait {channel}min"]),
    ];
    check_in(
        &compile(spec),
        &Context::default(),
        "the kitchen's lamp
        kitchen's lamp
        ask living roomn
        ask bedroom
        reoff
        re off
        5th floor
        wait 5 min",
        expect![[r#"
            the kitchen's lamp: -
            kitchen's lamp: suffix area=kitchen ("kitchen's")
            ask living roomn: suffix area=living_room ("roomn")
            ask bedroom: suffix area=bedroom ("bedroom")
            reoff: prefix state=off ("reoff")
            re off: -
            5th floor: unit channel=5 ("5")
            wait 5 min: unit channel=5 ("5")
        "#]],
    );
}

#[test]
fn other_languages_have_digits_and_signs() {
    let mut spec = house();
    spec.language = "de".to_owned();
    spec.intents = vec![intent("hell", &["helligkeit auf {percent}"]), intent("uhr", &["timer {time}"])];
    let texts = "Helligkeit auf 20 %\nhelligkeit auf zwanzig\nTimer 1h20min\nTimer 5 s";
    check_in(
        &compile(spec),
        &Context::default(),
        texts,
        expect![[r#"
        Helligkeit auf 20 %: hell percent=20% ("20 %")
        helligkeit auf zwanzig: hell percent=20% ("zwanzig")
        Timer 1h20min: uhr time=4800s ("1h20min")
        Timer 5 s: uhr time=5s ("5 s")
    "#]],
    );
}

#[test]
fn a_long_text_is_nothing_and_costs_little() {
    let recognizer = compile(home());
    assert!(recognizer.recognize(&"um ".repeat(1000), &Context::default()).is_empty());
    assert!(recognizer.recognize(&"add ".repeat(100), &Context::default()).is_empty());
}

#[test]
fn recognizers_are_shared_between_threads() {
    fn is_shared<T: Send + Sync + Clone>() {}
    is_shared::<Recognizer>();
}
