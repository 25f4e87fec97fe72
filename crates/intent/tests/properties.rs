//! What holds whatever the sentences are.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{choices, compile, context, home, house, intent};
use mynah_intent::{
    Context, Fractions, Label, List, ListEntry, MarkedSlot, Marks, NumberKind, Recognizer, Several, Spec,
    StateId, Value, Walk, WordGraph, Written,
};
use proptest::prelude::*;

/// A template that knows what it says.
#[derive(Clone, Debug)]
enum Tree {
    Word(&'static str),
    Joined(&'static str, Vec<&'static str>),
    All(Vec<Tree>),
    One(Vec<Tree>),
    Maybe(Box<Tree>),
    AnyOrder(Vec<Tree>),
    Area,
    Channel,
    Time,
    Frost,
    Item,
}

fn tree() -> impl Strategy<Value = Tree> {
    let word = prop::sample::select(vec![
        "go",
        "the",
        "red",
        "-5",
        "half",
        "up-to-date",
        "what's",
        "two",
        "in",
        "kitchen",
    ]);
    let leaf = prop_oneof![
        6 => word.prop_map(Tree::Word),
        2 => Just(Tree::Joined("light", vec!["", "s", "ing"])),
        1 => Just(Tree::Area),
        1 => Just(Tree::Channel),
        1 => Just(Tree::Time),
        1 => Just(Tree::Frost),
        1 => Just(Tree::Item),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 1..4).prop_map(Tree::All),
            2 => prop::collection::vec(inner.clone(), 1..4).prop_map(Tree::One),
            2 => inner.clone().prop_map(|tree| Tree::Maybe(Box::new(tree))),
            1 => prop::collection::vec(inner, 2..4).prop_map(Tree::AnyOrder),
        ]
    })
}

impl Tree {
    /// The template. Each list fills a slot of its own.
    fn template(&self, slots: &mut usize) -> String {
        let mut list = |name: &str| {
            *slots += 1;
            format!("{{{name}:s{slots}}}")
        };
        match self {
            Tree::Word(word) => (*word).to_owned(),
            Tree::Joined(stem, ends) => format!("{stem}({})", ends.join("|")),
            Tree::Area => list("area"),
            Tree::Channel => list("channel"),
            Tree::Time => list("time"),
            Tree::Frost => list("frost"),
            Tree::Item => list("item"),
            Tree::All(trees) => trees.iter().map(|t| t.template(slots)).collect::<Vec<_>>().join(" "),
            Tree::One(trees) => {
                format!("({})", trees.iter().map(|t| t.template(slots)).collect::<Vec<_>>().join("|"))
            }
            Tree::AnyOrder(trees) => {
                format!("({})", trees.iter().map(|t| t.template(slots)).collect::<Vec<_>>().join(";"))
            }
            Tree::Maybe(tree) => format!("[{}]", tree.template(slots)),
        }
    }

    /// A sentence, and the words that fill each slot. Slots count up as in [`template`](Self::template).
    fn sample(
        &self,
        slots: &mut usize,
        choose: &mut dyn FnMut(usize) -> usize,
    ) -> (Vec<String>, BTreeMap<String, String>) {
        let mut pick = |slots: &mut usize, ways: &[&str]| {
            *slots += 1;
            let said = ways[choose(ways.len())].to_owned();
            (vec![said.clone()], BTreeMap::from([(format!("s{slots}"), said)]))
        };
        match self {
            Tree::Word(word) => (vec![(*word).to_owned()], BTreeMap::new()),
            Tree::Joined(stem, ends) => {
                (vec![format!("{stem}{}", ends[choose(ends.len())])], BTreeMap::new())
            }
            Tree::Area => pick(slots, &["kitchen", "living room"]),
            Tree::Channel => pick(slots, &["7", "twenty one", "twenty-one", "a hundred and five"]),
            Tree::Time => pick(slots, &["ten minutes", "an hour and a half", "half an hour"]),
            Tree::Frost => {
                pick(slots, &["minus five", "-5 degrees", "minus two and a half degrees", "-2.5", "4.5°"])
            }
            Tree::Item => pick(slots, &["oat milk", "bread"]),
            Tree::All(trees) | Tree::AnyOrder(trees) => {
                let mut parts: Vec<_> = trees.iter().map(|tree| tree.sample(slots, choose)).collect();
                if let Tree::AnyOrder(_) = self {
                    for last in (1..parts.len()).rev() {
                        parts.swap(last, choose(last + 1));
                    }
                }
                parts.into_iter().fold(Default::default(), |mut all: (Vec<_>, BTreeMap<_, _>), part| {
                    all.0.extend(part.0);
                    all.1.extend(part.1);
                    all
                })
            }
            Tree::One(trees) => {
                let chosen = choose(trees.len());
                let parts: Vec<_> = trees.iter().map(|tree| tree.sample(slots, choose)).collect();
                parts[chosen].clone()
            }
            Tree::Maybe(tree) => {
                let part = tree.sample(slots, choose);
                if choose(2) == 0 { part } else { Default::default() }
            }
        }
    }

