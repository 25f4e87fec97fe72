//! Cues and speech, to a loudspeaker, a WAV file, or nowhere.

use std::fs::File;
use std::io::BufWriter;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{Ordering::Relaxed, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use mynah_audio::Resampler;

use super::error::AudioError;
use super::loudspeaker::{Device, Shared, Stream};

/// Where sound goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputSpec {
    /// A loudspeaker by id, name or part of either; None is the default one.
    Device(Option<String>),
    /// A WAV file (24 kHz, 16 bits, mono) that gets one sound after the other, without the pauses between them.
    Wav(PathBuf),
    /// Nowhere.
    Null,
}

/// Plays one sound after the other. Belongs to one thread; [`control`](Self::control) is for all others.
pub struct Player {
    spec: OutputSpec,
    output: Output,
    shared: Arc<Shared>,
    /// For outputs that are no device: keep time as a device would.
    realtime: bool,
}

/// Stops the sound, sets its volume and tells how long it lasts, from any thread. Clones share the player.
#[derive(Clone)]
pub struct PlayerControl {
    shared: Arc<Shared>,
}

/// One sound that is being given piece by piece, from [`Player::begin`].
pub struct Sound<'a> {
    player: &'a mut Player,
    resampler: Resampler,
    resampled: Vec<f32>,
    stops: u64,
}

/// The rate of WAV files, in Hz.
const WAV_RATE: u32 = 24_000;
/// A device that takes nothing for so long is lost.
const STALL: Duration = Duration::from_secs(3);
/// How often a thread that waits for room or for the end looks again.
const LOOK: Duration = Duration::from_millis(5);

enum Output {
    Device(Box<Device>),
    /// A device that was lost and could not be opened again.
    Gone,
    Wav {
        path: PathBuf,
        writer: hound::WavWriter<BufWriter<File>>,
    },
    Null,
}

impl Player {
    /// Opens a loudspeaker, or makes the file. `realtime` matters where there is no device: the player then keeps time
    /// as if there were one; else it is done at once.
    pub fn open(spec: OutputSpec, realtime: bool) -> Result<Self, AudioError> {
        let shared = Arc::new(Shared::new());
        let output = match &spec {
            OutputSpec::Device(wanted) => Output::Device(Box::new(Device::open(wanted.as_deref(), &shared)?)),
            OutputSpec::Wav(path) => {
                let wav = hound::WavSpec {
                    channels: 1,
                    sample_rate: WAV_RATE,
                    bits_per_sample: 16,
                    sample_format: hound::SampleFormat::Int,
                };
                let writer = hound::WavWriter::create(path, wav).map_err(|error| unwritable(path, &error))?;
                Output::Wav { path: path.clone(), writer }
            }
            OutputSpec::Null => Output::Null,
        };
        Ok(Player { spec, output, shared, realtime })
    }

    /// For other threads.
    pub fn control(&self) -> PlayerControl {
        PlayerControl { shared: Arc::clone(&self.shared) }
    }

