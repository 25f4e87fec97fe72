//! What templates compile to: an automaton over words, with calls of lists and captured values.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::fold::Token;
use crate::language::rules::Part;
use crate::language::{Language, Numbers};
use crate::word::WordId;
use crate::{NumberKind, Value, ValueKind, Written};

/// A word as it is compared. `eight` and `8` are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FoldedId(pub(crate) u32);

/// What an arc takes. Sorted so that the words of a state stand together, at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Step {
    /// One word; `shown` is how the graph has it.
    Word { folded: FoldedId, shown: WordId },
    /// What a list takes, into a slot.
    List { list: u32, slot: u32 },
    /// `up-to-date`: a way for recognisers that write one word. Texts never take it: they fold into three.
    Joined { shown: WordId },
}

/// A step to a later state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ProgramArc {
    pub(crate) step: Step,
    pub(crate) to: u32,
    /// 1 + the place of what the step fills in [`Program::captures`]; 0 for nothing.
    pub(crate) captures: u32,
}

/// A value that was said in the middle of a word: `{area}s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Capture {
    pub(crate) slot: u32,
    pub(crate) list: u32,
    pub(crate) entry: u32,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct ProgramState {
    /// Sorted, once the program is complete.
    pub(crate) arcs: Vec<ProgramArc>,
    /// What is accepted here: sentences, or entries of a list.
    pub(crate) accepts: Vec<u32>,
}

/// An automaton without empty arcs and without cycles; it starts in state 0.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) states: Vec<ProgramState>,
    pub(crate) captures: Vec<Vec<Capture>>,
}

/// A place to go back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    states: usize,
    start_arcs: usize,
    captures: usize,
}

impl Program {
    pub(crate) fn new() -> Program {
        Program { states: vec![ProgramState::default()], captures: Vec::new() }
    }

    pub(crate) fn add_state(&mut self) -> u32 {
        self.states.push(ProgramState::default());
        (self.states.len() - 1) as u32
    }

    /// What there is so far, for [`undo`](Self::undo).
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            states: self.states.len(),
            start_arcs: self.states[0].arcs.len(),
            captures: self.captures.len(),
        }
    }

    /// Takes back a sentence that was added since. Sentences share no state but the start.
    pub(crate) fn undo(&mut self, mark: Mark) {
        self.states.truncate(mark.states);
        self.states[0].arcs.truncate(mark.start_arcs);
        self.captures.truncate(mark.captures);
    }

    /// Sorts what was added.
    pub(crate) fn finish(&mut self) {
        for state in &mut self.states {
            state.arcs.sort_unstable();
            state.arcs.dedup();
            state.accepts.sort_unstable();
            state.accepts.dedup();
        }
    }

    /// The arcs of a state that take this word.
    pub(crate) fn word_arcs(&self, state: u32, word: FoldedId) -> &[ProgramArc] {
        let arcs = &self.states[state as usize].arcs;
        let key = |arc: &ProgramArc| match arc.step {
            Step::Word { folded, .. } => folded,
            _ => FoldedId(u32::MAX),
        };
        let from = arcs.partition_point(|arc| key(arc) < word);
        let length = arcs[from..].iter().take_while(|arc| key(arc) == word).count();
        &arcs[from..from + length]
    }

    /// The arcs of a state that call a list.
    pub(crate) fn list_arcs(&self, state: u32) -> &[ProgramArc] {
        let arcs = &self.states[state as usize].arcs;
        let from = arcs.partition_point(|arc| matches!(arc.step, Step::Word { .. }));
        let to = arcs.partition_point(|arc| !matches!(arc.step, Step::Joined { .. }));
        &arcs[from..to]
    }
}

/// By state, what may come next: enough to see at once that a way ends there. Most do, and looking at their arcs takes the
/// most time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signs(Vec<u64>);

impl Signs {
    /// Something is accepted.
    const ACCEPTS: u64 = 1 << 63;
    /// A list may be said.
    const LISTS: u64 = 1 << 62;
    /// Here or later, something may be said that no template has: free words, numbers, times.
    const OPEN: u64 = 1 << 61;

    /// The other bits: each stands for some of the words.
    fn word(word: FoldedId) -> u64 {
        1 << (word.0 % 61)
    }

