//! [`Spec`] → [`Compiled`]: resolves rules and lists, and turns templates into automata over words.

mod expand;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use crate::fold::Folding;
use crate::graph::Vocabulary;
use crate::hash::QuickSet;
use crate::join::Writing;
use crate::language::Numbers;
use crate::language::{Language, language};
use crate::program::{CompiledList, FoldedId, FoldedWords, Program, Signs, Step, Values};
use crate::template::{self, Kind, Node, part, visit};
use crate::{Fault, List, Origin, Sentence, Spec};
use expand::Added;

/// The most pieces of all sentences and list values together.
const MOST_PIECES_IN_ALL: usize = 4_000_000;
/// The most values of a range.
const MOST_VALUES: i64 = 20_000;

/// A spec, compiled.
pub(crate) struct Compiled {
    pub(crate) sentences: Arc<Program>,
    /// Of the states of [`sentences`](Self::sentences).
    pub(crate) signs: Arc<Signs>,
    /// What [`sentences`](Self::sentences) accepts: intent and sentence.
    pub(crate) accepts: Vec<(usize, usize)>,
    pub(crate) lists: Vec<Arc<CompiledList>>,
    /// The lists by the names that sentences have for them.
    names: HashMap<(Scope, String), u32>,
    /// Lists that are written out in sentences, as parts of words.
    inlined: QuickSet<u32>,
    pub(crate) slots: Vec<String>,
    pub(crate) folded: FoldedWords,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) language: &'static dyn Language,
    pub(crate) folding: Folding,
    /// By state of [`sentences`](Self::sentences), the group that it belongs to; none for the start.
    pub(crate) owners: Arc<Vec<u32>>,
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
    let writing = Writing::new(language(&spec.language), folding);
    let mut compiler = Compiler::new(spec, writing);
    compiler.run(only);
    compiler.finish()
}

/// Compiles a spec that is like another, `before`, but for the values of lists. What does not depend on them is shared. `vocabulary` has the
/// words of `before`, and may have more. Nothing when it differs in anything else, so that all must be compiled anew.
///
/// # Errors
/// Every fault at once.
pub(crate) fn recompile(
    spec: &Spec,
    before: (&Spec, &Compiled),
    vocabulary: Vocabulary,
) -> Option<Result<Compiled, Vec<Fault>>> {
    let (old, compiled) = before;
    if spec.lenient || compiled.by_letter.is_some() || !is_same_but_for_lists(old, spec) {
        return None;
    }
    fn of<'a>(spec: &'a Spec, (scope, name): &(Scope, String)) -> Option<&'a List> {
        scope.map_or(&spec.lists, |group| &spec.intents[group].lists).get(name)
    }
    // Which list ids have other values, and whether all that had the same values still have.
    let mut changed: BTreeMap<u32, (Scope, String)> = BTreeMap::new();
    let mut values: HashMap<u32, &List> = HashMap::new();
    for (key, &id) in &compiled.names {
        let list = of(spec, key)?;
        if of(old, key) != Some(list) {
            changed.insert(id, key.clone());
        }
        if *values.entry(id).or_insert(list) != list {
            return None;
        }
    }
    for (id, key) in &changed {
        let (is, was) = (*values.get(id)?, of(old, key)?);
        let are_texts = matches!((is, was), (List::Text(_), List::Text(_)));
        if !are_texts || compiled.inlined.contains(id) || uses_rules(is) || uses_rules(was) {
            return None;
        }
    }
    let writing = Writing::with(compiled.language, compiled.folding, compiled.folded.clone(), vocabulary);
    let mut compiler = Compiler::new(spec, writing);
    let mut lists = compiled.lists.clone();
    for (id, (scope, name)) in changed {
        let made = compiler.list(scope, &name)?;
        lists[id as usize] = Arc::clone(&compiler.out.lists[made as usize]);
    }
    let compiled = compiler.finish().map(|(made, _)| Compiled {
        sentences: Arc::clone(&compiled.sentences),
        signs: Arc::clone(&compiled.signs),
        accepts: compiled.accepts.clone(),
        lists,
        names: compiled.names.clone(),
        inlined: compiled.inlined.clone(),
        slots: compiled.slots.clone(),
        owners: Arc::clone(&compiled.owners),
        ..made
    });
    Some(compiled)
}

