"""The cases that this lab's instant checks show, drawn one after the other."""

import numpy as np

_rng = np.random.default_rng(3)


def pairs(n, step=0.1, rng=_rng):
    """Similarities with ties, and labels that go with them, both kinds present."""
    is_same = rng.permutation(np.arange(n) % 2)
    raw = np.clip(rng.normal(0.25 + 0.4 * is_same, 0.35), -0.9, 0.9)
    return (np.round(raw / step) * step).round(3), is_same


def _weighted(n):
    return (*pairs(n), _rng.integers(1, 6, n).astype(float))


COUNTED = tuple((*_weighted(n), t) for n, t in ((8, 0.5), (12, 0.2), (9, 0.0), (7, 0.95)))
for _case, _t in zip(COUNTED[:3], (0.5, 0.2, 0.0), strict=True):
    _case[0][:2], _case[1][:2] = _t, (0, 1)  # two pairs exactly at the threshold
COSTED = tuple(
    (*pairs(n), np.array(thresholds), *costs)
    for n, thresholds, costs in (
        (8, [0.2, 0.5, 0.7], (5.0, 1.0)), (11, [-1.0, 0.3, 0.6, 0.95], (1.0, 3.0)), (9, [0.1, 0.4], (2.0, 0.5)),
    )
)  # fmt: skip
for _case in COSTED:
    _case[0][0], _case[1][0] = _case[2][1], 0
    _case[0][1], _case[1][1] = _case[2][1], 1
CURVES = tuple(_weighted(n) for n in (8, 13, 10))
