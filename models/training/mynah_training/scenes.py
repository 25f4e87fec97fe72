"""Training scenes: 3.2 s of audio (16 kHz) with or without a wake word in it, and what the network should say.

A scene is a word alone, a word with speech before or after it, a whole sentence, near misses, other speech
or noise; then speed, room, microphone, noise and gain. Labels are per 20 ms step and word:
NEGATIVE everywhere, WINDOW where the end of the word lies (the score must rise somewhere in it),
IGNORE right after it.
"""

import numpy as np

from .augment import add_noise, at_peak, change_speed, in_room, random_filter, rms_of_speech, room_response
from .corpus import WORDS
from .features import SAMPLE_RATE, log_mel
from .model import LEVEL_START, normalise, to_steps

SECONDS = 3.2
SAMPLES = int(SECONDS * SAMPLE_RATE)
STEPS = int(SECONDS * 50)
NEGATIVE, WINDOW, IGNORE = 0, 1, 2

POSITIVE_SHARE = 0.45
WORD_SHARES = np.array([{"computer": 5.0, "jarvis": 3.5}.get(word, 2.0) for word in WORDS])
REAL_SHARE = 0.5  # of the words alone
# Of the synthetic ones. Kokoro's voices are the nearest to people; by their numbers espeak-ng's would be two in three.
ENGINE_SHARES = {"kokoro": 0.6, "espeak": 0.3, "flite": 0.1}
LATE = int(0.16 * SAMPLE_RATE)  # the score may rise this long after the word
SILENT = np.zeros(0, np.float32)


