//! Frames → turns: wake words, pre-roll, endpointing and the half-duplex guard.

use std::collections::BTreeMap;
use std::sync::Arc;

use mynah_audio::{Frame, SamplePos, Samples};
use serde::{Deserialize, Serialize};

use crate::endpointing::{EndReason, Endpointer, EndpointingSettings, Hint, Mark};
use crate::ports::{Detection, ModelError, SpeechProb, Vad, WakeWord};
use crate::preroll::PreRoll;
use crate::turn::{TurnId, TurnIds};
use crate::voicing::{Softer, Voice, Voicing};

/// How the [`Listener`] listens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ListenerSettings {
    /// When a turn ends.
    pub endpointing: EndpointingSettings,
    /// How long before a detection the audio of the turn starts. It reaches back into the wake word, so that no word
    /// said in the same breath is lost; recognisers skip the wake phrase ([`Hints::wake_phrase`](crate::ports::Hints)).
    pub pre_roll: Samples,
    /// The same for single words, by their id, where they are longer or shorter.
    pub pre_roll_of: BTreeMap<String, Samples>,
    /// After a detection, others are taken for the same word this long.
    pub refractory: Samples,
    /// After we spoke, the room still does for this long.
    pub mute_tail: Samples,
}

impl Default for ListenerSettings {
    fn default() -> Self {
        ListenerSettings {
            endpointing: EndpointingSettings::default(),
            pre_roll: Samples::from_millis(1_200),
            pre_roll_of: BTreeMap::new(),
            refractory: Samples::from_millis(1_000),
            mute_tail: Samples::from_millis(250),
        }
    }
}

/// What was heard. `at` is the end of the frame at which it was noticed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "heard", rename_all = "snake_case")]
#[expect(missing_docs, reason = "said above, or the name says it")]
pub enum Heard {
    /// A wake word: the turn is open.
    Wake {
        turn: TurnId,
        at: SamplePos,
        /// Which, and how surely.
        detection: Detection,
        /// Where the audio of the turn starts.
        from: SamplePos,
    },
    /// A turn was opened without a wake word, to hear an answer.
    Opened { turn: TurnId, at: SamplePos },
    /// The person speaks, since `speech_start`.
    SpeechStart { turn: TurnId, at: SamplePos, speech_start: SamplePos },
    /// A first silence, since `speech_end`: the recogniser may work ahead. Without a `SpeechStart` before it when what
    /// follows the wake word is too short to be told from its tail; several without a `Resume` between them when what
    /// sounds on may not be the speaker.
    Pause { turn: TurnId, at: SamplePos, speech_end: SamplePos },
    /// The person went on speaking, since `speech_start`.
    Resume { turn: TurnId, at: SamplePos, speech_start: SamplePos },
    /// The turn's speech is over: recognise it.
    SpeechEnd {
        turn: TurnId,
        at: SamplePos,
        /// Where the last voiced frame ends. Words trail off: the next 100 ms may still belong to them.
        speech_end: SamplePos,
        reason: EndReason,
    },
    /// Nothing was said: the turn is over.
    NoSpeech { turn: TurnId, at: SamplePos },
    /// The turn was broken off: nothing of it is to be recognised.
    Abandoned { turn: TurnId, at: SamplePos, reason: AbandonReason },
    /// Samples are missing before `at`; the models start afresh.
    Gap { at: SamplePos, missing: Samples },
}

impl Heard {
    /// The turn it belongs to; a gap belongs to none.
    pub fn turn(&self) -> Option<TurnId> {
        match self {
            Heard::Wake { turn, .. }
            | Heard::Opened { turn, .. }
            | Heard::SpeechStart { turn, .. }
            | Heard::Pause { turn, .. }
            | Heard::Resume { turn, .. }
            | Heard::SpeechEnd { turn, .. }
            | Heard::NoSpeech { turn, .. }
            | Heard::Abandoned { turn, .. } => Some(*turn),
            Heard::Gap { .. } => None,
        }
    }

    /// When it was noticed.
    pub fn at(&self) -> SamplePos {
        match self {
            Heard::Wake { at, .. }
            | Heard::Opened { at, .. }
            | Heard::SpeechStart { at, .. }
            | Heard::Pause { at, .. }
            | Heard::Resume { at, .. }
            | Heard::SpeechEnd { at, .. }
            | Heard::NoSpeech { at, .. }
            | Heard::Abandoned { at, .. }
            | Heard::Gap { at, .. } => *at,
        }
    }
}

/// Why a turn was broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AbandonReason {
    /// Audio was lost.
    Gap,
    /// We began to speak.
    Muted,
    /// The wake word was said again.
    Superseded,
    /// It was asked for ([`Control::Abandon`]).
    Asked,
}

/// What comes out of the [`Listener`], in order. For a Transcriber: `Wake` and `Opened` begin, `Audio` pushes, `Pause`
/// pauses, `SpeechEnd` finishes; `NoSpeech` and `Abandoned` drop what was begun.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "said above, or the name says it")]
pub enum Output {
    /// Something was heard.
    Heard(Heard),
    /// The audio of an open turn: the pre-roll first, then each frame as it comes, before what is heard in it.
    Audio { turn: TurnId, frame: Frame },
}

