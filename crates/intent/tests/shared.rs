//! Sentences that two graphs share.

use std::collections::BTreeSet;

use mynah_intent::{Word, WordGraph};
use proptest::prelude::*;

fn spelled(word: &Word) -> Vec<String> {
    word.spellings.iter().chain([&word.text]).cloned().collect()
}

fn common(a: &[&str], b: &[&str]) -> Option<(String, String)> {
    WordGraph::from_sentences(a).common(&WordGraph::from_sentences(b), &spelled, &mut |_, _| true)
}

#[test]
fn the_shortest_is_found() {
    let found = common(
        &["turn on the lamp now", "lamp on please", "on"],
        &["turn on the lamp now", "lamp on please"],
    );
    assert_eq!(found, Some(("lamp on please".into(), "lamp on please".into())));
    assert_eq!(common(&["on"], &["off"]), None);
    // Alike by a key of the caller's: here, words with the same first letter.
    let first = |word: &Word| vec![word.text.chars().take(1).collect()];
    let (a, b) = (WordGraph::from_sentences(&["write it"]), WordGraph::from_sentences(&["wring it"]));
    let differ = &mut |a: &str, b: &str| a != b;
    assert_eq!(a.common(&b, &first, differ), Some(("write it".into(), "wring it".into())));
}

proptest! {
    /// Of few sentences, the one of the fewest words that both have; none when there is none.
    #[test]
    fn as_if_all_were_compared(
        a in prop::collection::btree_set("[abc]( [abc]){0,4}", 1..8),
        b in prop::collection::btree_set("[abc]( [abc]){0,4}", 1..8),
    ) {
        let words = |text: &String| text.split(' ').count();
        let shared: BTreeSet<&String> = a.intersection(&b).collect();
        let texts = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>();
        let (a, b) = (texts(&a), texts(&b));
        let found = common(
            &a.iter().map(String::as_str).collect::<Vec<_>>(),
            &b.iter().map(String::as_str).collect::<Vec<_>>(),
        );
        let shortest = shared.iter().map(|text| words(text)).min();
        prop_assert_eq!(found.as_ref().map(|(text, _)| words(text)), shortest);
        if let Some((ours, theirs)) = found {
            prop_assert_eq!(&ours, &theirs);
            prop_assert!(shared.contains(&ours));
        }
    }
}
