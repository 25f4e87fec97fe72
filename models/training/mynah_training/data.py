"""All recordings as one int16 array (16 kHz mono) and an index that says what each one is.

WORK/audio.npy holds the samples one after another, WORK/index.json one object a recording:
  kind    "wake" (the word alone), "breath" (the word, then a command), "negative", "noise"
  word    index of the wake word, or null
  start, length      samples in audio.npy
  begin, end, slack  first and last sample of the word within the recording, and how unsure `end` is
  group, part        the speaker, cluster or voice, and where it belongs: train, tune, test
  source             the folder or synthesiser it comes from
"""

import io
import json
import random
from collections import Counter

import numpy as np
import soundfile

from . import synth
from .corpus import WORDS, holds_wake_word
from .features import SAMPLE_RATE
from .paths import DATA, WORK
from .split import WAKE_SHARES, clusters, part_of
from .voices import resample

TEST_NOISE = {"kitchen", "coffee-shop", "exercise_bike", "train"}


def read(path):
    """float32 at 16 kHz, mono."""
    audio, rate = soundfile.read(path, dtype="float32")
    return resample(audio if audio.ndim == 1 else audio.mean(axis=1), rate)


def word_bounds(audio):
    """(first, last) sample of the loudest stretch of a recording of one word.

    Frames of 10 ms count as speech within 28 dB of the loudest and 8 dB above the quiet ones; gaps of
    less than 0.25 s belong to the word.
    """
    frames = audio[: len(audio) // 160 * 160].reshape(-1, 160)
    level = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-10)
    level = np.convolve(level, np.ones(3) / 3, mode="same")
    peak, floor = level.max(), np.quantile(level, 0.1)
    loud = np.flatnonzero(level > max(peak - 28, min(floor + 8, peak - 12)))
    runs = np.split(loud, np.flatnonzero(np.diff(loud) > 25) + 1)
    best = max(runs, key=lambda run: np.sum(10 ** (level[run] / 10)))
    return int(best[0]) * 160, int(best[-1] + 1) * 160


def coded(audio, rng):
    """The recording after Ogg Opus, as the negatives were, so that the codec tells the network nothing."""
    memory = io.BytesIO()
    soundfile.write(memory, audio, SAMPLE_RATE, format="OGG", subtype="OPUS", compression_level=rng.uniform(0.75, 0.95))
    memory.seek(0)
    return soundfile.read(memory, dtype="float32")[0][: len(audio)]


class Store:
    """Collects recordings; `save` writes the array and the index."""

    def __init__(self):
        self.items, self.arrays, self.samples = [], [], 0

    def add(self, audio, kind, part, group, source, word=None, begin=0, end=0, slack=0):
        samples = np.round(np.clip(audio, -1, 1) * 32767).astype(np.int16)
        self.items.append({
            "kind": kind, "word": word, "start": self.samples, "length": len(samples), "begin": int(begin),
            "end": int(end), "slack": int(slack), "group": group, "part": part, "source": source,
        })
        self.arrays.append(samples)
        self.samples += len(samples)

    def save(self):
        # Written whole before it takes its place: a training run may be reading the old one.
        partial = WORK / "audio.part.npy"
        np.save(partial, np.concatenate(self.arrays))
        partial.rename(WORK / "audio.npy")
        (WORK / "index.json").write_text(json.dumps(self.items))


def wake_recordings():
    """[(path, word, audio, cluster, part)] of the real recordings of the wake words."""
    files = [(path, index) for index, word in enumerate(WORDS) for path in sorted((DATA / "wake" / word.replace(" ", "_")).glob("*.flac"))]
    for folder in ("computer", "heycomputer"):
        files += [(path, 0) for path in sorted((DATA / "wake_extra" / folder).glob("*.opus"))]
    audios = [read(path) for path, _ in files]
    groups = clusters(audios)
    largest = np.bincount(groups).argmax()  # may hold several people in like rooms: train on it, test on none of it
    for (path, word), audio, cluster in zip(files, audios, groups):
        yield path, word, audio, cluster, "train" if cluster == largest else part_of(f"wake {cluster}", WAKE_SHARES)


