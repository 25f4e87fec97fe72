//! What a program under test says.
//!
//! It is given 16-bit little-endian mono PCM at 16 kHz on standard input, without a header and as fast as it reads, until
//! the end of input; it then ends. On standard output it writes one JSON object a line, and nothing else (standard error is
//! free). The first is said as soon as it is ready to listen:
//!
//! ```json
//! {"ready": "openWakeWord 0.6.0", "words": ["alexa"], "hop_ms": 80}
//! ```
//!
//! and then one for each detection, in the order of time:
//!
//! ```json
//! {"word": "alexa", "at_ms": 1234, "score": 0.93}
//! ```
//!
//! `at_ms` is how much sound it had taken when it decided, counted from the start. `score` (0 to 1) may be left out. A
//! program that has scores says every step from 0.05 on, so that the benchmark can draw a curve, and names in the first line
//! the score that it would act on (`"threshold"`) and for how long a word is then deaf (`"gap_ms"`). `"compute_ms"` of a
//! detection, how long it computed over the sound that decided, is added to the delay.

use serde::Deserialize;

/// The first line.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ready {
    /// Name and version.
    pub ready: String,
    /// What it listens for; other words are not asked of it.
    pub words: Vec<String>,
    /// How much sound it takes at a time.
    pub hop_ms: Option<f64>,
    /// The score that it would act on; every line when left out.
    pub threshold: Option<f32>,
    /// How long after a detection the same word is not detected again.
    #[serde(default)]
    pub gap_ms: f64,
}

/// Every other line.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// One of [`Ready::words`].
    pub word: String,
    /// Sound taken, in milliseconds.
    pub at_ms: f64,
    /// 0 to 1; 1 when left out.
    #[serde(default = "sure")]
    pub score: f32,
    /// Milliseconds.
    #[serde(default)]
    pub compute_ms: f64,
}

fn sure() -> f32 {
    1.0
}

/// A line that is not understood: what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; it wrote `{line}`")]
pub struct BadLine {
    /// What is wrong, and what is due.
    pub what: String,
    /// The line, or its beginning.
    pub line: String,
}

impl BadLine {
    fn new(line: &str, what: impl Into<String>) -> BadLine {
        // Control characters would reach the terminal.
        let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
        let shown: String = line.chars().take(80).map(plain).collect();
        let more = if line.chars().count() > 80 { "…" } else { "" };
        BadLine { what: what.into(), line: format!("{shown}{more}") }
    }
}

/// Reads the first line.
pub fn ready(line: &str) -> Result<Ready, BadLine> {
    let ready: Ready = serde_json::from_str(line).map_err(|error| {
        BadLine::new(
            line,
            format!("the first line should be {{\"ready\": NAME, \"words\": […]}}, but {error}"),
        )
    })?;
    if ready.words.is_empty() {
        return Err(BadLine::new(line, "it listens for no word"));
    }
    if ready.hop_ms.is_some_and(|hop| !(hop > 0.0 && hop <= 10_000.0)) {
        return Err(BadLine::new(line, "a `hop_ms` above 0 and at most 10,000 is due"));
    }
    if ready.threshold.is_some_and(|threshold| !(0.0..=1.0).contains(&threshold)) {
        return Err(BadLine::new(line, "a `threshold` from 0 to 1 is due"));
    }
    if !(0.0..=60_000.0).contains(&ready.gap_ms) {
        return Err(BadLine::new(line, "a `gap_ms` from 0 to 60,000 is due"));
    }
    Ok(ready)
}

