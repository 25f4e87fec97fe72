//! Words → plans → replies, and everything that is said and asked meanwhile. No I/O: events go in, commands come out,
//! and the time is an argument.
//!
//! ```text
//! loop { dialogue.handle(event, now); while let Some(command) = dialogue.poll_action() { … }; wait until dialogue.poll_timeout() }
//! ```

mod answer;
mod event;
mod own;
mod questions;
mod ringing;
mod settings;
mod turns;
mod understanding;
mod undo;

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use mynah_audio::Cue;
use mynah_home::DeviceId;
use mynah_intent::Reading;
use mynah_skill::{Language, Plan, Reply, Situation};

pub use crate::alarms::SavedAlarm;
pub use crate::lists::Lists;
pub use crate::timers::SavedTimer;
pub use answer::Expects;
pub use event::{Because, Command, Decision, Event};
pub use own::Kept;
pub use settings::{DialogueSettings, LeastConfidence};
pub use understanding::{House, Understanding};
pub use undo::StateBefore;

use crate::listener::Heard;
use crate::moment::Moment;
use crate::ports::Hypothesis;
use crate::turn::{TurnId, TurnIds};
use crate::wording::Phrase;
use event::Origin;
use own::Own;
use questions::Question;
use ringing::Ringing;
use turns::Running;
use undo::Undoable;

/// A turn of the Listener ends by itself after 12 s; when its end is not told, this frees the dialogue.
const LISTENING_LIMIT: Duration = Duration::from_secs(20);
/// Speech that does not end is taken for over after this, and a second for every ten letters.
const SPEAKING_LIMIT: Duration = Duration::from_secs(10);
/// A reading that is less sure is as likely wrong as right: the next one is asked for as well.
const EVEN: f32 = 0.5;
/// when it is this close behind, in nats a token.
const CLOSE: f32 = 0.2;

/// The ears' turn: at most one.
#[derive(Debug)]
struct Ear {
    turn: TurnId,
    phase: EarPhase,
}

#[derive(Debug)]
enum EarPhase {
    Listening { wake_cue_at: Option<Duration>, until: Duration },
    Recognising { until: Duration },
}

/// What sounds as soon as nobody speaks and nobody is listened to: either would be disturbed.
#[derive(Debug)]
enum Utter {
    Cue(Cue),
    /// Something to say, and the question that it asks.
    Speech {
        turn: Option<TurnId>,
        reply: Reply,
        question: Option<Box<Question>>,
    },
}

#[derive(Debug)]
struct Speaking {
    turn: Option<TurnId>,
    until: Duration,
    question: Option<Box<Question>>,
}

/// Decides what is done and said. Owns the timers, the lists and the volume.
pub struct Dialogue {
    settings: DialogueSettings,
    mind: Box<dyn Understanding>,
    ids: TurnIds,
    own: Own,
    commands: VecDeque<Command>,
    ear: Option<Ear>,
    running: Vec<Running>,
    /// The last moment that was told.
    latest: Moment,
    /// The last plan that changed something.
    last: Option<Undoable>,
    question: Option<Box<Question>>,
    /// The devices that were spoken of last, and until when they are "it" and "them".
    recent: (Vec<DeviceId>, Duration),
    /// What was asked for last, and until when "in the kitchen too" asks for it again.
    asked: (Vec<Reading>, Duration),
    to_say: VecDeque<Utter>,
    speaking: Option<Speaking>,
    ringing: Option<Ringing>,
    /// The last [`Command::Keep`] succeeded.
    kept_safe: bool,
    /// Turns in which a PIN was asked for.
    secrets: BTreeSet<TurnId>,
    wrong_pins: u32,
    pin_locked_until: Option<Duration>,
}

impl Dialogue {
    /// Goes on with what was kept. `ids` is shared with the [`Listener`](crate::Listener).
    pub fn new(
        settings: DialogueSettings,
        mind: Box<dyn Understanding>,
        kept: &Kept,
        ids: TurnIds,
        now: Moment,
    ) -> Self {
        Dialogue {
            own: Own::new(kept, now),
            settings,
            mind,
            ids,
            commands: VecDeque::new(),
            ear: None,
            running: Vec::new(),
            latest: now,
            last: None,
            question: None,
            recent: (Vec::new(), Duration::ZERO),
            asked: (Vec::new(), Duration::ZERO),
            to_say: VecDeque::new(),
            speaking: None,
            ringing: None,
            kept_safe: true,
            secrets: BTreeSet::new(),
            wrong_pins: 0,
            pin_locked_until: None,
        }
    }

    /// The skills or the house changed. Plans in flight are finished as they were made.
    pub fn set_understanding(&mut self, mind: Box<dyn Understanding>) {
        self.mind = mind;
    }

