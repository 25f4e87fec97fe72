//! Any text as a home.toml. It loads, or its faults lie within it; names of what loads can be looked for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mynah_home::Home;

fuzz_target!(|text: &str| {
    match Home::parse("home.toml", text) {
        Ok(home) => {
            for device in home.devices() {
                assert!(home.device(&device.id).is_some());
            }
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                let span = fault.span;
                assert!(span.start <= span.end && span.end <= text.len(), "{} {span:?}", fault.message);
            }
        }
    }
});
