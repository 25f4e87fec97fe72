//! One layout for skill files: what changes, what stays.

use expect_test::{Expect, expect};
use mynah_skill::format;
use proptest::prelude::*;

fn check(text: &str, expected: Expect) {
    let once = format("x.toml", text).unwrap_or_else(|f| panic!("{f:?}"));
    expected.assert_eq(&once);
    assert_eq!(format("x.toml", &once).as_ref(), Ok(&once), "twice");
    assert_eq!(once.parse::<toml::Table>(), text.parse::<toml::Table>(), "the same file");
}

#[test]
fn layout() {
    check(
        "\r\n# A skill.\r\n[skill]\r\nname=\"x\"   \r\n\r\n\r\n\r\nlanguage   = 'en'# the default\r\n# about rules\n[ rules ]\nturn=\"(a|b)\"\n[[ intent . test ]]\n\"two words\" . b = [ 1,2 , 3 ]\nempty = [ ]\nnone={}\n",
        expect![[r##"
            # A skill.
            [skill]
            name = "x"

            language = 'en'  # the default

            # about rules
            [rules]
            turn = "(a|b)"

            [[intent.test]]
            "two words".b = [1, 2, 3]
            empty = []
            none = {}
        "##]],
    );
    check(
        r#"
[permissions]                   # what it may reach
devices = ["light.*"]           # no more
sentences = ["turn on the lamp in the kitchen", "turn on the lamp in the bedroom", "turn on the lamp in the hallway"]
short = [
"a", # the first

# between
"b" ]
do = [{set="power",to="on"},{ http = {url = "http://a.local/", json = {a=[1,2]}} }]
test = [
    { say = "turn on", does = [{device="lamp",power="on"}] }, { say = "turn off" }
]
text = """
  stays # as "it" is ,
"""
raw = '''a''b'''
quoted = "a \" # no comment"
date = 1979-05-27 07:32:00
"#,
        expect![[r#"
            [permissions]                   # what it may reach
            devices = ["light.*"]           # no more
            sentences = [
              "turn on the lamp in the kitchen",
              "turn on the lamp in the bedroom",
              "turn on the lamp in the hallway",
            ]
            short = [
              "a", # the first

              # between
              "b",
            ]
            do = [{ set = "power", to = "on" }, { http = { url = "http://a.local/", json = { a = [1, 2] } } }]
            test = [
              { say = "turn on", does = [{ device = "lamp", power = "on" }] },
              { say = "turn off" },
            ]
            text = """
              stays # as "it" is ,
            """
            raw = '''a''b'''
            quoted = "a \" # no comment"
            date = 1979-05-27 07:32:00
        "#]],
    );
}

#[test]
fn what_is_not_toml_is_told() {
    let faults = format("x.toml", "a = [1, 2\nb = 3\n").expect_err("a fault");
    assert!(faults[0].message.starts_with("this is not TOML"), "{faults:?}");
}

/// TOML 1.1 permits it, and laying it out would change what it means.
#[test]
fn a_key_apart_from_its_value_is_left_alone() {
    for text in ["a = { set\n = 1, b = 2 }\n", "a = [{ b\n = [1] }]\n", "a = { b\n = { c = [1] } }\n"] {
        let faults = format("x.toml", text).expect_err("a fault");
        assert!(faults[0].message.contains("stays as it is"), "{faults:?}");
    }
}

proptest! {
    /// Whatever is cut into or put into a file, its layout is stable, and what it means and its comments stay.
    #[test]
    fn stable_and_harmless(edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..4, "[\\[\\]{}#=\"',.a \n\t]{0,4}"), 0..4)) {
        let mut text = include_str!("design.toml").to_owned() + "list = [ 1, # one\n\n [2,{a=1}], ]\n";
        for (at, cut, insert) in edits {
            let chars: Vec<char> = text.chars().collect();
            let at = at.index(chars.len());
            text = chars[..at].iter().copied().chain(insert.chars()).chain(chars[(at + cut).min(chars.len())..].iter().copied()).collect();
        }
        if let Ok(once) = format("x.toml", &text) {
            prop_assert_eq!(format("x.toml", &once), Ok(once.clone()));
            prop_assert_eq!(once.parse::<toml::Table>().ok(), text.parse::<toml::Table>().ok());
            prop_assert_eq!(once.matches('#').count(), text.matches('#').count());
            prop_assert!(once.lines().all(|line| line.trim_end() == line) || text.contains("\"\"\"") || text.contains("'''"));
        }
    }
}
