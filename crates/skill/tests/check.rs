//! What `mynah skill check` warns of, and what is said when somebody asks for help.

use expect_test::{Expect, expect};
use mynah_home::Home;
use mynah_skill::{Catalog, Findings};

const A: &str = r#"
[skill]
name = "lamps"
summary = "Switch the lamps."

[permissions]
devices = ["light.*", "plug.fann"]
http = ["http://a.local/*", "http://b.local/*"]
mqtt = ["a/#", "b/#"]

[rules]
turn = "(turn|switch)"
unused = "never"

[lists]
pet = ["cat", "dog"]
colour_of_pet = ["black"]

[[intent]]
name = "lamps.power"
sentences = ["<turn> {state} [the] {device}", "pet the {pet}"]
do = [
  { set = "power", to = "on", on = "light.*" },
  { http = { url = "http://a.local/x" } },
  { mqtt = { topic = "a/b", payload = "c" } },
]
[[intent.test]]
say = "turn on the kitchen lamp"
"#;

const B: &str = r#"
[skill]
name = "pets"
[[intent]]
name = "pets.pet"
sentences = ["[please] pet (the|my) (cat|bird)", "stroke the bird"]
reply = "purr"
[[intent]]
name = "pets.stop"
sentences = ["leave it"]
do = [{ cancel = true }]
"#;

fn catalog(texts: &[(&str, &str)]) -> (Catalog, Home) {
    let home = Home::parse("home.toml", include_str!("house.toml")).unwrap_or_else(|f| panic!("{f:?}"));
    let texts: Vec<(String, String)> =
        texts.iter().map(|(f, t)| ((*f).to_owned(), (*t).to_owned())).collect();
    let catalog = Catalog::parse(&texts, &home).unwrap_or_else(|f| panic!("{f:#?}"));
    (catalog, home)
}

fn check(texts: &[(&str, &str)], expected: Expect) {
    let (catalog, home) = catalog(texts);
    let mut found = String::new();
    for w in catalog.check(&home) {
        let source = texts.iter().find(|(f, _)| **f == *w.origin.file).expect("one of the texts").1;
        found.push_str(&format!("{} `{}`: {}\n", w.origin.file, &source[w.origin.span.clone()], w.message));
        if let Some(help) = w.help {
            found.push_str(&format!("  help: {help}\n"));
        }
    }
    expected.assert_eq(&found);
}

