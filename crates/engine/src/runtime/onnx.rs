//! Just enough of the ONNX file format to check a model before any runtime sees it, and to fix its input shapes.
//!
//! Both are needed because the runtimes answer a bad file in their own ways (tract may panic across the C interface,
//! which ends the process), and because tract is slow on, or refuses, inputs whose dimensions are left open.
//! Field numbers are those of `onnx.proto` (ONNX IR version 3 and later).

use std::collections::{BTreeMap, BTreeSet};

/// `TensorProto.DataType` of the tensors that we feed and read.
pub(crate) const FLOAT: u64 = 1;
pub(crate) const INT64: u64 = 7;

/// What a model takes, gives and is made of.
#[derive(Debug, Default)]
pub(crate) struct Interface {
    pub(crate) inputs: Vec<Tensor>,
    pub(crate) outputs: Vec<Tensor>,
    /// Operators of the main graph: `Conv`, `If`, …
    pub(crate) operators: BTreeSet<String>,
}

/// An input or an output.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tensor {
    pub(crate) name: String,
    /// `TensorProto.DataType`; 0 when the file does not say.
    pub(crate) element: u64,
    /// `None` for a dimension that is left open.
    pub(crate) dims: Vec<Option<u64>>,
}

const MODEL_GRAPH: u64 = 7;
const MODEL_OPSET: u64 = 8;
const GRAPH_NODE: u64 = 1;
const NODE_INPUT: u64 = 1;
const NODE_OUTPUT: u64 = 2;
const GRAPH_INITIALIZER: u64 = 5;
const GRAPH_INPUT: u64 = 11;
const GRAPH_OUTPUT: u64 = 12;
const NODE_OP_TYPE: u64 = 4;
const INITIALIZER_DIMS: u64 = 1;
const INITIALIZER_ELEMENT: u64 = 2;
const INITIALIZER_NAME: u64 = 8;
const INITIALIZER_RAW: u64 = 9;
const VALUE_NAME: u64 = 1;
const VALUE_TYPE: u64 = 2;
const TYPE_TENSOR: u64 = 1;
const TENSOR_ELEMENT: u64 = 1;
const TENSOR_SHAPE: u64 = 2;
const SHAPE_DIM: u64 = 1;
const DIM_VALUE: u64 = 1;

/// Why bytes are not a model.
#[derive(Debug, PartialEq)]
pub(crate) enum NotOnnx {
    /// A length reaches past the end.
    Truncated,
    /// Not protobuf, or protobuf without a graph or without the operator sets that every model must name.
    OtherFormat,
}

/// Reads the interface of a model.
pub(crate) fn read(model: &[u8]) -> Result<Interface, NotOnnx> {
    let mut found = Interface::default();
    let (mut has_graph, mut has_opset) = (false, false);
    let mut initializers = BTreeSet::new();
    for field in Fields(model) {
        let field = field?;
        has_opset |= field.number == MODEL_OPSET;
        if field.number != MODEL_GRAPH {
            continue;
        }
        has_graph = true;
        for field in Fields(field.bytes()?) {
            let field = field?;
            match field.number {
                GRAPH_NODE => {
                    for field in Fields(field.bytes()?) {
                        let field = field?;
                        if field.number == NODE_OP_TYPE {
                            found.operators.insert(field.text()?);
                        }
                    }
                }
                GRAPH_INITIALIZER => {
                    for field in Fields(field.bytes()?) {
                        let field = field?;
                        if field.number == INITIALIZER_NAME {
                            initializers.insert(field.text()?);
                        }
                    }
                }
                GRAPH_INPUT => found.inputs.push(read_tensor(field.bytes()?)?),
                GRAPH_OUTPUT => found.outputs.push(read_tensor(field.bytes()?)?),
                _ => {}
            }
        }
    }
    if !has_graph || !has_opset || found.operators.is_empty() {
        return Err(NotOnnx::OtherFormat);
    }
    // Old exporters list the weights among the inputs.
    found.inputs.retain(|input| !initializers.contains(&input.name));
    Ok(found)
}

/// One operation of a graph. Its attributes are not read.
#[derive(Debug, Default)]
pub(crate) struct Node<'a> {
    pub(crate) operator: &'a str,
    pub(crate) inputs: Vec<&'a str>,
    /// The first one.
    pub(crate) output: &'a str,
}

/// A tensor that stands in the file.
#[derive(Debug, Default)]
pub(crate) struct Constant<'a> {
    /// `TensorProto.DataType`.
    pub(crate) element: u64,
    pub(crate) dims: Vec<u64>,
    /// Row-major, little endian; empty where the file keeps the values in another way.
    pub(crate) raw: &'a [u8],
}

