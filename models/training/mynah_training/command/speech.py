"""Everything that is heard in training, as one int16 array (16 kHz mono) and an index with phones.

COMMAND/audio.npy holds the samples one after another, COMMAND/index.json one object a recording:
  start, length   samples in audio.npy
  phones          what is said, as token numbers (1 to 39: ARPAbet in the order of `mynah_pronounce::Phone`)
  text, source, group, part   group: the speaker or voice; part: "train" or "tune" (kept aside)
COMMAND is WORK/command. `synth` makes the synthetic sentences, `index` gathers them and the real recordings. `commands/coffee` is never read here.
"""

import json
import random
import subprocess
import sys
from collections import Counter
from multiprocessing import Pool

import numpy as np
import soundfile

from .. import synth
from ..corpus import WORDS
from ..data import negative_recordings, read
from ..data import load as load_wake
from ..features import SAMPLE_RATE
from ..paths import DATA, REPOSITORY, WORK
from ..split import part_of
from ..voices import speak
from .texts import plain, sentences

COMMAND = WORK / "command"
SPOKEN = COMMAND / "spoken"
PHONES = "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split()
TOKENS = ["<blank>", *PHONES]
ASIDE = 0.03  # the share of speakers, and of synthetic sentences, that are kept aside
LONGEST = 20.0  # s; longer recordings are left out
PART = 400  # sentences of one file

# Sources of the wake recipe that say one known thing.
WAKE_TEXTS = {word.replace(" ", "_"): word for word in WORDS} | {"athena": "athena", "amelia": "amelia", "heychatterbox": "hey chatterbox"}


def jobs(seed=1):
    """[(text, voice, speed, part)] to synthesise: each sentence once in a random classic voice, a sixth of them in another one too."""
    rng, listed = random.Random(seed), []
    for _, text in sentences(seed):
        part = "tune" if rng.random() < ASIDE / 3 else "train"
        for _ in range(1 + (rng.random() < 0.17 and part == "train")):
            maker = synth.flite_voice if rng.random() < 0.4 else synth.espeak_voice
            listed.append((text, maker(part, rng), round(rng.uniform(0.75, 1.3), 2), part))
    return listed


def speak_part(number):
    """One file of sentences: SPOKEN/<number>.npz, made on first use."""
    path, listed = SPOKEN / f"{number:03}.npz", jobs()[number * PART : (number + 1) * PART]
    if path.exists():
        return
    audios = []
    for text, voice, speed, _ in listed:
        audio = speak(text, voice, speed)
        audios.append(np.round(audio * (0.7 * 32767 / max(1e-3, float(np.abs(audio).max())))).astype(np.int16))
    partial = path.with_suffix(".part.npz")
    np.savez(partial, samples=np.concatenate(audios), lengths=[len(audio) for audio in audios])
    partial.rename(path)


def synthesise(processes=2):
    SPOKEN.mkdir(parents=True, exist_ok=True)
    parts = -(-len(jobs()) // PART)
    with Pool(processes) as pool:
        for done, _ in enumerate(pool.imap(speak_part, range(parts))):
            print(f"{done + 1} of {parts}", flush=True)


def synthetic():
    """(audio int16, text, source, group, part) of the sentences made here and of the wake recipe's recordings for training."""
    listed = jobs()
    for path in sorted(SPOKEN.glob("[0-9][0-9][0-9].npz")):
        kept, start = np.load(path), 0
        samples = kept["samples"]
        for (text, voice, _, part), length in zip(listed[int(path.stem) * PART :], kept["lengths"]):
            yield samples[start : start + length], text, voice.split(":")[0], voice, part
            start += length
    for engine in ("classic", "kokoro", "new"):
        for item in synth.jobs(engine):
            # A text between slashes is spelt in Kokoro's letters.
            if item["part"] == "train" and "/" not in item["text"] and synth.path_of(item).exists():
                audio = soundfile.read(synth.path_of(item), dtype="int16")[0]
                yield audio, item["text"], item["voice"].split(":")[0], item["voice"], "train"


def real():
    """(audio int16, text, source, group, part) of the recordings of people."""
    tables = {path.parent.name: dict(line.rstrip("\n").split("\t")[:2] for line in path.open()) for path in (DATA / "speech").glob("*/transcripts.tsv")}
    for path, speaker, _, source in negative_recordings():
        if source == "speech_commands":
            text = path.parent.name
        elif source in tables:
            text = tables[source].get(path.stem)
        else:
            continue
        if text:
            aside = source not in ("ljspeech", "ljspeech_extra") and part_of(f"command {speaker if source != 'common_voice' else path.stem}", (1 - ASIDE, ASIDE, 0)) == "tune"
            audio = np.round(np.clip(read(path), -1, 1) * 32767).astype(np.int16)
            yield audio, text, source, speaker, "tune" if aside else "train"
    audio, items = load_wake()
    for item in items:
        if item["source"] in WAKE_TEXTS and item["part"] == "train" and item["kind"] in ("wake", "negative"):
            yield np.array(audio[item["start"] : item["start"] + item["length"]]), WAKE_TEXTS[item["source"]], "wake", item["group"], "train"


def pronunciations(words):
    """{word: [token numbers]} by the runtime's own pronouncer, the first pronunciation of each."""
    command = ["cargo", "run", "-q", "--release", "-p", "mynah-pronounce", "--example", "said"]
    said = subprocess.run(command, input="\n".join(sorted(words)) + "\n", cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    rows = (line.split("\t") for line in said.splitlines())
    return {word: [TOKENS.index(phone) for phone in phones.split()] for word, phones in rows}


def gather():
    """Write audio.npy and index.json."""
    items, arrays, start, lost = [], [], 0, Counter()
    for source_of in (real, synthetic):
        for audio, text, source, group, part in source_of():
            said = plain(text)
            if not said or len(audio) > LONGEST * SAMPLE_RATE or len(audio) < 0.15 * SAMPLE_RATE:
                lost[source] += 1
                continue
            items.append({"start": start, "length": len(audio), "text": said, "source": source, "group": group, "part": part})
            arrays.append(audio)
            start += len(audio)
    lexicon = pronunciations({word for item in items for word in item["text"].split()})
    for item in items:
        item["phones"] = [token for word in item["text"].split() for token in lexicon.get(word, [])]
    # Not everything that is written was said: at most 22 phones a second.
    items = [item for item in items if all(word in lexicon for word in item["text"].split()) and len(item["phones"]) < 22 * item["length"] / SAMPLE_RATE + 2]
    partial = COMMAND / "audio.part.npy"
    np.save(partial, np.concatenate(arrays))
    partial.rename(COMMAND / "audio.npy")
    (COMMAND / "index.json").write_text(json.dumps(items))
    hours, count = Counter(), Counter()
    for item in items:
        hours[item["source"], item["part"]] += item["length"] / SAMPLE_RATE / 3600
        count[item["source"], item["part"]] += 1
    for key in sorted(hours):
        print(*key, f"{count[key]} recordings, {hours[key]:.2f} h")
    print(f"{sum(hours.values()):.2f} h in all; left out:", dict(lost))


def load():
    """(audio as a memory map, list of items)."""
    return np.load(COMMAND / "audio.npy", mmap_mode="r"), json.loads((COMMAND / "index.json").read_text())


if __name__ == "__main__":
    {"synth": synthesise, "index": gather}[sys.argv[1]]()
