//! One reader for the ears thread, whatever the sound comes from.

use std::collections::VecDeque;
use std::io::Read;
use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::{self};
use std::time::{Duration, Instant};

use mynah_audio::{
    Channel, Frame, Gap, Intake, Level, LevelMeter, LevelProblem, Piece, SAMPLE_RATE, SamplePos, Samples,
};

use super::AudioError;
use super::capture::Capture;
use super::decode::{Blocks, open_file};
use super::stdin;
use super::stop::Stop;

/// Where sound comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A microphone by id, name or part of either; None is the default one.
    Device(Option<String>),
    /// A WAV, FLAC, OGG/Vorbis or MP3 file.
    File(PathBuf),
    /// Raw signed 16-bit little-endian samples at 16 kHz, mono; or a file with a header.
    Stdin,
}

impl Source {
    /// What `--input` says: `-` is stdin, all else a file.
    pub fn parse(input: &str) -> Self {
        match input {
            "-" => Source::Stdin,
            path => Source::File(path.into()),
        }
    }
}

/// What to listen to, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputSpec {
    /// Where from.
    pub source: Source,
    /// Which channel, or the average.
    pub channel: Channel,
    /// Gives a file's frames no sooner than a microphone would. A microphone is real enough.
    pub realtime: bool,
}

/// What [`Input::hear`] heard.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// The next 10 ms.
    Frame(Frame),
    /// Sound is missing before the next frame: reset what keeps state about it.
    Gap(Gap),
    /// The level is wrong, and a person should act. Nothing is missing.
    Problem(LevelProblem),
    /// The microphone went away or fell silent. It is tried again until it comes back.
    Lost {
        /// Its name.
        device: String,
        /// What was seen.
        why: String,
    },
    /// The microphone is back; a gap follows.
    Restored {
        /// Its name, which may be another when the default is listened to.
        device: String,
        /// How long it was away.
        away: Duration,
    },
    /// The file or pipe ended, or listening was stopped. Nothing else will come.
    End(Summary),
}

/// What is known at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The end of the stream.
    pub end: SamplePos,
    /// Level of all that was heard; None when nothing was.
    pub level: Option<Level>,
    /// A file that was damaged or cut off. What could be read of it was given.
    pub fault: Option<AudioError>,
    /// How the input did.
    pub health: Health,
}

/// How an input does. All numbers count from its opening.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Health {
    /// Blocks that the device or file gave.
    pub blocks: u64,
    /// Blocks that came while the ears were too slow, and were dropped.
    pub dropped_blocks: u64,
    /// Times that the device itself lost sound.
    pub overruns: u64,
    /// Gaps in what was heard, for whatever reason.
    pub gaps: u64,
    /// Times that the device was lost and came back.
    pub restored: u64,
}

/// An opened input. Belongs to one thread, which calls [`hear`](Self::hear) in a loop.
pub struct Input {
    from: From,
    queue: VecDeque<Heard>,
    meter: LevelMeter,
    /// End of the last frame that was put into the queue.
    end: SamplePos,
    health: Health,
    stop: Stop,
    finished: Option<Summary>,
}

enum From {
    Microphone(Box<Microphone>),
    Blocks(Box<BlockSource>),
}

struct BlockSource {
    blocks: Box<dyn Blocks>,
    intake: Intake,
    block: Vec<f32>,
    name: String,
    /// For `realtime`: when the stream began, once it has.
    pace: Option<Option<Instant>>,
}

impl Input {
    /// Opens a microphone, a file or stdin. `stop` ends it.
    pub fn open(spec: &InputSpec, stop: Stop) -> Result<Self, AudioError> {
        let from = match &spec.source {
            Source::Device(wanted) => {
                From::Microphone(Box::new(Microphone::open(wanted.clone(), spec.channel)?))
            }
            Source::File(path) => {
                let blocks = Box::new(open_file(path)?);
                From::Blocks(Box::new(BlockSource::new(blocks, path.display().to_string(), spec)?))
            }
            Source::Stdin => return Self::from_pipe(std::io::stdin(), spec, stop),
        };
        Ok(Self::new(from, stop))
    }

    /// What [`Source::Stdin`] does, with any other pipe. Waits for its first bytes; reads on a thread of its own.
    pub fn from_pipe(
        pipe: impl Read + Send + 'static,
        spec: &InputSpec,
        stop: Stop,
    ) -> Result<Self, AudioError> {
        let blocks = stdin::open(pipe, stop.clone())?;
        Ok(Self::new(From::Blocks(Box::new(BlockSource::new(blocks, "-".into(), spec)?)), stop))
    }

