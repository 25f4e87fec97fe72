//! mosquitto as a process.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use super::DemoError;

/// A broker on a loopback port. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Mosquitto {
    program: PathBuf,
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Mosquitto {
    pub(super) async fn start() -> Result<Mosquitto, DemoError> {
        let program = find().ok_or(DemoError::NoMosquitto)?;
        let folder = TempDir::with_prefix("mynah-demo-")?;
        // Between asking for a free port and mosquitto's taking it, another program may take it.
        const TRIES: usize = 5;
        let mut mosquitto = Mosquitto { program, folder, port: 0, child: None };
        let mut failed = String::new();
        for _ in 0..TRIES {
            mosquitto.port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
            match mosquitto.restart().await {
                Err(DemoError::Broker(message)) => failed = message,
                other => return other.map(|()| mosquitto),
            }
        }
        Err(DemoError::Broker(failed))
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(super) async fn stop(&mut self) -> Result<(), DemoError> {
        if let Some(mut child) = self.child.take() {
            child.kill().await?;
        }
        Ok(())
    }

    pub(super) async fn restart(&mut self) -> Result<(), DemoError> {
        self.stop().await?;
        let configuration = self.folder.path().join("mosquitto.conf");
        let port = self.port;
        let text = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\nlog_dest stderr\n"
        );
        std::fs::write(&configuration, text)?;
        let log = self.folder.path().join("mosquitto.log");
        let mut child = Command::new(&self.program)
            .arg("-c")
            .arg(&configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log)?)
            .kill_on_drop(true)
            .spawn()?;
        let until = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            if let Some(status) = child.try_wait()? {
                return Err(DemoError::Broker(format!("{status}: {}", last_line(&log))));
            }
            if Instant::now() > until {
                return Err(DemoError::Broker(format!("no answer on port {port}: {}", last_line(&log))));
            }
            sleep(Duration::from_millis(10)).await;
        }
        // Another program may have taken the port and answered.
        if let Some(status) = child.try_wait()? {
            return Err(DemoError::Broker(format!("{status}: {}", last_line(&log))));
        }
        self.child = Some(child);
        Ok(())
    }
}

/// On Debian it lies in a folder that users do not have in their PATH.
fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join("mosquitto")).find(|program| program.is_file())
}

fn last_line(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    text.lines().last().unwrap_or("no message").to_owned()
}
