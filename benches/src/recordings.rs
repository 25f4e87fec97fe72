//! Recordings of people, what they say, and what recognises it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use mynah_engine::whisper::WhisperModel;
use mynah_home::Home;
use mynah_measure::Draw;
use mynah_skill::Catalog;

/// A spoken order of the speech-to-intent benchmark.
#[derive(Clone, Debug)]
pub struct Order {
    /// The recording.
    pub path: PathBuf,
    /// Slot → value, as the labels have them.
    pub slots: BTreeMap<String, String>,
}

/// Which orders: thresholds were tuned on the first 60 (their names are random), figures are of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[expect(missing_docs, reason = "said above")]
pub enum Part {
    Tune,
    Test,
    All,
}

/// The orders in the folder `commands/coffee`, those with a recording, in the order of their names.
pub fn orders(folder: &Path, part: Part) -> anyhow::Result<Vec<Order>> {
    #[derive(serde::Deserialize)]
    struct Label {
        slots: BTreeMap<String, String>,
    }
    let text = std::fs::read_to_string(folder.join("labels.json"))?;
    let labels: BTreeMap<String, Label> = serde_json::from_str(&text)?;
    let labels = labels.into_iter().enumerate().filter(|(i, _)| match part {
        Part::Tune => *i < 60,
        Part::Test => *i >= 60,
        Part::All => true,
    });
    let orders = labels.map(|(_, (id, label))| Order {
        path: folder.join(format!("{id}.flac")),
        slots: label.slots.into_iter().map(|(k, v)| (k, v.trim().to_owned())).collect(),
    });
    Ok(orders.filter(|order| order.path.is_file()).collect())
}

/// The grammar of the orders.
pub fn coffee() -> anyhow::Result<Catalog> {
    let skill = include_str!("../coffee/coffee.toml").to_owned();
    Catalog::parse(&[("coffee.toml".into(), skill)], &Home::default())
        .map_err(|faults| anyhow::anyhow!("coffee.toml: {faults:?}"))
}

/// The English skills that ship, and their house.
pub fn shipped() -> anyhow::Result<Catalog> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../intents");
    let home = Home::load(&root.join("home.toml")).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    Catalog::load(&[root.join("en")], &home).map_err(|faults| anyhow::anyhow!("{faults:?}"))
}

/// A model of the store, or a ggml file.
pub fn whisper(name: &str) -> anyhow::Result<WhisperModel> {
    let file = match name.ends_with(".bin") {
        true => PathBuf::from(name),
        false => mynah_host::models::ModelStore::open().path(name)?,
    };
    Ok(WhisperModel::load(&file)?)
}

/// Some recordings below a folder, drawn at random.
pub fn some(folder: &Path, count: usize, draw: &mut Draw) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "opus" || e == "flac" || e == "ogg") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let mut some = Vec::new();
    while some.len() < count && !paths.is_empty() {
        some.push(paths.swap_remove(draw.index(paths.len())));
    }
    Ok(some)
}

/// 16 kHz mono, by `ffmpeg`.
pub fn decode(path: &Path) -> anyhow::Result<Vec<f32>> {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-i"])
        .arg(path)
        .args(["-f", "f32le", "-ac", "1", "-ar", "16000", "-"])
        .stderr(Stdio::inherit())
        .output()
        .context("ffmpeg cannot be started; install it")?;
    if !output.status.success() || output.stdout.is_empty() {
        bail!("ffmpeg cannot decode {}", path.display());
    }
    Ok(output.stdout.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect())
}
