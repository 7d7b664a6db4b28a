"""The hard exercise of the notebook on triplets: an example to construct."""

from typing import Any

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.values import array_of, plain

MARGIN = 0.25


def _losses(angle):
    """The losses of four drawings [anchor, negative]; the first two are one letter, the others too.

    Every anchor has one positive and two negatives.
    """
    cosine = np.cos(np.radians(angle[:, None] - angle))
    positive = cosine[[0, 1, 2, 3], [1, 0, 3, 2]]
    negatives = np.concatenate([cosine[:2, 2:], cosine[2:, :2]])
    return np.maximum(negatives - positive[:, None] + MARGIN, 0)


def _both(angle):
    """(the mean loss of all triplets, the mean of the hardest of each anchor)"""
    losses = _losses(angle)
    return losses.mean(), losses.max(axis=1).mean()


def _is_right(angle):
    every, hardest = _both(angle)
    return every <= 0.8 * MARGIN and hardest >= 1.2 * MARGIN


def trait(answer: Any) -> str:
    """What four angles are an example of, in words."""
    angle = array_of(plain(answer))
    if angle is None or angle.shape != (4,) or not np.isfinite(angle).all():
        return "these are not four angles"
    every, hardest = _both(angle)
    if _is_right(angle):
        return "all triplets stay below the margin, the hardest above it"
    if np.ptp(angle) == 0:
        return "all four are one point, and both losses are the margin"
    if np.ptp(angle) < 7:
        return "all four lie within a few degrees"
    if hardest == 0:
        return "no triplet has a loss"
    if hardest < 1.2 * MARGIN:
        return "the hardest are below six fifths of the margin"
    if _is_right(angle[[0, 2, 1, 3]]):
        return "the letters take turns"
    return "the mean of all triplets is above four fifths of the margin"


HARD = Exercise(
    "uphill or downhill", (0, 55, 70, 125), (),
    (
        Mistake((0, 10, 180, 190),
                "far apart everything rests. An anchor has a hard triplet if a negative is nearer "
                "than its positive: bring the letters together."),
        Mistake((0, 20, 40, 60),
                "the nearest strangers must be nearer still. Which two drawings could sit almost "
                "on top of each other, and how far off may their partners be?"),
        Mistake((0, 90, 45, 135),
                "too much is in disorder: half of the eight triplets can rest. Give each anchor "
                "one negative that is far away."),
        Mistake((0, 70, 55, 125),
                "the first two angles are one letter, the last two the other; these four would do "
                "if the middle two changed places."),
        Mistake((0, 0, 0, 0), "a tie costs exactly the margin, whichever you ask; spread them."),
        Mistake((0.0, 0.8, 1.0, 1.7),
                "near one point every loss is near the margin. Are these radians? Give degrees."),
        Mistake(((1, 0), (0, 1), (1, 0), (0, 1)),
                "give four numbers, the angles in degrees, as in (0, 90, 180, 270)."),
    ),
    trait=trait,
    meaning="Two drawings at the border are enough: for the hardest triplets one common point is "
    "now an improvement, for the mean of all triplets it is not.",
)  # fmt: skip
