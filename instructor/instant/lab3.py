"""Lab 3, evaluating a Siamese model: right answers and likely mistakes."""

import numpy as np

from instructor.instant.instant import Instant
from siamese_lib.checks.exercise import Mistake


def table_at(similarity, is_same, weight, threshold):
    """[[true same, false same], [false different, true different]]: a row is what was said."""
    said, truth = similarity > threshold, is_same == 1
    cells = [[said & truth, said & ~truth], [~said & truth, ~said & ~truth]]
    return np.array([[weight[cell].sum() for cell in row] for row in cells])


def scores(table):
    (tp, fp), (fn, tn) = np.asarray(table, float)
    n = tp + fp + fn + tn
    return np.array(
        [
            _share(tp + tn, n),
            _share(tp, tp + fp),
            _share(tp, tp + fn),
            _share(max(tp + fn, fp + tn), n),
        ]
    )


def _share(part, whole):
    return part / whole if whole else 0.0


def cost_at(similarity, is_same, thresholds, cost_merge, cost_miss):
    said, truth = similarity > np.asarray(thresholds)[:, None], is_same == 1
    return (cost_merge * (said & ~truth) + cost_miss * (~said & truth)).mean(axis=1)


def candidates(similarity):
    return np.append(np.unique(similarity), -1.0)


def choose_threshold(similarity, is_same, cost_merge, cost_miss):
    values = np.sort(candidates(similarity))[::-1]
    return values[np.argmin(cost_at(similarity, is_same, values, cost_merge, cost_miss).round(9))]


def honest_cost(validation, test, cost_merge, cost_miss):
    threshold = choose_threshold(*validation, cost_merge, cost_miss)
    return np.array([threshold, cost_at(*test, [threshold], cost_merge, cost_miss)[0]])


def roc(similarity, is_same, weight):
    """[points, 2] of (false, true) positive rates from (0, 0) to (1, 1), and the area."""
    thresholds = np.append(np.unique(similarity)[::-1], -np.inf)
    points = _points(similarity, is_same, weight, thresholds)
    return [points, area(points)]


def _points(similarity, is_same, weight, thresholds):
    said = similarity > thresholds[:, None]
    rate = [(said * weight * (is_same == k)).sum(1) / weight[is_same == k].sum() for k in (0, 1)]
    return np.stack(rate, axis=1)


def area(points):
    (x, y) = points.T
    return (np.diff(x) * (y[1:] + y[:-1]) / 2).sum()


_rng = np.random.default_rng(3)


def _pairs(n, step=0.1):
    """Similarities with ties, and labels that go with them, both kinds present."""
    is_same = _rng.permutation(np.arange(n) % 2)
    raw = np.clip(_rng.normal(0.25 + 0.4 * is_same, 0.35), -0.9, 0.9)
    return (np.round(raw / step) * step).round(3), is_same


def _weighted(n):
    return (*_pairs(n), _rng.integers(1, 6, n).astype(float))


_COUNTED = tuple((*_weighted(n), t) for n, t in ((8, 0.5), (12, 0.2), (9, 0.0), (7, 0.95)))
for _case, _t in zip(_COUNTED[:3], (0.5, 0.2, 0.0), strict=True):
    _case[0][:2], _case[1][:2] = _t, (0, 1)  # two pairs exactly at the threshold
_TABLES = tuple((np.array(t, float),) for t in (
    [[30, 10], [20, 40]], [[5, 3], [2, 90]], [[0, 0], [4, 6]], [[7, 3], [0, 0]], [[0, 2], [0, 8]],
))  # fmt: skip
_COSTED = tuple(
    (*_pairs(n), np.array(thresholds), *costs)
    for n, thresholds, costs in (
        (8, [0.2, 0.5, 0.7], (5.0, 1.0)), (11, [-1.0, 0.3, 0.6, 0.95], (1.0, 3.0)), (9, [0.1, 0.4], (2.0, 0.5)),
    )
)  # fmt: skip
for _case in _COSTED:
    _case[0][0], _case[1][0] = _case[2][1], 0
    _case[0][1], _case[1][1] = _case[2][1], 1
