//! [`Compiled`] → [`WordGraph`]: writes lists out, adds skip words, determinises and minimises.

use std::rc::Rc;

use crate::Spec;
use crate::automaton::{Nfa, Row, TooLarge};
use crate::compile::Compiled;
use crate::fold::tokens;
use crate::graph::{Label, Vocabulary, WordGraph, WordId, written_word};
use crate::hash::{QuickMap, QuickSet};
use crate::language::{Language, Phrases, spellings};
use crate::program::{CompiledList, Step, Values, units};
use crate::{Fractions, NumberKind};

/// The most arcs of a graph.
const MOST_ARCS: usize = 500_000;
/// How many skip phrases may stand before a sentence ("um could you …"); after it one may.
const SKIPS_BEFORE: usize = 2;

/// The graph of all sentences, whatever the context.
pub(crate) fn graph(compiled: &Compiled, spec: &Spec) -> WordGraph {
    let skip_words = &spec.skip_words;
    let vocabulary = compiled.vocabulary.clone();
    let language = compiled.language;
    let lists = compiled.lists.iter().map(|_| Written::NotYet).collect();
    let mut builder = Builder {
        nfa: Nfa::new(),
        vocabulary,
        language,
        lists,
        ands: spec.several.and.clone(),
        calls: QuickMap::default(),
    };
    // What may be said before and after any sentence.
    let mut start = builder.nfa.start();
    let end = builder.nfa.add_state();
    builder.nfa.set_final(end);
    let after = builder.nfa.add_state();
    builder.nfa.set_final(after);
    let main = builder.nfa.add_state();
    builder.nfa.add_empty(start, main);
    let mut skips = vec![(end, after)];
    for _ in 0..SKIPS_BEFORE {
        let next = builder.nfa.add_state();
        skips.push((start, next));
        builder.nfa.add_empty(next, main);
        start = next;
    }

    // Another command, unless a wildcard has been said: it may be all that follows.
    let joinable = builder.nfa.add_state();
    builder.nfa.add_empty(joinable, end);
    let again = builder.nfa.add_state();
    builder.skip(&spec.several.joints, joinable, again);
    builder.nfa.set_shut(again..builder.nfa.len() as u32);

    if builder.sentences(compiled, [main, again], [end, joinable]).is_err() {
        return WordGraph::too_large();
    }
    let in_sentences = builder.vocabulary.words.len();
    for (from, to) in skips {
        builder.skip(skip_words, from, to);
    }
    let mut vocabulary = builder.vocabulary;
    for word in &mut vocabulary.words[in_sentences..] {
        word.is_filler = true;
    }
    for word in &mut vocabulary.words {
        word.spellings = spellings(&word.text, language);
    }
    WordGraph::build(&builder.nfa, vocabulary, MOST_ARCS)
}

struct Builder {
    nfa: Nfa,
    vocabulary: Vocabulary,
    language: &'static dyn Language,
    lists: Vec<Written>,
    /// What joins two values of a list.
    ands: Vec<String>,
    /// Lists that were written out already: list and what follows → where it begins.
    calls: QuickMap<(u32, u32), u32>,
}

/// A list as an automaton of its own, made when it is needed first.
enum Written {
    NotYet,
    Wildcard,
    Rows(Rc<[Row]>),
}

impl Builder {
    fn skip(&mut self, skip_words: &[String], from: u32, to: u32) {
        for phrase in skip_words {
            let words: Vec<String> =
                phrase.split_whitespace().map(written_word).filter(|w| !w.is_empty()).collect();
            if !words.is_empty() && !tokens(phrase).is_empty() {
                self.phrases(|phrases| phrases.say(&words.join(" "), from, to));
            }
        }
    }

    fn phrases(&mut self, f: impl FnOnce(&mut Phrases<'_>)) {
        let mut phrases =
            Phrases { nfa: &mut self.nfa, vocabulary: &mut self.vocabulary, language: self.language };
        f(&mut phrases);
    }

    /// What a list takes, determinised and minimised.
    fn list(&mut self, list: &CompiledList) -> Result<Written, TooLarge> {
        let mut nfa = Nfa::new();
        let from = nfa.start();
        let to = nfa.add_state();
        nfa.set_final(to);
        let mut phrases =
            Phrases { nfa: &mut nfa, vocabulary: &mut self.vocabulary, language: self.language };
        match &list.values {
            Values::Wildcard => return Ok(Written::Wildcard),
            Values::Duration => self.language.say_durations(&mut phrases, from, to),
            Values::Said(kind) => {
                if let Some(rules) = self.language.rules() {
                    rules.say(kind.name(), &mut phrases, from, to);
                }
            }
            Values::Range(numbers) => {
                let number = phrases.nfa.add_state();
                let before = phrases.nfa.add_state();
                phrases.nfa.add_empty(from, before);
                phrases.numbers(numbers.whole(), before, number);
                if numbers.step == 1 && numbers.fractions != Fractions::None {
                    phrases.halves(numbers.from, numbers.to, before, number);
                }
                phrases.nfa.add_empty(number, to);
                if numbers.kind == NumberKind::Percentage {
                    for words in self.language.percent_before() {
                        phrases.say(words, from, before);
                    }
                }
                for unit in units(numbers.kind, self.language)
                    .iter()
                    .filter(|unit| unit.chars().any(char::is_alphabetic))
                {
                    phrases.say(unit, number, to);
                }
                if numbers.kind == NumberKind::Percentage {
                    for (said, value) in self.language.shares() {
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
                            nfa.add_arc(at, Label::Word(shown), states[arc.to as usize]);
                        }
                    }
                }
            }
        }
        if list.is_several {
            let mut phrases =
                Phrases { nfa: &mut nfa, vocabulary: &mut self.vocabulary, language: self.language };
            for and in &self.ands {
                phrases.say(&and.to_lowercase(), to, from);
            }
        }
        Ok(Written::Rows(nfa.determinise(MOST_ARCS, false)?.minimise().into()))
    }

