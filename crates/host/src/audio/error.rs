//! What can be wrong with sound.

use std::path::PathBuf;

/// Microphone or loudspeaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Sound comes in.
    Input,
    /// Sound goes out.
    Output,
}

impl Direction {
    pub(super) fn noun(self) -> &'static str {
        match self {
            Direction::Input => "microphone",
            Direction::Output => "loudspeaker",
        }
    }
}

/// What went wrong with sound, by what the caller does next.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AudioError {
    /// Choose another device, or connect one.
    #[error("{}", no_device(*.direction, .wanted.as_deref(), .available))]
    NoDevice {
        /// Microphone or loudspeaker.
        direction: Direction,
        /// What was asked for; None for the default.
        wanted: Option<String>,
        /// The names of those that there are.
        available: Vec<String>,
    },
    /// Be more precise about which device is meant.
    #[error("{} {wanted:?} may be any of these: {}", .direction.noun(), .matching.join(", "))]
    AmbiguousDevice {
        /// Microphone or loudspeaker.
        direction: Direction,
        /// What was asked for.
        wanted: String,
        /// The names that it fits.
        matching: Vec<String>,
    },
    /// The device is there but cannot be used now: free it, or allow its use, and try again.
    #[error("{device:?} cannot be opened: {why}")]
    Refused {
        /// Its name.
        device: String,
        /// What the sound system says.
        why: String,
    },
    /// The device went away or fell silent: try again later.
    #[error("{device:?} was lost: {why}")]
    Lost {
        /// Its name.
        device: String,
        /// What was seen.
        why: String,
    },
    /// The file cannot be read or written: give another path, or mend the file.
    #[error("{}: {why}", .file.display())]
    Unreadable {
        /// The file; `-` is stdin.
        file: PathBuf,
        /// Why, and what to do.
        why: String,
    },
    /// The file is sound, but of a kind that is not supported: convert it.
    #[error("{}: {why}", .file.display())]
    Unsupported {
        /// The file; `-` is stdin.
        file: PathBuf,
        /// What it is, and how to convert it.
        why: String,
    },
    /// The file ends too soon or is damaged. What could be read was given.
    #[error("{}: {why}", .file.display())]
    Damaged {
        /// The file; `-` is stdin.
        file: PathBuf,
        /// How much was read, and how much is missing.
        why: String,
    },
    /// The device's form of sound does not fit the wish: a channel that it does not have, or a rate out of range.
    #[error("{what}: {why}")]
    Unfit {
        /// The file or device.
        what: String,
        /// Why.
        why: mynah_audio::FormatError,
    },
}

fn no_device(direction: Direction, wanted: Option<&str>, available: &[String]) -> String {
    let noun = direction.noun();
    let missing = match wanted {
        Some(wanted) => format!("there is no {noun} {wanted:?}"),
        None => format!("no {noun} was found"),
    };
    match (available, direction) {
        ([], Direction::Input) => {
            format!("{missing}; the machine has none. Connect one, or give a file with --input")
        }
        ([], Direction::Output) => {
            format!("{missing}; the machine has none. Connect one, or write the answers to a WAV file")
        }
        (names, _) => format!("{missing}; there is: {}", names.join(", ")),
    }
}
