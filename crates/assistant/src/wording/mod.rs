//! What the assistant says of its own, and the words that it takes for an answer. One file a language: who adds one writes its `say` and its
//! [`AnswerWords`], and names them here; the compiler tells what is missing. What is said of devices is worded by `mynah_skill`.

pub(crate) mod english;
mod mandarin;

use std::time::Duration;

use mynah_skill::{AlarmKind, Language};
use time::{Date, Time};

use crate::alarms::{Alarm, AlarmRefusal};
use crate::moment::Moment;
use crate::timers::{Timer, TimerRefusal};

/// Something that the assistant says.
#[derive(Clone, Debug)]
pub(crate) enum Phrase<'a> {
    HearingFailed,
    Leave,
    NotUnderstood,
    /// Before what a plan would do.
    Shall(&'a str),
    WhatPin(&'a str),
    NoPin,
    PinLocked,
    PinAgain,
    WrongPin,
    StillNot,
    /// Before the question.
    YesOrNo(&'a str),
    /// After why one of several commands is not done.
    DidNothing(&'a str),
    CannotTakeBack(&'a str),
    NothingToTakeBack,
    NotKept,
    TimerSet(&'a Timer),
    TimerCancelled(&'a Timer),
    /// How long each still runs.
    TimersLeft(&'a [(&'a Timer, Duration)]),
    TimersOver(&'a [Timer]),
    TimerRefused(&'a TimerRefusal),
    TimersRestored,
    AlarmSet(&'a Alarm, Moment),
    AlarmCancelled(&'a Alarm, Moment),
    /// How many there were.
    AlarmsCancelled(AlarmKind, usize),
    Alarms(AlarmKind, &'a [&'a Alarm], Moment),
    AlarmIsDue(&'a Alarm, Moment),
    AlarmRefused(&'a AlarmRefusal, Moment),
    AlarmsRestored,
    NothingRings,
    RingingIsOff,
    RingsAgainIn(Duration),
    /// In percent.
    Volume(f64),
    NoVolume,
    Time(Time),
    Date(Date),
    /// An item, and the list.
    Added(&'a str, &'a str),
    AddedBefore(&'a str, &'a str),
    ListFull(&'a str),
    Removed(&'a str, &'a str),
    NotOnList(&'a str, &'a str),
    List(&'a str, &'a [String]),
    ListEmptied(&'a str),
    ListWasEmpty(&'a str),
    ListsRestored,
}

impl Phrase<'_> {
    pub(crate) fn said(&self, language: Language) -> String {
        match language {
            Language::English => english::say(self),
            Language::Mandarin => mandarin::say(self),
        }
    }
}

/// A text as an answer, one sentence or several.
pub(crate) fn sentence(text: &str, language: Language) -> String {
    match language {
        Language::English => english::sentence(text),
        Language::Mandarin => mandarin::sentence(text),
    }
}

/// Sentences one after the other; what is empty is left out.
pub(crate) fn sentences(said: &[String], language: Language) -> String {
    let said: Vec<&str> = said.iter().map(String::as_str).filter(|said| !said.is_empty()).collect();
    match language {
        Language::English => said.join(" "),
        Language::Mandarin => said.concat(),
    }
}

/// The words of answers to the assistant's own questions. In a language without spaces each letter counts as a word.
#[derive(Debug)]
pub(crate) struct AnswerWords {
    /// The BCP 47 tag under which numbers are read.
    pub(crate) tag: &'static str,
    pub(crate) yes: &'static [&'static str],
    pub(crate) no: &'static [&'static str],
    /// All of several.
    pub(crate) all: &'static [&'static str],
    /// All, of two.
    pub(crate) both: &'static [&'static str],
    /// The first, the second, …
    pub(crate) places: &'static [&'static str],
    /// The last of them.
    pub(crate) last: &'static str,
    /// Between two that are chosen.
    pub(crate) and: &'static [&'static str],
    /// What tells nothing apart.
    pub(crate) idle: &'static [&'static str],
    /// The digits from 0 to 9, each with all its words.
    pub(crate) digits: [&'static [&'static str]; 10],
    /// Ways to say one of several by words of its own, `{}`; and the place, `{}`.
    pub(crate) by_words: &'static [&'static str],
    pub(crate) by_place: &'static [&'static str],
}

impl AnswerWords {
    pub(crate) fn of(language: Language) -> &'static AnswerWords {
        match language {
            Language::English => &english::ANSWERS,
            Language::Mandarin => &mandarin::ANSWERS,
        }
    }
}
