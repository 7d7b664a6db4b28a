"""Exercises of the notebook to start with."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.slips import slip

_rng = np.random.default_rng(0)
_VECTORS = tuple((_rng.normal(size=n).astype(np.float32),) for n in (3, 5, 1))
_BATCHES = tuple((_rng.normal(size=(n, 3)).astype(np.float32),) for n in (4, 1, 6))
_BATCHES += ((np.array([[3.0, 4.0], [0.0, 0.0]], np.float32),),)


def _gradient(w, *, factor=4, power=3):
    return factor * w**power


def _lengths(x, *, axis=-1, root=np.sqrt, measure=np.square):
    return root(measure(x).sum(axis))


_FUNCTION = "this is the function; its gradient is asked."

EXERCISES = {
    "start.1": Exercise(
        "a gradient", _gradient, _VECTORS,
        (
            Mistake(lambda w: np.sum(w**4), _FUNCTION),
            Mistake(lambda w: w**4, _FUNCTION),
            Mistake(slip(_gradient, power=1),
                    "the power is still missing: jax.grad does it for you."),
            Mistake(slip(_gradient, factor=1), "the factor is missing: jax.grad brings it along."),
            Mistake(slip(_gradient, power=4), "the power stays one too high: the slope of w^4 is a "
                    "multiple of w^3."),
            Mistake(lambda w: 2 * w, "this is the gradient of the sum of squares; here it is the "
                    "sum of fourth powers."),
            Mistake(slip(_gradient, gives=np.sum), "keep one partial derivative an entry."),
        ),
        meaning="jax.grad gives one slope for each entry, with no formula of yours: that is how "
        "every network here learns.",
    ),
    "start.2": Exercise(
        "lengths of rows", _lengths, _BATCHES,
        (
            Mistake(slip(_lengths, axis=None),
                    "this is one length for all rows; name the axis to get one a row."),
            Mistake(slip(_lengths, axis=0), "this goes down the columns; a row is axis -1."),
            Mistake(slip(_lengths, root=lambda s: s), "these are squared lengths; take the root."),
            Mistake(slip(_lengths, root=lambda s: s, measure=np.abs),
                    "these are sums of absolute values; a length is the root of the sum of "
                    "squares."),
            Mistake(slip(_lengths, root=lambda s: s, measure=lambda x: x),
                    "these are sums; a length is the root of the sum of squares."),
            Mistake(lambda x: np.sqrt((x**2).mean(-1)), "you took the mean of the squares; a "
                    "length has their sum."),
            Mistake(slip(_lengths, gives=lambda n: n[:, None] if np.ndim(n) else n),
                    "keepdims leaves an axis of length 1; drop it."),
        ),
        meaning="axis=-1 kept the rows apart. Without it a batch has one length, and notebook 04 "
        "shows what that does to a network.",
    ),
}  # fmt: skip
