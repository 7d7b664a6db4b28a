"""What a challenge is: fresh inputs for a learner's function, and a judge of what it gives.

An answer is a value that the judge computes too, or can hold against other values. What a learner's
kernel says about itself (this is finite, these are equal, so many weights) is no answer.
"""

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
    follow, ask_again: a second question, drawn when the first one's answer is in, so that no answer
      can be made to fit it: follow(rng, case, answer) -> another case. The judge then gets both
      cases and both answers, as pairs.
    """

    title: str
    points: float
    draw: Callable[[np.random.Generator], list[tuple]]
    ask: str
    judge: Callable[[tuple, Any], float]
    seconds: float = 20
    combine: Callable[[list[float]], float] = min
    follow: Callable[[np.random.Generator, tuple, Any], tuple] | None = None
    ask_again: str = ""


class Challenge(NamedTuple):
    """The parts of one exercise; their points sum up to those of its graded cell.

    cell_seconds: computing that each cell may take between the graded cell before and this one's.
    """

    title: str
    parts: tuple[Part, ...]
    cell_seconds: float = CELL_SECONDS


def put(part, rng, ask):
    """Puts a part's questions. Returns its cases and their (answer, reason), ready to judge.

    ask: ask(program, cases) -> [(answer, reason), ...], the learner's kernel.
    """
    cases = part.draw(rng)
    answers = ask(part.ask, cases)
    if part.follow is None:
        return cases, answers
    first = zip(cases, answers, strict=True)
    more = [_follow(part, rng, case, answer) for case, (answer, _) in first]
    seconds = iter(ask(part.ask_again, [case for case in more if case is not None]))
    both = []
    for (answer, reason), case in zip(answers, more, strict=True):
        again, why = next(seconds) if case is not None else (None, reason or "wrong answer")
        both.append(((answer, again), None) if again is not None else (None, why))
    return list(zip(cases, more, strict=True)), both


def _follow(part, rng, case, answer):
    try:
        return part.follow(rng, case, answer) if answer is not None else None
    except (TypeError, ValueError, IndexError, KeyError):  # an answer with nothing to ask more of
        return None


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
    right, answer = np.asarray(right), numbers(answer)
    if answer is None or answer.shape != right.shape:
        return False
    if (answer.dtype.kind == "b") != (right.dtype.kind == "b"):
        return False
    answer = answer.astype(float)
    return bool(
        np.isfinite(answer).all() and np.allclose(answer, right, rtol=tolerance, atol=tolerance)
    )


def numbers(answer):
    """An answer, or a part of it, as an array of numbers or bools; None where it is anything else.

    Judges take every array through here: np.asarray would blow up a list of texts.
    """
    if not _holds_numbers(answer):
        return None
    try:
        array = np.asarray(answer)
    except (ValueError, OverflowError):  # ragged, or deeper than an array
        return None
    return array if array.dtype.kind in "biuf" else None


def _holds_numbers(answer):
    if isinstance(answer, list | tuple):
        return all(map(_holds_numbers, answer))
    is_object = isinstance(answer, np.ndarray) and answer.dtype.kind == "O"
    return isinstance(answer, Number | np.ndarray) and not is_object