    fn new(from: From, stop: Stop) -> Self {
        Input {
            from,
            queue: VecDeque::new(),
            meter: LevelMeter::new(),
            end: SamplePos(0),
            health: Health::default(),
            stop,
            finished: None,
        }
    }

    /// The name of the device or file.
    pub fn name(&self) -> &str {
        match &self.from {
            From::Microphone(microphone) => &microphone.name,
            From::Blocks(source) => &source.name,
        }
    }

    /// How the input does.
    pub fn health(&self) -> Health {
        let mut health = self.health;
        if let From::Microphone(microphone) = &self.from {
            microphone.add_counters(&mut health);
        }
        health
    }

    /// The level of the last second; None before the first.
    pub fn level(&self) -> Option<Level> {
        self.meter.last_second()
    }

    /// Waits for what comes next. After [`Heard::End`] it gives that again.
    pub fn hear(&mut self) -> Heard {
        self.stop.wakes(thread::current());
        loop {
            if let Some(summary) = &self.finished {
                return Heard::End(summary.clone());
            }
            if self.stop.is_stopped() {
                self.finish(None);
                continue;
            }
            if let Some(heard) = self.queue.pop_front() {
                if let (Heard::Frame(frame), From::Blocks(source)) = (&heard, &mut self.from) {
                    source.wait_until_due(frame.end(), &self.stop);
                }
                return heard;
            }
            let mut queue = Queue {
                heard: &mut self.queue,
                meter: &mut self.meter,
                end: &mut self.end,
                gaps: &mut self.health.gaps,
            };
            let ended = match &mut self.from {
                From::Microphone(microphone) => {
                    microphone.listen(&mut queue, &mut self.health.restored);
                    None
                }
                From::Blocks(source) => source.read(&mut queue, &mut self.health.blocks),
            };
            if let Some(fault) = ended {
                // What the end gave is still to be heard.
                if self.queue.is_empty() {
                    self.finish(fault);
                }
            }
        }
    }

    fn finish(&mut self, fault: Option<AudioError>) {
        self.finished =
            Some(Summary { end: self.end, level: self.meter.total(), fault, health: self.health() });
    }
}

/// Where the sources put what they hear.
struct Queue<'a> {
    heard: &'a mut VecDeque<Heard>,
    meter: &'a mut LevelMeter,
    end: &'a mut SamplePos,
    gaps: &'a mut u64,
}

impl Queue<'_> {
    /// `live` tells whether zeros are a sign of a broken microphone.
    fn push(&mut self, piece: Piece, live: bool) {
        match piece {
            Piece::Frame(frame) => {
                *self.end = frame.end();
                let problem = self.meter.push(&frame);
                self.heard.push_back(Heard::Frame(frame));
                let zeros = |problem: &LevelProblem| matches!(problem, LevelProblem::Zeros(_));
                self.heard.extend(problem.filter(|problem| live || !zeros(problem)).map(Heard::Problem));
            }
            Piece::Gap(gap) => {
                *self.gaps += 1;
                self.heard.push_back(Heard::Gap(gap));
            }
        }
    }
}

impl BlockSource {
    fn new(blocks: Box<dyn Blocks>, name: String, spec: &InputSpec) -> Result<Self, AudioError> {
        let intake = Intake::new(blocks.rate(), blocks.channels(), spec.channel, SamplePos(0))
            .map_err(|why| AudioError::Unfit { what: name.clone(), why })?;
        Ok(BlockSource { blocks, intake, block: Vec::new(), name, pace: spec.realtime.then_some(None) })
    }

    /// Reads a block. At the end gives what was wrong.
    fn read(&mut self, queue: &mut Queue<'_>, blocks: &mut u64) -> Option<Option<AudioError>> {
        match self.blocks.next(&mut self.block) {
            Some(pos) => {
                *blocks += 1;
                self.intake.push(pos, &self.block, &mut |piece| queue.push(piece, false));
                None
            }
            None => {
                self.intake.finish(&mut |piece| queue.push(piece, false));
                Some(self.blocks.fault())
            }
        }
    }

    fn wait_until_due(&mut self, end: SamplePos, stop: &Stop) {
        let Some(began) = &mut self.pace else { return };
        let due = *began.get_or_insert_with(Instant::now) + Samples(end.0).as_duration();
        while !stop.is_stopped() {
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::park_timeout(left);
        }
    }
}

/// A device that may go away and come back.
struct Microphone {
    wanted: Option<String>,
    channel: Channel,
    name: String,
    state: State,
    /// Counters of the streams that are gone.
    past: Health,
    block: Vec<f32>,
}

