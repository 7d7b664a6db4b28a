"""The hint of a first attempt: of every listed mistake, alone, with no guard, and two at once.

Attempts here are the listed mistakes themselves, run as a learner's code; the tests of each lab make
them anew from source text.
"""

import importlib
import itertools
import re

import numpy as np
import pytest

from instructor.instant.instant import Only
from siamese_lib.checks import labs, progress
from siamese_lib.checks.slips import Slip

LABS = ["lab1", "lab2", "lab3", "lab4", "lab5"]
INSTANT = {
    name: exercise
    for lab in LABS
    for name, exercise in importlib.import_module(f"instructor.instant.{lab}").EXERCISES.items()
}
TABLES = {name: table for lab in LABS for name, table in progress.exercises(lab).items()}


def as_written(answer):
    """A mistake as a learner would hand it in; None where it is known by facts alone."""
    answer = answer.answer if isinstance(answer, Only) else answer
    if isinstance(answer, dict):
        return None
    if isinstance(answer, tuple) and not isinstance(answer, Slip):
        return tuple(map(as_written, answer))
    return lambda *case, **options: answer(*case, **options)


LISTED = [
    pytest.param(name, k, id=f"{name}-{k}-{mistake.hint[:30]}")
    for name, exercise in INSTANT.items()
    for k, mistake in enumerate(exercise.mistakes)
    if as_written(mistake.answer)
]


def message(name, answer):
    is_right, said = labs.verdict(TABLES[name], answer)
    assert not is_right
    return said


@pytest.mark.parametrize(("name", "k"), LISTED)
def test_a_listed_mistake_alone(name, k):
    mistake = INSTANT[name].mistakes[k]
    assert message(name, as_written(mistake.answer)).endswith(f"Hint: {mistake.hint}")


def unguarded(name, answer, odd):
    """The attempt of somebody who has not thought of the odd cases, where odd() takes its place."""
    if isinstance(answer, tuple):
        return tuple(unguarded(name, one, odd) for one in answer)
    exercise = INSTANT[name]
    guarded = [exercise.cases[number - 1] for number in exercise.guards]

    def attempt(*case):
        def is_like(other):
            return all(np.array_equal(a, b) for a, b in zip(case, other, strict=False))

        return odd(answer, case) if any(map(is_like, guarded)) else answer(*case)

    return attempt


def _raises(answer, case):
    raise ZeroDivisionError("division by zero")


def _nan(answer, case):
    return answer(*case) + np.nan


@pytest.mark.parametrize("odd", [_raises, _nan])
@pytest.mark.parametrize(("name", "k"), [p for p in LISTED if INSTANT[p.values[0]].guards])
def test_together_with_the_missing_guard(name, k, odd):
    table, mistake = TABLES[name], INSTANT[name].mistakes[k]
    plain = [i for i in range(len(table["cases"])) if i + 1 not in INSTANT[name].guards]
    entries = [labs.decode(m["answers"]) for m in table["mistakes"]]
    right = labs.decode(table["right"])

    def alike(a, b):
        return all(labs.hints.same(a[i], b[i], 1e-4) for i in plain)

    try:
        said = message(name, unguarded(name, as_written(mistake.answer), odd))
    except TypeError:
        pytest.skip("its answer is no array")
    fitting = {m["hint"] for m, e in zip(table["mistakes"], entries, strict=True)
               if alike(e, entries[k])}  # fmt: skip
    assert mistake.hint in fitting
    if alike(right, entries[k]):  # such a mistake shows in the odd cases alone
        fitting |= set(table["guards"].values())
    assert any(said.endswith(f"Hint: {hint}") for hint in fitting), said


PAIRS = [
    pytest.param(name, k, id=f"{name}-{'-'.join(map(str, pair['of']))}")
    for name, table in TABLES.items()
    for k, pair in enumerate(table["pairs"])
]


@pytest.mark.parametrize(("name", "k"), PAIRS[::7])
def test_two_at_once(name, k):
    """A seventh of them, which is some three hundred."""
    from instructor.instant.instant import _both

    first, second = (INSTANT[name].mistakes[i] for i in TABLES[name]["pairs"][k]["of"])
    said = message(name, as_written(_both(first.answer, second.answer)))
    # One thing in effect, or an answer of another shape, or a place in a list, which says little.
    usual = re.search("1 minus what is asked for|sign is turned|it should be|place in the list", said)
    is_place = "place in the list" in second.hint
    assert first.hint in said or second.hint in said or usual or is_place, said


def test_most_of_two_mistakes_are_both_named():
    found = []
    for name, k in itertools.chain(p.values for p in PAIRS[3::40]):
        from instructor.instant.instant import _both

        first, second = (INSTANT[name].mistakes[i] for i in TABLES[name]["pairs"][k]["of"])
        said = message(name, as_written(_both(first.answer, second.answer)))
        found.append(first.hint in said and second.hint in said)
    assert np.mean(found) > 0.8


def test_every_hint_is_one_sentence_or_more_and_gives_no_number_away():
    for name, table in TABLES.items():
        for mistake in table["mistakes"]:
            assert re.search(r"[.?]$", mistake["hint"])
        for hint in [table["fallback"], *table["guards"].values()]:
            assert re.search(r"[.?]$", hint)
            assert "case 1" not in hint, name  # the case is shown, whichever it is
        assert table["meaning"].endswith(".")
