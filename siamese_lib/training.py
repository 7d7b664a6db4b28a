"""Train, encode, save and load: one loop for every model and loss."""

import os
import tempfile
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from siamese_lib import checkpoints, sharding
from siamese_lib.text import PAD, pad_length
from siamese_lib.validate import require_count, require_finite


def fit(
    model, loss, batches, *, epochs, optimizer=None, validate=None, on_epoch=None, progress=True,
    checkpoint=None, mesh=None,
):  # fmt: skip
    """Train model in place and return what happened.

    loss(model, *batch) -> scalar; batches(epoch) -> an iterable of tuples of arrays, the same
    each time it is asked for the same epoch. optimizer is an optax transformation (Adam at 1e-3
    where none is given). validate(model) -> a number, on_epoch(history) -> ignored; both run
    after each epoch. checkpoint names a folder: the state is written there after each epoch, and
    a later call with the same folder goes on from it, to the same weights as an unbroken run.
    mesh (jax.make_mesh) splits each batch over its devices and copies the weights to all of them;
    the loss still sees the whole batch, so every row keeps all its negatives. Where the devices
    are those of several processes (siamese_lib.launch), each calls fit with the same model, batches
    and folder, one that all of them see; each gets the whole history and a model of its own.

    Returns: {"loss": one float a step, "epoch_loss": a float an epoch, "validation": likewise}.
    Raises: ValueError where epochs is below 1 or fewer than the checkpoint holds, an epoch has no
    batches, loss gives more than one number, a batch does not divide among the devices of mesh, the
    checkpoint is of another model or optimizer, or the loss or a weight stops being finite (found
    at the end of the epoch; the model then holds the weights of that end, the checkpoint those of
    the epoch before). That last error carries what happened until then, for
    siamese_lib.diagnosis: `except ValueError as error: error.history`.
    """
    require_count(epochs=epochs)
    start = checkpoints.epochs_done(checkpoint)
    if start > epochs:
        raise ValueError(
            f"{checkpoint} holds {start} epochs and epochs is {epochs}; raise epochs, or name "
            "another folder"
        )
    optimizer = nnx.Optimizer(model, optimizer or optax.adam(1e-3), wrt=nnx.Param)
    history = {"loss": [], "epoch_loss": [], "validation": []}
    if start:
        checkpoints.restore(checkpoint, model, optimizer, history)
    step, split = _make_step(loss), lambda batch: batch
    if mesh is not None:
        mesh = sharding.automatic(mesh)
        step, split = sharding.on_mesh(mesh, step), partial(sharding.split_over, mesh)
    for epoch in range(start, epochs):
        model.train()
        _make_own(model, optimizer)
        if mesh is not None:
            sharding.copy_to(mesh, model, optimizer)
        losses = [
            step(model, optimizer, *split(batch))
            for batch in _bar(batches, epoch, epochs, progress)
        ]
        if mesh is not None:
            sharding.bring_home(mesh, model, optimizer)
        model.eval()
        _record(history, losses, epoch)
        _require_finite_weights(model, history, epoch)
        if validate is not None:
            history["validation"].append(float(validate(model)))
        if checkpoint is not None:
            checkpoints.store(checkpoint, model, optimizer, history)
        if on_epoch is not None:
            on_epoch(history)
    model.eval()
    return history


def _make_own(*parts):
    """Fresh arrays in place of those that a caller may hold, since a step overwrites its own."""
    for part in parts:
        nnx.update(part, jax.tree.map(lambda array: array.copy(), nnx.state(part)))


def _make_step(loss):
    # Donated, the arrays of one step are the room for the next: Adam takes a third of the time.
    @partial(nnx.jit, donate_argnums=(0, 1))
    def step(model, optimizer, *batch):
        value, gradients = nnx.value_and_grad(lambda m: _scalar(loss(m, *batch)))(model)
        optimizer.update(model, gradients)
        return value

    return step


