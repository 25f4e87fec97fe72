//! States: what a text means, and when a read state is the wanted one.

use expect_test::{Expect, expect};
use mynah_home::{Capability, Color, Kind, State};

fn check(capability: Capability, texts: &[&str], expected: Expect) {
    let mut table = String::new();
    for text in texts {
        let found = match capability.parse_state(text) {
            Ok(state) => format!("{state:?}"),
            Err(e) => e.to_string(),
        };
        table.push_str(&format!("{text}: {found}\n"));
    }
    expected.assert_eq(&table);
}

#[test]
fn texts_become_states() {
    check(
        Capability::Power,
        &["on", "OFF", "true", "0", "maybe"],
        expect![[r#"
        on: Bool(true)
        OFF: Bool(false)
        true: Bool(true)
        0: Bool(false)
        maybe: power must be on or off, not `maybe`
    "#]],
    );
    check(
        Capability::Brightness,
        &["30", "30 %", "thirty", "101", "-1", "nan", ""],
        expect![[r#"
        30: Number(30.0)
        30 %: Number(30.0)
        thirty: brightness must be a number, not `thirty`
        101: brightness goes from 0 to 100 percent, not 101
        -1: brightness goes from 0 to 100 percent, not -1
        nan: brightness must be a number, not `nan`
        : brightness must be a number, not ``
    "#]],
    );
    check(
        Capability::Position,
        &["open", "closed", "50%"],
        expect![[r#"
        open: Number(100.0)
        closed: Number(0.0)
        50%: Number(50.0)
    "#]],
    );
    check(
        Capability::TargetTemperature,
        &["21.5 °C", "4", "90"],
        expect![[r#"
        21.5 °C: Number(21.5)
        4: target temperature goes from 5 to 35 degrees, not 4
        90: target temperature goes from 5 to 35 degrees, not 90
    "#]],
    );
    check(
        Capability::Color,
        &["Warm White", "#0000FF", "#00f", "#00ff7f", "mauve-ish"],
        expect![[r##"
        Warm White: Text("warm white")
        #0000FF: Text("blue")
        #00f: color must be the name of a color or #rrggbb, not `#00f`
        #00ff7f: Text("#00ff7f")
        mauve-ish: color must be the name of a color or #rrggbb, not `mauve-ish`
    "##]],
    );
    check(
        Capability::Lock,
        &["locked", "unlock", "ajar"],
        expect![[r#"
        locked: Bool(true)
        unlock: Bool(false)
        ajar: lock must be locked or unlocked, not `ajar`
    "#]],
    );
    check(
        Capability::Mode,
        &["Eco", " "],
        expect![[r#"
        Eco: Text("eco")
         : mode must be the name of a mode, not ` `
    "#]],
    );
}

#[test]
fn what_players_and_vacuum_cleaners_do() {
    check(
        Capability::Playback,
        &["Play", "paused", "idle", "loud"],
        expect![[r#"
            Play: Text("playing")
            paused: Text("paused")
            idle: Text("stopped")
            loud: playback must be playing, paused or stopped, not `loud`
        "#]],
    );
    check(
        Capability::Step,
        &["next", "back", "2"],
        expect![[r#"
            next: Text("next")
            back: Text("previous")
            2: step must be next or previous, not `2`
        "#]],
    );
    check(
        Capability::Cleaning,
        &["clean", "dock", "error"],
        expect![[r#"
            clean: Text("cleaning")
            dock: Text("docked")
            error: cleaning must be cleaning, paused, docked, returning or idle, not `error`
        "#]],
    );
    check(
        Capability::Contact,
        &["open", "shut", "ON", "half"],
        expect![[r#"
            open: Bool(true)
            shut: Bool(false)
            ON: Bool(true)
            half: contact must be open or closed, not `half`
        "#]],
    );
    check(
        Capability::Speed,
        &["40 %", "120"],
        expect![[r#"
            40 %: Number(40.0)
            120: speed goes from 0 to 100 percent, not 120
        "#]],
    );
    let cleaning =
        |read: &str, wanted: &str| State::from(read).matches(&State::from(wanted), Capability::Cleaning);
    assert!(cleaning("returning", "docked"), "it is on its way");
    assert!(!cleaning("cleaning", "docked"));
    assert!(!cleaning("docked", "cleaning"));
}

/// A file names a capability as the type does, and what can be neither set nor read is none.
#[test]
fn every_capability_has_a_name_and_a_use() {
    for capability in Capability::ALL {
        assert_eq!(Capability::from_name(capability.name()), Some(capability));
        assert!(capability.is_writable() || capability.is_readable(), "{capability}");
        for (text, others) in capability.texts().unwrap_or_default() {
            for word in others.iter().chain([text]) {
                assert_eq!(capability.parse_state(word), Ok(State::from(*text)), "{capability}");
            }
        }
    }
    for kind in Kind::ALL {
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
    }
}

#[test]
fn a_read_state_is_the_wanted_one_within_the_steps_of_devices() {
    // Brightness in 254 steps, rounded either way, comes back as wanted for every percent.
    for percent in 0..=100 {
        let wanted = f64::from(percent);
        for steps in [254.0, 255.0] {
            let read = (wanted / 100.0 * steps).round() / steps * 100.0;
            assert!(State::Number(read).matches(&State::Number(wanted), Capability::Brightness), "{percent}");
        }
    }
    let number = |read: f64, wanted: f64, c| State::Number(read).matches(&State::Number(wanted), c);
    assert!(!number(32.0, 30.0, Capability::Brightness));
    assert!(number(2702.7, 2700.0, Capability::ColorTemperature));
    assert!(!number(21.5, 21.0, Capability::TargetTemperature));
    let text = |read: &str, wanted: &str| State::from(read).matches(&State::from(wanted), Capability::Color);
    assert!(text("#0002fd", "blue"));
    assert!(!text("#2020ff", "blue"));
    assert!(State::Number(1.0).matches(&State::Bool(true), Capability::Power));
    assert!(!State::from("garbage").matches(&State::Bool(false), Capability::Power));
}

#[test]
fn named_colors_go_there_and_back() {
    for name in Color::names() {
        let color = Color::parse(name).expect("a name");
        assert_eq!(Color::parse(&color.hex()), Some(color));
        assert_eq!(color.to_string(), name);
    }
}
