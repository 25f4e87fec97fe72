//! How a word is said, and why it is not.

use std::fmt;

use crate::phone::Phone;

/// The most ways to say a word that are given.
const MOST: usize = 6;

/// How a word is said.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pronunciation {
    /// The sounds, at least one.
    pub phones: Vec<Phone>,
    /// Who says so.
    pub source: Source,
}

/// Where a pronunciation comes from; of one that is put together of several, the least sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The household.
    Household,
    /// The CMU Pronouncing Dictionary.
    Dictionary,
    /// A rule: a number, an abbreviation, an ending.
    Rule,
    /// The letter-to-sound model, which is wrong for one word of three, mostly by a sound.
    Guess,
}

/// Why a word has no pronunciation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unpronounceable {
    /// It has neither letter nor digit.
    #[error("there is nothing to say in `{0}`")]
    Nothing(String),
    /// It has a letter that English has not.
    #[error("`{1}` in `{0}` is no letter of English")]
    Script(String, char),
    /// It has a sign that nobody knows how to say.
    #[error("nobody knows how `{1}` in `{0}` is said")]
    Sign(String, char),
    /// It has more letters than a word can have.
    #[error("`{0}…` is too long for a word")]
    TooLong(String),
    /// What stands between two slashes is no row of ARPAbet phones.
    #[error("`{0}` is no phone; phones are `AA`, `AE`, … as in the CMU Pronouncing Dictionary")]
    Phone(String),
}

impl fmt::Display for Pronunciation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.phones.iter().map(|phone| phone.name()).collect();
        f.write_str(&names.join(" "))
    }
}

/// One way of each part, one after the other: all first ways first, then those with the fewest second ways.
pub(crate) fn joined(parts: &[Vec<Pronunciation>]) -> Vec<Pronunciation> {
    let mut ways = vec![(0, Pronunciation { phones: Vec::new(), source: Source::Household })];
    for part in parts {
        let longer = ways.iter().flat_map(|(rank, way)| {
            part.iter().enumerate().map(move |(place, next)| {
                let phones = way.phones.iter().chain(&next.phones).copied().collect();
                (rank + place, Pronunciation { phones, source: way.source.max(next.source) })
            })
        });
        let mut longer: Vec<_> = longer.collect();
        longer.sort_by_key(|(rank, _)| *rank);
        longer.truncate(MOST);
        ways = longer;
    }
    distinct(ways.into_iter().map(|(_, way)| way))
}

/// Each row of phones once.
pub(crate) fn distinct(ways: impl IntoIterator<Item = Pronunciation>) -> Vec<Pronunciation> {
    let mut kept: Vec<Pronunciation> = Vec::new();
    for way in ways {
        if !way.phones.is_empty() && kept.len() < MOST && kept.iter().all(|known| known.phones != way.phones)
        {
            kept.push(way);
        }
    }
    kept
}