    /// Starts a sound of `rate` Hz, mono, after those before it. A loudspeaker that was lost is opened again.
    pub fn begin(&mut self, rate: u32) -> Result<Sound<'_>, AudioError> {
        let out_rate = match &self.output {
            Output::Device(device) if self.shared.failure().is_none() => device.rate,
            Output::Device(_) | Output::Gone => {
                // The old stream ends first: its callback shares the counters.
                self.output = Output::Gone;
                let OutputSpec::Device(wanted) = &self.spec else {
                    unreachable!("only a device can be gone")
                };
                self.shared.restart();
                let device = Device::open(wanted.as_deref(), &self.shared)?;
                let rate = device.rate;
                self.output = Output::Device(Box::new(device));
                rate
            }
            Output::Wav { .. } => WAV_RATE,
            Output::Null => rate,
        };
        let resampler = Resampler::new(rate, out_rate)
            .map_err(|why| AudioError::Unfit { what: "the sound to play".into(), why })?;
        let stops = self.shared.stops.load(SeqCst);
        Ok(Sound { player: self, resampler, resampled: Vec::new(), stops })
    }

    /// Plays a whole sound: [`begin`](Self::begin), [`Sound::play`], [`Sound::finish`].
    pub fn play(&mut self, rate: u32, samples: &[f32]) -> Result<ControlFlow<()>, AudioError> {
        let mut sound = self.begin(rate)?;
        if sound.play(samples)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        sound.finish()
    }

    /// Waits until all that was given has been heard, or was stopped.
    pub fn drain(&mut self) -> Result<(), AudioError> {
        let control = self.control();
        let mut stall = Stall::new(&self.shared);
        loop {
            let left = control.remaining();
            if left.is_zero() {
                return Ok(());
            }
            self.check(&mut stall)?;
            thread::park_timeout(left.min(LOOK));
        }
    }

    /// Fails when the device is gone.
    fn check(&self, stall: &mut Stall) -> Result<(), AudioError> {
        let Output::Device(device) = &self.output else { return Ok(()) };
        if stall.is_stuck(&self.shared) {
            self.shared.fail(format!("it took no sound for {} s", STALL.as_secs()));
        }
        match self.shared.failure() {
            Some(why) => Err(AudioError::Lost { device: device.name.clone(), why }),
            None => Ok(()),
        }
    }

    /// Puts samples at the output's rate where they go. Waits for room.
    fn write(&mut self, mut samples: &[f32], stops: u64) -> Result<ControlFlow<()>, AudioError> {
        let mut stall = Stall::new(&self.shared);
        loop {
            if self.shared.stops.load(SeqCst) != stops {
                return Ok(ControlFlow::Break(()));
            }
            if samples.is_empty() {
                return Ok(ControlFlow::Continue(()));
            }
            match &mut self.output {
                Output::Device(device) => {
                    let (_, rest) = device.ring.push_partial_slice(samples);
                    let pushed = samples.len() - rest.len();
                    let queued = self.shared.queued.fetch_add(pushed as u64, SeqCst) + pushed as u64;
                    if let Stream::Pulse { line, .. } = &device.stream {
                        line.wake();
                    }
                    if self.shared.stops.load(SeqCst) != stops {
                        // The stop came between: these samples belong to what it ended.
                        self.shared.throw_before.fetch_max(queued, SeqCst);
                        return Ok(ControlFlow::Break(()));
                    }
                    samples = rest;
                    if !samples.is_empty() {
                        self.check(&mut stall)?;
                        thread::park_timeout(LOOK);
                    }
                }
                Output::Wav { path, writer } => {
                    let gain = self.shared.gain();
                    for sample in samples {
                        let value = (sample * gain).clamp(-1.0, 1.0) * f32::from(i16::MAX);
                        writer
                            .write_sample(value.round() as i16)
                            .map_err(|error| unwritable(path, &error))?;
                    }
                    self.keep_time(samples.len(), WAV_RATE);
                    samples = &[];
                }
                // A sound begins only where there is an output.
                Output::Null | Output::Gone => samples = &[],
            }
        }
    }

    fn keep_time(&self, samples: usize, rate: u32) {
        if self.realtime {
            let length = Duration::from_secs_f64(samples as f64 / f64::from(rate));
            let from = self.shared.silent_at.load(SeqCst).max(self.shared.now());
            self.shared.silent_at.store(from + length.as_nanos() as u64, SeqCst);
        }
    }
}

impl Sound<'_> {
    /// Gives the next piece (−1..1). Waits while ten seconds are ahead of the loudspeaker. Breaks when the sound was
    /// stopped: the rest need not be made.
    pub fn play(&mut self, samples: &[f32]) -> Result<ControlFlow<()>, AudioError> {
        self.resampled.clear();
        let resampled = &mut self.resampled;
        self.resampler.push(samples, &mut |piece| resampled.extend_from_slice(piece));
        self.write()
    }

    /// The end of the sound. Does not wait for it to be heard: [`Player::drain`] does.
    pub fn finish(mut self) -> Result<ControlFlow<()>, AudioError> {
        self.resampled.clear();
        let resampled = &mut self.resampled;
        self.resampler.finish(&mut |piece| resampled.extend_from_slice(piece));
        let flow = self.write()?;
        if let Output::Wav { path, writer } = &mut self.player.output {
            // The header is made true now, so that nothing is lost if the program is ended.
            writer.flush().map_err(|error| unwritable(path, &error))?;
        }
        Ok(flow)
    }

    fn write(&mut self) -> Result<ControlFlow<()>, AudioError> {
        if self.player.realtime && matches!(self.player.output, Output::Null) && self.live() {
            self.player.keep_time(self.resampled.len(), self.resampler.to());
        }
        self.player.write(&self.resampled, self.stops)
    }

    fn live(&self) -> bool {
        self.player.shared.stops.load(SeqCst) == self.stops
    }
}

impl PlayerControl {
    /// Ends what is playing and all that was begun before, at once. What was written into a file stays there.
    pub fn stop(&self) {
        self.shared.stops.fetch_add(1, SeqCst);
        self.shared.throw_before.fetch_max(self.shared.queued.load(SeqCst), SeqCst);
        let silent_at = self.shared.now() + self.shared.latency.load(Relaxed);
        self.shared.silent_at.fetch_min(silent_at, SeqCst);
    }

