"""The cases that this lab's instant checks show, drawn one after the other."""

import numpy as np

from instructor.labs.lab7.runs import NAMES, make_run, sweep

_rng = np.random.default_rng(7)
NAN, INF = np.nan, np.inf

CURVES = (
    (np.array([0.8, 1.0, 0.7, 0.5, 0.45, 0.3, 0.32, 0.2, 0.22, 0.19, 0.15, 0.21]),),
    (np.array([0.5, 0.6, 0.4, 0.35, 0.3, 0.26, 0.25, 0.21, 0.2, 0.18, 0.12, NAN, 0.1, 2.5, NAN]),),
    (np.array([1.5, 1.2, 9.0, 3.5, 2.8, 2.1, 1.9, 1.7, 1.8, 1.6, 1.65, INF, 1.4, INF, NAN]),),
    (np.array([NAN, 0.4, 0.3, NAN]),),
    (np.array([2.0, 1.0, 0.5]),),
    (
        np.array(
            [3.1, 2.9, 2.6, 2.4, 2.5, 2.2, 2.3, 2.1, 2.0, 1.9, 1.8, 1.85, 1.7, 1.75, 1.6, 1.3, 1.2]
        ),
    ),
)


def _rows(*shape):
    return _rng.normal(size=shape).round(2)


_zeros = _rows(6, 3) + 0.5
_zeros[[1, 4]] = 0
_twins = _rows(8, 3) + 1
_twins[[2, 5]] = _twins[0]
EMBEDDED = (
    (
        _rows(6, 3) * np.array([[1.0], [3], [0.5], [2], [1], [4]]) + 0.4,
        np.array([0, 0, 1, 1, 2, 2]),
    ),
    (0.3 * _twins, np.array([4, 4, 7, 7, 4, 7, 4, 7])),  # equal rows: ties
    (_zeros, np.array([1, 1, 0, 0, 1, 0])),
    (np.zeros((4, 2)), np.array([0, 1, 0, 1])),
    (_rows(5, 4) + np.array([2.0, 0, 0, 1]), np.array([0, 1, 0, 1, 1])),
)
_TWICE = ("NaN", "learning rate too high", "wrong axis", "collapse", *NAMES[6:9], NAMES[10])
RUNS = tuple(
    (make_run(_rng, name, variant=variant),)
    for variant, names in ((0, NAMES), (1, _TWICE))
    for name in names
)
_equal = _rows(4, 3)
PAIRS = (
    (_rows(4, 3), _rows(4, 3), np.array([1, 0, 1, 0]), 1.0),
    (_rows(3, 2) + 1, _rows(3, 2) + 1, np.array([0, 0, 1]), 0.8),
    (_rows(5, 3), _rows(5, 3), np.array([0, 1, 1, 0, 0]), 1.6),
    (_equal, np.r_[_equal[:2], _rows(2, 3)], np.array([1, 0, 0, 1]), 1.2),
    (_rows(3, 3) * np.array([[0.0], [1], [1]]), _rows(3, 3), np.array([1, 1, 0]), 1.2),
)
DEALS = (
    (np.array([0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 5, 5]), 1, 2, 2, 0),
    (np.array([7, 3, 9, 3, 7, 9, 1, 1, 4, 4, 8, 8, 6, 6, 7, 5, 5]), 2, 2, 3, 100),
)
_rng = np.random.default_rng(5)  # every mistake of 7.6 shows in these
SWEEPS = (
    *(
        sweep(_rng, *sizes)
        for sizes in ((7, 3, 20), (8, 4, 10), (6, 5, 15), (7, 3, 12), (8, 3, 10))
    ),
    sweep(_rng, 4, 3, 10, left=False),
)
