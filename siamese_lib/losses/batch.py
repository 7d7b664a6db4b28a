"""Losses on a batch of pairs, in which every other row is a negative."""

from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

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


def info_nce_loss(anchor: ArrayLike, positive: ArrayLike, *, temperature: float = 0.1) -> jax.Array:
    """-ln softmax(S / temperature) at each row's own column: find your positive in the batch.

    S = anchor @ positive.T, with the inputs used as given (normalise them first). This is one
    direction; for both, take the mean with the sides swapped.

    Shapes: anchor, positive [batch, dim] float -> [batch] float32.
    Units: temperature is a difference of similarities: a negative that lies this far below the
    positive counts e times less. It is static under jit.
    Raises: ValueError if the shapes differ (quoting both), an input is not [batch, dim], there are
    fewer than two rows, the temperature is 0 or less, or on NaN or infinity.
    Source: van den Oord et al. 2018, InfoNCE; with all other rows as negatives, Sohn 2016.
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
    anchor: ArrayLike,
    positive: ArrayLike,
    *,
    margin: float = 0.25,
    negatives: Literal["closest", "hardest"] = "closest",
    reduction: Literal["mean", "sum", "none"] = "mean",
    block_size: int | None = None,
) -> jax.Array:
    """L1 + L2 for every row: a hinge on the mean negative and a hinge on the closest negative.

    S = anchor @ positive.T, with the inputs used as given (normalise them first). In row i, S[i, i]
    is the positive and every other entry is a negative. L1 = max(mean negative - S[i, i] + margin,
    0). L2 is the same with one chosen negative. "closest" chooses the largest off-diagonal entry
    that is not above the diagonal one; a row without such an entry adds 0 to L2, although its
    positive is the worst of all. "hardest" chooses the largest off-diagonal entry. Where every row
    has another row of its own class in the batch, "hardest" fails and "closest" suffers: notebook
    05 measures it.

    Shapes: anchor, positive [batch, dim] float -> float32 scalar, or [batch] with "none".
    Units: margin is a difference of similarities. It is static under jit.
    reduction: "mean" | "sum" | "none". The DeepLearning.AI course's lab uses "closest" and "sum",
    on (v1, v2) in Trax and (v2, v1) in TensorFlow. Its first Trax assignment uses "hardest" and
    "mean".
    block_size: how many rows of S are held at a time, 256 if none is given; memory grows with
    batch x block_size. Under jax.set_mesh the devices share the rows and the block: each holds
    about block_size / devices rows at a time. Of equally similar negatives, the last one is chosen
    and gets the gradient.
    Raises: ValueError if the shapes differ (quoting both), an input is not [batch, dim], there are
    fewer than two rows, the margin is negative, an option is unknown, or on NaN or infinity.
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


def _as_floats(x: ArrayLike) -> jax.Array:
    """Integers as float32. Half-precision floats stay, as products are summed in float32 here."""
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.floating) else at_least_float32(x)
