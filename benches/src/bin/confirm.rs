//! What the second stage of the wake words gains: looks at recordings of the words and at speech without them, and says for several weights of the
//! phones what is missed at the threshold with at most so many false alarms an hour.
//!
//! ```text
//! cargo run --release --workspace --bin confirm -- --positives wake --only tune-part.txt --negatives speech --noise noise/background
//! ```
//!
//! The network's words and thresholds (`confirmation` in `models/wake/mynah-wake.toml`) were set with it on people kept aside for tuning. Each stream
//! is heard once; candidates and sums of any weight are then counted from what was found in it. A `candidate` lower than those to be tried must stand
//! in the file beside the network.
#![allow(clippy::print_stdout, reason = "its figures")]

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Parser;
use mynah_assistant::ports::WakeWord;
use mynah_audio::{FRAME_SAMPLES, Frame, SamplePos, Samples};
use mynah_benches::recordings::{decode, some};
use mynah_engine::ctc::AcousticModel;
use mynah_engine::wake::{ConfirmedWake, Evidence, MynahWake, WakeModel, Word, WordConfig};
use mynah_measure::det::Answer;
use mynah_measure::track::Held;
use mynah_measure::{
    Alarms, Condition, Draw, Hit, OperatingPoint, Room, Scene, Surroundings, Track, Trial, align,
};

/// Fits the second stage of the wake words.
#[derive(Parser)]
struct Args {
    /// Folder with a folder of recordings for each word.
    #[arg(long)]
    positives: PathBuf,
    /// Takes only the recordings that this file names.
    #[arg(long)]
    only: PathBuf,
    /// Folders of speech without the words.
    #[arg(long)]
    negatives: Vec<PathBuf>,
    /// Hours of speech in them, without pauses. Default: their length.
    #[arg(long)]
    hours: Option<f64>,
    /// Folder of noise for positives.
    #[arg(long)]
    noise: PathBuf,
    /// Words of the network. Default: all.
    #[arg(long)]
    word: Vec<String>,
    /// Conditions of positives.
    #[arg(long, value_delimiter = ',', default_value = "clean,10dB,room,room+10dB")]
    condition: Vec<Condition>,
    /// Each positive is heard so often under each, with other noise and in other rooms.
    #[arg(long, default_value_t = 2)]
    draws: u64,
    /// False alarms an hour and word.
    #[arg(long, value_delimiter = ',', default_value = "0.4")]
    per_hour: Vec<f64>,
    /// How much a nat per phone counts.
    #[arg(long, value_delimiter = ',', default_value = "0,1,2,3,4,6,8")]
    weight: Vec<f32>,
    /// First scores from which there is a second look.
    #[arg(long, value_delimiter = ',', default_value = "0.05,0.1,0.2")]
    candidate: Vec<f32>,
    /// Thresholds to be tried beside these.
    #[arg(long, value_delimiter = ',')]
    threshold: Vec<f32>,
    /// Another wake-word network.
    #[arg(long)]
    wake: Option<PathBuf>,
    /// Another acoustic model.
    #[arg(long)]
    phones: Option<PathBuf>,
}

/// One look at a word.
struct Look {
    at: u64,
    evidence: Evidence,
}

/// What was found of one word in one stream.
#[derive(Default)]
struct Found {
    /// Where a word counts as heard, and where it ends; nothing in negatives.
    said: Option<(std::ops::Range<usize>, usize)>,
    condition: usize,
    looks: Vec<Look>,
    /// The first stage alone.
    alone: Vec<Hit>,
}

struct Ears {
    alone: MynahWake,
    both: ConfirmedWake,
    words: Vec<Word>,
}

impl Ears {
    fn hear(&mut self, samples: &[f32], word: Option<usize>) -> anyhow::Result<Vec<Found>> {
        self.alone.reset();
        self.both.reset();
        let mut held: Vec<Held> = self.words.iter().map(|word| Held::new(word.patience)).collect();
        let mut found: Vec<Found> = self.words.iter().map(|_| Found::default()).collect();
        for (n, samples) in samples.as_chunks::<FRAME_SAMPLES>().0.iter().enumerate() {
            let frame = Frame::new(SamplePos((n * FRAME_SAMPLES) as u64), *samples);
            self.alone.push(&frame)?;
            self.both.push(&frame)?;
            if n % 2 == 0 {
                continue;
            }
            let at = frame.end().0;
            for (n, (found, held)) in found.iter_mut().zip(&mut held).enumerate() {
                if word.is_some_and(|word| word != n) {
                    continue;
                }
                let score = held.push(self.alone.scores()[self.words[n].index]);
                if score >= 0.05 {
                    found.alone.push(Hit { at, score });
                }
                found.looks.extend(self.both.evidence(n).map(|evidence| Look { at, evidence }));
            }
        }
        Ok(found)
    }
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let wake = match &args.wake {
        Some(path) => WakeModel::open(path)?,
        None => WakeModel::builtin()?,
    };
    let phones = match &args.phones {
        Some(path) => AcousticModel::open(path)?,
        None => AcousticModel::builtin()?,
    };
    let wanted = |word: &&Word| args.word.is_empty() || args.word.iter().any(|id| **id == *word.id);
    let words: Vec<Word> = wake.words().iter().filter(wanted).cloned().collect();
    // None is ever heard, so that nothing is deaf.
    let configs: Vec<WordConfig> =
        words.iter().map(|word| WordConfig { threshold: Some(1.0), ..WordConfig::new(&*word.id) }).collect();
    let mut ears =
        Ears { alone: wake.stream_awake(&configs)?, both: wake.confirmed(&configs, &phones)?, words };
    let mut found: Vec<Vec<Found>> = ears.words.iter().map(|_| Vec::new()).collect();
    positives(&args, &mut ears, &mut found)?;
    let mut samples = 0;
    for folder in &args.negatives {
        for path in some(folder, usize::MAX, &mut Draw::new(1, &["all"]))? {
            let heard = decode(&path)?;
            samples += heard.len() as u64;
            for (all, found) in found.iter_mut().zip(ears.hear(&heard, None)?) {
                all.push(found);
            }
        }
    }
    let hours = args.hours.unwrap_or(Samples(samples).as_duration().as_secs_f64() / 3600.0);
    println!("{hours:.2} h of negatives");
    for (word, found) in ears.words.iter().zip(&found) {
        for &per_hour in &args.per_hour {
            table(&args, word, found, hours, per_hour);
        }
    }
    Ok(())
}

