"""Exercises of notebook 10, break it."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake

_rng = np.random.default_rng(10)


def _unit(x, axis=-1):
    return x / np.linalg.norm(x, axis=axis, keepdims=True)


# Clouds that lie off the origin, with rows of very different lengths.
_CLOUDS = tuple(
    (_rng.normal(size=(n, dim)) * _rng.uniform(0.5, 4, (n, 1)) + shift,)
    for n, dim, shift in ((6, 3, 0.8), (9, 4, 2.0), (5, 2, 0.3))
)
_RAW = _rng.normal(size=(7, 4))
_NORMALISED = tuple(
    (rows,)
    for rows in (
        _unit(_RAW), _RAW, _unit(_RAW, axis=0), _RAW / np.linalg.norm(_RAW), _unit(_RAW[:1]),
        np.vstack([_unit(_RAW[:3]), 3 * _RAW[3:]]),
        _unit(_RAW) * np.array([[0.5, 1.5, 0.5, 1.5, 0.5, 1.5, 1.0]]).T,  # 1 on average only
        np.linalg.qr(_RAW[:4])[0],  # rows and columns of length 1
        _unit(_RAW[:, :1], axis=0), 1.0005 * _unit(_RAW),
    )
)  # fmt: skip
_SPLITS = tuple(
    (_rng.integers(classes, size=n), np.arange(0, n, 3), np.arange(1, n, 2))
    for n, classes in ((40, 25), (30, 12), (60, 45))
)
_BATCHES = (
    (np.array([0, 0, 1, 2]),), (np.array([3, 3, 3, 1, 1, 7, 8]),),
    (np.resize(np.arange(4), 24),), (np.array([5, 6, 7]),),
)  # fmt: skip


def _spread(e):
    return 1 - (e.mean(0) ** 2).sum() / (e**2).sum(1).mean()


def _are_one(lengths):
    return np.all(abs(lengths - 1) < 1e-3)


def _over(e, order=("rows", "batch", "columns"), are_one=_are_one):
    lengths = {
        "rows": np.linalg.norm(e, axis=1), "columns": np.linalg.norm(e, axis=0),
        "batch": np.linalg.norm(e),
    }  # fmt: skip
    return next((name for name in order if are_one(lengths[name])), "none")


def _leaked(group, train, test):
    return np.isin(group[test], group[train]).mean()


def _crowd(own):
    return (np.asarray(own)[:, None] == own).sum(1)


EXERCISES = {
    "10.1": Exercise(
        "the spread", _spread, _CLOUDS,
        (
            Mistake(lambda e: 1 - _spread(e), "this is 1 where all rows are equal; turn it round."),
            Mistake(lambda e: 1 - (e.mean(1) ** 2).sum() / (e**2).sum(1).mean(),
                    "the mean row is taken down the columns, axis=0."),
            Mistake(lambda e: 1 - (e.mean(1) ** 2).sum() / (e**2).sum(0).mean(),
                    "both axes are swapped: mean over axis=0, squares summed over axis=1."),
            Mistake(lambda e: 1 - (e.mean(0) ** 2).sum() / np.linalg.norm(e, axis=1).mean() ** 2,
                    "square the length of each row first, then take the mean."),
            Mistake(lambda e: 1 - np.sqrt((e.mean(0) ** 2).sum()) / np.sqrt((e**2).sum(1)).mean(),
                    "these are lengths; square both."),
            Mistake(lambda e: 1 - (e.mean(0) ** 2).sum() / (e**2).sum(),
                    "below the line stands the mean over the rows, not the sum."),
            Mistake(lambda e: _spread(_unit(e)), "take the rows as they are, not at length 1."),
            Mistake(lambda e: 1 - (e.mean(0) ** 2).sum(),
                    "divide by the mean squared length of the rows."),
        ),
    ),
    "10.2": Exercise(
        "which axis", _over, _NORMALISED,
        (
            Mistake(lambda e: _over(e, ("batch", "rows", "columns")),
                    "a single row of length 1 is a batch of length 1 as well; ask for rows first."),
            Mistake(lambda e: _over(e, ("columns", "rows", "batch")),
                    "where rows and columns have length 1 the answer is rows; ask for rows first."),
            Mistake(lambda e: _over(e, ("rows", "columns", "batch")),
                    "a single column of length 1 is a batch too; ask for the batch first."),
            Mistake(lambda e: _over(e, are_one=lambda lengths: np.any(abs(lengths - 1) < 1e-3)),
                    "all lengths must be 1, not one of them."),
            Mistake(lambda e: _over(e, are_one=lambda lengths: abs(np.mean(lengths) - 1) < 1e-3),
                    "lengths of 0.5 and 1.5 are 1 on average; look at each of them."),
            Mistake(lambda e: _over(e, are_one=lambda lengths: np.all(lengths == 1)),
                    "floats are seldom exactly 1; lengths may be off by 0.001."),
            Mistake(lambda e: _over(e, are_one=lambda lengths: np.allclose(lengths, 1)),
                    "this is too strict; allow 0.001, with atol=1e-3."),
            Mistake(lambda e: _over(e.T), "axis=1 adds up along a row, axis=0 down a column."),
            Mistake(lambda e: _over(e, ("rows", "columns")), "the whole array has a length too."),
        ),
    ),
    "10.3": Exercise(
        "how leaky", _leaked, _SPLITS,
        (
            Mistake(lambda g, a, b: np.isin(b, a).mean(),
                    "these are rows on both sides; compare their letters."),
            Mistake(lambda g, a, b: _leaked(g, b, a),
                    "this is the share of the training rows; turn it round."),
            Mistake(lambda g, a, b: len(np.intersect1d(g[a], g[b])) / len(np.unique(g[b])),
                    "this counts letters; count test rows."),
            Mistake(lambda g, a, b: 1 - _leaked(g, a, b),
                    "this is the clean share; the leaked one is asked."),
            Mistake(lambda g, a, b: np.isin(g[b], g[a]).sum(), "this is a count; make it a share."),
        ),
    ),
    "10.4": Exercise(
        "the floor", lambda own: np.log(_crowd(own)).mean(), _BATCHES,
        (
            Mistake(lambda own: np.log(np.maximum(_crowd(own) - 1, 1)).mean(),
                    "the positive itself is a candidate too."),
            Mistake(lambda own: np.log(_crowd(own).mean()),
                    "take the logarithm of each row first, then the mean."),
            Mistake(lambda own: np.log(len(own)),
                    "this is the loss of a collapsed network; other letters are far away here."),
            Mistake(lambda own: np.log(np.unique(own, return_counts=True)[1]).mean(),
                    "take the mean over the pairs, not over the letters."),
            Mistake(lambda own: np.log(len(own) / len(np.unique(own))),
                    "some letters have more pairs than others; count for each anchor."),
            Mistake(lambda own: np.log2(_crowd(own)).mean(), "use the natural logarithm."),
            Mistake(lambda own: np.log(_crowd(own)), "return the mean over the batch."),
            Mistake(lambda own: np.log(len(np.unique(own))),
                    "this counts letters; count the pairs of the anchor's letter."),
        ),
    ),
}  # fmt: skip
