//! What is measured: our network and openWakeWord's models, in this process.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use mynah_assistant::ports::WakeWord;
use mynah_audio::{FRAME_SAMPLES, Frame, SamplePos, Samples};
use mynah_engine::ctc::AcousticModel;
use mynah_engine::wake::{
    ConfirmedWake, MynahWake, OpenWakeWord, OpenWakeWordModel, Phrase, PhraseWake, WakeModel, Word,
    WordConfig,
};
use mynah_measure::det::FLOOR;
use mynah_measure::report::Cost;
use mynah_measure::track::Held;
use mynah_measure::{Hit, Quantiles};
use mynah_pronounce::Pronouncer;

use super::cost::{SOFT_NOISE, cpu_seconds, resident_mb, step_cost};

/// Something that hears wake words, of this process or another.
pub trait Ear {
    /// Name and version.
    fn name(&self) -> &str;
    /// The words that it listens for, and how long each is deaf after it was heard.
    fn words(&self) -> Vec<(String, Samples)>;
    /// Hears a stream of whole frames, as after a start.
    fn hear(&mut self, stream: usize, samples: &[f32]) -> anyhow::Result<()>;
    /// After the last stream: everything that was heard.
    fn finish(&mut self) -> anyhow::Result<(Vec<Told>, Cost)>;
}

/// A word was heard.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    pub stream: usize,
    /// Which of [`Ear::words`].
    pub word: usize,
    /// Its place in the stream, and the score.
    pub hit: Hit,
    /// What was computed on the sound that decided.
    pub compute_ms: f64,
    /// A detection by the engine's own setting; the others are for the curve.
    pub own: bool,
}

/// Our network, listening for `words`; it never sleeps, so that every step has a score.
pub fn own(model: &WakeModel, words: &[WordConfig]) -> anyhow::Result<Box<dyn Ear>> {
    let before = resident_mb();
    let mut awake = model.stream_awake(words)?;
    let memory_mb = resident_mb() - before;
    let quiet = step_cost(&mut model.stream(words)?, 2, SOFT_NOISE)?;
    let hop = step_cost(&mut awake, 2, SOFT_NOISE)?;
    let cost = Cost {
        hop_ms: Some(20.0),
        hop: Some(hop),
        core_percent: Some(hop.p50 / 20.0 * 100.0),
        quiet_core_percent: Some(quiet.p50 / 20.0 * 100.0),
        memory_mb: Some(memory_mb),
    };
    let chosen = settings(model.words(), words);
    Ok(Box::new(Inside::new(model.name(), awake, MynahWake::scores, 2, chosen, cost)))
}

/// The same, with the words confirmed by their phones.
pub fn confirmed(
    model: &WakeModel,
    words: &[WordConfig],
    phones: &AcousticModel,
) -> anyhow::Result<Box<dyn Ear>> {
    let before = resident_mb();
    let mut stream = model.confirmed(words, phones)?;
    let memory_mb = resident_mb() - before;
    let quiet = step_cost(&mut stream, 2, SOFT_NOISE)?;
    let cost = Cost {
        hop_ms: Some(20.0),
        quiet_core_percent: Some(quiet.p50 / 20.0 * 100.0),
        memory_mb: Some(memory_mb),
        ..Cost::default()
    };
    // The sum decides at once.
    let mut chosen = settings(model.words(), words);
    for word in &mut chosen {
        (word.patience, word.threshold) = (1, word.confirmation.threshold);
    }
    let name = format!("{}, confirmed", model.name());
    Ok(Box::new(Inside::new(name, stream, ConfirmedWake::scores, 2, chosen, cost)))
}

/// Phrases by their phones alone, as `mynah wake add` makes wake words of them.
pub fn typed(phrases: &[Phrase], phones: &AcousticModel) -> anyhow::Result<Box<dyn Ear>> {
    let before = resident_mb();
    let mut stream = PhraseWake::new(phones, phrases, &Pronouncer::english())?;
    let memory_mb = resident_mb() - before;
    let quiet = step_cost(&mut stream, 1, SOFT_NOISE)?;
    let cost = Cost {
        hop_ms: Some(10.0),
        quiet_core_percent: Some(quiet.p50 / 10.0 * 100.0),
        memory_mb: Some(memory_mb),
        ..Cost::default()
    };
    let words = stream.words();
    Ok(Box::new(Inside::new("typed phrases".into(), stream, PhraseWake::scores, 1, words, cost)))
}

