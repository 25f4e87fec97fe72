//! The arithmetic of `models/training` (`speaker/model.py`): 1.2 s of log-mel → an embedding. No network: cepstra are shared out among the
//! Gaussians of a background model, how far they lie from each makes one long vector, and a projection keeps what differs between people.

use std::f64::consts::PI;

use mynah_assistant::ports::ModelError;
use serde::Deserialize;

/// Frames of 10 ms that are looked at.
pub(super) const FRAMES: usize = 120;
pub(super) const BANDS: usize = mynah_audio::MEL_BANDS;
/// Numbers of an embedding.
pub(super) const EMBEDDING: usize = 64;
const CEPSTRA: usize = 20;

/// What lies more than this below the loudest frame is cut off, in natural log of energy.
const LOWEST: f32 = 10.0;
/// Frames this far below the loudest count fully, and not at all.
const FULL: f32 = 4.0;
const NONE: f32 = 7.0;
/// A Gaussian with so many frames moves half the way to their mean.
const RELEVANCE: f32 = 4.0;
/// Of the frames, this one by level stands for the room,
const ROOM: usize = 12;
/// and a voice that stands so far above it, in natural log of energy, is as clear as any.
const CLEAREST: f32 = 8.0;
const MAGIC: &[u8] = b"mynah-speaker\n";
const REMEDY: &str = "make it again (models/training)";

/// The background model and the projection.
pub(super) struct Statistics {
    cosines: Vec<[f32; CEPSTRA]>,
    gaussians: Vec<Gaussian>,
    offset: [f32; EMBEDDING],
    /// A row for each Gaussian and cepstrum.
    projection: Vec<[f32; EMBEDDING]>,
}

struct Gaussian {
    /// All of the log-likelihood that does not depend on the frame.
    constant: f32,
    mean: [f32; CEPSTRA],
    inverse_deviation: [f32; CEPSTRA],
}

/// The TOML file beside the numbers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Description {
    pub name: String,
    pub version: String,
    frames: usize,
    bands: usize,
    cepstra: usize,
    gaussians: usize,
    embedding: usize,
    pub similarity: Similarity,
}

/// The log-odds that two voices are one: offset + cosine · c + clarity · (clear + cosine · clear_cosine). In noise the cosines of both
/// kinds lie nearer to zero.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Similarity {
    offset: f32,
    cosine: f32,
    clear: f32,
    clear_cosine: f32,
}

impl Similarity {
    /// 0 to 1, by the cosine of two voices and how far the one that was just heard stands above the room.
    pub(super) fn of(self, cosine: f32, clarity: f32) -> f32 {
        let Similarity { offset, cosine: slope, clear, clear_cosine } = self;
        1.0 / (1.0 + (-(offset + slope * cosine + clarity * (clear + clear_cosine * cosine))).exp())
    }

    /// Whether more alike is more similar, however loud the room.
    fn rises(self) -> bool {
        let slopes = [self.cosine, self.cosine + CLEAREST * self.clear_cosine];
        slopes.iter().all(|slope| *slope > 0.0 && slope.is_finite()) && (self.offset + self.clear).is_finite()
    }
}

impl Statistics {
    /// Reads the numbers and what describes them.
    pub(super) fn read(numbers: &[u8], description: &str) -> Result<(Self, Description), ModelError> {
        let unusable = |why: String| ModelError::Unusable(format!("speaker model: {why}; {REMEDY}"));
        let described: Description = toml::from_str(description).map_err(|e| unusable(e.to_string()))?;
        let Description { frames, bands, cepstra, gaussians, embedding, similarity, .. } = described;
        if [frames, bands, cepstra, embedding] != [FRAMES, BANDS, CEPSTRA, EMBEDDING] || gaussians == 0 {
            return Err(unusable(format!(
                "{frames} × {bands} by {cepstra} cepstra and {gaussians} Gaussians to {embedding}; {FRAMES} × {BANDS} by {CEPSTRA} to {EMBEDDING} is due"
            )));
        }
        if !similarity.rises() {
            return Err(unusable(format!("{similarity:?} does not rise with the cosine")));
        }
        let bytes = numbers.strip_prefix(MAGIC).ok_or_else(|| unusable("another kind of file".into()))?;
        let (halves, rest) = bytes.as_chunks::<2>();
        let values: Vec<f32> =
            halves.iter().map(|half| f32::from_bits(u32::from(u16::from_le_bytes(*half)) << 16)).collect();
        let matrix = gaussians.saturating_mul(CEPSTRA);
        let due = gaussians.saturating_add(matrix.saturating_mul(2 + EMBEDDING)).saturating_add(EMBEDDING);
        if values.len() != due || !rest.is_empty() || values.iter().any(|value| !value.is_finite()) {
            return Err(unusable("it is cut off, too long, or holds what is no number".into()));
        }
        let (constants, values) = values.split_at(gaussians);
        let (means, values) = values.split_at(matrix);
        let (inverse, values) = values.split_at(matrix);
        let (offset, projection) = values.split_at(EMBEDDING);
        let gaussians = constants
            .iter()
            .zip(means.as_chunks().0.iter().zip(inverse.as_chunks().0))
            .map(|(&constant, (&mean, &inverse_deviation))| Gaussian { constant, mean, inverse_deviation })
            .collect();
        let mut statistics = Statistics {
            cosines: cosines(),
            gaussians,
            offset: [0.0; EMBEDDING],
            projection: projection.as_chunks().0.to_vec(),
        };
        statistics.offset.copy_from_slice(offset);
        Ok((statistics, described))
    }

