//! The words of a graph.

use mynah_pronounce::{Pronouncer, Pronunciation, Unpronounceable};

/// A word of the graph's vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordId(pub u32);

/// A word: how it is read back as text, and how a recogniser may write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word as the templates have it, in lower case: `eight`, `what's`, `twenty-one`.
    pub text: String,
    /// Other ways that a recogniser may write it: `8`, `whats`, `21`. Without `text` itself.
    ///
    /// A spelling that starts with a letter or a digit stands after a space; one that starts with
    /// anything else (`%`, `°`) is attached to the word before it.
    pub spellings: Vec<String>,
    /// No sentence has it, only what may be said around sentences: `please`, `thanks`. That it was said tells nothing.
    pub is_filler: bool,
}

impl Word {
    /// How the word is said, the likeliest first, for recognisers that go by sounds; of an English graph. Its [`spellings`](Word::spellings) are all said so.
    /// Looked up when it is asked for, in some microseconds, and a third of a millisecond where it must be guessed: a graph keeps none.
    ///
    /// # Errors
    /// When nobody knows how it is said.
    pub fn pronunciations(&self, english: &Pronouncer) -> Result<Vec<Pronunciation>, Unpronounceable> {
        let own = english.word(&self.text);
        match own {
            Ok(ways) => Ok(ways),
            // A sign may have a spelling that can be said.
            Err(why) => self.spellings.iter().find_map(|word| english.word(word).ok()).ok_or(why),
        }
    }
}
