//! Does a turn end when its speaker has finished, and not before? On the recordings of the speech-to-intent benchmark, as
//! they were spoken and with a pause put into the first half of the phrase, in silence, in noise and beside a television
//! (readers' speech from beginning to end).
//!
//! A stream is seven seconds of background, a wake word (a recording of "computer", as loud as the order within 3 dB), its
//! detection 50 ms later, after 0.1 to 0.6 s the order, and 14 s of background. It passes through the Listener as it does in
//! the ears, in audio time; the recogniser's opinion of a pause comes `--decode-ms` after the pause was told. **Cut off**:
//! the turn ended before the speech did. **Hung**: it was open 3 s after that. **Delay**: from the end of the speech to the
//! end of the turn, of turns that were not cut off. `benches/endpointing` has figures.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Parser;
use mynah_assistant::ports::{Cancel, Detection, Hints, ModelError, Transcriber, Vad, WakeWord};
use mynah_assistant::{Heard, Hint, Listener, ListenerSettings, Output, TurnIds};
use mynah_audio::{FRAME_SAMPLES, Frame, SamplePos, Samples};
use mynah_benches::hearing::HearingArgs;
use mynah_benches::recordings::{Part, coffee, decode, orders, some};
use mynah_engine::vad::{Earshot, SileroModel};
use mynah_measure::{Draw, Interval, Quantiles, Share, align, mix};
use serde::Serialize;

