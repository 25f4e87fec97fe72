//! What happened, as event lines and as a summary.

use std::collections::BTreeMap;
use std::time::Duration;

use mynah_assistant::dialogue::{Because, Decision};
use mynah_assistant::ports::{Hypothesis, Partial};
use mynah_assistant::record::{HintAt, PartialAt, TurnRecord};
use mynah_assistant::{EndReason, Heard, Moment, TurnId};
use mynah_audio::SamplePos;
use mynah_intent::Reading;
use mynah_measure::Quantiles;

use super::Recording;
use crate::events::{Event, Line, Summary};

/// Turns events into lines, and adds up.
pub(super) struct Teller<'a> {
    tell: &'a mut dyn FnMut(&Line),
    recording: Option<Recording>,
    summary: Summary,
    stages: BTreeMap<&'static str, Vec<f64>>,
    open: BTreeMap<TurnId, Course>,
    /// Audio time.
    at: SamplePos,
}

/// What is known of a turn in progress.
#[derive(Default)]
struct Course {
    /// Understood, but not yet told: what became of it belongs into the same line.
    reading: Option<Reading>,
    planned: bool,
    ok: Option<bool>,
    refused: bool,
    empty: bool,
    /// From the last word to the end of the turn, in milliseconds; and from there to the hypothesis.
    endpoint_ms: Option<f64>,
    decode_ms: f64,
    dispatch_ms: f64,
    secret: bool,
    record: Option<(TurnRecord, Vec<f32>)>,
}

impl<'a> Teller<'a> {
    pub(super) fn new(tell: &'a mut dyn FnMut(&Line), recording: Option<Recording>) -> Self {
        Teller {
            tell,
            recording,
            summary: Summary::default(),
            stages: BTreeMap::new(),
            open: BTreeMap::new(),
            at: SamplePos::default(),
        }
    }

    /// A turn begins.
    pub(super) fn begins(&mut self, turn: TurnId, now: Moment) {
        let record =
            self.recording.as_ref().map(|r| (TurnRecord::new(turn, &r.configuration, now), Vec::new()));
        self.course(turn).record = record;
    }

    /// The audio of a turn, for its record.
    pub(super) fn audio(&mut self, turn: TurnId, start: SamplePos, samples: Vec<f32>) {
        if let Some((record, audio)) = &mut self.course(turn).record {
            record.audio_start = Some(start);
            *audio = samples;
        }
    }

    /// The Listener was given a hint.
    pub(super) fn hinted(&mut self, turn: TurnId, hint: HintAt) {
        self.note(turn, |record| record.hints.push(hint));
    }

    pub(super) fn heard(&mut self, heard: &Heard) {
        let at = heard.at();
        if let Some(turn) = heard.turn() {
            self.note(turn, |record| record.heard.push(heard.clone()));
        }
        let event = match heard {
            Heard::Wake { detection, .. } => {
                Event::Wake { word: detection.word.to_string(), score: detection.score }
            }
            Heard::Opened { .. } => return,
            Heard::SpeechStart { .. } => Event::SpeechStart,
            Heard::SpeechEnd { turn, speech_end, reason, .. } => {
                let endpoint_ms = at.since(*speech_end).as_millis() as f64;
                self.course(*turn).endpoint_ms = Some(endpoint_ms);
                self.stage("endpoint", endpoint_ms);
                self.note(*turn, |record| _ = record.stages_ms.insert("endpoint".into(), endpoint_ms));
                Event::SpeechEnd {
                    speech_end_ms: speech_end.as_millis(),
                    reason: reason_name(*reason).into(),
                }
            }
            Heard::NoSpeech { turn, .. } => {
                self.course(*turn).empty = true;
                Event::SpeechEnd { speech_end_ms: at.as_millis(), reason: "no_speech".into() }
            }
            Heard::Abandoned { .. } => {
                Event::SpeechEnd { speech_end_ms: at.as_millis(), reason: "abandoned".into() }
            }
            Heard::Gap { missing, .. } => Event::Error {
                stage: "input".into(),
                message: format!("{} ms of audio are missing: the ears started afresh", missing.as_millis()),
            },
            Heard::Pause { .. } | Heard::Resume { .. } => return,
        };
        self.line(heard.turn(), at, event);
    }

