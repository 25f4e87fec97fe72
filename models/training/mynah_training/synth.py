"""Synthetic recordings: the wake words alone, in one breath with a command, near misses, everyday sentences.

The list of recordings is a pure function of the seed; each one is made once and kept as
WORK/synth/<hash>.flac, so the step can be stopped and started again. Some voices are kept aside for
the tune and test parts and never used for training.
"""

import argparse
import hashlib
import itertools
import json
import random

import soundfile

from .corpus import COMMANDS, DEFAULT_NEAR_MISSES, DEFAULT_WORDS, NEAR_MISSES, PRONUNCIATIONS, WORDS, everyday
from .features import SAMPLE_RATE
from .paths import WORK
from .voices import FLITE, KOKORO_ENGLISH, KOKORO_FOREIGN, speak

SYNTH = WORK / "synth"

KOKORO_PART = {"af_kore": "tune", "am_echo": "tune", "af_nova": "test", "am_liam": "test", "bf_lily": "test", "bm_fable": "test"}
MELTING_POT = [voice for voice in KOKORO_ENGLISH if voice not in KOKORO_PART] + KOKORO_FOREIGN
ESPEAK_ACCENTS = ["en-us", "en-gb", "en-gb-x-rp", "en-029", "en-gb-x-gbclan"]
ESPEAK_TUNE_ACCENTS = ["en-gb-x-gbcwmd"]
ESPEAK_TEST_ACCENTS = ["en-gb-scotland", "en-us-nyc"]
ESPEAK_VARIANTS = (
    "f1 f2 f3 f4 m1 m2 m3 m4 m5 m6 m8 adam Alex Alicia Andrea anika Annie aunty belinda benjamin boris caleb david "
    "Denis Diogo ed edward Gene grandma grandpa Hugo Jacky john kaukovalta klatt klatt3 klatt4 Lee marcelo max michael mike norbert "
    "pablo paul pedro RicishayMax rob robert sandro shelby steph steph2 travis victor zac"
).split()
ESPEAK_TEST_VARIANTS = "f5 m7 Andy linda quincy klatt2 Marco iven".split()


def kokoro_voices(part):
    return [voice for voice in KOKORO_ENGLISH if KOKORO_PART.get(voice, "train") == part]


def say_alone(word, rng):
    """The word with a random end of sentence, which changes its melody."""
    return word + rng.choice(["", ".", "!", "?", ","])


def kokoro_jobs(rng):
    train = kokoro_voices("train")
    pairs = list(itertools.combinations(train, 2))
    blends = ["+".join(pair) for pair in rng.sample(pairs, 24)]
    for word in WORDS:
        for part in ("train", "tune", "test"):
            for voice in kokoro_voices(part):
                yield job("word", f"kokoro:{voice}", part, word=word, text=say_alone(word, rng))
    for word in DEFAULT_WORDS:
        for voice in train:
            speed = rng.choice([0.8, 0.9, 1.15, 1.3])
            yield job("word", f"kokoro:{voice}", "train", word=word, text=say_alone(word, rng), speed=speed)
        for voice in blends:
            yield job("word", f"kokoro:{voice}", "train", word=word, text=say_alone(word, rng))
        for part in ("test", "tune", "train"):
            for voice in kokoro_voices(part):
                yield breath(f"kokoro:{voice}", part, word, rng)
    for text in rng.sample(NEAR_MISSES, 48):
        yield job("near", f"kokoro:{rng.choice(train)}", "train", text=text)
    for text in everyday(40, seed=11):
        yield job("everyday", f"kokoro:{rng.choice(train)}", "train", text=text)


def new_kokoro_voice(rng):
    """A voice that nobody has: one to three voices mixed or exaggerated, and often the melody of another."""
    timbre, melody = rng.choice(MELTING_POT), rng.choice(MELTING_POT)
    others = rng.sample([voice for voice in MELTING_POT if voice != timbre], rng.choice([0, 1, 1, 1, 2]))
    if others:
        share = rng.choice([0.4, 0.5, 0.6, 0.75, 1.25, 1.35])  # above 1 it leans away from the others
        weights = [share] + [round((1 - share) / len(others), 3)] * len(others)
        timbre = "+".join(f"{voice}*{weight}" for voice, weight in zip([timbre, *others], weights))
    row = rng.choice(["", f"#{rng.randrange(4, 120)}"])
    return f"kokoro:{timbre}" + (f"|{melody}" if rng.random() < 0.5 else "") + row + rng.choice(["~us", "~us", "~gb"])


