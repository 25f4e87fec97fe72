//! Files that are replaced as a whole.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Writes `bytes` beside `path`, then puts them in its place, so that a full disk or a power cut leaves what was
/// there or what is new, never half of it.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write(path, bytes, 0o666)
}

/// The same for what its owner alone may read.
pub(crate) fn replace_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write(path, bytes, 0o600)
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let part = path.with_extension("part");
    let create = || OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&part);
    let written = create()
        .and_then(|mut file| {
            if mode == 0o600 {
                // It may have been there, left by a power cut.
                file.set_permissions(Permissions::from_mode(mode))?;
            }
            file.write_all(bytes).and_then(|()| file.sync_all())
        })
        .and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // Nothing is left behind; if even this fails, the first error is the one to tell.
        let _ = fs::remove_file(&part);
    }
    written
}
