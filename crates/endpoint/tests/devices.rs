//! Orders to the demo home, and what comes of them: all devices, all ways to fail.

mod house;

use std::time::{Duration, Instant};

use expect_test::{Expect, expect};
use house::{action, device, house, outcome};
use mynah_endpoint::demo::Fail;
use mynah_skill::{Action, HttpCall, Local, MqttMessage};

/// One line an order, at a device that works.
async fn check(orders: &[&str], expected: Expect) {
    let Some(house) = house().await else { return };
    let mut lines = String::new();
    for order in orders {
        let outcome = outcome(&house.endpoints.execute(&action(order)).await);
        lines.push_str(&format!("{order}: {outcome}\n"));
    }
    expected.assert_eq(&lines);
}

#[tokio::test]
async fn devices_do_what_they_are_told_and_say_so() {
    check(
        &[
            "light.kitchen_lamp power ?",
            "light.kitchen_lamp power on",
            "light.kitchen_lamp power on",
            "light.kitchen_lamp brightness 30",
            "light.kitchen_lamp brightness +20",
            "light.kitchen_lamp brightness +90",
            "light.kitchen_lamp color blue",
            "light.kitchen_lamp color ?",
            "plug.fan power on",
            "plug.fan power off",
            "climate.thermostat target_temperature 21.7",
            "climate.thermostat target_temperature 21.5",
            "climate.thermostat target_temperature +1",
            "climate.thermostat temperature ?",
            "light.bedroom_lamp power ?",
            "light.bedroom_lamp power on",
            "light.bedroom_lamp power on",
            "light.bedroom_lamp brightness 30",
            "light.bedroom_lamp brightness +20",
            "light.bedroom_lamp color blue",
            "cover.living_room_blind position 40",
            "cover.living_room_blind position open",
            "cover.living_room_blind position +-25",
        ],
        expect![[r#"
            light.kitchen_lamp power ?: read off
            light.kitchen_lamp power on: confirmed on
            light.kitchen_lamp power on: confirmed on
            light.kitchen_lamp brightness 30: confirmed 30
            light.kitchen_lamp brightness +20: confirmed 50
            light.kitchen_lamp brightness +90: confirmed 100
            light.kitchen_lamp color blue: confirmed blue
            light.kitchen_lamp color ?: read blue
            plug.fan power on: confirmed on
            plug.fan power off: confirmed off
            climate.thermostat target_temperature 21.7: confirmed 21.5
            climate.thermostat target_temperature 21.5: confirmed 21.5
            climate.thermostat target_temperature +1: confirmed 22.5
            climate.thermostat temperature ?: read 19.5
            light.bedroom_lamp power ?: read off
            light.bedroom_lamp power on: confirmed on
            light.bedroom_lamp power on: confirmed on
            light.bedroom_lamp brightness 30: confirmed 30
            light.bedroom_lamp brightness +20: confirmed 50
            light.bedroom_lamp color blue: confirmed blue
            cover.living_room_blind position 40: confirmed 40
            cover.living_room_blind position open: confirmed 100
            cover.living_room_blind position +-25: confirmed 75
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_before_it_is_sent() {
    let Some(house) = house().await else { return };
    let mut lines = String::new();
    for order in [
        "light.kitchen_lamp brightness 130",
        "light.kitchen_lamp power red",
        "light.kitchen_lamp position 10",
        "light.garden power on",
        "climate.thermostat temperature 20",
        "light.kitchen_lamp power +1",
    ] {
        lines.push_str(&format!("{order}: {}\n", outcome(&house.endpoints.execute(&action(order)).await)));
    }
    lines.push_str(&outcome(&house.endpoints.execute(&Action::Local(Local::TellTime)).await));
    expect![[r#"
        light.kitchen_lamp brightness 130: refused: light.kitchen_lamp: brightness goes from 0 to 100 percent, not 130
        light.kitchen_lamp power red: refused: light.kitchen_lamp: power must be on or off, not `red`
        light.kitchen_lamp position 10: misconfigured: light.kitchen_lamp: it has no position
        light.garden power on: misconfigured: light.garden: it is not in home.toml
        climate.thermostat temperature 20: unsupported: climate.thermostat: temperature can only be read
        light.kitchen_lamp power +1: unsupported: light.kitchen_lamp: power cannot be changed by 1
        unsupported: the assistant does this itself"#]].assert_eq(&lines);
    assert_eq!(house.demo.requests(&device("light.kitchen_lamp")), 0);
}

/// Every way to fail, at each device; one line each.
async fn check_failing(id: &str, orders: &[&str], expected: Expect) {
    let Some(house) = house().await else { return };
    let id = device(id);
    let mut lines = String::new();
    for fail in [Fail::Answer500, Fail::Hang, Fail::Garbage, Fail::AcceptButIgnore, Fail::Offline, Fail::None]
    {
        house.demo.fail(&id, fail).await;
        house.knows(&id, fail == Fail::Offline).await;
        let before = house.demo.state(&id);
        for order in orders {
            let started = Instant::now();
            let came = house.endpoints.execute(&action(&format!("{} {order}", id.0))).await;
            assert!(
                started.elapsed() < Duration::from_secs(8),
                "{fail:?} {order} must end, even on a busy machine"
            );
            lines.push_str(&format!("{fail:?} {order}: {}\n", outcome(&came)));
        }
        assert_eq!(
            house.demo.state(&id) == before,
            fail != Fail::None,
            "only a device that works changes its state"
        );
    }
    expected.assert_eq(&lines);
}

#[tokio::test]
async fn an_http_lamp_that_fails() {
    check_failing("light.kitchen_lamp", &["power ?", "power on", "brightness +-10"], expect![[r#"
        Answer500 power ?: refused: light.kitchen_lamp: it answered 500 Internal Server Error: `{"error":"the relay is stuck"}`
        Answer500 power on: refused: light.kitchen_lamp: it answered 500 Internal Server Error: `{"error":"the relay is stuck"}`
        Answer500 brightness +-10: refused: light.kitchen_lamp: it answered 500 Internal Server Error: `{"error":"the relay is stuck"}`
        Hang power ?: unreachable: light.kitchen_lamp: no answer in time
        Hang power on: unreachable: light.kitchen_lamp: no answer in time
        Hang brightness +-10: unreachable: light.kitchen_lamp: no answer in time
        Garbage power ?: garbled: light.kitchen_lamp: expected JSON with a value at /on, got `<html> router login</html>`
        Garbage power on: garbled: light.kitchen_lamp: expected JSON with a value at /on, got `<html> router login</html>`
        Garbage brightness +-10: garbled: light.kitchen_lamp: expected JSON with a value at /brightness, got `<html> router login</html>`
        AcceptButIgnore power ?: read off
        AcceptButIgnore power on: unconfirmed, read off
        AcceptButIgnore brightness +-10: unconfirmed, read 100
        Offline power ?: unreachable: light.kitchen_lamp: no connection: Connection refused (os error 111)
        Offline power on: unreachable: light.kitchen_lamp: no connection: Connection refused (os error 111)
        Offline brightness +-10: unreachable: light.kitchen_lamp: no connection: Connection refused (os error 111)
        None power ?: read off
        None power on: confirmed on
        None brightness +-10: confirmed 90
    "#]]).await;
}

#[tokio::test]
async fn an_http_plug_that_fails() {
    check_failing("plug.fan", &["power on"], expect![[r#"
        Answer500 power on: refused: plug.fan: it answered 500 Internal Server Error: `{"error":"the relay is stuck"}`
        Hang power on: unreachable: plug.fan: no answer in time
        Garbage power on: garbled: plug.fan: expected JSON with a value at /ison, got `<html> router login</html>`
        AcceptButIgnore power on: unconfirmed, read off
        Offline power on: unreachable: plug.fan: no connection: Connection refused (os error 111)
        None power on: confirmed on
    "#]]).await;
}

#[tokio::test]
async fn an_http_thermostat_that_fails() {
    check_failing("climate.thermostat", &["temperature ?", "target_temperature 25"], expect![[r#"
        Answer500 temperature ?: refused: climate.thermostat: it answered 500 Internal Server Error: `{"error":"the relay is stuck"}`
        Answer500 target_temperature 25: refused: climate.thermostat: it answered 500 Internal Server Error: `{"error":"the relay is stuck"}`
        Hang temperature ?: unreachable: climate.thermostat: no answer in time
        Hang target_temperature 25: unreachable: climate.thermostat: no answer in time
        Garbage temperature ?: garbled: climate.thermostat: expected JSON with a value at /measured, got `<html> router login</html>`
        Garbage target_temperature 25: garbled: climate.thermostat: expected JSON with a value at /target, got `<html> router login</html>`
        AcceptButIgnore temperature ?: read 19.5
        AcceptButIgnore target_temperature 25: unconfirmed, read 20
        Offline temperature ?: unreachable: climate.thermostat: no connection: Connection refused (os error 111)
        Offline target_temperature 25: unreachable: climate.thermostat: no connection: Connection refused (os error 111)
        None temperature ?: read 19.5
        None target_temperature 25: confirmed 25
    "#]]).await;
}

#[tokio::test]
async fn an_mqtt_lamp_that_fails() {
    check_failing("light.bedroom_lamp", &["power on", "brightness +-10"], expect![[r#"
        Answer500 power on: unconfirmed, read off
        Answer500 brightness +-10: unconfirmed, read 100
        Hang power on: unconfirmed, nothing read
        Hang brightness +-10: unconfirmed, nothing read
        Garbage power on: garbled: light.bedroom_lamp: on demo/bedroom_lamp: expected JSON with a value at /state, got `%%% {"state":`
        Garbage brightness +-10: garbled: light.bedroom_lamp: on demo/bedroom_lamp: expected JSON with a value at /brightness, got `%%% {"state":`
        AcceptButIgnore power on: unconfirmed, read off
        AcceptButIgnore brightness +-10: unconfirmed, read 100
        Offline power on: unreachable: light.bedroom_lamp: it is offline
        Offline brightness +-10: unreachable: light.bedroom_lamp: it is offline
        None power on: confirmed on
        None brightness +-10: confirmed 90
    "#]]).await;
}

#[tokio::test]
async fn an_mqtt_blind_that_fails() {
    check_failing("cover.living_room_blind", &["position 40"], expect![[r#"
        Answer500 position 40: unconfirmed, read 0
        Hang position 40: unconfirmed, nothing read
        Garbage position 40: garbled: cover.living_room_blind: on demo/living_room_blind/position: expected a number from 0 to 100, got "\u0001%%% {\"state\":"
        AcceptButIgnore position 40: unconfirmed, read 0
        Offline position 40: unreachable: cover.living_room_blind: it is offline
        None position 40: confirmed 40
    "#]]).await;
}

#[tokio::test]
async fn one_hanging_device_does_not_hold_up_another() {
    let Some(house) = house().await else { return };
    house.demo.fail(&device("light.kitchen_lamp"), Fail::Hang).await;
    let (hanging, other) = (action("light.kitchen_lamp power on"), action("plug.fan power on"));
    let mut order = Vec::new();
    let mut hanging = std::pin::pin!(house.endpoints.execute(&hanging));
    let mut other = std::pin::pin!(house.endpoints.execute(&other));
    while order.len() < 2 {
        tokio::select! {
            came = &mut hanging, if !order.iter().any(|(name, _)| *name == "hanging") => order.push(("hanging", outcome(&came))),
            came = &mut other, if !order.iter().any(|(name, _)| *name == "other") => order.push(("other", outcome(&came))),
        }
    }
    expect![[r#"
        [
            (
                "other",
                "confirmed on",
            ),
            (
                "hanging",
                "unreachable: light.kitchen_lamp: no answer in time",
            ),
        ]
    "#]]
    .assert_debug_eq(&order);
}

#[tokio::test]
async fn a_skills_own_requests_and_messages() {
    let Some(house) = house().await else { return };
    let lamp = &house.demo.environment()["MYNAH_DEMO_KITCHEN_LAMP"];
    let http = |method: &str, url: String, json: Option<serde_json::Value>| {
        Action::Http(HttpCall { method: method.to_owned(), url, json })
    };
    let mqtt = |topic: &str, payload: &str| {
        Action::Mqtt(MqttMessage { topic: topic.to_owned(), payload: payload.to_owned(), retain: false })
    };
    let mut changes = house.endpoints.watch();
    let mut lines = Vec::new();
    for action in [
        http("put", format!("http://{lamp}/state"), Some(serde_json::json!({ "on": true }))),
        http("GET", format!("http://{lamp}/nothing"), None),
        http("FETCH ME", format!("http://{lamp}/state"), None),
        http("GET", "ftp://127.0.0.1/".to_owned(), None),
        http("GET", "kitchen".to_owned(), None),
        mqtt("demo/bedroom_lamp/set", "{\"state\":\"ON\"}"),
        mqtt("demo/#", "x"),
    ] {
        lines.push(outcome(&house.endpoints.execute(&action).await));
    }
    expect![[r#"
        done None
        misconfigured: HOST it answered 404 Not Found: `{"error":"no such path"}`; check `url`, `path` and `method`
        misconfigured: no method is called `FETCH ME`
        misconfigured: an address starts with http:// or https://
        misconfigured: `kitchen` is no address: relative URL without a base
        done None
        misconfigured: the topic `demo/#` has a wildcard, but must name one thing"#]].assert_eq(&lines.join("\n"));
    assert_eq!(house.demo.state(&device("light.kitchen_lamp"))[&mynah_home::Capability::Power], true.into());
    // What the lamp then says of itself reaches whoever watches.
    let seen = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            let change = changes.recv().await.expect("changes go on");
            if change.device == device("light.bedroom_lamp") && change.state == true.into() {
                break change.capability;
            }
        }
    });
    assert_eq!(seen.await.expect("the lamp says that it is on"), mynah_home::Capability::Power);
}

#[tokio::test]
async fn health_names_those_who_do_not_answer() {
    let Some(house) = house().await else { return };
    house.demo.fail(&device("plug.fan"), Fail::Offline).await;
    house.demo.fail(&device("climate.thermostat"), Fail::Answer500).await;
    let lines: Vec<String> = house
        .endpoints
        .health()
        .await
        .iter()
        .map(|health| {
            let state = health.failure.as_ref().map_or_else(|| "well".to_owned(), house::failure);
            format!("{} by {}: {state}", health.device.0, health.wire)
        })
        .collect();
    expect![[r#"
        light.kitchen_lamp by http: well
        plug.fan by http: unreachable: no connection: Connection refused (os error 111)
        climate.thermostat by http: refused: it answered 500 Internal Server Error: `{"error":"the relay is stuck"}`
        light.bedroom_lamp by mqtt: well
        cover.living_room_blind by mqtt: well"#]].assert_eq(&lines.join("\n"));
}