/// openWakeWord's models in `dir`: the features, and the heads of those `words` that are there.
pub fn open_wake_word(dir: &Path, words: &[WordConfig]) -> anyhow::Result<Option<Box<dyn Ear>>> {
    let mut heads: Vec<PathBuf> = Vec::new();
    for entry in dir.read_dir().with_context(|| format!("cannot read {}", dir.display()))? {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let of = |word: &WordConfig| {
            stem.strip_prefix(word.id.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with("_v"))
        };
        if path.extension().is_some_and(|e| e == "onnx") && words.iter().any(of) {
            heads.push(path);
        }
    }
    if heads.is_empty() {
        return Ok(None);
    }
    heads.sort();
    let before = resident_mb();
    let model = OpenWakeWordModel::open(dir, &heads)?;
    let known: Vec<WordConfig> = model.words().iter().map(|word| WordConfig::new(&*word.id)).collect();
    let mut stream = model.stream(&known)?;
    let memory_mb = resident_mb() - before;
    let hop = step_cost(&mut stream, 8, SOFT_NOISE)?;
    let cost = Cost {
        hop_ms: Some(80.0),
        hop: Some(hop),
        core_percent: Some(hop.p50 / 80.0 * 100.0),
        quiet_core_percent: None,
        memory_mb: Some(memory_mb),
    };
    let chosen = settings(model.words(), &known);
    let inside =
        Inside::new("openWakeWord's models here".into(), stream, OpenWakeWord::scores, 8, chosen, cost);
    Ok(Some(Box::new(inside)))
}

/// The words as they are set.
fn settings(known: &[Word], wanted: &[WordConfig]) -> Vec<Word> {
    wanted.iter().filter_map(|config| known.iter().find(|word| *word.id == *config.id)).cloned().collect()
}

/// An engine of this process.
struct Inside<W> {
    name: String,
    stream: W,
    scores: fn(&W) -> &[f32],
    /// Of a step.
    frames: usize,
    words: Vec<(Word, Held)>,
    told: Vec<Told>,
    /// Times of steps in milliseconds, of the streams as far as [`TIMED`].
    hops: Vec<f64>,
    /// Processor time and audio time, in seconds.
    cpu: f64,
    audio: f64,
    cost: Cost,
}

/// So many steps are timed; more would not change the quantiles.
const TIMED: usize = 500_000;

impl<W: WakeWord> Inside<W> {
    fn new(
        name: String,
        stream: W,
        scores: fn(&W) -> &[f32],
        frames: usize,
        words: Vec<Word>,
        cost: Cost,
    ) -> Self {
        let words = words.into_iter().map(|word| (word.clone(), Held::new(word.patience))).collect();
        Inside {
            name,
            stream,
            scores,
            frames,
            words,
            told: Vec::new(),
            hops: Vec::new(),
            cpu: 0.0,
            audio: 0.0,
            cost,
        }
    }
}

impl<W: WakeWord> Ear for Inside<W> {
    fn name(&self) -> &str {
        &self.name
    }

    fn words(&self) -> Vec<(String, Samples)> {
        let step = (self.frames * FRAME_SAMPLES) as u64;
        let gap = |word: &Word| {
            let deaf = Samples::from_millis(u64::from(word.refractory_ms)).0.div_ceil(step);
            Samples((deaf + u64::from(word.patience)) * step)
        };
        self.words.iter().map(|(word, _)| (word.id.to_string(), gap(word))).collect()
    }

    fn hear(&mut self, stream: usize, samples: &[f32]) -> anyhow::Result<()> {
        self.stream.reset();
        self.words.iter_mut().for_each(|(_, held)| held.reset());
        let frames: Vec<Frame> = samples
            .as_chunks::<FRAME_SAMPLES>()
            .0
            .iter()
            .enumerate()
            .map(|(n, samples)| Frame::new(SamplePos((n * FRAME_SAMPLES) as u64), *samples))
            .collect();
        let before = cpu_seconds();
        for step in frames.chunks_exact(self.frames) {
            let start = Instant::now();
            let mut detection = None;
            for frame in step {
                detection = self.stream.push(frame)?.or(detection);
            }
            let compute_ms = start.elapsed().as_secs_f64() * 1000.0;
            if self.hops.len() < TIMED {
                self.hops.push(compute_ms);
            }
            let at = step.last().map_or(0, |frame| frame.end().0);
            let scores = (self.scores)(&self.stream);
            for (n, (word, held)) in self.words.iter_mut().enumerate() {
                let score = held.push(scores[word.index]);
                if score >= FLOOR {
                    self.told.push(Told { stream, word: n, hit: Hit { at, score }, compute_ms, own: false });
                }
                if let Some(detection) = detection.as_ref().filter(|detection| detection.word == word.id) {
                    let hit = Hit { at, score: detection.score };
                    self.told.push(Told { stream, word: n, hit, compute_ms, own: true });
                }
            }
        }
        self.cpu += cpu_seconds() - before;
        self.audio += Samples(samples.len() as u64).as_duration().as_secs_f64();
        Ok(())
    }

    fn finish(&mut self) -> anyhow::Result<(Vec<Told>, Cost)> {
        let mut cost = self.cost.clone();
        if self.audio > 0.0 {
            cost.hop = Some(Quantiles::of(&self.hops));
            if self.cpu > 0.0 {
                cost.core_percent = Some(self.cpu / self.audio * 100.0);
            }
        }
        Ok((std::mem::take(&mut self.told), cost))
    }
}

/// The processor's name and how many cores there are.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name));
    format!("{cores} cores of {}", model.unwrap_or(std::env::consts::ARCH))
}
