"""Exercise 2.6, loss and gradients."""

import jax
import jax.numpy as jnp
import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab2.hidden import mask
from instructor.labs.lab2.shared import MASK, negatives
from instructor.labs.lab2.visible import TRAINING
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def _unit_rows(x):
    squared = (x * x).sum(axis=1, keepdims=True)
    return x / jnp.sqrt(jnp.where(squared > 0, squared, 1))


def loss_and_gradients(
    anchor, positive, is_real, k, margin, beta, *, unit=_unit_rows, take="closest", turn=False
):
    """By hand: the gradient of the loss at the matrix, then back through product and lengths."""

    def loss(anchor, positive):
        similarity = unit(positive) @ unit(anchor).T
        similarity = similarity.T if turn else similarity
        use = jnp.asarray(negatives(similarity, is_real))
        diagonal = jnp.diag(similarity)
        mean = jnp.where(use, similarity, 0).sum(0) / jnp.maximum(use.sum(0), 1)
        allowed = use & (similarity <= diagonal) if take == "closest" else use
        ranked = -jnp.sort(-jnp.where(allowed, similarity, -jnp.inf), axis=0)[:k]
        found = jnp.isfinite(ranked)
        closest = jnp.where(found, ranked, 0).sum(0) / jnp.maximum(found.sum(0), 1)
        l1 = jax.nn.relu(mean - diagonal + margin)
        closest = jnp.where(found.any(0), closest, -2)
        l2 = jax.nn.relu(closest - diagonal + margin)
        return jnp.where(is_real, l1 + beta * l2, 0).sum() / is_real.sum()

    value, gradients = jax.value_and_grad(loss, (0, 1))(jnp.asarray(anchor), jnp.asarray(positive))
    return [float(value), *map(np.asarray, gradients)]


_MISTAKES = (
    *(
        Mistake(slip(loss_and_gradients, **switches), hint)
        for switches, hint in (
            ({"gives": lambda out: [out[0], out[2], out[1]]}, "the two gradients are swapped."),
            ({"gives": lambda out: [out[0], -out[1], -out[2]]}, "the sign is swapped: give the gradient, not the step downhill."),
            ({"gives": lambda out: [out[0], out[1], 0 * out[2]]}, "the positives get no gradient; both sides of the network learn."),
            ({"gives": lambda out: [out[0], 0 * out[1], out[2]]}, "the anchors get no gradient; both sides of the network learn."),
            ({"gives": lambda out: [out[1], out[2], out[0]]}, "the loss comes first, then the gradients."),
            ({"unit": lambda x: x}, "the embeddings are not normalised; the loss is one of cosines."),
            ({"given": lambda a, p, *rest: (_unit_rows(a), _unit_rows(p), *rest), "unit": lambda x: x}, "these are gradients with respect to the unit rows: normalise inside the function that you differentiate."),
            ({"unit": lambda x: x / jnp.sqrt((x * x).sum())}, "you normalised the whole batch at once; take the length along the last axis."),
            ({"turn": True}, "this is the other orientation: rows are positives, columns anchors."),
            ({"take": "hardest"}, "these are the hardest negatives; those above the positive stay out."),
            ({"given": lambda a, p, r, k, m, beta: (a, p, r, k, m, 0.0)}, "L2 is missing."),
            ({"given": lambda a, p, r, k, m, beta: (a, p, r, k, m, 1.0)}, "beta is missing."),
            ({"given": lambda a, p, r, k, m, beta: (a, p, r, k, 0.0, beta)}, "the margin is missing."),
            ({"given": lambda a, p, r, k, m, beta: (a, p, r, 1, m, beta)}, "k is fixed at 1; hand on the one given."),
            ({"given": lambda a, p, r, k, m, beta: (a, p, np.ones_like(r), k, m, beta)}, MASK),
        )
    ),
    Mistake(lambda a, p, r, *rest: [x * r.sum() for x in loss_and_gradients(a, p, r, *rest)],
            "these belong to the sum; the loss is the mean over the real pairs."),
    Mistake(lambda a, p, r, *rest: [x * r.sum() / len(r) for x in loss_and_gradients(a, p, r, *rest)],
            "these belong to the mean over the whole batch; take the mean over the real pairs."),
    Mistake(lambda a, p, r, *rest: [(out := loss_and_gradients(a, p, r, *rest))[0],
                                    *(np.where(r[:, None], g, np.nan) for g in out[1:])],
            "NaN: the root in a length has no finite slope at a row of zeros, and a where after it "
            "does not help; make the number under the root safe first."),
)  # fmt: skip
_SAFE_ROOT = "rows of padding are zeros, and a length has no finite slope there: make the number under the root safe before the root is taken, since a where after it comes too late."

# Grading: what it draws and asks, and who judges the answers.


def _embeddings(rng, b, real):
    is_real = mask(rng, b, real)
    anchor = np.where(is_real[:, None], rng.normal(size=(b, 5)) * rng.uniform(0.5, 3), 0)
    positive = np.where(is_real[:, None], anchor + 1.2 * rng.normal(size=(b, 5)), 0)
    return anchor, positive, is_real


def _training(rng):
    return [(*_embeddings(rng, b, b), k, float(rng.uniform(0.5, 0.9)), float(rng.uniform(0.3, 2)))
            for b, k in ((4, 1), (7, 3), (7, 3))]  # fmt: skip


def _training_masked(rng):
    return [(*_embeddings(rng, b, real), k, float(rng.uniform(0.5, 0.9)), float(rng.uniform(0.3, 2)))
            for b, real, k in ((4, 3, 1), (7, 5, 3))]  # fmt: skip


_judge = close(loss_and_gradients)

EXERCISE = Exercise(
    title="loss and gradients",
    call="loss_and_gradients",
    right=loss_and_gradients,
    cases=TRAINING,
    mistakes=_MISTAKES,
    meaning="From embeddings to gradients, with no NaN from padding: an optimizer could train a network with what you wrote.",
    fallback="the loss comes first: make it right, then take jax.value_and_grad.",
    guards={3: _SAFE_ROOT},
    parts=(
        Part("full batches", 9, _training, "loss_and_gradients(*case)", _judge),
        Part("padding", 6, _training_masked, "loss_and_gradients(*case)", _judge),
    ),
)
