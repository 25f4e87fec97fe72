//! How large the grammar is, and what makes it so.

use std::sync::Arc;

use mynah_intent::{Fault, List, ListEntry, Recognizer, Value, WordGraph};

use super::warning;
use crate::catalog::Catalog;

/// More arcs than this make a small board wait for a second when it starts: an arc takes 3 to 10 µs of one desktop core to make and about
/// 60 bytes to keep. All the shipped skills have 12,000, Home Assistant's German sentences as skills 44,000 (the most of its languages that were
/// tried), and the shipped skills in a house of 10,000 devices 83,000.
const MANY_ARCS: usize = 60_000;

impl Catalog {
    /// Says which slot makes the grammar large, when it is large.
    pub(super) fn too_large(&self, graphs: &[Arc<WordGraph>]) -> Vec<Fault> {
        let whole = self.graph();
        if whole.arc_count() <= MANY_ARCS {
            return Vec::new();
        }
        let largest = graphs.iter().enumerate().max_by_key(|(_, graph)| graph.arc_count());
        let Some((index, graph)) = largest else { return Vec::new() };
        let Some((skill, intent)) = self.entry(index) else { return Vec::new() };
        let what = format!("the grammar is large: {} arcs", whole.arc_count());
        let culprit = self.culprit(index);
        let message = match &culprit {
            Some((list, arcs)) if *arcs < graph.arc_count() => {
                let its = graph.arc_count() - arcs;
                format!("{what}; `{{{list}}}` of `{}` makes {its} of them", intent.name)
            }
            _ => format!("{what}; `{}` makes {} of them", intent.name, graph.arc_count()),
        };
        let at = culprit.and_then(|(list, _)| {
            let mentions =
                |s: &&mynah_intent::Sentence| skill.mentions(std::slice::from_ref(*s)).lists.contains(&list);
            intent.sentences.iter().find(mentions).map(|s| s.origin.span.clone())
        });
        let help = "give the list fewer values or a larger step, or the sentence fewer optional parts";
        vec![warning(skill, at.unwrap_or_else(|| intent.name.span.clone()), message, Some(help.into()))]
    }

    /// The list of an intent without which its grammar would be smallest, and how many arcs are left then.
    fn culprit(&self, index: usize) -> Option<(String, usize)> {
        let intent = self.recognizer().spec().intents.get(index)?;
        let (skill, entry) = self.entry(index)?;
        let without = |name: &String| {
            let mut spec = self.alone(index, intent.clone());
            let word = ListEntry::new("x", Value::Text("x".into()));
            for intent in &mut spec.intents {
                intent.lists.insert(name.clone(), List::Text(vec![word.clone()]));
            }
            let graph = Recognizer::compile(spec).ok()?.graph().clone();
            Some((name.clone(), graph.arc_count()))
        };
        skill.mentions(&entry.sentences).lists.iter().filter_map(without).min_by_key(|(_, arcs)| *arcs)
    }
}
