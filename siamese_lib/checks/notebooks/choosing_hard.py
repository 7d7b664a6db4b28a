"""The hard exercise of the notebook on losses and miners: a low loss of a bad network."""

from typing import Any

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.values import array_of, plain

MARGIN = 0.3
MOST, LEAST = 0.1 + 1e-9, 0.29 - 1e-9  # losses, of low and of high
FEWEST = 7  # with four of ten in the wrong order a loss is 0.12 or more


def _loss(gaps):
    return np.maximum(MARGIN - gaps, 0).mean()


def _is_right(low, high):
    is_high = (high > 0).all() and _loss(high) >= LEAST
    return is_high and _loss(low) <= MOST and (low > 0).sum() == FEWEST


def trait(answer: Any) -> str:
    """What two lists of ten gaps are an example of, in words."""
    lists = answer if isinstance(answer, dict) else {}
    low, high = (array_of(plain(lists.get(name))) for name in ("low", "high"))
    if low is None or high is None or not low.shape == high.shape == (10,):
        return "these are not two lists of ten numbers"
    if not (np.abs([low, high]) <= 2).all():
        return "a gap is beyond 2, which is as far as unit vectors can be apart"
    if _is_right(low, high):
        return "a low loss with as few in the right order as it allows, beside a high one with all"
    for said, pair in (
        ("low and high are swapped", (high, low)),
        ("the signs are turned round", (-low, -high)),
        ("these are the losses of the triplets, not their gaps", (MARGIN - low, MARGIN - high)),
    ):
        if _is_right(*pair):
            return said
    return _fault(low, high)


def _fault(low, high):
    """What is missing, in words: of high first, and then of low."""
    right = (low > 0).sum()
    faults = {
        "high has a triplet in the wrong order": high.min() < 0,
        "high has a tie among its triplets": high.min() == 0,
        "high has too low a loss": _loss(high) < LEAST,
        "low has too high a loss, with too many in the wrong order": right < FEWEST,
        "low has too high a loss": _loss(low) > MOST,
        "low has all of its triplets in the right order": right == 10,
        "low has more of its triplets in the right order than it need": right > FEWEST,
    }
    return next(said for said, is_so in faults.items() if is_so)


def _made(low, high):
    return {"low": low, "high": high}


_NEAR = [0.01] * 10
_LOW = [0.3] * 7 + [0.0] * 3

HARD = Exercise(
    "the lower curve, the worse network", _made(_LOW, _NEAR),
    mistakes=(
        Mistake(_made([0.3] * 7, [0.01] * 7), 'give ten numbers each: {"low": [0.3, ...], ...}.'),
        Mistake(_made([9.0] * 7 + [0.0] * 3, _NEAR),
                "two distances of unit vectors lie between 0 and 2; more than the margin is never "
                "needed."),
        Mistake(_made(_NEAR, _LOW), "low is the one with the small loss."),
        Mistake(_made([-x for x in _LOW], [-x for x in _NEAR]),
                "a gap is d(A, N) - d(A, P): above 0 where the negative is farther."),
        Mistake(_made([0.0] * 7 + [0.3] * 3, [0.29] * 10),
                "a loss is the margin less the gap, and not below 0."),
        Mistake(_made(_LOW, [0.0] * 10), "a tie is no right order: let the negative be a hair "
                "farther."),
        Mistake(_made(_LOW, [-0.01] * 10), "all ten of high have the negative farther, by however "
                "little."),
        Mistake(_made(_LOW, [0.3] * 10), "a right order pays as well until it leads by the "
                "margin: how little lead pays most?"),
        Mistake(_made([0.3] * 10, _NEAR), "a loss of 0.1 leaves room for some in the wrong order: "
                "what does the cheapest of these pay?"),
        Mistake(_made([0.3] * 9 + [-0.6], _NEAR), "more can be in the wrong order: by how little "
                "must the negative be nearer?"),
        Mistake(_made([0.3] * 6 + [0.0] * 4, _NEAR), "each in the wrong order pays the margin at "
                "least: how many of those fit under 0.1 x 10?"),
        Mistake(_made([0.1] * 7 + [0.0] * 3, _NEAR), "those in the right order need not pay "
                "anything: let them lead by the margin."),
    ),
    meaning="With margin m a mean loss of L lets at most L/m of the triplets be in the wrong "
    "order, and says no more. So compare what you wanted.",
    fallback="one triplet: what does it pay with a gap of 0.3, of 0.01, of 0, of -0.6?",
    trait=trait,
)  # fmt: skip
