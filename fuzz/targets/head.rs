//! Any bytes as the head of a wake word.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| mynah_engine::fuzzed::head(bytes));
