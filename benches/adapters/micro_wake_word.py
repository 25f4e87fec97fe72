"""microWakeWord by pymicro-wakeword, with the models in the package: `pip install pymicro-wakeword`, then

    mynah bench wake … --program "python benches/adapters/micro_wake_word.py alexa"
"""

import sys
from importlib.metadata import version

from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

from adapter import run

words = sys.argv[1:] or ["alexa"]
models = {word: MicroWakeWord.from_builtin(Model(word)) for word in words}
features = MicroWakeWordFeatures()


def score(sound):
    best = dict.fromkeys(models, 0.0)
    for feature in features.process_streaming(sound):
        for word, model in models.items():
            best[word] = max(best[word], model.process_streaming_prob(feature) or 0.0)
    return best


# Each model has its own cut-off; with several words the strictest counts for all.
cut_off = max(model.probability_cutoff for model in models.values())
run(f"microWakeWord (pymicro-wakeword {version('pymicro-wakeword')})", words, 160, score, cut_off, 1000)
