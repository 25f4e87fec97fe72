//! The record of one turn: enough to hear it again and to see whether the same is decided.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mynah_audio::SamplePos;
use mynah_intent::Reading;
use mynah_skill::Outcome;
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, UtcOffset};

use crate::dialogue::{Because, Decision};
use crate::endpointing::Hint;
use crate::listener::Heard;
use crate::moment::Moment;
use crate::ports::{Hypothesis, Partial};
use crate::turn::TurnId;

/// Everything that was heard and decided in one turn, and when. The audio stands beside it, in the file that the host
/// writes when it holds a [`Permit`](crate::consent::Permit); a turn that
/// [is a secret](crate::dialogue::Dialogue::is_secret) is never written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TurnRecord {
    /// [`TurnRecord::VERSION`].
    pub version: u32,
    /// Hash of all that decisions depend on beside the audio: configuration, skills, home, models.
    pub configuration: String,
    /// The turn.
    pub turn: TurnId,
    /// Time of day at its start, in milliseconds since 1970-01-01 00:00 UTC.
    pub unix_ms: i64,
    /// What the place adds to UTC, in seconds.
    pub utc_offset_s: i32,
    /// Position of the first sample of the audio; none for typed words.
    pub audio_start: Option<SamplePos>,
    /// What was typed.
    pub typed: Option<String>,
    /// What the Listener heard, in order.
    pub heard: Vec<Heard>,
    /// What the recogniser said while the person spoke.
    pub partials: Vec<PartialAt>,
    /// Hints that the Listener was given. A replay gives them at the same positions, so that the turn ends where it did.
    pub hints: Vec<HintAt>,
    /// What was heard, with its n-best.
    pub hypothesis: Option<Hypothesis>,
    /// What the Dialogue decided, in order.
    pub decided: Vec<Decision>,
    /// Wall time of each stage, in milliseconds: `endpoint`, `decode`, `match`, `dispatch`.
    pub stages_ms: BTreeMap<String, f64>,
}

/// A partial result, and where the audio stood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartialAt {
    /// End of the newest frame that it knows.
    pub at: SamplePos,
    /// What it says.
    pub partial: Partial,
}

/// A hint, and where the audio stood when the Listener was given it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HintAt {
    /// Given before the frame that starts here.
    pub at: SamplePos,
    /// What it is about.
    pub as_of: SamplePos,
    /// What it says.
    pub hint: Hint,
}

/// The record was written by another version of Mynah, in another form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record has version {found}; this Mynah reads version {}", TurnRecord::VERSION)]
pub struct OtherVersion {
    /// What it says.
    pub found: u32,
}

impl TurnRecord {
    /// The version of this form.
    pub const VERSION: u32 = 1;

    /// An empty record of a turn that begins now.
    pub fn new(turn: TurnId, configuration: &str, now: Moment) -> Self {
        TurnRecord {
            version: Self::VERSION,
            configuration: configuration.to_owned(),
            turn,
            unix_ms: i64::try_from(now.wall.unix_timestamp_nanos() / 1_000_000).unwrap_or_default(),
            utc_offset_s: now.wall.offset().whole_seconds(),
            audio_start: None,
            typed: None,
            heard: Vec::new(),
            partials: Vec::new(),
            hints: Vec::new(),
            hypothesis: None,
            decided: Vec::new(),
            stages_ms: BTreeMap::new(),
        }
    }

    /// Whether this Mynah can replay it.
    ///
    /// # Errors
    /// It has another form.
    pub fn check_version(&self) -> Result<(), OtherVersion> {
        if self.version == Self::VERSION { Ok(()) } else { Err(OtherVersion { found: self.version }) }
    }

    /// Time of day at its start, for a replay to tell the same time.
    pub fn wall(&self) -> OffsetDateTime {
        let utc = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.unix_ms) * 1_000_000);
        let offset = UtcOffset::from_whole_seconds(self.utc_offset_s).unwrap_or(UtcOffset::UTC);
        utc.unwrap_or(OffsetDateTime::UNIX_EPOCH).to_offset(offset)
    }

    /// What came of the plan: a replay switches nothing, it is told this again.
    pub fn outcomes(&self) -> &[Outcome] {
        let outcomes = self.decided.iter().rev().find_map(|decision| match decision {
            Decision::Outcomes { outcomes } => Some(&**outcomes),
            _ => None,
        });
        outcomes.unwrap_or_default()
    }

    /// The decisions, one a line, for people and for comparing. Times that depend on the machine's speed are not among them:
    /// when a partial came, and how soon after the last word the turn was ended.
    pub fn decisions(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.heard.iter().filter_map(heard_line).collect();
        if let Some(typed) = &self.typed {
            lines.push(format!("typed {typed:?}"));
        }
        if let Some(Hypothesis { text, accepted, .. }) = &self.hypothesis {
            lines.push(format!("recognised {text:?}{}", if *accepted { "" } else { ", refused" }));
        }
        self.decided.iter().for_each(|decision| decision_lines(decision, &mut lines));
        lines
    }

    /// How the decisions of `replay` differ from these: one line each, with `-` for what was and `+` for what is. None: they do not.
    pub fn diff(&self, replay: &TurnRecord) -> Option<String> {
        let (was, is) = (self.decisions(), replay.decisions());
        (was != is).then(|| line_diff(&was, &is))
    }
}