/// What others ask of the [`Listener`], in a form that passes through a channel.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "said above, or the name says it")]
pub enum Control {
    /// Hear an answer: see [`Listener::open_turn`].
    Open { turn: TurnId },
    /// See [`Listener::hint`].
    Hint { turn: TurnId, as_of: SamplePos, hint: Hint },
    /// See [`Listener::set_muted`].
    Mute(bool),
    /// See [`Listener::mute_until`].
    MuteUntil(SamplePos),
    /// Break the turn off.
    Abandon { turn: TurnId },
}

/// Turns one stream of frames into turns. Runs on the ears thread; holds its own models and no clock.
pub struct Listener {
    settings: ListenerSettings,
    wake: Vec<Box<dyn WakeWord>>,
    vad: Box<dyn Vad>,
    vad_delay: Samples,
    ids: TurnIds,
    preroll: PreRoll,
    voicing: Voicing,
    marks: Vec<Mark>,
    /// Where the next frame should start.
    next: Option<SamplePos>,
    turn: Option<(TurnId, Endpointer)>,
    /// A turn that opens with the next frame that is listened to.
    opening: Option<TurnId>,
    abandoning: bool,
    last_detection: Option<SamplePos>,
    muted: bool,
    /// Not listening to frames that start before this.
    deaf_until: Option<SamplePos>,
    /// Frames were not listened to: the models have to start afresh.
    stale: bool,
}

/// How much longer a pre-roll is than its word.
const PRE_ROLL_SPARE: Samples = Samples::from_millis(300);

impl Listener {
    /// What is decided in a turn may depend on the audio of this long before its wake word: a replay needs that too.
    pub const MEMORY: Samples = Samples::from_millis(8_000);

    /// Listens for any of the wake words. `ids` numbers the turns, together with those that are typed.
    pub fn new(
        settings: ListenerSettings,
        wake: Vec<Box<dyn WakeWord>>,
        vad: Box<dyn Vad>,
        ids: TurnIds,
    ) -> Self {
        let longest = settings
            .pre_roll_of
            .values()
            .copied()
            .chain([settings.pre_roll, Samples::from_millis(2_000)])
            .max()
            .unwrap_or_default();
        let vad_delay = vad.delay();
        Listener {
            preroll: PreRoll::new(longest),
            voicing: Voicing::new(vad_delay),
            settings,
            wake,
            vad,
            vad_delay,
            ids,
            marks: Vec::new(),
            next: None,
            turn: None,
            opening: None,
            abandoning: false,
            last_detection: None,
            muted: false,
            deaf_until: None,
            stale: false,
        }
    }

    /// Takes the next 10 ms and appends what comes of it to `out`.
    ///
    /// A frame that does not join on to the last is a gap: the turn in progress is abandoned, the models start afresh.
    /// On an error the frame counted as silence, so that a turn still ends; the next frame may be pushed.
    pub fn push(&mut self, frame: &Frame, out: &mut Vec<Output>) -> Result<(), ModelError> {
        if let Some(next) = self.next.filter(|next| *next != frame.pos()) {
            self.break_off(next, AbandonReason::Gap, out);
            out.push(Output::Heard(Heard::Gap { at: frame.pos(), missing: frame.pos().since(next) }));
            self.stale = true;
        }
        self.next = Some(frame.end());

        if self.is_deaf(frame) {
            self.break_off(frame.pos(), AbandonReason::Muted, out);
            self.stale = true;
            return Ok(());
        }
        if std::mem::take(&mut self.stale) {
            self.wake.iter_mut().for_each(|w| w.reset());
            self.vad.reset();
            self.voicing.reset();
            self.preroll.clear();
        }
        if std::mem::take(&mut self.abandoning) {
            self.break_off(frame.pos(), AbandonReason::Asked, out);
        }
        if let Some(turn) = self.opening.take() {
            self.break_off(frame.pos(), AbandonReason::Superseded, out);
            self.voicing.learn_background();
            self.turn = Some((turn, Endpointer::new(frame.pos(), false)));
            out.push(Output::Heard(Heard::Opened { turn, at: frame.pos() }));
        }

        self.preroll.push(frame);
        let (prob, mut fault) = match self.vad.push(frame) {
            Ok(prob) => (prob, None),
            Err(error) => (SpeechProb(0.0), Some(error)),
        };
        let age = self.turn.as_ref().map_or(Samples(0), |(_, e)| e.age(frame.end()));
        let voice = self.voicing.push(frame, prob, Softer::at_age(age));
        let mut detection: Option<Detection> = None;
        for word in &mut self.wake {
            match word.push(frame) {
                Ok(Some(d)) if detection.as_ref().is_none_or(|best| d.score > best.score) => {
                    detection = Some(d);
                }
                Ok(_) => {}
                Err(error) => fault = Some(error),
            }
        }

        if let Some((turn, _)) = &self.turn {
            out.push(Output::Audio { turn: *turn, frame: frame.clone() });
        }
        match detection.filter(|d| self.heeds(d, frame.end())) {
            Some(detection) => self.wake(detection, frame.end(), out),
            None => self.endpoint(frame.end(), voice, out),
        }
        fault.map_or(Ok(()), Err)
    }

