//! Alternatives and sentences that could be left out: others beside them say all that they say.

use std::collections::{BTreeSet, HashSet};

use crate::template::{Kind, Node, parse, part, visit};
use crate::{Fault, IntentSpec, Sentence, Spec};

/// A template that says more than this many things is not looked into.
const MOST_TEXTS: usize = 4_000;
/// How deeply rules are looked up inside rules.
const DEEPEST: usize = 16;
/// Stands around a list in a text.
const LIST: char = '\u{1}';

/// All that a template says, with lists left as they are.
type Texts = BTreeSet<String>;

/// Alternatives that a sibling covers, as `on` in `(on|on [now])`, and sentences that the other sentences of their intent cover:
/// they can be left out and nothing changes. The place of each fault is the part that is not needed.
///
/// Templates are compared by all that they say, lists being taken as they stand. What says more than a few thousand things, or is
/// faulty, is not looked into.
pub fn redundant(spec: &Spec) -> Vec<Fault> {
    let mut found = Found { faults: Vec::new(), told: HashSet::new() };
    for intent in &spec.intents {
        let scope = Scope { spec, intent };
        let mut rules = BTreeSet::new();
        for sentence in &intent.sentences {
            scope.alternatives(sentence, &mut rules, 0, &mut found);
        }
        scope.sentences(&mut found);
    }
    found.faults
}

struct Found {
    faults: Vec<Fault>,
    told: HashSet<crate::Origin>,
}

impl Found {
    fn tell(&mut self, origin: crate::Origin, message: String) {
        if self.told.insert(origin.clone()) {
            let help = Some("leave it out".to_owned());
            self.faults.push(Fault { origin, message, help });
        }
    }
}

/// Where names are looked up.
struct Scope<'a> {
    spec: &'a Spec,
    intent: &'a IntentSpec,
}

