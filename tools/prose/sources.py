"""Numbers of others, and of stored results: sources.toml says where each one stands.

An entry covers its numbers in sentences that hold its phrase, and nothing else. A source that
begins with benchmarks/results/ is looked up: "file.json: a.b.c" is that value, and a step * takes
the mean over all that are there. (Where a step has a dot in it: a|b.5|c.)
"""

import json
import tomllib
from pathlib import Path
from typing import NamedTuple

from prose.tokens import numbers

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


class Source(NamedTuple):
    numbers: tuple  # as a text writes them
    phrase: str  # stands in the same sentence
    source: str


def sources(file=HERE / "sources.toml"):
    """Every entry of the table."""
    entries = tomllib.loads(file.read_text(encoding="utf-8"))["said"]
    return [Source(tuple(entry["numbers"]), entry["phrase"], entry["source"]) for entry in entries]


def supports(entry, number):
    """Whether an entry speaks of this number, in this sentence."""
    return number.text in entry.numbers and entry.phrase.lower() in number.sentence.lower()


def stored(source, root=ROOT):
    """The value that "benchmarks/results/file.json: a.b.*" names, else None."""
    if not source.startswith("benchmarks/results/"):
        return None
    file, path = source.split(": ", 1)
    values = [json.loads((root / file).read_text())]
    for step in path.split("|") if "|" in path else path.split("."):
        values = [inner for value in values for inner in _step(value, step)]
    return sum(values) / len(values)


def _step(value, step):
    if step == "*":
        return list(value.values()) if isinstance(value, dict) else value
    return [value[int(step)] if isinstance(value, list) else value[step]]


def wrong(entry, root=ROOT):
    """What is wrong with an entry that names a stored result: a sentence, or None."""
    value = stored(entry.source, root)
    if value is None:
        return None
    for text in entry.numbers:
        (number,) = numbers(text)
        scale = 100 if number.unit else 1
        if abs(scale * value - number.value) > number.half * (1 + 1e-6):
            return f"sources.toml says {text} ({entry.phrase!r}), {entry.source} has {value:.6g}"
    return None
