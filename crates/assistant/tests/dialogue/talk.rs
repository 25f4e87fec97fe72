//! A conversation that is written down as it goes, and the sentences that stand for skills in it.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use expect_test::Expect;
use mynah_assistant::dialogue::{Command, Decision, Dialogue, DialogueSettings, Event, Kept, Understanding};
use mynah_assistant::ports::{Alternative, Detection, Hypothesis};
use mynah_assistant::{EndReason, Heard, Moment, TurnId, TurnIds};
use mynah_audio::SamplePos;
use mynah_home::{Capability, DeviceId, Home, State};
use mynah_intent::{Intent, Reading};
use mynah_skill::{
    Action, Failure, FailureKind, Language, Local, Outcome, Plan, Refusal, Reply, Risk, Situation,
};
use time::macros::datetime;

/// A few sentences that stand for skills.
pub(crate) struct Sentences;

pub(crate) fn power(device: &str, on: bool) -> Action {
    let (device, to) = (DeviceId(device.into()), State::Bool(on));
    Action::Set { device, capability: Capability::Power, to }
}

pub(crate) fn timer(name: Option<&str>, seconds: u64) -> Action {
    let (length, name) = (Duration::from_secs(seconds), name.map(str::to_owned));
    Action::Local(Local::TimerStart { length, name })
}

pub(crate) fn sentences() -> Vec<(&'static str, Risk, Vec<Action>)> {
    let list = || "shopping".to_owned();
    let local = |local: Local| vec![Action::Local(local)];
    vec![
        ("lamp on", Risk::Low, vec![power("light.lamp", true)]),
        ("pizza timer", Risk::Low, vec![timer(Some("pizza"), 60)]),
        ("ten minutes", Risk::Low, vec![timer(None, 600)]),
        ("no timer", Risk::Low, vec![timer(None, 0)]),
        ("how long", Risk::Low, local(Local::TimerRemaining { name: None })),
        ("cancel timer", Risk::Low, local(Local::TimerCancel { name: None })),
        ("stop", Risk::Low, local(Local::Cancel)),
        ("what time", Risk::Low, local(Local::TellTime)),
        ("what day", Risk::Low, local(Local::TellDate)),
        ("louder", Risk::Low, local(Local::VolumeAdjust { by: 25.0 })),
        ("milk", Risk::Low, local(Local::ListAdd { list: list(), item: "milk".into() })),
        ("eggs", Risk::Low, local(Local::ListAdd { list: list(), item: "eggs".into() })),
        ("read list", Risk::Low, local(Local::ListRead { list: list() })),
        ("clear list", Risk::Low, local(Local::ListClear { list: list() })),
        ("help", Risk::Low, local(Local::Help { topic: None })),
        (
            "good night",
            Risk::Low,
            vec![power("light.lamp", false), timer(Some("sleep"), 900), power("plug.tv", false)],
        ),
        ("kettle on", Risk::Confirm, vec![power("plug.kettle", true)]),
        ("alarm off", Risk::Pin, vec![power("switch.alarm", false)]),
        ("gazebo on", Risk::Low, vec![]),
    ]
}

impl Understanding for Sentences {
    fn understand(&self, text: &str, _: &Situation) -> Vec<Reading> {
        let intent = Intent { name: text.replace(' ', "."), slots: Default::default() };
        let found = sentences().iter().position(|(sentence, ..)| *sentence == text);
        let context = Default::default();
        found
            .map(|spec| Reading { intent, confidence: 1.0, spec, sentence: 0, context })
            .into_iter()
            .collect()
    }

    fn plan(&self, reading: &Reading, _: &Situation) -> Result<Plan, Refusal> {
        if reading.intent.name.starts_with("gazebo") {
            return Err(Refusal::Unresolved { said: "gazebo".into() });
        }
        let (_, risk, actions) = sentences().swap_remove(reading.spec);
        let intent = reading.intent.clone();
        Ok(Plan {
            language: Language::English,
            skill: "test".into(),
            intent,
            risk,
            actions,
            reply: String::new(),
            parts: Vec::new(),
        })
    }

    fn reply(&self, plan: &Plan, outcomes: &[Outcome]) -> Reply {
        plan.reply(&Home::default(), outcomes)
    }

    fn describe(&self, plan: &Plan) -> String {
        plan.actions.iter().map(Action::to_string).collect()
    }

    fn help(&self, _: Option<&str>) -> String {
        "Ask me about the lamp.".into()
    }
}

/// One conversation, written down as it goes.
pub(crate) struct Talk {
    pub dialogue: Dialogue,
    pub ids: TurnIds,
    pub time: Duration,
    pub log: String,
    /// Commands that want an answer.
    pub executing: Vec<(TurnId, Plan)>,
    pub speaking: Vec<Option<TurnId>>,
    pub listening: Vec<TurnId>,
    pub kept: Kept,
}

impl Talk {
    pub(crate) fn new(kept: Kept, settings: DialogueSettings) -> Talk {
        let ids = TurnIds::default();
        let dialogue =
            Dialogue::new(settings, Box::new(Sentences), &kept, ids.clone(), moment(Duration::ZERO));
        let (log, executing, speaking, listening) = Default::default();
        Talk { dialogue, ids, time: Duration::ZERO, log, executing, speaking, listening, kept }
    }

    pub(crate) fn tell(&mut self, event: Event) {
        self.dialogue.handle(event, moment(self.time));
        while let Some(command) = self.dialogue.poll_action() {
            self.write(command);
        }
    }

