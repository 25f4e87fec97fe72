//! Endpointing by picture: one character is 50 ms of what the microphone hears.
//!
//! | | level | VAD says | |
//! | --- | --- | --- | --- |
//! | `.` | −60 dB | no | a quiet room |
//! | `S` | −20 dB | yes | the person speaks |
//! | `s` | −30 dB | yes | softer: trailing off |
//! | `w` | −20 dB | yes | the wake word |
//! | `W` | −20 dB | yes | its end: the detection comes with the last frame |
//! | `D` | −60 dB | no | its detection, when it comes later |
//! | `n` | −25 dB | no | a kettle, as loud as it may be |
//! | `T` | −26 dB | yes | a loud television |
//! | `t` | −38 dB | yes | a television, or singing |
//! | `!` | −60 dB | no | the recogniser says: a whole sentence, so far |
//! | `?` | −60 dB | no | the recogniser says: perhaps in the middle of a phrase, so far |
//! | `…` | −60 dB | no | the recogniser says: surely in the middle of a phrase, so far |
//! | `~` | −60 dB | no | the recogniser is at work on what was said so far |
//! | `-` | −60 dB | no | the recogniser cannot tell whether the sentence is whole |
//! | `#` | −60 dB | no | the turn is broken off by others |
//! | `o` | −60 dB | no | a turn is opened without a wake word |
//! | `x` | | | 50 ms are lost |
//! | `M` | −20 dB | yes | we speak ourselves |

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use expect_test::{Expect, expect};
use mynah_assistant::ports::{Detection, ModelError, SpeechProb, Vad, WakeWord};
use mynah_assistant::{Control, Heard, Hint, Listener, ListenerSettings, Output, TurnIds};
use mynah_audio::{FRAME_SAMPLES, Frame, SamplePos, Samples};
use proptest::prelude::*;

/// What the models are to say about the next frame.
#[derive(Clone, Default)]
struct Script(Arc<(AtomicU32, AtomicBool)>);

impl Script {
    fn set(&self, percent: u32, detection: bool) {
        self.0.0.store(percent, Ordering::Relaxed);
        self.0.1.store(detection, Ordering::Relaxed);
    }
}

struct ScriptedWake(Script);

impl WakeWord for ScriptedWake {
    fn push(&mut self, _: &Frame) -> Result<Option<Detection>, ModelError> {
        let detected = self.0.0.1.load(Ordering::Relaxed);
        Ok(detected.then(|| Detection { word: Arc::from("computer"), score: 0.9 }))
    }
    fn delay(&self) -> Samples {
        Samples(0)
    }
    fn reset(&mut self) {}
}

/// Its score comes `late` frames late.
struct ScriptedVad {
    script: Script,
    late: usize,
    scores: VecDeque<u32>,
}

impl Vad for ScriptedVad {
    fn push(&mut self, _: &Frame) -> Result<SpeechProb, ModelError> {
        self.scores.push_back(self.script.0.0.load(Ordering::Relaxed));
        let percent = if self.scores.len() > self.late { self.scores.pop_front() } else { None };
        Ok(SpeechProb(percent.unwrap_or(0) as f32 / 100.0))
    }
    fn delay(&self) -> Samples {
        Samples::from_millis(10 * self.late as u64)
    }
    fn reset(&mut self) {
        self.scores.clear();
    }
}

/// A listener in a room, and what came of it.
struct Room {
    script: Script,
    listener: Listener,
    ids: TurnIds,
    at: SamplePos,
    out: Vec<Output>,
}

impl Room {
    fn new(start: SamplePos, late: usize) -> Room {
        let script = Script::default();
        let ids = TurnIds::default();
        let vad = ScriptedVad { script: script.clone(), late, scores: VecDeque::new() };
        let wake: Vec<Box<dyn WakeWord>> = vec![Box::new(ScriptedWake(script.clone()))];
        let listener = Listener::new(ListenerSettings::default(), wake, Box::new(vad), ids.clone());
        Room { script, listener, ids, at: start, out: Vec::new() }
    }

    fn push(&mut self, db: f32, percent: u32, detection: bool) {
        self.script.set(percent, detection);
        let amplitude = 10f32.powf(db / 20.0);
        let frame = Frame::new(self.at, [amplitude; FRAME_SAMPLES]);
        self.at = frame.end();
        self.listener.push(&frame, &mut self.out).expect("scripted models do not fail");
    }

