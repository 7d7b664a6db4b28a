"""Exercise 7.1, weighted mean."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from siamese_lib.checks.exercise import Mistake


def secret_ratio(values, weights):
    return float((values * weights).sum() / weights.sum())


def _weighted(rng):
    return [(rng.normal(size=n), rng.uniform(0.1, 1, size=n)) for n in (3, 7)]


def _equal_weights(rng):
    return [(rng.normal(size=5), np.ones(5))]


_judge = close(secret_ratio)

EXERCISE = Exercise(
    title="weighted mean",
    call="weighted_mean",
    right=secret_ratio,
    cases=(
        (np.array([1.0, 2, 6]), np.array([1.0, 1, 2])),
        (np.array([4.0, 1]), np.array([3, 0.5])),
    ),
    mistakes=(
        Mistake(lambda values, weights: values.mean(), "the weights are not used."),
        Mistake(
            lambda values, weights: (values * weights).sum(), "divide by the sum of the weights."
        ),
    ),
    meaning="A value that weighs more counts more.",
    fallback="work the first case out on paper.",
    parts=(
        Part("values", 6, _weighted, "weighted_mean(*case)", _judge, seconds=2),
        Part("equal weights", 4, _equal_weights, "weighted_mean(*case)", _judge, seconds=2),
    ),
    cell_seconds=3,
)
