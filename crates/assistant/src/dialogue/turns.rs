//! The course of one turn: words → reading → plan → question → actions → outcomes → reply.

use std::time::Duration;

use mynah_audio::Cue;
use mynah_home::DeviceId;
use mynah_intent::Reading;
use mynah_skill::{Action, Failure, FailureKind, Local, Outcome, Plan, Refusal, Risk, Situation, is_too};

use super::event::Origin;
use super::own::{Effect, Memory};
use super::questions::Pending;
use super::undo::Undoable;
use super::{Because, Command, Decision, Dialogue, Expects, StateBefore};
use crate::moment::Moment;
use crate::turn::TurnId;
use crate::wording::{Phrase, sentences};

/// A plan in flight.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) turn: TurnId,
    plan: Plan,
    /// One for each action; those of our own are there from the start.
    outcomes: Vec<Option<Outcome>>,
    pub(super) until: Duration,
    /// What it changes of our own, as it was.
    own_before: Option<Memory>,
    states_before: Vec<StateBefore>,
    /// It takes back another, and this much of that cannot be.
    undoes: Option<Option<Plan>>,
}

/// The least confidence for several devices at once: half a sentence ("turn on the k…") is near the one that means them all.
const LEAST_FOR_SEVERAL: f32 = 0.75;
/// So long "it" is what was spoken of last.
const RECENT: Duration = Duration::from_secs(180);
fn devices_of(plan: &Plan) -> Vec<DeviceId> {
    let mut devices: Vec<DeviceId> = plan.actions.iter().filter_map(|a| a.device().cloned()).collect();
    devices.dedup();
    devices
}

fn waiting_time(action: &Action) -> Duration {
    match action {
        Action::Wait { length } => *length,
        _ => Duration::ZERO,
    }
}

impl Dialogue {
    /// Acts on words. `confidence` is the recogniser's; typed words are sure.
    pub(super) fn words(
        &mut self,
        turn: TurnId,
        text: &str,
        confidence: Option<f32>,
        origin: Origin,
        now: Moment,
    ) {
        if let Some(question) = self.take_question(origin) {
            let answers =
                question.answer == turn || origin == Origin::Typed && question.origin == Origin::Typed;
            if answers && self.answered(turn, *question, text, confidence, now) {
                return;
            }
        }
        let situation = self.situation(now);
        let commands = self.mind.commands(text, &situation);
        if commands.is_empty() {
            self.not_understood(turn, Because::NoReading { text: text.to_owned() }, origin);
            return;
        }
        let (mut readings, mut plans) = (Vec::new(), Vec::new());
        let mut recent = if now.since_start <= self.recent.1 { self.recent.0.clone() } else { Vec::new() };
        for command in commands {
            let Some(commands) = self.meant_too(command, readings.last(), now) else {
                self.not_understood(turn, Because::NoReading { text: text.to_owned() }, origin);
                return;
            };
            for command in commands {
                let chosen = self.choose(turn, command, &situation, &recent);
                if let Some((_, Ok(plan))) = &chosen {
                    let devices = devices_of(plan);
                    recent = if devices.is_empty() { recent } else { devices };
                }
                readings.extend(chosen.iter().map(|(reading, _)| reading.clone()));
                plans.extend(chosen.map(|(_, plan)| plan));
            }
        }
        self.decide(turn, readings, plans, confidence, origin, now);
    }

    /// "In the kitchen too" as what was asked for just before, in this utterance or the last; other commands as they are. Nothing when there
    /// was nothing that it could mean.
    fn meant_too(
        &self,
        command: Vec<Reading>,
        before: Option<&Reading>,
        now: Moment,
    ) -> Option<Vec<Vec<Reading>>> {
        let Some(too) = command.first().filter(|reading| is_too(reading)) else {
            return Some(vec![command]);
        };
        let asked = match before {
            Some(before) => std::slice::from_ref(before),
            None if now.since_start <= self.asked.1 => &self.asked.0,
            None => &[],
        };
        let meant: Option<Vec<_>> =
            asked.iter().map(|before| Some(vec![self.mind.too_after(before, too)?])).collect();
        meant.filter(|meant| !meant.is_empty())
    }

    /// Of several commands, all are done or none.
    pub(super) fn decide(
        &mut self,
        turn: TurnId,
        readings: Vec<Reading>,
        mut plans: Vec<Result<Plan, Refusal>>,
        confidence: Option<f32>,
        origin: Origin,
        now: Moment,
    ) {
        let Some(refused) = plans.iter().position(Result::is_err) else {
            if let Some(plan) = Plan::together(plans.into_iter().flatten().collect()) {
                self.asked = (readings, now.since_start + RECENT);
                self.planned(turn, plan, confidence, origin, now);
            }
            return;
        };
        let Err(refusal) = plans.swap_remove(refused) else { return };
        if let Refusal::Ambiguous { names, devices, .. } = &refusal
            && names.len() == devices.len()
            && names.len() > 1
        {
            let (speech, expects) = (self.mind.refusal(&refusal), Expects::Which(names.clone()));
            let pending = Pending::Choice { readings, refused, refusal, confidence };
            self.ask(turn, pending, expects, speech, origin, false);
            return;
        }
        if let Refusal::Asks { question, answers, .. } = &refusal {
            let (speech, expects) = (question.clone(), Expects::Answer(answers.clone()));
            let pending = Pending::Choice { readings, refused, refusal, confidence };
            self.ask(turn, pending, expects, speech, origin, false);
            return;
        }
        if let Refusal::NothingThere { .. } | Refusal::NoneOfKind { .. } = refusal {
            // "What about the bedroom?"
            self.asked = (readings.clone(), now.since_start + RECENT);
        }
        let speech = match readings.len() {
            1 => self.mind.refusal(&refusal),
            _ => self.phrase(Phrase::DidNothing(&self.mind.refusal(&refusal))),
        };
        self.refuse(turn, Because::Refusal { refusal });
        self.cue(Cue::Error);
        self.say(turn, &speech);
    }

