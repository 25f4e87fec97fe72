//! The machine: sound devices, threads, the event loop, recordings and the model store.
#![forbid(unsafe_code)]

pub mod audio;
pub mod events;
pub mod models;
pub mod runtime;
pub mod state;
pub mod turn_file;
