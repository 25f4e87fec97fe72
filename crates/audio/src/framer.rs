//! Position-stamped samples → frames.

use crate::{FRAME_SAMPLES, Frame, SamplePos, Samples};

/// Samples that never came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Where sound goes on.
    pub at: SamplePos,
    /// What is missing before it, counted from the end of the last frame.
    pub lost: Samples,
}

/// Cuts position-stamped samples into frames. After a gap it starts a new frame where sound goes on: no frame ever
/// spans a gap.
#[derive(Clone, Debug)]
pub struct Framer {
    partial: [f32; FRAME_SAMPLES],
    filled: usize,
    /// Position of the first sample of `partial`; None before the first sample.
    start: Option<SamplePos>,
}

impl Default for Framer {
    fn default() -> Self {
        Self::new()
    }
}

impl Framer {
    /// An empty framer: its first sample may stand anywhere.
    pub fn new() -> Self {
        Framer { partial: [0.0; FRAME_SAMPLES], filled: 0, start: None }
    }

    /// The gap that samples at `pos` would leave.
    pub fn gap_before(&self, pos: SamplePos) -> Option<Gap> {
        let start = self.start?;
        let expected = start + Samples(self.filled as u64);
        (pos != expected).then(|| Gap { at: pos, lost: pos.since(start) })
    }

    /// Takes samples whose first stands at `pos`, and gives the frames that they complete. The gap, if there is one,
    /// lies before the first of these frames.
    pub fn push(&mut self, pos: SamplePos, mut samples: &[f32], sink: &mut dyn FnMut(Frame)) -> Option<Gap> {
        if samples.is_empty() {
            return None;
        }
        let gap = self.gap_before(pos);
        if gap.is_some() {
            self.filled = 0;
            self.start = None;
        }
        let mut start = self.start.unwrap_or(pos);
        while !samples.is_empty() {
            let (now, later) = samples.split_at(samples.len().min(FRAME_SAMPLES - self.filled));
            self.partial[self.filled..self.filled + now.len()].copy_from_slice(now);
            self.filled += now.len();
            samples = later;
            if self.filled == FRAME_SAMPLES {
                sink(Frame::new(start, self.partial));
                start += Samples(FRAME_SAMPLES as u64);
                self.filled = 0;
            }
        }
        self.start = Some(start);
        gap
    }

    /// The end of sound: what is left, filled up with silence. The framer is empty afterwards.
    pub fn finish(&mut self) -> Option<Frame> {
        let start = self.start.take()?;
        let filled = std::mem::take(&mut self.filled);
        (filled > 0).then(|| {
            self.partial[filled..].fill(0.0);
            Frame::new(start, self.partial)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    /// `blocks` are (position, length); prints frames as start..end and gaps as `!lost`.
    fn check(blocks: &[(u64, usize)], expected: Expect) {
        let mut framer = Framer::new();
        let mut seen = String::new();
        for &(pos, len) in blocks {
            let mut frames = String::new();
            let gap = framer.push(SamplePos(pos), &vec![0.5; len], &mut |f| {
                frames += &format!("{}..{} ", f.pos().0, f.end().0);
            });
            if let Some(gap) = gap {
                seen += &format!("!{}@{} ", gap.lost.0, gap.at.0);
            }
            seen += &frames;
        }
        if let Some(last) = framer.finish() {
            let filled = last.samples().iter().filter(|s| **s != 0.0).count();
            seen += &format!("{}+{filled}", last.pos().0);
        }
        expected.assert_eq(seen.trim());
    }

    #[test]
    fn frames_and_gaps() {
        check(&[(0, 100), (100, 100), (200, 280)], expect!["0..160 160..320 320..480"]);
        check(&[(0, 200)], expect!["0..160 160+40"]);
        // A dropped block: the 40 samples that made no frame are lost with it.
        check(&[(0, 200), (300, 160)], expect!["0..160 !140@300 300..460"]);
        // The stream may begin anywhere.
        check(&[(1000, 160)], expect!["1000..1160"]);
        check(&[(0, 0)], expect![""]);
    }
}
