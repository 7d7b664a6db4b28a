"""Stop a training run and go on later: model, optimizer and history in one folder.

What is written are plain arrays, whole ones: on how many devices they lay, or in how many
processes, is forgotten, so a run may go on with others. In several processes the first one writes,
and all of them read.
"""

import json
import re
import shutil
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx


def epochs_done(folder):
    """How many epochs the checkpoint in folder holds; 0 where there is none. It makes the folder.

    Raises: ValueError where its history cannot be read, or folder is an address; OSError where it
    cannot be made.
    """
    if folder is None:
        return 0
    if re.match(r"[A-Za-z][\w+.-]+:/", str(folder)):  # a letter alone is a disk of Windows
        raise ValueError(
            f"checkpoint is {str(folder)!r}, an address; give a folder of this machine, and "
            "copy it to the bucket yourself"
        )
    try:  # now, not after the first epoch
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(
            f"the folder {folder} for checkpoints cannot be made ({error.strerror}); name another"
        ) from None
    return len(_history(folder)["epoch_loss"])


def _history(folder):
    path = Path(folder) / "history.json"
    if not path.exists():
        return {"epoch_loss": []}
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        raise ValueError(f"{path} cannot be read ({error}); delete the folder {folder}") from error


def restore(folder, model, optimizer, history):
    """Load the newest checkpoint into the three; all of it or, on an error, nothing.

    Raises: ValueError where the checkpoint is of another model or optimizer, or is damaged; OSError
    where it cannot be read.
    """
    import orbax.checkpoint as ocp

    saved = _history(folder)
    newest = Path(folder).resolve() / f"epoch_{len(saved['epoch_loss'])}"
    parts = {"model": model, "optimizer": optimizer}
    states = {name: nnx.state(part) for name, part in parts.items()}
    try:
        with ocp.StandardCheckpointer() as checkpointer:
            for name, state in states.items():
                own = nnx.to_pure_dict(state)
                read = checkpointer.restore(newest / name, jax.tree.map(_to_host, own))
                nnx.replace_by_pure_dict(state, jax.tree.map(_from_host, own, read))
    except Exception as error:  # of orbax's many kinds, and without its hundreds of lines
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
            raise OSError(f"{newest} cannot be read ({_first_line(error)}); try again") from None
        raise ValueError(
            f"the checkpoint in {folder} does not fit this model and optimizer, or is damaged "
            f"({_first_line(error)}); name another folder or delete this one"
        ) from None
    for name, part in parts.items():
        nnx.update(part, states[name])
    history.update(saved)


def store(folder, model, optimizer, history):
    """Write the state, then the history that points to it: a crash between leaves the old one.

    Every process must call this; none goes on before the first one has written.
    Raises: OSError where nothing can be written.
    """
    folder = Path(folder).resolve()
    if jax.process_index() == 0:
        try:
            _write(folder, {"model": model, "optimizer": optimizer}, history)
        except Exception as error:
            raise OSError(
                f"no checkpoint could be written to {folder} ({_first_line(error)}); make room or "
                "name another folder. The model holds its weights: save keeps them"
            ) from None
    if jax.process_count() > 1:
        from jax.experimental import multihost_utils

        multihost_utils.sync_global_devices(f"epoch {len(history['epoch_loss'])} is stored")


def _write(folder, parts, history):
    import orbax.checkpoint as ocp

    done = len(history["epoch_loss"])
    alone = {}
    if jax.process_count() > 1:  # else orbax waits for the other processes to save with it
        options = {"active_processes": {0}, "barrier_sync_key_prefix": "first"}
        alone = {"multiprocessing_options": ocp.options.MultiprocessingOptions(**options)}
    with ocp.StandardCheckpointer(**alone) as checkpointer:
        for name, part in parts.items():
            state = jax.tree.map(_to_host, nnx.to_pure_dict(nnx.state(part)))
            checkpointer.save(folder / f"epoch_{done}" / name, state, force=True)
    partial = folder / "history.json.part"
    partial.write_text(json.dumps(history))
    partial.replace(folder / "history.json")
    shutil.rmtree(folder / f"epoch_{done - 1}", ignore_errors=True)


def _first_line(error):
    said = str(error).strip().splitlines() or [type(error).__name__]
    return said[0][:200]


def _is_key(leaf):
    return jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _to_host(leaf):
    """A numpy array; a random key as its words."""
    return np.asarray(jax.random.key_data(leaf) if _is_key(leaf) else leaf)


def _from_host(own, read):
    """What was read as the kind of array that it is in the model."""
    if _is_key(own):
        return jax.random.wrap_key_data(read, impl=jax.random.key_impl(own))
    return jnp.asarray(read)
