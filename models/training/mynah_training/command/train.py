"""Training: CTC on batches made on the fly, averaged weights, a schedule by the clock, checkpoints to go on from.

`python -m mynah_training.command.train --minutes 90` fits the learning rate into 90 minutes of wall clock from now; run again, it takes the
checkpoint up (`--rate` says how high the rate starts then). `--until 02:10` is the same with a time of day (UTC). A termination signal ends it
with a checkpoint.
"""

import argparse
import datetime
import json
import signal
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from ..features import log_mel
from . import batches, normalise, speech
from .model import Network, parameters

CHECKPOINT = speech.COMMAND / "checkpoint.pt"
CURVE = speech.COMMAND / "curve.tsv"  # step, hours heard, learning rate, phone errors in percent as recorded and at 6 dB
AUXILIARY = 0.3
FLAT = 0.4  # the share of the schedule before the rate falls
WARM_UP = 300  # steps
AVERAGE = 0.9985


def measured_norm():
    """The normaliser's numbers, measured over 1,500 recordings for training at first use."""
    path = speech.COMMAND / "norm.json"
    if not path.exists():
        audio, items = speech.load()
        chosen = [item for item in items if item["part"] == "train" and item["source"] != "speech_commands"]
        mels = (log_mel(audio[i["start"] : i["start"] + i["length"]].astype(np.float32) / 32768) for i in np.random.default_rng(1).choice(chosen, 1500, replace=False))
        mean, scale = normalise.measure(mels)
        path.write_text(json.dumps({"mean": [round(float(v), 5) for v in mean], "scale": round(scale, 5)}))
    return json.loads(path.read_text())


def losses(network, batch):
    """(CTC loss a phone, the auxiliary one)."""
    features, rows, phones, counts = (torch.from_numpy(np.ascontiguousarray(part)) for part in batch)
    log_probs, middle, _ = network(features, *network.start(len(features)))
    return [F.ctc_loss(out.transpose(0, 1), phones.long(), rows, counts, reduction="sum", zero_infinity=True) / counts.sum() for out in (log_probs, middle)]


def greedy(log_probs):
    """Tokens of the best path of [T, 40], repeats and blanks removed."""
    best = log_probs.argmax(-1)
    return [int(token) for token, before in zip(best, [0, *best[:-1]]) if token and token != before]


def edits(said, heard):
    """Levenshtein distance."""
    row = np.arange(len(heard) + 1)
    heard = np.asarray(heard)
    for i, token in enumerate(said, 1):
        best = np.minimum(row[1:] + 1, row[:-1] + (heard != token))
        new = np.concatenate([[i], best])
        # A chain of insertions: the least of what stands to the left, and one for each step.
        row = np.minimum.accumulate(new - np.arange(len(new))) + np.arange(len(new))
    return int(row[-1])


@torch.no_grad()
def phone_errors(network, utterances):
    """{source: (edits, phones)} of greedy decoding, and under "" over all."""
    found = {}
    for source, features, phones in utterances:
        features = features[: len(features) // 3 * 3]
        log_probs = network(torch.from_numpy(features)[None], *network.start())[0][0]
        wrong = edits(phones, greedy(log_probs.numpy()))
        for key in (source, ""):
            before = found.get(key, (0, 0))
            found[key] = (before[0] + wrong, before[1] + len(phones))
    return found


def percent(errors, key=""):
    return 100 * errors[key][0] / errors[key][1]


def save(path, **content):
    partial = Path(str(path) + ".part")
    torch.save(content, partial)
    partial.rename(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--until", help="HH:MM (UTC), instead of minutes")
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    seconds = options.minutes * 60
    if options.until:
        now = datetime.datetime.now(datetime.UTC)
        hour, minute = map(int, options.until.split(":"))
        end = now.replace(hour=hour, minute=minute, second=0)
        seconds = ((end - now).total_seconds()) % 86_400
    norm = measured_norm()
    network, averaged = Network(), Network()
    averaged.load_state_dict(network.state_dict())
    optimiser = torch.optim.AdamW(network.parameters(), lr=options.rate, betas=(0.9, 0.98), weight_decay=0.01)
    step, heard = 0, 0.0
    if CHECKPOINT.exists():
        kept = torch.load(CHECKPOINT, weights_only=False)
        network.load_state_dict(kept["network"])
        averaged.load_state_dict(kept["averaged"])
        optimiser.load_state_dict(kept["optimiser"])
        step, heard = kept["step"], kept["hours"]
    source = batches.background(norm, options.seed + step)
    quick = [batches.development(norm, snr, minutes=5) for snr in (None, 6.0)]
    print(f"{parameters(network):,} parameters, from step {step}, {seconds / 60:.1f} minutes", flush=True)
    began = logged = saved = time.time()
    summed, count, asked = 0.0, 0, []
    signal.signal(signal.SIGTERM, lambda *_: asked.append("stop"))
    while (passed := time.time() - began) < seconds and not asked:
        share = passed / seconds
        rate = options.rate * min(1.0, (1 - share) / (1 - FLAT), (step + 1) / WARM_UP)
        for group in optimiser.param_groups:
            group["lr"] = rate
        batch = next(source)
        loss, auxiliary = losses(network, batch)
        optimiser.zero_grad()
        (loss + AUXILIARY * auxiliary).backward()
        norm_of_gradient = torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        if torch.isfinite(norm_of_gradient):
            optimiser.step()
        step += 1
        with torch.no_grad():
            decay = min(AVERAGE, step / (step + 10))
            torch._foreach_lerp_(list(averaged.parameters()), list(network.parameters()), 1 - decay)
        heard += batch[1].sum() * 0.03 / 3600
        summed, count = summed + float(loss.detach()), count + 1
        if time.time() - logged > 60:
            line = f"{time.strftime('%H:%M:%S', time.gmtime())} step {step} hours {heard:.2f} rate {rate:.2e} loss {summed / count:.3f}"
            if int(passed // 60) % 5 == 0 or step < 400:
                clean, noisy = (phone_errors(averaged, part) for part in quick)
                line += f" phone errors clean {percent(clean):.1f} noise {percent(noisy):.1f} | " + " ".join(f"{key} {percent(clean, key):.0f}" for key in sorted(clean) if key)
                with CURVE.open("a") as curve:
                    curve.write(f"{step}\t{heard:.1f}\t{rate:.1e}\t{percent(clean):.1f}\t{percent(noisy):.1f}\n")
            print(line, f"x{count * batches.BATCH_SECONDS / (time.time() - logged):.0f}", flush=True)
            logged, summed, count = time.time(), 0.0, 0
        if time.time() - saved > 300:
            save(CHECKPOINT, network=network.state_dict(), averaged=averaged.state_dict(), optimiser=optimiser.state_dict(), step=step, hours=heard)
            saved = time.time()
    save(CHECKPOINT, network=network.state_dict(), averaged=averaged.state_dict(), optimiser=optimiser.state_dict(), step=step, hours=heard)
    print("done", flush=True)


if __name__ == "__main__":
    main()