    /// [`FRAMES`] of log-mel → [`EMBEDDING`] numbers, not yet of length 1, and how far the voice stands above the room.
    pub(super) fn embed(&self, mel: &[[f32; BANDS]]) -> (Vec<f32>, f32) {
        let level = |frame: &[f32; BANDS]| frame.iter().sum::<f32>() / BANDS as f32;
        let mut levels: Vec<f32> = mel.iter().map(level).collect();
        levels.sort_by(f32::total_cmp);
        let (peak, room) = (levels[levels.len() - 1], levels[ROOM]);
        let mut counts = vec![0.0; self.gaussians.len()];
        let mut away = vec![[0.0; CEPSTRA]; self.gaussians.len()];
        for frame in mel {
            let weight = ((level(frame) - peak + NONE) / (NONE - FULL)).clamp(0.0, 1.0);
            if weight > 0.0 {
                self.share_out(&self.cepstra(frame, peak), weight, &mut counts, &mut away);
            }
        }
        let mut embedding: Vec<f32> = self.offset.iter().map(|offset| -offset).collect();
        let rows = self.projection.as_chunks::<CEPSTRA>().0;
        for ((away, count), rows) in away.iter().zip(&counts).zip(rows) {
            for (away, row) in away.iter().zip(rows) {
                let value = away / (count + RELEVANCE);
                embedding.iter_mut().zip(row).for_each(|(sum, weight)| *sum += value * weight);
            }
        }
        let clarity = if peak.is_finite() { (peak - room).clamp(0.0, CLEAREST) } else { 0.0 };
        (embedding, clarity)
    }

    /// DCT-II of a frame, without the mean, which is the level.
    fn cepstra(&self, frame: &[f32; BANDS], peak: f32) -> [f32; CEPSTRA] {
        let mut cepstra = [0.0; CEPSTRA];
        for (value, row) in frame.iter().zip(&self.cosines) {
            let value = value.max(peak - LOWEST);
            cepstra.iter_mut().zip(row).for_each(|(sum, cosine)| *sum += value * cosine);
        }
        cepstra
    }

    /// Adds a frame to the Gaussians that it may be of: how many there are of it, and how far it lies from each, in deviations.
    fn share_out(&self, x: &[f32; CEPSTRA], weight: f32, counts: &mut [f32], away: &mut [[f32; CEPSTRA]]) {
        let from = |gaussian: &Gaussian| -> [f32; CEPSTRA] {
            std::array::from_fn(|k| (x[k] - gaussian.mean[k]) * gaussian.inverse_deviation[k])
        };
        let mut shares: Vec<f32> = self
            .gaussians
            .iter()
            .map(|gaussian| gaussian.constant - 0.5 * from(gaussian).iter().map(|z| z * z).sum::<f32>())
            .collect();
        let most = shares.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        shares.iter_mut().for_each(|share| *share = (*share - most).exp());
        let whole: f32 = shares.iter().sum();
        for (((gaussian, share), count), away) in self.gaussians.iter().zip(shares).zip(counts).zip(away) {
            let share = weight * share / whole;
            if share > 1e-6 {
                *count += share;
                away.iter_mut().zip(from(gaussian)).for_each(|(sum, z)| *sum += share * z);
            }
        }
    }
}

fn cosines() -> Vec<[f32; CEPSTRA]> {
    let scale = (2.0 / BANDS as f64).sqrt();
    let row = |band: usize| {
        std::array::from_fn(|k| {
            (scale * (PI / BANDS as f64 * (band as f64 + 0.5) * (k + 1) as f64).cos()) as f32
        })
    };
    (0..BANDS).map(row).collect()
}
