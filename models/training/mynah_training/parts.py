"""Which recordings belong to a part, one a line, as `mynah bench wake --only` reads them: the split of `data`, without decoding
what it does not depend on.
"""

import argparse
from itertools import chain

from .data import negative_recordings, noise_recordings, wake_recordings
from .paths import DATA


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=("train", "tune", "test"))
    wanted = parser.parse_args().part
    wake = ((path, part) for path, _, _, _, part in wake_recordings())
    speech = ((path, part) for path, _, part, _ in negative_recordings())
    noise = ((path, part) for path, _, part in noise_recordings())
    for path, part in chain(wake, speech, noise):
        if part == wanted:
            print(path.relative_to(DATA))


if __name__ == "__main__":
    main()
