//! The machine: sound devices, threads, the event loop, recordings and the model store.

pub mod audio;
