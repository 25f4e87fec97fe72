//! Position-stamped blocks from the audio callback to the ears, without locks.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;

use rtrb::{Consumer, Producer, RingBuffer};

/// Blocks that may wait, whatever their length.
const BLOCKS: usize = 1024;

/// A block's place in the stream.
#[derive(Clone, Copy, Debug)]
struct Stamp {
    /// Position of its first sample of each channel, from the start of the stream.
    pos: u64,
    /// Samples of all channels.
    len: usize,
}

/// What both ends, and the error callback, may look at.
#[derive(Debug, Default)]
pub(super) struct Counters {
    /// Blocks that came from the device.
    pub(super) callbacks: AtomicU64,
    /// Blocks that did not fit the ring.
    pub(super) dropped: AtomicU64,
    /// Times that the device reported an overrun.
    pub(super) overruns: AtomicU64,
    /// An overrun that the next callback has to find the length of.
    pub(super) overrun: AtomicBool,
    /// The reader, to be woken. Unparking neither locks nor blocks.
    pub(super) reader: OnceLock<Thread>,
}

/// A ring for `seconds` of sound.
pub(super) fn ring(rate: u32, channels: u16, seconds: u32) -> (BlockWriter, BlockReader, Arc<Counters>) {
    let (samples_in, samples_out) = RingBuffer::new(rate as usize * channels as usize * seconds as usize);
    let (stamps_in, stamps_out) = RingBuffer::new(BLOCKS);
    let counters = Arc::new(Counters::default());
    let writer = BlockWriter {
        samples: samples_in,
        stamps: stamps_in,
        pos: 0,
        channels: channels as usize,
        counters: Arc::clone(&counters),
    };
    (writer, BlockReader { samples: samples_out, stamps: stamps_out }, counters)
}

/// The callback's end. Never allocates, locks, logs or blocks.
pub(super) struct BlockWriter {
    samples: Producer<f32>,
    stamps: Producer<Stamp>,
    pos: u64,
    channels: usize,
    counters: Arc<Counters>,
}

impl BlockWriter {
    /// Copies a block, or counts it as dropped when there is no room. The position goes on either way, so that the
    /// reader sees the gap.
    pub(super) fn write(&mut self, len: usize, samples: impl Iterator<Item = f32>) {
        self.counters.callbacks.fetch_add(1, Relaxed);
        let stamp = Stamp { pos: self.pos, len };
        self.pos += (len / self.channels) as u64;
        if self.stamps.is_full() {
            self.counters.dropped.fetch_add(1, Relaxed);
        } else if let Ok(room) = self.samples.write_chunk_uninit(len) {
            room.fill_from_iter(samples);
            // There is room: it was just looked for, and nobody else writes.
            let _ = self.stamps.push(stamp);
        } else {
            self.counters.dropped.fetch_add(1, Relaxed);
        }
        if let Some(reader) = self.counters.reader.get() {
            reader.unpark();
        }
    }

    /// The device lost `frames` samples of each channel before the next block.
    pub(super) fn skip(&mut self, frames: u64) {
        self.pos += frames;
    }
}

/// The ears' end.
pub(super) struct BlockReader {
    samples: Consumer<f32>,
    stamps: Consumer<Stamp>,
}

impl BlockReader {
    /// The next block into `block` (interleaved), and its position; None when there is none yet.
    pub(super) fn read(&mut self, block: &mut Vec<f32>) -> Option<u64> {
        let stamp = self.stamps.pop().ok()?;
        block.clear();
        // The samples were written before the stamp.
        let samples = self.samples.read_chunk(stamp.len).ok()?;
        let (first, second) = samples.as_slices();
        block.extend_from_slice(first);
        block.extend_from_slice(second);
        samples.commit_all();
        Some(stamp.pos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mynah_audio::{Channel, Intake, Piece, SamplePos};

    /// Blocks of 10 ms of a ramp at 16 kHz stereo; the ears read only after each of `pauses` blocks.
    fn run(pauses: &[usize]) -> (Vec<String>, u64) {
        let (mut writer, mut reader, counters) = ring(16_000, 2, 1);
        let mut intake = Intake::new(16_000, 2, Channel::Mix, SamplePos(0)).unwrap();
        let (mut seen, mut block, mut n) = (Vec::new(), Vec::new(), 0u64);
        for &pause in pauses {
            for _ in 0..pause {
                let start = n;
                writer.write(320, (0..320).map(|i| (start + i / 2) as f32));
                n += 160;
            }
            while let Some(pos) = reader.read(&mut block) {
                intake.push(pos, &block, &mut |piece| match piece {
                    Piece::Frame(frame) => {
                        assert_eq!(
                            frame.samples()[0] as u64,
                            frame.pos().0,
                            "a sample is where its position says"
                        );
                        seen.push("frame".into());
                    }
                    Piece::Gap(gap) => seen.push(format!("lost {} ms", gap.lost.as_millis())),
                });
            }
        }
        seen.dedup();
        (seen, counters.dropped.load(Relaxed))
    }

    #[test]
    fn ears_that_keep_up_lose_nothing() {
        assert_eq!(run(&[50, 99, 1, 100]), (vec!["frame".into()], 0));
    }

    #[test]
    fn a_full_ring_drops_and_counts_and_the_gap_is_seen() {
        // 100 blocks fit into a second; 130 came; the next block shows what is missing.
        assert_eq!(run(&[130, 1]), (vec!["frame".into(), "lost 300 ms".into(), "frame".into()], 30));
    }

    #[test]
    fn an_overrun_of_the_device_is_a_gap() {
        let (mut writer, mut reader, _) = ring(16_000, 1, 1);
        writer.write(160, std::iter::repeat_n(0.0, 160));
        writer.skip(480);
        writer.write(160, std::iter::repeat_n(0.0, 160));
        let mut block = Vec::new();
        assert_eq!(
            (reader.read(&mut block), reader.read(&mut block), reader.read(&mut block)),
            (Some(0), Some(640), None)
        );
    }
}
