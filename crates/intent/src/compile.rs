//! [`Spec`] → [`Compiled`]: resolves rules and lists, and turns templates into automata over words.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use crate::fold::{Token, tokens};
use crate::graph::{Vocabulary, WordId, written_word};
use crate::language::{Language, language};
use crate::program::{Capture, CompiledList, FoldedId, FoldedWords, Program, ProgramArc, Step, Values};
use crate::template::{self, Kind, Node};
use crate::{Fault, List, Origin, Sentence, Spec};

/// The most pieces that one sentence may expand to, with its rules.
const MOST_PIECES: usize = 50_000;
/// The most pieces of all sentences and list values together.
const MOST_PIECES_IN_ALL: usize = 4_000_000;
/// How deeply groups and rules may be nested together.
const DEEPEST: usize = 200;
/// The most items of a permutation: `n` items have 2ⁿ orders to keep apart.
const MOST_ITEMS: usize = 8;
/// The most ways to join a word of parts, `(a|b)(c|d)…`.
const MOST_JOINS: usize = 10_000;
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
        slot_ids: HashMap::new(),
        left: MOST_PIECES_IN_ALL,
        faults: Vec::new(),
        told: HashSet::new(),
    };
    compiler.run();
    if compiler.faults.is_empty() { Ok(compiler.out) } else { Err(compiler.faults) }
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
            let mut pieces =
                Pieces { edges: vec![Vec::new(), Vec::new()], made: 0, calls: 0, inlined: &inlined };
            let mut walk = Walk { scope, origin: &template.origin, depth: 0, rules: Vec::new() };
            let before = self.faults.len();
            self.expand(&template.node, 0, 1, &mut pieces, &mut walk)?;
            if self.faults.len() > before {
                return Err(GivenUp);
            }
            let edges = pieces.edges;
            let before = program.mark();
            match self.join_words(&edges, accept, program) {
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
            Kind::Text(text) => pieces.text(text, from, to),
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

    /// Joins pieces to words and adds them to a program.
    fn join_words(
        &mut self,
        edges: &[Vec<(Edge, u32)>],
        accept: u32,
        program: &mut Program,
    ) -> Result<(), JoinFault> {
        let mut joiner = Joiner {
            compiler: self,
            program,
            edges,
            states: HashMap::from([((0, None), 0)]),
            todo: vec![((0, None), 0)],
            accept,
            end: None,
            inline: BTreeSet::new(),
        };
        while let Some((boundary, state)) = joiner.todo.pop() {
            joiner.from_boundary(boundary, state)?;
        }
        if joiner.inline.is_empty() { Ok(()) } else { Err(JoinFault::Inline(joiner.inline)) }
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

/// A template with its rules written out: pieces of words, and spaces.
struct Pieces<'a> {
    /// It starts in state 0 and ends in state 1.
    edges: Vec<Vec<(Edge, u32)>>,
    made: usize,
    calls: usize,
    /// Calls of lists that are written out because they are part of a word.
    inlined: &'a BTreeSet<usize>,
}

#[derive(Clone, Debug)]
enum Edge {
    Empty,
    Space,
    Piece(Rc<str>),
    Call { call: usize, list: u32, slot: u32 },
    Capture(Capture),
}

impl Pieces<'_> {
    fn state(&mut self) -> u32 {
        self.edges.push(Vec::new());
        (self.edges.len() - 1) as u32
    }

    fn edge(&mut self, from: u32, edge: Edge, to: u32) {
        self.made += 1;
        self.edges[from as usize].push((edge, to));
    }

    fn text(&mut self, text: &str, from: u32, to: u32) {
        let mut state = from;
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let is_space = first.is_whitespace();
            let length = rest.find(|c: char| c.is_whitespace() != is_space).unwrap_or(rest.len());
            let edge = if is_space { Edge::Space } else { Edge::Piece(rest[..length].into()) };
            rest = &rest[length..];
            let next = if rest.is_empty() { to } else { self.state() };
            self.edge(state, edge, next);
            state = next;
        }
        if text.is_empty() {
            self.edge(from, Edge::Empty, to);
        }
    }
}

enum JoinFault {
    /// These calls of lists are part of a word: write them out.
    Inline(BTreeSet<usize>),
    Empty,
    TooMany,
}

/// A place where a word begins: a state of the pieces, and the call that ended just there without a space.
type Boundary = (u32, Option<usize>);

/// Turns pieces into words.
struct Joiner<'a, 'b> {
    compiler: &'a mut Compiler<'b>,
    program: &'a mut Program,
    edges: &'a [Vec<(Edge, u32)>],
    /// States of the program by place.
    states: HashMap<Boundary, u32>,
    todo: Vec<(Boundary, u32)>,
    accept: u32,
    end: Option<u32>,
    inline: BTreeSet<usize>,
}