fn positives(args: &Args, ears: &mut Ears, found: &mut [Vec<Found>]) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(&args.only).context("--only")?;
    let only: HashSet<PathBuf> = text.lines().map(|line| Path::new(line.trim()).with_extension("")).collect();
    let all = |folder: &Path| some(folder, usize::MAX, &mut Draw::new(1, &["all"]));
    let noises: Vec<Vec<f32>> =
        all(&args.noise)?.iter().map(|path| decode(path)).collect::<anyhow::Result<_>>()?;
    let rooms: Vec<Vec<f32>> =
        (0..48u64).map(|n| Room::draw(&mut Draw::new(99, &["room", &n.to_string()])).response()).collect();
    for (number, found) in found.iter_mut().enumerate() {
        let folder = args.positives.join(&*ears.words[number].id);
        for path in all(&folder)? {
            let named = |path: &Path| {
                let parts: Vec<_> = path.components().collect();
                (0..parts.len()).any(|from| only.contains(&parts[from..].iter().collect::<PathBuf>()))
            };
            if !named(&path.with_extension("")) {
                continue;
            }
            let recording = decode(&path)?;
            let Some(place) = align::word(&recording) else { continue };
            for (at, condition) in args.condition.iter().enumerate() {
                let draws = if condition.room || condition.snr_db.is_some() { args.draws } else { 1 };
                for n in 0..draws {
                    let name = path.display().to_string();
                    let mut draw = Draw::new(n, &[&name, &condition.to_string()]);
                    let mut around = Surroundings::default();
                    if condition.snr_db.is_some()
                        && let Some(noise) = draw.choose(&noises)
                    {
                        around.noise = (noise, draw.index(noise.len()));
                    }
                    if condition.room
                        && let Some(room) = draw.choose(&rooms)
                    {
                        around.response = room;
                    }
                    let scene = Scene::new(&recording, place.clone(), condition, &around, &mut draw);
                    let window = scene.window(Samples::from_millis(1000));
                    let heard = ears.hear(&scene.samples, Some(number))?.swap_remove(number);
                    found.push(Found { said: Some((window, scene.word.end)), condition: at, ..heard });
                }
            }
        }
    }
    Ok(())
}

/// With so much weight on the phones; the first stage alone without.
fn hits(found: &Found, how: Option<(f32, f32)>) -> Vec<Hit> {
    let Some((weight, candidate)) = how else { return found.alone.clone() };
    let looks = found.looks.iter().filter(|look| look.evidence.first >= candidate);
    looks.map(|look| Hit { at: look.at, score: weighed(look.evidence, weight) }).collect()
}

/// The sum, as [`Evidence::score`] has it for one weight, and at a height where all thresholds of interest lie.
fn weighed(Evidence { first, phones }: Evidence, weight: f32) -> f32 {
    let first = (first / (1.0 - first)).ln().clamp(-6.0, 6.0);
    1.0 / (1.0 + (-first - weight * (phones + 1.5)).exp())
}

fn table(args: &Args, word: &Word, found: &[Found], hours: f64, per_hour: f64) {
    println!("\n{} at {per_hour} an hour", word.id);
    let both = args.candidate.iter().flat_map(|c| args.weight.iter().map(move |w| Some((*w, *c))));
    for how in std::iter::once(None).chain(both) {
        let mut alarms = Alarms { hours, ..Alarms::default() };
        let mut trials: Vec<Vec<Trial>> = args.condition.iter().map(|_| Vec::new()).collect();
        for found in found {
            let hits = hits(found, how);
            match &found.said {
                None => alarms.tracks.push(Track { hits, gap: Samples::from_millis(1000) }),
                Some((window, end)) => {
                    let answers = hits.iter().filter(|hit| window.contains(&(hit.at as usize)));
                    let answer = |hit: &Hit| Answer {
                        score: hit.score,
                        delay_ms: (hit.at as f64 - *end as f64) / 16.0,
                        compute_ms: 0.0,
                    };
                    trials[found.condition].push(Trial { answers: answers.map(answer).collect(), own: None });
                }
            }
        }
        let name = how.map_or("first stage".to_owned(), |(w, c)| format!("candidate {c:.2} weight {w}"));
        let fitted = OperatingPoint::at_most(per_hour, &alarms);
        let tried = args.threshold.iter().map(|&threshold| OperatingPoint { threshold: Some(threshold) });
        for point in fitted.into_iter().chain(tried) {
            let threshold = point.threshold.unwrap_or_default();
            print!("{name:<24} {threshold:.4} alarms {:>2}", alarms.count(point.threshold));
            for (condition, trials) in args.condition.iter().zip(&trials) {
                let (missed, delay, _) = point.on(trials);
                let (percent, of) = (100.0 * missed.share, trials.len());
                print!("  {condition} {percent:.1} % of {of} ({:.0}, {:.0} ms)", delay.p50, delay.p95);
            }
            println!();
        }
    }
}
