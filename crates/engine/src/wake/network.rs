//! Our own wake-word network without a runtime: the arithmetic of `models/training` (`model.py`), one step at a time.
//!
//! A general runtime spends most of a step on bookkeeping and on copying a state of 45 KB through it. Here the past
//! inputs of each convolution lie in a ring, and a step is nine small matrix products. Weights and structure come from
//! the ONNX file; a file of another structure is left to the runtime.

use std::collections::BTreeMap;

use crate::runtime::{Constant, FLOAT, INT64, Node, graph};

/// Values of a step: two frames of 40 bands.
pub(super) const INPUTS: usize = 80;
const STEM_TAPS: usize = 3;
const TAPS: usize = 5;
/// Outputs of a matrix product that are added up together: eight registers of four.
pub(super) const TILE: usize = 32;

/// The weights, shared by the streams.
#[derive(Debug)]
pub(super) struct Network {
    follower: Follower,
    stem: Dense,
    blocks: Vec<Block>,
    head: Dense,
    channels: usize,
}

/// What makes the network deaf to gain: the input less a running level, scaled, and cut off below.
#[derive(Clone, Copy, Debug)]
struct Follower {
    start: f32,
    attack: f32,
    release: f32,
    scale: f32,
    lowest: f32,
}

/// x + relu(mix(Σ tap · past x)): a causal convolution over past steps, channel by channel, then a mix of the channels.
#[derive(Debug)]
struct Block {
    dilation: usize,
    /// `TAPS` rows, the oldest first.
    taps: Vec<f32>,
    mix: Dense,
}

/// y = x·W + b, with W in columns of [`TILE`] outputs.
#[derive(Clone, Debug)]
pub(super) struct Dense {
    inputs: usize,
    outputs: usize,
    weights: Vec<f32>,
    /// Filled up to whole tiles.
    bias: Vec<f32>,
}

/// The running level, in natural log of energy; what a network keeps of all the past.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level(f32);

/// The past that a network needs of a stream: the last [`Network::memory`] steps decide it.
#[derive(Clone, Debug)]
pub(super) struct Past {
    stem: [f32; STEM_TAPS * INPUTS],
    blocks: Vec<Ring>,
    x: Vec<f32>,
    gathered: Vec<f32>,
    y: Vec<f32>,
}

/// The last rows of something, zeros at first.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    rows: Vec<f32>,
    /// The row of this step.
    now: usize,
}

impl Network {
    /// The network in an ONNX file, when it is one of ours: each operation is compared.
    pub(super) fn read(onnx: &[u8]) -> Option<Self> {
        let (nodes, constants) = graph(onnx).ok()?;
        Walk { nodes: nodes.iter(), constants }.network()
    }

    /// Number of scores.
    pub(super) fn scores(&self) -> usize {
        self.head.outputs
    }

    /// Values of [`activations`](Self::activations).
    pub(super) fn channels(&self) -> usize {
        self.channels
    }

