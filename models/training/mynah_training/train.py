"""Training: max-pooling loss on the end of the word, mined negatives, averaged weights.

`--processes` learners share each batch and average their gradients; each has a process of its own that makes scenes.
WORK/checkpoint.pt is written every hundred steps; started again, training goes on from there as another sitting: the
learning rate rises again, to `--rate`, and falls to zero in `--minutes` or at `--steps`. The result is WORK/wake.pt (averaged weights).
"""

import argparse
import copy
import json
import time

import numpy as np
import torch
from torch.nn import functional as F

from .corpus import DEFAULT_WORDS, WORDS
from .data import load
from .evaluate import score_recordings
from .model import WakeNet
from .paths import WORK
from .scenes import NEGATIVE, WINDOW, Scenes
from .vary import varied

BATCH = 64  # scenes a step, all processes together
POOL = 4  # steps of the window that must be high together, so that a patience of 2 or 3 is reached
PEAK_RATE = 2.5e-3
REPEATS = 3  # each batch of scenes is used so often, varied each time, since making it costs more than learning from it


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

    def __init__(self, seed, rank, size):
        self.seed, self.rank, self.size = seed, rank, size

    def __iter__(self):
        torch.set_num_threads(1)
        audio, items = load()
        scenes = Scenes(audio, items, "train", [self.seed, self.rank])
        mined, stamp = mined_path(self.rank), 0.0
        while True:
            if mined.exists() and mined.stat().st_mtime > stamp:
                stamp = mined.stat().st_mtime
                scenes.mined = [(items[index], begin) for index, begin in json.loads(mined.read_text())]
            steps, labels = scenes.batch(self.size)
            yield torch.from_numpy(steps), torch.from_numpy(labels)


def mined_path(rank):
    return WORK / f"mined.{rank}.json"


def mine(network, items, audio, rank, seed, sentences=900, words=700, limit=400):
    """Write the places in some of the training negatives where a word scores highest; the default words count twice."""
    rng, speech = np.random.default_rng([seed, rank]), []
    for count, suits in ((sentences, lambda length: length > 32000), (words, lambda length: length <= 32000)):
        known = [n for n, i in enumerate(items) if i["part"] == "train" and i["kind"] == "negative" and suits(i["length"])]
        speech += sorted(rng.choice(known, min(count, len(known)), replace=False).tolist())
    found = []
    for index, scores in zip(speech, score_recordings(network, audio, [items[n] for n in speech])):
        for word in range(scores.shape[1]):
            step = int(scores[:, word].argmax())
            score = float(scores[step, word]) * (1.0 if WORDS[word] in DEFAULT_WORDS else 0.5)
            found.append((score, index, max(0, step * 320 - 24000)))
    found = [place for place in sorted(found, reverse=True)[:limit] if place[0] > 0.05]
    partial = mined_path(rank).with_suffix(".part")
    partial.write_text(json.dumps([place[1:] for place in found]))
    partial.rename(mined_path(rank))
    return len(found), found[len(found) // 4][0] if found else 0.0


def learning_rate(peak, steps, progress):
    """Up in the first 50 steps of a sitting, then linearly to zero."""
    return peak * min(1.0, (steps + 1) / 50) * (1 - progress) + 1e-6


def average(averaged, network, step):
    """Exponential mean of weights and normalisation statistics, over the last few hundred steps."""
    keep = min(0.998, (step + 1) / (step + 10))
    with torch.no_grad():
        for mean, now in zip(averaged.state_dict().values(), network.state_dict().values()):
            if mean.is_floating_point():
                mean.mul_(keep).add_(now, alpha=1 - keep)


def share_gradients(network, processes):
    """Every process gets the mean gradient."""
    gradients = torch.cat([p.grad.flatten() for p in network.parameters()])
    torch.distributed.all_reduce(gradients)
    gradients /= processes
    position = 0
    for p in network.parameters():
        p.grad.copy_(gradients[position : position + p.numel()].view_as(p))
        position += p.numel()


def share_progress(progress):
    """The furthest progress of all processes: they must stop at the same step."""
    value = torch.tensor([progress], dtype=torch.float64)
    torch.distributed.all_reduce(value, torch.distributed.ReduceOp.MAX)
    return value.item()


def save(network, averaged, optimizer, step):
    """The checkpoint, whole or not at all, and the averaged weights."""
    checkpoint = WORK / "checkpoint.pt"
    torch.save({"network": network.state_dict(), "averaged": averaged.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, checkpoint.with_suffix(".part"))
    checkpoint.with_suffix(".part").rename(checkpoint)
    torch.save(averaged.state_dict(), WORK / "wake.pt")


def train(rank, arguments):
    steps, seed, minutes, processes = arguments.steps, arguments.seed, arguments.minutes, arguments.processes
    store = f"file://{WORK / 'rendezvous'}"
    torch.distributed.init_process_group("gloo", init_method=store, rank=rank, world_size=processes)
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
    say = print if rank == 0 else lambda *_, **__: None
    say(f"from step {first}", flush=True)
    audio, items = load()
    stream = SceneStream(seed + first, rank, BATCH // processes)
    loader = iter(torch.utils.data.DataLoader(stream, batch_size=None, num_workers=1, prefetch_factor=8))
    generator = torch.Generator().manual_seed(seed + first + rank)
    began, total, progress = time.time(), 0.0, first / steps
    mining = [share for share in np.arange(1, arguments.mine + 1) / (arguments.mine + 1) if share > progress]
    for step in range(first, steps):
        progress = max(step / steps, (time.time() - began) / (minutes * 60) if minutes else 0.0)
        if processes > 1 and minutes:
            progress = share_progress(progress)
        if progress >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(arguments.rate, step - first, progress)
        if (step - first) % REPEATS == 0:
            batch = next(loader)
        features, labels = varied(*batch, generator)
        network.train()
        loss = loss_of(network(features), labels)
        optimizer.zero_grad()
        loss.backward()
        if processes > 1:
            share_gradients(network, processes)
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        average(averaged, network, step)
        total += loss.item()
        if (step + 1) % 50 == 0:
            say(f"step {step + 1}/{steps} {progress:.0%} loss {total / 50:.4f} {time.time() - began:.0f} s", flush=True)
            total = 0.0
        if (step + 1) % 100 == 0 and rank == 0:
            save(network, averaged, optimizer, step + 1)
        if mining and progress >= mining[0]:
            mining.pop(0)
            say("mined %d, the upper quarter scores %.3f" % mine(averaged, items, audio, rank, seed + step), flush=True)
    else:
        step = steps
    if rank == 0:
        save(network, averaged, optimizer, step)
    say(f"done after {time.time() - began:.0f} s, {step} steps", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=PEAK_RATE, help="highest learning rate; lower when training goes on from a checkpoint")
    parser.add_argument("--mine", type=int, default=4, help="so often in a sitting the negatives are searched for what fools the network")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=0, help="fit the schedule into this time; 0: only count steps")
    arguments = parser.parse_args()
    (WORK / "rendezvous").unlink(missing_ok=True)
    torch.multiprocessing.spawn(train, (arguments,), arguments.processes)
