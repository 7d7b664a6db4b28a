"""An exercise's visible cases, its right answer and its likely mistakes; build_checks tabulates."""

from typing import Any, NamedTuple

import numpy as np

from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.labs import evaluate, plain, same

TOLERANCE = 1e-4


class Only(NamedTuple):
    """A mistake that is known by some entries alone, where ask gives a dict."""

    names: tuple[str, ...]
    answer: Any


class Instant(NamedTuple):
    """right is what a learner writes (a function, a class, a tuple of them).

    cases: tuples of arguments, as in a challenge; ask: a program that sees answer and case.
    A mistake's answer is another such function or class, an Only, or the wrong entries themselves
    (a dict, where ask gives one). fallback: the hint where no mistake fits.
    """

    title: str
    right: Any
    cases: tuple[tuple, ...]
    mistakes: tuple[Mistake, ...]
    fallback: str
    ask: str = "answer(*case)"


def table(exercise):
    """The numbers that siamese_lib.checks.labs reads, ready for JSON.

    Raises: ValueError where a mistake gives the right answers, or an earlier mistake hides it.
    """
    right = [_answer(exercise, exercise.right, case) for case in exercise.cases]
    mistakes = []
    for mistake in exercise.mistakes:
        answers = [_answer(exercise, mistake.answer, case) for case in exercise.cases]
        if _all_same(right, answers):
            raise ValueError(f"{exercise.title}: {mistake.hint!r} is right")
        for earlier in mistakes:
            if _all_same(answers, earlier["answers"]):
                raise ValueError(f"{exercise.title}: {earlier['hint']!r} hides {mistake.hint!r}")
        mistakes.append({"hint": mistake.hint, "answers": answers})
    return encode({
        "title": exercise.title, "ask": exercise.ask, "tolerance": TOLERANCE,
        "fallback": exercise.fallback, "cases": [list(case) for case in exercise.cases],
        "right": right, "mistakes": mistakes,
    })  # fmt: skip


def _answer(exercise, answer, case):
    if isinstance(answer, dict):
        return plain(answer)
    if isinstance(answer, Only):
        entries = _answer(exercise, answer.answer, case)
        return {name: entries[name] for name in answer.names}
    return plain(evaluate(exercise.ask, answer, list(case)))


def _all_same(given, expected):
    return all(same(g, e, TOLERANCE) for g, e in zip(given, expected, strict=True))


def encode(value):
    """JSON for what siamese_lib.checks.labs.decode reads; answers keep six digits."""
    if isinstance(value, dict):
        return {name: encode(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [encode(entry) for entry in value]
    if not isinstance(value, np.ndarray | np.generic):
        return value
    flat = [_rounded(entry) for entry in np.asarray(value).ravel().tolist()]
    if np.ndim(value) == 0:
        return flat[0]
    dtype = {"f": "float64", "i": "int32", "u": "int32", "b": "bool"}[value.dtype.kind]
    return {"array": flat, "dtype": dtype, "shape": list(value.shape)}


def _rounded(number):
    return float(f"{number:.6g}") if isinstance(number, float) else number
