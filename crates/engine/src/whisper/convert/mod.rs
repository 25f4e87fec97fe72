//! CTranslate2's Whisper folders → the ggml file that whisper.cpp reads.
//!
//! Home Assistant's users have such folders (`faster-whisper`), and packages of PyPI carry them. The conversion lies
//! here, beside the reader of the result, and needs no unsafe code: both formats are read with bounds checked, one
//! tensor in memory at a time. It is deterministic: the same folder gives the same bytes.

mod blocks;
mod ctranslate2;
mod ggml;

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

pub(crate) use blocks::in_blocks;
pub use ctranslate2::{Tensors, Variable};
pub(crate) use ggml::check as check_ggml;
use ggml::{Header, Shape};

/// Text tokens that whisper.cpp expects to be written; the special ones follow from the size of the vocabulary.
const WRITTEN_TOKENS: usize = 50_257;

/// A conversion failed. Named by what the caller does next.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// The folder lacks a file.
    #[error("{folder}: no {wanted} here; a CTranslate2 model folder holds model.bin and vocabulary.json, vocabulary.txt or tokenizer.json", folder = folder.display())]
    Missing {
        /// Where it was looked for.
        folder: PathBuf,
        /// What was looked for.
        wanted: &'static str,
    },
    /// The file is not what it should be, or damaged.
    #[error("{file}: {why}")]
    Damaged {
        /// Which file.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// Reading or writing failed.
    #[error("{file}: {source}")]
    Io {
        /// Which file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
}

/// What was converted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// Size of the result in bytes.
    pub bytes: u64,
    /// Whether the model knows other languages than English.
    pub multilingual: bool,
    /// Encoder layers: 4 is tiny, 6 base, 12 small, 24 medium, 32 large.
    pub layers: u32,
}

/// Converts the model in `folder` to `output`. `output` is written in place: rename it when this returns.
///
/// # Errors
/// See [`ConvertError`].
pub fn convert_folder(folder: &Path, output: &Path) -> Result<Converted, ConvertError> {
    let path = folder.join("model.bin");
    if !path.is_file() {
        return Err(ConvertError::Missing { folder: folder.to_owned(), wanted: "model.bin" });
    }
    let io = |file: &Path| {
        let file = file.display().to_string();
        move |source| ConvertError::Io { file: file.clone(), source }
    };
    let words = read_vocabulary(folder)?;
    let input = BufReader::new(File::open(&path).map_err(io(&path))?);
    let file = File::create(output).map_err(io(output))?;
    let mut out = BufWriter::new(file);
    let converted = convert(input, &words, &mut out, &path.display().to_string())?;
    out.into_inner()
        .map_err(std::io::IntoInnerError::into_error)
        .and_then(|file| file.sync_all())
        .map_err(io(output))?;
    Ok(converted)
}

/// Converts `model.bin` with the `words` of its vocabulary in their order. `name` is said in errors.
///
/// # Errors
/// See [`ConvertError`].
pub fn convert(
    input: impl Read + Seek,
    words: &[Vec<u8>],
    output: &mut dyn Write,
    name: &str,
) -> Result<Converted, ConvertError> {
    let damaged = |why: String| ConvertError::Damaged { file: name.to_owned(), why };
    let mut tensors = Tensors::open(input).map_err(damaged)?;
    let header = header(&mut tensors).map_err(damaged)?;
    if words.len() < WRITTEN_TOKENS {
        return Err(damaged(format!(
            "its vocabulary has {} words; Whisper's has {WRITTEN_TOKENS}",
            words.len()
        )));
    }
    let mut out = ggml::Writer::new(output);
    let failed = |source| ConvertError::Io { file: "the converted model".into(), source };
    out.header(&header).map_err(failed)?;
    out.mel_filters(header.mels).map_err(failed)?;
    out.tokens(&words[..WRITTEN_TOKENS]).map_err(failed)?;
    for (name, source) in plan(&header) {
        let (shape, values) = source.read(&mut tensors).map_err(damaged)?;
        out.tensor(&name, &shape, &values).map_err(failed)?;
    }
    Ok(Converted {
        bytes: out.written(),
        multilingual: header.vocabulary >= 51_865,
        layers: header.audio_layers,
    })
}

