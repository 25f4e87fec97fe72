//! A WAV stream as espeak-ng writes it: header first, of no known length, then 16-bit samples as they are made.

use std::io::{self, Read};

/// Reads up to the first sample; gives the rate in Hz.
pub(super) fn read_header(from: &mut impl Read) -> io::Result<u32> {
    let mut riff = [0; 12];
    from.read_exact(&mut riff)?;
    if &riff[..4] != b"RIFF" || &riff[8..] != b"WAVE" {
        return Err(io::Error::other("not a WAV stream"));
    }
    let mut rate = None;
    loop {
        let mut head = [0; 8];
        from.read_exact(&mut head)?;
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        match &head[..4] {
            b"data" => return rate.ok_or_else(|| io::Error::other("a WAV stream without format")),
            b"fmt " if (16..1024).contains(&length) => {
                let mut format = vec![0; length as usize + length as usize % 2];
                from.read_exact(&mut format)?;
                let u16_at = |at: usize| u16::from_le_bytes([format[at], format[at + 1]]);
                if (u16_at(0), u16_at(2), u16_at(14)) != (1, 1, 16) {
                    return Err(io::Error::other("not 16-bit mono"));
                }
                rate = Some(u32::from_le_bytes([format[4], format[5], format[6], format[7]]));
            }
            _ => {
                let skipped = io::copy(&mut from.take(u64::from(length + length % 2)), &mut io::sink())?;
                if skipped < u64::from(length) {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
        }
    }
}

/// The next samples, −1..1, as soon as there are any; empty at the end. `spare` keeps half a sample between calls.
pub(super) fn read_samples(
    from: &mut impl Read,
    spare: &mut Option<u8>,
    into: &mut Vec<f32>,
) -> io::Result<()> {
    into.clear();
    let mut bytes = [0; 8192];
    while into.is_empty() {
        let start = usize::from(spare.is_some());
        if let Some(byte) = spare.take() {
            bytes[0] = byte;
        }
        let count = match from.read(&mut bytes[start..]) {
            Ok(0) => return Ok(()),
            Ok(count) => start + count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                *spare = (start == 1).then_some(bytes[0]);
                continue;
            }
            Err(error) => return Err(error),
        };
        let pairs = bytes[..count].chunks_exact(2);
        *spare = pairs.remainder().first().copied();
        into.extend(pairs.map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32768.0));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its bytes in pieces of these sizes, again and again.
    struct Pieces<'a>(&'a [u8], std::iter::Cycle<std::slice::Iter<'a, usize>>);

    impl Read for Pieces<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let size = *self.1.next().unwrap();
            let count = size.min(into.len()).min(self.0.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn stream(samples: &[i16]) -> Vec<u8> {
        let mut wav = b"RIFF\x24\xf0\xff\x7fWAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0\x01\0\x01\0".to_vec();
        wav.extend(22050u32.to_le_bytes());
        wav.extend(44100u32.to_le_bytes());
        wav.extend(b"\x02\0\x10\0data\0\xf0\xff\x7f");
        wav.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        wav
    }

    #[test]
    fn any_piece_size_gives_the_same_samples() {
        let samples: Vec<i16> = (0..9000).map(|n| (n * 7 % 65536 - 32768) as i16).collect();
        let wav = stream(&samples);
        for sizes in [&[1][..], &[3], &[2, 1, 5000], &[100_000]] {
            let mut pieces = Pieces(&wav, sizes.iter().cycle());
            assert_eq!(read_header(&mut pieces).unwrap(), 22050);
            let (mut spare, mut all, mut some) = (None, Vec::new(), Vec::new());
            loop {
                read_samples(&mut pieces, &mut spare, &mut some).unwrap();
                if some.is_empty() {
                    break;
                }
                all.extend(some.iter().map(|sample| (sample * 32768.0) as i16));
            }
            assert!(all == samples, "pieces of {sizes:?}");
        }
    }

    #[test]
    fn what_is_no_wav_is_refused() {
        let wav = stream(&[]);
        for end in 0..wav.len() {
            read_header(&mut &wav[..end]).unwrap_err();
        }
        read_header(&mut &b"<html>not what was asked for</html>"[..]).unwrap_err();
    }
}
