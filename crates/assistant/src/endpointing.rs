//! Where the speech of a turn begins, pauses and ends. Everything is counted in samples.

use mynah_audio::{SamplePos, Samples};
use serde::{Deserialize, Serialize};

use crate::ports::Partial;
use crate::voicing::Voice;

/// How long silence must last, and other times of a turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EndpointingSettings {
    /// Silence that is a pause: the recogniser works ahead from here.
    pub pause: Samples,
    /// Silence that ends a turn when the recogniser has no opinion.
    pub silence: Samples,
    /// Silence that ends a turn whose words are a whole sentence.
    pub silence_complete: Samples,
    /// Silence that ends a turn that is perhaps in the middle of a phrase.
    pub silence_incomplete: Samples,
    /// Silence that ends a turn that is surely in the middle of a phrase: who hesitates is thinking.
    pub silence_mid_phrase: Samples,
    /// A turn ends after so much in which the speaker's voice was not clear, though something sounds like speech: a
    /// television, a machine. Silence is not waited for then.
    pub faint: Samples,
    /// A turn in which nothing is said ends after this.
    pub no_speech: Samples,
    /// The longest turn.
    pub longest: Samples,
    /// Sound that goes on this long after a detection is no longer the tail of the wake word.
    pub wake_tail: Samples,
}

impl Default for EndpointingSettings {
    fn default() -> Self {
        EndpointingSettings {
            pause: Samples::from_millis(180),
            silence: Samples::from_millis(600),
            silence_complete: Samples::from_millis(250),
            silence_incomplete: Samples::from_millis(1_300),
            silence_mid_phrase: Samples::from_millis(2_200),
            faint: Samples::from_millis(1_500),
            no_speech: Samples::from_millis(3_000),
            longest: Samples::from_millis(12_000),
            wake_tail: Samples::from_millis(400),
        }
    }
}

/// What the recogniser makes of the words so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hint {
    /// A whole sentence, with a clear margin: little silence ends the turn.
    Complete,
    /// Perhaps in the middle of a phrase: wait longer.
    Incomplete,
    /// Surely in the middle of a phrase: wait longest.
    MidPhrase,
    /// It tells nothing about the end.
    Unsure,
    /// It is still at work on them. Its answer is needed to act, so waiting for it costs nothing, and the turn may
    /// prove to be in the middle of a phrase.
    Working,
}

/// Below this a partial result is no sentence yet; above it, though not surely whole, it tells nothing about the end.
const UNFINISHED: f32 = 0.5;
/// Below this it surely is none. Of 75 pauses within spoken orders where no order ends, 67 had less; of the orders' ends none.
const MID_PHRASE: f32 = 0.01;

impl Hint {
    /// What a partial result says about the end of the turn; nothing when no words were made out, or when they may be
    /// a whole sentence but not surely.
    pub fn of(partial: Option<&Partial>) -> Hint {
        match partial {
            Some(partial) if partial.complete => Hint::Complete,
            Some(partial) if partial.confidence < MID_PHRASE => Hint::MidPhrase,
            Some(partial) if partial.confidence < UNFINISHED => Hint::Incomplete,
            _ => Hint::Unsure,
        }
    }
}

/// Why a turn's speech ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Long enough silence.
    Silence,
    /// A whole sentence and a short silence.
    Complete,
    /// The longest turn was reached.
    TooLong,
}

/// What the endpointer found out at one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mark {
    Start { at: SamplePos },
    Pause { speech_end: SamplePos },
    Resume { at: SamplePos },
    End { speech_end: SamplePos, reason: EndReason },
    NoSpeech,
}

/// Voiced frames in a row (unvoiced ones count back) that are the beginning of speech, and its going on.
const ONSET: u32 = 8;
const ACTIVE: u32 = 5;
/// Voiced frames that show that speech went on from the wake word.
const MOSTLY: u32 = 26;
/// Fewer voiced frames than this are hardly a command. The recogniser may know better.
const SHORT: u32 = 40;
/// A hint is about the words so far when no more than this was spoken after it. In samples.
const HINT_SLACK: Samples = Samples::from_millis(150);
/// After so much in which the speaker's voice was not clear, though something sounds like speech, the recogniser has a look;
/// and again after as much more. In samples.
const LOOK: Samples = Samples::from_millis(500);
/// Speech that begins this soon after the detection may be the wake word's own.
const JOINED: Samples = Samples::from_millis(100);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// Nothing was said yet.
    Waiting,
    /// Something short followed the wake word at once: its tail, or a word like "stop".
    Doubtful,
    Speaking,
    Paused,
}

