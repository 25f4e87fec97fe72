"""Recordings whose speaker is known, as log-mel frames: WORK/speaker.npz.

Reads what `make data` left. A recording of one word is kept whole; of a longer one up to 4 s from its loudest place on.
Left out: synthetic sentences, speakers without a name, and the largest cluster of wake-word recordings, which may be several people.
"""

from collections import Counter
from itertools import chain

import numpy as np

from ..data import load, negative_recordings
from ..features import BANDS, SAMPLE_RATE, log_mel
from ..paths import WORK

NAMED = ("librispeech", "librispeech_other", "speechocean", "speech_commands")
SYNTHETIC = ("kokoro", "espeak", "flite")
LONGEST = 4 * SAMPLE_RATE


def words_spoken(items):
    """{index of an item: the word} for speech_commands, whose folders say it; the index does not."""
    negatives = [number for number, item in enumerate(items) if item["kind"] == "negative" and item["source"] not in SYNTHETIC]
    words = {}
    for number, (path, speaker, _, source) in zip(negatives, negative_recordings(), strict=True):
        assert items[number]["group"] == speaker and items[number]["source"] == source
        if source == "speech_commands":
            words[number] = path.parent.name
    return words


def chosen(items):
    """(item, what is said or "") of every recording to use."""
    words = words_spoken(items)
    real = Counter(item["group"] for item in items if item["kind"] == "wake" and item["group"].startswith("wake "))
    largest = real.most_common(1)[0][0]
    seen = set()
    for number, item in enumerate(items):
        if item["kind"] == "negative" and item["source"] in NAMED:
            yield item, words.get(number, "")
        elif item["kind"] == "wake" and item["group"] != largest:
            # Wake words for training stand there twice, once through a codec: here once.
            key = (item["group"], item["word"], item["length"], item["begin"], item["end"])
            if key not in seen:
                seen.add(key)
                yield item, f"wake {item['word']}"


def main():
    audio, items = load()
    frames, facts, start = [], [], 0
    for item, said in chosen(items):
        samples = audio[item["start"] : item["start"] + item["length"]].astype(np.float32) / 32768
        if len(samples) > LONGEST:
            loudest = int(np.argmax(np.convolve(samples[::160] ** 2, np.ones(50), "same"))) * 160
            first = min(max(0, loudest - SAMPLE_RATE // 2), len(samples) - LONGEST)
            samples = samples[first : first + LONGEST]
        mel = log_mel(samples).astype(np.float16)
        frames.append(mel)
        facts.append((start, len(mel), item["group"], item["part"], item["source"], said))
        start += len(mel)
    noise = {part: np.concatenate([log_mel(audio[i["start"] : i["start"] + min(i["length"], 30 * SAMPLE_RATE)].astype(np.float32) / 32768)
                                   for i in items if i["kind"] == "noise" and i["part"] == part]).astype(np.float16) for part in ("train", "test")}
    columns = {name: np.array(column) for name, column in zip(("start", "length", "group", "part", "source", "said"), zip(*facts))}
    np.savez(WORK / "speaker.npz", mel=np.concatenate(frames), noise_train=noise["train"], noise_test=noise["test"], **columns)
    for (part, source), count in sorted(Counter(zip(columns["part"], columns["source"])).items()):
        speakers = len(set(columns["group"][(columns["part"] == part) & (columns["source"] == source)]))
        print(f"{part} {source}: {count} recordings, {speakers} speakers")


if __name__ == "__main__":
    main()
