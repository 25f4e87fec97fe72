//! Any text as a skill's file. It loads, or its faults lie within it; what loads can be tested and checked.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mynah_home::Home;
use mynah_skill::Catalog;

static HOME: LazyLock<Home> = LazyLock::new(|| {
    Home::parse("home.toml", include_str!("../../intents/home.toml")).expect("the demo home")
});

fuzz_target!(|text: &str| {
    match Catalog::parse(&[("fuzz.toml".to_owned(), text.to_owned())], &HOME) {
        Ok(catalog) => {
            let _ = catalog.test(&HOME);
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                let span = fault.origin.span;
                assert!(span.start <= span.end && span.end <= text.len(), "{} {span:?}", fault.message);
            }
        }
    }
});
