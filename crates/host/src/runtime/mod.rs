//! A run: ears, ASR and mouth threads around one event loop that drives the [`Dialogue`].
//!
//! Four owners, no shared locks: the audio callback fills a ring; the *ears* thread empties it into the
//! [`Listener`]; the *ASR* thread recognises; the loop (tokio) decides, switches devices and tells what happened.
//! A *mouth* thread plays cues and speech. They speak to each other through channels.

mod asr;
mod ears;
mod execute;
mod loading;
mod messages;
mod mouth;
mod source;
mod telling;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use mynah_assistant::dialogue::{Command, Dialogue, Event as Told, Kept, Understanding};
use mynah_assistant::ports::{Speech, Transcriber};
use mynah_assistant::record::{HintAt, TurnRecord};
use mynah_assistant::{Control, Heard, Listener, Moment, TurnId};

use mynah_audio::SamplePos;
use mynah_endpoint::Endpoints;
use mynah_intent::WordGraph;
use mynah_skill::Outcome;
use time::{OffsetDateTime, UtcOffset};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;

use crate::audio::{Player, PlayerControl};
use crate::events::{Line, Summary};
use asr::Asr;
use ears::Ears;
use messages::{Event, Job, ToEars};
use mouth::{Mouth, Utter};
use telling::Teller;

pub use ears::{Sound, Source};
pub use loading::Loading;
pub use source::InputSource;

/// How time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As the clock does: a microphone, or a recording played at its own speed.
    Live,
    /// As fast as possible, yet with the same decisions every time: nothing is heard while a turn is worked on.
    LockStep,
}

/// What it takes to hear.
pub struct Hearing {
    /// Where frames come from.
    pub source: Box<dyn Source>,
    /// Wake words and endpointing.
    pub listener: Listener,
    /// Spoken form of the wake words, by id.
    pub phrases: BTreeMap<String, Arc<str>>,
    /// The recogniser.
    pub transcriber: Box<dyn Transcriber>,
    /// What may be said.
    pub graph: Arc<WordGraph>,
}

/// What it takes to answer.
pub struct Answering {
    /// Decides.
    pub dialogue: Dialogue,
    /// The devices.
    pub wires: Wires,
    /// Where cues and speech are heard.
    pub player: Player,
    /// Makes speech. None: replies are shown only.
    pub speech: Option<Box<dyn Speech>>,
    /// Called with what is to be there at the next start.
    pub keep: Keep,
}

/// Writes down what outlives the run; the error is told as an event.
pub type Keep = Box<dyn FnMut(&Kept) -> Result<(), String> + Send>;
/// Writes down a turn and its audio (16 kHz mono, from before the wake word); the error is told as an event.
pub type WriteRecord = Box<dyn FnMut(&TurnRecord, &[f32]) -> Result<(), String> + Send>;

/// Who does what a plan says.
#[derive(Clone)]
pub enum Wires {
    /// The devices of the house.
    House(Arc<Endpoints>),
    /// Nobody: a replay is told again what came of it then, one outcome for each action on a wire.
    Recorded(Vec<Outcome>),
}

/// Writes records of turns down. Holds the consent to do so.
pub struct Recording {
    /// Hash of all that decisions depend on beside the audio.
    pub configuration: String,
    /// Called with each turn that is over and no secret.
    pub write: WriteRecord,
}

/// How a run differs from an everyday one.
#[derive(Default)]
pub struct Options {
    /// Keep records of turns.
    pub recording: Option<Recording>,
    /// The time of day to tell, and the hints to give to the Listener: those of a record that is replayed.
    pub replay: Option<(OffsetDateTime, Vec<HintAt>)>,
    /// Skills or a house that take the place of those that run, when their files were saved.
    pub reloads: Option<UnboundedReceiver<Reload>>,
}

/// Files of the household were saved.
pub enum Reload {
    /// They are good: from the next turn on, this is what is understood. A turn in progress and plans in flight go on as they began.
    Fresh(Box<Fresh>),
    /// They are not: what runs goes on.
    Broken {
        /// Every fault of them.
        message: String,
    },
}

/// What a saved file brings.
pub struct Fresh {
    /// The skills and the house.
    pub mind: Box<dyn Understanding>,
    /// What may be said to them.
    pub graph: Arc<WordGraph>,
    /// The devices, when the house is another.
    pub wires: Option<Wires>,
    /// Hash of all that decisions depend on beside the audio, as in [`Recording::configuration`].
    pub configuration: String,
    /// In a few words, for the event line.
    pub message: String,
}

