//! Lists by name, such as the shopping list. The host keeps the value; nothing is kept here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The most items of one list, and the most lists.
const MOST: usize = 500;

/// All lists, in the form in which they are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lists {
    lists: BTreeMap<String, Vec<String>>,
}

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// It is on the list now.
    New,
    /// It was there already.
    Already,
    /// The list is full.
    Full,
}

impl Lists {
    /// Puts an item at the end of a list, which comes to be with its first item.
    pub(crate) fn add(&mut self, list: &str, item: &str) -> Added {
        let item = item.trim();
        if self.lists.len() >= MOST && !self.lists.contains_key(&key(list)) {
            return Added::Full;
        }
        let items = self.lists.entry(key(list)).or_default();
        if items.iter().any(|old| old.eq_ignore_ascii_case(item)) {
            Added::Already
        } else if items.len() >= MOST {
            Added::Full
        } else {
            items.push(item.to_owned());
            Added::New
        }
    }

    /// The items of a list, in the order in which they came; none when there is no such list.
    pub fn items(&self, list: &str) -> &[String] {
        self.lists.get(&key(list)).map_or(&[], Vec::as_slice)
    }

    /// Empties a list and tells how many items it had.
    pub(crate) fn clear(&mut self, list: &str) -> usize {
        self.lists.remove(&key(list)).map_or(0, |items| items.len())
    }
}

/// "Shopping list" and "shopping" are the same list.
fn key(list: &str) -> String {
    let name = list.trim().to_lowercase();
    name.strip_suffix(" list").unwrap_or(&name).to_owned()
}
