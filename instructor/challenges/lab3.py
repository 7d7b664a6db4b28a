"""Challenges of lab 3, evaluating a Siamese model."""

import numpy as np

from instructor.challenges.challenge import Challenge, Part, close, numbers, same
from instructor.instant import lab3 as right


def _pairs(rng, n, ties=False):
    """Similarity and is_same [n], both kinds present; with ties on a grid of eighths."""
    is_same = rng.permutation(np.arange(n) % 3 > 0).astype(int)
    similarity = np.clip(rng.normal(0.2 + 0.4 * is_same, 0.3), -0.95, 0.95)
    return (np.round(similarity * 8) / 8 if ties else similarity), is_same


def _weighted(rng, n, ties=False):
    return (*_pairs(rng, n, ties), rng.integers(1, 9, n).astype(float))


def _tables(rng):
    return [(*_weighted(rng, n), float(rng.uniform(0.1, 0.6))) for n in (6, 40)]


def _tables_with_ties(rng):
    cases = [_weighted(rng, n, ties=True) for n in (25, 60)]
    return [(*case, float(case[0][case[1] == k][0])) for case in cases for k in (0, 1)]


def _counts(rng):
    return [(rng.integers(1, 50, (2, 2)) * np.array(scale),) for scale in
            ([[1.0, 1], [1, 1]], [[1.0, 1], [1, 9]], [[9.0, 1], [1, 1]])]  # fmt: skip


def _empty_counts(rng):
    a, b, c, d = rng.integers(1, 50, 4).astype(float)
    return [
        (np.array(t),)
        for t in ([[0, 0], [a, b]], [[0, c], [0, d]], [[0, 0], [0, a]], [[b, 0], [0, 0]])
    ]


def _costs(rng):
    merge = float(rng.uniform(2, 9))
    return ((merge, 1.0), (1.0, merge), (0.5, 0.5 * merge))


def _costed(rng):
    return [(*_pairs(rng, n), np.sort(rng.uniform(-0.5, 0.9, 5)), *costs)
            for n, costs in zip((7, 30, 50), _costs(rng), strict=True)]  # fmt: skip


def _costed_with_ties(rng):
    cases = [
        (_pairs(rng, n, ties=True), costs)
        for n, costs in zip((20, 30, 50), _costs(rng), strict=True)
    ]
    return [(*pairs, np.unique(pairs[0]), *costs) for pairs, costs in cases]


def _choices(rng):
    return [(*_pairs(rng, n), *costs) for n, costs in zip((20, 30, 50), _costs(rng), strict=True)]


def _choices_with_ties(rng):
    alike = np.array([0.125, 0.125, 0.5, 0.5]), np.array([0, 1, 0, 1])
    return [
        (*alike, 1.0, 1.0),  # -1 and the top cost the same
        (np.array([0.25, 0.5, 0.75]), np.array([1, 0, 1]), 1.0, 1.0),
        (*_pairs(rng, 30, ties=True), 1.0, 1.0),
        (*_pairs(rng, 30, ties=True), 3.0, 1.0),
    ]


def _all_same(rng):
    cases = [(*_pairs(rng, n), 0.001, 5.0) for n in (9, 24)]
    for similarity, is_same, *_ in cases:
        similarity[np.argmax(is_same)] = -0.96  # the least similar pair is the same
    return [*cases, _choices(rng)[0]]  # the first alone ask for a constant -1


def _reports(rng):
    """Test pairs whose best threshold is another: lower similarities; two lie exactly at ours."""
    cases = []
    for n, costs in zip((20, 30, 50), _costs(rng), strict=True):
        validation, (similarity, is_same) = _pairs(rng, n), _pairs(rng, n + 5)
        similarity = 0.6 * similarity - 0.2
        places = 2 + rng.choice(n, 2, replace=False)  # where no rule on places finds the threshold
        similarity[places], is_same[places] = right.choose_threshold(*validation, *costs), (0, 1)
        cases.append((list(validation), [similarity, is_same], *costs))
    return cases


def _part_of(place):
    def judge(case, answer):
        found = numbers(answer[place])  # a number, or an array of this one number
        expected = right.honest_cost(*case)[place]
        return float(found is not None and found.size == 1 and same(expected, found.ravel()[0]))

    return judge


def _points(similarity, is_same, weight):
    return right.roc(similarity, is_same, weight)[0]


def _area(similarity, is_same, weight):
    return right.roc(similarity, is_same, weight)[1]


_table, _score, _cost = close(right.table_at), close(right.scores), close(right.cost_at)
_choice = close(right.choose_threshold)

CHALLENGES = {
    "3.1": Challenge("Table of calls", (
        Part("values", 9, _tables, "table_at(*case)", _table),
        Part("pairs at the threshold", 6, _tables_with_ties, "table_at(*case)", _table),
    )),
    "3.2": Challenge("Scores", (
        Part("values", 10, _counts, "scores(*case)", _score),
        Part("nothing to divide by", 5, _empty_counts, "scores(*case)", _score),
    )),
    "3.3": Challenge("Cost", (
        Part("values", 10, _costed, "cost_at(*case)", _cost),
        Part("pairs at the threshold", 5, _costed_with_ties, "cost_at(*case)", _cost),
    )),
    "3.4": Challenge("Choice of the threshold", (
        Part("values", 10, _choices, "choose_threshold(*case)", _choice),
        Part("equal costs", 6, _choices_with_ties, "choose_threshold(*case)", _choice),
        Part("everything is the same", 4, _all_same, "choose_threshold(*case)", _choice),
    )),
    "3.5": Challenge("Honest cost", (
        Part("threshold", 7, _reports, "honest_cost(*case)", _part_of(0)),
        Part("cost", 8, _reports, "honest_cost(*case)", _part_of(1)),
    )),
    "3.6": Challenge("ROC curve", (
        Part("points", 8, lambda rng: [_weighted(rng, n) for n in (8, 30)],
             "roc(*case)[0]", close(_points)),
        Part("points, equal similarities", 6, lambda rng: [_weighted(rng, n, ties=True) for n in (25, 60)],
             "roc(*case)[0]", close(_points)),
        Part("area", 6, lambda rng: [_weighted(rng, n, ties=True) for n in (25, 60)],
             "roc(*case)[1]", close(_area)),
    )),
}  # fmt: skip
