//! Reads CTranslate2's `model.bin`: names, shapes and types first, values when they are asked for.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};

/// Format versions that this reads.
const VERSIONS: std::ops::RangeInclusive<u32> = 4..=6;
/// More than any Whisper model has.
const MOST_VARIABLES: u32 = 20_000;

/// One variable of a model file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its shape, the slowest dimension first; empty for a single value.
    pub dims: Vec<u32>,
    kind: Kind,
    name: String,
    offset: u64,
    count: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    F32,
    I8,
    I16,
    I32,
    F16,
    Bf16,
}

impl Kind {
    fn from_number(number: u8) -> Option<Self> {
        [Kind::F32, Kind::I8, Kind::I16, Kind::I32, Kind::F16, Kind::Bf16].get(usize::from(number)).copied()
    }

    fn size(self) -> u64 {
        match self {
            Kind::I8 => 1,
            Kind::I16 | Kind::F16 | Kind::Bf16 => 2,
            Kind::F32 | Kind::I32 => 4,
        }
    }
}

/// The variables of a `model.bin`.
#[derive(Debug)]
pub struct Tensors<R> {
    input: R,
    variables: BTreeMap<String, Variable>,
}

impl<R: Read + Seek> Tensors<R> {
    /// Reads the directory of the file and checks that all values are there.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn open(mut input: R) -> Result<Self, String> {
        let length = input.seek(SeekFrom::End(0)).map_err(|e| e.to_string())?;
        input.rewind().map_err(|e| e.to_string())?;
        let mut tensors = Tensors { input, variables: BTreeMap::new() };
        let version = tensors.u32()?;
        if !VERSIONS.contains(&version) {
            return Err(format!(
                "not a CTranslate2 model, or of a format that is not read here (version {version}; {VERSIONS:?} are)"
            ));
        }
        let kind = tensors.text()?;
        if kind != "WhisperSpec" {
            return Err(format!("a CTranslate2 model of another kind ({kind}), not of Whisper"));
        }
        let _revision = tensors.u32()?;
        let count = tensors.u32()?;
        if count > MOST_VARIABLES {
            return Err(format!("damaged: {count} variables"));
        }
        for _ in 0..count {
            let name = tensors.text()?;
            let rank = tensors.u8()?;
            let dims = (0..rank).map(|_| tensors.u32()).collect::<Result<Vec<_>, _>>()?;
            let kind = tensors.u8()?;
            let kind = Kind::from_number(kind)
                .ok_or_else(|| format!("variable {name} is of unknown type {kind}"))?;
            let bytes = u64::from(tensors.u32()?);
            let values = dims.iter().try_fold(1u64, |n, &d| n.checked_mul(u64::from(d)));
            if values.and_then(|n| n.checked_mul(kind.size())) != Some(bytes) {
                return Err(format!("damaged: variable {name} of shape {dims:?} has {bytes} bytes"));
            }
            let offset = tensors.input.stream_position().map_err(|e| e.to_string())?;
            if length.checked_sub(offset).is_none_or(|rest| rest < bytes) {
                return Err(format!("cut short: the file ends within variable {name}"));
            }
            tensors.input.seek(SeekFrom::Start(offset + bytes)).map_err(|e| e.to_string())?;
            let count = bytes / kind.size();
            tensors.variables.insert(name.clone(), Variable { dims, kind, name, offset, count });
        }
        let aliases = tensors.u32()?;
        for _ in 0..aliases.min(MOST_VARIABLES) {
            let (alias, name) = (tensors.text()?, tensors.text()?);
            if let Some(variable) = tensors.variables.get(&name).cloned() {
                tensors.variables.insert(alias, variable);
            }
        }
        Ok(tensors)
    }

    /// The variable of this name.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.get(name)
    }

    /// A single whole number.
    ///
    /// # Errors
    /// When it is not there or not a small whole number.
    pub fn integer(&mut self, name: &str) -> Result<u32, String> {
        let variable =
            self.variable(name).ok_or_else(|| format!("no variable {name}: not a Whisper model"))?.clone();
        if variable.count != 1 || !matches!(variable.kind, Kind::I8 | Kind::I16 | Kind::I32) {
            return Err(format!("variable {name} is not a whole number"));
        }
        match self.raw(&variable, 0, 1)?.as_slice() {
            [value] if (1.0..=65_536.0).contains(value) => Ok(*value as u32),
            _ => Err(format!("variable {name} is out of range")),
        }
    }

    /// `length` values of a variable from the one at `from`, in the order of the file. Numbers of 8 bits are scaled back.
    ///
    /// # Errors
    /// When the file cannot be read or has no such values.
    pub fn values(&mut self, variable: &Variable, from: usize, length: usize) -> Result<Vec<f32>, String> {
        let mut values = self.raw(variable, from, length)?;
        if variable.kind == Kind::I8 {
            // value = number / scale of its row (CTranslate2's int8 weights).
            let scales = format!("{}_scale", variable.name);
            let scale = self.variable(&scales).ok_or_else(|| format!("no variable {scales}"))?.clone();
            let rows = variable.dims.first().copied().unwrap_or(1) as usize;
            let width = (variable.count as usize).checked_div(rows).unwrap_or(0).max(1);
            let per_row = scale.count as usize;
            if per_row != rows && per_row != 1 {
                return Err(format!("variable {scales} has {per_row} values for {rows} rows"));
            }
            let scale = self.raw(&scale, 0, per_row)?;
            for (i, value) in values.iter_mut().enumerate() {
                let row = (from + i) / width;
                *value /= scale[row.min(per_row - 1)];
            }
        }
        Ok(values)
    }

    fn raw(&mut self, variable: &Variable, from: usize, length: usize) -> Result<Vec<f32>, String> {
        let Variable { kind, offset, count, name, .. } = variable;
        let size = kind.size();
        if (from as u64).checked_add(length as u64).is_none_or(|end| end > *count) {
            return Err(format!("variable {name} has {count} values, fewer than wanted"));
        }
        let failed = |e: std::io::Error| format!("reading variable {name}: {e}");
        self.input.seek(SeekFrom::Start(offset + from as u64 * size)).map_err(failed)?;
        let mut bytes = vec![0u8; length * size as usize];
        self.input.read_exact(&mut bytes).map_err(failed)?;
        Ok(match kind {
            Kind::F32 => bytes.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect(),
            Kind::I32 => bytes.as_chunks().0.iter().map(|&b| i32::from_le_bytes(b) as f32).collect(),
            Kind::I16 => bytes.as_chunks().0.iter().map(|&b| f32::from(i16::from_le_bytes(b))).collect(),
            Kind::F16 => bytes.as_chunks().0.iter().map(|&b| from_half(u16::from_le_bytes(b))).collect(),
            Kind::Bf16 => bytes
                .as_chunks()
                .0
                .iter()
                .map(|&b| f32::from_bits(u32::from(u16::from_le_bytes(b)) << 16))
                .collect(),
            Kind::I8 => bytes.iter().map(|&b| f32::from(b as i8)).collect(),
        })
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes).map_err(|e| match e.kind() {
            std::io::ErrorKind::UnexpectedEof => "cut short".to_owned(),
            _ => e.to_string(),
        })?;
        Ok(bytes)
    }

    fn u8(&mut self) -> Result<u8, String> {
        Ok(self.bytes::<1>()?[0])
    }

    fn u32(&mut self) -> Result<u32, String> {
        self.bytes().map(u32::from_le_bytes)
    }

    /// Length, bytes, and a closing zero that is counted.
    fn text(&mut self) -> Result<String, String> {
        let length = u16::from_le_bytes(self.bytes()?);
        let mut bytes = vec![0; usize::from(length)];
        self.input.read_exact(&mut bytes).map_err(|_| "cut short".to_owned())?;
        if bytes.last() == Some(&0) {
            bytes.pop();
        }
        String::from_utf8(bytes).map_err(|_| "damaged: a name is not text".to_owned())
    }
}

/// IEEE 754 half → single; exact.
fn from_half(half: u16) -> f32 {
    let sign = u32::from(half & 0x8000) << 16;
    let exponent = u32::from(half >> 10) & 0x1f;
    let fraction = u32::from(half & 0x3ff);
    match (exponent, fraction) {
        // Below the normal range: fraction × 2⁻²⁴.
        (0, _) => f32::from_bits(sign | (fraction as f32 * 2f32.powi(-24)).to_bits()),
        (31, _) => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_read_exactly() {
        for (half, single) in
            [(0x0000, 0.0), (0x3c00, 1.0), (0xc000, -2.0), (0x7bff, 65504.0), (0x0001, 5.960_464_5e-8)]
        {
            assert_eq!(from_half(half), single, "{half:#x}");
        }
        assert!(from_half(0x7e00).is_nan());
        assert_eq!(from_half(0xfc00), f32::NEG_INFINITY);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            let mut file = b"\x06\0\0\0\x0c\0WhisperSpec\0\x03\0\0\0\x02\0\0\0".to_vec();
            file.extend(&bytes);
            let _ = Tensors::open(std::io::Cursor::new(&file));
            let _ = Tensors::open(std::io::Cursor::new(&bytes));
        }
    }
}
