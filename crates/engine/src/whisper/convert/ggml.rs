//! whisper.cpp's ggml file: header, mel filters, tokens, tensors. Written here, and walked through before it is loaded.

use std::io::{Read, Seek, SeekFrom, Write};

const MAGIC: u32 = 0x6767_6d6c;

/// The numbers at the front of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) vocabulary: u32,
    pub(crate) audio_positions: u32,
    pub(crate) audio_width: u32,
    pub(crate) audio_heads: u32,
    pub(crate) audio_layers: u32,
    pub(crate) text_positions: u32,
    pub(crate) text_width: u32,
    pub(crate) text_heads: u32,
    pub(crate) text_layers: u32,
    pub(crate) mels: u32,
    /// Matrices have 16-bit numbers.
    pub(crate) half: bool,
}

impl Header {
    /// Whether whisper.cpp could work with such a network.
    pub(crate) fn check(&self) -> Result<(), String> {
        let fits = (51_864..=52_000).contains(&self.vocabulary)
            && self.audio_positions == 1500
            && self.text_positions == 448
            && (1..=64).contains(&self.audio_layers)
            && (1..=64).contains(&self.text_layers)
            && (1..=8192).contains(&self.audio_width)
            && (1..=8192).contains(&self.text_width)
            && matches!(self.mels, 80 | 128);
        if fits { Ok(()) } else { Err(format!("no Whisper network has these sizes: {self:?}")) }
    }

    fn numbers(&self) -> [u32; 12] {
        [
            MAGIC,
            self.vocabulary,
            self.audio_positions,
            self.audio_width,
            self.audio_heads,
            self.audio_layers,
            self.text_positions,
            self.text_width,
            self.text_heads,
            self.text_layers,
            self.mels,
            u32::from(self.half),
        ]
    }
}

/// How a tensor is written.
pub(crate) struct Shape {
    /// The slowest dimension first.
    pub(crate) dims: Vec<u32>,
    /// 16-bit numbers.
    pub(crate) half: bool,
}

pub(crate) struct Writer<'a> {
    out: &'a mut dyn Write,
    written: u64,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(out: &'a mut dyn Write) -> Self {
        Writer { out, written: 0 }
    }

    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    fn put(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.written += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    fn number(&mut self, number: u32) -> std::io::Result<()> {
        self.put(&number.to_le_bytes())
    }

    pub(crate) fn header(&mut self, header: &Header) -> std::io::Result<()> {
        header.numbers().into_iter().try_for_each(|n| self.number(n))
    }

    pub(crate) fn mel_filters(&mut self, mels: u32) -> std::io::Result<()> {
        self.number(mels)?;
        self.number(BINS as u32)?;
        mel_filters(mels as usize).iter().try_for_each(|w| self.put(&w.to_le_bytes()))
    }

    pub(crate) fn tokens(&mut self, words: &[Vec<u8>]) -> std::io::Result<()> {
        self.number(words.len() as u32)?;
        for word in words {
            self.number(word.len() as u32)?;
            self.put(word)?;
        }
        Ok(())
    }

    pub(crate) fn tensor(&mut self, name: &str, shape: &Shape, values: &[f32]) -> std::io::Result<()> {
        self.number(shape.dims.len() as u32)?;
        self.number(name.len() as u32)?;
        self.number(u32::from(shape.half))?;
        shape.dims.iter().rev().try_for_each(|&d| self.number(d))?;
        self.put(name.as_bytes())?;
        let mut bytes = Vec::with_capacity(values.len() * 4);
        for &value in values {
            if shape.half {
                bytes.extend(to_half(value).to_le_bytes());
            } else {
                bytes.extend(value.to_le_bytes());
            }
        }
        self.put(&bytes)
    }
}

/// Bins of the spectrum: 400 samples at 16 kHz.
const BINS: usize = 201;

/// Slaney's mel filters, each of unit area, as librosa makes them (`filters.mel(sr=16000, n_fft=400)`): linear to
/// 1 kHz, then logarithmic. Rows of [`BINS`].
fn mel_filters(mels: usize) -> Vec<f32> {
    let step = 200.0 / 3.0;
    let log_step = 6.4f64.ln() / 27.0;
    let hz = |mel: f64| if mel >= 15.0 { 1000.0 * (log_step * (mel - 15.0)).exp() } else { step * mel };
    let top = 15.0 + (8000.0f64 / 1000.0).ln() / log_step;
    // numpy's linspace: multiples of the step, and the last one exactly.
    let mel_step = top / (mels + 1) as f64;
    let edges: Vec<f64> =
        (0..mels + 2).map(|i| hz(if i == mels + 1 { top } else { i as f64 * mel_step })).collect();
    let mut filters = Vec::with_capacity(mels * BINS);
    for m in 0..mels {
        let (left, middle, right) = (edges[m], edges[m + 1], edges[m + 2]);
        let area = 2.0 / (right - left);
        for bin in 0..BINS {
            let f = bin as f64 * 40.0;
            let weight = ((f - left) / (middle - left)).min((right - f) / (right - middle)).max(0.0);
            filters.push((f64::from(weight as f32) * area) as f32);
        }
    }
    filters
}

/// IEEE 754 single → half, to the nearest, ties to even.
pub(crate) fn to_half(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = ((bits >> 16) & 0x8000) as u16;
    let exponent = ((bits >> 23) & 0xff) as i32 - 127;
    let fraction = bits & 0x7f_ffff;
    if exponent == 128 {
        return sign | 0x7c00 | if fraction != 0 { 0x200 | (fraction >> 13) as u16 } else { 0 };
    }
    if exponent > 15 {
        return sign | 0x7c00;
    }
    if exponent < -25 {
        return sign;
    }
    let (significand, shift) = if exponent >= -14 {
        (((exponent + 15) as u32) << 23 | fraction, 13)
    } else {
        (fraction | 0x80_0000, (-1 - exponent) as u32)
    };
    let half = significand >> shift;
    let rest = significand & ((1 << shift) - 1);
    let tie = 1u32 << (shift - 1);
    let up = rest > tie || (rest == tie && half & 1 == 1);
    sign | (half + u32::from(up)) as u16
}

