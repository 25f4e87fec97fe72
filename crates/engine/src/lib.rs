//! Models behind the ports of `mynah-assistant`: wake words, voice activity, recognition, speech.
//!
//! A model is a shared plan (cheap to clone); a stream made from it owns its state. Loading says everything
//! that is wrong with a file ([`ModelError::Unusable`](mynah_assistant::ports::ModelError::Unusable) names it
//! and the remedy); a stream that fails can be reset and goes on.

pub mod runtime;
pub mod speech;
pub mod vad;
pub mod wake;
pub mod whisper;
