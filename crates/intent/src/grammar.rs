//! [`Compiled`] → [`WordGraph`]: the nets of the sentences, of each list, and of what stands around sentences.

use std::sync::Arc;

use crate::automaton::{Mark, Net, Nfa, Symbol};
use crate::compile::Compiled;
use crate::fold::tokens;
use crate::graph::{GraphList, Label, Start, Vocabulary, WordGraph, accepted, written_word};
use crate::hash::{QuickMap, QuickSet};
use crate::language::{Language, Phrases, spellings};
use crate::program::{CompiledList, Program, Step, Values, units};
use crate::word::WordId;
use crate::{NumberKind, Spec, Word, Written};

/// A net of more arcs is not made deterministic.
const MOST_ARCS: usize = 500_000;
/// How many skip phrases may stand before a sentence ("um could you …"); after it one may.
const SKIPS_BEFORE: usize = 2;

/// The graph of all sentences, whatever the context. `before` is the graph of what this was compiled anew from: with the same sentences, and
/// its words in front of the vocabulary. Lists that are still shared with it are taken over.
pub(crate) fn graph(compiled: &Compiled, spec: &Spec, before: Option<(&WordGraph, &Compiled)>) -> WordGraph {
    let language = compiled.language;
    let mut vocabulary = compiled.vocabulary.clone();
    let called = called(compiled);
    let mut lists = Vec::with_capacity(compiled.lists.len());
    for (index, list) in compiled.lists.iter().enumerate() {
        let known =
            before.and_then(|(graph, compiled)| Some((graph.lists.get(index)?, compiled.lists.get(index)?)));
        let net = match known {
            Some((known, other)) if Arc::ptr_eq(list, other) => Arc::clone(&known.net),
            _ if !called.contains(&(index as u32)) => Arc::default(),
            _ => list_net(list, language, &mut vocabulary).into(),
        };
        lists.push(GraphList {
            name: list.name.clone(),
            net,
            is_several: list.is_several,
            is_wildcard: matches!(list.values, Values::Wildcard),
        });
    }
    let has_sentences = |graph: &WordGraph| {
        let says_nothing = |list: &GraphList| list.net.is_empty();
        graph.lists.iter().map(says_nothing).eq(lists.iter().map(says_nothing))
    };
    let several = &spec.several;
    let ands = match before {
        Some((graph, _)) => Arc::clone(&graph.ands),
        None => {
            let mut nfa = Nfa::new();
            let end = nfa.add_state();
            nfa.accept(end, 0);
            let mut phrases = Phrases { nfa: &mut nfa, vocabulary: &mut vocabulary, language };
            several.and.iter().for_each(|and| phrases.say(&and.to_lowercase(), 0, end));
            nfa.net(&[0], MOST_ARCS).into()
        }
    };
    let values = first_words_of_values(compiled, &several.and, &mut vocabulary);
    let mut fills = Vec::new();
    let sentences = match before.filter(|(graph, _)| has_sentences(graph)) {
        Some((graph, _)) => {
            fills.clone_from(&graph.fills);
            Arc::clone(&graph.sentences)
        }
        None => sentences_net(compiled, &lists, &mut fills).into(),
    };
    // Behind a joint without sentences a search would run into a dead end.
    let joints = match may_go_on(&sentences, &values) {
        true => &several.joints[..],
        false => &[],
    };
    let around =
        match before.filter(|(graph, _)| joints.is_empty() != may_go_on(&graph.sentences, &graph.values)) {
            Some((graph, _)) => Arc::clone(&graph.around),
            None => around_net(&spec.skip_words, joints, &mut vocabulary).into(),
        };

    let phrase = |phrase: &String| {
        phrase
            .split_whitespace()
            .map(written_word)
            .map(|word| vocabulary.find(&word).map(Label::Word))
            .collect()
    };
    let skips = spec.skip_words.iter().chain(&spec.fillers).filter_map(phrase);
    let skips = skips.filter(|skip: &Vec<Label>| !skip.is_empty()).collect();
    let mut words = vocabulary.words;
    let spelled = before.map_or(0, |(graph, _)| graph.words.len());
    for word in &mut words[spelled..] {
        word.spellings = spellings(&word.text, language);
    }
    let graph = WordGraph {
        around,
        sentences,
        ands,
        lists,
        slots: compiled.slots.clone(),
        fills,
        values,
        skips,
        last_counts: spec.lenient,
        ..WordGraph::default()
    };
    mark_fillers(&graph, &spec.several.joints, &mut words);
    graph.with_words(words)
}