/// Walks through a ggml file to its end and checks that it is whole. whisper.cpp itself ends the process, or reads past the end,
/// on some damaged files.
///
/// # Errors
/// What is wrong with the file.
pub(crate) fn check<R: Read + Seek>(input: &mut R) -> Result<(), String> {
    let length = input.seek(SeekFrom::End(0)).map_err(|e| e.to_string())?;
    input.rewind().map_err(|e| e.to_string())?;
    let number = |input: &mut R| -> Result<u32, String> {
        let mut bytes = [0; 4];
        input.read_exact(&mut bytes).map_err(|_| "it is cut short".to_owned())?;
        Ok(u32::from_le_bytes(bytes))
    };
    let mut numbers = [0u32; 12];
    for n in &mut numbers {
        *n = number(input)?;
    }
    let [magic, vocabulary, audio_positions, audio_width, audio_heads, audio_layers, rest @ ..] = numbers;
    let [text_positions, text_width, text_heads, text_layers, mels, kind] = rest;
    if magic != MAGIC {
        return Err("it is not a ggml model of whisper.cpp".into());
    }
    let header = Header {
        vocabulary,
        audio_positions,
        audio_width,
        audio_heads,
        audio_layers,
        text_positions,
        text_width,
        text_heads,
        text_layers,
        mels,
        half: kind != 0,
    };
    header.check().map_err(|why| format!("it is damaged: {why}"))?;
    let skip = |input: &mut R, bytes: u64| -> Result<(), String> {
        let at = input.stream_position().map_err(|e| e.to_string())?;
        match at.checked_add(bytes) {
            Some(end) if end <= length => input.seek_relative(bytes as i64).map_err(|e| e.to_string()),
            _ => Err("it is cut short".to_owned()),
        }
    };
    let (rows, columns) = (number(input)?, number(input)?);
    skip(input, (u64::from(rows) * u64::from(columns)).saturating_mul(4))?;
    let tokens = number(input)?;
    if tokens > vocabulary {
        return Err(format!("it is damaged: {tokens} tokens"));
    }
    for _ in 0..tokens {
        let bytes = number(input)?;
        skip(input, bytes.into())?;
    }
    let mut tensors = 0;
    while input.stream_position().map_err(|e| e.to_string())? < length {
        let (rank, name, kind) = (number(input)?, number(input)?, number(input)?);
        if rank > 4 || name > 256 {
            return Err("it is damaged".into());
        }
        let mut values = 1u64;
        for _ in 0..rank {
            values = values.checked_mul(number(input)?.into()).ok_or("it is damaged")?;
        }
        // Bytes for so many values, by type: 32-bit, 16-bit, and the block formats q4_0, q4_1, q5_0, q5_1, q8_0.
        let (bytes, of) = match kind {
            0 => (4, 1),
            1 => (2, 1),
            2 => (18, 32),
            3 => (20, 32),
            6 => (22, 32),
            7 => (24, 32),
            8 => (34, 32),
            other => return Err(format!("it has numbers of type {other}, which is not known here")),
        };
        let bytes = (values / of).checked_mul(bytes).ok_or("it is damaged")?;
        skip(input, bytes.saturating_add(name.into()))?;
        tensors += 1;
    }
    // Encoder layers have 15 tensors, decoder layers 24; 7 and 4 stand outside of the layers.
    let expected = 15 * audio_layers + 24 * text_layers + 11;
    if tensors != expected {
        return Err(format!("it is cut short: {tensors} of {expected} tensors"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn singles_become_the_nearest_half() {
        for (single, half) in [
            (0.0, 0x0000),
            (-0.0, 0x8000),
            (1.0, 0x3c00),
            (65504.0, 0x7bff),
            (65520.0, 0x7c00),
            (1e9, 0x7c00),
            (5.960_464_5e-8, 0x0001),
            (2.980_232e-8, 0x0000),
            (3.1e-8, 0x0001),
            (6.103_515_6e-5, 0x0400),
            (1.000_488_3, 0x3c00),
            (1.001_464_8, 0x3c02),
            (f32::NEG_INFINITY, 0xfc00),
        ] {
            assert_eq!(to_half(single), half, "{single}");
        }
        assert_eq!(to_half(f32::NAN) & 0x7c00, 0x7c00);
        assert_ne!(to_half(f32::NAN) & 0x3ff, 0);
    }

    #[test]
    fn each_filter_has_unit_area() {
        let filters = mel_filters(80);
        assert_eq!(filters.len(), 80 * BINS);
        // Filters that are wide against a bin: the sum of weights times 40 Hz.
        for row in filters.chunks(BINS).skip(60) {
            let area: f32 = row.iter().map(|w| w * 40.0).sum();
            assert!((area - 1.0).abs() < 0.05, "{area}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_the_check_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            let _ = check(&mut std::io::Cursor::new(&bytes));
            let header = Header {
                vocabulary: 51_864, audio_positions: 1500, audio_width: 384, audio_heads: 6, audio_layers: 4,
                text_positions: 448, text_width: 384, text_heads: 6, text_layers: 4, mels: 80, half: true,
            };
            let mut file: Vec<u8> = header.numbers().iter().flat_map(|n| n.to_le_bytes()).collect();
            file.extend(&bytes);
            proptest::prop_assert!(check(&mut std::io::Cursor::new(&file)).is_err());
        }
    }
}
