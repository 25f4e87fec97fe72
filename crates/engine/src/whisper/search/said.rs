//! The words that the ways of a search have said: a tree, so that ways that began alike share their beginning.

use mynah_intent::{Label, StateId, WordGraph, WordId};

#[derive(Clone, Hash)]
pub(super) enum SaidWord {
    Known(WordId),
    Free(Vec<u8>),
    Wake,
}

/// A finished word, what stood before it, and where it leads.
struct Said {
    before: Option<u32>,
    word: SaidWord,
    to: StateId,
}

#[derive(Default)]
pub(super) struct Words(Vec<Said>);

impl Words {
    /// One word after `before`; what is given back stands for all of them.
    pub(super) fn say(&mut self, before: Option<u32>, word: SaidWord, to: StateId) -> u32 {
        self.0.push(Said { before, word, to });
        self.0.len() as u32 - 1
    }

    /// Whether a word up to `last` led to this state.
    pub(super) fn led_to(&self, last: Option<u32>, state: StateId) -> bool {
        self.back(last).any(|said| said.to == state)
    }

    /// The last word, if a wildcard took it, and what stood before.
    pub(super) fn free(&self, last: Option<u32>) -> Option<(Option<u32>, &[u8])> {
        match self.back(last).next()? {
            Said { before, word: SaidWord::Free(bytes), .. } => Some((*before, bytes)),
            _ => None,
        }
    }

    pub(super) fn text(&self, last: Option<u32>, graph: &WordGraph) -> String {
        self.labelled(last, graph).into_iter().map(|(_, word)| word).collect::<Vec<_>>().join(" ")
    }

    /// What wildcards took, by the marks of the graph.
    pub(super) fn free_text(&self, last: Option<u32>, graph: &WordGraph) -> Option<String> {
        let (path, words): (Vec<Label>, Vec<String>) = self.labelled(last, graph).into_iter().unzip();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        graph.free_text(&path, &words)
    }

    /// The words up to one, as the graph and as people write them.
    fn labelled(&self, last: Option<u32>, graph: &WordGraph) -> Vec<(Label, String)> {
        let label = |said: &Said| match &said.word {
            SaidWord::Known(id) => Some((Label::Word(*id), graph.word(*id).text.clone())),
            SaidWord::Free(bytes) => {
                Some((Label::AnyWord, String::from_utf8_lossy(bytes).trim().to_lowercase()))
            }
            SaidWord::Wake => None,
        };
        let mut words: Vec<_> = self.back(last).filter_map(label).collect();
        words.reverse();
        words
    }

    /// From `last` back to the first.
    fn back(&self, last: Option<u32>) -> impl Iterator<Item = &Said> {
        let said = |at: Option<u32>| at.map(|i| &self.0[i as usize]);
        std::iter::successors(said(last), move |word| said(word.before))
    }
}

/// Whether a text ends with three or more of its first words, or of those just before, or with five or more that were said at any
/// time: nobody gives an order twice in one sentence, but in noise Whisper does.
pub(super) fn begins_again(text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').collect();
    let most = words.len().saturating_sub(3);
    let tail = |length: usize| &words[words.len() - length..];
    (3..=most).any(|length| {
        words.starts_with(tail(length)) || words[..words.len() - length].ends_with(tail(length))
    }) || words.len() > 5 && words[..words.len() - 5].windows(5).any(|run| run == tail(5))
}
