//! What the threads and the loop tell one another.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mynah_assistant::dialogue::StateBefore;
use mynah_assistant::ports::{Cancel, Hypothesis, Partial};
use mynah_assistant::record::HintAt;
use mynah_assistant::{Control, Heard, TurnId};
use mynah_audio::{Frame, SamplePos};
use mynah_intent::WordGraph;
use mynah_skill::Outcome;

/// What the threads tell the loop.
pub(super) enum Event {
    Heard(Heard),
    Audio {
        turn: TurnId,
        start: SamplePos,
        samples: Vec<f32>,
    },
    Hinted {
        turn: TurnId,
        hint: HintAt,
    },
    Partial {
        turn: TurnId,
        partial: Partial,
        at: SamplePos,
    },
    Hypothesis {
        turn: TurnId,
        hypothesis: Hypothesis,
        decode: Duration,
    },
    /// The recogniser failed in a turn; why was told as a fault.
    NotRecognised {
        turn: TurnId,
        message: String,
    },
    Before {
        turn: TurnId,
        states: Vec<StateBefore>,
    },
    Outcomes {
        turn: TurnId,
        outcomes: Vec<Outcome>,
        took: Duration,
    },
    Spoken {
        turn: Option<TurnId>,
    },
    Fault {
        stage: &'static str,
        message: String,
    },
    Ended {
        at: SamplePos,
        dropped: u64,
    },
    /// The ears are gone for good: no turn that is open will end by itself.
    Deaf {
        message: String,
    },
}

/// What the others tell the ears.
#[derive(Debug)]
pub(super) enum ToEars {
    /// Something for the Listener.
    Control(Control),
    /// The recogniser has worked ahead as far as it could.
    PauseDone,
    /// The turn is over: answered, refused or empty.
    Settled(TurnId),
    /// Nobody waits for the recogniser's work on the last turn any more.
    Cancel,
    /// Stop listening.
    Stop,
}

/// What the ears and the loop want of the recogniser.
pub(super) enum Job {
    /// What may be said, from the next turn on.
    Graph(Arc<WordGraph>),
    /// What may be said in that turn, when it is an answer.
    Expect {
        turn: TurnId,
        graph: Arc<WordGraph>,
    },
    Begin {
        turn: TurnId,
        wake_phrase: Option<Arc<str>>,
    },
    Frame {
        turn: TurnId,
        frame: Frame,
    },
    Pause {
        turn: TurnId,
        at: SamplePos,
        cancel: Cancel,
    },
    Finish {
        turn: TurnId,
        speech_end: SamplePos,
        ended: Instant,
        cancel: Cancel,
    },
    Drop {
        turn: TurnId,
    },
}
