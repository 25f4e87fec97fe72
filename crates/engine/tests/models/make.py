"""Makes the small models of the tests, with the interface of the wake-word network (crates/engine/src/wake/mynah.rs).

    python make.py        # needs numpy, onnx and onnxruntime; writes beside itself, the same bytes each time

`wake.onnx` hears "loud" (any loud step) and "memory" (a random recurrent network); `golden.json` holds its scores for
the golden signal of models/training (features.py), by ONNX Runtime. The others are each unusable in one way.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "../../../../models/training"))
from mynah_training.features import golden_signal, log_mel  # noqa: E402

STATE = 8


def tensor(name, *shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def weights(**arrays):
    return [numpy_helper.from_array(np.asarray(array, np.float32), name) for name, array in arrays.items()]


def save(name, nodes, inputs, outputs, initializers=()):
    graph = helper.make_graph(nodes, name, inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def sidecar(name, *words, state=STATE):
    lines = [f'name = "{name}"', 'version = "1"', "sample_rate = 16000", "step_frames = 2", "mel_bands = 40", f"state = {state}"]
    for index, (word, threshold, patience) in enumerate(words):
        lines += ["", "[[word]]", f'id = "{word}"', f'phrase = "{word}"', f"index = {index}", f"threshold = {threshold}"]
        lines += [f"patience = {patience}", "refractory_ms = 400"]
    (HERE / f"{name}.toml").write_text("\n".join(lines) + "\n")


def interface(frames=2, state=STATE, words=2):
    return (
        [tensor("mel", 1, frames, 40), tensor("state", 1, state)],
        [tensor("scores", 1, words), tensor("next_state", 1, state)],
    )


def wake(name="wake", frames=2):
    """Loudness from the mean of the bands; memory from tanh(mel A + state B)."""
    random = np.random.default_rng(1)
    nodes = [
        helper.make_node("Reshape", ["mel", "flat_shape"], ["flat"]),
        helper.make_node("ReduceMean", ["flat"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("Add", ["mean", "quiet"], ["loud"]),
        helper.make_node("MatMul", ["flat", "a"], ["from_mel"]),
        helper.make_node("MatMul", ["state", "b"], ["from_state"]),
        helper.make_node("Add", ["from_mel", "from_state"], ["sum"]),
        helper.make_node("Tanh", ["sum"], ["next_state"]),
        helper.make_node("MatMul", ["next_state", "c"], ["memory"]),
        helper.make_node("Concat", ["loud", "memory"], ["logits"], axis=1),
        helper.make_node("Sigmoid", ["logits"], ["scores"]),
    ]
    arrays = weights(
        quiet=[[4.0]],
        a=random.normal(0, 0.02, (40 * frames, STATE)),
        b=random.normal(0, 0.4, (STATE, STATE)),
        c=random.normal(0, 1.5, (STATE, 1)),
    )
    arrays.append(numpy_helper.from_array(np.array([1, 40 * frames], np.int64), "flat_shape"))
    save(name, nodes, *interface(frames), arrays)
    sidecar(name, ("loud", 0.5, 2), ("memory", 0.9, 3))


def golden():
    session = onnxruntime.InferenceSession(HERE / "wake.onnx", providers=["CPUExecutionProvider"])
    mel, state, scores = log_mel(golden_signal()), np.zeros((1, STATE), np.float32), []
    for step in range(len(mel) // 2):
        inputs = {"mel": mel[None, 2 * step : 2 * step + 2], "state": state}
        score, state = session.run(["scores", "next_state"], inputs)
        scores.append([round(float(value), 6) for value in score[0]])
    (HERE / "golden.json").write_text(json.dumps({"scores": scores}) + "\n")


def not_a_number():
    """Gives NaN for a loud step: the square root of what is left to the loudness. Not through a sigmoid: tract's hides NaN."""
    nodes = [
        helper.make_node("ReduceMean", ["mel"], ["mean"], axes=[1, 2], keepdims=0),
        helper.make_node("Reshape", ["mean", "row"], ["loud"]),
        helper.make_node("Sub", ["limit", "loud"], ["left"]),
        helper.make_node("Sqrt", ["left"], ["root"]),
        helper.make_node("Mul", ["root", "little"], ["more"]),
        helper.make_node("Add", ["more", "sure"], ["one"]),
        helper.make_node("Concat", ["one", "one"], ["scores"], axis=1),
        helper.make_node("Add", ["state", "count"], ["next_state"]),
    ]
    arrays = weights(limit=[[-4.0]], little=[[0.01]], sure=[[0.9]], count=np.ones((1, STATE)))
    arrays.append(numpy_helper.from_array(np.array([1, 1], np.int64), "row"))
    save("not-a-number", nodes, *interface(), arrays)
    sidecar("not-a-number", ("never", 1.0, 1), ("always", 0.5, 1))


def branches():
    """Has an `If`, which tract cannot run."""

    def branch(name):
        return helper.make_graph([helper.make_node("Identity", ["state"], [name])], name, [], [tensor(name, 1, STATE)])

    nodes = [
        helper.make_node("ReduceMean", ["mel"], ["mean"], axes=[1, 2], keepdims=0),
        helper.make_node("Squeeze", ["mean"], ["scalar"]),
        helper.make_node("Cast", ["scalar"], ["loud"], to=TensorProto.BOOL),
        helper.make_node("If", ["loud"], ["next_state"], then_branch=branch("then"), else_branch=branch("other")),
        helper.make_node("Slice", ["next_state", "from", "to", "axis"], ["two"]),
        helper.make_node("Sigmoid", ["two"], ["scores"]),
    ]
    bounds = {"from": [0], "to": [2], "axis": [1]}
    arrays = [numpy_helper.from_array(np.array(value, np.int64), name) for name, value in bounds.items()]
    save("branches", nodes, *interface(), arrays)
    sidecar("branches", ("a", 0.5, 1), ("b", 0.5, 1))


def other_kind():
    """A model, but not one of wake words."""
    save("other-kind", [helper.make_node("Relu", ["x"], ["y"])], [tensor("x", 1, 4)], [tensor("y", 1, 4)])
    sidecar("other-kind", ("a", 0.5, 1))


if __name__ == "__main__":
    wake()
    golden()
    wake("three-frames", frames=3)
    not_a_number()
    branches()
    other_kind()
