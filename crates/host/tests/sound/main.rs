//! Sound in and out, as its users meet it: files of all kinds, pipes, and devices of a private sound server.

#![allow(clippy::unwrap_used, reason = "a test fails that way")]

mod devices;
mod files;
mod playback;

use mynah_audio::{Channel, Frame};
use mynah_host::audio::{Heard, Input, InputSpec, Source, Summary};

/// What came out of an input until its end.
struct All {
    frames: Vec<Frame>,
    gaps: usize,
    summary: Summary,
}

impl All {
    fn samples(&self) -> Vec<f32> {
        self.frames.iter().flat_map(|frame| frame.samples().iter().copied()).collect()
    }
}

fn listen(mut input: Input) -> All {
    let (mut frames, mut gaps) = (Vec::new(), 0);
    loop {
        match input.hear() {
            Heard::Frame(frame) => frames.push(frame),
            Heard::Gap(_) => gaps += 1,
            Heard::End(summary) => return All { frames, gaps, summary },
            Heard::Problem(_) => {}
            heard => panic!("{heard:?} from something that is no device"),
        }
    }
}

fn spec(source: Source) -> InputSpec {
    InputSpec { source, channel: Channel::Mix, realtime: false }
}

/// Amplitude of `hz` in 16 kHz `samples`, by projection with a Hann window.
fn tone(samples: &[f32], hz: f64) -> f64 {
    let (mut sin, mut cos) = (0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let turn = std::f64::consts::TAU * n as f64;
        let window = 1.0 - (turn / samples.len() as f64).cos();
        sin += window * f64::from(*sample) * (turn * hz / 16_000.0).sin();
        cos += window * f64::from(*sample) * (turn * hz / 16_000.0).cos();
    }
    2.0 / samples.len() as f64 * sin.hypot(cos)
}

fn sine(hz: f32, rate: u32, seconds: f32) -> Vec<f32> {
    let len = (rate as f32 * seconds) as usize;
    (0..len).map(|n| 0.5 * (std::f32::consts::TAU * hz * n as f32 / rate as f32).sin()).collect()
}

/// Runs a program that tests need but the build does not; None, and a line that says so, where it is missing.
fn tool(name: &str, args: &[&str]) -> Option<()> {
    match std::process::Command::new(name).args(args).output() {
        Ok(done) => {
            assert!(done.status.success(), "{name} {args:?}: {}", String::from_utf8_lossy(&done.stderr));
            Some(())
        }
        Err(_) => {
            eprintln!("skipped: no {name}");
            None
        }
    }
}