/// The state of one open turn.
#[derive(Debug)]
pub(crate) struct Endpointer {
    opened: SamplePos,
    /// A wake word opened the turn: its tail is not speech.
    woken: bool,
    phase: Phase,
    /// Leaky count of voiced frames, at most [`ONSET`].
    run: u32,
    /// Voiced audio since the run began.
    run_start: SamplePos,
    run_length: u32,
    /// Voiced frames of the whole turn.
    voiced: u32,
    /// Where speech began after the last pause.
    resumed: Option<SamplePos>,
    /// The speech began together with the end of the wake word.
    joined: bool,
    /// Where the newest speech ended.
    speech_end: SamplePos,
    /// Where the speaker's voice was clear last.
    clear_end: SamplePos,
    /// How many looks the recogniser had since then.
    looks: u64,
    hint: Option<(Hint, SamplePos)>,
}

impl Endpointer {
    pub(crate) fn new(opened: SamplePos, woken: bool) -> Self {
        Endpointer {
            opened,
            woken,
            phase: Phase::Waiting,
            run: 0,
            run_start: opened,
            run_length: 0,
            voiced: 0,
            resumed: None,
            joined: false,
            speech_end: opened,
            clear_end: opened,
            looks: 0,
            hint: None,
        }
    }

    /// Whether a wake word that takes up to `word` and ends now opens the turn anew: nothing was said yet, or it came
    /// after a pause ("turn on … no. Computer, turn off …"). In the flow of a command it is a word like any other.
    pub(crate) fn may_restart(&self, at: SamplePos, word: Samples) -> bool {
        match self.phase {
            Phase::Waiting | Phase::Doubtful => true,
            Phase::Speaking => self.resumed.is_some_and(|resumed| at.since(resumed) <= word),
            Phase::Paused => false,
        }
    }

    /// How long the turn has been open.
    pub(crate) fn age(&self, at: SamplePos) -> Samples {
        at.since(self.opened)
    }

    pub(crate) fn hint(&mut self, hint: Hint, as_of: SamplePos) {
        if self.hint.is_none_or(|(_, before)| before <= as_of) {
            self.hint = Some((hint, as_of));
        }
    }

    /// Takes what the 10 ms are that end at `heard_to`; the stream has come to `at`, which is later by the VAD's delay.
    /// After `End` or `NoSpeech` the turn is over.
    pub(crate) fn push(
        &mut self,
        at: SamplePos,
        heard_to: SamplePos,
        voice: Voice,
        settings: &EndpointingSettings,
        marks: &mut Vec<Mark>,
    ) {
        self.count(heard_to, voice);
        match self.phase {
            Phase::Waiting | Phase::Doubtful => self.push_waiting(at, heard_to, settings, marks),
            Phase::Speaking | Phase::Paused => self.push_speaking(at, heard_to, settings, marks),
        }
        let ended = matches!(marks.last(), Some(Mark::End { .. } | Mark::NoSpeech));
        if !ended && self.age(at) >= settings.longest {
            marks.push(Mark::End { speech_end: self.speech_end, reason: EndReason::TooLong });
        }
    }

    fn count(&mut self, heard_to: SamplePos, voice: Voice) {
        // What the delayed VAD says about the time before the turn is not about this turn.
        if heard_to <= self.opened {
            return;
        }
        if voice == Voice::Clear {
            self.clear_end = heard_to;
            self.looks = 0;
        }
        if voice != Voice::None {
            if self.run == 0 {
                self.run_start = heard_to - Samples::from_millis(10);
                self.run_length = 0;
            }
            self.run = (self.run + 1).min(ONSET);
            self.run_length += 1;
            self.voiced += 1;
            let going_on = self.phase == Phase::Speaking && self.run >= ACTIVE;
            if going_on || self.phase == Phase::Waiting {
                self.speech_end = heard_to;
            }
        } else {
            self.run = self.run.saturating_sub(1);
        }
    }

