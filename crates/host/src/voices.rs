//! The voices of the household, as `mynah wake enroll` keeps them: what tells them apart, in one file that its owner alone may read.
//! Recordings are kept beside it only where that was asked for.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use mynah_assistant::consent::{Permit, Purpose};
use mynah_audio::SAMPLE_RATE;
use mynah_engine::wake::speaker::Voice;
use serde::{Deserialize, Serialize};

use crate::files;

/// Who enrolled.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolled {
    /// The name and version of the network that told the voices apart; another cannot use them. Empty when there are none.
    pub model: String,
    /// By person and word.
    pub voices: Vec<Voice>,
}

impl Enrolled {
    /// Puts a voice in, in place of the same person's for the same word. Whether there was one.
    pub fn put(&mut self, voice: Voice) -> bool {
        let before = self.voices.len();
        self.voices.retain(|other| (&other.name, &other.word) != (&voice.name, &voice.word));
        let replaced = self.voices.len() < before;
        self.voices.push(voice);
        self.voices.sort_by(|a, b| (&a.name, &a.word).cmp(&(&b.name, &b.word)));
        replaced
    }
}

/// The file `voices.json` in the state folder, and the folder `voices` of recordings beside it.
#[derive(Clone, Debug)]
pub struct VoicesFile {
    path: PathBuf,
}

impl VoicesFile {
    /// In that folder, which is made when there is something to keep.
    pub fn in_folder(folder: &Path) -> Self {
        VoicesFile { path: folder.join("voices.json") }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Who enrolled; nobody when there is no such file.
    ///
    /// # Errors
    /// The file cannot be read, or was damaged. It is left as it is, so that nothing is lost.
    pub fn load(&self) -> io::Result<Enrolled> {
        match fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                let what = format!("{}: {error}; move it away to enrol afresh", self.path.display());
                io::Error::new(io::ErrorKind::InvalidData, what)
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Enrolled::default()),
            Err(error) => Err(error),
        }
    }

    /// Keeps this instead of what was there; of nobody, no file is kept. A power cut leaves the one or the other.
    pub fn save(&self, enrolled: &Enrolled) -> io::Result<()> {
        if enrolled.voices.is_empty() {
            return gone(fs::remove_file(&self.path));
        }
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        files::replace_private(&self.path, &serde_json::to_vec(enrolled)?)
    }

    /// Keeps recordings of a word, 16 kHz mono, in place of those of the same person and word. Gives the folder.
    ///
    /// # Errors
    /// The permit is for something else, or a file cannot be written.
    pub fn keep(&self, permit: Permit, name: &str, word: &str, clips: &[Vec<f32>]) -> io::Result<PathBuf> {
        if permit.purpose() != Purpose::EnrolVoice {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "there is no consent to keep recordings",
            ));
        }
        let folder = self.recordings(name);
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let of_word =
                path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.rsplit_once('-'));
            if of_word.is_some_and(|(of, _)| of == word) {
                fs::remove_file(path)?;
            }
        }
        for (number, samples) in clips.iter().enumerate() {
            files::replace_private(&folder.join(format!("{word}-{}.wav", number + 1)), &wav(samples))?;
        }
        Ok(folder)
    }

    /// Deletes all that is kept of a person. Whether there was anything.
    pub fn forget(&self, name: &str) -> io::Result<bool> {
        let mut enrolled = self.load()?;
        let before = enrolled.voices.len();
        enrolled.voices.retain(|voice| voice.name != name);
        let folder = self.recordings(name);
        let recordings = folder.is_dir();
        if recordings {
            fs::remove_dir_all(&folder)?;
            // With the last person's the folder goes; others' recordings keep it.
            let _ = folder.parent().map(fs::remove_dir);
        }
        if enrolled.voices.len() < before {
            self.save(&enrolled)?;
        }
        Ok(recordings || enrolled.voices.len() < before)
    }

    fn recordings(&self, name: &str) -> PathBuf {
        self.path.with_extension("").join(name)
    }
}