    fn is_in_any_order(&self) -> bool {
        match self {
            Tree::AnyOrder(_) => true,
            Tree::All(trees) | Tree::One(trees) => trees.iter().any(Tree::is_in_any_order),
            Tree::Maybe(tree) => tree.is_in_any_order(),
            _ => false,
        }
    }

    fn wildcards(&self) -> usize {
        match self {
            Tree::Item => 1,
            Tree::All(trees) | Tree::One(trees) | Tree::AnyOrder(trees) => {
                trees.iter().map(Tree::wildcards).sum()
            }
            Tree::Maybe(tree) => tree.wildcards(),
            _ => 0,
        }
    }
}

/// Every sentence of a graph without cycles.
fn sentences(graph: &WordGraph) -> Vec<String> {
    let mut walk = Walk::new(graph);
    let mut all = Vec::new();
    let mut todo = vec![(walk.start(), String::new())];
    while let Some((state, text)) = todo.pop() {
        if walk.is_final(state) {
            all.push(text.trim().to_owned());
        }
        for arc in walk.arcs(state) {
            let Label::Word(word) = arc.label else { panic!("a wildcard in {text}") };
            todo.push((arc.to, format!("{text} {}", graph.word(word).text)));
        }
    }
    all.sort();
    all
}

/// Deterministic: labels are sorted and differ. No dead ends. Looks at the first thousand states.
fn check_form(graph: &WordGraph) {
    let mut walk = Walk::new(graph);
    let mut states = BTreeSet::from([walk.start()]);
    for state in (0..1000).map(StateId) {
        if !states.contains(&state) {
            break;
        }
        let arcs = walk.arcs(state).to_vec();
        assert!(
            arcs.windows(2).all(|pair| pair[0].label < pair[1].label),
            "two arcs for a word in state {state:?}"
        );
        // A graph of no sentences has its start all the same.
        assert!(!arcs.is_empty() || walk.is_final(state) || states.len() == 1, "dead end {state:?}");
        states.extend(arcs.iter().map(|arc| arc.to));
    }
}

/// Paths sampled from the graph, read as text, are recognised as what they mark. Only the words of the slots are compared: the marks tell no
/// values. The likeliest marks are among the readings, and so is each mark of a path that can be read in a few ways.
fn check_marks(recognizer: &Recognizer, samples: usize, choose: &mut dyn FnMut(usize) -> usize) {
    let graph = recognizer.graph();
    let mut walk = Walk::new(&**graph);
    for _ in 0..samples {
        let path = walk.sample(&mut *choose);
        let text = graph.text(&path, "something");
        let words: Vec<&str> = text.split(' ').collect();
        let all = graph.marks(&path);
        assert!(!all.is_empty(), "{text:?} has no marks");
        assert!(all.windows(2).all(|pair| pair[0].cost <= pair[1].cost));
        // More commands than this are not taken apart, and whether a joint within a wildcard's words joins commands is not the graph's to say.
        let has_joint = |slot: &MarkedSlot| slot.is_free && words[slot.words.clone()].contains(&"and");
        let mut commands = all.iter().flat_map(|marks| &marks.commands);
        if all[0].commands.len() > 4 || commands.any(|command| command.slots.iter().any(has_joint)) {
            continue;
        }
        let commands = recognizer.commands(&text, &Context::default());
        assert!(!commands.is_empty(), "{text:?} is not recognised");
        let same = |marks: &Marks| {
            marks.commands.len() == commands.len()
                && marks.commands.iter().zip(&commands).all(|(marked, readings)| {
                    readings.iter().any(|reading| {
                        let said: BTreeMap<&str, &str> = reading
                            .intent
                            .slots
                            .iter()
                            .filter(|(_, slot)| !slot.said.is_empty())
                            .map(|(name, slot)| (name.as_str(), slot.said.as_str()))
                            .collect();
                        let slots: BTreeMap<&str, String> = marked
                            .slots
                            .iter()
                            .map(|slot| (slot.name.as_str(), words[slot.words.clone()].join(" ")))
                            .collect();
                        marked.intents.contains(&reading.spec)
                            && said.len() == slots.len()
                            && said.iter().zip(&slots).all(|(a, b)| a.0 == b.0 && a.1 == b.1)
                    })
                })
        };
        assert!(all.iter().any(same), "{text:?} is marked {all:#?} and read {commands:#?}");
    }
}

