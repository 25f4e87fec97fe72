"""placeholder"""
import numpy as np, torch
from .features import log_mel
from .model import normalise, to_steps


def score_recordings(network, audio, items, batch_seconds=240):
    """Yields float32 [steps, words] probabilities for each item, each heard as a stream of its own."""
    order = sorted(range(len(items)), key=lambda i: items[i]["length"])
    results, group = [None] * len(items), []
    for position, index in enumerate(order):
        group.append(index)
        longest = items[index]["length"]
        if longest * (len(group) + 1) > batch_seconds * 16000 or position == len(order) - 1:
            scenes = np.zeros((len(group), longest), np.float32)
            for row, i in enumerate(group):
                item = items[i]
                scenes[row, : item["length"]] = audio[item["start"] : item["start"] + item["length"]] / np.float32(32768)
            with torch.no_grad():
                scores = torch.sigmoid(network(torch.from_numpy(normalise(to_steps(log_mel(scenes)))))).numpy()
            for row, i in enumerate(group):
                results[i] = scores[row, : items[i]["length"] // 320]
            group = []
    return results
