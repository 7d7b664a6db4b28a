"""A model's weights as one file that cannot run code."""

import os
import secrets
from os import PathLike
from pathlib import Path
from typing import TypeVar

import jax.numpy as jnp
import numpy as np
from flax import nnx

Model = TypeVar("Model", bound=nnx.Module)


def _weights(model):
    """Every parameter and statistic by its dotted path; random keys do not count as weights."""
    state = nnx.state(model, nnx.Not(nnx.RngState))
    return {".".join(map(str, path)): leaf.get_value() for path, leaf in nnx.to_flat_state(state)}


def save(model: nnx.Module, path: str | PathLike) -> None:
    """Write the model's weights to one safetensors file, whole or not at all.

    Raises: OSError where the folder is missing or full.
    """
    from safetensors.numpy import save as to_bytes

    path = Path(path)
    content = to_bytes({name: np.asarray(leaf) for name, leaf in _weights(model).items()})
    # Not with tempfile: its files are for their owner alone, and a service is often another user.
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open(partial, "xb") as file:
            file.write(content)
        os.replace(partial, path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def _read(path):
    """Every array of a safetensors file, read by way of jax, since numpy alone has no bfloat16."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="flax") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118, it is not a dict
    except SafetensorError as error:
        raise ValueError(f"{path} holds no weights ({error}); give a file made by save") from error


def load(model: Model, path: str | PathLike) -> Model:
    """Read the weights that `save` wrote into a model built in the same way, and return the model.

    It may be a model made by nnx.eval_shape, which has shapes but no weights yet.

    Raises: ValueError where the file holds no weights, or where a name or a shape differs (quoting
    both); the model is then left as it was.
    """
    saved = _read(path)
    own = _weights(model)
    for name in sorted(saved.keys() | own.keys()):
        there = saved[name].shape if name in saved else "missing"
        here = own[name].shape if name in own else "missing"
        if there != here:
            raise ValueError(
                f"{name} is {there} in {path} and {here} in the model; "
                "build the model with the options it was saved with"
            )
    flat = [
        (way, leaf.replace(jnp.asarray(saved[".".join(map(str, way))], leaf.get_value().dtype)))
        for way, leaf in nnx.to_flat_state(nnx.state(model, nnx.Not(nnx.RngState)))
    ]
    nnx.update(model, nnx.from_flat_state(flat))
    return model