class Scenes:
    """Draws scenes of one part. `mined` is a list of (item, first sample) that fooled the network."""

    def __init__(self, audio, items, part, seed):
        self.audio, self.rng, self.mined = audio, np.random.default_rng(seed), []
        mine = [item for item in items if item["part"] == part]
        self.words = [self.by_group([i for i in mine if i["kind"] == "wake" and i["word"] == w and not self.synthetic(i)]) for w in range(len(WORDS))]
        roots = [np.sqrt([len(group) for group in groups]) for groups in self.words]
        self.group_shares = [root / root.sum() for root in roots]
        self.synthetic_words = [self.by_engine([i for i in mine if i["kind"] == "wake" and i["word"] == w and self.synthetic(i)]) for w in range(len(WORDS))]
        self.breaths = [self.by_engine([i for i in mine if i["kind"] == "breath" and i["word"] == w]) for w in range(len(WORDS))]
        negatives = [i for i in mine if i["kind"] == "negative"]
        self.spoken = [i for i in negatives if not self.synthetic(i) and i["source"] not in ("speech_commands", "athena", "amelia")]
        self.spoken_weights = np.cumsum([i["length"] for i in self.spoken]) / sum(i["length"] for i in self.spoken)
        self.short = [i for i in negatives if i["source"] in ("speech_commands", "athena", "amelia")]
        self.synthetic_speech = self.by_engine(negatives)
        self.noises = [i for i in mine if i["kind"] == "noise"]
        self.rooms = [room_response(self.rng) for _ in range(250)]

    @staticmethod
    def synthetic(item):
        return item["source"] in ("kokoro", "espeak", "flite")

    @staticmethod
    def by_group(items):
        """Lists of one cluster each: a voice that was recorded often is drawn less often a clip."""
        groups = {}
        for item in items:
            groups.setdefault(item["group"], []).append(item)
        return list(groups.values())

    @staticmethod
    def by_engine(items):
        engines = {engine: [item for item in items if item["source"] == engine] for engine in ENGINE_SHARES}
        return {engine: recordings for engine, recordings in engines.items() if recordings}

    def choose_engine(self, engines):
        """One recording, its synthesiser drawn by ENGINE_SHARES."""
        shares = np.array([ENGINE_SHARES[engine] for engine in engines])
        engine = self.rng.choice(list(engines), p=shares / shares.sum())
        return self.choose(engines[engine])

    def samples(self, item, begin=0, end=None):
        first = item["start"] + max(0, begin)
        last = item["start"] + min(item["length"], item["length"] if end is None else end)
        return self.audio[first:last].astype(np.float32) / 32768

    def choose(self, options):
        return options[self.rng.integers(len(options))]

    def speech(self, samples):
        """A stretch of someone's speech, at most `samples` long."""
        item = self.spoken[int(np.searchsorted(self.spoken_weights, self.rng.random()))]
        begin = int(self.rng.integers(0, max(1, item["length"] - samples // 2)))
        return self.samples(item, begin, begin + samples)

    def noise(self, samples):
        """A stretch of noise, repeated when it is too short; sometimes plain noise of a random colour."""
        if self.rng.random() < 0.15:
            white = self.rng.standard_normal(samples).astype(np.float32)
            return random_filter(white, self.rng) if self.rng.random() < 0.5 else np.cumsum(white * 0.1) - np.linspace(0, np.sum(white * 0.1), samples)
        item = self.choose(self.noises)
        begin = int(self.rng.integers(0, max(1, item["length"] - samples)))
        piece = self.samples(item, begin, begin + samples)
        return np.resize(piece, samples) if len(piece) else np.zeros(samples, np.float32)

    def word(self, index):
        """(audio, end, slack) of one recording of a word, cut close to it, samples."""
        rng = self.rng
        if self.breaths[index] and rng.random() < 0.22:
            item, tail = self.choose_engine(self.breaths[index]), SAMPLES
        elif self.words[index] and rng.random() < REAL_SHARE:
            # A voice counts by the square root of its recordings: rare ones for more, but not for everything.
            groups = self.words[index]
            group = groups[int(self.rng.choice(len(groups), p=self.group_shares[index]))]
            item, tail = self.choose(group), int(rng.uniform(0, 0.12) * SAMPLE_RATE)
        else:
            item, tail = self.choose_engine(self.synthetic_words[index]), int(rng.uniform(0, 0.12) * SAMPLE_RATE)
        begin = max(0, item["begin"] - int(rng.uniform(0.0, 0.15) * SAMPLE_RATE))
        audio = self.samples(item, begin, item["end"] + tail)
        end, slack = item["end"] - begin, item["slack"]
        if rng.random() < 0.6:
            factor = rng.uniform(0.87, 1.15)
            audio, end, slack = change_speed(audio, factor), int(end / factor), int(slack / factor)
        return audio, end, slack, item["kind"] == "breath"

    def join(self, pieces):
        """Pieces one after another, each faded over 5 ms, their loudness within a few dB of the first."""
        level = rms_of_speech(pieces[0]) if len(pieces[0]) else 0.05
        joined = []
        for i, piece in enumerate(pieces):
            if len(piece) > 200:
                piece = piece.copy()
                if i and np.any(piece):
                    piece *= level / rms_of_speech(piece) * 10 ** (self.rng.uniform(-5, 5) / 20)
                ramp = np.linspace(0, 1, 80, dtype=np.float32)
                piece[:80] *= ramp
                piece[-80:] *= ramp[::-1]
            joined.append(piece)
        return joined

    def positive(self, labels):
        rng = self.rng
        index = int(rng.choice(len(WORDS), p=WORD_SHARES / WORD_SHARES.sum()))
        word, end, slack, whole = self.word(index)
        before = after = SILENT
        gap_before = gap_after = 0
        if rng.random() < 0.25:
            before = self.speech(int(rng.uniform(0.3, 1.2) * SAMPLE_RATE))
            gap_before = int(rng.uniform(0.05, 0.5) * SAMPLE_RATE)
        if not whole and rng.random() < 0.55:
            after = self.speech(SAMPLES)
            gap_after = int(max(0.0, rng.uniform(-0.1, 0.25)) * SAMPLE_RATE)
        word, before, after = self.join([word, before, after])
        room = SAMPLES - LATE - end - len(before) - gap_before
        lead = int(rng.uniform(0, max(1, min(room, 1.6 * SAMPLE_RATE)))) if rng.random() < 0.8 else int(rng.uniform(0, min(max(room, 1), 2400)))
        start = lead + len(before) + gap_before
        if start + end + LATE > SAMPLES:  # a long word after long speech: keep the word
            before, start = SILENT, max(0, SAMPLES - LATE - end - 800)
            lead = 0
        scene = np.zeros(SAMPLES, np.float32)
        paste(scene, before, lead)
        paste(scene, word, start)
        paste(scene, after, start + len(word) + gap_after)
        finish = start + end
        first, last = (finish - slack) // 320, (finish + min(slack, LATE) + LATE) // 320
        labels[:, index] = NEGATIVE
        labels[max(0, first) : last, index] = WINDOW
        labels[last : last + 15, index] = IGNORE
        return scene

    def negative(self):
        rng, draw = self.rng, self.rng.random()
        scene = np.zeros(SAMPLES, np.float32)
        if self.mined and draw < 0.3:
            item, begin = self.mined[rng.integers(len(self.mined))]
            begin = max(0, begin + int(rng.uniform(-0.5, 0.4) * SAMPLE_RATE))
            piece = self.samples(item, begin, begin + SAMPLES)
        elif draw < 0.72:
            piece = self.speech(SAMPLES)
        elif draw < 0.86:
            piece = self.samples(self.choose_engine(self.synthetic_speech))
        elif draw < 0.92:
            piece = self.samples(self.choose(self.short))
        elif draw < 0.96:  # the beginning or the end of a word is not the word
            word, end, _, whole = self.word(int(rng.integers(len(WORDS))))
            cut = int(end * rng.uniform(0.3, 0.55))
            piece = word[:cut] if rng.random() < 0.5 or whole else word[int(end * 0.55) :]
            if rng.random() < 0.7:
                piece = np.concatenate(self.join([piece, self.speech(SAMPLES)]))
        else:
            piece = SILENT
        if len(piece) and rng.random() < 0.4:
            piece = change_speed(piece, rng.uniform(0.87, 1.15))
        lead = int(rng.uniform(0, 0.6) * SAMPLE_RATE) if len(piece) > SAMPLES * 0.8 else int(rng.uniform(0, max(1, SAMPLES - len(piece))))
        paste(scene, piece, lead)
        after = lead + len(piece) + int(rng.uniform(0, 0.4) * SAMPLE_RATE)
        if after < SAMPLES - 8000 and len(piece) and rng.random() < 0.5:
            paste(scene, self.join([piece, self.speech(SAMPLES)])[1], after)
        return scene

    def treat(self, scene):
        """Room, microphone, noise, gain, converter: what lies between the mouth and the network."""
        rng = self.rng
        level = rms_of_speech(scene) if np.any(scene) else 0.03
        if rng.random() < 0.4 and np.any(scene):
            scene = in_room(scene, self.choose(self.rooms))
        if rng.random() < 0.7:
            snr = rng.uniform(0, 12) if rng.random() < 0.5 else rng.uniform(10, 30)
            scene = add_noise(scene, self.noise(SAMPLES), snr, level)
        if rng.random() < 0.08:
            scene = add_noise(scene, np.resize(self.speech(SAMPLES), SAMPLES), rng.uniform(8, 25), level)
        if rng.random() < 0.5:
            scene = random_filter(scene, rng)
        scene = scene + rng.standard_normal(SAMPLES).astype(np.float32) * (level * 10 ** (rng.uniform(-75, -30) / 20))
        scene = at_peak(scene, rng.uniform(-40, 0))
        if rng.random() < 0.04:
            scene = np.clip(scene * rng.uniform(1, 4), -1, 1)
        if rng.random() < 0.7:
            scene = np.round(scene * 32768) / 32768
        return scene.astype(np.float32)

    def batch(self, size):
        """(normalised steps [size, STEPS, 80] float32, labels [size, STEPS, words] int8)."""
        scenes = np.empty((size, SAMPLES), np.float32)
        labels = np.zeros((size, STEPS, len(WORDS)), np.int8)
        for i in range(size):
            scene = self.positive(labels[i]) if self.rng.random() < POSITIVE_SHARE else self.negative()
            scenes[i] = self.treat(scene)
        steps = to_steps(log_mel(scenes))
        # Half of the streams have just begun, the others have run for a while in the same place.
        running = steps[:, :15].mean(axis=(1, 2)) + self.rng.normal(0, 1.5, size)
        level = np.where(self.rng.random(size) < 0.5, LEVEL_START, running)
        return normalise(steps, level), labels


def paste(scene, piece, position):
    """Write a piece into a scene, cut at its end."""
    room = len(scene) - position
    if room > 0 and len(piece):
        scene[position : position + min(room, len(piece))] += piece[:room]
