"""What only the grader knows about the tests' lab."""

import numpy as np

from instructor.challenges.challenge import Challenge, Part, close


def secret_ratio(values, weights):
    return float((values * weights).sum() / weights.sum())


def hidden_cosines(rows):
    unit = rows / np.sqrt((rows**2).sum(axis=1, keepdims=True))
    return unit @ unit.T


def _weighted(rng):
    return [(rng.normal(size=n), rng.uniform(0.1, 1, size=n)) for n in (3, 7)]


def _equal_weights(rng):
    return [(rng.normal(size=5), np.ones(5))]


def _rows(rng):
    return [(rng.normal(size=(4, 3)).astype(np.float32),)]


CHALLENGES = {
    "7.1": Challenge(
        "Weighted mean",
        (
            Part("values", 6, _weighted, "weighted_mean(*case)", close(secret_ratio), seconds=2),
            Part("equal weights", 4, _equal_weights, "weighted_mean(*case)", close(secret_ratio),
                 seconds=2),
        ),
        cell_seconds=3,
    ),
    "7.2": Challenge(
        "Cosine matrix",
        (Part("values", 5, _rows, "cosines(*case)", close(hidden_cosines), seconds=2),),
        cell_seconds=3,
    ),
}  # fmt: skip
