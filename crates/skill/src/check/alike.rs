//! Sentences of two intents that are written differently and sound the same: "turn the reading light right", "write".

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mynah_intent::{Context, Fault, Word, WordGraph};
use mynah_pronounce::{Pronouncer, Source};

use super::warning;
use crate::catalog::Catalog;

impl Catalog {
    /// Of each two intents, the shortest sentence of one that sounds like another sentence of the other: all its words can be said with the same
    /// phones. A recogniser cannot tell them apart. Only for English. Only intents of files that are `mine` are compared with the others.
    pub(super) fn alike(
        &self,
        graphs: &[Arc<WordGraph>],
        english: &Pronouncer,
        mine: &dyn Fn(&str) -> bool,
    ) -> Vec<Fault> {
        let spec = self.recognizer().spec();
        if !spec.language.starts_with("en") {
            return Vec::new();
        }
        let is_mine = |index: usize| self.entry(index).is_some_and(|(skill, _)| mine(&skill.file));
        let words = graphs.iter().flat_map(|graph| graph.words());
        let said: Said<'_> = words
            .map(|word| word.text.as_str())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(|text| (text, sounds(text, english)))
            .collect();
        let sounds: Vec<_> = graphs.iter().map(|graph| sounds_of(graph, &said)).collect();
        let mut warnings = Vec::new();
        for later in 0..graphs.len() {
            for earlier in 0..later {
                let (a, b) = (&spec.intents[earlier], &spec.intents[later]);
                let to_compare = a.name != b.name && (is_mine(earlier) || is_mine(later));
                if !to_compare || !may_be_alike(&sounds[earlier], &sounds[later]) {
                    continue;
                }
                let keys = |word: &Word| said.get(word.text.as_str()).cloned().unwrap_or_default();
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

/// Of each word the ways to say it.
type Said<'a> = BTreeMap<&'a str, Vec<String>>;

/// Rarer ways of saying a word are not compared: hardly anybody says "our" as "are".
const USUAL: usize = 2;

/// The usual ways to say a word; of one that is in no dictionary the likeliest guess. One that cannot be said is like itself alone.
fn sounds(word: &str, english: &Pronouncer) -> Vec<String> {
    let Ok(ways) = english.word(word) else { return vec![word.to_owned()] };
    let is_guess = ways.first().is_some_and(|way| way.source == Source::Guess);
    let most = if is_guess { 1 } else { USUAL };
    ways.iter().take(most).map(ToString::to_string).collect()
}

/// The words of a graph by how they sound.
fn sounds_of<'a>(graph: &'a WordGraph, said: &'a Said<'_>) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut sounds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for word in graph.words() {
        for sound in said.get(word.text.as_str()).into_iter().flatten() {
            sounds.entry(sound).or_default().insert(&word.text);
        }
    }
    sounds
}

/// Whether there is a word of one that sounds like another word of the other.
fn may_be_alike(a: &BTreeMap<&str, BTreeSet<&str>>, b: &BTreeMap<&str, BTreeSet<&str>>) -> bool {
    a.iter().any(|(sound, words)| b.get(sound).is_some_and(|others| words.len() > 1 || words != others))
}
