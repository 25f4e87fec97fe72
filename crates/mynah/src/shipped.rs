//! What ships inside the binary, so that it works wherever it is run.

macro_rules! skills {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$((
            concat!("intents/", $folder, "/", $name),
            include_str!(concat!("../../../intents/", $folder, "/", $name)),
        )),*]
    };
}

/// Skills: file name and text.
type Skills = &'static [(&'static str, &'static str)];

const ENGLISH: Skills = skills![
    "en":
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

const MANDARIN: Skills = skills![
    "zh":
    "alarms.toml",
    "cancel.toml",
    "climate.toml",
    "clock.toml",
    "covers.toml",
    "help.toml",
    "lights.toml",
    "plugs.toml",
    "timers.toml",
    "undo.toml",
    "volume.toml",
];

/// By language.
const SKILLS: [(&str, Skills); 2] = [("en", ENGLISH), ("zh", MANDARIN)];

/// How faults call [`HOME`].
pub const HOME_NAME: &str = "intents/home.toml";
/// The demo house, with places for its addresses.
pub const HOME: &str = include_str!("../../../intents/home.toml");

/// The demo house of those who speak Mandarin.
pub const HOME_ZH: (&str, &str) = ("intents/home_zh.toml", include_str!("../../../intents/home_zh.toml"));

/// The skills in that language (`zh`, `zh-TW`), as [`Catalog::parse`](mynah_skill::Catalog::parse) takes them. None: there are none.
pub fn skills(language: &str) -> Option<Vec<(String, String)>> {
    let primary = mynah_intent::primary_subtag(language);
    let (_, skills) = SKILLS.iter().find(|(known, _)| *known == primary)?;
    Some(skills.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
}

/// The languages that skills ship in.
pub fn languages() -> impl Iterator<Item = &'static str> {
    SKILLS.iter().map(|(language, _)| *language)
}

/// The text of a file that faults name: one of ours, or one on disk.
pub fn source(file: &str) -> Option<String> {
    let ours = SKILLS.iter().flat_map(|(_, skills)| skills.iter()).chain([&(HOME_NAME, HOME), &HOME_ZH]);
    let shipped = ours.copied().find(|(name, _)| *name == file).map(|(_, text)| text.to_owned());
    shipped.or_else(|| std::fs::read_to_string(file).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn every_skill_of_the_folder_ships() {
        for (language, skills) in SKILLS {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../intents").join(language);
            let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
            for file in files.map(|name| format!("intents/{language}/{}", name.to_str().unwrap())) {
                assert!(skills.iter().any(|(name, _)| *name == file), "{file} is not in the list");
            }
        }
    }
}
