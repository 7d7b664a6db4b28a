"""Lab 3, evaluating a Siamese model: right answers and likely mistakes."""

import numpy as np

from instructor.instant.instant import Instant
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def _above(similarity, threshold):
    return similarity > threshold


def table_at(similarity, is_same, weight, threshold, *, call=_above, same=1):
    """[[true same, false same], [false different, true different]]: a row is what was said."""
    said, truth = call(similarity, threshold), is_same == same
    cells = [[said & truth, said & ~truth], [~said & truth, ~said & ~truth]]
    return np.array([[weight[cell].sum() for cell in row] for row in cells])


def _share(part, whole):
    return part / whole if whole else 0.0


def _accuracy(tp, fp, fn, tn):
    return _share(tp + tn, tp + fp + fn + tn)


def _precision(tp, fp, fn, tn):
    return _share(tp, tp + fp)


def _recall(tp, fp, fn, tn):
    return _share(tp, tp + fn)


def _majority(tp, fp, fn, tn):
    return _share(max(tp + fn, fp + tn), tp + fp + fn + tn)


def scores(table, *, accuracy=_accuracy, precision=_precision, recall=_recall, majority=_majority):
    cells = np.asarray(table, float).ravel()
    return np.array([score(*cells) for score in (accuracy, precision, recall, majority)])


def _mean(costs, said, truth):
    return costs.mean(axis=1)


def cost_at(
    similarity, is_same, thresholds, cost_merge, cost_miss, *, call=_above, call_miss=None,
    merge=True, miss=True, same=1, reduce=_mean,
):  # fmt: skip
    """call: which pairs are called same; call_miss: the same where misses are counted."""
    at = np.asarray(thresholds)[:, None]
    truth, said = is_same == same, call(similarity, at)
    missed = ~(call_miss or call)(similarity, at) & truth
    costs = merge * cost_merge * (said & ~truth) + miss * cost_miss * missed
    return reduce(costs, said, truth)


def candidates(similarity):
    return np.append(np.unique(similarity), -1.0)


def _threshold(values, costs):
    return values[np.argmin(costs)]


def choose_threshold(
    similarity, is_same, cost_merge, cost_miss, *, among=candidates, cost=cost_at, largest=True,
    pick=_threshold,
):  # fmt: skip
    values = np.sort(among(similarity))
    values = values[::-1] if largest else values
    costs = np.asarray(cost(similarity, is_same, values, cost_merge, cost_miss)).round(9)
    return pick(values, costs)


def honest_cost(
    validation, test, cost_merge, cost_miss, *, chosen_on=lambda v, t: v,
    reported_on=lambda v, t: t, choose=choose_threshold, cost=cost_at,
):  # fmt: skip
    threshold = choose(*chosen_on(validation, test), cost_merge, cost_miss)
    reported = cost(*reported_on(validation, test), [threshold], cost_merge, cost_miss)
    return np.array([threshold, reported[0]])


def _together(similarity):
    return np.append(np.unique(similarity)[::-1], -np.inf)


def _own_class(weight, is_same, k):
    return weight[is_same == k].sum()


def roc(
    similarity, is_same, weight, *, levels=_together, whole=_own_class, order=lambda p: p,
    area_of=lambda points: area(points), kept=slice(None),
):  # fmt: skip
    """[points, 2] of (false, true) positive rates from (0, 0) to (1, 1), and the area."""
    said = similarity > levels(similarity)[:, None]
    rate = [(said * weight * (is_same == k)).sum(1) / whole(weight, is_same, k) for k in (0, 1)]
    points = order(np.stack(rate, axis=1)[kept])
    return [points, area_of(points)]


def area(points):
    (x, y) = points.T
    return (np.diff(x) * (y[1:] + y[:-1]) / 2).sum()


_rng = np.random.default_rng(3)


def _pairs(n, step=0.1, rng=_rng):
    """Similarities with ties, and labels that go with them, both kinds present."""
    is_same = rng.permutation(np.arange(n) % 2)
    raw = np.clip(rng.normal(0.25 + 0.4 * is_same, 0.35), -0.9, 0.9)
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
_seed_0 = np.random.default_rng(0)  # with ties in the costs, and test pairs that want another cut
_HONEST = tuple(
    (list(_pairs(12, rng=_seed_0)), list(_pairs(11, rng=_seed_0)), *costs)
    for costs in ((4.0, 1.0), (1.0, 3.0), (1.0, 1.0))
)
for _validation, _test, *_costs in _HONEST:  # two test pairs exactly at the threshold
    _test[0][:2], _test[1][:2] = choose_threshold(*_validation, *_costs), (0, 1)