/// Words that stand around sentences only.
fn mark_fillers(graph: &WordGraph, joints: &[String], words: &mut [Word]) {
    let is_joint =
        |word: &Word| joints.iter().any(|joint| joint.split_whitespace().any(|part| part == word.text));
    words.iter_mut().for_each(|word| word.is_filler = false);
    // Those around come first.
    for (index, net) in graph.nets().enumerate() {
        for (symbol, _) in net.all_arcs() {
            if let Symbol::Word(word, _) = symbol {
                let word = &mut words[word.0 as usize];
                word.is_filler = index == 0 && !is_joint(word);
            }
        }
    }
}

/// What may be said before and after any sentence, and between two.
fn around_net(skips: &[String], joints: &[String], vocabulary: &mut Vocabulary) -> Net {
    let mut nfa = Nfa::new();
    let calls = |nfa: &mut Nfa, from: u32, start: Start, ends: [u32; 2]| {
        for (is_free, end) in [(false, ends[0]), (true, ends[1])] {
            nfa.add_arc(from, Symbol::Sentence { start: start as u32, is_free }, end);
        }
    };
    let mut say = |nfa: &mut Nfa, phrases: &[String], mark: Mark, from: u32, to: u32| {
        for phrase in phrases {
            let mut words = phrase.split_whitespace().map(written_word).filter(|w| !w.is_empty()).peekable();
            if tokens(phrase).is_empty() {
                continue;
            }
            let (mut state, mut mark) = (from, mark);
            while let Some(word) = words.next() {
                let next = if words.peek().is_some() { nfa.add_state() } else { to };
                nfa.add_arc(state, Symbol::Word(vocabulary.id(&word), mark), next);
                (state, mark) = (next, Mark::Nothing);
            }
        }
    };
    // Another command may follow, unless a wildcard has been said: it may be all that follows.
    let [joinable, free, after, again] = std::array::from_fn(|_| nfa.add_state());
    [joinable, free, after].into_iter().for_each(|end| nfa.accept(end, 0));
    let mut start = nfa.start();
    calls(&mut nfa, start, Start::First, [joinable, free]);
    for _ in 0..SKIPS_BEFORE {
        let next = nfa.add_state();
        say(&mut nfa, skips, Mark::Skip, start, next);
        calls(&mut nfa, next, Start::First, [joinable, free]);
        start = next;
    }
    say(&mut nfa, joints, Mark::Joint, joinable, again);
    calls(&mut nfa, again, Start::Again, [joinable, free]);
    say(&mut nfa, skips, Mark::Skip, joinable, after);
    say(&mut nfa, skips, Mark::Skip, free, after);
    nfa.net(&[0], MOST_ARCS)
}

/// What a list takes, one value of it.
fn list_net(list: &CompiledList, language: &'static dyn Language, vocabulary: &mut Vocabulary) -> Net {
    let mut nfa = Nfa::new();
    let from = nfa.start();
    let to = nfa.add_state();
    nfa.accept(to, 0);
    let mut phrases = Phrases { nfa: &mut nfa, vocabulary, language };
    match &list.values {
        Values::Wildcard => {
            nfa.add_arc(from, Symbol::AnyWord, to);
            nfa.add_arc(to, Symbol::AnyWord, to);
        }
        Values::Duration => language.say_durations(&mut phrases, from, to),
        Values::Said(kind) => {
            if let Some(rules) = language.rules() {
                rules.say(kind.name(), &mut phrases, from, to);
            }
        }
        Values::Range(numbers) => {
            let number = phrases.nfa.add_state();
            let before = phrases.nfa.add_state();
            phrases.nfa.add_empty(from, before);
            phrases.range(numbers, before, number);
            phrases.nfa.add_empty(number, to);
            if numbers.kind == NumberKind::Percentage {
                for words in language.percent_before() {
                    phrases.say(words, from, before);
                }
            }
            for unit in
                units(numbers.kind, language).iter().filter(|unit| unit.chars().any(char::is_alphabetic))
            {
                phrases.say(unit, number, to);
            }
            if numbers.kind == NumberKind::Percentage && numbers.written != Written::Digits {
                for (said, value) in language.shares() {
                    if numbers.contains(*value) {
                        phrases.say(said, from, to);
                    }
                }
            }
        }
        Values::Text { program, .. } => {
            let states: Vec<u32> = program.states.iter().map(|_| nfa.add_state()).collect();
            nfa.add_empty(from, states[0]);
            for (state, &at) in program.states.iter().zip(&states) {
                if !state.accepts.is_empty() {
                    nfa.add_empty(at, to);
                }
                for arc in &state.arcs {
                    if let Step::Word { shown, .. } | Step::Joined { shown } = arc.step {
                        nfa.add_arc(at, Symbol::word(shown), states[arc.to as usize]);
                    }
                }
            }
        }
    }
    nfa.net(&[from], MOST_ARCS)
}

