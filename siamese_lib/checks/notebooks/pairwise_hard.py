"""The hard exercise of the notebook on pairwise similarity: what a sigmoid on a distance costs."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake

_ANGLE = "at right angles the squares add up: d is the root of 1 + 1, not {}."
_FLAT = np.log(2)  # what a pair pays whose logit is 0


def _pays(lead):
    """The loss of a pair whose logit speaks by so much for the right answer."""
    return np.logaddexp(0, -lead)


_APART = np.sqrt(2)
_ENOUGH = -np.log(np.expm1(0.01))  # the lead that costs 0.01

HARD = Exercise(
    "a sigmoid on a distance",
    {"plain": (_FLAT + _pays(_APART)) / 2, "shifted": _pays(_APART / 2),
     "weight": 2 * _ENOUGH / _APART},
    mistakes=(
        Mistake({"plain": 0.0}, "perfect vectors are not perfect answers: what does a same pair "
                "get, with d = 0?"),
        Mistake({"plain": _FLAT}, "same pairs pay ln 2; the different ones have d above 0."),
        Mistake({"plain": _FLAT / 2},
                "the different pairs pay too: unit vectors are not infinitely far apart."),
        Mistake({"plain": (_FLAT + _pays(2)) / 2}, _ANGLE.format("2, as for opposite ones")),
        Mistake({"plain": (_FLAT + _pays(1)) / 2}, _ANGLE.format("1")),
        Mistake({"plain": _pays(_APART)}, "this is what different pairs pay; half are the same."),
        Mistake({"plain": _FLAT + _pays(_APART)}, "take the mean: half of each kind."),
        Mistake({"plain": (_FLAT + _pays(-_APART)) / 2},
                "the labels are turned round: the sigmoid is the probability of different."),
        Mistake({"plain": (_FLAT + _pays(_APART)) / 2 / np.log(2)}, "use the natural logarithm."),
        Mistake({"shifted": (_FLAT + _pays(_APART)) / 2},
                "a shift helps: with b above 0 same pairs pay less than ln 2. Try some."),
        Mistake({"shifted": _FLAT}, "the best b lies between the kinds, and gives both a lead."),
        Mistake({"shifted": 0.0}, "with w = 1 the logits of the two kinds are only d apart."),
        Mistake({"shifted": _pays(_APART)},
                "b cannot give the whole of d to both kinds: what one gains, the other loses."),
        Mistake({"shifted": _pays(1)}, _ANGLE.format("2, as for opposite ones")),
        Mistake({"shifted": _pays(1 / 2)}, _ANGLE.format("1")),
        Mistake({"shifted": _APART / 2}, "this is the best b; which loss does it give?"),
        Mistake({"weight": _ENOUGH}, "this lead is what is needed. It is half of w d: the best b "
                "takes the other half."),
        Mistake({"weight": _ENOUGH / _APART}, "this is without a b: same pairs still pay ln 2. "
                "The best b takes half of w d."),
        Mistake({"weight": 2 * _ENOUGH}, _ANGLE.format("1")),
        Mistake({"weight": 1.0}, "then the loss is that of `shifted`; how much more is needed?"),
    ),
    tolerance=2e-3,
    meaning="The best encoder of all cannot save that head: it needs a bias to have two sides, "
    "and a weight of several units to be sure.",
    fallback="there are two kinds of pairs and two distances: write w d - b for each, and what "
    "it costs, ln(1 + e^t).",
)  # fmt: skip
