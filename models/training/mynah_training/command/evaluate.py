"""Phone errors of the exported network on speakers and sentences kept aside, streamed as the runtime does: COMMAND/evaluation.json and models/command/CARD.md.

Whole commands are measured by the runtime's own decoder, not here; the card's section about them is kept as it stands.
"""

import json
import re

import numpy as np

from . import batches, export, normalise, speech, train

CONDITIONS = {"as recorded": None, "12 dB": 12.0, "6 dB": 6.0, "0 dB": 0.0}
COMMANDS = "## Commands"

SETS = """| set | used for | licence |
| --- | --- | --- |
| LibriSpeech (28 readers of test-clean, 351 sentences of other readers) | speech | CC BY 4.0 |
| speechocean762 | speech | CC BY 4.0 |
| Google Speech Commands (12 words) | single words | CC BY 4.0 |
| Common Voice (99 sentences), LJ Speech | speech | CC0, public domain |
| Picovoice wake-word-benchmark, clips of the six words: the part that the wake word is trained on | single words | Apache-2.0 |
| Mycroft Precise-Community-Data: athena, amelia, hey chatterbox | single words | public domain |
| ESC-10, Speech Commands background, blanket ambience (those that the wake word is trained with; the kitchen never) | noise | CC BY 3.0, CC BY 4.0, CC0 / CC BY / CC BY-SA per file |
| SLURP, CLINC150, Snips (texts only) | sentences for synthetic speech | CC BY 4.0, CC BY 3.0, CC0 |
| synthetic speech: espeak-ng, flite, Kokoro-82M | commands, orders, loose words | GPL-3.0 program; BSD-like; Apache-2.0 model |
| Picovoice speech-to-intent-benchmark: coffee orders, kitchen noise | tuned and tested on, never trained on | Apache-2.0 |
| CMU Pronouncing Dictionary, through `mynah-pronounce` | labels | BSD |"""


def measure():
    """{condition: {source: [edits, phones]}} of greedy decoding; "" is all of them."""
    session, norm, found = export.Session(export.FOLDER / f"{export.NAME}.onnx"), train.measured_norm(), {}
    for name, snr in CONDITIONS.items():
        sums = found[name] = {}
        for source, features, phones in batches.development(norm, snr, minutes=30):
            wrong = train.edits(phones, train.greedy(session.stream(features)))
            for key in (source, ""):
                before = sums.setdefault(key, [0, 0])
                sums[key] = [before[0] + wrong, before[1] + len(phones)]
    return found


def errors_table(found):
    rows = ["| kept aside | phones | " + " | ".join(CONDITIONS) + " |", "| --- |" + " --- |" * (1 + len(CONDITIONS))]
    for source in sorted(found["as recorded"], key=lambda name: (name == "", name)):
        cells = [f"{100 * found[name][source][0] / found[name][source][1]:.1f}" for name in CONDITIONS]
        rows.append(f"| {source or '**all**'} | {found['as recorded'][source][1]} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def curve(entries=8):
    """What more training still pays: some rows of the training's own record (a smaller development set, never streamed)."""
    if not train.CURVE.exists():
        return ""
    rows = [line.split("\t") for line in train.CURVE.read_text().splitlines()]
    rows = [rows[i] for i in sorted({round(i) for i in np.linspace(0, len(rows) - 1, entries)})]
    return "\n".join(["| steps | hours heard | learning rate | phone errors, as recorded | at 6 dB |", "| --- |" + " --- |" * 4] + ["| " + " | ".join(row) + " |" for row in rows])


def data_table():
    _, items = speech.load()
    sums = {}
    for item in items:
        entry = sums.setdefault(item["source"], {"train": [0, 0.0], "tune": [0, 0.0]})[item["part"]]
        entry[0] += 1
        entry[1] += item["length"] / 16_000 / 3600
    rows = ["| source | recordings | hours | kept aside | relative weight |", "| --- | --- | --- | --- | --- |"]
    for source, parts in sorted(sums.items()):
        rows.append(f"| {source} | {parts['train'][0]} | {parts['train'][1]:.2f} | {parts['tune'][0]} | {batches.SHARES.get(source, 1.0)} |")
    total = sum(parts["train"][1] for parts in sums.values())
    return "\n".join(rows + [f"| **all** | {sum(parts['train'][0] for parts in sums.values())} | {total:.2f} | {sum(parts['tune'][0] for parts in sums.values())} | |"])


def lateness():
    """(median, 95th percentile) of the milliseconds of audio from the end of a synthetic sentence to the row that names its last phone."""
    session, norm, late = export.Session(export.FOLDER / f"{export.NAME}.onnx"), train.measured_norm(), []
    for source, features, _ in batches.development(norm, None):
        named = np.flatnonzero(session.stream(features).argmax(axis=1)) if source in ("espeak", "flite") else []
        if len(named):
            # Synthetic speech is trimmed to 20 ms; half a second stands after it.
            late.append((named[-1] + 1) * 30 - (len(features) * 10 - 520))
    return [round(float(value)) for value in np.percentile(late, [50, 95])]


def card(found):
    lag = lateness()
    _, step, hours = export.averaged()
    path = export.FOLDER / "CARD.md"
    kept = re.search(rf"{COMMANDS}\n.*?(?=\n## |\Z)", path.read_text(), re.S) if path.exists() else None
    commands = kept.group(0).strip() if kept else f"{COMMANDS}\n\nNot measured yet: orders and commands over a word graph, by the runtime's own decoder."
    notes = speech.COMMAND / "notes.md"
    size = (export.FOLDER / f"{export.NAME}.onnx").stat().st_size
    parameters = train.parameters(export.averaged()[0])
    path.write_text(f"""# {export.NAME} {export.VERSION}

A small streaming network that hears the 39 sounds of English (ARPAbet, without stress) and blank, one row per 30 ms; trained by CTC. {parameters:,} parameters, {size / 1e6:.1f} MB
(float16 weights, float32 arithmetic), {70 + 7} million multiply-adds a second. Its decoder goes over the word graph that the skills compile to. Input, state, normaliser and golden data are described in
`models/training/README.md`. Licence of the weights: as this repository (MIT OR Apache-2.0); the sets they learned from are below.

Look-ahead: {10 * export.DELAY_FRAMES} ms in the network and {10 * normalise.AHEAD} ms in the normaliser; a step is 120 ms. The last phone of an utterance was trained to come within 120 to 350 ms of its end in three of four utterances;
of synthetic sentences kept aside it is named {lag[0]} ms (median; 95 of 100: {lag[1]} ms) of audio after the end, the network's look-ahead included, the normaliser's and the step not.

## Phone errors

Percent of phones wrong (substituted, lost, added) when the likeliest token of each row is taken, without any grammar; speakers, espeak-ng's accent and synthetic sentences that were not trained on (flite's voices
were). Noise: a café, an exercise bike, a train and others of ESC-10 that were not trained on. One reading of the dictionary counts as right, so a reader's "either" or a Mandarin speaker's vowels count as errors.

{errors_table(found)}

On the way (averaged weights, five minutes of the same people):

{curve()}

{commands}

## Learned from

{SETS}

{data_table()}

{notes.read_text().strip() if notes.exists() else ""}
""")


def main():
    found = measure()
    (speech.COMMAND / "evaluation.json").write_text(json.dumps(found))
    print(errors_table(found))
    card(found)


if __name__ == "__main__":
    main()
