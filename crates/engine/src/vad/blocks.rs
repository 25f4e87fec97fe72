//! From our 10 ms frames to the block sizes of other people's models.

use mynah_audio::Samples;

/// Gathers frames into blocks of `N` samples.
///
/// A block is handed on as soon as it is full, so the answer does not depend on how the audio arrives. With frames of
/// 160 samples and blocks that are longer, a push completes at most one block.
#[derive(Clone)]
pub(super) struct Blocks<const N: usize> {
    samples: [f32; N],
    filled: usize,
}

impl<const N: usize> Blocks<N> {
    pub(super) const fn new() -> Self {
        Blocks { samples: [0.0; N], filled: 0 }
    }

    /// Takes samples and calls `full` with each block that they complete. Values that are no sound (NaN, beyond −1..1)
    /// are silenced or clipped: models with a memory would not recover from them.
    pub(super) fn push(&mut self, mut samples: &[f32], mut full: impl FnMut(&[f32; N])) {
        while !samples.is_empty() {
            let (now, later) = samples.split_at(samples.len().min(N - self.filled));
            for (to, &from) in self.samples[self.filled..].iter_mut().zip(now) {
                *to = if from.is_nan() { 0.0 } else { from.clamp(-1.0, 1.0) };
            }
            self.filled += now.len();
            samples = later;
            if self.filled == N {
                full(&self.samples);
                self.filled = 0;
            }
        }
    }

    /// How long a sample waits at most for the score that covers it.
    pub(super) const fn delay(&self) -> Samples {
        Samples(N as u64)
    }

    pub(super) fn reset(&mut self) {
        self.filled = 0;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_pieces_give_the_same_blocks(samples in prop::collection::vec(-2f32..2.0, 0..300), sizes in prop::collection::vec(1usize..50, 1..9)) {
            let mut blocks = Blocks::<32>::new();
            let (mut rest, mut got) = (&samples[..], Vec::new());
            for size in sizes.iter().cycle() {
                let (now, later) = rest.split_at(rest.len().min(*size));
                blocks.push(now, |block| got.extend_from_slice(block));
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            let whole = samples.len() / 32 * 32;
            let expected: Vec<f32> = samples[..whole].iter().map(|sample| sample.clamp(-1.0, 1.0)).collect();
            prop_assert_eq!(got, expected);
        }
    }
}
