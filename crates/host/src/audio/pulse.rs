//! PulseAudio and PipeWire's PulseAudio server, over their own protocol.
//!
//! cpal's client for them clears two megabytes for each message and asks for the latency after each block, which costs
//! more than listening for a wake word does; and a connection that it opened to look for a device is never closed. This
//! one has a thread for each stream, which sleeps in `read`: a block of sound wakes it once. A loudspeaker that has
//! nothing to say is corked, so that neither the server nor the sound card works for it.

use std::ffi::CString;
use std::io::{BufReader, Cursor, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use pulseaudio::protocol::stream::{BufferAttr, CorkStreamParams, StreamFlags};
use pulseaudio::protocol::{
    AuthParams, AuthReply, ChannelMap, Command, CreatePlaybackStreamReply, CreateRecordStreamReply,
    DEFAULT_SINK, DEFAULT_SOURCE, DESCRIPTOR_SIZE, Descriptor, DescriptorFlags, GetSinkInfo, GetSourceInfo,
    LatencyParams, MAX_VERSION, PlaybackLatency, PlaybackStreamParams, Prop, Props, ProtocolError,
    PulseError, RecordStreamParams, SampleFormat, SampleSpec, SetClientNameReply, SinkInfo, SourceInfo,
    TagStructRead, TagStructReader, encode_command_message, encode_descriptor, read_descriptor,
};

use super::error::Direction;

/// How long the server may take to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// Sound that the server collects before it sends it: each block wakes two threads, and is heard so much later.
const RECORD_BLOCK: Duration = Duration::from_millis(20);
/// Sound that waits in the server for the loudspeaker, and how much is asked for at a time. With 40 ms a busy machine, which
/// the recogniser makes of it, was late too often.
const PLAYBACK_BUFFER: Duration = Duration::from_millis(80);
const PLAYBACK_BLOCK: Duration = Duration::from_millis(20);
/// A loudspeaker is corked after so much silence. Longer than a turn, which begins with a cue: its answer starts at once.
const CORKED_AFTER: Duration = Duration::from_secs(15);
/// How often the latency is asked for while there is sound.
const LATENCY_EVERY: Duration = Duration::from_millis(500);
/// No block is longer; a length beyond this is no PulseAudio.
const LONGEST: usize = 16 << 20;

/// A source or sink.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Endpoint {
    /// The server's name for it, which lasts.
    pub(super) name: CString,
    /// For people.
    pub(super) description: String,
    pub(super) direction: Direction,
    pub(super) rate: u32,
    channels: ChannelMap,
}

/// Why the server did not do something.
#[derive(Debug, thiserror::Error)]
pub(super) enum PulseFault {
    /// There is none, or it went away.
    #[error("{0}")]
    Gone(String),
    /// It refused.
    #[error("{0}")]
    Refused(PulseError),
}

/// A connection.
pub(super) struct Client {
    reader: BufReader<UnixStream>,
    version: u16,
    sequence: u32,
    message: Vec<u8>,
}

/// What a loudspeaker plays. Its methods are called by the stream's thread.
pub(super) trait Feed: Send + 'static {
    /// Fills interleaved samples; what comes is silence. `latency`: when they leave the loudspeaker.
    fn fill(&mut self, out: &mut [f32], latency: Duration);
    /// Nothing waits to be played, and nothing is being heard.
    fn is_silent(&self) -> bool;
    /// The stream ended, not by our wish.
    fn lost(&mut self, why: String);
}

/// A running stream from a source; ends when dropped.
pub(super) struct Recording {
    socket: UnixStream,
    thread: Option<JoinHandle<()>>,
}

/// A stream to a sink, corked while it is silent; ends when dropped.
pub(super) struct Playback {
    line: Arc<Line>,
    thread: Option<JoinHandle<()>>,
}

/// The sending half of a playback stream.
pub(super) struct Line {
    version: u16,
    channel: u32,
    state: Mutex<Sending>,
}

struct Sending {
    socket: UnixStream,
    corked: bool,
    sequence: u32,
    message: Vec<u8>,
}