impl Compiled {
    /// Forgets the words that no sentence and no list has any more, but for those of `others`.
    pub(crate) fn forget_words(&mut self, others: &[FoldedId]) {
        let of_lists = self.lists.iter().filter_map(|list| match &list.values {
            Values::Text { program, .. } => Some(program),
            _ => None,
        });
        let arcs = of_lists.chain([&*self.sentences]).flat_map(|p| &p.states).flat_map(|state| &state.arcs);
        let mut used: QuickSet<FoldedId> = others.iter().copied().collect();
        used.extend(arcs.filter_map(|arc| match arc.step {
            Step::Word { folded, .. } => Some(folded),
            _ => None,
        }));
        self.folded.retain(|id| used.contains(&id));
    }
}

/// Whether two specs have the same lists by name, and are the same but for the values in them.
fn is_same_but_for_lists(a: &Spec, b: &Spec) -> bool {
    let same_names = |a: &BTreeMap<String, List>, b: &BTreeMap<String, List>| a.keys().eq(b.keys());
    a.language == b.language
        && a.rules == b.rules
        && same_names(&a.lists, &b.lists)
        && a.skip_words == b.skip_words
        && a.lenient == b.lenient
        && a.ignores_spaces == b.ignores_spaces
        && a.best_slot == b.best_slot
        && a.fillers == b.fillers
        && a.several == b.several
        && a.intents.len() == b.intents.len()
        && a.intents.iter().zip(&b.intents).all(|(a, b)| {
            a.name == b.name
                && a.sentences == b.sentences
                && a.rules == b.rules
                && same_names(&a.lists, &b.lists)
                && a.required_keywords == b.required_keywords
        })
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
    /// What [`Compiled::sentences`] and [`Compiled::owners`] will be.
    program: Program,
    owners: Vec<u32>,
    rules: HashMap<(Scope, String), Option<Rc<Template>>>,
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

impl<'a> Compiler<'a> {
    fn new(spec: &'a Spec, writing: Writing) -> Compiler<'a> {
        Compiler {
            spec,
            out: Compiled {
                sentences: Arc::new(Program::new()),
                signs: Arc::default(),
                accepts: Vec::new(),
                lists: Vec::new(),
                names: HashMap::new(),
                inlined: QuickSet::default(),
                slots: Vec::new(),
                folded: FoldedWords::default(),
                vocabulary: Vocabulary::default(),
                language: language(&spec.language),
                folding: writing.folding,
                owners: Arc::default(),
                by_letter: None,
            },
            program: Program::new(),
            owners: vec![u32::MAX],
            rules: HashMap::new(),
            entry_nodes: Vec::new(),
            alike: HashMap::new(),
            writing,
            slot_ids: HashMap::new(),
            left: MOST_PIECES_IN_ALL,
            faults: Vec::new(),
            told: HashSet::new(),
            glued: HashSet::new(),
        }
    }

    fn finish(self) -> Result<(Compiled, Sentences), Vec<Fault>> {
        if !self.faults.is_empty() {
            return Err(self.faults);
        }
        let Writing { folded, vocabulary, .. } = self.writing;
        let (sentences, owners) = (Arc::new(self.program), Arc::new(self.owners));
        let signs = Arc::new(Signs::of(&sentences, &self.out.lists));
        Ok((Compiled { sentences, signs, owners, folded, vocabulary, ..self.out }, self.glued))
    }
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
                    let mut program = std::mem::replace(&mut self.program, Program::new());
                    // The fault is told.
                    if let Ok(Added::ByLetter) = self.add(&template, Some(group), accept, &mut program) {
                        self.out.accepts.pop();
                        self.glued.insert((group, index));
                    }
                    self.owners.resize(program.states.len(), group as u32);
                    self.program = program;
                }
            }
        }
        self.program.finish();
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
        if let Some(&id) = self.out.names.get(&key) {
            return Some(id);
        }
        let mut alike = self.alike.get(name).into_iter().flatten();
        if let Some(&(_, id)) = alike.find(|(other, _)| *other == list && !uses_rules(list)) {
            self.out.names.insert(key, id);
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
                            let help = Some("write its values out, or put it into the sentences".to_owned());
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
        self.out.lists.push(Arc::new(CompiledList {
            name: name.to_owned(),
            values,
            is_several: spec.several.lists.contains(name),
        }));
        self.entry_nodes.push(Rc::new(nodes));
        self.alike.entry(name.to_owned()).or_default().push((list, id));
        self.out.names.insert(key, id);
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
