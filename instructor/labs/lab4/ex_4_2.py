"""Exercise 4.2, weighted prototypes."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab4.visible import SUPPORTS
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def _equal_where_empty(weight):
    return np.where(weight.sum(axis=1, keepdims=True) == 0, 1, weight)


def weighted_prototypes(
    support, weight, *, first=unit, weigh=_equal_where_empty, over=1, last=unit,
):  # fmt: skip
    """first: what is done to each embedding before the mean; last: to the mean after it."""
    w = weigh(weight)
    return last((first(support) * w[..., None]).sum(axis=over))


_UNIT_FIRST = "scale each embedding to length 1 before the mean: a long one must not count more."


def _as_it_is(x):
    return x


def _together(x):
    return x / np.linalg.norm(x)


_MISTAKES = tuple(
    Mistake(slip(weighted_prototypes, **switches), hint)
    for switches, hint in (
        ({"first": _as_it_is}, _UNIT_FIRST),
        ({"weigh": np.ones_like}, "the weights are not used."),
        ({"weigh": lambda w: _equal_where_empty(w) ** 2}, "the weights came in twice (squared)."),
        ({"last": _as_it_is}, "this is the sum; scale it to length 1."),
        ({"gives": _together}, "the length of all prototypes together is 1: each one should have it (mind the axis)."),
        ({"last": _together}, "the length of all prototypes together is 1: each one should have it (mind the axis)."),
        ({"over": 0}, "you averaged over the classes; average over the examples of each."),
        ({"weigh": lambda w: _equal_where_empty(w * (w == w.max(1, keepdims=True)))}, "this is the heaviest example alone; take the mean."),
        ({"gives": lambda p: p.mean(0)}, "keep one prototype for each class."),
    )
) + (
    Mistake(lambda s, w: (x := _equal_where_empty(w), (unit(s) * x[..., None]).sum(1) / x.sum(1)[:, None])[1], "scale the mean to length 1 as well."),
    Mistake(lambda s, w: (x := _equal_where_empty(w), (s * x[..., None]).sum(1) / x.sum(1)[:, None])[1], "the lengths are missing: scale each embedding to length 1 before the mean, and the mean after it."),
    Mistake(lambda s, w: np.where(w.sum(1)[:, None] == 0, np.nan, weighted_prototypes(s, w)), "all weights 0 give NaN: take equal weights there."),
    Mistake(lambda s, w: np.where(w.sum(1)[:, None] == 0, 0, weighted_prototypes(s, w)), "all weights 0: take equal weights, not a vector of zeros."),
    Mistake(lambda s, w: unit(s)[:, 0], "this is the first example alone; take the mean."),
    Mistake(lambda s, w: unit(np.median(unit(s), 1)), "this is the median; take the mean with weights."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _supports(rng):
    sizes = ((3, 2, 4), (5, 4, 4), (2, 1, 6))
    return [
        (rng.normal(size=s) * rng.uniform(0.1, 9, (*s[:2], 1)), rng.uniform(0, 4, s[:2]))
        for s in sizes
    ]


def _empty_supports(rng):
    cases = _supports(rng)
    for _, weight in cases:
        weight[rng.integers(len(weight))] = 0
    return cases


_judge = close(weighted_prototypes)

EXERCISE = Exercise(
    title="weighted prototypes",
    call="weighted_prototypes",
    right=weighted_prototypes,
    cases=SUPPORTS,
    mistakes=_MISTAKES,
    meaning="A prototype is a direction now: neither the length of an example nor the sum of the weights moves it.",
    fallback="three steps: unit embeddings, mean with weights, unit again. Print each.",
    guards={
        3: "a class whose weights are all 0 gets equal weights: ask for that before you divide."
    },
    parts=(
        Part("values", 14, _supports, "weighted_prototypes(*case)", _judge),
        Part("all weights 0", 6, _empty_supports, "weighted_prototypes(*case)", _judge),
    ),
)
