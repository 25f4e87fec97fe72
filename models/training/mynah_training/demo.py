"""The recorded turns of `make demo`: assets/demo/*.flac and turns.toml.

Every turn is synthetic speech with 0.6 s of quiet room before it and 1.2 s after it. The kitchen
noise is made here from shaped noise, mains hum and clinking dishes, so nothing in the recordings
belongs to anyone else. All randomness comes from the number of the turn.
"""

import json

import numpy as np
import soundfile
from scipy.signal import lfilter

from .features import SAMPLE_RATE
from .paths import DEMO
from .voices import speak

LEAD, TAIL, PAUSE = 0.6, 1.2, 0.7  # seconds
ROOM_DB = -60.0  # RMS of the quiet room, dBFS
SPEECH_DB = -22.0  # RMS of the speech, dBFS

# file, wake word, sentence, voice, variant ("one breath", "pause"), SNR of kitchen noise in dB or None, expectation
TURNS = [
    ("01-kitchen-lamp-on", "computer", "turn on the kitchen lamp", "kokoro:af_heart", "one breath", None,
     {"intent": "light.power", "slots": {"light": "kitchen lamp", "state": "on"}, "state": {"kitchen lamp": {"power": True}}}),
    ("02-bedroom-lamp-dim", "jarvis", "dim the bedroom lamp to thirty percent", "kokoro:am_michael", "one breath", None,
     {"intent": "light.brightness", "slots": {"light": "bedroom lamp", "percentage": 30}, "state": {"bedroom lamp": {"brightness": 30}}}),
    ("03-blind-close", "computer", "close the living room blind", "kokoro:bf_emma", "pause", None,
     {"intent": "cover.close", "state": {"living room blind": {"position": 0}}}),
    ("04-timer", "jarvis", "set a timer for ten minutes", "kokoro:am_liam", "one breath", None,
     {"intent": "timer.start", "slots": {"duration": 600}}),
    ("05-time", "computer", "what time is it", "espeak:en-us+f3@55", "one breath", None,
     {"intent": "clock.time"}),
    ("06-all-lights-off", "computer", "turn off all the lights", "flite:slt", "one breath", None,
     {"intent": "light.power", "slots": {"state": "off"},
      "state": {"kitchen lamp": {"power": False}, "bedroom lamp": {"power": False}}, "note": "all lights of the house"}),
    ("07-shopping", "jarvis", "add oat milk to the shopping list", "kokoro:af_nova", "pause", None,
     {"intent": "shopping.add", "slots": {"item": "oat milk"}, "note": "free text"}),
    ("08-blind-half", "computer", "set the blind in the living room to fifty percent", "kokoro:bm_fable", "one breath", None,
     {"intent": "cover.position", "slots": {"percentage": 50}, "state": {"living room blind": {"position": 50}}}),
    ("09-fan-fails", "jarvis", "turn on the fan", "kokoro:bf_lily", "one breath", None,
     {"intent": "plug.power", "slots": {"plug": "fan", "state": "on"}, "state": {"fan": {"power": False}}, "fails": "fan",
      "note": "the fan says yes and does not obey"}),
    ("10-lamp-blue", "computer", "make the bedroom lamp blue", "kokoro:am_echo", "one breath", 15,
     {"intent": "light.color", "slots": {"color": "blue"}, "state": {"bedroom lamp": {"color": "#0000ff"}}}),
    ("11-reject-violin", "computer", "my sister plays the violin on sundays", "kokoro:af_bella", "one breath", None,
     {"reject": True, "note": "no command"}),
    ("12-reject-train", "jarvis", "the train to the coast was late again", "kokoro:bm_george", "one breath", None,
     {"reject": True, "note": "no command"}),
    ("13-temperature-set", "computer", "set the temperature to twenty one degrees", "flite:rms", "pause", None,
     {"intent": "climate.set", "slots": {"temperature": 21}, "state": {"thermostat": {"target_temperature": 21}}}),
    ("14-temperature-read", "jarvis", "what is the temperature in the hallway", "kokoro:af_kore", "one breath", 15,
     {"intent": "climate.temperature", "slots": {"area": "hallway"}}),
    ("15-volume-up", "computer", "turn the volume up", "kokoro:am_fenrir", "one breath", 10,
     {"intent": "volume.up"}),
]


def rms(audio):
    return float(np.sqrt(np.mean(np.square(audio)) + 1e-12))


def at_level(audio, decibels):
    """Scale to an RMS in dBFS."""
    return audio * (10 ** (decibels / 20) / rms(audio))