/// The operations of the main graph in their order, and its constants by name.
pub(crate) fn graph(model: &[u8]) -> Result<(Vec<Node<'_>>, BTreeMap<&str, Constant<'_>>), NotOnnx> {
    let (mut nodes, mut constants) = (Vec::new(), BTreeMap::new());
    for field in Fields(model) {
        let field = field?;
        if field.number != MODEL_GRAPH {
            continue;
        }
        for field in Fields(field.bytes()?) {
            let field = field?;
            match field.number {
                GRAPH_NODE => {
                    let mut node = Node::default();
                    for field in Fields(field.bytes()?) {
                        let field = field?;
                        match field.number {
                            NODE_INPUT => node.inputs.push(field.str()?),
                            NODE_OUTPUT if node.output.is_empty() => node.output = field.str()?,
                            NODE_OP_TYPE => node.operator = field.str()?,
                            _ => {}
                        }
                    }
                    nodes.push(node);
                }
                GRAPH_INITIALIZER => {
                    let (mut name, mut constant) = ("", Constant::default());
                    for field in Fields(field.bytes()?) {
                        let field = field?;
                        match (field.number, &field.content) {
                            // One by one, or packed.
                            (INITIALIZER_DIMS, Content::Varint(size)) => constant.dims.push(*size),
                            (INITIALIZER_DIMS, Content::Bytes(packed)) => {
                                let mut packed = *packed;
                                while !packed.is_empty() {
                                    constant.dims.push(take_varint(&mut packed)?);
                                }
                            }
                            (INITIALIZER_ELEMENT, _) => constant.element = field.varint()?,
                            (INITIALIZER_NAME, _) => name = field.str()?,
                            (INITIALIZER_RAW, _) => constant.raw = field.bytes()?,
                            _ => {}
                        }
                    }
                    constants.insert(name, constant);
                }
                _ => {}
            }
        }
    }
    Ok((nodes, constants))
}

/// The same model with the shapes of the named inputs fixed. Outputs lose their shapes, which the runtime infers.
pub(crate) fn pin(model: &[u8], shapes: &[(&str, &[u64])]) -> Result<Vec<u8>, NotOnnx> {
    let mut out = Vec::with_capacity(model.len() + 64);
    for field in Fields(model) {
        let field = field?;
        if field.number != MODEL_GRAPH {
            out.extend_from_slice(field.raw);
            continue;
        }
        let mut graph = Vec::with_capacity(model.len());
        for field in Fields(field.bytes()?) {
            let field = field?;
            if field.number != GRAPH_INPUT && field.number != GRAPH_OUTPUT {
                graph.extend_from_slice(field.raw);
                continue;
            }
            let mut tensor = read_tensor(field.bytes()?)?;
            let shape = shapes.iter().find(|(name, _)| *name == tensor.name).map(|(_, shape)| *shape);
            if field.number == GRAPH_INPUT && shape.is_none() {
                graph.extend_from_slice(field.raw);
                continue;
            }
            tensor.dims = shape.unwrap_or_default().iter().map(|&size| Some(size)).collect();
            put_bytes(&mut graph, field.number, &write_tensor(&tensor, shape.is_some()));
        }
        put_bytes(&mut out, MODEL_GRAPH, &graph);
    }
    Ok(out)
}

