//! A loudspeaker of ALSA or PulseAudio, and what its callback shares with the player.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{ErrorKind, FromSample, OutputCallbackInfo, SampleFormat, SizedSample, StreamConfig};
use mynah_audio::RATES;
use rtrb::{Consumer, Producer, RingBuffer};

use super::capture::{BUFFER, refused, refused_by_pulse, within_rates};
use super::device::{Handle, find};
use super::error::{AudioError, Direction};
use super::pulse::{self, Endpoint};

/// Sound that may wait for the loudspeaker.
const RING_SECONDS: usize = 10;
/// A sound that is stopped fades over this many parts of a second, so that it does not click.
const FADE: u32 = 200;
const OPEN_TIMEOUT: Duration = Duration::from_secs(5);

/// An open loudspeaker: what is put into `ring` is heard.
pub(super) struct Device {
    pub(super) name: String,
    /// In Hz.
    pub(super) rate: u32,
    pub(super) ring: Producer<f32>,
    pub(super) stream: Stream,
}

/// Ends when dropped.
pub(super) enum Stream {
    Alsa {
        _stream: cpal::Stream,
    },
    /// Corked while there is silence.
    Pulse {
        line: Arc<pulse::Line>,
        _stream: pulse::Playback,
    },
}

/// Shared by the player, its controls and the callback.
pub(super) struct Shared {
    /// The times below count from here.
    pub(super) epoch: Instant,
    /// 0 to 100.
    pub(super) volume: AtomicU8,
    /// Times that stopping was asked for.
    pub(super) stops: AtomicU64,
    /// Samples that were put into the ring, and that left it, at the device's rate.
    pub(super) queued: AtomicU64,
    pub(super) taken: AtomicU64,
    /// The callback throws away all before this one of the queued samples.
    pub(super) throw_before: AtomicU64,
    /// Nanoseconds since the epoch: when the last sound leaves the loudspeaker.
    pub(super) silent_at: AtomicU64,
    /// Nanoseconds from the callback to the loudspeaker.
    pub(super) latency: AtomicU64,
    /// The device's rate in Hz.
    pub(super) rate: AtomicU64,
    /// Why the stream ended. Not touched by the audio callback.
    pub(super) failure: Mutex<Option<String>>,
}

impl Shared {
    pub(super) fn new() -> Self {
        Shared {
            epoch: Instant::now(),
            volume: AtomicU8::new(100),
            stops: AtomicU64::new(0),
            queued: AtomicU64::new(0),
            taken: AtomicU64::new(0),
            throw_before: AtomicU64::new(0),
            silent_at: AtomicU64::new(0),
            latency: AtomicU64::new(0),
            rate: AtomicU64::new(1),
            failure: Mutex::new(None),
        }
    }

    pub(super) fn now(&self) -> u64 {
        self.epoch.elapsed().as_nanos() as u64
    }

    /// Loudness follows the cube of the amplitude closely enough for a volume knob; 100 % is the sound as it is.
    pub(super) fn gain(&self) -> f32 {
        (f32::from(self.volume.load(Relaxed)) / 100.0).powi(3)
    }

    pub(super) fn failure(&self) -> Option<String> {
        self.failure.lock().ok().and_then(|failure| failure.clone())
    }

    pub(super) fn fail(&self, why: String) {
        if let Ok(mut failure) = self.failure.lock() {
            failure.get_or_insert(why);
        }
    }

    /// Before a device is opened again: what the old one had not played is gone.
    pub(super) fn restart(&self) {
        let queued = self.queued.load(SeqCst);
        self.taken.store(queued, SeqCst);
        self.throw_before.store(queued, SeqCst);
        self.silent_at.store(0, SeqCst);
        if let Ok(mut failure) = self.failure.lock() {
            *failure = None;
        }
    }
}

/// The callback's end of the ring.
pub(super) struct Tap {
    ring: Consumer<f32>,
    shared: Arc<Shared>,
    rate: u32,
    gain: f32,
}

impl Tap {
    /// With the other end of its ring.
    pub(super) fn new(rate: u32, shared: &Arc<Shared>) -> (Producer<f32>, Self) {
        let (ring, out) = RingBuffer::new(rate as usize * RING_SECONDS);
        shared.rate.store(u64::from(rate), Relaxed);
        (ring, Tap { ring: out, shared: Arc::clone(shared), rate, gain: shared.gain() })
    }

    /// Fills one sample for each entry of `mono`. Never allocates, locks, logs or blocks.
    pub(super) fn fill(&mut self, mut put: impl FnMut(usize, f32), frames: usize, latency: Duration) {
        let shared = &self.shared;
        let taken = shared.taken.load(SeqCst);
        let throw = shared.throw_before.load(SeqCst).saturating_sub(taken) as usize;
        let target = shared.gain();
        let step = (target - self.gain) / frames.max(1) as f32;
        let mut given = 0;
        let mut used = 0;
        if throw > 0 {
            // Stopped: a short fade of what was to come, and away with the rest.
            let throw = throw.min(self.ring.slots());
            let fade = (self.rate / FADE) as usize;
            if let Ok(old) = self.ring.read_chunk(throw) {
                let (first, second) = old.as_slices();
                for (n, sample) in first.iter().chain(second).take(fade.min(frames)).enumerate() {
                    put(n, sample * self.gain * (1.0 - n as f32 / fade as f32));
                    given += 1;
                }
                old.commit_all();
                used += throw;
            }
        } else if let Ok(sound) = self.ring.read_chunk(frames.min(self.ring.slots())) {
            let (first, second) = sound.as_slices();
            for (n, sample) in first.iter().chain(second).enumerate() {
                self.gain += step;
                put(n, sample * self.gain);
                given += 1;
            }
            used += given;
            sound.commit_all();
        }
        self.gain = target;
        let latency = latency.as_nanos() as u64;
        shared.latency.store(latency, Relaxed);
        if given > 0 {
            let length = given as u64 * 1_000_000_000 / u64::from(self.rate);
            shared.silent_at.store(shared.now() + latency + length, SeqCst);
        }
        shared.taken.store(taken + used as u64, SeqCst);
    }
}

