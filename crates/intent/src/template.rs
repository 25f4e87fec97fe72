//! The template language: `turn (on|off) [the] {name}` → a tree.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::{Fault, Origin, Sentence};

/// What a template refers to. Rules are not looked into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Each `<rule>`.
    pub rules: BTreeSet<String>,
    /// Each `{list:slot}`: list and slot.
    pub lists: BTreeSet<(String, String)>,
}

/// Reads one template by itself, and tells what it refers to.
///
/// # Errors
/// Every fault of the syntax, at least one. Names are not looked up.
pub fn mentions(sentence: &Sentence) -> Result<Mentions, Vec<Fault>> {
    let node = parse(&sentence.template).map_err(|faults| {
        let fault = |fault: SyntaxFault| Fault {
            origin: part(&sentence.origin, &fault.span),
            message: fault.message,
            help: fault.help,
        };
        faults.into_iter().map(fault).collect::<Vec<_>>()
    })?;
    let mut mentions = Mentions::default();
    visit(&node, &mut |node| match &node.kind {
        Kind::Rule(name) => {
            mentions.rules.insert(name.clone());
        }
        Kind::List { list, slot } => {
            mentions.lists.insert((list.clone(), slot.clone()));
        }
        _ => {}
    });
    Ok(mentions)
}

/// Every sentence of a template that is made of words alone; nothing if it is faulty, refers to rules or lists, or
/// has more than `most`.
pub(crate) fn sentences(template: &str, most: usize) -> Option<Vec<String>> {
    let all = said(&parse(template).ok()?, most)?;
    let mut found: Vec<String> = Vec::new();
    for text in all {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() && !found.contains(&text) {
            found.push(text);
        }
    }
    Some(found)
}

fn said(node: &Node, most: usize) -> Option<Vec<String>> {
    let found = match &node.kind {
        Kind::Text(text) => vec![text.clone()],
        Kind::Optional(inner) => {
            let mut found = said(inner, most)?;
            found.push(String::new());
            found
        }
        Kind::Alternatives(branches) => {
            let mut found = Vec::new();
            for branch in branches {
                found.extend(said(branch, most)?);
            }
            found
        }
        Kind::Sequence(items) => {
            let mut found = vec![String::new()];
            for item in items {
                let next = said(item, most)?;
                if found.len() * next.len() > most {
                    return None;
                }
                found = found.iter().flat_map(|a| next.iter().map(move |b| format!("{a}{b}"))).collect();
            }
            found
        }
        Kind::Permutation(_) | Kind::Rule(_) | Kind::List { .. } => return None,
    };
    (found.len() <= most).then_some(found)
}

/// A template that takes just this text.
pub(crate) fn escaped(text: &str) -> String {
    let mut template = String::with_capacity(text.len());
    for c in text.chars() {
        if "()[]{}<>|;\\".contains(c) {
            template.push('\\');
        }
        template.push(c);
    }
    template
}

/// How deeply brackets may be nested.
const DEEPEST: usize = 64;

/// After so many faults the rest of a template is not read.
const MOST_FAULTS: usize = 20;

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// Bytes of the template.
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text with its white space, which parts words.
    Text(String),
    /// One after the other.
    Sequence(Vec<Node>),
    /// `(a|b)`
    Alternatives(Vec<Node>),
    /// `[a]`
    Optional(Box<Node>),
    /// `(a;b)`: all, in any order.
    Permutation(Vec<Node>),
    /// `<rule>`
    Rule(String),
    /// `{list}` or `{list:slot}`
    List {
        /// Which values.
        list: String,
        /// What is filled.
        slot: String,
    },
}

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyntaxFault {
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    /// Bytes of the template.
    pub(crate) span: Range<usize>,
}

/// Reads a template.
///
/// # Errors
/// Every fault that can be told apart, at least one.
pub(crate) fn parse(template: &str) -> Result<Node, Vec<SyntaxFault>> {
    parse_as(template, false)
}

