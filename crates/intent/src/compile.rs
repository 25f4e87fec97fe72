//! [`Spec`] → [`Compiled`]: resolves rules and lists, and turns templates into automata over words.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use crate::graph::Vocabulary;
use crate::join::{Edge, JoinFault, Pieces, Writing, join_words};
use crate::language::{Language, language};
use crate::program::{Capture, CompiledList, FoldedWords, Program, Values};
use crate::template::{self, Kind, Node, part, visit};
use crate::{Fault, List, Origin, Sentence, Spec};

/// The most pieces that one sentence may expand to, with its rules.
const MOST_PIECES: usize = 50_000;
/// The most pieces of all sentences and list values together.
const MOST_PIECES_IN_ALL: usize = 4_000_000;
/// How deeply groups and rules may be nested together.
const DEEPEST: usize = 200;
/// The most items of a permutation: `n` items have 2ⁿ orders to keep apart.
const MOST_ITEMS: usize = 8;
/// The most values of a range.
const MOST_VALUES: i64 = 20_000;

/// A spec, compiled.
pub(crate) struct Compiled {
    pub(crate) sentences: Program,
    /// What [`sentences`](Self::sentences) accepts: intent and sentence.
    pub(crate) accepts: Vec<(usize, usize)>,
    pub(crate) lists: Vec<CompiledList>,
    pub(crate) slots: Vec<String>,
    pub(crate) folded: FoldedWords,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) language: &'static dyn Language,
}

/// Compiles all sentences.
///
/// # Errors
/// Every fault at once.
pub(crate) fn compile(spec: &Spec) -> Result<Compiled, Vec<Fault>> {
    let mut compiler = Compiler {
        spec,
        out: Compiled {
            sentences: Program::new(),
            accepts: Vec::new(),
            lists: Vec::new(),
            slots: Vec::new(),
            folded: FoldedWords::default(),
            vocabulary: Vocabulary::default(),
            language: language(&spec.language),
        },
        rules: HashMap::new(),
        list_ids: HashMap::new(),
        entry_nodes: Vec::new(),
        alike: HashMap::new(),
        writing: Writing::new(language(&spec.language)),
        slot_ids: HashMap::new(),
        left: MOST_PIECES_IN_ALL,
        faults: Vec::new(),
        told: HashSet::new(),
    };
    compiler.run();
    if !compiler.faults.is_empty() {
        return Err(compiler.faults);
    }
    let Writing { folded, vocabulary, .. } = compiler.writing;
    Ok(Compiled { folded, vocabulary, ..compiler.out })
}

/// A sentence is given up; its fault is told already.
struct GivenUp;

/// Where a name is looked up: in a group of sentences first, then among all.
type Scope = Option<usize>;

/// A template with its place, as names are resolved from it.
struct Template {
    node: Node,
    origin: Origin,
}

struct Compiler<'a> {
    spec: &'a Spec,
    out: Compiled,
    rules: HashMap<(Scope, String), Option<Rc<Template>>>,
    list_ids: HashMap<(Scope, String), u32>,
    /// By list, the templates of its entries.
    entry_nodes: Vec<Rc<Vec<Template>>>,
    /// Lists of this name that were compiled: groups often bring their own copies of the same.
    alike: HashMap<String, Vec<(&'a List, u32)>>,
    writing: Writing,
    slot_ids: HashMap<String, u32>,
    /// Pieces that may still be made.
    left: usize,
    faults: Vec<Fault>,
    /// What was told, so that a rule of many sentences is not blamed many times.
    told: HashSet<(Origin, String)>,
}