    /// Takes one event. Events of turns that are over do nothing.
    pub fn handle(&mut self, event: Event, now: Moment) {
        match event {
            Event::Heard(heard) => self.heard(&heard, now),
            Event::Partial { .. } | Event::Timeout => {}
            Event::Hypothesis { turn, hypothesis } => {
                if self.take_recognising(turn) {
                    self.hypothesis(turn, &hypothesis, now);
                }
            }
            Event::RecognitionFailed { turn, message } => {
                if self.take_recognising(turn) {
                    self.recognition_failed(turn, message);
                }
            }
            Event::Text { turn, text } => self.words(turn, &text, None, Origin::Typed, now),
            Event::Before { turn, states } => self.states_before(turn, states),
            Event::Outcomes { turn, outcomes } => self.outcomes(turn, outcomes),
            Event::Kept { safe } => self.kept_safe(safe),
            Event::SpeechDone { turn } => self.speech_done(turn, now),
        }
        self.tick(now);
    }

    /// The next thing to do. Call it until there is none.
    pub fn poll_action(&mut self) -> Option<Command> {
        self.commands.pop_front()
    }

    /// When [`Event::Timeout`] is due, in time since the start of the run, if nothing happens before.
    pub fn poll_timeout(&self) -> Option<Duration> {
        let ear = self.ear.as_ref().map(|ear| match ear.phase {
            EarPhase::Listening { wake_cue_at, until } => wake_cue_at.unwrap_or(until),
            EarPhase::Recognising { until } => until,
        });
        let plan = self.running.iter().map(|running| running.until).min();
        let speaking = self.speaking.as_ref().map(|speaking| speaking.until);
        let answer = self.question.as_ref().and_then(|question| question.until);
        // A timer that is over rings when nobody speaks; until then there is nothing to wake up for.
        let ring = self.ringing.as_ref().filter(|_| self.may_ring()).map(|ringing| ringing.next);
        let timer = self.own.timers.next_end();
        let alarm = self.own.alarms.next_look(self.latest);
        [ear, plan, speaking, answer, ring, timer, alarm].into_iter().flatten().min()
    }

    /// What to keep for the next start, as it is now.
    pub fn kept(&self, now: Moment) -> Kept {
        self.own.kept(now)
    }

    /// Plans whose outcomes have not come yet: wait for them, for a moment, before the end.
    pub fn plans_in_flight(&self) -> usize {
        self.running.len()
    }

    /// Something of that turn is still to come: its words, an outcome or its speech.
    pub fn is_open(&self, turn: TurnId) -> bool {
        let said = |utter: &Utter| matches!(utter, Utter::Speech { turn: Some(of), .. } if *of == turn);
        self.ear.as_ref().is_some_and(|ear| ear.turn == turn)
            || self.running.iter().any(|running| running.turn == turn)
            || self.speaking.as_ref().is_some_and(|speaking| speaking.turn == Some(turn))
            || self.to_say.iter().any(said)
    }

    /// What is said in that turn is a secret, for ever: neither shown nor written down, nor its audio.
    pub fn is_secret(&self, turn: TurnId) -> bool {
        self.secrets.contains(&turn)
    }

    fn heard(&mut self, heard: &Heard, now: Moment) {
        match heard {
            Heard::Wake { turn, .. } => {
                self.break_off_ear();
                self.drop_question();
                let cue = self.settings.wake_cue_after.map(|after| now.since_start + after);
                self.open_ear(*turn, cue, now);
            }
            Heard::Opened { turn, .. } => {
                self.break_off_ear();
                if let Some(question) = self.question.as_mut().filter(|q| q.answer == *turn) {
                    question.until = None;
                }
                self.open_ear(*turn, None, now);
            }
            Heard::SpeechStart { turn, .. } | Heard::Pause { turn, .. } => {
                if let Some(Ear { phase: EarPhase::Listening { wake_cue_at, .. }, .. }) = self.ear_of(*turn) {
                    *wake_cue_at = None;
                }
            }
            Heard::SpeechEnd { turn, .. } => {
                let until = now.since_start + self.settings.recognition_limit;
                if let Some(ear) = self.ear_of(*turn) {
                    ear.phase = EarPhase::Recognising { until };
                }
            }
            Heard::NoSpeech { turn, .. } => self.ear_ended(*turn, Because::NothingSaid),
            Heard::Abandoned { turn, .. } => self.ear_ended(*turn, Because::Abandoned),
            Heard::Resume { .. } | Heard::Gap { .. } => {}
        }
    }