/// After the end was asked for, plans in flight may take this long.
const LAST_PLANS: Duration = Duration::from_secs(5);

/// Hears, decides, does and answers until the source ends or `stop` becomes true; every event goes to `tell`.
///
/// When stopped in the middle of a turn, the plan in flight is finished, or reported as not finished.
pub async fn run(
    hearing: Hearing,
    answering: Answering,
    pace: Pace,
    options: Options,
    mut stop: watch::Receiver<bool>,
    tell: &mut dyn FnMut(&Line),
) -> Summary {
    let (events, inbox) = unbounded_channel();
    let (to_ears, ears_inbox) = channel();
    let (to_asr, jobs) = channel();
    let position = Arc::new(AtomicU64::new(0));
    let (wall, hints) = options.replay.unzip();
    let ears = Ears {
        source: hearing.source,
        listener: hearing.listener,
        pace,
        phrases: hearing.phrases,
        inbox: ears_inbox,
        asr: to_asr.clone(),
        events: events.clone(),
        position: position.clone(),
        keep_audio: options.recording.is_some(),
        replayed: hints.map(VecDeque::from),
    };
    let asr = Asr {
        transcriber: hearing.transcriber,
        graph: hearing.graph,
        jobs,
        ears: to_ears.clone(),
        events: events.clone(),
    };
    let threads = [spawn("mynah-ears", move || ears.run()), spawn("mynah-asr", move || asr.run())];
    let listening = Listening { ears: to_ears, asr: to_asr };
    let teller = Teller::new(tell, options.recording);
    let mut looping = Loop::new(answering, pace, events, Some(listening), position, teller);
    looping.wall = wall;
    looping.go(inbox, options.reloads, &mut stop).await;
    let summary = looping.finish();
    for thread in threads.into_iter().flatten() {
        // A thread that panicked has told so on its way.
        let _ = thread.join();
    }
    summary
}

/// Everything after the recogniser, for one typed sentence.
pub async fn say(text: String, turn: TurnId, answering: Answering, tell: &mut dyn FnMut(&Line)) -> Summary {
    let (events, inbox) = unbounded_channel();
    let mut looping = Loop::new(answering, Pace::Live, events, None, Arc::default(), Teller::new(tell, None));
    let now = looping.now();
    looping.teller.begins(turn, now);
    looping.open.push(turn);
    looping.handle(Told::Text { turn, text });
    let (_keep, mut never) = watch::channel(false);
    looping.go(inbox, None, &mut never).await;
    looping.finish()
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Option<thread::JoinHandle<()>> {
    thread::Builder::new().name(name.into()).spawn(body).ok()
}

/// The time of day at this place. The offset is looked up each time, because summer time may begin while we run.
pub fn wall_clock() -> OffsetDateTime {
    let now = jiff::Zoned::now();
    let utc = OffsetDateTime::from_unix_timestamp_nanos(now.timestamp().as_nanosecond());
    let offset = UtcOffset::from_whole_seconds(now.offset().seconds());
    utc.unwrap_or(OffsetDateTime::UNIX_EPOCH).to_offset(offset.unwrap_or(UtcOffset::UTC))
}

struct Listening {
    ears: Sender<ToEars>,
    asr: Sender<Job>,
}

struct Loop<'a> {
    dialogue: Dialogue,
    wires: Wires,
    keep: Keep,
    pace: Pace,
    /// The time of day of a replay.
    wall: Option<OffsetDateTime>,
    started: Instant,
    position: Arc<AtomicU64>,
    events: UnboundedSender<Event>,
    listening: Option<Listening>,
    mouth: Sender<Utter>,
    player: PlayerControl,
    mouth_thread: Option<thread::JoinHandle<()>>,
    /// Turns that are not settled yet.
    open: Vec<TurnId>,
    ended: bool,
    teller: Teller<'a>,
}

impl<'a> Loop<'a> {
    fn new(
        answering: Answering,
        pace: Pace,
        events: UnboundedSender<Event>,
        listening: Option<Listening>,
        position: Arc<AtomicU64>,
        teller: Teller<'a>,
    ) -> Self {
        let (mouth, jobs) = channel();
        let player = answering.player.control();
        // In lock step sound takes no audio time: there is nothing to be muted for.
        let ears = listening.as_ref().filter(|_| pace == Pace::Live).map(|l| l.ears.clone());
        let body =
            Mouth { player: answering.player, speech: answering.speech, jobs, events: events.clone(), ears };
        let mouth_thread = spawn("mynah-mouth", move || body.run());
        Loop {
            dialogue: answering.dialogue,
            wires: answering.wires,
            keep: answering.keep,
            pace,
            wall: None,
            started: Instant::now(),
            position,
            events,
            listening,
            mouth,
            player,
            mouth_thread,
            open: Vec::new(),
            ended: false,
            teller,
        }
    }