impl Compiler<'_> {
    fn run(&mut self) {
        let spec = self.spec;
        for name in spec.rules.keys() {
            self.rule(None, name);
        }
        for name in spec.lists.keys() {
            self.list(None, name);
        }
        for (group, intent) in spec.intents.iter().enumerate() {
            for name in intent.rules.keys() {
                self.rule(Some(group), name);
            }
            for name in intent.lists.keys() {
                self.list(Some(group), name);
            }
            let origin = intent.sentences.first().map(|sentence| sentence.origin.clone()).unwrap_or_default();
            if intent.name.trim().is_empty() {
                self.fault(
                    origin,
                    "an intent without a name".into(),
                    Some("give it one, such as `light.power`".into()),
                );
            } else if intent.sentences.is_empty() {
                let message = format!("intent `{}` has no sentences", intent.name);
                self.fault(origin, message, Some("say how people ask for it, or remove it".into()));
            }
        }
        self.check_rules();
        for (group, intent) in spec.intents.iter().enumerate() {
            let mut templates = HashSet::new();
            for (index, sentence) in intent.sentences.iter().enumerate() {
                if !templates.insert(sentence.template.as_str()) {
                    let help = Some("remove one of them".to_owned());
                    self.fault(sentence.origin.clone(), "the same sentence twice in one intent".into(), help);
                    continue;
                }
                let accept = self.out.accepts.len() as u32;
                self.out.accepts.push((group, index));
                if let Some(template) = self.parse(sentence) {
                    let mut program = std::mem::replace(&mut self.out.sentences, Program::new());
                    // The fault is told.
                    let _ = self.add(&template, Some(group), accept, &mut program);
                    self.out.sentences = program;
                }
            }
        }
        self.out.sentences.finish();
    }

    fn fault(&mut self, origin: Origin, message: String, help: Option<String>) {
        if self.told.insert((origin.clone(), message.clone())) {
            self.faults.push(Fault { origin, message, help });
        }
    }

    fn fault_at(&mut self, origin: &Origin, span: &Range<usize>, message: String, help: Option<String>) {
        self.fault(part(origin, span), message, help);
    }

    fn parse(&mut self, sentence: &Sentence) -> Option<Template> {
        match template::parse(&sentence.template) {
            Ok(node) => Some(Template { node, origin: sentence.origin.clone() }),
            Err(faults) => {
                for fault in faults {
                    self.fault_at(&sentence.origin, &fault.span, fault.message, fault.help);
                }
                None
            }
        }
    }

    /// A rule, read once. `None` inside when it is there but faulty.
    fn rule(&mut self, scope: Scope, name: &str) -> Option<Option<Rc<Template>>> {
        let spec = self.spec;
        let local = scope.and_then(|group| Some((scope, spec.intents[group].rules.get(name)?)));
        let (scope, sentence) = local.or_else(|| Some((None, spec.rules.get(name)?)))?;
        let key = (scope, name.to_owned());
        if let Some(rule) = self.rules.get(&key) {
            return Some(rule.clone());
        }
        let rule = self.parse(sentence).map(Rc::new);
        self.rules.insert(key, rule.clone());
        Some(rule)
    }

    /// A list, compiled once.
    fn list(&mut self, scope: Scope, name: &str) -> Option<u32> {
        let spec = self.spec;
        let local = scope.and_then(|group| Some((scope, spec.intents[group].lists.get(name)?)));
        let (scope, list) = local.or_else(|| Some((None, spec.lists.get(name)?)))?;
        let key = (scope, name.to_owned());
        if let Some(&id) = self.list_ids.get(&key) {
            return Some(id);
        }
        let mut alike = self.alike.get(name).into_iter().flatten();
        if let Some(&(_, id)) = alike.find(|(other, _)| *other == list && !uses_rules(list)) {
            self.list_ids.insert(key, id);
            return Some(id);
        }
        let mut nodes = Vec::new();
        let values = match list {
            List::Text(entries) => {
                let mut program = Program::new();
                for (index, entry) in entries.iter().enumerate() {
                    let faults = self.faults.len();
                    let sentence = Sentence { template: entry.said.clone(), origin: Origin::default() };
                    let template = self.parse(&sentence);
                    let node = template.as_ref().map_or(Kind::Sequence(Vec::new()), |t| t.node.kind.clone());
                    if let Some(template) = template {
                        if contains_list(&template.node) {
                            let help = Some("write its values out".to_owned());
                            self.fault(Origin::default(), "a list in a value of a list".into(), help);
                        } else {
                            let _ = self.add(&template, scope, index as u32, &mut program);
                        }
                    }
                    nodes.push(Template {
                        node: Node { kind: node, span: 0..entry.said.len() },
                        origin: Origin::default(),
                    });
                    for fault in &mut self.faults[faults..] {
                        if fault.origin.file.is_empty() {
                            fault.message =
                                format!("list `{name}`, value `{}`: {}", entry.said, fault.message);
                        }
                    }
                    self.told.retain(|(origin, _)| !origin.file.is_empty());
                }
                program.finish();
                Values::Text { program, entries: entries.clone() }
            }
            &List::Range { from, to, step, kind } => {
                let count = (i64::from(to) - i64::from(from)) / i64::from(step.max(1)) + 1;
                let wrong = if step < 1 {
                    Some((format!("list `{name}` has step {step}"), "a step is at least 1"))
                } else if from > to {
                    Some((format!("list `{name}` goes from {from} to {to}"), "put the lesser one first"))
                } else if count > MOST_VALUES {
                    Some((
                        format!("list `{name}` has {count} values"),
                        "20,000 are the most; use a larger step",
                    ))
                } else {
                    None
                };
                if let Some((message, help)) = wrong {
                    self.fault(Origin::default(), message, Some(help.to_owned()));
                }
                Values::Range { from, to, step: step.max(1), kind }
            }
            List::Duration => Values::Duration,
            List::Wildcard => Values::Wildcard,
        };
        let id = self.out.lists.len() as u32;
        self.out.lists.push(CompiledList { name: name.to_owned(), values });
        self.entry_nodes.push(Rc::new(nodes));
        self.alike.entry(name.to_owned()).or_default().push((list, id));
        self.list_ids.insert(key, id);
        Some(id)
    }

    /// Finds unknown names also in rules that no sentence uses.
    fn check_rules(&mut self) {
        let rules: Vec<(Scope, Rc<Template>)> =
            self.rules.iter().filter_map(|((scope, _), rule)| Some((*scope, rule.clone()?))).collect();
        let mut unknown = Vec::new();
        for (scope, rule) in &rules {
            visit(&rule.node, &mut |node| {
                // A rule for all may count on lists and rules of the groups that use it.
                let groups = || {
                    self.spec
                        .intents
                        .iter()
                        .enumerate()
                        .filter(|(g, _)| scope.is_none_or(|s| s == *g))
                        .map(|(_, i)| i)
                };
                let known = match &node.kind {
                    Kind::Rule(name) => {
                        self.spec.rules.contains_key(name) || groups().any(|i| i.rules.contains_key(name))
                    }
                    Kind::List { list, .. } => {
                        self.spec.lists.contains_key(list) || groups().any(|i| i.lists.contains_key(list))
                    }
                    _ => true,
                };
                if !known {
                    unknown.push((*scope, part(&rule.origin, &node.span), node.kind.clone()));
                }
            });
        }
        unknown.sort_by_key(|(_, origin, _)| (origin.file.clone(), origin.span.start));
        for (scope, origin, kind) in unknown {
            self.unknown(scope, origin, &kind);
        }
    }

    fn unknown(&mut self, scope: Scope, origin: Origin, kind: &Kind) {
        let spec = self.spec;
        let local = scope.map(|group| &spec.intents[group]);
        let (message, help) = match kind {
            Kind::Rule(name) => {
                let names = spec.rules.keys().chain(local.into_iter().flat_map(|i| i.rules.keys()));
                (format!("there is no rule <{name}>"), suggest(name, names, "<", ">"))
            }
            Kind::List { list, .. } => {
                let names = spec.lists.keys().chain(local.into_iter().flat_map(|i| i.lists.keys()));
                (format!("there is no list {{{list}}}"), suggest(list, names, "{", "}"))
            }
            _ => return,
        };
        self.fault(origin, message, help);
    }

    /// Adds what a template takes to a program, accepting it as `accept`.
    fn add(
        &mut self,
        template: &Template,
        scope: Scope,
        accept: u32,
        program: &mut Program,
    ) -> Result<(), GivenUp> {
        let mut inlined = BTreeSet::new();
        loop {
            let mut pieces = Pieces::new(&inlined);
            let mut walk = Walk { scope, origin: &template.origin, depth: 0, rules: Vec::new() };
            let before = self.faults.len();
            self.expand(&template.node, 0, 1, &mut pieces, &mut walk)?;
            if self.faults.len() > before {
                return Err(GivenUp);
            }
            let before = program.mark();
            match join_words(&pieces, &self.out.lists, &mut self.writing, accept, program) {
                Ok(()) => return Ok(()),
                Err(JoinFault::Inline(calls)) => {
                    program.undo(before);
                    inlined.extend(calls);
                }
                Err(JoinFault::Empty) => {
                    let help = Some("something must have to be said".to_owned());
                    self.fault(template.origin.clone(), "it takes an empty sentence".into(), help);
                    return Err(GivenUp);
                }
                Err(JoinFault::TooMany) => {
                    let message = "too many words are joined of parts".to_owned();
                    self.fault(
                        template.origin.clone(),
                        message,
                        Some("put spaces between the groups".into()),
                    );
                    return Err(GivenUp);
                }
            }
        }
    }

    /// Adds the pieces of `node` between two states. Gives the slots that it may fill.
    fn expand(
        &mut self,
        node: &Node,
        from: u32,
        to: u32,
        pieces: &mut Pieces<'_>,
        walk: &mut Walk<'_>,
    ) -> Result<Vec<u32>, GivenUp> {
        walk.depth += 1;
        let is_too_large = pieces.made > MOST_PIECES || self.left == 0 || walk.depth > DEEPEST;
        if is_too_large {
            let message = match walk.depth > DEEPEST {
                true => format!("groups and rules are nested more than {DEEPEST} deep"),
                false => format!("it expands to more than {MOST_PIECES} pieces"),
            };
            let help = Some("split it into several sentences, or use a list".to_owned());
            self.fault_at(walk.origin, &node.span, message, help);
            return Err(GivenUp);
        }
        self.left -= 1;
        pieces.made += 1;
        let mut slots = Vec::new();
        match &node.kind {
            Kind::Text(text) => pieces.text(text, from, to, &mut self.writing),
            Kind::Optional(inner) => {
                pieces.edge(from, Edge::Empty, to);
                slots = self.expand(inner, from, to, pieces, walk)?;
            }
            Kind::Alternatives(branches) => {
                for branch in branches {
                    slots.extend(self.expand(branch, from, to, pieces, walk)?);
                }
                slots.sort_unstable();
                slots.dedup();
            }
            Kind::Sequence(items) => {
                let mut state = from;
                for (index, item) in items.iter().enumerate() {
                    let next = if index + 1 == items.len() { to } else { pieces.state() };
                    let filled = self.expand(item, state, next, pieces, walk)?;
                    self.both(&mut slots, filled, walk.origin, &item.span);
                    state = next;
                }
                if items.is_empty() {
                    pieces.edge(from, Edge::Empty, to);
                }
            }
            Kind::Permutation(items) => slots = self.permute(items, (from, to), node, pieces, walk)?,
            Kind::Rule(name) => {
                let Some(rule) = self.rule(walk.scope, name) else {
                    self.unknown(walk.scope, part(walk.origin, &node.span), &node.kind);
                    walk.depth -= 1;
                    return Ok(slots);
                };
                if walk.rules.contains(name) {
                    let path = walk.rules.iter().skip_while(|rule| *rule != name).chain([name]);
                    let path = path.map(|rule| format!("<{rule}>")).collect::<Vec<_>>().join(" → ");
                    let help = Some("a rule cannot be part of itself".to_owned());
                    self.fault_at(walk.origin, &node.span, format!("rules in a circle: {path}"), help);
                    return Err(GivenUp);
                }
                // A faulty rule is told already; the sentence goes without.
                let Some(rule) = rule else {
                    return Err(GivenUp);
                };
                walk.rules.push(name.clone());
                let mut inner = Walk {
                    scope: walk.scope,
                    origin: &rule.origin,
                    depth: walk.depth,
                    rules: std::mem::take(&mut walk.rules),
                };
                let filled = self.expand(&rule.node, from, to, pieces, &mut inner);
                walk.rules = inner.rules;
                walk.rules.pop();
                slots = filled?;
            }
            Kind::List { list, slot } => {
                let Some(id) = self.list(walk.scope, list) else {
                    self.unknown(walk.scope, part(walk.origin, &node.span), &node.kind);
                    walk.depth -= 1;
                    return Ok(slots);
                };
                let fresh = self.out.slots.len() as u32;
                let slot = *self.slot_ids.entry(slot.clone()).or_insert_with(|| {
                    self.out.slots.push(slot.clone());
                    fresh
                });
                slots.push(slot);
                let call = pieces.calls;
                pieces.calls += 1;
                if pieces.inlined.contains(&call) {
                    let entries = self.entry_nodes[id as usize].clone();
                    for (entry, template) in entries.iter().enumerate() {
                        let said = pieces.state();
                        let mut inner = Walk {
                            scope: walk.scope,
                            origin: walk.origin,
                            depth: walk.depth,
                            rules: Vec::new(),
                        };
                        self.expand(&template.node, from, said, pieces, &mut inner)?;
                        pieces.edge(said, Edge::Capture(Capture { slot, list: id, entry: entry as u32 }), to);
                    }
                } else {
                    pieces.edge(from, Edge::Call { call, list: id, slot }, to);
                }
            }
        }
        walk.depth -= 1;
        Ok(slots)
    }

    /// All items in any order, with spaces between.
    fn permute(
        &mut self,
        items: &[Node],
        (from, to): (u32, u32),
        node: &Node,
        pieces: &mut Pieces<'_>,
        walk: &mut Walk<'_>,
    ) -> Result<Vec<u32>, GivenUp> {
        if items.len() > MOST_ITEMS {
            let message = format!("a permutation of {} items", items.len());
            self.fault_at(walk.origin, &node.span, message, Some(format!("{MOST_ITEMS} are the most")));
            return Err(GivenUp);
        }
        let all = (1_usize << items.len()) - 1;
        // One state for each set of items that were said.
        let said: Vec<u32> = (0..=all)
            .map(|set| {
                if set == 0 {
                    from
                } else if set == all {
                    to
                } else {
                    pieces.state()
                }
            })
            .collect();
        let mut slots = Vec::new();
        for set in 0..all {
            for (index, item) in items.iter().enumerate().filter(|(index, _)| set >> index & 1 == 0) {
                let start = pieces.state();
                let end = pieces.state();
                pieces.edge(said[set], if set == 0 { Edge::Empty } else { Edge::Space }, start);
                let filled = self.expand(item, start, end, pieces, walk)?;
                pieces.edge(end, Edge::Empty, said[set | 1 << index]);
                if set == 0 {
                    self.both(&mut slots, filled, walk.origin, &item.span);
                }
            }
        }
        Ok(slots)
    }

    /// Adds to the slots of one part of a sentence those of the next.
    fn both(&mut self, slots: &mut Vec<u32>, more: Vec<u32>, origin: &Origin, span: &Range<usize>) {
        for slot in more {
            if slots.contains(&slot) {
                let message =
                    format!("slot `{}` is filled twice in one sentence", self.out.slots[slot as usize]);
                self.fault_at(
                    origin,
                    span,
                    message,
                    Some("name one of them otherwise: `{list:slot}`".into()),
                );
            } else {
                slots.push(slot);
            }
        }
    }
}

/// Where an expansion stands.
struct Walk<'a> {
    scope: Scope,
    /// Of the template that is being expanded.
    origin: &'a Origin,
    depth: usize,
    /// Rules that are being expanded, the outermost first.
    rules: Vec<String>,
}

/// Whether the values of a list depend on the rules of their place.
fn uses_rules(list: &List) -> bool {
    matches!(list, List::Text(entries) if entries.iter().any(|entry| entry.said.contains('<')))
}

fn contains_list(node: &Node) -> bool {
    let mut found = false;
    visit(node, &mut |node| found |= matches!(node.kind, Kind::List { .. }));
    found
}

/// "did you mean <turn>?", or what there is when there is little.
fn suggest<'a>(
    name: &str,
    names: impl Iterator<Item = &'a String>,
    open: &str,
    close: &str,
) -> Option<String> {
    let names: BTreeMap<usize, &String> = names
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(distance, known)| *distance <= 1.max(name.chars().count().max(known.chars().count()) / 3))
        .collect();
    names.values().next().map(|near| format!("did you mean {open}{near}{close}?"))
}
