//! Sentences of two intents that are written differently and sound the same: "turn the reading light right", "write".

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mynah_intent::{Context, Fault, Word, WordGraph};

use super::warning;
use crate::catalog::Catalog;

/// English words that sound alike and that no rule tells.
const ALIKE: [&[&str]; 28] = [
    &["to", "two", "too", "2"],
    &["four", "for", "fore", "4"],
    &["eight", "ate", "8"],
    &["one", "won", "1"],
    &["whole", "hole"],
    &["hour", "our"],
    &["son", "sun"],
    &["some", "sum"],
    &["buy", "by", "bye"],
    &["there", "their", "they're"],
    &["flour", "flower"],
    &["wood", "would"],
    &["no", "know"],
    &["new", "knew"],
    &["scene", "seen"],
    &["week", "weak"],
    &["break", "brake"],
    &["stair", "stare"],
    &["stairs", "stares"],
    &["pair", "pear", "pare"],
    &["red", "read"],
    &["through", "threw"],
    &["blue", "blew"],
    &["your", "you're"],
    &["its", "it's"],
    &["air", "heir"],
    &["high", "hi"],
    &["die", "dye"],
];

impl Catalog {
    /// Of each two intents, the shortest sentence of one that sounds like another sentence of the other. A recogniser cannot tell them
    /// apart. Only for English, whose spelling the rules know. Only intents of files that are `mine` are compared with the others.
    pub(super) fn alike(&self, graphs: &[Arc<WordGraph>], mine: &dyn Fn(&str) -> bool) -> Vec<Fault> {
        let spec = self.recognizer().spec();
        if !spec.language.starts_with("en") {
            return Vec::new();
        }
        let is_mine = |index: usize| self.entry(index).is_some_and(|(skill, _)| mine(&skill.file));
        let sounds: Vec<_> = graphs.iter().map(|graph| sounds_of(graph)).collect();
        let mut warnings = Vec::new();
        for later in 0..graphs.len() {
            for earlier in 0..later {
                let (a, b) = (&spec.intents[earlier], &spec.intents[later]);
                let to_compare = a.name != b.name && (is_mine(earlier) || is_mine(later));
                if !to_compare || !may_be_alike(&sounds[earlier], &sounds[later]) {
                    continue;
                }
                let keys = |word: &Word| vec![sound(&word.text.to_lowercase())];
                let best = |text: &str| {
                    let readings = self.recognizer().recognize(text, &Context::default());
                    readings.first().map(|reading| reading.spec)
                };
                let found = graphs[earlier].common(&graphs[later], &keys, &mut |ours, theirs| {
                    ours != theirs && best(ours) == Some(earlier) && best(theirs) == Some(later)
                });
                let Some((ours, theirs)) = found else { continue };
                let at = if is_mine(later) { later } else { earlier };
                let Some((skill, intent)) = self.entry(at) else { continue };
                let message = format!(
                    "\u{201c}{ours}\u{201d} of `{}` sounds like \u{201c}{theirs}\u{201d} of `{}`",
                    a.name, b.name
                );
                let help = "say one of them in other words: a recogniser cannot tell them apart";
                warnings.push(warning(skill, intent.name.span.clone(), message, Some(help.into())));
            }
        }
        warnings
    }
}

/// The words of a graph by how they sound.
fn sounds_of(graph: &WordGraph) -> BTreeMap<String, BTreeSet<String>> {
    let mut sounds: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for word in graph.words() {
        let text = word.text.to_lowercase();
        sounds.entry(sound(&text)).or_default().insert(text);
    }
    sounds
}

/// Whether there is a word of one that sounds like another word of the other.
fn may_be_alike(a: &BTreeMap<String, BTreeSet<String>>, b: &BTreeMap<String, BTreeSet<String>>) -> bool {
    a.iter().any(|(sound, words)| b.get(sound).is_some_and(|others| words.len() > 1 || words != others))
}

