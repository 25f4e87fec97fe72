//! Voice activity: how likely a frame is speech. Where speech ends is the Listener's to decide.

mod blocks;
mod earshot;
mod silero;

pub use earshot::Earshot;
pub use silero::{Silero, SileroModel};
