"""One training step on many devices: batches are split over a mesh, weights are copied.

The devices may belong to several processes (see siamese_lib.training.launch). Every process then
holds the same batch and the same weights, and puts only its own rows on its own devices.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import jax
import numpy as np
from flax import nnx
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec

Result = TypeVar("Result")


def automatic(mesh: Mesh) -> Mesh:
    """The same mesh, but the compiler splits the work on its axes; jax.make_mesh's are explicit."""
    types = (AxisType.Auto,) * len(mesh.axis_names)
    return Mesh(mesh.devices, mesh.axis_names, axis_types=types)


def copy_to(mesh: Mesh, *parts: nnx.Module | nnx.Optimizer) -> None:
    """Put the state of each part (a model, an optimizer) on every device of the mesh."""
    everywhere = NamedSharding(mesh, PartitionSpec())
    for part in parts:
        nnx.update(part, jax.tree.map(partial(_place, everywhere), nnx.state(part)))


def bring_home(mesh: Mesh, *parts: nnx.Module | nnx.Optimizer) -> None:
    """If several processes share the mesh, give each a copy of the state that it can use alone."""
    if not mesh.is_multi_process:
        return
    everywhere = NamedSharding(mesh, PartitionSpec())
    for part in parts:
        # The compiler may have split some arrays.
        whole = jax.device_put(nnx.state(part), everywhere)
        nnx.update(part, jax.tree.map(lambda array: array.addressable_data(0), whole))


def split_over(mesh: Mesh, batch: tuple[Any, ...]) -> tuple[jax.Array, ...]:
    """The arrays of a batch with their rows split over the devices of the mesh.

    Raises: ValueError where the rows do not divide among the devices, or a value has no rows.
    """
    for array in batch:
        if not np.shape(array):
            raise ValueError(
                f"a batch holds the single value {array!r}, which has no rows for {mesh.size} "
                "devices; give one value per row, or let the loss close over it"
            )
        if np.shape(array)[0] % mesh.size:
            raise ValueError(
                f"a batch has {np.shape(array)[0]} rows for {mesh.size} devices; make the number "
                f"of rows a multiple of {mesh.size}"
            )
    rows = NamedSharding(mesh, PartitionSpec(mesh.axis_names))
    return tuple(_place(rows, array) for array in batch)


def _place(sharding, array):
    if sharding.is_fully_addressable:
        return jax.device_put(array, sharding)
    return jax.make_array_from_callback(np.shape(array), sharding, lambda index: array[index])


def on_mesh(mesh: Mesh, step: Callable[..., Result]) -> Callable[..., Result]:
    """step with the mesh as jax's current one, where blockwise losses look for it."""

    def run(*inputs):
        with jax.set_mesh(mesh):
            return step(*inputs)

    return run