#[test]
fn warnings() {
    check(
        &[("a.toml", A)],
        expect![[r#"
            a.toml `never`: no sentence uses the rule `unused`
            a.toml `colour_of_pet`: no sentence uses the list `colour_of_pet`
            a.toml `http://b.local/*`: no action needs the permission `http://b.local/*`
              help: take it out: a skill should be able to reach no more than it needs
            a.toml `b/#`: no action needs the permission `b/#`
              help: take it out: a skill should be able to reach no more than it needs
            a.toml `plug.fann`: no device of this house is `plug.fann`
              help: did you mean `plug.fan`?
        "#]],
    );
    check(
        &[("a.toml", A), ("b.toml", B)],
        expect![[r#"
            a.toml `never`: no sentence uses the rule `unused`
            a.toml `colour_of_pet`: no sentence uses the list `colour_of_pet`
            a.toml `http://b.local/*`: no action needs the permission `http://b.local/*`
              help: take it out: a skill should be able to reach no more than it needs
            a.toml `b/#`: no action needs the permission `b/#`
              help: take it out: a skill should be able to reach no more than it needs
            a.toml `plug.fann`: no device of this house is `plug.fann`
              help: did you mean `plug.fan`?
            b.toml `pets.pet`: no test says what `pets.pet` does
              help: add: [[intent.test]] with say and does
            b.toml `pets.stop`: no test says what `pets.stop` does
              help: add: [[intent.test]] with say and does
            b.toml `[please] pet (the|my) (cat|bird)`: “pet the cat” is a sentence of `pets.pet` and of `lamps.power` of a.toml
              help: `pets.pet` is taken now: make one of them more special
            a.toml `pet the {pet}`: “pet the cat” is a sentence of `lamps.power` and of `pets.pet` of b.toml
              help: `pets.pet` is taken now: make one of them more special
        "#]],
    );
}

/// Everything that is found out about texts: `E` for errors, `W` for warnings.
fn examine(texts: &[(&str, &str)], beside: &[(&str, &str)], expected: Expect) {
    let home = Home::parse("home.toml", include_str!("house.toml")).unwrap_or_else(|f| panic!("{f:?}"));
    let owned = |texts: &[(&str, &str)]| -> Vec<(String, String)> {
        texts.iter().map(|(f, t)| ((*f).to_owned(), (*t).to_owned())).collect()
    };
    let findings = Findings::of(&owned(texts), &owned(beside), &home);
    let mut found = String::new();
    for (mark, w) in
        findings.errors.iter().map(|f| ('E', f)).chain(findings.warnings.iter().map(|f| ('W', f)))
    {
        let source = texts.iter().find(|(f, _)| **f == *w.origin.file).expect("one of the texts").1;
        let line = source[..w.origin.span.start].matches('\n').count() + 1;
        found.push_str(&format!(
            "{mark} {}:{line} `{}`: {}\n",
            w.origin.file,
            &source[w.origin.span.clone()],
            w.message
        ));
    }
    expected.assert_eq(&found);
}

/// A fault in the manifest hides none in the sentences, and neither hides what is doubtful elsewhere.
#[test]
fn all_stages_at_once() {
    let a = r#"
[skill]
nam = "lamps"
[permissions]
devices = ["lite.*"]
[rules]
turn = "(turn|switch"
the = ["the", "my"]
[lists]
size = ["(small", "large"]
cups = { from = 9, to = 1 }
[[intent]]
name = "lamps.power"
sentences = ["<turn> {state} [the] {device}", "use {sizes}", "use <the> {size} {cups}", "lamps {state}"]
do = [{ set = "powr", to = "on" }]
[[intent]]
name = "lamps.on"
sentences = ["lamps on"]
risk = "none"
"#;
    examine(
        &[("a.toml", a)],
        &[],
        expect![[r#"
            E a.toml:2 `[skill]`: `name` is missing
            E a.toml:3 `nam`: unknown key `nam`
            E a.toml:7 `(`: `(` is not closed
            E a.toml:8 `["the", "my"]`: the rule `the` must be a string
            E a.toml:10 `(`: `(` is not closed
            E a.toml:11 `9`: the range goes from 9 down to 1
            E a.toml:14 `{sizes}`: there is no list {sizes}
            E a.toml:15 `powr`: no capability is called `powr`
            E a.toml:19 `none`: there is no risk `none`
            W a.toml:5 `lite.*`: no kind of device is called `lite`
            W a.toml:13 `lamps.power`: no test says what `lamps.power` does
            W a.toml:17 `lamps.on`: no test says what `lamps.on` does
            W a.toml:18 `lamps on`: “lamps on” is a sentence of `lamps.on` and of `lamps.power`
        "#]],
    );
}

#[test]
fn what_is_not_needed() {
    let a = r#"
[skill]
name = "a"
[rules]
turn = "(turn|switch|turn [over])"
[lists]
size = ["small", "large", "Small", { in = "large", out = "big" }]
[[intent]]
name = "a"
sentences = ["<turn> it (on|off|on)", "turn it off", "[please] go (now;then) {size}", "go then now {size}", "light[s] (in|on [top])"]
test = [{ say = "turn it on" }]
"#;
    examine(
        &[("a.toml", a)],
        &[],
        expect![[r#"
            W a.toml:5 `turn`: `turn` is not needed: `turn [over]` beside it takes it too
            W a.toml:7 `size`: `Small` means two things in the list `size`: the first is taken
            W a.toml:7 `size`: `large` means two things in the list `size`: the first is taken
            W a.toml:10 `on`: `on` stands in these alternatives twice
            W a.toml:10 `turn it off`: this sentence is not needed: `<turn> it (on|off|on)` takes all of it
            W a.toml:10 `go then now {size}`: this sentence is not needed: `[please] go (now;then) {size}` takes all of it
        "#]],
    );
}

#[test]
fn what_takes_too_much() {
    let a = r#"
[skill]
name = "a"
[lists]
anything = { wildcard = true }
[[intent]]
name = "a.any"
sentences = ["[tell me] {anything}", "add {anything} to the list"]
test = [{ say = "tell me more" }]
[[intent]]
name = "a.sure"
sentences = ["tell me more", "call r2d2 & friends", "set it to 100% (on|off)"]
test = [{ say = "tell me more" }]
"#;
    examine(
        &[("a.toml", a)],
        &[],
        expect![[r#"
        W a.toml:8 `[tell me] {anything}`: this sentence of `a.any` takes anything: no sentence is ever refused
        W a.toml:12 `r2d2`: `r2d2` mixes letters and digits: nobody knows how it is said
        W a.toml:12 `&`: `&`: nobody knows how `&` is said
    "#]],
    );
}

#[test]
fn what_makes_the_grammar_large() {
    let a = r#"
[skill]
name = "a"
[lists]
code = { from = 0, to = 19999 }
seat = { from = 0, to = 18000 }
room = { from = 0, to = 17000 }
ticket = { from = 0, to = 16000 }
side = ["front", "back"]
[[intent]]
name = "a.code"
sentences = ["{code} {side} {seat} then {room} (and|or) {ticket}"]
test = [{ say = "1 front 2 then 3 and 4" }]
"#;
    examine(
        &[("a.toml", a)],
        &[],
        expect![[r#"
            W a.toml:12 `{code} {side} {seat} then {room} (and|or) {ticket}`: the grammar is large: 71717 arcs; `{code}` of `a.code` makes 20125 of them
        "#]],
    );
}

/// Skills are checked beside those that are installed, and only what concerns them is told.
#[test]
fn beside_others() {
    examine(
        &[("b.toml", B)],
        &[("a.toml", A)],
        expect![[r#"
        W b.toml:5 `pets.pet`: no test says what `pets.pet` does
        W b.toml:6 `[please] pet (the|my) (cat|bird)`: “pet the cat” is a sentence of `pets.pet` and of `lamps.power` of a.toml
        W b.toml:9 `pets.stop`: no test says what `pets.stop` does
    "#]],
    );
    let other_version = B.replace("pet (the|my)", "stroke (the|my)");
    let german = A.replace("[skill]", "[skill]\nlanguage = \"de\"");
    examine(
        &[("b.toml", B)],
        &[("old.toml", &other_version), ("german.toml", &german), ("broken.toml", "nonsense")],
        expect![[r#"
            W b.toml:5 `pets.pet`: no test says what `pets.pet` does
            W b.toml:9 `pets.stop`: no test says what `pets.stop` does
        "#]],
    );
}

#[test]
fn contexts_that_exclude_each_other_do_not_collide() {
    let a = r#"
[skill]
name = "a"
[[intent]]
name = "a.kitchen"
sentences = ["lights [on]"]
requires_context = { area = "kitchen" }
test = [{ say = "lights", area = "kitchen" }]
[[intent]]
name = "a.bedroom"
sentences = ["lights"]
requires_context = { area = ["bedroom", "hallway"] }
test = [{ say = "lights", area = "bedroom" }]
[[intent]]
name = "a.nowhere"
sentences = ["lights"]
excludes_context = { area = true }
test = [{ say = "lights" }]
[[intent]]
name = "a.hallway"
sentences = ["lights on", "lights please"]
requires_context = { area = ["hallway", "kitchen"] }
test = [{ say = "lights on", area = "hallway" }]
"#;
    examine(
        &[("a.toml", a)],
        &[],
        expect![[r#"
        W a.toml:21 `lights on`: “lights on” is a sentence of `a.hallway` and of `a.kitchen`
    "#]],
    );
}

#[test]
fn help() {
    let (catalog, _) = catalog(&[("a.toml", A), ("b.toml", B)]);
    let said = [None, Some("lamps"), Some("Lamp"), Some("pets"), Some("weather"), Some("")]
        .map(|topic| catalog.help(topic));
    expect![[r#"
        You can ask me about lamps. For example: “turn on the kitchen lamp”.
        Switch the lamps. You can say: “turn on the kitchen lamp”.
        Switch the lamps. You can say: “turn on the kitchen lamp”.
        I cannot tell what that is for.
        I know nothing about weather.
        You can ask me about lamps. For example: “turn on the kitchen lamp”."#]]
    .assert_eq(&said.join("\n"));
}

#[test]
fn what_sounds_alike() {
    let skill = |first: &str, second: &str| {
        format!(
            r#"
[skill]
name = "x"
[[intent]]
name = "one"
sentences = ["{first}"]
reply = "a"
[[intent.test]]
say = "{first}"
[[intent]]
name = "two"
sentences = ["{second}"]
reply = "b"
[[intent.test]]
say = "{second}"
"#
        )
    };
    check(
        &[("x.toml", &skill("show me the mail list", "show me the male list"))],
        expect![[r#"
        x.toml `two`: “show me the mail list” of `one` sounds like “show me the male list” of `two`
          help: say one of them in other words: a recogniser cannot tell them apart
    "#]],
    );
    check(&[("x.toml", &skill("turn right now", "turn left now"))], expect![[""]]);
    // Numbers, other spellings, and what no table of homophones has.
    check(
        &[("x.toml", &skill("wait for the bus", "weight four the bus"))],
        expect![[r#"
        x.toml `two`: “wait for the bus” of `one` sounds like “weight four the bus” of `two`
          help: say one of them in other words: a recogniser cannot tell them apart
    "#]],
    );
    check(
        &[("x.toml", &skill("set the night scene", "set the knight seen"))],
        expect![[r#"
        x.toml `two`: “set the night scene” of `one` sounds like “set the knight seen” of `two`
          help: say one of them in other words: a recogniser cannot tell them apart
    "#]],
    );
    check(
        &[("x.toml", &skill("find the queue list", "find the cue list"))],
        expect![[r#"
        x.toml `two`: “find the queue list” of `one` sounds like “find the cue list” of `two`
          help: say one of them in other words: a recogniser cannot tell them apart
    "#]],
    );
    // Near is not the same.
    check(&[("x.toml", &skill("show me the lamb", "show me the lamp"))], expect![[""]]);
    check(&[("x.toml", &skill("light on now", "lights on now"))], expect![[""]]);
    // The same word is no homophone: who says it is understood.
    check(&[("x.toml", &skill("play the tale", "pin the tail"))], expect![[""]]);
}

#[test]
fn words_that_cannot_be_said() {
    let skill = |sentence: &str, value: &str| {
        format!(
            r#"
[skill]
name = "x"
[lists]
thing = ["{value}", "chair"]
[[intent]]
name = "one"
sentences = ["{sentence} {{thing}}"]
reply = "a"
[[intent.test]]
say = "{sentence} chair"
"#
        )
    };
    let found = |text: &str| {
        let findings = Findings::of(&[("x.toml".to_owned(), text.to_owned())], &[], &Home::default());
        let shown = findings.warnings.iter().map(|fault| {
            let place = &text[fault.origin.span.clone()];
            let help = fault.help.clone().unwrap_or_default();
            format!("{place}: {}\n  help: {help}\n", fault.message)
        });
        shown.collect::<String>()
    };
    expect![[r#"
        thing: `灯` in `灯` is no letter of English, so it has no pronunciation
          help: write it as it is spoken, in words: `r two d two`, `and`
        ecobee: `ecobee` is in no dictionary, and may be said IH K AA B IY or IY K OW B IY
          help: when it is spelled right, put one beside it that tells: `(ecobee|eeko bee)`
        лампа: `л` in `лампа` is no letter of English, so it has no pronunciation
          help: write it as it is spoken, in words: `r two d two`, `and`
    "#]]
    .assert_eq(&found(&skill("ask the ecobee for [un]locking лампа with roomba", "灯")));
    assert_eq!(found(&skill("turn (on|off) [the] slideshow light[s] at nine am for", "stool")), "");
}
