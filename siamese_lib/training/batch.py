"""Checks of the batches that fit is given, made before anything is trained on them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

TUPLE = "give a tuple of arrays, in the order in which the loss takes them"


def stream_of(batches: Callable[[int], Iterable[tuple]], epoch: int) -> Iterable[tuple]:
    """The batches of an epoch.

    Raises: ValueError where batches is not a function, or gives nothing to iterate over.
    """
    if not callable(batches):
        said = "a generator lasts one epoch only" if hasattr(batches, "send") else "for one list"
        raise ValueError(
            f"batches is a {_kind(batches)}; give a function that takes the epoch and returns an "
            f"iterable of tuples ({said}: lambda epoch: ...)"
        )
    stream = batches(epoch)
    if isinstance(stream, Mapping | str) or not isinstance(stream, Iterable):
        raise ValueError(
            f"batches({epoch}) gave a {_kind(stream)}; return or yield tuples of arrays"
        )
    return stream


def require_batch(batch: Any) -> None:
    """ValueError, naming what came, where a batch is not a tuple of numbers that jax can hold."""
    if not isinstance(batch, tuple):
        raise ValueError(f"a batch is a {_kind(batch)}; {TUPLE}{_way_out(batch)}")
    for place, part in enumerate(batch):
        for leaf in jax.tree.leaves(part, is_leaf=lambda value: value is None):
            _require_numbers(f"part {place} of a batch", leaf)


def _require_numbers(name, leaf):
    if isinstance(leaf, jax.Array):
        return  # jax holds it already: numbers or a random key
    if isinstance(leaf, bool | int | float | complex | np.generic):
        leaf = np.asarray(leaf)
    elif not isinstance(leaf, np.ndarray):
        raise ValueError(f"{name} is a {_kind(leaf)}; {TUPLE}{_way_out(leaf)}")
    if leaf.dtype.kind in "USO":
        raise ValueError(
            f"{name} holds words or objects ({leaf.dtype}); give numbers: encode_texts makes them "
            "from texts, np.unique(labels, return_inverse=True)[1] from labels"
        )
    is_wide = leaf.dtype.kind in "iu" and leaf.dtype.itemsize >= 4 and leaf.dtype != np.int32
    if is_wide and not _has_64_bits() and leaf.size:
        far = max(int(leaf.max()), -int(leaf.min()))
        if far >= 2**31:
            raise ValueError(
                f"{name} holds whole numbers up to {far}, which jax would cut to 32 bits; give "
                "np.unique(labels, return_inverse=True)[1] for labels"
            )


def _has_64_bits():
    return jax.config.jax_enable_x64  # type: ignore[attr-defined]  # added as jax starts


def look_at_first(
    model: nnx.Module, loss: Callable[..., jax.Array], batch: tuple[Any, ...]
) -> None:
    """Trace the loss on the first batch, so that the loss can refuse inputs that do not fit.

    In the compiled step every array is traced, so a label of -1 or a picture of 0 to 255 would
    pass. Here only the model is traced, so the values of the batch can be checked.

    Raises: ValueError where the batch holds NaN, or whatever the loss and the model raise.
    """
    batch = jax.tree.map(jnp.asarray, batch)
    for place, part in enumerate(batch):
        for leaf in jax.tree.leaves(part):
            if jnp.issubdtype(leaf.dtype, jnp.floating) and jnp.isnan(leaf).any():
                raise ValueError(
                    f"part {place} of the first batch holds NaN; drop those rows, or give a mask "
                    "and a number in their place"
                )
    graph, state = nnx.split(model)
    jax.eval_shape(lambda state: loss(nnx.merge(graph, state), *batch), state)


def _kind(value):
    kind = type(value)
    where = kind.__module__.split(".")[0]
    name = kind.__name__ if where == "builtins" else f"{where}.{kind.__name__}"
    if isinstance(value, Mapping):
        return f"{name} of {list(value)}"
    shape = getattr(value, "shape", None)
    if shape is not None:
        return f"{name} of shape {tuple(shape)}"
    return f"{name} of {len(value)}" if isinstance(value, list | str) else name


def _way_out(value):
    if isinstance(value, np.ndarray | jax.Array):
        return ": (array,) for a single one"
    if isinstance(value, list):
        return ": tuple(batch)"
    if isinstance(value, Mapping):
        return ": (batch['name'], ...)"
    return ": tensor.numpy() makes an array" if hasattr(value, "numpy") else ""
