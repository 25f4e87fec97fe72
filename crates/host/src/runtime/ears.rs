//! The ears thread: source → Listener; what it hears goes to the ASR thread and to the loop.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError};
use std::time::Instant;

use mynah_assistant::ports::Cancel;
use mynah_assistant::record::HintAt;
use mynah_assistant::{Control, Heard, Hint, Listener, Output, TurnId};
use mynah_audio::{FRAME_SAMPLES, Frame, SamplePos, Samples};
use tokio::sync::mpsc::UnboundedSender;

use super::Pace;
use super::messages::{Event, Job, ToEars};

/// Where frames come from. `next` blocks until there is something; frames follow one another in position.
pub trait Source: Send {
    /// The next thing heard.
    fn next(&mut self) -> Sound;
    /// True from a wake word until every turn that began is over: answered, refused or empty.
    fn busy(&mut self, _busy: bool) {}
}

/// What a [`Source`] gives.
#[derive(Debug)]
pub enum Sound {
    /// 10 ms.
    Frame(Frame),
    /// Something is wrong with the input, in words for a person. It goes on.
    Problem(String),
    /// Nothing will follow; `dropped` blocks were lost on the way.
    End {
        /// Blocks lost.
        dropped: u64,
    },
}

/// How much audio a record holds from before its wake word: all that the Listener knows of the past.
const CONTEXT: Samples = Listener::MEMORY;
/// After the input ended, silence follows so that the last turn ends as in a quiet room: at most so much.
const LONGEST_TAIL: Samples = Samples::from_millis(15_000);

pub(super) struct Ears {
    pub source: Box<dyn Source>,
    pub listener: Listener,
    pub pace: Pace,
    /// Spoken form of the wake words, by id.
    pub phrases: BTreeMap<String, Arc<str>>,
    pub inbox: Receiver<ToEars>,
    pub asr: Sender<Job>,
    pub events: UnboundedSender<Event>,
    /// Where the ears are, for everyone's event times.
    pub position: Arc<AtomicU64>,
    /// Keep the audio of turns for the record.
    pub keep_audio: bool,
    /// In a replay: the hints that were given then, in place of the recogniser's.
    pub replayed: Option<VecDeque<HintAt>>,
}

/// What the ears know of turns in progress.
#[derive(Default)]
struct Turns {
    /// Stops the recogniser's work on the open turn.
    cancel: Cancel,
    /// Turns that are not settled yet.
    open: Vec<TurnId>,
    /// A question was asked: its answer is heard from the next frame on.
    opening: bool,
    /// The last [`CONTEXT`], or everything since so much before the open turn.
    kept: VecDeque<Frame>,
    stopped: bool,
    /// The end of the last frame.
    end: SamplePos,
}

