//! What a step costs, and what the kernel counts.

use std::fs;
use std::time::Instant;

use mynah_assistant::ports::WakeWord;
use mynah_audio::{Frame, SamplePos};
use mynah_measure::{Draw, Quantiles};

/// RMS of the noise on which a step is measured.
pub const SOFT_NOISE: f32 = 0.006;

/// Milliseconds of a step of so many frames, over 20 s of soft noise.
pub fn step_cost(stream: &mut dyn WakeWord, frames: usize, rms: f32) -> anyhow::Result<Quantiles> {
    let mut draw = Draw::new(1, &["cost"]);
    let mut costs = Vec::new();
    let mut pos = SamplePos::default();
    for _ in 0..2000 / frames {
        let step: Vec<Frame> = (0..frames)
            .map(|_| {
                let frame = Frame::new(pos, std::array::from_fn(|_| draw.noise(rms)));
                pos = frame.end();
                frame
            })
            .collect();
        let before = Instant::now();
        for frame in &step {
            stream.push(frame)?;
        }
        costs.push(before.elapsed().as_secs_f64() * 1000.0);
    }
    stream.reset();
    Ok(Quantiles::of(&costs))
}

/// Processor time of this thread, in seconds, as the kernel counts it; 0 where it does not tell.
pub fn cpu_seconds() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split_whitespace().next().and_then(|first| first.parse::<f64>().ok());
    nanoseconds.unwrap_or_default() / 1e9
}

/// Resident memory of this process, in megabytes; 0 where the kernel does not tell.
pub fn resident_mb() -> f64 {
    memory_mb("self", "VmRSS:")
}

/// A line of a process's status, in megabytes.
pub fn memory_mb(process: &str, line: &str) -> f64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let kilobytes = text
        .lines()
        .find_map(|l| l.strip_prefix(line)?.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}

/// Processor time of another process, all its threads, in seconds; also after its end, until it is waited for.
pub fn cpu_seconds_of(process: u32) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // After the name, which may hold anything: state is field 3, utime and stime are 14 and 15 (proc(5)).
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |n: usize| fields.get(n)?.parse::<f64>().ok();
    // USER_HZ is 100 wherever Linux runs today.
    Some((ticks(11)? + ticks(12)?) / 100.0)
}