/// One message from the server.
#[expect(clippy::large_enum_variant, reason = "made once a message, and taken apart at once")]
enum Message<'a> {
    /// Of a stream.
    Sound(&'a [u8]),
    /// With its sequence number and what follows it.
    Command(u32, Command, Cursor<&'a [u8]>),
    /// Of a kind that is not known.
    Unknown,
}

impl Endpoint {
    pub(super) fn channel_count(&self) -> u16 {
        self.channels.num_channels().into()
    }

    fn spec(&self) -> SampleSpec {
        // The server converts from whatever the device has, which loses nothing.
        SampleSpec {
            format: SampleFormat::Float32Le,
            channels: self.channels.num_channels(),
            sample_rate: self.rate,
        }
    }

    /// Bytes that last so long.
    fn bytes(&self, length: Duration) -> u32 {
        let frames = (u64::from(self.rate) * length.as_millis() as u64).div_ceil(1000);
        frames as u32 * u32::from(self.channels.num_channels()) * 4
    }

    fn of_source(info: SourceInfo) -> Self {
        let description = info.description.as_ref().unwrap_or(&info.name).to_string_lossy().into_owned();
        Endpoint {
            name: info.name,
            description,
            direction: Direction::Input,
            rate: info.sample_spec.sample_rate,
            channels: info.channel_map,
        }
    }

    fn of_sink(info: SinkInfo) -> Self {
        let description = info.description.as_ref().unwrap_or(&info.name).to_string_lossy().into_owned();
        Endpoint {
            name: info.name,
            description,
            direction: Direction::Output,
            rate: info.sample_spec.sample_rate,
            channels: info.channel_map,
        }
    }
}

impl Client {
    /// Connects to the server that the environment names, or that runs for this user or this machine.
    pub(super) fn connect() -> Result<Self, PulseFault> {
        let mut fault = PulseFault::Gone("there is no sound server".into());
        for path in sockets() {
            match UnixStream::connect(&path) {
                Ok(socket) => return Self::greet(socket),
                Err(error) => fault = PulseFault::Gone(format!("{}: {error}", path.display())),
            }
        }
        Err(fault)
    }

    fn greet(socket: UnixStream) -> Result<Self, PulseFault> {
        socket.set_read_timeout(Some(ANSWER))?;
        socket.set_write_timeout(Some(ANSWER))?;
        let reader = BufReader::with_capacity(16 << 10, socket);
        let mut client = Client { reader, version: MAX_VERSION, sequence: 0, message: Vec::new() };
        let cookie = pulseaudio::cookie_path_from_env().and_then(|path| std::fs::read(path).ok());
        let auth = AuthParams {
            version: MAX_VERSION,
            supports_shm: false,
            supports_memfd: false,
            cookie: cookie.unwrap_or_default(),
        };
        let answer: AuthReply = client.ask(&Command::Auth(auth))?;
        client.version = MAX_VERSION.min(answer.version);
        let mut props = Props::new();
        props.set(Prop::ApplicationName, c"Mynah");
        let pid = std::process::id().to_string();
        props.set(Prop::ApplicationProcessId, CString::new(pid).unwrap_or_default());
        let _: SetClientNameReply = client.ask(&Command::SetClientName(props))?;
        Ok(client)
    }

    /// All sources and sinks.
    pub(super) fn endpoints(&mut self) -> Result<Vec<Endpoint>, PulseFault> {
        let sinks: Vec<SinkInfo> = self.ask(&Command::GetSinkInfoList)?;
        let sources: Vec<SourceInfo> = self.ask(&Command::GetSourceInfoList)?;
        let sinks = sinks.into_iter().map(Endpoint::of_sink);
        Ok(sinks.chain(sources.into_iter().map(Endpoint::of_source)).collect())
    }

    /// What is used when none is named.
    pub(super) fn default(&mut self, direction: Direction) -> Result<Endpoint, PulseFault> {
        match direction {
            Direction::Input => {
                let wanted = GetSourceInfo { index: None, name: Some(DEFAULT_SOURCE.to_owned()) };
                self.ask(&Command::GetSourceInfo(wanted)).map(Endpoint::of_source)
            }
            Direction::Output => {
                let wanted = GetSinkInfo { index: None, name: Some(DEFAULT_SINK.to_owned()) };
                self.ask(&Command::GetSinkInfo(wanted)).map(Endpoint::of_sink)
            }
        }
    }

    /// Listens to a source. `hear` gets interleaved samples in blocks; `lost` is called when the stream ends by itself.
    pub(super) fn record(
        mut self,
        source: &Endpoint,
        mut hear: impl FnMut(&[f32]) + Send + 'static,
        lost: impl FnOnce(String) + Send + 'static,
    ) -> Result<Recording, PulseFault> {
        let stream: CreateRecordStreamReply = self.ask(&Command::CreateRecordStream(RecordStreamParams {
            sample_spec: source.spec(),
            channel_map: source.channels,
            source_name: Some(source.name.clone()),
            buffer_attr: BufferAttr {
                // All that the server can keep: what a busy machine fetches late is not lost.
                max_length: u32::MAX,
                fragment_size: source.bytes(RECORD_BLOCK),
                ..BufferAttr::default()
            },
            flags: StreamFlags { adjust_latency: true, ..StreamFlags::default() },
            props: stream_props(c"Microphone"),
            ..RecordStreamParams::default()
        }))?;
        let socket = self.reader.get_ref().try_clone()?;
        socket.set_read_timeout(None)?;
        let mut samples = Vec::new();
        let thread = spawn("mynah-mic", move || {
            lost(loop {
                match self.receive() {
                    Ok(Message::Sound(bytes)) => {
                        samples.clear();
                        let (bytes, _) = bytes.as_chunks::<4>();
                        samples.extend(bytes.iter().map(|bytes| f32::from_le_bytes(*bytes)));
                        hear(&samples);
                    }
                    Ok(Message::Command(_, Command::RecordStreamKilled(channel), _))
                        if channel == stream.channel =>
                    {
                        break "the sound server took it away".into();
                    }
                    Ok(_) => {}
                    Err(fault) => break fault.to_string(),
                }
            });
        })?;
        Ok(Recording { socket, thread: Some(thread) })
    }

    /// Plays to a sink what `feed` gives, from [`Line::wake`] on.
    pub(super) fn play(mut self, sink: &Endpoint, feed: impl Feed) -> Result<Playback, PulseFault> {
        let stream: CreatePlaybackStreamReply =
            self.ask(&Command::CreatePlaybackStream(PlaybackStreamParams {
                sample_spec: sink.spec(),
                channel_map: sink.channels,
                sink_name: Some(sink.name.clone()),
                buffer_attr: BufferAttr {
                    max_length: u32::MAX,
                    target_length: sink.bytes(PLAYBACK_BUFFER),
                    // After it ran dry the server waits for a block: without, what comes late would be thrown away.
                    pre_buffering: sink.bytes(PLAYBACK_BLOCK),
                    minimum_request_length: sink.bytes(PLAYBACK_BLOCK),
                    ..BufferAttr::default()
                },
                flags: StreamFlags { adjust_latency: true, start_corked: true, ..StreamFlags::default() },
                props: stream_props(c"Voice"),
                ..PlaybackStreamParams::default()
            }))?;
        let socket = self.reader.get_ref().try_clone()?;
        socket.set_read_timeout(None)?;
        let sending = Sending { socket, corked: true, sequence: self.sequence, message: Vec::new() };
        let line =
            Arc::new(Line { version: self.version, channel: stream.channel, state: Mutex::new(sending) });
        let latency = Duration::from_micros(stream.stream_latency) + PLAYBACK_BUFFER;
        let player = Playing {
            client: self,
            line: line.clone(),
            feed,
            requested: stream.requested_bytes as usize,
            spec: sink.spec(),
            latency,
            asked: None,
            sounding: Instant::now(),
            samples: Vec::new(),
        };
        let thread = spawn("mynah-speaker", move || player.run())?;
        Ok(Playback { line, thread: Some(thread) })
    }

    /// A question and its answer; what else comes meanwhile is passed over.
    fn ask<R: TagStructRead>(&mut self, command: &Command) -> Result<R, PulseFault> {
        let (version, sequence) = (self.version, self.sequence);
        self.sequence += 1;
        let mut message = Vec::new();
        encode_command_message(&mut message, sequence, command, version)?;
        self.reader.get_mut().write_all(&message)?;
        loop {
            match self.receive()? {
                Message::Command(number, Command::Reply, mut rest) if number == sequence => {
                    return Ok(TagStructReader::new(&mut rest, version).read()?);
                }
                Message::Command(number, Command::Error(error), _) if number == sequence => {
                    return Err(PulseFault::Refused(error));
                }
                _ => {}
            }
        }
    }

    /// Waits for a message.
    fn receive(&mut self) -> Result<Message<'_>, PulseFault> {
        let descriptor = read_descriptor(&mut self.reader)?;
        let length = descriptor.length as usize;
        if length > LONGEST {
            return Err(PulseFault::Gone("what answers is no sound server".into()));
        }
        self.message.resize(length, 0);
        self.reader.read_exact(&mut self.message)?;
        if descriptor.channel != u32::MAX {
            return Ok(Message::Sound(&self.message));
        }
        let mut rest = Cursor::new(self.message.as_slice());
        Ok(match Command::read_tag_prefixed(&mut rest, self.version) {
            Ok((number, command)) => Message::Command(number, command, rest),
            Err(_) => Message::Unknown,
        })
    }
}

