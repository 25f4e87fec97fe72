"""A voice from the last 1.2 s of log-mel before a wake word was detected, by statistics: no network.

Cepstra of the louder frames are shared out among the Gaussians of a background model (Reynolds, Quatieri and Dunn 2000), each of which stands
for some sounds of speech. How far their mean lies from each Gaussian's, pulled to zero where it has few frames (relevance MAP), makes one long
vector; a linear projection learned by discriminant analysis keeps what differs between people and not between takes, rooms and noises.
"""

import numpy as np
import torch

from ..features import BANDS

FRAMES = 120
CEPSTRA = 20
GAUSSIANS = 64
RELEVANCE = 4.0
EMBEDDING = 64
# Frames this far below the loudest count fully and not at all, in natural log of energy.
FULL, NONE = 4.0, 7.0
# What lies so far below it is the room's or the codec's.
LOWEST = 10.0
# Of the frames, this one by level stands for the room.
ROOM = 12

# DCT-II, orthonormal, without the mean, which is the level.
DCT = torch.tensor(np.sqrt(2 / BANDS) * np.cos(np.pi / BANDS * (np.arange(BANDS)[:, None] + 0.5) * np.arange(1, CEPSTRA + 1)), dtype=torch.float32)


def cepstra(windows):
    """[batch, FRAMES, BANDS] log-mel -> cepstra [batch, FRAMES, CEPSTRA], and how much each frame counts [batch, FRAMES], 0 to 1."""
    level = windows.mean(dim=2)
    peak = level.amax(dim=1, keepdim=True)
    heard = torch.maximum(windows, peak[:, :, None] - LOWEST)
    return heard @ DCT, ((level - peak + NONE) / (NONE - FULL)).clamp(0, 1)


def clarity(windows):
    """[batch, FRAMES, BANDS] -> how far the voice stands above the room [batch], in natural log of energy, 0 to 8."""
    level = windows.mean(dim=2).sort(dim=1).values
    return (level[:, -1] - level[:, ROOM]).clamp(0, 8)


class Background:
    """Diagonal Gaussians: weights [G], means and deviations [G, CEPSTRA]."""

    def __init__(self, weights, means, deviations):
        self.weights, self.means, self.deviations = weights, means, deviations

    def log_likelihoods(self, x):
        """[frames, CEPSTRA] -> [frames, G], weights included, a constant left out."""
        inverse = 1 / self.deviations**2
        quadratic = (x * x) @ inverse.T - 2 * x @ (self.means * inverse).T + (self.means**2 * inverse).sum(1)
        return -0.5 * quadratic - self.deviations.log().sum(1) + self.weights.log()

    @staticmethod
    def fitted(x, rounds=12, seed=1):
        """By expectation and maximisation on frames [n, CEPSTRA]."""
        generator = torch.Generator().manual_seed(seed)
        means = x[torch.randperm(len(x), generator=generator)[:GAUSSIANS]]
        background = Background(torch.full((GAUSSIANS,), 1 / GAUSSIANS), means, x.std(0).expand(GAUSSIANS, -1))
        for _ in range(rounds):
            share = background.log_likelihoods(x).softmax(dim=1)
            count = share.sum(0) + 1e-3
            means = share.T @ x / count[:, None]
            variance = share.T @ (x * x) / count[:, None] - means**2
            background = Background(count / count.sum(), means, variance.clamp(min=1e-2 * x.var(0)).sqrt())
        return background

    def statistics(self, windows):
        """[batch, FRAMES, BANDS] -> [batch, G * CEPSTRA]."""
        x, weight = cepstra(windows)
        batch = len(windows)
        share = self.log_likelihoods(x.reshape(-1, CEPSTRA)).softmax(dim=1).view(batch, FRAMES, -1) * weight[:, :, None]
        count = share.sum(1)
        sums = share.transpose(1, 2) @ x
        away = (sums - count[:, :, None] * self.means) / self.deviations
        return (away / (count + RELEVANCE)[:, :, None]).reshape(batch, -1)


def discriminant(vectors, labels, size=EMBEDDING, components=400, shrink=0.1):
    """(offset [n], projection [n, size]): principal components, then the directions in which classes differ most for the spread within them."""
    offset = vectors.mean(0)
    centred = vectors - offset
    values, basis = np.linalg.eigh(centred.T @ centred / len(centred))
    basis = basis[:, ::-1][:, :components]
    reduced = centred @ basis
    order = np.argsort(labels, kind="stable")
    reduced, labels = reduced[order], labels[order]
    starts = np.flatnonzero(np.r_[True, labels[1:] != labels[:-1]])
    count = np.diff(np.r_[starts, len(labels)])
    means = np.add.reduceat(reduced, starts) / count[:, None]
    within = reduced - np.repeat(means, count, axis=0)
    within = within.T @ within / (len(reduced) - len(starts))
    within = (1 - shrink) * within + shrink * np.trace(within) / components * np.eye(components)
    whitened = np.linalg.inv(np.linalg.cholesky(within)).T
    # Of speakers with few takes the mean has much of the spread within in it: they count less.
    weight = np.sqrt(count)
    seen = means @ whitened
    between = (seen * weight[:, None]).T @ seen / weight.sum()
    values, directions = np.linalg.eigh(between)
    return offset, basis @ whitened @ directions[:, ::-1][:, :size], values[::-1][:size]
