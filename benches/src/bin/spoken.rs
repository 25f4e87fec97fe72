//! Are the sentences of skills understood when they are spoken? The sentences of the skills' own tests, said by synthetic
//! voices, recognised inside the grammar of all of those skills, in any language.
//!
//! Right means: the same intents and slots as when the sentence is typed. Sentences that the skills refuse are left out.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Parser;
use mynah_assistant::ports::{Hints, Speech};
use mynah_audio::{SAMPLE_RATE, resample};
use mynah_benches::hearing::HearingArgs;
use mynah_engine::speech::{Espeak, EspeakConfig, Piper, PiperConfig};
use mynah_home::Home;
use mynah_intent::{Slot, Value};
use mynah_measure::{Draw, Quantiles, Share};
use mynah_skill::{Catalog, Situation};
use serde::Serialize;
use time::macros::datetime;

#[derive(Parser)]
#[command(about = "Share of the skills' test sentences that are understood when a synthetic voice says them")]
struct Args {
    /// Skill files or folders of them.
    #[arg(long, default_value = "intents/en")]
    skills: Vec<PathBuf>,
    /// The house that they are for.
    #[arg(long, default_value = "intents/home.toml")]
    home: PathBuf,
    /// BCP 47 language of the sentences.
    #[arg(long, default_value = "en")]
    language: String,
    #[command(flatten)]
    hearing: HearingArgs,
    /// Voices of espeak-ng, or Piper's .onnx files.
    #[arg(long, value_delimiter = ',', default_value = "en-us,en-gb+f3")]
    voice: Vec<String>,
    /// So many sentences, drawn at random.
    #[arg(long, default_value_t = 100)]
    sentences: usize,
    /// Which sentences depends on it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Tells what was misheard: the best readings and their scores.
    #[arg(long)]
    errors: bool,
    /// Prints JSON in place of the table.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row {
    voice: String,
    right: Share,
    refused: Share,
    /// From the end of the sound to the answer.
    decode_ms: Quantiles,
    misheard: Vec<Misheard>,
}

#[derive(Serialize)]
struct Misheard {
    said: String,
    accepted: bool,
    heard: Vec<Scored>,
}

/// A reading, and its score in nats.
#[derive(Serialize)]
struct Scored {
    text: String,
    score: f32,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "spoken: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> anyhow::Result<()> {
    let home = Home::load(&args.home).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let catalog = Catalog::load(&args.skills, &home).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    // Sentences about times are about this one.
    let situation = Situation { area: None, now: datetime!(2026-11-21 14:30 +1) };
    let mut sentences: Vec<String> = catalog.test(&home).into_iter().map(|report| report.say).collect();
    sentences.sort();
    sentences.dedup();
    sentences.retain(|say| !catalog.commands(say, &situation).is_empty());
    let mut draw = Draw::new(args.seed, &[]);
    while sentences.len() > args.sentences {
        sentences.swap_remove(draw.index(sentences.len()));
    }
    if sentences.is_empty() {
        bail!("the skills have no tests that are understood");
    }
    let mut hearing = args.hearing.load(&args.language)?;
    let hints = Hints { graph: catalog.graph().clone(), wake_phrase: None };

    let mut rows = Vec::new();
    for name in &args.voice {
        let mut voice = voice(name)?;
        let (mut refused, mut times, mut misheard) = (0, Vec::new(), Vec::new());
        for said in &sentences {
            let samples = say(&mut *voice, said).with_context(|| name.clone())?;
            let found = hearing.hear(&samples[args.hearing.extent(&samples)], &hints)?;
            times.push(found.ms);
            let heard = found.hypothesis;
            refused += u64::from(!heard.accepted);
            let meaning = |text: &str| {
                let commands = catalog.commands(text, &situation).into_iter();
                let best = commands.filter_map(|readings| readings.into_iter().next());
                best.map(|reading| (reading.intent.name, values(reading.intent.slots))).collect::<Vec<_>>()
            };
            if !heard.accepted || meaning(&heard.text) != meaning(said) {
                let scored = found.readings.into_iter().take(4);
                let scored = scored.map(|(text, score)| Scored { text, score }).collect();
                misheard.push(Misheard { said: said.clone(), accepted: heard.accepted, heard: scored });
            }
        }
        let n = sentences.len() as u64;
        rows.push(Row {
            voice: name.clone(),
            right: Share::new(n - misheard.len() as u64, n),
            refused: Share::new(refused, n),
            decode_ms: Quantiles::of(&times),
            misheard,
        });
    }
    print(&rows, args)
}

fn print(rows: &[Row], args: &Args) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if args.json {
        return Ok(writeln!(out, "{}", serde_json::to_string(rows)?)?);
    }
    writeln!(
        out,
        "{:<24} {:>4}  {:>7}  {:<13}  {:>7}  {:>7}  {:>7}",
        "", "n", "right", "95 % interval", "refused", "p50 ms", "p95 ms"
    )?;
    for row in rows {
        let interval = row.right.interval;
        writeln!(
            out,
            "{:<24} {:>4}  {:>5.1} %  {:<13}  {:>5.1} %  {:>7.0}  {:>7.0}",
            row.voice,
            row.right.of,
            100.0 * row.right.share,
            format!("{:.1}–{:.1}", 100.0 * interval.low, 100.0 * interval.high),
            100.0 * row.refused.share,
            row.decode_ms.p50,
            row.decode_ms.p95
        )?;
        if args.errors {
            for Misheard { said, accepted, heard } in &row.misheard {
                writeln!(out, "“{said}”{}", if *accepted { "" } else { " (refused)" })?;
                for Scored { text, score } in heard {
                    writeln!(out, "    {score:>6.1}  {text}")?;
                }
            }
        }
    }
    Ok(())
}

/// Slots without the words that said them: "20" and "twenty" are the same.
fn values(slots: BTreeMap<String, Slot>) -> Vec<(String, Value)> {
    slots.into_iter().map(|(name, slot)| (name, slot.value)).collect()
}

fn voice(name: &str) -> anyhow::Result<Box<dyn Speech>> {
    Ok(match name.ends_with(".onnx") {
        true => Box::new(Piper::open(name.as_ref(), &PiperConfig::default())?),
        false => Box::new(Espeak::new(&EspeakConfig { voice: name.to_owned(), ..EspeakConfig::default() })?),
    })
}

/// 16 kHz, with a little silence around it.
fn say(voice: &mut dyn Speech, text: &str) -> anyhow::Result<Vec<f32>> {
    let silence = vec![0.0; voice.sample_rate() as usize / 4];
    let mut samples = silence.clone();
    voice.speak(text, &mut |piece| {
        samples.extend_from_slice(piece);
        ControlFlow::Continue(())
    })?;
    samples.extend(silence);
    Ok(resample(voice.sample_rate(), SAMPLE_RATE, &samples)?)
}
