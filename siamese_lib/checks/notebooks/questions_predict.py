"""The exercise of the notebook on training and testing that answers yes or no, on many cases."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.slips import slip

_rng = np.random.default_rng(5)
_A, _B = _rng.normal(size=(2, 6))
_VECTORS = (
    (_A, _A + 0.6 * _B, 0.7), (3 * _A, -2 * _A, -0.5), (_A / 9, (_A + 0.3 * _B) / 9, 0.6),
    (np.array([1.0, 0.0]), np.array([0.0, 2.0]), 0.0), (4 * _A, 4 * _B, 0.9),
    (np.array([2.0, 0.0]), 0.9 * np.array([0.8, 0.6]), 0.7),
)  # fmt: skip


def _cosine(a, b):
    return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


# Just below and just above the cosine: whoever takes anything else is on the wrong side of some.
_VECTORS += tuple(
    (a, b, _cosine(a, b) + off)
    for a, b in (
        (2 * _A, -0.3 * _A + _B), (_A / 5, _B / 2), (_B, 3 * (_A + _B)), (_A, 0.4 * _A + 0.1 * _B),
        (-_A, 2 * _A + _B), (_A, 1.1 * _A + 0.9 * _B),
        (np.array([0.3, 0.0]), np.array([2.4, 3.2])),
        (np.array([4.0, 0.0]), np.array([0.18, 0.24])),
    )
    for off in (-0.04, 0.04)
)  # fmt: skip


def _above(s, t):
    return s > t


def _called(a, b, t, *, similarity=_cosine, call=_above):
    return call(similarity(a, b), t)


_REVERSED = "the direction is reversed: higher is closer."
_NOT_ABOVE = "a similarity equal to the threshold is not above it."
_FIXED = "0.7 is fixed in your code; take the threshold that is given."

PREDICT = Exercise(
    "predict", _called, _VECTORS,
    (
        Mistake(slip(_called, similarity=np.dot),
                "this is the dot product; divide by both lengths."),
        Mistake(slip(_called, call=lambda s, t: s >= t), _NOT_ABOVE),
        Mistake(slip(_called, similarity=lambda a, b: 1 - _cosine(a, b)),
                "this compares the distance; the similarity is to be above the threshold."),
        Mistake(slip(_called, call=lambda s, t: s < t), _REVERSED),
        Mistake(slip(_called, call=lambda s, t: s),
                "this is the similarity; compare it with the threshold."),
        Mistake(slip(_called, call=lambda s, t: s > 0.7), _FIXED),
        Mistake(slip(_called, call=lambda s, t: s > 0.5),
                "0.5 is fixed in your code; take the threshold that is given."),
        Mistake(slip(_called, similarity=lambda a, b: a @ b / np.linalg.norm(a)),
                "the second vector has a length too; divide by both."),
        Mistake(slip(_called, similarity=lambda a, b: a @ b / np.linalg.norm(b)),
                "the first vector has a length too; divide by both."),
        Mistake(slip(_called,
                     similarity=lambda a, b: a @ b / np.linalg.norm(a) * np.linalg.norm(b)),
                "x / y * z multiplies by z: put both lengths in brackets."),
        Mistake(slip(_called, similarity=lambda a, b: a @ b / ((a @ a) * (b @ b))),
                "a @ a is the squared length; take its root."),
        Mistake(slip(_called, similarity=lambda a, b: a @ b / len(a)),
                "len is how many numbers a vector has; its length is np.linalg.norm."),
        Mistake(slip(_called, similarity=lambda a, b: abs(_cosine(a, b))),
                "a strongly negative cosine is far, not near: no abs."),
        Mistake(slip(_called, similarity=lambda a, b: (1 + _cosine(a, b)) / 2),
                "this moves the cosine to 0 to 1; the threshold is for the cosine itself."),
        Mistake(slip(_called, similarity=lambda a, b: a * b / (
                    np.linalg.norm(a) * np.linalg.norm(b))),
                "the products are not added up yet: a @ b."),
        Mistake(lambda a, b, t: 1 - _cosine(a, b) < t,
                "this compares the distance; the similarity is to be above the threshold."),
        Mistake(lambda a, b, t: np.linalg.norm(a - b) < t,
                "this looks at the distance between the points; the cosine ignores lengths."),
        Mistake(slip(_called, call=lambda s, t: float(s > t)),
                "give True or False, not 1 or 0."),
        Mistake(slip(_called, similarity=lambda a, b: -np.linalg.norm(a - b)),
                "this looks at the distance between the points; the cosine ignores lengths."),
    ),
    meaning="A cosine and a threshold are the whole decision; all the rest went into the "
    "embeddings.",
)  # fmt: skip
