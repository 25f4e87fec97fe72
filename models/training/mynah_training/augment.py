"""What happens to a recording between the mouth and the network. float32 arrays at 16 kHz.

All functions take a numpy Generator, so a training run is repeatable.
"""

import numpy as np
from scipy.signal import fftconvolve, lfilter

from .features import SAMPLE_RATE

SPEED_OF_SOUND = 343.0


def rms_of_speech(audio):
    """RMS of the 10 ms frames within 30 dB of the loudest one."""
    frames = audio[: len(audio) // 160 * 160].reshape(-1, 160)
    if len(frames) == 0:
        return 1e-4
    power = np.mean(frames**2, axis=1)
    return float(np.sqrt(np.mean(power[power >= power.max() * 1e-3]))) + 1e-6


def change_speed(audio, factor):
    """Faster and higher for factor > 1, by linear interpolation."""
    positions = np.arange(0, len(audio) - 1, factor)
    return np.interp(positions, np.arange(len(audio)), audio).astype(np.float32)


def room_response(rng):
    """Impulse response of a random box-shaped room by image sources, reflections up to the third order.

    The direct sound is at sample 0 with gain 1, so the word does not move. Later reflections, which the
    images leave out, are exponentially decaying noise.
    """
    size = rng.uniform([2.5, 2.0, 2.2], [8.0, 6.0, 3.2])
    reflect = rng.uniform(0.3, 0.85)
    source, ear = rng.uniform(0.3, size - 0.3), rng.uniform(0.3, size - 0.3)
    orders = np.arange(-3, 4)
    grid = np.stack(np.meshgrid(orders, orders, orders, indexing="ij"), -1).reshape(-1, 3)
    grid = grid[np.abs(grid).sum(1) <= 3]
    images = np.where(grid % 2 == 0, grid * size + source, grid * size + size - source)
    distance = np.linalg.norm(images - ear, axis=1)
    direct = np.linalg.norm(source - ear)
    gain = reflect ** np.abs(grid).sum(1) * direct / distance
    delay = np.round((distance - direct) / SPEED_OF_SOUND * SAMPLE_RATE).astype(int)
    decay_time = rng.uniform(0.15, 0.6)  # RT60, s
    length = int(min(0.35, decay_time) * SAMPLE_RATE)
    response = np.zeros(max(length, 1), np.float32)
    inside = (delay >= 0) & (delay < length)
    np.add.at(response, delay[inside], gain[inside])
    time = np.arange(length) / SAMPLE_RATE
    tail = rng.standard_normal(length) * 10 ** (-3 * time / decay_time) * rng.uniform(0.005, 0.04) * reflect
    tail[: SAMPLE_RATE // 100] = 0
    return (response + tail).astype(np.float32)


def in_room(audio, response):
    """The recording as heard in a room, as long as before and equally loud."""
    wet = fftconvolve(audio, response)[: len(audio)].astype(np.float32)
    return wet * (rms_of_speech(audio) / rms_of_speech(wet))


def random_filter(audio, rng):
    """A microphone's colour: a tilt, and one resonance or a cut at either end."""
    audio = lfilter([1.0, rng.uniform(-0.6, 0.6)], [1.0], audio)
    kind = rng.random()
    if kind < 0.3:  # rumble filter
        pole = rng.uniform(0.9, 0.98)
        audio = lfilter([1.0, -1.0], [1.0, -pole], audio)
    elif kind < 0.5:  # dull
        pole = rng.uniform(0.2, 0.6)
        audio = lfilter([1 - pole], [1.0, -pole], audio)
    elif kind < 0.75:  # resonance of up to 8 dB
        angle, radius = 2 * np.pi * rng.uniform(200, 5000) / SAMPLE_RATE, rng.uniform(0.6, 0.9)
        inner = radius * rng.uniform(0.6, 1.0)
        audio = lfilter([1, -2 * inner * np.cos(angle), inner**2], [1, -2 * radius * np.cos(angle), radius**2], audio)
    return audio.astype(np.float32)


def add_noise(audio, noise, snr, level=None):
    """Noise of equal length at `snr` dB below the speech, whose RMS is `level` (measured when not given)."""
    level = level or rms_of_speech(audio)
    noise_level = float(np.sqrt(np.mean(noise**2))) + 1e-6
    return audio + noise * (level * 10 ** (-snr / 20) / noise_level)


def at_peak(audio, decibels):
    """Scale so that the loudest sample is at `decibels` dBFS."""
    return audio * (10 ** (decibels / 20) / (float(np.abs(audio).max()) + 1e-6))
