//! WAV headers that lie. Programs that were interrupted, or that write into a pipe, leave sizes that do not match what
//! follows; this finds out what is really there and sets the sizes right for the decoder.

use std::io::{self, Read, Seek, SeekFrom};

use symphonia::core::io::MediaSource;

/// A chunk before the sound that is longer than this is not skipped.
const LONGEST_CHUNK: u32 = 1 << 20;
/// Sizes from here on are what pipes write for "unknown".
const UNKNOWN: u32 = 0x7FFF_0000;

/// Where the sound of a WAV file begins, and how long its header says that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    riff_size: u32,
    /// Bytes before the first sample.
    pub(super) data_start: u64,
    /// Bytes of sound, as declared.
    pub(super) data_size: u32,
    /// Bytes of one sample of all channels.
    pub(super) block: u16,
    /// In Hz.
    pub(super) rate: u32,
}

/// Bytes to put in place of those at an offset.
pub(super) type Patch = (u64, [u8; 4]);

/// Reads up to the first sample; all that was read is appended to `head`. None when it is no WAV file that can be
/// followed.
pub(super) fn survey(reader: &mut dyn Read, head: &mut Vec<u8>) -> Option<Header> {
    let mut take = |head: &mut Vec<u8>, len: usize| -> Option<usize> {
        let at = head.len();
        let got = reader.take(len as u64).read_to_end(head).ok()?;
        (got == len).then_some(at)
    };
    let (start, mut format) = (head.len(), None);
    let at = if start >= 4 { 0 } else { take(head, 4 - start).map(|_| 0)? };
    if &head[at..4] != b"RIFF" {
        return None;
    }
    let at = take(head, 8)?;
    let riff_size = u32_at(head, at);
    if &head[at + 4..at + 8] != b"WAVE" {
        return None;
    }
    loop {
        let at = take(head, 8)?;
        let size = u32_at(head, at + 4);
        match &head[at..at + 4] {
            b"data" => {
                let (rate, block) = format?;
                let data_start = head.len() as u64;
                return Some(Header { riff_size, data_start, data_size: size, block, rate });
            }
            tag => {
                let is_format = tag == b"fmt ";
                if size > LONGEST_CHUNK {
                    return None;
                }
                let body = take(head, (size + size % 2) as usize)?;
                if is_format && size >= 16 {
                    let block = u16::from_le_bytes([head[body + 12], head[body + 13]]);
                    format = Some((u32_at(head, body + 4), block.max(1)));
                }
            }
        }
    }
}

impl Header {
    /// Sizes that are true for a file of `len` bytes, and what that says about the file: nothing, where a program that
    /// wrote into a pipe left them open.
    pub(super) fn mend(&self, len: u64) -> Option<(Vec<Patch>, Option<String>)> {
        let there = len.saturating_sub(self.data_start);
        let unfinished = self.data_size == 0 && there > 0 && u64::from(self.riff_size) + 8 < len;
        if u64::from(self.data_size) <= there && !unfinished {
            return None;
        }
        let there = there - there % u64::from(self.block);
        let seconds = |bytes: u64| bytes as f64 / f64::from(self.block) / f64::from(self.rate.max(1));
        let why = if unfinished {
            Some(format!("its header was never finished; {:.2} s of sound were found", seconds(there)))
        } else if self.data_size >= UNKNOWN {
            None
        } else {
            let declared = seconds(u64::from(self.data_size));
            Some(format!("it is cut off: {:.2} s of {declared:.2} s are there", seconds(there)))
        };
        let there = there.min(u64::from(u32::MAX - 1)) as u32;
        let riff = (len - 8).min(u64::from(u32::MAX)) as u32;
        Some((self.patches(riff, there), why))
    }

    /// Sizes for a pipe: where the header's are those that pipes write, "until the end".
    pub(super) fn unbounded(&self) -> Vec<Patch> {
        if self.data_size == 0 || self.data_size >= UNKNOWN {
            self.patches(u32::MAX, u32::MAX)
        } else if u64::from(self.riff_size) < u64::from(self.data_size) {
            self.patches(u32::MAX, self.data_size)
        } else {
            Vec::new()
        }
    }

    fn patches(&self, riff: u32, data: u32) -> Vec<Patch> {
        vec![(4, riff.to_le_bytes()), (self.data_start - 4, data.to_le_bytes())]
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// A file or pipe with some bytes put in place of others.
pub(super) struct Patched<R> {
    inner: R,
    pos: u64,
    patches: Vec<Patch>,
    len: Option<u64>,
}

impl<R> Patched<R> {
    /// `len` is None where `inner` cannot seek.
    pub(super) fn new(inner: R, patches: Vec<Patch>, len: Option<u64>) -> Self {
        Patched { inner, pos: 0, patches, len }
    }
}

impl<R: Read> Read for Patched<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let got = self.inner.read(buf)?;
        for &(at, bytes) in &self.patches {
            for (at, byte) in (at..).zip(bytes) {
                if let Some(place) = at.checked_sub(self.pos).filter(|&offset| offset < got as u64) {
                    buf[place as usize] = byte;
                }
            }
        }
        self.pos += got as u64;
        Ok(got)
    }
}

impl<R: Seek> Seek for Patched<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.pos = self.inner.seek(to)?;
        Ok(self.pos)
    }
}

impl<R: Read + Seek + Send + Sync> MediaSource for Patched<R> {
    fn is_seekable(&self) -> bool {
        self.len.is_some()
    }

    fn byte_len(&self) -> Option<u64> {
        self.len
    }
}