    pub(crate) fn of(program: &Program, lists: &[Arc<CompiledList>]) -> Signs {
        let is_open = |list: u32| !matches!(lists[list as usize].values, Values::Text { .. });
        let sign = |state: &ProgramState| {
            let accepts = if state.accepts.is_empty() { 0 } else { Signs::ACCEPTS };
            state.arcs.iter().fold(accepts, |sign, arc| match arc.step {
                Step::Word { folded, .. } => sign | Signs::word(folded),
                Step::List { list, .. } if is_open(list) => sign | Signs::LISTS | Signs::OPEN,
                Step::List { .. } => sign | Signs::LISTS,
                Step::Joined { .. } => sign,
            })
        };
        let mut signs: Vec<u64> = program.states.iter().map(sign).collect();
        // Arcs lead to states that were made later, nearly always: backwards, one round does nearly all.
        let mut goes_on = true;
        while std::mem::take(&mut goes_on) {
            for (at, state) in program.states.iter().enumerate().rev() {
                let is_open = |arc: &ProgramArc| signs[arc.to as usize] & Signs::OPEN != 0;
                if signs[at] & Signs::OPEN == 0 && state.arcs.iter().any(is_open) {
                    signs[at] |= Signs::OPEN;
                    goes_on = true;
                }
            }
        }
        Signs(signs)
    }

    pub(crate) fn accepts(&self, state: u32) -> bool {
        self.0[state as usize] & Signs::ACCEPTS != 0
    }

    pub(crate) fn is_open(&self, state: u32) -> bool {
        self.0[state as usize] & Signs::OPEN != 0
    }

    /// Whether a list, or perhaps this word, may be said next.
    pub(crate) fn takes(&self, state: u32, word: Option<FoldedId>) -> bool {
        self.0[state as usize] & (Signs::LISTS | word.map_or(0, Signs::word)) != 0
    }
}

/// The words of all templates as they are compared.
#[derive(Clone, Debug, Default)]
pub(crate) struct FoldedWords {
    ids: HashMap<String, FoldedId>,
    made: u32,
}

impl FoldedWords {
    pub(crate) fn add(&mut self, word: &str, language: &dyn Language) -> FoldedId {
        let word = language.digits(word).unwrap_or(word);
        if let Some(&id) = self.ids.get(word) {
            return id;
        }
        let id = FoldedId(self.made);
        self.made += 1;
        self.ids.insert(word.to_owned(), id);
        id
    }

    /// Forgets those that are not `used` any more.
    pub(crate) fn retain(&mut self, used: impl Fn(FoldedId) -> bool) {
        self.ids.retain(|_, id| used(*id));
    }

    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.ids.keys().map(String::as_str)
    }

    pub(crate) fn find(&self, word: &str, language: &dyn Language) -> Option<FoldedId> {
        self.ids.get(language.digits(word).unwrap_or(word)).copied()
    }
}

/// A text, ready to be matched.
pub(crate) struct Input<'a> {
    pub(crate) tokens: &'a [Token],
    /// The words of `tokens`.
    pub(crate) words: Vec<&'a str>,
    /// The same as ids; nothing for words that no template has.
    pub(crate) ids: Vec<Option<FoldedId>>,
}

impl Input<'_> {
    /// Whether a word of the text ends before this place, where each letter may be a token.
    pub(crate) fn is_between_words(&self, at: usize) -> bool {
        match (at.checked_sub(1).and_then(|before| self.tokens.get(before)), self.tokens.get(at)) {
            (Some(before), Some(after)) => before.span.end < after.span.start,
            _ => true,
        }
    }
}

/// A list, compiled.
#[derive(Clone, Debug)]
pub(crate) struct CompiledList {
    pub(crate) name: String,
    pub(crate) values: Values,
    /// Several values may be said at one place.
    pub(crate) is_several: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Values {
    Text { program: Program, entries: Vec<crate::ListEntry> },
    Range(Numbers),
    Duration,
    Said(ValueKind),
    Wildcard,
}

impl Numbers {
    /// The numbers that begin at the first word, as the range permits them to be written.
    fn written_in(&self, words: &[&str], language: &dyn Language) -> Vec<(usize, f64)> {
        let is_digits = words.first().is_some_and(|word| word.ends_with(|c: char| c.is_ascii_digit()));
        match self.written {
            Written::Digits if !is_digits => Vec::new(),
            Written::Words if is_digits => Vec::new(),
            _ => language.numbers(words),
        }
    }

    pub(crate) fn contains(&self, value: f64) -> bool {
        let parts = value * f64::from(self.fractions.parts());
        (f64::from(self.from)..=f64::from(self.to)).contains(&value)
            && (parts - parts.round()).abs() < 1e-6
            && (value.floor() - f64::from(self.from)) % f64::from(self.step) == 0.0
    }
}

/// What a slot was filled with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Filled {
    Entry(u32),
    Number(f64),
    Duration(Duration),
    Said(Part),
    Words,
}