_CURVES = tuple(_weighted(n) for n in (8, 13, 10))

_AT = "a pair exactly at the threshold is different: > and not >=."


def _at_least(similarity, threshold):
    return similarity >= threshold


_TABLE_MISTAKES = tuple(
    Mistake(slip(table_at, **switches), hint)
    for switches, hint in (
        ({"gives": np.transpose}, "rows and columns are swapped: a row is what was said."),
        ({"gives": lambda t: t[::-1, ::-1]}, "same comes first, in rows and in columns."),
        ({"gives": lambda t: t[::-1, ::-1].T}, "this is the layout of siamese_lib; here same comes first and a row is what was said."),
        ({"call": _at_least}, _AT),
        ({"given": lambda s, y, w, t: (s, y, np.ones_like(w), t)}, "each pair counts with its weight."),
        ({"gives": lambda t: t / t.sum()}, "these are shares; give the sums of weights."),
        ({"call": lambda s, t: s > 0.7}, "the threshold is fixed at 0.7; use the one given."),
        ({"call": lambda s, t: s > 0.5}, "the threshold is fixed at 0.5; use the one given."),
        ({"call": lambda s, t: s < t}, "a high similarity means same; you treat it as a distance."),
        ({"same": 0}, "the labels are turned round: is_same is 1 for same, and truly same is the first column."),
        ({"gives": np.ravel}, "give a table [2, 2], not a row of four."),
        ({"gives": lambda t: np.diag(np.diag(t))}, "the errors are missing, off the diagonal."),
        ({"gives": lambda t: t[::-1]}, "a high similarity means same; you treat it as a distance, or the rows are turned round: said same comes first."),
    )
) + (
    Mistake(lambda s, y, w, t: table_at(s, y, w, t) / len(s), "you divided by the number of pairs; give sums."),
    Mistake(lambda s, y, w, t: table_at(s, y, (y == y[0]) * w, t), "only one kind of pairs is counted; the table holds both."),
)  # fmt: skip


def _nan_scores(table):
    (tp, fp), (fn, tn) = np.asarray(table, float)
    out = scores(table)
    out[1] = out[1] if tp + fp else np.nan
    out[2] = out[2] if tp + fn else np.nan
    return out


def _flat(change):
    """The four cells in another order."""
    return lambda table: (np.asarray(table, float).ravel()[change].reshape(2, 2),)


_SCORE_MISTAKES = tuple(
    Mistake(slip(scores, **switches), hint)
    for switches, hint in (
        ({"precision": _recall, "recall": _precision}, "precision and recall are swapped."),
        ({"accuracy": _precision}, "precision is sold as accuracy: accuracy counts the pairs rightly called different too."),
        ({"given": _flat([0, 2, 1, 3])}, "rows and columns are swapped: a row is what was said."),
        ({"given": _flat([3, 2, 1, 0])}, "same comes first; entry (0, 0) is said same and is same."),
        ({"given": _flat([3, 1, 2, 0])}, "same comes first; entry (0, 0) is said same and is same. And mind which is the row."),
        ({"majority": lambda tp, fp, fn, tn: _share(max(tp + fp, fn + tn), tp + fp + fn + tn)}, "the majority is that of the truth, not of what the model said."),
        ({"majority": lambda tp, fp, fn, tn: _share(fp + tn, tp + fp + fn + tn)}, "the majority may also be the same pairs."),
        ({"majority": lambda tp, fp, fn, tn: _share(tp + fn, tp + fp + fn + tn)}, "the majority may also be the different pairs."),
        ({"majority": lambda tp, fp, fn, tn: max(tp + fn, fp + tn)}, "the majority is a share too: divide it by n."),
        ({"majority": lambda tp, fp, fn, tn: _share(max(tp, fp, fn, tn), tp + fp + fn + tn)}, "the majority counts a whole column, all that is truly same or truly different."),
        ({"accuracy": _majority}, "this accuracy is the majority's: it would be the same for any model."),
        ({"accuracy": lambda tp, fp, fn, tn: (_share(tp, tp + fn) + _share(tn, tn + fp)) / 2}, "this is the mean of the two classes' accuracies (balanced); count all pairs alike."),
        ({"accuracy": lambda tp, fp, fn, tn: _share(fp + fn, tp + fp + fn + tn)}, "this is the error, 1 minus the accuracy."),
        ({"accuracy": lambda tp, fp, fn, tn: _share(tp, tp + fp + fn + tn)}, "right is also a different pair called different."),
        ({"precision": lambda tp, fp, fn, tn: _share(tp, tp + fp + fn + tn)}, "precision is among the pairs called same: divide by TP + FP."),
        ({"recall": lambda tp, fp, fn, tn: _share(tp, tp + fp + fn + tn)}, "recall is among the pairs that are the same: divide by TP + FN."),
        ({"precision": _recall}, "this precision is the recall: divide by what was called same."),
        ({"recall": _precision}, "this recall is the precision: divide by what is truly the same."),
        ({"recall": lambda tp, fp, fn, tn: _share(tn, tn + fp)}, "recall is among the same pairs; this is among the different ones."),
        ({"gives": lambda out: 100 * out}, "give shares from 0 to 1, not per cent."),
    )
) + (
    Mistake(_nan_scores, "0 divided by 0 is NaN: give 0 where nothing was called same, or nothing is."),
)  # fmt: skip


