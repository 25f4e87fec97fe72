//! Faults in the wire tables: all of them, each with its place and a remedy.
#![allow(clippy::unwrap_used, reason = "a test")]

mod house;

use expect_test::{Expect, expect};
use mynah_endpoint::{Endpoints, Settings};
use mynah_home::Home;

/// The faults of a home, with the text that each points to.
async fn check(text: &str, expected: Expect) {
    let home = Home::parse("home.toml", text).expect("what is wrong is in the wires only");
    let settings = Settings::default().with_environment(|name| (name == "TOKEN").then(|| "t".to_owned()));
    let lines = match Endpoints::connect(&home, settings) {
        Ok(_) => "no faults".to_owned(),
        Err(faults) => {
            let line = |fault: &mynah_home::Fault| {
                let number = text[..fault.span.start].lines().count().max(1);
                let place = text[fault.span.clone()].lines().next().unwrap_or_default();
                let help = fault.help.as_ref().map(|help| format!("\n    help: {help}")).unwrap_or_default();
                format!("{}:{number} `{place}`: {}{help}", fault.file, fault.message)
            };
            faults.iter().map(line).collect::<Vec<_>>().join("\n")
        }
    };
    expected.assert_eq(&lines);
}

#[tokio::test]
async fn good_tables() {
    check(
        r#"
[mqtt]
broker = "mqtt://127.0.0.1:1"
username = "mynah"
password = "${TOKEN}"

[[device]]
name = "lamp"
kind = "light"
capabilities = ["power", "brightness", "mode"]

[device.http]
url = "https://lamp.local/api/"
headers = { Authorization = "Bearer ${TOKEN}" }
timeout_ms = 900
power = { set = { method = "post", path = "/p", text = "{value}" }, values = { on = 1, off = 0 } }
brightness = { set = { path = "/b?v={value}" }, get = { path = "/b" }, scale = 2.55, step = 1, confirm_ms = 2000 }

[device.mqtt]
availability = { topic = "lamp/LWT", online = "Online", offline = "Offline" }
mode = { set = { topic = "lamp/m", payload = "{\"m\": \"{value}\"}", retain = true }, get = { topic = "lamp/s", at = "/m", ask = { topic = "lamp/get" } } }
"#,
        expect!["no faults"],
    )
    .await;
}

#[tokio::test]
async fn slips_of_the_pen() {
    check(
        r#"
[mqtt]
broker = "127.0.0.1:1883"
pasword = "x"

[matter]
fabric = 1

[[device]]
name = "lamp"
kind = "light"
capabilities = ["power", "brightness", "color"]

[device.http]
url = "lamp.local"
timeout_ms = 5
headers = { Authorization = "Bearer abc" }

[device.http.power]
set = { methd = "PUT", path = "state", json = { on = true } }
get = { path = "/state", at = "state.on" }
values = { on = 1, of = 0 }

[device.http.brightness]
set = { method = "PUSH", path = "/b/{value}" }
scale = "2.55"
values = { full = 100 }

[device.http.colour]
get = {}
"#,
        expect![[r#"
            home.toml:3 `"127.0.0.1:1883"`: this is no address of a broker
                help: such as mqtt://192.168.1.10:1883, or mqtts:// for TLS
            home.toml:4 `"x"`: no key is called `pasword` here
                help: did you mean `password`?
            home.toml:5 `[matter]`: no wire is called `matter`
                help: known here: mqtt
            home.toml:13 `[device.http]`: nothing says how its color is reached
                help: add: [device.http.color]
            home.toml:15 `"lamp.local"`: this is no address: relative URL without a base
                help: such as http://192.168.1.20
            home.toml:16 `5`: `timeout_ms` goes from 10 to 60000 milliseconds, not 5
            home.toml:17 `"Bearer abc"`: a secret does not belong into this file: `Authorization`
                help: keep it in the environment and write Authorization = "${A_NAME}", or in a file of mode 600: "${file:/etc/mynah/secret}"
            home.toml:20 `{ methd = "PUT", path = "state", json = { on = true } }`: the value is nowhere in this request
                help: write "{value}" into `path`, `json` or `text`
            home.toml:20 `"PUT"`: no key is called `methd` here
                help: did you mean `method`?
            home.toml:20 `"state"`: a path starts with `/`
                help: write "/state"
            home.toml:21 `"state.on"`: a JSON pointer starts with `/`
                help: write "/state/on"
            home.toml:22 `0`: power must be on or off, not `of`
            home.toml:25 `"PUSH"`: no method is called `PUSH`
                help: known here: GET, PUT, POST, PATCH, DELETE
            home.toml:26 `"2.55"`: no key is called `scale` here
                help: known here: values, set, get, confirm_ms
            home.toml:27 `{ full = 100 }`: brightness is a number, which has no `values`
                help: use `scale` and `offset`
            home.toml:28 `[device.http.colour]`: no key is called `colour` here
                help: did you mean `color`?"#]],
    )
    .await;
}

#[tokio::test]
async fn slips_in_mqtt() {
    check(
        r#"
[[device]]
name = "lamp"
kind = "light"
capabilities = ["power", "brightness"]

[device.mqtt.power]
set = { topic = "lamp/+/set", payload = "{\"on\": {value}}" }
get = { topik = "lamp" }

[device.mqtt.position]
get = { topic = "lamp", at = "/p" }

[[device]]
name = "sensor"
kind = "sensor"
capabilities = ["temperature"]
mqqt = { temperature = { get = { topic = "t" } } }

[[device]]
name = "heater"
kind = "climate"
http = { url = "http://h", target_temperature = {}, temperature = { set = { path = "/{value}" }, get = { path = "${NOT_SET}" } } }
"#,
        expect![[r#"
            home.toml:7 `mqtt`: this house has no broker
                help: add: [mqtt] with broker = "mqtt://…"
            home.toml:7 `mqtt`: nothing says how its brightness is reached
                help: add: [device.mqtt.brightness]
            home.toml:8 `"lamp/+/set"`: the topic `lamp/+/set` has a wildcard, but must name one thing
            home.toml:8 `"{\"on\": {value}}"`: this looks like JSON and is none: key must be a string at line 1 column 9
                help: write it as json = { … }
            home.toml:9 `{ topik = "lamp" }`: `topic` is missing
            home.toml:9 `"lamp"`: no key is called `topik` here
                help: did you mean `topic`?
            home.toml:10 `[device.mqtt.position]`: this device is not said to have position
                help: add "position" to its `capabilities`
            home.toml:18 `{ temperature = { get = { topic = "t" } } }`: no wire is called `mqqt`
                help: did you mean `mqtt`?
            home.toml:23 `{}`: neither `set` nor `get` is here
            home.toml:23 `{ path = "/{value}" }`: temperature can only be read
            home.toml:23 `"${NOT_SET}"`: the environment variable NOT_SET is not set"#]],
    )
    .await;
}

#[tokio::test]
async fn secrets_that_others_could_read() {
    use std::os::unix::fs::PermissionsExt;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
    let text = format!(
        "[mqtt]\nbroker = \"mqtt://127.0.0.1:1\"\nusername = \"m\"\npassword = \"${{file:{}}}\"\n",
        file.path().display()
    );
    let home = Home::parse("home.toml", &text).unwrap();
    let faults = Endpoints::connect(&home, Settings::default()).expect_err("0644 is too open");
    let message = faults[0].message.replace(&file.path().display().to_string(), "FILE");
    expect!["FILE holds a secret, but others can read it: chmod 600 FILE"].assert_eq(&message);
}