#[derive(Parser)]
#[command(about = "How often a turn is cut off or hangs, and how long after the speech it ends")]
struct Args {
    /// The folder of recordings (`commands/coffee`, `noise/kitchen`, `speech/librispeech`).
    #[arg(long, env = "MYNAH_DATA", default_value = "../shared/data")]
    data: PathBuf,
    #[command(flatten)]
    hearing: HearingArgs,
    /// `earshot`, or a Silero ONNX file.
    #[arg(long, default_value = "earshot")]
    vad: String,
    /// What sounds around the speech: `silence`, or `television:DB` or a folder of `noise` (`kitchen:DB`), with the ratio of
    /// speech to it.
    #[arg(long, value_delimiter = ',', default_value = "silence,kitchen:10,television:10")]
    background: Vec<String>,
    /// Pauses put into the first half of the phrase, in milliseconds.
    #[arg(long, value_delimiter = ',', default_value = "0,300,600,1000,1500")]
    pause: Vec<u64>,
    /// How long after a pause the recogniser's opinion comes, in milliseconds.
    #[arg(long, default_value_t = 300)]
    decode_ms: u64,
    /// Ends turns by silence alone.
    #[arg(long)]
    without_recogniser: bool,
    /// So many recordings.
    #[arg(long, default_value_t = 60)]
    limit: usize,
    /// Which part of the orders.
    #[arg(long, value_enum, default_value = "test")]
    part: Part,
    /// What is drawn depends on it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Tells of each turn that was cut off or hung what was heard at its pauses.
    #[arg(long)]
    list: bool,
    /// Prints JSON in place of the table.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "endpointing: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Background before the wake word: as much as the Listener remembers.
const BEFORE: usize = 7 * 16_000;
/// A detection comes so long after the end of its word.
const DETECTED_AFTER: usize = 800;
/// The longest turn is 12 s.
const AFTER: usize = 14 * 16_000;
const HUNG: Samples = Samples::from_millis(3_000);

/// What came of the turns of one background and pause.
#[derive(Serialize)]
struct Row {
    background: String,
    pause_ms: u64,
    cut_off: Share,
    hung: Share,
    /// The turn ended as if nothing had been said.
    unheard: Share,
    delay_ms: Quantiles,
}

struct Background {
    name: String,
    /// Sound, and how far below the speech it lies.
    sound: Option<(Vec<f32>, f32)>,
}

fn run(args: &Args) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let folder = args.data.join("commands/coffee");
    if !folder.is_dir() {
        writeln!(out, "skipped: no data ({} is not there)", folder.display())?;
        return Ok(());
    }
    let mut orders = orders(&folder, args.part)?;
    orders.truncate(args.limit);
    let backgrounds =
        args.background.iter().map(|name| background(name, args)).collect::<Result<Vec<_>, _>>()?;
    let wake_words = wake_words(&args.data.join("wake/computer"))?;
    let mut ears = Ears::new(args)?;
    let mut rows = Vec::new();
    for background in &backgrounds {
        for &pause in &args.pause {
            let (mut cut_off, mut hung, mut unheard, mut delays) = (0, 0, 0, Vec::new());
            for order in &orders {
                let name = order.path.file_stem().unwrap_or_default().to_string_lossy();
                let mut draw = Draw::new(args.seed, &[&name]);
                let Some(Scene { stream, woken, speech_end }) =
                    Scene::new(&decode(&order.path)?, &wake_words, pause, background, &mut draw)
                else {
                    bail!("{}: nothing is heard", order.path.display());
                };
                let fault = match ears.listen(&stream, woken)? {
                    Some(Ended::Speech(at)) if at < speech_end => {
                        cut_off += 1;
                        Some("cut off")
                    }
                    Some(Ended::Speech(at)) => {
                        delays.push(at.since(speech_end).as_millis() as f64);
                        (at.since(speech_end) > HUNG).then(|| {
                            hung += 1;
                            "hung"
                        })
                    }
                    Some(Ended::NoSpeech) => {
                        unheard += 1;
                        Some("unheard")
                    }
                    None => {
                        hung += 1;
                        Some("hung")
                    }
                };
                if let Some(fault) = fault.filter(|_| args.list) {
                    let end = speech_end.0 as f64 / 16_000.0;
                    writeln!(
                        out,
                        "{fault}: {name}, {}, pause {pause} ms, spoken to {end:.2} s",
                        background.name
                    )?;
                    for told in &ears.told {
                        writeln!(out, "  {told}")?;
                    }
                }
            }
            let n = orders.len() as u64;
            rows.push(Row {
                background: background.name.clone(),
                pause_ms: pause,
                cut_off: Share::new(cut_off, n),
                hung: Share::new(hung, n),
                unheard: Share::new(unheard, n),
                delay_ms: Quantiles::of(&delays),
            });
        }
    }
    if args.json {
        return Ok(writeln!(out, "{}", serde_json::to_string(&rows)?)?);
    }
    writeln!(
        out,
        "{:<16} {:>8} {:>5} {:>9}  {:<13} {:>7} {:>8} {:>8} {:>8}",
        "", "pause ms", "n", "cut off", "95 % interval", "hung", "unheard", "p50 ms", "p95 ms"
    )?;
    for row in &rows {
        let Interval { low, high } = row.cut_off.interval;
        writeln!(
            out,
            "{:<16} {:>8} {:>5} {:>7.1} %  {:<13} {:>5.1} % {:>6.1} % {:>8.0} {:>8.0}",
            row.background,
            row.pause_ms,
            row.cut_off.of,
            100.0 * row.cut_off.share,
            format!("{:.1}–{:.1}", 100.0 * low, 100.0 * high),
            100.0 * row.hung.share,
            100.0 * row.unheard.share,
            row.delay_ms.p50,
            row.delay_ms.p95
        )?;
    }
    Ok(())
}

fn background(name: &str, args: &Args) -> anyhow::Result<Background> {
    let ratio = |text: &str| text.parse::<f32>().with_context(|| format!("{name}: {text} is no ratio in dB"));
    let sound = match name.split_once(':') {
        None if name == "silence" => None,
        Some((what, db)) => {
            let (folder, count) = match what {
                "television" => (args.data.join("speech/librispeech"), 40),
                noise => (args.data.join("noise").join(noise), 200),
            };
            let mut draw = Draw::new(args.seed, &[what]);
            let mut sound = Vec::new();
            for path in some(&folder, count, &mut draw)? {
                sound.extend(decode(&path)?);
            }
            Some((sound, ratio(db)?))
        }
        _ => bail!("{name} is no background: silence, television:DB, kitchen:DB or another folder of noise"),
    };
    Ok(Background { name: name.to_owned(), sound })
}

