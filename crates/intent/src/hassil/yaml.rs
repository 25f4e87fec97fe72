//! YAML → a tree whose every node knows its place. Plain scalars are what YAML 1.1 makes of them, because that is
//! how Home Assistant reads them: `on` is true.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, StrInput};

use crate::{Fault, Origin};

/// The largest file, in bytes: fifty times the largest of Home Assistant's.
const LARGEST: usize = 4_000_000;
/// The most nodes of a file, those of aliases counted each time.
const MOST_NODES: usize = 500_000;
/// How deeply lists and maps may be nested.
const DEEPEST: usize = 32;

/// A node and its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) value: Yaml,
    pub(super) origin: Origin,
}

#[derive(Clone, Debug)]
pub(super) enum Yaml {
    Null,
    Bool(bool),
    /// A number, and how it was written.
    Number(f64, String),
    Text(String),
    List(Vec<Node>),
    /// In the order of the file; keys differ.
    Map(Vec<(String, Node)>),
}

impl Yaml {
    /// "a list", for telling what was found.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Yaml::Null => "nothing",
            Yaml::Bool(_) => "true or false",
            Yaml::Number(..) => "a number",
            Yaml::Text(_) => "a text",
            Yaml::List(_) => "a list",
            Yaml::Map(_) => "a map",
        }
    }
}

/// Reads a file of one document.
///
/// # Errors
/// The one fault that ended the reading: no UTF-8, no YAML, too large, too deep, a key twice.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Node, Fault> {
    let file: Arc<str> = name.into();
    let fault = |span: Range<usize>, message: String, help: &str| Fault {
        origin: Origin { file: Arc::clone(&file), span },
        message,
        help: Some(help.to_owned()),
    };
    if bytes.len() > LARGEST {
        let message = format!("the file has {} bytes; {LARGEST} are the most", bytes.len());
        return Err(fault(0..0, message, "split it"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        fault(at..at + 1, format!("byte {at} is not UTF-8"), "save the file as UTF-8")
    })?;
    // A file of NUL bytes ends the scanner early, as if it were empty.
    if let Some(at) = text.find('\0') {
        return Err(fault(at..at + 1, "a NUL byte".into(), "this is no text file"));
    }
    // The parser counts characters.
    let starts = match text.is_ascii() {
        true => Vec::new(),
        false => text.char_indices().map(|(at, _)| at as u32).collect(),
    };
    let (events, anchors) = (Parser::new_from_str(text), HashMap::new());
    Reader { events, file: Arc::clone(&file), text, starts, anchors, nodes: 0 }.document()
}

struct Reader<'a> {
    events: Parser<'a, StrInput<'a>>,
    file: Arc<str>,
    text: &'a str,
    /// By character, its first byte; empty where that is the same.
    starts: Vec<u32>,
    /// By the parser's number: the node, and how many nodes are in it.
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Node, Fault> {
        let mut node = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
                _ if node.is_some() => {
                    return Err(self.fault(span, "a second document", "write one document a file"));
                }
                event => node = Some(self.node(event, span, 0)?),
            }
        }
        let origin = Origin { file: Arc::clone(&self.file), span: 0..0 };
        Ok(node.unwrap_or(Node { value: Yaml::Null, origin }))
    }

    fn node(&mut self, event: Event<'a>, mut span: Range<usize>, depth: usize) -> Result<Node, Fault> {
        if depth > DEEPEST {
            return Err(self.fault(span, format!("nested more than {DEEPEST} deep"), "write it flatter"));
        }
        let before = self.nodes;
        self.count(1, &span)?;
        let (value, anchor) = match event {
            Event::Scalar(text, ScalarStyle::Plain, anchor, _) => (plain(text), anchor),
            Event::Scalar(text, style, anchor, _) => {
                // Where the text itself begins, so that faults in a template point at it.
                let quote =
                    usize::from(matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted));
                span = span.start + quote..span.end.saturating_sub(quote).max(span.start + quote);
                (Yaml::Text(text.into_owned()), anchor)
            }
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        (event, span) => items.push(self.node(event, span, depth + 1)?),
                    }
                }
                (Yaml::List(items), anchor)
            }
            Event::MappingStart(anchor, _) => (self.map(depth)?, anchor),
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor) else {
                    return Err(self.fault(span, "an alias of itself", "write the value out"));
                };
                let (node, size) = (node.clone(), *size);
                self.count(size, &span)?;
                return Ok(node);
            }
            _ => return Err(self.fault(span, "the file ends in the middle", "finish it")),
        };
        let node = Node { value, origin: Origin { file: Arc::clone(&self.file), span } };
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), self.nodes - before));
        }
        Ok(node)
    }

    /// An alias in an alias in an alias … is small on paper only.
    fn count(&mut self, nodes: usize, span: &Range<usize>) -> Result<(), Fault> {
        self.nodes += nodes;
        if self.nodes > MOST_NODES {
            return Err(self.fault(span.clone(), format!("more than {MOST_NODES} values"), "split the file"));
        }
        Ok(())
    }

    fn map(&mut self, depth: usize) -> Result<Yaml, Fault> {
        let mut entries: Vec<(String, Node)> = Vec::new();
        let mut keys = HashSet::new();
        loop {
            let (key, span) = match self.next()? {
                (Event::MappingEnd, _) => return Ok(Yaml::Map(entries)),
                (Event::Scalar(key, ..), span) => (key.into_owned(), span),
                (_, span) => return Err(self.fault(span, "a key that is no text", "write a name")),
            };
            if !keys.insert(key.clone()) {
                return Err(self.fault(span, format!("`{key}` twice in one map"), "remove one of them"));
            }
            let (event, span) = self.next()?;
            entries.push((key, self.node(event, span, depth + 1)?));
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Range<usize>), Fault> {
        match self.events.next_event() {
            Some(Ok((event, span))) => {
                let start = self.place(span.start);
                let end = self.place(span.end).max(start);
                Ok((event, start..end))
            }
            Some(Err(error)) => {
                let at = self.place(*error.marker());
                Err(self.fault(
                    at..at,
                    format!("this is no YAML: {}", error.info()),
                    "look for indents and quotes",
                ))
            }
            None => Ok((Event::StreamEnd, self.text.len()..self.text.len())),
        }
    }

    fn place(&self, marker: Marker) -> usize {
        let at = marker.index();
        match self.starts.is_empty() {
            true => at.min(self.text.len()),
            false => self.starts.get(at).map_or(self.text.len(), |&at| at as usize),
        }
    }

    fn fault(&self, span: Range<usize>, message: impl Into<String>, help: &str) -> Fault {
        let origin = Origin { file: Arc::clone(&self.file), span };
        Fault { origin, message: message.into(), help: Some(help.to_owned()) }
    }
}

/// What an unquoted scalar is.
fn plain(text: Cow<'_, str>) -> Yaml {
    match &*text {
        "" | "~" | "null" | "Null" | "NULL" => return Yaml::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Yaml::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Yaml::Bool(false),
        _ => {}
    }
    let is_number = text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E'));
    match text.parse() {
        Ok(number) if is_number => Yaml::Number(number, text.into_owned()),
        _ => Yaml::Text(text.into_owned()),
    }
}
