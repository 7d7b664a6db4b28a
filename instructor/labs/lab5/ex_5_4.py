"""Exercise 5.4, classify."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab5.visible import BANDS
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def cosine(first, second):
    def unit(x):
        return x / np.linalg.norm(x, axis=1, keepdims=True)

    return (unit(first) * unit(second)).sum(axis=1)


def classify(first, second, low, high, *, similarity=cosine, above=np.greater, below=np.less_equal):
    s = similarity(first, second)
    return np.where(above(s, high), 1, np.where(below(s, low), 0, -1))


_EXACT = 1e-9  # a cosine that is 1 by hand may be a last bit off
_MISTAKES = tuple(
    Mistake(slip(classify, **switches), hint)
    for switches, hint in (
        ({"similarity": lambda a, b: (a * b).sum(1)}, "these are dot products: the embeddings may have any length. Take cosines."),
        ({"similarity": lambda a, b: 1 - cosine(a, b)}, "this is the distance; a high cosine means the same."),
        ({"similarity": lambda a, b: (a * b).sum(1) / np.linalg.norm(a) / np.linalg.norm(b)}, "you divided by the length of the whole batch; mind the axis."),
        ({"similarity": lambda a, b: (a * b).sum(1) / np.linalg.norm(a, axis=1)}, "you divided by one length of the two."),
        ({"similarity": lambda a, b: -np.linalg.norm(a - b, axis=1)}, "this is a distance between points, not an angle; take cosines."),
        ({"above": lambda s, high: s >= high - _EXACT}, "exactly at high is not above it: > and not >=."),
        ({"below": lambda s, low: s < low - _EXACT}, "exactly at low is different: <= and not <."),
        ({"below": lambda s, low: s > -9}, "nothing is left open: between low and high the answer is -1."),
        ({"given": lambda a, b, lo, hi: (a, b, lo, lo)}, "only low is used: between low and high the answer is -1."),
        ({"gives": lambda c: -c}, "1 is same, 0 different, -1 open."),
        ({"gives": lambda c: np.where(c < 0, c, 1 - c)}, "same and different are swapped: 1 is same."),
        ({"gives": lambda c: np.where(c == 0, -1, np.where(c < 0, 0, 1))}, "open and different are swapped: 0 is different, -1 is open."),
        ({"given": lambda a, b, lo, hi: (a, b, 0.7, 0.7)}, "0.7 is somebody else's threshold; use low and high."),
    )
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _bands(rng):
    return [
        (rng.normal(size=(30, 4)), 5 * rng.normal(size=(30, 4)), -0.3, float(rng.uniform(0, 0.6)))
        for _ in range(2)
    ]


def _at_the_edge(rng):
    """Along the axes, where cosines are exactly -1, 0 and 1."""
    first = np.eye(3)[rng.integers(0, 3, 20)] * rng.integers(1, 5, (20, 1))
    second = np.eye(3)[rng.integers(0, 3, 20)] * rng.choice([-2.0, 1.0, 4.0], (20, 1))
    return [(first, second, 0.0, 1.0), (first, second, -1.0, 0.0)]


_judge = close(classify)

EXERCISE = Exercise(
    title="classify",
    call="classify",
    right=classify,
    cases=BANDS,
    mistakes=_MISTAKES,
    meaning="Two thresholds leave the doubtful pairs to a person; how many that are is your choice of low and high.",
    fallback="print the cosines and sort each into its band.",
    parts=(
        Part("values", 6, _bands, "classify(*case)", _judge),
        Part("at the edges", 4, _at_the_edge, "classify(*case)", _judge),
    ),
)
