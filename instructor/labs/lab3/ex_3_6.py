"""Exercise 3.6, ROC curve."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab3.hidden import hidden_weighted
from instructor.labs.lab3.visible import CURVES
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


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


def _curve(points):
    return [points, area(points)]


def _one_by_one(s, y, w):
    order = np.argsort(-s, kind="stable")
    rates = [np.cumsum((w * (y == k))[order]) / w[y == k].sum() for k in (0, 1)]
    return _curve(np.vstack([[0, 0], np.stack(rates, 1)]))


def _left_sum(points):
    return (np.diff(points[:, 0]) * points[:-1, 1]).sum()


_MISTAKES = (
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

# Grading: what it draws and asks, and who judges the answers.


def _points(similarity, is_same, weight):
    return roc(similarity, is_same, weight)[0]


def _area(similarity, is_same, weight):
    return roc(similarity, is_same, weight)[1]


EXERCISE = Exercise(
    title="ROC curve",
    call="roc",
    right=roc,
    cases=CURVES,
    mistakes=_MISTAKES,
    meaning="The curve shows all thresholds at once; its area is the chance that a same pair lies above a different one, ties counted half.",
    fallback="write the points down by hand, from the largest similarity to the smallest.",
    parts=(
        Part(
            "points",
            8,
            lambda rng: [hidden_weighted(rng, n) for n in (8, 30)],
            "roc(*case)[0]",
            close(_points),
        ),
        Part(
            "points, equal similarities",
            6,
            lambda rng: [hidden_weighted(rng, n, ties=True) for n in (25, 60)],
            "roc(*case)[0]",
            close(_points),
        ),
        Part(
            "area",
            6,
            lambda rng: [hidden_weighted(rng, n, ties=True) for n in (25, 60)],
            "roc(*case)[1]",
            close(_area),
        ),
    ),
)
