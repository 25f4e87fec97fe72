//! Whisper inside the grammar: speech → words that the installed skills can mean.
//!
//! A free transcript gets about 70 % of spoken orders right; the same model, allowed only the words that the
//! [`WordGraph`](mynah_intent::WordGraph) permits, gets more than 99 %. The parts:
//!
//! - [`WhisperModel`]: the weights, shared; one per process.
//! - [`GrammarTranscriber`]: the [`Transcriber`](mynah_assistant::ports::Transcriber) port over it; one per stream.
//! - [`search`]: the beam, pure Rust over any [`search::NextToken`] model, so that it is tested without weights.
//! - [`prior`]: what the model would have written anyway, which decides in noise, is partly taken off again.
//! - [`convert`]: CTranslate2's model folders → the ggml files that whisper.cpp reads.
//!
//! whisper.cpp's own beam search is not used: it draws its candidates at random from generators that live as long as
//! its state, so a replayed turn could take another way. Here the encoder and single decoder steps are whisper.cpp's,
//! and the search over them is ours, deterministic, and can be cancelled between any two steps.

mod confidence;
pub mod convert;
mod lexicon;
mod model;
pub mod prior;
pub mod search;
mod transcriber;
mod trim;
mod vocabulary;

pub use lexicon::Lexicon;
pub use model::WhisperModel;
pub use transcriber::{GrammarTranscriber, WhisperConfig};
pub use trim::speech;
pub use vocabulary::{Token, Vocabulary};
