"""Which triplets are worth training on? Their kinds, and miners that pick them from a batch.

A miner gives each row of a batch one positive and one negative, by cosine:

    found = hardest_triplets(embeddings, labels)
    a, p, n = embeddings[found.anchor], embeddings[found.positive], embeddings[found.negative]
    loss = mean_of_real(triplet_loss(a, p, n), found.is_real)
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy.typing as npt
from jax.typing import ArrayLike

from siamese_lib.energy import cosine_similarity, pairwise_cosine
from siamese_lib.validate import (
    class_numbers,
    require_finite,
    require_margin,
    require_rank,
    require_same_shape,
)

TRIPLET_KINDS = ("easy", "semi-hard", "hard")


def triplet_kind(
    anchor: ArrayLike, positive: ArrayLike, negative: ArrayLike, *, margin: float = 0.25
) -> jax.Array:
    """The kind of each triplet, by cosine, as an index into TRIPLET_KINDS.

    easy: cos(a, n) <= cos(a, p) - margin, so the loss is 0. hard: cos(a, n) >= cos(a, p), which
    includes the tie of collapsed embeddings. semi-hard: between the two.

    Shapes: anchor, positive, negative [batch, dim] float -> [batch] int32.
    Units: margin is a difference of cosines, 0 to 2.
    Raises: ValueError if the shapes differ (quoting all three), an input is not [batch, dim] or is
    empty, the margin is negative, or on NaN or infinity.
    Source: Schroff et al. 2015, section 3.2: hard and semi-hard. "Easy" came later.
    """
    require_same_shape(anchor=anchor, positive=positive, negative=negative)
    require_rank(2, "[batch, dim]", anchor=anchor)
    require_margin(margin)
    require_finite(anchor=anchor, positive=positive, negative=negative)
    to_positive = cosine_similarity(anchor, positive)
    to_negative = cosine_similarity(anchor, negative)
    is_hard = to_negative >= to_positive
    is_easy = to_negative <= to_positive - margin
    return jnp.where(is_hard, 2, jnp.where(is_easy, 0, 1)).astype(jnp.int32)


class Triplets(NamedTuple):
    """Rows of a batch, one triplet per anchor. is_real is False where none could be formed."""

    anchor: jax.Array  # [batch] int32: 0, 1, 2, ...
    positive: jax.Array  # [batch] int32
    negative: jax.Array  # [batch] int32
    is_real: jax.Array  # [batch] bool; where it is False, positive and negative are the next row


def random_triplets(embeddings: ArrayLike, labels: npt.ArrayLike, *, key: jax.Array) -> Triplets:
    """For each row, any other row of its class and any row of another class.

    Works under jit too, if jax can hold the labels: np.unique(labels, return_inverse=True)[1] turns
    any labels into small numbers. No gradient passes through the choice, in this and in every
    miner.

    Shapes: embeddings [batch, dim] float, labels [batch] numbers or words -> Triplets of [batch]
    each. key comes from jax.random.key.
    Raises: ValueError if the lengths differ (quoting both), embeddings is not [batch, dim] or is
    empty, labels are of mixed kinds, or on NaN or infinity.
    """
    _, is_positive, is_negative = _tables(embeddings, labels)
    # One key is enough for both: they look at different columns of the same random numbers.
    return _triplets(_any(key, is_positive), _any(key, is_negative))


def semi_hard_triplets(
    embeddings: ArrayLike, labels: npt.ArrayLike, *, key: jax.Array, margin: float = 0.25
) -> Triplets:
    """For each row, any other row of its class and the closest negative that is semi-hard to it.

    Semi-hard as in triplet_kind: further away than the positive, by less than the margin. If there
    is no such negative, the row is not real. margin is static under jit.

    Shapes, errors: as random_triplets, and ValueError if the margin is negative.
    Source: Schroff et al. 2015, section 3.2, with one positive per anchor instead of all.
    """
    require_margin(margin)
    similarity, is_positive, is_negative = _tables(embeddings, labels)
    positive = _any(key, is_positive)
    to_positive = jnp.take_along_axis(similarity, positive.row[:, None], axis=1).T
    is_semi_hard = (similarity < to_positive) & (similarity > to_positive - margin) & is_negative
    return _triplets(positive, _most(is_semi_hard, similarity))


def hardest_triplets(embeddings: ArrayLike, labels: npt.ArrayLike) -> Triplets:
    """For each row, the furthest row of its class and the closest row of another: batch-hard.

    Shapes, errors: as random_triplets. Among equals the first row is taken.
    Source: Hermans et al. 2017, equation 5.
    """
    similarity, is_positive, is_negative = _tables(embeddings, labels)
    return _triplets(_most(is_positive, -similarity), _most(is_negative, similarity))


def _tables(embeddings, labels):
    """The similarities, and who is whose positive and whose negative; [batch, batch] each."""
    require_rank(2, "[batch, dim]", embeddings=embeddings)
    labels = class_numbers("labels", labels)
    if len(embeddings) != len(labels):
        raise ValueError(
            f"{len(embeddings)} embeddings but {len(labels)} labels; give one label per row"
        )
    similarity = pairwise_cosine(*[jax.lax.stop_gradient(embeddings)] * 2)
    is_same = jnp.asarray(labels)[:, None] == labels[None, :]
    return similarity, is_same & ~jnp.eye(len(labels), dtype=bool), ~is_same


class _Chosen(NamedTuple):
    row: jax.Array  # [batch] int32
    is_there: jax.Array  # [batch] bool; False where nothing was allowed


def _any(key, is_allowed):
    """For each row, one of the allowed columns, with equal chances."""
    return _most(is_allowed, jax.random.uniform(key, is_allowed.shape), axis=1)


def _most(is_allowed, values, axis=0):
    """The row where the allowed values are largest, the first among equals.

    The tables of _tables are symmetric, so searching down the columns finds what searching along
    the rows would. On a CPU it is faster, because whole rows are compared at a time. For the same
    reason the value is found first and then its place, without argmax.
    """
    values = jnp.where(is_allowed, values, -jnp.inf)
    largest = values.max(axis, keepdims=True)
    place = jnp.expand_dims(jnp.arange(len(values)), 1 - axis)
    row = jnp.min(jnp.where(values == largest, place, len(values)), axis)
    return _Chosen(row, largest.squeeze(axis) > -jnp.inf)


def _triplets(positive, negative):
    is_real = positive.is_there & negative.is_there
    anchor = jnp.arange(len(is_real), dtype=jnp.int32)
    # Not the anchor itself: at distance 0 a norm has a slope of NaN, which no mask removes.
    spare = jnp.roll(anchor, -1)
    p, n = (jnp.where(is_real, chosen.row, spare) for chosen in (positive, negative))
    return Triplets(anchor, p.astype(jnp.int32), n.astype(jnp.int32), is_real)