    /// In percent; more than 100 is 100. Takes effect at once, on what is playing too.
    pub fn set_volume(&self, percent: u8) {
        self.shared.volume.store(percent.min(100), Relaxed);
    }

    /// In percent.
    pub fn volume(&self) -> u8 {
        self.shared.volume.load(Relaxed)
    }

    /// How much longer sound comes out of the loudspeaker, its latency included; zero when there is silence. An output
    /// that is no device and does not keep time is always silent.
    pub fn remaining(&self) -> Duration {
        let shared = &self.shared;
        let thrown = shared.throw_before.load(SeqCst).max(shared.taken.load(SeqCst));
        let waiting = shared.queued.load(SeqCst).saturating_sub(thrown);
        let ends = if waiting > 0 && shared.failure().is_none() {
            let rate = shared.rate.load(Relaxed).max(1);
            shared.now() + waiting * 1_000_000_000 / rate + shared.latency.load(Relaxed)
        } else {
            0
        };
        Duration::from_nanos(ends.max(shared.silent_at.load(SeqCst)).saturating_sub(shared.now()))
    }

    /// Until when sound comes out of the loudspeaker; None when there is silence.
    pub fn playing_until(&self) -> Option<Instant> {
        let left = self.remaining();
        (!left.is_zero()).then(|| Instant::now() + left)
    }
}

/// Notices a device that takes nothing.
struct Stall {
    taken: u64,
    since: Instant,
}

impl Stall {
    fn new(shared: &Shared) -> Self {
        Stall { taken: shared.taken.load(SeqCst), since: Instant::now() }
    }

    fn is_stuck(&mut self, shared: &Shared) -> bool {
        let taken = shared.taken.load(SeqCst);
        if taken != self.taken || taken == shared.queued.load(SeqCst) {
            *self = Stall { taken, since: Instant::now() };
        }
        self.since.elapsed() > STALL
    }
}

fn unwritable(path: &std::path::Path, error: &hound::Error) -> AudioError {
    AudioError::Unreadable { file: path.to_owned(), why: format!("it cannot be written: {error}") }
}

#[cfg(test)]
mod tests {
    use super::super::loudspeaker::Tap;
    use super::*;

    /// A ring of 1 kHz with `queued` samples of 1, and the callback's end of it.
    fn tap(queued: usize) -> (Arc<Shared>, Tap) {
        let shared = Arc::new(Shared::new());
        let (mut ring, tap) = Tap::new(1000, &shared);
        ring.push_entire_slice(&vec![1.0; queued]).unwrap();
        shared.queued.store(queued as u64, SeqCst);
        (shared, tap)
    }

    fn fill(tap: &mut Tap, frames: usize) -> Vec<f32> {
        let mut out = vec![0.0; frames];
        tap.fill(|n, sample| out[n] = sample, frames, Duration::ZERO);
        out
    }

    #[test]
    fn a_stop_fades_and_throws_the_rest_away_but_not_what_follows() {
        let (shared, mut tap) = tap(3000);
        let control = PlayerControl { shared: shared.clone() };
        assert_eq!(fill(&mut tap, 10), [1.0; 10]);
        assert!(control.remaining() > Duration::from_millis(2000));
        control.stop();
        assert!(control.remaining() <= Duration::from_millis(10));
        // 5 ms of fade.
        let expected = [1.0, 0.8, 0.6, 0.4, 0.2, 0.0, 0.0, 0.0];
        let faded = fill(&mut tap, 8);
        assert!(faded.iter().zip(expected).all(|(is, should)| (is - should).abs() < 1e-6), "{faded:?}");
        assert_eq!(fill(&mut tap, 8), [0.0; 8]);
        assert_eq!(shared.taken.load(SeqCst), 3000);
    }

    #[test]
    fn volume_glides() {
        let (shared, mut tap) = tap(100);
        PlayerControl { shared }.set_volume(0);
        assert_eq!(fill(&mut tap, 4), [0.75, 0.5, 0.25, 0.0]);
        assert_eq!(fill(&mut tap, 4), [0.0; 4]);
    }

    #[test]
    fn an_empty_ring_is_silence() {
        let (shared, mut tap) = tap(3);
        assert_eq!(fill(&mut tap, 5), [1.0, 1.0, 1.0, 0.0, 0.0]);
        assert_eq!(shared.taken.load(SeqCst), 3);
    }
}
