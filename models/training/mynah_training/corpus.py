"""What is said: the wake words, what resembles them, and what may follow them in one breath."""

import json
import random

from .paths import DATA

# Order is the order of the network's heads.
WORDS = ["computer", "jarvis", "alexa", "smart mirror", "snowboy", "view glass"]
DEFAULT_WORDS = ["computer", "jarvis"]

NEAR_MISSES = [
    "compute", "commuter", "computing", "computed", "commute", "compete", "competitor", "complete", "compound",
    "confused", "commuter train", "come pick her up", "contribute", "come to her", "compatible", "communion",
    "pewter", "tutor", "scooter", "neuter", "shooter", "a cute one", "polluter", "come here", "comforter", "consumer",
    "jar of this", "jarring", "jars", "jar", "service", "harvest", "carve this", "starving", "charges", "java is",
    "travis", "elvis", "nervous", "mavis", "davis", "chavez", "jasper", "garbage", "marvellous", "target", "carved it",
    "job is", "arvid", "java", "jarred", "darwin", "garden is", "barges", "artist", "march is", "large verse",
    "alexis", "alex", "a lexus", "election", "electric", "a lecture", "alaska", "relaxer", "elixir", "lex luthor",
    "smart", "mirror", "smart meter", "smarter", "start mirror", "smart mayor", "nearer", "art mirror", "bathroom mirror",
    "snowball", "snow boots", "snow", "boy", "cowboy", "snow day", "no boy", "so boy", "snowbird", "showboat",
    "view", "glass", "view class", "few glasses", "new glass", "hourglass", "view the grass", "viewing", "blue glass",
]
DEFAULT_NEAR_MISSES = NEAR_MISSES[: NEAR_MISSES.index("alexis")]  # those of the default words

# How people say the default words, in Kokoro's letters: with a clear, flapped, lost or retroflex t, with and without r,
# full and swallowed vowels. espeak-ng knows one way for each of two accents.
PRONUNCIATIONS = {
    "computer": (
        "kəmpjˈutəɹ kʌmpjˈuTəɹ kʌmpjˈutəɹ kɑmpjˈutəɹ kɒmpjˈuːtə kəmpjˈuːɾəɾ kɔmpjˈuːtɛɾ kəmpjˈʊtəɹ kmpjˈutəɹ kəmpjˈuʔə kɐmpjˈuːtɐ "
        "kəmpjˈuːtʰəɹ kompjˈuːʈəɾ kəmpˈuːtəɹ kəmpjˈuːɾə kəmpjˈuːdəɹ kəmpjˈutə"
    ).split(),
    "jarvis": "ʤˈɑɹvɪs ʤˈɑɹvəs ʤˈɑːvəs ʤˈaːɾvɪs ʤˈɑɹvis ʧˈɑɹvɪs ʤˈɑɹʋɪs ʤˈɒːvɪs".split(),
}

COMMANDS = [
    "turn on the kitchen lamp", "turn off the lights", "what time is it", "set a timer for five minutes",
    "close the blinds in the bedroom", "dim the living room lamp to thirty percent", "make the lamp blue",
    "turn the volume down", "add milk to the shopping list", "set the temperature to twenty degrees", "stop",
    "how is the weather tomorrow", "open the garage door", "play some music", "pause", "cancel the timer",
    "switch off the fan", "good morning", "tell me a joke", "turn up the heating in the hallway", "lock the front door",
    "what is the date today", "remind me to call my mother at six", "is the window in the bathroom open",
    "start the vacuum cleaner", "put the coffee machine on", "louder please", "I am leaving now", "good night",
    "where is my phone", "call the doctor", "never mind", "set the blind to fifty percent", "lights on",
]


def everyday(count, seed):
    """`count` different everyday sentences of 2 to 14 words that hold no wake word."""
    texts = []
    for row in json.loads((DATA / "text/everyday/slurp-devel.json").read_text()):
        texts.append(row["text"] if isinstance(row, dict) else row)
    for row in json.loads((DATA / "text/everyday/clinc-val.json").read_text())["val"]:
        texts.append(row[0])
    for sentences in json.loads((DATA / "text/everyday/snips-train.json").read_text()).values():
        texts.extend(row if isinstance(row, str) else row["text"] for row in sentences)
    texts = sorted({text for text in texts if 2 <= len(text.split()) <= 14 and not holds_wake_word(text)})
    return random.Random(seed).sample(texts, min(count, len(texts)))


def holds_wake_word(text):
    """True when a text says one of the words (or a form of it), so it is no negative."""
    lower = " " + text.lower().replace("'", " ").replace(",", " ").replace(".", " ") + " "
    return any(f" {word} " in lower or f" {word}s " in lower for word in WORDS)
