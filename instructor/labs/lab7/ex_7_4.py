"""Exercise 7.4, mend the loss."""

import jax
import jax.numpy as jnp
import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab7.visible import PAIRS
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip

ASK_LOSS = """\
value = answer(*case)
def is_finite():
    slope = jax.grad(lambda h: answer(h, *case[1:]))(jnp.asarray(case[0]))
    return bool(jnp.isfinite(slope).all())
is_number = np.shape(value) == () and np.asarray(value).dtype.kind == "f"
None if value is None else {"your answer": value, **({"slope is finite": is_finite()} if is_number else {})}
"""


def _root(squares):
    return jnp.sqrt(jnp.where(squares > 0, squares, 1)) * (squares > 0)


def _rows(x, root):
    length = root((x * x).sum(axis=-1, keepdims=True))
    return x / jnp.where(length > 0, length, 1)


def _distance(u, v, root):
    return root(((u - v) ** 2).sum(axis=-1))


def _push(distance, margin):
    return jax.nn.relu(margin - distance) ** 2


def pair_loss(
    h, g, is_same, margin, *, scale=_rows, distance=_distance, root=_root, scale_root=_root, same=1,
    pull=lambda e: e**2, push=_push, mean=jnp.mean,
):  # fmt: skip
    e = distance(scale(h, scale_root), scale(g, scale_root), root)
    genuine = jnp.asarray(is_same) == same
    return mean(jnp.where(genuine, pull(e), push(e, margin)))


def _no_push(distance, margin):
    return 0 * distance


def _over(axis):
    """Normalised over another axis, or over all."""
    return lambda x, root: x / root((x * x).sum(axis=axis, keepdims=True))


def _per_kind(h, g, is_same, margin):
    """The two kinds are averaged apart."""
    kinds = [np.asarray(is_same) == kind for kind in (1, 0)]
    return sum(pair_loss(h[k], g[k], is_same[k], margin) for k in kinds)


