//! Any bytes as a model's file: ONNX, CTranslate2, ggml.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| mynah_engine::fuzzed::model(bytes));
