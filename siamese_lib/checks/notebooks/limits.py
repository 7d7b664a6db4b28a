"""Exercises of the notebook on what Siamese networks are good and bad at."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.slips import slip

_rng = np.random.default_rng(7)


def _unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


_SUPPORTS = tuple((_unit(_rng.normal(size=shape)),) for shape in ((5, 3, 4), (8, 2, 6), (4, 5, 3)))


def _prototypes(support, *, mean=lambda s: s.mean(1), last=_unit):
    return last(mean(support))


EXERCISES = {
    "limits.1": Exercise(
        "prototypes", _prototypes, _SUPPORTS,
        (
            Mistake(slip(_prototypes, last=lambda m: m),
                    "the mean of unit vectors is shorter than 1; scale it."),
            Mistake(slip(_prototypes, mean=lambda s: s.mean(0)),
                    "this averages over the classes; each class keeps a vector of its own."),
            Mistake(slip(_prototypes, last=lambda m: m / np.linalg.norm(m)),
                    "you divided by the length of all classes together; each row has its own."),
            Mistake(slip(_prototypes, last=lambda m: m / np.linalg.norm(m, axis=0)),
                    "the lengths run down the classes; each row has its own, along axis -1."),
            Mistake(slip(_prototypes, mean=lambda s: s[:, 0]),
                    "this is the first shot alone; use all shots of a class."),
            Mistake(slip(_prototypes, mean=lambda s: s.sum(1), last=lambda m: m),
                    "this is the sum of the shots; its length is not 1 yet."),
            Mistake(slip(_prototypes, mean=lambda s: s.mean((0, 1))),
                    "this is one vector for all classes; keep one for each."),
            Mistake(slip(_prototypes, mean=lambda s: s.mean(-1)),
                    "this averages the numbers of a vector; average over the shots, axis 1."),
        ),
        meaning="A class is one vector now, however many shots it had; a query needs one "
        "comparison a class.",
    ),
}  # fmt: skip
