//! What a skill file may say, and how its mistakes are told.

use expect_test::{Expect, expect};
use mynah_home::Home;
use mynah_intent::Fault;
use mynah_skill::Catalog;
use proptest::prelude::*;

fn home() -> Home {
    Home::parse("home.toml", include_str!("house.toml")).unwrap_or_else(|f| panic!("{f:?}"))
}

/// `line message`, the line, a caret under the place, and the remedy.
fn render(source: &str, faults: &[Fault]) -> String {
    let mut text = String::new();
    for fault in faults {
        let start = fault.origin.span.start.min(source.len());
        let line_start = source[..start].rfind('\n').map_or(0, |i| i + 1);
        let line = source[line_start..].lines().next().unwrap_or_default();
        let number = source[..start].matches('\n').count() + 1;
        let width = fault.origin.span.len().min(line.len().saturating_sub(start - line_start)).max(1);
        text.push_str(&format!("{number}: {}\n", fault.message));
        if !line.is_empty() {
            text.push_str(&format!("  {line}\n  {}{}\n", " ".repeat(start - line_start), "^".repeat(width)));
        }
        if let Some(help) = &fault.help {
            text.push_str(&format!("  help: {help}\n"));
        }
    }
    text
}

fn check(source: &str, expected: Expect) {
    let found = match Catalog::parse(&[("my.toml".into(), source.into())], &home()) {
        Ok(catalog) => format!("good: {:?}", catalog.summaries().collect::<Vec<_>>()),
        Err(faults) => render(source, &faults),
    };
    expected.assert_eq(&found);
}

const HEAD: &str = "[skill]\nname = \"x\"\n";

