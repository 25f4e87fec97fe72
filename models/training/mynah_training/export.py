"""The trained network as ONNX for one 20 ms step: mel [1,2,40] + state [1,S] -> scores [1,W], next_state [1,S].

Only plain operators with fixed shapes (opset 17). Normalisation layers are folded into the weights. The state is,
in this order: the level follower (1 value, its distance from LEVEL_START), the stem's last two normalised steps
(2 x 80), and for each block its last 4 x dilation inputs (oldest first, 128 values each). All zeros: a new stream.
"""

import json

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from .corpus import WORDS
from .features import BANDS, golden_signal, log_mel
from .model import ATTACK, CHANNELS, DILATIONS, INPUTS, LEVEL_START, LOWEST, RELEASE, SCALE, STEM_TAPS, STEP_FRAMES, TAPS, WakeNet, normalise, to_steps
from .paths import WAKE, WORK

OPSET = 17
STATE = 1 + (STEM_TAPS - 1) * INPUTS + sum((TAPS - 1) * dilation * CHANNELS for dilation in DILATIONS)


class Graph:
    """Collects nodes and constants; every method returns the name of its output."""

    def __init__(self):
        self.nodes, self.constants, self.count = [], {}, 0

    def constant(self, value, dtype=np.float32):
        array = np.asarray(value, dtype)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self.constants:
            self.constants[key] = numpy_helper.from_array(array, f"c{len(self.constants)}")
        return self.constants[key].name

    def op(self, kind, *inputs, output=None, **attributes):
        self.count += 1
        output = output or f"v{self.count}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], name=f"{kind}_{self.count}", **attributes))
        return output

    def slice(self, data, first, last, axis, step=1):
        bounds = [self.constant([value], np.int64) for value in (first, last, axis, step)]
        return self.op("Slice", data, *bounds)

    def reshape(self, data, *shape):
        return self.op("Reshape", data, self.constant(shape, np.int64))


def folded(weight, norm):
    """Linear weight [out, in] followed by a batch norm -> (weight [in, out], bias [out]) for Gemm."""
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    bias = norm.bias - norm.running_mean * scale
    return (weight * scale[:, None]).T.detach().numpy(), bias.detach().numpy()


def build(network):
    """WakeNet in evaluation mode -> onnx.ModelProto."""
    g, kept = Graph(), []
    x = g.reshape("mel", 1, INPUTS)
    mean = g.op("ReduceMean", x, axes=[1], keepdims=1)
    offset = g.slice("state", 0, 1, 1)
    rise = g.op("Sub", g.op("Sub", mean, g.constant([[LEVEL_START]])), offset)
    up = g.op("Mul", g.op("Relu", rise), g.constant([[ATTACK]]))
    down = g.op("Mul", g.op("Relu", g.op("Neg", rise)), g.constant([[RELEASE]]))
    offset = g.op("Sub", g.op("Add", offset, up), down)
    kept.append(offset)
    level = g.op("Add", offset, g.constant([[LEVEL_START]]))
    scaled = g.op("Mul", g.op("Sub", x, level), g.constant([[SCALE]]))
    x = g.op("Add", g.op("Relu", g.op("Sub", scaled, g.constant([[LOWEST]]))), g.constant([[LOWEST]]))

    position = 1 + (STEM_TAPS - 1) * INPUTS
    stacked = g.op("Concat", g.slice("state", 1, position, 1), x, axis=1)
    kept.append(g.slice(stacked, INPUTS, INPUTS * STEM_TAPS, 1))
    weight, bias = folded(network.stem.weight, network.stem_norm)
    x = g.op("Relu", g.op("Gemm", stacked, g.constant(weight), g.constant(bias)))

    for block in network.blocks:
        rows = (TAPS - 1) * block.dilation
        past = g.reshape(g.slice("state", position, position + rows * CHANNELS, 1), rows, CHANNELS)
        position += rows * CHANNELS
        heard = g.op("Concat", past, x, axis=0)
        kept.append(g.reshape(g.slice(heard, 1, rows + 1, 0), 1, rows * CHANNELS))
        taps = g.slice(heard, 0, rows + 1, 0, block.dilation)
        weighted = g.op("Mul", taps, g.constant(block.taps.detach().numpy()))
        # A mean and not a sum: its axes are an attribute in every opset. The factor goes into the weights.
        gathered = g.op("ReduceMean", weighted, axes=[0], keepdims=1)
        weight, bias = folded(block.mix.weight, block.norm)
        mixed = g.op("Gemm", gathered, g.constant(weight * TAPS), g.constant(bias))
        x = g.op("Add", x, g.op("Relu", mixed))

    logits = g.op("Gemm", x, g.constant(network.head.weight.detach().numpy().T), g.constant(network.head.bias.detach().numpy()))
    g.op("Sigmoid", logits, output="scores")
    g.op("Concat", *kept, output="next_state", axis=1)
    shape = lambda name, dims: helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)
    graph = helper.make_graph(
        g.nodes, "mynah-wake", [shape("mel", [1, STEP_FRAMES, BANDS]), shape("state", [1, STATE])],
        [shape("scores", [1, len(WORDS)]), shape("next_state", [1, STATE])], list(g.constants.values()),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="mynah-training")
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    return model


def stream(session, mel):
    """Scores [steps, words] of [frames, 40] log-mel, one step at a time by onnxruntime."""
    state, scores = np.zeros((1, STATE), np.float32), []
    for step in range(len(mel) // STEP_FRAMES):
        frames = mel[None, step * STEP_FRAMES : (step + 1) * STEP_FRAMES].astype(np.float32)
        score, state = session.run(["scores", "next_state"], {"mel": frames, "state": state})
        scores.append(score[0])
    return np.array(scores)


def trained():
    network = WakeNet().eval()
    network.load_state_dict(torch.load(WORK / "wake.pt"))
    return network


def main():
    import onnxruntime

    network = trained()
    WAKE.mkdir(parents=True, exist_ok=True)
    path = WAKE / "mynah-wake.onnx"
    onnx.save(build(network), path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options)
    mel = log_mel(golden_signal(32_000))
    with torch.no_grad():
        whole = torch.sigmoid(network(torch.from_numpy(normalise(to_steps(mel[None])))))[0].numpy()
    steps = stream(session, mel)
    worst = float(np.abs(steps - whole).max())
    if worst > 1e-4:
        raise SystemExit(f"the exported network differs from the trained one by {worst}")
    short = stream(session, log_mel(golden_signal()))
    rounded = lambda scores: [[round(float(value), 6) for value in row] for row in scores]
    golden = {"signal": golden_signal.__doc__.strip(), "words": WORDS, "state": STATE, "scores": rounded(short), "long_samples": 32_000, "long_scores": rounded(steps)}
    (WAKE / "golden.json").write_text(json.dumps(golden, indent=0) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes, state {STATE}, largest difference {worst:.1e}")


if __name__ == "__main__":
    main()
