//! The face of the crate.

use std::collections::HashMap;

use crate::phone::Phone;
use crate::pronunciation::{Pronunciation, Source, Unpronounceable, joined};
use crate::rules;

/// Knows how English words are said.
#[derive(Clone, Debug, Default)]
pub struct Pronouncer {
    household: HashMap<String, Vec<Pronunciation>>,
}

impl Pronouncer {
    /// As everybody says it.
    #[must_use]
    pub fn english() -> Pronouncer {
        Pronouncer::default()
    }

    /// From now on a word is said as this is, which may be several words (`eeko bee`), or phones between slashes (`/IY K OW B IY/`). Said again for the same
    /// word, it adds another way.
    ///
    /// # Errors
    /// When that cannot be said either.
    pub fn respell(&mut self, word: &str, said: &str) -> Result<(), Unpronounceable> {
        let ways = match said.trim().strip_prefix('/').and_then(|phones| phones.strip_suffix('/')) {
            Some(names) => {
                let phone =
                    |name| Phone::from_name(name).ok_or_else(|| Unpronounceable::Phone(name.to_owned()));
                vec![names.split_whitespace().map(phone).collect::<Result<Vec<Phone>, _>>()?]
            }
            // Not what the household said of the word itself: `hue` may be said as `hue light`.
            None => Pronouncer::english().text(said)?.into_iter().map(|way| way.phones).collect(),
        };
        let known = self.household.entry(key(word)).or_default();
        for phones in ways.into_iter().filter(|phones| !phones.is_empty()) {
            let way = Pronunciation { phones, source: Source::Household };
            if !known.contains(&way) {
                known.push(way);
            }
        }
        Ok(())
    }

    /// The ways to say a word, the likeliest first, at least one and at most six. In any case; punctuation around it counts for nothing.
    ///
    /// # Errors
    /// When nobody knows how it is said.
    pub fn word(&self, word: &str) -> Result<Vec<Pronunciation>, Unpronounceable> {
        match self.household.get(&key(word)) {
            Some(known) if !known.is_empty() => Ok(known.clone()),
            _ => rules::word(word, &|part| self.household.get(part).cloned()),
        }
    }

    /// The ways to say words one after the other, the likeliest first, at most six.
    ///
    /// # Errors
    /// When there is no word, or one of which nobody knows how it is said.
    pub fn text(&self, text: &str) -> Result<Vec<Pronunciation>, Unpronounceable> {
        let parts: Vec<Vec<Pronunciation>> =
            text.split_whitespace().map(|word| self.word(word)).collect::<Result<_, _>>()?;
        match parts.is_empty() {
            true => Err(Unpronounceable::Nothing(text.to_owned())),
            false => Ok(joined(&parts)),
        }
    }
}

fn key(word: &str) -> String {
    word.trim().to_lowercase().replace('\u{2019}', "'")
}
