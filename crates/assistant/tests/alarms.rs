//! Alarms and reminders, from words to ringing, over a restart and a power cut.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use expect_test::{Expect, expect};
use mynah_assistant::dialogue::{Command, Dialogue, DialogueSettings, Event, House, Kept};
use mynah_assistant::{Moment, TurnIds};
use mynah_home::Home;
use mynah_skill::Catalog;
use time::macros::datetime;

/// Saturday afternoon.
fn moment(seconds: u64) -> Moment {
    let since_start = Duration::from_secs(seconds);
    Moment { since_start, wall: datetime!(2026-11-21 14:30 +1) + since_start }
}

fn dialogue(kept: &Kept, ids: &TurnIds, now: Moment) -> Dialogue {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let home = Home::load(&root.join("intents/home.toml")).expect("the demo home");
    let catalog = Catalog::load(&[root.join("intents/en")], &home).expect("good skills");
    let house = House { catalog: Arc::new(catalog), home: Arc::new(home) };
    Dialogue::new(DialogueSettings::default(), Box::new(house), kept, ids.clone(), now)
}

/// `(seconds, words)`; no words: time goes by until then; `restart`: the power was cut until then; `full disk` and `room on
/// disk`: what is to be kept cannot be written from then on, or can again.
fn check(course: &[(u64, &str)], expect: Expect) {
    let ids = TurnIds::default();
    let mut kept = Kept::default();
    let mut talk = dialogue(&kept, &ids, moment(0));
    let mut log = String::new();
    let mut safe = true;
    for (until, said) in course {
        let _ = writeln!(log, "{until} s {said}");
        if *said == "restart" {
            talk = dialogue(&kept, &ids, moment(*until));
        }
        loop {
            let due = talk.poll_timeout().filter(|due| due.as_secs() < *until && *said != "restart");
            let now = moment(due.map_or(*until, |due| due.as_secs()));
            let turn = ids.allocate();
            let event = match due {
                Some(_) => Event::Timeout,
                None if said.is_empty() || *said == "restart" => Event::Timeout,
                None if said.ends_with(" disk") => {
                    safe = *said == "room on disk";
                    Event::Timeout
                }
                None => Event::Text { turn, text: (*said).to_owned() },
            };
            let mut events = vec![event];
            while let Some(event) = events.pop() {
                talk.handle(event, now);
                while let Some(command) = talk.poll_action() {
                    match command {
                        Command::Speak { turn, reply } => {
                            let _ = writeln!(log, "  {} say {}", now.since_start.as_secs(), reply.speech);
                            events.push(Event::SpeechDone { turn });
                        }
                        Command::Cue(mynah_audio::Cue::Timer) => {
                            let _ = writeln!(log, "  {} ring", now.since_start.as_secs());
                        }
                        Command::Keep(now) => {
                            if safe {
                                kept = now;
                            }
                            events.push(Event::Kept { safe });
                        }
                        _ => {}
                    }
                }
            }
            if due.is_none() {
                break;
            }
        }
    }
    expect.assert_eq(&log);
}

#[test]
fn an_alarm_rings_until_it_is_stopped() {
    check(
        &[
            (0, "set an alarm for 2:31 pm"),
            (1, "when is my next alarm"),
            (2, "set an alarm for seven every weekday"),
            (68, ""),
            (69, "turn off the alarm"),
            (200, "what alarms do I have"),
            (201, "cancel the alarm"),
            (202, "cancel the alarm"),
        ],
        expect![[r#"
            0 s set an alarm for 2:31 pm
              0 say The alarm is set for today at two thirty-one in the afternoon.
            1 s when is my next alarm
              1 say There is one alarm: today at two thirty-one in the afternoon.
            2 s set an alarm for seven every weekday
              2 say The alarm is set for every weekday at seven o'clock in the morning.
            68 s 
              60 ring
              60 say It is two thirty-one.
              65 ring
            69 s turn off the alarm
              69 say It is off.
            200 s what alarms do I have
              200 say There is one alarm: every weekday at seven o'clock in the morning.
            201 s cancel the alarm
              201 say The alarm for every weekday at seven o'clock in the morning is cancelled.
            202 s cancel the alarm
              202 say There is no alarm.
        "#]],
    );
}

#[test]
fn snoozing() {
    check(
        &[(0, "snooze"), (1, "set an alarm in one minute"), (62, "snooze for two minutes"), (190, "")],
        expect![[r#"
            0 s snooze
              0 say Nothing rings.
            1 s set an alarm in one minute
              1 say The alarm is set for today at two thirty-one in the afternoon.
            62 s snooze for two minutes
              61 ring
              61 say It is two thirty-one.
              62 say I ring again in 2 minutes.
            190 s 
              182 ring
              182 say It is two thirty-three.
              187 ring
        "#]],
    );
}

#[test]
fn a_reminder_is_said_once_even_after_a_power_cut() {
    check(
        &[
            (0, "remind me in one minute to feed the cat"),
            (90, ""),
            (100, "remind me at three pm to call mum"),
            (101, "what reminders do I have"),
            (7200, "restart"),
            (7300, "what reminders do I have"),
        ],
        expect![[r#"
            0 s remind me in one minute to feed the cat
              0 say The reminder is set for today at two thirty-one in the afternoon: feed the cat.
            90 s 
              60 ring
              60 say Remember: feed the cat.
            100 s remind me at three pm to call mum
              100 say The reminder is set for today at three o'clock in the afternoon: call mum.
            101 s what reminders do I have
              101 say There is one reminder: today at three o'clock in the afternoon: call mum.
            7200 s restart
              7200 ring
              7200 say Remember: call mum. That was for today at three o'clock in the afternoon.
            7300 s what reminders do I have
              7300 say There is no reminder.
        "#]],
    );
}

#[test]
fn an_alarm_that_cannot_be_kept() {
    check(
        &[
            (0, "full disk"),
            (1, "set an alarm for seven tomorrow"),
            (2, "set an alarm for eight tomorrow"),
            (3, "room on disk"),
            (4, "cancel the alarm at eight"),
            (5, "full disk"),
            (6, "set an alarm for nine tomorrow"),
            (10, "restart"),
            (11, "what alarms do I have"),
        ],
        expect![[r#"
            0 s full disk
            1 s set an alarm for seven tomorrow
              1 say The alarm is set for tomorrow at seven o'clock in the morning.
              1 say But I cannot write it down: when I restart it is forgotten.
            2 s set an alarm for eight tomorrow
              2 say The alarm is set for tomorrow at eight o'clock in the morning.
            3 s room on disk
            4 s cancel the alarm at eight
              4 say The alarm for tomorrow at eight o'clock in the morning is cancelled.
            5 s full disk
            6 s set an alarm for nine tomorrow
              6 say The alarm is set for tomorrow at nine o'clock in the morning.
              6 say But I cannot write it down: when I restart it is forgotten.
            10 s restart
            11 s what alarms do I have
              11 say There is one alarm: tomorrow at seven o'clock in the morning.
        "#]],
    );
}
