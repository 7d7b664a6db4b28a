"""Stop a training run and go on later: model, optimizer and history in one folder or bucket.

Orbax's CheckpointManager keeps the newest epoch and the best one, and writes while the next epoch
trains. It writes plain, whole arrays, with no trace of how many devices or processes held them, so
a run may go on with other numbers of both.
"""

import contextlib
import copy
import re
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

_NEEDS = {"gs": "gcsfs", "s3": "s3fs"}  # the package that reads and writes such addresses
_SCHEMES = " or ".join(f"{name}://bucket/run (needs the package {p})" for name, p in _NEEDS.items())


@contextlib.contextmanager
def opened(folder: str | PathLike | None) -> Iterator[Any]:
    """Orbax's manager of the checkpoints in folder, None without one. The last write ends here.

    folder: on this machine, or an address, gs://bucket/run or s3://bucket/run. It is made where it
    is missing.
    Raises: OSError where it cannot be made, or the last checkpoint cannot be written; ValueError on
    an address that nothing installed here can write to.
    """
    if folder is None:
        yield None
        return
    manager = _manager(folder)
    try:
        yield manager
    except BaseException:
        with contextlib.suppress(Exception):  # the error that ended the run is the one to see
            manager.close()
        raise
    try:
        manager.close()  # it waits for the last write
    except Exception as error:
        raise _not_written(manager, error) from None


def epochs_done(manager: Any) -> int:
    """How many epochs the newest checkpoint holds; 0 without one."""
    return (manager.latest_step() or 0) if manager is not None else 0


def restore(manager: Any, model: nnx.Module, optimizer: nnx.Optimizer, history: dict) -> None:
    """Load the newest checkpoint into the three; all of it or, on an error, nothing.

    Raises: ValueError where the checkpoint is of another model or optimizer, or is damaged; OSError
    where it cannot be read.
    """
    import orbax.checkpoint as ocp

    read = _read(manager, manager.latest_step(), {"model": model, "optimizer": optimizer},
                 history=ocp.args.JsonRestore())  # fmt: skip
    history.update(read["history"])


def store(manager: Any, model: nnx.Module, optimizer: nnx.Optimizer, history: dict) -> None:
    """Begin to write this epoch's state, once the epoch before is written. Every process calls it.

    An epoch counts when all of it is there: a crash half-way leaves the one before.
    Raises: OSError where this epoch, or the one before, cannot be written.
    """
    import orbax.checkpoint as ocp

    arrays = {
        name: jax.tree.map(_to_host, nnx.to_pure_dict(nnx.state(part)))
        for name, part in (("model", model), ("optimizer", optimizer))
    }
    items = {name: ocp.args.StandardSave(state) for name, state in arrays.items()}
    items["history"] = ocp.args.JsonSave(copy.deepcopy(history))  # the next epoch adds to its own
    try:
        manager.wait_until_finished()
        manager.save(
            len(history["epoch_loss"]), args=ocp.args.Composite(**items),
            metrics={"score": _score(history)},
        )  # fmt: skip
    except Exception as error:
        raise _not_written(manager, error) from None


def load_best(model: nnx.Module, folder: str | PathLike) -> int:
    """Put the weights of the best epoch in a checkpoint folder of fit into model.

    The best epoch has the highest validation, or the lowest mean loss where the run had none.
    Returns: its number, from 1. model is changed in place, all of it or, on an error, nothing.
    Raises: ValueError where folder holds no checkpoint, or one of another model, or a damaged one.
    """
    manager = _manager(folder, make=False)
    with contextlib.closing(manager):
        best = manager.best_step()
        if best is None:
            raise ValueError(f"{folder} holds no checkpoint; name the folder that fit was given")
        _read(manager, best, {"model": model})
    return best