#[test]
fn keys() {
    check(
        r#"
[skil]
name = "x"
[permissions]
device = ["light.*"]
[[intent]]
name = "a"
sentence = ["go"]
risks = "high"
[[intent.tests]]
say = "go"
"#,
        expect![[r#"
            1: `[skill]` is missing
              help: begin with: [skill] and name = "…"
            2: unknown key `skil`
              [skil]
               ^^^^
              help: did you mean `skill`?
            5: unknown key `device`
              device = ["light.*"]
              ^^^^^^
              help: did you mean `devices`?
            6: an intent needs sentences
              [[intent]]
              ^^^^^^^^^^
              help: add: sentences = ["…"]
            8: unknown key `sentence`
              sentence = ["go"]
              ^^^^^^^^
              help: did you mean `sentences`?
            9: unknown key `risks`
              risks = "high"
              ^^^^^
              help: did you mean `risk`?
            10: unknown key `tests`
              [[intent.tests]]
                       ^^^^^
              help: did you mean `test`?
        "#]],
    );
    check(
        r#"
[skill]
summary = 3
[[intent]]
name = "a"
sentences = ["go", 7]
risk = "hi"
slots = { a = 1 }
requires_context = { area = 3 }
"#,
        expect![[r#"
            2: `name` is missing
              [skill]
              ^^^^^^^
              help: add: name = "…"
            3: `summary` must be a string, but this is of type integer
              summary = 3
                        ^
            6: each of `sentences` must be a string, but this is of type integer
              sentences = ["go", 7]
                                 ^
            7: there is no risk `hi`
              risk = "hi"
                      ^^
              help: known here: low, confirm, pin
            9: `area` must be a string, an array of strings, or true for any value
              requires_context = { area = 3 }
                                          ^
        "#]],
    );
    check(
        "",
        expect![[r#"
            1: `[skill]` is missing
              help: begin with: [skill] and name = "…"
            1: this skill has no intent
              help: add: [[intent]] with name and sentences
        "#]],
    );
}

#[test]
fn actions() {
    check(
        &format!(
            r#"{HEAD}
[permissions]
devices = ["light.*"]
[[intent]]
name = "a"
sentences = ["make [the] {{device:light}} {{color}}"]
do = [
  {{ set = "colour", to = "{{color}}", on = "{{targets}}" }},
  {{ set = "color", to = "{{colr}}", on = "{{targets}}" }},
  {{ set = "temperature", to = 3 }},
  {{ set = "brightness", to = 130 }},
  {{ set = "power", on = "{{lamp}}" }},
  {{ set = "power", to = "on", on = "lite.*" }},
  {{ adjust = "power", by = 3 }},
  {{ adjust = "brightness", by = "lots" }},
  {{ sett = "power", to = "on" }},
  {{ timer = "strat", length = "3 minutes" }},
  {{ timer = "start", length = "soon" }},
  {{ tell = "weather" }},
  {{ list = "add", name = "shopping" }},
]
reply = "{{targets}} is {{colour}}"
"#
        ),
        expect![[r#"
            10: no capability is called `colour`
                { set = "colour", to = "{color}", on = "{targets}" },
                         ^^^^^^
              help: did you mean `color`?
            11: no sentence of `a` fills the slot `colr`
                { set = "color", to = "{colr}", on = "{targets}" },
                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              help: did you mean `color`?
            12: temperature can only be read
                { set = "temperature", to = 3 },
                        ^^^^^^^^^^^^^
              help: use: read = "temperature"
            13: brightness goes from 0 to 100 percent, not 130
                { set = "brightness", to = 130 },
                                           ^^^
            14: `to` is missing
                { set = "power", on = "{lamp}" },
                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            15: no kind of device is called `lite`
                { set = "power", to = "on", on = "lite.*" },
                                                  ^^^^^^
              help: known here: light, plug, switch, cover, climate, sensor, fan, lock, media, tv, vacuum, door, presentation, weather, other
            16: power is no number that can be changed
                { adjust = "power", by = 3 },
                           ^^^^^^^
            17: `by` must be a number or a slot
                { adjust = "brightness", by = "lots" },
                                              ^^^^^^
            18: this action says nothing to do
                { sett = "power", to = "on" },
                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              help: did you mean `set`?
            19: `timer` cannot be `strat`
                { timer = "strat", length = "3 minutes" },
                          ^^^^^^^
              help: did you mean `start`?
            20: this is no span of time
                { timer = "start", length = "soon" },
                                            ^^^^^^
              help: write "10 minutes" or "{duration}"
            21: `tell` cannot be `weather`
                { tell = "weather" },
                         ^^^^^^^^^
              help: known here: time, date
            22: `item` is missing
                { list = "add", name = "shopping" },
                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              help: add: item = "…"
            24: no sentence of `a` fills the slot `colour`
              reply = "{targets} is {colour}"
                       ^^^^^^^^^^^^^^^^^^^^^
              help: did you mean `color`?
        "#]],
    );
}

#[test]
fn permissions() {
    check(
        &format!(
            r#"{HEAD}
[permissions]
http = ["http://coffee.local/*"]
mqtt = ["coffee/#"]
[lists]
size = ["small", "large"]
host = ["a", "b"]
[[intent]]
name = "a"
sentences = ["[a] {{size}} coffee from {{host}}"]
do = [
  {{ http = {{ method = "POST", url = "http://coffee.local/brew?size={{size}}" }} }},
  {{ http = {{ method = "BREW", url = "http://tea.local/brew" }} }},
  {{ http = {{ url = "http://{{host}}/brew" }} }},
  {{ http = {{ url = "ftp://coffee.local/" }} }},
  {{ mqtt = {{ topic = "coffee/brew", payload = "1" }} }},
  {{ mqtt = {{ topic = "tea/brew", payload = "1", retian = true }} }},
  {{ set = "power", to = "on", on = "{{targets}}" }},
]
"#
        ),
        expect![[r#"
            15: the permissions do not allow `http://tea.local/brew`
                { http = { method = "BREW", url = "http://tea.local/brew" } },
                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              help: add it to `http` in [permissions]
            15: `BREW` is no method of HTTP that a skill may use
                { http = { method = "BREW", url = "http://tea.local/brew" } },
                                    ^^^^^^
              help: known here: GET, POST, PUT, PATCH, DELETE
            16: the host of `http://{host}/brew` is not fixed
                { http = { url = "http://{host}/brew" } },
                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              help: write scheme and host out, and a slash, before the first slot
            17: the permissions do not allow `ftp://coffee.local/`
                { http = { url = "ftp://coffee.local/" } },
                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              help: add it to `http` in [permissions]
            17: the address must begin with http:// or https://
                { http = { url = "ftp://coffee.local/" } },
                                  ^^^^^^^^^^^^^^^^^^^
            19: the permissions do not allow the topic `tea/brew`
                { mqtt = { topic = "tea/brew", payload = "1", retian = true } },
                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              help: add it to `mqtt` in [permissions]
            19: unknown key `retian`
                { mqtt = { topic = "tea/brew", payload = "1", retian = true } },
                                                              ^^^^^^
              help: did you mean `retain`?
            20: the permissions allow no device
                { set = "power", to = "on", on = "{targets}" },
                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              help: add: devices = ["light.*"] to [permissions]
        "#]],
    );
}

#[test]
fn lists() {
    check(
        &format!(
            r#"{HEAD}
[lists]
empty = []
text = "one"
light = ["lamp"]
upside = {{ from = 3, to = 1 }}
half = {{ from = 3 }}
kind = {{ from = 1, to = 3, type = "percent" }}
odd = ["a", {{ out = "b" }}, 3]
mute = {{ from = 1, to = 3, digits = false, words = false }}
inside = ["lamp", {{ in = "{{area}} [floor] lamp", out = "lamp" }}]
good = ["a", {{ in = "(b|c)", out = 2 }}]
[[intent]]
name = "a"
sentences = ["go {{good}}"]
"#
        ),
        expect![[r#"
            5: the list `empty` has no values
              empty = []
                      ^^
            6: the list `text` must be an array or a table
              text = "one"
                     ^^^^^
              help: write ["one", "two"], { from = 0, to = 100 } or { wildcard = true }
            7: the list `light` is made of the house
              light = ["lamp"]
              ^^^^^
              help: give yours another name
            8: the range goes from 3 down to 1
              upside = { from = 3, to = 1 }
                                ^
              help: swap `from` and `to`
            9: `to` is missing
              half = { from = 3 }
                     ^^^^^^^^^^^^
              help: a list is an array, { from = 0, to = 100 } or { wildcard = true }
            10: there is no type of number `percent`
              kind = { from = 1, to = 3, type = "percent" }
                                                 ^^^^^^^
              help: did you mean `percentage`?
            11: `in` is missing
              odd = ["a", { out = "b" }, 3]
                          ^^^^^^^^^^^^^
              help: add: in = "…"
            11: a value must be a string or a table with `in` and `out`
              odd = ["a", { out = "b" }, 3]
                                         ^
            12: a range of numbers in neither digits nor words
              mute = { from = 1, to = 3, digits = false, words = false }
                                                                 ^^^^^
              help: leave out one of the two
            13: a value of a list cannot have a list in it, `{area}`
              inside = ["lamp", { in = "{area} [floor] lamp", out = "lamp" }]
                                        ^^^^^^^^^^^^^^^^^^^
              help: say it in the sentences, `({inside}|{area} [floor] lamp)` in place of `{inside}`, where `{area}` fills its own slot; or write the values out
        "#]],
    );
}

#[test]
fn broken_toml() {
    check(
        "[skill\nname = \"x\"\n",
        expect![[r#"
        1: this is not TOML: unclosed table, expected `]`
          [skill
                ^
    "#]],
    );
}

#[test]
fn skills_together() {
    let skill = |language: &str| {
        format!(
            "[skill]\nname = \"x\"\nlanguage = \"{language}\"\n[[intent]]\nname = \"a\"\nsentences = [\"go\"]\n"
        )
    };
    let texts = [
        ("a.toml".to_owned(), skill("en")),
        ("b.toml".to_owned(), skill("de")),
        ("c.toml".to_owned(), "nonsense".to_owned()),
    ];
    let faults = Catalog::parse(&texts, &home()).expect_err("three faults");
    let messages: Vec<String> = faults.iter().map(|f| format!("{}: {f}", f.origin.file)).collect();
    expect![[r#"
        b.toml: the skill `x` is already in a.toml
        b.toml: this skill is in `de`, but a.toml is in `en`
        c.toml: this is not TOML: key with no value, expected `=`"#]]
    .assert_eq(&messages.join("\n"));
}

#[test]
fn files_and_folders() {
    let dir = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    };
    write("en/a.toml", b"[skill]\nname = \"a\"\n[[intent]]\nname = \"a\"\nsentences = [\"go\"]\n");
    write("home.toml", b"[[area]]\nname = \"kitchen\"\n");
    write("notes.txt", b"not a skill");
    let catalog = Catalog::load(&[dir.path()], &home()).unwrap_or_else(|f| panic!("{f:?}"));
    assert_eq!(catalog.summaries().count(), 1);
    write("en/b.toml", b"[skill]\nname = \"\xff\"\n");
    write("en/large.toml", &vec![b'#'; 10_000_000]);
    let faults = Catalog::load(&[dir.path().to_owned(), dir.path().join("none.toml")], &home())
        .expect_err("three faults");
    let messages: Vec<String> =
        faults.iter().map(|f| f.to_string().replace(&dir.path().display().to_string(), "")).collect();
    expect![[r#"
        /en/b.toml is not UTF-8 text
        /en/large.toml has 10000000 bytes; 4000000 are the most: split it
        /none.toml cannot be read: No such file or directory (os error 2)"#]]
    .assert_eq(&messages.join("\n"));
}

/// The file writes `é` with six letters and a backslash with two; the caret stands where the fault is.
#[test]
fn the_place_of_a_fault_behind_escapes() {
    for before in ["caf\\u00e9 ", "caf\u{e9} ", "\\\\\\\\ \\\"", "\\\\\u{e9} "] {
        let text = format!(
            "[skill]\nname = \"x\"\n[[intent]]\nname = \"y\"\nsentences = [\"{before}on}} {{state}}\"]\nreply = \"z\"\n"
        );
        let faults = Catalog::parse(&[("x.toml".into(), text.clone())], &home()).expect_err("a fault");
        let span = faults[0].origin.span.clone();
        assert_eq!(
            (text.get(span.clone()), span.start),
            (Some("}"), text.find("on}").expect("it") + 2),
            "{text}: {faults:?}"
        );
    }
}

/// The example of the design, word for word.
#[test]
fn the_design_example() {
    check(
        include_str!("design.toml"),
        expect![[r#"good: [("lights", "Switch, dim and colour the lamps")]"#]],
    );
}

proptest! {
    /// Whatever a file holds, the answer is a catalog or faults with places inside the file.
    #[test]
    fn any_text_is_read_or_refused(edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, "[\\[\\]{}()<>|;:=\"'\\\\#.,a-z \n\u{e9}]{0,6}"), 1..6)) {
        let mut text = include_str!("design.toml").to_owned();
        for (at, cut, insert) in edits {
            let chars: Vec<char> = text.chars().collect();
            let at = at.index(chars.len().max(1));
            let rest = chars.iter().skip(at + cut);
            text = chars.iter().take(at).copied().chain(insert.chars()).chain(rest.copied()).collect();
        }
        if let Err(faults) = Catalog::parse(&[("x.toml".into(), text.clone())], &home()) {
            prop_assert!(!faults.is_empty());
            for fault in faults {
                prop_assert!(text.get(fault.origin.span.clone()).is_some(), "{:?} is no place: {fault}", fault.origin.span);
            }
        }
    }
}
