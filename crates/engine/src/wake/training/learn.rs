//! From scenes to weights: logistic regression on one hidden layer, by Adam.
//!
//! The loss is that of `train.py` in models/training: in a scene with the phrase the best steps of its window count
//! (a max-pool over time, so the head chooses itself when to fire), in all others every step does, the surer the more.

use std::thread;

use mynah_audio::Draw;

use super::super::head::{Shape, Weights};
use super::TrainError;
use super::scenes::{Label, STEPS, Scene};

/// Scenes of a step, half of them with the phrase.
const BATCH: usize = 64;
/// Parts of a batch whose gradients are added up in this order, whatever the number of cores.
const PARTS: usize = 8;
/// The phrase must be high in so many steps together, so that a patience of 2 is reached.
const POOL: usize = 4;
const RATE: f32 = 2e-3;
const WARM_UP: usize = 30;
const DECAY: f32 = 0.01;
/// Weight of steps that should be silent, beside a missed phrase.
const SILENT_WEIGHT: f32 = 0.25;
/// Gradients below this would change nothing: the step is passed over.
const NOTHING: f32 = 1e-4;
/// Of the scenes without the phrase so many are drawn among those that fooled the head most.
const MINED: f64 = 0.5;
/// The hardest share of them.
const HARDEST: usize = 6;
/// Share of the activations that are left out of a scene, so that none is relied on alone.
const DROPPED: f64 = 0.2;

/// A head in training; inputs are standardised, and the standardisation is folded into the weights at the end.
struct Student {
    shape: Shape,
    mean: Vec<f32>,
    scale: Vec<f32>,
    /// `hidden` (inputs × hidden), `bias`, `out`, `out_bias`, one after another.
    weights: Vec<f32>,
}

/// Weights that fit the scenes.
pub(super) fn learn(
    shape: Shape,
    with: &[Scene],
    without: &[Scene],
    rounds: usize,
    seed: u64,
    progress: &mut dyn FnMut(f32) -> Result<(), TrainError>,
) -> Result<Weights, TrainError> {
    let mut draw = Draw::new(seed, &["learn"]);
    let mut student = Student::new(shape, with, without, &mut draw);
    let mut adam = Adam::new(student.weights.len());
    let batches = (with.len() / (BATCH / 2)).max(1);
    let steps = rounds * batches;
    let mut order: Vec<usize> = (0..without.len()).collect();
    for step in 0..steps {
        progress(step as f32 / steps as f32)?;
        if step > 0 && step % batches == 0 {
            student.hardest_first(without, &mut order);
        }
        let mined = step >= batches;
        let batch: Vec<(&Scene, u64)> = (0..BATCH)
            .map(|n| {
                let scene = match n < BATCH / 2 {
                    true => &with[draw.index(with.len())],
                    false if mined && draw.between(0.0, 1.0) < MINED => {
                        &without[order[draw.index(without.len().div_ceil(HARDEST))]]
                    }
                    false => &without[draw.index(without.len())],
                };
                (scene, draw.bits())
            })
            .collect();
        let gradient = student.gradient(&batch);
        let rate = RATE * ((step + 1) as f32 / WARM_UP as f32).min(1.0) * (1.0 - step as f32 / steps as f32);
        adam.step(&mut student.weights, &gradient, rate);
    }
    Ok(student.finish())
}

impl Student {
    fn new(shape: Shape, with: &[Scene], without: &[Scene], draw: &mut Draw) -> Self {
        let Shape { channels, hidden, .. } = shape;
        let (mut sum, mut square, mut count) = (vec![0f64; channels], vec![0f64; channels], 0f64);
        for scene in with.iter().chain(without).step_by(8) {
            for step in (0..STEPS).step_by(4) {
                count += 1.0;
                for ((sum, square), x) in sum.iter_mut().zip(&mut square).zip(scene.row(step)) {
                    *sum += f64::from(x);
                    *square += f64::from(x).powi(2);
                }
            }
        }
        let mean: Vec<f32> = sum.iter().map(|sum| (sum / count) as f32).collect();
        let spread =
            |(square, mean): (&f64, &f32)| (square / count - f64::from(*mean).powi(2)).max(0.0).sqrt();
        let scale = square.iter().zip(&mean).map(|both| 1.0 / (spread(both) as f32 + 0.05)).collect();
        let inputs = shape.inputs();
        let mut even = |bound: f32| draw.between(f64::from(-bound), f64::from(bound)) as f32;
        let first = 1.0 / (inputs as f32).sqrt();
        let mut weights: Vec<f32> = (0..(inputs + 1) * hidden).map(|_| even(first)).collect();
        weights.extend((0..hidden).map(|_| even(1.0 / (hidden as f32).sqrt())));
        weights.push(-3.0);
        Student { shape, mean, scale, weights }
    }

