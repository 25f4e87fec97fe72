//! Sound from a pipe: raw 16-bit samples, or any file format that can be read without seeking.

use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use symphonia::core::io::ReadOnlySource;

use super::AudioError;
use super::decode::{Blocks, Decoder};
use super::stop::Stop;
use super::wav::{self, Patched};

/// How often a reader that waits looks whether it should stop.
const LOOK: Duration = Duration::from_millis(100);
/// Bytes that are read at a time: 64 ms of raw sound at most.
const PIECE: usize = 2048;
/// Opens what comes through `pipe`. Waits for its first bytes.
pub(super) fn open(pipe: impl Read + Send + 'static, stop: Stop) -> Result<Box<dyn Blocks>, AudioError> {
    let file = Path::new("-");
    let mut pipe = PipeReader::new(pipe, stop)
        .map_err(|error| AudioError::Unreadable { file: file.to_owned(), why: error.to_string() })?;
    let mut head = Vec::new();
    let _ = pipe.by_ref().take(4).read_to_end(&mut head);
    match &head[..] {
        [] => Err(AudioError::Unreadable {
            file: file.to_owned(),
            why: "no sound came through the pipe".into(),
        }),
        b"RIFF" => match wav::survey(&mut pipe, &mut head) {
            Some(header) => {
                let ended = Arc::new(AtomicU64::new(u64::MAX));
                // A packet is incomplete at the end, and the decoder would not give it.
                let tail = PACKET * usize::from(header.block);
                let sound = Padded { pipe, got: 0, tail, ended: Arc::clone(&ended) };
                let whole = Cursor::new(head).chain(sound);
                let source = ReadOnlySource::new(Patched::new(whole, header.unbounded(), None));
                let decoder = Decoder::open(Box::new(source), file, Some("wav"), None)?;
                Ok(Box::new(Cut { decoder, bytes: ended, block: u64::from(header.block) }))
            }
            None => Err(AudioError::Unreadable {
                file: file.to_owned(),
                why: "this WAV header is damaged or has no sound".into(),
            }),
        },
        b"fLaC" | b"OggS" | [b'I', b'D', b'3', _] => {
            let source = ReadOnlySource::new(Cursor::new(head).chain(pipe));
            Ok(Box::new(Decoder::open(Box::new(source), file, None, None)?))
        }
        _ => Ok(Box::new(Raw { bytes: head, pipe, pos: 0 })),
    }
}

/// Samples of each channel in one packet of the WAV reader.
const PACKET: usize = 1152;

/// The sound of a WAV file, followed by silence that [`Cut`] takes away again.
struct Padded {
    pipe: PipeReader,
    /// Bytes of sound that came.
    got: u64,
    /// Bytes of silence that are left.
    tail: usize,
    /// Gets the bytes of sound, at its end.
    ended: Arc<AtomicU64>,
}

impl Read for Padded {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let got = self.pipe.read(buf)?;
        self.got += got as u64;
        if got > 0 || buf.is_empty() {
            return Ok(got);
        }
        self.ended.store(self.got, Relaxed);
        let silence = buf.len().min(self.tail);
        buf[..silence].fill(0);
        self.tail -= silence;
        Ok(silence)
    }
}

/// Ends where the sound ended.
struct Cut {
    decoder: Decoder,
    /// Bytes of sound; the greatest number until they are known.
    bytes: Arc<AtomicU64>,
    /// Bytes of one sample of all channels.
    block: u64,
}

impl Blocks for Cut {
    fn rate(&self) -> u32 {
        self.decoder.rate()
    }

    fn channels(&self) -> u16 {
        self.decoder.channels()
    }

    fn next(&mut self, block: &mut Vec<f32>) -> Option<u64> {
        let pos = self.decoder.next(block)?;
        let left = (self.bytes.load(Relaxed) / self.block).saturating_sub(pos);
        block.truncate(
            usize::try_from(left).unwrap_or(usize::MAX).saturating_mul(usize::from(self.channels())),
        );
        (!block.is_empty()).then_some(pos)
    }

    fn fault(&self) -> Option<AudioError> {
        self.decoder.fault()
    }
}

/// Signed 16-bit little-endian, 16 kHz, mono.
struct Raw {
    /// What was read and not yet given; at most one odd byte after a block.
    bytes: Vec<u8>,
    pipe: PipeReader,
    pos: u64,
}

impl Blocks for Raw {
    fn rate(&self) -> u32 {
        mynah_audio::SAMPLE_RATE
    }

    fn channels(&self) -> u16 {
        1
    }

    fn next(&mut self, block: &mut Vec<f32>) -> Option<u64> {
        let mut piece = [0; PIECE];
        let got = self.pipe.read(&mut piece).unwrap_or(0);
        self.bytes.extend_from_slice(&piece[..got]);
        if got == 0 && self.bytes.len() < 2 {
            return None;
        }
        let (samples, rest) = self.bytes.as_chunks::<2>();
        block.clear();
        block.extend(samples.iter().map(|bytes| f32::from(i16::from_le_bytes(*bytes)) / 32768.0));
        let rest = rest.to_vec();
        self.bytes = rest;
        let pos = self.pos;
        self.pos += block.len() as u64;
        Some(pos)
    }

    fn fault(&self) -> Option<AudioError> {
        (!self.bytes.is_empty()).then(|| AudioError::Damaged {
            file: "-".into(),
            why: "the sound ends in the middle of a sample; raw sound must be 16-bit, 16 kHz, mono".into(),
        })
    }
}

/// Reads a pipe on a thread of its own, since nothing else can end a read that waits. When asked to stop, it is as if
/// the pipe had ended.
struct PipeReader {
    /// In a mutex only because a decoder's source must be `Sync`.
    pieces: Mutex<Receiver<Vec<u8>>>,
    piece: Cursor<Vec<u8>>,
    stop: Stop,
}

impl PipeReader {
    fn new(mut pipe: impl Read + Send + 'static, stop: Stop) -> io::Result<Self> {
        let (to, pieces) = sync_channel(16);
        std::thread::Builder::new().name("stdin".into()).spawn(move || {
            let mut piece = vec![0; PIECE];
            loop {
                match pipe.read(&mut piece) {
                    Ok(0) => break,
                    Ok(got) if to.send(piece[..got].to_vec()).is_err() => break,
                    Ok(_) => {}
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
        })?;
        Ok(PipeReader { pieces: Mutex::new(pieces), piece: Cursor::default(), stop })
    }
}

impl Read for PipeReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let got = self.piece.read(buf)?;
            if got > 0 || buf.is_empty() {
                return Ok(got);
            }
            let Ok(pieces) = self.pieces.get_mut() else { return Ok(0) };
            match pieces.recv_timeout(LOOK) {
                Ok(piece) => self.piece = Cursor::new(piece),
                Err(RecvTimeoutError::Timeout) if !self.stop.is_stopped() => {}
                Err(_) => return Ok(0),
            }
        }
    }
}
