"""How well the network tells people apart by one word: WORK/speaker.json, and what the runtime needs of it.

Three recordings of a word enrol a speaker (the direction of the sum of their embeddings); each further recording of that word, by
that speaker or by any other, is a trial. The score is the cosine. What similarity it stands for, given how far the word stands above the room, is fitted
on one half of the speakers of the tune part and reported on its other half, and on the test part. Figures are of the numbers as they
are exported (bfloat16).
"""

import json
from collections import defaultdict

import numpy as np
import torch
from scipy.optimize import minimize

from ..paths import WORK
from .batches import Recordings, coloured, in_rooms, with_noise
from .export import trained
from .model import clarity

ENROLLED = 3
LEAST = (0.3, 0.5, 0.7)
LATE = (5, 10, 16, 24)  # frames between the end of a word and its detection
CONDITIONS = ("as recorded", "10 dB noise", "other microphone and room", "other microphone and room, 10 dB noise")


def embeddings(network, recordings, numbers, condition, seed):
    """[recordings, EMBEDDING] of length 1, and the clarity of each."""
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    out, clear = [], []
    for first in range(0, len(numbers), 256):
        some = numbers[first : first + 256]
        windows = torch.from_numpy(np.stack([recordings.window(n, rng, int(rng.choice(LATE))) for n in some]))
        if "other" in condition:
            windows = coloured(in_rooms(windows, generator), 0.45, generator)
        noise = torch.from_numpy(np.stack([recordings.noise_window(rng) for _ in some]))
        if "noise" in condition:
            windows = with_noise(windows, noise, torch.full((len(some),), 10.0))
        with torch.inference_mode():
            out.append(torch.nn.functional.normalize(network(windows)))
            clear.append(clarity(windows))
    return torch.cat(out).numpy(), torch.cat(clear).numpy()


def copies(recordings, numbers):
    """The numbers without those that are the same take as one before them, under another name."""
    rng, kept, windows = np.random.default_rng(0), [], []
    for number in numbers:
        window = recordings.window(number, rng, 8)[-80:]
        window = window - window.mean()
        if all(min(np.abs(window[4:-4] - other[4 + s : 76 + s]).mean() for s in range(-4, 5)) > 0.45 for other in windows):
            kept.append(number)
            windows.append(window)
    return kept


class Trials:
    """Recordings of one word by speakers with enough of them."""

    def __init__(self, recordings, wanted, speakers=lambda group: True, distinct=False):
        self.recordings = recordings
        by = defaultdict(list)
        for number, (group, source, said) in enumerate(zip(recordings.group, recordings.source, recordings.said)):
            if wanted(source, said) and speakers(group):
                by[said, group].append(number)
        if distinct:
            by = {key: copies(recordings, numbers) for key, numbers in by.items()}
        self.enrolled = {key: numbers[:ENROLLED] for key, numbers in by.items() if len(numbers) > ENROLLED}
        self.tested = [(said, group, number) for (said, group), numbers in by.items() for number in numbers[(ENROLLED if (said, group) in self.enrolled else 0) :]]

    def scores(self, network, condition, seed=11):
        """(cosine, clarity) of the household and of strangers."""
        keys = list(self.enrolled)
        flat = [number for key in keys for number in self.enrolled[key]]
        # Enrolled in quiet, by one microphone each time.
        voices, _ = embeddings(network, self.recordings, flat, condition.split(",")[0] if "other" in condition else "as recorded", seed)
        voices = voices.reshape(len(keys), ENROLLED, -1).sum(axis=1)
        voices /= np.linalg.norm(voices, axis=1, keepdims=True)
        tested, clear = embeddings(network, self.recordings, [number for _, _, number in self.tested], condition, seed + 1)
        cosines = tested @ voices.T
        same_word = np.array([[said == word for word, _ in keys] for said, _, _ in self.tested])
        same_voice = np.array([[group == voice for _, voice in keys] for _, group, _ in self.tested])
        clear = np.broadcast_to(clear[:, None], cosines.shape)
        both = np.stack([cosines, clear], axis=-1)
        return both[same_word & same_voice], both[same_word & ~same_voice]


def equal_error_rate(own, others):
    """(rate, threshold) where as many of the one are refused as of the others let through."""
    thresholds = np.quantile(own, np.linspace(0, 1, 2001))
    refused = np.searchsorted(np.sort(own), thresholds) / len(own)
    passed = 1 - np.searchsorted(np.sort(others), thresholds) / len(others)
    best = np.argmin(np.abs(refused - passed))
    return float((refused[best] + passed[best]) / 2), float(thresholds[best])


def log_odds(line, both):
    cosine, clear = both[..., 0], both[..., 1]
    return line[0] + line[1] * cosine + clear * (line[2] + line[3] * cosine)


def calibrated(own, others):
    """The line of `log_odds` by logistic regression, both kinds counting the same."""
    x, y = np.concatenate([own, others]), np.r_[np.ones(len(own)), -np.ones(len(others))]
    weight = np.where(y > 0, 0.5 / len(own), 0.5 / len(others))
    return minimize(lambda line: np.sum(weight * np.logaddexp(0, -y * log_odds(line, x))), [-3.0, 10.0, 0.0, 0.0], method="BFGS").x


def figures(trials, network, line):
    report = {"speakers": len({group for _, group in trials.enrolled}), "voices": len({group for _, group, _ in trials.tested})}
    for condition in CONDITIONS:
        own, others = (1 / (1 + np.exp(-log_odds(line, both))) for both in trials.scores(network, condition))
        report[condition] = {
            "own": len(own), "others": len(others), "eer": equal_error_rate(own, others)[0],
            "refused": {str(least): float((own < least).mean()) for least in LEAST},
            "passed": {str(least): float((others >= least).mean()) for least in LEAST},
        }
    return report


def commands(source, said):
    return source == "speech_commands"


def wake(source, said):
    return said.startswith("wake") and source not in ("kokoro", "espeak", "flite")


def main():
    network = trained()
    tune, test = Recordings("tune"), Recordings("test")
    half = lambda which: lambda group: (sum(group.encode()) % 2 == 0) == which
    fitted = Trials(tune, commands, half(True))
    own, others = map(np.concatenate, zip(*(fitted.scores(network, condition) for condition in CONDITIONS)))
    line = calibrated(own, others)
    report = {
        "similarity": dict(zip(("offset", "cosine", "clear", "clear_cosine"), line.tolist())),
        "one word commands, tune": figures(Trials(tune, commands, half(False)), network, line),
        "one word commands, test": figures(Trials(test, commands), network, line),
        "wake words, tune": figures(Trials(tune, wake, distinct=True), network, line),
        "wake words, test": figures(Trials(test, wake, distinct=True), network, line),
    }
    (WORK / "speaker.json").write_text(json.dumps(report, indent=1))
    print(table(report))


def table(report):
    rows = ["| | condition | equal error rate | household refused, strangers let through at 0.5 | at 0.3 | at 0.7 |", "| --- | --- | --- | --- | --- | --- |"]
    for name, part in report.items():
        if name == "similarity":
            continue
        for condition in CONDITIONS:
            entry = part[condition]
            at = [f"{100 * entry['refused'][least]:.1f} %, {100 * entry['passed'][least]:.1f} %" for least in ("0.5", "0.3", "0.7")]
            rows.append(f"| {name}: {part['speakers']} enrolled, {part['voices']} voices, {entry['own']} and {entry['others']} trials | {condition} | {100 * entry['eer']:.1f} % | " + " | ".join(at) + " |")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