/// The sizes of the network, from the shapes of its variables.
fn header<R: Read + Seek>(tensors: &mut Tensors<R>) -> Result<Header, String> {
    let dims = |tensors: &Tensors<R>, name: &str, rank: usize| -> Result<Vec<u32>, String> {
        let variable =
            tensors.variable(name).ok_or_else(|| format!("no variable {name}: not a Whisper model"))?;
        if variable.dims.len() == rank {
            Ok(variable.dims.clone())
        } else {
            Err(format!("variable {name} has {} dimensions, not {rank}", variable.dims.len()))
        }
    };
    let embeddings = dims(tensors, "decoder/embeddings/weight", 2)?;
    let conv = dims(tensors, "encoder/conv1/weight", 3)?;
    let audio = dims(tensors, "encoder/position_encodings/encodings", 2)?;
    let text = dims(tensors, "decoder/position_encodings/encodings", 2)?;
    let layers = |tensors: &Tensors<R>, side: &str| {
        (0u32..)
            .take_while(|i| tensors.variable(&format!("{side}/layer_{i}/ffn/layer_norm/gamma")).is_some())
            .count() as u32
    };
    let (audio_layers, text_layers) = (layers(tensors, "encoder"), layers(tensors, "decoder"));
    let audio_heads = tensors.integer("encoder/num_heads")?;
    let text_heads = tensors.integer("decoder/num_heads")?;
    let header = Header {
        vocabulary: embeddings[0],
        audio_positions: audio[0],
        audio_width: conv[0],
        audio_heads,
        audio_layers,
        text_positions: text[0],
        text_width: embeddings[1],
        text_heads,
        text_layers,
        mels: conv[1],
        half: true,
    };
    header.check()?;
    Ok(header)
}

/// Where a tensor of the result comes from.
struct Source {
    variable: String,
    /// Rows of a stacked variable: `part` of `parts` equal ones.
    part: u32,
    parts: u32,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Written as 16-bit numbers.
    Half,
    /// Written as 32-bit numbers.
    Single,
    /// As `Single`, with a second dimension of 1.
    ColumnSingle,
}

impl Source {
    fn read<R: Read + Seek>(&self, tensors: &mut Tensors<R>) -> Result<(Shape, Vec<f32>), String> {
        let variable =
            tensors.variable(&self.variable).ok_or_else(|| format!("no variable {}", self.variable))?.clone();
        let mut dims = variable.dims.clone();
        let Some(rows) = dims.first_mut() else {
            return Err(format!("variable {} has no dimensions", self.variable));
        };
        if !rows.is_multiple_of(self.parts) {
            return Err(format!(
                "variable {} has {rows} rows, not a multiple of {}",
                self.variable, self.parts
            ));
        }
        *rows /= self.parts;
        let length =
            dims.iter().try_fold(1u32, |n, &d| n.checked_mul(d)).ok_or("a variable is too large")? as usize;
        let values = tensors.values(&variable, self.part as usize * length, length)?;
        if self.kind == Kind::ColumnSingle {
            dims.push(1);
        }
        Ok((Shape { dims, half: self.kind == Kind::Half }, values))
    }
}

/// The tensors of the result in the order of OpenAI's checkpoints, which whisper.cpp's own converter keeps.
fn plan(header: &Header) -> Vec<(String, Source)> {
    use Kind::{ColumnSingle, Half, Single};
    let mut plan = Plan(Vec::new());
    for side in ["decoder", "encoder"] {
        let positions = format!("{side}/position_encodings/encodings");
        plan.add(format!("{side}.positional_embedding"), positions, WHOLE, Single);
    }
    plan.add("decoder.token_embedding.weight".into(), "decoder/embeddings/weight".into(), WHOLE, Half);
    for i in 0..header.text_layers {
        plan.layer("decoder", i);
    }
    plan.norm("decoder.ln", "decoder/layer_norm");
    for conv in ["conv1", "conv2"] {
        plan.add(format!("encoder.{conv}.weight"), format!("encoder/{conv}/weight"), WHOLE, Half);
        plan.add(format!("encoder.{conv}.bias"), format!("encoder/{conv}/bias"), WHOLE, ColumnSingle);
    }
    for i in 0..header.audio_layers {
        plan.layer("encoder", i);
    }
    plan.norm("encoder.ln_post", "encoder/layer_norm");
    plan.0
}

/// A variable that is not stacked.
const WHOLE: (u32, u32) = (0, 1);

struct Plan(Vec<(String, Source)>);

impl Plan {
    fn add(&mut self, name: String, variable: String, (part, parts): (u32, u32), kind: Kind) {
        self.0.push((name, Source { variable, part, parts, kind }));
    }

    fn norm(&mut self, name: &str, variable: &str) {
        self.add(format!("{name}.weight"), format!("{variable}/gamma"), WHOLE, Kind::Single);
        self.add(format!("{name}.bias"), format!("{variable}/beta"), WHOLE, Kind::Single);
    }

    fn linear(&mut self, name: &str, variable: &str, part: (u32, u32), bias: bool) {
        self.add(format!("{name}.weight"), format!("{variable}/weight"), part, Kind::Half);
        if bias {
            self.add(format!("{name}.bias"), format!("{variable}/bias"), part, Kind::Single);
        }
    }

