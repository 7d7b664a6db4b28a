"""The rows of the modified triplet loss: who is whose negative in a batch of thousands.

S, the table of all similarities, is computed one block of rows at a time, and only to choose.
"""

import jax
import jax.numpy as jnp

BLOCK_SIZE = 256  # even in a batch of thousands, this many rows of S fit a processor's cache


def modified_rows(
    anchor: jax.Array, positive: jax.Array, margin: float, negatives: str, block_size: int
) -> jax.Array:
    """L1 + L2 of every row, as modified_triplet_loss describes them; it has checked the inputs.

    Each device of jax's current mesh does its own rows: left alone, XLA would exchange data for
    every block.

    Shapes: anchor, positive [batch, dim] -> [batch] float32.
    """
    mesh, batch = jax.sharding.get_abstract_mesh(), len(anchor)
    block_size = min(block_size, batch)
    if mesh.empty or mesh.size == 1:
        return _rows(anchor, positive, jnp.arange(batch), margin, negatives, block_size)

    def own_rows(rows, positive, own):
        positive = jax.lax.all_gather(positive, mesh.axis_names, tiled=True)[:batch]
        return _rows(rows, positive, own, margin, negatives, -(-block_size // mesh.size))

    # Spare rows make the batch divisible. They repeat the first row with its own column and are
    # cut off again, so no gradient reaches them. _chosen_columns does the same.
    spare = -batch % mesh.size
    dealt = [_lengthened(array, spare) for array in (anchor, positive, jnp.arange(batch))]
    over_rows = jax.sharding.PartitionSpec(mesh.axis_names)
    run = jax.shard_map(own_rows, in_specs=over_rows, out_specs=over_rows, check_vma=False)
    return run(*dealt)[:batch]


def _rows(rows, positive, own, margin, negatives, block_size):
    """L1 + L2 of some rows; own [rows] is the column of each row's positive.

    S serves only to choose. Sums and chosen entries are computed again from the vectors, so the
    backward pass never sees S and costs batch x dim instead of batch x batch x dim.
    """
    diagonal = _dot(rows, positive[own])
    total = _dot(rows, jnp.sum(positive, axis=0, dtype=jnp.float32))
    mean_negative = (total - diagonal) / (len(positive) - 1)
    column, is_there = _chosen_columns(
        *jax.lax.stop_gradient((rows, positive)), own, negatives, block_size
    )
    # A row without any allowed entry gets -inf here; relu turns it into 0, with gradient 0.
    chosen = jnp.where(is_there, _dot(rows, positive[column]), -jnp.inf)
    return jax.nn.relu(mean_negative - diagonal + margin) + jax.nn.relu(chosen - diagonal + margin)


def _dot(a, b):
    return jnp.einsum("...d,...d->...", a, b, preferred_element_type=jnp.float32)


def _chosen_columns(rows, positive, own, negatives, block_size):
    """For each row, the column of its chosen negative, and whether it has one."""
    columns = jnp.arange(len(positive))

    def one_block(block):
        rows, own = block
        similarity = jnp.matmul(rows, positive.T, preferred_element_type=jnp.float32)
        left_out = own[:, None] == columns
        if negatives == "closest":
            diagonal = jnp.sum(jnp.where(left_out, similarity, 0), axis=1, keepdims=True)
            left_out |= similarity > diagonal
        similarity = jnp.where(left_out, -jnp.inf, similarity)
        largest = jnp.max(similarity, axis=1, keepdims=True)
        # Finding the maximum first and its place second is faster here than jnp.argmax.
        place = jnp.max(jnp.where(similarity == largest, columns, 0), axis=1)
        return place, largest[:, 0] > -jnp.inf

    spare = -len(rows) % block_size
    blocks = [
        _lengthened(array, spare).reshape(-1, block_size, *array.shape[1:]) for array in (rows, own)
    ]
    return [part.reshape(-1)[: len(rows)] for part in jax.lax.map(one_block, blocks)]


def _lengthened(array, spare):
    return jnp.concatenate([array, jnp.broadcast_to(array[:1], (spare, *array.shape[1:]))])
