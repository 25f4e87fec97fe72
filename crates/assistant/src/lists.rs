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

    /// Takes an item off a list and tells how it stood there: as it was said, or the only item that has these words
    /// ("milk" is "two bottles of milk").
    pub(crate) fn remove(&mut self, list: &str, item: &str) -> Option<String> {
        let items = self.lists.get_mut(&key(list))?;
        let words = |text: &str| -> Vec<String> {
            let words = text.split_whitespace().map(str::to_lowercase);
            words.filter(|word| !["the", "my", "our", "a", "an", "some"].contains(&word.as_str())).collect()
        };
        let wanted = words(item);
        let exact = items.iter().position(|old| words(old) == wanted);
        let at = exact.or_else(|| {
            let has =
                |old: &String| !wanted.is_empty() && words(old).windows(wanted.len()).any(|w| w == wanted);
            let mut like = items.iter().enumerate().filter(|(_, old)| has(old)).map(|(at, _)| at);
            like.next().filter(|_| like.next().is_none())
        })?;
        Some(items.remove(at))
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

/// "Shopping list" and "shopping" are the same list, as are 购物清单 and 购物.
fn key(list: &str) -> String {
    let name = list.trim().to_lowercase();
    name.strip_suffix(" list").or(name.strip_suffix("清单")).unwrap_or(&name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_off_is_what_was_meant() {
        let mut lists = Lists::default();
        for item in ["two bottles of milk", "oat milk", "bread", "brown bread"] {
            assert_eq!(lists.add("shopping", item), Added::New);
        }
        assert_eq!(lists.remove("shopping list", "the Bread").as_deref(), Some("bread"));
        assert_eq!(lists.remove("shopping", "bread").as_deref(), Some("brown bread"));
        assert_eq!(lists.remove("shopping", "milk"), None, "it could be either");
        assert_eq!(lists.remove("shopping", "bottles of milk").as_deref(), Some("two bottles of milk"));
        assert_eq!(lists.remove("shopping", "ilk"), None);
        assert_eq!(lists.remove("tools", "hammer"), None);
        assert_eq!(lists.items("shopping"), ["oat milk"]);
    }
}
