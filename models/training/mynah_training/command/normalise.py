"""The level and the colour of a voice taken out: log-mel less a running mean in which loud frames count most.

With x_t[b] the log-mel of frame t, L_t = ln sum_b exp x_t[b], M_t = max of L_s over s <= t + AHEAD, and w_s = exp(0.5 (L_s - M_t)):

  mean_t[b] = (sum_{s <= t+AHEAD} w_s x_s[b] + SEED (mean[b] + M_t - loudness)) / (sum_{s <= t+AHEAD} w_s + SEED)
  y_t = (x_t - mean_t) / scale

Sums begin at the first frame of the stream; where the audio has ended they simply end. A stream k dB louder gives the same y.
`mean`, `loudness` and `scale` are measured once over training speech.
"""

import numpy as np

AHEAD = 10  # frames of 10 ms
SEED = 20.0  # frames at full weight that the stored mean counts for
LOUDNESS = 0.0


def loudness(mel):
    """ln of the energy of all bands, [..., T]."""
    top = mel.max(axis=-1, keepdims=True)
    return np.log(np.exp(mel - top).sum(axis=-1)) + top[..., 0]


def running_mean(mel, mean):
    """mean_t of one stream: [T, 40] float64."""
    mel = np.asarray(mel, np.float64)
    level = loudness(mel)
    # Sums relative to the loudest frame of all; the factor brings them to the loudest one so far.
    weights = np.exp(0.5 * (level - level.max()))
    seen = np.minimum(np.arange(len(mel)) + AHEAD, len(mel) - 1)
    loudest = np.maximum.accumulate(level)[seen]
    factor = np.exp(0.5 * (level.max() - loudest))[:, None]
    sums = np.cumsum(weights[:, None] * mel, axis=0)[seen]
    counts = np.cumsum(weights)[seen][:, None]
    seed = np.asarray(mean, np.float64) + (loudest - LOUDNESS)[:, None]
    return (factor * sums + SEED * seed) / (factor * counts + SEED)


def normalise(mel, mean, scale):
    """float32 [T, 40] log-mel -> float32 [T, 40] features of the network."""
    return ((mel - running_mean(mel, mean)) / scale).astype(np.float32)


def measure(mels):
    """(mean [40], scale) of training speech, an iterable of log-mels [T, 40]."""
    means, squares = [], []
    for mel in mels:
        level = loudness(mel.astype(np.float64))
        weights = np.exp(0.5 * (level - level.max()))
        means.append((weights[:, None] * mel).sum(axis=0) / weights.sum() - level.max() + LOUDNESS)
        # The spread of what is not a pause, around the voice's own mean.
        squares.append(np.mean((mel - means[-1] - level.max() + LOUDNESS)[level > level.max() - 7] ** 2))
    return np.mean(means, axis=0), float(np.sqrt(np.mean(squares)))
