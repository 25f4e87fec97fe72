//! Sentences of a spec, with the slots that they fill: read from the templates once more, by other code than the compiler's.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::BTreeMap;
use std::time::Duration;

use mynah_intent::{
    Context, IntentSpec, List, ListEntry, NumberKind, Recognizer, SaidDate, SaidDateTime, SaidTime, Spec,
    Value, ValueKind,
};

/// A template.
#[derive(Debug)]
enum Tree {
    Text(String),
    All(Vec<Tree>),
    One(Vec<Tree>),
    AnyOrder(Vec<Tree>),
    Maybe(Box<Tree>),
    Rule(String),
    List { list: String, slot: String },
}

fn parse(template: &str) -> Tree {
    group(&mut template.chars().peekable(), None)
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// Up to the closing bracket.
fn group(rest: &mut Chars<'_>, close: Option<char>) -> Tree {
    let (mut branches, mut items, mut any_order) = (Vec::new(), Vec::new(), false);
    let until = |rest: &mut Chars<'_>, end: char| {
        let text: String = rest.by_ref().take_while(|&c| c != end).collect();
        text.trim().to_owned()
    };
    while let Some(c) = rest.next() {
        match c {
            _ if Some(c) == close => break,
            '|' | ';' => {
                any_order |= c == ';';
                branches.push(Tree::All(std::mem::take(&mut items)));
            }
            '(' => items.push(group(rest, Some(')'))),
            '[' => items.push(Tree::Maybe(Box::new(group(rest, Some(']'))))),
            '<' => items.push(Tree::Rule(until(rest, '>'))),
            '{' => {
                let name = until(rest, '}');
                let (list, slot) = name.split_once(':').unwrap_or((&name, &name));
                items.push(Tree::List { list: list.to_owned(), slot: slot.to_owned() });
            }
            _ => {
                let c = if c == '\\' { rest.next().unwrap_or(c) } else { c };
                match items.last_mut() {
                    Some(Tree::Text(text)) => text.push(c),
                    _ => items.push(Tree::Text(c.into())),
                }
            }
        }
    }
    branches.push(Tree::All(items));
    match any_order {
        true => Tree::AnyOrder(branches),
        false => Tree::One(branches),
    }
}

/// What is said, and what it fills.
#[derive(Clone, Debug, Default)]
struct Said {
    text: String,
    slots: BTreeMap<String, Value>,
    /// What the values bring.
    context: BTreeMap<String, String>,
    wildcards: usize,
}

/// Of so many sentences of each template, those that no reading has with their slots.
pub(crate) fn unread(recognizer: &Recognizer, samples: usize) -> (usize, Vec<String>) {
    let spec = recognizer.spec();
    let mut state = 7_u64;
    let mut choose = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n.max(1)
    };
    let (mut total, mut unread) = (0, Vec::new());
    for intent in &spec.intents {
        for sentence in &intent.sentences {
            for _ in 0..samples {
                let said = sample(spec, intent, &sentence.template, &mut choose);
                let Some(said) = said.filter(|said| !said.text.is_empty() && said.wildcards < 2) else {
                    continue;
                };
                let has_keyword = |word: &String| said.text.to_lowercase().contains(&word.to_lowercase());
                if !intent.required_keywords.is_empty() && !intent.required_keywords.iter().any(has_keyword) {
                    continue;
                }
                total += 1;
                let readings = recognizer.recognize(&said.text, &Context(known(intent, &said)));
                let is_it = readings.iter().any(|reading| {
                    let slots = &reading.intent.slots;
                    reading.intent.name == intent.name
                        && said
                            .slots
                            .iter()
                            .all(|(name, value)| slots.get(name).is_some_and(|s| s.value == *value))
                });
                if !is_it {
                    let found = readings.iter().map(|reading| {
                        let slots =
                            reading.intent.slots.iter().map(|(name, slot)| format!(" {name}={}", slot.value));
                        format!("{}{}", reading.intent.name, slots.collect::<String>())
                    });
                    let found = found.collect::<Vec<_>>().join("; ");
                    let slots: String =
                        said.slots.iter().map(|(name, value)| format!(" {name}={value}")).collect();
                    unread.push(format!(
                        "{:?}: {}{slots} of {:?}, not {found:?}",
                        said.text, intent.name, sentence.template
                    ));
                }
            }
        }
    }
    (total, unread)
}

/// A sentence of a group. Nothing when it comes by a list of which no value fits the group.
fn sample(
    spec: &Spec,
    intent: &IntentSpec,
    template: &str,
    choose: &mut dyn FnMut(usize) -> usize,
) -> Option<Said> {
    let mut said = Said::default();
    Sampler { spec, intent, choose }.say(&parse(template), &mut said)?;
    said.text = said.text.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(said)
}