    fn push_waiting(
        &mut self,
        at: SamplePos,
        heard_to: SamplePos,
        settings: &EndpointingSettings,
        marks: &mut Vec<Mark>,
    ) {
        let joined = self.woken && self.run_start.since(self.opened) <= JOINED;
        let outlasts_wake_word = heard_to.since(self.opened) >= settings.wake_tail;
        if self.run >= ONSET && (!joined || outlasts_wake_word && self.run_length >= MOSTLY) {
            self.phase = Phase::Speaking;
            self.joined = joined;
            self.resumed = (!joined).then_some(self.run_start);
            self.speech_end = heard_to;
            self.clear_end = heard_to;
            marks.push(Mark::Start { at: self.run_start });
            return;
        }
        let silence = at.since(self.speech_end);
        if self.phase == Phase::Waiting
            && self.run == 0
            && joined
            && self.run_length >= ACTIVE
            && silence >= settings.pause
        {
            self.phase = Phase::Doubtful;
            marks.push(Mark::Pause { speech_end: self.speech_end });
        }
        if self.phase == Phase::Doubtful
            && silence >= settings.silence_complete
            && self.hinted(Hint::Complete, self.speech_end)
        {
            marks.push(Mark::Start { at: self.opened });
            marks.push(Mark::End { speech_end: self.speech_end, reason: EndReason::Complete });
            return;
        }
        // Whoever is just beginning is let begin.
        let patience =
            if self.run > 0 { settings.no_speech + settings.wake_tail } else { settings.no_speech };
        if self.age(at) >= patience {
            marks.push(match self.phase {
                Phase::Doubtful => Mark::End { speech_end: self.speech_end, reason: EndReason::Silence },
                _ => Mark::NoSpeech,
            });
        }
    }

    fn push_speaking(
        &mut self,
        at: SamplePos,
        heard_to: SamplePos,
        settings: &EndpointingSettings,
        marks: &mut Vec<Mark>,
    ) {
        let silence = at.since(self.speech_end);
        if self.phase == Phase::Speaking {
            if silence >= settings.pause {
                self.phase = Phase::Paused;
                marks.push(Mark::Pause { speech_end: self.speech_end });
            }
        } else if self.run >= ACTIVE {
            self.phase = Phase::Speaking;
            self.speech_end = heard_to;
            self.resumed = Some(self.run_start);
            marks.push(Mark::Resume { at: self.run_start });
        } else {
            let (patience, reason) = self.patience(self.speech_end, settings);
            if silence >= patience {
                marks.push(Mark::End { speech_end: self.speech_end, reason });
                return;
            }
        }
        self.push_faint(at, settings, marks);
    }

    /// What sounds like speech, and is not clear, may keep silence away for long.
    fn push_faint(&mut self, at: SamplePos, settings: &EndpointingSettings, marks: &mut Vec<Mark>) {
        let faint = at.since(self.clear_end);
        let (patience, reason) = self.patience(self.clear_end, settings);
        // Soft words could follow a whole sentence: the recogniser must have heard what sounds on, and found none in it.
        let looked = self.hint.is_some_and(|(_, as_of)| as_of.since(self.clear_end) >= LOOK);
        let least = if reason == EndReason::Complete && looked { settings.silence } else { settings.faint };
        if faint >= patience.max(least) {
            marks.push(Mark::End { speech_end: self.speech_end.min(self.clear_end + LOOK), reason });
        } else if self.phase == Phase::Speaking
            && self.looks < 2
            && faint.0 >= LOOK.0 * (self.looks + 1)
            && marks.is_empty()
        {
            self.looks += 1;
            marks.push(Mark::Pause { speech_end: self.clear_end });
        }
    }

    /// How long a silence after `end` must be, and why the turn then ends.
    fn patience(&self, end: SamplePos, settings: &EndpointingSettings) -> (Samples, EndReason) {
        if self.hinted(Hint::Complete, end) {
            return (settings.silence_complete, EndReason::Complete);
        }
        let patience = if self.hinted(Hint::MidPhrase, end) {
            settings.silence_mid_phrase
        } else if self.hinted(Hint::Incomplete, end) {
            settings.silence_incomplete
        } else if self.voiced < SHORT && self.joined {
            // Perhaps the tail of the wake word and some noise: the command may still come.
            (self.opened + settings.no_speech).since(end).max(settings.silence_incomplete)
        } else if self.voiced < SHORT && self.woken || self.hinted(Hint::Working, end) {
            settings.silence_incomplete
        } else {
            settings.silence
        };
        (patience, EndReason::Silence)
    }

    /// Whether the recogniser said so about the words up to `end`.
    fn hinted(&self, wanted: Hint, end: SamplePos) -> bool {
        self.hint.is_some_and(|(hint, as_of)| hint == wanted && as_of + HINT_SLACK >= end)
    }
}
