"""Exercise 3.4, choice of the threshold."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab3.ex_3_1 import AT, at_least
from instructor.labs.lab3.ex_3_3 import cost_at
from instructor.labs.lab3.hidden import hidden_costs, hidden_pairs
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


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


def _middles(s):
    ranked = np.unique(s)
    return np.r_[-1, (ranked[1:] + ranked[:-1]) / 2]


def _cost_with(**switches):
    return slip(cost_at, **switches)


_MISTAKES = tuple(
    Mistake(slip(choose_threshold, **switches), hint)
    for switches, hint in (
        ({"largest": False}, "among equal costs take the largest threshold; this is a lower one."),
        ({"among": _middles}, "the candidates are the similarities themselves, not the middles between them."),
        ({"among": np.unique}, "-1 is a candidate too: everything is the same above it."),
        ({"among": lambda s: np.linspace(-1, 1, 201)}, "the candidates are the similarities that occur and -1, no even grid."),
        ({"given": lambda s, y, merge, miss: (s, y, 1, 1)}, "the costs are not used: this is the threshold of the best accuracy."),
        ({"given": lambda s, y, merge, miss: (s, y, miss, merge)}, "the two costs are swapped."),
        ({"cost": _cost_with(call=at_least)}, AT),
        ({"cost": _cost_with(miss=False)}, "missed duplicates cost something too."),
        ({"cost": _cost_with(merge=False)}, "wrong merges cost something too."),
        # All four answers are -1, from which a check cannot tell that two mistakes were made.
        ({"cost": _cost_with(merge=False), "largest": False}, "wrong merges cost something too. And among equal costs take the largest threshold."),
        ({"pick": lambda values, costs: costs.min()}, "this is the smallest cost; give its threshold."),
        ({"pick": lambda values, costs: values[np.argmax(costs)]}, "this is the most expensive threshold."),
        ({"given": lambda s, y, merge, miss: (s, 1 - y, merge, miss)}, "the labels are turned round: is_same is 1 for same."),
        ({"pick": lambda values, costs: int(np.argmin(costs))}, "this is a place in the list; give the threshold that stands there."),
    )
) + (
    Mistake(lambda s, y, merge, miss: int(np.argmin(cost_at(s, y, s, merge, miss))), "this is a place in the list; give the threshold that stands there."),
    Mistake(lambda s, y, merge, miss: int(np.argmin(cost_at(s, y, np.unique(s), merge, miss))), "this is a place in the list; give the threshold that stands there."),
    Mistake(lambda s, y, merge, miss: int(np.argmin(cost_at(s, y, np.append(s, -1.0), merge, miss))), "this is a place in the list; give the threshold that stands there."),
    Mistake(lambda s, y, merge, miss: 0.7, "0.7 is somebody else's threshold; choose one from these pairs."),
    Mistake(lambda s, y, merge, miss: np.median(s), "the median looks at no label and no cost."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _choices(rng):
    return [
        (*hidden_pairs(rng, n), *costs)
        for n, costs in zip((20, 30, 50), hidden_costs(rng), strict=True)
    ]


def _choices_with_ties(rng):
    alike = np.array([0.125, 0.125, 0.5, 0.5]), np.array([0, 1, 0, 1])
    return [
        (*alike, 1.0, 1.0),  # -1 and the top cost the same
        (np.array([0.25, 0.5, 0.75]), np.array([1, 0, 1]), 1.0, 1.0),
        (*hidden_pairs(rng, 30, ties=True), 1.0, 1.0),
        (*hidden_pairs(rng, 30, ties=True), 3.0, 1.0),
    ]


def _all_same(rng):
    cases = [(*hidden_pairs(rng, n), 0.001, 5.0) for n in (9, 24)]
    for similarity, is_same, *_ in cases:
        similarity[np.argmax(is_same)] = -0.96  # the least similar pair is the same
    return [*cases, _choices(rng)[0]]  # without it a constant -1 would be right everywhere


_judge = close(choose_threshold)

EXERCISE = Exercise(
    title="choice of the threshold",
    call="choose_threshold",
    right=choose_threshold,
    cases=_CHOSEN,
    mistakes=_MISTAKES,
    meaning="The costs choose the threshold, not a habit: the dearer a wrong merge, the higher it lies.",
    fallback="list the candidates with their costs, and look for the smallest.",
    parts=(
        Part("values", 10, _choices, "choose_threshold(*case)", _judge),
        Part("equal costs", 6, _choices_with_ties, "choose_threshold(*case)", _judge),
        Part("everything is the same", 4, _all_same, "choose_threshold(*case)", _judge),
    ),
)
