//! What ships inside the binary, so that it works wherever it is run.

macro_rules! skills {
    ($($name:literal),* $(,)?) => {
        /// The skills of `intents/en`: file name and text.
        const SKILLS: &[(&str, &str)] = &[
            $((concat!("intents/en/", $name), include_str!(concat!("../../../intents/en/", $name)))),*
        ];
    };
}

skills![
    "alarms.toml",
    "cancel.toml",
    "climate.toml",
    "clock.toml",
    "covers.toml",
    "fans.toml",
    "garage.toml",
    "help.toml",
    "household.toml",
    "lights.toml",
    "locks.toml",
    "music.toml",
    "plugs.toml",
    "presentation.toml",
    "radio.toml",
    "reminders.toml",
    "scenes.toml",
    "shopping.toml",
    "timers.toml",
    "tv.toml",
    "undo.toml",
    "vacuum.toml",
    "volume.toml",
    "weather.toml",
];

/// How faults call [`HOME`].
pub const HOME_NAME: &str = "intents/home.toml";
/// The demo house, with places for its addresses.
pub const HOME: &str = include_str!("../../../intents/home.toml");

/// The skills as [`Catalog::parse`](mynah_skill::Catalog::parse) takes them.
pub fn skills() -> Vec<(String, String)> {
    SKILLS.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// The text of a file that faults name: one of ours, or one on disk.
pub fn source(file: &str) -> Option<String> {
    let ours = SKILLS.iter().chain([&(HOME_NAME, HOME)]);
    let shipped = ours.copied().find(|(name, _)| *name == file).map(|(_, text)| text.to_owned());
    shipped.or_else(|| std::fs::read_to_string(file).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn every_skill_of_the_folder_ships() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../intents/en");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        for file in files.map(|name| format!("intents/en/{}", name.to_str().unwrap())) {
            assert!(SKILLS.iter().any(|(name, _)| *name == file), "{file} is not in the list");
        }
    }
}