fn heard_line(heard: &Heard) -> Option<String> {
    Some(match heard {
        Heard::Wake { at, detection, .. } => format!("wake word {} at {} ms", detection.word, at.as_millis()),
        Heard::Opened { .. } => "opened for an answer".to_owned(),
        Heard::SpeechStart { speech_start, .. } => format!("speech from {} ms", speech_start.as_millis()),
        Heard::SpeechEnd { speech_end, .. } => format!("speech to {} ms", speech_end.as_millis()),
        Heard::NoSpeech { .. } => "no speech".to_owned(),
        Heard::Abandoned { reason, .. } => format!("broken off: {reason:?}").to_lowercase(),
        Heard::Pause { .. } | Heard::Resume { .. } | Heard::Gap { .. } => return None,
    })
}

fn decision_lines(decision: &Decision, lines: &mut Vec<String>) {
    match decision {
        Decision::Understood { reading, rivals } => {
            lines.push(format!("understood {}", reading_line(reading)));
            lines.extend(rivals.iter().map(|rival| format!("  or {}", reading_line(rival))));
        }
        Decision::Planned { plan } => {
            lines.push(format!("planned by {}, risk {:?}", plan.skill, plan.risk).to_lowercase());
            lines.extend(plan.actions.iter().map(|action| format!("  {action}")));
        }
        Decision::Asked { speech, .. } => lines.push(format!("asked {speech:?}")),
        Decision::Outcomes { outcomes } => {
            lines.extend(outcomes.iter().map(|outcome| format!("outcome {outcome:?}")));
        }
        Decision::Refused { because } => lines.push(match because {
            // A confidence is a measure, not a decision.
            Because::NotUnderstood { .. } => "refused: not understood".to_owned(),
            Because::TooUnsure { .. } => "refused: too unsure".to_owned(),
            because => format!("refused: {because:?}"),
        }),
        Decision::Replied { reply } => {
            lines.push(format!("replied {:?}{}", reply.speech, if reply.ok { "" } else { " (not ok)" }));
        }
    }
}

fn reading_line(reading: &Reading) -> String {
    let mut line = reading.intent.name.clone();
    for (name, slot) in &reading.intent.slots {
        let _ = write!(line, " {name}={:?}", slot.value);
    }
    line
}

/// The shortest way from one list of lines to the other, by their longest common subsequence.
fn line_diff(was: &[String], is: &[String]) -> String {
    // common[i][j]: length of the longest common subsequence of was[i..] and is[j..].
    let mut common = vec![vec![0usize; is.len() + 1]; was.len() + 1];
    for i in (0..was.len()).rev() {
        for j in (0..is.len()).rev() {
            common[i][j] = if was[i] == is[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut text) = (0, 0, String::new());
    while i < was.len() || j < is.len() {
        let (mark, line) = if i < was.len() && j < is.len() && was[i] == is[j] {
            (i, j) = (i + 1, j + 1);
            (' ', &was[i - 1])
        } else if j == is.len() || i < was.len() && common[i + 1][j] >= common[i][j + 1] {
            i += 1;
            ('-', &was[i - 1])
        } else {
            j += 1;
            ('+', &is[j - 1])
        };
        let _ = writeln!(text, "{mark} {line}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpointing::EndReason;
    use crate::ports::Detection;
    use expect_test::expect;
    use mynah_skill::Reply;
    use time::macros::datetime;

    fn record() -> TurnRecord {
        let turn = TurnId(3);
        let wall = datetime!(2026-11-21 09:20 +1);
        let now = Moment { since_start: std::time::Duration::ZERO, wall };
        let mut record = TurnRecord::new(turn, "3f2a", now);
        let at = SamplePos;
        let detection = Detection { word: "computer".into(), score: 0.93 };
        record.heard = vec![
            Heard::Wake { turn, at: at(16_000), detection, from: at(0) },
            Heard::SpeechStart { turn, at: at(18_000), speech_start: at(16_000) },
            Heard::Pause { turn, at: at(35_000), speech_end: at(32_000) },
            Heard::SpeechEnd { turn, at: at(36_000), speech_end: at(32_000), reason: EndReason::Complete },
        ];
        let text = "turn on the lamp".to_owned();
        record.hypothesis =
            Some(Hypothesis { text, confidence: 0.9, accepted: true, ..Hypothesis::default() });
        record.hints = vec![HintAt { at: at(35_200), as_of: at(35_000), hint: Hint::Complete }];
        record.decided =
            vec![Decision::Replied { reply: Reply { speech: "The lamp is on.".into(), ok: true } }];
        record
    }

    #[test]
    fn a_record_goes_through_json() {
        let record = record();
        let again: TurnRecord = serde_json::from_str(&serde_json::to_string(&record).unwrap()).unwrap();
        assert_eq!(again, record);
        assert_eq!(again.wall(), datetime!(2026-11-21 09:20 +1));
        assert_eq!(again.check_version(), Ok(()));
    }

    #[test]
    fn other_decisions_show() {
        let was = record();
        let mut is = was.clone();
        // A slower machine ends the turn later and is a little less sure: the same decisions.
        is.heard.remove(2);
        if let Some(hypothesis) = &mut is.hypothesis {
            hypothesis.confidence = 0.8;
        }
        assert_eq!(was.diff(&is), None);
        if let Some(hypothesis) = &mut is.hypothesis {
            hypothesis.text = "turn on the lamps".to_owned();
        }
        is.decided.clear();
        expect![[r#"
              wake word computer at 1000 ms
              speech from 1000 ms
              speech to 2000 ms
            - recognised "turn on the lamp"
            - replied "The lamp is on."
            + recognised "turn on the lamps"
        "#]]
        .assert_eq(&was.diff(&is).unwrap());
    }
}