def _by_errors(costs, said, truth):
    return costs.sum(1) / np.maximum((said != truth).sum(1), 1)


def _by_class(costs, said, truth):
    return (costs * ~truth).sum(1) / (~truth).sum() + (costs * truth).sum(1) / truth.sum()


_COST_MISTAKES = tuple(
    Mistake(slip(cost_at, **switches), hint)
    for switches, hint in (
        ({"call": _at_least}, _AT),
        ({"call": _at_least, "call_miss": _above}, "a pair exactly at the threshold is called different: it is no merge."),
        ({"call_miss": _at_least}, "a pair exactly at the threshold is called different: a duplicate there is missed."),
        ({"given": lambda s, y, t, merge, miss: (s, y, t, miss, merge)}, "the two costs are swapped: merging is calling different pairs same."),
        ({"reduce": lambda costs, *_: costs.sum(1)}, "this is the sum; give the mean over all pairs."),
        ({"given": lambda s, y, t, merge, miss: (s, y, t, 1, 1)}, "the costs are missing: this is the share of errors."),
        ({"given": lambda s, y, t, merge, miss: (s, y, t, merge, merge)}, "both errors cost the same here; missing a duplicate costs cost_miss."),
        ({"given": lambda s, y, t, merge, miss: (s, y, t, miss, miss)}, "both errors cost the same here; merging costs cost_merge."),
        ({"reduce": _by_errors}, "you divided by the number of errors; divide by that of all pairs."),
        ({"reduce": _by_class}, "each error was divided by its own class; divide by the number of all pairs."),
        ({"reduce": lambda costs, *_: costs.sum(1) / len(costs)}, "you divided by the number of thresholds; divide by that of the pairs."),
        ({"miss": False}, "missed duplicates cost something too."),
        ({"merge": False}, "wrong merges cost something too."),
        ({"same": 0}, "the right answers were charged; the labels are turned round."),
        ({"call": lambda s, t: s < t}, "a high similarity means same; you treat it as a distance."),
        ({"gives": np.min}, "give one cost a threshold, not the smallest."),
        ({"gives": lambda costs: costs[:1]}, "only the first threshold was used."),
        ({"gives": lambda costs: costs[0]}, "only the first threshold was used."),
        ({"gives": lambda costs: -costs}, "a cost is positive."),
    )
)  # fmt: skip


def _middles(s):
    ranked = np.unique(s)
    return np.r_[-1, (ranked[1:] + ranked[:-1]) / 2]


def _cost_with(**switches):
    return slip(cost_at, **switches)


