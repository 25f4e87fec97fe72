//! Meaning: sentence templates compiled to a [`Recognizer`] (text → [`Intent`]) and to a [`WordGraph`]
//! (what may be said, for recognisers to search).
//!
//! The template language is the one that Home Assistant's users know (hassil). [`hassil`] reads their files. Nothing here does I/O.
//!
//! | template | takes |
//! | --- | --- |
//! | `turn on` | the words, in any case, without punctuation and accents |
//! | `(on\|off)` | one of them |
//! | `[the]` | it or nothing |
//! | `light[s]`, `(un\|)lock` | parts of a word, where no space is between |
//! | `(in the kitchen;to 20)` | all of them, in any order |
//! | `<turn>` | what the rule says |
//! | `{area}`, `{device:light}` | a value of the list; fills the slot of its name, or of the other name |
//! | `\(` | a bracket |
//!
//! ```
//! use mynah_intent::{Context, IntentSpec, List, NumberKind, Origin, Recognizer, Sentence, Spec, Value};
//!
//! let brightness = List::range(0, 100, NumberKind::Percentage);
//! let spec = Spec {
//!     language: "en".to_owned(),
//!     lists: [("brightness".to_owned(), brightness)].into(),
//!     skip_words: vec!["please".to_owned()],
//!     intents: vec![IntentSpec {
//!         name: "light.dim".to_owned(),
//!         sentences: vec![Sentence {
//!             template: "(dim|set) [the] light[s] to {brightness}".to_owned(),
//!             origin: Origin::default(),
//!         }],
//!         ..IntentSpec::default()
//!     }],
//!     ..Spec::default()
//! };
//! let recognizer = Recognizer::compile(spec).expect("no faults");
//! let readings = recognizer.recognize("Dim the lights to twenty-one percent, please!", &Context::default());
//! assert_eq!(readings[0].intent.name, "light.dim");
//! assert_eq!(readings[0].intent.slots["brightness"].value, Value::Percentage(21.0));
//! assert!(recognizer.graph().accepts("set lights to 21%"));
//! ```
//!
//! Inside, a template goes through four forms: a tree ([`mentions`] shows what is in it), pieces of words with its
//! rules written out, an automaton over words that calls lists, and, for the graph, the same with lists and values as automata of their own,
//! each determinised and minimised. Everything has a bound: a template that expands beyond measure is a [`Fault`], and a
//! text is matched without going back.
#![forbid(unsafe_code)]

mod automaton;
mod commands;
mod common;
mod compile;
mod fold;
mod grammar;
mod graph;
mod hash;
pub mod hassil;
mod intent;
mod join;
mod language;
mod marks;
mod matching;
mod near;
mod program;
mod recognizer;
mod redundant;
mod spec;
mod tag;
mod template;
mod walk;
mod when;
mod word;

pub use graph::{Label, WordGraph};
pub use intent::{Intent, Reading, Slot, Value};
pub use marks::{MarkedCommand, MarkedSlot, Marks};
pub use near::Evidence;
pub use recognizer::{Context, Recognizer};
pub use redundant::redundant;
pub use spec::{
    Fault, Fractions, IntentSpec, List, ListEntry, NumberKind, Origin, Sentence, Several, Spec, ValueKind,
    Written,
};
pub use tag::primary_subtag;
pub use template::{Mentions, mentions};
pub use walk::{Arc, StateId, Walk};
pub use when::{Frequency, Recurrence, SaidDate, SaidDateTime, SaidTime, Weekdays, Which};
pub use word::{Word, WordId};
