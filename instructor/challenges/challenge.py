"""What a challenge is: fresh inputs for a learner's function, and a judge of what it gives."""

from collections.abc import Callable
from numbers import Number
from typing import Any, NamedTuple

import numpy as np

CELL_SECONDS = 30  # an exercise that trains for longer says so: its Challenge's cell_seconds


class Part(NamedTuple):
    """One line of an exercise's partial credit.

    title: what the CSV and the feedback call it.
    points: earned in full at a share of 1.
    draw: draw(rng) -> list of cases; a case is a tuple of arrays, numbers, strings, bools, None
      and lists, tuples or dicts of those. rng is a numpy Generator.
    ask: Python evaluated in the learner's kernel once a case, the case bound to the name `case`:
      "mean_negative(*case)", or statements whose last one is an expression. Its value is an
      array, a number, a bool, a string, None, or lists, tuples or dicts of those. The learner
      can read it: it says what is asked, never what is right.
    judge: judge(case, answer) -> share earned, 0 to 1, in the grader's process. answer is plain
      numpy and Python data, or None where the learner's code raised or gave nothing.
    seconds: limit for all cases of the part together.
    combine: list of shares -> share: min (all or nothing) for correctness, mean for quality.
    """

    title: str
    points: float
    draw: Callable[[np.random.Generator], list[tuple]]
    ask: str
    judge: Callable[[tuple, Any], float]
    seconds: float = 20
    combine: Callable[[list[float]], float] = min


class Challenge(NamedTuple):
    """The parts of one exercise; their points sum up to those of its graded cell.

    cell_seconds: computing that each cell may take between the graded cell before and this one's.
    """

    title: str
    parts: tuple[Part, ...]
    cell_seconds: float = CELL_SECONDS


def close(right, tolerance=1e-4):
    """Judge from a reference function: 1.0 where the answer equals right(*case), else 0.0.

    Equal: same shape, finite, within tolerance (relative and absolute); lists and dicts entry by
    entry; strings and bools exactly, and a bool is no number.
    """

    def judge(case, answer):
        return float(same(right(*case), answer, tolerance))

    return judge


def same(right, answer, tolerance=1e-4):
    """True where an answer has right's structure and values. Never raises for an answer."""
    if isinstance(right, dict):
        return (
            isinstance(answer, dict)
            and answer.keys() == right.keys()
            and all(same(right[key], answer[key], tolerance) for key in right)
        )
    if isinstance(right, list | tuple) and not _is_numbers(right):
        return (
            isinstance(answer, list | tuple)
            and len(answer) == len(right)
            and all(same(r, a, tolerance) for r, a in zip(right, answer, strict=True))
        )
    if right is None or isinstance(right, str):
        return type(answer) is type(right) and answer == right
    return _same_numbers(right, answer, tolerance)


def _is_numbers(values):
    return bool(values) and all(isinstance(v, Number) for v in values)


def _same_numbers(right, answer, tolerance):
    right = np.asarray(right)
    if answer is None or isinstance(answer, str | dict):
        return False
    try:
        answer = np.asarray(answer)
    except ValueError:  # ragged
        return False
    if answer.dtype.kind not in "biuf" or answer.shape != right.shape:
        return False
    if (answer.dtype.kind == "b") != (right.dtype.kind == "b"):
        return False
    answer = answer.astype(float)
    return bool(
        np.isfinite(answer).all() and np.allclose(answer, right, rtol=tolerance, atol=tolerance)
    )