/// What is said for a value of a list: some have words of sentences, joints, skip words and other lists in them, some are written in several ways.
fn names() -> impl Strategy<Value = Vec<&'static str>> {
    let said = vec![
        "kitchen",
        "[the] guest room",
        "lamb 2",
        "red",
        "go and the kitchen",
        "and",
        "x-ray (lamp|light)[s]",
        "please",
        "lamp 2",
        "21",
        "up-to-date",
        "um",
        "half past",
        "it",
        "so",
    ];
    prop::collection::vec(prop::sample::select(said), 0..6)
}

/// A house whose rooms and devices are called so. `local` is a list of one intent alone, and shadows `device`.
fn called(template: &str, [area, device, local]: &[Vec<&str>; 3]) -> Spec {
    let list = |said: &[&str]| {
        List::Text(said.iter().map(|said| ListEntry::new(*said, Value::Text(format!("<{said}>")))).collect())
    };
    let mut spec = house();
    spec.lists.insert("area".to_owned(), list(area));
    spec.lists.insert("device".to_owned(), list(device));
    let mut own = intent("own", &["look at [the] {device}", "go {device}"]);
    own.lists.insert("device".to_owned(), list(local));
    spec.intents = vec![
        intent("other", &["go [in] the {area}", "find {device} [in [the] {area}]", "{area} red"]),
        intent("it", &[template]),
        own,
    ];
    spec.several = Several {
        joints: vec!["and then".to_owned(), "and".to_owned()],
        and: vec!["and".to_owned(), "and the".to_owned()],
        lists: ["area".to_owned()].into(),
    };
    spec.fillers = vec!["um red".to_owned()];
    spec
}