impl Scope<'_> {
    fn rule(&self, name: &str) -> Option<&Sentence> {
        self.intent.rules.get(name).or_else(|| self.spec.rules.get(name))
    }

    /// Looks at the groups of a sentence or rule, and of the rules that it uses.
    fn alternatives(
        &self,
        sentence: &Sentence,
        rules: &mut BTreeSet<String>,
        depth: usize,
        found: &mut Found,
    ) {
        let Ok(node) = parse(&sentence.template) else { return };
        let mut mentioned = Vec::new();
        visit(&node, &mut |node| match &node.kind {
            Kind::Alternatives(branches) => {
                let apart = stands_apart(&sentence.template, &node.span);
                let texts = |branch| {
                    let texts = self.texts(branch, 0)?;
                    Some(match apart {
                        true => texts.iter().map(|text| text.trim().to_owned()).collect(),
                        false => texts,
                    })
                };
                let texts: Vec<Option<Texts>> = branches.iter().map(texts).collect();
                for (i, branch) in branches.iter().enumerate() {
                    let shown = sentence.template.get(branch.span.clone()).unwrap_or_default().trim();
                    let Some(own) = texts[i].as_ref().filter(|_| !shown.is_empty()) else { continue };
                    let covers = |(j, other): (usize, &Option<Texts>)| {
                        let other = other.as_ref()?;
                        let covered = j != i && own.is_subset(other) && (j < i || own.len() < other.len());
                        covered.then_some(j)
                    };
                    if let Some(j) = texts.iter().enumerate().find_map(covers) {
                        let by = sentence.template.get(branches[j].span.clone()).unwrap_or_default().trim();
                        let message = match shown == by {
                            true => format!("`{shown}` stands in these alternatives twice"),
                            false => format!("`{shown}` is not needed: `{by}` beside it takes it too"),
                        };
                        found.tell(part(&sentence.origin, &branch.span), message);
                    }
                }
            }
            Kind::Rule(name) => mentioned.push(name.clone()),
            _ => {}
        });
        for name in mentioned {
            if depth < DEEPEST
                && rules.insert(name.clone())
                && let Some(rule) = self.rule(&name)
            {
                self.alternatives(rule, rules, depth + 1, found);
            }
        }
    }

    /// Looks for sentences that the others cover, the last ones first: of two alike, the first stays.
    fn sentences(&self, found: &mut Found) {
        let sentences = &self.intent.sentences;
        let mut texts: Vec<Option<Texts>> = sentences
            .iter()
            .map(|sentence| {
                let node = parse(&sentence.template).ok()?;
                let texts = self.texts(&node, 0)?;
                Some(texts.iter().map(|text| text.trim().to_owned()).collect())
            })
            .collect();
        for i in (0..sentences.len()).rev() {
            let Some(own) = texts[i].take().filter(|own| !own.is_empty()) else { continue };
            let others = || texts.iter().flatten();
            if !own.iter().all(|text| others().any(|other| other.contains(text))) {
                texts[i] = Some(own);
                continue;
            }
            let one = texts.iter().position(|other| other.as_ref().is_some_and(|other| own.is_subset(other)));
            let by = match one {
                Some(j) => format!("`{}` takes all of it", sentences[j].template),
                None => "the other sentences of this intent take all of it".to_owned(),
            };
            found.tell(sentences[i].origin.clone(), format!("this sentence is not needed: {by}"));
        }
    }

    /// All that a template says; nothing when it is too much or faulty.
    fn texts(&self, node: &Node, depth: usize) -> Option<Texts> {
        let texts = match &node.kind {
            Kind::Text(text) => Texts::from([one_space(text)]),
            Kind::Sequence(nodes) => self.joined(&nodes.iter().collect::<Vec<_>>(), "", depth)?,
            Kind::Alternatives(nodes) => {
                let mut all = Texts::new();
                for node in nodes {
                    all.extend(self.texts(node, depth)?);
                }
                all
            }
            Kind::Optional(node) => {
                let mut texts = self.texts(node, depth)?;
                texts.insert(String::new());
                texts
            }
            Kind::Permutation(nodes) => {
                let mut all = Texts::new();
                for order in orders(nodes.len())? {
                    let nodes: Vec<&Node> = order.iter().map(|&i| &nodes[i]).collect();
                    all.extend(self.joined(&nodes, " ", depth)?);
                }
                all
            }
            Kind::Rule(name) => {
                let rule = self.rule(name).filter(|_| depth < DEEPEST)?;
                self.texts(&parse(&rule.template).ok()?, depth + 1)?
            }
            Kind::List { list, slot } => Texts::from([format!("{LIST}{list}:{slot}{LIST}")]),
        };
        (texts.len() <= MOST_TEXTS).then_some(texts)
    }

    fn joined(&self, nodes: &[&Node], between: &str, depth: usize) -> Option<Texts> {
        let mut all = Texts::from([String::new()]);
        for (i, node) in nodes.iter().enumerate() {
            let next = self.texts(node, depth)?;
            if all.len().checked_mul(next.len())? > MOST_TEXTS {
                return None;
            }
            let between = if i == 0 { "" } else { between };
            all = all
                .iter()
                .flat_map(|before| {
                    next.iter().map(move |after| one_space(&format!("{before}{between}{after}")))
                })
                .collect();
        }
        Some(all)
    }
}

/// Whether white space parts a group from what is around it, so that white space at its own edges does not count.
fn stands_apart(template: &str, inside: &std::ops::Range<usize>) -> bool {
    let edge = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || "([|;)]".contains(c));
    let bracket = |c: char| "([)]".contains(c);
    let before = template.get(..inside.start).unwrap_or_default();
    let after = template.get(inside.end..).unwrap_or_default();
    edge(before.strip_suffix(bracket).unwrap_or(before).chars().next_back())
        && edge(after.strip_prefix(bracket).unwrap_or(after).chars().next())
}

/// With one space where there was white space.
fn one_space(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_whitespace() {
            true if out.ends_with(' ') => {}
            true => out.push(' '),
            false => out.extend(c.to_lowercase()),
        }
    }
    out
}

/// Every order of `n` things; nothing when there are too many.
fn orders(n: usize) -> Option<Vec<Vec<usize>>> {
    if n > 6 {
        return None;
    }
    let mut orders = vec![Vec::new()];
    for _ in 0..n {
        orders = orders
            .iter()
            .flat_map(|order: &Vec<usize>| {
                let rest = (0..n).filter(|i| !order.contains(i)).collect::<Vec<_>>();
                rest.into_iter().map(|i| order.iter().copied().chain([i]).collect::<Vec<_>>())
            })
            .collect();
    }
    Some(orders)
}
