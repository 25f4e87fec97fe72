//! Sound files → interleaved blocks.

use std::fs::File;
use std::io::{self, Seek};
use std::path::{Path, PathBuf};

use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;

use super::AudioError;
use super::wav::{self, Patched};

/// Blocks of interleaved samples with their position, at the source's own rate.
pub(super) trait Blocks: Send {
    /// In Hz.
    fn rate(&self) -> u32;
    fn channels(&self) -> u16;
    /// The next block and the position of its first sample of each channel; None at the end.
    fn next(&mut self, block: &mut Vec<f32>) -> Option<u64>;
    /// What was wrong, when the end has come.
    fn fault(&self) -> Option<AudioError>;
}

/// A file of a known format.
pub(super) struct Decoder {
    file: PathBuf,
    reader: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    rate: u32,
    channels: u16,
    /// The first block is decoded when the file is opened: only then are its rate and channels sure.
    first: Option<Vec<f32>>,
    pos: u64,
    /// Samples of each channel, as the header says.
    expected: Option<u64>,
    damaged: u64,
    fault: Option<String>,
}

/// Opens a WAV, FLAC, OGG/Vorbis or MP3 file.
pub(super) fn open_file(path: &Path) -> Result<Decoder, AudioError> {
    let unreadable = |why: String| AudioError::Unreadable { file: path.to_owned(), why };
    let io = |error: io::Error| {
        unreadable(match error.kind() {
            io::ErrorKind::NotFound => "there is no such file".into(),
            io::ErrorKind::PermissionDenied => "this user may not read it".into(),
            _ => error.to_string(),
        })
    };
    let mut file = File::open(path).map_err(io)?;
    let about = file.metadata().map_err(io)?;
    if about.is_dir() {
        return Err(unreadable("this is a folder; give a sound file in it".into()));
    }
    if about.is_file() && about.len() == 0 {
        return Err(unreadable("the file is empty".into()));
    }
    let mut head = Vec::new();
    let header = wav::survey(&mut file, &mut head);
    file.rewind().map_err(io)?;
    let (patches, fault) = header.and_then(|header| header.mend(about.len())).unzip();
    let source = Patched::new(file, patches.unwrap_or_default(), Some(about.len()));
    let extension = path.extension().and_then(|extension| extension.to_str());
    Decoder::open(Box::new(source), path, extension, fault.flatten()).map_err(|error| match error {
        AudioError::Unsupported { .. } if header.is_none() && head.starts_with(b"RIFF") => {
            unreadable("its WAV header is damaged or cut off; there is no sound to be read".into())
        }
        error => error,
    })
}

impl Decoder {
    /// `fault` is what is already known to be wrong.
    pub(super) fn open(
        source: Box<dyn MediaSource>,
        file: &Path,
        extension: Option<&str>,
        fault: Option<String>,
    ) -> Result<Self, AudioError> {
        let unreadable = |why: String| AudioError::Unreadable { file: file.to_owned(), why };
        let unsupported = |what: &str| AudioError::Unsupported {
            file: file.to_owned(),
            why: format!(
                "{what}; WAV, FLAC, OGG/Vorbis and MP3 can be read. Convert it: ffmpeg -i {} sound.wav",
                file.display()
            ),
        };
        let mut hint = Hint::new();
        if let Some(extension) = extension {
            hint.with_extension(extension);
        }
        let stream = MediaSourceStream::new(source, Default::default());
        let reader = symphonia::default::get_probe()
            .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(|error| match error {
                Error::DecodeError(why) => unreadable(format!("the file is damaged ({why})")),
                _ => unsupported("this is not a sound file of a known format"),
            })?;
        let track = reader
            .default_track(TrackType::Audio)
            .ok_or_else(|| unreadable("there is no sound in it".into()))?;
        let params = track
            .codec_params
            .as_ref()
            .and_then(|params| params.audio())
            .ok_or_else(|| unsupported("the coding of this file is not known"))?;
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(params, &AudioDecoderOptions::default())
            .map_err(|_| match params.codec {
                CODEC_ID_OPUS => unsupported("this is Opus, which is not supported"),
                _ => unsupported("the coding of this file is not supported"),
            })?;
        // A pipe's header may say "until the end".
        let expected = track.num_frames.filter(|_| file != Path::new("-"));
        let mut opened = Decoder {
            file: file.to_owned(),
            track: track.id,
            reader,
            decoder,
            rate: 0,
            channels: 0,
            first: None,
            pos: 0,
            expected,
            damaged: 0,
            fault,
        };
        let mut first = Vec::new();
        if opened.decode(&mut first).is_none() {
            return Err(unreadable(match opened.fault {
                Some(why) => why,
                None if opened.damaged > 0 => "nothing in it could be decoded".into(),
                None => "it holds no sound: 0 samples".into(),
            }));
        }
        opened.first = Some(first);
        Ok(opened)
    }

    /// The next block, skipping what is damaged.
    fn decode(&mut self, block: &mut Vec<f32>) -> Option<u64> {
        loop {
            let packet = match self.reader.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return None,
                Err(Error::IoError(error)) if error.kind() == io::ErrorKind::UnexpectedEof => return None,
                Err(error) => {
                    self.fault.get_or_insert_with(|| format!("it cannot be read further: {error}"));
                    return None;
                }
            };
            if packet.track_id != self.track {
                continue;
            }
            match self.decoder.decode(&packet) {
                Ok(sound) if sound.frames() == 0 => {}
                Ok(sound) => {
                    let (rate, channels) = (sound.spec().rate(), sound.spec().channels().count() as u16);
                    if self.rate == 0 {
                        (self.rate, self.channels) = (rate, channels);
                    }
                    if (rate, channels) != (self.rate, self.channels) {
                        self.fault.get_or_insert_with(|| "its rate or channels change in the middle".into());
                        return None;
                    }
                    sound.copy_to_vec_interleaved(block);
                    let pos = self.pos;
                    self.pos += sound.frames() as u64;
                    return Some(pos);
                }
                Err(Error::DecodeError(_)) => {
                    // What follows stays where it belongs, so that the gap is seen.
                    self.damaged += 1;
                    self.pos += packet.dur.get();
                }
                Err(error) => {
                    self.fault.get_or_insert_with(|| format!("it cannot be decoded further: {error}"));
                    return None;
                }
            }
        }
    }
}

impl Blocks for Decoder {
    fn rate(&self) -> u32 {
        self.rate
    }

    fn channels(&self) -> u16 {
        self.channels
    }

    fn next(&mut self, block: &mut Vec<f32>) -> Option<u64> {
        if let Some(first) = self.first.take() {
            let frames = (first.len() / usize::from(self.channels.max(1))) as u64;
            *block = first;
            return Some(self.pos - frames);
        }
        self.decode(block)
    }

    fn fault(&self) -> Option<AudioError> {
        let seconds = |frames: u64| frames as f64 / f64::from(self.rate.max(1));
        // Coders pad and trim: less than a tenth of a second is no sign of a cut.
        let cut = self.expected.filter(|&expected| self.pos + u64::from(self.rate) / 10 < expected);
        let why = if let Some(why) = &self.fault {
            why.clone()
        } else if let Some(expected) = cut {
            format!("it is cut off: {:.2} s of {:.2} s are there", seconds(self.pos), seconds(expected))
        } else if self.damaged > 0 {
            format!("{} of its packets are damaged and were left out", self.damaged)
        } else {
            return None;
        };
        Some(AudioError::Damaged { file: self.file.clone(), why })
    }
}
