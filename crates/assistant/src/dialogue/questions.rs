//! Questions of our own, and what is done when they are answered.

use std::time::Duration;

use mynah_audio::Cue;
use mynah_intent::Reading;
use mynah_skill::{Plan, Refusal, Reply, Risk, answered, chosen};

use super::event::Origin;
use super::{Because, Decision, Dialogue, Expects, Utter, answer};
use crate::moment::Moment;
use crate::turn::TurnId;
use crate::wording::Phrase;

/// After so many wrong PINs in a row none is taken for a while.
const WRONG_PINS: u32 = 3;
const PIN_LOCK: Duration = Duration::from_secs(120);

/// What is done when a question was answered.
#[derive(Debug)]
pub(super) enum Pending {
    /// A plan, after a yes or the PIN.
    Plan(Plan),
    /// One of these: two readings of one utterance are about as likely.
    OneOf(Vec<Plan>),
    /// These commands, when it is known which devices one of them means, or what fills a slot of it.
    Choice { readings: Vec<Reading>, refused: usize, refusal: Refusal, confidence: Option<f32> },
}

impl Pending {
    fn risk(&self) -> Risk {
        match self {
            Pending::Plan(plan) => plan.risk,
            Pending::OneOf(plans) => plans.iter().map(|plan| plan.risk).max().unwrap_or(Risk::Low),
            Pending::Choice { .. } => Risk::Low,
        }
    }
}

/// A question that waits for an answer.
#[derive(Debug)]
pub(super) struct Question {
    pending: Pending,
    pub(super) expects: Expects,
    /// The turn in which the answer is heard.
    pub(super) answer: TurnId,
    pub(super) origin: Origin,
    speech: String,
    /// Asked again once.
    again: bool,
    /// The answer has to begin before. None: it has.
    pub(super) until: Option<Duration>,
}

impl Dialogue {
    pub(super) fn ask(
        &mut self,
        turn: TurnId,
        pending: Pending,
        expects: Expects,
        speech: String,
        origin: Origin,
        again: bool,
    ) {
        let answer = self.ids.allocate();
        if expects == Expects::Pin {
            self.secrets.insert(answer);
        }
        self.report(turn, Decision::Asked { expects: expects.clone(), speech: speech.clone(), answer });
        let reply = Reply { speech: speech.clone(), ok: true };
        let question = Question { pending, expects, answer, origin, speech, again, until: None };
        self.to_say.push_back(Utter::Speech { turn: Some(turn), reply, question: Some(Box::new(question)) });
    }

    pub(super) fn ask_again(&mut self, turn: TurnId, question: Question) {
        let Question { pending, expects, origin, speech, again, .. } = question;
        if again {
            self.refuse(turn, Because::NoAnswer);
            self.say_phrase(turn, Phrase::StillNot);
        } else {
            let speech = match &expects {
                Expects::YesNo => self.phrase(Phrase::YesOrNo(&speech)),
                Expects::Pin => self.phrase(Phrase::PinAgain),
                Expects::Which(_) | Expects::Answer(_) => speech,
            };
            self.ask(turn, pending, expects, speech, origin, true);
        }
    }

    /// Whether the words were an answer to that question. When they were not, the question is dropped: something else was said.
    pub(super) fn answered(
        &mut self,
        turn: TurnId,
        question: Question,
        text: &str,
        confidence: Option<f32>,
        now: Moment,
    ) -> bool {
        let language = self.language();
        let least = self.settings.least_confidence.of(question.pending.risk());
        let unsure = confidence.is_some_and(|confidence| confidence < least);
        if let (Expects::Which(names), false) = (&question.expects, unsure)
            && let Some(places) = answer::which(text, names, language)
        {
            self.answered_which(turn, question, &places, now);
            return true;
        }
        if let (Expects::Answer(answers), false) = (&question.expects, unsure)
            && answers.find(text).is_some()
        {
            self.go_on(turn, question, |reading, refusal| answered(reading, refusal, text), now);
            return true;
        }
        match (answer::yes_or_no(text, language), answer::digits(text, language), &question.expects) {
            (Some(false), ..) => {
                self.refuse(turn, Because::Declined);
                self.say_phrase(turn, Phrase::Leave);
            }
            _ if unsure => self.ask_again(turn, question),
            (Some(true), _, Expects::YesNo) => {
                if let Pending::Plan(plan) = question.pending {
                    self.carry_out(turn, plan, now);
                }
            }
            (_, Some(digits), Expects::Pin) => self.pin(turn, question, &digits, now),
            _ if question.answer == turn => self.ask_again(turn, question),
            _ => return false,
        }
        true
    }