impl pulse::Feed for Speaker {
    fn fill(&mut self, out: &mut [f32], latency: Duration) {
        let channels = self.channels;
        let frames = out.len() / channels;
        let put = |n: usize, sample: f32| {
            out[n * channels..(n + 1) * channels].fill(sample.clamp(-1.0, 1.0));
        };
        self.tap.fill(put, frames, latency);
    }

    fn is_silent(&self) -> bool {
        let shared = &self.tap.shared;
        shared.taken.load(SeqCst) == shared.queued.load(SeqCst)
            && shared.silent_at.load(SeqCst) <= shared.now()
    }

    fn lost(&mut self, why: String) {
        self.tap.shared.fail(why);
    }
}

/// What a PulseAudio stream plays.
struct Speaker {
    tap: Tap,
    channels: usize,
}

impl Device {
    pub(super) fn open(wanted: Option<&str>, shared: &Arc<Shared>) -> Result<Self, AudioError> {
        let found = find(Direction::Output, wanted)?;
        let name = found.info.name.clone();
        match &found.handle {
            Handle::Alsa(device) => Self::open_alsa(name, device, shared),
            Handle::Pulse(sink) => Self::open_pulse(name, sink, shared),
        }
    }

    fn open_alsa(name: String, device: &cpal::Device, shared: &Arc<Shared>) -> Result<Self, AudioError> {
        let config = device.default_output_config().map_err(|error| refused(&name, &error))?;
        let rate = config.sample_rate();
        if !RATES.contains(&rate) {
            let why = mynah_audio::FormatError::Rate(rate);
            return Err(AudioError::Unfit { what: name, why });
        }
        let (ring, tap) = Tap::new(rate, shared);
        let stream_config =
            StreamConfig { channels: config.channels(), sample_rate: rate, buffer_size: BUFFER };
        let stream = build(device, stream_config, config.sample_format(), tap)
            .and_then(|stream| stream.play().map(|()| stream))
            .map_err(|error| refused(&name, &error))?;
        Ok(Device { name, rate, ring, stream: Stream::Alsa { _stream: stream } })
    }

    fn open_pulse(name: String, sink: &Endpoint, shared: &Arc<Shared>) -> Result<Self, AudioError> {
        let mut sink = sink.clone();
        sink.rate = within_rates(sink.rate);
        let (ring, tap) = Tap::new(sink.rate, shared);
        let speaker = Speaker { tap, channels: usize::from(sink.channel_count().max(1)) };
        let stream = pulse::Client::connect()
            .and_then(|client| client.play(&sink, speaker))
            .map_err(|fault| refused_by_pulse(&name, fault))?;
        let line = stream.line();
        Ok(Device { name, rate: sink.rate, ring, stream: Stream::Pulse { line, _stream: stream } })
    }
}

fn build(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    tap: Tap,
) -> Result<cpal::Stream, cpal::Error> {
    macro_rules! as_type {
        ($($format:ident => $sample:ty),*) => {
            match format {
                $(SampleFormat::$format => typed::<$sample>(device, config, tap),)*
                _ => Err(cpal::Error::new(ErrorKind::UnsupportedConfig)),
            }
        };
    }
    as_type!(
        F32 => f32, F64 => f64, I8 => i8, I16 => i16, I24 => cpal::I24, I32 => i32, I64 => i64,
        U8 => u8, U16 => u16, U24 => cpal::U24, U32 => u32, U64 => u64
    )
}

fn typed<T>(device: &cpal::Device, config: StreamConfig, mut tap: Tap) -> Result<cpal::Stream, cpal::Error>
where
    T: SizedSample + FromSample<f32>,
{
    let channels = usize::from(config.channels.max(1));
    let shared = Arc::clone(&tap.shared);
    let data = move |out: &mut [T], info: &OutputCallbackInfo| {
        let times = info.timestamp();
        let latency = times.playback.saturating_duration_since(times.callback);
        let frames = out.len() / channels;
        // The buffer comes filled with silence.
        let put = |n: usize, sample: f32| {
            out[n * channels..(n + 1) * channels].fill(T::from_sample_(sample.clamp(-1.0, 1.0)));
        };
        tap.fill(put, frames, latency);
    };
    let error = move |error: cpal::Error| match error.kind() {
        ErrorKind::Xrun | ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {}
        _ => shared.fail(error.to_string()),
    };
    device.build_output_stream::<T, _, _>(config, data, error, Some(OPEN_TIMEOUT))
}
