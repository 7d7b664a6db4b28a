"""Exercises of the notebook on the modified triplet loss."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.slips import slip

_rng = np.random.default_rng(4)
# Entries are well apart. Row 1 of the second has no negative at or below its positive.
_MATRICES = tuple(_rng.permutation(np.linspace(-0.9, 0.9, b * b)).reshape(b, b) for b in (4, 3, 6))
_MATRICES[1][1] = [0.4, -0.95, 0.1]
_MATRICES[2][3, 1] = _MATRICES[2][3, 3]  # equal to the positive, to the last bit
_CASES = tuple((s,) for s in _MATRICES)
_WITH_MARGIN = tuple((s, margin) for s, margin in zip(_MATRICES, (0.2, 0.1, 0.6), strict=True))


def _off(s):
    return ~np.eye(len(s), dtype=bool)


def _mean(s, *, use=_off, count=lambda s: len(s) - 1):
    return np.where(use(s), s, 0).sum(1) / count(s)


def _own(s):
    """The positive of each row as a column [b, 1], to compare with all entries of the row."""
    return np.diag(s)[:, None]


def _closest(s, *, use=_off, allow=lambda s: s <= _own(s), rest=-np.inf, pick=np.max):
    return pick(np.where(use(s) & allow(s), s, rest), axis=1)


def _everything(s):
    return np.ones(s.shape, bool)


def _hardest(s):
    return _closest(s, allow=_everything)


def _hinge(negative, s, margin):
    return np.maximum(negative - np.diag(s) + margin, 0)


def _loss(s, margin, *, first=_mean, second=_closest, bend=_hinge, add=lambda l1, l2: l1 + l2):
    return add(bend(first(s), s, margin), bend(second(s), s, margin))


def _gradient(
    s, margin, *, pick=lambda s: s <= _own(s), share=lambda s: 1 / (len(s) - 1), pulls=(1, 1),
    pushes=(1, 1), sign=1,
):  # fmt: skip
    """Of the sum of the rows' losses by every entry of s; a hinge that rests adds nothing."""
    first = (_mean(s) - np.diag(s) + margin > 0).astype(float)
    second = (_closest(s, allow=pick) - np.diag(s) + margin > 0).astype(float)
    chosen = np.where(_off(s) & pick(s), s, -np.inf).argmax(1)
    gradient = pushes[0] * first[:, None] * share(s) * _off(s)
    gradient[np.arange(len(s)), chosen] += pushes[1] * second
    return sign * (gradient - np.diag(pulls[0] * first + pulls[1] * second))


def _turned(s, *rest):
    return (s.T, *rest)


_N_MINUS_1 = "you divided by b; a row has b - 1 negatives."
_HARDEST = "this is the largest negative of all; those above the diagonal are to be left out."
_ROWS = "you went down the columns; the anchors are the rows."
_TIE = "an entry exactly as high as the positive is not above it: <= and not <."
_FIXED = "the margin is fixed in your code; take the one that is given."

