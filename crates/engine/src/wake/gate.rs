//! The network sleeps while the room is quiet, and loses nothing by it.
//!
//! What is quiet is told from the level that the network follows anyway: a fan is as quiet as silence once it is known.
//! The last steps are kept. As soon as one stands out of the level, the network is run over them first, so that from
//! there on its scores are, to the bit, what they would be had it never slept.

use std::sync::Arc;

use super::head::{Head, HeadPast};
use super::network::{INPUTS, Level, Network, Past};

/// A step is quiet while the mean of its bands is no further from the level than this, in natural log of energy: 1.5 dB above
/// it, or 4.3 dB below. Further below, the level is still falling: something loud has just ended, or the stream has just
/// begun, and a soft voice would not stand out of it.
const ABOVE: f32 = 0.35;
const BELOW: f32 = 1.0;
/// Quiet steps until the network sleeps: 1.5 s. A word is over by then, and its detection too.
const PATIENCE: usize = 75;

/// A stream through a network of ours.
#[derive(Debug)]
pub(super) struct Gated {
    network: Arc<Network>,
    /// Heads beside the network's own words: which score each writes.
    heads: Vec<(usize, Arc<Head>, HeadPast)>,
    level: Level,
    past: Past,
    /// The last steps, normalised; the one of this step is at `now`.
    steps: Vec<[f32; INPUTS]>,
    now: usize,
    /// Steps since the start of the stream, as far as `steps` reach.
    known: usize,
    /// Steps for which the network stays awake.
    awake: usize,
    always: bool,
}

impl Gated {
    /// At the start of a stream. `always`: the network never sleeps.
    pub(super) fn new(network: Arc<Network>, heads: &[(usize, Arc<Head>)], always: bool) -> Self {
        let further = heads.iter().map(|(_, head)| head.memory()).max().unwrap_or_default();
        Gated {
            heads: heads.iter().map(|(score, head)| (*score, head.clone(), head.past())).collect(),
            level: network.level(),
            past: network.past(),
            // The steps that the network looks back on, and this one.
            steps: vec![[0.0; INPUTS]; network.memory() + further + 1],
            now: 0,
            known: 0,
            awake: 0,
            always,
            network,
        }
    }

    /// Takes a step of log-mel and writes its scores: zeros while the network sleeps.
    pub(super) fn step(&mut self, mel: &[f32; INPUTS], scores: &mut [f32]) {
        self.now = (self.now + 1) % self.steps.len();
        let step = &mut self.steps[self.now];
        *step = *mel;
        let rise = self.network.normalise(step, &mut self.level);
        let quiet = (-BELOW..=ABOVE).contains(&rise);
        self.known = (self.known + 1).min(self.steps.len());
        let slept = self.awake == 0;
        self.awake = if quiet && !self.always { self.awake.saturating_sub(1) } else { PATIENCE };
        if self.awake == 0 {
            scores.fill(0.0);
            return;
        }
        // Those before this one too, when the network does not know them.
        let due = if slept { self.known } else { 1 };
        if slept {
            self.past.clear();
            self.heads.iter_mut().for_each(|(_, _, past)| past.clear());
        }
        for age in (0..due).rev() {
            let at = (self.now + self.steps.len() - age) % self.steps.len();
            self.network.step(&self.steps[at], &mut self.past, scores);
            let activations = self.network.activations(&self.past);
            for (score, head, past) in &mut self.heads {
                scores[*score] = head.step(activations, past);
            }
        }
    }

    /// Whether the last step went through the network.
    pub(super) fn is_awake(&self) -> bool {
        self.awake > 0
    }

    /// Back to the start of a stream.
    pub(super) fn reset(&mut self) {
        (self.level, self.known, self.awake) = (self.network.level(), 0, 0);
    }
}
