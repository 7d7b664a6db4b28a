"""What an exercise is, and how an answer to it is judged."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Mistake(NamedTuple):
    """A wrong answer that learners give, and the hint that leads away from it."""

    answer: Any
    hint: str


class Exercise(NamedTuple):
    """right is a function judged on every case (a tuple of arguments), or a plain value."""

    title: str
    right: Any
    cases: tuple = ()
    mistakes: tuple[Mistake, ...] = ()
    tolerance: float = 1e-4


def verdict(exercise, answer):
    """(is_right, one or two sentences for the learner). Never raises for what a learner wrote."""
    if answer is None or answer is Ellipsis:
        return False, "not yet. Replace the dots with your answer and run the cell again."
    if not isinstance(exercise.right, Callable):
        return _value_verdict(exercise, answer)
    if not isinstance(answer, Callable):
        return False, f"give the function itself, without brackets; this is {answer!r}."
    given = []
    for number, case in enumerate(exercise.cases, 1):
        try:
            given.append(answer(*case))
        except Exception as error:  # whatever a learner's code raises is a finding, not a crash
            return False, f"case {number} raised {type(error).__name__}: {error}"
        if given[-1] is None or given[-1] is Ellipsis:
            return False, "not yet. Replace the dots with your answer and run the cell again."
    expected = [exercise.right(*case) for case in exercise.cases]
    wrong = [i for i, (g, e) in enumerate(zip(given, expected, strict=True))
             if not _equal(g, e, exercise.tolerance)]  # fmt: skip
    if not wrong:
        return True, f"right, {len(given)} of {len(given)} cases."
    hint = _hint(exercise, lambda mistake: [mistake(*case) for case in exercise.cases], given)
    return False, (
        f"{len(given) - len(wrong)} of {len(given)} cases right. "
        f"Case {wrong[0] + 1}: {_difference(given[wrong[0]], expected[wrong[0]])}{hint}"
    )


def _value_verdict(exercise, answer):
    if _equal(answer, exercise.right, exercise.tolerance):
        return True, "right."
    hint = _hint(exercise, lambda mistake: [mistake], [answer])
    return False, f"{_difference(answer, exercise.right)}{hint}"


def _hint(exercise, answers_of, given):
    for mistake in exercise.mistakes:
        pairs = zip(given, answers_of(mistake.answer), strict=True)
        if all(_equal(g, m, exercise.tolerance) for g, m in pairs):
            return f" Hint: {mistake.hint}"
    return ""


def _equal(given, expected, tolerance):
    if isinstance(expected, str | bool):
        return type(given) is type(expected) and given == expected
    try:
        given, expected = np.asarray(given, float), np.asarray(expected, float)
    except (TypeError, ValueError):
        return False
    return given.shape == expected.shape and np.allclose(
        given, expected, rtol=tolerance, atol=tolerance, equal_nan=True
    )


def _difference(given, expected):
    """What is visibly off, without the expected value."""
    if isinstance(expected, str | bool):
        return f"your answer is {given!r}."
    try:
        array, right = np.asarray(given, float), np.asarray(expected, float)
    except (TypeError, ValueError):
        return f"your answer {given!r} is no number or array."
    if array.shape != right.shape:
        return f"your answer has shape {array.shape}, it should be {right.shape}."
    if not np.isfinite(array).all():
        return "your answer holds NaN or infinity."
    off = np.argmax(np.abs(array - right)) if array.size else 0
    place = "" if array.ndim == 0 else f" at {tuple(map(int, np.unravel_index(off, array.shape)))}"
    return f"your answer {array.flat[off]:.4g}{place} differs."
