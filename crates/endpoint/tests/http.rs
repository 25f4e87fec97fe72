//! How requests are made, seen from the server: how often, with what, and what its answers mean.
#![allow(clippy::unwrap_used, reason = "a test")]

mod house;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::IntoResponse;
use expect_test::{Expect, expect};
use house::{action, connect, outcome, quick};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers from a list; the last one again and again. Keeps what was asked.
#[derive(Clone)]
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<(String, HeaderMap)>>>,
}

async fn server(answers: &[(u16, &'static str)]) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let answers = Arc::new(Mutex::new(answers.iter().copied().collect::<VecDeque<_>>()));
    let kept = asked.clone();
    let router = Router::new().fallback(move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
        let body = String::from_utf8_lossy(&body).into_owned();
        kept.lock().unwrap().push((format!("{method} {uri} {body}").trim().to_owned(), headers));
        let mut answers = answers.lock().unwrap();
        let (status, text) = answers[0];
        if answers.len() > 1 {
            answers.pop_front();
        }
        let location = [("location", "http://192.0.2.1/elsewhere")];
        async move { (StatusCode::from_u16(status).unwrap(), location, text).into_response() }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    Server { address, asked }
}

impl Server {
    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|(line, _)| line.clone()).collect()
    }

    fn headers(&self, name: &str) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .filter_map(|(_, headers)| Some(headers.get(name)?.to_str().unwrap().to_owned()))
            .collect()
    }
}

fn lamp(wires: &str) -> String {
    format!(
        "[[device]]\nname = \"lamp\"\nkind = \"light\"\ncapabilities = [\"power\"]\n\n[device.http]\n{wires}\n"
    )
}