_CHOICE_MISTAKES = tuple(
    Mistake(slip(choose_threshold, **switches), hint)
    for switches, hint in (
        ({"largest": False}, "among equal costs take the largest threshold; this is a lower one."),
        ({"among": _middles}, "the candidates are the similarities themselves, not the middles between them."),
        ({"among": np.unique}, "-1 is a candidate too: everything is the same above it."),
        ({"among": lambda s: np.linspace(-1, 1, 201)}, "the candidates are the similarities that occur and -1, no even grid."),
        ({"given": lambda s, y, merge, miss: (s, y, 1, 1)}, "the costs are not used: this is the threshold of the best accuracy."),
        ({"given": lambda s, y, merge, miss: (s, y, miss, merge)}, "the two costs are swapped."),
        ({"cost": _cost_with(call=_at_least)}, _AT),
        ({"cost": _cost_with(miss=False)}, "missed duplicates cost something too."),
        ({"cost": _cost_with(merge=False)}, "wrong merges cost something too."),
        # Four answers of -1 say too little for the pairs below to be looked through.
        ({"cost": _cost_with(merge=False), "largest": False}, "wrong merges cost something too. And among equal costs take the largest threshold."),
        ({"pick": lambda values, costs: costs.min()}, "this is the smallest cost; give its threshold."),
        ({"pick": lambda values, costs: values[np.argmax(costs)]}, "this is the most expensive threshold."),
        ({"given": lambda s, y, merge, miss: (s, 1 - y, merge, miss)}, "the labels are turned round: is_same is 1 for same."),
        ({"pick": lambda values, costs: int(np.argmin(costs))}, "this is a place in the list; give the threshold that stands there."),
    )
) + (
    Mistake(lambda s, y, merge, miss: int(np.argmin(cost_at(s, y, s, merge, miss))), "this is a place in the list; give the threshold that stands there."),
    Mistake(lambda s, y, merge, miss: int(np.argmin(cost_at(s, y, np.unique(s), merge, miss))), "this is a place in the list; give the threshold that stands there."),
    Mistake(lambda s, y, merge, miss: 0.7, "0.7 is somebody else's threshold; choose one from these pairs."),
    Mistake(lambda s, y, merge, miss: np.median(s), "the median looks at no label and no cost."),
)  # fmt: skip


def _pooled(v, t):
    return [np.concatenate(pair) for pair in zip(v, t, strict=True)]


_HONEST_MISTAKES = tuple(
    Mistake(slip(honest_cost, **switches), hint)
    for switches, hint in (
        ({"chosen_on": lambda v, t: t}, "the threshold was chosen on the test pairs: it has seen the answers."),
        ({"reported_on": lambda v, t: v}, "this is the cost on the validation pairs; report that on the test pairs."),
        ({"chosen_on": _pooled}, "the test pairs took part in the choice of the threshold."),
        ({"chosen_on": _pooled, "reported_on": _pooled}, "validation and test pairs are mixed; keep them apart."),
        ({"given": lambda v, t, *costs: (t, v, *costs)}, "validation and test are swapped."),
        ({"choose": lambda *case: 0.7}, "0.7 is somebody else's threshold; choose it on the validation pairs."),
        ({"given": lambda v, t, merge, miss: (v, t, miss, merge)}, "the two costs are swapped."),
        ({"choose": slip(choose_threshold, given=lambda s, y, *costs: (s, y, 1, 1))}, "the choice does not use the costs."),
        ({"choose": slip(choose_threshold, given=lambda s, y, merge, miss: (s, y, miss, merge))}, "the two costs are swapped in the choice."),
        ({"choose": slip(choose_threshold, largest=False)}, "among equal costs take the largest threshold."),
        ({"cost": slip(cost_at, given=lambda s, y, t, *costs: (s, y, t, 1, 1))}, "this is the share of errors on the test pairs; report the cost."),
        ({"cost": slip(cost_at, given=lambda s, y, t, merge, miss: (s, y, t, miss, merge))}, "the two costs are swapped in the report."),
        ({"cost": slip(cost_at, call=_at_least)}, "in the report a pair exactly at the threshold is called same: > and not >=."),
        ({"gives": lambda out: out[::-1]}, "threshold first, then the cost."),
        ({"cost": lambda s, y, t, *costs: cost_at(s, y, t, *costs) * len(s)}, "give the mean cost a pair, not the sum."),
        ({"gives": lambda out: out[0]}, "this is the threshold alone; give the cost on the test pairs too."),
        ({"gives": lambda out: out[1]}, "this is the cost alone; give the threshold too."),
    )
)  # fmt: skip


def _curve(points):
    return [points, area(points)]


def _one_by_one(s, y, w):
    order = np.argsort(-s, kind="stable")
    rates = [np.cumsum((w * (y == k))[order]) / w[y == k].sum() for k in (0, 1)]
    return _curve(np.vstack([[0, 0], np.stack(rates, 1)]))


def _left_sum(points):
    return (np.diff(points[:, 0]) * points[:-1, 1]).sum()


