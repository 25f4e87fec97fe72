//! The words of reference of each language: "it", "the other one", "here", "there too".

use mynah_intent::{ListEntry, Slot, Value, primary_subtag};

/// What the words mean; it is their value in a list.
pub(crate) const IT: &str = "it";
pub(crate) const THEM: &str = "them";
pub(crate) const OTHER: &str = "other one";
const HERE: &str = "here";
pub(crate) const THERE: &str = "there";

/// The words of a language. Those for devices are in every device list, so there are few.
pub(crate) struct Words {
    pub(crate) devices: &'static [(&'static str, &'static str)],
    pub(crate) rooms: &'static [(&'static str, &'static str)],
    /// "In the kitchen too", "what about the lamp": templates of {area}, {device} and {there}.
    pub(crate) too: &'static [&'static str],
}

const ENGLISH: Words = Words {
    devices: &[("it", IT), ("them", THEM), ("other one", OTHER)],
    rooms: &[("here", HERE), ("this room", HERE), ("there", THERE), ("that room", THERE)],
    too: &[
        "[and] in [the|my|our] {area} (too|as well)",
        "[and] [the|my|our] {device} (too|as well)",
        "[and] [the|my|our] {device} [in] {there} (too|as well)",
        "[and] {there} (too|as well)",
        "[and] (what|how) about [in] [the|my|our] {area}",
        "[and] (what|how) about [the|my|our] {device} [[in] {there}]",
    ],
};

const MANDARIN: Words = Words {
    devices: &[("它", IT), ("它们", THEM), ("另一个", OTHER), ("另外一个", OTHER)],
    rooms: &[("这里", HERE), ("这儿", HERE), ("那里", THERE), ("那儿", THERE)],
    too: &[
        "[还有] {area} [里] (也要|也一样|也是|呢)",
        "[还有] {device} (也要|也一样|也是|呢)",
        "[还有] {there} [的] {device} (也要|也一样|也是)",
    ],
};

impl Words {
    pub(crate) fn of(language: &str) -> Option<&'static Words> {
        match primary_subtag(language) {
            "en" => Some(&ENGLISH),
            "zh" => Some(&MANDARIN),
            _ => None,
        }
    }
}

pub(crate) fn list_of(words: &[(&str, &str)]) -> Vec<ListEntry> {
    words.iter().map(|(said, meant)| ListEntry::new(*said, Value::Text((*meant).to_owned()))).collect()
}

/// Is the value of a slot such a word?
pub(crate) fn is_reference(value: &str) -> bool {
    [IT, THEM, OTHER].contains(&value)
}

/// The words for the room of the speaker and the one that was spoken of, among the rooms.
pub(crate) fn rooms(language: &str) -> Vec<ListEntry> {
    list_of(Words::of(language).map_or(&[], |words| words.rooms))
}

/// Does a slot say the room of a speaker who is nobody knows where?
pub(crate) fn is_here(slot: &Slot) -> bool {
    slot.list == "area" && matches!(&slot.value, Value::Text(value) if value == HERE)
}

pub(crate) fn is_room(slot: &Slot) -> bool {
    matches!(slot.list.as_str(), "area" | "there")
}

/// Does a slot say the room that was spoken of?
pub(crate) fn is_there(slot: &Slot) -> bool {
    is_room(slot) && matches!(&slot.value, Value::Text(value) if value == THERE)
}
