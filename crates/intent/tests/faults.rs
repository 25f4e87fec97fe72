//! What an author is told.

mod common;

use common::{house, intent, range, sentence, text_list};
use expect_test::{Expect, expect};
use mynah_intent::{NumberKind, Recognizer, Spec, mentions};

fn check_spec(spec: Spec, expected: Expect) {
    let text = match Recognizer::compile(spec) {
        Ok(_) => "no faults".to_owned(),
        Err(faults) => {
            let show = |f: &mynah_intent::Fault| {
                format!("{:?} {}; {}", f.origin.span, f.message, f.help.as_deref().unwrap_or("-"))
            };
            faults.iter().map(show).collect::<Vec<_>>().join("\n")
        }
    };
    expected.assert_eq(&text);
}

fn check(sentences: &[&str], expected: Expect) {
    let mut spec = house();
    spec.intents = vec![intent("a.b", sentences)];
    check_spec(spec, expected);
}

#[test]
fn all_faults_of_a_spec_are_told_at_once() {
    check(
        &[
            "<trun> on {devcie}",
            "turn on {nothing_like_it} (a|",
            "[a] [b]",
            "turn on",
            "turn on",
            "{area} to {area}",
            "{area} to {area:there}",
        ],
        expect![[r#"
            0..6 there is no rule <trun>; did you mean <turn>?
            10..18 there is no list {devcie}; did you mean {device}?
            26..27 `(` is not closed; add `)`
            0..7 it takes an empty sentence; something must have to be said
            0..7 the same sentence twice in one intent; remove one of them
            10..16 slot `area` is filled twice in one sentence; name one of them otherwise: `{list:slot}`"#]],
    );
}

#[test]
fn rules_in_a_circle() {
    let mut spec = house();
    for (name, body) in [("a", "x <b>"), ("b", "y [<c>]"), ("c", "z <a>"), ("unused", "<nothing> {kitchen}")]
    {
        spec.rules.insert(name.to_owned(), sentence(body));
    }
    spec.intents = vec![intent("a.b", &["go <a>", "now <a>"])];
    check_spec(
        spec,
        expect![[r#"
        0..9 there is no rule <nothing>; -
        10..19 there is no list {kitchen}; -
        2..5 rules in a circle: <a> → <b> → <c> → <a>; a rule cannot be part of itself"#]],
    );
}

#[test]
fn faulty_lists_and_intents() {
    let mut spec = house();
    spec.lists.insert("back".to_owned(), range(5, 1, NumberKind::Number));
    spec.lists.insert("wide".to_owned(), range(i32::MIN, i32::MAX, NumberKind::Number));
    spec.lists.insert(
        "text".to_owned(),
        text_list(&[("(a", "1"), ("(b", "1"), ("[c]", "2"), ("{area}", "3"), ("", "4"), ("?!", "5")]),
    );
    spec.intents = vec![intent("", &["go"]), intent("silent", &[])];
    check_spec(
        spec,
        expect![[r#"
        0..0 list `back` goes from 5 to 1; put the lesser one first
        0..1 list `text`, value `(a`: `(` is not closed; add `)`
        0..1 list `text`, value `(b`: `(` is not closed; add `)`
        0..0 list `text`, value `[c]`: it takes an empty sentence; something must have to be said
        0..0 list `text`, value `{area}`: a list in a value of a list; write its values out, or put it into the sentences
        0..0 list `text`, value ``: it takes an empty sentence; something must have to be said
        0..0 list `text`, value `?!`: it takes an empty sentence; something must have to be said
        0..0 list `wide` has 4294967296 values; 20,000 are the most; use a larger step
        0..2 an intent without a name; give it one, such as `light.power`
        0..0 intent `silent` has no sentences; say how people ask for it, or remove it"#]],
    );
}

#[test]
fn templates_that_expand_beyond_measure_are_refused() {
    let deep = |open: &str, close: &str, n: usize| format!("a {}b{}", open.repeat(n), close.repeat(n));
    check(&[&deep("[", "]", 30)], expect!["no faults"]);
    check(&[&deep("(", "|c)", 30)], expect!["no faults"]);
    check(
        &[&deep("[", "]", 100_000)],
        expect!["66..67 brackets are nested more than 64 deep; split the sentence, or use a <rule>"],
    );
    check(
        &[&"(a|b)".repeat(20)],
        expect!["0..100 too many words are joined of parts; put spaces between the groups"],
    );
    check(&[&"(a|b) ".repeat(20)], expect!["no faults"]);
    check(&["(a;b;c;d;e;f;g;h;i)"], expect!["1..18 a permutation of 9 items; 8 are the most"]);
    check(&["(a;(b;(c;(d;(e;(f;(g;h)))))))"], expect!["no faults"]);
    check(&["((a;b;c;d;e);(f;g;h;i;j);(k;l;m;n;o);(p;q;r;s;t);(u;v;w;x;y))"], expect!["no faults"]);

    let mut spec = house();
    spec.rules.insert("r0".to_owned(), sentence("a"));
    for n in 1..40 {
        spec.rules.insert(format!("r{n}"), sentence(&format!("<r{}> <r{}>", n - 1, n - 1)));
    }
    spec.intents = vec![intent("a.b", &["<r39>"])];
    check_spec(
        spec,
        expect!["5..9 it expands to more than 50000 pieces; split it into several sentences, or use a list"],
    );

    let mut spec = house();
    spec.rules.insert("r0".to_owned(), sentence("a"));
    for n in 1..2000 {
        spec.rules.insert(format!("r{n}"), sentence(&format!("<r{}>", n - 1)));
    }
    spec.intents = vec![intent("a.b", &["<r1999>"])];
    check_spec(
        spec,
        expect![
            "0..7 groups and rules are nested more than 200 deep; split it into several sentences, or use a list"
        ],
    );
}

/// Twenty of each, within each other, side by side and in lists: taken, or refused before they grow.
#[test]
fn templates_twenty_deep_and_wide() {
    let nested = |open: &str, between: &str, close: &str| {
        let before: String = (0..20).map(|n| format!("{open}w{n}{between}")).collect();
        format!("go {before}end{}", close.repeat(20))
    };
    let wide = |part: &str, between: &str| format!("go {}", vec![part; 20].join(between));
    let templates = [
        nested("[", " ", "]"),
        nested("(", "|", ")"),
        nested("(", ";", ")"),
        nested("[(", ";", ")]"),
        wide("[a] [b]", " "),
        wide("[a][b]", ""),
        format!("go ({})", vec!["a"; 20].join(";")),
        wide("(a;b)", " "),
        format!("go {}", (0..20).map(|n| format!("{{area:a{n}}}")).collect::<String>()),
    ];
    let told = |spec: Spec| match Recognizer::compile(spec) {
        Ok(_) => "no faults\n".to_owned(),
        Err(faults) => faults.iter().map(|fault| format!("{:?} {fault}\n", fault.origin.span)).collect(),
    };
    let mut shown = String::new();
    for template in &templates {
        let start = template.get(..30).unwrap_or(template);
        shown += &format!("{start}: {}", told(Spec { intents: vec![intent("a.b", &[template])], ..house() }));
    }
    let mut spec = house();
    spec.lists
        .insert("long".to_owned(), text_list(&[(&wide("[a][b]", ""), "1"), (&nested("(", ";", ")"), "2")]));
    spec.intents = vec![intent("a.b", &["go {long}"])];
    shown += &format!("in a list: {}", told(spec));
    // Each within its bound.
    let many: Vec<String> = (0..50).map(|n| format!("go{n} ((a;b;c;d;e;f);(h;i;j;k;l;m))")).collect();
    let spec = Spec {
        intents: vec![intent("a.b", &many.iter().map(String::as_str).collect::<Vec<_>>())],
        ..house()
    };
    shown += &format!("many: {}", told(spec));
    expect![[r#"
        go [w0 [w1 [w2 [w3 [w4 [w5 [w6: no faults
        go (w0|(w1|(w2|(w3|(w4|(w5|(w6: no faults
        go (w0;(w1;(w2;(w3;(w4;(w5;(w6: 84..87 it expands to more than 50000 pieces
        go [(w0;[(w1;[(w2;[(w3;[(w4;[(: 109..112 it expands to more than 50000 pieces
        go [a] [b] [a] [b] [a] [b] [a]: no faults
        go [a][b][a][b][a][b][a][b][a]: 0..123 too many words are joined of parts
        go (a;a;a;a;a;a;a;a;a;a;a;a;a;: 4..43 a permutation of 20 items
        go (a;b) (a;b) (a;b) (a;b) (a;: no faults
        go {area:a0}{area:a1}{area:a2}: 0..193 too many words are joined of parts
        in a list: 0..0 list `long`, value `go [a][b][a][b][a][b][a][b][a][b][a][b][a][b][a][b][a][b][a][b][a][b][a][b][a][b][a][b][a][b][a][b][a][b][a][b][a][b][a][b]`: too many words are joined of parts
        84..87 list `long`, value `go (w0;(w1;(w2;(w3;(w4;(w5;(w6;(w7;(w8;(w9;(w10;(w11;(w12;(w13;(w14;(w15;(w16;(w17;(w18;(w19;end))))))))))))))))))))`: it expands to more than 50000 pieces
        many: no faults
    "#]].assert_eq(&shown);
}

#[test]
fn an_empty_spec_recognises_nothing() {
    check_spec(Spec::default(), expect!["no faults"]);
    let recognizer = Recognizer::compile(Spec::default()).unwrap();
    assert!(recognizer.recognize("hello", &Default::default()).is_empty());
    assert!(!recognizer.graph().accepts("hello") && !recognizer.graph().accepts(""));
}

#[test]
fn a_template_tells_what_it_refers_to() {
    let found = mentions(&sentence("<turn> {state} [<the>] {device:light} {area}")).unwrap();
    assert_eq!(found.rules.into_iter().collect::<Vec<_>>(), ["the", "turn"]);
    let lists: Vec<String> = found.lists.into_iter().map(|(list, slot)| format!("{list}:{slot}")).collect();
    assert_eq!(lists, ["area:area", "device:light", "state:state"]);

    let mut faulty = sentence("turn (on");
    faulty.origin.span = 100..108;
    assert_eq!(mentions(&faulty).unwrap_err()[0].origin.span, 105..106);
}
