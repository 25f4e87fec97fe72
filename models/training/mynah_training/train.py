"""Training: max-pooling loss on the end of the word, mined negatives, averaged weights, resumable.

One worker process makes scenes, this one learns. WORK/checkpoint.pt is written every few hundred steps; started
again with the same arguments, training goes on from there. The result is WORK/wake.pt (averaged weights).
"""

import argparse
import copy
import json
import time

import numpy as np
import torch
from torch.nn import functional as F

from .data import load
from .evaluate import score_recordings
from .model import WakeNet
from .paths import WORK
from .scenes import NEGATIVE, WINDOW, Scenes

BATCH = 64
POOL = 4  # steps of the window that must be high together, so that a patience of 2 or 3 is reached
PEAK_RATE = 2.5e-3
REPEATS = 2  # each batch of scenes is used so often, since making it costs nearly as much as learning from it


def loss_of(logits, labels):
    """Mean over words and scenes: -log p of the best steps of each window, and softplus on all negative steps."""
    negative, window = labels == NEGATIVE, labels == WINDOW
    best = logits.masked_fill(~window, -30.0).topk(POOL, dim=1).values.mean(dim=1)
    present = window.any(dim=1)
    missed = F.softplus(-best)[present].sum()
    false = F.softplus(logits)[negative]
    # Confident false scores weigh more than the many that are nearly right.
    focus = torch.sigmoid(logits.detach())[negative] ** 0.5
    return (missed + 0.25 * (false * focus).sum()) / len(logits)


class SceneStream(torch.utils.data.IterableDataset):
    """Endless batches; looks for newly mined negatives now and then."""

    def __init__(self, seed):
        self.seed = seed

    def __iter__(self):
        torch.set_num_threads(1)
        worker = torch.utils.data.get_worker_info()
        audio, items = load()
        scenes = Scenes(audio, items, "train", [self.seed, worker.id if worker else 0])
        mined, stamp = WORK / "mined.json", 0.0
        while True:
            if mined.exists() and mined.stat().st_mtime > stamp:
                stamp = mined.stat().st_mtime
                scenes.mined = [(items[index], begin) for index, begin in json.loads(mined.read_text())]
            steps, labels = scenes.batch(BATCH)
            yield torch.from_numpy(steps), torch.from_numpy(labels)


def mine(network, items, audio, limit=1500):
    """Write the places in the training negatives where some word scores highest."""
    found = []
    speech = [(n, i) for n, i in enumerate(items) if i["part"] == "train" and i["kind"] == "negative" and i["source"] != "speech_commands"]
    for (index, item), scores in zip(speech, score_recordings(network, audio, [item for _, item in speech])):
        for word in range(scores.shape[1]):
            step = int(scores[:, word].argmax())
            found.append((float(scores[step, word]), index, max(0, step * 320 - 24000)))
    found = [place for place in sorted(found, reverse=True)[:limit] if place[0] > 0.02]
    partial = WORK / "mined.part"
    partial.write_text(json.dumps([place[1:] for place in found]))
    partial.rename(WORK / "mined.json")
    return len(found), found[min(len(found) - 1, 100)][0] if found else 0.0


def learning_rate(step, progress):
    """Up in 200 steps, flat to 30 % of the run, then a cosine to zero."""
    if step < 200:
        return PEAK_RATE * (step + 1) / 200
    position = max(0.0, (progress - 0.3) / 0.7)
    return PEAK_RATE * (0.5 + 0.5 * np.cos(np.pi * min(position, 1.0))) + 1e-6


def masked(features, generator):
    """Hide up to 8 neighbouring bands of each scene: a batch that comes twice is not the same twice."""
    bands = torch.arange(features.shape[2]) % 40
    width = torch.randint(0, 9, (len(features), 1, 1), generator=generator)
    first = torch.randint(0, 40, (len(features), 1, 1), generator=generator)
    hidden = (bands >= first) & (bands < first + width)
    return torch.where(hidden, features.mean(dim=(1, 2), keepdim=True), features)


def average(averaged, network, step):
    """Exponential mean of weights and normalisation statistics, over the last few hundred steps."""
    keep = min(0.998, (step + 1) / (step + 10))
    with torch.no_grad():
        for mean, now in zip(averaged.state_dict().values(), network.state_dict().values()):
            if mean.is_floating_point():
                mean.mul_(keep).add_(now, alpha=1 - keep)


def train(steps, seed, workers, minutes):
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    network = WakeNet()
    averaged = copy.deepcopy(network).eval()
    optimizer = torch.optim.AdamW(network.parameters(), PEAK_RATE, weight_decay=0.01)
    checkpoint, first = WORK / "checkpoint.pt", 0
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        network.load_state_dict(saved["network"])
        averaged.load_state_dict(saved["averaged"])
        optimizer.load_state_dict(saved["optimizer"])
        first = saved["step"]
        print(f"going on from step {first}", flush=True)
    audio, items = load()
    stream = SceneStream(seed + first)
    loader = iter(torch.utils.data.DataLoader(stream, batch_size=None, num_workers=workers, prefetch_factor=6))
    generator = torch.Generator().manual_seed(seed + first)
    began, total, progress, mining = time.time(), 0.0, first / steps, [0.2, 0.4, 0.6, 0.75]
    for step in range(first, steps):
        progress = max(step / steps, (time.time() - began) / (minutes * 60) if minutes else 0.0)
        if progress >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, progress)
        if (step - first) % REPEATS == 0:
            batch = next(loader)
        features, labels = masked(batch[0], generator), batch[1]
        network.train()
        loss = loss_of(network(features), labels)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        average(averaged, network, step)
        total += loss.item()
        if (step + 1) % 100 == 0:
            print(f"step {step + 1}/{steps} loss {total / 100:.4f} {time.time() - began:.0f} s", flush=True)
            total = 0.0
        if (step + 1) % 200 == 0:
            saved = {"network": network.state_dict(), "averaged": averaged.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1}
            torch.save(saved, checkpoint.with_suffix(".part"))
            checkpoint.with_suffix(".part").rename(checkpoint)
            torch.save(averaged.state_dict(), WORK / "wake.pt")
        if mining and progress >= mining[0]:
            while mining and progress >= mining[0]:
                mining.pop(0)
            print("mined %d, the hundredth scores %.3f" % mine(averaged, items, audio), flush=True)
    torch.save(averaged.state_dict(), WORK / "wake.pt")
    print(f"done after {time.time() - began:.0f} s", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=0, help="fit the schedule into this time; 0: only count steps")
    arguments = parser.parse_args()
    train(arguments.steps, arguments.seed, arguments.workers, arguments.minutes)
