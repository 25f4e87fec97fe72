"""Batches of utterances as a microphone in a home would hear them, and the development sets.

A batch is (features [B, T, 40] float32, rows [B], phones [sum], phone counts [B]); T is a multiple of 3.
"""

import multiprocessing
import signal

import numpy as np

from ..augment import add_noise, at_peak, change_speed, in_room, random_filter, rms_of_speech, room_response
from ..data import load as load_wake
from ..features import SAMPLE_RATE, log_mel
from . import speech
from .normalise import normalise

BATCH_SECONDS = 36.0
POOL = 1200  # utterances drawn at a time, then sorted by length into batches
# How often a recording of a source is heard: one-word clips less, since there are few words, and many voices more than one.
SHARES = {"librispeech": 1.3, "librispeech_other": 1.5, "common_voice": 1.5, "ljspeech": 0.7, "ljspeech_extra": 0.7, "speech_commands": 0.3, "wake": 0.4, "kokoro": 1.5, "flite": 0.8, "espeak": 0.55}


class Utterances:
    """The recordings of one part and the noises that go with them."""

    def __init__(self, part, norm, seed):
        self.audio, items = speech.load()
        self.items = [item for item in items if item["part"] == part]
        self.norm, self.rng = norm, np.random.default_rng(seed)
        self.wake_audio, wake_items = load_wake()
        # The wake recipe keeps some noises aside, the kitchen among them; the development sets are heard in these, but never in the kitchen.
        place = {"train": "train", "tune": "test"}[part]
        self.noises = [item for item in wake_items if item["kind"] == "noise" and item["part"] == place and item["source"] != "kitchen"]
        self.noise_weights = np.cumsum([np.sqrt(item["length"]) for item in self.noises])
        self.rooms = [room_response(self.rng) for _ in range(200 if part == "train" else 0)]
        weights = np.array([SHARES.get(item["source"], 1.0) for item in self.items])
        self.weights = weights / weights.sum()

    def samples(self, item):
        return self.audio[item["start"] : item["start"] + item["length"]].astype(np.float32) / 32768

    def noise(self, length):
        """A stretch of recorded noise, repeated when it is too short; sometimes plain noise of a random colour."""
        rng = self.rng
        if rng.random() < 0.12:
            return random_filter(rng.standard_normal(length).astype(np.float32), rng)
        item = self.noises[int(np.searchsorted(self.noise_weights, rng.random() * self.noise_weights[-1]))]
        begin = int(rng.integers(0, max(1, item["length"] - length)))
        piece = self.wake_audio[item["start"] + begin : item["start"] + min(item["length"], begin + length)].astype(np.float32) / 32768
        return np.resize(piece, length) if len(piece) else np.zeros(length, np.float32)

    def babble(self, length):
        """Several people at once."""
        total = np.zeros(length, np.float32)
        for _ in range(self.rng.integers(2, 7)):
            voice = self.samples(self.items[self.rng.integers(len(self.items))])
            total += np.roll(np.resize(voice / rms_of_speech(voice), length), self.rng.integers(length)) * self.rng.uniform(0.4, 1.0)
        return total

    def heard(self, item):
        """One utterance with everything between the mouth and the network: float32."""
        rng = self.rng
        audio = self.samples(item)
        if rng.random() < 0.6:
            audio = change_speed(audio, rng.uniform(0.9, 1.1))
        # A short end makes the network name the last phone soon; a long one, that it stays quiet.
        before = rng.uniform(0.3, 3.0) if rng.random() < 0.25 else rng.uniform(0.15, 0.6)
        after = rng.uniform(0.3, 2.0) if rng.random() < 0.25 else rng.uniform(0.12, 0.35)
        scene = np.pad(audio, (int(before * SAMPLE_RATE), int(after * SAMPLE_RATE)))
        level = rms_of_speech(audio)
        if rng.random() < 0.33:
            scene = in_room(scene, self.rooms[rng.integers(len(self.rooms))])
        if rng.random() < 0.45:
            scene = random_filter(scene, rng)
            level = rms_of_speech(scene)
        if rng.random() < 0.75:
            draw = rng.random()
            snr = rng.uniform(0, 15) if draw < 0.68 else rng.uniform(15, 30) if draw < 0.84 else rng.uniform(-2, 6)
            noise = self.babble(len(scene)) if rng.random() < 0.18 else self.noise(len(scene))
            scene = add_noise(scene, noise, snr, level)
        if rng.random() < 0.9:  # the microphone's own noise
            scene = scene + rng.standard_normal(len(scene)).astype(np.float32) * (level * 10 ** (rng.uniform(-70, -30) / 20))
        scene = at_peak(scene, rng.uniform(-40, 0))
        if rng.random() < 0.03:
            scene = np.clip(scene * rng.uniform(1, 4), -1, 1)
        return np.round(np.clip(scene, -1, 1) * 32768) / 32768

    def features(self, audio):
        mel = log_mel(audio.astype(np.float32))
        return normalise(mel, self.norm["mean"], self.norm["scale"])

    def batches(self):
        """Endless batches of about BATCH_SECONDS, padding included."""
        while True:
            drawn = self.rng.choice(len(self.items), POOL, p=self.weights)
            utterances = sorted(((self.features(self.heard(self.items[i])), self.items[i]["phones"]) for i in drawn), key=lambda pair: len(pair[0]))
            groups, group = [], []
            for pair in utterances:
                if group and (len(group) + 1) * len(pair[0]) > BATCH_SECONDS * 100:
                    groups.append(group)
                    group = []
                group.append(pair)
            groups.append(group)
            for i in self.rng.permutation(len(groups)):
                yield pack(groups[i])


def pack(utterances):
    """[(features, phones)] -> one padded batch; utterances with more phones than rows have been left out by the index."""
    longest = -(-max(len(features) for features, _ in utterances) // 3) * 3
    batch = np.zeros((len(utterances), longest, 40), np.float32)
    for row, (features, _) in zip(batch, utterances):
        row[: len(features)] = features
    rows = np.array([len(features) // 3 for features, _ in utterances])
    return batch, rows, np.concatenate([phones for _, phones in utterances]), np.array([len(phones) for _, phones in utterances])


def feed(queue, norm, seed):
    # The parent's way to end with a checkpoint is not for its helper.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for batch in Utterances("train", norm, seed).batches():
        queue.put(batch)


def background(norm, seed, ahead=100):
    """Batches made by another process."""
    queue = multiprocessing.Queue(ahead)
    process = multiprocessing.Process(target=feed, args=(queue, norm, seed), daemon=True)
    process.start()
    while True:
        yield queue.get()


def development(norm, snr=None, minutes=10, seed=7):
    """[(source, features, phones)] of recordings kept aside, the same ones each time, half a second of context at either end.

    Each source gets an equal share of the minutes. `snr` in dB: noises that are not trained on (never the kitchen); None: as recorded.
    """
    kept = Utterances("tune", norm, seed)
    sources = sorted({item["source"] for item in kept.items})
    found = []
    for source in sources:
        mine, seconds = [item for item in kept.items if item["source"] == source], 0.0
        for i in kept.rng.permutation(len(mine)):
            if seconds > minutes * 60 / len(sources):
                break
            seconds += mine[i]["length"] / SAMPLE_RATE
            audio = kept.samples(mine[i])
            scene = np.pad(audio, SAMPLE_RATE // 2)
            if snr is not None:
                scene = add_noise(scene, kept.noise(len(scene)), snr, rms_of_speech(audio))
            found.append((source, kept.features(at_peak(scene, -12.0)), mine[i]["phones"]))
    return found
