//! The CMU Pronouncing Dictionary, packed by build.rs. It is searched as it lies in the binary: nothing is loaded.

use crate::packing::{BLOCK, END, FIRST_PAIR, LETTERS, MORE};
use crate::phone::Phone;

static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/dictionary.bin"));
const HEADER: usize = 12;

/// The terms under which the dictionary may be passed on, with its copyright.
pub const NOTICE: &str = include_str!("../NOTICE");

/// The pronunciations of a word in lower case, the first the likeliest; none when it is not in the dictionary.
#[must_use]
pub fn look_up(word: &str) -> Vec<Vec<Phone>> {
    let (mut low, mut high) = (0, block_count());
    let mut first = Vec::new();
    // The last block that does not begin behind the word.
    while low < high {
        let middle = usize::midpoint(low, high);
        first.clear();
        Words::of_block(middle).next_word(&mut first);
        if first.as_slice() <= word.as_bytes() {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let Some(block) = low.checked_sub(1) else { return Vec::new() };
    let mut words = Words::of_block(block);
    let mut known = Vec::new();
    let (mut left, mut said) = (BLOCK, Vec::new());
    while left > 0 && words.next_word(&mut known) {
        if known.as_slice() == word.as_bytes() {
            words.phones(&mut said);
            return said;
        }
        words.skip_phones();
        left -= 1;
    }
    Vec::new()
}

/// All words with their pronunciations, by the alphabet.
pub fn words() -> impl Iterator<Item = (String, Vec<Vec<Phone>>)> {
    let mut words = Words::of_block(0);
    let mut word = Vec::new();
    std::iter::from_fn(move || {
        words.next_word(&mut word).then(|| {
            let mut said = Vec::new();
            words.phones(&mut said);
            (String::from_utf8_lossy(&word).into_owned(), said)
        })
    })
}

/// How many words it has.
#[must_use]
pub fn len() -> usize {
    number(0) as usize
}

/// Its size in the binary, in bytes.
#[must_use]
pub fn size() -> usize {
    PACKED.len()
}

fn number(at: usize) -> u32 {
    PACKED[at..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

fn block_count() -> usize {
    number(4) as usize
}

/// The lengths of the tables of letters and of phones, in codes.
fn table_lengths() -> (usize, usize) {
    let both = number(8);
    ((both & 0xffff) as usize, (both >> 16) as usize)
}

/// Words that are gone through one after the other.
struct Words {
    rest: &'static [u8],
    letters: &'static [u8],
    phones: &'static [u8],
}

impl Words {
    fn of_block(index: usize) -> Words {
        let (letters, phones) = table_lengths();
        let starts = HEADER + 2 * (letters + phones);
        let blocks = starts + 4 * block_count();
        let at = blocks + number(starts + 4 * index) as usize;
        Words {
            rest: &PACKED[at..],
            letters: &PACKED[HEADER..HEADER + 2 * letters],
            phones: &PACKED[HEADER + 2 * letters..starts],
        }
    }

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// Makes the word before the next one; false at the end.
    fn next_word(&mut self, word: &mut Vec<u8>) -> bool {
        let Some(shared) = self.next() else { return false };
        word.truncate(shared.into());
        while let Some(code) = self.next() {
            if unpack(code, self.letters, &mut |code| word.extend(LETTERS.get(usize::from(code) - 2))) {
                break;
            }
        }
        true
    }

    fn skip_phones(&mut self) {
        while let Some(code) = self.next() {
            if unpack(code, self.phones, &mut |_| {}) {
                break;
            }
        }
    }

    fn phones(&mut self, said: &mut Vec<Vec<Phone>>) {
        said.push(Vec::new());
        while let Some(code) = self.next() {
            let is_over = unpack(code, self.phones, &mut |code| match code {
                MORE => said.push(Vec::new()),
                code => said
                    .last_mut()
                    .into_iter()
                    .for_each(|last| last.extend(Phone::ALL.get(usize::from(code) - 2))),
            });
            if is_over {
                break;
            }
        }
    }
}

/// Gives what a code stands for; true when that ends with [`END`], which is not given.
fn unpack(code: u8, table: &[u8], to: &mut impl FnMut(u8)) -> bool {
    match usize::from(code).checked_sub(FIRST_PAIR) {
        Some(pair) => {
            let (a, b) = (table[2 * pair], table[2 * pair + 1]);
            // No pair has the end first.
            unpack(a, table, to);
            unpack(b, table, to)
        }
        None if code == END => true,
        None => {
            to(code);
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_as_it_was_packed() {
        let mut count = 0;
        let mut last = String::new();
        for (word, said) in words() {
            assert!(last < word, "{last} {word}");
            if count % 97 == 0 {
                assert_eq!(look_up(&word), said, "{word}");
            }
            assert!(!said[0].is_empty(), "{word}");
            last = word;
            count += 1;
        }
        assert_eq!(count, len());
        assert!(count > 120_000, "{count}");
        assert_eq!(last, "zywicki");
    }

    #[test]
    fn what_is_not_there_has_no_pronunciation() {
        for word in ["", "'", "zzzz", "a b", "Lamp", "läuft", "\u{0}", "mynah-bird"] {
            assert!(look_up(word).is_empty(), "{word}");
        }
    }
}