/// What the microphone hears.
struct Scene {
    stream: Vec<f32>,
    /// Where the detection of the wake word comes.
    woken: SamplePos,
    speech_end: SamplePos,
}

impl Scene {
    /// None when nothing is said in `recording`.
    fn new(
        recording: &[f32],
        wake_words: &[Vec<f32>],
        pause_ms: u64,
        background: &Background,
        draw: &mut Draw,
    ) -> Option<Scene> {
        let levels: Vec<f32> = recording.chunks_exact(FRAME_SAMPLES).map(mix::rms).collect();
        let loudest = levels.iter().copied().fold(0.0, f32::max);
        // Speech is what lies within 35 dB of its loudest 10 ms, or well above what the room of the recording does.
        let floor = quantile(&levels, 0.1);
        let least = (loudest * mix::gain(-35.0)).max(floor * mix::gain(8.0));
        let first = levels.iter().position(|level| *level >= least)?;
        let last = levels.iter().rposition(|level| *level >= least)?;
        let spoken = &levels[first..=last];
        let middle = spoken.len() * 15 / 100..(spoken.len() * 45 / 100).max(spoken.len() * 15 / 100 + 1);
        // A pause is put where there is least sound: between two words, as far as there is a between. In the second half the words so
        // far may be a whole order.
        let around = |i: usize| spoken[i.saturating_sub(3)..(i + 3).min(spoken.len())].iter().sum::<f32>();
        let at = first + middle.min_by(|a, b| around(*a).total_cmp(&around(*b))).unwrap_or(0);
        let (at, end) = (at * FRAME_SAMPLES, (last + 1) * FRAME_SAMPLES);
        let start = first * FRAME_SAMPLES;

        let level = mix::speech_rms(&recording[start..end]);
        let wake_word = draw.choose(wake_words)?;
        let factor = level / mix::speech_rms(wake_word) * mix::gain(draw.between(-3.0, 3.0) as f32);
        let gap = draw.between(0.1, 0.6) * 16_000.0;

        // The room of the recording, where there is no recording.
        let mut quiet = |n: usize| -> Vec<f32> { (0..n).map(|_| draw.noise(floor)).collect() };
        let mut stream = quiet(BEFORE);
        stream.extend(wake_word.iter().map(|sample| sample * factor));
        let woken = (stream.len() + DETECTED_AFTER).next_multiple_of(FRAME_SAMPLES);
        stream.extend(quiet(gap as usize));
        stream.extend_from_slice(&recording[start..at]);
        stream.extend(quiet(pause_ms as usize * 16));
        stream.extend_from_slice(&recording[at..end]);
        let speech_end = SamplePos(stream.len() as u64);
        stream.extend(quiet(AFTER));
        if let Some((sound, snr)) = &background.sound {
            let from = draw.index(sound.len());
            mix::add_noise(&mut stream, sound, from, level, *snr);
        }
        Some(Scene { stream, woken: SamplePos(woken as u64), speech_end })
    }
}

/// Recordings of the wake word, from its first sound to its last.
fn wake_words(folder: &Path) -> anyhow::Result<Vec<Vec<f32>>> {
    let mut words = Vec::new();
    for path in some(folder, 40, &mut Draw::new(1, &["wake word"]))? {
        let recording = decode(&path)?;
        words.extend(align::word(&recording).map(|word| recording[word].to_vec()));
    }
    Ok(words)
}

fn quantile(values: &[f32], share: f64) -> f32 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    sorted.get((sorted.len() as f64 * share) as usize).copied().unwrap_or(0.0)
}

