//! The ONNX runtime: which one this machine has, and models checked before they run.
//!
//! A real ONNX Runtime (1.24 or later) is used where one is found; else tract, which is pure Rust and always there
//! (feature `tract`). tract runs our own models as fast as ONNX Runtime does, but not every model that others made:
//! loading one that it cannot run says so.

mod onnx;
mod start;

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use mynah_assistant::ports::ModelError;
use ort::session::builder::GraphOptimizationLevel;
use ort::session::{Session, SessionInputValue, SessionOutputs};
use ort::value::Tensor;
use serde::de::DeserializeOwned;

pub use start::{Backend, BackendKind, backend};

pub(crate) use onnx::{Constant, FLOAT, INT64, Node, graph};

/// A tensor that a model must take or give.
pub(crate) struct Port<'a> {
    /// `None`: whatever the file calls it, by position.
    pub(crate) name: Option<&'a str>,
    pub(crate) element: u64,
    /// `None` for a dimension of any size.
    pub(crate) dims: &'a [Option<u64>],
}

/// What a model must look like to be used.
#[derive(Default)]
pub(crate) struct Wanted<'a> {
    pub(crate) inputs: &'a [Port<'a>],
    pub(crate) outputs: &'a [Port<'a>],
    /// Shapes to fix before loading, by the position of the input; the file's own may be open.
    pub(crate) pins: &'a [&'a [u64]],
    /// What the owner can do about a bad file: "fetch it again with `mynah models fetch x`".
    pub(crate) remedy: &'a str,
    /// The kind of network is known to be beyond tract, whose failure would come late or end the process.
    pub(crate) needs_onnx_runtime: bool,
}

/// A loaded model. Runs one call at a time; streams share it.
pub(crate) struct Model {
    file: String,
    session: Mutex<Session>,
    /// Names of the inputs in the order of [`Wanted::inputs`].
    inputs: Vec<String>,
    /// Names of the outputs in the order of [`Wanted::outputs`].
    outputs: Vec<String>,
    shapes: Vec<Vec<Option<u64>>>,
}

/// The whole file, or the error that names it and the remedy.
pub(crate) fn read_file(path: &Path, remedy: &str) -> Result<Vec<u8>, ModelError> {
    std::fs::read(path).map_err(|error| {
        let what = match error.kind() {
            std::io::ErrorKind::NotFound => "is missing".to_owned(),
            _ => format!("cannot be read: {error}"),
        };
        ModelError::Unusable(format!("model file {} {what}; {remedy}", path.display()))
    })
}

/// The TOML file beside a network, or what is wrong with it and where.
pub(crate) fn description<D: DeserializeOwned>(bytes: &[u8]) -> Result<D, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is not text".to_owned())?;
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].lines().count().max(1));
        format!("line {line}: {}", error.message())
    })
}

/// What a model takes and gives, for those whose inputs are as many as the file has, or what is wrong with the file.
pub(crate) fn interface(bytes: &[u8]) -> Result<onnx::Interface, &'static str> {
    onnx::read(bytes).map_err(|fault| match fault {
        onnx::NotOnnx::Truncated => "is truncated or not an ONNX model",
        onnx::NotOnnx::OtherFormat => "is not an ONNX model",
    })
}

impl Model {
    /// Loads a model from a file.
    pub(crate) fn open(path: &Path, wanted: &Wanted<'_>) -> Result<Self, ModelError> {
        Self::from_bytes(&path.display().to_string(), &read_file(path, wanted.remedy)?, wanted)
    }

    /// Loads a model from memory; `file` is what errors call it.
    pub(crate) fn from_bytes(file: &str, bytes: &[u8], wanted: &Wanted<'_>) -> Result<Self, ModelError> {
        Checked::new(file, bytes, wanted)?.load()
    }

    /// The dimensions that the file gives for an input (`0..`) or an output (counted on after the inputs).
    pub(crate) fn dims(&self, port: usize) -> &[Option<u64>] {
        &self.shapes[port]
    }

    /// Runs the model on inputs in the order of [`Wanted::inputs`]; `read` sees the outputs.
    pub(crate) fn run<'v, R>(
        &self,
        inputs: impl IntoIterator<Item = SessionInputValue<'v>>,
        read: impl FnOnce(&mut Outputs<'_>) -> Result<R, ModelError>,
    ) -> Result<R, ModelError> {
        // A panic in an earlier run left no half-made state behind: all state is the caller's.
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let inputs: Vec<_> = self.inputs.iter().map(String::as_str).zip(inputs).collect();
        let outputs = session.run(inputs).map_err(|error| self.failed(&first_line(&error)))?;
        read(&mut Outputs { model: self, outputs })
    }

