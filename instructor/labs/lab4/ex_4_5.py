"""Exercise 4.5, paired comparison."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab4.visible import SCORES
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def _standard_error(gap):
    return gap.std(ddof=1) / np.sqrt(len(gap))


def compare(first, second, *, gap=lambda a, b: b - a, error=_standard_error, times=1.96):
    d = gap(first, second)
    half = times * error(d)
    return np.array([d.mean(), d.mean() - half, d.mean() + half])


def _error_with(ddof=1, over=lambda n: np.sqrt(n), spread=np.std):
    return lambda gap: spread(gap, ddof=ddof) / over(len(gap))


def _unpaired(error_of):
    def wrong(a, b):
        gap, half = (b - a).mean(), 1.96 * error_of(a, b)
        return np.array([gap, gap - half, gap + half])

    return wrong


_MISTAKES = (
    Mistake(_unpaired(lambda a, b: np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))), "this treats the scores as two unrelated samples; take the differences episode by episode."),
    Mistake(_unpaired(lambda a, b: np.sqrt(a.var() / len(a) + b.var() / len(b))), "this treats the scores as two unrelated samples; take the differences episode by episode, and divide by n - 1."),
    Mistake(_unpaired(lambda a, b: _standard_error(a) + _standard_error(b)), "two intervals do not add up; take the differences episode by episode."),
    *(
        Mistake(slip(compare, **switches), hint)
        for switches, hint in (
            ({"error": _error_with(ddof=0)}, "the spread was divided by n; a sample takes n - 1."),
            ({"error": _error_with(over=lambda n: 1)}, "this is the spread of the episodes; that of their mean is smaller by the root of n."),
            ({"error": _error_with(over=lambda n: n)}, "divide by the root of n, not by n."),
            ({"error": _error_with(over=lambda n: np.sqrt(n - 1))}, "the root is of n; n - 1 belongs in the spread."),
            ({"error": _error_with(ddof=0, over=lambda n: 1)}, "this is the spread of the episodes (with n); divide it by the root of n, and take n - 1 in it."),
            ({"error": _error_with(spread=np.var)}, "that is the variance; take its root."),
            ({"times": 1.0}, "the factor 1.96 is missing."),
            ({"times": 2 * 1.96}, "the half width was doubled."),
            ({"times": 2.0}, "the factor is 1.96, not 2."),
            ({"gap": lambda a, b: a - b}, "the sign is swapped: how much better is the second?"),
            ({"gap": lambda a, b: abs(b - a)}, "a difference keeps its sign: one episode may take back what another gives."),
            ({"gap": lambda a, b: b}, "this is the interval of the second alone."),
            ({"gap": lambda a, b: a}, "this is the interval of the first alone."),
            ({"gives": lambda out: np.clip(out, 0, 1)}, "a difference may be negative; cut nothing off."),
            ({"gives": lambda out: out[[1, 2]]}, "give the difference first, then low and high."),
            ({"gives": lambda out: out[[1, 2, 0]]}, "give the difference first, then low and high."),
            ({"gives": lambda out: out[[1, 0, 2]]}, "give the difference first, then low and high."),
            ({"gives": lambda out: out[[0, 2, 1]]}, "low comes before high."),
            ({"gives": lambda out: out[0]}, "this is the difference alone; give its interval too."),
            ({"gives": lambda out: np.array([out[0], out[2] - out[0]])}, "this is the difference and the half width; give low and high."),
        )
    ),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _scores(rng):
    cases = []
    for n in (8, 40, 40):
        first = rng.integers(2, 6, n) / 5
        cases.append((first, np.clip(first + rng.integers(-2, 3, n) / 5, 0, 1)))
    return [*cases, cases[1][::-1]]


def _difference(first, second):
    return compare(first, second)[0]


EXERCISE = Exercise(
    title="paired comparison",
    call="compare",
    right=compare,
    cases=SCORES,
    mistakes=_MISTAKES,
    meaning="Both models met the same episodes, so what is hard for both drops out of the difference, and a small gain shows.",
    fallback="print the differences, their mean and their spread.",
    parts=(
        Part("difference", 5, _scores, "compare(*case)[0]", close(_difference)),
        Part("interval", 15, _scores, "compare(*case)", close(compare)),
    ),
)
