//! Under which circumstances a recording is heard.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// What is done to a recording before it is heard. Written as its parts joined by `+`: `clean`, `10dB` (noise so far below the
/// speech), `room` (through a room's response), `-35dBFS` (scaled so that the loudest sample is there).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Condition {
    /// Noise so many decibels below the speech.
    pub snr_db: Option<f32>,
    /// Heard through a room.
    pub room: bool,
    /// The loudest sample of the recording, in dBFS; as recorded when None.
    pub peak_dbfs: Option<f32>,
}

/// A condition that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no condition: `clean`, `10dB`, `room`, `-35dBFS` are, and several joined by `+`, as in `room+10dB`"
)]
pub struct BadCondition(String);

impl FromStr for Condition {
    type Err = BadCondition;

    fn from_str(text: &str) -> Result<Self, BadCondition> {
        let bad = || BadCondition(text.to_owned());
        let number = |part: &str| part.parse().ok().filter(|n: &f32| n.is_finite()).ok_or_else(bad);
        let mut condition = Condition::default();
        let once = |fresh: bool| if fresh { Ok(()) } else { Err(bad()) };
        for part in text.split('+') {
            let part = part.trim();
            match part.to_lowercase().as_str() {
                "clean" => once(text.trim() == part)?,
                "room" => {
                    once(!condition.room)?;
                    condition.room = true;
                }
                lower => match (lower.strip_suffix("dbfs"), lower.strip_suffix("db")) {
                    (Some(peak), _) => {
                        once(condition.peak_dbfs.is_none())?;
                        let peak = number(peak.trim())?;
                        once((-80.0..=0.0).contains(&peak))?;
                        condition.peak_dbfs = Some(peak);
                    }
                    (None, Some(snr)) => {
                        once(condition.snr_db.is_none())?;
                        let snr = number(snr.trim())?;
                        once((-30.0..=80.0).contains(&snr))?;
                        condition.snr_db = Some(snr);
                    }
                    (None, None) => return Err(bad()),
                },
            }
        }
        Ok(condition)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            self.room.then(|| "room".to_owned()),
            self.snr_db.map(|snr| format!("{snr}dB")),
            self.peak_dbfs.map(|peak| format!("{peak}dBFS")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        f.write_str(&if parts.is_empty() { "clean".to_owned() } else { parts.join("+") })
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: Expect) {
        let read = text.parse::<Condition>();
        expected.assert_eq(&read.map_or_else(|error| error.to_string(), |condition| condition.to_string()));
    }

    #[test]
    fn conditions_are_read_and_written() {
        check("clean", expect!["clean"]);
        check("10dB", expect!["10dB"]);
        check("10 db + ROOM", expect!["room+10dB"]);
        check("room+-5dB+-35dBFS", expect!["room+-5dB+-35dBFS"]);
        let bad = |text: &str| text.parse::<Condition>().is_err();
        for text in
            ["", "10", "kitchen", "dB", "infdB", "room+room", "clean+room", "5dB+10dB", "3dBFS", "room+"]
        {
            assert!(bad(text), "{text}");
        }
        check(
            "loud",
            expect![
                "`loud` is no condition: `clean`, `10dB`, `room`, `-35dBFS` are, and several joined by `+`, as in `room+10dB`"
            ],
        );
    }
}