    fn hypothesis(&mut self, turn: TurnId, hypothesis: &Hypothesis, now: Moment) {
        if hypothesis.silent {
            // Such as the tail of the wake word: nobody waits for an answer.
            self.unanswered(turn);
            self.refuse(turn, Because::NothingSaid);
            return;
        }
        if !hypothesis.accepted || hypothesis.text.trim().is_empty() {
            let because = Because::NotUnderstood { confidence: hypothesis.confidence };
            self.not_understood(turn, because, Origin::Voice);
            return;
        }
        let (text, confidence) = self.best_understood(hypothesis, now);
        if let Some(plans) = self.rivals(hypothesis, text, confidence, now) {
            self.ask_which_plan(turn, plans);
            return;
        }
        self.words(turn, text, Some(confidence), Origin::Voice, now);
    }

    /// Of what was heard, the best that means something. What is not the best is too unsure for what may go wrong.
    fn best_understood<'h>(&self, hypothesis: &'h Hypothesis, now: Moment) -> (&'h str, f32) {
        let best = (hypothesis.text.as_str(), hypothesis.confidence);
        let situation = self.situation(now);
        let means = |text: &str| !self.mind.commands(text, &situation).is_empty();
        // An answer means nothing to the skills.
        if self.question.is_some() || hypothesis.n_best.len() < 2 || means(best.0) {
            return best;
        }
        let unsure =
            self.settings.least_confidence.confirm.min(self.settings.least_confidence.pin) - f32::EPSILON;
        let other = hypothesis.n_best.iter().map(|other| other.text.as_str()).find(|text| means(text));
        other.map_or(best, |text| (text, best.1.min(unsure)))
    }

    /// What the best reading and one close behind it would do, when the best is no likelier right than wrong and the other would do something else.
    fn rivals(&self, hypothesis: &Hypothesis, text: &str, confidence: f32, now: Moment) -> Option<[Plan; 2]> {
        let score = hypothesis.n_best.iter().find(|reading| reading.text == text)?.score;
        if self.question.is_some() || !(self.settings.least_confidence.low..EVEN).contains(&confidence) {
            return None;
        }
        let situation = self.situation(now);
        let plan = |text: &str| {
            // Several commands at once are too long a question.
            let [readings] = <[_; 1]>::try_from(self.mind.commands(text, &situation)).ok()?;
            self.mind.plan(readings.first()?, &situation).ok()
        };
        let best = plan(text)?;
        let close = hypothesis.n_best.iter().filter(|reading| (score - reading.score).abs() < CLOSE);
        let other = close.filter_map(|reading| plan(&reading.text)).find(|p| p.actions != best.actions)?;
        Some([best, other])
    }

    fn recognition_failed(&mut self, turn: TurnId, message: String) {
        self.question_unanswered(turn);
        self.refuse(turn, Because::RecognitionFailed { message });
        self.cue(Cue::Error);
        self.say_phrase(turn, Phrase::HearingFailed);
    }

    /// Everything that is due, and speech when nobody else speaks.
    fn tick(&mut self, now: Moment) {
        let time = now.since_start;
        self.latest = now;
        if let Some(ear) = &mut self.ear {
            match &mut ear.phase {
                EarPhase::Listening { until, .. } if *until <= time => {
                    let turn = ear.turn;
                    self.ear_ended(turn, Because::Abandoned);
                }
                EarPhase::Listening { wake_cue_at, .. } if wake_cue_at.is_some_and(|at| at <= time) => {
                    *wake_cue_at = None;
                    self.commands.push_back(Command::Cue(Cue::Wake));
                }
                EarPhase::Recognising { until } if *until <= time => {
                    let turn = ear.turn;
                    self.ear = None;
                    self.commands.push_back(Command::CancelRecognition { turn });
                    self.recognition_failed(turn, "no answer in time".to_owned());
                }
                _ => {}
            }
        }
        self.end_overdue_plans(now);
        if self.question.as_ref().is_some_and(|q| q.until.is_some_and(|until| until <= time)) {
            self.drop_question();
        }
        if self.speaking.as_ref().is_some_and(|speaking| speaking.until <= time) {
            let turn = self.speaking.as_ref().and_then(|speaking| speaking.turn);
            self.speech_done(turn, now);
        }
        self.begin_to_ring(now);
        self.utter(now);
        if self.may_ring() {
            self.ring(now);
        }
    }

    /// Cues at once, and speech up to the first that has to be waited for.
    fn utter(&mut self, now: Moment) {
        while self.is_quiet() {
            match self.to_say.pop_front() {
                None => return,
                Some(Utter::Cue(cue)) => self.commands.push_back(Command::Cue(cue)),
                Some(Utter::Speech { turn, reply, question }) => {
                    let seconds = reply.speech.len() as u64 / 10;
                    let until = now.since_start + SPEAKING_LIMIT + Duration::from_secs(seconds);
                    self.speaking = Some(Speaking { turn, until, question });
                    self.commands.push_back(Command::Speak { turn, reply });
                }
            }
        }
    }

    fn speech_done(&mut self, turn: Option<TurnId>, now: Moment) {
        let Some(speaking) = self.speaking.take_if(|speaking| speaking.turn == turn) else {
            return;
        };
        if let Some(mut question) = speaking.question {
            question.until = Some(now.since_start + self.settings.answer_limit);
            if question.origin == Origin::Voice {
                let (turn, expects, language) = (question.answer, question.expects.clone(), self.language());
                self.commands.push_back(Command::Listen { turn, expects, language });
            }
            self.question = Some(question);
        }
    }

    /// Nobody speaks and nobody is listened to.
    fn is_quiet(&self) -> bool {
        self.ear.is_none() && self.speaking.is_none()
    }

    /// A reply that is on its way comes before a ringing timer.
    fn may_ring(&self) -> bool {
        self.is_quiet() && self.running.is_empty()
    }

    fn open_ear(&mut self, turn: TurnId, wake_cue_at: Option<Duration>, now: Moment) {
        let until = now.since_start + LISTENING_LIMIT;
        self.ear = Some(Ear { turn, phase: EarPhase::Listening { wake_cue_at, until } });
    }

    fn ear_of(&mut self, turn: TurnId) -> Option<&mut Ear> {
        self.ear.as_mut().filter(|ear| ear.turn == turn)
    }

    /// Whether the hypothesis of that turn is waited for; it is no longer.
    fn take_recognising(&mut self, turn: TurnId) -> bool {
        let waited = |ear: &mut Ear| ear.turn == turn && matches!(ear.phase, EarPhase::Recognising { .. });
        self.ear.take_if(waited).is_some()
    }

    /// A new turn takes the place of the one in progress.
    fn break_off_ear(&mut self) {
        if let Some(ear) = self.ear.take() {
            if matches!(ear.phase, EarPhase::Recognising { .. }) {
                self.commands.push_back(Command::CancelRecognition { turn: ear.turn });
            }
            self.refuse(ear.turn, Because::Abandoned);
        }
    }

    fn ear_ended(&mut self, turn: TurnId, because: Because) {
        if self.ear_of(turn).is_some() {
            self.ear = None;
            self.unanswered(turn);
            self.refuse(turn, because);
        }
    }

    /// When that turn was to answer a question: nothing is done.
    fn unanswered(&mut self, turn: TurnId) {
        if self.question_unanswered(turn) {
            self.say_phrase(turn, Phrase::Leave);
        }
    }

    fn situation(&self, now: Moment) -> Situation {
        Situation { area: self.settings.area.clone(), now: now.wall }
    }

    fn keep(&mut self, now: Moment) {
        let kept = self.own.kept(now);
        self.commands.push_back(Command::Keep(kept));
    }

    /// Who sets an alarm counts on it after a power cut too: where it cannot be kept that is said, once until it can.
    fn kept_safe(&mut self, safe: bool) {
        let was_safe = std::mem::replace(&mut self.kept_safe, safe);
        if was_safe && !safe {
            let speech = self.phrase(Phrase::NotKept);
            self.to_say.push_back(Utter::Speech {
                turn: None,
                reply: Reply { speech, ok: false },
                question: None,
            });
        }
    }

    fn report(&mut self, turn: TurnId, decision: Decision) {
        self.commands.push_back(Command::Report { turn, decision });
    }

    fn refuse(&mut self, turn: TurnId, because: Because) {
        self.report(turn, Decision::Refused { because });
    }

    fn cue(&mut self, cue: Cue) {
        self.to_say.push_back(Utter::Cue(cue));
    }

    fn language(&self) -> Language {
        Language::of(self.mind.language())
    }

    fn phrase(&self, phrase: Phrase<'_>) -> String {
        phrase.said(self.language())
    }

    fn say_phrase(&mut self, turn: TurnId, phrase: Phrase<'_>) {
        let speech = self.phrase(phrase);
        self.say(turn, &speech);
    }

    /// Says that something was not done.
    fn say(&mut self, turn: TurnId, speech: &str) {
        self.reply(turn, Reply { speech: speech.to_owned(), ok: false });
    }

    fn reply(&mut self, turn: TurnId, reply: Reply) {
        self.report(turn, Decision::Replied { reply: reply.clone() });
        if !reply.speech.is_empty() {
            self.to_say.push_back(Utter::Speech { turn: Some(turn), reply, question: None });
        }
    }
}
