//! A sentence that is made from a template of the shipped skills is read as what it was made from.

#[path = "../../intent/tests/common/sample.rs"]
mod sample;

use std::path::Path;

use mynah_home::Home;
use mynah_skill::Catalog;

#[test]
fn of_the_shipped_skills() {
    let intents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../intents");
    let home = Home::load(&intents.join("home.toml")).unwrap_or_else(|faults| panic!("{faults:#?}"));
    for (language, least) in [("en", 1000), ("zh", 200)] {
        let catalog =
            Catalog::load(&[intents.join(language)], &home).unwrap_or_else(|faults| panic!("{faults:#?}"));
        let (total, unread) = sample::unread(catalog.recognizer(), 5);
        assert!(total > least, "{language}: only {total} sentences");
        assert!(unread.is_empty(), "{language}: {} of {total}\n{}", unread.len(), unread.join("\n"));
    }
}