def add_wake(store, rng):
    """Real recordings of the wake words, each also once more through the codec when it is for training."""
    for path, word, audio, cluster, part in wake_recordings():
        (begin, end), slack = word_bounds(audio), 1600
        if path.parent.name == "heycomputer" or end - begin > 1.3 * SAMPLE_RATE:
            # Music or noise hides where the word is: it may end anywhere in the recording.
            begin, end, slack = 0, len(audio), len(audio) - 6400
        facts = dict(kind="wake", part=part, group=f"wake {cluster}", source=path.parent.name if path.suffix == ".flac" else "community", word=word, begin=begin, end=end, slack=slack)
        store.add(audio, **facts)
        if part == "train" and path.suffix == ".flac":
            store.add(coded(audio, rng), **facts)


def negative_recordings():
    """(path, speaker, part, source) of every recording of speech without a wake word."""
    speaker_of = {
        "librispeech": lambda name: name.split("-")[0], "librispeech_other": lambda name: name.split("-")[0],
        "speechocean": lambda name: name[:5], "speech_commands": lambda name: name.split("_")[0],
    }
    for folder in sorted((DATA / "speech").iterdir()):
        table = folder / "transcripts.tsv"
        rows = dict(line.rstrip("\n").split("\t")[:2] for line in table.open()) if table.exists() else {}
        for path in sorted(path for path in folder.rglob("*") if path.suffix in (".opus", ".ogg")):
            if holds_wake_word(rows.get(path.stem, "")):
                continue
            speaker = folder.name.replace("librispeech_other", "librispeech")
            key = speaker_of.get(folder.name)
            speaker += " " + key(path.stem) if key else ""
            # One reader, or readers without a name: never tested on.
            yield path, speaker, part_of(speaker) if key else "train", folder.name
    for folder in ("athena", "amelia", "heychatterbox", "not-wake-words"):
        for path in sorted((DATA / "wake_extra" / folder).iterdir()):
            if path.suffix in (".opus", ".ogg", ".flac"):
                yield path, folder, "train", folder
    for path in sorted((DATA / "commands/coffee").glob("*.flac")):
        yield path, path.stem, "test", "coffee"


def noise_recordings():
    """(path, group, part) of every recording of noise."""
    for path in sorted((DATA / "noise").rglob("*.ogg")) + sorted((DATA / "noise").rglob("*.flac")) + sorted((DATA / "noise").rglob("*.opus")):
        group = path.stem.split("_")[-1].rsplit("-", 1)[0] if path.parent.name == "esc10" else path.stem
        yield path, group, part_of(group, (0.7, 0.0, 0.3)) if path.parent.name == "esc10" else "test" if path.stem in TEST_NOISE else "train"


def add_negatives(store):
    for path, speaker, part, source in negative_recordings():
        store.add(read(path), "negative", part, speaker, source)


def add_noise(store):
    for path, group, part in noise_recordings():
        store.add(read(path), "noise", part, group, path.parent.name)


def add_synthetic(store, rng, engines=("classic", "kokoro")):
    for item in [item for engine in engines for item in synth.jobs(engine)]:
        if not synth.path_of(item).exists():
            continue  # the step is repeated when more voices have spoken
        audio, engine = synth.make(item["text"], item["voice"], item["speed"]), item["voice"].split(":")[0]
        facts = dict(part=item["part"], group=item["voice"], source=engine)
        if item["word"] is None:
            store.add(audio, "negative", **facts)
            continue
        # Synthetic speech is trimmed already, with a margin of 320 samples at either end.
        word, begin, end, slack = WORDS.index(item["word"]), 320, len(audio) - 320, 1600
        if item["kind"] == "breath":
            word_length = len(synth.alone(item)) - 640
            end, slack = begin + int(0.92 * word_length), int(0.3 * word_length)
        facts |= dict(kind="wake" if item["kind"] == "word" else "breath", word=word, begin=begin, end=end, slack=slack)
        store.add(audio, **facts)
        if item["part"] == "train" and rng.random() < 0.3:
            store.add(coded(audio, rng), **facts)


def load():
    """(audio as a memory map, list of items)."""
    return np.load(WORK / "audio.npy", mmap_mode="r"), json.loads((WORK / "index.json").read_text())


def main():
    store, rng = Store(), random.Random(3)
    for add in (add_wake, add_synthetic):
        add(store, rng)
    for add in (add_negatives, add_noise):
        add(store)
    add_synthetic(store, random.Random(4), ["new"])
    store.save()
    minutes = Counter()
    for item in store.items:
        minutes[item["kind"], item["source"], item["part"]] += item["length"] / SAMPLE_RATE / 60
    for key, value in sorted(minutes.items()):
        print(*key, f"{value:.1f} min")


if __name__ == "__main__":
    main()
