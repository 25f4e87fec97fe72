//! Finding and starting a runtime, once in a process.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use mynah_assistant::ports::ModelError;
use ort::environment::Environment;

pub(crate) const NEEDS_ONNX_RUNTIME: &str =
    "it needs ONNX Runtime 1.24 or later (install its shared library, or name it in ORT_DYLIB_PATH)";

/// Which runtime runs the ONNX models of this process.
#[derive(Clone, Debug)]
pub struct Backend {
    /// ONNX Runtime or tract.
    pub kind: BackendKind,
    /// `1.24.4`, or `1.24 or later` where the library's name does not tell.
    pub version: String,
    /// Where ONNX Runtime's library was found.
    pub library: Option<PathBuf>,
    /// Why a library that was found or named is not used, one line each.
    pub passed_over: Vec<String>,
}

/// See [`Backend`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackendKind {
    /// Microsoft's ONNX Runtime: runs every model.
    OnnxRuntime,
    /// The pure-Rust runtime in this binary: runs our models and many others.
    Tract,
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.kind {
            BackendKind::OnnxRuntime => "ONNX Runtime",
            BackendKind::Tract => "tract",
        };
        write!(f, "{name} {}", self.version)
    }
}

struct Started {
    backend: Backend,
    environment: Environment,
}

static STARTED: OnceLock<Result<Started, String>> = OnceLock::new();

/// The runtime of this process; the first call starts it, all later ones give the same answer. Any thread may call.
///
/// `ORT_DYLIB_PATH` names the library of ONNX Runtime, and then no other is tried; set but empty, tract is used.
/// Otherwise it is looked for beside the executable and where the system keeps libraries.
///
/// # Errors
/// [`ModelError::Unusable`] when no runtime can be used, which only happens without the feature `tract`.
pub fn backend() -> Result<&'static Backend, ModelError> {
    match STARTED.get_or_init(start) {
        Ok(started) => Ok(&started.backend),
        Err(what) => Err(ModelError::Unusable(what.clone())),
    }
}

/// Of the started runtime.
///
/// # Panics
/// Before [`backend`] gave `Ok`.
pub(super) fn environment() -> &'static Environment {
    match STARTED.get() {
        Some(Ok(started)) => &started.environment,
        _ => unreachable!("the runtime is started before a session is built"),
    }
}

fn start() -> Result<Started, String> {
    let mut passed_over = Vec::new();
    for library in candidates() {
        match start_onnx_runtime(&library) {
            Ok(environment) => {
                let version = version_of(&library).unwrap_or_else(|| "1.24 or later".into());
                let backend =
                    Backend { kind: BackendKind::OnnxRuntime, version, library: Some(library), passed_over };
                tracing::debug!(%backend, "ONNX models run on this");
                return Ok(Started { backend, environment });
            }
            Err(why) => passed_over.push(why),
        }
    }
    for why in &passed_over {
        tracing::warn!("{why}");
    }
    start_tract(passed_over)
}

fn start_onnx_runtime(library: &Path) -> Result<Environment, String> {
    let named = |why: String| {
        format!("ONNX Runtime at {} is not used: {}", library.display(), super::first_line(&why))
    };
    if library.is_absolute() && !library.is_file() {
        return Err(named("there is no such file".into()));
    }
    let builder = ort::init_from(library).map_err(|error| named(error.to_string()))?;
    builder.with_name("mynah").with_telemetry(false).build().map_err(|error| named(error.to_string()))
}

#[cfg(feature = "tract")]
fn start_tract(passed_over: Vec<String>) -> Result<Started, String> {
    ort::set_api(ort_tract::api());
    let environment = ort::init().with_name("mynah").build().map_err(|error| super::first_line(&error))?;
    let backend =
        Backend { kind: BackendKind::Tract, version: TRACT_VERSION.into(), library: None, passed_over };
    Ok(Started { backend, environment })
}

/// The version in the lock file; a test compares.
#[cfg(feature = "tract")]
pub(super) const TRACT_VERSION: &str = "0.23";

#[cfg(not(feature = "tract"))]
fn start_tract(passed_over: Vec<String>) -> Result<Started, String> {
    let mut what = format!("no ONNX runtime: {NEEDS_ONNX_RUNTIME}");
    for why in passed_over {
        what.push_str("; ");
        what.push_str(&why);
    }
    Err(what)
}

/// Libraries to try, the best first.
fn candidates() -> Vec<PathBuf> {
    match std::env::var_os("ORT_DYLIB_PATH") {
        Some(path) if path.is_empty() => return Vec::new(),
        Some(path) => return vec![path.into()],
        None => {}
    }
    let mut folders = Vec::new();
    if let Some(folder) = std::env::current_exe().ok().as_deref().and_then(Path::parent) {
        folders.push(folder.to_owned());
        folders.push(folder.join("../lib"));
    }
    folders.extend(
        [
            "/usr/local/lib",
            "/usr/lib",
            "/usr/lib64",
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
            "/opt/onnxruntime/lib",
            "/opt/homebrew/lib",
        ]
        .map(PathBuf::from),
    );
    folders.iter().flat_map(|folder| libraries_in(folder)).collect()
}

/// `libonnxruntime.so`, `libonnxruntime.so.1.24.4`, … in this folder; links to one file count once.
fn libraries_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<_> = entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with("libonnxruntime.so")
                || name.starts_with("libonnxruntime.") && name.ends_with(".dylib")
        })
        .filter_map(|entry| entry.path().canonicalize().ok())
        .collect();
    found.sort();
    found.dedup();
    found.reverse();
    found
}

/// `libonnxruntime.so.1.24.4` → `1.24.4`. The library does not tell through ort; that it is new enough was checked.
fn version_of(library: &Path) -> Option<String> {
    let file = library.canonicalize().ok()?;
    let name = file.file_name()?.to_str()?;
    let version = name.split_once(".so.")?.1;
    version.starts_with(|c: char| c.is_ascii_digit()).then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "tract")]
    fn the_version_of_tract_is_that_of_the_lock_file() {
        let lock = include_str!("../../../../Cargo.lock");
        let version = lock.split("name = \"tract-onnx\"\nversion = \"").nth(1).unwrap();
        assert!(version.starts_with(&format!("{TRACT_VERSION}.")), "{}", &version[..8]);
    }

    #[test]
    fn libraries_are_found_newest_first_and_tell_their_version() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "libonnxruntime.so.1.24.4",
            "libonnxruntime.so.1.17.0",
            "libonnxruntime.so",
            "libonnx.so",
            "libonnxruntime.a",
        ] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let found = libraries_in(folder.path());
        let versions: Vec<_> = found.iter().map(|library| version_of(library)).collect();
        assert_eq!(versions, [Some("1.24.4".into()), Some("1.17.0".into()), None]);
        let why = start_onnx_runtime(&found[0]).unwrap_err();
        assert!(why.contains("libonnxruntime.so.1.24.4 is not used"), "{why}");
    }
}
