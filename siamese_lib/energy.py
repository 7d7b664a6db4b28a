"""Energy functions: how alike are two embeddings?

A similarity is higher when two vectors are closer; a distance is lower. Every function is safe at
zero vectors and at identical points: its values and gradients stay finite.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from siamese_lib.validate import (
    require_finite,
    require_rank,
    require_same_shape,
    require_vectors,
)

_AT_ONCE = 2**21  # how many differences pairwise_euclidean holds at a time: 8 MB


def at_least_float32(x: ArrayLike) -> jax.Array:
    """x as floats of 32 bits or more.

    Bytes, small integers and half-precision floats overflow when they are summed or squared.

    Shapes: x of any shape -> the same shape.
    """
    x = jnp.asarray(x)
    return x.astype(jnp.promote_types(x.dtype, jnp.float32))


def _power(largest):
    """A power of 2 that brings numbers as large as this into a range where squares are safe.

    It is 1 between 2^-60 and 2^60. Multiplying by a power of 2 causes no rounding.
    """
    return jnp.where(largest > 2.0**60, 2.0**-80, jnp.where(largest < 2.0**-60, 2.0**80, 1.0))


def l2_normalize(x: ArrayLike, axis: int = -1) -> jax.Array:
    """Divide each vector by its length.

    Shapes: x [..., dim] float -> the same shape. A zero vector stays zero, as does its gradient.
    Units: any. Lengths from 1.2e-38 to 3.4e38 (float32) work; jax treats smaller entries as 0.
    Raises: ValueError if x has no axis or an empty one, or if a concrete array holds NaN or
    infinity. Why there is an axis: without one, a whole batch would be divided by one common
    length, and every later cosine would be wrong without any error.
    """
    require_vectors(x=x)
    require_finite(x=x)
    x = jnp.asarray(x)
    wide = at_least_float32(x)
    # Dividing by the largest entry first keeps the squares of 1e30 or 1e-30 in range. The length
    # of x does not change its direction, so the scale needs no gradient.
    scale = jax.lax.stop_gradient(jnp.max(jnp.abs(wide), axis=axis, keepdims=True))
    is_zero, power = scale == 0, _power(scale)
    # The power comes first: a processor may divide by 9e37 by multiplying with 1 / 9e37, and
    # it rounds that number to 0.
    wide = wide * power / jnp.where(is_zero, 1, scale * power)
    squares = jnp.sum(wide**2, axis=axis, keepdims=True)
    unit = wide * jax.lax.rsqrt(jnp.where(is_zero, 1, squares))
    unit = jnp.where(is_zero, 0, unit)
    return unit.astype(x.dtype) if jnp.issubdtype(x.dtype, jnp.floating) else unit


def cosine_similarity(x: ArrayLike, y: ArrayLike) -> jax.Array:
    """Cosine of the angle between x and y.

    It is 1 for the same direction, 0 for a right angle and -1 for opposite directions.

    Shapes: x, y [..., dim] float -> [...]. A zero vector has similarity 0 to everything.
    Raises: ValueError if the shapes differ (quoting both), or on NaN or infinity.
    """
    require_same_shape(x=x, y=y)
    require_vectors(x=x)
    return jnp.sum(l2_normalize(x) * l2_normalize(y), axis=-1)


def cosine_distance(x: ArrayLike, y: ArrayLike) -> jax.Array:
    """1 - cosine_similarity: 0 for the same direction, 2 for opposite directions.

    Shapes and errors: as cosine_similarity.
    """
    return 1 - cosine_similarity(x, y)


def squared_euclidean_distance(x: ArrayLike, y: ArrayLike) -> jax.Array:
    """Sum of the squared differences; for unit vectors this is 2 - 2 cos(x, y).

    Shapes: x, y [..., dim] float -> [...].
    Raises: ValueError if the shapes differ (quoting both), or on NaN or infinity.
    """
    require_same_shape(x=x, y=y)
    require_vectors(x=x)
    require_finite(x=x, y=y)
    return jnp.sum((at_least_float32(x) - at_least_float32(y)) ** 2, axis=-1)


def euclidean_distance(x: ArrayLike, y: ArrayLike) -> jax.Array:
    """Straight-line distance between x and y.

    At identical points the gradient is 0, where a plain square root would give NaN. Differences as
    large as 1e30 or as small as 1e-30 work too.

    Shapes: x, y [..., dim] float -> [...].
    Raises: ValueError if the shapes differ (quoting both), or on NaN or infinity.
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
        raise ValueError(
            f"a {np.shape(a)} and b {np.shape(b)} differ in dim; use the same encoder for both"
        )
    require_finite(a=a, b=b)


def pairwise_cosine(a: ArrayLike, b: ArrayLike) -> jax.Array:
    """Every cosine between two sets of vectors.

    Shapes: a [n, dim], b [m, dim] float -> [n, m].
    Raises: ValueError if a or b does not have two axes or is empty, if they differ in dim (quoting
    both shapes), or on NaN or infinity.
    """
    _require_two_sets(a, b)
    return l2_normalize(a) @ l2_normalize(b).T


def pairwise_euclidean(a: ArrayLike, b: ArrayLike) -> jax.Array:
    """Every Euclidean distance between two sets of vectors.

    The differences are taken directly: the shorter formula, |a|^2 + |b|^2 - 2ab, loses all its
    digits between near neighbours. The n x m x dim differences are never stored all at once, and
    neither are those of the backward pass: jax.grad and jax.vjp need room for n x m numbers.
    jax.jvp is not supported.

    Shapes: a [n, dim], b [m, dim] float -> [n, m].
    Raises: as pairwise_cosine.
    """
    _require_two_sets(a, b)
    a, b = at_least_float32(a), at_least_float32(b)
    power = _power(jax.lax.stop_gradient(jnp.maximum(jnp.max(jnp.abs(a)), jnp.max(jnp.abs(b)))))
    return _rows_to_rows(a * power, b * power) / power


@jax.custom_vjp
@jax.jit
def _rows_to_rows(a, b):
    """Take a few rows of a at a time: older versions of XLA would store all the differences."""

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
        """Take one row at a time: jax's own backward pass would store all the differences."""
        return jax.lax.map(lambda row: row[1] @ (row[0] - other), (own, weight))

    return one_side(a, b, weight), one_side(b, a, weight.T)


_rows_to_rows.defvjp(_forward, _backward)
