"""Exercises of the notebook on losses and miners."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.notebooks.choosing_hard import HARD
from siamese_lib.checks.slips import slip

_rng = np.random.default_rng(9)


def _negatives(n, margin):
    """Similarities around that of the positive, two of them exactly on the edges of the band."""
    to_positive = float(_rng.integers(2, 7)) / 8
    near = to_positive + np.linspace(-1.7, 1.2, n) * margin
    near[:2] = to_positive, to_positive - margin
    return _rng.permutation(near), to_positive, margin


def _rows(n, dim):
    a, p = _rng.normal(size=(2, n, dim))
    return tuple(x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a, a + 0.8 * p))


def _scores(seeds):
    return _rng.uniform(0.6, 0.9, seeds), _rng.uniform(0.5, 0.8, seeds)


def _grid(numbers, seeds):
    """Scores whose best mean, median, single run, worst run and test are in different rows."""
    validation, test = _rng.uniform(0.5, 0.6, (2, numbers, seeds))
    validation[1] = np.linspace(0.9, 0.62, seeds)
    validation[2, -1] = 0.95
    validation[3] = 0.64
    validation[4, 1:] = np.median(validation[1]) + 0.01
    validation[4, 0] = 0.4
    test[0] += 0.2
    return validation, test


_SCORES = tuple(_scores(seeds) for seeds in (3, 5, 8))
_NEGATIVES = tuple(_negatives(n, margin) for n, margin in ((8, 0.25), (11, 0.5), (14, 0.125)))
_GRIDS = tuple(_grid(*sizes) for sizes in ((5, 3), (6, 5), (7, 3)))
_ROWS = tuple((*_rows(*sizes), t) for sizes, t in (((4, 3), 0.1), ((6, 4), 0.5), ((5, 2), 2.0)))


def _gap(
    a, b, *, difference=np.subtract, mean=np.mean, spread=lambda a, b, ddof: (a - b).std(ddof=ddof),
    ddof=1, both=lambda m, s: (m, s),
):  # fmt: skip
    return both(mean(difference(a, b)), spread(a, b, ddof))


def _root_of_both(a, b, ddof):
    return np.hypot(a.std(ddof=ddof), b.std(ddof=ddof))


def _semi_hard(
    s, p, m, *, below=lambda s, p: s < p, within=lambda s, edge: s > edge, both=np.logical_and
):
    return both(below(s, p), within(s, p - m))


def _chosen(
    validation, test, *, best=lambda v: v.mean(axis=1).argmax(),
    report=lambda t, row: t[row].mean(), both=lambda row, score: (row, score),
):  # fmt: skip
    row = best(validation)
    return both(row, report(test, row))


def _softmax_loss(own, logits):
    return np.log(np.exp(logits).sum(axis=1)) - own


def _info_nce(a, p, t, *, scale=lambda s, t: s / t, own=np.diag, among=lambda s: s):
    s = scale(a @ p.T, t)
    return _softmax_loss(own(s), among(s))


EXERCISES = {
    "choosing.1": Exercise(
        "seed by seed", _gap, _SCORES,
        (
            Mistake(slip(_gap, ddof=0),
                    "this divides by n; a spread estimated from n values divides by n - 1."),
            Mistake(slip(_gap, spread=_root_of_both),
                    "this adds up both spreads; both saw the same batches, so take the spread of "
                    "the differences."),
            Mistake(slip(_gap, spread=lambda a, b, ddof: a.std(ddof=ddof) - b.std(ddof=ddof)),
                    "this is the difference of the spreads; the spread of the differences is "
                    "asked."),
            Mistake(slip(_gap, spread=lambda a, b, ddof: a.std(ddof=ddof) + b.std(ddof=ddof)),
                    "this adds up the spreads; the spread of the differences is asked."),
            Mistake(slip(_gap, spread=lambda a, b, ddof: np.ptp(a - b)),
                    "this is the range, largest less smallest; the standard deviation is asked."),
            Mistake(slip(_gap, spread=lambda a, b, ddof: (a - b).std(ddof=ddof) / len(a) ** 0.5),
                    "this is the standard error of the mean; the standard deviation is asked."),
            Mistake(slip(_gap, spread=lambda a, b, ddof: (a - b).var(ddof=ddof)),
                    "this is the variance; its root is asked."),
            Mistake(slip(_gap, both=lambda m, s: m),
                    "this is the mean alone; return both numbers."),
            Mistake(slip(_gap, both=lambda m, s: s),
                    "this is the spread alone; return both numbers."),
            Mistake(slip(_gap, both=lambda m, s: (s, m)), "the mean comes first."),
            Mistake(slip(_gap, difference=lambda a, b: b - a),
                    "the sign is turned; a minus b is asked."),
            Mistake(slip(_gap, mean=lambda d: abs(d).mean()),
                    "without its sign a difference cannot cancel another; take the mean of a - b."),
            Mistake(slip(_gap, mean=np.sum), "this is the sum of the differences; divide it."),
            Mistake(lambda a, b: (a.mean(), b.mean()),
                    "these are the two means; their difference is asked, and its spread."),
            Mistake(lambda a, b: (a - b).mean() / (a - b).std(ddof=1),
                    "this is one in units of the other; return both numbers."),
            Mistake(slip(_gap, mean=np.max), "this is the luckiest seed; the mean is asked."),
            Mistake(slip(_gap, mean=np.median), "this is the median; the mean is asked."),
        ),
        fallback="write down a - b, one number for each seed; the rest looks at that list alone.",
        meaning="Both losses met the same seeds, so what a seed does to both drops out, and a "
        "small gap shows.",
    ),
    "choosing.2": Exercise(
        "semi-hard negatives", _semi_hard, _NEGATIVES,
        (
            Mistake(slip(_semi_hard, below=lambda s, p: s <= p),
                    "a negative as similar as the positive is hard, not semi-hard."),
            Mistake(slip(_semi_hard, within=lambda s, edge: s >= edge),
                    "a negative exactly a margin away has loss 0: it is easy."),
            Mistake(slip(_semi_hard, below=lambda s, p: s <= p, within=lambda s, edge: s >= edge),
                    "both edges are outside: one is hard, the other has loss 0."),
            Mistake(slip(_semi_hard, both=lambda below, within: within),
                    "hard negatives are in here as well; semi-hard ones lie below the positive."),
            Mistake(slip(_semi_hard, both=lambda below, within: below),
                    "easy negatives are in here as well; semi-hard ones are within the margin."),
            Mistake(lambda s, p, m: s >= p, "these are the hard ones."),
            Mistake(lambda s, p, m: s > p, "these are the hard ones."),
            Mistake(lambda s, p, m: s <= p - m, "these are the easy ones."),
            Mistake(lambda s, p, m: s < p - m, "these are the easy ones."),
            Mistake(lambda s, p, m: (s > p) & (s < p + m),
                    "these are similarities: the closer negative has the larger one."),
            Mistake(slip(_semi_hard, both=np.logical_or),
                    "both conditions have to hold: & and not |."),
            Mistake(lambda s, p, m: (s < p) & (s > m),
                    "the edge lies the margin below the positive, at to_positive - margin."),
            Mistake(lambda s, p, m: abs(s - p) < m,
                    "this takes both sides of the positive; semi-hard ones lie below it."),
            Mistake(slip(_semi_hard, given=lambda s, p, m: (s, p, 0.2)),
                    "0.2 is fixed in your code; take margin."),
            Mistake(lambda s, p, m: np.where(_semi_hard(s, p, m), s, 0),
                    "these are the similarities; give True or False for each negative."),
            Mistake(slip(_semi_hard, gives=np.any), "one answer for each negative is asked."),
            Mistake(slip(_semi_hard, gives=np.flatnonzero),
                    "these are places; give True or False for each negative."),
            Mistake(slip(_semi_hard, gives=lambda x: x.astype(int)),
                    "these are 1 and 0; give True or False for each negative."),
        ),
        fallback="draw a line with both edges, to_positive and a margin below it.",
        meaning="Between easy and hard: a loss above 0, and the right order already. Edges decide "
        "where similarities repeat.",
    ),
    "choosing.3": Exercise(
        "the number is chosen on validation", _chosen, _GRIDS,
        (
            Mistake(slip(_chosen, given=lambda v, t: (t, t)),
                    "this chooses on the test scores; then the test says nothing new any more."),
            Mistake(slip(_chosen, best=lambda v: v.max(axis=1).argmax()),
                    "this follows the luckiest run; compare the means over the seeds."),
            Mistake(lambda v, t: (v.max(axis=1).argmax(), t.flat[v.argmax()]),
                    "this reports the luckiest run of the validation; take means over seeds."),
            Mistake(lambda v, t: v[v.mean(axis=1).argmax()],
                    "these are the row's accuracies; its index and one figure are asked."),
            Mistake(slip(_chosen, given=lambda v, t: (v, v)),
                    "this reports the validation score, which the choice has already flattered."),
            Mistake(slip(_chosen, report=lambda t, row: t[row].max()),
                    "this reports the best seed; report the mean over the seeds."),
            Mistake(slip(_chosen, report=lambda t, row: t[row]),
                    "these are all seeds; report their mean."),
            Mistake(slip(_chosen, report=lambda t, row: t.mean()),
                    "this is the mean of the whole table; report that of the row you chose."),
            Mistake(slip(_chosen, report=lambda t, row: t.mean(axis=1).max()),
                    "the number is chosen on validation, the score taken from another row."),
            Mistake(slip(_chosen, best=lambda v: min(v.mean(axis=0).argmax(), len(v) - 1)),
                    "this averages over the margins; average over the seeds, axis=1."),
            Mistake(slip(_chosen, best=lambda v: np.median(v, axis=1).argmax()),
                    "this compares the medians; compare the means over the seeds."),
            Mistake(slip(_chosen, best=lambda v: v.min(axis=1).argmax()),
                    "this compares the worst runs; compare the means over the seeds."),
            Mistake(lambda v, t: (v.argmax(), t.flat[v.argmax()]),
                    "argmax without an axis counts through the whole table, and follows one run."),
            Mistake(slip(_chosen, report=lambda t, row: np.median(t[row])),
                    "this reports the median; report the mean over the seeds."),
            Mistake(slip(_chosen, both=lambda row, score: (row + 1, score)),
                    "rows are counted from 0."),
            Mistake(lambda v, t: (v.mean(axis=1).max(), _chosen(v, t)[1]),
                    "the first is the row's score on validation; its index is asked."),
            Mistake(slip(_chosen, both=lambda row, score: (score, row)), "the index comes first."),
            Mistake(slip(_chosen, both=lambda row, score: row),
                    "this is the row alone; report its figure too."),
            Mistake(slip(_chosen, both=lambda row, score: score),
                    "this is the figure alone; give the row too."),
        ),
        fallback="cover the test table with your hand: which row is best on average?",
        meaning="The test was asked once, about a row that it had no part in choosing.",
    ),
    "choosing.4": Exercise(
        "InfoNCE by hand", _info_nce, _ROWS,
        (
            Mistake(slip(_info_nce, scale=lambda s, t: s * t),
                    "this multiplies by the temperature; divide by it."),
            Mistake(slip(_info_nce, scale=lambda s, t: s), "the temperature is missing."),
            Mistake(slip(_info_nce, among=np.transpose),
                    "this sums over the anchors; each anchor looks among the positives."),
            Mistake(slip(_info_nce, gives=np.negative),
                    "the sign is turned; a loss is positive."),
            Mistake(slip(_info_nce, gives=np.mean),
                    "this is the mean; one number for each row is asked."),
            Mistake(slip(_info_nce, gives=np.sum),
                    "this is the sum; one number for each row is asked."),
            Mistake(slip(_info_nce,
                         among=lambda s: np.where(np.eye(len(s), dtype=bool), -np.inf, s)),
                    "the sum leaves the positive out; it runs over all columns."),
            Mistake(slip(_info_nce, own=lambda s: 0),
                    "the positive's own term is missing: it is subtracted."),
            Mistake(lambda a, p, t: np.exp(-_info_nce(a, p, t)),
                    "this is the probability of the positive; minus its logarithm is asked."),
            Mistake(slip(_info_nce, gives=lambda loss: loss / np.log(2)),
                    "this is the logarithm to base 2; the natural one is asked."),
            Mistake(lambda a, p, t: np.log(np.exp(a @ p.T / t).mean(1)) - np.diag(a @ p.T / t),
                    "under the logarithm stands the sum over the columns, not their mean."),
            Mistake(slip(_info_nce, given=lambda a, p, t: (a, a, t)),
                    "the anchors are compared with one another; the columns are positives."),
            Mistake(lambda a, p, t: _softmax_loss(np.diag(a @ p.T / t), a @ a.T / t),
                    "below the line the anchors are compared with one another; the columns are "
                    "positives there too."),
            Mistake(lambda a, p, t: np.log(np.exp(a @ p.T / t).sum()) - np.diag(a @ p.T / t),
                    "the sum runs over the whole table; each row has its own, axis=1."),
            Mistake(lambda a, p, t: np.exp(a @ p.T / t).sum(1) - np.diag(a @ p.T / t),
                    "the logarithm of the row's sum is missing."),
            Mistake(lambda a, p, t: -np.log(np.diag(a @ p.T) / (a @ p.T).sum(1)),
                    "shares are taken of e to the similarities, not of the similarities."),
            Mistake(lambda a, p, t: np.log(np.exp(a @ p.T / t).sum(1, keepdims=True)) - a @ p.T / t,
                    "this is one loss for each column; only the diagonal is asked."),
        ),
        fallback="one row of a @ p.T / t: e to all, the share of the own entry, its log.",
        meaning="Each anchor has to name its positive among the whole batch; the temperature says "
        "how sure it must be.",
    ),
    "choosing.5": HARD,
}  # fmt: skip
