//! 16-bit matrices → 8-bit blocks, while a model is loaded.
//!
//! A decoder step reads every weight once, so its time is that of the memory: half the bytes are nearly half the time,
//! and half the memory. The file stays as it was published, and its hash too.

use std::io::{Read, Seek};

use super::ggml::{check, to_half};

/// whisper.cpp's number for files whose matrices are q8_0: 1000 × the version of the block formats + their number.
const FILE_OF_BLOCKS: u32 = 2007;
/// ggml's number for tensors in q8_0.
const Q8_0: u32 = 8;
/// ggml's number for tensors of 16-bit numbers.
const HALF: u32 = 1;
/// Values in a block: one 16-bit scale, then 32 numbers of 8 bits.
const BLOCK: usize = 32;

/// A checked ggml file with its 16-bit matrices in blocks (q8_0), in memory; `None` when it has none, or is in blocks
/// already, or its widths are no multiples of a block. Tensors that are not matrices stay as they are.
///
/// # Errors
/// What is wrong with the file.
pub(crate) fn in_blocks<R: Read + Seek>(mut input: R) -> Result<Option<Vec<u8>>, String> {
    check(&mut input)?;
    let length = input.stream_position().map_err(|e| e.to_string())?;
    input.rewind().map_err(|e| e.to_string())?;
    let mut copy = Copy { input, out: Vec::with_capacity(length as usize * 3 / 5) };
    let mut numbers = [0; 12];
    for number in &mut numbers[..11] {
        *number = copy.number()?;
    }
    let kind = copy.read()?;
    let [_, _, _, audio_width, _, _, _, text_width, ..] = numbers;
    let fits = [audio_width, text_width].iter().all(|width| (*width as usize).is_multiple_of(BLOCK));
    if kind != HALF || !fits {
        return Ok(None);
    }
    copy.write(FILE_OF_BLOCKS);
    let (mels, bins) = (copy.number()?, copy.number()?);
    copy.bytes(u64::from(mels) * u64::from(bins) * 4)?;
    for _ in 0..copy.number()? {
        let word = copy.number()?;
        copy.bytes(word.into())?;
    }
    while copy.input.stream_position().map_err(|e| e.to_string())? < length {
        copy.tensor()?;
    }
    Ok(Some(copy.out))
}

struct Copy<R> {
    input: R,
    out: Vec<u8>,
}

impl<R: Read> Copy<R> {
    fn read(&mut self) -> Result<u32, String> {
        let mut bytes = [0; 4];
        self.input.read_exact(&mut bytes).map_err(|e| e.to_string())?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn write(&mut self, number: u32) {
        self.out.extend(number.to_le_bytes());
    }

    fn number(&mut self) -> Result<u32, String> {
        let number = self.read()?;
        self.write(number);
        Ok(number)
    }

    fn bytes(&mut self, count: u64) -> Result<(), String> {
        let copied = (&mut self.input).take(count).read_to_end(&mut self.out).map_err(|e| e.to_string())?;
        if copied as u64 == count { Ok(()) } else { Err("it is cut short".into()) }
    }

    fn tensor(&mut self) -> Result<(), String> {
        let (rank, name, kind) = (self.number()?, self.number()?, self.read()?);
        let is_matrix = rank == 2 && kind == HALF;
        self.write(if is_matrix { Q8_0 } else { kind });
        let mut values = 1;
        for _ in 0..rank {
            values *= u64::from(self.number()?);
        }
        self.bytes(name.into())?;
        if !is_matrix {
            return self.bytes(values * if kind == HALF { 2 } else { 4 });
        }
        if !values.is_multiple_of(BLOCK as u64) {
            return Err("it is damaged".into());
        }
        let mut halves = [0; 2 * BLOCK];
        for _ in 0..values / BLOCK as u64 {
            self.input.read_exact(&mut halves).map_err(|e| e.to_string())?;
            block(&halves, &mut self.out);
        }
        Ok(())
    }
}

/// One block as ggml's `quantize_row_q8_0` makes it.
fn block(halves: &[u8; 2 * BLOCK], out: &mut Vec<u8>) {
    let (pairs, _) = halves.as_chunks::<2>();
    let mut values = [0.0; BLOCK];
    for (value, &pair) in values.iter_mut().zip(pairs) {
        *value = from_half(u16::from_le_bytes(pair));
    }
    let most = values.iter().fold(0.0f32, |most, value| most.max(value.abs()));
    let scale = most / 127.0;
    let per = if scale > 0.0 { 1.0 / scale } else { 0.0 };
    out.extend(to_half(scale).to_le_bytes());
    out.extend(values.map(|value| (value * per).round() as i8 as u8));
}

/// IEEE 754 half → single. What is not finite, which no weight is, becomes large.
fn from_half(half: u16) -> f32 {
    // The bits of a half, moved up, are those of a single 2¹¹² times smaller.
    let small = f32::from_bits(u32::from(half & 0x7fff) << 13) * f32::from_bits(0x7780_0000);
    if half & 0x8000 == 0 { small } else { -small }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_become_singles_and_come_back() {
        for half in (0..=u16::MAX).filter(|half| half & 0x7c00 != 0x7c00) {
            assert_eq!(to_half(from_half(half)), half, "{half:#x}");
        }
    }

    proptest::proptest! {
        /// No value of a block is off by more than half a step of its scale, and a step is 1/127 of the largest.
        #[test]
        fn a_block_keeps_its_values(values in proptest::collection::vec(-2.0f32..2.0, BLOCK)) {
            let mut halves = [0; 2 * BLOCK];
            for (pair, value) in halves.chunks_mut(2).zip(&values) {
                pair.copy_from_slice(&to_half(*value).to_le_bytes());
            }
            let mut out = Vec::new();
            block(&halves, &mut out);
            proptest::prop_assert_eq!(out.len(), 34);
            let scale = from_half(u16::from_le_bytes([out[0], out[1]]));
            let most = values.iter().fold(0.0f32, |most, value| most.max(value.abs()));
            proptest::prop_assert!((scale * 127.0 - most).abs() <= 0.002 * most);
            for (byte, value) in out[2..].iter().zip(&values) {
                let back = scale * f32::from(*byte as i8);
                proptest::prop_assert!((back - value).abs() <= 0.6 * scale + 0.002 * most, "{back} {value}");
            }
        }
    }
}
