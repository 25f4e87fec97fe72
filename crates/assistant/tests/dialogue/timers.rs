//! Timers, lists and what outlives a restart.

use expect_test::expect;
use mynah_assistant::dialogue::DialogueSettings;

use super::talk::{Talk, confirmed, talk};

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
