"""Losses on labelled pairs: contrastive on distances, cross-entropy on logits."""

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from siamese_lib.energy import at_least_float32
from siamese_lib.validate import (
    require_binary,
    require_finite,
    require_margin,
    require_rank,
    require_same_shape,
)


def contrastive_loss(distance: ArrayLike, is_same: ArrayLike, *, margin: float = 1.0) -> jax.Array:
    """Y d^2 + (1 - Y) max(margin - d, 0)^2 per pair: genuine pairs close, impostor pairs far apart.

    Shapes: distance [batch] float of 0 or more, is_same [batch] of 1 (genuine) and 0 (impostor)
    -> [batch].
    Units: margin is a distance. An impostor pair further apart than that costs nothing.
    Raises: ValueError if the shapes differ (quoting both), distance does not have exactly one axis
    or is empty, a distance is below 0, a label is not 0 or 1, the margin is negative, or on NaN or
    infinity.
    Source: Hadsell, Chopra and LeCun 2006, without their factor 1/2. Their Y is 1 where the pair
    differs; here 1 means same.
    """
    require_same_shape(distance=distance, is_same=is_same)
    require_rank(1, "one distance per pair, [batch]", distance=distance)
    require_margin(margin)
    require_finite(distance=distance)
    require_binary(is_same=is_same)
    if not isinstance(distance, jax.core.Tracer) and np.min(distance) < 0:
        raise ValueError(
            f"distance goes down to {np.min(distance)}; give a distance from siamese_lib.energy, "
            "not a similarity"
        )
    distance = at_least_float32(distance)
    return jnp.where(jnp.asarray(is_same) == 1, distance**2, jax.nn.relu(margin - distance) ** 2)


def pairwise_cross_entropy(logits: ArrayLike, is_same: ArrayLike) -> jax.Array:
    """-ln of the probability that the sigmoid of the logit gives to the right answer.

    Shapes: logits [batch] float, is_same [batch] of 1 (same) and 0 (different) -> [batch].
    Raises: ValueError if the shapes differ (quoting both), logits does not have exactly one axis or
    is empty, a label is not 0 or 1, or on NaN or infinity.
    Source: Koch et al. 2015, section 3.2, without their weight decay.
    """
    require_same_shape(logits=logits, is_same=is_same)
    require_rank(1, "one logit per pair, [batch]", logits=logits)
    require_finite(logits=logits)
    require_binary(is_same=is_same)
    # softplus(-x) is -ln sigmoid(x), and stays finite where the sigmoid rounds to 0.
    sign = jnp.where(jnp.asarray(is_same) == 1, -1, 1)
    return jax.nn.softplus(sign * at_least_float32(logits))