    pub(super) fn partial(&mut self, turn: TurnId, partial: &Partial, at: SamplePos) {
        self.note(turn, |record| record.partials.push(PartialAt { at, partial: partial.clone() }));
        let Partial { text, confidence, complete } = partial.clone();
        self.line(Some(turn), at, Event::Partial { text, confidence, complete });
    }

    pub(super) fn hypothesis(
        &mut self,
        turn: TurnId,
        heard: &Hypothesis,
        decode: Duration,
        secret: bool,
        at: SamplePos,
    ) {
        let decode_ms = millis(decode);
        self.stage("decode", decode_ms);
        self.note(turn, |record| {
            record.hypothesis = Some(heard.clone());
            record.stages_ms.insert("decode".into(), decode_ms);
        });
        let course = self.course(turn);
        course.decode_ms = decode_ms;
        course.secret = secret;
        let Hypothesis { text, confidence, accepted, n_best, free_text, .. } = match secret {
            true => {
                Hypothesis { accepted: heard.accepted, confidence: heard.confidence, ..Hypothesis::default() }
            }
            false => heard.clone(),
        };
        let event = Event::Hypothesis { text, confidence, accepted, n_best, free_text, decode_ms };
        self.line(Some(turn), at, event);
    }

    /// `took`: how long the dialogue thought before it.
    pub(super) fn decision(&mut self, turn: TurnId, decision: Decision, took: Duration, at: SamplePos) {
        self.note(turn, |record| record.decided.push(decision.clone()));
        match decision {
            Decision::Understood { reading, .. } => {
                // Of several commands, each has its line.
                self.understood(turn, None, at);
                self.course(turn).reading = Some(reading);
            }
            Decision::Planned { plan } => {
                let match_ms = millis(took);
                let course = self.course(turn);
                course.planned = true;
                let felt = course.endpoint_ms.map(|endpoint| endpoint + course.decode_ms + match_ms);
                self.understood(turn, None, at);
                self.stage("match", match_ms);
                self.note(turn, |record| _ = record.stages_ms.insert("match".into(), match_ms));
                if let Some(felt) = felt {
                    self.stage("speech end to dispatch", felt);
                }
                let event =
                    Event::Plan { skill: plan.skill, risk: plan.risk, actions: plan.actions, match_ms };
                self.line(Some(turn), at, event);
            }
            Decision::Asked { speech, .. } => {
                self.understood(turn, None, at);
                self.course(turn).ok = Some(true);
                self.line(Some(turn), at, Event::Reply { speech, ok: true });
            }
            Decision::Outcomes { outcomes } => {
                let dispatch_ms = self.course(turn).dispatch_ms;
                for (action, outcome) in outcomes.into_iter().enumerate() {
                    self.line(Some(turn), at, Event::Outcome { action, outcome, dispatch_ms });
                }
            }
            Decision::Refused { because } => {
                let course = self.course(turn);
                course.refused = true;
                course.empty |= matches!(because, Because::NothingSaid);
                let why = why(&because);
                if !matches!(because, Because::NothingSaid | Because::Abandoned) {
                    self.understood(turn, Some(why), at);
                }
            }
            Decision::Replied { reply } => {
                let course = self.course(turn);
                course.ok = Some(course.ok.unwrap_or(true) && reply.ok);
                self.line(Some(turn), at, Event::Reply { speech: reply.speech, ok: reply.ok });
            }
        }
    }

    /// What came of the actions on the wires has arrived.
    pub(super) fn dispatched(&mut self, turn: TurnId, took: Duration) {
        let ms = millis(took);
        self.course(turn).dispatch_ms = ms;
        self.stage("dispatch and read back", ms);
        self.note(turn, |record| _ = record.stages_ms.insert("dispatch".into(), ms));
    }

    pub(super) fn fault(&mut self, stage: &str, message: String, at: SamplePos) {
        self.line(None, at, Event::Error { stage: stage.into(), message });
    }

