//! Models behind the ports of `mynah-assistant`: wake words, voice activity, two recognisers, speech.
//!
//! A model is a shared plan (cheap to clone); a stream made from it owns its state. Loading says everything
//! that is wrong with a file ([`ModelError::Unusable`](mynah_assistant::ports::ModelError::Unusable) names it
//! and the remedy); a stream that fails can be reset and goes on.

pub mod ctc;
#[cfg(test)]
mod fixtures;
pub mod runtime;
pub mod speech;
pub mod together;
mod trie;
pub mod vad;
pub mod wake;
pub mod whisper;

/// What the fuzz targets reach of the parsers that have no public face.
#[cfg(fuzzing)]
pub mod fuzzed {
    use std::io::Cursor;

    /// Reads `bytes` as a model of every format.
    pub fn model(bytes: &[u8]) {
        crate::runtime::fuzzed(bytes);
        crate::whisper::convert::fuzzed(Cursor::new(bytes));
        crate::ctc::fuzzed(bytes);
    }

    /// Reads `bytes` as the head of a wake word.
    pub fn head(bytes: &[u8]) {
        crate::wake::fuzzed(bytes);
    }
}
