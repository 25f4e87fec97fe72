//! The broker goes and comes.
#![allow(clippy::unwrap_used, reason = "a test")]

mod house;

use std::time::{Duration, Instant};

use house::{action, connect, demo, device, house, outcome, quick};
use mynah_endpoint::Endpoints;
use mynah_home::{Capability, State};
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};

const PATIENCE: Duration = Duration::from_secs(60);

/// Repeats an order until it comes to this.
async fn comes_to(endpoints: &Endpoints, order: &str, wanted: &str) {
    let mut last = String::new();
    let coming = async {
        loop {
            last = outcome(&endpoints.execute(&action(order)).await);
            if last == wanted {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    if timeout(PATIENCE, coming).await.is_err() {
        panic!("{order}: {last}, and not {wanted}");
    }
}

#[tokio::test]
async fn a_broker_that_is_down_at_the_start_is_used_when_it_comes() {
    let Some(mut demo) = demo().await else { return };
    let home = demo.home_toml();
    demo.stop_broker().await.unwrap();
    let endpoints = connect(&home, quick());
    let started = Instant::now();
    for _ in 0..3 {
        let came = outcome(&endpoints.execute(&action("light.bedroom_lamp power on")).await);
        assert_eq!(came, "unreachable: light.bedroom_lamp: MQTT broker HOST: connection refused");
    }
    assert!(started.elapsed() < Duration::from_secs(6), "an order does not wait for a broker that is away");
    // Other wires do not care.
    assert_eq!(outcome(&endpoints.execute(&action("plug.fan power on")).await), "confirmed on");

    demo.restart_broker().await.unwrap();
    comes_to(&endpoints, "light.bedroom_lamp power on", "confirmed on").await;
}

#[tokio::test]
async fn a_broker_that_dies_and_comes_back() {
    let Some(mut house) = house().await else { return };
    comes_to(&house.endpoints, "light.bedroom_lamp power on", "confirmed on").await;
    house.demo.stop_broker().await.unwrap();
    let lost = "unreachable: light.bedroom_lamp: MQTT broker HOST: connection refused";
    comes_to(&house.endpoints, "light.bedroom_lamp power off", lost).await;
    comes_to(&house.endpoints, "light.bedroom_lamp power ?", lost).await;

    house.demo.restart_broker().await.unwrap();
    // What was ordered while the broker was away is not done now.
    comes_to(&house.endpoints, "light.bedroom_lamp power ?", "read on").await;
    assert_eq!(house.demo.state(&device("light.bedroom_lamp"))[&Capability::Power], State::Bool(true));
    comes_to(&house.endpoints, "light.bedroom_lamp power off", "confirmed off").await;
    comes_to(&house.endpoints, "cover.living_room_blind position 30", "confirmed 30").await;
}

/// Something that takes connections and never says a word is no broker, and costs no more time than one.
#[tokio::test]
async fn a_broker_that_hangs() {
    let Some(demo) = demo().await else { return };
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let endpoints = connect(&demo.home_toml().replace(&demo.broker_address(), &address), quick());
    let started = Instant::now();
    let came = outcome(&endpoints.execute(&action("light.bedroom_lamp power on")).await);
    assert_eq!(came, "unreachable: light.bedroom_lamp: MQTT broker HOST: no answer in time");
    assert!(started.elapsed() < Duration::from_secs(8));
}

/// The retained messages of `mynah/status`, as another client sees them.
async fn statuses(port: u16) -> tokio::sync::mpsc::UnboundedReceiver<String> {
    let (client, mut events) = AsyncClient::new(MqttOptions::new("onlooker", "127.0.0.1", port), 8);
    client.subscribe("mynah/status", QoS::AtLeastOnce).await.unwrap();
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        let _client = client;
        while let Ok(event) = events.poll().await {
            if let Event::Incoming(Packet::Publish(message)) = event
                && sender.send(String::from_utf8_lossy(&message.payload).into_owned()).is_err()
            {
                return;
            }
        }
    });
    receiver
}

#[tokio::test]
async fn others_learn_that_mynah_comes_and_goes() {
    let Some(house) = house().await else { return };
    let port = house.demo.broker_address().rsplit_once(':').unwrap().1.parse().unwrap();
    let mut seen = statuses(port).await;
    let mut next = async || timeout(PATIENCE, seen.recv()).await.expect("a status").unwrap();
    assert_eq!(next().await, "online");
    house.endpoints.shutdown().await;
    assert_eq!(next().await, "offline", "it says goodbye");

    let endpoints = connect(&house.demo.home_toml(), quick());
    assert_eq!(next().await, "online");
    drop(endpoints);
    assert_eq!(next().await, "offline", "the last will speaks for one that ends without a word");
}

#[tokio::test]
async fn what_a_device_told_before_is_known_at_once() {
    let Some(house) = house().await else { return };
    comes_to(&house.endpoints, "light.bedroom_lamp brightness 40", "confirmed 40").await;
    let later = connect(&house.demo.home_toml(), quick());
    assert_eq!(outcome(&later.execute(&action("light.bedroom_lamp brightness ?")).await), "read 40");
}