    fn hear(&mut self, c: char) {
        let (db, percent) = match c {
            'S' | 'w' | 'W' | 'M' => (-20.0, 95),
            's' => (-30.0, 95),
            'n' => (-25.0, 10),
            'T' => (-26.0, 90),
            't' => (-38.0, 90),
            _ => (-60.0, 2),
        };
        self.listener.set_muted(c == 'M');
        match (c, self.listener.turn()) {
            ('x', _) => {
                self.at += Samples::from_millis(50);
                return;
            }
            ('o', _) => self.listener.open_turn(self.ids.allocate()),
            ('!', Some(turn)) => self.listener.hint(turn, self.at, Hint::Complete),
            ('?', Some(turn)) => {
                let (as_of, hint) = (self.at, Hint::Incomplete);
                self.listener.control(Control::Hint { turn, as_of, hint });
            }
            ('…', Some(turn)) => self.listener.hint(turn, self.at, Hint::MidPhrase),
            ('~', Some(turn)) => self.listener.hint(turn, self.at, Hint::Working),
            ('-', Some(turn)) => self.listener.hint(turn, self.at, Hint::Unsure),
            ('#', Some(turn)) => self.listener.control(Control::Abandon { turn }),
            _ => {}
        }
        for i in 0..5 {
            self.push(db, percent, i == 4 && matches!(c, 'W' | 'D'));
        }
    }

    fn heard(&self) -> Vec<Heard> {
        let heard = |output: &Output| match output {
            Output::Heard(heard) => Some(heard.clone()),
            Output::Audio { .. } => None,
        };
        self.out.iter().filter_map(heard).collect()
    }
}

/// Two seconds of quiet room, then the picture. Positions are in characters from the start of the picture.
fn listen(picture: &str) -> String {
    let mut room = Room::new(SamplePos(0), 0);
    let lead = 40;
    (0..lead).for_each(|_| room.hear('.'));
    picture.chars().filter(|c| *c != ' ').for_each(|c| room.hear(c));
    let pos = |at: &SamplePos| (at.0 as f64 / 80.0 - f64::from(lead) * 10.0).round() / 10.0;
    let mut text = String::new();
    for heard in room.heard() {
        let _ = match &heard {
            Heard::Wake { at, from, .. } => {
                write!(text, "wake {} (audio from {}) ", pos(at), pos(from))
            }
            Heard::Opened { at, .. } => write!(text, "open {} ", pos(at)),
            Heard::SpeechStart { speech_start, .. } => write!(text, "start {} ", pos(speech_start)),
            Heard::Pause { at, .. } => write!(text, "pause {} ", pos(at)),
            Heard::Resume { speech_start, .. } => write!(text, "resume {} ", pos(speech_start)),
            Heard::SpeechEnd { at, speech_end, reason, .. } => {
                write!(text, "end {} {reason:?} (speech to {}) ", pos(at), pos(speech_end))
            }
            Heard::NoSpeech { at, .. } => write!(text, "nothing {} ", pos(at)),
            Heard::Abandoned { at, reason, .. } => {
                write!(text, "abandoned {} {reason:?} ", pos(at))
            }
            Heard::Gap { at, missing } => {
                write!(text, "gap {} of {} ms ", pos(at), missing.as_millis())
            }
        };
    }
    text.trim_end().to_owned()
}

fn check(picture: &str, expect: Expect) {
    expect.assert_eq(&listen(picture));
}

#[test]
fn one_breath() {
    check(
        "wwwwwwwwwWSSSSSSSSSSSSSSSS....................",
        expect!["wake 10 (audio from -14) start 10 pause 30 end 38.4 Silence (speech to 26.4)"],
    );
    // The detection comes 150 ms after the word, in the middle of the command.
    check(
        "wwwwwwwwwwSSWSSSSSSSSSSSSS....................",
        expect!["wake 13 (audio from -11) start 13 pause 30 end 38.4 Silence (speech to 26.4)"],
    );
    // And in a short gap between the two.
    check(
        "wwwwwwwwww..DSSSSSSSSSSSSS....................",
        expect!["wake 13 (audio from -11) start 13.2 pause 30 end 38.4 Silence (speech to 26.4)"],
    );
}

#[test]
fn a_pause_after_the_wake_word() {
    check(
        "wwwwwwwwwW..............SSSSSSSSSSSSSSSS....................",
        expect!["wake 10 (audio from -14) start 24.2 pause 44 end 52.4 Silence (speech to 40.4)"],
    );
    check(
        "wwwwwwwwwW....................................................SSSSSSSSSSS....................",
        expect!["wake 10 (audio from -14) start 62.2 pause 77 end 85.4 Silence (speech to 73.4)"],
    );
}

