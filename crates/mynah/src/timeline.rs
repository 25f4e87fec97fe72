//! Event lines as a timeline that a person enjoys reading.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mynah_host::events::{Event, Line, Summary};
use mynah_intent::{Slot, Value};
use mynah_skill::Outcome;
use owo_colors::{OwoColorize, Stream, Style};

/// Renders `line`; empty for what a person need not see.
pub fn render(line: &Line) -> String {
    let mut out = String::new();
    let mut row = |label: &str, style: Style, text: String| {
        let at = format!("{:>8.2} s", line.at_ms as f64 / 1000.0);
        let at = at.if_supports_color(Stream::Stdout, |t| t.dimmed()).to_string();
        let label = format!("{label:<11}");
        let label = label.if_supports_color(Stream::Stdout, |t| t.style(style)).to_string();
        let _ = writeln!(out, "{at}  {label} {text}");
    };
    let plain = Style::new();
    let good = Style::new().green().bold();
    let bad = Style::new().red().bold();
    match &line.event {
        Event::Wake { word, score } => {
            row("wake", Style::new().cyan().bold(), format!("“{word}” ({score:.2})"));
        }
        Event::SpeechEnd { speech_end_ms, reason } => {
            let wait = line.at_ms.saturating_sub(*speech_end_ms);
            row("silence", plain, format!("{wait} ms after the last word ({reason})"));
        }
        Event::Hypothesis { text, confidence, accepted, decode_ms, .. } => {
            let what = if *accepted && !text.is_empty() {
                format!("“{text}” ({confidence:.2})")
            } else if *confidence >= 0.1 {
                format!("perhaps “{text}” ({confidence:.2}): too unsure")
            } else {
                "nothing that the skills know".to_owned()
            };
            row("heard", plain, format!("{what}, {decode_ms:.0} ms after the turn's end"));
        }
        Event::Intent { name, slots, refused, .. } => {
            let mut what = name.clone().unwrap_or_else(|| "no intent".to_owned());
            what.push_str(&slots_text(slots));
            if let Some(why) = refused {
                let _ = write!(what, "  refused: {why}");
            }
            row("understood", plain, what);
        }
        Event::Plan { actions, match_ms, .. } => {
            for action in actions {
                row("plan", plain, format!("{action} ({match_ms:.2} ms)"));
            }
        }
        Event::Outcome { outcome, dispatch_ms, .. } => {
            let style =
                if matches!(outcome, Outcome::Failed(_) | Outcome::Unconfirmed { .. }) { bad } else { good };
            row("outcome", style, format!("{} ({dispatch_ms:.0} ms)", outcome_text(outcome)));
        }
        Event::Reply { speech, ok } if !speech.is_empty() => {
            row("says", if *ok { good } else { bad }, format!("“{speech}”"));
        }
        Event::Reload { ok, message } => {
            row(if *ok { "reloaded" } else { "not loaded" }, if *ok { good } else { bad }, message.clone());
        }
        Event::Error { stage, message } => row("error", bad, format!("{stage}: {message}")),
        Event::Reply { .. } | Event::SpeechStart | Event::Partial { .. } | Event::Summary(_) => {}
    }
    out
}

/// The stages of a summary as a table, slowest last line the sum that a person feels.
pub fn table(summary: &Summary) -> String {
    let mut out = format!("{:<34} {:>5} {:>9} {:>9}\n", "stage (milliseconds)", "n", "p50", "p95");
    for (stage, q) in &summary.stages {
        let _ = writeln!(out, "{stage:<34} {:>5} {:>9.1} {:>9.1}", q.n, q.p50, q.p95);
    }
    out
}

/// Slots as `  name=value  name=value`.
pub fn slots_text(slots: &BTreeMap<String, Slot>) -> String {
    slots.iter().map(|(name, slot)| format!("  {name}={}", slot_text(slot))).collect()
}

fn slot_text(slot: &Slot) -> String {
    match &slot.value {
        Value::Text(text) => text.clone(),
        Value::AnyOf(texts) => texts.join(" or "),
        Value::Number(n) => n.to_string(),
        Value::Percentage(p) => format!("{p} %"),
        Value::Temperature(t) => format!("{t} °"),
        Value::Duration(d) => format!("{} s", d.as_secs_f64()),
        other => other.to_string(),
    }
}

/// An outcome in a few words.
pub fn outcome_text(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Confirmed { state } => format!("the device confirms: {state}"),
        Outcome::Unconfirmed { read: Some(state) } => format!("sent, but the device still says: {state}"),
        Outcome::Unconfirmed { read: None } => "sent, but the device did not confirm".into(),
        Outcome::Read { state } => format!("the device says: {state}"),
        Outcome::Done { .. } => "done".into(),
        Outcome::Failed(failure) => format!("failed: {failure}"),
    }
}
