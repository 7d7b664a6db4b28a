"""Which triplets are worth training on?"""

import jax.numpy as jnp

from siamese_lib.energy import cosine_similarity
from siamese_lib.validate import (
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
    Source: Schroff et al. 2015, section 3.2.
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
