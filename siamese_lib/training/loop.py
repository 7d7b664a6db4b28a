"""One training loop for every model and loss."""

from collections.abc import Callable, Iterable
from functools import partial
from os import PathLike

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from siamese_lib.training import checkpoints, sharding
from siamese_lib.training.batch import look_at_first, require_batch, stream_of
from siamese_lib.validate import require_count


def fit(
    model: nnx.Module,
    loss: Callable[..., jax.Array],
    batches: Callable[[int], Iterable[tuple]],
    *,
    epochs: int,
    optimizer: optax.GradientTransformation | None = None,
    validate: Callable[[nnx.Module], float] | None = None,
    on_epoch: Callable[[dict[str, list[float]]], object] | None = None,
    progress: bool = True,
    checkpoint: str | PathLike | None = None,
    mesh: jax.sharding.Mesh | None = None,
) -> dict[str, list[float]]:
    """Train model in place and return what happened.

    loss(model, *batch) -> scalar; batches(epoch) -> an iterable of tuples of arrays, the same
    each time it is asked for the same epoch; it may be a generator, and is read as the steps go.
    The first batch is checked for what the loss and the encoders ask of their inputs. optimizer is
    an optax transformation (Adam at 1e-3 where none is given). validate(model) -> a number,
    on_epoch(history) -> ignored; both run after each epoch. checkpoint names a folder, or a bucket
    as gs://bucket/run or s3://bucket/run: the state is written there after each epoch, while the
    next one trains, and a later call with the same folder goes on from it, to the same weights as
    an unbroken run. Two epochs are kept: the newest, and the best, whose validation is highest
    (lowest loss without validate) and which load_best puts into a model.
    mesh (jax.make_mesh) splits each batch over its devices and copies the weights to all of them;
    the loss still sees the whole batch, so every row keeps all its negatives. Where the devices
    are those of several processes (siamese_lib.training.launch), each calls fit with the same
    model, batches and folder, one that all of them see; each gets the whole history and a model
    of its own.

    Returns: {"loss": a float per step, "epoch_loss": a float per epoch, "validation": likewise}.
    Raises: ValueError where epochs is below 1 or fewer than the checkpoint holds, batches is not a
    function, an epoch has no batches, a batch is not a tuple of arrays or the loss refuses it
    (labels of -1 and 1, pictures of 0 to 255), checkpoint is an address that cannot be opened, loss
    gives more than one number, a batch does not divide among the devices of mesh, the checkpoint is
    of another model or optimizer, or the loss or a weight stops being finite (found at the end of
    the epoch; the model then holds the weights of that moment, the checkpoint those of the epoch
    before). That last error carries what happened until then, for siamese_lib.training.diagnosis:
    `except ValueError as error: error.history`. OSError where no checkpoint can be written.
    """
    require_count(epochs=epochs)
    with checkpoints.opened(checkpoint) as kept:
        start = checkpoints.epochs_done(kept)
        if start > epochs:
            raise ValueError(
                f"{checkpoint} holds {start} epochs, but epochs is {epochs}; raise epochs, or name "
                "another folder"
            )
        stepper = nnx.Optimizer(model, optimizer or optax.adam(1e-3), wrt=nnx.Param)
        history: dict[str, list[float]] = {"loss": [], "epoch_loss": [], "validation": []}
        if start:
            checkpoints.restore(kept, model, stepper, history)
        train = _make_epoch(model, stepper, loss, batches, epochs, progress, mesh)
        for epoch in range(start, epochs):
            _record(history, train(epoch, history, epoch == start), epoch)
            _require_finite_weights(model, history, epoch)
            if validate is not None:
                history["validation"].append(float(validate(model)))
            if kept is not None:
                checkpoints.store(kept, model, stepper, history)
            if on_epoch is not None:
                on_epoch(history)
    model.eval()
    return history


def _make_epoch(model, optimizer, loss, batches, epochs, progress, mesh):
    """train(epoch, history, is_first) -> the losses of its steps; in the first epoch that is
    trained here, the first batch is checked closely."""
    step, split, look = _make_step(loss), lambda batch: batch, look_at_first
    if mesh is not None:
        mesh = sharding.automatic(mesh)
        step, split = sharding.on_mesh(mesh, step), partial(sharding.split_over, mesh)
        look = sharding.on_mesh(mesh, look)

    def train(epoch, history, is_first):
        model.train()
        stream = _checked(stream_of(batches, epoch), partial(look, model, loss), is_first)
        _make_own(model, optimizer)
        if mesh is not None:
            sharding.copy_to(mesh, model, optimizer)
        done = len(history["epoch_loss"])
        steps = len(history["loss"]) // done if done else None  # of an epoch, once one is done
        bar = _bar(stream, f"epoch {epoch + 1} of {epochs}", steps) if progress else stream
        losses = [step(model, optimizer, *split(batch)) for batch in bar]
        if mesh is not None:
            sharding.bring_home(mesh, model, optimizer)
        model.eval()
        return losses

    return train


def _make_own(*parts):
    """Fresh arrays in place of those that a caller may hold, since a step overwrites its own."""
    for part in parts:
        nnx.update(part, jax.tree.map(lambda array: array.copy(), nnx.state(part)))


def _make_step(loss):
    # Donated arrays give the next step their memory: Adam takes a third of the time.
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
    """A ValueError with the history, which fit's caller would otherwise never see."""
    error = ValueError(said)
    error.history = history  # type: ignore[attr-defined]
    return error


def _checked(stream, look, is_first):
    """The batches one by one, each checked to be one; the very first is checked closely."""
    for batch in stream:
        require_batch(batch)
        if is_first:
            look(batch)
        is_first = False
        yield batch


def _bar(stream, title, steps):
    """A progress bar, with a total once an earlier epoch has shown how many steps one takes."""
    from tqdm.auto import tqdm

    return tqdm(stream, desc=title, total=steps, leave=False)


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