    async fn go(
        &mut self,
        mut inbox: UnboundedReceiver<Event>,
        mut reloads: Option<UnboundedReceiver<Reload>>,
        stop: &mut watch::Receiver<bool>,
    ) {
        let mut last_moment: Option<tokio::time::Instant> = None;
        loop {
            // Before what is heard: who saved a file and then speaks is understood by it.
            while let Some(reload) = reloads.as_mut().and_then(|reloads| reloads.try_recv().ok()) {
                self.reload(reload);
            }
            let busy = !self.open.is_empty() || self.dialogue.plans_in_flight() > 0;
            let heard_out = self.ended || self.listening.is_none();
            if heard_out && !busy {
                return;
            }
            let due = self.dialogue.poll_timeout().filter(|_| self.pace == Pace::Live);
            let due = due.map(|at| tokio::time::Instant::from_std(self.started + at));
            tokio::select! {
                event = inbox.recv() => match event {
                    Some(event) => self.take(event),
                    None => return,
                },
                reload = next(&mut reloads) => self.reload(reload),
                () = until(due) => self.handle(Told::Timeout),
                () = stopped(stop), if last_moment.is_none() => {
                    last_moment = Some(tokio::time::Instant::now() + LAST_PLANS);
                    self.tell_ears(ToEars::Stop);
                    self.player.stop();
                    if self.dialogue.plans_in_flight() == 0 {
                        return;
                    }
                },
                () = until(last_moment) => {
                    self.fault("endpoint", format!("{} plan(s) had no answer when the run was stopped", self.dialogue.plans_in_flight()));
                    return;
                },
            }
            if last_moment.is_some() && self.dialogue.plans_in_flight() == 0 {
                return;
            }
        }
    }

    fn take(&mut self, event: Event) {
        let at = self.at();
        match event {
            Event::Heard(heard) => {
                if let Heard::Wake { turn, .. } | Heard::Opened { turn, .. } = &heard {
                    self.open.push(*turn);
                    self.teller.begins(*turn, self.now());
                }
                self.teller.heard(&heard);
                self.handle(Told::Heard(heard));
            }
            Event::Audio { turn, start, samples } => self.teller.audio(turn, start, samples),
            Event::Hinted { turn, hint } => self.teller.hinted(turn, hint),
            Event::Partial { turn, partial, at } => {
                if !self.dialogue.is_secret(turn) {
                    self.teller.partial(turn, &partial, at);
                }
                self.handle(Told::Partial { turn, partial });
            }
            Event::Hypothesis { turn, hypothesis, decode } => {
                self.teller.hypothesis(turn, &hypothesis, decode, self.dialogue.is_secret(turn), at);
                self.handle(Told::Hypothesis { turn, hypothesis });
            }
            Event::NotRecognised { turn, message } => {
                self.handle(Told::RecognitionFailed { turn, message });
            }
            Event::Before { turn, states } => self.handle(Told::Before { turn, states }),
            Event::Outcomes { turn, outcomes, took } => {
                self.teller.dispatched(turn, took);
                self.handle(Told::Outcomes { turn, outcomes });
            }
            Event::Spoken { turn } => self.handle(Told::SpeechDone { turn }),
            Event::Fault { stage, message } => self.fault(stage, message),
            Event::Ended { at, dropped } => {
                self.ended = true;
                self.teller.ended(at, dropped);
            }
            Event::Deaf { message } => {
                self.ended = true;
                self.open.clear();
                self.fault("ears", message);
            }
        }
    }

    fn reload(&mut self, reload: Reload) {
        let at = self.at();
        match reload {
            Reload::Fresh(fresh) => {
                let Fresh { mind, graph, wires, configuration, message } = *fresh;
                self.dialogue.set_understanding(mind);
                if let Some(listening) = &self.listening {
                    // Nobody hears it when the ears have ended.
                    let _ = listening.asr.send(Job::Graph(graph));
                }
                if let Some(wires) = wires {
                    self.wires = wires;
                }
                self.teller.reloaded(Some(configuration), message, at);
            }
            Reload::Broken { message } => self.teller.reloaded(None, message, at),
        }
    }