def speech_rms(audio):
    """RMS of the 10 ms frames within 30 dB of the loudest one: pauses do not count."""
    frames = audio[: len(audio) // 160 * 160].reshape(-1, 160)
    level = np.sqrt(np.mean(frames**2, axis=1))
    return float(np.sqrt(np.mean(level[level > level.max() * 0.0316] ** 2)))


def room_tone(samples, rng):
    """Quiet noise with more low than high tones, as rooms have."""
    return at_level(lfilter([1.0], [1.0, -0.9], rng.standard_normal(samples)), ROOM_DB)


def kitchen(samples, rng):
    """A kitchen: extractor hood (shaped noise, slow swell), mains hum with overtones, dishes that clink. RMS 1."""
    time = np.arange(samples) / SAMPLE_RATE
    hood = lfilter([1.0], [1.0, -0.97], rng.standard_normal(samples))
    hiss = lfilter([1.0, -0.6], [1.0, -0.3], rng.standard_normal(samples))
    swell = 1 + 0.2 * np.sin(2 * np.pi * rng.uniform(0.2, 0.5) * time + rng.uniform(0, 6))
    noise = (hood / rms(hood) + 0.35 * hiss / rms(hiss)) * swell
    for overtone in (1, 2, 3, 5):
        noise += 0.35 / overtone * np.sin(2 * np.pi * 50 * overtone * time + rng.uniform(0, 6))
    for _ in range(max(2, round(samples / SAMPLE_RATE * 1.2))):
        start = rng.integers(0, max(1, samples - 2000))
        ring = np.arange(min(6000, samples - start)) / SAMPLE_RATE
        strike = rng.uniform(0.8, 2.5) * np.exp(-ring * rng.uniform(25, 60))
        base = rng.uniform(1800, 3200)
        tones = sum(np.sin(2 * np.pi * base * ratio * ring) / (i + 1) for i, ratio in enumerate((1, 1.51, 2.23)))
        noise[start : start + len(ring)] += strike * tones
    return noise / rms(noise)


def turn_audio(number, wake, sentence, voice, variant, snr):
    """float32 at 16 kHz: room, speech, room; with kitchen noise all through when `snr` is given."""
    rng = np.random.default_rng(1000 + number)
    if variant == "pause":
        gap = np.zeros(int(PAUSE * SAMPLE_RATE), np.float32)
        speech = np.concatenate([speak(f"{wake.capitalize()}.", voice), gap, speak(f"{sentence.capitalize()}.", voice)])
    else:
        speech = speak(f"{wake.capitalize()}, {sentence}.", voice)
    speech = speech * (10 ** (SPEECH_DB / 20) / speech_rms(speech))
    silence = lambda seconds: np.zeros(int(seconds * SAMPLE_RATE), np.float32)
    audio = np.concatenate([silence(LEAD), speech, silence(TAIL)])
    audio = audio + room_tone(len(audio), rng)
    if snr is not None:
        audio = audio + kitchen(len(audio), rng) * 10 ** ((SPEECH_DB - snr) / 20)
    return np.clip(audio, -0.99, 0.99).astype(np.float32)


def toml_value(value):
    """An inline TOML value; JSON's strings, numbers and booleans are TOML's too."""
    if not isinstance(value, dict):
        return json.dumps(value)
    entries = (f"{json.dumps(key) if ' ' in key else key} = {toml_value(item)}" for key, item in value.items())
    return "{ " + ", ".join(entries) + " }"


def describe(name, wake, sentence, voice, variant, snr, expect):
    lines = ["[[turn]]", f'file = "{name}.flac"', f'voice = "{voice}"', f'wake = "{wake}"', f'variant = "{variant}"']
    lines += [f"noise_snr_db = {snr}"] if snr is not None else []
    lines += [f'say = "{wake}, {sentence}"', f"expect = {toml_value(expect)}"]
    return "\n".join(lines) + "\n"


def main():
    DEMO.mkdir(parents=True, exist_ok=True)
    heading = "# The turns that `make demo` plays, in order. Made by models/training (`make demo`); see README.md here.\n"
    texts = [heading]
    for number, (name, wake, sentence, voice, variant, snr, expect) in enumerate(TURNS):
        audio = turn_audio(number, wake, sentence, voice, variant, snr)
        soundfile.write(DEMO / f"{name}.flac", audio, SAMPLE_RATE, subtype="PCM_16")
        texts.append(describe(name, wake, sentence, voice, variant, snr, expect))
        print(f"{name} {len(audio) / SAMPLE_RATE:.1f} s", flush=True)
    (DEMO / "turns.toml").write_text("\n".join(texts))


if __name__ == "__main__":
    main()
