"""Exercises of the notebook on failing runs."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.notebooks.debugging_hard import HARD
from siamese_lib.checks.slips import slip

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
        _unit(_RAW[:, :1], axis=0), 1.0005 * _unit(_RAW), 1.01 * _unit(_RAW),
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


def _spread(
    e, *, mean=lambda e: e.mean(0), top=lambda m: (m**2).sum(),
    below=lambda e: (e**2).sum(1).mean(), turn=lambda share: 1 - share,
):  # fmt: skip
    return turn(top(mean(e)) / below(e))


def _are_one(lengths):
    return np.all(abs(lengths - 1) < 1e-3)


def _over(e, order=("rows", "batch", "columns"), are_one=_are_one):
    lengths = {
        "rows": np.linalg.norm(e, axis=1), "columns": np.linalg.norm(e, axis=0),
        "batch": np.linalg.norm(e),
    }  # fmt: skip
    return next((name for name in order if are_one(lengths[name])), "none")


def _leaked(group, train, test, *, letters=lambda group, rows: group[rows], count=np.mean):
    return count(np.isin(letters(group, test), letters(group, train)))


def _crowd(own):
    return (np.asarray(own)[:, None] == own).sum(1)


def _floor(own, *, crowd=_crowd, log=np.log, mean=np.mean):
    return mean(log(crowd(own)))


EXERCISES = {
    "debugging.1": Exercise(
        "the spread", _spread, _CLOUDS,
        (
            Mistake(slip(_spread, turn=lambda share: share),
                    "this is 1 where all rows are equal; turn it round."),
            Mistake(slip(_spread, mean=lambda e: e.mean(1)),
                    "the mean row is taken down the columns, axis=0."),
            Mistake(slip(_spread, mean=lambda e: e.mean(1), below=lambda e: (e**2).sum(0).mean()),
                    "both axes are swapped: mean over axis=0, squares summed over axis=1."),
            Mistake(slip(_spread, below=lambda e: (e**2).sum(0).mean()),
                    "the squares are summed along a row, axis=1, before their mean."),
            Mistake(slip(_spread, below=lambda e: np.linalg.norm(e, axis=1).mean() ** 2),
                    "square the length of each row first, then take the mean."),
            Mistake(slip(_spread, top=np.linalg.norm,
                         below=lambda e: np.linalg.norm(e, axis=1).mean()),
                    "these are lengths; square both."),
            Mistake(slip(_spread, top=np.linalg.norm), "square the length of the mean row too."),
            Mistake(slip(_spread, below=lambda e: (e**2).sum()),
                    "below the line stands the mean over the rows, not the sum."),
            Mistake(slip(_spread, below=lambda e: (e**2).mean()),
                    "below the line the squares of a row are summed; only over the rows it is a "
                    "mean."),
            Mistake(slip(_spread, given=lambda e: (_unit(e),)),
                    "take the rows as they are, not at length 1."),
            Mistake(slip(_spread, below=lambda e: 1),
                    "divide by the mean squared length of the rows."),
            Mistake(slip(_spread, mean=lambda e: e.mean()),
                    "this is the mean of all numbers; the mean row has one for each column."),
            Mistake(slip(_spread, top=lambda m: (m**2).mean()),
                    "a squared length is the sum of the squares, not their mean."),
            Mistake(slip(_spread, top=lambda m: m.sum() ** 2),
                    "square each entry of the mean row first, then add up."),
            Mistake(slip(_spread, mean=lambda e: e.sum(0)),
                    "this is the sum of the rows; their mean is asked."),
            Mistake(lambda e: 1 - e.mean(0) ** 2 / (e**2).mean(0),
                    "this is one number for each column; add up the squares on either side first."),
            Mistake(lambda e: e.var(0).sum(),
                    "this grows with the data; divide by the mean squared length."),
            Mistake(lambda e: e.std(0).mean(),
                    "a standard deviation doubles with the data; the spread does not."),
            Mistake(lambda e: e.std(), "a standard deviation doubles with the data; the spread "
                    "does not."),
        ),
        fallback="two rows, (1, 0) and (0, 1): the mean row is (0.5, 0.5), so the spread is 0.5.",
        meaning="This number sees a collapse before the loss does, and needs no labels.",
    ),
    "debugging.2": Exercise(
        "which axis", _over, _NORMALISED,
        (
            Mistake(lambda e: _over(e, ("batch", "rows", "columns")),
                    "a single row of length 1 is a batch of length 1 as well; ask for rows first."),
            Mistake(lambda e: _over(e, ("columns", "rows", "batch")),
                    "where rows and columns have length 1 the answer is rows; ask for rows first."),
            Mistake(lambda e: _over(e, ("rows", "columns", "batch")),
                    "a single column of length 1 is a batch too; ask for the batch first."),
            Mistake(slip(_over, are_one=lambda lengths: np.any(abs(lengths - 1) < 1e-3)),
                    "all lengths must be 1, not one of them."),
            Mistake(slip(_over, are_one=lambda lengths: abs(np.mean(lengths) - 1) < 1e-3),
                    "lengths of 0.5 and 1.5 are 1 on average; look at each of them."),
            Mistake(slip(_over, are_one=lambda lengths: np.all(lengths == 1)),
                    "floats are seldom exactly 1; lengths may be off by 0.001."),
            Mistake(slip(_over, are_one=lambda lengths: np.allclose(lengths, 1)),
                    "this is too strict; allow 0.001, with atol=1e-3."),
            Mistake(slip(_over, are_one=lambda lengths: np.allclose(lengths, 1, atol=0.1)),
                    "this is too lenient; allow 0.001, with atol=1e-3."),
            Mistake(slip(_over, are_one=lambda lengths: np.all(lengths < 1 + 1e-3)),
                    "a length below 1 is not 1 either; look at both sides."),
            Mistake(lambda e: _over(e.T), "axis=1 adds up along a row, axis=0 down a column."),
            Mistake(lambda e: _over(e, ("rows", "columns")), "the whole array has a length too."),
            Mistake(lambda e: _over(e, ("rows", "batch")), "columns may have length 1 too."),
            Mistake(lambda e: _over(e, ("rows",)), "the whole or the columns may have length 1."),
            Mistake(lambda e: "rows" if _over(e) == "rows" else "columns",
                    "there are four answers; batch and none are two of them."),
            Mistake(lambda e: _over(e) if _over(e) in ("rows", "batch") else "columns",
                    "columns are to be measured too; if nothing fits it is none."),
            Mistake(lambda e: _over(e).rstrip("s"), "give the word as it stands in the text."),
            Mistake(lambda e: (_over(e) == "rows", _over(e) == "batch", _over(e) == "columns"),
                    "give one word, that of the first that holds."),
            Mistake(lambda e: _over(e).capitalize(), "give the word as it stands in the text, in "
                    "small letters."),
        ),
        fallback="print the lengths of the rows, of the whole and of the columns, in this order.",
        meaning="A batch normalised over the wrong axis looks healthy in the loss; its lengths "
        "tell.",
    ),
    "debugging.3": Exercise(
        "how leaky", _leaked, _SPLITS,
        (
            Mistake(slip(_leaked, letters=lambda group, rows: rows),
                    "these are rows on both sides; compare their letters."),
            Mistake(slip(_leaked, given=lambda g, a, b: (g, b, a)),
                    "this is the share of the training rows; turn it round."),
            Mistake(lambda g, a, b: len(np.intersect1d(g[a], g[b])) / len(np.unique(g[b])),
                    "this counts letters; count test rows."),
            Mistake(lambda g, a, b: len(np.intersect1d(g[a], g[b])) / len(np.unique(g[a])),
                    "this is a share of the training letters; count test rows."),
            Mistake(lambda g, a, b: len(np.intersect1d(g[a], g[b])),
                    "this counts letters; a share of the test rows is asked."),
            Mistake(lambda g, a, b: np.isin(g[b], a).mean(),
                    "letters are compared with row numbers: take group[train_rows] too."),
            Mistake(lambda g, a, b: np.isin(b, g[a]).mean(),
                    "row numbers are compared with letters: take group[test_rows] too."),
            Mistake(lambda g, a, b: np.isin(g[b], g[a]).sum() / len(a),
                    "divide by the test rows, not by the training rows."),
            Mistake(lambda g, a, b: (g[b][:, None] == g[a]).mean(),
                    "this is the share of pairs of rows; count each test row once."),
            Mistake(lambda g, a, b: len(np.intersect1d(g[a], g[b])) / len(b),
                    "this counts each letter once; count test rows."),
            Mistake(slip(_leaked, gives=lambda share: 1 - share),
                    "this is the clean share; the leaked one is asked."),
            Mistake(slip(_leaked, gives=lambda share: 100 * share),
                    "give a share from 0 to 1, not per cent."),
            Mistake(slip(_leaked, count=np.sum), "this is a count; make it a share."),
            Mistake(slip(_leaked, count=lambda leaked: leaked),
                    "one answer for each test row; their share is asked."),
            Mistake(lambda g, a, b: np.isin(g[b], g[a]).sum() / len(g),
                    "divide by the test rows, not by all rows."),
            Mistake(slip(_leaked, count=np.any), "this says whether there is a leak; how large is "
                    "it?"),
        ),
        fallback="take one test row: what is its letter, and does it stand in group[train_rows]?",
        meaning="Only where this is 0 does a test speak of letters that the network has never "
        "seen.",
    ),
    "debugging.4": Exercise(
        "the floor", _floor, _BATCHES,
        (
            Mistake(slip(_floor, crowd=lambda own: np.maximum(_crowd(own) - 1, 1)),
                    "the positive itself is a candidate too."),
            Mistake(lambda own: np.log(_crowd(own).mean()),
                    "take the logarithm of each row first, then the mean."),
            Mistake(lambda own: np.log(len(own)),
                    "this is the loss of a collapsed network; other letters are far away here."),
            Mistake(lambda own: np.log(np.unique(own, return_counts=True)[1]).mean(),
                    "take the mean over the pairs, not over the letters."),
            Mistake(lambda own: np.log(len(own) / len(np.unique(own))),
                    "some letters have more pairs than others; count for each anchor."),
            Mistake(slip(_floor, log=np.log2), "use the natural logarithm."),
            Mistake(slip(_floor, log=np.log10), "use the natural logarithm."),
            Mistake(slip(_floor, mean=lambda x: x), "return the mean over the batch."),
            Mistake(slip(_floor, mean=np.sum), "return the mean over the batch, not the sum."),
            Mistake(slip(_floor, gives=np.negative), "the sign is turned; a loss is positive."),
            Mistake(slip(_floor, log=lambda n: n),
                    "these are the numbers of candidates; their logarithm is asked."),
            Mistake(slip(_floor, log=lambda n: 1 - 1 / n),
                    "this is the chance to name the wrong one; minus the logarithm of the right "
                    "one is asked."),
            Mistake(lambda own: np.log(len(np.unique(own))),
                    "this counts letters; count the pairs of the anchor's letter."),
            Mistake(lambda own: np.log(len(own) / _crowd(own)).mean(),
                    "upside down: a perfect network errs only among the equal ones, 1 in so many."),
            Mistake(lambda own: np.log(_crowd(own).max()),
                    "this is the loss of the most crowded letter; the mean over all is asked."),
            Mistake(slip(_floor, log=lambda n: 1 / n),
                    "these are the chances to name the right one; minus their logarithm is asked."),
            Mistake(slip(_floor, crowd=lambda own: _crowd(own) + 1),
                    "the positive is one of the candidates; it is counted twice."),
            Mistake(lambda own: np.log(_crowd(own)).sum() / len(np.unique(own)),
                    "divide by the pairs, not by the letters."),
        ),
        fallback="one anchor whose letter has two pairs: two equal candidates, so it pays ln 2.",
        meaning="A loss that rests above 0 may be this floor: the network is done, and the batch "
        "is not.",
    ),
    "debugging.5": HARD,
}  # fmt: skip
