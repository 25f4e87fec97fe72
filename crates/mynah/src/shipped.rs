//! What ships inside the binary: the English skills and the demo's recordings are found wherever it is run.

macro_rules! skills {
    ($($name:literal),* $(,)?) => {
        /// The skills of `intents/`, by file name.
        pub const SKILLS: &[(&str, &str)] =
            &[$((concat!("intents/en/", $name), include_str!(concat!("../../../intents/en/", $name)))),*];
    };
}

skills![
    "cancel.toml", "climate.toml", "clock.toml", "covers.toml", "help.toml", "lights.toml", "plugs.toml", "shopping.toml", "timers.toml", "volume.toml",
];

/// The text of a file that faults name: one of ours, or one on disk.
pub fn source(file: &str) -> Option<String> {
    let shipped = SKILLS.iter().find(|(name, _)| *name == file).map(|(_, text)| (*text).to_owned());
    shipped.or_else(|| std::fs::read_to_string(file).ok())
}