/// As [`parse`]; if lenient, names may be of several words, as hassil's may.
pub(crate) fn parse_as(template: &str, is_lenient: bool) -> Result<Node, Vec<SyntaxFault>> {
    let mut parser = Parser { text: template, at: 0, faults: Vec::new(), is_given_up: false, is_lenient };
    let mut node = parser.group(None, 0);
    while parser.at < template.len() && parser.faults.len() < MOST_FAULTS {
        // A bracket that nothing opened.
        let c = parser.peek().unwrap_or(' ');
        let end = parser.at + c.len_utf8();
        parser.fault(parser.at..end, format!("`{c}` closes nothing"), format!("remove it, or write `\\{c}`"));
        parser.at = end;
        node = parser.group(None, 0);
    }
    if parser.faults.is_empty() { Ok(node) } else { Err(parser.faults) }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    faults: Vec<SyntaxFault>,
    /// The rest of the template is not read, so that what is missing there is no fault.
    is_given_up: bool,
    is_lenient: bool,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn fault(&mut self, span: Range<usize>, message: String, help: impl Into<Option<String>>) {
        self.faults.push(SyntaxFault { message, help: help.into(), span });
    }

    /// Reads up to `close`, or to the end or a bracket that closes something else. The bracket that opened it
    /// is read already.
    fn group(&mut self, close: Option<char>, depth: usize) -> Node {
        let start = self.at;
        let mut branches = vec![Vec::new()];
        let mut separator = None;
        while let Some(c) = self.peek() {
            let from = self.at;
            match c {
                ')' | ']' | '}' | '>' => break,
                '|' | ';' => {
                    self.at += 1;
                    if separator.is_some_and(|before| before != c) {
                        self.fault(
                            from..self.at,
                            "`|` and `;` in one group".into(),
                            Some("put one of them into brackets of its own".into()),
                        );
                    }
                    separator = Some(c);
                    branches.push(Vec::new());
                }
                '(' | '[' => {
                    self.at += 1;
                    let node = self.bracket(c, from, depth);
                    push(&mut branches, node);
                }
                '{' | '<' => {
                    self.at += 1;
                    if let Some(node) = self.reference(c, from) {
                        push(&mut branches, node);
                    }
                }
                _ => {
                    let node = self.plain();
                    push(&mut branches, node);
                }
            }
        }
        let span = start..self.at;
        if close.is_some() && branches.iter().all(Vec::is_empty) {
            self.fault(span.clone(), "nothing in the brackets".into(), Some("remove them".into()));
        }
        let mut nodes: Vec<Node> = branches
            .into_iter()
            .map(|mut items| match items.len() {
                1 => items.remove(0),
                _ => Node {
                    span: items.first().map_or(start, |n| n.span.start)
                        ..items.last().map_or(start, |n| n.span.end),
                    kind: Kind::Sequence(items),
                },
            })
            .collect();
        let kind = match separator {
            None => return nodes.remove(0),
            Some('|') => Kind::Alternatives(nodes),
            Some(_) => Kind::Permutation(nodes),
        };
        Node { kind, span }
    }

    /// Reads a group in brackets; the opening one, at `from`, is read already.
    fn bracket(&mut self, open: char, from: usize, depth: usize) -> Node {
        let close = if open == '(' { ')' } else { ']' };
        if depth >= DEEPEST {
            self.fault(
                from..from + 1,
                format!("brackets are nested more than {DEEPEST} deep"),
                Some("split the sentence, or use a <rule>".into()),
            );
            self.is_given_up = true;
            self.at = self.text.len();
            return Node { kind: Kind::Sequence(Vec::new()), span: from..self.at };
        }
        let node = self.group(Some(close), depth + 1);
        if self.peek() == Some(close) {
            self.at += 1;
        } else if !self.is_given_up {
            let help = match self.peek() {
                Some(other) => format!("`{other}` comes before its `{close}`"),
                None => format!("add `{close}`"),
            };
            self.fault(from..from + 1, format!("`{open}` is not closed"), Some(help));
        }
        if open == '[' {
            return Node { kind: Kind::Optional(Box::new(node)), span: from..self.at };
        }
        node
    }

    /// Reads `{list:slot}` or `<rule>`; the opening bracket is read already.
    fn reference(&mut self, open: char, from: usize) -> Option<Node> {
        let close = if open == '{' { '}' } else { '>' };
        let rest = &self.text[self.at..];
        let length = rest.find(['(', ')', '[', ']', '{', '}', '<', '>', '|', ';']);
        let Some(length) = length.filter(|&length| rest[length..].starts_with(close)) else {
            self.fault(
                from..from + 1,
                format!("`{open}` is not closed"),
                Some(format!("add `{close}` after the name")),
            );
            return None;
        };
        let inside = &rest[..length];
        let span = self.at..self.at + length;
        self.at += length + 1;
        let node_span = from..self.at;
        let (name, slot) = match inside.split_once(':') {
            Some((name, slot)) if open == '{' => (name.trim(), slot.trim()),
            _ => (inside.trim(), inside.trim()),
        };
        for part in [name, slot] {
            let is_wrong = |c: char| c == ':' || c.is_whitespace() && !self.is_lenient;
            if part.is_empty() || part.chars().any(is_wrong) {
                let message = if part.is_empty() {
                    "a name is missing".to_owned()
                } else {
                    format!("`{part}` is not a name")
                };
                self.fault(
                    span,
                    message,
                    Some("names are one word, such as `{area}`, `{device:light}` or `<turn>`".into()),
                );
                return None;
            }
        }
        let kind = if open == '{' {
            Kind::List { list: name.to_owned(), slot: slot.to_owned() }
        } else {
            Kind::Rule(name.to_owned())
        };
        Some(Node { kind, span: node_span })
    }

    /// Reads text up to the next sign of the language. `\` takes the next character as it is.
    fn plain(&mut self) -> Node {
        let start = self.at;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            match c {
                '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | '|' | ';' => break,
                '\\' => {
                    self.at += 1;
                    match self.peek() {
                        Some(escaped) => {
                            text.push(escaped);
                            self.at += escaped.len_utf8();
                        }
                        None => self.fault(
                            start..self.at,
                            "`\\` at the end".into(),
                            Some("remove it, or write `\\\\`".into()),
                        ),
                    }
                }
                _ => {
                    text.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        Node { kind: Kind::Text(text), span: start..self.at }
    }
}

fn push(branches: &mut [Vec<Node>], node: Node) {
    if let Some(last) = branches.last_mut() {
        last.push(node);
    }
}

/// A part of a text that has its place.
pub(crate) fn part(origin: &Origin, span: &Range<usize>) -> Origin {
    let start = origin.span.start;
    Origin { file: origin.file.clone(), span: start + span.start..start + span.end }
}

/// Calls `f` with a node and all in it.
pub(crate) fn visit(node: &Node, f: &mut dyn FnMut(&Node)) {
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

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn show(node: &Node) -> String {
        let list = |nodes: &[Node], by: &str| nodes.iter().map(show).collect::<Vec<_>>().join(by);
        match &node.kind {
            Kind::Text(text) => format!("{text:?}"),
            Kind::Sequence(nodes) => format!("seq({})", list(nodes, ", ")),
            Kind::Alternatives(nodes) => format!("alt({})", list(nodes, ", ")),
            Kind::Permutation(nodes) => format!("perm({})", list(nodes, ", ")),
            Kind::Optional(node) => format!("opt({})", show(node)),
            Kind::Rule(name) => format!("<{name}>"),
            Kind::List { list, slot } => format!("{{{list}:{slot}}}"),
        }
    }

    fn check(template: &str, expected: Expect) {
        let text = match parse(template) {
            Ok(node) => show(&node),
            Err(faults) => faults
                .iter()
                .map(|f| {
                    format!(
                        "{:?} {}; {}",
                        &template[f.span.clone()],
                        f.message,
                        f.help.as_deref().unwrap_or("-")
                    )
                })
                .collect::<Vec<_>>()
                .join("\n"),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn templates_become_trees() {
        check(
            "turn (on|off) [the] {name}",
            expect![[r#"seq("turn ", alt("on", "off"), " ", opt("the"), " ", {name:name})"#]],
        );
        check("(un|)lock", expect![[r#"seq(alt("un", seq()), "lock")"#]]);
        check("(a;b [x];<c>) {l:s}", expect![[r#"seq(perm("a", seq("b ", opt("x")), <c>), " ", {l:s})"#]]);
        check("a|b", expect![[r#"alt("a", "b")"#]]);
        check(r"\(x\)", expect![[r#""(x)""#]]);
    }

    #[test]
    fn faults_are_told_all_at_once() {
        check(
            "turn (on [the lamp",
            expect![[r#"
            "[" `[` is not closed; add `]`
            "(" `(` is not closed; add `)`"#]],
        );
        check(
            "turn on) the } lamp",
            expect![[r#"
            ")" `)` closes nothing; remove it, or write `\)`
            "}" `}` closes nothing; remove it, or write `\}`"#]],
        );
        check(
            "{} {a b} <> <x",
            expect![[r#"
            "" a name is missing; names are one word, such as `{area}`, `{device:light}` or `<turn>`
            "a b" `a b` is not a name; names are one word, such as `{area}`, `{device:light}` or `<turn>`
            "" a name is missing; names are one word, such as `{area}`, `{device:light}` or `<turn>`
            "<" `<` is not closed; add `>` after the name"#]],
        );
        check(
            "() (a|b;c) \\",
            expect![[r#"
            "" nothing in the brackets; remove them
            ";" `|` and `;` in one group; put one of them into brackets of its own
            " \\" `\` at the end; remove it, or write `\\`"#]],
        );
        check(
            "(a]",
            expect![[r#"
            "(" `(` is not closed; `]` comes before its `)`
            "]" `]` closes nothing; remove it, or write `\]`"#]],
        );
    }
}
