"""Exercises of notebook 03, triplets."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake

_rng = np.random.default_rng(3)
_ROWS = tuple(
    (*_rng.normal(size=(3, n, dim)), margin)
    for n, dim, margin in ((6, 2, 0.25), (9, 5, 0.5), (2, 3, 0.1), (8, 4, 0.0))
)
_COSINES = tuple(
    (*_rng.uniform(-1, 1, size=(2, n)), margin)
    for n, margin in ((20, 0.25), (11, 0.6), (7, 0.0), (30, 1.0))
)


def _cosines(x, y):
    return (x * y).sum(-1) / (np.linalg.norm(x, axis=-1) * np.linalg.norm(y, axis=-1))


def _gaps(a, p, n):
    return _cosines(a, n) - _cosines(a, p)


def _squares(x, y):
    return ((x - y) ** 2).sum(-1)


def _square_gaps(a, p, n):
    return _squares(a, p) - _squares(a, n)


def _hinge(x):
    return np.maximum(x, 0)


def _off_diagonal(similarity):
    return similarity[~np.eye(len(similarity), dtype=bool)]


def _unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def _pairs(x):
    return _off_diagonal(_unit(x) @ _unit(x).T)


def _around(spread, *, rows, lengths):
    """Rows that scatter around one direction, of the lengths given."""
    return lengths * (np.array([1.0, 2.0, -1.0]) + spread * _rng.normal(size=(rows, 3)))


# Unit rows with cosines 0.88: the mean with the diagonal in is 0.92, on the other side of 0.9.
_THREE = np.linalg.cholesky(np.full((3, 3), 0.88) + 0.12 * np.eye(3))
# Three rows alike and one across: pairs are at 1 or 0, on average at 0.5.
_MIXED = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
_EMBEDDINGS = (
    (_around(0.01, rows=6, lengths=0.1), 0.99),  # collapsed, but its dot products are small
    (3 * _rng.normal(size=(7, 4)), 0.9),  # scattered
    (_THREE, 0.9),
    (_MIXED, 0.4),  # collapsed by the mean, not by the smallest cosine
    (_MIXED, 0.6),  # not collapsed by the mean, but by the largest cosine
    (10 * _MIXED, 0.6),  # dot products are large
)

_SIGN = "the order is turned round: a near positive must make the loss small."
_NO_HINGE = "the loss is negative for easy triplets; cut it off at 0."
_NO_MARGIN = "the margin is left out."
_MEAN = "keep one loss a row: no mean is asked."

EXERCISES = {
    "03.1": Exercise(
        "the triplet loss of rows", lambda a, p, n, m: _hinge(_gaps(a, p, n) + m), _ROWS,
        (
            Mistake(lambda a, p, n, m: _gaps(a, p, n) + m, _NO_HINGE),
            Mistake(lambda a, p, n, m: _hinge(-_gaps(a, p, n) + m), _SIGN),
            Mistake(lambda a, p, n, m: _hinge(_gaps(a, p, n)), _NO_MARGIN),
            Mistake(lambda a, p, n, m: _hinge(_gaps(a, p, n)) + m,
                    "the margin belongs inside the maximum, so that an easy triplet gets 0."),
            Mistake(lambda a, p, n, m: _hinge((a * n).sum(-1) - (a * p).sum(-1) + m),
                    "these are dot products; divide by both lengths."),
            Mistake(lambda a, p, n, m: _hinge(_gaps(a, p, n) + m).mean(), _MEAN),
        ),
    ),
    "03.2": Exercise(
        "with squared distances", lambda a, p, n, m: _hinge(_square_gaps(a, p, n) + m), _ROWS,
        (
            Mistake(lambda a, p, n, m: _hinge(-_square_gaps(a, p, n) + m),
                    "the order is turned round: a distance is small when near, so the positive's "
                    "comes with a plus."),
            Mistake(lambda a, p, n, m: _square_gaps(a, p, n) + m, _NO_HINGE),
            Mistake(lambda a, p, n, m: _hinge(_square_gaps(a, p, n)), _NO_MARGIN),
            Mistake(lambda a, p, n, m: _hinge(_squares(a, p) ** 0.5 - _squares(a, n) ** 0.5 + m),
                    "these are distances; the squares of them are asked, so take no root."),
            Mistake(lambda a, p, n, m: _hinge(_square_gaps(_unit(a), _unit(p), _unit(n)) + m),
                    "the rows were normalised first; take them as they are."),
            Mistake(lambda a, p, n, m: _hinge(_square_gaps(a, p, n) + m).mean(), _MEAN),
        ),
    ),
    "03.3": Exercise(
        "the useful share", lambda p, n, m: np.mean(n - p + m > 0), _COSINES,
        (
            Mistake(lambda p, n, m: np.mean(n - p + m <= 0),
                    "this is the share of easy triplets; the others are useful."),
            Mistake(lambda p, n, m: np.sum(n - p + m > 0),
                    "this is a count; a share divides it by the number of triplets."),
            Mistake(lambda p, n, m: np.mean(n >= p),
                    "this is the share of hard triplets; semi-hard ones have a loss too."),
            Mistake(lambda p, n, m: np.mean((n < p) & (n > p - m)),
                    "these are the semi-hard ones only; hard triplets have a loss too."),
            Mistake(lambda p, n, m: _hinge(n - p + m).mean(),
                    "this is the mean loss; count how many are above 0."),
            Mistake(lambda p, n, m: n - p + m > 0,
                    "one answer a triplet; the share is one number for all."),
        ),
    ),
    "03.4": Exercise(
        "is it collapsed", lambda x, t: np.mean(_pairs(x)) > t, _EMBEDDINGS,
        (
            Mistake(lambda x, t: np.mean(_unit(x) @ _unit(x).T) > t,
                    "every row was also compared with itself; those pairs do not count."),
            Mistake(lambda x, t: np.mean(_off_diagonal(x @ x.T)) > t,
                    "these are dot products; divide by both lengths."),
            Mistake(lambda x, t: np.mean(_pairs(x)) <= t,
                    "True and False are swapped: collapsed is a mean cosine above the threshold."),
            Mistake(lambda x, t: np.max(_pairs(x)) > t,
                    "one near pair is no collapse; the mean over the pairs is asked."),
            Mistake(lambda x, t: np.min(_pairs(x)) > t,
                    "one far pair does not rule it out; the mean over the pairs is asked."),
            Mistake(lambda x, t: np.mean(_pairs(x)),
                    "this is the mean cosine itself; compare it with the threshold."),
        ),
    ),
}  # fmt: skip
