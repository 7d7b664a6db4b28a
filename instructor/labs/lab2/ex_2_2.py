"""Exercise 2.2, the matrix by loop and by product."""

import jax.numpy as jnp
import numpy as np

from instructor.labs.exercise import Exercise, Only, Part
from instructor.labs.judges import close
from instructor.labs.lab2.ex_2_1 import weighted_cosine
from instructor.labs.lab2.visible import BATCHES
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def similarity_matrix(positive, anchor, weight):
    return np.array([[weighted_cosine(p, a, weight) for a in anchor] for p in positive])


def _product(
    positive, anchor, weight, *, top=1, inside=1, axis=-1, root=jnp.sqrt, scaled=(True, True)
):
    def unit(x, is_scaled):
        squared = (weight**inside * x * x).sum(axis, keepdims=axis is not None)
        return x / root(jnp.where(squared > 0, squared, 1)) if is_scaled else x

    return unit(positive, scaled[0]) * weight**top @ unit(anchor, scaled[1]).swapaxes(-1, -2)


def _stack(similarity):
    """A wrong matrix as a mistake of the loop alone, and of the product alone."""
    return Only(("similarity_loop",), (similarity, _product)), Only(
        ("similarity_matrix",), (similarity_matrix, similarity)
    )


def _nan_where_zero(p, a, w):
    return _product(p, a, w) + jnp.where((p != 0).any(1), 0, jnp.nan)[:, None]


_MATRIX_SLIPS = (
    (
        {"given": lambda p, a, w: (a, p, w)},
        "this is the other orientation: row j is a positive, column i an anchor.",
    ),
    (
        {"root": jnp.ones_like},
        "the lengths are missing: divide each entry by the lengths of its row and its column.",
    ),
    (
        {"axis": None},
        "you divided by the length of the whole batch; take the length along the last axis.",
    ),
    ({"axis": 0}, "the lengths run down the batch; take them along the last axis."),
    ({"top": 0, "inside": 0}, "the weights are missing."),
    ({"top": 2, "inside": 2}, "the weights came in twice (squared)."),
    (
        {"top": 2},
        "the weights came in twice in the product: sqrt(w) into each side, or w into one.",
    ),
    ({"inside": 0}, "the lengths lack the weights; the product has them."),
    ({"top": 0}, "the lengths take the weights, the product does not; it should too."),
    ({"top": 0.5}, "in the product only one side took sqrt(w); with both of them w comes out."),
    ({"root": lambda s: s}, "you divided by the squared lengths; take their roots."),
    ({"scaled": (True, False)}, "the anchors are not scaled to length 1."),
    ({"scaled": (False, True)}, "the positives are not scaled to length 1."),
    ({"given": lambda p, a, w: (p, p, w)}, "both sides are positives; the columns are anchors."),
    ({"given": lambda p, a, w: (a, a, w)}, "both sides are anchors; the rows are positives."),
    ({"gives": lambda s: 1 - s}, "these are distances, 1 minus the cosine."),
    (
        {"gives": jnp.diag},
        "you compared each positive with its own anchor only; all pairs are asked for.",
    ),
)
_MISTAKES = tuple(
    Mistake(answer, hint)
    for wrong, hint in (
        *((slip(_product, **switches), hint) for switches, hint in _MATRIX_SLIPS),
        (_nan_where_zero, "a zero row gives NaN here; its similarities are 0."),
    )
    for answer in _stack(wrong)
)  # fmt: skip
_ASK_MATRIX = """\
loop, product = [function(*case) for function in answer]
def stacked():
    twice = [jnp.stack([x, x[::-1]]) for x in case[:2]]
    return jax.vmap(answer[1], (0, 0, None))(*twice, case[2])
None if loop is None and product is None else {
    "similarity_loop": loop, "similarity_matrix": product,
    "similarity_matrix with jax.vmap": None if product is None else stacked()}
"""

# Grading: what it draws and asks, and who judges the answers.


def _batches(rng):
    sizes = ((4, 5), (7, 5), (7, 5))
    return [(rng.normal(size=s), 3 * rng.normal(size=s), rng.uniform(0.1, 3, s[1])) for s in sizes]


def _batches_with_zeros(rng):
    cases = _batches(rng)
    for positive, anchor, _ in cases:
        positive[rng.integers(len(positive))] = 0
        anchor[rng.integers(len(anchor))] = 0
    return cases


def _stacks(rng):
    return [(rng.normal(size=(2, b, 5)), rng.normal(size=(2, b, 5)), rng.uniform(0.1, 3, 5))
            for b in (4, 7)]  # fmt: skip


def _stack_of_right(positive, anchor, weight):
    return np.stack(
        [similarity_matrix(p, a, weight) for p, a in zip(positive, anchor, strict=True)]
    )


_judge = close(similarity_matrix)

EXERCISE = Exercise(
    title="similarity matrix",
    call="(similarity_loop, similarity_matrix)",
    right=(similarity_matrix, _product),
    cases=BATCHES,
    mistakes=_MISTAKES,
    meaning="Loop and product agree: one matrix product compares every positive with every anchor, and that is where a batch gets its negatives from.",
    fallback="entry (j, i) is the weighted cosine of positive j and anchor i.",
    ask=_ASK_MATRIX,
    guards={
        3: "a row of zeros has similarities of 0: make the number under the root safe before you divide."
    },
    names=("positive", "anchor", "weight"),
    parts=(
        Part("loop", 5, _batches_with_zeros, "similarity_loop(*case)", _judge),
        Part("product", 4, _batches, "similarity_matrix(*case)", _judge),
        Part("product, zero rows", 3, _batches_with_zeros, "similarity_matrix(*case)", _judge),
        Part(
            "product, a stack of batches",
            3,
            _stacks,
            "import jax\njax.vmap(similarity_matrix, (0, 0, None))(*case)",
            close(_stack_of_right),
        ),
    ),
)