    /// Asks which of the plans is meant.
    pub(super) fn ask_which_plan(&mut self, turn: TurnId, plans: [Plan; 2]) {
        let names = plans.each_ref().map(|plan| self.mind.describe(plan));
        let speech = self.phrase(Phrase::ShallEither(&names[0], &names[1]));
        let pending = Pending::OneOf(plans.into());
        self.ask(turn, pending, Expects::Which(names.into()), speech, Origin::Voice, false);
    }

    /// Goes on with what was chosen, at these places of what was asked for.
    fn answered_which(&mut self, turn: TurnId, mut question: Question, places: &[usize], now: Moment) {
        if let Pending::OneOf(plans) = &mut question.pending {
            match places {
                // Who chose is sure.
                [place] => {
                    let plan = plans.swap_remove(*place);
                    self.planned(turn, plan, None, question.origin, now);
                }
                _ => self.ask_again(turn, question),
            }
            return;
        }
        let choose = |reading: &Reading, refusal: &Refusal| {
            let Refusal::Ambiguous { devices, .. } = refusal else { return None };
            let devices: Vec<_> = places.iter().filter_map(|place| devices.get(*place).cloned()).collect();
            chosen(reading, refusal, &devices)
        };
        self.go_on(turn, question, choose, now);
    }

    /// Goes on with the reading that an answer makes of the one that was refused.
    fn go_on(
        &mut self,
        turn: TurnId,
        question: Question,
        with: impl FnOnce(&Reading, &Refusal) -> Option<Reading>,
        now: Moment,
    ) {
        let Pending::Choice { mut readings, refused, refusal, confidence } = question.pending else {
            return;
        };
        let reading = readings.get(refused).and_then(|reading| with(reading, &refusal));
        let (Some(reading), Some(place)) = (reading, readings.get_mut(refused)) else { return };
        *place = reading;
        let situation = self.situation(now);
        let plans = readings.iter().map(|reading| self.mind.plan(reading, &situation)).collect();
        self.decide(turn, readings, plans, confidence, question.origin, now);
    }

    fn pin(&mut self, turn: TurnId, question: Question, digits: &str, now: Moment) {
        if self.settings.pin.as_deref() == Some(digits) {
            self.wrong_pins = 0;
            if let Pending::Plan(plan) = question.pending {
                self.carry_out(turn, plan, now);
            }
            return;
        }
        self.wrong_pins += 1;
        if self.wrong_pins >= WRONG_PINS {
            self.wrong_pins = 0;
            self.pin_locked_until = Some(now.since_start + PIN_LOCK);
        }
        self.refuse(turn, Because::WrongPin);
        self.cue(Cue::Error);
        self.say_phrase(turn, Phrase::WrongPin);
    }

    /// The question that waits for an answer. Who types need not wait until it was spoken.
    pub(super) fn take_question(&mut self, origin: Origin) -> Option<Box<Question>> {
        let spoken = self.speaking.as_mut().map(|speaking| &mut speaking.question);
        let unspoken = self.to_say.iter_mut().filter_map(|utter| match utter {
            Utter::Speech { question, .. } => Some(question),
            Utter::Cue(_) => None,
        });
        let mut asked = spoken.into_iter().chain(unspoken).filter(|_| origin == Origin::Typed);
        self.question.take().or_else(|| asked.find_map(|q| q.take_if(|q| q.origin == origin)))
    }

    /// Whether that turn was to answer a question; it is dropped.
    pub(super) fn question_unanswered(&mut self, turn: TurnId) -> bool {
        self.question.take_if(|question| question.answer == turn).is_some()
    }

    pub(super) fn drop_question(&mut self) {
        self.question = None;
    }
}
