//! Text → sound, behind [`Speech`](mynah_assistant::ports::Speech): espeak-ng, and the natural voices of Piper.

mod espeak;
mod piper;
mod wav;

pub use espeak::{Espeak, EspeakConfig};
pub use piper::{Piper, PiperConfig};

use std::io::{ErrorKind, Write as _};
use std::process::{Child, Command, Stdio};

use mynah_assistant::ports::ModelError;

const NOT_INSTALLED: &str = "espeak-ng is not installed; install it: sudo apt install espeak-ng";

/// Starts espeak-ng and hands it the text on standard input, where it can be neither an option nor a command.
fn espeak_ng(arguments: &[&str], text: &str) -> Result<Child, ModelError> {
    let spawned = Command::new("espeak-ng")
        .args(arguments)
        .args(["-b", "1", "--stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match spawned {
        Ok(child) => child,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(ModelError::Unusable(NOT_INSTALLED.into()));
        }
        Err(error) => return Err(ModelError::Failed(format!("espeak-ng could not be started: {error}"))),
    };
    // The pipe holds far more than an answer (64 KiB), and espeak-ng reads to the end before it speaks: no deadlock.
    let sent = match child.stdin.take() {
        Some(mut stdin) => stdin.write_all(text.as_bytes()),
        None => Ok(()),
    };
    match sent {
        // It ended before it read: its own message says why.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            end(&mut child);
            Err(ModelError::Failed(format!("espeak-ng took no text: {error}")))
        }
        _ => Ok(child),
    }
}

/// Stops and reaps a process, whatever state it is in.
fn end(child: &mut Child) {
    // Both fail only when it has ended already.
    let _ = child.kill();
    let _ = child.wait();
}

/// Text that espeak-ng reads out as it stands: no control characters, no phoneme notation (`[[…]]`).
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut last = ' ';
    for c in text.chars() {
        let c = if c.is_control() { ' ' } else { c };
        if c == last && matches!(c, '[' | ']') {
            plain.push(' ');
        }
        plain.push(c);
        last = c;
    }
    plain.trim().to_owned()
}
