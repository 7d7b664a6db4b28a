"""Exercises of notebook 04, the modified triplet loss."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake

_rng = np.random.default_rng(4)
# Row 1 of the second matrix has no negative at or below its positive; entries are well apart.
_MATRICES = tuple(_rng.permutation(np.linspace(-0.9, 0.9, b * b)).reshape(b, b) for b in (4, 3, 6))
_MATRICES[1][1] = [0.4, -0.95, 0.1]
_CASES = tuple((s,) for s in _MATRICES)
_WITH_MARGIN = tuple((s, margin) for s, margin in zip(_MATRICES, (0.25, 0.1, 0.6), strict=True))


def _off(s):
    return ~np.eye(len(s), dtype=bool)


def _mean(s):
    return np.where(_off(s), s, 0).sum(1) / (len(s) - 1)


def _closest(s, axis=1):
    diagonal = np.expand_dims(np.diag(s), axis)
    return np.where(_off(s) & (s <= diagonal), s, -np.inf).max(axis)


def _hardest(s):
    return np.where(_off(s), s, -np.inf).max(1)


def _hinge(negative, s, margin):
    return np.maximum(negative - np.diag(s) + margin, 0)


def _loss(s, margin):
    return _hinge(_mean(s), s, margin) + _hinge(_closest(s), s, margin)


_N_MINUS_1 = "you divided by b; a row has b - 1 negatives."
_HARDEST = "this is the largest negative of all; those above the diagonal are to be left out."
_ROWS = "you went down the columns; the anchors are the rows."

EXERCISES = {
    "04.1": Exercise(
        "mean negative", _mean, _CASES,
        (
            Mistake(lambda s: np.where(_off(s), s, 0).mean(1), _N_MINUS_1),
            Mistake(lambda s: s.mean(1), "the diagonal is in your mean; it holds the positives."),
            Mistake(lambda s: np.where(_off(s), s, 0).sum(1), "this is the sum; divide it."),
            Mistake(lambda s: _mean(s.T), _ROWS),
            Mistake(lambda s: _mean(s).mean(), "keep one mean a row."),
            Mistake(lambda s: s.sum(1) / (len(s) - 1), "the diagonal is still in the sum."),
        ),
    ),
    "04.2": Exercise(
        "closest negative", _closest, _CASES,
        (
            Mistake(_hardest, _HARDEST),
            Mistake(lambda s: s.max(1), "the diagonal took part; it holds the positives."),
            Mistake(lambda s: _closest(s.T), _ROWS),
            Mistake(lambda s: np.where(_off(s) & (s <= np.diag(s)[None, :]), s, -np.inf).max(1),
                    "each entry was compared with the diagonal of its column; a row has its own."),
            Mistake(lambda s: np.where(_off(s) & (s <= np.diag(s)[:, None]), s, 0).max(1),
                    "entries left out became 0, which can be the largest; use minus infinity."),
            Mistake(lambda s: np.where(_off(s), s, np.inf).min(1),
                    "this is the smallest negative; the closest is the largest allowed one."),
        ),
    ),
    "04.3": Exercise(
        "the full loss", _loss, _WITH_MARGIN,
        (
            Mistake(lambda s, m: _hinge(_mean(s), s, m) + _hinge(_hardest(s), s, m), _HARDEST),
            Mistake(lambda s, m: _hinge(_mean(s), s, m), "this is L1 alone; L2 is missing."),
            Mistake(lambda s, m: _hinge(_closest(s), s, m), "this is L2 alone; L1 is missing."),
            Mistake(lambda s, m: _hinge(_mean(s), s, 0) + _hinge(_closest(s), s, 0),
                    "the margin is missing."),
            Mistake(lambda s, m: _hinge(_mean(s), s, 2 * m) + _hinge(_closest(s), s, 2 * m),
                    "the margin was added twice in each hinge."),
            Mistake(lambda s, m: np.maximum(_mean(s) + _closest(s) - 2 * np.diag(s) + 2 * m, 0),
                    "one hinge around both; each of L1 and L2 has its own."),
            Mistake(lambda s, m: np.maximum(np.diag(s) - _mean(s) + m, 0)
                    + np.maximum(np.diag(s) - _closest(s) + m, 0),
                    "the sign is swapped: a large positive must lower the loss."),
            Mistake(lambda s, m: _loss(s, m).sum(), "keep one loss a row."),
        ),
    ),
    "04.4": Exercise(
        "by hand", 0.15, (),
        (
            Mistake(0.5, "0.6 is above the positive, so it is not the closest negative here."),
            Mistake(0.35, "0.6 is above the positive, so it is not the closest; and mind L1."),
            Mistake(0.1, "a hinge never goes below 0: L2 cannot be negative."),
            Mistake(0.0, "the mean takes all negatives, 0.6 too."),
        ),
    ),
}  # fmt: skip
