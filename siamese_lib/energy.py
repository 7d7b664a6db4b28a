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

_AT_ONCE = 2**21  # differences that pairwise_euclidean holds at a time, 8 MB


def at_least_float32(x):
    """x as floats of 32 bits or more: sums and squares of bytes, small integers, halves overflow.

    Shapes: x of any -> the same shape.
    """
    x = jnp.asarray(x)
    return x.astype(jnp.promote_types(x.dtype, jnp.float32))


def _power(largest):
    """A power of 2 that brings numbers as large as this into a range where squares are safe.

    1 between 2^-60 and 2^60. Multiplying by a power of 2 rounds nothing.
    """
    return jnp.where(largest > 2.0**60, 2.0**-80, jnp.where(largest < 2.0**-60, 2.0**80, 1.0))


def l2_normalize(x, axis=-1):
    """Divide each vector by its length.

    Shapes: x [..., dim] float -> the same shape; a zero vector stays zero (its gradient too).
    Units: any; lengths from 1.2e-38 to 3.4e38 (float32). jax takes smaller entries for 0.
    Raises: ValueError on NaN or infinity in a concrete array.
    Why axis is named: with no axis a whole batch is divided by one common length, and every
    later cosine is wrong without any error.
    """
    require_vectors(x=x)
    require_finite(x=x)
    x = jnp.asarray(x)
    wide = at_least_float32(x)
    # Dividing by the largest entry first keeps the squares of 1e30 or 1e-30 in range. The length
    # of x does not change its direction, so the scale needs no gradient.
    scale = jax.lax.stop_gradient(jnp.max(jnp.abs(wide), axis=axis, keepdims=True))
    is_zero, power = scale == 0, _power(scale)
    # The power first: a processor divides by 9e37 as times 1 / 9e37, which it rounds to 0.
    wide = wide * power / jnp.where(is_zero, 1, scale * power)
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
    return jnp.sum((at_least_float32(x) - at_least_float32(y)) ** 2, axis=-1)


def euclidean_distance(x, y):
    """Straight-line distance between x and y.

    Shapes: x, y [..., dim] float -> [...]. The gradient at identical points is 0, where the
    square root alone gives NaN. Differences of 1e30 or 1e-30 are in range too.
    Raises: ValueError where the shapes differ (quoting both), or on NaN or infinity.
    """
    require_same_shape(x=x, y=y)
    require_vectors(x=x)
    require_finite(x=x, y=y)
    difference = at_least_float32(x) - at_least_float32(y)
    largest = jnp.max(jnp.abs(difference), axis=-1, keepdims=True)
    power = _power(jax.lax.stop_gradient(largest))
    return _root(jnp.sum((difference * power) ** 2, axis=-1)) / power[..., 0]


def _root(squares):
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
    |a|^2 + |b|^2 - 2ab loses all its digits between near neighbours. All n m dim of them are never
    stored, nor on the way back: jax.grad and jax.vjp take room for n m numbers, jax.jvp is not
    supported.
    Raises: as pairwise_cosine.
    """
    _require_two_sets(a, b)
    a, b = at_least_float32(a), at_least_float32(b)
    power = _power(jax.lax.stop_gradient(jnp.maximum(jnp.max(jnp.abs(a)), jnp.max(jnp.abs(b)))))
    return _rows_to_rows(a * power, b * power) / power


@jax.custom_vjp
@jax.jit
def _rows_to_rows(a, b):
    """A few rows of a at a time: only newer versions of XLA store no differences by themselves."""

    def one_row(row):
        return _root(jnp.sum((row - b) ** 2, axis=-1))

    return jax.lax.map(one_row, a, batch_size=min(len(a), max(1, _AT_ONCE // b.size)))


def _forward(a, b):
    distance = _rows_to_rows(a, b)
    return distance, (a, b, distance)


@jax.jit
def _backward(kept, gradient):
    a, b, distance = kept
    is_zero = distance == 0
    weight = jnp.where(is_zero, 0, gradient / jnp.where(is_zero, 1, distance))

    def one_side(own, other, weight):
        """A row at a time: jax's own way back would store the differences of all."""
        return jax.lax.map(lambda row: row[1] @ (row[0] - other), (own, weight))

    return one_side(a, b, weight), one_side(b, a, weight.T)


_rows_to_rows.defvjp(_forward, _backward)
