"""Train, encode, save and load: one loop for every model and loss."""

import json
from pathlib import Path

import jax
import numpy as np
import optax
from flax import nnx

from siamese_lib.text import PAD


def fit(
    model, loss, batches, *, epochs, optimizer=None, validate=None, on_epoch=None, progress=True,
    checkpoint=None,
):  # fmt: skip
    """Train model in place and return what happened.

    loss(model, *batch) -> scalar; batches(epoch) -> an iterable of tuples of arrays, the same
    each time it is asked for the same epoch. optimizer is an optax transformation (Adam at 1e-3
    where none is given). validate(model) -> a number, on_epoch(history) -> ignored; both run
    after each epoch. checkpoint names a folder: the state is written there after each epoch, and
    a later call with the same folder goes on from it, to the same weights as an unbroken run.

    Returns: {"loss": one float a step, "epoch_loss": a float an epoch, "validation": likewise}.
    Raises: ValueError where epochs is below 1, an epoch has no batches, or the loss stops being
    finite (the model then holds the weights of that moment).
    """
    if epochs < 1:
        raise ValueError(f"epochs is {epochs}; give 1 or more")
    optimizer = nnx.Optimizer(model, optimizer or optax.adam(1e-3), wrt=nnx.Param)
    history = {"loss": [], "epoch_loss": [], "validation": []}
    start = _restore(checkpoint, model, optimizer, history)
    step = _make_step(loss)
    for epoch in range(start, epochs):
        model.train()
        losses = [
            step(model, optimizer, *batch) for batch in _bar(batches, epoch, epochs, progress)
        ]
        _record(history, losses, epoch)
        model.eval()
        if validate is not None:
            history["validation"].append(float(validate(model)))
        if checkpoint is not None:
            _checkpoint(checkpoint, model, optimizer, history)
        if on_epoch is not None:
            on_epoch(history)
    model.eval()
    return history


def _make_step(loss):
    @nnx.jit
    def step(model, optimizer, *batch):
        value, gradients = nnx.value_and_grad(lambda m: loss(m, *batch))(model)
        optimizer.update(model, gradients)
        return value

    return step


def _bar(batches, epoch, epochs, progress):
    stream = batches(epoch)
    if not progress:
        return stream
    from tqdm.auto import tqdm

    stream = list(stream)  # a bar needs an end
    return tqdm(stream, desc=f"epoch {epoch + 1} of {epochs}", leave=False)


def _record(history, losses, epoch):
    if not losses:
        raise ValueError(f"batches({epoch}) gave no batch; lower batch_size or give more data")
    losses = np.asarray(jax.device_get(losses), float)
    first = len(history["loss"])
    history["loss"] += losses.tolist()
    history["epoch_loss"].append(float(losses.mean()))
    if not np.isfinite(losses).all():
        where = first + int(np.argmin(np.isfinite(losses)))
        raise ValueError(
            f"the loss is {history['loss'][where]} at step {where}; lower the learning rate, and "
            "look for a norm or a logarithm of zero in the loss"
        )


def _restore(folder, model, optimizer, history):
    """Load the newest checkpoint into the three, and say which epoch comes next."""
    if folder is None or not (Path(folder) / "history.json").exists():
        return 0
    import orbax.checkpoint as ocp

    history.update(json.loads((Path(folder) / "history.json").read_text()))
    done = len(history["epoch_loss"])
    with ocp.StandardCheckpointer() as checkpointer:
        for name, part in (("model", model), ("optimizer", optimizer)):
            path = Path(folder).resolve() / f"epoch_{done}" / name
            saved = checkpointer.restore(path, nnx.to_pure_dict(nnx.state(part)))
            state = nnx.state(part)
            nnx.replace_by_pure_dict(state, saved)
            nnx.update(part, state)
    return done


def _checkpoint(folder, model, optimizer, history):
    """Write the state, then the history that points to it: a crash between leaves the old one."""
    import shutil

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


@nnx.jit
def _embed(model, inputs):
    return model(inputs)


def encode(model, inputs, *, batch_size=256):
    """Embeddings of many inputs, a batch at a time.

    Shapes: inputs [n, ...] array -> [n, dim] numpy float32. Token arrays are sorted by length
    first, so that short questions are not read through long padding; the order that comes back
    is the order given.
    Raises: ValueError where inputs is empty, batch_size is below 1 or a question is all padding.
    """
    inputs = np.asarray(inputs)
    if len(inputs) == 0 or batch_size < 1:
        raise ValueError(f"{len(inputs)} inputs, batch_size {batch_size}; both must be 1 or more")
    order = np.arange(len(inputs))
    is_text = np.issubdtype(inputs.dtype, np.integer) and inputs.ndim == 2
    if is_text:
        lengths = (inputs != PAD).sum(axis=1)
        if lengths.min() == 0:
            raise ValueError(f"question {int(lengths.argmin())} is all padding; drop it first")
        order = np.argsort(lengths, kind="stable")
    parts = []
    for start in range(0, len(inputs), batch_size):
        rows = order[start : start + batch_size]
        batch = inputs[np.resize(rows, batch_size)]  # one shape, one compilation
        if is_text:
            from siamese_lib.text import pad_length

            batch = pad_length(batch)
        parts.append(np.asarray(_embed(model, batch))[: len(rows)])
    embeddings = np.concatenate(parts)
    result = np.empty_like(embeddings)
    result[order] = embeddings
    return result


def _weights(model):
    """Every parameter and statistic by its dotted path; random keys are no weights."""
    state = nnx.state(model, nnx.Not(nnx.RngState))
    return {".".join(map(str, path)): leaf[...] for path, leaf in nnx.to_flat_state(state)}


def save(model, path):
    """Write the model's weights to one safetensors file.

    Raises: OSError where the folder is missing or full.
    """
    from safetensors.numpy import save_file

    partial = Path(path).with_suffix(".part")
    save_file({name: np.asarray(leaf) for name, leaf in _weights(model).items()}, partial)
    partial.replace(path)


def load(model, path):
    """Read weights saved by `save` into a model of the same make, and return it.

    Raises: ValueError where a name or a shape differs (quoting both); the model is left as it was.
    """
    from safetensors.numpy import load_file

    saved, own = load_file(path), _weights(model)
    for name in sorted(saved.keys() | own.keys()):
        there = saved[name].shape if name in saved else "missing"
        here = own[name].shape if name in own else "missing"
        if there != here:
            raise ValueError(
                f"{name} is {there} in {path} and {here} in the model; "
                "build the model with the options it was saved with"
            )
    state = nnx.state(model, nnx.Not(nnx.RngState))
    flat = [
        (way, leaf.replace(saved[".".join(map(str, way))]))
        for way, leaf in nnx.to_flat_state(state)
    ]
    nnx.update(model, nnx.from_flat_state(flat))
    return model
