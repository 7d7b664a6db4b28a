"""The table of an instant check: what the right answer and every mistake give in each case."""

import inspect
import itertools

import numpy as np

from instructor.labs.exercise import Only
from siamese_lib.checks.labs import evaluate
from siamese_lib.checks.slips import Slip, both
from siamese_lib.checks.values import plain, same

TOLERANCE = 1e-4
NEVER = "no answer"  # in place of an error that a mistake raises: equal to no answer


def table(name, exercise):
    """The numbers that siamese_lib.checks.labs reads, ready for JSON.

    Raises: ValueError where a mistake gives the right answers, or an earlier mistake hides it.
    """
    right = _answers(exercise, exercise.right)
    arguments = [] if exercise.call.startswith("(") else _arguments(exercise.right)
    mistakes = _mistakes(exercise, right)
    return encode({
        "name": name, "title": exercise.title, "call": exercise.call,
        "takes": _takes(exercise.call), "arguments": arguments,
        "names": list(exercise.names) or arguments[: len(exercise.cases[0])],
        "ask": exercise.ask, "tolerance": TOLERANCE, "meaning": exercise.meaning,
        "fallback": exercise.fallback,
        "guards": {str(number): hint for number, hint in exercise.guards.items()},
        "cases": [list(case) for case in exercise.cases], "right": right,
        "mistakes": mistakes, "pairs": _pairs(exercise, right, mistakes),
    })  # fmt: skip


def _takes(call):
    return "functions" if call.startswith("(") else "class" if call[0].isupper() else "function"


def _arguments(right):
    kinds = inspect.signature(right).parameters.values()
    return [kind.name for kind in kinds if kind.kind == kind.POSITIONAL_OR_KEYWORD]


def _mistakes(exercise, right):
    made = []
    for mistake in exercise.mistakes:
        answers = _answers(exercise, mistake.answer)
        if _all_same(right, answers):
            raise ValueError(f"{exercise.title}: {mistake.hint!r} is right")
        for earlier in made:
            if earlier["hint"] != mistake.hint and _all_same(answers, earlier["answers"]):
                raise ValueError(f"{exercise.title}: {earlier['hint']!r} hides {mistake.hint!r}")
        made.append({"hint": mistake.hint, "answers": answers})
    return made


def _pairs(exercise, right, mistakes):
    """What two mistakes made together give, unless it is right or what a mistake alone gives."""
    known, found = [right, *(mistake["answers"] for mistake in mistakes)], []
    numbered = list(enumerate(exercise.mistakes))
    for (i, first), (j, second) in itertools.combinations(numbered, 2):
        made = _both(first.answer, second.answer)
        answers = made and _answers(exercise, made)
        if made and not any(_all_same(answers, other) for other in known):
            known.append(answers)
            found.append({"of": [i, j], "answers": answers})
    return found


def _both(first, second):
    if isinstance(first, Only) and isinstance(second, Only) and first.names == second.names:
        made = _both(first.answer, second.answer)
        return made and Only(first.names, made)
    if type(first) is type(second) is tuple:  # tuples of functions
        made = [a if a is b else _both(a, b) for a, b in zip(first, second, strict=True)]
        return tuple(made) if all(made) else None
    is_slip = isinstance(first, Slip) and isinstance(second, Slip)
    return both(first, second) if is_slip and first.right is second.right else None


def _answers(exercise, answer):
    return [_answer(exercise, answer, case) for case in exercise.cases]


def _answer(exercise, answer, case):
    if isinstance(answer, dict):
        return plain(answer)
    if isinstance(answer, Only):
        entries = _answer(exercise, answer.answer, case)
        return {name: entries[name] for name in answer.names}
    try:
        with np.errstate(all="ignore"):
            value = plain(evaluate(exercise.ask, answer, list(case)))
    except (ValueError, TypeError, IndexError):
        return NEVER
    return _compared(value)


def _compared(value):
    """An answer without its entry "shown", which the check shows and does not compare."""
    if not isinstance(value, dict):
        return value
    return {name: entry for name, entry in value.items() if name != "shown"}


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
