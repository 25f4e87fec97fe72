//! TLS: a certificate of one's own is trusted when home.toml names it, and only then.
#![allow(clippy::unwrap_used, reason = "a test")]

mod house;

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use expect_test::expect;
use house::{action, connect, outcome, quick};
use mynah_endpoint::Endpoints;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

/// A key and a certificate for 127.0.0.1; none, with the reason printed, where there is no openssl.
async fn certificate() -> Option<TempDir> {
    let folder = TempDir::new().unwrap();
    // Not of an authority: rustls takes no authority's certificate for a server's.
    let extensions = "basicConstraints=CA:FALSE\nsubjectAltName=IP:127.0.0.1\n";
    std::fs::write(folder.path().join("extensions"), extensions).unwrap();
    let request = "req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=demo -keyout key.pem -out request.pem";
    let sign = "x509 -req -in request.pem -signkey key.pem -extfile extensions -days 2 -out cert.pem";
    for arguments in [request, sign] {
        let made = Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(folder.path())
            .stderr(Stdio::null())
            .status()
            .await;
        if !made.is_ok_and(|status| status.success()) {
            eprintln!("skipped: openssl is not installed");
            return None;
        }
    }
    Some(folder)
}

/// Starts a program that listens on `port`; none when it is not installed.
async fn start(program: &str, arguments: &[&str], folder: &Path, port: u16) -> Option<Child> {
    let child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    let Ok(child) = child else {
        eprintln!("skipped: {program} is not installed");
        return None;
    };
    let up = async {
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), up).await.expect("it listens");
    Some(child)
}

async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

/// With the certificate named, and without; `{ca}` stands for it.
fn both(home: &str, folder: &Path) -> [Endpoints; 2] {
    let ca = format!("ca = \"{}\"", folder.join("cert.pem").display());
    [ca.as_str(), ""].map(|ca| connect(&home.replace("{ca}", ca), quick()))
}

#[tokio::test]
async fn by_https() {
    let Some(folder) = certificate().await else { return };
    std::fs::write(folder.path().join("state"), "{\"on\": true}").unwrap();
    let port = free_port().await;
    let accept = format!("127.0.0.1:{port}");
    let arguments =
        ["s_server", "-accept", &accept, "-cert", "cert.pem", "-key", "key.pem", "-WWW", "-quiet"];
    let Some(_server) = start("openssl", &arguments, folder.path(), port).await else { return };
    let home = format!(
        "[[device]]\nname = \"lamp\"\nkind = \"light\"\n\n[device.http]\nurl = \"https://127.0.0.1:{port}\"\n{{ca}}\n\
         power.get = {{ path = \"/state\", at = \"/on\" }}\n"
    );
    let [trusting, wary] = both(&home, folder.path());
    let order = action("light.lamp power ?");
    assert_eq!(outcome(&trusting.execute(&order).await), "read on");
    expect![[r#"misconfigured: light.lamp: its certificate is not trusted (invalid peer certificate: UnknownIssuer); name the file of its authority: ca = "…""#]].assert_eq(&outcome(&wary.execute(&order).await));
}

#[tokio::test]
async fn by_mqtts() {
    let Some(folder) = certificate().await else { return };
    let port = free_port().await;
    // Without `user`, a mosquitto that root starts becomes another user and cannot read the key.
    let configuration = format!(
        "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nuser root\n\
         certfile {0}/cert.pem\nkeyfile {0}/key.pem\n",
        folder.path().display()
    );
    std::fs::write(folder.path().join("mosquitto.conf"), configuration).unwrap();
    let path = if Path::new("/usr/sbin/mosquitto").exists() { "/usr/sbin/mosquitto" } else { "mosquitto" };
    let Some(_broker) = start(path, &["-c", "mosquitto.conf"], folder.path(), port).await else { return };
    let home = format!(
        "[mqtt]\nbroker = \"mqtts://127.0.0.1:{port}\"\n{{ca}}\n\n[[device]]\nname = \"lamp\"\nkind = \"light\"\n\n\
         [device.mqtt]\npower.set = {{ topic = \"lamp\", payload = \"{{value}}\" }}\npower.get = {{ topic = \"lamp\" }}\n"
    );
    let [trusting, wary] = both(&home, folder.path());
    let order = action("light.lamp power on");
    // The topic of the order is that of the state: the broker itself says it back.
    assert_eq!(outcome(&trusting.execute(&order).await), "confirmed on");
    expect!["unreachable: light.lamp: MQTT broker HOST: TLS: I/O: invalid peer certificate: UnknownIssuer"]
        .assert_eq(&outcome(&wary.execute(&order).await));
}
