"""The line protocol of `mynah bench wake --program` (benches/wake/README.md), for adapters in Python."""

import json
import sys
import time

FLOOR = 0.05  # lower scores are not said


def run(name, words, hop, score, threshold, gap_ms):
    """Hears standard input to its end.

    name       what the report calls the engine
    words      the words it listens for, as the report calls them
    hop        samples that it takes at a time (16-bit, mono, 16 kHz)
    score      function of `hop` samples as bytes -> {word: score from 0 to 1}
    threshold  the score that it would act on
    gap_ms     for how long a word is not heard again
    """
    # What the package itself prints must not reach standard output.
    out, sys.stdout = sys.stdout, sys.stderr
    say = lambda line: print(json.dumps(line), file=out, flush=True)
    say({"ready": name, "words": words, "hop_ms": hop / 16, "threshold": threshold, "gap_ms": gap_ms})
    taken = 0
    while len(sound := sys.stdin.buffer.read(2 * hop)) == 2 * hop:
        before = time.perf_counter()
        scores = score(sound)
        compute_ms = 1000 * (time.perf_counter() - before)
        taken += hop
        for word, value in scores.items():
            if value >= FLOOR:
                say({"word": word, "at_ms": taken / 16, "score": round(min(float(value), 1.0), 5), "compute_ms": round(compute_ms, 3)})
