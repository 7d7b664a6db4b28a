"""The cases that this lab's instant checks show, drawn one after the other."""

import numpy as np

_rng = np.random.default_rng(1)


def _normal(*shape):
    return _rng.normal(size=shape).round(2)


ARRAYS = (
    (np.array([[3.0, 4.0], [-6.0, 8.0], [1.0, 1.0]]),),
    (np.vstack([_normal(2, 4), np.zeros((1, 4))]),),
    (_normal(2, 3, 2),),
    (np.array([2.0, -1.0, 2.0]),),
)
_TOKENS = np.array([[3, 5, 2, 0], [4, 1, 0, 0], [2, 2, 6, 1]])
POOLED = (
    (_normal(3, 4, 2), _TOKENS, np.array([9.0, 1.0, 0.5, 2.0, 3.0, 0.2, 1.5])),
    (_normal(2, 3, 3), np.array([[1, 2, 3], [3, 3, 1]]), np.array([1.0, 0.3, 0.2, 0.1])),
    (
        _normal(3, 4, 2),
        np.array([[1, 0, 0, 0], [0, 0, 0, 0], [2, 3, 0, 0]]),
        np.array([5.0, 2.0, 0.0, 0.0]),
    ),
)
ENCODED = tuple(
    (tokens, _normal(7, 3), _normal(3, 4), _normal(4))
    for tokens in (
        _TOKENS,
        np.array([[1, 2, 3, 4], [6, 5, 4, 3]]),
        np.array([[1, 0, 0, 0, 0, 0], [5, 6, 0, 0, 0, 0]]),
    )
)
TRIPLETS = tuple((_normal(3, 4), _normal(b, 3), _normal(b, 3), _normal(b, 3)) for b in (4, 2))
