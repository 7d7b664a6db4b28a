"""One training step on many devices: batches are split over a mesh, weights are copied."""

import jax
import numpy as np
from flax import nnx
from jax.sharding import NamedSharding, PartitionSpec


def copy_to(mesh, *parts):
    """Put the state of each part (a model, an optimizer) on every device of the mesh."""
    everywhere = NamedSharding(mesh, PartitionSpec())
    for part in parts:
        nnx.update(part, jax.device_put(nnx.state(part), everywhere))


def split_over(mesh, batch):
    """The arrays of a batch with their rows dealt out over the devices of the mesh.

    Raises: ValueError where the rows do not divide among the devices.
    """
    for array in batch:
        if np.shape(array)[0] % mesh.size:
            raise ValueError(
                f"a batch has {np.shape(array)[0]} rows for {mesh.size} devices; give batches of a "
                f"multiple of {mesh.size}"
            )
    rows = NamedSharding(mesh, PartitionSpec(mesh.axis_names))
    return tuple(jax.device_put(array, rows) for array in batch)


def on_mesh(mesh, step):
    """step, run with the mesh as jax's current one: convolve looks there."""

    def run(*inputs):
        with jax.set_mesh(mesh):
            return step(*inputs)

    return run
