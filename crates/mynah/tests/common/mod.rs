//! A user's machine for one test: folders of its own, the real binary, the real model cache.
#![allow(clippy::unwrap_used, dead_code, reason = "tests; not each file uses all of it")]
#![allow(unreachable_pub, reason = "a module of tests has no outside")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A house with one lamp, behind a port where nobody listens.
pub const UNREACHABLE_LAMP: &str = r#"
[[area]]
name = "kitchen"

[[device]]
name = "kitchen lamp"
kind = "light"
area = "kitchen"
capabilities = ["power"]

[device.http]
url = "http://127.0.0.1:9"

[device.http.power]
set = { path = "/state", json = { on = "{value}" } }
get = { path = "/state", at = "/on" }
"#;

/// Folders of a user that nobody else sees. Everything in them is gone afterwards.
pub struct Place {
    dir: TempDir,
    models: Option<PathBuf>,
}

/// What a command came to.
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Place {
    pub fn new() -> Place {
        let dir = TempDir::new().unwrap();
        for folder in ["work", "home"] {
            std::fs::create_dir(dir.path().join(folder)).unwrap();
        }
        Place { dir, models: None }
    }

    /// A file in the working folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("work").join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// `mynah` with these arguments, separated by spaces.
    pub fn mynah(&self, arguments: &str) -> Ran {
        self.mynah_fed(arguments, b"")
    }

    /// The same, with something on its standard input.
    pub fn mynah_fed(&self, arguments: &str, input: &[u8]) -> Ran {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        self.mynah_args(&arguments, input)
    }

    pub fn mynah_args(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut child = self.command().args(arguments).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        let feeding = std::thread::spawn(move || {
            // Who does not want to hear more closes it.
            let _ = stdin.write_all(&input);
        });
        let ran = Ran::from(child.wait_with_output().unwrap());
        feeding.join().unwrap();
        ran
    }

    /// The binary, in the working folder of this place, with none of the settings of who runs the tests.
    pub fn command(&self) -> Command {
        let home = self.dir.path().join("home");
        let mut command = Command::new(env!("CARGO_BIN_EXE_mynah"));
        command
            .current_dir(self.dir.path().join("work"))
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_STATE_HOME", home.join("state"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env_remove("MYNAH_CONFIG")
            .env_remove("MYNAH_PIN")
            .env_remove("RUST_LOG")
            .env("NO_COLOR", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        match &self.models {
            Some(folder) => command.env("MYNAH_MODELS", folder),
            None => command.env_remove("MYNAH_MODELS"),
        };
        command
    }

    /// Uses the model cache of who runs the tests. None: whisper-tiny.en is not in it.
    pub fn with_models(mut self) -> Option<Place> {
        let list = |args: &[&str]| {
            let out = Command::new(env!("CARGO_BIN_EXE_mynah")).args(args).output().unwrap();
            String::from_utf8(out.stdout).unwrap()
        };
        let listed: Vec<Value> = serde_json::from_str(&list(&["models", "list", "--json"])).unwrap();
        let whisper = listed.iter().find(|entry| entry["model"]["id"] == "whisper-tiny.en").unwrap();
        if whisper["state"] != "here" {
            return None;
        }
        let text = list(&["models", "list"]);
        let folder = text.lines().find_map(|line| line.strip_prefix("in ")).unwrap();
        self.models = Some(std::path::absolute(folder).unwrap());
        Some(self)
    }

    /// Every file under this place, by its path from there.
    pub fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect(self.dir.path(), self.dir.path(), &mut found);
        found.sort();
        found
    }
}

fn collect(base: &Path, dir: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            collect(base, &path, found);
        } else {
            found.push(path.strip_prefix(base).unwrap().display().to_string());
        }
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// Fails the test unless it ended with `code`.
    #[track_caller]
    pub fn ends(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "\nout: {}\nerr: {}", self.out, self.err);
        self
    }

    /// Fails the test unless each of these is on standard error.
    #[track_caller]
    pub fn complains(self, words: &[&str]) -> Ran {
        for word in words {
            assert!(self.err.contains(word), "no {word:?} in:\n{}", self.err);
        }
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    /// Standard output as one value.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in:\n{}", self.out))
    }

    /// Standard output as events: each line an object with `event` and `at_ms`, the last a summary.
    #[track_caller]
    pub fn events(&self) -> Vec<Value> {
        let events: Vec<Value> = self
            .out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect();
        for event in &events {
            assert!(event["event"].is_string() && event["at_ms"].is_u64(), "{event}");
        }
        let last = events.last().unwrap_or_else(|| panic!("no event\nerr: {}", self.err));
        assert_eq!(last["event"], "summary", "{}", self.out);
        events
    }
}

/// The events of this name.
pub fn named<'e>(events: &'e [Value], name: &str) -> Vec<&'e Value> {
    events.iter().filter(|event| event["event"] == name).collect()
}

/// The names of the events, without the recogniser's guesses on the way.
pub fn course(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event"].as_str().unwrap()).filter(|name| *name != "partial").collect()
}

/// Whether a program answers; what is missing is printed.
pub fn there_is(program: &str, argument: &str) -> bool {
    let ran = Command::new(program).arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if ran.is_err() {
        eprintln!("skipped: {program} is not installed");
    }
    ran.is_ok()
}

/// `text` as espeak-ng says it: a WAV.
pub fn spoken(text: &str) -> Vec<u8> {
    let out = TempDir::new().unwrap();
    let file = out.path().join("x.wav");
    let ran = Command::new("espeak-ng").arg("-w").arg(&file).arg(text).env("HOME", out.path()).status();
    assert!(ran.unwrap().success());
    std::fs::read(file).unwrap()
}
