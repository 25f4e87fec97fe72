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
            error: unknown key `name` (known here: summary, skip_words, rules, lists, says, intent, refuse)
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

const TEA: &str = r#"
[skill]
name = "tea"
summary = "Make tea"
[permissions]
mqtt = ["tea"]
[scenes]
five = [{ say = "Tea time" }, { mqtt = { topic = "tea", payload = "black" } }]
[[intent]]
name = "tea.brew"
sentences = ["make [me] [a] tea"]
do = [
  { ask = "With milk?", slot = "milk", answers = [{ in = "(yes|with milk)", out = "milk" }, { in = "(no|black)", out = "black" }] },
  { ask = "How long?", slot = "length", answers = "{duration}" },
  { say = "Here it comes" },
  { mqtt = { topic = "tea", payload = "{milk} {length}" } },
]
[[intent.test]]
say = "make me a tea"
answer = ["no", "three minutes"]
reply = "Here it comes."
[[intent]]
name = "tea.time"
sentences = ["it is five o'clock"]
do = [{ scene = "five" }]
[[intent.test]]
say = "it is five o'clock"
reply = "Tea time."
"#;

const CHINESE: &str = r#"
[translations.zh]
summary = "泡茶"
[translations.zh.says]
"Here it comes" = "茶来了"
"Tea time" = "喝茶了"
[[translations.zh.intent]]
name = "tea.brew"
sentences = ["(泡|来)[一杯]茶"]
[translations.zh.intent.asks]
milk = { ask = "要加奶吗？", answers = [{ in = "(要|加奶)", out = "milk" }, { in = "(不要|不加)", out = "black" }] }
length = "泡多久？"
[[translations.zh.intent.test]]
say = "泡一杯茶"
asks = "要加奶吗？"
answer = ["不要", "三分钟"]
does = [{ say = "茶来了" }, { mqtt = { topic = "tea", payload = "black 180" } }]
reply = "茶来了。"
[[translations.zh.intent]]
name = "tea.time"
sentences = ["五点了"]
[[translations.zh.intent.test]]
say = "五点了"
reply = "喝茶了。"
"#;

fn check_tea(more: &str, expect: Expect) {
    let found = Findings::of(&[("tea.toml".into(), format!("{TEA}{more}"))], &[], &Home::default());
    let told = found.errors.iter().chain(&found.warnings);
    expect.assert_eq(
        &told
            .map(|fault| format!("{fault} ({})\n", fault.help.as_deref().unwrap_or("-")))
            .collect::<String>(),
    );
}

/// Its own answers to a question, and what it says.
#[test]
fn what_is_asked_and_said() {
    for language in ["en", "zh"] {
        let texts = [("tea.toml".to_owned(), format!("{TEA}{CHINESE}"))];
        let catalog = Catalog::parse_in(&texts, &Home::default(), language).expect("no faults");
        let reports = catalog.test(&Home::default());
        assert_eq!(reports.len(), 2);
        for report in reports {
            assert_eq!(report.result, TestResult::Passed, "{language}: {}", report.say);
        }
    }
    check_tea(CHINESE, expect![[""]]);
    let lacking = CHINESE
        .replace("\"Tea time\" = \"喝茶了\"", "\"Tea tim\" = \"喝茶了\"")
        .replace("reply = \"喝茶了。\"", "")
        .replace("reply = \"茶来了。\"", "");
    check_tea(
        &lacking,
        expect![[r#"
        this skill never says `Tea tim` (did you mean `Tea time`?)
        `Tea time` has no words in `zh` (add to [translations.zh.says]: "Tea time" = "…")
    "#]],
    );
    let asks = "milk = { ask = \"要加奶吗？\", answers = [{ in = \"(要|加奶)\", out = \"milk\" }, { in = \"(不要|不加)\", out = \"black\" }] }";
    check_tea(
        &CHINESE.replace(asks, "milk = \"要加奶吗？\"").replace("answer = [\"不要\", ", "answer = [\"no\", "),
        expect![[r#"
        the answers for `milk` of `tea.brew` are not in `zh` (add: asks = { milk = { ask = "…", answers = ["…"] } })
    "#]],
    );
    check_tea(
        &CHINESE.replace(asks, "milk = 3").replace("length = \"", "length = { answers = [] } # \""),
        expect![[r#"
        this is no question (write "…" or { ask = "…", answers = ["…"] })
        `ask` is missing (add: ask = "…")
        the list `answers` has no values (-)
        the question for `milk` of `tea.brew` is not in `zh` (add: asks = { milk = { ask = "…", answers = ["…"] } })
        the question for `length` of `tea.brew` is not in `zh` (add: asks = { length = "…" })
    "#]],
    );
}
