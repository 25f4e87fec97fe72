//! Conversations: what goes in, and every command that comes out.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use expect_test::{Expect, expect};
use mynah_assistant::dialogue::{Command, Decision, Dialogue, DialogueSettings, Event, Kept, Understanding};
use mynah_assistant::ports::{Detection, Hypothesis};
use mynah_assistant::{AbandonReason, EndReason, Heard, Moment, TurnId, TurnIds};
use mynah_audio::SamplePos;
use mynah_home::{Capability, DeviceId, Home, State};
use mynah_intent::{Intent, Reading};
use mynah_skill::{Action, Failure, FailureKind, Local, Outcome, Plan, Refusal, Reply, Risk, Situation};
use proptest::prelude::*;
use time::macros::datetime;

/// A few sentences that stand for skills.
struct Sentences;

fn power(device: &str, on: bool) -> Action {
    let (device, to) = (DeviceId(device.into()), State::Bool(on));
    Action::Set { device, capability: Capability::Power, to }
}

fn timer(name: Option<&str>, seconds: u64) -> Action {
    let (length, name) = (Duration::from_secs(seconds), name.map(str::to_owned));
    Action::Local(Local::TimerStart { length, name })
}

fn sentences() -> Vec<(&'static str, Risk, Vec<Action>)> {
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
        Ok(Plan { skill: "test".into(), intent, risk, actions, reply: String::new(), parts: Vec::new() })
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
struct Talk {
    dialogue: Dialogue,
    ids: TurnIds,
    time: Duration,
    log: String,
    /// Commands that want an answer.
    executing: Vec<(TurnId, Plan)>,
    speaking: Vec<Option<TurnId>>,
    listening: Vec<TurnId>,
    kept: Kept,
}

impl Talk {
    fn new(kept: Kept, settings: DialogueSettings) -> Talk {
        let ids = TurnIds::default();
        let dialogue =
            Dialogue::new(settings, Box::new(Sentences), &kept, ids.clone(), moment(Duration::ZERO));
        let (log, executing, speaking, listening) = Default::default();
        Talk { dialogue, ids, time: Duration::ZERO, log, executing, speaking, listening, kept }
    }

    fn tell(&mut self, event: Event) {
        self.dialogue.handle(event, moment(self.time));
        while let Some(command) = self.dialogue.poll_action() {
            self.write(command);
        }
    }

    fn write(&mut self, command: Command) {
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
            Command::Listen { turn, expects } => {
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

    fn wake(&mut self) -> TurnId {
        let turn = self.ids.allocate();
        let _ = writeln!(self.log, "{} s: wake word", self.time.as_secs_f32());
        let detection = Detection { word: Arc::from("computer"), score: 0.9 };
        self.tell(Event::Heard(Heard::Wake { turn, at: SamplePos(0), detection, from: SamplePos(0) }));
        turn
    }

    /// What is said in an open turn.
    fn speak(&mut self, turn: TurnId, text: &str, confidence: f32) {
        let at = SamplePos(0);
        self.tell(Event::Heard(Heard::SpeechStart { turn, at, speech_start: at }));
        self.tell(Event::Heard(Heard::SpeechEnd { turn, at, speech_end: at, reason: EndReason::Silence }));
        let accepted = confidence > 0.0;
        let hypothesis = Hypothesis { text: text.into(), confidence, accepted, ..Hypothesis::default() };
        let _ = writeln!(self.log, "{} s: {text:?}", self.time.as_secs_f32());
        self.tell(Event::Hypothesis { turn, hypothesis });
    }

    fn say(&mut self, text: &str) -> TurnId {
        let turn = self.wake();
        self.speak(turn, text, 0.9);
        turn
    }

    fn type_in(&mut self, text: &str) {
        let turn = self.ids.allocate();
        let _ = writeln!(self.log, "typed {text:?}");
        self.tell(Event::Text { turn, text: text.into() });
    }

    /// The devices answer.
    fn answer(&mut self, outcomes: &[Outcome]) {
        let (turn, _) = self.executing.remove(0);
        self.tell(Event::Outcomes { turn, outcomes: outcomes.to_vec() });
    }

    /// What is being said is over.
    fn spoken(&mut self) {
        for turn in std::mem::take(&mut self.speaking) {
            self.tell(Event::SpeechDone { turn });
        }
    }

    /// The follow-up turn that was asked for opens, and this is said in it.
    fn reply(&mut self, text: &str) {
        self.spoken();
        let turn = self.listening.remove(0);
        self.tell(Event::Heard(Heard::Opened { turn, at: SamplePos(0) }));
        self.speak(turn, text, 0.9);
    }

    /// Time passes, with a timeout whenever one is due; speech takes no time.
    fn wait(&mut self, seconds: f32) {
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

    fn is(&self, expect: Expect) {
        expect.assert_eq(&self.log);
    }
}

fn moment(since_start: Duration) -> Moment {
    Moment { since_start, wall: datetime!(2026-11-21 09:20 UTC) + since_start }
}

fn talk() -> Talk {
    let settings = DialogueSettings { wake_cue_after: None, ..DialogueSettings::default() };
    Talk::new(Kept::default(), settings)
}

fn confirmed(on: bool) -> Outcome {
    Outcome::Confirmed { state: State::Bool(on) }
}

fn unreachable() -> Outcome {
    Outcome::Failed(Failure { kind: FailureKind::Unreachable, message: "no route".into() })
}

#[test]
fn a_lamp() {
    let mut talk = talk();
    talk.say("lamp on");
    talk.answer(&[confirmed(true)]);
    talk.is(expect![[r#"
        0 s: wake word
        0 s: "lamp on"
          do light.lamp power = on
          cue Done
          say "Light.lamp is on."
    "#]]);
}

#[test]
fn a_lamp_that_does_not_answer() {
    let mut talk = talk();
    talk.say("lamp on");
    talk.answer(&[unreachable()]);
    talk.spoken();
    talk.say("lamp on");
    talk.answer(&[Outcome::Unconfirmed { read: None }]);
    talk.spoken();
    // The endpoint does not say anything at all.
    talk.say("lamp on");
    talk.wait(20.0);
    talk.is(expect![[r#"
        0 s: wake word
        0 s: "lamp on"
          do light.lamp power = on
          cue Error
          say "I could not reach light.lamp."
        0 s: wake word
        0 s: "lamp on"
          do light.lamp power = on
          cue Error
          say "I told light.lamp to turn on, but it did not confirm."
        0 s: wake word
        0 s: "lamp on"
          do light.lamp power = on
        15 s:
          cue Error
          say "I could not reach light.lamp."
    "#]]);
}

#[test]
fn what_is_not_understood() {
    let mut talk = talk();
    let turn = talk.wake();
    talk.speak(turn, "", 0.0);
    talk.spoken();
    talk.say("sing a song");
    talk.spoken();
    // Typed words need no sound.
    talk.type_in("sing a song");
    talk.say("gazebo on");
    talk.spoken();
    // Too unsure.
    let turn = talk.wake();
    talk.speak(turn, "lamp on", 0.1);
    talk.is(expect![[r#"
        0 s: wake word
        0 s: ""
          refused: NotUnderstood { confidence: 0.0 }
          cue Error
          say "Sorry, I did not get that."
        0 s: wake word
        0 s: "sing a song"
          refused: NoReading { text: "sing a song" }
          cue Error
          say "Sorry, I did not get that."
        typed "sing a song"
          refused: NoReading { text: "sing a song" }
        0 s: wake word
        0 s: "gazebo on"
          refused: Refusal { refusal: Unresolved { said: "gazebo" } }
          cue Error
          say "I don't know anything called gazebo."
        0 s: wake word
        0 s: "lamp on"
          refused: TooUnsure { confidence: 0.1, least: 0.2 }
          cue Error
          say "Sorry, I did not get that."
    "#]]);
}

#[test]
fn nothing_is_said() {
    let mut talk = Talk::new(Kept::default(), DialogueSettings::default());
    let turn = talk.wake();
    talk.wait(3.0);
    talk.tell(Event::Heard(Heard::NoSpeech { turn, at: SamplePos(0) }));
    // Only the tail of the wake word was heard.
    let turn = talk.wake();
    let at = SamplePos(0);
    talk.tell(Event::Heard(Heard::SpeechEnd { turn, at, speech_end: at, reason: EndReason::Silence }));
    let hypothesis = Hypothesis { free_text: Some(String::new()), ..Hypothesis::default() };
    talk.tell(Event::Hypothesis { turn, hypothesis });
    talk.is(expect![[r#"
        0 s: wake word
        0.35 s:
          cue Wake
          refused: NothingSaid
        3 s: wake word
          refused: NothingSaid
    "#]]);
}

#[test]
fn confirmation() {
    let mut talk = talk();
    talk.say("kettle on");
    talk.reply("yes please");
    talk.answer(&[confirmed(true)]);
    talk.spoken();
    talk.say("kettle on");
    talk.reply("never mind");
    talk.spoken();
    talk.say("kettle on");
    talk.reply("perhaps");
    talk.reply("perhaps");
    talk.spoken();
    // Nobody answers.
    talk.say("kettle on");
    talk.spoken();
    talk.wait(30.0);
    // A yes that comes from nowhere switches nothing.
    talk.say("yes");
    talk.is(expect![[r#"
        0 s: wake word
        0 s: "kettle on"
          say "Shall I plug.kettle power = on?"
          listen for YesNo
        0 s: "yes please"
          do plug.kettle power = on
          cue Done
          say "Plug.kettle is on."
        0 s: wake word
        0 s: "kettle on"
          say "Shall I plug.kettle power = on?"
          listen for YesNo
        0 s: "never mind"
          refused: Declined
          say "All right, I leave it."
        0 s: wake word
        0 s: "kettle on"
          say "Shall I plug.kettle power = on?"
          listen for YesNo
        0 s: "perhaps"
          say "Please say yes or no. Shall I plug.kettle power = on?"
          listen for YesNo
        0 s: "perhaps"
          refused: NoAnswer
          say "I still did not get that, so I leave it."
        0 s: wake word
        0 s: "kettle on"
          say "Shall I plug.kettle power = on?"
          listen for YesNo
        30 s: wake word
        30 s: "yes"
          refused: NoReading { text: "yes" }
          cue Error
          say "Sorry, I did not get that."
    "#]]);
}

#[test]
fn confirmation_by_typing() {
    let mut talk = talk();
    talk.type_in("kettle on");
    talk.spoken();
    talk.type_in("yes");
    talk.spoken();
    // Answered before the question was spoken.
    talk.type_in("kettle on");
    talk.type_in("no");
    talk.spoken();
    talk.type_in("kettle on");
    talk.spoken();
    talk.type_in("what time");
    talk.is(expect![[r#"
        typed "kettle on"
          say "Shall I plug.kettle power = on?"
        typed "yes"
          do plug.kettle power = on
        typed "kettle on"
          say "Shall I plug.kettle power = on?"
        typed "no"
          refused: Declined
          say "All right, I leave it."
        typed "kettle on"
          say "Shall I plug.kettle power = on?"
        typed "what time"
    "#]]);
}

#[test]
fn a_pin() {
    let mut talk = talk();
    talk.say("alarm off");
    talk.is(expect![[r#"
        0 s: wake word
        0 s: "alarm off"
          refused: NoPin
          cue Error
          say "That needs a PIN, and none is set."
    "#]]);
    let settings =
        DialogueSettings { pin: Some("1234".into()), wake_cue_after: None, ..DialogueSettings::default() };
    let mut talk = Talk::new(Kept::default(), settings);
    talk.say("alarm off");
    talk.reply("one two three four");
    talk.answer(&[confirmed(false)]);
    for _ in 0..3 {
        talk.spoken();
        talk.say("alarm off");
        talk.reply("four three two one");
    }
    talk.spoken();
    talk.say("alarm off");
    talk.spoken();
    talk.wait(121.0);
    talk.say("alarm off");
    talk.is(expect![[r#"
        0 s: wake word
        0 s: "alarm off"
          say "What is the PIN to switch.alarm power = off?"
          listen for Pin
        0 s: "one two three four"
          do switch.alarm power = off
          cue Done
          say "Switch.alarm is off."
        0 s: wake word
        0 s: "alarm off"
          say "What is the PIN to switch.alarm power = off?"
          listen for Pin
        0 s: "four three two one"
          refused: WrongPin
          cue Error
          say "That PIN is wrong."
        0 s: wake word
        0 s: "alarm off"
          say "What is the PIN to switch.alarm power = off?"
          listen for Pin
        0 s: "four three two one"
          refused: WrongPin
          cue Error
          say "That PIN is wrong."
        0 s: wake word
        0 s: "alarm off"
          say "What is the PIN to switch.alarm power = off?"
          listen for Pin
        0 s: "four three two one"
          refused: WrongPin
          cue Error
          say "That PIN is wrong."
        0 s: wake word
        0 s: "alarm off"
          refused: PinLocked
          cue Error
          say "There were too many wrong PINs. Please wait a while."
        121 s: wake word
        121 s: "alarm off"
          say "What is the PIN to switch.alarm power = off?"
    "#]]);
    assert!(!talk.log.contains("1234"));
}

#[test]
fn a_pin_is_a_secret_even_when_it_comes_too_late() {
    let settings = DialogueSettings { pin: Some("1234".into()), ..DialogueSettings::default() };
    let mut talk = Talk::new(Kept::default(), settings);
    let first = talk.say("alarm off");
    talk.spoken();
    let turn = talk.listening.remove(0);
    talk.tell(Event::Heard(Heard::Opened { turn, at: SamplePos(0) }));
    talk.wake();
    assert!(talk.dialogue.is_secret(turn));
    assert!(!talk.dialogue.is_secret(first));
}

#[test]
fn timers() {
    let mut talk = talk();
    for text in ["how long", "pizza timer", "ten minutes", "how long", "cancel timer", "no timer"] {
        talk.say(text);
        talk.spoken();
    }
    talk.wait(75.0);
    talk.say("stop");
    talk.spoken();
    talk.wait(30.0);
    talk.say("how long");
    talk.spoken();
    talk.say("cancel timer");
    talk.is(expect![[r#"
        0 s: wake word
        0 s: "how long"
          cue Done
          say "There is no timer running."
        0 s: wake word
        0 s: "pizza timer"
          keep
          cue Done
          say "The pizza timer is set for 1 minute."
        0 s: wake word
        0 s: "ten minutes"
          keep
          cue Done
          say "The timer is set for 10 minutes."
        0 s: wake word
        0 s: "how long"
          cue Done
          say "1 minute left on the pizza timer and 10 minutes left on the 10 minute timer."
        0 s: wake word
        0 s: "cancel timer"
          cue Error
          say "There are 2 timers: the pizza timer and the 10 minute timer. Say which one."
        0 s: wake word
        0 s: "no timer"
          cue Error
          say "A timer needs a length."
        60 s:
          keep
          cue Timer
          say "The pizza timer is over."
        65 s:
          cue Timer
        70 s:
          cue Timer
        75 s:
          cue Timer
        75 s: wake word
        75 s: "stop"
          cue Done
        105 s: wake word
        105 s: "how long"
          cue Done
          say "8 minutes and 15 seconds left on the 10 minute timer."
        105 s: wake word
        105 s: "cancel timer"
          keep
          cue Done
          say "The 10 minute timer is cancelled."
    "#]]);
}

#[test]
fn nobody_comes_to_the_ringing_timer() {
    let mut talk = talk();
    talk.say("pizza timer");
    talk.spoken();
    talk.wait(600.0);
    assert_eq!(talk.log.matches("cue Timer").count(), 12);
    assert_eq!(talk.log.matches("is over").count(), 1);
    assert_eq!(talk.dialogue.poll_timeout(), None);
}

#[test]
fn a_timer_waits_until_the_person_has_spoken() {
    let mut talk = talk();
    talk.say("pizza timer");
    talk.spoken();
    talk.wait(59.0);
    let turn = talk.wake();
    talk.wait(3.0);
    talk.speak(turn, "lamp on", 0.9);
    talk.answer(&[confirmed(true)]);
    talk.spoken();
    talk.is(expect![[r#"
        0 s: wake word
        0 s: "pizza timer"
          keep
          cue Done
          say "The pizza timer is set for 1 minute."
        59 s: wake word
        60 s:
          keep
        62 s: "lamp on"
          do light.lamp power = on
          cue Done
          say "Light.lamp is on."
          cue Timer
          say "The pizza timer is over."
    "#]]);
}

#[test]
fn timers_and_lists_outlive_a_restart() {
    let mut talk = talk();
    talk.say("pizza timer");
    talk.spoken();
    talk.say("milk");
    talk.spoken();
    let json = serde_json::to_string(&talk.kept).unwrap();
    let settings = DialogueSettings { wake_cue_after: None, ..DialogueSettings::default() };
    let mut talk = Talk::new(serde_json::from_str(&json).unwrap(), settings);
    talk.say("eggs");
    talk.spoken();
    talk.say("milk");
    talk.spoken();
    talk.say("read list");
    talk.spoken();
    talk.wait(61.0);
    talk.say("clear list");
    talk.is(expect![[r#"
        0 s: wake word
        0 s: "eggs"
          keep
          cue Done
          say "I put eggs on the shopping list."
        0 s: wake word
        0 s: "milk"
          cue Done
          say "There is milk on the shopping list already."
        0 s: wake word
        0 s: "read list"
          cue Done
          say "There are 2 things on the shopping list: milk and eggs."
        60 s:
          keep
          cue Timer
          say "The pizza timer is over."
        61 s: wake word
        61 s: "clear list"
          keep
          cue Done
          say "The shopping list is empty now."
    "#]]);
}

#[test]
fn small_talk() {
    let mut talk = talk();
    for text in ["what time", "what day", "help", "louder", "louder", "read list", "stop"] {
        talk.say(text);
        talk.spoken();
    }
    talk.is(expect![[r#"
        0 s: wake word
        0 s: "what time"
          cue Done
          say "It is twenty past nine."
        0 s: wake word
        0 s: "what day"
          cue Done
          say "Today is Saturday, the twenty-first of November."
        0 s: wake word
        0 s: "help"
          cue Done
          say "Ask me about the lamp."
        0 s: wake word
        0 s: "louder"
          volume 85
          keep
          cue Done
          say "The volume is at 85 percent."
        0 s: wake word
        0 s: "louder"
          volume 100
          keep
          cue Done
          say "The volume is at 100 percent."
        0 s: wake word
        0 s: "read list"
          cue Done
          say "The shopping list is empty."
        0 s: wake word
        0 s: "stop"
          cue Done
    "#]]);
}

#[test]
fn devices_and_our_own_actions_in_one_plan() {
    let mut talk = talk();
    talk.say("good night");
    talk.answer(&[confirmed(false), unreachable()]);
    talk.is(expect![[r#"
        0 s: wake word
        0 s: "good night"
          keep
          do light.lamp power = off; plug.tv power = off
          cue Error
          say "The sleep timer is set for 15 minutes, but I could not reach plug.tv."
    "#]]);
}

#[test]
fn a_new_turn_takes_the_place_of_the_old() {
    let mut talk = talk();
    // It is still being recognised.
    let old = talk.wake();
    let at = SamplePos(0);
    talk.tell(Event::Heard(Heard::SpeechEnd { turn: old, at, speech_end: at, reason: EndReason::Silence }));
    let new = talk.wake();
    let hypothesis = |text: &str| Hypothesis {
        text: text.into(),
        confidence: 0.9,
        accepted: true,
        ..Hypothesis::default()
    };
    talk.tell(Event::Hypothesis { turn: old, hypothesis: hypothesis("lamp on") });
    talk.speak(new, "what time", 0.9);
    talk.spoken();
    // A plan in flight is finished, and told when nobody speaks any more.
    talk.say("lamp on");
    let new = talk.wake();
    talk.answer(&[confirmed(true)]);
    talk.speak(new, "what day", 0.9);
    talk.spoken();
    // Broken off by the ears: not a word.
    let turn = talk.wake();
    talk.tell(Event::Heard(Heard::Abandoned { turn, at, reason: AbandonReason::Gap }));
    talk.is(expect![[r#"
        0 s: wake word
        0 s: wake word
          cancel recognition of 1
          refused: Abandoned
        0 s: "what time"
          cue Done
          say "It is twenty past nine."
        0 s: wake word
        0 s: "lamp on"
          do light.lamp power = on
        0 s: wake word
        0 s: "what day"
          cue Done
          say "Light.lamp is on."
          cue Done
          say "Today is Saturday, the twenty-first of November."
        0 s: wake word
          refused: Abandoned
    "#]]);
}

#[test]
fn a_recogniser_that_hangs_or_fails() {
    let mut talk = talk();
    let turn = talk.wake();
    let at = SamplePos(0);
    talk.tell(Event::Heard(Heard::SpeechEnd { turn, at, speech_end: at, reason: EndReason::Silence }));
    talk.wait(11.0);
    let turn = talk.wake();
    talk.tell(Event::Heard(Heard::SpeechEnd { turn, at, speech_end: at, reason: EndReason::Silence }));
    talk.tell(Event::RecognitionFailed { turn, message: "out of memory".into() });
    talk.is(expect![[r#"
        0 s: wake word
        10 s:
          cancel recognition of 1
          refused: RecognitionFailed { message: "no answer in time" }
          cue Error
          say "Sorry, something went wrong with my hearing."
        11 s: wake word
          refused: RecognitionFailed { message: "out of memory" }
          cue Error
          say "Sorry, something went wrong with my hearing."
    "#]]);
}

/// Any event at any time, also such that do not belong together.
fn any_event() -> impl Strategy<Value = (u8, usize, u64, f32)> {
    (0u8..12, 0usize..sentences().len(), 1u64..8, 0.0f32..20.0)
}

proptest! {
    /// Whatever comes in whatever order: after enough time nothing is open, nothing is waited for, and every plan has
    /// been answered by outcomes or by a failure.
    #[test]
    fn no_dialogue_hangs(events in prop::collection::vec(any_event(), 0..60)) {
        let settings = DialogueSettings { pin: Some("1234".into()), ..DialogueSettings::default() };
        let mut talk = Talk::new(Kept::default(), settings);
        let at = SamplePos(0);
        for (kind, sentence, turn, seconds) in events {
            let text = sentences()[sentence].0.to_owned();
            let turn = TurnId(turn);
            let reason = EndReason::Silence;
            match kind {
                0 => talk.wait(seconds),
                1 => { talk.wake(); }
                2 => { talk.say(&text); }
                3 => talk.type_in(&text),
                4 => talk.spoken(),
                5 => talk.tell(Event::Heard(Heard::SpeechEnd { turn, at, speech_end: at, reason })),
                6 => talk.tell(Event::Heard(Heard::NoSpeech { turn, at })),
                7 => talk.tell(Event::Heard(Heard::Opened { turn, at })),
                8 => talk.tell(Event::Outcomes { turn, outcomes: vec![confirmed(true); sentence % 3] }),
                9 => if !talk.listening.is_empty() { talk.reply(if sentence % 2 == 0 { "yes" } else { "1 2 3 4" }) },
                10 => talk.tell(Event::RecognitionFailed { turn, message: String::new() }),
                _ => talk.tell(Event::SpeechDone { turn: Some(turn) }),
            }
        }
        talk.wait(2_000.0);
        prop_assert_eq!(talk.dialogue.poll_timeout(), None);
        prop_assert_eq!(talk.dialogue.plans_in_flight(), 0);
        prop_assert!((1..100).all(|turn| !talk.dialogue.is_open(TurnId(turn))));
    }
}