/// The same words, at the same cost, from state to state: at most so many are compared.
fn check_same_graph(a: &WordGraph, b: &WordGraph, states: usize) {
    let (mut here, mut there) = (Walk::new(a), Walk::new(b));
    let mut known = std::collections::BTreeMap::from([(here.start(), there.start())]);
    let mut todo = vec![(here.start(), there.start(), String::new())];
    while let Some((x, y, text)) = todo.pop() {
        assert_eq!(here.end_cost(x), there.end_cost(y), "the end of {text:?}");
        let mut arcs = [(a, here.arcs(x).to_vec()), (b, there.arcs(y).to_vec())].map(|(graph, arcs)| {
            let word = |label| match label {
                Label::Word(id) => {
                    let word = graph.word(id);
                    Some((word.text.clone(), word.spellings.clone(), word.is_filler))
                }
                Label::AnyWord => None,
            };
            let mut arcs: Vec<_> =
                arcs.iter().map(|arc| (word(arc.label), arc.cost.to_bits(), arc.to)).collect();
            arcs.sort();
            arcs
        });
        let [ours, theirs] = arcs.each_ref().map(|arcs| arcs.iter().map(|(word, cost, _)| (word, *cost)));
        assert!(
            ours.clone().eq(theirs.clone()),
            "behind {text:?}: {:?} or {:?}",
            Vec::from_iter(ours),
            Vec::from_iter(theirs)
        );
        let [ours, theirs] = &mut arcs;
        for ((word, _, x), (_, _, y)) in ours.drain(..).zip(theirs.drain(..)) {
            if known.len() < states && known.insert(x, y).is_none() {
                let word = word.map_or("*".to_owned(), |(text, ..)| text);
                todo.push((x, y, format!("{text} {word}")));
            } else if let Some(known) = known.get(&x) {
                assert_eq!(*known, y, "behind {text:?} {word:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// Names that change one after the other make what the last of them make at once.
    #[test]
    fn what_is_recompiled_is_as_if_compiled(
        tree in tree(),
        rounds in prop::collection::vec((prop::array::uniform3(names()), any::<bool>()), 2..4),
        seed in any::<u64>(),
    ) {
        prop_assume!(tree.wildcards() <= 1);
        let template = format!("so {}", tree.template(&mut 0));
        let mut choose = choices(seed);
        let mut is = compile(called(&template, &rounds[0].0));
        for (names, has_graph) in &rounds {
            let spec = called(&template, names);
            is = is.recompile(spec.clone()).unwrap();
            let is_to_be = compile(spec);
            // The graph may be there or not when the next names come.
            if *has_graph {
                check_same_graph(is.graph(), is_to_be.graph(), 200);
            }
            for _ in 0..4 {
                let text = is_to_be.graph().sample("something", &mut choose);
                // Of a name that is no more, the words are strange again, and may be taken for others.
                let texts = [format!("{text} um red"), "find the lamb 2".to_owned(), text];
                for text in &texts {
                    let here = Context::default();
                    prop_assert_eq!(is.commands(text, &here), is_to_be.commands(text, &here));
                    prop_assert_eq!(is.near(text, &here), is_to_be.near(text, &here));
                }
            }
        }
        check_same_graph(is.graph(), compile(called(&template, &rounds[rounds.len() - 1].0)).graph(), 200);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_template_says_is_recognised_with_its_slots(tree in tree(), seed in any::<u64>()) {
        prop_assume!(tree.wildcards() <= 1);
        let mut spec = house();
        spec.intents = vec![
            intent("other", &["go [in] the {area}", "{item} red"]),
            intent("it", &[&format!("so {}", tree.template(&mut 0))]),
        ];
        let recognizer = compile(spec);
        check_form(recognizer.graph());
        let mut choose = choices(seed);
        for _ in 0..4 {
            let (words, slots) = tree.sample(&mut 0, &mut choose);
            let text = format!("so {}", words.join(" "));
            let readings = recognizer.recognize(&text, &Context::default());
            let is_it = readings.iter().any(|reading| {
                // "21 twenty-one" in any order is one reading: what counts is that each slot has the value that was said for it.
                let found = &reading.intent.slots;
                let values: BTreeMap<&str, _> = found.values().map(|slot| (slot.said.as_str(), &slot.value)).collect();
                let each_has_its_own = slots.iter().all(|(name, said)| {
                    let slot = found.get(name);
                    slot.is_some_and(|slot| values.get(said.as_str()) == Some(&&slot.value))
                });
                // In any order, the words do not tell which of two slots of one list a value is for; not all such readings are given.
                let mut said: Vec<_> = slots.values().map(|said| format!("{:?}", values.get(said.as_str()))).collect();
                let mut all: Vec<_> = found.values().map(|slot| format!("{:?}", Some(&slot.value))).collect();
                said.sort();
                all.sort();
                reading.intent.name == "it"
                    && found.len() == slots.len()
                    && (each_has_its_own || tree.is_in_any_order() && said == all)
            });
            prop_assert!(is_it, "{text:?} {slots:?} of {} is {readings:#?}", tree.template(&mut 0));
            prop_assert!(recognizer.graph().accepts(&text), "{text:?} is not in the graph");
        }
    }

    #[test]
    fn what_the_graph_says_is_recognised(tree in tree(), seed in any::<u64>()) {
        prop_assume!(tree.wildcards() <= 2);
        let mut spec = house();
        spec.intents = vec![intent("it", &[&format!("so {}", tree.template(&mut 0))])];
        let recognizer = compile(spec);
        let mut choose = choices(seed);
        for _ in 0..8 {
            let text = recognizer.graph().sample("something", &mut choose);
            prop_assert!(!recognizer.recognize(&text, &Context::default()).is_empty(), "{text:?} of {}", tree.template(&mut 0));
            prop_assert!(recognizer.graph().accepts(&text));
        }
    }

    #[test]
    fn what_a_path_marks_is_recognised(tree in tree(), seed in any::<u64>()) {
        prop_assume!(tree.wildcards() <= 1);
        let mut spec = house();
        spec.intents = vec![
            intent("other", &["go [in] the {area}", "{item} red"]),
            intent("it", &[&format!("so {}", tree.template(&mut 0))]),
        ];
        spec.several = Several {
            joints: vec!["and then".to_owned()],
            and: vec!["and".to_owned(), "and the".to_owned()],
            lists: ["area".to_owned()].into(),
        };
        check_marks(&compile(spec), 6, &mut choices(seed));
    }

    #[test]
    fn a_graph_of_sentences_has_these_and_no_others(lines in prop::collection::vec(prop::collection::vec("[abc]", 0..5), 0..12)) {
        let lines: BTreeSet<String> = lines.into_iter().map(|words| words.join(" ")).collect();
        let texts: Vec<&str> = lines.iter().map(String::as_str).collect();
        let graph = WordGraph::from_sentences(&texts);
        check_form(&graph);
        prop_assert_eq!(sentences(&graph), texts.clone());
        // The same sentences give the same graph, whatever their order is.
        let backwards: Vec<&str> = texts.iter().rev().copied().collect();
        prop_assert_eq!(WordGraph::from_sentences(&backwards).state_count(), graph.state_count());
    }

    #[test]
    fn no_template_and_no_text_panics(templates in prop::collection::vec(r"[ab1 (|)\[\];:{}<>\\%'é-]{0,40}", 1..4), text in r"\PC{0,60}") {
        let mut spec = house();
        spec.intents = vec![intent("a", &templates.iter().map(String::as_str).collect::<Vec<_>>())];
        match Recognizer::compile(spec) {
            Ok(recognizer) => {
                recognizer.recognize(&text, &Context::default());
                recognizer.graph().accepts(&text);
            }
            Err(faults) => prop_assert!(faults.iter().all(|f| f.origin.span.start <= f.origin.span.end)),
        }
        let _ = compile(home()).recognize(&text, &Context::default());
    }
}

#[test]
fn what_the_graph_of_a_home_says_is_recognised() {
    let here = context(&[("area", "kitchen")]);
    let mut choose = choices(7);
    let check = |spec: Spec, samples: usize, choose: &mut dyn FnMut(usize) -> usize| {
        let recognizer = compile(spec);
        check_form(recognizer.graph());
        for _ in 0..samples {
            let text = recognizer.graph().sample("something", &mut *choose);
            let readings = recognizer.recognize(&text, &here);
            assert!(!readings.is_empty(), "{text:?}");
        }
    };
    check(home(), 1000, &mut choose);
    // Each intent by itself, so that the samples come by all.
    for intent in home().intents {
        check(Spec { intents: vec![intent], ..home() }, 300, &mut choose);
    }
}

/// Numbers that may be written in one way only are in the graph in that way, and a recogniser may write them in the other.
#[test]
fn numbers_in_digits_or_in_words_alone() {
    let mut choose = choices(3);
    for (written, takes, refuses) in [
        (Written::Digits, ["21 degrees", "20.5", "-3"], ["twenty one degrees", "minus three", "twenty"]),
        (
            Written::Words,
            ["twenty one degrees", "twenty and a half", "minus three"],
            ["21 degrees", "20.5", "-3"],
        ),
    ] {
        let mut spec = house();
        let (kind, fractions) = (NumberKind::Temperature, Fractions::Halves);
        let list = List::Range { from: -5, to: 30, step: 1, kind, fractions, multiplier: None, written };
        spec.lists.insert("degrees".to_owned(), list);
        spec.intents = vec![intent("set", &["heat to {degrees}"])];
        let recognizer = compile(spec);
        let reads =
            |text: &str| !recognizer.recognize(&format!("heat to {text}"), &Context::default()).is_empty();
        for text in takes {
            assert!(reads(text), "{written:?}: {text}");
            assert!(recognizer.graph().accepts(&format!("heat to {text}")), "{written:?}: {text}");
        }
        for text in refuses {
            assert!(!reads(text), "{written:?}: {text}");
        }
        for _ in 0..200 {
            let text = recognizer.graph().sample("something", &mut choose);
            assert!(!recognizer.recognize(&text, &Context::default()).is_empty(), "{written:?}: {text}");
        }
        // What is heard is one, however it is written.
        assert!(recognizer.graph().accepts("heat to 7") && recognizer.graph().accepts("heat to seven"));
    }
}

#[test]
fn words_are_found_by_their_spellings() {
    let graph = compile(home()).graph().clone();
    for text in [
        "Set the kitchen lamp to 21%.",
        "set the kitchen lamp to twenty one percent",
        "set the kitchen lamp to twenty-one percent",
        "channel 105",
        "set the heating to 20.5 degrees",
        "set the heating to twenty-one point five degrees",
        "channel 8",
        "please could you turn on lamp 2, please",
        "whats in the kitchen",
        "add anything at all to the shopping list",
        "is it 20 % or up-to-date",
        "set a timer for 1 hour and 20 minutes",
        "turn on the cafe lights",
    ] {
        assert!(graph.accepts(text), "{text:?}");
    }
    for text in
        ["", "please", "turn", "channel 251", "add to the shopping list", "please please please turn on lamp"]
    {
        assert!(!graph.accepts(text), "{text:?}");
    }
    let mut walk = Walk::new(&*graph);
    let state = walk.step(walk.start(), "Channel").unwrap();
    assert_eq!(walk.step(state, "8"), walk.step(state, "eight"));
    assert_eq!(walk.step(state, "nothing"), None);
}