    /// What the encoder made of the last step: what its own words and [heads](super::Head) are told from.
    pub(super) fn activations<'p>(&self, past: &'p Past) -> &'p [f32] {
        &past.x[..self.channels]
    }

    /// Tells encoders apart: all weights below the words, by FNV-1a. A head fits one encoder.
    pub(super) fn fingerprint(&self) -> u64 {
        let Follower { start, attack, release, scale, lowest } = self.follower;
        let dense = |dense: &Dense| [dense.weights.clone(), dense.bias.clone()].concat();
        let blocks = self
            .blocks
            .iter()
            .map(|block| [vec![block.dilation as f32], block.taps.clone(), dense(&block.mix)].concat());
        let all = [vec![start, attack, release, scale, lowest], dense(&self.stem)].into_iter().chain(blocks);
        all.flatten().flat_map(f32::to_le_bytes).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }

    /// Steps before this one that a score depends on, the level aside.
    pub(super) fn memory(&self) -> usize {
        STEM_TAPS - 1 + self.blocks.iter().map(|block| (TAPS - 1) * block.dilation).sum::<usize>()
    }

    /// The level at the start of a stream.
    pub(super) fn level(&self) -> Level {
        Level(self.follower.start)
    }

    /// An empty past: the start of a stream.
    pub(super) fn past(&self) -> Past {
        let tiles = self.channels.next_multiple_of(TILE);
        let ring = |block: &Block| Ring::new((TAPS - 1) * block.dilation + 1, self.channels);
        Past {
            stem: [0.0; STEM_TAPS * INPUTS],
            blocks: self.blocks.iter().map(ring).collect(),
            x: vec![0.0; tiles],
            gathered: vec![0.0; self.channels],
            y: vec![0.0; tiles.max(self.head.bias.len())],
        }
    }

    /// Follows the level, and takes it out of a step of log-mel. Gives how far the mean of the step stood above the level
    /// before it, in natural log of energy.
    pub(super) fn normalise(&self, mel: &mut [f32; INPUTS], level: &mut Level) -> f32 {
        let Follower { attack, release, scale, lowest, .. } = self.follower;
        let rise = mel.iter().sum::<f32>() / INPUTS as f32 - level.0;
        level.0 += if rise > 0.0 { attack * rise } else { release * rise };
        for value in mel {
            *value = ((*value - level.0) * scale).max(lowest);
        }
        rise
    }

    /// One normalised step; writes a score for each word.
    pub(super) fn step(&self, step: &[f32; INPUTS], past: &mut Past, scores: &mut [f32]) {
        let Past { stem, blocks, x, gathered, y } = past;
        stem.copy_within(INPUTS.., 0);
        stem[(STEM_TAPS - 1) * INPUTS..].copy_from_slice(step);
        self.stem.apply(stem, x);
        x.iter_mut().for_each(|x| *x = x.max(0.0));
        for (block, ring) in self.blocks.iter().zip(blocks) {
            ring.push(&x[..self.channels]);
            block.gather(ring, gathered);
            block.mix.apply(gathered, y);
            x.iter_mut().zip(&*y).for_each(|(x, y)| *x += y.max(0.0));
        }
        self.head.apply(&x[..self.channels], y);
        for (score, logit) in scores.iter_mut().zip(&*y) {
            *score = 1.0 / (1.0 + (-logit).exp());
        }
    }
}

impl Past {
    /// Back to the start of a stream.
    pub(super) fn clear(&mut self) {
        self.stem.fill(0.0);
        self.blocks.iter_mut().for_each(Ring::clear);
    }
}

impl Block {
    fn gather(&self, ring: &Ring, gathered: &mut [f32]) {
        let channels = gathered.len();
        let rows = ring.rows.len() / channels;
        gathered.fill(0.0);
        for (tap, weights) in self.taps.chunks_exact(channels).enumerate() {
            // The row after this step's is the oldest one.
            let row = (ring.now + 1 + tap * self.dilation) % rows;
            let row = &ring.rows[row * channels..][..channels];
            for ((sum, x), weight) in gathered.iter_mut().zip(row).zip(weights) {
                *sum += x * weight;
            }
        }
    }
}

impl Ring {
    pub(super) fn new(rows: usize, width: usize) -> Self {
        Ring { rows: vec![0.0; rows * width], now: 0 }
    }

    pub(super) fn push(&mut self, x: &[f32]) {
        self.now = (self.now + 1) % (self.rows.len() / x.len());
        self.rows[self.now * x.len()..][..x.len()].copy_from_slice(x);
    }

    /// The row of `width` values that was pushed `age` rows ago.
    pub(super) fn row(&self, age: usize, width: usize) -> &[f32] {
        let rows = self.rows.len() / width;
        &self.rows[(self.now + rows - age) % rows * width..][..width]
    }

    pub(super) fn clear(&mut self) {
        self.rows.fill(0.0);
    }
}

impl Level {
    /// In natural log of energy.
    pub(super) fn at(level: f32) -> Self {
        Level(level)
    }
}

impl Dense {
    /// From weights of shape [inputs, outputs], row-major.
    pub(super) fn new(weights: &[f32], bias: &[f32]) -> Option<Self> {
        let outputs = bias.len();
        if outputs == 0 || weights.is_empty() || !weights.len().is_multiple_of(outputs) {
            return None;
        }
        let inputs = weights.len() / outputs;
        let padded = outputs.next_multiple_of(TILE);
        let mut tiled = Vec::with_capacity(inputs * padded);
        for first in (0..padded).step_by(TILE) {
            for row in weights.chunks_exact(outputs) {
                tiled.extend((first..first + TILE).map(|column| row.get(column).copied().unwrap_or(0.0)));
            }
        }
        let mut bias = bias.to_vec();
        bias.resize(padded, 0.0);
        Some(Dense { inputs, outputs, weights: tiled, bias })
    }

