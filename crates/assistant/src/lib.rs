//! The brain, without any I/O: [`Listener`](listener) turns frames into utterances, [`Dialogue`](dialogue) turns
//! hypotheses into plans and outcomes into replies. Models come in through the ports.
//!
//! There is no thread, socket, device or clock here: time is an argument.
#![forbid(unsafe_code)]

pub mod ports;
mod turn;

pub use turn::{TurnId, Utterance};
