"""The cases that this lab's instant checks show, drawn one after the other."""

import numpy as np

_rng = np.random.default_rng(5)
MEANINGS = (
    (_rng.permutation(np.repeat(np.arange(6), [1, 2, 3, 1, 2, 3])), 4, 0),
    (_rng.permutation(np.repeat(np.arange(9), 2)), 5, 10),
    (_rng.permutation(np.repeat(np.arange(4), [7, 1, 2, 1])), 3, 20),
)


def _units(b, dim):
    x = _rng.normal(size=(b, dim))
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).round(4)


LOSSES = tuple(
    (_units(b, 4), _units(b, 4), np.array(real, bool), margin)
    for b, real, margin in (
        (4, [1, 1, 1, 1], 0.6),
        (6, [1, 0, 1, 1, 0, 1], 0.8),
        (6, [0, 1, 1, 0, 1, 0], 1.0),
    )
)
BANDS = (
    (_rng.normal(size=(6, 3)).round(2), _rng.normal(size=(6, 3)).round(2), -0.2, 0.4),
    (np.array([[4.0, 0], [0, 2], [3, 0]]), np.array([[0.0, 5], [0, 1], [-1, 0]]), 0.0, 1.0),
    (
        np.array([[1.0, 2, 2], [2, 1, 2], [5, 0, 0], [1, 1, 0]]),
        np.array([[2.0, 4, 4], [2, 1, 1], [0, 2, 1], [0, 1, 1]]),
        0.1,
        0.6,
    ),
)
BANDS += ((*np.random.default_rng(50).normal(size=(2, 14, 3)).round(2), -0.3, 0.5),)
