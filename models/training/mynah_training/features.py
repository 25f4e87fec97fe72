"""Log-mel features, the same ones that the Rust side computes.

Audio is float32, mono, 16 kHz, in [-1, 1]. Frame t (hop 160 samples = 10 ms) covers samples
[t*160 - 240, t*160 + 160): 400 samples (25 ms) that end with the t-th 10 ms; zeros stand before the
start of the stream. Each frame is weighted by a periodic Hann window, padded with zeros to 512, and
its power spectrum (257 bins) is summed by 40 triangular filters. The value is ln(energy + 1e-8).
"""

import json
import sys

import numpy as np
from scipy import fft as scipy_fft

SAMPLE_RATE = 16_000
HOP = 160
WINDOW = 400
FFT = 512
BANDS = 40
LOW_HZ, HIGH_HZ = 60.0, 7600.0
FLOOR = 1e-8

# Periodic Hann: the period is WINDOW, so the last value is not zero again.
HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)


def hz_to_mel(hz):
    """HTK mel scale."""
    return 2595.0 * np.log10(1.0 + np.asarray(hz, np.float64) / 700.0)


def mel_to_hz(mel):
    """Inverse of hz_to_mel."""
    return 700.0 * (10.0 ** (np.asarray(mel, np.float64) / 2595.0) - 1.0)


def mel_filters():
    """[257, 40] weights: triangles of peak 1, corners equally spaced in mel from 60 to 7600 Hz.

    A triangle is linear in Hz between its corners and is evaluated at the centre of each bin
    (31.25 Hz apart); there is no area normalisation.
    """
    corners = mel_to_hz(np.linspace(hz_to_mel(LOW_HZ), hz_to_mel(HIGH_HZ), BANDS + 2))
    bins = np.arange(FFT // 2 + 1) * (SAMPLE_RATE / FFT)
    left, centre, right = corners[:-2], corners[1:-1], corners[2:]
    rising = (bins[:, None] - left) / (centre - left)
    falling = (right - bins[:, None]) / (right - centre)
    return np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)


FILTERS = mel_filters()


def log_mel(audio):
    """float32 [..., n] at 16 kHz -> float32 [..., n // 160, 40]."""
    audio = np.asarray(audio, np.float32)
    frames = audio.shape[-1] // HOP
    lead = np.zeros(audio.shape[:-1] + (WINDOW - HOP,), np.float32)
    padded = np.concatenate([lead, audio[..., : frames * HOP]], axis=-1)
    shape = audio.shape[:-1] + (frames, WINDOW)
    strides = padded.strides[:-1] + (HOP * padded.itemsize, padded.itemsize)
    windows = np.lib.stride_tricks.as_strided(padded, shape, strides) * HANN
    spectrum = scipy_fft.rfft(windows, FFT)
    power = spectrum.real**2 + spectrum.imag**2
    return np.log(power @ FILTERS + np.float32(FLOOR))


def golden_signal(length=4000):
    """The deterministic test signal x(n), n = 0 .. length-1, float32.

    x(n) =  0.30 sin(2 pi  220 n / 16000)
          + 0.20 sin(2 pi 1000 n / 16000 + 1)
          + 0.10 sin(2 pi 3500 n / 16000 + 2)
          + 0.05 r(n)
    r(n) = s(n) / 2^31 - 1,  s(n) = (1664525 s(n-1) + 1013904223) mod 2^32,  s(-1) = 12345.
    Computed in float64 and rounded to float32 at the end.
    """
    n = np.arange(length, dtype=np.float64)
    state, noise = 12345, np.empty(length)
    for i in range(length):
        state = (1664525 * state + 1013904223) % 2**32
        noise[i] = state / 2**31 - 1.0
    turn = 2 * np.pi * n / SAMPLE_RATE
    x = 0.30 * np.sin(220 * turn) + 0.20 * np.sin(1000 * turn + 1) + 0.10 * np.sin(3500 * turn + 2)
    return (x + 0.05 * noise).astype(np.float32)


def write_golden(path):
    """Write the features of the golden signal: 25 frames x 40 values, 5 decimals."""
    mel = log_mel(golden_signal())
    golden = {
        "signal": golden_signal.__doc__.strip(),
        "first_samples": [round(float(v), 7) for v in golden_signal()[:8]],
        "frames": [[round(float(v), 5) for v in frame] for frame in mel],
    }
    with open(path, "w") as file:
        json.dump(golden, file, indent=0)
        file.write("\n")


if __name__ == "__main__":
    write_golden(sys.argv[1])