def _manager(folder, make=True):
    import orbax.checkpoint as ocp
    from orbax.checkpoint import checkpoint_managers as kinds

    keep = kinds.AnyPreservationPolicy([kinds.LatestN(1), kinds.BestN(get_metric_fn=_metric, n=1)])
    options = ocp.CheckpointManagerOptions(
        best_fn=_metric, best_mode="max", preservation_policy=keep, create=make,
        cleanup_tmp_directories=make,
    )  # fmt: skip
    scheme = re.match(r"([A-Za-z][\w+.-]+):/", str(folder))  # a single letter is a Windows drive
    if scheme and scheme[1] not in _NEEDS:
        raise ValueError(f"checkpoint is {str(folder)!r}; give a folder, or {_SCHEMES}")
    place = folder if scheme else Path(folder).resolve()
    if not scheme and (place / "history.json").exists():
        raise ValueError(
            f"{folder} holds a checkpoint of an earlier siamese_lib, which this one cannot go on "
            "from; name another folder, or go on with the version that wrote it"
        )
    try:
        if make or scheme or Path(place).exists():
            return ocp.CheckpointManager(
                str(place), options=options, item_names=("model", "optimizer", "history")
            )
    except Exception as error:  # of orbax's and the networks' many kinds
        said = _first_line(error)
        if scheme:
            raise ValueError(
                f"checkpoint is {str(folder)!r}, which cannot be opened ({said}); give {_SCHEMES}, "
                "in a bucket that exists and that you may write to"
            ) from None
        if isinstance(error, OSError):
            raise OSError(
                f"the folder {folder} for checkpoints cannot be made ({said}); name another"
            ) from None
        raise _not_fitting(folder, said) from None
    raise ValueError(f"there is no folder {folder}; name the one that fit was given")


def _metric(metrics):
    return metrics["score"]


def _score(history):
    """Higher is better: the last validation, or minus the last mean loss."""
    score = history["validation"][-1] if history["validation"] else -history["epoch_loss"][-1]
    return float(score) if np.isfinite(score) else -float(np.finfo(np.float32).max)


def _read(manager, step, parts, **others):
    """The items of a step; the states of parts are put in place once all of it has been read."""
    import orbax.checkpoint as ocp

    states = {name: nnx.state(part) for name, part in parts.items()}
    own = {name: nnx.to_pure_dict(state) for name, state in states.items()}
    wanted = {
        name: ocp.args.StandardRestore(jax.tree.map(_to_host, state)) for name, state in own.items()
    }
    try:
        read = manager.restore(step, args=ocp.args.Composite(**wanted, **others))
        for name, state in states.items():
            nnx.replace_by_pure_dict(state, jax.tree.map(_from_host, own[name], read[name]))
    except Exception as error:  # of orbax's many kinds, and without its hundreds of lines
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
            raise OSError(
                f"{manager.directory} cannot be read ({_first_line(error)}); try again"
            ) from None
        raise _not_fitting(manager.directory, _first_line(error)) from None
    for name, part in parts.items():
        nnx.update(part, states[name])
    return read


def _not_fitting(folder, said):
    return ValueError(
        f"the checkpoint in {folder} does not fit this model and optimizer, or is damaged "
        f"({said}); name another folder or delete this one"
    )


def _not_written(manager, error):
    return OSError(
        f"no checkpoint could be written to {manager.directory} ({_first_line(error)}); make room "
        "or name another folder. The model holds its weights: save keeps them"
    )


def _first_line(error):
    said = str(error).strip().splitlines() or [type(error).__name__]
    return said[0][:200]


def _is_key(leaf):
    return jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _to_host(leaf):
    """A numpy array of its own; a random key as its words."""
    return np.array(jax.random.key_data(leaf) if _is_key(leaf) else leaf)


def _from_host(own, read):
    """What was read as the kind of array that it is in the model; orbax compares no shapes."""
    if np.shape(read) != np.shape(_to_host(own)):
        raise ValueError(f"an array is {np.shape(read)} there and {own.shape} here")
    if _is_key(own):
        return jax.random.wrap_key_data(read, impl=jax.random.key_impl(own))
    return jnp.asarray(read)
