"""The averaged network as ONNX for one step of 120 ms, with what a runtime must know about it.

`mynah-command.onnx`: features [1, 12, 40] and state_0 … state_9 -> log_probs [1, 4, 40] and next_state_0 …; plain operators, fixed shapes, opset 17,
weights in float16 behind Cast. States are zeros at first: state_0 [1, 2, 40], state_1 [1, 128, 3], the others [1, 256, 10]: the last inputs of each
convolution. `mynah-command.toml`: tokens, normaliser, priors. `golden.json`: what comes out for a signal that any program can make.

`python -m mynah_training.command.export [--to FOLDER] [--every MINUTES]`; with `--every` it goes on exporting while a training writes checkpoints.
"""

import argparse
import hashlib
import json
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper

from ..export import OPSET, Graph
from ..features import golden_signal, log_mel
from ..paths import REPOSITORY
from . import batches, normalise
from .model import BANDS, CHANNELS, DELAY_FRAMES, FRAMES_PER_STEP, ROWS_PER_STEP, STEM, TOKENS, WIDTH, Network
from .speech import TOKENS as NAMES
from .train import CHECKPOINT, measured_norm

FOLDER = REPOSITORY / "models" / "command"
NAME = "mynah-command"
VERSION = "0.2.0"
STATES = [[1, 2, BANDS], [1, STEM, 3]] + [[1, CHANNELS, WIDTH - 1]] * 8
GOLDEN_SAMPLES = 48_000


def signal():
    """x(n) sin²(2 pi 1.7 n / 16000), n = 0 … 47999: `golden_signal` of mynah_training.features (also in golden_mel.json), swelling 3.4 times a second.

    Computed in float64 from the float32 values of x and rounded to float32.
    """
    n = np.arange(GOLDEN_SAMPLES)
    return (golden_signal(GOLDEN_SAMPLES) * np.sin(2 * np.pi * 1.7 * n / 16_000) ** 2).astype(np.float32)


def build(network, half=True):
    """Network -> onnx.ModelProto; `network` is in evaluation mode. Layer norms' weights go into the matrix that follows."""
    g = Graph()

    def weight(tensor):
        values = tensor.detach().numpy()
        return g.op("Cast", g.constant(values, np.float16), to=TensorProto.FLOAT) if half else g.constant(values)

    def linear(x, norm, layer):
        matrix, bias = layer.weight.T, layer.bias
        if norm is not None:
            bias = bias + norm.bias @ matrix
            matrix = norm.weight[:, None] * matrix
        return g.op("Add", g.op("MatMul", x, weight(matrix)), g.constant(bias.detach().numpy()))

    def standardised(x):
        centred = g.op("Sub", x, g.op("ReduceMean", x, axes=[2], keepdims=1))
        variance = g.op("ReduceMean", g.op("Mul", centred, centred), axes=[2], keepdims=1)
        return g.op("Div", centred, g.op("Sqrt", g.op("Add", variance, g.constant([1e-5]))))

    def convolution(x, layer, **attributes):
        return g.op("Conv", x, weight(layer.weight), g.constant(layer.bias.detach().numpy()), kernel_shape=list(layer.kernel_size), **attributes)

    def keep(number, history, axis):
        length, kept = (STATES[number][axis], f"next_state_{number}")
        bounds = [g.constant([value], np.int64) for value in (-length, 2**31 - 1, axis, 1)]
        g.op("Slice", history, *bounds, output=kept)

    history = g.op("Concat", "state_0", "features", axis=1)
    keep(0, history, 1)
    x = g.op("Relu", convolution(g.op("Transpose", history, perm=[0, 2, 1]), network.stem))
    history = g.op("Concat", "state_1", x, axis=2)
    keep(1, history, 2)
    x = convolution(history, network.stride, strides=[3])
    for number, block in enumerate(network.blocks, 2):
        history = g.op("Concat", f"state_{number}", x, axis=2)
        keep(number, history, 2)
        rows = g.op("Transpose", convolution(history, block.depthwise, group=CHANNELS), perm=[0, 2, 1])
        mixed = linear(g.op("Relu", linear(standardised(rows), block.norm, block.widen)), None, block.narrow)
        residual = g.slice(history, WIDTH - 2, WIDTH - 2 + ROWS_PER_STEP, 2) if block.ahead else x
        x = g.op("Add", residual, g.op("Transpose", mixed, perm=[0, 2, 1]))
    rows = standardised(g.op("Transpose", x, perm=[0, 2, 1]))
    g.op("LogSoftmax", linear(rows, network.norm, network.head), output="log_probs", axis=2)

    shape = lambda name, dims: helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)
    graph = helper.make_graph(
        g.nodes, NAME, [shape("features", [1, FRAMES_PER_STEP, BANDS])] + [shape(f"state_{i}", dims) for i, dims in enumerate(STATES)],
        [shape("log_probs", [1, ROWS_PER_STEP, TOKENS])] + [shape(f"next_state_{i}", dims) for i, dims in enumerate(STATES)], list(g.constants.values()),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="mynah-training")
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    return model


