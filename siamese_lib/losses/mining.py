"""Which triplets are worth training on? Their kinds, and miners that pick them from a batch.

A miner gives each row of a batch one positive and one negative, by cosine:

    found = hardest_triplets(embeddings, labels)
    a, p, n = embeddings[found.anchor], embeddings[found.positive], embeddings[found.negative]
    loss = mean_of_real(triplet_loss(a, p, n), found.is_real)
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from siamese_lib.energy import cosine_similarity, pairwise_cosine
from siamese_lib.validate import (
    class_numbers,
    require_finite,
    require_margin,
    require_rank,
    require_same_shape,
)

TRIPLET_KINDS = ("easy", "semi-hard", "hard")


def triplet_kind(anchor, positive, negative, *, margin=0.25):
    """Index into TRIPLET_KINDS for each triplet, by cosine.

    easy: cos(a, n) <= cos(a, p) - margin, the loss is 0; hard: cos(a, n) >= cos(a, p), the tie of
    collapsed embeddings included; semi-hard: between the two.

    Shapes: anchor, positive, negative [batch, dim] float -> [batch] int32.
    Units: margin is a difference of cosines, 0 to 2.
    Raises: ValueError where the shapes differ (quoting all), on another rank, an empty batch, a
    negative margin, NaN or infinity.
    Source: Schroff et al. 2015, section 3.2: hard and semi-hard; "easy" came later.
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
    """Rows of a batch, one triplet an anchor; is_real is False where there was none to form."""

    anchor: jax.Array  # [batch] int32: 0, 1, 2, ...
    positive: jax.Array  # [batch] int32
    negative: jax.Array  # [batch] int32
    is_real: jax.Array  # [batch] bool; where False, positive and negative are the next row


def random_triplets(embeddings, labels, *, key):
    """For each row any other row of its class, and any row of another class.

    Shapes: embeddings [batch, dim] float, labels [batch] numbers or words -> Triplets of [batch]
    each. key is one of jax.random.key. Works under jit, where jax must be able to hold the labels:
    np.unique(labels, return_inverse=True)[1] makes small numbers of any. For every miner no
    gradient passes through the choice.
    Raises: ValueError where the lengths differ (quoting both), on another rank, an empty batch,
    labels of mixed kinds, or NaN or infinity.
    """
    _, is_positive, is_negative = _tables(embeddings, labels)
    # One key does for both: they look at different columns of the same chances.
    return _triplets(_any(key, is_positive), _any(key, is_negative))


def semi_hard_triplets(embeddings, labels, *, key, margin=0.25):
    """For each row any other row of its class, and the closest negative that is semi-hard to it.

    Semi-hard as in triplet_kind: further than the positive, by less than the margin. A row whose
    positive has no such negative is not real. margin is static under jit.

    Shapes, errors: as random_triplets; ValueError on a negative margin too.
    Source: Schroff et al. 2015, section 3.2, with one positive an anchor in place of all.
    """
    require_margin(margin)
    similarity, is_positive, is_negative = _tables(embeddings, labels)
    positive = _any(key, is_positive)
    to_positive = jnp.take_along_axis(similarity, positive.row[:, None], axis=1).T
    is_semi_hard = (similarity < to_positive) & (similarity > to_positive - margin) & is_negative
    return _triplets(positive, _most(is_semi_hard, similarity))


def hardest_triplets(embeddings, labels):
    """For each row the furthest row of its class and the closest of another: batch-hard.

    Shapes, errors: as random_triplets. Among equals the first row is taken.
    Source: Hermans et al. 2017, equation 5.
    """
    similarity, is_positive, is_negative = _tables(embeddings, labels)
    return _triplets(_most(is_positive, -similarity), _most(is_negative, similarity))


def _tables(embeddings, labels):
    """Similarity, and who is whose positive and negative; [batch, batch] each."""
    require_rank(2, "[batch, dim]", embeddings=embeddings)
    labels = class_numbers("labels", labels)
    if len(embeddings) != len(labels):
        raise ValueError(
            f"{len(embeddings)} embeddings but {len(labels)} labels; give one label a row"
        )
    similarity = pairwise_cosine(*[jax.lax.stop_gradient(embeddings)] * 2)
    is_same = jnp.asarray(labels)[:, None] == labels[None, :]
    return similarity, is_same & ~jnp.eye(len(labels), dtype=bool), ~is_same


class _Chosen(NamedTuple):
    row: jax.Array  # [batch] int32
    is_there: jax.Array  # [batch] bool; False where nothing was allowed


def _any(key, is_allowed):
    """For each row one of the allowed columns, with equal chances."""
    return _most(is_allowed, jax.random.uniform(key, is_allowed.shape), axis=1)


def _most(is_allowed, values, axis=0):
    """Where the allowed values are largest, the first among equals.

    The tables of _tables are symmetric, so a look down the columns finds what one along the rows
    would, and on a CPU sooner: it compares whole rows at a time. For the same reason these are two
    looks, the value and then its place, and no argmax.
    """
    values = jnp.where(is_allowed, values, -jnp.inf)
    largest = values.max(axis, keepdims=True)
    place = jnp.expand_dims(jnp.arange(len(values)), 1 - axis)
    row = jnp.min(jnp.where(values == largest, place, len(values)), axis)
    return _Chosen(row, largest.squeeze(axis) > -jnp.inf)


def _triplets(positive, negative):
    is_real = positive.is_there & negative.is_there
    anchor = jnp.arange(len(is_real), dtype=jnp.int32)
    # Not the anchor itself: at distance 0 a norm has a slope of NaN, which no mask takes away.
    rows = (jnp.where(is_real, chosen.row, jnp.roll(anchor, -1)).astype(jnp.int32)
            for chosen in (positive, negative))  # fmt: skip
    return Triplets(anchor, *rows, is_real)