    /// Of readings that fit equally well, one that this house can do is meant.
    fn choose(
        &mut self,
        turn: TurnId,
        readings: Vec<Reading>,
        situation: &Situation,
        recent: &[DeviceId],
    ) -> Option<(Reading, Result<Plan, Refusal>)> {
        let refer = |reading| self.mind.refer(reading, recent);
        let mut readings: Vec<Reading> = readings.into_iter().map(refer).collect();
        let best = readings.first()?.confidence;
        let equal = readings.iter().take_while(|reading| reading.confidence >= best);
        let mut plans: Vec<_> = equal.map(|reading| self.mind.plan(reading, situation)).collect();
        let chosen = plans.iter().position(Result::is_ok).unwrap_or(0);
        let reading = readings.remove(chosen);
        self.report(turn, Decision::Understood { reading: reading.clone(), rivals: readings });
        Some((reading, plans.swap_remove(chosen)))
    }

    pub(super) fn not_understood(&mut self, turn: TurnId, because: Because, origin: Origin) {
        if self.question.as_ref().is_some_and(|question| question.answer == turn) {
            if let Some(question) = self.question.take() {
                self.ask_again(turn, *question);
            }
            return;
        }
        self.refuse(turn, because);
        if origin == Origin::Voice {
            self.cue(Cue::Error);
            self.say_phrase(turn, Phrase::NotUnderstood);
        }
    }

    pub(super) fn planned(
        &mut self,
        turn: TurnId,
        plan: Plan,
        confidence: Option<f32>,
        origin: Origin,
        now: Moment,
    ) {
        let mut least = self.settings.least_confidence.of(plan.risk);
        if plan.actions.iter().filter_map(|action| action.device()).nth(1).is_some() {
            least = least.max(LEAST_FOR_SEVERAL);
        }
        if let Some(confidence) = confidence.filter(|confidence| *confidence < least) {
            let because = Because::TooUnsure { confidence, least };
            self.not_understood(turn, because, origin);
            return;
        }
        self.report(turn, Decision::Planned { plan: plan.clone() });
        match plan.risk {
            Risk::Low => self.carry_out(turn, plan, now),
            Risk::Confirm => {
                let speech = self.phrase(Phrase::Shall(&self.mind.describe(&plan)));
                self.ask(turn, Pending::Plan(plan), Expects::YesNo, speech, origin, false);
            }
            Risk::Pin if self.settings.pin.as_deref().is_none_or(str::is_empty) => {
                self.refuse(turn, Because::NoPin);
                self.cue(Cue::Error);
                self.say_phrase(turn, Phrase::NoPin);
            }
            Risk::Pin if self.pin_locked_until.is_some_and(|until| now.since_start < until) => {
                self.refuse(turn, Because::PinLocked);
                self.cue(Cue::Error);
                self.say_phrase(turn, Phrase::PinLocked);
            }
            Risk::Pin => {
                let speech = self.phrase(Phrase::WhatPin(&self.mind.describe(&plan)));
                self.ask(turn, Pending::Plan(plan), Expects::Pin, speech, origin, false);
            }
        }
    }