_MISTAKES = tuple(
    Mistake(slip(pair_loss, **switches), hint)
    for switches, hint in (
        ({"scale": _over(None)}, "the wrong axis is still there: each row has its own length, axis=-1."),
        ({"scale": _over(0)}, "these are columns at length 1; a row is axis -1."),
        ({"scale": lambda x, root: x}, "the rows are not brought to length 1."),
        ({"scale": lambda x, root: x / jnp.where((x * x).sum(-1, keepdims=True) > 0, (x * x).sum(-1, keepdims=True), 1)}, "you divided by the squared length; take its root."),
        ({"same": 0}, "the labels are still turned round: is_same is 1 for a genuine pair, which is pulled together."),
        ({"push": _no_push}, "nothing pushes the imposite pairs apart, so all rows may collapse to one point."),
        ({"pull": lambda e: 0 * e}, "nothing pulls the genuine pairs together."),
        ({"push": lambda e, margin: (margin - e) ** 2}, "an imposite pair beyond the margin pays nothing: cut at 0 before you square."),
        ({"push": lambda e, margin: jnp.max(margin - e) ** 2}, "jnp.max(x, 0) is the largest entry along axis 0; jnp.maximum(x, 0) cuts every entry at 0."),
        ({"push": lambda e, margin: jax.nn.relu(margin - e)}, "the push is squared, too."),
        ({"pull": lambda e: e}, "the pull is squared, too."),
        ({"push": lambda e, margin: jax.nn.relu(margin - e**2)}, "the margin is a distance, not a squared one; take it off first and square then."),
        ({"push": lambda e, margin: jax.nn.relu(margin**2 - e**2)}, "the square is that of the difference, not the difference of the squares."),
        ({"push": lambda e, margin: -(e**2)}, "an imposite pair is pushed within the margin only; without it the loss falls for ever."),
        ({"given": lambda h, g, y, m: (h, g, y, 1.0)}, "the margin is fixed at 1; use the one given."),
        ({"mean": jnp.sum}, "this is the sum; give the mean over all pairs."),
        ({"mean": lambda x: x}, "give one number, the mean over all pairs."),
        ({"gives": lambda x: x / 2}, "this is half of it: some papers put 1/2 before the loss, this formula does not."),
        ({"distance": lambda u, v, root: ((u - v) ** 2).sum(-1)}, "this is the squared distance; the energy is its root."),
        ({"distance": lambda u, v, root: 1 - (u * v).sum(-1)}, "this is the cosine distance; the energy is the length of the difference."),
        ({"distance": lambda u, v, root: abs(u - v).sum(-1)}, "these are absolute differences; the energy is the root of the sum of squares."),
        ({"distance": lambda u, v, root: root(((u - v) ** 2).mean(-1))}, "take the sum of the squares, not their mean."),
        ({"root": jnp.sqrt}, "the slope of a root at 0 is infinite, and a where after it does not help: make the number under the root safe first."),
        ({"root": lambda s: jnp.sqrt(s + 1e-4)}, "what you add under the root is felt: two equal rows are no longer at distance 0."),
        ({"scale_root": jnp.sqrt}, "a row of zeros has length 0, whose root has no slope: make the number under that root safe as well."),
    )
) + (
    Mistake(lambda *case: slip(pair_loss, scale=_over(None), same=0, push=_no_push)(*case), "three of the four faults show here: mend the labels, the missing push and the axis one at a time."),
    Mistake(_per_kind, "you averaged the two kinds apart; here it is one mean over all pairs."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _one_pair(kind):
    """Single pairs, where it does not matter which axis is divided by."""

    def draw(rng):
        margins = rng.uniform(0.3, 0.5), rng.uniform(0.8, 1.1), rng.uniform(1.2, 1.9)
        near, far = rng.normal(size=(2, 1, 4))
        pairs = (
            (near, near + 0.6 * rng.normal(size=(1, 4))),
            (near, -near + 0.5 * far),
            (far, -near),
        )
        return [
            (h, g, np.array([kind]), float(m)) for m, (h, g) in zip(margins, pairs, strict=True)
        ]

    return draw


def _batches(rng):
    return [(rng.normal(size=(n, 3)) * rng.uniform(0.2, 5, (n, 1)), rng.normal(size=(n, 3)),
             rng.permutation(np.arange(n) % 2), float(rng.uniform(0.5, 1.8))) for n in (4, 7, 12)]  # fmt: skip


def _lines(rng):
    """Batches on a line; two genuine pairs of equal rows, and a row of zeros, stand still on it.

    Not imposite ones: rounding may set them apart a little, in any direction, and all push is slope.
    """
    cases = []
    for h, g, is_same, margin in _batches(rng)[1:]:
        along, still = rng.normal(size=h.shape), rng.permutation(len(h))[:3]
        along[still] = 0
        h[still[:2]], h[still[2]], is_same[still[:2]] = g[still[:2]], 0, 1
        cases.append((h, g, along, is_same, margin))
    return cases


_SLOPE = """\
import jax, jax.numpy as jnp
h, g, along = map(jnp.asarray, case[:3])
[pair_loss(h, g, case[3], case[4]), jax.grad(lambda s: pair_loss(h + s * along, g, case[3], case[4]))(0.0)]
"""


def _slope(h, g, along, is_same, margin):
    """What stands still adds 0 for any finite slope; NaN would spoil the sum."""
    h, g, along = map(jnp.asarray, (h, g, along))
    slope = jax.grad(lambda s: pair_loss(h + s * along, g, is_same, margin))(0.0)
    return [np.asarray(pair_loss(h, g, is_same, margin)), np.asarray(slope)]


_judge = close(lambda *case: np.asarray(pair_loss(*case)))

EXERCISE = Exercise(
    title="mend the loss",
    call="pair_loss",
    right=pair_loss,
    cases=PAIRS,
    mistakes=_MISTAKES,
    meaning="Four of the ten are mended: flipped labels, a collapse, a wrong axis and the NaN of a zero distance.",
    fallback="work the first pair out by hand: both rows at length 1, their distance, and what the label makes of it.",
    ask=ASK_LOSS,
    guards={
        4: "two equal rows have distance 0, where the slope must be finite: make the number under the root safe before the root is taken.",
        5: "a row of zeros stays zeros: make its length safe before you divide, under the root already.",
    },
    parts=(
        Part("genuine pairs", 4, _one_pair(1), "pair_loss(*case)", _judge),
        Part("imposite pairs", 4, _one_pair(0), "pair_loss(*case)", _judge),
        Part("rows", 5, _batches, "pair_loss(*case)", _judge),
        Part("slope at zero", 5, _lines, _SLOPE, close(_slope)),
    ),
)
