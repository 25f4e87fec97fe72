//! Sound in and out of the machine: microphones, files and stdin on one side, loudspeakers and WAV files on the other.
//!
//! [`Input`] gives frames to the ears thread, whatever they come from. [`Player`] takes cues and speech. The audio
//! callbacks only copy between the device and a lock-free ring; all other work is done by the threads that call
//! [`Input::hear`] and [`Sound::play`].

mod capture;
mod decode;
mod device;
mod error;
mod input;
mod loudspeaker;
mod player;
mod pulse;
mod ring;
mod stdin;
mod stop;
mod wav;

pub use device::{DeviceInfo, list_devices};
pub use error::{AudioError, Direction};
pub use input::{Health, Heard, Input, InputSpec, Source, Summary};
pub use player::{OutputSpec, Player, PlayerControl, Sound};
pub use stop::Stop;