impl CompiledList {
    /// All that the list takes from position `at` on: where each ends and what it means. Wildcards are not asked.
    pub(crate) fn find(&self, input: &Input<'_>, at: usize, language: &dyn Language) -> Vec<(usize, Filled)> {
        match &self.values {
            Values::Text { program, .. } => entries(program, input, at),
            Values::Range(numbers) => {
                let mut found = Vec::new();
                let kind = numbers.kind;
                let words = &input.words[at..];
                let mut values = numbers.written_in(words, language);
                // "öt" is no five in "ablakot".
                if !language.is_spaceless()
                    && words.first().is_some_and(|word| word.starts_with(char::is_alphabetic))
                {
                    let is_apart = |length: usize| input.is_between_words(at + length);
                    values.retain(|(length, _)| is_apart(0) && is_apart(*length));
                }
                // "half" is 50 percent, not a half.
                if kind == NumberKind::Percentage {
                    for before in language.percent_before() {
                        let length = before.split(' ').count();
                        if words.len() > length && words[..length].iter().copied().eq(before.split(' ')) {
                            let numbers = numbers.written_in(&words[length..], language).into_iter();
                            values.extend(numbers.map(|(more, value)| (length + more, value)));
                        }
                    }
                    if numbers.written != Written::Digits {
                        values.extend(shares(words, language));
                    }
                }
                for (length, value) in values {
                    if !numbers.contains(value) {
                        continue;
                    }
                    let end = at + length;
                    found.push((end, Filled::Number(value)));
                    for unit in units(kind, language) {
                        let length = unit.split(' ').count();
                        let rest = input.words[end..].iter().take(length).copied();
                        if rest.eq(unit.split(' ')) {
                            found.push((end + length, Filled::Number(value)));
                        }
                    }
                }
                found
            }
            Values::Duration => {
                let spans = language.durations(&input.words[at..]).into_iter();
                spans.map(|(length, span)| (at + length, Filled::Duration(span))).collect()
            }
            Values::Said(kind) => {
                let rules = language.rules();
                let found = rules.map(|rules| rules.read(kind.name(), &input.words[at..], language));
                let found = found.into_iter().flatten();
                found.map(|(length, part)| (at + length, Filled::Said(part))).collect()
            }
            Values::Wildcard => Vec::new(),
        }
    }

    /// What was filled, as the outside sees it. `said` is what a wildcard heard.
    pub(crate) fn value(&self, filled: Filled, said: &str) -> Value {
        match (filled, &self.values) {
            (Filled::Entry(entry), Values::Text { entries, .. }) => entries[entry as usize].value.clone(),
            (Filled::Number(value), Values::Range(numbers)) => {
                let value = value * numbers.multiplier.unwrap_or(1.0);
                match numbers.kind {
                    NumberKind::Number => Value::Number(value),
                    NumberKind::Percentage => Value::Percentage(value),
                    NumberKind::Temperature => Value::Temperature(value),
                }
            }
            (Filled::Duration(span), _) => Value::Duration(span),
            (Filled::Said(part), _) => part.value(),
            _ => Value::Text(said.to_owned()),
        }
    }
}

/// Words after a number of this kind.
pub(crate) fn units(kind: NumberKind, language: &dyn Language) -> &'static [&'static str] {
    match kind {
        NumberKind::Number => &[],
        NumberKind::Percentage => language.percent(),
        NumberKind::Temperature => language.degrees(),
    }
}

fn shares(words: &[&str], language: &dyn Language) -> Vec<(usize, f64)> {
    let shares = language.shares().iter();
    shares
        .map(|&(said, value)| (said, said.split(' ').count(), value))
        .filter(|&(said, length, _)| words.iter().take(length).copied().eq(said.split(' ')))
        .map(|(_, length, value)| (length, value))
        .collect()
}

/// Entries of a text list that begin at `at`.
fn entries(program: &Program, input: &Input<'_>, at: usize) -> Vec<(usize, Filled)> {
    let mut found = Vec::new();
    let mut active = vec![0_u32];
    for (position, id) in input.ids.iter().enumerate().skip(at) {
        let Some(id) = id else { break };
        let mut next: Vec<u32> =
            active.iter().flat_map(|&state| program.word_arcs(state, *id)).map(|arc| arc.to).collect();
        if next.is_empty() {
            break;
        }
        next.sort_unstable();
        next.dedup();
        for &state in &next {
            let accepts = program.states[state as usize].accepts.iter();
            found.extend(accepts.map(|&entry| (position + 1, Filled::Entry(entry))));
        }
        active = next;
    }
    found.sort_unstable_by_key(|&(end, filled)| {
        (end, if let Filled::Entry(entry) = filled { entry } else { 0 })
    });
    found.dedup();
    found
}