_CHOSEN = (
    (
        np.array([0.1, 0.3, 0.3, 0.5, 0.6, 0.8, 0.9, 0.4]),
        np.array([0, 0, 1, 0, 1, 1, 1, 1]),
        1.0,
        1.0,
    ),
    (np.array([0.2, 0.4, 0.5, 0.6, 0.7, 0.8]), np.array([1, 0, 1, 0, 1, 1]), 4.0, 1.0),
    (np.array([0.2, 0.4, 0.5, 0.6, 0.7, 0.8]), np.array([1, 0, 1, 0, 1, 1]), 0.1, 5.0),
    (np.array([0.3, 0.3, 0.7, 0.7, -0.2, 0.1]), np.array([0, 1, 0, 0, 0, 1]), 3.0, 1.0),
)
_HONEST = tuple(
    (list(_pairs(14)), list(_pairs(13)), *costs) for costs in ((4.0, 1.0), (1.0, 6.0), (1.0, 1.0))
)
_CURVES = tuple(_weighted(n) for n in (8, 13, 10))

_TABLE_MISTAKES = (
    Mistake(lambda s, y, w, t: table_at(s, y, w, t).T, "rows and columns are swapped: a row is what was said."),
    Mistake(lambda s, y, w, t: table_at(s, y, w, t)[::-1, ::-1], "same comes first, in rows and in columns."),
    Mistake(lambda s, y, w, t: table_at(s, y, w, t)[::-1, ::-1].T,
            "this is the layout of siamese_lib; here same comes first and a row is what was said."),
    Mistake(lambda s, y, w, t: table_at(s, y, w, t - 1e-6), "a pair exactly at the threshold is different: > and not >=."),
    Mistake(lambda s, y, w, t: table_at(s, y, np.ones_like(w), t), "each pair counts with its weight."),
    Mistake(lambda s, y, w, t: table_at(s, y, w, t) / w.sum(), "these are shares; give the sums of weights."),
    Mistake(lambda s, y, w, t: table_at(s, y, w, t) / len(s), "you divided by the number of pairs; give sums."),
    Mistake(lambda s, y, w, t: table_at(s, y, w, 0.7), "the threshold is fixed at 0.7; use the one given."),
    Mistake(lambda s, y, w, t: table_at(-s, y, w, -t - 1e-6), "a high similarity means same; you treat it as a distance."),
    Mistake(lambda s, y, w, t: table_at(s, 1 - y, w, t), "the labels are turned round: is_same is 1 for same."),
    Mistake(lambda s, y, w, t: table_at(s, y, w, t).ravel(), "give a table [2, 2], not a row of four."),
    Mistake(lambda s, y, w, t: np.diag(np.diag(table_at(s, y, w, t))), "the errors are missing, off the diagonal."),
)  # fmt: skip


def _changed_score(k, function):
    def wrong(table):
        out = scores(table)
        out[k] = function(*np.asarray(table, float).ravel())
        return out

    return wrong


def _nan_scores(table):
    (tp, fp), (fn, tn) = np.asarray(table, float)
    out = scores(table)
    out[1] = out[1] if tp + fp else np.nan
    out[2] = out[2] if tp + fn else np.nan
    return out