/// Reads a detection by a program that said `words`, was given `given_ms` of sound, and spoke last of `last_ms`.
pub fn said(line: &str, words: &[String], last_ms: f64, given_ms: f64) -> Result<Said, BadLine> {
    let said: Said = serde_json::from_str(line).map_err(|error| {
        BadLine::new(line, format!("{{\"word\": …, \"at_ms\": …, \"score\": …}} is due, but {error}"))
    })?;
    let bad = |what: String| Err(BadLine::new(line, what));
    if !words.contains(&said.word) {
        return bad(format!("`{}` is none of its words ({})", said.word, words.join(", ")));
    }
    if !(0.0..=1.0).contains(&said.score) {
        return bad("a `score` from 0 to 1 is due".into());
    }
    if !(said.compute_ms >= 0.0 && said.compute_ms.is_finite()) {
        return bad("a `compute_ms` of 0 or more is due".into());
    }
    if said.at_ms < last_ms {
        return bad(format!("`at_ms` goes back, it was {last_ms} before"));
    }
    // A hop may end a little after what was written, when the program fills up its last one.
    if !(said.at_ms >= 0.0 && said.at_ms <= given_ms + 10_000.0) {
        return bad(format!("`at_ms` lies after the {given_ms:.0} ms that it was given"));
    }
    Ok(said)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn check(line: &str, expected: Expect) {
        let words = ["alexa".to_owned(), "jarvis".to_owned()];
        let text = match line.contains("ready") {
            true => ready(line).map(|ready| format!("{} hears {}", ready.ready, ready.words.join(" "))),
            false => said(line, &words, 1000.0, 5000.0)
                .map(|said| format!("{} at {} ({})", said.word, said.at_ms, said.score)),
        };
        expected.assert_eq(&text.unwrap_or_else(|bad| bad.to_string()));
    }

    #[test]
    fn lines() {
        check(r#"{"ready": "x 1", "words": ["alexa"], "hop_ms": 80}"#, expect!["x 1 hears alexa"]);
        check(r#"{"word":"alexa","at_ms":1234,"score":0.93}"#, expect!["alexa at 1234 (0.93)"]);
        check(r#"{"word":"jarvis","at_ms":1000.5}"#, expect!["jarvis at 1000.5 (1)"]);
    }

    #[test]
    fn bad_lines_say_what_is_due() {
        check(
            r#"{"ready": "x", "words": []}"#,
            expect![[r#"it listens for no word; it wrote `{"ready": "x", "words": []}`"#]],
        );
        check(
            "not ready",
            expect![[
                r#"the first line should be {"ready": NAME, "words": […]}, but expected ident at line 1 column 2; it wrote `not ready`"#
            ]],
        );
        check(
            r#"{"ready": "x", "words": ["a"], "hop_ms": 0}"#,
            expect![[
                r#"a `hop_ms` above 0 and at most 10,000 is due; it wrote `{"ready": "x", "words": ["a"], "hop_ms": 0}`"#
            ]],
        );
        check(
            "Loading model… 37 %",
            expect![[
                r#"{"word": …, "at_ms": …, "score": …} is due, but expected value at line 1 column 1; it wrote `Loading model… 37 %`"#
            ]],
        );
        check(
            r#"{"word":"computer","at_ms":1234}"#,
            expect![[
                r#"`computer` is none of its words (alexa, jarvis); it wrote `{"word":"computer","at_ms":1234}`"#
            ]],
        );
        check(
            r#"{"word":"alexa","at_ms":1234,"score":93}"#,
            expect![[r#"a `score` from 0 to 1 is due; it wrote `{"word":"alexa","at_ms":1234,"score":93}`"#]],
        );
        check(
            r#"{"word":"alexa","at_ms":1234,"confidence":1}"#,
            expect![[
                r#"{"word": …, "at_ms": …, "score": …} is due, but unknown field `confidence`, expected one of `word`, `at_ms`, `score`, `compute_ms` at line 1 column 41; it wrote `{"word":"alexa","at_ms":1234,"confidence":1}`"#
            ]],
        );
        check(
            r#"{"word":"alexa","at_ms":999}"#,
            expect![[r#"`at_ms` goes back, it was 1000 before; it wrote `{"word":"alexa","at_ms":999}`"#]],
        );
        check(
            r#"{"word":"alexa","at_ms":99999}"#,
            expect![[
                r#"`at_ms` lies after the 5000 ms that it was given; it wrote `{"word":"alexa","at_ms":99999}`"#
            ]],
        );
        check(
            &"x".repeat(200),
            expect![[
                r#"{"word": …, "at_ms": …, "score": …} is due, but expected value at line 1 column 1; it wrote `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…`"#
            ]],
        );
    }

    proptest! {
        #[test]
        fn nothing_panics(line in ".{0,200}") {
            let _ = ready(&line);
            let _ = said(&line, &[], 0.0, 1.0);
        }
    }
}
