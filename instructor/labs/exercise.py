"""What an exercise of a lab is: its instant check, and the parts that grading pays for."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from siamese_lib.checks.exercise import Mistake

CELL_SECONDS = 30  # an exercise that trains for longer says so: its cell_seconds


class Only(NamedTuple):
    """A mistake that shows in some entries alone, where ask gives a dict."""

    names: tuple[str, ...]
    answer: Any


class Part(NamedTuple):
    """One line of an exercise's partial credit.

    An answer is a value that the judge computes too, or can hold against other values. What a
    learner's kernel says about itself (this is finite, these are equal, so many weights) is none.

    title: what the CSV and the feedback call it.
    points: earned in full at a share of 1.
    draw: draw(rng) -> list of cases; a case is a tuple of arrays, numbers, strings, bools, None
      and lists, tuples or dicts of those. rng is a numpy Generator.
    ask: Python that the learner's kernel evaluates once for each case, which it sees as `case`:
      "mean_negative(*case)", or statements whose last one is an expression. Its value is an
      array, a number, a bool, a string, None, or lists, tuples or dicts of those. The learner
      can read it, so it says what is asked, never what is right.
    judge: judge(case, answer) -> share earned, 0 to 1, in the grader's process. answer is plain
      numpy and Python data, or None where the learner's code raised or gave nothing.
    seconds: limit for all cases of the part together.
    combine: list of shares -> share: min (all or nothing) for correctness, mean for quality.
    follow, ask_again: a second question, drawn only when the first one is answered, so that no
      answer can be made to fit it: follow(rng, case, answer) -> another case. The judge then gets
      both cases and both answers, as pairs.
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


class Exercise(NamedTuple):
    """All about one exercise but its text and its solution, which stand in the master.

    title: as it reads within a sentence; the feedback begins it with a capital letter.
    parts: what grading asks, with points that sum up to those of the graded cell.
    cell_seconds: computing time of each cell between the graded cell before and this one's.

    The others make the instant check. Learners' files get its cases and answers, never this code:
    call: what the lab hands to check(): a name, or a tuple of names.
    right: what a learner writes: a function, a tuple of them, or one that makes the object.
    cases: tuples of arguments. names: of a case's entries, where they are not right's arguments.
    ask: a program that sees `answer` (what the lab handed over) and `case`.
    mistakes: their answer is another such function (a Slip, where it can be made together with a
      second one), an Only, or the wrong entries themselves (a dict, where ask gives one).
    meaning: the sentence after a pass. fallback: the hint where no mistake fits.
    guards: {number of a case, from 1, that needs a guard: the hint where only such cases are
      wrong}.
    """

    title: str
    call: str
    right: Any
    cases: tuple[tuple, ...]
    mistakes: tuple[Mistake, ...]
    meaning: str
    fallback: str
    parts: tuple[Part, ...]
    ask: str = "answer(*case)"
    guards: dict[int, str] = {}
    names: tuple[str, ...] = ()
    cell_seconds: float = CELL_SECONDS


def put(part, rng, ask):
    """Asks the questions of a part. Returns its cases and their (answer, reason), ready to judge.

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
    except (TypeError, ValueError, IndexError, KeyError):  # an answer that leads to no question
        return None
