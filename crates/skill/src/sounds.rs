//! How the names of a house are said.

use mynah_home::{Device, Home};
use mynah_pronounce::Pronouncer;

/// Knows how English words are said in this house: where `say_as` writes a name otherwise, its words are said as that is. What is paired is a name of one
/// word with all of `say_as` (`EcoBee`, `eeko bee`), and of names of as many words each word that differs (`Miele oven`, `meela oven`).
///
/// A `say_as` that cannot be said itself tells nothing.
#[must_use]
pub fn pronouncer(home: &Home) -> Pronouncer {
    let mut english = Pronouncer::english();
    for (word, said) in home.devices().iter().flat_map(respelled) {
        // An error is a spelling that says nothing about the sound.
        let _ = english.respell(&word, &said);
    }
    english
}

fn respelled(device: &Device) -> Vec<(String, String)> {
    let name: Vec<&str> = device.name.split_whitespace().collect();
    let mut pairs = Vec::new();
    for said_as in &device.say_as {
        let said: Vec<&str> = said_as.split_whitespace().collect();
        match name.as_slice() {
            [word] => pairs.push((*word, said_as.as_str())),
            words if words.len() == said.len() => {
                pairs.extend(words.iter().copied().zip(said));
            }
            _ => {}
        }
    }
    let differ = |(word, said): &(&str, &str)| word.to_lowercase() != said.to_lowercase();
    pairs.into_iter().filter(differ).map(|(word, said)| (word.to_owned(), said.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_said_as_the_household_says() {
        let home = r#"
[[device]]
kind = "climate"
name = "EcoBee"
say_as = ["eeko bee"]
[[device]]
kind = "light"
name = "Miele lamp"
say_as = ["meela lamp"]
[[device]]
kind = "light"
name = "reading lamp"
say_as = ["the lamp by the chair"]
"#;
        let home = Home::parse("home.toml", home).expect("a home");
        let english = pronouncer(&home);
        let said = |word| english.word(word).map(|ways| ways[0].to_string()).unwrap_or_default();
        assert_eq!(said("ecobee"), "IY K OW B IY");
        assert_eq!(said("miele"), "M IY L AH");
        assert_eq!(said("lamp"), "L AE M P");
        assert_eq!(said("reading"), "R IY D IH NG");
    }
}