/// Switches a lamp on at a server of such answers; what it was asked, and what came of it.
async fn check(answers: &[(u16, &'static str)], set: &str, expected: Expect) {
    let server = server(answers).await;
    let wires = format!("url = \"http://{}\"\npower.set = {set}\n", server.address);
    let came = connect(&lamp(&wires), quick()).execute(&action("light.lamp power on")).await;
    expected.assert_eq(&format!("{}\n{}\n", server.asked().join("\n"), outcome(&came)));
}

const PUT: &str = r#"{ path = "/s", json = { on = "{value}" } }"#;
const POST: &str = r#"{ method = "POST", path = "/s", json = { on = "{value}" } }"#;
const KEYED: &str =
    r#"{ method = "POST", path = "/s", json = { on = "{value}" }, idempotency_key = "Idempotency-Key" }"#;

#[tokio::test]
async fn later_is_asked_again_but_not_for_ever() {
    check(
        &[(503, "busy"), (200, "")],
        PUT,
        expect![[r#"
        PUT /s {"on":true}
        PUT /s {"on":true}
        done None
    "#]],
    )
    .await;
    check(
        &[(503, "busy")],
        PUT,
        expect![[r#"
        PUT /s {"on":true}
        PUT /s {"on":true}
        PUT /s {"on":true}
        unreachable: light.lamp: it answered 503 Service Unavailable: `busy`
    "#]],
    )
    .await;
    check(
        &[(504, ""), (429, "slow down"), (200, "")],
        PUT,
        expect![[r#"
        PUT /s {"on":true}
        PUT /s {"on":true}
        PUT /s {"on":true}
        done None
    "#]],
    )
    .await;
}

#[tokio::test]
async fn no_is_not_asked_again() {
    check(
        &[(400, "never")],
        PUT,
        expect![[r#"
        PUT /s {"on":true}
        refused: light.lamp: it answered 400 Bad Request: `never`
    "#]],
    )
    .await;
    check(
        &[(500, "never")],
        PUT,
        expect![[r#"
        PUT /s {"on":true}
        refused: light.lamp: it answered 500 Internal Server Error: `never`
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_must_not_be_done_twice_is_sent_once() {
    check(
        &[(503, "busy"), (200, "")],
        POST,
        expect![[r#"
        POST /s {"on":true}
        unreachable: light.lamp: it answered 503 Service Unavailable: `busy`
    "#]],
    )
    .await;
}

#[tokio::test]
async fn with_an_idempotency_key_the_same_order_is_repeated() {
    check(
        &[(503, "busy"), (200, "")],
        KEYED,
        expect![[r#"
        POST /s {"on":true}
        POST /s {"on":true}
        done None
    "#]],
    )
    .await;
    let server = server(&[(503, ""), (200, "")]).await;
    let endpoints =
        connect(&lamp(&format!("url = \"http://{}\"\npower.set = {KEYED}\n", server.address)), quick());
    endpoints.execute(&action("light.lamp power on")).await;
    endpoints.execute(&action("light.lamp power on")).await;
    let keys = server.headers("idempotency-key");
    assert_eq!(keys.len(), 3);
    assert_eq!(keys[0], keys[1], "one order, one key");
    assert_ne!(keys[1], keys[2], "another order, another key");
}

#[tokio::test]
async fn answers_that_tell_what_to_change() {
    check(
        &[(301, "")],
        PUT,
        expect![[r#"
        PUT /s {"on":true}
        misconfigured: light.lamp: it answered 301 Moved Permanently; write the address that it redirects to
    "#]],
    )
    .await;
    check(&[(401, "who are you?")], PUT, expect![[r#"
        PUT /s {"on":true}
        misconfigured: light.lamp: it answered 401 Unauthorized: `who are you?`; its password or token is not accepted
    "#]]).await;
    check(
        &[(404, "")],
        PUT,
        expect![[r#"
        PUT /s {"on":true}
        misconfigured: light.lamp: it answered 404 Not Found; check `url`, `path` and `method`
    "#]],
    )
    .await;
}

/// A server that answers anything to every connection, bytes as they are; how many connections came.
async fn raw(answer: &'static [u8], set: &str) -> (usize, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(Mutex::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            *counted.lock().unwrap() += 1;
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer).await;
        }
    });
    let wires = format!("url = \"http://{address}\"\npower.set = {set}\n");
    let came = connect(&lamp(&wires), quick()).execute(&action("light.lamp power on")).await;
    let connections = *count.lock().unwrap();
    (connections, outcome(&came))
}

#[tokio::test]
async fn servers_that_do_not_speak_http() {
    let mut lines = Vec::new();
    for (answer, set) in [
        (&b"SSH-2.0-OpenSSH_9.2\r\n"[..], PUT),
        (b"", PUT),
        (b"", POST),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort", POST),
    ] {
        let (connections, came) = raw(answer, set).await;
        lines.push(format!("{connections} connections, {came}"));
    }
    expect![[r#"
        1 connections, garbled: light.lamp: expected an HTTP answer: invalid HTTP version parsed
        3 connections, unreachable: light.lamp: the connection broke: connection closed before message completed
        1 connections, unreachable: light.lamp: the connection broke: connection closed before message completed
        1 connections, unreachable: light.lamp: the connection broke: end of file before message length reached"#]].assert_eq(&lines.join("\n"));
}

#[tokio::test]
async fn an_endless_answer_ends() {
    let mut answer = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n".to_vec();
    answer.extend(std::iter::repeat_n(b'x', 300_000));
    let (_, came) = raw(answer.leak(), PUT).await;
    expect!["garbled: light.lamp: an answer of more than 65536 bytes, expected a short one"].assert_eq(&came);
}

#[tokio::test]
async fn secrets_come_from_outside_and_stay_out_of_messages() {
    use std::os::unix::fs::PermissionsExt;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "k-123\n").unwrap();
    std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o600)).unwrap();
    let server = server(&[(401, "no")]).await;
    let home = lamp(&format!(
        "url = \"http://{}/${{PATH_TOKEN}}\"\nheaders = {{ Authorization = \"Bearer ${{TOKEN}}\", X-Api-Key = \"${{file:{}}}\" }}\npower.set = {PUT}\n",
        server.address,
        file.path().display()
    ));
    let settings = quick().with_environment(|name| match name {
        "TOKEN" => Some("t-456".to_owned()),
        "PATH_TOKEN" => Some("p-789".to_owned()),
        _ => None,
    });
    let endpoints = connect(&home, settings);
    let came = outcome(&endpoints.execute(&action("light.lamp power on")).await);
    assert_eq!(server.headers("authorization"), ["Bearer t-456"]);
    assert_eq!(server.headers("x-api-key"), ["k-123"]);
    assert_eq!(server.asked(), [r#"PUT /p-789/s {"on":true}"#]);
    let shown = format!("{came} {endpoints:?}");
    assert!(!["t-456", "k-123", "p-789"].iter().any(|secret| shown.contains(secret)), "{shown}");
}

#[tokio::test]
async fn a_value_cannot_leave_its_place() {
    let server = server(&[(200, "")]).await;
    let home = format!(
        "[[device]]\nname = \"radio\"\nkind = \"media\"\ncapabilities = [\"mode\"]\n\n[device.http]\nurl = \"http://{}\"\n\
         mode.set = {{ path = \"/m/{{value}}?x={{value}}\", json = {{ m = \"{{value}}\", s = \"mode {{value}}\" }} }}\n",
        server.address
    );
    let endpoints = connect(&home, quick());
    endpoints.execute(&action("media.radio mode a\"b/../c?d=1&e #{value}")).await;
    expect![[r#"PUT /m/a%22b%2F..%2Fc%3Fd%3D1%26e%20%23%7Bvalue%7D?x=a%22b%2F..%2Fc%3Fd%3D1%26e%20%23%7Bvalue%7D {"m":"a\"b/../c?d=1&e #{value}","s":"mode a\"b/../c?d=1&e #{value}"}"#]].assert_eq(&server.asked().join("\n"));
}

#[tokio::test]
async fn a_device_that_is_asked_for_changes() {
    let server = server(&[
        (200, r#"{"on": false}"#),
        (200, "oops"),
        (200, r#"{"on": false}"#),
        (200, r#"{"on": true}"#),
    ])
    .await;
    let wires = format!(
        "url = \"http://{}\"\nwatch_every_ms = 10\npower.get = {{ path = \"/s\", at = \"/on\" }}\n",
        server.address
    );
    let endpoints = connect(&lamp(&wires), quick());
    let mut changes = endpoints.watch();
    for wanted in [false, true] {
        let change = tokio::time::timeout(std::time::Duration::from_secs(60), changes.recv())
            .await
            .expect("a change")
            .unwrap();
        assert_eq!((change.device.0.as_ref(), change.state), ("light.lamp", wanted.into()));
    }
}
