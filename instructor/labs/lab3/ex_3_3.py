"""Exercise 3.3, cost."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab3.ex_3_1 import AT, above, at_least
from instructor.labs.lab3.hidden import hidden_costs, hidden_pairs
from instructor.labs.lab3.visible import COSTED
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def _mean(costs, said, truth):
    return costs.mean(axis=1)


def cost_at(
    similarity, is_same, thresholds, cost_merge, cost_miss, *, call=above, call_miss=None,
    merge=True, miss=True, same=1, reduce=_mean,
):  # fmt: skip
    """call: which pairs are called same; call_miss: the same, used only for counting misses."""
    at = np.asarray(thresholds)[:, None]
    truth, said = is_same == same, call(similarity, at)
    missed = ~(call_miss or call)(similarity, at) & truth
    costs = merge * cost_merge * (said & ~truth) + miss * cost_miss * missed
    return reduce(costs, said, truth)


def _by_errors(costs, said, truth):
    return costs.sum(1) / np.maximum((said != truth).sum(1), 1)


def _by_class(costs, said, truth):
    return (costs * ~truth).sum(1) / (~truth).sum() + (costs * truth).sum(1) / truth.sum()


_MISTAKES = tuple(
    Mistake(slip(cost_at, **switches), hint)
    for switches, hint in (
        ({"call": at_least}, AT),
        ({"call": at_least, "call_miss": above}, "a pair exactly at the threshold is called different: it is no merge."),
        ({"call_miss": at_least}, "a pair exactly at the threshold is called different: a duplicate there is missed."),
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

# Grading: what it draws and asks, and who judges the answers.


def _costed(rng):
    return [(*hidden_pairs(rng, n), np.sort(rng.uniform(-0.5, 0.9, 5)), *costs)
            for n, costs in zip((7, 30, 50), hidden_costs(rng), strict=True)]  # fmt: skip


def _costed_with_ties(rng):
    cases = [
        (hidden_pairs(rng, n, ties=True), costs)
        for n, costs in zip((20, 30, 50), hidden_costs(rng), strict=True)
    ]
    return [(*pairs, np.unique(pairs[0]), *costs) for pairs, costs in cases]


_judge = close(cost_at)

EXERCISE = Exercise(
    title="cost",
    call="cost_at",
    right=cost_at,
    cases=COSTED,
    mistakes=_MISTAKES,
    meaning="A threshold has a price now, in the forum's own terms; with both costs 1 it is the share of errors.",
    fallback="count both kinds of errors at the first threshold by hand.",
    parts=(
        Part("values", 10, _costed, "cost_at(*case)", _judge),
        Part("pairs at the threshold", 5, _costed_with_ties, "cost_at(*case)", _judge),
    ),
)
