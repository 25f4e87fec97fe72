//! The ASR thread: one Transcriber, one turn at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::Instant;

use mynah_assistant::ports::{Hints, Hypothesis, ModelError, Transcriber};
use mynah_assistant::{Control, Hint, TurnId};
use mynah_audio::SamplePos;
use mynah_intent::WordGraph;
use tokio::sync::mpsc::UnboundedSender;

use super::messages::{Event, Job, ToEars};

const PANICKED: &str = "the recogniser panicked; this turn is lost";

pub(super) struct Asr {
    pub transcriber: Box<dyn Transcriber>,
    pub graph: Arc<WordGraph>,
    pub jobs: Receiver<Job>,
    pub ears: Sender<ToEars>,
    pub events: UnboundedSender<Event>,
}

/// What the recogniser knows of turns in progress.
#[derive(Default)]
struct Turns {
    open: Option<TurnId>,
    /// The recogniser panicked in it: nothing is heard, but its end is answered.
    lost: Option<TurnId>,
    /// What may be said in the turn that hears an answer.
    expected: Option<(TurnId, Arc<WordGraph>)>,
}

impl Asr {
    /// Works until the ears are gone.
    pub(super) fn run(mut self) {
        let mut turns = Turns::default();
        // The ears listen already; what they hear waits in the channel.
        match catch_unwind(AssertUnwindSafe(|| self.transcriber.warm_up())) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.fault(error.to_string()),
            Err(_) => self.fault(PANICKED.into()),
        }
        while let Ok(job) = self.jobs.recv() {
            let (pausing, finishing) = (matches!(job, Job::Pause { .. }), matches!(job, Job::Finish { .. }));
            // A panic in a model must not stop the ears: the turn is lost, the next one starts afresh.
            let done = catch_unwind(AssertUnwindSafe(|| self.work(job, &mut turns)));
            if done.is_err() {
                self.fault(PANICKED.into());
                // Nobody is to wait for what does not come.
                if pausing {
                    let _ = self.ears.send(ToEars::PauseDone);
                }
                turns.lost = turns.open.take();
                if finishing && let Some(turn) = turns.lost.take() {
                    self.failed(turn, PANICKED.into());
                }
            }
        }
    }

    fn work(&mut self, job: Job, turns: &mut Turns) {
        let Turns { open, lost, expected } = turns;
        match job {
            Job::Graph(graph) => self.graph = graph,
            Job::Expect { turn, graph } => *expected = Some((turn, graph)),
            Job::Begin { turn, wake_phrase } => {
                *open = Some(turn);
                *lost = None;
                let answer = expected.take().filter(|(answer, _)| *answer == turn);
                let graph = answer.map_or_else(|| self.graph.clone(), |(_, graph)| graph);
                self.transcriber.begin(&Hints { graph, wake_phrase });
            }
            Job::Frame { turn, frame } if *open == Some(turn) => match self.transcriber.push(&frame) {
                Ok(Some(partial)) => {
                    self.hint(turn, frame.end(), Hint::of(Some(&partial)));
                    let _ = self.events.send(Event::Partial { turn, partial, at: frame.end() });
                }
                Ok(None) => {}
                Err(error) => self.fault(error.to_string()),
            },
            Job::Pause { turn, at, cancel } => {
                if *open == Some(turn) {
                    let partial = self.transcriber.pause(&cancel).unwrap_or_else(|error| {
                        if !matches!(error, ModelError::Cancelled) {
                            self.fault(error.to_string());
                        }
                        None
                    });
                    self.hint(turn, at, Hint::of(partial.as_ref()));
                    if let Some(partial) = partial {
                        let _ = self.events.send(Event::Partial { turn, partial, at });
                    }
                }
                let _ = self.ears.send(ToEars::PauseDone);
            }
            Job::Finish { turn, speech_end, ended, cancel } if *open == Some(turn) => {
                let heard = self.transcriber.finish(speech_end, &cancel);
                *open = None;
                match heard {
                    Ok(hypothesis) => self.heard(turn, hypothesis, ended),
                    // A newer turn took its place, or the run ends: nothing is wrong.
                    Err(ModelError::Cancelled) => self.heard(turn, Hypothesis::default(), ended),
                    Err(error) => {
                        self.fault(error.to_string());
                        self.failed(turn, error.to_string());
                    }
                }
            }
            Job::Finish { turn, .. } if *lost == Some(turn) => {
                *lost = None;
                self.failed(turn, PANICKED.into());
            }
            Job::Drop { turn } if *open == Some(turn) => *open = None,
            Job::Frame { .. } | Job::Finish { .. } | Job::Drop { .. } => {}
        }
    }

    fn hint(&self, turn: TurnId, as_of: SamplePos, hint: Hint) {
        let _ = self.ears.send(ToEars::Control(Control::Hint { turn, as_of, hint }));
    }

    fn heard(&self, turn: TurnId, hypothesis: Hypothesis, ended: Instant) {
        let _ = self.events.send(Event::Hypothesis { turn, hypothesis, decode: ended.elapsed() });
    }

    fn failed(&self, turn: TurnId, message: String) {
        let _ = self.events.send(Event::NotRecognised { turn, message });
    }

    fn fault(&self, message: String) {
        let _ = self.events.send(Event::Fault { stage: "recognition", message });
    }
}