enum Ended {
    Speech(SamplePos),
    NoSpeech,
}

/// The ears without their threads.
struct Ears {
    silero: Option<SileroModel>,
    transcriber: Option<(Box<dyn Transcriber>, Hints)>,
    decode: Samples,
    /// What the recogniser said at the pauses of the last turn.
    told: Vec<String>,
}

/// A wake word that is heard once, there.
struct Once(SamplePos);

impl WakeWord for Once {
    fn push(&mut self, frame: &Frame) -> Result<Option<Detection>, ModelError> {
        Ok((frame.end() == self.0).then(|| Detection { word: Arc::from("computer"), score: 1.0 }))
    }

    fn delay(&self) -> Samples {
        Samples(0)
    }

    fn reset(&mut self) {}
}

impl Ears {
    fn new(args: &Args) -> anyhow::Result<Ears> {
        let silero = match args.vad.as_str() {
            "earshot" => None,
            file => Some(SileroModel::open(file.as_ref())?),
        };
        let transcriber = if args.without_recogniser {
            None
        } else {
            let hints = Hints { graph: coffee()?.graph().clone(), wake_phrase: Some(Arc::from("computer")) };
            let transcriber = args.hearing.load("en")?.into_transcriber();
            Some((transcriber, hints))
        };
        Ok(Ears { silero, transcriber, decode: Samples::from_millis(args.decode_ms), told: Vec::new() })
    }

    /// How the turn ended; None when it did not.
    fn listen(&mut self, stream: &[f32], woken: SamplePos) -> anyhow::Result<Option<Ended>> {
        let vad: Box<dyn Vad> = match &self.silero {
            None => Box::new(Earshot::new()),
            Some(model) => Box::new(model.stream()?),
        };
        let mut listener =
            Listener::new(ListenerSettings::default(), vec![Box::new(Once(woken))], vad, TurnIds::default());
        self.told.clear();
        let mut opinion: Option<(SamplePos, SamplePos, Hint)> = None;
        let mut out = Vec::new();
        for (n, samples) in stream.as_chunks::<FRAME_SAMPLES>().0.iter().enumerate() {
            let frame = Frame::new(SamplePos((n * FRAME_SAMPLES) as u64), *samples);
            if let (Some((_, as_of, hint)), Some(turn)) =
                (opinion.take_if(|(due, ..)| *due <= frame.pos()), listener.turn())
            {
                listener.hint(turn, as_of, hint);
            }
            listener.push(&frame, &mut out)?;
            for output in out.drain(..) {
                match (output, &mut self.transcriber) {
                    (Output::Heard(Heard::Wake { .. }), Some((transcriber, hints))) => {
                        transcriber.begin(hints);
                    }
                    (Output::Audio { frame, .. }, Some((transcriber, _))) => {
                        transcriber.push(&frame)?;
                    }
                    (Output::Heard(Heard::Pause { at, .. }), Some((transcriber, _))) => {
                        let partial = transcriber.pause(&Cancel::default())?;
                        let hint = Hint::of(partial.as_ref());
                        opinion = Some((at + self.decode, at, hint));
                        let (heard_to, text) =
                            (at.0 as f64 / 16_000.0, partial.map(|p| p.text).unwrap_or_default());
                        self.told.push(format!("{heard_to:.2} s: {hint:?} \"{text}\""));
                        if let Some(turn) = listener.turn() {
                            listener.hint(turn, at, Hint::Working);
                        }
                    }
                    // The recogniser is called off when the person goes on.
                    (Output::Heard(Heard::Resume { .. }), _) => opinion = None,
                    (Output::Heard(Heard::SpeechEnd { at, .. }), _) => return Ok(Some(Ended::Speech(at))),
                    (Output::Heard(Heard::NoSpeech { .. } | Heard::Abandoned { .. }), _) => {
                        return Ok(Some(Ended::NoSpeech));
                    }
                    _ => {}
                }
            }
        }
        Ok(None)
    }
}