class Session:
    """An exported network run by onnxruntime, one thread."""

    def __init__(self, model):
        """`model`: a path, or a serialised network."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(model if isinstance(model, bytes) else str(model), options)

    def stream(self, features):
        """Log-probabilities [rows, 40] of normalised features [frames, 40]; frames beyond the last whole step are left out."""
        state, found = [np.zeros(dims, np.float32) for dims in STATES], []
        for first in range(0, len(features) - FRAMES_PER_STEP + 1, FRAMES_PER_STEP):
            fed = {"features": features[None, first : first + FRAMES_PER_STEP]} | {f"state_{i}": part for i, part in enumerate(state)}
            log_probs, *state = self.session.run(None, fed)
            found.append(log_probs[0])
        return np.concatenate(found)


def averaged():
    """(network with averaged weights, steps, hours heard)."""
    network = Network().eval()
    if not CHECKPOINT.exists():
        return network, 0, 0.0
    kept = torch.load(CHECKPOINT, weights_only=False)
    network.load_state_dict(kept["averaged"])
    return network, kept["step"], kept["hours"]


@torch.no_grad()
def log_prior(network, norm):
    """ln of the mean softmax over development speech as recorded and at 6 dB, [40]."""
    rows = [
        network(torch.from_numpy(features[: len(features) // 3 * 3])[None], *network.start())[0][0].exp()
        for snr in (None, 6.0) for _, features, _ in batches.development(norm, snr)
    ]
    return torch.cat(rows).double().mean(dim=0).log().tolist()


def toml(norm, prior, digest, step, hours):
    numbers = lambda values, digits=4: "[" + ", ".join(f"{value:.{digits}f}" for value in values) + "]"
    return f"""name = "{NAME}"
version = "{VERSION}"
kind = "phones"
language = "en"
sha256 = "{digest}"
trained = "{step} steps, {hours:.1f} hours of audio heard"
sample_rate = 16000
frames_per_step = {FRAMES_PER_STEP}
rows_per_step = {ROWS_PER_STEP}
# Row i belongs to the audio this many frames of 10 ms before its last input frame.
delay_frames = {DELAY_FRAMES}
tokens = {json.dumps(NAMES)}
# The normaliser: frames that it looks ahead, frames at full weight that `mean` counts for, the log-mel of training speech at `loudness`, the divisor.
ahead_frames = {normalise.AHEAD}
seed_frames = {normalise.SEED:.0f}
mean = {numbers(norm["mean"], 5)}
loudness = {normalise.LOUDNESS}
scale = {norm["scale"]}
# ln of the mean probability of each token over development speech.
log_prior = {numbers(prior)}
"""


def export(folder):
    """Write onnx, toml and golden.json; each file takes its place whole."""
    network, step, hours = averaged()
    norm = measured_norm()
    with tempfile.TemporaryDirectory() as temporary:
        made = Path(temporary)
        onnx.save(build(network), made / f"{NAME}.onnx")
        features = normalise.normalise(log_mel(signal()), norm["mean"], norm["scale"])
        steps = Session(made / f"{NAME}.onnx").stream(features)
        # Streamed in float32 it must be the network that was trained; float16 weights round it a little.
        with torch.no_grad():
            whole = network(torch.from_numpy(features)[None], *network.start())[0][0].numpy()
        worst = float(np.abs(Session(build(network, half=False).SerializeToString()).stream(features) - whole).max())
        rounding = float(np.abs(np.exp(steps) - np.exp(whole)).max())
        if worst > 1e-3 or rounding > 0.02:
            raise SystemExit(f"the exported network differs from the trained one by {worst} (float32), {rounding} (probabilities, float16)")
        digest = hashlib.sha256((made / f"{NAME}.onnx").read_bytes()).hexdigest()
        (made / f"{NAME}.toml").write_text(toml(norm, log_prior(network, norm), digest, step, hours))
        table = lambda array, chosen, digits: {str(i): [round(float(v), digits) for v in array[i]] for i in chosen}
        golden = {
            "signal": " ".join(signal.__doc__.split()), "samples": GOLDEN_SAMPLES, "sha256": digest,
            "features": table(features, (0, 1, 20, 47, 150, 289, 290, 299), 5), "log_probs": table(steps, (0, 1, 2, 3, 4, 5, 20, 41, 60, 77, 98, 99), 4),
        }
        (made / "golden.json").write_text(json.dumps(golden, indent=0) + "\n")
        folder.mkdir(parents=True, exist_ok=True)
        for path in made.iterdir():
            shutil.copy(path, folder / f".{path.name}")
            (folder / f".{path.name}").rename(folder / path.name)
    size = (folder / f"{NAME}.onnx").stat().st_size
    print(f"{time.strftime('%H:%M', time.gmtime())} step {step}, {hours:.1f} h: {size:,} bytes; streamed in float32 against whole {worst:.1e}, probabilities by float16 weights {rounding:.1e}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=FOLDER)
    parser.add_argument("--every", type=float, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    export(options.to)
    while options.every:
        time.sleep(options.every * 60)
        export(options.to)


if __name__ == "__main__":
    main()
