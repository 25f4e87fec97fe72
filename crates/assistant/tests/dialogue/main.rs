//! Conversations: what goes in, and every command that comes out.

mod questions;
mod talk;
mod timers;

use expect_test::expect;
use mynah_assistant::dialogue::{DialogueSettings, Event, Kept};
use mynah_assistant::ports::Hypothesis;
use mynah_assistant::{AbandonReason, EndReason, Heard, TurnId};
use mynah_audio::SamplePos;
use mynah_skill::Outcome;
use proptest::prelude::*;

use talk::{Talk, confirmed, sentences, talk, unreachable};

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
    let hypothesis = Hypothesis { silent: true, ..Hypothesis::default() };
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
