//! The mouth thread: cues and speech, one after the other, with the ears muted meanwhile.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender};

use mynah_assistant::ports::Speech;
use mynah_assistant::{Control, TurnId};
use mynah_audio::{CUE_RATE, Cue, cue};
use tokio::sync::mpsc::UnboundedSender;

use super::messages::{Event, ToEars};
use crate::audio::Player;

pub(super) enum Utter {
    Cue(Cue),
    Speech { turn: Option<TurnId>, text: String },
}

pub(super) struct Mouth {
    pub player: Player,
    /// None: replies are shown, not spoken.
    pub speech: Option<Box<dyn Speech>>,
    pub jobs: Receiver<Utter>,
    pub events: UnboundedSender<Event>,
    /// Whom to mute while sound is heard; nobody where sound takes no time.
    pub ears: Option<Sender<ToEars>>,
}

impl Mouth {
    /// Works until the loop is gone.
    pub(super) fn run(mut self) {
        while let Ok(job) = self.jobs.recv() {
            // The wake cue sounds while the person may begin to speak already.
            let mutes = !matches!(job, Utter::Cue(Cue::Wake));
            let turn = match &job {
                Utter::Speech { turn, .. } => Some(*turn),
                Utter::Cue(_) => None,
            };
            self.mute(mutes);
            let uttered = catch_unwind(AssertUnwindSafe(|| self.utter(job)))
                .unwrap_or_else(|_| Err("the speech engine panicked".into()));
            if let Err(message) = uttered {
                let _ = self.events.send(Event::Fault { stage: "speech", message });
            }
            if let Err(error) = self.player.drain() {
                let _ = self.events.send(Event::Fault { stage: "speech", message: error.to_string() });
            }
            self.mute(false);
            if let Some(turn) = turn {
                let _ = self.events.send(Event::Spoken { turn });
            }
        }
    }

    fn utter(&mut self, job: Utter) -> Result<(), String> {
        match job {
            Utter::Cue(kind) => {
                // Stopped or played: either is what was asked for.
                let _ = self.player.play(CUE_RATE, &cue(kind)).map_err(|e| e.to_string())?;
            }
            Utter::Speech { text, .. } => {
                let Some(speech) = &mut self.speech else { return Ok(()) };
                let mut sound = self.player.begin(speech.sample_rate()).map_err(|e| e.to_string())?;
                let mut lost = None;
                let made = speech.speak(&text, &mut |piece| match sound.play(piece) {
                    Ok(flow) => flow,
                    Err(error) => {
                        lost = Some(error.to_string());
                        ControlFlow::Break(())
                    }
                });
                let finished = sound.finish();
                if let Some(error) = lost {
                    return Err(error);
                }
                made.map_err(|e| e.to_string())?;
                let _ = finished.map_err(|e| e.to_string())?;
            }
        }
        Ok(())
    }

    fn mute(&self, muted: bool) {
        if let Some(ears) = &self.ears {
            // The ears may have ended; then nobody hears us.
            let _ = ears.send(ToEars::Control(Control::Mute(muted)));
        }
    }
}
