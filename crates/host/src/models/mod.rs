//! Models that are fetched once and kept in the user's cache: which there are, where they come from, whether they are whole.
//!
//! `models/manifest.toml` says for each model its files (size, SHA-256), its licence and its sources, which are tried
//! in order. All calls block; fetching takes as long as the network does and reports its progress.

mod manifest;
mod source;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use mynah_engine::whisper::convert::{self, ConvertError};
use sha2::{Digest, Sha256};

pub use manifest::{Entry, Kind, ModelFile, Source, Wheel};

/// Something about models went wrong. Named by what the caller does next.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    /// There is no such model: another name is needed.
    #[error("no model \"{id}\"; there are {known}")]
    Unknown {
        /// What was asked for.
        id: String,
        /// The ids that there are.
        known: String,
    },
    /// The model is not here: fetch it.
    #[error("model {id} is not here (looked in {folder}). Run `mynah models fetch {id}`", folder = folder.display())]
    Absent {
        /// The model.
        id: String,
        /// The cache.
        folder: PathBuf,
    },
    /// The model's file is not what the manifest says: fetch it again.
    #[error("model {id}: {why}. Run `mynah models fetch {id}` to replace it")]
    Damaged {
        /// The model.
        id: String,
        /// What is wrong.
        why: String,
    },
    /// No source gave the model: try later, or from another network.
    #[error("model {id} could not be fetched:\n{}", tried.iter().map(|t| format!("  - {t}")).collect::<Vec<_>>().join("\n"))]
    Unavailable {
        /// The model.
        id: String,
        /// Each source and why it was passed over.
        tried: Vec<String>,
    },
    /// A folder to import is not usable.
    #[error(transparent)]
    Import(#[from] ConvertError),
    /// The cache cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What a fetch is doing, for a progress bar and a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A source is asked.
    Trying {
        /// Which, in words.
        source: String,
    },
    /// A source was given up; the next is tried.
    PassedOver {
        /// Which.
        source: String,
        /// Why.
        why: String,
    },
    /// Bytes are coming.
    Downloading {
        /// The file.
        file: String,
        /// Bytes that are here, those of an earlier attempt counted.
        done: u64,
        /// Bytes in all, where known.
        total: Option<u64>,
    },
    /// A package was downloaded and is unpacked and converted.
    Converting {
        /// The file that is made.
        file: String,
    },
    /// The hash is computed.
    Verifying {
        /// The file.
        file: String,
    },
}

/// Whether a model is in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is part of the program.
    Embedded,
    /// All files are there and have the right size. [`ModelStore::verify`] reads them.
    Present,
    /// It was not fetched yet.
    Absent,
    /// A file has the wrong size.
    Damaged,
}

/// The cache of models.
#[derive(Clone, Debug)]
pub struct ModelStore {
    folder: PathBuf,
    entries: Vec<Entry>,
}

