"""Which stored vectors are nearest? An exact search that never holds a large table."""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from siamese_lib.validate import require_count, require_finite, require_rank

GROUP = 64  # vectors that are kept or dropped together
BLOCK = 32  # how many groups are compared at a time
QUERIES = (16, 128, 512)  # at a time: 512 with a block take 4 MB, which fits a processor's cache


class Index(NamedTuple):
    """Vectors that build_index has checked and put where they are searched."""

    vectors: jax.Array  # [n, dim]


def build_index(vectors: ArrayLike) -> Index:
    """The vectors, ready for many calls of nearest: each call then costs only its search.

    Shapes: vectors [n, dim] float -> Index.
    Raises: ValueError if vectors is not [n, dim] or has no rows, or on NaN or infinity.
    """
    return Index(jnp.array(_checked(vectors)))  # a copy, so the caller may change the original


def _checked(vectors: ArrayLike) -> jax.Array:
    require_rank(2, "[n, dim]", vectors=vectors)
    require_finite(vectors=vectors)
    return jnp.asarray(vectors)


def nearest(
    queries: ArrayLike, vectors: ArrayLike | Index, *, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """The k vectors with the largest dot product for each query: the cosine, for unit vectors.

    The search is exact and takes two passes. The first keeps the largest similarity of each group
    of 64 vectors. The k nearest lie in the k groups where it is largest, so the second pass looks
    only at those. An array of vectors is checked for NaN in every call, and copied to an
    accelerator; an Index only once.

    Shapes: queries [q, dim], vectors [n, dim] float or an Index of them -> (similarity [q, k]
    float32, row [q, k] int), numpy, nearest first; equal ones come in any order.
    Raises: ValueError if an input does not have two axes or has no rows, they differ in dim
    (quoting both), k is below 1 or above n, or on NaN or infinity.
    """
    require_rank(2, "[q, dim]", queries=queries)
    require_finite(queries=queries)
    require_count(k=k)
    vectors = vectors.vectors if isinstance(vectors, Index) else _checked(vectors)
    if np.shape(queries)[1] != vectors.shape[1]:
        raise ValueError(
            f"queries {np.shape(queries)} and vectors {vectors.shape} differ in dim; use the same "
            "encoder for both"
        )
    if k > len(vectors):
        most = len(vectors)
        raise ValueError(f"k is {k}, but there are {most} vectors; ask for {most} at most")
    queries, size = np.asarray(queries), min(GROUP, len(vectors))
    at_once = next((rows for rows in QUERIES if len(queries) <= rows), QUERIES[-1])
    parts = [
        _search(_filled(queries[start : start + at_once], at_once), vectors, k, size)
        for start in range(0, len(queries), at_once)
    ]
    similarity, row = (np.concatenate(side)[: len(queries)] for side in zip(*parts, strict=True))
    return similarity, row


def _filled(queries, rows):
    """Repeat the first query up to `rows` rows: each new size would be compiled again."""
    spare = np.broadcast_to(queries[:1], (rows - len(queries), queries.shape[1]))
    return np.concatenate([queries, spare])


@partial(jax.jit, static_argnums=(2, 3))
def _search(queries, vectors, k, size):
    largest = _largest_of_groups(queries, vectors, size)
    _, group = jax.lax.top_k(largest, min(k, largest.shape[1]))
    rows = group[:, :, None] * size + jnp.arange(size)
    rest = jnp.arange(len(vectors) // size * size, len(vectors))  # in no group

    def one_query(inputs):
        query, rows = inputs
        rows = jnp.concatenate([rows.ravel(), rest])
        similarity, at = jax.lax.top_k(vectors[rows] @ query.astype(jnp.float32), k)
        return similarity, rows[at]

    return jax.lax.map(one_query, (queries, rows), batch_size=32)


def _largest_of_groups(queries, vectors, size):
    """[q, groups]: the largest similarity of each group, computed one block of groups at a time."""
    groups = len(vectors) // size
    block = min(BLOCK, groups)

    def one_block(first):
        # The last block begins early enough to be whole; groups it repeats give the same result.
        rows = jax.lax.dynamic_slice_in_dim(vectors, first * size, block * size)
        table = jnp.matmul(queries, rows.T, preferred_element_type=jnp.float32)
        return table.reshape(len(queries), block, size).max(axis=2)

    firsts = jnp.minimum(jnp.arange(0, groups, block), groups - block)
    found = jax.lax.map(one_block, firsts)  # [blocks, q, block]
    spread = jnp.zeros((len(queries), groups), jnp.float32)
    return spread.at[:, firsts[:, None] + jnp.arange(block)].set(found.swapaxes(0, 1))
