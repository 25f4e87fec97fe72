//! `mynah transcribe`: recordings of commands → words.

use std::path::Path;
use std::process::ExitCode;

use mynah_assistant::ports::Hints;
use mynah_audio::{Channel, Frame};
use mynah_host::audio::{AudioError, Heard, Input, InputSpec, Source, Stop};
use mynah_intent::Value;
use serde_json::json;

use crate::cli::{Common, Transcribe};
use crate::recogniser::{Recognisers, whole};
use crate::setup::Household;
use crate::timeline::slots_text;

pub fn transcribe(common: &Common, args: &Transcribe) -> anyhow::Result<ExitCode> {
    let household = Household::load_or_demo(common)?;
    let mut transcriber = Recognisers::of(&household.config)?.load(&household.config, &household.home)?;
    transcriber.warm_up()?;
    let hints = Hints { graph: household.graph(), wake_phrase: None };
    let mut failed = false;
    for file in &args.files {
        let (samples, fault) = match read(file) {
            Ok(read) => read,
            Err(error) => {
                eprintln!("mynah: {error}");
                failed = true;
                continue;
            }
        };
        if let Some(fault) = fault {
            eprintln!("mynah: {fault}");
            failed = true;
        }
        let heard = whole(&mut *transcriber, &samples, &hints)?;
        let readings = match args.intents && heard.accepted {
            true => household.catalog.understand(&heard.text, &household.situation()),
            false => Vec::new(),
        };
        let intent = readings.first().map(|reading| &reading.intent);
        if common.json {
            let mut line = json!({
                "file": file,
                "text": heard.text,
                "confidence": heard.confidence,
                "accepted": heard.accepted,
            });
            if args.intents {
                let meaning = intent.map(|intent| {
                    let slots = intent.slots.iter().map(|(name, slot)| (name.clone(), plain(&slot.value)));
                    json!({ "name": intent.name, "slots": slots.collect::<serde_json::Map<_, _>>() })
                });
                line["intent"] = json!(meaning);
            }
            println!("{line}");
        } else {
            let words = if heard.accepted { heard.text.as_str() } else { "(nothing that the skills know)" };
            println!("{}: {words} ({:.2})", file.display(), heard.confidence);
            if let Some(intent) = intent {
                println!("    {}{}", intent.name, slots_text(&intent.slots));
            }
        }
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A whole recording as 16 kHz mono, and what was wrong with it.
pub fn read(file: &Path) -> Result<(Vec<f32>, Option<AudioError>), AudioError> {
    let (frames, fault) = frames(file)?;
    Ok((frames.iter().flat_map(|frame| *frame.samples()).collect(), fault))
}

/// The same, in frames.
pub fn frames(file: &Path) -> Result<(Vec<Frame>, Option<AudioError>), AudioError> {
    let source = Source::parse(&file.to_string_lossy());
    let spec = InputSpec { source, channel: Channel::Mix, realtime: false };
    let mut input = Input::open(&spec, Stop::default())?;
    let mut frames = Vec::new();
    loop {
        match input.hear() {
            Heard::Frame(frame) => frames.push(frame),
            Heard::End(summary) => return Ok((frames, summary.fault)),
            _ => {}
        }
    }
}

/// A slot's value without its type, as a script wants it; durations in seconds.
fn plain(value: &Value) -> serde_json::Value {
    match value {
        Value::Text(text) => json!(text),
        Value::AnyOf(texts) => json!(texts),
        Value::Number(n) | Value::Percentage(n) | Value::Temperature(n) => json!(n),
        Value::Duration(d) => json!(d.as_secs_f64()),
        Value::Ordinal(n) => json!(n),
        other => json!(other.to_string()),
    }
}
