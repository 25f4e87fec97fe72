//! Home Assistant's sentences, as their corpus has them: YAML files of sentences for hassil, with their tests.
//!
//! Nothing here reads files: a [`File`] is a name and what is in it. `sentences/<language>/*.yaml` become a
//! [`Spec`]; `tests/<language>/*.yaml` become [`Tests`], which bring the names of a house along.

mod sentences;
mod tests;
mod yaml;

use std::collections::BTreeMap;

use crate::{Fault, Spec, Value};
use yaml::{Node, Yaml};

pub use tests::{Case, Difference, Tests, Thing};

/// A file of the corpus.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// As the user knows it.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// Reads the files of `sentences/<language>` to one spec. It has no lists of names, areas and floors: those are the
/// house's, or the ones of the [`Tests`].
///
/// # Errors
/// Every fault of every file, as far as each can be read. Time and memory are bounded by the size of the files.
pub fn sentences(files: &[File<'_>]) -> Result<Spec, Vec<Fault>> {
    sentences::read(files)
}

/// Reads the files of `tests/<language>`: the fixtures (`_fixtures.yaml`) and what is tested.
///
/// # Errors
/// As [`sentences`].
pub fn tests(files: &[File<'_>]) -> Result<Tests, Vec<Fault>> {
    tests::read(files)
}

/// A map of a file, as it is read: what is missing or of another kind is told, and the reading goes on.
struct Map<'a> {
    entries: &'a [(String, Node)],
    node: &'a Node,
}

/// Collects what is wrong.
#[derive(Default)]
struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
    fn fault(&mut self, node: &Node, message: impl Into<String>, help: &str) {
        let fault =
            Fault { origin: node.origin.clone(), message: message.into(), help: Some(help.to_owned()) };
        self.faults.push(fault);
    }

    fn file(&mut self, file: &File<'_>) -> Option<Node> {
        yaml::read(file.name, file.bytes).map_err(|fault| self.faults.push(fault)).ok()
    }

    /// `what` is the node, for the fault: "`data` of an intent".
    fn map<'a>(&mut self, node: &'a Node, what: &str) -> Option<Map<'a>> {
        match &node.value {
            Yaml::Map(entries) => Some(Map { entries, node }),
            other => {
                self.fault(
                    node,
                    format!("{what} is {}, not a map", other.kind()),
                    "write `key: value` lines",
                );
                None
            }
        }
    }

    /// The entries of the map at `key`; nothing if it is not there or says nothing.
    fn entries<'a>(&mut self, map: &Map<'a>, key: &str) -> &'a [(String, Node)] {
        match map.get(key) {
            Some(node) if !matches!(node.value, Yaml::Null) => {
                self.map(node, &format!("`{key}`")).map_or(&[], |map| map.entries)
            }
            _ => &[],
        }
    }

    /// The items of the list at `key`; nothing if it is not there or says nothing.
    fn items<'a>(&mut self, map: &Map<'a>, key: &str) -> &'a [Node] {
        match map.get(key).map(|node| (node, &node.value)) {
            Some((_, Yaml::List(items))) => items,
            None | Some((_, Yaml::Null)) => &[],
            Some((node, other)) => {
                let message = format!("`{key}` is {}, not a list", other.kind());
                self.fault(node, message, "write one `- item` a line");
                &[]
            }
        }
    }

    /// The texts of the list at `key`, each with its node.
    fn texts<'a>(&mut self, map: &Map<'a>, key: &str) -> Vec<(String, &'a Node)> {
        let items = self.items(map, key);
        items
            .iter()
            .filter_map(|node| Some((self.text(node, &format!("an item of `{key}`"))?, node)))
            .collect()
    }

    /// A text; a number counts as one.
    fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        match &node.value {
            Yaml::Text(text) | Yaml::Number(_, text) => Some(text.clone()),
            other => {
                let help = "put it in quotes if it is meant as a text";
                self.fault(node, format!("{what} is {}, not a text", other.kind()), help);
                None
            }
        }
    }

    fn required_text(&mut self, map: &Map<'_>, key: &str) -> Option<String> {
        match map.get(key) {
            Some(node) => self.text(node, &format!("`{key}`")),
            None => {
                self.fault(map.node, format!("`{key}` is missing"), "add it");
                None
            }
        }
    }

    /// The value of a slot. Nothing fills nothing.
    fn value(&mut self, node: &Node) -> Option<Value> {
        match &node.value {
            Yaml::Null => None,
            Yaml::Text(text) => Some(Value::Text(text.clone())),
            Yaml::Number(number, _) => Some(Value::Number(*number)),
            Yaml::Bool(value) => Some(Value::Text(value.to_string())),
            Yaml::List(items) => {
                Some(Value::AnyOf(items.iter().filter_map(|item| self.text(item, "a value")).collect()))
            }
            Yaml::Map(_) => {
                self.fault(
                    node,
                    "a map where a value is expected",
                    "write a text, a number or a list of texts",
                );
                None
            }
        }
    }

    /// Context or metadata: scalars as they are written.
    fn scalars(&mut self, map: &Map<'_>, key: &str) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for (name, node) in self.entries(map, key) {
            match &node.value {
                Yaml::Null => {}
                Yaml::Bool(value) => {
                    found.insert(name.clone(), value.to_string());
                }
                Yaml::List(items) => {
                    let items =
                        items.iter().filter_map(|item| self.text(item, "a value")).collect::<Vec<_>>();
                    found.insert(name.clone(), items.join(", "));
                }
                _ => {
                    if let Some(text) = self.text(node, &format!("`{name}`")) {
                        found.insert(name.clone(), text);
                    }
                }
            }
        }
        found
    }
}

impl<'a> Map<'a> {
    fn get(&self, key: &str) -> Option<&'a Node> {
        self.entries.iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }
}
