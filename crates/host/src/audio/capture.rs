//! A microphone, opened: its callback on one end of a ring.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{
    BufferSize, ErrorKind, FromSample, InputCallbackInfo, SampleFormat, SizedSample, StreamConfig,
    StreamInstant,
};
use mynah_audio::{Channel, RATES};

use super::device::{Handle, find};
use super::error::{AudioError, Direction};
use super::pulse::{self, Endpoint, PulseFault};
use super::ring::{BlockReader, BlockWriter, Counters, ring};

/// Seconds of sound that may wait for the ears.
const RING_SECONDS: u32 = 2;
/// Longest gap that an overrun may be taken for; clocks that jump would make it longer.
const LONGEST_OVERRUN: Duration = Duration::from_secs(10);
/// How long a sound system may take to open a stream.
const OPEN_TIMEOUT: Duration = Duration::from_secs(5);

/// A running stream from a device.
pub(super) struct Capture {
    pub(super) name: String,
    pub(super) rate: u32,
    pub(super) channels: u16,
    pub(super) blocks: BlockReader,
    pub(super) counters: Arc<Counters>,
    failure: Arc<Mutex<Option<String>>>,
    _stream: Stream,
}

/// Ends when dropped.
enum Stream {
    Alsa { _stream: cpal::Stream },
    Pulse { _stream: pulse::Recording },
}

impl Capture {
    pub(super) fn open(wanted: Option<&str>, channel: Channel) -> Result<Self, AudioError> {
        let found = find(Direction::Input, wanted)?;
        let name = found.info.name.clone();
        match &found.handle {
            Handle::Alsa(device) => Self::open_alsa(name, device, channel),
            Handle::Pulse(source) => Self::open_pulse(name, source, channel),
        }
    }

    fn open_alsa(name: String, device: &cpal::Device, channel: Channel) -> Result<Self, AudioError> {
        let (config, format) = choose_config(device, channel).ok_or_else(|| AudioError::Refused {
            device: name.clone(),
            why: format!("it offers no rate within {} to {} Hz", RATES.start(), RATES.end()),
        })?;
        mynah_audio::Mixer::new(config.channels, channel)
            .map_err(|why| AudioError::Unfit { what: name.clone(), why })?;
        let (writer, blocks, counters) = ring(config.sample_rate, config.channels, RING_SECONDS);
        let failure = Arc::new(Mutex::new(None));
        let stream = build(device, config, format, writer, &counters, &failure)
            .and_then(|stream| stream.play().map(|()| stream))
            .map_err(|error| refused(&name, &error))?;
        Ok(Capture {
            name,
            rate: config.sample_rate,
            channels: config.channels,
            blocks,
            counters,
            failure,
            _stream: Stream::Alsa { _stream: stream },
        })
    }

    fn open_pulse(name: String, source: &Endpoint, channel: Channel) -> Result<Self, AudioError> {
        let mut source = source.clone();
        source.rate = within_rates(source.rate);
        let channels = source.channel_count();
        mynah_audio::Mixer::new(channels, channel)
            .map_err(|why| AudioError::Unfit { what: name.clone(), why })?;
        let (mut writer, blocks, counters) = ring(source.rate, channels, RING_SECONDS);
        let failure = Arc::new(Mutex::new(None));
        let hear = move |samples: &[f32]| writer.write(samples.len(), samples.iter().copied());
        let (told, reader) = (Arc::clone(&failure), Arc::clone(&counters));
        let lost = move |why| {
            if let Ok(mut failure) = told.lock() {
                failure.get_or_insert(why);
            }
            if let Some(reader) = reader.reader.get() {
                reader.unpark();
            }
        };
        let stream = pulse::Client::connect()
            .and_then(|client| client.record(&source, hear, lost))
            .map_err(|fault| refused_by_pulse(&name, fault))?;
        Ok(Capture {
            name,
            rate: source.rate,
            channels,
            blocks,
            counters,
            failure,
            _stream: Stream::Pulse { _stream: stream },
        })
    }

    /// Why the stream ended; None while it runs.
    pub(super) fn failure(&self) -> Option<String> {
        self.failure.lock().ok().and_then(|failure| failure.clone())
    }
}

pub(super) fn refused(device: &str, error: &cpal::Error) -> AudioError {
    let device = device.to_owned();
    match error.kind() {
        ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable | ErrorKind::StreamInvalidated => {
            AudioError::Lost { device, why: error.to_string() }
        }
        ErrorKind::DeviceBusy => {
            AudioError::Refused { device, why: format!("another program is using it ({error})") }
        }
        ErrorKind::PermissionDenied => AudioError::Refused {
            device,
            why: format!("this user may not use it ({error}); add the user to the group audio"),
        },
        _ => AudioError::Refused { device, why: error.to_string() },
    }
}

pub(super) fn refused_by_pulse(device: &str, fault: PulseFault) -> AudioError {
    let device = device.to_owned();
    match fault {
        PulseFault::Gone(why) => AudioError::Lost { device, why },
        PulseFault::Refused(why) => AudioError::Refused { device, why: why.to_string() },
    }
}

/// PulseAudio gives any rate; its own is best, unless we cannot resample it.
pub(super) fn within_rates(rate: u32) -> u32 {
    if RATES.contains(&rate) { rate } else { 48_000 }
}

