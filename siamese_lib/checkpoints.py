"""Stop a training run and go on later: model, optimizer and history in one folder."""

import json
import shutil
from pathlib import Path

from flax import nnx


def epochs_done(folder):
    """How many epochs the checkpoint in folder holds; 0 where there is none.

    Raises: ValueError where its history cannot be read.
    """
    return len(_history(folder)["epoch_loss"]) if folder is not None else 0


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

    Raises: ValueError where the checkpoint is of another model or optimizer, or is damaged.
    """
    import orbax.checkpoint as ocp

    saved = _history(folder)
    newest = Path(folder).resolve() / f"epoch_{len(saved['epoch_loss'])}"
    parts = {"model": model, "optimizer": optimizer}
    states = {name: nnx.state(part) for name, part in parts.items()}
    try:
        with ocp.StandardCheckpointer() as checkpointer:
            for name, state in states.items():
                read = checkpointer.restore(newest / name, nnx.to_pure_dict(state))
                nnx.replace_by_pure_dict(state, read)
    except (ValueError, KeyError, FileNotFoundError) as error:
        raise ValueError(
            f"the checkpoint in {folder} does not fit this model and optimizer, or is damaged "
            f"({str(error)[:200]}); name another folder or delete this one"
        ) from error
    for name, part in parts.items():
        nnx.update(part, states[name])
    history.update(saved)


def store(folder, model, optimizer, history):
    """Write the state, then the history that points to it: a crash between leaves the old one."""
    import orbax.checkpoint as ocp

    folder = Path(folder).resolve()
    done = len(history["epoch_loss"])
    with ocp.StandardCheckpointer() as checkpointer:
        for name, part in (("model", model), ("optimizer", optimizer)):
            path = folder / f"epoch_{done}" / name
            checkpointer.save(path, nnx.to_pure_dict(nnx.state(part)), force=True)
    partial = folder / "history.json.part"
    partial.write_text(json.dumps(history))
    partial.replace(folder / "history.json")
    shutil.rmtree(folder / f"epoch_{done - 1}", ignore_errors=True)
