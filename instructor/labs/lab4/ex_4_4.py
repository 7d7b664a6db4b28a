"""Exercise 4.4, Wilson interval."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def _centre(p, n, z):
    return (p + z**2 / (2 * n)) / (1 + z**2 / n)


def _under(p, n, z):
    return p * (1 - p) / n + z**2 / (4 * n**2)


def wilson(
    right, n, z, *, share=lambda right, n: right / n, centre=_centre, under=_under, root=np.sqrt,
    factor=lambda n, z: z / (1 + z**2 / n),
):  # fmt: skip
    p = share(right, n)
    half = factor(n, z) * root(under(p, n, z))
    return np.array([centre(p, n, z) - half, centre(p, n, z) + half])


_COUNTS = ((15, 20, 1.96), (0, 12, 1.96), (7, 7, 1.0), (90, 150, 2.58))
_MISTAKES = tuple(
    Mistake(slip(wilson, **switches), hint)
    for switches, hint in (
        ({"centre": lambda p, n, z: p, "under": lambda p, n, z: p * (1 - p) / n, "factor": lambda n, z: z}, "this is the normal interval: at 0 of n it has no width. Use the formula above."),
        ({"centre": lambda p, n, z: p}, "the centre is not the share itself; it is pulled towards 1/2."),
        ({"centre": lambda p, n, z: p / (1 + z**2 / n)}, "z^2/(2n) is missing in the centre."),
        ({"centre": lambda p, n, z: _centre(p, n, z) * (1 + z**2 / n)}, "the centre is divided by 1 + z^2/n too."),
        ({"centre": lambda p, n, z: (p + z**2 / n) / (1 + z**2 / n)}, "in the centre z^2 is divided by 2 n, not by n."),
        ({"under": lambda p, n, z: p * (1 - p) / n}, "the second term under the root is missing."),
        ({"under": lambda p, n, z: p * (1 - p) / n + z**2 / (4 * n)}, "under the root z^2 is divided by 4 n^2, not by 4 n."),
        ({"under": lambda p, n, z: p * (1 - p) + z**2 / (4 * n**2)}, "under the root p (1 - p) is divided by n."),
        ({"under": lambda p, n, z: p * (1 - p) / n + z**2 / (2 * n) ** 2 / n}, "under the root z^2 is divided by 4 n^2 and by nothing more."),
        ({"root": lambda x: x}, "the root is missing."),
        ({"factor": lambda n, z: 1 / (1 + z**2 / n)}, "z is missing in front of the root."),
        ({"factor": lambda n, z: z}, "the half width is divided by 1 + z^2/n too."),
        ({"factor": lambda n, z: 2 * z / (1 + z**2 / n)}, "the half width was doubled."),
        ({"given": lambda right, n, z: (right, n, z**2)}, "z and its square are mixed up."),
        ({"given": lambda right, n, z: (right, n, z**0.5)}, "z is squared in the formula; yours comes in once where its square stands."),
        ({"given": lambda right, n, z: (right, n, 1.96)}, "z is fixed at 1.96; use the one given."),
        ({"share": lambda right, n: right}, "p is the share, right / n; you took the count."),
        ({"share": lambda right, n: 1 - right / n}, "p is the share of right answers; yours is that of the wrong ones."),
        ({"gives": lambda ends: 100 * ends}, "give shares from 0 to 1, not per cent."),
        ({"gives": lambda ends: ends[::-1]}, "low first, then high."),
        ({"gives": lambda ends: np.clip(ends, 0.01, 0.99)}, "nothing needs to be cut off here."),
    )
) + (
    Mistake(lambda right, n, z: n * wilson(right, n, z), "these are counts; give shares."),
    Mistake(lambda right, n, z: np.array([wilson(right, n, z).mean(), np.ptp(wilson(right, n, z)) / 2]), "these are the centre and the half width; give the two ends."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _counts(rng):
    return [
        (int(rng.integers(1, n)), n, z)
        for n, z in ((12, 1.96), (150, 1.96), (40, float(rng.uniform(1, 3))))
    ]


def _all_or_none(rng):
    return [(k, n, 1.96) for n in map(int, rng.integers(5, 60, 2)) for k in (0, n)]


_judge = close(wilson)

EXERCISE = Exercise(
    title="Wilson interval",
    call="wilson",
    right=wilson,
    cases=_COUNTS,
    mistakes=_MISTAKES,
    meaning="Even 20 of 20 has a width now: an interval that shrinks to a point would claim that nothing can ever go wrong.",
    fallback="compute p, the scale 1 + z^2/n, the centre and the half width one by one.",
    parts=(
        Part("values", 10, _counts, "wilson(*case)", _judge),
        Part("none or all right", 5, _all_or_none, "wilson(*case)", _judge),
    ),
)
