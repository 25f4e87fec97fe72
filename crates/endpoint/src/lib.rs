//! The wires to things.
#![forbid(unsafe_code)]

mod codec;
pub mod demo;
mod endpoints;
mod faults;
mod http;
mod keys;
mod mqtt;
mod secret;
mod settings;
mod spec;
mod template;

pub use endpoints::Endpoints;
pub use settings::Settings;
pub use spec::{Ability, Change, Changes, Endpoint, Health, Mark, Pending, Report};
