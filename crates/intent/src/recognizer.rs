//! Text → meaning.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{Fault, Reading, Spec, WordGraph};

/// What is known beside the words: the speaker's room, the last device.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context(pub BTreeMap<String, String>);

/// A compiled [`Spec`].
#[derive(Clone, Debug)]
pub struct Recognizer {
    graph: Arc<WordGraph>,
}

impl Recognizer {
    /// Compiles the sentences of all intents.
    ///
    /// # Errors
    /// Every fault of the spec at once.
    pub fn compile(_spec: Spec) -> Result<Recognizer, Vec<Fault>> {
        Ok(Recognizer {
            graph: Arc::default(),
        })
    }

    /// How a text may be read, the best first. What follows differs from it in intent or slots.
    pub fn recognize(&self, _text: &str, _context: &Context) -> Vec<Reading> {
        Vec::new()
    }

    /// All that may be said.
    pub fn graph(&self) -> &Arc<WordGraph> {
        &self.graph
    }
}