#[test]
fn a_wake_word_alone_is_no_speech() {
    check(
        "wwwwwwwwwW......................................................................",
        expect!["wake 10 (audio from -14) nothing 70"],
    );
    // Detected late.
    check(
        "wwwwwwwwww...D..................................................................",
        expect!["wake 14 (audio from -10) nothing 74"],
    );
    // Detected a little early: its last syllable goes on for 100 ms.
    check(
        "wwwwwwwwwWww....................................................................",
        expect!["wake 10 (audio from -14) pause 16 end 70 Silence (speech to 12.4)"],
    );
}

#[test]
fn a_word_too_short_to_tell_from_the_wake_words_tail() {
    // "Computer, stop": the recogniser says that this is a sentence.
    check(
        "wwwwwwwwwW.SSSSSS.....!...........",
        expect!["wake 10 (audio from -14) pause 21 start 10 end 22.4 Complete (speech to 17.4)"],
    );
    check(
        "wwwwwwwwwWSSSS....!...............",
        expect!["wake 10 (audio from -14) pause 18 start 10 end 19.4 Complete (speech to 14.4)"],
    );
    // It has no opinion: the recogniser gets it in the end.
    check(
        "wwwwwwwwwWSSSS.....................................................................",
        expect!["wake 10 (audio from -14) pause 18 end 70 Silence (speech to 14.4)"],
    );
    // It was the tail after all, and the command follows.
    check(
        "wwwwwwwwwWSSSS................SSSSSSSSSSSS...............",
        expect!["wake 10 (audio from -14) pause 18 start 30.2 pause 46 end 54.4 Silence (speech to 42.4)"],
    );
}

#[test]
fn the_recogniser_shortens_or_lengthens_the_silence() {
    check(
        "wwwwwwwwwW....SSSSSSSS....!..........................",
        expect!["wake 10 (audio from -14) start 14.2 pause 26 end 27.4 Complete (speech to 22.4)"],
    );
    // Late: the silence is long enough already, so the turn ends at once.
    check(
        "wwwwwwwwwW....SSSSSSSS.........!.....................",
        expect!["wake 10 (audio from -14) start 14.2 pause 26 end 31.2 Complete (speech to 22.4)"],
    );
    // The phrase went on after the hint: it is void.
    check(
        "wwwwwwwwwW....SSSSSSSS...!SSSSSSSS...................",
        expect![
            "wake 10 (audio from -14) start 14.2 pause 26 resume 26.2 pause 38 end 46.4 Silence (speech to 34.4)"
        ],
    );
    check(
        "wwwwwwwwwW....SSSSSSSS....?..........................",
        expect!["wake 10 (audio from -14) start 14.2 pause 26 end 48.4 Silence (speech to 22.4)"],
    );
}

#[test]
fn a_recogniser_that_is_slow_is_waited_for() {
    // It is at work from the pause on. That it cannot tell ends the turn, which had its silence meanwhile.
    check(
        "wwwwwwwwwW....SSSSSSSS....~..........-.................",
        expect!["wake 10 (audio from -14) start 14.2 pause 26 end 37.2 Silence (speech to 22.4)"],
    );
    check(
        "wwwwwwwwwW....SSSSSSSS....~..-.........................",
        expect!["wake 10 (audio from -14) start 14.2 pause 26 end 34.4 Silence (speech to 22.4)"],
    );
    check(
        "wwwwwwwwwW....SSSSSSSS....~..........!.................",
        expect!["wake 10 (audio from -14) start 14.2 pause 26 end 37.2 Complete (speech to 22.4)"],
    );
    check(
        "wwwwwwwwwW....SSSSSSSS....~..........?.................",
        expect!["wake 10 (audio from -14) start 14.2 pause 26 end 48.4 Silence (speech to 22.4)"],
    );
    // It is not waited for without end.
    check(
        "wwwwwwwwwW....SSSSSSSS....~............................",
        expect!["wake 10 (audio from -14) start 14.2 pause 26 end 48.4 Silence (speech to 22.4)"],
    );
    // The speaker goes on in time.
    check(
        "wwwwwwwwwW....SSSSSSSS....~................SSSSSSSS....~..-.................",
        expect![
            "wake 10 (audio from -14) start 14.2 pause 26 resume 43.2 pause 55 end 63.4 Silence (speech to 51.4)"
        ],
    );
}

