//! The skills that ship, on the demo home.

use std::path::Path;

use mynah_home::Home;
use mynah_skill::{Catalog, TestResult};

fn intents() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../intents"))
}

fn shipped() -> (Catalog, Home) {
    let home = Home::load(&intents().join("home.toml")).unwrap_or_else(|f| panic!("{f:#?}"));
    let catalog = Catalog::load(&[intents().join("en")], &home).unwrap_or_else(|f| panic!("{f:#?}"));
    (catalog, home)
}

#[test]
fn every_test_of_every_skill_passes() {
    let (catalog, home) = shipped();
    let reports = catalog.test(&home);
    let bad: Vec<String> = reports
        .iter()
        .filter(|r| r.result != TestResult::Passed)
        .map(|r| format!("{}: {}: {:?}", r.skill, r.say, r.result))
        .collect();
    assert!(bad.is_empty(), "{} of {}:\n{}", bad.len(), reports.len(), bad.join("\n"));
    assert!(reports.len() > 100, "only {} tests", reports.len());
}
