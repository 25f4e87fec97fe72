//! Devices by HTTP: `[device.http]`.

mod client;
mod described;

pub(crate) use client::{Client, Request};
pub(crate) use described::{HttpDevice, read_pointer};
