"""Learns the background model and the projection from the training part: WORK/speaker_model.npz. A quarter of a minute of one core."""

import argparse
import time

import numpy as np
import torch

from ..paths import WORK
from .batches import Batches, Recordings
from .model import Background, cepstra, discriminant


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, default=12_000, help="variations of the recordings to learn from")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    began = time.process_time()
    batches = Batches(Recordings("train"), 200, options.seed)
    print(f"{batches.speakers} speakers", flush=True)
    frames = []
    for _ in range(10):
        x, weight = cepstra(batches.batch()[0])
        frames.append(x[weight > 0.5])
    background = Background.fitted(torch.cat(frames))
    vectors, labels = [], []
    while sum(map(len, vectors)) < options.windows:
        windows, speaker = batches.batch()
        vectors.append(background.statistics(windows).numpy())
        labels.append(speaker.numpy())
    print(f"statistics after {time.process_time() - began:.0f} s", flush=True)
    offset, projection, values = discriminant(np.concatenate(vectors), np.concatenate(labels))
    print("spread between speakers over that within:", *(f"{value:.1f}" for value in values[[0, 1, 3, 7, 15, 31, 63]]))
    np.savez(WORK / "speaker_model.npz", weights=background.weights, means=background.means, deviations=background.deviations,
             offset=offset, projection=projection)
    seconds = time.process_time() - began
    (WORK / "speaker.txt").write_text(f", {options.windows:,} variations of the recordings, {seconds:.0f} s of one core")
    print(f"{seconds:.0f} s of one core")


if __name__ == "__main__":
    main()