    fn failed(&self, what: &str) -> ModelError {
        ModelError::Failed(format!("model {}: {what}", self.file))
    }
}

/// A model file that looks as it must.
pub(crate) struct Checked<'a> {
    file: &'a str,
    bytes: &'a [u8],
    wanted: &'a Wanted<'a>,
    inputs: Vec<onnx::Tensor>,
    outputs: Vec<onnx::Tensor>,
    has_branches: bool,
}

impl<'a> Checked<'a> {
    /// `file` is what errors call it.
    pub(crate) fn new(file: &'a str, bytes: &'a [u8], wanted: &'a Wanted<'a>) -> Result<Self, ModelError> {
        let unusable =
            |what: String| ModelError::Unusable(format!("model file {file} {what}; {}", wanted.remedy));
        if bytes.is_empty() {
            return Err(unusable("is empty".into()));
        }
        let found = interface(bytes).map_err(|what| unusable(what.into()))?;
        let inputs = matched("input", wanted.inputs, &found.inputs, wanted.pins, true).map_err(unusable)?;
        let outputs = matched("output", wanted.outputs, &found.outputs, &[], false).map_err(unusable)?;
        Ok(Checked { file, bytes, wanted, inputs, outputs, has_branches: found.operators.contains("If") })
    }

    /// See [`Model::dims`].
    pub(crate) fn dims(&self, port: usize) -> &[Option<u64>] {
        self.inputs.iter().chain(&self.outputs).nth(port).map_or(&[], |tensor| &tensor.dims)
    }

    /// Gives it to a runtime.
    pub(crate) fn load(self) -> Result<Model, ModelError> {
        let Checked { file, bytes, wanted, inputs, outputs, has_branches } = self;
        let unusable =
            |what: String| ModelError::Unusable(format!("model file {file} {what}; {}", wanted.remedy));
        let backend = backend()?;
        // Nothing is wrong with such a file, so the remedy is another than for a bad one.
        let beyond_tract = |why: &str| {
            ModelError::Unusable(format!(
                "model file {file} {why}, which tract cannot run: {}",
                start::NEEDS_ONNX_RUNTIME
            ))
        };
        if backend.kind == BackendKind::Tract && has_branches {
            return Err(beyond_tract("has branches (the operator `If`)"));
        }
        if backend.kind == BackendKind::Tract && wanted.needs_onnx_runtime {
            return Err(beyond_tract("makes tensors of sizes that are known only while it runs"));
        }
        let pins: Vec<_> =
            inputs.iter().zip(wanted.pins).map(|(input, shape)| (input.name.as_str(), *shape)).collect();
        let bytes = match pins.is_empty() {
            true => Cow::Borrowed(bytes),
            false => {
                Cow::Owned(onnx::pin(bytes, &pins).map_err(|_| unusable("is not an ONNX model".into()))?)
            }
        };
        let session = session(&bytes).map_err(|error| match backend.kind {
            BackendKind::Tract => beyond_tract(&format!("has something ({})", first_line(&error))),
            BackendKind::OnnxRuntime => unusable(format!("is refused by {backend}: {}", first_line(&error))),
        })?;
        Ok(Model {
            file: file.to_owned(),
            session: Mutex::new(session),
            inputs: inputs.iter().map(|input| input.name.clone()).collect(),
            outputs: outputs.iter().map(|output| output.name.clone()).collect(),
            shapes: inputs.into_iter().chain(outputs).map(|tensor| tensor.dims).collect(),
        })
    }
}

/// The outputs of one run.
pub(crate) struct Outputs<'a> {
    model: &'a Model,
    outputs: SessionOutputs<'a>,
}

impl Outputs<'_> {
    /// The values of the output at this position of [`Wanted::outputs`], row-major.
    pub(crate) fn floats(&self, index: usize) -> Result<&[f32], ModelError> {
        let name = &self.model.outputs[index];
        let output = self.outputs.get(name).ok_or_else(|| self.model.failed(&format!("gave no `{name}`")))?;
        let (_, values) =
            output.try_extract_tensor::<f32>().map_err(|error| self.model.failed(&first_line(&error)))?;
        Ok(values)
    }

    /// As [`floats`](Self::floats), when there are exactly `into.len()` finite ones.
    pub(crate) fn copy_finite(&self, index: usize, into: &mut [f32]) -> Result<(), ModelError> {
        self.check(index, self.floats(index)?, into.len())?;
        into.copy_from_slice(self.floats(index)?);
        Ok(())
    }

    /// The output itself, without a copy, when it has `due` values that are all finite.
    pub(crate) fn take_finite(&mut self, index: usize, due: usize) -> Result<Tensor<f32>, ModelError> {
        self.check(index, self.floats(index)?, due)?;
        let name = &self.model.outputs[index];
        let Some(output) = self.outputs.remove(name) else {
            return Err(self.model.failed(&format!("gave no `{name}`")));
        };
        output.downcast().map_err(|error| self.model.failed(&first_line(&error)))
    }

    fn check(&self, index: usize, values: &[f32], due: usize) -> Result<(), ModelError> {
        let name = &self.model.outputs[index];
        if values.len() != due {
            return Err(self.model.failed(&format!("`{name}` has {} values, {due} are due", values.len())));
        }
        // No early exit: the compiler makes vector instructions of it.
        if values.iter().fold(false, |bad, value| bad | !value.is_finite()) {
            return Err(self.model.failed(&format!("`{name}` is not a number")));
        }
        Ok(())
    }
}

