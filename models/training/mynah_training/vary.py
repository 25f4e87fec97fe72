"""Variation of whole batches in the feature domain, so cheap that each scene is used several times.

Few people say each wake word, and a network soon knows them by heart; what differs between voices is varied
here one by one: the length of the vocal tract, tempo and rhythm, the colour of microphone and room.
"""

import torch

from .features import BANDS
from .scenes import IGNORE, WINDOW

LOWEST_HZ, HIGHEST_HZ = 60.0, 7600.0


def mel(hertz):
    return 2595 * torch.log10(1 + hertz / 700)


def uniform(shape, low, high, generator):
    return low + (high - low) * torch.rand(shape, generator=generator)


def interpolate(values, positions, dim):
    """values [batch, frames, bands] at fractional positions [batch, n] along `dim`, clamped to the ends."""
    last = values.shape[dim] - 1
    positions = positions.clamp(0, last)
    below = positions.floor().clamp(max=last - 1)
    share = positions - below
    shape = (len(values), -1, 1) if dim == 1 else (len(values), 1, -1)
    index = below.long().view(shape)
    spread = (-1, -1, values.shape[2]) if dim == 1 else (-1, values.shape[1], -1)
    low, high = values.gather(dim, index.expand(spread)), values.gather(dim, (index + 1).expand(spread))
    return torch.lerp(low, high, share.view(shape))


def warped_bands(frames, generator):
    """Vocal tract length perturbation (Jaitly and Hinton 2013): three scenes in four with all frequencies times 0.84 to 1.19."""
    batch = len(frames)
    factor = torch.where(torch.rand(batch, generator=generator) < 0.75, torch.exp(uniform((batch,), -0.175, 0.175, generator)), torch.ones(batch))
    ends = mel(torch.tensor([LOWEST_HZ, HIGHEST_HZ]))
    spacing = (ends[1] - ends[0]) / (BANDS + 1)
    centres = 700 * (10 ** ((ends[0] + spacing * torch.arange(1, BANDS + 1)) / 2595) - 1)
    return interpolate(frames, (mel(centres * factor[:, None]) - ends[0]) / spacing - 1, 2)


def warped_time(frames, labels, generator):
    """Tempo times 0.85 to 1.2, and within the scene by some 15 % more or less. A window that is cut off is ignored."""
    batch, length = frames.shape[:2]
    tempo = uniform((batch, 1), 0.85, 1.2, generator)
    time = torch.arange(length, dtype=torch.float32)[None]
    # Slower scenes lose their end; faster ones keep it, and are mirrored to fill the beginning.
    source = torch.where(tempo <= 1, time * tempo, length - 1 - (length - 1 - time) * tempo)
    for waves in (2, 3, 5):
        depth = 0.1 * torch.randn((batch, 1), generator=generator).clamp(-2, 2)
        phase = uniform((batch, 1), 0, 2 * torch.pi, generator)
        source = source + depth * length / (2 * torch.pi * waves) * torch.sin(2 * torch.pi * waves * time / length + phase)
    source = source.abs().clamp(max=length - 1)
    steps = (source[:, 1::2] / 2).round().long().clamp(max=labels.shape[1] - 1)
    moved = labels.gather(1, steps[:, :, None].expand(-1, -1, labels.shape[2]))
    kept = (moved == WINDOW).sum(dim=1, keepdim=True) >= 0.6 * (labels == WINDOW).sum(dim=1, keepdim=True)
    moved = torch.where((moved == WINDOW) & ~kept, torch.full_like(moved, IGNORE), moved)
    return interpolate(frames, source, 1), moved


def coloured(frames, generator):
    """A smooth frequency response of a few dB."""
    bands = torch.arange(BANDS) / BANDS
    waves = torch.stack([torch.cos(torch.pi * k * bands) for k in (1, 2, 3, 4)])
    return frames + (0.15 * torch.randn((len(frames), 4), generator=generator) @ waves)[:, None]


def masked(frames, generator):
    """Up to 8 neighbouring bands hidden."""
    bands = torch.arange(BANDS)
    width = torch.randint(0, 9, (len(frames), 1, 1), generator=generator)
    first = torch.randint(0, BANDS, (len(frames), 1, 1), generator=generator)
    hidden = (bands >= first) & (bands < first + width)
    return torch.where(hidden, frames.mean(dim=(1, 2), keepdim=True), frames)


def varied(steps, labels, generator):
    """(steps [batch, n, 80], labels [batch, n, words]) of normalised scenes, changed in all these ways."""
    frames = steps.view(len(steps), -1, BANDS)
    frames, labels = warped_time(warped_bands(frames, generator), labels, generator)
    return masked(coloured(frames, generator), generator).reshape(steps.shape), labels
