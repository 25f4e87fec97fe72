//! What a phrase may be mistaken for: the stretches of everyday speech, and of what the skills understand, that sound most like it.

use mynah_measure::Draw;
use mynah_pronounce::{Phone, Pronouncer, Pronunciation, distance};
use mynah_skill::Catalog;
use serde::Serialize;

/// What people say all day, a sentence a line.
const EVERYDAY: &str = include_str!("everyday.txt");
/// Sentences of the skills that are looked at.
const SENTENCES: usize = 1500;
/// A stretch may be so many sounds shorter or longer than the phrase.
const SLACK: usize = 2;
/// So many are told.
const MOST: usize = 3;

/// Something that sounds like a phrase.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Near {
    /// The words around the stretch.
    pub text: String,
    /// In sounds.
    pub apart: f32,
    /// Whether a skill understands it.
    pub skill: bool,
}

/// Sentences in sounds.
pub struct Neighbours(Vec<Sentence>);

struct Sentence {
    words: Vec<String>,
    phones: Vec<Phone>,
    /// Of each sound the word.
    of: Vec<usize>,
    skill: bool,
}

impl Neighbours {
    /// Everyday speech, and sentences of these skills.
    pub fn new(skills: &Catalog, english: &Pronouncer) -> Neighbours {
        let everyday = EVERYDAY.lines().map(|line| (line.to_owned(), false));
        let mut draw = Draw::new(1, &["sentences of the skills"]);
        // Free words may be anything: sentences with them cannot be said, and are left out.
        let of_skills = (0..SENTENCES).map(|_| (skills.graph().sample("…", |n| draw.index(n)), true));
        let all = everyday.chain(of_skills);
        Neighbours(all.filter_map(|(text, skill)| Sentence::new(&text, skill, english)).collect())
    }

    /// What is said in them, sentence by sentence.
    pub fn sentences(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|sentence| sentence.words.join(" "))
    }

    /// The nearest stretches that are worth telling, the nearest first.
    pub fn nearest(&self, ways: &[Pronunciation]) -> Vec<Near> {
        let mut near = self.by_nearness(ways);
        near.truncate(MOST);
        near
    }

    /// The nearest stretch of each sentence, the nearest first, each text once.
    pub fn by_nearness(&self, ways: &[Pronunciation]) -> Vec<Near> {
        let mut near: Vec<Near> = Vec::new();
        for sentence in &self.0 {
            let Some(found) = ways.iter().filter_map(|way| sentence.nearest(&way.phones)).reduce(nearer)
            else {
                continue;
            };
            match near.iter_mut().find(|known| known.text == found.text) {
                Some(known) => known.apart = known.apart.min(found.apart),
                None => near.push(found),
            }
        }
        near.sort_by(|a, b| a.apart.total_cmp(&b.apart).then_with(|| a.text.cmp(&b.text)));
        near
    }
}

fn nearer(a: Near, b: Near) -> Near {
    if b.apart < a.apart { b } else { a }
}

impl Sentence {
    /// Nothing for one that cannot be said.
    fn new(text: &str, skill: bool, english: &Pronouncer) -> Option<Sentence> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let (mut phones, mut of) = (Vec::new(), Vec::new());
        for (number, word) in words.iter().enumerate() {
            let said = english.word(word).ok()?.into_iter().next()?;
            of.extend(std::iter::repeat_n(number, said.phones.len()));
            phones.extend(said.phones);
        }
        Some(Sentence { words, phones, of, skill })
    }

    fn nearest(&self, phrase: &[Phone]) -> Option<Near> {
        let lengths = phrase.len().saturating_sub(SLACK).max(1)..=phrase.len() + SLACK;
        let stretches =
            lengths.flat_map(|length| (0..self.phones.len()).map(move |from| from..from + length));
        let found = stretches
            .filter_map(|stretch| Some((distance(phrase, self.phones.get(stretch.clone())?), stretch)))
            .min_by(|a, b| a.0.total_cmp(&b.0))?;
        let (apart, stretch) = found;
        let words = &self.words[self.of[stretch.start]..=self.of[stretch.end - 1]];
        Some(Near { text: words.join(" "), apart, skill: self.skill })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_stretch_of_a_sentence() {
        let english = Pronouncer::english();
        let near = |sentence: &str, phrase: &str| {
            let sentence = Sentence::new(sentence, false, &english)?;
            let phrase = english.text(phrase).ok()?.swap_remove(0);
            let near = sentence.nearest(&phrase.phones)?;
            Some(format!("{} {:.1}", near.text, near.apart))
        };
        let of = |sentence, phrase| near(sentence, phrase).unwrap_or_default();
        assert_eq!(of("please say hey minor again", "hey minor"), "hey minor 0.0");
        assert_eq!(of("I ate a pear", "a bear"), "a pear 0.3");
        assert_eq!(of("we saw her there", "saw he"), "saw her 1.0");
        // Too short to have such a stretch, and nothing that English has sounds for.
        assert_eq!(of("oh", "hey computer"), "");
        assert_eq!(of("灯", "hey computer"), "");
    }
}
