"""Exercises of the notebook on one-shot testing."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.notebooks.one_shot_hard import HARD
from siamese_lib.checks.slips import slip

_rng = np.random.default_rng(6)


def _unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def _support_and_query(n_way, dim):
    """Rows of very different lengths, so that a dot product is misled."""
    return _rng.normal(size=(n_way, dim)) * _rng.uniform(0.1, 9, (n_way, 1)), _rng.normal(size=dim)


def _shots(n_way, k_shot, q, dim):
    return _unit(_rng.normal(size=(n_way, k_shot, dim))), _unit(_rng.normal(size=(q, dim)))


_ONE = tuple(_support_and_query(*sizes) for sizes in ((5, 3), (8, 4), (20, 6), (6, 2), (12, 5)))
_MANY = tuple(_shots(*sizes) for sizes in ((5, 3, 12, 4), (8, 2, 9, 6), (4, 5, 15, 3)))
_COUNTS = ((170, 200), (9, 36), (812, 1000), (5, 10), (12, 12))


def _cosines(support, query):
    return _unit(support) @ _unit(query)


def _one(support, query, *, measure=_cosines, pick=lambda s: int(s.argmax())):
    return pick(measure(support, query))


def _by_shot(support, queries):
    return np.einsum("nkd,qd->qnk", support, queries)


def _many(support, queries, *, over=lambda s: s.mean(-1), pick=lambda s: s.argmax(-1)):
    return pick(over(_by_shot(support, queries)))


def _ends(p, half):
    return p - half, p + half


def _interval(
    right, n, *, share=np.divide, times=1.96, root=np.sqrt, spread=lambda p: p * (1 - p),
    count=lambda n: n, ends=_ends,
):  # fmt: skip
    p = share(right, n)
    return ends(p, times * root(spread(p) / count(n)))


EXERCISES = {
    "one_shot.1": Exercise(
        "one query", _one, _ONE,
        (
            Mistake(slip(_one, measure=np.dot),
                    "a long support vector wins by its length; divide by the lengths."),
            Mistake(slip(_one, pick=lambda s: int(s.argmin())),
                    "this is the least similar row; a cosine is larger when closer."),
            Mistake(slip(_one, measure=lambda s, q: abs(_cosines(s, q))),
                    "a strongly negative cosine is far, not near: no abs."),
            Mistake(slip(_one, measure=lambda s, q: s @ q / (s**2).sum(1)),
                    "divide by the length, not by its square."),
            Mistake(slip(_one, measure=lambda s, q: s * q),
                    "the products are not added up yet: a cosine for each row, then argmax."),
            Mistake(slip(_one, measure=lambda s, q: _unit(s) * _unit(q)),
                    "the products are not added up yet: a cosine for each row, then argmax."),
            Mistake(slip(_one, pick=lambda s: s.argsort()),
                    "this is the whole order; only the row of the highest is asked."),
            Mistake(slip(_one, pick=lambda s: (-s).argsort()),
                    "this is the whole order; only the row of the highest is asked."),
            Mistake(slip(_one, pick=lambda s: s == s.max()),
                    "this marks the row; its number is asked."),
            Mistake(slip(_one, measure=lambda s, q: -np.linalg.norm(s - q, axis=1)),
                    "this compares distances between points; the cosine ignores lengths."),
            Mistake(slip(_one, measure=lambda s, q: np.linalg.norm(s - q, axis=1)),
                    "this is the farthest point; the row with the highest cosine is asked."),
            Mistake(slip(_one, pick=lambda s: s.max()),
                    "this is the highest cosine itself; its row is asked."),
            Mistake(slip(_one, pick=lambda s: s),
                    "these are all cosines; only the row of the highest is asked."),
            Mistake(lambda s, q: s[_cosines(s, q).argmax()],
                    "this is the support vector itself; the number of its row is asked."),
            Mistake(slip(_one, gives=lambda row: row + 1), "rows are counted from 0."),
        ),
        meaning="One example of each class is enough to name a query: nothing was trained on these "
        "classes.",
    ),
    "one_shot.2": Exercise(
        "k shots", _many, _MANY,
        (
            Mistake(slip(_many, over=lambda s: s.max(-1)),
                    "this trusts the single best shot; take the mean over a class's shots."),
            Mistake(slip(_many, over=lambda s: s.min(-1)),
                    "this trusts the worst shot; take the mean over a class's shots."),
            Mistake(slip(_many, over=lambda s: s[..., 0]),
                    "only the first shot counts here; use all of them."),
            Mistake(slip(_many, over=lambda s: s[..., -1]),
                    "only the last shot counts here; use all of them."),
            Mistake(slip(_many, over=lambda s: np.median(s, axis=-1)),
                    "this is the median of the shots; their mean is asked."),
            Mistake(slip(_many, over=lambda s: s.mean(1)),
                    "this averages over the classes; average over the shots of each."),
            Mistake(slip(_many, over=lambda s: s, pick=lambda s: s.argmax(1)),
                    "this finds a class for each shot; take the mean over the shots first."),
            Mistake(lambda s, q: s @ q.T,
                    "these are the cosines, [n_way, k_shot, q]; average over the shots, then pick "
                    "the class."),
            Mistake(slip(_many, over=lambda s: (s == s.max(1, keepdims=True)).sum(-1)),
                    "this lets each shot vote; take the mean of the cosines."),
            Mistake(lambda s, q: ((q[:, None] - s.mean(1)) ** 2).sum(-1).argmin(1),
                    "this is the nearest mean by distance, which depends on its length; the mean "
                    "cosine is asked."),
            Mistake(lambda s, q: _by_shot(s, q).reshape(len(q), -1).argmax(-1) % len(s),
                    "shots of one class lie side by side: the class of shot j is j // k_shot, and "
                    "the best single shot is not asked."),
            Mistake(lambda s, q: _by_shot(s, q).reshape(len(q), -1).argmax(-1),
                    "this numbers single shots; a row of support is a class with k_shot of them."),
            Mistake(slip(_many, pick=lambda s: s.argmax(0)),
                    "this finds a query for each class; a class for each query is asked."),
            Mistake(slip(_many, pick=lambda s: s.argmin(-1)),
                    "this is the least similar class; a cosine is larger when closer."),
            Mistake(slip(_many, pick=lambda s: s.max(-1)),
                    "these are the mean cosines; the class that has the highest is asked."),
            Mistake(slip(_many, pick=lambda s: s),
                    "these are the mean cosines of all classes; the class with the highest is "
                    "asked."),
            Mistake(lambda s, q: (q @ _unit(s.mean(1)).T).argmax(-1),
                    "this compares with the class's prototype, scaled to length 1; the mean of the "
                    "cosines is asked."),
            Mistake(slip(_many, gives=lambda c: c + 1), "classes are counted from 0."),
        ),
        meaning="The mean over the shots is steadier than the best of them: one odd example no "
        "longer decides.",
    ),
    "one_shot.3": Exercise(
        "an interval", _interval, _COUNTS,
        (
            Mistake(slip(_interval, times=1),
                    "this is one standard error to each side; 95 % takes more of them."),
            Mistake(slip(_interval, times=2), "the factor is 1.96, not 2."),
            Mistake(slip(_interval, times=2 * 1.96), "the half width was doubled."),
            Mistake(slip(_interval, times=1.96 / 2),
                    "the interval goes 1.96 standard errors to each side; you halved that."),
            Mistake(slip(_interval, times=1.645), "1.645 is for 90 %; 95 % takes 1.96."),
            Mistake(slip(_interval, times=0.95),
                    "0.95 is how sure, not how far: the factor is 1.96."),
            Mistake(slip(_interval, spread=lambda p: p), "under the root 1 - p is missing."),
            Mistake(slip(_interval, spread=lambda p: 1), "under the root p (1 - p) is missing."),
            Mistake(slip(_interval, spread=lambda p: p * (1 + p)),
                    "under the root stands 1 - p, not 1 + p."),
            Mistake(slip(_interval, share=lambda right, n: right),
                    "p is the share of right answers, right / n, and not their number."),
            Mistake(slip(_interval, share=lambda right, n: n / right),
                    "the share is upside down: p is right / n."),
            Mistake(slip(_interval, ends=lambda p, half: (half - p, half + p)),
                    "low is p minus the half width, not the other way round."),
            Mistake(slip(_interval, ends=lambda p, half: p - half),
                    "this is the lower end alone; give both."),
            Mistake(slip(_interval, ends=lambda p, half: (p - half, p, p + half)),
                    "p itself is not asked; give both ends."),
            Mistake(slip(_interval, root=lambda x: x), "the root is missing."),
            Mistake(slip(_interval, count=lambda n: 1),
                    "more answers make the interval narrower; where does n enter?"),
            Mistake(slip(_interval, count=lambda n: n**2),
                    "n stands under the root; divide by it before the root is taken."),
            Mistake(slip(_interval, count=lambda n: n - 1),
                    "below the line stands n, not n - 1."),
            Mistake(slip(_interval, gives=lambda ends: tuple(100 * x for x in ends)),
                    "these are percent; give shares between 0 and 1."),
            Mistake(slip(_interval, ends=lambda p, half: half),
                    "this is half the width; give both ends."),
            Mistake(slip(_interval, ends=lambda p, half: (p, half)),
                    "these are the middle and half the width; give both ends."),
            Mistake(slip(_interval, ends=lambda p, half: (p + half, p - half)),
                    "low comes first, then high."),
            Mistake(slip(_interval, given=lambda right, n: (n - right, n)),
                    "p is the share of right answers; this is that of the wrong ones."),
        ),
        meaning="Two accuracies whose intervals overlap widely tell you little apart; more "
        "episodes narrow them, by the root.",
    ),
    "one_shot.4": HARD,
}  # fmt: skip
