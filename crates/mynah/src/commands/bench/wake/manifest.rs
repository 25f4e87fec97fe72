//! What exactly was heard.

use std::fmt::Write as _;

/// One JSON object a stream or recording, in order. With the same seed, files and version it is the same to the byte.
#[derive(Default)]
pub struct Manifest(Vec<serde_json::Value>);

impl Manifest {
    pub fn push(&mut self, line: serde_json::Value) {
        self.0.push(line);
    }

    /// A line each.
    pub fn lines(&self) -> String {
        let mut text = String::new();
        for line in &self.0 {
            // Writing into a string does not fail.
            let _ = writeln!(text, "{line}");
        }
        text
    }
}
