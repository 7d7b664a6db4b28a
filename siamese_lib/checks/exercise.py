"""The exercises of the notebooks: what one consists of, and how an answer to it is judged."""

import contextlib
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

from siamese_lib.checks import hints
from siamese_lib.checks.difference import difference
from siamese_lib.checks.judge import NOT_YET, Finding, Task, judge, present, so_far
from siamese_lib.checks.refusal import refusal
from siamese_lib.checks.slips import pairs_of
from siamese_lib.checks.values import plain, quiet, same, shown

FALLBACK = (
    "work one entry of it out by hand, step by step; with show_expected=True behind your answer "
    "check shows what should come out."
)


class Mistake(NamedTuple):
    """A wrong answer that learners give, and the hint that helps them out of it."""

    answer: Any
    hint: str


class Exercise(NamedTuple):
    """An exercise: its right answer, the cases it is judged on, and hints for likely mistakes.

    right is a function, judged on every case (a tuple of its arguments), or a plain value; of a
    dict of values a mistake may hold some alone, the wrong ones.
    trait: for an example that the learner constructs, where many are right. trait(answer) says in
    words what it is an example of; right and each mistake stand for all answers with their trait.
    guards: {number of a case that needs a guard, from 1: the hint if only such cases are wrong}.
    meaning: the sentence that follows a pass. fallback: the hint if no mistake explains the answer.
    """

    title: str
    right: Any
    cases: tuple = ()
    mistakes: tuple[Mistake, ...] = ()
    tolerance: float = 1e-4
    trait: Callable[[Any], str] | None = None
    guards: dict = {}
    meaning: str = ""
    fallback: str = FALLBACK


def verdict(exercise: Exercise, answer: Any) -> tuple[bool, str]:
    """(is_right, one or two sentences for the learner). A learner's error never raises here."""
    found = finding(exercise, answer)
    return found.is_right, found.message


def finding(exercise: Exercise, answer: Any) -> Finding:
    """The verdict as a judge.Finding, which also holds the case to show."""
    if not callable(exercise.right):
        return Finding(False, NOT_YET) if _is_empty(answer) else _value_finding(exercise, answer)
    if answer is Ellipsis:
        return Finding(False, NOT_YET)
    refused = refusal(answer, _names(exercise.right)[: len(exercise.cases[0])])
    return refused or judge(_task(exercise, answer), answer)


def _task(exercise, answer):
    answers, size = _answers(exercise), len(exercise.cases[0])
    own, ours = _names(answer), _names(exercise.right)
    return Task(
        cases=exercise.cases, run=lambda answer, case: answer(*case),
        expected=answers(exercise.right), names=own if len(own) == size else ours[:size],
        tolerance=exercise.tolerance,
        mistakes=lambda: [hints.Known(m.hint, answers(m.answer)) for m in exercise.mistakes],
        pairs=lambda: list(_pairs(exercise, answers)),
        guards={number - 1: hint for number, hint in exercise.guards.items()},
        fallback=exercise.fallback, meaning=exercise.meaning,
    )  # fmt: skip


def _pairs(exercise, answers):
    for two, made in pairs_of(exercise.mistakes):
        with contextlib.suppress(Exception):  # some two cannot be made at once
            yield hints.Known(hints.two(*two), answers(made))


def _answers(exercise):
    def answers(function):
        with quiet():
            return [plain(function(*case)) for case in exercise.cases]

    return answers


def _names(function):
    """The names of a function's arguments; none for a built-in that does not tell them."""
    try:
        return tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return ()


def _is_empty(value):
    """True where nothing has been filled in: dots or None, or a dict of nothing else."""
    if isinstance(value, dict):
        return all(map(_is_empty, value.values()))
    return value is Ellipsis or value is None


def _at_fault(exercise, given, right):
    """The mistakes; of a dict of values those of the first wrong one, which the check names."""
    if not isinstance(given, dict) or not isinstance(right, dict):
        return exercise.mistakes
    wrong = [n for n in right if n in given and not same(given[n], right[n], exercise.tolerance)]
    return [m for m in exercise.mistakes if wrong and wrong[0] in m.answer]


def _value_finding(exercise, answer):
    seen = exercise.trait or plain
    given, expected = seen(answer), seen(exercise.right)
    (right,), missing = present([expected], [given])
    if same(given, right, exercise.tolerance):
        is_whole = Finding(True, f"right. {exercise.meaning}".strip())
        return so_far(right, missing) if missing else is_whole
    asked = hints.Asked([given], [right], frozenset(), exercise.tolerance)
    known = [hints.Known(m.hint, [seen(m.answer)]) for m in _at_fault(exercise, given, right)]
    hint = hints.hint(asked, known, list) or exercise.fallback
    said = f"{given}." if exercise.trait else difference(given, right, exercise.tolerance)
    return Finding(False, f"{said} Hint: {hint}", expected=shown(plain(exercise.right)))