EXERCISES = {
    "batch.1": Exercise(
        "mean negative", _mean, _CASES,
        (
            Mistake(slip(_mean, count=len), _N_MINUS_1),
            Mistake(slip(_mean, use=_everything, count=len),
                    "the diagonal is in your mean; it holds the positives."),
            Mistake(slip(_mean, count=lambda s: 1), "this is the sum; divide it."),
            Mistake(slip(_mean, given=_turned), _ROWS),
            Mistake(slip(_mean, gives=np.mean), "keep one mean a row."),
            Mistake(slip(_mean, use=_everything), "the diagonal is still in the sum."),
            Mistake(slip(_mean, use=_everything, count=lambda s: 1),
                    "this is the sum, the positive included; take the diagonal out, and divide."),
            Mistake(slip(_mean, count=lambda s: len(s) * (len(s) - 1)),
                    "you divided by the negatives of the whole matrix; a row has b - 1."),
            Mistake(_hardest, "this is the largest negative; their mean is asked."),
        ),
        meaning="Each row has b - 1 negatives, and the batch delivered them for nothing.",
    ),
    "batch.2": Exercise(
        "closest negative", _closest, _CASES,
        (
            Mistake(slip(_closest, allow=_everything), _HARDEST),
            Mistake(slip(_closest, allow=lambda s: s < _own(s)), _TIE),
            Mistake(slip(_closest, use=_everything, allow=_everything),
                    "the diagonal took part; it holds the positives."),
            Mistake(slip(_closest, use=_everything),
                    "the diagonal took part; it holds the positives."),
            Mistake(slip(_closest, given=_turned), _ROWS),
            Mistake(slip(_closest, allow=lambda s: s <= np.diag(s)[None, :]),
                    "each entry was compared with the diagonal of its column; a row has its own."),
            Mistake(slip(_closest, rest=0),
                    "entries left out became 0, which can be the largest; use minus infinity."),
            Mistake(slip(_closest, allow=_everything, rest=np.inf, pick=np.min),
                    "this is the smallest negative; the closest is the largest allowed one."),
            Mistake(slip(_closest, rest=np.inf, pick=np.min),
                    "this is the smallest negative; the closest is the largest allowed one."),
            Mistake(slip(_closest, allow=lambda s: s >= _own(s)),
                    "these lie above the positive; the closest is the largest that does not."),
            Mistake(lambda s: np.where(np.isinf(_closest(s)), -1, _closest(s)),
                    "a row with no allowed negative gives -np.inf."),
            Mistake(lambda s: np.where(np.isinf(_closest(s)), 0, _closest(s)),
                    "a row with no allowed negative gives -np.inf."),
            Mistake(lambda s: np.where(_off(s), -abs(s - _own(s)), -np.inf).argmax(1),
                    "these are places in the rows; the entries that stand there are asked."),
            Mistake(lambda s: np.take_along_axis(
                        s, np.where(_off(s), abs(s - _own(s)), np.inf).argmin(1)[:, None], 1)[:, 0],
                    "this is the entry nearest to the positive on either side; those above it are "
                    "to be left out."),
        ),
        guards={2: "a row with no allowed negative gives -np.inf: fill up with it what is left "
                   "out, before the maximum."},
        meaning="The closest negative lies just below the positive; a row whose positive is worst "
        "of all has none, and L2 will not see it.",
    ),
    "batch.3": Exercise(
        "the full loss", _loss, _WITH_MARGIN,
        (
            Mistake(slip(_loss, second=_hardest), _HARDEST),
            Mistake(slip(_loss, second=lambda s: _closest(s, allow=lambda s: s < _own(s))), _TIE),
            Mistake(slip(_loss, add=lambda l1, l2: l1), "this is L1 alone; L2 is missing."),
            Mistake(slip(_loss, add=lambda l1, l2: l2), "this is L2 alone; L1 is missing."),
            Mistake(slip(_loss, given=lambda s, m: (s, 0)), "the margin is missing."),
            Mistake(slip(_loss, given=lambda s, m: (s, 0.25)), _FIXED),
            Mistake(slip(_loss, given=lambda s, m: (s, 0.5)), _FIXED),
            Mistake(slip(_loss, given=lambda s, m: (s, 1.0)), _FIXED),
            Mistake(slip(_loss, given=lambda s, m: (s, 2 * m)),
                    "the margin was added twice in each hinge."),
            Mistake(slip(_loss, given=lambda s, m: (s, -m)),
                    "the margin is subtracted; it is added."),
            Mistake(lambda s, m: np.maximum(_mean(s) + _closest(s) - 2 * np.diag(s) + 2 * m, 0),
                    "one hinge around both; each of L1 and L2 has its own."),
            Mistake(lambda s, m: np.maximum(_mean(s) + _closest(s) - np.diag(s) + m, 0),
                    "one hinge around both; each of L1 and L2 has its own, with S_ii and margin."),
            Mistake(slip(_loss, bend=lambda n, s, m: np.maximum(np.diag(s) - n + m, 0)),
                    "the sign is swapped: a large positive must lower the loss."),
            Mistake(slip(_loss, bend=lambda n, s, m: n - np.diag(s) + m),
                    "the hinge is missing: neither loss goes below 0."),
            Mistake(slip(_loss, bend=lambda n, s, m: np.maximum(n - np.diag(s), 0) + m),
                    "the margin belongs inside the hinge, before the maximum."),
            Mistake(slip(_loss, bend=lambda n, s, m: np.maximum(n + m, 0)),
                    "the positive is missing: the diagonal is subtracted."),
            Mistake(slip(_loss, add=lambda l1, l2: (l1 + l2) / 2),
                    "L1 and L2 are added; this is their mean."),
            Mistake(slip(_loss, gives=np.sum), "keep one loss a row."),
            Mistake(slip(_loss, gives=np.mean), "keep one loss a row."),
            Mistake(slip(_loss, given=_turned), _ROWS),
            Mistake(slip(_loss, first=lambda s: _mean(s, count=len)), _N_MINUS_1),
            Mistake(slip(_loss, first=lambda s: _mean(s, use=_everything, count=len)),
                    "the diagonal is in your mean; it holds the positives."),
            Mistake(slip(_loss, add=lambda l1, l2: np.stack([l1, l2])),
                    "these are L1 and L2 side by side; add them."),
        ),
        meaning="L1 pushes steadily on all negatives, L2 sharply on the one just below the "
        "positive; together they are the row's loss.",
    ),
    "batch.4": Exercise(
        "by hand", 0.15, (),
        (
            Mistake(0.5, "0.6 is above the positive, so it is not the closest negative here."),
            Mistake(0.35, "0.6 is above the positive, so it is not the closest; and mind L1."),
            Mistake(0.1, "a hinge never goes below 0: L2 cannot be negative."),
            Mistake(0.0, "the mean takes all negatives, 0.6 too."),
            Mistake(0.75, "the positive is subtracted once in each hinge."),
            Mistake(-0.4, "the margin and the hinge are missing."),
            Mistake(0.55, "the mean is over the two negatives: divide their sum by 2."),
        ),
        meaning="All of it is L1: the row's most dangerous negative, 0.6, counts in the mean only.",
    ),
    "batch.5": Exercise(
        "the gradient by hand", _gradient, _WITH_MARGIN,
        (
            Mistake(slip(_gradient, share=lambda s: 1),
                    "the mean pushes each negative by 1 / (b - 1) only."),
            Mistake(slip(_gradient, share=lambda s: 1 / len(s)),
                    "the mean is over b - 1 negatives, so each gets 1 / (b - 1)."),
            Mistake(slip(_gradient, pulls=(1, 0)),
                    "L2 pulls its positive as well: a row with both has -2 on the diagonal."),
            Mistake(slip(_gradient, pulls=(0, 1)),
                    "L1 pulls its positive as well: a row with both has -2 on the diagonal."),
            Mistake(slip(_gradient, pulls=(0, 0)),
                    "the diagonal is missing: both hinges contain -S_ii."),
            Mistake(slip(_gradient, pushes=(1, 0)), "the closest negative of L2 gets no push."),
            Mistake(slip(_gradient, pushes=(0, 1)), "the negatives of L1 get no push."),
            Mistake(slip(_gradient, sign=-1), "the sign is turned: this is the step downhill."),
            Mistake(slip(_gradient, given=lambda s, m: (s, 0)),
                    "a hinge is awake while its inside is above 0, margin included."),
            Mistake(slip(_gradient, given=lambda s, m: (s, 9)),
                    "a hinge that rests has slope 0: some rows here do."),
            Mistake(slip(_gradient, pick=_everything), _HARDEST),
            Mistake(slip(_gradient, gives=lambda g: g / len(g)),
                    "this is the gradient of the mean over rows; the sum is asked."),
            Mistake(slip(_gradient, gives=lambda g: g.T), _ROWS),
        ),
        meaning="That is the whole backward pass of this loss: a few ones, and shares of one.",
        fallback="do one row: which of its two hinges is awake, and which entries stand inside?",
    ),
}  # fmt: skip
