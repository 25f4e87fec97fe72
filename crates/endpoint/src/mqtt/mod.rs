//! Devices by MQTT: `[mqtt]` for the broker and `[device.mqtt]` for each device.

mod broker;
mod described;

pub(crate) use broker::{Broker, BrokerSettings, Topics};
pub(crate) use described::Described;