fn read_tensor(value: &[u8]) -> Result<Tensor, NotOnnx> {
    let mut tensor = Tensor::default();
    for field in Fields(value) {
        let field = field?;
        match field.number {
            VALUE_NAME => tensor.name = field.text()?,
            VALUE_TYPE => {
                for field in Fields(field.bytes()?) {
                    let field = field?;
                    if field.number == TYPE_TENSOR {
                        read_tensor_type(field.bytes()?, &mut tensor)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(tensor)
}

fn read_tensor_type(tensor_type: &[u8], tensor: &mut Tensor) -> Result<(), NotOnnx> {
    for field in Fields(tensor_type) {
        let field = field?;
        match field.number {
            TENSOR_ELEMENT => tensor.element = field.varint()?,
            TENSOR_SHAPE => {
                for field in Fields(field.bytes()?) {
                    let field = field?;
                    if field.number != SHAPE_DIM {
                        continue;
                    }
                    let mut size = None;
                    for field in Fields(field.bytes()?) {
                        let field = field?;
                        if field.number == DIM_VALUE {
                            size = Some(field.varint()?);
                        }
                    }
                    tensor.dims.push(size);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn write_tensor(tensor: &Tensor, with_shape: bool) -> Vec<u8> {
    let mut tensor_type = Vec::new();
    put_varint(&mut tensor_type, TENSOR_ELEMENT << 3);
    put_varint(&mut tensor_type, tensor.element);
    if with_shape {
        let mut shape = Vec::new();
        for size in tensor.dims.iter().flatten() {
            let mut dim = Vec::new();
            put_varint(&mut dim, DIM_VALUE << 3);
            put_varint(&mut dim, *size);
            put_bytes(&mut shape, SHAPE_DIM, &dim);
        }
        put_bytes(&mut tensor_type, TENSOR_SHAPE, &shape);
    }
    let mut kind = Vec::new();
    put_bytes(&mut kind, TYPE_TENSOR, &tensor_type);
    let mut value = Vec::new();
    put_bytes(&mut value, VALUE_NAME, tensor.name.as_bytes());
    put_bytes(&mut value, VALUE_TYPE, &kind);
    value
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_bytes(out: &mut Vec<u8>, number: u64, bytes: &[u8]) {
    put_varint(out, number << 3 | 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// One field of a protobuf message.
struct Field<'a> {
    number: u64,
    content: Content<'a>,
    /// With tag and length, to copy as it stands.
    raw: &'a [u8],
}

enum Content<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    Fixed,
}

impl<'a> Field<'a> {
    fn bytes(&self) -> Result<&'a [u8], NotOnnx> {
        match self.content {
            Content::Bytes(bytes) => Ok(bytes),
            _ => Err(NotOnnx::OtherFormat),
        }
    }

    fn varint(&self) -> Result<u64, NotOnnx> {
        match self.content {
            Content::Varint(value) => Ok(value),
            _ => Err(NotOnnx::OtherFormat),
        }
    }

    fn str(&self) -> Result<&'a str, NotOnnx> {
        std::str::from_utf8(self.bytes()?).map_err(|_| NotOnnx::OtherFormat)
    }

    fn text(&self) -> Result<String, NotOnnx> {
        self.str().map(str::to_owned)
    }
}

/// The fields of a message; stops after the first fault.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self) -> Result<Field<'a>, NotOnnx> {
        let start = self.0;
        let mut rest = start;
        let tag = take_varint(&mut rest)?;
        let content = match tag & 7 {
            0 => Content::Varint(take_varint(&mut rest)?),
            1 => take_bytes(&mut rest, 8).map(|_| Content::Fixed)?,
            2 => {
                let length = take_varint(&mut rest)?;
                Content::Bytes(take_bytes(&mut rest, length)?)
            }
            5 => take_bytes(&mut rest, 4).map(|_| Content::Fixed)?,
            _ => return Err(NotOnnx::OtherFormat),
        };
        if tag >> 3 == 0 {
            return Err(NotOnnx::OtherFormat);
        }
        self.0 = rest;
        Ok(Field { number: tag >> 3, content, raw: &start[..start.len() - rest.len()] })
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, NotOnnx>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.take();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

fn take_varint(rest: &mut &[u8]) -> Result<u64, NotOnnx> {
    let mut value = 0;
    for index in 0..10 {
        let Some((&byte, tail)) = rest.split_first() else { return Err(NotOnnx::Truncated) };
        *rest = tail;
        value |= u64::from(byte & 0x7f) << (7 * index).min(63);
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(NotOnnx::OtherFormat)
}

fn take_bytes<'a>(rest: &mut &'a [u8], length: u64) -> Result<&'a [u8], NotOnnx> {
    let length = usize::try_from(length).map_err(|_| NotOnnx::Truncated)?;
    let (bytes, tail) = rest.split_at_checked(length).ok_or(NotOnnx::Truncated)?;
    *rest = tail;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MODEL: &[u8] = include_bytes!("../../tests/models/wake.onnx");

    fn shapes(model: &[u8]) -> Vec<(String, Vec<Option<u64>>)> {
        let interface = read(model).unwrap();
        interface
            .inputs
            .into_iter()
            .chain(interface.outputs)
            .map(|tensor| (tensor.name, tensor.dims))
            .collect()
    }

    #[test]
    fn pinning_fixes_inputs_and_frees_outputs() {
        let pinned = pin(MODEL, &[("mel", &[3, 500, 40])]).unwrap();
        let expected = [
            ("mel", vec![Some(3), Some(500), Some(40)]),
            ("state", vec![Some(1), Some(8)]),
            ("scores", vec![]),
            ("next_state", vec![]),
        ];
        assert_eq!(shapes(&pinned), expected.map(|(name, dims)| (name.to_owned(), dims)));
        assert_eq!(read(&pinned).unwrap().operators, read(MODEL).unwrap().operators);
    }

    #[test]
    fn a_model_cut_anywhere_is_no_model() {
        for end in 0..MODEL.len() {
            assert!(read(&MODEL[..end]).is_err(), "cut at {end} of {}", MODEL.len());
        }
    }

    proptest! {
        #[test]
        fn damaged_models_are_read_without_a_panic(at in 0..MODEL.len(), byte: u8, end in 0..MODEL.len()) {
            let mut damaged = MODEL.to_vec();
            damaged[at] = byte;
            for model in [&damaged[..], &damaged[..end]] {
                let _ = read(model);
                let _ = graph(model);
                let _ = pin(model, &[("mel", &[1])]);
            }
        }
    }
}
