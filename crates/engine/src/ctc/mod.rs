//! The command recogniser: a small streaming network and a search over the word graph that constrains Whisper as well.
//!
//! It works while the person speaks, needs no download, and answers some milliseconds after the last word; it hears no wildcards, whose words it does
//! not know. The parts:
//!
//! - [`AcousticModel`]: sound → how likely each token is. Its tokens are phones, letters or pieces of words.
//! - [`Lexicon`]: the word graph as tokens.
//! - [`Decoder`]: the search, pure Rust over rows of scores.
//! - [`CommandTranscriber`]: the [`Transcriber`](mynah_assistant::ports::Transcriber) port over these.

mod confidence;
mod decode;
mod lexicon;
mod mean;
mod model;
mod tokens;
mod transcriber;

pub use confidence::Evidence;
pub use decode::{DecodeConfig, Decoder, Found, Reading};
pub use lexicon::Lexicon;
pub use model::{AcousticModel, AcousticStream};
pub use tokens::{Token, TokenKind, TokenList};
pub use transcriber::{CommandConfig, CommandTranscriber, Heard};

#[cfg(fuzzing)]
pub(crate) use model::fuzzed;