impl Joiner<'_, '_> {
    /// Finds all words that begin at a boundary, which is `state` of the program.
    fn from_boundary(&mut self, (place, glued): Boundary, state: u32) -> Result<(), JoinFault> {
        let mut seen = HashSet::new();
        let mut todo = vec![(place, String::new(), Vec::<Capture>::new(), glued)];
        let edges = self.edges;
        while let Some(item) = todo.pop() {
            if !seen.insert(item.clone()) {
                continue;
            }
            if seen.len() > MOST_JOINS {
                return Err(JoinFault::TooMany);
            }
            let (place, word, captures, glued) = item;
            if place == 1 {
                if tokens(&word).is_empty() {
                    if state == 0 {
                        return Err(JoinFault::Empty);
                    }
                    self.program.states[state as usize].accepts.push(self.accept);
                } else {
                    let to = self.end();
                    self.word(&word, &captures, state, to);
                }
            }
            for (edge, to) in &edges[place as usize] {
                match edge {
                    Edge::Empty => todo.push((*to, word.clone(), captures.clone(), glued)),
                    Edge::Capture(capture) => {
                        let mut captures = captures.clone();
                        captures.push(*capture);
                        todo.push((*to, word.clone(), captures, glued));
                    }
                    // Punctuation by itself is no word.
                    Edge::Space if tokens(&word).is_empty() => {
                        todo.push((*to, String::new(), captures.clone(), None))
                    }
                    Edge::Space => {
                        let to = self.boundary((*to, None));
                        self.word(&word, &captures, state, to);
                    }
                    Edge::Piece(piece) => {
                        // A list is followed by letters without a space.
                        if let Some(call) = glued
                            && piece.chars().any(char::is_alphanumeric)
                        {
                            self.inline.insert(call);
                        }
                        todo.push((*to, format!("{word}{piece}"), captures.clone(), None));
                    }
                    Edge::Call { call, list, slot } => {
                        let is_text =
                            matches!(self.compiler.out.lists[*list as usize].values, Values::Text { .. });
                        let mut from = state;
                        if !tokens(&word).is_empty() {
                            if is_text {
                                self.inline.insert(*call);
                                continue;
                            }
                            // Numbers part from letters by themselves.
                            from = self.program.add_state();
                            self.word(&word, &captures, state, from);
                        }
                        if let (Some(before), true) = (glued, is_text) {
                            self.inline.extend([before, *call]);
                        }
                        let to = self.boundary((*to, is_text.then_some(*call)));
                        self.arc(from, Step::List { list: *list, slot: *slot }, &[], to);
                    }
                }
            }
        }
        Ok(())
    }

    fn boundary(&mut self, boundary: Boundary) -> u32 {
        if let Some(&state) = self.states.get(&boundary) {
            return state;
        }
        let state = self.program.add_state();
        self.states.insert(boundary, state);
        self.todo.push((boundary, state));
        state
    }

    /// The state in which the sentence ends with a word.
    fn end(&mut self) -> u32 {
        if let Some(state) = self.end {
            return state;
        }
        let state = self.program.add_state();
        self.program.states[state as usize].accepts.push(self.accept);
        self.end = Some(state);
        state
    }

    /// Adds a written word, which may be several as they are compared: `up-to-date`, `20%`.
    fn word(&mut self, written: &str, captures: &[Capture], from: u32, to: u32) {
        let parts = tokens(written);
        let mut state = from;
        for (index, token) in parts.iter().enumerate() {
            let is_last = index + 1 == parts.len();
            let next = if is_last { to } else { self.program.add_state() };
            let shown = shown(&written[token.span.clone()], std::slice::from_ref(token));
            let step = Step::Word {
                folded: self.folded(token),
                shown: self.shown(&shown.unwrap_or_else(|| token.text.clone())),
            };
            self.arc(state, step, if is_last { captures } else { &[] }, next);
            state = next;
        }
        if parts.len() > 1
            && let Some(whole) = shown(written, &parts)
            && whole.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '\''))
        {
            let step = Step::Joined { shown: self.shown(&whole) };
            self.arc(from, step, &[], to);
        }
    }

    fn folded(&mut self, token: &Token) -> FoldedId {
        let out = &mut self.compiler.out;
        out.folded.add(&token.text, out.language)
    }

    fn shown(&mut self, text: &str) -> WordId {
        self.compiler.out.vocabulary.id(text)
    }

    fn arc(&mut self, from: u32, step: Step, captures: &[Capture], to: u32) {
        let captures = if captures.is_empty() {
            0
        } else {
            self.program.captures.push(captures.to_vec());
            self.program.captures.len() as u32
        };
        self.program.states[from as usize].arcs.push(ProgramArc { step, to, captures });
    }
}

/// How a graph writes these tokens, if what it writes is read back as they are.
fn shown(written: &str, parts: &[Token]) -> Option<String> {
    let shown = written_word(written);
    let again = tokens(&shown);
    let is_same = again.len() == parts.len() && again.iter().zip(parts).all(|(a, b)| a.text == b.text);
    is_same.then_some(shown)
}

/// A part of a text that has its place.
fn part(origin: &Origin, span: &Range<usize>) -> Origin {
    let start = origin.span.start;
    Origin { file: origin.file.clone(), span: start + span.start..start + span.end }
}

fn visit(node: &Node, f: &mut dyn FnMut(&Node)) {
    f(node);
    match &node.kind {
        Kind::Sequence(nodes) | Kind::Alternatives(nodes) | Kind::Permutation(nodes) => {
            for node in nodes {
                visit(node, f);
            }
        }
        Kind::Optional(node) => visit(node, f),
        Kind::Text(_) | Kind::Rule(_) | Kind::List { .. } => {}
    }
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