    /// The rows of a scene, standardised; what is dropped is 0. A stream begins with rows of zeros.
    fn rows(&self, scene: &Scene, dropout: Option<u64>) -> Vec<f32> {
        let mut rows = Vec::with_capacity(STEPS * self.shape.channels);
        let mut draw = dropout.map(|seed| Draw::new(seed, &["drop"]));
        let keep = 1.0 / (1.0 - DROPPED) as f32;
        let kept: Vec<f32> = (0..self.shape.channels)
            .map(|_| match &mut draw {
                Some(draw) => {
                    if draw.between(0.0, 1.0) < DROPPED {
                        0.0
                    } else {
                        keep
                    }
                }
                None => 1.0,
            })
            .collect();
        for step in 0..STEPS {
            let row = scene.row(step).zip(&self.mean).zip(&self.scale).zip(&kept);
            rows.extend(row.map(|(((x, mean), scale), kept)| (x - mean) * scale * kept));
        }
        rows
    }

    /// The row that a tap sees, `None` before the start of the scene.
    fn seen<'r>(&self, rows: &'r [f32], step: usize, tap: usize) -> Option<&'r [f32]> {
        let Shape { channels, stride, .. } = self.shape;
        Some(&rows[step.checked_sub(tap * stride)? * channels..][..channels])
    }

    /// Hidden values (before the cut at 0) of all steps, and logits.
    fn forward(&self, rows: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let Shape { channels, taps, hidden, .. } = self.shape;
        let (matrix, rest) = self.weights.split_at(self.shape.inputs() * hidden);
        let (bias, rest) = rest.split_at(hidden);
        let (out, out_bias) = (&rest[..hidden], rest[hidden]);
        let (mut all, mut logits) = (Vec::with_capacity(STEPS * hidden), Vec::with_capacity(STEPS));
        for step in 0..STEPS {
            let first = all.len();
            all.extend_from_slice(bias);
            let sums = &mut all[first..];
            for tap in 0..taps {
                let Some(seen) = self.seen(rows, step, tap) else { continue };
                let part = &matrix[tap * channels * hidden..][..channels * hidden];
                for (x, weights) in seen.iter().zip(part.chunks_exact(hidden)) {
                    add(sums, weights, *x);
                }
            }
            logits.push(out_bias + sums.iter().zip(out).map(|(h, w)| h.max(0.0) * w).sum::<f32>());
        }
        (all, logits)
    }

    /// Mean gradient of the loss over a batch.
    fn gradient(&self, batch: &[(&Scene, u64)]) -> Vec<f32> {
        let parts: Vec<&[(&Scene, u64)]> = batch.chunks(batch.len().div_ceil(PARTS)).collect();
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let each = parts.len().div_ceil(cores);
        let gradients: Vec<Vec<f32>> = thread::scope(|scope| {
            let threads: Vec<_> = parts
                .chunks(each)
                .map(|parts| {
                    scope.spawn(move || parts.iter().map(|part| self.gradient_of(part)).collect::<Vec<_>>())
                })
                .collect();
            let join = |thread: thread::ScopedJoinHandle<'_, Vec<Vec<f32>>>| {
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            threads.into_iter().flat_map(join).collect()
        });
        let mut sum = vec![0.0; self.weights.len()];
        for gradient in gradients {
            add(&mut sum, &gradient, 1.0 / batch.len() as f32);
        }
        sum
    }

    fn gradient_of(&self, scenes: &[(&Scene, u64)]) -> Vec<f32> {
        let Shape { channels, taps, hidden, .. } = self.shape;
        let inputs = self.shape.inputs();
        let out = &self.weights[(inputs + 1) * hidden..][..hidden];
        let mut gradient = vec![0.0; self.weights.len()];
        let mut back = vec![0.0; hidden];
        for (scene, seed) in scenes {
            let rows = self.rows(scene, Some(*seed));
            let (all, logits) = self.forward(&rows);
            for (step, slope) in slopes(scene, &logits).into_iter().enumerate() {
                if slope.abs() < NOTHING {
                    continue;
                }
                let values = &all[step * hidden..][..hidden];
                for ((back, h), w) in back.iter_mut().zip(values).zip(out) {
                    *back = if *h > 0.0 { slope * w } else { 0.0 };
                }
                let (matrix, rest) = gradient.split_at_mut(inputs * hidden);
                add(&mut rest[..hidden], &back, 1.0);
                for (to, h) in rest[hidden..2 * hidden].iter_mut().zip(values) {
                    *to += slope * h.max(0.0);
                }
                rest[2 * hidden] += slope;
                for tap in 0..taps {
                    let Some(seen) = self.seen(&rows, step, tap) else { continue };
                    let part = &mut matrix[tap * channels * hidden..][..channels * hidden];
                    for (x, to) in seen.iter().zip(part.chunks_exact_mut(hidden)) {
                        add(to, &back, *x);
                    }
                }
            }
        }
        gradient
    }

    /// Orders scenes by the highest score in them.
    fn hardest_first(&self, scenes: &[Scene], order: &mut [usize]) {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let peak = |scene: &Scene| {
            let (_, logits) = self.forward(&self.rows(scene, None));
            logits.into_iter().fold(f32::NEG_INFINITY, f32::max)
        };
        let mut peaks = vec![0.0; scenes.len()];
        let each = scenes.len().div_ceil(cores).max(1);
        thread::scope(|scope| {
            for (scenes, peaks) in scenes.chunks(each).zip(peaks.chunks_mut(each)) {
                scope.spawn(move || scenes.iter().zip(peaks).for_each(|(scene, to)| *to = peak(scene)));
            }
        });
        order.sort_by(|a, b| peaks[*b].total_cmp(&peaks[*a]).then(a.cmp(b)));
    }

    /// The weights for rows as they are.
    fn finish(self) -> Weights {
        let Student { shape, mean, scale, weights: mut all } = self;
        let Shape { channels, hidden, .. } = shape;
        let out_bias = all.pop().unwrap_or_default();
        let out = all.split_off((shape.inputs() + 1) * hidden);
        let mut bias = all.split_off(shape.inputs() * hidden);
        for (input, row) in all.chunks_exact_mut(hidden).enumerate() {
            let channel = input % channels;
            row.iter_mut().for_each(|weight| *weight *= scale[channel]);
            add(&mut bias, row, -mean[channel]);
        }
        Weights { hidden: all, bias, out, out_bias }
    }
}

