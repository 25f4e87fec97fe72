//! The house: floors, rooms, devices, what each can do and in which unit.
//!
//! Pure but for reading `home.toml`. How a device is reached stands in its `endpoint` table, which
//! the endpoint crate reads; nothing here knows a wire.
#![forbid(unsafe_code)]

mod device;
mod state;

pub use device::{AreaId, Device, DeviceId, Kind};
pub use state::{Capability, State};
