"""Energy functions: how alike are two embeddings?

A similarity is higher when closer, a distance is lower when closer. Every function is safe at
zero vectors and at identical points: finite values and finite gradients.
"""

import jax
import jax.numpy as jnp
import numpy as np

from siamese_lib.validate import (
    require_finite,
    require_rank,
    require_same_shape,
    require_vectors,
)


def l2_normalize(x, axis=-1):
    """Divide each vector by its length.

    Shapes: x [..., dim] float -> the same shape; a zero vector stays zero (its gradient too).
    Raises: ValueError on NaN or infinity in a concrete array.
    Why axis is named: with no axis a whole batch is divided by one common length, and every
    later cosine is wrong without any error.
    """
    require_vectors(x=x)
    require_finite(x=x)
    x = jnp.asarray(x)
    wide = x.astype(jnp.promote_types(x.dtype, jnp.float32))
    # Dividing by the largest entry first keeps the squares of 1e30 or 1e-30 in range. The length
    # of x does not change its direction, so the scale needs no gradient.
    scale = jax.lax.stop_gradient(jnp.max(jnp.abs(wide), axis=axis, keepdims=True))
    is_zero = scale == 0
    wide = wide / jnp.where(is_zero, 1, scale)
    squares = jnp.sum(wide**2, axis=axis, keepdims=True)
    unit = wide * jax.lax.rsqrt(jnp.where(is_zero, 1, squares))
    unit = jnp.where(is_zero, 0, unit)
    return unit.astype(x.dtype) if jnp.issubdtype(x.dtype, jnp.floating) else unit


def cosine_similarity(x, y):
    """Cosine of the angle between x and y: 1 same direction, 0 right angle, -1 opposite.

    Shapes: x, y [..., dim] float -> [...]. A zero vector has similarity 0 to everything.
    Raises: ValueError where the shapes differ (quoting both), or on NaN or infinity.
    """
    require_same_shape(x=x, y=y)
    require_vectors(x=x)
    return jnp.sum(l2_normalize(x) * l2_normalize(y), axis=-1)


def cosine_distance(x, y):
    """1 - cosine_similarity: 0 same direction, 2 opposite. Shapes and errors as there."""
    return 1 - cosine_similarity(x, y)


def squared_euclidean_distance(x, y):
    """Sum of squared differences; for unit vectors 2 - 2 cos(x, y).

    Shapes: x, y [..., dim] float -> [...].
    Raises: ValueError where the shapes differ (quoting both), or on NaN or infinity.
    """
    require_same_shape(x=x, y=y)
    require_vectors(x=x)
    require_finite(x=x, y=y)
    x, y = jnp.asarray(x), jnp.asarray(y)
    wide = jnp.promote_types(x.dtype, jnp.float32)  # squares of bytes or halves overflow
    return jnp.sum((x.astype(wide) - y.astype(wide)) ** 2, axis=-1)


def euclidean_distance(x, y):
    """Straight-line distance between x and y.

    Shapes: x, y [..., dim] float -> [...]. The gradient at identical points is 0, where the
    square root alone gives NaN.
    Raises: ValueError where the shapes differ (quoting both), or on NaN or infinity.
    """
    squares = squared_euclidean_distance(x, y)
    is_zero = squares == 0
    return jnp.where(is_zero, 0, jnp.sqrt(jnp.where(is_zero, 1, squares)))


def _require_two_sets(a, b):
    require_rank(2, "[n, dim]", a=a, b=b)
    if np.shape(a)[1] != np.shape(b)[1]:
        raise ValueError(f"a {np.shape(a)} and b {np.shape(b)} differ in dim; encode both alike")
    require_finite(a=a, b=b)


def pairwise_cosine(a, b):
    """Every cosine between two sets of vectors.

    Shapes: a [n, dim], b [m, dim] float -> [n, m].
    Raises: ValueError on another rank, no rows, another dim (quoting both), NaN or infinity.
    """
    _require_two_sets(a, b)
    return l2_normalize(a) @ l2_normalize(b).T


def pairwise_euclidean(a, b):
    """Every Euclidean distance between two sets of vectors.

    Shapes: a [n, dim], b [m, dim] float -> [n, m]. Differences are taken directly: the shorter
    |a|^2 + |b|^2 - 2ab loses all its digits between near neighbours.
    Raises: as pairwise_cosine.
    """
    _require_two_sets(a, b)
    return _rows_to_rows(jnp.asarray(a), jnp.asarray(b))


@jax.jit  # compiled, the [n, m, dim] differences are never stored
def _rows_to_rows(a, b):
    return euclidean_distance(*jnp.broadcast_arrays(a[:, None, :], b[None, :, :]))