    /// Files of the household were saved: with the hash of what is installed now, or faulty and without one.
    pub(super) fn reloaded(&mut self, configuration: Option<String>, message: String, at: SamplePos) {
        let ok = configuration.is_some();
        if let (Some(recording), Some(configuration)) = (&mut self.recording, configuration) {
            recording.configuration = configuration;
        }
        self.line(None, at, Event::Reload { ok, message });
    }

    pub(super) fn ended(&mut self, at: SamplePos, dropped: u64) {
        self.at = self.at.max(at);
        self.summary.dropped_blocks = dropped;
    }

    /// Nothing more comes of the turn: it is counted, and written down unless it is a secret.
    pub(super) fn settled(&mut self, turn: TurnId, secret: bool) -> Result<(), String> {
        let Some(course) = self.open.remove(&turn) else { return Ok(()) };
        self.summary.turns += 1;
        let count = if course.empty {
            &mut self.summary.empty
        } else if course.refused || course.ok.is_none() {
            &mut self.summary.refused
        } else if course.ok == Some(true) {
            &mut self.summary.done
        } else if course.planned {
            &mut self.summary.failed
        } else {
            &mut self.summary.refused
        };
        *count += 1;
        match (&mut self.recording, course.record) {
            (Some(recording), Some((record, audio))) if !secret => (recording.write)(&record, &audio),
            _ => Ok(()),
        }
    }

    /// Tells the summary, which is the last line.
    pub(super) fn finish(mut self) -> Summary {
        for turn in self.open.keys().copied().collect::<Vec<_>>() {
            // Broken off with the run: counted, but not whole enough for a record.
            self.course(turn).record = None;
            let _ = self.settled(turn, true);
        }
        self.summary.audio_ms = self.at.as_millis();
        let stages = self.stages.iter();
        self.summary.stages = stages.map(|(name, values)| ((*name).into(), Quantiles::of(values))).collect();
        let (summary, at) = (self.summary.clone(), self.at);
        self.line(None, at, Event::Summary(summary));
        self.summary
    }

    /// The line `intent`, once it is known what comes of it.
    fn understood(&mut self, turn: TurnId, refused: Option<String>, at: SamplePos) {
        let course = self.course(turn);
        let secret = course.secret;
        let reading = course.reading.take();
        if reading.is_none() && refused.is_none() {
            return;
        }
        let event = match reading {
            Some(Reading { intent, confidence, .. }) if !secret => {
                Event::Intent { name: Some(intent.name), slots: intent.slots, confidence, refused }
            }
            _ => Event::Intent { name: None, slots: BTreeMap::new(), confidence: 0.0, refused },
        };
        self.line(Some(turn), at, event);
    }

    fn course(&mut self, turn: TurnId) -> &mut Course {
        self.open.entry(turn).or_default()
    }

    fn note(&mut self, turn: TurnId, note: impl FnOnce(&mut TurnRecord)) {
        if let Some((record, _)) = &mut self.course(turn).record {
            note(record);
        }
    }

    fn stage(&mut self, name: &'static str, ms: f64) {
        self.stages.entry(name).or_default().push(ms);
    }

    fn line(&mut self, turn: Option<TurnId>, at: SamplePos, event: Event) {
        self.at = self.at.max(at);
        (self.tell)(&Line { event, turn, at_ms: at.as_millis() });
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn reason_name(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Silence => "silence",
        EndReason::Complete => "complete",
        EndReason::TooLong => "too_long",
    }
}

fn why(because: &Because) -> String {
    match because {
        Because::NothingSaid => "nothing was said".into(),
        Because::NotUnderstood { confidence } => {
            format!("not in what the skills know (confidence {confidence:.2})")
        }
        Because::NoReading { .. } => "no installed skill means this".into(),
        Because::TooUnsure { confidence, least } => {
            format!("too unsure: {confidence:.2}, at least {least:.2} is needed")
        }
        Because::Refusal { refusal } => refusal.to_string(),
        Because::NoPin => "it needs a PIN, and none is set".into(),
        Because::WrongPin => "wrong PIN".into(),
        Because::PinLocked => "too many wrong PINs".into(),
        Because::Declined => "the answer was no".into(),
        Because::NoAnswer => "no answer".into(),
        Because::RecognitionFailed { message } => format!("the recogniser failed: {message}"),
        Because::Abandoned => "broken off".into(),
    }
}