/// A rough spelling of how an English word sounds; words with the same one can hardly be told apart by ear. Vowels that say their
/// name are capitals.
fn sound(word: &str) -> String {
    if let Some(group) = ALIKE.iter().find(|group| group.contains(&word)) {
        return group[0].to_owned();
    }
    let letters: Vec<char> = word.chars().filter(|c| *c != '\'' && *c != '\u{2019}').collect();
    if !letters.iter().all(char::is_ascii_lowercase) {
        return word.to_owned();
    }
    let is_vowel = |c: char| "aeiou".contains(c);
    let at = |index: usize| letters.get(index).copied().unwrap_or(' ');
    let mut sound = String::new();
    let mut index = 0;
    while index < letters.len() {
        let (first, last) = (index == 0, |length: usize| index + length == letters.len());
        let silent_e = !is_vowel(at(index + 1)) && at(index + 1) != ' ' && at(index + 2) == 'e' && last(3);
        let (said, length) = match (at(index), at(index + 1), at(index + 2)) {
            ('k', 'n', _) | ('g', 'n', _) if first => ("n", 2),
            ('w', 'r', _) if first => ("r", 2),
            ('w', 'h', _) => ("w", 2),
            ('p', 'h', _) => ("f", 2),
            ('m', 'b', _) if last(2) => ("m", 2),
            ('i', 'g', 'h') => ("I", 3),
            ('e', 'i', 'g') if at(index + 3) == 'h' => ("A", 4),
            ('a', 'i' | 'y', _) | ('e', 'y', _) => ("A", 2),
            ('e', 'e' | 'a', _) => ("E", 2),
            ('i', 'e', _) if last(2) => ("I", 2),
            ('i', 'e', _) => ("E", 2),
            ('o', 'a', _) => ("O", 2),
            ('o', 'e', _) if last(2) => ("O", 2),
            ('u', 'e', _) | ('e', 'w', _) => ("U", 2),
            ('a', ..) if silent_e => ("A", 1),
            ('e', ..) if silent_e => ("E", 1),
            ('i', ..) if silent_e => ("I", 1),
            ('o', ..) if silent_e => ("O", 1),
            ('u', ..) if silent_e => ("U", 1),
            // It was heard in the vowel before.
            ('e', ..) if last(1) && index > 1 => ("", 1),
            ('y', ..) if last(1) && !letters[..index].iter().any(|c| is_vowel(*c)) => ("I", 1),
            ('c', 'k', _) => ("k", 2),
            ('t', 'c', 'h') => ("ch", 3),
            ('c', 'h', _) => ("ch", 2),
            ('c', 'e' | 'i' | 'y', _) => ("s", 1),
            ('c', ..) => ("k", 1),
            ('q', 'u', _) => ("kw", 2),
            ('x', ..) => ("ks", 1),
            (letter, next, _) if letter == next && !is_vowel(letter) => ("", 1),
            (letter, ..) => {
                sound.push(letter);
                index += 1;
                continue;
            }
        };
        sound.push_str(said);
        index += length;
    }
    sound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_sound_alike() {
        for (a, b) in [
            ("right", "write"),
            ("night", "knight"),
            ("mail", "male"),
            ("sea", "see"),
            ("road", "rode"),
            ("wait", "weight"),
            ("tail", "tale"),
            ("plane", "plain"),
            ("meat", "meet"),
            ("sent", "cent"),
            ("witch", "which"),
            ("to", "two"),
            ("whole", "hole"),
        ] {
            assert_eq!(sound(a), sound(b), "{a} {b}");
        }
        for (a, b) in [
            ("on", "off"),
            ("lamp", "lamb"),
            ("light", "lights"),
            ("start", "stop"),
            ("thirteen", "thirty"),
            ("kitchen", "chicken"),
            ("red", "reed"),
            ("hat", "hate"),
            ("open", "opened"),
        ] {
            assert_ne!(sound(a), sound(b), "{a} {b}");
        }
    }
}