/// The derivative of a scene's loss by each logit.
fn slopes(scene: &Scene, logits: &[f32]) -> Vec<f32> {
    let mut slopes: Vec<f32> = (0..STEPS)
        .map(|step| match scene.label(step) {
            // Softplus, and the surer the weightier: the weight itself is not derived.
            Label::Silent => SILENT_WEIGHT * sigmoid(logits[step]).powf(1.5),
            _ => 0.0,
        })
        .collect();
    let mut window: Vec<usize> = scene.window.clone().collect();
    window.sort_by(|a, b| logits[*b].total_cmp(&logits[*a]));
    window.truncate(POOL);
    if !window.is_empty() {
        let best = window.iter().map(|step| logits[*step]).sum::<f32>() / window.len() as f32;
        for step in &window {
            slopes[*step] = -sigmoid(-best) / window.len() as f32;
        }
    }
    slopes
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// `to` + `factor` · `from`.
fn add(to: &mut [f32], from: &[f32], factor: f32) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += factor * from;
    }
}

/// Adam with decoupled weight decay (I. Loshchilov and F. Hutter, ICLR 2019).
struct Adam {
    first: Vec<f32>,
    second: Vec<f32>,
    steps: i32,
}

impl Adam {
    fn new(weights: usize) -> Self {
        Adam { first: vec![0.0; weights], second: vec![0.0; weights], steps: 0 }
    }

    fn step(&mut self, weights: &mut [f32], gradient: &[f32], rate: f32) {
        const FIRST: f32 = 0.9;
        const SECOND: f32 = 0.999;
        self.steps += 1;
        let unbias = |keep: f32| 1.0 / (1.0 - keep.powi(self.steps));
        let (first_bias, second_bias) = (unbias(FIRST), unbias(SECOND));
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((weight, slope), (first, second)) in weights.iter_mut().zip(gradient).zip(moments) {
            *first = FIRST * *first + (1.0 - FIRST) * slope;
            *second = SECOND * *second + (1.0 - SECOND) * slope * slope;
            *weight -=
                rate * (*first * first_bias / ((*second * second_bias).sqrt() + 1e-8) + DECAY * *weight);
        }
    }
}
