//! The house: floors, rooms, devices, what each can do and in which unit.
//!
//! Pure but for reading `home.toml`. How a device is reached stands in its `endpoint` table, which
//! the endpoint crate reads; nothing here knows a wire.
//!
//! ```
//! let home = mynah_home::Home::parse("home.toml", r#"
//!     [[area]]
//!     name = "kitchen"
//!
//!     [[device]]
//!     name = "kitchen lamp"
//!     kind = "light"
//!     area = "kitchen"
//!     capabilities = ["power", "brightness"]
//!     http = { url = "http://lamp.local/" }
//! "#).expect("a good file");
//! let found = home.find("the lamp in the kitchen", None);
//! assert_eq!(found.one().expect("one lamp").id.as_str(), "light.kitchen_lamp");
//! ```
#![forbid(unsafe_code)]

mod capability;
mod color;
mod device;
mod fields;
mod file;
mod find;
mod home;
mod state;

pub use capability::{BadState, Capability};
pub use color::Color;
pub use device::{Area, AreaId, Device, DeviceId, Kind};
pub use fields::{Entry, Fault, Fields, Text, did_you_mean, read_toml};
pub use find::{Resolution, SpokenNames, plain_name};
pub use home::Home;
pub use state::State;