    fn layer(&mut self, side: &str, i: u32) {
        let (to, from) = (format!("{side}.blocks.{i}"), format!("{side}/layer_{i}"));
        self.norm(&format!("{to}.mlp_ln"), &format!("{from}/ffn/layer_norm"));
        self.linear(&format!("{to}.mlp.0"), &format!("{from}/ffn/linear_0"), WHOLE, true);
        self.linear(&format!("{to}.mlp.2"), &format!("{from}/ffn/linear_1"), WHOLE, true);
        // Query, key and value of self-attention lie stacked; the key has no bias.
        let stacked = format!("{from}/self_attention/linear_0");
        self.norm(&format!("{to}.attn_ln"), &format!("{from}/self_attention/layer_norm"));
        self.linear(&format!("{to}.attn.query"), &stacked, (0, 3), true);
        self.linear(&format!("{to}.attn.key"), &stacked, (1, 3), false);
        self.linear(&format!("{to}.attn.value"), &stacked, (2, 3), true);
        self.linear(&format!("{to}.attn.out"), &format!("{from}/self_attention/linear_1"), WHOLE, true);
        if side == "decoder" {
            let stacked = format!("{from}/attention/linear_1");
            self.norm(&format!("{to}.cross_attn_ln"), &format!("{from}/attention/layer_norm"));
            self.linear(
                &format!("{to}.cross_attn.query"),
                &format!("{from}/attention/linear_0"),
                WHOLE,
                true,
            );
            self.linear(&format!("{to}.cross_attn.key"), &stacked, (0, 2), false);
            self.linear(&format!("{to}.cross_attn.value"), &stacked, (1, 2), true);
            self.linear(&format!("{to}.cross_attn.out"), &format!("{from}/attention/linear_2"), WHOLE, true);
        }
    }
}

/// The words of a model folder in their order, as bytes.
fn read_vocabulary(folder: &Path) -> Result<Vec<Vec<u8>>, ConvertError> {
    for (name, parse) in [
        ("vocabulary.json", json_list as fn(&str) -> Result<Vec<String>, String>),
        ("vocabulary.txt", |text| Ok(text.lines().map(str::to_owned).collect())),
        ("tokenizer.json", tokenizer),
    ] {
        let path = folder.join(name);
        if !path.is_file() {
            continue;
        }
        let file = path.display().to_string();
        let text = std::fs::read_to_string(&path)
            .map_err(|source| ConvertError::Io { file: file.clone(), source })?;
        let words = parse(&text).map_err(|why| ConvertError::Damaged { file, why })?;
        return Ok(words.iter().map(|w| to_bytes(w)).collect());
    }
    Err(ConvertError::Missing { folder: folder.to_owned(), wanted: "vocabulary" })
}

fn json_list(text: &str) -> Result<Vec<String>, String> {
    serde_json::from_str(text).map_err(|e| e.to_string())
}

/// The vocabulary inside Hugging Face's `tokenizer.json`.
fn tokenizer(text: &str) -> Result<Vec<String>, String> {
    #[derive(serde::Deserialize)]
    struct Tokenizer {
        model: Model,
        #[serde(default)]
        added_tokens: Vec<Added>,
    }
    #[derive(serde::Deserialize)]
    struct Model {
        vocab: std::collections::HashMap<String, usize>,
    }
    #[derive(serde::Deserialize)]
    struct Added {
        id: usize,
        content: String,
    }
    let tokenizer: Tokenizer = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let all = tokenizer
        .model
        .vocab
        .into_iter()
        .chain(tokenizer.added_tokens.into_iter().map(|a| (a.content, a.id)));
    let mut words: Vec<String> = Vec::new();
    for (word, id) in all {
        if id > 200_000 {
            return Err(format!("token number {id} is out of range"));
        }
        if words.len() <= id {
            words.resize(id + 1, String::new());
        }
        words[id] = word;
    }
    Ok(words)
}

/// GPT-2 vocabularies write each byte as one printable character; this takes it back. Special tokens stay as they are.
fn to_bytes(word: &str) -> Vec<u8> {
    let byte = |c: char| match c as u32 {
        c @ (0x21..=0x7e | 0xa1..=0xac | 0xae..=0xff) => Some(c as u8),
        // 0–0x20, 0x7f–0xa0 and 0xad follow at 0x100 in their order.
        c @ 0x100..=0x120 => Some((c - 0x100) as u8),
        c @ 0x121..=0x142 => Some((c - 0x121 + 0x7f) as u8),
        0x143 => Some(0xad),
        _ => None,
    };
    word.chars().map(byte).collect::<Option<_>>().unwrap_or_else(|| word.as_bytes().to_vec())
}

#[cfg(fuzzing)]
pub(crate) fn fuzzed(mut bytes: impl Read + Seek) {
    let words = vec![vec![b'a']; WRITTEN_TOKENS];
    let _ = convert(&mut bytes, &words, &mut std::io::sink(), "fuzzed");
    let _ = bytes.rewind();
    let _ = in_blocks(bytes);
}
