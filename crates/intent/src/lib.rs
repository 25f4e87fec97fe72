//! Meaning: sentence templates compiled to a [`Recognizer`] (text → [`Intent`]) and to a [`WordGraph`]
//! (what may be said, for recognisers to search).
//!
//! The template language is the one that Home Assistant's users know (hassil). Nothing here does I/O.
#![forbid(unsafe_code)]

mod automaton;
mod compile;
mod fold;
mod grammar;
mod graph;
mod hash;
mod intent;
mod join;
mod language;
mod matching;
mod program;
mod recognizer;
mod spec;
mod template;

pub use graph::{Arc, Coverage, Label, StateId, Word, WordGraph, WordId};
pub use intent::{Intent, Reading, Slot, Value};
pub use recognizer::{Context, Recognizer};
pub use spec::{Fault, IntentSpec, List, ListEntry, NumberKind, Origin, Sentence, Spec};
