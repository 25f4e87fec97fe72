//! The brain, without any I/O: the [`Listener`] turns frames into turns, the [`Dialogue`] turns
//! hypotheses into plans and outcomes into replies. Models come in through the [`ports`].
//!
//! There is no thread, socket, device or clock here: time is an argument ([`Moment`]), and audio time is counted in
//! samples. Nothing is kept or sent: what outlives a run comes out as a value, and keeping a turn needs a
//! [`Permit`](consent::Permit).
#![forbid(unsafe_code)]

mod alarms;
pub mod consent;
pub mod dialogue;
mod endpointing;
mod listener;
mod lists;
mod moment;
pub mod ports;
mod preroll;
pub mod record;
mod timers;
mod turn;
mod voicing;
mod wording;

pub use dialogue::Dialogue;
pub use endpointing::{EndReason, EndpointingSettings, Hint};
pub use listener::{AbandonReason, Control, Heard, Listener, ListenerSettings, Output};
pub use moment::Moment;
pub use turn::{TurnId, TurnIds, Utterance};
