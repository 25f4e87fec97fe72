//! One skill file in several languages.

use expect_test::{Expect, expect};
use mynah_home::Home;
use mynah_skill::{Catalog, Findings, TestResult};

const COFFEE: &str = r#"
[skill]
name = "coffee"
summary = "Make coffee"
[permissions]
mqtt = ["coffee"]
[lists]
size = ["small", { in = "(large|big)", out = "large" }]
[rules]
make = "(make|brew)"
[[intent]]
name = "coffee.brew"
sentences = ["<make> [me] a [{size}] coffee"]
do = [{ ask = "How large?", slot = "size" }, { mqtt = { topic = "coffee", payload = "{size}" } }]
reply = "A {size} one is on its way"
[[intent.test]]
say = "brew a big coffee"
slots = { size = "large" }
reply = "A big one is on its way."
[[intent]]
name = "coffee.stop"
sentences = ["stop the coffee machine"]
do = [{ mqtt = { topic = "coffee", payload = "stop" } }]
reply = "It has stopped"
[[intent.test]]
say = "stop the coffee machine"
"#;

const GERMAN: &str = r#"
[translations.de]
summary = "Kaffee kochen"
skip_words = ["bitte"]
[translations.de.lists]
size = [{ in = "(klein|kleinen)", out = "small" }, { in = "(groß|großen)", out = "large" }]
[[translations.de.intent]]
name = "coffee.brew"
sentences = ["mach [mir] einen [{size}] Kaffee"]
reply = "Kommt sofort"
asks = { size = "Wie groß?" }
[[translations.de.intent.test]]
say = "mach mir bitte einen großen Kaffee"
slots = { size = "large" }
reply = "Kommt sofort."
[[translations.de.intent.test]]
say = "mach einen Kaffee"
asks = "Wie groß?"
answer = "klein"
does = [{ mqtt = { topic = "coffee", payload = "small" } }]
"#;

fn texts(more: &str) -> Vec<(String, String)> {
    vec![("coffee.toml".into(), format!("{COFFEE}{more}"))]
}

/// What the checker finds in a skill that ends so.
fn check(more: &str, expect: Expect) {
    let found = Findings::of(&texts(more), &[], &Home::default());
    let told = |kind: &'static str| {
        move |fault: &mynah_intent::Fault| {
            format!("{kind}: {fault} ({})\n", fault.help.as_deref().unwrap_or("-"))
        }
    };
    let errors = found.errors.iter().map(told("error"));
    expect.assert_eq(&errors.chain(found.warnings.iter().map(told("warning"))).collect::<String>());
}

#[test]
fn a_skill_in_two_languages() {
    for (language, tests) in [("en", 2), ("de", 2)] {
        let catalog = Catalog::parse_in(&texts(GERMAN), &Home::default(), language).expect("no faults");
        let reports = catalog.test(&Home::default());
        assert_eq!(reports.len(), tests);
        for report in reports {
            assert_eq!(report.result, TestResult::Passed, "{language}: {}", report.say);
        }
    }
    let catalog = Catalog::parse_in(&texts(GERMAN), &Home::default(), "de").expect("no faults");
    assert_eq!(catalog.summaries().next(), Some(("coffee", "Kaffee kochen")));
    // What is not translated is not understood; it is no skill of a third language at all.
    assert!(!catalog.graph().accepts("stop the coffee machine"));
    let faults = Catalog::parse_in(&texts(GERMAN), &Home::default(), "fr").expect_err("a fault");
    assert_eq!(faults.len(), 1, "{faults:?}");
    expect!["the skill `coffee` is in `en`, not in `fr`"].assert_eq(&faults[0].message);
}

#[test]
fn what_is_missing() {
    check("", expect![[""]]);
    check(
        GERMAN,
        expect![[r#"
        warning: `coffee.stop` has no sentences in `de` (add: [[translations.de.intent]] with name = "coffee.stop")
    "#]],
    );
    check(
        "[translations.fr]\n[[translations.fr.intent]]\nname = \"coffee.brew\"\nsentences = [\"fais un café\"]\n",
        expect![[r#"
            warning: the list `size` has no words in `fr` (add it to [translations.fr.lists])
            warning: no test says what `coffee.brew` does (add: [[intent.test]] with say and does)
            warning: `coffee.stop` has no sentences in `fr` (add: [[translations.fr.intent]] with name = "coffee.stop")
            warning: there is no summary in `fr` (add summary = "…" to [translations.fr])
            warning: `coffee.brew` has no answer in `fr` (add: reply = "…")
            warning: the question for `size` of `coffee.brew` is not in `fr` (add: asks = { size = "…" })
        "#]],
    );
}

#[test]
fn mistakes() {
    check(
        r#"
[translations.fr]
name = "café"
[translations.fr.rules]
faire = 3
[[translations.fr.intent]]
name = "coffee.brw"
sentences = ["fais un café"]
[[translations.fr.intent]]
name = "coffee.stop"
sentences = ["arrête <make> {siez}"]
"#,
        expect![[r#"
            error: unknown key `name` (known here: summary, skip_words, rules, lists, intent, refuse)
            error: the rule `faire` must be a string (-)
            error: this skill has no intent `coffee.brw` to translate (did you mean `coffee.brew`?)
            error: there is no rule <make> (-)
            error: there is no list {siez} (-)
            warning: the list `size` has no words in `fr` (add it to [translations.fr.lists])
            warning: `coffee.brew` has no sentences in `fr` (add: [[translations.fr.intent]] with name = "coffee.brew")
            warning: no test says what `coffee.stop` does (add: [[intent.test]] with say and does)
            warning: there is no summary in `fr` (add summary = "…" to [translations.fr])
            warning: `coffee.stop` has no answer in `fr` (add: reply = "…")
        "#]],
    );
    check(
        "[translations]\nfr = \"oui\"\n",
        expect![[r#"
        error: `fr` is no translation (write: [[translations.fr.intent]] with name and sentences)
    "#]],
    );
}