impl Line {
    /// Uncorks the stream: there is something to play.
    pub(super) fn wake(&self) {
        let mut state = self.state();
        if state.corked {
            state.corked = false;
            // The answer wakes the stream's thread, which sends the sound. A connection that is gone is noticed there.
            let _ = self.cork(&mut state, false);
        }
    }

    fn state(&self) -> MutexGuard<'_, Sending> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cork(&self, state: &mut Sending, cork: bool) -> Result<(), PulseFault> {
        let params = CorkStreamParams { channel: self.channel, cork };
        self.send(state, &Command::CorkPlaybackStream(params)).map(drop)
    }

    /// Gives the sequence number that its answer will have.
    fn send(&self, state: &mut Sending, command: &Command) -> Result<u32, PulseFault> {
        let sequence = state.sequence;
        state.sequence += 1;
        state.message.clear();
        encode_command_message(&mut state.message, sequence, command, self.version)?;
        state.socket.write_all(&state.message)?;
        Ok(sequence)
    }
}

/// The thread of a playback stream.
struct Playing<F> {
    client: Client,
    line: Arc<Line>,
    feed: F,
    /// Bytes that the server asked for and did not get yet.
    requested: usize,
    spec: SampleSpec,
    /// From now to the loudspeaker.
    latency: Duration,
    /// When the latency was last asked for, and the number of the question.
    asked: Option<(Instant, u32)>,
    /// When there was sound last.
    sounding: Instant,
    samples: Vec<f32>,
}

