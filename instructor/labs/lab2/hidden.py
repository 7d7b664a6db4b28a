"""The matrices and masks that grading draws for exercises 2.3 to 2.6. Anchors are the columns.

Few shapes: JAX compiles each operation anew for each shape, in every learner's kernel.
"""

import numpy as np


def matrix(rng, b):
    """A matrix [b, b] with entries well apart, and a diagonal from 0.3 on, above some negatives."""
    similarity = np.linspace(-0.9, 0.9, b * b) + rng.uniform(-0.2, 0.2, b * b) / b**2
    similarity = rng.permutation(similarity).reshape(b, b)
    similarity[np.arange(b), np.arange(b)] = rng.uniform(0.3, 0.95, b)
    return similarity


def tied(cases):
    """The same cases, with one negative in each column exactly as high as its positive."""
    for similarity, is_real, *_ in cases:
        real = np.flatnonzero(is_real)
        for i in real if len(real) > 1 else ():
            similarity[real[real != i][0], i] = similarity[i, i]
    return cases


def mask(rng, b, real):
    return rng.permutation(np.arange(b) < real)


def full(rng):
    return [(matrix(rng, b), np.ones(b, bool)) for b in (4, 7, 7)]


def masked(rng):
    return [(matrix(rng, b), mask(rng, b, real)) for b, real in ((4, 2), (7, 5), (7, 6))]


def _lone(rng):
    return [(matrix(rng, b), mask(rng, b, real)) for b, real in ((4, 1), (7, 1), (4, 0))]


def lone_and_masked(rng):
    return [*_lone(rng), *masked(rng)]  # without the masked ones zeros would be right everywhere