_SCORE_MISTAKES = (
    Mistake(_changed_score(0, lambda tp, fp, fn, tn: _share(tp, tp + fp)),
            "precision is sold as accuracy: accuracy counts the pairs rightly called different too."),
    Mistake(lambda t: scores(t)[[0, 2, 1, 3]], "precision and recall are swapped."),
    Mistake(lambda t: scores(np.asarray(t).T), "rows and columns are swapped: a row is what was said."),
    Mistake(lambda t: scores(np.asarray(t)[::-1, ::-1]), "same comes first; entry (0, 0) is said same and is same."),
    Mistake(_changed_score(3, lambda tp, fp, fn, tn: max(tp + fp, fn + tn) / (tp + fp + fn + tn)),
            "the majority is that of the truth, not of what the model said."),
    Mistake(_changed_score(3, lambda tp, fp, fn, tn: (fp + tn) / (tp + fp + fn + tn)),
            "the majority may also be the same pairs."),
    Mistake(_changed_score(0, lambda tp, fp, fn, tn: max(tp + fn, fp + tn) / (tp + fp + fn + tn)),
            "this accuracy is the majority's: it would be the same for any model."),
    Mistake(_changed_score(0, lambda tp, fp, fn, tn: (_share(tp, tp + fn) + _share(tn, tn + fp)) / 2),
            "this is the mean of the two classes' accuracies (balanced); count all pairs alike."),
    Mistake(_changed_score(0, lambda tp, fp, fn, tn: (fp + fn) / (tp + fp + fn + tn)), "this is the error, 1 minus the accuracy."),
    Mistake(_changed_score(0, lambda tp, fp, fn, tn: tp / (tp + fp + fn + tn)), "right is also a different pair called different."),
    Mistake(_nan_scores, "0 divided by 0 is NaN: give 0 where nothing was called same, or nothing is."),
    Mistake(lambda t: 100 * scores(t), "give shares from 0 to 1, not per cent."),
    Mistake(_changed_score(2, lambda tp, fp, fn, tn: _share(tn, tn + fp)), "recall is among the same pairs; this is among the different ones."),
)  # fmt: skip


def _cost_of(value):
    def wrong(s, y, thresholds, merge, miss):
        said = s > np.asarray(thresholds)[:, None]
        return value(said & (y == 0), ~said & (y == 1), merge, miss, y)

    return wrong


_COST_MISTAKES = (
    Mistake(
        lambda s, y, t, *costs: (
            cost_at(s, y, t, *costs) + costs[0] * ((s == t[:, None]) & (y == 0)).mean(1)
        ),
        "a pair exactly at the threshold is called different: it is no merge.",
    ),
    Mistake(
        lambda s, y, t, *costs: (
            cost_at(s, y, t, *costs) - costs[1] * ((s == t[:, None]) & (y == 1)).mean(1)
        ),
        "a pair exactly at the threshold is called different: a duplicate there is missed.",
    ),
    Mistake(lambda s, y, t, merge, miss: cost_at(s, y, t, miss, merge), "the two costs are swapped: merging is calling different pairs same."),
    Mistake(lambda s, y, t, merge, miss: cost_at(s, y, t - 1e-6, merge, miss), "a pair exactly at the threshold is different: > and not >=."),
    Mistake(lambda s, y, t, merge, miss: cost_at(s, y, t, merge, miss) * len(s), "this is the sum; give the mean over all pairs."),
    Mistake(lambda s, y, t, merge, miss: cost_at(s, y, t, 1, 1), "the costs are missing: this is the share of errors."),
    Mistake(_cost_of(lambda fp, fn, merge, miss, y: (merge * fp + miss * fn).sum(1) / np.maximum((fp | fn).sum(1), 1)),
            "you divided by the number of errors; divide by that of all pairs."),
    Mistake(_cost_of(lambda fp, fn, merge, miss, y: merge * fp.sum(1) / (y == 0).sum() + miss * fn.sum(1) / (y == 1).sum()),
            "each error was divided by its own class; divide by the number of all pairs."),
    Mistake(_cost_of(lambda fp, fn, merge, miss, y: merge * fp.mean(1)), "missed duplicates cost something too."),
    Mistake(_cost_of(lambda fp, fn, merge, miss, y: miss * fn.mean(1)), "wrong merges cost something too."),
    Mistake(lambda s, y, t, merge, miss: cost_at(s, 1 - y, t, merge, miss), "the right answers were charged; the labels are turned round."),
    Mistake(lambda s, y, t, merge, miss: cost_at(s, y, t, merge, miss).min(), "give one cost a threshold, not the smallest."),
    Mistake(lambda s, y, t, merge, miss: cost_at(s, y, t[:1], merge, miss), "only the first threshold was used."),
    Mistake(lambda s, y, t, merge, miss: -cost_at(s, y, t, merge, miss), "a cost is positive."),
)  # fmt: skip


