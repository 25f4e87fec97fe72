#!/usr/bin/env python3
"""What hassil says to the tests of a corpus of Home Assistant's layout, one JSON object a line.

    python3 -m venv venv && venv/bin/pip install hassil==3.0.1
    venv/bin/python benches/hassil/reference.py CORPUS en de … > reference.jsonl
    venv/bin/python benches/hassil/reference.py CORPUS --only failures.jsonl

Each line has the language, the file, the sentence, what the test states, what `recognize_best` gives and
whether that is the same: the same intent, the same slots and, where the test states a context, the same context.
`--only` takes the lines that `mynah intents conformance --json` wrote and looks at their failures alone.
The last line sums up the time: mean and percentiles.

`--times` is for `mynah bench intent`: it prints the times alone, those of misses too. They stand on standard input,
one `{"text": …, "context": …}` a line.

Times are the processor's, which is kind to hassil on a busy machine. It gets the names that the sentence has
alone, as Home Assistant does, and one sentence to warm up.
"""

import argparse
import json
import math
import sys
import time
from pathlib import Path

import yaml
from hassil import Intents, TextSlotList, Trie, parse_sentence, recognize_best
from hassil.sample import sample_expression
from hassil.util import is_template, merge_dict

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(path: Path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader=LOADER)


def names(text: str) -> list[str]:
    if not is_template(text):
        return [text.strip()]
    return [name.strip() for name in sample_expression(parse_sentence(text).expression)]


def lists(fixtures) -> dict[str, TextSlotList]:
    entities = [
        (name, name, {"domain": entity["id"].split(".")[0], **(entity.get("attributes") or {})})
        for entity in fixtures.get("entities") or []
        for name in names(entity["name"])
    ]
    found = {"name": TextSlotList.from_tuples(entities, allow_template=False)}
    for kind in ("area", "floor"):
        entries = fixtures.get(kind + "s") or []
        found[kind] = TextSlotList.from_strings([n for e in entries for n in names(e["name"])])
    return found


def same(said, stated) -> bool:
    if isinstance(stated, list):
        return set(stated) <= set(said) if isinstance(said, list) else said in stated
    return stated in said if isinstance(said, list) else said == stated


def plain(value):
    return value if isinstance(value, (str, int, float, bool, list, type(None))) else str(value)


def run(corpus: Path, language: str, only, misses, out) -> tuple[list[float], list[float]]:
    start = time.perf_counter()
    merged: dict = {}
    for path in sorted((corpus / "sentences" / language).glob("*.yaml")):
        merge_dict(merged, read(path))
    intents = Intents.from_dict(merged)
    loading = time.perf_counter() - start
    fixtures = corpus / "tests" / language / "_fixtures.yaml"
    slot_lists = lists(read(fixtures) if fixtures.exists() else {})
    trie = Trie()
    for value in slot_lists["name"].values:
        trie.insert(value.text_in.text.strip().lower(), value)

    def recognize(sentence, context):
        start = time.thread_time()
        in_text = [value[2] for value in trie.find(sentence.lower())]
        given = {**slot_lists, "name": TextSlotList(name="name", values=in_text)}
        result = recognize_best(
            sentence, intents, slot_lists=given, intent_context=context, best_slot_name="name"
        )
        return result, time.thread_time() - start

    recognize("warm up", {})
    times = []
    for path in sorted((corpus / "tests" / language).glob("*.yaml")):
        if path.name.startswith("_"):
            continue
        for test in read(path).get("tests") or []:
            for sentence in test["sentences"] or []:
                if only is not None and (language, path.name, sentence) not in only:
                    continue
                stated = test["intent"]
                context = stated.get("context") or {}
                slots = stated.get("slots") or {}
                result, took = recognize(sentence, context)
                times.append(took)
                line = {"language": language, "file": path.name, "sentence": sentence, "passes": False}
                line["expected"] = {"intent": stated["name"], "slots": slots, "context": context}
                line["hassil"] = None
                if result is not None:
                    said = {entity.name: entity.value for entity in result.entities.values()}
                    line["hassil"] = {
                        "intent": result.intent.name,
                        "slots": {name: plain(value) for name, value in said.items()},
                        "context": result.context,
                    }
                    line["passes"] = (
                        result.intent.name == stated["name"]
                        and said.keys() == slots.keys()
                        and all(same(said[name], slots[name]) for name in said)
                        and (not context or result.context == context)
                    )
                line["ms"] = round(took * 1000, 3)
                if out is not None:
                    print(json.dumps(line, ensure_ascii=False, default=str), file=out, flush=True)
    print(f"{language}: loaded in {loading:.2f} s", file=sys.stderr)
    return times, [recognize(miss["text"], miss["context"])[1] for miss in misses]


def figures(times: list[float]) -> dict:
    """Milliseconds; quantiles by nearest rank."""
    times = sorted(times)
    at = lambda share: round(times[max(1, math.ceil(share * len(times))) - 1] * 1000, 3)
    mean = round(sum(times) / len(times) * 1000, 3)
    return {"n": len(times), "mean": mean, "p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": at(1.0)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("languages", nargs="*")
    parser.add_argument("--only", type=Path, help="lines of `mynah intents conformance --json`")
    parser.add_argument("--times", action="store_true", help="the times alone, those of the misses on standard input too")
    args = parser.parse_args()
    only = None
    languages = args.languages or sorted(p.name for p in (args.corpus / "tests").iterdir() if p.is_dir())
    if args.only:
        lines = [json.loads(line) for line in args.only.read_text(encoding="utf-8").splitlines()]
        lines = [line for line in lines if "sentence" in line and not line.get("passed")]
        only = {(line["language"], Path(line["file"]).name, line["sentence"]) for line in lines}
        languages = [language for language in languages if any(key[0] == language for key in only)]
    misses = [json.loads(line) for line in sys.stdin] if args.times else []
    hits: list[float] = []
    missed: list[float] = []
    for language in languages:
        more_hits, more_missed = run(args.corpus, language, only, misses, None if args.times else sys.stdout)
        hits += more_hits
        missed += more_missed
    if args.times:
        print(json.dumps({"hits": figures(hits), "misses": figures(missed)}))
    elif hits:
        print(json.dumps(figures(hits)))


if __name__ == "__main__":
    main()
