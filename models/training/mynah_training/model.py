"""The wake-word network: a causal dilated convolution over 20 ms steps, one shared encoder, one sigmoid a word.

Training runs it over whole recordings, [batch, steps, 80]; the exported network (export.py) is the same
arithmetic for one step with its memory in `state`. Nothing looks ahead.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .corpus import WORDS

STEP_FRAMES = 2  # 10 ms frames in a step
INPUTS = 80  # two frames of 40 bands
STEM_TAPS = 3
TAPS = 5
DILATIONS = (1, 1, 2, 2, 4, 4, 4, 4)
CHANNELS = 128

# The level follower that makes the network deaf to gain. `level` is in log energy; a stream starts at LEVEL_START.
LEVEL_START, ATTACK, RELEASE = -5.0, 0.1, 0.01  # a step of 20 ms
SCALE, LOWEST = 1 / 3, -3.0


def receptive_field():
    """Seconds of audio that a score depends on (the level follower aside)."""
    return 0.02 * (STEM_TAPS - 1 + (TAPS - 1) * sum(DILATIONS)) + 0.02 + 0.015


def to_steps(mel):
    """[..., frames, 40] -> [..., frames // 2, 80]."""
    steps = mel.shape[-2] // STEP_FRAMES
    return mel[..., : steps * STEP_FRAMES, :].reshape(*mel.shape[:-2], steps, INPUTS)


def normalise(steps, level=None):
    """Subtract a running level from [batch, steps, 80] log-mel (numpy), the same as the exported network does.

    The level rises with a time constant of 0.2 s and falls with one of 2 s. `level` [batch] is where it starts.
    """
    mean = steps.mean(axis=2)
    level = np.full(len(steps), LEVEL_START, np.float32) if level is None else level.astype(np.float32)
    levels = np.empty_like(mean)
    for t in range(steps.shape[1]):
        rise = mean[:, t] - level
        level = level + ATTACK * np.maximum(rise, 0) - RELEASE * np.maximum(-rise, 0)
        levels[:, t] = level
    return np.maximum((steps - levels[:, :, None]) * SCALE, LOWEST).astype(np.float32)


class Block(nn.Module):
    """x + relu(norm(mix(depthwise(x)))): a causal convolution of TAPS taps, `dilation` steps apart."""

    def __init__(self, channels, dilation):
        super().__init__()
        self.dilation = dilation
        self.taps = nn.Parameter(torch.randn(TAPS, channels) * 0.4)
        self.mix = nn.Linear(channels, channels, bias=False)
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, x):
        steps = x.shape[1]
        past = F.pad(x, (0, 0, (TAPS - 1) * self.dilation, 0))
        gathered = sum(past[:, i * self.dilation : i * self.dilation + steps] * self.taps[i] for i in range(TAPS))
        mixed = self.mix(gathered)
        return x + torch.relu(self.norm(mixed.flatten(0, 1)).view_as(mixed))


class WakeNet(nn.Module):
    """Normalised steps [batch, steps, 80] -> logits [batch, steps, words]."""

    def __init__(self, words=len(WORDS), channels=CHANNELS):
        super().__init__()
        self.stem = nn.Linear(INPUTS * STEM_TAPS, channels, bias=False)
        self.stem_norm = nn.BatchNorm1d(channels)
        self.blocks = nn.ModuleList(Block(channels, dilation) for dilation in DILATIONS)
        self.head = nn.Linear(channels, words)
        nn.init.constant_(self.head.bias, -3.0)

    def forward(self, steps):
        past = F.pad(steps, (0, 0, STEM_TAPS - 1, 0))
        stacked = torch.cat([past[:, i : i + steps.shape[1]] for i in range(STEM_TAPS)], dim=2)
        x = self.stem(stacked)
        x = torch.relu(self.stem_norm(x.flatten(0, 1)).view_as(x))
        for block in self.blocks:
            x = block(x)
        return self.head(x)