def _choice(values_of, cost_of=cost_at, largest=True):
    def wrong(s, y, merge, miss):
        values = np.sort(values_of(s))
        values = values[::-1] if largest else values
        return values[np.argmin(np.round(cost_of(s, y, values, merge, miss), 9))]

    return wrong


def _middles(s):
    ranked = np.unique(s)
    return np.r_[-1, (ranked[1:] + ranked[:-1]) / 2]


_CHOICE_MISTAKES = (
    Mistake(_choice(candidates, largest=False), "among equal costs take the largest threshold; this is the lowest."),
    Mistake(_choice(_middles), "the candidates are the similarities themselves, not the middles between them."),
    Mistake(_choice(np.unique), "-1 is a candidate too: everything is the same above it."),
    Mistake(_choice(candidates, lambda s, y, t, merge, miss: cost_at(s, y, t, 1, 1)), "the costs are not used: this is the threshold of the best accuracy."),
    Mistake(_choice(candidates, lambda s, y, t, merge, miss: cost_at(s, y, t, miss, merge)), "the two costs are swapped."),
    Mistake(_choice(candidates, lambda s, y, t, merge, miss: cost_at(s, y, t - 1e-6, merge, miss)),
            "a pair exactly at the threshold is different: > and not >=."),
    Mistake(lambda *case: cost_at(*case[:2], [choose_threshold(*case)], *case[2:])[0], "this is the smallest cost; give its threshold."),
    Mistake(_choice(candidates, lambda *case: -cost_at(*case)), "this is the most expensive threshold."),
    Mistake(lambda s, y, merge, miss: 0.7, "0.7 is somebody else's threshold; choose one from these pairs."),
    Mistake(lambda *case: int(np.argmin(cost_at(*case[:2], np.unique(case[0]), *case[2:]))), "this is a place in the list; give the threshold that stands there."),
    Mistake(lambda s, y, merge, miss: np.median(s), "the median looks at no label and no cost."),
    Mistake(lambda s, y, merge, miss: choose_threshold(s, 1 - y, merge, miss), "the labels are turned round: is_same is 1 for same."),
)  # fmt: skip


def _report(threshold_from, cost_on=lambda v, t: t):
    def wrong(v, t, *costs):
        threshold = choose_threshold(*threshold_from(v, t), *costs)
        return np.array([threshold, cost_at(*cost_on(v, t), [threshold], *costs)[0]])

    return wrong


def _pooled(v, t):
    return [np.concatenate(pair) for pair in zip(v, t, strict=True)]


_HONEST_MISTAKES = (
    Mistake(_report(lambda v, t: t), "the threshold was chosen on the test pairs: it has seen the answers."),
    Mistake(_report(lambda v, t: v, lambda v, t: v), "this is the cost on the validation pairs; report that on the test pairs."),
    Mistake(_report(_pooled), "the test pairs took part in the choice of the threshold."),
    Mistake(_report(_pooled, _pooled), "validation and test pairs are mixed; keep them apart."),
    Mistake(lambda v, t, *costs: honest_cost(t, v, *costs), "validation and test are swapped."),
    Mistake(lambda v, t, *costs: np.array([0.7, cost_at(*t, [0.7], *costs)[0]]), "0.7 is somebody else's threshold; choose it on the validation pairs."),
    Mistake(lambda v, t, merge, miss: honest_cost(v, t, miss, merge), "the two costs are swapped."),
    Mistake(lambda v, t, *costs: np.array([(x := choose_threshold(*v, 1, 1)), cost_at(*t, [x], *costs)[0]]),
            "the choice does not use the costs."),
    Mistake(lambda v, t, *costs: np.array([(x := choose_threshold(*v, *costs)), cost_at(*t, [x], 1, 1)[0]]),
            "this is the share of errors on the test pairs; report the cost."),
    Mistake(lambda v, t, *costs: honest_cost(v, t, *costs)[::-1], "threshold first, then the cost."),
    Mistake(lambda v, t, *costs: np.array([(x := choose_threshold(*v, *costs)), cost_at(*t, [x], *costs)[0] * len(t[0])]),
            "give the mean cost a pair, not the sum."),
)  # fmt: skip


