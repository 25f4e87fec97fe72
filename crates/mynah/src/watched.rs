//! Files that are looked at again and again, to see that one was saved.
//!
//! They are polled: a look at the dozen files of a household costs a few microseconds, and it sees what editors do (write a new file and
//! rename it), what network file systems do, and files in folders that are new; a notification of the kernel misses one or the other.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// From one look to the next. A change is told when two looks agree, so that no half written file is read.
const LOOK_EVERY: Duration = Duration::from_millis(200);

type Looks = Vec<(PathBuf, Option<SystemTime>, u64)>;

/// Files and folders of TOML files.
pub struct Watched {
    paths: Vec<PathBuf>,
    known: Looks,
    /// What differed from it at the last look.
    fresh: Option<Looks>,
}

impl Watched {
    pub fn new(paths: Vec<PathBuf>) -> Watched {
        let known = look(&paths);
        Watched { paths, known, fresh: None }
    }

    /// Looks once. True when something was saved, and nothing more since the last look.
    pub fn changed(&mut self) -> bool {
        let now = look(&self.paths);
        if now == self.known {
            self.fresh = None;
            return false;
        }
        if self.fresh.as_ref() == Some(&now) {
            self.known = now;
            self.fresh = None;
            return true;
        }
        self.fresh = Some(now);
        false
    }

    /// Sleeps until something was saved.
    pub fn wait(&mut self) {
        while !self.changed_by_the_next_look() {}
    }

    /// Sleeps until the next look is due: whether something was saved.
    #[expect(
        clippy::disallowed_methods,
        reason = "a thread that only looks at files has nothing else to wait for"
    )]
    pub fn changed_by_the_next_look(&mut self) -> bool {
        std::thread::sleep(LOOK_EVERY);
        self.changed()
    }
}

fn look(paths: &[PathBuf]) -> Looks {
    let mut looks = Looks::new();
    for path in paths {
        look_at(path, &mut looks);
    }
    looks.sort();
    looks
}

fn look_at(path: &Path, looks: &mut Looks) {
    let Ok(about) = std::fs::metadata(path) else {
        looks.push((path.to_owned(), None, 0));
        return;
    };
    if !about.is_dir() {
        looks.push((path.to_owned(), about.modified().ok(), about.len()));
        return;
    }
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() || path.extension().is_some_and(|extension| extension == "toml") {
            look_at(&path, looks);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_file_is_seen_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        std::fs::write(&file, "one").unwrap();
        let mut watched = Watched::new(vec![folder.path().into()]);
        assert!(!watched.changed());
        std::fs::write(&file, "one and").unwrap();
        assert!(!watched.changed(), "it may not be whole");
        std::fs::write(&file, "one and two").unwrap();
        assert!(!watched.changed(), "it was not whole");
        assert!(watched.changed());
        assert!(!watched.changed());
        std::fs::write(folder.path().join("b.toml"), "new").unwrap();
        std::fs::write(folder.path().join("b.txt"), "no skill").unwrap();
        assert_eq!([watched.changed(), watched.changed(), watched.changed()], [false, true, false]);
        std::fs::remove_file(&file).unwrap();
        assert_eq!([watched.changed(), watched.changed(), watched.changed()], [false, true, false]);
    }
}