    fn handle(&mut self, event: Told) {
        let before = Instant::now();
        self.dialogue.handle(event, self.now());
        let took = before.elapsed();
        while let Some(command) = self.dialogue.poll_action() {
            self.obey(command, took);
        }
        let dialogue = &self.dialogue;
        let (open, settled) =
            std::mem::take(&mut self.open).into_iter().partition(|turn| dialogue.is_open(*turn));
        self.open = open;
        for turn in settled {
            self.tell_ears(ToEars::Settled(turn));
            if let Err(message) = self.teller.settled(turn, self.dialogue.is_secret(turn)) {
                self.fault("record", message);
            }
        }
    }

    fn obey(&mut self, command: Command, took: Duration) {
        match command {
            Command::Cue(cue) => self.utter(Utter::Cue(cue)),
            Command::Execute { turn, plan } => {
                let (wires, events) = (self.wires.clone(), self.events.clone());
                tokio::spawn(async move {
                    let before = Instant::now();
                    let states = execute::states_before(&wires, &plan).await;
                    // The loop is gone when the run was stopped; it has reported the plan.
                    let _ = events.send(Event::Before { turn, states });
                    let outcomes = execute::execute(wires, plan).await;
                    let _ = events.send(Event::Outcomes { turn, outcomes, took: before.elapsed() });
                });
            }
            Command::Speak { turn, reply } => self.utter(Utter::Speech { turn, text: reply.speech }),
            Command::StopSpeaking => self.player.stop(),
            Command::Listen { turn, expects, language } => {
                if let Some(listening) = &self.listening {
                    // Nobody hears it when the ears have ended; the dialogue then waits in vain, for a limited time.
                    let _ = listening.asr.send(Job::Expect { turn, graph: expects.graph(language) });
                    let _ = listening.ears.send(ToEars::Control(Control::Open { turn }));
                }
            }
            Command::CancelRecognition { turn } => {
                self.tell_ears(ToEars::Control(Control::Abandon { turn }));
                self.tell_ears(ToEars::Cancel);
            }
            Command::SetVolume { percent } => self.player.set_volume(percent.round().clamp(0.0, 100.0) as u8),
            Command::Keep(kept) => {
                let result = (self.keep)(&kept);
                let safe = result.is_ok();
                if let Err(message) = result {
                    self.fault("state", message);
                }
                self.handle(Told::Kept { safe });
            }
            Command::Report { turn, decision } => {
                let at = self.at();
                self.teller.decision(turn, decision, took, at);
            }
        }
    }

    fn utter(&self, job: Utter) {
        // Without a mouth (it panicked beyond repair) a reply counts as spoken, so that the dialogue goes on.
        if let Err(std::sync::mpsc::SendError(Utter::Speech { turn, .. })) = self.mouth.send(job) {
            let _ = self.events.send(Event::Spoken { turn });
        }
    }

    fn fault(&mut self, stage: &'static str, message: String) {
        let at = self.at();
        self.teller.fault(stage, message, at);
    }

    fn tell_ears(&self, message: ToEars) {
        if let Some(listening) = &self.listening {
            // The ears may have ended.
            let _ = listening.ears.send(message);
        }
    }

    fn at(&self) -> SamplePos {
        SamplePos(self.position.load(Ordering::Relaxed))
    }

    fn now(&self) -> Moment {
        let since_start = match self.pace {
            Pace::Live => self.started.elapsed(),
            Pace::LockStep => Duration::from_millis(self.at().as_millis()),
        };
        Moment { since_start, wall: self.wall.unwrap_or_else(wall_clock) }
    }

    /// Lets the threads end, and sums up.
    fn finish(self) -> Summary {
        let Loop { teller, mouth, mouth_thread, player, dialogue, .. } = self;
        drop(dialogue);
        player.stop();
        drop(mouth);
        if let Some(thread) = mouth_thread {
            let _ = thread.join();
        }
        teller.finish()
    }
}

/// The next one; never, when there are none.
async fn next(reloads: &mut Option<UnboundedReceiver<Reload>>) -> Reload {
    if let Some(inbox) = reloads {
        if let Some(reload) = inbox.recv().await {
            return reload;
        }
        *reloads = None;
    }
    std::future::pending().await
}

async fn until(moment: Option<tokio::time::Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// Returns when it is asked to stop; never, when nobody can ask any more.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}