impl ModelStore {
    /// The user's cache: `$MYNAH_MODELS`, or `mynah/models` in `$XDG_CACHE_HOME` or `~/.cache`.
    pub fn open() -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let folder = set("MYNAH_MODELS").unwrap_or_else(|| {
            set("XDG_CACHE_HOME")
                .or_else(|| set("HOME").map(|home| home.join(".cache")))
                .unwrap_or_else(|| PathBuf::from(".cache"))
                .join("mynah")
                .join("models")
        });
        ModelStore::at(folder)
    }

    /// A cache in this folder, which is made when something is fetched.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        ModelStore { folder: folder.into(), entries: manifest::shipped() }
    }

    /// The same cache with other models to fetch, from the text of a manifest.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn with_manifest(mut self, text: &str) -> Result<Self, String> {
        self.entries = manifest::parse(text)?;
        Ok(self)
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// All models that there are, with their state.
    pub fn list(&self) -> impl Iterator<Item = (&Entry, State)> {
        self.entries.iter().map(|entry| (entry, self.state(entry)))
    }

    /// One model.
    ///
    /// # Errors
    /// [`ModelsError::Unknown`].
    pub fn entry(&self, id: &str) -> Result<&Entry, ModelsError> {
        self.entries.iter().find(|entry| entry.id == id).ok_or_else(|| ModelsError::Unknown {
            id: id.to_owned(),
            known: self.entries.iter().map(|e| e.id.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    fn state(&self, entry: &Entry) -> State {
        if entry.embedded {
            return State::Embedded;
        }
        let mut state = State::Present;
        for file in &entry.files {
            match fs::metadata(self.folder.join(&file.name)) {
                Ok(found) if found.len() == file.size => {}
                Ok(_) => state = State::Damaged,
                Err(_) => return State::Absent,
            }
        }
        state
    }

    /// The model's first file, if it is there: what an engine loads.
    ///
    /// # Errors
    /// [`ModelsError::Absent`] and [`ModelsError::Damaged`] say how to get it; [`ModelsError::Unknown`].
    pub fn path(&self, id: &str) -> Result<PathBuf, ModelsError> {
        let entry = self.entry(id)?;
        let file = entry.files.first();
        match (self.state(entry), file) {
            (State::Present, Some(file)) => Ok(self.folder.join(&file.name)),
            (State::Damaged, _) => {
                Err(ModelsError::Damaged { id: id.to_owned(), why: "a file has the wrong size".into() })
            }
            _ => Err(ModelsError::Absent { id: id.to_owned(), folder: self.folder.clone() }),
        }
    }

    /// Reads the model's files and compares their hashes with the manifest.
    ///
    /// # Errors
    /// [`ModelsError::Absent`], [`ModelsError::Damaged`], [`ModelsError::Unknown`], [`ModelsError::Io`].
    pub fn verify(&self, id: &str) -> Result<(), ModelsError> {
        let entry = self.entry(id)?;
        if self.state(entry) == State::Absent {
            return Err(ModelsError::Absent { id: id.to_owned(), folder: self.folder.clone() });
        }
        for file in &entry.files {
            let path = self.folder.join(&file.name);
            let found = sha256(&path).map_err(|source| ModelsError::Io { path: path.clone(), source })?;
            if !file.sha256.contains(&found) {
                let why =
                    format!("{} has the SHA-256 {found}, which the manifest does not know", path.display());
                return Err(ModelsError::Damaged { id: id.to_owned(), why });
            }
        }
        Ok(())
    }

    /// Gets a model if it is not there, from the first source that gives it whole; returns its first file.
    ///
    /// A download that was broken off goes on where it stopped. A file appears under its name only when its hash is right.
    ///
    /// # Errors
    /// [`ModelsError::Unavailable`] with every source and why it was passed over; [`ModelsError::Unknown`], [`ModelsError::Io`].
    pub fn fetch(&self, id: &str, progress: &mut dyn FnMut(Progress)) -> Result<PathBuf, ModelsError> {
        let entry = self.entry(id)?;
        let io = |source| ModelsError::Io { path: self.folder.clone(), source };
        let Some(first) = entry.files.first() else {
            return Err(ModelsError::Unavailable {
                id: id.to_owned(),
                tried: vec!["it is part of the program and needs no fetching".into()],
            });
        };
        fs::create_dir_all(&self.folder).map_err(io)?;
        // Another process may be fetching the same.
        let lock = File::create(self.folder.join(format!(".{id}.lock"))).map_err(io)?;
        lock.lock().map_err(io)?;
        if self.state(entry) == State::Present && self.verify(id).is_ok() {
            return Ok(self.folder.join(&first.name));
        }
        let mut tried = Vec::new();
        for source in &entry.sources {
            let name = source.to_string();
            progress(Progress::Trying { source: name.clone() });
            match source::get(source, entry, &self.folder, progress) {
                Ok(()) => return Ok(self.folder.join(&first.name)),
                Err(source::Failed::Cache(error)) => return Err(io(error)),
                Err(source::Failed::PassOver(why)) => {
                    tried.push(format!("{name}: {why}"));
                    progress(Progress::PassedOver { source: name, why });
                }
            }
        }
        Err(ModelsError::Unavailable { id: id.to_owned(), tried })
    }

    /// Converts a CTranslate2 Whisper folder, as Home Assistant's users have them, into the cache. Returns the file and,
    /// where the result is a model of the manifest, its id.
    ///
    /// # Errors
    /// [`ModelsError::Import`] says what is wrong with the folder; [`ModelsError::Io`].
    pub fn import(&self, folder: &Path) -> Result<(PathBuf, Option<&Entry>), ModelsError> {
        let io = |source| ModelsError::Io { path: self.folder.clone(), source };
        fs::create_dir_all(&self.folder).map_err(io)?;
        let work = source::Work::new(&self.folder, "import").map_err(io)?;
        let made = work.path().join("model");
        convert::convert_folder(folder, &made)?;
        let hash = sha256(&made).map_err(io)?;
        let known = self.entries.iter().find_map(|entry| {
            entry.files.iter().find(|file| file.sha256.contains(&hash)).map(|file| (entry, file.name.clone()))
        });
        let name = match &known {
            Some((_, name)) => name.clone(),
            None => {
                let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
                let stem = folder.file_name().map_or("imported".into(), |n| n.to_string_lossy().into_owned());
                format!("ggml-{}.bin", stem.trim_start_matches("ggml-"))
            }
        };
        let path = self.folder.join(name);
        fs::rename(&made, &path).map_err(io)?;
        Ok((path, known.map(|(entry, _)| entry)))
    }
}

/// The SHA-256 of a file in lower-case hexadecimal.
fn sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            n => hash.update(&buffer[..n]),
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests;
