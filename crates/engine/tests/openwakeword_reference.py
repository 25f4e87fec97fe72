"""openWakeWord's streaming scores by ONNX Runtime, to compare with those of `mynah_engine::wake::OpenWakeWord`.

    python openwakeword_reference.py FEATURES_DIR AUDIO HEAD...    # needs numpy, soundfile, onnxruntime

Prints a JSON list with one list a step of 80 ms: the scores of the heads. The algorithm is that of openWakeWord 0.6
(openwakeword/utils.py, AudioFeatures; openwakeword/model.py, Model.predict) for input in pieces of 1,280 samples,
written out so that nothing but ONNX Runtime is needed; with `--check` the package itself (if installed) is asked too
and the largest difference after the first 3 s is printed instead.
"""

import json
import sys

import numpy as np
import onnxruntime
import soundfile


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def run(model, value):
    return model.run(None, {model.get_inputs()[0].name: value})[0]


class Features:
    def __init__(self, folder):
        self.mel = session(f"{folder}/melspectrogram.onnx")
        self.embedding = session(f"{folder}/embedding_model.onnx")
        # openWakeWord starts from the embeddings of random noise; this noise is the one that Mynah starts from.
        state, noise = 12345, []
        for _ in range((10 + 16) * 1280):
            state = (1664525 * state + 1013904223) % 2**32
            noise.append((state / 2**32 - 0.5) * 2000)
        self.reset([])
        for start in range(0, len(noise), 1280):
            self.step(np.round(noise[start : start + 1280]).astype(np.int16))
        self.reset(self.embeddings)

    def reset(self, embeddings):
        self.raw = np.zeros(480, np.int16)
        self.window = np.ones((76, 32), np.float32)
        self.embeddings = embeddings

    def step(self, samples):
        raw = np.concatenate([self.raw, samples])
        mel = run(self.mel, raw[None].astype(np.float32)).squeeze() / 10 + 2
        self.window = np.vstack([self.window, mel])[-76:].astype(np.float32)
        self.raw = raw[-480:]
        embedding = run(self.embedding, self.window[None, :, :, None]).squeeze()
        self.embeddings = [*self.embeddings, embedding][-120:]


def scores(folder, samples, heads):
    features = Features(folder)
    heads = [session(head) for head in heads]
    steps = []
    for start in range(0, len(samples) - 1279, 1280):
        features.step(samples[start : start + 1280])
        row = []
        for head in heads:
            length = head.get_inputs()[0].shape[1]
            row.append(float(run(head, np.array(features.embeddings[-length:], np.float32)[None])[0, 0]))
        # The first five steps count for nothing there.
        steps.append([0.0] * len(heads) if len(steps) < 5 else row)
    return steps


def check(folder, samples, heads, ours):
    import os

    import openwakeword.model

    model = openwakeword.model.Model(
        wakeword_models=list(heads),
        inference_framework="onnx",
        melspec_model_path=f"{folder}/melspectrogram.onnx",
        embedding_model_path=f"{folder}/embedding_model.onnx",
    )
    names = [os.path.splitext(os.path.basename(head))[0] for head in heads]
    theirs = []
    for start in range(0, len(samples) - 1279, 1280):
        got = model.predict(samples[start : start + 1280])
        theirs.append([float(got[name]) for name in names])
    settled = 3 * 16000 // 1280
    return float(np.abs(np.array(ours) - np.array(theirs))[settled:].max())


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--check"]
    folder, audio, *heads = arguments
    samples, rate = soundfile.read(audio, dtype="int16")
    assert rate == 16000 and samples.ndim == 1, "16 kHz mono is due"
    found = scores(folder, samples, heads)
    print(check(folder, samples, heads, found) if "--check" in sys.argv else json.dumps(found))
