"""Exercise 7.2, cosine matrix."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from siamese_lib.checks.exercise import Mistake


def hidden_cosines(rows):
    unit = rows / np.sqrt((rows**2).sum(axis=1, keepdims=True))
    return unit @ unit.T


def _rows(rng):
    return [(rng.normal(size=(4, 3)).astype(np.float32),)]


EXERCISE = Exercise(
    title="cosine matrix",
    call="cosines",
    right=hidden_cosines,
    cases=((np.array([[3.0, 4], [4, 3]]),), (np.array([[1.0, 0, 2], [0, 5, 1], [2, 2, 2]]),)),
    mistakes=(
        Mistake(lambda rows: rows @ rows.T, "these are dot products: divide by the lengths."),
        Mistake(lambda rows: 1 - hidden_cosines(rows), "these are distances, 1 minus the cosine."),
    ),
    meaning="The diagonal is 1: every row points where it points itself.",
    fallback="work the entry of the first two rows out on paper.",
    parts=(Part("values", 5, _rows, "cosines(*case)", close(hidden_cosines), seconds=2),),
    cell_seconds=3,
)
