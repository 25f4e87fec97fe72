//! How the dialogue behaves.

use std::time::Duration;

use mynah_home::AreaId;
use mynah_skill::Risk;

/// How the [`Dialogue`](super::Dialogue) behaves.
#[derive(Clone, Debug, PartialEq)]
pub struct DialogueSettings {
    /// The room that the speaker stands in.
    pub area: Option<AreaId>,
    /// Digits asked for before an action of [`Risk::Pin`]. None: such actions are refused.
    pub pin: Option<String>,
    /// The least confidence of the recogniser at which an intent is acted on, by its risk. 0 to 1.
    pub least_confidence: LeastConfidence,
    /// The wake cue sounds when nothing was said this long after a wake word: who goes on in the same breath needs none.
    /// None: never.
    pub wake_cue_after: Option<Duration>,
    /// How long the recogniser may take.
    pub recognition_limit: Duration,
    /// How long a plan may take.
    pub plan_limit: Duration,
    /// How long a question waits for its answer to begin.
    pub answer_limit: Duration,
    /// How long a timer rings.
    pub ring_limit: Duration,
}

/// See [`DialogueSettings::least_confidence`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeastConfidence {
    /// For [`Risk::Low`].
    pub low: f32,
    /// For [`Risk::Confirm`], which is asked back anyway.
    pub confirm: f32,
    /// For [`Risk::Pin`].
    pub pin: f32,
}

impl LeastConfidence {
    pub(super) fn of(self, risk: Risk) -> f32 {
        match risk {
            Risk::Low => self.low,
            Risk::Confirm => self.confirm,
            Risk::Pin => self.pin,
        }
    }
}

impl Default for DialogueSettings {
    fn default() -> Self {
        DialogueSettings {
            area: None,
            pin: None,
            least_confidence: LeastConfidence { low: 0.2, confirm: 0.4, pin: 0.4 },
            wake_cue_after: Some(Duration::from_millis(350)),
            recognition_limit: Duration::from_secs(10),
            plan_limit: Duration::from_secs(15),
            answer_limit: Duration::from_secs(10),
            ring_limit: Duration::from_secs(60),
        }
    }
}
