"""What a microphone hears of a word, in the log-mel domain: windows as the runtime cuts them, in rooms and noise.

Energies add up, so noise is added to the energies of the bands; a microphone or a room colours them, which adds to their logarithms.
"""

import numpy as np
import torch

from ..features import BANDS
from ..paths import WORK
from ..vary import interpolate, mel as mel_of
from .model import FRAMES

SPEAKERS_BY_TRACT = (1.0, 0.88, 1.14)


class Recordings:
    """WORK/speaker.npz in memory; `part` train, tune or test."""

    def __init__(self, part):
        stored = np.load(WORK / "speaker.npz")
        kept = np.flatnonzero(stored["part"] == part)
        self.mel = stored["mel"]
        self.start, self.length = stored["start"][kept], stored["length"][kept]
        self.group, self.source, self.said = stored["group"][kept], stored["source"][kept], stored["said"][kept]
        self.noise = stored["noise_train" if part == "train" else "noise_test"]

    def frames(self, number):
        first = self.start[number]
        return self.mel[first : first + self.length[number]].astype(np.float32)

    def window(self, number, rng, late=None):
        """[FRAMES, BANDS] with the word near its end, as at a detection `late` frames after it (random if None)."""
        mel = self.frames(number)
        level = mel.mean(axis=1)
        loud = np.flatnonzero(level > level.max() - 5.5)
        first, last = loud[0], loud[-1] + 1
        if last - first > FRAMES:  # running speech: anywhere in it, as long as a word is
            last = first + rng.integers(60, FRAMES + 1) + rng.integers(0, max(1, last - first - FRAMES))
            last = min(last, len(mel))
        end = last + (rng.integers(0, 25) if late is None else late)
        quiet = np.quantile(mel, 0.05, axis=0)
        window = quiet + rng.normal(0, 0.5, (FRAMES, BANDS)).astype(np.float32)
        taken = mel[max(0, end - FRAMES) : end]
        # What lies after the recording's end is as quiet as its quiet parts.
        stop = FRAMES - max(0, end - len(mel))
        window[stop - len(taken) : stop] = taken
        return window

    def noise_window(self, rng):
        first = rng.integers(0, len(self.noise) - FRAMES)
        return self.noise[first : first + FRAMES].astype(np.float32)


def with_noise(windows, noise, snr):
    """Noise at `snr` dB [batch] below the loud frames of each window."""
    energy, disturbing = windows.exp(), noise.exp()
    per_frame = energy.sum(dim=2)
    loud = per_frame > per_frame.amax(dim=1, keepdim=True) * 1e-2
    speech = (per_frame * loud).sum(dim=1) / loud.sum(dim=1)
    gain = speech / (disturbing.sum(dim=2).mean(dim=1) + 1e-9) * 10 ** (-snr / 10)
    return (energy + disturbing * gain[:, None, None]).log()


def coloured(windows, strength, generator):
    """A smooth frequency response: `strength` nats a wave."""
    bands = (torch.arange(BANDS) + 0.5) / BANDS
    waves = torch.stack([torch.cos(torch.pi * k * bands) for k in (1, 2, 3, 4, 5)])
    weights = strength * torch.randn((len(windows), 5), generator=generator) / torch.tensor([1.0, 1.0, 1.3, 1.6, 2.0])
    return windows + (weights @ waves)[:, None]


def in_rooms(windows, generator):
    """Reverberation as energies that die away: up to half a second, the direct sound above it."""
    batch = len(windows)
    decay_ms = 150 + 350 * torch.rand(batch, generator=generator)
    keep = torch.exp(-13.8 * 10 / decay_ms)[:, None]
    share = (0.5 * torch.rand((batch, 1), generator=generator) ** 2) * (torch.rand((batch, 1), generator=generator) < 0.6)
    energy = windows.exp()
    tail, out = torch.zeros_like(energy[:, 0]), []
    for frame in energy.unbind(dim=1):
        out.append(frame + tail)
        tail = keep * tail + share * (1 - keep) * frame * 4
    return torch.stack(out, dim=1).log()


def tract(windows, factor):
    """All frequencies times `factor` [batch]: another vocal tract, so another speaker."""
    low, high = mel_of(torch.tensor(60.0)), mel_of(torch.tensor(7600.0))
    spacing = (high - low) / (BANDS + 1)
    centres = 700 * (10 ** ((low + spacing * torch.arange(1, BANDS + 1)) / 2595) - 1)
    return interpolate(windows, (mel_of(centres * factor[:, None]) - low) / spacing - 1, 2)


def tempo(windows, generator):
    """Times 0.9 to 1.12, the end staying where it is."""
    factor = 0.9 + 0.22 * torch.rand((len(windows), 1), generator=generator)
    time = torch.arange(FRAMES, dtype=torch.float32)[None]
    return interpolate(windows, ((FRAMES - 1) - (FRAMES - 1 - time) * factor).abs(), 1)


def masked(windows, generator):
    """Up to 5 neighbouring bands, and up to 12 neighbouring frames, at the window's quietest."""
    lowest = windows.amin(dim=(1, 2), keepdim=True)
    for size, most, shape in ((BANDS, 5, (1, 1, BANDS)), (FRAMES, 12, (1, FRAMES, 1))):
        place = torch.arange(size).view(shape)
        width = torch.randint(0, most + 1, (len(windows), 1, 1), generator=generator)
        first = torch.randint(0, size, (len(windows), 1, 1), generator=generator)
        windows = torch.where((place >= first) & (place < first + width), lowest, windows)
    return windows


class Batches:
    """Endless (windows, speaker): each speaker three times, with the vocal tract as it is, longer and shorter."""

    def __init__(self, recordings, size, seed, least=3):
        self.recordings, self.size = recordings, size
        self.rng, self.generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
        groups, number, count = np.unique(recordings.group, return_inverse=True, return_counts=True)
        kept = np.flatnonzero(count >= least)
        self.of = [np.flatnonzero(number == group) for group in kept]
        share = np.sqrt(count[kept].clip(max=30))
        self.share = share / share.sum()
        self.speakers = len(kept) * len(SPEAKERS_BY_TRACT)

    def batch(self):
        rng, generator = self.rng, self.generator
        speaker = rng.choice(len(self.of), self.size, p=self.share)
        warp = rng.choice(len(SPEAKERS_BY_TRACT), self.size, p=(0.5, 0.25, 0.25))
        windows = torch.from_numpy(np.stack([self.recordings.window(rng.choice(self.of[s]), rng) for s in speaker]))
        factor = torch.tensor(SPEAKERS_BY_TRACT)[warp] * torch.exp(0.01 * torch.randn(self.size, generator=generator))
        windows = tempo(tract(windows, factor), generator)
        windows = coloured(in_rooms(windows, generator), 0.45, generator)
        noise = torch.from_numpy(np.stack([self.recordings.noise_window(rng) for _ in speaker]))
        snr = torch.where(torch.rand(self.size, generator=generator) < 0.3, torch.tensor(45.0), 4 + 26 * torch.rand(self.size, generator=generator))
        windows = masked(with_noise(windows, coloured(noise, 0.3, generator), snr), generator)
        return windows, torch.from_numpy(speaker * len(SPEAKERS_BY_TRACT) + warp)
