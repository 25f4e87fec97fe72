//! An opened [`Input`] as a source of the ears.

use super::ears::{Sound, Source};
use crate::audio::{Heard, Input};

/// The microphone, file or pipe of a run.
pub struct InputSource {
    input: Input,
    /// The end was told as a problem first.
    ended: Option<u64>,
}

impl InputSource {
    /// Listens to `input`.
    pub fn new(input: Input) -> Self {
        InputSource { input, ended: None }
    }
}

impl Source for InputSource {
    fn next(&mut self) -> Sound {
        if let Some(dropped) = self.ended {
            return Sound::End { dropped };
        }
        loop {
            return match self.input.hear() {
                Heard::Frame(frame) => Sound::Frame(frame),
                // The next frame's position says so.
                Heard::Gap(_) => continue,
                Heard::Problem(problem) => Sound::Problem(problem.to_string()),
                Heard::Lost { device, why } => {
                    Sound::Problem(format!("the microphone {device:?} is gone ({why}); waiting for it"))
                }
                Heard::Restored { device, away } => Sound::Problem(format!(
                    "the microphone {device:?} is back after {:.1} s",
                    away.as_secs_f64()
                )),
                Heard::End(summary) => {
                    let dropped = summary.health.dropped_blocks;
                    match summary.fault {
                        Some(fault) => {
                            self.ended = Some(dropped);
                            Sound::Problem(fault.to_string())
                        }
                        None => Sound::End { dropped },
                    }
                }
            };
        }
    }
}
