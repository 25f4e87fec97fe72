//! Text → meaning.

use std::collections::BTreeMap;

/// What is known beside the words: the speaker's room, the last device.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context(pub BTreeMap<String, String>);

/// A compiled [`Spec`](crate::Spec).
#[derive(Clone, Debug)]
pub struct Recognizer;