/// A tensor of zeros that a stream keeps and refills.
pub(crate) fn zeros(shape: &[usize]) -> Result<Tensor<f32>, ModelError> {
    let values = vec![0f32; shape.iter().product()];
    Tensor::from_array((shape, values)).map_err(|error| failed(&error))
}

/// A runtime's error.
pub(crate) fn failed(error: &dyn std::fmt::Display) -> ModelError {
    ModelError::Failed(first_line(error))
}

fn session(bytes: &[u8]) -> ort::Result<Session> {
    // Without optimisation tract is 1.5 to 34 times slower; one thread, because the ears are one thread.
    Session::builder(start::environment())?
        .with_optimization_level(GraphOptimizationLevel::Level3)?
        .with_intra_threads(1)?
        .commit_from_memory(bytes)
}

/// The file's tensors in the order of `wanted`, or what is wrong with them.
fn matched(
    kind: &str,
    wanted: &[Port<'_>],
    found: &[onnx::Tensor],
    pins: &[&[u64]],
    exactly: bool,
) -> Result<Vec<onnx::Tensor>, String> {
    let names = || found.iter().map(|tensor| format!("`{}`", tensor.name)).collect::<Vec<_>>().join(", ");
    if found.len() < wanted.len() || exactly && found.len() != wanted.len() {
        return Err(format!(
            "has {} {kind}s ({}), {} are due: it is a model of another kind",
            found.len(),
            names(),
            wanted.len()
        ));
    }
    let mut tensors = Vec::with_capacity(wanted.len());
    for (index, port) in wanted.iter().enumerate() {
        let tensor = match port.name {
            None => &found[index],
            Some(name) => found.iter().find(|tensor| tensor.name == name).ok_or_else(|| {
                format!("has no {kind} `{name}` (it has {}): it is a model of another kind", names())
            })?,
        };
        // An output may leave its shape out; what it gives is checked when it runs.
        let open = kind == "output" && tensor.dims.is_empty();
        let want = shown(port.dims);
        if tensor.element != port.element {
            return Err(format!(
                "has another number type in {kind} `{}` (type {}, {} is due)",
                tensor.name, tensor.element, port.element
            ));
        }
        let fits =
            |(have, want): (&Option<u64>, &Option<u64>)| want.is_none() || have.is_none() || have == want;
        if !open && (tensor.dims.len() != port.dims.len() || !tensor.dims.iter().zip(port.dims).all(fits)) {
            return Err(format!(
                "has {kind} `{}` of shape {}, {want} is due",
                tensor.name,
                shown(&tensor.dims)
            ));
        }
        let pinned = pins.get(index).is_some();
        if !open
            && !pinned
            && tensor.dims.iter().zip(port.dims).any(|(have, want)| have.is_none() && want.is_some())
            && kind == "input"
        {
            return Err(format!(
                "leaves the shape of {kind} `{}` open ({}), {want} is due",
                tensor.name,
                shown(&tensor.dims)
            ));
        }
        tensors.push(tensor.clone());
    }
    Ok(tensors)
}

fn shown(dims: &[Option<u64>]) -> String {
    let dims: Vec<_> = dims.iter().map(|dim| dim.map_or("?".to_owned(), |size| size.to_string())).collect();
    format!("[{}]", dims.join(", "))
}

/// Runtimes answer with whole back traces; the first line says it.
fn first_line(error: &dyn std::fmt::Display) -> String {
    error.to_string().lines().next().unwrap_or_default().trim_end_matches(['.', ':']).to_owned()
}

#[cfg(fuzzing)]
pub(crate) fn fuzzed(bytes: &[u8]) {
    let _ = onnx::read(bytes);
    let _ = onnx::pin(bytes, &[("mel", &[1])]);
}