    pub(crate) fn write(&mut self, command: Command) {
        let log = &mut self.log;
        let _ = match command {
            Command::Cue(cue) => writeln!(log, "  cue {cue:?}"),
            Command::Execute { turn, plan } => {
                let actions: Vec<String> = plan.actions.iter().map(Action::to_string).collect();
                self.executing.push((turn, plan));
                writeln!(log, "  do {}", actions.join("; "))
            }
            Command::Speak { turn, reply } => {
                self.speaking.push(turn);
                writeln!(log, "  say {:?}", reply.speech)
            }
            Command::StopSpeaking => writeln!(log, "  be silent"),
            Command::Listen { turn, expects, .. } => {
                self.listening.push(turn);
                writeln!(log, "  listen for {expects:?}")
            }
            Command::CancelRecognition { turn } => writeln!(log, "  cancel recognition of {}", turn.0),
            Command::SetVolume { percent } => writeln!(log, "  volume {percent}"),
            Command::Keep(kept) => {
                self.kept = kept;
                writeln!(log, "  keep")
            }
            Command::Report { decision: Decision::Refused { because }, .. } => {
                writeln!(log, "  refused: {because:?}")
            }
            Command::Report { .. } => Ok(()),
        };
    }

    pub(crate) fn wake(&mut self) -> TurnId {
        let turn = self.ids.allocate();
        let _ = writeln!(self.log, "{} s: wake word", self.time.as_secs_f32());
        let detection = Detection { word: Arc::from("computer"), score: 0.9 };
        self.tell(Event::Heard(Heard::Wake { turn, at: SamplePos(0), detection, from: SamplePos(0) }));
        turn
    }

    /// What is said in an open turn.
    pub(crate) fn speak(&mut self, turn: TurnId, text: &str, confidence: f32) {
        self.speak_unclearly(turn, text, &[], confidence);
    }

    /// What is said in an open turn; it might also be the `others`, at these scores behind it.
    pub(crate) fn speak_unclearly(
        &mut self,
        turn: TurnId,
        text: &str,
        others: &[(&str, f32)],
        confidence: f32,
    ) {
        let at = SamplePos(0);
        self.tell(Event::Heard(Heard::SpeechStart { turn, at, speech_start: at }));
        self.tell(Event::Heard(Heard::SpeechEnd { turn, at, speech_end: at, reason: EndReason::Silence }));
        let accepted = confidence > 0.0;
        let readings = std::iter::once((text, 0.0)).chain(others.iter().map(|(text, by)| (*text, -by)));
        let n_best = readings.map(|(text, score)| Alternative { text: text.into(), score }).collect();
        let hypothesis =
            Hypothesis { text: text.into(), confidence, accepted, n_best, ..Hypothesis::default() };
        let _ = writeln!(self.log, "{} s: {text:?}", self.time.as_secs_f32());
        self.tell(Event::Hypothesis { turn, hypothesis });
    }

    pub(crate) fn say(&mut self, text: &str) -> TurnId {
        let turn = self.wake();
        self.speak(turn, text, 0.9);
        turn
    }

    pub(crate) fn type_in(&mut self, text: &str) {
        let turn = self.ids.allocate();
        let _ = writeln!(self.log, "typed {text:?}");
        self.tell(Event::Text { turn, text: text.into() });
    }

    /// The devices answer.
    pub(crate) fn answer(&mut self, outcomes: &[Outcome]) {
        let (turn, _) = self.executing.remove(0);
        self.tell(Event::Outcomes { turn, outcomes: outcomes.to_vec() });
    }

    /// What is being said is over.
    pub(crate) fn spoken(&mut self) {
        for turn in std::mem::take(&mut self.speaking) {
            self.tell(Event::SpeechDone { turn });
        }
    }

    /// The follow-up turn that was asked for opens, and this is said in it.
    pub(crate) fn reply(&mut self, text: &str) {
        self.spoken();
        let turn = self.listening.remove(0);
        self.tell(Event::Heard(Heard::Opened { turn, at: SamplePos(0) }));
        self.speak(turn, text, 0.9);
    }

    /// Time passes, with a timeout whenever one is due; speech takes no time.
    pub(crate) fn wait(&mut self, seconds: f32) {
        let end = self.time + Duration::from_secs_f32(seconds);
        while let Some(due) = self.dialogue.poll_timeout().filter(|due| *due <= end) {
            self.time = self.time.max(due);
            let before = self.log.len();
            self.tell(Event::Timeout);
            self.spoken();
            if self.log.len() > before {
                self.log.insert_str(before, &format!("{} s:\n", self.time.as_secs_f32()));
            }
        }
        self.time = end;
    }

    pub(crate) fn is(&self, expect: Expect) {
        expect.assert_eq(&self.log);
    }
}

pub(crate) fn moment(since_start: Duration) -> Moment {
    Moment { since_start, wall: datetime!(2026-11-21 09:20 UTC) + since_start }
}

pub(crate) fn talk() -> Talk {
    let settings = DialogueSettings { wake_cue_after: None, ..DialogueSettings::default() };
    Talk::new(Kept::default(), settings)
}

pub(crate) fn confirmed(on: bool) -> Outcome {
    Outcome::Confirmed { state: State::Bool(on) }
}

pub(crate) fn unreachable() -> Outcome {
    Outcome::Failed(Failure { kind: FailureKind::Unreachable, message: "no route".into() })
}