impl Ears {
    /// Listens until the source ends or the loop is gone. Without ears there is nothing to do: a panic of the source,
    /// the Listener or its models ends the run, so that whoever supervises it starts it afresh.
    pub(super) fn run(self) {
        let events = self.events.clone();
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.listen())) {
            let why = panic.downcast_ref::<String>().map(String::as_str);
            let why = why.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
            let _ = events.send(Event::Deaf { message: format!("the ears panicked ({why}); the run ends") });
        }
    }

    fn listen(mut self) {
        let mut turns = Turns::default();
        let mut out = Vec::new();
        let mut dropped = 0;
        let mut end = SamplePos::default();
        while !turns.stopped {
            self.read_inbox(&mut turns);
            match self.source.next() {
                Sound::Frame(frame) => {
                    end = frame.end();
                    self.hear(&frame, &mut turns, &mut out);
                }
                Sound::Problem(message) => self.tell(Event::Fault { stage: "input", message }, &mut turns),
                Sound::End { dropped: lost } => {
                    dropped = lost;
                    end = self.tail(end, &mut turns, &mut out);
                    break;
                }
            }
        }
        // The loop may be gone already; then nobody is left to tell.
        let _ = self.events.send(Event::Ended { at: end, dropped });
    }

    /// Silence after the end of the input, until no turn is open.
    fn tail(&mut self, end: SamplePos, turns: &mut Turns, out: &mut Vec<Output>) -> SamplePos {
        let mut pos = end;
        loop {
            self.read_inbox(turns);
            let listening = self.listener.turn().is_some() || turns.opening;
            if listening && pos.since(end) < LONGEST_TAIL && !turns.stopped {
                let frame = Frame::new(pos, [0.0; FRAME_SAMPLES]);
                pos = frame.end();
                self.hear(&frame, turns, out);
            } else if !turns.open.is_empty() && !turns.stopped {
                self.wait(turns);
            } else {
                return pos;
            }
        }
    }

    fn hear(&mut self, frame: &Frame, turns: &mut Turns, out: &mut Vec<Output>) {
        self.position.store(frame.end().0, Ordering::Relaxed);
        if self.keep_audio {
            turns.kept.push_back(frame.clone());
            while self.listener.turn().is_none()
                && turns.kept.front().is_some_and(|f| frame.end().since(f.pos()) > CONTEXT)
            {
                turns.kept.pop_front();
            }
        }
        turns.end = frame.end();
        self.give_replayed_hints(frame.pos());
        if let Err(error) = self.listener.push(frame, out) {
            self.tell(Event::Fault { stage: "wake", message: error.to_string() }, turns);
        }
        for output in out.drain(..) {
            match output {
                Output::Audio { turn, frame } => self.to_asr(Job::Frame { turn, frame }, turns),
                Output::Heard(heard) => self.heard(heard, turns),
            }
        }
    }

    fn give_replayed_hints(&mut self, at: SamplePos) {
        let Some(hints) = &mut self.replayed else { return };
        while let Some(HintAt { as_of, hint, .. }) = hints.front().copied().filter(|hint| hint.at <= at) {
            hints.pop_front();
            if let Some(turn) = self.listener.turn() {
                self.listener.hint(turn, as_of, hint);
            }
        }
    }

    fn heard(&mut self, heard: Heard, turns: &mut Turns) {
        let lock_step = self.pace == Pace::LockStep;
        // The record wants the audio before the loop hears that the turn is over.
        if let Heard::SpeechEnd { turn, .. } | Heard::NoSpeech { turn, .. } = &heard
            && self.keep_audio
        {
            let start = turns.kept.front().map_or(SamplePos::default(), Frame::pos);
            let samples = turns.kept.iter().flat_map(|f| *f.samples()).collect();
            self.tell(Event::Audio { turn: *turn, start, samples }, turns);
        }
        self.tell(Event::Heard(heard.clone()), turns);
        match heard {
            Heard::Wake { turn, ref detection, .. } => {
                let wake_phrase = self.phrases.get(&*detection.word).cloned();
                self.begin(turn, wake_phrase, turns);
            }
            Heard::Opened { turn, .. } => {
                turns.opening = false;
                self.begin(turn, None, turns);
            }
            Heard::Pause { turn, at, .. } => {
                turns.cancel = Cancel::default();
                self.to_asr(Job::Pause { turn, at, cancel: turns.cancel.clone() }, turns);
                self.hint(turn, at, Hint::Working, turns);
                if lock_step {
                    while !turns.stopped && !self.wait(turns) {}
                }
            }
            Heard::Resume { .. } => turns.cancel.cancel(),
            Heard::SpeechEnd { turn, speech_end, .. } => {
                // Work ahead that is under way goes on: it is the work of this turn.
                self.to_asr(
                    Job::Finish { turn, speech_end, ended: Instant::now(), cancel: turns.cancel.clone() },
                    turns,
                );
                self.over(turn, turns);
            }
            Heard::NoSpeech { turn, .. } | Heard::Abandoned { turn, .. } => {
                turns.cancel.cancel();
                self.to_asr(Job::Drop { turn }, turns);
                self.over(turn, turns);
            }
            Heard::SpeechStart { .. } | Heard::Gap { .. } => {}
        }
    }

    fn begin(&mut self, turn: TurnId, wake_phrase: Option<Arc<str>>, turns: &mut Turns) {
        // A new turn cancels the old.
        turns.cancel.cancel();
        turns.cancel = Cancel::default();
        turns.open.push(turn);
        self.source.busy(true);
        self.to_asr(Job::Begin { turn, wake_phrase }, turns);
    }

    /// In lock step nothing is heard while a turn is being worked on, as if the machine were infinitely fast.
    fn over(&mut self, turn: TurnId, turns: &mut Turns) {
        while self.pace == Pace::LockStep && turns.open.contains(&turn) && !turns.stopped {
            self.wait(turns);
        }
    }

    fn read_inbox(&mut self, turns: &mut Turns) {
        loop {
            match self.inbox.try_recv() {
                Ok(message) => {
                    self.take(message, turns);
                }
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => {
                    turns.stopped = true;
                    return;
                }
            }
        }
    }

    /// Waits for one message; true when it says that the recogniser has worked ahead.
    fn wait(&mut self, turns: &mut Turns) -> bool {
        match self.inbox.recv() {
            Ok(message) => self.take(message, turns),
            Err(_) => {
                turns.stopped = true;
                false
            }
        }
    }

    fn take(&mut self, message: ToEars, turns: &mut Turns) -> bool {
        match message {
            ToEars::Control(control) => {
                turns.opening |= matches!(control, Control::Open { .. });
                match control {
                    Control::Hint { turn, as_of, hint } => self.hint(turn, as_of, hint, turns),
                    other => self.listener.control(other),
                }
            }
            ToEars::Cancel => turns.cancel.cancel(),
            ToEars::PauseDone => return true,
            ToEars::Settled(turn) => {
                turns.open.retain(|open| *open != turn);
                if turns.open.is_empty() {
                    self.source.busy(turns.opening);
                }
            }
            ToEars::Stop => turns.stopped = true,
        }
        false
    }

    /// In a replay the recorded hints are given instead.
    fn hint(&mut self, turn: TurnId, as_of: SamplePos, hint: Hint, turns: &mut Turns) {
        if self.replayed.is_some() {
            return;
        }
        if self.keep_audio {
            let hint = HintAt { at: turns.end, as_of, hint };
            self.tell(Event::Hinted { turn, hint }, turns);
        }
        self.listener.hint(turn, as_of, hint);
    }

    fn to_asr(&self, job: Job, turns: &mut Turns) {
        turns.stopped |= self.asr.send(job).is_err();
    }

    fn tell(&self, event: Event, turns: &mut Turns) {
        turns.stopped |= self.events.send(event).is_err();
    }
}