    /// Opens `turn` without a wake word, to hear an answer, at the next frame that is listened to: when we still speak, after that.
    pub fn open_turn(&mut self, turn: TurnId) {
        self.opening = Some(turn);
    }

    /// What the recogniser makes of the audio up to `as_of`. A hint for another turn, or about words that others have followed since, does nothing.
    pub fn hint(&mut self, turn: TurnId, as_of: SamplePos, hint: Hint) {
        if let Some((_, endpointer)) = self.turn.as_mut().filter(|(open, _)| *open == turn) {
            endpointer.hint(hint, as_of);
        }
    }

    /// We speak (and must not hear ourselves), or have stopped. A turn in progress is abandoned. After `false`, frames are still not
    /// listened to for [`ListenerSettings::mute_tail`].
    pub fn set_muted(&mut self, muted: bool) {
        if self.muted
            && !muted
            && let Some(next) = self.next
        {
            self.mute_until(next);
        }
        self.muted = muted;
    }

    /// We speak until that position: frames that start before it, and before the tail after it, are not listened to.
    pub fn mute_until(&mut self, until: SamplePos) {
        let until = until + self.settings.mute_tail;
        self.deaf_until = Some(self.deaf_until.map_or(until, |before| before.max(until)));
    }

    /// Does what a [`Control`] asks for, before the next frame.
    pub fn control(&mut self, control: Control) {
        match control {
            Control::Open { turn } => self.open_turn(turn),
            Control::Hint { turn, as_of, hint } => self.hint(turn, as_of, hint),
            Control::Mute(muted) => self.set_muted(muted),
            Control::MuteUntil(until) => self.mute_until(until),
            Control::Abandon { turn } => {
                self.opening = self.opening.filter(|opening| *opening != turn);
                self.abandoning |= self.turn.as_ref().is_some_and(|(open, _)| *open == turn);
            }
        }
    }

    /// The open turn, if any.
    pub fn turn(&self) -> Option<TurnId> {
        self.turn.as_ref().map(|(turn, _)| *turn)
    }

    fn is_deaf(&mut self, frame: &Frame) -> bool {
        self.deaf_until = self.deaf_until.filter(|until| frame.pos() < *until);
        self.muted || self.deaf_until.is_some()
    }

    /// Whether a detection opens a turn.
    fn heeds(&self, detection: &Detection, at: SamplePos) -> bool {
        let same_word = self.last_detection.is_some_and(|last| at.since(last) < self.settings.refractory);
        let word_start = at - self.pre_roll(&detection.word) + PRE_ROLL_SPARE;
        let in_command = self
            .turn
            .as_ref()
            .is_some_and(|(_, endpointer)| !endpointer.may_restart(at, at.since(word_start)));
        !same_word && !in_command
    }

    fn pre_roll(&self, word: &Arc<str>) -> Samples {
        let own = self.settings.pre_roll_of.get(&**word);
        own.copied().unwrap_or(self.settings.pre_roll)
    }

    fn wake(&mut self, detection: Detection, at: SamplePos, out: &mut Vec<Output>) {
        self.break_off(at, AbandonReason::Superseded, out);
        self.last_detection = Some(at);
        self.voicing.learn_voice();
        self.voicing.learn_background();
        let turn = self.ids.allocate();
        let wanted = at - self.pre_roll(&detection.word);
        let first = self.preroll.since(wanted).next();
        let from = first.map_or(at, Frame::pos);
        out.push(Output::Heard(Heard::Wake { turn, at, detection, from }));
        out.extend(self.preroll.since(wanted).map(|frame| Output::Audio { turn, frame: frame.clone() }));
        self.turn = Some((turn, Endpointer::new(at, true)));
    }

    fn endpoint(&mut self, at: SamplePos, voice: Voice, out: &mut Vec<Output>) {
        let Some((turn, endpointer)) = &mut self.turn else {
            return;
        };
        let turn = *turn;
        let heard_to = at - self.vad_delay;
        endpointer.push(at, heard_to, voice, &self.settings.endpointing, &mut self.marks);
        for mark in self.marks.drain(..) {
            let heard = match mark {
                Mark::Start { at: speech_start } => Heard::SpeechStart { turn, at, speech_start },
                Mark::Pause { speech_end } => Heard::Pause { turn, at, speech_end },
                Mark::Resume { at: speech_start } => Heard::Resume { turn, at, speech_start },
                Mark::End { speech_end, reason } => Heard::SpeechEnd { turn, at, speech_end, reason },
                Mark::NoSpeech => Heard::NoSpeech { turn, at },
            };
            if matches!(heard, Heard::SpeechEnd { .. } | Heard::NoSpeech { .. }) {
                self.turn = None;
            }
            out.push(Output::Heard(heard));
        }
    }

    fn break_off(&mut self, at: SamplePos, reason: AbandonReason, out: &mut Vec<Output>) {
        if let Some((turn, _)) = self.turn.take() {
            out.push(Output::Heard(Heard::Abandoned { turn, at, reason }));
        }
    }
}
