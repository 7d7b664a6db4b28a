"""The cases that this lab's instant checks show, drawn one after the other."""

import numpy as np

_rng = np.random.default_rng(4)


def _drawings(names, drawers):
    """One image of each class by each drawer, in random order."""
    label, drawer = (part.ravel() for part in np.meshgrid(names, drawers))
    order = _rng.permutation(len(label))
    return label[order].astype(int), drawer[order].astype(int)


EPISODES = (
    (*_drawings([3, 5, 8, 9, 14], range(6)), 3, 2, 1, 0),
    (*_drawings([20, 21, 22, 30, 31, 32, 33], [4, 6, 7, 8, 9]), 5, 1, 2, 100),
    (*_drawings([1, 2, 4, 7], [10, 11, 12, 13, 14]), 4, 3, 2, 200),  # all classes, all drawers
)


def _normal(*shape):
    return _rng.normal(size=shape).round(2)


SUPPORTS = (
    (_normal(3, 2, 4) * np.array([[1.0], [5.0]]), np.array([[1.0, 3.0], [2.0, 1.0], [1.0, 0.5]])),
    (
        _normal(2, 4, 3) * np.array([[2.0], [1.0], [0.2], [7.0]]),
        np.array([[1.0, 2, 0, 4], [0.0, 1, 1, 3]]),
    ),
    (_normal(2, 3, 3) * np.array([[0.3], [1.0], [4.0]]), np.array([[0.0, 0, 0], [1.0, 5, 2]])),
)
QUERIES = (
    (
        _normal(4, 3) * np.array([[1.0], [1.5], [0.7], [1.2]]),
        _normal(8, 3) * np.array([[0.1], [6.0], [0.3], [2.0], [0.2], [1.0], [3.0], [0.5]]),
        0.3,
    ),
    (_normal(5, 4) * np.array([[5.0], [1.0], [1.0], [0.5], [2.0]]), _normal(7, 4), 0.0),
    (
        np.eye(3) * [[1.0], [2.0], [4.0]],
        np.array([[3.0, 3, 1], [5, 2, 1], [1, 1, 1], [0, 1, 4], [-1, 2, 2]]),
        0.0,
    ),
    (np.eye(3), np.array([[4.0, 3, 0], [1, 0, 0], [0, 2, 2], [6, 0, 8]]), 0.1),
    (
        np.eye(3),
        np.array([[4.0, 3, 0], [1, 0, 0], [0, 0, 5], [-1, 2, -1]]),
        1.0,
    ),  # a lead of exactly 1
)
SCORES = tuple(
    (
        first := _rng.choice([0.4, 0.6, 0.8, 1.0], n),
        np.clip(first + _rng.choice([-0.2, 0.0, 0.2, 0.2], n), 0, 1).round(2),
    )
    for n in (10, 25, 6)
)