_ROC_MISTAKES = (
    Mistake(_one_by_one, "pairs with equal similarity move together: one point for all of them."),
    *(
        Mistake(slip(roc, **switches), hint)
        for switches, hint in (
            ({"kept": slice(1, None)}, "the first point is (0, 0): above the largest similarity nothing is the same."),
            ({"kept": slice(None, -1)}, "the last point is (1, 1): in the end everything is called same."),
            ({"kept": slice(1, -1)}, "the ends are missing: the first point is (0, 0), the last (1, 1)."),
            ({"order": lambda p: p[:, ::-1]}, "the axes are swapped: false positives first, and is_same is 1 for same."),
            ({"order": lambda p: p[::-1]}, "let the threshold fall: from (0, 0) to (1, 1)."),
            ({"given": lambda s, y, w: (s, y, np.ones_like(w))}, "each pair counts with its weight."),
            ({"area_of": _left_sum}, "the area leaves out the triangles: take the mean of both ends of each step."),
            ({"area_of": lambda p: (np.diff(p[:, 0]) * p[1:, 1]).sum()}, "the area takes the upper end of each step; take the mean of both ends."),
            ({"area_of": lambda p: p[:, 1].mean()}, "this is the mean height of the points; each step counts with its width."),
            ({"area_of": lambda p: (np.diff(p[:, 0]) * (p[1:, 1] + p[:-1, 1])).sum()}, "the mean of both ends of a step is half of their sum."),
            ({"whole": lambda w, y, k: 1.0}, "these are counts; divide each by its class."),
            ({"whole": lambda w, y, k: w.sum()}, "both rates were divided by all pairs; divide each by its own class."),
            ({"whole": lambda w, y, k: w[y == 1 - k].sum()}, "each rate was divided by the other class; divide it by its own."),
            ({"given": lambda s, y, w: (-s, y, w)}, "a high similarity means same; you treat it as a distance."),
            ({"area_of": lambda p: 1 - area(p)}, "this is 1 minus the area."),
            ({"area_of": lambda p: -area(p)}, "the area is negative: the points run from (1, 1) back to (0, 0), or the sign is turned."),
            ({"gives": lambda out: out[0]}, "these are the points alone; give the area too."),
            ({"gives": lambda out: out[1]}, "this is the area alone; give the points too."),
            ({"gives": lambda out: [out[0].T, out[1]]}, "give one point a row, [points, 2]."),
        )
    ),
)  # fmt: skip

EXERCISES = {
    "lab3.1": Instant(
        "table of calls", "table_at", table_at, _COUNTED, _TABLE_MISTAKES,
        "These four sums are all that a threshold leaves of a model; every score of this lab is made of them.",
        "take the pairs one by one: what was said, what is true, which weight?",
    ),
    "lab3.2": Instant(
        "scores", "scores", scores, _TABLES, _SCORE_MISTAKES,
        "An accuracy has its majority beside it now, and a model that calls nothing the same gets a 0 in place of an error.",
        "work the four numbers out on paper: what stands above each line, and what below?",
        guards=dict.fromkeys((3, 4, 5), "where a share divides by 0 (nothing called same, or nothing the same) it is 0: ask for that before you divide."),
    ),
    "lab3.3": Instant(
        "cost", "cost_at", cost_at, _COSTED, _COST_MISTAKES,
        "A threshold has a price now, in the forum's own terms; with both costs 1 it is the share of errors.",
        "count both kinds of errors at the first threshold by hand.",
    ),
    "lab3.4": Instant(
        "choice of the threshold", "choose_threshold", choose_threshold, _CHOSEN, _CHOICE_MISTAKES,
        "The costs choose the threshold, not a habit: the dearer a wrong merge, the higher it lies.",
        "list the candidates with their costs, and look for the smallest.",
    ),
    "lab3.5": Instant(
        "honest cost", "honest_cost", honest_cost, _HONEST, _HONEST_MISTAKES,
        "The test pairs had no say in the threshold, so this cost is what a forum may expect of pairs it has not seen.",
        "which pairs may choose, and which pairs are reported?",
    ),
    "lab3.6": Instant(
        "ROC curve", "roc", roc, _CURVES, _ROC_MISTAKES,
        "The curve shows all thresholds at once; its area is the chance that a same pair lies above a different one, ties counted half.",
        "write the points down by hand, from the largest similarity to the smallest.",
    ),
}  # fmt: skip
