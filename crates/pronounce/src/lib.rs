//! How English words are said: word → its pronunciations as [`Phone`]s, the likeliest first.
//!
//! Asked in this order: what the household says ([`Pronouncer::respell`]), the CMU Pronouncing Dictionary ([`dictionary`]), rules for numbers,
//! abbreviations, endings and signs, and at last a letter-to-sound model of our own ([`letters`]), which is right for two words of three.
//!
//! ```
//! use mynah_pronounce::{Pronouncer, Source};
//!
//! let mut english = Pronouncer::english();
//! let said = english.word("either")?;
//! assert_eq!(said[0].to_string(), "IY DH ER");
//! assert_eq!(said[1].to_string(), "AY DH ER");
//! assert_eq!(english.word("21st")?[0].to_string(), "T W EH N T IY F ER S T");
//! assert_eq!(english.word("mynah's")?[0].source, Source::Guess);
//!
//! english.respell("mynah", "minor")?;
//! assert_eq!(english.word("mynah")?[0].to_string(), "M AY N ER");
//! assert!(english.word("灯").is_err());
//! # Ok::<(), mynah_pronounce::Unpronounceable>(())
//! ```
//!
//! There is no file, clock or other crate of ours here. The dictionary and the model lie packed in the binary and are searched as they lie: nothing is
//! loaded, and of their 1.7 MB only the pages that a question touches come into memory.
#![forbid(unsafe_code)]

pub mod dictionary;
mod distance;
pub mod letters;
mod number;
mod packing;
mod phone;
mod pronouncer;
mod pronunciation;
mod rules;

pub use distance::distance;
pub use phone::Phone;
pub use pronouncer::Pronouncer;
pub use pronunciation::{Pronunciation, Source, Unpronounceable};
