"""Numbers of others, of stored results and of settings: sources.toml says where each one stands.

An entry covers its numbers in sentences that hold its phrase, and nothing else. Two kinds of source
are looked up: "siamese_lib/data/results/file.json: a.b.c" is that value (a step * takes the mean
over all that are there; where a step has a dot in it: a|b.5|c), and "file.py: NAME" or
"file.py: NAME / 60" is what the file assigns to NAME. Any other source is for people to look up.
"""

import ast
import json
import re
import tomllib
from pathlib import Path
from typing import NamedTuple

from prose.facts import values_of
from prose.tokens import numbers

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
_LOOKED_UP = re.compile(r"([\w/]+\.(json|py)): (.+?)(?: / (\d+))?")


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


def looked_up(source, root=ROOT):
    """All values that a source names in a file, or None where it is for people to look up."""
    found = _LOOKED_UP.fullmatch(source)
    if found is None:
        return None
    file, kind, name, over = found.groups()
    text = (root / file).read_text(encoding="utf-8")
    values = [_stored(json.loads(text), name)] if kind == "json" else _assigned(text, name)
    return [value / int(over or 1) for value in values]


def wrong(entry, root=ROOT):
    """What is wrong with an entry whose source can be looked up: a sentence, or None."""
    values = looked_up(entry.source, root)
    if values is None:
        return None
    for text in entry.numbers:
        (number,) = numbers(text)
        scale = 100 if number.unit == "%" else 1
        if not any(abs(scale * v - number.value) <= number.half * (1 + 1e-6) for v in values):
            return f"sources.toml says {text} ({entry.phrase!r}), {entry.source} has {values}"
    return None


def _stored(data, path):
    values = [data]
    for step in path.split("|" if "|" in path else "."):
        values = [inner for value in values for inner in _step(value, step)]
    return sum(values) / len(values)


def _step(value, step):
    if step == "*":
        return list(value.values()) if isinstance(value, dict) else value
    return [value[int(step)] if isinstance(value, list) else value[step]]


def _pairs(target, value):
    """(name, value) of an assignment, one by one where several are assigned at once."""
    target = getattr(target, "target", target)
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=False))
    return [(target, value)]


def _assigned(text, name):
    """The numbers that a program assigns to a name, in a class too."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target, value in _pairs(getattr(node, "targets", [node])[0], node.value):
                found += values_of(value) if ast.unparse(target) == name else []
    if not found:
        raise ValueError(f"no numbers are assigned to {name}; name another source")
    return found
