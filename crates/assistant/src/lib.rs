//! The brain, without any I/O: the [`Listener`] turns frames into turns, the [`Dialogue`](dialogue) turns
//! hypotheses into plans and outcomes into replies. Models come in through the [`ports`].
//!
//! There is no thread, socket, device or clock here: time is an argument, and audio time is counted in samples.
#![forbid(unsafe_code)]

mod endpointing;
mod listener;
pub mod ports;
mod preroll;
mod turn;
mod voicing;

pub use endpointing::{EndReason, EndpointingSettings, Hint};
pub use listener::{AbandonReason, Control, Heard, Listener, ListenerSettings, Output};
pub use turn::{TurnId, TurnIds, Utterance};