#[test]
fn hesitation_in_the_middle_of_a_phrase() {
    let perhaps = [6, 10, 16, 20, 24].map(|pause| ('?', pause));
    let surely = [6, 20, 30, 40].map(|pause| ('…', pause));
    for (hint, pause) in perhaps.into_iter().chain(surely) {
        let ms = pause * 50;
        let silence = format!("....{hint}{}", ".".repeat(pause - 5));
        let picture = format!("wwwwwwwwwW..SSSSSSSSSS{silence}SSSSSSSSSS....................");
        let heard = listen(&picture);
        let end = 22 + pause + 10;
        assert!(heard.contains(&format!("(speech to {end}")), "{ms} ms: {heard}");
        assert_eq!(heard.matches("resume").count(), 1, "{ms} ms: {heard}");
    }
    // 1.5 s is too long when the recogniser is not sure, and 2.5 s even so.
    check(
        "wwwwwwwwwW..SSSSSSSSSS....?.........................SSSSSSSSSS....................",
        expect!["wake 10 (audio from -14) start 12.2 pause 26 end 48.4 Silence (speech to 22.4)"],
    );
    check(
        "wwwwwwwwwW..SSSSSSSSSS....….............................................SSSSSSSSSS....................",
        expect!["wake 10 (audio from -14) start 12.2 pause 26 end 66.4 Silence (speech to 22.4)"],
    );
    // Without the recogniser's help half a second is borne, and more is not.
    check(
        "wwwwwwwwwW..SSSSSSSSSS..........SSSSSSSSSS....................",
        expect![
            "wake 10 (audio from -14) start 12.2 pause 26 resume 32.2 pause 46 end 54.4 Silence (speech to 42.4)"
        ],
    );
    check(
        "wwwwwwwwwW..SSSSSSSSSS..............SSSSSSSSSS................",
        expect!["wake 10 (audio from -14) start 12.2 pause 26 end 34.4 Silence (speech to 22.4)"],
    );
}

#[test]
fn noise() {
    // A kettle all the time, then a kettle that starts with the command's end.
    check(
        "nnnnnnnnnnwwwwwwwwwW...SSSSSSSSSSnnnnnnnnnnnnnnnnnnnnnnnn",
        expect!["wake 20 (audio from -4) start 23.2 pause 37 end 45.4 Silence (speech to 33.4)"],
    );
    // A television goes on talking when the person is done, and before they began.
    check(
        &format!("{}wwwwwwwwwWtttSSSSSSSSSS{}", "t".repeat(120), "t".repeat(80)),
        expect!["wake 130 (audio from 106) start 133 pause 147 end 155.4 Silence (speech to 143.4)"],
    );
    // It is switched on with the command's end.
    check(
        &format!("wwwwwwwwwW...SSSSSSSSSS{}", "t".repeat(240)),
        expect!["wake 10 (audio from -14) start 13.2 pause 110 end 118.4 Silence (speech to 106.4)"],
    );
    // One that is nearly as loud (`T`) is heard as speech. The recogniser, asked twice, cannot tell; then it finds the sentence
    // whole though something sounds on.
    check(
        &format!("{}wwwwwwwwwW..SSSSSSSSSSSSSSSSSSSS{}", "T".repeat(160), "T".repeat(80)),
        expect![
            "wake 170 (audio from 146) start 172.6 pause 202.4 pause 212.4 end 222.4 Silence (speech to 202.4)"
        ],
    );
    check(
        &format!("{}wwwwwwwwwW..SSSSSSSSSSSSSSSSSSSS{}!{}", "T".repeat(160), "T".repeat(11), "T".repeat(80)),
        expect!["wake 170 (audio from 146) start 172.6 pause 202.4 end 204.4 Complete (speech to 202.4)"],
    );
    // Such a television and a pause in a sentence: the speaker is waited for.
    check(
        &format!(
            "{}wwwwwwwwwW..SSSSSSSSSS{}…{}SSSSSSSSSS{}",
            "T".repeat(160),
            "T".repeat(11),
            "T".repeat(24),
            "T".repeat(80)
        ),
        expect![
            "wake 170 (audio from 146) start 172.6 pause 192.4 pause 202.4 pause 238.4 pause 248.4 end 258.4 Silence (speech to 238.4)"
        ],
    );
    // A television and no command.
    check(
        &format!("{}wwwwwwwwwW{}", "t".repeat(60), "t".repeat(80)),
        expect!["wake 70 (audio from 46) nothing 130"],
    );
    // Clicks in the silence do not hold the turn.
    check(
        "wwwwwwwwwW...SSSSSSSSSS..n..n..n..n..n..n..n..n..",
        expect!["wake 10 (audio from -14) start 13.2 pause 27 end 35.4 Silence (speech to 23.4)"],
    );
}

