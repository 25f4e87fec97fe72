//! What was not done or not confirmed.

use mynah_home::{Home, State};

use super::device_name;
use crate::outcome::{Failure, FailureKind};
use crate::plan::Action;
use crate::wording::Wording;

/// What was not done or not confirmed, and by whom.
pub(super) struct Complaint<'a> {
    who: Vec<String>,
    action: &'a Action,
    wrong: Wrong<'a>,
    /// Its text without anybody, by which those that are alike are known.
    key: String,
}

enum Wrong<'a> {
    NotConfirmed {
        read: Option<&'a State>,
    },
    NotDone(FailureKind),
    /// Of the assistant's own: a whole text.
    Own(String),
}

impl<'a> Complaint<'a> {
    pub(super) fn not_confirmed(
        action: &'a Action,
        read: Option<&'a State>,
        home: &Home,
        words: &dyn Wording,
    ) -> Self {
        Complaint::new(action, Wrong::NotConfirmed { read }, home, words)
    }

    pub(super) fn not_done(action: &'a Action, failure: &Failure, home: &Home, words: &dyn Wording) -> Self {
        let wrong = match action {
            Action::Local(_) if failure.kind == FailureKind::Unsupported || failure.message.is_empty() => {
                Wrong::Own(words.not_done_here(&words.what(action), failure.kind))
            }
            Action::Local(_) => Wrong::Own(failure.message.clone()),
            _ => Wrong::NotDone(failure.kind),
        };
        Complaint::new(action, wrong, home, words)
    }

    fn new(action: &'a Action, wrong: Wrong<'a>, home: &Home, words: &dyn Wording) -> Self {
        let name = action.device().map_or_else(|| words.what(action), |id| device_name(home, id, words));
        let mut complaint = Complaint { who: Vec::new(), action, wrong, key: String::new() };
        complaint.key = complaint.text(words);
        complaint.who.push(name);
        complaint
    }

    /// Those that are alike are told together.
    pub(super) fn add_to(self, all: &mut Vec<Complaint<'a>>) {
        match all.iter_mut().find(|other| other.key == self.key) {
            Some(same) => {
                let new = self.who.into_iter().filter(|who| !same.who.contains(who)).collect::<Vec<_>>();
                same.who.extend(new);
            }
            None => all.push(self),
        }
    }

    pub(super) fn text(&self, words: &dyn Wording) -> String {
        match &self.wrong {
            Wrong::NotConfirmed { read } => words.not_confirmed(&self.who, self.action, *read),
            Wrong::NotDone(why) => words.not_done(&self.who, self.action, *why),
            Wrong::Own(text) => text.clone(),
        }
    }
}
