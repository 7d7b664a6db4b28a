"""Exercises of notebook 02, the cosine cost."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake

_rng = np.random.default_rng(2)
_TRIPLETS = tuple(tuple(_rng.normal(size=(3, n, dim))) for n, dim in ((4, 2), (7, 5), (1, 3)))
_PAIRS = tuple(case[:2] for case in _TRIPLETS)


def _cosines(x, y):
    return (x * y).sum(-1) / (np.linalg.norm(x, axis=-1) * np.linalg.norm(y, axis=-1))


def _costs(a, p, n):
    return -_cosines(a, p) + _cosines(a, n)


def _whole_batch(x, y):
    return (x * y).sum(-1) / (np.linalg.norm(x) * np.linalg.norm(y))


_SIGN = "the signs are swapped: a near positive must make the cost fall."
_AXIS = "you divided by the length of the whole batch; each row has its own, so name the axis."

EXERCISES = {
    "02.1": Exercise(
        "cosine of rows", _cosines, _PAIRS,
        (
            Mistake(_whole_batch, _AXIS),
            Mistake(lambda x, y: (x * y).sum(-1),
                    "this is the dot product; divide by both lengths."),
            Mistake(lambda x, y: 1 - _cosines(x, y),
                    "this is a distance; the cosine itself is asked."),
            Mistake(lambda x, y: (x * y).sum(-1) / np.linalg.norm(x, axis=-1),
                    "you divided by one length; both vectors have one."),
            Mistake(lambda x, y: (x * y).sum(-1) / ((x**2).sum(-1) * (y**2).sum(-1)),
                    "these are squared lengths; a length is the root of the sum of squares."),
            Mistake(lambda x, y: _cosines(x, y).mean(), "keep one cosine a row: no mean is asked."),
        ),
    ),
    "02.2": Exercise(
        "the cost", _costs, _TRIPLETS,
        (
            Mistake(lambda a, p, n: -_costs(a, p, n), _SIGN),
            Mistake(lambda a, p, n: _cosines(a, p) + _cosines(a, n),
                    "both terms have the same sign; they should pull in opposite directions."),
            Mistake(lambda a, p, n: -_cosines(a, p) + _cosines(p, n),
                    "the negative is compared with the positive; compare it with the anchor."),
            Mistake(lambda a, p, n: -(a * p).sum(-1) + (a * n).sum(-1),
                    "these are dot products; the cost is made of cosines."),
            Mistake(lambda a, p, n: np.maximum(_costs(a, p, n), 0),
                    "no floor yet: the cost may be negative (the hinge comes in 03)."),
            Mistake(lambda a, p, n: _costs(a, p, n).mean(),
                    "keep one cost a row: no mean is asked."),
        ),
    ),
    "02.3": Exercise(
        "how many are solved", lambda a, p, n: np.mean(_costs(a, p, n) <= 0), _TRIPLETS,
        (
            Mistake(lambda a, p, n: np.mean(_costs(a, p, n) > 0),
                    "this is the share not solved; solved means a cost of at most 0."),
            Mistake(lambda a, p, n: np.sum(_costs(a, p, n) <= 0),
                    "this is a count; a share divides it by the number of triplets."),
            Mistake(lambda a, p, n: _costs(a, p, n) <= 0,
                    "one answer a triplet; the share is one number for all."),
            Mistake(lambda a, p, n: _costs(a, p, n).mean(),
                    "this is the mean cost; count how many are at most 0."),
        ),
    ),
    "02.4": Exercise(
        "by hand", 0.4, (),
        (
            Mistake(-0.4, _SIGN),
            Mistake(0.8, "both terms were added; the positive's cosine is subtracted."),
            Mistake(-0.8, "both terms were subtracted; the negative's cosine is added."),
        ),
    ),
}  # fmt: skip