#[test]
fn trailing_off() {
    check(
        "wwwwwwwwwW...SSSSSSSSSSssssssss....................",
        expect!["wake 10 (audio from -14) start 13.2 pause 35 end 43.4 Silence (speech to 31.4)"],
    );
}

#[test]
fn the_longest_turn() {
    check(
        &format!("wwwwwwwwwW{}", "S".repeat(300)),
        expect!["wake 10 (audio from -14) start 10 end 250 TooLong (speech to 250)"],
    );
}

#[test]
fn an_answer_without_a_wake_word() {
    check(
        "o.......SSSSS....................",
        expect!["open 0 start 8.2 pause 17 end 25.4 Silence (speech to 13.4)"],
    );
    check(
        "o...................................................................",
        expect!["open 0 nothing 60"],
    );
    // We still speak: the turn opens after that and the room's tail.
    check(
        "MMMMMMo......SSSSSS...............",
        expect!["open 11 start 13.2 pause 23 end 31.4 Silence (speech to 19.4)"],
    );
}

#[test]
fn we_do_not_hear_ourselves() {
    check("MMMMMMMMMMMMM......................", expect![[""]]);
    check(
        "wwwwwwwwwW..SSSSSSSMMMMMMMMMMMMMMMM",
        expect!["wake 10 (audio from -14) start 12.2 abandoned 19 Muted"],
    );
}

#[test]
fn the_wake_word_again() {
    // Nobody had said anything yet.
    check(
        "wwwwwwwwwW..........wwwwwwwwwW...SSSSSSSS....................",
        expect![
            "wake 10 (audio from -14) start 20.2 abandoned 30 Superseded wake 30 (audio from 6) start 33.2 pause 45 end 53.4 Silence (speech to 41.4)"
        ],
    );
    // "Turn on … Computer, turn off the lamp".
    check(
        "wwwwwwwwwW..SSSSSSSSSS.......wwwwwwwwwWSSSSSSSS....................",
        expect![
            "wake 10 (audio from -14) start 12.2 pause 26 resume 29.2 abandoned 39 Superseded wake 39 (audio from 15) start 39 pause 50.8 end 59.2 Silence (speech to 47.2)"
        ],
    );
    // The word in the middle of the command is no wake word.
    check(
        "wwwwwwwwwW..SSSSSSSSSSSSSSSSSSSSSSSSSSSSSWSSSSSSSS....................",
        expect!["wake 10 (audio from -14) start 12.2 pause 54 end 62.4 Silence (speech to 50.4)"],
    );
    check(
        "wwwwwwwwwW..SSSSSSSSSSSSS..SSSSSSWSSSSSSSS....................",
        expect!["wake 10 (audio from -14) start 12.2 pause 46 end 54.4 Silence (speech to 42.4)"],
    );
    // The other engine hears the same word a little later.
    check(
        "wwwwwwwwwWD.........SSSSSSSSSSSS...................",
        expect!["wake 10 (audio from -14) start 20.2 pause 36 end 44.4 Silence (speech to 32.4)"],
    );
}

#[test]
fn lost_audio_and_a_turn_broken_off() {
    check(
        "wwwwwwwwwW..SSSSSxxSSSSSSSSS....................",
        expect!["wake 10 (audio from -14) start 12.2 abandoned 17 Gap gap 19 of 100 ms"],
    );
    check(
        "wwwwwwwwwW..SSSSS#SSSSSSSSSS....................",
        expect!["wake 10 (audio from -14) start 12.2 abandoned 17 Asked"],
    );
}

#[test]
fn the_audio_of_a_turn_is_whole() {
    let mut room = Room::new(SamplePos(0), 0);
    let picture = "........................................wwwwwwwwwWSSSSSSSS....SSSSS..............";
    picture.chars().for_each(|c| room.hear(c));
    let heard = room.heard();
    let Heard::Wake { from, .. } = heard[0] else { panic!("{heard:?}") };
    let Some(Heard::SpeechEnd { at: end, .. }) = heard.last() else { panic!("{heard:?}") };
    let mut next = from;
    for output in &room.out {
        if let Output::Audio { frame, .. } = output {
            assert_eq!(frame.pos(), next, "no frame is lost or doubled");
            next = frame.end();
        }
    }
    assert_eq!(next, *end);
    assert_eq!(end.since(from).as_millis() % 10, 0);
    assert!(matches!(room.out[0], Output::Heard(Heard::Wake { .. })));
    assert!(matches!(room.out.last(), Some(Output::Heard(Heard::SpeechEnd { .. }))));
}