fn gone(removed: io::Result<()>) -> io::Result<()> {
    removed.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

/// A WAV of 16 bits.
fn wav(samples: &[f32]) -> Vec<u8> {
    let size = 2 * samples.len() as u32;
    let mut bytes = Vec::with_capacity(44 + size as usize);
    bytes.extend_from_slice(b"RIFF");
    bytes.extend_from_slice(&(36 + size).to_le_bytes());
    bytes.extend_from_slice(b"WAVEfmt ");
    bytes.extend_from_slice(&16u32.to_le_bytes());
    bytes.extend_from_slice(&[1, 0, 1, 0]);
    bytes.extend_from_slice(&SAMPLE_RATE.to_le_bytes());
    bytes.extend_from_slice(&(2 * SAMPLE_RATE).to_le_bytes());
    bytes.extend_from_slice(&[2, 0, 16, 0]);
    bytes.extend_from_slice(b"data");
    bytes.extend_from_slice(&size.to_le_bytes());
    for sample in samples {
        bytes.extend_from_slice(&((sample.clamp(-1.0, 1.0) * 32767.0).round() as i16).to_le_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use mynah_assistant::consent::Consent;
    use mynah_engine::wake::speaker::Embedding;
    use time::OffsetDateTime;

    use super::*;

    fn voice(name: &str, word: &str, n: usize) -> Voice {
        let embedding = Embedding::try_from((0..64).map(|k| f32::from(u8::from(k == n))).collect::<Vec<_>>());
        Voice { name: name.into(), word: word.into(), enrolled_unix_s: 7, clips: vec![embedding.unwrap()] }
    }

    #[test]
    fn voices_are_kept_for_their_owner_alone_until_they_are_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let file = VoicesFile::in_folder(&dir.path().join("new"));
        assert_eq!(file.load().unwrap(), Enrolled::default());
        let mut enrolled = Enrolled { model: "m 1".into(), ..Enrolled::default() };
        assert!(!enrolled.put(voice("bob", "computer", 1)));
        assert!(!enrolled.put(voice("anna", "computer", 2)));
        assert!(enrolled.put(voice("bob", "computer", 3)));
        assert_eq!(enrolled.voices, [voice("anna", "computer", 2), voice("bob", "computer", 3)]);
        file.save(&enrolled).unwrap();
        assert_eq!(file.load().unwrap(), enrolled);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(file.path()), 0o600);

        let mut consent = Consent::default();
        consent.give(Purpose::KeepTurns, OffsetDateTime::UNIX_EPOCH, "test");
        consent.give(Purpose::EnrolVoice, OffsetDateTime::UNIX_EPOCH, "test");
        let clips = vec![vec![0.5; 160]; 4];
        let turns = consent.permit(Purpose::KeepTurns).unwrap();
        assert!(file.keep(turns, "bob", "computer", &clips).is_err(), "consent to something else");
        let permit = consent.permit(Purpose::EnrolVoice).unwrap();
        let folder = file.keep(permit, "bob", "computer", &clips).unwrap();
        file.keep(permit, "bob", "hey_computer", &clips[..1]).unwrap();
        file.keep(permit, "bob", "computer", &clips[..3]).unwrap();
        let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["computer-1.wav", "computer-2.wav", "computer-3.wav", "hey_computer-1.wav"]);
        assert_eq!(mode(&folder.join("computer-1.wav")), 0o600);
        let read = hound::WavReader::open(folder.join("computer-1.wav")).unwrap();
        assert_eq!((read.spec().sample_rate, read.spec().channels, read.len()), (16_000, 1, 160));

        assert!(file.forget("bob").unwrap());
        assert!(!file.forget("bob").unwrap());
        assert_eq!(file.load().unwrap().voices, [voice("anna", "computer", 2)]);
        assert!(file.forget("anna").unwrap());
        assert_eq!(fs::read_dir(dir.path().join("new")).unwrap().count(), 0, "nothing is left");
    }

    #[test]
    fn a_damaged_file_is_not_overlooked() {
        let dir = tempfile::tempdir().unwrap();
        let file = VoicesFile::in_folder(dir.path());
        let short =
            r#"{"model":"m 1","voices":[{"name":"a","word":"b","enrolled_unix_s":0,"clips":[[1,2]]}]}"#;
        for damaged in ["{", short] {
            fs::write(file.path(), damaged).unwrap();
            let error = file.load().unwrap_err().to_string();
            assert!(error.contains("voices.json") && error.contains("move it away"), "{error}");
            assert!(file.forget("a").is_err(), "what cannot be read is not replaced");
        }
    }
}
