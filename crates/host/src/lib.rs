//! The machine: sound devices, threads, the event loop, recordings and the model store.
#![forbid(unsafe_code)]

pub mod audio;
pub mod events;
mod files;
pub mod models;
pub mod runtime;
pub mod state;
pub mod turn_file;
pub mod voices;

/// What the fuzz targets reach of the parsers that have no public face.
#[cfg(fuzzing)]
pub mod fuzzed {
    /// Reads `bytes` as a recorded turn and as a manifest of models.
    pub fn files(bytes: &[u8]) {
        let _ = crate::turn_file::fuzzed(bytes);
        if let Ok(text) = std::str::from_utf8(bytes) {
            let _ = crate::models::ModelStore::at("/nowhere").with_manifest(text);
        }
    }
}
