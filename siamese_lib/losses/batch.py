"""Losses on a batch of pairs, in which every other row is a negative."""

import jax
import jax.numpy as jnp
import numpy as np

from siamese_lib.energy import at_least_float32
from siamese_lib.losses.rows import BLOCK_SIZE, modified_rows
from siamese_lib.validate import (
    require_count,
    require_finite,
    require_margin,
    require_option,
    require_positive,
    require_rank,
    require_same_shape,
)


def info_nce_loss(anchor, positive, *, temperature=0.1):
    """-ln softmax(S / temperature) of each row's own column: find your positive in the batch.

    S = anchor @ positive.T, inputs used as given (normalise them first). One direction; for both
    take the mean with the sides swapped.

    Shapes: anchor, positive [batch, dim] float -> [batch] float32.
    Units: temperature is a difference of similarities: negatives that far below the positive
    count e times less. It is static under jit.
    Raises: ValueError where the shapes differ (quoting both), on another rank, fewer than two
    rows, a temperature of 0 or less, NaN or infinity.
    Source: van den Oord et al. 2018, InfoNCE; with all other rows as negatives Sohn 2016.
    """
    require_same_shape(anchor=anchor, positive=positive)
    require_rank(2, "[batch, dim]", anchor=anchor)
    require_positive(temperature=temperature)
    if np.shape(anchor)[0] < 2:
        raise ValueError("a batch of 1 has no negatives; give two pairs or more")
    require_finite(anchor=anchor, positive=positive)
    anchor, positive = _as_floats(anchor), _as_floats(positive)
    logits = jnp.matmul(anchor, positive.T, preferred_element_type=jnp.float32) / temperature
    return jax.nn.logsumexp(logits, axis=1) - jnp.diagonal(logits)


def modified_triplet_loss(
    anchor, positive, *, margin=0.25, negatives="closest", reduction="mean", block_size=None
):
    """Mean negative plus closest negative of the batch: L1 + L2 for every row.

    S = anchor @ positive.T, inputs used as given (normalise them first). Row i: S[i, i] is the
    positive, all other entries are negatives. Where every row has one of its own class among them,
    "hardest" fails and "closest" suffers: notebook 05 measures it.
    L1 = max(mean negative - S[i, i] + margin, 0), L2 the same with one chosen negative:
    "closest" is the largest off-diagonal entry not above the diagonal one (a row with none adds
    0 to L2, although its positive is the worst of all); "hardest" the largest off-diagonal entry.

    Shapes: anchor, positive [batch, dim] float -> float32 scalar, or [batch] with "none".
    Units: margin is a difference of similarities. It is static under jit.
    reduction: "mean" | "sum" | "none". The DeepLearning.AI course's lab is "closest", "sum": Trax
    with (v1, v2), TensorFlow with (v2, v1). Its first Trax assignment is "hardest", "mean".
    block_size: rows of S held at a time, 256 where none is given; memory grows with batch x
    block_size. Under jax.set_mesh the devices share the rows and the block: each holds about
    block_size / devices rows at a time. Of equal chosen negatives the last gets the gradient.
    Raises: ValueError where the shapes differ (quoting both), on another rank, fewer than two
    rows, a negative margin, unknown option words, NaN or infinity.
    Source: the Siamese week of DeepLearning.AI's Sequence Models, lab and assignment.
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
    anchor, positive = _as_floats(anchor), _as_floats(positive)

    losses = modified_rows(anchor, positive, margin, negatives, block_size or BLOCK_SIZE)
    return {"mean": jnp.mean, "sum": jnp.sum, "none": lambda x: x}[reduction](losses)


def _as_floats(x):
    """Integers as float32; halves stay, since their products are added up in float32 here."""
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.floating) else at_least_float32(x)
