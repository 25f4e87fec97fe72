//! Recorded turns, played one after the other as a room would: the next begins when the last is answered.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use mynah_audio::{FRAME_SAMPLES, Frame, SamplePos, Samples};
use mynah_host::runtime::{Pace, Sound, Source};
use serde::Deserialize;

use crate::Misuse;
use crate::commands::transcribe;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    turn: Vec<Turn>,
}

/// One entry of turns.toml.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// Recording, relative to turns.toml.
    pub file: String,
    /// Who speaks.
    pub voice: String,
    /// The wake word.
    pub wake: String,
    /// `one breath` or `pause`.
    pub variant: String,
    /// Noise in the recording, in dB below the speech.
    pub noise_snr_db: Option<f32>,
    /// What is said.
    pub say: String,
    /// What is to come of it.
    pub expect: Expect,
    #[serde(skip)]
    frames: Vec<Frame>,
}

/// What is to come of a turn.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// Nothing is to be done.
    pub reject: bool,
    /// Name of the intent.
    pub intent: Option<String>,
    /// What the slots are said as, or mean: every value must occur.
    pub slots: BTreeMap<String, toml::Value>,
    /// States that the devices must really be in afterwards: device → capability → state.
    pub state: BTreeMap<String, BTreeMap<String, toml::Value>>,
    /// A device that is made to take the order and not obey: the reply must say so.
    pub fails: Option<String>,
    /// For people.
    pub note: Option<String>,
}

/// Reads `turns.toml` and its recordings.
pub fn load(folder: &Path) -> anyhow::Result<Vec<Turn>> {
    let path = folder.join("turns.toml");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let file: File = toml::from_str(&text).map_err(|error| Misuse(format!("{}: {error}", path.display())))?;
    let mut turns = file.turn;
    for turn in &mut turns {
        let (frames, fault) = transcribe::frames(&folder.join(&turn.file))?;
        if let Some(fault) = fault {
            return Err(fault.into());
        }
        turn.frames = frames;
    }
    Ok(turns)
}

/// Plays recordings into the ears.
pub struct Recordings {
    turns: Vec<Vec<Frame>>,
    starts: Sender<usize>,
    /// The recording that plays, and its next frame.
    playing: (usize, usize),
    pos: SamplePos,
    busy: bool,
    /// Silence since the recording ended and nothing was in progress.
    quiet: Samples,
    was_busy: bool,
    /// When the stream began, where it keeps time.
    started: Option<Instant>,
    pace: Pace,
}

/// Between two turns.
const PAUSE: Samples = Samples::from_millis(400);
/// A recording in which no wake word was heard is given up after this.
const PATIENCE: Samples = Samples::from_millis(2_500);

impl Recordings {
    /// Tells `starts` the index of each when it begins.
    pub fn load(turns: &[Turn], pace: Pace, starts: Sender<usize>) -> anyhow::Result<Self> {
        Ok(Recordings {
            turns: turns.iter().map(|turn| turn.frames.clone()).collect(),
            starts,
            playing: (0, 0),
            pos: SamplePos::default(),
            busy: false,
            quiet: Samples::default(),
            was_busy: false,
            started: None,
            pace,
        })
    }

    fn samples(&mut self) -> Option<[f32; FRAME_SAMPLES]> {
        let (index, frame) = self.playing;
        let recording = self.turns.get(index)?;
        if frame == 0 {
            self.was_busy = false;
            // Nobody listens any more when the run is being stopped.
            let _ = self.starts.send(index);
        }
        if let Some(heard) = recording.get(frame) {
            self.playing.1 += 1;
            self.quiet = Samples::default();
            return Some(*heard.samples());
        }
        self.quiet = if self.busy { Samples::default() } else { self.quiet + Samples(FRAME_SAMPLES as u64) };
        let enough = if self.was_busy { PAUSE } else { PATIENCE };
        if self.quiet >= enough {
            self.playing = (index + 1, 0);
            return self.samples();
        }
        Some([0.0; FRAME_SAMPLES])
    }

    /// Waits until a microphone would have given the frame that ends at `end`.
    fn keep_time(&mut self, end: SamplePos) {
        if self.pace != Pace::Live {
            return;
        }
        let due = *self.started.get_or_insert_with(Instant::now) + Duration::from_millis(end.as_millis());
        while let Some(left) = due.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            thread::park_timeout(left);
        }
    }
}

impl Source for Recordings {
    fn next(&mut self) -> Sound {
        let Some(samples) = self.samples() else { return Sound::End { dropped: 0 } };
        let frame = Frame::new(self.pos, samples);
        self.pos = frame.end();
        self.keep_time(self.pos);
        Sound::Frame(frame)
    }

    fn busy(&mut self, busy: bool) {
        self.busy = busy;
        self.was_busy |= busy;
    }
}