impl<F: Feed> Playing<F> {
    fn run(mut self) {
        let why = loop {
            if let Err(fault) = self.serve() {
                break fault.to_string();
            }
            let version = self.client.version;
            match self.client.receive() {
                Ok(Message::Command(_, Command::Request(request), _))
                    if request.channel == self.line.channel =>
                {
                    self.requested += request.length as usize;
                }
                Ok(Message::Command(_, Command::PlaybackStreamKilled(channel), _))
                    if channel == self.line.channel =>
                {
                    break "the sound server took it away".into();
                }
                Ok(Message::Command(number, Command::Reply, mut rest))
                    if self.asked.is_some_and(|(_, asked)| asked == number) =>
                {
                    if let Ok(told) = TagStructReader::new(&mut rest, version).read::<PlaybackLatency>() {
                        let waiting = (told.write_offset - told.read_offset).max(0) as usize;
                        self.latency =
                            Duration::from_micros(told.sink_usec) + self.spec.bytes_to_duration(waiting);
                    }
                }
                Ok(_) => {}
                Err(fault) => break fault.to_string(),
            }
        };
        self.feed.lost(why);
    }

    /// Sends what was asked for, unless the stream is corked; corks it after a long silence.
    fn serve(&mut self) -> Result<(), PulseFault> {
        let mut state = self.line.state();
        if state.corked || self.requested == 0 {
            return Ok(());
        }
        let now = Instant::now();
        if !self.feed.is_silent() {
            self.sounding = now;
            if self.asked.is_none_or(|(when, _)| now.duration_since(when) > LATENCY_EVERY) {
                let params = LatencyParams { channel: self.line.channel, now: SystemTime::now() };
                let number = self.line.send(&mut state, &Command::GetPlaybackLatency(params))?;
                self.asked = Some((now, number));
            }
        } else if now.duration_since(self.sounding) > CORKED_AFTER {
            // Under the lock: whoever has put something in since then will wake the stream again.
            state.corked = true;
            self.line.cork(&mut state, true)?;
            // The silence that waits in the server would come before the next sound.
            self.line.send(&mut state, &Command::FlushPlaybackStream(self.line.channel))?;
            return Ok(());
        }
        let frame = usize::from(self.spec.channels) * 4;
        let length = self.requested / frame * frame;
        self.requested -= length;
        self.samples.clear();
        self.samples.resize(length / 4, 0.0);
        self.feed.fill(&mut self.samples, self.latency);
        let Sending { socket, message, .. } = &mut *state;
        let mut head = [0; DESCRIPTOR_SIZE];
        let descriptor = Descriptor {
            length: length as u32,
            channel: self.line.channel,
            offset: 0,
            flags: DescriptorFlags::empty(),
        };
        encode_descriptor(&mut head, &descriptor);
        message.clear();
        message.extend_from_slice(&head);
        message.extend(self.samples.iter().flat_map(|sample| sample.to_le_bytes()));
        Ok(socket.write_all(message)?)
    }
}

