//! The file that `mynah skill new` writes.

use mynah_home::Home;
use mynah_skill::{Catalog, Findings, TestResult, format, skill_texts, starter};

fn check(name: &str, house: &str, beside: &[(String, String)]) {
    let home = Home::parse("home.toml", house).unwrap_or_else(|f| panic!("{f:?}"));
    let text = starter(name).expect("a name");
    assert_eq!(format("x.toml", &text).as_ref(), Ok(&text), "its layout");
    let found = Findings::of(&[("x.toml".into(), text.clone())], beside, &home);
    assert_eq!((found.errors, found.warnings), (Vec::new(), Vec::new()), "{name}");
    let catalog = Catalog::parse(&[("x.toml".into(), text)], &home).expect("a catalog");
    let reports = catalog.test(&home);
    assert_eq!(reports.len(), 3);
    for report in reports {
        assert_eq!(report.result, TestResult::Passed, "{name}: {}", report.say);
    }
}

#[test]
fn it_is_without_fault_in_any_house() {
    for house in [include_str!("house.toml"), include_str!("../../../intents/home.toml"), ""] {
        for name in ["coffee", "good-night", "movie_time", "a"] {
            check(name, house, &[]);
        }
    }
}

#[test]
fn it_is_without_fault_beside_the_skills_that_ship() {
    let (shipped, faults) = skill_texts(&[concat!(env!("CARGO_MANIFEST_DIR"), "/../../intents/en")]);
    assert!(faults.is_empty() && !shipped.is_empty(), "{faults:?}");
    check("coffee", include_str!("../../../intents/home.toml"), &shipped);
}

#[test]
fn names() {
    for name in ["", "Coffee", "-a", "a b", "r2d2", "../x", "café"] {
        assert!(starter(name).is_err(), "{name}");
    }
}
