//! What `mynah skill check` warns of, and what is said when somebody asks for help.

use expect_test::{Expect, expect};
use mynah_home::Home;
use mynah_skill::Catalog;

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
        a.toml `plug.fann`: no device of this house is `plug.fann`
          help: did you mean `plug.fan`?
        a.toml `http://b.local/*`: no action needs the permission `http://b.local/*`
        a.toml `b/#`: no action needs the permission `b/#`
    "#]],
    );
    check(
        &[("a.toml", A), ("b.toml", B)],
        expect![[r#"
            a.toml `never`: no sentence uses the rule `unused`
            a.toml `colour_of_pet`: no sentence uses the list `colour_of_pet`
            a.toml `plug.fann`: no device of this house is `plug.fann`
              help: did you mean `plug.fan`?
            a.toml `http://b.local/*`: no action needs the permission `http://b.local/*`
            a.toml `b/#`: no action needs the permission `b/#`
            b.toml `pets.pet`: no test says what `pets.pet` does
              help: add: [[intent.test]] with say and does
            b.toml `pets.stop`: no test says what `pets.stop` does
              help: add: [[intent.test]] with say and does
            b.toml `[please] pet (the|my) (cat|bird)`: “pet the cat ok” is a sentence of `pets.pet` and of `lamps.power` of a.toml
              help: make one of them more special; now the better match is taken, or the first
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
