"""One encoder used twice: the Siamese network, and the head that learns the comparison."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx
from jax.typing import ArrayLike

from siamese_lib.energy import at_least_float32
from siamese_lib.validate import require_count, require_finite, require_rank, require_same_shape


class SiameseNetwork(nnx.Module):
    """One encoder, used twice: both inputs pass through the same weights.

    Shapes: x1, x2 [batch, ...] as the encoder takes them -> two arrays [batch, dim].
    Source: Bromley et al. 1993.
    """

    def __init__(self, encoder: Callable[[Any], jax.Array]) -> None:
        self.encoder = encoder

    def __call__(self, x1: Any, x2: Any) -> tuple[jax.Array, jax.Array]:
        return self.encoder(x1), self.encoder(x2)


class SimilarityHead(nnx.Module):
    """|h1 - h2| -> dense -> one logit: how likely is it that both show the same?

    The comparison is learned.

    Shapes: h1, h2 [batch, dim] float -> [batch] float32 logits; a sigmoid makes them probabilities.
    (h2, h1) gives the same as (h1, h2).
    Raises: ValueError if the shapes differ (quoting both), an input is not [batch, dim] or is
    empty, or on NaN or infinity.
    Source: Koch et al. 2015, section 3.1.
    """

    def __init__(self, dim: int, *, rngs: nnx.Rngs) -> None:
        require_count(dim=dim)
        self.dense = nnx.Linear(dim, 1, rngs=rngs)

    def __call__(self, h1: ArrayLike, h2: ArrayLike) -> jax.Array:
        require_same_shape(h1=h1, h2=h2)
        require_rank(2, "[batch, dim]", h1=h1)
        require_finite(h1=h1, h2=h2)
        return self.dense(jnp.abs(at_least_float32(h1) - at_least_float32(h2)))[:, 0]


class SimilarityNetwork(nnx.Module):
    """One encoder used twice, and a head that compares: two inputs become one logit.

    Shapes: x1, x2 [batch, ...] as the encoder takes them -> [batch] logits.
    Source: Koch et al. 2015, section 3.1.
    """

    def __init__(
        self, encoder: Callable[[Any], jax.Array], head: Callable[[Any, Any], jax.Array]
    ) -> None:
        self.encoder, self.head = encoder, head

    def __call__(self, x1: Any, x2: Any) -> jax.Array:
        return self.head(self.encoder(x1), self.encoder(x2))