impl Playback {
    /// To wake the stream, from any thread.
    pub(super) fn line(&self) -> Arc<Line> {
        self.line.clone()
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        end(&self.socket, self.thread.take());
    }
}

impl Drop for Playback {
    fn drop(&mut self) {
        let socket = self.line.state().socket.try_clone();
        if let Ok(socket) = socket {
            end(&socket, self.thread.take());
        }
    }
}

/// The thread's `read` ends with the connection.
fn end(socket: &UnixStream, thread: Option<JoinHandle<()>>) {
    let _ = socket.shutdown(Shutdown::Both);
    if let Some(thread) = thread.filter(|thread| thread.thread().id() != std::thread::current().id()) {
        let _ = thread.join();
    }
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, PulseFault> {
    Ok(std::thread::Builder::new().name(name.into()).spawn(body)?)
}

fn stream_props(name: &std::ffi::CStr) -> Props {
    let mut props = Props::new();
    props.set(Prop::MediaName, name);
    props
}

/// Where a server may listen, the likeliest first.
fn sockets() -> Vec<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Ok(server) = std::env::var("PULSE_SERVER")
        && !server.is_empty()
    {
        // A server that is named is the only one that is meant; one across a network is not supported.
        let path = server.strip_prefix("unix:").or(server.starts_with('/').then_some(server.as_str()));
        return path.map(PathBuf::from).into_iter().collect();
    }
    let runtime = variable("PULSE_RUNTIME_PATH").map(|path| path.join("native"));
    let user = variable("XDG_RUNTIME_DIR").map(|path| path.join("pulse/native"));
    let machine = PathBuf::from("/run/pulse/native");
    runtime.into_iter().chain(user).chain([machine]).filter(|path| path.exists()).collect()
}

impl From<std::io::Error> for PulseFault {
    fn from(error: std::io::Error) -> Self {
        PulseFault::Gone(match error.kind() {
            std::io::ErrorKind::UnexpectedEof => "the sound server is gone".into(),
            std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut => {
                "the sound server does not answer".into()
            }
            _ => format!("the sound server: {error}"),
        })
    }
}

impl From<ProtocolError> for PulseFault {
    fn from(error: ProtocolError) -> Self {
        match error {
            ProtocolError::Io(error) => error.into(),
            ProtocolError::ServerError(error) => PulseFault::Refused(error),
            error => PulseFault::Gone(format!("the sound server: {error}")),
        }
    }
}
