"""livekit-wakeword: `pip install livekit-wakeword`, then

    mynah bench wake … --program "python benches/adapters/livekit_wakeword.py alexa=alexa_v0.1.onnx"

The package holds the features and no word; it takes heads of its own (hey_livekit.onnx) and openWakeWord's.
"""

import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from livekit.wakeword import WakeWordModel

from adapter import run

WINDOW = 2 * 16_000  # what its listener keeps
HOP = 1280
heads = dict(argument.split("=", 1) for argument in sys.argv[1:])
if not heads:
    sys.exit("which word? livekit_wakeword.py WORD=HEAD.onnx …")
model = WakeWordModel()
for word, path in heads.items():
    model.load_model(Path(path), word)
window = np.zeros(WINDOW, np.int16)


def score(sound):
    global window
    window = np.concatenate([window[HOP:], np.frombuffer(sound, np.int16)])
    return model.predict(window)


run(f"livekit-wakeword {version('livekit-wakeword')}", list(heads), HOP, score, 0.5, 2000)
