"""Exercise 3.5, honest cost."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import numbers, same
from instructor.labs.lab3.ex_3_1 import at_least
from instructor.labs.lab3.ex_3_3 import cost_at
from instructor.labs.lab3.ex_3_4 import choose_threshold
from instructor.labs.lab3.hidden import hidden_costs, hidden_pairs
from instructor.labs.lab3.visible import pairs
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def honest_cost(
    validation, test, cost_merge, cost_miss, *, chosen_on=lambda v, t: v,
    reported_on=lambda v, t: t, choose=choose_threshold, cost=cost_at,
):  # fmt: skip
    threshold = choose(*chosen_on(validation, test), cost_merge, cost_miss)
    reported = cost(*reported_on(validation, test), [threshold], cost_merge, cost_miss)
    return np.array([threshold, reported[0]])


_seed_0 = np.random.default_rng(0)  # with ties in the costs, and test pairs that want another cut
_HONEST = tuple(
    (list(pairs(12, rng=_seed_0)), list(pairs(11, rng=_seed_0)), *costs)
    for costs in ((4.0, 1.0), (1.0, 3.0), (1.0, 1.0))
)
for _validation, _test, *_costs in _HONEST:  # two test pairs exactly at the threshold
    _test[0][:2], _test[1][:2] = choose_threshold(*_validation, *_costs), (0, 1)


def _pooled(v, t):
    return [np.concatenate(pair) for pair in zip(v, t, strict=True)]


_MISTAKES = tuple(
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
        ({"cost": slip(cost_at, call=at_least)}, "in the report a pair exactly at the threshold is called same: > and not >=."),
        ({"gives": lambda out: out[::-1]}, "threshold first, then the cost."),
        ({"cost": lambda s, y, t, *costs: cost_at(s, y, t, *costs) * len(s)}, "give the mean cost a pair, not the sum."),
        ({"gives": lambda out: out[0]}, "this is the threshold alone; give the cost on the test pairs too."),
        ({"gives": lambda out: out[1]}, "this is the cost alone; give the threshold too."),
    )
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _reports(rng):
    """Test pairs have lower similarities, so another best threshold; two lie exactly at ours."""
    cases = []
    for n, costs in zip((20, 30, 50), hidden_costs(rng), strict=True):
        validation, (similarity, is_same) = hidden_pairs(rng, n), hidden_pairs(rng, n + 5)
        similarity = 0.6 * similarity - 0.2
        places = 2 + rng.choice(
            n, 2, replace=False
        )  # at random places, so that no rule on places finds the threshold
        similarity[places], is_same[places] = choose_threshold(*validation, *costs), (0, 1)
        cases.append((list(validation), [similarity, is_same], *costs))
    return cases


def _part_of(place):
    def judge(case, answer):
        found = numbers(answer[place])  # a number, or an array of this one number
        expected = honest_cost(*case)[place]
        return float(found is not None and found.size == 1 and same(expected, found.ravel()[0]))

    return judge


EXERCISE = Exercise(
    title="honest cost",
    call="honest_cost",
    right=honest_cost,
    cases=_HONEST,
    mistakes=_MISTAKES,
    meaning="The test pairs had no say in the threshold, so this cost is what a forum may expect of pairs it has not seen.",
    fallback="which pairs may choose, and which pairs are reported?",
    parts=(
        Part("threshold", 7, _reports, "honest_cost(*case)", _part_of(0)),
        Part("cost", 8, _reports, "honest_cost(*case)", _part_of(1)),
    ),
)
