//! What outlives a run: timers, alarms, lists and the volume, in one file that is replaced as a whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use mynah_assistant::dialogue::Kept;

use crate::files;

/// The file `state.json` in the state folder.
#[derive(Clone, Debug)]
pub struct StateFile {
    path: PathBuf,
}

impl StateFile {
    /// In that folder, which is made when there is something to keep.
    pub fn in_folder(folder: &Path) -> Self {
        StateFile { path: folder.join("state.json") }
    }

    /// What was kept; nothing when there is no such file.
    ///
    /// # Errors
    /// The file cannot be read, or was damaged. It is left as it is, so that nothing is lost.
    pub fn load(&self) -> io::Result<Kept> {
        match fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                let what = format!("{}: {error}; move it away to start afresh", self.path.display());
                io::Error::new(io::ErrorKind::InvalidData, what)
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Kept::default()),
            Err(error) => Err(error),
        }
    }

    /// Keeps this instead of what was there. A power cut leaves the one or the other.
    pub fn save(&self, kept: &Kept) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        files::replace(&self.path, &serde_json::to_vec_pretty(kept)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_there_and_a_damaged_file_is_not_overlooked() {
        let dir = tempfile::tempdir().unwrap();
        let state = StateFile::in_folder(&dir.path().join("new"));
        assert_eq!(state.load().unwrap(), Kept::default());
        let kept = Kept { volume: 35.0, ..Kept::default() };
        state.save(&kept).unwrap();
        assert_eq!(state.load().unwrap(), kept);
        fs::write(dir.path().join("new/state.json"), "{").unwrap();
        let error = state.load().unwrap_err().to_string();
        assert!(error.contains("state.json") && error.contains("move it away"), "{error}");
    }
}
