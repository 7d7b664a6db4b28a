"""Losses on triplets (anchor, positive, negative), and the mean over the triplets that count."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from siamese_lib.energy import at_least_float32, cosine_distance
from siamese_lib.validate import (
    require_binary,
    require_finite,
    require_margin,
    require_rank,
    require_same_shape,
)


def triplet_loss(
    anchor: ArrayLike,
    positive: ArrayLike,
    negative: ArrayLike,
    *,
    margin: float = 0.25,
    distance: Callable[[ArrayLike, ArrayLike], jax.Array] = cosine_distance,
) -> jax.Array:
    """Hinge on distance(a, p) - distance(a, n) + margin.

    Shapes: anchor, positive, negative [batch, dim] float -> [batch].
    Units: margin has the unit of the distance. By default it is a difference of cosines, 0 to 2,
    and the lengths of the inputs do not matter. With squared_euclidean_distance on unit vectors the
    same triplets give twice the hinge at twice the margin, since |a - p|^2 = 2 - 2 cos(a, p).
    Raises: ValueError if the shapes differ (quoting all three), an input is not [batch, dim] or is
    empty, the margin is negative, distance is not a function, or on NaN or infinity.
    Source: Schroff et al. 2015, equation 2, with the cosine in place of the squared distance.
    """
    require_same_shape(anchor=anchor, positive=positive, negative=negative)
    require_rank(2, "[batch, dim]", anchor=anchor)
    require_margin(margin)
    _require_distance(distance)
    require_finite(anchor=anchor, positive=positive, negative=negative)
    anchor, positive, negative = map(at_least_float32, (anchor, positive, negative))
    return jax.nn.relu(distance(anchor, positive) - distance(anchor, negative) + margin)


def soft_margin_triplet_loss(
    anchor: ArrayLike,
    positive: ArrayLike,
    negative: ArrayLike,
    *,
    distance: Callable[[ArrayLike, ArrayLike], jax.Array] = cosine_distance,
) -> jax.Array:
    """ln(1 + e^(distance(a, p) - distance(a, n))): a hinge without a corner and without a margin.

    It never reaches 0, so easy triplets keep pulling, more and more weakly. Collapsed embeddings
    cost ln 2 each.

    Shapes: anchor, positive, negative [batch, dim] float -> [batch].
    Raises: as triplet_loss, which also takes a margin.
    Source: Hermans et al. 2017, section 2.
    """
    require_same_shape(anchor=anchor, positive=positive, negative=negative)
    require_rank(2, "[batch, dim]", anchor=anchor)
    _require_distance(distance)
    require_finite(anchor=anchor, positive=positive, negative=negative)
    anchor, positive, negative = map(at_least_float32, (anchor, positive, negative))
    return jax.nn.softplus(distance(anchor, positive) - distance(anchor, negative))


def mean_of_real(losses: ArrayLike, is_real: ArrayLike) -> jax.Array:
    """Mean over the entries that count. If none counts, it is 0 and so is its gradient.

    For mined triplets: mean_of_real(triplet_loss(...), triplets.is_real). The values of the other
    entries do not matter, not even NaN. But a NaN or infinite slope on the way to them does, since
    0 times it is NaN. So give them harmless inputs, as the miners do: no distance of 0.

    Shapes: losses [batch] float, is_real [batch] of 1 and 0 -> scalar.
    Raises: ValueError if the shapes differ (quoting both), losses does not have exactly one axis or
    is empty, or is_real holds anything but 0 and 1.
    """
    require_same_shape(losses=losses, is_real=is_real)
    require_rank(1, "[batch]", losses=losses)
    require_binary(is_real=is_real)
    is_real = jnp.asarray(is_real, bool)
    total = jnp.sum(jnp.where(is_real, at_least_float32(losses), 0))
    return total / jnp.maximum(jnp.sum(is_real), 1)


def _require_distance(distance):
    if not callable(distance):
        raise ValueError(f"distance is {distance!r}; give a function from siamese_lib.energy")