/// Through ALSA's plug-ins only the default is reliable.
pub(super) const BUFFER: BufferSize = BufferSize::Default;

/// The device's own rate where it has one within range; the system's resamplers are worse than ours.
fn choose_config(device: &cpal::Device, channel: Channel) -> Option<(StreamConfig, SampleFormat)> {
    let least = match channel {
        Channel::Mix => 1,
        Channel::One(one) => one,
    };
    let fits = |rate: u32, channels: u16, format: SampleFormat| {
        RATES.contains(&rate) && channels >= least && rank(format).is_some()
    };
    let chosen = device
        .default_input_config()
        .ok()
        .map(|c| (c.sample_rate(), c.channels(), c.sample_format()))
        .filter(|&(rate, channels, format)| fits(rate, channels, format))
        .or_else(|| {
            let ranges: Vec<_> = device.supported_input_configs().ok()?.collect();
            [48_000, 16_000, 44_100, 32_000, 96_000]
                .into_iter()
                .chain(ranges.iter().flat_map(|range| [range.min_sample_rate(), range.max_sample_rate()]))
                .flat_map(|rate| ranges.iter().map(move |range| (rate, range)))
                .filter(|(rate, range)| range.contains_rate(*rate))
                .map(|(rate, range)| (rate, range.channels(), range.sample_format()))
                .filter(|&(rate, channels, format)| fits(rate, channels, format))
                // The first rate that there is, then the fewest channels, then the best format.
                .reduce(|best, next| {
                    let cost = |c: &(u32, u16, SampleFormat)| (c.1, rank(c.2));
                    if next.0 == best.0 && cost(&next) < cost(&best) { next } else { best }
                })
        });
    // A channel that is not there is reported by the mixer, which knows how many there are.
    let (rate, channels, format) = chosen.or_else(|| {
        let c = device.default_input_config().ok()?;
        fits(c.sample_rate(), least, c.sample_format())
            .then(|| (c.sample_rate(), c.channels(), c.sample_format()))
    })?;
    let config = StreamConfig { channels, sample_rate: rate, buffer_size: BUFFER };
    Some((config, format))
}

/// Lower is better; None is not supported (DSD).
fn rank(format: SampleFormat) -> Option<u8> {
    use SampleFormat as F;
    [F::F32, F::I32, F::I24, F::I16, F::F64, F::U32, F::U24, F::U16, F::I64, F::U64, F::I8, F::U8]
        .iter()
        .position(|known| *known == format)
        .map(|rank| rank as u8)
}

fn build(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    writer: BlockWriter,
    counters: &Arc<Counters>,
    failure: &Arc<Mutex<Option<String>>>,
) -> Result<cpal::Stream, cpal::Error> {
    macro_rules! as_type {
        ($($format:ident => $sample:ty),*) => {
            match format {
                $(SampleFormat::$format => typed::<$sample>(device, config, writer, counters, failure),)*
                _ => Err(cpal::Error::new(ErrorKind::UnsupportedConfig)),
            }
        };
    }
    as_type!(
        F32 => f32, F64 => f64, I8 => i8, I16 => i16, I24 => cpal::I24, I32 => i32, I64 => i64,
        U8 => u8, U16 => u16, U24 => cpal::U24, U32 => u32, U64 => u64
    )
}

fn typed<T>(
    device: &cpal::Device,
    config: StreamConfig,
    mut writer: BlockWriter,
    counters: &Arc<Counters>,
    failure: &Arc<Mutex<Option<String>>>,
) -> Result<cpal::Stream, cpal::Error>
where
    T: SizedSample,
    f32: FromSample<T>,
{
    let channels = usize::from(config.channels);
    let rate = f64::from(config.sample_rate);
    let on_data = Arc::clone(counters);
    // When the last block was captured, and its length.
    let mut last: Option<(StreamInstant, usize)> = None;
    let data = move |samples: &[T], info: &InputCallbackInfo| {
        let captured = info.timestamp().capture;
        if on_data.overrun.swap(false, Relaxed) {
            let lost = last.map_or(Duration::ZERO, |(then, frames)| {
                captured
                    .saturating_duration_since(then)
                    .saturating_sub(Duration::from_secs_f64(frames as f64 / rate))
                    .min(LONGEST_OVERRUN)
            });
            // At least one sample, so that the gap is seen even where the clock does not tell its length.
            writer.skip(((lost.as_secs_f64() * rate) as u64).max(1));
        }
        last = Some((captured, samples.len() / channels));
        writer.write(samples.len(), samples.iter().map(|sample| f32::from_sample_(*sample)));
    };
    let (on_error, failure) = (Arc::clone(counters), Arc::clone(failure));
    let error = move |error: cpal::Error| match error.kind() {
        ErrorKind::Xrun => {
            on_error.overruns.fetch_add(1, Relaxed);
            on_error.overrun.store(true, Relaxed);
        }
        // The stream goes on.
        ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {}
        _ => {
            if let Ok(mut failure) = failure.lock() {
                failure.get_or_insert_with(|| error.to_string());
            }
            if let Some(reader) = on_error.reader.get() {
                reader.unpark();
            }
        }
    };
    device.build_input_stream::<T, _, _>(config, data, error, Some(OPEN_TIMEOUT))
}
