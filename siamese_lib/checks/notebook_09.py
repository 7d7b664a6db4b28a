"""Exercises of notebook 09, which loss."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake

_rng = np.random.default_rng(9)


def _negatives(n):
    """Similarities around the positive's, some of them on both edges exactly."""
    to_positive, margin = float(_rng.integers(2, 7)) / 8, 0.25
    near = to_positive + _rng.uniform(-0.6, 0.3, n)
    near[:2] = to_positive, to_positive - margin
    return _rng.permutation(near), to_positive, margin


def _rows(n, dim):
    a, p = _rng.normal(size=(2, n, dim))
    return tuple(x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a, a + 0.8 * p))


def _scores(seeds):
    return _rng.uniform(0.6, 0.9, seeds), _rng.uniform(0.5, 0.8, seeds)


def _grid(numbers, seeds):
    """The best mean, the best single run and the best test belong to different rows."""
    validation = _rng.uniform(0.5, 0.7, (numbers, seeds))
    validation[1] += 0.15
    validation[2, 0] = 0.95
    test = _rng.uniform(0.5, 0.7, (numbers, seeds))
    test[0] += 0.2
    return validation, test


_SCORES = tuple(_scores(seeds) for seeds in (3, 5, 8))
_NEGATIVES = tuple(_negatives(n) for n in (6, 9, 12))
_GRIDS = tuple(_grid(*sizes) for sizes in ((3, 3), (4, 5), (5, 3)))
_ROWS = tuple((*_rows(*sizes), t) for sizes, t in (((4, 3), 0.1), ((6, 4), 0.5), ((5, 2), 2.0)))


def _gap(a, b):
    difference = a - b
    return difference.mean(), difference.std(ddof=1)


def _chosen(validation, test):
    best = validation.mean(axis=1).argmax()
    return best, test[best].mean()


def _softmax_loss(own, logits):
    return np.log(np.exp(logits).sum(axis=1)) - own


def _info_nce(a, p, t):
    s = a @ p.T / t
    return _softmax_loss(np.diag(s), s)


EXERCISES = {
    "09.1": Exercise(
        "seed by seed", _gap, _SCORES,
        (
            Mistake(lambda a, b: (a.mean() - b.mean(), (a - b).std()),
                    "this divides by n; a spread estimated from n values divides by n - 1."),
            Mistake(lambda a, b: (a.mean() - b.mean(), np.hypot(a.std(ddof=1), b.std(ddof=1))),
                    "this adds up both spreads; both saw the same batches, so take the spread of "
                    "the differences."),
            Mistake(lambda a, b: ((a - b).mean(), (a - b).std(ddof=1) / np.sqrt(len(a))),
                    "this is the standard error of the mean; the standard deviation is asked."),
            Mistake(lambda a, b: (a - b).mean(), "this is the mean alone; return both numbers."),
            Mistake(lambda a, b: (b.mean() - a.mean(), (a - b).std(ddof=1)),
                    "the sign is turned; a minus b is asked."),
            Mistake(lambda a, b: (np.abs(a - b).mean(), (a - b).std(ddof=1)),
                    "without its sign a difference cannot cancel another; take the mean of a - b."),
            Mistake(lambda a, b: ((a - b).max(), (a - b).std(ddof=1)),
                    "this is the luckiest seed; the mean is asked."),
        ),
    ),
    "09.2": Exercise(
        "semi-hard negatives", lambda s, p, m: (s < p) & (s > p - m), _NEGATIVES,
        (
            Mistake(lambda s, p, m: (s <= p) & (s > p - m),
                    "a negative as similar as the positive is hard, not semi-hard."),
            Mistake(lambda s, p, m: (s < p) & (s >= p - m),
                    "a negative exactly a margin away has loss 0: it is easy."),
            Mistake(lambda s, p, m: (s <= p) & (s >= p - m),
                    "both edges are outside: one is hard, the other has loss 0."),
            Mistake(lambda s, p, m: s > p - m,
                    "hard negatives are in here as well; semi-hard ones lie below the positive."),
            Mistake(lambda s, p, m: s < p,
                    "easy negatives are in here as well; semi-hard ones are within the margin."),
            Mistake(lambda s, p, m: s >= p, "these are the hard ones."),
            Mistake(lambda s, p, m: (s > p) & (s < p + m),
                    "these are similarities: the closer negative has the larger one."),
        ),
    ),
    "09.3": Exercise(
        "the number is chosen on validation", _chosen, _GRIDS,
        (
            Mistake(lambda v, t: (t.mean(axis=1).argmax(), t.mean(axis=1).max()),
                    "this chooses on the test scores; then the test says nothing new any more."),
            Mistake(lambda v, t: (v.max(axis=1).argmax(), t[v.max(axis=1).argmax()].mean()),
                    "this follows the luckiest run; compare the means over the seeds."),
            Mistake(lambda v, t: (v.max(axis=1).argmax(), t.flat[v.argmax()]),
                    "this reports the luckiest run of the validation; take means over seeds."),
            Mistake(lambda v, t: v[v.mean(axis=1).argmax()],
                    "these are the row's accuracies; its index and one figure are asked."),
            Mistake(lambda v, t: (v.mean(axis=1).argmax(), v.mean(axis=1).max()),
                    "this reports the validation score, which the choice has already flattered."),
            Mistake(lambda v, t: (v.mean(axis=1).argmax(), t[v.mean(axis=1).argmax()].max()),
                    "this reports the best seed; report the mean over the seeds."),
            Mistake(lambda v, t: (v.mean(axis=1).argmax(), t.mean(axis=1).max()),
                    "the number is chosen on validation, the score taken from another row."),
        ),
    ),
    "09.4": Exercise(
        "InfoNCE by hand", _info_nce, _ROWS,
        (
            Mistake(lambda a, p, t: _softmax_loss(np.diag(a @ p.T) * t, a @ p.T * t),
                    "this multiplies by the temperature; divide by it."),
            Mistake(lambda a, p, t: _softmax_loss(np.diag(a @ p.T), a @ p.T),
                    "the temperature is missing."),
            Mistake(lambda a, p, t: _softmax_loss(np.diag(a @ p.T / t), (a @ p.T / t).T),
                    "this sums over the anchors; each anchor looks among the positives."),
            Mistake(lambda a, p, t: -_info_nce(a, p, t), "the sign is turned; a loss is positive."),
            Mistake(lambda a, p, t: _info_nce(a, p, t).mean(),
                    "this is the mean; one number for each row is asked."),
            Mistake(lambda a, p, t: _softmax_loss(
                        np.diag(a @ p.T / t),
                        np.where(np.eye(len(a), dtype=bool), -np.inf, a @ p.T / t)),
                    "the sum leaves the positive out; it runs over all columns."),
        ),
    ),
}  # fmt: skip