#[test]
fn a_vad_that_is_late_moves_nothing_but_the_decision() {
    let picture = "........................................wwwwwwwwwW..........SSSSSSSSSS..................";
    let ends: Vec<_> = [0, 3, 6]
        .map(|late| {
            let mut room = Room::new(SamplePos(0), late);
            picture.chars().for_each(|c| room.hear(c));
            match room.heard().last() {
                Some(Heard::SpeechEnd { at, speech_end, .. }) => (at.as_millis(), speech_end.as_millis()),
                other => panic!("{other:?}"),
            }
        })
        .into();
    assert_eq!(ends, vec![ends[0]; 3]);
}

#[test]
fn what_was_heard_goes_through_json() {
    let mut room = Room::new(SamplePos(0), 0);
    "..o....SSSSS......................xx".chars().for_each(|c| room.hear(c));
    for heard in room.heard() {
        let json = serde_json::to_string(&heard).unwrap();
        assert_eq!(serde_json::from_str::<Heard>(&json).unwrap(), heard, "{json}");
    }
}

/// A model that fails must not keep a turn open.
#[test]
fn a_failing_vad_ends_the_turn() {
    struct Broken;
    impl Vad for Broken {
        fn push(&mut self, _: &Frame) -> Result<SpeechProb, ModelError> {
            Err(ModelError::Failed("no".into()))
        }
        fn delay(&self) -> Samples {
            Samples(0)
        }
        fn reset(&mut self) {}
    }
    let ids = TurnIds::default();
    let mut listener = Listener::new(ListenerSettings::default(), vec![], Box::new(Broken), ids.clone());
    listener.open_turn(ids.allocate());
    let mut out = Vec::new();
    for i in 0..400 {
        let frame = Frame::new(SamplePos(i * 160), [0.1; FRAME_SAMPLES]);
        assert!(listener.push(&frame, &mut out).is_err());
    }
    assert!(matches!(out.last(), Some(Output::Heard(Heard::NoSpeech { .. }))));
}

/// One frame of anything: level in dB, score in percent, whether a wake word is detected.
fn any_frame() -> impl Strategy<Value = (f32, u32, bool)> {
    (-90.0f32..0.0, 0u32..=100, prop::bool::weighted(0.01))
}

/// Stretches of anything, up to a minute.
fn anything() -> impl Strategy<Value = Vec<((f32, u32, bool), usize)>> {
    prop::collection::vec((any_frame(), 1usize..200), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Every turn ends within 12 s of its opening, whatever the room sounds like.
    #[test]
    fn no_turn_hangs(stretches in anything()) {
        let mut room = Room::new(SamplePos(0), 2);
        let mut open: Option<SamplePos> = None;
        for ((db, percent, detection), frames) in stretches {
            for i in 0..frames {
                room.push(db, percent, detection && i == 0);
                for output in room.out.drain(..) {
                    let Output::Heard(heard) = output else { continue };
                    match heard {
                        Heard::Wake { at, .. } => {
                            prop_assert!(open.is_none(), "two turns at once");
                            open = Some(at);
                        }
                        Heard::SpeechEnd { .. } | Heard::NoSpeech { .. } | Heard::Abandoned { .. } => {
                            prop_assert!(open.is_some(), "a turn ended twice");
                            open = None;
                        }
                        _ => {}
                    }
                }
                if let Some(open) = open {
                    prop_assert!(room.at.since(open) <= Samples::from_millis(12_000));
                }
            }
        }
    }

    /// The same sound later in the stream gives the same events, later by as much.
    #[test]
    fn only_differences_of_positions_matter(stretches in anything(), start in 0u64..1 << 40) {
        let run = |start: u64| {
            let mut room = Room::new(SamplePos(start), 0);
            for ((db, percent, detection), frames) in &stretches {
                (0..*frames).for_each(|i| room.push(*db, *percent, *detection && i == 0));
            }
            let heard = room.heard();
            heard.iter().map(|h| (h.at().0 - start, h.turn(), std::mem::discriminant(h))).collect::<Vec<_>>()
        };
        prop_assert_eq!(run(0), run(start));
    }
}