def _scalar(value):
    if jnp.shape(value) != ():
        raise ValueError(
            f"the loss has shape {jnp.shape(value)}; return one number, such as its .mean()"
        )
    return value


def _require_finite_weights(model, history, epoch):
    """A finite loss can have a NaN gradient: better to stop than to store such weights."""
    for leaf in jax.tree.leaves(nnx.state(model, nnx.Param)):
        if not jnp.isfinite(leaf).all():
            raise _stopped(
                history,
                f"a weight is no longer finite after epoch {epoch + 1}; look for a norm or a root "
                "of zero in the loss, whose gradient is NaN",
            )


def _stopped(history, said):
    """A ValueError with the history, which fit's caller would never get to see."""
    error = ValueError(said)
    error.history = history
    return error


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
        raise _stopped(
            history,
            f"the loss is {history['loss'][where]} at step {where}; lower the learning rate, and "
            "look for a norm or a logarithm of zero in the loss",
        )


@nnx.jit
def _embed(model, inputs):
    return model(inputs)


def encode(model, inputs, *, batch_size=256):
    """Embeddings of many inputs, a batch at a time.

    Shapes: inputs [n, ...] array -> [n, dim] numpy float32. Token arrays are sorted by length
    first, so that short questions are not read through long padding; the order that comes back
    is the order given.
    Raises: ValueError where inputs is empty or not finite, batch_size is below 1, a question is
    all padding, or the tokens are not this encoder's.
    """
    inputs = np.asarray(inputs)
    require_count(inputs=len(inputs), batch_size=batch_size)
    if inputs.dtype.kind == "f":
        require_finite(inputs=inputs)
    order = np.arange(len(inputs))
    is_text = np.issubdtype(inputs.dtype, np.integer) and inputs.ndim == 2
    if is_text:
        lengths = (inputs != PAD).sum(axis=1)
        if lengths.min() == 0:
            raise ValueError(f"question {int(lengths.argmin())} is all padding; drop it first")
        if inputs.min() < 0:
            raise ValueError(f"tokens go down to {inputs.min()}; give those of encode_texts")
        order = np.argsort(lengths, kind="stable")
    parts = []
    for start in range(0, len(inputs), batch_size):
        rows = order[start : start + batch_size]
        batch = inputs[np.resize(rows, batch_size)]  # one shape, one compilation
        if is_text:
            batch = pad_length(batch)
        parts.append(np.asarray(_embed(model, batch))[: len(rows)])
    embeddings = np.concatenate(parts)
    if is_text and not np.isfinite(embeddings).all():
        raise ValueError(
            f"tokens go up to {inputs.max()}, past this encoder's vocabulary, or its weights are "
            "not finite; encode the texts with the tokenizer the encoder was made for"
        )
    result = np.empty_like(embeddings)
    result[order] = embeddings
    return result


def _weights(model):
    """Every parameter and statistic by its dotted path; random keys are no weights."""
    state = nnx.state(model, nnx.Not(nnx.RngState))
    return {".".join(map(str, path)): leaf.get_value() for path, leaf in nnx.to_flat_state(state)}


def save(model, path):
    """Write the model's weights to one safetensors file, whole or not at all.

    Raises: OSError where the folder is missing or full.
    """
    from safetensors.numpy import save as to_bytes

    path = Path(path)
    content = to_bytes({name: np.asarray(leaf) for name, leaf in _weights(model).items()})
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(partial, path)
    except OSError:
        os.unlink(partial)
        raise


def load(model, path):
    """Read weights saved by `save` into a model of the same make, and return it.

    A model made by nnx.eval_shape, which has shapes and no weights yet, will do.

    Raises: ValueError where the file holds no weights, or a name or a shape differs (quoting
    both); the model is left as it was.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load as from_bytes

    try:
        saved = from_bytes(Path(path).read_bytes())
    except SafetensorError as error:
        raise ValueError(f"{path} holds no weights ({error}); give a file made by save") from error
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
