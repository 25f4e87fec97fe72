//! What is asked back: a yes, a PIN.

use expect_test::expect;
use mynah_assistant::Heard;
use mynah_assistant::dialogue::{DialogueSettings, Event, Kept};
use mynah_audio::SamplePos;

use super::talk::{Talk, confirmed, talk};

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
fn one_of_two_that_sound_alike() {
    let mut talk = talk();
    let mut hear = |confidence: f32, other: &str, behind: f32, answers: &[&str]| {
        let turn = talk.wake();
        talk.speak_unclearly(turn, "milk", &[("stir", 0.0), (other, behind)], confidence);
        answers.iter().for_each(|answer| talk.reply(answer));
        talk.spoken();
    };
    hear(0.4, "eggs", 0.1, &["the second"]);
    hear(0.4, "eggs", 0.1, &["no"]);
    hear(0.4, "eggs", 0.1, &["both", "milk"]);
    // What needs a yes asks for one.
    hear(0.4, "kettle on", 0.1, &["the last one", "no"]);
    // Sure enough, too far behind, the same.
    hear(0.6, "eggs", 0.1, &[]);
    hear(0.4, "eggs", 0.3, &[]);
    hear(0.4, "milk", 0.1, &[]);
    // So unsure that nothing is done.
    hear(0.1, "eggs", 0.1, &[]);
    talk.is(expect![[r#"
        0 s: wake word
        0 s: "milk"
          say "Shall I add \"milk\" to the shopping list, or add \"eggs\" to the shopping list?"
          listen for Which(["add \"milk\" to the shopping list", "add \"eggs\" to the shopping list"])
        0 s: "the second"
          keep
          cue Done
          say "I put eggs on the shopping list."
        0 s: wake word
        0 s: "milk"
          say "Shall I add \"milk\" to the shopping list, or add \"eggs\" to the shopping list?"
          listen for Which(["add \"milk\" to the shopping list", "add \"eggs\" to the shopping list"])
        0 s: "no"
          refused: Declined
          say "All right, I leave it."
        0 s: wake word
        0 s: "milk"
          say "Shall I add \"milk\" to the shopping list, or add \"eggs\" to the shopping list?"
          listen for Which(["add \"milk\" to the shopping list", "add \"eggs\" to the shopping list"])
        0 s: "both"
          say "Shall I add \"milk\" to the shopping list, or add \"eggs\" to the shopping list?"
          listen for Which(["add \"milk\" to the shopping list", "add \"eggs\" to the shopping list"])
        0 s: "milk"
          keep
          cue Done
          say "I put milk on the shopping list."
        0 s: wake word
        0 s: "milk"
          say "Shall I add \"milk\" to the shopping list, or plug.kettle power = on?"
          listen for Which(["add \"milk\" to the shopping list", "plug.kettle power = on"])
        0 s: "the last one"
          say "Shall I plug.kettle power = on?"
          listen for YesNo
        0 s: "no"
          refused: Declined
          say "All right, I leave it."
        0 s: wake word
        0 s: "milk"
          cue Done
          say "There is milk on the shopping list already."
        0 s: wake word
        0 s: "milk"
          cue Done
          say "There is milk on the shopping list already."
        0 s: wake word
        0 s: "milk"
          cue Done
          say "There is milk on the shopping list already."
        0 s: wake word
        0 s: "milk"
          refused: TooUnsure { confidence: 0.1, least: 0.2 }
          cue Error
          say "Sorry, I did not get that."
    "#]]);
}
