"""The network: normalised log-mel in, log-probabilities of phones out, one row per 30 ms.

Everything is causal; look-ahead is delay: a block with look-ahead puts out row t - 1 when row t comes in, its residual branch delayed
alike. The same code therefore trains on whole recordings and streams: a state holds the last inputs of each convolution, zeros at first.
"""

import torch
from torch import nn
from torch.nn import functional as F

BANDS, TOKENS = 40, 40
STEM, CHANNELS, HIDDEN = 128, 256, 512
BLOCKS = 8
WIDTH = 11  # rows that a block's convolution sees
AHEAD_BLOCKS = (1, 3, 5)  # blocks that look one row ahead
MIDDLE = 4  # blocks below the auxiliary output
FRAMES_PER_STEP, ROWS_PER_STEP = 12, 4
DELAY_ROWS = len(AHEAD_BLOCKS)
DELAY_FRAMES = 3 * DELAY_ROWS  # output row i belongs to the three frames that end DELAY_FRAMES before its last input


class Norm(nn.Module):
    """Layer norm over the last axis; written out in plain operators when `plain` is set, as the export needs."""

    def __init__(self, channels):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))
        self.plain = False

    def forward(self, x):
        if not self.plain:
            return F.layer_norm(x, x.shape[-1:], self.weight, self.bias, 1e-5)
        centred = x - x.mean(dim=-1, keepdim=True)
        variance = (centred * centred).mean(dim=-1, keepdim=True)
        return centred / torch.sqrt(variance + 1e-5) * self.weight + self.bias


class Block(nn.Module):
    """Depthwise convolution over rows, layer norm, a mix of channels; added to its input."""

    def __init__(self, ahead):
        super().__init__()
        self.ahead = ahead
        self.depthwise = nn.Conv1d(CHANNELS, CHANNELS, WIDTH, groups=CHANNELS)
        self.norm = Norm(CHANNELS)
        self.widen, self.narrow = nn.Linear(CHANNELS, HIDDEN), nn.Linear(HIDDEN, CHANNELS)

    def forward(self, x, state):
        """x [B, T, C], state [B, WIDTH - 1, C] -> the same shapes."""
        history = torch.cat([state, x], dim=1)
        y = self.depthwise(history.transpose(1, 2)).transpose(1, 2)
        y = self.narrow(F.relu(self.widen(self.norm(y))))
        delayed = history[:, WIDTH - 2 : -1] if self.ahead else x
        return delayed + y, history[:, -(WIDTH - 1) :]


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv1d(BANDS, STEM, 3)
        self.stride = nn.Conv1d(STEM, CHANNELS, 6, stride=3)
        self.blocks = nn.ModuleList(Block(i in AHEAD_BLOCKS) for i in range(BLOCKS))
        self.middle = nn.Linear(CHANNELS, TOKENS)
        self.norm, self.head = Norm(CHANNELS), nn.Linear(CHANNELS, TOKENS)

    @staticmethod
    def start(batch=1):
        """The state of a stream that begins: one tensor a convolution."""
        shapes = [(2, BANDS), (3, STEM)] + [(WIDTH - 1, CHANNELS)] * BLOCKS
        return [torch.zeros(batch, rows, channels) for rows, channels in shapes]

    def forward(self, features, *state):
        """features [B, T, 40] with T a multiple of 3, state as `start` -> (log-probabilities [B, T/3, 40], auxiliary ones, next state)."""
        following = []
        history = torch.cat([state[0], features], dim=1)
        following.append(history[:, -2:])
        x = F.relu(self.stem(history.transpose(1, 2)).transpose(1, 2))
        history = torch.cat([state[1], x], dim=1)
        following.append(history[:, -3:])
        x = self.stride(history.transpose(1, 2)).transpose(1, 2)
        middle = x
        for number, (block, before) in enumerate(zip(self.blocks, state[2:])):
            if number == MIDDLE:
                middle = x
            x, after = block(x, before)
            following.append(after)
        return F.log_softmax(self.head(self.norm(x)), dim=-1), F.log_softmax(self.middle(middle), dim=-1), following


def parameters(network):
    """How many of them the exported network has (the auxiliary output is not part of it)."""
    return sum(p.numel() for name, p in network.named_parameters() if not name.startswith("middle."))