    /// Adds all sentences. States with the same future are made one before lists are written out.
    /// They end in the first of `ends` when a wildcard is in them, else in the second.
    ///
    /// All begin in the first of `starts`. In the second, behind a joint, those do that begin with a word that is no value
    /// of a list: after "and", each word then tells whether another value or another command has begun. Without that,
    /// the graph of a house has eight times as many arcs.
    fn sentences(
        &mut self,
        compiled: &Compiled,
        [main, again]: [u32; 2],
        ends: [u32; 2],
    ) -> Result<(), TooLarge> {
        let free = after_wildcards(compiled);
        let program = &compiled.sentences;
        let mut classes: QuickMap<Future, u32> = QuickMap::default();
        let mut class_of = vec![u32::MAX; program.states.len()];
        let mut todo = vec![(0_u32, false)];
        while let Some((state, is_ready)) = todo.pop() {
            if class_of[state as usize] != u32::MAX {
                continue;
            }
            let arcs = &program.states[state as usize].arcs;
            if !is_ready {
                todo.push((state, true));
                todo.extend(arcs.iter().map(|arc| (arc.to, false)));
                continue;
            }
            let mut key: Vec<(What, u32)> = arcs
                .iter()
                .map(|arc| {
                    let what = match arc.step {
                        Step::Word { shown, .. } | Step::Joined { shown } => What::Word(shown),
                        Step::List { list, .. } => What::List(list),
                    };
                    (what, class_of[arc.to as usize])
                })
                .collect();
            key.sort_unstable();
            key.dedup();
            let is_final = !program.states[state as usize].accepts.is_empty();
            let end = is_final.then(|| ends[usize::from(!free[state as usize])]);
            if let Some(&class) = classes.get(&(end, key.clone())) {
                class_of[state as usize] = class;
                continue;
            }
            let class = if state == 0 { main } else { self.nfa.add_state() };
            if let Some(end) = end {
                self.nfa.add_empty(class, end);
            }
            for &(what, to) in &key {
                match what {
                    What::Word(word) => self.nfa.add_arc(class, Label::Word(word), to),
                    What::List(list) => {
                        let entry = self.call(compiled, list, to)?;
                        self.nfa.add_empty(class, entry);
                    }
                }
            }
            classes.insert((end, key), class);
            class_of[state as usize] = class;
        }
        let values = self.first_words_of_values(compiled);
        for arc in &program.states[0].arcs {
            if let Step::Word { shown, .. } | Step::Joined { shown } = arc.step
                && !values.contains(&shown)
            {
                self.nfa.add_arc(again, Label::Word(shown), class_of[arc.to as usize]);
            }
        }
        Ok(())
    }

    /// The words that may follow an "and" between two values.
    fn first_words_of_values(&mut self, compiled: &Compiled) -> QuickSet<WordId> {
        let mut words = QuickSet::default();
        for list in compiled.lists.iter().filter(|list| list.is_several) {
            let Values::Text { program, .. } = &list.values else { continue };
            for arc in &program.states[0].arcs {
                if let Step::Word { shown, .. } | Step::Joined { shown } = arc.step {
                    words.insert(shown);
                }
            }
        }
        for and in &self.ands {
            words.extend(and.split(' ').skip(1).map(|word| self.vocabulary.id(word)));
        }
        words
    }

    /// Where a list begins that goes on to `to`.
    fn call(&mut self, compiled: &Compiled, list: u32, to: u32) -> Result<u32, TooLarge> {
        if let Some(&entry) = self.calls.get(&(list, to)) {
            return Ok(entry);
        }
        let entry = self.nfa.add_state();
        self.calls.insert((list, to), entry);
        if let Written::NotYet = self.lists[list as usize] {
            self.lists[list as usize] = self.list(&compiled.lists[list as usize])?;
        }
        let Written::Rows(rows) = &self.lists[list as usize] else {
            // A wildcard: one word or more.
            let inside = self.nfa.add_state();
            self.nfa.add_arc(entry, Label::AnyWord, inside);
            self.nfa.add_arc(inside, Label::AnyWord, inside);
            self.nfa.add_empty(inside, to);
            return Ok(entry);
        };
        let rows = Rc::clone(rows);
        let first = self.nfa.len() as u32;
        if self.nfa.len() + rows.len() > MOST_ARCS {
            return Err(TooLarge);
        }
        for _ in rows.iter() {
            self.nfa.add_state();
        }
        self.nfa.add_empty(entry, first);
        for (index, row) in rows.iter().enumerate() {
            let at = first + index as u32;
            for &(label, target) in &row.arcs {
                self.nfa.add_arc(at, label, first + target);
            }
            if row.is_final {
                self.nfa.add_empty(at, to);
            }
        }
        Ok(entry)
    }
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

/// What may follow a state: where it ends, if it may, and its arcs.
type Future = (Option<u32>, Vec<(What, u32)>);

/// What an arc takes, as far as a graph is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum What {
    Word(WordId),
    List(u32),
}