    /// Does what is ours at once and sends the rest.
    pub(super) fn carry_out(&mut self, turn: TurnId, plan: Plan, now: Moment) {
        if plan.actions.contains(&Action::Local(Local::Undo))
            && let Some(last) = self.last.take()
        {
            self.take_back(turn, plan, last, now);
            return;
        }
        let memory = self.own.memory();
        let devices = devices_of(&plan);
        if !devices.is_empty() {
            self.recent = (devices, now.since_start + RECENT);
        }
        let mut outcomes = Vec::with_capacity(plan.actions.len());
        let mut wired = Vec::new();
        let (mut changed, mut stop) = (false, false);
        for action in &plan.actions {
            let Action::Local(local) = action else {
                wired.push(action.clone());
                outcomes.push(None);
                continue;
            };
            if self.silences(local) {
                self.ringing = None;
                outcomes.push(Some(Outcome::Done { said: Some(self.phrase(Phrase::RingingIsOff)) }));
                continue;
            }
            let (outcome, effect) = self.own.act(local, &*self.mind, now);
            outcomes.push(Some(outcome));
            match effect {
                Effect::Nothing => {}
                Effect::Changed => changed = true,
                Effect::VolumeChanged => {
                    changed = true;
                    let percent = self.own.volume;
                    self.commands.push_back(Command::SetVolume { percent });
                }
                Effect::Stop => stop = true,
                Effect::Snooze(length) => {
                    let snoozed = self.snooze(length, now);
                    changed |= snoozed;
                    if !snoozed {
                        let message = self.phrase(Phrase::NothingRings);
                        let refused = Failure { kind: FailureKind::Refused, message };
                        outcomes.pop();
                        outcomes.push(Some(Outcome::Failed(refused)));
                    }
                }
            }
        }
        if changed {
            self.keep(now);
        }
        if stop {
            self.stop();
        }
        // The time that a plan waits by itself does not count.
        let waits: Duration = plan.actions.iter().map(waiting_time).sum();
        let until = now.since_start + self.settings.plan_limit + waits;
        let running = Running {
            turn,
            plan,
            outcomes,
            until,
            own_before: changed.then_some(memory),
            states_before: Vec::new(),
            undoes: None,
        };
        self.run(running, wired);
    }

    fn run(&mut self, running: Running, wired: Vec<Action>) {
        if wired.is_empty() {
            self.finish(running);
        } else {
            let (turn, plan) = (running.turn, Plan { actions: wired, ..running.plan.clone() });
            self.running.push(running);
            self.commands.push_back(Command::Execute { turn, plan });
        }
    }

    /// Restores what was read before the last plan.
    fn take_back(&mut self, turn: TurnId, plan: Plan, last: Undoable, now: Moment) {
        let (orders, lost) = last.restore();
        let mut actions = Vec::new();
        let mut outcomes = Vec::new();
        if let Some(memory) = last.own {
            let (outcome, effect) = self.own.restore(memory, self.language(), now);
            actions.push(Action::Local(Local::Undo));
            outcomes.push(Some(outcome));
            if effect == Effect::VolumeChanged {
                let percent = self.own.volume;
                self.commands.push_back(Command::SetVolume { percent });
            }
            self.keep(now);
        }
        actions.extend(orders.iter().cloned());
        outcomes.extend(orders.iter().map(|_| None));
        let running = Running {
            turn,
            plan: Plan { actions, reply: String::new(), ..plan },
            outcomes,
            until: now.since_start + self.settings.plan_limit,
            own_before: None,
            states_before: Vec::new(),
            undoes: Some(lost),
        };
        self.run(running, orders);
    }

    pub(super) fn states_before(&mut self, turn: TurnId, states: Vec<StateBefore>) {
        if let Some(running) = self.running.iter_mut().find(|running| running.turn == turn) {
            running.states_before = states;
        }
    }

    pub(super) fn outcomes(&mut self, turn: TurnId, outcomes: Vec<Outcome>) {
        let Some(index) = self.running.iter().position(|running| running.turn == turn) else {
            return;
        };
        let mut running = self.running.remove(index);
        let missing = running.outcomes.iter_mut().filter(|outcome| outcome.is_none());
        for (place, outcome) in missing.zip(outcomes) {
            *place = Some(outcome);
        }
        self.finish(running);
    }

    pub(super) fn end_overdue_plans(&mut self, now: Moment) {
        while let Some(index) = self.running.iter().position(|running| running.until <= now.since_start) {
            let running = self.running.remove(index);
            self.finish(running);
        }
    }

    /// Tells what came of a plan. An action without an outcome did not answer.
    fn finish(&mut self, running: Running) {
        let Running { turn, plan, outcomes, own_before, states_before, undoes, .. } = running;
        let silent = || {
            Outcome::Failed(Failure {
                kind: FailureKind::Unreachable,
                message: "no answer in time".to_owned(),
            })
        };
        let outcomes: Vec<Outcome> =
            outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(silent)).collect();
        let mut reply = self.mind.reply(&plan, &outcomes);
        match undoes {
            Some(lost) => {
                if plan.actions.is_empty() {
                    reply.speech.clear();
                }
                if let Some(lost) = lost {
                    let lost = self.phrase(Phrase::CannotTakeBack(&self.mind.describe(&lost)));
                    reply.speech = sentences(&[reply.speech, lost], self.language());
                    reply.ok = false;
                }
            }
            None => {
                self.last = Undoable::of(&plan, &outcomes, states_before, own_before).or(self.last.take());
            }
        }
        if plan.reply.is_empty() && plan.actions == [Action::Local(Local::Cancel)] {
            // Who said "stop" wants no more words.
            reply.speech.clear();
        }
        self.report(turn, Decision::Outcomes { outcomes });
        self.cue(if reply.ok { Cue::Done } else { Cue::Error });
        self.reply(turn, reply);
    }

    /// "Stop": whatever sounds or waits.
    fn stop(&mut self) {
        self.ringing = None;
        self.to_say.clear();
        self.drop_question();
        if let Some(speaking) = &mut self.speaking {
            speaking.question = None;
            self.commands.push_back(Command::StopSpeaking);
        }
    }
}
