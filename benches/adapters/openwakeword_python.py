"""openWakeWord's own Python package: `pip install openwakeword`, then

    mynah bench wake … --program "python benches/adapters/openwakeword_python.py MODELS alexa"

MODELS holds melspectrogram.onnx, embedding_model.onnx and a head a word (alexa_v0.1.onnx), from openWakeWord's releases.
"""

import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from openwakeword.model import Model

from adapter import run

models, words = Path(sys.argv[1]), sys.argv[2:] or ["alexa"]
heads = {word: next(path for path in sorted(models.glob("*.onnx")) if path.stem.rsplit("_v", 1)[0] == word) for word in words}
model = Model(
    wakeword_models=[str(path) for path in heads.values()],
    inference_framework="onnx",
    melspec_model_path=str(models / "melspectrogram.onnx"),
    embedding_model_path=str(models / "embedding_model.onnx"),
)
stems = {path.stem: word for word, path in heads.items()}


def score(sound):
    return {stems[name]: value for name, value in model.predict(np.frombuffer(sound, np.int16)).items()}


# 0.5 is the package's default; it does not debounce by itself, its examples wait two seconds.
run(f"openWakeWord {version('openwakeword')} (Python)", words, 1280, score, 0.5, 2000)
