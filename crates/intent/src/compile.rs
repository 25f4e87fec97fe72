//! [`Spec`] → [`Compiled`]: resolves rules and lists, and turns templates into automata over words.

mod expand;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use crate::fold::Folding;
use crate::graph::Vocabulary;
use crate::join::Writing;
use crate::language::{Language, language};
use crate::program::{CompiledList, FoldedWords, Numbers, Program, Signs, Values};
use crate::template::{self, Kind, Node, part, visit};
use crate::{Fault, List, Origin, Sentence, Spec};
use expand::Added;

/// The most pieces of all sentences and list values together.
const MOST_PIECES_IN_ALL: usize = 4_000_000;
/// The most values of a range.
const MOST_VALUES: i64 = 20_000;

/// A spec, compiled.
pub(crate) struct Compiled {
    pub(crate) sentences: Program,
    /// Of the states of [`sentences`](Self::sentences).
    pub(crate) signs: Signs,
    /// What [`sentences`](Self::sentences) accepts: intent and sentence.
    pub(crate) accepts: Vec<(usize, usize)>,
    pub(crate) lists: Vec<CompiledList>,
    pub(crate) slots: Vec<String>,
    pub(crate) folded: FoldedWords,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) language: &'static dyn Language,
    pub(crate) folding: Folding,
    /// By state of [`sentences`](Self::sentences), the group that it belongs to; none for the start.
    pub(crate) owners: Vec<u32>,
    /// The sentences in which lists stand right beside letters, over letters in place of words.
    pub(crate) by_letter: Option<Box<Compiled>>,
}

/// Compiles all sentences.
///
/// # Errors
/// Every fault at once.
pub(crate) fn compile(spec: &Spec) -> Result<Compiled, Vec<Fault>> {
    let folding = Folding::of(&spec.language);
    let (mut compiled, glued) = compile_as(spec, folding, None)?;
    if !glued.is_empty() {
        let by_letter = compile_as(spec, Folding { by_letter: true, ..folding }, Some(&glued))?;
        compiled.by_letter = Some(Box::new(by_letter.0));
    }
    Ok(compiled)
}

/// Sentences by group and place.
type Sentences = HashSet<(usize, usize)>;

/// Compiles all sentences, or `only` some. Gives the sentences in which lists stand right beside letters, if the spec
/// is lenient about them.
fn compile_as(
    spec: &Spec,
    folding: Folding,
    only: Option<&Sentences>,
) -> Result<(Compiled, Sentences), Vec<Fault>> {
    let mut compiler = Compiler {
        spec,
        out: Compiled {
            sentences: Program::new(),
            signs: Signs::default(),
            accepts: Vec::new(),
            lists: Vec::new(),
            slots: Vec::new(),
            folded: FoldedWords::default(),
            vocabulary: Vocabulary::default(),
            language: language(&spec.language),
            folding,
            owners: vec![u32::MAX],
            by_letter: None,
        },
        rules: HashMap::new(),
        list_ids: HashMap::new(),
        entry_nodes: Vec::new(),
        alike: HashMap::new(),
        writing: Writing::new(language(&spec.language), folding),
        slot_ids: HashMap::new(),
        left: MOST_PIECES_IN_ALL,
        faults: Vec::new(),
        told: HashSet::new(),
        glued: HashSet::new(),
    };
    compiler.run(only);
    if !compiler.faults.is_empty() {
        return Err(compiler.faults);
    }
    let Writing { folded, vocabulary, .. } = compiler.writing;
    let signs = Signs::of(&compiler.out.sentences, &compiler.out.lists);
    Ok((Compiled { folded, vocabulary, signs, ..compiler.out }, compiler.glued))
}

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
    /// See [`compile_as`].
    glued: Sentences,
}

impl Compiler<'_> {
    fn run(&mut self, only: Option<&Sentences>) {
        let spec = self.spec;
        // What is not used is looked at all the same, unless the spec is lenient.
        let looks_at_all = !spec.lenient;
        for name in spec.rules.keys().filter(|_| looks_at_all) {
            self.rule(None, name);
        }
        for name in spec.lists.keys().filter(|_| looks_at_all) {
            self.list(None, name);
        }
        for (group, intent) in spec.intents.iter().enumerate() {
            for name in intent.rules.keys().filter(|_| looks_at_all) {
                self.rule(Some(group), name);
            }
            for name in intent.lists.keys().filter(|_| looks_at_all) {
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
        if looks_at_all {
            self.check_rules();
        }
        for (group, intent) in spec.intents.iter().enumerate() {
            let mut templates = HashSet::new();
            for (index, sentence) in intent.sentences.iter().enumerate() {
                if only.is_some_and(|only| !only.contains(&(group, index))) {
                    continue;
                }
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
                    if let Ok(Added::ByLetter) = self.add(&template, Some(group), accept, &mut program) {
                        self.out.accepts.pop();
                        self.glued.insert((group, index));
                    }
                    self.out.owners.resize(program.states.len(), group as u32);
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
        match template::parse_as(&sentence.template, self.spec.lenient) {
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
        let (scope, list) = match local {
            Some(local) => local,
            None => {
                let list = spec.lists.get(name)?;
                // The rules of a group shadow those that the values of a list use, too.
                let is_shadowed = spec.lenient
                    && uses_rules(list)
                    && scope.is_some_and(|group| !spec.intents[group].rules.is_empty());
                (scope.filter(|_| is_shadowed), list)
            }
        };
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
            &List::Range { from, to, step, kind, fractions, multiplier, written } => {
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
                Values::Range(Numbers { from, to, step: step.max(1), kind, fractions, multiplier, written })
            }
            List::Duration => Values::Duration,
            &List::Value(kind) => Values::Said(kind),
            List::Wildcard => Values::Wildcard,
        };
        let id = self.out.lists.len() as u32;
        self.out.lists.push(CompiledList {
            name: name.to_owned(),
            values,
            is_several: spec.several.lists.contains(name),
        });
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
