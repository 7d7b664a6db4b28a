"""One encoder used twice: the Siamese network, and the head that learns the comparison."""

import jax.numpy as jnp
from flax import nnx

from siamese_lib.energy import at_least_float32
from siamese_lib.validate import require_count, require_finite, require_rank, require_same_shape


class SiameseNetwork(nnx.Module):
    """One encoder, used twice: both inputs pass through the same weights.

    Shapes: x1, x2 [batch, ...] as the encoder takes them -> two arrays [batch, dim].
    Source: Bromley et al. 1993.
    """

    def __init__(self, encoder):
        self.encoder = encoder

    def __call__(self, x1, x2):
        return self.encoder(x1), self.encoder(x2)


class SimilarityHead(nnx.Module):
    """|h1 - h2| -> dense -> one logit: how likely do both show the same, learnt from the data.

    Shapes: h1, h2 [batch, dim] float -> [batch] float32 logits; sigmoid makes them probabilities.
    The same for (h1, h2) as for (h2, h1).
    Raises: ValueError where the shapes differ (quoting both), on another rank, NaN or infinity.
    Source: Koch et al. 2015, section 3.1.
    """

    def __init__(self, dim, *, rngs):
        require_count(dim=dim)
        self.dense = nnx.Linear(dim, 1, rngs=rngs)

    def __call__(self, h1, h2):
        require_same_shape(h1=h1, h2=h2)
        require_rank(2, "[batch, dim]", h1=h1)
        require_finite(h1=h1, h2=h2)
        return self.dense(jnp.abs(at_least_float32(h1) - at_least_float32(h2)))[:, 0]


class SimilarityNetwork(nnx.Module):
    """One encoder used twice, and a head that compares: two inputs become one logit.

    Shapes: x1, x2 [batch, ...] as the encoder takes them -> [batch] logits.
    Source: Koch et al. 2015, section 3.1.
    """

    def __init__(self, encoder, head):
        self.encoder, self.head = encoder, head

    def __call__(self, x1, x2):
        return self.head(self.encoder(x1), self.encoder(x2))