    /// `y` has room for whole tiles.
    pub(super) fn apply(&self, x: &[f32], y: &mut [f32]) {
        let tiles = self.weights.chunks_exact(self.inputs * TILE);
        let places = y.as_chunks_mut::<TILE>().0.iter_mut().zip(self.bias.as_chunks::<TILE>().0);
        for (tile, (y, bias)) in tiles.zip(places) {
            let mut sums = *bias;
            for (x, row) in x.iter().zip(tile.as_chunks::<TILE>().0) {
                for (sum, weight) in sums.iter_mut().zip(row) {
                    *sum += x * weight;
                }
            }
            *y = sums;
        }
    }
}

/// Compares a graph with the one that `models/training` writes, operation by operation, and picks the weights up.
struct Walk<'a, 'n> {
    nodes: std::slice::Iter<'n, Node<'a>>,
    constants: BTreeMap<&'a str, Constant<'a>>,
}

/// An operation's output, and those of its inputs that are constants.
type Op<'a> = (&'a str, Vec<&'a str>);

impl<'a> Walk<'a, '_> {
    /// The next operation, which must be `operator` on these values, followed by constants.
    fn op(&mut self, operator: &str, values: &[&str]) -> Option<Op<'a>> {
        let node = self.nodes.next().filter(|node| node.operator == operator)?;
        let (given, constants) = node.inputs.split_at_checked(values.len())?;
        let fits = given == values && constants.iter().all(|name| self.constants.contains_key(name));
        fits.then(|| (node.output, constants.to_vec()))
    }

    /// The same with one number as its constant.
    fn scalar(&mut self, operator: &str, value: &str) -> Option<(&'a str, f32)> {
        let (output, constants) = self.op(operator, &[value])?;
        let [constant] = constants[..] else { return None };
        let [number] = self.floats(constant)?[..] else { return None };
        Some((output, number))
    }

    /// A slice along `axis`.
    fn slice(&mut self, value: &str, first: usize, last: usize, axis: usize, step: usize) -> Option<&'a str> {
        let (output, bounds) = self.op("Slice", &[value])?;
        let wanted = [first, last, axis, step];
        let fits = bounds.len() == 4
            && bounds.iter().zip(wanted).all(|(b, wanted)| self.integers(b) == Some(vec![wanted]));
        fits.then_some(output)
    }

    fn reshape(&mut self, value: &str, shape: [usize; 2]) -> Option<&'a str> {
        let (output, constants) = self.op("Reshape", &[value])?;
        let [constant] = constants[..] else { return None };
        (self.integers(constant)? == shape).then_some(output)
    }

    fn dense(&mut self, value: &str, inputs: usize) -> Option<(&'a str, Dense)> {
        let (output, constants) = self.op("Gemm", &[value])?;
        let [weights, bias] = constants[..] else { return None };
        let dense = Dense::new(&self.floats(weights)?, &self.floats(bias)?)?;
        let shape = [inputs as u64, dense.outputs as u64];
        (dense.inputs == inputs && self.constants[weights].dims == shape).then_some((output, dense))
    }

    fn floats(&self, name: &str) -> Option<Vec<f32>> {
        let constant = self.constants.get(name).filter(|constant| constant.element == FLOAT)?;
        let (values, rest) = constant.raw.as_chunks::<4>();
        let size: u64 = constant.dims.iter().product();
        let values: Vec<f32> = values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        (rest.is_empty() && size == values.len() as u64 && values.iter().all(|v| v.is_finite()))
            .then_some(values)
    }

    fn integers(&self, name: &str) -> Option<Vec<usize>> {
        let constant = self.constants.get(name).filter(|constant| constant.element == INT64)?;
        let (values, rest) = constant.raw.as_chunks::<8>();
        let values = values.iter().map(|bytes| usize::try_from(i64::from_le_bytes(*bytes)).ok());
        values.collect::<Option<Vec<_>>>().filter(|_| rest.is_empty())
    }

    /// `export.py`, line by line.
    fn network(mut self) -> Option<Network> {
        let x = self.reshape("mel", [1, INPUTS])?;
        let (mean, _) = self.op("ReduceMean", &[x]).filter(|(_, constants)| constants.is_empty())?;
        let offset = self.slice("state", 0, 1, 1, 1)?;
        let (above, start) = self.scalar("Sub", mean)?;
        let (rise, _) = self.op("Sub", &[above, offset])?;
        let (up, _) = self.op("Relu", &[rise])?;
        let (up, attack) = self.scalar("Mul", up)?;
        let (down, _) = self.op("Neg", &[rise])?;
        let (down, _) = self.op("Relu", &[down])?;
        let (down, release) = self.scalar("Mul", down)?;
        let (risen, _) = self.op("Add", &[offset, up])?;
        let (offset, _) = self.op("Sub", &[risen, down])?;
        let (level, again) = self.scalar("Add", offset)?;
        let (centred, _) = self.op("Sub", &[x, level])?;
        let (scaled, scale) = self.scalar("Mul", centred)?;
        let (x, lowest) = self.scalar("Sub", scaled)?;
        let (x, _) = self.op("Relu", &[x])?;
        let (x, floor) = self.scalar("Add", x)?;
        if again != start || floor != lowest {
            return None;
        }
        let follower = Follower { start, attack, release, scale, lowest };

        let mut position = 1 + (STEM_TAPS - 1) * INPUTS;
        let past = self.slice("state", 1, position, 1, 1)?;
        let (stacked, _) = self.op("Concat", &[past, x])?;
        let mut kept = vec![offset, self.slice(stacked, INPUTS, INPUTS * STEM_TAPS, 1, 1)?];
        let (x, stem) = self.dense(stacked, INPUTS * STEM_TAPS)?;
        let (mut x, _) = self.op("Relu", &[x])?;
        let channels = stem.outputs;

        let mut blocks = Vec::new();
        while self.nodes.as_slice().first()?.operator == "Slice" {
            let (next, memory, block) = self.block(x, position, channels)?;
            position += (TAPS - 1) * block.dilation * channels;
            x = next;
            kept.push(memory);
            blocks.push(block);
        }
        let (logits, head) = self.dense(x, channels)?;
        let (scores, _) = self.op("Sigmoid", &[logits])?;
        let (state, _) = self.op("Concat", &kept)?;
        let whole = self.nodes.next().is_none() && scores == "scores" && state == "next_state";
        whole.then_some(Network { follower, stem, blocks, head, channels })
    }

    /// The block's output, the memory that it keeps, and itself.
    fn block(&mut self, x: &'a str, position: usize, channels: usize) -> Option<(&'a str, &'a str, Block)> {
        let (past, bounds) = self.op("Slice", &["state"])?;
        let [first, last, axis, step] = bounds[..] else { return None };
        let last = self.integers(last)?.into_iter().next()?;
        let rows = last.checked_sub(position)? / channels;
        let fits = self.integers(first)? == [position]
            && self.integers(axis)? == [1]
            && self.integers(step)? == [1]
            && last == position + rows * channels
            && rows > 0
            && rows.is_multiple_of(TAPS - 1);
        let dilation = rows / (TAPS - 1);
        let past = fits.then_some(past)?;
        let past = self.reshape(past, [rows, channels])?;
        let (heard, _) = self.op("Concat", &[past, x])?;
        let kept = self.slice(heard, 1, rows + 1, 0, 1)?;
        let kept = self.reshape(kept, [1, rows * channels])?;
        let taps = self.slice(heard, 0, rows + 1, 0, dilation)?;
        let (weighted, constants) = self.op("Mul", &[taps])?;
        let [weights] = constants[..] else { return None };
        if self.constants[weights].dims != [TAPS as u64, channels as u64] {
            return None;
        }
        // The graph has a mean where the sum is meant.
        let taps = self.floats(weights)?.iter().map(|weight| weight / TAPS as f32).collect();
        let (mean, _) = self.op("ReduceMean", &[weighted]).filter(|(_, constants)| constants.is_empty())?;
        let (mixed, mix) = self.dense(mean, channels)?;
        let (mixed, _) = self.op("Relu", &[mixed])?;
        let (x, _) = self.op("Add", &[x, mixed])?;
        (mix.outputs == channels).then_some((x, kept, Block { dilation, taps, mix }))
    }
}
