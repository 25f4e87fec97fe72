//! What the packed dictionary is made of: for build.rs, which writes it, and for the dictionary, which reads it.

/// Words in a block. A search ends in one, which is then gone through.
pub(crate) const BLOCK: usize = 16;
/// The code at the end of a word's letters, and at the end of its phones.
pub(crate) const END: u8 = 0;
/// The code between two pronunciations of a word.
pub(crate) const MORE: u8 = 1;
/// The letters of words; a letter's code is its place plus 2, as that of a phone.
pub(crate) const LETTERS: &[u8; 29] = b"'-.abcdefghijklmnopqrstuvwxyz";
/// From this code on, a code stands for two.
pub(crate) const FIRST_PAIR: usize = 41;
