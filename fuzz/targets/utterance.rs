//! Anything that could be said to the shipped skills. A reading is planned or refused, and never reaches a device that was not meant.
#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mynah_home::Home;
use mynah_skill::{Catalog, Situation};
use time::macros::datetime;

static HOUSE: LazyLock<(Home, Catalog)> = LazyLock::new(|| {
    let intents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../intents");
    let home = Home::load(&intents.join("home.toml")).expect("the demo home");
    let catalog = Catalog::load(&[intents.join("en")], &home).expect("the shipped skills");
    (home, catalog)
});

fuzz_target!(|text: &str| {
    let (home, catalog) = &*HOUSE;
    let situation = Situation { area: None, now: datetime!(2026-05-04 10:00 UTC) };
    for reading in catalog.understand(text, &situation) {
        assert!((0.0..=1.0).contains(&reading.confidence), "{reading:?}");
        let _ = catalog.plan(&reading, home, &situation);
    }
});