/// The lists that sentences call.
fn called(compiled: &Compiled) -> QuickSet<u32> {
    let arcs = compiled.sentences.states.iter().flat_map(|state| &state.arcs);
    let list = |step| if let Step::List { list, .. } = step { Some(list) } else { None };
    arcs.filter_map(|arc| list(arc.step)).collect()
}

/// Whether a sentence may follow a joint.
fn may_go_on(sentences: &Net, values: &QuickSet<WordId>) -> bool {
    let arcs = sentences.arcs(sentences.start(Start::Again as usize));
    arcs.iter().any(|(symbol, _)| matches!(symbol, Symbol::Word(word, _) if !values.contains(word)))
}

/// All sentences, with lists as arcs. They accept their intents.
///
/// From the second start on go those that begin with a word of their own, which is marked.
fn sentences_net(compiled: &Compiled, lists: &[GraphList], fills: &mut Vec<Vec<(u32, u32)>>) -> Net {
    let program = &*compiled.sentences;
    let free = after_wildcards(compiled);
    let mut nfa = Nfa::new();
    let mut fill_ids: QuickMap<Vec<(u32, u32)>, u32> = QuickMap::default();
    for _ in 0..program.states.len() {
        nfa.add_state();
    }
    // The last state is the start behind a joint.
    let again = program.states.len() as u32;
    for (index, state) in program.states.iter().enumerate() {
        for accept in &state.accepts {
            nfa.accept(index as u32, accepted(compiled.accepts[*accept as usize].0, free[index]));
        }
        for arc in &state.arcs {
            let symbol = match arc.step {
                Step::Word { shown, .. } | Step::Joined { shown } => {
                    let captures = arc.captures.checked_sub(1).map(|index| &program.captures[index as usize]);
                    let captures = captures.filter(|captures| !captures.is_empty());
                    let mark = captures.map_or(Mark::Nothing, |captures| {
                        let key: Vec<_> = captures.iter().map(|c| (c.slot, c.list)).collect();
                        Mark::Fills(*fill_ids.entry(key).or_insert_with_key(|key| {
                            fills.push(key.clone());
                            (fills.len() - 1) as u32
                        }))
                    });
                    Symbol::Word(shown, mark)
                }
                Step::List { list, .. } if lists[list as usize].net.is_empty() => continue,
                Step::List { list, slot } => Symbol::List { list, slot },
            };
            nfa.add_arc(index as u32, symbol, arc.to);
            if let (0, Symbol::Word(word, Mark::Nothing)) = (index, symbol) {
                nfa.add_arc(again, Symbol::Word(word, Mark::Begins), arc.to);
            }
        }
    }
    nfa.net(&[0, again], MOST_ARCS)
}

/// The words that may follow an "and" between two values. No command begins so behind a joint: each word then tells whether another value or
/// another command has begun.
fn first_words_of_values(
    compiled: &Compiled,
    ands: &[String],
    vocabulary: &mut Vocabulary,
) -> QuickSet<WordId> {
    let mut words = QuickSet::default();
    let programs =
        compiled.lists.iter().filter(|list| list.is_several).filter_map(|list| match &list.values {
            Values::Text { program, .. } => Some(program),
            _ => None,
        });
    for arc in programs.flat_map(|program: &Program| &program.states[0].arcs) {
        if let Step::Word { shown, .. } | Step::Joined { shown } = arc.step {
            words.insert(shown);
        }
    }
    for and in ands {
        words.extend(and.split(' ').skip(1).map(|word| vocabulary.id(word)));
    }
    words
}

/// By state of the sentences, whether a wildcard may lie before it.
fn after_wildcards(compiled: &Compiled) -> Vec<bool> {
    let states = &compiled.sentences.states;
    let mut free = vec![false; states.len()];
    let mut todo = Vec::new();
    for arc in states.iter().flat_map(|state| &state.arcs) {
        let is_wildcard = |list: u32| matches!(compiled.lists[list as usize].values, Values::Wildcard);
        if matches!(arc.step, Step::List { list, .. } if is_wildcard(list)) {
            todo.push(arc.to);
        }
    }
    while let Some(state) = todo.pop() {
        if !std::mem::replace(&mut free[state as usize], true) {
            todo.extend(states[state as usize].arcs.iter().map(|arc| arc.to));
        }
    }
    free
}