def new_voice_jobs(rng):
    """The words, the default words above all, in new voices, and what resembles them."""
    for word in WORDS:
        for n in range({"computer": 260, "jarvis": 110}.get(word, 16)):
            voice, speed = new_kokoro_voice(rng), round(rng.uniform(0.75, 1.4), 2)
            yield job("word", voice, "train", word=word, text=say_alone(word, rng), speed=speed)
            if word in DEFAULT_WORDS and n % 5 == 0:
                yield breath(voice, "train", word, rng, speed)
    for text in rng.sample(DEFAULT_NEAR_MISSES, len(DEFAULT_NEAR_MISSES)):
        for _ in range(2):
            yield job("near", new_kokoro_voice(rng), "train", text=text, speed=rng.uniform(0.8, 1.3))
    for _ in range(8):
        for word, pronunciations in PRONUNCIATIONS.items():
            for letters in pronunciations:
                yield job("word", new_kokoro_voice(rng), "train", word=word, text=say_alone(f"/{letters}/", rng), speed=rng.uniform(0.75, 1.3))


def espeak_voice(part, rng):
    accents = {"train": ESPEAK_ACCENTS, "tune": ESPEAK_TUNE_ACCENTS, "test": ESPEAK_TEST_ACCENTS}[part]
    variants = ESPEAK_TEST_VARIANTS if part == "test" else ESPEAK_VARIANTS
    plain = rng.random() < 0.25
    pitch = rng.choice([30, 40, 45, 50, 50, 50, 55, 60, 70])
    return f"espeak:{rng.choice(accents)}" + ("" if plain else f"+{rng.choice(variants)}") + f"@{pitch}"


def flite_voice(_, rng):
    name = rng.choice(FLITE)
    middle = {"slt": 170, "rms": 95}.get(name, 110)
    return f"flite:{name}" + ("" if rng.random() < 0.3 else f"@{round(middle * rng.uniform(0.8, 1.3))}")


def classic_jobs(rng):
    """espeak-ng and flite: quick, so they make the bulk."""
    makers = [(espeak_voice, {"train": 280, "tune": 30, "test": 60}, 4), (flite_voice, {"train": 70}, 1)]
    for voice_of, counts, weight in makers:
        for part, count in counts.items():
            for word in WORDS:
                default = word in DEFAULT_WORDS
                for _ in range(count if default else count * 2 // 5):
                    yield job("word", voice_of(part, rng), part, word=word, text=say_alone(word, rng), speed=rng.uniform(0.75, 1.35))
                for _ in range(count if default else 0):
                    yield breath(voice_of(part, rng), part, word, rng, speed=rng.uniform(0.8, 1.25))
        for text in NEAR_MISSES:
            for _ in range(2 * weight):
                yield job("near", voice_of("train", rng), "train", text=text, speed=rng.uniform(0.8, 1.3))
        for text in everyday(250 * weight, seed=12 + weight):
            yield job("everyday", voice_of("train", rng), "train", text=text, speed=rng.uniform(0.8, 1.3))


def job(kind, voice, part, text, word=None, speed=1.0):
    """One recording to make. `alone` is the word by itself, as long as the word in the sentence."""
    return {"kind": kind, "voice": voice, "part": part, "word": word, "text": text, "speed": round(speed, 2)}


def breath(voice, part, word, rng, speed=1.0):
    """The word and a command in one breath, with or without a comma."""
    text = f"{word}{rng.choice([',', ',', ''])} {rng.choice(COMMANDS)}"
    return job("breath", voice, part, text, word, speed)


def jobs(engine, seed=5):
    rng = random.Random(f"{seed} {engine}")
    makers = {"kokoro": kokoro_jobs, "new": new_voice_jobs, "classic": classic_jobs}
    listed = list({path_of(item): item for item in makers[engine](rng)}.values())
    return listed


def path_of(item):
    key = json.dumps([item["text"], item["voice"], item["speed"]])
    return SYNTH / (hashlib.sha1(key.encode()).hexdigest()[:16] + ".flac")


def make(text, voice, speed):
    """The recording as float32 at 16 kHz, made on first use."""
    path = path_of({"text": text, "voice": voice, "speed": speed})
    if not path.exists():
        audio = speak(text, voice, speed)
        peak = max(1e-3, float(abs(audio).max()))
        soundfile.write(path, audio * (0.7 / peak), SAMPLE_RATE, subtype="PCM_16")
    return soundfile.read(path, dtype="float32")[0]


def alone(item):
    """The wake word of a sentence by itself, in the same voice and at the same speed: it tells how long the word is."""
    for text in [item["word"] + end for end in ("", ".", "!", "?", ",")]:
        if path_of({**item, "text": text}).exists():
            return make(text, item["voice"], item["speed"])
    return make(item["word"], item["voice"], item["speed"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=["classic", "kokoro", "new"])
    SYNTH.mkdir(parents=True, exist_ok=True)
    listed = jobs(parser.parse_args().engine)
    for done, item in enumerate(listed):
        make(item["text"], item["voice"], item["speed"])
        if item["kind"] == "breath" and not item["voice"].startswith("kokoro"):
            make(item["word"], item["voice"], item["speed"])
        if done % 100 == 0:
            print(f"{done} of {len(listed)}", flush=True)
