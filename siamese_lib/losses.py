"""Losses on embeddings: pure functions of arrays, one per idea."""

import jax
import jax.numpy as jnp
import numpy as np

from siamese_lib.energy import cosine_distance
from siamese_lib.validate import (
    require_count,
    require_finite,
    require_margin,
    require_option,
    require_rank,
    require_same_shape,
)


def triplet_loss(anchor, positive, negative, *, margin=0.25, distance=cosine_distance):
    """Hinge on distance(a, p) - distance(a, n) + margin.

    Shapes: anchor, positive, negative [batch, dim] float -> [batch].
    Units: margin is in units of the distance; a difference of cosines, 0 to 2, by default, where
    the lengths of the inputs do not matter. With squared_euclidean_distance on unit vectors the
    same triplets give twice the hinge at twice the margin, since |a - p|^2 = 2 - 2 cos(a, p).
    Raises: ValueError where the shapes differ (quoting all), on another rank, an empty batch, a
    negative margin, NaN or infinity.
    Source: Schroff et al. 2015, equation 2, with cosine in place of squared distance.
    """
    require_same_shape(anchor=anchor, positive=positive, negative=negative)
    require_rank(2, "[batch, dim]", anchor=anchor)
    require_margin(margin)
    if not callable(distance):
        raise ValueError(f"distance is {distance!r}; give a function of siamese_lib.energy")
    require_finite(anchor=anchor, positive=positive, negative=negative)
    return jax.nn.relu(distance(anchor, positive) - distance(anchor, negative) + margin)


def modified_triplet_loss(
    anchor, positive, *, margin=0.25, negatives="closest", reduction="mean", block_size=None
):
    """Mean negative plus closest negative of the batch: L1 + L2 for every row.

    S = anchor @ positive.T, inputs used as given (normalise them first). Row i: S[i, i] is the
    positive, all other entries are negatives.
    L1 = max(mean negative - S[i, i] + margin, 0), L2 the same with one chosen negative:
    "closest" is the largest off-diagonal entry not above the diagonal one (a row with none adds
    0 to L2, although its positive is the worst of all); "hardest" the largest off-diagonal entry.

    Shapes: anchor, positive [batch, dim] float -> float32 scalar, or [batch] with "none".
    Units: margin is a difference of similarities. It is static under jit.
    reduction: "mean" | "sum" | "none". The TensorFlow lab of the course is
    (v2, v1, "closest", "sum"), the Trax lab (v1, v2, "hardest", "mean").
    block_size: rows of S held at a time; memory grows with batch x block_size.
    Raises: ValueError where the shapes differ (quoting both), on another rank, fewer than two
    rows, a negative margin, unknown option words, NaN or infinity.
    Source: the Siamese week of DeepLearning.AI's Sequence Models (both labs).
    """
    require_same_shape(anchor=anchor, positive=positive)
    require_rank(2, "[batch, dim]", anchor=anchor)
    require_margin(margin)
    require_option("negatives", negatives, ("closest", "hardest"))
    require_option("reduction", reduction, ("mean", "sum", "none"))
    batch = np.shape(anchor)[0]
    if batch < 2:
        raise ValueError("a batch of 1 has no negatives; give two pairs or more")
    if block_size is not None:
        require_count(block_size=block_size)
    require_finite(anchor=anchor, positive=positive)
    anchor, positive = jnp.asarray(anchor), jnp.asarray(positive)

    def row_losses(rows, own):
        return _modified_rows(rows, positive, own, margin, negatives)

    if block_size is None or block_size >= batch:
        losses = row_losses(anchor, jnp.arange(batch))
    else:
        losses = _in_blocks(row_losses, anchor, block_size)
    return {"mean": jnp.mean, "sum": jnp.sum, "none": lambda x: x}[reduction](losses)


def _modified_rows(rows, positive, own, margin, negatives):
    """L1 + L2 of some rows of S; own [rows] is the column of each row's positive."""
    similarity = jnp.matmul(rows, positive.T, preferred_element_type=jnp.float32)
    is_own = own[:, None] == jnp.arange(positive.shape[0])
    diagonal = jnp.sum(jnp.where(is_own, similarity, 0), axis=1)
    total = jnp.sum(jnp.where(is_own, 0, similarity), axis=1)
    mean_negative = total / (positive.shape[0] - 1)
    left_out = is_own
    if negatives == "closest":
        left_out |= similarity > diagonal[:, None]
    # A row that leaves every entry out has -inf here; relu makes that 0, and its gradient 0.
    chosen = jnp.max(jnp.where(left_out, -jnp.inf, similarity), axis=1)
    return jax.nn.relu(mean_negative - diagonal + margin) + jax.nn.relu(chosen - diagonal + margin)


def _in_blocks(row_losses, anchor, block_size):
    """row_losses over blocks of rows; each block is computed again in the backward pass."""
    batch, dim = anchor.shape
    blocks = -(-batch // block_size)
    spare = blocks * block_size - batch
    # Spare rows repeat row 0 with its own column, and are cut off again: no gradient reaches them.
    rows = jnp.concatenate([anchor, jnp.broadcast_to(anchor[:1], (spare, dim))])
    own = jnp.concatenate([jnp.arange(batch), jnp.zeros(spare, int)])
    one_block = jax.checkpoint(lambda block: row_losses(*block))
    shaped = rows.reshape(blocks, block_size, dim), own.reshape(blocks, block_size)
    return jax.lax.map(one_block, shaped).reshape(-1)[:batch]