/// What must be known beside the words for the group to be meant: a value for each key that no value of a list brings.
fn known(intent: &IntentSpec, said: &Said) -> BTreeMap<String, String> {
    let missing = intent.requires_context.iter().filter(|(key, _)| !said.context.contains_key(*key));
    missing
        .map(|(key, values)| (key.clone(), values.first().map_or("here", String::as_str).to_owned()))
        .collect()
}

struct Sampler<'a> {
    spec: &'a Spec,
    intent: &'a IntentSpec,
    choose: &'a mut dyn FnMut(usize) -> usize,
}

impl Sampler<'_> {
    fn say(&mut self, tree: &Tree, said: &mut Said) -> Option<()> {
        match tree {
            Tree::Text(text) => said.text.push_str(text),
            Tree::All(trees) => trees.iter().try_for_each(|tree| self.say(tree, said))?,
            Tree::One(trees) => {
                let chosen = (self.choose)(trees.len());
                self.say(&trees[chosen], said)?;
            }
            Tree::AnyOrder(trees) => {
                let mut order: Vec<usize> = (0..trees.len()).collect();
                for last in (1..order.len()).rev() {
                    order.swap(last, (self.choose)(last + 1));
                }
                for index in order {
                    said.text.push(' ');
                    self.say(&trees[index], said)?;
                    said.text.push(' ');
                }
            }
            Tree::Maybe(tree) => {
                if (self.choose)(2) == 0 {
                    self.say(tree, said)?;
                }
            }
            Tree::Rule(name) => {
                let rule = self.intent.rules.get(name).or(self.spec.rules.get(name))?;
                self.say(&parse(&rule.template), said)?;
            }
            Tree::List { list, slot } => self.value(list, slot, said)?,
        }
        Some(())
    }

    fn value(&mut self, list: &str, slot: &str, said: &mut Said) -> Option<()> {
        let value = match self.intent.lists.get(list).or(self.spec.lists.get(list))? {
            List::Text(entries) => {
                let fitting: Vec<&ListEntry> = entries.iter().filter(|entry| self.fits(entry)).collect();
                let entry = fitting.get((self.choose)(fitting.len().max(1)))?;
                let before = said.text.len();
                self.say(&parse(&entry.said), said)?;
                // A value that may be silent is taken when it is not.
                if said.text[before..].trim().is_empty() {
                    return None;
                }
                said.context.extend(entry.context.clone());
                entry.value.clone()
            }
            &List::Range { from, to, step, kind, multiplier, .. } => {
                // Two numbers that touch are one.
                if said.text.ends_with(|c: char| c.is_ascii_digit()) {
                    return None;
                }
                let number = from + step * (self.choose)(((to - from) / step + 1) as usize) as i32;
                said.text.push_str(&number.to_string());
                let value = f64::from(number) * multiplier.unwrap_or(1.0);
                match kind {
                    NumberKind::Number => Value::Number(value),
                    NumberKind::Percentage => Value::Percentage(value),
                    NumberKind::Temperature => Value::Temperature(value),
                }
            }
            List::Wildcard => {
                said.text.push_str("zebra crossing");
                said.wildcards += 1;
                Value::Text(if self.spec.ignores_spaces { "zebracrossing" } else { "zebra crossing" }.into())
            }
            List::Duration => {
                self.english("ten minutes", said)?;
                Value::Duration(Duration::from_secs(600))
            }
            List::Value(kind) => {
                let noon = SaidTime::exact(12, 0);
                let (text, value) = match kind {
                    ValueKind::Ordinal => ("third", Value::Ordinal(3)),
                    ValueKind::Amount => ("two liters", Value::Amount { number: 2.0, unit: "l".into() }),
                    ValueKind::Time => ("noon", Value::Time(noon)),
                    ValueKind::Date => ("tomorrow", Value::Date(SaidDate::InDays(1))),
                    ValueKind::DateTime => {
                        let date = Some(SaidDate::InDays(1));
                        ("tomorrow at noon", Value::DateTime(SaidDateTime::At { date, time: noon }))
                    }
                    ValueKind::Recurrence => return None,
                };
                self.english(text, said)?;
                value
            }
        };
        said.slots.insert(slot.to_owned(), value);
        Some(())
    }

    /// Values of several words are sampled in English alone.
    fn english(&self, text: &str, said: &mut Said) -> Option<()> {
        said.text.push_str(text);
        self.spec.language.starts_with("en").then_some(())
    }

    /// Whether what an entry brings is what the group asks for.
    fn fits(&self, entry: &ListEntry) -> bool {
        let is_one_of = |key: &String, values: &Vec<String>| {
            entry.context.get(key).map(|value| values.is_empty() || values.contains(value))
        };
        self.intent.requires_context.iter().all(|(key, values)| is_one_of(key, values) != Some(false))
            && !self.intent.excludes_context.iter().any(|(key, values)| is_one_of(key, values) == Some(true))
    }
}
