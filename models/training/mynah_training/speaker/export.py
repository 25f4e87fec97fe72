"""models/speaker/mynah-speaker.bin, .toml, golden.json and CARD.md.

The file: the bytes `mynah-speaker\\n`, then bfloat16 values, little-endian: of the background model the logarithms of the weights [G] (with all that does
not depend on the frame), the means [G, CEPSTRA] and the inverse deviations [G, CEPSTRA]; of the projection the offset in its output [EMBEDDING] and the matrix
[G * CEPSTRA, EMBEDDING]. A bfloat16 is the upper half of a float32, rounded.
"""

import json

import numpy as np
import torch

from ..features import golden_signal, log_mel
from ..paths import REPOSITORY, WORK
from .model import BANDS, CEPSTRA, EMBEDDING, FRAMES, GAUSSIANS, Background

SPEAKER = REPOSITORY / "models" / "speaker"
VERSION = "0.1.0"
MAGIC = b"mynah-speaker\n"


class Trained:
    """The model for use, with values as they are exported."""

    def __init__(self):
        stored = np.load(WORK / "speaker_model.npz")
        rounded = lambda values: torch.tensor(np.asarray(values, np.float32)).bfloat16().float()
        self.means, self.inverse = rounded(stored["means"]), rounded(1 / stored["deviations"])
        # exp of what is exported, so that the model here has the same numbers.
        constant = rounded(np.log(stored["weights"]) + np.log(1 / stored["deviations"]).sum(1))
        self.constant = constant
        self.projection = rounded(stored["projection"])
        self.offset = rounded(stored["offset"] @ stored["projection"])
        deviations = 1 / self.inverse
        self.background = Background((constant + deviations.log().sum(1)).exp(), self.means, deviations)

    def __call__(self, windows):
        """[batch, FRAMES, BANDS] log-mel -> [batch, EMBEDDING], not yet of length 1."""
        return self.background.statistics(windows) @ self.projection - self.offset

    def values(self):
        return (self.constant, self.means, self.inverse, self.offset, self.projection)


def trained():
    return Trained()


def card(report, notes):
    from .evaluate import table

    return f"""# mynah-speaker {VERSION}

Tells by 1.2 s of sound before the detection of a wake word whose voice it is: 64 numbers, to be compared with those of three clips that enrolled somebody.
No network: {CEPSTRA} cepstra of each frame are shared out among {GAUSSIANS} Gaussians, the means that they move make a vector of {GAUSSIANS * CEPSTRA:,}, and a projection learned by discriminant
analysis keeps {EMBEDDING} directions. 85,000 numbers of 16 bits, some milliseconds for a word. Licence: as this repository (MIT OR Apache-2.0); the sets it learned from are below.

It is **off unless asked for** (`[wake.speakers] require = true`), because it is not good enough to be the default, above all in noise. It keeps the television and most visitors out; it is no lock.

## Figures

Nobody here was learned from. Three clips of a word enrol a speaker; each further clip of that word is tried, by the speaker (is the household refused?) and by everyone else (is a stranger let through?). Trials of
one speaker hang together, so with few speakers these figures are rough. Enrolled in quiet; noise (of house and street, kept aside too) at 10 dB below the speech. “Other microphone and room” changes each clip's
frequency response and adds reverberation at random, the clips that enrol too. Similarities were fitted on the other half of the tune part's speakers of one-word commands.

{table(report)}

- *One-word commands* (Google Speech Commands) name their speakers. Each has a microphone and a room of their own, which makes strangers easier to tell than they are in one household.
- *Wake words* (Picovoice's clips of the six words) do not: voices were guessed by mean spectrum and noise floor (`split.py`), so these figures flatter; near copies of one take were left out.

## Learned from

| set | used for | licence |
| --- | --- | --- |
| Google Speech Commands, 776 speakers | voices | CC BY 4.0 |
| speechocean762, 120 speakers | voices | CC BY 4.0 |
| LibriSpeech, 164 readers | voices | CC BY 4.0 |
| Picovoice wake-word-benchmark, Mycroft Precise-Community-Data (computer, hey computer) | voices, guessed | Apache-2.0, public domain |
| Kokoro-82M, espeak-ng, flite, saying the wake words | voices | Apache-2.0 model; GPL-3.0 program; BSD-like |
| ESC-10, Speech Commands background, blanket ambience | noise | CC BY 3.0, CC BY 4.0, CC0 / CC BY / CC BY-SA per file |

Each speaker counts three times, with the vocal tract as it is, longer and shorter. Recipe: `make speaker` in `models/training`{notes}.

## Limits

- At 10 dB of noise one word in some five is judged wrongly; to take the room's energy out of the bands first was tried on the tune part and brought nothing. Brothers and sisters, or a parent and a child of like voice, were not tested; nor were colds, shouting, or recordings of the household played back, which pass.
- With several people enrolled a stranger is compared with each, so more are let through than the table says, which has one.
- Enrol with the word that is to be heard: a voice is compared only with clips of the same word.
- Children are among those learned from only with sentences (speechocean762).
"""


def main():
    network = trained()
    SPEAKER.mkdir(exist_ok=True)
    flat = np.concatenate([value.numpy().ravel() for value in network.values()]).astype(np.float32)
    (SPEAKER / "mynah-speaker.bin").write_bytes(MAGIC + (flat.view(np.uint32) >> 16).astype("<u2").tobytes())
    report = json.loads((WORK / "speaker.json").read_text())
    (SPEAKER / "mynah-speaker.toml").write_text(
        f'name = "mynah-speaker"\nversion = "{VERSION}"\nframes = {FRAMES}\nbands = {BANDS}\ncepstra = {CEPSTRA}\ngaussians = {GAUSSIANS}\nembedding = {EMBEDDING}\n'
        "\n# The log-odds that a voice is an enrolled one: offset + cosine * c + clarity * (clear + clear_cosine * c), where c is the cosine.\n[similarity]\n"
        + "".join(f"{name} = {value:.4f}\n" for name, value in report["similarity"].items()))
    # A signal that any program can make; its last second and a fifth.
    mel = log_mel(golden_signal(24_000))[-FRAMES:]
    embedding = torch.nn.functional.normalize(network(torch.from_numpy(mel)[None]))[0]
    golden = {"signal": golden_signal.__doc__.strip(), "length": 24_000, "embedding": [round(float(v), 5) for v in embedding]}
    (SPEAKER / "golden.json").write_text(json.dumps(golden, indent=0) + "\n")
    notes = WORK / "speaker.txt"
    (SPEAKER / "CARD.md").write_text(card(report, notes.read_text() if notes.exists() else ""))
    print(f"{len(flat)} values, {(SPEAKER / 'mynah-speaker.bin').stat().st_size} bytes")


if __name__ == "__main__":
    main()
