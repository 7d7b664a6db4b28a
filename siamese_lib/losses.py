"""Losses on embeddings: pure functions of arrays, one per idea."""

import jax
import jax.numpy as jnp
import numpy as np

from siamese_lib.batch_negatives import BLOCK_SIZE, modified_rows
from siamese_lib.energy import at_least_float32, cosine_distance
from siamese_lib.validate import (
    require_binary,
    require_count,
    require_finite,
    require_margin,
    require_option,
    require_positive,
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
    _require_distance(distance)
    require_finite(anchor=anchor, positive=positive, negative=negative)
    anchor, positive, negative = map(at_least_float32, (anchor, positive, negative))
    return jax.nn.relu(distance(anchor, positive) - distance(anchor, negative) + margin)


def soft_margin_triplet_loss(anchor, positive, negative, *, distance=cosine_distance):
    """ln(1 + e^(distance(a, p) - distance(a, n))): a hinge with no corner and no margin.

    It never reaches 0, so easy triplets go on pulling, ever more weakly. Collapsed embeddings
    cost ln 2 each.

    Shapes: anchor, positive, negative [batch, dim] float -> [batch].
    Raises: as triplet_loss.
    Source: Hermans et al. 2017, section 2.
    """
    require_same_shape(anchor=anchor, positive=positive, negative=negative)
    require_rank(2, "[batch, dim]", anchor=anchor)
    _require_distance(distance)
    require_finite(anchor=anchor, positive=positive, negative=negative)
    anchor, positive, negative = map(at_least_float32, (anchor, positive, negative))
    return jax.nn.softplus(distance(anchor, positive) - distance(anchor, negative))


def contrastive_loss(distance, is_same, *, margin=1.0):
    """Y d^2 + (1 - Y) max(margin - d, 0)^2 for each pair: genuine pairs close, imposite ones far.

    Shapes: distance [batch] float of 0 or more, is_same [batch] of 1 (genuine) and 0 -> [batch].
    Units: margin is a distance, beyond which an imposite pair costs nothing.
    Raises: ValueError where the shapes differ (quoting both), on another rank, an empty batch, a
    distance below 0, a label other than 0 and 1, a negative margin, NaN or infinity.
    Source: Hadsell, Chopra and LeCun 2006, without their factor 1/2; their Y is 1 where the pair
    differs, here 1 means same.
    """
    require_same_shape(distance=distance, is_same=is_same)
    require_rank(1, "one distance a pair, [batch]", distance=distance)
    require_margin(margin)
    require_finite(distance=distance)
    require_binary(is_same=is_same)
    if not isinstance(distance, jax.core.Tracer) and np.min(distance) < 0:
        raise ValueError(
            f"distance goes down to {np.min(distance)}; give a distance of siamese_lib.energy, "
            "not a similarity"
        )
    distance = at_least_float32(distance)
    return jnp.where(jnp.asarray(is_same) == 1, distance**2, jax.nn.relu(margin - distance) ** 2)


def pairwise_cross_entropy(logits, is_same):
    """-ln of the probability that the sigmoid of the logit gives to the right answer.

    Shapes: logits [batch] float, is_same [batch] of 1 (same) and 0 -> [batch].
    Raises: ValueError where the shapes differ (quoting both), on another rank, an empty batch, a
    label other than 0 and 1, NaN or infinity.
    Source: Koch et al. 2015, section 3.2, without their weight decay.
    """
    require_same_shape(logits=logits, is_same=is_same)
    require_rank(1, "one logit a pair, [batch]", logits=logits)
    require_finite(logits=logits)
    require_binary(is_same=is_same)
    # softplus(-x) is -ln sigmoid(x), and stays finite where the sigmoid rounds to 0.
    sign = jnp.where(jnp.asarray(is_same) == 1, -1, 1)
    return jax.nn.softplus(sign * at_least_float32(logits))


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


def mean_of_real(losses, is_real):
    """Mean over the entries that count; 0, with gradient 0, where none does.

    For mined triplets: mean_of_real(triplet_loss(...), triplets.is_real). What the others hold
    does not matter, NaN included; but a slope of NaN or infinity on the way to them does, since
    0 times it is NaN. So give them harmless inputs, as the miners do: no distance of 0.

    Shapes: losses [batch] float, is_real [batch] of 1 and 0 -> scalar.
    Raises: ValueError where the shapes differ (quoting both), or on an empty batch.
    """
    require_same_shape(losses=losses, is_real=is_real)
    require_rank(1, "[batch]", losses=losses)
    require_binary(is_real=is_real)
    is_real = jnp.asarray(is_real, bool)
    total = jnp.sum(jnp.where(is_real, at_least_float32(losses), 0))
    return total / jnp.maximum(jnp.sum(is_real), 1)


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


def _require_distance(distance):
    if not callable(distance):
        raise ValueError(f"distance is {distance!r}; give a function of siamese_lib.energy")
