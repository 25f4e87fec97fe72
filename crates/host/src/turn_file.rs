//! A turn as one file: a WAV that any player opens, with the decisions in a chunk of its own.
//!
//! The samples are 32-bit floats at 16 kHz, so that a replay hears exactly what was heard; the chunk `mynh`
//! after them holds the record as JSON. Players skip chunks that they do not know (RIFF 1.0, "Multimedia
//! Programming Interface and Data Specifications", 1991).

use std::fs;
use std::io;
use std::path::Path;

use mynah_audio::SAMPLE_RATE;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::files;

const CHUNK: &[u8; 4] = b"mynh";

/// A turn file cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum TurnFileError {
    /// The disk is full, or the place may not be written or read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// Not a turn file, or damaged.
    #[error("{path}: {why}; only files that `mynah run --record` wrote can be replayed")]
    NotATurn {
        /// The file.
        path: String,
        /// What is missing.
        why: String,
    },
}

/// Writes `samples` and `record` to `path`, as a whole or not at all.
pub fn write(path: &Path, samples: &[f32], record: &impl Serialize) -> Result<(), TurnFileError> {
    let failed = |source| TurnFileError::Io { path: path.display().to_string(), source };
    let json = serde_json::to_vec(record).map_err(|e| failed(e.into()))?;
    let bytes = encode(samples, &json).map_err(failed)?;
    files::replace(path, &bytes).map_err(failed)
}

/// Reads the samples and the record of `path`.
pub fn read<R: DeserializeOwned>(path: &Path) -> Result<(Vec<f32>, R), TurnFileError> {
    let name = || path.display().to_string();
    let bytes = fs::read(path).map_err(|source| TurnFileError::Io { path: name(), source })?;
    decode(&bytes).map_err(|why| TurnFileError::NotATurn { path: name(), why })
}

fn encode(samples: &[f32], json: &[u8]) -> io::Result<Vec<u8>> {
    const FORMAT: usize = 16;
    let data = samples.len() * 4;
    let padded = json.len() + json.len() % 2;
    let riff = 4 + (8 + FORMAT) + (8 + data) + (8 + padded);
    let size = |n: usize| {
        u32::try_from(n).map(u32::to_le_bytes).map_err(|_| io::Error::other("a turn of more than 4 GiB"))
    };
    let mut out = Vec::with_capacity(riff + 8);
    out.extend(b"RIFF");
    out.extend(size(riff)?);
    out.extend(b"WAVEfmt ");
    out.extend(size(FORMAT)?);
    out.extend(3u16.to_le_bytes()); // IEEE float
    out.extend(1u16.to_le_bytes()); // channels
    out.extend(SAMPLE_RATE.to_le_bytes());
    out.extend((SAMPLE_RATE * 4).to_le_bytes());
    out.extend(4u16.to_le_bytes()); // bytes a sample
    out.extend(32u16.to_le_bytes()); // bits a sample
    out.extend(b"data");
    out.extend(size(data)?);
    out.extend(samples.iter().flat_map(|s| s.to_le_bytes()));
    out.extend(CHUNK);
    out.extend(size(json.len())?);
    out.extend(json);
    out.resize(out.len() + json.len() % 2, 0);
    Ok(out)
}

fn decode<R: DeserializeOwned>(bytes: &[u8]) -> Result<(Vec<f32>, R), String> {
    let body = match bytes {
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', body @ ..] => body,
        _ => return Err("not a WAV file".into()),
    };
    let (mut samples, mut record, mut rest) = (None, None, body);
    while let Some((id, after)) = rest.split_first_chunk::<4>() {
        let Some((size, after)) = after.split_first_chunk::<4>() else { break };
        let size = u32::from_le_bytes(*size) as usize;
        let Some((chunk, after)) = after.split_at_checked(size) else {
            return Err(format!("its chunk {:?} is cut short", String::from_utf8_lossy(id)));
        };
        match id {
            b"data" => {
                samples = Some(chunk.as_chunks::<4>().0.iter().map(|s| f32::from_le_bytes(*s)).collect());
            }
            CHUNK => record = Some(chunk),
            _ => {}
        }
        rest = after.get(size % 2..).unwrap_or_default();
    }
    let record = record.ok_or("it holds no decisions (chunk `mynh`)")?;
    let record = serde_json::from_slice(record).map_err(|e| format!("its decisions cannot be read: {e}"))?;
    Ok((samples.ok_or("it holds no audio")?, record))
}

#[cfg(fuzzing)]
pub(crate) fn fuzzed(bytes: &[u8]) -> Result<(Vec<f32>, mynah_assistant::record::TurnRecord), String> {
    decode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn record() -> BTreeMap<String, f64> {
        BTreeMap::from([("a".into(), 0.1), ("bc".into(), -3.0)])
    }

    #[test]
    fn what_was_written_is_read_and_any_player_opens_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("turn.wav");
        let samples = vec![0.0, 1.0 / 3.0, -1.0, 1e-9];
        write(&path, &samples, &record()).unwrap();
        let (heard, read): (Vec<f32>, BTreeMap<String, f64>) = read(&path).unwrap();
        assert_eq!((heard, read), (samples.clone(), record()));
        let mut player = hound::WavReader::open(&path).unwrap();
        assert_eq!(player.samples::<f32>().map(Result::unwrap).collect::<Vec<_>>(), samples);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no part is left behind");
    }

    #[test]
    fn a_file_cut_anywhere_is_refused_with_its_name() {
        let whole = encode(&[0.5; 8], br#"{"a":1.0}"#).unwrap();
        for end in 0..whole.len() - 1 {
            assert!(decode::<BTreeMap<String, f64>>(&whole[..end]).is_err(), "cut at {end}");
        }
        let error = read::<BTreeMap<String, f64>>(Path::new("no/such.wav")).unwrap_err();
        assert!(error.to_string().starts_with("no/such.wav: "), "{error}");
    }
}
