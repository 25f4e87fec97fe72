//! Any bytes as a recorded turn, and any text as a manifest of models.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| mynah_host::fuzzed::files(bytes));
