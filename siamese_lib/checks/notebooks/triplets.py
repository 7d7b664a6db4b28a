"""Exercises of the notebook on triplets."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.notebooks.triplets_collapse import COLLAPSE
from siamese_lib.checks.notebooks.triplets_hard import HARD
from siamese_lib.checks.slips import slip

_rng = np.random.default_rng(3)
_ROWS = tuple(
    (*_rng.normal(size=(3, n, dim)), margin)
    for n, dim, margin in ((6, 2, 0.25), (9, 5, 0.5), (2, 3, 0.1), (8, 4, 0.0))
)
_COSINES = tuple(
    (*_rng.uniform(-1, 1, size=(2, n)), margin)
    for n, margin in ((20, 0.25), (11, 0.6), (7, 0.0), (30, 1.0))
)
# Losses of exactly 0: every number is a multiple of an eighth, which floats hold exactly.
_COSINES += (
    (np.array([0.5, 0.75, 0.25, 0.5]), np.array([0.25, 0.25, 0.5, -0.5]), 0.25),
)  # fmt: skip


def _cosines(x, y, axis=-1):
    def length(v):
        return np.linalg.norm(v, axis=axis)

    return (x * y).sum(-1) / (length(x) * length(y))


def _dots(x, y):
    return (x * y).sum(-1)


def _squares(x, y):
    return ((x - y) ** 2).sum(-1)


def _hinge(x):
    return np.maximum(x, 0)


def _losses(
    a, p, n, m, *, measure=_cosines, couples=lambda a, p, n: ((a, p), (a, n)), sign=1, margin=1,
    bend=lambda gap, m: _hinge(gap + m), gap=lambda near, far: far - near,
):  # fmt: skip
    """sign: 1 where a near positive has a large measure, -1 where it has a small one."""
    near, far = couples(a, p, n)
    return bend(sign * gap(measure(*near), measure(*far)), margin * m)


def _squared_losses(a, p, n, m, *, measure=_squares, sign=-1, **switches):
    return _losses(a, p, n, m, measure=measure, sign=sign, **switches)


def _useful(p, n, m, *, is_useful=lambda gap, m: gap + m > 0, count=np.mean):
    return count(is_useful(n - p, m))


def _unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


_SIGN = "the order is turned round: a near positive must make the loss small."
_NO_HINGE = "the loss is negative for easy triplets; cut it off at 0."
_NO_MARGIN = "the margin is left out."
_MEAN = "keep one loss a row: no mean is asked."
_FIXED = "the margin is fixed in your code; take the one that is given."
_SUM = "subtract one from the other; this is their sum."
_INSIDE = "the margin belongs inside the maximum, so that an easy triplet gets 0."
_SHAPES_OF_LOSS = (
    ({"bend": lambda gap, m: gap + m}, _NO_HINGE),
    ({"margin": 0}, _NO_MARGIN),
    ({"given": lambda a, p, n, m: (a, p, n, 0.25)}, _FIXED),
    ({"given": lambda a, p, n, m: (a, p, n, 0.2)}, _FIXED),
    ({"given": lambda a, p, n, m: (a, p, n, 0.5)}, _FIXED),
    ({"given": lambda a, p, n, m: (a, p, n, 1.0)}, _FIXED),
    ({"bend": lambda gap, m: _hinge(gap) + m}, _INSIDE),
    (
        {"bend": lambda gap, m: np.maximum(gap, m)},
        "the maximum is with 0; the margin is added inside.",
    ),
    ({"margin": -1}, "the margin is subtracted; it is added."),
    ({"margin": 2}, "the margin was added twice."),
    ({"gives": np.mean}, _MEAN),
    ({"gives": np.sum}, "keep one loss a row: no sum is asked."),
    ({"gives": lambda loss: loss / len(loss)}, "keep one loss a row: divide by nothing."),
    (
        {"bend": lambda gap, m: np.max(gap + m)},
        "np.max takes one maximum of all; np.maximum(x, 0) compares entry by entry.",
    ),
    (
        {"bend": lambda gap, m: np.where(gap > 0, gap + m, 0)},
        "semi-hard triplets are lost: the hinge is cut at 0 after the margin has been added.",
    ),
    (
        {"bend": lambda gap, m: (gap + m > 0).astype(float)},
        "this says which triplets have a loss; how large is it?",
    ),
    (
        {"bend": lambda gap, m: np.clip(gap + m, 0, 1)},
        "a loss may be larger than 1: cut it off below only.",
    ),
    (
        {"bend": lambda gap, m: np.log1p(np.exp(gap + m))},
        "this is the soft margin, which has no bend; the hinge is asked.",
    ),
    ({"gap": lambda near, far: -near}, "the negative is missing."),
    ({"gap": lambda near, far: far}, "the positive is missing."),
    (
        {"couples": lambda a, p, n: ((a[:, None], p[None]), (a[:, None], n[None]))},
        "this compares every anchor with every row; row i belongs to row i, so multiply entry by "
        "entry and sum over the last axis.",
    ),
    (
        {"couples": lambda a, p, n: ((a.T, p.T), (a.T, n.T))},
        "this runs down the columns; a row is an embedding: axis=-1.",
    ),
    (
        {"couples": lambda a, p, n: ((a, p), (p, n))},
        "the negative is compared with the positive; compare it with the anchor.",
    ),
    (
        {"bend": lambda gap, m: np.minimum(gap + m, 0)},
        "the hinge keeps what is above 0: the maximum with 0, not the minimum.",
    ),
)

EXERCISES = {
    "triplets.1": Exercise(
        "the triplet loss of rows", _losses, _ROWS,
        (
            *(Mistake(slip(_losses, **switches), hint) for switches, hint in _SHAPES_OF_LOSS),
            Mistake(slip(_losses, sign=-1), _SIGN),
            Mistake(slip(_losses, measure=_dots),
                    "these are dot products; divide by both lengths."),
            Mistake(slip(_losses, measure=lambda x, y: _cosines(x, y, axis=None)),
                    "you divided by the length of the whole batch; each row has its own."),
            Mistake(slip(_losses, gap=lambda near, far: near + far), _SUM),
            Mistake(slip(_losses, measure=lambda x, y: (x * y).sum()),
                    "this is one number for all; sum over the last axis only."),
            Mistake(slip(_losses, measure=_squares, sign=-1),
                    "these are squared distances; that is triplets.2."),
            Mistake(slip(_losses, measure=lambda x, y: np.sqrt(_squares(x, y)), sign=-1),
                    "these are distances; the cosine is asked."),
        ),
        meaning="A triplet that is far enough apart costs nothing and teaches nothing; the margin "
        "says how far that is.",
    ),
    "triplets.2": Exercise(
        "with squared distances", _squared_losses, _ROWS,
        (
            Mistake(slip(_squared_losses, sign=1),
                    "the order is turned round: a distance is small when near, so the positive's "
                    "comes with a plus."),
            *(Mistake(slip(_squared_losses, **switches), hint)
              for switches, hint in _SHAPES_OF_LOSS),
            Mistake(slip(_squared_losses, measure=lambda x, y: _squares(x, y) ** 0.5),
                    "these are distances; the squares of them are asked, so take no root."),
            Mistake(slip(_squared_losses, measure=lambda x, y: _squares(_unit(x), _unit(y))),
                    "the rows were normalised first; take them as they are."),
            Mistake(slip(_squared_losses, measure=_cosines, sign=1),
                    "these are cosines; that was triplets.1."),
            Mistake(slip(_squared_losses, measure=lambda x, y: ((x - y) ** 2).mean(-1)),
                    "you took the mean of the squares; the squared distance is their sum."),
            Mistake(slip(_squared_losses, gap=lambda near, far: -near - far), _SUM),
            Mistake(slip(_squared_losses, measure=lambda x, y: 2 - 2 * _dots(x, y)),
                    "2 - 2 a.p is right at length 1 only; take the difference and square it."),
            Mistake(slip(_squared_losses, measure=lambda x, y: (x - y).sum(-1) ** 2),
                    "square each difference before you add them up."),
            Mistake(slip(_squared_losses, measure=lambda x, y: (x**2 - y**2).sum(-1)),
                    "square the difference; this is the difference of the squares."),
            Mistake(slip(_squared_losses, measure=lambda x, y: ((x - y) ** 2).sum()),
                    "this is one number for all; sum over the last axis only."),
            Mistake(slip(_squared_losses, measure=lambda x, y: (x - y) ** 2),
                    "the squares are not added up yet: sum over the last axis."),
            Mistake(lambda a, p, n, m: _hinge((a - p) ** 2 - (a - n) ** 2 + m).sum(-1),
                    "this cuts each column at 0; add the squares up first, then cut."),
            Mistake(slip(_squared_losses, given=lambda a, p, n, m: (a, p, n, a.shape[1] * m)),
                    "the margin was added in every column; add it once, after the sum."),
            Mistake(slip(_squared_losses, measure=_cosines),
                    "these are cosines; that was triplets.1, with other signs."),
            Mistake(slip(_squared_losses, measure=lambda x, y: np.abs(x - y).sum(-1)),
                    "these are absolute differences; the differences are squared."),
        ),
        meaning="The same hinge with distances: a distance is small when near, so both terms have "
        "changed their signs.",
    ),
    "triplets.3": Exercise(
        "the useful share", _useful, _COSINES,
        (
            Mistake(slip(_useful, is_useful=lambda gap, m: gap + m >= 0),
                    "a loss of exactly 0 teaches nothing: above 0 is > and not >=."),
            Mistake(slip(_useful, is_useful=lambda gap, m: gap + m <= 0),
                    "this is the share of easy triplets; the others are useful."),
            Mistake(slip(_useful, is_useful=lambda gap, m: gap + m < 0),
                    "this is the share of easy triplets; the others are useful."),
            Mistake(slip(_useful, count=np.sum),
                    "this is a count; a share divides it by the number of triplets."),
            Mistake(slip(_useful, gives=lambda share: 100 * share),
                    "this is per cent; a share lies between 0 and 1."),
            Mistake(slip(_useful, is_useful=lambda gap, m: gap >= 0),
                    "this is the share of hard triplets; semi-hard ones have a loss too."),
            Mistake(slip(_useful, is_useful=lambda gap, m: gap > 0),
                    "this is the share of hard triplets; semi-hard ones have a loss too."),
            Mistake(slip(_useful, is_useful=lambda gap, m: (gap < 0) & (gap > -m)),
                    "these are the semi-hard ones only; hard triplets have a loss too."),
            Mistake(slip(_useful, is_useful=lambda gap, m: _hinge(gap + m)),
                    "this is the mean loss; count how many are above 0."),
            Mistake(slip(_useful, is_useful=lambda gap, m: gap + m),
                    "this is the mean of what stands inside the hinge; count how many are above "
                    "0."),
            Mistake(slip(_useful, is_useful=lambda gap, m: abs(gap) < m),
                    "hard triplets have a loss however far they are in the wrong order: no abs."),
            Mistake(lambda p, n, m: np.mean(n + m > 0),
                    "the positive is missing: cos(A, N) - cos(A, P) + m is to be above 0."),
            Mistake(lambda p, n, m: (n - p + m)[n - p + m > 0].mean(),
                    "this is the mean loss of those that have one; their share is asked."),
            Mistake(slip(_useful, given=lambda p, n, m: (n, p, m)),
                    "positive and negative are swapped: a near positive makes the loss small."),
            Mistake(slip(_useful, is_useful=lambda gap, m: gap - m > 0),
                    "the margin is subtracted; it is added to cos(A, N) - cos(A, P)."),
            Mistake(slip(_useful, given=lambda p, n, m: (p, n, 0.25)), _FIXED),
            Mistake(slip(_useful, count=lambda useful: useful),
                    "one answer a triplet; the share is one number for all."),
            Mistake(slip(_useful, count=np.any), "this says whether there is any; the share is "
                    "asked."),
        ),
        meaning="Only these triplets have a gradient. Watch this share in training: at 0 the "
        "network stands still.",
    ),
    "triplets.4": COLLAPSE,
    "triplets.5": HARD,
}  # fmt: skip
