"""The exercise of the notebook on triplets that finds a collapse: True or False, many cases."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.slips import slip

_rng = np.random.default_rng(13)


def _off_diagonal(similarity):
    return similarity[~np.eye(len(similarity), dtype=bool)]


def _unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def _cosines(x):
    return _unit(x) @ _unit(x).T


def _around(spread, *, rows, dim=3, lengths=(1.0, 1.0)):
    """Rows of lengths between the two that scatter around one direction."""
    rows = np.arange(1, dim + 1) + spread * _rng.normal(size=(rows, dim))
    return _unit(rows) * _rng.uniform(lengths[0], lengths[1], (len(rows), 1))


def _collapsed(x, t, *, similarity=_cosines, pairs=_off_diagonal, whole=np.mean, above=np.greater):
    return above(whole(pairs(similarity(x))), t)


# Three equal rows and one at right angles: the cosines are 1 or 0, on average 0.5.
_MIXED = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
_ONE_OFF = np.vstack([_around(0.05, rows=7), [[-3.0, 0.5, 1.0]]])
_CLOUDS = (
    _around(0.9, rows=5, lengths=(0.2, 3)), _around(0.4, rows=8, dim=4, lengths=(0.5, 2)),
    _around(0.6, rows=4), _ONE_OFF, _around(2.0, rows=9, lengths=(0.1, 0.6)),
)  # fmt: skip
_EMBEDDINGS = (
    (_around(0.01, rows=6, lengths=(0.1, 0.1)), 0.99),  # collapsed, but its dot products are small
    (3 * _rng.normal(size=(7, 4)), 0.9),  # scattered
    (_MIXED, 0.4),  # collapsed by the mean, but not by the smallest cosine
    (_MIXED, 0.6),  # not collapsed by the mean, but by the largest cosine
    (_MIXED, 0.5),  # exactly at the threshold
    (10 * _MIXED, 0.6),  # dot products are large
    (_around(0.01, rows=12), 0.7),
    (_around(0.01, rows=12), 0.3),  # so many pairs, so few rows
    # Just below and just above the mean: whoever takes anything else is on the wrong side of some.
    *((x, _off_diagonal(_cosines(x)).mean() + off) for x in _CLOUDS for off in (-0.02, 0.02)),
)

_ITSELF = "every row was also compared with itself; those pairs do not count."
_ZEROS = "entries set to 0 are still counted; divide by the n (n - 1) pairs of different rows."
_COUNTED = (
    "you counted pairs above the threshold; take the mean of the cosines first, then compare it."
)
_SWAPPED = "True and False are swapped: collapsed is a mean cosine above the threshold."
_LENGTHS = "these are dot products; divide by both lengths."

COLLAPSE = Exercise(
    "is it collapsed", _collapsed, _EMBEDDINGS,
    (
        Mistake(slip(_collapsed, pairs=lambda s: s), _ITSELF),
        Mistake(slip(_collapsed, similarity=lambda x: x @ x.T), _LENGTHS),
        Mistake(slip(_collapsed, similarity=lambda x: x @ x.T, pairs=lambda s: s),
                "these are dot products, and every row met itself too: lengths first, then the "
                "diagonal."),
        Mistake(slip(_collapsed, similarity=lambda x: x @ x.T / np.linalg.norm(x) ** 2),
                "you divided by the length of the whole batch; each row has its own."),
        Mistake(slip(_collapsed, pairs=lambda s: s - np.diag(np.diag(s))), _ZEROS),
        Mistake(slip(_collapsed, pairs=lambda s: np.triu(s, 1)), _ZEROS),
        Mistake(slip(_collapsed, pairs=lambda s: np.diag(s, 1)),
                "these are neighbouring rows only; take all pairs."),
        Mistake(slip(_collapsed, pairs=lambda s: s[0, 1:2]),
                "these are two rows only; take all pairs."),
        Mistake(slip(_collapsed, pairs=lambda s: s[0, 1:]),
                "these are the pairs of the first row only; take all of them."),
        Mistake(slip(_collapsed, above=np.greater_equal, whole=lambda s: np.mean(s) + 1e-9),
                "a mean of exactly the threshold is not above it: > and not >=."),
        Mistake(slip(_collapsed, above=np.less_equal), _SWAPPED),
        Mistake(slip(_collapsed, above=np.less), _SWAPPED),
        Mistake(slip(_collapsed, whole=np.max),
                "one near pair is no collapse; the mean over the pairs is asked."),
        Mistake(slip(_collapsed, whole=np.min),
                "one far pair does not rule it out; the mean over the pairs is asked."),
        Mistake(slip(_collapsed, whole=np.median),
                "this is the median; the mean over the pairs is asked."),
        Mistake(lambda x, t: bool((_off_diagonal(_cosines(x)) > t).mean() > 0.5), _COUNTED),
        Mistake(lambda x, t: bool((_cosines(x) > t).mean() > 0.5), _COUNTED),
        Mistake(lambda x, t: bool(np.linalg.norm(_unit(x).mean(0)) > t),
                "this is the length of the mean row; the mean cosine over the pairs is asked."),
        Mistake(slip(_collapsed, given=lambda x, t: (x, 0.9)),
                "0.9 is fixed in your code; take the threshold that is given."),
        Mistake(slip(_collapsed, above=lambda mean, t: 1 - mean > t),
                "this compares the mean distance; collapsed is a mean cosine above the threshold."),
        Mistake(slip(_collapsed, above=lambda mean, t: mean),
                "this is the mean cosine itself; compare it with the threshold."),
        Mistake(slip(_collapsed, above=lambda mean, t: float(mean > t)),
                "give True or False, not 1 or 0."),
        Mistake(slip(_collapsed, whole=lambda s: s),
                "one answer for each pair; take the mean first, then compare."),
        Mistake(lambda x, t: _cosines(x) > t,
                "one answer for each pair; take the mean first, then compare."),
    ),
    meaning="This one number finds a collapse that the loss hides: it only stands still, at "
    "the margin.",
)  # fmt: skip
