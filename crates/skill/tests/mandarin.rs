//! The Mandarin skills that ship.

use std::path::Path;

use mynah_home::Home;
use mynah_skill::{Catalog, Situation, TestResult};

fn shipped() -> (Catalog, Home) {
    let home = Home::parse("home_zh.toml", include_str!("../../../intents/home_zh.toml"))
        .unwrap_or_else(|f| panic!("{f:#?}"));
    let intents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../intents/zh");
    let catalog = Catalog::load(&[intents], &home).unwrap_or_else(|f| panic!("{f:#?}"));
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
    assert!(reports.len() > 40, "only {} tests", reports.len());
}

#[test]
fn no_warnings() {
    let (catalog, home) = shipped();
    let warnings: Vec<String> =
        catalog.check(&home).iter().map(|w| format!("{}: {w}", w.origin.file)).collect();
    assert_eq!(warnings, Vec::<String>::new());
}

/// As people write it, and as a recogniser does: with punctuation, or a space here and there.
#[test]
fn however_it_is_written() {
    let (catalog, home) = shipped();
    let here = Situation { area: None, now: time::OffsetDateTime::UNIX_EPOCH };
    for said in ["打开厨房灯。", "打开 厨房 灯", "请打开厨房灯！"] {
        let plan = catalog.understand(said, &here).first().map(|r| catalog.plan(r, &home, &here));
        let actions =
            plan.and_then(Result::ok).map(|p| p.actions.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(actions.as_deref(), Some(&["light.厨房灯 power = on".to_owned()][..]), "{said}");
    }
}