def _curve(points):
    return [points, area(points)]


def _one_by_one(s, y, w):
    order = np.argsort(-s, kind="stable")
    rates = [np.cumsum((w * (y == k))[order]) / w[y == k].sum() for k in (0, 1)]
    return _curve(np.vstack([[0, 0], np.stack(rates, 1)]))


def _left_sum(s, y, w):
    points = roc(s, y, w)[0]
    return [points, (np.diff(points[:, 0]) * points[:-1, 1]).sum()]


_ROC_MISTAKES = (
    Mistake(_one_by_one, "pairs with equal similarity move together: one point for all of them."),
    Mistake(lambda s, y, w: _curve(roc(s, y, w)[0][1:]), "the first point is (0, 0): above the largest similarity nothing is the same."),
    Mistake(lambda s, y, w: _curve(roc(s, y, w)[0][:-1]), "the last point is (1, 1): in the end everything is called same."),
    Mistake(lambda s, y, w: _curve(roc(s, y, w)[0][:, ::-1]), "the axes are swapped: false positives first, and is_same is 1 for same."),
    Mistake(lambda s, y, w: _curve(roc(s, y, w)[0][::-1]), "let the threshold fall: from (0, 0) to (1, 1)."),
    Mistake(lambda s, y, w: roc(s, y, np.ones_like(w)), "each pair counts with its weight."),
    Mistake(_left_sum, "the area leaves out the triangles: take the mean of both ends of each step."),
    Mistake(lambda s, y, w: _curve(roc(s, y, w)[0] * [w[y == 0].sum(), w[y == 1].sum()]), "these are counts; divide each by its class."),
    Mistake(lambda s, y, w: _curve(roc(s, y, w)[0] * [w[y == 0].sum(), w[y == 1].sum()] / w.sum()),
            "both rates were divided by all pairs; divide each by its own class."),
    Mistake(lambda s, y, w: roc(-s, y, w), "a high similarity means same; you treat it as a distance."),
    Mistake(lambda s, y, w: [(out := roc(s, y, w))[0], 1 - out[1]], "this is 1 minus the area."),
)  # fmt: skip

EXERCISES = {
    "lab3.1": Instant("table of calls", table_at, _COUNTED, _TABLE_MISTAKES,
                      "take the pairs of case 1 one by one: what was said, what is true, which weight?"),
    "lab3.2": Instant("scores", scores, _TABLES, _SCORE_MISTAKES,
                      "case 1 has 100 pairs: work the four numbers out on paper."),
    "lab3.3": Instant("cost", cost_at, _COSTED, _COST_MISTAKES,
                      "count both kinds of errors of case 1 at the first threshold by hand."),
    "lab3.4": Instant("choice of the threshold", choose_threshold, _CHOSEN, _CHOICE_MISTAKES,
                      "list the candidates of case 2 with their costs, and look for the smallest."),
    "lab3.5": Instant("honest cost", honest_cost, _HONEST, _HONEST_MISTAKES,
                      "which pairs may choose, and which pairs are reported?"),
    "lab3.6": Instant("ROC curve", roc, _CURVES, _ROC_MISTAKES,
                      "write the points of case 1 down by hand, from the largest similarity to the smallest."),
}  # fmt: skip
