"""Exercise 1.1, normalise."""

import jax
import jax.numpy as jnp
import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab1.visible import ARRAYS
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip

ASK_NORMALISE = """\
values = answer(case[0])
def is_finite():
    slope = jax.grad(lambda x: jnp.sin(answer(x)).sum())(jnp.asarray(case[0]))
    return bool(jnp.isfinite(slope).all())
is_array = np.shape(values) == case[0].shape and np.asarray(values).dtype.kind == "f"
None if values is None else {"your answer": values, **({"slope is finite": is_finite()} if is_array else {})}
"""


def _squares(x, axis):
    return (x * x).sum(axis=axis, keepdims=axis is not None)


def normalise(x, *, axis=-1, measure=_squares, root=jnp.sqrt, extra=0.0):
    size = measure(x, axis)
    return x / (root(jnp.where(size != 0, size, 1)) + extra)


_ALL = "this is the length of all of x together: give the last axis."
_MISTAKES = (
    Mistake(slip(normalise, axis=None), _ALL),
    Mistake(slip(normalise, axis=0), "the lengths run along the first axis; take the last one."),
    Mistake(slip(normalise, axis=1), "axis 1 is the last one of a matrix only; -1 is the last of any array."),
    Mistake(slip(normalise, root=lambda s: s), "you divided by the squared length; take its root."),
    Mistake(slip(normalise, measure=lambda x, axis: jnp.square(jnp.abs(x).sum(axis, keepdims=axis is not None))),
            "this divides by the sum of sizes; the length is the root of the sum of squares."),
    Mistake(slip(normalise, measure=lambda x, axis: jnp.square(x.sum(axis, keepdims=axis is not None)) * jnp.where(x.sum(axis, keepdims=axis is not None) < 0, -1, 1),
                 root=lambda s: jnp.sign(s) * jnp.sqrt(jnp.abs(s))),
            "this divides by the sum of the entries; the length is the root of the sum of squares."),
    Mistake(slip(normalise, measure=lambda x, axis: jnp.square(jnp.abs(x).max(axis, keepdims=axis is not None))),
            "this divides by the largest entry, not by the length."),
    Mistake(lambda x: normalise(x) + jnp.where((x != 0).any(-1, keepdims=True), 0, jnp.nan), "a row of zeros becomes NaN; it should stay zeros."),
    Mistake(slip(normalise, extra=0.1), "something is added to the length, so no row has length 1."),
    Mistake(slip(normalise, measure=lambda x, axis: (x * x).mean(axis, keepdims=axis is not None)), "take the sum of the squares, not their mean."),
    Mistake(slip(normalise, given=lambda x: (x - x.mean(-1, keepdims=True),)), "the mean is taken off first; only the length changes."),
    Mistake(lambda x: jnp.sqrt((x * x).sum(-1)), "these are the lengths; divide x by them."),
    Mistake(lambda x: jnp.sqrt((x * x).sum(-1, keepdims=True)), "these are the lengths; divide x by them."),
    Mistake(slip(normalise, given=lambda x: (x * x,)), "the entries were squared too: only the length has squares, x above the line stays as it is."),
    Mistake({"slope is finite": False}, "the slope of a root at 0 is infinite, and a where after it does not help: make the number under the root safe first."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _arrays(rng):
    return [(rng.normal(size=(5, 4)) * rng.uniform(0.1, 20, (5, 1)),) for _ in range(2)]


def _ranks(rng):
    return [(rng.normal(size=shape),) for shape in ((4,), (2, 3, 4), (2, 2, 2, 4))]


def _zero_rows(rng):
    (x,), (y,) = _arrays(rng)
    x[rng.integers(5)] = 0
    return [(x,), (0 * y,)]


def _lines(rng):
    """Points on a line, some rows zero all along it."""
    cases = [(rng.normal(size=(6, 4)), rng.normal(size=(6, 4))) for _ in range(2)]
    for at, along in cases:
        rows = rng.permutation(6)[:2]
        at[rows] = along[rows] = 0
    return cases


_SLOPE = """\
import jax, jax.numpy as jnp
at, along = map(jnp.asarray, case)
[normalise(at), jax.grad(lambda s: jnp.sin(normalise(at + s * along)).sum())(0.0)]
"""


def _slope(at, along):
    """Rows that stay zero all along the line add 0 for any finite slope; NaN would spoil the sum."""
    slope = jax.grad(lambda s: jnp.sin(normalise(at + s * along)).sum())(0.0)
    return [np.asarray(normalise(at)), np.asarray(slope)]


_judge = close(lambda x: np.asarray(normalise(x)))

EXERCISE = Exercise(
    title="normalise",
    call="normalise",
    right=normalise,
    cases=ARRAYS,
    mistakes=_MISTAKES,
    meaning="Any vector now has length 1, so a dot product of two is their cosine, and the slope stays finite where training meets a zero.",
    fallback="take the first vector: square its entries, add them up, take the root, and divide by it.",
    ask=ASK_NORMALISE,
    guards={
        2: "a row of zeros stays zeros and has a finite slope: make the number under the root safe before the root is taken."
    },
    parts=(
        Part("rows", 8, _arrays, "normalise(*case)", _judge),
        Part("any number of axes", 4, _ranks, "normalise(*case)", _judge),
        Part("zero rows", 4, _zero_rows, "normalise(*case)", _judge),
        Part("slope at zero", 4, _lines, _SLOPE, close(_slope)),
    ),
)
