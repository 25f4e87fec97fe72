"""Who is kept aside. Recordings are split by voice and channel, never by file name.

Many wake-word clips are copies of one take under another name, and one person often spoke several.
Clips whose mean speech spectrum (level removed) is nearly the same are one cluster, whatever word
they say, and a cluster goes to one part as a whole. Readers of speech corpora go by their speaker.
"""

import hashlib

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import pdist, squareform

from .features import log_mel

PARTS = ("train", "tune", "test")
SPEECH_SHARES = (0.52, 0.22, 0.26)
WAKE_SHARES = (0.50, 0.15, 0.35)


def part_of(key, shares=SPEECH_SHARES):
    """A part that depends on the key (a speaker, a cluster) alone."""
    number = int(hashlib.sha1(key.encode()).hexdigest()[:8], 16) / 2**32
    if number < shares[0]:
        return PARTS[0]
    return PARTS[1] if number < shares[0] + shares[1] else PARTS[2]


def fingerprint(audio):
    """(speech, quiet): the mean log-mel shape of the loud and of the quiet frames, each [40] of mean 0."""
    mel = log_mel(audio)
    level = mel.mean(axis=1)
    speech = mel[level > np.quantile(level, 0.98) - 3.5].mean(axis=0)
    quiet = mel[level <= np.quantile(level, 0.15)].mean(axis=0)
    return speech - speech.mean(), quiet - quiet.mean()


def clusters(audios):
    """int array, one cluster a recording: average linkage on speech spectra, joined where the noise floor is the same too."""
    prints = [fingerprint(audio) for audio in audios]
    speech = np.array([pair[0] for pair in prints])
    quiet = np.array([pair[1] for pair in prints])
    distance = pdist(speech) / np.sqrt(speech.shape[1])
    groups = fcluster(linkage(distance, "average"), 0.7, "distance")
    joined = groups[:, None] == groups[None, :]
    # Digital silence has a flat floor that says nothing about the room.
    telling = np.ptp(quiet, axis=1) > 1.5
    near_floor = squareform(pdist(quiet) / np.sqrt(quiet.shape[1])) < 0.15
    near_voice = squareform(distance) < 1.2
    joined |= near_floor & near_voice & telling[:, None] & telling[None, :]
    return connected_components(joined)[1]