enum State {
    Open(Box<Open>),
    Away { since: Instant, tries: u32, next_try: Instant },
}

struct Open {
    capture: Capture,
    intake: Intake,
    /// When the last block came, or the stream was opened.
    last: Instant,
    /// Since when the device had been away, until the first block proves that it is back.
    away_since: Option<Instant>,
}

/// A running stream that gives nothing for so long is lost.
const SILENCE: Duration = Duration::from_secs(3);
/// The first wait before trying a lost device again; it doubles up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(4);
/// The callback wakes the reader; this is how often it looks when nothing does.
const LOOK: Duration = Duration::from_millis(100);

impl Microphone {
    fn open(wanted: Option<String>, channel: Channel) -> Result<Self, AudioError> {
        let open = Open::new(wanted.as_deref(), channel, SamplePos(0), None)?;
        Ok(Microphone {
            wanted,
            channel,
            name: open.capture.name.clone(),
            state: State::Open(Box::new(open)),
            past: Health::default(),
            block: Vec::new(),
        })
    }

    fn add_counters(&self, health: &mut Health) {
        health.blocks += self.past.blocks;
        health.dropped_blocks += self.past.dropped_blocks;
        health.overruns += self.past.overruns;
        if let State::Open(open) = &self.state {
            open.add_counters(health);
        }
    }

    /// Waits a little for sound, and queues what came.
    fn listen(&mut self, queue: &mut Queue<'_>, restored: &mut u64) {
        match &mut self.state {
            State::Open(open) => {
                if open.read(&mut self.block, queue, restored) {
                    return;
                }
                let failure = open.capture.failure().or_else(|| {
                    let silent = open.last.elapsed() > SILENCE;
                    silent.then(|| format!("it gave no sound for {} s", SILENCE.as_secs()))
                });
                let Some(why) = failure else {
                    thread::park_timeout(LOOK);
                    return;
                };
                open.add_counters(&mut self.past);
                // A device that opened but never gave a sound has not been back.
                let since = open.away_since.unwrap_or_else(|| {
                    queue.heard.push_back(Heard::Lost { device: self.name.clone(), why });
                    open.last
                });
                self.state = State::Away { since, tries: 0, next_try: Instant::now() + FIRST_WAIT };
            }
            State::Away { since, tries, next_try } => {
                let left = next_try.saturating_duration_since(Instant::now());
                if !left.is_zero() {
                    thread::park_timeout(left);
                    return;
                }
                // Audio time goes on while the device is away.
                let away = Samples((since.elapsed().as_secs_f64() * f64::from(SAMPLE_RATE)) as u64);
                match Open::new(self.wanted.as_deref(), self.channel, *queue.end + away, Some(*since)) {
                    Ok(open) => {
                        self.name = open.capture.name.clone();
                        self.state = State::Open(Box::new(open));
                    }
                    Err(_) => {
                        *tries += 1;
                        *next_try =
                            Instant::now() + (FIRST_WAIT * 2u32.pow((*tries).min(8))).min(LONGEST_WAIT);
                    }
                }
            }
        }
    }
}

impl Open {
    fn new(
        wanted: Option<&str>,
        channel: Channel,
        origin: SamplePos,
        away_since: Option<Instant>,
    ) -> Result<Self, AudioError> {
        let capture = Capture::open(wanted, channel)?;
        let intake = Intake::new(capture.rate, capture.channels, channel, origin)
            .map_err(|why| AudioError::Unfit { what: capture.name.clone(), why })?;
        Ok(Open { capture, intake, last: Instant::now(), away_since })
    }

    fn add_counters(&self, health: &mut Health) {
        let counters = &self.capture.counters;
        health.blocks += counters.callbacks.load(Relaxed);
        health.dropped_blocks += counters.dropped.load(Relaxed);
        health.overruns += counters.overruns.load(Relaxed);
    }

    /// Queues the blocks that wait; false when there were none.
    fn read(&mut self, block: &mut Vec<f32>, queue: &mut Queue<'_>, restored: &mut u64) -> bool {
        let _ = self.capture.counters.reader.set(thread::current());
        let mut any = false;
        while let Some(pos) = self.capture.blocks.read(block) {
            if let Some(since) = self.away_since.take() {
                *restored += 1;
                let device = self.capture.name.clone();
                queue.heard.push_back(Heard::Restored { device, away: since.elapsed() });
                let at = self.intake.pos();
                queue.push(Piece::Gap(Gap { at, lost: at.since(*queue.end) }), true);
            }
            self.intake.push(pos, block, &mut |piece| queue.push(piece, true));
            any = true;
        }
        if any {
            self.last = Instant::now();
        }
        any
    }
}
