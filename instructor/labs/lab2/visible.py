"""The cases that this lab's instant checks show, drawn one after the other."""

import numpy as np

_rng = np.random.default_rng(2)


def _normal(*shape):
    return _rng.normal(size=shape).round(2)


def _spread(b):
    """A matrix [b, b] whose entries are well apart."""
    return _rng.permutation(np.linspace(-0.95, 0.95, b * b)).reshape(b, b).round(3)


VECTORS = (
    (np.array([1.0, 2.0, 2.0]), np.array([2.0, 0.5, 1.0]), np.array([1.0, 1.0, 3.0])),
    (_normal(5), _normal(5), np.array([0.5, 0.0, 2.0, 1.0, 0.3])),
    (np.zeros(3), np.array([1.0, -1.0, 2.0]), np.array([1.0, 2.0, 1.0])),
    (-_normal(4), _normal(4), np.array([2.0, 1.0, 0.1, 4.0])),
    (np.array([1.0, 2.0]), np.zeros(2), np.array([1.0, 2.0])),
    (np.array([1.0, 2.0]), np.array([2.0, 1.0]), np.zeros(2)),
)
BATCHES = (
    (_normal(4, 3), _normal(4, 3), np.ones(3)),
    (_normal(4, 3), _normal(4, 3), np.array([2.0, 0.5, 1.0])),
    (np.vstack([_normal(3, 3), np.zeros((1, 3))]), _normal(4, 3), np.array([1.0, 3.0, 0.2])),
)
REAL = (np.array([1, 1, 1, 1], bool), np.array([1, 1, 1, 0, 1, 0, 1], bool),
         np.array([1, 0, 0, 0], bool), np.array([0, 1, 1, 1, 1, 1, 1], bool))  # fmt: skip
_MATRICES = tuple(_spread(len(is_real)) for is_real in REAL)
_MATRICES[0][2, 2] = -0.99  # no negative of pair 2 is at or below its positive
for _matrix, _high in ((_MATRICES[1], 0.9), (_MATRICES[3], 0.7)):
    _matrix[np.arange(len(_matrix)), np.arange(len(_matrix))] = np.linspace(
        0.2, _high, len(_matrix)
    )
_MATRICES[1][2, 0] = _MATRICES[1][0, 0]  # as near as the positive, to the last bit
MASKED = tuple(zip(_MATRICES, REAL, strict=True))


def _embedded(b, dim, is_real):
    is_real = np.array(is_real, bool)
    return tuple(np.where(is_real[:, None], x, 0) for x in (_normal(b, dim), _normal(b, dim))) + (
        is_real,
    )


TRAINING = (
    (*_embedded(4, 3, [1, 1, 1, 1]), 1, 0.5, 1.0),
    (*_embedded(4, 3, [1, 1, 1, 1]), 2, 0.6, 0.5),
    (*_embedded(4, 3, [1, 0, 1, 1]), 2, 0.8, 0.5),
)
